#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: that a device was copied is plain in status and people, with what to do, until a person says
# that it is settled: over a restart too, and for her, for a contact and for a contact's contact.
# Method: a pair in compressed time; a copy of her home speaks, then her home does, and neither
# knows of the other. What her own contact's copy brings about is rare: such a sign is put into the
# database.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
ALLSWELL_DEMO_CLOCK="$(date +%s)000:30"
export ALLSWELL_DEMO_CLOCK
alarm='TWO DEVICES speak with the same keys since'

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
sign() { # <home> <slot> <person>: as if its engine had told of one
    python3 - "$work/$1/allswell.db" $((119 << 55 | $2 << 8 | $3)) <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database:
    database.execute("INSERT INTO record VALUES (?, ?)",
                     (int(sys.argv[2]), b'{"since":1700000000}'))
PY
}

start_relay r
circle her r friend sister
printf 'checkin = every 8h\nlevel = 0m everybody\n' >"$work/plan"
printf 'right\nother\nfriend\n' >"$work/secrets"
expect 0 'in force' aw her plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
echo right >"$work/right"
agent her
agent friend
await says friend status 'fine'
expect 3 'no sign of a second device is open there' aw friend settled --yes w1

# Her home is copied. While the friend hears nothing, the copy says something, then she does, often
# enough to go on above it: two words under one number.
stop friend
stop her
cp -R "$work/her" "$work/copy"
expect 0 'Check-in' aw copy checkin --wait 2 <"$work/right"
agent her
for turn in 1 2 3 4; do expect 0 'Check-in' aw her checkin --wait 2 <"$work/right"; done
sleep 2
agent friend
await says friend status "$alarm"
for command in status people; do
    expect 0 "$alarm" aw friend $command
    expect 0 "settled w1'" aw friend $command
    fits friend $command
done
expect 0 'security: two devices' aw friend log
says friend people 'do not rely on what it says' || fail 'people: what to do'
stop friend
agent friend
expect 0 "$alarm" aw friend status
expect 2 'nobody at a terminal agrees' aw friend settled w1 </dev/null
expect 0 "$alarm" aw friend status
stop her # or it goes on telling of what it has said
expect 0 'Settled, for her' aw friend settled --yes w1
says friend status "$alarm" && fail 'it is settled, and told'
stop friend
agent friend
says friend people "$alarm" && fail 'it was settled, and is told again'
expect 0 'said here: one device is left' aw friend log

# A contact of hers, and another contact of hers at the friend's.
stop friend
sign her 0 1
sign friend 1 2
agent her
agent friend
for command in status people; do
    expect 0 "$alarm" aw her $command
    expect 0 "forget' it. Then" aw her $command
    expect 0 'contact 2, sister: TWO DEVICES' aw friend $command
done
expect 0 'Settled, for her' aw friend settled --yes w1
says friend people 'TWO DEVICES' && fail 'settled for others, and told'
expect 0 'Settled, for friend' aw her settled --yes friend
says her people "$alarm" && fail 'settled for a contact, and told'
# Who gets a number that was free again begins without it.
stop her
sign her 0 2
printf 'checkin = every 8h\nlevel = 0m everybody\nperson = friend\n' >"$work/plan"
expect 0 "$alarm" aw her people
expect 0 'in force' aw her plan set --secret-fd 3 "$work/plan" 3<"$work/right"
expect 0 'is forgotten' aw her forget --yes sister
aw her invite >"$work/invite" 2>/dev/null
aw sister join <"$work/invite" >/dev/null
await sh -c "'$bin/allswell' --home '$work/her' people | grep -q '2 *sister'"
says her people "$alarm" && fail 'a number keeps an alarm about who had it before'
finish
