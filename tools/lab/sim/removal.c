/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "core/contact_impl.h"
#include "core/subject_impl.h"

#include <string.h>

/*
 * Quiet removal (spec/06-subject.md §13): she removes a contact, and what he hears from then on is
 * judged by what is true: he learns nothing new, and what could tell him of it has a cause that it
 * would have had anyway.
 */

/* ---- Removing ---- */

void sim_removal_begin(struct sim *w)
{
    struct sim_removal *r = &w->removal;

    if (w->scene.strength[SIM_FAULT_REMOVAL] == 0)
        return;
    r->rng = sim_stream(w, 5);
    r->leaver = (uint8_t)sim_between(&r->rng, 1, w->scene.contacts);
    sim_human_at(w, w->now_ms + w->scene.life_ms * sim_between(&r->rng, 5, 60) / 100, 0,
                 SIM_ACT_REMOVE, 0);
}

static void again_in(struct sim *w, uint64_t span_ms)
{
    sim_human_at(w, w->now_ms + span_ms, 0, SIM_ACT_REMOVE, 0);
}

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static void leave_out(struct aw_plan *p, uint8_t person)
{
    size_t i = 0;

    while (p->roster[i].person != person)
        i++;
    p->roster_count--;
    memmove(&p->roster[i], &p->roster[i + 1], (p->roster_count - i) * sizeof p->roster[0]);
    memset(&p->roster[p->roster_count], 0, sizeof p->roster[0]);
    p->roster[0].groups |= 1; /* the first level rings somebody */
    p->threshold = least(p->threshold, p->roster_count);
    p->council.quorum = least(p->council.quorum, p->roster_count);
    for (uint8_t k = 0; k < p->operators_count; k++) {
        if (p->operators[k].person == person)
            p->operators[k].person = 0;
    }
}

static uint32_t circle_without(const struct sim *w, uint8_t person)
{
    uint32_t circle = 0;

    for (size_t n = 1; n <= w->scene.contacts; n++) {
        if (w->humans[n].is_circle && n != person)
            circle |= UINT32_C(1) << (n - 1);
    }
    return circle;
}

/* Those that she has now, for all but whom she removed. */
struct aw_secrets sim_her_secrets(const struct sim *w)
{
    struct aw_secrets secrets = {.circle = circle_without(w, w->removal.person)};

    memcpy(secrets.safe_key, w->safe_key, sizeof secrets.safe_key);
    memcpy(secrets.duress_key, w->duress_key, sizeof secrets.duress_key);
    return secrets;
}

static void new_secrets(const struct sim *w, struct aw_secrets *secrets)
{
    memset(secrets, 0, sizeof *secrets);
    secrets->safe_key[0] = 4;
    secrets->duress_key[0] = 5;
    secrets->circle = circle_without(w, w->removal.leaver);
}

/* From now on he is judged as one who was removed. */
static void removed(struct sim *w)
{
    struct aw_secrets secrets;

    new_secrets(w, &secrets);
    memcpy(w->safe_key, secrets.safe_key, sizeof w->safe_key);
    memcpy(w->duress_key, secrets.duress_key, sizeof w->duress_key);
    leave_out(&w->scene.plan, w->removal.leaver);
    w->removal.is_under_way = false;
    w->removal.person = w->removal.leaver;
    w->removal.at_ms = w->now_ms;
    sim_note_typed(w);
    w->safe_ms = w->now_ms;
    w->stats->removals++;
    /* A phone from a backup before this has the old secrets, and contacts who know the new. */
    sim_faults_forget_past(&w->hosts[0]);
    sim_note(w, "she: has removed %s quietly", sim_name(w->removal.person));
}

static void remove_now(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    const struct subject *s = (const void *)her->subject->opaque;
    struct aw_plan plan = w->scene.plan;
    struct aw_secrets secrets;
    enum aw_status st;

    new_secrets(w, &secrets);
    leave_out(&plan, w->removal.leaver);
    w->removal.before = s->plan;
    w->removal.seq = s->core.seq;
    if (sim_canary(w, SIM_I14_REMOVED))
        st = aw_subject_plan_set(her->subject, &plan, &secrets, w->safe_key, sim_host_now(w, her));
    else
        st = aw_subject_remove(her->subject, w->removal.leaver, &plan, &secrets, w->safe_key,
                               sim_host_now(w, her));
    if (st != AW_OK) {
        again_in(w, SIM_HOUR);
        return;
    }
    w->stats->fault_counts[SIM_FAULT_REMOVAL]++;
    w->removal.is_under_way = true;
    sim_people_note_plan(w);
    sim_note(w, "she: removes %s quietly", sim_name(w->removal.leaver));
    sim_host_pump(w, her);
    again_in(w, 0);
}

/* Her phone says that it is done when it is stored; what a crash took back she does again. */
static void look(struct sim *w)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_person person = {.removed = false};

    if (!sim_host_runs(her) || !aw_subject_is_stored(her->subject)) {
        again_in(w, SIM_MINUTE);
        return;
    }
    if (aw_subject_person(her->subject, w->removal.leaver, &person) == AW_OK &&
        (person.removed || sim_canary(w, SIM_I14_REMOVED)))
        removed(w);
    else
        remove_now(w);
}

void sim_removal_on_act(struct sim *w)
{
    if (w->removal.is_under_way)
        look(w);
    else if (w->is_held || w->is_aftermath || w->is_phone_lost || sim_has_open_incident(w) ||
             !sim_host_runs(&w->hosts[0]))
        again_in(w, SIM_HOUR);
    else if (!w->is_calm)
        remove_now(w);
}

/* ---- I14 ---- */

/* The plan without him loosens: until it is in force at another device, he is one of them there. */
static void note_known(struct sim *w, const struct sim_host *h)
{
    const struct contact *c = contact_of_const(h->contact);
    uint64_t *known_ms = &w->removal.known_ms[h->idx];

    if ((c->plan.decoys >> (w->removal.person - 1) & 1) == 0)
        *known_ms = 0;
    else if (*known_ms == 0) {
        *known_ms = w->now_ms;
        w->removal.counted_ms[h->idx] = w->humans[w->removal.person].confirm_ms;
    }
}

uint64_t sim_confirmed_ms(const struct sim *w, const struct sim_host *h, size_t n)
{
    return w->removal.person == n && w->removal.known_ms[h->idx] != 0
               ? w->removal.counted_ms[h->idx]
               : w->humans[n].confirm_ms;
}

/* Whether all others have gone by it for so long that nothing of theirs is on its way to him. */
static bool is_known(const struct sim *w)
{
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        uint64_t since_ms = w->removal.known_ms[n];

        if (n != w->removal.person && (since_ms == 0 || since_ms + SIM_DAY > w->now_ms))
            return false;
    }
    return true;
}

/* Whether something else explains that he hears nothing: her phone, his device, the path, a clock,
 * somebody hostile, a backup. That she is late, or held, does not. */
static bool is_explained(const struct sim *w, size_t n)
{
    const struct contact *c = contact_of_const(w->hosts[n].contact);
    uint64_t base_s = c->book.checkin.base_s;
    uint64_t span_ms = ((uint64_t)c->plan.beat_s + c->plan.beat_grace_s + c->plan.grace_s) * 1000;
    uint64_t from_ms = w->now_ms > 2 * span_ms ? w->now_ms - 2 * span_ms : 0;

    if (base_s < SIM_T0_S + from_ms / 1000)
        from_ms = base_s <= SIM_T0_S ? 0 : (base_s - SIM_T0_S) * 1000;
    if (!sim_check_path(w, n) || w->is_parted[n] || w->scene.clock_error_s > 60 ||
        w->hosts[0].up_ms >= from_ms || w->hosts[n].up_ms >= from_ms)
        return true;
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        if (w->relays[r].is_hostile && w->relays[r].skew_s != 0)
            return true;
    }
    for (unsigned i = SIM_CAUSE_PATH; i < SIM_CAUSE_COUNT; i++) {
        if (w->trouble_ms[i] >= from_ms && w->trouble_ms[i] > 0)
            return true;
    }
    return false;
}

static bool has_heard_decoy(const struct sim *w, size_t n)
{
    return contact_of_const(w->hosts[n].contact)->book.newest.call.seq > w->removal.seq;
}

static void encode(const struct aw_plan *plan, struct aw_buf *buf)
{
    struct aw_plan unnumbered = *plan;

    unnumbered.version = unnumbered.made_at = 1;
    for (size_t i = 0; i < plan->roster_count; i++) { /* whose device is another now (SU-40) */
        memset(unnumbered.roster[i].key, (int)i + 1, sizeof unnumbered.roster[i].key);
        memset(unnumbered.roster[i].sign_key, 0, sizeof unnumbered.roster[i].sign_key);
    }
    if (aw_message_encode(&aw_plan_map, &unnumbered, buf) != AW_OK)
        buf->len = 0;
}

static bool is_his_plan(const struct sim *w, const struct aw_plan *plan)
{
    static uint8_t his[AW_PLAN_ENCODED_MAX], before[AW_PLAN_ENCODED_MAX];
    struct aw_buf a = {his, sizeof his, 0}, b = {before, sizeof before, 0};

    encode(plan, &a);
    encode(&w->removal.before, &b);
    return a.len == b.len && memcmp(his, before, a.len) == 0;
}

/* After each input. */
bool sim_check_removed(struct sim *w, struct sim_host *h)
{
    const struct contact *c = contact_of_const(h->contact);
    const struct aw_contact_call *newest = &c->book.newest.call;

    if (w->removal.person == 0)
        return false;
    if (w->removal.person != h->idx) {
        note_known(w, h);
        return false;
    }
    w->stats->checks[SIM_I14_REMOVED]++;
    if (has_heard_decoy(w, h->idx) && c->ladder.incident > AW_INCIDENT_MISSED)
        sim_fail(w, SIM_I14_REMOVED, "%s was removed, and has incident %u", sim_name(h->idx),
                 c->ladder.incident);
    if (newest->seq == w->seen_seq[h->idx] && c->plan.version == w->seen_plan[h->idx])
        return true;
    w->seen_seq[h->idx] = newest->seq;
    w->seen_plan[h->idx] = c->plan.version;
    if (c->plan.version > w->removal.before.version && !is_his_plan(w, &c->plan))
        sim_fail(w, SIM_I14_REMOVED, "%s was removed, and learns of a plan that is not his",
                 sim_name(h->idx));
    return true;
}

void sim_check_removed_event(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    struct sim_human *u = &w->humans[h->idx];
    bool needs_cause = false, never = false;

    w->stats->checks[SIM_I14_REMOVED]++;
    switch ((int)event->kind) {
    case AW_EVENT_RING:
    case AW_EVENT_UNSURE:
        needs_cause = !u->is_ringing;
        u->is_ringing = true;
        break;
    case AW_EVENT_CLOSED:
    case AW_EVENT_BACK:
        u->is_ringing = event->kind == AW_EVENT_BACK &&
                        contact_of_const(h->contact)->ladder.incident != AW_INCIDENT_NONE;
        break;
    case AW_EVENT_JUDGE:
    case AW_EVENT_GAP:
    case AW_EVENT_FORK:
    case AW_EVENT_SILENT:
    case AW_EVENT_QUARANTINED:
        needs_cause = true;
        break;
    case AW_EVENT_CLOCK: /* where a word waits for its slot it looks old, his and hers */
        needs_cause = w->scene.plan.pace.cadence_s == 0;
        break;
    case AW_EVENT_DRILL:
        never = true;
        break;
    case AW_EVENT_HANDED:
    case AW_EVENT_PLACE:
    case AW_EVENT_CARD:
        never = is_known(w);
        break;
    default:
        break;
    }
    if (never && has_heard_decoy(w, h->idx))
        sim_fail(w, SIM_I14_REMOVED, "%s was removed, and is told '%s'", sim_name(h->idx),
                 aw_event_name(event->kind));
    if (needs_cause && !is_explained(w, h->idx))
        sim_fail(w, SIM_I14_REMOVED, "%s was removed, and notices: '%s', and nothing else is wrong",
                 sim_name(h->idx), aw_event_name(event->kind));
}
