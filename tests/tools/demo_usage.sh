#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a word that tools/demo.sh does not know gets one line that names it and says what it takes,
# and exit code 2; nothing is set up, built or played.
set -eu
demo=$2/tools/demo.sh
. "$(dirname "$0")/lib.sh"

refused() { # <text> <word>...
    text=$1 code=0
    shift
    "$demo" "$@" >"$work/out" 2>"$work/err" || code=$?
    [ $code -eq 2 ] || fail "demo.sh $*: exit code $code"
    [ ! -s "$work/out" ] || fail "demo.sh $*: begins: $(cat "$work/out")"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "demo.sh $*: not one line: $(cat "$work/err")"
    for part in 'demo: ' "$text" ': usage: tools/demo.sh [circle | '; do
        grep -qF -- "$part" "$work/err" || fail "demo.sh $*: no '$part' in: $(cat "$work/err")"
    done
}

mkdir -p "$work/empty/bin"
: >"$work/file"
refused "'cirle' is no play" cirle
refused "'--help' is no play" --help
refused "'' is no play" ''
refused "'$work/empty' is no play, and no folder with a finished build" "$work/empty"
refused "'$work/file' is no play" days "$work/file"
refused "one word too many, 'days'" circle "$1/.." days
refused "one word too many, 'x'" "$1/.." x
finish
