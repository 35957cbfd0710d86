#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: doctor finds each thing that would keep help from coming, names its remedy, and exits with
# 1 for it; where nothing is wrong it says so and exits with 0.
# Method: a pair with a plan; one thing broken after another, and mended again.
# Usage: doctor.sh <folder of the programs>
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"

# says <home> <finding> <check> <text>: the line is there, with a remedy unless all is well.
says() {
    aw "$1" doctor --wait=2 >"$work/seen" 2>&1 || :
    grep -q "^$2  *$3  *.*$4" "$work/seen" ||
        fail "$1: no line '$2 $3 $4' in: $(cat "$work/seen")"
    [ "$2" = good ] || grep "^$2  *$3  *.*$4" "$work/seen" | grep -q ': ' ||
        fail "$1: $3 has no remedy"
}

# What has not begun yet.
aw new init --name new >/dev/null
expect 1 'relay add ADDRESS' aw new doctor --wait=0
says new BAD agent 'is NOT running'
says new BAD relay 'none is known'
says new note hook 'there is none'
says new note clock 'no relay has told'
says new note plan 'none is in force'
says new good store 'can be read'
expect 5 'init --name NAME' aw none doctor

# All is well.
start_relay r
gone=$relay_pid
circle a r b
printf '%s\n' 'checkin = every 8h' 'person = b group 1' 'level = 0m everybody' >"$work/plan"
printf 'right\nother\nb\n' >"$work/secrets"
expect 0 'in force' aw a plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
for home in a b; do
    "$bin/allswell" --home "$work/$home" run >"$work/$home.run" 2>&1 &
    echo $! >"$work/$home.pid"
    pids="$pids $!"
    await test -S "$work/$home/control.sock"
done
says a BAD drill 'none yet'
expect 0 '' aw a drill
await sh -c "'$bin/allswell' --home '$work/b' status --json | grep -q '\"drill\": [1-9]'"
says a note drill 'not answered yet by b'
expect 0 '' aw b answer a
await sh -c "'$bin/allswell' --home '$work/a' doctor | grep -q 'answered by all'"
await sh -c "'$bin/allswell' --home '$work/a' doctor | grep -q 'good  plan'"
expect 0 'agrees with that of 1 relay' aw a doctor
[ "$(aw a doctor --json | field findings.0.finding)" = good ] || fail 'no JSON'

# Hooks.
mkdir "$work/a/hooks"
echo '#!/bin/sh' >"$work/a/hooks/on-event"
says a BAD hook 'not executable'
rm -r "$work/a/hooks"
printf '#!/bin/sh\nexit 3\n' >"$work/ring.sh"
chmod +x "$work/ring.sh"
expect 0 '' aw a notify add exec "$work/ring.sh"
says a BAD hook "no delivery of 'exec' is known"
expect 4 'ended with 3' aw a notify test exec
says a BAD hook "'exec' did not deliver"
printf '#!/bin/sh\nexit 0\n' >"$work/ring.sh"
expect 0 '' aw a notify test exec
says a good hook "'exec' went through"
chmod -x "$work/ring.sh"
says a BAD hook "'exec' cannot deliver: its program"
chmod +x "$work/ring.sh"
says a good hook "'exec' went through"

# The file is moved away under the agent: no commit goes anywhere.
mv "$work/a/allswell.db" "$work/a/away.db"
says a BAD store 'nothing can be written'
mv "$work/a/away.db" "$work/a/allswell.db"
says a good store 'can be read'

# A relay that nobody needed yet, and one whose operator took the token back.
person c r
expect 1 'has not been needed yet' aw c doctor --wait=0
"$bin/allswell-relay" --home "$work/r" token revoke --yes c >/dev/null
aw c invite --wait=5 >/dev/null 2>&1 || :
says c BAD relay 'refuses the access token'

# A program that was copied without the one that carries what goes to servers.
echo http://127.0.0.1:9/topic >"$work/address"
expect 2 'no file that can be read' aw c notify add --ca="$work" ntfy <"$work/address"
expect 0 '' aw c notify add ntfy <"$work/address"
says c BAD hook "no delivery of 'ntfy' is known"
mkdir "$work/copied"
cp "$bin/allswell" "$work/copied/"
"$work/copied/allswell" --home "$work/c" doctor --wait=0 >"$work/seen" 2>&1 || :
grep -q "BAD *hook *'ntfy' cannot deliver: the courier" "$work/seen" ||
    fail "a missing courier is not named: $(cat "$work/seen")"
grep -q 'install Allswell anew' "$work/seen" || fail 'a missing courier: no remedy'

# An agent that does not answer, and a clock that is ten minutes ahead of the relay's.
kill -STOP "$(cat "$work/b.pid")"
expect 4 'does not answer' aw b doctor
kill -CONT "$(cat "$work/b.pid")"
says b good agent 'is running'
kill "$(cat "$work/b.pid")"
await test ! -S "$work/b/control.sock"
fast="$(($(date +%s) - 600))000:2"
ALLSWELL_DEMO_CLOCK=$fast says b BAD clock 'ahead of the clock of relay'

# One that is ten minutes behind: here it is the relay that hurries.
ALLSWELL_DEMO_CLOCK=$fast start_relay early
person d early
aw d invite --wait=5 >/dev/null 2>&1 || :
says d BAD clock 'is 1[0-9]m.* behind the clock of relay 127.0.0.1.*set date and time'

# Two have to agree that a check-in is missed: one of them goes away, and comes back.
circle e r f g
printf '%s\n' 'checkin = every 8h' 'person = f group 1' 'person = g group 1' 'quorum = 2' \
    'level = 0m everybody' >"$work/plan"
printf 'right\nother\nf\n' >"$work/secrets"
expect 0 'in force' aw e plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
for home in e f g; do
    "$bin/allswell" --home "$work/$home" run >"$work/$home.run" 2>&1 &
    pids="$pids $!"
    await test -S "$work/$home/control.sock"
done
finds() { await sh -c "'$bin/allswell' --home '$work/$1' doctor | grep -q '$2'"; } # <home> <text>
finds e 'good  plan'
aw g away 8d >/dev/null
echo right | aw e checkin >/dev/null 2>&1 # the answers say who is away
finds e 'BAD   plan'
says e BAD plan "too few people are reachable to decide together: \
'allswell --home=$work/e coverage' says why"
expect 1 'g' aw e coverage
aw g away --off >/dev/null
echo right | aw e checkin >/dev/null 2>&1
finds e 'good  plan'

# A relay that is gone.
kill "$gone"
await sh -c "'$bin/allswell' --home '$work/a' doctor | grep -q 'BAD   relay.*is not reached'"
says a BAD relay 'is not reached'
kill "$(cat "$work/a.pid")"
await test ! -S "$work/a/control.sock"
says a BAD agent 'is NOT running'

# A clock that was put back, and a drill of long ago: the home goes a hundred days ahead, and back.
now=$(date +%s)
ahead="$(((now - 86400) * 1000)):101"
ALLSWELL_DEMO_CLOCK=$ahead says a BAD drill 'the last was'
ALLSWELL_DEMO_CLOCK=$ahead says a BAD plan 'NOBODY would hear'
ALLSWELL_DEMO_CLOCK=$ahead aw a away 1h >/dev/null 2>&1 || :
ALLSWELL_DEMO_CLOCK=$ahead aw a invite --wait=0 >/dev/null 2>&1 || :
says a BAD clock 'stands before'

# What was written is no longer what is read.
python3 - "$work/b/allswell.db" <<'PY' || fail 'not damaged'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    newest, = db.execute("SELECT max(id) FROM record WHERE id >> 55 = 114").fetchone()
    db.execute("UPDATE record SET value = x'7b' WHERE id = ?", (newest,))
PY
says b BAD store 'cannot be read whole'

# A full disk: a small one of its own, where the kernel allows that.
if unshare -Urm true 2>/dev/null; then
    # shellcheck disable=SC2016 # it is the inner shell that is to expand them
    unshare -Urm sh -c 'mount -t tmpfs -o size=8M none "$1" && chmod 700 "$1" &&
        "$2" --home "$1" init --name full >/dev/null && "$2" --home "$1" doctor --wait=0' \
        sh "$work/r" "$bin/allswell" >"$work/seen" 2>&1 || :
    grep -q '^BAD   disk .*MiB.*delete' "$work/seen" || fail "disk: $(cat "$work/seen")"
else
    echo 'no user namespaces: a full disk is not tried'
fi
finish
