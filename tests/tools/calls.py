#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: whatever a command line of any command has wrong, it gets one line on standard error that says what to do,
nothing on standard output, and an exit code of the man page; 2 where the call itself is wrong.
Method: the commands and options are those of --help of each program, so that none is left out; each with an option
that there is not, a missing and a forbidden value, a word too many and one too few, each word and value empty, and
numbers that are none. In a home and a relay of their own, without a terminal.
Usage: calls.py BIN"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BIN = sys.argv[1]
WORK = tempfile.mkdtemp(prefix="allswell-calls-")
ENV = {**os.environ, "HOME": WORK, "TZ": "UTC"}
for name in ("ALLSWELL_HOME", "ALLSWELL_RELAY_HOME"):
    ENV.pop(name, None)
FAILED = []
USAGE = 2
CODES = {"allswell": range(1, 6), "allswell-relay": range(1, 6), "allswell-lab": (1, 2, 4)}
# A call that is right as far as another word or option is concerned; of a home in which there is nothing.
WORDS = {"ADDRESS": "relay.example:7440", "FILE": f"{WORK}/none", "PERSON": "nobody", "SPAN": "45m", "KIND": "exec",
         "LABEL": "nobody"}
LAB = {
    "inspect": ("--cbor", "--as=", "--binary", "--keys="),
    "vectors": ("--verify=", "--write=", "--seeds="),
    "bench relay": ("--rounds=", "--count=", "--links=", "--all", "--dir="),
    "bench switches": (),
    "bench codec": ("--ours", "--theirs"),
    "bench seal": (),
    "bench memory": (),
    "bench contact": (),
    "simulate": ("--seed=", "--seeds=", "--years=", "--seconds=", "--contacts=", "--days=", "--faults=", "--canary=",
                 "--figures=", "--sqlite", "--twice", "--report", "--verbose", "--cells=", "--shrink="),
    "play": ("--events", "--verbose"),
    "oracle": (),
    "generate": ("--kind=", "--seed=", "--count=", "--mutate=", "--hex"),
}
# What the empty text means something for.
MAY_BE_EMPTY = {("run", "on-event"), ("note", "TEXT")}


def run(tool, *words):
    return subprocess.run([f"{BIN}/{tool}", *words], env=ENV, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)


def wrong(tool, words, code=None):
    """Refused in one line; the call itself is wrong where `code` is USAGE."""
    try:
        got = run(tool, *words)
    except subprocess.TimeoutExpired:
        FAILED.append(words)
        print(f"{tool} {words}: does not end")
        return
    lines = got.stderr.splitlines()
    is_told = len(lines) == 1 and re.match(rf"{tool}: .*(: |; ).", lines[0])
    if not is_told or got.stdout or got.returncode not in CODES[tool] or code not in (None, got.returncode):
        FAILED.append(words)
        print(f"{tool} {words}: exit code {got.returncode}, {got.stdout[:200]!r} {got.stderr[:500]!r}")


def commands(tool):
    part = run(tool, "--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    found = re.findall(r"^  ([a-z][a-z-]*(?: [a-z][a-z-]*)?) {1,2}(?=[A-Z\[ ])", part, re.M)
    return [name.strip() for name in found]


def explained(tool, command):
    """Its words, and its options: name, and whether a value has to follow."""
    text = run(tool, *command.split(), "--help").stdout
    words = re.search(r"\[OPTION\.\.\.\] ?(.*)", text.split("\n")[0]).group(1).split()
    options = re.findall(r"--([a-z][a-z-]*)(\[?=)?", text)
    return words, {name: value for name, value in options if name not in ("help", "usage", "version")}


def filled(words, empty=-1):
    """Words that are needed, and those up to one that is empty."""
    count = max(sum(not word.startswith("[") for word in words), empty + 1)
    return ["" if i == empty else WORDS.get(word.strip("[]."), "x") for i, word in enumerate(words[:count])]


def try_values(tool, call, command, options, words):
    for name, value in options.items():
        if value == "":
            wrong(tool, [*call, f"--{name}=x"], USAGE)
        if value != "=":
            continue
        wrong(tool, [*call, f"--{name}"], USAGE)
        if name != "home" and (command, name) not in MAY_BE_EMPTY:
            wrong(tool, [*call, *filled(words), f"--{name}="])
    if "wait" in options:
        for number in ("-1", "3601", "x", "9" * 20):
            wrong(tool, [*call, *filled(words), f"--wait={number}"], USAGE)


def try_command(tool, home, command):
    words, options = explained(tool, command)
    call = ["--home", home, *command.split()]
    least = filled(words)
    for option in ("--nonsense", "--nonsense=x", "-z", "-help", "--hel"):
        wrong(tool, [*call, *least, option], USAGE)
    wrong(tool, [*call, *["x"] * 20], USAGE)
    if least:
        wrong(tool, [*call, *least[1:]], USAGE)
    for i, word in enumerate(words):
        if (command, word) not in MAY_BE_EMPTY:
            wrong(tool, [*call, *filled(words, i)])
    try_values(tool, call, command, options, words)


def try_tool(tool, home):
    names = commands(tool)
    if len(names) < 9:
        FAILED.append(tool)
        print(f"{tool}: only {names}")
    for words in ((), ("",), ("--nonsense",), ("nonsense",), ("--home",), ("-z", names[0])):
        wrong(tool, words, USAGE)
    for command in names:
        try_command(tool, home, command)


def try_lab():
    shown = run("allswell-lab", "--help").stdout + run("allswell-lab", "bench", "--help").stdout
    for words in ((), ("",), ("--nonsense",), ("nonsense",), ("bench",), ("bench", ""), ("bench", "nonsense")):
        wrong("allswell-lab", words, USAGE)
    named = set(re.findall(r"allswell-lab ([a-z]+)", shown)) - {"bench"}
    if named != {name for name in LAB if " " not in name}:
        FAILED.append("allswell-lab")
        print(f"allswell-lab: other subcommands: {named}")
    for command, options in LAB.items():
        call = command.split()
        explanation = run("allswell-lab", *call, "--help")
        if explanation.returncode != 0 or "Usage: allswell-lab" not in explanation.stdout or explanation.stderr:
            FAILED.append(command)
            print(f"allswell-lab {command} --help: {explanation}")
        if set(re.findall(r"--[a-z-]+", explanation.stdout)) - {"--help", "--picture"} - {o.strip("=") for o in options}:
            FAILED.append(command)
            print(f"allswell-lab {command}: more options than this test knows: {explanation.stdout}")
        for option in ("--nonsense", "--nonsense=x", "-z"):
            wrong("allswell-lab", [*call, option], USAGE)
        wrong("allswell-lab", [*call, *(["x", "x"] if command != "play" else [f"{WORK}/none"])])
        for option in options:
            if option.endswith("="):
                wrong("allswell-lab", [*call, option.strip("=")], USAGE)
                wrong("allswell-lab", [*call, option])
            else:
                wrong("allswell-lab", [*call, f"{option}=x"], USAGE)


def main():
    relay, home = f"{WORK}/relay", f"{WORK}/home"
    try:
        for made in (run("allswell", "--home", home, "init", "--name", "x"),
                     run("allswell-relay", "--home", relay, "setup", "--yes", "--no-service", "--no-forward")):
            if made.returncode != 0:
                FAILED.append("homes")
                print(made.stderr)
        try_tool("allswell", home)
        try_tool("allswell-relay", relay)
        try_lab()
    finally:
        shutil.rmtree(WORK)
    sys.exit(1 if FAILED else 0)


main()
