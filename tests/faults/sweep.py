#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a command that writes can be killed at each call, and each call can fail: what it said is done, is done, and
what it did not say is done or not, never half. A home opens, or is none and is made by the same command again; a
backup is whole under its name or not there; a restored home is whole, and has begun anew with everybody.
Method: number n of each kind of call, until there is none: killed before it, killed in the middle of a write, failing
once, failing for ever. From n it goes on with n + 1 + n / STEPS; where the order of calls counts, with n + 1.
Usage: sweep.py BIN PRELOAD [--steps N]"""
import contextlib
import errno
import itertools
import os
import shutil
import signal

import bed
from commands import KINDS, PASSPHRASE, Trial

DEATHS = [(bed.NAME, bed.KILL), (bed.SYNC, bed.KILL), (bed.WRITE, bed.KILL), (bed.WRITE, bed.TEAR)]
ANYTHING = bed.ALL & ~bed.MALLOC


class Scene:
    """One command, again and again. After each: what must hold, whether it was done or not."""

    def __init__(self, circle, steps):
        self.circle, self.steps, self.trial = circle, steps, Trial(circle, None, "no token")
        self.deaths = self.failures = 0

    def numbers(self, kind):
        at = 1
        while True:
            yield at
            at += 1 if self.is_ordered and kind in (bed.NAME, bed.SYNC) else 1 + at // self.steps

    def again(self, *words, home=None, text=None):
        """The same command, or another one, without a fault."""
        got = self.circle.tool(f"{bed.BIN}/allswell", "--home", self.circle.path(home or self.home),
                               *(words or self.words), text=(self.text if text is None else text) + "\n")
        return got.returncode, got.stdout + got.stderr

    def one(self, kind, at, what, forever, may_abort):
        """False: there is no call number `at`."""
        self.fault = (kind, what, forever)
        self.prepare()
        page = self.circle.page("command")
        page.arm(kind, at, what, forever)
        argv = [f"{bed.BIN}/allswell", "--home", self.circle.path(self.home), *self.words]
        got = self.circle.under(page, argv, self.text + "\n")
        hits = page.hits()
        page.disarm()
        self.shown = f"{' '.join(self.words)}, kinds {kind:#x}, call {at}, {what}{' and all later' * forever}: " \
                     f"code {got.returncode}, {got.stdout[-200:]!r} {got.stderr[-300:]!r}"
        if what < 0:
            self.check("killed, or not met", got.returncode == -signal.SIGKILL if hits else got.returncode == 0)
            self.deaths += hits > 0
        else:
            self.trial.judge(self.words, got.returncode, got.stdout, got.stderr, (kind, what, forever, may_abort, hits))
            self.failures += hits > 0
        self.judge(got.returncode == 0, got)
        return hits > 0

    def check(self, what, ok, more=""):
        bed.check(what, ok, f"{self.shown} {more}")

    def sweep(self, kind, what, forever=False, may_abort=False):
        for at in self.numbers(kind):
            if bed.FAILED or not self.one(kind, at, what, forever, may_abort):
                break

    def run(self):
        for kind, what in DEATHS:
            self.sweep(kind, what)
        if self.steps > 1:
            self.sweep(ANYTHING, bed.KILL)

    def prepare(self):
        pass

    is_ordered = False


class Init(Scene):
    home, words, text, is_ordered = "new", ["init", "--name", "new"], "", True

    def prepare(self):
        shutil.rmtree(self.circle.path("new"), ignore_errors=True)

    def judge(self, done, _):
        code, said = self.again()
        self.check("a home, or made now", code == 3 if done else code in (0, 3), said)
        self.check("it is one", self.circle.aw("new", "people", "--wait", "0").get("name") == "new", said)


class Checkin(Scene):
    home, words, text, last = "her", ["checkin", "--json"], bed.SAFE, 0

    def judge(self, done, _):
        seq = self.circle.checkin("her")
        self.check("no number twice, none forgotten", seq > self.last + done, f"{self.last} {seq}")
        self.last = seq


class PlanSet(Scene):
    """Each is a minute tighter than the one before."""
    home, words, text, minutes = "her", ["plan", "set", "plan.new"], bed.SAFE, 480

    def every(self):
        return f"every {self.minutes // 60}h" + f"{self.minutes % 60}m" * (self.minutes % 60 > 0)

    def shows(self):
        return self.circle.aw("her", "plan", "show").get("text", "")

    def prepare(self):
        self.minutes -= 1
        with open(self.circle.path("plan"), encoding="utf-8") as old:
            text = old.read().replace("every 8h", self.every())
        with open(self.circle.path("plan.new"), "w", encoding="utf-8") as new:
            new.write(text)
        self.before = self.shows()

    def judge(self, done, _):
        now = self.shows()
        is_new = self.every() in now
        self.check("the new plan, or the old one", is_new or (now == self.before and not done), now)


class Backup(Scene):
    home, words, text, is_ordered = "lost", ["backup", "backup.new"], PASSPHRASE, True

    def __init__(self, *given):
        super().__init__(*given)
        self.told = []  # of flushes that failed: whether there is a file under the name

    def prepare(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.circle.path("backup.new"))

    def judge(self, done, got):
        is_there = os.path.exists(self.circle.path("backup.new"))
        self.check("there, when that was said", is_there or not done)
        if not is_there and self.fault[1] < 0:
            code, said = self.again()
            self.check("made now", code == 0, said)
        if is_there:
            code, said = self.again("restore", "--yes", "backup.new", home="back")
            self.check("a backup is whole", code == 0, said)
            shutil.rmtree(self.circle.path("back"), ignore_errors=True)
        if self.fault[:2] == (bed.SYNC, errno.EIO) and not self.fault[2] and "cannot write backup.new: " in got.stderr:
            self.told.append(is_there)

    def run(self):
        super().run()
        for (kind, errors, _, may_abort), forever in itertools.product(KINDS, (False, True)):
            if self.steps > 1 or kind in (bed.MALLOC, bed.READ, bed.WRITE, bed.SYNC, bed.NAME):
                self.sweep(kind, errors[0], forever, may_abort)
        bed.check("the file is flushed before it has its name, then the folder", self.told == [False, True], self.told)


class Restore(Scene):
    home, words, text, is_ordered = "new", ["restore", "--yes", "one.backup"], PASSPHRASE, True

    def prepare(self):
        shutil.rmtree(self.circle.path("new"), ignore_errors=True)

    def judge(self, done, _):
        is_home = self.again("people", "--wait", "0")[0] == 0
        self.check("a home, when that was said", is_home or not done)
        if not is_home:
            code, said = self.again()
            self.check("made now", code == 0, said)
        code, said = self.again("log")
        self.check("it has begun anew", "this home was restored from a backup" in said, said)
        code, said = self.again("people", "--wait", "0")
        self.check("it is whole", code == 0 and "friend" in said, said)


def main():
    steps, = bed.options(steps=1)
    with bed.Bed() as circle:
        circle.relay("relay")
        circle.circle("her", "friend")
        circle.aw("her", "backup", circle.path("one.backup"), text=PASSPHRASE + "\n")
        circle.aw("lost", "init", "--name", "lost")
        circle.agent("friend")  # who answers, so that no words pile up
        scenes = [kind(circle, steps) for kind in (Init, Checkin, PlanSet, Backup, Restore)]
        for scene in scenes:
            scene.run()
            print(f"{scene.words[0]}: {scene.deaths} killed, {scene.failures} with calls that failed", flush=True)
        print(f"{sum(scene.deaths for scene in scenes)} commands killed, "
              f"{sum(scene.failures for scene in scenes)} with calls that failed")
    bed.finish()


main()
