#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""allswell-lab generate and oracle, as another implementation or a state learner asks them.

Usage: oracle.py PROGRAM
"""
import json
import subprocess
import sys

LAB = sys.argv[1]
FAILURES = []


def check(holds, what):
    if not holds:
        FAILURES.append(what)
        print(f"FAILED {what}")


def run(*args, text=""):
    done = subprocess.run([LAB, *args], input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def generate(*args):
    code, out, err = run("generate", *args)
    check(code == 0, f"generate {args}: {err}")
    return out


def ask(lines):
    """The verdicts on these lines, which are the same in a second run."""
    text = lines if isinstance(lines, str) else "".join(json.dumps(line) + "\n" for line in lines)
    code, out, err = run("oracle", text=text)
    check(code == 0, f"oracle: {err}")
    check(run("oracle", text=text)[1] == out, "a second run gives other verdicts")
    verdicts = [json.loads(line) for line in out.splitlines()]
    check(len(verdicts) == len(text.splitlines()), "one verdict a line")
    return verdicts


def good_messages():
    lines = generate("--seed=1", "--count=650")
    for line, verdict in zip(lines.splitlines(), ask(lines)):
        check(verdict["verdict"] == "accept", f"a generated message is refused: {line[:200]}")
        check(verdict.get("output") == json.loads(line)["hex"], "there is one encoding")


def damaged_messages():
    lines = generate("--seed=2", "--count=1300", "--mutate=1")
    seen = set()
    for line, verdict in zip(lines.splitlines(), ask(lines)):
        check(verdict["verdict"] == "reject", f"a damaged message is accepted: {line[:200]}")
        check(verdict["status"] == verdict["id"]["expect"], f"for another reason: {line[:200]}")
        seen.update(verdict["id"]["damages"])
    check(len(seen) == 12, f"only these damages came up: {seen}")
    ask(generate("--seed=3", "--count=650", "--mutate=4"))
    check(generate("--kind=call", "--seed=4", "--count=9", "--hex").count("\n") == 9, "hex lines")
    check(generate("--seed=5") == generate("--seed=5"), "one seed, one list")
    check(generate("--seed=5") != generate("--seed=6"), "another seed, another list")


def contact():
    def end(*symbols):
        lines = [{"reset": "contact", "seed": 3}]
        lines += [{"do": one} if isinstance(one, str) else one for one in symbols]
        return ask(lines)[-1]

    wait = {"do": "wait", "wait_s": 7200}
    check(end("checkin")["state"] == "fine", "a check-in")
    check(end("sos")["incident"] == "sos", "a call for help")
    check(end("duress", "checkin")["incident"] == "duress", "duress is sticky")
    check(end("silent", wait)["state"] == "missed", "a proved silence")
    check(end("silent", "unproved", {"do": "wait", "wait_s": 5400})["state"] == "suspect",
          "a silence that nothing proves")
    check(end("lose", wait)["state"] == "missed", "a relay that drops everything")
    check(end("sos", "claim")["state"] == "claimed", "a claim")
    check(end("sos", "restart")["state"] == "alarm", "an alarm outlives the process")
    check(end("sos", {"do": "checkin", "wait_s": 5}, "confirm")["state"] == "fine", "closed")
    check(end("claim")["status"] == "state", "nothing to claim")
    verdict = end({"do": "feed", "hex": "5a" * 512})
    check(verdict["status"] == "auth" and verdict["refused"] == 1, "junk is refused")


def channel():
    hers = {"do": "say", "end": 0}
    said = ask([{"reset": "channel"}, hers])[-1]["sent"][0]
    hear = {"do": "hear", "end": 1, "hex": said}
    flipped = {"do": "hear", "end": 1, "hex": said[:-1] + ("0" if said[-1] != "0" else "1")}
    verdicts = ask([{"reset": "channel"}, hers, flipped, hear, hear,
                    {"do": "restart", "end": 1}, hear, {"do": "hear", "end": 0, "hex": said}])
    check([one["verdict"] for one in verdicts[2:]] ==
          ["reject", "accept", "reject", "accept", "reject", "reject"], "a cell counts once")
    check(verdicts[4]["status"] == "replay", "and then is a replay")


def relay():
    verdicts = ask([{"reset": "relay"}, {"do": "deposit", "box": 1}, {"do": "create", "box": 1},
                    {"do": "deposit", "box": 1, "content": 5}, {"do": "crash"},
                    {"do": "subscribe", "box": 1, "link": 2}, {"do": "frame", "hex": "a0"}])
    check(verdicts[1]["link0"] == ["a200000101"], "no such mailbox")
    check(verdicts[3]["link0"] == ["a200000100"], "deposited")
    check(any("05" * 500 in one for one in verdicts[5]["link2"]), "delivered after a crash")
    check(verdicts[6]["state"] == "closing", "a malformed request ends the link")


def wrong_lines():
    for line in ["", "{}", "[]", '{"as":"call"}', '{"as":"call","hex":"0"}', '{"as":"no","hex":""}',
                 '{"do":"sos"}', '{"reset":"no"}', '{"reset":"contact"}\n{"do":"no"}']:
        check(run("oracle", text=line + "\n")[0] == 2, f"this line asks for nothing: {line}")
    check(run("generate", "--kind=no")[0] == 2, "no such rule")
    verdict = ask([{"as": "cbor", "hex": "a201000100"}])[0]
    check(verdict["offset"] == 3 and "twice" in verdict["reason"], "the profile names byte and reason")


for test in (good_messages, damaged_messages, contact, channel, relay, wrong_lines):
    test()
    print(f"ok     {test.__name__}")
sys.exit(1 if FAILURES else 0)
