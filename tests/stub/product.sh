#!/bin/sh
# SPDX-License-Identifier: ISC
# Stub crypto is in nothing that is installed. What is looked for is the symbol of its banner
# and, since a stripped program has no symbols, the banner's words.
#
#   product.sh <cmake> <build folder> <program with the stub> <strip> <allow-list of src/crypto>
#     installs into a staged tree and looks at every file in it, which is what a package is made
#     of; then, as a control, at the program that has the stub, as built and stripped, and at an
#     archive of it: each must be found. And the stub has all that src/crypto imports, so
#     nothing of the real library mixes in unseen.
set -eu
cmake=$1 build=$2 stubbed=$3 strip=$4 allowed=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
marker=aw_stub_crypto_banner words='STUB CRYPTO: protects nothing'

fail() { echo "stub_product: $*" >&2; exit 1; }

has_stub() { grep -qaF -e "$marker" -e "$words" "$1"; }

"$cmake" --install "$build" --prefix "$work/stage" >"$work/log" ||
  { cat "$work/log" >&2; fail "cmake --install failed"; }
find "$work/stage" -type f >"$work/files"
for want in liballswell.a liballswell-store.a liballswell-net.a; do
  grep -q "/$want\$" "$work/files" || fail "$want is not installed: what was looked at?"
done
while read -r file; do
  ! has_stub "$file" || fail "stub crypto is in ${file#"$work/stage/"}"
done <"$work/files"
for tool in allswell allswell-relay; do
  file=$(grep "/bin/$tool\$" "$work/files") || continue # built with ALLSWELL_TOOLS=OFF
  nm -D "$file" | grep -q ' U crypto_aead_' || fail "$tool does not take its crypto from libsodium"
done

cp "$stubbed" "$work/whole"
cp "$stubbed" "$work/stripped"
"$strip" "$work/stripped"
ar rcs "$work/lib.a" "$stubbed"
for control in whole stripped lib.a; do
  has_stub "$work/$control" || fail "the stub is in $control, and was not found"
done

nm --defined-only "$stubbed" | sed -n 's/.* T //p' | sort >"$work/defined"
sed -n 's/^\(crypto_[a-z0-9_]*\|sodium_[a-z0-9_]*\).*/\1/p' "$allowed" | sort >"$work/imported"
[ "$(wc -l <"$work/imported")" -ge 30 ] || fail "$allowed names too few functions"
missing=$(comm -13 "$work/defined" "$work/imported")
[ -z "$missing" ] || fail "src/crypto imports what the stub lacks: $missing"
echo "stub_product: $(wc -l <"$work/files") installed files without, 3 controls found"
