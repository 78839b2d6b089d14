"""The same values through `staunch redact`: nothing of a value may be left, what stands around it stays, and redacting twice or searching
the output again finds nothing."""
import re
import subprocess

import forms
import measure

LABEL = re.compile(rb"\[[a-z_]+\]")
BETWEEN = b"\n\n~~~~\n\n"  # line ends alone stand in values, too
LEAST = 4  # characters of a value that give it away


def redact(program, text, options=()):
    return subprocess.run([program, "redact", "--format", "text", "--mode", "label", *options], input=text, capture_output=True, check=False)


def pieces(value):
    """What of a value must not be left: its words and runs of digits."""
    return [word for word in re.findall(rb"[0-9A-Za-z\x80-\xff]+", value) if len(word) >= LEAST]


def left(case, redacted):
    """The pieces of the value that the text around it does not have, and the output does."""
    around = case.text[:case.start] + case.text[case.end:]
    redacted = LABEL.sub(b"", redacted)
    return [word for word in pieces(case.text[case.start:case.end]) if word in redacted and word not in around]


def results(program, form, language, each, seed):
    """[(Case, pieces that are left)], output again redacted is the same, mentions in the output: of one form and language."""
    planted = [case for case in measure.cases(form, language, each, seed) if b"\x00" not in case.text]
    options = measure.region_of(form, language)
    done = redact(program, BETWEEN.join(case.text for case in planted), options)
    if done.returncode != 0:
        raise RuntimeError("redact ended with %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace")))
    outputs = done.stdout.split(BETWEEN)
    if len(outputs) != len(planted):
        raise RuntimeError("%s, %s: %d cases went in, %d came out" % (form.name, language, len(planted), len(outputs)))
    again = redact(program, done.stdout, options)
    found = measure.detect(program, done.stdout, options)
    return [(case, left(case, output)) for case, output in zip(planted, outputs)], again.stdout == done.stdout, found


def measure_all(program, each, seed, wanted=None, miss=None):
    """(values, those of which something is left, inputs that a second run changes, findings in the output); miss(case, pieces) is told of
    what is left."""
    values = halves = changed = residue = 0
    for form in forms.FORMS:
        for language in form.languages:
            if form.encoding or (wanted and not wanted(form, language)):
                continue
            rows, same, found = results(program, form, language, each, seed)
            for case, pieces_left in rows:
                values += 1
                halves += bool(pieces_left)
                if pieces_left and miss:
                    miss(case, pieces_left)
            changed += not same
            residue += len(found)
    return values, halves, changed, residue


def measure_text(program, each, seed):
    """The paragraph of the page."""
    values, halves, changed, residue = measure_all(program, each, seed)
    return ("Through `staunch redact --mode label`: of {:,} values, something of {:,} is left in the output ({:.2f} %). Searched again, the "
        "output holds {:,} findings; redacted again, {:,} of the inputs change.").format(values, halves, 100 * halves / values, residue, changed)
