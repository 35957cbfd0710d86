#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The vectors visit every cell of the state tables that are left to them.

For each table: its rows as they stand in the specification (how the first two columns begin), the
states in which each is a cell, and which cells a step of the vectors visits. A row that is new in
the specification, and a cell that no step visits, fail. A cell that is left out has its reason.

Usage: cells.py FOLDER-OF-THE-SPECIFICATION [FOLDER-OF-VECTORS]
"""

import json
import pathlib
import sys

TYPED = ("claimed", "safe", "duress")


def steps(group, name="step_"):
    """The steps of a story, in their order."""
    return [value for key, value in group.items() if key.startswith(name)]


def stories(group):
    return [value for value in group.values() if isinstance(value, dict)]


# ---- Contact: questions, drills, signs of life (07 §10), wrong secrets (07 §3) ----

def asking(v):
    for story in stories(v["timer"]["question_at_a_contact"]):
        was, sent, due = "none", 0, 0
        for s in steps(story):
            act = s["act"]
            if act == "ask":
                yield was, 2 if was != "none" else 0 if s["status"] == "ok" else 1
            elif act == "reply":
                if was == "asked":
                    sent = s["number"]
                    yield was, 3
            elif act == "call" and was in ("sent", "reached"):
                if s["number"] < sent:
                    yield was, 4
                elif was == "sent":
                    yield was, 5
                else:
                    yield was, 6 if s["found"] in TYPED else 7
            elif act == "time" and was == "reached" and s["at"] >= due:
                yield was, 8
            elif act == "closed":
                yield was, 9 if was == "reached" and s["at"] >= due else 10
            was, due = s["state"], s["due"]


def drilled(v):
    for story in stories(v["timer"]["drill_at_a_contact"]):
        was, newest = "none", 0
        for s in steps(story):
            if s["drill"] == 0:
                yield was, 3 if s["answered"] == "ok" else 4
            else:
                yield was, 2 if s["drill"] <= newest else 0 if s["rings"] else 1
            newest = max(newest, s["drill"])
            was = "to be answered" if s["to_be_answered"] else "answered" if s["named"] else "none"


def living(v):
    for story in stories(v["timer"]["life_at_a_contact"]):
        for s in steps(story):
            if s["act"] == "beat":
                yield "", 0
            elif s["act"] == "typed":
                yield "", 1 if s["found"] in TYPED else 2
            else:
                yield "", 3
            if s["due"]:
                yield "", 4


def judged(v):
    rows = {"claimed": 0, "safe": 2, "duress": 3, "wrong": 4}
    for s in stories(v["loosening"]["secrets"]):
        yield "", rows[s["found"]]


def in_a_row(v):
    for s in stories(v["views"]["in_a_row"]):
        if s["found"] == "wrong":
            yield str(s["before"]), 1 if s["alarm"] else 0
        else:
            yield str(s["before"]), 2 if s["found"] in ("safe", "duress") else 3


def secrets(v):
    for s in stories(v["loosening"]["secrets"]):
        if s["typed"] == "neither":
            continue
        is_new = s["typed"].startswith("new")
        if not s["inside"]:
            row = 4
        elif s["changed_by"] != "safe":
            row = 2 if s["changed_by"] == "duress" else 3
        else:
            row = 1 if s["setup"] or s["after"] >= 3600 else 0
        yield "new" if is_new else "old", row


def kept(v):
    for story in stories(v["keep"]):
        words, beats, hours = [], [], {}
        for run in steps(story, "run_"):
            for i in range(run["count"]):
                seq = run["seq"] + i * run["step"]
                hour = (run["issued_at"] + i * run["every"]) // 3600
                if run["word"]:
                    takes = seq not in words and (len(words) < 16 or seq > words[0])
                    yield "", 0 if takes else 1
                    words = sorted(words + [seq])[-16:] if takes else words
                    continue
                yield "", 2
                beats.append((seq, hour))
                if len(beats) > 16:
                    seq, hour = beats.pop(0)
                    yield "", 3 if hour in hours else 4 if len(hours) < 24 else 5
                    hours.setdefault(hour, seq)
                    if len(hours) > 24:
                        del hours[min(hours, key=hours.get)]
            # So these rows are those of what the file says.
            for name, seqs in (("words", words), ("beats", [seq for seq, _ in beats]),
                               ("hours", sorted(hours.values()))):
                assert run[name] == " ".join(map(str, seqs)), (name, run)


# ---- Her device (17) ----

def counting_down(v):
    for story in stories(v["timer"]["countdown_on_her_device"]):
        ends = 0
        for s in steps(story):
            if ends and s["at"] >= ends:
                yield "running", 3
                ends = 0
            was = "running" if ends else "none"
            if s["act"] in ("fell", "sos in") and s["ends"]:
                yield was, 1 if ends else 0
            elif s["act"] == "stop" and ends:
                yield was, 2
            elif s["act"] == "sos" and ends:
                yield was, 3
            ends = s["ends"]


def far(s):
    names = (("human", "answered"), ("device", "at his device"), ("relay", "at a relay"))
    return next((state for name, state in names if s[name]), None)


def drilling(v):
    for story in stories(v["timer"]["drill_on_her_device"]):
        was = "none"
        for s in steps(story):
            now = far(s) or ("none" if was == "none" else "made")
            if s["act"] == "drill":
                yield was, 1 if s["status"] == "ok" else 0
                was = "made" if s["status"] == "ok" else was
                now = far(s) or was
            if was == "made" and now != "made":
                yield was, 2
                was = "at a relay"
            if was == "at a relay" and now in ("at his device", "answered"):
                yield was, 3
                was = "at his device"
            if was == "at his device" and now == "answered":
                yield was, 4
            elif was in ("none", "answered") and s["act"] in ("check-in", "he answers"):
                yield was, 5
            was = now


def asked(v):
    for story in stories(v["timer"]["question_on_her_device"]):
        was, until = "none", 0
        for s in steps(story):
            if s["act"] == "question":
                yield was, 0 if s["rings"] else 1
            elif s["act"] == "no question" and was == "asked":
                yield was, 2
            elif was == "asked" and s["act"] in ("check-in", "forced check-in", "cancel"):
                yield was, 3
            elif was == "asked" and s["act"] in ("sos", "battery low"):
                yield was, 4
            if was == "asked" and s["at"] >= until:
                yield was, 5
            was, until = "asked" if s["asked_until"] else "none", s["asked_until"]


def signals(v):
    for story in stories(v["timer"]["signal_on_her_device"]):
        on_journey, kind, alarm = False, 0, 0
        for s in steps(story):
            signal = s["act"]
            if signal in ("battery low", "last gasp", "power off"):
                yield signal, 0
            elif signal in ("stalled", "moving") and alarm:
                yield signal, 1
            elif signal in ("stalled", "moving") and not on_journey:
                yield signal, 5
            elif signal == "stalled":
                yield signal, 2
            elif signal == "moving":
                yield signal, 3 if kind == 4 else 4
            on_journey = on_journey or signal == "journey"
            kind, alarm = s["kind"], s["alarm"]


def signs(v):
    for story in stories(v["timer"]["life_on_her_device"]):
        for s in steps(story):
            if s["act"] == "sign of life":
                yield "", 0
            elif s["act"] in ("check-in", "forced check-in"):
                yield "", 1
            yield "", 3


# ---- The plan card (16 §8 and §9) ----

def given(v):
    for s in stories(v["council"]["given"]):
        if s["data"] == "none":
            yield "", 0
        else:
            yield "", {"both": 1, "card": 2, "nothing": 3}[s["gives"]]


def turns(v):
    for story in stories(v["council"]["turns"]):
        newest = 0
        for s in steps(story, "turn_"):
            if s["gives"] == "card":
                yield "", 3
            elif s["gives"] == "both" and s["share"].isdigit() and int(s["share"]) > newest:
                newest = int(s["share"])
                yield "", 0
            elif s["gives"] == "both":
                yield "", 1 if s["share"] == "card" and s["number"] % 2 and newest else 2


class Story:
    """What is known of the cards in a story of council.json."""

    def __init__(self, story):
        self.steps, self.plan, self.waits, self.here = steps(story), "none", "none", []

    def state(self, card):
        if card not in self.here:
            return "not here"
        return "bound" if card in (self.plan, self.waits) else "free"

    def take(self, s):
        if s["does"] == "plan":
            self.plan, self.waits = s["card"], "none"
        elif s["does"] == "waits":
            self.waits = s["card"]
        self.here = s["kept"].split()


def cards(v):
    for story in stories(v["council"]["card"]):
        c = Story(story)
        for s in c.steps:
            if s["does"] == "file":
                was = c.state(s["card"])
                yield was, 2 if was != "not here" else 0 if s["status"] == "ok" else 1
                if s["status"] == "ok" and len(c.here) == 3:
                    for card in c.here:
                        yield c.state(card), 3 if c.state(card) == "free" else 5
            elif s["does"] in ("plan", "waits"):
                for card in c.here:
                    if c.state(card) == "free" and card == s["card"]:
                        yield "free", 4
                if s["does"] == "waits" and s["card"] == "none" and c.waits in c.here:
                    yield "bound", 6
                if s["does"] == "plan":
                    for card in set(c.here) - set(s["kept"].split()):
                        yield c.state(card), 7
            c.take(s)


def opening(v):
    for story in stories(v["council"]["card"]):
        c, was, is_open = Story(story), "none", False
        for s in c.steps:
            before = c.plan if c.plan in c.here else "none"
            c.take(s)
            inside = c.plan if c.plan in c.here else "none"
            shown = s["shown"] == "ok"
            if s["does"] == "share":
                if was == "none":
                    yield was, 0
                elif not is_open or s["human"] != s["index"]:
                    yield was, 1
                elif was == "open":
                    yield was, 4
                else:
                    yield was, 3 if shown else 2
            elif s["does"] == "closed" and was != "none":
                yield was, 7
            elif before != "none" and before != inside:
                yield was, 8
            is_open = s["does"] == "level" or (is_open and s["does"] != "closed")
            opened = shown or (was == "open" and is_open and s["does"] not in ("share", "plan"))
            was = "none" if inside == "none" else "open" if opened else "sealed"
            # Each step ends with a look.
            yield was, {"none": 0, "sealed": 5, "open": 6}[was]


# ---- Turns of slots (06 §10), what others pass on (16 §7) ----

TURNS = ("re-establishment",) * 2 + ("urgent",) * 2 + ("quarantined", "word", "word", "beat")


def slots(v):
    for story in stories(v["slots"]):
        asked_last, repeated = False, None
        for s in steps(story, "slot_"):
            unsent = bool(s["unsent_beat"])
            more = s["sos_or_cancel"] != "none" or s["word"] != "none" or unsent
            urgent, word = s["sos_or_cancel"], s["word"]
            rows = (
                (bool(s["answer"]), False),
                (bool(s["question"]), asked_last and more),
                (urgent == "new", False),
                (urgent == "sent", (repeated in ("urgent", "word") and unsent) or
                 (repeated == "urgent" and word != "none")),
                (bool(s["quarantined_beat"]), False),
                (word == "new", False),
                (word == "sent", repeated == "word" and unsent),
                (True, False),
            )
            for row, (waits, behind) in enumerate(rows):
                if waits and behind:
                    yield "behind", row
                elif waits:
                    assert s["turn"] == TURNS[row], (row, s)
                    yield "takes it", row
                    break
            asked_last = row < 2
            if row not in (0, 1, 4):
                repeated = {3: "urgent", 6: "word"}.get(row)


def vouching(v):
    for name, story in v["vouching"].items():
        if name in ("about", "handed_over"):
            continue
        humans = {c["human"] for c in steps(story, "contact_")}
        was, newest, keys = "nothing heard", 0, []
        for s in steps(story):
            if s["by"] == 0:
                yield was, 8
                newest, keys = max(newest, s["seq"]), keys + [s["key"]]
            elif was == "vouched":
                yield was, 7
            elif was == "nothing heard":
                yield was, 0
            elif not 0 < s["seq"] - newest <= 65536 or s["forged"]:
                yield was, 1
            elif s["key"] in keys and s["key"] != keys[-1]:
                yield was, 2
            elif s["key"] == keys[-1]:
                yield was, 3
            elif len(humans) <= 2:
                yield was, 4
            else:
                yield was, 5 if s["vouched"] else 6
            was = "vouched" if s["vouched"] else "heard" if keys else "nothing heard"


# ---- Tables ----

QUESTION = ("none", "asked", "sent", "reached")
DRILL = ("none", "to be answered", "answered")
MADE = ("none", "made", "at a relay", "at his device", "answered")
ROW = ("0", "1", "2")
PLAIN = ("",)
UNIT = "by unit tests"

# Chapter, section, first cell of the head; rows (states, how the first column and the second one
# begin); what visits them; what is left out.
TABLES = (
    ("07-contact", "10", "state | on | does", (
        (("none",), "none", "he asks, and may"),
        (("none",), "none", "he asks otherwise"),
        (QUESTION[1:], "asked, sent, reached", "he asks"),
        (("asked",), "asked", "a reply is made"),
        (QUESTION[2:], "sent, reached", "a call that names an older reply"),
        (("sent",), "sent", "a call that names that reply"),
        (("reached",), "reached", "such a call, a word with a typed secret"),
        (("reached",), "reached", "any other such call"),
        (("reached",), "reached", "`within_s` after"),
        (("reached",), "reached", "an incident is closed, and"),
        (QUESTION, "any other", "an incident is closed"),
    ), asking, {}),
    ("07-contact", "10", "state | on | does", (
        (DRILL, "any", "a drill newer than the newest, no incident"),
        (DRILL, "any", "a newer one otherwise"),
        (DRILL, "any", "one not newer"),
        (("to be answered",), "to be answered", "he answers"),
        (("none", "answered"), "none, answered", "he answers"),
    ), drilled, {("none", 2): "no drill is older than none"}),
    ("07-contact", "10", "on | the newest sign", (
        (PLAIN, "a call with `life_min`", "base of the call"),
        (PLAIN, "a word with a typed secret", "its base"),
        (PLAIN, "any other call", "as it was"),
        (PLAIN, "two humans closed", "as it was"),
        (PLAIN, "`life_s` of the plan", "the deadline"),
    ), living, {}),
    ("07-contact", "3", "keys for the word", (
        (PLAIN, "none, or flag 0", "-"),
        (PLAIN, "circle", "gone"),
        (PLAIN, "circle", "there"),
        (PLAIN, "circle", "there"),
        (PLAIN, "circle", "there"),
    ), judged, {("", 1): UNIT}),
    ("07-contact", "3", "wrong ones in a row", (
        (("0", "1"), "0, 1", "wrong"),
        (("2",), "2", "wrong"),
        (ROW, "any", "safe, duress"),
        (ROW, "any", "claimed, cannot judge"),
    ), in_a_row, {}),
    ("07-contact", "7", "on | and | then", (
        (PLAIN, "a word", "fewer than 16"),
        (PLAIN, "a word", "otherwise"),
        (PLAIN, "a beat", ""),
        (PLAIN, "an older beat", "one of its hour is kept"),
        (PLAIN, "an older beat", "none is; fewer"),
        (PLAIN, "an older beat", "none is, and 24 are"),
    ), kept, {}),
    ("07-contact", "12", "a change of secrets", (
        (("old", "new"), "safe, until", ""),
        (("old", "new"), "safe, afterwards", ""),
        (("old", "new"), "duress", ""),
        (("old", "new"), "wrong, cannot judge", ""),
        (("old", "new"), "outside the circle", ""),
    ), secrets, {}),
    ("17-triggers", "2", "state | on | to", (
        (("none",), "none", "countdown"),
        (("running",), "running", "another countdown"),
        (("running",), "running", "stop"),
        (("running",), "running", "end, or an SOS"),
    ), counting_down, {}),
    ("17-triggers", "3", "signal | while | does", (
        (("battery low", "last gasp", "power off"), "battery low, last gasp, powered off", ""),
        (("stalled", "moving"), "stalled, moving", "an alarm"),
        (("stalled",), "stalled", "she is on a journey"),
        (("moving",), "moving", "likewise; a countdown"),
        (("moving",), "moving", "likewise; no such"),
        (("stalled", "moving"), "stalled, moving", "otherwise"),
    ), signals, {}),
    ("17-triggers", "4", "state | on | does", (
        (MADE, "any", "a drill, while"),
        (MADE, "any", "a drill"),
        (("made",), "made", "a relay takes it"),
        (MADE[1:3], "made, at a relay", "a reply that names it"),
        (MADE[1:4], "made, at a relay, at his device", "a reply whose `drill`"),
        (("none", "answered"), "none, answered", "any of these"),
    ), drilling, {
        ("made", 3): "the word of a relay comes first here; " + UNIT,
        ("made", 4): UNIT, ("at a relay", 4): "a reply that answers it names it, too"}),
    ("17-triggers", "5", "state | on | does", (
        (("none", "asked"), "none, asked", "a reply with a question that has"),
        (("none", "asked"), "none, asked", "a reply with any other"),
        (("asked",), "asked", "a reply without one"),
        (("asked",), "asked", "a word with a typed secret"),
        (("asked",), "asked", "any other word"),
        (("asked",), "asked", "its end passes"),
        (("removed quietly",), "none; removed quietly", "a reply with one"),
    ), asked, {("removed quietly", 6): UNIT}),
    ("17-triggers", "6", "on | what follows", (
        (PLAIN, "the device notices her", ""),
        (PLAIN, "a typed secret", ""),
        (PLAIN, "a beat; `life_s` is 0", ""),
        (PLAIN, "a beat otherwise", ""),
        (PLAIN, "a beat of a decoy", ""),
        (PLAIN, "a restart", ""),
    ), signs, {("", 2): UNIT, ("", 4): UNIT, ("", 5): UNIT}),
    ("16-peers", "8", "to | when | shares", (
        (PLAIN, "whose data level is 0", ""),
        (PLAIN, "any other", "silence releases"),
        (PLAIN, "any other", "else; it is an SOS"),
        (PLAIN, "any other", "else"),
    ), given, {}),
    ("16-peers", "8", "shares | turn | what", (
        (PLAIN, "of both", "the newest statement"),
        (PLAIN, "of both", "else; the number"),
        (PLAIN, "of both", "else"),
        (PLAIN, "of the card", "any"),
    ), turns, {}),
    ("16-peers", "9", "a card | on | does", (
        (("not here",), "not here", "a file whose share"),
        (("not here",), "not here", "any other file"),
        (("free", "bound"), "free, bound", "its file again"),
        (("free",), "free", "another file"),
        (("free",), "free", "a plan that names it"),
        (("bound",), "bound", "another file"),
        (("bound",), "bound", "that plan comes to nothing"),
        (("free", "bound"), "free, bound", "a plan comes into force"),
    ), cards, {}),
    ("16-peers", "9", "the card in force | on", (
        (("none",), "none", "a share; a look"),
        (("sealed", "open"), "sealed, open", "a share, while no incident"),
        (("sealed",), "sealed", "a share, and it is still"),
        (("sealed",), "sealed", "a share with which"),
        (("open",), "open", "a share"),
        (("sealed",), "sealed", "a look"),
        (("open",), "open", "a look"),
        (("sealed", "open"), "sealed, open", "the incident closes"),
        (("sealed", "open"), "sealed, open", "another one comes"),
    ), opening, {}),
    ("06-subject", "10", "| waits | behind", (
        (("takes it",), "1", "the answer"),
        (("takes it", "behind"), "2", "its question"),
        (("takes it",), "3", "an SOS or cancel, never"),
        (("takes it", "behind"), "4", "an SOS or cancel, sent"),
        (("takes it",), "5", "a beat for a quarantined"),
        (("takes it",), "6", "another word that is due, never"),
        (("takes it", "behind"), "7", "another word that is due, sent"),
        (("takes it",), "8", "the newest beat"),
    ), slots, {}),
    ("16-peers", "7", "state | on | does", (
        (("nothing heard",), "nothing heard", "a statement"),
        (("heard",), "heard", "one not above"),
        (("heard",), "heard", "one under a key that was replaced"),
        (("heard",), "heard", "one under the newest key"),
        (("heard",), "heard", "one under a key never heard"),
        (("heard",), "heard", "one under such a key; somebody"),
        (("heard",), "heard", "one under such a key otherwise"),
        (("vouched",), "vouched", "any"),
        (("nothing heard", "heard", "vouched"), "any", "her own call"),
    ), vouching, {("nothing heard", 0): "who passes on is in a plan, which came in a call of hers"}),
)


def table_of(text, section, head):
    """The tables of a section whose head begins so: lists of rows, each a list of cells."""
    part = text.split(f"\n## {section}. ", 1)[1].split("\n## ", 1)[0]
    found, rows = [], None
    for line in part.split("\n") + [""]:
        if not line.startswith("|"):
            rows = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if rows is None and " | ".join(cells).strip(" |").startswith(head.strip(" |")):
            rows = []
            found.append(rows)
        elif rows is not None and set(line) - set("|-: "):
            rows.append(cells)
    return found


def wrong_rows(table, rows):
    if len(table) != len(rows):
        return f"{len(table)} rows in the specification, {len(rows)} here"
    for cells, (_, state, on) in zip(table, rows):
        if cells[0] != state and not cells[0].startswith(state) or not cells[1].startswith(on):
            return f"the row {state!r}, {on!r} is {cells[:2]} in the specification"
    return None


def main():
    spec = pathlib.Path(sys.argv[1])
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else spec / "vectors"
    vectors = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    failed, count = False, 0
    for chapter, section, head, rows, visits, left in TABLES:
        name = f"{chapter} §{section} ({head})"
        found = table_of((spec / f"{chapter}.md").read_text(), section, head)
        faults = [wrong_rows(table, rows) for table in found]
        if None not in faults:
            print(f"{name}: {faults}")
            failed = True
            continue
        cells = {(state, row) for row, (states, _, _) in enumerate(rows) for state in states}
        visited = set(visits(vectors)) & cells
        count += len(visited)
        for state, row in sorted(cells - visited - set(left)):
            print(f"{name}: no vector for row {row + 1}, {rows[row][1:]}, in state {state!r}")
            failed = True
        for state, row in sorted(visited & set(left)):
            print(f"{name}: row {row + 1} in state {state!r} is left out, and visited")
            failed = True
    print(f"{count} cells of {len(TABLES)} tables have vectors")
    sys.exit(failed)


if __name__ == "__main__":
    main()
