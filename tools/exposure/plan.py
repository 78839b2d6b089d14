"""What is planted, noted while it is planted: value, spelling, format, place, and later every path it ended up at.

An Original is one file with what was planted in it. It may be put into the store several times: as an object, as an
attachment, in an archive. A place is where in the file (body, comment, hidden sheet ...) or, for files that are there to
show how deep is read, how the file was packed.
"""
import random

import make_example as example

OWN_DOMAIN = example.OWN_DOMAIN
# Only these: header fields and most Office fields want ASCII domains. bücher.example comes with the spellings.
COMPANIES = [c for c in example.COMPANIES if c[1].isascii()]
SPELLINGS = {name: (suffixes, write) for name, suffixes, write in example.SPELLINGS}
# Spellings that one may meet in any text; quoted-printable, entities and percent signs belong to formats of their own.
TEXT_SPELLINGS = ("plain", "capitals", "mailto", "brackets around", "space for the dot", "spaces", "[at] [dot]", "at dot",
    "chiocciola punto", "arobase point", "full width", "invisible character")


class Original:
    """One file as made: its format, and what is in it."""

    def __init__(self, plan, format, stem, place=None):
        self.plan, self.format, self.stem, self.packed_as = plan, format, stem, place
        self.values = []
        self.paths = []
        self.file = None  # where the finished bytes are
        self.records = None  # how many it is, when not one
        self.pictured = False  # holds a picture, which has no text
        self.rng = random.Random("%s %s" % (plan.seed, stem))
        self.company = plan.company()

    def note(self, place, kind, canonical, written, spelling, reason=None):
        self.values.append({"kind": kind, "canonical": canonical, "written": written, "spelling": spelling,
            "format": self.format, "place": self.packed_as or place, "reason": reason})
        return written

    def address(self, place, spelling="plain", company=None, reason=None):
        """Plants a new address, returns it as written. reason: why nobody can find it."""
        local, company = self.plan.new_person(company or self.company)
        suffixes, write = SPELLINGS[spelling]
        domain = company[1]
        if suffixes is not None and domain.rsplit(".", 1)[1] not in suffixes:
            domain = "fabrikam." + suffixes[0]
        if suffixes is not None and domain.count(".") > 1:
            domain = "fabrikam." + suffixes[0]
        self.plan.domains[domain] = domain
        return self.note(place, "email_address", "%s@%s" % (local, domain), write(local, domain), spelling, reason)

    def number(self, place, kind):
        """Plants a new number (phone_number, payment_card, iban, ip_address), returns it as written."""
        canonical, written = self.plan.new_number(kind)
        return self.note(place, kind, canonical, written, "plain")

    def amex(self, place):
        """A card number of 15 digits: one that a spreadsheet can hold as a number."""
        canonical = self.plan.new_number("payment_card", 15)[0]
        return self.note(place, "payment_card", canonical, canonical, "plain")

    def lead(self, place, lead):
        """Plants the way to a further store; lead is (type, host, written)."""
        self.plan.leads.append({"type": lead[0], "host": lead[1], "written": lead[2], "format": self.format,
            "place": self.packed_as or place, "original": self})
        return lead[2]

    def prose(self, sentences=2):
        language = self.company[2]
        talk = [t.replace("{leak}", "").strip() for t in example.TALK[language]] + example.NOTES[:3]
        return " ".join(self.rng.choice(talk) for _ in range(sentences))

    def name(self):
        first, last = self.plan.name(self.company[2])
        return "%s %s" % (first, last)

    def named(self, place, company=None):
        """Plants a new address with a name in front of it; returns both."""
        address, name = self.address(place, company=company), self.name()
        self.plan.pairs.append((name, self.values[-1]["canonical"]))
        return name, address


class Plan:
    def __init__(self, seed):
        self.seed, self.rng, self.serial = seed, random.Random(seed), 0
        self.originals, self.leads, self.domains = [], [], {}
        self.names, self.numbers, self.pairs = set(), set(), []

    def original(self, format, stem, place=None):
        made = Original(self, format, stem, place)
        self.originals.append(made)
        return made

    def company(self):
        return COMPANIES[self.rng.randrange(len(COMPANIES))]

    def name(self, language):
        first, last = self.rng.choice(example.FIRST[language]), self.rng.choice(example.LAST[language])
        self.names.add("%s %s" % (first, last))
        return first, last

    def new_person(self, company):
        first, last = self.name(company[2])
        self.serial += 1
        return "%s.%s%d" % (first.lower(), last.lower(), self.serial), company

    def new_number(self, kind, length=None):
        make = {"phone_number": lambda: example.invented_phone(self.rng, self.rng.choice(("en", "fr", "it"))),
            "payment_card": lambda: example.invented_card(self.rng), "iban": lambda: example.invented_iban(self.rng),
            "ip_address": lambda: example.invented_ip(self.rng)}[kind]
        while True:
            canonical, written = make()
            if canonical not in self.numbers and (length is None or len(canonical) == length):
                self.numbers.add(canonical)
                return canonical, written
