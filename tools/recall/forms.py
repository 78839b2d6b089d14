"""The ways to write one value. A form makes (before, value, after): `value` is what must be found whole, before and after belong to the
form (a label, a key, a tag). Text may be bytes where a form is about bytes."""
import collections

import values

# kinds: which kinds of finding count for it. languages: where the form is at home. kin: what stands around it is decided by the form, so
# noise stays outside of before and after. encoding: of the whole input, None is UTF-8.
Form = collections.namedtuple("Form", "kind name kinds languages adjacent region encoding make")
ALL = values.LANGUAGES


def form(kind, name, make, kinds=(), languages=ALL, adjacent=True, region=False, encoding=None):
    return Form(kind, name, (kind, *kinds), languages, adjacent, region, encoding, make)


def wide(text):
    return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in text)


def quoted_printable(text):
    return "".join(c if c.isascii() and c not in "=@" else "".join("=%02X" % b for b in c.encode()) for c in text)


def dots(domain, dot):
    return domain.replace(".", dot)


# --- addresses: write(local, domain) -> value or (before, value, after) ---

def address_form(name, write, domains=None, **more):
    def make(rng, language):
        local, domain = values.address(rng, language)
        if domains:
            domain = rng.choice(domains)
        made = write(local, domain)
        return ("", made, "") if isinstance(made, str) else made
    return form("email_address", name, make, **more)


def spelled(at, dot):
    return lambda l, d: "%s %s %s" % (l, at, dots(d, " %s " % dot))


def no_sign(l):
    return l.split("+")[0]


def word_forms():
    """Words for the sign and the dot, in the language that has them."""
    for language, at, dot in (("en", "at", "dot"), ("en", "AT", "DOT"), ("it", "chiocciola", "punto"), ("it", "at", "punto"),
            ("fr", "arobase", "point"), ("fr", "arrobase", "point"), ("fr", "at", "point"), ("de", "at", "punkt"), ("de", "ät", "Punkt"),
            ("de", "Klammeraffe", "Punkt"), ("es", "arroba", "punto")):
        write = spelled(at, dot)
        yield address_form("words: %s %s" % (at, dot), lambda l, d, write=write: write(no_sign(l), d), languages=(language,))


def soft_break(l, d):
    """Broken as a mail program breaks a line of 76 characters: by `=` at its end."""
    text = "%s=40%s" % (l, d)
    cut = max(4, len(text) // 2)
    while text[cut - 1] in "=" or text[cut - 2] == "=" or text[cut] == ".":
        cut += 1
    fill = "Wie oben angegeben bleibt alles beim Alten, bis die neue Fassung da ist, s. "
    line = (fill * 2)[-(75 - cut):]
    return "\n" + line, text[:cut] + "=\r\n" + text[cut:], " =\r\n"


ADDRESSES = [
    address_form("plain", lambda l, d: "%s@%s" % (l, d)),
    address_form("capitals", lambda l, d: ("%s@%s" % (l, d)).upper()),
    address_form("mixed case", lambda l, d: ("%s@%s" % (l.title(), d.title()))),
    address_form("mailto:", lambda l, d: ("mailto:", "%s@%s" % (l, d), "?subject=x"), adjacent=False),
    address_form("<angle brackets>", lambda l, d: ("<", "%s@%s" % (l, d), ">")),
    address_form("display name", lambda l, d: ('"Ufficio 7, piano terra" <', "%s@%s" % (l, d), ">")),
    address_form("HTML link", lambda l, d: ('<a href="mailto:', "%s@%s" % (l, d), '">mail</a>')),
    address_form("HTML text", lambda l, d: ("<td>", "%s@%s" % (l, d), "</td>")),
    address_form("markdown link", lambda l, d: ("[mail](mailto:", "%s@%s" % (l, d), ")")),
    address_form("value of JSON", lambda l, d: ('{"user":{"mail":"', "%s@%s" % (l, d), '","active":true}}')),
    address_form("JSON inside of JSON", lambda l, d: ('{"m":"{\\"mail\\":\\"', "%s@%s" % (l, d), '\\"}"}')),
    address_form("cell of CSV", lambda l, d: ('17,"', "%s@%s" % (l, d), '",2026-05-13')),
    address_form("row of SQL", lambda l, d: ("INSERT INTO t VALUES (7,'", "%s@%s" % (l, d), "',NULL);")),
    address_form("log line", lambda l, d: ("2026-05-13T10:33:12.123Z INFO [auth] login user=", "%s@%s" % (l, d), " status=ok took=12ms")),
    address_form("query of a URL, percent", lambda l, d: ("GET /s?u=", "%s%%40%s" % (l.replace("+", "%2B"), d), "&v=1 HTTP/1.1")),
    address_form("percent twice", lambda l, d: ("/s?u=", "%s%%2540%s" % (no_sign(l), d), "&v=1")),
    address_form("all percent", lambda l, d: ("/s?u=", "".join("%%%02x" % ord(c) for c in "%s@%s" % (l, d)), "&v=1")),
    address_form("spaces around @ and dots", lambda l, d: "%s @ %s" % (no_sign(l), dots(d, " . "))),
    address_form("space before @", lambda l, d: "%s @%s" % (l, d)),
    address_form("space behind @", lambda l, d: "%s@ %s" % (l, d)),
    address_form("spaces around @", lambda l, d: "%s @ %s" % (l, d)),
    address_form("XYZ @contoso com", lambda l, d: "%s @%s" % (l, dots(d, " ")), domains=values.SPACE_DOMAINS),
    address_form("XYZ@contoso com", lambda l, d: "%s@%s" % (l, dots(d, " ")), domains=values.SPACE_DOMAINS),
    address_form("[at]", lambda l, d: "%s[at]%s" % (l, d)),
    address_form("[at] [dot]", lambda l, d: "%s [at] %s" % (l, dots(d, " [dot] "))),
    address_form("(at)", lambda l, d: "%s (at) %s" % (l, d)),
    address_form("(at)(dot)", lambda l, d: "%s(at)%s" % (l, dots(d, "(dot)"))),
    address_form("(AT) (DOT)", lambda l, d: "%s (AT) %s" % (l, dots(d, " (DOT) "))),
    address_form("{at} {dot}", lambda l, d: "%s {at} %s" % (l, dots(d, " {dot} "))),
    address_form("<at> <dot>", lambda l, d: "%s <at> %s" % (l, dots(d, " <dot> "))),
    address_form("[@] [.]", lambda l, d: "%s[@]%s" % (l, dots(d, "[.]"))),
    address_form("(@)", lambda l, d: "%s(@)%s" % (l, d)),
    address_form("@ with [dot]", lambda l, d: "%s@%s" % (l, dots(d, "[dot]"))),
    address_form("_at_ _dot_", lambda l, d: "%s_at_%s" % (no_sign(l), dots(d, "_dot_"))),
    address_form("-at- -dot-", lambda l, d: "%s-at-%s" % (no_sign(l), dots(d, "-dot-"))),
    address_form("(chiocciola) (punto)", lambda l, d: "%s (chiocciola) %s" % (l, dots(d, " (punto) ")), languages=("it",)),
    address_form("(arobase) (point)", lambda l, d: "%s (arobase) %s" % (l, dots(d, " (point) ")), languages=("fr",)),
    address_form("(ät) (Punkt)", lambda l, d: "%s (ät) %s" % (l, dots(d, " (Punkt) ")), languages=("de",)),
    address_form("[arroba] [punto]", lambda l, d: "%s [arroba] %s" % (l, dots(d, " [punto] ")), languages=("es",)),
    *word_forms(),
    address_form("entity &#64;", lambda l, d: "%s&#64;%s" % (l, d)),
    address_form("entity &#064;", lambda l, d: "%s&#064;%s" % (l, d)),
    address_form("entity &#64; and &#46;", lambda l, d: "%s&#64;%s" % (l, dots(d, "&#46;"))),
    address_form("entity &#x40;", lambda l, d: "%s&#x40;%s" % (l, d)),
    address_form("entity &commat;", lambda l, d: "%s&commat;%s" % (l, dots(d, "&period;"))),
    address_form("every character an entity", lambda l, d: "".join("&#%d;" % ord(c) for c in "%s@%s" % (l, d))),
    address_form("every character a hexadecimal entity", lambda l, d: "".join("&#x%X;" % ord(c) for c in "%s@%s" % (l, d))),
    address_form("quoted-printable", lambda l, d: quoted_printable("%s@%s" % (l, d))),
    address_form("quoted-printable, soft line break", soft_break, adjacent=False),
    address_form("\\u0040", lambda l, d: ('"', "%s\\u0040%s" % (l, d), '"')),
    address_form("\\x40", lambda l, d: ("'", "%s\\x40%s" % (l, d), "'")),
    address_form("every character \\uXXXX", lambda l, d: ('"', "".join("\\u%04x" % ord(c) for c in "%s@%s" % (l, d)), '"')),
    address_form("full-width @", lambda l, d: "%s\uff20%s" % (l, d)),
    address_form("small form @", lambda l, d: "%s\ufe6b%s" % (l, d)),
    address_form("all full width", lambda l, d: wide("%s@%s" % (l, d))),
    address_form("ideographic full stop", lambda l, d: "%s\uff20%s" % (l, dots(d, "\u3002"))),
    address_form("zero width space", lambda l, d: "%s\u200b%s@%s" % (l[:2], l[2:], d)),
    address_form("zero width space beside @", lambda l, d: "%s\u200b@\u200b%s" % (l, d)),
    address_form("soft hyphen", lambda l, d: "%s@%s\u00ad%s" % (l, d[:3], d[3:])),
    address_form("word joiner, byte order mark", lambda l, d: "%s\u2060@\ufeff%s" % (l, d)),
    address_form("no-break spaces", lambda l, d: "%s\u00a0@\u00a0%s" % (l, d)),
    address_form("IDN", lambda l, d: "%s@%s" % (l, {"en": "bücher.example"}.get(d, "münchen-größe.example"))),
    address_form("IDN, A-label", lambda l, d: "%s@xn--bcher-kva.example" % l),
    address_form("UTF-16, little end first", lambda l, d: "%s@%s" % (l, d), encoding="utf-16-le"),
    address_form("UTF-16, big end first", lambda l, d: "%s@%s" % (l, d), encoding="utf-16-be"),
]


# --- telephones: write(E.164, grouped, national) ---

WORD_PHONE = {"en": "Phone: ", "it": "Tel. ", "fr": "Tél. : ", "de": "Telefon: ", "es": "Teléfono: "}


def flat(written):
    return written.replace("(", "").replace(")", "")


def phone_form(name, write, label=False, adjacent=True, **more):
    def make(rng, language):
        e164, grouped, national, _ = values.phone(rng, language)
        made = write(e164, grouped, national)
        before, value, after = ("", made, "") if isinstance(made, str) else made
        return (WORD_PHONE[language] if label else "") + before, value, after
    return form("phone_number", name, make, adjacent=adjacent and not label, **more)


def joined(sign):
    return lambda e, g, n: flat(g).replace(" ", sign).replace("-", sign)


def with_zero(e164, grouped, _national):
    code, rest = flat(grouped).split(" ", 1)
    return "%s (0)%s" % (code, rest)


PHONES = [
    phone_form("+ in one piece", lambda e, g, n: e),
    phone_form("as each country groups it", lambda e, g, n: g),
    phone_form("hyphens", joined("-")),
    phone_form("dots", joined(".")),
    phone_form("slash", lambda e, g, n: flat(g).replace("-", " ").replace(" ", "/", 2).replace("/", " ", 1)),
    phone_form("no-break spaces", joined("\u00a0")),
    phone_form("narrow no-break spaces", joined("\u202f")),
    phone_form("no-break hyphens", joined("\u2011")),
    phone_form("en dashes", joined("\u2013")),
    phone_form("00, in groups", lambda e, g, n: "00" + flat(g)[1:]),
    phone_form("00, in one piece, labelled", lambda e, g, n: "00" + e[1:], label=True),
    phone_form("(0)", with_zero, languages=("en", "fr", "de")),
    phone_form("country in brackets", lambda e, g, n: ("(", "%s) %s" % tuple(flat(g).split(" ", 1)), "")),
    phone_form("tel: link", lambda e, g, n: ('<a href="tel:', e, '">')),
    phone_form("value of JSON", lambda e, g, n: ('{"phone":"', g, '"}')),
    phone_form("cell of CSV", lambda e, g, n: ('17;"', g, '";2026-05-13')),
    phone_form("row of SQL", lambda e, g, n: ("(7,'", e, "',NULL)")),
    phone_form("percent", lambda e, g, n: ("/call?to=", "%2B" + e[1:], "&at=1")),
    phone_form("entity for the +", lambda e, g, n: "&#43;" + flat(g)[1:]),
    phone_form("\\u002b", lambda e, g, n: ('"', "\\u002b" + e[1:], '"')),
    phone_form("quoted-printable", lambda e, g, n: ("Tel=2E ", flat(g).replace(" ", "=20"), "=\r\n")),
    phone_form("quoted-printable, + too", lambda e, g, n: "=2B" + flat(g)[1:]),
    phone_form("quoted-printable, soft line break", lambda e, g, n: g[:9] + "=\n" + g[9:]),
    phone_form("quoted-printable, no-break spaces", joined("=C2=A0")),
    phone_form("full width", lambda e, g, n: wide(e)),
    phone_form("zero width space", lambda e, g, n: e[:6] + "\u200b" + e[6:]),
    phone_form("&nbsp;", joined("&nbsp;")),
    phone_form("national, region and label known", lambda e, g, n: flat(n), label=True, region=True),
    phone_form("national, region known", lambda e, g, n: n, region=True, languages=("en", "fr", "es")),
    phone_form("vCard", lambda e, g, n: ("TEL;TYPE=CELL:", g, "\r\nEND:VCARD"), adjacent=False),
    phone_form("UTF-16", lambda e, g, n: g, encoding="utf-16-le"),
]


# --- numbers with check digits ---

WORD_CARD = {"en": "card number: ", "it": "carta di credito: ", "fr": "carte bancaire : ", "de": "Kreditkarte: ", "es": "tarjeta de crédito: "}
WORD_ID = {"en": "SSN: ", "it": "Codice fiscale: ", "fr": "Numéro de sécurité sociale : ", "de": "Steuer-ID: ", "es": "DNI: "}
WORD_ID_FIELD = {"en": "ssn", "it": "codice_fiscale", "fr": "nir", "de": "steuer_id", "es": "dni"}
WORD_VAT = {"en": "VAT no. ", "it": "P.IVA ", "fr": "N° TVA : ", "de": "USt-IdNr.: ", "es": "NIF: "}


def number_form(kind, name, source, write, words=None, **more):
    """write(plain, as printed) -> value or triple; words: the label of each language."""
    def make(rng, language):
        made = write(*source(rng, language))
        before, value, after = ("", made, "") if isinstance(made, str) else made
        return (words[language] if words else "") + before, value, after
    return form(kind, name, make, **more)


def fours(text, sign):
    return sign.join(text[i:i + 4] for i in range(0, len(text), 4))


def card_form(name, write, **more):
    return number_form("payment_card", name, values.card, write, **more)


def iban_form(name, write, **more):
    return number_form("iban", name, lambda rng, language: (values.iban(rng, language),), write, **more)


def id_form(name, write, words=WORD_ID, **more):
    return number_form("national_id", name, values.national_id, write, words, adjacent=False, kinds=("vat_number",), **more)


def separated(sign):
    return lambda c, w: w.replace("-", " ").replace(" ", sign)


NUMBERS = [
    card_form("blanks", separated(" ")),
    card_form("hyphens", separated("-")),
    card_form("no-break spaces", separated("\u00a0")),
    card_form("&nbsp;", separated("&nbsp;")),
    card_form("one piece, labelled", lambda c, w: c, words=WORD_CARD, adjacent=False),
    card_form("value of JSON", lambda c, w: ('{"card_number":"', c, '"}')),
    card_form("number of JSON", lambda c, w: ('{"cardNumber":', c, ',"n":1}')),
    card_form("cell of CSV", lambda c, w: ('17,"', w, '",12/29')),
    card_form("dots", separated(".")),
    card_form("full width, labelled", lambda c, w: wide(c), words=WORD_CARD, adjacent=False),
    card_form("zero width space", lambda c, w: w[:6] + "\u200b" + w[6:]),
    card_form("quoted-printable", lambda c, w: w.replace("-", " ").replace(" ", "=20")),
    card_form("quoted-printable, soft line break", lambda c, w: w[:7] + "=\r\n" + w[7:]),
    card_form("quoted-printable, no-break spaces", lambda c, w: w.replace("-", " ").replace(" ", "=C2=A0")),
    card_form("percent", lambda c, w: ("card=", w.replace("-", " ").replace(" ", "%20"), "&v=1")),
    card_form("UTF-16", separated(" "), encoding="utf-16-le"),
    iban_form("one piece", lambda c: c),
    iban_form("in fours", lambda c: fours(c, " ")),
    iban_form("in fours, hyphens", lambda c: fours(c, "-")),
    iban_form("in fours, dots", lambda c: fours(c, ".")),
    iban_form("no-break spaces", lambda c: fours(c, "\u00a0")),
    iban_form("&nbsp;", lambda c: fours(c, "&nbsp;")),
    iban_form("small letters", lambda c: c.lower()),
    iban_form("small letters in fours", lambda c: fours(c.lower(), " ")),
    iban_form("IBAN in front", lambda c: ("IBAN", c, "")),
    iban_form("value of JSON", lambda c: ('{"iban":"', c, '"}')),
    iban_form("full width", wide),
    iban_form("zero width space", lambda c: c[:7] + "\u200b" + c[7:]),
    iban_form("quoted-printable", lambda c: fours(c, "=20")),
    iban_form("quoted-printable, soft line break", lambda c: c[:9] + "=\r\n" + c[9:]),
    iban_form("quoted-printable, no-break spaces", lambda c: fours(c, "=C2=A0")),
    iban_form("percent", lambda c: ("iban=", fours(c, "%20"), "&v=1")),
    iban_form("UTF-16", lambda c: c, encoding="utf-16-be"),
    id_form("in one piece", lambda c, w: c),
    id_form("as printed", lambda c, w: w),
    id_form("small letters", lambda c, w: c.lower(), languages=("it", "es")),
    id_form("field of JSON", lambda c, w: ('"', c, '"')),
    id_form("label on the line before", lambda c, w: ("\n", w, "")),
    id_form("no-break spaces", lambda c, w: w.replace(" ", "\u00a0"), languages=("it", "fr", "de")),
    id_form("full width", lambda c, w: wide(c)),
    id_form("zero width space", lambda c, w: c[:4] + "\u200b" + c[4:]),
    id_form("quoted-printable, soft line break", lambda c, w: c[:5] + "=\r\n" + c[5:]),
    number_form("vat_number", "with the country's code", values.vat_number, lambda c, w: c, WORD_VAT, adjacent=False,
        kinds=("national_id",)),
    number_form("vat_number", "without it", values.vat_number, lambda c, w: w, WORD_VAT, adjacent=False, languages=("it",),
        kinds=("national_id",)),
    number_form("ip_address", "plain", values.ip, lambda c, w: w),
    number_form("ip_address", "with a port", values.ip, lambda c, w: ("[", c, "]:8443") if ":" in c else ("", c, ":8443")),
    number_form("ip_address", "in a URL", values.ip, lambda c, w: ("https://[", c, "]/index") if ":" in c else ("https://", c, "/index")),
    number_form("ip_address", "with a prefix length", values.ip, lambda c, w: ("", c, "/64" if ":" in c else "/24")),
    number_form("ip_address", "value of JSON", values.ip, lambda c, w: ('{"ip":"', c, '"}')),
    number_form("ip_address", "web server log", values.ip, lambda c, w: ("", c, ' - - [13/May/2026:10:33:12 +0000] "GET / HTTP/1.1" 200 17'),
        adjacent=False),
    number_form("ip_address", "IPv4 in IPv6", lambda rng, _l: ("::ffff:203.0.113.%d" % rng.randrange(1, 255),) * 2, lambda c, w: c),
]

# --- what only words or a place make ---

SAYS = {"en": ("Dear %s,", "Kind regards,\n%s\n", "Dr. %s", "My name is %s."), "it": ("Gentile %s,", "Cordiali saluti,\n%s\n", "dott. %s", "Mi chiamo %s."),
    "fr": ("Cher %s,", "Cordialement,\n%s\n", "Mme %s", "Je m'appelle %s."), "de": ("Hallo %s,", "Mit freundlichen Grüßen\n%s\n", "Frau %s", "Ich heiße %s."),
    "es": ("Estimado %s,", "Un saludo,\n%s\n", "Sra. %s", "Me llamo %s.")}
FIELDS = {"en": '{"customerName":"%s"}', "it": "Cognome e nome: %s\n", "fr": "Nom : %s\n", "de": "Name: %s\n", "es": "Nombre: %s\n"}


def name_form(name, write):
    def make(rng, language):
        first, last = values.person(rng, language)
        pattern, value = write(first, last, language, rng)
        before, after = pattern.split("%s")
        return before, value, after
    return form("person_name", name, make, adjacent=False)


def full(pattern):
    return lambda f, l, language, rng: (pattern(f, l, language), "%s %s" % (f, l))


NAMES = [
    name_form("From: Name <address>", full(lambda f, l, _: "From: %%s <%s.%s@contoso.com>\r\n" % (f.lower(), l.lower()))),
    name_form('"Name" <address>', full(lambda f, l, _: 'To: "%%s" <%s@contoso.com>\r\n' % l.lower())),
    name_form('"Surname, Name" <address>', lambda f, l, language, rng: ('Cc: "%%s" <%s.%s@contoso.com>\r\n' % (f.lower(), l.lower()),
        "%s, %s" % (l, f))),
    name_form("greeting", full(lambda f, l, language: SAYS[language][0])),
    name_form("signature", full(lambda f, l, language: SAYS[language][1])),
    name_form("title", full(lambda f, l, language: SAYS[language][2])),
    name_form("says it", full(lambda f, l, language: SAYS[language][3])),
    name_form("field", full(lambda f, l, language: FIELDS[language])),
    name_form("beside an address in brackets", full(lambda f, l, _: "%%s (%s.%s@contoso.com)" % (f.lower(), l.lower()))),
    name_form("in prose", full(lambda f, l, _: "%s")),
]


def day_form(name, write, words):
    def make(rng, language):
        before, after = words[language].split("%s")
        return before, write(values.birthday(rng, language), language), after
    return form("date_of_birth", name, make, adjacent=False)


BORN = {"en": "Date of birth: %s", "it": "Data di nascita: %s", "fr": "Date de naissance : %s", "de": "Geburtsdatum: %s", "es": "Fecha de nacimiento: %s"}
BORN_FIELD = {language: '{"birth_date":"%s"}' for language in ALL}
BORN_PROSE = {"en": "was born on %s in Leeds", "it": "nata il %s a Bari", "fr": "née le %s à Lyon", "de": "geboren am %s in Kassel", "es": "nacida el %s en Madrid"}


def long_day(day, language):
    month = values.MONTHS[language][day.month - 1]
    return {"en": "%d %s %d", "it": "%d %s %d", "fr": "%d %s %d", "de": "%d. %s %d", "es": "%d de %s de %d"}[language] % (day.day, month, day.year)


def home_form(name, write):
    def make(rng, language):
        street, town = values.postal(rng, language)
        return write(street, town)
    return form("postal_address", name, make, adjacent=False)


CASES = {"en": "Case number: %s", "it": "Numero pratica: %s", "fr": "Dossier n° %s", "de": "Aktenzeichen: %s", "es": "Número de expediente: %s"}


def case_form(name, write):
    def make(rng, language):
        before, after = CASES[language].split("%s")
        return before, write(rng), after
    return form("case_number", name, make, adjacent=False)


def secret_form(name, make):
    return form("secret", name, lambda rng, _language: make(rng), kinds=("url",), adjacent=False)


def base64_text(rng, count):
    return values.letters(rng, count, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


SECRETS = [
    secret_form("password in a URL", lambda rng: ("https://svc:", values.password(rng).replace("#", "x"), "@db.contoso.com/app")),
    secret_form("password in a database URL", lambda rng: ("postgres://svc:", values.password(rng).replace("#", "x"), "@db.contoso.com:5432/app")),
    secret_form("password in a connection string", lambda rng: ("Server=db.contoso.com;User Id=svc;Password=", values.password(rng), ";Encrypt=true")),
    secret_form("password in JSON", lambda rng: ('{"user":"svc","password":"', values.password(rng), '"}')),
    secret_form("password in an environment", lambda rng: ("DB_PASSWORD=", values.password(rng), "\n")),
    secret_form("password in YAML", lambda rng: ("  password: \"", values.password(rng), "\"\n")),
    secret_form("access key in an environment", lambda rng: ("AWS_ACCESS_KEY_ID=", "AKIA" + values.letters(rng, 16, "ABCDEFGHJKLMNPQRSTUVW234567"), "\n")),
    secret_form("secret key in an environment", lambda rng: ("AWS_SECRET_ACCESS_KEY=", base64_text(rng, 40), "\n")),
    secret_form("token of GitHub", lambda rng: ("token: ", "ghp_" + base64_text(rng, 36), "\n")),
    secret_form("signature in a URL", lambda rng: ("https://contoso.blob.core.windows.net/c/b?sv=2019-02-02&se=2026-01-01&sr=c&sp=rl&sig=",
        base64_text(rng, 43) + "%3D", "")),
    secret_form("storage key", lambda rng: ("AccountName=contoso;AccountKey=", base64_text(rng, 86) + "==", ";EndpointSuffix=core.windows.net")),
    secret_form("web token", lambda rng: ("Authorization: Bearer ", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI%s.%s" % (base64_text(rng, 20),
        base64_text(rng, 43)), "\r\n")),
]

WORDED = [
    day_form("ISO", lambda day, _: day.isoformat(), BORN),
    day_form("day first", lambda day, _: day.strftime("%d.%m.%Y"), {l: BORN[l] for l in ALL}),
    day_form("slashes", lambda day, _: day.strftime("%d/%m/%Y"), BORN),
    day_form("month as a word", long_day, BORN),
    day_form("field of JSON", lambda day, _: day.isoformat(), BORN_FIELD),
    day_form("in prose", long_day, BORN_PROSE),
    home_form("on one line", lambda street, town: ("", "%s, %s" % (street, town), "")),
    home_form("on two lines", lambda street, town: ("\n", "%s\n%s" % (street, town), "\n")),
    case_form("digits behind a label", lambda rng: "%d" % rng.randrange(40_000_000, 99_999_999)),
    case_form("letters and digits behind a label", lambda rng: "PRJ-2024-%04d" % rng.randrange(10_000)),
]

FORMS = ADDRESSES + PHONES + NUMBERS + NAMES + WORDED + SECRETS
