#!/usr/bin/env python3
"""staunch check and scan of Google Cloud Storage, by the front of tests/lab/front_gcs.py, which says what it is written from: which
rights each bucket shows, that it is closed after it was open, and that a scan reads what was listed, as it is stored."""
import base64
import gzip
import json
import os

import lab
import rig
from check_servers_test import CAN, CLOSED, NO, NOT, OPEN, run_check, scope_of, shows
from lab import gcs
from lab.recorder import Recorder

PURPOSE = ("--purpose", "measure the exposure")
# Path, verdict, rights in the order of check_servers_test.RIGHTS.
BUCKETS = (
    ("/pub", "open", (OPEN, OPEN, OPEN, OPEN, NO)),
    ("/list-only", "open", (OPEN, CAN, CLOSED, OPEN, NO)),
    ("/read-only", "open", (CLOSED, OPEN, CLOSED, CLOSED, NO)),
    ("/writable", "open", (OPEN, OPEN, CLOSED, OPEN, "implied")),
    ("/one-object", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, NO)),
    ("/settings", "closed", (CLOSED, CLOSED, CLOSED, CLOSED, NO)),
    ("/priv", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, NO)),
    ("/users-only", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, NO)),
    ("/requester-pays", "cannot-tell", (CAN, NOT, CAN, CAN, CAN)),
    ("/perimeter", "cannot-tell", (CAN, NOT, CAN, CAN, CAN)),
    ("/filtered", "cannot-tell", (CAN, CAN, CLOSED, CAN, NO)),
    ("/nobody-made-this", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
)


def the_front_shows_every_way_to_be_open():
    shows("gcs", "open", BUCKETS, [path + case[0] for case in BUCKETS for path in ("", "/storage/v1/b")])


def only_closed_buckets_are_not_open():
    shows("gcs", "closed", (("/priv", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, NO)),))


def what_is_listed_then_private_is_closed_with_the_first_evidence_only():
    with rig.folder() as folder, lab.start("gcs", folder) as server:
        target, evidence = server.url + "/pub", os.path.join(folder, "e.jsonl")
        run_check(folder, [target], "--evidence", evidence, status=rig.FOUND)
        buckets = gcs.buckets("open")
        buckets["pub"]["grants"] = []
        gcs.set_buckets(server, buckets)
        second = run_check(folder, [target], "--evidence", evidence, status=rig.OK)["targets"][0]
        rig.equal((second["verdict"], second["rights"]["read"]), ("closed", "closed"), "with the first evidence")
        rig.equal(second["window"]["closed"][0], second["window"]["last_open"], "where the window begins")
        run_check(folder, [target], status=rig.INCOMPLETE)
        kept = open(evidence, encoding="utf-8").read()
        rig.check("k1.txt" not in kept and "cases/" not in kept, "evidence names objects")


def a_dry_run_prints_what_is_sent_and_sends_nothing():
    with rig.folder() as folder, lab.start("gcs", folder) as server, Recorder(server.port) as recorder:
        target = "gcs://127.0.0.1:%d/pub" % recorder.port
        scope = os.path.join(folder, "scope.json")
        with open(scope, "w", encoding="utf-8") as file:
            json.dump(scope_of(target), file)
        dry = rig.expect(rig.OK, rig.staunch("check", "--scope", scope, "--dry-run", "--level", "L4", "--format", "json"))
        printed = [row["request"] for row in json.loads(dry.stdout)["targets"][0]["requests"]]
        rig.equal(recorder.connections, [], "connections of a dry run")
        rig.staunch("check", "--scope", scope, "--level", "L4")
        for request in recorder.requests():
            asked = [line for line in printed if line.split("/", 3)[3].split("{")[0] in request.path]
            rig.check(asked, "%r was sent and not printed: %s" % (request, printed))
        rig.check(not any("versions_xml" in line or "?acl" in line for line in printed), "rows of another kind of host: %s" % printed)


# --- as a source of scan ---

def blob(body, generation, **more):
    return {"base64": base64.b64encode(body).decode(), "generation": generation, **more}


def bucket(files, **more):
    return {"grants": [gcs.LIST, gcs.GET], "policy": [], "objects": files, **more}


def scan(folder, url, *more, status=rig.OK, case="c.case"):
    scope = os.path.join(folder, "scope.json")
    with open(scope, "w", encoding="utf-8") as file:
        json.dump({**scope_of(url), "max_level": "L5", "budget": {"requests_per_second": 5000, "bytes": 10 ** 9}}, file)
    return rig.expect(status, rig.staunch("scan", url, "--scope", scope, *PURPOSE, "--case", os.path.join(folder, case), *more))


def what_the_front_holds_gives_the_figures_of_the_same_folder():
    with rig.folder() as out, lab.start("gcs", out) as server:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 400)
        own = ["--own-domain", truth["own_domain"]]
        local = os.path.join(out, "local.case")
        rig.scan(local, stores[0], options=own)
        files = {}
        for folder, _, names in os.walk(stores[0]):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    files[os.path.relpath(path, stores[0])] = blob(file.read(), 1577780130000000 + len(files))
        # Pages of seven names, so that several follow each other.
        gcs.set_buckets(server, {"pub": bucket(files, page=7)})
        scan(out, "gcs://127.0.0.1:%d/pub" % server.port, *own)
        rig.equal(rig.case_figures(os.path.join(out, "c.case")), rig.case_figures(local), "figures")


def mails(*names):
    return "".join("write to %s@contoso.example\n" % name for name in names).encode()


def objects_that_the_service_would_unpack_are_read_as_they_are_stored():
    body = mails(*("p%d" % n for n in range(500)))
    packed = gzip.compress(body, mtime=0)
    files = {"log.txt": blob(packed, 7, encoding="gzip"), "plain.txt": blob(mails("anna"), 8),
        # Said to be gzip and is none: the service could not unpack it either.
        "liar.txt": blob(mails("bruno"), 9, encoding="identity")}
    with rig.folder() as out, lab.start("gcs", out) as server, Recorder(server.port) as recorder:
        gcs.set_buckets(server, {"pub": bucket(files)})
        scan(out, "gcs://127.0.0.1:%d/pub" % recorder.port)
        report = rig.report(os.path.join(out, "c.case"))
        rig.equal((report["persons"]["best"], report["coverage"]["objects"]["read"]), (502, 3), "persons, objects read")
        listed = sum(len(base64.b64decode(row["base64"])) for row in files.values())
        rig.equal((report["coverage"]["bytes"]["listed"], report["coverage"]["bytes"]["read"]), (listed, listed), "bytes")
        asked = [request for request in recorder.requests() if request.path.startswith("/pub/")]
        rig.check(all("gzip" in request.header("accept-encoding") for request in asked), "asked without gzip: %s" % asked)
        # By the S3 interface, which knows nothing of it, the same object is a row with its reason, never a wrong figure.
        scan(out, "s3://127.0.0.1:%d/pub" % recorder.port, status=rig.INCOMPLETE, case="s3.case")
        report = rig.report(os.path.join(out, "s3.case"))
        rig.equal((report["coverage"]["unread"]["by_reason"], report["persons"]["best"]), ({"source-error": 1}, 2), "by S3")


def the_generation_that_was_listed_is_read_or_it_is_a_row():
    after = blob(mails("nobody"), 21)
    files = {"a.txt": blob(mails("anna"), 10), "b.txt": blob(mails("bruno"), 20, now=after)}
    with rig.folder() as out, lab.start("gcs", out) as server, Recorder(server.port) as recorder:
        url = "gcs://127.0.0.1:%d/pub" % recorder.port
        gcs.set_buckets(server, {"pub": bucket(files, versioned=True)})
        scan(out, url, case="versioned.case")
        rig.equal(sorted(r.path for r in recorder.requests() if r.path.startswith("/pub/")),
            ["/pub/a.txt?generation=10", "/pub/b.txt?generation=20"], "asked for")
        report = rig.report(os.path.join(out, "versioned.case"), "--reveal", "test")
        rig.equal((report["persons"]["best"], report["coverage"]["objects"]["read"]), (2, 2), "where generations are kept")
        gcs.set_buckets(server, {"pub": bucket(files)})
        scan(out, url, status=rig.INCOMPLETE)
        report = rig.report(os.path.join(out, "c.case"))
        rig.equal((report["persons"]["best"], report["coverage"]["unread"]["by_reason"]), (1, {"source-changed": 1}), "where not")


def a_new_generation_of_the_same_bytes_is_read_again_and_nothing_else_is():
    files = {"a.txt": blob(mails("anna"), 10), "b.txt": blob(mails("bruno"), 20)}
    with rig.folder() as out, lab.start("gcs", out) as server, Recorder(server.port) as recorder:
        url = "gcs://127.0.0.1:%d/pub" % recorder.port
        gcs.set_buckets(server, {"pub": bucket(files)})
        scan(out, url)
        files["b.txt"]["generation"] = 21
        gcs.set_buckets(server, {"pub": bucket(files)})
        before = len(recorder.requests())
        scan(out, url)
        asked = [r.path for r in recorder.requests()[before:] if r.path.startswith("/pub/")]
        rig.equal(asked, ["/pub/b.txt?generation=21"], "asked for")
        rig.equal(rig.report(os.path.join(out, "c.case"))["persons"]["best"], 2, "persons")


def a_listing_without_generations_is_refused_in_one_line():
    with rig.folder() as out, lab.start("rgw", out) as server:
        # Another server that speaks S3: its listing has no generations, so nothing could be held to what was listed.
        done = scan(out, "gcs://127.0.0.1:%d/pub" % server.port, status=rig.WRONG)
        rig.check(b"no whole listing" in done.stderr, "it says %r" % done.stderr)


# Run, and printed, by check_matrix_test.py.
MATRIX = (the_front_shows_every_way_to_be_open, only_closed_buckets_are_not_open)

if __name__ == "__main__":
    rig.run_tests(what_is_listed_then_private_is_closed_with_the_first_evidence_only, a_dry_run_prints_what_is_sent_and_sends_nothing,
        what_the_front_holds_gives_the_figures_of_the_same_folder,
        objects_that_the_service_would_unpack_are_read_as_they_are_stored, the_generation_that_was_listed_is_read_or_it_is_a_row,
        a_new_generation_of_the_same_bytes_is_read_again_and_nothing_else_is, a_listing_without_generations_is_refused_in_one_line)
