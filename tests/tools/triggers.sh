#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: what she says beside the schedule, coverage, the plan card and quiet removal, with the
# commands of the man page; every answer is valid JSON when it is asked for.
# Method: one person with three contacts, two in the plan; each command, and once what it refuses.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
value() { aw her status --json | field "me.$1"; }

start_relay r
circle her r friend sister neighbour
expect 3 'no plan is in force' aw her coverage
expect 3 'no plan is in force' aw her timer start 30m
cat >"$work/plan" <<'PLAN'
checkin = every 8h
person = friend group 1
person = sister group 1
level = 0m group 1: Ring.
level = 9m everybody: Go.
PLAN
printf 'good\nbad\nfriend\n' >"$work/secrets"
small='weak: fewer people are in the circle'
expect 0 "$small" aw her plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
for name in friend sister; do aw $name status >/dev/null; done
echo good >"$work/secret"

# With an agent: a burst of starts would meet the rate limit of the relay.
: >"$work/agent"
"$bin/allswell" --home "$work/her" run >"$work/agent" 2>&1 &
pids="$pids $!"
await grep -q running "$work/agent"

# Timers.
expect 2 'no span here' aw her timer start soon
expect 0 'Timer number' aw her timer start 45m --extend 15m --note 'the cafe'
expect 3 'a timer runs already' aw her journey 1h
[ "$(value timer.kind)" = meeting ] || fail 'no timer'
[ "$(value timer.extend_s)" = 900 ] || fail 'no extension'
expect 0 'runs until' aw her status
aw friend status >/dev/null
expect 0 'because the end of a time that she set is due by' aw friend why her
expect 0 'Extension number' aw her timer extend
expect 3 'no timer runs that can be extended' aw her timer extend
expect 0 'End of the timer number' aw her timer end <"$work/secret"
expect 3 'there is nothing to end' aw her timer end <"$work/secret"

# Signals, a journey that stalls, a countdown: nobody is told of what she stops.
expect 2 'no such signal' aw her signal sleepy
expect 0 'Signal number' aw her signal battery-low --battery 4
expect 3 'no journey to stall on' aw her signal stalled
expect 0 'Timer number' aw her journey 45m
expect 0 'Is all well?' aw her signal stalled
expect 0 'AN ALARM GOES OUT' aw her status
[ "$(value countdown.kind)" = stalled ] || fail 'no countdown'
expect 0 'Nobody was told' aw her stop
expect 3 'nothing is about to go out' aw her stop
aw her timer end <"$work/secret" >/dev/null
expect 2 'countdown' aw her sos --countdown 31
expect 0 'An alarm goes out at' aw her sos --countdown 30 --kind fell
fits sos --countdown
expect 3 'no drill now' aw her drill
expect 0 'Nobody was told' aw her stop
[ "$(value alarm)" = 0 ] || fail 'an alarm'
expect 0 'Noted' aw her life

# A drill, and who would hear.
expect 0 'Drill number' aw her drill
aw friend status >/dev/null
expect 0 'drill: relay' aw her status
[ "$(value drill)" -gt 0 ] || fail 'no drill'
[ "$(aw her coverage --json | field humans)" = 2 ] || fail 'not two humans'
expect 0 'of 2 people can be reached' aw her coverage
fits coverage
grep -qE 'never-heard|old-plan|no-plan|untested' "$work/got.out" && fail 'coverage: code words'

# The card, and its way to the contacts.
printf 'door = 4711\navoid = Do not call her phone\n' >"$work/card"
expect 2 'unknown key' sh -c "echo 'dor = 1' >'$work/bad'; '$bin/allswell' --home '$work/her' \
    card set --secret-fd 3 '$work/bad' 3<'$work/secret'"
expect 0 'Version 2' aw her card set --secret-fd 3 "$work/card" 3<"$work/secret"
grep -rqa 4711 "$work/her" && fail 'the card is on the disk in plain text'
expect 0 'Version 3' aw her card remove <"$work/secret"

# Quiet removal: he is fine, she is in an alarm.
printf 'good\nnew\nnewbad\nfriend\n' >"$work/secrets"
expect 1 'would not hold' aw her remove --yes --secret-fd 3 sister 3<"$work/secrets"
cat >"$work/plan" <<'PLAN'
checkin = every 8h
person = friend
person = neighbour
level = 0m everybody: Ring.
alarm-beat = 10s
PLAN
expect 0 "$small" aw her remove --yes --secret-fd 3 sister "$work/plan" 3<"$work/secrets"
[ "$(value contacts.1.removed)" = true ] || fail 'not removed'
[ "$(aw her plan show --json | field plan.version)" = 4 ] || fail 'another plan'
expect 0 'Call for help' aw her sos
expect 0 'Noted' aw her here --place -33.8568,151.2153,20 --note 'in a car'
await sh -c "'$bin/allswell' --home '$work/friend' place her | grep -q -- '-33.8568'"
expect 0 'in a car' aw friend place her
expect 3 'not in the plan' aw her remove --yes --secret-fd 3 sister 3<"$work/secrets"
for name in friend sister; do aw $name status >/dev/null; done
[ "$(aw friend status --json | field watched.0.incident.kind)" = sos ] ||
    fail 'friend does not know'
[ "$(aw sister status --json | field watched.0.incident)" = null ] || fail 'sister knows'
[ "$(aw sister status --json | field watched.0.state)" = fine ] || fail 'sister sees no calm'
expect 0 'removed quietly' aw her log

for command in status 'log' coverage; do
    # shellcheck disable=SC2086 # words
    [ "$(aw her $command --json | field ok)" = true ] || fail "$command: not a good JSON answer"
done
finish
