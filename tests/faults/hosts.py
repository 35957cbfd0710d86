#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: between two hosts, over a link that drops a third of the packets and then flaps, check-ins and an
alarm get through soon after it is well, and an outage rings nobody.
Method: two network namespaces and a veth pair; nft drops at random. She is on one host, the relay and
her contact on the other.
Usage: hosts.py BIN PRELOAD; needs root, ip and nft, 77 without."""
import contextlib
import os
import shutil
import subprocess
import sys
import time

import bed

HERE, THERE = f"awf{os.getpid()}a", f"awf{os.getpid()}b"
DROP = """table inet faults {
  chain input {
    type filter hook input priority 0; policy accept;
    numgen random mod 100 < 33 drop
  }
}
"""


def ip(*words):
    subprocess.run(("ip", *words), check=True, capture_output=True)


@contextlib.contextmanager
def two_hosts():
    ip("netns", "add", HERE)
    try:
        ip("netns", "add", THERE)
        ip("link", "add", "faults0", "netns", HERE, "type", "veth", "peer", "name", "faults1", "netns", THERE)
        for host, link, address in ((HERE, "faults0", "198.18.0.1/30"), (THERE, "faults1", "198.18.0.2/30")):
            ip("-n", host, "addr", "add", address, "dev", link)
            ip("-n", host, "link", "set", link, "up")
            ip("-n", host, "link", "set", "lo", "up")
        yield
    finally:
        for host in (HERE, THERE):
            subprocess.run(("ip", "netns", "del", host), check=False, capture_output=True)


def drop(host, rules):
    subprocess.run(
        ("ip", "netns", "exec", host, "nft", "-f", "-"), input=rules, text=True, check=True, capture_output=True
    )


def play(circle):
    circle.before = ["ip", "netns", "exec", HERE]
    circle.relay("relay", "--public", "198.18.0.1", listen="0.0.0.0:0")
    circle.circle("her", "friend")
    circle.agent("friend")
    circle.before = ["ip", "netns", "exec", THERE]
    circle.agent("her")
    circle.before = []
    for host in (HERE, THERE):
        drop(host, DROP)
    seqs = []
    for _ in range(3):
        seqs.append(circle.checkin("her", "--wait", "0"))
        bed.until("a check-in over a bad link", 60, lambda: circle.arrived("friend", seqs[-1]))
    for host in (HERE, THERE):
        drop(host, "flush ruleset\n")
    for _ in range(4):
        ip("-n", HERE, "link", "set", "faults0", "down")
        seqs.append(circle.checkin("her", "--wait", "0", ok=False))
        time.sleep(0.4)
        ip("-n", HERE, "link", "set", "faults0", "up")
        time.sleep(0.4)
    began = time.monotonic()
    bed.until("the check-ins after the flapping", 40, lambda: circle.arrived("friend", max(seqs)))
    bed.check("the friend is not rung for a link", not circle.rang("friend"), str(circle.hooks("friend")))
    came = time.monotonic() - began
    ip("-n", HERE, "link", "set", "faults0", "down")
    circle.aw("her", "sos", "--wait", "0", ok=False)
    time.sleep(0.5)
    ip("-n", HERE, "link", "set", "faults0", "up")
    began = time.monotonic()
    bed.until("the alarm rings", 40, lambda: circle.rang("friend"))
    circle.quiet("relay", "her", "friend")
    print(f"check-in {came:.1f} s and alarm {time.monotonic() - began:.1f} s after a link came back")


def main():
    if os.geteuid() != 0 or not shutil.which("ip") or not shutil.which("nft"):
        print("skipped: needs root, ip (iproute2) and nft (nftables)")
        sys.exit(77)
    try:
        with two_hosts(), bed.Bed() as circle:
            play(circle)
            if bed.FAILED:
                circle.report()
    except subprocess.CalledProcessError as error:
        print(f"skipped: {' '.join(error.cmd)}: {error.stderr}")
        sys.exit(77)
    bed.finish()


main()
