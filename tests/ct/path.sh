#!/bin/sh
# SPDX-License-Identifier: ISC
# Counts the instructions of a check-in with each of three secrets: they must be as many.
# usage: path.sh VALGRIND PROGRAM [leak]
set -eu
valgrind=$1 program=$2
shift 2
counts=
for secret in 1 2 3; do # safe, duress, wrong
  count=$("$valgrind" --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=path_run \
    "$program" "$secret" "$@" 2>&1 | sed -n 's/.*Collected : *//p')
  echo "secret $secret: $count instructions"
  test "${count:-0}" -gt 100000 || { echo "nothing was counted"; exit 1; }
  counts="$counts $count"
done
# shellcheck disable=SC2086
set -- $counts
test "$1" -eq "$2" && test "$1" -eq "$3"
