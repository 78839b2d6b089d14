"""The same values before the judge of `redact --estimate`: how many does it see, by kind? It is no detector of ours, and an estimate can
speak only of what it sees."""
import collections
import struct
import subprocess

import clean
import forms
import measure


def findings(program, texts):
    """[[(kind, start, end)]] for each text."""
    done = subprocess.run([program], input=b"".join(struct.pack("<I", len(text)) + text for text in texts), capture_output=True, check=True)
    for line in done.stdout.decode().splitlines():
        yield [(kind, int(start), int(end)) for kind, start, end in (one.split() for one in line.split(";") if one)]


def table(program, each, seed):
    """{(kind, form name): [seen, of]}: seen is whatever touches the value, as a passage counts that holds part of one."""
    counts = collections.OrderedDict()
    for form in forms.FORMS:
        if form.encoding:
            continue
        for language in form.languages:
            planted = list(measure.cases(form, language, each, seed))
            for case, found in zip(planted, findings(program, [case.text for case in planted])):
                row = counts.setdefault((form.kind, form.name), [0, 0])
                row[0] += any(start < case.end and end > case.start for _, start, end in found)
                row[1] += 1
    return counts


def alarms(program, count, seed):
    """(findings, sentences) of clean sentences."""
    rows = clean.sentences(count, seed)
    return collections.Counter(kind for found in findings(program, rows) for kind, _, _ in found), len(rows)
