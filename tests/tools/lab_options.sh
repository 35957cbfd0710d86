#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a number of `allswell-lab generate`, `bench` or `oracle` that is none, or out of bounds, is
# refused in one line that names it and its bounds, and nothing is made of it.
# Method: each option with a sign, a word, a fraction, and one beyond each bound; then the bounds
# themselves, where they are quick. Usage: lab_options.sh <allswell-lab>
set -eu
lab=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
  echo "lab: $1" >&2
  bad=1
}

wrong() { # <text> <argument>...
  text=$1
  shift
  got=0
  "$lab" "$@" </dev/null >"$work/out" 2>"$work/err" || got=$?
  [ "$got" = 2 ] || fail "$*: exit code $got, not 2"
  [ ! -s "$work/out" ] || fail "$*: printed $(head -n 3 "$work/out")"
  if [ "$(wc -l <"$work/err")" -ne 1 ] || ! grep -qF "allswell-lab: $text" "$work/err"; then
    fail "$*: not one line with '$text': $(cat "$work/err")"
  fi
}

most=18446744073709551615
# What getopt itself would tell in words of its own.
wrong "'-z' is no option: see 'allswell-lab generate --help'" generate -xz
wrong "'--hex=1' takes no value: see" generate --hex=1
wrong "'-s' needs a value: see" generate -s
wrong "'--s' is no option: see" simulate --s
wrong "'vectors' needs --verify DIR, --write DIR or --seeds DIR: see" vectors

for value in -1 x 1.5 '' ' 1' 1x +1 0x10 $((1 << 62))$((1 << 62)); do
  wrong "--seed '$value' is no number from 0 to $most: correct it" generate "--seed=$value"
  wrong "--count '$value' is no number from 1 to 1000000000: " generate "--count=$value"
  wrong "--mutate '$value' is no number from 0 to 64: correct it" generate "--mutate=$value"
  wrong "--rounds '$value' is no number from 1 to 9: correct it" bench relay "--rounds=$value"
  wrong "--count '$value' is no number from 600 to 60000: " bench relay "--count=$value"
  wrong "--links '$value' is no number from 1 to 1000: " bench relay "--links=$value"
  wrong "COUNT '$value' is no number from 14000 to 4000000: " bench switches "$value"
done
wrong "--count '0' is no number from 1" generate --count=0
wrong "--count '1000000001'" generate --count=1000000001
wrong "--mutate '65'" generate --mutate=65
wrong "--rounds '0'" bench relay --rounds=0
wrong "--rounds '10'" bench relay --rounds=10
wrong "--count '599'" bench relay --count=599
wrong "--links '1001'" bench relay --links=1001
wrong "COUNT '13999'" bench switches 13999
wrong "COUNT '4000001'" bench switches 4000001
[ "$("$lab" generate --seed=$most --count=1 --mutate=64 | wc -l)" -eq 1 ] || fail 'the bounds'

# The oracle: options it has none, and its numbers stand in the lines.
wrong "'--seeds' is nothing that it takes: see 'allswell-lab oracle --help'" oracle --seeds 0
asks() { # <field> <line>: refused, and named
  got=0
  printf '%s\n' '{"reset": "relay", "seed": 1}' "$2" |
    "$lab" oracle >"$work/out" 2>"$work/err" || got=$?
  if [ "$got" != 2 ] || [ "$(wc -l <"$work/out")" -ne 1 ] || [ "$(wc -l <"$work/err")" -ne 1 ] ||
    ! grep -qF "oracle: \"$1\" is no number from 0 to 9223372036854775807: " "$work/err"; then
    fail "$2: exit code $got: $(cat "$work/out" "$work/err")"
  fi
}
for value in -1 '"x"' 1.5 true null; do
  asks seed "{\"reset\": \"relay\", \"seed\": $value}"
  asks wait_s "{\"do\": \"wait\", \"wait_s\": $value}"
done
exit "$bad"
