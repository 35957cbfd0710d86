#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: what a contact says beside claim and confirm, with the commands of the man page; what is
# shown fits a terminal of 80 columns, and is valid JSON when it is asked for.
# Method: one person with two contacts; questions and absences in calm, then an SOS; at last the
# relay ends, and time goes on.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"
value() { aw "$1" status --json | field "watched.0.$2"; }
is() { # <home> <path> <value>
    [ "$(value "$1" "$2")" = "$3" ] || fail "$1: $2 is $(value "$1" "$2"), not $3"
}

start_relay r
circle her r friend sister
expect 0 'is not watched yet' aw friend why her
expect 0 'because no plan and no check-in has arrived' aw friend why her
expect 0 'Nobody expects a check-in of you' aw her why
cat >"$work/plan" <<'PLAN'
checkin = every 8h
person = friend group 1 asks
person = sister group 2
level = 0m group 1: Ring the bell, then ask the neighbours on the second floor who has a key.
level = 9m group 2: Go there.
level = 18m everybody: Call the police.
PLAN
printf 'good\nbad\nfriend\n' >"$work/secrets"
expect 0 'in force' aw her plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
echo good >"$work/secret"
expect 0 'Check-in number' aw her checkin <"$work/secret"
for name in friend sister; do is $name state fine; done

# A question, and its answer.
expect 3 'does not let you ask, which takes' aw sister ask her
is sister may_ask false
is friend may_ask true
expect 0 'The question is on its way to her' aw friend ask her
is friend triggers.ask sent
expect 3 'a question of yours is open' aw friend ask her
aw her status >/dev/null
expect 0 'asks whether all is well' aw her log
expect 0 'Check-in number' aw her checkin <"$work/secret"
is friend triggers.ask answered

# A drill, and its answer.
expect 0 'Drill number' aw her drill
expect 0 "a DRILL of" aw friend status
expect 0 'you answered the drill of her' aw friend answer her
is friend triggers.drill_answered true
expect 3 'no drill waits' aw friend answer her
is friend incident null

# Absences, for everybody whom one watches.
expect 0 'you are away until' aw friend away 8h
[ "$(value friend own.away_until)" -gt "$(date +%s)" ] || fail 'not away'
expect 0 'her' aw friend away --off
is friend own.away_until null
expect 0 '23:00-07:00 mon fri' aw friend rota '23:00-07:00 mon fri' '12:00-13:00'
is friend own.rota.1.from 720
expect 0 'her' aw friend rota --off
is friend own.rota.0 null
expect 0 'never sleeps' aw friend always-on
is friend own.always_on true
expect 0 'her' aw friend always-on --off
expect 0 'until you are removed' aw sister leave --yes her
is sister own.leaves true
expect 0 'withdraws, and is not counted on' aw her status
expect 1 'sister: does NOT count' aw her coverage
expect 1 "plan set' a plan without this person" aw her coverage
expect 1 'No drill was answered there' aw her coverage
expect 0 'Noted: you stay' aw sister leave her --undo
is sister own.leaves false
expect 0 'compared the words with her again' aw friend compared --yes her

# A plan that no secret shows to be hers: he reads what it changes before he accepts it, and
# accepts only what he has read.
expect 3 'no plan waits' aw friend plan waiting her
expect 3 'accepts the plan that waits, too' aw friend compared --yes her --plan 2
sed 's/every 8h/every 9h/; s/Go there/Do nothing/' "$work/plan" >"$work/looser"
echo wrong >"$work/wrong"
expect 0 'in force' aw her plan set "$work/looser" <"$work/wrong"
plan_waits() { [ "$(value friend pending.version)" = 2 ]; }
await plan_waits
expect 0 "plan waiting w1'" aw friend status
expect 0 'No secret shows that it is hers' aw friend plan waiting her
expect 0 '- checkin = every 8h - level = 9m group 2: Go there. + checkin = every 9h' \
    aw friend plan waiting her
expect 0 'group 2: Do nothing.' aw friend plan waiting her
fits plan waiting
aw friend plan waiting her --json | field unjudged | grep -qx true || fail 'not unjudged'
expect 3 'accepts the plan that waits, too' aw friend compared --yes her
expect 3 'accepts the plan that waits, too' aw friend compared --yes her --plan 1
expect 2 'no number' aw friend compared --yes her --plan 0
expect 0 'compared the words with her again' aw friend compared --yes her --plan 2
expect 3 'nothing is the matter' aw friend note her 'not yet'

# An SOS: one acts, one hands over.
expect 0 'Call for help' aw her sos
expect 0 'A call for help since' aw friend status
expect 0 'is in an alarm' aw friend why her
expect 0 'because you called for help' aw her why
expect 0 'on the second floor who has a key' aw friend status
expect 0 'with contact 2, sister: ' aw friend status
expect 0 'you are acting' aw friend claim her
expect 0 'is in need, and you are acting' aw friend why her
expect 0 'is acting for you' aw her status
expect 0 'you cannot act for her' aw friend decline her
expect 0 'you told the others: "police called"' aw friend note her 'police called'
expect 2 'up to 24 bytes' aw friend note her 'a comment that is far too long'
expect 2 '--on-event names no command' aw friend run --on-event=
expect 0 'Noted.' aw friend note her ''
is friend own.note ''
expect 5 'no other contact' aw friend handover her nobody
expect 5 'no other contact' aw friend handover her friend
expect 0 'you handed over to contact 2' aw friend handover her Sister
is friend own.hand_to 2
expect 0 'you handed over' aw friend handover her 2
expect 0 'you cannot reach her' aw friend unreachable her
is friend own.unreachable true
is friend others.0.name sister
is friend council.quorum 2
expect 0 'said here: I cannot reach the person' aw friend log

for command in status log why people 'away 1h' 'note her x'; do
    # shellcheck disable=SC2086 # words
    [ "$(aw friend $command --json | field ok)" = true ] || fail "$command: not a good JSON answer"
done

# A relay whose clock runs wild lets go of switches too early: it is named.
relay=$relay_pid
export ALLSWELL_DEMO_CLOCK="$(date +%s)000:6000"
start_relay wild
unset ALLSWELL_DEMO_CLOCK
person subject wild
person advocate wild
aw subject invite 2>/dev/null | aw advocate join >/dev/null
aw subject people >/dev/null
expect 0 'in force' sh -c "printf 'checkin = every 8h\nlevel = 0m everybody\n' >'$work/plan'
    printf 'good\nbad\nadvocate\n' |
        '$bin/allswell' --home '$work/subject' plan set --secrets '$work/plan'"
aw advocate status >/dev/null
expect 0 'Check-in number' aw subject checkin <"$work/secret"
await sh -c "'$bin/allswell' --home '$work/advocate' status | grep -q 'said too early'"
is advocate relay_faults.0.early true
is advocate relay_faults.0.address "$(sed 's,/.*,,' "$work/wild.line")"
expect 0 'does not keep to what it was given' aw advocate log

# The relay is down, and her check-in does not come: nobody can tell. No line is too wide.
kill -TERM "$relay"
wait "$relay" || :
export ALLSWELL_DEMO_CLOCK="$(($(date +%s) - 2400))000:11" # 6h40m on
expect 0 'CANNOT TELL since' aw sister status --wait 0
expect 0 'cannot tell whether' aw sister why --wait 0
for name in friend sister; do
    for command in status 'why her'; do
        # shellcheck disable=SC2086 # words
        expect 0 '' aw $name $command --wait 0
        fits "$name $command"
    done
done
finish
