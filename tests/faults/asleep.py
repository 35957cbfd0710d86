#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a program that was stopped for hours, and a relay, go on as if they had been there: what came
meanwhile is known before anybody is rung, a silence is found at once, and nothing is said in a storm.
Method: SIGSTOP; the clocks of all programs jump; SIGCONT. With --suspend 1 libuv's clock stands still
meanwhile, as while a machine sleeps: a deadline is then seen within a minute.
Usage: asleep.py BIN PRELOAD [--suspend 0|1]"""
import time

import bed

STORM = 150  # messages in the three seconds after waking; a few are enough


def main():
    (suspend,) = bed.options(suspend=0)
    limit_s = 80 if suspend else 15
    with bed.Bed() as circle:
        circle.heard("her", "friend")

        # He sleeps; she checks in meanwhile.
        circle.stop("friend")
        circle.jump(3, suspend)
        seq = circle.checkin("her")
        circle.jump(4, suspend)
        circle.page("friend").arm(bed.SEND | bed.SOCKET | bed.WRITE, 0, 0)
        circle.go_on("friend")
        bed.until("what came in his sleep", limit_s, lambda: circle.arrived("friend", seq))
        time.sleep(3)
        sent = circle.page("friend").count()
        bed.check("friend wakes without a storm", sent < STORM, f"{sent} calls")
        bed.check("the friend is not rung for nothing", not circle.rang("friend"), str(circle.hooks("friend")))

        # The relay sleeps, and she checks in into nothing.
        circle.stop("relay")
        circle.jump(1, suspend)
        answer = circle.aw("her", "checkin", "--wait", "0", text=bed.SAFE + "\n", ok=False)
        circle.jump(1, suspend)
        circle.page("relay").arm(bed.SEND | bed.WRITE, 0, 0)
        circle.go_on("relay")
        bed.until("what she said meanwhile", limit_s + 45, lambda: circle.arrived("friend", answer["seq"]))
        sent = circle.page("relay").count()
        bed.check("the relay wakes without a storm", sent < STORM, f"{sent} calls")
        bed.check("the friend is not rung for the relay", not circle.rang("friend"), str(circle.hooks("friend")))

        # He sleeps over her silence.
        circle.stop("friend")
        circle.jump(14, suspend)
        circle.go_on("friend")
        # Two proofs of the path, 90 s apart (spec/07-contact.md, 5.1); time goes on in small jumps.
        for minutes in range(60 if suspend else 10):
            if circle.rang("friend"):
                break
            time.sleep(2)
            circle.jump(1 / 60, suspend)
        bed.check("the silence rings soon", circle.rang("friend"), str(circle.watched("friend")))
        time.sleep(1)
        rings = len([line for line in circle.hooks("friend") if line.startswith("ring")])
        bed.check("once, or a few times", rings <= 3, str(circle.hooks("friend")))
        print(f"{sent} calls of the relay, rung after {minutes} min, {rings} rings, {len(bed.FAILED)} failed")
        if bed.FAILED:
            circle.report()
    bed.finish()


main()
