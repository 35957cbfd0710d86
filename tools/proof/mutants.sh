#!/bin/sh
# SPDX-License-Identifier: ISC
# Part of the proof: reader and ladder broken in a thousand small ways, one at a time: does a test
# notice? Survivors are listed on stderr.
set -eu
command -v python3 >/dev/null || { echo "mutants: no python3" >&2; exit 2; }
exec python3 tests/mutants/mutants.py "$PROOF_TESTS" "$PROOF_BUILD/mutants.results" \
  "$PROOF_SECONDS" "$PROOF_SEED"
