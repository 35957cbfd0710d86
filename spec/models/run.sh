#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs a ProVerif model and its mutants, and compares with what MODEL.expect says of them.
# Usage: spec/models/run.sh MODEL.pv [OUTPUT]
#   OUTPUT    a file that gets what ProVerif concluded of the model
#   PROVERIF  the program, by default `proverif`; where there is none the exit code is 77
set -eu
model=$1 output=${2:-/dev/null}
proverif=${PROVERIF:-proverif}
if ! command -v "$proverif" >/dev/null; then
  echo "skipped: no ProVerif; PROVERIF=<program> runs it"
  exit 77
fi
expect=${model%.pv}.expect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

conclude() { # <model file>: true, false or unknown, one line a query, in order
  "$proverif" "$1" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
  grep '^RESULT' "$work/log" | grep -v '^RESULT (' >"$work/results"
  sed -e 's/.* is true\.*$/true/' -e 's/.* is false\.*$/false/' -e 's/^RESULT.*/unknown/' \
    "$work/results"
}

failed=0
say() { # <ok or FAILED> <text>
  printf '%-6s  %s\n' "$1" "$2"
  [ "$1" = ok ] || failed=1
}

conclude "$model" >"$work/got"
cat "$work/results" >"$output"
while read -r kind query want text; do
  [ "$kind" = expect ] || continue
  got=$(sed -n "${query}p" "$work/got")
  [ "$got" = "$want" ] && say ok "$query $want: $text" || say FAILED "$query is $got: $text"
done <"$expect"

while read -r kind name queries script; do
  [ "$kind" = mutant ] || continue
  sed "$script" "$model" >"$work/mutant.pv"
  cmp -s "$model" "$work/mutant.pv" && say FAILED "mutant $name changes nothing" && continue
  conclude "$work/mutant.pv" >"$work/mutant_got"
  for query in $(echo "$queries" | tr , ' '); do
    want=$(awk -v q="$query" '$1 == "expect" && $2 == q { print $3 }' "$expect")
    got=$(sed -n "${query}p" "$work/mutant_got")
    case $got in
    '' | "$want") say FAILED "mutant $name: query $query is still $got" ;;
    *) say ok "mutant $name: query $query is $got" ;;
    esac
  done
done <"$expect"
exit $failed
