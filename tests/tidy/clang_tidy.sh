#!/bin/sh
# SPDX-License-Identifier: ISC
# clang-tidy over src/ and the tools that people run, with the rules of .clang-tidy; prints
# findings only.
# Usage: clang_tidy.sh <folder of a clang build> <jobs> [all | 0 | 1 | 2: the third to look at]
set -eu
build=$1 jobs=$2 third=${3:-all}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT
# Each file once, though a test may compile it, too: clang-tidy 14 looks at both in one process, and
# takes every va_list of the second for uninitialised.
count=$(python3 - "$build" "$work" "$root" "$third" <<'PY'
import json, re, sys
build, work, root, third = sys.argv[1:]
with open(build + "/compile_commands.json", encoding="utf-8") as file:
    commands = {command["file"]: command for command in reversed(json.load(file))}
ours = re.compile(re.escape(root) + r"/(src|tools/(allswell|common|relay))/.*[.]c$")
files = sorted(name for name in commands if ours.match(name))
if third != "all":
    files = files[int(third)::3]
with open(work + "/compile_commands.json", "w", encoding="utf-8") as file:
    json.dump([commands[name] for name in files], file)
print(len(files))
PY
)
[ "$count" -gt 0 ] || { echo "clang_tidy: $build compiles none of our files" >&2; exit 1; }
if run-clang-tidy -quiet -j "$jobs" -p "$work" >"$log" 2>&1; then
  echo "clang_tidy: nothing found in $count files"
  exit 0
fi
grep -v -E '^clang-tidy|warnings? generated|^$' "$log"
exit 1
