/* SPDX-License-Identifier: ISC */
#include "escalation.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Input: four bytes for the plan and who this contact is, then a trace, two bytes an action: how
 * much time passes before it and whether the engine sleeps through it, then what. Property: the
 * ladder and the model of spec/07-contact.md §5 never differ in state, incident, level, or in
 * what they say.
 */

#define ACTIONS_MAX 60

struct scene {
    struct aw_plan plan;
    struct aw_ladder_rules rules;
    struct aw_ladder ladder;
    struct model model;
    struct aw_ladder_out out;
    uint64_t now_s;
    uint32_t seq;
};

static int compare_events(const void *a, const void *b)
{
    const struct aw_ladder_event *x = a, *y = b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

static void show(const struct scene *s)
{
    (void)fprintf(stderr, "at %llu: ladder state %d incident %d level %u; model %d %d %u\n",
                  (unsigned long long)s->now_s, s->ladder.state, s->ladder.incident,
                  s->ladder.level, s->model.state, s->model.incident, s->model.level);
    for (size_t i = 0; i < s->out.count; i++)
        (void)fprintf(stderr, "  ladder %s %u at %llu\n", aw_event_name(s->out.events[i].kind),
                      s->out.events[i].level, (unsigned long long)s->out.events[i].at_s);
    for (size_t i = 0; i < s->model.out_count; i++)
        (void)fprintf(stderr, "  model  %s %u at %llu\n", aw_event_name(s->model.out[i].kind),
                      s->model.out[i].level, (unsigned long long)s->model.out[i].at_s);
}

static bool is_same(struct scene *s)
{
    if (s->ladder.state != s->model.state || s->ladder.incident != s->model.incident ||
        s->ladder.level != s->model.level || s->out.count != s->model.out_count)
        return false;
    qsort(s->out.events, s->out.count, sizeof s->out.events[0], compare_events);
    qsort(s->model.out, s->model.out_count, sizeof s->model.out[0], compare_events);
    for (size_t i = 0; i < s->out.count; i++) {
        if (compare_events(&s->out.events[i], &s->model.out[i]) != 0)
            return false;
    }
    return true;
}

static void compare(struct scene *s)
{
    bool same = is_same(s);

    if (!same)
        show(s);
    AW_ASSERT(same);
    s->out.count = s->model.out_count = 0;
}

/* Serves every deadline on the way, as a host does that is awake; or none. */
static void pass(struct scene *s, uint64_t seconds, bool sleeps)
{
    uint64_t end_s = s->now_s + seconds;

    while (!sleeps && s->ladder.deadline_s < end_s) {
        s->now_s = s->ladder.deadline_s;
        aw_ladder_tick(&s->ladder, &s->rules, s->now_s, &s->out);
        model_tick(&s->model, &s->rules, s->now_s);
        compare(s);
    }
    s->now_s = end_s;
    aw_ladder_tick(&s->ladder, &s->rules, s->now_s, &s->out);
    model_tick(&s->model, &s->rules, s->now_s);
    compare(s);
}

static void watch(struct scene *s, unsigned arg)
{
    static const int64_t at_s[] = {-600, -60, 60, 600, 1800, 3600, 7200, 20};
    struct aw_ladder_due due;

    for (unsigned i = 0; i < AW_LADDER_DUES; i++)
        due.at_s[i] = AW_NO_TIME;
    due.at_s[arg % AW_LADDER_DUES] = s->now_s + (uint64_t)at_s[arg / 2 % 8];
    due.at_s[0] = arg % 3 == 0 ? due.at_s[0] : s->now_s + 9000;
    aw_ladder_watch(&s->ladder, &s->rules, &due, s->now_s, &s->out);
    model_watch(&s->model, &s->rules, &due);
}

static void word(struct scene *s, unsigned what, unsigned arg)
{
    uint64_t made_s = s->now_s - 60 * (uint64_t)(arg % 4);
    uint32_t seq = arg % 8 == 7 ? s->seq : ++s->seq;

    if (what == 0) {
        enum aw_incident_kind kind = (enum aw_incident_kind)(AW_INCIDENT_WRONG + (int)(arg % 3));

        aw_ladder_alarm(&s->ladder, &s->rules, kind, seq, made_s, s->now_s, &s->out);
        model_alarm(&s->model, &s->rules, kind, seq, made_s);
    } else if (what == 1) {
        aw_ladder_safe(&s->ladder, &s->rules, seq, made_s, s->now_s, &s->out);
        model_safe(&s->model, &s->rules, seq, made_s);
    } else {
        aw_ladder_cancel(&s->ladder, &s->rules, s->now_s, &s->out);
        model_cancel(&s->model);
    }
}

static void human(struct scene *s, unsigned what)
{
    enum aw_status st;
    bool holds;

    if (what == 0) {
        st = aw_ladder_claim(&s->ladder, &s->rules, s->now_s, &s->out);
        holds = model_claim(&s->model, &s->rules);
        AW_ASSERT(holds == (st == AW_OK));
    } else if (what == 1) {
        st = aw_ladder_decline(&s->ladder, &s->rules, s->now_s, &s->out);
        model_decline(&s->model, &s->rules);
        AW_ASSERT(st == AW_OK || st == AW_E_STATE);
    } else {
        st = aw_ladder_confirm(&s->ladder, &s->rules, s->now_s, &s->out);
        model_confirm(&s->model, &s->rules);
        AW_ASSERT(st == AW_OK || st == AW_E_STATE);
    }
}

static void peer(struct scene *s, bool confirms, unsigned arg)
{
    const struct aw_ladder_peer him = {.human = (uint8_t)(arg % 4 + 1),
                                       .groups = (uint8_t)(arg / 2 % 3 + 1),
                                       .is_fellow = arg % 2 == 0};
    uint64_t at_s = s->now_s + 300 - 100 * (uint64_t)(arg % 6);

    if (confirms) {
        aw_ladder_peer_confirm(&s->ladder, &s->rules, &him, at_s, s->now_s, &s->out);
        model_peer_confirm(&s->model, &s->rules, &him, at_s);
    } else {
        aw_ladder_peer_claim(&s->ladder, &s->rules, &him, at_s + 600, s->now_s, &s->out);
        model_peer_claim(&s->model, &s->rules, &him, at_s + 600);
    }
}

static void act(struct scene *s, unsigned what, unsigned arg)
{
    switch (what) {
    case 0:
    case 1:
        watch(s, arg);
        break;
    case 2:
    case 3:
    case 4:
        word(s, what - 2, arg);
        break;
    case 5:
    case 6:
    case 7:
        human(s, what - 5);
        break;
    case 8:
    case 9:
        aw_ladder_path(&s->ladder, &s->rules, s->now_s - 30 * (arg % 4), s->now_s, &s->out);
        model_path(&s->model, &s->rules, s->now_s - 30 * (arg % 4));
        break;
    case 10:
        aw_ladder_others(&s->ladder, &s->rules, s->now_s, &s->out);
        model_others(&s->model, &s->rules);
        break;
    case 11:
    case 12:
        peer(s, what == 11, arg);
        break;
    case 13:
        s->rules.is_away = (arg & 1) != 0;
        s->rules.is_doubt = (arg & 2) != 0;
        s->rules.empty = (uint8_t)(arg >> 2 & 3);
        break;
    default:
        break;
    }
}

static void start(struct scene *s, const uint8_t *data)
{
    struct aw_plan *p = &s->plan;

    memset(s, 0, sizeof *s);
    s->now_s = 1790000000;
    aw_plan_default(p, 4);
    p->grace_s = 60 * (1 + data[0] % 10u);
    p->ring_s = 60 * (1 + data[0] / 16u);
    p->claim_s = 300 * (1 + data[1] % 8u);
    p->claims_max = data[1] / 8 % 4;
    p->relaxed = data[1] >= 128;
    p->council.ceiling_s = 1800 * (1 + data[2] % 4u);
    p->levels_count = 1 + data[2] / 4 % 3;
    for (size_t i = 0; i < p->levels_count; i++)
        p->levels[i] = (struct aw_level){.delay_s = (uint32_t)i * 300u + data[2] / 16u * 60u,
                                         .groups = (uint8_t)(1 + (data[3] >> i) % 3)};
    p->levels[p->levels_count - 1].groups = AW_GROUPS_ALL; /* every plan is so: WI-22 */
    s->rules = (struct aw_ladder_rules){.plan = p, .groups = (uint8_t)(1 + data[3] / 32 % 3)};
    aw_ladder_init(&s->ladder, s->now_s);
    model_init(&s->model, s->now_s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t spans_s[] = {0,   10,  20,  30,  60,   90,   100,  120,
                                       180, 300, 600, 900, 1200, 1800, 3600, 7200};
    static struct scene s;

    if (size < 4)
        return 0;
    start(&s, data);
    for (size_t i = 4; i + 1 < size && i < 4 + 2 * ACTIONS_MAX; i += 2) {
        pass(&s, spans_s[data[i] % 16], data[i] / 16 % 4 == 3);
        act(&s, data[i + 1] % 16, data[i + 1] / 16u + (data[i] / 64u << 4));
        compare(&s);
    }
    return 0;
}
