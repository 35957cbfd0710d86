/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"

#include <stdlib.h>
#include <string.h>

/*
 * The invariants. Each is checked where it can break: when a cell leaves, when an event is told,
 * after each input of a host, at a start, at the end. They go by what is true in this world, not by
 * what an engine says.
 */

/* After a wake: relays are asked, and answer twice, 90 s apart (07 CO-27). */
#define WAKE_MS (8 * SIM_MINUTE)

const char *sim_invariant_name(enum sim_invariant invariant)
{
    static const char *const names[SIM_INVARIANT_COUNT] = {"I1",  "I2",  "I3",  "I4",  "I5",  "I6",
                                                           "I7",  "I8",  "I9",  "I10", "I11", "I12",
                                                           "I13", "I14", "I15", "I16", "I17"};

    return names[invariant];
}

const char *sim_invariant_text(enum sim_invariant invariant)
{
    static const char *const texts[SIM_INVARIANT_COUNT] = {
        "silence, SOS and duress are heard by every contact within the bound",
        "no alarm while what she said holds and the path is whole",
        "nothing but what she said extends her time; numbers rise",
        "what was acknowledged survives a crash; a word is told once",
        "no nonce under two cells",
        "no plan in force but hers; no incident ends but by people",
        "when faults are over all agree",
        "stores and queues stay below their caps",
        "what is refused changes nothing",
        "same seed, same trace",
        "no assertion fails, no answer is out of place",
        "the first, where clocks are wrong",
        "no release without the quorum",
        "who was removed quietly hears that she is well, and nothing else",
        "her card shows a section only where its level began",
        "a check-in meets the daily time that it may meet, and no other",
        "no session is in quarantine where neither device came back",
    };

    return texts[invariant];
}

static uint64_t ms_of(uint64_t s)
{
    return s <= SIM_T0_S ? 0 : (s - SIM_T0_S) * 1000;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static const struct contact *engine_of(const struct sim *w, size_t n)
{
    return contact_of_const(w->hosts[n].contact);
}

void sim_check_free(struct sim *w)
{
    free(w->before);
    free(w->nonces.slots);
}

/* ---- What she said ---- */

/* Who was removed hears statements of his own, and may pass them on as long as others have the plan
 * that names him: her phone lived when it made them. */
static uint32_t said_to_decoys(const struct subject *s)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < AW_DECOY_MAX; i++)
        sum += s->decoys[i].rec.seq;
    return sum;
}

static void note_statements(struct sim *w)
{
    const struct subject *s = (const void *)w->hosts[0].subject->opaque;
    uint32_t seq = s->core.seq, from = w->said_max + 1;

    if (w->said_to_decoys != said_to_decoys(s))
        w->spoke_ms = w->now_ms;
    w->said_to_decoys = said_to_decoys(s);

    if (seq + 1 >= w->said_cap) {
        uint32_t cap = 2 * (seq + 512);

        w->said = realloc(w->said, cap * sizeof *w->said);
        AW_ASSERT(w->said != NULL);
        memset(w->said + w->said_cap, 0, (cap - w->said_cap) * sizeof *w->said);
        w->said_cap = cap;
    }
    /* After a restore numbers begin again below: all of them may be used twice. */
    if (seq < w->said_now)
        from = seq;
    else if (w->said_now < w->said_max)
        from = w->said_now + 1;
    for (uint32_t i = from; i <= seq; i++) {
        if (w->said[i].first_ms == 0)
            w->said[i].first_ms = w->now_ms;
        w->said[i].last_ms = w->now_ms;
        w->spoke_ms = w->now_ms;
    }
    w->said_now = seq;
    if (seq > w->said_max)
        w->said_max = seq;
}

/* ---- I1 and I12: the bound ---- */

/* A roster without somebody has others at his place. */
static uint8_t groups_of(const struct aw_plan *p, size_t n)
{
    for (size_t i = 0; i < p->roster_count; i++) {
        if (p->roster[i].person == n)
            return p->roster[i].groups;
    }
    return 0;
}

/* When the first level begins that surely rings at contact n: the last one, if he may be away. */
static uint64_t level_delay_s(const struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    const struct aw_plan *p = &c->plan;
    size_t i = 0;

    while (i + 1u < p->levels_count &&
           ((p->levels[i].groups & groups_of(p, n)) == 0 || c->own.away_until_s != 0))
        i++;
    /* Who is acting may hold every level but the first and the last (07 CO-12). */
    return p->levels[i == 0 ? 0 : p->levels_count - 1u].delay_s;
}

/* Of a word that her phone dates 2038 nobody knows more than when it arrived (07 §4). */
static uint64_t arrived_s(const struct sim *w, const struct aw_watch *word)
{
    return w->scene.strength[SIM_FAULT_EPOCH] > 0 &&
                   word->call.issued_at_s > sim_now_s(w) + SIM_YEAR / SIM_SECOND
               ? word->call.received_at_s
               : 0;
}

/* When contact n must have heard, if she is silent from now on; 0: he need not. */
static uint64_t silence_bound_ms(const struct sim *w, size_t n, bool is_phone_dead)
{
    const struct contact *c = engine_of(w, n);
    const struct aw_plan *p = &c->plan;
    uint64_t due_s, from_s, wait_s, level_s;

    if (!c->has_plan)
        return 0;
    /* Outside the circle what she mistyped is believed (07 §3). */
    from_s = later(w->typed_ms, w->humans[n].is_circle ? 0 : w->odd.mistyped_ms) / 1000;
    from_s = later(SIM_T0_S + from_s, c->ladder.peers.spoken_s);
    from_s = later(from_s, arrived_s(w, &c->book.checkin));
    /* By wrong clocks it looks newer: after a time of day that it was typed before. */
    due_s = aw_plan_due_s(p, from_s + w->scene.clock_error_s);
    if (is_phone_dead) {
        /* A beat that is sealed again is as new as the reply that it names (I3 bounds that). */
        uint64_t spoke_s = later(SIM_T0_S + w->spoke_ms / 1000, c->book.newest.replied_at_s);
        uint64_t beat_s = later(spoke_s, c->ladder.peers.spoken_s) + p->beat_s + p->beat_grace_s;

        beat_s = later(beat_s, arrived_s(w, &c->book.newest) + p->beat_s + p->beat_grace_s);
        due_s = beat_s < due_s ? beat_s : due_s;
    }
    if (due_s == UINT64_MAX)
        return 0;
    level_s = level_delay_s(w, n);
    wait_s = p->grace_s + later(level_s, 130) + 160; /* 07 CO-27 */
    return ms_of(due_s + wait_s + w->scene.clock_error_s + w->scene.clock_error_s / 1000 + 60);
}

/* Whose device came back from before it had her secrets goes by what her phone claims, until she
 * has set them again (06 SU-42). */
static bool knows_secrets(const struct sim *w, size_t n)
{
    return w->humans[n].is_circle &&
           !(w->is_restored[n] && engine_of(w, n)->secrets.sets_count == 0);
}

static bool hears_words(const struct sim *w, enum sim_incident_kind kind, size_t n)
{
    return kind == SIM_INCIDENT_SOS || (kind == SIM_INCIDENT_DURESS && knows_secrets(w, n));
}

static bool hears_silence(const struct sim *w, enum sim_incident_kind kind, size_t n)
{
    switch (kind) {
    case SIM_INCIDENT_DEVICE:
    case SIM_INCIDENT_HUMAN:
        return true;
    case SIM_INCIDENT_SEIZED: /* outside the circle he is believed: 07 §3 */
        return knows_secrets(w, n);
    case SIM_INCIDENT_SOS:
    case SIM_INCIDENT_DURESS:
    case SIM_INCIDENT_KINDS:
        break;
    }
    return false;
}

static uint64_t bound_of(struct sim *w, const struct sim_incident *in, size_t n)
{
    uint64_t at_ms;

    if (w->hosts[n].state == SIM_HOST_OFF) /* what its engine knew is not in memory */
        return w->now_ms + SIM_HOUR;
    if (hears_words(w, in->kind, n)) {
        at_ms = later(in->began_ms, sim_clean_since_ms(w, n)) + SIM_WORD_MS +
                (level_delay_s(w, n) + 2 * (uint64_t)w->scene.plan.pace.cadence_s) * SIM_SECOND;
        return sim_clean_since_ms(w, n) == UINT64_MAX ? w->now_ms + SIM_HOUR : at_ms;
    }
    if (!hears_silence(w, in->kind, n))
        return 0;
    at_ms = silence_bound_ms(w, n, in->kind == SIM_INCIDENT_DEVICE);
    if (at_ms == 0)
        return 0;
    /* In an alarm levels count from when it was heard (07 §5). */
    if (engine_of(w, n)->ladder.state == AW_LADDER_ALARM)
        at_ms = later(at_ms,
                      ms_of(engine_of(w, n)->ladder.levels_s + level_delay_s(w, n)) + SIM_MINUTE);
    if (!sim_host_runs(&w->hosts[n]))
        return later(at_ms, w->now_ms + SIM_HOUR);
    return later(later(at_ms, in->began_ms + SIM_MINUTE), w->hosts[n].up_ms + WAKE_MS);
}

void sim_check_incident(struct sim *w, struct sim_incident *in)
{
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        const struct contact *c = engine_of(w, n);

        /* Who is alarmed already, was removed, or has never got a plan, is no witness. */
        if (w->removal.person == n || w->hosts[n].state == SIM_HOST_OFF ||
            c->ladder.state >= AW_LADDER_SUSPECT)
            continue;
        w->humans[n].is_ringing = false; /* that it is over waits to be told */
        /* Nor can he judge a word that was made for a key which his device lost (07 CO-4). */
        if (in->kind == SIM_INCIDENT_DURESS && w->is_restored[n] && w->is_parted[n])
            continue;
        in->bound_ms[n] = bound_of(w, in, n);
        if (in->bound_ms[n] == 0)
            continue;
        sim_at(w, in->bound_ms[n],
               (struct sim_event){.kind = SIM_EV_CHECK,
                                  .host = (uint8_t)n,
                                  .a = (uint32_t)(w->incident_count - 1)});
    }
}

static void sample(struct sim *w, const struct sim_incident *in, size_t n)
{
    struct sim_stats *s = w->stats;

    w->stats->alarms_due++;
    if (s->sample_count == SIM_SAMPLES_MAX)
        return;
    s->wait_s[s->sample_count] = (uint32_t)((in->heard_ms[n] - in->began_ms) / 1000);
    s->bound_s[s->sample_count++] = (uint32_t)((in->bound_ms[n] - in->began_ms) / 1000);
}

void sim_check_on_event(struct sim *w, const struct sim_event *event)
{
    struct sim_incident *in = &w->incidents[event->a];
    size_t n = event->host;
    uint64_t at_ms;

    /* Who looked at his screen and acts has no need to be rung. */
    if (in->heard_ms[n] == 0 && engine_of(w, n)->ladder.claim_holds)
        in->heard_ms[n] = w->now_ms;
    if (in->heard_ms[n] == 0 && in->is_open) {
        /* What holds him up, or changes his plan, may have come since. */
        at_ms = bound_of(w, in, n);
        if (at_ms > w->now_ms) {
            in->bound_ms[n] = at_ms;
            if (in->ends_ms < at_ms + SIM_MINUTE && in->kind != SIM_INCIDENT_SOS &&
                in->kind != SIM_INCIDENT_DURESS)
                in->ends_ms = at_ms + SIM_MINUTE;
            sim_at(w, at_ms,
                   (struct sim_event){.kind = SIM_EV_CHECK, .host = (uint8_t)n, .a = event->a});
            return;
        }
        w->stats->missed++;
        sim_fail(w, w->scene.strength[SIM_FAULT_CLOCK] > 0 ? SIM_I12_CLOCKS : SIM_I1_SILENCE,
                 "%s has not heard that %s", sim_name(n), sim_incident_name(in->kind));
    }
    w->stats->checks[SIM_I1_SILENCE]++;
    if (w->scene.strength[SIM_FAULT_CLOCK] > 0)
        w->stats->checks[SIM_I12_CLOCKS]++;
    if (in->heard_ms[n] != 0)
        sample(w, in, n);
}

/* ---- I6: what people decide ---- */

static void on_closed(struct sim *w, struct sim_host *h)
{
    const struct contact *c = engine_of(w, h->idx);
    /* The event waits for its store: by then a later one may have begun. */
    uint64_t raised_s =
        c->ladder.incident == AW_INCIDENT_NONE ? c->ladder.peers.raised_s : w->raised_s[h->idx];
    /* Clocks of two contacts may be ten minutes apart (07 CO-31). */
    uint64_t began_ms = ms_of(raised_s - w->scene.clock_error_s - 600);
    bool is_confirmed = c->plan.relaxed;

    w->stats->checks[SIM_I6_AUTHENTIC]++;
    for (size_t i = 1; i <= w->scene.contacts; i++)
        is_confirmed = is_confirmed || sim_confirmed_ms(w, h, i) >= began_ms;
    if (!is_confirmed && !w->is_restored[h->idx])
        sim_fail(w, SIM_I6_AUTHENTIC, "%s: an incident ends, and nobody has spoken to her",
                 sim_name(h->idx));
}

bool sim_check_is_made(const struct sim *w, const struct aw_plan *plan)
{
    for (size_t i = 0; i < w->plan_count; i++) {
        if (w->plans[i].version == plan->version && w->plans[i].made_at == plan->made_at &&
            w->plans[i].grace_s == plan->grace_s && w->plans[i].pauses_count == plan->pauses_count)
            return true;
    }
    return false;
}

static void check_plan(struct sim *w, struct sim_host *h)
{
    const struct contact *c = engine_of(w, h->idx);

    if (!c->has_plan || c->plan.version == w->seen_plan[h->idx])
        return;
    w->seen_plan[h->idx] = c->plan.version;
    w->stats->checks[SIM_I6_AUTHENTIC]++;
    if (knows_secrets(w, h->idx) && !sim_check_is_made(w, &c->plan))
        sim_fail(w, SIM_I6_AUTHENTIC, "%s has a plan in force that she never made",
                 sim_name(h->idx));
}

/* ---- I3, I4: after each input ---- */

/* Her phone lost numbers and gave lower ones since: what comes after such a word is no older. */
static uint64_t latest_ms(const struct sim *w, uint32_t seq)
{
    return later(w->said[seq].last_ms, seq > w->said_now ? w->typed_ms : 0);
}

static void check_contact(struct sim *w, struct sim_host *h)
{
    const struct contact *c = engine_of(w, h->idx);
    const struct aw_watch *newest = &c->book.newest, *word = &c->book.checkin;
    uint64_t slack_s = w->scene.clock_error_s;
    uint32_t seq = newest->call.seq;
    bool is_old = w->is_restored[0] || w->is_restored[h->idx];

    if (sim_canary(w, SIM_I3_FRESH) && h->idx == 1)
        contact_of(h->contact)->book.newest.base_s += 3600;
    sim_check_card(w, h);
    if (sim_check_removed(w, h))
        return;
    check_plan(w, h);
    sim_note_call(w, h);
    sim_check_alarm(w, h);
    sim_check_due(w, h);
    if (c->ladder.incident != AW_INCIDENT_NONE)
        w->raised_s[h->idx] = c->ladder.peers.raised_s;
    /* What goes to those outside the circle follows from the ladder that is shown to them. */
    if (c->ladder.state >= AW_LADDER_SUSPECT || c->shown.state >= AW_LADDER_SUSPECT)
        w->missing_ms[h->idx] = w->now_ms;
    if (seq == w->seen_seq[h->idx] && newest->base_s == w->seen_base_s[h->idx])
        return;
    /* What was made before the restore tells nothing of what comes after. */
    if (seq != w->seen_seq[h->idx] && newest->call.issued_at_s > w->parted_s[h->idx])
        w->is_parted[h->idx] = false;
    w->stats->checks[SIM_I3_FRESH]++;
    if (seq > w->said_max)
        sim_fail(w, SIM_I3_FRESH, "%s accepts statement %u, and she made %u", sim_name(h->idx),
                 (unsigned)seq, (unsigned)w->said_max);
    /* A restored contact uses numbers of replies again, and dates a word by the later one. */
    else if (!w->is_restored[h->idx] && word->call.seq <= w->said_max &&
             word->base_s > later(SIM_T0_S + latest_ms(w, word->call.seq) / 1000 + slack_s,
                                  arrived_s(w, word)))
        sim_fail(w, SIM_I3_FRESH, "%s counts check-in %u from %u s after it was made",
                 sim_name(h->idx), (unsigned)word->call.seq,
                 (unsigned)(word->base_s - SIM_T0_S - latest_ms(w, word->call.seq) / 1000));
    /* A beat that is sealed again is as new as its seal: it names the newest reply. */
    else if (!(w->is_restored[h->idx] && newest->call.kind != AW_CALL_BEAT) &&
             newest->base_s > later(SIM_T0_S + w->sent_ms / 1000 + slack_s, arrived_s(w, newest)))
        sim_fail(w, SIM_I3_FRESH, "%s counts statement %u from %u s after her phone last spoke",
                 sim_name(h->idx), (unsigned)seq,
                 (unsigned)(newest->base_s - SIM_T0_S - w->sent_ms / 1000));
    else if (!is_old && (seq < w->seen_seq[h->idx] || newest->base_s < w->seen_base_s[h->idx]))
        sim_fail(w, SIM_I3_FRESH, "%s goes back from statement %u to %u", sim_name(h->idx),
                 (unsigned)w->seen_seq[h->idx], (unsigned)seq);
    w->seen_seq[h->idx] = seq;
    w->seen_base_s[h->idx] = newest->base_s;
}

static void check_subject(struct sim *w)
{
    const struct subject *s = (const void *)w->hosts[0].subject->opaque;

    note_statements(w);
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        w->told_seq[n] = s->people[n - 1].rec.seq_device;
        w->stats->checks[SIM_I4_DURABLE]++;
        if (w->hosts[n].state == SIM_HOST_OFF || w->is_restored[0] || w->is_restored[n])
            continue;
        if (w->told_seq[n] > engine_of(w, n)->book.newest.call.seq)
            sim_fail(w, SIM_I4_DURABLE, "she was told that %s has statement %u: he has %u",
                     sim_name(n), (unsigned)w->told_seq[n],
                     (unsigned)engine_of(w, n)->book.newest.call.seq);
    }
}

void sim_check_host(struct sim *w, struct sim_host *h)
{
    if (w->is_failed)
        return;
    sim_check_records(w, h);
    if (h->idx == 0)
        check_subject(w);
    else if (!h->is_hers)
        check_contact(w, h);
    sim_spoil_session(w, h);
}

void sim_check_restart(struct sim *w, struct sim_host *h)
{
    const struct contact *c;

    if (h->is_hers || h->idx > w->scene.contacts)
        return;
    c = engine_of(w, h->idx);
    sim_card_restart(w, h);
    /* What would have said that it is over may have died with the process. */
    if (c->ladder.state < AW_LADDER_SUSPECT)
        w->humans[h->idx].is_ringing = false;
    w->stats->checks[SIM_I4_DURABLE]++;
    if (!w->is_restored[h->idx] && !w->is_restored[0] &&
        c->book.newest.call.seq < w->told_seq[h->idx])
        sim_fail(w, SIM_I4_DURABLE, "%s forgot statement %u, which she knows that he had: now %u",
                 sim_name(h->idx), (unsigned)w->told_seq[h->idx],
                 (unsigned)c->book.newest.call.seq);
    /* What was not stored was not acknowledged, and may be gone. */
    w->seen_seq[h->idx] = c->book.newest.call.seq;
    w->seen_base_s[h->idx] = c->book.newest.base_s;
}

/* ---- Events ---- */

void sim_check_event(struct sim *w, struct sim_host *h, const struct aw_event *event)
{
    sim_check_session(w, h, event);
    if (h->is_hers)
        return;
    sim_check_card_event(w, h, event);
    if (w->removal.person == h->idx) {
        sim_check_removed_event(w, h, event);
        return;
    }
    switch ((int)event->kind) {
    case AW_EVENT_RING:
    case AW_EVENT_UNSURE:
        sim_check_ring(w, h);
        break;
    case AW_EVENT_CLOSED:
        on_closed(w, h);
        break;
    case AW_EVENT_BACK:
        if (engine_of(w, h->idx)->ladder.incident == AW_INCIDENT_NONE)
            w->humans[h->idx].is_ringing = false; /* it was only suspected */
        break;
    case AW_EVENT_CHECKED_IN:
        if (sim_canary(w, SIM_I13_PLACE))
            sim_check_release(w, h, event->at_s);
        sim_check_told(w, h, event);
        break;
    case AW_EVENT_JUDGE:
    case AW_EVENT_DRILL:
    case AW_EVENT_PLAN:
    case AW_EVENT_LOOSENING:
        sim_check_told(w, h, event);
        break;
    case AW_EVENT_RELEASED:
        sim_check_release(w, h, event->at_s);
        break;
    default:
        break;
    }
}

/* ---- I7: the end ---- */

/* A word that she typed just now is still on its way, who was rung just now has not called her yet,
 * and a plan with another roster waits for its hours: none says that something stays wrong. */
bool sim_check_is_settled(const struct sim *w)
{
    const struct subject *s = (const void *)w->hosts[0].subject->opaque;

    for (size_t n = 1; n <= w->scene.contacts; n++) {
        const struct contact *c = engine_of(w, n);

        if (c->ladder.incident != AW_INCIDENT_NONE || s->people[n - 1].words.count > 0 ||
            c->plan.version != s->plan.version)
            return false;
    }
    return true;
}

/* Her contacts hear one another, and who was removed hears them. */
static void check_pairs(struct sim *w, size_t n)
{
    const struct contact *c = engine_of(w, n);
    uint64_t now_s = aw_timebase_s(&c->time),
             slack_s = 6 * (uint64_t)c->plan.council.witness_s + 3600;

    for (size_t i = 0; i < c->peers.used; i++) {
        const struct aw_peer *peer = &c->peers.list[i];

        if (peer->person == 0 || peer->is_decoy || aw_co_peer_member(c, peer) == NULL)
            continue;
        if (aw_peer_state(peer) != AW_PEER_LINKED || peer->heard_at_s + slack_s < now_s)
            sim_fail(w, SIM_I7_HEALED, "%s does not hear %s any more: state %u, last %u s ago",
                     sim_name(n), sim_name(peer->person), (unsigned)aw_peer_state(peer),
                     (unsigned)(now_s - peer->heard_at_s));
    }
}

void sim_check_end(struct sim *w)
{
    const struct subject *s = (const void *)w->hosts[0].subject->opaque;

    for (size_t n = 1; n <= w->scene.contacts; n++) {
        const struct contact *c = engine_of(w, n);
        uint32_t seq = c->book.newest.call.seq;
        struct aw_person person;
        uint64_t said_ms =
            w->removal.person == n ? ms_of(c->book.newest.base_s) : w->said[seq].last_ms;

        w->stats->checks[SIM_I7_HEALED]++;
        w->stats->epochs += c->channel.cur.number;
        if (!sim_host_runs(&w->hosts[n]) || !sim_host_runs(&w->hosts[0]))
            sim_fail(w, SIM_I7_HEALED, "%s does not run at the end",
                     sim_name(sim_host_runs(&w->hosts[0]) ? (uint8_t)n : 0));
        else if (said_ms + (uint64_t)s->plan.beat_s * 2000 + SIM_HOUR < w->now_ms)
            sim_fail(w, SIM_I7_HEALED, "%s has heard nothing of her since statement %u",
                     sim_name(n), (unsigned)seq);
        else if (c->plan.version != s->plan.version)
            sim_fail(w, SIM_I7_HEALED, "%s has plan %u in force, she has %u", sim_name(n),
                     (unsigned)c->plan.version, (unsigned)s->plan.version);
        else if (c->ladder.incident != AW_INCIDENT_NONE)
            sim_fail(
                w, SIM_I7_HEALED,
                "%s still has incident %u in state %u, check-in %u of statement %u, verdict %u",
                sim_name(n), c->ladder.incident, c->ladder.state,
                (unsigned)c->book.checkin.call.seq, (unsigned)seq, c->book.checkin.call.verdict);
        else if (c->ladder.state >= AW_LADDER_SUSPECT)
            sim_fail(w, SIM_I7_HEALED, "%s is still in doubt", sim_name(n));
        else if (aw_subject_person(w->hosts[0].subject, (uint8_t)n, &person) != AW_OK ||
                 person.secrets_due)
            sim_fail(w, SIM_I7_HEALED, "%s lacks her secrets", sim_name(n));
        else if (s->people[n - 1].words.count > 0)
            sim_fail(w, SIM_I7_HEALED, "words for %s still wait", sim_name(n));
        else
            check_pairs(w, n);
    }
}
