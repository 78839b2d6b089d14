"""HTML from the stored bytes to the report: each mention stands where the stored bytes say, in the form they have there."""
import csv
import io
import json
import os
import re

import rig

PAGE = b"""<!doctype html><html><head><meta charset="utf-8"><title>Contoso &amp; friends</title></head><body>
<p>Write to anna@<b>contoso</b>.com or x&#64;fabrikam.com<br>plain@contoso.com
<a href="mailto:bob&commat;contoso.com" title="Tel. +39 333 1234512">Bob</a> eve@<!-- no -->adatum.com <!--carl@contoso.com-->
<table><tr><td>Tel</td><td>+39 333 1234513</td></tr></table><script>var u="dora\\u0040contoso.com";</script>
<input value="may%40contoso.com"><span hidden>ida@contoso.com</span> <joe@contoso.com>
"""
# (canonical, stored bytes, form)
WANT = [
    ("anna@contoso.com", b"anna@<b>contoso</b>.com", "encoded"),
    ("bob@contoso.com", b"bob&commat;contoso.com", "encoded"),
    ("carl@contoso.com", b"carl@contoso.com", "plain"),
    ("dora@contoso.com", b"dora\\u0040contoso.com", "encoded"),
    ("eve@adatum.com", b"eve@<!-- no -->adatum.com", "encoded"),
    ("ida@contoso.com", b"ida@contoso.com", "plain"),
    ("joe@contoso.com", b"joe@contoso.com", "plain"),
    ("may@contoso.com", b"may%40contoso.com", "encoded"),
    ("plain@contoso.com", b"plain@contoso.com", "plain"),
    ("x@fabrikam.com", b"x&#64;fabrikam.com", "encoded"),
    ("+393331234512", b"+39 333 1234512", "plain"),
    ("+393331234513", b"+39 333 1234513", "plain"),
]


def scanned(out, stored):
    path, case = os.path.join(out, "page"), os.path.join(out, "page.case")
    with open(path, "wb") as file:
        file.write(stored)
    rig.expect(rig.OK, rig.staunch("scan", path, "--case", case))
    return case


def entities(case):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "t"))
    return {row["canonical"].lstrip("'"): row for row in csv.DictReader(io.StringIO(done.stdout.decode()))}


def places(case, canonical):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--reveal", "t", "--explain", canonical))
    return [(int(a), int(b), form) for a, b, form in
        re.findall(r"bytes (\d+)-(\d+) (\w+)", done.stdout.decode())]


def every_mention_stands_at_its_stored_bytes_in_their_form():
    with rig.folder() as out:
        case = scanned(out, PAGE)
        rig.equal(sorted(entities(case)), sorted(row[0] for row in WANT), "entities")
        for canonical, stored, form in WANT:
            got = [(PAGE[a:b], how) for a, b, how in places(case, canonical)]
            rig.equal(got, [(stored, form)], canonical)


def the_same_page_in_utf_16_stands_at_its_own_bytes():
    with rig.folder() as out:
        stored = b"\xff\xfe" + PAGE.decode().encode("utf-16-le")
        case = scanned(out, stored)
        for canonical, text, _ in WANT:
            got = [(stored[a:b].decode("utf-16-le").encode(), how) for a, b, how in places(case, canonical)]
            rig.equal(got, [(text, "encoded")], canonical)


def a_page_is_one_document():
    with rig.folder() as out:
        case = scanned(out, PAGE)
        report = json.loads(rig.staunch("report", "--case", case, "--format", "json").stdout)
        rig.equal([(u["unit"], u["raw"], u["distinct"]) for u in report["units"]], [("document", 1, 1)], "units")


rig.run_tests(every_mention_stands_at_its_stored_bytes_in_their_form, the_same_page_in_utf_16_stands_at_its_own_bytes,
    a_page_is_one_document)
