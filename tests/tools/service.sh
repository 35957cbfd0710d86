#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: `allswell-relay setup` has the service manager start, stop and start again what it sets up,
# as a user's service and as one of the machine, and says what to do when the manager will not.
# Method: programs in the place of systemctl, loginctl and systemd-sysusers that keep what they were
# asked and answer as files say; for the machine's, name spaces with users of their own.
# Usage: service.sh <folder of the programs>
set -eu
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# ---- A service manager ----

mkdir "$work/bin" "$work/manager"
cat >"$work/bin/systemctl" <<'MANAGER'
#!/bin/sh
there=$(dirname "$0")/../manager
echo "systemctl $*" >>"$there/asked"
[ "$4" = allswell-relay.service ] || exit 9
[ ! -e "$there/fail-$2" ] || { echo "systemctl: no" >&2; exit 1; }
case $2 in
cat) [ -e "$there/unit" ] ;;
is-enabled) [ -e "$there/enabled" ] ;;
is-active) [ -e "$there/active" ] ;;
enable) : >"$there/enabled"; : >"$there/active" ;;
stop)
    rm -f "$there/active"
    pid=$(cat "$there/pid")
    kill "$pid"
    until grep -q '^State:.*Z' "/proc/$pid/status" || [ ! -e "/proc/$pid" ]; do sleep 0.1; done
    ;;
esac
MANAGER
cat >"$work/bin/loginctl" <<'MANAGER'
#!/bin/sh
there=$(dirname "$0")/../manager
echo "loginctl $*" >>"$there/asked"
[ ! -e "$there/fail-linger" ]
MANAGER
cat >"$work/bin/systemd-sysusers" <<'MANAGER'
#!/bin/sh
there=$(dirname "$0")/../manager
echo "systemd-sysusers $*" >>"$there/asked"
[ ! -e "$there/fail-sysusers" ] || exit 1
echo 'allswell-relay:x:0:0::/nonexistent:/bin/false' >>/etc/passwd
MANAGER
chmod +x "$work/bin"/*
PATH="$work/bin:$PATH"

free=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
setup() { "$bin/allswell-relay" setup --yes --no-forward "$@" </dev/null; }
# asked WORDS: whether the manager was asked so since the last time.
asked() {
    grep -qxF -- "$1" "$work/manager/asked" ||
        fail "not asked: $1, but: $(cat "$work/manager/asked")"
}
forget() { : >"$work/manager/asked"; }
is_not_asked() {
    ! grep -q "$1" "$work/manager/asked" || fail "asked: $(cat "$work/manager/asked")"
}

# ---- A user's ----

users_service() {
    forget
    expect 0 'no service is to be had here' setup --listen "127.0.0.1:$free" --token one
    is_not_asked "enable --now"
    : >"$work/manager/unit"
    expect 0 'its service is off' setup --no-service
    is_not_asked "enable --now"
    [ "$(setup --no-service --json | field service)" = off ] || fail 'it is not off in JSON'

    : >"$work/manager/fail-enable"
    expect 4 'journalctl --user' setup
    rm "$work/manager/fail-enable"
    forget
    expect 0 'The service is on, now and whenever the machine starts' setup
    asked 'systemctl --user enable --now allswell-relay.service'
    asked 'loginctl enable-linger'
    forget
    expect 0 'Nothing was changed' setup
    is_not_asked "enable --now"
    [ "$(setup --json | field service)" = on ] || fail 'it is not on in JSON'

    # A running service is stopped for a change, and started again.
    "$bin/allswell-relay" run >"$work/run" 2>&1 &
    relay_pid=$!
    pids="$pids $relay_pid"
    echo "$relay_pid" >"$work/manager/pid"
    await test -s "$work/run"
    : >"$work/manager/fail-stop"
    expect 4 'the service does not stop' setup --public relay.example
    rm "$work/manager/fail-stop"
    forget
    : >"$work/manager/fail-linger"
    expect 0 'ends when you log out' setup --public relay.example
    asked 'systemctl --user stop --quiet allswell-relay.service'
    asked 'systemctl --user enable --now allswell-relay.service'
    rm "$work/manager/fail-linger" "$work/manager/enabled" "$work/manager/unit"
}

# ---- The machine's: root, and users of our own ----

machines_service() {
    mkdir "$work/lib"
    mount --bind "$work/lib" /var/lib
    cp /etc/passwd "$work/passwd"
    sed -i '/^allswell-relay:/d' "$work/passwd"
    mount --bind "$work/passwd" /etc/passwd
    : >"$work/manager/unit"

    : >"$work/manager/fail-sysusers"
    expect 4 'there is no user allswell-relay' setup --listen "127.0.0.1:$free"
    rm "$work/manager/fail-sysusers"
    [ ! -e /var/lib/allswell-relay ] || fail 'a refused setup has made the home'
    forget
    expect 0 'The service is on' setup --listen "127.0.0.1:$free" --token one
    asked 'systemd-sysusers allswell-relay.conf'
    asked 'systemctl --system enable --now allswell-relay.service'
    is_not_asked loginctl
    [ "$(stat -c %a /var/lib/allswell-relay)" = 700 ] || fail 'others can read the home'
    forget
    expect 0 'Nothing was changed' setup
    is_not_asked sysusers
    : >"$work/manager/fail-enable"
    rm "$work/manager/active"
    expect 4 'journalctl --system' setup
}

case ${2:-} in
user) users_service ;;
machine) machines_service ;;
*)
    if [ "$(id -u)" != 0 ]; then
        users_service
    elif unshare -Um --map-user=1000 --map-group=1000 true 2>/dev/null; then
        unshare -U --map-user=1000 --map-group=1000 "$0" "$bin" user || fail "a user's, above"
        unshare -m "$0" "$bin" machine || fail "the machine's, above"
    else
        echo "no name spaces: what root and others get is not tried"
    fi
    ;;
esac
finish
