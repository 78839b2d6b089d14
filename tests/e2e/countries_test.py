"""Where persons are said to be: by what stands beside their address alone, and never by a contradiction."""
import json
import os

import rig

# name of the case: records of one store, own domain, persons by country, persons by basis of the countries that are named
CASES = {
    "the domain": ([{"m": "anna@fabrikam.it"}, {"m": "bob@fabrikam.com"}], {"IT": 1, "unknown": 1}, {"cctld": 1}),
    "a number beside one address": ([{"m": "anna@fabrikam.com", "phone": "+39 06 9999 0123"}], {"IT": 1}, {"phone": 1}),
    "a number beside two addresses": ([{"m": "anna@fabrikam.com", "n": "bob@adatum.com", "phone": "+39 06 9999 0123"}],
        {"unknown": 2}, {}),
    "a number beside an address and staff": ([{"m": "anna@fabrikam.com", "agent": "carl@contoso.com", "phone": "+39 06 9999 0123"}],
        {"IT": 1, "unknown": 1}, {"phone": 1}),
    "a number beside staff alone": ([{"agent": "carl@contoso.com", "phone": "+39 06 9999 0123"}], {"unknown": 1}, {}),
    "a number beside a role and an address": ([{"m": "anna@fabrikam.com", "n": "info@adatum.com", "phone": "+39 06 9999 0123"}],
        {"unknown": 1}, {}),
    "a number and a domain that agree": ([{"m": "anna@fabrikam.it", "phone": "+39 06 9999 0123"}], {"IT": 1}, {"phone": 1}),
    "a number and a domain that do not": ([{"m": "anna@fabrikam.fr", "phone": "+39 06 9999 0123"}], {"unknown": 1}, {}),
    "two numbers of two countries": ([{"m": "anna@fabrikam.com", "phone": "+39 06 9999 0123"},
        {"m": "anna@fabrikam.com", "phone": "+33 1 99 00 12 34"}], {"unknown": 1}, {}),
    "the same record again": ([{"m": "anna@fabrikam.com", "phone": "+39 06 9999 0123"}] * 3, {"IT": 1}, {"phone": 1}),
    "a postal address beside one address": ([{"m": "anna@fabrikam.com", "t": "Via Garibaldi 12, 20121 Milano MI"}], {"IT": 1}, {"address": 1}),
    "a postal address beside two addresses": ([{"m": "anna@fabrikam.com", "n": "bob@adatum.com",
        "t": "Via Garibaldi 12, 20121 Milano MI"}], {"unknown": 2}, {}),
    "a postal address and a number that agree": ([{"m": "anna@fabrikam.com", "phone": "+39 06 9999 0123",
        "t": "Via Garibaldi 12, 20121 Milano MI"}], {"IT": 1}, {"phone": 1}),
    "a postal address and a domain that do not": ([{"m": "anna@fabrikam.fr", "t": "Via Garibaldi 12, 20121 Milano MI"}], {"unknown": 1}, {}),
    "no address": ([{"phone": "+39 06 9999 0123"}], {}, {}),
}


def report_of(records):
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "records.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        rig.scan(os.path.join(out, "c.case"), store, options=["--own-domain", "contoso.com"])
        return rig.report(os.path.join(out, "c.case"))


def every_person_is_in_the_country_that_all_evidence_names():
    wrong = []
    for name, (records, countries, bases) in CASES.items():
        got = report_of(records)
        persons = {row["country"]: row["persons"] for row in got["countries"] if row["persons"]}
        by_basis = {}
        for row in got["countries"]:
            for basis, count in row["persons_by_basis"].items():
                by_basis[basis] = by_basis.get(basis, 0) + count
        if persons != countries or by_basis != bases or sum(persons.values()) != got["persons"]["best"]:
            wrong.append("%s: %r by %r" % (name, persons, by_basis))
    rig.check(not wrong, "; ".join(wrong))


def categories_count_a_record_once_whatever_stands_in_it():
    got = report_of([{"m": "anna@fabrikam.com", "n": "bob@adatum.com", "phone": "+39 06 9999 0123"}, {"m": "anna@fabrikam.com"},
        {"m": "anna@fabrikam.com"}, {"ip": "8.8.8.8"}])
    rows = {row["category"]: (row["records"], row["persons"]) for row in got["categories"]}
    rig.equal(rows, {"contact": (2, 2), "location": (1, 0)}, "categories (records, persons)")


def what_was_not_found_is_an_empty_list():
    got = report_of([{"a": 1}])
    rig.equal([got[k] for k in ("countries", "categories", "sensitivity", "document_types", "speakers")], [[], [], [], [], []], "lists")


rig.run_tests(every_person_is_in_the_country_that_all_evidence_names, categories_count_a_record_once_whatever_stands_in_it,
    what_was_not_found_is_an_empty_list)
