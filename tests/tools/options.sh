#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: --help, the man pages and the bash completion name the same commands and options.
# Method: commands from --help of the tool, options from --help of each command; then back from
# the man page and from the completion. The man pages pass mandoc's lint, where there is mandoc.
set -eu
bin=$1 source=$2
. "$(dirname "$0")/lib.sh"

commands_of() { # <tool>
    "$bin/$1" --help | sed -n '/^Commands:/,/^$/p' |
        sed -n "s/^  \([a-z][a-z-]*\( [a-z][a-z-]*\)\{0,1\}\)  *.*/\1/p;
                s/^  \([a-z][a-z-]*\( [a-z-]*\)*\) [[A-Z].*/\1/p" | sed 's/  *$//' | sort -u
}

options_of() { # <tool> <command>
    # shellcheck disable=SC2086 # a command is one or two words
    "$bin/$1" $2 --help | grep -o -- '^ *\(-., \)\{0,1\} *--[a-z][a-z-]*' |
        grep -o -- '--[a-z][a-z-]*' | sort -u
}

# The options in the part of a man page that explains a command; without one, all of the page.
man_options() { # <page> [<command>]
    if [ $# -gt 1 ]; then
        awk -v want=".It Cm $2" '
            index($0, want) == 1 && (length($0) == length(want) ||
                substr($0, length(want) + 1, 1) == " ") { on = 1 }
            on && index($0, want) != 1 && /^\.It Cm / { on = 0 }
            /^\.Ss|^\.Sh/ { on = 0 }
            on { print }' "$1"
    else
        cat "$1"
    fi | grep -o -- 'Fl -[a-z][a-z-]*' | sed 's/Fl /-/' | sort -u
}

completion_options() { # <tool> <command>
    bash -c '. "$0"; COMP_WORDS=('"$1 $2"' --); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        complete_name=_'"$(echo "$1" | tr - _)"'; $complete_name
        printf "%s\n" "${COMPREPLY[@]}"' \
        "$source/tools/completion/$1" | sort -u
}

same() { # <what> <left> <right>
    [ "$2" = "$3" ] && return 0
    fail "$1 differ: $(printf '%s\n%s\n' "$2" "$3" | sort | uniq -u | tr '\n' ' ')"
}

# "plan --help" and the like list the commands of the group, on standard output.
check_groups() { # <tool> <commands>
    groups=$(echo "$2" | sed -n 's/^\([a-z-]*\) .*/\1/p' | sort -u)
    [ -n "$groups" ] || fail "$1: no groups of commands"
    for group in $groups; do
        for option in --help '-?'; do
            expect 0 "Usage: $1 $group" "$bin/$1" "$group" "$option"
            [ ! -s "$work/got.err" ] || fail "$1 $group $option: $(cat "$work/got.err")"
            same "$1 $group $option: commands" "$(echo "$2" | sed -n "s/^$group //p" | sort -u)" \
                "$(sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' "$work/got.out" | sort -u)"
            grep -qF "'$1 $group COMMAND --help'" "$work/got.out" ||
                fail "$1 $group $option: not how to go on"
        done
        expect 0 "Usage: $1 $group" "$bin/$1" "$group" --usage
        expect 0 "$1 0." "$bin/$1" "$group" --version
    done
}

check_tool() { # <tool>
    tool=$1
    page=$source/tools/man/$tool.1
    commands=$(commands_of "$tool")
    [ "$(echo "$commands" | wc -l)" -ge 4 ] || fail "$tool: no list of commands in --help"
    global=$(options_of "$tool" "")
    everywhere=$global
    IFS='
'
    for command in $commands; do
        unset IFS
        help=$(options_of "$tool" "$command")
        own=$(printf '%s\n%s\n%s\n' "$help" "$global" "$global" | sort | uniq -u)
        everywhere=$(printf '%s\n%s\n' "$everywhere" "$help" | sort -u)
        grep -q "^\.It Cm $command\$\|^\.It Cm $command " "$page" ||
            fail "$tool $command: not in the man page"
        same "$tool $command: options of --help and of the man page" "$own" \
            "$(man_options "$page" "$command")"
        same "$tool $command: options of --help and of the completion" "$help" \
            "$(completion_options "$tool" "$command")"
    done
    unset IFS
    check_groups "$tool" "$commands"
    same "$tool: options of --help and of the man page" "$everywhere" "$(man_options "$page")"
    same "$tool: commands of the man page and of --help" "$commands" \
        "$(sed -n 's/^\.It Cm \([a-z-]*\( [a-z]*\)\{0,1\}\)\( .*\)\{0,1\}$/\1/p' "$page" |
            sort -u)"
    same "$tool: first words of --help and of the completion" \
        "$(echo "$commands" | cut -d' ' -f1 | sort -u)" \
        "$(bash -c '. "$0"; COMP_WORDS=('"$tool"' ""); COMP_CWORD=1
            _'"$(echo "$tool" | tr - _)"'; printf "%s\n" "${COMPREPLY[@]}"' \
            "$source/tools/completion/$tool" | sort -u)"
    expect 0 "$tool 0." "$bin/$tool" --version
}

check_tool allswell
check_tool allswell-relay

# Every key that the reader of plan files knows is in its man page, and back.
same "keys of plan files" \
    "$(grep -o '{"[a-z-]*", key_[a-z_]*}' "$source/tools/allswell/plan_text.c" |
        cut -d'"' -f2 | sort -u)" \
    "$(sed -n 's/^\.It Ic \([a-z-]*\) .*/\1/p' "$source/tools/man/allswell-plan.5" | sort -u)"

same "keys of card files" \
    "$(grep -o '{AW_CARD_[A-Z]*, "[a-z]*"' "$source/tools/allswell/card_text.c" | cut -d'"' -f2 |
        sort -u)" \
    "$(sed -n 's/^\.It Ic \([a-z]*\)$/\1/p' "$source/tools/man/allswell-plan.5" | sort -u)"

# Every exit code of the sources is in the page.
for code in 0 1 2 3 4 5; do
    grep -q "^\.It $code\$" "$source/tools/man/allswell.1" ||
        fail "exit code $code: not in the page"
done

if command -v mandoc >/dev/null; then
    # References to other packages' pages depend on what is installed.
    mandoc -Tlint "$source"/tools/man/*.[15] 2>/dev/null |
        grep -v 'manual not found' >"$work/lint" || :
    [ ! -s "$work/lint" ] || fail "mandoc: $(cat "$work/lint")"
else
    echo "no mandoc: lint skipped"
fi
finish
