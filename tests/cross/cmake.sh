#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: what src/GUIDE.md §10 says of a build for a phone: a toolchain file and four options give
# liballswell.a for another machine, of libsodium and libcbor alone; a program finds and links it.
# Method: Debian's compiler for aarch64 in place of the NDK's; pkg-config sees the libraries of
# that machine only, and neither SQLite nor libuv; combinations that cannot be are refused.
# Usage: cmake.sh <source folder> <cmake>
set -eu
name=cross_cmake root=$1 cmake=$2 machine=aarch64-linux-gnu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$name: $*" >&2; exit 1; }
skip() { echo "$name: $*: skipped (tools/setup.sh checks installs it)"; exit 77; }
command -v $machine-gcc >/dev/null || skip "no $machine-gcc"

mkdir "$work/pkgconfig"
for library in libsodium libcbor; do
  file=/usr/lib/$machine/pkgconfig/$library.pc
  [ -f "$file" ] || skip "no $library for arm64"
  cp "$file" "$work/pkgconfig"
done
export PKG_CONFIG_LIBDIR="$work/pkgconfig"
cat >"$work/toolchain.cmake" <<EOF
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER $machine-gcc)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
EOF

configure() { # <source> <folder> <option>...
  from=$1 to=$2
  shift 2
  "$cmake" -S "$from" -B "$work/$to" --toolchain "$work/toolchain.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_LIBDIR=lib "$@" >"$work/$to.log" 2>&1
}
refused() { # <what it says> <option>...
  says=$1
  shift
  rm -rf "$work/refused"
  if configure "$root" refused "$@"; then fail "$*: configures"; fi
  tr -s '\n ' ' ' <"$work/refused.log" | grep -qF -- "$says" ||
    { cat "$work/refused.log"; fail "$*: does not say '$says'"; }
}

alone="-DALLSWELL_TOOLS=OFF -DALLSWELL_TESTS=OFF -DALLSWELL_STORE=OFF -DALLSWELL_NET=OFF"
refused 'give -DALLSWELL_NET=OFF, too' -DALLSWELL_STORE=OFF
refused 'give -DALLSWELL_TOOLS=OFF -DALLSWELL_TESTS=OFF, too' -DALLSWELL_NET=OFF
refused 'sqlite3' -DALLSWELL_TOOLS=OFF -DALLSWELL_TESTS=OFF
# shellcheck disable=SC2086 # four options
if ! { configure "$root" build $alone &&
  "$cmake" --build "$work/build" -j 2 >>"$work/build.log" 2>&1 &&
  "$cmake" --install "$work/build" --prefix "$work/phone" >>"$work/build.log" 2>&1; }; then
  tail -n 30 "$work/build.log" >&2
  fail "the library alone does not build"
fi
[ "$(ls "$work/phone/lib")" = "$(printf '%s\n' cmake liballswell.a pkgconfig)" ] ||
  fail "more or less is installed: $(ls "$work/phone/lib")"
[ "$(ls "$work/phone/lib/pkgconfig")" = allswell.pc ] || fail "more than allswell.pc"
echo "-- the library alone is built and installed"

mkdir "$work/app"
cat >"$work/app/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(app LANGUAGES C)
find_package(allswell QUIET COMPONENTS store)
if(allswell_FOUND)
  message(FATAL_ERROR "a store is found that was left out")
endif()
find_package(allswell REQUIRED)
add_executable(app app.c)
target_link_libraries(app PRIVATE allswell::allswell)
EOF
cat >"$work/app/app.c" <<'EOF'
#include <allswell/allswell.h>

int main(void)
{
    static struct aw_subject subject;

    aw_subject_wipe(&subject);
    return aw_version() == AW_VERSION ? 0 : 1;
}
EOF
configure "$work/app" linked -DCMAKE_PREFIX_PATH="$work/phone" ||
  { cat "$work/linked.log"; fail "a program does not find it"; }
"$cmake" --build "$work/linked" >>"$work/linked.log" 2>&1 ||
  { cat "$work/linked.log"; fail "a program does not link"; }
readelf -h "$work/linked/app" | grep -q 'Machine: *AArch64' || fail "not of that machine"
echo "-- a program finds and links it"
command -v qemu-aarch64-static >/dev/null || skip "no qemu-aarch64-static, linked but not run"
qemu-aarch64-static "$work/linked/app" || fail "the program has another version"
