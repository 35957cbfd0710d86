#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: whatever is given wrongly gets one line with the remedy and the documented exit code, and
# changes nothing.
# Method: each mistake once, against homes in a scratch folder and a real relay.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
feed() { input=$1; shift; printf '%s\n' "$input" | "$@"; }

# The command line.
expect 2 'no command given' "$bin/allswell"
expect 2 "unknown command 'chekin'" "$bin/allswell" chekin
expect 2 "'plan' needs one of: show, set, zone, check" "$bin/allswell" plan
expect 2 "waiting: see 'allswell plan --help'" "$bin/allswell" plan
expect 2 "'plan' needs one of" "$bin/allswell" plan --hel
expect 2 "'plan' needs one of" "$bin/allswell" plan help
expect 2 "unknown option '--secret=x'" "$bin/allswell" checkin --secret=x
expect 2 "option '--note' needs a value" "$bin/allswell" checkin --note
expect 2 "takes no value" "$bin/allswell" invite --qr=yes
expect 2 '--home is empty' "$bin/allswell" --home= status
expect 2 '--home is empty' "$bin/allswell-relay" --home '' status
expect 2 'of plain text' "$bin/allswell" --home="$work/none" init --name "$(printf 'a\033b')"
expect 2 'one word too many' "$bin/allswell" join allswell:xyz
expect 2 'needs PERSON' "$bin/allswell" claim
expect 2 'no number from 0 to 3600' "$bin/allswell" status --wait soon
for count in 0 501 -1 ten ''; do
    expect 2 'no number from 1 to 500' "$bin/allswell" log --lines="$count"
    expect 2 'no number from 1 to 500' "$bin/allswell" notify log --lines="$count"
done

# Homes.
expect 5 "no home at $work/nobody" aw nobody status
expect 2 'give --name' aw a init
expect 2 'give --name' aw a init --name ''
expect 2 'give --name' aw a init --name "$(printf 'x\033[31m')"
expect 2 'give --name' aw a init --name 'a name that is longer than thirty-two bytes'
expect 0 'A home for first' aw a init --name first
expect 3 'a home at' aw a init --name first
chmod 755 "$work/a"
expect 4 'others can read' aw a status
chmod 700 "$work/a"
: >"$work/file"
expect 2 'is not a directory' "$bin/allswell" --home "$work/file" status
expect 4 'cannot make the directory' "$bin/allswell" --home "$work/file/in" init --name x
expect 2 'more than 90 characters' "$bin/allswell" --home "/$(printf '%0100d' 0)" status
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 500 "$work/closed"
    expect 4 'cannot use' "$bin/allswell" --home "$work/closed" status
fi

# The environment: a time zone that there is not stops nobody, but is told in one line.
warned() { # <what it says> <command>...
    want=$1
    shift
    expect 0 '' "$@"
    [ "$(grep -c "^allswell[a-z-]*: .*$want.*: set TZ to Area/City" "$work/got.err")" -eq 1 ] ||
        fail "$*: not '$want' in: $(cat "$work/got.err")"
}
TZ=Mars/Base warned "'Mars/Base', so times are in UTC" aw a status
TZ=Mars/Base warned "'Mars/Base', so times are in UTC" aw a status --json
TZ=$(printf 'a\033[31m') warned "'a?\[31m'" aw a status
TZ=Europe/London TZDIR=$work/none warned "in the folder of TZDIR" aw a status
for tz in '' UTC CET-1CEST :EST5EDT; do
    TZ=$tz expect 0 '' aw a status
    [ ! -s "$work/got.err" ] || fail "TZ=$tz: $(cat "$work/got.err")"
done

# Relays: address and token.
start_relay r
line=$(cat "$work/r.line")
t=$(token r first)
TZ=Mars/Base warned "'Mars/Base'" "$bin/allswell-relay" --home "$work/r" status
expect 2 'has no port' aw a relay add example.org </dev/null
expect 2 'has no key' aw a relay add example.org:7440 </dev/null
expect 2 'not 43 characters' aw a relay add "${line%?}" </dev/null
expect 2 'does not exist' aw a relay add "host:70000/${line#*/}" </dev/null
expect 2 'names no host' aw a relay add "ho st:7440/${line#*/}" </dev/null
expect 2 'is empty' aw a relay add "$line" </dev/null
expect 2 'the access token is not' feed wrong aw a relay add "$line"
expect 2 'is not open' aw a relay add --token-fd 9 "$line"
expect 2 'no file descriptor' aw a relay add --token-fd nine "$line"
expect 5 'is not used here' aw a relay remove "$line"
expect 5 'is not used here' aw a relay remove --yes "$line"
expect 3 'no relay yet' aw a invite

# What a relay takes at most.
for quota in 0 100001 -1 many ''; do
    expect 2 'no number from 1 to 100000' "$bin/allswell-relay" --home "$work/r" \
        token new --quota="$quota" large
done
expect 0 '' "$bin/allswell-relay" --home "$work/r" token new --quota 100000 large
wakes=$(seq -f '--wake=n%g=true' 16)
# shellcheck disable=SC2086 # words
start_relay most $wakes
# shellcheck disable=SC2086 # words
expect 2 'more than 16 wake commands' "$bin/allswell-relay" --home "$work/more" run $wakes \
    --wake=last=true

# A token that the relay does not know; then a revoked one; then a good one.
expect 0 "Next: 'allswell --home=$work/a run'" \
    feed "$(printf '%043d' 0 | tr 0 A)" aw a relay add "$line"
expect 1 'refuses the access token' aw a invite
"$bin/allswell-relay" --home "$work/r" token revoke --yes first >/dev/null
expect 0 'Relay 1' feed "$t" aw a relay add "$line"
expect 1 'refuses the access token' aw a invite
t=$(token r again)
expect 0 'Relay 1' feed "$t" aw a relay add "$line"
expect 2 'cannot be taken back, and nobody at a terminal agrees: give --yes' \
    aw a relay remove "$line" </dev/null
expect 2 'give --yes' feed remove aw a relay remove "$line"
expect 0 "$line" aw a relay list
expect 0 'do without' aw a relay remove --yes "$line"
expect 0 'No relays yet' aw a relay list
expect 0 'Relay 1' feed "$t" aw a relay add "$line"
expect 2 'no span from 1m to 31d' aw a invite --valid 10s
expect 2 'no span from 1m to 31d' aw a invite --valid tomorrow
aw a invite --valid 1m >"$work/uri" 2>/dev/null
uri=$(cat "$work/uri")

# Invites: wrong, cut off, expired, answered twice.
person b r
person c r
expect 2 'no invite' feed 'https://example.org' aw b join
expect 2 'no invite' feed "${uri%??????}" aw b join
expect 2 'no invite' feed "$(echo "$uri" | sed 's/^\(.\{39\}\)x/\1y/; t; s/./x/40')" aw b join
expect 2 'is longer than' feed "$uri$(printf '%01000d' 0)" aw b join
expect 2 'is empty' feed '' aw b join
expect 0 'is answered' feed "$uri" aw b join
aw a people >/dev/null
expect 0 'is answered' feed "$uri" aw c join
aw a log >"$work/log"
grep -q 'somebody else holds the invite' "$work/log" ||
    fail "a second answer is not reported: $(cat "$work/log")"
expect 3 'not paired yet' aw c verify w1 --words 'a b c d e f'
await sh -c "! '$bin/allswell' --home '$work/b' join --wait 0 <'$work/uri' 2>&1 | grep -q nothing"
old="$(($(date +%s) - 1))000:60"
expect 1 'expired' env ALLSWELL_DEMO_CLOCK="$((${old%%000:60} - 100))000:10" sh -c \
    "'$bin/allswell' --home '$work/c' join <'$work/uri'"
expect 2 'ALLSWELL_DEMO_CLOCK' env ALLSWELL_DEMO_CLOCK=fast "$bin/allswell" --home "$work/c" status

# People, words, plans and secrets.
expect 5 'nobody here is called' aw a verify nobody
expect 5 'nobody here is called' aw a refuse nobody
expect 3 'nothing waits there' aw a refuse --yes b
expect 1 ' forget ' aw a verify b --words 'zoo zoo zoo zoo zoo zoo'
expect 5 'nobody here is called' aw a claim b
expect 3 'no plan has come' aw b place w1
expect 3 'nothing to act on' aw b claim w1
expect 3 'nothing to confirm' aw b confirm --yes w1
expect 3 'nothing is the matter' aw b decline w1
expect 3 'nothing is the matter' aw b unreachable w1
expect 3 'nothing is the matter' aw b note w1 hello
expect 3 'nothing to hand over' aw b handover w1 c
expect 3 'does not let you ask' aw b ask w1
expect 3 'no drill waits' aw b answer w1
expect 3 'never compared here' aw b compared --yes w1
for command in decline unreachable ask answer compared leave; do
    expect 5 'nobody here is called' aw b $command somebody
    expect 2 'needs PERSON' aw b $command
done
expect 2 'needs PERSON TO' aw b handover w1
expect 2 'needs PERSON TEXT' aw b note w1
expect 2 'no span' aw b away
expect 2 'no span' aw b away 8h --off
expect 2 'no span from 1s to 31d' aw b away tomorrow
expect 2 'no span from 1s to 31d' aw b away 0m
expect 2 'no span from 1s to 31d' aw b away 32d
expect 2 'no times' aw b rota
expect 2 'no times' aw b rota --off '23:00-07:00'
expect 2 "write '23:00-07:00'" aw b rota '23:00'
expect 2 'a time of day' aw b rota '23:00-25:00'
expect 2 'days are mon' aw b rota '23:00-07:00 sunday'
expect 2 'one word too many' aw b rota 01:00-02:00 02:00-03:00 03:00-04:00 04:00-05:00 05:00-06:00
expect 3 'nobody is paired yet' aw a away 8h
expect 3 'nobody is paired yet' aw a always-on
expect 3 'there is no plan yet' aw a plan show
expect 3 'there is no plan yet' aw a plan zone UTC
expect 2 'needs NAME' aw a plan zone
expect 2 'one word too many' aw a plan zone Europe London
expect 2 'not UTF-8' aw a plan zone "$(printf '\377')"
expect 5 'cannot read' aw a plan check "$work/no-such-file"
for command in backup restore 'plan set' 'plan check' 'card set' 'remove x'; do
    # shellcheck disable=SC2086 # they are words
    expect 2 'FILE is empty' aw a $command ''
done
for command in backup restore; do
    expect 2 'FILE is empty' "$bin/allswell-relay" --home "$work/r" $command ''
done
printf 'checkin = every 1h\n' >"$work/plan"
expect 3 'no secrets were chosen' feed x aw a plan set "$work/plan"
expect 2 'both secrets are the same' sh -c \
    "printf 'x\nx\nb\n' | '$bin/allswell' --home '$work/a' plan set --secrets '$work/plan'"
expect 5 'nobody here is called' sh -c \
    "printf 'x\ny\nz\n' | '$bin/allswell' --home '$work/a' plan set --secrets '$work/plan'"
expect 2 'the circle is empty' sh -c \
    "printf 'x\ny\n' | '$bin/allswell' --home '$work/a' plan set --secrets '$work/plan'"
expect 2 'the secret is empty' feed '' aw a checkin
expect 2 'is no place' feed x aw a checkin --place here
expect 2 'is no place' feed x aw a checkin --place 91,0
expect 2 'is no place' feed x aw a checkin --place 1,2,3,4
expect 2 'is longer than 56 bytes' feed x aw a checkin --note "$(printf '%057d' 0)"
expect 2 'no number from 0 to 100' feed x aw a checkin --battery full
expect 3 'no alarm is active' feed x aw a cancel
expect 3 'nobody watches over you' feed x aw c checkin
expect 3 'nobody watches over you' aw c sos

# Beside the schedule: spans, kinds, and what there is to end or to stop.
expect 2 "'timer' needs one of: start, extend, end" aw a timer
expect 2 "'card' needs one of" aw a card
for command in 'timer start' journey; do
    # shellcheck disable=SC2086 # words
    expect 2 'needs SPAN' aw a $command
    for span in tomorrow 45 32d -5m ''; do
        # shellcheck disable=SC2086 # words
        expect 2 'no span here' aw a $command -- "$span"
    done
    for span in soon 3h -1m; do
        # shellcheck disable=SC2086 # words
        expect 2 'no span here' aw a $command 45m --extend="$span"
    done
    # shellcheck disable=SC2086 # words
    expect 2 'a span from 1s to 31d' aw a $command 0m
    # shellcheck disable=SC2086 # words
    expect 3 'no plan is in force' aw c $command 45m
done
expect 2 'is no place' aw a timer start 45m --place here
expect 3 'no timer runs that can be extended' aw a timer extend
expect 3 'there is nothing to end' feed x aw a timer end
expect 2 'the secret is empty' feed '' aw a timer end
expect 3 'nothing is about to go out' aw a stop
expect 2 'needs KIND' aw a signal
expect 2 'no such signal' aw a signal tired
expect 2 'is no place' aw a drill --place here
expect 2 'no place: write --place' aw a here
expect 2 'no place: write --place' aw a here --battery 50
expect 2 'is no place' aw a here --place here
expect 2 'is no place' aw a here --place 90.1,0
expect 2 'is no place' aw a here --place 0,180.1
expect 2 'is no place' aw a here --place 1,2,1000001
expect 2 'the note is longer than 56' aw a here --place 1,2 --note "$(printf '%057d' 0)"
expect 2 'one word too many' aw a here 51.4779,-0.0015
expect 2 'is longer than 56 bytes' aw a drill --note "$(printf '%057d' 0)"
expect 3 'no drill now' aw c drill
expect 3 'nobody watches over you' aw c sos --countdown 30
for seconds in 31 -1 soon ''; do
    expect 2 'no number from 0 to 30' aw a sos --countdown="$seconds"
done
expect 2 'its kind is sos, fell or crashed' aw a sos --kind burnt
[ "$(aw a status --json | field me.alarm)" = 0 ] || fail 'a mistake made an alarm'
[ "$(aw a status --json | field me.timer)" = null ] || fail 'a mistake made a timer'

# Coverage, the card, removal.
expect 3 'no plan is in force' aw a coverage
expect 2 'needs FILE' aw a card set
expect 5 'cannot read' feed x aw a card set "$work/no-such-file"
printf 'avoid = Do not call\n' >"$work/card"
expect 3 'no plan is in force' feed x aw a card set "$work/card"
expect 2 'needs PERSON' aw a remove
printf 'x\ny\nz\nb\n' >"$work/secrets"
expect 5 'nobody here is called' aw a remove --secret-fd 3 nobody 3<"$work/secrets"
expect 3 'not in the plan in force' aw a remove --yes --secret-fd 3 b 3<"$work/secrets"
expect 5 'cannot read' aw a remove --secret-fd 3 b "$work/no-such-file" 3<"$work/secrets"

# What cannot be taken back is never done for what happens to be in a pipe.
for command in confirm compared leave refuse; do
    expect 2 "'$command' cannot be taken back" feed yes aw b $command w1
done
expect 2 "'remove' cannot be taken back" aw a remove --secret-fd 3 b 3<"$work/secrets"

# Forgetting.
expect 5 'nobody here is called' aw a forget nobody
aw a invite >/dev/null 2>&1
last=$(aw a people --json | field contacts.-1.id)
expect 2 'give --yes' feed forget aw a forget "$last"
expect 0 "Number $last is forgotten" aw a forget --yes "$last"
expect 5 'nobody here is called' aw a forget --yes "$last"

# A damaged database is refused with its path, and stays as it is.
dd if=/dev/urandom of="$work/c/allswell.db" bs=512 count=2 conv=notrunc 2>/dev/null
before=$(cksum <"$work/c/allswell.db")
expect 4 "$work/c/allswell.db" aw c status
[ "$before" = "$(cksum <"$work/c/allswell.db")" ] || fail 'the damaged database was changed'
finish
