#!/bin/sh
# SPDX-License-Identifier: ISC
# Counts the instructions of every act with each of three secrets: they must be as many.
# usage: path.sh VALGRIND PROGRAM [leak]
set -eu
valgrind=$1 program=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One profile for each act: its totals are what path_run() took.
for secret in 1 2 3; do # safe, duress, wrong
  "$valgrind" --quiet --tool=callgrind --callgrind-out-file="$work/out" --toggle-collect=path_run \
    --dump-after=path_run "$program" "$secret" "$@" >/dev/null 2>"$work/errors" ||
    { cat "$work/errors"; exit 1; }
  acts=0
  while [ -e "$work/out.$((acts + 1))" ]; do
    acts=$((acts + 1))
    sed -n 's/^summary: //p' "$work/out.$acts"
  done >"$work/counts.$secret"
  rm "$work"/out*
done
paste "$work"/counts.* >"$work/counts"
echo "instructions with the safe, the duress and a wrong secret, act by act:"
cat "$work/counts"
awk 'NF != 3 || $1 < 100000 || $1 != $2 || $1 != $3 { bad++ }
     END { exit bad > 0 || NR != 7 }' "$work/counts"
