/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * Out of order: people press what is not asked for, mistype, change their minds, forget, and have
 * bad luck at the wrong moment. What is so done is allowed; it is only seldom done. A stream of
 * random numbers of its own.
 */

static const uint8_t mistyped_key[32] = {3};

static bool is_odd(const struct sim *w)
{
    return w->scene.strength[SIM_FAULT_ODD] > 0;
}

bool sim_odd_chance(struct sim *w, uint32_t per_mille)
{
    return is_odd(w) && sim_chance(&w->odd.rng, per_mille);
}

static bool can_act(const struct sim *w)
{
    return sim_can_act(w) && !w->is_held;
}

/* ---- While they pair ---- */

static bool fill(void *ctx, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(sim_next(ctx) >> 56);
    return true;
}

/* Into every mailbox of hers: who has photographed her invite knows where it is. */
static void to_her(struct sim *w, const uint8_t cell[AW_CELL_LEN])
{
    struct sim_host *her = &w->hosts[0];
    struct aw_mailbox boxes[AW_SUBJECT_MAILBOX_MAX];
    size_t count = aw_subject_mailboxes(her->subject, boxes);

    for (size_t i = 0; i < count; i++) {
        sim_host_pump(w, her);
        (void)!aw_subject_feed(her->subject, boxes[i].id, (struct aw_bytes){cell, AW_CELL_LEN},
                               (uint32_t)sim_now_s(w), sim_host_now(w, her));
    }
    sim_host_pump(w, her);
}

static void rubbish(struct sim *w, uint8_t cell[AW_CELL_LEN])
{
    (void)fill(&w->odd.rng, cell, AW_CELL_LEN);
}

/* What somebody else who has the invite answers. */
static void stranger(struct sim *w, size_t n, struct aw_bytes uri, uint8_t cell[AW_CELL_LEN])
{
    struct aw_random random = {.fill = fill, .ctx = &w->odd.rng};
    struct aw_joining joining;
    struct aw_invite invite;

    if (aw_invite_decode(&invite, uri, sim_host_now(w, &w->hosts[0]).wall_ms) != AW_OK ||
        aw_joining_init(&joining, &invite, &contact_of(w->hosts[n].contact)->who.own, &random) !=
            AW_OK)
        AW_UNREACHABLE();
    aw_joining_cell(&joining, cell);
}

void sim_odd_joins(struct sim *w, size_t n, struct aw_bytes uri)
{
    struct sim_host *c = &w->hosts[n];
    uint8_t cell[AW_CELL_LEN];

    if (!is_odd(w))
        return;
    rubbish(w, cell);
    to_her(w, cell);
    (void)!aw_contact_feed(c->contact, 0, (struct aw_bytes){cell, sizeof cell},
                           (uint32_t)sim_now_s(w), sim_host_now(w, c));
    (void)!aw_contact_join(c->contact, uri, w->endpoints, w->scene.relays, "Contact",
                           sim_host_now(w, c));
    (void)!aw_contact_verify(c->contact, sim_host_now(w, c));
    aw_joining_cell(&contact_of(c->contact)->joining, w->odd.message);
    to_her(w, w->odd.message); /* it came before a word of hers leaves */
    to_her(w, w->odd.message);
    stranger(w, n, uri, w->odd.other);
    to_her(w, w->odd.other);
    to_her(w, cell);
}

void sim_odd_joined(struct sim *w, size_t n, struct aw_bytes uri)
{
    struct sim_host *c = &w->hosts[n];
    uint8_t cell[AW_CELL_LEN];

    if (!is_odd(w))
        return;
    (void)!aw_contact_join(c->contact, uri, w->endpoints, w->scene.relays, "Contact",
                           sim_host_now(w, c));
    to_her(w, w->odd.message);
    to_her(w, w->odd.other);
    rubbish(w, cell);
    to_her(w, cell);
}

/* Invited, and answers when the invite has expired; she gives up, and so does he. */
static void come_late(struct sim *w)
{
    struct aw_random random = {.fill = fill, .ctx = &w->odd.rng};
    uint8_t bytes[AW_INVITE_URI_MAX], cell[AW_CELL_LEN], person = 0;
    struct aw_buf uri = {bytes, sizeof bytes, 0};
    struct sim_host *her = &w->hosts[0];
    struct aw_now now = sim_host_now(w, her);
    struct aw_contact *late = aligned_alloc(64, sizeof *late);
    struct aw_action action;

    AW_ASSERT(late != NULL);
    if (aw_contact_init(late, &random, 1, now) != AW_OK || aw_contact_start(late, now) != AW_OK ||
        aw_subject_invite(her->subject, w->endpoints, w->scene.relays, "Subject", 600, &uri,
                          &person, now) != AW_OK)
        AW_UNREACHABLE();
    (void)!aw_contact_verify(late, now);
    if (aw_contact_join(late, (struct aw_bytes){uri.ptr, uri.len}, w->endpoints, w->scene.relays,
                        "Other", now) != AW_OK)
        AW_UNREACHABLE();
    while (aw_contact_next_action(late, &action)) {
        if (action.kind == AW_ACTION_SEND)
            memcpy(cell, action.send.cell.ptr, sizeof cell);
        aw_contact_done(late, action.id, AW_OK, now);
    }
    sim_host_pump(w, her);
    sim_settle(w, SIM_HOUR);
    aw_contact_tick(late, sim_host_now(w, her));
    to_her(w, cell);
    sim_settle(w, SIM_MINUTE);
    if (aw_subject_forget(her->subject, person, sim_host_now(w, her)) != AW_OK)
        AW_UNREACHABLE();
    sim_host_pump(w, her);
    aw_contact_wipe(late);
    free(late);
    sim_settle(w, SIM_MINUTE);
}

/* ---- Before there is a plan ---- */

/* In a plan with slots each word waits for one. */
static void let_pass(struct sim *w, uint64_t span_ms)
{
    sim_host_pump(w, &w->hosts[0]);
    sim_settle(w, span_ms + 6 * (uint64_t)w->scene.plan.pace.cadence_s * SIM_SECOND);
}

static void press(struct sim *w, size_t n)
{
    struct sim_host *h = &w->hosts[n];
    struct aw_now now = sim_host_now(w, h);

    if (!sim_host_runs(h))
        return;
    (void)!aw_contact_join(h->contact, (struct aw_bytes){NULL, 0}, w->endpoints, w->scene.relays,
                           "Contact", now);
    if (aw_contact_claim(h->contact, now) == AW_OK && sim_incident_now(w) != NULL &&
        sim_incident_now(w)->heard_ms[n] == 0)
        sim_incident_now(w)->heard_ms[n] = w->now_ms; /* who acts need not be rung */
    sim_host_pump(w, h);
    if (sim_host_runs(h) && sim_chance(&w->odd.rng, 700))
        (void)!aw_contact_decline(h->contact, now);
    sim_host_pump(w, h);
}

/* Whatever was wrong is over: she says so, and everybody has spoken to her. */
static void all_is_well(struct sim *w)
{
    (void)sim_people_checkin(w, w->safe_key, "checks in before all is set up");
    let_pass(w, 20 * SIM_MINUTE);
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        struct sim_host *h = &w->hosts[n];

        if (aw_contact_confirm(h->contact, sim_host_now(w, h)) == AW_OK)
            w->humans[n].confirm_ms = w->now_ms;
        sim_host_pump(w, h);
    }
    let_pass(w, 20 * SIM_MINUTE);
    w->is_held = false;
}

static void help_before_a_plan(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];

    w->is_held = true;
    if (aw_subject_sos(her->subject, NULL, NULL, sim_host_now(w, her)) != AW_OK)
        AW_UNREACHABLE();
    sim_host_pump(w, her);
    let_pass(w, 10 * SIM_MINUTE);
    all_is_well(w);
    (void)!aw_subject_cancel(her->subject, w->safe_key, NULL, NULL, sim_host_now(w, her));
    sim_host_pump(w, her);
    let_pass(w, 5 * SIM_MINUTE);
}

/* Each plan of hers that is no other than the one of the scene, but for a span that nothing here
 * goes by; `key`: what she types. */
static bool set_plan(struct sim *w, const struct aw_secrets *secrets, const uint8_t key[32])
{
    struct sim_host *her = &w->hosts[0];
    struct aw_plan plan = w->scene.plan;

    plan.beat_grace_s = (uint32_t)sim_between(&w->odd.rng, 2, 24) * 3600;
    if (aw_subject_plan_set(her->subject, &plan, secrets, key, sim_host_now(w, her)) != AW_OK)
        return false;
    sim_people_note_plan(w);
    if (key != mistyped_key)
        sim_note_typed(w);
    else
        w->odd.mistyped_ms = w->now_ms;
    if (key == w->safe_key)
        w->safe_ms = w->now_ms;
    sim_note(w, "she: sets a plan%s",
             key == w->safe_key     ? ""
             : key == w->duress_key ? ", forced"
                                    : ", and mistypes");
    return true;
}

static void forced_plan(struct sim *w, const struct aw_secrets *secrets)
{
    w->is_held = true;
    (void)set_plan(w, secrets, w->duress_key);
    let_pass(w, 10 * SIM_MINUTE);
    all_is_well(w);
}

static void meet_all(struct sim *w)
{
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        struct sim_host *h = &w->hosts[n];

        (void)!aw_contact_words_compared(h->contact, sim_host_now(w, h));
        sim_host_pump(w, h);
    }
}

void sim_odd_before_plan(struct sim *w, const struct aw_secrets *secrets)
{
    if (!is_odd(w))
        return;
    w->is_aftermath = true; /* nobody puts anything right yet */
    if (w->scene.contacts < SIM_CONTACT_MAX)
        come_late(w);
    for (size_t n = 1; n <= w->scene.contacts; n++)
        press(w, n);
    meet_all(w);
    (void)sim_people_checkin(w, w->safe_key, "checks in before there is a plan");
    let_pass(w, 3 * SIM_MINUTE);
    if (sim_chance(&w->odd.rng, 500))
        help_before_a_plan(w);
    /* New secrets under a mistyped one would not be believed: people would have to meet. */
    if (sim_chance(&w->odd.rng, 300)) {
        /* Again at once: his device has keys by then, and no plan yet. */
        (void)set_plan(w, secrets, w->safe_key);
        (void)set_plan(w, NULL, mistyped_key);
        let_pass(w, 5 * SIM_MINUTE);
    } else if (sim_chance(&w->odd.rng, 500)) {
        (void)set_plan(w, secrets, w->safe_key);
        forced_plan(w, NULL);
    } else if (sim_chance(&w->odd.rng, 500)) {
        (void)set_plan(w, secrets, mistyped_key);
        let_pass(w, 5 * SIM_MINUTE);
    }
}

void sim_odd_in_setup(struct sim *w)
{
    if (!is_odd(w))
        return;
    meet_all(w);
    for (uint64_t i = sim_below(&w->odd.rng, 8); i > 0; i--) {
        bool is_good = sim_chance(&w->odd.rng, 600);

        (void)set_plan(w, NULL, is_good ? w->safe_key : mistyped_key);
        let_pass(w, 3 * SIM_MINUTE);
        if (!is_good)
            (void)set_plan(w, NULL, w->safe_key);
        let_pass(w, 3 * SIM_MINUTE);
    }
    if (sim_chance(&w->odd.rng, 400)) {
        /* The file comes before its word, which relays lose at first. */
        w->odd.is_losing = true;
        (void)set_plan(w, NULL, w->duress_key);
        w->is_held = true;
        let_pass(w, SIM_MINUTE / 2);
        w->odd.is_losing = false;
        let_pass(w, 10 * SIM_MINUTE);
        all_is_well(w);
    }
    w->is_aftermath = false;
}

/* ---- In a life ---- */

void sim_odd_draw(struct sim *w)
{
    w->odd.rng = sim_stream(w, 7);
}

static void again(struct sim *w)
{
    sim_human_at(w, w->now_ms + 10 * SIM_MINUTE + sim_exp(&w->odd.rng, w->scene.life_ms / 60), 0,
                 SIM_ACT_ODD, 0);
}

void sim_odd_begin(struct sim *w)
{
    if (is_odd(w))
        again(w);
}

/* A forced plan looks like any other: what she does of her own will follows later. */
bool sim_odd_force(struct sim *w)
{
    if (!set_plan(w, NULL, w->duress_key))
        return false;
    w->odd.must_set_plan = true;
    sim_host_pump(w, &w->hosts[0]);
    return true;
}

bool sim_odd_call(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    uint32_t span_s = (uint32_t)sim_between(&w->odd.rng, 1, 30);

    if (aw_subject_countdown(her->subject, AW_ALARM_SOS, span_s, NULL, sim_host_now(w, her)) !=
        AW_OK)
        return false;
    sim_host_pump(w, her);
    return true;
}

static void count_down(struct sim *w, struct sim_host *her)
{
    struct aw_now now = sim_host_now(w, her);

    if (sim_chance(&w->odd.rng, 700)) {
        (void)!aw_subject_countdown(her->subject, AW_ALARM_FELL, 30, NULL, now);
        (void)!aw_subject_countdown(her->subject, AW_ALARM_CRASHED, 20, NULL, now);
    }
    (void)!aw_subject_countdown_stop(her->subject, now);
}

/* What a walk brings, and a backup; `gen` of its events. */
enum { WALK_EXTEND = 1, WALK_START_AGAIN, WALK_EXTEND_AGAIN, BACK_TO_THEN };

static void on_walk_at(struct sim *w, uint64_t span_ms, uint32_t what)
{
    sim_human_at(w, w->now_ms + span_ms, 0, SIM_ACT_ODD, what);
}

static bool is_unlucky(struct sim *w)
{
    return w->scene.strength[SIM_FAULT_RESTORE] > 0 && sim_chance(&w->odd.rng, 300);
}

static bool start(struct sim *w, struct sim_host *her, uint32_t span_s)
{
    struct aw_now now = sim_host_now(w, her);

    if (aw_subject_timer_start(
            her->subject, AW_TIMER_MEETING, (uint32_t)(sim_human_ms(w, her) / 1000) + span_s,
            (uint32_t)sim_between(&w->odd.rng, 1, span_s), NULL, NULL, now) != AW_OK)
        return false;
    sim_note(w, "she: starts a timer of %u min", span_s / 60);
    sim_host_pump(w, her);
    return true;
}

static void extend(struct sim *w, struct sim_host *her)
{
    if (aw_subject_timer_extend(her->subject, NULL, sim_host_now(w, her)) == AW_OK)
        sim_note(w, "she: extends the timer");
    sim_host_pump(w, her);
}

static void walk(struct sim *w, struct sim_host *her)
{
    uint32_t span_s = (uint32_t)sim_between(&w->odd.rng, 10, 60) * 60;

    if (is_unlucky(w)) {
        /* It starts now as it will then: with a beat, so that numbers are the same. */
        sim_host_backup(her, w->now_ms);
        sim_host_stop(w, her);
        (void)sim_host_start(w, her);
        on_walk_at(w, SIM_MINUTE, WALK_START_AGAIN);
    }
    /* In a plan with slots its words would queue for longer than it lasts. */
    if (w->scene.plan.pace.cadence_s != 0 || !can_act(w) || !start(w, her, span_s))
        return;
    for (unsigned i = 0; i < 3; i++)
        on_walk_at(w, sim_below(&w->odd.rng, 2 * span_s) * SIM_SECOND, WALK_EXTEND);
    sim_human_at(w, w->now_ms + sim_between(&w->odd.rng, 1, 2 * span_s) * SIM_SECOND, 0,
                 SIM_ACT_PLAN, 1);
}

/* Her phone may be lost, and restored from a backup of just before: what she does again has the
 * number that it had. */
static void on_walk(struct sim *w, struct sim_host *her, uint32_t what)
{
    if (what == WALK_EXTEND) {
        if (is_unlucky(w)) {
            sim_host_backup(her, w->now_ms);
            on_walk_at(w, sim_between(&w->odd.rng, 1, 10 + w->scene.plan.grace_s / 60) * SIM_MINUTE,
                       WALK_EXTEND_AGAIN);
        }
        extend(w, her);
        return;
    }
    if (!her->has_backup)
        return;
    sim_faults_restore(w, her);
    if (can_act(w) && what == WALK_EXTEND_AGAIN)
        extend(w, her);
    else if (can_act(w))
        (void)start(w, her, 1800);
}

/* A backup of his device is made while a session is not settled yet: it may come back into that. */
void sim_odd_backup(struct sim *w, struct sim_host *h)
{
    const struct contact *c;

    if (!is_odd(w) || w->scene.strength[SIM_FAULT_RESTORE] == 0 || h->is_hers || w->is_calm ||
        w->end_ms == 0)
        return; /* before she has told him of her secrets: she cannot tell of them again */
    c = contact_of_const(h->contact);
    /* What was compared and is not stored would be lost, and no way leads back (05 CH-40). */
    if (c->who.phase < AW_CONTACT_PAIRED || !c->channel.resumed.epoch.live ||
        !aw_contact_is_stored(h->contact) || !sim_chance(&w->odd.rng, 50))
        return;
    sim_host_backup(h, w->now_ms);
    sim_human_at(w, w->now_ms + sim_exp(&w->odd.rng, SIM_HOUR / 2), h->idx, SIM_ACT_ODD,
                 BACK_TO_THEN);
}

/* Her phone takes it for ended; who knows better rings when its time is over. */
static void end_mistyped(struct sim *w, struct sim_host *her)
{
    struct aw_subject_view view;

    aw_subject_view(her->subject, &view);
    if (aw_subject_timer_end(her->subject, mistyped_key, NULL, NULL, sim_host_now(w, her)) != AW_OK)
        return;
    sim_note(w, "she: mistypes at the end of a timer");
    w->odd.mistyped_ms = w->now_ms;
}

static void her_act(struct sim *w, struct sim_host *her)
{
    switch (sim_below(&w->odd.rng, 8)) {
    case 0:
        count_down(w, her);
        break;
    case 1:
    case 2:
        walk(w, her);
        break;
    case 3:
        if (sim_chance(&w->odd.rng, 200))
            end_mistyped(w, her);
        break;
    case 4:
        (void)!aw_subject_cancel(her->subject, w->safe_key, NULL, NULL, sim_host_now(w, her));
        break;
    case 5:
        (void)set_plan(w, NULL, mistyped_key);
        break;
    default:
        (void)set_plan(w, NULL, w->safe_key);
    }
    sim_host_pump(w, her);
}

void sim_odd_on_act(struct sim *w, const struct sim_event *event)
{
    struct sim_host *her = &w->hosts[0];

    if (w->is_calm)
        return;
    if (event->gen == BACK_TO_THEN) {
        if (w->hosts[event->host].has_backup && sim_host_runs(&w->hosts[event->host]) &&
            !w->is_held)
            sim_faults_restore(w, &w->hosts[event->host]);
        return;
    }
    if (event->gen != 0) {
        if (can_act(w))
            on_walk(w, her, event->gen);
        return;
    }
    again(w);
    w->stats->fault_counts[SIM_FAULT_ODD]++;
    if (sim_chance(&w->odd.rng, 400))
        press(w, (size_t)sim_between(&w->odd.rng, 1, w->scene.contacts));
    else if (can_act(w) && !w->is_aftermath)
        her_act(w, her);
}
