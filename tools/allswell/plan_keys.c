/* SPDX-License-Identifier: ISC */
#include "allswell/plan_reader.h"

#include "common/base64.h"
#include "common/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The reader of plan files, second part: quiet hours to questions. */

bool key_quiet(struct plan_reader *r, char *value)
{
    struct aw_quiet window = {0};
    char *word = NULL, *dash;

    if (r->plan->quiet_count == AW_PLAN_QUIET_MAX)
        return plan_wrong(r, "more than 4 windows of quiet hours: join some");
    dash = plan_next_word(&value, &word) ? strchr(word, '-') : NULL;
    if (dash == NULL)
        return plan_wrong(r, "write '23:00-07:00', and days if it is not for every day");
    *dash = '\0';
    if (!plan_read_minute(r, word, &window.from) || !plan_read_minute(r, dash + 1, &window.until))
        return false;
    while (plan_next_word(&value, &word)) {
        if (!plan_read_days(r, word, &window.days))
            return false;
    }
    if (window.days == 0)
        window.days = 127;
    r->lines_quiet[r->plan->quiet_count] = r->line;
    r->plan->quiet[r->plan->quiet_count++] = window;
    return true;
}

static bool read_number(const char **at, size_t digits, int *out)
{
    *out = 0;
    for (size_t i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

/* "2027-03-01": midnight of that day, in seconds. */
static bool read_date(const char *word, int64_t *out)
{
    struct tm tm = {0}, again;
    const char *at = word;
    time_t seconds;

    if (!read_number(&at, 4, &tm.tm_year) || *at++ != '-' || !read_number(&at, 2, &tm.tm_mon) ||
        *at++ != '-' || !read_number(&at, 2, &tm.tm_mday) || *at != '\0')
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon--;
    again = tm;
    seconds = timegm(&again);
    *out = seconds;
    return seconds >= 0 && again.tm_mday == tm.tm_mday && again.tm_mon == tm.tm_mon;
}

/* "2027-03-01 09:00", local by the zone of the plan, or seconds since 1970. */
static bool read_moment(struct plan_reader *r, char **value, int64_t *at_s, bool *is_local)
{
    char *word = NULL, *end = NULL;
    unsigned minutes = 0;

    if (!plan_next_word(value, &word))
        return plan_wrong(r, "write '2027-03-01 09:00 until 2027-03-05 18:00'");
    *is_local = strchr(word, '-') != NULL;
    if (!*is_local) {
        *at_s = (int64_t)strtoul(word, &end, 10);
        return (end != word && *end == '\0' && *at_s <= UINT32_MAX) ||
               plan_wrong(r, "a moment is written as '2027-03-01 09:00'");
    }
    if (!read_date(word, at_s) || !plan_next_word(value, &word) || !text_clock(word, 23, &minutes))
        return plan_wrong(r, "a moment is written as '2027-03-01 09:00'");
    *at_s += (int64_t)minutes * 60;
    return true;
}

bool key_pause(struct plan_reader *r, char *value)
{
    size_t i = r->plan->pauses_count;
    char *word = NULL;

    if (i == AW_PLAN_PAUSE_MAX)
        return plan_wrong(r, "more than 4 pauses");
    if (!read_moment(r, &value, &r->pauses_s[i][0], &r->pauses_local[i][0]))
        return false;
    if (!plan_next_word(&value, &word) || strcmp(word, "until") != 0)
        return plan_wrong(r, "a pause has an end: write 'until' and when");
    if (!read_moment(r, &value, &r->pauses_s[i][1], &r->pauses_local[i][1]))
        return false;
    if (plan_next_word(&value, &word))
        return plan_wrong(r, "nothing follows the end of a pause");
    r->lines_pause[i] = r->line;
    r->plan->pauses_count++;
    return true;
}

/* The key of a relay, or its address line, which ends with it. */
static bool read_relay(struct plan_reader *r, const char *word, uint8_t relay_key[32])
{
    const char *slash = strrchr(word, '/');
    const char *key = slash == NULL ? word : slash + 1;

    return base64_decode(relay_key, 32, key, strlen(key)) ||
           plan_wrong(r, "a relay is named by its address line or its key: 'allswell relay list'");
}

bool key_operator(struct plan_reader *r, char *value)
{
    struct aw_plan *p = r->plan;
    struct aw_operator op = {.person = 0};
    char *word = NULL, *name = NULL;
    size_t i = p->operators_count;

    if (i == AW_PLAN_OPERATOR_MAX)
        return plan_wrong(r, "more than 16 relays");
    if (!plan_next_word(&value, &word))
        return plan_wrong(r, "write 'RELAY NAME', or 'RELAY outside'");
    if (!read_relay(r, word, op.relay_key) || !plan_read_name(r, &value, &name))
        return false;
    if (strcmp(name, "outside") != 0 && !plan_find_person(r, name, &op.person))
        return false;
    /* The order is by key, whatever the order of the lines. */
    for (; i > 0 && memcmp(p->operators[i - 1].relay_key, op.relay_key, 32) > 0; i--) {
        p->operators[i] = p->operators[i - 1];
        r->lines_operator[i] = r->lines_operator[i - 1];
    }
    if (i > 0 && memcmp(p->operators[i - 1].relay_key, op.relay_key, 32) == 0)
        return plan_wrong(r, "this relay is in the plan already");
    p->operators[i] = op;
    r->lines_operator[i] = r->line;
    p->operators_count++;
    return true;
}

bool key_quorum(struct plan_reader *r, char *value)
{
    r->line_quorum = r->line;
    return plan_read_count(r, value, AW_PLAN_MEMBER_MAX, &r->plan->council.quorum);
}

bool key_witness(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, 3600, &r->plan->council.witness_s);
}

bool key_ceiling(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, AW_PLAN_DAY_MAX_S, &r->plan->council.ceiling_s);
}

bool key_loosen(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, AW_SPAN_MAX_S, &r->plan->change.loosen_s);
}

bool key_announce(struct plan_reader *r, char *value)
{
    struct aw_change *change = &r->plan->change;
    char *word = NULL;
    bool more = false;

    change->announce = 0;
    if (!plan_next_word(&value, &word))
        return plan_wrong(r, "write 'group 1 2', 'everybody' or 'nobody'");
    if (strcmp(word, "group") == 0) {
        if (!plan_read_groups(r, &value, &word, &change->announce, &more))
            return false;
        return !more || plan_wrong(r, "nothing follows the numbers");
    }
    if (strcmp(word, "everybody") == 0)
        change->announce = AW_GROUPS_ALL;
    else if (strcmp(word, "nobody") != 0)
        return plan_wrong(r, "write 'group 1 2', 'everybody' or 'nobody'");
    return true;
}

/* One of two words. */
static bool read_choice(struct plan_reader *r, const char *value, const char *yes, const char *no,
                        bool *out)
{
    *out = strcmp(value, yes) == 0;
    if (*out || strcmp(value, no) == 0)
        return true;
    (void)snprintf(r->note, sizeof r->note, "write '%s' or '%s'", yes, no);
    return plan_wrong(r, r->note);
}

bool key_setup(struct plan_reader *r, char *value)
{
    r->has_setup = true;
    return read_choice(r, value, "yes", "no", &r->plan->change.setup);
}

/* A span, or a word for 0. */
static bool read_span_or(struct plan_reader *r, const char *value, const char *never,
                         uint32_t max_s, uint32_t *out)
{
    *out = 0;
    return strcmp(value, never) == 0 || plan_read_span(r, value, max_s, out);
}

bool key_cadence(struct plan_reader *r, char *value)
{
    return read_span_or(r, value, "none", 3600, &r->plan->pace.cadence_s);
}

bool key_sos(struct plan_reader *r, char *value)
{
    return read_choice(r, value, "at-once", "in-slot", &r->plan->pace.sos_now);
}

bool key_alarm_beat(struct plan_reader *r, char *value)
{
    return plan_read_span(r, value, 3600, &r->plan->pace.alarm_beat_s);
}

bool key_life(struct plan_reader *r, char *value)
{
    return read_span_or(r, value, "never", AW_SPAN_MAX_S, &r->plan->pace.life_s);
}

bool key_ask(struct plan_reader *r, char *value)
{
    return read_span_or(r, value, "never", AW_PLAN_DAY_MAX_S, &r->plan->pace.ask_s);
}

bool key_asks(struct plan_reader *r, char *value)
{
    return plan_read_count(r, value, 16, &r->plan->pace.asks_max);
}

/* UTC of a local time; where a clock repeats it, the first. */
static int64_t utc_of(const struct aw_plan *plan, int64_t local_s)
{
    int64_t guess_s = local_s > AW_PLAN_DAY_MAX_S ? local_s - AW_PLAN_DAY_MAX_S : 0;

    for (unsigned i = 0; i < 3; i++)
        guess_s = local_s - aw_plan_offset_s(plan, guess_s > 0 ? (uint64_t)guess_s : 0);
    return guess_s;
}

void plan_moment_write(char out[PLAN_MOMENT_MAX], const struct aw_plan *plan, uint32_t at_s)
{
    int64_t local_s = (int64_t)at_s + aw_plan_offset_s(plan, at_s);
    time_t seconds = (time_t)local_s;
    struct tm tm;

    if (local_s < 0 || local_s % 60 != 0 || utc_of(plan, local_s) != at_s ||
        gmtime_r(&seconds, &tm) == NULL) {
        (void)snprintf(out, PLAN_MOMENT_MAX, "%u", at_s);
        return;
    }
    (void)strftime(out, PLAN_MOMENT_MAX, "%Y-%m-%d %H:%M", &tm);
}

static void keep_members(struct aw_plan *plan, const struct aw_plan *current)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        for (size_t k = 0; k < current->roster_count; k++) {
            if (current->roster[k].person != plan->roster[i].person)
                continue;
            memcpy(plan->roster[i].key, current->roster[k].key, sizeof plan->roster[i].key);
            memcpy(plan->roster[i].sign_key, current->roster[k].sign_key,
                   sizeof plan->roster[i].sign_key);
        }
        plan->decoys = (uint16_t)(plan->decoys & ~(1U << (plan->roster[i].person - 1)));
    }
}

void plan_complete(struct plan_reader *r)
{
    struct aw_plan *plan = r->plan;
    const struct aw_plan *current = r->source->current;
    size_t humans = 0;

    for (size_t i = 0; i < plan->pauses_count; i++) {
        for (size_t k = 0; k < 2; k++) {
            int64_t at_s = r->pauses_s[i][k];

            at_s = r->pauses_local[i][k] ? utc_of(plan, at_s) : at_s;
            at_s = at_s < 0 ? 0 : at_s > UINT32_MAX ? UINT32_MAX : at_s;
            *(k == 0 ? &plan->pauses[i].from : &plan->pauses[i].until) = (uint32_t)at_s;
        }
    }
    if (current != NULL) {
        plan->has_card_hash = current->has_card_hash;
        memcpy(plan->card_hash, current->card_hash, sizeof plan->card_hash);
        plan->decoys = current->decoys;
        keep_members(plan, current);
        if (!r->has_setup)
            plan->change.setup = current->change.setup;
    }
    for (size_t i = 0; i < plan->roster_count; i++)
        humans += plan->roster[i].human == plan->roster[i].person;
    if (!r->has_threshold)
        plan->threshold = humans > 1 ? 2 : 1;
    if (r->line_quorum == 0)
        plan->council.quorum = (uint8_t)(humans / 2 + 1);
}
