# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Shared by the tests of the tools: a folder that is removed, processes that are ended, and
# expect, which runs a command and compares its exit code and output.
# Usage: bin=<folder of the programs>; . lib.sh

work=$(mktemp -d)
pids=
failures=0
unset ALLSWELL_HOME ALLSWELL_RELAY_HOME ALLSWELL_DEMO_CLOCK
export HOME="$work" XDG_DATA_HOME="$work/data" TZ=UTC

clean() {
    code=$?
    trap - EXIT
    for pid in $pids; do kill "$pid" 2>/dev/null || :; done
    for pid in $pids; do wait "$pid" 2>/dev/null || :; done
    chmod -R u+rwX "$work" 2>/dev/null || :
    rm -rf "$work"
    exit $code
}
trap clean EXIT
trap 'exit 130' INT TERM


fail() {
    echo "$*"
    failures=$((failures + 1))
}

# expect CODE TEXT COMMAND...: the exit code, and TEXT in what is printed, wherever its lines end;
# an error of a tool is one line that begins with its name and has a remedy. What aw() is told to do
# next names the home.
expect() {
    code=$1 text=$2
    shift 2
    set +e
    "$@" >"$work/got.out" 2>"$work/got.err"
    status=$?
    set -e
    if [ $status -ne "$code" ]; then
        fail "$*: wanted exit code $code, got $status: $(cat "$work/got.out" "$work/got.err")"
        return 0
    fi
    cat "$work/got.out" "$work/got.err" | tr -s '\n ' ' ' | grep -qF -- "$text" ||
        fail "$*: '$text' is not in: $(cat "$work/got.out" "$work/got.err")"
    case " $* " in
    *' --json '*) ;;
    *' aw '*) # what it recommends can be copied: it names the home
        cat "$work/got.out" "$work/got.err" | tr -s '\n ' ' ' | grep -o "'allswell [a-z][^']*'" |
            grep -v -- "--help'" >"$work/got.home" && fail "$*: no --home: $(cat "$work/got.home")"
        ;;
    esac
    [ "$code" -eq 0 ] && return 0
    lines=$(grep -c '^allswell[a-z-]*: .*: .*\|^allswell[a-z-]*: .*; ' "$work/got.err" || :)
    [ "$lines" -eq 1 ] || [ -s "$work/got.out" ] ||
        fail "$*: not one line 'tool: what happened: what to do': $(cat "$work/got.err")"
    return 0
}

# Nothing that the last command of expect printed is too wide for a terminal.
fits() {
    awk 'length($0) > 79 { print; wide = 1 } END { exit wide }' "$work/got.out" ||
        fail "$*: more than 79 columns"
}

# Waits for a command to succeed, for as long as a loaded machine may take.
await() {
    left=200
    until "$@" >/dev/null 2>&1; do
        left=$((left - 1))
        [ $left -gt 0 ] || { fail "did not happen: $*"; return 0; }
        sleep 0.2
    done
}

# Starts a relay in home $1 with the options that follow; its address line is in $1.line.
start_relay() {
    relay_home=$1
    shift
    : >"$work/$relay_home.line"
    "$bin/allswell-relay" --home "$work/$relay_home" run --listen 127.0.0.1:0 "$@" \
        >"$work/$relay_home.line" 2>"$work/$relay_home.err" &
    relay_pid=$!
    pids="$pids $relay_pid"
    await test -s "$work/$relay_home.line"
}

# Makes a token of relay $1 for label $2.
token() { "$bin/allswell-relay" --home "$work/$1" token new "$2" 2>/dev/null; }

# One value of a JSON answer on stdin: field <path>, such as watched.0.state
field() {
    perl -MJSON::PP -e '
        local $/; my $v = decode_json(<STDIN>);
        for my $k (split /\./, $ARGV[0]) { $v = ref $v eq "ARRAY" ? $v->[$k] : $v->{$k} }
        print JSON::PP::is_bool($v) ? ($v ? "true" : "false") : defined $v ? $v : "null";' "$1"
}

# A home $1 with relay $2.
person() {
    "$bin/allswell" --home "$work/$1" init --name "$1" >/dev/null
    token "$2" "$1" >"$work/token"
    "$bin/allswell" --home "$work/$1" relay add "$(cat "$work/$2.line")" <"$work/token" >/dev/null
    rm "$work/token"
}

# One command of a home.
aw() { home=$1; shift; "$bin/allswell" --home "$work/$home" "$@"; }

# Homes of a subject $1 and of the contacts that follow $2, a relay, all verified.
circle() {
    subject=$1 relay=$2
    shift 2
    person "$subject" "$relay"
    for name; do
        person "$name" "$relay"
        aw "$subject" invite >"$work/invite" 2>/dev/null
        aw "$name" join <"$work/invite" >/dev/null
        aw "$subject" people >/dev/null
        aw "$name" people >/dev/null
        words=$(aw "$subject" verify "$name" --json | field words)
        expect 0 'verified' aw "$name" verify "$subject" --words "$words"
        expect 0 'verified' aw "$subject" verify "$name" --words "$words"
    done
}

finish() {
    [ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
    exit 0
}
