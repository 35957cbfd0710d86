#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: the proxies that people have work: microsocks leads to a relay, and refuses what it must; Tor
takes each link for a stream of its own, that shares no circuit with another.
Method: both from Debian, in a network of their own. Tor has no network to go to: what it makes of the
links of two channels is read from its control port, where it tells what keeps each stream apart.
Usage: servers.py <folder of the programs> <source tree>"""
import shutil
import socket
import sys

import bed
from bed import ONION, ProxyBed, check, end, free_port, until


def microsocks(b):
    port = free_port()
    b.start("microsocks", ["microsocks", "-i", "127.0.0.1", "-p", str(port)], "")
    until("microsocks listens", 10, lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    for name in "subject", "friend":
        b.proxied(name, f"socks5://127.0.0.1:{port}", "127.0.0.1")
    b.pair("subject", "friend")
    b.kill("microsocks")
    b.start("microsocks", ["microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", "her", "-P", "word"], "")
    until("microsocks listens", 10, lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    why = b.why("subject")
    check("microsocks wants its own user", "the proxy refuses: it wants another user name: use one" in why, why)
    b.kill("microsocks")
    b.start("microsocks", ["microsocks", "-i", "127.0.0.1", "-p", str(port)], "")
    until("microsocks listens", 10, lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    b.kill("relay")
    why = b.why("subject")
    check("microsocks says that nobody is there", "the proxy refuses: nobody answers there: see whether" in why, why)


class Control:
    """Tor's control port."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines = self.socket.makefile("r", encoding="ascii", newline="\r\n")
        self.say("AUTHENTICATE")
        self.say("SETEVENTS STREAM")

    def say(self, words):
        self.socket.sendall(words.encode() + b"\r\n")
        answer = self.lines.readline()
        check(words, answer.startswith("250"), answer)

    def streams(self, count):
        """The next new streams, each with what Tor tells of it."""
        self.socket.settimeout(30)
        found = []
        while len(found) < count:
            words = self.lines.readline().split()
            if len(words) > 4 and words[1] == "STREAM" and words[3] == "NEW":
                found.append({"target": words[5], **dict(word.split("=", 1) for word in words[6:] if "=" in word)})
        return found


def tor(b):
    socks, control = free_port(), free_port()
    b.write("torrc", f"""
SocksPort 127.0.0.1:{socks}
ControlPort 127.0.0.1:{control}
DataDirectory {b.path("tor")}
DirAuthority nobody orport=9 v3ident={"0" * 39}1 127.0.0.1:9 {"0" * 39}2
Log notice stdout
""")
    b.start("tor", ["tor", "-f", b.path("torrc")], "Opened Control listener connection (ready)")
    talk = Control(control)
    b.ok("sister", "init", "--name", "sister")
    b.ok("sister", "proxy", f"socks5://127.0.0.1:{socks}")
    b.ok("sister", "relay", "add", b.at(ONION), given="A" * 43)
    for _ in range(2):
        b.ok("sister", "invite")
    b.agent("sister")
    streams = talk.streams(2)
    check("Tor is asked for the onion", {s["target"] for s in streams} == {f"{ONION}:{b.port}"}, streams)
    check("two channels, two user names", len({s["SOCKS_USERNAME"] for s in streams}) == 2, streams)
    check("Tor isolates by user name", all("SOCKS_USERNAME" in s["ISO_FIELDS"] for s in streams), streams)
    check("two links", b.links("sister") == 2, b.json("sister", "relay", "list"))
    b.kill("sister-agent", hard=False)


def main():
    bed.alone()
    if shutil.which("microsocks") is None or shutil.which("tor") is None:
        print("skipped: no microsocks or tor: tools/setup.sh checks")
        sys.exit(77)
    with ProxyBed() as b:
        b.relay()
        microsocks(b)
        tor(b)
    end()


main()
