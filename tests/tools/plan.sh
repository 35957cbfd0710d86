#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: a mistake in a plan file is told with file and line; a plan that is shown reads back as
# the same plan; time zones become rules, and who travels keeps the rules of before.
set -eu
bin=$1
. "$(dirname "$0")/lib.sh"

start_relay r
person s r
person one r
person 'two words' r
printf 'checkin = every 8h\n' >"$work/plan"
expect 3 'nobody is paired yet' aw s plan check "$work/plan"
for contact in one 'two words'; do
    aw s invite 2>/dev/null | aw "$contact" join >/dev/null
done
await sh -c "'$bin/allswell' --home '$work/s' people --json | grep -q '\"name\": \"two words\"'"

bad() { # <line> <text> <content>...
    where=$1 text=$2
    shift 2
    printf '%s\n' "$@" >"$work/bad.plan"
    expect 2 "bad.plan:$where: " aw s plan check "$work/bad.plan"
    expect 2 "$text" aw s plan check "$work/bad.plan"
}
bad 1 "a line is 'key = value'" 'checkin every 8h'
bad 2 "unknown key 'chekin'" '# a comment' 'chekin = every 8h'
bad 1 'nothing after' 'grace ='
bad 3 'no time span' 'checkin = every 8h' '' 'grace = 20'
bad 1 'no time span' 'checkin = every 30m1h'
bad 1 "write 'every 8h'" 'checkin = hourly'
bad 1 'a time of day' 'checkin = daily 25:00'
bad 1 'days are mon' 'checkin = daily 12:00 monday'
bad 1 'nothing follows' 'checkin = every 8h mon'
bad 1 'no such time zone' 'zone = Nowhere/Atall'
bad 1 'no such time zone' 'zone = ../../etc/passwd'
TZDIR=$work/none bad 1 'folder of TZDIR: write Area/City, unset TZDIR' 'zone = Europe/London'
bad 1 'no such time zone' 'zone = Europe'
bad 1 'no such time zone' 'zone = tzdata.zi'
bad 1 'such a long name' "zone = $(printf '%064d' 0)"
bad 2 'given twice' 'zone = UTC' 'zone = +01:00'
bad 1 "'loud' or 'quiet'" 'warning = 10m'
bad 1 'after the delay' 'level = 0m family: go'
bad 1 'numbers from 1 to 8' 'level = 0m group 9: go'
bad 1 'longer than 120 bytes' "level = 0m everybody: $(printf '%0121d' 0)"
bad 1 'nobody called' 'person = three'
bad 2 'in the plan already' 'person = one' 'person = 1'
bad 1 "closing '\"'" 'person = "two words'
bad 1 'none, coarse or exact' 'person = one place maybe'
bad 1 "'yes' or 'no'" 'relaxed = perhaps'
bad 1 'no number up to' 'threshold = many'
bad 1 "write '23:00-07:00'" 'quiet = 23:00'
bad 1 'a time of day' 'quiet = 23:00-7'
bad 1 'quiet hours must leave out' 'quiet = 00:00-00:00'
bad 1 'has an end' 'pause = 2027-03-01 09:00 2027-03-02 09:00'
bad 1 'a moment is written' 'pause = 2027-02-30 09:00 until 2027-03-02 09:00'
bad 2 'at most 31 days' '# long' 'pause = 2027-03-01 09:00 until 2027-05-02 09:00'
bad 2 'must ascend and not touch' 'pause = 2027-03-01 09:00 until 2027-03-02 09:00' \
    'pause = 2027-03-02 09:00 until 2027-03-03 09:00'
bad 1 'address line or its key' 'operator = relay.example:1 one'
bad 1 'nobody called' "operator = $(printf '%043d' 0) three"
bad 2 'this relay is in the plan' "operator = $(printf '%043d' 0) one" \
    "operator = relay.example:1/$(printf '%043d' 0) outside"
bad 1 'of more than there are' 'quorum = 3'
bad 1 "'at-once' or 'in-slot'" 'sos = never'
bad 1 "'everybody' or 'nobody'" 'announce = me'
bad 1 'no number up to 16' 'asks = 17'
bad 2 'belongs to nobody' 'person = "two words" device-of one' \
    'person = one device-of "two words"'
bad 1 'the line is too long' "grace = $(printf '%0500d' 0)"
bad 3 'see allswell-plan' 'person = one group 1' 'person = "two words" group 2' \
    'level = 0m group 3: go' 'level = 10m everybody'
bad 2 'see allswell-plan' 'level = 10m everybody' 'level = 0m everybody'
printf 'level = 0m group 1: go\nthreshold = 3\n' >"$work/bad.plan"
expect 2 'bad.plan:1: ' aw s plan check "$work/bad.plan"
head -c 40000 /dev/zero | tr '\0' '#' >"$work/bad.plan"
expect 2 'is longer than' aw s plan check "$work/bad.plan"
printf 'grace = 5m\0\n' >"$work/bad.plan"
expect 2 'is no text' aw s plan check "$work/bad.plan"

# A plan with everything; unverified people are a hole.
cat >"$work/plan" <<'PLAN'
# Everything.
checkin = every 12h
checkin = daily 22:30 mon-fri
checkin = daily 23:45 sat, sun
zone = +02:00
beat = 10m
beat-grace = 1h30m
grace = 20m
warning = 1h quiet
warning = 5m loud
level = 0s group 1 2: Ring: then go there
level = 15m group 2 shares
level = 45m everybody: Call the police
person = "two words" group 2 place exact asks
person = one group 1 3 place none
threshold = 2
ring = 45s
claim = 20m
claims = 4
relaxed = yes
quiet = 23:00-06:30
quiet = 13:00-14:00 sat, sun
pause = 2027-03-01 09:00 until 2027-03-05 18:00
pause = 1804638401 until 2027-03-20 00:00
operator = relay.example:7440/AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE "two words"
operator = AAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE outside
quorum = 1
witness = 2m
ceiling = 45m
loosen = 12h
announce = group 2 3
cadence = 1m
sos = in-slot
alarm-beat = 30s
life = 1d12h
ask = 10m
asks = 3
PLAN
expect 1 'the words were not compared with one' aw s plan check "$work/plan"
printf 'good\nbad\none\n' >"$work/secrets"
expect 0 'Version 1' aw s plan set --secrets --secret-fd 3 "$work/plan" 3<"$work/secrets"
aw s plan show >"$work/shown.next"
[ "$(tail -n 10 "$work/shown.next" | grep -c '^# next: .* in the zone of the plan)$')" -eq 10 ] ||
    fail "plan show: no ten deadlines at the end: $(tail -n 10 "$work/shown.next")"
sed '/^# next: /d' "$work/shown.next" >"$work/shown"
aw s plan show --json >"$work/shown.json"
for pair in 'plan.grace_s 1200' 'plan.levels.0.text Ring: then go there' \
    'plan.levels.1.shares true' \
    'plan.roster.0.place none' 'plan.roster.1.groups.0 2' 'plan.claims_max 4' \
    'plan.relaxed true' 'plan.quiet.0.until 390' 'plan.quiet.1.days sat sun' \
    'plan.pauses.0.from 1803884400' 'plan.pauses.1.from 1804638401' 'plan.roster.1.asks true' \
    'plan.operators.0.person 0' 'plan.operators.1.person 2' 'plan.council.quorum 1' \
    'plan.council.witness_s 120' 'plan.council.ceiling_s 2700' 'plan.change.loosen_s 43200' \
    'plan.change.announce.1 3' 'plan.change.setup true' 'plan.pace.cadence_s 60' \
    'plan.pace.sos_now false' 'plan.pace.alarm_beat_s 30' 'plan.pace.life_s 129600' \
    'plan.pace.ask_s 600' 'plan.pace.asks_max 3' 'plan.has_card false' \
    'plan.zone_rules.0.offset_s 7200' 'plan.schedule.2.days sat sun'; do
    [ "$(field "${pair%% *}" <"$work/shown.json")" = "${pair#* }" ] ||
        fail "plan show: wanted $pair, got $(field "${pair%% *}" <"$work/shown.json")"
done
expect 1 'who forces you can loosen' aw s plan check
fits plan check
sed 's/outside/"two words"/; s/^quorum.*/quorum = 2/' "$work/plan" >"$work/one.plan"
expect 1 'silence will not reveal your place' aw s plan check "$work/one.plan"
aw s plan check --json >"$work/check.json" || :
[ "$(field next.9 <"$work/check.json")" -gt "$(field next.0 <"$work/check.json")" ] ||
    fail 'plan check: no ten deadlines'
[ "$(field findings.0.severity <"$work/check.json")" = hole ] || fail 'a pause of days is no hole'
grep -q 'in the circle' "$work/check.json" && fail 'plan check: a circle that nobody named'
echo one >"$work/circle"
small='fewer people are in the circle'
expect 1 "weak: $small" aw s plan check --circle <"$work/circle"
echo 'one, two words' >"$work/both"
aw s plan check --circle <"$work/both" >"$work/checked" || :
grep -q "$small" "$work/checked" && fail 'plan check: a circle of two is small for two'
expect 5 'nobody here is called' sh -c "echo nobody | '$bin/allswell' --home '$work/s' \
    plan check --circle"
expect 2 'nobody is in the circle' sh -c "echo , | '$bin/allswell' --home '$work/s' \
    plan check --circle"
echo good >"$work/secret"
expect 0 'Version 2' aw s plan set --secret-fd 3 "$work/shown.next" 3<"$work/secret"
aw s plan show | sed '/^# next: /d; s/Version 2/Version 1/' | diff "$work/shown" - >"$work/diff" ||
    fail "a plan that is shown reads back as another: $(cat "$work/diff")"
sed 's/^setup = .*/setup = no/' "$work/shown" >"$work/strict"
aw s plan set --json --secret-fd 3 "$work/strict" 3<"$work/secret" >"$work/setup.json"
[ "$(field waits <"$work/setup.json")" = null ] || fail 'a plan waits in the set-up phase'
sed 's/^grace = .*/grace = 45m/' "$work/strict" >"$work/looser"
expect 0 'your contacts may go on with the plan before' aw s plan set --secret-fd 3 \
    "$work/looser" 3<"$work/secret"
aw s plan set --json --secret-fd 3 "$work/strict" 3<"$work/secret" >"$work/tighter.json"
[ "$(field waits <"$work/tighter.json")" = null ] || fail 'a shorter grace waits'

# A journey: the plan in force goes by another clock from now on, whatever it is, and waits at
# contacts as any looser plan does. Mistakes are told before the secret is asked for.
no_change() { # <code> <text> <zone>
    expect "$1" "$2" aw s plan zone -- "$3" </dev/null
    [ "$(aw s plan show --json | field plan.version)" = "$version" ] || fail "zone $3: changed"
}
version=$(field version <"$work/tighter.json")
no_change 3 'goes by this clock already' +02:00
no_change 2 'no such time zone' Nowhere/Atall
no_change 2 'no such time zone' ''
no_change 2 'no such time zone' +25:00
no_change 2 'such a long name' "$(printf '%064d' 0)"
no_change 2 'the secret is empty' -05:00
from=$(date +%s)
aw s plan zone --json --secret-fd 3 -- -05:00 3<"$work/secret" >"$work/west.json"
[ "$(field version <"$work/west.json")" -eq $((version + 1)) ] || fail 'zone: no new version'
[ "$(field waits.loosens <"$work/west.json")" = 'the time zone' ] ||
    fail "zone: waits for $(field waits.loosens <"$work/west.json")"
! grep -q '"zone-end"' "$work/west.json" || fail 'zone: a clock that never changes is no weakness'
aw s plan show --json >"$work/west.shown"
for pair in "plan.version $((version + 1))" 'plan.zone_rules.0.from 0' 'plan.grace_s 1200' \
    'plan.zone_rules.0.offset_s 7200' 'plan.zone_rules.1.offset_s -18000' \
    'plan.zone_rules.2 null' 'plan.roster.1.asks true' 'plan.pauses.0.from 1803884400'; do
    [ "$(field "${pair%% *}" <"$work/west.shown")" = "${pair#* }" ] ||
        fail "plan zone: wanted $pair, got $(field "${pair%% *}" <"$work/west.shown")"
done
[ "$(field plan.zone_rules.1.from <"$work/west.shown")" -ge "$from" ] ||
    fail 'zone: not from now on'
aw s plan show >"$work/west"
aw s plan check --json "$work/west" >"$work/west.check" || :
[ "$(field plan.zone_rules.1.from <"$work/west.check")" = \
    "$(field plan.zone_rules.1.from <"$work/west.shown")" ] || fail 'zone: reads back as another'
expect 0 "Version $((version + 2)) of your plan is in force" aw s plan zone --secret-fd 3 UTC \
    3<"$work/secret"
fits plan zone

# A zone with summer time: 16 rules at most, and deadlines that keep the local time.
if [ -r /usr/share/zoneinfo/Europe/London ]; then
    printf 'checkin = daily 12:00\nzone = Europe/London\n' >"$work/zone"
    aw s plan check --json "$work/zone" >"$work/zone.json" || :
    [ "$(field plan.zone_rules.15.from <"$work/zone.json")" -gt 0 ] ||
        fail 'no rules of summer time'
    due=$(field next.0 <"$work/zone.json")
    [ "$(TZ=Europe/London date -d "@$due" +%H:%M)" = 12:00 ] || fail "due at $due"
    [ "$(field gap_s <"$work/zone.json")" -le 95400 ] || fail 'a day has more than 26.5 hours'
    # Moments are told by the clock of the plan, not by that of this machine.
    printf 'checkin = daily 12:00 mon-fri\nzone = Asia/Tokyo\n' >"$work/zone"
    aw s plan check --json "$work/zone" >"$work/zone.json" || :
    worst=$(TZ=Asia/Tokyo date -d "@$(field worst_at <"$work/zone.json")" '+%a %d %b %H:%M:%S')
    expect 1 "after a check-in at $worst in the zone of the plan" aw s plan check "$work/zone"
    expect 1 "expects a check-in: 3d1h30m, from $worst in the zone" aw s plan check "$work/zone"
    aw s plan set --secret-fd 3 "$work/strict" 3<"$work/secret" >"$work/again"
    aw s plan zone --json --secret-fd 3 America/New_York 3<"$work/secret" >"$work/zone.json"
    [ "$(field plan.zone_rules.0.offset_s <"$work/zone.json")" -eq 7200 ] || fail 'zone: the past'
    [ "$(field plan.zone_rules.13.from <"$work/zone.json")" -gt 0 ] || fail 'zone: the future'
    at=$(field next.0 <"$work/zone.json")
    field next_local.0 <"$work/zone.json" |
        grep -qF "$(TZ=America/New_York date -d "@$at" +%H:%M:%S)" || fail 'zone: another clock'
fi
finish
