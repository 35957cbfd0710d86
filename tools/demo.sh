#!/bin/sh
# SPDX-License-Identifier: ISC
# Plays a circle on this machine, in compressed time, with real processes over TCP: a subject, two
# contacts, and a relay run by each contact. Every step is checked; the first one that does not
# happen ends the demo with an error. Nothing is left behind but the build in build/.
# Usage: tools/demo.sh [BUILD]
#   BUILD  a folder with a finished build; without it, sets up and builds in build/
set -eu
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then
  bin=$(cd "$1" && pwd)/bin
else
  tools/setup.sh build
  echo "Building in build/ (this takes a minute the first time)."
  mkdir -p build
  if ! { cmake -S . -B build && cmake --build build -j "$(nproc)" \
    --target allswell allswell-relay; } >build/demo-build.log 2>&1; then
    tail -n 40 build/demo-build.log >&2
    echo "demo: the build failed: build/demo-build.log has all of it" >&2
    exit 1
  fi
  bin=$PWD/build/bin
fi

factor=80 # a minute passes in three quarters of a second
work=$(mktemp -d)
pids=
started=$(date +%s)

clean() {
  code=$?
  trap - EXIT INT TERM
  for pid in $pids; do kill "$pid" 2>/dev/null || :; done
  for pid in $pids; do wait "$pid" 2>/dev/null || :; done
  if [ $code -ne 0 ]; then
    for file in "$work"/*.err; do
      [ -s "$file" ] && { echo "--- ${file##*/}"; tail -n 5 "$file"; } >&2
    done
    echo "demo: FAILED" >&2
  fi
  rm -rf "$work"
  exit $code
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() { echo "demo: did not happen: $*" >&2; exit 1; }
chapter() { printf '\n== %s\n' "$*"; }
say() { printf '   %s\n' "$*"; }

# A relay runs in true time or in compressed time alike; all get the same clock.
ALLSWELL_DEMO_CLOCK=$((started * 1000)):$factor
export ALLSWELL_DEMO_CLOCK

aw() { # <role> <command>...
  role=$1
  shift
  "$bin/allswell" --home "$work/$role" "$@" 2>>"$work/$role.err"
}

# Prints one value of a JSON answer: field <path>, such as watched.0.state
field() {
  perl -MJSON::PP -e '
    local $/; my $v = decode_json(<STDIN>);
    for my $k (split /\./, $ARGV[0]) { $v = ref $v eq "ARRAY" ? $v->[$k] : $v->{$k} }
    print JSON::PP::is_bool($v) ? ($v ? "true" : "false") : defined $v ? $v : "null";' "$1"
}

is() { # <role> <path in status> <value>
  [ "$(aw "$1" status --json | field "$2")" = "$3" ]
}

await() { # <what> <seconds> <command>...
  what=$1 left=$(($2 * 5))
  shift 2
  until "$@"; do
    left=$((left - 1))
    [ $left -gt 0 ] || die "$what"
    sleep 0.2
  done
}

relay() { # <name>
  "$bin/allswell-relay" --home "$work/relay-$1" run --listen 127.0.0.1:0 \
    >"$work/relay-$1.out" 2>"$work/relay-$1.err" &
  pids="$pids $!"
  await "relay $1 starts" 5 test -s "$work/relay-$1.out"
}

token() { # <relay> <label>
  "$bin/allswell-relay" --home "$work/relay-$1" token new "$2" 2>>"$work/relay-$1.err"
}

agent() { # <role>
  : >"$work/$1.hook"
  : >"$work/$1.out"
  "$bin/allswell" --home "$work/$1" run --on-event \
    "echo \"\$ALLSWELL_EVENT \$ALLSWELL_LEVEL \$ALLSWELL_TEXT\" >>'$work/$1.hook'" \
    >"$work/$1.out" 2>>"$work/$1.err" &
  pids="$pids $!"
  await "the agent of $1 starts" 5 grep -q running "$work/$1.out"
}

pair() { # <contact role> <its number at the subject>
  aw subject invite --valid 24h >"$work/invite"
  aw "$1" join <"$work/invite" >/dev/null
  rm "$work/invite"
  await "$1 is paired at the subject's side" 10 paired subject "$2"
  await "$1 is paired at its own side" 10 paired "$1" w1
  words=$(aw subject verify "$2" --json | field words)
  say "$1 answers the invite. Both read the same six words to each other:"
  say "    $words"
  aw "$1" verify w1 --words "$words" >/dev/null || die "$1 sees the same words"
  aw subject verify "$2" --words "$words" >/dev/null || die "the subject sees the same words"
}

paired() { # <role> <person>
  aw "$1" verify "$2" --json >"$work/words" 2>/dev/null
}

checkin() { # <secret> <options>...
  secret=$1
  shift
  printf '%s\n' "$secret" >"$work/secret"
  aw subject checkin --json --secret-fd 3 "$@" 3<"$work/secret" >"$work/answer" ||
    die "the check-in leaves the subject's device"
  rm "$work/secret"
}

seq_here() { # <role> <seq>
  [ "$(aw "$1" status --json | field watched.0.checkin.seq)" = "$2" ]
}

arrives() { # <role>...
  seq=$(field seq <"$work/answer")
  for role in "$@"; do
    await "check-in $seq arrives at $role" 10 seq_here "$role" "$seq"
  done
}

rang() { # <role> <level>
  grep -q "^ring $2 " "$work/$1.hook" 2>/dev/null
}

echo "A circle of three: a subject, who may be in danger, and two contacts, whom she trusts."
echo "Real processes, real sockets, real databases; only time runs $factor times as fast."

chapter "Relays. Each contact runs one; a relay sees sealed cells of one size and nothing else."
relay one
relay two
say "$(cut -d/ -f1 "$work/relay-one.out") of contact one," \
  "$(cut -d/ -f1 "$work/relay-two.out") of contact two"

chapter "Homes. Everybody makes one, and names relays with the access tokens of their operators."
for role in subject contact-one contact-two; do
  aw "$role" init --name "$role" >/dev/null
done
use_relay() { # <role> <relay>
  token "$2" "$1" >"$work/t"
  aw "$1" relay add "$(cat "$work/relay-$2.out")" <"$work/t" >/dev/null
  rm "$work/t"
}
use_relay subject one
use_relay subject two
use_relay contact-one one
use_relay contact-two two
for role in subject contact-one contact-two; do agent "$role"; done
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
person = contact-one group 1 place alarm
person = contact-two group 2 place alarm
ring = 1m
claim = 8m
PLAN
printf 'the safe one\nthe other one\ncontact-one\n' >"$work/secret"
aw subject plan set --secrets --secret-fd 3 --json "$work/plan" 3<"$work/secret" >"$work/answer" ||
  die "the plan is put into force"
rm "$work/secret"
await "contact one has the plan" 10 is contact-one watched.0.plan_version 1
await "contact two has the plan" 10 is contact-two watched.0.plan_version 1
await "contact one is in the circle" 10 is contact-one watched.0.circle true
is contact-two watched.0.circle false || die "contact two stays outside the circle"
say "Both contacts hold it. Only contact one is in the circle that may learn of duress; the"
say "subject's device does not know that, nor which secret is which."

chapter "All is well, twice."
checkin 'the safe one' --place 51.4779,-0.0015,20 --battery 81
arrives contact-one contact-two
is contact-one watched.0.checkin.verdict safe || die "contact one finds the secret safe"
say "First check-in: both contacts have it. Contact one finds the safe secret in it."
checkin 'the safe one'
arrives contact-one contact-two
is contact-one watched.0.state fine || die "contact one sees that all is well"
is contact-two watched.0.state fine || die "contact two sees that all is well"
say "Second check-in: the same."

chapter "Duress. Somebody stands behind the subject and demands the call: the other secret."
checkin 'the other one'
await "contact one sees the duress" 10 is contact-one watched.0.incident.kind duress
arrives contact-two
is contact-two watched.0.state fine || die "contact two sees a calm check-in"
is contact-two watched.0.incident null || die "contact two sees no incident"
await "contact one's hook rings" 10 rang contact-one 1
aw contact-one status | head -n 1 | grep -qi '^do not call her phone' ||
  die "the first line that contact one reads is a warning"
rang contact-two 1 && die "contact two is not rung"
say "The subject's screen showed the same as ever. Contact two sees a check-in like any other."
say "Contact one was rung. The first line to read there:"
say "    $(aw contact-one status | head -n 1)"
aw contact-one claim w1 --json >/dev/null || die "contact one claims"
checkin 'the safe one'
is subject me.contacts.0.claim none || die "the subject's device learns nothing of the rescue"
arrives contact-one contact-two
await "contact one sees the safe check-in" 10 is contact-one watched.0.incident.safe_seen true
aw contact-one confirm w1 --json >"$work/answer" || die "contact one confirms"
await "the duress is over" 10 is contact-one watched.0.incident null
say "Contact one went there without a call. The subject is free, checks in with the safe secret;"
say "contact one has spoken with the subject and confirms. Closed."
for role in subject contact-one contact-two; do : >"$work/$role.hook"; done

chapter "Silence. The subject's device is still on; the subject does not check in."
await "the subject is warned" 20 grep -q '^notice\|^ring' "$work/subject.hook"
say "The subject's own device reminds the subject first. No contact knows of it."
rang contact-one 1 && die "nobody is rung before the deadline"
await "the deadline passes" 20 is contact-one watched.0.state overdue
say "The deadline has passed. Grace is running; nobody is rung."
await "level 1 rings contact one's hook" 20 rang contact-one 1
rang contact-two 2 && die "level 2 waits"
say "Level 1: contact one's hook ran. All that a lock screen would show, as for every alarm:"
say "    $(grep '^ring 1' "$work/contact-one.hook" | head -n 1 | cut -d' ' -f3-)"
say "Unlocked, contact one may ask why:"
aw contact-one why w1 | fold -s -w 88 | sed 's/^/       /'
await "level 2 rings contact two's hook" 20 rang contact-two 2
say "Level 2, ten minutes later: everybody. Contact two's hook ran; contact one keeps ringing."
aw contact-two claim w1 --json >"$work/answer" || die "contact two claims"
is contact-two watched.0.incident.claimed true || die "contact two is acting"
say "Contact two says: I am acting."
await "the subject sees who acts" 10 is subject me.contacts.1.claim acting

chapter "All is well again. One phone alone cannot close it."
checkin 'the safe one'
arrives contact-one contact-two
for role in contact-one contact-two; do
  await "$role sees the safe check-in" 10 is "$role" watched.0.incident.safe_seen true
done
say "The subject checks in. Both contacts see it, and the incident stays open."
for role in contact-one contact-two; do
  aw "$role" confirm w1 --json >"$work/answer" || die "$role confirms"
  await "$role closes" 10 is "$role" watched.0.incident null
  is "$role" watched.0.state fine || die "all is well at $role"
done
say "Each contact has spoken with the subject and confirms. Closed: all is well."

chapter "The end. It took $(($(date +%s) - started)) seconds; nothing is left behind."
