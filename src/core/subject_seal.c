/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/bytes.h"
#include "core/coarse.h"
#include "wire/state.h"

/* Her state as it goes out: one key, one share for each human, and for each contact a seal that
 * holds no more than he may learn (spec/06-subject.md §5). */

/* The entry that says which share is his: of the plan that contacts may still go by, for those whom
 * she did not remove. */
static const struct aw_member *shareholder(const struct subject *s, const struct person *p)
{
    const struct aw_plan *former = aw_su_decoy_const(s, p) == NULL ? aw_su_former(s) : NULL;

    return former != NULL ? aw_plan_member(former, aw_su_number(s, p)) : aw_su_member(s, p);
}

/* How many shares open the state: what the plan says; before there is one, two when two exist. */
static size_t threshold_of(const struct subject *s, const struct aw_plan *plan)
{
    uint32_t paired = aw_su_paired(s);

    if (plan == &s->plan && aw_su_former(s) != NULL)
        return aw_su_former(s)->threshold;
    if (plan != NULL)
        return plan->threshold;
    return (paired & (paired - 1)) != 0 ? 2 : 1;
}

static uint8_t lower_level(uint8_t a, uint8_t b)
{
    if (a == AW_DATA_NONE || b == AW_DATA_NONE)
        return AW_DATA_NONE;
    return a == AW_DATA_COARSE ? a : b;
}

/* spec/06-subject.md §5: "While contacts may hold back a plan that loosens (SU-35), the threshold
 * MUST be that of the plan before, and the data level of each contact the lower one of both; whom
 * that plan does not name, or whose number it gave to another person, has 0." */
uint8_t aw_su_data_level(const struct subject *s, size_t i)
{
    const struct person *p = &s->people[i];
    const struct aw_member *member = aw_su_member(s, p), *before = shareholder(s, p);

    /* spec/06-subject.md §5: "Before the words were compared, a contact that no plan names MUST
     * count as data level 0": an invite can be photographed. */
    if (aw_su_plan(s, p) == NULL)
        return p->rec.phase == AW_PERSON_VERIFIED ? AW_DATA_EXACT : AW_DATA_NONE;
    if (member == NULL || before == NULL)
        return AW_DATA_NONE;
    return lower_level(member->data, before->data);
}

/* One share for each person, that of his human: devices of one human have the same. */
static enum aw_status split_key(struct subject *s, struct sealed_part *parts, size_t k,
                                const uint8_t key[AW_KEY_LEN])
{
    uint8_t indices[AW_PLAN_MEMBER_MAX], all[AW_PLAN_MEMBER_MAX][AW_SHARE_LEN];
    enum aw_status st;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        indices[i] = (uint8_t)(i + 1); /* a share for every number, handed to who has it */
    st = aw_share_split(all, indices, AW_PLAN_MEMBER_MAX, k, key, &s->random);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && st == AW_OK; i++) {
        const struct aw_member *member = shareholder(s, &s->people[i]);

        memcpy(parts[i].share, all[member == NULL ? i : member->human - 1U], AW_SHARE_LEN);
    }
    aw_wipe(all, sizeof all);
    return st;
}

/* Her state as it may be told, under one key. */
struct seals {
    uint8_t key[AW_KEY_LEN];
    uint8_t exact[AW_STATE_SEALED_LEN], coarse[AW_STATE_SEALED_LEN];
};

/* spec/06-subject.md §5: "Each statement that carries a state MUST seal it under a fresh key." */
static enum aw_status seal(struct seals *out, struct aw_state state, const struct aw_random *random)
{
    uint8_t plain[AW_STATE_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    enum aw_status st = aw_message_encode_padded(&aw_state_map, &state, &buf, sizeof plain);

    if (st == AW_OK)
        st = aw_share_key(out->key, random);
    if (st == AW_OK) {
        aw_state_seal(out->exact, plain, out->key);
        aw_coarse_state(&state);
        buf.len = 0;
        st = aw_message_encode_padded(&aw_state_map, &state, &buf, sizeof plain);
    }
    if (st == AW_OK)
        aw_state_seal_coarse(out->coarse, plain, out->key);
    aw_wipe(plain, sizeof plain);
    aw_wipe(&state, sizeof state);
    return st;
}

/* spec/06-subject.md §5: "What is sealed for a contact of data level 0 MUST be random bytes, and of
 * data level 2 the coarse state": whatever shares he comes by, they show him no more. In an alarm
 * the key itself, for those who may know. */
static enum aw_status fill_part(struct subject *s, struct sealed_part *part, uint8_t data,
                                const struct seals *seals, bool is_alarm)
{
    if (data == AW_DATA_NONE)
        return aw_random_fill(&s->random, part->state, sizeof part->state);
    memcpy(part->state, data == AW_DATA_COARSE ? seals->coarse : seals->exact, sizeof part->state);
    if (is_alarm)
        aw_share_whole(part->share, seals->key);
    return AW_OK;
}

enum aw_status aw_su_seal(struct subject *s, const struct aw_plan *plan,
                          const struct aw_state *state, bool is_alarm,
                          struct sealed_part parts[AW_PLAN_MEMBER_MAX])
{
    struct seals seals;
    enum aw_status st = seal(&seals, *state, &s->random);

    if (st == AW_OK)
        st = split_key(s, parts, threshold_of(s, plan), seals.key);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && st == AW_OK; i++) {
        if (person_is_paired(&s->people[i]))
            st = fill_part(s, &parts[i], aw_su_data_level(s, i), &seals, is_alarm);
    }
    aw_wipe(&seals, sizeof seals);
    return st;
}

void aw_su_take_part(struct aw_call *call, const struct sealed_part *part)
{
    memcpy(call->state, part->state, sizeof call->state);
    memcpy(call->share, part->share, sizeof call->share);
}
