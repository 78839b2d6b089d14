"""Office Open XML from the package to the report: what is planted at every place of every format is found, and where."""
import csv
import io
import json
import os
import re
import subprocess
import time
import zipfile

import office
import rig


def address(kind, place):
    return "%s-%s@contoso.com" % (kind, re.sub("[^a-z]+", ".", place.lower()).strip("."))


# Places whose planted value is not an address of its own.
VALUES = {
    "number: card": ("4.1111111111111110E+15", "4111111111111111"),
    "number: phone": ("393331234567", "+393331234567"),
    "changed: as it was": ("anna@fabrikam.com", "anna@fabrikam.com"),
    "changed: as it is": ("anna@adatum.com", "anna@adatum.com"),
}
# Where the report must say that a value stands (the words of the reader and the name out of the document).
WHERE = {
    "docx": {"body": "body", "table": "body", "text box": "text box", "alt text": "alt text", "deleted": "deleted text",
        "changed: as it was": "deleted text", "changed: as it is": "body", "moved from": "deleted text", "field": "field",
        "comment": "comment", "header": "header", "footer": "footer", "footnote": "footnote", "endnote": "endnote",
        "glossary": "glossary", "creator": "properties", "hyperlink": "link", "custom XML": "part customXml/item1.xml"},
    "xlsx": {"shared string": "sheet Clients", "hidden sheet": None, "very hidden sheet": "hidden sheet Deep",
        "string of no cell": "unused strings", "page header": "header Clients", "page footer": "footer Clients",
        "comment": "comment Clients", "number: card": "sheet Clients", "drawing": "drawing", "chart value": "chart",
        "hyperlink": "link", "pivot cache": "part xl/pivotCache/pivotCacheDefinition1.xml"},
    "pptx": {"slide": "slide 1", "hidden slide": "hidden slide 2", "notes": "notes 1", "comment": "comment 1", "master": "master",
        "layout": "layout", "diagram": "diagram", "alt text": "alt text", "hyperlink": "link", "table": "slide 1"},
}


def planted(form, build, **more):
    """(the bytes of a document, {place: canonical value})"""
    places = {}

    def put(place):
        given, canonical = VALUES.get(place, (None, None))
        if given is None:
            given = canonical = address(form, place)
        places[place] = canonical
        return given
    return build(put, **more), places


def scanned(folder, name, data, status=rig.OK):
    path, case = os.path.join(folder, name), os.path.join(folder, name + ".case")
    with open(path, "wb") as file:
        file.write(data)
    rig.scan(case, path, status=status)
    return case


def entities(case):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities",
        "--reveal", "t"))
    return {row["canonical"].lstrip("'"): row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}


def where(case, canonical):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "json", "--reveal", "t",
        "--explain", canonical))
    return [(row.get("where"), row.get("unit")) for row in map(json.loads, done.stdout.splitlines())]


def every_place_is_read(form, build, names, **more):
    data, places = planted(form, build, **more)
    with rig.folder() as folder:
        case = scanned(folder, "a." + form, data)
        found = entities(case)
        print("# %-5s %-28s %s" % (form, "place", "found/planted"))
        for place, canonical in sorted(places.items()):
            print("# %-5s %-28s %d/1" % (form, place, canonical in found))
        print("# %-5s %-28s %d/%d" % (form, "all", sum(v in found for v in places.values()), len(places)))
        rig.equal([p for p, v in sorted(places.items()) if v not in found], [], "places of a %s not found" % form)
        for place, want in names.items():
            if want is not None:
                rig.check((want, "text") in where(case, places[place]), "%s stands in %r, not in %r" % (
                    place, where(case, places[place]), want))
        report = rig.report(case)
        rig.equal(report["coverage"]["objects"]["read"], 1, "objects read")
        return report, found


def every_place_of_a_docx_is_found_and_said():
    report, found = every_place_is_read("docx", office.full_docx, WHERE["docx"])
    # the document and what is embedded: a sheet and a page
    rig.equal(report["coverage"]["records"]["raw"], 3, "records")
    rig.equal(report["coverage"]["objects"]["members"], 2, "members")
    rig.equal(found["docx-text.box@contoso.com"]["mentions"], "1", "mentions of a text box that Word wrote twice")
    rig.equal(found["docx-inserted@contoso.com"]["mentions"], "1", "mentions of an insertion")
    rig.equal(found["docx-deleted@contoso.com"]["mentions"], "1", "mentions of a deletion")


def every_place_of_an_xlsx_is_found_and_said():
    report, _ = every_place_is_read("xlsx", office.full_xlsx, WHERE["xlsx"])
    rig.equal(report["coverage"]["records"]["raw"], 1, "records")


def every_place_of_a_pptx_is_found_and_said():
    every_place_is_read("pptx", office.full_pptx, WHERE["pptx"])


def templates_macros_and_strict_documents_are_read_alike():
    for kind in ("docm", "dotx"):
        every_place_is_read(kind, office.full_docx, {}, kind=kind)
    every_place_is_read("strict", office.full_docx, {}, strict=True)
    for kind in ("xlsm", "xltx"):
        every_place_is_read(kind, office.full_xlsx, {}, kind=kind)
    for kind in ("pptm", "potx", "ppsx"):
        every_place_is_read(kind, office.full_pptx, {}, kind=kind)


def the_same_text_is_the_same_document_whatever_its_container():
    with rig.folder() as folder:
        for kind in ("docx", "docm"):
            with open(os.path.join(folder, "a." + kind), "wb") as file:
                file.write(office.simple_docx("please write to anna@contoso.com", kind))
        with open(os.path.join(folder, "b.docx"), "wb") as file:
            file.write(office.simple_docx("please write to bruno@contoso.com"))
        case = os.path.join(folder, "c.case")
        rig.scan(case, *[os.path.join(folder, name) for name in ("a.docx", "a.docm", "b.docx")])
        records = rig.report(case)["coverage"]["records"]
        rig.equal((records["raw"], records["distinct"]), (3, 2), "records, raw and distinct")


def write_rows(path, rows):
    """A sheet in which every row shows a shared string of its own, a date, a number and one string that all share."""
    base = zipfile.ZipFile(io.BytesIO(office.simple_xlsx("", styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>')))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in base.namelist():
            if not name.endswith(("sheet1.xml", "sharedStrings.xml")):
                out.writestr(name, base.read(name))
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(("<worksheet %s><sheetData>" % office.S).encode())
            for i in range(rows):
                sheet.write(('<row r="%d" spans="1:4" x14ac:dyDescent="0.25"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c><c r="C%d">'
                    '<v>%d.5</v></c><c r="D%d" t="s"><v>0</v></c></row>' % (i + 1, i + 1, i, i + 1, 40000 + i % 5000, i + 1, i, i + 1)).encode())
            sheet.write(b"</sheetData></worksheet>")
        with out.open("xl/sharedStrings.xml", "w", force_zip64=True) as strings:
            strings.write(("<sst %s>" % office.S).encode())
            for i in range(rows):
                strings.write(b"<si><t>user%d@contoso.com</t></si>" % i)
            strings.write(b"</sst>")
        return sum(info.file_size for info in out.infolist())


def a_sheet_of_many_rows_is_counted_exactly_in_little_memory():
    rows = 1000000 if rig.FULL else 60000
    with rig.folder() as folder:
        path, case = os.path.join(folder, "rows.xlsx"), os.path.join(folder, "c.case")
        size = write_rows(path, rows)
        begin, peak = time.monotonic(), 0
        scan = subprocess.Popen([rig.STAUNCH, "scan", path, "--case", case, "--jobs", "1", "--progress", "never"], stderr=subprocess.DEVNULL)
        while scan.poll() is None:
            peak = max(peak, sum(map(rig.resident, rig.family(scan.pid))))
            time.sleep(0.02)
        print("# %d rows, %d MB of XML: %.1f s, %d MB at most in all processes" % (rows, size >> 20, time.monotonic() - begin, peak >> 20))
        rig.equal(scan.returncode, 0, "the scan's end")
        report = rig.report(case)
        distinct = {row["kind"]: row["distinct"] for row in report["entities"]}
        mentions = {row["kind"]: row["mentions"] for row in report["entities"]}
        rig.equal((distinct["email_address"], mentions["email_address"]), (rows, 2 * rows), "addresses and mentions")
        rig.check(peak < (512 << 20 if rig.FULL else 192 << 20), "%d MB" % (peak >> 20))


rig.run_tests(every_place_of_a_docx_is_found_and_said, every_place_of_an_xlsx_is_found_and_said,
    every_place_of_a_pptx_is_found_and_said, templates_macros_and_strict_documents_are_read_alike,
    the_same_text_is_the_same_document_whatever_its_container, a_sheet_of_many_rows_is_counted_exactly_in_little_memory)
