/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/*
 * When a check-in is due (spec/15-plan.md §4), by counting minutes: another way than that of
 * core/schedule.c. No zone here changes at the end of a quiet window; pauses are judged by the
 * engine alone.
 */

#define DAY_MIN    1440
#define WEEK_MIN   (7 * DAY_MIN)
#define AHEAD_DAYS 16
#define EARLY_MAX  5400U

static int64_t offset_min(const struct aw_plan *p, size_t rule)
{
    return p->zone_count == 0 ? 0 : p->zone[rule].offset_s / 60;
}

/* The rule in force. `minute`: since 1970, as all here. */
static size_t rule_at(const struct aw_plan *p, int64_t minute)
{
    size_t rule = 0;

    for (size_t i = 1; i < p->zone_count; i++)
        rule = p->zone[i].from / 60 <= minute ? i : rule;
    return rule;
}

/* Minute of the week, from Monday. 1970-01-01 was a Thursday. */
static unsigned week_minute(int64_t local)
{
    return (unsigned)((local + 3 * (int64_t)DAY_MIN) % WEEK_MIN);
}

static bool is_named(const struct aw_plan *p, int64_t local)
{
    unsigned at = week_minute(local);

    for (size_t i = 0; i < p->schedule_count; i++) {
        if (p->schedule[i].every_s == 0 && p->schedule[i].minute == at % DAY_MIN &&
            (p->schedule[i].days >> (at / DAY_MIN) & 1) != 0)
            return true;
    }
    return false;
}

/* A local time that is repeated counts once; those that are skipped count when they are over. */
static bool is_daily(const struct aw_plan *p, int64_t minute)
{
    size_t rule = rule_at(p, minute);
    int64_t now = offset_min(p, rule), before = rule == 0 ? now : offset_min(p, rule - 1);
    int64_t since = rule == 0 ? 0 : p->zone[rule].from / 60;

    if (minute < since + before - now)
        return false;
    for (int64_t local = since + before; minute == since && local < since + now; local++) {
        if (is_named(p, local))
            return true;
    }
    return is_named(p, minute + now);
}

static bool is_quiet(const struct aw_plan *p, int64_t minute)
{
    return p->quiet_count > 0 &&
           aw_schedule_is_quiet(p, week_minute(minute + offset_min(p, rule_at(p, minute))));
}

uint64_t sim_due_s(const struct aw_plan *p, uint64_t base_s)
{
    uint64_t before_s = 0, due_s = 0;

    if (p->schedule[0].every_s != 0 || p->pauses_count > 0)
        return aw_plan_due_s(p, base_s);
    for (int64_t minute = (int64_t)base_s / 60 - AHEAD_DAYS * DAY_MIN; due_s == 0; minute++) {
        uint64_t early_s = EARLY_MAX, at_s = 60 * (uint64_t)minute;

        if (!is_daily(p, minute))
            continue;
        if (before_s != 0 && (at_s - before_s) / 2 < early_s)
            early_s = (at_s - before_s) / 2;
        if (at_s - early_s > base_s)
            due_s = at_s;
        before_s = at_s;
    }
    while (is_quiet(p, (int64_t)due_s / 60))
        due_s += 60;
    return due_s;
}

void sim_check_due(struct sim *w, struct sim_host *h)
{
    const struct contact *c = contact_of_const(h->contact);
    const struct aw_watch *word = &c->book.checkin;
    uint64_t base_s = word->base_s, due_s = c->ladder.due.at_s[AW_LADDER_DUE(AW_WHY_CHECKIN)];
    uint64_t said_s = base_s + word->call.valid_for_s, want_s;

    if (!c->has_plan || word->call.seq == 0 || due_s == w->seen_due_s[h->idx] ||
        c->ladder.peers.spoken_s > base_s)
        return;
    w->seen_due_s[h->idx] = due_s;
    if (sim_canary(w, SIM_I16_DUE) && h->idx == 1)
        due_s += 86400;
    want_s = sim_due_s(&c->plan, base_s);
    want_s = want_s < said_s ? want_s : said_s;
    w->stats->checks[SIM_I16_DUE]++;
    if (due_s != want_s)
        sim_fail(w, SIM_I16_DUE, "%s: check-in %u is due at %llu, and not at %llu",
                 sim_name(h->idx), (unsigned)word->call.seq, (unsigned long long)due_s,
                 (unsigned long long)want_s);
}
