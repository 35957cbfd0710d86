/* SPDX-License-Identifier: ISC */
#include "core/subject_impl.h"

#include "base/assert.h"
#include "base/time.h"

/*
 * Alarms, signals and drills (spec/17-triggers.md §2 to §4).
 *
 *   countdown   on                 to          what leaves
 *   none        countdown          running     nothing
 *   running     countdown          running     nothing; the earlier of the two ends counts
 *   running     stop, moving       none        nothing: contacts never learn of it
 *   running     its end, SOS       none        a word of kind sos with the kind of the alarm
 */

static void end_countdown(struct subject *s)
{
    if (!s->trigger.has_countdown)
        return;
    s->trigger.has_countdown = false;
    s->trigger.countdown = (struct subject_countdown){0};
    s->alarm_at_s = AW_NO_TIME;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
}

static void set_alarm(struct subject *s, bool is_active, uint32_t id, uint8_t kind, uint32_t since)
{
    s->core.has_alarm = is_active;
    s->core.alarm = (struct aw_alarm){.id = id, .kind = kind, .since = since};
    s->trigger.alarm_kind = kind;
    s->core_dirty = true;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
}

/* What a made alarm leaves behind; also when no log had room for the word: beats carry it. */
static void raised(struct subject *s, uint8_t kind, struct aw_now now)
{
    end_countdown(s);
    aw_su_setup_over(s);
    set_alarm(s, true, s->core.seq, kind, (uint32_t)(now.wall_ms / 1000));
    s->beat_s = 0;
}

static enum aw_status raise_alarm(struct subject *s, uint8_t kind, const struct aw_state *state,
                                  uint32_t *seq, struct aw_now now)
{
    struct subject_draft draft = {
        .kind = AW_CALL_SOS, .valid_s = AW_SPAN_MAX_S, .alarm = {.kind = kind}};
    enum aw_status st = aw_su_speak(s, &draft, state, seq, now);

    if (st == AW_OK || st == AW_E_LIMIT)
        raised(s, kind, now);
    return st;
}

/* spec/17-triggers.md §2: "At its end a countdown MUST make its alarm, after a restart too." */
void aw_su_countdown(struct subject *s, uint64_t now_s, struct aw_now now)
{
    uint8_t kind = s->trigger.countdown.kind;
    struct subject_draft draft = {.kind = AW_CALL_SOS,
                                  .valid_s = AW_SPAN_MAX_S,
                                  .alarm = {.kind = kind},
                                  .audience = aw_su_paired(s)};
    enum aw_status st;

    if (!s->trigger.has_countdown || now_s < s->alarm_at_s)
        return;
    st = aw_su_say(s, &draft, 1, now);
    if (st != AW_OK && st != AW_E_LIMIT) {
        s->alarm_at_s = now_s + SUBJECT_RETRY_S;
        return;
    }
    raised(s, kind, now);
    aw_su_event(s, AW_EVENT_ALARM, AW_URGENCY_NOTICE, NULL, s->core.seq);
}

enum aw_status aw_subject_sos(struct aw_subject *subject, const struct aw_state *state,
                              uint32_t *seq, struct aw_now now)
{
    return raise_alarm(subject_of(subject), AW_ALARM_SOS, state, seq, now);
}

static void count_down(struct subject *s, uint8_t kind, uint64_t at_s, enum aw_event_kind event)
{
    if (s->trigger.has_countdown && s->trigger.countdown.at_s <= at_s)
        return;
    s->trigger.has_countdown = true;
    s->trigger.countdown = (struct subject_countdown){.kind = kind, .at_s = (uint32_t)at_s};
    s->alarm_at_s = at_s;
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    aw_outbox_event(
        &s->outbox,
        &(struct aw_event){.kind = event, .urgency = AW_URGENCY_RING, .at_s = (uint32_t)at_s}, 0);
}

enum aw_status aw_subject_countdown(struct aw_subject *subject, enum aw_alarm_kind kind,
                                    uint32_t countdown_s, const struct aw_state *state,
                                    struct aw_now now)
{
    struct subject *s = subject_of(subject);
    enum aw_status st;

    if (countdown_s > AW_COUNTDOWN_MAX_S || kind < AW_ALARM_SOS || kind > AW_ALARM_CRASHED)
        return AW_E_RANGE;
    if (countdown_s == 0)
        return raise_alarm(s, (uint8_t)kind, state, NULL, now);
    aw_su_advance(s, now);
    if (aw_su_paired(s) == 0)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    st = aw_su_take_state(s, state);
    if (st == AW_OK)
        count_down(s, (uint8_t)kind, aw_timebase_s(&s->time) + countdown_s, AW_EVENT_COUNTDOWN);
    return st;
}

enum aw_status aw_subject_countdown_stop(struct aw_subject *subject, struct aw_now now)
{
    struct subject *s = subject_of(subject);

    aw_su_advance(s, now); /* first: an alarm that was due is out, and needs a secret to end */
    if (!s->trigger.has_countdown)
        return AW_E_STATE;
    end_countdown(s);
    return AW_OK;
}

enum aw_status aw_subject_cancel(struct aw_subject *subject,
                                 const uint8_t presence_key[AW_PRESENCE_KEY_LEN],
                                 const struct aw_state *state, uint32_t *seq, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_draft draft = {.kind = AW_CALL_CANCEL,
                                  .valid_s = AW_SPAN_MAX_S,
                                  .presence_key = presence_key,
                                  .has_alarm = true};
    enum aw_status st;

    aw_su_advance(s, now);
    draft.alarm = s->core.alarm;
    if (!s->core.has_alarm)
        return AW_E_STATE;
    st = aw_su_speak(s, &draft, state, seq, now);
    if (st == AW_OK)
        set_alarm(s, false, 0, AW_ALARM_SOS, 0);
    return st;
}

/* ---- Signals ---- */

/* spec/17-triggers.md §3: "On a journey a stall MUST be asked about before it is an alarm, and an
 * alarm when nobody answers." */
static enum aw_status journey_signal(struct subject *s, enum aw_signal signal,
                                     const struct aw_state *state)
{
    bool on_journey = s->trigger.has_timer && s->trigger.timer.kind == AW_TIMER_JOURNEY;
    enum aw_status st;

    if (!on_journey)
        return AW_E_STATE;
    if (!aw_outbox_has_room(&s->outbox))
        return AW_E_BUSY;
    st = aw_su_take_state(s, state);
    if (st != AW_OK)
        return st;
    if (signal == AW_SIGNAL_STALLED)
        count_down(s, AW_ALARM_STALLED, aw_timebase_s(&s->time) + SUBJECT_STALL_S,
                   AW_EVENT_STALLED);
    else if (s->trigger.countdown.kind == AW_ALARM_STALLED)
        end_countdown(s);
    return AW_OK;
}

enum aw_status aw_subject_signal(struct aw_subject *subject, enum aw_signal signal,
                                 const struct aw_state *state, uint32_t *seq, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_draft draft = {
        .kind = AW_CALL_SIGNAL, .valid_s = AW_SPAN_MAX_S, .signal = (uint8_t)signal};

    if (signal < AW_SIGNAL_BATTERY_LOW || signal > AW_SIGNAL_MOVING)
        return AW_E_RANGE;
    aw_su_advance(s, now);
    if (signal >= AW_SIGNAL_STALLED && !s->core.has_alarm)
        return journey_signal(s, signal, state);
    draft.has_alarm = s->core.has_alarm;
    draft.alarm = s->core.alarm;
    return aw_su_speak(s, &draft, state, seq, now);
}

/* ---- Drills ---- */

/* Who was paired or removed since has not been told of it. */
bool aw_su_is_drill(const struct person *p, uint32_t seq)
{
    return p->rec.heard.drill_seq != 0 && seq >= p->rec.heard.drill_seq;
}

/* spec/17-triggers.md §4: "A drill MUST NOT be made while an alarm is active or a countdown
 * runs." */
enum aw_status aw_subject_drill(struct aw_subject *subject, const struct aw_state *state,
                                uint32_t *seq, struct aw_now now)
{
    struct subject *s = subject_of(subject);
    struct subject_draft draft = {.kind = AW_CALL_DRILL, .valid_s = AW_SPAN_MAX_S};
    enum aw_status st;

    aw_su_advance(s, now);
    if (s->core.has_alarm || s->trigger.has_countdown)
        return AW_E_STATE;
    st = aw_su_speak(s, &draft, state, seq, now);
    if (st != AW_OK)
        return st;
    s->trigger.drill_seq = s->core.seq;
    s->trigger.drill_at_s = (uint32_t)aw_timebase_s(&s->time);
    aw_su_dirty(s, SUBJECT_DIRTY_TRIGGER);
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        struct person *p = &s->people[i];

        if (!person_is_paired(p))
            continue;
        p->rec.heard.drill_seq = (draft.audience >> i & 1) != 0 ? s->core.seq : 0;
        p->rec.heard.drill_relay_at_s = 0;
        p->rec.heard.drill_device_at_s = 0;
        p->rec.heard.drill_human_at_s = 0;
        aw_su_touch(s, p, SUBJECT_DIRTY_PERSON);
    }
    return AW_OK;
}
