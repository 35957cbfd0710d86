#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: an old copy of her home, put in the place of the newer one, is found out: both sides are told, and
when they have compared words again her check-ins count. A relay whose database is deleted under it
acknowledges nothing, and one that starts beside a log without a database refuses to.
Method: her home is copied, used, and put back; hours pass by the clocks of the programs.
Usage: restored.py BIN PRELOAD"""
import os
import time

import bed


def told(circle, name):
    log = circle.tool(f"{bed.BIN}/allswell", "--home", circle.path(name), "log").stdout
    return "security: made anew by an old key" in log


def old_copy(circle):
    circle.save("her")
    for name in ("her", "friend"):
        circle.agent(name)
    for _ in range(3):
        seq = circle.checkin("her")
        bed.until("a check-in arrives", 10, lambda seq=seq: circle.arrived("friend", seq))
    circle.kill("her")
    circle.restore("her")
    circle.agent("her")
    circle.checkin("her", ok=False)
    for _ in range(6):
        circle.jump(0.5)
        time.sleep(1)
        if told(circle, "friend") and told(circle, "her"):
            break
    for name in ("friend", "her"):
        bed.check(f"{name} is told within 3 h", told(circle, name))
    words = circle.aw("her", "verify", "friend")["words"]
    circle.aw("friend", "verify", "her", "--words", words)
    circle.aw("her", "verify", "friend", "--words", words)
    last = 0
    for _ in range(4):
        last = circle.checkin("her", ok=False)
        if last > seq:
            break
    bed.check("numbers have caught up", last > seq, f"{last} {seq}")
    bed.until("her check-ins count again", 15, lambda: circle.arrived("friend", last))
    bed.check("the friend is not rung", not circle.rang("friend"), str(circle.hooks("friend")))


def deleted(circle):
    """Nothing is promised that will not be found again."""
    os.remove(circle.path("relay/relay.db"))
    answer = circle.aw("her", "checkin", "--wait", "3", text=bed.SAFE + "\n", ok=False)
    bed.check("no relay says that it has it", not answer.get("relay"), str(answer))
    circle.kill("relay")
    with open(circle.path("relay/relay.db-wal"), "ab") as file:
        file.write(b"left")
    bed.check("it does not start anew", not circle.relay("relay"))
    with open(circle.path("relay.err"), encoding="utf-8") as file:
        line = file.read().splitlines()[-1]
    bed.check("it says why", "missing but its log is there" in line, line)


def main():
    with bed.Bed() as circle:
        circle.relay("relay")
        circle.circle("her", "friend")
        old_copy(circle)
        deleted(circle)
        circle.quiet("relay", "her", "friend")
        if bed.FAILED:
            circle.report()
    bed.finish()


main()
