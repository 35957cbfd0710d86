#!/bin/sh
# SPDX-License-Identifier: ISC
# A bound of the stack that is too small is seen.
# Usage: stack_control.sh <folder of the call graph that analyse.py left>
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's/| `engines` | [0-9]*/| `engines` | 9000/' src/README.md >"$work/small"
! python3 tests/static/stack.py "$1" "$work/small" 2>"$work/found" >/dev/null || {
  echo "stack_control: the bound 9000 holds" >&2
  exit 1
}
grep 'bytes of stack; .* says 9000$' "$work/found"
