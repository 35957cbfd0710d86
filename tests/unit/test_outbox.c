/* SPDX-License-Identifier: ISC */
/* Actions and events on their way to the host: what waits for the store, and what does not. */
#include "core/outbox.h"

#include "base/assert.h"

#include "test.h"

static struct aw_outbox o;

static void event(enum aw_event_kind kind, uint8_t person, uint64_t change)
{
    const struct aw_event one = {.kind = kind, .person = person};

    aw_outbox_event(&o, &one, change);
}

/* Goal: [CO-23] a store that does not work fills no queue: of each kind and person the newest of
 * what waits is kept, and what does not wait passes it.
 * Method: many of one kind; another person; one that rings; then the store works. */
static void test_waiting(void)
{
    struct aw_action a;
    unsigned taken = 0;

    aw_outbox_init(&o);
    o.change = 7;
    for (unsigned i = 0; i < AW_OUTBOX_EVENT_CALM; i++)
        event(AW_EVENT_CHECKED_IN, 1, 7);
    T_EQ(o.event_count, AW_OUTBOX_EVENT_CALM);
    event(AW_EVENT_RING, 0, 0);
    for (unsigned i = 0; i < 100; i++) {
        event(AW_EVENT_CHECKED_IN, 1, 7);
        event(AW_EVENT_CHECKED_IN, 2, 7);
        event(AW_EVENT_LATE, 1, 7);
    }
    T_EQ(o.event_count, AW_OUTBOX_EVENT_CALM + 3);
    T_TRUE(aw_outbox_next_event(&o, &a));
    T_EQ(a.event.kind, AW_EVENT_RING);
    T_TRUE(!aw_outbox_next_event(&o, &a));

    aw_outbox_store(&o, &a, NULL, 0);
    T_TRUE(!aw_outbox_wants_store(&o, 0)); /* one at a time */
    T_EQ(aw_outbox_deadline_ms(&o), AW_TIME_NEVER);
    aw_outbox_store_done(&o, AW_OK, 0, 0);
    while (aw_outbox_next_event(&o, &a))
        taken++;
    T_EQ(taken, AW_OUTBOX_EVENT_CALM + 2);
}

/* Goal: what is taken back is not told, and all else is, in its order.
 * Method: three kinds, of one of them one that is stored, over the end of the ring. */
static void test_taken_back(void)
{
    static const enum aw_event_kind left[] = {AW_EVENT_CLOSED, AW_EVENT_CHECKED_IN, AW_EVENT_RING};
    struct aw_action a;

    aw_outbox_init(&o);
    o.event_pos = AW_OUTBOX_EVENT_MAX - 2;
    o.change_stored = 6;
    event(AW_EVENT_CLOSED, 1, 6);
    event(AW_EVENT_CHECKED_IN, 1, 6);
    event(AW_EVENT_CLOSED, 1, 7);
    event(AW_EVENT_RING, 1, 0);
    aw_outbox_take_back(&o, AW_EVENT_CLOSED);
    o.change_stored = 7;
    for (size_t i = 0; i < AW_COUNT(left); i++) {
        T_TRUE(aw_outbox_next_event(&o, &a));
        T_EQ(a.event.kind, left[i]);
    }
    T_TRUE(!aw_outbox_next_event(&o, &a));
}

/* Goal: that the store failed is said once, and not at all when nobody takes events.
 * Method: failures with room, again, and with a full queue. */
static void test_store_failed(void)
{
    struct aw_action a;

    for (unsigned is_full = 0; is_full < 2; is_full++) {
        aw_outbox_init(&o);
        for (unsigned i = 0; is_full == 1 && i < AW_OUTBOX_EVENT_MAX; i++)
            event(AW_EVENT_CARD, 0, 0);
        for (unsigned i = 0; i < 3; i++) {
            o.change++;
            aw_outbox_store(&o, &a, NULL, 0);
            aw_outbox_store_done(&o, AW_E_STORE, 1000, 1);
            T_EQ(o.event_count, is_full == 1 ? AW_OUTBOX_EVENT_MAX : 1);
            T_TRUE(!aw_outbox_wants_store(&o, 1000));
            T_EQ(aw_outbox_deadline_ms(&o), o.store_backoff.until_ms);
        }
        T_TRUE(aw_outbox_wants_store(&o, o.store_backoff.until_ms));
    }
}

/* Goal: a parcel ends when each of its relays has reported, each once.
 * Method: two relays; reports for no action, for another one, and twice. */
static void test_parcel(void)
{
    struct aw_parcel p = {.state = AW_PARCEL_FREE};

    aw_outbox_init(&o);
    T_TRUE(!aw_parcel_done(&p, 0, AW_OK));
    T_EQ(aw_parcel_next(&p, &o), -1);
    aw_parcel_seal(&p, 0, 0, 2, 0);
    T_TRUE(!aw_parcel_done(&p, 0, AW_OK)); /* nothing was handed out */
    T_EQ(aw_parcel_next(&p, &o), 0);
    T_EQ(aw_parcel_next(&p, &o), 1);
    T_EQ(aw_parcel_next(&p, &o), -1);
    T_TRUE(!aw_parcel_done(&p, p.ids[1] + 1, AW_OK));
    T_TRUE(aw_parcel_done(&p, p.ids[0], AW_E_NETWORK));
    T_TRUE(!aw_parcel_done(&p, p.ids[0], AW_OK));
    T_TRUE(!p.has_landed);
    T_EQ(p.state, AW_PARCEL_SEALED);
    T_TRUE(aw_parcel_done(&p, p.ids[1], AW_OK));
    T_TRUE(p.has_landed);
    T_EQ(p.state, AW_PARCEL_FREE);
}

int main(void)
{
    T_RUN(test_waiting);
    T_RUN(test_taken_back);
    T_RUN(test_store_failed);
    T_RUN(test_parcel);
    return t_end();
}
