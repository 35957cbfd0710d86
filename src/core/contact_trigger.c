/* SPDX-License-Identifier: ISC */
#include "core/contact_trigger.h"

#include "base/bytes.h"

#define DAY_S UINT32_C(86400)

static uint32_t earlier(uint32_t a_s, uint32_t b_s)
{
    return a_s < b_s ? a_s : b_s;
}

/* Times of hers count from the base of the call: no clock of hers moves a timer. */
static uint32_t due_of(const struct aw_call *call, uint32_t base_s)
{
    uint64_t due_s = base_s;

    if (call->timer.due_at > call->issued_at)
        due_s += call->timer.due_at - call->issued_at;
    return due_s > UINT32_MAX ? UINT32_MAX : (uint32_t)due_s;
}

static uint32_t plus(uint32_t at_s, uint32_t span_s)
{
    return span_s > UINT32_MAX - at_s ? UINT32_MAX : at_s + span_s;
}

static struct contact_timer *find(struct contact_triggers *t, uint32_t id)
{
    for (size_t i = 0; i < t->timers_count; i++) {
        if (t->timers[i].id == id)
            return &t->timers[i];
    }
    return NULL;
}

static void add(struct contact_triggers *t, const struct contact_timer *timer)
{
    size_t last = 0;

    if (t->timers_count < CONTACT_TIMERS) {
        t->timers[t->timers_count++] = *timer;
        return;
    }
    for (size_t i = 1; i < CONTACT_TIMERS; i++) {
        if (t->timers[i].due_s > t->timers[last].due_s)
            last = i;
    }
    if (timer->due_s < t->timers[last].due_s)
        t->timers[last] = *timer; /* what is due first is kept: no start moves a deadline away */
}

static void start(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s)
{
    struct contact_timer *known = find(t, call->timer.id);
    struct contact_timer timer = {.id = call->timer.id,
                                  .due_s = due_of(call, base_s),
                                  .extend_s = earlier(call->timer.extend_s, AW_TIMER_EXTEND_MAX_S),
                                  .kind = call->timer.kind};

    if (known == NULL)
        add(t, &timer);
    else /* its extension came first */
        known->due_s = earlier(known->due_s, plus(timer.due_s, timer.extend_s));
}

/*
 * spec/07-contact.md §10: "A timer MUST NOT be extended but once, by what its start said and at
 * most 7,200 s, and by a word whose base is not past its grace." Who holds the phone can do that
 * much.
 */
static void extend(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s,
                   uint32_t grace_s)
{
    struct contact_timer *known = find(t, call->timer.id);
    struct contact_timer timer = {.id = call->timer.id,
                                  .due_s = due_of(call, base_s),
                                  .kind = call->timer.kind,
                                  .is_extended = true};

    if (known == NULL) {
        add(t, &timer);
    } else if (!known->is_extended && base_s <= (uint64_t)known->due_s + grace_s) {
        known->is_extended = true;
        known->due_s = plus(known->due_s, known->extend_s);
    }
}

static void drop(struct contact_triggers *t, size_t i)
{
    t->timers[i] = t->timers[--t->timers_count];
}

static void end(struct contact_triggers *t, uint32_t id)
{
    t->ended_id = id;
    for (size_t i = t->timers_count; i > 0; i--) {
        if (t->timers[i - 1].id <= id)
            drop(t, i - 1);
    }
}

void aw_trigger_timer(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s,
                      uint32_t grace_s, bool counts)
{
    if (call->timer.id <= t->ended_id || call->timer.id > call->seq)
        return;
    if (call->timer.op == AW_TIMER_START)
        start(t, call, base_s);
    else if (call->timer.op == AW_TIMER_EXTEND)
        extend(t, call, base_s, grace_s);
    else if (counts)
        /* spec/07-contact.md §10: "A word without her secret MUST NOT end a timer" */
        end(t, call->timer.id);
}

const struct contact_timer *aw_trigger_next_timer(const struct contact_triggers *t)
{
    const struct contact_timer *next = NULL;

    for (size_t i = 0; i < t->timers_count; i++) {
        if (next == NULL || t->timers[i].due_s < next->due_s)
            next = &t->timers[i];
    }
    return next;
}

void aw_trigger_notice(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s)
{
    /* spec/07-contact.md §10: "A signal MUST NOT move a deadline" */
    if (call->kind == AW_CALL_SIGNAL && call->seq > t->signal_seq) {
        t->signal = call->signal;
        t->signal_seq = call->seq;
        t->signal_at_s = base_s;
    }
    if (call->has_life_min) {
        uint32_t ago_s = (uint32_t)call->life_min * 60;
        uint32_t at_s = base_s > ago_s ? base_s - ago_s : 0;

        if (at_s > t->life_at_s)
            t->life_at_s = at_s;
    }
    if (call->has_alarm && call->kind != AW_CALL_CANCEL && call->alarm.id > t->alarm_id) {
        t->alarm_kind = call->alarm.kind;
        t->alarm_id = call->alarm.id;
        t->alarm_since_s = call->alarm.since;
    }
}

void aw_trigger_typed(struct contact_triggers *t, uint32_t base_s)
{
    if (base_s > t->life_at_s)
        t->life_at_s = base_s;
}

bool aw_trigger_drill(struct contact_triggers *t, uint32_t seq, bool may_ring, uint32_t now_s)
{
    if (seq <= t->drill_seq)
        return false;
    t->drill_seq = seq;
    t->drill_at_s = now_s;
    /* Who holds the phone must not tire contacts of ringing. */
    if (t->drill_rang_at_s != 0 && now_s < (uint64_t)t->drill_rang_at_s + CONTACT_DRILL_QUIET_S)
        may_ring = false;
    if (!may_ring)
        return false; /* the next one may */
    t->drill_rang_at_s = now_s;
    return true;
}

enum aw_status aw_trigger_drill_answer(struct contact_triggers *t)
{
    if (t->drill_answered == t->drill_seq)
        return AW_E_STATE;
    t->drill_answered = t->drill_seq;
    return AW_OK;
}

/* spec/07-contact.md §10: "A contact MUST NOT ask where the plan in force does not let it, nor
 * while a call to her could give her away." */
bool aw_trigger_may_ask(const struct aw_plan *plan, const struct aw_member *me,
                        enum aw_incident_kind incident)
{
    return me != NULL && me->asks && plan->pace.ask_s != 0 && incident != AW_INCIDENT_DURESS &&
           incident != AW_INCIDENT_WRONG;
}

enum aw_status aw_trigger_ask(struct contact_triggers *t, const struct aw_pace *pace,
                              uint32_t now_s)
{
    struct contact_ask *a = &t->ask;

    if (a->is_open)
        return AW_E_STATE;
    /* A clock that was set back is long after: the difference has no sign. */
    if (a->day_count == 0 || now_s - a->day_s >= DAY_S) {
        a->day_s = now_s;
        a->day_count = 0;
    }
    if (a->day_count >= pace->asks_max)
        return AW_E_LIMIT;
    a->day_count++;
    /* spec/07-contact.md §10: "The id of a question MUST be above that of the one before, and not
     * below the seconds of the clock." */
    a->id = a->id < now_s ? now_s : a->id + 1;
    a->is_open = true;
    a->asked_at_s = now_s;
    a->within_s = pace->ask_s;
    a->reply = 0;
    a->reached_at_s = 0;
    a->answered_at_s = 0;
    return AW_OK;
}

bool aw_trigger_replied(struct contact_triggers *t, uint32_t number)
{
    if (!t->ask.is_open || t->ask.reply != 0)
        return false;
    t->ask.reply = number;
    return true;
}

void aw_trigger_answer(struct contact_triggers *t, const struct aw_call *call, uint32_t base_s,
                       bool counts)
{
    struct contact_ask *a = &t->ask;

    /* spec/07-contact.md §10: "The time to answer MUST NOT run before her device has shown that it
     * has the question." */
    if (!a->is_open || a->reply == 0 || call->reply_seen < a->reply)
        return;
    if (a->reached_at_s == 0)
        a->reached_at_s = base_s;
    if (counts) {
        a->is_open = false;
        a->answered_at_s = base_s;
    }
}

void aw_trigger_settle(struct contact_triggers *t, uint64_t now_s)
{
    struct contact_ask *a = &t->ask;

    for (size_t i = t->timers_count; i > 0; i--) {
        if (t->timers[i - 1].due_s <= now_s) {
            uint32_t id = t->timers[i - 1].id;

            if (id > t->ended_id)
                t->ended_id = id; /* its words may come again */
            drop(t, i - 1);
        }
    }
    if (a->reached_at_s != 0 && (uint64_t)a->reached_at_s + a->within_s <= now_s)
        a->is_open = false;
}

void aw_trigger_due(const struct contact_triggers *t, const struct aw_plan *plan, uint64_t floor_s,
                    struct aw_ladder_due *due)
{
    const struct contact_timer *timer = aw_trigger_next_timer(t);
    uint64_t life_s = t->life_at_s;

    if (timer != NULL)
        due->at_s[AW_LADDER_DUE(AW_WHY_TIMER)] = timer->due_s;
    if (t->ask.is_open && t->ask.reached_at_s != 0)
        due->at_s[AW_LADDER_DUE(AW_WHY_ASK)] = (uint64_t)t->ask.reached_at_s + t->ask.within_s;
    if (plan->pace.life_s != 0 && life_s != 0)
        due->at_s[AW_LADDER_DUE(AW_WHY_LIFE)] =
            (life_s > floor_s ? life_s : floor_s) + plan->pace.life_s;
}
