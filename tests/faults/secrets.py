#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: what a thief of a core, a swap file, a log or a process list would find: no typed secret, no
presence key after its use, no access token, in no process that goes on and in no file.
Method: the control socket is listened to, so that the test knows the keys; then all memory of the
running programs is read and searched, as a core would hold it, and so is every file.
What is in memory because it is in use: the keys of channels, mailboxes and the relay's own.
Usage: secrets.py BIN PRELOAD; needs root to read memory, 77 without."""
import base64
import os
import re
import signal
import socket
import sys
import threading
import time

import bed


def memory(pid):
    """All that a core of the process would hold, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            first, last, mode = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if "r" not in mode or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            try:
                mem.seek(int(first, 16))
                yield line, mem.read(int(last, 16) - int(first, 16))
            except OSError:
                continue


def found(pid, needles):
    """Names of what is there, and where."""
    os.kill(pid, signal.SIGSTOP)
    try:
        return [
            (name, line.split()[-1] if len(line.split()) > 5 else "anonymous")
            for line, piece in memory(pid)
            for name, needle in needles.items()
            if needle in piece
        ]
    finally:
        os.kill(pid, signal.SIGCONT)


class Listener:
    """Stands in the place of a control socket and passes everything on."""

    def __init__(self, path):
        self.path, self.lines, self.before_answer = path, [], None
        os.rename(path, f"{path}.real")
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(8)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.server.accept()
            with client, socket.socket(socket.AF_UNIX) as agent:
                agent.connect(f"{self.path}.real")
                while line := self.line(client):
                    self.lines.append(line)
                    agent.sendall(line)
                    answer = self.line(agent)
                    if self.before_answer:
                        self.before_answer(client)
                    client.sendall(answer)

    @staticmethod
    def line(stream):
        line = b""
        while not line.endswith(b"\n"):
            more = stream.recv(65536)
            if not more:
                return b""
            line += more
        return line


def keys_in(lines):
    """Presence keys: what a request calls key, safe or duress, as text and as bytes."""
    keys = {}
    for line in lines:
        for name, text in re.findall(rb'"(\w+)": ?"([A-Za-z0-9_-]{43})"', line):
            label = f"{name.decode()} of {line[:24].decode()}"
            keys[f"{label}, text"] = text
            keys[f"{label}, bytes"] = base64.urlsafe_b64decode(text + b"=")
    return keys


def peer_of(stream):
    return int.from_bytes(stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 4), "little")


def main():
    if os.geteuid() != 0:
        print("skipped: memory of others can be read by root only")
        sys.exit(77)
    typed = {"the safe secret": bed.SAFE.encode(), "the duress secret": bed.DURESS.encode()}
    with bed.Bed() as circle:
        circle.relay("relay")
        circle.circle("her", "friend")
        for name in ("her", "friend"):
            circle.agent(name)
        listener = Listener(circle.path("her/control.sock"))
        in_tool = []
        listener.before_answer = lambda client: in_tool.extend(found(peer_of(client), typed))
        seq = circle.checkin("her")
        token = circle.tool(
            f"{bed.BIN}/allswell-relay", "--home", circle.path("relay"), "token", "new", "late"
        ).stdout.strip()
        with open(circle.path("plan"), "a", encoding="utf-8") as file:
            file.write("grace = 2h\n")
        circle.aw("her", "plan", "set", "--secret-fd", "0", circle.path("plan"), text=bed.SAFE + "\n")
        circle.aw("her", "timer", "start", "1h")
        circle.aw("her", "timer", "end", text=bed.SAFE + "\n")
        circle.aw("her", "checkin", text=bed.DURESS + "\n")
        circle.aw("her", "sos")
        bed.until("it arrives", 10, lambda: circle.arrived("friend", seq))
        time.sleep(0.2)
        keys = keys_in(listener.lines)
        bed.check("the test knows keys", len(keys) >= 6, str(list(keys)))
        bed.check("a tool that waits has wiped what was typed", not in_tool, str(in_tool))
        needles = {**typed, **keys, "a token": token.encode()}
        needles["a token, bytes"] = base64.urlsafe_b64decode(token + "=")
        for name in ("her", "friend", "relay"):
            pid = circle.running[name].pid
            what = found(pid, needles)
            bed.check(f"no secret in the memory of {name}", not what, str(what))
            for kind in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{kind}", "rb") as file:
                    text = file.read()
                bed.check(f"{kind} of {name}", not any(n in text for n in needles.values()))
            with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
                core = re.search(r"Max core file size\s+(\d+)\s+(\d+)", file.read())
            bed.check(f"{name} leaves no core", core and core.groups() == ("0", "0"))
        # The search must find what is there: her name is.
        bed.check("the search finds", found(circle.running["her"].pid, {"friend": b"friend"}))
        for folder, _, files in os.walk(circle.work):
            for file in files:
                path = os.path.join(folder, file)
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as stream:
                    text = stream.read()
                what = [name for name, needle in needles.items() if needle in text]
                bed.check(f"no secret in {path}", not what, str(what))
        code = circle.kill("relay", signal.SIGSEGV)
        bed.check("killed by the signal", code == -signal.SIGSEGV, str(code))
        bed.check("no core", not [f for f in os.listdir(circle.path("relay")) if "core" in f])
    print(f"{len(needles)} secrets looked for, {len(bed.FAILED)} failed")
    bed.finish()


main()
