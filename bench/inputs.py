"""What is measured on: invented, made from seeds, the same bytes on every machine. Each maker writes below one folder and returns a path."""
import hashlib
import os
import random
import sys

import measure
import nsg_exports

sys.path.append(os.path.join(measure.ROOT, "tools"))
import make_example  # noqa: E402

SEEDS = {"corpus A": 88172645463325252, "support records": 2019, "sparse records": 11, "exports": "1, or the number of groups", "addresses": 5}
# The first 64 MiB of corpus A, to the end of their last line; every longer text of log_corpus begins with them.
CORPUS_A_BYTES, CORPUS_A_SHA256 = 67108917, "6586197a3a00269f7d7664934c5b717ff8be1c97de4c46a9fcce6793de52fc7f"
TALK = "the customer asked again why export of archive was late and we told them that queue had been full since morning then the second " \
    "mirror was started and everything went on as before nobody saw errors after this change so ticket may be closed".split()


def corpus_a(folder, mebibytes):
    """So many MiB of corpus A, checked."""
    path = os.path.join(folder, "corpus-a-%d.txt" % mebibytes)
    if not os.path.exists(path):
        tool = measure.built("log_corpus.c", folder)
        made = measure.run([tool, str(max(mebibytes, CORPUS_A_BYTES >> 20))], keep=True).out
        got = hashlib.sha256(made[:CORPUS_A_BYTES]).hexdigest()
        if got != CORPUS_A_SHA256:
            raise measure.Failed("corpus A has the checksum %s, not %s" % (got, CORPUS_A_SHA256))
        with open(path, "wb") as out:
            out.write(made[:mebibytes << 20])
    return path


def small_files(folder, count, size=4096):
    """A folder of files of corpus A, 200 a folder."""
    path = os.path.join(folder, "small-%d" % count)
    with open(corpus_a(folder, max(64, (count * size >> 20) + 1)), "rb") as text:
        for i in range(count):
            part = os.path.join(path, "%05d" % (i // 200))
            if i % 200 == 0:
                os.makedirs(part)
            with open(os.path.join(part, "%07d.txt" % i), "wb") as out:
                out.write(text.read(size))
    return path


def support_records(folder, records):
    """A store of support cases as JSON Lines, as dense as the example (tools/make_example.py)."""
    path = os.path.join(folder, "support-%d" % records)
    if not os.path.exists(path):
        os.makedirs(path)
        spool = make_example.Spool(os.path.join(folder, "spool"), make_example.Generator(records, SEEDS["support records"]))
        make_example.write_es1(path, spool, make_example.order(records, SEEDS["support records"]), max(100, records // 4))
        spool.close()
    return path


def sparse_records(folder, mebibytes):
    """A store of JSON Lines of 1 KiB and more, each with one e-mail address and talk without a value."""
    path = os.path.join(folder, "sparse-%d" % mebibytes)
    if os.path.exists(path):
        return path
    os.makedirs(path)
    chance = random.Random(SEEDS["sparse records"])
    talks = [" ".join(chance.choice(TALK) for _ in range(190)) for _ in range(500)]
    parts = max(4, mebibytes // 16)
    number = 0
    for part in range(parts):
        with open(os.path.join(path, "records-%03d.jsonl" % part), "w", encoding="ascii") as out:
            while out.tell() < (mebibytes << 20) // parts:
                out.write('{"id":"r%s","state":"closed","customer":"user%s@fabrikam%d.example","text":"%s"}\n' % (letters(number), letters(number),
                    number % 97, chance.choice(talks)))
                number += 1
    return path


def letters(number):
    """A number in letters, so that no detector takes it for one of its own."""
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text += chr(97 + rest)
        if number == 0:
            return text


def short_records(folder, mebibytes):
    """JSON Lines of about 100 bytes a record, as a search engine or a log shipper writes them."""
    path = os.path.join(folder, "short-%d.jsonl" % mebibytes)
    with open(path, "w", encoding="ascii") as out:
        number = 0
        while out.tell() < mebibytes << 20:
            out.write('{"id":%d,"user":"%s","at":"2019-12-05T09:%02d:%02dZ","ok":true,"took_ms":%d,"path":"/api/v1/items"}\n' % (number,
                letters(number * 7919), number // 60 % 60, number % 60, number * 31 % 977))
            number += 1
    return path


def addresses(folder, count):
    """A store of one text with so many different e-mail addresses, one a line."""
    path = os.path.join(folder, "addresses-%d" % count)
    os.makedirs(path)
    block = 1 << 16
    with open(os.path.join(path, "addresses.txt"), "w", encoding="ascii") as out:
        for first in range(0, count, block):
            out.write("".join("u%s%s@fabrikam%d.example\n" % (letters(n * 2654435761 % 456976), letters(n), n % 9973)
                for n in range(first, min(first + block, count))))
    return path


def exports(folder, groups, rules=100, make=nsg_exports.realistic_rule, seed=None):
    """One export of network security groups (bench/nsg_exports.py)."""
    path = os.path.join(folder, "groups-%d-%d-%s.json" % (groups, rules, make.__name__))
    if not os.path.exists(path):
        nsg_exports.write(path, groups if seed is None else seed, groups, rules, make)
    return path


def size_mb(path):
    """Of a file, or of all below a folder."""
    if os.path.isfile(path):
        return os.path.getsize(path) / 1e6
    return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(path) for name in names) / 1e6
