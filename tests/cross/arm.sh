#!/bin/sh
# SPDX-License-Identifier: ISC
# Builds base to relay for a 32-bit ARM without an operating system (clang, headers of newlib)
# and checks what the objects import: the same as at home, and arithmetic of the compiler.
# Usage: arm.sh <source folder>
set -eu
name=cross_arm root=$1 ar=ar
newlib=/usr/include/newlib
command -v clang >/dev/null || { echo "$name: no clang: skipped"; exit 77; }
[ -f $newlib/string.h ] || { echo "$name: no libnewlib-dev: skipped"; exit 77; }
cc="clang --target=armv7m-none-eabi -mthumb -ffreestanding"
# shellcheck source=tests/cross/lib.sh
. "$root/tests/cross/lib.sh"

# The headers of the two libraries are the same for every machine; nothing else of this one is.
mkdir "$work/third"
sodium=$(pkg-config --variable=includedir libsodium)
cbor=$(pkg-config --variable=includedir libcbor)
cp -r "$sodium"/sodium "$sodium"/sodium.h "$cbor"/cbor "$cbor"/cbor.h "$work/third"
build_layers -isystem $newlib -isystem "$work/third"
allow "_impure_ptr in assert.c" # stderr of newlib
allow __aeabi_uldivmod __aeabi_ldivmod __aeabi_memcpy __aeabi_memcpy4 __aeabi_memcpy8 \
  __aeabi_memmove __aeabi_memmove4 __aeabi_memmove8 __aeabi_memset __aeabi_memset4 \
  __aeabi_memset8 __aeabi_memclr __aeabi_memclr4 __aeabi_memclr8 __aeabi_llsl __aeabi_llsr
check_imports
echo "-- built; nothing is imported beyond the lists"
