# Sourced by the tests that need a bare Debian: a fresh clone of this tree in a new root, removed at the end.
#   bare_root SUITE WHAT   makes it; a machine that cannot make one skips, and WHAT says what was not shown
#   try NAME COMMAND       runs COMMAND in the clone, as root of the new root, and prints `ok` or `not ok`; sets `status`
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root="" what=""
status=0

skip() { echo "skip - $what: $1"; exit 0; }

finish() {
  local point
  [ -n "$root" ] || return
  rm -f "$root.log"
  for point in dev/shm proc; do ! grep -q " $root/$point " /proc/mounts || umount "$root/$point"; done
  grep -q " $root/" /proc/mounts || rm -rf --one-file-system "$root"
}

# This machine's way to the packages, proxies and certificates included. The suite of this machine gets its updates, too.
package_sources() { # SUITE MIRROR
  local file here
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir -p "$root/usr/local/share"
  cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
  here=$(. /etc/os-release && echo "$VERSION_CODENAME")
  if [ "$here" = "$1" ]; then
    rm -f "$root/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
  fi
  for file in /etc/apt/apt.conf.d/*; do
    ! grep -qi 'proxy\|check-valid\|check-date' "$file" || cp "$file" "$root/etc/apt/apt.conf.d/"
  done
}

bare_root() { # SUITE WHAT
  local mirror
  what=$2
  [ "$(id -u)" = 0 ] || skip "debootstrap needs root"
  command -v debootstrap >/dev/null || skip "no debootstrap"
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  [ -n "$mirror" ] || skip "this machine's debian.sources names no source"
  root=$(mktemp -d "${TMPDIR:-/tmp}/staunch-root-XXXXXX")
  chmod 755 "$root" # it is the / of the new machine, for all its users
  trap finish EXIT
  debootstrap --variant=minbase "$1" "$root" "$mirror" >"$root.log" 2>&1 || { tail -n 5 "$root.log"; skip "debootstrap failed"; }
  package_sources "$1"
  git clone -q "$top" "$root/staunch" || { echo "not ok - the tree can be cloned"; exit 1; }
  mount -t proc proc "$root/proc" || skip "no right to mount"
  mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"
}

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
