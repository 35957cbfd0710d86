/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_OUTBOX_H
#define AW_CORE_OUTBOX_H

#include <allswell/action.h>

/*
 * Outbox: durable before visible, for both engines (spec/06-subject.md §2).
 *
 * Every durable change raises `change`. A STORE covers all changes up to the moment at which it
 * was made; what leaves waits until the change that it rests on is stored. A failed STORE covers
 * nothing: the engine makes it again, after a pause, with whatever is new.
 */

#define AW_OUTBOX_EVENT_MAX 64
/* An input emits fewer events than this; see aw_outbox_has_room(). */
#define AW_OUTBOX_EVENT_ROOM 32
/* From here on an event that waits for the store replaces the waiting one of its kind. */
#define AW_OUTBOX_EVENT_CALM 16

struct aw_backoff {
    uint64_t pause_ms; /* 0: no failure since the last success */
    uint64_t until_ms; /* monotonic */
};

/* First pause after a failure, doubled each time up to the last. */
#define AW_BACKOFF_MIN_MS (UINT64_C(10) * 1000)
#define AW_BACKOFF_MAX_MS (UINT64_C(5) * 60 * 1000)

void aw_backoff_fail(struct aw_backoff *b, uint64_t mono_ms);
void aw_backoff_clear(struct aw_backoff *b);

struct aw_outbox {
    uint64_t id_next;
    uint64_t change;        /* durable changes so far */
    uint64_t change_flight; /* that the STORE under way covers */
    uint64_t change_stored; /* that are stored */
    uint64_t store_id;      /* of the STORE under way, 0: none */
    struct aw_backoff store_backoff;
    struct {
        struct aw_event event;
        uint64_t change;
    } events[AW_OUTBOX_EVENT_MAX];
    uint32_t event_pos, event_count;
};

void aw_outbox_init(struct aw_outbox *o);

/* Whether an input may emit what it has to: else it returns AW_E_BUSY. */
bool aw_outbox_has_room(const struct aw_outbox *o);

/* Adds an event that waits for `change` to be stored; 0: it waits for nothing. */
void aw_outbox_event(struct aw_outbox *o, const struct aw_event *event, uint64_t change);

/* Takes back what of this kind still waits for the store. */
void aw_outbox_take_back(struct aw_outbox *o, enum aw_event_kind kind);

/* Hands out the oldest event, if it waits for nothing any more. */
bool aw_outbox_next_event(struct aw_outbox *o, struct aw_action *action);

/* Whether a STORE may be made now: something changed, none is under way, no pause runs. */
bool aw_outbox_wants_store(const struct aw_outbox *o, uint64_t mono_ms);

/* Fills the STORE action over all changes so far. */
void aw_outbox_store(struct aw_outbox *o, struct aw_action *action, const struct aw_store_op *ops,
                     size_t count);

/* The STORE under way ended. Emits STORE_FAILED at the first failure of a row. */
void aw_outbox_store_done(struct aw_outbox *o, enum aw_status status, uint64_t mono_ms,
                          uint32_t at_s);

bool aw_outbox_is_stored(const struct aw_outbox *o);

/* When the next STORE can be made again, AW_TIME_NEVER when none waits for a pause. */
uint64_t aw_outbox_deadline_ms(const struct aw_outbox *o);

/* ---- One cell on its way to the relays of one peer ---- */

enum aw_parcel_state { AW_PARCEL_FREE = 0, AW_PARCEL_SEALED };

/* Secret: wipe (it holds deposit capabilities). `len` bytes of cell stand elsewhere. */
struct aw_parcel {
    enum aw_parcel_state state;
    uint8_t what; /* the engine's own note on what it carries */
    uint8_t relay_count;
    uint8_t handed;  /* bit i: relay i was handed out */
    uint8_t ended;   /* bit i: relay i was reported */
    bool has_landed; /* some relay has it */
    uint32_t seq;    /* of the statement that it carries */
    uint64_t change; /* that must be stored before it leaves */
    uint64_t ids[AW_ENDPOINT_COUNT_MAX];
};

void aw_parcel_seal(struct aw_parcel *p, uint8_t what, uint32_t seq, uint8_t relay_count,
                    uint64_t change);

/* Index of the next relay to hand out, whose id is drawn; or -1. */
int aw_parcel_next(struct aw_parcel *p, struct aw_outbox *o);

/* Whether `id` is one of its; then notes the outcome, and is FREE again after the last. */
bool aw_parcel_done(struct aw_parcel *p, uint64_t id, enum aw_status status);

#endif /* AW_CORE_OUTBOX_H */
