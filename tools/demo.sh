#!/bin/sh
# SPDX-License-Identifier: ISC
# Plays a circle on this machine, in compressed time, with real processes over TCP: a subject, her
# contacts, and relays that contacts run. Every step is checked; the first one that does not
# happen ends the demo with an error. Nothing is left behind but the build in build/.
# Usage: tools/demo.sh [PLAY] [BUILD]
#   circle      (the default) pairing, check-ins, duress, silence, the ladder, closing
#   escalation  what nobody can do alone: silence an alarm, raise a false one, see her place
#   days        a plan that is looked through, forced, changed; phones that sleep; who goes; slots
#   devices     a phone that is lost, restored, copied; forgotten secrets; a contact who withdraws
#   triggers    what is said beside the schedule: a fall, an SOS without a network, a timer, a guess
#   BUILD       a folder with a finished build; without it, sets up and builds in build/
set -eu

usage() {
  echo "demo: $1: usage: tools/demo.sh" \
    "[circle | escalation | days | devices | triggers] [BUILD]" >&2
  exit 2
}

play=circle
case ${1:-} in
circle | escalation | days | devices | triggers)
  play=$1
  shift
  ;;
esac
[ $# -le 1 ] || usage "one word too many, '$2'"
if [ $# -gt 0 ]; then
  if ! [ -x "$1/bin/allswell" ] || ! [ -x "$1/bin/allswell-relay" ]; then
    usage "'$1' is no play, and no folder with a finished build"
  fi
  bin=$(cd "$1" && pwd)/bin
fi
cd "$(dirname "$0")/.."
if [ -z "${bin:-}" ]; then
  tools/setup.sh build
  echo "Building in build/ (this takes a minute the first time)."
  mkdir -p build
  if ! { cmake -S . -B build && cmake --build build -j "$(nproc)" \
    --target allswell allswell-relay; } >build/demo-build.log 2>&1; then
    tail -n 40 build/demo-build.log >&2
    echo "demo: the build failed: build/demo-build.log has all of it" >&2
    exit 1
  fi
  bin=$PWD/build/bin
fi

# shellcheck source=tools/demo/stage.sh
. tools/demo/stage.sh
# shellcheck source=tools/demo/circle.sh
. "tools/demo/$play.sh"
