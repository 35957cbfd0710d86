#!/bin/sh
# SPDX-License-Identifier: ISC
# Every header compiles alone and twice: the public ones as C11 and C++17, all others as C11.
# Usage: headers.sh <source folder> <C compiler> [C++ compiler]
set -eu
root=$1 cc=$2 cxx=${3:-}
strict="-Wall -Wextra -Wpedantic -Werror -Wconversion -Wsign-conversion -fsyntax-only"
bad=0
count=0

try() { # <what> <header> <command>...
  what=$1 header=$2
  shift 2
  if ! echo 'extern int aw_alone;' | "$@" -include "$header" -include "$header" -; then
    echo "headers: $header does not compile alone as $what" >&2
    bad=1
  fi
}

for header in "$root"/src/include/allswell/*.h; do
  count=$((count + 1))
  # shellcheck disable=SC2086 # the flags are words
  try C11 "$header" "$cc" -std=c11 $strict -Wstrict-prototypes -I"$root/src/include" -x c
  # shellcheck disable=SC2086
  [ -z "$cxx" ] || try C++17 "$header" "$cxx" -std=c++17 $strict -I"$root/src/include" -x c++
  # limits.h and the umbrella may hold no declaration; where there is one, C++ must find it.
  if grep -q AW_API "$header" && ! grep -q 'extern "C"' "$header"; then
    echo "headers: $header declares functions, but not as extern \"C\"" >&2
    bad=1
  fi
done
[ -n "$cxx" ] || echo "headers: no C++ compiler, C++17 was skipped"

for header in "$root"/src/*/*.h; do
  [ -f "$header" ] || continue
  count=$((count + 1))
  # shellcheck disable=SC2086
  try C11 "$header" "$cc" -std=c11 $strict -D_GNU_SOURCE -I"$root/src" -I"$root/src/include" -x c
done
echo "headers: $count headers"
[ "$count" -gt 0 ] && exit "$bad"
