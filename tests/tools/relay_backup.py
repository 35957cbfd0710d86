#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Backup of a relay under load, restore, and moving to another machine under the same name: what was
waiting when the old relay stopped arrives from the new one, and nobody has to do anything. Also
status --watch, limits, and bad input of the three commands."""
import atexit
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.path.abspath(sys.argv[1])
RELAY, ALLSWELL = os.path.join(BIN, "allswell-relay"), os.path.join(BIN, "allswell")
WORK = tempfile.TemporaryDirectory()
os.environ.update(HOME=WORK.name, XDG_DATA_HOME=os.path.join(WORK.name, "data"), TZ="UTC")
for name in ("ALLSWELL_DEMO_CLOCK", "ALLSWELL_RELAY_HOME", "NOTIFY_SOCKET"):
    os.environ.pop(name, None)


def at(name):
    return os.path.join(WORK.name, name)


def run(program, home, *words, stdin=None, timeout=120):
    return subprocess.run([program, "--home", at(home), *words], input=stdin, capture_output=True,
                          text=True, timeout=timeout, check=False)


def done(program, home, *words, stdin=None):
    result = run(program, home, *words, stdin=stdin)
    assert result.returncode == 0, (words, result)
    return result.stdout.strip()


def refused(code, text, home, *words):
    result = run(RELAY, home, *words)
    assert result.returncode == code and text in result.stderr, (words, result)
    assert result.stderr.count("\n") == 1, result.stderr


class Running:
    def __init__(self, home, listen="127.0.0.1:0", *options):
        with open(at(home + ".err"), "a", encoding="utf-8") as err:
            self.process = subprocess.Popen(
                [RELAY, "--home", at(home), "run", "--listen", listen, *options],
                stdout=subprocess.PIPE, stderr=err, text=True)
        atexit.register(self.process.kill)
        self.line = self.process.stdout.readline().strip()
        assert self.line
        self.listen = self.line.split("/")[0]

    def stop(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        code = self.process.wait(60)
        assert code == (0 if with_signal == signal.SIGTERM else -with_signal), code


def status(home):
    return json.loads(run(RELAY, home, "status", "--json").stdout)


def parts(home):
    return [name for name in os.listdir(at(home)) if "part" in name]


def check_backup(path, made):
    """For nobody else, whole by itself, with the records of the relay and nothing that is deleted."""
    mode = os.stat(path)
    assert mode.st_mode & 0o777 == 0o600 and mode.st_size == made["bytes"]
    assert not os.path.exists(path + "-wal")
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM record").fetchone()[0] > 0
    db.close()


relay = Running("old")
tokens = {who: done(RELAY, "old", "token", "new", who) for who in ("subject", "friend", "load")}
for who, token in tokens.items():
    done(ALLSWELL, who, "init", "--name", who)
    done(ALLSWELL, who, "relay", "add", relay.line, stdin=token + "\n")
done(ALLSWELL, "friend", "join", stdin=done(ALLSWELL, "subject", "invite"))
assert "friend" in done(ALLSWELL, "subject", "people") and "subject" in done(ALLSWELL, "friend", "people")

# Load: invitations come and go, each with mailboxes, deposits and commits, while backups are made.
stop, rounds = threading.Event(), [0]


def load():
    while not stop.is_set():
        run(ALLSWELL, "load", "invite")
        rounds[0] += 1


worker = threading.Thread(target=load)
worker.start()
try:
    backups = 0
    while backups < 6 or rounds[0] < 2:
        assert backups < 200, "there was no load"
        path = at(f"backup{backups}")
        backups += 1
        made = json.loads(done(RELAY, "old", "backup", path, "--json"))
        check_backup(path, made)
        assert status("old")["commits_failed"] == 0 and parts("old") == []
    # Two at once: each is whole, or says that it is not to be had now.
    both = [subprocess.Popen([RELAY, "--home", at("old"), "backup", at(f"both{n}"), "--json"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for n in range(2)]
    for number, process in enumerate(both):
        out, err = process.communicate(timeout=60)
        if process.returncode == 0:
            check_backup(at(f"both{number}"), json.loads(out))
        else:
            assert process.returncode == 3 and "try again" in err, err
            assert not os.path.exists(at(f"both{number}"))
    assert any(process.returncode == 0 for process in both)
finally:
    stop.set()
    worker.join()
with open(at("old.err"), encoding="utf-8") as err:
    said = err.read()
assert "A backup was made." in said and WORK.name not in said

# Each of them is a relay.
for number in range(6):
    made = json.loads(done(RELAY, f"try{number}", "restore", at(f"backup{number}"), "--json"))
    assert made["address"] == relay.line and made["running"] is False
    assert made["tokens"]["living"] == 3 and made["mailboxes"] >= 2, made
    assert sorted(os.listdir(at(f"try{number}"))) == ["relay.db"]
    assert os.stat(at(f"try{number}")).st_mode & 0o777 == 0o700
    assert os.stat(at(f"try{number}/relay.db")).st_mode & 0o777 == 0o600

# Moving. Something waits that its reader has not taken; the old relay stops; backup; the new one
# runs under the same name, with the same key.
done(ALLSWELL, "subject", "verify", "friend", "--words",
     json.loads(done(ALLSWELL, "friend", "verify", "subject", "--json"))["words"])
waiting = status("old")["cells_waiting"]
relay.stop()
done(RELAY, "old", "backup", at("last"))
refused(3, "there is a relay", "old", "restore", at("last"))
assert "MUST NOT run" in done(RELAY, "new", "restore", at("last"))
assert status("new")["cells_waiting"] == waiting
moved = Running("new", relay.listen)
assert moved.line == relay.line
words = json.loads(done(ALLSWELL, "subject", "verify", "friend", "--json"))["words"]
assert "verified" in done(ALLSWELL, "friend", "verify", "subject", "--words", words)
assert "subject" in done(ALLSWELL, "friend", "people")
# A new invitation goes through it, too: tokens and mailboxes have come along.
done(ALLSWELL, "load", "join", stdin=done(ALLSWELL, "subject", "invite"))
assert "load" in done(ALLSWELL, "subject", "people")

# Limits are visible, and a look again and again.
now = status("new")
assert now["limits"] == {"links": 1024, "mailboxes": 4096, "cells": 65536, "tokens": 64,
                         "deposits_at_once": 128, "deposit_ms": 1000}
assert now["tokens"] == {"places": 3, "living": 3, "quota": 192}
text = done(RELAY, "new", "status")
assert re.search(r"\d+  of 4096 mailboxes$", text, re.M) and "NEARLY" not in text, text
assert re.search(r"\d+  KiB on disk, \d+ KiB are free$", text, re.M), text
for number in range(55):
    done(RELAY, "new", "token", "new", f"t{number}")
assert "58  of 64 tokens: NEARLY USED UP" in done(RELAY, "new", "status")
watch = subprocess.Popen([RELAY, "--home", at("new"), "status", "--watch=1"],
                         stdout=subprocess.PIPE, text=True)
atexit.register(watch.kill)
seen = [watch.stdout.readline() for _ in range(60)]
assert sum("The relay is running" in line for line in seen) >= 2
assert "\033" not in "".join(seen)
moved.stop()
while "NOT running" not in watch.stdout.readline():
    pass
# Who watches keeps nobody out.
again = Running("new", relay.listen)
while "The relay is running" not in watch.stdout.readline():
    pass
watch.send_signal(signal.SIGINT)
watch.wait(60)

# Moving to another address. Everybody says so at home: subject while her agent runs. Channels go on, the
# token is good there, and who comes new knows nothing of it.
agent = subprocess.Popen([ALLSWELL, "--home", at("subject"), "run"], stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
atexit.register(agent.kill)


def is_connected(home):
    listed = run(ALLSWELL, home, "relay", "list", "--json")
    assert listed.returncode == 0, listed
    return [(own["address"], own["connected"]) for own in json.loads(listed.stdout)["relays"]]


def wait_for(what):
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until, what
        time.sleep(0.2)


# A command that comes before would hold the home, and the agent would not start.
wait_for(lambda: os.path.exists(os.path.join(at("subject"), "control.sock")))
wait_for(lambda: is_connected("subject") == [(again.line, True)])
again.stop()
done(RELAY, "new", "backup", at("far"))
done(RELAY, "elsewhere", "restore", at("far"))
far = Running("elsewhere")
assert far.line != again.line and far.line.split("/")[1] == again.line.split("/")[1]
wait_for(lambda: is_connected("subject") == [(again.line, False)])
assert far.line in done(ALLSWELL, "subject", "relay", "address", far.line)
wait_for(lambda: is_connected("subject") == [(far.line, True)])
done(ALLSWELL, "friend", "relay", "address", far.line)
before = status("elsewhere")
done(ALLSWELL, "friend", "away", "1h")
assert status("elsewhere")["deposited"] > before["deposited"]
wait_for(lambda: status("elsewhere")["taken"] > before["taken"])
assert is_connected("friend")[0][0] == far.line
result = run(ALLSWELL, "subject", "verify", "friend", "--json")
assert result.returncode == 0, result
agent.send_signal(signal.SIGTERM)
assert agent.wait(60) == 0
assert is_connected("subject") == [(far.line, True)]  # also after a new start
done(ALLSWELL, "advocate", "init", "--name", "advocate")
done(ALLSWELL, "advocate", "relay", "add", far.line, stdin=tokens["load"] + "\n")
done(ALLSWELL, "advocate", "join", stdin=done(ALLSWELL, "subject", "invite"))
assert "advocate" in done(ALLSWELL, "subject", "people") and "subject" in done(ALLSWELL, "advocate", "people")
# A new token for it is one for the same relay.
done(ALLSWELL, "subject", "relay", "add", far.line, stdin=tokens["friend"] + "\n")
assert len(is_connected("subject")) == 1
for line, code in (("", 2), ("127.0.0.1:1", 2), (far.line[:-1], 2), ("x" * 5000, 2)):
    assert run(ALLSWELL, "subject", "relay", "address", line).returncode == code, line
far.stop()
again = Running("new", relay.listen)

# Asked to stop in the middle of a backup, it still stops, and the backup is whole or is none.
process = subprocess.Popen([RELAY, "--home", at("new"), "backup", at("race"), "--json"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
again.stop()
out, err = process.communicate(timeout=60)
if process.returncode == 0:
    check_backup(at("race"), json.loads(out))
else:
    assert not os.path.exists(at("race")), err

# Bad input.
refused(3, "cannot be made", "new", "backup", at("last"))
refused(4, "cannot be made", "new", "backup", at("nowhere/file"))
os.symlink(at("target"), at("symlink"))
refused(3, "cannot be made", "new", "backup", at("symlink"))
refused(2, "too long", "new", "backup", "/" + "x/" * 4000)
refused(5, "", "nothing", "backup", at("none"))
assert not os.path.exists(at("none")) and not os.path.exists(at("target"))
refused(5, "cannot be read", "fresh", "restore", at("none"))
refused(2, "no backup", "fresh", "restore", WORK.name)
os.mkfifo(at("fifo"))
refused(2, "no backup", "fresh", "restore", at("fifo"))
with open(at("last"), "rb") as file:
    whole = file.read()


def spoiled(name, content, codes):
    with open(at(name), "wb") as file:
        file.write(content)
    result = run(RELAY, "fresh", "restore", at(name))
    assert result.returncode in codes and result.stderr.count("\n") == 1, (name, result)
    assert not os.path.exists(at("fresh")) or os.listdir(at("fresh")) == [], name


spoiled("empty", b"", (2,))
spoiled("text", b"not a database\n" * 1000, (2,))
for part in (1, 100, 4096, len(whole) // 2, len(whole) - 1):
    spoiled("cut", whole[:part], (2,))
spoiled("longer", whole + b"\0", (2,))
key = sqlite3.connect(at("last")).execute("SELECT value FROM record WHERE length(value) = 32 "
                                          "ORDER BY id DESC LIMIT 1").fetchone()[0]
assert whole.count(key) == 1
spoiled("key", whole.replace(key, key[:9] + bytes([key[9] ^ 1]) + key[10:]), (4,))
spoiled("flipped", whole[:4096] + bytes(byte ^ 0x55 for byte in whole[4096:]), (4,))
# A home of a person is no relay.
done(ALLSWELL, "neighbour", "init", "--name", "neighbour")
person = next(name for name in os.listdir(at("neighbour")) if name.endswith(".db"))
with open(os.path.join(at("neighbour"), person), "rb") as file:
    spoiled("person", file.read(), (2, 4))
with open(at("fresh/relay.db-wal"), "wb") as file:
    file.write(b"log")
refused(3, "there is a relay", "fresh", "restore", at("last"))
os.unlink(at("fresh/relay.db-wal"))
done(RELAY, "fresh", "restore", at("last"))
for seconds in ("0", "3601", "x", "-1"):
    refused(2, "", "fresh", "status", f"--watch={seconds}")
