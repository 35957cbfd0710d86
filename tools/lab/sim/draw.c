/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"

#include <string.h>

/* What a seed is: the circle, the plan, the faults and their strength. */

/*
 * Two kinds of lives. Long ones are the years: one contact, few relays, days between check-ins;
 * what happens in them happens rarely, as in a life. Short ones are circles of every size, and much
 * happens in each of their days. A year of a long life costs about as much as a week of a short
 * one.
 */

#define LONG_PER_MILLE 600
#define LONG_MS        (100 * SIM_DAY)

static const uint32_t choice_long_s[] = {86400, 86400, 172800, 259200, 432000, 604800};
static const uint32_t choice_short_s[] = {3600, 7200, 14400, 28800};
static const uint8_t choice_days[] = {127, 127, 31, 21, 9, 1}; /* all, weekdays, three, two, one */

static uint32_t one_of(struct sim_rng *rng, const uint32_t *list, size_t count)
{
    return list[sim_below(rng, count)];
}

struct sim_rng sim_stream(const struct sim *w, uint64_t part)
{
    struct sim_rng rng = {(w->options.seed + 1) * UINT64_C(0x9e3779b97f4a7c15) ^
                          part * UINT64_C(0xd1342543de82ef95)};

    (void)sim_next(&rng);
    return rng;
}

static uint64_t short_life_ms(struct sim_rng *rng, uint8_t contacts)
{
    static const uint8_t most_days[] = {0, 60, 30, 20, 10, 10, 10};

    if (contacts >= AW_COUNT(most_days))
        return 4 * SIM_DAY;
    return sim_between(rng, 4, most_days[contacts]) * SIM_DAY;
}

/* Many contacts speak much with one another: the larger a circle, the rarer and shorter. */
static uint8_t short_contacts(struct sim_rng *rng)
{
    uint64_t k = sim_below(rng, 100);

    return (uint8_t)(k < 28   ? 1
                     : k < 52 ? 2
                     : k < 72 ? 3
                     : k < 92 ? sim_between(rng, 4, 6)
                              : sim_between(rng, 7, SIM_CONTACT_MAX));
}

static void draw_size(struct sim *w)
{
    struct sim_scene *s = &w->scene;
    struct sim_rng rng = sim_stream(w, 1);
    bool is_long = sim_chance(&rng, LONG_PER_MILLE) && w->options.contacts <= 1;
    bool is_small = is_long && sim_chance(&rng, 800);

    s->contacts = is_long ? 1 : short_contacts(&rng);
    if (w->options.contacts != 0)
        s->contacts = (uint8_t)w->options.contacts;
    s->life_ms =
        is_long ? sim_between(&rng, 500, 1500) * SIM_DAY : short_life_ms(&rng, s->contacts);
    if (w->options.life_ms != 0)
        s->life_ms = w->options.life_ms;
    s->is_long = s->life_ms >= LONG_MS;
    s->calm_ms = 4 * SIM_DAY;
    s->relays = (uint8_t)(is_small ? 1 : sim_between(&rng, 1, SIM_RELAY_MAX));
    s->box_cap = 8 + 2u * s->contacts;
    s->deposit_cap = 16 + 3u * s->contacts;
}

static bool is_named(const struct sim *w, enum sim_fault fault)
{
    return w->options.faults_on != UINT32_MAX && (w->options.faults_on >> fault & 1) != 0;
}

static void draw_faults(struct sim *w)
{
    struct sim_rng rng = sim_stream(w, 2);

    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        bool is_on = sim_chance(&rng, 350);
        uint32_t strength = (uint32_t)sim_between(&rng, 50, 1000);

        if ((w->options.faults_off >> i & 1) != 0)
            is_on = false;
        if ((w->options.faults_on >> i & 1) != 0)
            is_on = true;
        w->scene.strength[i] = is_on ? strength : 0;
        w->stats->fault_seeds[i] += is_on;
    }
    if (w->scene.contacts < 2)
        w->scene.strength[SIM_FAULT_TRAITOR] = w->scene.strength[SIM_FAULT_REMOVAL] = 0;
    if (w->scene.strength[SIM_FAULT_TRAITOR] == 0 || w->scene.strength[SIM_FAULT_HOSTILE] == 0)
        w->scene.strength[SIM_FAULT_OPERATOR] = 0;
    /* What she is forced to, or mistypes, he would be told of; his plan is the one before. */
    if (w->scene.strength[SIM_FAULT_REMOVAL] > 0)
        w->scene.strength[SIM_FAULT_ODD] = w->scene.strength[SIM_FAULT_PAUSE] = 0;
    /* Open: see README.md. Who names it gets it. */
    if (!is_named(w, SIM_FAULT_REMOVAL) &&
        (w->scene.strength[SIM_FAULT_RESTORE] > 0 || w->scene.strength[SIM_FAULT_LIE] > 0))
        w->scene.strength[SIM_FAULT_REMOVAL] = 0;
    if (!is_named(w, SIM_FAULT_EPOCH) &&
        (w->scene.strength[SIM_FAULT_RESTORE] > 0 || w->scene.strength[SIM_FAULT_LIE] > 0 ||
         w->scene.strength[SIM_FAULT_CLOCK] > 0))
        w->scene.strength[SIM_FAULT_EPOCH] = 0;
}

static void draw_pace(struct sim *w)
{
    struct sim_scene *s = &w->scene;
    struct sim_rng rng = sim_stream(w, 3);

    s->latency_ms = s->strength[SIM_FAULT_DELAY] == 0 ? 0 : sim_between(&rng, 1, 200);
    s->commit_ms = sim_chance(&rng, 300) ? sim_between(&rng, 1, 20) : 0;
    s->probe_ms =
        s->is_long ? sim_between(&rng, 12, 48) * SIM_HOUR : sim_between(&rng, 1, 6) * SIM_HOUR;
    s->incident_ms = s->life_ms / (s->is_long ? sim_between(&rng, 4, 16) : sim_between(&rng, 2, 8));
    s->late_pm = s->strength[SIM_FAULT_LATE] / 25;
}

static void draw_schedule(struct sim_rng *rng, struct aw_plan *p, bool is_long)
{
    p->schedule_count = 1;
    if (sim_chance(rng, 500)) {
        p->schedule[0] = (struct aw_schedule_line){
            .every_s = is_long ? one_of(rng, choice_long_s, AW_COUNT(choice_long_s))
                               : one_of(rng, choice_short_s, AW_COUNT(choice_short_s))};
    } else {
        uint8_t days = is_long ? choice_days[sim_below(rng, AW_COUNT(choice_days))] : 127;

        p->schedule_count = (uint8_t)(is_long ? 1 : sim_between(rng, 1, 2));
        for (uint8_t i = 0; i < p->schedule_count; i++)
            p->schedule[i] = (struct aw_schedule_line){
                .days = days, .minute = (uint16_t)sim_below(rng, 1440), .has_minute = true};
    }
    if (sim_chance(rng, 200)) {
        p->quiet_count = 1;
        p->quiet[0] = (struct aw_quiet){.days = 127, .from = 1320, .until = 360};
    }
}

/* Local time, and what changes it: at two in the morning, twice a year and once in a short life. */
static void draw_zone(struct sim *w, struct aw_plan *p)
{
    static const int32_t offsets_s[] = {-36000, -28800, -18000, -12600, 3600, 7200, 20700, 43200};
    struct sim_rng rng = sim_stream(w, 9);
    int32_t offset_s = offsets_s[sim_below(&rng, AW_COUNT(offsets_s))];
    int32_t swing_s = sim_chance(&rng, 800) ? 3600 : 1800;
    uint64_t half_year = 182, days = w->scene.life_ms / SIM_DAY + 1;
    uint64_t day = SIM_T0_S / 86400 + sim_below(&rng, days < half_year ? days : half_year);

    if (sim_chance(&rng, 500))
        swing_s = -swing_s;
    p->zone[0] = (struct aw_zone_rule){.from = 0, .offset_s = offset_s};
    for (p->zone_count = 1; p->zone_count < 12; p->zone_count++) {
        p->zone[p->zone_count].from = (uint32_t)((int64_t)day * 86400 + 7200 - offset_s);
        offset_s += swing_s;
        swing_s = -swing_s;
        p->zone[p->zone_count].offset_s = offset_s;
        day += half_year;
    }
}

static void draw_ladder(struct sim_rng *rng, struct aw_plan *p)
{
    uint32_t delay_s = sim_chance(rng, 700) ? 0 : (uint32_t)sim_between(rng, 1, 600);

    p->levels_count = (uint8_t)sim_between(rng, 2, 4);
    for (uint8_t i = 0; i < p->levels_count; i++) {
        bool is_last = i + 1 == p->levels_count;

        p->levels[i] = (struct aw_level){.delay_s = delay_s,
                                         .groups = (uint8_t)(i == 0 ? 1 : 3),
                                         .shares = sim_chance(rng, 400) || is_last};
        if (is_last)
            p->levels[i].groups = AW_GROUPS_ALL;
        delay_s += (uint32_t)sim_between(rng, 300, 3600);
    }
    p->ring_s = (uint32_t)sim_between(rng, 600, 3600);
    p->claim_s = (uint32_t)sim_between(rng, 600, 7200);
    p->claims_max = (uint8_t)sim_between(rng, 1, 4);
    p->relaxed = sim_chance(rng, 100);
}

/* The first relay is the hostile one, and his. */
static void name_operator(struct sim *w, struct aw_plan *p)
{
    uint8_t n = 1;

    while (!w->humans[n].is_traitor)
        n++;
    if (p->operators_count == 0)
        p->operators_count = w->scene.operators = 1;
    p->operators[0].relay_key[0] = 9;
    p->operators[0].person = n;
}

static void draw_roster(struct sim *w, struct sim_rng *rng, struct aw_plan *p)
{
    uint8_t n = w->scene.contacts;

    for (uint8_t i = 0; i < n; i++) {
        struct aw_member *m = &p->roster[i];

        m->groups = (uint8_t)(i == 0 ? 1 : sim_between(rng, 1, 3));
        m->data = (uint8_t)sim_below(rng, 3);
        m->asks = sim_chance(rng, 500);
        (void)snprintf(m->name, sizeof m->name, "contact %u", i + 1u);
        w->humans[i + 1].is_circle = i == 0 || sim_chance(rng, 500);
        w->humans[i + 1].react_ms = sim_between(rng, 2, 60) * SIM_MINUTE;
        w->humans[i + 1].is_awake_only = sim_chance(rng, 300);
    }
    if (w->scene.strength[SIM_FAULT_TRAITOR] > 0)
        w->humans[sim_between(rng, 1, n)].is_traitor = true;
    if (n >= 2)
        p->threshold = (uint8_t)sim_between(rng, 2, n < 4 ? n : 4);
    p->council.quorum = (uint8_t)sim_between(rng, 1, n);
    /* Who runs the relays: outsiders, or a contact, or nobody says. */
    w->scene.operators = (uint8_t)sim_between(rng, 0, w->scene.relays);
    for (uint8_t i = 0; i < w->scene.operators; i++) {
        p->operators[i].relay_key[0] = (uint8_t)(9 + i);
        p->operators[i].person = (uint8_t)sim_below(rng, n + 1u);
    }
    p->operators_count = w->scene.operators;
    if (w->scene.strength[SIM_FAULT_OPERATOR] > 0)
        name_operator(w, p);
}

static void draw_plan(struct sim *w)
{
    struct sim_rng many = sim_stream(w, 4), *rng = &many;
    struct aw_plan *p = &w->scene.plan;
    bool is_long = w->scene.is_long;

    aw_plan_default(p, w->scene.contacts);
    draw_schedule(rng, p, is_long);
    draw_ladder(rng, p);
    draw_roster(w, rng, p);
    p->beat_s =
        (uint32_t)(is_long ? sim_between(rng, 12, 24) * 3600 : sim_between(rng, 10, 120) * 60);
    p->beat_grace_s = (uint32_t)sim_between(rng, 2, 24) * 3600;
    p->grace_s = (uint32_t)sim_between(rng, 5, 90) * 60;
    p->council.witness_s = (uint32_t)(w->scene.contacts > 3 ? 3600 : sim_between(rng, 600, 3600));
    p->council.ceiling_s = (uint32_t)sim_between(rng, 600, 7200);
    p->change.loosen_s = (uint32_t)sim_between(rng, 1, 24) * 3600;
    p->pace.alarm_beat_s = (uint32_t)sim_between(rng, 900, 3600);
    p->pace.sos_now = sim_chance(rng, 700);
    if (sim_chance(rng, is_long ? 20 : 200))
        p->pace.cadence_s = is_long ? 3600 : 900;
    p->grace_s += p->pace.cadence_s; /* a word waits that long for its slot */
    if (w->scene.strength[SIM_FAULT_ZONE] > 0)
        draw_zone(w, p);
    if (aw_plan_check(p, NULL) != AW_PLAN_GOOD)
        AW_UNREACHABLE();
}

static void describe(struct sim *w)
{
    const struct aw_plan *p = &w->scene.plan;
    char text[SIM_LINE_LEN] = "";
    size_t len = 0;

    for (unsigned i = 0; i < SIM_FAULT_COUNT && len < sizeof text - 24; i++) {
        if (w->scene.strength[i] > 0)
            len +=
                (size_t)snprintf(text + len, sizeof text - len, " %s %u",
                                 sim_fault_name((enum sim_fault)i), (unsigned)w->scene.strength[i]);
    }
    sim_note(w, "%u contacts, %u relays, %u days; faults:%s", w->scene.contacts, w->scene.relays,
             (unsigned)(w->scene.life_ms / SIM_DAY), text);
    sim_note(
        w, "check-in %s %u, grace %u min, beat %u + %u min, ceiling %u min, %u levels, slots %u s",
        p->schedule[0].every_s != 0 ? "every (min)" : "at (min)",
        p->schedule[0].every_s != 0 ? p->schedule[0].every_s / 60 : p->schedule[0].minute,
        p->grace_s / 60, p->beat_s / 60, p->beat_grace_s / 60, p->council.ceiling_s / 60,
        p->levels_count, p->pace.cadence_s);
}

void sim_draw(struct sim *w)
{
    draw_size(w);
    draw_faults(w);
    draw_pace(w);
    draw_plan(w);
    w->safe_key[0] = 1;
    w->duress_key[0] = 2;
    w->now_ms = 1000;
    sim_odd_draw(w);
    w->early = sim_stream(w, 8);
    w->looks = sim_stream(w, 11);
    describe(w);
}
