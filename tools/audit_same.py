#!/usr/bin/env python3
"""audit_same.py OLD NEW [FILE...]: do two builds of staunch say the same, byte for byte and with the same exit status? Asked are all cases
of tests/cases/audit in every shape and through time, the fuzz corpus, exports of bench/nsg_exports.py, and the files given, in every
format. Prints what differs and ends with 1; for changes that should change nothing but how long it takes."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.environ.setdefault("STAUNCH_BUILD", ROOT)
for folder in ("bench", "tests", "tests/e2e"):
    sys.path.insert(0, os.path.join(ROOT, folder))
import audit_test
import nsg_exports

FORMATS = ("text", "json", "sarif", "junit")


def write(folder, name, content):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    return path


def cases(folder):
    """Each case in each shape; and each case behind the one before it, as a change."""
    before = None
    for number, case in enumerate(audit_test.CASES):
        for shape, make in audit_test.SHAPES.items():
            yield [write(folder, "case-%d-%s.json" % (number, shape), make(case))]
        path = os.path.join(folder, "case-%d-az.json" % number)
        if before:
            yield ["--baseline", before, path]
        before = path


def exports(folder):
    for seed, groups, rules, make in ((1, 1, 1000, nsg_exports.realistic_rule), (1, 1, 1000, nsg_exports.tangled_rule),
            (2, 1, 300, nsg_exports.tangled_rule), (3, 40, 60, nsg_exports.tangled_rule), (4, 300, 100, nsg_exports.realistic_rule)):
        path = os.path.join(folder, "export-%d-%d-%d.json" % (seed, groups, rules))
        nsg_exports.write(path, seed, groups, rules, make)
        yield [path]


def corpus():
    for kind in ("audit_file", "audit_config"):
        folder = os.path.join(ROOT, "tests/fuzz/corpus", kind)
        for name in sorted(os.listdir(folder)):
            yield [os.path.join(folder, name)]


def answer(program, arguments, form):
    done = subprocess.run([program, "audit", "--format", form, *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    old, new = map(os.path.abspath, sys.argv[1:3])
    asked = differing = 0
    with tempfile.TemporaryDirectory() as folder:
        for arguments in [*cases(folder), *exports(folder), *corpus(), *([path] for path in sys.argv[3:])]:
            for form in FORMATS:
                asked += 1
                if answer(old, arguments, form) != answer(new, arguments, form):
                    differing += 1
                    print("differs: --format %s %s" % (form, " ".join(arguments)), flush=True)
    print("%d questions, %d answers differ" % (asked, differing))
    return differing > 0


if __name__ == "__main__":
    sys.exit(main())
