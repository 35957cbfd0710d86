/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"

/*
 * When a check-in is due (spec/15-plan.md §4), by counting minutes: another way than that of
 * core/schedule.c. Plans of this world have no zone; pauses are judged by the engine alone.
 */

#define DAY_MIN    1440U
#define AHEAD_DAYS 16U
#define EARLY_MAX  5400U

static bool is_daily(const struct aw_plan *p, uint64_t minute)
{
    /* 1970-01-01 was a Thursday, and Monday is bit 0. */
    unsigned weekday = (unsigned)((minute / DAY_MIN + 3) % 7);

    for (size_t i = 0; i < p->schedule_count; i++) {
        if (p->schedule[i].every_s == 0 && p->schedule[i].minute == minute % DAY_MIN &&
            (p->schedule[i].days >> weekday & 1) != 0)
            return true;
    }
    return false;
}

static bool is_quiet(const struct aw_plan *p, uint64_t minute)
{
    return p->quiet_count > 0 &&
           aw_schedule_is_quiet(p, (unsigned)((minute + 3 * (uint64_t)DAY_MIN) % (7 * DAY_MIN)));
}

uint64_t sim_due_s(const struct aw_plan *p, uint64_t base_s)
{
    uint64_t before_s = 0, due_s = 0;

    if (p->schedule[0].every_s != 0 || p->pauses_count > 0 || p->zone_count > 0)
        return aw_plan_due_s(p, base_s);
    for (uint64_t minute = base_s / 60 - AHEAD_DAYS * DAY_MIN; due_s == 0; minute++) {
        uint64_t early_s = EARLY_MAX;

        if (!is_daily(p, minute))
            continue;
        if (before_s != 0 && (60 * minute - before_s) / 2 < early_s)
            early_s = (60 * minute - before_s) / 2;
        if (60 * minute - early_s > base_s)
            due_s = 60 * minute;
        before_s = 60 * minute;
    }
    while (is_quiet(p, due_s / 60))
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
