"""isemail's addresses, each with the category that RFC 5321 and 5322 give it, in a sentence. The category judges syntax, not
what one finds in prose: only the plain and valid ones count, the others are reported apart, by category."""
import os
import xml.etree.ElementTree as ElementTree

from documents import DataSet, Document, label

PLAIN = ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")


def read(path, suffixes):
    for test in ElementTree.parse(path).getroot().iter("test"):
        # Control characters stand as their pictures.
        value = "".join(chr(ord(c) - 0x2400) if 0x2400 <= ord(c) < 0x2421 else c for c in test.findtext("address"))
        category = test.findtext("category")
        why = suffixes.address(value) if category in PLAIN else category.replace("ISEMAIL_", "").lower()
        text = "Please write to %s, thank you."
        yield Document(test.get("id"), "any", text % value, [label("email_address", 16, 16 + len(value), why)], ())


def data_sets(data, algorithms):
    yield DataSet("isemail", "isemail, addresses by syntax", {"email_address"},
        read(os.path.join(data, "email-syntax/isemail-tests.xml"), algorithms.suffixes), ())
