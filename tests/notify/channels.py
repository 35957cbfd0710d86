#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: what each kind of hook sends is exactly what README says, and nothing else; what servers answer
is told as it is, with the right exit code; no secret shows anywhere; what is unsafe is refused.
Method: every kind against a real server on loopback, by 'allswell notify test'; then what must fail.
Usage: channels.py BIN SOURCE; 77 without aiosmtpd or openssl."""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time

import servers
from servers import Bed, Mail, Rude, Socks, Web, check, until

TOKEN = "tk_secret_0123456789"
TEST = "This is a test. If you read it, it works."


def add(bed, *words, given="", home="a"):
    bed.ok(home, "notify", "add", *words, given=given)


def test(bed, name, code, text):
    done = bed.aw("a", "notify", "test", name)
    check(f"test of {name} exits with {code}", done.returncode == code, f"{done.returncode} {done.stdout}{done.stderr}")
    check(f"test of {name} says '{text}'", text in done.stdout, done.stdout + done.stderr)
    check(f"nobody is told of {name} that it was sent", "sent" not in done.stdout.replace("you sent", ""), done.stdout)


def refused(bed, code, text, *words, given=""):
    done = bed.aw("a", "notify", "add", *words, given=given)
    check(f"{words} exits with {code}", done.returncode == code, f"{done.returncode} {done.stderr}")
    check(f"{words} says '{text}'", text in done.stderr, done.stderr)
    check(f"{words} says a remedy", ": " in done.stderr and done.stderr.startswith(("allswell: ", "Through")), done.stderr)


def web_kinds(bed, web):
    add(bed, "ntfy", "--token", given=f"{web.url('/200/topic-of-mine')}\n{TOKEN}\n")
    add(bed, "unifiedpush", given=web.url("/201/UP?id=1"))
    add(bed, "webhook", given=web.url("/200/hook"))
    add(bed, "webhook", "--name", "bare", "--bare", "--say", "The milk is out", given=web.url("/200/bare"))
    add(bed, "matrix", web.url("/200"), "--to", "!room:example.org", given=TOKEN)
    test(bed, "ntfy", 0, "ntfy: accepted by the server (200)")
    test(bed, "unifiedpush", 0, "accepted by the push server (201)")
    test(bed, "webhook", 0, "accepted by the server (200)")
    test(bed, "bare", 0, "accepted by the server (200)")
    test(bed, "matrix", 0, "accepted by the home server (200)")
    ntfy, push, hook, bare, matrix = web.got
    check("ntfy", (ntfy["path"], ntfy["method"], ntfy["body"]) == ("/200/topic-of-mine", "POST", TEST), ntfy)
    check("ntfy rings", ntfy["headers"]["priority"] == "5" and ntfy["headers"]["authorization"] == f"Bearer {TOKEN}", ntfy)
    check("push", (push["path"], push["body"], push["headers"]["urgency"]) == ("/201/UP?id=1", TEST, "high"), push)
    check("push waits a day at most", push["headers"]["ttl"] == "86400", push)
    body = json.loads(hook["body"])
    check("webhook", body["text"] == TEST and body["urgency"] == "ring" and set(body) == {"text", "urgency", "id"}, hook)
    check("bare", bare["body"] == "The milk is out", bare)
    start = "/200/_matrix/client/v3/rooms/%21room%3Aexample.org/send/m.room.message/"
    check("matrix", matrix["path"].startswith(start) and matrix["method"] == "PUT", matrix)
    body = json.loads(matrix["body"])
    check("matrix body", body == {"msgtype": "m.text", "body": TEST, "m.mentions": {"room": True}}, matrix)
    known = {"host", "content-type", "content-length", "authorization", "priority", "ttl", "urgency"}
    for got in web.got:
        check("nothing else is in the headers", set(got["headers"]) <= known, got)


def empty(bed):
    """A log with nothing in it says why, and what to do."""
    shown = bed.ok("a", "notify", "log")
    check("no hooks: how to make one", f"'allswell --home={bed.path('a')} notify add'" in " ".join(shown.split()), shown)
    check("none in the list: the same", bed.ok("a", "notify", "list") == shown, shown)
    add(bed, "exec", "/bin/true", "--name", "idle")
    shown = bed.ok("a", "notify", "log")
    test_it = f"'allswell --home={bed.path('a')} notify test'"
    check("no tries: how to make one", " ".join(shown.split()) == f"No hook was tried yet: {test_it} tries them.", shown)
    shown = bed.ok("a", "notify", "list")
    check("never tried: how to", f"never tried: {test_it}\n" in shown, shown)
    asks = bed.aw("a", "notify", "remove", "idle", given="remove\n")
    check("a pipe takes no hook away", asks.returncode == 2 and "give --yes" in asks.stderr, asks.stderr)
    check("it is still there", [h["name"] for h in bed.json("a", "notify", "list")["hooks"]] == ["idle"])
    bed.ok("a", "notify", "remove", "--yes", "idle")


def logged(bed):
    """A test is in the log, as what it is, and stays there for another process."""
    test(bed, "matrix", 0, "accepted by the home server (200)")
    add(bed, "exec", "/bin/false", "--name", "never")
    test(bed, "never", 4, "not accepted (ended with 1)")
    entries = bed.json("a", "notify", "log")["entries"]
    check("each test is in the log", [e["hook"] for e in entries] ==
          ["ntfy", "unifiedpush", "webhook", "bare", "matrix", "matrix", "never"], entries)
    check("as a test", all(e["test"] is True and e["tries"] == 1 and e["at"] > 0 for e in entries), entries)
    check("with what came of it", [e["state"] for e in entries] == ["accepted"] * 6 + ["failed"], entries)
    shown = bed.ok("a", "notify", "log", "--lines", "1")
    check("in words", "  never test\n      not accepted, given up, " in shown and "(ended with 1)" in shown, shown)
    hooks = {h["name"]: h for h in bed.json("a", "notify", "list")["hooks"]}
    check("a hook knows its last test again", hooks["never"]["last"]["answer"] == "ended with 1", hooks)
    bed.ok("a", "notify", "remove", "--yes", "never")


def answers(bed, web):
    """What servers refuse, and how slowly."""
    web.got.clear()
    for path, code, text in (
        ("/401/x", 1, "refused (401: because ?[31m)"),
        ("/404/x", 1, "refused (404"),
        ("/429/x", 4, "not accepted (429"),
        ("/500/x", 4, "not accepted (500"),
        ("/302/x", 1, "refused (302, leads elsewhere: not followed)"),
        ("/huge/x", 0, "accepted by the server (200)"),
        ("/400/x-secret-path", 1, "refused (400)"),
    ):
        name = path.split("/")[1]
        add(bed, "webhook", "--name", name, "--token", given=f"{web.url(path)}\n{TOKEN}\n")
        test(bed, name, code, text)
        bed.ok("a", "notify", "remove", "--yes", name)
    check("no redirect is followed", not web.at("/200/elsewhere"), web.got)
    add(bed, "webhook", "--name", "nobody", given=f"http://127.0.0.1:{servers.free_port()}/")
    test(bed, "nobody", 4, "not accepted (not reached: ")
    bed.ok("a", "notify", "remove", "--yes", "nobody")


def hanging(bed, web):
    """In a home of its own, meanwhile: it takes the ten seconds that a try may take."""
    bed.aw("b", "init", "--name", "b")
    add(bed, "webhook", home="b", given=web.url("/hang/x"))
    add(bed, "webhook", "--name", "slow", home="b", given=web.url("/slow/x"))
    argv = [f"{servers.BIN}/allswell", "--home", bed.path("b"), "--wait", "0", "notify", "test"]
    return subprocess.Popen(argv, env=bed.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def hung(process):
    shown, _ = process.communicate(timeout=20)
    check("a server that says nothing is not waited for", "webhook: not accepted (no answer in time)" in shown, shown)
    check("a slow body is not waited for", "slow: accepted by the server (200)" in shown, shown)
    check("a test that fails fails", process.returncode == 4, process.returncode)


def state_of(pid):
    """State and parent of a process, None when it has ended."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        state, parent = file.read().rsplit(")", 1)[1].split()[:2]
        return None if state == "Z" else (state, int(parent))
    return None


def children(parent):
    return [int(p) for p in os.listdir("/proc") if p.isdigit() and (state_of(p) or (0, 0))[1] == parent]


def apart(bed, web):
    """A try is a process of its own, which shows no secret, and ends when nobody waits for it."""
    bed.aw("c", "init", "--name", "c")
    add(bed, "webhook", "--token", home="c", given=f"{web.url('/hang/secret-path')}\n{TOKEN}\n")
    argv = [f"{servers.BIN}/allswell", "--home", bed.path("c"), "--wait", "0", "notify", "test"]
    agent = subprocess.Popen(argv, env=bed.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until("the server is asked", 5, lambda: web.at("/hang/secret-path"))
    couriers = children(agent.pid)
    check("one courier carries it", len(couriers) == 1, couriers)
    for part in ("cmdline", "environ"):
        with open(f"/proc/{couriers[0]}/{part}", "rb") as file:
            shown = file.read()
        check(f"no secret is in its {part}", b"secret" not in shown, shown)
    agent.kill()
    agent.wait()
    until("it ends with the agent", 2, lambda: state_of(couriers[0]) is None)
    alone = shutil.copy(f"{servers.BIN}/allswell", bed.path("alone"))
    done = subprocess.run([alone] + argv[1:], env=bed.env, capture_output=True, text=True, check=False)
    check("without it, what to do is said", "(the courier cannot be run: install Allswell anew)" in done.stdout, done)
    done = subprocess.run([courier()], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    check("by hand it does nothing", done.returncode == 2 and "is run by 'allswell run'" in done.stderr, done.stderr)


def courier():
    return os.path.join(os.path.dirname(servers.BIN), "libexec", "allswell", "courier")


def tls(bed, cert, safe):
    add(bed, "webhook", "--name", "unknown-ca", given=safe.url("/200/"))
    test(bed, "unknown-ca", 1, "refused (not trusted: ")
    check("nothing was said to it", not safe.got, safe.got)
    add(bed, "webhook", "--name", "own-ca", "--ca", cert, given=safe.url("/200/"))
    test(bed, "own-ca", 0, "accepted by the server (200)")
    for name in ("unknown-ca", "own-ca"):
        bed.ok("a", "notify", "remove", "--yes", name)


def mail(bed, cert):
    plain, safe, rude = Mail(), Mail(cert, "right_word"), Rude()
    pair = ("--from", "me@example.org", "--to", "you@example.net")
    add(bed, "smtp", plain.url(), *pair)
    test(bed, "smtp", 0, "accepted by the mail server (250 kept as 4711)")
    name, envelope = plain.got[0]
    text = envelope.content.decode()
    check("mail says nothing of this machine", name == "localhost", name)
    check("mail is addressed", (envelope.mail_from, envelope.rcpt_tos) == ("me@example.org", ["you@example.net"]), text)
    for line in (f"Subject: {TEST}", "From: <me@example.org>", "To: <you@example.net>", "Importance: high",
                 "Auto-Submitted: auto-generated", "Date: ", "Message-ID: <"):
        check(f"mail has '{line}'", f"\n{line}" in "\n" + text.replace("\r\n", "\n"), text)
    check("mail ends with the line", text.endswith(f"\r\n\r\n{TEST}\r\n"), text)
    plain.refuse = "550 no such box"
    test(bed, "smtp", 1, "refused (550 no such box)")
    plain.refuse = "451 later"
    test(bed, "smtp", 4, "not accepted (451 later)")
    add(bed, "smtp", safe.url(), *pair, "--name", "account", "--user", "me", "--ca", cert, "--say", "Milk für dich",
        given="wrong_word")
    test(bed, "account", 1, "refused (535")
    bed.ok("a", "notify", "remove", "--yes", "account")
    add(bed, "smtp", safe.url(), *pair, "--name", "account", "--user", "me", "--ca", cert, "--say", "Milk für dich",
        given="right_word")
    test(bed, "account", 0, "accepted by the mail server (250 kept as 4711)")
    text = safe.got[0][1].content.decode()
    check("a line that is not ASCII", "Subject: =?utf-8?B?TWlsayBmw7xyIGRpY2g=?=\r\n" in text, text)
    check("a line that is not ASCII", text.endswith("\r\n\r\nMilk für dich\r\n"), text)
    bed.ok("a", "notify", "remove", "--yes", "account")
    for flag, words in (("--name", "not trusted: "), ("--allow-plain", "530")):
        more = ("account",) if flag == "--name" else ("--name", "account")
        add(bed, "smtp", safe.url(), *pair, flag, *more)
        test(bed, "account", 1, f"refused ({words}")
        bed.ok("a", "notify", "remove", "--yes", "account")
    add(bed, "smtp", f"smtp://127.0.0.1:{rude.server_address[1]}", *pair, "--name", "rude")
    began = time.monotonic()
    test(bed, "rude", 0, "accepted by the mail server (250 fine)")
    check("a goodbye without answer keeps nobody waiting", time.monotonic() - began < 2, time.monotonic() - began)
    until("it was said goodbye", 2, lambda: rude.quits == 1)
    rude.done.set()
    bed.ok("a", "notify", "remove", "--yes", "rude")
    for server in (plain, safe):
        server.controller.stop()
    bed.ok("a", "notify", "remove", "--yes", "smtp")


def proxy(bed, web):
    socks = Socks()
    url = f"socks5://127.0.0.1:{socks.server_address[1]}"
    add(bed, "webhook", "--name", "onion", "--proxy", url, given=f"http://abcdef.onion:{web.server_port}/200/onion")
    test(bed, "onion", 0, "accepted by the server (200)")
    # The proxy gets the name, not an address: nobody else is asked for it.
    check("through the proxy", len(socks.got) == 1 and socks.got[0][1:] == (3, b"abcdef.onion"), socks.got)
    check("a circuit of its own", socks.got[0][0].startswith("hook-"), socks.got)
    bed.ok("a", "notify", "remove", "--yes", "onion")


def call_sample(bed):
    """The sample for telephone calls: it rings, hangs up, and says when the modem does not take it."""
    got = bed.path("calls")
    bed.write("mmcli", f"""#!/bin/sh
echo "$*" >>'{got}'
[ ! -e '{bed.path("no-modem")}' ] || {{ echo "error: couldn't find modem" >&2; exit 1; }}
case $3 in --voice-create-call=*) echo 'Successfully created new call: /org/freedesktop/ModemManager1/Call/7' ;; esac
""", 0o700)
    sample = f"{servers.SOURCE}/tools/allswell/notify/examples/call.sh"
    add(bed, "exec", bed.write("call-me.sh", f"#!/bin/sh\nNUMBER=+440000000001 RING_S=0 exec '{sample}'\n", 0o700),
        "--name", "call")
    test(bed, "call", 0, "the program ended without an error")
    call = "-o /org/freedesktop/ModemManager1/Call/7"
    with open(got, encoding="utf-8") as file:
        check("the sample for calls", file.read().splitlines() == [
            "-m any --voice-create-call=number=+440000000001", f"{call} --start", f"{call} --hangup"])
    bed.write("no-modem", "")
    test(bed, "call", 4, "not accepted (ended with 1)")
    os.remove(got)
    quiet = dict(bed.env, ALLSWELL_EVENT="notice")
    check("it rings for nothing else", subprocess.run([sample], env=quiet, check=False).returncode == 0)
    check("not even tries", not os.path.exists(got))
    bed.ok("a", "notify", "remove", "--yes", "call")


def programs(bed):
    seen = bed.path("seen")
    script = bed.write("ring.sh", f"#!/bin/sh\nenv | grep '^ALLSWELL' | sort >'{seen}'\nls /proc/self/fd >>'{seen}'\n", 0o700)
    add(bed, "exec", script)
    test(bed, "exec", 0, "the program ended without an error (ended with 0)")
    with open(seen, encoding="utf-8") as file:
        got = file.read().split("\n")
    check("a program learns no name", got[:6] == ["ALLSWELL_EVENT=ring", "ALLSWELL_LEVEL=0", "ALLSWELL_PERSON=",
          "ALLSWELL_PERSON_ID=", "ALLSWELL_SIDE=", f"ALLSWELL_TEXT={TEST}"], got)
    check("a program gets no other file", got[6:] in (["0", "1", "2", "3", ""], ["0", "1", "2", ""]), got)
    add(bed, "exec", bed.write("fails.sh", "#!/bin/sh\nexit 3\n", 0o700), "--name", "fails")
    test(bed, "fails", 4, "not accepted (ended with 3)")
    add(bed, "exec", bed.write("none.sh", "#!/bin/sh\n", 0o700), "--name", "none")
    os.remove(bed.path("none.sh"))
    test(bed, "none", 1, "refused (the program cannot be run)")
    bed.write("notify-send", f"#!/bin/sh\nprintf '%s|' \"$@\" >'{seen}'\n", 0o700)
    path = bed.env["PATH"]
    bed.ok("a", "notify", "remove", "--yes", "none")
    bed.write("gammu", f"#!/bin/sh\nprintf '%s|' \"$@\" >'{seen}'; cat >>'{seen}'\n", 0o700)
    add(bed, "exec", f"{servers.SOURCE}/tools/allswell/notify/examples/sms.sh", "--name", "sms")
    bed.env["PATH"] = f"{bed.work}:{path}"
    test(bed, "sms", 0, "the program ended without an error")
    with open(seen, encoding="utf-8") as file:
        got = file.read()
        check("the sample for text messages", got == f"sendsms|TEXT|+440000000000|{TEST}", got)
    bed.ok("a", "notify", "remove", "--yes", "sms")
    call_sample(bed)
    add(bed, "desktop")
    bus = f"unix:path={bed.path('b' * 400)}"
    bed.write("notify-send", f"#!/bin/sh\nprintf '%s|' \"$@\" \"$DBUS_SESSION_BUS_ADDRESS\" >'{seen}'\n", 0o700)
    bed.env["DBUS_SESSION_BUS_ADDRESS"] = bus
    test(bed, "desktop", 0, "taken by the desktop")
    bed.env["PATH"] = path
    with open(seen, encoding="utf-8") as file:
        check("desktop", file.read() == f"--urgency=critical|--|{TEST}|{bus}|")
    shown = bed.ok("a", "notify", "list").split("\n")
    check("a desktop has no place", "desktop  desktop" in shown, shown)
    for name in ("exec", "fails", "desktop"):
        bed.ok("a", "notify", "remove", "--yes", name)


def unsafe(bed):
    """What must not be stored, and what is said of what may."""
    https = "https://example.org/x"
    refused(bed, 2, "is no kind of hook", "pigeon")
    refused(bed, 2, "can use it", "ntfy", https)
    refused(bed, 2, "without TLS everybody", "ntfy", given="http://example.org/topic")
    refused(bed, 2, "does not leave this machine without TLS", "webhook", "--token", "--allow-plain",
            given=f"http://192.168.1.1/\n{TOKEN}\n")
    refused(bed, 2, "does not leave this machine without TLS", "smtp", "smtp://example.org", "--allow-plain", "--from",
            "a@b", "--to", "c@d", "--user", "u", given="password")
    for url in ("ftp://example.org/", "file:///etc/passwd", "https://user:word@example.org/", "example.org", "https://",
                "gopher://example.org", "dict://127.0.0.1:1/"):
        refused(bed, 2, "is no URL that begins with https://", "webhook", given=url)
    refused(bed, 2, "not ASCII", "webhook", given="https://example.org/a b")
    refused(bed, 2, "more than 512 bytes", "webhook", given="https://example.org/" + "x" * 600)
    refused(bed, 2, "is empty", "webhook", given="")
    refused(bed, 2, "has a blank", "ntfy", "--token", given=f"{https}\ntoken\ttoken\n")
    refused(bed, 2, "one sender and one receiver", "smtp", "smtps://example.org", "--from", "a@b")
    refused(bed, 2, "one sender and one receiver", "smtp", "smtps://example.org", "--from", "a@b", "--to", "c@d,e@f")
    refused(bed, 2, "takes no --user", "webhook", "--from", "a@b", given=https)
    refused(bed, 2, "number of a room", "matrix", https, "--to", "#alias:example.org", given=TOKEN)
    refused(bed, 2, "no SOCKS5 proxy", "webhook", "--proxy", "http://127.0.0.1:1", given=https)
    refused(bed, 2, "through Tor only: give --proxy", "webhook", given="https://abcdef.ONION./x")
    refused(bed, 2, "no SOCKS5 proxy", "webhook", "--proxy", "socks5://127.0.0.1", given=https)
    refused(bed, 2, "begins with '/'", "webhook", "--ca", "cert.pem", given=https)
    refused(bed, 2, "--again", "webhook", "--again", "10s", given=https)
    refused(bed, 2, "--again", "webhook", "--again", "2h", given=https)
    refused(bed, 2, "--urgency is", "webhook", "--urgency", "loud", given=https)
    refused(bed, 2, "learns a person's routine", "webhook", "--urgency", "quiet", given=https)
    refused(bed, 2, "a hook's name", "webhook", "--name", "A b", given=https)
    refused(bed, 2, "one line of 1 to 100", "webhook", "--say", "x" * 101, given=https)
    refused(bed, 2, "exclude each other", "webhook", "--say", "x", "--with-text", given=https)
    refused(bed, 2, "for webhooks only", "ntfy", "--bare", given=https)
    refused(bed, 2, "say --yes", "webhook", "--with-text", given=https)
    refused(bed, 2, "needs an address", "exec")
    refused(bed, 2, "begins with '/'", "exec", "ring.sh")
    refused(bed, 2, "is not to be had (No such file", "exec", bed.path("nowhere.sh"))
    refused(bed, 2, "'chmod +x' makes it one", "exec", bed.write("plain.sh", "#!/bin/sh\n"))
    refused(bed, 2, "no program that can be run", "exec", bed.work)
    refused(bed, 2, "does not use the network", "exec", "/bin/true", "--proxy", "socks5://127.0.0.1:9050")
    refused(bed, 2, "is not open", "webhook", "--secret-fd", "9")
    check("nothing was stored", len(bed.json("a", "notify", "list")["hooks"]) == 5)
    done = bed.aw("a", "notify", "add", "webhook", "--name", "loud", "--with-text", "--yes", given=https)
    for text in ("tells example.org", "the name of the person concerned", "the address of this machine on the network"):
        check(f"what leaks: {text}", text in done.stderr, done.stderr)
    refused(bed, 3, "there is a hook called 'loud'", "webhook", "--name", "loud", given=https)
    for i in range(2):
        add(bed, "exec", "/bin/true", "--name", f"more-{i}")
    refused(bed, 3, "there are 8 hooks already", "exec", "/bin/true", "--name", "one-too-many")
    for name in ("remove", "test"):
        done = bed.aw("a", "notify", name, "nobody")
        check(f"{name} of what there is not", done.returncode == 5 and "no hook is called" in done.stderr, done.stderr)


def shown(bed):
    whole = bed.ok("a", "notify", "list") + bed.ok("a", "notify", "list", "--json")
    whole += bed.ok("a", "notify", "log") + bed.ok("a", "notify", "log", "--json") + bed.ok("a", "log")
    for secret in (TOKEN, "topic-of-mine", "UP?id", "/200/hook"):
        check(f"'{secret}' is not shown", secret not in whole, whole)
    check("what may be known is shown", "127.0.0.1" in whole and "!room:example.org" in whole, whole)


def play(bed):
    cert = bed.cert()
    web, safe = Web(), Web(cert)
    done = bed.aw("a", "init", "--name", "a")
    done = bed.aw("a", "notify", "test")
    check("no hook, no test", done.returncode == 3 and "no hook yet" in done.stderr, done.stderr)
    empty(bed)
    meanwhile = hanging(bed, hung_web := Web())
    web_kinds(bed, web)
    logged(bed)
    answers(bed, web)
    apart(bed, hung_web)
    tls(bed, cert, safe)
    programs(bed)
    proxy(bed, web)
    mail(bed, cert)
    unsafe(bed)
    shown(bed)
    hung(meanwhile)
    web.done.set()
    hung_web.done.set()


if __name__ == "__main__":
    try:
        import aiosmtpd.controller  # noqa: F401
    except ImportError:
        print("no aiosmtpd")
        sys.exit(77)
    if shutil.which("openssl") is None:
        sys.exit(77)
    with Bed() as the_bed:
        play(the_bed)
    servers.end()
