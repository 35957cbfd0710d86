# SPDX-License-Identifier: ISC
# The second play: what nobody can do alone.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

echo "A circle of four: a subject, who may be in danger, and three contacts, whom she trusts."
echo "Nobody can silence the alarm, nobody can raise a false one, nobody can find her alone."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

everybody="contact-one contact-two contact-three"

chapter "Two relays, run by contact one and contact two. Everybody has mailboxes at both."
relay one
relay two
settle
pair contact-one 1
pair contact-two 2
pair contact-three 3

chapter "The plan. It takes two of the three to decide that she is silent, and to see where she is."
plan() { # <persons>...
  cat <<PLAN
checkin = every 20m
beat = 5m
beat-grace = 2h
grace = 4m
warning = 0m loud
level = 0m group 1 shares: Ring the bell. If nobody opens, go in.
level = 10m everybody shares: Go there together.
$(for person; do echo "person = $person place exact"; done)
threshold = 2
quorum = 2
witness = 30s
ceiling = 1h
loosen = 10m
operator = $(cat "$work/relay-one.out") contact-one
operator = $(cat "$work/relay-two.out") contact-two
ring = 1m
claim = 8m
PLAN
}
plan 'contact-one group 1' 'contact-two group 2 asks' 'contact-three group 3' >"$work/plan"
typed 'the safe one\nthe other one\ncontact-one,contact-two' plan set --secrets "$work/plan"
at_all "has the plan" watched.0.plan_version 1
cat >"$work/card" <<CARD
first = Ring the neighbour on the second floor: she has a key.
avoid = Do not call the flat.
CARD
typed 'the safe one' card set "$work/card"
rm "$work/card"
at_all "has the card" watched.0.plan_version 2
checkin 'the safe one' --place 51.4779,-0.0015,20 --battery 64
arrives $everybody
say "In force at all three, with a plan card. A check-in, with a place. Nobody can open either."

chapter "An ordinary day: who would hear, a drill, a question, a walk home."
aw subject coverage >"$work/coverage" || die "somebody would hear"
say "Before leaving the house, the subject asks who would hear:"
head -n 1 "$work/coverage" | quote
aw subject drill --json >"$work/answer" || die "the drill leaves"
drills() { [ "$(aw "$1" status --json | field watched.0.triggers.drill)" != 0 ]; }
for role in $everybody; do await "$role hears of the drill" drills "$role"; done
aw contact-one answer w1 --json >"$work/answer" || die "contact one answers the drill"
drilled() { [ "$(aw subject status --json | field me.contacts.0.drill.human_at)" != null ]; }
await "the subject sees the answer" drilled
say "A drill goes out, and contact one answers it. No alarm can be mistaken for it, nor it for one."
aw contact-two ask w1 --json >"$work/answer" || die "contact two asks"
await "the question arrives" grep -q '^ring\|^notice' "$work/subject.hook"
aw subject timer start --json 30m --note 'walking home' >"$work/answer" || die "a timer starts"
at_all "sees the timer" watched.0.triggers.timer meeting
typed 'the safe one' timer end
at_all "sees its end" watched.0.triggers.timer none
checkin 'the safe one' --place 51.4779,-0.0015,20 --battery 64
await "contact two has an answer" is contact-two watched.0.triggers.ask answered
say "Contact two asks \"are you OK?\"; the subject walks home on a timer, ends it, and answers."

chapter "The path is down. Both relays freeze; the subject checks in, and nobody can know."
freeze relay-one relay-two
await "the deadline passes" is contact-one watched.0.state overdue
checkin 'the safe one' --wait 0
at_all "cannot tell" watched.0.state suspect
for role in $everybody; do rang "$role" 1 && die "nobody is rung for a broken network"; done
say "Deadline and grace are over, and no contact is rung. Contact two may ask why:"
aw contact-two why w1 | quote
echo
aw subject frame write --text contact-two >"$work/sms" || die "a check-in becomes an SMS"
aw contact-two frame read --text --json <"$work/sms" >"$work/read" || die "contact two reads it"
is contact-two watched.0.state fine || die "contact two knows that all is well"
say "What no relay carries fits an SMS of $(tr -d '\n' <"$work/sms" | wc -m) characters."
say "Contact two gets one, and knows."
rm "$work/sms"
thaw relay-one relay-two
arrives $everybody
for role in $everybody; do
  await "$role sees that all is well" is "$role" watched.0.state fine
  rang "$role" 1 && die "the outage was no alarm"
done
say "The relays go on, and the check-in arrives. It was an outage, and nobody lost sleep."

chapter "Silence. Contact two's and contact three's devices are off; contact one alone finds it."
freeze contact-two contact-three
await "level 1 rings contact one" rang contact-one 1
is contact-one watched.0.incident.place null || die "contact one alone opens nothing"
say "Contact one is rung, and sees no place: one share is not enough, and it stays so"
say "whatever contact one, or a thief of that phone, tries."
: >"$work/contact-two.hook"
thaw contact-two
await "contact two finds it, too" is contact-two watched.0.state missed
sees_place() { [ "$(aw "$1" status --json | field watched.0.incident.place)" != null ]; }
await "contact one sees the place" sees_place contact-one
say "Contact two's device is on again, and finds the same silence. Two of three agree: they"
say "release their shares to each other, and the place of the last check-in opens:"
aw contact-one place w1 | quote
await "contact one sees the card" aw contact-one card show w1 --json >"$work/answer"
say "and what was written down for this day:"
aw contact-one card show w1 | quote
thaw contact-three

chapter "One of them wants silence. Contact three claims, and confirms to have spoken with her."
await "contact three finds it, too" is contact-three watched.0.state missed
aw contact-three claim w1 --json >"$work/answer" || die "contact three claims"
aw contact-three confirm --yes w1 --json >"$work/answer" || die "contact three confirms"
: >"$work/contact-one.hook"
await "contact one keeps being rung" rang contact-one
is contact-one watched.0.incident null && die "one contact closes nothing"
say "Contact one is rung again all the same: a claim holds a level for a while, and never the"
say "last; and one human, without a check-in of hers, closes nothing."
checkin 'the safe one'
arrives $everybody
for role in $everybody; do
  aw "$role" confirm --yes w1 --json >"$work/answer" || : # contact three did
done
at_all "closes" watched.0.incident null
say "She checks in, and is spoken with. Closed everywhere."

chapter "Who is not to be trusted is removed, and does not notice: contact three."
plan 'contact-one group 1' 'contact-two group 2' >"$work/plan"
typed 'the safe one\nnew safe\nnew other\ncontact-one,contact-two' \
  remove --yes contact-three "$work/plan"
at_all "has the new plan" watched.0.plan_version 3
for role in $everybody; do : >"$work/$role.hook"; done
say "A change that loosens comes into force after a delay, ten minutes here. Then all three have"
say "a new plan; contact three has one of his own, and a calm of his own."
checkin 'new safe'
arrives contact-one contact-two
aw subject sos --json --place 51.4826,-0.0077,15 >"$work/answer" || die "the SOS leaves"
await "contact one is rung" rang contact-one 1
for role in contact-one contact-two; do
  await "$role reads SOS" is "$role" watched.0.incident.kind sos
  await "$role sees the place" sees_place "$role"
done
is contact-three watched.0.state fine || die "contact three sees that all is well"
is contact-three watched.0.incident null || die "contact three sees no incident"
rang contact-three 1 && die "contact three is not rung"
say "She calls for help. Contact one is rung, contact two is next, and both see where she is."
say "At contact three:"
aw contact-three status | quote

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
