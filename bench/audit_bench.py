#!/usr/bin/env python3
"""audit_bench.py STAUNCH [--largest N]: what `staunch audit` takes for invented exports (bench/nsg_exports.py, the same with every
run), with the most memory of each of its processes, and the JSON reader beside jq and Python on the same file. Nothing here fails; it
prints. Medians of five runs; processor time beside it, because other work on the machine does not change it."""
import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile

import nsg_exports
from measure import row, run

RUNS = 5


def audit(program, path):
    """(seconds, seconds of processor time of all its processes, most memory by process, answer)"""
    done = run([program, "audit", "--format", "json", path], accepted=(0, 1, 3), keep=True, memory=True)
    return done.wall_s, done.processor_s, done.memory.most, json.loads(done.out)


def one_size(program, path, what):
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
    return statistics.median(run(command).processor_s for _ in range(RUNS))


def readers(program, path):
    """MB/s of processor time: the reader alone, with trees, and two others on the same file."""
    size = os.path.getsize(path) / 1e6
    bench = os.path.join(os.path.dirname(program), "bench/json_bench")
    if os.path.exists(bench):
        tokens, trees = run([bench, path, str(RUNS)], keep=True).out.decode().split()
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
            one_size(program, path, "one group of 1,000 rules, " + what)
        for groups in (100, 1000, 3000, 10000):
            if groups <= args.largest:
                nsg_exports.write(path, groups, groups, 100, nsg_exports.realistic_rule)
                one_size(program, path, "%s groups of 100 rules" % f"{groups:,}")
        nsg_exports.write(path, 1000, min(1000, args.largest), 100, nsg_exports.realistic_rule)
        readers(program, path)


if __name__ == "__main__":
    main()
