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
 *   end - 5 s, - 10 s, ...   COUNTDOWN
 *   end of the countdown     an alarm
 *   beat_s after the last    a beat; in an alarm alarm_beat_s
 */

#define COUNTDOWN_TOLD_S 5

/* spec/06-subject.md §7: "Her deadline MUST NOT be later than the one that her contacts
 * count". */
static uint64_t due_by(const struct subject *s, const struct aw_plan *plan)
{
    uint64_t base_s = s->core.checkin_at_s, due_s = AW_NO_TIME;

    if (s->has_plan && base_s != 0)
        due_s = aw_time_min(aw_plan_asked_s(plan, base_s), base_s + s->core.checkin_valid_s);
    /* spec/06-subject.md §4: "her check-in MUST be due at once, until she checks in anew." */
    if (s->trigger.again_s != 0)
        due_s = aw_time_min(due_s, s->trigger.again_s);
    /* spec/17-triggers.md §1: "A timer MUST be a deadline of its own, beside those of the plan." */
    if (s->trigger.has_timer)
        due_s = aw_time_min(due_s, s->trigger.timer.due_at);
    return due_s;
}

void aw_su_schedule(struct subject *s)
{
    const struct aw_plan *former = aw_su_former(s);

    s->due_s = due_by(s, &s->plan);
    s->overdue_s = aw_time_add(s->due_s, s->plan.grace_s);
    if (former != NULL) {
        s->overdue_s = aw_time_min(s->overdue_s, aw_time_add(due_by(s, former), former->grace_s));
        s->due_s = aw_time_min(s->due_s, due_by(s, former));
    }
}

/* What is told next, and when. */
struct told {
    uint64_t at_s;
    struct aw_event event;
};

/* The earliest of what lies after `after_s`. */
static void consider(struct told *best, uint64_t after_s, uint64_t at_s, enum aw_event_kind kind,
                     enum aw_urgency urgency, uint64_t about_s)
{
    if (at_s <= after_s || at_s >= best->at_s)
        return;
    best->at_s = at_s;
    best->event = (struct aw_event){.kind = kind, .urgency = urgency, .at_s = (uint32_t)about_s};
}

/* How loud DUE is: as the warning at 0 says. */
static enum aw_urgency due_urgency(const struct subject *s)
{
    for (size_t i = 0; i < s->plan.warnings_count; i++) {
        if (s->plan.warnings[i].before_s == 0 && s->plan.warnings[i].loud)
            return AW_URGENCY_RING;
    }
    return AW_URGENCY_NOTICE;
}

static void consider_due(const struct subject *s, struct told *best, uint64_t after_s)
{
    if (s->due_s == AW_NO_TIME)
        return;
    for (size_t i = 0; i < s->plan.warnings_count; i++) {
        const struct aw_warning *w = &s->plan.warnings[i];
        uint64_t at_s = s->due_s > w->before_s ? s->due_s - w->before_s : 0;

        if (w->before_s > 0)
            consider(best, after_s, at_s, AW_EVENT_WARNING,
                     w->loud ? AW_URGENCY_RING : AW_URGENCY_QUIET, s->due_s);
    }
    consider(best, after_s, s->due_s, AW_EVENT_DUE, due_urgency(s), s->due_s);
    consider(best, after_s, s->overdue_s, AW_EVENT_OVERDUE, AW_URGENCY_RING, s->overdue_s);
}

/* A countdown is told every few seconds: the last of them at its end, by what then leaves. */
static void consider_countdown(const struct subject *s, struct told *best, uint64_t after_s)
{
    uint64_t end_s = s->trigger.countdown.at_s;

    if (!s->trigger.has_countdown || s->trigger.countdown.kind == AW_ALARM_STALLED)
        return;
    for (uint64_t left_s = COUNTDOWN_TOLD_S; left_s <= AW_COUNTDOWN_MAX_S;
         left_s += COUNTDOWN_TOLD_S)
        consider(best, after_s, end_s - left_s, AW_EVENT_COUNTDOWN, AW_URGENCY_RING, end_s);
}

static struct told next_told(const struct subject *s, uint64_t after_s)
{
    struct told best = {.at_s = AW_NO_TIME};

    consider_due(s, &best, after_s);
    consider_countdown(s, &best, after_s);
    return best;
}

uint64_t aw_su_when_s(const struct subject *s)
{
    uint64_t at_s = aw_time_min(next_told(s, s->served_s).at_s, s->alarm_at_s);

    at_s = aw_time_min(at_s, aw_su_decoys_when_s(s));
    return aw_su_paired(s) != 0 ? aw_time_min(at_s, s->beat_s) : at_s;
}

/* Serves what passed, oldest first. What finds no room is told when the host took events. */
static void tell(struct subject *s, uint64_t now_s)
{
    struct told told;

    while ((told = next_told(s, s->served_s)).at_s <= now_s) {
        if (!aw_outbox_has_room(&s->outbox))
            return;
        told.event.seq = s->core.seq;
        aw_outbox_event(&s->outbox, &told.event, 0);
        if (told.event.kind == AW_EVENT_OVERDUE)
            aw_su_setup_over(s);
        s->served_s = told.at_s;
    }
    s->served_s = aw_time_max(s->served_s, now_s);
}

/* While an alarm is active her place is news. */
static uint64_t beat_pause_s(const struct subject *s)
{
    uint64_t pause_s = s->has_plan ? aw_su_beat_pause_s(s, &s->plan) : SUBJECT_BEAT_S;

    if (s->has_plan && s->core.has_alarm)
        pause_s = aw_time_min(pause_s, s->plan.pace.alarm_beat_s);
    return pause_s;
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
    aw_su_former_advance(s, now_s);
    tell(s, now_s);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++)
        advance_person(s, &s->people[i], now_s);
    aw_su_countdown(s, now_s, now);
    aw_su_decoys_advance(s, now_s, now);
    /* Without randomness there is no beat; the next tick tries again in a minute. */
    if (now_s >= s->beat_s && aw_su_paired(s) != 0) {
        s->beat_s = now_s + (aw_su_beat(s, NULL, now) == AW_OK ? beat_pause_s(s) : 60);
        aw_su_cover(s, now_s);
    }
}
