"""OpenDocument from the file to the report: everything that can be planted is found, and where it stands is told."""
import base64
import csv
import io
import json
import os
import zipfile

import odf_files
import rig
from odf_show import shown


def state(path):
    """(format, status, reason) of the document, and its text."""
    texts, parts = shown(path)
    part = parts[""]
    return (part["format"], part["status"], part["reason"]), "".join(row["text"] for row in texts if row["part"] == 0)


def written(out, kind, make, flat=False):
    document, plants = make()
    path = os.path.join(out, "file." + kind)
    if flat:
        return document.flat(path), plants
    document.entries.update(odf_files.entries(plants))
    return document.package(path, kind), plants


def every_kind(out):
    """(kind, path, plants) of packages, templates and flat files."""
    for make in odf_files.ALL:
        kind = make()[0].kind
        for other in (kind, "ot" + kind[-1]):
            yield (other, *written(out, other, make))
        yield ("f" + kind, *written(out, "f" + kind, make, flat=True))


def entities(case):
    done = rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "t")
    rows = csv.DictReader(io.StringIO(rig.expect((rig.OK, rig.INCOMPLETE), done).stdout.decode()))
    return {row["canonical"]: int(row["mentions"]) for row in rows if row["kind"] == "email_address"}


def all_that_is_planted_is_found_in_every_kind_and_place():
    with rig.folder() as out:
        lost, told, table = [], [], []
        for kind, path, plants in every_kind(out):
            texts, parts = shown(path)
            rig.equal((parts[""]["format"], parts[""]["status"], parts[""]["records"]),
                ("odt" if kind == "odt" else kind, "read", 1), kind)
            found = 0
            for address, place in plants.items():
                places = [row["place"] for row in texts if address in row["text"]]
                found += bool(places)
                if not places:
                    lost.append((kind, place, address))
                elif place not in places and not any(p.startswith(place) for p in places):
                    told.append((kind, address, place, places))
            table.append("%s %d/%d" % (kind, found, len(plants)))
        rig.check(not lost, "lost: %s" % lost)
        rig.check(not told, "told to stand elsewhere: %s" % told)
        print("found/planted: " + ", ".join(table))


def a_scan_counts_each_planted_address():
    with rig.folder() as out:
        case, want = os.path.join(out, "c.case"), set()
        store = os.path.join(out, "store")
        os.mkdir(store)
        for _, _, plants in every_kind(store):
            want.update(plants)
        rig.scan(case, store, status=(rig.OK, rig.INCOMPLETE)) # pictures have no text
        got = entities(case)
        rig.equal(sorted(set(want) - set(got)), [], "addresses lost")
        rig.equal(sorted(set(got) - set(want)), [], "addresses that nobody planted")
        report = rig.report(case, "--reveal", "t")
        rig.equal({u["unit"] for u in report["units"]}, {"document"}, "units")


def a_mention_says_where_it_stands():
    with rig.folder() as out:
        case = os.path.join(out, "c.case")
        rig.scan(case, written(out, "fods", odf_files.sheet, flat=True)[0])
        for address, place in (("hiddensheet@contoso.com", "hidden sheet Secret"), ("note@contoso.com", "comment"),
                ("region@contoso.com", "header")):
            done = rig.staunch("report", "--case", case, "--explain", address, "--format", "json", "--reveal", "t")
            said = [json.loads(line) for line in rig.expect(rig.OK, done).stdout.decode().splitlines()]
            rig.equal([(m["unit"], m["where"]) for m in said], [("text", place)], address)


def a_document_is_one_record_whatever_saved_it():
    with rig.folder() as out:
        case = os.path.join(out, "c.case")
        for store, cycles in (("one", "1"), ("two", "99")):
            os.mkdir(os.path.join(out, store))
            document = odf_files.Document("odt", "<office:text><text:p>anna@contoso.com</text:p></office:text>",
                meta="<meta:generator>Maker/%s</meta:generator><meta:editing-cycles>%s</meta:editing-cycles>"
                "<dc:date>2024-01-%sT00:00:00</dc:date>" % (cycles, cycles, cycles.zfill(2)))
            document.package(os.path.join(out, store, "a.odt"))
        rig.scan(case, os.path.join(out, "one"), os.path.join(out, "two"))
        records = rig.report(case)["coverage"]["records"]
        rig.equal((records["raw"], records["distinct"]), (2, 1), "records")


def a_preview_of_the_first_page_is_not_searched_and_hides_nothing():
    body = "<office:text><text:p>anna@contoso.com</text:p></office:text>"
    with rig.folder() as out:
        for name, preview in (("picture", odf_files.PNG), ("text", "no picture: bruno@contoso.com")):
            path, case = os.path.join(out, name + ".odt"), os.path.join(out, name + ".case")
            odf_files.Document("odt", body).package(path, replaced={"Thumbnails/thumbnail.png": preview})
            rig.scan(case, path)
            report = rig.report(case)
            found = [e["distinct"] for e in report["entities"] if e["kind"] == "email_address"]
            rig.equal(found, [2 if name == "text" else 1], "addresses beside " + name)
            if name == "picture":
                rig.equal(report["coverage"]["objects"]["read"], 1, "read, with a picture of its first page")
                rig.equal(report["coverage"]["objects"]["members"], 0, "members")


def pictures_and_foreign_objects_are_members():
    with rig.folder() as out:
        texts, parts = shown(written(out, "odt", odf_files.text)[0])
        rig.equal(sorted(parts), ["", "Configurations2/accelerator/current.xml", "Pictures/1.png", "Pictures/note.txt",
            "layout-cache"], "parts, without the preview of the first page")
        rig.equal(parts["Pictures/1.png"]["reason"], "no-text", "a picture")
        inner = os.path.join(out, "inner.ods")
        odf_files.sheet()[0].package(inner)
        with open(inner, "rb") as file:
            stored = base64.encodebytes(file.read()).decode()
        flat = odf_files.Document("odt", "<office:text><text:p>a<draw:frame><draw:object-ole><office:binary-data>%s"
            "</office:binary-data></draw:object-ole></draw:frame>b</text:p></office:text>" % stored)
        texts, parts = shown(flat.flat(os.path.join(out, "a.fodt")))
        rig.equal(parts["data-1"]["format"], "ods", "an embedded sheet")
        rig.check(any("shown@contoso.com" in row["text"] for row in texts if row["part"] == parts["data-1"]["part"]),
            "the embedded sheet's text is lost")
        rig.check(any("ab\n" == row["text"] for row in texts if row["part"] == 0), "the object cut the paragraph")


def an_encrypted_package_is_unread():
    with rig.folder() as out:
        path = os.path.join(out, "a.odt")
        document, plants = odf_files.text()
        noise = os.urandom(700)
        sealed = ("content.xml", "styles.xml", "meta.xml", "settings.xml", "Pictures/1.png")
        document.package(path, encrypted=sealed, replaced={name: noise for name in sealed})
        (said, _), parts = state(path), shown(path)[1]
        rig.equal(said, ("odt", "unread", "encrypted"), "all encrypted")
        rig.equal(sorted(parts), [""], "parts")
        document.package(path, encrypted=("encrypted-package",), replaced={"encrypted-package": noise},
            without=("content.xml", "styles.xml", "meta.xml", "settings.xml"))
        rig.equal(state(path)[0], ("odt", "unread", "encrypted"), "encrypted as a whole")
        document.package(path, encrypted=("Object 1/content.xml",), replaced={"Object 1/content.xml": noise})
        said, text = state(path)
        rig.equal(said, ("odt", "partial", "encrypted"), "one object encrypted")
        rig.check("heading@contoso.com" in text, "the rest is lost")


def broken_packages_keep_what_came_and_say_so():
    with rig.folder() as out:
        path = os.path.join(out, "a.odt")
        document, _ = odf_files.text()
        document.package(path, without=("content.xml",))
        said, text = state(path)
        rig.equal(said, ("odt", "partial", "corrupt"), "no content.xml")
        rig.check("header@contoso.com" in text, "the styles are lost")
        whole = document.root("-content", document.element("body", document.body))
        document.package(path, replaced={"content.xml": whole[:whole.index("tabbed@contoso.com")]})
        said, text = state(path)
        rig.equal(said, ("odt", "partial", "truncated"), "content.xml cut off")
        rig.check("heading@contoso.com" in text and "header@contoso.com" in text, "what came is lost")
        document.package(path, replaced={"content.xml": whole.replace("</text:section>", "</text:p>", 1)})
        rig.equal(state(path)[0], ("odt", "partial", "corrupt"), "content.xml not well-formed")
        bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
        document.package(path, replaced={"content.xml": whole.replace("?>", "?>" + bomb, 1)})
        rig.equal(state(path)[0], ("odt", "partial", "corrupt"), "entities")
        document.package(path)
        with zipfile.ZipFile(path) as source:
            kept = {name: source.read(name) for name in source.namelist() if name != "mimetype"}
        with zipfile.ZipFile(path, "w") as out_file:
            for name, data in kept.items():
                out_file.writestr(name, data)
        rig.equal(state(path)[0], ("odf", "read", ""), "no mimetype")


def what_openoffice_1_wrote_is_read():
    with rig.folder() as out:
        path = os.path.join(out, "a.sxw")
        content = ('<?xml version="1.0"?>\n<!DOCTYPE office:document-content PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN"'
            ' "office.dtd">\n<office:document-content xmlns:office="http://openoffice.org/2000/office" xmlns:text="http://openoffice.org'
            '/2000/text"><office:body><text:p>anna@<text:span>contoso</text:span>.com<text:footnote><text:footnote-body><text:p>bob@contoso.com'
            "</text:p></text:footnote-body></text:footnote></text:p></office:body></office:document-content>")
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("mimetype", "application/vnd.sun.xml.writer")
            file.writestr("content.xml", content)
        said, text = state(path)
        rig.equal(said, ("sxw", "read", ""), "sxw")
        rig.check("anna@contoso.com" in text and "bob@contoso.com" in text, "the text is %r" % text)


def other_xml_and_other_packages_are_no_opendocument():
    with rig.folder() as out:
        path = os.path.join(out, "a")
        for text in ('<?xml version="1.0"?><document><p>anna@contoso.com</p></document>',
                "<p>about urn:oasis:names:tc:opendocument:xmlns:office:1.0 and office:document</p>"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            rig.check(not state(path)[0][0].startswith("fod"), "OpenDocument: " + text)
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("mimetype", "application/epub+zip")
            file.writestr("content.xml", "<a>anna@contoso.com</a>")
        rig.equal(state(path)[0][0], "zip", "an e-book")


rig.run_tests(all_that_is_planted_is_found_in_every_kind_and_place, a_scan_counts_each_planted_address,
    a_mention_says_where_it_stands, a_document_is_one_record_whatever_saved_it,
    a_preview_of_the_first_page_is_not_searched_and_hides_nothing,
    pictures_and_foreign_objects_are_members, an_encrypted_package_is_unread,
    broken_packages_keep_what_came_and_say_so, what_openoffice_1_wrote_is_read,
    other_xml_and_other_packages_are_no_opendocument)
