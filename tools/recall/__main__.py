"""What `./dev recall` runs: plants invented values in every written form, counts which are found whole and which are gone after
redaction, searches clean sentences for false findings, and writes docs/redaction-recall.md."""
import argparse
import collections
import datetime
import os
import platform
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import clean  # noqa: E402
import judged  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import through  # noqa: E402


class Results:
    def __init__(self):
        self.noises, self.sum, self.false = {}, collections.Counter(), collections.Counter()
        self.judged = {}
        self.alarms = 0
        self.counts = self.redacted = self.program = self.machine = self.date = None
        self.sentences = self.clean_bytes = self.seconds = 0


def run(program, options):
    begin, results = time.monotonic(), Results()
    misses = []
    results.counts = measure.table(program, options.each, options.seed, miss=lambda case, result: misses.append((case, result)),
        noises=results.noises)
    for counter in results.counts.values():
        results.sum.update(counter)
    results.redacted = through.measure_text(program, options.each, options.seed)
    rows = clean.sentences(options.sentences, options.seed)
    text = b"\n".join(rows)
    results.sentences, results.clean_bytes = len(rows), len(text)
    for mention in measure.detect(program, text):
        results.false[mention["kind"]] += 1
    judge = os.path.join(os.path.dirname(program), "bench/judge_values")
    results.judged = judged.table(judge, 1, options.seed)
    results.alarms = sum(judged.alarms(judge, options.sentences, options.seed)[0].values())
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    results.program, results.machine = said, platform.machine()
    results.date = datetime.datetime.now(datetime.timezone.utc).strftime("%-d %B %Y")
    results.seconds = time.monotonic() - begin
    return results, misses


def main():
    options = argparse.ArgumentParser(prog="recall", description=__doc__)
    options.add_argument("staunch")
    options.add_argument("-o", "--output", metavar="FILE", default=os.path.join(ROOT, "docs/redaction-recall.md"))
    options.add_argument("--misses", metavar="FILE", default=os.path.join(ROOT, "build/recall-misses.tsv"))
    options.add_argument("--each", type=int, default=2, help="values for each form, language and noise")
    options.add_argument("--sentences", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=7)
    args = options.parse_args()
    results, misses = run(os.path.abspath(args.staunch), args)
    with open(args.misses, "w", encoding="utf-8") as file:
        for case, result in misses:
            file.write("\t".join([result, case.form.kind, case.form.name, case.language, case.noise, repr(case.text)[2:-1]]) + "\n")
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(page.write(results))
    print("%d values: %d whole, %d in part, %d missed; %d false findings in %d sentences; %d s; misses in %s" % (sum(results.sum.values()),
        results.sum["whole"], results.sum["half"], results.sum["missed"], sum(results.false.values()), results.sentences, results.seconds,
        os.path.relpath(args.misses)))


if __name__ == "__main__":
    main()
