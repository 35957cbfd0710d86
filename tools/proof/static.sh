#!/bin/sh
# SPDX-License-Identifier: ISC
# The part `static` of tools/proof.sh: what is shown without running anything, see
# tests/static/README.md. To reproduce a finding: the command that failed is in the log.
set -u
mode=${PROOF_MODE:-quick} seconds=${PROOF_SECONDS:-600}
work=$PROOF_BUILD/static-build
began=$(date +%s)
for tool in gcc python3; do
  command -v "$tool" >/dev/null || { echo "static: no $tool: tools/setup.sh checks" >&2; exit 2; }
done
mkdir -p "$work"
[ "$mode" = full ] || mode=quick

# Runs a command within what is left of the time. $work/NAME.end: ok, failed, skipped or cut.
run() { # <name> <command>...
  name=$1
  shift
  left=$((seconds - $(date +%s) + began))
  [ "$left" -ge 1 ] || left=1
  timeout "$left" "$@" >"$work/$name.out" 2>"$work/$name.log"
  case $? in
  0) end=ok ;;
  77) end=skipped ;;
  124) end='cut' ;;
  *)
    end=failed
    { echo "static: $*"; cat "$work/$name.log"; } >&2
    ;;
  esac
  echo "$end" >"$work/$name.end"
  echo "static: $name: $end, $(($(date +%s) - began)) s" >&2
}
ended() { # <name> <how>
  [ "$(cat "$work/$1.end")" = "$2" ]
}

# How many ended so, of those named.
count() { # <how> <name>...
  how=$1 n=0
  shift
  for name in "$@"; do
    ! ended "$name" "$how" || n=$((n + 1))
  done
  echo "$n"
}

rm -f "$work"/*.end
parts='reader frames utf8 message'
controls='reader_control frames_control utf8_control message_control'
promises='wp_time wp_ladder wp_council'
# A quick run looks at a quarter of the rows of Eva and one group of promises, each commit the next.
commits=$(git rev-list --count HEAD 2>/dev/null || echo 0)
first=$((commits % 4))
if [ "$mode" = quick ]; then
  # shellcheck disable=SC2086 # they are words
  promises=$(printf '%s\n' $promises | sed -n "$((commits % 3 + 1))p")
fi
broken=$(for part in $promises; do echo "${part}_control"; done)
{
  for part in $parts; do
    run "${part}_control" tests/static/eva.sh "$part" control
    run "$part" tests/static/eva.sh "$part" "$mode" "$first"
  done
  for part in $promises; do
    run "${part}_control" tests/static/wp.sh "${part#wp_}" control
    run "$part" tests/static/wp.sh "${part#wp_}" prove
  done
} &
run analyzer python3 tests/static/analyse.py "$PROOF_TESTS" "$work/gcc" src tools
run cppcheck tests/static/cppcheck.sh "$work/cppcheck" src tools
if ended analyzer ok; then
  run stack python3 tests/static/stack.py "$work/gcc" src/README.md
  run stack_control tests/static/stack_control.sh "$work/gcc"
else
  echo cut >"$work/stack.end"
fi
run controls tests/static/controls.sh "$work/controls"
run units tests/tools/systemd.sh "$PROOF_TESTS/bin" "$PROOF_TESTS/tools/systemd"
wait

verdict() { # <name>...
  if [ "$(count ok "$@")" = $# ]; then echo met; else echo short; fi
}
figure() { printf '%s\t%s\t%s\t%s\tlast\n' "$1" "$2" "$3" "$4"; }
# What a prover did for parts, and that it saw the line that is broken in each.
proofs() { # <what holds> <what is counted> <broken lines> <parts> <controls>
  # shellcheck disable=SC2086 # the parts are words
  goal=$(echo $4 | wc -w) proved=$(for part in $4; do cat "$work/$part.out"; done |
    awk '{ n += $1 } END { print n + 0 }')
  # shellcheck disable=SC2086
  figure "$1" "$(count ok $4)" "$goal" "$(verdict $4)"
  figure "$2" "$proved" - info
  # shellcheck disable=SC2086
  figure "$3" "$(count ok $5)" "$goal" "$(verdict $5)"
}
# shellcheck disable=SC2086
if [ "$(count skipped $parts)" = 0 ]; then
  proofs 'reader and frame parser, parts without an alarm of Eva' \
    'properties of them that Eva proved' 'broken lines that Eva saw' "$parts" "$controls"
else
  echo "static: no frama-c, the reader is not proved: tools/setup.sh proof" >&2
fi
# shellcheck disable=SC2086
if [ "$(count skipped $promises)" = 0 ]; then
  proofs 'groups of functions that keep their promises, by WP' 'goals that WP proved' \
    'broken lines that WP saw' "$promises" "$broken"
else
  echo "static: no Why3, Z3 or CVC4, no promise is proved: tools/setup.sh proof" >&2
fi
files=$(sed -n 's/^analyse: \([0-9]*\) files.*/\1/p' "$work/analyzer.log")
figure 'files clean under gcc -fanalyzer' "${files:-0}" all "$(verdict analyzer)"
ended cppcheck skipped || figure 'cppcheck, findings' \
  "$(grep -cE ': (error|warning|style|performance|portability):' "$work/cppcheck.log")" 0 \
  "$(verdict cppcheck)"
if ended stack ok || ended stack failed; then
  figure 'functions that recurse' "$(grep -c '^recursion:' "$work/stack.log")" 0 "$(verdict stack)"
  awk -F '\t' -v OFS='\t' -v verdict="$(verdict stack)" \
    '{ print "stack of the deepest call, " $1 ", bytes", $2, $3, verdict, "last" }' \
    "$work/stack.out"
fi
exposure=$(sed -n 's/^exposure //p' "$work/units.out" | sort -n | tail -n 1)
[ -z "$exposure" ] ||
  figure 'systemd units, exposure of the worst, of 10' "$exposure" 1.5 "$(verdict units)"
figure 'seeded faults that these found' "$(cat "$work/controls.out")" 6 "$(verdict controls)"
! grep -qxE 'failed|cut' "$work"/*.end
