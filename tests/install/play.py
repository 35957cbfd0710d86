#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Plays the two example programs against each other: pairing, check-in, silence, ring, claim,
safe check-in, confirm, closed; then a forced check-in and an SOS. A day passes in a second.

With --bad-relay the relay, once the two are paired, loses cells, holds them back for up to an hour
and delivers them again, as its seed has it; all must come out the same, only later.

Usage: play.py [--bad-relay=SEED] <phone, with what runs it> <watcher, with what runs it>
"""
import os
import random
import re
import select
import shlex
import subprocess
import sys
import tempfile
import time

PATIENCE_S = 60  # for one answer: Argon2id under an emulator takes its time


STEP_S = 300


class SharedFolder:
    """A relay that both see: what one of them deposits lies before the other."""

    def __init__(self, folder):
        self.hers = self.his = folder

    def carry(self):
        pass


class BadRelay:
    """A folder for each. What is deposited in one is carried into the other, or not, or late, or once
    more. Her switch lies in both until she takes it back."""

    LOST, HELD, AGAIN = 0.15, 0.25, 0.2  # of all cells
    LONGEST = 3600 // STEP_S  # steps

    def __init__(self, folder, seed):
        self.hers, self.his = os.path.join(folder, "hers"), os.path.join(folder, "his")
        self.is_bad, self.random = False, random.Random(seed)
        self.carried = set()  # what lies in a folder, or has lain there, for its reader
        self.held = []  # steps to wait, folder, name, cell
        self.counts = {"lost": 0, "late": 0, "repeated": 0}
        for each in self.hers, self.his:
            os.mkdir(each)

    def new(self, folder):
        """As they were deposited: by time and number, whatever the mailbox."""
        names = (name for name in os.listdir(folder) if name[0] != "." and (folder, name) not in self.carried)
        return sorted(names, key=lambda name: name.split(".")[1:])

    def put(self, folder, name, cell):
        self.carried.add((folder, name))
        part = os.path.join(folder, ".part-relay")
        with open(part, "wb") as file:
            file.write(cell)
        os.rename(part, os.path.join(folder, name))

    def fate(self):
        if not self.is_bad:
            return None
        drawn = self.random.random()
        for fate, share in ("lost", self.LOST), ("late", self.HELD), ("repeated", self.AGAIN):
            if drawn < share:
                self.counts[fate] += 1
                return fate
            drawn -= share
        return None

    def carry(self):
        """One step of time: what is due, then what is new."""
        for one in self.held:
            one[0] -= 1
            if one[0] == 0:
                self.put(*one[1:])
        self.held = [one for one in self.held if one[0] > 0]
        for source, sink in (self.hers, self.his), (self.his, self.hers):
            for name in self.new(source):
                path = os.path.join(source, name)
                with open(path, "rb") as file:
                    cell = file.read()
                if name.endswith(".switch"):
                    self.carried.add((source, name))
                    self.put(sink, name, cell)
                    continue
                os.unlink(path)
                fate = self.fate()
                if fate in ("late", "repeated"):
                    self.held.append([self.random.randint(1, self.LONGEST), sink, name, cell])
                if fate in (None, "repeated"):
                    self.put(sink, name, cell)
        for name in os.listdir(self.his):
            if name.endswith(".switch") and not os.path.exists(os.path.join(self.hers, name)):
                os.unlink(os.path.join(self.his, name))


class Program:
    def __init__(self, name, command, folder, relay):
        self.name, self.relay = name, relay
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
    for _ in range(seconds // STEP_S):
        phone.relay.carry()
        shown[0] += phone.say(f"wait {STEP_S}")
        phone.relay.carry()
        shown[1] += watcher.say(f"wait {STEP_S}")
    return shown


def both_wait_for(phone, watcher, who, want, hours, least=0):
    """Time passes until `who` shows it, in status or as an event, with a number of `least` or more
    where it has one; returns what both showed."""
    shown = ["", ""]
    for _ in range(hours * 3600 // STEP_S):
        more = both_wait(phone, watcher, STEP_S)
        shown = [shown[0] + more[0], shown[1] + more[1]]
        found = re.search(want, more[who is watcher] + who.say("status"), re.MULTILINE)
        if found and (least == 0 or int(found.group(1)) >= least):
            return shown
    fail(f"{who.name}: no '{want}' in {hours} hours", shown[who is watcher] + who.say("status"))


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


def late_and_lost(phone, watcher):
    """Five calls: each is heard in the end, and nobody is rung for what the relay did."""
    phone.relay.is_bad = True
    shown = ""
    for _ in range(5):
        phone.say("checkin safe")
        said = int(re.search(r"newest statement (\d+)", phone.say("status")).group(1))
        shown += both_wait_for(phone, watcher, phone, r"device has (\d+),", 6, said)[1]
        shown += both_wait(phone, watcher, 10 * 3600)[1]
    if "RING" in shown:
        fail("watcher: rang, and nothing had happened", shown)


def late_silence(phone, watcher):
    shown = both_wait_for(phone, watcher, watcher, "RING", 16)[1]
    if "event late" not in shown:
        fail("watcher: not late before it rang", shown)
    watcher.say("claim")  # which she may not hear of: it is over in half an hour
    phone.say("checkin safe")
    both_wait_for(phone, watcher, watcher, "she is back: speak to her, then confirm", 6)
    watcher.say("confirm")
    both_wait_for(phone, watcher, watcher, '^"Subject": all is well', 6)


def late_calls(phone, watcher):
    phone.say("checkin duress")
    both_wait_for(phone, watcher, watcher, r"^Do not call her phone(.|\n)*duress", 6)
    phone.say("sos")
    both_wait_for(phone, watcher, watcher, "RING", 6)
    counts = phone.relay.counts
    if min(counts.values()) < 5:
        fail(f"the relay did too little: {counts}", "")


HONEST = (("pairing and plan", pair), ("silence", silence), ("claim, check-in, confirm", closing),
          ("duress, SOS", duress_and_sos))
BAD = (("pairing and plan", pair), ("a bad relay: calls", late_and_lost),
       ("silence, claim, check-in, confirm", late_silence), ("duress, SOS", late_calls))


def main():
    words = sys.argv[1:]
    seed = words.pop(0).split("=")[1] if words[0].startswith("--bad-relay=") else None
    with tempfile.TemporaryDirectory() as folder:
        relay = SharedFolder(folder) if seed is None else BadRelay(folder, seed)
        phone = Program("phone", words[0], relay.hers, relay)
        watcher = Program("watcher", words[1], relay.his, relay)
        for title, act in HONEST if seed is None else BAD:
            step(title)
            act(phone, watcher)
        for program in (phone, watcher):
            program.process.stdin.close()
            if program.process.wait(PATIENCE_S) != 0:
                fail(f"{program.name} ended with {program.process.returncode}", program.heard)


main()
