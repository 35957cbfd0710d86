#!/bin/sh
# SPDX-License-Identifier: ISC
# The header test must fail on a header that needs another, has no guard, is not C++, or hides
# its functions from C++; and pass on a good one.
# Usage: self.sh <C compiler> [C++ compiler]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/include/allswell"
header=$work/src/include/allswell/x.h
bad=0

expect() { # <pass|fail> <name>; the header's text on stdin
  cat >"$header"
  if "$here/headers.sh" "$work" $compilers >"$work/log" 2>&1; then got=pass; else got=fail; fi
  [ "$got" = "$1" ] && return
  echo "headers_self: '$2' should $1"
  cat "$work/log"
  bad=1
}
compilers="$*"
expect pass "a good header" <<'H'
#ifndef X_H
#define X_H
#ifdef __cplusplus
extern "C" {
#endif
#define AW_API
AW_API int aw_x(void);
#ifdef __cplusplus
}
#endif
#endif
H
expect fail "needs <stdint.h>" <<'H'
#ifndef X_H
#define X_H
struct aw_x { uint32_t x; };
#endif
H
expect fail "no guard" <<'H'
struct aw_x { int x; };
H
expect fail "functions without extern C" <<'H'
#ifndef X_H
#define X_H
#define AW_API
AW_API int aw_x(void);
#endif
H
[ $# -lt 2 ] || expect fail "a C++ keyword" <<'H'
#ifndef X_H
#define X_H
struct aw_x { int class; };
#endif
H
exit "$bad"
