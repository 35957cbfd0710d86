/* SPDX-License-Identifier: ISC */
#include "lab/sim/play.h"

/* Whether what a script expects is so. */

static const char *state_name(enum aw_ladder_state state)
{
    static const char *const names[] = {"idle",   "fine",  "overdue", "suspect",
                                        "missed", "alarm", "claimed", "resumed"};

    return (unsigned)state < sizeof names / sizeof names[0] ? names[state] : "?";
}

static const char *incident_name(enum aw_incident_kind incident)
{
    static const char *const names[] = {"nothing", "silence", "wrong secrets", "sos", "duress"};

    return (unsigned)incident < sizeof names / sizeof names[0] ? names[incident] : "?";
}

static const char *verdict_name(enum aw_verdict verdict)
{
    static const char *const names[] = {"none",   "nothing", "safe",
                                        "duress", "wrong",   "cannot judge"};

    return (unsigned)verdict < sizeof names / sizeof names[0] ? names[verdict] : "?";
}

void play_describe(struct sim *w, uint8_t who, char *text, size_t cap)
{
    struct sim_host *h = &w->hosts[who];
    struct aw_contact_view view;

    if (!sim_host_runs(h)) {
        (void)snprintf(text, cap,
                       h->state == SIM_HOST_OFF ? "the device is off" : "the device sleeps");
        return;
    }
    if (h->is_hers) {
        (void)snprintf(text, cap, "her phone is on");
        return;
    }
    aw_contact_view(h->contact, &view);
    (void)snprintf(text, cap, "%s, level %u, hears of %s, finds %s%s", state_name(view.state),
                   view.level, incident_name(view.incident), verdict_name(view.checkin.verdict),
                   view.do_not_call ? ", must not call" : "");
}

/* ---- What was told ---- */

static bool was_told(const struct play *p, const struct play_item *item, uint64_t until_ms)
{
    for (size_t i = p->told_count; i-- > 0;) {
        const struct play_told *t = &p->told[i];

        if (t->at_ms < item->from_ms)
            break;
        if (t->at_ms > until_ms || t->who != item->who)
            continue;
        if (item->op == PLAY_SEES_EVENT ? t->kind == (enum aw_event_kind)item->n
                                        : t->urgency == AW_URGENCY_RING)
            return true;
    }
    return false;
}

/* ---- What is so ---- */

static bool she_sees(struct sim *w, const struct play_item *item)
{
    struct sim_host *her = &w->hosts[0];
    struct aw_coverage coverage;
    struct aw_person person;

    if (!sim_host_runs(her))
        return false;
    if (item->op == PLAY_SEES_ACTING)
        return aw_subject_person(her->subject, (uint8_t)item->n, &person) == AW_OK &&
               person.claim == 1;
    return aw_subject_coverage(her->subject, sim_host_now(w, her), &coverage) == AW_OK &&
           coverage.reachable == item->n;
}

static bool contact_sees(struct sim *w, const struct play_item *item)
{
    struct sim_host *h = &w->hosts[item->who];
    struct aw_contact_view view;
    struct aw_place place;

    /* Who is asleep shows what he showed before; who is off shows nothing. */
    if (h->state == SIM_HOST_OFF)
        return false;
    aw_contact_view(h->contact, &view);
    switch ((int)item->op) {
    case PLAY_SEES_STATE:
        return view.state == (enum aw_ladder_state)item->n;
    case PLAY_SEES_LEVEL:
        return view.level == item->n;
    case PLAY_SEES_VERDICT:
        return view.checkin.verdict == (enum aw_verdict)item->n;
    case PLAY_SEES_INCIDENT:
        return view.incident == (enum aw_incident_kind)item->n;
    case PLAY_SEES_DO_NOT_CALL:
        return view.do_not_call;
    default: /* PLACE */
        return aw_contact_place(h->contact, &place, sim_host_now(w, h)) == AW_OK;
    }
}

static bool is_so(const struct play *p, struct sim *w, const struct play_item *item,
                  uint64_t now_ms)
{
    bool yes;

    switch ((int)item->op) {
    case PLAY_SEES_RING:
    case PLAY_SEES_EVENT:
        return was_told(p, item, now_ms);
    case PLAY_SEES_QUIET:
        return !was_told(p, item, now_ms);
    case PLAY_SEES_ACTING:
    case PLAY_SEES_COVERED:
        yes = she_sees(w, item);
        break;
    default:
        yes = contact_sees(w, item);
    }
    return yes != item->is_not;
}

static void settle(struct play *p, struct sim *w, struct play_item *item, bool ok, uint64_t now_ms)
{
    char text[160];

    item->is_settled = true;
    if (ok)
        return;
    item->has_failed = true;
    p->failures++;
    play_describe(w, item->who, text, sizeof text);
    sim_note(w, "EXPECTED in line %u: %.100s", item->line, item->text);
    (void)printf("%s:%u: not so after %llu s: %s\n    instead: %s: %s\n", p->path, item->line,
                 (unsigned long long)(now_ms / 1000), item->text, sim_name(item->who), text);
}

void play_see(struct play *p, struct sim *w, uint64_t now_ms)
{
    for (size_t i = 0; i < p->item_count; i++) {
        struct play_item *item = &p->items[i];

        if (item->kind == PLAY_AT || item->is_settled || now_ms < item->from_ms)
            continue;
        if (item->kind == PLAY_EXPECT) {
            if (now_ms >= item->at_ms)
                settle(p, w, item, is_so(p, w, item, now_ms), now_ms);
        } else if (item->kind == PLAY_BY) {
            if (now_ms > item->from_ms && is_so(p, w, item, now_ms))
                settle(p, w, item, true, now_ms);
            else if (now_ms >= item->at_ms)
                settle(p, w, item, false, now_ms);
        } else if (!is_so(p, w, item, now_ms)) {
            settle(p, w, item, false, now_ms);
        } else if (now_ms >= item->at_ms) {
            settle(p, w, item, true, now_ms);
        }
    }
}
