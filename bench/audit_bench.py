#!/usr/bin/env python3
"""audit_bench.py STAUNCH [--largest N]: what `staunch audit` takes for invented exports (bench/nsg_exports.py, the same with every
run), with the most memory of each of its processes, and the JSON reader beside jq and Python on the same file. Nothing here fails; it
prints. Medians of five runs; processor time beside it, because other work on the machine does not change it."""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import nsg_exports
from network_bench import Memory

RUNS = 5


def row(what, value, note=""):
    print("%-46s %12s   %s" % (what, value, note), flush=True)


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def audit(program, path):
    """(seconds, seconds of processor time of all its processes, most memory by process, answer)"""
    before, began = children_seconds(), time.monotonic()
    process = subprocess.Popen([program, "audit", "--format", "json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    memory = Memory(process.pid)
    out, said = process.communicate()
    taken = time.monotonic() - began
    memory.ending.set()
    memory.join()
    if process.returncode not in (0, 1, 3):
        sys.exit("audit ended with %d: %s" % (process.returncode, said.decode()))
    return taken, children_seconds() - before, memory.most, json.loads(out)


def measure(program, path, what):
    size = os.path.getsize(path) / 1e6
    runs = [audit(program, path) for _ in range(RUNS)]
    answer = runs[0][3]
    if any(run[3] != answer for run in runs):
        sys.exit("the same file is answered in two ways")
    most = {name: max(run[2].get(name, 0) for run in runs) for name in runs[0][2]}
    taken = statistics.median(run[0] for run in runs)
    row(what, "%.3f s" % taken, "%.3f s of processor time; %.0f MB, %.0f MB/s; %s exposures" % (statistics.median(run[1] for run in runs),
        size, size / taken, f"{len(answer['exposures']):,}"))
    row("", "", ", ".join("%s %.0f MB" % part for part in sorted(most.items())) + "; together at most %.0f MB" % sum(most.values()))


def seconds(command):
    taken = []
    for _ in range(RUNS):
        before = children_seconds()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        taken.append(children_seconds() - before)
    return statistics.median(taken)


def readers(program, path):
    """MB/s of processor time: the reader alone, with trees, and two others on the same file."""
    size = os.path.getsize(path) / 1e6
    bench = os.path.join(os.path.dirname(program), "bench/json_bench")
    if os.path.exists(bench):
        tokens, trees = subprocess.run([bench, path, str(RUNS)], capture_output=True, text=True, check=True).stdout.split()
        row("JSON reader, %.0f MB of exports, one core" % size, tokens + " MB/s", "with trees, lines and columns: %s MB/s" % trees)
    if shutil.which("jq"):
        row("  the same by jq (empty)", "%.0f MB/s" % (size / seconds(["jq", "empty", path])))
    python = [sys.executable, "-c", "import json, sys; json.load(open(sys.argv[1]))", path]
    row("  the same by Python's json", "%.0f MB/s" % (size / seconds(python)))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("program", metavar="STAUNCH")
    options.add_argument("--largest", type=int, default=10000, metavar="N", help="leave out sizes of more groups")
    args = options.parse_args()
    program = os.path.abspath(args.program)
    print("%d processors, load %.1f at the start; medians of %d runs" % (os.cpu_count(), os.getloadavg()[0], RUNS))
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        path = os.path.join(folder, "groups.json")
        for make, what in ((nsg_exports.realistic_rule, "realistic"), (nsg_exports.tangled_rule, "random")):
            nsg_exports.write(path, 1, 1, 1000, make)
            measure(program, path, "one group of 1,000 rules, " + what)
        for groups in (100, 1000, 3000, 10000):
            if groups <= args.largest:
                nsg_exports.write(path, groups, groups, 100, nsg_exports.realistic_rule)
                measure(program, path, "%s groups of 100 rules" % f"{groups:,}")
        nsg_exports.write(path, 1000, min(1000, args.largest), 100, nsg_exports.realistic_rule)
        readers(program, path)


if __name__ == "__main__":
    main()
