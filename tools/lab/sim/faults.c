/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

#include "base/assert.h"
#include "core/contact_impl.h"
#include "core/subject_impl.h"
#include "lab/sim/store.h"

/* Faults: when, to whom, for how long. Each class has its own stream of them. */

const char *sim_fault_name(enum sim_fault fault)
{
    static const char *const names[SIM_FAULT_COUNT] = {
        "delay",   "flap",    "cut",   "relay-down", "rollback", "hostile", "crash",
        "doze",    "disk",    "lie",   "clock",      "restore",  "late",    "traitor",
        "seized",  "removal", "card",  "odd",        "early",    "zone",    "drift",
        "one-way", "full",    "epoch", "pause",      "operator"};

    return names[fault];
}

const char *sim_cause_name(enum sim_cause cause)
{
    static const char *const names[SIM_CAUSE_COUNT] = {
        "she was late",    "path",         "device", "clock", "somebody hostile",
        "restored device", "none of these"};

    return names[cause];
}

void sim_trouble(struct sim *w, enum sim_cause cause)
{
    w->trouble_ms[cause] = w->now_ms;
}

static void plan_next(struct sim *w, enum sim_fault fault)
{
    uint64_t mean_ms = w->scene.life_ms / (2 + w->scene.strength[fault] / 30);

    sim_at(w, w->now_ms + sim_exp(&w->rng, mean_ms),
           (struct sim_event){.kind = SIM_EV_FAULT, .a = (uint32_t)fault});
}

static struct sim_host *any_host(struct sim *w)
{
    /* Half of what happens to devices happens to hers. */
    size_t i = sim_chance(&w->rng, 500) ? 0 : sim_between(&w->rng, 1, w->scene.contacts);

    return &w->hosts[i];
}

static struct sim_relay *any_relay(struct sim *w)
{
    return &w->relays[sim_below(&w->rng, w->scene.relays)];
}

static uint64_t span(struct sim *w)
{
    return sim_chance(&w->rng, 700) ? sim_exp(&w->rng, 10 * SIM_MINUTE)
                                    : sim_exp(&w->rng, 6 * SIM_HOUR);
}

static void cut(struct sim *w)
{
    struct sim_host *h = any_host(w);
    bool is_all = sim_chance(&w->rng, 500), is_told = sim_chance(&w->rng, 400);
    uint64_t span_ms = span(w);
    uint8_t one = (uint8_t)sim_below(&w->rng, w->scene.relays);

    for (uint8_t r = 0; r < w->scene.relays; r++) {
        if (!is_all && r != one)
            continue;
        h->ports[r].is_cut = true;
        sim_port_fail(w, h, r, is_told);
        sim_at(w, w->now_ms + span_ms,
               (struct sim_event){.kind = SIM_EV_HEAL, .host = h->idx, .relay = r});
    }
    sim_note(w, "%s: cut off from %s for %u min", sim_name(h->idx),
             is_all ? "every relay" : "a relay", (unsigned)(span_ms / SIM_MINUTE));
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_host_pump(w, h);
}

void sim_faults_on_heal(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];

    struct sim_port *p = &h->ports[event->relay];

    if (event->a == 0 && !p->is_cut)
        return;
    if (event->a == 0)
        p->is_cut = false;
    else
        p->is_mute = p->is_deaf = false;
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_host_pump(w, h);
}

/* What one side says does not arrive, what the other one says does, as long as the link lives. */
static void cut_one_way(struct sim *w)
{
    struct sim_host *h = any_host(w);
    bool is_mute = sim_chance(&w->rng, 500);
    uint64_t span_ms = span(w);

    for (uint8_t r = 0; r < w->scene.relays; r++) {
        h->ports[r].is_mute = is_mute;
        h->ports[r].is_deaf = !is_mute;
        sim_at(w, w->now_ms + span_ms,
               (struct sim_event){.kind = SIM_EV_HEAL, .host = h->idx, .relay = r, .a = 1});
    }
    sim_note(w, "%s: what %s is lost for %u min", sim_name(h->idx),
             is_mute ? "it sends" : "is sent to it", (unsigned)(span_ms / SIM_MINUTE));
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_host_pump(w, h);
}

static void flap(struct sim *w)
{
    const struct aw_event ring = {.kind = AW_EVENT_UNSURE, .urgency = AW_URGENCY_RING};
    struct sim_host *h = any_host(w);

    for (uint8_t r = 0; r < w->scene.relays; r++)
        sim_port_fail(w, h, r, sim_chance(&w->rng, 700));
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_host_pump(w, h);
    if (sim_canary(w, SIM_FLAW_FLAP) && h->idx == 1)
        sim_check_event(w, h, &ring);
}

static void relay_down(struct sim *w, bool is_rolled_back)
{
    struct sim_relay *r = any_relay(w);
    uint64_t span_ms = span(w);

    sim_note(w, "relay %u: down for %u min%s", r->idx + 1u, (unsigned)(span_ms / SIM_MINUTE),
             is_rolled_back && r->has_backup ? ", and comes back with an older state" : "");
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_relay_crash(w, r, span_ms, is_rolled_back);
}

static void rollback(struct sim *w)
{
    struct sim_relay *r = any_relay(w);

    if (sim_chance(&w->rng, 500)) {
        relay_down(w, true);
        return;
    }
    sim_relay_idle(w, r);
    if (r->has_backup)
        r->backup.vtable->close(r->backup.self);
    r->has_backup = sim_store_clone(&r->backup, &r->store);
}

static void fill_up(struct sim *w)
{
    struct sim_relay *r = any_relay(w);
    uint64_t span_ms = span(w);
    uint32_t room = (uint32_t)sim_below(&w->rng, 4);

    if (!r->is_up || r->is_full)
        return;
    sim_relay_fill(w, r, room);
    sim_note(w, "relay %u: full for %u min", r->idx + 1u, (unsigned)(span_ms / SIM_MINUTE));
    sim_trouble(w, SIM_CAUSE_PATH);
    sim_at(w, w->now_ms + span_ms,
           (struct sim_event){.kind = SIM_EV_ROOM, .relay = r->idx, .gen = r->gen});
}

static void make_room(struct sim *w, struct sim_relay *r)
{
    if (!r->is_full)
        return;
    sim_relay_make_room(r);
    sim_trouble(w, SIM_CAUSE_PATH);
}

void sim_faults_on_room(struct sim *w, const struct sim_event *event)
{
    if (w->relays[event->relay].gen == event->gen)
        make_room(w, &w->relays[event->relay]);
}

/* Twice as much: of two devices each may be wrong. */
static void note_error(struct sim *w, int64_t off_ms)
{
    uint64_t wrong_s = 2 * (uint64_t)(off_ms < 0 ? -off_ms : off_ms) / 1000 + 2;

    if (w->scene.clock_error_s < wrong_s)
        w->scene.clock_error_s = wrong_s;
}

static void step_clock(struct sim *w)
{
    struct sim_host *h = any_host(w);
    uint64_t step_ms = sim_exp(&w->rng, 15 * SIM_MINUTE);
    int64_t off_ms = sim_host_off_ms(w, h);

    if (h->is_astray)
        return;
    if (off_ms > 60000 || off_ms < -60000)
        h->wall_ms -= (uint64_t)off_ms; /* set right */
    else if (sim_chance(&w->rng, 500))
        h->wall_ms += step_ms;
    else
        h->wall_ms -= step_ms;
    off_ms = sim_host_off_ms(w, h);
    note_error(w, off_ms);
    sim_note(w, "%s: the wall clock is off by %d s", sim_name(h->idx), (int)(off_ms / 1000));
    sim_trouble(w, SIM_CAUSE_CLOCK);
    sim_host_pump(w, h);
}

static const struct aw_timebase *time_of(const struct sim_host *h)
{
    return h->is_hers ? &subject_of_const(h->subject)->time : &contact_of_const(h->contact)->time;
}

static uint64_t engine_s(const struct sim_host *h)
{
    return aw_timebase_s(time_of(h));
}

/* A clock that lost its battery, or that was set by nonsense. Not to 2038 for an engine that waits
 * for its clock to catch up: it would have that time for good (07 §4). */
static void go_astray(struct sim *w)
{
    struct sim_host *h = any_host(w);
    bool is_1970 = sim_chance(&w->rng, 600);
    uint64_t span_ms = span(w);

    if (h->is_astray || (!is_1970 && sim_host_runs(h) && time_of(h)->is_behind))
        return;
    h->is_astray = true;
    h->wall_ms += (is_1970 ? SIM_HOUR : SIM_2038_MS) - sim_host_now(w, h).wall_ms;
    sim_note(w, "%s: the wall clock stands at %s for %u min", sim_name(h->idx),
             is_1970 ? "1970" : "2038", (unsigned)(span_ms / SIM_MINUTE));
    sim_trouble(w, SIM_CAUSE_CLOCK);
    if (is_1970 && sim_chance(&w->rng, 500) && sim_host_runs(h))
        sim_host_crash(w, h, sim_exp(&w->rng, SIM_HOUR)); /* it has been off, that is why */
    else
        sim_host_pump(w, h);
    sim_at(w, w->now_ms + span_ms, (struct sim_event){.kind = SIM_EV_CLOCK, .host = h->idx});
}

static void set_right(struct sim *w, struct sim_host *h)
{
    h->is_astray = false;
    h->wall_ms -= (uint64_t)sim_host_off_ms(w, h);
    sim_trouble(w, SIM_CAUSE_CLOCK);
}

void sim_faults_on_clock(struct sim *w, const struct sim_event *event)
{
    struct sim_host *h = &w->hosts[event->host];

    if (!h->is_astray)
        return;
    set_right(w, h);
    if (!sim_host_runs(h))
        return;
    /* spec/07-contact.md §4: "A host MUST tell its engines that the clock was set when, within an
     * hour after the machine began to run, the wall clock went ahead by more than a minute". */
    if (h->begun_ms + SIM_HOUR >= w->now_ms && h->is_hers)
        aw_subject_clock_set(h->subject, sim_host_now(w, h));
    else if (h->begun_ms + SIM_HOUR >= w->now_ms)
        aw_contact_clock_set(h->contact, sim_host_now(w, h));
    sim_host_pump(w, h);
}

/* A process that began in 2038 would have that time for good (07 §4). */
void sim_faults_boot(struct sim *w, struct sim_host *h)
{
    if (h->is_astray && sim_host_off_ms(w, h) > 0)
        set_right(w, h);
}

/* One that began in 1970 goes on from its last store until the clock is right. */
void sim_faults_booted(struct sim *w, struct sim_host *h)
{
    if (h->is_astray)
        note_error(w, ((int64_t)engine_s(h) - (int64_t)sim_now_s(w)) * 1000);
}

/* Nobody's oscillator is right. Wall clocks are set each day; engine time goes on from the start of
 * a process (07 §4), and none of them lives longer than a month. */
#define DRIFT_PPM_MAX  20
#define DRIFT_MS(days) ((days)*SIM_DAY / 1000000 * DRIFT_PPM_MAX)
#define MONTH_DAYS     30

static void next_drift(struct sim *w)
{
    sim_at(w, w->now_ms + SIM_DAY,
           (struct sim_event){.kind = SIM_EV_FAULT, .a = (uint32_t)SIM_FAULT_DRIFT});
}

static void drift_on(struct sim *w)
{
    struct sim_rng rng = sim_stream(w, 10);

    for (size_t i = 0; i < w->host_count; i++) {
        struct sim_host *h = &w->hosts[i];
        struct aw_now now = sim_host_now(w, h);

        h->clock_ms = w->now_ms;
        h->mono_ms = now.mono_ms;
        h->wall_ms = now.wall_ms;
        h->drift_ppm = (int32_t)sim_between(&rng, 0, 2 * DRIFT_PPM_MAX) - DRIFT_PPM_MAX;
    }
    w->scene.clock_error_s += 2 * DRIFT_MS(MONTH_DAYS + 1) / 1000;
    next_drift(w);
}

/* What is off by more was set wrong (`clock`), stays so, and drifts. */
static void set_clocks(struct sim *w)
{
    for (size_t i = 0; i < w->host_count; i++) {
        struct sim_host *h = &w->hosts[i];
        int64_t off_ms = sim_host_off_ms(w, h), most_ms = (int64_t)DRIFT_MS(2);

        if (off_ms > -most_ms && off_ms < most_ms)
            h->wall_ms -= (uint64_t)off_ms;
        else if (!h->is_astray)
            note_error(w, off_ms);
        if (sim_host_runs(h) && h->begun_ms + MONTH_DAYS * SIM_DAY < w->now_ms)
            sim_host_crash(w, h, SIM_MINUTE);
    }
    next_drift(w);
}

static void note_restored(struct sim *w, const struct sim_host *h)
{
    uint64_t hers_s = sim_human_ms(w, &w->hosts[0]) / 1000;

    w->is_restored[h->idx] = true;
    for (size_t n = 1; n <= w->scene.contacts; n++) {
        if (h->idx != 0 && h->idx != n)
            continue;
        w->is_parted[n] = true;
        w->parted_s[n] = hers_s;
    }
}

void sim_faults_restore(struct sim *w, struct sim_host *h)
{
    sim_note(w, "%s: restored from a backup that is %u h old", sim_name(h->idx),
             (unsigned)((w->now_ms - h->backup_ms) / SIM_HOUR));
    sim_host_stop(w, h);
    h->store.vtable->close(h->store.self);
    h->store = h->backup;
    h->has_backup = false;
    w->stats->restores++;
    note_restored(w, h);
    sim_trouble(w, SIM_CAUSE_RESTORE);
    (void)sim_host_start(w, h);
}

static void restore(struct sim *w)
{
    struct sim_host *h = any_host(w), *other;

    if (!h->has_backup || sim_chance(&w->rng, 500)) {
        sim_host_backup(h, w->now_ms);
        return;
    }
    if (!sim_host_runs(h) || w->is_held)
        return;
    sim_faults_restore(w, h);
    if (!sim_odd_chance(w, 300))
        return;
    other = any_host(w);
    if (other->has_backup && sim_host_runs(other))
        sim_faults_restore(w, other);
}

void sim_faults_forget_past(struct sim_host *h)
{
    if (h->has_backup)
        h->backup.vtable->close(h->backup.self);
    h->has_backup = false;
    if (h->is_lying)
        h->is_lying = sim_store_lie(&h->store, false);
}

static void lie(struct sim *w)
{
    struct sim_host *h = any_host(w);

    if (!sim_host_runs(h) || w->is_held)
        return;
    if (!h->is_lying) {
        h->is_lying = sim_store_lie(&h->store, true);
        return;
    }
    sim_note(w, "%s: a power cut, and the disk had lied", sim_name(h->idx));
    h->is_lying = false;
    note_restored(w, h);
    sim_trouble(w, SIM_CAUSE_RESTORE);
    sim_host_crash(w, h, sim_exp(&w->rng, 5 * SIM_MINUTE));
    sim_store_lose(&h->store);
}

static void crash(struct sim *w)
{
    struct sim_host *h = any_host(w);

    if (!sim_host_runs(h))
        return;
    if (sim_chance(&w->rng, 300)) {
        sim_trouble(w, SIM_CAUSE_DEVICE);
        sim_host_crash(w, h, span(w));
        return;
    }
    h->crash_in = (uint32_t)sim_between(&w->rng, 1, 40);
    h->crash_is_after = sim_chance(&w->rng, 500);
}

static void doze(struct sim *w)
{
    struct sim_host *h = any_host(w);
    uint64_t span_ms = span(w);

    if (!sim_host_runs(h))
        return;
    sim_note(w, "%s: the device sleeps for %u min", sim_name(h->idx),
             (unsigned)(span_ms / SIM_MINUTE));
    sim_trouble(w, SIM_CAUSE_DEVICE);
    sim_host_doze(w, h, span_ms);
}

static void bad_disk(struct sim *w)
{
    uint32_t count = (uint32_t)sim_between(&w->rng, 1, 30);

    if (sim_chance(&w->rng, 300))
        any_relay(w)->disk_bad = count;
    else
        any_host(w)->disk_bad = count;
}

void sim_faults_on_event(struct sim *w, const struct sim_event *event)
{
    enum sim_fault fault = (enum sim_fault)event->a;

    if (w->is_calm)
        return;
    w->stats->fault_counts[fault]++;
    if (fault == SIM_FAULT_DRIFT) {
        set_clocks(w);
        return;
    }
    plan_next(w, fault);
    switch ((int)fault) {
    case SIM_FAULT_FLAP:
        flap(w);
        break;
    case SIM_FAULT_CUT:
        cut(w);
        break;
    case SIM_FAULT_RELAY_DOWN:
        relay_down(w, false);
        break;
    case SIM_FAULT_ROLLBACK:
        rollback(w);
        break;
    case SIM_FAULT_CRASH:
        crash(w);
        break;
    case SIM_FAULT_DOZE:
        doze(w);
        break;
    case SIM_FAULT_DISK:
        bad_disk(w);
        break;
    case SIM_FAULT_LIE:
        lie(w);
        break;
    case SIM_FAULT_CLOCK:
        step_clock(w);
        break;
    case SIM_FAULT_RESTORE:
        restore(w);
        break;
    case SIM_FAULT_ONE_WAY:
        cut_one_way(w);
        break;
    case SIM_FAULT_FULL:
        fill_up(w);
        break;
    case SIM_FAULT_EPOCH:
        go_astray(w);
        break;
    default: /* the others are no events, but ways of behaving */
        break;
    }
}

static void make_hostile(struct sim *w)
{
    struct sim_relay *r = any_relay(w);
    uint32_t k = w->scene.strength[SIM_FAULT_HOSTILE];

    if (w->scene.strength[SIM_FAULT_OPERATOR] > 0)
        r = &w->relays[0];
    r->is_hostile = true;
    r->drop_pm = (uint32_t)sim_below(&w->rng, 1 + k / 3);
    r->hold_pm = (uint32_t)sim_below(&w->rng, 1 + k / 3);
    r->twice_pm = (uint32_t)sim_below(&w->rng, 1 + k / 2);
    r->forge_pm = (uint32_t)sim_below(&w->rng, 1 + k / 5);
    r->hold_ms = sim_between(&w->rng, 1, 24 * 60) * SIM_MINUTE;
    if (sim_chance(&w->rng, 300))
        r->skew_s = sim_chance(&w->rng, 500) ? 400000000 : -400000000;
    sim_note(w, "relay %u is hostile: drops %u, holds %u, repeats %u, forges %u of 1000 cells",
             r->idx + 1u, (unsigned)r->drop_pm, (unsigned)r->hold_pm, (unsigned)r->twice_pm,
             (unsigned)r->forge_pm);
}

void sim_faults_begin(struct sim *w)
{
    static const enum sim_fault streams[] = {
        SIM_FAULT_FLAP,  SIM_FAULT_CUT,     SIM_FAULT_RELAY_DOWN, SIM_FAULT_ROLLBACK,
        SIM_FAULT_CRASH, SIM_FAULT_DOZE,    SIM_FAULT_DISK,       SIM_FAULT_LIE,
        SIM_FAULT_CLOCK, SIM_FAULT_RESTORE, SIM_FAULT_ONE_WAY,    SIM_FAULT_FULL,
        SIM_FAULT_EPOCH};

    w->scene.clock_error_s = 2;
    for (size_t i = 0; i < AW_COUNT(streams); i++) {
        if (w->scene.strength[streams[i]] > 0)
            plan_next(w, streams[i]);
    }
    if (w->scene.strength[SIM_FAULT_HOSTILE] > 0)
        make_hostile(w);
    if (w->scene.strength[SIM_FAULT_DRIFT] > 0)
        drift_on(w);
}

/* An engine goes by what the wall clock said when it started, and not by less than what it stored
 * (spec/07-contact.md §4): where that was wrong, only a new start brings what it has been set to
 * since, when that time has come. */
static void start_anew(struct sim *w, struct sim_host *h)
{
    uint64_t at_s = engine_s(h);

    if (at_s > sim_now_s(w) + 60) {
        sim_note(w, "%s: is off for %u min, until the time that it took for true", sim_name(h->idx),
                 (unsigned)((at_s - sim_now_s(w)) / 60));
        sim_host_crash(w, h, (at_s - sim_now_s(w)) * SIM_SECOND);
        return;
    }
    sim_host_stop(w, h);
    (void)sim_host_start(w, h);
}

/* The safety phase is over: all that is broken is mended, and nothing breaks any more. */
void sim_faults_end(struct sim *w)
{
    sim_note(w, "faults stop");
    for (size_t i = 0; i < w->host_count; i++) {
        struct sim_host *h = &w->hosts[i];

        h->crash_in = h->disk_bad = 0;
        h->wall_ms -= (uint64_t)sim_host_off_ms(w, h);
        h->is_astray = false;
        if (h->is_lying)
            h->is_lying = sim_store_lie(&h->store, false);
        for (uint8_t r = 0; r < w->scene.relays; r++) {
            h->ports[r].is_mute = h->ports[r].is_deaf = false;
            h->ports[r].is_cut = sim_canary(w, SIM_I7_HEALED) && i == 1;
        }
    }
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        sim_relay_idle(w, &w->relays[r]);
        w->relays[r].disk_bad = 0;
        w->relays[r].skew_s = 0;
        if (!w->relays[r].is_up)
            sim_relay_start(w, &w->relays[r]);
        else
            make_room(w, &w->relays[r]);
    }
    for (size_t i = 0; i < w->host_count; i++) {
        struct sim_host *h = &w->hosts[i];

        if (h->state == SIM_HOST_DOZES)
            sim_host_wake(w, h);
        else if (h->state == SIM_HOST_OFF && !(i == 0 && w->is_phone_lost))
            (void)sim_host_start(w, h);
        else if ((w->scene.strength[SIM_FAULT_CLOCK] > 0 ||
                  w->scene.strength[SIM_FAULT_EPOCH] > 0) &&
                 sim_host_runs(h))
            start_anew(w, h);
        else
            sim_host_pump(w, h);
    }
    sim_aftermath(w);
}
