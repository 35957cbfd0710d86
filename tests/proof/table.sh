#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: the README's proof table is what the newest report says, not what somebody typed.
# Method: printed anew from spec/proof/figures.tsv and compared.
set -eu
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/tools/proof.sh" --table >"$work/want"
sed -n '/^<!-- proof table/,/^<!-- end of the proof table/p' "$root/README.md" |
  grep '^|' >"$work/got"
if ! diff "$work/want" "$work/got"; then
  echo "README.md: not the table of spec/proof/figures.tsv; tools/proof.sh --write writes it"
  exit 1
fi
[ "$(wc -l <"$work/got")" -ge 8 ] || { echo "README.md: the proof table is empty"; exit 1; }
