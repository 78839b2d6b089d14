#!/usr/bin/env python3
"""The two examples, redacted file by file and scanned again: nothing is left in what `redact` gave, and what it refused is what holds
text in another way than as its bytes."""
import collections
import os
import sys

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import make_exposure  # noqa: E402

# Read by extract, not by redact; a mail is refused for what it carries.
WRAPPED = {".zip", ".gz", ".7z", ".tar", ".bz2", ".xz", ".zst", ".cpio", ".ar", ".iso", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp",
    ".doc", ".xls", ".ppt", ".pdf", ".rtf", ".sqlite", ".bak", ".dat"}


def files(stores, base):
    for store in stores:
        for folder, _, names in os.walk(store):
            for name in names:
                path = os.path.join(folder, name)
                yield path, os.path.relpath(path, base)


def redacted(stores, base, tmp, mode, own):
    """Redacts all files, knowing what a scan of them knows: {suffix: {exit status: files}} and the folder of what came out."""
    case, out = os.path.join(tmp, "case"), os.path.join(tmp, "out")
    own = [word for domain in own for word in ("--own-domain", domain)]
    if not os.path.exists(case):
        rig.scan(case, *stores, status=(rig.OK, rig.INCOMPLETE), options=own)
    ended = collections.defaultdict(collections.Counter)
    for path, name in files(stores, base):
        target = os.path.join(out, mode, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        done = rig.staunch("redact", "--mode", mode, "--known", case, *own, "-o", target, path)
        ended[os.path.splitext(name)[1]][done.returncode] += 1
        rig.check(os.path.exists(target) == (done.returncode == rig.OK), "%s: status %d, and the file is %sthere" % (name,
            done.returncode, "" if os.path.exists(target) else "not "))
    return ended, os.path.join(out, mode)


def left(folder, tmp, own):
    """[(kind, different values)] that a scan finds."""
    case = os.path.join(tmp, os.path.basename(folder) + ".again")
    rig.scan(case, folder, status=(rig.OK, rig.INCOMPLETE), options=[word for domain in own for word in ("--own-domain", domain)])
    return [(row["kind"], row["distinct"]) for row in rig.report(case)["entities"] if row["distinct"] > 0]


def every_mode_leaves_nothing(stores, base, own, refused, least):
    with rig.folder() as tmp:
        for mode in ("label", "mask"):
            ended, out = redacted(stores, base, tmp, mode, own)
            for suffix, by_status in ended.items():
                rig.check(set(by_status) <= ({rig.INCOMPLETE} if suffix in WRAPPED else {rig.OK, rig.INCOMPLETE} if suffix in refused
                    else {rig.OK}), "files called *%s ended with %r" % (suffix, dict(by_status)))
            given = sum(by_status[rig.OK] for by_status in ended.values())
            rig.check(given >= least, "only %d files were redacted: %r" % (given, dict(ended)))
            rig.equal(left(out, tmp, own), [], "what a scan finds in mode %s" % mode)


def nothing_is_left_of_the_five_stores():
    with rig.folder() as tmp:
        base = os.path.join(tmp, "five")
        stores, _ = rig.make_example(base, 1000)
        every_mode_leaves_nothing(stores, base, ["contoso.com"], (), 5)


def nothing_is_left_of_the_container():
    with rig.folder() as tmp:
        cache = os.path.join(rig.ROOT, "build/exposure")
        folder = make_exposure.cached(cache if os.access(rig.ROOT, os.W_OK) else tmp)
        every_mode_leaves_nothing([os.path.join(folder, "container")], folder, ["contoso.com"], (".eml",), 40)


if __name__ == "__main__":
    rig.run_tests(nothing_is_left_of_the_five_stores, nothing_is_left_of_the_container)
