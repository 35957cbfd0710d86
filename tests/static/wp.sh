#!/bin/sh
# SPDX-License-Identifier: ISC
# Frama-C's WP proves what some small functions do, see README.md.
# Usage: wp.sh PART MODE
#   PART   time, ladder or council
#   MODE   prove, or control: then one line is broken first, and one promise must not be proved
# Prints how many goals were proved. Exit: 0 all (control: one was not), 1 the opposite, 77 without
# Frama-C, Why3, Z3 or CVC4.
set -eu
part=$1 mode=$2
cd "$(dirname "$0")/../.."
. tests/static/frama.sh
needs frama-c why3 z3 cvc4

# What a loop keeps, in front of it. It is a comment.
note() { change "$1" "$2" "/*@ $3 */ $2"; } # <copy> <words> <annotation>

# The harness includes it, for what is static there.
copy() { # <file of src/>
  mkdir -p "$work/$(dirname "$1")"
  cp "src/$1" "$work/$1"
}
case $mode in
prove) seconds=60 ;;
control) seconds=5 ;; # that long for what cannot be proved
*) part=none ;;
esac
case $part in
time)
  copy base/time.h
  functions=aw_time_add,aw_time_since,aw_time_min,aw_time_max fault=aw_time_add
  broken "$work/base/time.h" 'AW_TIME_NEVER - b_ms ? ' 'AW_TIME_MAX_MS - b_ms ? '
  ;;
ladder)
  copy core/ladder.c
  functions=earliest,latest,aw_ladder_is_running,aw_ladder_due_s,delay_s,aw_ladder_next_level_s
  fault=aw_ladder_next_level_s
  note "$work/core/ladder.c" 'for (size_t i = 0; i < AW_LADDER_DUES; i++)
        due_s = earliest(' '
    loop invariant 0 <= i <= AW_LADDER_DUES;
    loop invariant \forall integer k; 0 <= k < i ==> due_s <= l->due.at_s[k];
    loop invariant due_s == AW_NO_TIME ||
                   \exists integer k; 0 <= k < i && due_s == l->due.at_s[k];
    loop assigns i, due_s;
    loop variant AW_LADDER_DUES - i;'
  note "$work/core/ladder.c" 'while (i > 0 && (rules->empty' '
    loop invariant 0 <= i <= \at(i, Pre) && are_empty(rules, i, \at(i, Pre));
    loop assigns i;
    loop variant i;'
  broken "$work/core/ladder.c" 'return earliest(at_s, last_s);' 'return at_s;'
  ;;
council)
  copy core/council.c
  functions=decide fault=decide
  broken "$work/core/council.c" 't->votes < t->quorum' 't->votes + 1 < t->quorum'
  ;;
*)
  echo "usage: wp.sh time|ladder|council prove|control" >&2
  exit 1
  ;;
esac
[ "$mode" != control ] || functions=$fault

export WHY3CONFIG="$work/why3.conf"
why3 config detect >"$work/why3" 2>&1 || {
  cat "$work/why3" >&2
  exit 1
}
# Every sum is to hold without wrapping around, though C would let it.
frama-c -c11 -cpp-extra-args="-I $work -I tests/static/include -I src -I src/include -I tests \
-std=c11 -include tests/static/include/frama.h" -wp -wp-rte -warn-unsigned-overflow \
  -wp-fct "$functions" -wp-prover z3,cvc4 -wp-timeout $seconds -wp-par 1 -wp-cache none \
  "tests/static/wp_$part.c" >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  exit 1
}
proved=$(sed -n 's|.*Proved goals: *\([0-9]*\) */ *\([0-9]*\)$|\1 \2|p' "$work/log")
bad=$(grep -E '^\[wp\] \[(Failed|Timeout|Unknown)\]' "$work/log" || true)
if [ "$mode" = control ]; then
  ! printf '%s\n' "$bad" | grep -q "Goal typed_${fault}_ensures" || exit 0
  echo "wp: $part: with a broken line all is proved" >&2
  exit 1
fi
if [ -z "$proved" ] || [ "${proved% *}" != "${proved#* }" ] || [ -n "$bad" ]; then
  echo "wp: $part: of ${proved#* } goals ${proved% *} are proved" >&2
  printf '%s\n' "$bad" >&2
  exit 1
fi
echo "${proved% *}"
