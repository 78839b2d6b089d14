"""`staunch audit --case`: what opened it stands in the chronicle of the case, sealed, once."""
import json
import os
import sqlite3

import rig
from audit_change_test import group, write


def events(case):
    with sqlite3.connect("file:%s?mode=ro" % case, uri=True) as database:
        return [what for what, in database.execute("SELECT what FROM events ORDER BY id")].count("audit")


def rows_that_are_or_were_open_stand_in_the_case_once():
    with rig.folder() as out:
        source, case = os.path.join(out, "store"), os.path.join(out, "x.case")
        os.makedirs(source)
        with open(os.path.join(source, "a.txt"), "w", encoding="utf-8") as file:
            file.write("anna.rossi@contoso.com\n")
        rig.scan(case, source)
        days = [write(out, "nsg-2019-12-0%d.json" % day, group(*rules, name="northwindsearch")) for day, rules in ((4, ()), (5,
            ["110 allow tcp Internet > * 9200"]), (6, ["110 allow tcp Internet > * 9200", "120 deny tcp * > * 22"]))]
        for _ in range(2):
            done = rig.expect(rig.FOUND, rig.staunch("audit", "--case", case, "--format", "json", *days))
            rig.equal(events(case), 1, "events")
        row, = json.loads(done.stdout)["exposures"]
        rig.equal(row["window"]["opened"], ["2019-12-04", "2019-12-05"], "the window")
        closed = write(out, "closed.json", group("100 allow tcp 10.0.0.0/8 > * 9200"))
        rig.expect(rig.OK, rig.staunch("audit", "--case", case, closed))
        rig.equal(events(case), 1, "events after a configuration that opens nothing")
        with open(case, "rb") as file:
            rig.check(b"northwindsearch" not in file.read(), "the name of the store stands in the case in the clear")
        rig.report(case)


def a_case_that_is_not_there_is_not_made():
    with rig.folder() as out:
        path = write(out, "a.json", group("110 allow tcp Internet > * 9200"))
        rig.expect(rig.WRONG, rig.staunch("audit", "--case", os.path.join(out, "no.case"), path))
        rig.equal(sorted(os.listdir(out)), ["a.json"], "files")


if __name__ == "__main__":
    rig.run_tests(rows_that_are_or_were_open_stand_in_the_case_once, a_case_that_is_not_there_is_not_made)
