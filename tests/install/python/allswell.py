# SPDX-License-Identifier: ISC
"""Allswell from Python, in one file to read and to copy. The declarations come from the installed
headers, so nothing is written down twice; the library must be a shared one.

An Engine is a subject or a contact. Memory stands for what an app brings: a store that commits all
or nothing, and a relay that keeps cells. checkin.py uses both.
"""
import os
import re
import subprocess
import tempfile

import cffi

EMPTY = ("stdbool.h", "stddef.h", "stdint.h")  # cffi knows what is in them


def declarations(include, headers):
    """What the headers declare, in the plain C that cffi reads."""
    with tempfile.TemporaryDirectory() as folder:
        for name in EMPTY:
            open(os.path.join(folder, name), "w", encoding="ascii").close()
        text = "".join(f"#include <allswell/{name}>\n" for name in headers)
        text = subprocess.run(["cc", "-E", "-P", "-nostdinc", "-U__GNUC__", "-I", folder, "-I", include, "-"],
                              input=text, capture_output=True, text=True, check=True).stdout
    return re.sub(r"_Alignas\(\w+\)", "", text)  # Engine aligns what it places


class Error(Exception):
    """A status other than ok; its name is in spec/."""


class Library:
    """One library: the calls are those of the headers, on `lib`."""

    def __init__(self, path, include, version):
        self.ffi = cffi.FFI()
        self.ffi.cdef(declarations(include, ["contact.h", "presence.h", "subject.h", "version.h"]))
        self.lib = self.ffi.dlopen(path)
        found = self.ffi.string(self.lib.aw_version_text()).decode()
        if found != version:  # the sizes of all objects depend on it
            raise Error(f"the headers are of {version}, the library is of {found}")
        self.random = self.ffi.new("struct aw_random *")
        self.fill = self.ffi.callback("bool(void *, uint8_t *, size_t)", self.fill_random)
        self.random.fill = self.fill

    def fill_random(self, _ctx, out, length):
        self.ffi.buffer(out, length)[:] = os.urandom(length)
        return True

    def ok(self, status):
        if status != self.lib.AW_OK:
            raise Error(self.ffi.string(self.lib.aw_status_name(status)).decode())

    def bytes_of(self, data):
        """struct aw_bytes, and what it points to: keep both until the call is over."""
        kept = self.ffi.from_buffer("uint8_t[]", data)
        return self.ffi.new("struct aw_bytes *", {"ptr": kept, "len": len(data)})[0], kept

    def text_from(self, call):
        """What `call` appends to a struct aw_buf."""
        space = self.ffi.new("uint8_t[1024]")
        buf = self.ffi.new("struct aw_buf *", {"ptr": space, "cap": 1024})
        self.ok(call(buf))
        return self.ffi.buffer(space, buf.len)[:].decode()


class Memory:
    """Relay, store and clock of a test: what an app replaces."""

    def __init__(self):
        self.cells = {}  # capability: [(deposited at, cell)]
        self.now_ms = 1_790_000_000_000

    def deposit(self, capability, cell):
        self.cells.setdefault(capability, []).append((self.now_ms // 1000, cell))


class Engine:
    """aw_subject_* or aw_contact_*: one object, its records and its events."""

    def __init__(self, library, kind, memory):
        self.library, self.ffi, self.kind, self.memory = library, library.ffi, kind, memory
        size = self.ffi.sizeof(f"struct aw_{kind}")
        self.space = self.ffi.new("uint8_t[]", size + 64)  # outlives the engine: kept here
        address = int(self.ffi.cast("uintptr_t", self.space))
        self.object = self.ffi.cast(f"struct aw_{kind} *", (address + 63) & ~63)
        self.store, self.events = {}, []

    def call(self, name, *arguments):
        """aw_<kind>_<name>(object, ...)."""
        return getattr(self.library.lib, f"aw_{self.kind}_{name}")(self.object, *arguments)

    def must(self, name, *arguments):
        """The same; a status other than ok is an Error."""
        self.library.ok(self.call(name, *arguments))

    def now(self):
        return {"mono_ms": self.memory.now_ms - 1_780_000_000_000, "wall_ms": self.memory.now_ms}

    def serve(self):
        """After every input: take the actions, do them, report each."""
        action = self.ffi.new("struct aw_action *")
        while self.call("next_action", action):
            if action.kind == self.library.lib.AW_ACTION_STORE:
                for op in self.ffi.unpack(action.store.ops, action.store.count):
                    self.commit(op)
            elif action.kind == self.library.lib.AW_ACTION_SEND:
                if action.send.arm_after_s == 0:  # a switch: this relay never lets go of one
                    self.memory.deposit(bytes(action.send.capability),
                                        self.ffi.buffer(action.send.cell.ptr, action.send.cell.len)[:])
            else:
                name = self.library.lib.aw_event_name(action.event.kind)
                self.events.append(self.ffi.string(name).decode())
            self.call("done", action.id, self.library.lib.AW_OK, self.now())

    def commit(self, op):
        if op.value.ptr == self.ffi.NULL:
            self.store.pop((op.space, op.key), None)
        else:
            self.store[op.space, op.key] = self.ffi.buffer(op.value.ptr, op.value.len)[:]

    def receive(self):
        """Every cell that waits in a mailbox of this engine."""
        boxes = self.ffi.new("struct aw_mailbox[100]")
        for box in boxes[0:self.call("mailboxes", boxes)]:
            for at_s, cell in self.memory.cells.pop(bytes(box.deposit_capability), []):
                given, _kept = self.library.bytes_of(cell)
                # Any status but busy: taken, or refused without effect; the relay may forget it.
                while self.call("feed", box.id, given, at_s, self.now()) == self.library.lib.AW_E_BUSY:
                    self.serve()
                self.serve()

    def tick(self):
        self.call("tick", self.now())
        self.serve()
        self.receive()
