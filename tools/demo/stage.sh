# SPDX-License-Identifier: ISC
# What the plays of tools/demo.sh stand on: processes, narration, and ways to look at a home.
# Needs $bin, the folder of the programs; a play sets $everybody, its contacts.
# shellcheck shell=sh

factor=80 # a minute passes in three quarters of a second
relays="one two"
work=$(mktemp -d)
pids=
started=$(date +%s)
origin=$((started * 1000)) # when compressed and true time were the same

clean() {
  code=$?
  trap - EXIT INT TERM
  for pid in $pids; do kill -CONT "$pid" 2>/dev/null || :; kill "$pid" 2>/dev/null || :; done
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
quote() { sed 's/^/       /'; } # what a program printed

# A relay runs in true time or in compressed time alike; all get the same clock.
ALLSWELL_DEMO_CLOCK=$origin:$factor
export ALLSWELL_DEMO_CLOCK

# From now on time passes faster, or slower, for whatever is started after this.
pace() { # <factor>
  true=$(date +%s%3N)
  origin=$((($1 * true - origin - (true - origin) * factor) / ($1 - 1)))
  factor=$1
  ALLSWELL_DEMO_CLOCK=$origin:$factor
}

# So much time has passed, for whatever is started after this.
skip() { # <seconds>
  origin=$((origin - $1 * 1000 / (factor - 1)))
  ALLSWELL_DEMO_CLOCK=$origin:$factor
}

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

at_all() { # <what> <path in status> <value>: at every contact
  for contact in $everybody; do await "$contact $1" is "$contact" "$2" "$3"; done
}

# Long enough for a slow machine with much else to do.
await() { # <what> <command>...
  what=$1 give_up_at=$(($(date +%s) + 60))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt $give_up_at ] || die "$what"
    sleep 0.2
  done
}

# The time of this play, as contact one's agent has it.
now() { aw contact-one status --json | field now; }
over() { [ "$(now)" -gt "$1" ]; } # <second>

keep_pid() { # <name> <pid>
  pids="$pids $2"
  echo "$2" >"$work/$1.pid"
}

relay() { # <name> <options>...: where it was before, if it was
  name=$1 listen=127.0.0.1:0
  shift
  if [ -s "$work/relay-$name.out" ]; then listen=$(cut -d/ -f1 "$work/relay-$name.out"); fi
  : >"$work/relay-$name.out"
  "$bin/allswell-relay" --home "$work/relay-$name" run --listen "$listen" "$@" \
    >"$work/relay-$name.out" 2>"$work/relay-$name.err" &
  keep_pid "relay-$name" $!
  await "relay $name starts" test -s "$work/relay-$name.out"
}

use_relay() { # <role> <relay> <options of the token>...
  user=$1 name=$2
  shift 2
  "$bin/allswell-relay" --home "$work/relay-$name" token new "$user" "$@" \
    >"$work/t" 2>>"$work/relay-$name.err"
  aw "$user" relay add "$(cat "$work/relay-$name.out")" <"$work/t" >/dev/null
  rm "$work/t"
}

# Homes with mailboxes at all relays, and agents that keep watch.
settle() { # <options of the tokens>...
  for home in subject $everybody; do
    aw "$home" init --name "$home" >/dev/null
    for at in $relays; do use_relay "$home" "$at" "$@"; done
    agent "$home"
  done
}

finish() { # <name>...: in order
  for name; do
    kill "$(cat "$work/$name.pid")"
    wait "$(cat "$work/$name.pid")" || die "$name ends in order"
  done
}

# Nothing that a process does is heard by the others while it is frozen.
freeze() { for name; do kill -STOP "$(cat "$work/$name.pid")"; done; }
thaw() { for name; do kill -CONT "$(cat "$work/$name.pid")"; done; }

agent() { # <role>
  : >"$work/$1.hook"
  : >"$work/$1.out"
  "$bin/allswell" --home "$work/$1" run --on-event \
    "echo \"\$ALLSWELL_EVENT \$ALLSWELL_LEVEL \$ALLSWELL_TEXT\" >>'$work/$1.hook'" \
    >"$work/$1.out" 2>>"$work/$1.err" &
  keep_pid "$1" $!
  await "the agent of $1 starts" grep -q running "$work/$1.out"
}

pair() { # <contact role> <its number at the subject> [<her number there>]
  aw subject invite --valid 24h >"$work/invite"
  aw "$1" join <"$work/invite" >/dev/null
  rm "$work/invite"
  await "$1 is paired at the subject's side" paired subject "$2"
  await "$1 is paired at its own side" paired "$1" "${3:-w1}"
  say "$1 answers the invite. Both read the same six words to each other:"
  compare "$@"
}

compare() { # as pair
  words=$(aw subject verify "$2" --json | field words)
  say "    $words"
  aw "$1" verify "${3:-w1}" --words "$words" >/dev/null || die "$1 sees the same words"
  aw subject verify "$2" --words "$words" >/dev/null || die "the subject sees the same words"
}

paired() { # <role> <person>
  aw "$1" verify "$2" --json >"$work/words" 2>/dev/null
}

# The subject types one or more lines into a command that asks for them.
typed() { # <line>[\n<line>]... <command>...
  printf '%b\n' "$1" >"$work/secret"
  shift
  aw subject "$@" --json --secret-fd 3 3<"$work/secret" >"$work/answer" ||
    die "the subject's device takes: $*"
  rm "$work/secret"
}

checkin() { # <secret> <options>...
  secret=$1
  shift
  typed "$secret" checkin "$@"
}

seq_here() { # <role> <seq>
  [ "$(aw "$1" status --json | field watched.0.checkin.seq)" = "$2" ]
}

arrives() { # <role>...
  seq=$(field seq <"$work/answer")
  for role in "$@"; do
    await "check-in $seq arrives at $role" seq_here "$role" "$seq"
  done
}

close_up() { # <role>...: a check-in, and they have spoken with the subject
  checkin 'the safe one'
  arrives $everybody
  for role; do
    aw "$role" confirm --yes w1 --json >"$work/answer" || : # the other one did
  done
  at_all "closes" watched.0.incident null
}

rang() { # <role> <level>, or without one: at any
  grep -q "^ring ${2:-[0-9]*} " "$work/$1.hook" 2>/dev/null
}
