/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include "base/assert.h"
#include "base/bytes.h"

/* Records of the contact engine: one table each, so that reading and writing cannot disagree. */

#define VERSION          CONTACT_RECORD_VERSION

#define ROW_U32(k, s, m) AW_ROW_UINT(k, s, m, 0, UINT32_MAX)
#define ROW_U64(k, s, m) AW_ROW_UINT(k, s, m, 0, UINT64_MAX)

static const struct aw_wire_field who_fields[] = {
    AW_ROW_UINT(0, contact_who, version, VERSION, VERSION),
    AW_ROW_UINT(1, contact_who, phase, AW_CONTACT_JOINING, AW_CONTACT_VERIFIED),
    ROW_U32(2, contact_who, joined_at_s),
    AW_ROW_MAP(3, contact_who, own, &aw_hello_map),
    AW_ROW_MAP_OPT(4, contact_who, peer, &aw_hello_map),
    AW_ROW_FIXED(5, contact_who, read_seed),
    AW_ROW_FIXED(6, contact_who, receipt_seed),
};
static const struct aw_wire_map who_map = AW_WIRE_TABLE("who", contact_who, who_fields, NULL);

static const struct aw_wire_field call_fields[] = {
    ROW_U32(0, aw_contact_call, seq),
    ROW_U32(1, aw_contact_call, issued_at_s),
    ROW_U32(2, aw_contact_call, deposited_at_s),
    ROW_U32(3, aw_contact_call, received_at_s),
    ROW_U32(4, aw_contact_call, valid_for_s),
    AW_ROW_UINT(5, aw_contact_call, kind, 0, AW_CALL_DRILL),
    AW_ROW_UINT(6, aw_contact_call, verdict, 0, AW_VERDICT_CANNOT_JUDGE),
};
static const struct aw_wire_map call_map =
    AW_WIRE_TABLE("taken", aw_contact_call, call_fields, NULL);

static const struct aw_wire_field watch_fields[] = {
    AW_ROW_MAP(0, aw_watch, call, &call_map),
    ROW_U32(1, aw_watch, replied_at_s),
    AW_ROW_UINT(2, aw_watch, clock, 0, AW_CLOCK_REPLY),
    ROW_U32(3, aw_watch, base_s),
};
static const struct aw_wire_map watch_map = AW_WIRE_TABLE("watch", aw_watch, watch_fields, NULL);

static const struct aw_wire_field reply_time_fields[] = {
    ROW_U32(0, contact_reply_time, number),
    ROW_U32(1, contact_reply_time, at_s),
};
static const struct aw_wire_map reply_time_map =
    AW_WIRE_TABLE("reply_time", contact_reply_time, reply_time_fields, NULL);

static const struct aw_wire_field keys_fields[] = {
    AW_ROW_BOOL(0, aw_presence_keys, circle),
    AW_ROW_FIXED(1, aw_presence_keys, safe_key),
    AW_ROW_FIXED(2, aw_presence_keys, duress_key),
    AW_ROW_FIXED(3, aw_presence_keys, circle_key),
};
static const struct aw_wire_map keys_map =
    AW_WIRE_TABLE("presence_keys", aw_presence_keys, keys_fields, NULL);

static const struct aw_wire_field set_fields[] = {
    ROW_U32(0, contact_key_set, word),
    AW_ROW_MAP(1, contact_key_set, keys, &keys_map),
    ROW_U32(2, contact_key_set, alone_at_s),
};
static const struct aw_wire_map set_map =
    AW_WIRE_TABLE("key_set", contact_key_set, set_fields, NULL);

static const struct aw_wire_field secrets_fields[] = {
    AW_ROW_UINT(0, contact_secrets, version, VERSION, VERSION),
    AW_ROW_LIST(1, contact_secrets, sets, 0, &set_map),
    AW_ROW_BOOL(2, contact_secrets, has_lost),
};
static const struct aw_wire_map secrets_map =
    AW_WIRE_TABLE("secrets", contact_secrets, secrets_fields, NULL);

static const struct aw_wire_field switch_fields[] = {
    ROW_U32(0, contact_switch, due_s),
    AW_ROW_BOOL(1, contact_switch, was_early),
    AW_ROW_BOOL(2, contact_switch, was_withheld),
};
static const struct aw_wire_map switch_map =
    AW_WIRE_TABLE("switch", contact_switch, switch_fields, NULL);

static const struct aw_wire_field book_fields[] = {
    AW_ROW_UINT(0, contact_book, version, VERSION, VERSION),
    ROW_U32(1, contact_book, saved_at_s),
    AW_ROW_MAP(2, contact_book, checkin, &watch_map),
    AW_ROW_MAP(3, contact_book, newest, &watch_map),
    AW_ROW_FIXED(4, contact_book, newest_hash),
    AW_ROW_FIXED(5, contact_book, receipt),
    ROW_U32(6, contact_book, receipt_at_s),
    ROW_U32(7, contact_book, reply_number),
    AW_ROW_LIST(8, contact_book, replies, 0, &reply_time_map),
    ROW_U32(9, contact_book, seq_human),
    AW_ROW_UINT(10, contact_book, wrong_count, 0, CONTACT_WRONG_MAX),
    AW_ROW_UINT(11, contact_book, skew, 0, 15),
    AW_ROW_UINT(12, contact_book, person, 0, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(13, contact_book, claim, 0, CONTACT_CLAIM_HANDED),
    AW_ROW_BOOL(14, contact_book, gap),
    AW_ROW_BOOL(15, contact_book, has_plan_word),
    AW_ROW_UINT(16, contact_book, plan_word_worth, 0, CONTACT_WORTH_JUDGED),
    AW_ROW_FIXED(17, contact_book, plan_word_hash),
    ROW_U32(18, contact_book, plan_named),
    AW_ROW_LIST(19, contact_book, switches, 0, &switch_map),
    ROW_U32(20, contact_book, unheard_seq),
    AW_ROW_UINT_NONZERO(21, contact_book, keys_word, 1, UINT32_MAX),
};
static const struct aw_wire_map book_map = AW_WIRE_TABLE("book", contact_book, book_fields, NULL);

static const struct aw_wire_field due_fields[] = {
    ROW_U64(0, aw_ladder_due, at_s[0]), ROW_U64(1, aw_ladder_due, at_s[1]),
    ROW_U64(2, aw_ladder_due, at_s[2]), ROW_U64(3, aw_ladder_due, at_s[3]),
    ROW_U64(4, aw_ladder_due, at_s[4]),
};
static const struct aw_wire_map due_map = AW_WIRE_TABLE("due", aw_ladder_due, due_fields, NULL);

static const struct aw_wire_field path_fields[] = {
    AW_ROW_BOOL(0, aw_ladder_path, is_blind),
    AW_ROW_BOOL(1, aw_ladder_path, was_unsure),
    AW_ROW_UINT(2, aw_ladder_path, suspect_s, 0, AW_TIME_MAX_MS),
    AW_ROW_BOOL(3, aw_ladder_path, is_told),
};
static const struct aw_wire_map path_map = AW_WIRE_TABLE("path", aw_ladder_path, path_fields, NULL);

static const struct aw_wire_field peers_fields[] = {
    AW_ROW_FIXED(0, aw_ladder_peers, level),
    AW_ROW_FIXED(1, aw_ladder_peers, groups),
    AW_ROW_UINT(2, aw_ladder_peers, claim_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(3, aw_ladder_peers, raised_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(4, aw_ladder_peers, spoken_s, 0, AW_TIME_MAX_MS),
};
static const struct aw_wire_map peers_map =
    AW_WIRE_TABLE("peers", aw_ladder_peers, peers_fields, NULL);

static const struct aw_wire_field ladder_fields[] = {
    AW_ROW_UINT(0, aw_ladder, state, 0, AW_LADDER_RESUMED),
    AW_ROW_UINT(1, aw_ladder, incident, 0, AW_INCIDENT_DURESS),
    AW_ROW_UINT(2, aw_ladder, cause, 0, AW_WHY_HUMAN),
    ROW_U32(3, aw_ladder, incident_id),
    ROW_U32(4, aw_ladder, trigger_seq),
    ROW_U32(5, aw_ladder, alarm_id),
    AW_ROW_UINT(6, aw_ladder, level, 0, AW_PLAN_LEVEL_MAX),
    AW_ROW_UINT(7, aw_ladder, held_level, 0, AW_PLAN_LEVEL_MAX),
    AW_ROW_UINT(8, aw_ladder, claims_used, 0, 8),
    AW_ROW_BOOL(9, aw_ladder, claim_holds),
    AW_ROW_BOOL(10, aw_ladder, confirmed),
    AW_ROW_BOOL(11, aw_ladder, safe_seen),
    AW_ROW_BOOL(12, aw_ladder, cancelled),
    AW_ROW_UINT(13, aw_ladder, now_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(14, aw_ladder, late_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(15, aw_ladder, began_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(16, aw_ladder, decided_s, 0, AW_TIME_MAX_MS),
    AW_ROW_UINT(17, aw_ladder, levels_s, 0, AW_TIME_MAX_MS),
    ROW_U64(18, aw_ladder, claim_s),
    ROW_U64(19, aw_ladder, ring_s),
    AW_ROW_MAP(20, aw_ladder, due, &due_map),
    AW_ROW_MAP(21, aw_ladder, path, &path_map),
    AW_ROW_MAP(22, aw_ladder, peers, &peers_map),
};

static enum aw_status check_ladder(const void *message)
{
    return aw_ladder_is_sound(message) ? AW_OK : AW_E_RANGE;
}

static const struct aw_wire_map ladder_map =
    AW_WIRE_TABLE("ladder", aw_ladder, ladder_fields, check_ladder);

static const struct aw_wire_field timer_fields[] = {
    ROW_U32(0, contact_timer, id),
    ROW_U32(1, contact_timer, due_s),
    AW_ROW_UINT(2, contact_timer, extend_s, 0, AW_TIMER_EXTEND_MAX_S),
    AW_ROW_UINT(3, contact_timer, kind, AW_TIMER_MEETING, AW_TIMER_JOURNEY),
    AW_ROW_BOOL(4, contact_timer, is_extended),
};
static const struct aw_wire_map timer_map =
    AW_WIRE_TABLE("timer", contact_timer, timer_fields, NULL);

static const struct aw_wire_field ask_fields[] = {
    ROW_U32(0, contact_ask, id),
    AW_ROW_BOOL(1, contact_ask, is_open),
    ROW_U32(2, contact_ask, asked_at_s),
    ROW_U32(3, contact_ask, within_s),
    ROW_U32(4, contact_ask, reply),
    ROW_U32(5, contact_ask, reached_at_s),
    ROW_U32(6, contact_ask, answered_at_s),
    ROW_U32(7, contact_ask, day_s),
    AW_ROW_UINT(8, contact_ask, day_count, 0, UINT8_MAX),
};
static const struct aw_wire_map ask_map = AW_WIRE_TABLE("ask", contact_ask, ask_fields, NULL);

static const struct aw_wire_field triggers_fields[] = {
    AW_ROW_UINT(0, contact_triggers, version, VERSION, VERSION),
    AW_ROW_LIST(1, contact_triggers, timers, 0, &timer_map),
    ROW_U32(2, contact_triggers, ended_id),
    AW_ROW_MAP(3, contact_triggers, ask, &ask_map),
    ROW_U32(4, contact_triggers, drill_seq),
    ROW_U32(5, contact_triggers, drill_at_s),
    ROW_U32(6, contact_triggers, drill_rang_at_s),
    ROW_U32(7, contact_triggers, drill_answered),
    ROW_U32(8, contact_triggers, signal_seq),
    ROW_U32(9, contact_triggers, signal_at_s),
    AW_ROW_UINT(10, contact_triggers, signal, 0, AW_SIGNAL_MOVING),
    ROW_U32(11, contact_triggers, life_at_s),
    AW_ROW_UINT(12, contact_triggers, alarm_kind, 0, AW_ALARM_STALLED),
    ROW_U32(13, contact_triggers, alarm_id),
    ROW_U32(14, contact_triggers, alarm_since_s),
};
static const struct aw_wire_map triggers_map =
    AW_WIRE_TABLE("triggers", contact_triggers, triggers_fields, NULL);

static const struct aw_wire_field rota_fields[] = {
    AW_ROW_UINT(0, aw_quiet, days, 1, 127),
    AW_ROW_UINT(1, aw_quiet, from, 0, 1439),
    AW_ROW_UINT(2, aw_quiet, until, 0, 1439),
};
static const struct aw_wire_map rota_map = AW_WIRE_TABLE("rota", aw_quiet, rota_fields, NULL);

static const struct aw_wire_field told_fields[] = {
    AW_ROW_UINT(0, contact_told, claim, 0, CONTACT_CLAIM_HANDED),
    AW_ROW_UINT(1, contact_told, hand_to, 0, AW_PLAN_MEMBER_MAX),
    AW_ROW_UINT(2, contact_told, confirm, 0, CONTACT_CONFIRM_UNREACHABLE),
    ROW_U32(3, contact_told, confirm_at_s),
    AW_ROW_TEXT(4, contact_told, note, 0),
};
static const struct aw_wire_map told_map = AW_WIRE_TABLE("told", contact_told, told_fields, NULL);

static const struct aw_wire_field own_fields[] = {
    AW_ROW_UINT(0, contact_own, version, VERSION, VERSION),
    AW_ROW_BOOL(1, contact_own, always_on),
    AW_ROW_BOOL(2, contact_own, leaves),
    ROW_U32(3, contact_own, away_until_s),
    AW_ROW_LIST(4, contact_own, rota, 0, &rota_map),
    AW_ROW_UINT(5, contact_own, confirm, 0, CONTACT_CONFIRM_UNREACHABLE),
    ROW_U32(6, contact_own, confirm_at_s),
    AW_ROW_UINT(7, contact_own, hand_to, 0, AW_PLAN_MEMBER_MAX),
    AW_ROW_TEXT(8, contact_own, note, 0),
    ROW_U32(9, contact_own, words_at_s),
    AW_ROW_MAP(10, contact_own, told, &told_map),
};
static const struct aw_wire_map own_map = AW_WIRE_TABLE("own", contact_own, own_fields, NULL);

static const struct aw_wire_field change_fields[] = {
    AW_ROW_UINT(0, contact_change, version_of_record, VERSION, VERSION),
    AW_ROW_BOOL(1, contact_change, has_plan),
    AW_ROW_BOOL(2, contact_change, is_judged),
    ROW_U32(3, contact_change, version),
    ROW_U32(4, contact_change, arrived_at_s),
    ROW_U32(5, contact_change, effective_at_s),
    AW_ROW_UINT(6, contact_change, loosens, 0, UINT8_MAX),
    ROW_U32(7, contact_change, setup_since_s),
    AW_ROW_BOOL(8, contact_change, setup_over),
    ROW_U32(9, contact_change, keys_at_s),
    AW_ROW_MAP_OPT(10, contact_change, keys, &keys_map),
    AW_ROW_UINT_NONZERO(11, contact_change, decoys, 1, UINT16_MAX),
};
static const struct aw_wire_map change_map =
    AW_WIRE_TABLE("change", contact_change, change_fields, NULL);

static const struct aw_wire_field shown_fields[] = {
    AW_ROW_UINT(0, contact_shown_change, version, VERSION, VERSION),
    AW_ROW_BOOL(1, contact_shown_change, setup_over),
    ROW_U32(2, contact_shown_change, setup_since_s),
    ROW_U32(3, contact_shown_change, waits),
    ROW_U32(4, contact_shown_change, effective_at_s),
};
static const struct aw_wire_map shown_map =
    AW_WIRE_TABLE("shown", contact_shown_change, shown_fields, NULL);

/* ---- Storing ---- */

struct batch {
    struct contact *c;
    struct aw_buf buf;
    size_t count;
};

/* `value` is borrowed until the store is done; empty: erases. */
static void add_value(struct batch *b, uint8_t space, uint64_t key, struct aw_bytes value)
{
    AW_ASSERT(b->count < CONTACT_OPS_MAX);
    if (value.len == 0)
        value = (struct aw_bytes){NULL, 0};
    b->c->ops[b->count++] = (struct aw_store_op){
        .space = space, .key = (uint64_t)b->c->slot << 24 | key, .value = value};
}

static void add(struct batch *b, uint8_t space, uint64_t key, size_t start, enum aw_status st)
{
    AW_ASSERT(st == AW_OK);
    add_value(b, space, key, (struct aw_bytes){b->buf.ptr + start, b->buf.len - start});
}

static void add_message(struct batch *b, uint64_t key, const struct aw_wire_map *map,
                        const void *message)
{
    size_t start = b->buf.len;

    add(b, CONTACT_SPACE_CORE, key, start, aw_message_encode(map, message, &b->buf));
}

static void add_core(struct batch *b, unsigned dirty)
{
    struct contact *c = b->c;
    size_t start;

    if ((dirty & CONTACT_DIRTY_WHO) != 0)
        add_message(b, CONTACT_KEY_WHO, &who_map, &c->who);
    if ((dirty & CONTACT_DIRTY_BOOK) != 0)
        add_message(b, CONTACT_KEY_BOOK, &book_map, &c->book);
    if ((dirty & CONTACT_DIRTY_LADDER) != 0) {
        add_message(b, CONTACT_KEY_LADDER, &ladder_map, &c->ladder);
        add_message(b, CONTACT_KEY_SHOWN, &ladder_map, &c->shown);
    }
    if ((dirty & CONTACT_DIRTY_SECRETS) != 0)
        add_message(b, CONTACT_KEY_SECRETS, &secrets_map, &c->secrets);
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_WORDS) != 0)
        add(b, CONTACT_SPACE_CORE, CONTACT_KEY_WORDS, start,
            aw_words_in_encode(&c->words, &b->buf));
    if ((dirty & CONTACT_DIRTY_TRIGGERS) != 0)
        add_message(b, CONTACT_KEY_TRIGGERS, &triggers_map, &c->triggers);
    if ((dirty & CONTACT_DIRTY_OWN) != 0)
        add_message(b, CONTACT_KEY_OWN, &own_map, &c->own);
    if ((dirty & CONTACT_DIRTY_JOINING) != 0) {
        start = b->buf.len;
        add(b, CONTACT_SPACE_CORE, CONTACT_KEY_JOINING, start,
            c->who.phase == AW_CONTACT_JOINING ? aw_joining_encode(&c->joining, &b->buf) : AW_OK);
    }
}

static void add_rest(struct batch *b, unsigned dirty)
{
    struct contact *c = b->c;
    size_t start = b->buf.len;

    if ((dirty & CONTACT_DIRTY_CHANNEL) != 0)
        add(b, CONTACT_SPACE_CHANNEL, 0, start, aw_channel_encode(&c->channel, &b->buf));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_PLAN) != 0)
        add(b, CONTACT_SPACE_PLAN, CONTACT_KEY_PLAN, start,
            aw_message_encode(&aw_plan_map, &c->plan, &b->buf));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_BODY) != 0)
        add(b, CONTACT_SPACE_PLAN, CONTACT_KEY_BODY, start,
            aw_buf_put(&b->buf, (struct aw_bytes){c->body, c->body_len}));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_CHANGE) != 0)
        add(b, CONTACT_SPACE_CHANGE, CONTACT_KEY_CHANGE, start,
            aw_message_encode(&change_map, &c->change, &b->buf));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_PENDING) != 0)
        add(b, CONTACT_SPACE_CHANGE, CONTACT_KEY_PENDING, start,
            aw_buf_put(&b->buf, (struct aw_bytes){c->pending, c->pending_len}));
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        struct aw_bytes body = {c->cards[i].body, c->cards[i].len};

        if ((dirty & (unsigned)CONTACT_DIRTY_CARD << i) != 0)
            add_value(b, CONTACT_SPACE_PLAN, CONTACT_KEY_CARD + i, body);
    }
    for (size_t i = 0; i < AW_KEEP_COUNT; i++) {
        start = b->buf.len;
        if ((c->keep.dirty & UINT64_C(1) << i) != 0)
            add(b, CONTACT_SPACE_KEEP, i, start, aw_keep_encode(&c->keep, i, &b->buf));
    }
}

static void add_shown(struct batch *b)
{
    struct contact *c = b->c;
    size_t start = b->buf.len;

    add(b, CONTACT_SPACE_CHANGE, CONTACT_KEY_SHOWN_CHANGE, start,
        aw_message_encode(&shown_map, &c->shown_change, &b->buf));
    start = b->buf.len;
    add(b, CONTACT_SPACE_CHANGE, CONTACT_KEY_SHOWN_PLAN, start,
        aw_message_encode(&aw_plan_map, &c->shown_plan, &b->buf));
    start = b->buf.len;
    add(b, CONTACT_SPACE_CHANGE, CONTACT_KEY_SHOWN_PENDING, start,
        aw_buf_put(&b->buf, (struct aw_bytes){c->shown_pending, c->shown_pending_len}));
}

static void add_peers(struct batch *b, unsigned dirty)
{
    struct aw_peers *p = &b->c->peers;
    size_t start = b->buf.len;

    if ((dirty & CONTACT_DIRTY_PEERS) != 0)
        add(b, CONTACT_SPACE_PEER, CONTACT_KEY_PEERS, start,
            aw_peers_book_encode(&p->book, &b->buf));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_PEERS) != 0)
        add(b, CONTACT_SPACE_PEER, CONTACT_KEY_OUTSIDE, start,
            aw_message_encode(&triggers_map, &b->c->outside, &b->buf));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_INTRO) != 0)
        add(b, CONTACT_SPACE_PEER, CONTACT_KEY_INTRO, start,
            aw_buf_put(&b->buf, (struct aw_bytes){p->intro, p->intro_len}));
    start = b->buf.len;
    if ((dirty & CONTACT_DIRTY_PLACE) != 0)
        add(b, CONTACT_SPACE_PEER, CONTACT_KEY_PLACE, start,
            aw_peers_place_encode(&p->place, &b->buf));
    for (uint8_t person = 1; person <= AW_PLAN_MEMBER_MAX; person++) {
        if ((p->gone >> person & 1) == 0)
            continue;
        add(b, CONTACT_SPACE_PEER, person, b->buf.len, AW_OK);
        add(b, CONTACT_SPACE_PEER_CHANNEL, person, b->buf.len, AW_OK);
    }
    for (size_t i = 0; i < p->used; i++) {
        const struct aw_peer *peer = &p->list[i];

        if ((p->dirty >> i & 1) == 0)
            continue;
        start = b->buf.len;
        add(b, CONTACT_SPACE_PEER, peer->person, start, aw_peer_encode(peer, &b->buf));
        start = b->buf.len;
        if (peer->met != 0)
            add(b, CONTACT_SPACE_PEER_CHANNEL, peer->person, start,
                aw_channel_encode(&peer->channel, &b->buf));
    }
}

/* spec/07-contact.md §9: "Everything that a STORE covers MUST be applied as one." */
void aw_co_store(struct contact *c, struct aw_action *action)
{
    struct batch b = {.c = c, .buf = AW_BUF_OF(c->scratch)};

    c->book.saved_at_s = (uint32_t)aw_timebase_s(&c->time);
    add_core(&b, c->dirty);
    add_rest(&b, c->dirty);
    if ((c->dirty & CONTACT_DIRTY_SHOWN) != 0)
        add_shown(&b);
    add_peers(&b, c->dirty);
    c->dirty_flight = c->dirty;
    c->keep_flight = c->keep.dirty;
    c->peers.dirty_flight = c->peers.dirty;
    c->peers.gone_flight = c->peers.gone;
    c->peers.dirty = c->peers.gone = 0;
    c->dirty = 0;
    c->keep.dirty = 0;
    c->scratch_len = b.buf.len;
    aw_outbox_store(&c->outbox, action, c->ops, b.count);
}

void aw_co_stored(struct contact *c, enum aw_status status)
{
    aw_outbox_store_done(&c->outbox, status, aw_timebase_mono_ms(&c->time),
                         (uint32_t)aw_timebase_s(&c->time));
    if (status != AW_OK) {
        c->dirty |= c->dirty_flight;
        c->keep.dirty |= c->keep_flight;
        c->peers.dirty |= c->peers.dirty_flight;
        c->peers.gone |= c->peers.gone_flight;
    }
    c->peers.dirty_flight = c->peers.gone_flight = 0;
    c->dirty_flight = 0;
    c->keep_flight = 0;
    aw_wipe(c->scratch, c->scratch_len);
}

/* ---- Loading ---- */

static enum aw_status load_core(struct contact *c, uint64_t key, struct aw_bytes value)
{
    enum aw_status st = AW_E_DAMAGED;

    if (key == CONTACT_KEY_WHO)
        st = aw_message_decode(&who_map, &c->who, value);
    else if (key == CONTACT_KEY_BOOK)
        st = aw_message_decode(&book_map, &c->book, value);
    else if (key == CONTACT_KEY_LADDER)
        st = aw_message_decode(&ladder_map, &c->ladder, value);
    else if (key == CONTACT_KEY_JOINING)
        st = aw_joining_decode(&c->joining, value);
    else if (key == CONTACT_KEY_WORDS)
        st = aw_words_in_decode(&c->words, value);
    else if (key == CONTACT_KEY_SECRETS)
        st = aw_message_decode(&secrets_map, &c->secrets, value);
    else if (key == CONTACT_KEY_TRIGGERS)
        st = aw_message_decode(&triggers_map, &c->triggers, value);
    else if (key == CONTACT_KEY_SHOWN)
        st = aw_message_decode(&ladder_map, &c->shown, value);
    else if (key == CONTACT_KEY_OWN)
        st = aw_message_decode(&own_map, &c->own, value);
    if (st == AW_OK)
        c->has_record[key] = true;
    return st;
}

static enum aw_status load_plan(struct contact *c, uint64_t key, struct aw_bytes value)
{
    enum aw_status st = AW_E_DAMAGED;

    if (key == CONTACT_KEY_PLAN) {
        st = aw_message_decode(&aw_plan_map, &c->plan, value);
        c->has_plan = st == AW_OK && aw_plan_check(&c->plan, NULL) == AW_PLAN_GOOD;
        return c->has_plan ? AW_OK : AW_E_DAMAGED;
    }
    if (key == CONTACT_KEY_BODY && value.len <= sizeof c->body) {
        for (size_t i = 0; i < value.len; i++)
            c->body[i] = value.ptr[i];
        c->body_len = (uint16_t)value.len;
        st = AW_OK;
    }
    if (key >= CONTACT_KEY_CARD)
        st = aw_co_card_load(c, key - CONTACT_KEY_CARD, value);
    return st;
}

static enum aw_status load_change(struct contact *c, uint64_t key, struct aw_bytes value)
{
    if (key == CONTACT_KEY_SHOWN_CHANGE)
        return aw_message_decode(&shown_map, &c->shown_change, value);
    if (key == CONTACT_KEY_SHOWN_PLAN) {
        c->has_shown_plan = aw_message_decode(&aw_plan_map, &c->shown_plan, value) == AW_OK &&
                            aw_plan_check(&c->shown_plan, NULL) == AW_PLAN_GOOD;
        return c->has_shown_plan ? AW_OK : AW_E_DAMAGED;
    }
    if (key == CONTACT_KEY_SHOWN_PENDING && value.len <= sizeof c->shown_pending) {
        for (size_t i = 0; i < value.len; i++)
            c->shown_pending[i] = value.ptr[i];
        c->shown_pending_len = (uint16_t)value.len;
        return AW_OK;
    }
    if (key == CONTACT_KEY_CHANGE)
        return aw_message_decode(&change_map, &c->change, value);
    if (key != CONTACT_KEY_PENDING || value.len > sizeof c->pending)
        return AW_E_DAMAGED;
    for (size_t i = 0; i < value.len; i++)
        c->pending[i] = value.ptr[i];
    c->pending_len = (uint16_t)value.len;
    return AW_OK;
}

static enum aw_status load_peers(struct contact *c, uint64_t key, struct aw_bytes value)
{
    if (key == CONTACT_KEY_PEERS)
        return aw_peers_book_load(&c->peers, value);
    if (key == CONTACT_KEY_INTRO)
        return aw_peers_intro_load(&c->peers, value);
    if (key == CONTACT_KEY_PLACE)
        return aw_peers_place_load(&c->peers, value);
    if (key == CONTACT_KEY_OUTSIDE)
        return aw_message_decode(&triggers_map, &c->outside, value);
    return aw_peer_load(&c->peers, key, value);
}

enum aw_status aw_contact_load(struct aw_contact *contact, uint8_t space, uint64_t key,
                               struct aw_bytes value)
{
    struct contact *c = contact_of(contact);
    uint64_t sub = key & 0xffffff;
    enum aw_status st = AW_E_DAMAGED;

    AW_ASSERT(!c->is_started);
    if (aw_contact_slot(key) != c->slot)
        return AW_E_DAMAGED;
    if (space == CONTACT_SPACE_CORE)
        st = load_core(c, sub, value);
    else if (space == CONTACT_SPACE_CHANNEL && sub == 0)
        st = aw_channel_decode(&c->channel, value);
    else if (space == CONTACT_SPACE_PLAN)
        st = load_plan(c, sub, value);
    else if (space == CONTACT_SPACE_CHANGE)
        st = load_change(c, sub, value);
    else if (space == CONTACT_SPACE_KEEP)
        st = aw_keep_load(&c->keep, sub, value);
    else if (space == CONTACT_SPACE_PEER)
        st = load_peers(c, sub, value);
    else if (space == CONTACT_SPACE_PEER_CHANNEL)
        st = aw_peer_channel_load(&c->peers, sub, value);
    return st == AW_OK ? AW_OK : AW_E_DAMAGED;
}
