/* SPDX-License-Identifier: ISC */
#ifndef AW_WIRE_CALL_H
#define AW_WIRE_CALL_H

#include <allswell/limits.h>
#include <allswell/trigger.h>

#include "wire/message.h"

/* Call: what a subject says to a contact, beats and words (spec/03-wire.md §4). */

/* Longest encoding of any kind. */
#define AW_CALL_LEN_MAX 470

enum aw_call_kind {
    AW_CALL_BEAT = 1,
    AW_CALL_CHECKIN = 2,
    AW_CALL_SOS = 3,
    AW_CALL_CANCEL = 4,
    AW_CALL_PLAN = 5,
    AW_CALL_KEYS = 6,
    AW_CALL_TIMER = 7,
    AW_CALL_SIGNAL = 8,
    AW_CALL_DRILL = 9,
};

struct aw_alarm {
    uint32_t id;  /* seq of the statement that raised it */
    uint8_t kind; /* enum aw_alarm_kind */
    uint32_t since;
};

/* What a word of kind timer says. */
enum aw_timer_op { AW_TIMER_START = 1, AW_TIMER_EXTEND = 2, AW_TIMER_END = 3 };

/* A time that she sets herself, beside the plan: a meeting, a way home. */
struct aw_call_timer {
    uint32_t id;  /* seq of the statement that started it */
    uint8_t op;   /* enum aw_timer_op */
    uint8_t kind; /* enum aw_timer_kind */
    uint32_t due_at;
    uint32_t extend_s; /* what one extension without the secret adds, 0: there is none */
};

/* Secret: wipe. What a kind may carry is in the table of spec/03-wire.md §4. */
struct aw_call {
    uint8_t kind; /* enum aw_call_kind */
    uint32_t seq;
    uint32_t issued_at;
    uint32_t valid_for;
    uint8_t log_head[32];
    uint8_t signature[64];
    uint8_t signing_key[32];
    uint8_t presence[48];
    uint32_t presence_epoch;
    uint8_t offer[32];
    uint32_t plan_version;
    uint32_t reply_seen;
    uint32_t word; /* 0 exactly in a beat */
    uint32_t waiting;
    bool has_state, has_share, has_alarm, has_plan_hash, has_keys, has_timer, has_life_min;
    uint8_t state[112];
    uint8_t share[33];
    struct aw_alarm alarm;
    uint8_t plan_hash[32];
    uint8_t keys[113];
    struct aw_call_timer timer;
    uint8_t signal;    /* enum aw_signal; 0: none */
    uint16_t life_min; /* minutes since the last passive sign of life */
    uint8_t ext[AW_EXT_LEN_MAX];
    uint8_t ext_len; /* 0: none */
};

/* Kinds that go without the sealed state, for want of room. */
bool aw_call_is_small(uint8_t kind);
/* Whether her secret was typed for it: all others carry random bytes as presence. */
bool aw_call_is_typed(const struct aw_call *call);

extern const struct aw_wire_map aw_call_map;

#endif /* AW_WIRE_CALL_H */
