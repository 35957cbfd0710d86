/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/* A new plan: what it says beside what she wrote, and to whom it goes (spec/06-subject.md §6). */

static enum aw_status check_roster(const struct subject *s, const struct aw_plan *plan,
                                   uint32_t *audience)
{
    *audience = 0;
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (!person_is_paired(&s->people[plan->roster[i].person - 1]))
            return AW_E_NOT_FOUND;
        *audience |= UINT32_C(1) << (plan->roster[i].person - 1);
    }
    return AW_OK;
}

/* The plan and, with secrets, the keys: two words, both or none. */
static enum aw_status say_plan(struct subject *s, const struct aw_plan *plan,
                               const struct aw_secrets *secrets, const uint8_t *presence_key,
                               uint32_t audience, struct aw_now now)
{
    uint8_t body[AW_PLAN_ENCODED_MAX], hash[AW_HASH_LEN], circle_key[AW_KEY_LEN];
    struct aw_buf buf = AW_BUF_OF(body);
    struct subject_draft drafts[SUBJECT_DRAFT_MAX];
    enum aw_status st = aw_message_encode(&aw_plan_map, plan, &buf);

    if (st != AW_OK)
        return st;
    aw_hash(hash, AW_LABEL_HASH_PLAN, aw_buf_bytes(&buf));
    drafts[0] = (struct subject_draft){.kind = AW_CALL_PLAN,
                                       .valid_s = AW_SPAN_MAX_S,
                                       .presence_key = presence_key,
                                       .plan_hash = hash,
                                       .has_alarm = s->core.has_alarm,
                                       .alarm = s->core.alarm,
                                       .audience = audience};
    /* Second: both are judged under the keys that hold until now. Everybody who is paired gets
     * an equal blob, in the plan or not. */
    drafts[1] = drafts[0];
    drafts[1].kind = AW_CALL_KEYS;
    drafts[1].plan_hash = NULL;
    drafts[1].secrets = secrets;
    drafts[1].circle_key = circle_key;
    drafts[1].audience = aw_su_paired(s);
    st = aw_random_fill(&s->random, circle_key, sizeof circle_key);
    if (st == AW_OK)
        st = aw_su_say(s, drafts, secrets != NULL ? 2 : 1, now);
    /* spec/09-crypto.md §10.5: "A device MUST erase the circle key as soon as the words that carry
     * it are made." */
    aw_wipe(circle_key, sizeof circle_key);
    return st;
}

/* spec/06-subject.md §6: "The version of a new plan MUST be above those that her contacts name": a
 * phone restored from a backup would else make some that all of them refuse. */
static uint32_t next_version(const struct subject *s)
{
    uint32_t own = s->has_plan ? s->plan.version : 0, most = own;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        const struct person *p = &s->people[i];

        if (aw_su_decoy_const(s, p) == NULL && p->plan_named > most)
            most = p->plan_named;
    }
    return most - own >= SUBJECT_PLAN_JUMP ? own + SUBJECT_PLAN_JUMP : most + 1;
}

/* What she does not write: number, time, keys, who was removed, which card. */
static void complete(const struct subject *s, struct aw_plan *next, const struct subject_card *card,
                     struct aw_now now)
{
    next->version = next_version(s);
    next->made_at = (uint32_t)(now.wall_ms / 1000);
    next->decoys = aw_su_decoys(s);
    aw_su_fill_keys(s, next);
    next->has_card_hash =
        card != NULL ? card->sealed_len > 0 : s->has_plan && s->plan.has_card_hash;
    memset(next->card_hash, 0, AW_HASH_LEN);
    if (next->has_card_hash && card != NULL)
        aw_hash(next->card_hash, AW_LABEL_HASH_CARD,
                (struct aw_bytes){card->sealed, card->sealed_len});
    else if (next->has_card_hash)
        memcpy(next->card_hash, s->plan.card_hash, AW_HASH_LEN);
}

static void commit_card(struct subject *s, const struct subject_card *card, uint32_t audience)
{
    if (card == NULL && s->card.pending == 0)
        return;
    if (card != NULL) {
        s->card = *card;
        s->card.plan_version = s->plan.version;
        s->card.pending = (uint16_t)(card->sealed_len > 0 ? audience : 0);
    }
    s->card.pending = (uint16_t)(s->card.pending & audience); /* some may have left */
    if (s->card.pending == 0)
        aw_wipe(&s->card, sizeof s->card);
    s->card.version = SUBJECT_RECORD_VERSION;
    aw_su_dirty(s, SUBJECT_DIRTY_CARD);
}

static void commit(struct subject *s, const struct aw_plan *next, const struct subject_pairs *pairs,
                   const struct subject_card *card, uint32_t audience)
{
    bool has_new_pace = !s->has_plan || s->plan.pace.cadence_s != next->pace.cadence_s;

    aw_su_former_keep(s, next);
    s->plan = *next;
    s->has_plan = true;
    s->pairs = *pairs;
    commit_card(s, card, audience);
    aw_su_dirty(s, SUBJECT_DIRTY_PLAN | SUBJECT_DIRTY_PAIRS);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];

        if (aw_su_decoy(s, p) != NULL)
            continue;
        aw_su_files_restart(s, p);
        if (has_new_pace)
            p->slot = p->file_slot = 0;
    }
}

enum aw_status aw_su_plan_set(struct subject *s, const struct aw_plan *plan,
                              const struct aw_secrets *secrets, const uint8_t *presence_key,
                              struct subject_card *card, struct aw_now now)
{
    struct aw_plan next = *plan;
    struct subject_pairs pairs;
    uint32_t audience = 0;
    enum aw_status st;

    if (aw_plan_check(plan, NULL) != AW_PLAN_GOOD)
        return AW_E_RANGE;
    complete(s, &next, card, now);
    if (aw_plan_check(&next, NULL) != AW_PLAN_GOOD)
        return AW_E_RANGE;
    st = check_roster(s, &next, &audience);
    if (st != AW_OK)
        return st;
    if (!aw_su_has_room(s, aw_su_paired(s) | next.decoys, 2))
        return AW_E_BUSY;
    st = aw_su_draw_pairs(s, &next, &pairs);
    if (st == AW_OK)
        st = say_plan(s, &next, secrets, presence_key, audience, now);
    if (st == AW_OK) {
        commit(s, &next, &pairs, card, audience);
        aw_su_decoys_plan(s, &next, secrets != NULL, now);
        aw_su_answered(s);
        aw_su_proved(s, AW_SPAN_MAX_S);
        s->beat_s = aw_time_min(s->beat_s, aw_timebase_s(&s->time) + aw_su_beat_pause_s(s, &next));
    }
    aw_wipe(&pairs, sizeof pairs);
    return st;
}

enum aw_status aw_subject_plan_set(struct aw_subject *subject, const struct aw_plan *plan,
                                   const struct aw_secrets *secrets,
                                   const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                   struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_su_advance(s, now);
    return aw_su_plan_set(s, plan, secrets, presence_key, NULL, now);
}
