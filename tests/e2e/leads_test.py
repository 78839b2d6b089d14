"""Further stores named in leaked data: planted in JSON Lines, mail and CSV, listed exactly, shown masked, never followed."""
import csv
import io
import json
import os
import socket

import rig

SIG = "5%2B7nYV7zXzDkm0guFcrnUAcgHhJhew%2Ftp%2BFkd5b%2FAis%3D"
KEY = "6o7QKoKhdZMPIzfNN5TFIggAbWsa8MDL1iVliqwsn6oH0TxEfjMFHu75WmDlYUPWxDvK12wAipsKa1/JMxVKbQ=="
BLOB = "https://contosodata.blob.core.windows.net/backups"
# What a report must not show to anybody who did not give a reason.
SECRETS = [SIG, SIG[:20], KEY, KEY[:20], "Tr0ub4dor", "sunshine9", "Zk3potte", "svc_app"]
NAMES = ["backups", "2022/all", "EaBcD", "1AbCdEf", "payroll", "dismissals", "10.20.30.40", "hr-archive"]

JSONL = [
    {"id": 1, "log": "copied to %s/x.bak?sv=2020-02-10&sp=rl&se=2020-02-01T00%%3A00%%3A00Z&sig=%s" % (BLOB, SIG)},
    {"id": 2, "log": "and %s/y.bak?sv=2022-11-02&sp=rw&st=2022-01-01&se=2999-01-01&sig=%s and again %s/y.bak" % (BLOB, SIG, BLOB)},
    {"id": 2, "log": "and %s/y.bak?sv=2022-11-02&sp=rw&st=2022-01-01&se=2999-01-01&sig=%s and again %s/y.bak" % (BLOB, SIG, BLOB)},
    {"id": 3, "log": "aws s3 cp s3://contoso-exports/2022/all.csv https://contoso-exports.s3.eu-west-1.amazonaws.com/b"},
    {"id": 4, "log": "GET http://10.20.30.40:9200/people/_search and https://www.contoso.com/index.html"},
    {"id": 5, "cs": "Server=tcp:db01.contoso.com,1433;Initial Catalog=payroll;User Id=svc_app;Password=Tr0ub4dor&3;"},
    {"id": 6, "cs": "DefaultEndpointsProtocol=https;AccountName=fabrikamlogs;AccountKey=%s;EndpointSuffix=core.windows.net" % KEY},
]
MAIL = """From: Anna Rossi <anna.rossi@contoso.com>
To: joe@fabrikam.com
Subject: the list
Message-ID: <1@contoso.com>
Date: Mon, 3 Oct 2022 10:00:00 +0200
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

It is at https://contoso.sharepoint.com/:x:/s/hr/EaBcD?e=3Dx1y2 and in
https://drive.google.com/file/d/1AbCdEf/view?usp=3Dsharing for you.
mongodb://svc_app:Zk3potte@c0.contoso.com/dismissals
"""
CSV = "id,link,note\n1,ftp://svc_app:sunshine9@ftp.fabrikam.com/in,x\n2,https://storage.googleapis.com/hr-archive/a,password: none\n"

# type, target as revealed, as masked, mentions, records, credential
WANTED = [
    ("azure_blob", BLOB, "https://contosodata.blob.core.windows.net/b***", 5, 2, "access_signature"),
    ("s3", "s3://contoso-exports", "s3://contoso-exports", 2, 1, "none"),
    ("search", "http://10.20.30.40:9200", "http://10.20.*.*:9200", 1, 1, "none"),
    ("database", "database://db01.contoso.com/payroll", "database://db01.contoso.com/p***", 1, 1, "password"),
    ("azure_blob", "https://fabrikamlogs.blob.core.windows.net", "https://fabrikamlogs.blob.core.windows.net", 1, 1, "storage_key"),
    ("share_link", "https://contoso.sharepoint.com/:x:/s/hr/EaBcD", "https://contoso.sharepoint.com/***", 1, 1, "none"),
    ("share_link", "https://drive.google.com/file/d/1AbCdEf", "https://drive.google.com/***", 1, 1, "none"),
    ("database", "mongodb://c0.contoso.com/dismissals", "mongodb://c0.contoso.com/d***", 1, 1, "password"),
    ("file_server", "ftp://ftp.fabrikam.com", "ftp://ftp.fabrikam.com", 1, 1, "password"),
    ("google_storage", "gs://hr-archive", "gs://hr-archive", 1, 1, "none"),
]


def plant(out):
    store = os.path.join(out, "store")
    os.mkdir(store)
    with open(os.path.join(store, "a.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in JSONL)
    with open(os.path.join(store, "b.eml"), "w", encoding="utf-8", newline="\n") as file:
        file.write(MAIL)
    with open(os.path.join(store, "c.csv"), "w", encoding="utf-8") as file:
        file.write(CSV)
    case = os.path.join(out, "x.case")
    rig.scan(case, store)
    return case


def rows(leads):
    return sorted((r["type"], r["target"], r["mentions"], r["records"], r["credential"]) for r in leads)


def every_planted_lead_is_listed_and_nothing_else():
    with rig.folder() as out:
        case = plant(out)
        got = rig.report(case, "--reveal", "test")
        rig.equal(rows(got["leads"]), sorted((t, target, m, n, c) for t, target, _, m, n, c in WANTED), "leads, revealed")
        rig.equal(got["leads_total"], len(WANTED), "leads_total")
        masked = rig.report(case)["leads"]
        rig.equal(rows(masked), sorted((t, mask, m, n, c) for t, _, mask, m, n, c in WANTED), "leads, masked")
        places = {row["target"]: [p["path"] for p in row["first_places"]] for row in got["leads"]}
        rig.check(places["ftp://ftp.fabrikam.com"][0].endswith("c.csv"), "places are %s" % rig.shown(places))
        rig.equal([p["path"] for p in masked[0]["first_places"]], ["object #1"], "masked places of the first lead")


def what_a_signature_allows_and_whether_it_is_over_is_said():
    with rig.folder() as out:
        lead = rig.report(plant(out))["leads"][0]
        rig.equal([(s["permissions"], s["starts"], s["expires"], s["service_version"], s["expired"]) for s in lead["signatures"]],
            [("rw", "2022-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2022-11-02", "no"),
                ("rl", None, "2020-02-01T00:00:00Z", "2020-02-10", "yes")], "signatures")
        rig.equal(lead["expired"], "no", "expired")


def nothing_secret_is_in_any_report_without_a_reason_and_no_secret_in_one_with():
    with rig.folder() as out:
        case = plant(out)
        formats = [["--format", "text"], ["--format", "json"], ["--format", "csv"], ["--list", "leads"], ["--list", "entities"]]
        for options in formats:
            text = rig.expect(rig.OK, rig.staunch("report", "--case", case, *options)).stdout.decode()
            shown = [s for s in SECRETS + NAMES if s in text and s != "hr-archive"]  # a bucket is a host, and hosts are shown
            rig.check(not shown, "%s shows %s" % (options, shown))
            revealed = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--reveal", "test", *options)).stdout.decode()
            shown = [s for s in SECRETS if s in revealed and s != "svc_app"]
            rig.check(not shown, "%s shows %s with --reveal" % (options, shown))


def the_page_and_the_list_have_them():
    with rig.folder() as out:
        case = plant(out)
        page = rig.expect(rig.OK, rig.staunch("report", "--case", case)).stdout.decode()
        rig.check("Leads: further stores named in the data (not followed)" in page, page)
        rig.check("azure blob, access signature beside it, allows rw, valid until 2999-01-01" in page, page)
        listed = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--list", "leads")).stdout.decode()
        got = list(csv.DictReader(io.StringIO(listed)))
        rig.equal(len(got), len(WANTED), "rows of --list leads")
        rig.equal([(r["permissions"], r["expires"], r["expired"]) for r in got if r["target"].endswith("/b***")],
            [("rw", "2999-01-01T00:00:00Z", "no")], "the signature in the list")


def a_case_without_leads_says_so_with_an_empty_list():
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "a.txt"), "w") as file:
            file.write("anna@contoso.com https://www.contoso.com/a\n")
        rig.scan(os.path.join(out, "x.case"), store)
        rig.equal(rig.report(os.path.join(out, "x.case"))["leads"], [], "leads")
        page = rig.staunch("report", "--case", os.path.join(out, "x.case")).stdout.decode()
        rig.check("Leads" not in page, page)


def nothing_is_followed():
    """A server that the data names: nobody comes. (The jail forbids every socket besides: tests/cli/jail_test.py.)"""
    with rig.folder() as out, socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(5)
        server.setblocking(False)
        port = server.getsockname()[1]
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "a.txt"), "w") as file:
            file.write("redis://:Pw9xyz@127.0.0.1:%d/0 and http://u:p@127.0.0.1:%d/\n" % (port, port))
        case = os.path.join(out, "x.case")
        rig.scan(case, store)
        rig.equal(len(rig.report(case, "--reveal", "test")["leads"]), 2, "leads")
        try:
            server.accept()
        except BlockingIOError:
            return
        rig.check(False, "somebody connected to the server that the data names")


def a_copy_of_a_store_adds_mentions_and_no_records():
    with rig.folder() as out:
        case = plant(out)
        os.mkdir(os.path.join(out, "again"))
        with open(os.path.join(out, "again/z.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in reversed(JSONL))
        rig.scan(case, os.path.join(out, "store"), os.path.join(out, "again"))
        blob = [r for r in rig.report(case)["leads"] if r["target"].endswith("/b***")][0]
        rig.equal((blob["mentions"], blob["records"]), (10, 2), "mentions and distinct records of the container")


rig.run_tests(every_planted_lead_is_listed_and_nothing_else, what_a_signature_allows_and_whether_it_is_over_is_said,
    nothing_secret_is_in_any_report_without_a_reason_and_no_secret_in_one_with, the_page_and_the_list_have_them,
    a_case_without_leads_says_so_with_an_empty_list, nothing_is_followed, a_copy_of_a_store_adds_mentions_and_no_records)
