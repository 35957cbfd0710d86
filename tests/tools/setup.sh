#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: `allswell-relay setup` makes a relay that runs, changes nothing when it is run again,
# refuses what it cannot do, and says of the way from outside what routers of each kind let it know;
# `check` tells a relay from another and from nobody.
# Method: a home; then a network of its own with routers that speak UPnP, NAT-PMP or neither.
# Usage: setup.sh <folder of the programs>
set -eu
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
if [ "${2:-}" != inside ]; then
    . "$here/lib.sh"
    relay() { "$bin/allswell-relay" --home "$work/r" "$@"; }
    setup() { relay setup --yes --no-forward "$@" </dev/null; }

    expect 2 'give --yes' relay setup --listen 127.0.0.1:7441 </dev/null
    expect 2 'has no port' setup --listen 127.0.0.1
    expect 2 'port 0 is another one' setup --listen 127.0.0.1:0
    expect 2 'is too long' setup --listen "$(printf '%080d' 1)"
    expect 2 'names no host' setup --listen 127.0.0.1:7441 --public 'a b'
    expect 2 'longer than' setup --public "$(printf '%080d' 1)"
    expect 2 'names no host' setup --listen 127.0.0.1:7441 --public 10.0.0.300
    expect 2 'another home in each folder' env ALLSWELL_RELAY_HOME=here \
        "$bin/allswell-relay" setup --yes --no-forward
    expect 2 'a label has' setup --token ''
    expect 2 'give one of them' setup --token x --no-token
    expect 2 'give one of them' setup --forward
    expect 2 'unknown option' setup --ye
    [ ! -e "$work/r" ] || fail 'a refused setup has made a home'

    start_relay other
    port=$(sed 's/^127.0.0.1:\([0-9]*\)\/.*/\1/' "$work/other.line")
    expect 4 'already in use' setup --listen "127.0.0.1:$port"
    free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')

    expect 0 'The relay is set up' setup --listen "127.0.0.1:$free" --token "the neighbour"
    token=$(grep -x '  [A-Za-z0-9_-]\{43\}' "$work/got.out" | tr -d ' ')
    grep -q 'this machine only' "$work/got.out" || fail 'loopback is not said to be that'
    line=$(grep -o -m 1 "127.0.0.1:$free/.*" "$work/got.out")
    before=$(cksum <"$work/r/relay.db")
    expect 0 'Nothing was changed' setup
    expect 0 'Nothing was changed' setup --listen "127.0.0.1:$free" --token "the neighbour"
    [ "$before" = "$(cksum <"$work/r/relay.db")" ] || fail 'the second setup has changed the relay'
    ! grep -q "$token" "$work/got.out" || fail 'a token is shown twice'

    # What is recommended can be copied: it acts on the home that was named. What the environment
    # names, the next command finds there.
    recommended() { grep -o "'$1[^']* $2'" "$work/got.out" | head -1 | tr -d "'"; }
    home="$work/a home"
    expect 0 'is set up' "$bin/allswell-relay" --home "$home" setup --yes --no-forward \
        --no-service --listen "127.0.0.1:$free" </dev/null
    expect 0 '' env PATH="$bin:$PATH" sh -c "$(recommended allswell-relay 'token new') copied"
    grep -q 'copied' "$work/got.err" || fail "not made: $(cat "$work/got.out" "$work/got.err")"
    expect 0 'copied' "$bin/allswell-relay" --home "$home" token list
    expect 0 "'allswell-relay setup --public'" env ALLSWELL_RELAY_HOME="$home" \
        "$bin/allswell-relay" setup --yes --no-forward --no-service </dev/null
    expect 0 "Next: 'allswell --home=" "$bin/allswell" --home "$home/her" init --name her
    words=$(recommended allswell 'relay add ADDRESS')
    expect 0 "--home=$work/a\\ home/her run'" env PATH="$bin:$PATH" \
        sh -c "echo '$token' | ${words%ADDRESS}$line"
    expect 0 "$line" "$bin/allswell" --home "$home/her" relay list
    expect 0 "Next: 'allswell relay add" env ALLSWELL_HOME="$work/env" \
        "$bin/allswell" init --name her

    # run takes what setup was told; options win.
    "$bin/allswell-relay" --home "$work/r" run >"$work/run" 2>&1 &
    relay_pid=$!
    pids="$pids $relay_pid"
    await grep -qF "$line" "$work/run"
    expect 0 'has proved its key' relay check "$line"
    [ "$(relay check "$line" --json | field reached)" = true ] || fail 'no JSON of check'
    expect 0 'Nothing was changed' setup
    [ "$(setup --json | field running)" = true ] || fail 'it is not seen running'
    expect 3 'is running, and not as a service' setup --public relay.example
    expect 0 "Token 'second'" setup --token second
    echo "$token" >"$work/token"
    "$bin/allswell" --home "$work/p" init --name p >/dev/null
    expect 0 '' "$bin/allswell" --home "$work/p" relay add "$line" <"$work/token"

    # check: another relay, nobody, nonsense.
    expect 1 'is not the relay with this key' relay check "127.0.0.1:$port/${line#*/}"
    expect 4 'nobody answers' relay check "127.0.0.1:1/${line#*/}"
    expect 4 'is not known here' relay check "nowhere.invalid:7440/${line#*/}"
    expect 2 'has no key' relay check 127.0.0.1:7440
    expect 2 'is not 43 characters' relay check "${line}A"
    expect 3 'give --proxy socks5://' relay check "abc.onion:7440/${line#*/}"
    expect 3 'give --proxy socks5://' relay check "abc.Onion.:7440/${line#*/}"
    expect 2 'needs ADDRESS' relay check

    kill "$relay_pid"
    wait "$relay_pid" || :
    expect 0 'has been changed' setup --public '[2001:db8::1]:443'
    expect 3 '[2001:db8::1]:443/' relay status

    # What is handed out is looked up and, when the relay runs, dialled.
    expect 0 'The name nowhere.invalid is not known here' setup --public nowhere.invalid
    [ "$(setup --json | field name.leads)" = null ] || fail 'an unknown name leads somewhere'
    [ "$(setup --json | field answer)" = null ] || fail 'a relay that does not run is dialled'
    dialled() { # <address to hand out> <who answers>
        expect 0 '' setup --public "$1"
        rm -f "$work/run"
        "$bin/allswell-relay" --home "$work/r" run >"$work/run" 2>&1 &
        relay_pid=$!
        pids="$pids $relay_pid"
        await grep -qF "$1" "$work/run"
        [ "$(setup --json | field answer)" = "$2" ] || fail "$1: not $2 answers"
        [ "$(setup --json | field name.here)" = true ] || fail "$1 does not lead here"
        kill "$relay_pid"
        wait "$relay_pid" || :
    }
    dialled "localhost:$free" relay
    dialled "localhost:$port" other
    dialled localhost:1 nobody

    if [ "$(id -u)" = 0 ] && command -v ip >/dev/null && unshare -n true 2>/dev/null; then
        unshare -n "$0" "$bin" inside || fail 'the routers, above'
    else
        echo "no ip program or network namespaces: routers are not asked"
    fi
    finish
fi

# From here on in a network of its own: 192.168.7.2, with a router that is 192.168.7.1.
. "$here/lib.sh"
unshare -n sleep 1000 &
there=$!
pids="$pids $there"
ip link set lo up
ip link add lan type veth peer name router
await sh -c '[ "$(readlink /proc/$1/ns/net)" != "$(readlink /proc/self/ns/net)" ]' - "$there"
ip link set router netns "$there"
nsenter -t "$there" -n sh -c 'ip link set lo up; ip address add 192.168.7.1/24 dev router
    ip link set router up'
ip address add 192.168.7.2/24 dev lan
ip link set lan up
ip route add default via 192.168.7.1

router() { # <what it is like>...
    rm -rf "$work/r"
    other_router "$@"
}
other_router() {
    rm -f "$work/router"
    [ -z "${router_pid:-}" ] || { kill "$router_pid"; wait "$router_pid" 2>/dev/null || :; }
    nsenter -t "$there" -n python3 "$here/router.py" 192.168.7.1 "$@" >"$work/router" 2>&1 &
    router_pid=$!
    pids="$pids $router_pid"
    await grep -q ready "$work/router"
}
setup() { "$bin/allswell-relay" --home "$work/r" setup --yes "$@" </dev/null; }
# A new relay with these options. On a machine that stood still it may not hear the router: again.
heard() {
    for _ in 1 2 3; do
        rm -rf "$work/r"
        expect 0 '' setup --json "$@"
        [ "$(field router <"$work/got.out")" = null ] || break
    done
}
is() { # <path in the answer> <value>
    [ "$(field "$1" <"$work/got.out")" = "$2" ] || fail "$1 is not $2: $(cat "$work/got.out")"
}
handed_out() { # <host:port>
    case $(field address <"$work/got.out") in
    "$1"/*) ;;
    *) fail "not $1: $(cat "$work/got.out")" ;;
    esac
}

router 8.8.8.8 upnp
heard
is verdict to-forward
is router.protocol UPnP
is router.external 8.8.8.8
is ipv6 false
handed_out 192.168.7.2:7440
! grep -q '^forwards' "$work/router" || fail 'the router was changed unasked'
expect 0 'forwards port 7440 to here' setup --forward
grep -qx 'forwards 7440 192.168.7.2 7440 TCP 7440' "$work/router" ||
    fail "the router has another entry: $(cat "$work/router")"
expect 0 '' setup --json --forward
is changed false
is verdict forwarded
handed_out 8.8.8.8:7440
[ "$(grep -c '^forwards' "$work/router")" -eq 1 ] || fail "twice: $(cat "$work/router")"
expect 0 '' setup --json --no-forward
is verdict unknown
is router null

router 8.8.8.8 upnp taken
heard --forward
handed_out 8.8.8.8:7441
grep -qx 'forwards 7441 192.168.7.2 7440 TCP 7440' "$work/router" || fail 'not the next port'

router 8.8.8.8 upnp refuse
expect 0 'and refused to' setup --forward

router 100.64.3.3 upnp
heard
is verdict provider

router 8.8.8.8 pmp
heard --forward
is router.protocol NAT-PMP
is router.lease_s 7200
handed_out 8.8.8.8:7440

runs() { # the relay as it was set up, with the options that follow
    rm -f "$work/run" # or the address line of the one before is taken for its own
    "$bin/allswell-relay" --home "$work/r" run "$@" >"$work/run" 2>"$work/run.err" &
    relay_pid=$!
    pids="$pids $relay_pid"
    await grep -qF ":7440/" "$work/run"
}
forwarded() { [ "$(grep -c '^forwards' "$work/router")" -ge "$1" ]; }
nobody_is_left() { ! pgrep -f "^$bin/allswell-relay --home $work/r run" >/dev/null; }

# What has been granted for a time is asked for again while the relay runs, and no longer.
runs
await forwarded 2
kill "$relay_pid"
wait "$relay_pid" || fail 'the relay did not end well'
await nobody_is_left

router 8.8.8.8 upnp lease=6
heard --forward
is router.lease_s 6
runs
await forwarded 2
[ "$(grep -c '^forgets' "$work/router")" -le 1 ] || fail 'too late for the first time'
await forwarded 4
[ "$(grep -c '^forgets' "$work/router")" -le 1 ] || fail "too late: $(cat "$work/router")"
other_router 8.8.4.4 upnp
await forwarded 1
await grep -q 'is 8.8.4.4:7440 to the outside now, and no longer 8.8.8.8:7440' "$work/run.err"
kill -KILL "$relay_pid"
wait "$relay_pid" || :
await nobody_is_left

# Not for a relay that was not set up so, or listens elsewhere, or is told to leave the router.
router 8.8.8.8 upnp lease=6
heard
runs
kill "$relay_pid"
wait "$relay_pid" || :
expect 0 '' setup --json --forward
is changed true
runs --listen 192.168.7.2:7499
kill "$relay_pid"
wait "$relay_pid" || :
expect 0 '' setup --json --no-forward
is changed true
runs
kill "$relay_pid"
wait "$relay_pid" || :
[ "$(grep -c '^forwards' "$work/router")" -eq 1 ] || fail "renewed: $(cat "$work/router")"

router 8.8.8.8
expect 0 'no router has answered' setup

# An address of IPv6 that is public is handed out before a private one of IPv4.
rm -rf "$work/r"
ip address add 2a01:4f8::2/64 dev lan nodad
expect 0 '' setup --json --no-forward
is ipv6 true
handed_out '[2a01:4f8::2]:7440'

# This machine has a public address itself: no router is asked.
rm -rf "$work/r"
ip address add 8.8.4.4/32 dev lan
expect 0 '' setup --json
is verdict direct
handed_out 8.8.4.4:7440
finish
