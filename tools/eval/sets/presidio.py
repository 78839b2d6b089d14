"""presidio-research's generated documents: sentences from templates with labelled spans, English around values of many
countries."""
import json
import os
import re

from algorithms import social_security_number
from documents import DataSet, Document, bare_name, label

KINDS = {"EMAIL_ADDRESS": "email_address", "PHONE_NUMBER": "phone_number", "CREDIT_CARD": "payment_card",
    "IBAN_CODE": "iban", "IP_ADDRESS": "ip_address", "US_SSN": "national_id", "DOMAIN_NAME": "url", "PERSON": "person_name",
    "ORGANIZATION": "organization_name", "ADDRESS": "postal_address"}


def why_not(algorithms, kind, value):
    if kind == "national_id":
        return social_security_number(value)
    if kind == "url":
        return None if re.match(r"[a-z]+://", value) else "no scheme in front"
    return algorithms.why_not(kind, value)


def read(data, algorithms):
    with open(os.path.join(data, "pii-spans/presidio-generated-large.json"), encoding="utf-8") as file:
        rows = json.load(file)
    for number, row in enumerate(rows):
        labels = []
        for span in row["spans"]:
            kind = KINDS.get(span["entity_type"])
            if not kind:
                continue
            first, end = span["start_position"], span["end_position"]
            value = row["full_text"][first:end]
            if kind == "phone_number":
                # An extension is not part of the number (contract 4).
                end = first + len(re.sub(r"\s*x\d+$", "", value))
            elif kind == "person_name":
                first, end = (first + at for at in bare_name(value))
            labels.append(label(kind, first, end, why_not(algorithms, kind, row["full_text"][first:end])))
        yield Document(str(number), "en", row["full_text"], labels, ())


def data_sets(data, algorithms):
    yield DataSet("presidio", "presidio-research, generated", set(KINDS.values()) - {"url"}, read(data, algorithms), {"url"})
