# SPDX-License-Identifier: ISC
# The third play: the days between alarms, and what is tried on them.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

everybody="contact-one contact-two contact-three"

echo "A circle of four on other days: a plan that is looked through, a plan that is forced, phones"
echo "that sleep, an evening off, and what a relay sees of all that."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

relay_says() { # <figure>
  "$bin/allswell-relay" --home "$work/relay-one" status --json | field "$1"
}

chapter "Two relays. Each may wake a phone that sleeps: its push is a line in a file here."
for name in one two; do relay "$name" --wake "push=echo \"\$ALLSWELL_LABEL\" >>'$work/woken'"; done
settle --wake push
pair contact-one 1
pair contact-two 2
pair contact-three 3

chapter "A plan. Before it holds for anybody, its author looks what it comes to in a year."
cat >"$work/year" <<PLAN
checkin = daily 09:00 mon-fri
zone = Europe/London
level = 0m group 1 shares: Ring the bell.
level = 20m everybody shares: Go there.
operator = $(cat "$work/relay-one.out") contact-one
operator = $(cat "$work/relay-two.out") contact-two
PLAN
worst() { sed '/^On average/,/^Next due/d; /^  *[A-Z]/d; /^note/,$d' "$work/said" | quote; }
code=0
aw subject plan check "$work/year" >"$work/said" || code=$?
[ $code -eq 1 ] || die "a plan with a hole is told as such"
worst
echo 'checkin = daily 21:00' >>"$work/year"
sed -i 's/ mon-fri//' "$work/year"
aw subject plan check "$work/year" >"$work/said" || die "the plan has no hole left"
say "With a second time of day, on each day, there is none; the worst is the night on which"
say "clocks change:"
worst
sed 's/group 1/group 8/' "$work/year" >"$work/bad"
aw subject plan check "$work/bad" >/dev/null && die "a level for nobody is refused"
say "A level that would ring nobody is not taken at all:"
tail -n 1 "$work/subject.err" | quote

chapter "Today's plan. Contact two may learn a place to a kilometre, the others exactly."
plan() { # <check-in> <grace> <more>
  cat <<PLAN
checkin = every $1
beat = 5m
beat-grace = 2h
grace = $2
warning = 0m loud
level = 0m group 1: Ring the bell.
level = 40m group 2 shares: Go there.
level = 80m everybody shares: Call the police.
person = contact-one group 1
person = contact-two group 2 place coarse
person = contact-three group 2
threshold = 2
quorum = 2
witness = 30s
ceiling = 1h
loosen = 10m
setup = no
operator = $(cat "$work/relay-one.out") contact-one
operator = $(cat "$work/relay-two.out") contact-two
ring = 1m
claim = 8m
$3
PLAN
}
plan 20m 4m '' >"$work/plan"
typed 'the safe one\nthe other one\ncontact-one,contact-two,contact-three' \
  plan set --secrets "$work/plan"
at_all "has the plan" watched.0.plan_version 1
for role in $everybody; do
  await "$role knows the others" is "$role" watched.0.others.1.counts true
done
checkin 'the safe one'
arrives $everybody
say "In force at all three. With 'setup = no' nothing that weakens it holds at once any more."

chapter "On the way. A journey has a time of its own, and the phone tells what it feels."
aw subject journey --json 25m --note 'the night bus' >"$work/answer" || die "a journey starts"
at_all "sees the journey" watched.0.triggers.timer journey
aw subject signal battery-low --battery 4 --json >"$work/answer" || die "the battery is low"
at_all "hears of the battery" watched.0.triggers.signal battery-low
typed 'the safe one' timer end
at_all "sees the arrival" watched.0.triggers.timer none
checkin 'the safe one' --place 51.4779,-0.0015,20
arrives $everybody
at_all "is calm" watched.0.state fine
say "The subject arrives, and says so. That the battery is low moved no deadline and rang nobody:"
say "should silence follow, contacts know a reason."

chapter "The phone is taken. Who holds it wants time: a plan with a check-in each 12 hours."
plan 12h 4m '' >"$work/weak"
typed 'a guess' plan set "$work/weak"
for role in $everybody; do
  await "$role holds the plan back" is "$role" watched.0.pending.unjudged true
  is "$role" watched.0.plan_version 1 || die "$role goes by the plan before"
done
say "The phone took it: no secret is wrong there. Contacts found the secret wrong, and hold the"
say "plan back. Contact two is told, and reads what it would change:"
aw contact-two plan waiting w1 | quote
say "Another program on the phone would get no further: contacts compare the plans themselves."

chapter "Night. Contact one is not to be rung; the phones of all contacts sleep; hers is smashed."
aw contact-one away 8h --json >"$work/answer" || die "contact one is away"
knows_away() { [ "$(aw "$1" status --json | field watched.0.others.0.away_until)" != null ]; }
for role in contact-two contact-three; do
  await "$role knows that contact one is away" knows_away "$role"
done
finish $everybody
kill -9 "$(cat "$work/subject.pid")"
[ "$(relay_says armed)" -eq 3 ] || die "a switch is armed for each contact"
say "No program of this circle runs any more, but two relays. With each cell the phone left"
say "another one there, for the time after the next deadline. Relay one says:"
"$bin/allswell-relay" --home "$work/relay-one" status | grep 'switch' | quote
: >"$work/woken"
ran_out() { [ "$(relay_says fired)" -ge "$1" ]; }
await "the time of each switch runs out" ran_out $(($(relay_says fired) + 3))
for role in $everybody; do
  await "a relay wakes the phone of $role" grep -q "$role" "$work/woken"
  agent "$role"
done
for role in contact-two contact-three; do
  await "$role is rung" rang "$role" 2
done
rang contact-one && die "contact one has the evening off"
since=$(aw contact-two status --json | field watched.0.incident.began_at)
[ $(($(aw contact-two status --json | field now) - since)) -lt 2400 ] || die "level 2 is early"
say "Their time ran out, and the relays woke all three phones. Contacts two and three are rung,"
say "by the plan before, and at once: level 1 is contact one alone, who is away, so it is over"
say "as it begins. On the phone of contact one, which rings when everybody's does:"
aw contact-one status | head -n 3 | quote

chapter "Who goes? They say so with a word each, and each of them sees it."
says() { # <role> <words> <command>: what another contact said is shown there
  aw "$1" status | tr -s '\n ' ' ' | grep -qF "$2"
}
aw contact-two claim w1 --json >"$work/answer" || die "contact two claims"
aw contact-two note w1 'no bus tonight' --json >"$work/answer" || die "contact two comments"
aw contact-two handover w1 contact-three --json >"$work/answer" || die "contact two hands over"
await "contact three hears who hands over" says contact-three 'hands over to number 3'
await "contact three reads the comment" says contact-three '"no bus tonight"'
aw contact-three claim w1 --json >"$work/answer" || die "contact three claims"
aw contact-two decline w1 --json >"$work/answer" || die "contact two declines"
await "contact two sees who acts" says contact-two 'is ACTING'
await "contact three has the place" aw contact-three place w1 >"$work/place"
await "contact two has a place" aw contact-two place w1 >"$work/coarse"
say "Contact two acts, has no bus and hands over; contact three acts. The place is open to both,"
say "as exactly as the plan lets each of them know it; first contact two, then contact three:"
grep -h '^ *geo' "$work/coarse" "$work/place" | quote
agent subject
close_up contact-two contact-three
say "The phone is found, and starts: what it had stored is whole. A check-in, two words: closed."

chapter "The plan is changed by who may: what is tighter holds at once, what is weaker waits."
plan 20m 3m '' >"$work/plan"
typed 'the safe one' plan set "$work/plan"
at_all "has the tighter plan" watched.0.plan_version 3
at_all "has dropped the forced one" watched.0.pending null
say "A minute less of grace: in force at all three, at once. What was forced on the phone is gone."
plan 30m 3m 'cadence = 30s
sos = in-slot' >"$work/plan"
typed 'the safe one' plan set "$work/plan"
waits() { # told of version 4, and by version 3
  aw "$1" status --json >"$work/now"
  [ "$(field watched.0.pending.version <"$work/now")" = 4 ] &&
    [ "$(field watched.0.plan_version <"$work/now")" = 3 ]
}
for role in $everybody; do await "$role is told, and goes by the one before" waits "$role"; done
say "A check-in each 30 minutes is announced to all of them, and waits, right secret or not."
aw contact-three plan waiting w1 | quote
at_all "has the weaker plan" watched.0.plan_version 4
say "Ten minutes later it is in force."

chapter "The plan asks for slots now: a cell each 30 seconds to each contact, whatever happens."
calm=
in_slots() { # <what happens>: shows the cells of hers in ten slots, as many as in calm
  from=$(date +%s%3N) arms=$(relay_says arms) cells=$(relay_says deposited)
  sleep 3.75
  arms=$(($(relay_says arms) - arms)) cells=$(($(relay_says deposited) - cells))
  ten=$((300000 * 100 / (($(date +%s%3N) - from) * factor))) # percent
  arms=$((arms * ten / 100)) cells=$((cells * ten / 100))
  say "$(printf '%-36s %3s cells of hers, %3s of all four' "$1" "$arms" "$cells")"
  [ -n "$calm" ] || calm=$arms
  # Without slots it would be five times as many.
  [ $arms -gt $((calm / 2)) ] || die "$1 not less than in calm"
  [ $arms -lt $((calm * 2)) ] || die "$1 not more than in calm"
}
say "What relay one is given in ten slots; each cell has the same size:"
in_slots "nothing happens:"
aw subject journey 40m --json >"$work/answer" || die "a journey starts"
aw subject signal stalled >"$work/said" || die "the journey stalls"
aw subject here --place 51.4826,-0.0077,15 --json >"$work/answer" || die "a place is noted"
in_slots "a journey that comes to a halt:"
checkin 'the other one'
in_slots "and a call that somebody forced:"
say "It is one for each of three contacts in each slot, but for slots that this machine misses."
say "On the way the phone has asked, and nobody has answered:"
quote <"$work/said"
at_all "reads of the halt" watched.0.triggers.alarm stalled
for role in contact-two contact-three; do await "$role is rung" rang "$role"; done
there() { aw contact-three place w1 | grep -q '^ *geo:51.4826'; }
await "contact three sees where the subject is now" there
say "Contacts two and three were rung, and no relay could see it. Contact three sees where to go:"
aw contact-three place w1 | sed -n 2,3p | quote
at_all "reads of the duress" watched.0.incident.do_not_call true
say "All three read, unlocked, that the call was made under duress."

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
