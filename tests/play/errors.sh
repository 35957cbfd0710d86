#!/bin/sh
# SPDX-License-Identifier: ISC
# A script that is wrong is refused with the number of its line and a remedy, and what is expected
# and not so is found. Usage: errors.sh <allswell-lab>
set -eu
lab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

play() { # <exit code> <text in the output> <line>...
  want=$1 text=$2
  shift 2
  printf '%s\n' "$@" >"$work/x.play"
  got=0
  "$lab" play "$work/x.play" >"$work/log" 2>&1 || got=$?
  if [ "$got" = "$want" ] && grep -qF -- "$text" "$work/log"; then return; fi
  echo "play_errors: exit code $got, not $want, or no '$text':" >&2
  cat "$work/x.play" "$work/log" >&2
  bad=1
}

got=0
"$lab" play /dev/zero >"$work/log" 2>&1 || got=$?
[ "$got" = 2 ] && grep -q 'a script of more than 10000 lines' "$work/log" || {
  echo "play_errors: a script without an end: $got" >&2
  bad=1
}

# ---- The language ----
play 2 "x.play:2: 'dance' is nothing that a line begins with" '# a comment' 'dance'
play 2 "x.play:1: nothing happens in this script" ''
play 2 "x.play:1: contacts: a number from 1 to 16" 'contacts 17'
play 2 "x.play:1: contacts: a number from 1 to 16" 'contacts'
play 2 "x.play:2: 'contacts' comes before everything" 'relays 2' 'contacts 3'
play 2 "x.play:1: relays: a number from 1 to 3" 'relays 0'
play 2 "x.play:1: seed: a number from 0" 'seed -1'
play 2 "x.play:1: checkin every TIME" 'checkin often'
play 2 "x.play:1: checkin every TIME" 'checkin daily 24:00'
play 2 "x.play:1: checkin: a time from 30m" 'checkin every 29m'
play 2 "x.play:1: grace: a time from 0m to 1440m" 'grace 2d'
play 2 "x.play:1: quorum: a number from 1 to 2" 'quorum 3'
play 2 "x.play:1: circle: the number of a contact, 1 to 2" 'circle 3'
play 2 "x.play:1: circle: the numbers of its contacts" 'circle'
play 2 "x.play:1: level TIME everybody, or level TIME group 1 to 8" 'level 0 group 9'
play 2 "x.play:1: only 'shares' may follow" 'level 0 everybody shouts'
play 2 "x.play:9: at most 8 levels" 'level 0 everybody' 'level 1m everybody' 'level 2m everybody' \
  'level 3m everybody' 'level 4m everybody' 'level 5m everybody' 'level 6m everybody' \
  'level 7m everybody' 'level 8m everybody'
play 2 "x.play:1: group 1 to 8, and the numbers" 'group 2'
play 2 "x.play:2: operators are named in the order" 'relays 2' 'operator 2 contact 1'
play 2 "x.play:1: operator RELAY contact N" 'operator 1 contact'
play 2 "the plan does not hold: " 'level 0 group 1' 'at 0 she checks in'
play 2 "x.play:2: 'grace': the scene is set before" 'at 0 she checks in' 'grace 1m'
play 2 "x.play:1: '5x' is no time" 'at 5x she checks in'
play 2 "x.play:1: '1m1h' is no time" 'at 1m1h she checks in'
play 2 "x.play:1: '401d' is no time" 'at 401d she checks in'
play 2 "is more than 400 days after the begin" 'at 399d she checks in' 'at +2d she checks in'
play 2 "x.play:1: a time, and what happens" 'at 5m'
play 2 "x.play:1: not understood" 'at 5m she sings'
play 2 "x.play:1: not understood" 'at 5m she checks'
play 2 "x.play:1: not understood" 'at 5m she checks in now'
play 2 "x.play:1: not understood" 'at 5m contact one rings'
play 2 "x.play:1: not understood" 'by 5m expect contact 1 gets nonsense'
play 2 "x.play:1: there is no contact 3" 'at 5m contact 3 claims'
play 2 "x.play:1: there is no contact 0" 'by 5m expect contact 0 rings'
play 2 "x.play:1: there is no relay 2" 'at 5m relay 2 drops 5'
play 2 "x.play:1: there is no relay 2" 'at 5m contact 1 is cut off from relay 2'
play 2 "x.play:1: there is no contact 9" 'by 5m expect she sees contact 9 act'
play 2 "x.play:1: 'by' says what is expected" 'by 5m she checks in'
play 2 "x.play:2: '5m' is not after the last action" 'at 5m she checks in' \
  'by 5m expect contact 1 rings'
play 2 "x.play:1: this is expected by a time" 'at 5m expect contact 1 rings'
play 2 "x.play:1: this is expected by a time" 'by 5m expect not contact 1 rings'
play 2 "x.play:1: this is expected until a time" 'by 5m expect contact 1 is quiet'
play 2 "x.play:1: every TIME until TIME" 'every 5m she checks in'
play 2 "x.play:1: '5s' is no time of at least 1m" 'every 5s until 1h she checks in'
play 2 "x.play:1: more than 2000 things" 'every 1m until 10d she checks in'
play 2 "x.play:1: a line of more than 200 bytes" "# $(printf '%0250d' 0)"
play 2 "x.play:1: every TIME until TIME" 'every 5m for 10m she checks in'
play 2 "x.play:1: '5y' is no time" 'every 5m until 5y she checks in'
play 2 "x.play:1: 'often' is no time of at least 1m" 'every often until 1h she checks in'
play 2 "x.play:1: not understood" 'every 5m until 1h she sings'
play 2 "x.play:1: seed: a number from 0" 'seed 1234567890'
play 2 "x.play:1: '1234567890m' is no time" 'at 1234567890m she checks in'
play 2 "x.play:1: 'm' is no time" 'at m she checks in'
play 2 "x.play:1: '+' is no time" 'at + she checks in'
play 2 "x.play:1: not understood" 'at 5m relay 1 holds 5 5 5'
play 2 "x.play:1: there is no relay 0" 'at 5m relay 0 drops 5'
play 2 "x.play:1: there is no relay 0" 'at 5m her phone is cut off from relay 0'
play 2 "x.play:1: there is no relay 9" 'at 5m her phone is cut off from relay 9'
play 2 "x.play:1: there is no contact 0" 'by 5m expect she sees contact 0 act'
play 2 "x.play:1: this is expected until a time" 'until 5m expect not contact 1 is quiet'
play 2 "x.play:1: not understood" 'by 5m expect not'
play 2 "x.play:1: checkin every TIME, or checkin daily" 'checkin daily 9'
play 2 "x.play:1: checkin every TIME, or checkin daily" 'checkin weekly 09:00'
play 2 "x.play:1: checkin every TIME, or checkin daily" 'checkin daily 09:60'
play 2 "x.play:1: checkin every TIME, or checkin daily" 'checkin daily x9:00'
play 2 "x.play:1: grace: a time from" 'grace'
play 2 "x.play:1: level: a time from" 'level soon everybody'
play 2 "x.play:1: level TIME everybody, or" 'level 5m'
play 2 "x.play:1: level TIME everybody, or" 'level 5m crowd 1'
play 2 "x.play:1: group 1 to 8, and the numbers" 'group 9 1'
play 2 "x.play:1: group: the number of a contact, 1 to 2" 'group 2 3'
play 2 "x.play:1: operator RELAY contact N" 'operator 1 friend 1'
play 2 "x.play:1: operator RELAY contact N" 'operator 2 contact 1'
play 2 "x.play:1: operator RELAY contact N" 'operator 1 contact 3'
play 2 "x.play:1: more than 16 words" 'at 5m a b c d e f g h i j k l m n o'

# ---- What is not so ----
play 0 "x.play: 1 expected, 0 failed" 'until 1h expect contact 1 is quiet'
play 1 "x.play:1: not so after 3600 s: by 1h expect contact 1 rings" 'by 1h expect contact 1 rings'
play 1 "instead: contact 1: fine, level 0, hears of nothing" 'by 1h expect contact 1 is missed'
play 1 "x.play:2: not so after" 'at 1h she calls for help' 'until 2h expect contact 1 is quiet'
play 1 "x.play:1: not so after 3600 s" 'at 1h expect contact 1 is at level 1'
play 0 "1 expected, 0 failed" 'at 1h expect not contact 1 is at level 1'
play 1 "x.play:1: not so after" 'until 1h expect not contact 1 is fine'
play 1 "x.play:1: not so after 60 s" 'by 1m expect she is covered by 1'
play 1 "x.play:1: cannot be done after 300 s (state)" 'at 5m contact 1 claims'
play 1 "x.play:1: cannot be done after 300 s (not-found)" 'at 5m contact 1 is restored'
play 1 "instead: contact 1: the device is off" 'at 5m contact 1 is off' \
  'by 1h expect contact 1 is fine'
play 1 "instead: contact 1: the device sleeps" 'at 5m contact 1 sleeps 2h' \
  'by 1h expect contact 1 is missed'
play 1 "instead: she: her phone is on" 'by 5m expect she sees contact 1 act'
play 1 "instead: she: the device is off" 'at 5m her phone is off' 'by 1h expect she is covered by 2'
play 1 "x.play:1: cannot be done after 300 s (not-found)" 'at 5m relay 1 is rolled back'
play 1 "x.play:1: cannot be done after 300 s (state)" 'at 5m contact 1 is on'
play 1 "x.play:2: cannot be done after 600 s (state)" 'at 5m contact 1 is off' \
  'at 10m contact 1 looks'
play 1 "x.play:1: cannot be done after 300 s (state)" 'at 5m contact 1 asks'
play 1 "x.play:1: cannot be done after 300 s (state)" 'at 5m contact 1 answers the drill'
play 0 "0 expected, 0 failed" 'checkin daily 09:00' 'beat 5m' 'silence 10m' 'seed 7' \
  'at 5m contact 1 lies' 'at 6m contact 1 is honest'
play 1 "x.play:2: cannot be done after 600 s (state)" 'at 5m her phone is off' \
  'at 10m she checks in'

# ---- The call ----
call() { # <exit code> <text> <argument>...
  want=$1 text=$2
  shift 2
  got=0
  "$lab" play "$@" >"$work/log" 2>&1 || got=$?
  if [ "$got" = "$want" ] && grep -qF -- "$text" "$work/log"; then return; fi
  echo "play_errors: play $*: exit code $got, not $want, or no '$text'" >&2
  cat "$work/log" >&2
  bad=1
}
call 2 "needs a script"
call 2 "play --help" --nonsense
call 4 "No such file or directory" "$work/none.play"
call 0 "contact N lies" --help
printf 'at 1h she calls for help\n' >"$work/x.play"
call 0 "3600 contact 1 ring ring" --events "$work/x.play"
call 0 "day   0 01:00:00  line 1: at 1h she calls for help" --verbose "$work/x.play"
head -n 1 "$work/log" | grep -q '^day   0 00:00:00  she: checks in$' || {
  echo "play_errors: a timeline that does not begin where the script does:" >&2
  cat "$work/log" >&2
  bad=1
}
exit "$bad"
