/* SPDX-License-Identifier: ISC */
#include "lab/sim/coverage.h"

#include "relay/switch.h"
#include "relay/wheel.h"

/*
 * Blind switches at a relay (spec/08-relay.md §8). One that is due is armed still. That a mailbox
 * is removed is left out: nobody here removes one that is still written to
 * (tests/unit/test_switch.c).
 */

enum state { NONE = 0, ARMED, HELD, FIRING };
static const char *const states[] = {"none", "armed", "held", "firing"};

enum input {
    INPUT_ARM = 0,
    INPUT_ARM_FAILED,
    INPUT_DUE,
    INPUT_FIRED,
    INPUT_NOT_FIRED,
    INPUT_READ,
    INPUT_START,
};

#define WHY_FIRING "only what is in a batch is stored"
#define WHY_LISTS  "of a held or firing one the time is over, and of none there is no time"

static const struct sim_input_column inputs[] = {
    [INPUT_ARM] = {"arm", BIT(FIRING), "an arm that is pending holds it"},
    [INPUT_ARM_FAILED] = {"arm not stored", BIT(FIRING), "likewise"},
    [INPUT_DUE] = {"time is over", BIT(NONE) | BIT(HELD) | BIT(FIRING), WHY_LISTS},
    [INPUT_FIRED] = {"delivery stored", ~BIT(FIRING), WHY_FIRING},
    [INPUT_NOT_FIRED] = {"delivery not stored", ~BIT(FIRING), WHY_FIRING},
    [INPUT_READ] = {"taken or dropped", BIT(FIRING), "while one waits the next is held"},
    [INPUT_START] = {"start", BIT(HELD) | BIT(FIRING), "all begin as armed, or as none"},
};

const struct sim_table sim_table_switch = SIM_TABLE("switch at a relay", states, inputs);

static enum state state_of(const struct aw_relay *r, uint32_t box)
{
    const struct aw_switch *s = &r->switches[box];

    if ((s->flags & AW_SWITCH_FIRING) != 0)
        return FIRING;
    if ((s->flags & AW_SWITCH_HELD) != 0)
        return HELD;
    return s->after_s == 0 ? NONE : ARMED;
}

static void visit(const struct aw_relay *r, uint32_t box, enum input input)
{
    sim_visit(&sim_table_switch, state_of(r, box), input);
}

void __real_aw_switch_armed(struct aw_relay *r, uint32_t box, uint32_t cell);
void __wrap_aw_switch_armed(struct aw_relay *r, uint32_t box, uint32_t cell);
void __wrap_aw_switch_armed(struct aw_relay *r, uint32_t box, uint32_t cell)
{
    visit(r, box, INPUT_ARM);
    __real_aw_switch_armed(r, box, cell);
}

void __real_aw_switch_not_armed(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_not_armed(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_not_armed(struct aw_relay *r, uint32_t box)
{
    visit(r, box, INPUT_ARM_FAILED);
    __real_aw_switch_not_armed(r, box);
}

uint32_t __real_aw_switch_next(struct aw_relay *r);
uint32_t __wrap_aw_switch_next(struct aw_relay *r);
uint32_t __wrap_aw_switch_next(struct aw_relay *r)
{
    uint32_t first = aw_wheel_queue_first(&r->wheel);

    if (first != 0)
        visit(r, first, INPUT_DUE);
    return __real_aw_switch_next(r);
}

void __real_aw_switch_fired(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *c);
void __wrap_aw_switch_fired(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *c);
void __wrap_aw_switch_fired(struct aw_relay *r, uint32_t box, const struct aw_cell_ref *c)
{
    visit(r, box, INPUT_FIRED);
    __real_aw_switch_fired(r, box, c);
}

void __real_aw_switch_not_fired(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_not_fired(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_not_fired(struct aw_relay *r, uint32_t box)
{
    visit(r, box, INPUT_NOT_FIRED);
    __real_aw_switch_not_fired(r, box);
}

void __real_aw_switch_read(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_read(struct aw_relay *r, uint32_t box);
void __wrap_aw_switch_read(struct aw_relay *r, uint32_t box)
{
    visit(r, box, INPUT_READ);
    __real_aw_switch_read(r, box);
}

void __real_aw_switch_start(struct aw_relay *r);
void __wrap_aw_switch_start(struct aw_relay *r);
void __wrap_aw_switch_start(struct aw_relay *r)
{
    for (uint32_t box = 1; box <= r->box_pool.used; box++)
        visit(r, box, INPUT_START);
    __real_aw_switch_start(r);
}
