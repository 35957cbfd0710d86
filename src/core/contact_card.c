/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/card.h"
#include "wire/card_file.h"

/*
 * Her plan card (spec/16-peers.md §8 and §9): kept sealed, with a share, from the file on that
 * brings it; opened with the shares of others while an incident is open.
 */

/* ---- Which one is in force ---- */

static bool is_bound_by(const struct contact_card *card, const struct aw_plan *plan)
{
    return card->len != 0 && plan->has_card_hash &&
           memcmp(card->hash, plan->card_hash, AW_HASH_LEN) == 0;
}

static const struct contact_card *in_force(const struct contact *c)
{
    for (size_t i = 0; c->has_plan && i < CONTACT_CARDS; i++) {
        if (is_bound_by(&c->cards[i], &c->plan))
            return &c->cards[i];
    }
    return NULL;
}

/* Whether the plan that waits binds it. */
static bool is_awaited(const struct contact *c, const struct contact_card *card)
{
    struct aw_plan plan;

    return c->change.has_plan && c->pending_len != 0 &&
           aw_message_decode(&aw_plan_map, &plan, (struct aw_bytes){c->pending, c->pending_len}) ==
               AW_OK &&
           is_bound_by(card, &plan);
}

static void open_file(const struct contact_card *card, struct aw_card_file *file)
{
    enum aw_status st =
        aw_message_decode(&aw_card_file_map, file, (struct aw_bytes){card->body, card->len});

    AW_ASSERT(st == AW_OK); /* it was when it was taken */
}

static unsigned dirty_bit(const struct contact *c, const struct contact_card *card)
{
    return (unsigned)CONTACT_DIRTY_CARD << (card - c->cards);
}

static void erase(struct contact *c, struct contact_card *card)
{
    aw_wipe(card, sizeof *card);
    aw_co_touch(c, dirty_bit(c, card));
}

/* ---- From files ---- */

static enum aw_status take(struct contact_card *card, struct aw_bytes body)
{
    struct aw_card_file file;
    enum aw_status st = AW_E_RANGE;

    if (body.len <= sizeof card->body)
        st = aw_message_decode(&aw_card_file_map, &file, body);
    if (st != AW_OK)
        return st;
    if (file.share[0] < 1 || file.share[0] > AW_PLAN_MEMBER_MAX || !aw_share_is_valid(file.share))
        st = AW_E_RANGE;
    if (st == AW_OK) {
        memcpy(card->body, body.ptr, body.len);
        card->len = (uint16_t)body.len;
        card->version = file.version;
        aw_hash(card->hash, AW_LABEL_HASH_CARD, file.sealed);
    }
    aw_wipe(&file, sizeof file);
    return st;
}

/*
 * Where a new one may go: never in place of one that a plan binds (PE-31), nor of one that the
 * store reads at this moment. AW_E_BUSY.
 */
static enum aw_status find_place(struct contact *c, struct contact_card **place)
{
    *place = NULL;
    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        struct contact_card *card = &c->cards[i];

        if ((c->dirty_flight & dirty_bit(c, card)) != 0)
            continue;
        if (card->len == 0 || (card != in_force(c) && !is_awaited(c, card)))
            *place = card;
        if (card->len == 0)
            break;
    }
    return *place == NULL ? AW_E_BUSY : AW_OK;
}

enum aw_status aw_co_card_file(struct contact *c, struct aw_bytes body)
{
    struct contact_card fresh, *place;
    enum aw_status st = take(&fresh, body);

    for (size_t i = 0; st == AW_OK && i < CONTACT_CARDS; i++) {
        if (c->cards[i].len != 0 && memcmp(c->cards[i].hash, fresh.hash, AW_HASH_LEN) == 0)
            st = AW_E_REPLAY;
    }
    if (st == AW_OK && c->has_plan && fresh.version <= c->plan.version &&
        !is_bound_by(&fresh, &c->plan))
        st = AW_E_REPLAY; /* no plan to come binds it */
    if (st == AW_OK)
        st = find_place(c, &place);
    if (st == AW_OK) {
        memcpy(place, &fresh, sizeof fresh);
        aw_co_touch(c, dirty_bit(c, place));
    }
    aw_wipe(&fresh, sizeof fresh);
    return st;
}

void aw_co_cards_settle(struct contact *c)
{
    const struct contact_card *card;

    for (size_t i = 0; i < CONTACT_CARDS; i++) {
        if (c->cards[i].len != 0 && c->cards[i].version <= c->plan.version &&
            !is_bound_by(&c->cards[i], &c->plan))
            erase(c, &c->cards[i]);
    }
    card = in_force(c);
    /* Shares of another card open nothing any more. */
    if (c->peers.place.has_card != 0 &&
        (card == NULL || memcmp(card->hash, c->peers.place.card_hash, AW_HASH_LEN) != 0)) {
        aw_wipe(c->peers.place.card, sizeof c->peers.place.card);
        c->peers.place.has_card = 0;
        aw_co_touch(c, CONTACT_DIRTY_PLACE);
    }
}

enum aw_status aw_co_card_load(struct contact *c, uint64_t place, struct aw_bytes body)
{
    return place < CONTACT_CARDS && take(&c->cards[place], body) == AW_OK ? AW_OK : AW_E_DAMAGED;
}

/* ---- Giving and taking shares ---- */

bool aw_co_card_share(const struct contact *c, struct aw_witness *w)
{
    const struct contact_card *card = in_force(c);
    struct aw_card_file file;

    if (card == NULL)
        return false;
    open_file(card, &file);
    w->has_share = true;
    w->share_seq = 0;
    memcpy(w->share, file.share, AW_SHARE_LEN);
    aw_wipe(&file, sizeof file);
    return true;
}

/*
 * With one's own share, and those that others gave. Later plans keep the card and may name another
 * threshold, so more shares than it asks for are tried, too (spec/16-peers.md §9). `plain` takes
 * AW_CARD_LEN_MAX bytes.
 */
static enum aw_status unseal(const struct contact *c, const struct aw_card_file *file,
                             uint8_t *plain)
{
    const struct aw_peers_place *p = &c->peers.place;
    uint8_t shares[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN];
    enum aw_status st = AW_E_NOT_FOUND;
    size_t count = 0;

    memcpy(shares[count++], file->share, AW_SHARE_LEN);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        if ((p->has_card >> i & 1) != 0 && i + 1 != file->share[0])
            memcpy(shares[count++], p->card[i], AW_SHARE_LEN);
    }
    for (size_t k = c->plan.threshold; st != AW_OK && k <= count; k++)
        st = aw_card_open_any(plain, shares, count, k, file->sealed);
    aw_wipe(shares, sizeof shares);
    return st;
}

static bool is_open(const struct contact *c, const struct contact_card *card)
{
    uint8_t plain[AW_CARD_LEN_MAX];
    struct aw_card_file file;
    bool opens;

    open_file(card, &file);
    opens = unseal(c, &file, plain) == AW_OK;
    aw_wipe(plain, sizeof plain);
    aw_wipe(&file, sizeof file);
    return opens;
}

/* spec/16-peers.md §9: "A share MUST be dropped unless its index is the human of who sent it, its
 * scalar is canonical, an incident is open". */
void aw_co_take_card_share(struct contact *c, uint8_t human, const struct aw_witness *w)
{
    const struct contact_card *card = in_force(c);
    struct aw_peers_place *p = &c->peers.place;
    unsigned bit = 1U << (human - 1);
    bool was_open;

    if (!aw_ladder_is_incident(&c->ladder) || card == NULL || w->share[0] != human ||
        !aw_share_is_valid(w->share) ||
        ((p->has_card & bit) != 0 && memcmp(p->card[human - 1], w->share, AW_SHARE_LEN) == 0))
        return;
    was_open = is_open(c, card);
    memcpy(p->card[human - 1], w->share, AW_SHARE_LEN);
    memcpy(p->card_hash, card->hash, AW_HASH_LEN);
    p->has_card = (uint16_t)(p->has_card | bit);
    aw_co_touch(c, CONTACT_DIRTY_PLACE);
    if (!was_open && is_open(c, card))
        aw_co_event(c, AW_EVENT_CARD, AW_URGENCY_NOTICE, c->plan.version,
                    (uint32_t)aw_timebase_s(&c->time));
}

/* ---- Reading ---- */

/* spec/16-peers.md §9: "A section MUST NOT be shown before its level began here". */
static void keep_begun(const struct contact *c, struct aw_card *card)
{
    size_t kept = 0;

    for (size_t i = 0; i < card->sections_count; i++) {
        if (card->sections[i].level <= c->ladder.level)
            card->sections[kept++] = card->sections[i];
    }
    aw_wipe(&card->sections[kept], (card->sections_count - kept) * sizeof card->sections[0]);
    card->sections_count = (uint8_t)kept;
}

enum aw_status aw_contact_card(const struct aw_contact *contact, struct aw_card *out)
{
    const struct contact *c = contact_of_const(contact);
    const struct contact_card *card = in_force(c);
    uint8_t plain[AW_CARD_LEN_MAX];
    struct aw_card_file file;
    enum aw_status st = AW_E_STATE;

    memset(out, 0, sizeof *out);
    if (card == NULL)
        return AW_E_NOT_FOUND;
    if (!aw_ladder_is_incident(&c->ladder))
        return AW_E_STATE;
    open_file(card, &file);
    if (unseal(c, &file, plain) == AW_OK)
        st = aw_message_decode(&aw_card_map, out,
                               (struct aw_bytes){plain, file.sealed.len - AW_CARD_SEAL_LEN});
    if (st == AW_OK)
        keep_begun(c, out);
    else
        aw_wipe(out, sizeof *out);
    aw_wipe(plain, sizeof plain);
    aw_wipe(&file, sizeof file);
    return st;
}
