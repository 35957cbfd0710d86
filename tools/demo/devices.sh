# SPDX-License-Identifier: ISC
# The fourth play: devices that are added, lost, restored and copied; secrets that are forgotten; a
# contact who withdraws.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

everybody="contact-one contact-two"

echo "A circle of three whose devices do not last: a laptop, a backup, a restored phone, a copy;"
echo "secrets that are forgotten; and a contact who withdraws, and comes back."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

chapter "Two relays, three homes, a plan."
relay one
relay two
settle
pair contact-one 1
pair contact-two 2
plan() { # <contact>...
  printf 'checkin = every 1h\nbeat = 2m\nlevel = 0m everybody: Go there.\nloosen = 5m\n'
  for contact; do echo "person = $contact"; done
}
plan contact-one contact-two >"$work/plan"
typed 'the safe one\nthe other one\ncontact-one,contact-two' plan set --secrets "$work/plan"
at_all "has the plan" watched.0.plan_version 1
say "In force at both."

chapter "Contact one has a laptop, too. It is another device, and not another human."
aw laptop init --name laptop >/dev/null
for at in $relays; do use_relay laptop "$at"; done
agent laptop
pair laptop 3
plan contact-one contact-two 'laptop device-of contact-one' >"$work/plan"
typed 'the safe one' plan set "$work/plan"
for role in $everybody laptop; do await "$role has it" is "$role" watched.0.plan_version 2; done
await "somebody would hear" aw subject coverage >"$work/said"
quote <"$work/said"
[ "$(aw subject coverage --json | field humans)" = 2 ] || die "three devices are two humans"
finish laptop

chapter "The subject forgets both secrets. New ones take two who look her in the face."
plan contact-one contact-two >"$work/plan"
typed 'not this one\nanother safe\nanother one\ncontact-one,contact-two' \
  plan set --secrets "$work/plan"
for role in $everybody; do
  await "$role holds plan and secrets back" is "$role" watched.0.pending.unjudged true
done
say "The phone took them, as it takes anything; contacts found a wrong secret. Contact one reads:"
aw contact-one plan waiting w1 >"$work/said"
quote <"$work/said"
for role in $everybody; do
  aw "$role" compared --yes w1 --json >/dev/null && die "a plan that nobody named is not accepted"
  aw "$role" compared --yes w1 --plan 3 --json >"$work/answer" || die "$role compared the words"
  is "$role" watched.0.plan_version 2 || die "$role waits out the delay"
done
at_all "has the plan" watched.0.plan_version 3
checkin 'another safe'
arrives $everybody
for role in $everybody; do
  is "$role" watched.0.checkin.verdict safe || die "$role finds the new secret safe"
done
say "Both met her, had read what it changes, and said so. After the delay of the plan before, a"
say "check-in with the new secret is safe at both."

chapter "A backup of the phone, sealed under a passphrase."
echo 'a passphrase' >"$work/pass"
aw subject backup "$work/backup" --json <"$work/pass" >"$work/answer" || die "a backup is made"
for turn in 1 2 3 4 5; do
  sleep 2.5
  checkin 'another safe'
  arrives $everybody
done
last=$seq
say "A quarter of an hour passes, with $turn check-ins that are not in it."

chapter "The phone is lost. Another one is made from the backup."
kill -9 "$(cat "$work/subject.pid")"
rm -r "$work/subject"
aw subject restore --yes "$work/backup" --json <"$work/pass" >"$work/answer" || die "it is restored"
rm "$work/backup" "$work/pass"
agent subject
at_all "hears an old key" watched.0.quarantined true
checkin 'another safe'
sleep 1
for role in $everybody; do
  is "$role" watched.0.checkin.seq "$last" || die "what it says has no effect at $role"
done
say "Who stole a backup would speak as it does. So what it says has no effect yet; contact one:"
aw contact-one status | sed -n 1,3p | quote
say "Both contacts compare words with her again, new ones:"
compare contact-one 1
compare contact-two 2
at_all "takes it for her phone" watched.0.quarantined false
checkin 'another safe'
arrives $everybody
say "It is her phone now, and a check-in counts."

chapter "Somebody copied that phone, too, and uses the copy beside it."
forks() { aw "$1" log | grep -c 'two devices speak with the same keys'; }
more_forks() { [ "$(forks contact-one)" -gt "$1" ] || [ "$(forks contact-two)" -gt "$2" ]; }
finish subject
cp -R "$work/subject" "$work/copy"
one=$(forks contact-one) two=$(forks contact-two)
freeze contact-one contact-two # neither device hears from them that its number is used
printf 'a guess\n' >"$work/secret"
aw copy checkin --secret-fd 3 3<"$work/secret" >/dev/null || die "the copy speaks"
rm "$work/secret"
checkin 'another safe'
thaw contact-one contact-two
agent subject
await "contacts hear two devices" more_forks "$one" "$two"
say "Two devices cannot say different things under one number and not be found out:"
(aw contact-one log; aw contact-two log) | grep 'two devices speak' | tail -n 1 |
  sed 's/ (.*//' | quote

chapter "A contact withdraws, openly, and comes back another day."
aw contact-two leave --yes w1 --json >"$work/answer" || die "contact two withdraws"
await "the subject knows" is subject me.contacts.1.leaves true
code=0
aw subject coverage >"$work/said" || code=$?
[ $code -eq 1 ] || die "coverage says that too few are left"
quote <"$work/said"
plan contact-one >"$work/plan"
typed 'another safe' plan set "$work/plan"
await "contact one has the plan" is contact-one watched.0.plan_version 4
aw subject forget --yes 2 --json >"$work/answer" || die "contact two is forgotten"
ALLSWELL_DEMO_CLOCK=$origin:6000 relay three
use_relay contact-two three
pair contact-two 2 w2
plan contact-one contact-two >"$work/plan"
typed 'another safe\nnew safe\nnew other\ncontact-one,contact-two' \
  plan set --secrets "$work/plan"
await "contact one has the plan of both" is contact-one watched.0.plan_version 5
await "contact two is in the circle again" is contact-two watched.1.circle true
checkin 'new safe'
new=$(field seq <"$work/answer")
for way in 'contact-one watched.0' 'contact-two watched.1'; do
  await "${way% *} hears it" is "${way% *}" "${way#* }.checkin.seq" "$new"
  is "${way% *}" "${way#* }.checkin.verdict" safe || die "${way% *} finds it safe"
done
say "Forgotten, invited anew, words compared, new secrets: contact two finds a check-in safe again."
early() { aw contact-two status | grep -A 1 'said too early' >"$work/said"; }
await "the third relay lets go too early" early
say "Contact two brought a relay along, whose clock runs wild. It is found at once:"
quote <"$work/said"

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
