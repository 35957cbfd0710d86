#!/bin/sh
# SPDX-License-Identifier: ISC
# Usage: run.sh SOURCE-ROOT FOLDER-OF-PROGRAMS WORK-FOLDER
# Installs the packages of package-lock.json into the work folder, once, and runs the tests there.
# 77: node, its packages or chromium cannot be had here. PAGE_SHOTS: a folder for pictures.
set -eu

root=$1 bin=$2 work=$3
here=$root/tests/page

skip() {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null && command -v npm >/dev/null ||
  skip "no node and npm here (tools/setup.sh checks)"
node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' ||
  skip "node $(node --version) is older than 18"
CHROMIUM=$(command -v chromium) || skip "no chromium here (tools/setup.sh checks)"

mkdir -p "$work"
exec 9>"$work/lock"
flock 9
rm -f "$work"/*.js "$work"/*.log "$work"/*.status
cp "$here"/*.js "$root/tests/interop/tools.js" "$here"/package.json "$here"/package-lock.json \
  "$work/"
cd "$work"
if ! cmp -s package-lock.json installed; then
  npm ci --ignore-scripts --no-audit --no-fund --prefer-offline >npm.log 2>&1 ||
    skip "npm could not install the packages: $(tail -n 1 npm.log)"
  cp package-lock.json installed
fi
export ALLSWELL_BIN="$bin" ALLSWELL_WWW="$root/tools/allswell/page/www" CHROMIUM

# Each file waits for time to pass most of the time.
for file in test-*.js; do
  { node --test --test-reporter=spec "$file" >"$file.log" 2>&1 && echo 0 || echo 1; } \
    >"$file.status" &
done
wait
failed=0
for file in test-*.js; do
  grep -E '^ *[▶✔✖]' "$file.log" || true
  [ "$(cat "$file.status")" = 0 ] || { failed=1; cat "$file.log"; }
done
exit "$failed"
