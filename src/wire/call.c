/* SPDX-License-Identifier: ISC */
#include "wire/call.h"

#include "base/assert.h"

static const struct aw_wire_field alarm_fields[] = {
    AW_ROW_UINT(0, aw_alarm, id, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_alarm, kind, AW_ALARM_SOS, AW_ALARM_STALLED),
    AW_ROW_UINT(2, aw_alarm, since, 0, UINT32_MAX),
};

static const struct aw_wire_map alarm_map = AW_WIRE_TABLE("alarm", aw_alarm, alarm_fields, NULL);

static const struct aw_wire_field timer_fields[] = {
    AW_ROW_UINT(0, aw_call_timer, id, 1, UINT32_MAX),
    AW_ROW_UINT(1, aw_call_timer, op, AW_TIMER_START, AW_TIMER_END),
    AW_ROW_UINT(2, aw_call_timer, kind, AW_TIMER_MEETING, AW_TIMER_JOURNEY),
    AW_ROW_UINT(3, aw_call_timer, due_at, 0, UINT32_MAX),
    AW_ROW_UINT(4, aw_call_timer, extend_s, 0, AW_TIMER_EXTEND_MAX_S),
};

static const struct aw_wire_map timer_map =
    AW_WIRE_TABLE("timer", aw_call_timer, timer_fields, NULL);

static const struct aw_wire_field call_fields[] = {
    AW_ROW_UINT(0, aw_call, kind, AW_CALL_BEAT, AW_CALL_DRILL),
    AW_ROW_UINT(1, aw_call, seq, 0, UINT32_MAX),
    AW_ROW_UINT(2, aw_call, issued_at, 0, UINT32_MAX),
    AW_ROW_UINT(3, aw_call, valid_for, 1, AW_SPAN_MAX_S),
    AW_ROW_FIXED(4, aw_call, log_head),
    AW_ROW_FIXED(5, aw_call, signature),
    AW_ROW_FIXED(6, aw_call, signing_key),
    AW_ROW_FIXED(7, aw_call, presence),
    AW_ROW_UINT(8, aw_call, presence_epoch, 0, UINT32_MAX),
    AW_ROW_FIXED(9, aw_call, offer),
    AW_ROW_UINT(10, aw_call, plan_version, 0, UINT32_MAX),
    AW_ROW_UINT(11, aw_call, reply_seen, 0, UINT32_MAX),
    AW_ROW_UINT_NONZERO(12, aw_call, word, 1, UINT32_MAX),
    AW_ROW_UINT(13, aw_call, waiting, 1, UINT32_MAX),
    AW_ROW_FIXED_OPT(14, aw_call, state),
    AW_ROW_FIXED_OPT(15, aw_call, share),
    AW_ROW_MAP_OPT(16, aw_call, alarm, &alarm_map),
    AW_ROW_FIXED_OPT(17, aw_call, plan_hash),
    AW_ROW_FIXED_OPT(18, aw_call, keys),
    AW_ROW_MAP_OPT(19, aw_call, timer, &timer_map),
    AW_ROW_UINT_NONZERO(20, aw_call, signal, AW_SIGNAL_BATTERY_LOW, AW_SIGNAL_MOVING),
    AW_ROW_UINT_OPT(21, aw_call, life_min, 0, UINT16_MAX),
    AW_ROW_VAR_NONZERO(22, aw_call, ext),
};

/* The table of spec/03-wire.md §4: what a kind must carry, and what it may. */
static enum aw_status check_call(const void *message)
{
    const struct aw_call *c = message;
    bool is_alarm = c->kind == AW_CALL_SOS || c->kind == AW_CALL_CANCEL;
    bool is_small = aw_call_is_small(c->kind);

    /* spec/03-wire.md §4: "A call MUST have a word number unless it is a beat, which MUST NOT." */
    if ((c->word == 0) != (c->kind == AW_CALL_BEAT))
        return AW_E_RANGE;
    /* spec/03-wire.md §4: "The word number of a call MUST NOT be below `waiting`." */
    if (c->word != 0 && c->word < c->waiting)
        return AW_E_RANGE;
    /* spec/03-wire.md §4: "A call MUST carry exactly the fields that its kind allows" */
    if (c->has_plan_hash != (c->kind == AW_CALL_PLAN) || c->has_keys != (c->kind == AW_CALL_KEYS))
        return AW_E_RANGE;
    if ((is_alarm && !c->has_alarm) || (is_small && (c->has_state || c->has_share)))
        return AW_E_RANGE;
    if (c->has_timer != (c->kind == AW_CALL_TIMER) ||
        (c->signal != 0) != (c->kind == AW_CALL_SIGNAL))
        return AW_E_RANGE;
    return c->has_life_min && c->kind != AW_CALL_BEAT ? AW_E_RANGE : AW_OK;
}

bool aw_call_is_small(uint8_t kind)
{
    return kind == AW_CALL_PLAN || kind == AW_CALL_KEYS || kind == AW_CALL_TIMER;
}

bool aw_call_is_typed(const struct aw_call *call)
{
    switch (call->kind) {
    case AW_CALL_CHECKIN:
    case AW_CALL_CANCEL:
    case AW_CALL_PLAN:
    case AW_CALL_KEYS:
        return true;
    case AW_CALL_TIMER:
        return call->timer.op == AW_TIMER_END;
    default:
        return false;
    }
}

const struct aw_wire_map aw_call_map = AW_WIRE_TABLE("call", aw_call, call_fields, check_call);
