#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: kill -9 of her agent, of a contact's or of the relay, at call number n while an alarm is on
its way, loses nothing that was acknowledged, and the alarm rings.
Method: the same prepared circle in each cycle; the victim starts again, as a supervisor would
start it; she says SOS again only if she was told that it did not work.
Usage: circle_kill.py BIN PRELOAD [--seed N] [--cycles N] [--seconds N]"""
import time

import bed

NAMES = ("her", "friend", "relay")
# Of the calls that leave something behind or tell somebody.
CALLS = bed.ALL & ~(bed.MALLOC | bed.READ | bed.RECV)


def start(circle, name, port):
    if name == "relay":
        return circle.relay("relay", listen=f"127.0.0.1:{port}")
    return circle.agent(name)


def cycle(circle, rng, port, calls):
    victim = rng.choice(NAMES)
    from_start = rng.random() < 0.3
    fault = (CALLS, rng.randint(1, 120 if from_start else 60), rng.choice((bed.KILL, bed.TEAR)))
    calls[:] = [victim, from_start, fault]
    circle.restore(*NAMES)
    for name in ("relay", "her", "friend"):
        circle.page(name).disarm()
        if name == victim and from_start:
            circle.page(name).arm(*fault)
        if not start(circle, name, port):
            bed.check(f"{name} starts", name == victim)
    if not from_start:
        circle.page(victim).arm(*fault)
    seq = circle.checkin("her", ok=False) if rng.random() < 0.1 else 0
    told = circle.aw("her", "sos", "--wait", "2", ok=False).get("ok")
    deaths = []

    def supervise():
        """Starts the victim again, at whatever time it died."""
        if not circle.runs(victim):
            deaths.append(victim)
            circle.page(victim).disarm()
            bed.check(f"{victim} starts again", start(circle, victim, port))
        return True

    supervise()
    if not told:
        circle.aw("her", "sos", "--wait", "2")
    bed.until("the alarm rings at friend", 20, lambda: supervise() and circle.rang("friend"))
    if seq:
        bed.until("the check-in is there", 20, lambda: supervise() and circle.arrived("friend", seq))
    circle.page(victim).disarm()
    for name in NAMES:
        circle.kill(name)
    return bool(deaths)


def main():
    seed, cycles, seconds = bed.options(seed=1, cycles=40, seconds=0)
    rng = bed.seeded(seed)
    done = killed = 0
    calls = []
    with bed.Bed() as circle:
        circle.relay("relay")
        circle.circle("her", "friend")
        port = circle.lines["relay"].split("/")[0].rsplit(":", 1)[1]
        circle.kill("relay")
        circle.save(*NAMES)
        end = time.monotonic() + seconds
        while not bed.FAILED and (time.monotonic() < end if seconds else done < cycles):
            killed += cycle(circle, rng, port, calls)
            done += 1
        circle.quiet(*NAMES)
        if bed.FAILED:
            print(f"seed {seed}, cycle {done}: {calls}")
            circle.report()
    bed.check("somebody was killed", killed > 0)
    print(f"{done} cycles, {killed} killed, {len(bed.FAILED)} failed")
    bed.finish()


main()
