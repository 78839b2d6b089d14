"""OpenDocument against LibreOffice: what it writes we read, and of the same file both have the same words."""
import csv
import os
import random
import re
import zipfile

import odf_files
import rig
import soffice
from odf_show import shown

WORDS = ("order invoice support customer letter straße élan naïve Привет 東京 x1 42 1,234.50 anna@contoso.com +39-02-1234567 "
    "https://contoso.com/?a=1&b=2 'quoted' (in) semi;colon a/b").split()
TEXT_FILTER = "txt:Text (encoded):UTF8"
CSV_FILTER = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false"
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def escaped(text):
    return "".join(ESCAPES.get(c, c) for c in text)


def word(pick):
    """A word, sometimes in the pieces that editing leaves."""
    text = pick.choice(WORDS)
    if pick.random() < 0.6:
        return escaped(text)
    at = pick.randrange(len(text) + 1)
    between = pick.choice(["", '<text:bookmark text:name="__b%d"/>' % pick.randrange(10 ** 9), "<text:soft-page-break/>"])
    return '<text:span text:style-name="T1">%s</text:span>%s<text:span>%s</text:span>' % (escaped(text[:at]), between, escaped(text[at:]))


def line(pick):
    gaps = [" ", " ", " ", "  ", "\n ", "<text:s/>", '<text:s text:c="3"/>', "<text:tab/>", "<text:line-break/>", " <text:span> </text:span>"]
    return "".join(word(pick) + pick.choice(gaps) for _ in range(pick.randrange(1, 9)))


def block(pick, depth=0):
    kind = pick.randrange(7 if depth < 3 else 2)
    if kind == 0:
        return '<text:h text:outline-level="1">%s</text:h>' % line(pick)
    if kind in (1, 2):
        return "<text:p>%s</text:p>" % line(pick)
    if kind == 3:
        return "<text:list>%s</text:list>" % "".join("<text:list-item>%s</text:list-item>" % "".join(
            "<text:p>%s</text:p>" % line(pick) for _ in range(pick.randrange(1, 3))) for _ in range(3))
    if kind == 4:
        return '<text:section text:name="S%d">%s</text:section>' % (pick.randrange(10 ** 9), block(pick, depth + 1))
    if kind == 5:
        return '<text:p>%s<text:a xlink:type="simple" xlink:href="https://fabrikam.com/">%s</text:a></text:p>' % (line(pick), line(pick))
    columns = pick.randrange(1, 4)
    rows = "".join("<table:table-row>%s</table:table-row>" % "".join('<table:table-cell office:value-type="string">%s</table:table-cell>'
        % "".join("<text:p>%s</text:p>" % line(pick) for _ in range(pick.randrange(1, 3))) for _ in range(columns)) for _ in range(3))
    return '<table:table table:name="T%d"><table:table-column table:number-columns-repeated="%d"/>%s</table:table>' % (
        pick.randrange(10 ** 9), columns, rows)


def document(seed):
    pick = random.Random(seed)
    return odf_files.Document("odt", "<office:text>%s</office:text>" % "".join(block(pick) for _ in range(25)))


def words(text):
    return [w for w in text.replace("\ufeff", "").split() if w not in "•◦▪–-"]


def our_words(path):
    """The words of a text, without what LibreOffice leaves out of its own: links, and the names of tables and sections."""
    texts, _ = shown(path)
    kept = "".join(row["text"] for row in texts if row["part"] == 0 and row["place"].split(" ")[0] in ("body", "section"))
    return words("\n".join(line for line in kept.split("\n") if not line.startswith("name: ")))


def texts_have_the_words_that_libreoffice_has():
    with rig.folder() as out:
        seeds = range(40 if rig.FULL else 8)
        paths = [document(seed).package(os.path.join(out, "text%d.odt" % seed)) for seed in seeds]
        theirs = soffice.convert(out, TEXT_FILTER, *paths)
        flats = soffice.convert(out, "fodt", *paths)
        again = os.path.join(out, "again")
        os.mkdir(again)
        saved = soffice.convert(again, "odt", *flats)
        for seed, path, their, flat, new in zip(seeds, paths, theirs, flats, saved):
            with open(their, encoding="utf-8") as file:
                want = words(file.read())
            rig.check(len(want) > 50, "seed %d: LibreOffice has %d words only" % (seed, len(want)))
            for other in (path, flat, new):
                rig.equal(our_words(other), want, "seed %d: the words of %s" % (seed, os.path.basename(other)))


def table(seed):
    pick = random.Random(seed)
    cells = [lambda: pick.choice(WORDS[:9]), lambda: pick.choice(WORDS) + " " + pick.choice(WORDS), lambda: "",
        lambda: str(pick.randrange(10 ** 15, 10 ** 16 // 2)), lambda: str(pick.randrange(10 ** 11)),
        lambda: "%.6f" % (pick.random() * 1000), lambda: "line one\nline two"]
    return [[pick.choice(cells)() for _ in range(6)] for _ in range(40)]


def sheets_have_the_words_and_all_the_digits():
    with rig.folder() as out:
        seeds = range(20 if rig.FULL else 4)
        paths, given = [], {}
        for seed in seeds:
            path = os.path.join(out, "sheet%d.csv" % seed)
            given[seed] = table(seed)
            with open(path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(given[seed])
            paths.append(path)
        made = soffice.convert(out, "ods", *paths, options=["--infilter=CSV:44,34,76,1"])
        flats = soffice.convert(out, "fods", *made)
        again = os.path.join(out, "again")
        os.mkdir(again)
        theirs = soffice.convert(again, CSV_FILTER, *made)
        for seed, path, flat, their in zip(seeds, made, flats, theirs):
            with open(their, encoding="utf-8", newline="") as file:
                seen = {w for row in csv.reader(file, delimiter="\t") for cell in row for w in words(cell)}
            want = {w for row in given[seed] for cell in row for w in words(cell)}
            for other in (path, flat):
                texts, _ = shown(other)
                ours = {w for row in texts if row["place"].startswith("sheet ") for w in words(row["text"])}
                rig.equal(sorted(seen - ours), [], "seed %d: shown by LibreOffice, not in %s" % (seed, os.path.basename(other)))
                digits = {w for w in want if re.fullmatch(r"\d{11,16}", w)}
                rig.equal(sorted(digits - ours), [], "seed %d: digits that %s lost" % (seed, os.path.basename(other)))
                strange = {w for w in ours - seen - want if not re.fullmatch(r"[\d.E+-]+", w)}
                rig.equal(sorted(strange - {"name:", "sheet%d" % seed}), [], "seed %d: made up in %s" % (seed, os.path.basename(other)))


def stored_text(path):
    """All text that a package stores, tags left out: what a reader could find at all."""
    with zipfile.ZipFile(path) as package:
        xml = "".join(package.read(name).decode("utf-8", "replace") for name in package.namelist() if name.endswith(".xml"))
    return re.sub(r"</?text:(span|bookmark|soft-page-break)[^>]*>", "", xml)


def what_libreoffice_saves_anew_keeps_every_planted_place():
    with rig.folder() as out:
        for make, kind in ((odf_files.text, "odt"), (odf_files.slides, "odp"), (odf_files.drawing, "odg")):
            document, plants = make()
            path = document.package(os.path.join(out, "first." + kind))
            again = os.path.join(out, "again-" + kind)
            os.mkdir(again)
            new, = soffice.convert(again, kind, path)
            stored, text = stored_text(new), "".join(row["text"] for row in shown(new)[0])
            kept = [address for address in plants if address in stored]
            rig.check(len(kept) > 10, "LibreOffice kept only %d of %d in %s" % (len(kept), len(plants), kind))
            rig.equal([address for address in kept if address not in text], [], "lost in the %s that LibreOffice wrote" % kind)
            print("%s: LibreOffice kept %d of %d planted addresses, all found" % (kind, len(kept), len(plants)))


rig.run_tests(texts_have_the_words_that_libreoffice_has, sheets_have_the_words_and_all_the_digits,
    what_libreoffice_saves_anew_keeps_every_planted_place)
