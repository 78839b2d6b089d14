"""pii-anon: synthetic records of the law, of technology and of long stories, in 61 languages, with labelled spans."""
import collections
import errno
import glob
import gzip
import json
import os
import re

from algorithms import CaseNumbers, social_security_number
from documents import DataSet, Document, bare_name, label

KINDS = {"EMAIL_ADDRESS": "email_address", "PHONE_NUMBER": "phone_number", "CREDIT_CARD_NUMBER": "payment_card",
    "IBAN": "iban", "IP_ADDRESS": "ip_address", "SOCIAL_SECURITY_NUMBER": "national_id", "NATIONAL_ID_NUMBER": "national_id",
    "PERSON_NAME": "person_name", "ORGANIZATION_NAME": "organization_name", "STREET_ADDRESS": "postal_address",
    "DATE_OF_BIRTH": "date_of_birth", "PASSWORD": "secret", "API_KEY": "secret", "COURT_CASE_NUMBER": "case_number",
    "DOCKET_NUMBER": "case_number"}


# In the log lines of these sets every line ends like this, and the number has no label.
UNLABELLED = re.compile(r"\bPhone: (\+\d[\d ()-]*\d)")


def unlabelled(text, labels):
    """The numbers that the set left without a label."""
    known = {(one.start, one.end) for one in labels if one.kind == "phone_number"}
    for found in UNLABELLED.finditer(text):
        if not any(first < found.end(1) and found.start(1) < end for first, end in known):
            yield found.start(1), found.end(1)


def why_not(algorithms, name, kind, value):
    if name == "SOCIAL_SECURITY_NUMBER":
        return social_security_number(value)
    return algorithms.why_not(kind, value)


def case_numbers(path):
    """Of each language, which is a store of its own: by the values that stand in it."""
    values = collections.defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            values[row["language"]] += [row["text"][span["start"]:span["end"]] for span in row["annotations"]
                if KINDS.get(span["entity_type"]) == "case_number"]
    return {language: CaseNumbers(found) for language, found in values.items()}


def read(path, algorithms):
    cases = case_numbers(path)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            row = json.loads(line)
            labels = []
            for span in row["annotations"]:
                kind = KINDS.get(span["entity_type"])
                if kind == "case_number":
                    value = row["text"][span["start"]:span["end"]]
                    labels.append(label(kind, span["start"], span["end"],
                        cases[row["language"]].why_not(row["text"], span["start"], value)))
                elif kind:
                    value = row["text"][span["start"]:span["end"]]
                    first, end = bare_name(value) if kind == "person_name" else (0, len(value))
                    labels.append(label(kind, span["start"] + first, span["start"] + end,
                        why_not(algorithms, span["entity_type"], kind, value)))
            for first, end in list(unlabelled(row["text"], labels)):
                labels.append(label("phone_number", first, end, algorithms.why_not("phone_number", row["text"][first:end])))
            yield Document(str(number), row["language"], row["text"], labels, ())


def data_sets(data, algorithms):
    pattern = os.path.join(data, "pii-spans/pii-anon-*.jsonl.gz")
    paths = sorted(glob.glob(pattern))
    if not paths:
        raise FileNotFoundError(errno.ENOENT, "none", pattern)
    for path in paths:
        name = os.path.basename(path)[len("pii-anon-"):-len(".jsonl.gz")]
        # Secrets are labelled in the technology set; case numbers in the legal one.
        kinds = set(KINDS.values()) - {"secret", "case_number"}
        some = {"test_technology": {"secret"}, "test_legal": {"case_number"}}.get(name, set())
        yield DataSet("pii-anon " + name, "pii-anon, " + name, kinds | some, read(path, algorithms), ())
