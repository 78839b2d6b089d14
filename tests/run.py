#!/usr/bin/env python3
"""Runs every test and counts: unit test programs of the gcc, clang and asan builds, lint, tests/cli, tests/e2e, a short
run of every fuzz target. A test program prints `ok - `, `not ok - ` and `skip - ` lines; one that crashes, prints none,
or fails without saying what, is a failure of its own. The last line is `N passed, N failed, N skipped`."""
import argparse
import concurrent.futures
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
JOBS = 2
FUZZ_SMOKE_TOTAL_S = 200
# The smoke run is the same everywhere: it guards the corpus and what is near it. `./dev fuzz` is the one that searches.
# What would differ: addresses (compared pointers feed the mutations), the order of a folder, files read again meanwhile.
FUZZ_SMOKE = ["-seed=1", "-runs=3000", "-reload=0"]
FUZZ_SMOKE_FRONT = ["setarch", "--addr-no-randomize"]


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []
        self.skips = []

    def add(self, label, output, status, seconds, quiet=False):
        passed = failed = skipped = 0
        bad = []
        for line in output.splitlines():
            if line.startswith("ok - "):
                passed += 1
            elif line.startswith("not ok - "):
                failed += 1
                bad.append(line[len("not ok - "):])
            elif line.startswith("skip - "):
                skipped += 1
                self.skips.append("%s: %s" % (label, line[len("skip - "):]))
        if status is None:
            failed, bad = failed + 1, bad + ["took longer than allowed and was stopped"]
        elif status != 0 and failed == 0:
            failed, bad = 1, ["ended with status %d and no failed test" % status]
        elif passed + failed + skipped == 0:
            failed, bad = 1, ["ran no test"]
        self.passed, self.failed, self.skipped = self.passed + passed, self.failed + failed, self.skipped + skipped
        if failed:
            self.failures.append((label, output, bad))
        if not quiet or failed:
            mark = "FAILED" if failed else "ok"
            note = ", ".join("%d %s" % (n, w) for n, w in ((passed, "passed"), (failed, "failed"), (skipped, "skipped")) if n)
            print("%-6s %-46s %6.1f s   %s" % (mark, label, seconds, note), flush=True)
        if failed:
            for line in bad[:10]:
                print("         " + line[:300], flush=True)


def run(command, seconds, env=None, cwd=ROOT):
    """(output, exit status or None when stopped after so many seconds, seconds taken)"""
    begin = time.monotonic()
    # Outputs go to a file, not a pipe: a test program that leaves a child behind must not hold us up.
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=cwd,
            env={**os.environ, **(env or {})}, start_new_session=True)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        out.seek(0)
        return out.read().decode("utf-8", "replace"), status, time.monotonic() - begin


def unit_tests(build):
    return sorted(glob.glob(os.path.join(ROOT, build, "tests/unit/*/*_test")))


def in_pairs(count, rows, quiet=False, jobs=JOBS):
    """rows: (label, command, seconds, env); two at a time, reported in order."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = [(row[0], pool.submit(run, *row[1:])) for row in rows]
        for label, future in waiting:
            count.add(label, *future.result(), quiet=quiet)


def run_units(count):
    env = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    for build in ("build/gcc", "build/clang", "build/asan"):
        programs = unit_tests(build)
        if not programs:
            count.add("unit " + build, "", 0, 0.0)
        before, begin = count.passed, time.monotonic()
        in_pairs(count, [("%s %s" % (os.path.basename(build), "/".join(p.split("/")[-2:])), [p], 300, env)
            for p in programs], quiet=True)
        print("       unit tests of %-31s %6.1f s   %d passed" % (build, time.monotonic() - begin, count.passed - before),
            flush=True)


def run_scripts(count, folder, mode, seconds, only):
    """Two at a time: most of a script's time is waiting, for servers above all. In full mode alone: memory and processors are used up."""
    env = {"STAUNCH_BUILD": os.path.join(ROOT, "build/gcc"), "STAUNCH_FAULT_BUILD": os.path.join(ROOT, "build/fault"),
        "STAUNCH_TEST_MODE": mode, "PYTHONPATH": os.path.join(ROOT, "tests"), "PYTHONDONTWRITEBYTECODE": "1"}
    rows = []
    for path in sorted(glob.glob(os.path.join(ROOT, "tests", folder, "*_test.*"))):
        label = "/".join(path.split("/")[-2:])
        if only and not any(word in label for word in only):
            continue
        if path.endswith(".sh") and mode != "full":
            continue
        rows.append((label, [sys.executable if path.endswith(".py") else "bash", path], seconds, env))
    in_pairs(count, rows, jobs=1 if mode == "full" else JOBS)


def fuzz_one(program, seconds, more):
    """One target on a copy of its corpus; a finding is kept in build/fuzz-findings."""
    name = os.path.basename(program)[:-len("_fuzz")]
    findings = os.path.join(ROOT, "build/fuzz-findings")
    os.makedirs(findings, exist_ok=True)
    work = tempfile.mkdtemp(prefix="staunch-fuzz-")
    seeds = sorted(glob.glob(os.path.join(ROOT, "tests/fuzz/corpus", name, "*")))
    front = FUZZ_SMOKE_FRONT if more else []
    command = front + [program, work] + (["-seed_inputs=" + ",".join(seeds)] if seeds else []) + ["-max_total_time=%d" % seconds,
        "-timeout=10", "-rss_limit_mb=2048", "-artifact_prefix=%s/%s-" % (findings, name), "-print_final_stats=0",
        "-verbosity=0"] + more
    output, status, took = run(command, seconds * 3 + 60, {"UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"})
    shutil.rmtree(work, ignore_errors=True)
    verdict = "ok - %s holds for %d s\n" % (name, seconds) if status == 0 else \
        "not ok - %s: status %s, input in build/fuzz-findings\n" % (name, status)
    return output + verdict, 0 if status == 0 else 1, took


def run_fuzz(count, seconds):
    programs = sorted(glob.glob(os.path.join(ROOT, "build/fuzz/tests/fuzz/*/*_fuzz")))
    if not programs:
        count.add("fuzz", "", 0, 0.0)
        return
    more = [] if seconds is not None else FUZZ_SMOKE
    if seconds is None:
        # a machine too slow for all runs makes fewer of the same ones
        seconds = max(3, min(20, FUZZ_SMOKE_TOTAL_S * JOBS // len(programs)))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        waiting = [(p, pool.submit(fuzz_one, p, seconds, more)) for p in programs]
        for program, future in waiting:
            count.add("fuzz %s" % os.path.basename(program), *future.result())


def finish(count, begin):
    for label, output, bad in count.failures:
        print("\n--- %s\n%s" % (label, output[-6000:].rstrip()))
    if count.skips:
        print("\nskipped:")
        for line in count.skips:
            print("  " + line[:200])
    print("\n%d s" % (time.monotonic() - begin))
    print("%d passed, %d failed, %d skipped" % (count.passed, count.failed, count.skipped), flush=True)
    return 1 if count.failed else 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--mode", choices=("normal", "full"), default="normal")
    options.add_argument("--steps", metavar="FILE", help="lines of what was done before, counted with the rest")
    options.add_argument("--fuzz", type=int, metavar="SECONDS", help="only the fuzz targets, each so long")
    options.add_argument("--only", nargs="*", metavar="WORD", help="only scripts of tests/cli and tests/e2e named like this")
    args = options.parse_args()
    begin, count = time.monotonic(), Count()
    if args.fuzz is not None:
        run_fuzz(count, args.fuzz)
        return finish(count, begin)
    if args.steps:
        with open(args.steps, encoding="utf-8") as file:
            count.add("build", file.read(), 0, 0.0)
    if not args.only:
        count.add("lint", *run([sys.executable, os.path.join(ROOT, "tools/lint.py"), "build/gcc"], 300))
        run_units(count)
    run_scripts(count, "cli", args.mode, 300, args.only)
    run_scripts(count, "e2e", args.mode, 3600 if args.mode == "full" else 900, args.only)
    if not args.only:
        run_fuzz(count, 60 if args.mode == "full" else None)
    return finish(count, begin)


if __name__ == "__main__":
    sys.exit(main())
