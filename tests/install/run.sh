#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs into a staged tree, then builds and runs the consumer through find_package and
# through pkg-config, the two programs to copy (phone.c and watcher.c, which then play against
# each other), and the embedding example of the README the way it tells the reader to.
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
else
  echo "   no python3: not played"
fi

[ "$kind" = static ] || exit 0
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
