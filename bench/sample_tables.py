#!/usr/bin/env python3
"""Holds the intervals of `scan --sample` against the truth and writes docs/samples.md between its marks:

    sample_tables.py BUILD [--seeds N] [--stores NAME...] [--keep FOLDER]

Each store of tools/sample_stores.py is made, read in full once, and estimated for many seeds by bench/sample_draws. Ten minutes on
one core, most of them to make the originals of `exposures`. With --stores only their tables are replaced."""
import argparse
import glob
import json
import math
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import sample_stores  # noqa: E402

DOCUMENT = os.path.join(ROOT, "docs/samples.md")
SEEDS = 200
# Shares in percent. The last two stores were made after the estimator was settled.
SHARES = {"objects": (5, 20), "mailbox": (2, 5, 20), "exposures": (15, 25, 50), "example": (10,), "backups": (4, 10, 30),
    "helpdesk": (4, 10, 30)}
COMPLETE_OR_NOT = (0, 3)


def sources(name, folder):
    """Makes the store; what of it is scanned."""
    if name == "example":
        subprocess.run([sys.executable, os.path.join(ROOT, "tools/make_example.py"), folder, "--records", "40000"], check=True,
            stdout=subprocess.DEVNULL)
        return sorted(glob.glob(os.path.join(folder, "es-*")))
    sample_stores.STORES[name](folder)
    return [folder]


def truth_of(report):
    """{figure of an estimate: what it is}, from the report of a full scan."""
    truth = {"records.raw": report["coverage"]["records"]["raw"], "records.distinct": report["coverage"]["records"]["distinct"],
        "role_mailboxes": report["role_mailboxes"], "persons.best": report["persons"]["best"],
        "staff.best": report["staff"]["persons"]["best"], "organizations.best": report["organizations"]["best"]}
    for row in report["units"]:
        truth["units.%s.raw" % row["unit"]] = row["raw"]
    for row in report["entities"]:
        truth["entities.%s.distinct" % row["kind"]] = row["distinct"]
        truth["entities.%s.mentions" % row["kind"]] = row["mentions"]
    for reason, objects in report["coverage"]["unread"]["by_reason"].items():
        truth["unread.%s.objects" % reason] = objects
    return truth


def scanned(build, case, stores):
    """The truth, by a full scan into the case."""
    staunch = os.path.join(build, "staunch")
    done = subprocess.run([staunch, "scan", *stores, "--case", case, "--progress", "never"], capture_output=True)
    if done.returncode not in COMPLETE_OR_NOT:
        raise RuntimeError("scan of %s ended with %d: %s" % (stores, done.returncode, done.stderr.decode()[-400:]))
    report = subprocess.run([staunch, "report", "--case", case, "--format", "json"], capture_output=True)
    return truth_of(json.loads(report.stdout))


def drawn(build, case, percent, first=1, count=SEEDS):
    """For each seed: (seed, objects drawn, {figure: (value, low, high or None)})."""
    out = subprocess.run([os.path.join(build, "bench/sample_draws"), case, os.path.dirname(case), str(percent), str(first), str(count)],
        capture_output=True, text=True)
    if out.returncode != 0:
        raise RuntimeError("sample_draws: %s" % out.stderr)
    rows = []
    for line in out.stdout.splitlines():
        seed, objects, *figures = line.split()
        rows.append((int(seed), int(objects), {name: tuple(None if v == "-" else int(v) for v in values.split(":"))
            for name, values in (f.split("=") for f in figures)}))
    return rows


class Cell:
    """A figure at a share: in how many seeds it was estimated, held the truth, had an upper limit, and both."""

    def __init__(self, truth, estimates):
        self.seeds = len(estimates)
        holds = [(low <= truth and (high is None or truth <= high), high is not None) for _, low, high in estimates]
        self.held, self.told = sum(h for h, _ in holds), sum(t for _, t in holds)
        self.told_and_held = sum(h and t for h, t in holds)
        widths = sorted((high - low) / truth for _, low, high in estimates if high is not None)
        self.width = widths[len(widths) // 2] if widths else None

    def share(self):
        return self.held / self.seeds

    def text(self, seeds):
        few = " of %d seeds" % self.seeds if self.seeds < seeds else ""
        if self.told == 0:
            return "%.1f %%%s; not told" % (100 * self.share(), few)
        of = ", %.1f %% of them" % (100 * self.told_and_held / self.told) if self.told < self.seeds else ""
        return "%.1f %%%s; told %.0f %%%s; %.2f" % (100 * self.share(), few, 100 * self.told / self.seeds, of, self.width)


def cells(rows, truth):
    """{figure: Cell}; what is hardly ever drawn is left out."""
    found = {}
    for figure in sorted({f for row in rows for f in row[2]} & set(truth)):
        got = [row[2][figure] for row in rows if figure in row[2]]
        if len(got) * 4 >= len(rows) and truth[figure] > 0:
            found[figure] = Cell(truth[figure], got)
    return found


def at_least(seeds, holds=0.95, chance=1e-4):
    """So many of the seeds hold at least, but for this chance, if each of them holds with that of `holds`."""
    below, k = 0.0, -1
    while below <= chance:
        k += 1
        below += math.comb(seeds, k) * holds**k * (1 - holds)**(seeds - k)
    return k


def measure(build, name, folder, seeds=SEEDS, shares=None):
    """(truth, {percent: (objects drawn, {figure: Cell})}, case)"""
    case = os.path.join(folder, name + ".case")
    truth = scanned(build, case, sources(name, os.path.join(folder, name)))
    table = {}
    for percent in shares or SHARES[name]:
        rows = drawn(build, case, percent, 1, seeds)
        table[percent] = sorted(row[1] for row in rows)[len(rows) // 2], cells(rows, truth)
    return truth, table, case


def markdown(truth, table, seeds):
    lines = ["| figure | truth | %s |" % " | ".join("%s %%: %d drawn" % (p, d) for p, (d, _) in table.items()),
        "|---|---:|%s" % ("---|" * len(table))]
    for figure in sorted({f for _, found in table.values() for f in found}):
        lines.append("| `%s` | %s | %s |" % (figure, "{:,}".format(truth[figure]), " | ".join(
            found[figure].text(seeds) if figure in found else "hardly drawn" for _, found in table.values())))
    every = [cell for _, found in table.values() for cell in found.values()]
    worst = min(every, key=Cell.share)
    told, right = sum(c.told for c in every), sum(c.told_and_held for c in every)
    lines += ["", "%d cells; on average %.1f %% hold, the least %.1f %%; of the told ones %s. Under 95 %%: %d." % (len(every),
        100 * sum(map(Cell.share, every)) / len(every), 100 * worst.share(), "%.1f %%" % (100 * right / told) if told else "none",
        sum(c.share() < 0.95 for c in every))]
    return "\n".join(lines) + "\n"


def replace(name, text):
    with open(DOCUMENT, encoding="utf-8") as file:
        old = file.read()
    begin, end = "<!-- begin %s -->\n" % name, "<!-- end %s -->\n" % name
    new, count = re.subn(re.escape(begin) + ".*?" + re.escape(end), lambda _: begin + text + end, old, flags=re.S)
    if count != 1:
        raise RuntimeError("%s has no marks for %s" % (DOCUMENT, name))
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(new)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("build")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--stores", nargs="*", choices=list(SHARES), default=list(SHARES))
    args = options.parse_args()
    for name in args.stores:
        with tempfile.TemporaryDirectory(prefix="staunch-samples-") as folder:
            truth, table, _ = measure(args.build, name, folder, args.seeds)
            text = markdown(truth, table, args.seeds)
            print("%s\n%s" % (name, text), flush=True)
            replace(name, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
