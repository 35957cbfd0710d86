# SPDX-License-Identifier: ISC
# The first play: one circle, from the invite to the human who acts.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

everybody="contact-one contact-two"

echo "A circle of three: a subject, who may be in danger, and two contacts, whom she trusts."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

chapter "Relays. Each contact runs one; a relay sees sealed cells of one size and nothing else."
relay one
relay two
say "$(cut -d/ -f1 "$work/relay-one.out") of contact one," \
  "$(cut -d/ -f1 "$work/relay-two.out") of contact two"

chapter "Homes. Everybody makes one, and names relays with the access tokens of their operators."
for role in subject $everybody; do
  aw "$role" init --name "$role" >/dev/null
done
use_relay subject one
use_relay subject two
use_relay contact-one one
use_relay contact-two two
for role in subject $everybody; do agent "$role"; done
say "Three agents are running. From now on they keep watch."

chapter "Pairing. An invite is answered once; then people compare words."
pair contact-one 1
pair contact-two 2

chapter "The plan: a check-in every 20 minutes, 4 minutes of grace, two levels, both secrets."
cat >"$work/plan" <<PLAN
checkin = every 20m
beat = 5m
beat-grace = 2h
grace = 4m
warning = 5m quiet
warning = 0m loud
level = 0m group 1: Ring the bell. If nobody opens, go in.
level = 10m everybody shares: Go there together.
person = contact-one group 1 place exact
person = contact-two group 2 place exact
ring = 1m
claim = 8m
PLAN
typed 'the safe one\nthe other one\ncontact-one' plan set --secrets "$work/plan"
at_all "has the plan" watched.0.plan_version 1
await "contact one is in the circle" is contact-one watched.0.circle true
is contact-two watched.0.circle false || die "contact two stays outside the circle"
say "Both contacts hold it. Only contact one is in the circle that may learn of duress; the"
say "subject's device does not know that, nor which secret is which."

chapter "All is well, twice."
checkin 'the safe one' --place 51.4779,-0.0015,20 --battery 81
arrives $everybody
is contact-one watched.0.checkin.verdict safe || die "contact one finds the secret safe"
say "First check-in: both contacts have it. Contact one finds the safe secret in it."
checkin 'the safe one'
arrives $everybody
is contact-one watched.0.state fine || die "contact one sees that all is well"
is contact-two watched.0.state fine || die "contact two sees that all is well"
say "Second check-in: the same."

chapter "Duress. Somebody stands behind the subject and demands the call: the other secret."
checkin 'the other one'
await "contact one sees the duress" is contact-one watched.0.incident.kind duress
arrives contact-two
is contact-two watched.0.state fine || die "contact two sees a calm check-in"
is contact-two watched.0.incident null || die "contact two sees no incident"
await "contact one's hook rings" rang contact-one 1
aw contact-one status | head -n 1 | grep -qi '^do not call her phone' ||
  die "the first line that contact one reads is a warning"
rang contact-two 1 && die "contact two is not rung"
say "The subject's screen showed the same as ever. Contact two sees a check-in like any other."
say "Contact one was rung. The first line to read there:"
say "    $(aw contact-one status | head -n 1)"
aw contact-one claim w1 --json >/dev/null || die "contact one claims"
checkin 'the safe one'
is subject me.contacts.0.claim none || die "the subject's device learns nothing of the rescue"
arrives $everybody
await "contact one sees the safe check-in" is contact-one watched.0.incident.safe_seen true
aw contact-one confirm --yes w1 --json >"$work/answer" || die "contact one confirms"
await "the duress is over" is contact-one watched.0.incident null
say "Contact one went there without a call. The subject is free, checks in with the safe secret;"
say "contact one has spoken with the subject and confirms. Closed."
for role in subject $everybody; do : >"$work/$role.hook"; done

chapter "Silence. The subject's device is still on; the subject does not check in."
await "the subject is warned" grep -q '^notice\|^ring' "$work/subject.hook"
say "The subject's own device reminds the subject first. No contact knows of it."
rang contact-one 1 && die "nobody is rung before the deadline"
await "the deadline passes" is contact-one watched.0.state overdue
say "The deadline has passed. Grace is running; nobody is rung."
await "level 1 rings contact one's hook" rang contact-one 1
rang contact-two 2 && die "level 2 waits"
say "Level 1: contact one's hook ran. All that a lock screen would show, as for every alarm:"
say "    $(grep '^ring 1' "$work/contact-one.hook" | head -n 1 | cut -d' ' -f3-)"
say "Unlocked, contact one may ask why:"
aw contact-one why w1 | quote
await "level 2 rings contact two's hook" rang contact-two 2
say "Level 2, ten minutes later: everybody. Contact two's hook ran; contact one keeps ringing."
aw contact-two claim w1 --json >"$work/answer" || die "contact two claims"
is contact-two watched.0.incident.claimed true || die "contact two is acting"
say "Contact two says: I am acting."
await "the subject sees who acts" is subject me.contacts.1.claim acting

chapter "All is well again. One phone alone cannot close it."
checkin 'the safe one'
arrives $everybody
at_all "sees the safe check-in" watched.0.incident.safe_seen true
say "The subject checks in. Both contacts see it, and the incident stays open."
# One human beside a check-in is enough, and the other's device may hear of it at any moment.
aw contact-one confirm --yes w1 --json >"$work/answer" || die "contact one confirms"
at_all "closes" watched.0.incident null
for role in $everybody; do is "$role" watched.0.state fine || die "all is well at $role"; done
say "Contact one has spoken with the subject and confirms. Closed at both: all is well."

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
