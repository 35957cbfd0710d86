#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a running agent refuses each request that no command of this version makes, with the exit
# code and the remedy that the command would have given, and nothing has changed.
# Method: two agents of one circle; requests.py writes to their sockets.
# Usage: requests.sh <folder of the programs>
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"

start_relay r
circle her r friend sister
printf '%s\n' 'checkin = every 8h' 'person = friend group 1' 'person = sister group 2' \
    'level = 0m group 1' 'level = 9m everybody' 'threshold = 2' >"$work/plan"
printf 'good\nbad\nfriend\n' >"$work/secrets"
expect 0 'in force' aw her plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
for home in her friend; do
    "$bin/allswell" --home "$work/$home" run >"$work/$home.run" 2>&1 &
    pids="$pids $!"
    await test -S "$work/$home/control.sock"
done
await aw her status
await aw friend status
# Whom she watches over has the name of one who watches over her.
aw friend invite 2>/dev/null | aw her join >/dev/null
await sh -c "'$bin/allswell' --home '$work/her' people | grep -q w1"
python3 "$(dirname "$0")/requests.py" "$work" || fail 'requests, above'
finish
