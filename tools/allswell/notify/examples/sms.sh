#!/bin/sh
# SPDX-License-Identifier: ISC
# A text message for every ring, with gammu(1) and a modem; for
#   allswell notify add exec /path/to/sms.sh
# NUMBER is that of the person of this home. The message is the neutral line: a text message is
# readable for the network, and on a lock screen.
set -eu
: "${NUMBER:=+440000000000}" # yours
[ "$ALLSWELL_EVENT" = ring ] || exit 0
printf '%s' "$ALLSWELL_TEXT" | gammu sendsms TEXT "$NUMBER"
