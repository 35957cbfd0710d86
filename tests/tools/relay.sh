#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a relay starts without configuration, its commands work while it runs and while it does
# not, trouble gets one line with the remedy, and SIGTERM ends it cleanly.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
relay() { "$bin/allswell-relay" --home "$work/r" "$@"; }

expect 5 'no home at' relay status
expect 2 'is no numeric address' relay run --listen localhost:1
expect 2 'has no port' relay run --listen 127.0.0.1
expect 2 'no number from 0 to 65535' relay run --listen 127.0.0.1:99999
expect 2 'is not NAME=COMMAND' relay run --wake phone
expect 2 'needs LABEL' relay token new
start_relay r
line=$(cat "$work/r.line")
echo "$line" | grep -q '^127\.0\.0\.1:[0-9]*/[A-Za-z0-9_-]\{43\}$' || fail "address line: $line"
[ "$(stat -c %a "$work/r" "$work/r/relay.db" | tr '\n' ' ')" = '700 600 ' ] ||
    fail 'others can read the home of the relay'

# It is confined, unless it is told not to be or runs commands; instrumented builds are not.
confined() { [ "$(sed -n 's/^Seccomp:[^0-9]*//p' "/proc/$1/status")" = 2 ]; }
if grep -q seccomp_load "$bin/allswell-relay"; then
    confined "$relay_pid" || fail 'the relay is not confined'
    r_pid=$relay_pid
    start_relay lax --no-sandbox
    ! confined "$relay_pid" || fail '--no-sandbox does nothing'
    start_relay waking --wake 'x=true'
    ! confined "$relay_pid" || fail 'the commands of a relay are confined'
    grep -q 'is not confined' "$work/waking.err" || fail 'that is not said'
    relay_pid=$r_pid
fi

# While it runs.
t=$(token r one)
echo "$t" | grep -q '^[A-Za-z0-9_-]\{43\}$' || fail "token: $t"
expect 3 "there is a token 'one' already" relay token new one
expect 0 'one' relay token list
relay token list | grep -q "$t" && fail 'a token is shown twice'
expect 5 "no token 'two'" relay token revoke two
expect 5 "no token 'two'" relay token revoke --yes two
expect 2 'cannot be taken back, and nobody at a terminal agrees: give --yes' relay token revoke one
# What happens to be in a pipe agrees to nothing.
expect 2 'give --yes' sh -c "echo revoke | '$bin/allswell-relay' --home '$work/r' token revoke one"
[ "$(relay token list --json | field tokens.0.revoked)" = false ] || fail 'revoked without a word'
expect 2 'a label has' relay token new "$(printf '%033d' 0)"
expect 2 'no number from 1' relay token new three --quota 0
expect 0 'is running since' relay status
[ "$(relay status --json | field running)" = true ] || fail 'status does not say that it runs'
[ "$(relay status --json | field disk_failing)" = false ] || fail 'the disk fails'

# A used port; a home that is in use; an address that is not ours.
port=${line#*:}
expect 4 'already in use' "$bin/allswell-relay" --home "$work/r2" run \
    --listen "127.0.0.1:${port%/*}"
expect 3 'in use by another process' relay run --listen 127.0.0.1:0
expect 4 '' "$bin/allswell-relay" --home "$work/r3" run --listen 192.0.2.1:7440

# SIGTERM drains and exits 0; the same key and tokens are there afterwards.
kill -TERM "$relay_pid"
set +e
wait "$relay_pid"
code=$?
set -e
[ $code -eq 0 ] || fail "SIGTERM: exit code $code"
[ ! -e "$work/r/control.sock" ] || fail 'the socket was left behind'
expect 3 'is NOT running' relay status
[ "$(relay status --json | field address 2>/dev/null)" = "$line" ] ||
    fail 'status forgets the address line'
expect 0 'one' relay token list
expect 0 '' relay token new two
expect 2 'give --yes' relay token revoke one </dev/null
expect 0 "creates no more" relay token revoke --yes one
expect 3 'was revoked before' relay token revoke one
expect 3 'was revoked before' relay token revoke --yes one
start_relay r
[ "$(cut -d/ -f2 "$work/r.line")" = "${line#*/}" ] || fail 'the relay has another key now'
[ "$(relay token list --json | field tokens.0.revoked)" = true ] || fail 'a revocation is lost'
kill -KILL "$relay_pid"
wait "$relay_pid" 2>/dev/null || :
expect 3 'is NOT running' relay status # a dead socket is no relay

# --public, and a wake command.
start_relay p --public relay.example.org --wake "phone=echo \$ALLSWELL_LABEL >>'$work/woken'"
grep -q '^relay\.example\.org:' "$work/p.line" || fail "--public: $(cat "$work/p.line")"
start_relay o --public '[2001:db8::1]:443'
grep -q '^\[2001:db8::1\]:443/' "$work/o.line" || fail "--public with a port: $(cat "$work/o.line")"
expect 2 'names no host' "$bin/allswell-relay" --home "$work/r4" run --listen 127.0.0.1:0 \
    --public 'no host'
expect 2 "--wake names 'phone' twice" relay run --wake phone=true --wake phone=false
"$bin/allswell-relay" --home "$work/p" token new other --wake fone 2>&1 >/dev/null |
    grep -q "without a wake command 'fone'" || fail 'a wake command that there is not'
"$bin/allswell-relay" --home "$work/p" token new reader --wake phone >"$work/token" \
    2>"$work/token.err"
! grep -q 'without a wake' "$work/token.err" || fail 'a wake command that there is'
sed "s/^relay.example.org/127.0.0.1/" "$work/p.line" >"$work/q.line"
for name in a b; do
    "$bin/allswell" --home "$work/$name" init --name $name >/dev/null
    "$bin/allswell" --home "$work/$name" relay add "$(cat "$work/q.line")" <"$work/token" >/dev/null
done
"$bin/allswell" --home "$work/a" invite 2>/dev/null |
    "$bin/allswell" --home "$work/b" join >/dev/null
await grep -qx reader "$work/woken"

# A damaged database is refused with its path, and stays as it is.
dd if=/dev/urandom of="$work/r/relay.db" bs=512 count=2 conv=notrunc 2>/dev/null
before=$(cksum <"$work/r/relay.db")
expect 4 "$work/r/relay.db" relay run --listen 127.0.0.1:0
expect 4 "$work/r/relay.db" relay status
[ "$before" = "$(cksum <"$work/r/relay.db")" ] || fail 'the damaged database was changed'
finish
