# SPDX-License-Identifier: ISC
"""Real servers on loopback for the tests of hooks: HTTP with and without TLS, mail, and one that says
nothing; homes to be woken through them."""
import contextlib
import http.server
import json
import logging
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

BIN, SOURCE = sys.argv[1], sys.argv[2]
NEUTRAL = "There is news. Please open Allswell."
FAILED = []


def check(what, ok, shown=""):
    if not ok:
        FAILED.append(what)
        print(f"failed: {what}: {shown}", flush=True)
    return ok


def until(what, limit_s, call):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if call():
            return True
        time.sleep(0.02)
    return check(what, False, "did not happen")


class Web(http.server.ThreadingHTTPServer):
    """Answers as the path says, /429 with that status, and keeps every request."""

    daemon_threads = True

    def __init__(self, cert=None):
        super().__init__(("127.0.0.1", 0), Page)
        self.got, self.down, self.done = [], False, threading.Event()
        self.scheme = "https" if cert else "http"
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.server_port}{path}"

    def at(self, path):
        return [got for got in self.got if got["path"].startswith(path)]

    def handle_error(self, request, client_address):
        pass  # who hangs up is no news


class Page(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.got.append(
            {
                "path": self.path,
                "method": self.command,
                "headers": {k.lower(): v for k, v in self.headers.items()},
                "body": body.decode(),
                "time": time.monotonic(),
            }
        )
        word = self.path.split("/")[1]
        if word == "flaky":
            word = "503" if self.server.down else "200"
        if word == "hang":
            self.server.done.wait(60)
            return
        self.send_response(int(word) if word.isdigit() else 200)
        if word == "429":
            self.send_header("Retry-After", "7")
        if word == "302":
            self.send_header("Location", self.server.url("/200/elsewhere"))
        if word in ("huge", "slow"):
            self.end_headers()
            with contextlib.suppress(OSError):
                while not self.server.done.wait(0.5 if word == "slow" else 0):
                    self.wfile.write(b"x" * (1 if word == "slow" else 65536))
            return
        text = f"you sent {self.headers.get('Authorization')} to {self.path}" if word == "400" else "because \033[31m"
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_PUT = answer


class Mail:
    """A mail server of aiosmtpd, with TLS by STARTTLS when there is a certificate."""

    def __init__(self, cert=None, password=None):
        logging.getLogger("mail.log").disabled = True
        warnings.simplefilter("ignore")
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        self.got, self.refuse = [], ""
        options = {}
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert)
            options.update(tls_context=context, require_starttls=True)
        if password:

            def allow(_server, _session, _envelope, _mechanism, data):
                good = (data.login, data.password) == (b"me", password.encode())
                return AuthResult(success=good, handled=False)

            options.update(authenticator=allow, auth_required=True, auth_require_tls=bool(cert))
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), **options)
        self.controller.start()

    async def handle_DATA(self, _server, session, envelope):
        self.got.append((session.host_name, envelope))
        return self.refuse or "250 kept as 4711"

    def url(self, scheme="smtp"):
        return f"{scheme}://127.0.0.1:{self.controller.port}"


class Rude(socketserver.ThreadingTCPServer):
    """A mail server that takes the mail, and then does not answer QUIT."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), RudeTalk)
        self.quits, self.done = 0, threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class RudeTalk(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 rude\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"QUIT":
                self.server.quits += 1
                self.server.done.wait(30)
                return
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            self.wfile.write(b"250 fine\r\n")


class Socks(socketserver.ThreadingTCPServer):
    """A SOCKS5 proxy that leads every name to this machine, and keeps who asked for what."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SocksTalk)
        self.got = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class SocksTalk(socketserver.StreamRequestHandler):
    def handle(self):
        _, count = self.rfile.read(2)
        methods, user = self.rfile.read(count), b""
        self.wfile.write(bytes((5, 2 if 2 in methods else 0)))
        if 2 in methods:
            user = self.rfile.read(self.rfile.read(2)[1])
            self.rfile.read(self.rfile.read(1)[0])
            self.wfile.write(b"\1\0")
        kind = self.rfile.read(4)[3]
        host = self.rfile.read(self.rfile.read(1)[0]) if kind == 3 else self.rfile.read(4)
        port = int.from_bytes(self.rfile.read(2), "big")
        self.server.got.append((user.decode(), kind, host))
        with socket.create_connection(("127.0.0.1", port)) as there:
            self.wfile.write(b"\5\0\0\1\0\0\0\0\0\0")
            threading.Thread(target=pump, args=(self.connection, there), daemon=True).start()
            pump(there, self.connection)


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Bed:
    """A folder with homes, and the programs that run in it; all ended and removed at the end."""

    def __init__(self):
        self.work = tempfile.mkdtemp(prefix="allswell-notify-")
        # LLVM_PROFILE_FILE: where a build that counts branches leaves its counters.
        kept = {name: os.environ[name] for name in ("PATH", "LLVM_PROFILE_FILE") if name in os.environ}
        self.env = {**kept, "HOME": self.work, "TZ": "UTC"}
        # Whatever the environment says, nothing goes through such a proxy.
        self.env.update(http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9", all_proxy="http://127.0.0.1:9")
        self.running = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in list(self.running):
            self.kill(name)
        shutil.rmtree(self.work, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def aw(self, home, *words, given="", wait=0):
        return subprocess.run(
            [f"{BIN}/allswell", "--home", self.path(home), "--wait", str(wait), *words],
            input=given, text=True, capture_output=True, env=self.env, timeout=50, check=False,
        )

    def ok(self, home, *words, given="", wait=0):
        done = self.aw(home, *words, given=given, wait=wait)
        check(f"{home} {' '.join(words)}", done.returncode == 0, done.stdout + done.stderr)
        return done.stdout

    def json(self, home, *words):
        return json.loads(self.aw(home, *words, "--json").stdout or "{}")

    def cert(self):
        path = self.path("cert.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", path,
             "-out", self.path("only.pem")],
            check=True, capture_output=True,
        )
        with open(path, "a", encoding="utf-8") as whole, open(self.path("only.pem"), encoding="utf-8") as part:
            whole.write(part.read())
        return path

    def start(self, name, argv, wanted):
        with open(self.path(f"{name}.out"), "ab") as out:
            process = subprocess.Popen(argv, env=self.env, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        self.running[name] = process
        def is_up():
            with open(self.path(f"{name}.out"), encoding="utf-8") as file:
                return wanted in file.read() or process.poll() is not None

        until(f"{name} starts", 10, is_up)

    def agent(self, home, *more):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path(f"{home}-agent.out"))
        self.start(f"{home}-agent", [f"{BIN}/allswell", "--home", self.path(home), "run", *more], "running:")

    def compress(self, factor):
        """From now on time passes faster, alike in all programs."""
        self.env["ALLSWELL_DEMO_CLOCK"] = f"{int(time.time())}000:{factor}"

    def relay(self):
        home = ["--home", self.path("relay")]
        self.start("relay", [f"{BIN}/allswell-relay", *home, "run", "--listen", "127.0.0.1:0"], "/")
        with open(self.path("relay.out"), encoding="utf-8") as file:
            self.line = file.read().split()[0]

    def token(self, name):
        return subprocess.run(
            [f"{BIN}/allswell-relay", "--home", self.path("relay"), "token", "new", name],
            text=True, capture_output=True, env=self.env, check=True,
        ).stdout

    def person(self, name):
        self.ok(name, "init", "--name", name)
        self.ok(name, "relay", "add", self.line, given=self.token(name))

    def pair(self, her, him):
        self.ok(him, "join", given=self.ok(her, "invite", wait=10), wait=10)
        self.ok(her, "people", wait=10)
        self.ok(him, "people", wait=10)
        words = self.json(her, "verify", him)["words"]
        self.ok(him, "verify", her, "--words", words, wait=10)
        self.ok(her, "verify", him, "--words", words, wait=10)

    def kill(self, name, hard=True):
        process = self.running.pop(name)
        if hard:
            process.kill()
        else:
            process.terminate()
        process.wait(20)


def end():
    print(f"{len(FAILED)} failures")
    sys.exit(1 if FAILED else 0)
