#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The log of a relay that has had a busy day: each line is one event in the form that was asked for,
and nobody who was there is in it. Also: levels, priorities for the journal, and bad input."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = os.path.abspath(sys.argv[1])
RELAY, ALLSWELL = os.path.join(BIN, "allswell-relay"), os.path.join(BIN, "allswell")
WORK = tempfile.TemporaryDirectory()
os.environ.update(HOME=WORK.name, XDG_DATA_HOME=os.path.join(WORK.name, "data"), TZ="UTC")
for name in ("ALLSWELL_DEMO_CLOCK", "JOURNAL_STREAM", "NOTIFY_SOCKET"):
    os.environ.pop(name, None)
# Clients come from 127.0.0.1.
LISTEN = "127.0.0.2:0"
LABEL, SUBJECT, CONTACT = "the-neighbour", "Subject-Marker", "Contact-Marker"
EVENTS = {"ready", "stopping", "stopped", "tokens-changed", "hour", "unconfined", "limit-near",
          "limit-far", "disk-failing", "disk-works", "failed",
          "overdue"}  # of compressed time a loaded machine misses minutes
LEVELS = {"error": 3, "warning": 4, "notice": 5, "info": 6}


def tool(program, home, *words, stdin=None):
    done = subprocess.run([program, "--home", os.path.join(WORK.name, home), *words], input=stdin,
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (words, done)
    return done.stdout.strip()


class Running:
    """A relay that runs; what it says is in said()."""

    def __init__(self, home, *options, journald=False, clock=None):
        self.path = os.path.join(WORK.name, home + ".err")
        env = dict(os.environ)
        with open(self.path, "w", encoding="utf-8") as err:
            if journald:
                at = os.fstat(err.fileno())
                env["JOURNAL_STREAM"] = f"{at.st_dev}:{at.st_ino}"
            if clock:
                env["ALLSWELL_DEMO_CLOCK"] = clock
            self.process = subprocess.Popen(
                [RELAY, "--home", os.path.join(WORK.name, home), "run", "--listen", LISTEN,
                 *options], stdout=subprocess.PIPE, stderr=err, text=True, env=env)
        self.line = self.process.stdout.readline().strip()
        self.home = home

    def said(self):
        with open(self.path, encoding="utf-8") as err:
            return err.read()

    def wait_for(self, text):
        """Until it is said once more."""
        already, until = self.said().count(text), time.monotonic() + 60
        while self.said().count(text) == already:
            assert time.monotonic() < until, (text, self.said())
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        return self.said()

    def busy_day(self):
        """Two people pair, a stranger knocks, somebody sends junk. Returns what nobody may read."""
        tokens = [tool(RELAY, self.home, "token", "new", label) for label in (LABEL, "second")]
        for person, token in ((SUBJECT, tokens[0]), (CONTACT, tokens[1])):
            home = self.home + person
            tool(ALLSWELL, home, "init", "--name", person)
            tool(ALLSWELL, home, "relay", "add", self.line, stdin=token + "\n")
        invite = tool(ALLSWELL, self.home + SUBJECT, "invite")
        tool(ALLSWELL, self.home + CONTACT, "join", stdin=invite)
        assert CONTACT in tool(ALLSWELL, self.home + SUBJECT, "people")
        host, port = self.line.split("/")[0].split(":")
        for junk in (b"GET / HTTP/1.0\r\n\r\n", b"\0" * 4000, b"\xff" * 70000):
            with socket.create_connection((host, int(port)), timeout=30) as link:
                try:
                    link.sendall(junk)
                    link.shutdown(socket.SHUT_WR)
                    while link.recv(4096):
                        pass
                except OSError:
                    pass
        tool(RELAY, self.home, "token", "revoke", "--yes", "second")
        return [LABEL, "second", SUBJECT, CONTACT, *tokens, self.line.split("/")[1], "127.0.0.1", invite]


def check_nobody(text, secrets):
    for secret in secrets:
        assert secret not in text, (secret, text)
    # No key, hash or number of a mailbox looks like a word, in whatever alphabet.
    for word in re.findall(r"[A-Za-z0-9_+/=]{16,}", text):
        assert re.fullmatch(r"[a-z_=]+[0-9]*", word), (word, text)


def fields_json(line):
    event = json.loads(line)
    return event


def fields_keys(line):
    found = re.fullmatch(r'((?:[a-z_]+=[^\s"]+ )+)says="([^"\\]*)"', line)
    assert found, line
    return dict(pair.split("=") for pair in found[1].split()) | {"says": found[2]}


def check_events(text, parse, has_time=True):
    events = []
    for line in text.splitlines():
        event = parse(line)
        assert event["event"] in EVENTS and event["level"] in LEVELS and event["says"], line
        assert has_time == bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                                             event.get("time", ""))), line
        for key, value in event.items():
            if key not in ("time", "level", "event", "says", "what", "version"):
                assert str(value).isdigit(), line
        events.append(event)
    return events


def named(events, name):
    return [event for event in events if event["event"] == name]


# Both forms, with all levels. An hour passes in a second and a half.
for form, parse in (("json", fields_json), ("keys", fields_keys)):
    relay = Running(form, "--log", form, "--log-level", "info",
                    clock=f"{int(time.time() * 1000)}:2400")
    secrets = relay.busy_day()
    relay.wait_for("The last hour.")
    said = relay.stop()
    events = check_events(said, parse)
    assert [len(named(events, name)) for name in ("ready", "stopping", "stopped")] == [1, 1, 1]
    assert len(named(events, "tokens-changed")) == 3
    hours = named(events, "hour")
    assert sum(int(hour["connections"]) for hour in hours) >= 3, said
    check_nobody(said, secrets)

# For people, and by default: sentences.
relay = Running("plain")
secrets = relay.busy_day()
said = relay.stop()
assert "The relay runs. (version " in said and "event=" not in said and "The last hour" not in said
check_nobody(said, secrets)

# The journal gets priorities and keeps its own time; who is not the journal gets none.
relay = Running("journal", "--log", "keys", journald=True)
tool(RELAY, "journal", "token", "new", LABEL)
said = relay.stop()
assert all(re.match(r"<[3-6]>level=", line) for line in said.splitlines()), said
events = check_events(re.sub(r"^<.>", "", said, flags=re.M), fields_keys, has_time=False)
for line, event in zip(said.splitlines(), events):
    assert int(line[1]) == LEVELS[event["level"]]
os.environ["JOURNAL_STREAM"] = "1:1"
assert "<" not in Running("plain").stop()
del os.environ["JOURNAL_STREAM"]

# Levels.
assert Running("plain", "--log-level", "warning").stop() == ""
assert Running("plain", "--log-level", "error", "--log", "json").stop() == ""


def refused(code, text, *options):
    done = subprocess.run([RELAY, "--home", os.path.join(WORK.name, "plain"), "run", "--listen",
                           LISTEN, *options], capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == code and text in done.stderr, (options, done)
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


refused(2, "no form of a log", "--log", "xml")
refused(2, "no form of a log", "--log", "")
refused(2, "no level", "--log-level", "debug")
refused(2, "no level", "--log-level", "x" * 5000)
# What ends it is an event, too.
event = json.loads(refused(2, "is not NAME=COMMAND", "--log", "json", "--wake", 'say"so\\'))
assert event["event"] == "failed" and event["level"] == "error"
