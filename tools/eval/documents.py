"""What a data set yields: documents with the places of what stands in them."""
import collections
import re

# kind, first and end of the value in code points of the document, does the value pass its public algorithm, and where not,
# why: such labels are reported apart, because finding them would be wrong.
Label = collections.namedtuple("Label", "kind start end passes why")

# id for the list of misses, ISO 639 language or "any", the text, its labels, the regions that `detect` is told.
Document = collections.namedtuple("Document", "id language text labels regions")


class DataSet:
    """title and source for the page; kinds: those of which every occurrence is labelled, so that a finding of them without a
    label is false; recall_only: kinds labelled here and there."""

    def __init__(self, name, title, kinds, documents, recall_only=()):
        self.name, self.title, self.kinds, self.recall_only = name, title, frozenset(kinds), frozenset(recall_only)
        self.documents = documents


def label(kind, start, end, why=None):
    """A label that passes unless there is a reason why not."""
    return Label(kind, start, end, why is None, why)


TITLES = re.compile(r"(?:(?:Mrs?|Ms|Dr|Prof|Miss|Judge|Hon|Sir)(?: ?\.)? )+(?=\S)")
DEGREES = re.compile(r"(?<=\S)(?:,? (?:Jr|Sr|PhD|MD|DDS|DVM|II|III|IV)\.?)+$")


def bare_name(value):
    """(first, end) of a name without the titles before it and the degrees behind it: these are in no finding of ours."""
    title = TITLES.match(value)
    degree = DEGREES.search(value)
    return title.end() if title else 0, degree.start() if degree else len(value)
