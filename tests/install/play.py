#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Plays the two example programs against each other: pairing, check-in, silence, ring, claim,
safe check-in, confirm, closed; then a forced check-in and an SOS. A day passes in a second.

Usage: play.py <phone, with what runs it> <watcher, with what runs it>
"""
import os
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 60  # for one answer: Argon2id under an emulator takes its time


class Program:
    def __init__(self, name, command, folder):
        self.name = name
        self.heard = ""
        self.process = subprocess.Popen(shlex.split(command) + [folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, line):
        """Says one line; returns what was printed since the last one, and the status."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            end = re.search(r"^> (\S+)\n", self.heard, re.MULTILINE)
            if end:
                text, self.heard = self.heard[:end.start()], self.heard[end.end():]
                return text, end.group(1)
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                fail(f"{self.name}: no answer to '{line}'", self.heard)
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                fail(f"{self.name}: ended at '{line}'", self.heard)
            self.heard += part.decode()

    def say(self, line, want=None, status="ok"):
        text, got = self.ask(line)
        if got != status:
            fail(f"{self.name}: '{line}' gave {got}, not {status}", text)
        if want is not None and not re.search(want, text, re.MULTILINE):
            fail(f"{self.name}: '{line}' does not show '{want}'", text)
        return text


def fail(what, text):
    sys.stderr.write(f"play: {what}\n{text}")
    sys.exit(1)


def both_wait(phone, watcher, seconds):
    """Time passes for both alike, in steps; returns what each of them showed."""
    shown = ["", ""]
    for _ in range(seconds // 300):
        shown[0] += phone.say("wait 300")
        shown[1] += watcher.say("wait 300")
    return shown


def step(title):
    print(f"   {title}")


def pair(phone, watcher):
    uri = re.search(r"allswell:\S+", phone.say("invite")).group(0)
    watcher.say("join nonsense", status="format")
    watcher.say(f"join {uri}")
    both_wait(phone, watcher, 600)
    hers, his = phone.say("words 1", "^words: "), watcher.say("words", "^words: ")
    # Events may follow in the same breath.
    if re.findall("^words: .*$", hers, re.M) != re.findall("^words: .*$", his, re.M):
        fail("the words differ", hers + his)
    phone.say("plan safe duress", status="state")  # nobody was verified
    phone.say("verify 1")
    watcher.say("verify")
    phone.say("plan safe duress")
    both_wait(phone, watcher, 600)
    phone.say("status", '^contact 1 "Contact": verified, has plan 1')
    watcher.say("status", '^"Subject": all is well, level 0 of 3')


def silence(phone, watcher):
    shown = both_wait(phone, watcher, 22 * 3600)  # a whole day, with beats and nothing else
    if "event warning" in shown[0] or "RING" in shown[1]:
        fail("somebody was warned an hour too early", shown[0] + shown[1])
    shown = both_wait(phone, watcher, 2 * 3600)
    for want in ("event warning", "event due"):
        if want not in shown[0]:
            fail(f"phone: no '{want}'", shown[0])
    if "event late" not in shown[1] or "RING" in shown[1]:
        fail("watcher: not late, or no grace", shown[1])
    phone.say("restart")  # neither of them forgets over a restart
    watcher.say("restart")
    if "RING" not in both_wait(phone, watcher, 900)[1]:
        fail("watcher: no ring", shown[1])
    watcher.say("status", r"missed, no check-in, level 1 of 3\nto do: Call\.$")


def closing(phone, watcher):
    watcher.say("claim")
    both_wait(phone, watcher, 300)
    phone.say("status", ", is acting$")
    phone.say("checkin safe", "^picture ")
    shown = both_wait(phone, watcher, 300)
    if "event back" not in shown[1] or "event closed" in shown[1]:
        fail("watcher: not back, or closed by her phone alone", shown[1])
    watcher.say("status", "she is back: speak to her, then confirm")
    watcher.say("confirm", "^event closed$")
    watcher.say("confirm", status="state")
    watcher.say("status", '^"Subject": all is well')


def duress_and_sos(phone, watcher):
    calm = phone.say("checkin safe")
    both_wait(phone, watcher, 300)
    if re.sub("event .*\n", "", phone.say("checkin duress")) != re.sub("event .*\n", "", calm):
        fail("phone: duress looks different", calm)
    if "RING" not in both_wait(phone, watcher, 300)[1]:
        fail("watcher: no ring under duress", "")
    watcher.say("status", r"^Do not call her phone(.|\n)*duress")
    phone.say("sos")
    if "RING" not in both_wait(phone, watcher, 300)[1]:
        fail("watcher: no ring for an SOS", "")


def main():
    with tempfile.TemporaryDirectory() as folder:
        phone = Program("phone", sys.argv[1], folder)
        watcher = Program("watcher", sys.argv[2], folder)
        for title, act in (("pairing and plan", pair), ("silence", silence),
                           ("claim, check-in, confirm", closing),
                           ("duress, SOS", duress_and_sos)):
            step(title)
            act(phone, watcher)
        for program in (phone, watcher):
            program.process.stdin.close()
            if program.process.wait(PATIENCE_S) != 0:
                fail(f"{program.name} ended with {program.process.returncode}", program.heard)


main()
