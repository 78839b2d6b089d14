#!/usr/bin/env bash
# A bare Debian 12 and a fresh clone: both commands of the README do their job there. Needs root and debootstrap.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
skip() { echo "skip - a fresh machine runs both commands of the README: $1"; exit 0; }
[ "$(id -u)" = 0 ] || skip "debootstrap needs root"
command -v debootstrap >/dev/null || skip "no debootstrap"

root=$(mktemp -d "${TMPDIR:-/tmp}/staunch-root-XXXXXX")
chmod 755 "$root" # it is the / of the new machine, for all its users
mounted() { grep -q " $root/$1 " /proc/mounts; }
finish() {
  local point
  for point in proc dev/shm; do mounted "$point" && umount "$root/$point"; done
  mounted proc || rm -rf --one-file-system "$root"
}
trap finish EXIT

# This machine's way to the packages, proxies included.
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
[ -n "$mirror" ] || skip "this machine's debian.sources names no source"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
  { tail -n 5 "$root.log"; rm -f "$root.log"; skip "debootstrap failed"; }
rm -f "$root.log"
cp /etc/resolv.conf "$root/etc/"
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
  rm -f "$root/etc/apt/sources.list"
  cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
fi
for file in /etc/apt/apt.conf.d/*; do
  grep -qi 'proxy\|check-valid\|check-date' "$file" && cp "$file" "$root/etc/apt/apt.conf.d/"
done
git clone -q "$top" "$root/staunch" || { echo "not ok - the tree can be cloned"; exit 1; }
mount -t proc proc "$root/proc" || skip "no right to mount"
mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"

status=0
try() { # NAME COMMAND
  local begin=$SECONDS
  if chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    bash -c "cd /staunch && $2" >"$root/log" 2>&1; then
    echo "ok - $1, $((SECONDS - begin)) s: $(tail -n 1 "$root/log")"
  else
    { grep -A 12 '^FAILED' "$root/log"; tail -n 40 "$root/log"; } | sed 's/^not ok/  not ok/; s/^ok/  ok/; s/^skip/  skip/'
    echo "not ok - $1, $((SECONDS - begin)) s"
    status=1
  fi
}
try "./dev run on a bare machine" "./dev run"
try "./dev run again, with everything installed" "./dev run"
try "./dev test on a bare machine" "./dev test"
exit $status
