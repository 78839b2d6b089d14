"""Texts in which names of persons and organizations are marked word by word: news, tweets, Wikipedia. They are kept for
training, so a name model that has learnt from them must not be judged by them."""
import errno
import glob
import os

from documents import DataSet, Document, bare_name, label

TAGS = {"PER": "person_name", "person": "person_name", "ORG": "organization_name", "corporation": "organization_name"}


def sentences(path):
    words = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            parts = line.split()
            if len(parts) < 2:
                if words:
                    yield words
                words = []
                continue
            words.append((parts[0], parts[-1]))
    if words:
        yield words


def spans(words):
    """(kind, first code point, end), words joined by blanks."""
    at, opened, found = 0, None, []
    for word, tag in words:
        kind = TAGS.get(tag[2:])
        if opened and (tag[:1] != "I" or kind != opened[0]):
            found.append((opened[0], opened[1], at - 1))
            opened = None
        if kind and not opened:
            opened = (kind, at)
        at += len(word) + 1
    if opened:
        found.append((opened[0], opened[1], at - 1))
    return found


def why_not(algorithms, kind, text, first, end):
    if kind == "person_name" and "@" in (text[first], text[first - 2:first - 1]):
        return "the name of an account"
    return algorithms.why_not(kind, text[first:end])


def bare(kind, text, first, end):
    return (first + at for at in bare_name(text[first:end])) if kind == "person_name" else (first, end)


def read(paths, algorithms):
    for path in paths:
        for number, words in enumerate(sentences(path)):
            text = " ".join(word for word, _ in words)
            labels = [label(kind, *bare(kind, text, first, end), why_not(algorithms, kind, text, first, end))
                for kind, first, end in spans(words)]
            yield Document("%s:%d" % (os.path.basename(path), number), "en", text, labels, ())


def data_sets(data, algorithms):
    folder = os.path.join(data, "names/train")
    for name, pattern in (("btc", "btc/*.conll"), ("wikigold", "wikigold.conll"), ("wnut17", "wnut17-train.conll")):
        paths = sorted(glob.glob(os.path.join(folder, pattern)))
        if not paths:
            raise FileNotFoundError(errno.ENOENT, "none", os.path.join(folder, pattern))
        yield DataSet(name, name + ", words marked", {"person_name", "organization_name"}, read(paths, algorithms), ())
