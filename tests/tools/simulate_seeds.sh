#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: lives in which something broke once do not break again, be it in the engines or in the
# judge.
# Method: each seed by itself, on stub crypto, as drawn and with six days of incidents. Classes that
# came later are off: they would make other lives of them.
# Usage: simulate_seeds.sh <aw-simulate-stub>
set -eu
stub=$1
failed=0
later=-one-way,-full,-epoch,-pause,-operator
life() {
    "$stub" "$@" --faults "-removal,-card,-odd,-early,-zone,-drift,$later" >/dev/null 2>&1 && return
    echo "broken: $stub $*"
    failed=1
}
for seed in 36 43 131 134 177 255 274 412 459 1094 1391 1403 1602 1796 1814 4000109 40000011; do
    life --seed "$seed"
done
for seed in 35 66 111 184 237 297 425 626 663 829 859 871 1013 1549 2010 2120 2212 2296 2491; do
    life --seed "$seed" --days 6
done
"$stub" --seed 333 --days 6 --faults "-zone,-drift,$later" >/dev/null 2>&1 || {
    echo "broken: seed 333 with a card"
    failed=1
}
# A phone that dies over what she was forced to type; one that lost ten plans at once; a journey
# that begins and ends within one slot; a plan that was mistyped, and then lost; a countdown that
# nobody waits for; two devices that both came back.
for seed in 70001874 10000555 10001075 10001432 90001168 80001184; do
    "$stub" --seed "$seed" --faults "-zone,-drift,$later" >/dev/null 2>&1 && continue
    echo "broken: seed $seed"
    failed=1
done
# A device that is off when it should have heard; a clock that was set wrong, and drifts; a quorum
# of all, one of whom runs the only relay.
for seed in 110000018 160001257 240000637; do
    "$stub" --seed "$seed" --faults "$later" >/dev/null 2>&1 && continue
    echo "broken: seed $seed"
    failed=1
done
# Phones that fall silent after two humans have spoken to her.
for life in "70232 --contacts 3 --days 8 --faults restore,lie,odd,cut,crash,doze,late" \
    "80020 --contacts 2 --days 12 \
        --faults restore,lie,rollback,hostile,odd,disk,cut,relay-down,crash"; do
    # shellcheck disable=SC2086 # words
    "$stub" --seed $life >/dev/null 2>&1 && continue
    echo "broken: seed $life"
    failed=1
done
# Two whose devices came back many times, and who took up a secret before the key that it is for.
"$stub" --seed 310265 --contacts 2 --days 12 \
    --faults late,cut,odd,hostile,restore,rollback >/dev/null 2>&1 || {
    echo "broken: seed 310265"
    failed=1
}
# A plan that a restored phone gave a lower version, with a secret that nobody could judge.
"$stub" --seed 500070 --contacts 1 --days 14 \
    --faults restore,rollback,clock,odd,hostile,lie >/dev/null 2>&1 || {
    echo "broken: seed 500070"
    failed=1
}
# Many check-ins without a relay, and slots.
"$stub" --seed 330058 --contacts 2 --days 14 \
    --faults restore,rollback,clock,odd,lie,late,drift >/dev/null 2>&1 || {
    echo "broken: seed 330058"
    failed=1
}
# A quiet removal, and devices that lose their keys.
for seed in 1 2 4 13; do
    "$stub" --seed "$seed" --days 6 --contacts 2 --faults removal,lie,restore >/dev/null 2>&1 &&
        continue
    echo "broken: seed $seed after a removal"
    failed=1
done
exit $failed
