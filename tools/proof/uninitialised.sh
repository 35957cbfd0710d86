#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of the proof: the tests of the units under MemorySanitizer, which tells each read of memory
# that nobody wrote (tests/msan has what it needs to know of the libraries).
set -eu
build=$PROOF_BUILD/uninitialised-build
command -v clang >/dev/null ||
  { echo "uninitialised: no clang: tools/setup.sh checks" >&2; exit 2; }
mkdir -p "$build"
{ cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DALLSWELL_MSAN=ON -DALLSWELL_TOOLS=OFF &&
  cmake --build "$build" -j "$(nproc)"; } >"$build/build.log" 2>&1 ||
  { tail -n 20 "$build/build.log" >&2; exit 1; }

status=0
timeout "$PROOF_SECONDS" ctest --test-dir "$build" -j "$(nproc)" -L unit --output-on-failure \
  --no-tests=error >"$build/ctest.log" 2>&1 || status=$?
passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .* Passed ' "$build/ctest.log" || true)
verdict=met
[ "$status" = 0 ] || { verdict=short; tail -n 40 "$build/ctest.log" >&2; }
printf 'tests clean under MemorySanitizer\t%s\tall\t%s\tlast\n' "$passed" "$verdict"
exit "$status"
