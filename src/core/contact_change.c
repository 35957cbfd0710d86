/* SPDX-License-Identifier: ISC */
#include "core/contact_impl.h"

#include <string.h>

#include "base/assert.h"
#include "base/bytes.h"

/* Loosening is slow, tightening is instant (spec/07-contact.md §12). */

/* Humans who compare words with her in person stand for a secret that she forgot. */
#define VOUCHERS 2

/*
 * spec/07-contact.md §12: "The set-up phase MUST end 72 h after the first plan, with a plan that
 * says so, and with the first incident; and MUST NOT begin again."
 */
static bool is_setup(const struct contact *c, uint64_t now_s)
{
    return c->plan.change.setup && !c->change.setup_over && c->ladder.incident_id == 0 &&
           now_s < c->change.setup_since_s + CONTACT_SETUP_MAX_S;
}

uint64_t aw_co_loosen_s(const struct contact *c)
{
    return c->has_plan && !is_setup(c, aw_timebase_s(&c->time)) ? c->plan.change.loosen_s : 0;
}

bool aw_co_is_setup(const struct contact *c)
{
    return c->has_plan && is_setup(c, aw_timebase_s(&c->time));
}

static unsigned human_count(const struct aw_plan *plan)
{
    unsigned count = 0;

    for (size_t i = 0; i < plan->roster_count; i++)
        count += plan->roster[i].person == plan->roster[i].human;
    return count;
}

/* spec/07-contact.md §12: "What her secret does not show MUST NOT take effect unless two humans,
 * or all where there are fewer, compared words with her in person after it arrived" */
bool aw_change_is_vouched(unsigned compared_count, unsigned human_count)
{
    return compared_count >= (human_count < VOUCHERS ? human_count : VOUCHERS);
}

/* spec/07-contact.md §12: "A contact that knows of a fellow (16 §5) MUST count humans of the circle
 * only, but where all of the plan in force compared words." */
static bool is_vouched(const struct contact *c, uint32_t since_s)
{
    unsigned humans = human_count(&c->plan), all = aw_co_compared(c, since_s, false);

    if (aw_co_has_fellow(c) && all < humans)
        return aw_change_is_vouched(aw_co_compared(c, since_s, true), humans);
    return aw_change_is_vouched(all, humans);
}

/* spec/07-contact.md §12: "It MUST NOT take effect at a device whose own human is not one of them":
 * a witness does not say which plan another one was shown. */
static bool may_take_effect(const struct contact *c, bool is_judged, uint32_t arrived_s)
{
    return is_judged || (c->own.words_at_s > arrived_s && is_vouched(c, arrived_s));
}

/* ---- Plans ---- */

/* Whether her secret can be judged here: else it is what the phone claims. */
static bool is_inside(const struct contact *c)
{
    const struct contact_secrets *s = &c->secrets;

    return s->sets_count > 0 && s->sets[s->sets_count - 1].keys.circle;
}

static void forget_pending(struct contact *c)
{
    c->change.has_plan = false;
    aw_wipe(c->pending, c->pending_len);
    c->pending_len = 0;
    aw_co_touch(c, CONTACT_DIRTY_CHANGE | CONTACT_DIRTY_PENDING);
}

/* spec/07-contact.md §3: "A plan MUST NOT come into force unless its version is above the one in
 * force". */
static void adopt(struct contact *c, const struct aw_plan *plan)
{
    uint64_t now_s = aw_timebase_s(&c->time);
    struct aw_ladder_out out = {.count = 0};

    if (!c->has_plan)
        c->change.setup_since_s = (uint32_t)now_s;
    c->change.setup_over = c->change.setup_over || !plan->change.setup;
    c->plan = *plan;
    c->has_plan = true;
    aw_co_peers_plan(c);
    if (c->change.has_plan) /* it is this one, or came before it: CO-98 */
        forget_pending(c);
    aw_co_cards_settle(c);
    aw_co_touch(c, CONTACT_DIRTY_PLAN | CONTACT_DIRTY_CHANGE);
    aw_co_rewatch(c, &out);
    aw_co_flush(c, &out);
    aw_co_event(c, AW_EVENT_PLAN, AW_URGENCY_NOTICE, plan->version, (uint32_t)now_s);
}

/*
 * A later loosening restarts the delay, whatever its version (CO-98); one that her secret does not
 * show displaces none that it does. spec/07-contact.md §12: "One that her secret does not show MUST
 * NOT keep out one that it does", whatever its version.
 */
static void hold(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                 enum aw_plan_field what, bool is_judged)
{
    struct contact_change *g = &c->change;
    uint32_t now_s = (uint32_t)aw_timebase_s(&c->time);
    const struct aw_member *me = aw_co_member(c);

    if (g->has_plan && g->is_judged == is_judged && plan->version == g->version)
        return;
    if (g->has_plan && g->is_judged && !is_judged)
        return;
    g->has_plan = true;
    g->is_judged = is_judged;
    g->version = plan->version;
    g->arrived_at_s = now_s;
    g->effective_at_s = now_s + c->plan.change.loosen_s;
    g->loosens = (uint8_t)what;
    g->decoys = plan->decoys;
    memcpy(c->pending, body.ptr, body.len);
    c->pending_len = (uint16_t)body.len;
    aw_co_touch(c, CONTACT_DIRTY_CHANGE | CONTACT_DIRTY_PENDING);
    if (me == NULL || (me->groups & c->plan.change.announce) != 0)
        aw_co_event(c, AW_EVENT_LOOSENING, AW_URGENCY_NOTICE, g->version, g->effective_at_s);
}

void aw_co_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                        enum contact_worth worth)
{
    enum aw_plan_field what = 0;
    uint64_t now_s = aw_timebase_s(&c->time);
    bool loosens;

    aw_co_shown_plan_arrived(c, plan, body);
    if (worth == CONTACT_WORTH_NONE || (c->has_plan && plan->version <= c->plan.version))
        return;
    /* spec/07-contact.md §12: "A plan whose version is more than 2^16 above that of the one in
     * force MUST NOT come into force where her secret cannot be judged": it would bar all later
     * ones. */
    if (worth == CONTACT_WORTH_JUDGED && c->has_plan && !is_inside(c) &&
        plan->version - c->plan.version > CONTACT_VERSION_JUMP)
        return;
    if (!c->has_plan) {
        if (worth == CONTACT_WORTH_JUDGED)
            adopt(c, plan);
        return;
    }
    /* spec/07-contact.md §12: "A plan that loosens the one in force MUST NOT come into force before
     * `loosen_s` of the one in force have passed since it arrived, and her presence over its hash
     * was found safe" */
    loosens = aw_plan_loosens(&c->plan, plan, now_s, &what);
    if (worth == CONTACT_WORTH_JUDGED && (!loosens || is_setup(c, now_s)))
        adopt(c, plan);
    else
        hold(c, plan, body, what, worth == CONTACT_WORTH_JUDGED);
}

/* ---- Time ---- */

static bool is_due(const struct contact *c)
{
    const struct contact_change *g = &c->change;

    return g->has_plan && may_take_effect(c, g->is_judged, g->arrived_at_s);
}

static bool are_keys_due(const struct contact *c)
{
    return c->change.has_keys && may_take_effect(c, false, c->change.keys_at_s);
}

uint64_t aw_co_change_s(const struct contact *c)
{
    uint64_t at_s = is_due(c) ? c->change.effective_at_s : AW_NO_TIME;
    uint64_t keys_s = (uint64_t)c->change.keys_at_s + c->plan.change.loosen_s;

    return are_keys_due(c) && keys_s < at_s ? keys_s : at_s;
}

static void adopt_pending(struct contact *c)
{
    struct aw_plan plan;

    if (aw_message_decode(&aw_plan_map, &plan, (struct aw_bytes){c->pending, c->pending_len}) ==
        AW_OK)
        adopt(c, &plan);
    else
        forget_pending(c); /* it was decoded when it came: a damaged record */
}

void aw_co_change_tick(struct contact *c)
{
    uint64_t now_s = aw_timebase_s(&c->time);

    if (are_keys_due(c) && c->change.keys_at_s + (uint64_t)c->plan.change.loosen_s <= now_s) {
        aw_co_put_keys(c, &c->change.keys, 0);
        c->change.has_keys = false;
        aw_wipe(&c->change.keys, sizeof c->change.keys);
        aw_co_touch(c, CONTACT_DIRTY_CHANGE);
    }
    if (is_due(c) && c->change.effective_at_s <= now_s)
        adopt_pending(c);
}
