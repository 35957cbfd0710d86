# SPDX-License-Identifier: ISC
"""Commands on a pseudo terminal, for the tests that look at what it shows."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

BIN = sys.argv[1]
WORK = tempfile.mkdtemp()
FAILED = []
ENV = {**os.environ, "HOME": WORK, "TZ": "UTC", "TERM": "xterm"}
for name in ("ALLSWELL_HOME", "ALLSWELL_RELAY_HOME", "ALLSWELL_DEMO_CLOCK", "NO_COLOR"):
    ENV.pop(name, None)


def check(what, ok, shown=b""):
    if not ok:
        FAILED.append(what)
        print(f"failed: {what}: {shown!r}")


def run(*words, **keywords):
    return subprocess.run(words, env=ENV, capture_output=True, check=False, **keywords)


def allswell(home, *words, **keywords):
    return run(f"{BIN}/allswell", "--home", f"{WORK}/{home}", *words, **keywords)


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, *words, columns=80, rows=24, env=None):
        self.shown = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
            os.execve(words[0], words, {**ENV, **(env or {})})

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def until(self, text, limit_s=15):
        """Reads until `text` was shown."""
        end = time.monotonic() + limit_s
        while text not in self.shown and time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.1)
            try:
                if ready:
                    self.shown += os.read(self.fd, 4096)
            except OSError:
                break
        check(f"shows {text!r}", text in self.shown, self.shown)

    def answer(self, prompt, line):
        self.until(prompt)
        time.sleep(0.05)  # the prompt comes after the echo is off; be sure all the same
        self.shown = self.shown[self.shown.find(prompt) + len(prompt):]
        os.write(self.fd, line + b"\n")

    def echo(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self):
        while True:
            try:
                piece = os.read(self.fd, 4096)
            except OSError:
                break
            if not piece:
                break
            self.shown += piece
        _, status = os.waitpid(self.pid, 0)
        return status
