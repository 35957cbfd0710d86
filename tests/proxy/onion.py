#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a relay that is an onion service serves a circle: people pair over it and a check-in arrives,
and each channel has a circuit of its own.
Method: a whole Tor network on loopback, cut off from the other: three directory authorities, three
relays, the Tor of the operator and the Tor of the people, whose control port tells which circuit
each stream is on. Nobody else is asked for a name.
Usage: onion.py <folder of the programs> <source tree>"""
import os
import re
import shutil
import socket
import subprocess
import sys

import bed
from bed import ProxyBed, Watch, check, end, free_port, until

EVERYBODY = """
TestingTorNetwork 1
AssumeReachable 1
AddressDisableIPv6 1
ShutdownWaitLength 0
Log notice stdout
"""
AUTHORITY = """
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody
TestingV3AuthInitialVotingInterval 10
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
MinUptimeHidServDirectoryV2 0 minutes
TestingDirAuthVoteExit *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteGuard *
"""


class Tor:
    """Authorities first, so that all know them; then whoever takes part."""

    def __init__(self, b):
        self.b, self.known = b, ""
        ports = {name: (free_port(), free_port()) for name in ("north", "south", "west")}
        for name, (at, directory) in ports.items():
            self.known += self.keys(name, at, directory)
        for name, (at, directory) in ports.items():
            self.start(name, f"Nickname {name}\nAddress 127.0.0.1\nORPort {at}\nDirPort {directory}\n"
                             f"SocksPort 0\nExitPolicy reject *:*\n{AUTHORITY}")
        for name in "oak", "elm", "ash":
            self.start(name, f"Nickname {name}\nAddress 127.0.0.1\nORPort {free_port()}\nSocksPort 0\n"
                             "ExitRelay 0\n")

    def keys(self, name, at, directory):
        """Makes the keys of an authority; the line by which others know it."""
        home = self.b.path(name)
        os.makedirs(f"{home}/keys", mode=0o700)
        os.chmod(home, 0o700)
        part = f"{home}/keys/authority_"
        subprocess.run(
            ["tor-gencert", "--create-identity-key", "-m", "12", "-a", f"127.0.0.1:{directory}",
             "-i", part + "identity_key", "-s", part + "signing_key", "-c", part + "certificate",
             "--passphrase-fd", "0"], input=b"word\n", capture_output=True, check=True)
        with open(part + "certificate", encoding="ascii") as file:
            identity = re.search(r"^fingerprint (\w+)", file.read(), re.M)[1]
        listed = subprocess.run(
            ["tor", "--list-fingerprint", "--ORPort", str(at), "--DataDirectory", home, "--SocksPort", "0",
             "-f", f"{home}/none", "--ignore-missing-torrc", "--quiet", "--Nickname", name],
            capture_output=True, text=True, check=True).stdout
        router = listed.strip().split(None, 1)[1].replace(" ", "")
        return f"DirAuthority {name} orport={at} no-v2 v3ident={identity} 127.0.0.1:{directory} {router}\n"

    def start(self, name, lines):
        os.makedirs(self.b.path(name), mode=0o700, exist_ok=True)
        torrc = self.b.write(f"{name}.torrc", EVERYBODY + self.known + f"DataDirectory {self.b.path(name)}\n" + lines)
        self.b.start(f"tor-{name}", ["tor", "-f", torrc], "Tor")

    def ready(self, name):
        def is_ready():
            with open(self.b.path(f"tor-{name}.out"), encoding="utf-8") as file:
                return "Bootstrapped 100%" in file.read()

        until(f"the Tor of {name} is ready", 120, is_ready)


def streams(control):
    """Circuit and target of each stream that is through."""
    with socket.create_connection(("127.0.0.1", control)) as talk:
        talk.sendall(b"AUTHENTICATE\r\nGETINFO stream-status\r\nQUIT\r\n")
        said = b"".join(iter(lambda: talk.recv(65536), b"")).decode()
    return re.findall(r"\d+ SUCCEEDED (\d+) (\S+)", said)


def main():
    bed.alone()
    if shutil.which("tor") is None:
        print("skipped: no tor: tools/setup.sh checks")
        sys.exit(77)
    with ProxyBed() as b:
        b.relay()
        watch, tor = Watch(b.port), Tor(b)
        socks, control = free_port(), free_port()
        tor.start("operator", f"SocksPort 0\nHiddenServiceDir {b.path('service')}\n"
                              f"HiddenServicePort {b.port} 127.0.0.1:{b.port}\n")
        tor.start("people", f"SocksPort 127.0.0.1:{socks}\nControlPort 127.0.0.1:{control}\n")
        tor.ready("operator")
        tor.ready("people")
        with open(b.path("service/hostname"), encoding="ascii") as file:
            onion = file.read().strip()
        for name in "subject", "friend", "sister":
            b.proxied(name, f"socks5://127.0.0.1:{socks}", onion)
        b.agent("subject")
        b.agent("friend")
        b.agent("sister")
        invites = {name: b.ok("subject", "invite") for name in ("friend", "sister")}
        for name, invite in invites.items():
            b.ok(name, "join", given=invite)
            until(f"{name} can compare words", 90, lambda n=name: b.aw(n, "verify", "subject", "--json").returncode == 0)
            words = b.json(name, "verify", "subject")["words"]
            until(f"so can she with {name}", 60, lambda n=name, w=words: b.aw("subject", "verify", n, "--words", w).returncode == 0)
        until("her links are up", 60, lambda: b.json("subject", "relay", "list")["relays"][0]["connected"])
        check("two channels, two links", b.links("subject") == 2, b.json("subject", "relay", "list"))
        found = streams(control)
        circuits = {circuit for circuit, _ in found}
        check("four links to the onion", len(found) == 4 and {target for _, target in found} == {f"{onion}:{b.port}"}, found)
        check("each has a circuit of its own", len(circuits) == len(found), found)
        watch.nothing("a circle over Tor")
    end()


main()
