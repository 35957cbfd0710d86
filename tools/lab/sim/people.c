/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

#include <stdlib.h>
#include <string.h>

/* What she does: her habits, and how she puts right what happened to her (incident.c). */

void sim_human_at(struct sim *w, uint64_t at_ms, size_t host, enum sim_act act, uint32_t gen)
{
    sim_at(w, at_ms,
           (struct sim_event){
               .kind = SIM_EV_HUMAN, .host = (uint8_t)host, .a = (uint32_t)act, .gen = gen});
}

/* ---- Set-up, before anything goes wrong ---- */

static void pair(struct sim *w, size_t n)
{
    uint8_t uri_bytes[AW_INVITE_URI_MAX], words[2][80] = {{0}, {0}};
    struct aw_buf uri = {uri_bytes, sizeof uri_bytes, 0};
    struct aw_buf hers = {words[0], sizeof words[0], 0}, his = {words[1], sizeof words[1], 0};
    struct sim_host *her = &w->hosts[0], *c = &w->hosts[n];
    uint8_t person = 0;
    enum aw_status st;

    st = aw_subject_invite(her->subject, w->endpoints, w->scene.relays, "Subject", 86400, &uri,
                           &person, sim_host_now(w, her));
    AW_ASSERT(st == AW_OK && person == n);
    st = aw_contact_join(c->contact, (struct aw_bytes){uri.ptr, uri.len}, w->endpoints,
                         w->scene.relays, "Contact", sim_host_now(w, c));
    AW_ASSERT(st == AW_OK);
    sim_odd_joins(w, n, (struct aw_bytes){uri.ptr, uri.len});
    sim_host_pump(w, her);
    sim_host_pump(w, c);
    sim_settle(w, 3 * SIM_MINUTE);
    sim_odd_joined(w, n, (struct aw_bytes){uri.ptr, uri.len});
    st = aw_subject_words(her->subject, person, &hers);
    AW_ASSERT(st == AW_OK);
    st = aw_contact_words(c->contact, &his);
    AW_ASSERT(st == AW_OK);
    AW_ASSERT(memcmp(words[0], words[1], sizeof words[0]) == 0);
    st = aw_subject_verify(her->subject, person, sim_host_now(w, her));
    AW_ASSERT(st == AW_OK);
    st = aw_contact_verify(c->contact, sim_host_now(w, c));
    AW_ASSERT(st == AW_OK);
    sim_host_pump(w, her);
    sim_host_pump(w, c);
    sim_settle(w, SIM_MINUTE);
}

void sim_people_note_plan(struct sim *w)
{
    struct aw_plan plan;

    if (aw_subject_plan(w->hosts[0].subject, &plan) != AW_OK)
        AW_UNREACHABLE();
    if (w->plan_count == w->plan_cap) {
        w->plan_cap = 2 * w->plan_cap + 16;
        w->plans = realloc(w->plans, w->plan_cap * sizeof *w->plans);
        AW_ASSERT(w->plans != NULL);
    }
    w->plans[w->plan_count++] = (struct sim_made){.version = plan.version,
                                                  .made_at = plan.made_at,
                                                  .grace_s = plan.grace_s,
                                                  .pauses_count = plan.pauses_count};
}

/* Puts the plan of this scene into force again, as she wants it. */
static bool plan_set(struct sim *w, const struct aw_secrets *secrets)
{
    struct sim_host *her = &w->hosts[0];
    enum aw_status st = aw_subject_plan_set(her->subject, &w->scene.plan, secrets, w->safe_key,
                                            sim_host_now(w, her));

    if (st == AW_OK) {
        sim_people_note_plan(w);
        sim_note_typed(w);
        w->safe_ms = w->now_ms;
        sim_note(w, "she: puts a plan into force");
    }
    sim_host_pump(w, her);
    return st == AW_OK;
}

bool sim_people_plan(struct sim *w)
{
    return plan_set(w, NULL);
}

void sim_people_set_up(struct sim *w)
{
    struct aw_secrets secrets;

    for (size_t n = 1; n <= w->scene.contacts && !w->is_failed; n++)
        pair(w, n);
    secrets = sim_her_secrets(w);
    sim_odd_before_plan(w, &secrets);
    if (!plan_set(w, &secrets))
        AW_UNREACHABLE();
    sim_settle(w, 10 * SIM_MINUTE);
    sim_odd_in_setup(w);
    /* With the set-up phase over, a loosening takes its time. */
    w->scene.plan.change.setup = false;
    if (!plan_set(w, NULL))
        AW_UNREACHABLE();
    sim_settle(w, 10 * SIM_MINUTE);
}

/* ---- Habits ---- */

/* She answers what she was asked, whatever else she plans. */
static void checkin_at(struct sim *w, uint64_t at_ms)
{
    if (w->answer_ms != 0 && w->answer_ms < at_ms)
        at_ms = w->answer_ms;
    sim_human_at(w, at_ms, 0, SIM_ACT_CHECKIN, ++w->habit_no);
}

/* Before her phone asks for it: perhaps so early that it does not meet the daily time (15 PL-12).
 */
static uint64_t early_ms(struct sim *w, uint64_t due_ms, uint64_t at_ms)
{
    uint64_t by_ms;

    if (w->scene.strength[SIM_FAULT_EARLY] == 0 || !sim_chance(&w->early, 400))
        return at_ms;
    by_ms = sim_between(&w->early, 1, 150) * SIM_MINUTE;
    if (due_ms < w->now_ms + by_ms)
        return at_ms;
    w->stats->fault_counts[SIM_FAULT_EARLY]++;
    return due_ms - by_ms;
}

/* Plans her next check-in, as a human who looks at her screen does. */
static void plan_checkin(struct sim *w)
{
    struct aw_subject_view view;
    uint64_t due_ms, span_ms, slack_ms, at_ms;

    if (!sim_can_act(w))
        return;
    aw_subject_view(w->hosts[0].subject, &view);
    if (view.due_s == UINT64_MAX)
        return;
    /* Her clock may be wrong, and it is what she goes by. */
    due_ms = w->now_ms;
    if (view.due_s * 1000 > sim_human_ms(w, &w->hosts[0]))
        due_ms += view.due_s * 1000 - sim_human_ms(w, &w->hosts[0]);
    span_ms = due_ms - w->now_ms;
    slack_ms = (w->scene.plan.grace_s - w->scene.plan.pace.cadence_s) * SIM_SECOND;
    at_ms = due_ms - span_ms * sim_between(&w->rng, 2, 30) / 100;
    /* At a daily time, when her phone asks for it: one long before does not meet it (15 §4). */
    if (w->scene.plan.schedule[0].every_s == 0)
        at_ms = due_ms + slack_ms * sim_below(&w->rng, 60) / 100;
    if (w->scene.plan.schedule[0].every_s == 0)
        at_ms = early_ms(w, due_ms, at_ms);
    if (!w->is_calm && sim_chance(&w->rng, w->scene.late_pm)) {
        at_ms = due_ms + w->scene.plan.grace_s * SIM_SECOND +
                sim_between(&w->rng, 5 * SIM_MINUTE, 3 * SIM_HOUR);
        w->late_until_ms = at_ms + 3 * SIM_HOUR;
        w->stats->fault_counts[SIM_FAULT_LATE]++;
    } else if (sim_chance(&w->rng, 30)) {
        at_ms = due_ms + slack_ms * sim_below(&w->rng, 80) / 100;
    }
    /* A check-in does not end a timer: she waits until it is time to end it. */
    if (w->scene.strength[SIM_FAULT_ODD] > 0 && view.timer_kind != 0 &&
        view.timer_due_s == view.due_s)
        at_ms = due_ms;
    w->due_ms = due_ms;
    checkin_at(w, at_ms);
}

void sim_people_go_on(struct sim *w)
{
    if (!w->is_held)
        plan_checkin(w);
}

void sim_note_typed(struct sim *w)
{
    w->typed_ms = w->now_ms;
    w->typed_words = 1;
    for (size_t i = 0; i < AW_PLAN_MEMBER_MAX; i++) {
        uint8_t count = subject_of_const(w->hosts[0].subject)->people[i].words.count;

        if (count > w->typed_words)
            w->typed_words = count;
    }
}

bool sim_people_checkin(struct sim *w, const uint8_t key[32], const char *how)
{
    struct sim_host *her = &w->hosts[0];
    enum aw_status st;

    if (!sim_host_runs(her) || w->removal.is_under_way)
        return false;
    st = aw_subject_checkin(her->subject, key, NULL, 0, NULL, sim_host_now(w, her));
    if (st != AW_OK)
        return false;
    if (key == w->safe_key || key == w->duress_key) {
        sim_note_typed(w);
        w->answer_ms = 0;
    }
    if (key == w->safe_key)
        w->safe_ms = w->now_ms;
    w->stats->checkins++;
    sim_note(w, "she: %s", how);
    sim_host_pump(w, her);
    return true;
}

static bool end_timer(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];

    if (aw_subject_timer_end(her->subject, w->safe_key, NULL, NULL, sim_host_now(w, her)) != AW_OK)
        return false;
    sim_note_typed(w);
    w->answer_ms = 0;
    sim_note(w, "she: ends the timer");
    sim_host_pump(w, her);
    return true;
}

/* Whether it is the timer that her screen says is due: no check-in ends that. */
static bool has_arrived(const struct sim *w)
{
    struct aw_subject_view view;

    if (!sim_can_act(w))
        return false;
    aw_subject_view(w->hosts[0].subject, &view);
    return view.timer_kind != 0 && view.timer_due_s * SIM_SECOND <= sim_human_ms(w, &w->hosts[0]);
}

static void on_checkin(struct sim *w, const struct sim_event *event)
{
    bool is_done;

    if (event->gen != w->habit_no || w->is_held)
        return;
    is_done = has_arrived(w) ? end_timer(w) : sim_people_checkin(w, w->safe_key, "checks in");
    if (!is_done) {
        /* The phone is off, or busy: a little later. */
        sim_human_at(w, w->now_ms + 5 * SIM_MINUTE, 0, SIM_ACT_CHECKIN, ++w->habit_no);
        return;
    }
    plan_checkin(w);
}

/* ---- Afterwards: everybody calls everybody until it is over ---- */

void sim_aftermath(struct sim *w)
{
    if (w->is_aftermath)
        return;
    w->is_aftermath = true;
    sim_human_at(w, w->now_ms + sim_between(&w->rng, SIM_MINUTE, 20 * SIM_MINUTE), 0,
                 SIM_ACT_AFTERMATH, 0);
}

static bool plan_is_hers(struct sim *w)
{
    struct aw_plan plan;

    if (aw_subject_plan(w->hosts[0].subject, &plan) != AW_OK)
        return false;
    /* He tells her on the phone that his device shows a newer plan. */
    for (uint8_t i = 1; i <= w->scene.contacts; i++) {
        if (sim_host_runs(&w->hosts[i]) &&
            contact_of_const(w->hosts[i].contact)->book.plan_named > plan.version)
            return false;
    }
    return plan.pauses_count == w->scene.plan.pauses_count &&
           plan.grace_s == w->scene.plan.grace_s && !plan.change.setup;
}

/* Hers shows whose device is new to the others or lost the plan; his shows one that her secret did
 * not, and whether it was set aside. */
static bool plan_is_due(const struct sim *w)
{
    for (uint8_t i = 1; i <= w->scene.contacts; i++) {
        const struct sim_host *h = &w->hosts[i];
        struct aw_contact_view his;
        struct aw_person person;

        if (!sim_host_runs(h) || aw_subject_person(w->hosts[0].subject, i, &person) != AW_OK)
            continue;
        aw_contact_view(h->contact, &his);
        if (person.plan_due || his.pending_unjudged || his.aside_version != 0)
            return true;
    }
    return false;
}

static bool are_secrets_due(const struct sim *w)
{
    struct aw_person person;

    for (uint8_t i = 1; i <= w->scene.contacts; i++) {
        if (aw_subject_person(w->hosts[0].subject, i, &person) == AW_OK && person.secrets_due)
            return true;
    }
    return false;
}

/* What a human does who finds her phone not as she left it. */
static void put_right(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_subject_view view;

    aw_subject_view(her->subject, &view);
    if (view.timer_kind != 0)
        (void)end_timer(w);
    if (view.alarm_id != 0 && sim_can_act(w) && (w->is_calm || !sim_odd_chance(w, 700)))
        (void)!aw_subject_cancel(her->subject, w->safe_key, NULL, NULL, sim_host_now(w, her));
    sim_host_pump(w, her);
    if (sim_can_act(w) && (w->odd.must_set_plan || !plan_is_hers(w)))
        w->odd.must_set_plan = !plan_set(w, NULL) && w->odd.must_set_plan;
}

/* By what it says, not by its number: that of hers may have been used again on a phone that was
 * restored, or by somebody who held it. */
static bool is_pending_hers(const struct sim *w, const struct sim_host *h)
{
    const struct contact *c = contact_of_const(h->contact);
    struct aw_plan plan;

    return aw_message_decode(&aw_plan_map, &plan, (struct aw_bytes){c->pending, c->pending_len}) ==
               AW_OK &&
           sim_check_is_made(w, &plan);
}

/* What her secret could not show, because a key was gone, people show by looking at her; she knows
 * whether the plan is hers. */
static void meet(struct sim *w)
{
    for (size_t i = 1; i <= w->scene.contacts; i++) {
        struct sim_host *h = &w->hosts[i];
        struct aw_contact_view view;

        if (!sim_host_runs(h) || w->humans[i].is_traitor || w->removal.person == i)
            continue;
        aw_contact_view(h->contact, &view);
        if ((view.pending_unjudged || view.keys_unjudged) &&
            (!view.pending_unjudged || is_pending_hers(w, h)) &&
            aw_contact_words_compared(h->contact, sim_host_now(w, h)) == AW_OK) {
            sim_note(w, "%s: meets her, and compares words", sim_name(i));
            sim_host_pump(w, h);
        }
    }
}

/* A device shows a session in quarantine for as long as there is one: a power cut may have taken
 * back what was said of it, or that it was told. */
static void look_at_quarantine(struct sim *w)
{
    for (uint8_t i = 1; i <= w->scene.contacts; i++) {
        struct aw_contact_view view = {.quarantined = false};
        struct aw_person person;
        bool hers =
            aw_subject_person(w->hosts[0].subject, i, &person) == AW_OK && person.quarantined;

        if (sim_host_runs(&w->hosts[i]))
            aw_contact_view(w->hosts[i].contact, &view);
        if (hers || view.quarantined)
            sim_human_at(w, w->now_ms, i, SIM_ACT_COMPARE, 0);
    }
}

static void on_meet(struct sim *w)
{
    struct aw_secrets secrets = sim_her_secrets(w);

    sim_human_at(w, w->now_ms + SIM_DAY / 2, 0, SIM_ACT_MEET, 0);
    if (w->is_held || !sim_can_act(w))
        return;
    look_at_quarantine(w);
    meet(w);
    /* Each step may be the last one of her phone's process. */
    if (sim_can_act(w))
        put_right(w);
    if (sim_can_act(w) && are_secrets_due(w))
        (void)plan_set(w, &secrets);
    if (sim_can_act(w) && plan_is_due(w) && (w->is_calm || !sim_odd_chance(w, 700)))
        (void)plan_set(w, NULL);
}

static void on_aftermath(struct sim *w)
{
    /* In a plan with slots a word waits for one: who is impatient only makes the queue longer. */
    uint64_t patience_ms = SIM_MINUTE + 3 * w->scene.plan.pace.cadence_s * SIM_SECOND;
    uint64_t again_ms = w->now_ms + sim_between(&w->rng, 5 * SIM_MINUTE, 40 * SIM_MINUTE);

    w->is_aftermath = false;
    if (w->is_held)
        return; /* her rescue begins another */
    if (sim_can_act(w)) {
        put_right(w);
        if (w->safe_ms + patience_ms < w->now_ms &&
            (sim_has_open_incident(w) || w->safe_ms + SIM_HOUR < w->now_ms))
            (void)sim_people_checkin(w, w->safe_key, "checks in, after a call");
    }
    if (sim_can_act(w))
        plan_checkin(w);
    if (!sim_has_open_incident(w) && sim_can_act(w))
        return;
    for (size_t i = 1; i <= w->scene.contacts; i++)
        sim_human_at(w, w->now_ms + sim_exp(&w->rng, w->humans[i].react_ms), i, SIM_ACT_RESPOND, 0);
    w->is_aftermath = true;
    sim_human_at(w, again_ms, 0, SIM_ACT_AFTERMATH, 0);
}

/* ---- Words that have to be compared again ---- */

/* Words that differ, or that one side does not have: whoever is in quarantine refuses it. */
static void refuse(struct sim *w, struct sim_host *her, struct sim_host *c)
{
    bool hers = aw_subject_refuse(her->subject, c->idx, sim_host_now(w, her)) == AW_OK;
    bool his = aw_contact_refuse(c->contact, sim_host_now(w, c)) == AW_OK;

    if (hers || his)
        sim_note(w, "she and %s compare words, which differ: %s refuses", sim_name(c->idx),
                 hers && his ? "each"
                 : hers      ? "she"
                             : "he");
    sim_host_pump(w, her);
    sim_host_pump(w, c);
}

static void on_compare(struct sim *w, const struct sim_event *event)
{
    struct sim_host *her = &w->hosts[0], *c = &w->hosts[event->host];
    uint8_t words[2][80] = {{0}, {0}};
    struct aw_buf hers = {words[0], sizeof words[0], 0}, his = {words[1], sizeof words[1], 0};

    if (w->is_held || !sim_can_act(w) || !sim_host_runs(c)) {
        sim_human_at(w, w->now_ms + SIM_HOUR, event->host, SIM_ACT_COMPARE, event->gen);
        return;
    }
    if (aw_subject_words(her->subject, event->host, &hers) != AW_OK ||
        aw_contact_words(c->contact, &his) != AW_OK || hers.len != his.len ||
        memcmp(words[0], words[1], sizeof words[0]) != 0) {
        /* One side may hear of it hours after the other. */
        if (event->gen < 4)
            sim_human_at(w, w->now_ms + 3 * SIM_HOUR, event->host, SIM_ACT_COMPARE, event->gen + 1);
        else
            refuse(w, her, c);
        return;
    }
    sim_note(w, "she and %s compare words", sim_name(event->host));
    /* A backup from before this knows no key of the session that becomes the channel: who restored
     * it would have to be invited again (05 CH-40). */
    sim_faults_forget_past(her);
    sim_faults_forget_past(c);
    (void)!aw_subject_verify(her->subject, event->host, sim_host_now(w, her));
    (void)!aw_contact_verify(c->contact, sim_host_now(w, c));
    sim_host_pump(w, her);
    sim_host_pump(w, c);
}

/* ---- Small things ---- */

static void on_extra(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_now now = sim_host_now(w, her);
    struct aw_subject_view view;

    sim_human_at(w, w->now_ms + sim_exp(&w->rng, w->scene.life_ms / 12) + SIM_HOUR, 0,
                 SIM_ACT_EXTRA, 0);
    if (w->is_held || w->is_calm || w->is_aftermath || !sim_can_act(w))
        return;
    aw_subject_view(her->subject, &view);
    switch (sim_below(&w->rng, 4)) {
    case 0:
        if (aw_subject_drill(her->subject, NULL, NULL, now) == AW_OK)
            sim_note(w, "she: tries out a drill");
        break;
    case 1:
        (void)!aw_subject_signal(her->subject, AW_SIGNAL_BATTERY_LOW, NULL, NULL, now);
        break;
    case 2:
        if (view.timer_kind != 0)
            break;
        if (aw_subject_timer_start(her->subject, AW_TIMER_JOURNEY,
                                   (uint32_t)(sim_human_ms(w, her) / 1000) + 7200, 1800, NULL, NULL,
                                   now) == AW_OK) {
            sim_note(w, "she: starts a journey of two hours");
            sim_human_at(w, w->now_ms + sim_between(&w->rng, 30 * SIM_MINUTE, 110 * SIM_MINUTE), 0,
                         SIM_ACT_PLAN, 1);
        }
        break;
    default:
        (void)!aw_subject_countdown(her->subject, AW_ALARM_FELL, 30, NULL, now);
        (void)!aw_subject_countdown_stop(her->subject, now);
    }
    sim_host_pump(w, her);
}

static void on_timer_end(struct sim *w)
{
    if (!w->is_held && sim_can_act(w) && end_timer(w))
        plan_checkin(w);
}

void sim_people_begin(struct sim *w)
{
    plan_checkin(w);
    sim_human_at(w, w->now_ms + SIM_DAY / 2, 0, SIM_ACT_MEET, 0);
    sim_human_at(w, w->now_ms + sim_exp(&w->rng, w->scene.incident_ms / 2), 0, SIM_ACT_INCIDENT, 0);
    sim_human_at(w, w->now_ms + sim_exp(&w->rng, w->scene.life_ms / 12), 0, SIM_ACT_EXTRA, 0);
    sim_removal_begin(w);
    sim_card_begin(w);
    sim_odd_begin(w);
    sim_pause_begin(w);
}

void sim_people_on_act(struct sim *w, const struct sim_event *event)
{
    switch ((enum sim_act)event->a) {
    case SIM_ACT_CHECKIN:
        on_checkin(w, event);
        break;
    case SIM_ACT_INCIDENT:
        sim_incident_begin(w);
        break;
    case SIM_ACT_RESCUE:
        sim_incident_end(w);
        break;
    case SIM_ACT_SOS:
        sim_incident_look(w);
        break;
    case SIM_ACT_AFTERMATH:
        on_aftermath(w);
        break;
    case SIM_ACT_COMPARE:
        on_compare(w, event);
        break;
    case SIM_ACT_SEIZE:
        sim_incident_seize(w);
        break;
    case SIM_ACT_MEET:
        on_meet(w);
        break;
    case SIM_ACT_EXTRA:
        on_extra(w);
        break;
    case SIM_ACT_PLAN:
        on_timer_end(w);
        break;
    case SIM_ACT_REMOVE:
        sim_removal_on_act(w);
        break;
    case SIM_ACT_CARD:
        sim_card_on_act(w);
        break;
    case SIM_ACT_ODD:
        sim_odd_on_act(w, event);
        break;
    case SIM_ACT_PAUSE:
        sim_pause_on_act(w, event);
        break;
    case SIM_ACT_RESPOND:
    case SIM_ACT_SEEN:
    case SIM_ACT_AWAY:
    case SIM_ACT_DRILL:
        sim_neighbours_on_act(w, event);
        break;
    }
}

void sim_people_on_event(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    if (w->options.on_event != NULL) {
        w->options.on_event(w, h, event, w->options.ctx);
        return;
    }
    if (!h->is_hers) {
        sim_neighbours_on_event(w, h, event);
        return;
    }
    if (h->idx != 0)
        return;
    switch ((int)event->kind) {
    case AW_EVENT_OVERDUE:
        sim_note(w, "she: her phone says that contacts are being rung");
        if (!w->is_held)
            sim_aftermath(w);
        break;
    case AW_EVENT_DUE:
        if (!w->is_held && w->late_until_ms < w->now_ms)
            checkin_at(w, w->now_ms + sim_below(&w->rng, w->scene.plan.grace_s * SIM_SECOND / 2));
        break;
    case AW_EVENT_ASKED:
        sim_note(w, "she: is asked whether all is well");
        w->answer_ms = w->now_ms + sim_below(&w->rng, w->scene.plan.pace.ask_s * SIM_SECOND / 2);
        if (!w->is_held)
            checkin_at(w, w->answer_ms);
        break;
    case AW_EVENT_QUARANTINED:
        w->stats->quarantined++;
        sim_note(w, "she: the channel with %s is in quarantine", sim_name(event->person));
        sim_human_at(w, w->now_ms + sim_between(&w->rng, SIM_MINUTE, 3 * SIM_HOUR), event->person,
                     SIM_ACT_COMPARE, 0);
        break;
    default:
        break;
    }
}
