#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Pairs a subject and a contact through allswell.py, puts a plan into force and checks in once.

Usage: checkin.py <shared library> <folder of headers> <version of the headers>
"""
import sys

from allswell import Engine, Library, Memory


def both_wait(memory, engines, seconds):
    for _ in range(seconds // 10):
        memory.now_ms += 10_000
        for engine in engines:
            engine.tick()


def key_of(library, secret, salt):
    """Takes a good part of a second and 64 MiB: not on the thread that draws the screen."""
    key = library.ffi.new("uint8_t[32]")
    given, _kept = library.bytes_of(secret)
    library.ok(library.lib.aw_presence_derive(key, given, salt, library.ffi.NULL,
                                              library.lib.AW_PRESENCE_STANDARD))
    return key


def main():
    library = Library(*sys.argv[1:4])
    ffi, lib, memory = library.ffi, library.lib, Memory()
    her, him = Engine(library, "subject", memory), Engine(library, "contact", memory)
    relay = ffi.new("struct aw_endpoint *", {"address": b"memory.example:7440"})
    relay.relay_key[0] = 9

    # Start: init, load every record (there are none yet), start.
    her.must("init", library.random, her.now())
    him.must("init", library.random, 1, him.now())
    her.must("start", her.now())
    him.must("start", him.now())

    # Pair: the invite goes from screen to camera, then both compare words.
    person = ffi.new("uint8_t *")
    uri = library.text_from(lambda buf: lib.aw_subject_invite(
        her.object, relay, 1, b"Subject", 3600, buf, person, her.now()))
    given, _kept = library.bytes_of(uri.encode())
    him.must("join", given, relay, 1, b"Contact", him.now())
    both_wait(memory, (her, him), 300)
    hers = library.text_from(lambda buf: lib.aw_subject_words(her.object, person[0], buf))
    his = library.text_from(lambda buf: lib.aw_contact_words(him.object, buf))
    assert hers == his, (hers, his)
    her.must("verify", person[0], her.now())
    him.must("verify", him.now())

    # A plan, with him in the circle that learns of duress.
    salt = ffi.new("uint8_t[16]", b"0123456789abcdef")
    secrets, plan = ffi.new("struct aw_secrets *", {"circle": 1}), ffi.new("struct aw_plan *")
    safe = key_of(library, b"safe", salt)
    secrets.safe_key, secrets.duress_key = safe, key_of(library, b"duress", salt)
    lib.aw_plan_default(plan, 1)
    plan.roster[0].name = b"Contact"
    her.must("plan_set", plan, secrets, safe, her.now())
    both_wait(memory, (her, him), 600)

    # One check-in, and what he sees of it.
    her.must("checkin", safe, ffi.NULL, 0, ffi.NULL, her.now())
    both_wait(memory, (her, him), 60)
    view = ffi.new("struct aw_contact_view *")
    him.call("view", view)
    assert view.state == lib.AW_LADDER_FINE, view.state
    assert view.checkin.verdict == lib.AW_VERDICT_SAFE, view.checkin.verdict
    assert "checked-in" in him.events, him.events
    print(f"{ffi.string(view.name).decode()}: all is well, statement {view.checkin.seq}; words: {his}")
    for engine in (her, him):
        engine.call("wipe")


main()
