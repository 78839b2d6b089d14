"""Where the time of a command goes, by Linux' perf: the functions that take most of it, over all processes of the command."""
import collections
import os
import re
import shutil
import subprocess

import measure

SHOWN, LEAST_PERCENT, RATE_HZ = 8, 1.0, 1999
LINE = re.compile(r"^\s*([\d.]+)%\s+(\S+)\s+\[(.)\]\s+(.+?)(?:\s+-)*\s*$")
# What the compiler adds to the name of a function that it cut in pieces.
PIECE = re.compile(r"\.(part|constprop|isra|cold|lto_priv)\b.*$")
KERNEL = "the kernel, for it"


def profile(command, folder):
    """[(percent, function)], the most first; what only the kernel does is one row. Empty where perf cannot be used."""
    data = os.path.join(folder, "perf.data")
    if not shutil.which("perf"):
        return []
    try:
        measure.run(["perf", "record", "-q", "-F", str(RATE_HZ), "-o", data, "--", *command], accepted=(0, 1, 3))
        said = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-g", "none", "--sort", "dso,symbol"],
            capture_output=True, text=True, check=True).stdout
    except (measure.Failed, OSError, subprocess.SubprocessError):
        return []
    finally:
        if os.path.exists(data):
            os.unlink(data)
    return ranked(said)


def ranked(said):
    """The same of what perf report prints."""
    shares = collections.Counter()
    for line in said.split("\n"):
        found = LINE.match(line)
        if not found:
            continue
        share, program, where, name = found.groups()
        own = program.startswith("staunch") or program.endswith("_bench")
        name = "(no name)" if name.startswith("0x") else PIECE.sub("", name)
        shares[KERNEL if where == "k" else name if own else "%s (%s)" % (name, program.split(".so")[0])] += float(share)
    return [(round(share, 1), name) for name, share in shares.most_common(SHOWN) if share >= LEAST_PERCENT]
