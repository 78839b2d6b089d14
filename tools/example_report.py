#!/usr/bin/env python3
"""Scans the five example stores into a case, prints the report, then every figure beside the truth that the stores were
made with. Ends with 1 when one differs."""
import csv
import io
import json
import os
import subprocess
import sys


def run(program, arguments, cwd, show=True, **kwargs):
    if show:
        print("\n$ staunch " + " ".join(arguments), flush=True)
    done = subprocess.run([program, *arguments], cwd=cwd, **kwargs)
    if done.returncode != 0:
        sys.exit("staunch %s ended with %d" % (arguments[0], done.returncode))
    return done.stdout


def changed_record(report):
    """Where the report says that one store differs, of the store that was changed."""
    rows = [d for copy in report["copies"] for d in copy["differing"] if d["store"] == "es-4"]
    return [(d["store"], d["path"], d["record"]) for d in rows]


def compare(truth, report, found, wanted):
    """(what, truth, report, same?)"""
    place = truth["changed"]
    path = "%s:/%s!/%s" % (place["store"], place["object"], place["member"])
    copies = report["copies"]
    kinds = {row["kind"]: row for row in report["entities"]}
    yield "records, raw", truth["records"]["raw"], report["coverage"]["records"]["raw"]
    yield "records, distinct", truth["records"]["distinct"], report["coverage"]["records"]["distinct"]
    yield "copies", "5 stores, 1 set", "%d stores, %d set" % (len(copies[0]["stores"]) if copies else 0, len(copies))
    yield "record changed in es-4", [("es-4", path, place["record"])], changed_record(report)
    for kind, row in truth["kinds"].items():
        got = kinds.get(kind, {"distinct": 0, "mentions": 0, "mentions_distinct_records": 0})
        yield kind, row["distinct"], got["distinct"]
        yield "  mentions, every copy", row["mentions"], got["mentions"]
        yield "  mentions, distinct records", row["mentions_distinct_records"], got["mentions_distinct_records"]
    yield "addresses, one by one", "%d the same" % len(wanted), "%d the same" % len(wanted & found) + (
        ", %d too many" % len(found - wanted) if found - wanted else "")
    for name in ("min", "best", "max"):
        yield "persons, " + name, truth["persons"][name], report["persons"][name]
    yield "  of these staff, best", truth["staff"]["best"], report["staff"]["persons"]["best"]
    yield "role mailboxes", truth["role_mailboxes"], report["role_mailboxes"]
    yield "organizations", truth["organizations"]["best"], report["organizations"]["best"]


def shown(value):
    if isinstance(value, int):
        return "{:,}".format(value)
    if isinstance(value, list):
        return "; ".join("%s #%s" % (path.split(":/", 1)[-1], record) for _, path, record in value) or "none"
    return value


def main():
    out, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    stores = os.path.join(out, "stores")
    with open(os.path.join(stores, "truth/truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    with open(os.path.join(stores, "truth/addresses.txt"), encoding="utf-8") as file:
        wanted = set(file.read().split())
    case = ["--case", os.path.join("..", "example.case")]
    run(program, ["scan", *truth["stores"], *case, "--own-domain", truth["own_domain"]], stores)
    run(program, ["report", *case], stores)
    report = json.loads(run(program, ["report", *case, "--format", "json", "--reveal", "example"], stores, False,
        stdout=subprocess.PIPE))
    listed = run(program, ["report", *case, "--format", "csv", "--list", "entities", "--reveal", "example"], stores, False,
        stdout=subprocess.PIPE).decode()
    rows = list(csv.DictReader(io.StringIO(listed)))
    found = {row["canonical"] for row in rows if row["kind"] == "email_address"}
    print("\nBeside the truth                      planted           found", flush=True)
    differs = 0
    for what, planted, got in compare(truth, report, found, wanted):
        same = planted == got
        differs += not same
        planted, got = shown(planted), shown(got)
        if len(planted) > 15:
            print("  %-26s  %s" % (what, planted if same else "%s, not %s" % (got, planted)) + ("   ok" if same else "   differs"))
        else:
            print("  %-26s %15s %15s   %s" % (what, planted, got, "ok" if same else "differs"))
    print("\n%s" % ("every figure is the planted one" if differs == 0 else "%d figures differ" % differs))
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
