#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of the proof: faults on the real store and the real programs (tests/faults/README.md). Power
# cuts take one core; kills and calls that fail take the other, one after the other.
set -eu
seconds=$PROOF_SECONDS seed=$PROOF_SEED
bin=$PROOF_TESTS/bin preload=$PROOF_TESTS/faults/faults_preload.so run=$PROOF_TESTS/faults
[ -x "$run/faults_power" ] || { echo "faults: $run/faults_power is not built" >&2; exit 2; }
work=$(mktemp -d)
trap 'kill $power 2>/dev/null || :; rm -rf "$work"' EXIT
power= failed=0
if [ "$PROOF_MODE" = quick ]; then
  goal_cuts=20000 goal_kills=500 goal_store=500
else
  goal_cuts=1000000 goal_kills=10000 goal_store=100000
fi

part() { # <name> <command>...: its last line is kept; a failure is told
  name=$1
  shift
  if timeout -k 5 "$((seconds + 60))" "$@" >"$work/$name" 2>&1; then
    return 0
  else
    code=$?
  fi
  if [ $code -eq 77 ]; then
    tail -n 1 "$work/$name" >&2
    return 0
  fi
  { echo "FAILED: $*"; tail -n 20 "$work/$name"; } >&2
  failed=1
  : >"$work/$name.failed"
}

# The number before some words in what a part said last, or 0.
number() { # <name> <words>
  tail -n 1 "$work/$1" 2>/dev/null | sed -n "s/^\(.*[^0-9]\)\{0,1\}\([0-9][0-9]*\) $2.*/\2/p" |
    grep . || echo 0
}

figure() { # <name> <figure> <goal> <kind>
  verdict=met
  case $3 in
  -) verdict=info ;;
  0) [ "$2" -eq 0 ] || verdict=short ;;
  *) [ "$2" -ge "$3" ] || verdict=short ;;
  esac
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$verdict" "$4"
}

share() { echo "$(((seconds - 8) * $1 / 100))"; }

(part power "$run/faults_power" --seed "$seed" --seconds "$(share 90)"
 part control_normal "$run/faults_power" --seed "$seed" --cuts 400 --control normal
 part control_lies "$run/faults_power" --seed "$seed" --cuts 400 --control lies) &
power=$!

part memory "$run/faults_memory"
part store env KILL_SEED="$seed" KILL_SECONDS="$(share 6)" "$PROOF_TESTS/unit/test_store_faults"
part flood "$run/faults_flood" "$bin" "$preload" --seconds "$(share 8)"
here=$PWD/tests/faults
if [ "$PROOF_MODE" = quick ]; then
  part kill "$run/faults_relay" "$bin" "$preload" --kill --seed "$seed" --seconds "$(share 33)"
  part fail "$run/faults_relay" "$bin" "$preload" --fail --seed "$seed" --seconds "$(share 18)"
  part circle "$here/circle_kill.py" "$bin" "$preload" --seed "$seed" --seconds "$(share 14)"
else
  part kill "$run/faults_relay" "$bin" "$preload" --kill --seed "$seed" --seconds "$(share 28)"
  part fail "$run/faults_relay" "$bin" "$preload" --fail --seed "$seed" --seconds "$(share 16)"
  part circle "$here/circle_kill.py" "$bin" "$preload" --seed "$seed" --seconds "$(share 12)"
  if [ "$seconds" -ge 500 ]; then
    part network "$here/network.py" "$bin" "$preload" --seed "$seed"
    part asleep "$here/asleep.py" "$bin" "$preload" --suspend 1
    part commands "$here/commands.py" "$bin" "$preload" --seed "$seed" --seconds 60
    # What draws nothing: once for each commit.
    if ! cmp -s "$PROOF_BUILD/commit" "$PROOF_BUILD/swept"; then
      part sweep_relay "$run/faults_relay" "$bin" "$preload" --sweep 8
      part sweep "$here/sweep.py" "$bin" "$preload" --steps 8
      cp "$PROOF_BUILD/commit" "$PROOF_BUILD/swept"
    fi
    for name in clock hosts full restored secrets; do
      part $name "$here/$name.py" "$bin" "$preload"
    done
  fi
fi
wait $power
power=
[ -z "$(find "$work" -name '*.failed')" ] || failed=1

figure "power cuts" "$(number power 'power cuts')" $goal_cuts sum
figure "power cuts: acknowledged commits lost" "$(number power lost)" 0 sum
figure "power cuts: databases damaged" "$(number power damaged)" 0 sum
figure "flushes that failed before a cut" "$(number power 'flushes failed')" - sum
figure "losses found with synchronous = NORMAL (control)" "$(number control_normal lost)" 1 sum
figure "losses found on a disk that lies (control)" "$(number control_lies lost)" 1 sum
figure "kill -9 cycles of a relay" "$(number kill killed)" $goal_kills sum
figure "kill -9 cycles of a store" \
  "$(sed -n 's/^\([0-9]*\) kill -9 cycles of a store$/\1/p' "$work/store" | grep . || echo 0)" \
  $goal_store sum
figure "kill -9 cycles with an alarm under way" "$(number circle killed)" - sum
lost=$(($(number kill lost) + $(number fail lost)))
figure "cells acknowledged by relays that were killed or failed" \
  "$(($(number kill 'cells acknowledged') + $(number fail 'cells acknowledged')))" - sum
figure "acknowledged cells lost" "$lost" 0 sum
figure "fail points of malloc in the store" "$(number memory 'fail points')" - max
figure "failures of malloc in a relay" "$(number fail 'of malloc')" - sum
figure "failures of calls and malloc in a relay" "$(number fail 'faults met')" - sum
if [ "$(number flood beats)" -gt 0 ]; then
  figure "bogus handshakes a second, beside 5,000 slow connections" \
    "$(number flood 'bogus handshakes a second')" 10000 max
  figure "beats lost in that flood" "$(number flood lost)" 0 sum
  wait_ms=$(number flood 'ms at p99,')
  verdict=met
  [ "$wait_ms" -lt 1000 ] || verdict=short
  printf 'their time to the reader, p99, ms\t%s\tbelow 1000\t%s\tmax\n' "$wait_ms" $verdict
  # Its growth is the test's to judge.
  figure "resident memory of the relay in that flood, KiB" "$(number flood KiB)" - max
fi
exit $failed
