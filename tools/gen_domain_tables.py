#!/usr/bin/env python3
"""Makes src/detect/domain_tables.c: the facts about domain names that detect and resolve ask for.

    tools/gen_domain_tables.py PUBLIC_SUFFIX_LIST FREE_JSON DISPOSABLE_JSON OUTPUT

PUBLIC_SUFFIX_LIST  public_suffix_list.dat (publicsuffix.org, MPL-2.0)
FREE_JSON           domains.json of the npm package free-email-domains (MIT)
DISPOSABLE_JSON     index.json of the npm package disposable-email-domains (MIT)

The same input gives the same bytes: nothing is taken from the clock or the machine; dates come from the inputs.
"""
import hashlib
import json
import pathlib
import re
import sys

SUFFIX_SLOTS = 1 << 15
FLAG_RULE, FLAG_WILDCARD, FLAG_EXCEPTION, FLAG_TOP = 1, 2, 4, 8
# RFC 2606 and RFC 6762, and the names that organizations use inside: an address there is real, though not on the internet.
INTERNAL = ["corp", "example", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost", "test"]


def a_label(name):
    labels = []
    for label in name.lower().split("."):
        labels.append(label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii"))
    return ".".join(labels)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode("utf-8"):
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def mix(value):
    """The finalizer of MurmurHash3 (public domain); domain.c has the same."""
    value ^= value >> 33
    value = (value * 0xFF51AFD7ED558CCD) & 0xFFFFFFFFFFFFFFFF
    value ^= value >> 33
    value = (value * 0xC4CEB9FE1A85EC53) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 33)


def hash64(text):
    return mix(fnv1a(text))


def suffix_rules(text):
    rules = {}
    for line in text.splitlines():
        line = line.split("//")[0].strip().split(" ")[0] if not line.startswith("//") else ""
        if not line:
            continue
        flag = FLAG_RULE
        if line.startswith("!"):
            flag, line = FLAG_EXCEPTION, line[1:]
        elif line.startswith("*."):
            flag, line = FLAG_WILDCARD, line[2:]
        name = a_label(line)
        rules[name] = rules.get(name, 0) | flag
        top = name.rsplit(".", 1)[-1]
        rules[top] = rules.get(top, 0) | FLAG_TOP
    return rules


def wrapped(items, width=118):
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) > width:
            lines.append("\t" + line.rstrip())
            line = ""
        line += item + " "
    if line:
        lines.append("\t" + line.rstrip())
    return "\n".join(lines)


def write_suffixes(rules):
    slots = [0] * SUFFIX_SLOTS
    pieces, offset = ['"\\0"'], 1  # offset 0 is "no entry"
    for name in sorted(rules):
        at = hash64(name) % SUFFIX_SLOTS
        while slots[at]:
            at = (at + 1) % SUFFIX_SLOTS
        slots[at] = offset
        assert len(name) < 256
        pieces.append('"\\%03o\\%03o%s"' % (len(name), rules[name], name))
        offset += 2 + len(name)
    return (
        "const char domain_suffix_text[%d] =\n%s;\n\n" % (offset + 1, wrapped(pieces))
        + "const uint32_t domain_suffix_slots[DOMAIN_SUFFIX_SLOTS] = {\n%s\n};\n\n"
        % wrapped("%d," % value for value in slots)
    )


def write_set(name, domains):
    prints = sorted({hash64(domain) >> 24 for domain in domains})
    starts, at = [], 0
    for bucket in range(257):
        while at < len(prints) and prints[at] >> 32 < bucket:
            at += 1
        starts.append(at)
    return (
        "const uint32_t %s_starts[257] = {\n%s\n};\n\n" % (name, wrapped("%d," % value for value in starts))
        + "const uint32_t %s_prints[%d] = {\n%s\n};\n" % (name, len(prints), wrapped("%#x," % (p & 0xFFFFFFFF) for p in prints))
    )


def write_whole_set(name, words):
    """All 64 bits: what is in the set does not count, and with 40 one domain in 8 million was taken for another."""
    prints = sorted({hash64(word) for word in words})
    assert len(prints) == len(words)
    starts = [sum(1 for value in prints if value >> 56 < bucket) for bucket in range(257)]
    return (
        "const uint32_t %s_starts[257] = {\n%s\n};\n\n" % (name, wrapped("%d," % value for value in starts))
        + "const uint64_t %s_prints[%d] = {\n%s\n};\n" % (name, len(prints), wrapped("%#x," % value for value in prints))
    )


def registrable(name, rules):
    """publicsuffix.org/list: the longest matching rule; exceptions win; one label when none matches."""
    labels = name.split(".")
    size = 1
    for first in range(len(labels)):
        suffix = ".".join(labels[first:])
        flags = rules.get(suffix, 0)
        if flags & FLAG_EXCEPTION:
            size = len(labels) - first - 1
            break
        if flags & FLAG_RULE:
            size = max(size, len(labels) - first)
        if flags & FLAG_WILDCARD and first > 0:
            size = max(size, len(labels) - first + 1)
    return ".".join(labels[len(labels) - size - 1 :]) if len(labels) > size else ""


def names_asked(domains, rules):
    """Only registrable domains are ever asked for; names that this program's own tests and examples use stay out."""
    out = set()
    for domain in domains:
        name = a_label(domain.strip())
        if re.fullmatch(r"[a-z0-9.-]+", name) and registrable(name, rules) == name:
            if name.split(".")[-1] not in INTERNAL and name.split(".")[0] not in ("contoso", "fabrikam", "example"):
                out.add(name)
    return out


def package_version(path):
    package = json.loads((path.parent / "package.json").read_text("utf-8"))
    return "%s %s" % (package["name"], package["version"])


def main():
    suffix_path, free_path, disposable_path, output = map(pathlib.Path, sys.argv[1:5])
    suffix_bytes = suffix_path.read_bytes()
    suffix_text = suffix_bytes.decode("utf-8")
    version = re.search(r"VERSION: (\S+)", suffix_text)
    rules = suffix_rules(suffix_text)
    free = names_asked(json.loads(free_path.read_text("utf-8")), rules)
    disposable = names_asked(json.loads(disposable_path.read_text("utf-8")), rules)
    for name in INTERNAL:
        assert name not in rules or name == "internal", name
    output.write_text(
        "/*\n * Generated by tools/gen_domain_tables.py: edit that, not this.\n"
        " * Facts taken from: the Public Suffix List (publicsuffix.org, %s, SHA-256 %s..., MPL-2.0);\n"
        " * %s (npm, MIT); %s (npm, MIT).\n"
        " * A suffix entry: length, flags (1 rule, 2 wildcard below, 4 exception, 8 top level), name as A-labels; %d entries.\n"
        " * A set holds the hash of each name, sorted, cut into 256 runs by its highest byte: %d free-mail, %d disposable domains.\n"
        " */\n#include \"detect/domain_tables.h\"\n\n"
        % (
            "version " + version.group(1) if version else "snapshot 2026-08",
            hashlib.sha256(suffix_bytes).hexdigest()[:16],
            package_version(free_path),
            package_version(disposable_path),
            len(rules),
            len(free),
            len(disposable),
        )
        + write_suffixes(rules)
        + write_whole_set("domain_free_mail", free)
        + "\n"
        + write_whole_set("domain_disposable", disposable),
        encoding="ascii",
    )


if __name__ == "__main__":
    main()
