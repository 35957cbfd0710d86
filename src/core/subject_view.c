/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include <string.h>

#include "base/assert.h"
#include "core/words_text.h"
#include "crypto/verify.h"

/* Getters of the subject engine. */

void aw_subject_view(const struct aw_subject *subject, struct aw_subject_view *v)
{
    const struct subject *s = subject_of_const(subject);

    *v = (struct aw_subject_view){
        .seq_last = s->core.seq,
        .checked_in_at_s = s->core.checkin_at_s,
        .due_s = s->due_s,
        .overdue_s = s->overdue_s,
        .beat_s = s->beat_s,
        .alarm_id = s->core.has_alarm ? s->core.alarm.id : 0,
        .alarm_since_s = s->core.has_alarm ? s->core.alarm.since : 0,
        .alarm_kind = s->core.has_alarm ? s->core.alarm.kind : 0,
        .countdown_kind = s->trigger.countdown.kind,
        .countdown_at_s = s->trigger.countdown.at_s,
        .timer_kind = s->trigger.timer.kind,
        .timer_due_s = s->trigger.timer.due_at,
        .timer_extend_s = s->trigger.timer.extend_s,
        .drill_seq = s->trigger.drill_seq,
        .drill_at_s = s->trigger.drill_at_s,
        .former_until_s = s->trigger.former_until_s,
        .plan_version = s->has_plan ? s->plan.version : 0,
        .store_failed = s->outbox.store_backoff.pause_ms != 0,
    };
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        if (s->people[i].rec.phase != AW_PERSON_NONE)
            v->person_count++;
    }
}

static bool is_plan_due(const struct subject *s, const struct person *p)
{
    const struct decoy *d = aw_su_decoy_const(s, p);

    if (!s->has_plan || !person_is_paired(p))
        return false;
    if (d != NULL)
        return aw_su_decoy_is_to_introduce(s, d);
    return aw_su_is_to_introduce(s, p) || (p->forgot_plan && p->rec.plan_held == s->plan.version) ||
           (p->forgot_word && aw_su_file_is_vain(s, p));
}

/* spec/06-subject.md §11: SU-42. Who was removed is sent no secrets. */
static bool are_secrets_due(const struct subject *s, const struct person *p)
{
    bool has_secrets = false;

    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        has_secrets = has_secrets || !aw_secret_is_zero(s->people[i].rec.point, AW_KEY_LEN);
    return has_secrets && person_is_paired(p) && aw_su_decoy_const(s, p) == NULL &&
           (p->forgot_keys || aw_secret_is_zero(p->rec.point, AW_KEY_LEN));
}

enum aw_status aw_subject_person(const struct aw_subject *subject, uint8_t person,
                                 struct aw_person *out)
{
    const struct subject *s = subject_of_const(subject);
    const struct person *p;

    memset(out, 0, sizeof *out);
    if (person < 1 || person > AW_PLAN_MEMBER_MAX)
        return AW_E_NOT_FOUND;
    p = &s->people[person - 1];
    if (p->rec.phase == AW_PERSON_NONE)
        return AW_E_NOT_FOUND;
    /* Field by field: padding stays zero, so that two views can be compared as bytes. */
    out->person = person;
    out->phase = (enum aw_person_phase)p->rec.phase;
    out->invite_expires_at_s = p->inviting.invite.expires_at;
    out->seq_relay = p->rec.seq_relay;
    out->seq_device = p->rec.seq_device;
    out->seq_human = p->rec.seq_human;
    out->words_waiting = p->words.count;
    out->plan_version = p->rec.plan_held;
    out->heard_at_s = p->rec.heard_at_s;
    out->claim = p->rec.claim;
    out->silent = p->is_silent;
    out->quarantined = person_is_paired(p) && aw_channel_is_quarantined(&p->channel);
    out->plan_due = is_plan_due(s, p);
    out->secrets_due = are_secrets_due(s, p);
    out->refused_count = p->refused_count;
    out->removed = aw_su_decoy_const(s, p) != NULL;
    out->always_on = p->rec.heard.always_on;
    out->leaves = p->rec.heard.leaves;
    out->ask_due_s = p->rec.heard.ask_due_s;
    out->drill.relay_at_s = p->rec.heard.drill_relay_at_s;
    out->drill.device_at_s = p->rec.heard.drill_device_at_s;
    out->drill.human_at_s = p->rec.heard.drill_human_at_s;
    if (p->rec.has_peer)
        memcpy(out->name, p->rec.peer.name, sizeof out->name);
    return AW_OK;
}

enum aw_status aw_subject_words(const struct aw_subject *subject, uint8_t person,
                                struct aw_buf *text)
{
    const struct subject *s = subject_of_const(subject);

    if (person < 1 || person > AW_PLAN_MEMBER_MAX || !person_is_paired(&s->people[person - 1]))
        return AW_E_STATE;
    return aw_words_text(&s->people[person - 1].channel, text);
}

enum aw_status aw_subject_plan(const struct aw_subject *subject, struct aw_plan *plan)
{
    const struct subject *s = subject_of_const(subject);

    if (!s->has_plan)
        return AW_E_NOT_FOUND;
    *plan = s->plan;
    return AW_OK;
}

void aw_subject_preview(const struct aw_subject *subject, uint64_t *due_s, size_t count)
{
    const struct subject *s = subject_of_const(subject);
    uint64_t at_s = s->due_s;

    for (size_t i = 0; i < count; i++) {
        due_s[i] = at_s;
        if (at_s != AW_NO_TIME)
            at_s = aw_su_plan_due_s(s, &s->plan, at_s);
    }
}
