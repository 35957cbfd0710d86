#!/bin/bash -eu
# SPDX-License-Identifier: ISC
FUZZ_STATIC=1 exec bash "$SRC/allswell/fuzz/build.sh"
