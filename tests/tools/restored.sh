#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a restored home is announced: the others see it in their status at once, and so does who
# restored it. A fresh backup goes on by itself, and for a week people see that it did; an older one
# has no effect until words were compared, and then it does.
# Method: a pair; her home, then a contact's, from a backup of this minute, and in compressed time
# from one of twenty minutes ago, with check-ins in between. What is fresh is so for ten minutes
# (spec/05-channel.md §8), whatever the machine has to do: so that part is in true time.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
echo 'right horse' >"$work/pass"
echo right >"$work/right"

agent() {
    "$bin/allswell" --home "$work/$1" run >>"$work/$1.run" 2>&1 &
    echo $! >"$work/$1.pid"
    pids="$pids $!"
    await test -S "$work/$1/control.sock"
}
stop() {
    kill "$(cat "$work/$1.pid")"
    await test ! -S "$work/$1/control.sock"
}
says() { # <home> <command> <text>, wherever its lines end
    aw "$1" "$2" | tr -s '\n ' ' ' | grep -qF -- "$3"
}
anew() { # <home> <number>: how often its log has it
    test "$(aw "$1" log | grep -cF 'security: the channel was made anew')" -eq "$2"
}
old='made the channel anew with an old key: compare the words again'
fresh='as after a restored backup: if it was not yours, ask whether it was theirs'
# told <home>: where a human looks, unless the channel has gone on by itself.
told() {
    anew "$1" 0 && return 0
    for command in status people; do
        says "$1" $command "$fresh" || fail "$1 $command: not that the channel was made anew"
    done
}

# again <home>: it is restored from its backup, and runs.
again() {
    stop "$1"
    mv "$work/$1" "$work/$1.lost"
    expect 0 'compare words with everybody again' \
        aw "$1" restore --yes "$work/$1.backup" <"$work/pass"
    rm -r "$work/$1.lost"
    agent "$1"
}

start_relay r
circle her r friend
printf '%s\n' 'checkin = every 8h' 'person = friend group 1' 'level = 0m everybody' >"$work/plan"
printf 'right\nother\nfriend\n' >"$work/secrets"
expect 0 'in force' aw her plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
agent her
agent friend
await says friend status 'next due'

# Waits until the friend has heard what she said last.
heard() {
    seq=$(aw her status --json | field me.seq_last)
    await sh -c "[ \$('$bin/allswell' --home '$work/friend' status --json |
        sed -n 's/.*\"seq\": \\([0-9]*\\).*/\\1/p' | sort -n | tail -1) -ge $seq ]"
}

# A fresh one: nothing has to be compared. The channel is made anew, unless it has gone on before
# the question is answered (05 §8.2).
turn=0
for who in her friend; do
    turn=$((turn + 1))
    expect 0 '' aw $who backup "$work/$who.backup" <"$work/pass"
    again $who
    tries=50
    until anew her $turn || [ $tries -eq 0 ]; do
        tries=$((tries - 1))
        sleep 0.2
    done
    expect 0 'Check-in' aw her checkin <"$work/right"
    heard
    for home in her friend; do
        says $home status "$old" && fail "$who fresh: $home has to compare words"
        told $home
    done
    rm "$work/$who.backup"
done

# An older one.
for home in her friend; do stop $home; done
kill "$relay_pid"
wait "$relay_pid" || :
ALLSWELL_DEMO_CLOCK="$(date +%s)000:60"
export ALLSWELL_DEMO_CLOCK
start_relay r
for home in her friend; do
    expect 0 '' aw $home relay address "$(cat "$work/r.line")"
    agent $home
    told $home # after a restart, too
done
for who in her friend; do
    expect 0 '' aw $who backup "$work/$who.backup" <"$work/pass"
    for turn in 1 2 3 4 5 6 7 8; do
        expect 0 "Check-in" aw her checkin <"$work/right"
        sleep 2.5
    done
    again $who
    for home in her friend; do await says $home status "$old"; done
    words=$(aw her verify friend --json | field words)
    expect 0 'verified' aw friend verify her --words "$words"
    expect 0 'verified' aw her verify friend --words "$words"
    for home in her friend; do
        await sh -c "! '$bin/allswell' --home '$work/$home' status | grep -q 'with an old key'"
    done
    expect 0 'Check-in' aw her checkin <"$work/right"
    heard
done
# A week later.
for home in her friend; do
    stop $home
    told $home
done
ALLSWELL_DEMO_CLOCK="$(($(date +%s) - 800))000:1000"
for home in her friend; do
    says $home people "$fresh" && fail "$home: still told that the channel was made anew"
done
finish
