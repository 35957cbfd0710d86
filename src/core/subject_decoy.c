/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"

/*
 * Quiet removal (spec/06-subject.md §13): a contact who was removed goes on hearing a device that
 * is well, of its own statements, plan and state. This file is that device.
 *
 *   at                                  says
 *   her check-in, her plan              a check-in, his old plan with the new number
 *   the last tenth before his plan's    a check-in
 *   next deadline, or in grace
 *   half of the time that he gives      a check-in
 *   when he asks
 *   beat_s of his plan                  a beat
 */

/* Without randomness: again so much later. */
#define RETRY_S 60

struct decoy *aw_su_decoy(struct subject *s, const struct person *p)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person == aw_su_number(s, p))
            return &s->decoys[i];
    }
    return NULL;
}

const struct decoy *aw_su_decoy_const(const struct subject *s, const struct person *p)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person == aw_su_number(s, p))
            return &s->decoys[i];
    }
    return NULL;
}

uint16_t aw_su_decoys(const struct subject *s)
{
    uint16_t bits = 0;

    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person != 0)
            bits = (uint16_t)(bits | 1U << (s->decoys[i].rec.person - 1));
    }
    return bits;
}

/* ---- Whose voice a person hears ---- */

const struct aw_plan *aw_su_plan(const struct subject *s, const struct person *p)
{
    const struct decoy *d = aw_su_decoy_const(s, p);

    if (d != NULL)
        return &d->plan;
    return s->has_plan ? &s->plan : NULL;
}

const struct aw_sign_key *aw_su_sign(const struct subject *s, const struct person *p)
{
    const struct decoy *d = aw_su_decoy_const(s, p);

    return d != NULL ? &d->sign : &s->sign;
}

uint32_t aw_su_seq(const struct subject *s, const struct person *p)
{
    const struct decoy *d = aw_su_decoy_const(s, p);

    return d != NULL ? d->rec.seq : s->core.seq;
}

void aw_su_raise_seq(struct subject *s, struct person *p, uint32_t seq)
{
    struct decoy *d = aw_su_decoy(s, p);

    if (seq <= aw_su_seq(s, p))
        return;
    *(d != NULL ? &d->rec.seq : &s->core.seq) = seq;
    s->core_dirty = true;
    if (d != NULL)
        aw_su_decoy_touch(s, d, DECOY_DIRTY_RECORD);
}

void aw_su_beat_now(struct subject *s, const struct person *p)
{
    struct decoy *d = aw_su_decoy(s, p);

    *(d != NULL ? &d->beat_s : &s->beat_s) = 0;
}

/* ---- What it says ---- */

void aw_su_decoy_touch(struct subject *s, struct decoy *d, unsigned dirty)
{
    d->dirty |= dirty;
    s->outbox.change++;
}

static struct person *person_of(struct subject *s, const struct decoy *d)
{
    return &s->people[d->rec.person - 1];
}

/*
 * spec/06-subject.md §13: "A decoy MUST check in by itself before the deadline of his plan, at a
 * random moment of the last tenth; what no check-in before it meets it MUST meet in the second
 * third of grace." Whether one does is asked of the earliest moment: deadlines rise with it.
 */
static void plan_next(struct subject *s, struct decoy *d)
{
    uint64_t base_s = d->rec.checkin_at_s;
    uint64_t due_s = aw_time_min(aw_su_plan_due_s(s, &d->plan, base_s), base_s + AW_SPAN_MAX_S);
    uint64_t window_s = aw_time_max((due_s - base_s) / 10, 1), from_s = due_s - window_s;
    uint32_t cadence_s = d->plan.pace.cadence_s; /* a word waits for its slot */
    uint8_t draw[4];

    if (aw_su_plan_due_s(s, &d->plan, from_s) <= due_s) {
        window_s = d->plan.grace_s > cadence_s ? (d->plan.grace_s - cadence_s) / 3 : 0;
        from_s = due_s + window_s;
        window_s = aw_time_max(window_s, 1);
    }
    d->due_s = due_s;
    if (aw_random_fill(&s->random, draw, sizeof draw) != AW_OK)
        memset(draw, 0, sizeof draw);
    d->next_s = from_s + aw_get_u32(draw) % window_s;
}

enum aw_status aw_su_decoy_start(struct subject *s, struct decoy *d)
{
    if (d->rec.person == 0)
        return AW_OK;
    if (!d->has_plan || d->rec.version == 0 || !person_is_paired(person_of(s, d)))
        return AW_E_DAMAGED;
    if (d->rec.sign_day != 0)
        aw_sign_from_seed(&d->sign, d->rec.sign_seed);
    plan_next(s, d);
    return AW_OK;
}

/* He is forgotten: his own engine will notice. */
void aw_su_decoy_end(struct subject *s, struct decoy *d)
{
    uint8_t person = d->rec.person;

    aw_wipe(d, sizeof *d);
    d->gone = person;
    aw_su_decoy_touch(s, d, DECOY_DIRTY_RECORD | DECOY_DIRTY_PLAN);
}

/* A check-in, after the plan where there is one. */
static void say(struct subject *s, struct decoy *d, const uint8_t *plan_hash, size_t count,
                struct aw_now now)
{
    const struct subject_draft checkin = {.kind = AW_CALL_CHECKIN,
                                          .valid_s = AW_SPAN_MAX_S,
                                          .decoy = d,
                                          .audience = UINT32_C(1) << (d->rec.person - 1)};
    struct subject_draft drafts[SUBJECT_DRAFT_MAX] = {checkin, checkin};

    if (plan_hash != NULL) {
        drafts[0].kind = AW_CALL_PLAN;
        drafts[0].plan_hash = plan_hash;
    }
    if (aw_su_say(s, drafts, count, now) != AW_OK) {
        d->next_s = aw_timebase_s(&s->time) + RETRY_S;
        return;
    }
    d->rec.checkin_at_s = (uint32_t)aw_timebase_s(&s->time);
    plan_next(s, d);
}

/* She checked in. */
void aw_su_decoys_checkin(struct subject *s, struct aw_now now)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person != 0)
            say(s, &s->decoys[i], NULL, 1, now);
    }
}

bool aw_su_decoy_is_to_introduce(const struct subject *s, const struct decoy *d)
{
    const struct aw_member *m = aw_plan_member(&d->plan, d->rec.person);
    const uint8_t *told = s->people[d->rec.person - 1].rec.heard.peer_key;

    if (!s->people[d->rec.person - 1].rec.has_heard || m == NULL)
        return false;
    return memcmp(told, d->rec.has_told_key ? d->rec.told_key : m->key, AW_KEY_LEN) != 0;
}

static bool has_key(const struct aw_plan *plan, const uint8_t key[AW_KEY_LEN], uint8_t but)
{
    for (size_t i = 0; i < plan->roster_count; i++) {
        if (plan->roster[i].person != but && memcmp(plan->roster[i].key, key, AW_KEY_LEN) == 0)
            return true;
    }
    return false;
}

/* spec/06-subject.md §13: "In his plan the keys of the others MUST be those of hers, and his own
 * MUST stay what it was." */
static void follow_keys(const struct subject *s, struct decoy *d, const struct aw_plan *next)
{
    for (size_t i = 0; i < d->plan.roster_count; i++) {
        struct aw_member *m = &d->plan.roster[i];
        const struct aw_member *now = aw_plan_member(next, m->person);

        if (now == NULL || aw_secret_is_zero(now->key, AW_KEY_LEN) ||
            has_key(&d->plan, now->key, m->person))
            continue;
        memcpy(m->key, now->key, AW_KEY_LEN);
        memcpy(m->sign_key, now->sign_key, AW_KEY_LEN);
    }
    d->rec.has_told_key = s->people[d->rec.person - 1].rec.has_heard;
    memcpy(d->rec.told_key, s->people[d->rec.person - 1].rec.heard.peer_key, AW_KEY_LEN);
}

static void bump_plan(struct subject *s, struct decoy *d, const struct aw_plan *next,
                      bool has_secrets, struct aw_now now)
{
    uint8_t body[AW_PLAN_ENCODED_MAX], hash[AW_HASH_LEN];
    struct aw_buf buf = AW_BUF_OF(body);
    enum aw_status st;

    follow_keys(s, d, next);
    d->plan.version = next->version;
    d->plan.made_at = next->made_at;
    st = aw_message_encode(&aw_plan_map, &d->plan, &buf);
    AW_ASSERT(st == AW_OK); /* it was in force */
    aw_hash(hash, AW_LABEL_HASH_PLAN, aw_buf_bytes(&buf));
    /* The others are sent their keys beside it: the same number of words. */
    say(s, d, hash, has_secrets ? 2 : 1, now);
    aw_su_decoy_touch(s, d, DECOY_DIRTY_RECORD | DECOY_DIRTY_PLAN);
    aw_su_files_restart(s, person_of(s, d));
}

/* spec/06-subject.md §13: "The number of his plan MUST rise with that of hers": what the others
 * witness to him names hers. */
void aw_su_decoys_plan(struct subject *s, const struct aw_plan *next, bool has_secrets,
                       struct aw_now now)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person != 0)
            bump_plan(s, &s->decoys[i], next, has_secrets, now);
    }
}

/* He asks whether she is well. */
void aw_su_decoy_ask(struct subject *s, struct decoy *d, uint32_t within_s)
{
    d->next_s = aw_time_min(d->next_s, aw_timebase_s(&s->time) + within_s / 2);
}

void aw_su_decoys_advance(struct subject *s, uint64_t now_s, struct aw_now now)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        struct decoy *d = &s->decoys[i];

        if (d->rec.person == 0)
            continue;
        if (now_s >= d->next_s)
            say(s, d, NULL, 1, now);
        if (now_s >= d->beat_s)
            d->beat_s = now_s + (aw_su_beat(s, d, now) == AW_OK ? aw_su_beat_pause_s(s, &d->plan)
                                                                : RETRY_S);
    }
}

uint64_t aw_su_decoys_when_s(const struct subject *s)
{
    uint64_t at_s = AW_NO_TIME;

    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person != 0)
            at_s = aw_time_min(at_s, aw_time_min(s->decoys[i].next_s, s->decoys[i].beat_s));
    }
    return at_s;
}

/* ---- Removing ---- */

static struct decoy *free_decoy(struct subject *s)
{
    for (size_t i = 0; i < AW_DECOY_MAX; i++) {
        if (s->decoys[i].rec.person == 0 && s->decoys[i].dirty == 0 &&
            s->decoys[i].dirty_flight == 0)
            return &s->decoys[i];
    }
    return NULL;
}

static uint32_t seq_of(const struct aw_word *word)
{
    struct aw_call call;
    enum aw_status st =
        aw_message_decode(&aw_call_map, &call, (struct aw_bytes){word->body, word->body_len});
    uint32_t seq = call.seq;

    AW_ASSERT(st == AW_OK); /* checked when it was made, and when it was loaded */
    aw_wipe(&call, sizeof call);
    return seq;
}

/* spec/06-subject.md §13: "What waits for him and was never with a relay MUST be replaced, word for
 * word": a number that never comes would be a gap, and one that comes twice a clone. */
static enum aw_status replace_words(struct subject *s, struct decoy *d, struct aw_now now)
{
    struct aw_words_out *words = &person_of(s, d)->words;
    enum aw_status st = AW_OK;

    for (size_t i = 0; i < words->count && st == AW_OK; i++) {
        if (seq_of(&words->words[i]) > person_of(s, d)->rec.seq_relay)
            st = aw_su_replace(s, d, i, now);
    }
    return st;
}

static enum aw_status may_remove(const struct subject *s, uint8_t person)
{
    if (person < 1 || person > AW_PLAN_MEMBER_MAX ||
        aw_su_member(s, &s->people[person - 1]) == NULL ||
        aw_su_decoy_const(s, &s->people[person - 1]) != NULL)
        return AW_E_NOT_FOUND;
    /* He knows of these, and would see how they do not end. */
    if (s->core.has_alarm || s->trigger.has_timer || s->trigger.has_countdown)
        return AW_E_STATE;
    /* Words that are not stored are not his yet; and the next STORE has room for one removal. */
    return aw_outbox_is_stored(&s->outbox) ? AW_OK : AW_E_BUSY;
}

/* From here on his voice is the decoy's: it goes on with seq, key and deadline as they were. */
static void begin(struct subject *s, struct decoy *d, uint8_t person, const uint8_t *presence_key)
{
    d->rec = (struct subject_decoy){.version = SUBJECT_RECORD_VERSION,
                                    .person = person,
                                    .seq = s->core.seq,
                                    .sign_day = s->core.sign_day,
                                    .checkin_at_s = s->core.checkin_at_s};
    memcpy(d->rec.sign_seed, s->core.sign_seed, AW_KEY_LEN);
    aw_presence_contact_key(d->rec.safe_key, presence_key, s->people[person - 1].channel.id);
    d->plan = s->plan;
    d->has_plan = true;
    d->sign = s->sign;
    d->beat = s->beat;
    d->beat_s = s->beat_s;
    plan_next(s, d);
}

enum aw_status aw_subject_remove(struct aw_subject *subject, uint8_t person,
                                 const struct aw_plan *plan, const struct aw_secrets *secrets,
                                 const uint8_t presence_key[AW_PRESENCE_KEY_LEN], struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct aw_words_out words; /* Secret: wipe. */
    struct decoy *d = free_decoy(s);
    struct person *p;
    enum aw_status st;

    aw_su_advance(s, now);
    st = may_remove(s, person);
    if (st != AW_OK)
        return st;
    if (d == NULL)
        return AW_E_LIMIT;
    p = &s->people[person - 1];
    words = p->words;
    begin(s, d, person, presence_key);
    st = replace_words(s, d, now);
    if (st == AW_OK)
        st = aw_su_plan_set(s, plan, secrets, presence_key, NULL, now);
    if (st == AW_OK) {
        p->words_stored = aw_words_out_waiting(&p->words); /* all of them are stored again */
        aw_su_touch(s, p, SUBJECT_DIRTY_WORDS);
    } else {
        p->words = words;
        aw_wipe(d, sizeof *d);
    }
    aw_words_out_wipe(&words);
    return st;
}
