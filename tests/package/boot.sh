#!/usr/bin/env bash
# The Debian package in a root that debootstrap has just made, booted with systemd: from installation to purge. Root and a mirror
# are needed; some minutes. Prints what tests/package/inside.sh prints.
#   MIRROR   http://deb.debian.org/debian
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
readonly MIRROR=${MIRROR:-http://deb.debian.org/debian} BOOT_LIMIT_S=900
((EUID == 0)) || { echo 'boot.sh: only root can make and boot a system' >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/riskreport-root-XXXXXX")
trap 'rm -rf --one-file-system -- "$root"' EXIT
chmod 0755 -- "$root" # as "/" is: its dbus, and so its boot, waited in vain for what only root could enter

# What a server has before the package comes, and what the trial itself needs.
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,curl,jq,openssl,procps bookworm "$root" "$MIRROR" \
    >"$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; exit 1; }
rm -f -- "$root.log"
mkdir -- "$root/trial"
cp -- build/deb/riskreport_*.deb "$root/trial/riskreport.deb"
cp -r -- tests/package/inside.sh tests/smoke tests/lib.sh docs/operations.md "$root/trial/"

# The next version: the same but for its number, and a line behind the end of the worker's program.
dpkg-deb -R "$root/trial/riskreport.deb" "$root/trial/next"
sed -i 's/^Version: .*/&+next/' "$root/trial/next/DEBIAN/control"
printf '\nthe next version\n' >>"$root/trial/next/usr/libexec/riskreport/riskreport.fcgi"
dpkg-deb --root-owner-group -b "$root/trial/next" "$root/trial/riskreport-next.deb" >/dev/null
rm -r -- "$root/trial/next"

# Fetched here, installed there: the booted system has no network.
rm -f -- "$root/var/cache/apt/archives"/*.deb
chroot "$root" apt-get -qq -y -o APT::Sandbox::User=root --download-only --no-install-recommends install /trial/riskreport.deb nginx \
    wrk sqlite3 spawn-fcgi multiwatch logrotate

cat >"$root/etc/systemd/system/trial.service" <<'EOF'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/trial/inside.sh
StandardOutput=file:/trial/log
StandardError=file:/trial/errors
ExecStopPost=/bin/systemctl --no-block poweroff
EOF
mkdir -p -- "$root/etc/systemd/system/default.target.wants"
ln -s ../trial.service "$root/etc/systemd/system/default.target.wants/trial.service"
timeout "$BOOT_LIMIT_S" systemd-nspawn -q -D "$root" --boot --private-network --register=no --keep-unit --console=pipe \
    </dev/null >"$root/trial/console" 2>&1 || true

if ! grep -q '^# done$' "$root/trial/log" 2>/dev/null; then
    tail -n 20 -- "$root/trial/console" >&2
    echo 'not ok - the system boots, and the trial comes to its end'
fi
cat -- "$root/trial/errors" >&2 || true
grep -v '^# done$' "$root/trial/log" || true
! grep -q '^not ok' "$root/trial/log" && grep -q '^# done$' "$root/trial/log"
