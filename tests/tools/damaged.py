#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a home whose records are not what the tool wrote is refused, with a remedy, and stays as it
is; what is only about the past does not keep a device from watching.

Method: records put into the database of a home, one at a time; then a command, or the agent.
Usage: damaged.py FOLDER_OF_THE_PROGRAMS
"""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ALLSWELL = os.path.join(sys.argv[1], "allswell")
SETTINGS, RELAYS, LOG, HOOKS, DELIVERIES, PAGE, MOVED, COPIES = range(112, 120)
KEY = "A" * 43  # 32 bytes
LINE = f"relay.example:7440/{KEY}"
ENV = {**os.environ, "TZ": "UTC"}
FAILURES = []


class Home:
    """A copy of a home of nobody."""

    def __init__(self, work, blank):
        self.path = os.path.join(work, "home")
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.copytree(blank, self.path)
        self.database = os.path.join(self.path, "allswell.db")

    def put(self, space, key, value):
        if isinstance(value, dict):
            value = json.dumps(value).encode()
        with sqlite3.connect(self.database) as database:
            number = space << 55 | key
            if value is None:
                database.execute("DELETE FROM record WHERE id = ?", (number,))
            else:
                database.execute("INSERT OR REPLACE INTO record VALUES (?, ?)", (number, value))
        database.close()

    def get(self, space, key):
        database = sqlite3.connect(self.database)
        rows = database.execute("SELECT value FROM record WHERE id = ?", (space << 55 | key,)).fetchall()
        database.close()
        return json.loads(rows[0][0]) if rows else None

    def run(self, *args):
        done = subprocess.run([ALLSWELL, "--home", self.path, *args], capture_output=True, text=True, env=ENV,
                              timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


def check(home, what, code, text, *args):
    got, said = home.run(*args)
    if got != code or text not in " ".join(said.split()):
        FAILURES.append(what)
        print(f"{what}: exit code {got}, not {code}, or no '{text}': {said.strip()[:300]}")


def settings(new):
    good = new().get(SETTINGS, 1)
    for name, value in (("name", None), ("name", ""), ("name", "x" * 33), ("name", "\x1b"), ("zone", None),
                        ("zone", "x" * 200), ("salt", None), ("salt", "A"), ("tweak", None), ("tweak", "!" * 22)):
        home = new()
        bad = dict(good)
        del bad[name]
        home.put(SETTINGS, 1, bad if value is None else {**bad, name: value})
        check(home, f"settings {name}={value}", 4, "is not what was written (damaged): restore a backup", "people")
    home = new()
    home.put(SETTINGS, 1, b"\xff not JSON")
    check(home, "settings", 4, "restore a backup", "people")
    home = new()
    home.put(SETTINGS, 2, good)
    check(home, "two settings", 4, "restore a backup", "people")
    home = new()
    home.put(SETTINGS, 1, None)
    check(home, "no settings", 4, "has no settings: restore a backup", "people")


def relays(new):
    good = {"address": LINE, "token": KEY}
    home = new()
    home.put(RELAYS, 1, good)
    check(home, "a relay", 0, "relay.example:7440", "relay", "list", "--wait", "0")
    for what, key, value in (("no address", 1, {"token": KEY}), ("no line", 1, {**good, "address": "relay.example"}),
                             ("no token", 1, {"address": LINE}), ("half a token", 1, {**good, "token": KEY[:9]}),
                             ("a number", 1 << 33, good), ("no JSON", 1, b"{")):
        home = new()
        home.put(RELAYS, key, value)
        check(home, f"relay: {what}", 4, "is not what was written", "people")
    home = new()
    for key in range(1, 40):
        home.put(RELAYS, key, {**good, "address": f"r{key}.example:7440/{KEY}"})
    check(home, "too many relays", 4, "is not what was written", "people")


def log(new):
    home = new()
    for key in range(7, 17):
        home.put(LOG, key, {"at": 1700000000 + key, "event": "invited", "person": "1"})
    check(home, "two lines of ten", 0, "", "log", "--lines", "2")
    home.put(LOG, 17, b"{")
    check(home, "a line that is none", 4, "the log cannot be read (damaged)", "log")
    check(home, "and the rest", 0, "", "people")


def hooks(new):
    good = {"kind": "exec", "name": "p", "address": "/nowhere/at/all"}
    home = new()
    home.put(HOOKS, 1, good)
    check(home, "a hook", 0, "/nowhere/at/all", "notify", "list")
    for what, key, value in (("no kind", 1, {"name": "p"}), ("no path", 1, {**good, "address": "p"}),
                             ("number 0", 0, good), ("no JSON", 1, b"[")):
        home = new()
        home.put(HOOKS, key, value)
        check(home, f"hook: {what}", 4, "hooks of", "people")
    home = new()
    for key in range(1, 60):
        home.put(HOOKS, key, {**good, "name": f"p{key}"})
    check(home, "too many hooks", 4, "hooks of", "people")

    # What was delivered is past: it is shown as far as it can be read, and keeps nobody from watching.
    told = {"live": "resting", "urgency": "ring", "nonce": "ff", "person": "w1", "hook_number": 1, "hook": "p",
            "tried_at": 1700000000, "state": "failed", "answer": "1", "at": 1700000000, "until": 0, "level": 1}
    home = new()
    home.put(HOOKS, 1, good)
    for key, value in enumerate((told, {**told, "live": "waiting", "urgency": "notice", "next_at": 2 ** 40},
                                 {**told, "urgency": "quiet", "state": "accepted"}, {**told, "hook_number": 9},
                                 {**told, "state": "x" * 50}, {**told, "until": 99}, {**told, "level": 256},
                                 {**told, "nonce": "f" * 30}, {**told, "urgency": None}, {**told, "person": None},
                                 {"live": 7}, b"[")):
        home.put(DELIVERIES, 100 + key, value)
    check(home, "deliveries", 0, "/nowhere/at/all", "notify", "list")
    check(home, "people beside them", 0, "", "people")


def copies(new):
    home = new()
    home.put(COPIES, 1 << 8 | 2, {"since": 1700000000})
    check(home, "a copied device", 0, "", "people")
    for what, key, value in (("no time", 1, {}), ("a time that is none", 1, {"since": -1}), ("no JSON", 1, b"{"),
                             ("a slot", 1 << 40, {"since": 1700000000})):
        home = new()
        home.put(COPIES, key, value)
        check(home, f"copied device: {what}", 4, "is not what was written", "people")
    home = new()
    for key in range(1, 80):
        home.put(COPIES, key, {"since": 1700000000})
    check(home, "too many copied devices", 4, "is not what was written", "people")


def page(new):
    good = {"cookie": KEY, "key": KEY}
    for what, value in (("no cookie", {"key": KEY}), ("half a key", {**good, "key": "A"}), ("no JSON", b"{")):
        home = new()
        home.put(PAGE, 1, value)
        check(home, f"login: {what}", 4, "restore a backup", "run", "--page=127.0.0.1:0")
    home = new()
    for key in range(1, 200):
        home.put(PAGE, key, good)
    check(home, "too many logins", 4, "restore a backup", "run", "--page=127.0.0.1:0")
    home = new()
    home.put(PAGE, 1, good)
    with subprocess.Popen([ALLSWELL, "--home", home.path, "run", "--page=127.0.0.1:0"], env=ENV,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as agent:
        token = os.path.join(home.path, "page.token")
        for _ in range(200):
            if os.path.exists(token):
                break
            time.sleep(0.05)
        time.sleep(0.1)
        agent.send_signal(signal.SIGTERM)
        agent.wait(60)
    if home.get(PAGE, 1) is not None:
        FAILURES.append("a new token")
        print("a new token has ended no login")


def main():
    with tempfile.TemporaryDirectory(prefix="allswell-damaged-") as work:
        blank = os.path.join(work, "blank")
        subprocess.run([ALLSWELL, "--home", blank, "init", "--name", "nobody"], check=True, env=ENV,
                       stdout=subprocess.DEVNULL)
        for test in (settings, relays, log, hooks, copies, page):
            before = len(FAILURES)
            test(lambda: Home(work, blank))
            print(f"{'ok    ' if len(FAILURES) == before else 'FAILED'} {test.__name__}")
    sys.exit(1 if FAILURES else 0)


main()
