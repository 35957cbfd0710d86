#!/bin/sh
# SPDX-License-Identifier: ISC
# allswell-lab inspect as a reviewer uses it: verdicts as exit codes, names in the output, one
# line of remedy for a wrong call.
set -eu
lab=$1 source=$2
failures=0

# expect CODE TEXT INPUT [ARGUMENT...]: the exit code, and TEXT in what is printed.
expect() {
    code=$1 text=$2 input=$3
    shift 3
    set +e
    got=$(printf %s "$input" | "$lab" inspect "$@" 2>&1)
    status=$?
    set -e
    case $got in *"$text"*) found=1 ;; *) found=0 ;; esac
    if [ "$status" -ne "$code" ] || [ "$found" -ne 1 ]; then
        echo "inspect $*: wanted $code and '$text', got $status: $got"
        failures=$((failures + 1))
    fi
}

field() { # FILE GROUP NAME: a value of a vector file
    sed -n "/\"$2\": {/,/}/s/.*\"$3\": \"\([^\"]*\)\".*/\1/p" "$source/spec/vectors/$1" | head -n 1
}

expect 0 'accepted: call' "$(field messages.json call-checkin bytes)"
expect 0 '/ valid_for / 3: 86400' "$(field messages.json call-sos bytes)"
expect 0 'accepted: plan' "$(field messages.json plan bytes)" --as plan
expect 1 'refused: reply' "$(field messages.json plan bytes)" --as reply
expect 2 'no such message' a0 --as nonsense
expect 0 'invite of Subject' "$(field pairing.json pairing invite_uri)"
expect 1 'refused: invite' 'allswell:AAAA'
expect 0 'cell of 512 bytes' "$(field cell.json small cell)"
expect 0 'accepted: one item' a10102 --cbor
expect 1 'a map key occurs twice' a201000100 --cbor
expect 1 'odd number of digits' a1010
expect 1 'no message' a10102
expect 2 'inspect --help' '' --no-such-option
expect 0 'strict CBOR profile' '' --help

# Sequences of a frame, padding, binary input, and what does not fit.
request=a30018780103025820fcf8baaaaf7ae2c6428525307cf811a76704bcf43b6d6cd6ead663bfd9d9e382
expect 0 'accepted: 2 requests' "$request$request" --as request
expect 1 'refused: request' "${request}a0" --as request
expect 0 'accepted: 2 answers' a200050102a200050102 --as answer
expect 1 'refused: answer' a2 --as answer
expect 0 'accepted: call' "$(field messages.json call-checkin bytes)00000000"
expect 1 'no message' a1010200
expect 1 'not well-formed' zz
expect 1 'not well-formed' ''
expect 1 'refused' 61 --binary
expect 1 'longer than any message' "$(printf %0300000d 0)"

# A cell opens with its two keys, and with no others.
keys=$(mktemp)
trap 'rm -f "$keys"' EXIT
for size in small bulk; do
    cell=$(field cell.json $size cell)
    header=$(field cell.json $size header_key) message=$(field cell.json $size message_key)
    printf '%s\n%s\n' "$header" "$message" >"$keys"
    expect 1 'index      70000' "$cell" --keys "$keys"
    printf '%s\n%s\n' "$header" "$header" >"$keys"
    expect 1 'the message key does not open it' "$cell" --keys "$keys"
    printf '%s\n%s\n' "$message" "$message" >"$keys"
    expect 1 'not of this header key' "$cell" --keys "$keys"
    for bad in '' "$header" "x$header" "$header
xyz"; do
        printf '%s\n' "$bad" >"$keys"
        expect 2 'needs two lines' "$cell" --keys "$keys"
    done
done
expect 2 'needs two lines' "$(field cell.json small cell)" --keys "$keys.none"

# Every case file, as in tests/unit/test_cbor_judge.c, but through the tool.
while IFS='	' read -r hex verdict rest; do
    case $hex in '#'* | '') continue ;; esac
    printf %s "$hex" | "$lab" inspect --cbor >/dev/null 2>&1 && {
        echo "accepted: $hex ($verdict $rest)"
        failures=$((failures + 1))
    }
done <<EOF
$(cat "$source/tests/data/cbor-bombs.txt" "$source/tests/data/cbor-malformed-appendix-f.txt")
EOF
[ "$failures" -eq 0 ]
