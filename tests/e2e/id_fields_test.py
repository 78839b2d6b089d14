"""scan --id-field NAME=FIELD: how many different values a field has, exact over objects, stores and spellings of a record: how
the claim "133,000 projects" is checked. Planted with known repeats; nothing else in the report changes."""
import csv
import gzip
import io
import json
import os
import random
import re

import rig

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
OPTIONS = ["--id-field", "project=project_id", "--id-field", "project=meta.project", "--id-field", "user=owner.id,user=Owner"]


class Truth:
    def __init__(self):
        self.raw = {"project": 0, "user": 0}
        self.values = {"project": set(), "user": set()}

    def note(self, unit, value, times=1):
        self.raw[unit] += times
        self.values[unit].add(str(value))

    def units(self):
        return {unit: (self.raw[unit], len(self.values[unit])) for unit in self.raw}


def plant(folder, seed, count):
    """Three stores that name the same projects in three ways, and a copy of a file."""
    rng, truth = random.Random(seed), Truth()
    for name in ("es", "crm", "old"):
        os.makedirs(os.path.join(folder, name))
    with open(os.path.join(folder, "es/hits.jsonl"), "w", encoding="utf-8") as out:
        for i in range(count):
            project, user = rng.randrange(count // 3), rng.choice(["u%d" % (i % 97), None, ""])
            pad = "x" * rng.choice([0, 10, 3000])  # so that values lie on the seams of blocks
            source = {"pad": pad, "project_id": rng.choice([project, str(project)]), "owner": {"id": user, "name": "anna%d" % i}}
            out.write(json.dumps({"_index": "p", "_id": str(i), "_source": source}) + "\n")
            truth.note("project", project, 2)  # the file stands twice
            if user:
                truth.note("user", user, 2)
    with open(os.path.join(folder, "es/hits.jsonl"), "rb") as one, open(os.path.join(folder, "es/hits-copy.jsonl"), "wb") as two:
        two.write(one.read())
    with open(os.path.join(folder, "crm/projects.csv"), "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["Owner", "note", "project_id"])
        for i in range(count):
            project = rng.randrange(count)
            table.writerow(["u%d" % (i % 151), 'a "quoted"\nnote, with a line', rng.choice(["%d", " %d ", "%d "]) % project])
            truth.note("project", project)
            truth.note("user", "u%d" % (i % 151))
    with gzip.open(os.path.join(folder, "old/pages.json.gz"), "wt", encoding="utf-8") as out:
        records = []
        for i in range(count):
            several = [rng.randrange(count * 2) for _ in range(rng.randrange(3))]
            records.append({"meta": {"project": several}, "Owner": None, "project": "no field of ours", "Project_ID": i})
            for project in several:
                truth.note("project", project)
        json.dump(records, out)
    return [os.path.join(folder, name) for name in ("es", "crm", "old")], truth


def units(case):
    return {row["unit"]: (row["raw"], row["distinct"]) for row in rig.report(case)["units"]}


def planted(name="planted", count=900):
    folder = os.path.join(OUT, name)
    return plant(folder, name, count)


def raw_and_distinct_are_the_planted_ones_over_files_stores_and_spellings():
    sources, truth = planted()
    case = os.path.join(OUT, "all.case")
    rig.scan(case, *sources, options=OPTIONS)
    got = units(case)
    for unit, want in truth.units().items():
        rig.equal(got[unit], want, unit)
    rig.equal(sorted(got), ["document", "project", "row", "user"], "units")


def a_claim_of_rows_is_told_from_projects():
    """The claim of 2022 in small: many rows, each project in it some four times."""
    store = os.path.join(OUT, "claim")
    os.makedirs(store)
    rng = random.Random(2022)
    projects = [1000 + i for i in range(133)]
    rows = projects + [rng.choice(projects) for _ in range(415)]
    with open(os.path.join(store, "rows.csv"), "w", encoding="utf-8") as out:
        out.write("project_id,customer\n" + "".join("%d,customer %d\n" % (p, i % 335) for i, p in enumerate(rows)))
    case = os.path.join(OUT, "claim.case")
    rig.scan(case, store, options=["--id-field", "project=project_id", "--id-field", "customer=customer"])
    page = rig.expect(rig.OK, rig.staunch("report", "--case", case)).stdout.decode()
    rig.check(re.search(r"^  project +133 +different, of 548 values$", page, re.M), "the page does not say it:\n" + page)
    rig.equal(units(case), {"row": (548, len({(p, i % 335) for i, p in enumerate(rows)})), "project": (548, 133), "customer": (548, 335)}, "units")


def stores_added_later_count_as_if_all_had_been_read_at_once():
    sources, truth = planted("bit by bit", 300)
    case = os.path.join(OUT, "bits.case")
    for source in sources:
        rig.scan(case, source, options=OPTIONS)
    got = units(case)
    rig.equal({unit: got[unit] for unit in truth.units()}, truth.units(), "units")


def values_of_fields_are_no_entities_and_nothing_else_in_the_report_changes():
    sources, _ = planted("same", 200)
    with_fields, without = os.path.join(OUT, "with.case"), os.path.join(OUT, "without.case")
    rig.scan(with_fields, *sources, options=OPTIONS)
    rig.scan(without, *sources)
    one, other = rig.report(with_fields), rig.report(without)
    for report in (one, other):
        report["provenance"] = None
        report["units"] = [row for row in report["units"] if row["unit"] not in ("project", "user")]
    rig.equal(one, other, "the report beside the units")
    for case in (with_fields, without):
        listed = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test")).stdout
        rig.equal(list(csv.DictReader(io.StringIO(listed.decode()))), [], "entities")
        said = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--explain", "u3", "--reveal", "test")).stdout
        rig.check(said.startswith(b"not found"), "--explain shows a value of a field: %s" % said)


def the_fields_are_part_of_what_a_case_was_made_with():
    sources, truth = planted("options", 100)
    case = os.path.join(OUT, "options.case")
    rig.scan(case, *sources, options=OPTIONS)
    for other in ([], OPTIONS[:2], ["--id-field", "project=other"]):
        done = rig.expect(rig.WRONG, rig.staunch("scan", *sources, "--case", case, "--progress", "never", *other))
        rig.check(b"--rescan" in done.stderr, "it does not say what to do: %s" % done.stderr)
    rig.scan(case, *sources, options=OPTIONS)
    got = units(case)
    rig.equal({unit: got[unit] for unit in truth.units()}, truth.units(), "units")
    rig.scan(case, *sources, options=["--rescan", "--id-field", "project=project_id"])
    rig.equal(sorted(units(case)), ["document", "project", "row"], "units after another reading")
    rig.scan(case, *sources, options=["--rescan"])
    rig.equal(sorted(units(case)), ["document", "row"], "units without fields")


def a_field_that_nothing_has_is_zero_and_not_missing():
    sources, _ = planted("none", 50)
    case = os.path.join(OUT, "none.case")
    rig.scan(case, *sources, options=["--id-field", "tenant=tenant_id"])
    rig.equal(units(case)["tenant"], (0, 0), "a field of no record")


def wrong_fields_are_refused_before_anything_is_written():
    sources, _ = planted("wrong", 20)
    case = os.path.join(OUT, "wrong.case")
    for wrong in ("project", "=x", "project=", "message=x", "row=x", "document=x", "log_line=x", "a b=x", "n" * 24 + "=x",
            "p=" + "f" * 257, "pröject=x"):
        rig.expect(rig.WRONG, rig.staunch("scan", *sources, "--case", case, "--id-field", wrong))
    rig.expect(rig.WRONG, rig.staunch("scan", *sources, "--case", case, *[x for i in range(9) for x in ("--id-field", "u%d=x" % i)]))
    rig.expect(rig.WRONG, rig.staunch("scan", *sources, "--case", case, *[x for i in range(33) for x in ("--id-field", "u=x%d" % i)]))
    rig.check(not os.path.exists(case), "a case was made")


def a_record_with_too_many_values_is_said_to_be_read_in_part():
    store = os.path.join(OUT, "many")
    os.makedirs(store)
    with open(os.path.join(store, "many.json"), "w", encoding="utf-8") as out:
        json.dump([{"project_id": list(range(200000))}, {"project_id": "x"}], out)
    case = os.path.join(OUT, "many.case")
    rig.scan(case, store, status=rig.INCOMPLETE, options=["--id-field", "project=project_id"])
    got = rig.report(case, "--reveal", "test")
    rig.equal(rig.unread(got), {store + ":/many.json": ("partial", "limit-entries")}, "unread")
    raw, distinct = units(case)["project"]
    rig.check(1000 < distinct == raw < 200001, "values counted: %d of %d" % (distinct, raw))


rig.run_tests(
    raw_and_distinct_are_the_planted_ones_over_files_stores_and_spellings,
    a_claim_of_rows_is_told_from_projects,
    stores_added_later_count_as_if_all_had_been_read_at_once,
    values_of_fields_are_no_entities_and_nothing_else_in_the_report_changes,
    the_fields_are_part_of_what_a_case_was_made_with,
    a_field_that_nothing_has_is_zero_and_not_missing,
    wrong_fields_are_refused_before_anything_is_written,
    a_record_with_too_many_values_is_said_to_be_read_in_part,
)
