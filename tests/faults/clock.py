#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a contact's machine that was off for two days, and begins with the time at which it went off, finds
her silence when the network sets its clock, not hours later; one that has run for long, and whose clock is set
ahead, is not moved by that.
Method: the wall clock that his agent sees stands still meanwhile, and is set while it runs.
Usage: clock.py BIN PRELOAD"""
import time

import bed

OFF_S = 2 * 86400


def state(circle):
    return circle.watched("friend").get("state")


def set_while_it_runs(circle, up_s):
    """His machine has run for so long; the state of her watch before, and after its clock was set."""
    boot_s = up_s - OFF_S - time.clock_gettime(time.CLOCK_BOOTTIME)
    circle.page("friend").set_clock(-OFF_S, boot_s)
    circle.agent("friend")
    time.sleep(12)  # a look at the clock
    before = state(circle)
    circle.page("friend").set_clock(0, boot_s)
    for _ in range(25):
        time.sleep(1)
        if state(circle) != before:
            break
    after = state(circle)
    circle.kill("friend")
    return before, after


def main():
    with bed.Bed() as circle:
        circle.heard("her", "friend")
        circle.kill("her")
        circle.kill("friend")
        circle.save("friend")
        circle.page("relay").jump(OFF_S / 3600)
        circle.page("friend").jump(OFF_S / 3600)
        before, after = set_while_it_runs(circle, 2 * 3600)
        bed.check("a step moves nothing later", before == after == "fine", f"{before} {after}")
        circle.restore("friend")
        before, after = set_while_it_runs(circle, 60)
        bed.check("he knows of no silence yet", before == "fine", str(before))
        bed.check("her silence is found", after in ("overdue", "suspect", "missed"), str(after))
        log = circle.tool(f"{bed.BIN}/allswell", "--home", circle.path("friend"), "log").stdout
        bed.check("it is in the log", "the clock of this machine was set" in log, log)
        if bed.FAILED:
            circle.report()
    bed.finish()


main()
