/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/statement.h"
#include "core/witness_sign.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/*
 * What two contacts say to one another (spec/16-peers.md §4 and §5): one witness in each slot. To
 * fellows of the duress circle it says what the circle knows, to others what calm would have been,
 * to decoys that all is well.
 */

/* ---- Badge ---- */

static bool has_badge(const struct aw_presence_keys *keys, const struct aw_peer *peer,
                      const struct aw_witness *w)
{
    uint8_t badge[AW_BADGE_LEN];
    bool same;

    aw_badge_make(badge, keys->circle_key, &peer->channel, false, w->number);
    /* spec/09-crypto.md §10.6: "A badge MUST be compared in constant time." */
    same = aw_secret_equal(badge, w->badge, AW_BADGE_LEN);
    aw_wipe(badge, sizeof badge);
    return same && keys->circle;
}

/* The circle key that a badge verified under, of those kept: new ones come to all at different
 * times. NULL: none. */
static const uint8_t *key_of_badge(const struct contact *c, const struct aw_peer *peer,
                                   const struct aw_witness *w)
{
    const uint8_t *key = NULL;

    for (size_t i = 0; i < c->secrets.sets_count; i++) {
        if (has_badge(&c->secrets.sets[i].keys, peer, w))
            key = c->secrets.sets[i].keys.circle_key;
    }
    return key;
}

/* The newest circle key. Outside the circle it is noise that nobody else has, and before the first
 * blob a seed: one number has one badge everywhere, also after a restore. */
static const uint8_t *own_badge_key(const struct contact *c)
{
    const struct contact_secrets *s = &c->secrets;

    if (s->sets_count == 0)
        return c->peers.book.read_seed;
    return s->sets[s->sets_count - 1].keys.circle_key;
}

const uint8_t *aw_co_badge_key(const struct contact *c, const struct aw_peer *peer)
{
    return key_of_badge(c, peer, &peer->said);
}

/* ---- Saying ---- */

static const struct aw_keep_item *newest_of_both(const struct contact *c,
                                                 const struct aw_peer *peer)
{
    const struct aw_witness *said = &peer->said;

    return aw_keep_below(&c->keep,
                         said->held_word > said->held_beat ? said->held_word : said->held_beat);
}

/* spec/16-peers.md §8: "Shares MUST go out newest first, one in each witness", of what the other
 * side can hold, too; what is new begins before the round goes on. */
static bool next_share(const struct contact *c, struct aw_peer *peer, struct aw_witness *w)
{
    const struct aw_keep_item *top = newest_of_both(c, peer);
    const struct aw_keep_item *item = NULL;

    if (top == NULL)
        return false;
    if (top->seq > peer->share_top) {
        item = top;
        peer->share_top = top->seq;
        peer->share_low = peer->share_low == 0 ? top->seq : peer->share_low;
    } else {
        item = peer->share_low > 1 ? aw_keep_below(&c->keep, peer->share_low - 1) : NULL;
        if (item == NULL)
            item = top; /* the next round */
        peer->share_low = item->seq;
    }
    w->has_share = true;
    w->share_seq = item->seq;
    memcpy(w->share, item->share, AW_SHARE_LEN);
    return true;
}

/* The card takes every second turn, but never that of a statement that is new. */
void aw_co_witness_share(const struct contact *c, struct aw_peer *peer, enum aw_giving giving,
                         struct aw_witness *w)
{
    const struct aw_keep_item *top = newest_of_both(c, peer);
    bool is_new = top != NULL && top->seq > peer->share_top;

    if (giving == AW_GIVES_NONE)
        return;
    if ((giving == AW_GIVES_CARD || (!is_new && (w->number & 1) != 0)) && aw_co_card_share(c, w))
        return;
    if (giving == AW_GIVES_ALL && !next_share(c, peer, w))
        (void)aw_co_card_share(c, w);
}

/* What the human said, as fellows of the circle hear it, or as it may be told to everybody. */
static void fill_human(const struct contact *c, bool inside, struct aw_witness *w)
{
    const struct contact_told *told = &c->own.told;
    bool speaks = aw_ladder_is_incident(&c->ladder);

    if (inside && speaks) {
        w->claim = c->book.claim;
        w->hand_to = c->own.hand_to;
        memcpy(w->note, c->own.note, sizeof w->note);
    } else if (!inside) {
        w->claim = told->claim;
        w->hand_to = told->hand_to;
        memcpy(w->note, told->note, sizeof w->note);
    }
    w->confirm = inside ? c->own.confirm : told->confirm;
    w->confirm_at = inside ? c->own.confirm_at_s : told->confirm_at_s;
    if (w->claim != AW_WITNESS_CLAIM_HANDED)
        w->hand_to = 0;
    else if (w->hand_to == 0)
        w->claim = AW_WITNESS_CLAIM_DECLINED;
}

/* spec/16-peers.md §5: "To those who are no fellows a witness MUST say nothing that calm would not
 * have produced." */
static void fill_said(struct contact *c, struct aw_peer *peer, struct aw_witness *w)
{
    const struct aw_peers_book *b = &c->peers.book;
    bool inside = peer->is_fellow;
    struct aw_finding_of_mine mine;

    aw_co_finding(c, inside, &mine);
    /* Which plans the circle refused is its own affair. */
    w->plan_version = inside ? c->plan.version : aw_co_shown_plan(c)->version;
    w->verdict = (struct aw_witness_verdict){.seq = mine.seq,
                                             .state = (uint8_t)mine.finding,
                                             .incident = (uint8_t)mine.incident,
                                             .safe_seq = mine.safe_seq};
    aw_keep_newest(&c->keep, &w->held_word, &w->held_beat);
    /* spec/16-peers.md §5: "A witness MUST carry a statement only where the other side does not
     * know one as new": so that its absence tells nothing. */
    if (b->has_statement && b->statement.seq > peer->said.verdict.seq) {
        w->has_statement = true;
        w->statement = b->statement;
    }
    fill_human(c, inside, w);
    aw_co_witness_share(c, peer, aw_co_giving(c, peer), w);
}

/* What he said himself, and that all is well. */
static void fill_echo(const struct aw_peer *peer, struct aw_witness *w)
{
    w->plan_version = peer->said.plan_version;
    w->verdict = (struct aw_witness_verdict){
        .seq = peer->said.verdict.seq,
        .state = peer->said.verdict.seq == 0 ? AW_WITNESS_NONE : AW_WITNESS_FINE,
        .safe_seq = peer->said.verdict.safe_seq,
    };
    w->held_word = peer->said.held_word;
    w->held_beat = peer->said.held_beat;
    w->has_statement = false;
}

/* spec/16-peers.md §5: "To a decoy a witness MUST say what he said himself, and that all is well."
 * "It MUST go on to name what the human had confirmed when he became one." */
static void fill_decoy(const struct aw_peer *peer, struct aw_witness *w)
{
    fill_echo(peer, w);
    w->confirm = peer->told_confirm;
    w->confirm_at = peer->told_confirm_at_s;
}

/* The plan that waits makes a decoy of him. */
static bool is_leaving(const struct contact *c, const struct aw_peer *peer)
{
    return c->change.has_plan && (c->change.decoys >> (peer->person - 1) & 1) != 0;
}

/* spec/16-peers.md §5: "Whom a plan that waits makes a decoy MUST be told as one while all is
 * well": his plan and his statements are his own from the removal on. */
static bool is_told_as_decoy(const struct contact *c, const struct aw_peer *peer)
{
    struct aw_finding_of_mine mine;

    if (!is_leaving(c, peer))
        return false;
    aw_co_finding(c, peer->is_fellow, &mine);
    return mine.finding == AW_FINDING_FINE && mine.incident == AW_INCIDENT_NONE;
}

static void fill_badge(const struct contact *c, const struct aw_peer *peer, struct aw_witness *w)
{
    const uint8_t *key = own_badge_key(c);

    if (peer->is_decoy && peer->has_badge_key)
        key = peer->badge_key;
    else if (peer->is_fellow && is_leaving(c, peer) && aw_co_badge_key(c, peer) != NULL)
        key = aw_co_badge_key(c, peer);
    aw_badge_make(w->badge, key, &peer->channel, true, w->number);
}

static void fill(struct contact *c, struct aw_peer *peer, struct aw_witness *w)
{
    *w = (struct aw_witness){.number = peer->number + 1, .seen = peer->got};
    aw_channel_received(&peer->channel, AW_SESSION_MAIN, &w->cell_epoch, &w->cell_index);
    if (peer->channel.role == AW_ROLE_SUBJECT) {
        w->has_offer = true;
        aw_channel_offer(&peer->channel, AW_SESSION_MAIN, w->offer);
    } else {
        w->has_accept = w->has_accept_epoch = true;
        aw_channel_accept(&peer->channel, AW_SESSION_MAIN, w->accept, &w->accept_epoch);
    }
    w->words_at = c->own.words_at_s;
    w->away_until = (uint32_t)aw_co_away_until(c, aw_timebase_s(&c->time));
    w->has_away_until = w->away_until != 0;
    if (peer->is_decoy)
        fill_decoy(peer, w);
    else if (aw_co_peer_member(c, peer) != NULL && aw_co_own_member(c) != NULL)
        fill_said(c, peer, w);
    if (is_told_as_decoy(c, peer))
        fill_echo(peer, w);
    fill_badge(c, peer, w);
}

enum aw_status aw_co_witness_seal(struct contact *c, struct aw_peer *peer, struct aw_buf *cell)
{
    uint8_t plain[AW_CELL_PLAIN_LEN];
    struct aw_buf text = AW_BUF_OF(plain);
    struct aw_sealed at;
    struct aw_witness w;
    enum aw_status st;

    if (peer->number == UINT32_MAX)
        return AW_E_KEYS;
    fill(c, peer, &w);
    st = aw_witness_sign(&w, &c->receipt_key, &peer->channel);
    if (st == AW_OK)
        st = aw_message_encode(&aw_witness_map, &w, &text);
    if (st == AW_OK)
        st = aw_channel_seal(&peer->channel, AW_LANE_CELL, AW_SESSION_MAIN, aw_buf_bytes(&text),
                             cell, &at, &c->random);
    if (st == AW_OK)
        peer->number++;
    aw_wipe(&w, sizeof w);
    aw_wipe(plain, sizeof plain);
    return st;
}

/* ---- Hearing ---- */

/* What the message says of the channel itself. */
static enum aw_status step(struct contact *c, struct aw_peer *peer, const struct aw_opened *opened,
                           const struct aw_witness *w)
{
    unsigned events = 0;
    enum aw_status st;

    if (w->has_offer != (peer->channel.role == AW_ROLE_CONTACT))
        return AW_E_RANGE;
    if (w->has_offer)
        st = aw_channel_on_offer(&peer->channel, opened, w->offer, &events, &c->random);
    else
        st = aw_channel_on_accept(&peer->channel, opened, w->accept_epoch, w->accept, &events,
                                  &c->random);
    if ((events & AW_CHANNEL_EV_FORK) != 0)
        aw_co_peer_event(c, AW_EVENT_FORK, peer->person);
    /* An older epoch's, or that of a clone: what the message says still counts. */
    if (st == AW_E_REPLAY || (events & AW_CHANNEL_EV_FORK) != 0)
        st = AW_OK;
    /* This state never sent what the other side has: it is an old one. spec/16-peers.md §4: "Epoch
     * and index 0 MUST NOT be taken for what this state never sent" */
    if (st == AW_OK && (w->cell_epoch != 0 || w->cell_index != 0) &&
        aw_channel_on_received(&peer->channel, opened, w->cell_epoch, w->cell_index) ==
            AW_E_PEER_RESET)
        aw_co_peer_anew(c, peer);
    return st;
}

static void keep_said(struct contact *c, struct aw_peer *peer, const struct aw_witness *w)
{
    peer->got = w->number;
    peer->heard_at_s = (uint32_t)aw_timebase_s(&c->time);
    peer->has_said = true;
    peer->said = *w;
    peer->said.has_statement = peer->said.has_share = peer->said.has_signature = false;
    aw_wipe(&peer->said.statement, sizeof peer->said.statement);
    aw_wipe(peer->said.share, sizeof peer->said.share);
    peer->is_fellow = !peer->is_decoy && key_of_badge(c, peer, w) != NULL;
}

enum aw_status aw_co_witness(struct contact *c, struct aw_peer *peer,
                             const struct aw_opened *opened, struct aw_bytes plain)
{
    struct aw_witness w, before = peer->said;
    enum aw_status st = aw_message_decode_padded(&aw_witness_map, &w, plain);

    /* spec/16-peers.md §1: "A receiver MUST verify the signature of a witness under the `sign_key`
     * of the plan's roster before it uses anything that it says." */
    if (st == AW_OK)
        st = aw_witness_verify(&w, peer->sign_key, &peer->channel);
    /* spec/16-peers.md §4: "A witness whose number is not above the newest of the session MUST be
     * refused." */
    if (st == AW_OK && w.number <= peer->got)
        st = AW_E_REPLAY;
    if (st == AW_OK)
        st = step(c, peer, opened, &w);
    if (st == AW_OK) {
        keep_said(c, peer, &w);
        if (aw_co_peer_counts(c, peer))
            aw_co_voice(c, peer, &w, &before);
    }
    aw_wipe(&w, sizeof w);
    aw_wipe(&before, sizeof before);
    return st;
}
