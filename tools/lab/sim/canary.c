/* SPDX-License-Identifier: ISC */
#include "lab/sim/sim.h"

bool sim_canary(const struct sim *w, unsigned flaw)
{
    return w->options.canary == 1 + flaw && w->now_ms > SIM_DAY;
}

const char *sim_canary_text(unsigned flaw)
{
    static const char *const texts[SIM_FLAW_COUNT] = {
        "the first contact's device does not ring",
        "her phone takes for deposited what it throws away",
        "the first contact's engine dates what it hears an hour later",
        "the disks of contacts say yes, and keep nothing",
        "a device that starts again draws the same random numbers again",
        "the first contact's device confirms by itself",
        "the first contact's links stay cut when faults are over",
        "her phone's store keeps what nobody asked for",
        "a cell that is refused leaves a mark in the engine",
        "something that is no part of the seed gets into the trace",
        "a relay's host opens a link twice",
        "the contacts' clocks go at half the speed",
        "a check-in is told as a release of shares",
        "a contact is removed from the plan, and nothing is said to him any more",
        "the first contact's screen shows her card as if the last level had begun",
        "the first contact's engine gives her a day more",
        "the first contact's engine takes a cell that does not open for the eighth in days",
        "the first contact's device rings whenever a link breaks for a minute",
        "the first contact's engine opens an incident again for the same word",
        "the first relay's store keeps a row of each commit",
        "a cell that is refused leaves a mark in her phone's engine",
    };

    return texts[flaw];
}
