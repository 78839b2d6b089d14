"""Runs `staunch detect` on documents: those of one language in one input, as they would stand in one store."""
import collections
import json
import subprocess
import sys

# Between two documents of one input. A line's end separates values and their labels.
BETWEEN = b"\n\n\n"

# In bytes of the document's UTF-8.
Finding = collections.namedtuple("Finding", "kind start end form scheme")


def mentions(program, text, options=()):
    """The lines of `staunch detect` for these bytes."""
    done = subprocess.run([program, "detect", "--format", "text", *options], input=text, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit("eval: detect ended with %d: %s" % (done.returncode, done.stderr.decode("utf-8", "replace").strip()))
    return [json.loads(line) for line in done.stdout.splitlines()]


def find(program, documents):
    """[(Document, its UTF-8, [Finding])], in the order of the documents."""
    groups = collections.OrderedDict()
    for document in documents:
        groups.setdefault((document.language, document.regions), []).append(document)
    for (_, regions), members in groups.items():
        texts = [document.text.encode() for document in members]
        options = [word for region in regions for word in ("--region", region)]
        found = mentions(program, BETWEEN.join(texts), options)
        yield from split(members, texts, found)


def split(members, texts, found):
    """Each finding belongs to the document in which it starts."""
    at = next_one = 0
    for document, text in zip(members, texts):
        own = []
        while next_one < len(found) and found[next_one]["start"] < at + len(text) + len(BETWEEN):
            mention = found[next_one]
            own.append(Finding(mention["kind"], mention["start"] - at, mention["end"] - at, mention["form"],
                mention.get("scheme")))
            next_one += 1
        yield document, text, own
        at += len(text) + len(BETWEEN)
