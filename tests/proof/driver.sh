#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: tools/proof.sh adds figures up over runs, goes on where it was, and ends with 1 when a part
# finds a defect.
# Method: a tree of its own with parts that print what the test wants.
set -eu
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tools/proof" "$work/spec/proof"
cp "$root/tools/proof.sh" "$work/tools/"
printf '#!/bin/sh\n' >"$work/tools/setup.sh"
printf 'cmake_minimum_required(VERSION 3.25)\nproject(t NONE)\n' >"$work/CMakeLists.txt"
printf 'before\n<!-- proof table -->\nold\n<!-- end of the proof table -->\nafter\n' \
  >"$work/README.md"
cat >"$work/tools/proof/simulate.sh" <<'PART'
#!/bin/sh
echo "$PROOF_MODE $PROOF_SECONDS $PROOF_SEED" >>"$PROOF_BUILD/calls"
printf 'years\t600\t1,000\tshort\tsum\n'
printf 'slowest, s\t%s\t60\tmet\tmax\n' "$((10 - $(wc -l <"$PROOF_BUILD/calls")))"
printf 'newest\t%s\t-\tinfo\tlast\n' "$(wc -l <"$PROOF_BUILD/calls")"
[ "$(wc -l <"$PROOF_BUILD/calls")" = 1 ]
printf 'cells lost\t%s\t0\tmet\tsum\n' "$((1 - $?))"
PART
printf '#!/bin/sh\necho no spin >&2\nexit 2\n' >"$work/tools/proof/models.sh"
chmod +x "$work"/tools/*.sh "$work"/tools/proof/*.sh
export PROOF_BUILD="$work/out" PROOF_TESTS="$work/out/build"

fail() {
  echo "driver: $*"
  cat "$work/log" "$PROOF_BUILD/figures.tsv"
  exit 1
}
has() { grep -q "$1" "$PROOF_BUILD/figures.tsv" || fail "no \"$1\""; }

"$work/tools/proof.sh" >"$work/log" 2>&1 || fail "a run without a defect ends with $?"
grep -q 'skipped: no spin' "$work/log" || fail "a part that cannot run is not said to be skipped"
has "^simulate	years	600	1,000	short$"
"$work/tools/proof.sh" --write >"$work/log" 2>&1 || fail "the second run ends with $?"
has "^simulate	years	1200	1,000	met$"
has "^simulate	slowest, s	9	60	met$"
has "^simulate	newest	2	-	info$"
has "^simulate	cells lost	1	0	broken$" # though the last run lost none
grep -q '^| cells lost | 1 (broken) | 0 |$' "$work/README.md" || fail "what broke is not marked"
[ "$(cut -d ' ' -f 3 "$PROOF_BUILD/calls" | sort -u | wc -l)" = 2 ] || fail "a seed came twice"
grep -q '^| years | 1,200 | 1,000 |$' "$work/README.md" || fail "the README has no table"
! grep -q newest "$work/README.md" || fail "the README has a figure without a goal"
grep -q '^| newest | 2 | - |$' "$work/spec/proof/report.md" || fail "the report lacks a figure"
! grep -q old "$work/README.md" || fail "the README's old table stayed"
grep -q after "$work/README.md" || fail "the README lost its end"

printf '#!/bin/sh\necho seed 7 breaks it >&2\nexit 1\n' >"$work/tools/proof/fuzz.sh"
printf '#!/bin/sh\nexit 3\n' >"$work/tools/proof/mutants.sh"
chmod +x "$work/tools/proof/fuzz.sh" "$work/tools/proof/mutants.sh"
status=0
"$work/tools/proof.sh" --again --hours 0.06 >"$work/log" 2>&1 || status=$?
[ "$status" = 1 ] || fail "a defect ends with $status"
grep -q 'seed 7 breaks it' "$work/log" || fail "the defect is not shown"
[ "$(grep -c '^== fuzz' "$work/log")" = 1 ] || fail "a part goes on after a defect"
[ "$(grep -c '^== simulate' "$work/log")" -gt 1 ] || fail "a defect ends the other parts"
[ "$(grep -c '^== mutants' "$work/log")" = 1 ] || fail "a part goes on that has nothing left to do"
rm "$work/tools/proof/fuzz.sh" "$work/tools/proof/mutants.sh"
for end in 1 0 0; do # a part that failed is run again, one that held is not, for the same commit
  printf '#!/bin/sh\necho run >>"$PROOF_BUILD/once"\nexit %s\n' $end \
    >"$work/tools/proof/coverage.sh"
  chmod +x "$work/tools/proof/coverage.sh"
  "$work/tools/proof.sh" --hours 0.001 --only coverage >"$work/log" 2>&1 || [ $end = 1 ] ||
    fail "a part that held ends with $?"
done
[ "$(wc -l <"$PROOF_BUILD/once")" = 2 ] || fail "not two runs: $(cat "$PROOF_BUILD/once")"
calls=$(wc -l <"$PROOF_BUILD/calls")
echo "coverage 3600" >>"$PROOF_BUILD/spent"
"$work/tools/proof.sh" --hours 1 >"$work/log" 2>&1 || fail "hours that are used up end with $?"
[ "$(wc -l <"$PROOF_BUILD/calls")" = "$calls" ] || fail "a slice after all hours were used up"
echo 'of another commit' >"$PROOF_BUILD/commit"
"$work/tools/proof.sh" >"$work/log" 2>&1 || fail "another commit ends with $?"
has "^simulate	years	600	1,000	short$" # none of the years of the other
status=0
"$work/tools/proof.sh" --hours x >"$work/log" 2>&1 || status=$?
[ "$status" = 2 ] || fail "a wrong option ends with $status"
echo "driver: 24 checks"
