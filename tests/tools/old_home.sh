#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a home of each old version opens with these programs, with its people and its plan, and can
# be worked with; one of a newer version is refused with the remedy, and stays as it is.
# Method: the homes in homes/, restored from their sealed files; a version that does not exist yet.
set -eu
bin=$1 source=$2
. "$(dirname "$0")/lib.sh"
homes=$source/tests/tools/homes
echo worthless >"$work/pass"
newest=0

version() { # <home> [<new version>]
    python3 - "$work/$1/allswell.db" "${2:-}" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
if sys.argv[2]:
    db.execute(f"PRAGMA user_version = {int(sys.argv[2])}")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(db.execute("PRAGMA user_version").fetchone()[0])
PY
}

is_there() { # <whose place in the list> <name> <phase>
    [ "$(field "$1.name" <"$work/people") $(field "$1.phase" <"$work/people")" = "$2 $3" ] ||
        fail "$home: $*: $(cat "$work/people")"
}

for file in "$homes"/schema*.backup; do
    home=$(basename "$file" .backup)
    newest=${home#schema}
    expect 0 'The home is back' aw "$home" restore --yes "$file" <"$work/pass"
    aw "$home" people --json --wait=0 >"$work/people"
    is_there contacts.0 Sister verified
    is_there contacts.1 Neighbour verified
    is_there watched.0 Sister paired
    aw "$home" plan show --wait=0 | grep -v '^#' >"$work/plan"
    cmp -s "$work/plan" "$homes/$home.plan" ||
        fail "$home: another plan: $(diff "$work/plan" "$homes/$home.plan")"
    expect 0 'this home was restored' aw "$home" log
    echo right >"$work/right" # the picture is that of the day
    expect 0 'kettle' aw "$home" checkin --wait=0 <"$work/right"
done
[ "$newest" -ge 1 ] || fail 'no home was tried'
[ "$(version "schema$newest")" = "$newest" ] ||
    fail "the version of today has no home in homes/: see its README.md"

version "schema$newest" $((newest + 1)) >/dev/null
before=$(cksum <"$work/schema$newest/allswell.db")
for command in status people 'log' 'checkin' 'doctor' 'run'; do
    expect 4 'newer version' aw "schema$newest" $command <"$work/right"
done
[ "$(cksum <"$work/schema$newest/allswell.db")" = "$before" ] || fail 'a newer home was changed'
finish
