#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs into a staged tree, then builds and runs the consumer through find_package and
# through pkg-config, the two programs to copy (phone.c and watcher.c, which then play against
# each other), and the embedding example of the README the way it tells the reader to; over the
# shared libraries also the examples for Python and Java, where there is what they need.
# Usage: run.sh <cmake> <build folder> <C compiler> <libdir under the prefix> static|shared
#   shared: builds the shared libraries first, as somebody who packages them does
set -eu
cmake=$1 build=$2 cc=$3 libdir=$4 kind=$5
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage

fail() { echo "install: $*" >&2; exit 1; }

if [ "$kind" = shared ]; then
  echo "-- build"
  if ! { "$cmake" -S "$root" -B "$work/build" -DBUILD_SHARED_LIBS=ON -DALLSWELL_TOOLS=OFF \
    -DALLSWELL_TESTS=OFF -DCMAKE_INSTALL_LIBDIR="$libdir" -DCMAKE_C_COMPILER="$cc" &&
    "$cmake" --build "$work/build" -j 2; } >"$work/build.log" 2>&1; then
    tail -n 30 "$work/build.log" >&2
    fail "the shared libraries do not build"
  fi
  build=$work/build
fi

"$cmake" --install "$build" --prefix "$stage" >"$work/install.log" ||
  { cat "$work/install.log" >&2; fail "cmake --install failed"; }
mv "$stage" "$work/moved" # a staged tree may be moved: nothing in it may name where it was
stage=$work/moved

echo "-- only public headers are installed"
(cd "$stage/include" && find . -type f | sort) >"$work/have"
(cd "$root/src/include" && find . -type f -name '*.h' | sort) >"$work/want"
diff "$work/want" "$work/have" || fail "installed headers differ from src/include"

echo "-- no path of this machine is installed"
for path in "$build" "$root" "$work/stage"; do
  if grep -rIlF "$path" "$stage"; then fail "$path is named in the files above"; fi
done

echo "-- $kind libraries, and what they show"
for library in allswell allswell-store allswell-net; do
  file=$stage/$libdir/lib$library.a
  [ "$kind" = static ] || file=$stage/$libdir/lib$library.so
  [ -f "$file" ] || fail "$file is not installed"
  if [ "$kind" = shared ]; then
    [ ! -e "$stage/$libdir/lib$library.a" ] || fail "lib$library.a is installed, too"
    # The name that programs ask for changes with every minor version before 1.0.
    version=$(sed -n 's/^Version: //p' "$stage/$libdir/pkgconfig/$library.pc")
    readelf -d "$file" | grep -qF "soname: [lib$library.so.${version%.*}]" ||
      fail "the soname of $file is not of version $version"
  fi
  set -- "$@" "$library=$file"
done
shift 5
perl "$here/../symbols/symbols.pl" listed "$here/../symbols/exports.txt" "$@" ||
  fail "the libraries show something else than tests/symbols/exports.txt lists"
if [ "$kind" = shared ]; then
  LD_LIBRARY_PATH=$stage/$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export LD_LIBRARY_PATH
fi

echo "-- find_package"
"$cmake" -S "$here/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$stage" \
  -DCMAKE_C_COMPILER="$cc" >"$work/configure.log" 2>&1 ||
  { cat "$work/configure.log" >&2; fail "the consumer does not configure"; }
"$cmake" --build "$work/consumer" >"$work/build.log" 2>&1 ||
  { cat "$work/build.log" >&2; fail "the consumer does not build"; }
"$work/consumer/consumer"

PKG_CONFIG_PATH=$stage/$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH
compile() { # <output> <source>...
  out=$1
  shift
  # shellcheck disable=SC2046 # the flags are words
  "$cc" -std=gnu11 -Wall -Wextra -Werror -o "$out" "$@" \
    -DEXPECTED_VERSION="\"$(pkg-config --modversion allswell)\"" \
    $(pkg-config --cflags --libs $libs)
}

echo "-- pkg-config"
pkg-config --validate allswell allswell-store allswell-net
case $(pkg-config --libs allswell-net) in
*-lsodium*) [ "$kind" = static ] || fail "who links a shared library links libsodium, too" ;;
*) [ "$kind" = shared ] || fail "who links an archive does not link libsodium" ;;
esac
libs="allswell-net allswell-store allswell"
compile "$work/by-pkg-config" "$here/consumer/main.c"
"$work/by-pkg-config"

echo "-- the two programs to copy play against each other"
libs="allswell-store allswell"
compile "$work/phone" "$here/phone.c"
compile "$work/watcher" "$here/watcher.c"
if command -v python3 >/dev/null; then
  python3 "$here/play.py" "$work/phone" "$work/consumer/watcher"
  python3 "$here/play.py" "$work/consumer/phone" "$work/watcher"
  python3 "$here/play.py" --bad-relay=1 "$work/phone" "$work/watcher"
else
  echo "   no python3: not played"
fi

if [ "$kind" = shared ]; then
  version=$(pkg-config --modversion allswell)
  echo "-- Python"
  python=
  for candidate in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$candidate" -c 'import cffi' 2>/dev/null; then python=$candidate; fi
  done
  checkin() { # <version of the headers>
    PYTHONDONTWRITEBYTECODE=1 "$python" "$here/python/checkin.py" \
      "$stage/$libdir/liballswell.so" "$stage/include" "$1"
  }
  if [ -n "$python" ]; then
    checkin "$version"
    ! checkin 9.9.9 2>"$work/log" || fail "the Python binding takes a library of another version"
    grep -q 'headers are of 9.9.9' "$work/log" ||
      { cat "$work/log" >&2; fail "it does not say why"; }
  else
    echo "   no python3 with cffi: skipped"
  fi

  echo "-- Java"
  java=$(command -v javac || true)
  [ -z "$java" ] || java=$(dirname "$(dirname "$(readlink -f "$java")")")
  if [ -n "$java" ] && [ -f "$java/include/jni.h" ]; then
    mkdir "$work/java"
    "$java/bin/javac" -Xlint:all -Werror -d "$work/java" "$here/jni/Allswell.java" \
      "$here/jni/Checkin.java"
    libs=allswell
    compile "$work/java/liballswell_jni.so" -fPIC -shared "$here/jni/allswell_jni.c" \
      -I"$java/include" -I"$java/include/linux"
    "$java/bin/java" -Xcheck:jni -cp "$work/java" Checkin "$work/java/liballswell_jni.so" \
      >"$work/log" 2>&1 || { cat "$work/log" >&2; fail "the Java example fails"; }
    cat "$work/log"
    ! grep -q WARNING "$work/log" || fail "the Java virtual machine warns of the binding"
  else
    echo "   no javac: skipped"
  fi
  exit 0
fi

echo "-- the embedding example of the README"
libs="allswell-net allswell-store allswell"
if [ ! -f "$root/README.md" ]; then
  echo "   no README.md: skipped"
  exit 0
fi
# The first ```c block that holds the word "embedding" in a comment.
awk '/^```c$/ { inside = 1; text = ""; next }
     /^```$/ && inside { inside = 0; if (text ~ /\/\*[^\n]*embedding/) { printf "%s", text; exit } }
     inside { text = text $0 "\n" }' "$root/README.md" >"$work/embedding.c"
if [ ! -s "$work/embedding.c" ]; then
  echo "   none in README.md: skipped"
  exit 0
fi
compile "$work/embedding" "$work/embedding.c"
"$work/embedding" </dev/null
