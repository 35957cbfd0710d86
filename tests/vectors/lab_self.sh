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

# noticed PATTERN EDIT: with that edit of the last line of each file that matches the pattern, each
# of them is wrong, and no other.
noticed() {
    cp -r "$copy/now" "$copy/edited"
    : >"$copy/wrong"
    for file in *.json bad/*.json; do
        line=$(grep -n "$1" "$file" | grep -v '"note"\|"about"' | tail -n 1 | cut -d: -f1)
        [ -n "$line" ] || continue
        sed -i "$line$2" "$copy/edited/$file"
        echo "$file" >>"$copy/wrong"
    done
    "$lab" vectors --verify "$copy/edited" >"$copy/said" 2>/dev/null && exit 1
    sed -n 's/ .*FAILED$//p' "$copy/said" | sort >"$copy/found"
    sort "$copy/wrong" | diff - "$copy/found" || {
        echo "above: files in which a change was not noticed"
        exit 1
    }
    [ "$(wc -l <"$copy/wrong")" -gt 9 ]
    rm -r "$copy/edited"
}

# One hexadecimal digit or letter of the last text; one digit of the last number.
cd "$copy/now"
noticed '"[a-z_0-9 ]*": "[^"]*"' 's/": "\(.\)\{0,1\}/": "x\1/'
noticed '": [0-9][0-9]*,\{0,1\}$' 's/": \([0-9]*\)/": 7\1/'
"$lab" vectors --verify "$copy/now" >/dev/null
