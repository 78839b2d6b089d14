#!/usr/bin/env python3
"""Writes a C header with the SHA-256 over some files: tools/hash_sources.py MACRO OUTPUT FILE...

Which detectors found what stands in a case is said by this hash; it changes with every change of rule or table.
"""
import hashlib
import pathlib
import sys


def main():
    macro, output, *names = sys.argv[1:]
    total = hashlib.sha256()
    for path in sorted(map(pathlib.Path, names), key=lambda path: path.name):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    pathlib.Path(output).write_text('#define %s "%s"\n' % (macro, total.hexdigest()))


if __name__ == "__main__":
    main()
