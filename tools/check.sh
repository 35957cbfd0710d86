#!/bin/sh
# SPDX-License-Identifier: ISC
# Sets a Debian 12 machine up, builds Allswell and runs all checks; the last thing printed is
# the summary.
# Usage: tools/check.sh [--quick | --after-proof]
#   --quick        gcc build and its tests only: no sanitizers, no clang-tidy, no valgrind
#   --after-proof  without the tests that tools/proof.sh --quick has just run; of clang-tidy,
#                  valgrind and the tests that take longest a third, each commit the next
set -eu
cd "$(dirname "$0")/.."
root=$PWD
quick= after_proof=
case ${1:-} in
'') ;;
--quick) quick=1 ;;
--after-proof) after_proof=1 ;;
*)
  echo "usage: tools/check.sh [--quick | --after-proof]" >&2
  exit 2
  ;;
esac
jobs=$(nproc 2>/dev/null || echo 2)
tests=$((jobs + 2)) # at a time: many of them wait
all=$root/build-check-all
third=all
[ -z "$after_proof" ] || third=$(($(git rev-list --count HEAD 2>/dev/null || echo 0) % 3))

# Takes tests out that it is not the turn of.
later=
turn() { # <whose> <names, as ctest -E takes them>
  case $third in all | "$1") ;; *) later="$later|$2" ;; esac
}
turn 0 'simulate_seeds|faults_network|cross_cmake|cross_arm'
turn 1 'faults_relay_sweep|faults_asleep|faults_commands|fuzz_afl'
turn 2 'faults_sweep|faults_clock|proxy_onion|headers_clang|cross_aarch64'

say() { printf '== %s\n' "$*"; }

build() { # <folder> <C compiler> <cmake option>...
  folder=$1 cc=$2
  shift 2
  say "build with $cc in $folder/"
  mkdir -p "$folder"
  if ! { cmake -S . -B "$folder" -DCMAKE_C_COMPILER="$cc" "$@" &&
    cmake --build "$folder" -j "$jobs"; } >"$folder/build.log" 2>&1; then
    tail -n 40 "$folder/build.log"
    say "the build failed: $folder/build.log has all of it"
    exit 1
  fi
}

# Adds tests to the list that one ctest runs over, so that there is one summary.
list() { printf '%s\n' "$*" >>"$all/CTestTestfile.cmake"; }

if [ -n "$quick" ]; then tools/setup.sh tests; else tools/setup.sh checks; fi
rm -rf "$all"
mkdir -p "$all"
: >"$all/CTestTestfile.cmake"

build build-check gcc
list "subdirs(\"$root/build-check\")"

if [ -z "$quick" ]; then
  if command -v clang >/dev/null; then
    # After the proof, the build that it has fuzzed.
    build build-check-asan clang -DALLSWELL_SANITIZE=ON ${after_proof:+-DALLSWELL_FUZZ=ON} \
      -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG'
    # What walks the code that others walk, and takes longest, is left out.
    list "add_test(sanitizers \"$root/tests/support/nested.sh\" \"$root/build-check-asan\"" \
      "-j $((2 * jobs)) -LE \"page${after_proof:+|proof}\"" \
      "-E \"proxy_onion|tools_(setup|restored|relay_events|doctor|demo_.*)\")"
    list "set_tests_properties(sanitizers PROPERTIES TIMEOUT 900 LABELS asan RUN_SERIAL TRUE)"
  else
    say "no clang: sanitizers skipped"
  fi
  if command -v run-clang-tidy >/dev/null && [ -d build-check-asan ]; then
    # From the first moment on, with what the other tests leave of the cores: many of them wait.
    list "add_test(clang_tidy nice -n 19 \"$root/tests/tidy/clang_tidy.sh\"" \
      "\"$root/build-check-asan\" $jobs $third)"
    list "set_tests_properties(clang_tidy PROPERTIES LABELS tidy TIMEOUT 1800 COST 1000)"
    tests=$((tests + 1))
  else
    say "no run-clang-tidy: skipped"
  fi
  if command -v valgrind >/dev/null; then
    turn=0
    for test in build-check/unit/test_*; do
      turn=$(((turn + 1) % 3))
      [ "$third" = all ] || [ $turn = "$third" ] || continue
      name=valgrind_${test##*/test_}
      # Simulations and whole circles walk the same code many times: for them the sanitizers are
      # enough.
      case $name in *_sim | *_model | *_attacks* | *_memory) continue ;; esac
      ! grep -qE 'support/(c[a-z]*|attacker|trace)[.]h' tests/*/"${test##*/}.c" || continue
      # Children of a test are programs of their own, and tested as such.
      list "add_test($name valgrind --quiet --error-exitcode=99 --leak-check=full" \
        "--trace-children=no --child-silent-after-fork=yes \"$root/$test\")"
      list "set_tests_properties($name PROPERTIES LABELS valgrind TIMEOUT 300" \
        "ENVIRONMENT T_VALGRIND=1)"
    done
  else
    say "no valgrind: skipped"
  fi
fi

# What ctest does not read as it is meant leaves tests out.
! ctest --test-dir "$all" -N 2>&1 | grep -A 5 'CMake Warning' || exit 1

say "run the tests"
exec ctest --test-dir "$all" -j "$tests" ${after_proof:+-LE '^proof$'} \
  ${later:+-E "^(${later#|})\$"} --output-on-failure --no-tests=error
