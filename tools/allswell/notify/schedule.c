/* SPDX-License-Identifier: ISC */
#include "allswell/notify/schedule.h"

#include <string.h>

static bool rings(const struct delivery *d)
{
    return d->urgency == AW_URGENCY_RING;
}

/* Whether `d` makes room rather than `other`. */
static bool is_lesser(const struct delivery *d, const struct delivery *other)
{
    if (rings(d) != rings(other))
        return !rings(d);
    return d->id < other->id;
}

struct delivery *schedule_put(struct schedule *s, const struct delivery *delivery,
                              struct delivery *out_dropped)
{
    struct delivery *place = NULL, *least = NULL;
    size_t count = 0;

    out_dropped->state = DELIVERY_FREE;
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        struct delivery *d = &s->items[i];

        if (d->state == DELIVERY_FREE) {
            place = place == NULL ? d : place;
            continue;
        }
        if (d->hook != delivery->hook)
            continue;
        count++;
        if (d->state != DELIVERY_TRYING && (least == NULL || is_lesser(d, least)))
            least = d;
    }
    if (count >= SCHEDULE_HOOK_MAX) {
        if (least == NULL || (rings(least) && !rings(delivery)))
            return NULL;
        *out_dropped = *least;
        place = least;
    }
    if (place != NULL)
        *place = *delivery;
    return place;
}

struct delivery *schedule_ring(struct schedule *s, uint32_t hook, const char *who,
                               enum delivery_until until)
{
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        struct delivery *d = &s->items[i];

        if (d->state != DELIVERY_FREE && rings(d) && d->hook == hook && d->until == until &&
            strcmp(d->who, who) == 0)
            return d;
    }
    return NULL;
}

void schedule_rung(struct delivery *delivery, uint8_t level, uint64_t now_ms)
{
    if (delivery->state == DELIVERY_TRYING)
        delivery->is_more = delivery->is_more || level > delivery->level;
    /* What failed keeps to its pauses: more reasons to ring do not mend the way. */
    else if (delivery->tries == 0)
        delivery->next_ms = now_ms;
    if (delivery->state == DELIVERY_RESTING)
        delivery->state = DELIVERY_WAITING;
    if (level > delivery->level)
        delivery->level = level;
}

void schedule_answered(struct delivery *delivery)
{
    delivery->is_answered = true;
    if (delivery->state == DELIVERY_WAITING)
        delivery->state = DELIVERY_RESTING;
}

/* Two lanes: what only informs never keeps a ring waiting. */
static bool is_busy(const struct schedule *s, const struct delivery *delivery)
{
    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        const struct delivery *d = &s->items[i];

        if (d->state == DELIVERY_TRYING && d->hook == delivery->hook && rings(d) == rings(delivery))
            return true;
    }
    return false;
}

struct delivery *schedule_next(struct schedule *s, uint64_t now_ms)
{
    struct delivery *best = NULL;

    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        struct delivery *d = &s->items[i];

        if (d->state != DELIVERY_WAITING || d->next_ms > now_ms)
            continue;
        if (best != NULL && (rings(best) != rings(d) ? rings(best) : best->id < d->id))
            continue;
        if (!is_busy(s, d))
            best = d;
    }
    if (best != NULL) {
        best->state = DELIVERY_TRYING;
        best->is_more = false;
        best->tries++;
    }
    return best;
}

/* Half of the pause is certain, half of it is drawn. */
static uint64_t pause_ms(const struct delivery *d, enum try_end end, uint64_t wait_ms,
                         uint32_t random)
{
    uint64_t bound_ms = rings(d) ? SCHEDULE_RING_MS : SCHEDULE_NOTICE_MS, pause = SCHEDULE_FIRST_MS;

    for (unsigned i = 1; i < d->tries && pause < bound_ms; i++)
        pause *= 2;
    if (pause > bound_ms)
        pause = bound_ms;
    if (end == TRY_REFUSED)
        pause = SCHEDULE_REFUSED_MS;
    if (wait_ms > SCHEDULE_REFUSED_MS && rings(d))
        wait_ms = SCHEDULE_REFUSED_MS;
    if (wait_ms > SCHEDULE_NOTICE_MS)
        wait_ms = SCHEDULE_NOTICE_MS;
    pause = pause / 2 + pause / 2 * random / UINT32_MAX;
    return pause < wait_ms ? wait_ms : pause;
}

static enum try_next accepted(struct delivery *d, uint64_t now_ms)
{
    d->is_repeat = true;
    d->tries = 0;
    d->born_ms = now_ms;
    if (d->is_more && d->until != UNTIL_ACCEPTED) {
        d->state = DELIVERY_WAITING;
        d->next_ms = now_ms;
        return NEXT_REPEAT;
    }
    if (d->is_answered && d->until != UNTIL_ACCEPTED) {
        d->state = DELIVERY_RESTING;
        return NEXT_REPEAT;
    }
    if (d->again_ms == 0 || d->until == UNTIL_ACCEPTED) {
        d->state = DELIVERY_FREE;
        return NEXT_DONE;
    }
    d->state = DELIVERY_WAITING;
    d->next_ms = now_ms + d->again_ms;
    d->born_ms = d->next_ms;
    return NEXT_REPEAT;
}

enum try_next schedule_tried(struct delivery *delivery, enum try_end end, uint64_t wait_ms,
                             uint32_t random, uint64_t now_ms)
{
    struct delivery *d = delivery;
    bool is_over = now_ms >= d->born_ms && now_ms - d->born_ms >= SCHEDULE_LIFE_MS;

    if (end == TRY_ACCEPTED)
        return accepted(d, now_ms);
    if (is_over || (d->tries_max != 0 && d->tries >= d->tries_max) ||
        (end == TRY_REFUSED && !rings(d))) {
        d->state = DELIVERY_FREE;
        return NEXT_GAVE_UP;
    }
    if (d->is_answered && d->until != UNTIL_ACCEPTED) {
        d->state = DELIVERY_RESTING;
        return NEXT_GAVE_UP;
    }
    d->state = DELIVERY_WAITING;
    d->next_ms = now_ms + pause_ms(d, end, wait_ms, random);
    return NEXT_RETRY;
}

uint64_t schedule_deadline_ms(const struct schedule *s)
{
    uint64_t deadline_ms = AW_TIME_NEVER;

    for (size_t i = 0; i < SCHEDULE_MAX; i++) {
        const struct delivery *d = &s->items[i];

        if (d->state == DELIVERY_WAITING && d->next_ms < deadline_ms && !is_busy(s, d))
            deadline_ms = d->next_ms;
    }
    return deadline_ms;
}
