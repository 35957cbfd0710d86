/* SPDX-License-Identifier: ISC */
#include "core/channel.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/channel_internal.h"
#include "crypto/verify.h"

/*
 * The step from epoch e to e+1, once in a round trip (spec/05-channel.md §4):
 *
 *   side     state       on                        does                          to
 *   subject  offering e  accept for e+1            derive, send in e+1           waiting e+1
 *   subject  waiting e+1 first valid cell of e+1   erase e                       offering e+1
 *   contact  quiet e     offer in a call of e      derive, go on sending in e    answered e+1
 *   contact  answered    the same offer again      nothing: the accept is the same
 *   contact  answered    first valid cell of e+1   erase e, send in e+1          quiet e+1
 *
 * "waiting" and "answered" are `next.live`. Only the subject offers, so offers never cross.
 */

/* ---- Key rings ---- */

void aw_channel_add_accept(struct aw_channel *ch, uint32_t epoch, const struct aw_dh_key *key)
{
    struct aw_accept_key *ring = ch->accepts;

    while (ch->accept_count > 0 && ring[ch->accept_count - 1].epoch >= epoch)
        aw_wipe(&ring[--ch->accept_count], sizeof ring[0]);
    if (ch->accept_count == AW_ACCEPT_KEEP) {
        memmove(ring, ring + 1, (AW_ACCEPT_KEEP - 1) * sizeof ring[0]);
        ch->accept_count--;
    }
    ring[ch->accept_count].epoch = epoch;
    memcpy(ring[ch->accept_count].sk, key->sk, AW_KEY_LEN);
    ch->accept_count++;
    memcpy(ch->accept_pk, key->pk, AW_KEY_LEN);
}

void aw_channel_add_resumption(struct aw_channel *ch, const struct aw_epoch *epoch)
{
    struct aw_resumption_key *ring = ch->resumptions;

    for (size_t i = 0; i < ch->resumption_count; i++) {
        if (aw_secret_equal(ring[i].key, epoch->resumption, AW_KEY_LEN))
            return;
    }
    if (ch->resumption_count == AW_RESUMPTION_KEEP) {
        /* spec/05-channel.md §8.2: "The first resumption key of a channel MUST be kept". */
        memmove(ring + 1, ring + 2, (AW_RESUMPTION_KEEP - 2) * sizeof ring[0]);
        ch->resumption_count--;
    }
    ring[ch->resumption_count].epoch = epoch->number;
    memcpy(ring[ch->resumption_count].key, epoch->resumption, AW_KEY_LEN);
    ch->resumption_count++;
}

/* ---- Moves ---- */

/* Keys of `next`; takes the root of `cur` away. Fails only before anything has changed. */
static enum aw_status derive_next(struct aw_channel *ch, const struct aw_dh_key *own,
                                  const uint8_t peer_pk[AW_KEY_LEN])
{
    bool is_subject = ch->role == AW_ROLE_SUBJECT;
    struct aw_epoch_keys keys;
    uint8_t dh[AW_KEY_LEN];
    uint32_t number = ch->cur.number + 1;
    enum aw_status st = aw_dh(dh, own->sk, peer_pk);

    if (st != AW_OK)
        return st;
    aw_epoch_next(&keys, ch->cur.root, number, dh, is_subject ? own->pk : peer_pk,
                  is_subject ? peer_pk : own->pk);
    aw_epoch_set(&ch->next, number, &keys, aw_channel_direction(ch));
    aw_channel_add_resumption(ch, &ch->next);
    /* spec/09-crypto.md §6.3: "`root(e)` as soon as `root(e+1)` is confirmed by a cell": sooner
     * even, since nothing else is derived from it. */
    aw_wipe(ch->cur.root, sizeof ch->cur.root);
    aw_wipe(&keys, sizeof keys);
    aw_wipe(dh, sizeof dh);
    return AW_OK;
}

void aw_channel_promote_next(struct aw_channel *ch)
{
    struct aw_resumed *r = &ch->resumed;

    /* spec/05-channel.md §4: "The first valid cell of epoch e+1 MUST erase all keys of epoch e
     * except its resumption key and its accept key." A copy of the state of e is dead now. */
    ch->cur = ch->next;
    aw_epoch_wipe(&ch->next);
    ch->floor_epoch = ch->cur.number;
    /* The step was a round trip: the channel works, nothing needs to be re-established. */
    aw_resume_side_wipe(&ch->asking);
    if (r->epoch.live && !r->is_stale && r->epoch.number <= ch->cur.number) {
        aw_wipe(r, sizeof *r);
        aw_resume_side_wipe(&ch->answering);
    }
}

void aw_channel_promote_resumed(struct aw_channel *ch)
{
    struct aw_resumed *r = &ch->resumed;
    uint32_t number = r->epoch.number, last = ch->cur.number;

    ch->cur = r->epoch;
    aw_epoch_wipe(&ch->next);
    aw_wipe(ch->peer_offer, sizeof ch->peer_offer);
    if (r->is_stale) {
        /* Words that she said on an old state are judged by the accept keys that it knew; those
         * after the last epoch that was heard may be others in another life of this device. */
        while (ch->accept_count > 0 && ch->accepts[ch->accept_count - 1].epoch > last)
            aw_wipe(&ch->accepts[--ch->accept_count], sizeof ch->accepts[0]);
        aw_wipe(ch->resumptions, sizeof ch->resumptions);
        ch->resumption_count = 0;
        memcpy(ch->words_hash, r->words_hash, sizeof ch->words_hash);
    }
    /* The other side may not know yet that this handshake was heard, and ask once more. */
    ch->floor_epoch = r->is_stale ? number : r->named_epoch;
    aw_channel_add_resumption(ch, &ch->cur);
    if (ch->role == AW_ROLE_SUBJECT) {
        ch->offer = r->offer;
        memcpy(ch->peer_accept, r->accept, sizeof ch->peer_accept);
    } else {
        struct aw_dh_key key;

        aw_dh_from_secret(&key, r->accept);
        aw_channel_add_accept(ch, number, &key);
        aw_wipe(&key, sizeof key);
    }
    if (r->has_got) {
        ch->got_epoch = number;
        ch->got_index = r->got_index;
    }
    aw_wipe(r, sizeof *r);
    aw_resume_side_wipe(&ch->asking);
    aw_wipe(ch->answering.cell, sizeof ch->answering.cell);
}

/* ---- Subject ---- */

void aw_channel_offer(const struct aw_channel *ch, enum aw_session session, uint8_t pk[AW_KEY_LEN])
{
    bool resumed = aw_channel_slot(ch, session) == AW_SLOT_RESUMED;

    AW_ASSERT(ch->role == AW_ROLE_SUBJECT && aw_channel_slot(ch, session) != AW_SLOT_NONE);
    memcpy(pk, resumed ? ch->resumed.offer.pk : ch->offer.pk, AW_KEY_LEN);
}

void aw_channel_peer_accept(const struct aw_channel *ch, enum aw_session session,
                            uint8_t pk[AW_KEY_LEN], uint32_t *epoch)
{
    bool resumed = aw_channel_slot(ch, session) == AW_SLOT_RESUMED;

    AW_ASSERT(ch->role == AW_ROLE_SUBJECT && aw_channel_slot(ch, session) != AW_SLOT_NONE);
    memcpy(pk, resumed ? ch->resumed.accept : ch->peer_accept, AW_KEY_LEN);
    *epoch = resumed ? ch->resumed.epoch.number : aw_channel_newest(ch);
}

enum aw_status aw_channel_on_accept(struct aw_channel *ch, const struct aw_opened *opened,
                                    uint32_t accept_epoch, const uint8_t accept_pk[AW_KEY_LEN],
                                    unsigned *events, const struct aw_random *random)
{
    uint32_t newest = aw_channel_newest(ch);
    struct aw_dh_key fresh;
    enum aw_status st;

    AW_ASSERT(ch->role == AW_ROLE_SUBJECT && opened->kind == AW_OPENED_MESSAGE);
    *events = 0;
    if (opened->session != AW_SESSION_MAIN || accept_epoch < newest)
        return AW_E_REPLAY;
    if (accept_epoch == newest) {
        /* spec/05-channel.md §4: "A subject MUST NOT use a second accept for one offer." */
        if (aw_secret_equal(accept_pk, ch->peer_accept, AW_KEY_LEN))
            return AW_E_REPLAY;
        *events = AW_CHANNEL_EV_FORK;
        return AW_E_AUTH;
    }
    if (accept_epoch != newest + 1 || ch->next.live) /* above `newest`, so that none wraps */
        return AW_E_RANGE;

    st = aw_dh_keypair(&fresh, random);
    if (st == AW_OK)
        st = derive_next(ch, &ch->offer, accept_pk);
    if (st == AW_OK) {
        /* From now on the subject sends in the new epoch; the old count stays, see
         * aw_channel_on_received(). */
        for (size_t i = 0; i < AW_EPOCH_LANE_COUNT; i++)
            aw_ratchet_kill(&ch->cur.send[i]);
        memcpy(ch->peer_accept, accept_pk, AW_KEY_LEN);
        ch->offer = fresh;
        /* The epoch that a question names would be stale once he hears her in the new one. */
        aw_resume_side_wipe(&ch->asking);
    }
    aw_wipe(&fresh, sizeof fresh);
    return st;
}

/* A cell of this epoch with this index has not been sent by this state. */
static bool is_unsent(const struct aw_epoch *epoch, uint32_t number, uint32_t index)
{
    return epoch->live && epoch->number == number &&
           index >= epoch->send[aw_epoch_lane(AW_LANE_CELL)].next_index;
}

enum aw_status aw_channel_on_received(const struct aw_channel *ch, const struct aw_opened *opened,
                                      uint32_t cell_epoch, uint32_t cell_index)
{
    uint32_t newest = aw_channel_newest(ch);
    bool reset;

    AW_ASSERT(opened->kind == AW_OPENED_MESSAGE);
    if (ch->resumed.epoch.live && !ch->resumed.is_stale && ch->resumed.epoch.number > newest)
        newest = ch->resumed.epoch.number;
    if (opened->session == AW_SESSION_QUARANTINE)
        reset = is_unsent(&ch->resumed.epoch, cell_epoch, cell_index);
    else
        reset = cell_epoch > newest || is_unsent(&ch->cur, cell_epoch, cell_index) ||
                is_unsent(&ch->next, cell_epoch, cell_index);
    return reset ? AW_E_PEER_RESET : AW_OK;
}

/* ---- Contact ---- */

enum aw_status aw_channel_on_offer(struct aw_channel *ch, const struct aw_opened *opened,
                                   const uint8_t offer_pk[AW_KEY_LEN], unsigned *events,
                                   const struct aw_random *random)
{
    struct aw_dh_key accept;
    enum aw_status st;

    AW_ASSERT(ch->role == AW_ROLE_CONTACT && opened->kind == AW_OPENED_MESSAGE);
    *events = 0;
    if (opened->session != AW_SESSION_MAIN || opened->epoch != ch->cur.number)
        return AW_E_REPLAY;
    if (ch->next.live) {
        /* spec/05-channel.md §4: "A contact MUST answer one offer in each epoch, and always with
         * the same accept." */
        if (aw_secret_equal(offer_pk, ch->peer_offer, AW_KEY_LEN))
            return AW_OK;
        *events = AW_CHANNEL_EV_FORK;
        return AW_E_AUTH;
    }
    if (ch->cur.number == UINT32_MAX)
        return AW_E_KEYS;

    st = aw_dh_keypair(&accept, random);
    if (st == AW_OK)
        st = derive_next(ch, &accept, offer_pk);
    if (st == AW_OK) {
        aw_channel_add_accept(ch, ch->next.number, &accept);
        memcpy(ch->peer_offer, offer_pk, AW_KEY_LEN);
    }
    aw_wipe(&accept, sizeof accept);
    return st;
}

void aw_channel_accept(const struct aw_channel *ch, enum aw_session session, uint8_t pk[AW_KEY_LEN],
                       uint32_t *epoch)
{
    enum aw_slot slot = aw_channel_slot(ch, session);
    bool resumed = slot == AW_SLOT_RESUMED;
    struct aw_dh_key key;

    AW_ASSERT(ch->role == AW_ROLE_CONTACT && slot != AW_SLOT_NONE && ch->accept_count > 0);
    if (!resumed) {
        memcpy(pk, ch->accept_pk, AW_KEY_LEN);
        *epoch = ch->accepts[ch->accept_count - 1].epoch;
        return;
    }
    aw_dh_from_secret(&key, ch->resumed.accept);
    memcpy(pk, key.pk, AW_KEY_LEN);
    aw_wipe(&key, sizeof key);
    *epoch = ch->resumed.epoch.number;
}

enum aw_status aw_channel_accept_key(const struct aw_channel *ch, enum aw_session session,
                                     uint32_t epoch, struct aw_dh_key *key)
{
    AW_ASSERT(ch->role == AW_ROLE_CONTACT);
    if (ch->resumed.epoch.live && ch->resumed.epoch.number == epoch &&
        ch->resumed.is_stale == (session == AW_SESSION_QUARANTINE)) {
        aw_dh_from_secret(key, ch->resumed.accept);
        return AW_OK;
    }
    if (session == AW_SESSION_QUARANTINE)
        return AW_E_NOT_FOUND;
    for (size_t i = 0; i < ch->accept_count; i++) {
        if (ch->accepts[i].epoch == epoch) {
            aw_dh_from_secret(key, ch->accepts[i].sk);
            return AW_OK;
        }
    }
    return AW_E_NOT_FOUND;
}

void aw_channel_received(const struct aw_channel *ch, enum aw_session session, uint32_t *epoch,
                         uint32_t *index)
{
    const struct aw_resumed *r = &ch->resumed;

    *epoch = ch->got_epoch;
    *index = ch->got_index;
    if (session == AW_SESSION_QUARANTINE) { /* epoch 0 is never one of a re-establishment */
        *epoch = r->has_got ? r->epoch.number : 0;
        *index = r->has_got ? r->got_index : 0;
    }
}
