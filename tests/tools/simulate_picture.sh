#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: false alarms and detection times of the real engines are those of Chen's formulas, within
# the tolerance of tools/lab/sim/chen.h, and the picture of them is the same each time.
# Method: a short run of every point, twice. It ends with 1 where a figure is not as computed.
set -eu
lab=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

"$lab" simulate --picture "$dir/a.svg" --days 6
"$lab" simulate --picture "$dir/b.svg" --days 6
cmp "$dir/a.svg" "$dir/b.svg"
cmp "$dir/a.tsv" "$dir/b.tsv"
# Every point is in both, and the words can be selected.
[ "$(grep -c yes "$dir/a.tsv")" -eq 28 ]
[ "$(grep -c '<polyline' "$dir/a.svg")" -eq 12 ]
grep -q '<text [^>]*>false alarms a person-year</text>' "$dir/a.svg"

# What cannot be written, or is too short, is said.
code=0
"$lab" simulate --picture "$dir/none/a.svg" --days 2 2> "$dir/err" || code=$?
[ "$code" -eq 4 ] && grep -q none/a.svg "$dir/err"
for wrong in "a.png --days 2" "a.svg --days 1"; do
    code=0
    # shellcheck disable=SC2086 # a name and an option
    "$lab" simulate --picture $wrong 2> "$dir/err" || code=$?
    [ "$code" -eq 2 ] && grep -q picture "$dir/err"
done
