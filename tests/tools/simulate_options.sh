#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: each option of `allswell-lab simulate` does what --help says; a wrong one is refused, and
# nothing is lived. Method: short lives of one contact. Usage: simulate_options.sh <allswell-lab>
set -eu
lab=$1
log=$(mktemp)
cells=$(mktemp)
trap 'rm -f "$log" "$cells"' EXIT
bad=0

simulate() { # <exit code> <text in the output> <argument>...
  want=$1 text=$2
  shift 2
  got=0
  "$lab" simulate "$@" >"$log" 2>&1 || got=$?
  if [ "$got" = "$want" ] && grep -qF -- "$text" "$log"; then return; fi
  echo "simulate $*: exit code $got, not $want, or no '$text':" >&2
  tail -n 20 "$log" >&2
  bad=1
}
fail() {
  echo "simulate: $1" >&2
  bad=1
}
faults() { sed -n 's/.*; faults://p' "$log" | tr -d '0-9\n' | tr -s ' '; }
short="--contacts 1 --days 0.1"

# shellcheck disable=SC2086 # several words
{
  simulate 0 'Lives of whole circles' --help
  simulate 0 '1 lives, 0 failed' $short --faults none
  simulate 0 '2 lives, 0 failed' $short --faults none --seed 4 --seeds 2 --twice
  simulate 0 '1 lives, 0 failed' $short --faults none --years 0.00001
  simulate 0 ' failed' $short --faults none --seconds 0.01
  simulate 0 'she: checks in' $short --faults none --verbose
  simulate 0 'processes that died' $short --faults drawn --report
  simulate 0 'power cuts of disks     0' $short --faults none --report
  simulate 0 '1 lives, 0 failed' $short --faults none --sqlite
  TMPDIR=/nowhere simulate 4 'set TMPDIR' $short --faults none --sqlite
  simulate 0 'faults: doze' $short --faults doze --verbose
  simulate 0 '1 lives, 0 failed' $short --faults delay,doze --verbose
  [ "$(faults)" = ' delay doze ' ] || fail "delay,doze, and not '$(faults)'"
  simulate 0 '1 lives, 0 failed' $short --faults all --verbose
  case $(faults) in *' crash doze '*) ;; *) fail "all, and not '$(faults)'" ;; esac
  simulate 0 '1 lives, 0 failed' $short --faults -doze,-crash --verbose
  case $(faults) in
  *doze* | *crash* | '') fail "without doze and crash, and not '$(faults)'" ;;
  esac
  simulate 0 'person-years' $short --faults none --figures real
  simulate 0 'person-years' $short --faults none --figures stub

  # A line a cell; no file where there is no place for one.
  simulate 0 '1 lives, 0 failed' $short --faults none --cells "$cells"
  grep -q "^ladder	fine	time	[1-9]" "$cells" || fail "no cell in --cells"
  ! grep -vqE '^[^	]+	[^	]+	[^	]+	[0-9]+$' "$cells" || fail "--cells: no four fields"
  simulate 4 "cannot write $cells/x" $short --faults none --cells "$cells/x"

  # What is found on purpose is told with the command that finds it again.
  simulate 1 'simulate --seed 1 --verbose --faults none --contacts 1 --days 1 --canary 3' \
    --contacts 1 --days 1 --faults none --canary 3
  simulate 1 'I3 VIOLATED' --contacts 1 --days 1 --faults none --canary 3 --figures real
  simulate 1 'repeat: allswell-lab simulate --seed 1 --verbose --canary 3' --canary 3 --shrink 0
}

for wrong in '--seed x' '--seed' '--seed -1' '--seeds 1x' '--contacts 17' '--canary 99' \
  '--days 1e99' '--faults rain' '--faults doze,rain' '--figures half' '--figures' '--nonsense' \
  "--faults $(printf 'doze,%.0s' $(seq 60))" 'x' '--seeds 0' '--seeds -1' '--seed 1.5' \
  '--seed 9000000000000001' '--years 0' '--years -1' '--years nan' '--seconds 1s' \
  '--seconds inf' '--days 0' '--contacts 1e1' '--canary -0' '--shrink -1' \
  '--shrink 1.5' '--shrink 86401'; do
  got=0
  # shellcheck disable=SC2086
  "$lab" simulate $wrong >"$log" 2>&1 || got=$?
  [ "$got" = 2 ] || fail "$wrong: exit code $got, not 2"
  if [ "$(wc -l <"$log")" -ne 1 ] || ! grep -q "^allswell-lab: .*${wrong%% *}.*: " "$log"; then
    fail "$wrong: not one line that names it and says what to do: $(cat "$log")"
  fi
  ! grep -q lives, "$log" || fail "$wrong: something was lived"
done
exit "$bad"
