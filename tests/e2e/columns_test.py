"""The name of a column is the label of its values, from the stored table to the report."""
import csv
import io
import os

import rig

ROW = "{n};{a};{b}"


def entities(case):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "t"))
    return sorted((row["kind"], row["canonical"].lstrip("'"), int(row["mentions"]))
        for row in csv.DictReader(io.StringIO(done.stdout.decode())))


def scanned(out, name, text, encoding="utf-8"):
    path, case = os.path.join(out, name), os.path.join(out, name + ".case")
    with open(path, "wb") as file:
        file.write(text.encode(encoding))
    rig.expect(rig.OK, rig.staunch("scan", path, "--case", case))
    return entities(case)


def table(header, rows):
    return "".join(ROW.format(n=n, a=a, b=b) + "\n" for n, a, b in [header] + rows)


def numbers_count_below_the_name_of_their_column_only():
    rows = [(i, "536904399", "536904399") for i in range(1000)]
    with rig.folder() as out:
        for encoding in ("utf-8", "utf-16"):
            got = scanned(out, encoding, table(("row", "SSN", "order"), rows), encoding)
            rig.equal(got, [("national_id", "536904399", 1000)], encoding)
        rig.equal(scanned(out, "other", table(("row", "batch", "order"), rows)), [], "without a name that says so")


def a_lost_quote_gives_no_value_the_name_of_another_column():
    rows = [(1, '"536904399', "7"), (2, "8", "536904399"), (3, "9", "536904399")]
    with rig.folder() as out:
        got = scanned(out, "lost", table(("row", "SSN", "order"), rows))
        rig.equal(got, [("national_id", "536904399", 1)], "entities")


rig.run_tests(numbers_count_below_the_name_of_their_column_only, a_lost_quote_gives_no_value_the_name_of_another_column)
