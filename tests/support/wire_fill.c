/* SPDX-License-Identifier: ISC */
#include "support/wire_fill.h"

#include "wire/call.h"
#include "wire/card.h"
#include "wire/introductions.h"
#include "wire/plan.h"
#include "wire/reply.h"
#include "wire/state.h"
#include "wire/witness.h"

static void put(uint8_t *member, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        member[i] = (uint8_t)(value >> (8 * i)); /* little-endian machines only, like the tests */
}

/* Small spans and their ends come up often. */
static uint64_t pick(uint64_t min, uint64_t max, enum wire_fill how, struct t_rng *rng)
{
    if (how == WIRE_FILL_LEAST)
        return min;
    if (how == WIRE_FILL_MOST)
        return max;
    switch (t_rng_below(rng, 4)) {
    case 0:
        return min;
    case 1:
        return max;
    default:
        return max - min == UINT64_MAX ? t_rng_next(rng) : min + t_rng_below(rng, max - min + 1);
    }
}

static uint64_t pick_int(const struct aw_wire_field *f, enum wire_fill how, struct t_rng *rng)
{
    return pick(0, f->max - f->min, how, rng) + f->min; /* both wrap, and so meet again */
}

static void fill_string(const struct aw_wire_field *f, uint8_t *base, enum wire_fill how,
                        struct t_rng *rng)
{
    static uint8_t bytes[WIRE_ENCODED_MAX];
    size_t len = (size_t)pick(f->min, f->max, how, rng);
    uint8_t *member = base + f->offset;

    switch (f->type) {
    case AW_WIRE_TEXT:
        memset(member, 0, f->width);
        for (size_t i = 0; i < len; i++)
            member[i] = (uint8_t)('a' + t_rng_below(rng, 26));
        return;
    case AW_WIRE_BYTES:
        t_rng_bytes(rng, bytes, len);
        memcpy(member, &(struct aw_bytes){bytes, len}, sizeof(struct aw_bytes));
        return;
    case AW_WIRE_VAR:
        put(base + f->aux, f->aux_width, len);
        break;
    default:
        break;
    }
    t_rng_bytes(rng, member, len);
}

/* Tests may recurse: tables are ours, and three deep. */
static void fill_field(const struct aw_wire_field *f, uint8_t *base, enum wire_fill how,
                       struct t_rng *rng)
{
    uint8_t *member = base + f->offset;
    size_t count;

    switch (f->type) {
    case AW_WIRE_UINT:
        put(member, f->width, pick(f->min, f->max, how, rng));
        return;
    case AW_WIRE_INT:
        put(member, f->width, pick_int(f, how, rng));
        return;
    case AW_WIRE_BOOL:
        *member = (uint8_t)pick(0, 1, how, rng);
        return;
    case AW_WIRE_MAP:
        wire_fill(f->sub, member, how, rng);
        return;
    case AW_WIRE_LIST:
        count = (size_t)pick(f->min, f->max, how, rng);
        put(base + f->aux, f->aux_width, count);
        for (size_t i = 0; i < count; i++)
            wire_fill(f->sub, member + i * f->width, how, rng);
        return;
    default:
        fill_string(f, base, how, rng);
    }
}

void wire_fill(const struct aw_wire_map *map, void *message, enum wire_fill how, struct t_rng *rng)
{
    memset(message, 0, map->struct_len);
    for (size_t i = 0; i < map->field_count; i++) {
        const struct aw_wire_field *f = &map->fields[i];

        if (f->presence != AW_WIRE_REQUIRED && pick(0, 1, how, rng) == 0)
            continue;
        if (f->presence == AW_WIRE_FLAGGED)
            *((uint8_t *)message + f->aux) = 1;
        fill_field(f, message, how, rng);
    }
}

static void mend_call(struct aw_call *c)
{
    bool is_small = aw_call_is_small(c->kind);

    if (c->kind == AW_CALL_BEAT)
        c->word = 0;
    else if (c->word < c->waiting)
        c->word = c->waiting;
    if ((c->kind == AW_CALL_SOS || c->kind == AW_CALL_CANCEL) && !c->has_alarm) {
        c->has_alarm = true;
        c->alarm = (struct aw_alarm){.id = 1, .kind = AW_ALARM_SOS};
    }
    c->has_plan_hash = c->kind == AW_CALL_PLAN;
    c->has_keys = c->kind == AW_CALL_KEYS;
    c->has_timer = c->kind == AW_CALL_TIMER;
    if (c->has_timer && c->timer.id == 0)
        c->timer = (struct aw_call_timer){.id = 1, .op = AW_TIMER_START, .kind = AW_TIMER_MEETING};
    if (c->kind != AW_CALL_SIGNAL)
        c->signal = 0;
    else if (c->signal == 0)
        c->signal = AW_SIGNAL_BATTERY_LOW;
    c->has_life_min = c->has_life_min && c->kind == AW_CALL_BEAT;
    c->has_state = c->has_state && !is_small;
    c->has_share = c->has_share && !is_small;
}

static void mend_witness(struct aw_witness *w)
{
    w->has_accept = !w->has_offer;
    w->has_accept_epoch = w->has_accept;
    if (w->has_accept && w->accept_epoch == 0)
        w->accept_epoch = 1;
    if (w->hand_to != 0)
        w->claim = AW_WITNESS_CLAIM_HANDED;
    else if (w->claim == AW_WITNESS_CLAIM_HANDED)
        w->claim = AW_WITNESS_CLAIM_DECLINED;
}

static void mend_introductions(struct aw_introductions *m)
{
    for (uint32_t i = 0; i < m->peers_count; i++) {
        m->peers[i].person = (uint8_t)(i + 1);
        m->peers[i].relays = UINT64_C(1) << (i % m->relays_count);
    }
    if (m->relays_count == AW_INTRODUCED_RELAY_MAX)
        m->peers[0].relays = UINT64_C(7) << (AW_INTRODUCED_RELAY_MAX - 3);
}

/* Two sections of most kinds, so that all of them find room. */
static void mend_card(struct aw_card *card)
{
    for (uint32_t i = 0; i < card->sections_count; i++) {
        uint8_t nth = (uint8_t)(i / 2 + 1);

        card->sections[i].kind = nth <= AW_CARD_AVOID ? nth : (uint8_t)(nth + 3);
        card->sections[i].level = (uint8_t)(i % 2 * AW_PLAN_LEVEL_MAX);
    }
}

static void mend_plan(struct aw_plan *p)
{
    for (uint32_t i = 0; i < p->zone_count; i++)
        p->zone[i].from = p->zone[i].from / 32 + i * (UINT32_MAX / 16);
    for (uint32_t i = 0; i < p->warnings_count; i++)
        p->warnings[i].before_s = 86400 - i;
    for (uint32_t i = 0; i < p->levels_count; i++)
        p->levels[i].delay_s = 86400 - p->levels_count + i;
    for (uint32_t i = 0; i < p->roster_count; i++)
        p->roster[i].person = p->roster[i].human = (uint8_t)(i + 1);
    for (uint32_t i = 0; i < p->schedule_count; i++) {
        struct aw_schedule_line *line = &p->schedule[i];

        if (line->every_s != 0 || line->days == 0) {
            line->every_s = line->every_s != 0 ? line->every_s : AW_PLAN_EVERY_MIN_S;
            line->days = 0;
        }
        line->has_minute = line->days != 0;
    }
    for (uint32_t i = 0; i < p->pauses_count; i++) {
        p->pauses[i].from = p->pauses[i].from / 8 + i * (UINT32_MAX / 4);
        p->pauses[i].until = p->pauses[i].from + 1 + p->pauses[i].until % AW_SPAN_MAX_S;
    }
    for (uint32_t i = 0; i < p->operators_count; i++) {
        p->operators[i].relay_key[0] = (uint8_t)(16 * i);
        p->operators[i].person %= (uint8_t)(p->roster_count + 1);
    }
    p->levels[p->levels_count - 1].groups = AW_GROUPS_ALL;
    if (p->threshold > p->roster_count)
        p->threshold = p->roster_count;
}

void wire_mend(const struct aw_wire_map *map, void *message)
{
    struct aw_state *state = message;
    struct aw_reply *reply = message;

    if (map == &aw_reply_map)
        reply->marks_len = (uint8_t)(reply->marks_len - reply->marks_len % AW_REPLY_MARK_LEN);
    if (map == &aw_call_map)
        mend_call(message);
    if (map == &aw_plan_map)
        mend_plan(message);
    if (map == &aw_witness_map)
        mend_witness(message);
    if (map == &aw_card_map)
        mend_card(message);
    if (map == &aw_introductions_map)
        mend_introductions(message);
    if (map == &aw_state_map) {
        state->has_lon_e7 = state->has_lat_e7;
        state->has_accuracy_m = state->has_accuracy_m && state->has_lat_e7;
    }
}

static bool break_number(const struct aw_wire_field *f, uint8_t *member, bool below)
{
    bool is_uint = f->type == AW_WIRE_UINT;
    uint64_t most = f->width == 8 ? UINT64_MAX : (UINT64_C(1) << (8 * f->width)) - 1;

    if (is_uint && (below ? f->min == 0 : f->max == most))
        return false;
    if (below && f->presence == AW_WIRE_NONZERO && f->min == 1)
        return false; /* 0 says absent */
    put(member, f->width, below ? f->min - 1 : f->max + 1);
    return true;
}

bool wire_break(const struct aw_wire_map *map, void *message, size_t idx, bool below)
{
    const struct aw_wire_field *f = &map->fields[idx];
    uint8_t *base = message;
    struct aw_bytes none = {NULL, 0};

    if (f->presence == AW_WIRE_FLAGGED)
        base[f->aux] = 1;
    switch (f->type) {
    case AW_WIRE_UINT:
    case AW_WIRE_INT:
        return break_number(f, base + f->offset, below);
    case AW_WIRE_TEXT: /* a full array has no end, which is too long */
        if (below && (f->min == 0 || f->presence == AW_WIRE_NONZERO))
            return false;
        memset(base + f->offset, below ? 0 : 'x', f->width);
        return true;
    case AW_WIRE_VAR:
        put(base + f->aux, f->aux_width, f->max + 1);
        return !below;
    case AW_WIRE_LIST:
        put(base + f->aux, f->aux_width, below ? f->min - 1 : f->max + 1);
        return !below || f->min > 0;
    case AW_WIRE_BYTES:
        if (below)
            memcpy(base + f->offset, &none, sizeof none);
        return below;
    default:
        return false; /* FIXED, BOOL and MAP have no outside */
    }
}

static size_t head_len(uint64_t value)
{
    return value < 24            ? 1
           : value <= UINT8_MAX  ? 2
           : value <= UINT16_MAX ? 3
           : value <= UINT32_MAX ? 5
                                 : 9;
}

static size_t int_len_max(const struct aw_wire_field *f)
{
    int64_t min = (int64_t)f->min, max = (int64_t)f->max;
    size_t low = head_len((uint64_t)(min < 0 ? -1 - min : min));
    size_t high = head_len((uint64_t)(max < 0 ? -1 - max : max));

    return low > high ? low : high;
}

size_t wire_field_len_max(const struct aw_wire_field *f)
{
    switch (f->type) {
    case AW_WIRE_UINT:
        return 1 + head_len(f->max);
    case AW_WIRE_INT:
        return 1 + int_len_max(f);
    case AW_WIRE_BOOL:
        return 2;
    case AW_WIRE_MAP:
        return 1 + wire_len_max(f->sub);
    case AW_WIRE_LIST:
        return 1 + head_len(f->max) + (size_t)f->max * wire_len_max(f->sub);
    default:
        return 1 + head_len(f->max) + (size_t)f->max;
    }
}

size_t wire_len_max(const struct aw_wire_map *map)
{
    size_t len = head_len(map->field_count);

    for (size_t i = 0; i < map->field_count; i++)
        len += wire_field_len_max(&map->fields[i]);
    return len;
}
