"""An address under every public suffix, and at every name of the list's own tests."""
import os
import re

from documents import DataSet, Document, label


def at(number, domain, why):
    text = "Please write to %s, thank you."
    value = "anna.rossi@" + domain
    return Document(number, "any", text % value, [label("email_address", 16, 16 + len(value), why)], ())


def rules(suffixes):
    for suffix in suffixes.rules:
        yield at(suffix, "contoso." + suffix, suffixes.address("anna.rossi@contoso." + suffix))


def tests(path, suffixes):
    with open(path, encoding="utf-8") as file:
        for name, registrable in re.findall(r"^checkPublicSuffix\('([^']*)', ('[^']*'|null)\);", file.read(), re.M):
            # At a name that is a suffix itself, or below no suffix, an address proves nothing.
            why = "no registrable name" if registrable == "null" else suffixes.address("anna.rossi@" + name)
            yield at(name, name, why)


def data_sets(data, algorithms):
    yield DataSet("public suffixes", "an address under each rule of the Public Suffix List", {"email_address"},
        rules(algorithms.suffixes), ())
    yield DataSet("public suffix tests", "an address at each name of the list's tests", {"email_address"},
        tests(os.path.join(data, "domains/test_psl.txt"), algorithms.suffixes), ())
