#!/usr/bin/env python3
"""eval.py STAUNCH [LABELLED...]: what the detectors find and miss. Written forms of addresses are made here; labelled text
is read from the files given (JSON of presidio-research, or JSON Lines {text, annotations}). Labels whose value fails its
own public algorithm are shown apart: finding them would be wrong."""
import gzip
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import make_example  # noqa: E402

KINDS = {"EMAIL_ADDRESS": "email_address", "PHONE_NUMBER": "phone_number", "CREDIT_CARD": "payment_card",
    "CREDIT_CARD_NUMBER": "payment_card", "IBAN_CODE": "iban", "IBAN": "iban", "IP_ADDRESS": "ip_address"}


def detect(program, text):
    out = subprocess.run([program, "detect", "--format", "text"], input=text.encode(), capture_output=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def spellings(program):
    """Recall of each way to write an address, and whole addresses only: half of one is a miss."""
    print("%-24s %8s %8s" % ("written form", "found", "of"))
    firsts = sorted({n.lower() for names in make_example.FIRST.values() for n in names})
    domains = ["fabrikam.com", "adatum.com", "fabrikam.it", "adatum.fr", "litware.example"]
    for name, tlds, write in make_example.SPELLINGS:
        texts, wanted = [], []
        for i, first in enumerate(firsts):
            for domain in domains:
                if tlds is None or domain.rsplit(".", 1)[1] in tlds:
                    local = "%s.unit%d" % (first, i)
                    texts.append("Ticket %d: please write to %s, thank you." % (i, write(local, domain)))
                    wanted.append("%s@%s" % (local, domain))
        found = {m["canonical"] for m in detect(program, "\n\n".join(texts)) if m["kind"] == "email_address"}
        print("%-24s %8d %8d" % (name, len(found & set(wanted)), len(wanted)))


def luhn(value):
    digits = re.sub(r"\D", "", value)
    return len(digits) >= 12 and make_example.luhn_digit(digits[:-1]) == digits[-1]


def mod97(value):
    compact = re.sub(r"[^0-9A-Za-z]", "", value).upper()
    return len(compact) > 14 and int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


def valid(kind, value):
    if kind == "payment_card":
        return luhn(value)
    if kind == "iban":
        return mod97(value)
    return kind != "phone_number" or value.strip().startswith(("+", "00"))


def documents(path):
    """(text, [(kind, start, end)]) with offsets in characters."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8")
    with opened as file:
        rows = json.load(file) if path.endswith(".json") else map(json.loads, file)
        for row in rows:
            if "full_text" in row:
                yield row["full_text"], [(s["entity_type"], s["start_position"], s["end_position"]) for s in row["spans"]]
            else:
                yield row["text"], [(a["entity_type"], a["start"], a["end"]) for a in row["annotations"]]


def labelled(program, path):
    text, labels = "", []
    for piece, spans in documents(path):
        labels += [(KINDS[k], len(text) + a, len(text) + b) for k, a, b in spans if k in KINDS]
        text += piece + "\n\n"
    # Offsets of the labels are characters, those of detect are bytes.
    at = [0]
    for character in text:
        at.append(at[-1] + len(character.encode()))
    mentions = {(m["kind"], m["start"], m["end"]) for m in detect(program, text)}
    print("\n%s\n%-16s %8s %8s %8s %10s" % (os.path.basename(path), "kind", "labels", "found", "extra", "F1"))
    for kind in sorted(set(KINDS.values())):
        mine = {m for m in mentions if m[0] == kind}
        good = {(k, at[a], at[b]) for k, a, b in labels if k == kind and valid(k, text[a:b])}
        bad = {(k, at[a], at[b]) for k, a, b in labels if k == kind and not valid(k, text[a:b])}
        hit, extra = len(good & mine), len(mine - good - bad)
        f1 = 2 * hit / (len(good) + hit + extra) if good or extra else 1.0
        print("%-16s %8d %8d %8d %10.3f   %d labels fail their algorithm" % (kind, len(good), hit, extra, f1, len(bad)))


def main():
    program = os.path.abspath(sys.argv[1])
    spellings(program)
    for path in sys.argv[2:]:
        labelled(program, path)
    if len(sys.argv) < 3:
        print("\nno labelled text given: ./dev eval FILE...")


if __name__ == "__main__":
    main()
