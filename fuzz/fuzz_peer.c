/* SPDX-License-Identifier: ISC */
#include "fuzz.h"
#include "support/council.h"
#include "take.h"

#include "base/bytes.h"
#include "core/contact_impl.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"

/*
 * Input: a byte of setting, then a trace; each action is a byte and what it takes.
 * Contact 3, a fellow of the circle, is the attacker: his device says under his keys whatever the
 * trace says, as often as it likes. Contacts 1 and 2 are honest, and their humans do nothing.
 * Property: no assertion of an engine fails. An incident closes only after a check-in of hers.
 * Where the quorum is three and contact 2 sleeps, he is never given her place; who sees it is in
 * an incident. However much he says, contact 1 sends no more for it. When she falls silent in the
 * end, contact 1 rings.
 */

#define ACTIONS_MAX 40

struct scene {
    struct circle circle;
    struct take trace;
    bool is_short; /* of the quorum: contact 2 sleeps */
    uint32_t checkin[3], opened_at[3];
};

static struct contact *liar(struct scene *s)
{
    return contact_of(s->circle.hosts[3].contact);
}

static unsigned fate(struct circle *c, const struct circle_cell *cell)
{
    if (c->budget == 0 || cell->from != 3)
        return 1;
    c->budget--;
    return c->budget % 3;
}

/* ---- What he says ---- */

static void fill_channel(const struct aw_peer *peer, struct aw_witness *w)
{
    const struct aw_channel *ch = &peer->channel;

    aw_channel_received(ch, AW_SESSION_MAIN, &w->cell_epoch, &w->cell_index);
    w->has_offer = ch->role == AW_ROLE_SUBJECT;
    w->has_accept = w->has_accept_epoch = !w->has_offer;
    if (w->has_offer)
        aw_channel_offer(ch, AW_SESSION_MAIN, w->offer);
    else
        aw_channel_accept(ch, AW_SESSION_MAIN, w->accept, &w->accept_epoch);
}

static void fill_badge(const struct contact *e, const struct aw_peer *peer, struct aw_witness *w)
{
    uint8_t context[AW_HASH_LEN + 5];
    const struct contact_secrets *keys = &e->secrets;

    memcpy(context, peer->channel.id, AW_HASH_LEN);
    context[AW_HASH_LEN] =
        peer->channel.role == AW_ROLE_SUBJECT ? AW_DIRECTION_OFFER : AW_DIRECTION_ACCEPT;
    aw_put_u32(context + AW_HASH_LEN + 1, w->number);
    aw_kdf(w->badge, AW_BADGE_LEN, keys->sets[keys->sets_count - 1].keys.circle_key, AW_LABEL_BADGE,
           AW_BYTES_OF(context));
}

/* A share that he has, or that he makes up; of a state, or of the card. */
static void fill_share(struct scene *s, const struct contact *e, struct aw_witness *w)
{
    const struct aw_keep_item *item = aw_keep_before(&e->keep, UINT64_MAX);
    uint8_t how = take_byte(&s->trace);

    if (item == NULL || how % 4 == 0)
        return;
    w->has_share = true;
    w->share_seq = how % 4 == 1 ? item->seq : item->seq - how % 8;
    memcpy(w->share, item->share, AW_SHARE_LEN);
    if (how % 4 == 3)
        w->share[how % AW_SHARE_LEN] ^= how;
    if (how >= 128)
        w->share_seq = 0;
}

static void fill(struct scene *s, const struct contact *e, const struct aw_peer *peer,
                 struct aw_witness *w)
{
    uint32_t newest = e->book.newest.call.seq, now_s = (uint32_t)circle_now_s(&s->circle);
    uint8_t flags = take_byte(&s->trace), people = take_byte(&s->trace);

    *w = (struct aw_witness){.number = peer->number + 1 + flags % 2, .seen = peer->got};
    fill_channel(peer, w);
    w->plan_version = e->plan.version;
    w->verdict.seq = newest + take_byte(&s->trace) % 8;
    w->verdict.state = take_byte(&s->trace) % 5;
    w->verdict.incident = take_byte(&s->trace) % 5;
    w->verdict.safe_seq = w->verdict.seq;
    w->claim = people % 4;
    w->hand_to = w->claim == AW_WITNESS_CLAIM_HANDED ? 1 + people / 4 % 3 : 0;
    w->confirm = people / 16 % 3;
    w->confirm_at = now_s + 60 * (uint32_t)take_byte(&s->trace) - 7200;
    w->held_word = w->held_beat = (flags & 2) != 0 ? newest : 0;
    w->has_away_until = (flags & 4) != 0;
    w->away_until = now_s + 3600;
    w->has_statement = (flags & 8) != 0 && e->peers.book.has_statement;
    w->statement = e->peers.book.statement;
    w->statement.seq += (flags & 16) != 0 ? 1 : 0;
    fill_share(s, e, w);
    if ((flags & 32) != 0)
        fill_badge(e, peer, w);
}

static enum aw_status seal(struct contact *e, struct aw_peer *peer, struct aw_witness *w,
                           struct aw_buf *cell)
{
    uint8_t space[AW_HASH_LEN + AW_WITNESS_LEN_MAX], plain[AW_CELL_PLAIN_LEN];
    struct aw_buf bytes = AW_BUF_OF(space), text = AW_BUF_OF(plain);
    struct aw_sealed at;
    enum aw_status st = aw_buf_put(&bytes, AW_BYTES_OF(peer->channel.id));

    if (st == AW_OK)
        st = aw_message_encode(&aw_witness_map, w, &bytes);
    if (st == AW_OK) {
        aw_sign(w->signature, &e->receipt_key, AW_LABEL_SIGN_WITNESS, aw_buf_bytes(&bytes));
        w->has_signature = true;
        st = aw_message_encode(&aw_witness_map, w, &text);
    }
    if (st == AW_OK)
        st = aw_channel_seal(&peer->channel, AW_LANE_CELL, AW_SESSION_MAIN, aw_buf_bytes(&text),
                             cell, &at, &e->random);
    return st;
}

static void lie(struct scene *s)
{
    size_t to = 1 + take_byte(&s->trace) % 2;
    struct contact *e = liar(s);
    struct aw_peer *peer = aw_peers_find(&e->peers, (uint8_t)to);
    uint8_t space[AW_CELL_LEN];
    struct aw_buf cell = AW_BUF_OF(space);
    struct aw_witness w;
    enum aw_status st;

    if (peer == NULL || aw_peer_state(peer) != AW_PEER_LINKED || s->circle.hosts[to].is_asleep)
        return;
    fill(s, e, peer, &w);
    if (seal(e, peer, &w, &cell) != AW_OK)
        return; /* no message of this protocol */
    peer->number = w.number;
    st = aw_contact_feed(s->circle.hosts[to].contact, CONTACT_PEER_MAILBOX(3), aw_buf_bytes(&cell),
                         (uint32_t)circle_now_s(&s->circle), circle_now(&s->circle, to));
    AW_ASSERT(aw_status_class(st) <= AW_CLASS_SESSION);
}

static void junk(struct scene *s)
{
    size_t to = 1 + take_byte(&s->trace) % 2;
    uint8_t cell[AW_CELL_LEN];
    enum aw_status st;

    t_rng_bytes(&s->circle.rng, cell, sizeof cell);
    st = aw_contact_feed(s->circle.hosts[to].contact, CONTACT_PEER_MAILBOX(3),
                         (struct aw_bytes){cell, sizeof cell}, (uint32_t)circle_now_s(&s->circle),
                         circle_now(&s->circle, to));
    AW_ASSERT(st == AW_E_AUTH || st == AW_E_BUSY);
}

/* ---- What must hold ---- */

static void check_one(struct scene *s, size_t n)
{
    struct aw_contact_view v = circle_view(&s->circle, n);
    struct aw_contact_council council = council_view(&s->circle, n);
    struct aw_place place;
    enum aw_status st =
        aw_contact_place(s->circle.hosts[n].contact, &place, circle_now(&s->circle, n));

    AW_ASSERT(council.peers <= 2 && council.votes <= 3);
    if (v.incident != AW_INCIDENT_NONE && s->opened_at[n - 1] != v.incident_id) {
        s->opened_at[n - 1] = v.incident_id;
        s->checkin[n - 1] = v.checkin.seq;
    }
    if (v.incident == AW_INCIDENT_NONE && s->opened_at[n - 1] == v.incident_id &&
        v.incident_id != 0)
        AW_ASSERT(v.checkin.seq > s->checkin[n - 1]);
    AW_ASSERT(st != AW_OK || v.incident != AW_INCIDENT_NONE);
    if (council.release == AW_RELEASE_YES)
        AW_ASSERT(v.incident != AW_INCIDENT_NONE && council.votes >= council.quorum);
    AW_ASSERT(!s->is_short ||
              (council.release != AW_RELEASE_YES && council.votes < council.quorum));
}

static void check(struct scene *s)
{
    struct aw_place place;

    check_one(s, 1);
    if (!s->is_short)
        check_one(s, 2);
    else
        AW_ASSERT(aw_contact_place(s->circle.hosts[3].contact, &place, circle_now(&s->circle, 3)) !=
                  AW_OK);
}

/* A slot a minute, two others, two relays; and a reply for each cell of hers, and retries. */
static void check_cells(const struct circle *c, uint64_t before, uint64_t since_s)
{
    uint64_t minutes = (circle_now_s(c) - since_s) / 60;

    AW_ASSERT(c->sent_count[1] - before <= 8 * (minutes + 4) + 2 * c->sent_count[0]);
}

/* ---- The trace ---- */

static enum aw_status say(struct scene *s, uint8_t how)
{
    struct aw_contact *c = s->circle.hosts[3].contact;
    struct aw_now now = circle_now(&s->circle, 3);

    switch (how % 7) {
    case 0:
        return aw_contact_claim(c, now);
    case 1:
        return aw_contact_decline(c, now);
    case 2:
        return aw_contact_confirm(c, now);
    case 3:
        return aw_contact_unreachable(c, now);
    case 4:
        return aw_contact_hand_over(c, 1 + how / 7 % 2, now);
    case 5:
        return aw_contact_note(c, "nothing is the matter", now);
    default:
        return aw_contact_away(c, now.wall_ms / 1000 + 3600, now);
    }
}

static void step(struct scene *s)
{
    struct circle *c = &s->circle;
    uint8_t what = take_byte(&s->trace);
    uint64_t how;
    enum aw_status st;

    switch (what % 8) {
    case 0:
    case 1:
        lie(s);
        return;
    case 2:
        how = take_byte(&s->trace);
        circle_run(c, how * how / 16);
        return;
    case 3:
        junk(s);
        return;
    case 4:
        st = say(s, take_byte(&s->trace));
        AW_ASSERT(aw_status_class(st) <= AW_CLASS_USAGE);
        return;
    case 5:
        if (take_byte(&s->trace) % 2 == 0 && !c->hosts[0].is_offline)
            circle_checkin(c, circle_safe);
        else
            c->hosts[0].is_offline = !c->hosts[0].is_offline;
        return;
    case 6:
        c->budget = take_byte(&s->trace) % 16;
        return;
    default:
        circle_restart(c, what < 128 ? 3 : 1);
        return;
    }
}

static void begin(struct scene *s)
{
    struct aw_plan plan;

    council_init(&s->circle, 3, 7, &plan);
    s->is_short = take_byte(&s->trace) % 2 == 1;
    plan.council.quorum = s->is_short ? 3 : 2;
    council_begin(&s->circle, &plan, 5);
    council_checkin(&s->circle, circle_safe);
    circle_run(&s->circle, 5);
    s->circle.hosts[2].is_asleep = s->is_short;
    s->circle.fate = fate;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scene s = {.trace = {data, size}};
    struct circle *c = &s.circle;
    uint64_t before, since_s;

    begin(&s);
    before = c->sent_count[1];
    since_s = circle_now_s(c);
    for (unsigned i = 0; i < ACTIONS_MAX && s.trace.len > 0; i++) {
        step(&s);
        check(&s);
    }
    c->budget = 0;
    c->hosts[0].is_offline = false;
    circle_checkin(c, circle_safe);
    circle_run(c, 60);
    check(&s);
    c->hosts[0].is_offline = true;
    circle_run(c, 2 * HOUR_S);
    check(&s);
    check_cells(c, before, since_s);
    AW_ASSERT(circle_view(c, 1).incident != AW_INCIDENT_NONE && circle_view(c, 1).rings);
    AW_ASSERT(t_state.fail_count == 0); /* what tests/support/circle.c found */
    circle_free(c);
    return 0;
}
