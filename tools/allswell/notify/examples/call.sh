#!/bin/sh
# SPDX-License-Identifier: ISC
# A telephone call for every ring, with mmcli(1) of ModemManager; for
#   allswell notify add exec /path/to/call.sh
# It lets NUMBER ring for RING_S seconds and hangs up. The program ends with 0 when the modem took
# the call: that somebody woke up only an answer in allswell shows.
set -eu
: "${NUMBER:=+440000000000}" "${RING_S:=40}" # yours; less than a minute
[ "$ALLSWELL_EVENT" = ring ] || exit 0
call=$(mmcli -m any --voice-create-call="number=$NUMBER" | grep -o '/org/[^ ]*/Call/[0-9]*')
mmcli -o "$call" --start
sleep "$RING_S"
mmcli -o "$call" --hangup
