"""docs/accuracy.md from the results. Counts only: no text of any data set."""
import glob
import os

import match

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KINDS = ("email_address", "phone_number", "payment_card", "iban", "ip_address", "url", "secret", "national_id", "vat_number",
    "case_number", "date_of_birth", "postal_address", "organization_name", "person_name")
MAIN_LANGUAGES = ("en", "de", "es", "fr", "it")
TARGET_PRECISION = {"person_name": 0.95}  # kinds without a public algorithm
TARGET_F1, TARGET_FORMS, TARGET_FALSE_PER_MB = 0.97, 0.95, 1.0
NO_DETECTOR = "no detector"


def figure(value):
    """Three digits, and never rounded up to 1."""
    if value is None:
        return "-"
    return "1" if value == 1 else "%.3f" % min(value, 0.999)


def count(value):
    return "{:,}".format(value)


def table(head, rows, right=1):
    """Markdown; columns from `right` on are figures."""
    lines = ["| %s |" % " | ".join(head), "|%s|" % "|".join("---" if i < right else "---:" for i in range(len(head)))]
    return "\n".join(lines + ["| %s |" % " | ".join(map(str, row)) for row in rows])


def has_detector(kind, results):
    """Found anywhere in this run, or in the tree of detectors: a kind without one gets a row that says so."""
    return kind in results.seen or bool(glob.glob(os.path.join(ROOT, "src/detect/%s*.c" % kind)))


def summed(results, wanted):
    total = match.Tally()
    for key, tally in results.tallies.items():
        if wanted(*key):
            total.add(tally)
    return total


def figures(tally):
    return [count(tally.labels), count(tally.found), count(tally.extra), figure(tally.precision()), figure(tally.recall()),
        figure(tally.f1()), figure(tally.near_f1())]


HEAD = ["labels", "found", "false", "precision", "recall", "F1", "F1, overlapping"]
APART = ["apart", "found of these"]


def apart(tally):
    return [count(tally.apart), count(tally.apart_found)]


# Sets that measure breadth by one value of each type, not text as people write it.
BREADTH = ("secret types",)


def in_text(name):
    return name not in BREADTH


def kind_rows(results):
    for kind in KINDS:
        tally = summed(results, lambda name, one, language: one == kind and in_text(name))
        if not has_detector(kind, results):
            yield [kind, count(tally.labels)] + [NO_DETECTOR] + ["-"] * 5 + [count(tally.apart), "-"]
        elif not tally.labels and not tally.apart:
            yield [kind] + ["not labelled in this data"] + ["-"] * 8
        else:
            yield [kind] + figures(tally) + apart(tally)


def language_rows(results):
    others = {language for _, _, language in results.tallies} - set(MAIN_LANGUAGES) - {"any"}
    groups = [(one, {one}) for one in MAIN_LANGUAGES + ("any",)]
    groups.insert(-1, ("%d others" % len(others), others))
    for kind in KINDS:
        if not has_detector(kind, results):
            continue
        for name, members in groups:
            tally = summed(results, lambda owner, one, language: one == kind and language in members and in_text(owner))
            if tally.labels or tally.extra:
                yield [kind, name] + figures(tally)


def weak_languages(results):
    """Languages in which a kind stays under the target although it reaches it over all."""
    for kind in KINDS:
        whole = summed(results, lambda name, one, language: one == kind and in_text(name)).f1()
        if whole is None or whole < TARGET_F1:
            continue
        for language in sorted({key[2] for key in results.tallies}):
            tally = summed(results, lambda name, one, other: one == kind and other == language and in_text(name))
            if tally.labels and tally.f1() < TARGET_F1:
                yield "%s in %s (%s, %s labels)" % (kind, language, figure(tally.f1()), count(tally.labels))


def scan_rows(results):
    """Of each set, and over all of them."""
    rows = [(results.titles[name][0], *row) for name, row in results.names.items()]
    rows.append(("all", *(sum(row[i] for row in rows) for i in (1, 2, 3))))
    for title, labels, found, extra in rows:
        yield [title, count(labels), count(found), count(extra), figure(match.Tally.rate(found, found + extra)),
            figure(match.Tally.rate(found, labels)), figure(match.Tally.rate(2 * found, labels + found + extra))]


def set_rows(results):
    for name, (title, documents) in results.titles.items():
        for kind in KINDS:
            tally = summed(results, lambda owner, one, language: owner == name and one == kind)
            if (tally.labels or tally.apart or tally.extra) and has_detector(kind, results):
                yield [title, count(documents), kind] + figures(tally) + apart(tally)


def form_rows(results):
    for kind, form, name, found, of in results.forms:
        yield [kind, form, name, count(found), count(of), figure(found / of)]


def form_shares(results):
    """[(kind, form, found, of)]"""
    shares = {}
    for kind, form, _, found, of in results.forms:
        share = shares.setdefault((kind, form), [0, 0])
        share[0] += found
        share[1] += of
    return [(kind, form, found, of) for (kind, form), (found, of) in shares.items()]


def clean_rows(results):
    for one in results.clean:
        false = sum(one.false.values())
        kinds = ", ".join("%s %s" % (kind, count(n)) for kind, n in sorted(one.false.items())) or "none"
        yield [one.name, "%.1f" % (one.bytes / 1e6), count(false), "%.2f" % (false * 1e6 / one.bytes) if one.bytes else "-",
            kinds, "all are false" if one.all_false else count(one.right), "-" if one.all_false else count(one.unjudged)]


def false_per_mb(results, logs):
    rows = [one for one in results.clean if one.all_false == logs]
    size = sum(one.bytes for one in rows)
    return sum(sum(one.false.values()) for one in rows) * 1e6 / size if size else None


def shape_rows():
    with open(os.path.join(ROOT, "tests/cases/eval/shapes.tsv"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                kind, labels, became, shape, _ = line.rstrip("\n").split("\t")
                yield [kind, shape, became, count(int(labels))]


def peer_rows(results):
    for name, kind, peer, ours, (labels, found, extra) in results.peers:
        yield [name, kind, peer + " " + results.peer_versions[peer], count(labels), count(ours.found), count(ours.extra),
            count(found), count(extra)]


def goals(results):
    """(what, target, figure, reached?) for DESIGN's row on labelled text. Its F1 is asked of values that pass a public
    algorithm; of a name there is none, and its target is precision."""
    for kind in KINDS:
        tally = summed(results, lambda name, one, language: one == kind and in_text(name))
        if tally.labels:
            built = has_detector(kind, results)
            f1 = tally.f1()
            if kind in TARGET_PRECISION:
                precision = tally.precision()
                yield ("precision, %s (recall %s, F1 %s)" % (kind, figure(tally.recall()), figure(f1)),
                    ">= %.2f" % TARGET_PRECISION[kind], figure(precision),
                    "yes" if precision and precision >= TARGET_PRECISION[kind] else "no")
                continue
            yield ("F1, " + kind, ">= %.2f" % TARGET_F1, figure(f1) if built else NO_DETECTOR,
                "yes" if built and f1 >= TARGET_F1 else "no")
    for kind, form, found, of in form_shares(results):
        yield ("written forms, %s, %s" % (kind, form), ">= %.2f" % TARGET_FORMS, figure(found / of),
            "yes" if found >= TARGET_FORMS * of else "no")
    for name, logs in (("false findings per MB of clean logs", True), ("false findings per MB of source, manuals", False)):
        value = false_per_mb(results, logs)
        if value is not None:
            yield (name, "<= %.0f" % TARGET_FALSE_PER_MB, "%.2f" % value, "yes" if value <= TARGET_FALSE_PER_MB else "no")


SENTENCE = r"F1 of 0\.97 or more for \d+ of \d+ labelled kinds, [\d.]+ false findings per MB of clean logs"


def sentence(results):
    """The two figures that the README repeats; its test compares them."""
    reached = [row for row in goals(results) if row[0].startswith("F1, ")]
    return "F1 of 0.97 or more for %d of %d labelled kinds, %.2f false findings per MB of clean logs" % (
        sum(row[3] == "yes" for row in reached), len(reached), false_per_mb(results, True))


def summary(results):
    return "\n".join("%-54s %-8s %12s   %s" % row for row in goals(results))


INTRO = """# Accuracy

Written by `./dev eval` on {date} ({program}, {machine}, {seconds} s); change the tool, not this page. It holds counts only: what was
missed stands in `build/eval/misses.tsv` on the machine that ran it.

## In short

{sentence}.

{goals}

How to read it: a finding is right when kind, first and last byte agree with the label. *F1, overlapping* also takes a finding that
only touches its label. *False* is a finding of a kind that the set labels everywhere, at a place without such a label. Labels whose
value does not pass the public algorithm of its kind (a card without Luhn, an IBAN of the wrong length, a telephone number of no plan or
without a country, an organization without a legal form) are *apart*: finding them would be wrong, and a finding there is neither right
nor false. The rules, each written apart from the detectors (`tools/eval/algorithms.py`, `addresses.py`):

- national_id: a social security number that can be given out (area, group and serial, SSA), a National Insurance number (HMRC), or a
  number that python-stdnum accepts for one of the other 13 schemes; whole, nothing in front. `TAX-700000000` is of no scheme.
- date_of_birth: a day of the calendar from 1900 to 2026.
- organization_name: a name with a legal form. case_number: a word for one within 30 bytes, or five of its template in its set.
- postal_address: a whole address as the post of Italy, France, Germany, Spain, the United Kingdom or the United States prints it
  (Poste Italiane, NF Z 10-011, DIN 5008, Correos, Postcode Address File, USPS Publication 28): one house number, a street, a town, and
  the postal code, or the state where it is American. A street alone, two streets, two house numbers, or a place of another
  country is apart.

A name passes no public algorithm: nothing in `Will Baker` tells a person from two words. So names have no F1 to reach here; what is asked
of them is that what is shown is right: precision of 0.95 or more. Recall and F1 stand beside it as they are, and *names, as a scan keeps
them* below says how many different names of a set a case has.

## By kind

{kinds}

## By kind and language

*any*: addresses and numbers without a language around them.

{languages}

{weak}

## By data set

{sets}

- Documents of one set and language are one input, as they would stand in one store. No region is given, but where a row says so.
- presidio-research labels telephone extensions with the number; ours end before them, so the label is shortened. pii-anon leaves the
  number behind `Phone: ` in its log lines unlabelled: such numbers got a label of ours.
- The numbers of the plans come from the same source as our tables: these rows test the reading, not the source.
- Secret types: one value made from each rule of gitleaks, as its pattern says. Breadth, not frequency; rules of one's own
  (`staunch-rules(5)`) add types.
- The texts with marked words (btc, wikigold, wnut17) are kept for training. A name model that has learnt from them is not to be judged
  by them.
- Titles and degrees in labels of names (`Dr.`, `PhD`) are in no finding of ours, so the label is shortened. Names of accounts that btc
  marks as persons (`@user42`) are apart.
- Addresses in the headers of {mail_files} broken, nested and bounced mails, by value, through `staunch scan`, against Python's email
  package: {mail_found} of {mail_labels} found ({mail_apart} more are no addresses by their syntax; found of these: {mail_apart_found}).

### Shapes of what was missed

What the first run on these kinds missed, by shape, with the number of its labels; one invented case for each stands in
`tests/cases/eval/shapes.tsv` and is a test. *Apart*: the public rule of the kind refuses the value.

{shapes}

### Names, as a scan keeps them

person_name, scan: each set is one store, and what counts is each different name, not each place. A name that one place proves counts
wherever it stands; first names alone are seldom proven.

{scan}

### Addresses by syntax

isemail judges RFC 5321 and 5322, not what one finds in prose: only the first row counts above. *Found whole* is a finding of exactly the
text between the blanks.

{syntax}

## Written forms

Invented values, each in a sentence, counted when the whole value is found as what it stands for.

{forms}

## False findings in clean text

In the logs nothing is personal, so every finding is false; those called *made* are generated and full of long numbers, versions and
identifiers. In the other texts real addresses and examples stand: each finding was judged by hand once (`tools/eval/judged.tsv`,
checksums), a new one counts as false until somebody has looked; names and networks reserved for examples are right. *Not judged*: plain addresses, urls and names, which stand there rightly by
the thousand.

{clean}

Random digits, one number a line: what passes every public rule of a kind cannot be told from a real value, so this is how
often chance passes.

{random}

## Beside others

{peers}

## What is not measured

- Kinds and languages without labels above. No public set labels VAT numbers, or national ids of Europe, in running text: these have
  tables of hits and near misses for each scheme (`tests/cases/detect`), which are no measure of frequency.
- Data that nobody has looked at before. The first run of 22 November 2026 had secrets at F1 0.576, encoded IBANs at 0.500, 3.39 false
  findings per MB of logs and 2.91 of source and manuals; what it showed was then mended (`tests/cases`, and `tests/cases/eval/open.tsv`
  for what was not). Figures since then say that this stays so, not how other text would fare.
- Real leaked data. All sets are synthetic, of templates or small; a figure near 1 says that nothing known is missed, not that nothing is.
- OCR, pictures, handwriting; text inside documents and archives (the tests count planted values per format and place).
- Confidence: everything from 0.50 on counts the same.
- Linking of mentions to persons and organizations: `./dev run` and the tests compare those figures with a known truth.
"""


def peers_text(results):
    if not results.peers:
        return "Not run: the other programs could not be installed."
    head = ["set", "kind", "program", "labels", "ours", "ours, false", "theirs", "theirs, false"]
    return ("Installed from PyPI at the time, given the same texts; with the region where the set says one. detect-secrets\n"
        "gets each document as a file; a value that holds the label, or half of it, counts. *False*: at no label.\n\n" + table(head, peer_rows(results), 3))


def write(results, date, machine):
    weak = list(weak_languages(results))
    mail = results.mail
    return INTRO.format(date=date, program=results.program, machine=machine, seconds="%d" % results.seconds,
        sentence=sentence(results), goals=table(["what", "target", "figure", "reached"], goals(results)),
        kinds=table(["kind"] + HEAD + APART, kind_rows(results)),
        languages=table(["kind", "language"] + HEAD, language_rows(results), 2),
        weak="Under the target in one language although not over all: %s." % "; ".join(weak) if weak else
            "No kind that reaches the target over all is under it in one language.",
        scan=table(["set", "names", "found", "false", "precision", "recall", "F1"], scan_rows(results)),
        sets=table(["set", "documents", "kind"] + HEAD + APART, set_rows(results), 1),
        mail_files=mail[0], mail_labels=mail[1], mail_found=mail[2], mail_apart=mail[3], mail_apart_found=mail[4],
        shapes=table(["kind", "shape", "what became of it", "labels"], shape_rows(), 3),
        syntax=table(["category", "addresses", "found whole"], [[name, *row] for name, row in results.syntax.items()]),
        forms=table(["kind", "form", "way", "found", "of", "share"], form_rows(results), 3),
        clean=table(["text", "MB", "false", "false per MB", "false, by kind", "right", "not judged"], clean_rows(results)),
        random=table(["kind", "digits", "found", "of"], [[k, w, count(f), count(n)] for k, w, f, n in results.random], 2),
        peers=peers_text(results))
