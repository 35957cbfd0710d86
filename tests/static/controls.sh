#!/bin/sh
# SPDX-License-Identifier: ISC
# What the static checks must find: each line of controls/ that is broken. Usage: controls.sh WORK
# Prints how many were found. Exit: 0 all of them, 1 not.
set -eu
work=$1
cd "$(dirname "$0")"
mkdir -p "$work"
found=0

expect() { # <words> <file that must have them>
  if ! grep -q -- "$1" "$2"; then
    echo "controls: not found: $1" >&2
    exit 1
  fi
  found=$((found + 1))
}

{
  comma='['
  for file in leak recurse; do
    echo "$comma {\"file\": \"$PWD/controls/$file.c\", \"directory\": \"$work\","
    echo "\"command\": \"gcc -O2 -o x.o -c $PWD/controls/$file.c\"}"
    comma=,
  done
  echo ']'
} >"$work/compile_commands.json"
! python3 analyse.py "$work" "$work/out" tests/static/controls >"$work/said" 2>&1 || exit 1
expect 'Wanalyzer-double-free' "$work/said"
! python3 stack.py "$work/out" >"$work/said" 2>&1 || exit 1
expect 'recursion: down -> down' "$work/said"
expect 'recursion: is_even -> is_odd -> is_even\|: is_odd -> is_even -> is_odd' "$work/said"
expect '0 rows of pointers.txt fit' "$work/said"
expect 'fill: a frame of no fixed size' "$work/said"
if command -v cppcheck >/dev/null; then
  ! ./cppcheck.sh "$work/cppcheck" tests/static/controls >"$work/said" 2>&1 || exit 1
  expect arrayIndexOutOfBounds "$work/said"
fi
echo "$found"
