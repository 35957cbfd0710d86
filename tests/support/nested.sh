#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs the tests of another build as one test, and prints what of them failed.
# Usage: nested.sh <folder of the build> <option of ctest>...
set -u
build=$1
shift
log=$build/nested.log
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error "$@" >"$log" 2>&1 || status=$?
grep -vE ' Start +[0-9]+: | Passed +[0-9.]+ sec$' "$log"
exit $status
