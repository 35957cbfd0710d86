#!/bin/sh
# SPDX-License-Identifier: ISC
# Usage: run.sh SOURCE-ROOT FOLDER-OF-PROGRAMS WORK-FOLDER
# 77: chromium, node or its packages cannot be had here. PAGE_SHOTS: a folder for pictures.
set -eu

CHROMIUM=$(command -v chromium) || {
  echo "skipped: no chromium here (tools/setup.sh checks)"
  exit 77
}
export CHROMIUM
exec "$1/tests/support/node.sh" "$1" page "$2" "$3"
