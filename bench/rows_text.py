"""The row of labelled text: what ./dev eval says of public labelled data, in its quick form."""
import os
import re
import sys

import measure
from figures import Target, case_of

DATA = os.path.join(os.path.dirname(measure.ROOT), "shared/data")
SENTENCE = re.compile(rb"F1 of ([\d.]+) or more for (\d+) of (\d+) labelled kinds, ([\d.]+) false findings per MB of clean logs")
WRITTEN = re.compile(rb"^\| written forms, ([\w, ]+) \| >= [\d.]+ \| ([\d.]+) \|", re.M)


def labelled(bench):
    if not os.path.isdir(DATA):
        raise measure.Failed("the public labelled data is not here (../shared/data)")
    page = os.path.join(bench.folder, "accuracy.md")
    measure.run([sys.executable, os.path.join(measure.ROOT, "tools/eval"), bench.program, "-o", page, "--misses", os.path.join(bench.folder,
        "misses.tsv"), "--data", DATA, *(["--quick"] if bench.quick else [])])
    with open(page, "rb") as file:
        text = file.read()
    said = SENTENCE.search(text)
    if not said:
        raise measure.Failed("./dev eval wrote a page without its sentence")
    limit, reached, kinds, false = (float(part) for part in said.groups())
    case = case_of("labelled kinds with F1 of %.2f or more" % limit, "of %d" % kinds, {"ours": [reached]}, {}, {},
        note="docs/accuracy.md has every figure" + ("; here without log text of this machine" if bench.quick else ""))
    case.wants(kinds)
    case.targets.append(Target("false findings per MB of clean logs", false, 1, None, "", True))
    forms = [float(share) for _, share in WRITTEN.findall(text)]
    if forms:
        case.targets.append(Target("least share of written forms found", min(forms), 0.95))
    return [case]
