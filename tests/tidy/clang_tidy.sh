#!/bin/sh
# SPDX-License-Identifier: ISC
# clang-tidy over src/ and the tools that people run, with the rules of .clang-tidy; prints
# findings only.
# Usage: clang_tidy.sh <folder of a clang build> <jobs>
set -eu
build=$1 jobs=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
files="$root/(src|tools/(allswell|common|relay))/.*[.]c\$"
if run-clang-tidy -quiet -j "$jobs" -p "$build" "$files" >"$log" 2>&1; then
  echo "clang_tidy: nothing found"
  exit 0
fi
grep -v -E '^clang-tidy|warnings? generated|^$' "$log"
exit 1
