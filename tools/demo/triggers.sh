# SPDX-License-Identifier: ISC
# The fifth play: what a device says beside the schedule of its plan.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

everybody="contact-one contact-two contact-three"
relays=one
pace 8 # slow enough for a human to stop a countdown

echo "A circle of four, and what is said beside the schedule: in another time zone, on days off,"
echo "after a fall, without a network, by who guesses a secret, on an evening that takes longer,"
echo "and by a phone that nobody touches."
echo "Real processes, real sockets, real databases; time runs $factor times as fast, later 120."

forget_rings() { for role in $everybody; do : >"$work/$role.hook"; done; }
refused() { # <exit code> <command of the subject>...: says why
  wanted=$1 code=0
  shift
  aw subject "$@" >/dev/null || code=$?
  [ $code -eq "$wanted" ] || die "it is refused: $*"
  tail -n 1 "$work/subject.err" | quote
}

chapter "One relay for all of them; contact one runs it. A plan, and a card for a bad day."
relay one
settle
pair contact-one 1
pair contact-two 2
pair contact-three 3
began=$(now)
clock=$(date -u -d "@$((began + 28800))" +%H:%M) # eight hours from now
due=$(((began + 28800) / 60 * 60))
plan() { # <more>
  cat <<PLAN
checkin = daily $clock
beat = 2m
beat-grace = 2h
grace = 4m
warning = 0m loud
level = 0m group 1: Ring the bell.
level = 10m group 2 shares: Go there.
level = 20m everybody shares: Call the police.
person = contact-one group 1
person = contact-two group 2
person = contact-three group 2
threshold = 2
quorum = 2
witness = 10s
ceiling = 1h
loosen = 10m
operator = $(cat "$work/relay-one.out") contact-one
ring = 1m
claim = 8m
$1
PLAN
}
plan '' >"$work/plan"
typed 'the safe one\nthe other one\ncontact-one,contact-two' plan set --secrets "$work/plan"
cat >"$work/card" <<CARD
first = Ring each other, then go there together.
avoid = Do not call the flat.
door 2 = The neighbour on the second floor has a key.
callback 2 = Contact two.
suspect 2 = The man whom the court order names.
where 2 = At home, second floor.
who 2 = A woman of 34, alone.
CARD
typed 'the safe one' card set "$work/card"
rm "$work/card"
at_all "has plan and card" watched.0.plan_version 2
at_all "waits for the time of day" watched.0.checkin_due_at $due
say "A check-in each day at $clock. All three hold plan and card, and nobody can read the card."

chapter "Away from home: the same time of day by another clock, and days without a check-in."
typed 'the safe one' plan zone Asia/Dubai
at_all "goes by the clock of Dubai" watched.0.checkin_due_at $((due - 14400))
say "In Dubai it is $clock four hours earlier, and so all three wait for it; at home again:"
typed 'the safe one' plan zone UTC
at_all "goes by the clock of home" watched.0.checkin_due_at $due
aw subject plan show | sed -n '/^# .*next/,$p' | head -n 3 | quote
end=$((began + 3 * 86400))
plan "pause = $began until $end" >"$work/plan"
typed 'the safe one' plan set "$work/plan"
at_all "waits for the end of the pause" watched.0.checkin_due_at $end
[ "$(aw contact-one status --json | field watched.0.beat_due_at)" -lt $end ] ||
  die "a device that falls silent in a pause is found"
say "Three days off: a check-in is due when they end, to the second, and the device still has to"
say "be heard all the while. There is no pause without an end, nor one for ever:"
plan "pause = $began" >"$work/bad"
refused 2 plan set "$work/bad"
plan "pause = $began until $((began + 32 * 86400))" >"$work/bad"
refused 2 plan set "$work/bad"
plan '' >"$work/plan"
typed 'the safe one' plan set "$work/plan"
at_all "goes by the plan without a pause" watched.0.checkin_due_at $due

chapter "The phone feels a fall. There are 30 seconds to say that it was none."
aw subject sos --countdown 30 --kind fell --json >"$work/answer" || die "a countdown begins"
aw subject status | grep -o 'AN ALARM GOES OUT AT .*)' | quote
aw subject stop | quote
await "the countdown would be over" over "$(field countdown_at <"$work/answer")"
calm() { is "$1" watched.0.incident null; }
for role in $everybody; do
  calm "$role" && is "$role" watched.0.triggers.alarm none || die "$role knows of nothing"
  rang "$role" && die "$role is not rung"
done
say "That moment has passed. No contact knows of anything."

chapter "A call for help: the phone is switched off in its countdown, and there is no network."
freeze relay-one
aw subject --wait 0 sos --countdown 30 --place 51.4826,-0.0077,15 --note 'a blue van' \
  --json >"$work/answer" || die "a countdown begins"
kill -9 "$(cat "$work/subject.pid")"
end=$(field countdown_at <"$work/answer")
over "$end" && die "the phone is off before the countdown ends"
await "the countdown is over" over "$end"
agent subject
called() { [ "$(aw subject status --json | field me.alarm)" != 0 ]; }
await "the alarm is made" called
say "The countdown ended while the phone was off; as it starts again, it calls. No relay can be"
say "reached: the call goes to contact one as an SMS, and to contact two by a LoRa radio."
aw subject frame write --sos --text contact-one >"$work/sms" || die "an SMS is made"
aw subject frame write --sos contact-two >"$work/lora" || die "a LoRa packet is made"
[ "$(tr -d '\n' <"$work/sms" | wc -c)" -eq 159 ] || die "the call fits an SMS"
[ "$(wc -c <"$work/lora")" -eq 106 ] || die "the call fits a LoRa packet"
fold -w 80 "$work/sms" | quote
perl -pe 'BEGIN { binmode STDIN; binmode STDOUT; $/ = undef } substr($_, 40, 1) ^= "\1"' \
  <"$work/lora" >"$work/spoilt"
aw contact-two frame read <"$work/spoilt" >/dev/null && die "a bit that changes is found"
aw contact-two frame read --json <"$work/lora" >"$work/answer" || die "contact two reads it"
aw contact-one frame read --text --json <"$work/sms" >"$work/answer" || die "contact one reads it"
await "contact one is rung" rang contact-one 1
aw contact-one frame read --text <"$work/sms" >/dev/null && die "a frame counts once"
for role in contact-one contact-two; do
  is "$role" watched.0.incident.kind sos || die "$role reads that she calls for help"
  aw "$role" place w1 >"$work/place" || die "$role sees the place"
  grep -q '^ *geo:51.4826' "$work/place" || die "$role sees the right place"
  grep -q 'a blue van' "$work/place" || die "$role reads the note"
done
calm contact-three || die "contact three, who got no frame, knows nothing"
say "159 characters, or 106 bytes. One bit that changes on the way, or the same frame once more,"
say "is refused. Contact one was rung, and both see where she is:"
sed -n 1,2p "$work/place" | quote
number=$(aw contact-one status --json | field watched.0.incident.number)
thaw relay-one
await "contact three is told" is contact-three watched.0.incident.kind sos
await "contact one has the call itself" is subject me.contacts.0.words_waiting 0
is contact-one watched.0.incident.number "$number" || die "the call counts once"
say "The network is back: contact three has it from the relay, and at contact one it is the same"
say "incident, not another one."

chapter "The card opens by level. At level 1, contact one reads:"
await "the card opens at contact one" aw contact-one card show w1 >"$work/said"
is contact-one watched.0.incident.level 1 || die "level 1 goes on"
grep -q 'first: Ring each other' "$work/said" || die "the card says what to do first"
grep -q 'neighbour\|court' "$work/said" && die "what is for level 2 is not shown"
quote <"$work/said"
finish subject $everybody relay-one
pace 120
relay one
for role in subject $everybody; do agent "$role"; done
say "From here on time runs $factor times as fast. Ten minutes after the call, level 2:"
level_2() { [ "$(aw "$1" status --json | field watched.0.incident.level)" -ge 2 ]; }
await "level 2 begins" level_2 contact-one
await "contact two is rung" rang contact-two 2
await "the card opens at contact two" aw contact-two card show w1 >"$work/said"
quote <"$work/said"
[ "$(grep -o '^ *\(Where\|Who is in danger\|Named suspect\|Whom to call back\)' "$work/said" |
  tr -s ' \n' ' ')" = ' Where Who is in danger Named suspect Whom to call back ' ] ||
  die "it stands in the order in which a call taker asks"
typed 'the safe one' cancel
at_all "hears that it is taken back" watched.0.incident.cancelled true
say "The call is taken back with a secret. That is noted, and ends nothing: it could be forced."
close_up contact-one contact-two
say "A check-in, and a human who has spoken with her: closed."

chapter "Somebody who found the phone tries secrets. Each is taken, and looks right there."
forget_rings
for guess in 'a birthday' 'a name'; do
  checkin "$guess"
  arrives contact-three
done
await "contact one counts two" is contact-one watched.0.wrong_count 2
calm contact-one || die "two typing errors are no alarm"
checkin 'a street'
arrives contact-three
await "contact one finds three wrong ones" is contact-one watched.0.incident.kind wrong
await "contact one is rung" rang contact-one 1
for role in contact-one contact-two; do
  is "$role" watched.0.checkin_due_at $due || die "no guess moves the deadline at $role"
done
calm contact-three || die "outside the circle it was three check-ins"
say "Two could be typing errors. The third is an alarm to the circle, of which nobody else learns:"
aw contact-one status | grep -o 'Three wrong secrets .*level 1 of 3' | quote
checkin 'the safe one'
arrives $everybody
await "contact one sees the safe secret" is contact-one watched.0.incident.safe_seen true
is contact-one watched.0.incident.kind wrong || die "a right secret does not end it"
aw contact-one confirm --yes w1 --json >"$work/answer" || die "contact one confirms"
for role in contact-one contact-two; do await "$role closes" calm "$role"; done
say "A right secret does not end it either; a human who has spoken with her does, beside that."

chapter "An evening that takes longer: a timer of 6 minutes, and once 20 more without a secret."
aw subject timer start 6m --extend 20m --place 51.5007,-0.1246,20 \
  --note 'a first date' --json >"$work/answer" ||
  die "a timer starts"
at_all "sees the timer" watched.0.triggers.timer meeting
first=$(aw contact-one status --json | field watched.0.triggers.timer_due_at)
aw subject timer extend --json >"$work/answer" || die "it is extended"
at_all "waits 20 minutes longer" watched.0.triggers.timer_due_at $((first + 1200))
refused 3 timer extend
await "the first time is over" over "$first"
at_all "is calm" watched.0.state fine
typed 'the safe one' timer end
at_all "sees its end" watched.0.triggers.timer none
say "The first time passed, and nobody was late. Who holds the phone could win these minutes, once."

chapter "A phone that nobody touches. The plan asks for a sign of life each 10 minutes."
plan 'life = 10m' >"$work/plan"
typed 'the safe one' plan set "$work/plan"
at_all "asks for signs of life" watched.0.plan_version 7
forget_rings
clock_at() { date -u -d "@$(($(now) + $1))" +%H:%M; }
aw contact-one rota "$(clock_at -3600)-$(clock_at 14400)" --json >"$work/answer" ||
  die "contact one has a rota"
knows_away() { [ "$(aw "$1" status --json | field watched.0.others.0.away_until)" != null ]; }
for role in contact-two contact-three; do
  await "$role knows that contact one is not there now" knows_away "$role"
done
before=$(aw contact-two status --json | field watched.0.triggers.life_at)
aw subject life >/dev/null || die "the phone is unlocked"
lived() { [ "$(aw contact-two status --json | field watched.0.triggers.life_at)" -gt "$before" ]; }
await "contact two hears of it" lived
is contact-two watched.0.checkin_due_at $due || die "it is no check-in"
say "Unlocking it is one, and counts for that deadline alone: a check-in it is not."
seq=$(aw contact-two status --json | field watched.0.newest.seq)
for role in contact-two contact-three; do await "$role is rung" rang "$role" 2; done
[ "$(aw contact-two status --json | field watched.0.newest.seq)" -gt "$seq" ] ||
  die "the phone goes on speaking"
rang contact-one && die "contact one is not rung"
say "Then nobody touches it. It goes on speaking, and is not taken for her. Level 1 is contact one"
say "alone, who is never there at this time of day: level 2 rings at once. Contact two asks why:"
aw contact-two why w1 >"$work/said"
tr -s '\n ' ' ' <"$work/said" | grep -q 'because the last sign of life was at' || die "it says why"
quote <"$work/said"

chapter "Her place. Contact one runs the only relay, and could make a silence: that opens nothing."
sees_it() { aw "$1" place w1 >"$work/place" && grep -q '51.5007' "$work/place"; }
for role in contact-two contact-three; do
  await "$role finds it with the other one" is "$role" watched.0.council.release confirm
  sees_it "$role" && die "a silence alone opens nothing at $role"
done
for role in contact-two contact-three; do
  aw "$role" unreachable w1 --json >"$work/answer" || die "$role cannot reach her"
done
for role in contact-two contact-three; do await "the place opens at $role" sees_it "$role"; done
grep '51.5007' "$work/place" | head -n 1 >"$work/said"
sees_it contact-one && die "who runs the relay is given no place"
say "Both telephoned in vain, and said so. Now it opens at both, and not at contact one:"
quote <"$work/said"
close_up contact-two contact-three

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
