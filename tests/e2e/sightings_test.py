#!/usr/bin/env python3
"""staunch check --sightings and --inventory, and the exposure windows of reports: what others say moves since when a
store was open at the latest and never a verdict; files of others are hostile; who is in no inventory, what is unguarded."""
import contextlib
import datetime
import json
import os
import time

import front_azure
import rig

SHADOWSERVER = '"timestamp","ip","protocol","port","hostname","tag","version","asn","geo","cluster_name","http_code"\n'
NOW = int(time.time())


def shadowserver(*rows):
    return SHADOWSERVER + "".join('"%s",%s,tcp,%s,%s,%s,7.1.0,64512,ZZ,c,\n' % row for row in rows)


def day(offset):
    return (datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc) +
        datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def scope_of(*targets, **changes):
    scope = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset",
        "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
        "budget": {"requests_per_second": 100, "bytes": 10000000}, "targets": list(targets)}
    scope.update(changes)
    return scope


class Place:
    def __init__(self, path):
        self.path, self.evidence = path, os.path.join(path, "evidence.jsonl")

    def file(self, name, content):
        path = os.path.join(self.path, name)
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def check(self, scope, *arguments, status):
        done = rig.expect(status, rig.staunch("check", "--scope", self.file("scope.json", scope), "--format", "json",
            "--evidence", self.evidence, *arguments))
        return json.loads(done.stdout)

    def sightings(self, *files, scope=None, status=rig.OK, format="json", options=()):
        arguments = ["check", "--evidence", self.evidence, "--format", format, *options]
        for file in files:
            arguments += ["--sightings", file]
        if scope is not None:
            arguments += ["--scope", self.file("scope.json", scope)]
        done = rig.expect(status, rig.staunch(*arguments))
        return json.loads(done.stdout) if format == "json" and done.stdout else done

    def lines(self, kind):
        return [line for line in map(json.loads, rig.lines(self.evidence)) if line["kind"] == kind]

    def intact(self):
        done = rig.expect(rig.OK, rig.staunch("check", "--verify", self.evidence, "--format", "json"))
        rig.equal(json.loads(done.stdout)["evidence"], "intact", "evidence")


@contextlib.contextmanager
def place():
    with rig.folder() as path:
        yield Place(path)


def only(list_of_one):
    rig.equal(len(list_of_one), 1, "length of %r" % list_of_one)
    return list_of_one[0]


def window_of(exposure):
    return only(exposure["windows"])


# --- sightings ---


def each_accepted_row_is_a_line_that_says_whose_word_it_is_and_where_it_stands():
    with place() as here:
        report = here.file("report.csv", shadowserver(("2019-12-28 03:04:05", "203.0.113.7", 9200, "", "elasticsearch"),
            ("2019-12-27 00:00:00", "203.0.113.8", 9200, "", "elasticsearch")))
        told = here.sightings(report, scope=scope_of("http://203.0.113.7:9200"))
        line = only(here.lines("sighting"))
        wanted = {"word": "of others", "target": "http://203.0.113.7:9200", "engine": "shadowserver", "says": "open",
            "service": "elasticsearch", "from": "2019-12-28T03:04:05Z", "to": "2019-12-28T03:04:05Z", "row": 1,
            "address": "203.0.113.7", "port": 9200, "known_by": "address", "zone_told": False}
        rig.equal({k: line[k] for k in wanted}, wanted, "the line")
        end = only(here.lines("sightings"))
        rig.equal(line["file_sha256"], end["file_sha256"], "the file")
        rig.equal((end["rows"], end["accepted"], end["elsewhere"]), (2, 1, 1), "figures of the file")
        rig.equal(only(told["targets"])["first_observed_by_others"], "2019-12-28T03:04:05Z", "first observed")
        here.intact()


def the_four_sources_are_read_as_they_are_documented():
    shodan = {"timestamp": "2019-12-24T05:49:56.283713", "ip_str": "203.0.113.7", "port": 9200, "transport": "tcp",
        "hostnames": [], "_shodan": {"module": "elastic"}, "elastic": {"indices": {"cases": {"uuid": "x"}}}}
    leakix = {"event_type": "leak", "event_source": "ElasticSearchOpenPlugin", "time": "2019-12-25T01:00:00+02:00",
        "ip": "203.0.113.7", "host": "", "port": "9200", "protocol": "elasticsearch"}
    binaryedge = {"events": [{"port": 9200, "results": [{"origin": {"ts": 1577404800000, "type": "elasticsearch"},
        "target": {"ip": "203.0.113.7", "port": 9200}, "result": {"data": {"indices": [{"index_name": "cases"}]}}}]}]}
    by_hand = "target,date,engine\nhttp://203.0.113.7:9200/cases,2019-12-26T12:00:00Z,the press\n"
    cases = [("shodan", json.dumps(shodan), "2019-12-24T05:49:56Z"),
        ("shodan", json.dumps({"matches": [shodan], "total": 1}), "2019-12-24T05:49:56Z"),
        ("shodan", json.dumps({"ip_str": "203.0.113.7", "data": [{k: v for k, v in shodan.items() if k != "ip_str"}]}),
            "2019-12-24T05:49:56Z"),
        ("leakix", json.dumps([leakix]), "2019-12-24T23:00:00Z"),
        ("leakix", json.dumps({"Services": None, "Leaks": [leakix]}), "2019-12-24T23:00:00Z"),
        ("binaryedge", json.dumps(binaryedge), "2019-12-27T00:00:00Z"),
        ("shadowserver", shadowserver(("2019-12-28 00:00:01", "203.0.113.7", 9200, "", "elasticsearch")),
            "2019-12-28T00:00:01Z"),
        ("the press", by_hand, "2019-12-26T12:00:00Z")]
    for engine, text, at in cases:
        with place() as here:
            told = here.sightings(here.file("file", text), scope=scope_of("http://203.0.113.7:9200"))
            line = only(here.lines("sighting"))
            rig.equal((line["engine"], line["says"], line["to"]), (engine, "open", at), "from %s" % text)
            rig.equal(window_of(only(told["targets"]))["opened"], [None, at], "window from %s" % text)


def what_only_answers_is_not_open_and_moves_nothing():
    closed = {"timestamp": "2019-12-24T05:49:56", "ip_str": "203.0.113.7", "port": 9200, "transport": "tcp",
        "_shodan": {"module": "elastic"}, "data": "HTTP/1.1 401 Unauthorized"}
    couch = ('"timestamp","ip","protocol","port","tag","couchdb_message","visible_databases"\n'
        '"2019-12-24 00:00:00",203.0.113.7,tcp,5984,couchdb,Welcome,\n')
    for text, target in ((json.dumps(closed), "http://203.0.113.7:9200"), (couch, "couchdb://203.0.113.7:5984")):
        with place() as here:
            told = here.sightings(here.file("file", text), scope=scope_of(target))
            rig.equal(only(here.lines("sighting"))["says"], "reachable", "what %s says" % text)
            exposure = only(told["targets"])
            rig.equal((exposure["windows"], exposure["sightings_reachable_only"]), ([], 1), "windows from %s" % text)


def a_row_is_of_a_target_by_its_name_and_port_and_not_by_the_address_of_a_cloud():
    rows = [("2019-12-28 03:04:05", "198.51.100.2", 9200, "es1.contoso.example", "elasticsearch"),
        ("2019-12-28 03:04:05", "198.51.100.2", 9201, "es1.contoso.example", "elasticsearch"),
        ("2019-12-28 03:04:05", "198.51.100.2", 9200, "es2.contoso.example", "redis"),
        ("2019-12-28 03:04:05", "20.60.1.1", 443, "", "elasticsearch")]
    with place() as here:
        told = here.sightings(here.file("file", shadowserver(*rows)),
            scope=scope_of("elasticsearch://es1.contoso.example:9200", "elasticsearch://es2.contoso.example:9200",
                "https://contoso.blob.core.windows.net/exports"))
        rig.equal([line["row"] for line in here.lines("sighting")], [1], "rows of %r" % rows)
        rig.equal(only(here.lines("sighting"))["known_by"], "name", "how")
        rig.equal(only(told["files"])["elsewhere"], 3, "elsewhere")


def dates_that_cannot_be_and_rows_that_cannot_be_read_are_told_with_their_reason():
    bad = [("2019-02-29 03:04:05", "no-date"), ("2019-13-01 00:00:00", "no-date"), ("", "no-date"),
        ("yesterday", "no-date"), ("2019-12-01 24:00:00", "no-date"), ("1960-01-01 00:00:00", "no-date"),
        (day(2) + " 00:00:00", "future"), ("9999-12-31 23:59:59", "future")]
    for when, reason in bad:
        with place() as here:
            report = here.file("report.csv", shadowserver((when, "203.0.113.7", 9200, "", "elasticsearch")))
            told = here.sightings(report, scope=scope_of("http://203.0.113.7:9200"), status=rig.INCOMPLETE)
            rig.equal([(row["row"], row["reason"]) for row in told["rows_not_used"]], [(1, reason)], "date %r" % when)
            rig.equal(here.lines("sighting"), [], "lines for %r" % when)
    for row, reason in (('"2019-12-01 00:00:00",203.0.113.7,tcp\n', "broken"),
            ('"2019-12-01 00:00:00",203.0.113.7.1,tcp,9200,,elasticsearch,7,64512,ZZ,c,\n', "no-place"),
            ('"2019-12-01 00:00:00",203.0.113.7,tcp,99999,,elasticsearch,7,64512,ZZ,c,\n', "no-place"),
            ('"2019-12-01 00:00:00",203.0.113.7,udp,9200,,elasticsearch,7,64512,ZZ,c,\n', "no-place"),
            ('"2019-12-01 00:00:00",203.0.113.7,tcp,9200,%s,elasticsearch,7,64512,ZZ,c,\n' % ("a" * 5000), "broken"),
            ('"2019-12-01 00:00:00",,tcp,9200,,elasticsearch,7,64512,ZZ,c,\n', "unknown-source")):
        with place() as here:
            told = here.sightings(here.file("report.csv", SHADOWSERVER + row), scope=scope_of("http://203.0.113.7:9200"),
                status=rig.INCOMPLETE)
            rig.equal(only(told["rows_not_used"])["reason"], reason, "row %r" % row)


def the_same_row_again_is_no_second_sighting():
    with place() as here:
        row = ("2019-12-28 03:04:05", "203.0.113.7", 9200, "", "elasticsearch")
        report = here.file("report.csv", shadowserver(row, row))
        first = here.sightings(report, scope=scope_of("http://203.0.113.7:9200"))
        again = here.sightings(report, scope=scope_of("http://203.0.113.7:9200"))
        rig.equal([only(told["files"])["duplicates"] for told in (first, again)], [1, 2], "duplicates")
        rig.equal(len(here.lines("sighting")), 1, "lines")
        here.intact()


def files_that_are_no_rows_are_unusable_and_broken_ones_are_told():
    hostile = [(b"", rig.WRONG), (b"hello\n", rig.WRONG), (b"\x00\xff\xfe" * 100, rig.WRONG), (b"<html>", rig.WRONG),
        (b"[" * 100000, rig.INCOMPLETE), (b'{"timestamp":', rig.INCOMPLETE), (b'{"a":1}\n', rig.INCOMPLETE),
        (b'[{"ip_str":"203.0.113.7"', rig.INCOMPLETE), (b"a,b\n" + b'"' * 5000, rig.WRONG),
        (SHADOWSERVER.encode() + b'"' * 100000, rig.INCOMPLETE)]
    for content, status in hostile:
        with place() as here:
            here.sightings(here.file("file", content), scope=scope_of("http://203.0.113.7:9200"), status=status)
            rig.equal(here.lines("sighting"), [], "lines of %r" % content[:40])
            here.intact()
    with place() as here:
        big = here.file("big", b"a" * (65 * 1024 * 1024))
        here.sightings(big, scope=scope_of("http://203.0.113.7:9200"), status=rig.WRONG)
        rig.check(not os.path.exists(here.evidence), "evidence was begun for a file that is too large")


def hostile_text_is_printed_as_no_terminal_acts_on():
    with place() as here:
        rows = 'target,date,engine\nhttp://203.0.113.7:9200,2019-12-01,"\x1b[31m=cmd<script>"\n'
        text = here.sightings(here.file("r\x1b.csv", rows), scope=scope_of("http://203.0.113.7:9200"),
            format="text").stdout
        rig.check(b"\x1b" not in text and b"by not named" in text, text)


def it_needs_evidence_and_takes_no_target():
    with place() as here:
        file = here.file("report.csv", shadowserver())
        rig.expect(rig.WRONG, rig.staunch("check", "--sightings", file))
        rig.expect(rig.WRONG, rig.staunch("check", "--sightings", file, "--evidence", here.evidence,
            "http://203.0.113.7:9200"))
        rig.expect(rig.WRONG, rig.staunch("check", "--sightings", file + ".none", "--evidence", here.evidence))
        rig.check(not os.path.exists(here.evidence), "evidence was begun")


# --- windows ---


def a_sighting_moves_the_opening_of_a_window_and_no_verdict():
    with place() as here, front_azure.serve({"/acc/exports": front_azure.container("k1")}) as front:
        target = front.url + "/acc/exports"
        by_hand = here.file("by-hand.csv", "target,date,engine\n%s,2019-11-02,an index\n" % target)
        here.sightings(by_hand, scope=scope_of(target))
        stated = window_of(only(here.sightings(by_hand, scope=scope_of(target))["targets"]))
        rig.equal((stated["certainty"], stated["found_open"]), ("stated by others", 0), "before any check")
        opened = window_of(only(here.check(scope_of(target), status=rig.FOUND)["targets"])["exposure"])
        rig.equal((opened["opened"], opened["sources"]["opened"]), ([None, "2019-11-02T23:59:59Z"], [None, "sighting"]),
            "opened")
        rig.equal((opened["closed"], opened["certainty"], opened["found_open"]), (None, "measured", 1), "open")
        front.states["/acc/exports"].access = "private"
        closed = only(here.check(scope_of(target), status=rig.OK)["targets"])
        rig.equal(closed["verdict"], "closed", "the verdict behind a sighting")
        window = window_of(closed["exposure"])
        rig.equal(window["closed"][0], opened["last_open"], "closed after")
        rig.equal(window["sources"]["closed"], ["check", "check"], "who saw it closed")
        late = here.file("late.csv", "target,date,engine\n%s,%s,an index\n" % (target,
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())))
        time.sleep(1.1)
        here.sightings(late, scope=scope_of(target))
        still = only(here.check(scope_of(target), status=rig.OK)["targets"])
        rig.equal(still["verdict"], "closed", "the verdict behind a later sighting")


def the_report_shows_each_window_once_with_who_observed_it():
    with place() as here, front_azure.serve({"/acc/exports": front_azure.container("k1")}) as front:
        target, case = front.url + "/acc/exports", os.path.join(here.path, "x.case")
        store = os.path.join(here.path, "store")
        os.mkdir(store)
        with open(os.path.join(store, "a.txt"), "w", encoding="utf-8") as file:
            file.write("anna.rossi@contoso.com\n")
        rig.scan(case, store)
        rig.equal(rig.report(case)["window"]["stores"], [], "a case without any check")
        here.check(scope_of(target), "--case", case, status=rig.FOUND)
        by_hand = here.file("by-hand.csv", "target,date,engine\n%s,2019-11-02,an index\n" % target)
        here.sightings(by_hand, scope=scope_of(target), options=("--case", case))
        front.states["/acc/exports"].access = "private"
        time.sleep(1.1)
        here.check(scope_of(target), "--case", case, status=rig.OK)
        front.states["/acc/exports"].access = "container"
        time.sleep(1.1)
        here.check(scope_of(target), "--case", case, status=rig.FOUND)
        exposure = only(rig.report(case)["window"]["stores"])
        rig.equal((exposure["checks"], exposure["sightings"], exposure["engines"]), (3, 1, "an index"), "figures")
        first, second = exposure["windows"]
        rig.equal(first["opened"], [None, "2019-11-02T23:59:59Z"], "first opened")
        rig.equal(first["closed"][1], second["opened"][0], "closed by, and open again after")
        rig.equal((second["closed"], second["certainty"]), (None, "measured"), "second window")
        text = rig.staunch("report", "--case", case).stdout.decode()
        for wanted in ("Window (UTC)", "before 2019-11-02 23:59, start unknown", "stated by others",
                "not seen closed", "first observed"):
            rig.check(wanted in text, "%r is not in\n%s" % (wanted, text))
        page = rig.staunch("report", "--case", case, "--format", "html").stdout.decode()
        rig.check("Exposure window" in page and "sightings by an index" in page, "the page has no window")


# --- inventories ---


def entries(*list_of):
    return {"schema": "staunch.inventory/1", "entries": list(list_of)}


def who_is_in_no_inventory_is_an_orphan_and_what_nobody_guards_is_named():
    with place() as here, front_azure.serve({"/acc/exports": front_azure.private(), "/acc/lost": front_azure.private()}
            ) as front:
        listed, lost = front.url + "/acc/exports", front.url + "/acc/lost"
        inventory = here.file("inventory.json", entries(
            {"store": listed, "owner": "data", "guard": "policy DenyPublic", "guarded_since": "2019-01-01"},
            {"store": "https://contoso.blob.core.windows.net/backup", "guard": "policy DenyPublic"},
            {"store": front.url + "/acc/exports/2019"},
            {"store": "redis://cache.contoso.example:6379", "guard": "policy", "guarded_since": day(30)}))
        told = here.check(scope_of(listed, lost), "--inventory", inventory, status=rig.INCOMPLETE)["inventory"]
        rig.equal((told["complete"], told["entries"]), (True, 4), "inventory")
        rig.equal([row["target"].split("/")[-1] for row in told["orphans"]], ["lost"], "orphans")
        lacks = {row["store"]: row["lacks"] for row in told["unguarded"]}
        rig.equal(lacks, {"https://contoso.blob.core.windows.net/backup": ["scope", "check"],
            front.url + "/acc/exports/2019": ["guard"],
            "redis://cache.contoso.example:6379": ["guard", "scope", "check"]}, "unguarded")
        unknown = [row for row in told["unguarded"] if row["store"].endswith("2019")]
        rig.equal((only(unknown)["guard"], only(unknown)["guarded_since"], only(unknown)["owner"]), (None, None, None),
            "what is not told")


def exports_of_clouds_and_tables_are_inventories_too():
    az_accounts = [{"name": "contoso", "type": "Microsoft.Storage/storageAccounts", "tags": {"guard": "defender"},
        "primaryEndpoints": {"blob": "https://contoso.blob.core.windows.net/", "dfs": "https://x"}}]
    az_resources = [{"name": "contoso", "type": "Microsoft.Storage/storageAccounts", "tags": None},
        {"name": "vm1", "type": "Microsoft.Compute/virtualMachines"}]
    aws = {"Buckets": [{"Name": "contoso-exports", "CreationDate": "2019-01-01T00:00:00+00:00"}], "Owner": {"ID": "x"}}
    table = "store,owner,guard,guarded_since\nhttps://contoso.blob.core.windows.net,ops,,\n"
    blob, s3 = "https://contoso.blob.core.windows.net/exports", "https://contoso-exports.s3.eu-west-1.amazonaws.com/"
    path_style = "https://s3.eu-west-1.amazonaws.com/contoso-exports"
    for content, named, orphans in ((az_accounts, 1, [s3, path_style]), (az_resources, 1, [s3, path_style]),
            (aws, 1, [blob]), (table, 1, [s3, path_style])):
        with place() as here, front_azure.serve({"/acc/np": front_azure.not_permitted()}) as front:
            file, asked = here.file("inventory", content), front.url + "/acc/np"
            told = here.check(scope_of(blob, s3, path_style, asked), asked, "--inventory", file, status=rig.OK)["inventory"]
            got = [row["target"].replace(":443", "") for row in told["orphans"] if row["target"] != asked]
            rig.equal((told["entries"], sorted(got)), (named, sorted(o.rstrip("/") for o in orphans)),
                "orphans of %r" % (content,))


def an_inventory_that_was_not_read_to_its_end_makes_no_orphan():
    with place() as here, front_azure.serve({"/acc/lost": front_azure.not_permitted()}) as front:
        target = front.url + "/acc/lost"
        rig.equal(here.check(scope_of(target), status=rig.OK)["inventory"], None, "without an inventory")
        for content in ('[{"store":"redis://a.example:6379"},', '{"store":"nonsense"}\n',
                "store,guard\nredis://a.example:6379\n"):
            told = here.check(scope_of(target), "--inventory", here.file("i", content), status=rig.INCOMPLETE)
            rig.equal((told["inventory"]["complete"], only(told["inventory"]["orphans"])["certainty"]),
                (False, "cannot tell"), "after %r" % content)


def a_check_that_is_too_old_is_none():
    with place() as here, front_azure.serve({"/acc/a": front_azure.not_permitted(), "/acc/b": front_azure.not_permitted()}
            ) as front:
        one, other = front.url + "/acc/a", front.url + "/acc/b"
        inventory = here.file("i", entries({"store": one, "guard": "g"}, {"store": other, "guard": "g"}))
        here.check(scope_of(one, other), status=rig.OK)
        time.sleep(1.1)
        for days, lacking in (("30", []), ("0", [other])):
            told = here.check(scope_of(one, other), one, "--inventory", inventory, "--checked-within", days,
                status=rig.OK)["inventory"]
            rig.equal([row["store"] for row in told["unguarded"]], lacking, "within %s days" % days)
        rig.expect(rig.WRONG, rig.staunch("check", "--scope", os.path.join(here.path, "scope.json"), "--inventory",
            inventory, "--checked-within", "soon"))


if __name__ == "__main__":
    rig.run_tests(*[f for n, f in list(globals().items()) if callable(f) and getattr(f, "__module__", "") == "__main__"
        and n not in ("shadowserver", "day", "scope_of", "place", "only", "window_of", "entries") and n.islower()])
