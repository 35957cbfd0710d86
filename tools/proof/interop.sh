#!/bin/sh
# SPDX-License-Identifier: ISC
# The part `interop` of tools/proof.sh: the contact in JavaScript of tests/interop, written from
# spec/ alone, against the programs of PROOF_TESTS.
set -eu
out=$PROOF_BUILD/interop.ends
# How many inputs of each kind both readers judge, and how many bad ones there are among them.
goal=- kind=info
[ "${PROOF_MODE:-quick}" != full ] || { export ORACLE_COUNT=8500; goal=50000 kind=short; }
status=0
timeout "$((PROOF_SECONDS + 120))" tests/support/node.sh "$PWD" interop "$PROOF_TESTS/bin" \
  "$PROOF_BUILD/interop" >"$out" 2>&1 || status=$?
[ "$status" != 77 ] || { cat "$out" >&2; exit 2; }
held=$(grep -c '^ *✔' "$out" || true)
failed=$(grep -c '^ *✖' "$out" || true)
if [ "$status" = 0 ] && [ "$held" -gt 0 ]; then verdict=met; else verdict=short; fi
printf 'tests of the second implementation that passed\t%s\tall\t%s\tlast\n' "$held" "$verdict"
bad=$(sed -n 's/^bad inputs judged alike: //p' "$out")
[ "$kind" = info ] || [ "${bad:-0}" -lt "$goal" ] || [ $verdict = short ] || kind=met
printf 'bad inputs that both readers refused\t%s\t%s\t%s\tlast\n' "${bad:-0}" "$goal" "$kind"
[ $verdict = met ] || { cat "$out"; echo "interop: $failed failed"; } >&2
[ $verdict = met ]
