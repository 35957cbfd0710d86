#!/bin/sh
# SPDX-License-Identifier: ISC
# The part `models` of tools/proof.sh: all models of spec/models with their mutants.
# ProVerif is no Debian package: without PROVERIF=<program> its models are left out.
set -u
mode=${PROOF_MODE:-quick} seconds=${PROOF_SECONDS:-600}
proverif=${PROVERIF:-proverif}
began=$(date +%s)
for tool in spin cc; do
  command -v "$tool" >/dev/null || { echo "models: no $tool: tools/setup.sh checks" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

run() { # <model>: its say goes to $work, a line of one word to $work/NAME.end
  name=$(basename "$1")
  left=$((seconds - $(date +%s) + began))
  [ "$left" -ge 1 ] || left=1
  timeout "$left" spec/models/run.sh "$1" >"$work/$name.log" 2>&1
  case $? in
  0) end=shown ;;
  77) end=skipped ;;
  124) end=cut ;;
  *) end=failed ;;
  esac
  echo "$end" >"$work/$name.end"
  echo "models: $name: $end" >&2
}

for model in spec/models/*.pml; do run "$model" & done
wait
if command -v "$proverif" >/dev/null; then
  for model in spec/models/*.pv; do
    # These take minutes, the others seconds.
    case $mode:${model##*/} in quick:pairing.pv | quick:presence_*) continue ;; esac
    run "$model"
  done
else
  echo "models: no ProVerif: left out" >&2
fi

failed=$(grep -lx failed "$work"/*.end | wc -l)
cut=$(grep -lx cut "$work"/*.end | wc -l)
shown=$(grep -hE '^ok .* (true|false): ' "$work"/*.log | wc -l)
mutants=$(grep -hE '^ok .*mutant ' "$work"/*.log | wc -l)
states=$(sed -n 's/.* \([0-9]*\) states.*/\1/p' spec/models/*.out |
  awk '{ sum += $1 } END { print sum + 0 }')
[ "$failed" = 0 ] || grep -h '^FAILED' "$work"/*.log >&2
verdict=met
[ "$cut" = 0 ] || verdict=short
[ "$failed" = 0 ] || verdict=short
printf 'model properties shown\t%s\tall\t%s\tlast\n' "$shown" "$verdict"
printf 'model mutants caught\t%s\tall\t%s\tlast\n' "$mutants" "$verdict"
printf 'model states searched, complete\t%s\t-\tinfo\tlast\n' "$states"
printf 'models of protocol crypto run\t%s\t-\tinfo\tlast\n' \
  "$(find "$work" -name '*.pv.end' | wc -l)"
[ "$cut" = 0 ] || echo "models: $cut not searched within $seconds s" >&2
[ "$failed$cut" = 00 ]
