# SPDX-License-Identifier: ISC
"""A network of its own in which every way past the proxy is watched, and the homes in it."""
import json
import os
import socket
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "notify"))
from servers import BIN, FAILED, Bed, Socks, check, end, free_port, until  # noqa: E402,F401

ONION = "allswell" * 7 + ".onion"
OUTSIDE = "192.0.2.7"  # of this network itself, but for everybody in it somewhere else


def alone():
    """Runs this program again where there is no other network, and names are asked for at 127.0.0.1."""
    if os.environ.get("ALLSWELL_TEST_ALONE") == "1":
        return
    argv = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    if subprocess.run([*argv, "true"], capture_output=True, check=False).returncode != 0:
        print("skipped: no namespaces here")
        sys.exit(77)
    script = """
        ip link set lo up && ip address add "$0/32" dev lo &&
        f=$(mktemp) && echo nameserver 127.0.0.1 >"$f" && mount --bind "$f" /etc/resolv.conf && rm "$f" &&
        exec "$@"
    """
    os.environ["ALLSWELL_TEST_ALONE"] = "1"
    os.execvp("unshare", [*argv, "sh", "-c", script, OUTSIDE, sys.executable, *sys.argv])


class Watch:
    """Hears every question to a name server, and every connection to OUTSIDE at `port`."""

    def __init__(self, port):
        self.questions, self.visits = [], []
        self.dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.dns.bind(("127.0.0.1", 53))
        self.door = socket.create_server((OUTSIDE, port))
        for call in self.answer, self.receive:
            threading.Thread(target=call, daemon=True).start()

    def answer(self):
        while True:
            question, who = self.dns.recvfrom(4096)
            self.questions.append(question[12:].split(b"\0")[0])
            self.dns.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], who)

    def receive(self):
        while True:
            visitor, who = self.door.accept()
            visitor.close()
            self.visits.append(who)

    def nothing(self, what):
        check(f"{what}: nothing goes past the proxy", not self.questions and not self.visits,
              (self.questions, self.visits))


class ProxyBed(Bed):
    def relay(self):
        super().relay()
        address, self.key = self.line.split("/")
        self.port = int(address.split(":")[1])

    def at(self, host):
        return f"{host}:{self.port}/{self.key}"

    def proxied(self, name, proxy, host):
        """A home that knows the relay at `host` only, through `proxy`."""
        self.ok(name, "init", "--name", name)
        self.ok(name, "proxy", proxy)
        self.ok(name, "relay", "add", self.at(host), given=self.token(name))

    def relay_check(self, *words):
        return subprocess.run([f"{BIN}/allswell-relay", "check", *words], env=self.env, capture_output=True, text=True,
                              timeout=60, check=False)

    def links(self, name):
        return self.json(name, "relay", "list")["relays"][0]["links"]

    def why(self, name):
        """What keeps it from its relay, once that is known."""
        return json.loads(self.aw(name, "relay", "list", "--json", wait=5).stdout)["relays"][0]["why"]
