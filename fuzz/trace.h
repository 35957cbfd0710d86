/* SPDX-License-Identifier: ISC */
#ifndef AW_FUZZ_TRACE_H
#define AW_FUZZ_TRACE_H

#include "fuzz.h"
#include "support/circle.h"

/*
 * Plays a trace on a circle with one contact: two bytes an action. `host` is the one that is
 * attacked: its cells are flipped, its store fails, its process dies. Property: no assertion of
 * an engine fails; when the attack ends and she calls for help, the contact rings.
 */

static unsigned trace_fate(struct circle *c, const struct circle_cell *cell)
{
    (void)cell;
    if (c->budget == 0)
        return 1;
    c->budget--;
    return c->budget % 3;
}

static inline void trace_junk(struct circle *c, size_t host, uint8_t seed)
{
    uint8_t cell[512];
    struct aw_bytes bytes = {cell, sizeof cell - seed % 2};
    uint32_t at_s = (uint32_t)circle_now_s(c);
    enum aw_status st;

    t_rng_bytes(&c->rng, cell, sizeof cell);
    st = host == 0
             ? aw_subject_feed(c->hosts[0].subject, 8 | seed % 8, bytes, at_s, circle_now(c, 0))
             : aw_contact_feed(c->hosts[1].contact, seed % 4, bytes, at_s, circle_now(c, 1));
    AW_ASSERT(st != AW_OK);
}

/* A frame from her to him, whole, damaged, or twice. */
static inline void trace_frame(struct circle *c, unsigned how)
{
    uint8_t frame[AW_FRAME_LEN];
    struct aw_bytes bytes = {frame, sizeof frame};
    enum aw_frame_kind kind = how % 2 == 0 ? AW_FRAME_CHECKIN : AW_FRAME_SOS;

    if (aw_subject_frame(c->hosts[0].subject, 1, kind, circle_now(c, 0)) != AW_OK)
        return;
    circle_pump(c);
    if (aw_subject_frame_take(c->hosts[0].subject, frame) != AW_OK)
        return;
    for (unsigned times = how / 2 % 4; times > 0; times--) {
        bool is_damaged = times == 3;
        enum aw_status st;

        frame[how % AW_FRAME_LEN] ^= is_damaged ? 1 : 0;
        st = aw_contact_feed_frame(c->hosts[1].contact, bytes, circle_now(c, 1));
        AW_ASSERT(!is_damaged || st == AW_E_AUTH || st == AW_E_BUSY);
        frame[how % AW_FRAME_LEN] ^= is_damaged ? 1 : 0;
    }
}

/* A plan with and without a cadence, in which he may ask. */
static inline enum aw_status trace_plan(struct circle *c, unsigned what, const uint8_t *key)
{
    struct aw_plan plan;
    enum aw_status st = aw_subject_plan(c->hosts[0].subject, &plan);

    AW_ASSERT(st == AW_OK);
    plan.pace.cadence_s = what % 2 == 0 ? 60 : 0;
    plan.pace.sos_now = what % 4 >= 2;
    plan.pace.ask_s = 600;
    plan.roster[0].asks = true;
    return aw_subject_plan_set(c->hosts[0].subject, &plan, NULL, key, circle_now(c, 0));
}

/* What she says beside the schedule. */
static inline enum aw_status trace_trigger(struct circle *c, unsigned what, const uint8_t *key)
{
    struct aw_subject *s = c->hosts[0].subject;
    struct aw_now now = circle_now(c, 0);

    switch (what % 8) {
    case 0:
        return aw_subject_timer_start(s, AW_TIMER_JOURNEY, (uint32_t)circle_now_s(c) + 900, 600,
                                      NULL, NULL, now);
    case 1:
        return aw_subject_timer_extend(s, NULL, now);
    case 2:
        return aw_subject_timer_end(s, key, NULL, NULL, now);
    case 3:
        return aw_subject_drill(s, NULL, NULL, now);
    case 4:
        return aw_subject_signal(s, what / 8 % 2 == 0 ? AW_SIGNAL_BATTERY_LOW : AW_SIGNAL_STALLED,
                                 NULL, NULL, now);
    case 5:
        return aw_subject_countdown(s, AW_ALARM_FELL, 1 + what / 8 % 30, NULL, now);
    case 6:
        return aw_subject_countdown_stop(s, now);
    default:
        return trace_plan(c, what / 8, key);
    }
}

static inline enum aw_status trace_say(struct circle *c, unsigned what)
{
    const uint8_t *keys[] = {circle_safe, circle_duress, circle_wrong};
    struct aw_now hers = circle_now(c, 0), his = circle_now(c, 1);

    switch (what % 8) {
    case 0:
        return aw_subject_checkin(c->hosts[0].subject, keys[what / 8 % 3], NULL, what * 60, NULL,
                                  hers);
    case 1:
        return aw_subject_sos(c->hosts[0].subject, NULL, NULL, hers);
    case 2:
        return aw_subject_cancel(c->hosts[0].subject, keys[what / 8 % 3], NULL, NULL, hers);
    case 3:
        return aw_contact_seen(c->hosts[1].contact, his);
    case 4:
        return aw_contact_claim(c->hosts[1].contact, his);
    case 5:
        return aw_contact_decline(c->hosts[1].contact, his);
    case 6:
        return aw_contact_confirm(c->hosts[1].contact, his);
    default:
        if (what / 8 % 2 == 0)
            return trace_trigger(c, what / 16, keys[what / 64 % 3]);
        trace_frame(c, what / 16);
        return AW_OK;
    }
}

static inline void trace_step(struct circle *c, size_t host, uint8_t what, uint8_t how)
{
    enum aw_status st;

    switch (what % 8) {
    case 0:
    case 1:
        st = trace_say(c, how);
        AW_ASSERT(aw_status_class(st) <= AW_CLASS_USAGE);
        break;
    case 2:
        circle_run(c, (uint64_t)how * how / 4);
        break;
    case 3:
        trace_junk(c, host, how);
        break;
    case 4:
        c->budget = how % 16;
        break;
    case 5:
        c->hosts[host].store_fails = how % 2 == 0;
        break;
    case 6:
        c->hosts[host].crash_at = c->hosts[host].actions + 1 + how % 8;
        c->hosts[host].crash_is_after = how >= 128;
        break;
    default:
        circle_pump(c);
        break;
    }
}

static inline void trace_play(size_t host, const uint8_t *data, size_t size)
{
    struct circle c;
    size_t len = size < 64 ? size : 64;

    circle_init(&c, 1, 99);
    circle_set_up(&c);
    c.fate = trace_fate;
    for (size_t i = 0; i + 1 < len; i += 2)
        trace_step(&c, host, data[i], data[i + 1]);
    c.budget = 0;
    c.hosts[host].crash_at = 0;
    c.hosts[host].store_fails = false;
    circle_run(&c, 20 * MIN_S);
    AW_ASSERT(aw_subject_sos(c.hosts[0].subject, NULL, NULL, circle_now(&c, 0)) == AW_OK);
    circle_run(&c, 20 * MIN_S);
    AW_ASSERT(circle_view(&c, 1).incident >= AW_INCIDENT_SOS);
    AW_ASSERT(circle_view(&c, 1).rings);
    AW_ASSERT(t_state.fail_count == 0); /* what tests/support/circle.c found */
    circle_free(&c);
}

#endif /* AW_FUZZ_TRACE_H */
