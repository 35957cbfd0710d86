#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: on a terminal a secret is asked for without echo, new secrets twice, the picture is
confirmed before anything is sent, and control-C gives the terminal back with its echo.
Method: a pseudo terminal for each command; what it shows is compared."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from on_terminal import BIN, ENV, FAILED, WORK, Terminal, allswell, check, run


def set_up():
    relay = subprocess.Popen([f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "run", "--listen",
                              "127.0.0.1:0"], env=ENV, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    line = relay.stdout.readline().decode().strip()
    for home in ("s", "c"):
        token = run(f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "token", "new", home).stdout
        allswell(home, "init", "--name", home)
        if home == "s":  # the token is typed once
            screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "relay", "add", line)
            screen.answer(b"Access token: ", token.strip())
            check("relay add", screen.end() == 0, screen.shown)
            check("the token is not shown", token.strip() not in screen.shown, screen.shown)
        else:
            allswell(home, "relay", "add", line, input=token)
    uri = allswell("s", "invite").stdout.strip()
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/c", "join")
    screen.answer(b"Invite (not shown): ", uri)
    check("join", screen.end() == 0, screen.shown)
    check("the invite is not shown", uri not in screen.shown, screen.shown)
    return relay


def words_are_compared():
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "verify", "1")
    screen.answer(b"Type yes or no: ", b"no")
    check("words that differ", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "verify", "1")
    screen.answer(b"Type yes or no: ", b"yes")
    check("words that are equal", screen.end() == 0, screen.shown)


def plan_asks_twice():
    with open(f"{WORK}/plan", "w", encoding="ascii") as file:
        file.write("checkin = every 8h\nlevel = 0m everybody\n")
    command = (f"{BIN}/allswell", "--home", f"{WORK}/s", "plan", "set", "--secrets",
               f"{WORK}/plan")
    screen = Terminal(*command)
    screen.answer(b"Your safe secret: ", b"typed once")
    screen.answer(b"Once more: ", b"typed otherwise")
    check("two lines that differ", os.waitstatus_to_exitcode(screen.end()) == 2, screen.shown)
    screen = Terminal(*command)
    screen.answer(b"Your safe secret: ", b"the safe one")
    screen.answer(b"Once more: ", b"the safe one")
    screen.answer(b"Your duress secret: ", b"the other one")
    screen.answer(b"Once more: ", b"the other one")
    screen.answer(b"with commas): ", b"c")
    check("plan set", screen.end() == 0, screen.shown)
    check("no secret is shown", b"the safe one" not in screen.shown and b"the other" not in
          screen.shown, screen.shown)
    return screen.shown.split(b"Your picture: ")[1].split(b".")[0]


def checkin_shows_the_picture(picture):
    pictures = []
    # Neither "no" nor a slip of the finger is a yes.
    for secret, answer in ((b"the safe one", b"no"), (b"the other one", b"yno")):
        screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "checkin")
        screen.until(b"Your secret: ")
        check("no echo while a secret is typed", not screen.echo())
        screen.answer(b"Your secret: ", secret)
        screen.answer(b"Is that the one you know? [yes/no] ", answer)
        screen.answer(b"Your secret: ", secret)
        screen.until(b"[yes/no] ")
        pictures.append(screen.shown.split(b"Your picture: ")[1].split(b".")[0])
        screen.answer(b"[yes/no] ", b"yes")
        check("checkin", screen.end() == 0, screen.shown)
        check("a relay has it", b"a relay has it for 1 of 1" in screen.shown, screen.shown)
        check("the secret is not shown", secret not in screen.shown, screen.shown)
    check("both secrets show the picture of the plan", pictures == [picture, picture], pictures)


def control_c_gives_the_echo_back():
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "checkin")
    screen.until(b"Your secret: ")
    time.sleep(0.05)
    os.write(screen.fd, b"half a sec\x03")
    end = time.monotonic() + 5
    while not screen.echo() and time.monotonic() < end:
        time.sleep(0.02)
    check("the echo is back", screen.echo())
    status = screen.end()
    check("ended by SIGINT", os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT,
          str(status).encode())


def setup_asks():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}".encode()
    command = (f"{BIN}/allswell-relay", "--home", f"{WORK}/new", "setup")
    screen = Terminal(*command)
    screen.answer(b"listen on [0.0.0.0:7440] ", b"everywhere")
    screen.until(b"has no port")
    # What is typed ahead of a question is no answer to it.
    screen.answer(b"listen on [0.0.0.0:7440] ", listen + b"\nhasty\nhasty\nyes\nyes")
    screen.answer(b"reach this machine [" + listen + b"] ", b"")
    screen.answer(b"first one [first] ", b"x" * 40)
    screen.until(b"longer than 32 bytes")
    screen.answer(b"first one [first] ", b"the neighbour")
    screen.until(b"make token the neighbour")
    screen.answer(b"Do that? [YES/no] ", b"certainly")
    screen.until(b"Please type yes or no.")
    screen.answer(b"Do that? [YES/no] ", b"No")
    check("not wanted", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)
    check("nothing was made", not os.path.exists(f"{WORK}/new"))
    screen = Terminal(*command)
    screen.answer(b"[0.0.0.0:7440] ", listen)
    screen.answer(b"[" + listen + b"] ", b"\x04")
    check("an end is no answer", os.waitstatus_to_exitcode(screen.end()) == 2, screen.shown)
    check("nothing was made then", not os.path.exists(f"{WORK}/new"))
    screen = Terminal(*command)
    for prompt, line in ((b"[0.0.0.0:7440] ", listen), (b"[" + listen + b"] ", b""),
                         (b"[first] ", b""), (b"[YES/no] ", b"")):
        screen.answer(prompt, line)
    check("setup", screen.end() == 0, screen.shown)
    check("the address", listen + b"/" in screen.shown, screen.shown)
    check("the token", b"Token 'first'" in screen.shown, screen.shown)
    check("a QR code", "\u2588\u2580".encode() in screen.shown, screen.shown)
    screen = Terminal(*command)
    check("again, without a question", screen.end() == 0, screen.shown)
    check("it is said", b"Nothing was changed" in screen.shown, screen.shown)


def taken_away(command, word, names, is_there):
    """Each of `names` is shown before `word` is asked for; no other word does it."""
    for line in (b"", b"yes", b"no"):
        screen = Terminal(*command)
        screen.until(b"Type %s to go on: " % word)
        for name in names:
            check(f"{command[-1]}: names {name!r}", name in b" ".join(screen.shown.split()), screen.shown)
        screen.answer(b"", line)
        check(f"{line!r} takes nothing away", os.waitstatus_to_exitcode(screen.end()) == 1 and is_there(), screen.shown)
    screen = Terminal(*command)
    screen.answer(b"Type %s to go on: " % word, word)
    check(f"{command[-1]} is taken away", screen.end() == 0 and not is_there(), screen.shown)


def relay_and_token_want_a_word():
    own = lambda: json.loads(allswell("s", "relay", "list", "--json").stdout)["relays"]
    line = own()[0]["address"]
    taken_away((f"{BIN}/allswell", "--home", f"{WORK}/s", "relay", "remove", line), b"remove",
               (b"relay 1, at " + line.split("/")[0].encode(), b"It is the only relay"), lambda: bool(own()))
    tokens = lambda: run(f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "token", "list", text=True).stdout
    first = tokens().split("\n")[0].split()
    taken_away((f"{BIN}/allswell-relay", "--home", f"{WORK}/r", "token", "revoke", first[0]), b"revoke",
               (f"token {first[0]}, '{first[1]}'".encode(), b"only a new token"),
               lambda: "revoked" not in tokens())


def hook_wants_a_word():
    hooks = lambda: json.loads(allswell("s", "notify", "list", "--json").stdout)["hooks"]
    for kind, address, shown in (("webhook", b"https://milk.example/top-secret", b"hook webhook, webhook milk.example."),
                                 ("desktop", b"", b"hook desktop, desktop. What")):
        allswell("s", "notify", "add", kind, input=address)
        taken_away((f"{BIN}/allswell", "--home", f"{WORK}/s", "notify", "remove", kind), b"remove",
                   (shown, b"address and token", b"It is the only hook"), lambda: bool(hooks()))


def restore_wants_a_word():
    made = allswell("s", "backup", f"{WORK}/one.backup", input=b"right horse")
    check("backup", made.returncode == 0, made.stderr)
    command = (f"{BIN}/allswell", "--home", f"{WORK}/back", "restore", f"{WORK}/one.backup")
    for line in (b"", b"y", b"yes"):
        screen = Terminal(*command)
        screen.until(b"Type restore to go on: ")
        check("who must rest is said before", b"must rest from now on: two devices with one home"
              in b" ".join(screen.shown.split()), screen.shown)
        screen.answer(b"", line)
        check(f"{line!r} restores nothing", os.waitstatus_to_exitcode(screen.end()) in (1, 2),
              screen.shown)
        check("no home yet", not os.path.exists(f"{WORK}/back"))
    screen = Terminal(*command)
    screen.answer(b"Type restore to go on: ", b"restore")
    screen.answer(b"Passphrase of the backup: ", b"right horse")
    check("restored", screen.end() == 0, screen.shown)
    check("the passphrase is not shown", b"right horse" not in screen.shown, screen.shown)
    check("what follows", b"compare words with everybody again" in b" ".join(screen.shown.split()), screen.shown)


def words_before_what_stays():
    """Nothing that cannot be taken back is done by Enter, by a yes, or by what was typed ahead."""
    uri = allswell("s", "invite").stdout.strip()
    command = (f"{BIN}/allswell", "--home", f"{WORK}/s", "forget", "2")
    for line in (b"", b"y", b"yes", b"forge", b"forget it"):
        screen = Terminal(*command)
        screen.until(b"To be forgotten: number 2.")
        screen.answer(b"Type forget to go on: ", line)
        check(f"{line!r} forgets nobody", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)
        check("what to do", b"type the word forget" in screen.shown, screen.shown)
    screen = Terminal(*command)
    screen.answer(b"Type forget to go on: ", b"\x04")
    check("an end is no answer", os.waitstatus_to_exitcode(screen.end()) == 2, screen.shown)
    screen = Terminal(*command)
    os.write(screen.fd, b"forget\n")  # before the question
    screen.answer(b"Type forget to go on: ", b"no")
    check("too early", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)
    screen = Terminal(*command)
    screen.answer(b"Type forget to go on: ", b"Forget")
    check("forgotten", screen.end() == 0, screen.shown)
    check("an invite", uri.startswith(b"allswell:"), uri)
    for words, word in ((("leave", "w1"), b"leave"), (("compared", "w1"), b"compared"),
                        (("confirm", "w1"), b"spoken")):
        screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/c", *words)
        screen.until(b"s, number w1")
        screen.answer(b"Type " + word + b" to go on: ", b"no")
        check(f"{words[0]} is not done", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)


def long_work_is_named():
    """On a terminal only, and the line is gone afterwards."""
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "checkin")
    screen.answer(b"Your secret: ", b"the safe one")
    screen.answer(b"Is that the one you know? [yes/no] ", b"yes")
    check("checkin", screen.end() == 0, screen.shown)
    quiet = allswell("s", "checkin", input=b"the safe one\n")
    check("not in a pipe", quiet.returncode == 0 and b"..." not in quiet.stderr, quiet.stderr)
    screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "backup", f"{WORK}/two.backup")
    screen.answer(b"Passphrase of the backup: ", b"one horse")
    screen.answer(b"Once more: ", b"one horse")
    check("backup", screen.end() == 0, screen.shown)
    check("it says what it does", b"Working out the key ...\r\x1b[K" in screen.shown, screen.shown)
    check("then what else", b"Sealing the home ...\r\x1b[K" in screen.shown, screen.shown)


def relays_are_waited_for():
    """When a relay keeps one waiting, that is said, with how long at most."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        key = "A" * 42 + "E"
        allswell("w", "init", "--name", "w")
        allswell("w", "relay", "add", f"127.0.0.1:{silent.getsockname()[1]}/{key}", input=b"A" * 43)
        screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/w", "invite")
        screen.end()
        check("it is said", b"Waiting for the relays, at most 10 s ...\r\x1b[K" in screen.shown, screen.shown)


def a_code_that_does_not_fit():
    for columns, fits in ((40, False), (200, True)):
        screen = Terminal(f"{BIN}/allswell", "--home", f"{WORK}/s", "invite", "--qr", columns=columns)
        check("invite", screen.end() == 0, screen.shown)
        check("a whole code, or none", ("\u2588\u2580".encode() in screen.shown) == fits, screen.shown)
        check("or why not", (b"make it wider, or use the line below" in screen.shown) != fits, screen.shown)
        check("the line", b"allswell:" in screen.shown.replace(b"allswell: the QR", b""), screen.shown)


def setup_gives_up():
    """Who has no answer that will do is not asked for ever, and a relay that exists is kept."""
    command = (f"{BIN}/allswell-relay", "--home", f"{WORK}/other", "setup", "--no-forward")
    listen = b"[0.0.0.0:7440] "
    for line, says in ((b"everywhere", b"no answer that will do"), (b"x" * 300, b"no answer that fits")):
        screen = Terminal(*command)
        for _ in range(5):
            screen.answer(listen, line)
        check("no endless question", os.waitstatus_to_exitcode(screen.end()) == 2, screen.shown)
        check(f"says {says!r}", says in screen.shown, screen.shown)
    screen = Terminal(*command, "--listen", "127.0.0.1:7448", "--public", "relay.example", "--no-token")
    for _ in range(5):
        screen.answer(b"Do that? [YES/no] ", b"perhaps")
    check("neither", os.waitstatus_to_exitcode(screen.end()) == 2, screen.shown)
    check("nothing was made", not os.path.exists(f"{WORK}/other"))
    for answer, code in ((b"n", 1), (b"y", 0)):
        screen = Terminal(*command, "--listen", "127.0.0.1:7448", "--public", "relay.example", "--no-token")
        screen.answer(b"Do that? [YES/no] ", answer)
        check("one letter", os.waitstatus_to_exitcode(screen.end()) == code, screen.shown)
    screen = Terminal(*command, "--public", "other.example")
    screen.until(b"Change the relay")
    screen.answer(b"Do that? [YES/no] ", b"no")
    check("kept", os.waitstatus_to_exitcode(screen.end()) == 1, screen.shown)
    shown = run(f"{BIN}/allswell-relay", "--home", f"{WORK}/other", "status").stdout
    check("as it was", b"relay.example:7448/" in shown, shown)


def main():
    relay = set_up()
    try:
        words_are_compared()
        picture = plan_asks_twice()
        checkin_shows_the_picture(picture)
        control_c_gives_the_echo_back()
        setup_asks()
        restore_wants_a_word()
        words_before_what_stays()
        long_work_is_named()
        relays_are_waited_for()
        a_code_that_does_not_fit()
        setup_gives_up()
        relay_and_token_want_a_word()
        hook_wants_a_word()
    finally:
        relay.terminate()
        relay.wait()
        shutil.rmtree(WORK)
    sys.exit(1 if FAILED else 0)


main()
