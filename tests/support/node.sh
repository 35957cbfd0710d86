#!/bin/sh
# SPDX-License-Identifier: ISC
# The tests of tests/SUITE that are written in JavaScript.
# Usage: node.sh SOURCE-ROOT SUITE FOLDER-OF-PROGRAMS WORK-FOLDER
# Installs the packages of package-lock.json into the work folder, once, and runs the tests there:
# the source tree stays as it was. 77: node or the packages cannot be had here.
set -eu

root=$1 suite=$2 bin=$3 work=$4
here=$root/tests/$suite

skip() {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null && command -v npm >/dev/null ||
  skip "no node and npm here (tools/setup.sh checks)"
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
  skip "node $(node --version) is older than 18"

mkdir -p "$work"
exec 9>"$work/lock"
flock 9
rm -f "$work"/*.js "$work"/*.log "$work"/*.status
cp "$root/tests/interop/tools.js" "$work/"
cp "$here"/*.js "$here"/package.json "$here"/package-lock.json "$work/"
cd "$work"
if ! cmp -s package-lock.json installed; then
  npm ci --ignore-scripts --no-audit --no-fund --prefer-offline >npm.log 2>&1 ||
    skip "npm could not install the packages: $(tail -n 1 npm.log)"
  cp package-lock.json installed
fi
export ALLSWELL_SPEC="$root/spec" ALLSWELL_BIN="$bin" ALLSWELL_WWW="$root/tools/allswell/page/www"

# Each file waits most of the time.
for file in test-*.js; do
  { node --test --test-reporter=spec "$file" >"$file.log" 2>&1 && echo 0 || echo 1; } \
    >"$file.status" &
done
wait
failed=0
for file in test-*.js; do
  grep -E '^ *[▶✔✖]|^bad inputs' "$file.log" || true
  [ "$(cat "$file.status")" = 0 ] || { failed=1; cat "$file.log"; }
done
exit "$failed"
