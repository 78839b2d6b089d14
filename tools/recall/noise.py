"""What may stand around a value: sentences of five languages, punctuation, broken lines, control bytes, bytes that are no UTF-8."""

SENTENCES = {
    "en": [("Thank you for the call. You can reach us at ", " until Friday."), ("As agreed we noted ", " in the file"), ("", " is what we were given yesterday.")],
    "it": [("Grazie per la telefonata. Ci trova qui: ", " fino a venerdì."), ("Come concordato abbiamo annotato ", " nel fascicolo"),
        ("", " è quanto ci è stato dato ieri.")],
    "fr": [("Merci pour l'appel. Vous pouvez utiliser ", " jusqu'à vendredi."), ("Comme convenu nous avons noté ", " dans le document"),
        ("", " est ce qui nous a été donné hier.")],
    "de": [("Danke für den Anruf. Erreichbar sind wir unter ", " bis Freitag."), ("Wie besprochen haben wir ", " vermerkt"),
        ("", " wurde uns gestern genannt.")],
    "es": [("Gracias por la llamada. Puede usar ", " hasta el viernes."), ("Como acordamos hemos anotado ", " en el informe"),
        ("", " es lo que nos dieron ayer.")],
}
# Name, before, after: right beside the value.
BESIDE = [
    ("comma, full stop", b"so, ", b"."), ("question", b"really ", b"?"), ("exclamation", b"ok: ", b"!!"), ("semicolons", b"a; ", b"; b"),
    ("quotes", b'"', b'"'), ("single quotes", b"'", b"'"), ("typographic quotes", "«".encode(), "»".encode()),
    ("round brackets", b"(", b")"), ("square brackets", b"[", b"]"), ("angle brackets", b"<", b">"), ("braces", b"{", b"}"),
    ("markdown bold", b"**", b"**"), ("markdown code", b"`", b"`"), ("markdown list", b"* ", b"\n* "), ("table of markdown", b"| ", b" |"),
    ("tab", b"1\t", b"\t2"), ("pipe", b"a|", b"|b"), ("line break", b"\n", b"\n"), ("CRLF", b"\r\n", b"\r\n"), ("only value", b"", b""),
    ("quoted mail", b"> ", b"\n> "), ("colon", b"x:", b" y"), ("equals", b"k=", b" v=2"), ("ellipsis", b"... ", b"..."),
]
# The same, of bytes that text does not have.
BROKEN = [
    ("control byte before", b"\x01", b" "), ("control byte behind", b" ", b"\x1f"), ("DEL", b"\x7f", b"\x7f"), ("NUL", b"\x00", b"\x00"),
    ("broken UTF-8 before", b"\xff", b" "), ("broken UTF-8 behind", b" ", b"\xff"), ("half a character before", b"\xe2\x80", b" "),
    ("half a character behind", b" ", b"\xc3"), ("Latin-1 before", b"caf\xe9 ", b" "), ("Latin-1 behind", b" ", b" caf\xe9"),
    ("overlong", b"\xc0\xaf", b"\xc0\xaf"), ("surrogate", b"\xed\xa0\x80", b" "), ("terminal colour", b"\x1b[31m", b"\x1b[0m"),
]
# Where words and numbers around a value give it its meaning: noise that leaves them a line.
APART = [
    ("only value", b"", b""), ("line break", b"\n", b"\n"), ("CRLF", b"\r\n", b"\r\n"), ("text before and behind", b"It was noted. ", b" And so on."),
    ("round brackets", b"(", b")"), ("log line", b"2026-05-13T10:33:12Z INFO [audit] ", b" done"), ("tab", b"1\t", b"\t2"),
    ("control byte before", b"\x01", b" "), ("NUL", b"\x00", b"\x00"), ("broken UTF-8 before", b"\xff ", b" "), ("broken UTF-8 behind", b" ", b"\xff"),
    ("Latin-1 around", b"caf\xe9. ", b" caf\xe9"), ("quoted mail", b"> ", b"\n> "), ("markdown list", b"* ", b"\n* "),
]
TEXT_ONLY = [row for row in BESIDE + APART if row[1].isascii() and row[2].isascii()]


def all_of(form, language):
    """[(name, before, after)] for this form. Of input in UTF-16 only what is text."""
    sentences = [("sentence", a.encode(), b.encode()) for a, b in SENTENCES[language]]
    if form.encoding:
        return sentences + [row for row in TEXT_ONLY if b"\x00" not in row[1]]
    return sentences + (BESIDE + BROKEN if form.adjacent else APART)
