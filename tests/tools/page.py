#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: the HTTP side of the contact's page lets in who has the token, from this page only, and
nothing that comes over it, slowly or at length, stops or changes anything.
Method: raw requests to an agent that watches over nobody; the token from its home.
Usage: page.py <folder of the programs>"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

BIN = sys.argv[1]
WORK = tempfile.mkdtemp()
HOME = os.path.join(WORK, "home")
ENV = {k: v for k, v in os.environ.items() if not k.startswith("ALLSWELL")}
failures = 0


def check(is_so, what):
    global failures
    if not is_so:
        failures += 1
        print("failed:", what)


def tool(*args):
    done = subprocess.run([BIN + "/allswell", "--home", HOME, *args], env=ENV, text=True,
                          capture_output=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


class Agent:
    def __init__(self, *options):
        self.log = open(os.path.join(WORK, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [BIN + "/allswell", "--home", HOME, "run", *options], env=ENV, stdout=self.log,
            stderr=subprocess.STDOUT)
        self.port = 0
        for _ in range(100):
            time.sleep(0.05)
            found = re.search(r"page: http://[^ ]*:(\d+)/", self.said())
            if found:
                self.port = int(found[1])
                return

    def said(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def end(self):
        self.process.terminate()
        check(self.process.wait(15) == 0, "the agent ends well")


def raw(port, data, wait=5, address="127.0.0.1"):
    with socket.create_connection((address, port), timeout=wait) as link:
        try:
            link.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        got = b""
        try:
            while True:
                part = link.recv(65536)
                if not part:
                    break
                got += part
        except (ConnectionResetError, socket.timeout):
            pass
    return got.decode("utf-8", "replace")


def ask(port, method, path, headers=None, body=None, host=None):
    lines = {"Host": host or f"127.0.0.1:{port}"}
    if method == "POST":
        lines |= {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json",
                  "Content-Length": str(len(body or ""))}
    lines |= headers or {}
    text = f"{method} {path} HTTP/1.1\r\n"
    text += "".join(f"{k}: {v}\r\n" for k, v in lines.items() if v is not None)
    answer = raw(port, (text + "\r\n" + (body or "")).encode())
    head, _, rest = answer.partition("\r\n\r\n")
    code = int(head.split(" ")[1]) if head.startswith("HTTP/1.1 ") else 0
    return code, head, rest


def log_in(port, token):
    code, head, rest = ask(port, "POST", "/api/login", body=json.dumps({"token": token}))
    if code != 200:
        return code, {}
    cookie = re.search(r"Set-Cookie: ([^;]+);(.*)", head)
    check(all(word in cookie[2] for word in ("HttpOnly", "SameSite=Strict", "Path=/")), "cookie")
    return code, {"Cookie": cookie[1], "Allswell-Key": json.loads(rest)["key"]}


def test_addresses():
    for text in ("localhost:1", "127.0.0.1", ":8317", "127.0.0.1:", "127.0.0.1:70000", "1.2.3:1",
                 "[::1", "::1:8317", "127.0.0.1:80x", "x" * 200, "[127.0.0.1]:1"):
        code, said = tool("run", "--page=" + text)
        check(code == 2 and "is no address and port" in said, "address " + text)
    for text in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0"):
        code, said = tool("run", "--page=" + text)
        check(code == 2 and "--page-anywhere" in said, "beyond loopback " + text)
    code, said = tool("run", "--page-anywhere")
    check(code == 2 and "needs a page" in said, "anywhere without a page")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = tool("run", f"--page=127.0.0.1:{taken.getsockname()[1]}")
        check(code == 4 and "cannot listen" in said, "a port that is taken")


def test_tokens():
    path = os.path.join(HOME, "page.token")
    for text, mode in (("short\n", 0o600), ("A" * 44 + "\n", 0o600), ("A" * 43 + "\n", 0o644)):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        code, said = tool("run", "--page=127.0.0.1:0")
        check(code == 4 and "page.token" in said and "remove" in said, f"token {text!r} {mode:o}")
    os.remove(path)
    os.symlink("/dev/zero", path)
    check(tool("run", "--page=127.0.0.1:0")[0] == 4, "a token that is a link")
    os.remove(path)


def test_login(agent, token):
    port = agent.port
    check(os.stat(os.path.join(HOME, "page.token")).st_mode & 0o777 == 0o600, "mode of the token")
    check(token not in agent.said(), "the token is in no log")
    check(ask(port, "GET", "/api/status")[0] == 401, "without a login")
    check(ask(port, "GET", "/api/events")[0] == 401, "events without a login")
    code, session = log_in(port, token)
    check(code == 200, "the token")
    code, _, rest = ask(port, "GET", "/api/status", session)
    check(code == 200 and set(json.loads(rest)) == {"ok", "again", "name", "now", "relays", "watched"},
          "status says what a contact sees and no more")
    check(ask(port, "GET", "/api/status", session | {"Allswell-Key": None})[0] == 401,
          "cookie alone")
    check(ask(port, "GET", "/api/status", session | {"Cookie": None})[0] == 401, "key alone")
    other = log_in(port, token)[1]
    check(ask(port, "GET", "/api/status", session | {"Cookie": other["Cookie"]})[0] == 401,
          "halves of two logins")
    check(ask(port, "POST", "/api/logout", other, "{}")[0] == 200, "logout")
    check(ask(port, "GET", "/api/status", other)[0] == 401, "after logout")
    return session


def test_tries(agent, token, session):
    port = agent.port
    codes = [ask(port, "POST", "/api/login", body=json.dumps({"token": guess}))[0]
             for guess in ("A" * 43, "", token[:-1], token + "A", 7, token)]
    check(codes == [403] * 5 + [429], f"five wrong tokens, then none for a while: {codes}")
    check(ask(port, "GET", "/api/status", session)[0] == 200, "who is in stays in")


def test_sites(port, session):
    bodies = {"body": '{"away_s": 60}'}
    check(ask(port, "POST", "/api/away", session, **bodies)[0] == 409, "nobody to be away for")
    for origin in (None, "null", "http://evil.example", f"https://127.0.0.1:{port}",
                   f"http://127.0.0.1:{port + 1}", f"http://localhost:{port}"):
        check(ask(port, "POST", "/api/away", session | {"Origin": origin}, **bodies)[0] == 403,
              f"origin {origin}")
    for site in ("cross-site", "same-site"):
        for path in ("/", "/icon.svg", "/api/status", "/api/events"):
            check(ask(port, "GET", path, session | {"Sec-Fetch-Site": site})[0] == 403,
                  f"{site} {path}")
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        check(ask(port, "POST", "/api/away", session | {"Content-Type": kind}, **bodies)[0] == 415,
              f"type {kind}")
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", "localhost.",
                 "192.0.2.1", "[::2]", "127.0.0.1:x", "[::1", "", "::1"):
        check(ask(port, "GET", "/", host=host or " ")[0] in (421, 400), f"host {host}")
    check(raw(port, b"GET / HTTP/1.0\r\n\r\n").split(" ")[1] in ("421", "400"), "no host")
    for host in ("localhost", f"LocalHost:{port}", "127.0.0.1", "[::1]:9000"):
        check(ask(port, "GET", "/", host=host)[0] == 200, f"host {host}")


def test_requests(port, session):
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "HEAD"):
        check(ask(port, method, "/")[0] in (405, 400), method)
    check(ask(port, "POST", "/", body="{}")[0] == 405, "POST of the page")
    for path in ("/../page.token", "/page.token", "/%2e%2e/page.token", "/index.html", "//",
                 "/lang", "/lang/../app.js", "/api", "/a" * 3000):
        check(ask(port, "GET", path)[0] == 404, f"path {path[:30]}")
    for path in ("nothing", "presence", "plan-set", "status/", "", "events/x"):
        check(ask(port, "GET", "/api/" + path, session)[0] == 404, f"route {path}")
    check(ask(port, "GET", "/api/claim?person=w1", session)[0] == 405, "claim by GET")
    check(ask(port, "POST", "/api/log", session, "{}")[0] == 405, "log by POST")
    for person in ("1", "w", "home", "w1'", "w" * 40, "", "w4294967297"):
        code = ask(port, "POST", "/api/claim", session, json.dumps({"person": person}))[0]
        check(code in (400, 404), f"person {person!r}: {code}")
    for body in ("", "[]", "{", "null", '{"person":"w1","person":"w2"}', "{}", '{"person":7}',
                 "[" * 3000, '{"person":"w1\\u0000"}', "\x00"):
        code = ask(port, "POST", "/api/claim", session, body)[0]
        check(code == 400, f"body {body[:20]!r}: {code}")
    for value in (-1, 2678401, 1.5, "60", None, 1e30):
        code = ask(port, "POST", "/api/away", session, json.dumps({"away_s": value}))[0]
        check(code == 400, f"away_s {value}: {code}")
    for count in ("", "-1", "x", "201", "99999999999"):
        code = ask(port, "GET", f"/api/log?person=w1&count={count}", session)[0]
        check(code == 400, f"count {count}: {code}")


def test_bounds(agent, session):
    port = agent.port
    check(ask(port, "POST", "/api/claim", session, "x" * 4097)[0] == 413, "a long body")
    check(ask(port, "POST", "/api/claim", session | {"Content-Length": "9" * 30}, "x")[0] in
          (0, 400, 413), "a length of many digits")
    head = (f"POST /api/claim HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}"
            "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    check(" 413 " in raw(port, (head + "1001\r\n" + "x" * 4097 + "\r\n0\r\n\r\n").encode()),
          "a long body in pieces")
    check(raw(port, (head + "8000\r\n" + "x" * 32768 + "\r\n" * 2).encode(), 3) == "",
          "a body without end")
    code = ask(port, "GET", "/", {"X": "x" * 30000})[0]
    check(code in (0, 413, 431), f"a long header: {code}")
    check(ask(port, "GET", "/" + "x" * 30000)[0] in (0, 414, 431), "a long path")
    links = [socket.create_connection(("127.0.0.1", port)) for _ in range(80)]
    for link in links:
        try:
            link.sendall(b"GET / HTTP/1.1\r\nHost:")
        except OSError:
            pass
    check(tool("status", "--json")[0] == 0, "the agent works with all connections taken")
    begin = time.monotonic()
    for link in links[1:]:
        link.close()
    while time.monotonic() < begin + 30 and ask(port, "GET", "/")[0] != 200:
        time.sleep(0.2)
    check(ask(port, "GET", "/")[0] == 200, "and serves when they are free again")
    return links[0], begin


def test_headers(port):
    for path in ("/", "/app.js", "/page.css", "/icon.svg", "/lang/de.json", "/nothing", "/api/x"):
        head = ask(port, "GET", path)[1]
        for name, value in (("Content-Security-Policy", "default-src 'none'"),
                            ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
                            ("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"),
                            ("Cross-Origin-Resource-Policy", "same-origin"),
                            ("Connection", "close")):
            check(re.search(f"^{name}: .*{re.escape(value)}", head, re.M), f"{path}: {name}")
        check("unsafe" not in head and "Access-Control" not in head, f"{path}: open headers")


def test_stream(port, session):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(f"GET /api/events HTTP/1.1\r\nHost: localhost\r\nCookie: {session['Cookie']}"
                     "\r\n\r\n".encode())
        got = ""
        while "event: change" not in got:
            got += link.recv(4096).decode()
        check("text/event-stream" in got, "a stream of events")
        tool("log")
        ask(port, "POST", "/api/logout", session, "{}")
        begin = time.monotonic()
        while link.recv(4096):
            pass
        check(time.monotonic() < begin + 5, "a stream ends with its login")


def test_slow(link, begin):
    """A request that comes in byte by byte has its 20 s like any other."""
    link.settimeout(1)
    while time.monotonic() < begin + 30:
        try:
            link.sendall(b"x")
            if link.recv(100) == b"":
                break
        except socket.timeout:
            continue
        except OSError:
            break
    check(time.monotonic() - begin < 26, "a slow request is ended")
    link.close()


def main():
    check(tool("init", "--name", "friend")[0] == 0, "init")
    test_addresses()
    test_tokens()
    agent = Agent("--page=127.0.0.1:0")
    with open(os.path.join(HOME, "page.token"), encoding="utf-8") as file:
        token = file.read().strip()
    slow, begin = test_bounds(agent, {})
    session = test_login(agent, token)
    test_headers(agent.port)
    test_sites(agent.port, session)
    test_requests(agent.port, session)
    test_tries(agent, token, session)
    test_slow(slow, begin)
    agent.end()

    agent = Agent("--page=127.0.0.1:0")
    name = session["Cookie"].split("=")[0]
    moved = session | {"Cookie": session["Cookie"].replace(name, f"allswell-{agent.port}")}
    check(ask(agent.port, "GET", "/api/status", moved)[0] == 200, "a login survives a restart")
    test_stream(agent.port, moved)
    check(ask(agent.port, "GET", "/api/status", moved)[0] == 401, "and ends with a logout")
    moved = log_in(agent.port, token)[1]
    agent.end()

    os.remove(os.path.join(HOME, "page.token"))
    agent = Agent("--page=[::1]:0")
    if agent.port:
        moved["Cookie"] = re.sub(r"-\d+=", f"-{agent.port}=", moved["Cookie"])
        with open(os.path.join(HOME, "page.token"), encoding="utf-8") as file:
            check(file.read().strip() != token, "a new token")
        answer = raw(agent.port, (f"GET /api/status HTTP/1.1\r\nHost: localhost\r\nCookie: "
                                  f"{moved['Cookie']}\r\nAllswell-Key: {moved['Allswell-Key']}"
                                  "\r\n\r\n").encode(), address="::1")
        check(" 401 " in answer, "a new token ends all logins")
        agent.end()
    else:
        print("left out: there is no IPv6 here")

    agent = Agent("--page=0.0.0.0:0", "--page-anywhere")
    check("NOT encrypted" in agent.said(), "a warning")
    check(ask(agent.port, "GET", "/", host="192.0.2.7")[0] == 200, "any number")
    check(ask(agent.port, "GET", "/", host="evil.example")[0] == 421, "but no name")
    check(ask(agent.port, "GET", "/api/status")[0] == 401, "and not without login")
    said = agent.said()
    agent.end()
    check(not re.search(r"GET|POST|cookie|status", said), "requests are in no log")


try:
    main()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
print(f"{failures} failures" if failures else "page: all as it must be")
sys.exit(1 if failures else 0)
