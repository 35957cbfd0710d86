/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

/* What happens to her, until she is safe again. */

static const uint8_t wrong_key[32] = {3};

const char *sim_incident_name(enum sim_incident_kind kind)
{
    static const char *const names[SIM_INCIDENT_KINDS] = {
        "her phone falls silent", "she cannot check in", "she calls for help",
        "she is forced to check in", "somebody else holds her phone"};

    return names[kind];
}

struct sim_incident *sim_incident_now(struct sim *w)
{
    struct sim_incident *last =
        w->incident_count == 0 ? NULL : &w->incidents[w->incident_count - 1];

    return last != NULL && last->is_open ? last : NULL;
}

static void hold_her(struct sim *w, bool with_phone)
{
    w->is_held = true;
    w->habit_no++;
    if (with_phone) {
        w->is_phone_lost = true;
        sim_host_stop(w, &w->hosts[0]);
    }
}

static bool call_for_help(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    uint32_t seq = 0;

    if (aw_subject_sos(her->subject, NULL, &seq, sim_host_now(w, her)) != AW_OK)
        return false;
    sim_host_pump(w, her);
    sim_human_at(w, w->now_ms + SIM_MINUTE, 0, SIM_ACT_SOS, 0);
    return true;
}

/* Whether what her phone knows is in its store: then no death of its process takes it back. */
static bool is_safe_there(const struct sim *w)
{
    return sim_can_act(w) && aw_subject_is_stored(w->hosts[0].subject);
}

static void look_at_call(struct sim *w)
{
    struct aw_subject_view view = {.alarm_id = 0};

    if (sim_can_act(w)) {
        aw_subject_view(w->hosts[0].subject, &view);
        if (view.alarm_id == 0 && call_for_help(w))
            return;
    }
    if (view.alarm_id == 0 || !is_safe_there(w))
        sim_human_at(w, w->now_ms + SIM_MINUTE, 0, SIM_ACT_SOS, 0);
}

/* Who forces her sees that the phone died over it. */
static void look_at_forced(struct sim *w, struct sim_incident *incident)
{
    uint32_t gen = w->hosts[0].gen;

    if (incident->forced_gen != gen &&
        sim_people_checkin(w, w->duress_key, "is forced to check in, once more"))
        incident->forced_gen = gen;
    if (incident->forced_gen != w->hosts[0].gen || !is_safe_there(w))
        sim_human_at(w, w->now_ms + SIM_MINUTE, 0, SIM_ACT_SOS, 0);
}

/* A phone whose disk refused, and that died then, knows nothing of her word: it is said again. */
void sim_incident_look(struct sim *w)
{
    struct sim_incident *incident = sim_incident_now(w);

    if (incident != NULL && incident->kind == SIM_INCIDENT_SOS)
        look_at_call(w);
    else if (incident != NULL && incident->kind == SIM_INCIDENT_DURESS)
        look_at_forced(w, incident);
}

static bool begin_incident(struct sim *w, enum sim_incident_kind kind)
{
    switch ((int)kind) {
    case SIM_INCIDENT_SOS:
        if (sim_odd_chance(w, 500) && sim_odd_call(w) && sim_odd_chance(w, 500))
            sim_human_at(w, w->now_ms + SIM_MINUTE, 0, SIM_ACT_SOS, 0);
        else if (!call_for_help(w))
            return false;
        hold_her(w, false);
        break;
    case SIM_INCIDENT_DURESS:
        if (sim_odd_chance(w, 500)) {
            if (!sim_odd_force(w))
                return false;
        } else if (!sim_people_checkin(w, w->duress_key, "is forced to check in"))
            return false;
        hold_her(w, false);
        sim_human_at(w, w->now_ms + SIM_MINUTE, 0, SIM_ACT_SOS, 0);
        break;
    case SIM_INCIDENT_DEVICE:
        hold_her(w, true);
        break;
    default:
        hold_her(w, false);
    }
    return true;
}

/* Until she is safe again, at the latest, beside the days without faults; a clock that stood at
 * 1970 puts it off by hours. */
static uint64_t span_ms(const struct sim *w)
{
    return 3 * SIM_DAY +
           (w->scene.strength[SIM_FAULT_EPOCH] > 0 ? w->scene.clock_error_s * SIM_SECOND : 0);
}

void sim_incident_begin(struct sim *w)
{
    enum sim_incident_kind kind = (enum sim_incident_kind)sim_below(&w->rng, SIM_INCIDENT_KINDS);
    struct sim_incident *incident;
    uint64_t last_ms = w->now_ms;
    uint32_t gen = w->hosts[0].gen;

    sim_human_at(w, w->now_ms + SIM_HOUR + sim_exp(&w->rng, w->scene.incident_ms), 0,
                 SIM_ACT_INCIDENT, 0);
    if (kind == SIM_INCIDENT_SEIZED && w->scene.strength[SIM_FAULT_SEIZED] == 0)
        kind = SIM_INCIDENT_HUMAN;
    if (w->is_calm || w->is_held || w->is_aftermath || !sim_can_act(w) ||
        sim_has_open_incident(w) || w->incident_count == SIM_INCIDENT_MAX ||
        w->now_ms + span_ms(w) > w->end_ms)
        return;
    sim_note(w, "INCIDENT %zu: %s", w->incident_count + 1, sim_incident_name(kind));
    if (!begin_incident(w, kind))
        return;
    incident = &w->incidents[w->incident_count++];
    *incident = (struct sim_incident){
        .kind = kind, .is_open = true, .began_ms = w->now_ms, .forced_gen = gen};
    w->stats->incidents++;
    w->stats->by_kind[kind]++;
    sim_check_incident(w, incident);
    for (size_t i = 1; i <= w->scene.contacts; i++) {
        if (incident->bound_ms[i] > last_ms)
            last_ms = incident->bound_ms[i];
    }
    incident->ends_ms = last_ms + sim_between(&w->rng, 30 * SIM_MINUTE, 4 * SIM_HOUR);
    sim_human_at(w, incident->ends_ms, 0, SIM_ACT_RESCUE, 0);
    if (kind == SIM_INCIDENT_SEIZED)
        sim_human_at(w, w->now_ms + sim_between(&w->rng, SIM_MINUTE, SIM_HOUR), 0, SIM_ACT_SEIZE,
                     0);
}

/* Who was silent calls for help as soon as she can, and is safe later. */
static bool call_first(struct sim *w, struct sim_incident *incident)
{
    if (incident->has_called || incident->kind > SIM_INCIDENT_HUMAN || w->is_calm ||
        !sim_odd_chance(w, 400))
        return false;
    incident->has_called = true;
    if (w->is_phone_lost) {
        w->is_phone_lost = false;
        (void)sim_host_start(w, &w->hosts[0]);
    }
    if (!sim_can_act(w) || !call_for_help(w))
        return false;
    sim_note(w, "she: calls for help");
    sim_human_at(w, w->now_ms + sim_between(&w->odd.rng, SIM_HOUR, 4 * SIM_HOUR), 0, SIM_ACT_RESCUE,
                 0);
    return true;
}

void sim_incident_end(struct sim *w)
{
    struct sim_incident *incident = sim_incident_now(w);

    if (incident == NULL)
        return;
    if (call_first(w, incident))
        return;
    sim_note(w, "she is safe again");
    incident->is_open = false;
    w->is_held = false;
    if (w->is_phone_lost) {
        w->is_phone_lost = false;
        (void)sim_host_start(w, &w->hosts[0]);
    }
    sim_aftermath(w);
}

/* ---- The holder of her phone ---- */

void sim_incident_seize(struct sim *w)
{
    struct sim_incident *incident = sim_incident_now(w);
    struct sim_host *her = &w->hosts[0];
    struct aw_plan plan;
    enum aw_status st = AW_E_STATE;

    if (incident == NULL || incident->kind != SIM_INCIDENT_SEIZED || !sim_host_runs(her))
        return;
    switch (sim_below(&w->rng, 5)) {
    case 0:
        (void)sim_people_checkin(w, wrong_key, "(the holder of the phone) types a wrong secret");
        break;
    case 1:
        if (aw_subject_plan(her->subject, &plan) != AW_OK)
            break;
        plan.pauses_count = 1;
        plan.pauses[0] = (struct aw_pause){.from = (uint32_t)sim_now_s(w),
                                           .until = (uint32_t)sim_now_s(w) + 20 * 86400};
        plan.grace_s = 86400;
        st = aw_subject_plan_set(her->subject, &plan, NULL, wrong_key, sim_host_now(w, her));
        sim_note(w, "she (the holder of the phone): sets a plan with a pause: %s",
                 aw_status_name(st));
        break;
    case 2:
        st = aw_subject_cancel(her->subject, wrong_key, NULL, NULL, sim_host_now(w, her));
        break;
    case 3:
        aw_subject_life_sign(her->subject, sim_host_now(w, her));
        break;
    default:
        st = aw_subject_timer_start(her->subject, AW_TIMER_MEETING, (uint32_t)sim_now_s(w) + 86400,
                                    3600, NULL, NULL, sim_host_now(w, her));
    }
    (void)st;
    w->stats->fault_counts[SIM_FAULT_SEIZED]++;
    sim_trouble(w, SIM_CAUSE_HOSTILE);
    sim_host_pump(w, her);
    sim_human_at(w, w->now_ms + sim_between(&w->rng, 10 * SIM_MINUTE, 3 * SIM_HOUR), 0,
                 SIM_ACT_SEIZE, 0);
}
