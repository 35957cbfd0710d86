# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: ISC
# Sourced by the cross builds. Expects $name, $root, and the words of $cc.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict="-std=c11 -O1 -fPIC -fvisibility=hidden -Wall -Wextra -Wpedantic -Werror -Wconversion \
-Wsign-conversion -Wshadow -Wcast-align"

fail() { echo "$name: $*" >&2; exit 1; }
skip() { echo "$name: $*: skipped (tools/setup.sh checks installs it)"; exit 77; }

build_layers() { # <flag>...: one archive for each layer that an app without a system takes
  mkdir "$work/lists"
  for layer in base crypto wire core relay; do
    mkdir "$work/$layer"
    # shellcheck disable=SC2086 # the compiler and its flags are words
    (cd "$work/$layer" && printf '%s\0' "$root/src/$layer"/*.c |
      xargs -0 -n 8 -P 2 $cc $strict -I"$root/src" -I"$root/src/include" "$@" -c) ||
      fail "$layer does not compile"
    for object in "$work/$layer"/*.o; do # the lists name objects as CMake does
      mv "$object" "${object%.o}.c.o"
    done
    "$ar" rcs "$work/$layer.a" "$work/$layer"/*.o
    cp "$root/tests/symbols/$layer.txt" "$work/lists"
  done
}

allow() { # <symbol>...: what the compiler itself may call on this machine
  for layer in base crypto wire core relay; do
    printf '%s\n' "$@" >>"$work/lists/$layer.txt"
  done
}

check_imports() { # the same lists as at home: no malloc, no clock, no global state
  perl "$root/tests/symbols/symbols.pl" imports "$work/lists" base="$work/base.a" \
    crypto="$work/crypto.a" wire="$work/wire.a" core="$work/core.a" relay="$work/relay.a" ||
    fail "the objects import more than tests/symbols allows"
}
