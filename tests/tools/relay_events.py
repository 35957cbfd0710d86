#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a relay says of itself when it does not go well: a disk that refuses writes and takes them again, and a
backup that is not to be had meanwhile; a limit that is nearly reached and far again; wake commands that fail;
cells that found no room in the mailbox of a reader who stays away; a deadline that is missed. Each once, with
its figures.
Method: compressed time; files that may not grow, then may; more tokens than nine tenths of what there are; a
relay that is stopped and goes on."""
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

BIN = os.path.abspath(sys.argv[1])
RELAY, ALLSWELL = os.path.join(BIN, "allswell-relay"), os.path.join(BIN, "allswell")
WORK = tempfile.TemporaryDirectory()
os.environ.update(HOME=WORK.name, XDG_DATA_HOME=os.path.join(WORK.name, "data"), TZ="UTC")
for name in ("JOURNAL_STREAM", "NOTIFY_SOCKET", "ALLSWELL_HOME", "ALLSWELL_RELAY_HOME"):
    os.environ.pop(name, None)
# One clock for all: ten minutes are a second.
FACTOR = 600
os.environ["ALLSWELL_DEMO_CLOCK"] = f"{int(time.time() * 1000)}:{FACTOR}"
LONG = ("--wait", "3600")


def at(name):
    return os.path.join(WORK.name, name)


def tool(program, home, *words, stdin=None):
    done = subprocess.run([program, "--home", at(home), *words], input=stdin, capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, (words, done)
    return done.stdout.strip()


def may_not_die_of_it():
    """A file that may not grow is an error then, and no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


class Running:
    """A relay; events() are what it has said so far."""

    def __init__(self, home, *options):
        self.said = []
        self.process = subprocess.Popen(
            [RELAY, "--home", at(home), "run", "--listen", "127.0.0.1:0", "--log", "json",
             "--log-level", "info", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=may_not_die_of_it)
        # Through a pipe: a file of it might not grow, either.
        threading.Thread(target=self.listen, daemon=True).start()
        self.line = self.process.stdout.readline().strip()

    def listen(self):
        for line in self.process.stderr:
            self.said.append(json.loads(line))

    def events(self, name):
        return [event for event in self.said if event["event"] == name]

    def wait_for(self, name, count=1):
        until = time.monotonic() + 60
        while len(self.events(name)) < count:
            assert time.monotonic() < until, (name, self.said)
            time.sleep(0.1)
        return self.events(name)[-1]

    def files_may_have(self, most):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def stands_still(self, seconds):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


def person(relay, home, name, *options):
    token = tool(RELAY, home, "token", "new", name, *options)
    tool(ALLSWELL, name, "init", "--name", name)
    tool(ALLSWELL, name, "relay", "add", relay.line, stdin=token + "\n")


def disk():
    relay = Running("disk")
    person(relay, "disk", "first")
    relay.files_may_have(1)
    subprocess.run([ALLSWELL, "--home", at("first"), "invite", *LONG], capture_output=True,
                   check=False, timeout=120)
    event = relay.wait_for("disk-failing")
    assert event["level"] == "error" and int(event["commits_failed"]) > 0, event
    assert "THE DISK REFUSES WRITES" in subprocess.run(
        [RELAY, "--home", at("disk"), "status"], capture_output=True, text=True, check=False).stdout
    assert not relay.events("disk-works")
    refused = subprocess.run([RELAY, "--home", at("disk"), "backup", at("copy")], capture_output=True,
                             text=True, check=False)
    assert refused.returncode == 4 and refused.stderr.count("\n") == 1, refused
    assert "as much room in the home" in refused.stderr and not os.path.exists(at("copy")), refused
    assert not [name for name in os.listdir(at("disk")) if name.endswith(".part")]
    event = relay.wait_for("backup-failed")
    assert event["level"] == "error" and event["says"] in refused.stderr, event
    relay.files_may_have(resource.RLIM_INFINITY)
    made = json.loads(tool(RELAY, "disk", "--json", "backup", at("copy")))
    assert int(relay.wait_for("backup-made")["bytes"]) == made["bytes"] == os.stat(at("copy")).st_size
    tool(ALLSWELL, "first", "invite", *LONG)
    event = relay.wait_for("disk-works")
    assert event["level"] == "notice", event
    assert len(relay.events("disk-failing")) == 1
    relay.stop()


def limits():
    relay = Running("limits")
    status = json.loads(tool(RELAY, "limits", "--json", "status"))
    most = status["limits"]["tokens"]
    near = -(-most * 9 // 10)
    for i in range(near - 1):
        tool(RELAY, "limits", "token", "new", f"t{i}")
    time.sleep(0.5)
    assert not relay.events("limit-near")
    tool(RELAY, "limits", "token", "new", "last")
    event = relay.wait_for("limit-near")
    assert (event["what"], int(event["used"]), int(event["limit"])) == ("tokens", near, most), event
    assert event["level"] == "warning", event
    shown = tool(RELAY, "limits", "status")
    assert re.search(r"tokens: NEARLY USED UP", shown), shown
    relay.stop()


def wakes():
    """A command that fails is counted, and told with the hour."""
    relay = Running("wakes", "--wake", "phone=exit 3")
    person(relay, "wakes", "her", "--wake", "phone")
    person(relay, "wakes", "friend")
    tool(ALLSWELL, "friend", "join", *LONG, stdin=tool(ALLSWELL, "her", "invite", *LONG))
    assert relay.events("unconfined"), "who runs commands is not confined, and says so"
    event = relay.wait_for("wakes-failed")
    assert event["level"] == "warning" and int(event["wakes_failed"]) > 0, event
    assert json.loads(tool(RELAY, "wakes", "--json", "status"))["wakes"] > 0
    relay.stop()


def dropped():
    """She never comes for her cells; a friend says more than a mailbox holds."""
    relay = Running("full")
    person(relay, "full", "reader")
    person(relay, "full", "writer")
    tool(ALLSWELL, "writer", "join", *LONG, stdin=tool(ALLSWELL, "reader", "invite", *LONG))
    tool(ALLSWELL, "reader", "people", *LONG)
    count = 0
    for _ in range(100):
        assert not relay.events("cells-dropped")
        tool(ALLSWELL, "writer", "away", "8d", *LONG)
        count = json.loads(tool(RELAY, "full", "--json", "status"))["dropped"]
        if count > 0:
            break
    assert count > 0, "a mailbox holds anything"
    event = relay.wait_for("cells-dropped")
    assert event["level"] == "warning" and int(event["dropped"]) == count, event
    relay.wait_for("hour", len(relay.events("hour")) + 1)
    assert len(relay.events("cells-dropped")) == 1, "the next hour has dropped none"
    relay.stop()


def overdue():
    """Whatever keeps a relay from its work for five minutes, it says so when it is back. Which of its timers comes
    first then is chance: where that is the one which serves deadlines, none is missed any more."""
    relay = Running("late")
    person(relay, "late", "somebody")
    tool(ALLSWELL, "somebody", "invite", *LONG)
    began = time.monotonic()
    for _ in range(30):
        relay.stands_still(1)
        time.sleep(0.3)
        late = [event for event in relay.events("overdue") if int(event["late_s"]) >= 300]
        if late:
            break
    assert late, relay.said
    assert late[0]["level"] == "error", late
    assert int(late[0]["late_s"]) <= (time.monotonic() - began) * FACTOR, late
    assert re.search(r"The relay is running", tool(RELAY, "late", "status"))
    relay.stop()


disk()
limits()
wakes()
dropped()
overdue()
