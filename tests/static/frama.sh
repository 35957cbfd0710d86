# SPDX-License-Identifier: ISC
# What eva.sh and wp.sh share: a folder $work for copies of sources, and changes in them. $mode is
# that of the script.
# shellcheck shell=sh disable=SC2154 # mode

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

needs() { # <tool>...
  for tool in "$@"; do
    command -v "$tool" >/dev/null || {
      echo "${0##*/}: no $tool: tools/setup.sh proof" >&2
      exit 77
    }
  done
}

# Replaces words that a copy of a source has once.
change() { # <copy> <words> <new words>
  python3 - "${0##*/}" "$@" <<'PY' || exit 1
import sys
script, name, old, new = sys.argv[1:]
with open(name, encoding="utf-8") as file:
    text = file.read()
if text.count(old) != 1:
    sys.exit(f"{script}: not exactly once in {name}: {old}; look at tests/static/{script}")
with open(name, "w", encoding="utf-8") as file:
    file.write(text.replace(old, new))
PY
}
broken() { [ "$mode" != control ] || change "$@"; } # <copy> <words> <new words>
