/* SPDX-License-Identifier: ISC */
#include "lab/sim/play.h"
#include "lab/sim/store.h"

#include "base/assert.h"

#include <string.h>

/* What a line of a script does to the world. */

/* Somewhere, so that there is a place to open. */
static const struct aw_state somewhere = {.at = (uint32_t)SIM_T0_S,
                                          .has_lat_e7 = true,
                                          .has_lon_e7 = true,
                                          .lat_e7 = 525200000,
                                          .lon_e7 = 134050000};
static const uint8_t wrong_key[32] = {3};

static enum aw_status she_does(struct sim *w, const struct play_item *item)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_now now = sim_host_now(w, her);
    struct aw_state state = somewhere;
    enum aw_status st = AW_E_STATE;

    if (!sim_host_runs(her))
        return AW_E_STATE;
    state.at = (uint32_t)(now.wall_ms / 1000);
    switch ((int)item->op) {
    case PLAY_CHECKS_IN:
        st = aw_subject_checkin(her->subject, w->safe_key, &state, 0, NULL, now);
        break;
    case PLAY_UNDER_DURESS:
        st = aw_subject_checkin(her->subject, w->duress_key, &state, 0, NULL, now);
        break;
    case PLAY_WRONG_SECRET:
        st = aw_subject_checkin(her->subject, wrong_key, &state, 0, NULL, now);
        break;
    case PLAY_CALLS_FOR_HELP:
        st = aw_subject_sos(her->subject, &state, NULL, now);
        break;
    case PLAY_CANCELS:
        st = aw_subject_cancel(her->subject, w->safe_key, &state, NULL, now);
        break;
    case PLAY_JOURNEY:
        st = aw_subject_timer_start(her->subject, AW_TIMER_JOURNEY,
                                    (uint32_t)((now.wall_ms + item->span_ms) / 1000), 1800, &state,
                                    NULL, now);
        break;
    case PLAY_ARRIVES:
        st = aw_subject_timer_end(her->subject, w->safe_key, &state, NULL, now);
        break;
    default: /* DRILL */
        st = aw_subject_drill(her->subject, &state, NULL, now);
        break;
    }
    if (st == AW_OK && item->op != PLAY_WRONG_SECRET)
        sim_note_typed(w);
    sim_host_pump(w, her);
    return st;
}

static enum aw_status contact_does(struct play *p, struct sim *w, const struct play_item *item)
{
    struct sim_host *h = &w->hosts[item->who];
    struct aw_now now = sim_host_now(w, h);
    enum aw_status st = AW_OK;

    if (item->op == PLAY_LIES || item->op == PLAY_HONEST) {
        p->is_liar[item->who] = item->op == PLAY_LIES;
        return AW_OK;
    }
    if (!sim_host_runs(h))
        return AW_E_STATE;
    switch ((int)item->op) {
    case PLAY_CLAIMS:
        st = aw_contact_claim(h->contact, now);
        if (st == AW_E_LIMIT)
            st = AW_OK; /* he acts, and nothing is held */
        break;
    case PLAY_DECLINES:
        st = aw_contact_decline(h->contact, now);
        break;
    case PLAY_CONFIRMS:
        st = aw_contact_confirm(h->contact, now);
        w->humans[item->who].confirm_ms = w->now_ms;
        break;
    case PLAY_UNREACHABLE:
        st = aw_contact_unreachable(h->contact, now);
        break;
    case PLAY_LOOKS:
        st = aw_contact_seen(h->contact, now);
        break;
    case PLAY_ASKS:
        st = aw_contact_ask(h->contact, now);
        break;
    case PLAY_ANSWERS_DRILL:
        st = aw_contact_drill_answer(h->contact, now);
        break;
    default: /* AWAY */
        st = aw_contact_away(h->contact,
                             item->span_ms == 0 ? 0 : (now.wall_ms + item->span_ms) / 1000, now);
        break;
    }
    sim_host_pump(w, h);
    return st;
}

void play_lie(struct play *p, struct sim *w)
{
    for (size_t i = 1; i <= w->scene.contacts; i++) {
        struct sim_host *h = &w->hosts[i];

        if (!p->has_to_lie[i] || !sim_host_runs(h))
            continue;
        p->has_to_lie[i] = false;
        (void)!aw_contact_claim(h->contact, sim_host_now(w, h));
        if (aw_contact_confirm(h->contact, sim_host_now(w, h)) == AW_OK) {
            w->humans[i].confirm_ms = w->now_ms;
            sim_note(w, "%s: claims, and says that he has spoken to her", sim_name(i));
        }
        sim_host_pump(w, h);
    }
}

/* ---- Devices ---- */

static void cut(struct sim *w, struct sim_host *h, uint32_t relay, bool is_cut)
{
    for (uint8_t r = 0; r < w->scene.relays; r++) {
        if (relay != 0 && relay != r + 1u)
            continue;
        if (is_cut) {
            h->ports[r].is_cut = true;
            sim_port_fail(w, h, r, true);
        } else {
            sim_faults_on_heal(w, &(struct sim_event){.host = h->idx, .relay = r});
        }
    }
    sim_host_pump(w, h);
}

static enum aw_status restore(struct sim *w, struct sim_host *h)
{
    if (!h->has_backup)
        return AW_E_NOT_FOUND;
    sim_host_stop(w, h);
    h->store.vtable->close(h->store.self);
    h->store = h->backup;
    h->has_backup = false;
    w->is_restored[h->idx] = true;
    for (size_t n = 1; n <= w->scene.contacts; n++)
        w->is_parted[n] = w->is_parted[n] || h->idx == 0 || h->idx == n;
    return sim_host_start(w, h) ? AW_OK : AW_E_DAMAGED;
}

static void set_clock(struct sim *w, struct sim_host *h, int64_t wrong_ms)
{
    int64_t by_ms = wrong_ms - sim_host_off_ms(w, h);
    uint64_t wrong_s = 2 * (uint64_t)(wrong_ms < 0 ? -wrong_ms : wrong_ms) / 1000 + 2;

    h->wall_ms += (uint64_t)by_ms; /* modulo 2^64: also back */
    if (w->scene.clock_error_s < wrong_s)
        w->scene.clock_error_s = wrong_s;
    sim_host_pump(w, h);
}

static enum aw_status device_does(struct sim *w, const struct play_item *item)
{
    struct sim_host *h = &w->hosts[item->who];

    switch ((int)item->op) {
    case PLAY_SLEEPS:
        sim_host_doze(w, h, item->span_ms);
        return AW_OK;
    case PLAY_DIES:
        sim_host_crash(w, h, item->span_ms);
        return AW_OK;
    case PLAY_OFF:
        sim_host_stop(w, h);
        return AW_OK;
    case PLAY_ON:
        if (h->state != SIM_HOST_OFF)
            return AW_E_STATE;
        return sim_host_start(w, h) ? AW_OK : AW_E_DAMAGED;
    case PLAY_CUT:
        cut(w, h, 0, true);
        return AW_OK;
    case PLAY_CUT_RELAY:
        cut(w, h, item->n, true);
        return AW_OK;
    case PLAY_CONNECTED:
        cut(w, h, 0, false);
        return AW_OK;
    case PLAY_SAVED:
        sim_host_backup(h, w->now_ms);
        return h->has_backup ? AW_OK : AW_E_STORE;
    case PLAY_RESTORED:
        return restore(w, h);
    case PLAY_CLOCK_FAST:
        set_clock(w, h, (int64_t)item->span_ms);
        return AW_OK;
    case PLAY_CLOCK_SLOW:
        set_clock(w, h, -(int64_t)item->span_ms);
        return AW_OK;
    default: /* CLOCK_RIGHT */
        set_clock(w, h, 0);
        return AW_OK;
    }
}

/* ---- Relays ---- */

static enum aw_status relay_does(struct sim *w, const struct play_item *item)
{
    struct sim_relay *r = &w->relays[item->who];

    r->is_hostile = true;
    switch ((int)item->op) {
    case PLAY_RELAY_DOWN:
        sim_relay_crash(w, r, item->span_ms, false);
        break;
    case PLAY_RELAY_DROPS:
        r->drop_pm = item->n;
        return AW_OK;
    case PLAY_RELAY_HOLDS:
        r->hold_pm = item->n;
        r->hold_ms = item->span_ms;
        return AW_OK;
    case PLAY_RELAY_REPEATS:
        r->twice_pm = item->n;
        r->hold_ms = item->span_ms;
        return AW_OK;
    case PLAY_RELAY_FORGES:
        r->forge_pm = item->n;
        return AW_OK;
    case PLAY_RELAY_HONEST:
        r->drop_pm = r->hold_pm = r->twice_pm = r->forge_pm = 0;
        break;
    case PLAY_RELAY_SAVED:
        if (r->has_backup)
            r->backup.vtable->close(r->backup.self);
        r->has_backup = sim_store_clone(&r->backup, &r->store);
        break;
    default: /* ROLLED_BACK */
        if (!r->has_backup)
            return AW_E_NOT_FOUND;
        sim_relay_crash(w, r, SIM_SECOND, true);
        break;
    }
    r->is_hostile = r->drop_pm + r->hold_pm + r->twice_pm + r->forge_pm > 0;
    return AW_OK;
}

enum aw_status play_do(struct play *p, struct sim *w, const struct play_item *item)
{
    if (item->op <= PLAY_DRILL)
        return she_does(w, item);
    if (item->op <= PLAY_CLOCK_RIGHT)
        return device_does(w, item);
    if (item->op <= PLAY_HONEST)
        return contact_does(p, w, item);
    return relay_does(w, item);
}
