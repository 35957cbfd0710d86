/* SPDX-License-Identifier: ISC */
#include "core/outbox.h"

#include "base/assert.h"
#include "base/time.h"

void aw_backoff_fail(struct aw_backoff *b, uint64_t mono_ms)
{
    b->pause_ms =
        b->pause_ms == 0 ? AW_BACKOFF_MIN_MS : aw_time_min(2 * b->pause_ms, AW_BACKOFF_MAX_MS);
    b->until_ms = mono_ms + b->pause_ms;
}

void aw_backoff_clear(struct aw_backoff *b)
{
    *b = (struct aw_backoff){0, 0};
}

void aw_outbox_init(struct aw_outbox *o)
{
    *o = (struct aw_outbox){.id_next = 1};
}

bool aw_outbox_has_room(const struct aw_outbox *o)
{
    return o->event_count <= AW_OUTBOX_EVENT_MAX - AW_OUTBOX_EVENT_ROOM;
}

/* spec/07-contact.md §5: "Events that wait for a store that does not work MUST NOT keep time from
 * passing, nor calls from being heard." So of each kind only the newest waits. */
static bool replace_waiting(struct aw_outbox *o, const struct aw_event *event, uint64_t change)
{
    for (uint32_t i = 0; i < o->event_count; i++) {
        uint32_t at = (o->event_pos + i) % AW_OUTBOX_EVENT_MAX;

        if (o->events[at].change > o->change_stored && o->events[at].event.kind == event->kind &&
            o->events[at].event.person == event->person) {
            o->events[at].event = *event;
            o->events[at].change = change;
            return true;
        }
    }
    return false;
}

void aw_outbox_event(struct aw_outbox *o, const struct aw_event *event, uint64_t change)
{
    uint32_t at = (o->event_pos + o->event_count) % AW_OUTBOX_EVENT_MAX;

    if (change > o->change_stored && o->event_count >= AW_OUTBOX_EVENT_CALM &&
        replace_waiting(o, event, change))
        return;
    AW_ASSERT(o->event_count < AW_OUTBOX_EVENT_MAX);
    o->events[at].event = *event;
    o->events[at].change = change;
    o->event_count++;
}

void aw_outbox_take_back(struct aw_outbox *o, enum aw_event_kind kind)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < o->event_count; i++) {
        uint32_t from = (o->event_pos + i) % AW_OUTBOX_EVENT_MAX;

        if (o->events[from].event.kind != kind || o->events[from].change <= o->change_stored)
            o->events[(o->event_pos + kept++) % AW_OUTBOX_EVENT_MAX] = o->events[from];
    }
    o->event_count = kept;
}

bool aw_outbox_next_event(struct aw_outbox *o, struct aw_action *action)
{
    uint32_t skip = 0;

    /* An event that waits does not hold up those behind it that do not.
     * spec/07-contact.md §5: "An event that rings MUST NOT wait for the store." */
    while (skip < o->event_count &&
           o->events[(o->event_pos + skip) % AW_OUTBOX_EVENT_MAX].change > o->change_stored)
        skip++;
    if (skip == o->event_count)
        return false;
    *action = (struct aw_action){
        .id = o->id_next++,
        .kind = AW_ACTION_EVENT,
        .event = o->events[(o->event_pos + skip) % AW_OUTBOX_EVENT_MAX].event,
    };
    for (; skip > 0; skip--) {
        o->events[(o->event_pos + skip) % AW_OUTBOX_EVENT_MAX] =
            o->events[(o->event_pos + skip - 1) % AW_OUTBOX_EVENT_MAX];
    }
    o->event_pos = (o->event_pos + 1) % AW_OUTBOX_EVENT_MAX;
    o->event_count--;
    return true;
}

bool aw_outbox_wants_store(const struct aw_outbox *o, uint64_t mono_ms)
{
    return o->store_id == 0 && o->change > o->change_stored && mono_ms >= o->store_backoff.until_ms;
}

void aw_outbox_store(struct aw_outbox *o, struct aw_action *action, const struct aw_store_op *ops,
                     size_t count)
{
    AW_ASSERT(o->store_id == 0);
    o->store_id = o->id_next++;
    o->change_flight = o->change;
    *action = (struct aw_action){
        .id = o->store_id, .kind = AW_ACTION_STORE, .store = {.ops = ops, .count = count}};
}

void aw_outbox_store_done(struct aw_outbox *o, enum aw_status status, uint64_t mono_ms,
                          uint32_t at_s)
{
    AW_ASSERT(o->store_id != 0);
    o->store_id = 0;
    if (status == AW_OK) {
        o->change_stored = o->change_flight;
        aw_backoff_clear(&o->store_backoff);
        return;
    }
    if (o->store_backoff.pause_ms == 0 && o->event_count < AW_OUTBOX_EVENT_MAX) {
        aw_outbox_event(o,
                        &(struct aw_event){.kind = AW_EVENT_STORE_FAILED,
                                           .urgency = AW_URGENCY_NOTICE,
                                           .status = status,
                                           .at_s = at_s},
                        0);
    }
    aw_backoff_fail(&o->store_backoff, mono_ms);
}

bool aw_outbox_is_stored(const struct aw_outbox *o)
{
    return o->change == o->change_stored;
}

uint64_t aw_outbox_deadline_ms(const struct aw_outbox *o)
{
    if (o->store_id != 0 || aw_outbox_is_stored(o) || o->store_backoff.pause_ms == 0)
        return AW_TIME_NEVER;
    return o->store_backoff.until_ms;
}

void aw_parcel_seal(struct aw_parcel *p, uint8_t what, uint32_t seq, uint8_t relay_count,
                    uint64_t change)
{
    AW_ASSERT(p->state == AW_PARCEL_FREE);
    AW_ASSERT(relay_count >= 1 && relay_count <= AW_ENDPOINT_COUNT_MAX);
    *p = (struct aw_parcel){.state = AW_PARCEL_SEALED,
                            .what = what,
                            .seq = seq,
                            .relay_count = relay_count,
                            .change = change};
}

int aw_parcel_next(struct aw_parcel *p, struct aw_outbox *o)
{
    /* spec/06-subject.md §2: "A SEND MUST NOT be handed out before the STORE that it depends on
     * is reported done." */
    if (p->state == AW_PARCEL_FREE || p->change > o->change_stored)
        return -1;
    for (int i = 0; i < p->relay_count; i++) {
        if ((p->handed & 1U << i) == 0) {
            p->handed = (uint8_t)(p->handed | 1U << i);
            p->ids[i] = o->id_next++;
            return i;
        }
    }
    return -1;
}

bool aw_parcel_done(struct aw_parcel *p, uint64_t id, enum aw_status status)
{
    for (unsigned i = 0; i < p->relay_count; i++) {
        if (p->ids[i] != id || (p->ended & 1U << i) != 0 || id == 0)
            continue;
        p->ended = (uint8_t)(p->ended | 1U << i);
        if (status == AW_OK)
            p->has_landed = true;
        if (p->ended == (1U << p->relay_count) - 1)
            p->state = AW_PARCEL_FREE;
        return true;
    }
    return false;
}
