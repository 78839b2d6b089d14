#!/usr/bin/env python3
"""staunch check against real object stores and search engines (tests/lab): which rights each shows, and what a recorder between them
saw: no write, no credential, nothing out of scope. Its rows are printed by check_matrix_test.py."""
import json
import os

import lab
import matrix
import rig
from lab.recorder import Recorder

RIGHTS = ("list", "read", "acl", "versions", "write")
NOT, CAN, OPEN, CLOSED, NO = "not-tested", "cannot-tell", "open", "closed", "not-implied"

# Server, mode: (path of the target, verdict, rights in the order of RIGHTS).
S3 = (
    ("/pub", "open", (OPEN, OPEN, CLOSED, OPEN, CAN)),
    ("/priv", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
    ("/anyuser", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
    ("/pubrw", "open", (OPEN, OPEN, CLOSED, OPEN, CAN)),
    ("/objpub", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
    ("/polpub", "open", (OPEN, OPEN, CLOSED, CLOSED, CAN)),
    ("/blocked", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
    ("/nobody-made-this", "cannot-tell", (CLOSED, CAN, CLOSED, CLOSED, CAN)),
)
# The emulator answers 403 AuthorizationFailure where the service says 404, and gives everybody the access policy.
AZURE = (
    ("/devstoreaccount1/pubc", "open", (OPEN, OPEN, OPEN, OPEN, NO)),
    ("/devstoreaccount1/pubb", "cannot-tell", (CAN, NOT, CAN, CAN, NO)),
    ("/devstoreaccount1/priv", "cannot-tell", (CAN, NOT, CAN, CAN, NO)),
    ("/devstoreaccount1/$root", "open", (OPEN, OPEN, OPEN, OPEN, NO)),
)


def elastic(write):
    return (("", "open", (OPEN, OPEN, NOT, NOT, write)), ("/support-1", "open", (OPEN, OPEN, NOT, NOT, write)))


REFUSED = (("", "closed", (CLOSED, CLOSED, NOT, NOT, None)), ("/support-1", "closed", (CLOSED, CLOSED, NOT, NOT, None)))


def scope_of(*targets):
    return {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset",
        "not_before": "2020-01-01", "not_after": "2090-01-01", "contact": "security@contoso.example", "max_level": "L4",
        "budget": {"requests_per_second": 100, "bytes": 10000000}, "targets": list(targets)}


def run_check(folder, targets, *arguments, status):
    scope = os.path.join(folder, "scope.json")
    with open(scope, "w") as file:
        json.dump(scope_of(*targets), file)
    return json.loads(rig.expect(status, rig.staunch("check", "--scope", scope, "--format", "json", *arguments)).stdout)


def shows(name, mode, cases, scope_paths=None):
    with rig.folder() as folder, lab.start(name, folder, mode) as server, Recorder(server.port) as recorder:
        base = "http://127.0.0.1:%d" % recorder.port
        exits = {case[1] for case in cases}
        status = rig.FOUND if "open" in exits else rig.INCOMPLETE if "cannot-tell" in exits else rig.OK
        result = run_check(folder, [base + case[0] for case in cases], "--level", "L4", status=status)
        wrong = []
        for (path, verdict, wanted), got in zip(cases, result["targets"]):
            rights = tuple(got["rights"][right] for right in RIGHTS)
            same = all(w is None or w == r for w, r in zip(wanted, rights))
            if got["verdict"] != verdict or not same:
                wrong.append("%s: %s %r, not %s %r; %s" % (path, got["verdict"], rights, verdict, wanted, got["reason"]))
        secrets = [str(v) for k, v in server.seed.items() if k in ("key", "password", "secret") and v]
        left = [len(recorder.writes()), len(recorder.credentials(secrets)), len(recorder.outside(scope_paths or ["/"]))]
        for (path, _, _), got in zip(cases, result["targets"]):
            asked = [request for request in recorder.requests() if path.rstrip("/") + "/" in request.path.split("?")[0] + "/"]
            matrix.add(name, mode, path or "/", "own-asset", got, len(asked), *left)
        rig.check(not wrong, "; ".join(wrong))
        rig.equal(left, [0, 0, 0], "writes, credentials and requests out of scope that left")
        rig.check(recorder.requests(), "the recorder saw nothing at all")


def a_real_s3_server_shows_listing_reading_and_versions_apart():
    shows("rgw", "open", S3, [case[0] for case in S3])


def azurite_shows_its_open_containers():
    shows("azurite", "open", AZURE, [case[0] for case in AZURE])


def azurite_shows_old_versions_of_what_was_replaced_also_in_web():
    from lab import azurite
    with rig.folder() as folder, lab.start("azurite", folder) as server:
        azurite.request(server.port, "PUT", "/$web", {"restype": "container"}, {"x-ms-blob-public-access": "container"})
        azurite.put(server.place, server.port, "$web", "index.html", b"the page of 2019")
        azurite.request(server.port, "PUT", "/$web/index.html", {"comp": "snapshot"})
        azurite.put(server.place, server.port, "$web", "index.html", b"under construction")
        target = "azure_blob" + server.url[4:].replace("localhost", "127.0.0.1") + "/$web"
        result = run_check(folder, [target], status=rig.FOUND)["targets"][0]
        rig.equal((result["rights"]["list"], result["rights"]["versions"]), (OPEN, OPEN), "list and versions")
        rig.check("replaced or deleted" in result["reason"], "it says %r" % result["reason"])


def what_no_listing_named_cannot_be_told():
    with rig.folder() as folder, lab.start("rgw", folder) as server:
        target = server.url + "/objpub"
        evidence = os.path.join(folder, "e.jsonl")
        run_check(folder, [target], "--evidence", evidence, status=rig.INCOMPLETE)
        # One of its objects is public, but names come from listings, and this bucket was never listed.
        again = run_check(folder, [target], "--evidence", evidence, status=rig.INCOMPLETE)
        rig.equal(again["targets"][0]["rights"]["read"], "cannot-tell", "read without a known name")


def elasticsearch_2_shows_open_and_refused():
    shows("elasticsearch-2", "open", elastic(CAN))
    shows("elasticsearch-2", "closed", REFUSED)


def elasticsearch_7_warns_of_itself_and_shows_open_and_refused():
    shows("elasticsearch-7", "open", elastic("implied"))
    shows("elasticsearch-7", "closed", REFUSED)


def elasticsearch_8_shows_open_and_refused():
    shows("elasticsearch-8", "open", elastic(CAN))
    shows("elasticsearch-8", "closed", REFUSED)


def opensearch_2_shows_open_and_refused():
    shows("opensearch-2", "open", elastic(CAN))
    shows("opensearch-2", "closed", REFUSED)


MATRIX = (a_real_s3_server_shows_listing_reading_and_versions_apart, azurite_shows_its_open_containers,
    azurite_shows_old_versions_of_what_was_replaced_also_in_web, elasticsearch_2_shows_open_and_refused,
    elasticsearch_7_warns_of_itself_and_shows_open_and_refused, elasticsearch_8_shows_open_and_refused, opensearch_2_shows_open_and_refused)

if __name__ == "__main__":
    rig.run_tests(azurite_shows_old_versions_of_what_was_replaced_also_in_web, what_no_listing_named_cannot_be_told)
