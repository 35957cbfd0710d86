/* SPDX-License-Identifier: ISC */
#include "allswell/notify/schedule.h"
#include "test.h"

#include <string.h>

/* The pure part of what wakes people, under virtual time. */

#define MIN UINT64_C(60000)

static struct schedule s;

static struct delivery ring_of(uint64_t id, uint32_t hook, const char *who)
{
    struct delivery d = {.state = DELIVERY_WAITING,
                         .id = id,
                         .hook = hook,
                         .urgency = AW_URGENCY_RING,
                         .until = UNTIL_INCIDENT,
                         .level = 1,
                         .again_ms = 5 * MIN};

    memcpy(d.who, who, strlen(who) + 1);
    return d;
}

static struct delivery notice_of(uint64_t id, uint32_t hook)
{
    return (struct delivery){
        .state = DELIVERY_WAITING, .id = id, .hook = hook, .urgency = AW_URGENCY_NOTICE};
}

static struct delivery *put(struct delivery d)
{
    struct delivery dropped, *at = schedule_put(&s, &d, &dropped);

    T_EQ(dropped.state, DELIVERY_FREE);
    T_REQUIRE(at != NULL);
    return at;
}

static void reset(void)
{
    memset(&s, 0, sizeof s);
    T_EQ(schedule_deadline_ms(&s), AW_TIME_NEVER);
}

/* Goal: a way that is dead is tried with pauses that double, are drawn between half and whole, and
 * never exceed a minute for a ring; after a day it is given up.
 * Method: the shortest and the longest draw, then a day of failures. */
static void test_backoff(void)
{
    uint64_t now = 1000, pause = SCHEDULE_FIRST_MS;
    struct delivery *d;
    unsigned tries = 0;

    reset();
    d = put(ring_of(1, 1, "w1"));
    d->born_ms = now;
    for (unsigned i = 0; i < 8; i++) {
        T_TRUE(schedule_next(&s, now) == d);
        T_EQ(schedule_tried(d, TRY_LATER, 0, i % 2 == 0 ? 0 : UINT32_MAX, now), NEXT_RETRY);
        T_EQ(d->next_ms, now + (i % 2 == 0 ? pause / 2 : pause));
        T_EQ(schedule_deadline_ms(&s), d->next_ms);
        T_TRUE(schedule_next(&s, d->next_ms - 1) == NULL);
        now = d->next_ms;
        pause = pause * 2 > SCHEDULE_RING_MS ? SCHEDULE_RING_MS : pause * 2;
    }
    while (schedule_next(&s, now) == d) {
        if (schedule_tried(d, TRY_LATER, 0, 0, now) == NEXT_GAVE_UP)
            break;
        now = d->next_ms;
        T_REQUIRE(tries++ < 5000);
    }
    T_TRUE(now >= 1000 + SCHEDULE_LIFE_MS && now < 1000 + SCHEDULE_LIFE_MS + SCHEDULE_RING_MS);
    T_EQ(d->state, DELIVERY_FREE);
}

/* Goal: what the other side asks for is heeded within bounds; a refusal of a ring is tried on, a
 * refusal of a notice is the end. */
static void test_refusals(void)
{
    struct delivery *d;

    reset();
    d = put(ring_of(1, 1, "w1"));
    T_TRUE(schedule_next(&s, 0) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 40000, 0, 0), NEXT_RETRY);
    T_EQ(d->next_ms, 40000);
    T_TRUE(schedule_next(&s, 40000) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 7200000, 0, 40000), NEXT_RETRY);
    T_EQ(d->next_ms, 40000 + SCHEDULE_REFUSED_MS);
    T_TRUE(schedule_next(&s, d->next_ms) == d);
    T_EQ(schedule_tried(d, TRY_REFUSED, 0, UINT32_MAX, d->next_ms), NEXT_RETRY);
    T_EQ(d->next_ms, 40000 + 2 * SCHEDULE_REFUSED_MS);

    reset();
    d = put(notice_of(1, 1));
    T_TRUE(schedule_next(&s, 0) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 7200000, 0, 0), NEXT_RETRY);
    T_EQ(d->next_ms, SCHEDULE_NOTICE_MS);
    T_TRUE(schedule_next(&s, d->next_ms) == d);
    T_EQ(schedule_tried(d, TRY_REFUSED, 0, 0, d->next_ms), NEXT_GAVE_UP);
    T_EQ(d->state, DELIVERY_FREE);

    d = put(notice_of(2, 1));
    d->tries_max = 1;
    T_TRUE(schedule_next(&s, 0) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 0, 0, 0), NEXT_GAVE_UP);
}

/* Goal: a ring that was accepted comes again until it is answered; then it rests, rings when the
 * engine says so, and rests again. */
static void test_again(void)
{
    struct delivery *d;
    uint64_t now = 7;

    reset();
    d = put(ring_of(1, 1, "w1"));
    for (int i = 0; i < 3; i++) {
        T_TRUE(schedule_next(&s, now) == d);
        T_EQ(schedule_tried(d, TRY_ACCEPTED, 0, 0, now), NEXT_REPEAT);
        T_EQ(d->next_ms, now + 5 * MIN);
        T_EQ(d->tries, 0);
        now = d->next_ms;
    }
    schedule_answered(d);
    T_EQ(d->state, DELIVERY_RESTING);
    T_EQ(schedule_deadline_ms(&s), AW_TIME_NEVER);
    schedule_rung(d, 2, now);
    T_TRUE(schedule_next(&s, now) == d);
    T_EQ(d->level, 2);
    T_EQ(schedule_tried(d, TRY_ACCEPTED, 0, 0, now), NEXT_REPEAT);
    T_EQ(d->state, DELIVERY_RESTING);

    /* A way that fails rests, too, once somebody has answered. */
    schedule_rung(d, 2, now);
    T_TRUE(schedule_next(&s, now) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 0, 0, now), NEXT_GAVE_UP);
    T_EQ(d->state, DELIVERY_RESTING);

    reset();
    d = put(ring_of(1, 1, "w1"));
    d->again_ms = 0;
    T_TRUE(schedule_next(&s, now) == d);
    T_EQ(schedule_tried(d, TRY_ACCEPTED, 0, 0, now), NEXT_DONE);
    T_EQ(d->state, DELIVERY_FREE);
}

/* Goal: the engine's rings join one that is under way: at once when it waits to ring again, not
 * at all while it fails, once more when a higher level began during a try. */
static void test_rung(void)
{
    struct delivery *d;

    reset();
    d = put(ring_of(1, 1, "w1"));
    T_TRUE(schedule_ring(&s, 1, "w1", UNTIL_INCIDENT) == d);
    T_TRUE(schedule_ring(&s, 1, "w2", UNTIL_INCIDENT) == NULL);
    T_TRUE(schedule_ring(&s, 2, "w1", UNTIL_INCIDENT) == NULL);
    T_TRUE(schedule_ring(&s, 1, "w1", UNTIL_DRILL) == NULL);
    T_TRUE(schedule_next(&s, 0) == d);
    schedule_rung(d, 1, 0);
    T_EQ(schedule_tried(d, TRY_ACCEPTED, 0, 0, 0), NEXT_REPEAT);
    T_EQ(d->next_ms, 5 * MIN);
    schedule_rung(d, 1, MIN);
    T_EQ(d->next_ms, MIN);
    T_TRUE(schedule_next(&s, MIN) == d);
    schedule_rung(d, 3, MIN);
    T_EQ(schedule_tried(d, TRY_ACCEPTED, 0, 0, MIN), NEXT_REPEAT);
    T_EQ(d->next_ms, MIN);
    T_TRUE(schedule_next(&s, MIN) == d);
    T_EQ(schedule_tried(d, TRY_LATER, 0, UINT32_MAX, MIN), NEXT_RETRY);
    schedule_rung(d, 3, MIN);
    T_EQ(d->next_ms, MIN + SCHEDULE_FIRST_MS);
}

/* Goal: per hook one ring and one notice are under way at a time, rings first; a hook that hangs
 * keeps no other waiting, nor a notice a ring. */
static void test_lanes(void)
{
    struct delivery *notice, *more, *ring, *second, *other;

    reset();
    notice = put(notice_of(1, 1));
    more = put(notice_of(2, 1));
    ring = put(ring_of(3, 1, "w1"));
    second = put(ring_of(4, 1, "w2"));
    other = put(ring_of(5, 2, "w1"));
    T_TRUE(schedule_next(&s, 9) == ring);
    T_TRUE(schedule_next(&s, 9) == other);
    T_TRUE(schedule_next(&s, 9) == notice);
    T_TRUE(schedule_next(&s, 9) == NULL);
    T_EQ(schedule_deadline_ms(&s), AW_TIME_NEVER);
    T_EQ(schedule_tried(ring, TRY_LATER, 0, 0, 9), NEXT_RETRY);
    T_TRUE(schedule_next(&s, 9) == second);
    T_EQ(schedule_tried(notice, TRY_ACCEPTED, 0, 0, 9), NEXT_DONE);
    T_TRUE(schedule_next(&s, 9) == more);
}

/* Goal: what waits for one hook is bounded; a ring displaces notices first, then the oldest ring,
 * and never what is being tried; a notice displaces no ring. */
static void test_bounds(void)
{
    struct delivery dropped, d;
    char who[12];

    reset();
    for (unsigned i = 0; i < SCHEDULE_HOOK_MAX; i++)
        (void)put(notice_of(i + 1, 1));
    T_TRUE(schedule_next(&s, 0) != NULL); /* number 1 */
    for (unsigned i = 0; i < SCHEDULE_HOOK_MAX - 1; i++) {
        (void)snprintf(who, sizeof who, "w%u", i);
        d = ring_of(100 + i, 1, who);
        T_TRUE(schedule_put(&s, &d, &dropped) != NULL);
        T_EQ(dropped.id, i + 2);
    }
    d = notice_of(300, 1);
    T_TRUE(schedule_put(&s, &d, &dropped) == NULL);
    T_EQ(dropped.state, DELIVERY_FREE);
    d = ring_of(301, 1, "w999");
    T_TRUE(schedule_put(&s, &d, &dropped) != NULL);
    T_EQ(dropped.id, 100);
    d = notice_of(302, 2);
    T_TRUE(schedule_put(&s, &d, &dropped) != NULL);
    T_EQ(dropped.state, DELIVERY_FREE);
}

int main(void)
{
    T_RUN(test_backoff);
    T_RUN(test_refusals);
    T_RUN(test_again);
    T_RUN(test_rung);
    T_RUN(test_lanes);
    T_RUN(test_bounds);
    return t_end();
}
