"""`staunch audit --case`: what opened it stands in the chronicle of the case, sealed, once."""
import json
import os
import sqlite3

import rig
from audit_activity_test import event, log_of
from audit_change_test import december, group, named, write


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


def case_of(out, *arguments):
    """A case with one file in it, and what an audit with these arguments left in it."""
    source, case = os.path.join(out, "store"), os.path.join(out, "x.case")
    os.makedirs(source)
    with open(os.path.join(source, "a.txt"), "w", encoding="utf-8") as file:
        file.write("anna.rossi@contoso.com\n")
    rig.scan(case, source)
    rig.staunch("audit", "--case", case, *arguments)
    return case


def window_of(case):
    store, = rig.report(case)["window"]["stores"]
    return store


def the_report_begins_its_window_where_the_audit_says():
    with rig.folder() as out:
        days = os.path.join(out, "days")
        os.makedirs(days)
        december(days)
        for file in os.listdir(days):  # the web is not in question here
            path = os.path.join(days, file)
            with open(path, encoding="utf-8") as text:
                content = json.load(text)
            content[0]["securityRules"] = [r for r in content[0]["securityRules"] if r["name"] != "AllowWeb"]
            with open(path, "w", encoding="utf-8") as text:
                json.dump(content, text, indent=1)
        store = window_of(case_of(out, "--history", days))
        window, = store["windows"]
        rig.equal((store["store"], window["opened"], window["closed"], window["sources"], window["certainty"]), ("es tcp 9200-9300",
            ["2019-12-04T00:00:00Z", "2019-12-05T23:59:59Z"], ["2019-12-30T00:00:00Z", "2019-12-31T23:59:59Z"],
            {"opened": ["audit", "audit"], "closed": ["audit", "audit"]}, "measured"), "the window of days")
        edit, = store["opened_by"]
        rig.equal((edit["change"], edit["rule"], edit["file"], edit["operation"]), ("rule changed", "AllowSearch", "nsg-2019-12-05.json", None),
            "what opened it")
    with rig.folder() as out:
        days = os.path.join(out, "days")
        os.makedirs(days)
        december(days)
        log = log_of(out, event("2019-12-05T08:14:22Z"), event("2019-12-31T09:00:00Z", correlation="c-2"))
        case = case_of(out, "--history", days, "--activity-log", log)
        stores = rig.report(case)["window"]["stores"]
        store, = [s for s in stores if s["store"] == "es tcp 9200-9300"]
        window, = store["windows"]
        rig.equal((window["opened"], window["closed"]), (["2019-12-05T08:14:21Z", "2019-12-05T08:14:22Z"],
            ["2019-12-31T08:59:59Z", "2019-12-31T09:00:00Z"]), "the window of moments")
        rig.equal([(e["correlation_id"], e["caller"], e["time"]) for e in store["opened_by"]],
            [("c-1", "a***@contoso.com", ["2019-12-05T08:14:22Z"] * 2)], "by which operation")
        for options, wanted in ((("--format", "text"), ("opened by", "rule changed: AllowSearch of es in", "correlation c-1")),
                (("--format", "html"), ("opened by rule changed: AllowSearch of es in nsg-2019-12-05.json", "correlation c-1"))):
            path = os.path.join(out, "report")
            rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, *options, "-o", path))
            with open(path, encoding="utf-8") as file:
                text = file.read()
            for part in wanted:
                rig.check(part in text, "%r is not in the report as %s" % (part, options[1]))


def hostile_names_stand_escaped_in_the_report():
    hostile = "<script>alert(1)</script>\x1b[31m"
    with rig.folder() as out:
        before = write(out, "nsg-2019-12-04.json", group(name=hostile))
        after = write(out, "nsg-2019-12-05.json", group(named("110 allow tcp Internet > * 9200", hostile), name=hostile))
        case = case_of(out, before, after)
        for form in ("text", "html"):
            path = os.path.join(out, "report")
            rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", form, "-o", path))
            with open(path, "rb") as file:
                text = file.read()
            rig.check(b"opened by" in text, "what opened it is not told as %s" % form)
            rig.check(b"\x1b[31m" not in text and b"<script>alert" not in text, "a name is not escaped as %s" % form)


def an_audit_and_checks_of_a_container_are_one_store():
    """A container has the name of its target in both, so that the audit's day begins the window that a check found."""
    account = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contoso", "name": "contoso",
        "type": "Microsoft.Storage/storageAccounts", "allowBlobPublicAccess": True, "publicNetworkAccess": "Enabled",
        "networkRuleSet": {"defaultAction": "Allow"}, "enableHttpsTrafficOnly": True}
    container = lambda access: {"id": account["id"] + "/blobServices/default/containers/backup", "name": "backup",
        "type": "Microsoft.Storage/storageAccounts/blobServices/containers", "publicAccess": access}
    with rig.folder() as out:
        days = [write(out, "st-2022-09-0%d.json" % day, account, container(access)) for day, access in ((1, "None"), (2, "Container"))]
        store = window_of(case_of(out, *days))
        rig.equal((store["store"], store["windows"][0]["opened"]), ("https://contoso.blob.core.windows.net/backup",
            ["2022-09-01T00:00:00Z", "2022-09-02T23:59:59Z"]), "the store")


def a_case_that_is_not_there_is_not_made():
    with rig.folder() as out:
        path = write(out, "a.json", group("110 allow tcp Internet > * 9200"))
        rig.expect(rig.WRONG, rig.staunch("audit", "--case", os.path.join(out, "no.case"), path))
        rig.equal(sorted(os.listdir(out)), ["a.json"], "files")


if __name__ == "__main__":
    rig.run_tests(rows_that_are_or_were_open_stand_in_the_case_once,
        the_report_begins_its_window_where_the_audit_says, hostile_names_stand_escaped_in_the_report,
        an_audit_and_checks_of_a_container_are_one_store, a_case_that_is_not_there_is_not_made)
