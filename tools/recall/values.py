"""Invented values, each with the check digits of its kind: nobody's. Languages decide names, domains, numbering plans and national ids."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import make_example  # noqa: E402

LANGUAGES = ("en", "it", "fr", "de", "es")
FIRST = dict(make_example.FIRST, es="Alba Bruno Carmen Diego Elena Felipe Gloria Ignacio Javier Lucia Manuel Nuria Pablo Raquel Sergio Teresa".split())
LAST = dict(make_example.LAST, es="Alonso Blanco Cabrera Delgado Escobar Fuentes Gallego Herrero Iglesias Lozano Molina Navarro Ortega Pascual Quintana".split())
# Names that everybody uses for invented companies, and suffixes reserved for examples.
DOMAINS = {
    "en": ("contoso.com", "fabrikam.com", "mail.northwindtraders.com", "fabrikam.co.uk", "litware.example"),
    "it": ("fabrikam.it", "adatum.it", "contoso.com", "posta.contoso.it"),
    "fr": ("fabrikam.fr", "adatum.fr", "contoso.com", "courrier.contoso.fr"),
    "de": ("fabrikam.de", "adatum.de", "contoso.com", "post.contoso.de"),
    "es": ("fabrikam.es", "adatum.es", "contoso.com", "correo.contoso.es"),
}
# Where the domain is one of two labels and the suffix is generic: a space may stand for the dot (contract 4).
SPACE_DOMAINS = ("contoso.com", "fabrikam.com", "adatum.com", "litwareinc.com", "tailspintoys.com", "fabrikam.org", "adatum.net")


def person(rng, language):
    return rng.choice(FIRST[language]), rng.choice(LAST[language])


def local_part(rng, language):
    first, last = (name.lower() for name in person(rng, language))
    return rng.choice(["{0}.{1}{2}", "{0}{2}", "{0}_{1}{2}", "{3}.{1}{2}", "{0}-{1}{2}", "{1}.{0}{2}", "{0}.{1}+web{2}"]).format(
        first, last, rng.randrange(1000), first[0])


def address(rng, language):
    return local_part(rng, language), rng.choice(DOMAINS[language])


def phone(rng, language):
    """(E.164, in groups, national in groups, region). Ranges kept for fiction where the regulator has some; elsewhere blocks of zeros."""
    n = rng.randrange
    if language == "es":
        a, b = n(100), n(100)
        return "+3460012%02d%02d" % (a, b), "+34 600 12 %02d %02d" % (a, b), "600 12 %02d %02d" % (a, b), "ES"
    e164, written = make_example.invented_phone(rng, language)
    region = {"1": "US", "4": "GB"}[e164[1]] if language == "en" else {"it": "IT", "fr": "FR", "de": "DE"}[language]
    rest = written.split(" ", 1)[1]
    return e164, written, rest if region in ("US", "IT") else "0" + rest, region


def card(rng, _language):
    return make_example.invented_card(rng)


def iban(rng, language):
    """Of the language's country, GB for English."""
    number = lambda n: "".join(rng.choice("0123456789") for _ in range(n))
    country, bban = {"en": ("GB", "CTSO" + number(14)), "it": ("IT", "X" + number(22)), "fr": ("FR", number(23)),
        "de": ("DE", number(18)), "es": ("ES", number(20))}[language]
    if language == "it":  # the check letter of ABI, CAB and account: positions weigh as in a codice fiscale
        bban = check_letter(bban[1:]) + bban[1:]
    if language == "fr":
        bban = bban[:21] + "%02d" % (97 - int(bban[:21] + "00") % 97)
    if language == "es":
        bban = spanish_account(bban)
    numeric = "".join(str(int(c, 36)) for c in bban + country + "00")
    return "%s%02d%s" % (country, 98 - int(numeric) % 97, bban)


def spanish_account(digits):
    """Bank, branch and account with the two check digits between (weights 2^i mod 11)."""
    def check(part):
        rest = 11 - sum(int(c) * pow(2, i, 11) for i, c in enumerate(part)) % 11
        return str({10: 1, 11: 0}.get(rest, rest))
    bank, account = digits[:8], digits[10:]
    return bank + check("00" + bank) + check(account) + account


# Decreto ministeriale 23 dicembre 1976: what a character in an odd place is worth.
ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)))


def check_letter(text):
    total = sum(ODD[c] if i % 2 == 0 else int(c, 36) - (10 if c.isalpha() else 0) for i, c in enumerate(text))
    return chr(ord("A") + total % 26)


def consonants(name, count):
    name = name.upper()
    letters = [c for c in name if c not in "AEIOU"] + [c for c in name if c in "AEIOU"] + ["X"] * count
    return "".join(letters[:count])


def codice_fiscale(rng):
    first, last = person(rng, "it")
    body = "%s%s%02d%s%02d%s" % (consonants(last, 3), consonants(first, 3), rng.randrange(40, 99), rng.choice("ABCDEHLMPRST"),
        rng.randrange(1, 28), rng.choice(("A562", "H501", "F205", "L219")))
    code = body + check_letter(body)
    return code, " ".join((code[:3], code[3:6], code[6:11], code[11:]))


def nir(rng):
    """Numéro d'inscription au répertoire: key 97 - number mod 97 (INSEE)."""
    body = "%d%02d%02d%02d%03d%03d" % (rng.choice((1, 2)), rng.randrange(40, 99), rng.randrange(1, 13), rng.randrange(1, 20),
        rng.randrange(1, 900), rng.randrange(1, 999))
    code = body + "%02d" % (97 - int(body) % 97)
    return code, " ".join((code[0], code[1:3], code[3:5], code[5:7], code[7:10], code[10:13], code[13:]))


def dni(rng):
    number = rng.randrange(10_000_000, 99_999_999)
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]
    return "%d%s" % (number, letter), "%d-%s" % (number, letter)


def steuer_id(rng):
    """Eleven digits of which one of the first ten stands twice, ISO 7064 mod 11,10 (Bundeszentralamt für Steuern)."""
    digits = list("0123456789")
    rng.shuffle(digits)
    digits[rng.randrange(1, 10)] = digits[0]
    if digits[0] == "0":
        digits = ["5" if c == "0" else "0" if c == "5" else c for c in digits]
    product = 10
    for c in digits:
        total = (int(c) + product) % 10 or 10
        product = total * 2 % 11
    code = "".join(digits) + str((11 - product) % 10)
    return code, " ".join((code[:2], code[2:5], code[5:8], code[8:]))


def social_security(rng):
    a, b, c = rng.randrange(101, 665), rng.randrange(10, 99), rng.randrange(1000, 9999)
    return "%d%d%d" % (a, b, c), "%d-%d-%d" % (a, b, c)


def national_id(rng, language):
    """(in one piece, as printed)"""
    return {"en": social_security, "it": codice_fiscale, "fr": nir, "de": steuer_id, "es": dni}[language](rng)


def vat_number(rng, language):
    """(with the country's code, without)"""
    digits = lambda n: [rng.randrange(10) for _ in range(n)]
    join = lambda row: "".join(map(str, row))
    if language == "it":
        body = join([0] + digits(6)) + "010"
        return "IT" + body + make_example.luhn_digit(body), body + make_example.luhn_digit(body)
    if language == "fr":
        body = join([rng.randrange(1, 10)] + digits(7))
        siren = body + make_example.luhn_digit(body)
        return "FR%02d%s" % ((12 + 3 * (int(siren) % 97)) % 97, siren), None
    if language == "de":
        row, product = [rng.randrange(1, 10)] + digits(7), 10
        for digit in row:
            total = (digit + product) % 10 or 10
            product = total * 2 % 11
        return "DE" + join(row) + str((11 - product) % 10), None
    if language == "es":
        body = join(digits(7))
        odd = sum(sum(map(int, str(2 * int(c)))) for c in body[::2])
        return "ESB%s%d" % (body, -(odd + sum(int(c) for c in body[1::2])) % 10), "B%s%d" % (body,
            -(odd + sum(int(c) for c in body[1::2])) % 10)
    row = [rng.randrange(1, 10)] + digits(6)
    check = 97 - sum(d * w for d, w in zip(row, range(8, 1, -1))) % 97
    return "GB%s%02d" % (join(row), check), None


def ip(rng, _language):
    return make_example.invented_ip(rng)


MONTHS = {"en": "January February March April May June July August September October November December".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()}


def birthday(rng, _language):
    return datetime.date(1940, 1, 1) + datetime.timedelta(days=rng.randrange(22_000))


STREETS = {"en": ("%d High Street", "%d Station Road", "%d Mill Lane"), "it": ("Via Roma %d", "Corso Garibaldi %d", "Viale dei Tigli %d"),
    "fr": ("%d rue de la Paix", "%d avenue Victor Hugo", "%d boulevard des Alpes"),
    "de": ("Hauptstraße %d", "Bahnhofstr. %d", "Lindenweg %d"), "es": ("Calle Mayor %d", "Avenida del Puerto %d", "C/ Gran Vía %d")}
TOWNS = {"en": ("Leeds LS1 4AP", "London SW1A 2AA", "York YO1 7HH"), "it": ("20121 Milano (MI)", "10121 Torino (TO)", "70121 Bari (BA)"),
    "fr": ("75002 Paris", "69001 Lyon", "33000 Bordeaux"), "de": ("10115 Berlin", "34117 Kassel", "80331 München"),
    "es": ("28013 Madrid", "46001 Valencia", "41001 Sevilla")}


def postal(rng, language):
    return rng.choice(STREETS[language]) % rng.randrange(1, 200), rng.choice(TOWNS[language])


def letters(rng, count, alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"):
    return "".join(rng.choice(alphabet) for _ in range(count))


def password(rng):
    """As people and generators make them: capitals, small letters, digits and a sign in the middle."""
    return letters(rng, 3, "QRSTVWXZ") + letters(rng, 5, "bcdfghjkm") + rng.choice("!#$*+") + letters(rng, 4, "23456789") + letters(rng, 2, "nprst")
