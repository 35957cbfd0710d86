#!/bin/sh
# SPDX-License-Identifier: ISC
# Fuzzes every target for an equal share of the time (tools/proof.sh says how a part is called).
# Every other full slice is without sanitizers, some five times as fast: the targets' own
# assertions and oracles are in both. The corpora stay in PROOF_BUILD, so each run goes on.
# The time is that of the fuzzing; the first run builds the targets before.
set -eu
cd "$(dirname "$0")/../.."

: "${PROOF_MODE:=quick}" "${PROOF_SECONDS:=60}" "${PROOF_SEED:=1}" "${PROOF_BUILD:=build-proof}"
mkdir -p "$PROOF_BUILD"
PROOF_BUILD=$(cd "$PROOF_BUILD" && pwd)
command -v clang >/dev/null || { echo "fuzz: no clang (tools/setup.sh checks)" >&2; exit 2; }

corpus=$PROOF_BUILD/fuzz-corpus crashes=$PROOF_BUILD/fuzz-crashes
slice=$(cat "$PROOF_BUILD/fuzz-slice" 2>/dev/null || echo 0)
[ "$PROOF_MODE" = full ] || slice=0
build=$PROOF_BUILD/fuzz-build sanitize=ON
[ $((slice % 2)) = 0 ] || { build=$PROOF_BUILD/fuzz-fast-build sanitize=OFF; }
[ "$PROOF_MODE" = full ] || build=${PROOF_SANITIZED:-$build}
echo $((slice + 1)) >"$PROOF_BUILD/fuzz-slice"

mkdir -p "$build" "$crashes"
{ cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DALLSWELL_FUZZ=ON \
    -DALLSWELL_SANITIZE=$sanitize \
    -DCMAKE_C_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG' &&
  cmake --build "$build" -j "$(nproc)" --target fuzz_all; } >"$build/build.log" 2>&1 ||
  { tail -n 30 "$build/build.log" >&2; exit 1; }

jobs=$(nproc)
count=$(find "$build/fuzz" -maxdepth 1 -name 'fuzz_*' -type f | wc -l)
[ "$count" -gt 30 ] || { echo "fuzz: only $count targets in $build/fuzz" >&2; exit 1; }
each_s=$((PROOF_SECONDS * jobs / count))
[ "$each_s" -ge 1 ] || each_s=1

# One target; its count of executions goes to the file <name>.count.
cat >"$PROOF_BUILD/fuzz-one.sh" <<'ONE'
target=$1 corpus=$2 crashes=$3 each_s=$4 seed=$5
name=${target##*/fuzz_}
base=${name%_stub}
mkdir -p "$corpus/$name"
dictionary=
[ ! -f "fuzz/$base.dict" ] || dictionary=-dict=fuzz/$base.dict
seeds=
[ ! -d "fuzz/corpus/$base" ] || seeds=fuzz/corpus/$base
rm -f "$corpus/$name.count" "$corpus/$name.failed"
# shellcheck disable=SC2086 # either may be nothing
"$target" -max_total_time="$each_s" -timeout=20 -rss_limit_mb=2560 -print_final_stats=1 \
  -seed="$seed" -artifact_prefix="$crashes/$name-" $dictionary "$corpus/$name" $seeds \
  >"$corpus/$name.log" 2>&1 || touch "$corpus/$name.failed"
awk '/stat::number_of_executed_units/ { print $2 }' "$corpus/$name.log" >"$corpus/$name.count"
ONE
find "$build/fuzz" -maxdepth 1 -name 'fuzz_*' -type f | sort |
  xargs -P "$jobs" -I '{}' sh "$PROOF_BUILD/fuzz-one.sh" '{}' "$corpus" "$crashes" "$each_s" \
    $((PROOF_SEED % 2000000000))

# What reads bytes from outside; the others play actions on engines, or damage what is stored.
parser_names="answer backup call card card_file card_text cbor_judge file frames hello \
introductions invite invite_uri metrics plan plan_text reply request resume short socks state \
switched witness"
failed=0 parsers=0 played=0 least=
for file in "$corpus"/*.count; do
  name=${file##*/}
  name=${name%.count}
  runs=$(cat "$file")
  runs=${runs:-0}
  printf '%-24s %s executions\n' "$name" "$runs" >&2
  case " $parser_names " in
  *" $name "*)
    parsers=$((parsers + runs))
    [ -n "$least" ] && [ "$least" -le "$runs" ] || least=$runs
    ;;
  *) played=$((played + runs)) ;;
  esac
  [ -e "$corpus/$name.failed" ] || continue
  failed=$((failed + 1))
  tail -n 30 "$corpus/$name.log" >&2
  echo "fuzz: $name failed; again with: $build/fuzz/fuzz_$name $crashes/$name-*" >&2
done

figure() { # <name> <figure> <goal>
  verdict=short
  [ "$2" -lt "$3" ] || verdict=met
  printf '%s\t%s\t%s\t%s\tsum\n' "$1" "$2" "$3" "$verdict"
}
figure "fuzz executions, parsers" "$parsers" 1000000000
figure "fuzz executions, the parser that had fewest" "$least" 100000000
printf 'fuzz executions, sessions and engines\t%s\t\tinfo\tsum\n' "$played"
printf 'fuzz targets\t%s\t\tinfo\tlast\n' "$count"
clean=met
[ $failed = 0 ] || clean=short
printf 'fuzz targets that failed\t%s\t0\t%s\tsum\n' "$failed" "$clean"
[ $failed = 0 ]
