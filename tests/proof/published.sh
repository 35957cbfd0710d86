#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: the proof table of the README is that of the figures in spec/proof, and the report says the
# same.
# Method: tools/proof.sh --table prints what must stand between the README's marks, and line by line
# in the report.
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tools/proof.sh --table >"$work/table"
[ "$(wc -l <"$work/table")" -gt 20 ] || { echo "published: no figures"; exit 1; }
sed -n '/^<!-- proof table/,/^<!-- end of the proof table/p' README.md | sed '1d;$d' >"$work/shown"
diff "$work/table" "$work/shown" || {
  echo "published: README.md has another table: tools/proof.sh --write, or put its --table there"
  exit 1
}
tail -n +3 "$work/table" | while read -r line; do
  grep -qxF "$line" spec/proof/report.md || { echo "published: not in the report: $line"; exit 1; }
done
