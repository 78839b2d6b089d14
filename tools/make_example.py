#!/usr/bin/env python3
"""Makes the support-case exposure of December 2019 in small: five Elasticsearch stores, es-1 to es-5, with the same
records in another order and under other ids, one record changed in es-4, and the truth about them.

Everybody in it is invented. Same seed, same bytes. The truth is what was planted, counted while planting: nothing here
looks for anything in the finished text.

  OUT/es-1/*.jsonl        hits, one a line            OUT/es-4/cases.zip     JSON Lines in an archive
  OUT/es-2/*.json         pages of hits.hits          OUT/es-5/cases.json    one array of flat documents
  OUT/es-3/*.jsonl.gz     hits, compressed            OUT/truth/             truth.json, addresses.txt, values.txt
"""
import argparse
import array
import gzip
import io
import json
import mmap
import os
import random
import re
import sys
import zipfile

OWN_DOMAIN = "contoso.com"
STORES = ("es-1", "es-2", "es-3", "es-4", "es-5")
REDACTED = "[redacted]"

FIRST = {
    "en": "Alice Brian Carol Daniel Emma Frank Grace Henry Irene Jack Kate Liam Megan Noah Olivia Peter Rachel Simon".split(),
    "it": "Anna Bruno Carla Davide Elena Franco Giulia Luca Marta Nicola Paola Renzo Sara Teresa Ugo Valentina".split(),
    "fr": "Agathe Bastien Claire Denis Elise Fabien Hugo Jeanne Lucie Mathieu Nadine Olivier Pauline Remi Sylvie Zoe".split(),
    "de": "Anke Bernd Christa Dieter Erika Frieda Gerd Heike Ingo Jutta Karl Lena Moritz Norbert Petra Ralf Sabine".split(),
}
LAST = {
    "en": "Archer Baxter Carver Draper Ellwood Fletcher Granger Hawkins Ingram Jarvis Kendall Lawson Mercer Norwood".split(),
    "it": "Abate Bellini Caruso Donati Esposito Fontana Galli Longo Marchetti Neri Orlando Pagani Rinaldi Sartori".split(),
    "fr": "Aubert Bonnet Chevalier Delorme Fournier Garnier Hubert Lacroix Moreau Noiret Perrin Renaud Tissot Vidal".split(),
    "de": "Albrecht Brandt Dietrich Ebert Fuchs Gruber Hartmann Jansen Keller Lorenz Maurer Neumann Pohl Richter".split(),
}
# Companies: the fictitious ones everybody uses in examples, then made-up words under the reserved suffix .example.
COMPANIES = [
    ("Fabrikam", "fabrikam.com", "en"), ("Adatum", "adatum.com", "en"), ("Northwind Traders", "northwindtraders.com", "en"),
    ("Wingtip Toys", "wingtiptoys.com", "en"), ("Tailspin Toys", "tailspintoys.com", "en"),
    ("Litware", "litwareinc.com", "en"), ("Fabrikam UK", "fabrikam.co.uk", "en"), ("Fabrikam Italia", "fabrikam.it", "it"),
    ("Adatum Italia", "adatum.it", "it"), ("Fabrikam France", "fabrikam.fr", "fr"), ("Adatum France", "adatum.fr", "fr"),
    ("Fabrikam Deutschland", "fabrikam.de", "de"), ("Bücher Müller", "bücher.example", "de"),
]
WORDS = "alder birch cedar dune ember fjord grove heath islet juniper kelp larch marsh nook oak pine quarry reed slate thorn".split()
PRODUCTS = ["Azure SQL Database", "Exchange Online", "Windows Server 2016", "SharePoint Online", "Visual Studio 2019", "Office 365"]
PLACES = {"en": ["Leeds, United Kingdom", "Denver, United States", "Galway, Ireland"], "it": ["Torino, Italia", "Bari, Italia"],
    "fr": ["Lyon, France", "Namur, Belgique"], "de": ["Kassel, Deutschland", "Graz, Österreich"]}

# Turns of a conversation: customer, agent, customer ... {leak} is where an address slips through the redaction.
TALK = {
    "en": ["Good morning, since the update of 4 December the export stops after 20 minutes with error 0x80070005.",
        "Thank you for contacting support. Could you tell us which build is installed?",
        "Build 16.0.12325.20344. Nothing else was changed. {leak}",
        "We can reproduce it and have passed the case to the product group."],
    "it": ["Buongiorno, dopo l'aggiornamento del 4 dicembre l'esportazione si ferma perché manca un'autorizzazione.",
        "Grazie per averci contattato. Può dirci quale versione è installata?",
        "La versione è la 16.0.12325.20344, più di così non so. {leak}",
        "Il problema è riprodotto, abbiamo passato il caso al gruppo che segue il prodotto."],
    "fr": ["Bonjour, depuis la mise à jour du 4 décembre l'export s'arrête au bout de 20 minutes.",
        "Merci de nous avoir contactés. Pouvez-vous préciser la version installée ?",
        "Version 16.0.12325.20344, rien d'autre n'a été modifié. {leak}",
        "Le défaut est reproduit et transmis à l'équipe du produit."],
    "de": ["Guten Tag, seit dem Update vom 4. Dezember bricht der Export nach 20 Minuten ab, die Meldung hilft nicht weiter.",
        "Vielen Dank für Ihre Anfrage. Welche Version ist installiert?",
        "Version 16.0.12325.20344, sonst wurde nichts geändert. {leak}",
        "Wir können den Fehler nachstellen und haben ihn an die Produktgruppe übergeben."],
}
LEAK = {"en": "You can write to {mail}, I read it daily.", "it": "Mi trova qui: {mail}, la leggo ogni giorno.",
    "fr": "Mon adresse : {mail}, je la lis chaque jour.", "de": "Meine Adresse: {mail}, ich lese sie täglich."}
NOTES = ["waiting for the product group", "customer prefers a call in the morning", "workaround sent, closing in a week",
    "see icon@2x.png in the attached folder, package pkg@1.2.3 is installed", "the trace shows @Override in three places",
    "they meet at noon. com ports are not to blame", "thanks @alice is here until Friday, ask for the second trace"]


def luhn_digit(digits):
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = int(c) * (2 if i % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


def invented_card(rng):
    """A number of a test issuer range with a valid check digit: (digits, as written)."""
    prefix, length = rng.choice([("400000", 16), ("520082", 16), ("371449", 15)])
    body = prefix + "".join(rng.choice("0123456789") for _ in range(length - len(prefix) - 1))
    digits = body + luhn_digit(body)
    cuts = [4, 10] if length == 15 else [4, 8, 12]
    parts = [digits[a:b] for a, b in zip([0] + cuts, cuts + [length])]
    return digits, rng.choice([" ", "-"]).join(parts)


def invented_iban(rng):
    """(canonical, as written): structure of the country, check digits by ISO 7064 mod 97-10."""
    number = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    country, bban = rng.choice([("DE", number(18)), ("FR", number(23)), ("IT", "X" + number(22)), ("ES", number(20))])
    numeric = "".join(str(int(c, 36)) for c in bban + country + "00")
    iban = "%s%02d%s" % (country, 98 - int(numeric) % 97, bban)
    spaced = " ".join(iban[i:i + 4] for i in range(0, len(iban), 4))
    return iban, rng.choice([iban, spaced])


def invented_phone(rng, language):
    """(E.164, as written): ranges that the regulators keep for fiction; Italy has none, an unused-looking block there."""
    n = rng.randrange
    if language == "en":
        return rng.choice([lambda a: ("+1425555%04d" % a, "+1 (425) 555-%04d" % a),
            lambda a: ("+442079460%03d" % (a % 1000), "+44 20 7946 0%03d" % (a % 1000))])(n(100, 200))
    if language == "it":
        a = n(10000)
        return "+39069999%04d" % a, "+39 06 9999 %04d" % a
    if language == "fr":
        a, b = n(100), n(100)
        return "+3319900%02d%02d" % (a, b), "+33 1 99 00 %02d %02d" % (a, b)
    a = n(1000)
    return "+493023125%03d" % a, "+49 30 23125 %03d" % a


def invented_ip(rng):
    """(inet_ntop form, as written): documentation ranges of RFC 5737 and RFC 3849."""
    if rng.random() < 0.15:
        a = rng.randrange(1, 0xffff)
        return "2001:db8::%x" % a, rng.choice(["2001:db8::%x" % a, "2001:DB8:0:0:0:0:0:%X" % a])
    ip = "%s.%d" % (rng.choice(["192.0.2", "198.51.100", "203.0.113"]), rng.randrange(1, 255))
    return ip, ip


# The odd spellings of contract 4: name, which domains it is written for, how.
COM, ANY = ("com",), None
SPELLINGS = [
    ("plain", ANY, lambda l, d: "%s@%s" % (l, d)),
    ("capitals", ANY, lambda l, d: "%s@%s" % (l.title(), d[0].upper() + d[1:])),
    ("mailto", ANY, lambda l, d: "mailto:%s@%s?subject=case" % (l, d)),
    ("new line before", ANY, lambda l, d: "\n%s@%s\n" % (l, d)),
    ("brackets around", ANY, lambda l, d: "(%s@%s)" % (l, d)),
    ("space for the dot", COM, lambda l, d: "%s @%s" % (l, d.replace(".", " "))),
    ("spaces", ("com", "it", "fr", "de"), lambda l, d: "%s @ %s" % (l, d.replace(".", " . "))),
    ("[at] [dot]", ("com", "it", "fr", "de"), lambda l, d: "%s [at] %s" % (l, d.replace(".", " [dot] "))),
    ("at dot", COM, lambda l, d: "%s at %s" % (l, d.replace(".", " dot "))),
    ("chiocciola punto", ("it",), lambda l, d: "%s chiocciola %s" % (l, d.replace(".", " punto "))),
    ("arobase point", ("fr",), lambda l, d: "%s arobase %s" % (l, d.replace(".", " point "))),
    ("entity", ANY, lambda l, d: "%s&#64;%s" % (l, d)),
    ("percent", ANY, lambda l, d: "https://portal.invalid/?u=%s%%40%s&v=1" % (l, d)),
    ("quoted-printable", ANY, lambda l, d: "%s=40%s" % (l, d)),
    ("full width", ANY, lambda l, d: "%s\uff20%s" % (l, d)),
    ("invisible character", ANY, lambda l, d: "%s\u200b%s@%s" % (l[:2], l[2:], d)),
]
PLAIN_SPELLINGS = {"plain", "capitals", "mailto", "new line before", "brackets around"}


# Categories of data (contract 6) by kind, and where a number or a domain says that somebody is.
CATEGORIES = {"email_address": "contact", "phone_number": "contact", "payment_card": "financial", "iban": "financial",
    "ip_address": "location"}
CALLING_CODES = {"+1425": "US", "+44": "GB", "+39": "IT", "+33": "FR", "+49": "DE"}
DOMAIN_COUNTRIES = {"uk": "GB", "it": "IT", "fr": "FR", "de": "DE"}


def country_of_number(number):
    return next(country for code, country in CALLING_CODES.items() if number.startswith(code))


def country_of_domain(domain):
    return DOMAIN_COUNTRIES.get(domain.rsplit(".", 1)[1])


# Notes that name somebody at two domains of one organization; a first name, a role or another domain's name joins nothing.
SAME_PERSON = {82: ("bianca.neri", "fabrikam.com"), 83: ("bianca.neri", "fabrikam.it"), 84: ("bianca.neri", "adatum.it"),
    85: ("info", "adatum.com"), 86: ("info", "adatum.it"), 87: ("bianca", "adatum.com"), 88: ("bianca", "adatum.it"),
    89: ("ugo.galli", "fabrikam.it"), 90: ("ugo.galli", "fabrikam.fr")}


class Truth:
    """What was planted. Per record: how many mentions of each kind; over all: the distinct canonical values."""

    def __init__(self):
        self.countries = {}  # address: countries that its domain and what stands beside it alone say
        self.category_records, self.category_persons = {}, {}
        self.said = 0  # values in what customers say
        self.values = {}
        self.mentions = {}
        self.spellings = {}
        self.domains = {}
        self.names = set()
        self.named_records = {}  # how many records have a customer of this name
        self.named_persons = {}  # addresses in them
        self.written = set()

    def begin_record(self):
        self.record, self.beside = {}, {}

    def plant(self, kind, canonical, written):
        self.record[kind] = self.record.get(kind, 0) + 1
        self.beside.setdefault(kind, set()).add(canonical)
        self.values.setdefault(kind, set()).add(canonical)
        self.written.add(written.strip())
        return written

    def end_record(self):
        for kind, count in self.record.items():
            self.mentions[kind] = self.mentions.get(kind, 0) + count
        self.note_countries()
        self.named_persons.setdefault(self.customer, set()).update(self.beside.get("email_address", ()))
        for category in self.categories():
            self.category_records[category] = self.category_records.get(category, 0) + 1
            self.category_persons.setdefault(category, set()).update(self.beside.get("email_address", ()))
        return dict(self.record)


    def categories(self):
        """Of the record that is being planted; it is a conversation."""
        return {CATEGORIES[kind] for kind in self.record if kind in CATEGORIES} | {"communication content"}

    def note_countries(self):
        """A number speaks for an address that stands alone in its record, staff apart."""
        addresses = self.beside.get("email_address", set())
        for address in addresses:
            self.countries.setdefault(address, set()).add(country_of_domain(address))
        others = [a for a in addresses if not a.endswith("@" + OWN_DOMAIN)]
        if len(others) == 1:
            self.countries[others[0]].update(map(country_of_number, self.beside.get("phone_number", ())))


class Generator:
    def __init__(self, records, seed):
        self.rng = random.Random(seed)
        self.truth = Truth()
        self.count = records
        self.companies = list(COMPANIES)
        for i in range(records // 40):
            a, b = WORDS[i % len(WORDS)], WORDS[(i * 7 + i // len(WORDS)) % len(WORDS)]
            self.companies.append(("%s %s %d" % (a.title(), b.title(), i), "%s-%s%d.example" % (a, b, i),
                ("en", "it", "fr", "de")[i % 4]))
        self.agents = ["%s.%s" % (f.lower(), l.lower()) for f, l in
            zip(FIRST["en"] + FIRST["de"], LAST["en"] + LAST["de"] + LAST["fr"])]

    def address(self, local, domain, registrable=None, spelling=None):
        """Plants one address and returns it as written."""
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
        name, _, write = spelling or SPELLINGS[0]
        canonical = "%s@%s" % (local, ascii_domain)
        self.truth.spellings[name] = self.truth.spellings.get(name, 0) + 1
        self.truth.domains[canonical] = (registrable or domain).encode("idna").decode()
        self.odd |= name not in PLAIN_SPELLINGS
        if name == "percent":
            self.truth.plant("url", "https://portal.invalid", "https://portal.invalid/")
        return self.truth.plant("email_address", canonical, write(local, domain))

    def person(self, language):
        rng = self.rng
        first, last = rng.choice(FIRST[language]), rng.choice(LAST[language])
        name = "%s %s" % (first, last)
        self.truth.names.add(name)
        self.customer = name
        self.truth.customer = name
        self.truth.named_records[name] = self.truth.named_records.get(name, 0) + 1
        return first, last

    def leaked_address(self, first, last, company, serial):
        """One address that the redaction missed, in a spelling that suits its domain."""
        rng, domain = self.rng, company[1]
        local = "%s.%s%d" % (first.lower(), last.lower(), serial)
        tld = domain.rsplit(".", 1)[1]
        spelling = rng.choice([s for s in SPELLINGS if (s[1] is None or tld in s[1]) and
            (s[1] is None or domain.count(".") == 1)])
        if spelling[0] in PLAIN_SPELLINGS and tld == "com" and rng.random() < 0.3:
            return self.address(local, "mail." + domain, domain, spelling)
        return self.address(local, domain, None, spelling)

    def special_leak(self, number, serial):
        """Addresses that test a rule of contract 5: tags, provider dots, role mailboxes, free mail, throw-away mail."""
        choice = number % 8
        user = "example-user%d" % serial
        if choice == 0:
            return "%s and %s" % (self.address(user + "+azure", "adatum.com"), self.address(user, "adatum.com"))
        if choice == 1:
            return "%s or %s" % (self.address("example-user.%d" % serial, "gmail.com"), self.address(user, "gmail.com"))
        if choice == 2:
            return self.address("info", "bücher.example")
        if choice == 3:
            return self.address("noreply", "northwindtraders.com")
        if choice == 4:
            return self.address(user, self.rng.choice(["gmail.com", "libero.it", "orange.fr", "gmx.de"]))
        if choice == 5:
            return self.address("support", OWN_DOMAIN)
        if choice == 6:
            return self.address(user, "mailinator.com")
        return self.address(self.agents[0] + "+oncall", OWN_DOMAIN)

    def notes(self, serial, company):
        rng, truth = self.rng, self.truth
        parts = ["CONFIDENTIAL. " + rng.choice(NOTES)]
        draw = rng.random()
        if draw < 0.02:
            parts.append("card %s on file" % truth.plant("payment_card", *invented_card(rng)))
        elif draw < 0.04:
            parts.append("refund to IBAN %s" % truth.plant("iban", *invented_iban(rng)))
        elif draw < 0.08:
            parts.append("call back on %s" % truth.plant("phone_number", *invented_phone(rng, company[2])))
        elif draw < 0.12:
            ip, written = invented_ip(rng)
            parts.append("seen from [%s]:443" % truth.plant("ip_address", ip, written) if ":" in ip
                else "seen from %s:443" % truth.plant("ip_address", ip, written))
        if serial in SAME_PERSON:
            parts.append("write to %s" % self.address(*SAME_PERSON[serial]))
        return "; ".join(parts) + "."

    def record(self, i):
        """One support case as a dictionary, planted values counted."""
        rng, truth = self.rng, self.truth
        truth.begin_record()
        self.odd = False
        company = rng.choice(self.companies)
        language = company[2]
        first, last = self.person(language)
        leak, plain_mail = "", REDACTED
        draw = rng.random()
        if draw < 0.01 or i < 8:
            leak = LEAK[language].replace("{mail}", self.special_leak(i, i))
        elif draw < 0.07 or i < 80:
            leak = LEAK[language].replace("{mail}", self.leaked_address(first, last, company, i))
        elif draw < 0.10:
            plain_mail = self.address("%s.%s%d" % (first.lower(), last.lower(), i // 3), company[1])
        said = sum(truth.record.values()) if leak else 0
        truth.said += said
        phone = truth.plant("phone_number", *invented_phone(rng, language)) if rng.random() < 0.03 else REDACTED
        ip = truth.plant("ip_address", *invented_ip(rng))
        agent = rng.choice(self.agents)
        day, minute = 1 + i % 28, rng.randrange(1440)
        stamp = lambda k: "20%02d-%02d-%02dT%02d:%02d:00Z" % (5 + i % 15, 1 + i % 12, day, (minute // 60 + k) % 24, minute % 60)
        talk = [{"at": stamp(k), "from": ("customer", "agent")[k % 2], "text": t.replace("{leak}", leak).rstrip()}
            for k, t in enumerate(TALK[language])]
        doc = {
            "case_number": truth.plant("case_number", "1191205%08d" % i, "1191205%08d" % i), "opened": stamp(0), "status": rng.choice(["closed", "open", "resolved"]),
            "severity": rng.randrange(1, 5), "product": rng.choice(PRODUCTS), "language": language, "escalated": i % 7 == 0,
            "customer": {"name": "%s %s" % (first, last), "company": company[0], "email": plain_mail, "phone": phone,
                "ip": ip, "location": rng.choice(PLACES[language])},
            "agent": {"email": self.address(agent, OWN_DOMAIN)}, "internal_notes": self.notes(i, company),
            "conversation": talk, "survey": None,
        }
        planted = truth.end_record()
        self.last_said = said
        return doc, planted, self.odd


def reversed_keys(value):
    if isinstance(value, dict):
        return {k: reversed_keys(value[k]) for k in reversed(value)}
    return [reversed_keys(v) for v in value] if isinstance(value, list) else value


class Spool:
    """The records as generated, one file, so that five orders need no memory."""

    def __init__(self, path, generator):
        self.offsets = array.array("Q", [0])
        self.odd = bytearray(generator.count)
        self.path = path
        with open(path, "wb") as out:
            for i in range(generator.count):
                doc, planted, odd = generator.record(i)
                self.odd[i] = odd
                if i == generator.count // 2:
                    self.middle, self.middle_categories = dict(planted, customer=generator.customer), generator.truth.categories()
                    self.middle_said = generator.last_said
                line = json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()
                out.write(line)
                self.offsets.append(self.offsets[-1] + len(line))
        self.file = open(path, "rb")
        self.map = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)

    def __getitem__(self, i):
        return self.map[self.offsets[i]:self.offsets[i + 1]]

    def close(self):
        self.map.close()
        self.file.close()
        os.unlink(self.path)


def order(count, seed):
    """The records in an order of their own, without a list of Python integers."""
    numbers = array.array("L", range(count))
    random.Random(seed).shuffle(numbers)
    return numbers


def hit(store, place, source):
    """A hit as the search interface gives it; id, index and sort value differ from store to store."""
    return b'{"_index":"cases-%s","_type":"_doc","_id":"%s%07d","_score":1.0,"_source":%s,"sort":[%d]}' % (
        store[-1].encode(), store[-1].encode() * 3, place, source, place * 3 + int(store[-1]))


def parts(numbers, size):
    for start in range(0, len(numbers), size):
        yield start // size + 1, start, numbers[start:start + size]


def fixed_time_member(name):
    info = zipfile.ZipInfo(name, (2019, 12, 31, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def write_es1(folder, spool, numbers, size):
    for part, start, chunk in parts(numbers, size):
        with open("%s/cases-%03d.jsonl" % (folder, part), "wb") as out:
            for k, i in enumerate(chunk):
                out.write(hit("es-1", start + k, spool[i]) + b"\n")


def write_es2(folder, spool, numbers, size):
    """Pages of the search interface as a script saved them: keys sorted otherwise, nothing beyond ASCII unescaped."""
    for part, start, chunk in parts(numbers, 500):
        with open("%s/page-%04d.json" % (folder, part), "wb") as out:
            out.write(b'{"took":%d,"timed_out":false,"_shards":{"total":5,"successful":5,"failed":0},"hits":{"total":'
                b'{"value":%d,"relation":"eq"},"max_score":1.0,"hits":[\n' % (part % 40 + 3, len(numbers)))
            for k, i in enumerate(chunk):
                source = json.dumps(json.loads(spool[i]), sort_keys=True).encode()
                out.write((b",\n" if k else b"") + hit("es-2", start + k, source))
            out.write(b"\n]}}\n")


def write_es3(folder, spool, numbers, size):
    for part, start, chunk in parts(numbers, size):
        with open("%s/cases-%03d.jsonl.gz" % (folder, part), "wb") as raw, \
                gzip.GzipFile("", "wb", 6, raw, mtime=0) as zipped, io.BufferedWriter(zipped, 1 << 20) as out:
            for k, i in enumerate(chunk):
                source = spool[i]
                if i % 50 == 0 and not spool.odd[i]:
                    source = source.replace(b"@", b"\\u0040")
                out.write(hit("es-3", start + k, source) + b"\n")


def write_es4(folder, spool, numbers, size, changed):
    place = None
    with zipfile.ZipFile(folder + "/cases.zip", "w") as archive:
        for part, start, chunk in parts(numbers, size):
            name = "cases-%03d.jsonl" % part
            with archive.open(fixed_time_member(name), "w", force_zip64=True) as member, io.BufferedWriter(member, 1 << 20) as out:
                for k, i in enumerate(chunk):
                    source = spool[i]
                    if i == changed:
                        doc = json.loads(source)
                        doc["status"] = "changed on the server"
                        source = json.dumps(doc, ensure_ascii=False, separators=(",", ":")).encode()
                        place = {"store": "es-4", "object": "cases.zip", "member": name, "record": k + 1,
                            "case_number": doc["case_number"]}
                    out.write(hit("es-4", start + k, source) + b"\n")
    return place


def write_es5(folder, spool, numbers, size):
    with open(folder + "/cases.json", "wb") as out:
        out.write(b"[\n")
        for k, i in enumerate(numbers):
            doc = {"_id": "e%08d" % k, "_index": "cases-5", "@version": "1"}
            doc.update(reversed_keys(json.loads(spool[i])))
            out.write((b",\n" if k else b"") + json.dumps(doc, ensure_ascii=False, separators=(", ", ": ")).encode())
        out.write(b"\n]\n")


ROLES = {"info", "noreply", "support"}
NO_ORGANIZATION = {"gmail.com", "libero.it", "orange.fr", "gmx.de", "mailinator.com", OWN_DOMAIN}


def persons(addresses):
    """Contract 5 for addresses alone: best counts each, min joins tags and the dots of Gmail."""
    joined = set()
    for address in addresses:
        local, domain = address.split("@")
        local = local.split("+")[0]
        joined.add((local.replace(".", "") if domain == "gmail.com" else local, domain))
    return {"min": len(joined), "best": len(addresses), "max": len(addresses)}


def person_names(truth):
    """Customers: a given name and a surname that are in the lists of such names."""
    count = sum(truth.named_records.values())
    return {"mentions": len(STORES) * count, "distinct": len(truth.named_records), "mentions_distinct_records": count + 1}


def least_organizations(truth, domains):
    """Domains of one name are one where a person of first and last name has an address at two of them."""
    where = {}
    for address, domain in truth.domains.items():
        local = address.split("@")[0]
        if domain in domains and re.fullmatch("[a-z]{2,}([._-][a-z]{2,})+[0-9]*", local) and local not in ROLES:
            where.setdefault((domain.split(".")[0], local), set()).add(domain)
    joined = {}
    for (label, _), found in where.items():
        if len(found) > 1:
            joined.setdefault(label, set()).update(found)
    return len(domains) - sum(len(found) - 1 for found in joined.values())


def countries(truth, people, domains):
    """{country: [persons, organizations]}; no evidence or evidence that contradicts itself is unknown."""
    counts = {}
    for address in people:
        said = truth.countries[address] - {None}
        counts.setdefault(said.pop() if len(said) == 1 else "unknown", [0, 0])[0] += 1
    for domain in domains:
        counts.setdefault(country_of_domain(domain) or "unknown", [0, 0])[1] += 1
    return counts


def categories(truth, people, spool):
    """{category: [persons, records]}; the record in the middle is there in two forms."""
    counts = {category: [len(truth.category_persons[category] & people), records + (category in spool.middle_categories)]
        for category, records in truth.category_records.items()}
    counts["identity"] = [len(set().union(*truth.named_persons.values()) & people), person_names(truth)["mentions_distinct_records"]]
    return counts


def figures(generator, spool, changed):
    truth, n = generator.truth, generator.count
    addresses = truth.values["email_address"]
    people = {a for a in addresses if a.split("@")[0] not in ROLES}
    domains = sorted({d for d in truth.domains.values()} - NO_ORGANIZATION)
    kinds = {kind: {"mentions": len(STORES) * truth.mentions[kind],
        "mentions_distinct_records": truth.mentions[kind] + spool.middle.get(kind, 0),
        "distinct": len(values)} for kind, values in sorted(truth.values.items())}
    kinds["person_name"] = person_names(truth)
    return {
        "own_domain": OWN_DOMAIN, "stores": list(STORES), "records_per_store": n,
        "records": {"raw": len(STORES) * n, "distinct": n + 1}, "changed": changed, "kinds": kinds,
        "persons": persons(people), "staff": persons({a for a in people if a.endswith("@" + OWN_DOMAIN)}),
        "role_mailboxes": len(addresses) - len(people), "organizations": {"min": least_organizations(truth, domains), "best": len(domains), "max": len(domains),
            "domains": domains},
        "countries": countries(truth, people, domains), "categories": categories(truth, people, spool),
        # Every record is a case with notes that begin with the label.
        "sensitivity": {"confidential": n + 1}, "document_types": {"support case": n + 1},
        # Four turns each, customer and agent by turns.
        "speakers": {"customer": {"turns": 2 * (n + 1), "records": n + 1, "mentions": truth.said + spool.middle_said},
            "agent": {"turns": 2 * (n + 1), "records": n + 1, "mentions": 0}},
        "spellings": dict(sorted(truth.spellings.items())),
    }


def write_truth(folder, generator, truth):
    with open(folder + "/truth.json", "w", encoding="utf-8") as out:
        json.dump(truth, out, indent=1, ensure_ascii=False)
        out.write("\n")
    planted = generator.truth
    with open(folder + "/addresses.txt", "w", encoding="utf-8") as out:
        out.writelines(a + "\n" for a in sorted(planted.values["email_address"]))
    values = planted.names | planted.written | {v for kind in planted.values.values() for v in kind}
    with open(folder + "/values.txt", "w", encoding="utf-8") as out:
        out.writelines(v + "\n" for v in sorted(values) if "\n" not in v)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("out", metavar="OUT", help="folder to make; must be new or empty")
    options.add_argument("--records", type=int, default=5000, help="records of each store (default 5000, at least 100)")
    options.add_argument("--seed", type=int, default=2019)
    args = options.parse_args()
    if args.records < 100:
        options.error("--records must be at least 100")
    os.makedirs(args.out, exist_ok=True)
    if os.listdir(args.out):
        options.error("%s is not empty" % args.out)
    for name in STORES + ("truth",):
        os.mkdir(os.path.join(args.out, name))
    generator = Generator(args.records, args.seed)
    spool = Spool(args.out + "/spool", generator)
    size = max(100, args.records // 4)
    orders = {s: order(args.records, args.seed * 10 + k) for k, s in enumerate(STORES)}
    write_es1(args.out + "/es-1", spool, orders["es-1"], size)
    write_es2(args.out + "/es-2", spool, orders["es-2"], size)
    write_es3(args.out + "/es-3", spool, orders["es-3"], size)
    changed = write_es4(args.out + "/es-4", spool, orders["es-4"], size, args.records // 2)
    write_es5(args.out + "/es-5", spool, orders["es-5"], size)
    write_truth(args.out + "/truth", generator, figures(generator, spool, changed))
    spool.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
