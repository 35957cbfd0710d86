#!/bin/sh
# SPDX-License-Identifier: ISC
# The symbol test must fail on what it is there to find. Usage: self.sh <C compiler> <ar>
set -eu
cc=$1 ar=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/include" "$work/lists"
printf 'memcpy # bytes\nabort in other.c\n' >"$work/lists/base.txt"
: >"$work/lists/core.txt"
: >"$work/lists/relay.txt"
cat >"$work/include/x.h" <<'H'
#define AW_API __attribute__((visibility("default")))
/* AW_API int aw_in_a_comment(void); */
AW_API int aw_x(int v);
H
bad=0

layer() { # <layer>; its source on stdin
  { echo '#include "x.h"'; cat; } >"$work/$1.c"
  "$cc" -std=c11 -fPIC -fvisibility=hidden -fno-builtin -O1 -I"$work/include" \
    -c -o "$work/$1.o" "$work/$1.c"
  rm -f "$work/$1.a"
  "$ar" rcs "$work/$1.a" "$work/$1.o"
}

expect() { # <pass|fail> <name> <mode> <layer>...
  want=$1 name=$2 mode=$3
  shift 3
  folder=$work/lists
  [ "$mode" = imports ] || folder=$work/include
  set -- $(for l in "$@"; do echo "$l=$work/$l.a"; done)
  if perl "$here/symbols.pl" "$mode" "$folder" "$@" >"$work/log" 2>&1; then
    got=pass
  else
    got=fail
  fi
  [ "$got" = "$want" ] && return
  echo "symbols_self: '$name' should $want"
  cat "$work/log"
  bad=1
}

layer base <<'C'
void *memcpy(void *, const void *, unsigned long);
static const char *const names[] = {"relocated, but constant"};
int aw_hidden(int v);
int aw_hidden(int v) { int w; memcpy(&w, &v, sizeof w); return w + names[0][w & 1]; }
int aw_x(int v) { return aw_hidden(v); }
C
expect pass "good layers" imports base
expect pass "good layers" exports base

layer core <<'C'
int aw_hidden(int v);
int aw_core(int v) __attribute__((visibility("hidden")));
int aw_core(int v) { return aw_hidden(v); }
C
expect pass "a layer that uses one below" imports base core
layer relay <<'C'
int aw_core(int v);
int aw_relay(int v);
int aw_relay(int v) { return aw_core(v); }
C
expect fail "relay uses core" imports base core relay

layer base <<'C'
void *malloc(unsigned long);
int aw_x(int v) { return malloc(1) ? v : 0; }
C
expect fail "malloc" imports base
layer base <<'C'
void abort(void);
int aw_x(int v) { if (v) abort(); return v; }
C
expect fail "what another file may import" imports base
layer base <<'C'
static int count;
int aw_x(int v) { return count += v; }
C
expect fail "a static variable without a value" imports base
layer base <<'C'
int aw_x(int v) { static int count = 7; return count += v; }
C
expect fail "a static variable with a value" imports base
layer base <<'C'
int aw_x(int v) { static _Thread_local int count; return count += v; }
C
expect fail "a thread's variable" imports base
printf 'AW_API int aw_z(int v);\n' >>"$work/include/x.h"
layer base <<'C'
int aw_x(int v) { return v; }
C
expect fail "declared, not defined" exports base
sed -i '$d' "$work/include/x.h"
layer base <<'C'
AW_API int aw_y(int v);
int aw_y(int v) { return v; }
int aw_x(int v) { return v; }
C
expect fail "shown, not declared" exports base
layer base <<'C'
int helper(int v);
int helper(int v) { return v; }
int aw_x(int v) { return helper(v); }
C
expect fail "a name without aw_" exports base

# The list: what is installed is what was committed, no more and no less.
layer base <<'C'
AW_API int aw_more(int v);
int aw_more(int v) { return v; }
int aw_x(int v) { return aw_more(v); }
C
listed() { # <pass|fail> <name>; the list on stdin
  cat >"$work/list.txt"
  if perl "$here/symbols.pl" listed "$work/list.txt" "allswell=$work/base.a" >"$work/log" 2>&1; then
    got=pass
  else
    got=fail
  fi
  [ "$got" = "$1" ] && return
  echo "symbols_self: '$2' should $1"
  cat "$work/log"
  bad=1
}
printf 'allswell aw_more\nallswell aw_x\nallswell-net aw_far\n' | listed pass "what is there"
printf 'allswell aw_x\n' | listed fail "a symbol added"
printf 'allswell aw_gone\nallswell aw_more\nallswell aw_x\n' | listed fail "a symbol removed"
printf 'allswell-net aw_more\nallswell aw_x\n' | listed fail "a symbol of another library"
exit "$bad"
