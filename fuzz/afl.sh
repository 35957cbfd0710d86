#!/bin/sh
# SPDX-License-Identifier: ISC
# Builds a target with AFL++ (Debian: afl++) and fuzzes it. The mutator of the message tables is
# libFuzzer's interface; AFL++ has its own mutations, and gets its knowledge of the messages from
# the seeds and the dictionary.
# Usage: fuzz/afl.sh TARGET SECONDS [build folder]
#   SANITIZE=ON in the environment: with AddressSanitizer and UndefinedBehaviorSanitizer
# Prints what came of it. Exit: 0 nothing found, 1 something, 2 it cannot be run.
set -eu
cd "$(dirname "$0")/.."
[ $# -ge 2 ] || { echo "usage: fuzz/afl.sh TARGET SECONDS [build folder]" >&2; exit 2; }
name=$1 seconds=$2 build=${3:-build-afl}
base=${name%_stub}
command -v afl-clang-fast >/dev/null ||
  { echo "afl: no afl-clang-fast: apt install afl++" >&2; exit 2; }

export AFL_QUIET=1 AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
mkdir -p "$build"
{ cmake -S . -B "$build" -DCMAKE_C_COMPILER=afl-clang-fast -DALLSWELL_FUZZ=ON \
    -DALLSWELL_SANITIZE="${SANITIZE:-OFF}" -DALLSWELL_TESTS=OFF -DALLSWELL_TOOLS=ON &&
  cmake --build "$build" -j "$(nproc)" --target "fuzz_$name"; } >"$build/build.log" 2>&1 ||
  { tail -n 30 "$build/build.log" >&2; exit 2; }

seeds=fuzz/corpus/$base
if [ ! -d "$seeds" ]; then
  seeds=$build/seeds
  mkdir -p "$seeds"
  printf '\0' >"$seeds/zero"
fi
dictionary=
[ ! -f "fuzz/$base.dict" ] || dictionary="-x fuzz/$base.dict"
# shellcheck disable=SC2086 # it may be nothing
afl-fuzz -V "$seconds" -i "$seeds" -o "$build/out-$name" $dictionary -- "$build/fuzz/fuzz_$name" \
  >"$build/afl-$name.log" 2>&1 || { tail -n 20 "$build/afl-$name.log" >&2; exit 2; }
awk -F ' *: *' '/^(execs_done|execs_per_sec|corpus_count|edges_found|saved_crashes|saved_hangs) / {
  print $1, $2 }' "$build/out-$name/default/fuzzer_stats"
if find "$build/out-$name/default/crashes" -name 'id:*' | grep -q .; then
  echo "afl: crashes in $build/out-$name/default/crashes" >&2
  exit 1
fi
