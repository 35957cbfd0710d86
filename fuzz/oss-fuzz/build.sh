#!/bin/bash -eu
# SPDX-License-Identifier: ISC
FUZZ_LIBRARIES=.a exec bash "$SRC/allswell/fuzz/build.sh"
