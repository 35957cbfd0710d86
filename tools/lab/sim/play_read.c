/* SPDX-License-Identifier: ISC */
#include "lab/sim/play.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/*
 * The language: one line, one fact. A phrase is matched word by word; in a pattern N is a number,
 * TIME a time, EVENT the name of an event, and lower-case words stand for themselves.
 */

static const struct pattern {
    const char *words;
    enum play_op op;
    uint32_t value; /* what the words stand for, where there is no N */
} actions[] = {
    {"she checks in", PLAY_CHECKS_IN, 0},
    {"she checks in under duress", PLAY_UNDER_DURESS, 0},
    {"she checks in with a wrong secret", PLAY_WRONG_SECRET, 0},
    {"she calls for help", PLAY_CALLS_FOR_HELP, 0},
    {"she cancels", PLAY_CANCELS, 0},
    {"she starts a journey of TIME", PLAY_JOURNEY, 0},
    {"she arrives", PLAY_ARRIVES, 0},
    {"she starts a drill", PLAY_DRILL, 0},
    {"her phone sleeps TIME", PLAY_SLEEPS, 0},
    {"her phone dies for TIME", PLAY_DIES, 0},
    {"her phone is off", PLAY_OFF, 0},
    {"her phone is on", PLAY_ON, 0},
    {"her phone is cut off", PLAY_CUT, 0},
    {"her phone is cut off from relay N", PLAY_CUT_RELAY, 0},
    {"her phone is connected", PLAY_CONNECTED, 0},
    {"her phone is saved", PLAY_SAVED, 0},
    {"her phone is restored", PLAY_RESTORED, 0},
    {"her clock is fast by TIME", PLAY_CLOCK_FAST, 0},
    {"her clock is slow by TIME", PLAY_CLOCK_SLOW, 0},
    {"her clock is right", PLAY_CLOCK_RIGHT, 0},
    {"contact N sleeps TIME", PLAY_SLEEPS, 0},
    {"contact N dies for TIME", PLAY_DIES, 0},
    {"contact N is off", PLAY_OFF, 0},
    {"contact N is on", PLAY_ON, 0},
    {"contact N is cut off", PLAY_CUT, 0},
    {"contact N is cut off from relay N", PLAY_CUT_RELAY, 0},
    {"contact N is connected", PLAY_CONNECTED, 0},
    {"contact N is saved", PLAY_SAVED, 0},
    {"contact N is restored", PLAY_RESTORED, 0},
    {"contact N clock is fast by TIME", PLAY_CLOCK_FAST, 0},
    {"contact N clock is slow by TIME", PLAY_CLOCK_SLOW, 0},
    {"contact N clock is right", PLAY_CLOCK_RIGHT, 0},
    {"contact N claims", PLAY_CLAIMS, 0},
    {"contact N declines", PLAY_DECLINES, 0},
    {"contact N confirms", PLAY_CONFIRMS, 0},
    {"contact N cannot reach her", PLAY_UNREACHABLE, 0},
    {"contact N looks", PLAY_LOOKS, 0},
    {"contact N asks", PLAY_ASKS, 0},
    {"contact N answers the drill", PLAY_ANSWERS_DRILL, 0},
    {"contact N is away TIME", PLAY_AWAY, 0},
    {"contact N lies", PLAY_LIES, 0},
    {"contact N is honest", PLAY_HONEST, 0},
    {"relay N is down TIME", PLAY_RELAY_DOWN, 0},
    {"relay N drops N", PLAY_RELAY_DROPS, 0},
    {"relay N holds N for TIME", PLAY_RELAY_HOLDS, 0},
    {"relay N repeats N after TIME", PLAY_RELAY_REPEATS, 0},
    {"relay N forges N", PLAY_RELAY_FORGES, 0},
    {"relay N is honest", PLAY_RELAY_HONEST, 0},
    {"relay N is saved", PLAY_RELAY_SAVED, 0},
    {"relay N is rolled back", PLAY_RELAY_ROLLED_BACK, 0},
};

static const struct pattern sights[] = {
    {"contact N rings", PLAY_SEES_RING, 0},
    {"contact N is quiet", PLAY_SEES_QUIET, 0},
    {"contact N gets EVENT", PLAY_SEES_EVENT, 0},
    {"contact N is fine", PLAY_SEES_STATE, AW_LADDER_FINE},
    {"contact N is overdue", PLAY_SEES_STATE, AW_LADDER_OVERDUE},
    {"contact N is suspect", PLAY_SEES_STATE, AW_LADDER_SUSPECT},
    {"contact N is missed", PLAY_SEES_STATE, AW_LADDER_MISSED},
    {"contact N is alarm", PLAY_SEES_STATE, AW_LADDER_ALARM},
    {"contact N is claimed", PLAY_SEES_STATE, AW_LADDER_CLAIMED},
    {"contact N is resumed", PLAY_SEES_STATE, AW_LADDER_RESUMED},
    {"contact N is at level N", PLAY_SEES_LEVEL, 0},
    {"contact N finds safe", PLAY_SEES_VERDICT, AW_VERDICT_SAFE},
    {"contact N finds duress", PLAY_SEES_VERDICT, AW_VERDICT_DURESS},
    {"contact N finds wrong", PLAY_SEES_VERDICT, AW_VERDICT_WRONG},
    {"contact N finds nothing", PLAY_SEES_VERDICT, AW_VERDICT_CLAIMED},
    {"contact N cannot judge", PLAY_SEES_VERDICT, AW_VERDICT_CANNOT_JUDGE},
    {"contact N hears of nothing", PLAY_SEES_INCIDENT, AW_INCIDENT_NONE},
    {"contact N hears of silence", PLAY_SEES_INCIDENT, AW_INCIDENT_MISSED},
    {"contact N hears of wrong secrets", PLAY_SEES_INCIDENT, AW_INCIDENT_WRONG},
    {"contact N hears of sos", PLAY_SEES_INCIDENT, AW_INCIDENT_SOS},
    {"contact N hears of duress", PLAY_SEES_INCIDENT, AW_INCIDENT_DURESS},
    {"contact N must not call", PLAY_SEES_DO_NOT_CALL, 0},
    {"contact N opens her place", PLAY_SEES_PLACE, 0},
    {"she gets EVENT", PLAY_SEES_EVENT, 0},
    {"she sees contact N act", PLAY_SEES_ACTING, 0},
    {"she is covered by N", PLAY_SEES_COVERED, 0},
};

struct reading {
    struct play *p;
    unsigned line;
    const char *text;
    char *words[PLAY_WORD_MAX];
    size_t count;
    uint64_t last_ms;
    bool has_begun; /* the scene is set */
};

static bool refuse(const struct reading *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(const struct reading *r, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s:%u: ", r->p->path, r->line);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return false;
}

/* ---- Words ---- */

static bool read_number(const char *word, uint32_t low, uint32_t high, uint32_t *out)
{
    uint64_t value = 0;

    if (word[0] == '\0' || strlen(word) > 9)
        return false;
    for (size_t i = 0; word[i] != '\0'; i++) {
        if (word[i] < '0' || word[i] > '9')
            return false;
        value = 10 * value + (uint64_t)(word[i] - '0');
    }
    *out = (uint32_t)value;
    return value >= low && value <= high;
}

/* "2d3h", "45m", "90s", "0". */
static bool read_time(const char *word, uint64_t *out_ms)
{
    static const char units[] = "dhms";
    static const uint64_t unit_ms[] = {SIM_DAY, SIM_HOUR, SIM_MINUTE, SIM_SECOND};
    size_t unit = 0;

    *out_ms = 0;
    if (strcmp(word, "0") == 0)
        return true;
    if (*word == '\0')
        return false;
    while (*word != '\0') {
        uint64_t value = 0;
        size_t digits = 0;

        for (; *word >= '0' && *word <= '9' && digits < 9; digits++)
            value = 10 * value + (uint64_t)(*word++ - '0');
        while (unit < 4 && units[unit] != *word)
            unit++;
        if (digits == 0 || unit == 4)
            return false;
        *out_ms += value * unit_ms[unit++];
        word++;
    }
    return *out_ms <= PLAY_SPAN_MAX_MS;
}

/* A time since the begin, or with a '+' since the last action. */
static bool read_when(const struct reading *r, const char *word, uint64_t *out_ms)
{
    bool is_relative = word[0] == '+';

    if (!read_time(word + is_relative, out_ms))
        return refuse(r,
                      "'%s' is no time: 90s, 45m, 3h30m, 2d, or +10m after the last action, "
                      "at most 400 days",
                      word);
    *out_ms += is_relative ? r->last_ms : 0;
    return *out_ms <= PLAY_SPAN_MAX_MS ||
           refuse(r, "'%s' is more than 400 days after the begin", word);
}

static bool read_event(const char *word, uint32_t *out)
{
    for (uint32_t kind = 1; kind < 128; kind++) {
        if (strcmp(aw_event_name((enum aw_event_kind)kind), word) == 0) {
            *out = kind;
            return true;
        }
    }
    return false;
}

/* ---- Phrases ---- */

struct match {
    uint32_t number[2];
    size_t numbers;
    uint64_t span_ms;
    uint32_t event;
};

static bool match_word(const char *want, size_t len, const char *word, struct match *m)
{
    if (len == 1 && want[0] == 'N')
        return m->numbers < 2 && read_number(word, 0, 1000, &m->number[m->numbers++]);
    if (len == 4 && strncmp(want, "TIME", 4) == 0)
        return read_time(word, &m->span_ms);
    if (len == 5 && strncmp(want, "EVENT", 5) == 0)
        return read_event(word, &m->event);
    return strlen(word) == len && strncmp(word, want, len) == 0;
}

static bool match_all(const char *want, char *const *words, size_t count, struct match *m)
{
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < count; i++) {
        size_t len = strcspn(want, " ");

        if (len == 0 || !match_word(want, len, words[i], m))
            return false;
        want += len + (want[len] == ' ');
    }
    return *want == '\0';
}

/* Numbers of contacts and relays are of those that there are; of cells, of a thousand. */
static bool take_numbers(const struct reading *r, const struct pattern *pattern,
                         const struct match *m, struct play_item *item)
{
    bool is_contact = strncmp(pattern->words, "contact", 7) == 0;
    bool is_relay = strncmp(pattern->words, "relay", 5) == 0;
    uint32_t second = m->number[is_contact || is_relay];

    if (is_contact && (m->number[0] < 1 || m->number[0] > r->p->options.contacts))
        return refuse(r, "there is no contact %u: 'contacts' says how many there are",
                      (unsigned)m->number[0]);
    if (is_relay && (m->number[0] < 1 || m->number[0] > r->p->relays))
        return refuse(r, "there is no relay %u: 'relays' says how many there are",
                      (unsigned)m->number[0]);
    item->who = (uint8_t)(is_contact ? m->number[0] : is_relay ? m->number[0] - 1 : 0);
    item->n = m->numbers > (is_contact || is_relay) ? second : pattern->value;
    if (pattern->op == PLAY_SEES_EVENT)
        item->n = m->event;
    if (pattern->op == PLAY_CUT_RELAY && (second < 1 || second > r->p->relays))
        return refuse(r, "there is no relay %u: 'relays' says how many there are",
                      (unsigned)second);
    if (pattern->op == PLAY_SEES_ACTING && (second < 1 || second > r->p->options.contacts))
        return refuse(r, "there is no contact %u: 'contacts' says how many there are",
                      (unsigned)second);
    return true;
}

static bool read_phrase(const struct reading *r, size_t from, const struct pattern *patterns,
                        size_t pattern_count, struct play_item *item)
{
    for (size_t i = 0; i < pattern_count; i++) {
        struct match m;

        if (!match_all(patterns[i].words, r->words + from, r->count - from, &m))
            continue;
        item->op = patterns[i].op;
        item->span_ms = m.span_ms;
        return take_numbers(r, &patterns[i], &m, item);
    }
    return refuse(r, "not understood: 'allswell-lab play --help' lists what can be said");
}

void play_phrases(FILE *out)
{
    (void)fputs("\nWhat can be done, after 'at TIME':\n", out);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        (void)fprintf(out, "  %s\n", actions[i].words);
    (void)fputs("\nWhat can be expected, after 'at|by|until TIME expect [not]':\n", out);
    for (size_t i = 0; i < sizeof sights / sizeof sights[0]; i++)
        (void)fprintf(out, "  %s\n", sights[i].words);
}

/* ---- Lines ---- */

static struct play_item *add(const struct reading *r, enum play_kind kind, uint64_t at_ms)
{
    struct play_item *item;

    if (r->p->item_count == PLAY_ITEM_MAX) {
        (void)refuse(r, "more than %d things to do or to expect", PLAY_ITEM_MAX);
        return NULL;
    }
    item = &r->p->items[r->p->item_count++];
    *item =
        (struct play_item){.kind = kind, .line = r->line, .at_ms = at_ms, .from_ms = r->last_ms};
    (void)snprintf(item->text, sizeof item->text, "%s", r->text);
    if (at_ms > r->p->end_ms)
        r->p->end_ms = at_ms;
    return item;
}

/* "every TIME until TIME she ...": the same again and again, from the last action on. */
static bool read_every(struct reading *r)
{
    uint64_t span_ms, until_ms;
    struct play_item *item;

    if (r->count < 6 || strcmp(r->words[2], "until") != 0)
        return refuse(r, "every TIME until TIME, and then what is done");
    if (!read_when(r, r->words[3], &until_ms))
        return false;
    if (!read_time(r->words[1], &span_ms) || span_ms < SIM_MINUTE)
        return refuse(r, "'%s' is no time of at least 1m", r->words[1]);
    for (uint64_t at_ms = r->last_ms + span_ms; at_ms <= until_ms; at_ms += span_ms) {
        item = add(r, PLAY_AT, at_ms);
        if (item == NULL || !read_phrase(r, 4, actions, sizeof actions / sizeof actions[0], item))
            return false;
    }
    return true;
}

static bool read_dated(struct reading *r)
{
    bool is_at = strcmp(r->words[0], "at") == 0;
    enum play_kind kind = is_at                            ? PLAY_EXPECT
                          : strcmp(r->words[0], "by") == 0 ? PLAY_BY
                                                           : PLAY_UNTIL;
    struct play_item *item;
    uint64_t at_ms;
    size_t from = 3;

    if (r->count < 3)
        return refuse(r, "a time, and what happens or is expected then");
    if (!read_when(r, r->words[1], &at_ms))
        return false;
    if (is_at && strcmp(r->words[2], "expect") != 0) {
        r->last_ms = at_ms;
        item = add(r, PLAY_AT, at_ms);
        return item != NULL && read_phrase(r, 2, actions, sizeof actions / sizeof actions[0], item);
    }
    if (strcmp(r->words[2], "expect") != 0)
        return refuse(r, "'%s' says what is expected: %s TIME expect ...", r->words[0],
                      r->words[0]);
    if (!is_at && at_ms <= r->last_ms)
        return refuse(r, "'%s' is not after the last action", r->words[1]);
    item = add(r, kind, at_ms);
    if (item == NULL)
        return false;
    item->is_not = r->count > 3 && strcmp(r->words[3], "not") == 0;
    from += item->is_not;
    if (!read_phrase(r, from, sights, sizeof sights / sizeof sights[0], item))
        return false;
    if ((item->op == PLAY_SEES_RING || item->op == PLAY_SEES_EVENT) &&
        (kind != PLAY_BY || item->is_not))
        return refuse(r, "this is expected by a time: by TIME expect ...");
    if (item->op == PLAY_SEES_QUIET && (kind != PLAY_UNTIL || item->is_not))
        return refuse(r, "this is expected until a time: until TIME expect ...");
    return true;
}

/* ---- The scene ---- */

static bool scene_number(const struct reading *r, uint32_t low, uint32_t high, uint32_t *out)
{
    return (r->count == 2 && read_number(r->words[1], low, high, out)) ||
           refuse(r, "%s: a number from %u to %u", r->words[0], (unsigned)low, (unsigned)high);
}

static bool scene_time(const struct reading *r, size_t at, uint64_t low_ms, uint64_t high_ms,
                       uint32_t *out_s)
{
    uint64_t span_ms;

    if (r->count <= at || !read_time(r->words[at], &span_ms) || span_ms < low_ms ||
        span_ms > high_ms)
        return refuse(r, "%s: a time from %um to %um", r->words[0], (unsigned)(low_ms / SIM_MINUTE),
                      (unsigned)(high_ms / SIM_MINUTE));
    *out_s = (uint32_t)(span_ms / 1000);
    return true;
}

static bool scene_checkin(const struct reading *r)
{
    struct aw_plan *plan = &r->p->plan;
    unsigned hour, minute;
    char rest;

    if (r->count == 3 && strcmp(r->words[1], "every") == 0) {
        plan->schedule[0] = (struct aw_schedule_line){0};
        return scene_time(r, 2, 30 * SIM_MINUTE, 31 * SIM_DAY, &plan->schedule[0].every_s);
    }
    if (r->count == 3 && strcmp(r->words[1], "daily") == 0 && strlen(r->words[2]) == 5 &&
        sscanf(r->words[2], "%2u:%2u%c", &hour, &minute, &rest) == 2 && hour < 24 && minute < 60) {
        plan->schedule[0] = (struct aw_schedule_line){
            .days = 127, .minute = (uint16_t)(60 * hour + minute), .has_minute = true};
        return true;
    }
    return refuse(r, "checkin every TIME, or checkin daily HH:MM");
}

/* "level TIME group N [shares]", "level TIME everybody [shares]". */
static bool scene_level(const struct reading *r)
{
    struct aw_plan *plan = &r->p->plan;
    struct aw_level *level;
    uint32_t group = 0;
    bool is_all = r->count >= 3 && strcmp(r->words[2], "everybody") == 0;
    size_t used = is_all ? 3 : 4;

    if (!r->p->has_levels)
        plan->levels_count = 0;
    r->p->has_levels = true;
    if (plan->levels_count == PLAY_LEVEL_MAX)
        return refuse(r, "at most %d levels", PLAY_LEVEL_MAX);
    level = &plan->levels[plan->levels_count++];
    *level = (struct aw_level){.groups = AW_GROUPS_ALL};
    if (!scene_time(r, 1, 0, SIM_DAY, &level->delay_s))
        return false;
    if (!is_all && (r->count < 4 || strcmp(r->words[2], "group") != 0 ||
                    !read_number(r->words[3], 1, 8, &group)))
        return refuse(r, "level TIME everybody, or level TIME group 1 to 8");
    if (!is_all)
        level->groups = (uint8_t)(1u << (group - 1));
    level->shares = r->count == used + 1 && strcmp(r->words[used], "shares") == 0;
    return r->count == used + level->shares || refuse(r, "only 'shares' may follow");
}

static bool read_contact(const struct reading *r, size_t at, uint32_t *out)
{
    return (at < r->count && read_number(r->words[at], 1, r->p->options.contacts, out)) ||
           refuse(r, "%s: the number of a contact, 1 to %u", r->words[0],
                  (unsigned)r->p->options.contacts);
}

static bool scene_circle(const struct reading *r)
{
    uint32_t contact;

    r->p->circle = 0;
    for (size_t i = 1; i < r->count; i++) {
        if (!read_contact(r, i, &contact))
            return false;
        r->p->circle |= UINT32_C(1) << (contact - 1);
    }
    return r->p->circle != 0 || refuse(r, "circle: the numbers of its contacts");
}

/* "group N contact N...": in this group beside group 1, which is everybody's unless it is named. */
static bool scene_group(const struct reading *r)
{
    uint32_t group, contact;

    if (r->count < 3 || !read_number(r->words[1], 1, 8, &group))
        return refuse(r, "group 1 to 8, and the numbers of its contacts");
    for (size_t i = 2; i < r->count; i++) {
        if (!read_contact(r, i, &contact))
            return false;
        r->p->plan.roster[contact - 1].groups = (uint8_t)(1u << (group - 1));
    }
    return true;
}

/* "operator relay N contact N": who runs it. */
static bool scene_operator(const struct reading *r)
{
    struct aw_plan *plan = &r->p->plan;
    uint32_t relay, contact;

    if (r->count != 4 || strcmp(r->words[2], "contact") != 0 ||
        !read_number(r->words[1], 1, r->p->relays, &relay) ||
        !read_number(r->words[3], 0, r->p->options.contacts, &contact))
        return refuse(r, "operator RELAY contact N; 0 is somebody else");
    if (relay != plan->operators_count + 1u)
        return refuse(r, "operators are named in the order of their relays");
    plan->operators[plan->operators_count].relay_key[0] = (uint8_t)(8 + relay);
    plan->operators[plan->operators_count++].person = (uint8_t)contact;
    return true;
}

static bool scene_contacts(const struct reading *r)
{
    struct aw_plan old = r->p->plan;

    if (!scene_number(r, 1, SIM_CONTACT_MAX, &r->p->options.contacts))
        return false;
    if (r->line != 0 && r->has_begun)
        return refuse(r, "'contacts' comes before everything but comments");
    aw_plan_default(&r->p->plan, r->p->options.contacts);
    for (uint8_t i = 0; i < r->p->options.contacts; i++)
        (void)snprintf(r->p->plan.roster[i].name, sizeof old.roster[i].name, "contact %u", i + 1u);
    return true;
}

static bool read_scene(struct reading *r)
{
    struct aw_plan *plan = &r->p->plan;
    const char *what = r->words[0];
    uint32_t number = 0;
    bool ok;

    if (strcmp(what, "contacts") == 0) {
        ok = scene_contacts(r);
    } else if (strcmp(what, "relays") == 0) {
        ok = scene_number(r, 1, SIM_RELAY_MAX, &number);
        r->p->relays = (uint8_t)number;
    } else if (strcmp(what, "seed") == 0) {
        ok = scene_number(r, 0, 999999999, &number);
        r->p->options.seed = number;
    } else if (strcmp(what, "checkin") == 0) {
        ok = scene_checkin(r);
    } else if (strcmp(what, "grace") == 0) {
        ok = scene_time(r, 1, 0, SIM_DAY, &plan->grace_s);
    } else if (strcmp(what, "beat") == 0) {
        ok = scene_time(r, 1, SIM_MINUTE, SIM_DAY, &plan->beat_s);
    } else if (strcmp(what, "silence") == 0) {
        ok = scene_time(r, 1, SIM_MINUTE, 31 * SIM_DAY, &plan->beat_grace_s);
    } else if (strcmp(what, "ceiling") == 0) {
        ok = scene_time(r, 1, 0, SIM_DAY, &plan->council.ceiling_s);
    } else if (strcmp(what, "claim") == 0) {
        ok = scene_time(r, 1, SIM_MINUTE, 2 * SIM_HOUR, &plan->claim_s);
    } else if (strcmp(what, "quorum") == 0) {
        ok = scene_number(r, 1, r->p->options.contacts, &number);
        plan->council.quorum = (uint8_t)number;
    } else if (strcmp(what, "threshold") == 0) {
        ok = scene_number(r, 1, r->p->options.contacts, &number);
        plan->threshold = (uint8_t)number;
    } else if (strcmp(what, "level") == 0) {
        ok = scene_level(r);
    } else if (strcmp(what, "circle") == 0) {
        ok = scene_circle(r);
    } else if (strcmp(what, "group") == 0) {
        ok = scene_group(r);
    } else if (strcmp(what, "operator") == 0) {
        ok = scene_operator(r);
    } else {
        return refuse(r, "'%s' is nothing that a line begins with", what);
    }
    r->has_begun = true;
    return ok;
}

static bool read_line(struct reading *r, char *line)
{
    char *rest = NULL, *comment = strchr(line, '#');

    if (comment != NULL)
        *comment = '\0';
    r->count = 0;
    for (char *word = strtok_r(line, " \t\r\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        if (r->count == PLAY_WORD_MAX)
            return refuse(r, "more than %d words", PLAY_WORD_MAX);
        r->words[r->count++] = word;
    }
    if (r->count == 0)
        return true;
    if (strcmp(r->words[0], "every") == 0)
        return read_every(r);
    if (strcmp(r->words[0], "at") == 0 || strcmp(r->words[0], "by") == 0 ||
        strcmp(r->words[0], "until") == 0)
        return read_dated(r);
    if (r->p->item_count > 0)
        return refuse(r, "'%s': the scene is set before the first at, by or until", r->words[0]);
    return read_scene(r);
}

bool play_read(struct play *p, FILE *file)
{
    char two[] = "contacts", number[] = "2", line[PLAY_LINE_MAX + 2], text[PLAY_LINE_MAX + 2];
    struct reading r = {.p = p, .words = {two, number}, .count = 2};

    p->relays = 1;
    p->circle = 1;
    p->options.seed = 1;
    if (!scene_contacts(&r))
        return false;
    while (fgets(line, sizeof line, file) != NULL) {
        if (r.line++ == PLAY_LINE_COUNT_MAX)
            return refuse(&r, "a script of more than %d lines", PLAY_LINE_COUNT_MAX);
        if (strlen(line) > PLAY_LINE_MAX)
            return refuse(&r, "a line of more than %d bytes", PLAY_LINE_MAX);
        (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "#\r\n"), line);
        r.text = text;
        if (!read_line(&r, line))
            return false;
    }
    return (!ferror(file) && p->item_count > 0) ||
           refuse(&r, ferror(file) ? "cannot be read" : "nothing happens in this script");
}

bool play_plan(struct play *p)
{
    size_t where = 0;
    enum aw_plan_problem problem = aw_plan_check(&p->plan, &where);

    if (problem == AW_PLAN_GOOD)
        return true;
    (void)fprintf(stderr, "%s: the plan does not hold: %s\n", p->path,
                  aw_plan_problem_text(problem));
    return false;
}
