/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/statement.h"

/*
 * What this engine finds, what the others say, and what follows (spec/16-peers.md §5 to §9): two
 * views, votes, vouching, release, opening.
 */

/* ---- Calls of hers, as far as the others are concerned ---- */

/* The beginnings of her signing keys: enough to know a replaced one again. */
static void note_key(struct aw_peers_book *b, const uint8_t key[AW_KEY_LEN])
{
    const size_t len = sizeof b->keys_seen[0];

    if (b->keys_seen_count > 0 && memcmp(b->keys_seen[b->keys_seen_count - 1], key, len) == 0)
        return;
    if (b->keys_seen_count == AW_PEERS_KEYS) {
        memmove(b->keys_seen[0], b->keys_seen[1], (AW_PEERS_KEYS - 1) * len);
        b->keys_seen_count--;
    }
    memcpy(b->keys_seen[b->keys_seen_count++], key, len);
}

/* A statement that can be passed on: heard directly, with its signature (PE-19). */
void aw_co_peers_statement(struct contact *c, const struct aw_call *call)
{
    struct aw_peers_book *b = &c->peers.book;

    if (b->has_statement && call->seq <= b->statement.seq)
        return;
    b->has_statement = true;
    b->statement = (struct aw_witness_statement){.seq = call->seq,
                                                 .issued_at = call->issued_at,
                                                 .valid_for = call->valid_for,
                                                 .kind = call->kind};
    memcpy(b->statement.log_head, call->log_head, AW_HASH_LEN);
    memcpy(b->statement.signature, call->signature, AW_SIG_LEN);
    memcpy(b->statement.signing_key, call->signing_key, AW_KEY_LEN);
    note_key(b, call->signing_key);
    aw_co_touch(c, CONTACT_DIRTY_PEERS);
}

void aw_co_peers_call(struct contact *c, const struct aw_call *call,
                      const struct aw_contact_call *taken, bool is_old, uint32_t replied_at_s,
                      uint32_t base_s)
{
    struct aw_peers_book *b = &c->peers.book;
    bool is_end = call->kind == AW_CALL_TIMER && call->timer.op == AW_TIMER_END;
    bool is_proof = call->kind == AW_CALL_CHECKIN || call->kind == AW_CALL_PLAN || is_end;
    bool is_newer = taken->seq > b->claimed.call.seq ||
                    (is_old && taken->issued_at_s > b->claimed.call.issued_at_s);

    if (call->seq >= c->book.newest.call.seq) {
        /* Heard directly: what others passed on is over. */
        b->is_vouched = false;
        b->vouched_seq = 0;
    }
    if (is_proof && is_newer)
        aw_watch_take(&b->claimed, taken, replied_at_s);
    if (call->kind == AW_CALL_CHECKIN && taken->seq > b->safe_claimed)
        b->safe_claimed = taken->seq;
    if (call->kind == AW_CALL_CHECKIN && taken->verdict == AW_VERDICT_SAFE &&
        taken->seq > b->safe_seq)
        b->safe_seq = taken->seq;
    aw_trigger_notice(&c->outside, call, base_s);
    if (aw_call_is_typed(call))
        aw_trigger_typed(&c->outside, base_s);
    if (call->kind == AW_CALL_TIMER)
        aw_trigger_timer(&c->outside, call, base_s, aw_co_shown_plan(c)->grace_s, true);
    aw_co_shown_watch(c);
    if (is_newer && call->kind == AW_CALL_CHECKIN)
        aw_co_shown_checkin(c, call->seq);
    aw_co_touch(c, CONTACT_DIRTY_PEERS);
}

/* ---- Two views ---- */

static uint32_t known_seq(const struct contact *c)
{
    uint32_t seq = c->book.newest.call.seq;

    if (c->peers.book.is_vouched && c->peers.book.vouched_seq > seq)
        seq = c->peers.book.vouched_seq;
    return seq;
}

static const struct aw_plan *plan_of(const struct contact *c, bool inside)
{
    return inside ? &c->plan : aw_co_shown_plan(c);
}

static const struct aw_ladder *ladder_of(const struct contact *c, bool inside)
{
    return inside ? &c->ladder : &c->shown;
}

void aw_co_finding(const struct contact *c, bool inside, struct aw_finding_of_mine *out)
{
    const struct aw_ladder *l = ladder_of(c, inside);
    uint64_t now_s = aw_timebase_s(&c->time), late = aw_ladder_due_s(l);
    uint64_t missed_s = late == AW_NO_TIME ? AW_NO_TIME : late + plan_of(c, inside)->grace_s;

    *out = (struct aw_finding_of_mine){
        .seq = known_seq(c),
        .incident = l->incident,
        .safe_seq = inside ? c->peers.book.safe_seq : c->peers.book.safe_claimed,
        .missed_s = missed_s,
    };
    if (out->seq == 0 || !c->has_plan || late == AW_NO_TIME)
        return;
    /* spec/16-peers.md §6: "A contact MUST NOT say missed unless its path is proved": an outage
     * that ends makes no votes, nor does what others say. */
    if (now_s <= late)
        out->finding = AW_FINDING_FINE;
    else if (now_s < missed_s)
        out->finding = AW_FINDING_OVERDUE;
    else if (aw_ladder_path_tells(l, missed_s) && !aw_watch_is_doubtful(&c->book.newest))
        out->finding = AW_FINDING_MISSED;
    else
        out->finding = AW_FINDING_CANNOT_TELL;
}

/* ---- Votes and release ---- */

/* The first level with shares has begun. */
static bool level_began(const struct contact *c, bool inside)
{
    const struct aw_plan *plan = plan_of(c, inside);

    for (size_t i = 0; i < plan->levels_count; i++) {
        if (plan->levels[i].shares)
            return ladder_of(c, inside)->level > i;
    }
    return false;
}

static uint32_t proved_operators(const struct contact *c, uint64_t since_s)
{
    uint32_t set = 0;

    for (size_t i = 0; i < c->who.own.relays_count; i++) {
        if (c->path_s[i] >= since_s)
            set |= aw_council_operators(&c->plan, &c->who.own.relays[i], 1);
    }
    return set;
}

static bool says_unreachable(uint8_t confirm, uint32_t at_s, uint64_t since_s)
{
    return confirm == AW_WITNESS_CONFIRM_UNREACHABLE && at_s >= since_s;
}

static void add_voice(const struct contact *c, const struct aw_peer *peer, uint64_t since_s,
                      struct aw_sitting *council)
{
    const struct aw_member *m = aw_co_peer_member(c, peer);
    const struct aw_witness *w = &peer->said;
    uint32_t operators = aw_council_operators(&c->plan, peer->relays, peer->relays_count);

    council->operators |= operators;
    if (m == NULL || !aw_co_peer_counts(c, peer))
        return;
    council->voices[council->voice_count++] = (struct aw_voice){
        .human = m->human,
        .is_fellow = peer->is_fellow,
        .missed = w->verdict.state == AW_WITNESS_MISSED,
        .seq = w->verdict.seq,
        .unreachable = says_unreachable(w->confirm, w->confirm_at, since_s),
        .operators = operators,
        .path_s = peer->path_s,
    };
}

static void fill_council(const struct contact *c, bool inside, struct aw_sitting *council)
{
    const struct aw_member *own = aw_co_own_member(c);
    const struct contact_own *o = &c->own;
    struct aw_finding_of_mine mine;

    aw_co_finding(c, inside, &mine);
    *council = (struct aw_sitting){
        .plan = &c->plan,
        .human = own == NULL ? 0 : own->human,
        .seq = c->book.newest.call.seq,
        .missed = mine.finding == AW_FINDING_MISSED,
        .is_blind = mine.finding == AW_FINDING_CANNOT_TELL,
        .level = level_began(c, inside),
        .unreachable = inside
                           ? says_unreachable(o->confirm, o->confirm_at_s, mine.missed_s)
                           : says_unreachable(o->told.confirm, o->told.confirm_at_s, mine.missed_s),
        .proved = proved_operators(c, mine.missed_s),
        .is_read = c->peers.wait[inside].is_over,
        .path_s = c->path_s,
        .relay_count = c->who.own.relays_count,
        .operators = aw_council_operators(&c->plan, c->who.own.relays, c->who.own.relays_count),
    };
    for (size_t i = 0; i < c->peers.used; i++) {
        if (c->peers.list[i].person != 0)
            add_voice(c, &c->peers.list[i], mine.missed_s, council);
    }
}

static void tally(const struct contact *c, bool inside, struct aw_tally *out)
{
    struct aw_sitting council;

    fill_council(c, inside, &council);
    aw_council_tally(&council, out);
    /* Her own word under duress releases as an SOS does, within the circle: the phone must not send
     * the key itself, and nobody but her can say it. */
    if (inside && c->ladder.incident == AW_INCIDENT_DURESS && c->ladder.level > 0) {
        out->release = AW_RELEASE_DURESS;
        out->barred = 0;
    }
}

/* ---- What relays still hold ---- */

void aw_co_peer_proved(struct contact *c, uint32_t mailbox_id, uint64_t proof_s)
{
    struct aw_peer *peer;
    size_t relay;

    if (mailbox_id < CONTACT_PEER_MAILBOX(1) || mailbox_id >= CONTACT_PEER_MAILBOX(UINT8_MAX))
        return;
    peer = aw_peers_find(&c->peers, CONTACT_PEER_OF(mailbox_id));
    relay = mailbox_id - CONTACT_PEER_MAILBOX(CONTACT_PEER_OF(mailbox_id));
    if (peer != NULL && relay < c->who.own.relays_count && peer->path_s[relay] < proof_s)
        peer->path_s[relay] = proof_s;
}

/* spec/16-peers.md §8: "Shares MUST NOT go out on silence before each relay at which this contact
 * reads has proved that nothing waits", and "`ceiling_s` after that moment the proofs of one such
 * relay MUST be enough". */
static void wait_to_read(struct contact *c, bool inside, uint64_t now_s)
{
    struct aw_release_wait *wait = &c->peers.wait[inside];
    struct aw_sitting council;
    uint64_t ceiling_s;
    struct aw_tally t = {.release = AW_RELEASE_NOT_MISSED};

    if (aw_ladder_is_incident(ladder_of(c, inside))) {
        fill_council(c, inside, &council);
        aw_council_tally(&council, &t);
    }
    if (t.release != AW_RELEASE_YES && t.release != AW_RELEASE_UNREAD) {
        *wait = (struct aw_release_wait){.since_s = 0};
        return;
    }
    if (wait->since_s == 0)
        wait->since_s = now_s;
    ceiling_s = wait->since_s + c->plan.council.ceiling_s;
    wait->is_over = wait->is_over ||
                    aw_council_read(&council, wait->since_s) == council.relay_count ||
                    (now_s >= ceiling_s && aw_council_read(&council, ceiling_s) > 0);
}

enum aw_giving aw_co_giving(const struct contact *c, const struct aw_peer *peer)
{
    const struct aw_member *m = aw_co_peer_member(c, peer);
    const struct aw_ladder *l = ladder_of(c, peer->is_fellow);
    struct aw_tally t;

    if (m == NULL || peer->is_decoy || !aw_co_peer_counts(c, peer) || !aw_ladder_is_incident(l))
        return AW_GIVES_NONE;
    tally(c, peer->is_fellow, &t);
    return aw_council_gives(&t, m, l->incident == AW_INCIDENT_SOS && l->level > 0);
}

/* ---- What time does ---- */

/* An incident began, or is over: what belongs to it alone is forgotten. */
static void note_incident(struct contact *c)
{
    struct aw_peers *p = &c->peers;
    bool is_open = aw_ladder_is_incident(&c->ladder);
    uint32_t id = is_open ? c->ladder.incident_id : 0;

    if (p->book.incident_id == id)
        return;
    p->book.incident_id = id;
    p->book.is_released = false;
    /* spec/16-peers.md §9: "Shares of others, and what they opened, MUST be erased when the
     * incident closes." */
    aw_gather_wipe(&p->gather);
    aw_wipe(&p->place, sizeof p->place);
    p->place.version = 1;
    for (size_t i = 0; i < p->used; i++)
        p->list[i].share_top = p->list[i].share_low = 0;
    aw_co_touch(c, CONTACT_DIRTY_PEERS | CONTACT_DIRTY_PLACE);
}

static void ask_others(struct contact *c, struct aw_ladder *l, bool inside, uint64_t now_s)
{
    struct aw_ladder_rules rules = inside ? aw_co_rules(c) : aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};
    struct aw_sitting council;

    fill_council(c, inside, &council);
    if (!aw_council_others(&council, inside))
        return;
    aw_ladder_others(l, &rules, now_s, &out);
    if (inside)
        aw_co_flush(c, &out);
    else
        aw_co_shown_flush(c, &out);
}

/* A ladder that cannot tell takes the word of others; the shown one not that of fellows, which may
 * come from what only the circle knows. */
static void hear_others(struct contact *c, bool inside, uint64_t now_s)
{
    struct aw_ladder *l = inside ? &c->ladder : &c->shown;

    if (c->peers.used > 0 && aw_ladder_is_unsure(l))
        ask_others(c, l, inside, now_s);
}

void aw_co_council_advance(struct contact *c, uint64_t now_s)
{
    struct aw_peers_book *b = &c->peers.book;
    struct aw_tally t;

    if (!c->peers.has_book)
        return;
    hear_others(c, true, now_s);
    hear_others(c, false, now_s);
    note_incident(c);
    wait_to_read(c, true, now_s);
    wait_to_read(c, false, now_s);
    if (!aw_ladder_is_incident(&c->ladder) || b->is_released || c->peers.used == 0)
        return;
    tally(c, true, &t);
    if (t.release == AW_RELEASE_YES || t.release == AW_RELEASE_DURESS) {
        b->is_released = true;
        aw_co_touch(c, CONTACT_DIRTY_PEERS);
        aw_co_event(c, AW_EVENT_RELEASED, AW_URGENCY_NOTICE, known_seq(c), (uint32_t)now_s);
    }
}

/* ---- Statements that others pass on ---- */

/* spec/16-peers.md §7: "A statement under a signing key that was replaced MUST NOT be taken." */
enum key_kind { KEY_UNKNOWN = 0, KEY_NEWEST, KEY_REPLACED };

static enum key_kind kind_of_key(const struct aw_peers_book *b, const uint8_t key[AW_KEY_LEN])
{
    if (b->has_statement && memcmp(b->statement.signing_key, key, AW_KEY_LEN) == 0)
        return KEY_NEWEST;
    for (size_t i = 0; i < b->keys_seen_count; i++) {
        if (memcmp(b->keys_seen[i], key, sizeof b->keys_seen[i]) == 0)
            return KEY_REPLACED;
    }
    return KEY_UNKNOWN;
}

static unsigned others_count(const struct contact *c)
{
    uint32_t humans = 0;
    unsigned count = 0;

    for (size_t i = 0; i < c->plan.roster_count; i++)
        humans |= UINT32_C(1) << c->plan.roster[i].human;
    for (; humans != 0; humans &= humans - 1)
        count++;
    return count - 1;
}

/* What two humans without a common group are, counts all their devices: nobody is two. */
static uint8_t groups_of(const struct contact *c, const struct aw_peer *peer)
{
    return aw_council_groups(&c->plan, aw_council_human(&c->plan, peer->person));
}

/* Whether enough vouch for a statement under a key that was never heard here (PE-21). Each for
 * himself: what one says does not undo what others say (PE-35). */
static bool has_vouchers(struct contact *c, struct aw_peer *peer,
                         const struct aw_witness_statement *said)
{
    peer->vouches_seq = said->seq;
    memcpy(peer->vouches_key, said->signing_key, sizeof peer->vouches_key);
    if (others_count(c) <= 1)
        return true;
    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *other = &c->peers.list[i];

        if (other->person != 0 && other->vouches_seq == said->seq &&
            memcmp(other->vouches_key, peer->vouches_key, sizeof peer->vouches_key) == 0 &&
            (groups_of(c, other) & groups_of(c, peer)) == 0 && aw_co_peer_counts(c, other))
            return true;
    }
    return false;
}

static void vouch(struct contact *c, struct aw_peer *peer, const struct aw_witness_statement *said)
{
    struct aw_peers_book *b = &c->peers.book;
    struct aw_statement s = {.seq = said->seq,
                             .issued_at = said->issued_at,
                             .valid_for = said->valid_for,
                             .kind = said->kind};
    struct aw_ladder_out out = {.count = 0};
    uint32_t now_s = (uint32_t)aw_timebase_s(&c->time), newest = c->book.newest.call.seq;
    enum key_kind key = kind_of_key(b, said->signing_key);

    memcpy(s.log_head, said->log_head, AW_HASH_LEN);
    /* PE-22, and spec/16-peers.md §7: "It MUST NOT postpone a deadline again before she was heard
     * directly."
     */
    if (b->is_vouched || newest == 0 || said->seq <= newest ||
        said->seq - newest > CONTACT_SEQ_JUMP || key == KEY_REPLACED ||
        aw_statement_verify(&s, said->signing_key, said->signature) != AW_OK)
        return;
    if (key == KEY_UNKNOWN && !has_vouchers(c, peer, said))
        return;
    b->is_vouched = true;
    b->vouched_seq = said->seq;
    b->vouched_at_s = said->issued_at < now_s ? said->issued_at : now_s;
    b->vouched_for_s = said->valid_for;
    aw_co_touch(c, CONTACT_DIRTY_PEERS);
    aw_co_rewatch(c, &out);
    aw_co_flush(c, &out);
}

uint64_t aw_co_beat_due_s(const struct contact *c, const struct aw_plan *plan, uint64_t floor_s)
{
    const struct aw_peers_book *b = &c->peers.book;
    uint64_t beat_s = aw_watch_beat_due_s(&c->book.newest, plan, floor_s);
    struct aw_watch w = {.call = {.seq = b->vouched_seq, .valid_for_s = b->vouched_for_s},
                         .base_s = b->vouched_at_s};

    /* spec/16-peers.md §7: "of the phone only": what she has to do herself stays due. */
    return b->is_vouched ? aw_time_max(beat_s, aw_watch_beat_due_s(&w, plan, floor_s)) : beat_s;
}

/* ---- Shares of others ---- */

static void open_with(struct contact *c, const struct aw_keep_item *item,
                      const struct aw_gather_row *row)
{
    struct aw_peers_place *place = &c->peers.place;
    uint8_t state[AW_STATE_LEN];

    if (item->seq <= place->seq ||
        aw_gather_open(row, item->share, c->plan.threshold, item->state, state) != AW_OK)
        return;
    memcpy(place->state, state, sizeof state);
    place->seq = item->seq;
    place->from = row->has;
    aw_wipe(state, sizeof state);
    aw_co_touch(c, CONTACT_DIRTY_PLACE);
    aw_co_event(c, AW_EVENT_PLACE, AW_URGENCY_NOTICE, item->seq, (uint32_t)aw_timebase_s(&c->time));
}

/* spec/16-peers.md §9: "A share MUST be dropped unless its index is the human of who sent it", and
 * "A share of one human MUST NOT take the room of another's." */
static void take_share(struct contact *c, const struct aw_member *m, const struct aw_witness *w)
{
    const struct aw_keep_item *item = aw_keep_find(&c->keep, w->share_seq);
    struct aw_gather_row *row;

    if (!aw_ladder_is_incident(&c->ladder) || item == NULL || item->share[0] == 0 ||
        w->share[0] != m->human || w->share[0] == item->share[0] || !aw_share_is_valid(w->share))
        return;
    row = aw_gather_put(&c->peers.gather, (size_t)(item - c->keep.items), item->seq, w->share);
    if (row != NULL)
        open_with(c, item, row);
}

/* ---- One voice ---- */

uint16_t aw_co_peers_away(const struct contact *c, uint64_t now_s)
{
    uint16_t away = 0;

    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *peer = &c->peers.list[i];

        if (peer->said.has_away_until && peer->said.away_until > now_s &&
            aw_co_peer_counts(c, peer))
            away = (uint16_t)(away | 1U << (aw_co_peer_member(c, peer)->human - 1));
    }
    return away;
}

bool aw_co_has_fellow(const struct contact *c)
{
    for (size_t i = 0; i < c->peers.used; i++) {
        if (c->peers.list[i].is_fellow && aw_co_peer_counts(c, &c->peers.list[i]))
            return true;
    }
    return false;
}

unsigned aw_co_compared(const struct contact *c, uint32_t since_s, bool fellows_only)
{
    const struct aw_member *own = aw_co_own_member(c);
    uint64_t latest_s = aw_timebase_s(&c->time) + AW_LADDER_SKEW_S;
    uint32_t humans = 0;
    unsigned count = 0;

    if (c->own.words_at_s > since_s)
        humans |= UINT32_C(1) << (own == NULL ? 0 : own->human);
    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *peer = &c->peers.list[i];
        const struct aw_member *m = aw_co_peer_member(c, peer);

        /* Whose clock is far ahead would have done so after anything that arrives. */
        if (m != NULL && aw_co_peer_counts(c, peer) && (peer->is_fellow || !fellows_only) &&
            peer->said.words_at > since_s && peer->said.words_at <= latest_s)
            humans |= UINT32_C(1) << m->human;
    }
    for (; humans != 0; humans &= humans - 1)
        count++;
    return count;
}

/* spec/16-peers.md §6: "`hand_to` rings the human that it names, once, as soon as there is an
 * incident here". His witness may have come before her call did. */
static bool rings_handed(struct contact *c, struct aw_peer *peer, const struct aw_witness *w,
                         const struct aw_witness *before)
{
    const struct aw_member *own = aw_co_own_member(c);
    bool is_for_me = w->claim == AW_WITNESS_CLAIM_HANDED && own != NULL &&
                     aw_council_human(&c->plan, w->hand_to) == own->human;
    bool is_new = is_for_me && (w->hand_to != before->hand_to || peer->hand_waits);

    peer->hand_waits = is_new && !aw_ladder_is_incident(&c->ladder);
    return is_new && !peer->hand_waits;
}

/* What another human says of acting and of her, to one of the two ladders. */
static void hear_human(struct contact *c, bool inside, const struct aw_ladder_peer *peer,
                       const struct aw_witness *w, bool is_new_claim)
{
    struct aw_ladder *l = inside ? &c->ladder : &c->shown;
    struct aw_ladder_rules rules = inside ? aw_co_rules(c) : aw_co_shown_rules(c);
    struct aw_ladder_out out = {.count = 0};
    uint64_t now_s = aw_timebase_s(&c->time);

    for (unsigned i = 0; i < 2; i++) {
        if (i == 0 && w->claim == AW_WITNESS_CLAIM_ACTING && is_new_claim)
            aw_ladder_peer_claim(l, &rules, peer, now_s + rules.plan->claim_s, now_s, &out);
        if (i == 1 && w->confirm == AW_WITNESS_CONFIRM_SPOKEN)
            aw_ladder_peer_confirm(l, &rules, peer, w->confirm_at, now_s, &out);
        if (inside)
            aw_co_flush(c, &out);
        else
            aw_co_shown_flush(c, &out);
        out.count = 0;
    }
}

void aw_co_voice(struct contact *c, struct aw_peer *peer, const struct aw_witness *w,
                 const struct aw_witness *before)
{
    const struct aw_member *m = aw_co_peer_member(c, peer);
    struct aw_ladder_peer ladder_peer;
    uint64_t now_s = aw_timebase_s(&c->time);

    AW_ASSERT(m != NULL);
    ladder_peer = (struct aw_ladder_peer){
        .human = m->human, .groups = groups_of(c, peer), .is_fellow = peer->is_fellow};
    if (w->has_statement)
        vouch(c, peer, &w->statement);
    aw_co_council_advance(c, now_s);
    hear_human(c, true, &ladder_peer, w, before->claim != w->claim);
    hear_human(c, false, &ladder_peer, w, before->claim != w->claim);
    if (rings_handed(c, peer, w, before))
        aw_co_event(c, AW_EVENT_HANDED, AW_URGENCY_RING, 0, (uint32_t)now_s);
    note_incident(c);
    if (w->has_share && w->share_seq == 0)
        aw_co_take_card_share(c, m->human, w);
    else if (w->has_share)
        take_share(c, m, w);
}

/* ---- Getters ---- */

static void fill_peer(const struct contact *c, const struct aw_peer *peer,
                      struct aw_contact_peer *out)
{
    const struct aw_member *m = aw_co_peer_member(c, peer);
    const struct aw_witness *w = &peer->said;

    *out = (struct aw_contact_peer){
        .person = peer->person,
        .human = m == NULL ? 0 : m->human,
        .state = aw_peer_state(peer),
        .heard_at_s = peer->heard_at_s,
        .counts = aw_co_peer_counts(c, peer),
        .is_fellow = peer->is_fellow,
    };
    if (m != NULL)
        memcpy(out->name, m->name, sizeof out->name);
    if (!out->counts)
        return;
    out->plan_version = w->plan_version;
    out->finding = (enum aw_finding)w->verdict.state;
    out->finding_seq = w->verdict.seq;
    out->incident = (enum aw_incident_kind)w->verdict.incident;
    out->safe_seq = w->verdict.safe_seq;
    out->claim = (enum aw_peer_claim)w->claim;
    out->hand_to = w->hand_to;
    out->confirm = (enum aw_peer_confirm)w->confirm;
    out->confirm_at_s = w->confirm_at;
    out->away_until_s = w->has_away_until ? w->away_until : 0;
    out->words_at_s = w->words_at;
    memcpy(out->note, w->note, sizeof out->note);
}

enum aw_status aw_contact_peer(const struct aw_contact *contact, size_t i,
                               struct aw_contact_peer *out)
{
    const struct aw_peers *p = &contact_of_const(contact)->peers;

    for (size_t at = 0; at < p->used; at++) {
        if (p->list[at].person == 0 || i-- != 0)
            continue;
        fill_peer(contact_of_const(contact), &p->list[at], out);
        return AW_OK;
    }
    memset(out, 0, sizeof *out);
    return AW_E_NOT_FOUND;
}

void aw_contact_council(const struct aw_contact *contact, struct aw_contact_council *out)
{
    const struct contact *c = contact_of_const(contact);
    struct aw_tally t;

    memset(out, 0, sizeof *out);
    if (!c->has_plan)
        return;
    tally(c, true, &t);
    out->votes = t.votes;
    out->quorum = t.quorum;
    out->unreachable = t.unreachable;
    out->threshold = c->plan.threshold;
    out->release = t.release;
    out->vouched = c->peers.book.is_vouched;
    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *peer = &c->peers.list[i];

        if (peer->person == 0 || peer->is_decoy || aw_co_peer_member(c, peer) == NULL)
            continue;
        out->peers++;
        out->linked = (uint8_t)(out->linked + (aw_peer_state(peer) == AW_PEER_LINKED));
        out->fellows = (uint8_t)(out->fellows + peer->is_fellow);
    }
}

const char *aw_release_text(enum aw_release release)
{
    static const char *const texts[] = {
        [AW_RELEASE_NOT_MISSED] = "nothing is missed",
        [AW_RELEASE_YES] = "shares of her place go out",
        [AW_RELEASE_DURESS] = "shares of her place go out within the circle",
        [AW_RELEASE_BLIND] = "it may be the way to her that is silent",
        [AW_RELEASE_QUORUM] = "too few contacts find it missed",
        [AW_RELEASE_LEVEL] = "no level with shares has begun",
        [AW_RELEASE_CONFIRM] = "too few confirmed that she cannot be reached",
        [AW_RELEASE_PATH] = "the silence was seen through one operator's relays only",
        [AW_RELEASE_NEVER] = "silence will not reveal her place, an SOS will",
        [AW_RELEASE_UNREAD] = "what the relays hold is not read yet",
    };

    return (size_t)release < AW_COUNT(texts) ? texts[release] : "unknown";
}
