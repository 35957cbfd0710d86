#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: over a network that delays, splits, corrupts, half-closes, resets, swallows or refuses, nothing
crashes, nobody is rung for nothing, and when it is over check-in and alarm get through in time.
Method: a proxy between everybody and the relay; each fault for a while, with a check-in in it, then
the network is well; at last a call for help in the worst of them.
Usage: network.py BIN PRELOAD [--seed N] [--rounds N]"""
import time

import bed
import proxy

BOUND_S = 25  # a wait of at most 8 s after a few failures, and the time of a connection


def main():
    seed, rounds = bed.options(seed=1, rounds=1)
    rng = bed.seeded(seed)
    between = proxy.Proxy(seed)
    with bed.Bed() as circle:
        between.target = bed.free_port()
        circle.relay(
            "relay",
            *("--public", f"127.0.0.1:{between.port}"),
            listen=f"127.0.0.1:{between.target}",
        )
        circle.circle("her", "friend")
        for name in ("her", "friend"):
            circle.agent(name)
        seq, slowest = circle.checkin("her"), 0
        for mode in [mode for _ in range(rounds) for mode in rng.sample(proxy.MODES, 8)]:
            between.mode = mode
            time.sleep(0.3)
            answer = circle.aw("her", "checkin", "--wait", "0", text=bed.SAFE + "\n", ok=False)
            circle.aw("her", "signal", "battery-low", "--battery", "9", "--wait", "0", ok=False)
            time.sleep(rng.uniform(0.5, 1.5))
            between.mode, began = proxy.CLEAN, time.monotonic()
            seq = max(seq, answer.get("seq", 0))
            bed.until(f"the check-in after {mode}", BOUND_S, lambda: circle.arrived("friend", seq))
            slowest = max(slowest, time.monotonic() - began)
            for name in ("relay", "her", "friend"):
                bed.check(f"{name} runs after {mode}", circle.runs(name))
        bed.check("the friend is not rung for the network", not circle.rang("friend"), str(circle.hooks("friend")))
        between.mode = rng.choice((proxy.CORRUPT, proxy.RESET, proxy.HALF_CLOSE))
        circle.aw("her", "sos", "--wait", "0", ok=False)
        time.sleep(1)
        between.mode, began = proxy.CLEAN, time.monotonic()
        bed.until("the alarm rings", BOUND_S, lambda: circle.rang("friend"))
        circle.quiet("relay", "her", "friend")
        print(
            f"{between.connections} connections, {between.corrupted} corrupted, slowest check-in "
            f"{slowest:.1f} s, alarm {time.monotonic() - began:.1f} s, {len(bed.FAILED)} failed"
        )
        if bed.FAILED:
            print(f"seed {seed}")
            circle.report()
    bed.finish()


main()
