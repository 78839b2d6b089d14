"""The public algorithm of each kind, written from its source and apart from the detectors: does a labelled value pass?
Each function answers None, or why not."""
import collections
import datetime
import ipaddress
import os
import re
import xml.etree.ElementTree as ElementTree

import stdnum.at.vnr
import stdnum.be.nn
import stdnum.de.idnr
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fr.nir
import stdnum.gb.nhs
import stdnum.ie.pps
import stdnum.it.codicefiscale
import stdnum.nl.bsn
import stdnum.pl.pesel
import stdnum.pt.nif
import stdnum.se.personnummer

from addresses import postal_address

# Length of an IBAN by country, from the registry of ISO 13616: the check digits alone say nothing of it.
IBAN_LENGTHS = dict(word.split(":") for word in (
    "AD:24 AE:23 AL:28 AT:20 AZ:28 BA:20 BE:16 BG:22 BH:22 BR:29 BY:28 CH:21 CR:22 CY:28 CZ:24 DE:22 DK:18 DO:28 EE:20 EG:29 "
    "ES:24 FI:18 FO:18 FR:27 GB:22 GE:22 GI:23 GL:18 GR:27 GT:28 HR:21 HU:28 IE:22 IL:23 IQ:23 IS:26 IT:27 JO:30 KW:30 KZ:20 "
    "LB:28 LC:32 LI:21 LT:20 LU:20 LV:21 MC:27 MD:24 ME:22 MK:19 MR:27 MT:31 MU:30 NL:18 NO:15 PK:24 PL:28 PS:29 PT:25 QA:29 "
    "RO:24 RS:22 SA:24 SC:31 SE:24 SI:19 SK:24 SM:27 ST:25 SV:28 TL:23 TN:24 TR:26 UA:29 VA:22 VG:24 XK:20").split())


def card(value):
    """ISO/IEC 7812: 12 to 19 digits, the last by Luhn."""
    digits = re.sub(r"\D", "", value)
    if not 12 <= len(digits) <= 19:
        return "not 12 to 19 digits"
    doubled = sum(sum(divmod(2 * int(c), 10)) for c in digits[-2::-2])
    return None if (doubled + sum(int(c) for c in digits[-1::-2])) % 10 == 0 else "Luhn"


def iban(value):
    compact = re.sub(r"[^0-9A-Za-z]", "", value).upper()
    if IBAN_LENGTHS.get(compact[:2]) != str(len(compact)):
        return "length of the country"
    if int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 != 1:
        return "check digits (mod 97)"
    return None


def ip(value):
    """RFC 4291, RFC 6890: an address that a host can have."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "not an address"
    if address.version == 4 and (int(address) >> 24 == 0 or int(address) >> 28 == 15):
        return "no host has it"
    return None


def social_security_number(value):
    """Social Security Administration: area not 000, 666 or 900 to 999, group not 00, serial not 0000."""
    parts = re.fullmatch(r"(\d{3})[- ]?(\d{2})[- ]?(\d{4})", value)
    if not parts:
        return "not nine digits"
    area, group, serial = parts.groups()
    if area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000":
        return "area, group or serial never given out"
    return None


# The schemes of contract 4, by python-stdnum, which is written from the same laws and apart from the detectors.
NATIONAL_IDS = (stdnum.at.vnr, stdnum.be.nn, stdnum.de.idnr, stdnum.es.dni, stdnum.es.nie, stdnum.fr.nir, stdnum.gb.nhs,
    stdnum.ie.pps, stdnum.it.codicefiscale, stdnum.nl.bsn, stdnum.pl.pesel, stdnum.pt.nif, stdnum.se.personnummer)
# HMRC, National Insurance Manual NIM39110.
NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]")


def national_id(value):
    """A number that the law of one of the countries can give out, whole and with nothing in front."""
    if re.fullmatch(r"\d{3}-\d\d-\d{4}", value):  # nobody else prints it so
        return social_security_number(value)
    if social_security_number(value) is None or NINO.fullmatch(value.upper()):
        return None
    return None if any(scheme.is_valid(value) for scheme in NATIONAL_IDS) else "of no published scheme"


def date(value):
    """A day of the calendar, of somebody who can be alive."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"):
        try:
            day = datetime.datetime.strptime(value, form)
        except ValueError:
            continue
        return None if 1900 <= day.year <= 2026 else "nobody alive"
    return "not a date"


# Legal forms of the countries named in contract 4, as companies write them at the end of their names.
LEGAL_FORM = re.compile(r"[\s,](?:Inc|Incorporated|LLC|L\.L\.C|LLP|Ltd|Limited|PLC|plc|Corp|Corporation|Co|GmbH|AG|KG|UG|SE|SA|"
    r"S\.A|SAS|S\.A\.S|SARL|S\.à r\.l|S\.p\.A|SpA|S\.r\.l|Srl|SRL|S\.n\.c|S\.a\.s|S\.L|SL|S\.L\.U|B\.V|BV|N\.V|NV|AB|Oy|A/S|"
    r"Pty Ltd|Lda|Kft|Sp\. z o\.o)\.?$")


def legal_form(value):
    return None if LEGAL_FORM.search(value) else "no legal form in the name"


class CaseNumbers:
    """What makes a case number: a word for one at most 30 bytes before it, or five different values of its template, a prefix, a
    sign and a count of digits, in one store."""

    WORD = re.compile(r"(?i)\b(case|docket|ticket|incident|matter|claim|file|request|caso|causa|pratica|fascicolo|procedimento|affaire|"
        r"dossier|vorgang|fall|aktenzeichen|expediente|autos|procedimiento)\b")
    PREFIXED = re.compile(r"(?:(?:19|20)?\d\d[-/_])?[A-Z]{2,}[-/_#]\d+(?:[-/_]\d+)*")

    def __init__(self, values):
        """values: all of the store."""
        self.templates = collections.Counter(self.template(value) for value in set(values) if self.PREFIXED.fullmatch(value))

    @staticmethod
    def template(value):
        return re.sub(r"\d", "0", value)

    def why_not(self, text, start, value):
        before = text[max(0, start - 30):start].encode()[-30:].decode("utf-8", "replace").rpartition("\n")[2]
        if self.WORD.search(before) or (self.PREFIXED.fullmatch(value) and self.templates[self.template(value)] >= 5):
            return None
        return "no word for a case, and fewer than five of its template"


class Suffixes:
    """The Public Suffix List, for names whose last label nobody can have registered."""

    # RFC 2606, RFC 6761, RFC 6762 and RFC 9476, and the ones that networks use inside.
    RESERVED = set("example test invalid localhost local corp lan internal intranet localdomain".split())

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            rules = [line.split()[0] for line in file if line.strip() and not line.startswith("//")]
        self.rules = sorted({self.ascii(rule) for rule in rules if rule[0] not in "!*"})
        self.last = {rule.rsplit(".", 1)[-1] for rule in self.rules} | self.RESERVED
        self.last |= {rule.rsplit(".", 1)[-1] for rule in rules}

    @staticmethod
    def ascii(name):
        try:
            return name.encode("idna").decode().lower()
        except UnicodeError:
            return name.lower()

    def address(self, value):
        """RFC 5321 and RFC 1035: a dot-atom of at most 64 octets at a name of labels, under a suffix that exists."""
        local, _, domain = value.rpartition("@")
        labels = self.ascii(domain).split(".")
        atom = r"[\w!#$%&'*+/=?^`{|}~-]+"
        if not re.fullmatch(r"%s(\.%s)*" % (atom, atom), local) or len(local.encode()) > 64:
            return "no dot-atom before the @"
        if len(labels) < 2 or len(".".join(labels)) > 253 or not all(
                re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", part) for part in labels):
            return "no name of a host behind the @"
        return None if labels[-1] in self.last else "no public suffix"


class Plans:
    """Numbering plans, from libphonenumber's metadata as it stands: patterns by country code."""

    TYPES = ("fixedLine", "mobile", "tollFree", "premiumRate", "sharedCost", "personalNumber", "voip", "pager", "uan",
        "voicemail")

    def __init__(self, path):
        self.by_code = {}
        self.territories = []
        for territory in ElementTree.parse(path).getroot().iter("territory"):
            plan = Plan(territory, self.by_code)
            self.territories.append(plan)
            self.by_code.setdefault(plan.code, []).append(plan)

    def number(self, value):
        """ITU-T E.164: a country code, and behind it a number of one of its plans."""
        compact = re.sub(r"[^0-9+]", "", value)
        if compact.startswith("00"):
            compact = "+" + compact[2:]
        if not compact.startswith("+"):
            return "no country in the number"
        digits = compact[1:]
        for length in (1, 2, 3):
            plans = self.by_code.get(digits[:length])
            if plans:
                national = digits[length:]
                return None if any(plan.has(national) for plan in plans) else "in no numbering plan"
        return "no such country code"


class Plan:
    def __init__(self, territory, known):
        self.region, self.code = territory.get("id"), territory.get("countryCode")
        self.prefix = territory.get("nationalPrefix")
        self.prefix_rule = territory.get("nationalPrefixFormattingRule")
        self.patterns, self.examples = [], []
        for name in Plans.TYPES:
            found = territory.find(name)
            if found is None or found.findtext("nationalNumberPattern") is None:
                continue
            self.patterns.append(re.compile(re.sub(r"\s", "", found.findtext("nationalNumberPattern"))))
            if found.findtext("exampleNumber"):
                self.examples.append((name, found.findtext("exampleNumber").strip()))
        formats = list(territory.iter("numberFormat"))
        # Territories that share a country code use the formats of the main one.
        self.formats = [self.read_format(f) for f in formats] or (known[self.code][0].formats if self.code in known else [])
        self.main = territory.get("mainCountryForCode") == "true"

    @staticmethod
    def read_format(found):
        leading = [re.sub(r"\s", "", d.text) for d in found.findall("leadingDigits")]
        return (re.compile(found.get("pattern")), re.compile(leading[-1]) if leading else None, found.findtext("format"),
            found.findtext("intlFormat"), found.get("nationalPrefixFormattingRule"))

    def has(self, national):
        if any(p.fullmatch(national) for p in self.patterns):
            return True
        # +44 (0)20 ...: the prefix of calls inside the country, written although it is not dialled from abroad.
        return bool(self.prefix) and national.startswith(self.prefix) and any(
            p.fullmatch(national[len(self.prefix):]) for p in self.patterns)

    def written(self, national):
        """(as written inside the country, as written for abroad), grouped as the plan says; None where it does not."""
        for pattern, leading, inside, abroad, rule in self.formats:
            match = pattern.fullmatch(national)
            if not match or (leading and not leading.match(national)):
                continue
            groups = [match.group(i + 1) for i in range(pattern.groups)]
            fill = lambda text: re.sub(r"\$(\d)", lambda m: groups[int(m.group(1)) - 1] or "", text)
            rule = rule or self.prefix_rule
            if rule:
                inside = inside.replace("$1", rule.replace("$NP", self.prefix or "").replace("$FG", "$1"), 1)
            here = fill(inside)
            return here, None if abroad == "NA" else "+%s %s" % (self.code, fill(abroad or inside))
        return None, None


class Algorithms:
    """All of them, with what they read from the folder of public data."""

    def __init__(self, data):
        self.suffixes = Suffixes(os.path.join(data, "domains/public_suffix_list.dat"))
        self.plans = Plans(os.path.join(data, "phone/PhoneNumberMetadata.xml"))
        self.by_kind = {"email_address": self.suffixes.address, "phone_number": self.plans.number, "payment_card": card,
            "iban": iban, "ip_address": ip, "date_of_birth": date, "organization_name": legal_form,
            "national_id": national_id, "postal_address": postal_address}

    def why_not(self, kind, value):
        check = self.by_kind.get(kind)
        return check(value) if check else None
