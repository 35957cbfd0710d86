#!/bin/sh
# SPDX-License-Identifier: ISC
# Goal: the Debian packages hold what they must, name what they need, and in a fresh Debian are
# installed, set up, run under systemd, upgraded, removed and purged, and leave nothing but what
# policy says.
# Method: a root that holds a minimal Debian, systemd with what its users log in by, and exactly
# what the packages depend on; it is booted in namespaces of its own. lintian looks at the packages,
# where there is one.
# Usage: run.sh <cpack> <build folder>
set -eu
cpack=$1 build=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
init=
failures=0

clean() {
    code=$?
    trap - EXIT
    [ -z "$init" ] || kill -KILL "$init" 2>/dev/null || :
    [ -z "$init" ] || wait "$init" 2>/dev/null || :
    rm -rf --one-file-system "$work"
    [ ! -d "${group:-/nowhere}" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :
    exit $code
}
trap clean EXIT
trap 'exit 130' INT TERM
fail() { echo "$*"; failures=$((failures + 1)); }
skip() { echo "$*: skipped"; exit 77; }

command -v dpkg-shlibdeps >/dev/null && command -v file >/dev/null || skip "no dpkg-dev or file"
"$cpack" --config "$build/CPackConfig.cmake" -B "$work/debs" >"$work/cpack.log" 2>&1 ||
    { cat "$work/cpack.log"; exit 1; }
debs=$work/debs
rm -rf "$debs/_CPack_Packages"
relay=$(echo "$debs"/allswell-relay_*.deb) tool=$(echo "$debs"/allswell_*.deb)
lab=$(echo "$debs"/allswell-lab_*.deb) dev=$(echo "$debs"/liballswell-dev_*.deb)

mkdir "$work/out"
# What is in them. No path of this machine; the library can be built with.
for deb in "$relay" "$tool" "$lab" "$dev"; do
    dpkg-deb -x "$deb" "$work/out/$(basename "$deb")"
    dpkg-deb -e "$deb" "$work/control"
    (cd "$work/out/$(basename "$deb")" && md5sum --quiet -c "$work/control/md5sums") ||
        fail "$deb: other content than it says"
    rm -rf "$work/control"
done
! grep -rIl -e "$build" -e "$(cd "$here/../.." && pwd)" "$work/out" ||
    fail 'the files above name a folder of this machine'
for file in bin/allswell bin/allswell-relay bin/allswell-lab libexec/allswell/courier \
    share/man/man1/allswell.1.gz share/man/man1/allswell-relay.1.gz \
    share/man/man5/allswell-plan.5.gz \
    share/bash-completion/completions/allswell share/bash-completion/completions/allswell-relay \
    lib/systemd/system/allswell-relay.service lib/systemd/user/allswell.service \
    lib/systemd/user/allswell-relay.service lib/sysusers.d/allswell-relay.conf \
    share/doc/allswell-relay/copyright share/doc/allswell-relay/changelog.gz \
    lib/liballswell.a include/allswell/allswell.h; do
    ls "$work"/out/*/usr/"$file" >/dev/null 2>&1 || fail "no /usr/$file in any package"
done
for unit in "$work"/out/*/usr/lib/systemd/*/*.service; do
    grep -q '^ExecStart=\(/usr/bin/\)\{0,1\}allswell' "$unit" || fail "$unit starts something else"
done
mkdir "$work/lib"
cp -a "$work/out/$(basename "$dev")/usr" "$work/lib"
version=$(dpkg-deb -f "$dev" Version)
# shellcheck disable=SC2046 # the flags are words
PKG_CONFIG_PATH=$work/lib/usr/lib/pkgconfig cc -o "$work/consumer" \
    "-DEXPECTED_VERSION=\"$version\"" "$here/../install/consumer/main.c" \
    $(PKG_CONFIG_PATH=$work/lib/usr/lib/pkgconfig pkg-config --cflags --libs allswell-net) ||
    fail 'the library of the package cannot be used'
"$work/consumer" >/dev/null || fail 'what was built with the package does not run'
depends=$(dpkg-deb -f "$dev" Depends)
for module in libsodium libcbor sqlite3 libuv; do
    owner=$(dpkg -S "*/$module.pc" | head -n 1 | cut -d: -f1)
    case ", $depends," in
    *", $owner,"*) ;;
    *) fail "the library needs $owner and does not say" ;;
    esac
done

if command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error "$debs"/*.deb >"$work/lintian" 2>&1 ||
        fail "lintian: $(cat "$work/lintian")"
else
    echo "no lintian: the packages are not judged"
fi

# The rest needs a machine.
[ "$(id -u)" = 0 ] || skip "no root: the packages are not installed"
command -v mmdebstrap >/dev/null || skip "no mmdebstrap: the packages are not installed"
needs=$(for deb in "$relay" "$tool" "$lab" "$dev"; do dpkg-deb -f "$deb" Depends; done |
    tr ',' '\n' | sed 's/|.*//; s/(.*)//; s/ //g' | sort -u | paste -sd,)
needs=systemd,systemd-sysv,dbus,libpam-systemd,$needs
base=$build/deb-root
if [ "$(cat "$base/.complete" 2>/dev/null)" != "$needs" ]; then
    rm -rf --one-file-system "$base"
    # The same package source as this machine's.
    sources=$(ls /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
        head -n 1)
    mmdebstrap --quiet --variant=essential --dpkgopt=force-unsafe-io \
        --include="$needs" bookworm "$base" "$sources" >"$work/mm" 2>&1 ||
        { tail -n 5 "$work/mm"; skip "no root could be made"; }
    echo "$needs" >"$base/.complete"
fi
root=$work/root
cp -a --reflink=auto "$base" "$root"
rm "$root/.complete"
mkdir "$root/packages"
cp "$relay" "$tool" "$lab" "$dev" "$root/packages"
for deb in "$relay" "$tool" "$lab" "$dev"; do # the next version is the same but for its number
    dpkg-deb -R "$deb" "$work/next"
    sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
    dpkg-deb -b -Znone "$work/next" "$root/packages/next-$(basename "$deb")" >/dev/null
    rm -rf "$work/next"
done

# Boots the root. Its systemd sees a control group of its own, never that of this machine.
top=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
group=$top/allswell-deb-$$
if [ -n "$top" ] && mkdir "$group" 2>/dev/null; then
    sh -c 'echo $$ >"$1/cgroup.procs" && exec unshare --pid --fork --kill-child --mount --uts \
        --ipc --net --cgroup sh "$2" "$3"' - "$group" "$here/boot.sh" "$root" \
        >"$work/boot.log" 2>&1 &
    init=$!
fi
inside=
find_inside() {
    inside=$(pgrep -P "$init" 2>/dev/null | head -n 1)
    [ -n "$inside" ] &&
        in_root systemctl is-system-running 2>/dev/null | grep -q 'running\|degraded'
}
in_root() {
    nsenter -t "$inside" -p -m -n -u -i -C -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
left=100
until [ -z "$init" ] || find_inside; do
    left=$((left - 1))
    [ $left -gt 0 ] && kill -0 "$init" 2>/dev/null || { cat "$work/boot.log"; skip "no boot"; }
    sleep 0.2
done
[ -n "$init" ] || skip "no control groups: the packages are not run"
. "$here/life.sh"
[ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
