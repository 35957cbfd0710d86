#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: each invariant of the simulator finds the flaws that are put into the world for it, and
# without the flaw the same lives pass; the command that is printed with it finds it again. Of a
# life that breaks a smaller one is found that breaks, too, and its command finds it again.
# Method: simulate --canary for each number, on stub crypto; the invariant that broke must be that
# of the number, or the one that is named after it.
# Usage: simulate_canaries.sh <aw-simulate-stub>
set -eu
simulate=$*
failed=0

canary() { # <number>[:<invariant>] <option>...
  k=${1%:*} i=${1#*:}
  shift
  if ! $simulate --seed 1 "$@" >/dev/null 2>&1; then
    echo "NOT CLEAN: I$i: fails without its flaw: $*"
    failed=1
    return 0
  fi
  told=$($simulate --seed 1 "$@" --canary "$k" --shrink 0 2>&1) || true
  again=$(echo "$told" | sed -n 's/^  repeat: //p' | head -n 1)
  if echo "$told" | grep -a -q "^FAILED seed [0-9]*: I$i," &&
    $again --shrink 0 2>&1 | grep -a -q "^FAILED seed [0-9]*: I$i,"; then
    echo "found I$i: $(echo "$told" | sed -n 's/^  on purpose: //p' | head -n 1)"
  else
    echo "NOT FOUND: I$i: $simulate --seed 1 $* --canary $k"
    failed=1
  fi
}

canary 1 --days 20 --faults none
canary 2 --days 20 --faults none
canary 3 --days 20 --faults none
canary 4 --days 20 --faults crash
# On disks: they take a flush for done.
canary 4 --days 20 --faults crash --sqlite
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
canary 17 --seed 3 --days 20 --faults cut,flap
canary 18:2 --seed 2 --days 20 --faults flap
canary 19:4 --days 20 --faults none
canary 20:8 --days 20 --faults none
canary 21:9 --days 20 --faults hostile
# A flaw that needs a device that starts again, and nothing else of three contacts' weeks.
told=$($simulate --seed 6 --canary 5 --shrink 600 2>&1) || true
again=$(echo "$told" | sed -n 's/^  repeat: //p' | sed -n 2p)
case $again in
*" --contacts 1 --days "?" "*) ;;
*) again=false ;;
esac
if $again --shrink 0 2>&1 | grep -a -q "^FAILED seed 6: I5,"; then
  echo "smaller: $again"
else
  echo "NOT SMALLER: $simulate --seed 6 --canary 5"
  failed=1
fi
exit "$failed"
