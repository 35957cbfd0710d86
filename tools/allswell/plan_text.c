/* SPDX-License-Identifier: ISC */
#include "allswell/plan_reader.h"

#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The reader of plan files: one function per key, a table, and lines to blame. */

#define LINE_MAX_LEN 400

static const char *const day_names[7] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool plan_wrong(struct plan_reader *r, const char *problem)
{
    r->problem = problem;
    return false;
}

/* Cuts the next word off; false at the end. */
bool plan_next_word(char **text, char **word)
{
    char *at = *text + strspn(*text, " \t,");

    if (*at == '\0')
        return false;
    *word = at;
    at += strcspn(at, " \t,");
    if (*at != '\0')
        *at++ = '\0';
    *text = at;
    return true;
}

bool plan_read_span(struct plan_reader *r, const char *text, uint32_t max_s, uint32_t *out)
{
    if (text_span(text, strlen(text), max_s, out))
        return true;
    (void)snprintf(r->note, sizeof r->note,
                   "'%.40s' is no time span that fits here: write 90s, 20m, 8h or 1d12h", text);
    return plan_wrong(r, r->note);
}

bool plan_read_count(struct plan_reader *r, const char *text, unsigned max, uint8_t *out)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 10);

    if (end == text || *end != '\0' || text[0] == '-' || value > max) {
        (void)snprintf(r->note, sizeof r->note, "'%.40s' is no number up to %u", text, max);
        return plan_wrong(r, r->note);
    }
    *out = (uint8_t)value;
    return true;
}

static int day_of(const char *word, size_t len)
{
    for (int i = 0; i < 7; i++) {
        if (len == 3 && strncmp(day_names[i], word, 3) == 0)
            return i;
    }
    return -1;
}

/* "mon", or "mon-fri"; also over the weekend, "sat-mon". */
bool plan_read_days(struct plan_reader *r, const char *word, uint8_t *days)
{
    const char *dash = strchr(word, '-');
    int from = day_of(word, dash == NULL ? strlen(word) : (size_t)(dash - word));
    int to = dash == NULL ? from : day_of(dash + 1, strlen(dash + 1));

    if (from < 0 || to < 0)
        return plan_wrong(r, "days are mon tue wed thu fri sat sun, or a range such as mon-fri");
    for (int i = from;; i = (i + 1) % 7) {
        *days = (uint8_t)(*days | (1U << i));
        if (i == to)
            return true;
    }
}

bool plan_read_minute(struct plan_reader *r, const char *word, uint16_t *minute)
{
    unsigned minutes = 0;

    if (!text_clock(word, 23, &minutes))
        return plan_wrong(r, "a time of day is written as 22:30");
    *minute = (uint16_t)minutes;
    return true;
}

static bool key_checkin(struct plan_reader *r, char *value)
{
    struct aw_schedule_line line = {0};
    char *word = NULL;
    bool every;

    if (r->plan->schedule_count == AW_PLAN_LINE_MAX && r->has_checkin)
        return plan_wrong(r, "more than 8 lines of check-ins: join some");
    if (!plan_next_word(&value, &word))
        return plan_wrong(r, "write 'every 8h', or 'daily 22:30 mon-fri'");
    every = strcmp(word, "every") == 0;
    if ((!every && strcmp(word, "daily") != 0) || !plan_next_word(&value, &word))
        return plan_wrong(r, "write 'every 8h', or 'daily 22:30 mon-fri'");
    if (every && !plan_read_span(r, word, AW_SPAN_MAX_S, &line.every_s))
        return false;
    if (!every) {
        line.has_minute = true;
        if (!plan_read_minute(r, word, &line.minute))
            return false;
    }
    while (plan_next_word(&value, &word)) {
        if (every)
            return plan_wrong(r, "nothing follows the span of 'every'");
        if (!plan_read_days(r, word, &line.days))
            return false;
    }
    if (!every && line.days == 0)
        line.days = 127;
    if (!r->has_checkin)
        r->plan->schedule_count = 0;
    r->has_checkin = true;
    r->lines_schedule[r->plan->schedule_count] = r->line;
    r->plan->schedule[r->plan->schedule_count++] = line;
    return true;
}

static bool key_zone(struct plan_reader *r, char *value)
{
    if (r->has_rule || r->has_zone)
        return plan_wrong(r, "the time zone is given twice");
    r->has_zone = true;
    (void)snprintf(r->zone, PLAN_ZONE_MAX + 1, "%s", value);
    return plan_zone_read(r->plan, value, r->source->now_s, &r->problem);
}

static bool key_zone_rule(struct plan_reader *r, char *value)
{
    struct aw_plan *p = r->plan;
    char *middle = NULL, *end = NULL;
    unsigned long from = strtoul(value, &middle, 10);
    long offset = strtol(middle, &end, 10);

    if (r->has_zone)
        return plan_wrong(r, "the time zone is given twice");
    if (p->zone_count == AW_PLAN_ZONE_MAX)
        return plan_wrong(r, "more than 16 zone rules");
    if (value[0] < '0' || value[0] > '9' || end == middle || *end != '\0' || from > UINT32_MAX ||
        offset < -AW_PLAN_DAY_MAX_S || offset > AW_PLAN_DAY_MAX_S)
        return plan_wrong(r, "write the second from which it holds and the offset in seconds");
    r->has_rule = true;
    p->zone[p->zone_count++] =
        (struct aw_zone_rule){.from = (uint32_t)from, .offset_s = (int32_t)offset};
    return true;
}

static bool key_beat(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, AW_PLAN_DAY_MAX_S, &r->plan->beat_s);
}

static bool key_beat_grace(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, AW_SPAN_MAX_S, &r->plan->beat_grace_s);
}

static bool key_grace(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, AW_PLAN_DAY_MAX_S, &r->plan->grace_s);
}

static bool key_warning(struct plan_reader *r, char *value)
{
    struct aw_warning warning = {0};
    char *word = NULL;

    if (r->has_warning && r->plan->warnings_count == AW_PLAN_WARNING_MAX)
        return plan_wrong(r, "more than 8 warnings");
    if (!plan_next_word(&value, &word) ||
        !plan_read_span(r, word, AW_PLAN_DAY_MAX_S, &warning.before_s))
        return r->problem != NULL ? false : plan_wrong(r, "write '10m loud' or '1h quiet'");
    if (!plan_next_word(&value, &word) || (strcmp(word, "loud") != 0 && strcmp(word, "quiet") != 0))
        return plan_wrong(r, "say 'loud' or 'quiet' after the span");
    warning.loud = strcmp(word, "loud") == 0;
    if (plan_next_word(&value, &word))
        return plan_wrong(r, "nothing follows 'loud' or 'quiet'");
    if (!r->has_warning)
        r->plan->warnings_count = 0;
    r->has_warning = true;
    r->lines_warning[r->plan->warnings_count] = r->line;
    r->plan->warnings[r->plan->warnings_count++] = warning;
    return true;
}

/* The words after "group" as long as they are numbers; leaves the first other one in `word`. */
bool plan_read_groups(struct plan_reader *r, char **value, char **word, uint8_t *groups, bool *more)
{
    bool any = false;

    while ((*more = plan_next_word(value, word))) {
        if (strlen(*word) != 1 || **word < '1' || **word > '8')
            break;
        *groups = (uint8_t)(*groups | (1U << (**word - '1')));
        any = true;
    }
    return any || plan_wrong(r, "'group' is followed by numbers from 1 to 8, as in 'group 1 2'");
}

static bool key_level(struct plan_reader *r, char *value)
{
    struct aw_level level = {0};
    char *text = strchr(value, ':'), *word = NULL;
    bool more;

    if (r->has_level && r->plan->levels_count == AW_PLAN_LEVEL_MAX)
        return plan_wrong(r, "more than 8 levels");
    if (text != NULL) {
        *text++ = '\0';
        text += strspn(text, " \t");
        if (!text_is_plain(text, 0, AW_PLAN_TEXT_LEN_MAX))
            return plan_wrong(r, "the instruction is longer than 120 bytes, or not plain text");
        (void)snprintf(level.text, sizeof level.text, "%s", text);
    }
    if (!plan_next_word(&value, &word) ||
        !plan_read_span(r, word, AW_PLAN_DAY_MAX_S, &level.delay_s))
        return r->problem != NULL ? false : plan_wrong(r, "write '15m group 1 2: what to do'");
    more = plan_next_word(&value, &word);
    if (more && strcmp(word, "everybody") == 0) {
        level.groups = AW_GROUPS_ALL;
        more = plan_next_word(&value, &word);
    } else if (!more || strcmp(word, "group") != 0) {
        return plan_wrong(r, "after the delay comes 'group' with numbers, or 'everybody'");
    } else if (!plan_read_groups(r, &value, &word, &level.groups, &more)) {
        return false;
    }
    if (more && strcmp(word, "shares") == 0) {
        level.shares = true;
        more = plan_next_word(&value, &word);
    }
    if (more)
        return plan_wrong(r, "before the colon only the delay, who is rung, and 'shares'");
    if (!r->has_level)
        r->plan->levels_count = 0;
    r->has_level = true;
    r->lines_level[r->plan->levels_count] = r->line;
    r->plan->levels[r->plan->levels_count++] = level;
    return true;
}

/* A name in quotes, or one word. */
bool plan_read_name(struct plan_reader *r, char **value, char **name)
{
    char *at = *value + strspn(*value, " \t"), *end;

    if (*at != '"')
        return plan_next_word(value, name) || plan_wrong(r, "write 'NAME group 1 place coarse'");
    end = strchr(++at, '"');
    if (end == NULL)
        return plan_wrong(r, "the closing '\"' of the name is missing");
    *end = '\0';
    *name = at;
    *value = end + 1;
    return true;
}

bool plan_find_person(struct plan_reader *r, const char *name, uint8_t *person)
{
    const struct plan_source *s = r->source;
    char *end = NULL;
    unsigned long number = strtoul(name, &end, 10);
    unsigned found = 0;

    for (size_t i = 0; i < s->people_count; i++) {
        if (strcmp(s->people[i].name, name) == 0 ||
            (*name != '\0' && *end == '\0' && s->people[i].person == number)) {
            *person = s->people[i].person;
            found++;
        }
    }
    if (found == 1)
        return true;
    (void)snprintf(r->note, sizeof r->note,
                   found == 0 ? "nobody called '%.40s' is paired: see 'allswell people'"
                              : "several people are called '%.40s': use the number",
                   name);
    return plan_wrong(r, r->note);
}

static bool read_data(struct plan_reader *r, const char *word, uint8_t *data)
{
    if (strcmp(word, "none") == 0)
        *data = AW_DATA_NONE;
    else if (strcmp(word, "coarse") == 0)
        *data = AW_DATA_COARSE;
    else if (strcmp(word, "exact") == 0)
        *data = AW_DATA_EXACT;
    else
        return plan_wrong(r, "'place' is followed by none, coarse or exact");
    return true;
}

/* Keeps the roster in ascending order of numbers, whatever the order of the lines. */
static bool add_member(struct plan_reader *r, const struct aw_member *member)
{
    struct aw_plan *p = r->plan;
    size_t i = p->roster_count;

    for (size_t k = 0; k < p->roster_count; k++) {
        if (p->roster[k].person == member->person)
            return plan_wrong(r, "this person is in the plan already");
    }
    if (p->roster_count == AW_PLAN_MEMBER_MAX)
        return plan_wrong(r, "more than 16 people");
    for (; i > 0 && p->roster[i - 1].person > member->person; i--) {
        p->roster[i] = p->roster[i - 1];
        r->lines_person[i] = r->lines_person[i - 1];
    }
    p->roster[i] = *member;
    r->lines_person[i] = r->line;
    p->roster_count++;
    return true;
}

static bool key_person(struct plan_reader *r, char *value)
{
    struct aw_member member = {.groups = 0, .data = AW_DATA_EXACT};
    char *name = NULL, *word = NULL;
    bool more;

    if (!plan_read_name(r, &value, &name) || !plan_find_person(r, name, &member.person))
        return false;
    member.human = member.person;
    for (size_t i = 0; i < r->source->people_count; i++) {
        if (r->source->people[i].person == member.person)
            memcpy(member.name, r->source->people[i].name, sizeof member.name);
    }
    more = plan_next_word(&value, &word);
    while (more) {
        if (strcmp(word, "group") == 0) {
            if (!plan_read_groups(r, &value, &word, &member.groups, &more))
                return false;
        } else if (strcmp(word, "place") == 0) {
            if (!plan_next_word(&value, &word))
                return plan_wrong(r, "'place' is followed by none, coarse or exact");
            if (!read_data(r, word, &member.data))
                return false;
            more = plan_next_word(&value, &word);
        } else if (strcmp(word, "asks") == 0) {
            member.asks = true;
            more = plan_next_word(&value, &word);
        } else if (strcmp(word, "device-of") == 0) {
            if (!plan_read_name(r, &value, &name) || !plan_find_person(r, name, &member.human))
                return false;
            more = plan_next_word(&value, &word);
        } else {
            return plan_wrong(r, "after the name come 'group 1 2', 'place none|coarse|exact', "
                                 "'asks' and 'device-of NAME'");
        }
    }
    if (member.groups == 0)
        member.groups = 1;
    if (!r->has_person)
        r->plan->roster_count = 0;
    r->has_person = true;
    return add_member(r, &member);
}

static bool key_threshold(struct plan_reader *r, char *value)
{
    r->has_threshold = true;
    return plan_read_count(r, value, AW_PLAN_MEMBER_MAX, &r->plan->threshold);
}

static bool key_ring(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, 3600, &r->plan->ring_s);
}

static bool key_claim(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, 7200, &r->plan->claim_s);
}

static bool key_claims(struct plan_reader *r, char *value)
{
    return plan_read_count(r, value, 8, &r->plan->claims_max);
}

static bool key_relaxed(struct plan_reader *r, char *value)
{
    r->plan->relaxed = strcmp(value, "yes") == 0;
    return r->plan->relaxed || strcmp(value, "no") == 0 || plan_wrong(r, "write 'yes' or 'no'");
}

static const struct {
    const char *key;
    bool (*read)(struct plan_reader *r, char *value);
} keys[] = {
    {"checkin", key_checkin},
    {"zone", key_zone},
    {"zone-rule", key_zone_rule},
    {"beat", key_beat},
    {"beat-grace", key_beat_grace},
    {"grace", key_grace},
    {"warning", key_warning},
    {"level", key_level},
    {"person", key_person},
    {"threshold", key_threshold},
    {"ring", key_ring},
    {"claim", key_claim},
    {"claims", key_claims},
    {"relaxed", key_relaxed},
    {"quiet", key_quiet},
    {"pause", key_pause},
    {"operator", key_operator},
    {"quorum", key_quorum},
    {"witness", key_witness},
    {"ceiling", key_ceiling},
    {"loosen", key_loosen},
    {"announce", key_announce},
    {"setup", key_setup},
    {"cadence", key_cadence},
    {"sos", key_sos},
    {"alarm-beat", key_alarm_beat},
    {"life", key_life},
    {"ask", key_ask},
    {"asks", key_asks},
};

static bool read_line(struct plan_reader *r, char *line)
{
    char *value = strchr(line, '=');
    const char *key = line;
    size_t len;

    if (value == NULL)
        return plan_wrong(r, "a line is 'key = value', or begins with #");
    *value++ = '\0';
    value += strspn(value, " \t");
    len = strlen(line);
    text_trim(&key, &len);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i].key) == len && strncmp(keys[i].key, key, len) == 0) {
            if (*value == '\0')
                return plan_wrong(r, "nothing after '='");
            return keys[i].read(r, value);
        }
    }
    (void)snprintf(r->note, sizeof r->note, "unknown key '%.*s': allswell-plan(5) lists the keys",
                   len > 40 ? 40 : (int)len, key);
    return plan_wrong(r, r->note);
}

/* The line that broke a rule of the plan, 0 when it is what is not in the file. */
static unsigned blame(const struct plan_reader *r, enum aw_plan_problem problem, size_t where)
{
    if (problem >= AW_PLAN_LINE_KIND && problem <= AW_PLAN_LINE_MINUTE && r->has_checkin &&
        where < AW_PLAN_LINE_MAX)
        return r->lines_schedule[where];
    if (problem == AW_PLAN_WARNING_ORDER && r->has_warning && where < AW_PLAN_WARNING_MAX)
        return r->lines_warning[where];
    if (problem >= AW_PLAN_LEVEL_ORDER && problem <= AW_PLAN_LAST_LEVEL && r->has_level &&
        where < AW_PLAN_LEVEL_MAX)
        return r->lines_level[where];
    if (problem >= AW_PLAN_MEMBER_ORDER && problem <= AW_PLAN_MEMBER_KEY && r->has_person &&
        where < AW_PLAN_MEMBER_MAX)
        return r->lines_person[where];
    if (problem >= AW_PLAN_QUIET_WINDOW && problem <= AW_PLAN_QUIET_LONG &&
        where < AW_PLAN_QUIET_MAX)
        return r->lines_quiet[where];
    if (problem >= AW_PLAN_PAUSE_ORDER && problem <= AW_PLAN_PAUSE_LONG &&
        where < AW_PLAN_PAUSE_MAX)
        return r->lines_pause[where];
    if (problem >= AW_PLAN_OPERATOR_ORDER && problem <= AW_PLAN_OPERATOR_WHO &&
        where < AW_PLAN_OPERATOR_MAX)
        return r->lines_operator[where];
    return problem == AW_PLAN_QUORUM ? r->line_quorum : 0;
}

static bool read_lines(struct plan_reader *r, struct tool_fail *fail)
{
    const char *at = r->source->text;

    while (*at != '\0') {
        size_t len = strcspn(at, "\n");
        const char *from = at;
        char line[LINE_MAX_LEN];

        at += len + (at[len] == '\n' ? 1 : 0);
        r->line++;
        text_trim(&from, &len);
        if (len == 0 || *from == '#')
            continue;
        if (len >= sizeof line)
            return fail_set(fail, TOOL_USAGE, "%s:%u: the line is too long: shorten it",
                            r->source->file, r->line);
        memcpy(line, from, len);
        line[len] = '\0';
        if (!read_line(r, line))
            return fail_set(fail, TOOL_USAGE, "%s:%u: %s", r->source->file, r->line, r->problem);
    }
    return true;
}

static void name_people(struct plan_reader *r)
{
    const struct plan_source *s = r->source;

    aw_plan_default(r->plan, s->people_count);
    for (size_t i = 0; i < s->people_count; i++) {
        r->plan->roster[i].person = r->plan->roster[i].human = s->people[i].person;
        memcpy(r->plan->roster[i].name, s->people[i].name, sizeof s->people[i].name);
    }
}

bool plan_text_read(struct aw_plan *plan, char zone[PLAN_ZONE_MAX + 1],
                    const struct plan_source *source, struct tool_fail *fail)
{
    struct plan_reader r = {.plan = plan, .source = source, .zone = zone};
    enum aw_plan_problem problem;
    size_t where = 0;
    unsigned line;

    memset(plan, 0, sizeof *plan);
    zone[0] = '\0';
    if (source->people_count == 0)
        return fail_set(fail, TOOL_STATE,
                        "nobody is paired yet: 'allswell invite' somebody before you make a plan");
    name_people(&r);
    if (!read_lines(&r, fail))
        return false;
    plan_complete(&r);
    problem = aw_plan_check(plan, &where);
    if (problem == AW_PLAN_GOOD)
        return true;
    line = blame(&r, problem, where);
    if (line == 0)
        return fail_set(fail, TOOL_USAGE, "%s: %s: see allswell-plan(5)", source->file,
                        aw_plan_problem_text(problem));
    return fail_set(fail, TOOL_USAGE, "%s:%u: %s: see allswell-plan(5)", source->file, line,
                    aw_plan_problem_text(problem));
}
