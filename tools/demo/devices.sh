# SPDX-License-Identifier: ISC
# The fourth play: devices that are lost, restored and copied, and a contact who withdraws.
# shellcheck shell=sh disable=SC2154 # the stage sets what is used here

everybody="contact-one contact-two"

echo "A circle of three whose devices do not last: a backup, a restored phone, a copy; and a"
echo "contact who withdraws, and comes back."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

chapter "Two relays, three homes, a plan; and a backup of the phone, sealed under a passphrase."
relay one
relay two
settle
pair contact-one 1
pair contact-two 2
plan() { # <contact>...
  printf 'checkin = every 1h\nbeat = 2m\nlevel = 0m everybody: Go there.\n'
  for contact; do echo "person = $contact"; done
}
plan contact-one contact-two >"$work/plan"
typed 'the safe one\nthe other one\ncontact-one,contact-two' plan set --secrets "$work/plan"
at_all "has the plan" 10 watched.0.plan_version 1
echo 'a passphrase' >"$work/pass"
aw subject backup "$work/backup" --json <"$work/pass" >"$work/answer" || die "a backup is made"
for turn in 1 2 3 4 5; do
  sleep 2.5
  checkin 'the safe one'
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
at_all "hears an old key" 30 watched.0.quarantined true
checkin 'the safe one'
sleep 1
for role in $everybody; do
  is "$role" watched.0.checkin.seq "$last" || die "what it says has no effect at $role"
done
say "Who stole a backup would speak as it does. So what it says has no effect yet; contact one:"
aw contact-one status | sed -n 1,3p | quote
say "Both contacts compare words with her again, new ones:"
compare contact-one 1
compare contact-two 2
at_all "takes it for her phone" 30 watched.0.quarantined false
checkin 'the safe one'
arrives $everybody
say "It is her phone now, and a check-in counts."

chapter "Somebody copied that phone, too, and starts the copy beside it."
forks() { aw "$1" log | grep -c 'two devices speak with the same keys'; }
more_forks() { [ "$(forks contact-one)" -gt "$1" ] || [ "$(forks contact-two)" -gt "$2" ]; }
finish subject
cp -R "$work/subject" "$work/copy"
one=$(forks contact-one) two=$(forks contact-two)
agent subject
agent copy
printf 'a guess\n' >"$work/secret"
aw copy checkin --wait 0 --secret-fd 3 3<"$work/secret" >/dev/null || die "the copy speaks"
rm "$work/secret"
checkin 'the safe one'
await "contacts hear two devices" 60 more_forks "$one" "$two"
finish copy
say "Two devices cannot say different things under one number and not be found out:"
(aw contact-one log; aw contact-two log) | grep 'two devices speak' | tail -n 1 |
  sed 's/ (.*//' | quote

chapter "A contact withdraws, openly, and comes back another day."
aw contact-two leave --yes w1 --json >"$work/answer" || die "contact two withdraws"
await "the subject knows" 20 is subject me.contacts.1.leaves true
code=0
aw subject coverage >"$work/said" || code=$?
[ $code -eq 1 ] || die "coverage says that too few are left"
quote <"$work/said"
plan contact-one >"$work/plan"
typed 'the safe one' plan set "$work/plan"
await "contact one has the plan" 20 is contact-one watched.0.plan_version 2
aw subject forget --yes 2 --json >"$work/answer" || die "contact two is forgotten"
pair contact-two 2 w2
plan contact-one contact-two >"$work/plan"
typed 'the safe one\nnew safe\nnew other\ncontact-one,contact-two' \
  plan set --secrets "$work/plan"
await "contact one has the plan of both" 20 is contact-one watched.0.plan_version 3
await "contact two is in the circle again" 20 is contact-two watched.1.circle true
checkin 'new safe'
new=$(field seq <"$work/answer")
for way in 'contact-one watched.0' 'contact-two watched.1'; do
  await "${way% *} hears it" 20 is "${way% *}" "${way#* }.checkin.seq" "$new"
  is "${way% *}" "${way#* }.checkin.verdict" safe || die "${way% *} finds it safe"
done
say "Forgotten, invited anew, words compared, new secrets: contact two finds a check-in safe again."

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
