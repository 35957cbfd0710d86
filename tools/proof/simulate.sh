#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of the proof: lives of whole circles with every class of faults (tools/lab/sim/README.md), on
# stub crypto for the years and on real crypto for a share of them, those of a long run with stores
# of SQLite on disks that a power cut tears; and the canaries.
set -eu
cmake --build "$PROOF_TESTS" --target allswell-lab aw-simulate-stub >&2
stub=$PROOF_TESTS/stub/aw-simulate-stub
real="$PROOF_TESTS/bin/allswell-lab simulate"
out=$PROOF_BUILD/simulate
mkdir -p "$out"

status=0
tests/tools/simulate_canaries.sh "$stub" >"$out/canaries" 2>&1 || {
  cat "$out/canaries" >&2
  status=1
}
found=$(grep -c '^found' "$out/canaries" || true)
all=$(grep -c '^canary [0-9]' tests/tools/simulate_canaries.sh)
verdict=short
[ "$found" != "$all" ] || verdict=met
printf 'canaries found\t%s\t%s\t%s\tlast\n' "$found" "$all" "$verdict"

# Lives that visit every cell; each commit has them as a test, too.
if [ "$PROOF_MODE" = full ]; then
  verdict=met
  tests/tools/simulate_cells.sh "$stub" >"$out/cells" 2>&1 || {
    cat "$out/cells" >&2
    verdict=short
    status=1
  }
  sed -n 's/^\([0-9]*\) of \([0-9]*\) cells visited$/\1 \2/p' "$out/cells" |
    while read -r visited all; do
      printf 'state-by-event cells visited\t%s\t%s\t%s\tlast\n' "$visited" "$all" "$verdict"
    done
fi

left_s=$((PROOF_SECONDS * 3 / 4))
"$stub" --seed "$PROOF_SEED" --seconds "$left_s" --figures stub >"$out/a" 2>"$out/a.err" &
other=$!
[ "$PROOF_MODE" != full ] || real="$real --sqlite"
$real --seed "$((PROOF_SEED + 2000000))" --seconds "$((left_s / 4))" --figures real \
  >"$out/b" 2>"$out/b.err" || status=1
"$stub" --seed "$((PROOF_SEED + 3000000))" --seeds 10 --days 6 --twice --figures stub \
  >"$out/c" 2>"$out/c.err" || status=1
"$stub" --seed "$((PROOF_SEED + 4000000))" --seconds "$((left_s * 5 / 8))" --figures stub \
  >"$out/d" 2>"$out/d.err" || status=1
wait "$other" || status=1
# Of all lives, one in a hundred is lived twice; and some on real crypto.
hundredth=$(awk -F '\t' '$1 ~ /^lives, / { n += $2 } END { print int(n / 100) + 1 }' \
  "$out/a" "$out/b" "$out/d")
"$stub" --seed "$((PROOF_SEED + 5000000))" --seeds "$hundredth" --twice --figures stub \
  >"$out/e" 2>"$out/e.err" || status=1
$real --seed "$((PROOF_SEED + 6000000))" --seeds 2 --days 6 --twice --figures real \
  >"$out/f" 2>"$out/f.err" || status=1

# What each commit should have lived, and what a release.
if [ "$PROOF_MODE" = full ]; then
  stub_years=1000000 real_years=10000 incidents=1000000
else
  stub_years=1000 real_years=0 incidents=1000
fi
cat "$out"/[a-f] |
  awk -F '\t' -v OFS='\t' -v stub=$stub_years -v real=$real_years -v incidents=$incidents '
    function aims(goal) { if (goal > 0) { $3 = goal; $4 = $2 >= goal ? "met" : "short" } }
    $1 == "person-years, stub crypto" { aims(stub) }
    $1 == "person-years, real crypto" { aims(real) }
    $1 == "true incidents, stub crypto" { aims(incidents) }
    $1 ~ /^lives, / { lives += $2 }
    $1 ~ /^lives lived twice, / { twice += $2 }
    { print }
    END {
      share = lives > 0 ? 100 * twice / lives : 0
      print "lives lived twice, % of all", sprintf("%.2f", share), 1,
        (share >= 1 ? "met" : "short"), "min"
    }'
grep -hv '^STUB CRYPTO' "$out"/[a-f].err >&2 || true
exit "$status"
