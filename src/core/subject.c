/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/time.h"
#include "core/mailbox.h"
#include "crypto/kdf.h"
#include "crypto/labels.h"
#include "crypto/verify.h"
#include "wire/state.h"

/* Inputs and outputs of the subject engine. */

void aw_su_touch(struct subject *s, struct person *p, unsigned dirty)
{
    p->dirty |= dirty;
    s->outbox.change++;
}

void aw_su_dirty(struct subject *s, unsigned dirty)
{
    s->dirty |= dirty;
    s->outbox.change++;
}

void aw_su_event(struct subject *s, enum aw_event_kind kind, enum aw_urgency urgency,
                 const struct person *p, uint32_t seq)
{
    struct aw_event event = {.kind = kind,
                             .urgency = urgency,
                             .person = p == NULL ? 0 : (uint8_t)(p - s->people + 1),
                             .seq = seq,
                             .at_s = (uint32_t)aw_timebase_s(&s->time)};

    /* Whatever a removed contact does: it is none of her business any more. */
    if (p == NULL || aw_su_decoy_const(s, p) == NULL)
        aw_outbox_event(&s->outbox, &event, s->outbox.change);
}

/* ---- Start and end ---- */

enum aw_status aw_subject_init(struct aw_subject *subject, const struct aw_random *random,
                               struct aw_now now)
{
    struct subject *s = subject_of(subject);
    enum aw_status st = aw_crypto_init();

    memset(s, 0, sizeof *s);
    if (st != AW_OK)
        return st;
    s->random = *random;
    s->core.version = SUBJECT_RECORD_VERSION;
    s->core.alarm.kind = AW_ALARM_SOS;
    s->trigger.version = SUBJECT_RECORD_VERSION;
    s->pairs.version = SUBJECT_RECORD_VERSION;
    s->card.version = SUBJECT_RECORD_VERSION;
    s->trigger.alarm_kind = AW_ALARM_SOS;
    s->due_s = AW_NO_TIME;
    s->seq_room = SUBJECT_SEQ_ROOM;
    s->alarm_at_s = AW_NO_TIME;
    aw_timebase_init(&s->time, 0, now);
    aw_outbox_init(&s->outbox);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        aw_words_out_init(&s->people[i].words);
        s->people[i].resend_ms = AW_TIME_NEVER;
    }
    return AW_OK;
}

/* A restart: what was on its way goes again, and a beat says that the device is back. */
static enum aw_status start_person(struct person *p)
{
    bool has_channel = !aw_secret_is_zero(p->channel.id, AW_HASH_LEN);

    if (p->rec.phase == AW_PERSON_NONE)
        return has_channel || p->inviting.phase != 0 ? AW_E_DAMAGED : AW_OK;
    if (person_is_paired(p) != has_channel || person_is_paired(p) != p->rec.has_peer)
        return AW_E_DAMAGED;
    if (p->inviting.phase == 0 || (has_channel && p->channel.role != AW_ROLE_SUBJECT))
        return AW_E_DAMAGED;
    p->words_stored = aw_words_out_next(&p->words);
    p->wants_answer = p->inviting.phase == AW_INVITING_USED;
    p->wants_resume = has_channel;
    return AW_OK;
}

enum aw_status aw_subject_start(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    enum aw_status st = AW_OK;
    bool has_people = false;

    AW_ASSERT(!s->is_started);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && st == AW_OK; i++) {
        has_people = has_people || s->people[i].rec.phase != AW_PERSON_NONE;
        st = start_person(&s->people[i]);
    }
    for (size_t i = 0; i < AW_DECOY_MAX && st == AW_OK; i++)
        st = aw_su_decoy_start(s, &s->decoys[i]);
    if (st != AW_OK || (has_people && !s->has_core) ||
        s->has_former != (s->trigger.former_until_s != 0))
        return AW_E_DAMAGED;
    aw_timebase_init(&s->time, s->core.saved_at_s, now);
    s->served_s = s->has_core ? s->core.saved_at_s : aw_timebase_s(&s->time);
    s->seq_room += (uint32_t)((aw_timebase_s(&s->time) - s->served_s) / SUBJECT_SEQ_ROOM_S);
    if (s->core.sign_day != 0)
        aw_sign_from_seed(&s->sign, s->core.sign_seed);
    s->is_started = true;
    if (has_people)
        aw_su_event(s, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, NULL, 0);
    /* spec/05-channel.md §8.2: "A device that starts with a session in quarantine MUST tell its
     * human of it again." */
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        if (aw_channel_is_quarantined(&s->people[i].channel))
            aw_su_event(s, AW_EVENT_QUARANTINED, AW_URGENCY_NOTICE, &s->people[i], 0);
    }
    if (s->trigger.has_countdown)
        s->alarm_at_s = s->trigger.countdown.at_s;
    s->life_saved_s = s->trigger.life_at_s;
    aw_su_schedule(s);
    aw_su_slots_start(s);
    aw_su_advance(s, now);
    return AW_OK;
}

void aw_subject_wipe(struct aw_subject *subject)
{
    aw_wipe(subject, sizeof *subject);
}

/* ---- People ---- */

static struct person *free_person(struct subject *s)
{
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        /* A number that the plan names as removed means him until the next plan. */
        if (s->people[i].rec.phase == AW_PERSON_NONE && s->people[i].dirty == 0 &&
            s->people[i].dirty_flight == 0 && (!s->has_plan || (s->plan.decoys >> i & 1) == 0))
            return &s->people[i];
    }
    return NULL;
}

/* spec/04-pairing.md §3: "A seed of deposit capabilities MUST NOT be given to more than one peer,
 * and a read seed to none." So each contact can be cut off alone, and none can read for another. */
static enum aw_status draw_invite(struct subject *s, struct subject_person *rec,
                                  struct aw_inviting *inviting, struct aw_invite *draft)
{
    enum aw_status st = aw_random_fill(&s->random, draft->seed, AW_KEY_LEN);

    if (st == AW_OK)
        st = aw_random_fill(&s->random, rec->own.seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&s->random, rec->read_seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&s->random, rec->pair_seed, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&s->random, (uint8_t *)&rec->slot_phase, sizeof rec->slot_phase);
    return st == AW_OK ? aw_inviting_init(inviting, draft, &s->random) : st;
}

enum aw_status aw_subject_invite(struct aw_subject *subject, const struct aw_endpoint *relays,
                                 size_t relay_count, const char *name, uint32_t valid_s,
                                 struct aw_buf *uri, uint8_t *person, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_person rec = {.version = SUBJECT_RECORD_VERSION, .phase = AW_PERSON_INVITED};
    struct aw_invite draft = {.version = AW_INVITE_VERSION};
    struct aw_inviting inviting;
    size_t name_len = strlen(name), uri_len = uri->len;
    struct person *p;
    enum aw_status st;

    aw_su_advance(s, now);
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    p = free_person(s);
    if (p == NULL)
        return AW_E_LIMIT;
    if (relay_count < 1 || relay_count > AW_ENDPOINT_COUNT_MAX || name_len < 1 ||
        name_len > AW_NAME_LEN_MAX || valid_s == 0 || valid_s > AW_SPAN_MAX_S)
        return AW_E_RANGE;
    memcpy(draft.relays, relays, relay_count * sizeof *relays);
    draft.relays_count = (uint8_t)relay_count;
    draft.expires_at = (uint32_t)(now.wall_ms / 1000) + valid_s;
    memcpy(draft.name, name, name_len + 1);
    memcpy(rec.own.relays, relays, relay_count * sizeof *relays);
    rec.own.relays_count = (uint8_t)relay_count;
    memcpy(rec.own.name, name, name_len + 1);
    st = draw_invite(s, &rec, &inviting, &draft);
    if (st == AW_OK)
        st = aw_invite_encode(&inviting.invite, uri);
    if (st == AW_OK) {
        p->rec = rec;
        p->inviting = inviting;
        *person = (uint8_t)(p - s->people + 1);
        aw_su_former_leave(s, *person);
        aw_su_touch(s, p, SUBJECT_DIRTY_PERSON | SUBJECT_DIRTY_INVITING);
        aw_su_event(s, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, NULL, 0);
    } else {
        uri->len = uri_len;
    }
    aw_wipe(&rec, sizeof rec);
    aw_wipe(&inviting, sizeof inviting);
    aw_invite_wipe(&draft);
    return st;
}

static struct person *find_person(struct subject *s, uint8_t person)
{
    if (person < 1 || person > AW_PLAN_MEMBER_MAX ||
        s->people[person - 1].rec.phase == AW_PERSON_NONE)
        return NULL;
    return &s->people[person - 1];
}

void aw_subject_clock_set(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_timebase_set(&s->time, now);
    aw_su_advance(s, now);
}

/* spec/05-channel.md §8: "A device on which a backup was put back MUST begin with everybody before
 * its first run." */
void aw_subject_restored(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    uint64_t age_s;

    aw_su_advance(s, now);
    age_s = aw_time_since(s->core.saved_at_s, aw_timebase_s(&s->time));
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];
        struct aw_resume own = {.seq = aw_su_seq(s, p), .word = aw_words_out_next(&p->words) - 1};

        if (!person_is_paired(p) ||
            aw_channel_resume_restored(&p->channel, &own, age_s, &s->random) != AW_OK)
            continue;
        p->wants_resume = true;
        aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
    }
}

enum aw_status aw_subject_verify(struct aw_subject *subject, uint8_t person, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct person *p = find_person(s, person);
    enum aw_status st = AW_OK;

    aw_su_advance(s, now);
    if (p == NULL)
        return AW_E_NOT_FOUND;
    if (!person_is_paired(p))
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    if (aw_channel_is_quarantined(&p->channel)) {
        st = aw_channel_quarantine_accept(&p->channel);
        if (st == AW_OK) {
            aw_su_go_above(s, p, &p->said);
            aw_su_again(s, p);
        }
    }
    if (st != AW_OK)
        return st;
    aw_channel_set_verified(&p->channel);
    p->rec.phase = AW_PERSON_VERIFIED;
    aw_su_touch(s, p, SUBJECT_DIRTY_PERSON | SUBJECT_DIRTY_CHANNEL);
    return AW_OK;
}

enum aw_status aw_subject_refuse(struct aw_subject *subject, uint8_t person, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct person *p = find_person(s, person);

    aw_su_advance(s, now);
    if (p == NULL)
        return AW_E_NOT_FOUND;
    if (!aw_channel_is_quarantined(&p->channel))
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    aw_channel_quarantine_refuse(&p->channel);
    aw_su_touch(s, p, SUBJECT_DIRTY_CHANNEL);
    return AW_OK;
}

enum aw_status aw_subject_forget(struct aw_subject *subject, uint8_t person, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct person *p = find_person(s, person);
    uint32_t gone[SUBJECT_GONE_MAX];
    uint8_t count;

    aw_su_advance(s, now);
    if (p == NULL)
        return AW_E_NOT_FOUND;
    if (aw_su_decoy(s, p) == NULL && aw_su_member(s, p) != NULL)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox) || p->gone_count + p->words.count > SUBJECT_GONE_MAX ||
        s->outbox.store_id != 0)
        return AW_E_BUSY;
    /* What was named a moment ago is still in the store, too. */
    count = p->gone_count;
    memcpy(gone, p->gone, count * sizeof gone[0]);
    for (size_t i = 0; i < p->words.count; i++)
        gone[count++] = p->words.words[i].number;
    if (aw_su_decoy(s, p) != NULL)
        aw_su_decoy_end(s, aw_su_decoy(s, p));
    aw_wipe(p, sizeof *p);
    p->resend_ms = AW_TIME_NEVER;
    aw_words_out_init(&p->words);
    p->words_stored = aw_words_out_next(&p->words);
    memcpy(p->gone, gone, count * sizeof gone[0]);
    p->gone_count = count;
    if (s->bulk_person == person)
        s->bulk_parcel = (struct aw_parcel){.state = AW_PARCEL_FREE};
    aw_su_touch(s, p,
                SUBJECT_DIRTY_PERSON | SUBJECT_DIRTY_CHANNEL | SUBJECT_DIRTY_WORDS |
                    SUBJECT_DIRTY_INVITING);
    aw_su_event(s, AW_EVENT_MAILBOXES, AW_URGENCY_QUIET, NULL, 0);
    return AW_OK;
}

/* ---- What she says ---- */

enum aw_status aw_subject_checkin(struct aw_subject *subject,
                                  const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                  const struct aw_state *state, uint32_t valid_s, uint32_t *seq,
                                  struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_draft draft = {.kind = AW_CALL_CHECKIN,
                                  .valid_s = valid_s == 0 ? AW_SPAN_MAX_S : valid_s,
                                  .presence_key = presence_key,
                                  .has_alarm = s->core.has_alarm,
                                  .alarm = s->core.alarm};
    enum aw_status st;

    if (valid_s > AW_SPAN_MAX_S)
        return AW_E_RANGE;
    st = aw_su_speak(s, &draft, state, seq, now);
    if (st == AW_OK) {
        aw_su_proved(s, draft.valid_s);
        aw_su_decoys_checkin(s, now);
    }
    return st;
}

enum aw_status aw_subject_state_update(struct aw_subject *subject, const struct aw_state *state,
                                       struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_su_advance(s, now);
    return aw_su_take_state(s, state);
}

/* ---- Time, reports, outputs ---- */

void aw_subject_tick(struct aw_subject *subject, struct aw_now now)
{
    aw_su_advance(subject_of(subject), now);
}

void aw_subject_kick(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_backoff_clear(&s->outbox.store_backoff);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        for (size_t k = 0; k < SUBJECT_WAY_COUNT; k++)
            aw_backoff_clear(&s->people[i].ways[k].backoff);
        aw_words_out_hurry(&s->people[i].words);
        s->people[i].file_ms = 0;
        s->people[i].file_pause_ms = 0;
    }
    aw_su_advance(s, now);
}

void aw_subject_done(struct aw_subject *subject, uint64_t action_id, enum aw_status status,
                     struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_su_advance(s, now);
    if (action_id != 0 && action_id == s->outbox.store_id)
        aw_su_stored(s, status);
    else
        aw_su_sent(s, action_id, status);
}

bool aw_subject_next_action(struct aw_subject *subject, struct aw_action *action)
{
    struct subject *s = subject_of(subject);

    AW_ASSERT(s->is_started);
    aw_su_prepare(s);
    if (aw_outbox_next_event(&s->outbox, action))
        return true;
    if (aw_outbox_wants_store(&s->outbox, aw_timebase_mono_ms(&s->time))) {
        aw_su_store(s, action);
        return true;
    }
    return aw_su_send(s, action);
}

uint64_t aw_subject_deadline_ms(const struct aw_subject *subject)
{
    const struct subject *s = subject_of_const(subject);
    uint64_t at_ms = aw_timebase_when_ms(&s->time, aw_su_when_s(s));

    at_ms = aw_time_min(at_ms, aw_outbox_deadline_ms(&s->outbox));
    return aw_time_min(at_ms, aw_su_send_deadline_ms(s));
}

bool aw_subject_is_stored(const struct aw_subject *subject)
{
    return aw_outbox_is_stored(&subject_of_const(subject)->outbox);
}

size_t aw_subject_mailboxes(const struct aw_subject *subject, struct aw_mailbox *out)
{
    const struct subject *s = subject_of_const(subject);
    size_t count = 0;

    for (uint32_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        const struct person *p = &s->people[i];

        for (uint32_t r = 0; p->rec.phase != AW_PERSON_NONE && r < p->rec.own.relays_count; r++) {
            const struct aw_endpoint *relay = &p->rec.own.relays[r];

            aw_mailbox_make(&out[count++], (i + 1) << 3 | r, (uint8_t)(i + 1), relay,
                            p->rec.read_seed, p->rec.own.seed);
            /* Kept after the pairing: who answers second is worth knowing. */
            aw_mailbox_make(&out[count++], (i + 1) << 3 | 4 | r, (uint8_t)(i + 1), relay,
                            p->rec.pair_seed, p->inviting.invite.seed);
        }
    }
    return count;
}
