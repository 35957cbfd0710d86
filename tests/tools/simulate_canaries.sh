#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: each invariant of the simulator finds the flaw that is put into the world for it, and
# without the flaw the same lives pass; the command that is printed with it finds it again.
# Method: simulate --canary for each number, on stub crypto; the invariant that broke must be that
# of the number.
# Usage: simulate_canaries.sh <aw-simulate-stub>
set -eu
simulate=$*
failed=0

canary() { # <invariant> <option>...
  k=$1
  shift
  if ! $simulate --seed 1 "$@" >/dev/null 2>&1; then
    echo "NOT CLEAN: I$k: fails without its flaw: $*"
    failed=1
    return 0
  fi
  told=$($simulate --seed 1 "$@" --canary "$k" 2>&1) || true
  again=$(echo "$told" | sed -n 's/^  repeat: //p' | head -n 1)
  if echo "$told" | grep -a -q "^FAILED seed [0-9]*: I$k," &&
    $again 2>&1 | grep -a -q "^FAILED seed [0-9]*: I$k,"; then
    echo "found I$k: $(echo "$told" | sed -n 's/^  on purpose: //p' | head -n 1)"
  else
    echo "NOT FOUND: I$k: $simulate --seed 1 $* --canary $k"
    failed=1
  fi
}

canary 1 --days 20 --faults none
canary 2 --days 20 --faults none
canary 3 --days 20 --faults none
canary 4 --days 20 --faults crash
canary 5 --days 20 --faults crash
canary 6 --days 30 --faults late
canary 7 --days 10 --faults none
canary 8 --days 60 --faults none
canary 9 --days 20 --faults hostile
canary 10 --days 10 --faults none --twice
canary 11 --days 10 --faults none
canary 12 --seed 2 --days 20 --faults clock,crash
canary 13 --days 20 --faults none --contacts 2
canary 14 --days 20 --faults removal --contacts 2
canary 15 --days 20 --faults card
canary 16 --days 20 --faults early
exit "$failed"
