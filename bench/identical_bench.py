#!/usr/bin/env python3
"""identical_bench.py STAUNCH [--gib N] [--seed N] [--against PROGRAM]: is the same found, counted and written?

Fast against byte by byte (bench/identical.c): every example, case and fuzz corpus file under every set of options, then N GiB of text
made from a seed, an eighth of it dense and hostile. With --against also this program beside another build of it, as whole programs:
`detect` and `redact` (tokens, masks, labels; log, output, status) of the same files and of --against-mib of the same text, and the report
of a scan of the example stores. Ends with 1 and the input that shows it when anything differs."""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOG_MEBIBYTES, RECORDS = 24, 4000
DENSE_SHARE = 8
PIECE_BLOCKS, BLOCK_BYTES = 512, 80000  # of text made from a seed: about 40 MB a piece
# Of a report: when it was made, where, and by which sources.
VOLATILE = {"case", "version", "detectors_sha256", "generated_at", "started_at", "finished_at"}


def example_files():
    found = []
    for folder in ("tests/cases", "tests/fuzz/corpus", "examples"):
        for root, _, names in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.join(root, name) for name in names]
    return sorted(path for path in found if "\n" not in path)


def generated_files(folder):
    """Log text, and the five example stores: (files, stores folder)."""
    tool, log, stores = (os.path.join(folder, name) for name in ("log_corpus", "log.txt", "stores"))
    subprocess.run(["gcc", "-O2", os.path.join(ROOT, "bench/log_corpus.c"), "-o", tool], check=True)
    with open(log, "wb") as out:
        subprocess.run([tool, str(LOG_MEBIBYTES)], stdout=out, check=True)
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/make_example.py"), stores, "--records", str(RECORDS)], check=True)
    made = sorted(glob.glob(os.path.join(stores, "*", "*")))
    return [log, *made], stores


def fast_and_slow(tool, listing, args, folder):
    """One process a processor, each with its share."""
    jobs = args.jobs
    mib = int(args.gib * 1024)
    started = [subprocess.Popen([tool, "--seed", str(args.seed), "--mib", str(mib), "--dense-mib", str(mib // DENSE_SHARE), "--part",
        "%d/%d" % (i, jobs), "--out", os.path.join(args.keep, "identical-%d.bin" % i), listing], stdout=subprocess.PIPE, text=True)
        for i in range(jobs)]
    different = False
    for one in started:
        said = one.communicate()[0]
        print(said, end="", flush=True)
        if one.returncode not in (0, 1):
            sys.exit("identical ended with %d" % one.returncode)
        different |= one.returncode == 1
    return different


def outcome(program, arguments, path, log=None):
    """(status, SHA-256 of what it wrote, of its log: of a refused input earlier builds said in it how much they had read)"""
    digest = hashlib.sha256()
    with open(path, "rb") as source, subprocess.Popen([program, *arguments, *(["--log", log] if log else [])], stdin=source,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        for block in iter(lambda: run.stdout.read(1 << 20), b""):
            digest.update(block)
    logged = ""
    if log:
        with open(log, "rb") as file:
            logged = hashlib.sha256(file.read()).hexdigest() if run.returncode == 0 else "refused"
        os.unlink(log)
    return run.returncode, digest.hexdigest(), logged


def commands(key):
    text = ["--format", "text"]
    yield ["detect", *text], False
    yield ["detect", "--region", "IT,FR"], False
    yield ["redact", *text, "--key", key, "--pass-unsearched"], True
    yield ["redact", "--mode", "mask", "--region", "IT,FR"], True


def programs_differ(pair, path, key, folder, forms=None):
    """What differs between the two programs on this file, or nothing."""
    log = os.path.join(folder, "log-%d" % threading.get_ident())
    for arguments, logs in forms or commands(key):
        old, new = (outcome(program, arguments, path, log if logs else None) for program in pair)
        if old != new:
            return "staunch %s <%s: status, output, log were %s and are %s" % (" ".join(arguments), path, old, new)
    return ""


def pieces(tool, listing, args, folder):
    """Text made from the seed, a file at a time."""
    left, first = args.against_mib << 20, 0
    while left > 0:
        path = os.path.join(folder, "piece-%d" % first)
        count = min(PIECE_BLOCKS, left // BLOCK_BYTES + 1)
        with open(path, "wb") as out:
            subprocess.run([tool, "--print", "%d,%d,%d" % (args.seed, first, count), listing], stdout=out, check=True)
        left -= os.path.getsize(path)
        first += count
        yield path


def stripped(value):
    if isinstance(value, dict):
        return {name: stripped(inner) for name, inner in value.items() if name not in VOLATILE}
    return [stripped(inner) for inner in value] if isinstance(value, list) else value


def figures(program, stores, folder):
    """The report of a scan of the stores, without when and by whom."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        case = ["--case", os.path.join(place, "one.case")]
        subprocess.run([program, "scan", *("es-%d" % i for i in range(1, 6)), *case, "--own-domain", "contoso.com", "--progress", "never"],
            cwd=stores, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = subprocess.run([program, "report", *case, "--format", "json", "--reveal", "a comparison"], cwd=stores, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return stripped(json.loads(made.stdout))


def against(program, tool, listing, files, stores, args, folder):
    """Two builds of the program on the same input."""
    pair, key = (os.path.abspath(args.against), program), os.path.join(folder, "key")
    subprocess.run([program, "redact", "--new-key", key], check=True, stdout=subprocess.DEVNULL)
    differing = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        differing += filter(None, pool.map(lambda path: programs_differ(pair, path, key, folder), files[::args.every]))
        made = 0
        text_forms = [form for form in commands(key) if "text" in form[0]]

        def of_piece(path):
            size = os.path.getsize(path)
            what = programs_differ(pair, path, key, folder, text_forms)
            if what:
                os.replace(path, os.path.join(args.keep, os.path.basename(path)))
                what += " (kept in %s)" % args.keep
            else:
                os.unlink(path)
            return what, size

        waiting = []
        for path in pieces(tool, listing, args, folder):
            waiting.append(pool.submit(of_piece, path))
            if len(waiting) >= args.jobs + 1:
                what, size = waiting.pop(0).result()
                made, differing = made + size, differing + ([what] if what else [])
        for one in waiting:
            what, size = one.result()
            made, differing = made + size, differing + ([what] if what else [])
    same_figures = figures(pair[0], stores, folder) == figures(pair[1], stores, folder)
    if not same_figures:
        differing.append("the report of a scan of the example stores differs")
    for what in differing[:20]:
        print("DIFFERS: " + what)
    print("%s: %s against this one, as whole programs: %d files by %d commands, %.1f MB of text made from seed %d by %d (output, status, "
        "log), the report of a scan of five stores" % ("DIFFERENT" if differing else "identical", args.against, len(files[::args.every]),
        len(list(commands(key))), made / 1e6, args.seed, len(text_forms)), flush=True)
    return bool(differing)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program")
    options.add_argument("--gib", type=float, default=10)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--jobs", type=int, default=os.cpu_count())
    options.add_argument("--against", help="another build of the program")
    options.add_argument("--against-mib", type=int, help="of text for both programs (--gib)")
    options.add_argument("--every", type=int, default=1, help="only every N-th file for both programs")
    options.add_argument("--keep", default=".", help="where an input that differs is written")
    args = options.parse_args()
    args.against_mib = int(args.gib * 1024) if args.against_mib is None else args.against_mib
    program, begin = os.path.abspath(args.program), time.monotonic()
    tool = os.path.join(os.path.dirname(program), "bench/identical")
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        files, stores = generated_files(folder)
        files = example_files() + files
        listing = os.path.join(folder, "list")
        with open(listing, "w", encoding="utf-8") as out:
            out.writelines(path + "\n" for path in files)
        differs = fast_and_slow(tool, listing, args, folder)
        if args.against:
            differs |= against(program, tool, listing, files, stores, args, folder)
    print("%s, %.0f s" % ("DIFFERENT" if differs else "all identical", time.monotonic() - begin))
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
