"""The ways to write one value: is it found, whole, and as the value it stands for? Half of an address is a miss. All values
are invented here."""
import os
import random
import sys

import finder

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import make_example  # noqa: E402

EACH = 100
DOMAINS = ("fabrikam.com", "adatum.com", "fabrikam.it", "adatum.fr", "litware.example")


def wide(text):
    """ASCII in its full-width form."""
    return "".join(chr(ord(c) + 0xfee0) if "!" <= c <= "~" else c for c in text)


def join(separator):
    """The groups of a value with another separator between them."""
    return lambda canonical, written: written.replace(" ", separator).replace("-", separator)


def no_brackets(written):
    return written.replace("(", "").replace(")", "")


def fours(separator):
    return lambda canonical, written: separator.join(canonical[i:i + 4] for i in range(0, len(canonical), 4))


# Beside the spellings of make_example: others that people use to hide an address from programs, and that programs use.
ADDRESSES = [
    ("obfuscated", "(at) (dot)", lambda l, d: "%s (at) %s" % (l, d.replace(".", " (dot) "))),
    ("obfuscated", "(at)(dot) without blanks", lambda l, d: "%s(at)%s" % (l, d.replace(".", "(dot)"))),
    ("obfuscated", "[at] without blanks", lambda l, d: "%s[at]%s" % (l, d)),
    ("obfuscated", "{at} {dot}", lambda l, d: "%s {at} %s" % (l, d.replace(".", " {dot} "))),
    ("obfuscated", "<at>", lambda l, d: "%s <at> %s" % (l, d)),
    ("obfuscated", "AT DOT", lambda l, d: "%s AT %s" % (l, d.replace(".", " DOT "))),
    ("obfuscated", "_at_ _dot_", lambda l, d: "%s_at_%s" % (l, d.replace(".", "_dot_"))),
    ("obfuscated", "[@] [.]", lambda l, d: "%s[@]%s" % (l, d.replace(".", "[.]"))),
    ("obfuscated", "@ with [.]", lambda l, d: "%s@%s" % (l, d.replace(".", "[.]"))),
    ("obfuscated", "[at] with a dot", lambda l, d: "%s [at] %s" % (l, d)),
    ("obfuscated", "at with a dot, no word", lambda l, d: "%s@ %s" % (l, d)),
    ("obfuscated", "arroba punto", lambda l, d: "%s arroba %s" % (l, d.replace(".", " punto "))),
    ("obfuscated", "Klammeraffe Punkt", lambda l, d: "%s Klammeraffe %s" % (l, d.replace(".", " Punkt "))),
    ("encoded", "hexadecimal entity", lambda l, d: "%s&#x40;%s" % (l, d)),
    ("encoded", "named entity", lambda l, d: "%s&commat;%s" % (l, d)),
    ("encoded", "every character an entity", lambda l, d: "".join("&#%d;" % ord(c) for c in "%s@%s" % (l, d))),
    ("encoded", "backslash u", lambda l, d: '"%s\\u0040%s"' % (l, d)),
    ("encoded", "percent twice", lambda l, d: "https://portal.invalid/?u=%s%%2540%s&v=1" % (l, d)),
    ("encoded", "soft hyphen", lambda l, d: "%s@%s" % (l, d[:3] + "\u00ad" + d[3:])),
    ("encoded", "all full width", lambda l, d: wide("%s@%s" % (l, d))),
]
PHONES = [
    ("plain", "as each country groups it", lambda c, w: w),
    ("plain", "digits in one piece", lambda c, w: c),
    ("plain", "hyphens", lambda c, w: no_brackets(join("-")(c, w))),
    ("plain", "dots", lambda c, w: no_brackets(join(".")(c, w))),
    ("plain", "00 for the +", lambda c, w: "00" + no_brackets(w)[1:]),
    ("plain", "country in brackets", lambda c, w: "(%s) %s" % tuple(no_brackets(w).split(" ", 1))),
    ("plain", "+44 (0)20", lambda c, w: w.replace("+44 ", "+44 (0)") if w.startswith("+44") else None),
    ("plain", "tel: link", lambda c, w: '<a href="tel:%s">' % c),
    ("plain", "no-break spaces", join("\u00a0")),
    ("plain", "no-break hyphens", lambda c, w: no_brackets(join("\u2011")(c, w))),
    ("encoded", "percent", lambda c, w: "https://portal.invalid/?tel=%%2B%s&v=1" % c[1:]),
    ("encoded", "entity for the +", lambda c, w: "&#43;" + w[1:]),
    ("encoded", "full width", lambda c, w: wide(c)),
]
CARDS = [
    ("plain", "blanks", lambda c, w: w.replace("-", " ")),
    ("plain", "hyphens", lambda c, w: w.replace(" ", "-")),
    ("plain", "one piece with a label", lambda c, w: "card number: %s" % c),
    ("plain", "field of JSON", lambda c, w: '{"card_number":"%s"}' % c),
    ("plain", "no-break spaces", join("\u00a0")),
    ("encoded", "&nbsp;", join("&nbsp;")),
    ("encoded", "full width", lambda c, w: "card number: " + wide(c)),
]
IBANS = [
    ("plain", "one piece", lambda c, w: c),
    ("plain", "in fours", fours(" ")),
    ("plain", "in fours, hyphens", fours("-")),
    ("plain", "small letters", lambda c, w: "iban " + c.lower()),
    ("plain", "no-break spaces", fours("\u00a0")),
    ("encoded", "&nbsp;", fours("&nbsp;")),
    ("encoded", "full width", lambda c, w: wide(c)),
]
IPS = [
    ("plain", "plain", lambda c, w: c),
    ("plain", "with a port", lambda c, w: ("[%s]:8443" if ":" in c else "%s:8443") % c),
    ("plain", "in a URL", lambda c, w: ("https://[%s]/index" if ":" in c else "https://%s/index") % c),
    ("plain", "with a prefix length", lambda c, w: c + ("/64" if ":" in c else "/24")),
    ("plain", "capitals", lambda c, w: c.upper() if ":" in c else None),
]


def addresses():
    """(form, name, [(text, canonical)])"""
    firsts = sorted({name.lower() for names in make_example.FIRST.values() for name in names})
    obfuscated = {"space for the dot", "spaces", "[at] [dot]", "at dot", "chiocciola punto", "arobase point"}
    of_example = [("obfuscated" if name in obfuscated else "plain" if name in make_example.PLAIN_SPELLINGS else "encoded",
        name, tlds, write) for name, tlds, write in make_example.SPELLINGS]
    for form, name, tlds, write in of_example + [(form, name, None, write) for form, name, write in ADDRESSES]:
        rows = []
        for i, first in enumerate(firsts):
            for domain in DOMAINS:
                if tlds is None or domain.rsplit(".", 1)[1] in tlds:
                    local = "%s.unit%d" % (first, i)
                    rows.append((write(local, domain), "%s@%s" % (local, domain)))
        yield form, name, rows


def numbers(forms, make):
    """The same for values that are made with their usual spelling: make(rng, i) -> (canonical, written)."""
    rng = random.Random(8)
    values = [make(rng, i) for i in range(EACH)]
    for form, name, write in forms:
        written = [(write(canonical, usual), canonical) for canonical, usual in values]
        yield form, name, [row for row in written if row[0]]


def all_forms():
    languages = ("en", "it", "fr", "de")
    for kind, forms in (
            ("email_address", addresses()),
            ("phone_number", numbers(PHONES, lambda rng, i: make_example.invented_phone(rng, languages[i % 4]))),
            ("payment_card", numbers(CARDS, lambda rng, i: make_example.invented_card(rng))),
            ("iban", numbers(IBANS, lambda rng, i: make_example.invented_iban(rng))),
            ("ip_address", numbers(IPS, lambda rng, i: make_example.invented_ip(rng)))):
        for form, name, rows in forms:
            yield kind, form, name, rows


def measure(program, miss):
    """[(kind, form, name, found, of)]; miss(kind, name, text) is told of each that is not found."""
    table = []
    for kind, form, name, rows in all_forms():
        texts = [("Ticket %d: please use %s, thank you." % (i, text)).encode() for i, (text, _) in enumerate(rows)]
        found = [set() for _ in rows]
        starts = [0]
        for text in texts:
            starts.append(starts[-1] + len(text) + len(finder.BETWEEN))
        at = 0
        for mention in finder.mentions(program, finder.BETWEEN.join(texts)):
            while mention["start"] >= starts[at + 1]:
                at += 1
            if mention["kind"] == kind:
                found[at].add(mention["canonical"])
        right = [canonical in found[i] for i, (_, canonical) in enumerate(rows)]
        for i, good in enumerate(right):
            if not good:
                miss(kind, name, texts[i])
        table.append((kind, form, name, sum(right), len(rows)))
    return table
