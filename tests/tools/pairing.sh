#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: two people on one machine pair and watch each other with the commands of the man page,
# with and without agents; every answer is valid JSON when it is asked for.
# Method: the story of allswell(1), EXAMPLES, both ways round; then SOS, claim, cancel, confirm.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
json() { # <home> <command>...: is it JSON, and "ok"?
    [ "$(aw "$@" --json | field ok)" = true ] || fail "$*: not a good JSON answer"
}

start_relay r
person first r
person second r

# Both sides offline in turn: nobody runs an agent.
pair() { # <subject> <contact>
    aw "$1" invite >"$work/invite" 2>"$work/said"
    grep -q "'allswell --home=$work/$1 verify [1-9]'" "$work/said" ||
        fail "an invite does not say what comes next: $(cat "$work/said")"
    aw "$2" join <"$work/invite" >/dev/null
    words=$(aw "$1" verify 1 --json | field words)
    [ "$(echo "$words" | wc -w)" -eq 6 ] || fail "not six words: $words"
    expect 0 "$1 is verified" aw "$2" verify w1 --words "$words"
    expect 0 "$2 is verified" aw "$1" verify 1 --words "$(echo "$words" | tr 'a-z ' 'A-Z,')"
}
pair first second
pair second first

printf 'checkin = every 8h\nlevel = 0m everybody shares: Ring the bell.\n' >"$work/plan"
for home in first second; do
    expect 0 'worst case' aw $home plan check "$work/plan"
    other=first
    [ $home = first ] && other=second
    printf 'good\nbad\n%s\n' $other >"$work/secrets"
    expect 0 'in force' aw $home plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
    echo good >"$work/secret"
    expect 0 'a relay has it for 1 of 1' aw $home checkin <"$work/secret"
done
for home in first second; do
    [ "$(aw $home status --json | field watched.0.checkin.verdict)" = safe ] ||
        fail "$home does not find the check-in safe"
    [ "$(aw $home status --json | field me.contacts.0.phase)" = verified ] || fail "$home: phase"
done
aw second status >/dev/null # a person looked
aw first status >/dev/null
[ "$(aw first status --json | field me.contacts.0.seq_human)" -gt 0 ] || fail 'no third tick'

# With an agent at the contact: SOS, claim, cancel, confirm.
: >"$work/agent"
"$bin/allswell" --home "$work/second" run --on-event "env >>'$work/event'; echo >>'$work/event'" \
    >"$work/agent" 2>&1 &
agent=$!
pids="$pids $agent"
await grep -q running "$work/agent"
expect 0 'Call for help number' aw first sos --place 51.4779,-0.0015,20 --note here
await grep -q '^ALLSWELL_EVENT=ring' "$work/event"
grep -q '^ALLSWELL_LEVEL=1' "$work/event" || fail 'the hook does not know the level'
grep -q '^ALLSWELL_PERSON=first' "$work/event" || fail 'the hook does not know the person'
grep -qi 'sos\|duress\|secret\|help' "$work/event" && fail 'the hook tells why it rings'
[ "$(aw second status --json | field watched.0.incident.kind)" = sos ] || fail 'no SOS'
[ "$(aw second status --json | field watched.0.incident.place.note)" = here ] || fail 'no place'
expect 0 'Ring the bell' aw second status
expect 0 'called for help' aw second why first
expect 0 'you are acting' aw second claim first
expect 0 'is acting for you' aw first status
expect 0 'Cancel number' aw first cancel --secret-fd 3 3<"$work/secret"
expect 0 'Check-in number' aw first checkin <"$work/secret"
await sh -c "'$bin/allswell' --home '$work/second' status --json | grep -q '\"safe_seen\": true'"
expect 0 'is closed' aw second confirm --yes first
[ "$(aw second status --json | field watched.0.incident)" = null ] || fail 'still open'

for home in first second; do # without and with an agent
    for command in people status log why 'relay list' 'plan show' "log w1" "why w1"; do
        # shellcheck disable=SC2086 # words
        json $home $command
    done
    json $home plan check "$work/plan"
done
expect 0 '' sh -c "'$bin/allswell' --home '$work/first' invite --qr | grep -q allswell:"
expect 0 'version 1' aw first why

kill -TERM "$agent"
set +e
wait "$agent"
code=$?
set -e
[ $code -eq 0 ] || fail "the agent: exit code $code"
[ ! -e "$work/second/control.sock" ] || fail 'the socket was left behind'
expect 0 'the agent was ended' aw second log

# No relay answers: said, stored, sent later.
kill -TERM "$relay_pid"
wait "$relay_pid" || :
expect 4 'no relay has it yet' aw first checkin --wait 1 <"$work/secret"

# Secrets are nowhere in the homes.
for word in good bad; do
    grep -rqa "\"$word\"" "$work/first" "$work/second" && fail "a secret is on the disk: $word"
done
finish
