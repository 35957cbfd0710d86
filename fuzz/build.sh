#!/bin/bash -eu
# SPDX-License-Identifier: ISC
# Builds every fuzz target the way OSS-Fuzz and ClusterFuzzLite ask for it: their compilers and
# flags, linked as C++ with their engine, into $OUT, each with its seeds and its dictionary.
#
#   CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE SRC WORK OUT     as those set them
#   FUZZ_TARGETS     only these, by name (fuzz/build_test.sh)
#   FUZZ_LIBRARIES   ".a" where the machine that runs lacks the shared libraries
root=$(cd "$(dirname "$0")/.." && pwd)
build=$WORK/allswell

cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$CC" \
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_C_FLAGS="$CFLAGS" -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
  -DCMAKE_FIND_LIBRARY_SUFFIXES="${FUZZ_LIBRARIES:-.a;.so}" \
  -DALLSWELL_FUZZ=ON -DALLSWELL_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DALLSWELL_FUZZ_CXX=ON \
  -DALLSWELL_TESTS=OFF -DALLSWELL_TOOLS=OFF
targets=fuzz_all
[ -z "${FUZZ_TARGETS:-}" ] || targets=$(printf 'fuzz_%s ' $FUZZ_TARGETS)
cmake --build "$build" -j "$(nproc)" --target $targets

for target in "$build"/fuzz/fuzz_*; do
  name=${target##*/fuzz_}
  base=${name%_stub}
  cp "$target" "$OUT/${name}_fuzzer"
  if [ -d "$root/fuzz/corpus/$base" ]; then
    zip -qjr "$OUT/${name}_fuzzer_seed_corpus.zip" "$root/fuzz/corpus/$base"
  fi
  if [ -f "$root/fuzz/$base.dict" ]; then
    cp "$root/fuzz/$base.dict" "$OUT/${name}_fuzzer.dict"
  fi
  printf '[libfuzzer]\nmax_len = 4096\ntimeout = 20\n' >"$OUT/${name}_fuzzer.options"
done
