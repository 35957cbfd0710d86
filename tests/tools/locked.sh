#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: programs with keys keep their memory out of swap where they may lock all of it, and lock
# nothing under a limit, where they would run into it later.
# Method: a relay, an agent and a command that waits, with a limit and without; what the kernel says
# of them.
# Usage: locked.sh <folder of the programs>
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"

is_locked() { [ "$(locked "$1")" -gt 1000 ]; }
locked() { sed -n 's/^VmLck:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$1/status"; }

# run_both NAME WORD...: relay and agent of homes NAME, run by WORD...; both answer.
run_both() {
    name=$1
    shift
    : >"$work/$name.line"
    "$@" "$bin/allswell-relay" --home "$work/$name" run --listen 127.0.0.1:0 \
        >"$work/$name.line" 2>"$work/$name.err" &
    relay_pid=$!
    pids="$pids $relay_pid"
    await test -s "$work/$name.line"
    "$bin/allswell" --home "$work/$name-agent" init --name one >/dev/null
    "$@" "$bin/allswell" --home "$work/$name-agent" run >/dev/null 2>"$work/$name-agent.err" &
    agent_pid=$!
    pids="$pids $agent_pid"
    await test -S "$work/$name-agent/control.sock"
    token "$name" one >"$work/token"
    "$bin/allswell" --home "$work/$name-agent" relay add "$(cat "$work/$name.line")" \
        <"$work/token" >/dev/null
}

# A limit of 8 MB that holds for root, too.
limited='prlimit --memlock=8388608:8388608'
[ "$(id -u)" != 0 ] || limited="setpriv --bounding-set=-ipc_lock $limited"
# shellcheck disable=SC2086 # words
run_both limited $limited
[ "$(locked "$relay_pid")" = 0 ] || fail 'the relay has locked memory under a limit'
[ "$(locked "$agent_pid")" = 0 ] || fail 'the agent has locked memory under a limit'

# Not every root is held by no limit.
lock='import ctypes, sys; sys.exit(ctypes.CDLL(None).mlockall(1 | 4) != 0)'
if [ "$(prlimit --memlock --output SOFT --noheadings)" = unlimited ] ||
    prlimit --memlock=4096 python3 -c "$lock"; then
    run_both free env
    is_locked "$relay_pid" || fail 'the relay has not locked its memory'
    is_locked "$agent_pid" || fail 'the agent has not locked its memory'
    mkfifo "$work/words"
    "$bin/allswell" --home "$work/free-agent" join <"$work/words" >/dev/null 2>&1 &
    pids="$pids $!"
    exec 3>"$work/words"
    await is_locked $!
    exec 3>&-
else
    echo "memory has a limit here: what is locked without one is not tried"
fi
finish
