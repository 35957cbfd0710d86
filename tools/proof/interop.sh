#!/bin/sh
# SPDX-License-Identifier: ISC
# The part `interop` of tools/proof.sh: the contact in JavaScript of tests/interop, written from
# spec/ alone, against the programs of PROOF_TESTS.
set -eu
out=$PROOF_BUILD/interop.ends
status=0
timeout "$((PROOF_SECONDS + 120))" tests/support/node.sh "$PWD" interop "$PROOF_TESTS/bin" \
  "$PROOF_BUILD/interop" >"$out" 2>&1 || status=$?
[ "$status" != 77 ] || { cat "$out" >&2; exit 2; }
held=$(grep -c '^ *✔' "$out" || true)
failed=$(grep -c '^ *✖' "$out" || true)
if [ "$status" = 0 ] && [ "$held" -gt 0 ]; then verdict=met; else verdict=short; fi
printf 'tests of the second implementation that passed\t%s\tall\t%s\tlast\n' "$held" "$verdict"
[ $verdict = met ] || { cat "$out"; echo "interop: $failed failed"; } >&2
[ $verdict = met ]
