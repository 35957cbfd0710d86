#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: whoever is to be woken is woken again and again until he answers, over hooks that fail, hang and
come back, and over a crash; a dead hook delays no other; what is told outside says nothing; the record
says of each delivery what is known, and no more.
Method: a relay, her and a contact whose agent has hooks into servers on loopback, in compressed time.
Usage: wake.py BIN SOURCE; 77 without aiosmtpd."""
import json
import sys
import time

import servers
from servers import NEUTRAL, Bed, Mail, Web, check, until

PLAN = """checkin = every 8h
ring = 1h
person = friend group 1 asks
level = 0m everybody: Ring the bell.
"""
FACTOR = 120  # 30 s are a quarter of one


def log(bed, home, hook):
    return [e for e in bed.json(home, "notify", "log", "--lines", "500")["entries"] if e["hook"] == hook]


def count_of(bed, name):
    try:
        with open(bed.path(name), encoding="utf-8") as file:
            return file.read().count("\n")
    except FileNotFoundError:
        return 0


def stays(what, call, span_s):
    before = call()
    time.sleep(span_s)
    check(what, call() == before, f"{before} became {call()}")


def circle(bed):
    bed.compress(FACTOR)
    bed.relay()
    bed.person("her")
    bed.person("friend")
    bed.pair("her", "friend")
    bed.ok("her", "plan", "set", "--secrets", bed.write("plan", PLAN), given="good\nbad\nfriend\n", wait=10)
    bed.ok("her", "checkin", given="good\n", wait=10)
    bed.ok("friend", "status", wait=10)


def hooks(bed, web, mail):
    add = ("notify", "add", "webhook", "--again", "30s", "--name")
    bed.ok("friend", *add, "good", given=web.url("/flaky/good"))
    bed.ok("friend", *add, "hang", given=web.url("/hang/x"))
    bed.ok("friend", *add, "denied", given=web.url("/401/x"))
    bed.ok("friend", *add, "news", "--urgency", "notice", "--with-text", "--yes", given=web.url("/200/news"))
    bed.ok("friend", "notify", "add", "smtp", mail.url(), "--from", "a@example.org", "--to", "b@example.org", "--again", "off")
    line = f"echo \"$ALLSWELL_EVENT $ALLSWELL_SIDE $ALLSWELL_PERSON $ALLSWELL_LEVEL $ALLSWELL_TEXT\" >>{bed.path('all')}"
    script = bed.write("ring.sh", f"#!/bin/sh\n{line}\n", 0o700)
    bed.ok("friend", "notify", "add", "exec", script, "--again", "off")
    return line.replace(bed.path("all"), bed.path("command"))


def first_ring(bed, web, mail):
    began = time.monotonic()
    bed.ok("her", "sos", wait=10)
    good = lambda: len(web.at("/flaky/good"))
    until("a ring, though another hook hangs", 5, lambda: good() >= 1 and web.at("/hang") and mail.got)
    check("soon", time.monotonic() - began < 5)
    body = json.loads(web.at("/flaky/good")[0]["body"])
    check("it says nothing", (body["text"], body["urgency"]) == (NEUTRAL, "ring"), body)
    check("a mail says nothing", f"Subject: {NEUTRAL}" in mail.got[0][1].content.decode().replace("\r\n", "\n"))
    until("with text where it was wanted", 5, lambda: web.at("/200/news"))
    texts = [json.loads(got["body"])["text"] for got in web.at("/200/news")]
    check("with text where it was wanted", "her: ringing here, level 1" in texts, texts)
    until("a program", 5, lambda: count_of(bed, "all") >= 1)
    until("--on-event", 5, lambda: count_of(bed, "command") >= 1)
    with open(bed.path("all"), encoding="utf-8") as file:
        got = file.read()
    check("a program learns no name", got == f"ring   0 {NEUTRAL}\n", got)
    with open(bed.path("command"), encoding="utf-8") as file:
        got = file.read()
    check("--on-event is told as ever", f"ring contact her 1 {NEUTRAL}\n" in got, got)
    until("again, and again", 5, lambda: good() >= 3)
    ids = [json.loads(got["body"])["id"] for got in web.at("/flaky/good")]
    check("each ring is one of its own", len(set(ids)) == len(ids), ids)
    check("what is not to ring again does not", len(mail.got) == 1 and count_of(bed, "all") == 1, len(mail.got))


def down_and_crash(bed, web):
    good = lambda: len(web.at("/flaky/good"))
    web.down = True
    before = good()
    until("it is tried again", 5, lambda: good() >= before + 4)
    bodies = [json.loads(got["body"])["id"] for got in web.at("/flaky/good")[before:]]
    check("a try again is the same ring", len(set(bodies)) == 1, bodies)
    entry = log(bed, "friend", "good")[-1]
    check("the record says so", (entry["state"], entry["answer"][:3]) == ("retry", "503"), entry)
    bed.kill("friend-agent")
    web.down, before = False, good()
    bed.agent("friend")
    until("after a crash it rings", 5, lambda: good() > before)
    until("and is accepted", 5, lambda: any(e["state"] == "accepted" and e["tries"] > 3 for e in log(bed, "friend", "good")))


def close(bed):
    bed.ok("her", "cancel", given="good\n", wait=10)
    bed.ok("her", "checkin", given="good\n", wait=10)
    bed.ok("friend", "confirm", "--yes", "her")
    until("it is over", 5, lambda: bed.json("friend", "status")["watched"][0]["incident"] is None)


def answered(bed, web):
    good = lambda: len(web.at("/flaky/good"))
    bed.ok("friend", "decline", "her")
    stays("who declined is not rung again by himself", good, 0.7)
    bed.kill("friend-agent")
    before = good()
    bed.agent("friend")
    time.sleep(0.4)
    check("after a crash the engine rings once at most", good() <= before + 1, good() - before)
    stays("and nothing by itself", good, 0.7)
    close(bed)
    news = [json.loads(got["body"]) for got in web.at("/200/news")]
    check("notices are told to who wants them", any(n["urgency"] == "notice" for n in news), news)
    check("and to no other", all(json.loads(g["body"])["urgency"] == "ring" for g in web.at("/flaky/good")))
    before = good()
    bed.ok("her", "sos", wait=10)
    until("the next alarm rings", 5, lambda: good() >= before + 2)
    bed.ok("friend", "claim", "her")
    stays("who claimed is not rung", good, 0.7)


def own_ring(bed, web):
    """She, too, is rung until she answers."""
    hers = lambda: len(web.at("/200/hers"))
    close(bed)
    bed.ok("her", "notify", "add", "webhook", "--again", "30s", given=web.url("/200/hers"))
    bed.agent("her")
    bed.ok("friend", "ask", "her")
    until("she is asked, again and again", 10, lambda: hers() >= 3)
    bed.ok("her", "checkin", given="good\n")
    stays("she answered", hers, 0.7)


def record(bed):
    whole = bed.ok("friend", "notify", "log", "--lines", "500") + bed.ok("friend", "notify", "list")
    for text in ("accepted by the server", "accepted by the mail server", "answered here", "not accepted yet, is tried again",
                 "401: because", "the program ended without an error", " tries (200)"):
        check(f"the record says '{text}'", text in whole, whole)
    check("nobody is told that something was sent or heard", not any(w in whole for w in ("sent", "delivered", "heard")), whole)
    check("no line is too wide", all(len(line) <= 100 for line in whole.split("\n")), whole)
    states = {e["state"] for e in log(bed, "friend", "hang")}
    check("a hook that hangs accepted nothing", "accepted" not in states, states)


def play(bed):
    web, mail = Web(), Mail()
    circle(bed)
    line = hooks(bed, web, mail)
    bed.agent("friend", "--on-event", f"{line} #{'x' * 100000}")  # no length is too much
    until("the agent is connected", 10, lambda: bed.json("friend", "status")["relays"][0]["connected"])
    first_ring(bed, web, mail)
    down_and_crash(bed, web)
    answered(bed, web)
    own_ring(bed, web)
    record(bed)
    web.done.set()
    mail.controller.stop()


if __name__ == "__main__":
    try:
        import aiosmtpd.controller  # noqa: F401
    except ImportError:
        print("no aiosmtpd")
        sys.exit(77)
    with Bed() as the_bed:
        play(the_bed)
    servers.end()
