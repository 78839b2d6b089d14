#!/usr/bin/env python3
"""instructions.py BUILD [--check | --accept]: how many instructions the hot loops take for a byte, counted by valgrind's callgrind, against
bench/instructions.tsv. A count is the same on a busy machine and on an idle one, so that a change of a few percent is seen.

valgrind shows every program the same processor, whatever this one is, as long as it has AVX2; what is counted begins and ends with one
function of bench/loop_bench.c; inputs are made from seeds; the environment is emptied. What is left to differ is the compiler."""
import argparse
import concurrent.futures
import os
import re
import sys
import tempfile

import inputs
import measure

BASELINE = os.path.join(measure.ROOT, "bench/instructions.tsv")
HEAD = "# Instructions of the hot loops for a byte of input, as ./dev bench --accept counted them; ./dev bench --check holds a change against\n" \
    "# them. loop, input, instructions a byte, tolerance in percent. %s\n"
TOLERANCE_PERCENT = 3.0
OTHER_COMPILER = 5
# Nothing of the caller's environment: the C library reads some of it, and it lies on the stack.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TMPDIR": "/tmp"}


def first_bytes(path, folder, name, size):
    out = os.path.join(folder, name)
    with open(path, "rb") as source, open(out, "wb") as part:
        data = source.read(size)
        part.write(data[:data.rfind(b"\n") + 1])
    return out


def files(folder):
    """{input: path}"""
    corpus = inputs.corpus_a(folder, 1)
    support = os.path.join(inputs.support_records(folder, 300), "cases-001.jsonl")
    address = os.path.join(inputs.addresses(folder, 40000), "addresses.txt")
    return {"corpus-a": first_bytes(corpus, folder, "corpus-a", 1 << 20), "corpus-a-start": first_bytes(corpus, folder, "corpus-a-start", 1 << 16),
        "exports": inputs.exports(folder, 20), "short-records": inputs.short_records(folder, 1),
        "support-records": first_bytes(support, folder, "support-records", 1 << 18), "addresses": address}


PAIRS = (("detect", "corpus-a"), ("detect", "support-records"), ("detect-plain", "corpus-a-start"), ("redact", "corpus-a"), ("json", "exports"),
    ("json", "short-records"), ("extract", "support-records"), ("count", "addresses"), ("audit", "exports"))


def count(tool, loop, path):
    """Instructions a byte."""
    done = measure.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=loop_measured*", tool, loop, path],
        accepted=(), keep=True, env=ENVIRONMENT, bare=True)
    said = re.search(rb"Collected : (\d+)", done.err)
    if done.status != 0 or not said or int(said.group(1)) == 0:
        raise measure.Failed("%s of %s was not counted: %s" % (loop, os.path.basename(path), done.err[-300:].decode("utf-8", "replace")))
    return int(said.group(1)) / os.path.getsize(path)


def counted(build, only=()):
    """{(loop, input): instructions a byte}"""
    tool = os.path.join(build, "bench/loop_bench")
    pairs = [pair for pair in PAIRS if not only or pair[0] in only]
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        paths = files(folder)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            waiting = {pair: pool.submit(count, tool, pair[0], paths[pair[1]]) for pair in pairs}
            return {pair: future.result() for pair, future in waiting.items()}


def compiler(build):
    """What the loops were compiled with, told in the baseline: another compiler or another optimization counts otherwise."""
    path = os.path.join(build, "meson-info/intro-buildoptions.json")
    with open(path, encoding="utf-8") as file:
        said = file.read()
    level = re.search(r'"name": "optimization", "value": "([^"]+)"', said)
    return "%s, -O%s" % (measure.first_line("gcc", "-dumpfullversion"), level.group(1) if level else "?")


def baseline(path=BASELINE):
    """({(loop, input): (instructions a byte, tolerance)}, compiler)"""
    rows, made_with = {}, ""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                made_with = re.search(r"gcc (.*)$", line).group(1) if "gcc " in line else made_with
            else:
                loop, name, instructions, tolerance = line.split("\t")
                rows[loop, name] = float(instructions), float(tolerance)
    return rows, made_with


def judged(now, before):
    """[(loop, input, now, before, change in percent, "ok", "more", "less" or "new")]"""
    rows = []
    for pair, value in now.items():
        old, tolerance = before.get(pair, (None, TOLERANCE_PERCENT))
        change = 100 * (value / old - 1) if old else 0.0
        verdict = "new" if old is None else "more" if change > tolerance else "less" if change < -tolerance else "ok"
        rows.append((*pair, value, old, change, verdict))
    return rows


def accept(build, now):
    before = baseline()[0] if os.path.exists(BASELINE) else {}
    with open(BASELINE, "w", encoding="utf-8") as out:
        out.write(HEAD % ("Counted with gcc " + compiler(build)))
        for pair, value in now.items():
            out.write("%s\t%s\t%.3f\t%g\n" % (*pair, value, before.get(pair, (0, TOLERANCE_PERCENT))[1]))


def avx2():
    return "avx2" in measure.machine()["vector"]


def show(now, before):
    """Prints every count; has one risen, or none to be held against?"""
    rows = judged(now, before)
    for loop, name, value, old, change, verdict in rows:
        print("%-13s %-16s %10.3f a byte %s" % (loop, name, value, "%+6.2f %% %s" % (change, verdict) if old else "new"), flush=True)
    return any(row[-1] in ("more", "new") for row in rows)


def check(build, path, only):
    """Prints every count; the exit status."""
    rows, made_with = baseline(path)
    if made_with != compiler(build):
        print("the baseline was counted with gcc %s, this build is of gcc %s: they cannot be compared" % (made_with, compiler(build)))
        return OTHER_COMPILER
    if show(counted(build, only), rows):
        print("instructions have risen beyond the tolerance; if that is the price of something better: ./dev bench --accept")
        return 1
    return 0


def main():
    options = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    options.add_argument("build", metavar="BUILD")
    options.add_argument("--check", action="store_true", help="the default: fails when a count has risen")
    options.add_argument("--baseline", metavar="FILE", default=BASELINE)
    options.add_argument("--only", metavar="LOOP", nargs="+", default=[])
    options.add_argument("--accept", action="store_true", help="what is counted now becomes the baseline")
    args = options.parse_args()
    if not avx2():
        sys.exit("bench: this processor has no AVX2; the counts in bench/instructions.tsv are of the way through AVX2")
    try:
        if args.accept:
            before, now = baseline()[0], counted(args.build)
            accept(args.build, now)
            show(now, before)
            return
        sys.exit(check(args.build, args.baseline, args.only))
    except (measure.Failed, OSError) as why:
        sys.exit("bench: %s" % why)


if __name__ == "__main__":
    main()
