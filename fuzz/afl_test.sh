#!/bin/sh
# SPDX-License-Identifier: ISC
# AFL++ builds and runs the targets: some seconds of one, and it finds the canary.
# Usage: afl_test.sh <source folder>
set -eu
command -v afl-fuzz >/dev/null || { echo "no afl-fuzz: skipped"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$1"
said=$(fuzz/afl.sh request 2 "$work") || { echo "request: exit $?"; exit 1; }
count=$(echo "$said" | sed -n 's/^execs_done //p')
[ "$count" -ge 100 ] || { echo "$count executions in 2 s"; exit 1; }
status=0
said=$(AFL_BENCH_UNTIL_CRASH=1 fuzz/afl.sh canary 60 "$work" 2>"$work/said") || status=$?
[ $status = 1 ] || { cat "$work/said"; echo "canary: exit $status: $said"; exit 1; }
echo "fuzz_afl: $count executions of request; the canary is found"
