#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs a model (X.pv with ProVerif, X.pml with Spin) and its mutants, and compares with what
# X.expect says of them.
# Usage: spec/models/run.sh MODEL [OUTPUT]
#   OUTPUT    a file that gets what was concluded of the model; without it, that is compared with
#             X.out
#   PROVERIF  the program, by default `proverif`
# Where a program is missing the exit code is 77.
set -eu
model=$1 output=${2:-}
proverif=${PROVERIF:-proverif}
case $model in
*.pml) tools="spin cc" ;;
*) tools=$proverif ;;
esac
for tool in $tools; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
expect=${model%.*}.expect
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Each writes $work/results, what the tool says, and prints for each query a line `<query> <true,
# false or unknown>`.
prove() { # <model file>; queries are numbered
  "$proverif" "$1" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
  grep '^RESULT' "$work/log" | grep -v '^RESULT (' >"$work/results"
  sed -e 's/.* is true\.*$/true/' -e 's/.* is false\.*$/false/' -e 's/^RESULT.*/unknown/' \
    "$work/results" | awk '{ print NR, $0 }'
}

search() { # <model file> <query>...; `safety` is all assertions and no deadlock, others are ltl
  fast=-O2
  [ "$1" = "$model" ] || fast=-O0 # a mutant fails soon
  cp "$1" "$work/m.pml" && shift
  (cd "$work" && spin -a m.pml) >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; exit 1; }
  : >"$work/results"
  for query; do
    case $query in
    safety) program=safe options="-DSAFETY -DNOCLAIM" run= ;;
    *) program=live options= run="-a -N $query" ;;
    esac
    # shellcheck disable=SC2086 # options
    [ -x "$work/$program" ] || cc $fast -w $options -o "$work/$program" "$work/pan.c"
    # shellcheck disable=SC2086
    (cd "$work" && "./$program" -m1000000 -w22 $run) >"$work/log" 2>&1 || true
    awk -v query="$query" '
      /max search depth too small|Search not completed|out of memory|truncated/ { cut = 1 }
      /^State-vector/ { depth = $6; sub(",", "", depth); errors = $NF }
      /states, stored/ { states = $1 }
      END {
        result = errors == "" ? "unknown" : errors > 0 ? "false" : cut ? "unknown" : "true"
        if (result == "true")
          printf "%s is true: %d states, depth %d, complete\n", query, states, depth
        else
          printf "%s is %s\n", query, result
      }' "$work/log" >>"$work/results"
  done
  rm -f "$work/safe" "$work/live"
  sed 's/^\([^ ]*\) is \([a-z]*\).*/\1 \2/' "$work/results"
}

conclude() { # <model file> <query>...
  case $1 in
  *.pml) search "$@" ;;
  *) prove "$1" ;;
  esac
}

failed=0
say() { # <ok or FAILED> <text>
  printf '%-6s  %s\n' "$1" "$2"
  [ "$1" = ok ] || failed=1
}

# shellcheck disable=SC2046 # words
conclude "$model" $(awk '$1 == "expect" { print $2 }' "$expect") >"$work/got"
if [ -n "$output" ]; then
  cat "$work/results" >"$output"
elif cmp -s "$work/results" "${model%.*}.out"; then
  say ok "as in ${model%.*}.out"
else
  say FAILED "${model%.*}.out says something else"
fi
while read -r kind query want text; do
  [ "$kind" = expect ] || continue
  got=$(awk -v q="$query" '$1 == q { print $2 }' "$work/got")
  [ "$got" = "$want" ] && say ok "$query $want: $text" || say FAILED "$query is $got: $text"
done <"$expect"

while read -r kind name queries script; do
  [ "$kind" = mutant ] || continue
  mutant=$work/mutant.${model##*.}
  sed "$script" "$model" >"$mutant"
  cmp -s "$model" "$mutant" && say FAILED "mutant $name changes nothing" && continue
  queries=$(echo "$queries" | tr , ' ')
  # shellcheck disable=SC2086 # words
  conclude "$mutant" $queries >"$work/mutant_got"
  for query in $queries; do
    want=$(awk -v q="$query" '$1 == "expect" && $2 == q { print $3 }' "$expect")
    got=$(awk -v q="$query" '$1 == q { print $2 }' "$work/mutant_got")
    case $got in
    '' | "$want") say FAILED "mutant $name: query $query is still $got" ;;
    *) say ok "mutant $name: query $query is $got" ;;
    esac
  done
done <"$expect"
exit $failed
