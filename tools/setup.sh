#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs the Debian packages that Allswell needs, if any is missing; needs root or sudo then.
# This is the one list of them.
# Usage: tools/setup.sh [build|tests|checks|proof]
#   build   (default) what it takes to build and run
#   tests   also what the tests use
#   checks  also sanitizers, node and the like; those that cannot be had are skipped, and said so
#   proof   also what tools/proof.sh --hours needs
set -eu

build="build-essential cmake pkg-config libsodium-dev libuv1-dev libcbor-dev libsqlite3-dev \
libjansson-dev libqrencode-dev libminiupnpc-dev libseccomp-dev libcurl4-openssl-dev \
libmicrohttpd-dev file"
tests="python3 python3-aiosmtpd openssl"
checks="afl++ clang clang-format clang-tidy libclang-rt-14-dev valgrind mandoc libnewlib-dev \
spin cppcheck doxygen python3-cffi zip iproute2 nftables systemd mmdebstrap lintian \
chromium microsocks tor"
# What only the long proof needs, 550 MB of it; a quick one uses it where it is.
proof="frama-c-base why3 z3 cvc4 llvm-14"
# For the test cross_aarch64, on amd64: they need arm64 as a foreign architecture of dpkg.
cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static libsodium-dev:arm64 \
libcbor-dev:arm64"

missing() {
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    *" installed") ;;
    *) printf ' %s' "$package" ;;
    esac
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "setup: run this as root, or install sudo: it takes root to install packages" >&2
    return 1
  fi
}

install_missing() { # <package>...
  lack=$(missing "$@")
  [ -n "$lack" ] || return 0
  echo "setup: installing$lack"
  log=$(mktemp)
  # shellcheck disable=SC2086 # the packages are words
  if as_root apt-get update -qq >"$log" 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      $lack >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 15 "$log" >&2
  rm -f "$log"
  echo "setup: could not install$lack" >&2
  return 1
}

install_cross() {
  [ "$(dpkg --print-architecture)" = amd64 ] || return 1
  added=
  if ! dpkg --print-foreign-architectures | grep -qx arm64; then
    as_root dpkg --add-architecture arm64 || return 1
    added=1
  fi
  # shellcheck disable=SC2086
  install_missing $cross && return 0
  # No architecture stays that the package source cannot serve.
  [ -z "$added" ] || as_root dpkg --remove-architecture arm64 || true
  return 1
}

# For the test interop. Who has node from elsewhere has npm with it, and keeps both.
install_node() {
  ! { command -v node >/dev/null && command -v npm >/dev/null; } || return 0
  install_missing nodejs npm
}

# For the example binding of the test install_shared. Who has a JDK keeps it.
install_java() {
  command -v javac >/dev/null || install_missing default-jdk-headless
}

what=${1:-build}
case $what in
build | tests | checks | proof) ;;
*)
  echo "usage: tools/setup.sh [build|tests|checks|proof]" >&2
  exit 2
  ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "setup: no apt-get here. Install by other means what these Debian packages hold: $build"
  exit 0
fi
[ "$what" = build ] || build="$build $tests"
# shellcheck disable=SC2086
install_missing $build
if [ "$what" = checks ] || [ "$what" = proof ]; then
  # shellcheck disable=SC2086
  install_missing $checks || echo "setup: checks that need these packages will be skipped"
  install_node || echo "setup: the second implementation will not run: interop will be skipped"
  install_java || echo "setup: the Java example is not run: install_shared leaves it out"
  install_cross || echo "setup: the core is not built for aarch64: cross_aarch64 will be skipped"
fi
if [ "$what" = proof ]; then
  # shellcheck disable=SC2086
  install_missing $proof || echo "setup: parts of the proof that need these packages are left out"
fi
