# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# The life of the packages on a machine that runs; read by run.sh, whose in_root and fail it uses.

must() { # <what> <command>...
    what=$1
    shift
    in_root "$@" >"$work/said" 2>&1 || fail "$what: $(tail -n 5 "$work/said")"
}
says() { grep -qF -- "$1" "$work/said" || fail "'$1' is not in: $(cat "$work/said")"; }
state() { in_root systemctl "$1" allswell-relay.service 2>/dev/null || :; }
files() { # everything that is kept on the disk, but for what dpkg and logs keep
    (cd "$root" && find . -xdev -path ./var/lib/dpkg -prune -o -path ./var/log -prune -o \
        -path ./packages -prune -o -path ./proc -prune -o -path ./sys -prune -o \
        -path ./run -prune -o -path ./dev -prune -o -path ./tmp -prune -o -print | sort)
}

files >"$work/before"
all='allswell allswell-relay allswell-lab liballswell-dev'
have() { # <version, of all of them>
    # shellcheck disable=SC2016,SC2086 # dpkg's own variables; $all is words
    must "all in $1" dpkg-query -W -f '${db:Status-Abbrev}${Version}\n' $all
    [ "$(grep -cx "ii *$1" "$work/said")" = 4 ] || fail "not all in $1: $(cat "$work/said")"
    must 'nothing is half done' sh -c '! dpkg --audit | grep .'
    must 'the library is there' ls /usr/include/allswell/allswell.h /usr/lib/liballswell.a \
        /usr/lib/pkgconfig/allswell.pc
}

must 'install' sh -c 'dpkg -i /packages/allswell*.deb /packages/liballswell-dev*.deb'
have "$version"
for program in allswell allswell-relay allswell-lab; do
    must "$program starts" "$program" --version
    must "$program finds its libraries" sh -c "! ldd /usr/bin/$program | grep 'not found'"
done
must 'what is loaded when needed is there' sh -c 'timeout 3 allswell-relay --home /tmp/metrics run \
    --listen 127.0.0.1:0 --metrics 127.0.0.1:0 2>&1 | grep "Metrics are at"'
must 'the user is there' id allswell-relay
[ "$(state is-active)" = inactive ] || fail "active before setup: $(state is-active)"
[ "$(state is-enabled)" = disabled ] || fail "enabled before setup: $(state is-enabled)"

# A new user's way: one command, and the relay serves.
must 'setup' allswell-relay setup --yes --listen 127.0.0.1:7440 --json
cp "$work/said" "$work/setup"
grep -q '"service": "on"' "$work/setup" || {
    fail "not on: $(cat "$work/setup")"
    in_root journalctl -q --no-pager -n 20 -u allswell-relay || :
}
line=$(sed -n 's/.*"address": "\(.*\)".*/\1/p' "$work/setup")
[ "$(state is-active)" = active ] || fail 'not active after setup'
[ "$(state is-enabled)" = enabled ] || fail 'not enabled after setup'
must 'it can be reached' allswell-relay check "$line"
must 'root asks it' allswell-relay status
says "$line"
pid() { in_root systemctl show -P MainPID allswell-relay.service; }
[ "$(in_root stat -c %U "/proc/$(pid)")" = allswell-relay ] || fail 'it runs as somebody else'
[ "$(in_root stat -c '%U %a' /var/lib/allswell-relay)" = 'allswell-relay 700' ] ||
    fail 'others can enter its home'
in_root find /var/lib/allswell-relay ! -user allswell-relay | grep . && fail 'files of others above'
must 'what the relay has said' journalctl -q --no-pager -u allswell-relay
says "$line"
! grep 'This kernel refuses' "$work/said" || fail 'the unit does not let it confine itself'
must 'setup again' allswell-relay setup --yes
says 'Nothing was changed'
first=$(pid)
must 'setup changes' allswell-relay setup --yes --public relay.example
says 'relay.example:7440/'
[ "$first" != "$(pid)" ] || fail 'the change was not taken up'
must 'a token' allswell-relay token new next

# A person, with her own home, uses it.
must 'init' allswell --home /tmp/person init --name person
must 'relay add' sh -c "allswell-relay token new person 2>/dev/null |
    allswell --home /tmp/person relay add $line"

# So do her own services: the units of users, by her own systemd. She has no root.
homes=/home
must 'a user' sh -c 'echo "u person - - $1 /bin/sh" | systemd-sysusers - && mkdir "$1" &&
    chown person: "$1" && loginctl enable-linger person' - "$homes/person"
person() {
    what=$1
    shift
    # shellcheck disable=SC2016 # $(id) is of the root
    must "$what, of a user" sh -c 'exec setpriv --reuid=person --regid=person --clear-groups \
        --no-new-privs env HOME="$0" XDG_RUNTIME_DIR="/run/user/$(id -u person)" "$@"' \
        "$homes/person" "$@"
}
person 'her systemd' sh -c 'until systemctl --user is-active default.target; do sleep 0.2; done'
person 'setup' allswell-relay setup --yes --listen 127.0.0.1:7441 --json
grep -q '"service": "on"' "$work/said" || fail "not on, of a user: $(cat "$work/said")"
own=$(sed -n 's/.*"address": "\(.*\)".*/\1/p' "$work/said")
must 'it can be reached, of a user' allswell-relay check "$own"
person 'init' allswell init --name person
person 'relay add' sh -c "allswell-relay token new own 2>/dev/null | allswell relay add $own"
person 'the agent' systemctl --user enable --now allswell.service
person 'what it knows' allswell status
person 'a hook' sh -c 'echo http://127.0.0.1:9/ | allswell notify add webhook'
person 'its courier' sh -c 'allswell notify test | grep "not reached"'
person 'the relay, started anew' systemctl --user restart allswell-relay.service
must 'it can be reached again, of a user' allswell-relay check "$own"
person 'both run' systemctl --user is-active allswell.service allswell-relay.service
must 'what the relay of a user has said' journalctl -q --no-pager \
    _SYSTEMD_USER_UNIT=allswell-relay.service
says "$own"
! grep 'This kernel refuses' "$work/said" || fail "the user's unit does not let it confine itself"
person 'both end' systemctl --user disable --now allswell.service allswell-relay.service
must 'no user' sh -c 'loginctl disable-linger person; loginctl terminate-user person || :
    while systemctl is-active "user@$(id -u person)"; do sleep 0.2; done
    rm -r "$1"' - "$homes/person"

# Upgrade: another process, the same relay.
first=$(pid)
must 'upgrade' sh -c 'dpkg -i /packages/next-*.deb'
have "$version+next"
[ "$first" != "$(pid)" ] && [ "$(pid)" != 0 ] || fail 'not started anew by the upgrade'
must 'it still can be reached' allswell-relay check "$line"
must 'the tokens are there' allswell-relay token list
says next

# Removed, it keeps its home; installed again, it goes on. Purged, it is gone.
# shellcheck disable=SC2086 # $all is words
must 'remove' dpkg -r $all
must 'nothing to run or to build with is left' sh -c '! ls -d /usr/bin/allswell* \
    /usr/libexec/allswell /usr/include/allswell /usr/lib/liballswell* \
    /usr/lib/systemd/*/allswell* 2>/dev/null | grep .'
[ "$(state is-active)" = inactive ] || fail 'active after it was removed'
must 'the home stays' test -s /var/lib/allswell-relay/relay.db
must 'install again' sh -c 'dpkg -i /packages/next-*.deb'
must 'start again' systemctl start allswell-relay.service
must 'the same relay' allswell-relay check "$line"
# shellcheck disable=SC2086 # $all is words
must 'purge' dpkg -P $all
[ "$(state is-active)" = inactive ] || fail 'active after it was purged'
files >"$work/after"
# dpkg does not remove a user, whose number must not become another's; systemd-sysusers locks the
# lists of users and makes copies.
diff "$work/before" "$work/after" | grep '^[<>]' |
    grep -v ' \./etc/\(passwd\|group\|shadow\|gshadow\)-$\| \./etc/\.pwd\.lock$' >"$work/left" || :
[ ! -s "$work/left" ] || fail "left behind: $(cat "$work/left")"
must 'the user stays' id allswell-relay
