#!/bin/sh
# SPDX-License-Identifier: ISC
# What OSS-Fuzz and ClusterFuzzLite would do with fuzz/build.sh, without their containers: build
# some targets, look for what they need beside them, and run each for a moment.
# Usage: build_test.sh <source folder>
set -eu
root=$1
command -v clang++ >/dev/null || { echo "no clang++: skipped"; exit 77; }
command -v zip >/dev/null || { echo "no zip: skipped"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out" "$work/work"

export CC=clang CXX=clang++ SRC=$root WORK=$work/work OUT=$work/out
# How it is built counts here, not how fast it runs.
export CFLAGS="-O0 -gline-tables-only -fsanitize=address -fsanitize=fuzzer-no-link"
export CXXFLAGS=$CFLAGS LIB_FUZZING_ENGINE=-fsanitize=fuzzer
export FUZZ_TARGETS="call relay channel_stub card_text"
bash "$root/fuzz/build.sh" >"$work/log" 2>&1 || { tail -n 30 "$work/log"; exit 1; }

for name in $FUZZ_TARGETS; do
  target=$OUT/${name}_fuzzer
  for file in "$target" "${target}_seed_corpus.zip" "$target.options"; do
    [ -s "$file" ] || { echo "$file is missing"; exit 1; }
  done
  mkdir "$work/$name"
  python3 -m zipfile -e "${target}_seed_corpus.zip" "$work/$name"
  "$target" -runs=50 "$work/$name" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
done
[ -s "$OUT/call_fuzzer.dict" ] || { echo "the dictionary is missing"; exit 1; }
# The two services differ in what they say about the project, not in how they build it.
for folder in .clusterfuzzlite fuzz/oss-fuzz; do
  grep -q 'fuzz/build\.sh' "$root/$folder/build.sh"
  grep -q '^base_os_version: ubuntu-24-04$' "$root/$folder/project.yaml"
done
echo "fuzz_build: $(find "$OUT" -name '*_fuzzer' | wc -l) targets with seeds and options"
