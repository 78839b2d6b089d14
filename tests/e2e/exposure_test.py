"""The exposure of September 2022 in small, from the files of a container to the report: in every format and every place of it
what was planted is found, or the table says why not."""
import collections
import csv
import io
import json
import os
import re
import sys

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import make_exposure  # noqa: E402

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
CASE = os.path.join(OUT, "exposure.case")
_made = {}


def exposure():
    """(folder, truth): made once for a version of the generator, kept in build/."""
    if not _made:
        cache = os.path.join(rig.ROOT, "build/exposure")
        if not os.access(rig.ROOT, os.W_OK):
            cache = OUT
        folder = make_exposure.cached(cache)
        with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
            _made["it"] = folder, json.load(file)
    return _made["it"]


def scanned():
    folder, truth = exposure()
    if not os.path.exists(CASE):
        rig.scan(CASE, truth["store"], status=rig.INCOMPLETE, options=["--own-domain", truth["own_domain"]], cwd=folder)
    return rig.report(CASE, "--reveal", "test", status=rig.INCOMPLETE)


def listed(name):
    scanned()
    done = rig.expect(rig.INCOMPLETE, rig.staunch("report", "--case", CASE, "--format", "csv", "--list", name, "--reveal", "test"))
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def found_values():
    # A cell that a spreadsheet could take for a formula begins with an apostrophe.
    return {(row["kind"], row["canonical"].lstrip("'")): row for row in listed("entities")}


def reason_of(truth, format, place):
    for row in truth["reasons"]:
        if row["format"] == format and row["place"] in ("*", place):
            return row
    return None


def every_format_and_place_gives_what_was_planted_in_it_or_the_reason():
    _, truth = exposure()
    found = found_values()
    lines = collections.defaultdict(lambda: [0, 0, []])
    for value in truth["values"]:
        line = lines[value["format"], value["place"]]
        line[1] += 1
        if (value["kind"], value["canonical"]) in found:
            line[0] += 1
        else:
            line[2].append(value["written"])
    print("format | place | found/planted")
    wrong = []
    for (format, place), (got, planted, missing) in sorted(lines.items()):
        reason = reason_of(truth, format, place)
        note = " | %(reason)s: %(why)s" % reason if reason else ""
        print("%s | %s | %d/%d%s" % (format, place, got, planted, note))
        if got < planted and not note:
            wrong.append("%s, %s: %d of %d, missing %s" % (format, place, got, planted, missing[:3]))
    rig.check(not wrong, "%d lines\n  %s" % (len(wrong), "\n  ".join(wrong)))


def numbers_of_objects(truth):
    """{number: path} as reports number them: in the order of the path's bytes, from 1."""
    folder = os.path.join(exposure()[0], truth["store"])
    paths = [os.path.relpath(os.path.join(root, f), folder) for root, _, files in os.walk(folder) for f in files]
    return dict(enumerate(sorted(paths, key=os.fsencode), 1))


def nothing_is_found_that_was_not_planted():
    _, truth = exposure()
    planted, paths = {v["canonical"] for v in truth["values"]}, numbers_of_objects(truth)
    extra = []
    for (kind, canonical), row in found_values().items():
        if kind == "email_address" and canonical not in planted:
            path = paths[int(re.search(r"object #(\d+)", row["first_places"]).group(1))]
            carved = "unsupported" in truth["objects_not_read"].get(path, ["", []])[1]
            if not carved:
                extra.append((canonical, path))
    rig.check(not extra, "addresses that nobody planted: %s" % rig.shown(extra))


def places_of(canonical):
    """Every path at which the report says that the value stands."""
    done = rig.expect(rig.INCOMPLETE, rig.staunch("report", "--case", CASE, "--format", "json", "--reveal", "test", "--explain", "-",
        stdin=canonical.encode() + b"\n"))
    return [json.loads(line)["path"] for line in done.stdout.decode().splitlines()]


def stands_at(chain, store, path):
    head = "%s:/%s" % (store, chain[0])
    return path == head or path.startswith(head + "!/") and (len(chain) == 1 or not chain[1] or "!/" + chain[1] in path)


def a_value_of_every_line_stands_under_every_path_that_holds_it_and_no_other():
    _, truth = exposure()
    found, done, wrong = found_values(), set(), []
    for value in truth["values"]:
        line = value["format"], value["place"]
        if line in done or value["kind"] != "email_address" or (value["kind"], value["canonical"]) not in found:
            continue
        done.add(line)
        chains = value["paths"] + [[copy] + chain[1:] for copy, of in truth["copies"].items() for chain in value["paths"] if chain[0] == of]
        places = places_of(value["canonical"])
        lacking = [c for c in chains if not any(stands_at(c, truth["store"], p) for p in places)]
        beyond = [p for p in places if not any(stands_at(c, truth["store"], p) for c in chains)]
        if (lacking or beyond) and not quoted_later(value):
            wrong.append("%s of %s: not at %s; also at %s" % (value["canonical"], line, lacking, beyond))
    rig.check(not wrong, "%d of %d: %s" % (len(wrong), len(done), rig.shown(wrong[:5])))


def quoted_later(value):
    """What a message of the thread says, later messages say again."""
    return value["format"] == "eml" and "thread" in value["paths"][0][0]


def an_object_is_counted_once_and_every_object_is_counted():
    _, truth = exposure()
    objects = scanned()["coverage"]["objects"]
    rig.equal(objects["listed"], truth["listed"], "objects listed")
    rig.equal(sum(objects[k] for k in ("read", "partial", "unread", "duplicate")), objects["listed"], "read + partial + unread + duplicate")
    certain = [of for of in truth["copies"].values() if of not in truth["objects_not_read"]]
    rig.check(objects["duplicate"] >= len(certain), "%d are copies, not %d" % (objects["duplicate"], len(certain)))
    rig.equal(objects["duplicate"], sum(of not in truth["objects_not_read"] for of in truth["copies"].values()), "duplicate")


def what_is_not_read_is_what_cannot_be_read_each_with_its_reason():
    _, truth = exposure()
    got, want = {}, {}
    for row in listed("unread"):
        path = row["path"].partition(":/")[2].partition("!/")[0]
        if row["what"] == "object":
            got[path] = (row["status"], row["reason"])
    for path, (status, reasons) in truth["objects_not_read"].items():
        want[path] = [(status, reason) for reason in reasons]
    wrong = ["%s is %s, not %s" % (p, got.get(p, "read"), want.get(p, "read")) for p in sorted(set(got) | set(want))
        if got.get(p) not in want.get(p, [None])]
    rig.check(not wrong, "; ".join(wrong))


def every_member_that_cannot_be_read_is_listed_with_its_reason():
    _, truth = exposure()
    rows = [(r["path"], r["status"], r["reason"]) for r in listed("unread") if r["what"] == "member"]
    missing = []
    for path, name, status in truth["members_not_read"]:
        if not any(stands_at([path, name], truth["store"], p) and [s, r] == list(status) for p, s, r in rows):
            missing.append((path, name, status, [row for row in rows if stands_at([path, name], truth["store"], row[0])]))
    rig.check(not missing, "%d members: %s" % (len(missing), rig.shown(missing)))


def records_are_counted_raw_and_distinct():
    _, truth = exposure()
    got = {row["unit"]: {"raw": row["raw"], "distinct": row["distinct"]} for row in scanned()["units"]}
    rig.equal({unit: got.get(unit) for unit in truth["records"]}, truth["records"], "records")


def every_further_store_is_a_lead_and_shows_no_secret():
    _, truth = exposure()
    leads = scanned()["leads"]
    targets = {lead["target"] for lead in leads}
    missing = [lead["host"] for lead in truth["leads"] if not any(lead["host"] in target for target in targets)]
    rig.check(not missing, "no lead to %s" % missing)
    rig.equal(len(targets), len(truth["leads"]), "leads: %s" % sorted(targets))
    text = json.dumps(leads)
    secret = [s for lead in truth["leads"] for s in re.findall(r"(?:sig=|AccountKey=|Password=)([^;&]+)", lead["written"]) if s in text]
    rig.equal(secret, [], "secrets in leads")


def persons_and_organizations_are_those_of_the_addresses_found():
    _, truth = exposure()
    got = scanned()
    planted = {v["canonical"] for v in truth["values"] if v["kind"] == "email_address"}
    every = {c for kind, c in found_values() if kind == "email_address"}
    found, beyond = every & planted, every - planted
    rig.check(got["persons"]["min"] <= got["persons"]["best"] <= got["persons"]["max"], "persons: %r" % got["persons"])
    rig.equal(got["persons"]["best"] - len(beyond), len(found), "persons, best, without those of carved files")
    rig.equal(got["organizations"]["best"], len({domain_of(a) for a in every} - {truth["own_domain"]}), "organizations, best")


def countries_are_those_of_domains_and_of_numbers_beside_one_address():
    _, truth = exposure()
    got, want = scanned(), {}
    for address in {c for kind, c in found_values() if kind == "email_address"}:
        said = {make_exposure.example.country_of_domain(address), truth["country_of_number"].get(address)} - {None}
        if address.partition("@")[0] not in make_exposure.example.ROLES:
            country = said.pop() if len(said) == 1 else "unknown"
            want[country] = want.get(country, 0) + 1
    rig.equal({row["country"]: row["persons"] for row in got["countries"] if row["persons"]}, want, "persons by country")
    rig.equal(sum(row["organizations"] for row in got["countries"]), got["organizations"]["best"], "sum of organizations")


def labels_types_and_subjects_are_those_of_the_papers():
    _, truth = exposure()
    got = scanned()
    rig.equal({row["label"]: row["records"] for row in got["sensitivity"]}, truth["sensitivity"], "sensitivity")
    rig.equal({row["type"]: row["records"] for row in got["document_types"]}, truth["document_types"], "document types")
    special = next(row for row in got["categories"] if row["category"] == "special categories")
    rig.equal({row["subject"]: row["records"] for row in special["subjects"]}, truth["subjects"], "subjects near a person")
    rig.equal(special["records"], truth["special_records"], "records with such a subject")


def a_customers_words_in_an_agents_quote_stay_the_customers():
    _, truth = exposure()
    rows = {row.pop("speaker"): row for row in scanned()["speakers"]}
    rig.equal(rows["agent"], truth["agent"], "agent")
    rig.equal({k: rows["customer"][k] for k in truth["customer"]}, truth["customer"], "customer")


def persons_are_joined_by_the_names_that_stand_before_their_addresses_and_no_others():
    """min takes addresses of one domain behind one name for one person; nothing else in this store joins."""
    _, truth = exposure()
    got = scanned()["persons"]
    every = {c for kind, c in found_values() if kind == "email_address"}
    named = collections.defaultdict(set)
    for pair in truth["pairs"]:
        named[pair["name"].casefold(), domain_of(pair["address"])].add(pair["address"])
    missing = [pair["address"] for pair in truth["pairs"] if pair["address"] not in every]
    rig.check(not missing, "addresses behind names that were not found: %s" % rig.shown(missing))
    rig.equal(got["best"] - got["min"], sum(len(a) - 1 for a in named.values()), "persons that min joins")
    rig.equal(got["max"], got["best"], "every planted address has one name, so that max")
    listed_names = {(row["person"], row["name"]) for row in listed("persons") if row["name"]}
    want = {(pair["address"], pair["name"].casefold()) for pair in truth["pairs"]}
    rig.check(listed_names == want, "pairs missed %s; too many %s" % (rig.shown(sorted(want - listed_names)[:5]), rig.shown(sorted(listed_names - want)[:5])))


def every_name_shown_is_one_that_was_planted():
    _, truth = exposure()
    planted = {name.casefold() for name in truth["names"]}
    found = {c for kind, c in found_values() if kind == "person_name"}
    missing = {pair["name"].casefold() for pair in truth["pairs"]} - found
    rig.check(not missing, "names of headers that were not found: %s" % rig.shown(sorted(missing)[:5]))
    rig.check(found <= planted, "%d of %d names that nobody planted: %s" % (len(found - planted), len(found), rig.shown(sorted(found - planted)[:5])))
    print("person_name: %d distinct, %d planted by nobody; %d names planted" % (len(found), len(found - planted), len(planted)))


def domain_of(address):
    """The registrable domain, of those that are planted here and what carving makes of them."""
    labels = address.rpartition("@")[2].split(".")
    return ".".join(labels[-3 if labels[-2:] == ["co", "uk"] else -2:])


def the_scan_says_no_planted_value():
    folder, truth = exposure()
    with rig.folder() as other:
        done = rig.scan(os.path.join(other, "c.case"), truth["store"], status=rig.INCOMPLETE, cwd=folder)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    shown = [v for v in rig.lines(os.path.join(folder, "values.txt")) if len(v) > 5 and v in said]
    rig.check(not shown, "the scan says %s" % rig.shown(shown))


try:
    rig.run_tests(every_format_and_place_gives_what_was_planted_in_it_or_the_reason, nothing_is_found_that_was_not_planted,
        a_value_of_every_line_stands_under_every_path_that_holds_it_and_no_other, an_object_is_counted_once_and_every_object_is_counted,
        what_is_not_read_is_what_cannot_be_read_each_with_its_reason, every_member_that_cannot_be_read_is_listed_with_its_reason,
        records_are_counted_raw_and_distinct, every_further_store_is_a_lead_and_shows_no_secret, persons_and_organizations_are_those_of_the_addresses_found,
        countries_are_those_of_domains_and_of_numbers_beside_one_address, labels_types_and_subjects_are_those_of_the_papers,
        a_customers_words_in_an_agents_quote_stay_the_customers,
        persons_are_joined_by_the_names_that_stand_before_their_addresses_and_no_others, every_name_shown_is_one_that_was_planted, the_scan_says_no_planted_value)
finally:
    FOLDER.__exit__(None, None, None)
