/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/time.h"

/*
 * Time of the subject: beats, warnings, her own deadlines (spec/06-subject.md §7).
 *
 *   at                       emits
 *   due - before_s           WARNING, quiet or loud as the plan says
 *   due                      DUE
 *   due + grace_s            OVERDUE: contacts are being rung
 *   beat_s after the last    a beat
 */

/* spec/06-subject.md §7: "Her deadline MUST be the one that her contacts count". */
void aw_su_schedule(struct subject *s)
{
    uint64_t base_s = s->core.checkin_at_s;

    s->due_s = AW_NO_TIME;
    if (s->has_plan && base_s != 0)
        s->due_s = aw_time_min(aw_plan_due_s(&s->plan, base_s), base_s + s->core.checkin_valid_s);
}

/* The next moment after `after_s` at which something is told, and what. */
static uint64_t next_told_s(const struct subject *s, uint64_t after_s, enum aw_event_kind *kind,
                            enum aw_urgency *urgency)
{
    uint64_t next_s = AW_NO_TIME;

    if (s->due_s == AW_NO_TIME)
        return AW_NO_TIME;
    if (s->due_s + s->plan.grace_s > after_s) {
        next_s = s->due_s + s->plan.grace_s;
        *kind = AW_EVENT_OVERDUE;
        *urgency = AW_URGENCY_RING;
    }
    if (s->due_s > after_s) {
        next_s = s->due_s;
        *kind = AW_EVENT_DUE;
        *urgency = AW_URGENCY_NOTICE;
    }
    for (size_t i = s->plan.warnings_count; i > 0; i--) {
        const struct aw_warning *w = &s->plan.warnings[i - 1];
        uint64_t at_s = s->due_s > w->before_s ? s->due_s - w->before_s : 0;

        if (at_s > after_s && w->before_s > 0) {
            next_s = at_s;
            *kind = AW_EVENT_WARNING;
            *urgency = w->loud ? AW_URGENCY_RING : AW_URGENCY_QUIET;
        }
    }
    /* The warning at 0 is how loud DUE is. */
    for (size_t i = 0; *kind == AW_EVENT_DUE && i < s->plan.warnings_count; i++) {
        if (s->plan.warnings[i].before_s == 0 && s->plan.warnings[i].loud)
            *urgency = AW_URGENCY_RING;
    }
    return next_s;
}

uint64_t aw_su_when_s(const struct subject *s)
{
    enum aw_event_kind kind = AW_EVENT_DUE;
    enum aw_urgency urgency = AW_URGENCY_QUIET;
    uint64_t at_s = next_told_s(s, s->served_s, &kind, &urgency);

    return aw_su_paired(s) != 0 ? aw_time_min(at_s, s->beat_s) : at_s;
}

/* Serves what passed, oldest first. */
static void tell(struct subject *s, uint64_t now_s)
{
    enum aw_event_kind kind = AW_EVENT_DUE;
    enum aw_urgency urgency = AW_URGENCY_QUIET;
    uint64_t at_s;

    while ((at_s = next_told_s(s, s->served_s, &kind, &urgency)) <= now_s) {
        struct aw_event event = {.kind = kind,
                                 .urgency = urgency,
                                 .seq = s->core.seq,
                                 .at_s = (uint32_t)(kind == AW_EVENT_WARNING ? s->due_s : at_s)};

        aw_outbox_event(&s->outbox, &event, 0);
        s->served_s = at_s;
    }
    s->served_s = aw_time_max(s->served_s, now_s);
}

static void advance_person(struct subject *s, struct person *p, uint64_t now_s)
{
    if (person_is_paired(p) && aw_channel_is_silent(&p->channel, now_s * 1000) != p->is_silent) {
        p->is_silent = !p->is_silent;
        if (p->is_silent)
            aw_su_event(s, AW_EVENT_SILENT, AW_URGENCY_NOTICE, p, 0);
    }
    if (p->resend_ms <= aw_timebase_mono_ms(&s->time)) {
        p->resend_ms = AW_TIME_NEVER;
        p->wants_answer = p->inviting.phase == AW_INVITING_USED;
        p->wants_resume = person_is_paired(p);
    }
}

void aw_su_advance(struct subject *s, struct aw_now now)
{
    uint64_t now_s = aw_timebase_read(&s->time, now);

    AW_ASSERT(s->is_started);
    if (!aw_outbox_has_room(&s->outbox))
        return; /* the host takes events first; what is due stays due */
    tell(s, now_s);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        advance_person(s, &s->people[i], now_s);
    if (now_s >= s->beat_s && aw_su_paired(s) != 0) {
        /* Without randomness there is no beat; the next tick tries again in a minute. */
        uint64_t pause_s = s->has_plan ? s->plan.beat_s : SUBJECT_BEAT_S;

        s->beat_s = now_s + (aw_su_beat(s, now) == AW_OK ? pause_s : 60);
    }
}
