#!/usr/bin/env python3
"""eval STAUNCH [--data FOLDER] [-o FILE]: precision, recall and F1 of every kind and language on public labelled data, the ways
to write a value, false findings in clean text; written to docs/accuracy.md. What was missed or found wrongly goes to
build/eval/misses.tsv, which holds texts of others and stays on this machine."""
import argparse
import collections
import datetime
import importlib
import os
import platform
import re
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import clean  # noqa: E402
import finder  # noqa: E402
import mail_values  # noqa: E402
import match  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402
import scanned_names  # noqa: E402
import written_forms  # noqa: E402
from algorithms import Algorithms  # noqa: E402

NUMBERS, QUICK_NUMBERS, QUICK_LOG_BYTES = 20000, 500, 1 << 18
# A data set of one's own: a module of sets/ with data_sets(data, algorithms), and its name here.
SETS = ("presidio", "pii_anon", "phone_plans", "suffixes", "email_syntax", "secret_types", "names")


class Misses:
    """build/eval/misses.tsv: what went wrong, where, with what stands around it."""

    def __init__(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        self.file = open(path, "w", encoding="utf-8")
        self.file.write("# set, what, kind, language, document, value, context\n")

    def add(self, *cells):
        shown = [c.decode("utf-8", "replace") if isinstance(c, bytes) else str(c) for c in cells]
        self.file.write("\t".join(c.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
            for c in shown) + "\n")


class Results:
    """What the page is written from."""

    def __init__(self):
        self.tallies = collections.OrderedDict()  # (set, kind, language) -> Tally
        self.titles = collections.OrderedDict()   # set -> (title, documents)
        self.seen = set()                         # kinds that were found anywhere
        self.peers, self.peer_versions = [], {}
        self.syntax = collections.OrderedDict()   # category of isemail -> [addresses, found whole]
        self.names = collections.OrderedDict()    # set -> (distinct names labelled, found, found and not labelled) by scan
        self.mail = self.forms = self.clean = self.random = None
        self.seconds = 0
        self.program = ""


def one_set(program, data_set, results, misses):
    documents = list(data_set.documents)
    results.titles[data_set.name] = (data_set.title, len(documents))
    for document, text, findings in finder.find(program, documents):
        results.seen.update(one.kind for one in findings)
        tallies, wrong = match.compare(document, text, findings, data_set.kinds, data_set.recall_only)
        for kind, tally in tallies.items():
            key = (data_set.name, kind, document.language)
            results.tallies.setdefault(key, match.Tally()).add(tally)
        for one in wrong:
            misses.add(data_set.name, *one)
        if data_set.name == "isemail":
            row = results.syntax.setdefault(document.labels[0].why or "plain and valid", [0, 0])
            row[0] += 1
            row[1] += any(one.kind == "email_address" and (one.start, one.end) == (16, len(text) - 12) for one in findings)
    return documents


def beside(results, found, documents):
    """Other programs on the sets that they know."""
    for name, members in documents.items():
        ours = match.Tally()
        kind = "secret" if name in ("secret types", "pii-anon test_technology") else "phone_number"
        for (owner, one, _), tally in results.tallies.items():
            if owner == name and one == kind:
                ours.add(tally)
        if kind == "phone_number" and ours.labels:
            results.peers.append((name, kind, "phonenumbers", ours, peers.phones(found, members)))
        elif kind == "secret" and ours.labels:
            results.peers.append((name, kind, "detect-secrets", ours, peers.secrets(found, members)))


def run(program, data, options):
    begin, results = time.monotonic(), Results()
    algorithms = Algorithms(data)
    misses = Misses(options.misses)
    kept = {}
    for module in SETS:
        for data_set in importlib.import_module("sets." + module).data_sets(data, algorithms):
            documents = one_set(program, data_set, results, misses)
            if "person_name" in data_set.kinds:
                names = scanned_names.measure(program, data_set.name, documents,
                    lambda what, name, value: misses.add(name, what, "person_name, scan", "-", "-", value))
                if names:
                    results.names[data_set.name] = names
            if data_set.name == "presidio" or data_set.name.startswith(("phone plans", "secret types", "pii-anon test_tech")):
                kept[data_set.name] = documents
    results.mail = mail_values.measure(program, data, algorithms, lambda *cells: misses.add("mail", "missed", *cells))
    results.forms = written_forms.measure(program, lambda *cells: misses.add("written forms", "missed", *cells))
    texts = clean.made_logs(QUICK_LOG_BYTES) if options.quick else clean.corpora()
    results.clean = clean.measure(program, texts, lambda *cells: misses.add("clean", "false", *cells))
    results.random = list(clean.random_passes(program, QUICK_NUMBERS if options.quick else NUMBERS))
    if not options.quick:
        other = peers.Peers(os.path.join(os.path.dirname(options.misses), "peers"))
        if other.start():
            results.peer_versions = other.versions
            beside(results, other, kept)
        other.stop()
    results.seconds = time.monotonic() - begin
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0].strip()
    results.program = said
    return results


def repeat_in_readme(sentence):
    """The README repeats two figures of the page."""
    path = os.path.join(ROOT, "README.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(page.SENTENCE, sentence, text))


def main():
    options = argparse.ArgumentParser(prog="eval", description=__doc__)
    options.add_argument("staunch")
    options.add_argument("--data", metavar="FOLDER", default=os.path.join(os.path.dirname(ROOT), "shared/data"),
        help="folder of public labelled data, default ../shared/data")
    options.add_argument("-o", "--output", metavar="FILE", default=os.path.join(ROOT, "docs/accuracy.md"))
    options.add_argument("--misses", metavar="FILE", default=os.path.join(ROOT, "build/eval/misses.tsv"))
    options.add_argument("--quick", action="store_true", help="little log text, no texts of this machine, no other programs")
    args = options.parse_args()
    program = os.path.abspath(args.staunch)
    try:
        results = run(program, args.data, args)
    except FileNotFoundError as why:
        sys.exit("eval: the public labelled data is not complete: no %s; --data FOLDER says where it is" % why.filename)
    text = page.write(results, datetime.datetime.now(datetime.timezone.utc).strftime("%d %B %Y"), platform.machine())
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(text)
    if os.path.realpath(args.output) == os.path.join(ROOT, "docs/accuracy.md"):
        repeat_in_readme(page.sentence(results))
    print(page.summary(results))
    print("\nwritten to %s in %d s; misses in %s" % (os.path.relpath(args.output), results.seconds, os.path.relpath(args.misses)))


if __name__ == "__main__":
    main()
