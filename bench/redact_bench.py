#!/usr/bin/env python3
"""redact_bench.py STAUNCH [--pipe-gib N]: `staunch redact` over digit-heavy log text, beside `staunch detect`, and beside sed and perl
with the rule of an address alone, all in one run; then N GiB through a pipe, with the memory of every process on the way. Nothing here
fails; it prints."""
import argparse
import os
import statistics
import subprocess
import tempfile
import time

import inputs
import measure

RUNS, MEBIBYTES = 5, 256
ADDRESS = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
LEVELS = 10


def timed(command, text, runs=RUNS):
    """Medians: (seconds, processor seconds of the command and all it started)."""
    done = [measure.run(command, source=text, accepted=(0, 1), env={"LC_ALL": "C"}) for _ in range(runs)]
    return statistics.median(one.wall_s for one in done), statistics.median(one.processor_s for one in done)


def speeds(program, folder, text):
    key = os.path.join(folder, "key")
    subprocess.run([program, "redact", "--new-key", key], check=True, stdout=subprocess.DEVNULL)
    size = os.path.getsize(text) / 1e6
    print("%d MB of log text; medians of %d; per second of the clock, and of processor time over all processes" % (size, RUNS))
    taken = {}
    for label, command in (
            ("staunch detect, all kinds", [program, "detect", "--format", "text"]),
            ("staunch redact, labels", [program, "redact", "--format", "text"]),
            ("staunch redact, tokens", [program, "redact", "--format", "text", "--key", key]),
            ("staunch redact, masks", [program, "redact", "--format", "text", "--mode", "mask"]),
            ("sed, the rule of an address", ["sed", "-E", "s/%s/[email_address]/g" % ADDRESS]),
            ("perl, the rule of an address", ["perl", "-pe", "s/%s/[email_address]/g" % ADDRESS.replace("@", "\\@")])):
        taken[label] = timed(command, text)
        print("%-32s %7.0f MB/s %7.0f MB/s of processor" % (label, size / taken[label][0], size / taken[label][1]), flush=True)
    redact = taken["staunch redact, tokens"]
    for label in ("staunch detect, all kinds", "sed, the rule of an address", "perl, the rule of an address"):
        print("tokens, against %-34s %5.2f times its processor time" % (label, redact[1] / taken[label][1]))


def resident_mib(pid):
    sizes = [measure.memory_of(one) for one in measure.family(pid)]
    return max((size[1] for size in sizes if size), default=0) * 1e6 / (1 << 20)


def pipe(program, text, gib):
    """The text over and over; the most memory that any process of the run ever had, ten times on the way."""
    run = subprocess.Popen([program, "redact", "--format", "text"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    with open(text, "rb") as file:
        block = file.read()
    begin, sent, peaks, limit = time.monotonic(), 0, [], gib << 30
    while sent < limit:
        run.stdin.write(block)
        sent += len(block)
        if sent * LEVELS // limit > len(peaks):
            peaks.append(resident_mib(run.pid))
    run.stdin.close()
    status = run.wait()
    print("%.1f GiB through a pipe in %.0f s, status %d; most memory of a process, MiB, on the way: %s" % (sent / (1 << 30),
        time.monotonic() - begin, status, " ".join("%.1f" % mib for mib in peaks)))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--pipe-gib", type=int, default=2)
    args = options.parse_args()
    program = os.path.abspath(args.program)
    print("%d processors, load %.1f at the start" % (os.cpu_count(), os.getloadavg()[0]))
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        text = inputs.corpus_a(folder, MEBIBYTES)
        speeds(program, folder, text)
        pipe(program, text, args.pipe_gib)


if __name__ == "__main__":
    main()
