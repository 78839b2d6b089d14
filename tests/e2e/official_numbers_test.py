"""National ids and VAT numbers against python3-stdnum: random numbers, valid and not, are taken exactly when it takes them,
but for the differences that are named here. And the table: for each scheme a hit and a near miss in five languages."""
import importlib
import json
import random
import re
import string

import rig

PER_SCHEME = 400
LANGUAGES = ("en", "it", "fr", "de", "es")

TAX = ("Tax ID", "codice fiscale", "numéro fiscal", "Steuer-ID", "número de identificación fiscal")
SOCIAL = ("social security number", "numero di previdenza sociale", "numéro de sécurité sociale",
    "Sozialversicherungsnummer", "número de seguridad social")
IDENTITY = ("national identity number", "documento d'identità n.", "numéro d'identité", "Personalausweis Nr.",
    "documento de identidad")
VAT = ("VAT number", "partita IVA", "numéro de TVA", "USt-IdNr.", "NIF-IVA")
OWN = {"fr_nir": "NIR", "gb_nhs": "NHS number", "us_ssn": "SSN", "gb_nino": "NINO", "es_dni": "DNI", "es_nie": "NIE",
    "pl_pesel": "PESEL", "nl_bsn": "BSN", "be_rijksregister": "rijksregisternummer", "pt_nif": "NIF",
    "se_personnummer": "personnummer", "at_svnr": "SVNR", "ie_pps": "PPS number"}


def stdnum(name):
    return importlib.import_module("stdnum." + name).is_valid


def nino_as_published(number):
    """HMRC, NIM39110: stdnum has no such module."""
    return bool(re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]", number))


def month_and_day(number):
    month, day = int(number[2:4]) % 20, int(number[4:6])
    return 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def one_number(pattern):
    """9 digit, A letter, C a digit or a letter that replaces one; anything else stands for itself."""
    kinds = {"9": string.digits, "A": string.ascii_uppercase, "C": string.digits * 9 + "LMNPQRSTUV", "?": "ABCDEHLMPRST"}
    return "".join(random.choice(kinds.get(sign, sign)) for sign in pattern)


# scheme: (patterns, stdnum, words for its class, the table's number, printed as, what we refuse and stdnum takes and why,
# what we take and it refuses and why)
NATIONAL = {
    "it_codice_fiscale": (["AAAAAACC?CCACCCA"], stdnum("it.codicefiscale"), TAX, "RSSMRA85T10A562S", "RSS MRA 85T10 A562S",
        # A code whose seven digits were all replaced has no digit to begin at. stdnum takes the day modulo 40: also 72 to 99.
        lambda n: not re.search("[0-9]", n) or int(undone(n[9:11])) > 71,
        # 29 February in a year without one: the century is not known. 31 in a month of 30 is refused by both.
        lambda n: n[8] == "B" and undone(n[9:11]) in ("29", "69")),
    "fr_nir": (["1999999999999", "2999999999999", "199992A999999", "299992B999999", "9999999999999"], stdnum("fr.nir"), SOCIAL,
        "184127645108946", "1 84 12 76 451 089 46",
        # stdnum checks neither sex, month nor department.
        lambda n: n[0] not in "123478" or int(n[3:5]) == 0 or 13 <= int(n[3:5]) < 20 or 43 <= int(n[3:5]) < 50 or
            n[5:7] in ("00", "96"), None),
    "gb_nino": (["AA999999A"], nino_as_published, SOCIAL, "JG103759A", "JG 10 37 59 A", None, None),
    "gb_nhs": (["9999999999"], stdnum("gb.nhs"), None, "9434765919", "943 476 5919",
        lambda n: n[0] == "0", None),  # none begins with 0 (NHS Data Dictionary)
    "us_ssn": (["999999999"], stdnum("us.ssn"), SOCIAL, "536904399", "536-90-4399", None, None),
    "es_dni": (["99999999A"], stdnum("es.dni"), IDENTITY, "12345678Z", "12345678-Z", None, None),
    "es_nie": (["X9999999A", "Y9999999A", "Z9999999A"], stdnum("es.nie"), IDENTITY, "X1234567L", "X-1234567-L", None, None),
    "de_steuer_id": (["99999999999"], stdnum("de.idnr"), TAX, "36574261809", "36 574 261 809", None, None),
    "be_rijksregister": (["99019199999", "99119199999", "99999999999"], stdnum("be.nn"), IDENTITY, "85073003328",
        "85.07.30-033.28",
        # stdnum does not look at the date; 00 49 and the like is a telephone number, which comes first in the table
        lambda n: not month_and_day(n) or n.startswith("00"),
        lambda n: int(n[:2]) > 26),  # with a 2 before it it would be born in the future
    "pl_pesel": (["99019199999", "99129299999", "99219199999", "99999999999"], stdnum("pl.pesel"), IDENTITY, "44051401359",
        None, None,
        lambda n: int(n[2:4]) % 20 == 2 and n[4:6] == "29"),  # 29 February in any year
    "nl_bsn": (["999999999"], stdnum("nl.bsn"), IDENTITY, "111222333", "1112.22.333", None, None),
    "pt_nif": (["199999999", "299999999", "459999999", "999999999"], stdnum("pt.nif"), TAX, "123456789", "123 456 789",
        lambda n: n[0] not in "123" and n[:2] != "45", None),  # numbers of others than persons are VAT numbers
    "se_personnummer": (["9901019999", "9912319999", "9905799999", "9999999999"], stdnum("se.personnummer"), IDENTITY,
        "8803200016", "880320-0016", None,
        # 29 February in any year, and the coordination numbers (day + 60) that stdnum does not know
        lambda n: n[2:4] == "02" and int(n[4:6]) % 60 == 29 or int(n[4:6]) > 60),
    "at_svnr": (["9999010199", "9999311299", "9999999999"], stdnum("at.vnr"), SOCIAL, "1237010180", "1237 010180",
        # stdnum does not look at the date (months 13 to 15 were given when a day was full)
        lambda n: not 1 <= int(n[4:6]) <= 31 or not 1 <= int(n[6:8]) <= 15, None),
    "ie_pps": (["9999999A", "9999999AA", "9999999AW", "9999999AH"], stdnum("ie.pps"), SOCIAL, "6433435F", "6433435 F",
        None,
        lambda n: len(n) == 9 and n[8] in "BCDEFGI"),  # letters given since 2013 beyond A and H
}

# state: (patterns without the code, stdnum, the table's number, what we refuse and why, what we take and why)
STATES = {
    "AT": (["U99999999"], "at.uid", "U13585627", None, None),
    "BE": (["0999999999", "1999999999"], "be.vat", "0428759497", lambda n: n[8:] in ("00", "98", "99"), None),  # a check is 01 to 97
    "BG": (["999999999", "9999999999"], "bg.vat", "175074752", None,
        lambda n: len(n) == 10),  # the civil number's date is not looked at
    "CHE": (["999999999"], "ch.uid", "107787577", None, None),
    "CY": (["99999999A"], "cy.vat", "10259033P", None, None),
    "CZ": (["99999999", "9999999999"], "cz.dic", "25123891", None,
        lambda n: len(n) == 10),  # the birth number's date is not looked at
    "DE": (["999999999"], "de.vat", "136695976", None, None),
    "DK": (["99999999"], "dk.cvr", "13585628", None, None),
    "EE": (["999999999", "109999999"], "ee.kmkr", "100931558", lambda n: n[:2] != "10", None),  # all begin with 10
    "EL": (["999999999"], "gr.vat", "094259216", None, None),
    "ES": (["A9999999A", "B99999999", "99999999A", "X9999999A", "K9999999A"], "es.nif", "A13585625", None, None),
    "FI": (["99999999"], "fi.alv", "20774740", None, None),
    # A SIREN of Monaco is not checked by stdnum
    "FR": (["99999999999", "A9999999999", "9A999999999", "AA999999999"], "fr.tva", "40303265045",
        lambda n: n[2:5] == "000", None),
    "GB": (["999999999", "999999999999"], "gb.vat", "980780684", None, None),
    "HR": (["99999999999"], "hr.oib", "33392005961", None, None),
    "HU": (["99999999"], "hu.anum", "12892312", None, None),
    "IE": (["9999999A", "9999999AA", "9A99999A"], "ie.vat", "6433435F",
        lambda n: len(n) == 9 and n[8] > "I" or len(n) == 9 and n[1].isalpha(), None),  # A to I (Revenue); old ones have 8
    "IT": (["99999990019", "99999990589", "99999999999"], "it.iva", "00743110157", None, None),
    "LT": (["999999919", "999999999919"], "lt.pvm", "119511515", None, None),
    "LU": (["99999999"], "lu.tva", "15027442", None, None),
    "LV": (["49999999999", "99999999999"], "lv.pvn", "40003521600",
        lambda n: n[0] < "4", None),  # numbers of persons: their check is not published
    # The check is 37 less the rest (VIES), never 38 to 99 nor 0, with which stdnum's sum is a multiple of 37, too
    "MT": (["99999999"], "mt.vat", "11679112", lambda n: not 1 <= int(n[6:]) <= 37, None),
    "NL": (["999999999B01", "999999999B99"], "nl.btw", "004495445B01", None, None),
    "PL": (["9999999999"], "pl.nip", "8567346215", lambda n: n[0] == "0", None),  # tax offices are numbered from 101
    "PT": (["999999999"], "pt.nif", "501964843", None, None),
    "RO": (["9999999", "99999999", "999999999", "9999999999"], "ro.cui", "18547290", None, None),
    "SE": (["999999999901"], "se.vat", "123456789701", None, None),
    "SI": (["99999999"], "si.ddv", "50223054", None, None),
    "SK": (["9929999999", "9999999999"], "sk.dph", "2022749619",
        lambda n: stdnum("cz.rc")(n), None),  # birth numbers: it is unclear whether they may be VAT numbers (stdnum says so, too)
    "XI": (["999999999"], "gb.vat", "980780684", None, None),
}


def undone(digits):
    return "".join(str("LMNPQRSTUV".index(sign)) if sign.isalpha() else sign for sign in digits)


def with_all_endings(patterns, valid, spoil):
    """Random numbers; of each the first valid ending of one or two signs, if there is one, and some that are none."""
    numbers = []
    while len(numbers) < PER_SCHEME:
        base = one_number(random.choice(patterns))
        endings = string.digits + (string.ascii_uppercase if base[-1].isalpha() else "")
        tried = [base[:-1] + e for e in endings] if not spoil else [base[:-2] + "%02d" % e for e in range(100)]
        if base[-2:].isdigit() and not any(map(valid, tried)):
            tried = [base[:-2] + "%02d" % e for e in range(100)]
        good = [number for number in tried if valid(number)]
        numbers += good[:1] + [base] + random.sample(tried, 1)
    return numbers


def found(lines):
    """For each line the mentions in it as (kind, scheme, canonical)."""
    text = "\n".join(lines) + "\n"
    done = rig.staunch("detect", stdin=text.encode())
    starts, at, of = [], 0, {}
    for i, line in enumerate(lines):
        starts.append(at)
        at += len(line.encode()) + 1
    i = 0
    for mention in map(json.loads, done.stdout.decode().splitlines()):
        while i + 1 < len(starts) and starts[i + 1] <= mention["start"]:
            i += 1
        of.setdefault(i, []).append((mention["kind"], mention.get("scheme"), mention["canonical"]))
    return [of.get(n, []) for n in range(len(lines))]


def differences(numbers, valid, taken, refused_because, taken_because):
    wrong, good = [], 0
    for number, ours in zip(numbers, taken):
        theirs = valid(number)
        good += theirs
        if ours == theirs:
            continue
        because = taken_because if ours else refused_because
        if because is None or not because(number):
            wrong.append("%s: ours %s, stdnum %s" % (number, ours, theirs))
    rig.check(good * 5 >= len(numbers) / 5, "only %d of %d numbers are valid" % (good, len(numbers)))
    return wrong


def national_ids_are_those_of_stdnum():
    wrong = []
    for scheme, (patterns, valid, words, _, _, refused, more) in NATIONAL.items():
        if scheme == "fr_nir":
            patterns = [pattern + "99" for pattern in patterns]
        numbers = with_all_endings(patterns, valid, scheme in ("fr_nir", "be_rijksregister"))
        label = OWN.get(scheme) or words[0]
        taken = [any(s == scheme for _, s, _ in got) for got in found(["%s: %s" % (label, n) for n in numbers])]
        wrong += ["%s %s" % (scheme, w) for w in differences(numbers, valid, taken, refused, more)]
    rig.check(not wrong, "%d differ:\n    %s" % (len(wrong), "\n    ".join(wrong[:20])))


def vat_numbers_are_those_of_stdnum():
    wrong = []
    for code, (patterns, module, _, refused, more) in STATES.items():
        theirs = stdnum(module)
        valid = (lambda n, theirs=theirs: theirs("CHE" + n)) if code == "CHE" else theirs
        numbers = with_all_endings(patterns, valid, code in ("BE", "FR", "GB", "LU", "MT", "XI"))
        taken = [any(k == "vat_number" and c == code + n for k, _, c in got)
            for n, got in zip(numbers, found(["VAT number %s%s" % (code, n) for n in numbers]))]
        wrong += ["%s %s" % (code, w) for w in differences(numbers, valid, taken, refused, more)]
    rig.check(not wrong, "%d differ:\n    %s" % (len(wrong), "\n    ".join(wrong[:20])))


def near_miss(number, valid):
    """The number with another last digit that no check takes."""
    for place in range(len(number) - 1, 0, -1):
        for digit in string.digits if number[place].isdigit() else string.ascii_uppercase:
            other = number[:place] + digit + number[place + 1:]
            if not valid(other):
                return other
    raise AssertionError(number)


def every_scheme_is_found_in_five_languages_and_its_near_miss_is_not():
    rows = []
    for scheme, (_, valid, words, number, printed, _, _) in NATIONAL.items():
        labels = words if words is not None else ("NHS number", "numero NHS", "numéro NHS", "NHS-Nummer", "número NHS")
        miss = near_miss(number, valid)
        if scheme == "us_ssn":
            miss, printed_miss = "666904399", "666-90-4399"
        for language, label in zip(LANGUAGES, labels):
            shown = printed if printed is not None else number
            rows.append((scheme, language, "%s: %s." % (label, shown), number))
            shown_miss = printed_miss if scheme == "us_ssn" else spelt_as(shown, miss)
            rows.append((scheme, language, "%s: %s." % (label, shown_miss), None))
    for code, (_, module, number, _, _) in STATES.items():
        theirs = stdnum(module)
        valid = (lambda n, theirs=theirs: theirs("CHE" + n)) if code == "CHE" else theirs
        for language, label in zip(LANGUAGES, VAT):
            rows.append((code, language, "%s %s%s," % (label, code, number), code + number))
            rows.append((code, language, "%s %s%s," % (label, code, near_miss(number, valid)), None))
    wrong = []
    for row, got in zip(rows, found([row[2] for row in rows])):
        name, language, text, canonical = row
        named = [c for _, s, c in got if s in (name, {"CHE": "ch"}.get(name, name.lower()))]
        if named != ([canonical] if canonical else []):
            wrong.append("%s, %s: %r gives %r" % (name, language, text, got))
    rig.equal(len(rows), 2 * 5 * (len(NATIONAL) + len(STATES)), "rows")
    rig.check(not wrong, "%d of %d:\n    %s" % (len(wrong), len(rows), "\n    ".join(wrong[:20])))


def spelt_as(shown, number):
    """The number with the signs of another."""
    signs = iter(number)
    return "".join(next(signs) if sign.isalnum() else sign for sign in shown)


def every_printed_form_is_found_whole():
    lines = ["%s %s" % (OWN.get(scheme, row[2][0] if row[2] else ""), row[4]) for scheme, row in NATIONAL.items() if row[4]]
    wanted = [row[3] for row in NATIONAL.values() if row[4]]
    got = [[c for _, _, c in mentions] for mentions in found(lines)]
    rig.equal(got, [[number] for number in wanted], "canonical")


def the_json_names_the_scheme():
    got = found(["C.F. RSSMRA85T10A562S", "P.IVA 00743110157", "mail anna@contoso.com"])
    rig.equal(got, [[("national_id", "it_codice_fiscale", "RSSMRA85T10A562S")], [("vat_number", "it", "IT00743110157")],
        [("email_address", None, "anna@contoso.com")]], "mentions")


random.seed(4)
rig.run_tests(national_ids_are_those_of_stdnum, vat_numbers_are_those_of_stdnum,
    every_scheme_is_found_in_five_languages_and_its_near_miss_is_not, every_printed_form_is_found_whole,
    the_json_names_the_scheme)
