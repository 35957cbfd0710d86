/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/card_file.h"
#include "wire/file.h"
#include "wire/introductions.h"

/*
 * Files in lane bulk (spec/06-subject.md §6): for each contact a set of one to three, each sealed
 * when the one before has landed, the plan last. So a reply that names the plan stands for all.
 */

#define FILE_MIN_MS (UINT64_C(60) * 1000)
#define FILE_MAX_MS (UINT64_C(60) * 60 * 1000)

#define BODY_MAX    AW_CARD_FILE_LEN_MAX
_Static_assert(BODY_MAX >= AW_PLAN_ENCODED_MAX && BODY_MAX >= AW_INTRODUCTIONS_LEN_MAX,
               "room for every body");

static bool needs_files(const struct subject *s, const struct person *p)
{
    return person_is_paired(p) && aw_su_member(s, p) != NULL &&
           p->rec.plan_held < aw_su_plan(s, p)->version;
}

/* spec/06-subject.md §11: "though its files have been repeated for an hour": the pauses before the
 * longest one add up to that. */
bool aw_su_file_is_vain(const struct subject *s, const struct person *p)
{
    if (!needs_files(s, p) || p->file_pause_ms < FILE_MAX_MS)
        return false;
    for (size_t i = 0; i < p->words.count; i++) {
        if (p->words.words[i].kind == AW_WORD_PLAN)
            return false;
    }
    return true;
}

/* There is a new plan: the set starts anew. */
void aw_su_files_restart(struct subject *s, struct person *p)
{
    if (s->bulk_parcel.state != AW_PARCEL_FREE && s->bulk_person == aw_su_number(s, p))
        s->bulk_is_stale = true;
    p->file_step = SUBJECT_FILE_INTRODUCTIONS;
    p->file_ms = 0;
    p->file_pause_ms = 0;
}

static bool has_step(const struct subject *s, const struct person *p, uint8_t step)
{
    if (step == SUBJECT_FILE_INTRODUCTIONS)
        return aw_su_has_introductions(s, p);
    return step == SUBJECT_FILE_PLAN || aw_su_has_card(s, p);
}

static enum aw_status encode_body(const struct subject *s, const struct person *p, uint8_t step,
                                  struct aw_buf *body, const char **label)
{
    switch (step) {
    case SUBJECT_FILE_INTRODUCTIONS:
        *label = AW_LABEL_HASH_INTRODUCTIONS;
        return aw_su_introduce(s, p, body);
    case SUBJECT_FILE_CARD:
        *label = AW_LABEL_HASH_CARD_FILE;
        return aw_su_card_file(s, p, body);
    default:
        *label = AW_LABEL_HASH_PLAN;
        return aw_message_encode(&aw_plan_map, aw_su_plan(s, p), body);
    }
}

static enum aw_status seal_file(struct subject *s, struct person *p)
{
    static const uint8_t kinds[] = {AW_FILE_INTRODUCTIONS, AW_FILE_CARD, AW_FILE_PLAN};
    uint8_t body[BODY_MAX], plain[BODY_MAX + 128], hash[AW_HASH_LEN];
    struct aw_buf body_buf = AW_BUF_OF(body), text = AW_BUF_OF(plain);
    struct aw_buf cell = AW_BUF_OF(s->bulk);
    struct aw_file file = {.kind = kinds[p->file_step]};
    const struct aw_sign_key *sign = aw_su_sign(s, p);
    const char *label = NULL;
    struct aw_sealed at;
    enum aw_status st = encode_body(s, p, p->file_step, &body_buf, &label);

    if (st == AW_OK) {
        file.body = aw_buf_bytes(&body_buf);
        aw_hash(hash, label, file.body);
        memcpy(file.signing_key, sign->pk, AW_KEY_LEN);
        aw_sign(file.signature, sign, AW_LABEL_SIGN_FILE, AW_BYTES_OF(hash));
        st = aw_message_encode(&aw_file_map, &file, &text);
    }
    if (st == AW_OK)
        st = aw_channel_seal(&p->channel, AW_LANE_BULK, AW_SESSION_MAIN, aw_buf_bytes(&text), &cell,
                             &at, &s->random);
    if (st == AW_OK)
        aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
    aw_wipe(body, body_buf.len);
    aw_wipe(plain, text.len);
    return st;
}

static void pause_files(struct subject *s, struct person *p)
{
    p->file_pause_ms =
        p->file_pause_ms == 0 ? FILE_MIN_MS : aw_time_min(2 * p->file_pause_ms, FILE_MAX_MS);
    p->file_ms = aw_timebase_mono_ms(&s->time) + p->file_pause_ms;
}

static bool may_send(const struct subject *s, const struct person *p)
{
    if (aw_timebase_mono_ms(&s->time) < p->file_ms)
        return false;
    return !aw_su_has_slots(s, p) || aw_su_file_slot_is_open(s, p);
}

void aw_su_prepare_file(struct subject *s)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && s->bulk_parcel.state == AW_PARCEL_FREE; i++) {
        struct person *p = &s->people[i];

        if (!needs_files(s, p) || !may_send(s, p))
            continue;
        aw_su_file_slot_take(s, p);
        while (!has_step(s, p, p->file_step))
            p->file_step++;
        if (seal_file(s, p) != AW_OK) {
            pause_files(s, p);
            continue;
        }
        s->bulk_person = (uint8_t)(i + 1);
        s->bulk_is_stale = false;
        aw_parcel_seal(&s->bulk_parcel, p->file_step, 0, p->rec.peer.relays_count,
                       s->outbox.change);
    }
}

void aw_su_file_sent(struct subject *s, uint64_t id, enum aw_status status)
{
    struct person *p;

    if (!aw_parcel_done(&s->bulk_parcel, id, status) || s->bulk_parcel.state != AW_PARCEL_FREE)
        return;
    p = &s->people[s->bulk_person - 1];
    if (s->bulk_is_stale) {
        s->bulk_is_stale = false;
        return;
    }
    if (s->bulk_parcel.has_landed && p->file_step < SUBJECT_FILE_PLAN) {
        p->file_step++;
        p->file_ms = 0;
        return;
    }
    if (s->bulk_parcel.has_landed)
        p->file_step = SUBJECT_FILE_INTRODUCTIONS;
    pause_files(s, p);
}

uint64_t aw_su_file_deadline_ms(const struct subject *s, const struct person *p)
{
    if (!needs_files(s, p) || s->bulk_parcel.state != AW_PARCEL_FREE)
        return AW_TIME_NEVER;
    return aw_su_has_slots(s, p) ? aw_time_max(p->file_ms, aw_su_file_slot_ms(s, p)) : p->file_ms;
}
