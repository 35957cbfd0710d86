#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of the proof: which branches of the source the tests take, as clang counts them: each
# condition both ways, each case of a switch. Assertions count as no branch, for no test can take
# one; benchmarks are left out. The list of what is not taken is in $PROOF_BUILD/coverage.txt.
# PROOF_MODE=quick builds and runs the tests of the units and the replays of fuzz inputs, full also
# the programs and their tests, those with faults among them.
set -eu
build=$PROOF_BUILD/coverage-build profiles=$PROOF_BUILD/coverage-profiles
for tool in clang llvm-profdata-14 llvm-cov-14 python3; do
  command -v $tool >/dev/null || { echo "coverage: no $tool" >&2; exit 2; }
done
# Little optimisation: half of the time is the compiler's. Each test adds to one of eight files:
# what it ran is merged as it ends.
labels='unit|fuzz' tools=OFF flags=-O1 files=%8m
# Programs that are killed do not end so: their counters are mapped from the file, and shared.
[ "$PROOF_MODE" = quick ] || {
  labels=. tools=ON files=%4m%c
  flags="$flags -mllvm -runtime-counter-relocation -fprofile-update=atomic"
}
mkdir -p "$build"
rm -rf "$profiles"
mkdir "$profiles"
{ cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DALLSWELL_COVERAGE=ON \
    -DALLSWELL_TOOLS=$tools -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$flags" &&
  cmake --build "$build" -j "$(nproc)"; } >"$build/build.log" 2>&1 ||
  { tail -n 20 "$build/build.log" >&2; exit 1; }

LLVM_PROFILE_FILE=$profiles/$files.profraw timeout "$PROOF_SECONDS" ctest --test-dir "$build" \
  -j "$(nproc)" -L "$labels" -LE models --output-on-failure --no-tests=error >&2 || exit 1

llvm-profdata-14 merge -sparse "$profiles"/*.profraw -o "$profiles/all" 2>/dev/null
first=$build/unit/test_base
set --
for program in "$build"/unit/test_* "$build"/integ/test_* "$build"/tools-tests/test_* \
  "$build"/fuzz/replay_* "$build"/faults/faults_* "$build"/bin/allswell*; do
  [ ! -f "$program" ] || [ ! -x "$program" ] || set -- "$@" -object "$program"
done
llvm-cov-14 export -instr-profile "$profiles/all" "$first" "$@" >"$profiles/all.json" 2>/dev/null
exec python3 tests/coverage/branches.py "$profiles/all.json" "$PWD" "$PROOF_MODE" \
  "$PROOF_BUILD/coverage.txt"
