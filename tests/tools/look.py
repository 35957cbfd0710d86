#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: status and people fit terminals of any width and lose no word, wide and right-to-left names
break no column, colour is there on a terminal only and says nothing by itself, --watch draws what
changes and gives the terminal back.
Method: a contact with an alarm and a subject with three contacts, on pseudo terminals of several
widths; what a pipe gets is the measure."""
import atexit
import json
import os
import re
import signal
import shutil
import subprocess
import sys
import time
import unicodedata

from on_terminal import BIN, ENV, FAILED, WORK, Terminal, allswell, check, run

CONTACTS = ("first", "\u96a3\u4eba", "\u05d0\u05d7\u05d5\u05ea")  # two of them: neighbour, sister
ISOLATE = "\u2068\u2069"
MOOD = re.compile(r"\x1b\[[0-9;]*m")
TAKE, GIVE = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"
PROCESSES = []


def start(*words, **keywords):
    process = subprocess.Popen(words, env=ENV, **keywords)
    PROCESSES.append(process)
    return process


@atexit.register
def end():
    for process in PROCESSES:
        process.terminate()
        process.wait()
    shutil.rmtree(WORK)


def agent(home):
    process = start(f"{BIN}/allswell", "--home", f"{WORK}/{home}", "run", stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
    while not os.path.exists(f"{WORK}/{home}/control.sock"):
        time.sleep(0.05)
    return process


def set_up():
    relay = start(f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "run", "--listen", "127.0.0.1:0",
                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    line = relay.stdout.readline().decode().strip()
    for home in ("her", *CONTACTS):
        token = run(f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "token", "new", home).stdout
        allswell(home, "init", "--name", home)
        allswell(home, "relay", "add", line, input=token)
    for home in CONTACTS:
        allswell(home, "join", input=allswell("her", "invite").stdout)
    allswell("her", "people")
    for home in CONTACTS[:2]:
        allswell(home, "people")
        words = run("python3", "-c", "import json, sys; print(json.load(sys.stdin)['words'])",
                    input=allswell("her", "verify", home, "--json").stdout).stdout.strip()
        check("verify", allswell("her", "verify", home, "--words", words).returncode == 0)
        check("verify", allswell(home, "verify", "her", "--words", words).returncode == 0)
    with open(f"{WORK}/plan", "w", encoding="ascii") as file:
        file.write("checkin = every 8h\nlevel = 0m everybody: Ring the neighbour at number nine, "
                   "who has a key; then the advocate, who knows what to do next.\n")
    done = allswell("her", "plan", "set", "--secrets", f"{WORK}/plan", input=b"right\nother\nfirst\n")
    check("plan", done.returncode == 0, done.stderr)
    allswell("her", "invite")
    check("sos", allswell("her", "sos", "--note", "at the back door").returncode == 0)


def width(text):
    return sum(0 if unicodedata.combining(c) or c in ISOLATE else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


def on_screen(home, *words, **keywords):
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/{home}", *words, **keywords)
    screen.end()
    return screen.shown.decode().replace("\r\n", "\n")


def words_of(text):
    """Without numbers, which grow from one look to the next, and without colour."""
    return re.sub(r"\d+", "0", re.sub(f"[{ISOLATE}]", "", MOOD.sub("", text))).split()


def fits_and_loses_nothing():
    for home, command in (("first", "status"), ("her", "status"), ("her", "people")):
        piped = allswell(home, command).stdout.decode()
        check("no colour in a pipe", "\x1b" not in piped, piped)
        check("a pipe has lines of 79 columns",
              max(map(width, piped.splitlines())) <= 79, piped)
        for columns in (40, 80, 200):
            shown = MOOD.sub("", on_screen(home, command, columns=columns))
            widest = max(map(width, shown.splitlines()))
            check(f"{columns}: fits", widest < columns and widest <= 100, shown)
            check(f"{columns}: the room is used", widest > min(columns, 90) - 25, shown)
            check(f"{columns}: the same words",
                  words_of(shown) == words_of(piped), shown)
        check("too narrow for a line, it is shown all the same",
              words_of(on_screen(home, command, columns=3)) == words_of(piped))


def log_fits():
    """On a terminal it wraps as all else does; in a pipe an entry is a line, for who searches it."""
    for home in ("first", "her"):
        piped = allswell(home, "log").stdout.decode()
        entry = re.compile(r"^\w{3} \d\d \w{3} [\d:]{8}  \S")
        check("log: an entry is a line of a pipe", all(map(entry.match, piped.splitlines())), piped)
        check("log: some are long", max(map(width, piped.splitlines())) > 60, piped)
        for columns in (40, 80, 200):
            shown = on_screen(home, "log", columns=columns)
            check(f"log: {columns}: fits", max(map(width, shown.splitlines())) < columns, shown)
            # It may have grown meanwhile.
            check(f"log: {columns}: the same words", words_of(shown)[:len(words_of(piped))] == words_of(piped), shown)


def names_keep_columns():
    for columns in (80, 200):
        shown = MOOD.sub("", on_screen("her", "people", columns=columns))
        lines = [line for line in shown.splitlines() if any(name in line for name in CONTACTS)]
        places = {width(line[:re.search("verified|NOT", line).start()]) for line in lines}
        check("one column", len(lines) == 3 and len(places) == 1, shown)


def names_turn_nothing():
    """A name that runs from right to left takes no number and no mark beside it along."""
    name = CONTACTS[2]
    question = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/her", "forget", name)
    question.until(b"Type forget to go on: ")
    os.write(question.fd, b"no\n")
    question.end()
    tokens = Terminal(f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "token", "list")
    tokens.end()
    texts = {"people": on_screen("her", "people"), "status": on_screen("her", "status"),
             "error": on_screen("her", "verify", name + " 12"), "question": question.shown.decode(),
             "tokens": tokens.shown.decode(), "init": on_screen("new", "init", "--name", name)}
    for what, shown in texts.items():
        check(f"{what}: shows the name", name in shown, shown)
        check(f"{what}: isolated", shown.count(name) == shown.count(ISOLATE[0] + name + ISOLATE[1]), shown)
        check(f"{what}: no other is", shown.count(ISOLATE[0]) == shown.count(name), shown)
    for words in (("people",), ("status",), ("people", "--json")):
        shown = allswell("her", *words).stdout.decode()
        check(f"{words}: not in a pipe", not any(c in shown for c in ISOLATE), shown)
    check("not in JSON", not any(c in on_screen("her", "people", "--json") for c in ISOLATE))


def colour_is_no_news():
    plain = on_screen("first", "status", env={"NO_COLOR": "1"})
    check("NO_COLOR", "\x1b" not in plain, plain)
    dumb = on_screen("first", "status", env={"TERM": "dumb"})
    check("a terminal without colour", "\x1b" not in dumb, dumb)
    shown = on_screen("first", "status", env={"NO_COLOR": ""})
    check("an alarm is red", "\x1b[1;31mA call for help" in shown, shown)
    check("each mood ends with its line",
          all(line.rfind("\x1b[0m") >= line.rfind("\x1b[") for line in shown.splitlines()), shown)
    people = on_screen("her", "people")
    check("calm", "\x1b[32mverified\x1b[0m" in people, people)
    check("to be done", "\x1b[33mNOT verified\x1b[0m" in people, people)


def seen_by(person):
    shown = allswell("her", "status").stdout.decode()
    part = shown[shown.index(f"  {person}  "):]
    return re.search(r"has seen (\d+)", " ".join(part.split())).group(1)


def watch_refuses():
    refused = allswell("first", "status", "--watch")
    check("no agent", refused.returncode == 3 and f"start 'allswell --home={WORK}/first run'".encode() in refused.stderr,
          refused.stderr)
    for seconds in ("0", "3601", "x"):
        check(f"--watch={seconds}", allswell("first", "people", f"--watch={seconds}").returncode == 2)


def watch_draws_what_changes():
    """And gives the terminal back; only the first drawing counts as seen."""
    agents = [agent(home) for home in ("her", "first")]
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/first", "status", "--watch=1", rows=50)
    screen.until(b"A call for help")
    check("a screen of its own", screen.shown.startswith(TAKE), screen.shown)
    before = allswell("her", "status").stdout
    own = json.loads(allswell("first", "status", "--json").stdout)["watched"][0]["seq_human"]
    check("the first drawing is seen", own != 0, before)
    limit = time.monotonic() + 40
    while seen_by("first") != str(own) and time.monotonic() < limit:
        time.sleep(0.2)
    seen = seen_by("first")
    check("and she is told", seen == str(own), before)
    check("checkin", allswell("her", "checkin", input=b"right\n").returncode == 0)
    screen.until(b"a safe check-in has arrived since")
    time.sleep(2.5)
    check("later ones are not", seen_by("first") == seen)
    screen.shown = b""
    screen.resize(40, 8)
    screen.until(b"... and more: make the terminal higher")
    last = screen.shown[screen.shown.rfind(b"\x1b[H"):]
    check("no more than there are rows", last.count(b"\n") == 7, last)
    screen.resize(80, 50)
    agents[1].terminate()
    screen.until(b"the agent has ended: start 'allswell")
    screen.shown = b""
    PROCESSES.append(agent("first"))
    screen.until(b"A call for help")
    check("no echo", not screen.echo())
    os.write(screen.fd, b"\x03")
    while not screen.echo() and time.monotonic() < limit + 30:
        time.sleep(0.02)
    check("the echo is back", screen.echo())
    status = screen.end()
    check("ended by SIGINT", os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, status)
    check("the old screen is back", screen.shown.endswith(GIVE), screen.shown)


def watch_elsewhere():
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/first", "people", "--watch=1",
                      env={"TERM": "dumb"})
    screen.until(b"Whom you watch over")
    time.sleep(2.5)
    os.kill(screen.pid, signal.SIGTERM)
    screen.end()
    check("a simple terminal gets it once", screen.shown.count(b"Whom you watch over") == 1, screen.shown)
    check("and no escapes", b"\x1b" not in screen.shown, screen.shown)
    piped = start(f"{BIN}/allswell", "--home", f"{WORK}/first", "people", "--watch=1", "--json",
                  stdout=subprocess.PIPE)
    objects = 0
    while objects < 2:
        objects += piped.stdout.readline() == b"}\n"
    stopped = Terminal("/bin/sh", "-ic", f"'{BIN}/allswell' --home '{WORK}/first' people --watch; echo re''stored")
    stopped.until(b"Whom you watch over")
    os.write(stopped.fd, b"\x1a")
    stopped.until(GIVE)
    os.close(stopped.fd)


set_up()
fits_and_loses_nothing()
log_fits()
names_keep_columns()
names_turn_nothing()
colour_is_no_news()
watch_refuses()
watch_draws_what_changes()
watch_elsewhere()
sys.exit(1 if FAILED else 0)
