#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Goal: a disk that is really full, and a process that really has no descriptor left: a refusal, one line,
or a degraded relay; what was acknowledged is there, and room is all that it takes to go on. A backup without
room is none, wherever the room is missing.
Method: a file system of 2 MiB that the test fills, one of a single block; ulimit -n, from none to enough.
Usage: full.py BIN PRELOAD; needs root for the file system, 77 without."""
import os
import resource
import signal
import subprocess
import sys

import bed


def mounted(folder, size="2m"):
    os.makedirs(folder)
    mount = ("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "faults", folder)
    return subprocess.run(mount, check=False, capture_output=True).returncode == 0


def fill(folder):
    with open(os.path.join(folder, "filler"), "wb", 0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


def relay_and_home_full(circle):
    """Both on the full disk: what she is told is true."""
    circle.relay("disk/relay")
    circle.circle("disk/her", "friend", relay="disk/relay")
    circle.agent("friend")
    seq = circle.checkin("disk/her")
    bed.until("it arrives", 10, lambda: circle.arrived("friend", seq))
    fill(circle.path("disk"))
    told, refused = 0, 0
    for _ in range(60):
        answer = circle.aw("disk/her", "sos", "--wait", "0", ok=False)
        told = max(told, answer.get("seq", 0) if answer.get("ok") else 0)
        if not answer.get("ok"):
            refused += 1
            bed.check("one line with a remedy", answer["error"].count("\n") == 1 and ": " in answer["error"])
            break
    bed.check("something was refused", refused > 0)
    status = circle.tool(f"{bed.BIN}/allswell-relay", "--home", circle.path("disk/relay"), "status")
    bed.check("the relay runs", status.returncode == 0, status.stderr)
    os.remove(circle.path("disk/filler"))
    later = circle.checkin("disk/her")
    bed.check("numbers go on", later > max(seq, told), f"{later}, {seq}, {told}")
    bed.until("room is enough", 30, lambda: circle.arrived("friend", later))
    if told:
        bed.until("what was acknowledged rings", 30, lambda: circle.rang("friend"))
    print(f"number {told} was acknowledged on a full disk, {later} is the next")
    circle.quiet("disk/relay", "friend")


def backups_without_room(circle):
    """In the home, where the copy is made, and where it goes: there the first block of it still fits."""

    def backup(folder):
        path = os.path.join(folder, "backup")
        done = circle.tool(f"{bed.BIN}/allswell-relay", "--home", circle.path("disk/relay"), "backup", path)
        left = [name for name in os.listdir(circle.path("disk/relay")) if name.endswith(".part")]
        bed.check("nothing is left in the home", not left, str(left))
        return done, os.path.exists(path)

    def refused(what, folder, text):
        done, exists = backup(folder)
        bed.check(f"{what}: one line with a remedy, code 4",
                  done.returncode == 4 and done.stderr.count("\n") == 1 and text in done.stderr, str(done))
        bed.check(f"{what}: no file", not exists)

    def all_ways(how, remedy):
        fill(circle.path("disk"))
        refused(f"a full home, {how}", circle.path("tiny"), remedy)
        os.remove(circle.path("disk/filler"))
        refused(f"a full target, {how}", circle.path("tiny"), "free space there, then try again")

    all_ways("the relay runs", "as much room in the home")
    bed.check("the relay runs on", circle.runs("disk/relay"))
    bed.check("and serves", circle.checkin("disk/her") > 0)
    circle.kill("disk/relay", signal.SIGTERM)
    all_ways("it does not run", "check permissions and disk")  # SQLite's own files find no room first
    done, exists = backup(circle.work)
    bed.check("room is enough for a backup", done.returncode == 0 and exists, done.stderr)
    restored = circle.tool(f"{bed.BIN}/allswell-relay", "--home", circle.path("tiny/relay"), "restore",
                           circle.path("backup"))
    bed.check("nor is one restored without room", restored.returncode == 4
              and restored.stderr.count("\n") == 1 and os.listdir(circle.path("tiny/relay")) == [], str(restored))
    restored = circle.tool(f"{bed.BIN}/allswell-relay", "--home", circle.path("again"), "restore",
                           circle.path("backup"))
    bed.check("it is whole", restored.returncode == 0, restored.stderr)


def without_descriptors(circle):
    """From none to enough: one line each time, until it runs."""
    started = False
    for count in range(4, 40):
        process = subprocess.run(
            ["timeout", "-s", "TERM", "1", f"{bed.BIN}/allswell-relay", "--home",
             circle.path("few"), "run", "--listen", "127.0.0.1:0"],
            env=circle.env, capture_output=True, text=True, check=False,
            preexec_fn=lambda count=count: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count)),
        )
        if process.stdout:
            started = True
            break
        lines = process.stderr.splitlines()
        bed.check(f"{count} descriptors: one line", len(lines) == 1 and ": " in lines[0], process.stderr)
        bed.check(f"{count} descriptors: an exit code", 0 < process.returncode < 100, str(process.returncode))
    bed.check("with enough it starts", started)


def main():
    if os.geteuid() != 0:
        print("skipped: needs root to make a small disk")
        sys.exit(77)
    with bed.Bed() as circle:
        without_descriptors(circle)
        folders = [circle.path(name) for name in ("disk", "tiny")]
        if not mounted(folders[0]) or not mounted(folders[1], "4k"):
            print("skipped: no file system can be mounted here")
            sys.exit(77)
        try:
            relay_and_home_full(circle)
            backups_without_room(circle)
            if bed.FAILED:
                circle.report()
        finally:
            for name in list(circle.running):
                circle.kill(name)
            for folder in folders:
                subprocess.run(("umount", "-l", folder), check=False)
    bed.finish()


main()
