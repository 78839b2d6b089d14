"""A case grows: stores added one by one, objects changed, copied or gone give the figures of one scan of what is there."""
import gzip
import os

import rig

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
STORES, TRUTH = rig.make_example(os.path.join(OUT, "stores"), 300)
OWN = ["--own-domain", TRUTH["own_domain"]]


def case(name):
    return os.path.join(OUT, name + ".case")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def at_once(name, *sources):
    rig.scan(case(name), *sources, options=OWN, status=(rig.OK, rig.INCOMPLETE))
    return rig.figures(rig.report(case(name)))


def stores_added_one_by_one_give_the_figures_of_one_scan():
    for store in STORES:
        rig.scan(case("steps"), store, options=OWN)
    rig.equal(rig.figures(rig.report(case("steps"))), at_once("once", *STORES), "figures of five scans")


def the_same_scan_again_changes_nothing():
    before = at_once("again", *STORES[:2])
    rig.equal(at_once("again", *STORES[:2]), before, "figures of the second scan")


def an_object_that_changed_replaces_its_mentions_and_one_that_is_gone_takes_them_along():
    store = os.path.join(OUT, "changing")
    write(os.path.join(store, "a.txt"), "first: a@example.com\n")
    write(os.path.join(store, "b.txt"), "stays: b@example.com and a@example.com\n")
    write(os.path.join(store, "c.txt"), "goes: c@example.com\n")
    at_once("changing", store)
    write(os.path.join(store, "a.txt"), "second: other@example.com other2@example.com\n")
    os.unlink(os.path.join(store, "c.txt"))
    got = at_once("changing", store)
    rig.equal(got, at_once("changing-fresh", store), "figures after the change")
    emails = [row for row in got["entities"] if row["kind"] == "email_address"]
    rig.equal([(row["mentions"], row["distinct"]) for row in emails], [(4, 4)], "e-mail addresses")


def equal_objects_are_read_once_and_counted_at_every_place():
    stores = [os.path.join(OUT, "copies", name) for name in ("one", "two", "three")]
    for store in stores:
        write(os.path.join(store, "mail.jsonl"), '{"n":1,"to":"a@example.com"}\n{"n":2,"to":"b@example.com"}\n')
    write(os.path.join(stores[2], "more.jsonl"), '{"n":1,"to":"a@example.com"}\n{"n":2,"to":"b@example.com"}\n')
    rig.scan(case("copies"), *stores)
    got = rig.report(case("copies"))
    objects = got["coverage"]["objects"]
    rig.equal((objects["listed"], objects["read"], objects["duplicate"]), (4, 1, 3), "listed, read, duplicate")
    rig.equal(got["coverage"]["records"], {"raw": 8, "distinct": 2}, "records")
    rig.equal([(row["mentions"], row["mentions_distinct_records"], row["distinct"]) for row in got["entities"]],
        [(8, 2, 2)], "mentions")
    rig.equal([(row["stores"], row["identical"], row["records"]) for row in got["copies"]], [(stores, True, 2)], "copies")


def small_copies_count_once_whatever_they_are_and_whoever_reads_them():
    """Small text is searched before it is known to be a copy, a small archive is not."""
    text = b"".join(b"note %d for anna.rossi%d@contoso.com\n" % (i, i) for i in range(40))
    packed = gzip.compress(text, mtime=0)
    for jobs in ("1", "2", "4"):
        with rig.folder() as top:
            source = os.path.join(top, "a")
            os.makedirs(source)
            for i in range(30):
                for name, content in (("%02d.txt" % i, text), ("%02d.gz" % i, packed)):
                    with open(os.path.join(source, name), "wb") as out:
                        out.write(content)
            case = os.path.join(top, "c.case")
            rig.scan(case, source, options=("--jobs", jobs))
            got = rig.report(case)
            objects = got["coverage"]["objects"]
            said = "with %s workers" % jobs
            rig.equal((objects["listed"], objects["read"], objects["duplicate"]), (60, 2, 58), "objects " + said)
            rig.equal(got["coverage"]["records"], {"raw": 60, "distinct": 1}, "records " + said)
            kinds = {row["kind"]: row for row in got["entities"]}
            rig.equal((kinds["email_address"]["distinct"], kinds["email_address"]["mentions"]), (40, 60 * 40),
                "addresses " + said)


def a_copy_outlives_its_original():
    store = os.path.join(OUT, "outlives")
    for name in ("a.txt", "b.txt"):
        write(os.path.join(store, name), "x@example.com\n")
    at_once("outlives", store)
    os.unlink(os.path.join(store, "a.txt"))
    got = at_once("outlives", store)
    rig.equal(got, at_once("outlives-fresh", store), "figures without the original")
    rig.equal(got["entities"][0]["mentions"], 1, "mentions")


def each_folder_at_the_store_depth_is_a_store():
    rig.scan(case("depth"), os.path.join(OUT, "copies"), options=["--store-depth", "1"])
    got = rig.report(case("depth"))
    names = [row["store"] for row in got["provenance"]["sources"]]
    want = [os.path.join(OUT, "copies", name) for name in ("one", "three", "two")] + [os.path.join(OUT, "copies")]
    rig.equal(sorted(names), sorted(want), "stores")
    rig.equal(got["coverage"]["records"], {"raw": 8, "distinct": 2}, "records")


def other_options_are_refused_without_rescan():
    store = os.path.join(OUT, "options")
    write(os.path.join(store, "a.txt"), "call 02 1234 5678 or a@example.com\n")
    at_once("options", store)
    done = rig.scan(case("options"), store, status=rig.WRONG, options=OWN + ["--region", "IT"])
    rig.check(b"--rescan" in done.stderr, "the line says how to go on: %r" % done.stderr)
    rig.scan(case("options"), store, options=OWN + ["--region", "IT", "--rescan"])
    kinds = {row["kind"] for row in rig.report(case("options"))["entities"]}
    rig.equal(kinds, {"email_address", "phone_number"}, "kinds found with the region")


def standard_input_is_a_store():
    rig.scan(case("stdin"), "-", stdin=b'{"to":"a@example.com"}\n{"to":"a@example.com"}\n')
    got = rig.report(case("stdin"))
    rig.equal(got["coverage"]["records"], {"raw": 2, "distinct": 1}, "records")
    rig.equal(got["provenance"]["sources"][0]["store"], "-", "store")


try:
    rig.run_tests(stores_added_one_by_one_give_the_figures_of_one_scan, the_same_scan_again_changes_nothing,
        an_object_that_changed_replaces_its_mentions_and_one_that_is_gone_takes_them_along,
        equal_objects_are_read_once_and_counted_at_every_place,
        small_copies_count_once_whatever_they_are_and_whoever_reads_them, a_copy_outlives_its_original,
        each_folder_at_the_store_depth_is_a_store, other_options_are_refused_without_rescan,
        standard_input_is_a_store)
finally:
    FOLDER.__exit__(None, None, None)
