#!/usr/bin/env bash
# As root: install_packages.sh PACKAGE...   with apt, and no server that comes with them starts: not now (a policy-rc.d that
# says so is there while apt runs, the one that was there before comes back) and not at the next boot (disabled, unless it
# was installed before). Servers for tests are started by tests, on ports of their own.
set -euo pipefail
policy=/usr/sbin/policy-rc.d kept=$policy.kept-by-staunch
mark="# Written by ./dev setup of staunch while it installs; it goes away with it."
patient=(-o Acquire::Retries=5 -o DPkg::Lock::Timeout=600)

restore() {
  ! grep -qsxF "$mark" "$policy" || rm -f "$policy"
  if [ -e "$kept" ] || [ -L "$kept" ]; then mv "$kept" "$policy"; fi
}

enabled() { find /etc/systemd/system -path '*.wants/*' -printf '%f\n' | sort -u; }

[ "$(id -u)" = 0 ] || { echo "install_packages.sh: needs root" >&2; exit 1; }
exec 9>/run/lock/staunch-setup.lock
flock 9
restore # what one that was killed left behind
trap 'exit 1' INT TERM HUP
scratch=$(mktemp -d)
trap 'restore; rm -rf "$scratch"' EXIT
boots=$([ ! -e /sbin/init ] || echo yes)
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
chmod 755 "$policy"

{ enabled; ls /etc/init.d; } >"$scratch/before" 2>/dev/null || true
apt-get "${patient[@]}" update || true
DEBIAN_FRONTEND=noninteractive apt-get "${patient[@]}" install -y --no-install-recommends "$@"
{ enabled; ls /etc/init.d; } >"$scratch/after" 2>/dev/null || true
# What had no init before does not boot, and the units of an init that came along are not ours to disable.
sort "$scratch/before" "$scratch/before" "$scratch/after" | uniq -u | while read -r name; do
  if [ -z "$boots" ]; then
    break
  elif [ -e "/lib/systemd/system/$name" ]; then
    DPKG_MAINTSCRIPT_PACKAGE=staunch deb-systemd-helper disable "$name" || true
  elif [ -e "/etc/init.d/$name" ]; then
    update-rc.d "$name" disable || true
  fi
done
