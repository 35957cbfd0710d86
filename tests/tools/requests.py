#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Requests to running agents that no command makes: requests.sh starts them.

Usage: requests.py FOLDER, with the homes "her" and "friend" in it.
"""
import json
import random
import socket
import sys

WORK = sys.argv[1]
KEY = "A" * 43  # 32 bytes, of no secret
USAGE, STATE, NOT_FOUND, REFUSED = 2, 3, 5, 1
FAILURES = []
SAID = []  # every request so far: (home, line)
MALFORMED = "use the same version of both programs"
NOBODY = "nobody here is called"
PLAN = {"file": "plan", "text": "checkin = every 8h\nperson = friend\n"}


def ask(home, line):
    SAID.append((home, line))
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(f"{WORK}/{home}/control.sock")
        client.sendall(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            more = client.recv(65536)
            if not more:
                break
            answer += more
    return json.loads(answer)


def refused(home, code, text, do, /, **more):
    line = do if do is None or do.startswith("{") else json.dumps({"do": do, **more})
    reply = ask(home, line or "")
    if reply.get("ok") or reply.get("code") != code or text not in reply.get("error", ""):
        FAILURES.append(line)
        print(f"{home}: {line[:120]}: wanted {code} '{text}', got {reply}")


def kept():
    """What of her must be the same afterwards."""
    me = ask("her", '{"do": "status"}')["me"]
    shown = ask("her", '{"do": "plan-show"}')["text"]
    return me["alarm"], me["timer"], [one["id"] for one in me["contacts"]], shown


def no_request():
    for line in ("{}", "{]", '{"do": 1}', '{"do": "people", "do": "people"}'):
        refused("her", USAGE, "not a request", line if line.startswith("{") else None)
    refused("her", USAGE, "'dance' is not known here", "dance")


def states():
    for do in ("checkin", "drill", "signal", "sos", "timer-start"):
        more = {"signal": "battery-low", "kind": "sos", "due_s": 60, "key": KEY}
        for place in ({"lat_e7": 900000001, "lon_e7": 0}, {"lat_e7": -900000001, "lon_e7": 0},
                      {"lat_e7": 0, "lon_e7": 1800000001}, {"lat_e7": 0, "lon_e7": -1800000001},
                      {"lat_e7": 0, "lon_e7": 0, "accuracy_m": 1000001}):
            refused("her", USAGE, "there is no such place", do, **more, **place)
        refused("her", USAGE, "0 to 100 percent", do, **more, battery_pct=101)
        refused("her", USAGE, "the note is longer", do, **more, note="x" * 1000)
        refused("her", USAGE, "not plain text", do, **more, note="\x1b[31m")
    refused("her", USAGE, MALFORMED, "checkin", lat_e7=1, charging=True)


def keys():
    for do, more in (("checkin", {}), ("cancel", {}), ("timer-end", {}), ("card-set", {}), ("plan-set", PLAN),
                     ("remove", {"person": "1"})):
        refused("her", USAGE, "the key is malformed", do, **more)
        refused("her", USAGE, "the key is malformed", do, **more, key="short")
        refused("her", USAGE, "the key is malformed", do, **more, key=KEY[:-1] + "!")
    refused("her", STATE, "there is nothing to cancel", "cancel", key=KEY)
    refused("her", STATE, "no timer runs", "timer-end", key=KEY)


def triggers():
    refused("her", USAGE, "no timer was started", "timer-start")
    refused("her", USAGE, "no timer was started", "timer-start", due_s=32 * 86400)
    refused("her", USAGE, "no timer was started", "timer-start", due_s=60, extend_s=7201)
    refused("her", STATE, "no timer runs that can be extended", "timer-extend")
    refused("her", USAGE, "there is no such signal", "signal")
    refused("her", USAGE, "there is no such signal", "signal", signal="fire")
    refused("her", STATE, "no journey to stall on", "signal", signal="stalled")
    refused("her", USAGE, "there is no such alarm", "sos")
    refused("her", USAGE, "there is no such alarm", "sos", kind="fire")
    refused("her", USAGE, "there is no such alarm", "sos", kind="sos", countdown_s=31)
    refused("her", STATE, "nothing is about to go out", "stop")


def people():
    for do in ("who", "words", "verify", "refuse", "forget", "remove", "claim", "confirm", "place", "card-show", "say",
               "frame-make"):
        refused("her", NOT_FOUND, NOBODY, do)
        refused("her", NOT_FOUND, NOBODY, do, person="nobody")
    # A message is one line, and whole letters: "é" would be cut after 40 bytes.
    refused("her", NOT_FOUND, f"{NOBODY} '{39 * 'x'}?'", "words", person=39 * "x" + "é")
    refused("her", NOT_FOUND, f"{NOBODY} 'a?b'", "words", person="a\nb")
    refused("her", NOT_FOUND, NOBODY, "log", person="nobody")
    refused("her", NOT_FOUND, NOBODY, "why", person="nobody")
    refused("her", USAGE, "several people are called", "words", person="FRIEND")
    refused("her", USAGE, "several people are called", "who", person="FRIEND", side="both")
    for side, person in (("mine", "1"), ("watched", "w1")):
        asked = ask("her", json.dumps({"do": "who", "person": "FRIEND", "side": side}))
        assert (asked["person"], asked["name"]) == (person, "friend"), asked
    refused("her", STATE, "in the plan in force", "forget", person="1")
    refused("her", STATE, "nothing waits there", "refuse", person="1")
    refused("her", STATE, "nothing waits there", "refuse", person="w1")
    refused("her", USAGE, "an invite is good for", "invite", valid_s=59)
    refused("her", USAGE, "an invite is good for", "invite", valid_s=2678401)
    refused("her", USAGE, "a name has 1 to", "invite", valid_s=60, **{"as": "x" * 33})
    refused("her", USAGE, "this is no invite", "join")
    refused("her", USAGE, "this is no invite", "join", uri="https://example.org")
    uri = ask("friend", '{"do": "invite", "valid_s": 600}')["uri"]
    refused("her", USAGE, "a name has 1 to", "join", uri=uri, **{"as": ""})
    ask("friend", '{"do": "forget", "person": "2"}')


def plans():
    refused("her", USAGE, "not UTF-8", "plan-check", text="checkin = every 8h")
    refused("her", USAGE, "not UTF-8", "plan-set", key=KEY)
    refused("her", USAGE, "the keys are malformed", "plan-set", **PLAN, key=KEY, safe="x")
    refused("her", USAGE, "the keys are malformed", "plan-set", **PLAN, key=KEY, safe=KEY)
    refused("her", USAGE, "the keys are malformed", "plan-set", **PLAN, key=KEY, safe=KEY, duress=KEY)
    secrets = {"key": KEY, "safe": KEY, "duress": "B" + KEY[1:], "tweak": ask("her", '{"do": "presence"}')["tweak"]}
    refused("her", USAGE, "nobody is in the circle", "plan-set", **PLAN, **secrets, circle=[])
    refused("her", NOT_FOUND, NOBODY, "plan-set", **PLAN, **secrets, circle=["nobody"])
    refused("her", USAGE, "is not in the plan", "plan-set", **PLAN, **secrets, circle=["sister"])
    refused("her", USAGE, "no such time zone", "plan-check", zone="Nowhere/Atall")
    refused("her", USAGE, "a removal needs two new secrets", "remove", person="1", key=KEY)
    refused("her", REFUSED, "the plan would not hold", "remove", person="1", **secrets, circle=["sister"])
    refused("her", USAGE, "plan:1: ", "remove", person="1", **secrets, file="plan",
            text="chekin = x\n")
    refused("her", USAGE, "", "card-set", key=KEY, file="card", text="nonsense")
    refused("friend", STATE, "there is no plan yet", "plan-show")
    refused("friend", STATE, "there is no plan yet", "plan-check")
    refused("friend", STATE, "there is no plan yet", "plan-check", zone="UTC")
    refused("friend", STATE, "no plan is in force", "card-set", key=KEY)
    refused("friend", STATE, "no plan is in force", "coverage")
    refused("friend", STATE, "no secrets were chosen yet", "plan-set", file="plan", key=KEY,
            text=PLAN["text"].replace("friend", "her"))


def relays():
    refused("her", USAGE, "has no port", "relay-add")
    refused("her", USAGE, "has no port", "relay-remove")
    refused("her", USAGE, "has no port", "relay-find")
    line = ask("her", '{"do": "relay-list"}')["relays"][0]["address"]
    refused("her", USAGE, "the access token is not", "relay-add", address=line)
    refused("her", USAGE, "the access token is not", "relay-add", address=line, token=KEY + "A")


def frames():
    refused("her", STATE, "another command took the frame", "frame-take")
    refused("friend", USAGE, "the frame is malformed", "frame-read")
    refused("friend", REFUSED, "opens this frame", "frame-read", frame="A" * 142)
    new = str(ask("her", '{"do": "invite", "valid_s": 600}')["person"])
    refused("her", STATE, "not answered the invite yet", "frame-make", person=new)
    refused("her", STATE, "is not in the plan in force", "remove", person=new, key=KEY)
    refused("her", STATE, "no call for help waits", "frame-make", person="1", sos=True)


def hooks():
    """What a hook must have, by its kind; what it lacks is told, and none is kept."""
    web = {"kind": "ntfy", "name": "n", "address": "https://ntfy.example/topic"}
    mail = {"kind": "smtp", "name": "m", "address": "smtps://mail.example", "from": "a@b.example", "to": "c@d.example"}
    room = {"kind": "matrix", "name": "r", "address": "https://m.example", "to": "!r:m.example", "secret": "s"}
    program = {"kind": "exec", "name": "p", "address": "/nowhere/at/all"}
    for text, hook in (
            ("no such kind", {}), ("no such kind", {**web, "kind": "pigeon"}), ("", {**web, "name": ""}),
            ("", {**web, "name": "x" * 100}), ("", {**web, "name": "a\u007f"}), ("--say", {**web, "say": ""}),
            ("exclude each other", {**web, "say": "x", "with_text": True}), ("--bare", {**web, "bare": True}),
            ("--again", {**web, "again_s": 29}), ("--again", {**web, "again_s": 3601}),
            ("--urgency", {**web, "urgency": "loud"}), ("routine", {**web, "urgency": "quiet"}),
            ("", {**web, "address": "x" * 2000}), ("is no URL", {**web, "address": ""}),
            ("is no URL", {**web, "address": "ftp://ntfy.example/x"}),
            ("is no URL", {**web, "address": "https://user@ntfy.example/x"}),
            ("", {**web, "address": "http://ntfy.example/x"}), ("", {**web, "address": "http://[::2]/x"}),
            ("", {**web, "address": "http://[2001:db8::1]/x", "allow_plain": True, "proxy": "x" * 400}),
            ("", {**web, "proxy": "nonsense"}), ("", {**web, "proxy": "socks4://127.0.0.1:1"}),
            ("", {**web, "ca": "x" * 2000}), ("--ca", {**web, "ca": "relative"}), ("", {**web, "secret": "x" * 2000}),
            ("takes no --user", {**web, "user": "u"}), ("takes no --user", {**web, "from": "a@b.example"}),
            ("takes no --user", {**web, "to": "c@d.example"}), ("takes no --user", {**room, "user": "u"}),
            ("takes no token", {**web, "kind": "unifiedpush", "secret": "s"}),
            ("one sender and one receiver", {**mail, "from": "nobody"}),
            ("one sender and one receiver", {**mail, "from": "@b.example"}),
            ("one sender and one receiver", {**mail, "from": "a@"}),
            ("one sender and one receiver", {**mail, "from": "a@b@c.example"}),
            ("one sender and one receiver", {**mail, "from": "a<a@b.example>"}),
            ("one sender and one receiver", {**mail, "to": ""}), ("", {**mail, "to": "x" * 400}),
            ("", {**mail, "from": "x" * 400}), ("", {**mail, "user": "x" * 400}),
            ("a user without password", {**mail, "user": "u"}), ("a user without password", {**mail, "secret": "s"}),
            ("the internal number of a room", {**room, "to": "#r:m.example"}),
            ("the internal number of a room", {**room, "to": "!r"}), ("needs an access token", {**room, "secret": ""}),
            ("by its path", {**program, "address": "program"}),
            ("does not use the network itself", {**program, "proxy": "socks5h://127.0.0.1:1"}),
            ("does not use the network itself", {**program, "ca": "/etc/ca"}),
            ("does not use the network itself", {**program, "allow_plain": True}),
            ("takes no address", {"kind": "desktop", "name": "d", "address": "x"})):
        reply = ask("her", json.dumps({"do": "notify-add", "hook": hook}))
        if reply.get("ok") or text not in reply.get("error", ""):
            FAILURES.append(f"hook {hook}")
            print(f"hook {str(hook)[:150]}: wanted '{text}', got {reply}")
    if ask("her", '{"do": "notify-list"}')["hooks"]:
        FAILURES.append("hooks")
        print("a hook was kept")


def contacts():
    refused("friend", USAGE, MALFORMED, "say", person="w1")
    refused("friend", USAGE, MALFORMED, "say", person="w1", what="sing")
    refused("friend", USAGE, MALFORMED, "say", person="w1", what="hand-over")
    refused("friend", STATE, "nothing to act on now", "claim", person="w1")
    refused("friend", STATE, "nothing to confirm now", "confirm", person="w1")
    refused("friend", USAGE, "a weekly time is longer", "availability", rota=[7])
    refused("friend", USAGE, "a weekly time is longer", "availability", rota=["x" * 100])
    refused("friend", USAGE, "is no weekly time", "availability", rota=["whenever"])
    refused("friend", STATE, "there is no card here", "card-show", person="w1")


def tokens():
    """Of a running relay: a label stands for the living token of that name, a number for one."""
    refused("r", USAGE, "a label has 1 to", "token-new")
    refused("r", USAGE, "a label has 1 to", "token-new", label="")
    refused("r", USAGE, "a label has 1 to", "token-new", label="x" * 100)
    refused("r", USAGE, "the name of a wake command", "token-new", label="new", wake="")
    refused("r", REFUSED, "no token was made", "token-new", label="new")
    refused("r", STATE, "there is a token 'her' already", "token-new", label="her")
    refused("r", NOT_FOUND, "no token", "token-revoke")
    refused("r", NOT_FOUND, "no token", "token-revoke", label="nobody")
    refused("r", NOT_FOUND, "no token", "token-revoke", label="")
    refused("r", USAGE, "'dance' is not known here", "dance")
    made = ask("r", '{"do": "token-new", "label": "spare", "quota": 8}')
    gone = ask("r", json.dumps({"do": "token-revoke", "label": str(made["id"])}))
    if gone.get("label") != "spare":
        FAILURES.append("by number")
    refused("r", STATE, "was revoked before", "token-revoke", label="spare")
    again = ask("r", '{"do": "token-new", "label": "spare", "quota": 8}')
    gone = ask("r", '{"do": "token-revoke", "label": "spare"}')
    if gone.get("id") != again["id"] or again["id"] == made["id"]:
        FAILURES.append(f"the dead one was revoked once more: {made['id']} {again['id']} {gone}")
        print(FAILURES[-1])


# What a field may hold that it should not.
ODD = (None, True, -1, 0, 1, 2**31, 2**32, 2**53, -2**63, 1.5, 1e300, "", "x", "x" * 5000, "\u0000", "\u202e", "w1", "1", KEY,
       "a\nb", "é" * 99, [], [[]], ["x"] * 40, {}, {"do": "sos"})


def mutant(rng, line):
    """The same request with one thing wrong: a byte, a field that is odd, missing, of another request."""
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict) or not request or rng.random() < 0.2:
        at = rng.randrange(len(line) + 1)
        return line[:at] + rng.choice(("", "\"", "{", "[", ":", "\\", "\x01", "\u00e9", "9" * 30)) + line[at + rng.randrange(3):]
    field = rng.choice(list(request))
    how = rng.randrange(4)
    if how == 0:
        del request[field]
    elif how == 1:
        request[field] = rng.choice(ODD)
    elif how == 2:
        request[rng.choice(("person", "key", "text", "at", "seconds", "hook", "side", "upto"))] = rng.choice(ODD)
    else:
        request["do"] = rng.choice(DOES)
    return json.dumps(request)


def mutants():
    """Whatever is asked is answered, by one object on one line, and the agent goes on."""
    rng = random.Random(7)
    said = [(home, line) for home, line in SAID if line]
    for _ in range(2000):
        home, line = rng.choice(said)
        line = mutant(rng, line)
        reply = ask(home, line)
        good = reply.get("ok") is True or (
            reply.get("ok") is False and reply.get("code") in range(1, 6) and "\n" not in reply["error"])
        if not good:
            FAILURES.append(line)
            print(f"{home}: {line[:150]}: {str(reply)[:150]}")
    for home in ("her", "friend"):
        if not ask(home, '{"do": "status"}').get("ok"):
            FAILURES.append(f"{home} is gone")


before = kept()
for test in (no_request, states, keys, triggers, people, plans, relays, hooks, contacts):
    test()
tokens()
if kept() != before:
    FAILURES.append("kept")
    print(f"something has changed: {before} is {kept()}")
frames()
DOES = sorted({json.loads(line)["do"] for _, line in SAID if line.startswith('{"do": "') and line.count('"do"') == 1})
mutants()
sys.exit(1 if FAILURES else 0)
