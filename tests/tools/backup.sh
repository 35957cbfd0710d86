#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a home comes back from its backup as it was, made with and without an agent; a file that
# is damaged, cut or foreign and a wrong passphrase leave nothing behind.
# Method: a pair with a plan; each damage in turn, and whether there is a home afterwards.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
restore() { # <home> <file> <passphrase>
    printf '%s\n' "$3" >"$work/pass"
    "$bin/allswell" --home "$work/$1" restore --yes --secret-fd 3 "$2" 3<"$work/pass"
}
none() { [ ! -e "$work/$1" ] || fail "$1: half a home is left: $(ls -A "$work/$1")"; }

start_relay r
circle a r b
echo 'right horse' >"$work/pass"

# Without an agent, then with one: what people says is the same afterwards.
expect 0 'The backup is in' aw a backup "$work/a.backup" <"$work/pass"
[ "$(stat -c %a "$work/a.backup")" = 600 ] || fail 'others can read the backup'
grep -qa 'SQLite' "$work/a.backup" && fail 'the image is not sealed'
[ ! -e "$work/a/backup.sealed" ] || fail 'a copy was left in the home'
expect 3 'already' aw a backup "$work/a.backup" <"$work/pass"
expect 4 'cannot write' aw a backup "$work/none/a.backup" <"$work/pass"
[ ! -e "$work/a/backup.sealed" ] || fail 'a copy was left in the home'
"$bin/allswell" --home "$work/a" run >"$work/agent" 2>&1 &
agent=$!
pids="$pids $agent"
await grep -q running "$work/agent"
expect 0 '"ok": true' aw a backup --json --secret-fd 3 "$work/b.backup" 3<"$work/pass"
[ ! -e "$work/a/backup.sealed" ] || fail 'the agent left a copy in the home'
expect 0 'a backup of this home was made' aw a log
kill "$agent"
wait "$agent" || :

# No room: for the file, with the agent, and for what is sealed in the home, without it.
full() { # <command>...: files cannot grow over four kilobytes
    sh -c 'trap "" XFSZ; ulimit -f 8; exec "$@"' sh "$@"
}
"$bin/allswell" --home "$work/a" run >"$work/agent" 2>&1 &
agent=$!
pids="$pids $agent"
await test -S "$work/a/control.sock"
expect 4 'cannot write' full "$bin/allswell" --home "$work/a" backup "$work/f.backup" <"$work/pass"
kill "$agent"
wait "$agent" || :
expect 4 'check permissions and disk' full "$bin/allswell" --home "$work/a" \
    backup "$work/f.backup" <"$work/pass"
for left in "$work/f.backup" "$work/f.backup.part" "$work/a/backup.sealed"; do
    [ ! -e "$left" ] || fail "a part of a backup was left: $left"
done
expect 4 'cannot write' full "$bin/allswell" --home "$work/none" restore --yes "$work/a.backup" \
    <"$work/pass"
none none
expect 0 '' aw a status

# What cannot be restored, and leaves nothing.
len=$(stat -c %s "$work/a.backup")
for cut in 0 7 51 52 $((len - 1)); do
    head -c "$cut" "$work/a.backup" >"$work/cut"
    expect 2 'part of one' restore none "$work/cut" 'right horse'
done
{ cat "$work/a.backup"; echo; } >"$work/long"
expect 2 'part of one' restore none "$work/long" 'right horse'
for at in 11 12 36 $((len / 2)) $((len - 1)); do # strength, salt, image, tag
    cp "$work/a.backup" "$work/bad"
    old=$(od -An -tu1 -j "$at" -N 1 "$work/bad" | tr -d ' ')
    # shellcheck disable=SC2059 # the byte is the format
    printf "\\$(printf %03o $((old ^ 16)))" |
        dd of="$work/bad" bs=1 seek="$at" conv=notrunc 2>/dev/null
    [ "$at" -eq 11 ] && expect 4 'newer version' restore none "$work/bad" 'right horse'
    [ "$at" -eq 11 ] || expect 1 'the file was changed' restore none "$work/bad" 'right horse'
done
echo 'a horse' >"$work/short"
expect 2 'could be guessed' aw a backup "$work/short.backup" <"$work/short"
[ ! -e "$work/short.backup" ] || fail 'a backup under a short passphrase'
expect 1 'passphrase is wrong' restore none "$work/a.backup" 'wrong horse'
expect 2 'is empty' restore none "$work/a.backup" ''
expect 5 'cannot read' restore none "$work/no-such-file" 'right horse'
expect 2 'part of one' restore none "$work/a/allswell.db" 'right horse'
expect 2 'part of one' restore none "$work" 'right horse'
none none
expect 3 'not empty' restore b "$work/a.backup" 'right horse'
expect 2 'give --yes' aw none restore "$work/a.backup" <"$work/pass"
none none

# And what can.
for file in a b; do
    expect 0 'compare words with everybody again' restore "again$file" "$work/$file.backup" \
        'right horse'
    grep -q '^The device that the backup is from must rest from now on: ' "$work/got.out" ||
        fail "restore does not say that the old device must rest: $(cat "$work/got.out")"
    expect 0 'this home was restored' aw "again$file" log
    [ "$(aw "again$file" people --json | field contacts.0.name)" = b ] || fail 'no contact'
    [ "$(aw "again$file" people --json | field contacts.0.phase)" = verified ] || fail 'phase'
    [ "$(stat -c %a "$work/again$file")" = 700 ] || fail 'others can enter the home'
done
finish
