#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a command whose calls into the system fail, or who is out of memory, says so in one line with an exit code
that the man page knows, or does its work; her home is as it was, and what she is told was done, is done. An agent
that is asked at that moment answers, or ends in one line and starts again.
Method: commands of a subject and a contact, without an agent and with one; the nth call of a kind fails, once or for
ever, drawn by a seed.
Usage: commands.py BIN PRELOAD [--seed N] [--seconds N]"""
import contextlib
import errno
import os
import re
import shutil
import signal
import sys
import time

import bed

MAP, NEW_FD, THREAD, RANDOM, WAIT = (1 << bit for bit in range(12, 17))
# Where memory, a descriptor of its own, a thread or what wakes its loop is refused to it, libuv ends the process by
# abort().
KINDS = [
    (bed.MALLOC, (errno.ENOMEM,), 2000, True),
    (bed.READ, (errno.EIO, errno.EINTR), 60, True),
    (bed.WRITE, (errno.EIO, errno.ENOSPC), 40, False),
    (bed.SYNC, (errno.EIO,), 10, False),
    (bed.OPEN, (errno.EMFILE, errno.EACCES, errno.EROFS), 30, False),
    (bed.CLOSE, (errno.EIO,), 30, False),
    (bed.NAME, (errno.EIO, errno.ENOSPC), 20, False),
    (bed.SEND, (errno.EPIPE, errno.ENOBUFS), 8, False),
    (bed.RECV, (errno.ECONNRESET,), 8, False),
    (bed.SOCKET, (errno.EMFILE, errno.ENOMEM, errno.ENETUNREACH), 12, False),
    (bed.EPOLL, (errno.ENOMEM,), 12, True),
    (NEW_FD, (errno.EMFILE,), 4, True),
    (THREAD, (errno.EAGAIN,), 3, True),
    (RANDOM, (errno.EINTR,), 3, False),
    (WAIT, (errno.EINTR,), 6, False),
]
# What must not succeed, since the circle is needed to the end, gets no secret to go on with: remove, join.
COMMANDS = {
    "her": ("status", "why", "log", "people", "relay list", "plan show", "plan check", "plan zone Europe/Berlin",
            "coverage", "sos --wait 0", "drill", "life", "invite", "signal battery-low", "frame write friend", "cancel",
            "card remove", "plan set plan", "here --place 51.5,-0.1 --note kiosk", "checkin", "sos --countdown 30",
            "stop", "timer start 45m --extend 10m", "timer extend", "timer end", "journey 30m", "card set card",
            "remove --yes friend", "forget --yes 2", "doctor", "backup backup.new", "relay add LINE",
            "relay address LINE", "relay remove --yes LINE", "proxy", "proxy none", "verify --json 1", "refuse --yes 1", "settled --yes 1",
            "notify add exec /bin/true", "notify list", "notify test", "notify log", "notify remove --yes exec"),
    "friend": ("status", "why her", "log", "claim her", "decline her", "note her here", "unreachable her", "confirm --yes her",
            "place her", "card show her", "people", "relay list", "away 1h", "away --off", "rota 23:00-07:00", "rota",
            "always-on", "compared --yes her", "answer her", "ask her", "handover her friend", "plan waiting her",
            "leave --yes her", "leave --undo her", "frame read", "join"),
    "new": ("init --name new", "restore --yes one.backup"),
}
PASSPHRASE = "a horse in the rain"
# What is typed; a command that is not here reads an empty line at most.
TYPED = {"checkin": bed.SAFE, "timer end": bed.SAFE, "cancel": bed.SAFE, "plan zone": bed.SAFE, "plan set": bed.SAFE,
         "card set": bed.SAFE, "card remove": bed.SAFE, "backup": PASSPHRASE, "restore": PASSPHRASE}
# What is said before anything can fail: the picture of a secret, and what a hook tells to whom.
BEFORE = ("Your picture: ", "Through '", "  ")
CODES = range(6)


def nth(rng, most):
    """Small ones often, large ones, too."""
    return rng.randrange(1, 1 + rng.choice((3, 10, most)))


class Trial:
    """Counts, and one command at a time."""

    def __init__(self, circle, rng, token):
        self.circle, self.rng, self.token = circle, rng, token
        self.met = self.refused = self.aborted = self.ended = 0

    def arm(self, page):
        kind, errors, most, may_abort = self.rng.choice(KINDS)
        if self.rng.randrange(3) == 0:
            kind, errors, most, may_abort = KINDS[0]
        what = self.rng.choice(errors)
        forever = what != errno.EINTR and self.rng.randrange(3) == 0
        page.arm(kind, nth(self.rng, most), what, forever)
        return kind, what, forever, may_abort

    def judge(self, words, code, out, err, fault):
        """One of: it was done, refused with one line, or libuv gave up."""
        shown = f"{' '.join(words)}, {fault}: code {code}, {out[-300:]!r} {err[-600:]!r}"
        if code == -signal.SIGABRT and fault[3] and "libuv" in err:
            self.aborted += 1
            return
        bed.check("an exit code", code in CODES, shown)
        bed.check("no secret", not any(word in out + err for word in (bed.SAFE, PASSPHRASE, self.token)), shown)
        if code not in (0, 1):
            self.refused += 1
            lines = [line for line in err.splitlines() if not line.startswith(BEFORE)]
            bed.check("one line with a remedy", len(lines) == 1 and lines[0].startswith("allswell: "), shown)

    def typed(self, words):
        if words[:2] == ["relay", "add"]:
            return self.token
        return next((text for begin, text in TYPED.items() if words[:begin.count(" ") + 1] == begin.split()), "")

    def made(self, home, words, code):
        """What is made anew each time is there, whole, when it is said to be."""
        circle = self.circle
        if home == "new" and code == 0:
            circle.aw("new", "people", "--wait", "0", ok=True)
        if words[0] == "backup" and code == 0:
            back = circle.tool(f"{bed.BIN}/allswell", "--home", circle.path("back"), "restore", "--yes",
                               circle.path("backup.new"), text=PASSPHRASE + "\n")
            bed.check("a backup can be restored", back.returncode == 0, back.stderr)
            shutil.rmtree(circle.path("back"))
        shutil.rmtree(circle.path("new"), ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.remove(circle.path("backup.new"))

    def command(self, home, words, agent):
        """With the fault in the command itself, or in the agent that it asks."""
        circle = self.circle
        page = circle.page(agent or "command")
        fault = self.arm(page)
        argv = [f"{bed.BIN}/allswell", "--home", circle.path(home), *words]
        got = circle.under(None if agent else page, argv, self.typed(words) + "\n")
        self.met += page.hits() > 0
        page.disarm()
        self.judge(words, got.returncode, got.stdout, got.stderr, (*fault, page.hits()))
        self.made(home, words, got.returncode)
        if agent and not circle.runs(agent):
            self.after_its_end(agent, fault)

    def after_its_end(self, agent, fault):
        circle = self.circle
        code = circle.kill(agent)
        with open(circle.path(f"{agent}.err"), encoding="utf-8", errors="replace") as file:
            err = file.read()
        self.ended += 1
        if code == -signal.SIGABRT and fault[3] and "libuv" in err[-4000:]:
            self.aborted += 1
        else:
            bed.check("the agent ends with a code", code in CODES and code != 0, f"{fault}: {code} {err[-600:]!r}")
            bed.check("and says why", "allswell: " in err[-600:], f"{fault}: {code} {err[-600:]!r}")
        bed.check("it starts again", circle.agent(agent))


def all_are_tried(circle):
    """But for the agent, which does not end."""
    shown = circle.tool(f"{bed.BIN}/allswell", "--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    known = [name.strip() for name in re.findall(r"^  ([a-z][a-z-]*(?: [a-z][a-z-]*)?) {1,2}(?=[A-Z\[ ])", shown, re.M)]
    tried = [line.split() for lines in COMMANDS.values() for line in lines]
    missing = [name for name in known if name.split() not in [words[:name.count(" ") + 1] for words in tried]]
    bed.check("every command is tried", len(known) > 50 and missing == ["run"], f"{len(known)}, but not {missing}")


def sound(circle, agent):
    """Without a fault all is well: a word arrives, and each home answers."""
    for home in ("her", "friend"):
        circle.aw(home, "status", "--wait", "0", ok=True)
    seq = circle.checkin("her", ok=False)
    bed.check("a check-in is taken", seq > 0)
    if agent:
        bed.until("it arrives", 20, lambda: circle.arrived("friend", seq))


def main():
    seed, seconds = bed.options(seed=1, seconds=12)
    with bed.Bed() as circle:
        circle.relay("relay")
        circle.circle("her", "friend")
        all_are_tried(circle)
        circle.aw("spare", "init", "--name", "spare")
        circle.aw("spare", "backup", circle.path("one.backup"), text=PASSPHRASE + "\n")
        with open(circle.path("card"), "w", encoding="utf-8") as file:
            file.write("first = Ring the bell\n")
        token = circle.tool(f"{bed.BIN}/allswell-relay", "--home", circle.path("relay"), "token", "new", "more")
        trial = Trial(circle, bed.seeded(seed), token.stdout.strip())
        every = [(home, line) for home, lines in COMMANDS.items() for line in lines]
        for agent in (False, True):
            if agent:
                circle.agent("friend")
                circle.agent("her")
            # So many seconds, and longer where the machine is too busy to meet a fault in each.
            begun, least = time.monotonic(), trial.met + seconds / 2
            while not bed.FAILED and time.monotonic() < begun + 5 * seconds and (
                    time.monotonic() < begun + seconds / 2 or trial.met < least):
                home, line = trial.rng.choice(every)
                words = line.replace("LINE", circle.lines["relay"].strip()).split()
                is_asked = agent and home != "new" and trial.rng.randrange(2) == 0
                trial.command(home, words, home if is_asked else None)
            sound(circle, agent)
        circle.quiet("her", "friend")
        if bed.FAILED:
            circle.report()
        print(f"seed {seed}: {trial.met} faults met, {trial.refused} refused, {trial.ended} agents ended, "
              f"{trial.aborted} ended by libuv")
        bed.check("faults are met", trial.met >= seconds)
    bed.finish()


if __name__ == "__main__":
    main()
