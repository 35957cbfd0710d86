/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "wire/state.h"

/* Records of the subject engine. */

#define VERSION SUBJECT_RECORD_VERSION
/* Key of space CORE. */
#define KEY_TRIGGER 1
/* Key of space PLAN, behind those of decoys. */
#define KEY_FORMER       (AW_PLAN_MEMBER_MAX + 1)

#define ROW_U32(k, s, m) AW_ROW_UINT(k, s, m, 0, UINT32_MAX)

static const struct aw_wire_field core_fields[] = {
    AW_ROW_UINT(0, subject_core, version, VERSION, VERSION),
    ROW_U32(1, subject_core, saved_at_s),
    ROW_U32(2, subject_core, seq),
    AW_ROW_FIXED(3, subject_core, sign_seed),
    ROW_U32(4, subject_core, sign_day),
    AW_ROW_BOOL(5, subject_core, has_alarm),
    ROW_U32(6, subject_core, alarm.id),
    ROW_U32(7, subject_core, alarm.since),
    ROW_U32(8, subject_core, checkin_at_s),
    ROW_U32(9, subject_core, checkin_valid_s),
    AW_ROW_MAP_OPT(10, subject_core, state, &aw_state_map),
    AW_ROW_FIXED(11, subject_core, log_head),
};
static const struct aw_wire_map core_map = AW_WIRE_TABLE("core", subject_core, core_fields, NULL);

static const struct aw_wire_field countdown_fields[] = {
    AW_ROW_UINT(0, subject_countdown, kind, AW_ALARM_SOS, AW_ALARM_STALLED),
    ROW_U32(1, subject_countdown, at_s),
};
static const struct aw_wire_map countdown_map =
    AW_WIRE_TABLE("countdown", subject_countdown, countdown_fields, NULL);

static const struct aw_wire_field timer_fields[] = {
    AW_ROW_UINT(0, subject_timer, id, 1, UINT32_MAX),
    AW_ROW_UINT(1, subject_timer, kind, AW_TIMER_MEETING, AW_TIMER_JOURNEY),
    ROW_U32(2, subject_timer, due_at),
    AW_ROW_UINT(3, subject_timer, extend_s, 0, AW_TIMER_EXTEND_MAX_S),
};
static const struct aw_wire_map timer_map =
    AW_WIRE_TABLE("timer", subject_timer, timer_fields, NULL);

static const struct aw_wire_field trigger_fields[] = {
    AW_ROW_UINT(0, subject_trigger, version, VERSION, VERSION),
    AW_ROW_UINT(1, subject_trigger, alarm_kind, AW_ALARM_SOS, AW_ALARM_STALLED),
    AW_ROW_MAP_OPT(2, subject_trigger, countdown, &countdown_map),
    AW_ROW_MAP_OPT(3, subject_trigger, timer, &timer_map),
    ROW_U32(4, subject_trigger, life_at_s),
    ROW_U32(5, subject_trigger, drill_seq),
    ROW_U32(6, subject_trigger, drill_at_s),
    AW_ROW_BOOL(7, subject_trigger, cover_lost),
    ROW_U32(8, subject_trigger, former_until_s),
    ROW_U32(9, subject_trigger, setup_until_s),
    AW_ROW_UINT_NONZERO(10, subject_trigger, again_s, 1, UINT32_MAX),
};
static const struct aw_wire_map trigger_map =
    AW_WIRE_TABLE("trigger", subject_trigger, trigger_fields, NULL);

static const struct aw_wire_field heard_fields[] = {
    AW_ROW_FIXED(0, subject_heard, peer_key),     AW_ROW_FIXED(1, subject_heard, peer_seed),
    AW_ROW_FIXED(2, subject_heard, receipt_key),  AW_ROW_BOOL(3, subject_heard, always_on),
    AW_ROW_BOOL(4, subject_heard, leaves),        ROW_U32(5, subject_heard, ask_id),
    ROW_U32(6, subject_heard, ask_due_s),         ROW_U32(7, subject_heard, drill_seq),
    ROW_U32(8, subject_heard, drill_relay_at_s),  ROW_U32(9, subject_heard, drill_device_at_s),
    ROW_U32(10, subject_heard, drill_human_at_s), ROW_U32(11, subject_heard, away_until),
};
static const struct aw_wire_map heard_map =
    AW_WIRE_TABLE("heard", subject_heard, heard_fields, NULL);

static const struct aw_wire_field person_fields[] = {
    AW_ROW_UINT(0, subject_person, version, VERSION, VERSION),
    AW_ROW_UINT(1, subject_person, phase, AW_PERSON_INVITED, AW_PERSON_VERIFIED),
    AW_ROW_MAP(2, subject_person, own, &aw_hello_map),
    AW_ROW_MAP_OPT(3, subject_person, peer, &aw_hello_map),
    AW_ROW_FIXED(4, subject_person, read_seed),
    AW_ROW_FIXED(5, subject_person, pair_seed),
    ROW_U32(6, subject_person, seq_relay),
    ROW_U32(7, subject_person, seq_device),
    ROW_U32(8, subject_person, seq_human),
    ROW_U32(9, subject_person, plan_held),
    ROW_U32(10, subject_person, reply_seen),
    ROW_U32(11, subject_person, heard_at_s),
    AW_ROW_UINT(12, subject_person, claim, 0, 2),
    AW_ROW_MAP_OPT(13, subject_person, heard, &heard_map),
    AW_ROW_UINT_NONZERO(14, subject_person, slot_phase, 1, UINT32_MAX),
    AW_ROW_UINT_NONZERO(15, subject_person, keys_held, 1, UINT32_MAX),
    AW_ROW_FIXED(23, subject_person, point),
};
static const struct aw_wire_map person_map =
    AW_WIRE_TABLE("person", subject_person, person_fields, NULL);

static const struct aw_wire_field pair_fields[] = {
    AW_ROW_UINT(0, subject_pair, low, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(1, subject_pair, high, 1, AW_PLAN_MEMBER_MAX),
    AW_ROW_FIXED(2, subject_pair, psk),
};
static const struct aw_wire_map pair_map = AW_WIRE_TABLE("pair", subject_pair, pair_fields, NULL);

static const struct aw_wire_field pairs_fields[] = {
    AW_ROW_UINT(0, subject_pairs, version, VERSION, VERSION),
    AW_ROW_LIST(1, subject_pairs, pairs, 0, &pair_map),
};
static const struct aw_wire_map pairs_map =
    AW_WIRE_TABLE("pairs", subject_pairs, pairs_fields, NULL);

static const struct aw_wire_field share_fields[] = {AW_ROW_FIXED(0, subject_share, share)};
static const struct aw_wire_map share_map =
    AW_WIRE_TABLE("share", subject_share, share_fields, NULL);

/* A card that is pending is whole. */
static enum aw_status check_card(const void *message)
{
    const struct subject_card *card = message;
    bool is_whole = card->plan_version != 0 && card->sealed_len > AW_CARD_SEAL_LEN &&
                    card->shares_count == AW_PLAN_MEMBER_MAX;

    return card->pending == 0 || is_whole ? AW_OK : AW_E_RANGE;
}

static const struct aw_wire_field card_fields[] = {
    AW_ROW_UINT(0, subject_card, version, VERSION, VERSION),
    ROW_U32(1, subject_card, plan_version),
    AW_ROW_UINT(2, subject_card, pending, 0, UINT16_MAX),
    AW_ROW_VAR_NONZERO(3, subject_card, sealed),
    AW_ROW_LIST(4, subject_card, shares, 0, &share_map),
};
static const struct aw_wire_map card_map =
    AW_WIRE_TABLE("card", subject_card, card_fields, check_card);

static const struct aw_wire_field decoy_fields[] = {
    AW_ROW_UINT(0, subject_decoy, version, VERSION, VERSION),
    AW_ROW_UINT(1, subject_decoy, person, 1, AW_PLAN_MEMBER_MAX),
    ROW_U32(2, subject_decoy, seq),
    AW_ROW_FIXED(3, subject_decoy, sign_seed),
    ROW_U32(4, subject_decoy, sign_day),
    ROW_U32(5, subject_decoy, checkin_at_s),
    AW_ROW_FIXED(6, subject_decoy, safe_key),
    AW_ROW_FIXED_OPT(7, subject_decoy, told_key),
};
static const struct aw_wire_map decoy_map =
    AW_WIRE_TABLE("decoy", subject_decoy, decoy_fields, NULL);

/* ---- Storing ---- */

struct batch {
    struct subject *s;
    struct aw_buf buf;
    size_t count;
};

static void add(struct batch *b, uint8_t space, uint64_t key, size_t start, enum aw_status st)
{
    struct aw_bytes value = {NULL, 0};

    AW_ASSERT(st == AW_OK && b->count < SUBJECT_OPS_MAX);
    if (b->buf.len > start)
        value = (struct aw_bytes){b->buf.ptr + start, b->buf.len - start};
    b->s->ops[b->count++] = (struct aw_store_op){.space = space, .key = key, .value = value};
}

static uint64_t word_key(uint64_t number, uint64_t person)
{
    return person << 32 | number;
}

static void add_words(struct batch *b, struct person *p, uint64_t key, bool is_gone)
{
    size_t start = b->buf.len;

    add(b, SUBJECT_SPACE_WORDS, word_key(0, key), start,
        is_gone ? AW_OK : aw_words_out_encode(&p->words, &b->buf));
    for (size_t i = 0; i < p->gone_count; i++)
        add(b, SUBJECT_SPACE_WORDS, word_key(p->gone[i], key), b->buf.len, AW_OK);
    for (uint32_t n = p->words_stored; !is_gone && n < aw_words_out_next(&p->words); n++) {
        const struct aw_word *word = aw_words_out_get(&p->words, n);

        start = b->buf.len;
        if (word != NULL)
            add(b, SUBJECT_SPACE_WORDS, word_key(n, key), start, aw_word_encode(word, &b->buf));
    }
    p->gone_flight = p->gone_count;
    p->words_flight = aw_words_out_next(&p->words);
}

static void add_person(struct batch *b, struct person *p, uint64_t key)
{
    bool is_gone = p->rec.phase == AW_PERSON_NONE;
    bool has_channel = person_is_paired(p);
    size_t start = b->buf.len;

    if ((p->dirty & SUBJECT_DIRTY_PERSON) != 0)
        add(b, SUBJECT_SPACE_PERSON, key, start,
            is_gone ? AW_OK : aw_message_encode(&person_map, &p->rec, &b->buf));
    start = b->buf.len;
    if ((p->dirty & SUBJECT_DIRTY_CHANNEL) != 0)
        add(b, SUBJECT_SPACE_CHANNEL, key, start,
            has_channel ? aw_channel_encode(&p->channel, &b->buf) : AW_OK);
    if ((p->dirty & SUBJECT_DIRTY_WORDS) != 0)
        add_words(b, p, key, !has_channel);
    start = b->buf.len;
    if ((p->dirty & SUBJECT_DIRTY_INVITING) != 0)
        add(b, SUBJECT_SPACE_INVITING, key, start,
            is_gone ? AW_OK : aw_inviting_encode(&p->inviting, &b->buf));
    p->dirty_flight = p->dirty;
    p->dirty = 0;
}

static void add_map(struct batch *b, uint8_t space, uint64_t key, const struct aw_wire_map *map,
                    const void *message)
{
    size_t start = b->buf.len;

    add(b, space, key, start, aw_message_encode(map, message, &b->buf));
}

static void add_engine(struct batch *b)
{
    struct subject *s = b->s;

    if ((s->dirty & SUBJECT_DIRTY_TRIGGER) != 0)
        add_map(b, SUBJECT_SPACE_CORE, KEY_TRIGGER, &trigger_map, &s->trigger);
    if ((s->dirty & SUBJECT_DIRTY_PLAN) != 0)
        add_map(b, SUBJECT_SPACE_PLAN, 0, &aw_plan_map, &s->plan);
    if ((s->dirty & SUBJECT_DIRTY_PLAN) != 0 && aw_su_former(s) != NULL)
        add_map(b, SUBJECT_SPACE_PLAN, KEY_FORMER, &aw_plan_map, &s->former);
    else if ((s->dirty & SUBJECT_DIRTY_PLAN) != 0)
        add(b, SUBJECT_SPACE_PLAN, KEY_FORMER, b->buf.len, AW_OK);
    if ((s->dirty & SUBJECT_DIRTY_PAIRS) != 0)
        add_map(b, SUBJECT_SPACE_PAIRS, 0, &pairs_map, &s->pairs);
    if ((s->dirty & SUBJECT_DIRTY_CARD) != 0)
        add_map(b, SUBJECT_SPACE_CARD, 0, &card_map, &s->card);
    s->dirty_flight = s->dirty;
    s->dirty = 0;
}

static void add_decoy(struct batch *b, struct decoy *d)
{
    bool is_gone = d->rec.person == 0;
    uint8_t person = is_gone ? d->gone : d->rec.person;

    if (is_gone && d->dirty != 0) {
        add(b, SUBJECT_SPACE_DECOY, person, b->buf.len, AW_OK);
        add(b, SUBJECT_SPACE_PLAN, person, b->buf.len, AW_OK);
    } else {
        if ((d->dirty & DECOY_DIRTY_RECORD) != 0)
            add_map(b, SUBJECT_SPACE_DECOY, person, &decoy_map, &d->rec);
        if ((d->dirty & DECOY_DIRTY_PLAN) != 0)
            add_map(b, SUBJECT_SPACE_PLAN, person, &aw_plan_map, &d->plan);
    }
    d->dirty_flight = d->dirty;
    d->dirty = 0;
}

void aw_su_store(struct subject *s, struct aw_action *action)
{
    struct batch b = {.s = s, .buf = AW_BUF_OF(s->scratch)};

    s->core.saved_at_s = (uint32_t)aw_timebase_s(&s->time);
    /* Always: seq is stored before anything that carries it leaves. */
    add(&b, SUBJECT_SPACE_CORE, 0, 0, aw_message_encode(&core_map, &s->core, &b.buf));
    add_engine(&b);
    for (size_t i = 0; i < AW_DECOY_MAX; i++)
        add_decoy(&b, &s->decoys[i]);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        add_person(&b, &s->people[i], i + 1);
    s->core_flight = true;
    s->core_dirty = false;
    s->scratch_len = b.buf.len;
    aw_outbox_store(&s->outbox, action, s->ops, b.count);
}

static void person_stored(struct person *p, enum aw_status status)
{
    /* spec/06-subject.md §2: "After a failed STORE the engine MUST keep what it was to store, and
     * try again after a pause." */
    if (status != AW_OK) {
        p->dirty |= p->dirty_flight;
    } else if ((p->dirty_flight & SUBJECT_DIRTY_WORDS) != 0) {
        for (size_t i = p->gone_flight; i < p->gone_count; i++)
            p->gone[i - p->gone_flight] = p->gone[i];
        p->gone_count = (uint8_t)(p->gone_count - p->gone_flight);
        p->words_stored = p->words_flight;
    }
    p->dirty_flight = 0;
}

void aw_su_stored(struct subject *s, enum aw_status status)
{
    aw_outbox_store_done(&s->outbox, status, aw_timebase_mono_ms(&s->time),
                         (uint32_t)aw_timebase_s(&s->time));
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        person_stored(&s->people[i], status);
    if (status != AW_OK) {
        s->core_dirty = s->core_dirty || s->core_flight;
        s->dirty |= s->dirty_flight;
    }
    s->dirty_flight = 0;
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (status != AW_OK)
            s->decoys[i].dirty |= s->decoys[i].dirty_flight;
        s->decoys[i].dirty_flight = 0;
    }
    aw_wipe(s->scratch, s->scratch_len);
}

/* ---- Loading ---- */

static enum aw_status load_words(struct subject *s, uint64_t key, struct aw_bytes value)
{
    uint64_t person = key >> 32;
    struct aw_words_out *words;
    struct aw_call call;
    enum aw_status st;

    if (person < 1 || person > AW_PLAN_MEMBER_MAX)
        return AW_E_DAMAGED;
    words = &s->people[person - 1].words;
    if ((key & UINT32_MAX) == 0)
        return aw_words_out_decode(words, value);
    st = aw_words_out_load(words, value);
    if (st == AW_OK) {
        const struct aw_word *word = aw_words_out_get(words, (uint32_t)key);

        if (word == NULL)
            return AW_E_DAMAGED;
        st = aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});
        aw_wipe(&call, sizeof call);
    }
    return st;
}

static enum aw_status load_person(struct subject *s, uint8_t space, uint64_t key,
                                  struct aw_bytes value)
{
    struct person *p;

    if (key < 1 || key > AW_PLAN_MEMBER_MAX)
        return AW_E_DAMAGED;
    p = &s->people[key - 1];
    if (space == SUBJECT_SPACE_PERSON)
        return aw_message_decode(&person_map, &p->rec, value);
    if (space == SUBJECT_SPACE_CHANNEL)
        return aw_channel_decode(&p->channel, value);
    return aw_inviting_decode(&p->inviting, value);
}

static enum aw_status load_core(struct subject *s, uint64_t key, struct aw_bytes value)
{
    enum aw_status st;

    if (key == KEY_TRIGGER && s->has_core) {
        st = aw_message_decode(&trigger_map, &s->trigger, value);
        s->core.alarm.kind = s->trigger.alarm_kind;
        return st;
    }
    if (key != 0)
        return AW_E_DAMAGED;
    st = aw_message_decode(&core_map, &s->core, value);
    s->has_core = st == AW_OK;
    s->core.alarm.kind = AW_ALARM_SOS;
    return st;
}

static enum aw_status load_plan(struct aw_plan *plan, bool *has_plan, struct aw_bytes value)
{
    enum aw_status st = aw_message_decode(&aw_plan_map, plan, value);

    *has_plan = st == AW_OK && aw_plan_check(plan, NULL) == AW_PLAN_GOOD;
    return *has_plan ? AW_OK : AW_E_DAMAGED;
}

/* The plan of a decoy comes first: it takes the next free place. */
static enum aw_status load_decoy_plan(struct subject *s, uint64_t key, struct aw_bytes value)
{
    for (size_t i = 0; key <= AW_PLAN_MEMBER_MAX && i < AW_DECOY_MAX; i++) {
        struct decoy *d = &s->decoys[i];

        if (d->rec.person != 0)
            continue;
        d->rec.person = (uint8_t)key;
        return load_plan(&d->plan, &d->has_plan, value);
    }
    return AW_E_DAMAGED;
}

static enum aw_status load_decoy(struct subject *s, uint64_t key, struct aw_bytes value)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        struct decoy *d = &s->decoys[i];
        enum aw_status st;

        if (d->rec.person != key || d->rec.version != 0)
            continue;
        st = aw_message_decode(&decoy_map, &d->rec, value);
        return st == AW_OK && d->rec.person != key ? AW_E_DAMAGED : st;
    }
    return AW_E_DAMAGED;
}

static enum aw_status load(struct subject *s, uint8_t space, uint64_t key, struct aw_bytes value)
{
    switch (space) {
    case SUBJECT_SPACE_CORE:
        return load_core(s, key, value);
    case SUBJECT_SPACE_PERSON:
    case SUBJECT_SPACE_CHANNEL:
    case SUBJECT_SPACE_INVITING:
        return load_person(s, space, key, value);
    case SUBJECT_SPACE_WORDS:
        return load_words(s, key, value);
    case SUBJECT_SPACE_PLAN:
        if (key == KEY_FORMER)
            return load_plan(&s->former, &s->has_former, value);
        return key == 0 ? load_plan(&s->plan, &s->has_plan, value) : load_decoy_plan(s, key, value);
    case SUBJECT_SPACE_PAIRS:
        return key == 0 ? aw_message_decode(&pairs_map, &s->pairs, value) : AW_E_DAMAGED;
    case SUBJECT_SPACE_CARD:
        return key == 0 ? aw_message_decode(&card_map, &s->card, value) : AW_E_DAMAGED;
    case SUBJECT_SPACE_DECOY:
        return load_decoy(s, key, value);
    default:
        return AW_E_DAMAGED;
    }
}

enum aw_status aw_subject_load(struct aw_subject *subject, uint8_t space, uint64_t key,
                               struct aw_bytes value)
{
    struct subject *s = subject_of(subject);

    AW_ASSERT(!s->is_started);
    return load(s, space, key, value) == AW_OK ? AW_OK : AW_E_DAMAGED;
}
