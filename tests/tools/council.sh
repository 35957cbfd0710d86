#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: two contacts, each with a relay, find a check-in missed together; their devices release
# their shares, and each of them sees where she was and reads her plan card (spec/16-peers.md).
# Method: three agents and two relays over sockets, in compressed time: a minute is half a second.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
ALLSWELL_DEMO_CLOCK=$(($(date +%s) * 1000)):120
export ALLSWELL_DEMO_CLOCK
is() { [ "$(aw "$1" status --json | field "$2")" = "$3" ]; }
agent() {
    "$bin/allswell" --home "$work/$1" run >"$work/$1.out" 2>"$work/$1.err" &
    pids="$pids $!"
    await grep -q running "$work/$1.out"
}
pair() { # <contact> <its number at her>
    aw subject invite >"$work/invite" 2>/dev/null
    aw "$1" join <"$work/invite" >/dev/null
    await aw subject verify "$2" --json
    words=$(aw subject verify "$2" --json | field words)
    await aw "$1" verify w1 --words "$words"
    expect 0 'is verified' aw subject verify "$2" --words "$words"
}

start_relay r1
start_relay r2
for home in subject one two; do
    person $home r1
    token r2 $home >"$work/token"
    aw $home relay add "$(cat "$work/r2.line")" <"$work/token" >/dev/null
done
for home in subject one two; do agent $home; done
pair one 1
pair two 2

cat >"$work/plan" <<PLAN
checkin = every 20m
grace = 4m
beat = 5m
warning = 5m quiet
level = 0m group 1 shares: Ring the bell.
level = 10m everybody shares: Go there together.
person = one group 1 place exact
person = two group 2 place exact
threshold = 2
quorum = 2
witness = 1m
operator = $(cat "$work/r1.line") one
operator = $(cat "$work/r2.line") two
PLAN
printf 'good\nbad\none,two\n' >"$work/secrets"
expect 0 'in force' aw subject plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
printf 'good\n' >"$work/secret"
expect 3 'no card here' aw one card show subject
printf 'first = call two, then go\ndoor 2 = 4711\n' >"$work/card"
expect 0 'in force' aw subject card set --secret-fd 3 "$work/card" 3<"$work/secret"
expect 5 'nobody here is called' aw one place w7
for home in one two; do
    await is $home watched.0.plan_version 2
    await is $home watched.0.others.0.state linked
    await is $home watched.0.others.0.fellow true
done
expect 0 'with contact 2, two: linked' aw one people
expect 0 'with contact 1, one: linked' aw two status
expect 0 'Check-in number' aw subject checkin --place 51.5,-0.1 --secret-fd 3 3<"$work/secret"
sleep 1
expect 0 'Check-in number' aw subject checkin --place 51.4779,-0.0015,20 --battery 81 \
    --secret-fd 3 3<"$work/secret"
for home in one two; do
    await is $home watched.0.checkin.verdict safe
    expect 3 'her place is sealed: it opens with an SOS' aw $home place w1
    expect 3 'her card is sealed' aw $home card show w1
    expect 3 'her place is sealed' aw $home place subject --json
done

# She falls silent for more than 24 minutes. Both find it, and say so.
sleep 10
for home in one two; do
    await is $home watched.0.state missed
    await is $home watched.0.council.votes 2
    await is $home watched.0.council.release yes
    await aw $home place w1
    expect 0 'geo:51.4779000,-0.0015000;u=20' aw $home place w1
    expect 0 'openstreetmap.org/?mlat=51.4779000&mlon=-0.0015000' aw $home place w1
    await aw $home card show w1
    expect 0 'What to do first: call two, then go' aw $home card show w1
    await sh -c "'$bin/allswell' --home '$work/$home' why w1 | tr -s '\n ' ' ' |
        grep -q 'Of 2 contacts who must find a check-in missed 2 do'"
    # A newer beat makes the other's vote void till his next witness.
    await sh -c "'$bin/allswell' --home '$work/$home' status | tr -s '\n ' ' ' |
        grep -q 'finds it missed.* shares of her place go out'"
    expect 0 'the place can be opened' aw $home log
done
[ "$(aw one place w1 --json | field places.0.from.0)" = two ] || fail 'whose share was there'
[ "$(aw one place w1 --json | field places.0.accuracy_m)" = 20 ] || fail 'accuracy'
await sh -c "'$bin/allswell' --home '$work/one' place w1 | grep -q ' ago: 51.5000000,-0.1000000'"

[ "$(aw one card show w1 --json | field sections.0.key)" = first ] || fail 'sections'

# One acts, the other one sees it.
expect 0 'you are acting' aw two claim w1
await is one watched.0.others.0.claim acting
expect 0 'is ACTING' aw one people

# She is back: her check-in and one human's word close it everywhere, and what was opened is gone.
expect 0 'Check-in number' aw subject checkin --secret-fd 3 3<"$work/secret"
for home in one two; do await is $home watched.0.incident.safe_seen true; done
expect 0 '' aw two confirm --yes w1
for home in one two; do
    await is $home watched.0.incident null
    expect 3 'her place is sealed' aw $home place w1
    expect 3 'her card is sealed' aw $home card show w1
done
finish
