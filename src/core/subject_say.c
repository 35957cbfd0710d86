/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "core/short.h"
#include "wire/state.h"

/*
 * What is said: one statement for everybody, and for each contact the word that carries it. All
 * bodies are made before anything changes, so a failing random source leaves everything as it
 * was, and no contact has a word that another lacks.
 */

#define DAY_S 86400

uint32_t aw_su_paired(const struct subject *s)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        if (person_is_paired(&s->people[i]))
            bits |= UINT32_C(1) << i;
    }
    return bits & ~(uint32_t)aw_su_decoys(s);
}

/* Whose statement it is: hers, or that of the device that a removed contact goes on hearing. */
struct voice {
    uint32_t *seq;
    uint8_t *sign_seed;
    uint32_t *sign_day;
    struct aw_sign_key *sign;
    const struct aw_plan *plan; /* NULL: none yet */
};

static struct voice voice_of(struct subject *s, struct decoy *d)
{
    if (d != NULL)
        return (struct voice){&d->rec.seq, d->rec.sign_seed, &d->rec.sign_day, &d->sign, &d->plan};
    return (struct voice){&s->core.seq, s->core.sign_seed, &s->core.sign_day, &s->sign,
                          s->has_plan ? &s->plan : NULL};
}

static void voice_used(struct subject *s, struct decoy *d, uint32_t seq)
{
    *voice_of(s, d).seq = seq;
    if (d != NULL)
        aw_su_decoy_touch(s, d, DECOY_DIRTY_RECORD);
    s->core_dirty = true;
    s->outbox.change++;
}

/* spec/06-subject.md §3: "The signing key MUST be replaced at least once a day, and the secret
 * half of the old one erased." */
static enum aw_status renew_key(struct subject *s, const struct voice *v, uint32_t at_s)
{
    struct aw_sign_key key;
    enum aw_status st;

    if (*v->sign_day == at_s / DAY_S + 1)
        return AW_OK;
    st = aw_sign_keypair(&key, &s->random);
    if (st == AW_OK) {
        memcpy(v->sign_seed, key.seed, AW_KEY_LEN);
        *v->sign_day = at_s / DAY_S + 1;
        *v->sign = key;
    }
    aw_wipe(&key, sizeof key);
    return st;
}

/* spec/06-subject.md §13: "The state of a decoy MUST NOT name a place." */
static enum aw_status seal_state(struct subject *s, struct aw_call *call, struct sealed_part *parts,
                                 const struct subject_draft *draft)
{
    const struct aw_state bare = {.at = call->issued_at};
    bool is_told = s->core.has_state && draft->decoy == NULL;

    call->has_state = true;
    call->has_share = true;
    return aw_su_seal(s, voice_of(s, draft->decoy).plan, is_told ? &s->core.state : &bare,
                      call->has_alarm, parts);
}

/* The part that is the same for everybody. seq is not used up until the words are made. */
static enum aw_status fill_common(struct subject *s, struct aw_call *call,
                                  const struct subject_draft *draft, uint32_t ahead,
                                  struct aw_now now)
{
    struct voice v = voice_of(s, draft->decoy);
    struct aw_statement statement;
    enum aw_status st;

    if (*v.seq >= UINT32_MAX - ahead)
        return AW_E_KEYS;
    *call = (struct aw_call){.kind = draft->kind,
                             .seq = *v.seq + 1 + ahead,
                             .issued_at = (uint32_t)(now.wall_ms / 1000),
                             .valid_for = draft->valid_s,
                             .has_alarm = draft->has_alarm,
                             .alarm = draft->alarm,
                             .has_plan_hash = draft->plan_hash != NULL,
                             .has_keys = draft->secrets != NULL,
                             .signal = draft->signal};
    if (draft->kind == AW_CALL_SOS) {
        call->has_alarm = true;
        call->alarm =
            (struct aw_alarm){.id = call->seq, .kind = draft->alarm.kind, .since = call->issued_at};
    }
    if (draft->timer != NULL) {
        call->has_timer = true;
        call->timer = *draft->timer;
        if (call->timer.id == 0)
            call->timer.id = call->seq;
    }
    if (draft->plan_hash != NULL)
        memcpy(call->plan_hash, draft->plan_hash, AW_HASH_LEN);
    st = renew_key(s, &v, call->issued_at);
    if (st != AW_OK)
        return st;
    memcpy(call->log_head, s->core.log_head, AW_HASH_LEN);
    statement = (struct aw_statement){.seq = call->seq,
                                      .issued_at = call->issued_at,
                                      .valid_for = call->valid_for,
                                      .kind = call->kind};
    memcpy(statement.log_head, call->log_head, AW_HASH_LEN);
    aw_statement_sign(call->signature, v.sign, &statement);
    memcpy(call->signing_key, v.sign->pk, AW_KEY_LEN);
    return AW_OK;
}

struct body {
    uint8_t bytes[AW_CELL_PLAIN_LEN];
    size_t len;
    uint8_t short_mac[AW_MAC_LEN]; /* zero where there is no presence */
    uint8_t mark[AW_WORD_MARK_LEN];
    uint8_t point[AW_KEY_LEN]; /* of kind keys: for the words after it */
};

/* Also the point under which words are made from the next one on. */
static enum aw_status fill_secrets(struct subject *s, struct aw_presence_keys *keys,
                                   uint8_t point_pk[AW_KEY_LEN], const struct subject_draft *draft,
                                   const struct person *p, size_t i)
{
    const struct aw_secrets *secrets = draft->secrets;
    struct aw_dh_key point;
    enum aw_status st;

    keys->circle = (secrets->circle >> i & 1) != 0;
    aw_presence_contact_key(keys->safe_key, secrets->safe_key, p->channel.id);
    aw_presence_contact_key(keys->duress_key, secrets->duress_key, p->channel.id);
    memcpy(keys->circle_key, draft->circle_key, AW_KEY_LEN);
    if (keys->circle) {
        aw_presence_point(&point, draft->circle_key, p->channel.id);
        memcpy(point_pk, point.pk, AW_KEY_LEN);
        aw_wipe(&point, sizeof point);
        return AW_OK;
    }
    /* spec/09-crypto.md §10.5: "A contact outside the circle MUST be sent a blob, too, whenever the
     * circle is." There the same bytes are noise. */
    st = aw_random_fill(&s->random, keys->safe_key, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&s->random, keys->duress_key, AW_KEY_LEN);
    if (st == AW_OK)
        st = aw_random_fill(&s->random, keys->circle_key, AW_KEY_LEN);
    /* spec/09-crypto.md §10.4: "The secret half of the point of a contact outside the circle MUST
     * be erased when it is drawn." */
    if (st == AW_OK)
        st = aw_dh_keypair(&point, &s->random);
    if (st == AW_OK)
        memcpy(point_pk, point.pk, AW_KEY_LEN);
    aw_wipe(&point, sizeof point);
    return st;
}

/* The point for this word. Before secrets were set nobody can judge: one that is thrown away. */
static enum aw_status take_point(struct subject *s, const struct person *p,
                                 uint8_t point_pk[AW_KEY_LEN])
{
    struct aw_dh_key point;
    enum aw_status st;

    memcpy(point_pk, p->rec.point, AW_KEY_LEN);
    if (!aw_secret_is_zero(p->rec.point, AW_KEY_LEN))
        return AW_OK;
    st = aw_dh_keypair(&point, &s->random);
    if (st == AW_OK)
        memcpy(point_pk, point.pk, AW_KEY_LEN);
    aw_wipe(&point, sizeof point);
    return st;
}

/* spec/06-subject.md §4: "The engine MUST run the same path for every secret." */
static enum aw_status fill_presence(struct subject *s, struct aw_call *call, struct body *body,
                                    const struct subject_draft *draft, struct person *p, size_t i)
{
    struct aw_act act = {.word = call->word, .reply_seen = call->reply_seen};
    struct aw_statement statement = {.seq = call->seq,
                                     .issued_at = call->issued_at,
                                     .valid_for = call->valid_for,
                                     .kind = call->kind};
    struct aw_presence_keys keys;
    uint8_t accept[AW_KEY_LEN], contact_key[AW_KEY_LEN], acts[2 * AW_HASH_LEN];
    uint8_t macs[2 * AW_PRESENCE_MAC_LEN], point[AW_KEY_LEN];
    enum aw_status st;

    aw_channel_peer_accept(&p->channel, AW_SESSION_MAIN, accept, &call->presence_epoch);
    if (draft->presence_key == NULL && draft->decoy == NULL)
        return aw_random_fill(&s->random, call->presence, sizeof call->presence);
    if (call->kind == AW_CALL_CANCEL)
        act.alarm_id = call->alarm.id;
    if (call->has_timer)
        act.timer_id = call->timer.id;
    memcpy(act.plan_hash, call->plan_hash, AW_HASH_LEN);
    memcpy(statement.log_head, call->log_head, AW_HASH_LEN);
    aw_act_hash(acts, p->channel.id, &statement, &act);
    /* spec/14-small-bearers.md §4: "The MAC over the short act MUST be made with each check-in,
     * whatever the secret and whether or not a frame is wanted." Of other words nobody takes it. */
    aw_short_act_hash(acts + AW_HASH_LEN, p->channel.id, call);
    if (draft->decoy != NULL)
        memcpy(contact_key, draft->decoy->rec.safe_key, AW_KEY_LEN);
    else
        aw_presence_contact_key(contact_key, draft->presence_key, p->channel.id);
    st = take_point(s, p, point);
    if (st == AW_OK && draft->secrets != NULL)
        st = fill_secrets(s, &keys, body->point, draft, p, i);
    if (st == AW_OK)
        st = aw_presence_make(call->presence, macs, draft->secrets != NULL ? call->keys : NULL,
                              accept, point, contact_key, acts, 2,
                              draft->secrets != NULL ? &keys : NULL, &s->random);
    if (st == AW_OK) {
        memcpy(call->presence + AW_KEY_LEN, macs, AW_PRESENCE_MAC_LEN);
        memcpy(body->short_mac, macs + AW_PRESENCE_MAC_LEN, AW_PRESENCE_MAC_LEN);
    }
    aw_wipe(&keys, sizeof keys);
    aw_wipe(contact_key, sizeof contact_key);
    return st;
}

/* The bodies of one word for everybody. */
struct speech {
    const struct subject_draft *draft;
    const struct subject_draft *first; /* of those that are said at once */
    uint32_t number;                   /* of the word in whose place it comes, 0: a new one */
    struct aw_call common;
    struct body bodies[AW_PLAN_MEMBER_MAX];
};

static uint32_t words_before(const struct speech *speech, size_t i)
{
    uint32_t count = 0;

    for (const struct subject_draft *d = speech->first; d < speech->draft; d++)
        count += d->audience >> i & 1;
    return count;
}

static enum aw_status fill_body(struct subject *s, struct speech *speech, size_t i,
                                const struct sealed_part *part)
{
    struct person *p = &s->people[i];
    struct body *body = &speech->bodies[i];
    struct aw_buf buf = AW_BUF_OF(body->bytes);
    struct aw_call call = speech->common;
    enum aw_status st;

    call.word = speech->number != 0 ? speech->number
                                    : aw_words_out_next(&p->words) + words_before(speech, i);
    call.waiting = aw_words_out_waiting(&p->words);
    call.reply_seen = p->rec.reply_seen;
    call.plan_version = aw_su_plan(s, p) == NULL ? 0 : aw_su_plan(s, p)->version;
    if (call.has_share)
        aw_su_take_part(&call, part);
    memset(body->short_mac, 0, sizeof body->short_mac);
    st = fill_presence(s, &call, body, speech->draft, p, i);
    if (st == AW_OK)
        st = aw_message_encode(&aw_call_map, &call, &buf);
    body->len = buf.len;
    aw_word_mark(body->mark, p->channel.id, &call);
    aw_wipe(&call, sizeof call);
    return st;
}

static enum aw_status make_speech(struct subject *s, struct speech *speech,
                                  const struct subject_draft *drafts, size_t at, struct aw_now now)
{
    const struct subject_draft *draft = &drafts[at];
    bool is_small = aw_call_is_small(draft->kind);
    struct sealed_part parts[AW_PLAN_MEMBER_MAX];
    enum aw_status st;

    speech->draft = draft;
    speech->first = drafts;
    speech->number = 0;
    memset(parts, 0, sizeof parts);
    st = fill_common(s, &speech->common, draft, (uint32_t)at, now);
    if (st == AW_OK && !is_small)
        st = seal_state(s, &speech->common, parts, draft);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX && st == AW_OK; i++) {
        if ((draft->audience >> i & 1) != 0)
            st = fill_body(s, speech, i, &parts[i]);
    }
    aw_wipe(parts, sizeof parts);
    return st;
}

/* Words for one person; room for them was checked. */
static void add_word(struct subject *s, const struct speech *speech, size_t i)
{
    const struct body *body = &speech->bodies[i];
    struct person *p = &s->people[i];
    uint32_t dropped = 0;
    enum aw_status st =
        aw_words_out_add(&p->words, (enum aw_word_kind)speech->draft->kind, body->mark,
                         (struct aw_bytes){body->bytes, body->len}, &dropped);

    AW_ASSERT(st == AW_OK);
    aw_words_out_short(&p->words, body->short_mac);
    if (speech->draft->secrets != NULL) {
        memcpy(p->rec.point, body->point, AW_KEY_LEN);
        aw_su_touch(s, p, SUBJECT_DIRTY_PERSON);
    }
    if (dropped != 0)
        p->gone[p->gone_count++] = dropped;
    if (aw_word_is_urgent(speech->draft->kind))
        aw_backoff_clear(&p->ways[SUBJECT_WAY_URGENT].backoff);
    aw_su_touch(s, p, SUBJECT_DIRTY_WORDS);
}

/* How many of the speeches are for person i; SIZE_MAX when they do not all fit. */
static size_t fit(const struct subject *s, const struct speech *speeches, size_t count, size_t i)
{
    size_t wanted = 0;

    for (size_t k = 0; k < count; k++)
        wanted += speeches[k].draft->audience >> i & 1;
    return wanted <= aw_words_out_room(&s->people[i].words) ? wanted : SIZE_MAX;
}

/* spec/06-subject.md §4: "a contact that has room for one word only gets neither". Beats carry an
 * alarm, too. */
static size_t add_words(struct subject *s, const struct speech *speeches, size_t count)
{
    size_t added = 0;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        size_t wanted = fit(s, speeches, count, i);

        if (wanted == 0 || wanted == SIZE_MAX)
            continue;
        for (size_t k = 0; k < count; k++) {
            if ((speeches[k].draft->audience >> i & 1) != 0)
                add_word(s, &speeches[k], i);
        }
        added++;
    }
    return added;
}

bool aw_su_has_room(const struct subject *s, uint32_t audience, uint32_t count)
{
    if (!aw_outbox_has_room(&s->outbox))
        return false;
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        const struct person *p = &s->people[i];

        if ((audience >> i & 1) != 0 &&
            (aw_words_out_next(&p->words) - p->words_stored + count > SUBJECT_FRESH_MAX ||
             p->gone_count + count > SUBJECT_GONE_MAX))
            return false;
    }
    return true;
}

enum aw_status aw_su_say(struct subject *s, const struct subject_draft *drafts, size_t count,
                         struct aw_now now)
{
    struct speech speeches[SUBJECT_DRAFT_MAX];
    enum aw_status st = AW_OK;
    size_t made = 0;

    AW_ASSERT(count >= 1 && count <= SUBJECT_DRAFT_MAX);
    for (size_t k = 0; k < count; k++) {
        if (drafts[k].audience == 0)
            return AW_E_STATE;
        if (!aw_su_has_room(s, drafts[k].audience, (uint32_t)count))
            return AW_E_BUSY;
    }
    for (; made < count && st == AW_OK; made++)
        st = make_speech(s, &speeches[made], drafts, made, now);
    if (st == AW_OK) {
        voice_used(s, drafts[0].decoy, speeches[count - 1].common.seq);
        if (add_words(s, speeches, count) == 0)
            st = AW_E_LIMIT;
    }
    aw_wipe(speeches, made * sizeof speeches[0]);
    return st;
}

enum aw_status aw_su_replace(struct subject *s, struct decoy *decoy, size_t place,
                             struct aw_now now)
{
    const struct subject_draft draft = {
        .kind = AW_CALL_CHECKIN, .valid_s = AW_SPAN_MAX_S, .decoy = decoy};
    size_t i = decoy->rec.person - 1U;
    struct aw_words_out *words = &s->people[i].words;
    struct sealed_part parts[AW_PLAN_MEMBER_MAX];
    struct speech speech = {.draft = &draft, .first = &draft, .number = words->words[place].number};
    const struct body *body = &speech.bodies[i];
    enum aw_status st = fill_common(s, &speech.common, &draft, 0, now);

    memset(parts, 0, sizeof parts);
    if (st == AW_OK)
        st = seal_state(s, &speech.common, parts, &draft);
    if (st == AW_OK)
        st = fill_body(s, &speech, i, &parts[i]);
    if (st == AW_OK) {
        aw_words_out_replace(words, place, AW_WORD_CHECKIN, body->mark,
                             (struct aw_bytes){body->bytes, body->len}, body->short_mac);
        voice_used(s, decoy, speech.common.seq);
    }
    aw_wipe(parts, sizeof parts);
    aw_wipe(&speech, sizeof speech);
    return st;
}

enum aw_status aw_su_take_state(struct subject *s, const struct aw_state *state)
{
    uint8_t plain[AW_STATE_PADDED_LEN];
    struct aw_buf buf = AW_BUF_OF(plain);
    enum aw_status st;

    if (state == NULL)
        return AW_OK;
    st = aw_message_encode(&aw_state_map, state, &buf);
    aw_wipe(plain, sizeof plain);
    if (st != AW_OK)
        return AW_E_RANGE;
    s->core.state = *state;
    s->core.has_state = true;
    s->core_dirty = true;
    s->outbox.change++;
    return AW_OK;
}

enum aw_status aw_su_speak(struct subject *s, struct subject_draft *draft,
                           const struct aw_state *state, uint32_t *seq, struct aw_now now)
{
    enum aw_status st;

    aw_su_advance(s, now);
    draft->audience = aw_su_paired(s);
    if (draft->audience == 0)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    st = aw_su_take_state(s, state);
    if (st == AW_OK)
        st = aw_su_say(s, draft, 1, now);
    if (st == AW_OK && seq != NULL)
        *seq = s->core.seq;
    if (st == AW_OK && draft->presence_key != NULL)
        aw_su_answered(s);
    return st;
}

/* She typed her secret: from here her contacts count, and so does she. */
void aw_su_proved(struct subject *s, uint32_t valid_s)
{
    s->core.checkin_at_s = (uint32_t)aw_timebase_s(&s->time);
    s->core.checkin_valid_s = valid_s;
    if (s->trigger.again_s != 0) {
        s->trigger.again_s = 0;
        aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    }
    aw_su_schedule(s);
}

/* Passive life as a beat tells it; a decoy's is never alarming. */
static void fill_life(const struct subject *s, struct aw_call *call, const struct aw_plan *plan,
                      bool is_decoy)
{
    uint32_t life_s = plan != NULL ? aw_su_life_s(s, plan) : 0, most_min;

    if (life_s == 0)
        return;
    most_min = is_decoy ? life_s / 120 : UINT16_MAX;
    call->has_life_min = true;
    call->life_min = aw_su_life_min(s);
    if (call->life_min > most_min)
        call->life_min = (uint16_t)most_min;
}

/* A beat is the device's own word: one statement, random presence, sealed when it goes. */
enum aw_status aw_su_beat(struct subject *s, struct decoy *d, struct aw_now now)
{
    struct sealed_part parts[AW_PLAN_MEMBER_MAX];
    const struct aw_plan *plan = voice_of(s, d).plan;
    uint32_t audience = d != NULL ? UINT32_C(1) << (d->rec.person - 1) : aw_su_paired(s);
    const struct subject_draft draft = {.kind = AW_CALL_BEAT,
                                        .valid_s = plan != NULL ? plan->beat_s : SUBJECT_BEAT_S,
                                        .has_alarm = d == NULL && s->core.has_alarm,
                                        .alarm = s->core.alarm,
                                        .decoy = d};
    struct aw_call call;
    enum aw_status st = fill_common(s, &call, &draft, 0, now);

    if (st == AW_OK) {
        fill_life(s, &call, plan, d != NULL);
        st = seal_state(s, &call, parts, &draft);
    }
    if (st == AW_OK) {
        voice_used(s, d, call.seq);
        *(d != NULL ? &d->beat : &s->beat) = call;
        for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
            if ((audience >> i & 1) == 0)
                continue;
            s->people[i].beat_part = parts[i];
            s->people[i].wants_beat = true;
            s->people[i].wants_quarantined = true;
        }
    }
    aw_wipe(parts, sizeof parts);
    aw_wipe(&call, sizeof call);
    return st;
}
