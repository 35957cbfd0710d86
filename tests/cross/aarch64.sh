#!/bin/sh
# SPDX-License-Identifier: ISC
# Builds base to relay for aarch64 Linux with Debian's cross compiler, checks what the objects
# import, links the two programs of tests/install with libsodium and libcbor for arm64, and plays
# them against each other under qemu.
# Usage: aarch64.sh <source folder>
set -eu
name=cross_aarch64 root=$1 cc=aarch64-linux-gnu-gcc ar=aarch64-linux-gnu-ar
command -v $cc >/dev/null || { echo "$name: no $cc: skipped"; exit 77; }
# shellcheck source=tests/cross/lib.sh
. "$root/tests/cross/lib.sh"

build_layers
check_imports
echo "-- built; nothing is imported beyond the lists"
lib=/usr/lib/aarch64-linux-gnu
if [ ! -e $lib/libsodium.so ] || [ ! -e $lib/libcbor.so ]; then
  skip "no libsodium-dev:arm64 or libcbor-dev:arm64, built but not linked"
fi
for program in phone watcher; do
  # shellcheck disable=SC2086
  $cc $strict -D_GNU_SOURCE -I"$root/src" -I"$root/src/include" -o "$work/$program" \
    "$root/tests/install/$program.c" "$root/src/store/memory.c" "$root/src/store/alloc.c" \
    "$work/core.a" "$work/wire.a" "$work/crypto.a" "$work/base.a" -L$lib -lsodium -lcbor ||
    fail "$program does not link"
done
echo "-- phone and watcher link"
command -v qemu-aarch64-static >/dev/null || skip "no qemu-aarch64-static, linked but not run"
command -v python3 >/dev/null || skip "no python3, linked but not run"
echo "-- phone and watcher play against each other"
python3 "$root/tests/install/play.py" "qemu-aarch64-static $work/phone" \
  "qemu-aarch64-static $work/watcher"
