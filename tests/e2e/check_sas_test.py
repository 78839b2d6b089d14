#!/usr/bin/env python3
"""URLs with a shared access signature, against Azurite, which checks signatures, and against a front in the real service's words:
what each grants, what is said without a packet, and that the signature is in nothing but the request to its own target."""
import base64
import glob
import http.server
import json
import os
import threading
import urllib.parse

import front_azure
import lab
import rig
from check_servers_test import CAN, CLOSED, NO, NOT, OPEN, scope_of
from lab import azurite
from lab.recorder import Recorder

LATER, GONE, ACCOUNT = "2099-12-31T00:00:00Z", "2022-09-24T00:00:00Z", "/devstoreaccount1"
WRONG_KEY = b"0" * 64


def check(folder, urls, *arguments, status, targets=None, **scope):
    """The JSON result of a check of these signed URLs; all that was printed and kept beside it."""
    allowed = {**scope_of(*(targets or [url.partition("?")[0] for url in urls])), **scope}
    for name, text in (("scope.json", json.dumps(allowed)), ("sas.txt", "# of the report\n\n%s\n" % "\n".join(urls))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    done = rig.staunch("check", "--scope", os.path.join(folder, "scope.json"), "--sas", os.path.join(folder, "sas.txt"),
        *arguments)
    return rig.expect(status, done)


def signatures(urls):
    """Each as it is written, decoded, and in part."""
    raw = [url.partition("sig=")[2].partition("&")[0] for url in urls]
    return [form for text in raw for form in (text, urllib.parse.unquote(text), urllib.parse.unquote(text)[4:20])]


def tells_nothing(texts, urls):
    for text in texts:
        for form in signatures(urls):
            rig.check(form.encode() not in text, "a signature stands in %r" % text[:2000])


def service(path, permissions, until=LATER, **more):
    return "%s/%s?%s" % (ACCOUNT, path, azurite.sas(path, permissions, until, **more))


# Path and query, verdict, list, read, versions, write. priv is private: anonymously none of it is open.
SIGNED = (
    ("a container, rl", service("priv", "rl"), "open", (OPEN, OPEN, OPEN, NO)),
    ("a container, racwdl", service("priv", "racwdl"), "open", (OPEN, OPEN, OPEN, "implied")),
    ("a container, r", service("priv", "r"), "open", (CLOSED, OPEN, NOT, NO)),
    ("a container, w", service("priv", "w"), "open", (CLOSED, CLOSED, NOT, "implied")),
    ("a blob, r", service("priv/f01.txt", "r", resource="b"), "open", (NOT, OPEN, NOT, NO)),
    ("a blob, rw", service("priv/f01.txt", "rw", resource="b"), "open", (NOT, OPEN, NOT, "implied")),
    ("a blob that is gone", service("priv/none.txt", "r", resource="b"), "cannot-tell", (NOT, CAN, NOT, NO)),
    ("an account, rl", ACCOUNT + "?" + azurite.account_sas("rl", LATER), "open", (OPEN, OPEN, NOT, NO)),
    ("an account, rwdl", ACCOUNT + "/priv?" + azurite.account_sas("rwdl", LATER), "open", (OPEN, OPEN, OPEN, "implied")),
    ("an account, objects", ACCOUNT + "/priv?" + azurite.account_sas("rl", LATER, types="o"), "open", (CLOSED, OPEN, NOT, NO)),
    # The emulator holds nobody to the addresses; the service's AuthorizationSourceIPMismatch: tests/unit/probe/azure_sas_test.c.
    ("for another address", service("priv", "rl", addresses="192.0.2.1-192.0.2.9"), "open", (OPEN, OPEN, OPEN, NO)),
    ("for this address", service("priv", "rl", addresses="127.0.0.1"), "open", (OPEN, OPEN, OPEN, NO)),
    ("https only", service("priv", "rl", protocols="https"), "cannot-tell", (CAN, CAN, NOT, CAN)),
    ("expired", service("priv", "racwdl", GONE), "closed", (CLOSED, CLOSED, CLOSED, NO)),
    ("not yet", service("priv", "rl", since="2098-01-01T00:00:00Z"), "cannot-tell", (CAN, CAN, NOT, CAN)),
    # The emulator says AuthorizationFailure, which the real service says of a firewall.
    ("of another key", service("priv", "rl", key=WRONG_KEY), "cannot-tell", (CAN, NOT, CAN, CAN)),
)


def what_each_signature_grants_is_told_by_reading_requests_only():
    with rig.folder() as folder, lab.start("azurite", folder) as server, Recorder(server.port) as recorder:
        base = "http://127.0.0.1:%d" % recorder.port
        urls = [base + path for _, path, _, _ in SIGNED]
        evidence = os.path.join(folder, "e.jsonl")
        done = check(folder, urls, "--level", "L4", "--format", "json", "--evidence", evidence, status=rig.FOUND,
            targets=[base + ACCOUNT])
        wrong = []
        for (name, _, verdict, rights), got in zip(SIGNED, json.loads(done.stdout)["targets"]):
            shown = tuple(got["rights"][right] for right in ("list", "read", "versions", "write"))
            print("    %-20s %-12s list %-12s read %-12s versions %-12s write %-12s %s" % (name, got["verdict"], *shown,
                got["product"]))
            if (got["verdict"], shown) != (verdict, rights):
                wrong.append("%s: %s %r, not %s %r; %s" % (name, got["verdict"], shown, verdict, rights, got["reason"]))
        rig.check(not wrong, "; ".join(wrong))
        rig.equal(recorder.writes(), [], "writes")
        rig.equal(recorder.outside([ACCOUNT]), [], "requests out of scope")
        sent = [request.path for request in recorder.requests()]
        rig.check(sent and all("sig=" in path and path.count("comp=") <= 1 for path in sent), "sent: %s" % sent)
        expired = [path for path in sent if urllib.parse.quote(GONE, safe="") in path]
        rig.equal(expired, [], "requests with a signature that is over by its own words")
        with open(evidence, "rb") as file:
            tells_nothing([done.stdout, done.stderr, file.read()], urls)
        rig.expect(rig.OK, rig.staunch("check", "--verify", evidence))


def the_text_and_the_case_tell_it_apart_from_the_store_and_hold_no_signature():
    with rig.folder() as folder, lab.start("azurite", folder) as server:
        url = server.url.replace("localhost", "127.0.0.1") + "/priv?" + azurite.sas("priv", "rl", LATER)
        case = os.path.join(folder, "c.case")
        with open(os.path.join(folder, "a.txt"), "w", encoding="utf-8") as file:
            file.write("anna@contoso.example\n")
        rig.scan(case, os.path.join(folder, "a.txt"))
        done = check(folder, [url], "--case", case, status=rig.FOUND)
        rig.check(b"/priv#sas-" in done.stdout and b"service SAS of a container, sp=rl, until 2099-12-31" in done.stdout and
            b"withdraw the signature" in done.stdout and b"200, with its signature" in done.stdout and
            b"no credential" not in done.stdout, "it says %r" % done.stdout)
        kept = []
        for path in glob.glob(os.path.join(folder, "c.case*")):
            with open(path, "rb") as file:
                kept.append(file.read())
        tells_nothing([done.stdout, done.stderr, *kept], [url])


def withdrawn_it_is_closed_with_the_evidence_of_before_and_the_store_is_another_target():
    with rig.folder() as folder, front_azure.serve({"/acc/box": front_azure.private("k1")}) as front:
        state = front.states["/acc/box"]
        state.signature = base64.b64encode(b"a" * 32).decode()
        url = "azure_blob" + front.url[4:] + "/acc/box?" + urllib.parse.urlencode({"sv": "2022-11-02", "sr": "c", "sp": "rl",
            "se": LATER, "sig": state.signature})
        evidence = os.path.join(folder, "e.jsonl")
        arguments = ("--format", "json", "--evidence", evidence)
        first = json.loads(check(folder, [url], *arguments, status=rig.FOUND).stdout)["targets"][0]
        rig.equal(first["sas"], {"kind": "service", "version": "2022-11-02", "permissions": "rl", "resource": "c", "services": "",
            "types": "", "start": None, "expiry": LATER, "https_only": False, "addresses": "", "stored_policy": False}, "its words")
        # The container itself was and is private: no name of its evidence is that of the signature's.
        plain = check(folder, [url], "azure_blob" + front.url[4:] + "/acc/box", "--format", "json", "--evidence", evidence,
            status=rig.FOUND)
        rig.equal([(t["verdict"], t["window"] is None) for t in json.loads(plain.stdout)["targets"]], [("open", False),
            ("cannot-tell", True)], "the signature and the store")
        state.signature = base64.b64encode(b"b" * 32).decode()  # its key was rotated
        last = json.loads(check(folder, [url], *arguments, status=rig.OK).stdout)["targets"][0]
        rig.equal((last["verdict"], last["rights"]["write"]), ("closed", NO), "after its key was rotated")
        rig.check(last["window"]["closed"] is not None, "it has no window: %r" % last)
        with open(evidence, "rb") as file:
            tells_nothing([plain.stdout, file.read()], [url])


class Echo(http.server.BaseHTTPRequestHandler):
    """Says back what it was told, wherever it can."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        raw = self.path.partition("sig=")[2].partition("&")[0]
        plain = urllib.parse.unquote(raw)
        body = ("<EnumerationResults><Blobs><Blob><Name>%s</Name></Blob></Blobs><Error>%s</Error></EnumerationResults>" % (plain,
            self.path.replace("&", "&amp;"))).encode()
        if "versions" in self.path:
            body = b"<Error><Code>%s</Code></Error>" % plain.strip("=").replace("+", ".").replace("/", ".").encode()
        self.send_response(403 if "versions" in self.path else 200)
        for name, value in (("ETag", '"%s"' % raw), ("Server", plain), ("Warning", "199 - " + self.path), ("x-ms-request-id", plain[3:]),
                ("x-ms-error-code", plain), ("Location", "http://127.0.0.1/" + plain), ("WWW-Authenticate", raw[2:30]),
                ("Content-Type", "a/" + raw), ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET


def a_server_that_says_it_back_leaves_no_trace_of_it():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with rig.folder() as folder:
        url = "azure_blob://127.0.0.1:%d/acc/box?%s" % (server.server_port, azurite.sas("box", "rl", LATER))
        evidence = os.path.join(folder, "e.jsonl")
        for more in ((), ("--format", "json")):
            done = check(folder, [url], "--evidence", evidence, "--level", "L4", *more, status=rig.FOUND)
            with open(evidence, "rb") as file:
                tells_nothing([done.stdout, done.stderr, file.read()], [url])
    server.shutdown()
    server.server_close()


def what_may_not_be_asked_is_refused_before_any_packet_and_repeats_nothing():
    with rig.folder() as folder, lab.start("azurite", folder) as server, Recorder(server.port) as recorder:
        base = "http://127.0.0.1:%d" % recorder.port
        good = base + service("priv", "rl")
        for urls, more in (
                ([good], {"targets": [base + ACCOUNT + "/pubc"]}),                 # another container
                ([good], {"targets": [base + ACCOUNT + "/priv/x"]}),               # above the scope
                ([good], {"basis": "finder", "max_level": "L2"}),                  # a credential
                ([good + "&comp=acl"], {}), ([good + "&restype=container"], {}),   # another question
                ([good, base + ACCOUNT + "/priv"], {}), ([good.replace("sv=", "vv=")], {}), (["# none"], {})):
            targets = more.pop("targets", [base + ACCOUNT + "/priv"])
            done = check(folder, urls, status=rig.WRONG, targets=targets, **more)
            rig.equal(done.stderr.count(b"\n"), 1, "lines for %s" % more)
            tells_nothing([done.stdout, done.stderr], [good])
        done = rig.expect(rig.WRONG, rig.staunch("check", "--scope", os.path.join(folder, "scope.json"), good))
        tells_nothing([done.stdout, done.stderr], [good])
        for level, basis in (("L4", "own-asset"), ("L2", "finder")):
            done = check(folder, [good], "--dry-run", status=rig.OK, targets=[base + ACCOUNT + "/priv"], basis=basis, max_level=level)
            rig.check(b"service SAS of a container, sp=rl" in done.stdout and b"comp=list&maxresults=10&{sas}" in done.stdout,
                "it prints %r" % done.stdout)
            tells_nothing([done.stdout, done.stderr], [good])
        rig.equal(recorder.connections, [], "connections")


def it_may_come_by_standard_input():
    with rig.folder() as folder, lab.start("azurite", folder) as server:
        base = "http://127.0.0.1:%d" % server.port
        scope = os.path.join(folder, "scope.json")
        with open(scope, "w", encoding="utf-8") as file:
            json.dump(scope_of(base + ACCOUNT), file)
        done = rig.staunch("check", "--scope", scope, "--sas", "-", "--format", "json", stdin=(base + service("priv", "r")).encode())
        rig.equal(json.loads(rig.expect(rig.FOUND, done).stdout)["targets"][0]["rights"]["read"], OPEN, "read")


def a_private_container_is_scanned_with_a_signature_that_the_case_does_not_hold():
    with rig.folder() as folder, lab.start("azurite", folder) as server, Recorder(server.port) as recorder:
        url = "azure_blob://127.0.0.1:%d%s/priv" % (recorder.port, ACCOUNT)
        stored, local = os.path.join(folder, "stored"), os.path.join(folder, "local.case")
        for name, body in server.seed["blobs"]["priv"].items():
            path = os.path.join(stored, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(body)
        rig.scan(local, stored)
        with open(os.path.join(folder, "scope.json"), "w", encoding="utf-8") as file:
            json.dump({**scope_of(url), "max_level": "L5"}, file)

        def scan(status, *lines):
            with open(os.path.join(folder, "sas.txt"), "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
            return rig.expect(status, rig.staunch("scan", url, "--scope", os.path.join(folder, "scope.json"), "--purpose", "measure",
                *(("--sas", os.path.join(folder, "sas.txt")) if lines else ()), "--case", os.path.join(folder, "c.case")))

        good = url + "?" + azurite.sas("priv", "rl", LATER)
        for lines in ((url + "?" + azurite.sas("priv", "rl", GONE),), (url + "?" + azurite.sas("priv", "l", LATER),),
                (good, good.replace("/priv?", "/pubc?"))):
            tells_nothing([scan(rig.WRONG, *lines).stderr], lines)
        rig.equal(recorder.connections, [], "connections with what is over, grants too little, or is for another source")
        scan(rig.WRONG)  # private: without a signature it is refused
        done = scan(rig.OK, good)
        case = os.path.join(folder, "c.case")
        rig.equal(rig.case_figures(case), rig.case_figures(local), "figures")
        rig.equal(rig.report(case)["provenance"]["sources"][0]["store"], url, "the store's name")
        kept = []
        for path in glob.glob(os.path.join(folder, "c.case*")):
            with open(path, "rb") as file:
                kept.append(file.read())
        tells_nothing([done.stdout, done.stderr, json.dumps(rig.report(case, "--reveal", "test")).encode(), *kept], [good])


if __name__ == "__main__":
    rig.run_tests(what_each_signature_grants_is_told_by_reading_requests_only,
        the_text_and_the_case_tell_it_apart_from_the_store_and_hold_no_signature,
        withdrawn_it_is_closed_with_the_evidence_of_before_and_the_store_is_another_target,
        a_server_that_says_it_back_leaves_no_trace_of_it, what_may_not_be_asked_is_refused_before_any_packet_and_repeats_nothing,
        it_may_come_by_standard_input, a_private_container_is_scanned_with_a_signature_that_the_case_does_not_hold)
