#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a check-in and an SOS travel as a file of 106 bytes or a text of 159 characters while no
# relay can be reached, once each; what is no frame, or somebody else's, is refused in one line.
# Method: two people pair; the relay ends; frames go by file, with and without agents.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
aw() { home=$1; shift; "$bin/allswell" --home "$work/$home" --wait=0 "$@"; }
status_of() { aw "$1" status --json | field "$2"; }

start_relay r
person her r
person him r
"$bin/allswell" --home "$work/her" invite >"$work/invite" 2>/dev/null
"$bin/allswell" --home "$work/him" join <"$work/invite" >/dev/null
words=$("$bin/allswell" --home "$work/her" verify 1 --json | field words)
"$bin/allswell" --home "$work/him" verify w1 --words "$words" >/dev/null
"$bin/allswell" --home "$work/her" verify 1 --words "$words" >/dev/null
printf 'checkin = every 8h\n' >"$work/plan"
printf 'good\nbad\nhim\n' >"$work/secrets"
"$bin/allswell" --home "$work/her" plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets" \
    >/dev/null
"$bin/allswell" --home "$work/him" status >/dev/null
"$bin/allswell" --home "$work/her" status >/dev/null
expect 3 'no check-in waits' aw her frame write him
kill "$relay_pid"
wait "$relay_pid" 2>/dev/null || :

checkin() { printf '%s\n' "$1" | aw her checkin >/dev/null; }
checkin good
before=$(status_of him watched.0.checkin.seq)
aw her frame write him >"$work/frame"
[ "$(wc -c <"$work/frame")" -eq 106 ] || fail 'a frame has 106 bytes'
aw her frame write 1 --text >"$work/text"
[ "$(wc -c <"$work/text")" -eq 160 ] || fail 'the text has 159 characters and a line end'
expect 0 'verified; fine' aw him frame read <"$work/frame"
[ "$(status_of him watched.0.checkin.seq)" -gt "$before" ] || fail 'the check-in did not arrive'
[ "$(status_of him watched.0.checkin.verdict)" = safe ] || fail 'the check-in is not safe'
expect 1 'has arrived before' aw him frame read <"$work/frame"
expect 1 'has arrived before' aw him frame read --text <"$work/text"

# Duress, as text; the spaces at the beginning may be lost.
checkin bad
aw her frame write him --text --json >"$work/json"
[ "$(field ok <"$work/json")" = true ] || fail 'no JSON'
field text <"$work/json" | sed 's/^ *//' >"$work/text"
expect 0 '' aw him frame read --text --json <"$work/text"
[ "$(status_of him watched.0.incident.kind)" = duress ] || fail 'duress did not arrive'

# SOS, from her agent to his.
: >"$work/her.log"
"$bin/allswell" --home "$work/her" run >"$work/her.log" 2>&1 &
pids="$pids $!"
: >"$work/him.log"
"$bin/allswell" --home "$work/him" run >"$work/him.log" 2>&1 &
pids="$pids $!"
await grep -q running "$work/her.log"
await grep -q running "$work/him.log"
expect 3 "no call for help waits" aw her frame write him --sos
aw her sos --place 51.4779,-0.0015,20 >/dev/null
aw her frame write him --sos >"$work/sos"
expect 0 '' aw him frame read <"$work/sos"
aw him status --json >"$work/status"
grep -q '"lat": 51.4779,' "$work/status" || fail 'no place, or not as it was given'
grep -q '"lon": -0.0015,' "$work/status" || fail 'no place, or not as it was given'

# What is no frame.
expect 5 'nobody here' aw her frame write nobody
expect 2 'a frame has 106 bytes' aw him frame read </dev/null
expect 2 'a frame has 106 bytes' aw him frame read <"$work/text"
expect 2 'not the text of a frame' aw him frame read --text <"$work/frame"
head -c 106 /dev/zero >"$work/zero"
expect 1 'no key of anybody' aw him frame read <"$work/zero"
expect 1 'no key of anybody' aw her frame read <"$work/sos"
finish
