"""Names by value as a case keeps them: each set is one store, scanned as a whole, so that what is found anywhere in it is the
address book of all of it. Distinct names of the labels against distinct names of the case; where each stands is not asked."""
import os
import tempfile
import unicodedata

import finder
import mail_values


def canonical(value):
    """A name as contract 4 has it: NFKC, case-folded, without the dots of initials, words parted by one blank."""
    return " ".join(unicodedata.normalize("NFKC", value).casefold().replace(".", " ").split())


def measure(program, name, documents, miss):
    """(distinct names labelled, of these found, found and labelled nowhere) of one set."""
    wanted = {canonical(document.text[one.start:one.end]) for document in documents for one in document.labels
        if one.kind == "person_name" and one.passes}
    if not wanted:
        return None
    with tempfile.TemporaryDirectory(prefix="staunch-eval-") as folder:
        with open(os.path.join(folder, "set.txt"), "wb") as file:
            file.write(finder.BETWEEN.join(document.text.encode() for document in documents))
        found = {value for kind, value in mail_values.scanned(program, folder) if kind == "person_name"}
    for value in sorted(wanted - found):
        miss("missed", name, value)
    for value in sorted(found - wanted):
        miss("false", name, value)
    return len(wanted), len(wanted & found), len(found - wanted)
