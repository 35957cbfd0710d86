/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "core/contact_impl.h"

/* A new plan at a contact (spec/07-contact.md §12). */

enum state { NONE = 0, SETUP, IN_FORCE, WAITS, ASIDE };
static const char *const states[] = {"none", "set-up", "in force", "one waits", "one is set aside"};

enum input {
    INPUT_DURESS = 0,
    INPUT_OLDER,
    INPUT_GOOD,
    INPUT_GOOD_LOOSENS,
    INPUT_ODD,
    INPUT_ODD_LOOSENS,
    INPUT_TIME,
    INPUT_WORDS,
};

#define WHY_FIRST "there is none to compare it with"
#define WHY_TIME  "only what waits comes into force by itself"
#define WAITING   (BIT(WAITS) | BIT(ASIDE))

static const struct sim_input_column inputs[] = {
    [INPUT_DURESS] = {"under duress", 0, NULL},
    [INPUT_OLDER] = {"no newer version", ~UINT32_C(0), "its file was refused (CO-76)"},
    [INPUT_GOOD] = {"safe, does not loosen", 0, NULL},
    [INPUT_GOOD_LOOSENS] = {"safe, loosens", BIT(NONE), WHY_FIRST},
    [INPUT_ODD] = {"not judged, does not loosen", 0, NULL},
    [INPUT_ODD_LOOSENS] = {"not judged, loosens", BIT(NONE), WHY_FIRST},
    [INPUT_TIME] = {"time is over", BIT(NONE) | BIT(SETUP) | BIT(IN_FORCE), WHY_TIME},
    [INPUT_WORDS] = {"words compared", 0, NULL},
};

const struct sim_table sim_table_plan = SIM_TABLE("plan", states, inputs);

static enum state state_of(const struct contact *c)
{
    if (!c->has_plan)
        return NONE;
    if (c->change.has_plan)
        return c->change.is_judged ? WAITS : ASIDE;
    return aw_co_is_setup(c) ? SETUP : IN_FORCE;
}

static enum input input_of(const struct contact *c, const struct aw_plan *plan,
                           enum contact_worth worth)
{
    enum aw_plan_field what;
    bool is_good = worth == CONTACT_WORTH_JUDGED;

    if (worth == CONTACT_WORTH_NONE)
        return INPUT_DURESS;
    if (c->has_plan && plan->version <= c->plan.version)
        return INPUT_OLDER;
    if (c->has_plan && aw_plan_loosens(&c->plan, plan, aw_timebase_s(&c->time), &what))
        return is_good ? INPUT_GOOD_LOOSENS : INPUT_ODD_LOOSENS;
    return is_good ? INPUT_GOOD : INPUT_ODD;
}

void __real_aw_co_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                               enum contact_worth worth);
void __wrap_aw_co_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                               enum contact_worth worth);
void __wrap_aw_co_plan_arrived(struct contact *c, const struct aw_plan *plan, struct aw_bytes body,
                               enum contact_worth worth)
{
    sim_visit(&sim_table_plan, state_of(c), input_of(c, plan, worth));
    __real_aw_co_plan_arrived(c, plan, body, worth);
}

void __real_aw_co_change_tick(struct contact *c);
void __wrap_aw_co_change_tick(struct contact *c);
void __wrap_aw_co_change_tick(struct contact *c)
{
    enum state before = state_of(c);
    uint32_t version = c->plan.version;

    __real_aw_co_change_tick(c);
    if (c->plan.version != version)
        sim_visit(&sim_table_plan, before, INPUT_TIME);
}

AW_MUST_USE enum aw_status __real_aw_contact_words_compared(struct aw_contact *contact,
                                                            struct aw_now now);
AW_MUST_USE enum aw_status __wrap_aw_contact_words_compared(struct aw_contact *contact,
                                                            struct aw_now now);
enum aw_status __wrap_aw_contact_words_compared(struct aw_contact *contact, struct aw_now now)
{
    sim_visit(&sim_table_plan, state_of(contact_of(contact)), INPUT_WORDS);
    return __real_aw_contact_words_compared(contact, now);
}
