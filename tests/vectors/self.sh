#!/bin/sh
# SPDX-License-Identifier: ISC
# The oracle must refuse vectors of which one digit was changed: one file after the other.
# Usage: self.sh <python> <folder with vectors>
set -eu

here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

while read -r file field; do
    cp "$2"/*.json "$work"
    sed -i "/\"$field\"/ s/[0-9a-f]\"\(,*\)\$/z\"\1/; /\"$field\"/ y/z/f/" "$work/$file"
    if cmp -s "$2/$file" "$work/$file"; then # the digit was an f already
        sed -i "/\"$field\"/ s/f\"\(,*\)\$/0\"\1/" "$work/$file"
    fi
    if "$1" "$here/oracle.py" "$work" >"$work/out" 2>&1; then
        echo "the oracle did not notice a change of $field in $file"
        exit 1
    fi
    grep -q 'the file has' "$work/out"
done <<END
kdf.json capability_hash
cell.json head
shares.json share_3
presence.json mac
link.json answer_frame
short.json frame
peers.json badge
END
echo "every change was noticed"
