#!/bin/sh
# SPDX-License-Identifier: ISC
# Shows that Allswell works, beyond its tests: simulation, faults, fuzzing, models,
# a second implementation, coverage, mutants. Interrupted, it goes on where it was: figures are
# added up over runs of one commit, never over two.
# Usage: tools/proof.sh [--quick | --hours N] [--only PART] [--again] [--write] [--table]
#   --quick    each part once, in a minute or two (the default)
#   --hours N  at most N hours: what ends by itself, then slices of some minutes for each part
#   --only     this part alone: the name of a file in tools/proof/
#   --again    forget what earlier runs found; so does another state of the tree
#   --write    put figures and report into spec/proof/ and the table into README.md
#   --table    print that table, from spec/proof/figures.tsv, and do nothing else
# Figures and report are in build-proof/ (PROOF_BUILD); PROOF_TESTS is the gcc build that parts use,
# and PROOF_SANITIZED, on a quick run, that with clang, sanitizers and fuzz targets.
# Exit: 0 nothing wrong found, 1 a defect was found, 2 usage.
set -eu
cd "$(dirname "$0")/.."

# Part; share of the hours in percent, and seconds of a quick run. Once: one run for each commit,
# that ends by itself; the seconds are those after which it counts as failed on a quick run. Full:
# the same, and quick runs leave it out.
parts='models once 600
interop once 200
static once 600
coverage once 800
uninitialised full 600
simulate 40 75
faults 20 60
fuzz 30 30
mutants 10 20'
slice_s=600

usage() {
  echo "usage: tools/proof.sh [--quick | --hours N] [--only PART] [--again] [--write] [--table]" >&2
  exit 2
}

table() { # <figures.tsv> [goals]: all figures, or those that have a goal
  echo "| what | figure | goal |"
  echo "|---|--:|--:|"
  awk -F '\t' -v only="${2:-}" '
    function grouped(n) { # 1234567: 1,234,567
      while (n !~ /[.]/ && match(n, /[0-9][0-9][0-9][0-9]($|[^0-9])/))
        n = substr(n, 1, RSTART) "," substr(n, RSTART + 1)
      return n
    }
    only == "" || $5 != "info" {
      mark = $5 ~ /short|broken/ ? " (" $5 ")" : ""
      print "| " $2 " | " grouped($3) mark " | " grouped($4) " |"
    }' "$1"
}

# Puts the table between its two marks in README.md.
put_table() {
  table spec/proof/figures.tsv goals >"$PROOF_BUILD/table"
  awk -v table="$PROOF_BUILD/table" '
    /^<!-- end of the proof table -->$/ { inside = 0 }
    !inside { print }
    /^<!-- proof table/ { inside = 1; while ((getline line < table) > 0) print line }' \
    README.md >"$PROOF_BUILD/README.md"
  cp "$PROOF_BUILD/README.md" README.md
}

mode=quick hours=0 only= again= write=
while [ $# -gt 0 ]; do
  case $1 in
  --quick) mode=quick ;;
  --hours)
    [ $# -ge 2 ] || usage
    mode=full hours=$2
    case $hours in '' | *[!0-9.]* | *.*.*) usage ;; esac
    shift
    ;;
  --only)
    [ $# -ge 2 ] && [ -x "tools/proof/$2.sh" ] || usage
    only=$2
    shift
    ;;
  --again) again=1 ;;
  --write) write=1 ;;
  --table)
    table spec/proof/figures.tsv goals
    exit 0
    ;;
  *) usage ;;
  esac
  shift
done

PROOF_BUILD=${PROOF_BUILD:-$PWD/build-proof}
export PROOF_BUILD PROOF_MODE=$mode
figures=$PROOF_BUILD/figures.tsv spent=$PROOF_BUILD/spent done=$PROOF_BUILD/done
commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
changes=$(git diff HEAD -- . ':!README.md' ':!spec/proof' 2>/dev/null | cksum | cut -d ' ' -f 1)
[ "$changes" = "$(: | cksum | cut -d ' ' -f 1)" ] || commit=$commit-dirty-$changes
mkdir -p "$PROOF_BUILD"
[ "$(cat "$PROOF_BUILD/commit" 2>/dev/null || :)" = "$commit" ] || rm -f "$figures" "$spent" "$done"
[ -z "$again" ] || rm -f "$figures" "$spent" "$done" "$PROOF_BUILD/seed"
echo "$commit" >"$PROOF_BUILD/commit"
touch "$figures" "$spent" "$done"
if [ "$mode" = full ]; then tools/setup.sh proof; else tools/setup.sh checks; fi
failed=

# One build of everything that most parts use.
PROOF_TESTS=${PROOF_TESTS:-$PROOF_BUILD/build}
export PROOF_TESTS
mkdir -p "$PROOF_TESTS"
{ cmake -S . -B "$PROOF_TESTS" -DCMAKE_C_COMPILER=gcc &&
  cmake --build "$PROOF_TESTS" -j "$(nproc)"; } >"$PROOF_TESTS/build.log" 2>&1 || {
  tail -n 40 "$PROOF_TESTS/build.log" >&2
  exit 1
}

# Merges what a part printed into the figures: sums, extremes, or the newest.
merge() { # <part> <output>
  awk -F '\t' -v OFS='\t' -v part="$1" '
    function number(text) { gsub(/[, ]/, "", text); return text + 0 }
    FILENAME == ARGV[1] {
      key = $1 FS $2
      order[++n] = key
      line[key] = $0
      figure[key] = $3
      word[key] = $5
      next
    }
    NF == 5 {
      key = part FS $1
      value = $2
      verdict = $4
      if (!(key in line)) {
        order[++n] = key
      } else if ($5 == "sum") {
        value = number(figure[key]) + number(value)
      } else if (($5 == "max" && number(figure[key]) > number(value)) ||
                 ($5 == "min" && number(figure[key]) < number(value))) {
        value = figure[key]
        verdict = word[key]
      }
      # What may never happen is no matter of more time.
      if ($3 == "0" && verdict != "info")
        verdict = number(value) == 0 ? "met" : "broken"
      else if ($5 == "sum" && verdict == "short" && number(value) >= number($3))
        verdict = "met"
      line[key] = part OFS $1 OFS value OFS $3 OFS verdict
      figure[key] = value
      word[key] = verdict
    }
    END { for (i = 1; i <= n; i++) print line[order[i]] }' "$figures" "$2" >"$figures.new"
  mv "$figures.new" "$figures"
}

start_part() { # <part> <seconds>: in the background
  seed=$(cat "$PROOF_BUILD/seed" 2>/dev/null || echo 1)
  # Far enough that no part has used up so many.
  echo $((seed + 10000000)) >"$PROOF_BUILD/seed"
  echo "-- $1: $2 s, from seed $seed"
  {
    begin_s=$(date +%s)
    status=0
    PROOF_SECONDS=$2 PROOF_SEED=$seed "tools/proof/$1.sh" \
      >"$PROOF_BUILD/$1.out" 2>"$PROOF_BUILD/$1.log" || status=$?
    took_s=$(($(date +%s) - begin_s))
    [ "$took_s" -gt 0 ] || took_s=1
    echo "$status $took_s" >"$PROOF_BUILD/$1.end"
  } &
}

finish_part() { # <part>: that has ended
  read -r status took_s <"$PROOF_BUILD/$1.end"
  echo "$1 $took_s" >>"$spent"
  case $status in
  0 | 3) # 3: and nothing is left that more time would try
    merge "$1" "$PROOF_BUILD/$1.out"
    echo "== $1"
    awk -F '\t' 'NF == 5 { printf "   %-52s %s\n", $1, $2 }' "$PROOF_BUILD/$1.out"
    ;;
  2)
    echo "== $1: skipped: $(tail -n 1 "$PROOF_BUILD/$1.log")"
    ;;
  *)
    merge "$1" "$PROOF_BUILD/$1.out"
    echo "== $1: FAILED; $PROOF_BUILD/$1.log ends so:"
    tail -n 30 "$PROOF_BUILD/$1.log" | sed 's/^/   /'
    failed="$failed $1"
    ;;
  esac
  echo "   $took_s s"
}

run_part() { # <part> <seconds>
  start_part "$1" "$2"
  wait
  finish_part "$1"
}

spent_s() { awk -v part="$1" '$1 == part { s += $2 } END { print s + 0 }' "$spent"; }

# What of the hours is left, of those of this part alone where it is.
left_s() {
  awk -v h="$hours" -v only="$only" 'only == "" || $1 == only { s += $2 }
    END { s = h * 3600 - s; printf "%d", s < 0 ? 0 : s }' "$spent"
}

run_once() { # <part> <seconds at most>
  ! grep -qx "$1" "$done" || return 0
  seconds=$(left_s)
  if [ "$seconds" -lt 1 ]; then
    echo "== $1: no time left"
    return 0
  fi
  [ "$seconds" -le "$2" ] || seconds=$2
  run_part "$1" "$seconds"
  case $status in 0 | 2) echo "$1" >>"$done" ;; esac # what failed is to be shown anew
}

chosen() { [ -x "tools/proof/$1.sh" ] && { [ -z "$only" ] || [ "$only" = "$1" ]; }; }

each() { # <function>: part, kind, quick seconds
  echo "$parts" >"$PROOF_BUILD/parts"
  while read -r part kind quick_s; do
    ! chosen "$part" || "$1" "$part" "$kind" "$quick_s" </dev/null
  done <"$PROOF_BUILD/parts"
}

once() { case $2 in once | full) run_once "$1" $(($3 * 10)) ;; esac; }

# On a quick run those that end by themselves run beside each other: some of them wait.
quick_start() { [ "$2" != once ] || start_part "$1" "$3"; }
quick_finish() { [ "$2" != once ] || finish_part "$1"; }

quick_volume() {
  case $2 in
  once | full) ;;
  *) run_part "$1" "$3" ;;
  esac
}

# What of the hours is left for slices, when those parts have been run that end by themselves.
sliced_s() {
  once_s=0
  while read -r part kind _; do
    case $kind in once | full) once_s=$((once_s + $(spent_s "$part"))) ;; esac
  done <"$PROOF_BUILD/parts"
  [ -z "$only" ] || once_s=0
  awk -v h="$hours" -v s=$once_s 'BEGIN { s = h * 3600 - s; printf "%d", s < 0 ? 0 : s }'
}

slice() { # one slice of a part whose share is not used up, and that found no defect and no end
  case $2 in once | full) return 0 ;; esac
  case " $failed $ended " in *" $1 "*) return 0 ;; esac
  share=$2
  [ -z "$only" ] || share=100
  share_s=$(($(sliced_s) * share / 100))
  left_s=$((share_s - $(spent_s "$1")))
  [ "$left_s" -ge 20 ] || return 0
  [ "$left_s" -le "$slice_s" ] || left_s=$slice_s
  run_part "$1" "$left_s"
  if [ "$status" = 3 ]; then ended="$ended $1"; else more=1; fi
}

if [ "$mode" = quick ]; then
  each quick_start
  wait
  each quick_finish
  each quick_volume
else
  each once
  more=1 ended=
  while [ -n "$more" ]; do
    more=
    each slice
  done
fi

compilers() {
  gcc -dumpfullversion 2>/dev/null | sed 's/^/gcc /'
  clang --version 2>/dev/null | sed -n '1s/.*version \([0-9.]*\).*/clang \1/p'
}

minutes() {
  awk '{ s[$1] += $2; all += $2 }
    END { printf "%d min", all / 60; for (p in s) printf ", %s %d", p, s[p] / 60 }' "$spent"
}

{
  echo "# Proof"
  echo
  echo "Written by \`tools/proof.sh\`; what each figure means is in [README.md](README.md)."
  echo
  echo "- run: $([ "$mode" = quick ] && echo --quick || echo "--hours $hours"), on commit $commit"
  echo "- date: $(date -u +%Y-%m-%d)"
  echo "- machine: $(nproc) cores, Debian $(cat /etc/debian_version), $(compilers | paste -sd, -)"
  echo "- time: $(minutes)"
  echo
  table "$figures"
} >"$PROOF_BUILD/report.md"

if [ -n "$write" ]; then
  mkdir -p spec/proof
  cp "$figures" spec/proof/figures.tsv
  cp "$PROOF_BUILD/report.md" spec/proof/report.md
  put_table
fi
echo "== report: $PROOF_BUILD/report.md"
if [ -n "$failed" ]; then
  echo "proof: a defect was found:$failed; the logs are in $PROOF_BUILD/" >&2
  exit 1
fi
