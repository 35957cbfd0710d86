#!/bin/sh
# SPDX-License-Identifier: ISC
# clang-tidy over src/ and the tools that people run, with the rules of .clang-tidy; prints
# findings only.
# Usage: clang_tidy.sh <folder of a clang build> <jobs>
set -eu
build=$1 jobs=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
# Each file once, though a test may compile it, too: clang-tidy 14 looks at both in one process, and
# takes every va_list of the second for uninitialised.
python3 - "$build/compile_commands.json" "$work/compile_commands.json" <<'PY'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    commands = json.load(file)
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(list({command["file"]: command for command in reversed(commands)}.values()), file)
PY
files="$root/(src|tools/(allswell|common|relay))/.*[.]c\$"
if run-clang-tidy -quiet -j "$jobs" -p "$work" "$files" >"$log" 2>&1; then
  echo "clang_tidy: nothing found"
  exit 0
fi
grep -v -E '^clang-tidy|warnings? generated|^$' "$log"
exit 1
