#!/bin/sh
# SPDX-License-Identifier: ISC
# The committed vectors are those that the lab writes now (VE-1, VE-2), and the lab notices a
# changed digit in each file.
set -eu
lab=$1 vectors=$2
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

mkdir "$copy/now" "$copy/now/bad"
"$lab" vectors --write "$copy/now" >/dev/null
diff -r -q "$vectors" "$copy/now" || {
    echo "spec/vectors is not what the code gives: allswell-lab vectors --write spec/vectors"
    exit 1
}

# So are the seeds of the fuzz targets.
corpus=$vectors/../../fuzz/corpus
for seed in "$corpus"/*/vector-*; do
    mkdir -p "$copy/seeds/$(basename "$(dirname "$seed")")"
done
"$lab" vectors --seeds "$copy/seeds" >/dev/null
for seed in "$copy"/seeds/*/vector-*; do
    cmp "$seed" "$corpus/${seed#"$copy/seeds/"}"
done

# One hexadecimal digit or letter of the last output of each file.
for file in "$copy"/now/*.json "$copy"/now/bad/*.json; do
    cp "$file" "$copy/kept"
    line=$(grep -n '"[a-z_0-9 ]*": "[^"]*"' "$file" | grep -v '"note"' | tail -n 1 | cut -d: -f1)
    sed -i "${line}s/\": \"\(.\)/\": \"x\1/" "$file"
    if "$lab" vectors --verify "$copy/now" >/dev/null 2>&1; then
        echo "a change in $(basename "$file") was not noticed"
        exit 1
    fi
    cp "$copy/kept" "$file"
done
"$lab" vectors --verify "$copy/now" >/dev/null
