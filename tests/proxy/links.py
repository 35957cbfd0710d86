#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: with a proxy nothing reaches a relay but through it, names are left to it, and no two channels
come to it under one user name; without one an onion address goes nowhere. What keeps a link down is
said, with what to do about it.
Method: a network of its own with a name server and an address outside that count who comes; a proxy
that keeps who asked for what. The same instruments see the way past it when there is no proxy.
Usage: links.py <folder of the programs> <source tree>"""
import bed
from bed import ONION, OUTSIDE, ProxyBed, Socks, Watch, check, end, free_port, until


def url(server):
    return f"socks5://127.0.0.1:{server.server_address[1]}"


def credentials(socks):
    users = [user for user, _, _ in socks.got]
    check("each attempt has a user name", users and all(len(user) == 32 for user in users), users)
    check("no user name comes twice", len(set(users)) == len(users), users)


def circle(b, watch, socks):
    """She and two contacts, each of whom knows the relay by another kind of address."""
    b.proxied("subject", url(socks), ONION)
    b.proxied("friend", url(socks), OUTSIDE)
    b.proxied("sister", url(socks), "relay.example")
    b.pair("subject", "friend")
    b.pair("subject", "sister")
    credentials(socks)
    hosts = {(kind, host) for _, kind, host in socks.got}
    wanted = {(3, ONION.encode()), (3, b"relay.example"), (1, bytes(map(int, OUTSIDE.split("."))))}
    check("names are left to the proxy", hosts == wanted, hosts)
    watch.nothing("pairing")


def channels(b, watch, socks):
    """Her agent: two contacts, at three addresses of relays; his: one person, at two."""
    socks.got.clear()
    b.agent("subject")
    until("her links are up", 20, lambda: b.json("subject", "relay", "list")["relays"][0]["connected"])
    relay = b.json("subject", "relay", "list")["relays"][0]
    check("two channels, two links", relay["links"] == relay["links_up"] == 2, relay)
    until("two links and two user names", 10, lambda: len([1 for _, _, host in socks.got if host == ONION.encode()]) == 2)
    others = b.json("subject", "relay", "list")["others"]
    check("a link to the relay of each contact", [other["links"] for other in others] in ([], [1], [1, 1]), others)
    credentials(socks)
    watch.nothing("an agent")


def switched(b, watch, socks):
    """The proxy is taken away and given back while the agent runs."""
    b.kill("subject-agent", hard=False)
    b.agent("friend")
    until("his link is up", 20, lambda: b.json("friend", "relay", "list")["relays"][0]["connected"])
    watch.nothing("his agent")
    b.ok("friend", "proxy", "none")
    until("without it he goes directly", 10, lambda: watch.visits)
    check("one link for all", b.links("friend") == 1, b.json("friend", "relay", "list"))
    socks.got.clear()
    b.ok("friend", "proxy", url(socks).replace("socks5", "socks5h").replace("127.0.0.1", "localhost"))
    check("localhost is a number", b.json("friend", "proxy")["proxy"] == url(socks), b.json("friend", "proxy"))
    until("with it he is back", 20, lambda: b.json("friend", "relay", "list")["relays"][0]["connected"])
    watch.visits.clear()
    credentials(socks)
    b.kill("friend-agent", hard=False)
    watch.nothing("his agent again")


def down(b, watch):
    """No proxy, none that is one, none that leads on: said, and never gone around."""
    b.ok("subject", "proxy", f"socks5://127.0.0.1:{free_port()}")
    done = b.aw("subject", "invite", wait=5)
    check("no proxy", done.returncode == 0 and "no proxy answers: start it" in done.stderr, done)
    check("no proxy in status", "is NOT reached: no proxy answers" in
          " ".join(b.aw("subject", "status", wait=2).stdout.split()), b.aw("subject", "status", wait=2).stdout)
    b.ok("subject", "proxy", f"socks5://127.0.0.1:{b.port}")
    until("a relay is no proxy", 20, lambda: "the proxy hung up" in b.aw("subject", "relay", "list", wait=15).stdout)
    b.ok("subject", "proxy", "socks5://[::1]:9")
    check("by IPv6", "no proxy answers" in b.aw("subject", "relay", "list", wait=2).stdout, "")
    watch.nothing("a dead proxy")


def directly(b, watch):
    """The controls: without a proxy the instruments see names and addresses, but never an onion."""
    b.ok("subject", "proxy", "none")
    done = b.aw("subject", "invite", wait=5)
    check("an onion needs a proxy", "an onion address needs a proxy, such as Tor: start Tor" in done.stderr, done)
    check("an onion is not looked up", not any(b"onion" in q.lower() for q in watch.questions), watch.questions)
    b.ok("sister", "proxy", "none")
    b.aw("sister", "relay", "list", wait=2)
    check("a name is", any(b"relay" in q for q in watch.questions), watch.questions)


def checked(b, watch, socks):
    """The operator's look at a relay, by the same way."""
    socks.got.clear()
    for host in ONION, "relay.example", OUTSIDE:
        done = b.relay_check(b.at(host), "--proxy", url(socks))
        check(f"check of {host}", done.returncode == 0 and "proved its key" in done.stdout and
              "whoever comes by this proxy" in done.stdout, done)
    check("check asks the proxy alone", {host for _, _, host in socks.got} ==
          {ONION.encode(), b"relay.example", bytes(map(int, OUTSIDE.split(".")))}, socks.got)
    credentials(socks)
    other = ("B" if b.key[0] == "A" else "A") + b.key[1:]
    done = b.relay_check(f"{ONION}:{b.port}/{other}", "--proxy", url(socks))
    check("check of another key", done.returncode == 1 and "not the relay with this key" in done.stderr, done)
    for proxy, code, what in (
        (f"socks5://127.0.0.1:{free_port()}", 4, "no proxy answers"),
        (f"socks5://127.0.0.1:{b.port}", 4, "the proxy hung up"),
        ("http://127.0.0.1:1", 2, "is no SOCKS5 proxy"),
        ("none", 3, "give --proxy"),
    ):
        done = b.relay_check(b.at(ONION), "--proxy", proxy)
        check(f"check: {what}", done.returncode == code and what in done.stderr, done)
    watch.nothing("a check")


def refusals(b):
    for text in ("", "127.0.0.1:9050", "http://127.0.0.1:1", "socks5://127.0.0.1", "socks5://proxy.example:1080",
                 "socks5://127.0.0.1:0", "socks5://127.0.0.1:65536", "socks5://:1", "socks5://[::1:1", "socks5://::1:1",
                 "socks5://127.0.0.1:9050/x", "socks4://127.0.0.1:1", "socks5://" + "1" * 300 + ":1"):
        done = b.aw("subject", "proxy", text)
        check(f"refused: {text[:40]}", done.returncode == 2 and "is no SOCKS5 proxy" in done.stderr, done)
    done = b.aw("subject", "proxy", "socks5://me:secret@127.0.0.1:9050")
    check("no user name", done.returncode == 2 and "without a user name" in done.stderr and
          "secret" not in done.stderr, done)
    done = b.aw("subject", "relay", "add", f"abc.onion:1/{b.key}", given="x")
    check("an onion address is whole", done.returncode == 2 and "no onion address of version 3" in done.stderr, done)
    check("nothing was changed", b.json("subject", "proxy")["proxy"] == "none", b.json("subject", "proxy"))


def hooks(b, socks):
    """Hooks that go past the proxy are named."""
    b.ok("sister", "notify", "add", "webhook", "--name", "open", "--yes", given="https://hook.example/x")
    b.ok("sister", "notify", "add", "webhook", "--name", "near", "--yes", given="http://127.0.0.1:9/x")
    b.ok("sister", "notify", "add", "webhook", "--name", "apart", "--yes", "--proxy", url(socks), given="https://hook.example/y")
    said = b.ok("sister", "proxy", url(socks))
    check("open hooks are named", "'open' goes past" in said and "near" not in said and "apart" not in said, said)


def main():
    bed.alone()
    with ProxyBed() as b:
        b.relay()
        watch, socks = Watch(b.port), Socks()
        circle(b, watch, socks)
        channels(b, watch, socks)
        switched(b, watch, socks)
        down(b, watch)
        checked(b, watch, socks)
        directly(b, watch)
        refusals(b)
        hooks(b, socks)
    end()


main()
