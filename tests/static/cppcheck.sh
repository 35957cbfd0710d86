#!/bin/sh
# SPDX-License-Identifier: ISC
# cppcheck over the folders named; cppcheck.txt gives a reason for what is not looked at.
# Usage: cppcheck.sh WORK FOLDER...    WORK keeps what did not change since the last run
# Exit: 0 nothing found, 1 findings, 77 no cppcheck.
set -eu
work=$1
shift
cd "$(dirname "$0")/../.."
command -v cppcheck >/dev/null || {
  echo "cppcheck: not installed: tools/setup.sh checks" >&2
  exit 77
}
mkdir -p "$work"
# It does not see jansson's header.
get_item='((value)=json_array_get(array,i))' get_member='((value)=json_object_get(object,key))'
cppcheck --quiet --std=c11 --platform=unix64 --library=posix -j "$(nproc)" \
  --enable=warning,performance,portability,style --cppcheck-build-dir="$work" \
  --suppressions-list=tests/static/cppcheck.txt -I src -I src/include -I tools \
  -D__linux__=1 "-Djson_array_foreach(array,i,value)=while(((i)=index_in(array))&&$get_item)" \
  "-Djson_object_foreach(object,key,value)=while(((key)=key_in(object))&&$get_member)" \
  --error-exitcode=1 "$@" >&2
