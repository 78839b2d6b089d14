#!/usr/bin/env python3
"""A slice of `./dev recall`: every written form is found whole and gone after redaction, clean text stays as it is, the judge of
`--estimate` sees what it claims to see. And the generator can fail: a detector that finds half, or nothing, is told apart."""
import json
import os
import re
import sys

import rig

TOOL = os.path.join(rig.ROOT, "tools/recall")
JUDGE = os.path.join(rig.BUILD, "bench/judge_values")
sys.path.insert(0, TOOL)

import clean  # noqa: E402
import forms  # noqa: E402
import judged  # noqa: E402
import measure  # noqa: E402
import noise  # noqa: E402
import page  # noqa: E402
import through  # noqa: E402

FLOOR = 0.95
FLOORS = {("person_name", "in prose"): 0.85}  # given names that are words need more around them
JUDGE_FLOORS = {"email_address": 0.98, "phone_number": 0.95, "payment_card": 0.95, "iban": 0.95, "national_id": 0.9, "ip_address": 0.95,
    "person_name": 0.8, "date_of_birth": 0.95, "postal_address": 0.8, "case_number": 0.95, "secret": 0.95}


def every_form_is_found_whole_in_five_languages():
    misses = []
    counts = measure.table(rig.STAUNCH, each=1, seed=11, miss=lambda case, result: misses.append((result, case)),
        wanted=lambda form: not form.encoding)
    for kind, name in dict.fromkeys(key[:2] for key in counts):
        found = page.total(counts, lambda key: key[:2] == (kind, name))
        share = found["whole"] / sum(found.values())
        shown = [(result, case.language, case.noise, case.text) for result, case in misses if (case.form.kind, case.form.name) == (kind, name)]
        rig.check(share >= FLOORS.get((kind, name), FLOOR), "%s, %s: %.3f found whole; not: %r" % (kind, name, share, shown[:3]))


def values_in_utf_16_are_found_whole():
    for form in forms.FORMS:
        if form.encoding:
            rows = [row for i, row in enumerate(measure.cases(form, "it", 1, 11)) if i % 8 == 0]
            for case in rows:
                mark = b"\xff\xfe" if form.encoding.endswith("le") else b"\xfe\xff"
                found = measure.detect(rig.STAUNCH, mark + case.text.decode().encode(form.encoding))
                start, end = (measure.recode(case.text, at, form.encoding) for at in (case.start, case.end))
                rig.check(measure.judge(case._replace(start=start, end=end), [(m["kind"], m["start"], m["end"]) for m in found]) == "whole",
                    "%s in %s: %r" % (form.name, form.encoding, case.text))


def nothing_of_a_value_is_left_by_redaction_and_twice_changes_nothing():
    # one language for each form, another one for the next
    turn = {form: form.languages[i % len(form.languages)] for i, form in enumerate(forms.FORMS)}
    left = []
    values, halves, changed, residue = through.measure_all(rig.STAUNCH, 1, 11, wanted=lambda form, language: turn[form] == language,
        miss=lambda case, pieces: left.append((case.form.name, case.noise, case.text, pieces)))
    rig.check(values > 4000 and halves <= values // 500, "of %d values something of %d is left: %r" % (values, halves, left[:4]))
    rig.equal((changed, residue), (0, 0), "inputs that a second redaction changes, findings in the output")


def clean_sentences_have_no_findings_and_are_not_changed():
    text = b"\n".join(clean.sentences(20_000, seed=11))
    found = measure.detect(rig.STAUNCH, text)
    rig.check(len(found) <= 2, "%d findings in clean text: %r" % (len(found), [(m["kind"], m["text"]) for m in found[:5]]))
    if not found:
        done = rig.expect(rig.OK, through.redact(rig.STAUNCH, text))
        rig.check(done.stdout == text, "clean text is as it was")


def the_judge_sees_what_it_claims():
    kinds = {}
    for (kind, name), (seen, of) in judged.table(JUDGE, 1, 11).items():
        if (kind, name) != ("person_name", "in prose"):
            row = kinds.setdefault(kind, [0, 0])
            row[0], row[1] = row[0] + seen, row[1] + of
    for kind, floor in JUDGE_FLOORS.items():
        rig.check(kinds[kind][0] >= floor * kinds[kind][1], "of %s the judge sees %d of %d" % (kind, *kinds[kind]))
    alarms, count = judged.alarms(JUDGE, 10_000, 11)
    rig.check(sum(alarms.values()) * 1000 <= count, "the judge sees something in %r of %d clean sentences" % (alarms, count))


def the_generator_tells_half_from_whole_and_does_not_repeat_itself():
    form = forms.FORMS[0]
    case = next(measure.cases(form, "en", 1, 11))
    whole = ("email_address", case.start, case.end)
    rig.equal(measure.judge(case, [whole]), "whole", "all of it")
    rig.equal(measure.judge(case, [("email_address", case.start + 1, case.end)]), "half", "all but a byte")
    rig.equal(measure.judge(case, [("url", case.start, case.end)]), "half", "another kind")
    rig.equal(measure.judge(case, [("email_address", 0, case.start)]), "missed", "what stands before it")
    rig.equal(list(measure.cases(form, "en", 1, 11)), list(measure.cases(form, "en", 1, 11)), "the same seed")
    rig.check(list(measure.cases(form, "en", 1, 12)) != list(measure.cases(form, "en", 1, 11)), "another seed")
    value = case.text[case.start:case.end]
    rig.check(through.left(case, case.text) and not through.left(case, case.text.replace(value, b"[email_address]")), "what is left is seen")
    names = {(one.kind, one.name) for one in forms.FORMS}
    rig.check(len(names) == len(forms.FORMS) >= 15, "%d forms, each once" % len(forms.FORMS))
    rig.check(len(noise.all_of(form, "en")) >= 30, "noise")


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def an_estimate_says_what_is_left_and_who_judged():
    prose = b"\n".join(clean.sentences(20_000, seed=3))
    with rig.folder() as folder:
        path = write(folder, "clean.txt", prose)
        done = rig.expect((rig.OK, rig.FOUND), rig.staunch("redact", "--estimate", path))
        said = done.stdout.decode()
        for words in ("95 % interval", "shares no code", "cannot see:", "An estimate speaks only of what its judge can see"):
            rig.check(words in said, "%r in %r" % (words, said))
        lines = prose.split(b"\n")
        leaked = [line + b" anna.rossi@contoso.com" if i % 10 == 0 else line for i, line in enumerate(lines)]
        path = write(folder, "leaked.txt", b"\n".join(leaked))
        answer = json.loads(rig.expect(rig.FOUND, rig.staunch("redact", "--estimate", "--format", "json", "--passages", 400, "--seed", 5,
            path)).stdout)
        data = b"\n".join(leaked)
        places = {match.start() // 512 for match in re.finditer(rb"anna\.rossi@", data)}
        truth = 1_000_000 * len(places) / answer["passages"]["all"]
        rig.check(answer["residual"]["low_ppm"] <= truth <= answer["residual"]["high_ppm"] + 20_000, "%f in %r" % (truth, answer))
        rig.equal((answer["judge"]["by"], answer["passages"]["drawn"]), ("detector", 400), "who judged, how many")
        again = rig.staunch("redact", "--estimate", "--format", "json", "--passages", 400, "--seed", 5, path)
        rig.equal(json.loads(again.stdout), answer, "the same seed")
        redacted = rig.expect(rig.OK, rig.staunch("redact", "--format", "text", path)).stdout
        done = rig.staunch("redact", "--estimate", "--format", "json", "--passages", 400, write(folder, "redacted.txt", redacted))
        rig.equal(json.loads(done.stdout)["passages"]["by_detectors"], 0, "what redaction left to the detectors")


def an_estimate_is_refused_where_nothing_can_be_drawn_or_asked():
    with rig.folder() as folder:
        path, empty = write(folder, "text", b"the meadow is green\n" * 100), write(folder, "empty", b"")
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", empty))
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", folder))
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", stdin=b"a pipe"))
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", "--judge", "nobody", path))
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", "--passages", "0", path))
        rig.expect(rig.WRONG, rig.staunch("redact", "--estimate", "--format", "csv", path))
        rig.expect(rig.INCOMPLETE, rig.staunch("redact", "--estimate", write(folder, "nul", b"\0" * 5000)))
        rig.expect(rig.OK, rig.staunch("redact", "--estimate", path))


def the_page_in_the_docs_has_the_shape_that_the_tool_writes():
    with open(os.path.join(rig.ROOT, "docs/redaction-recall.md"), encoding="utf-8") as file:
        kept = file.read()
    headings = re.findall(r"^#+ .*$", page.PAGE, re.M)
    rig.equal(re.findall(r"^#+ .*$", kept, re.M), headings, "headings of docs/redaction-recall.md")
    rows = {tuple(cell.strip() for cell in line.strip("|").split("|")[:2]) for line in kept.split("\n") if line.startswith("| ")}
    for form in forms.FORMS:
        rig.check((form.kind, page.cell(form.name).replace("\\|", "|")) in rows, "%s, %s has a row" % (form.kind, form.name))


if __name__ == "__main__":
    rig.run_tests(every_form_is_found_whole_in_five_languages, values_in_utf_16_are_found_whole,
        nothing_of_a_value_is_left_by_redaction_and_twice_changes_nothing, clean_sentences_have_no_findings_and_are_not_changed,
        the_judge_sees_what_it_claims, the_generator_tells_half_from_whole_and_does_not_repeat_itself,
        an_estimate_says_what_is_left_and_who_judged, an_estimate_is_refused_where_nothing_can_be_drawn_or_asked,
        the_page_in_the_docs_has_the_shape_that_the_tool_writes)
