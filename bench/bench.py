#!/usr/bin/env python3
"""bench.py STAUNCH: the speeds of this machine, row by row, each beside what it is measured against in the same run and in turns with it.
Nothing here fails because a figure is low; it prints. --write keeps the results and writes docs/benchmarks.md with its charts."""
import argparse
import dataclasses
import datetime
import json
import os
import sys
import tempfile
import time

import inputs
import measure
import page
import peers
import profiles
import table


# What one set of contenders may take, quick or not.
BUDGET_S = {True: 10, False: 60}


class Bench:
    """What the rows need: where the programs are, how much to measure, a folder to work in."""

    def __init__(self, options, folder):
        self.program, self.quick, self.folder = os.path.abspath(options.program), options.quick, folder
        self.rounds = 3 if options.quick else 7
        self.mentions, self.files, self.names, self.entities = options.mentions, options.files, options.names, options.entities
        self.peers = peers.Peers()

    def turns(self, contenders, rounds=None, warm=True):
        """measure.in_turns, as many rounds as there is time for."""
        return measure.in_turns(contenders, rounds or self.rounds, warm, BUDGET_S[self.quick])

    def bench(self, name):
        """A program of the build's bench/."""
        path = os.path.join(os.path.dirname(self.program), "bench", name)
        if not os.path.exists(path):
            raise measure.Failed("%s is not built" % path)
        return path


# --- printing ---

def digits(value):
    for limit, form in ((100, "%.0f"), (10, "%.1f"), (0.1, "%.2f")):
        if abs(value) >= limit:
            return form % value if limit < 100 else f"{value:,.0f}"
    return "%.3f" % value


def spread(one):
    return digits(one.median) if one.runs < 2 else "%s (%s to %s)" % (digits(one.median), digits(one.low), digits(one.high))


def target_text(target):
    said = "%s %s%s" % ("at most" if target.at_most else "at least", digits(target.land), " " + target.unit if target.unit else "")
    if target.aim is not None:
        said += ", aim %s" % digits(target.aim)
    return "%-8s %s is %s: %s" % (target.reached, target.what, digits(target.value), said)


def show(case):
    print("  %-58s %s %s" % (case.what, spread(case.ours), case.unit), flush=True)
    for peer in case.peers:
        print("    %-56s %s %s   %s times" % ((peer.name + " " + peer.version).strip(), spread(peer.spread), case.unit, spread(peer.ratio)))
    for target in case.targets:
        print("    " + target_text(target))
    if case.growth:
        print("    growth   %s: exponent %.2f" % (", ".join("%s %s in %s s" % (digits(size), case.growth.unit, digits(taken))
            for size, taken in case.growth.points), case.growth.exponent))
    if case.memory_mb:
        print("    memory   " + ", ".join("%s %.0f MB" % one for one in case.memory_mb.items()))
    if case.note:
        print("    " + case.note, flush=True)


def kept_of(bench, case, explain):
    """A case as JSON; explain: with where the time goes, if its target is missed."""
    if explain and case.busy and any(target.reached == "missed" for target in case.targets):
        case.profile = profiles.profile(case.busy, bench.folder)
        for share, name in case.profile:
            print("    %5.1f %% of the time   %s" % (share, name), flush=True)
    kept = dataclasses.asdict(case)
    del kept["busy"]
    return kept


def measured(bench, rows, explain):
    """[{"name", "asks", "seconds", "others_share", "cases", "why"}]"""
    results = []
    for row in rows:
        print("%s: %s" % (row.name, row.asks), flush=True)
        begin, load, cases, why = time.monotonic(), measure.Load(), [], ""
        try:
            cases = row.measure(bench)
        except (measure.Failed, OSError) as reason:
            why = str(reason)
            print("  not measured: " + why, flush=True)
        share, seconds, kept = load.report()["others_share"], round(time.monotonic() - begin, 1), []
        for case in cases:
            show(case)
            kept.append(kept_of(bench, case, explain))
        results.append({"name": row.name, "asks": row.asks, "seconds": seconds, "others_share": share, "why": why, "cases": kept})
    return results


def table_of(results):
    """One line a figure, for those who read no further."""
    print("\n%-72s %10s %-12s %-7s %s" % ("figure", "ours", "", "target", "times as good as"))
    for row in results:
        for case in row["cases"]:
            worst = "-"
            for target in case["targets"]:
                reached = target["reached"]
                worst = reached if worst == "-" or ("missed", "land", "aim").index(reached) < ("missed", "land", "aim").index(worst) else worst
            print("%-72s %10s %-12s %-7s %s" % (row["name"] + ": " + case["what"], digits(case["ours"]["median"]), case["unit"], worst, ", ".join(
                "%s %s" % (peer["name"], digits(peer["ratio"]["median"])) for peer in case["peers"])))


def wanted(options):
    names = [name for given in options.only for name in given.split(",")]
    unknown = [name for name in names if name not in [row.name for row in table.ROWS]]
    if unknown:
        sys.exit("bench: no row is called %s; --rows lists them" % ", ".join(unknown))
    return [row for row in table.ROWS if row.measure and (not names or row.name in names)]


def arguments():
    options = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n")[0])
    options.add_argument("program", metavar="STAUNCH")
    options.add_argument("--quick", action="store_true", help="small inputs, few rounds: three minutes")
    options.add_argument("--only", metavar="ROW", nargs="+", default=[], help="only these rows")
    options.add_argument("--rows", action="store_true", help="list the rows and end")
    options.add_argument("--write", action="store_true", help="keep the results, write docs/benchmarks.md and its charts")
    options.add_argument("--profile", action="store_true", help="of missed targets, where the time goes (also with --write)")
    for name, what in (("mentions", "in the row count"), ("files", "in the row files"), ("names", "in the row listing"),
            ("entities", "in the row report")):
        options.add_argument("--" + name, type=int, metavar="N", help="so many %s" % what)
    return options.parse_args()


def main():
    options = arguments()
    if options.rows:
        for row in table.ROWS:
            print("%-8s %s%s" % (row.name, row.asks, "" if row.measure else " (nothing measures it yet)"))
        return
    if not options.quick:
        peers.fetch()
    load, begin = measure.Load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        bench = Bench(options, folder)
        machine = measure.machine()
        print("%(processor)s, %(cores)d cores, %(memory_gb).0f GB, %(kernel)s, %(compiler)s" % machine)
        print("load %.1f at the start; medians with the least and the most; peers in turns with ours" % load.at_start)
        for name, why in bench.peers.absent.items():
            print("absent: %s: %s" % (name, why))
        results = measured(bench, wanted(options), options.write or options.profile)
        kept = {"schema": "staunch.bench/1", "at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "quick": options.quick, "rounds": bench.rounds, "machine": machine, "load": load.report(), "versions": bench.peers.versions,
            "absent": bench.peers.absent, "seeds": inputs.SEEDS, "program": measure.first_line(bench.program, "--version"),
            "seconds": round(time.monotonic() - begin), "rows": results}
    table_of(results)
    print("\n%s" % ", ".join("%s %.0f s" % (row["name"], row["seconds"]) for row in results))
    print("%d s; other work took %.0f %% of the machine, load %.1f at the end" % (kept["seconds"], 100 * kept["load"]["others_share"],
        kept["load"]["load_at_end"]))
    if options.write:
        page.keep(kept, merge=bool(options.only))


if __name__ == "__main__":
    main()
