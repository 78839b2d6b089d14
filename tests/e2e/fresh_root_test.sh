#!/usr/bin/env bash
# A bare Debian 12 and a fresh clone: both commands of the README do their job there. Needs root and debootstrap.
set -u
. "$(dirname "$0")/../bare_root.sh"
bare_root bookworm "a fresh machine runs both commands of the README"
try "./dev run on a bare machine" "./dev run"
try "./dev run again, with everything installed" "./dev run"
try "./dev test on a bare machine" "./dev test"
exit $status
