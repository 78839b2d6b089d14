"""False findings in text in which little or nothing is personal: logs made for it, logs of Debian, headers, Python, manual
pages, and this program's own source.

In the logs every finding is false. In the other texts real addresses, sites and examples stand, so each finding there was
judged by hand once: tools/eval/judged.tsv lists those that are right, by a checksum of corpus, kind and value. What is
not in the list counts as false, so a new finding does, too, until somebody has looked at it."""
import collections
import glob
import gzip
import hashlib
import os
import re
import subprocess

import clean_logs
import finder

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LOG_BYTES = 8 << 20

# What stands rightly in such texts by the thousand, so that nobody can judge it one by one: plain addresses of authors, sites,
# names. Spelled-out and encoded addresses are judged.
NOT_JUDGED = {"url", "person_name", "organization_name", "postal_address"}

# Packages whose files are read as text: of Debian 12, the same wherever they are installed.
PACKAGES = {
    "C and C++ headers of Debian": ("/usr/include/", ("linux-libc-dev", "libc6-dev", "libstdc++-12-dev")),
    "Python's library": ("/usr/lib/python3", ("libpython3.11-stdlib", "libpython3.11-minimal")),
    "manual pages and documents of Debian": ("/usr/share/", ("bash", "coreutils", "dpkg", "apt", "tar", "gzip", "grep", "sed",
        "util-linux", "libc6", "libc-bin", "e2fsprogs", "passwd", "login", "mount", "findutils", "diffutils", "perl-base",
        "binutils", "zlib1g-dev", "libssl-dev", "libsqlite3-dev", "libarchive-dev", "libzstd-dev", "libpcre2-dev",
        "libseccomp-dev", "meson", "ninja-build")),
}

# corpus; bytes; {kind: false findings}; findings that are right; findings that nobody can judge
Result = collections.namedtuple("Result", "name bytes false right unjudged all_false")


def read(path):
    """The text of a file, unpacked; nothing where it is no text."""
    opened = gzip.open(path) if path.endswith(".gz") else open(path, "rb")
    with opened as file:
        text = file.read()
    return b"" if b"\0" in text[:4096] else text


def package_files(prefix, packages):
    for package in packages:
        done = subprocess.run(["dpkg-query", "-L", package], capture_output=True, text=True, check=False)
        for path in sorted(done.stdout.splitlines()):
            if path.startswith(prefix) and os.path.isfile(path) and not os.path.islink(path) and not path.endswith(".pyc"):
                yield path


def own_files():
    for pattern in ("src/**/*.c", "src/**/*.h"):
        for path in sorted(glob.glob(os.path.join(ROOT, pattern), recursive=True)):
            if not path.endswith(("_tables.c", "_tables.h")):
                yield path


def system_logs():
    """What Debian itself logs: packages, alternatives."""
    for pattern in ("/var/log/dpkg.log*", "/var/log/alternatives.log*", "/var/log/apt/*.log", "/var/log/bootstrap.log"):
        yield from sorted(path for path in glob.glob(pattern) if os.access(path, os.R_OK) and not path.endswith(".gz"))


def made_logs(size_bytes):
    for name, text in clean_logs.make(size_bytes):
        yield "%s log, made" % name, text, True


def corpora():
    """(name, bytes, is every finding false?)"""
    yield from made_logs(LOG_BYTES)
    yield "package logs of this machine", joined(system_logs()), True
    for name, (prefix, packages) in PACKAGES.items():
        yield name, joined(package_files(prefix, packages)), False
    yield "this program's source", joined(own_files()), False


def joined(paths):
    return finder.BETWEEN.join(filter(None, map(read, paths)))


def checksum(corpus, mention):
    return hashlib.sha256("\0".join((corpus, mention["kind"], mention["canonical"])).encode()).hexdigest()[:16]


# Names and networks that are reserved for examples, or that everybody uses for them: right wherever they stand.
EXAMPLES = re.compile(r"@([\w.-]*\.)?(contoso|fabrikam|adatum|litware|example)(\.[a-z.]+)?$|"
    r"^(192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:")


def judged():
    with open(os.path.join(HERE, "judged.tsv"), encoding="utf-8") as file:
        return {line.split("\t")[0] for line in file if not line.startswith("#")}


def measure(program, texts, miss):
    """[Result] of texts like those of corpora(); miss(kind, corpus, context) is told of every false finding."""
    right, results = judged(), []
    for name, text, all_false in texts:
        false, good, unjudged = collections.Counter(), 0, 0
        for mention in finder.mentions(program, text):
            kind = mention["kind"]
            if not all_false and (kind in NOT_JUDGED or (kind == "email_address" and mention["form"] == "plain")):
                unjudged += 1
            elif not all_false and (checksum(name, mention) in right or EXAMPLES.search(mention["canonical"])):
                good += 1
            else:
                false[kind] += 1
                miss(kind, name, text[max(0, mention["start"] - 60):mention["end"] + 60], checksum(name, mention),
                    mention["canonical"])
        results.append(Result(name, len(text), false, good, unjudged, all_false))
    return results


def random_passes(program, count):
    """[(kind, what, found, of)]: random digits that pass every rule of a kind."""
    for kind, what, text, count in clean_logs.random_numbers(count):
        found = sum(mention["kind"] == kind for mention in finder.mentions(program, text))
        yield kind, what, found, count
