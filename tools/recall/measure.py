"""Plants values, runs `staunch detect` and `staunch redact` on them, and says of each whether it was found whole."""
import collections
import json
import random
import subprocess
import sys

import forms
import noise
import values

BETWEEN = b"\n\n\n"
EACH = 2  # values for each form, language and noise

# start and end: bytes of the case that hold the value.
Case = collections.namedtuple("Case", "form language noise text start end")
# Results. whole: covered by one finding of its kind, or of one that counts for it. half: some bytes of it stay. missed: all of them.


def cases(form, language, each=EACH, seed=7):
    """The same for the same seed, whatever the other forms are."""
    rng = random.Random("%s %s %s %d" % (form.kind, form.name, language, seed))
    for name, before, after in noise.all_of(form, language):
        for _ in range(each):
            pre, value, post = (part.encode() for part in form.make(rng, language))
            text = before + pre + value + post + after
            start = len(before) + len(pre)
            yield Case(form, language, name, text, start, start + len(value))


def region_of(form, language):
    if not form.region:
        return ()
    return ("--region", {"en": "US,GB", "it": "IT", "fr": "FR", "de": "DE", "es": "ES"}[language])


def detect(program, text, options=()):
    done = subprocess.run([program, "detect", "--format", "text", *options], input=text, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit("recall: detect ended with %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace").strip()))
    return [json.loads(line) for line in done.stdout.splitlines()]


def recode(text, offset, encoding):
    """The offset of a UTF-8 text in the same text with a byte order mark in another encoding."""
    return 2 + len(text[:offset].decode().encode(encoding))


def judge(case, mentions):
    """mentions: (kind, start, end) in the case's text."""
    if any(kind in case.form.kinds and start <= case.start and end >= case.end for kind, start, end in mentions):
        return "whole"
    if any(start < case.end and end > case.start for _, start, end in mentions):
        return "half"
    return "missed"


def results(program, form, language, each=EACH, seed=7):
    """[(Case, result)]: all cases of a form and a language are one input, but where the form is the input's encoding."""
    planted = list(cases(form, language, each, seed))
    options = region_of(form, language)
    if form.encoding:
        for case in planted:
            mark = b"\xff\xfe" if form.encoding.endswith("le") else b"\xfe\xff"
            found = detect(program, mark + case.text.decode().encode(form.encoding), options)
            moved = case._replace(start=recode(case.text, case.start, form.encoding), end=recode(case.text, case.end, form.encoding))
            yield case, judge(moved, [(m["kind"], m["start"], m["end"]) for m in found])
        return
    found = detect(program, BETWEEN.join(case.text for case in planted), options)
    at = index = 0
    for case in planted:
        own, limit = [], at + len(case.text) + len(BETWEEN)
        while index < len(found) and found[index]["start"] < limit:
            own.append((found[index]["kind"], found[index]["start"] - at, found[index]["end"] - at))
            index += 1
        yield case, judge(case, own)
        at = limit


def table(program, each=EACH, seed=7, wanted=None, miss=None, noises=None):
    """{(kind, form name, language): Counter of results}; noises, if given, gets the same by noise."""
    counts = collections.OrderedDict()
    for form in forms.FORMS:
        if wanted and not wanted(form):
            continue
        for language in form.languages:
            counter = counts.setdefault((form.kind, form.name, language), collections.Counter())
            for case, result in results(program, form, language, each, seed):
                counter[result] += 1
                if noises is not None:
                    noises.setdefault(case.noise, collections.Counter())[result] += 1
                if result != "whole" and miss:
                    miss(case, result)
    return counts
