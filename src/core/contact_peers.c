/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/mailbox.h"
#include "core/plan_find.h"
#include "core/security.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/*
 * The channels with her other contacts (spec/16-peers.md §2 to §4): who they are, their mailboxes,
 * their slots, their cells. What is said in them is in contact_witness.c.
 */

#define OFFSET_MAX_S 3600 /* the longest witness_s */
/* Two for the questions under the newest and the first key of the channel, and one more. */
#define DEAF_ROUNDS 3

/* ---- What changes, and what a STORE has room for ---- */

static unsigned count_bits(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static bool can_touch(const struct aw_peers *p, const struct aw_peer *peer)
{
    uint32_t set = p->dirty | p->dirty_flight, bit = UINT32_C(1) << (peer - p->list);

    return (set & bit) != 0 || count_bits(set) < AW_PEERS_DIRTY_MAX;
}

static void touch(struct contact *c, const struct aw_peer *peer)
{
    c->peers.dirty |= UINT32_C(1) << (peer - c->peers.list);
    aw_co_touch(c, 0);
}

void aw_co_peer_event(struct contact *c, enum aw_event_kind kind, uint8_t person)
{
    struct aw_event event = {.kind = kind,
                             .urgency = AW_URGENCY_NOTICE,
                             .person = person,
                             .at_s = (uint32_t)aw_timebase_s(&c->time)};

    aw_outbox_event(&c->outbox, &event, c->outbox.change);
}

/* ---- Who this is, and who the others are ---- */

enum aw_status aw_co_peers_draw(struct contact *c)
{
    struct aw_peers_book *b = &c->peers.book;
    enum aw_status st;

    if (c->peers.has_book)
        return AW_OK;
    st = aw_dh_keypair(&b->key, &c->random);
    if (st == AW_OK)
        st = aw_random_fill(&c->random, b->seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&c->random, b->read_seed, AW_KEY_LEN);
    if (st == AW_OK) {
        c->peers.has_book = true;
        aw_co_touch(c, CONTACT_DIRTY_PEERS);
    }
    return st;
}

/*
 * This device's state was found to be an old one: pairs of others with it are in quarantine.
 * spec/16-peers.md §2: "A device whose session is told to be stale (05 §8.2), in her channel or in
 * that of a pair, MUST draw a new peer key".
 */
void aw_co_peers_renew(struct contact *c)
{
    struct aw_peers_book *b = &c->peers.book;

    if (!c->peers.has_book || b->has_next_key ||
        aw_random_fill(&c->random, b->next_key, AW_KEY_LEN) != AW_OK)
        return;
    b->has_next_key = true;
    c->wants_reply = true;
    aw_co_touch(c, CONTACT_DIRTY_PEERS);
}

void aw_co_peers_tell_key(const struct contact *c, uint8_t pk[AW_KEY_LEN])
{
    const struct aw_peers_book *b = &c->peers.book;
    struct aw_dh_key next;

    memcpy(pk, b->key.pk, AW_KEY_LEN);
    if (!b->has_next_key)
        return;
    aw_dh_from_secret(&next, b->next_key);
    memcpy(pk, next.pk, AW_KEY_LEN);
    aw_wipe(&next, sizeof next);
}

/* A plan comes into force: from the one on that names it the next key is the key. */
void aw_co_peers_plan(struct contact *c)
{
    struct aw_peers_book *b = &c->peers.book;
    struct aw_dh_key next;

    if (!b->has_next_key)
        return;
    aw_dh_from_secret(&next, b->next_key);
    for (size_t i = 0; b->has_next_key && i < c->plan.roster_count; i++) {
        if (memcmp(c->plan.roster[i].key, next.pk, AW_KEY_LEN) != 0)
            continue;
        b->key = next;
        b->key_plan = c->plan.version;
        b->has_next_key = false;
        aw_wipe(b->next_key, sizeof b->next_key);
        aw_co_touch(c, CONTACT_DIRTY_PEERS);
    }
    aw_wipe(&next, sizeof next);
}

/* spec/07-contact.md §2: "A contact MUST NOT name a plan that gives keys to him and to others
 * before their introductions have come." */
bool aw_co_lacks_introductions(const struct contact *c, const struct aw_plan *plan)
{
    const struct aw_peers *p = &c->peers;
    uint32_t newest =
        p->intro_len != 0 && p->intro_version > p->book.intro ? p->intro_version : p->book.intro;
    uint8_t told[AW_KEY_LEN];

    aw_co_peers_tell_key(c, told);
    return newest < plan->version &&
           (aw_plan_introduces(plan, p->book.key.pk) || aw_plan_introduces(plan, told));
}

/* The entry of this device, NULL while it is not introduced. */
const struct aw_member *aw_co_own_member(const struct contact *c)
{
    const struct aw_member *found = NULL;

    if (!c->has_plan || !c->peers.has_book)
        return NULL;
    for (size_t i = 0; i < c->plan.roster_count; i++) {
        if (memcmp(c->plan.roster[i].key, c->peers.book.key.pk, AW_KEY_LEN) == 0)
            found = &c->plan.roster[i];
    }
    return found;
}

const struct aw_member *aw_co_peer_member(const struct contact *c, const struct aw_peer *peer)
{
    const struct aw_member *m = c->has_plan ? aw_plan_member(&c->plan, peer->person) : NULL;

    return m != NULL && memcmp(m->key, peer->key, AW_KEY_LEN) == 0 ? m : NULL;
}

/* Whose voice counts at all (PE-14). */
bool aw_co_peer_counts(const struct contact *c, const struct aw_peer *peer)
{
    return peer->has_said && !peer->is_decoy && aw_peer_is_linked(peer) &&
           aw_co_peer_member(c, peer) != NULL && aw_co_own_member(c) != NULL;
}

/* ---- Mailboxes ---- */

size_t aw_co_peer_mailboxes(const struct contact *c, struct aw_mailbox *out)
{
    const struct aw_peers *p = &c->peers;
    uint8_t seed[AW_KEY_LEN], read_seed[AW_KEY_LEN];
    size_t count = 0;

    for (size_t i = 0; i < p->used; i++) {
        struct aw_bytes person = {&p->list[i].person, 1};

        if (p->list[i].person == 0)
            continue;
        aw_kdf(seed, sizeof seed, p->book.seed, AW_LABEL_PEER_MAILBOX, person);
        aw_kdf(read_seed, sizeof read_seed, p->book.read_seed, AW_LABEL_PEER_MAILBOX, person);
        for (uint32_t r = 0; r < c->who.own.relays_count; r++)
            aw_mailbox_make(&out[count++], CONTACT_PEER_MAILBOX(p->list[i].person) + r,
                            p->list[i].person, &c->who.own.relays[r], read_seed, seed);
    }
    aw_wipe(seed, sizeof seed);
    aw_wipe(read_seed, sizeof read_seed);
    return count;
}

/* ---- From plan and introductions to the list ---- */

static struct aw_peering_keys keys_for(const struct aw_peer *peer, const struct aw_dh_key *own)
{
    return (struct aw_peering_keys){.own = own, .peer = peer->key, .psk = peer->psk};
}

/* Where the other reads. */
static void take_address(struct aw_peer *peer, const struct aw_introductions *all,
                         const struct aw_introduction *one)
{
    peer->intro = all->version;
    memcpy(peer->seed, one->seed, AW_KEY_LEN);
    peer->relays_count = 0;
    for (size_t i = 0; i < all->relays_count; i++) {
        if ((one->relays >> i & 1) != 0)
            peer->relays[peer->relays_count++] = all->relays[i];
    }
}

/* Takes the secrets of a pair. A channel that works goes on until the new one does. */
static enum aw_status introduce(struct contact *c, struct aw_peer *peer,
                                const struct aw_introductions *all,
                                const struct aw_introduction *one)
{
    struct aw_peering_keys keys;
    struct aw_peering question;
    const struct aw_dh_key *own = &c->peers.book.key;
    enum aw_status st = AW_OK;

    memset(&question, 0, sizeof question);
    /* spec/16-peers.md §2: "The same secret under a new version MUST change nothing but where the
     * other reads", and "One that was taken up under the key before MUST be taken as a new one." */
    if (peer->intro != 0 && peer->intro >= c->peers.book.key_plan &&
        aw_secret_equal(peer->psk, one->psk, AW_KEY_LEN)) {
        peer->met = peer->met == peer->intro ? all->version : peer->met;
        take_address(peer, all, one);
        touch(c, peer);
        return AW_OK;
    }
    keys = (struct aw_peering_keys){.own = own, .peer = peer->key, .psk = one->psk};
    if (aw_peering_begins(own->pk, peer->key))
        st = aw_peering_ask(&question, &keys, &c->random);
    if (st == AW_OK) {
        memcpy(peer->psk, one->psk, AW_KEY_LEN);
        take_address(peer, all, one);
        peer->peering = question;
        peer->had_witness = false;
        touch(c, peer);
    }
    aw_peering_wipe(&question);
    return st;
}

/* spec/16-peers.md §5: a decoy that was a fellow goes on seeing what he saw, and nothing that a
 * human confirmed is taken back. */
static void make_decoy(struct contact *c, struct aw_peer *peer)
{
    const struct contact_own *own = &c->own;
    const uint8_t *key = peer->is_fellow ? aw_co_badge_key(c, peer) : NULL;

    peer->is_decoy = true;
    peer->told_confirm = peer->is_fellow ? own->confirm : own->told.confirm;
    peer->told_confirm_at_s = peer->is_fellow ? own->confirm_at_s : own->told.confirm_at_s;
    peer->has_badge_key = key != NULL;
    if (key != NULL)
        memcpy(peer->badge_key, key, AW_KEY_LEN);
    peer->is_fellow = false;
    touch(c, peer);
}

static struct aw_peer *add(struct contact *c, const struct aw_member *m)
{
    struct aw_peer *peer = aw_peers_add(&c->peers, m->person);
    uint8_t drawn[4];

    if (peer == NULL || aw_random_fill(&c->random, drawn, sizeof drawn) != AW_OK) {
        if (peer != NULL)
            peer->person = 0;
        return NULL;
    }
    /* spec/16-peers.md §4: "Each pair MUST have its slots at a place of its own" */
    peer->offset_s = aw_get_u32(drawn) % OFFSET_MAX_S;
    memcpy(peer->key, m->key, AW_KEY_LEN);
    memcpy(peer->sign_key, m->sign_key, AW_KEY_LEN);
    touch(c, peer);
    return peer;
}

/* Who is a peer by the plan in force: with keys, and somebody else (PE-2). */
static const struct aw_member *wanted(const struct contact *c, uint8_t person)
{
    const struct aw_member *own = aw_co_own_member(c), *m = aw_plan_member(&c->plan, person);

    if (own == NULL || m == NULL || m == own || aw_secret_is_zero(m->key, AW_KEY_LEN))
        return NULL;
    return m;
}

static const struct aw_introduction *find_intro(const struct aw_introductions *all, uint8_t person)
{
    for (size_t i = 0; i < all->peers_count; i++) {
        if (all->peers[i].person == person)
            return &all->peers[i];
    }
    return NULL;
}

/* Brings one person to what plan and introductions say. False: not now, there is no room. */
static bool settle_one(struct contact *c, uint8_t person, const struct aw_introductions *all)
{
    const struct aw_member *m = wanted(c, person);
    const struct aw_introduction *one = find_intro(all, person);
    struct aw_peer *peer = aw_peers_find(&c->peers, person);
    bool is_decoy = (c->plan.decoys >> (person - 1) & 1) != 0;

    if (peer != NULL &&
        ((m == NULL && !is_decoy) || (m != NULL && memcmp(m->key, peer->key, AW_KEY_LEN) != 0))) {
        aw_peers_remove(&c->peers, peer);
        aw_co_touch(c, 0);
        peer = NULL;
    }
    if (peer == NULL && m == NULL)
        return true;
    if (peer == NULL) {
        if (count_bits(c->peers.dirty | c->peers.dirty_flight) >= AW_PEERS_DIRTY_MAX)
            return false;
        peer = add(c, m);
    }
    if (peer == NULL || !can_touch(&c->peers, peer))
        return false;
    if (m == NULL && !peer->is_decoy)
        make_decoy(c, peer);
    if (m != NULL && (peer->is_decoy || memcmp(m->sign_key, peer->sign_key, AW_KEY_LEN) != 0)) {
        peer->is_decoy = false;
        memcpy(peer->sign_key, m->sign_key, AW_KEY_LEN);
        touch(c, peer);
    }
    /* spec/16-peers.md §2: "A contact MUST take one introduction of a person from each version". */
    if (one == NULL || all->version <= peer->intro)
        return true;
    return peer->parcel.state == AW_PARCEL_FREE && introduce(c, peer, all, one) == AW_OK;
}

static uint32_t persons_of(const struct aw_peers *p)
{
    uint32_t set = 0;

    for (size_t i = 0; i < p->used; i++)
        set |= UINT32_C(1) << p->list[i].person;
    return set & ~UINT32_C(1);
}

/* One step after the other, as far as the room of a STORE goes. */
static void settle_all(struct contact *c)
{
    struct aw_peers *p = &c->peers;
    struct aw_introductions all = {.version = 0};
    uint32_t before = persons_of(p);
    bool is_done = true, is_used = false;

    /* spec/16-peers.md §2: "An introduction MUST NOT be used before the plan of its version is in
     * force." Whoever holds the phone cannot give new secrets to a pair without her secret. */
    if (p->intro_len != 0 && p->intro_version <= c->plan.version)
        is_used = aw_message_decode(&aw_introductions_map, &all,
                                    (struct aw_bytes){p->intro, p->intro_len}) == AW_OK;
    for (uint8_t person = 1; person <= AW_PLAN_MEMBER_MAX; person++)
        is_done = settle_one(c, person, &all) && is_done;
    if (is_done && is_used) {
        p->book.intro = all.version;
        aw_wipe(p->intro, sizeof p->intro);
        p->intro_len = 0;
        aw_co_touch(c, CONTACT_DIRTY_PEERS | CONTACT_DIRTY_INTRO);
    }
    p->is_settled = is_done;
    p->settled = c->plan.version;
    for (size_t i = 0; is_done && i < p->used; i++)
        p->list[i].next_s = 0; /* the plan may want other slots */
    if (persons_of(p) != before)
        aw_co_event(c, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, 0, 0);
    aw_wipe(&all, sizeof all);
}

/* Asked with each action: mostly there is nothing to do, and no room for introductions to clear. */
static void settle(struct contact *c)
{
    const struct aw_peers *p = &c->peers;

    if (c->has_plan && p->has_book && (!p->is_settled || p->settled != c->plan.version))
        settle_all(c);
}

enum aw_status aw_co_introductions(struct contact *c, struct aw_bytes body)
{
    struct aw_peers *p = &c->peers;
    struct aw_introductions all;
    enum aw_status st = aw_message_decode(&aw_introductions_map, &all, body);
    uint32_t version = st == AW_OK ? all.version : 0;

    aw_wipe(&all, sizeof all);
    if (st != AW_OK)
        return st;
    /* spec/16-peers.md §2: "Until then the one that came last is kept": who held the phone for an
     * hour does not keep hers out by a high version. */
    if (version <= p->book.intro ||
        (p->intro_len == body.len && memcmp(p->intro, body.ptr, body.len) == 0))
        return AW_E_REPLAY;
    memcpy(p->intro, body.ptr, body.len);
    p->intro_len = (uint16_t)body.len;
    p->intro_version = version;
    p->is_settled = false;
    aw_co_touch(c, CONTACT_DIRTY_INTRO);
    if (p->book.lacks_intro != 0 && version >= p->book.lacks_intro) {
        c->book.plan_named = p->book.lacks_intro;
        p->book.lacks_intro = 0;
        c->wants_reply = true;
        aw_co_touch(c, CONTACT_DIRTY_BOOK | CONTACT_DIRTY_PEERS);
    }
    return AW_OK;
}

/* ---- Slots ---- */

static uint64_t slot_after_s(const struct contact *c, const struct aw_peer *peer, uint64_t at_s)
{
    uint64_t every_s = c->plan.council.witness_s, offset_s = peer->offset_s % every_s;

    return (at_s + every_s - offset_s) / every_s * every_s + offset_s;
}

static bool speaks(const struct aw_peer *peer)
{
    return peer->person != 0 && (peer->peering.has_cell || aw_peer_is_linked(peer));
}

void aw_co_peers_advance(struct contact *c, uint64_t now_s)
{
    for (size_t i = 0; i < c->peers.used; i++) {
        struct aw_peer *peer = &c->peers.list[i];

        if (!speaks(peer))
            continue;
        if (peer->next_s == 0)
            peer->next_s = slot_after_s(c, peer, peer->sent_at_s != 0 ? peer->sent_at_s : now_s);
        if (now_s >= peer->next_s) {
            peer->is_due = true;
            peer->next_s = slot_after_s(c, peer, now_s);
        }
        if (peer->met != 0 &&
            aw_channel_is_silent(&peer->channel, now_s * 1000) != peer->is_silent) {
            peer->is_silent = !peer->is_silent;
            if (peer->is_silent)
                aw_co_peer_event(c, AW_EVENT_SILENT, peer->person);
        }
    }
}

uint64_t aw_co_peers_deadline_s(const struct contact *c)
{
    uint64_t at_s = AW_NO_TIME;

    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *peer = &c->peers.list[i];

        if (speaks(peer))
            at_s = aw_time_min(at_s, aw_time_max(peer->next_s, 1));
    }
    return at_s;
}

/* What goes into the slot. Handshakes take every second one while a channel works beside them. */
static enum aw_status fill_slot(struct contact *c, struct aw_peer *peer, struct aw_buf *cell)
{
    bool works = aw_peer_is_linked(peer), wants_witness = works && !peer->had_witness;
    bool owed = peer->owes_answer;

    peer->owes_answer = false;
    peer->had_witness = false;
    if (owed && works && aw_channel_resume_answer(&peer->channel, cell) == AW_OK)
        return AW_OK;
    if (peer->peering.has_cell && !wants_witness)
        return aw_buf_put(cell, AW_BYTES_OF(peer->peering.cell));
    if (works && !wants_witness && aw_channel_resume_cell(&peer->channel, cell) == AW_OK)
        return AW_OK;
    peer->had_witness = true;
    return works ? aw_co_witness_seal(c, peer, cell) : AW_E_STATE;
}

static void serve(struct contact *c, struct aw_peer *peer)
{
    struct aw_buf cell = AW_BUF_OF(peer->cell);

    peer->is_due = false;
    if (fill_slot(c, peer, &cell) != AW_OK)
        return;
    peer->sent_at_s = (uint32_t)aw_timebase_s(&c->time);
    touch(c, peer);
    aw_parcel_seal(&peer->parcel, 0, 0, peer->relays_count, c->outbox.change);
}

void aw_co_peers_prepare(struct contact *c)
{
    if (c->who.phase < AW_CONTACT_PAIRED || !aw_outbox_has_room(&c->outbox))
        return;
    settle(c);
    for (size_t i = 0; i < c->peers.used; i++) {
        struct aw_peer *peer = &c->peers.list[i];

        if (peer->is_due && speaks(peer) && peer->parcel.state == AW_PARCEL_FREE &&
            can_touch(&c->peers, peer))
            serve(c, peer);
    }
}

bool aw_co_peers_send(struct contact *c, struct aw_action *action)
{
    for (size_t p = 0; p < c->peers.used; p++) {
        struct aw_peer *peer = &c->peers.list[p];
        int i = aw_parcel_next(&peer->parcel, &c->outbox);

        if (i < 0)
            continue;
        *action = (struct aw_action){.id = peer->parcel.ids[i], .kind = AW_ACTION_SEND};
        action->send.relay = peer->relays[i];
        action->send.channel = peer->person;
        action->send.cell = AW_BYTES_OF(peer->cell);
        aw_capability_derive(action->send.capability, peer->seed, peer->relays[i].relay_key);
        return true;
    }
    return false;
}

bool aw_co_peers_sent(struct contact *c, uint64_t id, enum aw_status status)
{
    /* What did not arrive is not sent again: the next slot says what is true then. */
    for (size_t i = 0; i < c->peers.used; i++) {
        if (aw_parcel_done(&c->peers.list[i].parcel, id, status))
            return true;
    }
    return false;
}

/* ---- Cells ---- */

/* The handshake of the two: finishes or answers it. */
static enum aw_status feed_handshake(struct contact *c, struct aw_peer *peer, struct aw_bytes cell)
{
    uint64_t wall_ms = aw_timebase_s(&c->time) * 1000;
    struct aw_peering_keys keys;
    enum aw_status st;

    if (peer->intro == 0)
        return AW_E_AUTH;
    keys = keys_for(peer, &c->peers.book.key);
    if (peer->peering.has_noise)
        st =
            aw_peering_finish(&peer->peering, &keys, cell.ptr, wall_ms, &peer->channel, &c->random);
    else if (peer->met == peer->intro && peer->is_heard)
        /* spec/16-peers.md §3: "A linked side MUST NOT answer a question under a pre-shared key
         * under which it is linked already." */
        st = AW_E_AUTH;
    else
        st =
            aw_peering_answer(&peer->peering, &keys, cell.ptr, wall_ms, &peer->channel, &c->random);
    if (st == AW_OK) {
        peer->is_heard = !peer->peering.has_cell;
        peer->met = peer->intro;
        peer->got = 0;
    }
    return st;
}

/* Begins to re-establish, as her channels do; while it is quarantined, only she can help. */
void aw_co_peer_anew(struct contact *c, struct aw_peer *peer)
{
    const struct aw_resume own = {0};

    if (aw_channel_resume_ask(&peer->channel, &own, &c->random) == AW_OK)
        touch(c, peer);
}

/* What they bring is perhaps in use there already. */
static bool waits_for_introductions(const struct contact *c)
{
    return c->change.has_plan || c->peers.intro_len != 0;
}

/*
 * He may be linked with a later state of this device. spec/16-peers.md §2: "So MUST a device that
 * for eight slots receives cells that it cannot open from a peer with whom it is not linked, eight
 * at least, while neither a plan nor introductions wait here."
 */
static void note_unmet(struct contact *c, struct aw_peer *peer)
{
    uint64_t span_s = AW_DEAF_MAX * (uint64_t)c->plan.council.witness_s;

    if (!aw_deaf_note(&peer->deaf, aw_timebase_s(&c->time), span_s) || waits_for_introductions(c))
        return;
    peer->deaf = (struct aw_deaf){.count = 0};
    aw_co_peers_renew(c);
}

static void note_deaf(struct contact *c, struct aw_peer *peer)
{
    const struct aw_resume own = {0};

    if (!aw_peer_is_linked(peer)) {
        note_unmet(c, peer);
        return;
    }
    /* spec/16-peers.md §2: "In a channel of two contacts a device MUST begin (05 §8) when it
     * receives eight cells in a row that it cannot open, the first of them two slots (§4) before
     * the last". */
    if (!aw_deaf_note(&peer->deaf, aw_timebase_s(&c->time),
                      2 * (uint64_t)c->plan.council.witness_s))
        return;
    peer->deaf = (struct aw_deaf){.count = 0};
    if (aw_channel_resume_deaf(&peer->channel, &own, &c->random) == AW_OK)
        touch(c, peer);
    /* spec/16-peers.md §2: "And so MUST one that is linked, when three times eight such cells came
     * in a row": neither question was answered. */
    if (++peer->deaf_rounds < DEAF_ROUNDS)
        return;
    peer->deaf_rounds = 0;
    if (!waits_for_introductions(c))
        aw_co_peers_renew(c);
}

static enum aw_status feed_opened(struct contact *c, struct aw_peer *peer,
                                  const struct aw_opened *opened, struct aw_bytes plain)
{
    unsigned events = opened->events;
    enum aw_event_kind kind;

    peer->is_heard = true;
    peer->is_silent = false;
    peer->deaf = (struct aw_deaf){.count = 0};
    peer->deaf_rounds = 0;
    if (!peer->peering.has_noise) /* that of a new introduction goes on beside the channel */
        aw_peering_heard(&peer->peering);
    if ((events & AW_CHANNEL_EV_RESUMED) != 0)
        peer->got =
            0; /* numbers are of one session: the state of the other side may be an old one */
    while (aw_security_next(&events, &kind))
        aw_co_peer_event(c, kind, peer->person);
    if (opened->kind == AW_OPENED_RESUME)
        peer->owes_answer = true;
    if (opened->kind == AW_OPENED_RESUMED && opened->session == AW_SESSION_QUARANTINE)
        aw_co_peers_renew(c);
    /* What he says in the channel that goes on beside it counts as before.
     * spec/05-channel.md §8.2: "Messages of a quarantined session MUST NOT have any effect on
     * deadlines, votes, plan or presence keys." */
    if (opened->kind != AW_OPENED_MESSAGE || opened->session != AW_SESSION_MAIN)
        return AW_OK;
    return aw_co_witness(c, peer, opened, plain);
}

enum aw_status aw_co_peer_feed(struct contact *c, uint32_t mailbox_id, struct aw_bytes cell)
{
    const struct aw_resume own = {0};
    uint8_t space[AW_CELL_PLAIN_LEN];
    struct aw_buf plain = AW_BUF_OF(space);
    struct aw_peer *peer = aw_peers_find(&c->peers, CONTACT_PEER_OF(mailbox_id));
    struct aw_opened opened;
    enum aw_status st = AW_E_AUTH;

    if (peer == NULL)
        return AW_E_NOT_FOUND;
    if (cell.len != AW_CELL_LEN)
        return AW_E_FORMAT;
    if (!can_touch(&c->peers, peer))
        return AW_E_BUSY;
    if (peer->met != 0)
        st = aw_channel_open(&peer->channel, cell, &own, aw_timebase_s(&c->time) * 1000, &plain,
                             &opened, &c->random);
    if (st == AW_OK) {
        touch(c, peer);
        st = feed_opened(c, peer, &opened, aw_buf_bytes(&plain));
    } else if (st == AW_E_AUTH) {
        st = feed_handshake(c, peer, cell);
        if (st == AW_OK)
            touch(c, peer);
        if (st == AW_E_AUTH)
            note_deaf(c, peer);
    }
    aw_wipe(space, sizeof space);
    return st;
}
