#!/usr/bin/env bash
# As root: install_packages.sh PACKAGE...   with apt, and no server that comes with them starts: not now (a policy-rc.d that
# says so is there while apt runs, the one that was there before comes back) and not at the next boot (disabled, unless it
# was installed before). Servers for tests are started by tests, on ports of their own.
set -euo pipefail
policy=/usr/sbin/policy-rc.d kept=$policy.kept-by-staunch
mark="# Written by ./dev setup of staunch while it installs; it goes away with it."
units=(redis-server.service memcached.service etcd.service postgresql.service docker-registry.service rsync.service
  vsftpd.service nginx.service ceph.target ceph-mon.service ceph-mon.target ceph-osd.target ceph-radosgw.target
  ceph-crash.service)
patient=(-o Acquire::Retries=5 -o DPkg::Lock::Timeout=600)

restore() {
  ! grep -qsxF "$mark" "$policy" || rm -f "$policy"
  if [ -e "$kept" ] || [ -L "$kept" ]; then mv "$kept" "$policy"; fi
}

[ "$(id -u)" = 0 ] || { echo "install_packages.sh: needs root" >&2; exit 1; }
exec 9>/run/lock/staunch-setup.lock
flock 9
restore # what one that was killed left behind
trap restore EXIT
trap 'exit 1' INT TERM HUP
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$kept"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
chmod 755 "$policy"

new=()
for unit in "${units[@]}"; do
  [ -e "/lib/systemd/system/$unit" ] || new+=("$unit")
done
apt-get "${patient[@]}" update || true
DEBIAN_FRONTEND=noninteractive apt-get "${patient[@]}" install -y --no-install-recommends "$@"
for unit in "${new[@]}"; do
  [ -e "/lib/systemd/system/$unit" ] || continue
  deb-systemd-helper disable "$unit" || true
  [ ! -e "/etc/init.d/${unit%.*}" ] || update-rc.d "${unit%.*}" disable || true
done
