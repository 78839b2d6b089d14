"""RTF from the stored bytes to the report: found is what was planted, in its place, at its bytes; against another program."""
import csv
import io
import os
import re
import shutil
import subprocess
import zipfile

import rig


def hexed(data):
    return b"\r\n".join(data.hex().encode()[i:i + 78] for i in range(0, 2 * len(data), 78))


def ole1(data):
    def counted(part):
        return len(part).to_bytes(4, "little") + part
    return (0x501).to_bytes(4, "little") + (2).to_bytes(4, "little") + counted(b"Package\0") + counted(b"") + counted(b"") \
        + counted(data) + b"\x01\x05\x00\x00\x00\x00\x00\x00"


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("letter.txt", content)
    return out.getvalue()


# (RTF, planted address, its stored bytes, form, where)
PLANTS = [
    (rb"{\info{\title for t1@contoso.com}{\author Anna t2@contoso.com}{\*\company t3@contoso.com}{\doccomm t4@contoso.com}}",
        [("t%d@contoso.com" % i, None, "plain", "in property") for i in (1, 2, 3, 4)]),
    (rb"{\header h1@contoso.com}{\footer f1@contoso.com}", [("h1@contoso.com", None, "plain", "in header"),
        ("f1@contoso.com", None, "plain", "in footer")]),
    (rb"\pard Write to b1@contoso.com\par", [("b1@contoso.com", None, "plain", "")]),
    (rb"b2@\b contoso\b0 .com\par", [("b2@contoso.com", rb"b2@\b contoso\b0 .com", "encoded", "")]),
    (rb"b3\u64?contoso\'2ecom\par", [("b3@contoso.com", rb"b3\u64?contoso\'2ecom", "encoded", "")]),
    (b"b4@contoso\r\n.com\\par", [("b4@contoso.com", b"b4@contoso\r\n.com", "encoded", "")]),
    (rb"b5@{\footnote see n1@contoso.com}contoso.com\par", [("b5@contoso.com", rb"b5@{\footnote see n1@contoso.com}contoso.com",
        "encoded", ""), ("n1@contoso.com", None, "plain", "in footnote")]),
    (rb"a{\*\atnauthor c1@contoso.com}{\*\annotation c2@contoso.com}\par", [("c1@contoso.com", None, "plain", "in comment"),
        ("c2@contoso.com", None, "plain", "in comment")]),
    (rb'{\field{\*\fldinst HYPERLINK "mailto:l1@contoso.com"}{\fldrslt l2@contoso.com}}\par',
        [("l1@contoso.com", None, "plain", "in field"), ("l2@contoso.com", None, "plain", "")]),
    (rb"{\v v1@contoso.com}\par \trowd Mail\cell v2@contoso.com\cell\row", [("v1@contoso.com", None, "plain", ""),
        ("v2@contoso.com", None, "plain", "")]),
    (rb"{\*\unknown u1@contoso.com}{\fonttbl{\f9\fnil u2@contoso.com;}}", [("u1@contoso.com", None, "plain", ""),
        ("u2@contoso.com", None, "plain", "in table")]),
    (rb"{\pict\pngblip " + hexed(b"\x89PNG" + bytes(range(256))) + rb"}", []),
    (rb"{\object\objemb{\*\objclass Package}{\*\objdata " + hexed(ole1(zipped(b"mail o1@contoso.com\n"))) + rb"}{\result pic}}\par",
        [("o1@contoso.com", None, "member", "object-1!/letter.txt")]),
    (rb"{\object{\*\objdata " + hexed(ole1(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40) + "o2@contoso.com".encode("utf-16-le") + bytes(40)))
        + rb"}}\par", [("o2@contoso.com", None, "member", "object-2")]),
]
DOCUMENT = b"{\\rtf1\\ansi\\ansicpg1252\\deff0" + b"\r\n".join(rtf for rtf, _ in PLANTS) + b"}"


def scanned(out, name, stored):
    path, case = os.path.join(out, name), os.path.join(out, name + ".case")
    with open(path, "wb") as file:
        file.write(stored)
    rig.scan(case, path, status=(rig.OK, rig.INCOMPLETE))
    return case


def entities(case):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities",
        "--reveal", "t"))
    return sorted(row["canonical"] for row in csv.DictReader(io.StringIO(done.stdout.decode())))


def explained(case, canonical):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--reveal", "t", "--explain", canonical))
    return done.stdout.decode()


def all_that_was_planted_is_found_in_its_place_at_its_bytes_and_nothing_else():
    with rig.folder() as out:
        case = scanned(out, "a.rtf", DOCUMENT)
        rig.equal(entities(case), sorted(row[0] for _, rows in PLANTS for row in rows), "entities")
        for address, stored, form, where in (row for _, rows in PLANTS for row in rows):
            text = explained(case, address)
            if form == "member":
                rig.check("!/" + where in text, "%s is not in %s: %s" % (address, where, text))
                continue
            found = re.search(r"( in [a-z ]+)? bytes (\d+)-(\d+) (\w+)", text)
            rig.check(found is not None, "no place of %s: %s" % (address, text))
            got = ((found[1] or "").strip(), DOCUMENT[int(found[2]):int(found[3])], found[4])
            rig.equal(got, (where, stored or address.encode(), form), address)


def a_document_is_one_record_and_its_objects_have_their_own():
    with rig.folder() as out:
        report = rig.report(scanned(out, "a.rtf", DOCUMENT))
        rig.equal([(u["unit"], u["raw"]) for u in report["units"]], [("document", 2)], "units")


def a_torn_document_is_partial_and_its_text_is_found():
    objects = DOCUMENT.index(b"{\\object")
    for cut in (objects - 1, objects + 20, DOCUMENT.index(b"c2@contoso.com") + 20):
        with rig.folder() as out:
            case = scanned(out, "a.rtf", DOCUMENT[:cut])
            rig.equal(list(rig.unread(rig.report(case, "--reveal", "t")).values())[0], ("partial", "truncated"), "status")
            rig.check("c1@contoso.com" in entities(case), "an address before the tear was lost")


def a_page_that_libreoffice_saved_as_rtf_gives_what_is_in_it():
    """Its words are compared in oracle_test.py; here what was planted, in every place that HTML has, comes back."""
    want = ["w%03d@contoso.com" % i for i in range(60)]
    ways = ["<p>%s</p>", "<p>a <b>%s</b> b</p>", "<table><tr><td>%s</td><td>x</td></tr></table>", "<ul><li>%s</li></ul>",
        "<p title='x'>%s<br>J\u00fcrgen \u017elu\u0165 \u041f\u0440\u0438\u0432\u0435\u0442</p>", "<p><a href='https://www.contoso.com/'>%s</a></p>"]
    page = "<html><head><meta charset='utf-8'><title>t</title></head><body>%s</body></html>" % "".join(
        ways[i % len(ways)] % address for i, address in enumerate(want))
    with rig.folder() as out:
        with open(os.path.join(out, "page.html"), "w", encoding="utf-8") as file:
            file.write(page)
        rig.check(shutil.which("soffice") is not None, "soffice is missing: ./dev setup installs it")
        said = subprocess.run(["soffice", "--headless", "--norestore", "-env:UserInstallation=file://" + os.path.join(out, "profile"),
            "--infilter=HTML (StarWriter)", "--convert-to", "rtf:Rich Text Format", "--outdir", out, os.path.join(out, "page.html")],
            capture_output=True, timeout=rig.TIMEOUT_S, stdin=subprocess.DEVNULL)
        path = os.path.join(out, "page.rtf")
        rig.check(os.path.exists(path), "LibreOffice made no RTF: %r" % said.stderr[-300:])
        case = os.path.join(out, "page.case")
        rig.scan(case, path)
        rig.equal([e for e in entities(case) if "@" in e], want, "addresses")


rig.run_tests(all_that_was_planted_is_found_in_its_place_at_its_bytes_and_nothing_else,
    a_document_is_one_record_and_its_objects_have_their_own, a_torn_document_is_partial_and_its_text_is_found,
    a_page_that_libreoffice_saved_as_rtf_gives_what_is_in_it)
