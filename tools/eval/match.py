"""Findings against labels: exact spans, and as a second column spans that overlap."""
import collections


class Tally:
    """Of one kind in one place. labels: that pass their algorithm; found: of these, exactly; near: of these, at least touched;
    extra: findings with no such label, exactly; far: findings that touch no label at all; apart, apart_found: labels that do
    not pass; partial findings of a passing label are in extra and not in far."""

    FIELDS = ("documents", "labels", "found", "near", "extra", "far", "apart", "apart_found")

    def __init__(self):
        for name in self.FIELDS:
            setattr(self, name, 0)

    def add(self, other):
        for name in self.FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @staticmethod
    def rate(part, whole):
        return part / whole if whole else None

    def precision(self):
        return self.rate(self.found, self.found + self.extra)

    def recall(self):
        return self.rate(self.found, self.labels)

    def f1(self):
        return self.rate(2 * self.found, self.labels + self.found + self.extra) if self.labels else None

    def near_f1(self):
        return self.rate(2 * self.near, self.labels + self.near + self.far) if self.labels else None


# What went wrong at one place, for the list that stays in the build folder.
Miss = collections.namedtuple("Miss", "what kind language document value context")


def compare(document, text, findings, kinds, recall_only=()):
    """({kind: Tally}, [Miss]) of one document. Kinds of which not every occurrence is labelled have no false findings."""
    offsets = byte_offsets(document.text)
    labels = collections.defaultdict(list)
    for one in document.labels:
        labels[one.kind].append((offsets[one.start], offsets[one.end], one.passes, one.why))
    found = collections.defaultdict(list)
    for one in findings:
        found[one.kind].append((one.start, one.end))
    tallies, misses = {}, []
    for kind in sorted(set(kinds) | set(recall_only)):
        tally = tallies[kind] = Tally()
        tally.documents = 1
        judge(tally, labels[kind], found[kind], kind in recall_only,
            lambda what, first, end: misses.append(Miss(what, kind, document.language, document.id, text[first:end],
                text[max(0, first - 40):end + 40])))
    return tallies, misses


def judge(tally, labels, found, recall_only, note):
    spans = set(found)
    touches = lambda a, b: a[0] < b[1] and b[0] < a[1]
    for first, end, passes, _ in labels:
        exact, near = (first, end) in spans, any(touches((first, end), span) for span in found)
        if not passes:
            tally.apart += 1
            tally.apart_found += exact
            continue
        tally.labels += 1
        tally.found += exact
        tally.near += near
        if not exact:
            note("in part" if near else "missed", first, end)
    if recall_only:
        return
    good = {label[:2] for label in labels}
    for span in found:
        if span in good:
            continue
        touched = [label for label in labels if touches(span, label)]
        if touched and not any(label[2] for label in touched):
            continue  # part of a label that stands apart: neither right nor wrong
        tally.extra += 1
        if not touched:
            tally.far += 1
            note("false", *span)


def byte_offsets(text):
    """The byte at which each code point begins, and the end."""
    if text.isascii():
        return range(len(text) + 1)
    offsets, at = [0], 0
    for character in text:
        at += len(character.encode())
        offsets.append(at)
    return offsets
