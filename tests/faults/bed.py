# SPDX-License-Identifier: ISC
"""A circle of real programs for the tests of faults: a relay, a subject and her contacts, each with
a home in one folder, and each, where wanted, under the preloaded library (preload.c, page.h)."""
import contextlib
import json
import mmap
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BIN, PRELOAD = sys.argv[1], sys.argv[2]
SAFE, DURESS = "correct horse battery", "a quiet evening"
PLAN = """checkin = every 8h
level = 0m group 1: Ring the bell.
level = 9m everybody: Go there.
"""

READ, WRITE, SYNC, OPEN, CLOSE, NAME, ACCEPT, SEND, RECV, EPOLL, SOCKET, MALLOC = (
    1 << bit for bit in range(12)
)
ALL = (1 << 17) - 1
KILL, TEAR = -1, -2

FAILED = []


def check(what, ok, shown=""):
    if not ok:
        FAILED.append(what)
        print(f"failed: {what} {shown}", flush=True)
    return ok


def options(**defaults):
    """--name value, for numbers."""
    given = dict(zip(sys.argv[3::2], sys.argv[4::2]))
    return [int(given.get(f"--{name}", value)) for name, value in defaults.items()]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def until(what, limit_s, call, step_s=0.02):
    """Waits for something; it not happening is a failure."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if call():
            return True
        time.sleep(step_s)
    return check(f"did not happen: {what}", False)


class Page:
    """What a program is told; the layout of struct fault_page."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(4096))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 4096)

    def arm(self, calls, at, what, forever=False):
        self.map[0:4] = struct.pack("I", 0)
        self.map[4:24] = struct.pack("IIiII", at, forever, what, 0, 0)
        self.map[0:4] = struct.pack("I", calls)

    def disarm(self):
        self.map[0:4] = struct.pack("I", 0)

    def count(self):
        return struct.unpack("I", self.map[16:20])[0]

    def hits(self):
        return struct.unpack("I", self.map[20:24])[0]

    def jump(self, hours, asleep=False):
        """Moves all clocks, or those that go on while a machine sleeps."""
        at = 32 if asleep else 24
        now = struct.unpack("q", self.map[at : at + 8])[0]
        self.map[at : at + 8] = struct.pack("q", now + int(hours * 3600000))


    def set_clock(self, wall_s, boot_s):
        """By how much the wall clock is wrong, and how much longer the machine runs."""
        self.map[40:56] = struct.pack("qq", int(wall_s * 1000), int(boot_s * 1000))


class Bed:
    """Folder and processes; ended and removed when the block ends."""

    def __init__(self):
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.work = tempfile.mkdtemp(prefix="allswell-faults-", dir=base)
        self.env = {**os.environ, "HOME": self.work, "TZ": "UTC"}
        for name in ("ALLSWELL_HOME", "ALLSWELL_RELAY_HOME", "ALLSWELL_DEMO_CLOCK"):
            self.env.pop(name, None)
        self.running, self.pages, self.lines, self.before = {}, {}, {}, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.kill(name)
        shutil.rmtree(self.work, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def page(self, name):
        if name not in self.pages:
            self.pages[name] = Page(self.path(f"{name}.page"))
        return self.pages[name]

    def start(self, name, argv, wanted):
        """Starts a program under its page and waits for `wanted` in its output."""
        env = {**self.env, "LD_PRELOAD": PRELOAD, "AW_FAULT_PAGE": self.page(name).path}
        with open(self.path(f"{name}.err"), "ab") as err, open(self.path(f"{name}.out"), "wb") as out:
            process = subprocess.Popen(self.before + argv, env=env, stdout=out, stderr=err)
        self.running[name] = process
        end = time.monotonic() + 10
        while time.monotonic() < end and process.poll() is None:
            with open(self.path(f"{name}.out"), encoding="utf-8") as file:
                text = file.read()
            if wanted in text and text.endswith("\n"):
                self.lines[name] = text.split("\n", maxsplit=1)[0]
                return True
            time.sleep(0.005)
        return False

    def relay(self, name, *more, listen="127.0.0.1:0"):
        return self.start(
            name,
            [f"{BIN}/allswell-relay", "--home", self.path(name), "run", "--listen", listen, *more],
            "/",
        )

    def agent(self, name):
        """The agent of a home; what it rings is in <name>.hook."""
        hook = f"echo \"$ALLSWELL_EVENT $ALLSWELL_LEVEL $ALLSWELL_TEXT\" >>'{self.path(name)}.hook'"
        return self.start(
            name, [f"{BIN}/allswell", "--home", self.path(name), "run", "--on-event", hook], "running"
        )

    def stop(self, name):
        self.running[name].send_signal(signal.SIGSTOP)

    def go_on(self, name):
        self.running[name].send_signal(signal.SIGCONT)

    def jump(self, hours, asleep=False):
        """Time passes for everybody."""
        for page in self.pages.values():
            page.jump(hours, asleep)

    def runs(self, name):
        return self.running[name].poll() is None

    def kill(self, name, number=signal.SIGKILL):
        process = self.running.pop(name, None)
        if process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.send_signal(number)
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            return check(f"{name} ends when it is told to", False)

    def tool(self, *argv, text=None):
        return subprocess.run(
            self.before + list(argv),
            env=self.env,
            input=text,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
            cwd=self.work,
        )

    def under(self, page, argv, text):
        """One command under a page, or without one; in the folder of the bed."""
        env = dict(self.env)
        if page is not None:
            env.update(LD_PRELOAD=PRELOAD, AW_FAULT_PAGE=page.path)
        return subprocess.run(argv, env=env, input=text, text=True, errors="replace", capture_output=True,
                              timeout=60, check=False, cwd=self.work)

    def aw(self, home, *words, text=None, ok=True):
        """One command; its JSON answer."""
        got = self.tool(f"{BIN}/allswell", "--home", self.path(home), *words, "--json", text=text)
        try:
            answer = json.loads(got.stdout)
        except ValueError:
            answer = {"ok": False, "error": got.stderr}
        if ok:
            check(f"{home}: {' '.join(words)}", got.returncode == 0, got.stdout + got.stderr)
        return answer

    def watched(self, home):
        return self.aw(home, "status", "--wait", "0", ok=False).get("watched", [{}])[0]

    def person(self, name, relay, line=None):
        self.aw(name, "init", "--name", name)
        token = self.tool(
            f"{BIN}/allswell-relay", "--home", self.path(relay), "token", "new", name
        ).stdout
        self.aw(name, "relay", "add", line or self.lines[relay], text=token)

    def circle(self, subject, *contacts, relay="relay", line=None, plan=PLAN):
        """Paired, verified, with a plan in force; nobody's agent runs."""
        self.person(subject, relay, line)
        for name in contacts:
            self.person(name, relay, line)
            invite = self.tool(f"{BIN}/allswell", "--home", self.path(subject), "invite").stdout
            self.aw(name, "join", text=invite)
            self.aw(subject, "people")
            self.aw(name, "people")
            words = self.aw(subject, "verify", name)["words"]
            self.aw(name, "verify", subject, "--words", words)
            self.aw(subject, "verify", name, "--words", words)
        with open(self.path("plan"), "w", encoding="utf-8") as file:
            file.write(plan + "".join(f"person = {name} group 1\n" for name in contacts))
        secrets = f"{SAFE}\n{DURESS}\n{contacts[0]}\n"
        self.aw(subject, "plan", "set", "--secrets", self.path("plan"), text=secrets)
        for name in contacts:
            until(f"{name} has the plan", 10, lambda name=name: self.has_plan(name))

        if FAILED:
            finish()

    def heard(self, subject, contact, seconds=10):
        """A relay, and a circle of two whose agents run; a check-in has arrived."""
        self.relay("relay")
        self.circle(subject, contact)
        for name in (subject, contact):
            self.agent(name)
        seq = self.checkin(subject)
        until("a check-in arrives", seconds, lambda: self.arrived(contact, seq))

    def has_plan(self, name):
        return self.aw(name, "status").get("watched", [{}])[0].get("plan_version") == 1

    def hooks(self, name):
        """What its hook was run for."""
        with contextlib.suppress(OSError):
            with open(self.path(f"{name}.hook"), encoding="utf-8") as file:
                return file.read().splitlines()
        return []

    def rang(self, name):
        return any(line.startswith("ring 1 ") for line in self.hooks(name))

    def checkin(self, home, *more, ok=True):
        """The number of a check-in that was acknowledged, or 0."""
        answer = self.aw(home, "checkin", *more, text=SAFE + "\n", ok=ok)
        return answer.get("seq", 0) if answer.get("ok") else 0

    def arrived(self, home, seq):
        return (self.watched(home).get("checkin") or {}).get("seq", 0) >= seq

    def save(self, *names):
        """Homes as they are, to go back to; nothing may run."""
        for name in names:
            shutil.copytree(
                self.path(name), self.path(f"{name}.saved"), ignore=shutil.ignore_patterns("*.sock")
            )

    def restore(self, *names):
        for name in names:
            shutil.rmtree(self.path(name), ignore_errors=True)
            shutil.copytree(self.path(f"{name}.saved"), self.path(name))
            with contextlib.suppress(OSError):
                os.remove(self.path(f"{name}.hook"))

    def report(self):
        """What the programs said last."""
        for name in self.pages:
            with contextlib.suppress(FileNotFoundError):
                with open(self.path(f"{name}.err"), encoding="utf-8", errors="replace") as file:
                    print(f"{name}: {file.read()[-500:]}")

    def quiet(self, *names):
        """No secret of the test in what a program wrote."""
        for name in names:
            for kind in ("err", "out", "hook"):
                with contextlib.suppress(OSError):
                    with open(self.path(f"{name}.{kind}"), "rb") as file:
                        text = file.read()
                    for secret in (SAFE, DURESS):
                        check(f"{name}.{kind} holds no secret", secret.encode() not in text)


def finish():
    sys.exit(1 if FAILED else 0)


def seeded(seed):
    return random.Random(seed)
