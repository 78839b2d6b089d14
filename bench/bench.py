#!/usr/bin/env python3
"""bench.py STAUNCH: the speeds of this machine, each the median of some runs, with what it is measured against in the same
run. Nothing here fails; it prints."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATTERN = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}|\+[0-9]{1,3}([ .-]?[0-9]{2,4}){2,4}|([0-9]{1,3}\.){3}[0-9]{1,3}" \
    r"|[3-6][0-9]{3}([ -]?[0-9]{4}){3}|[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}"


def seconds(command, runs=3, **kwargs):
    taken = []
    for _ in range(runs):
        begin = time.monotonic()
        # detect and grep end with 0 or 1 by what they found.
        if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kwargs).returncode not in (0, 1):
            sys.exit("%s failed" % command[0])
        taken.append(time.monotonic() - begin)
    return statistics.median(taken)


def row(what, value, note=""):
    print("%-46s %12s   %s" % (what, value, note), flush=True)


def detect(program, folder):
    """Log text through `staunch detect`, beside what grep takes for five patterns."""
    tool, text = os.path.join(folder, "log_corpus"), os.path.join(folder, "corpus.txt")
    subprocess.run(["gcc", "-O2", os.path.join(ROOT, "bench/log_corpus.c"), "-o", tool], check=True)
    with open(text, "wb") as out:
        subprocess.run([tool, "256"], stdout=out, check=True)
    size = os.path.getsize(text) / 1e6
    own = seconds([program, "detect", "--format", "text", text])
    row("detect, log text, one core", "%.0f MB/s" % (size / own))
    small = os.path.join(folder, "small.txt")
    with open(text, "rb") as whole, open(small, "wb") as part:
        part.write(whole.read(32 << 20))
    grep = seconds(["grep", "-oE", PATTERN, small], 1, env={**os.environ, "LC_ALL": "C"}) * size / 33.55
    alone = os.path.join(os.path.dirname(program), "bench/detect_bench")
    if os.path.exists(alone):
        said = subprocess.run([alone, text, "5"], capture_output=True, text=True, check=False).stdout.strip()
        row("  the detectors alone, processor time", "", said)
    row("  the same by grep -oE with five patterns", "%.0f MB/s" % (size / grep), "%.1f times slower" % (grep / own))
    if shutil.which("rg"):
        rg = seconds(["rg", "-oN", "-a", "-j1", PATTERN, small], 3) * size / 33.55
        row("  the same by ripgrep, one thread", "%.0f MB/s" % (size / rg), "%.1f times slower" % (rg / own))
    row("start of detect on 1 KB", "%.1f ms" % (1e3 * seconds([program, "detect"], 20, input=b"mail a@fabrikam.com " * 50)))


def scan(program, folder):
    """Support cases, as dense as the example, and records with one mention per KiB."""
    stores = os.path.join(folder, "stores")
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/make_example.py"), stores, "--records", "60000"], check=True)
    source, case = os.path.join(stores, "es-1"), os.path.join(folder, "bench.case")
    size = sum(os.path.getsize(os.path.join(source, f)) for f in os.listdir(source)) / 1e6
    taken = []
    for _ in range(3):
        for name in os.listdir(folder):
            if name.startswith("bench.case"):
                os.unlink(os.path.join(folder, name))
        taken.append(seconds([program, "scan", source, "--case", case, "--progress", "never"], 1))
    row("scan, support cases as JSON Lines, all cores", "%.0f MB/s" % (size / statistics.median(taken)), "%.0f MB" % size)
    row("case, of the text read", "%.1f %%" % (os.path.getsize(case) / 1e4 / size))
    shutil.rmtree(stores)


def small_files(program, folder, count=20000):
    """Files of 4 KB of log text: what an object costs beside its bytes."""
    source, case = os.path.join(folder, "small"), os.path.join(folder, "small.case")
    with open(os.path.join(folder, "corpus.txt"), "rb") as text:
        for i in range(count):
            if i % 200 == 0:
                os.makedirs(os.path.join(source, "%05d" % i))
                part = os.path.join(source, "%05d" % i)
            with open(os.path.join(part, "%05d.txt" % i), "wb") as out:
                out.write(text.read(4096))
    taken = seconds([program, "scan", source, "--case", case, "--progress", "never"], 1)
    row("scan, %s files of 4 KB, all cores" % f"{count:,}", "%.0f files/s" % (count / taken))
    shutil.rmtree(source)


def main():
    program = os.path.abspath(sys.argv[1])
    print("%d processors, load %.1f at the start" % (os.cpu_count(), os.getloadavg()[0]))
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        detect(program, folder)
        scan(program, folder)
        small_files(program, folder)
        count = os.path.join(os.path.dirname(program), "bench/count_bench")
        if os.path.exists(count):
            print("\nexact counting, 10 M mentions of 4 M values:", flush=True)
            subprocess.run([count, "10000000", "4000000"], check=False, env={**os.environ, "TMPDIR": folder})


if __name__ == "__main__":
    main()
