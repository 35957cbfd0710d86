#!/bin/sh
# SPDX-License-Identifier: ISC
# Frama-C's Eva over one part of the reader, see README.md.
# Usage: eva.sh PART MODE [FIRST]
#   PART   reader, utf8, message or frames
#   MODE   quick, full, or control: then one line is broken first, and Eva has to see it
#   FIRST  of the rows of message in quick mode, 0 to 3
# Prints how many properties were proved. Exit: 0 no alarm (control: an alarm), 1 the opposite,
# 77 no Frama-C.
set -eu
part=$1 mode=$2 first=${3:-0}
cd "$(dirname "$0")/../.."
. tests/static/frama.sh
needs frama-c

# Annotations tell Eva which values to look at one by one. They are comments.
note() { change "$1" "$2" "/*@ $3; */ $2"; } # <copy> <words> <annotation in front>

inline=cbor_stream_decode,aw_item_read lengths=2 defines=
options='-eva-slevel 10000000 -eva-slevel-function main:0 -eva-split-limit 400'
model='src/wire/item.c tests/static/cbor_model.c'
case $mode in
quick) ;;
full) lengths=3 ;;
control) lengths=0 ;;
*) part=none ;;
esac
case $part in
reader)
  cp src/wire/rd.c "$work/"
  files="$work/rd.c $model"
  broken "$work/rd.c" 'for (const uint8_t *p = rd->ptr; p < rd->end; p++)' \
    'for (const uint8_t *p = rd->ptr; p <= rd->end; p++)'
  ;;
utf8)
  cp src/wire/utf8.c "$work/"
  files=$work/utf8.c inline=
  options='-eva-slevel 0 -eva-min-loop-unroll 60 -eva-split-limit 100'
  [ "$mode" = full ] || defines=-DEVA_TEXT_MAX=24
  [ "$mode" != control ] || defines=-DEVA_TEXT_MAX=4
  note "$work/utf8.c" 'while (left > 0) {' 'dynamic_split left'
  note "$work/utf8.c" 'if (seq.follow_count == 0' 'split seq.follow_count'
  broken "$work/utf8.c" 'seq.follow_count >= left' 'seq.follow_count > left'
  ;;
message)
  # The harness includes it, for what is static there.
  mkdir "$work/wire"
  cp src/wire/message_decode.c "$work/wire/"
  files="$model src/base/bytes.c"
  for table in answer call card card_file endpoint file hello introductions invite plan reply \
    resume state switched tables witness; do
    files="$files src/wire/$table.c"
  done
  case $mode in
  quick) lengths=1 defines="-DEVA_STRIDE=4 -DEVA_FIRST=$first" ;;
  full) lengths=2 ;;
  control) defines="-DEVA_STRIDE=4 -DEVA_FIRST=0" ;;
  esac
  broken "$work/wire/message_decode.c" '(size_t)(end - ptr) < 2 + width' \
    '(size_t)(end - ptr) < 1 + width'
  ;;
frames)
  cp src/net/frames.c src/base/bytes.c "$work/"
  files="$work/frames.c $work/bytes.c src/crypto/link.c"
  inline=is_len_possible,aw_link_frame_len,continue_part
  options='-eva-slevel 100000 -eva-split-limit 400 -eva-domains equality'
  [ "$mode" = full ] || defines=-DEVA_PIECE_MAX=40
  note "$work/frames.c" 'while (len > 0) {' 'dynamic_split len'
  note "$work/frames.c" 'bytes += need;' 'split need'
  # What is volatile could be any function.
  change "$work/bytes.c" '(*volatile fill)' '(*fill)'
  broken "$work/frames.c" '        if (len < need)' '        if (len + 1 < need)'
  ;;
*)
  echo "usage: eva.sh reader|utf8|message|frames quick|full|control [FIRST]" >&2
  exit 1
  ;;
esac

# Frama-C has a C library of its own; of ours it gets libcbor's headers only.
cbor=$(pkg-config --variable=includedir libcbor)
mkdir "$work/libcbor"
ln -s "$cbor/cbor.h" "$cbor/cbor" "$work/libcbor/"
# shellcheck disable=SC2086 # options and files are words
frama-c -c11 -cpp-extra-args="-I $work -I tests/static/include -I src -I src/include -I tests \
-I $work/libcbor -std=c11 -include tests/static/include/frama.h -DCBOR_STATIC_DEFINE \
-DEVA_LENGTHS=$lengths $defines" ${inline:+-inline-calls "$inline"} -eva $options \
  -eva-split-return full -eva-no-print -eva-msg-key=-initial-state,-final-states \
  -eva-no-show-progress $files "tests/static/eva_$part.c" >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  exit 1
}
# Asked for: an end, no alarm, nothing left unproved, no function that is only assumed.
bad=$(grep -A 1 -E '^\[eva:alarm\]|missing-spec|degenerat|stopping propagation|User Error' \
  "$work/log" || true)
unproved=$(awk '/^ *(Assertions|Preconditions) / { n += $4 + $6 } END { print n + 0 }' "$work/log")
proved=$(awk '/^ *(Assertions|Preconditions) / { n += $2 } END { print n + 0 }' "$work/log")
reached=$(sed -n 's/.* statements reached (out of \([0-9]*\)).*/\1/p' "$work/log")
if [ -z "$reached" ]; then
  tail -n 20 "$work/log" >&2
  exit 1
fi
if [ "$mode" = control ]; then
  ! grep -q '^\[eva:alarm\]' "$work/log" || exit 0
  echo "eva: $part: a broken line raised no alarm" >&2
  exit 1
fi
if [ -n "$bad" ] || [ "$unproved" != 0 ]; then
  echo "eva: $part: $unproved properties not proved" >&2
  printf '%s\n' "$bad" >&2
  exit 1
fi
echo "$proved $reached"
