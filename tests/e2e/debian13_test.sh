#!/usr/bin/env bash
# The jail under a newer C library: a bare Debian 13 and a fresh clone. A newer libc may make other system calls, and a
# worker that makes one the jail does not know dies of it. Needs root and debootstrap.
set -u
. "$(dirname "$0")/../bare_root.sh"
bare_root trixie "the jail holds, and lets the readers work, on Debian 13"
try "the example is scanned to its planted figures on Debian 13" "./dev run"
try "the builds with tests and with planted faults compile on Debian 13" "./dev build gcc && ./dev build fault"
try "the programs that read PDF are installed on Debian 13" "apt-get install -y --no-install-recommends poppler-utils qpdf"
try "the jail and its faults hold on Debian 13" "python3 tests/run.py --only cli/jail e2e/faults"
exit $status
