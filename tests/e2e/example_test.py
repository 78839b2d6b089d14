"""The exposure of December 2019 in small, from five stores to the report: every figure is the planted one."""
import csv
import io
import os

import rig

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
STORES, TRUTH = rig.make_example(os.path.join(OUT, "stores"), 2000)
CASE = os.path.join(OUT, "example.case")


def scanned():
    """The report of the five stores, scanned once."""
    if not os.path.exists(CASE):
        rig.scan(CASE, *TRUTH["stores"], options=["--own-domain", TRUTH["own_domain"]], cwd=os.path.dirname(STORES[0]))
    return rig.report(CASE, "--reveal", "test", status=rig.OK)


def listed(name):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", CASE, "--format", "csv", "--list", name, "--reveal", "test"))
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def everything_is_read():
    coverage = scanned()["coverage"]
    objects = coverage["objects"]
    rig.equal(objects["read"], objects["listed"], "objects read")
    rig.equal(objects["members"], 8, "members of cases.zip and of the gzip files")
    rig.equal(coverage["unread"]["objects"], [], "unread objects")


def records_are_counted_raw_and_distinct():
    got = scanned()["coverage"]["records"]
    rig.equal(got, TRUTH["records"], "records")


def the_five_stores_are_one_row_of_copies_and_the_changed_record_is_named():
    copies = scanned()["copies"]
    rig.equal(len(copies), 1, "rows of copies")
    rig.equal(sorted(copies[0]["stores"]), TRUTH["stores"], "stores of the row")
    rig.equal(copies[0]["identical"], False, "identical")
    place = TRUTH["changed"]
    want = ("es-4", "es-4:/%s!/%s" % (place["object"], place["member"]), place["record"])
    got = [(d["store"], d["path"], d["record"]) for d in copies[0]["differing"] if d["store"] == "es-4"]
    rig.equal(got, [want], "the record that differs in es-4")


def every_kind_has_the_planted_mentions_and_values():
    kinds = {row["kind"]: row for row in scanned()["entities"]}
    for kind, want in TRUTH["kinds"].items():
        got = kinds.get(kind, {})
        rig.equal({k: got.get(k) for k in want}, want, kind)


def the_addresses_are_the_planted_ones_one_by_one():
    scanned()
    got = {row["canonical"] for row in listed("entities") if row["kind"] == "email_address"}
    want = set(rig.lines(os.path.join(OUT, "stores/truth/addresses.txt")))
    rig.check(got == want, "missed %s; too many %s" % (rig.shown(sorted(want - got)), rig.shown(sorted(got - want))))


def names_are_those_of_the_customers():
    scanned()
    got = {row["canonical"] for row in listed("entities") if row["kind"] == "person_name"}
    planted = set(line.casefold() for line in rig.lines(os.path.join(OUT, "stores/truth/values.txt")))
    rig.check(got <= planted, "names that nobody planted: %s" % rig.shown(sorted(got - planted)))
    rig.equal(len(got), TRUTH["kinds"]["person_name"]["distinct"], "names")


def persons_staff_and_role_mailboxes_are_counted_apart():
    got = scanned()
    rig.equal({k: got["persons"][k] for k in ("min", "best", "max")}, TRUTH["persons"], "persons")
    rig.equal({k: got["staff"]["persons"][k] for k in ("min", "best", "max")}, TRUTH["staff"], "staff")
    rig.equal(got["role_mailboxes"], TRUTH["role_mailboxes"], "role mailboxes")


def organizations_are_the_registrable_domains():
    got = scanned()["organizations"]
    rig.equal({k: got[k] for k in ("min", "best", "max")}, {k: TRUTH["organizations"][k] for k in ("min", "best", "max")}, "organizations")
    rig.check(got["min"] <= got["best"] - 2, "three domains of one name are joined: %r" % got)
    names = {value for row in listed("organizations") for value in row.values()}
    missing = set(TRUTH["organizations"]["domains"]) - names
    rig.check(not missing, "the list of organizations lacks %s" % rig.shown(sorted(missing)))


def every_country_has_the_planted_persons_and_organizations_and_they_sum_to_best():
    got = scanned()
    rows = {row["country"]: [row["persons"], row["organizations"]] for row in got["countries"]}
    rig.equal(rows, TRUTH["countries"], "countries")
    rig.equal([sum(column) for column in zip(*rows.values())], [got["persons"]["best"], got["organizations"]["best"]], "sums")
    named = [row for row in got["countries"] if row["country"] != "unknown"]
    rig.check(all(row["basis"] for row in named), "each country says what it was told from: %r" % named)
    rig.equal([sum(row["persons_by_basis"].values()) for row in named], [row["persons"] for row in named], "persons by basis")
    rig.check(any("phone" in row["basis"] for row in named), "a number beside one address alone says where: %r" % named)


def every_category_has_the_planted_records_and_persons():
    rows = {row["category"]: [row["persons"], row["records"]] for row in scanned()["categories"]}
    rig.equal(rows, TRUTH["categories"], "categories")


def every_record_has_the_label_and_the_type_that_were_planted():
    got = scanned()
    rig.equal({row["label"]: row["records"] for row in got["sensitivity"]}, TRUTH["sensitivity"], "sensitivity")
    rig.equal({row["type"]: row["records"] for row in got["document_types"]}, TRUTH["document_types"], "document types")


def turns_and_what_was_said_in_them_are_counted_for_each_speaker():
    rows = {row.pop("speaker"): row for row in scanned()["speakers"]}
    rig.equal(rows, TRUTH["speakers"], "speakers")


def marks_are_no_entities():
    kinds = {row["kind"] for row in listed("entities")}
    rig.equal(kinds, set(TRUTH["kinds"]), "kinds of the list")


def figures_have_their_provenance_beside_them():
    got = scanned()["provenance"]
    rig.equal([s["store"] for s in got["sources"]], TRUTH["stores"], "sources")
    rig.check(all(len(s["manifest_sha256"]) == 64 for s in got["sources"]), "each store has the digest of its listing")
    rig.check(len(got["detectors_sha256"]) == 64, "detectors_sha256 is %r" % got["detectors_sha256"])


def scanning_again_changes_nothing():
    before = rig.figures(scanned())
    rig.scan(CASE, *TRUTH["stores"], options=["--own-domain", TRUTH["own_domain"]], cwd=os.path.dirname(STORES[0]))
    rig.equal(rig.figures(scanned()), before, "figures")


def five_equal_sets_are_identical():
    with rig.folder() as out:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 300)
        case = os.path.join(out, "four.case")
        four = [s for s in truth["stores"] if s != "es-4"]
        rig.scan(case, *four, options=["--own-domain", truth["own_domain"]], cwd=os.path.dirname(stores[0]))
        copies = rig.report(case)["copies"]
        rig.equal([(sorted(c["stores"]), c["identical"], c["differing"]) for c in copies], [(four, True, [])], "copies")


def what_the_report_shows_without_a_reason_names_nobody():
    scanned()
    for form in (["--format", "text"], ["--format", "json"], ["--format", "csv", "--list", "entities"]):
        done = rig.expect(rig.OK, rig.staunch("report", "--case", CASE, *form))
        text = done.stdout.decode().lower()
        shown = [a for a in rig.lines(os.path.join(OUT, "stores/truth/addresses.txt")) if a in text]
        rig.check(not shown, "%s shows %s" % (" ".join(form), rig.shown(shown)))


try:
    rig.run_tests(everything_is_read, records_are_counted_raw_and_distinct,
        the_five_stores_are_one_row_of_copies_and_the_changed_record_is_named,
        every_kind_has_the_planted_mentions_and_values, the_addresses_are_the_planted_ones_one_by_one,
        names_are_those_of_the_customers, persons_staff_and_role_mailboxes_are_counted_apart,
        organizations_are_the_registrable_domains,
        every_country_has_the_planted_persons_and_organizations_and_they_sum_to_best,
        every_category_has_the_planted_records_and_persons, every_record_has_the_label_and_the_type_that_were_planted,
        turns_and_what_was_said_in_them_are_counted_for_each_speaker, marks_are_no_entities,
        figures_have_their_provenance_beside_them, scanning_again_changes_nothing, five_equal_sets_are_identical,
        what_the_report_shows_without_a_reason_names_nobody)
finally:
    FOLDER.__exit__(None, None, None)
