#!/bin/sh
# SPDX-License-Identifier: ISC
# The API reference is made without a warning; and one is found where a function, a member or a
# parameter is not as its comment says.
# Usage: doc.sh <Doxyfile> <doxygen, or nothing where there is none>
set -eu
config=$1 doxygen=${2:-}
if ! command -v "$doxygen" >/dev/null; then
  echo "doc: no doxygen here, so nothing was looked at: tools/setup.sh checks installs it"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make() { # <line of the configuration>...
  { cat "$config" && printf '%s\n' "OUTPUT_DIRECTORY = $work/out" "$@"; } >"$work/Doxyfile"
  "$doxygen" "$work/Doxyfile" >"$work/log" 2>&1 && [ ! -s "$work/log" ]
}

if ! make; then
  cat "$work/log" >&2
  echo "doc: the API reference has warnings, see above" >&2
  exit 1
fi
for page in index.html subject_8h.html structaw__plan.html; do
  if [ ! -s "$work/out/html/$page" ]; then
    echo "doc: no page $page was made" >&2
    exit 1
  fi
done

expect() { # <pass|fail> <name>; the header on stdin
  mkdir -p "$work/in"
  { printf '/** @file\n * A header. */\n'; cat; } >"$work/in/x.h"
  if make "INPUT = $work/in" "USE_MDFILE_AS_MAINPAGE ="; then got=pass; else got=fail; fi
  [ "$got" = "$1" ] && return
  echo "doc: '$2' should $1" >&2
  cat "$work/log" >&2
  exit 1
}
expect pass "a good header" <<'H'
/** A pair. */
struct aw_pair {
    int a; /* the first */
    int b; /* the second */
};
/** Adds. @param pair  of two */
AW_API AW_MUST_USE int aw_pair_sum(const struct aw_pair *pair);
H
expect fail "a function without a word" <<'H'
AW_API int aw_x(int v);
H
expect fail "a member without a word" <<'H'
/** A pair. */
struct aw_pair {
    int a; /* the first */
    int b;
};
H
expect fail "a parameter that is not there" <<'H'
/** Adds. @param gone  another one */
AW_API int aw_x(int v);
H
