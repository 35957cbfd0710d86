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
    check(end("seen")["status"] == "ok", "what she said was seen")
    check(end("sos", "decline")["state"] == "alarm", "somebody who cannot come closes nothing")
    check(end("sos", "cancel")["incident"] == "sos", "a cancel asks for a word with her")
    check(end("wrong", "wrong", "wrong", "wrong", "wrong")["incident"] == "wrong", "five wrong secrets")
    check(end("drill")["state"] == "fine", "a drill is no alarm")
    check(end("lose", "sos", "carry")["state"] == "fine", "what was dropped waits for its next try")
    check(end("silent", "awake", wait)["state"] == "missed", "a beat is no check-in")
    check(end("silent", "unproved", "proved", wait)["state"] == "missed", "the path is proved again")
    again = ask([{"reset": "contact", "seed": 3}, {"do": "sos"}, {"reset": "contact", "seed": 3},
                 {"do": "checkin"}])
    check(again[-1]["state"] == "fine", "a reset forgets")
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
    check(ask([{"reset": "channel"}, {"do": "hear", "end": 0, "hex": "00"}])[-1]["status"] == "format",
          "no cell")


def quarantine():
    """A phone restored from a backup of some epochs ago, and what humans make of it."""
    lines = [{"reset": "channel"}, {"do": "backup", "end": 0}]
    told = []

    def do(symbol, end, **more):
        lines.append({"do": symbol, "end": end, **more})
        told[:] = ask(lines)
        return told[-1]

    def pass_on(end, **more):
        sent = do("say", end, **more)["sent"][0]
        return do("hear", 1 - end, hex=sent)

    for _ in range(3):
        pass_on(0)
        pass_on(1)
    check(do("say", 0, quarantine=True)["status"] == "state", "no quarantined session to speak in")
    do("restore", 0)
    question = do("ask", 0)["sent"][0]
    answer = do("hear", 1, hex=question)
    check(answer["opened"] == "question", "a question")
    check(do("hear", 0, hex=answer["sent"][0])["state"] == "quarantined", "she hears that she is old")
    check(do("ask", 0)["status"] == "state", "and does not ask again")
    check(pass_on(0, quarantine=True)["state"] == "quarantined", "he hears her, but it counts for nothing")
    kept = list(lines)
    check(do("refuse", 1)["state"] == "open", "he refuses")
    lines[:] = kept
    check(do("accept", 1)["state"] == "open", "he accepts")
    check(do("accept", 1)["status"] == "state", "once")
    check(pass_on(0, quarantine=True)["opened"] == "message", "from then on she is the one he knows")


def relay():
    verdicts = ask([{"reset": "relay"}, {"do": "deposit", "box": 1}, {"do": "create", "box": 1},
                    {"do": "deposit", "box": 1, "content": 5}, {"do": "crash"},
                    {"do": "subscribe", "box": 1, "link": 2}, {"do": "frame", "hex": "a0"}])
    check(verdicts[1]["link0"] == ["a200000101"], "no such mailbox")
    check(verdicts[3]["link0"] == ["a200000100"], "deposited")
    check(any("05" * 500 in one for one in verdicts[5]["link2"]), "delivered after a crash")
    check(verdicts[6]["state"] == "closing", "a malformed request ends the link")
    armed = [{"reset": "relay"}, {"do": "create", "box": 1}, {"do": "subscribe", "box": 1},
             {"do": "arm", "box": 1, "content": 7, "after_s": 300}]
    told = [step.get("link0") for step in ask(armed + 40 * [{"do": "wait", "wait_s": 10}])[4:]]
    fired = [answers for answers in told if answers]
    check(len(fired) == 1 and "07" * 400 in fired[0][0], "a switch is delivered, once")
    check(ask(armed + [{"do": "remove", "box": 1}])[-1]["link0"] == ["a200000100"], "removed")
    check(ask([{"reset": "relay"}, {"reset": "relay", "seed": 2}])[-1]["status"] == "ok", "anew")


def frames():
    """What two ends of a link send one another: all messages of a frame, each with one encoding."""
    said = ask([{"reset": "relay"}, {"do": "create", "box": 1}, {"do": "deposit", "box": 1}])
    answers = "".join(said[1]["link0"] + said[2]["link0"])
    verdict = ask([{"as": "answer", "hex": answers}])[0]
    check(verdict["verdict"] == "accept" and verdict["output"] == said[1]["link0"] + said[2]["link0"],
          "two answers")
    verdict = ask([{"as": "answer", "hex": answers + "a0"}])[0]
    check(verdict["verdict"] == "reject" and len(verdict["output"]) == 2, "two answers, then nonsense")
    check(ask([{"as": "request", "hex": "a0"}])[0]["verdict"] == "reject", "no request")
    check(ask([{"as": "request", "hex": ""}])[0]["length"] == 0, "an empty frame")


def wrong_lines():
    for line in ["", "{}", "[]", '{"as":"call"}', '{"as":"call","hex":"0"}', '{"as":"no","hex":""}',
                 '{"as":"call","hex":"zz"}', '{"as":"call","hex":"' + "00" * 140000 + '"}',
                 '{"reset":"contact","seed":-1}\n{"do":"feed","hex":"0"}', '{"reset":"relay"}\n{"do":"no"}',
                 '{"reset":"relay"}\n{"do":"frame","hex":"0"}', '{"reset":"channel"}\n{"do":"no"}',
                 '{"reset":"channel"}\n{"do":"hear","hex":"0"}',
                 '{"do":"sos"}', '{"reset":"no"}', '{"reset":"contact"}\n{"do":"no"}']:
        check(run("oracle", text=line + "\n")[0] == 2, f"this line asks for nothing: {line}")
    check(run("generate", "--kind=no")[0] == 2, "no such rule")
    check(run("oracle", "--help")[0] == 0 and run("oracle", "x")[0] == 2, "it takes no arguments")
    verdict = ask([{"as": "cbor", "hex": "a201000100"}])[0]
    check(verdict["offset"] == 3 and "twice" in verdict["reason"], "the profile names byte and reason")


for test in (good_messages, damaged_messages, contact, channel, quarantine, relay, frames, wrong_lines):
    test()
    print(f"ok     {test.__name__}")
sys.exit(1 if FAILURES else 0)
