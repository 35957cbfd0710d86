#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: the units confine what they start, to an exposure of 1.5 of 10 at most; and a program
# tells who waits for it when it is ready, and ends.
# Method: systemd's own judgement, also of units that are less strict; a relay with a socket to
# tell.
# Usage: systemd.sh <folder of the programs> <folder of the units>
set -eu
bin=$1 units=$2
. "$(dirname "$0")/lib.sh"

exposure_is_low() { # <unit> <option>...
    file=$1
    shift
    XDG_RUNTIME_DIR=$work systemd-analyze security --offline=true --threshold=15 "$@" "$file" \
        >"$work/judged" 2>&1
}

if command -v systemd-analyze >/dev/null; then
    for unit in system/allswell-relay user/allswell-relay user/allswell; do
        manager=--${unit%/*}
        exposure_is_low "$units/$unit.service" $manager ||
            fail "$unit: $(tail -n 1 "$work/judged")"
        sed -n 's/^→ Overall exposure level for [^:]*: \([0-9.]*\).*/exposure \1/p' "$work/judged"
        grep -v '^SystemCallFilter\|^Protect' "$units/$unit.service" >"$work/lax.service"
        ! exposure_is_low "$work/lax.service" $manager || fail "a lax $unit passes"
        grep -q '^→ Overall exposure' "$work/judged" || fail "not judged: $(cat "$work/judged")"
    done
else
    echo "no systemd-analyze: the units are not judged"
fi

python3 - "$bin/allswell-relay" "$work" <<'PY' || fail "who waits is not told"
import os, signal, socket, subprocess, sys
relay, work = sys.argv[1:]
waiter = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
waiter.bind(work + "/notify")
waiter.settimeout(20)
environment = dict(os.environ, NOTIFY_SOCKET=work + "/notify", WATCHDOG_USEC="300000")
process = subprocess.Popen([relay, "--home", work + "/relay", "run", "--listen", "127.0.0.1:0"],
                           env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
heard = [waiter.recv(100).decode() for _ in range(4)]
assert heard == ["READY=1"] + ["WATCHDOG=1"] * 3, heard
process.send_signal(signal.SIGTERM)
while (last := waiter.recv(100).decode()) == "WATCHDOG=1":
    pass
assert last == "STOPPING=1", last
assert process.wait(20) == 0
PY

export NOTIFY_SOCKET=nowhere
expect 2 'NOTIFY_SOCKET' "$bin/allswell-relay" --home "$work/relay" run --listen 127.0.0.1:0
unset NOTIFY_SOCKET
finish
