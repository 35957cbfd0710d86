/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/card.h"
#include "wire/card_file.h"

/*
 * Plan card (spec/06-subject.md §12): sealed under a key that no single contact has, bound by the
 * plan, kept here until everybody has his share.
 */

bool aw_su_has_card(const struct subject *s, const struct person *p)
{
    return (s->card.pending >> (aw_su_number(s, p) - 1) & 1) != 0;
}

/* spec/06-subject.md §12: "As soon as every contact has named the plan that binds it, shares and
 * seal MUST be erased." */
void aw_su_card_held(struct subject *s, const struct person *p)
{
    if (!aw_su_has_card(s, p) || p->rec.plan_held < s->card.plan_version)
        return;
    s->card.pending = (uint16_t)(s->card.pending & ~(1U << (aw_su_number(s, p) - 1)));
    if (s->card.pending == 0)
        aw_wipe(&s->card, sizeof s->card);
    s->card.version = SUBJECT_RECORD_VERSION;
    aw_su_dirty(s, SUBJECT_DIRTY_CARD);
}

enum aw_status aw_su_card_file(const struct subject *s, const struct person *p, struct aw_buf *body)
{
    const struct aw_member *member = aw_su_member(s, p);
    struct aw_card_file file = {.version = s->card.plan_version,
                                .sealed = {s->card.sealed, s->card.sealed_len}};
    enum aw_status st;

    memcpy(file.share, s->card.shares[member->human - 1].share, AW_SHARE_LEN);
    st = aw_message_encode(&aw_card_file_map, &file, body);
    aw_wipe(&file, sizeof file);
    return st;
}

/* By human, so that two devices of one give no more than one (spec/06-subject.md §5). */
static enum aw_status split(const struct subject *s, struct subject_card *card,
                            const uint8_t key[AW_KEY_LEN])
{
    uint8_t shares[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN], indices[AW_PLAN_MEMBER_MAX];
    enum aw_status st;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        indices[i] = (uint8_t)(i + 1);
    st = aw_share_split(shares, indices, AW_PLAN_MEMBER_MAX, s->plan.threshold, key, &s->random);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        memcpy(card->shares[i].share, shares[i], AW_SHARE_LEN);
    card->shares_count = AW_PLAN_MEMBER_MAX;
    aw_wipe(shares, sizeof shares);
    return st;
}

static enum aw_status seal(const struct subject *s, struct subject_card *card,
                           const struct aw_card *text)
{
    uint8_t plain[AW_CARD_LEN_MAX], key[AW_KEY_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    struct aw_card numbered = *text; /* Secret: wipe. */
    enum aw_status st;

    numbered.version = s->plan.version + 1;
    st = aw_message_encode(&aw_card_map, &numbered, &buf);
    aw_wipe(&numbered, sizeof numbered);
    if (st != AW_OK)
        return AW_E_RANGE;
    st = aw_share_key(key, &s->random);
    if (st == AW_OK)
        st = split(s, card, key);
    if (st == AW_OK)
        st = aw_card_seal(card->sealed, aw_buf_bytes(&buf), key, &s->random);
    card->sealed_len = (uint16_t)(buf.len + AW_CARD_SEAL_LEN);
    aw_wipe(plain, buf.len);
    aw_wipe(key, sizeof key);
    return st;
}

enum aw_status aw_subject_card_set(struct aw_subject *subject, const struct aw_card *text,
                                   const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                   struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_card card;
    enum aw_status st = AW_OK;

    aw_su_advance(s, now);
    if (!s->has_plan)
        return AW_E_STATE;
    memset(&card, 0, sizeof card);
    card.version = SUBJECT_RECORD_VERSION;
    if (text != NULL)
        st = seal(s, &card, text);
    if (st == AW_OK)
        st = aw_su_plan_set(s, &s->plan, NULL, presence_key, &card, now);
    aw_wipe(&card, sizeof card);
    return st;
}
