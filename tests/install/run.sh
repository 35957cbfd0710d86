#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs into a staged tree, then builds and runs the consumer through find_package and
# through pkg-config, the two programs to copy (phone.c and watcher.c, which then play against
# each other), and the embedding example of the README the way it tells the reader to.
# Usage: run.sh <cmake> <build folder> <C compiler> <libdir under the prefix>
set -eu
cmake=$1 build=$2 cc=$3 libdir=$4
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stage=$work/stage

fail() { echo "install: $*" >&2; exit 1; }

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
    $(pkg-config --cflags --libs $libs)
}

echo "-- pkg-config"
pkg-config --validate allswell allswell-store allswell-net
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
