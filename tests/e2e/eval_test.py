#!/usr/bin/env python3
"""`./dev eval`'s tool on tiny data sets whose answer is known: a hit, a miss, half a finding, a false finding and a label that
must not count, so that the tool itself can fail; and the page in docs/ has the shape that the tool writes."""
import csv
import gzip
import json
import os
import re
import subprocess
import sys

import rig

TOOL = os.path.join(rig.ROOT, "tools/eval")
sys.path.insert(0, TOOL)

import algorithms  # noqa: E402
import match  # noqa: E402
import page as page_writer  # noqa: E402
from documents import Document, label  # noqa: E402


def span(text, value, kind):
    first = text.index(value)
    return {"entity_type": kind, "entity_value": value, "start_position": first, "end_position": first + len(value)}


def annotation(text, value, kind):
    first = text.index(value)
    return {"entity_type": kind, "start": first, "end": first + len(value), "text": value}


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if name.endswith(".gz"):
        with gzip.open(path, "wt", encoding="utf-8") as file:
            file.write(text)
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def presidio():
    """Addresses: one found, one that is none but labelled, one in part, one found that has no label. Cards: one right, one that
    fails Luhn and stands apart."""
    rows = []
    for text, labels in (
            ("Write to anna@contoso.com.", [("anna@contoso.com", "EMAIL_ADDRESS")]),
            ("Gén ftp://carla:pass@contoso.com/ is no address.", [("pass@contoso.com", "EMAIL_ADDRESS")]),
            ("Write to anna@contoso.com or so.", [("na@contoso.com", "EMAIL_ADDRESS")]),
            ("Write to bruno@contoso.com, unlabelled.", []),
            ("Card 4000 0000 0000 0002 here.", [("4000 0000 0000 0002", "CREDIT_CARD")]),
            ("Card 4000 0000 0000 0003 here.", [("4000 0000 0000 0003", "CREDIT_CARD")])):
        rows.append({"full_text": text, "spans": [span(text, value, kind) for value, kind in labels]})
    return json.dumps(rows)


def pii_anon():
    """A label in French behind letters of two bytes, a telephone that the set left unlabelled, and a number of no plan."""
    rows = []
    for language, text, labels in (
            ("fr", "Écrivez à zoé : zoe@fabrikam.fr, décédée.", [("zoe@fabrikam.fr", "EMAIL_ADDRESS")]),
            ("en", "Alert. Phone: +44 20 7946 0018", []),
            ("en", "Alert. Phone: +44 20 7946", [])):
        rows.append(json.dumps({"language": language, "text": text,
            "annotations": [annotation(text, value, kind) for value, kind in labels]}))
    return "\n".join(rows) + "\n"


PLAN = """<phoneNumberMetadata><territories>
<territory id="GB" countryCode="44" nationalPrefix="0" nationalPrefixFormattingRule="$NP$FG"><availableFormats>
<numberFormat pattern="(\\d{2})(\\d{4})(\\d{4})"><leadingDigits>2</leadingDigits><format>$1 $2 $3</format></numberFormat>
</availableFormats><fixedLine><nationalNumberPattern>20\\d{8}</nationalNumberPattern>
<exampleNumber>2079460018</exampleNumber></fixedLine></territory></territories></phoneNumberMetadata>"""
SYNTAX = """<tests><test id="1"><address>a@contoso.com</address><category>ISEMAIL_VALID_CATEGORY</category></test>
<test id="2"><address>@contoso.com</address><category>ISEMAIL_ERR</category></test></tests>"""
RULES = """[[rules]]
id = "github-pat"
regex = '''ghp_[0-9a-zA-Z]{36}'''
[[rules]]
id = "unheard-of"
regex = '''unheard-[0-9]{8}'''
"""
MAIL = "From: Anna <anna@contoso.com>\nTo: bruno@contoso.com\nSubject: x\n\nHello.\n"


def make_data(folder):
    write(folder, "pii-spans/presidio-generated-large.json", presidio())
    write(folder, "pii-spans/pii-anon-tiny.jsonl.gz", pii_anon())
    write(folder, "phone/PhoneNumberMetadata.xml", PLAN)
    write(folder, "domains/public_suffix_list.dat", "// a comment\ncom\nfr\nco.uk\n*.ck\n!www.ck\n")
    write(folder, "domains/test_psl.txt", "checkPublicSuffix('com', null);\ncheckPublicSuffix('a.contoso.com', 'contoso.com');\n")
    write(folder, "email-syntax/isemail-tests.xml", SYNTAX)
    write(folder, "secrets/gitleaks.toml", RULES)
    write(folder, "mail/one.eml", MAIL)
    write(folder, "names/train/btc/a.conll", "Anna\tO\tB-PER\nArcher\tO\tI-PER\nworks\tO\tO\n\n")
    write(folder, "names/train/wikigold.conll", "Contoso I-ORG\nLtd I-ORG\ngrows O\n\n")
    write(folder, "names/train/wnut17-train.conll", "Paris\tB-location\n\n")


def evaluate(folder, *options, status=0):
    done = subprocess.run([sys.executable, TOOL, rig.STAUNCH, "--data", folder, "--quick", "--misses",
        os.path.join(folder, "out/misses.tsv"), "-o", os.path.join(folder, "accuracy.md"), *options], capture_output=True,
        text=True, timeout=rig.TIMEOUT_S)
    rig.check(done.returncode == status, "eval ended with %d: %s" % (done.returncode, done.stderr[-600:]))
    return done


_tiny = {}


def tiny():
    """(page, misses) of the tiny data, made once."""
    if not _tiny:
        with rig.folder() as folder:
            make_data(folder)
            evaluate(folder)
            _tiny["page"] = "\n".join(rig.lines(os.path.join(folder, "accuracy.md"))) + "\n"
            _tiny["misses"] = rig.lines(os.path.join(folder, "out/misses.tsv"))
    return _tiny["page"], _tiny["misses"]


def cells(page, section, *first):
    """The figures of the row of a section that begins with these cells."""
    body = page.split("\n## " + section + "\n", 1)[1].split("\n## ", 1)[0]
    for line in body.split("\n"):
        row = [cell.strip() for cell in line.strip("|").split("|")]
        if row[:len(first)] == list(first):
            return row[len(first):]
    raise rig.Failed("no row %r in section %s" % (first, section))


def finds_misses_halves_and_false_findings_are_counted_as_planted():
    page, _ = tiny()
    # labels, found, false, precision, recall, F1, F1 overlapping, apart, found of these
    rig.equal(cells(page, "By data set", "presidio-research, generated", "6", "email_address"),
        ["3", "1", "2", "0.333", "0.333", "0.333", "0.667", "0", "0"], "addresses of the first set")
    rig.equal(cells(page, "By data set", "presidio-research, generated", "6", "payment_card"),
        ["1", "1", "0", "1", "1", "1", "1", "1", "0"], "cards: the one without Luhn is apart")


def languages_are_rows_and_offsets_behind_letters_of_two_bytes_hold():
    page, _ = tiny()
    rig.equal(cells(page, "By kind and language", "email_address", "fr")[:3], ["1", "1", "0"], "French addresses")
    rig.equal(cells(page, "By data set", "pii-anon, tiny", "3", "phone_number")[:3], ["1", "1", "0"], "unlabelled telephones")
    rig.equal(cells(page, "By data set", "pii-anon, tiny", "3", "phone_number")[7:], ["1", "0"], "the number of no plan")


def the_other_sets_are_read():
    page, _ = tiny()
    for title, documents, kind, wanted in (
            ("example numbers of every plan, international", "1", "phone_number", ["1", "1"]),
            ("example numbers of every plan, national, region known", "1", "phone_number", ["1", "1"]),
            ("an address under each rule of the Public Suffix List", "3", "email_address", ["3", "3"]),
            ("an address at each name of the list's tests", "2", "email_address", ["1", "1"]),
            ("isemail, addresses by syntax", "2", "email_address", ["1", "1"]),
            ("one value for each type that gitleaks has a rule for", "2", "secret", ["2", "1"])):
        rig.equal(cells(page, "By data set", title, documents, kind)[:2], wanted, title)
    rig.check("2 of 2 found" in page, "both addresses in the headers of the mail are found")


def what_was_missed_stands_in_the_list_and_not_on_the_page():
    page, misses = tiny()
    rows = [row[:3] + row[5:6] for row in csv.reader(misses, delimiter="\t", quoting=csv.QUOTE_NONE)]
    for row in (
            ["presidio", "missed", "email_address", "pass@contoso.com"],
            ["presidio", "in part", "email_address", "na@contoso.com"],
            ["presidio", "false", "email_address", "bruno@contoso.com"]):
        rig.check(row in rows, "%r is in the list of misses" % row)
    for text in ("anna", "bruno", "zoe", "carla", "7946"):
        rig.check(text not in page, "%r of the data is not on the page" % text)


def a_set_that_is_missing_is_an_error_and_never_a_pass():
    with rig.folder() as folder:
        done = evaluate(folder, status=1)
        rig.check(done.stderr.count("\n") == 1 and "not complete" in done.stderr, "one clear line: %r" % done.stderr)
        make_data(folder)
        for name in ("pii-spans/pii-anon-tiny.jsonl.gz", "mail/one.eml", "names/train/btc/a.conll", "secrets/gitleaks.toml"):
            os.rename(os.path.join(folder, name), os.path.join(folder, "kept"))
            rig.check("not complete" in evaluate(folder, status=1).stderr, "without %s" % name)
            os.rename(os.path.join(folder, "kept"), os.path.join(folder, name))


def public_algorithms_know_right_from_wrong():
    for check, right, wrong in (
            (algorithms.card, "4000 0000 0000 0002", "4000 0000 0000 0003"),
            (algorithms.card, "371449635398431", "37144"),
            (algorithms.iban, "DE75512108001245126199", "DE75512108001245126198"),
            (algorithms.iban, "GB33BUKB20201555555555", "GB33BUKB2020155555555"),
            (algorithms.ip, "203.0.113.9", "203.0.113.256"),
            (algorithms.ip, "2001:db8::1", "240.0.0.1"),
            (algorithms.social_security_number, "123-45-6789", "923-45-6789"),
            (algorithms.social_security_number, "123456789", "123-00-6789"),
            (algorithms.national_id, "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
            (algorithms.national_id, "184127645108946", "TAX-184127645108946"),
            (algorithms.national_id, "AB 12 34 56 C", "DA 12 34 56 C"),
            (algorithms.national_id, "536-90-4399", "936-90-4399"),
            (algorithms.postal_address, "12 Main St, Springfield, IL", "12 Main St"),
            (algorithms.postal_address, "12 Main St Apt. 4\nSpringfield, IL 62704", "81 12 Main St\nSpringfield, IL 62704"),
            (algorithms.postal_address, "PSC 1234, Box 5678\nAPO AE 09012", "PSC 1234, Box 5678"),
            (algorithms.postal_address, "10 Downing Street, London SW1A 2AA", "10 Downing Street, London, Barbados"),
            (algorithms.postal_address, "12 rue de la Paix, 75002 Paris", "12 rue de la Paix, Paris, Mali 75002"),
            (algorithms.postal_address, "Via Roma 12, 20121 Milano (MI)", "the corner of Via Roma 12 and Main Street"),
            (algorithms.postal_address, "Hauptstraße 5\nD-10115 Berlin", "Keskiortentie 2 Suite 765 LEMLAND"),
            (algorithms.postal_address, "C/ Gran Vía, 5, 3º B, 28013 Madrid", "C/ Gran Vía, Madrid"),
            (algorithms.date, "1980-02-29", "1981-02-29"),
            (algorithms.legal_form, "Contoso S.p.A.", "Contoso Saga"),
            (algorithms.legal_form, "Fabrikam Ltd", "Fabrikam Unlimited")):
        rig.equal(check(right), None, "%s(%r)" % (check.__name__, right))
        rig.check(check(wrong), "%s(%r) has a reason" % (check.__name__, wrong))


def a_finding_counts_for_one_place_only():
    text = "x anna@contoso.com y anna@contoso.com"
    document = Document("1", "en", text, [label("email_address", 2, 18)], ())

    class Found:
        def __init__(self, first, end):
            self.kind, self.start, self.end = "email_address", first, end

    tallies, misses = match.compare(document, text.encode(), [Found(2, 18), Found(21, 37)], {"email_address"})
    tally = tallies["email_address"]
    rig.equal((tally.labels, tally.found, tally.extra, tally.far), (1, 1, 1, 1), "the second place is a false finding")
    rig.equal([one.what for one in misses], ["false"], "what went wrong")
    tallies, _ = match.compare(document, text.encode(), [Found(2, 18), Found(21, 37)], (), {"email_address"})
    rig.equal(tallies["email_address"].extra, 0, "of a kind that is labelled here and there nothing is false")


def open_cases_are_still_open():
    for line in rig.lines(os.path.join(rig.ROOT, "tests/cases/eval/open.tsv")):
        if line.startswith("#"):
            continue
        kind, what, region, text, _ = line.split("\t")
        before, value, after = re.split("[\u27e6\u27e7]", text)
        first = len(before.encode())
        options = () if region == "-" else ("--region", region)
        done = rig.expect((rig.OK, rig.FOUND), rig.staunch("detect", *options, stdin=(before + value + after).encode()))
        spans = {(m["kind"], m["start"], m["end"]) for m in map(json.loads, done.stdout.splitlines())}
        found = (kind, first, first + len(value.encode())) in spans
        rig.check(found == (what == "false"), "%r holds no longer: move it to tests/cases/detect/%s" % (line, kind))


def shapes_of_the_first_run_are_what_the_table_says():
    checks = {"national_id": algorithms.national_id, "postal_address": algorithms.postal_address, "date_of_birth": algorithms.date}
    for line in rig.lines(os.path.join(rig.ROOT, "tests/cases/eval/shapes.tsv")):
        if line.startswith("#"):
            continue
        kind, labels, became, _, text = line.split("\t")
        before, value, after = (part.replace("\\n", "\n") for part in re.split("[\u27e6\u27e7]", text))
        first = len(before.encode())
        done = rig.expect((rig.OK, rig.FOUND), rig.staunch("detect", stdin=(before + value + after).encode()))
        spans = {(m["kind"], m["start"], m["end"]) for m in map(json.loads, done.stdout.splitlines())}
        rig.equal((kind, first, first + len(value.encode())) in spans, became == "mended", "%r is found" % line)
        rig.check(int(labels) > 0 and became in ("mended", "open", "apart"), line)
        if kind in checks:
            rig.equal(checks[kind](value) is None, became != "apart", "%r passes the public rule" % value)


def shape(page):
    """Headings, and the head of each table."""
    return re.findall(r"^(#+ .*|\| .* \|(?=\n\|---))$", page, re.M)


def the_page_in_the_docs_has_the_shape_that_the_tool_writes():
    made, _ = tiny()
    with open(os.path.join(rig.ROOT, "docs/accuracy.md"), encoding="utf-8") as file:
        kept = file.read()
    # Quick runs have no other programs, so the table of the last section is missing.
    wanted = [line for line in shape(kept) if not line.startswith("| set | kind | program |")]
    rig.equal(wanted, shape(made), "headings and tables of docs/accuracy.md")
    figures = re.search("^%s(?=\\.$)" % page_writer.SENTENCE, kept, re.M)
    with open(os.path.join(rig.ROOT, "README.md"), encoding="utf-8") as file:
        readme = " ".join(file.read().split())
    rig.check(figures and figures.group() in readme, "the README repeats: %s" % (figures and figures.group()))
    rig.check(re.search(r"Written by `./dev eval` on \d\d \w+ 20\d\d", kept), "when it was measured stands on the page")


if __name__ == "__main__":
    rig.run_tests(finds_misses_halves_and_false_findings_are_counted_as_planted,
        languages_are_rows_and_offsets_behind_letters_of_two_bytes_hold, the_other_sets_are_read,
        what_was_missed_stands_in_the_list_and_not_on_the_page, a_set_that_is_missing_is_an_error_and_never_a_pass,
        public_algorithms_know_right_from_wrong, a_finding_counts_for_one_place_only,
        open_cases_are_still_open, shapes_of_the_first_run_are_what_the_table_says,
        the_page_in_the_docs_has_the_shape_that_the_tool_writes)
