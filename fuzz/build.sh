#!/bin/bash -eu
# SPDX-License-Identifier: ISC
# Builds every fuzz target the way OSS-Fuzz and ClusterFuzzLite ask for it: their compilers and
# flags, linked as C++ with their engine, into $OUT, each with its seeds and its dictionary.
#
#   CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE SRC WORK OUT     as those set them
#   FUZZ_TARGETS     only these, by name (fuzz/build_test.sh)
#   FUZZ_STATIC      set where the machine that runs has none of our libraries: a target that needs
#                    a shared one is refused. What the tools use and no target calls may be shared.
libraries='cbor|curl|jansson|microhttpd|miniupnpc|qrencode|seccomp|sodium|sqlite3|uv'
root=$(cd "$(dirname "$0")/.." && pwd)
build=$WORK/allswell

cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER="$CC" \
  -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_C_FLAGS="$CFLAGS" -DCMAKE_CXX_FLAGS="$CXXFLAGS" \
  -DCMAKE_FIND_LIBRARY_SUFFIXES=".a;.so" -DCMAKE_EXE_LINKER_FLAGS=-Wl,--as-needed \
  -DALLSWELL_FUZZ=ON -DALLSWELL_FUZZ_ENGINE="$LIB_FUZZING_ENGINE" -DALLSWELL_FUZZ_CXX=ON \
  -DALLSWELL_TESTS=OFF
targets=fuzz_all
[ -z "${FUZZ_TARGETS:-}" ] || targets=$(printf 'fuzz_%s ' $FUZZ_TARGETS)
cmake --build "$build" -j "$(nproc)" --target $targets

for target in "$build"/fuzz/fuzz_*; do
  name=${target##*/fuzz_}
  base=${name%_stub}
  cp "$target" "$OUT/${name}_fuzzer"
  shared=$(readelf -d "$target" | grep -oE "lib($libraries)[.]so[^]]*" || :)
  if [ -n "${FUZZ_STATIC:-}" ] && [ -n "$shared" ]; then
    echo "$name needs shared libraries: $shared" >&2
    exit 1
  fi
  if [ -d "$root/fuzz/corpus/$base" ]; then
    zip -qjr "$OUT/${name}_fuzzer_seed_corpus.zip" "$root/fuzz/corpus/$base"
  fi
  if [ -f "$root/fuzz/$base.dict" ]; then
    cp "$root/fuzz/$base.dict" "$OUT/${name}_fuzzer.dict"
  fi
  printf '[libfuzzer]\nmax_len = 4096\ntimeout = 20\n' >"$OUT/${name}_fuzzer.options"
done
