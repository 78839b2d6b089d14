#!/usr/bin/env python3
"""staunch check, end to end against a front that answers as Azure Blob Storage is documented to (tests/front_azure.py):
what is refused before any packet, what each state is told as, evidence that shows every change, servers that lie."""
import contextlib
import gzip
import hashlib
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

import front_azure
import rig


def scope_of(*targets, **changes):
    scope = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset",
        "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
        "budget": {"requests_per_second": 100, "bytes": 10000000}, "targets": list(targets)}
    scope.update(changes)
    return {k: v for k, v in scope.items() if v is not None}


def write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        file.write(value if isinstance(value, str) else json.dumps(value))
    return path


class Place:
    """A folder with a scope and an evidence file."""

    def __init__(self, path):
        self.path, self.evidence = path, os.path.join(path, "evidence.jsonl")

    def check(self, scope, *arguments, status, format="json", env=None, timeout=100):
        file = write(os.path.join(self.path, "scope.json"), scope)
        done = rig.staunch("check", "--scope", file, "--format", format, *arguments, env=env, timeout=timeout)
        wanted = status if isinstance(status, tuple) else (status,)
        rig.check(done.returncode in wanted, "check ended with %d, not %r; it said: %s %s" % (done.returncode, wanted,
            done.stderr.decode("utf-8", "replace")[-400:], done.stdout.decode("utf-8", "replace")[:1600]))
        return json.loads(done.stdout) if format == "json" and done.stdout else done

    def verify(self, *arguments, status=rig.OK, evidence=None):
        done = rig.expect(status, rig.staunch("check", "--verify", evidence or self.evidence, "--format", "json",
            *arguments))
        return json.loads(done.stdout)


@contextlib.contextmanager
def place():
    with rig.folder() as path:
        yield Place(path)


@contextlib.contextmanager
def raw_server(behave):
    """behave(connection) speaks whatever it likes; counts connections."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(20)
    state = type("State", (), {"connections": 0, "port": listener.getsockname()[1], "stop": False})

    def one(connection):
        with connection, contextlib.suppress(OSError):
            behave(connection, state)

    def serve():
        while not state.stop:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                state.connections += 1
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield state
    finally:
        state.stop = True
        listener.close()


def only(result):
    rig.equal(len(result["targets"]), 1, "targets in %r" % result)
    return result["targets"][0]


def rights(target, **wanted):
    for right, state in wanted.items():
        rig.equal(target["rights"][right], state, "right %s of %r" % (right, target))


# --- verdicts ---


def an_open_container_is_open_and_each_right_is_told_apart():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1", "a b/ü&<.txt")}) as front:
        target = only(here.check(scope_of(front.url + "/acc/open"), status=rig.FOUND))
        rig.equal((target["verdict"], target["service"]), ("open", "azure_blob"), "verdict")
        rights(target, list="open", read="open", acl="closed", versions="open", any_authenticated="not-tested",
            write="not-implied")
        rig.equal(target["objects_seen"], 2, "objects seen")
        rig.check(not any("Range" in headers for _, _, headers in front.requests), "content was asked for at L2")


def a_container_whose_blobs_can_be_read_by_name_cannot_be_told_from_a_private_one():
    with place() as here, front_azure.serve({"/acc/b": front_azure.blob("k1")}) as front:
        target = only(here.check(scope_of(front.url + "/acc/b"), status=rig.INCOMPLETE))
        rig.equal(target["verdict"], "cannot-tell", "verdict")
        rights(target, list="closed", read="cannot-tell")


def an_account_that_permits_no_public_access_is_closed():
    with place() as here, front_azure.serve({"/acc/np": front_azure.not_permitted()}) as front:
        target = only(here.check(scope_of(front.url + "/acc/np"), status=rig.OK))
        rig.equal(target["verdict"], "closed", "verdict")
        rights(target, list="closed", read="closed", versions="closed")


def a_firewall_says_nothing_of_the_policy():
    with place() as here, front_azure.serve({"/acc/fw": front_azure.firewall()}) as front:
        target = only(here.check(scope_of(front.url + "/acc/fw"), status=rig.INCOMPLETE))
        rig.equal(target["verdict"], "cannot-tell", "verdict")
        rig.check("firewall" in target["reason"], target["reason"])


def closing_is_proved_by_a_name_from_earlier_evidence_and_not_without_it():
    with place() as here, front_azure.serve({"/acc/exports": front_azure.container("k1")}) as front:
        scope = scope_of(front.url + "/acc/exports")
        here.check(scope, "--evidence", here.evidence, status=rig.FOUND)
        with open(here.evidence, "rb") as file:
            # what is sealed is base64, which may hold any two characters
            told = re.sub(rb'"known":"[^"]*"', b"", file.read())
        rig.check(b"k1" not in told, "the evidence names an object in the clear")
        front.states["/acc/exports"].access = "private"
        second = here.check(scope, "--evidence", here.evidence, status=rig.OK)
        target = only(second)
        rig.equal(target["verdict"], "closed", "verdict")
        rights(target, list="closed", read="closed")
        opened, closed = target["window"]["closed"]
        rig.check(opened == target["window"]["last_open"] and opened <= closed, "window %r" % target["window"])
        rig.equal([r for r in front.requests[-8:] if r[1] == "/acc/exports/k1"][-1][0], "HEAD", "how k1 was asked for")
        third = only(here.check(scope, "--evidence", here.evidence, status=rig.OK))
        rig.equal(third["window"]["closed"], [opened, closed], "the window when asked once more")
        without = only(here.check(scope, status=rig.INCOMPLETE))
        rig.equal(without["verdict"], "cannot-tell", "verdict without the evidence")


def a_known_blob_that_was_deleted_while_others_stay_readable_is_not_closed():
    with place() as here, front_azure.serve({"/acc/e": front_azure.container("k1", "k2")}) as front:
        scope = scope_of(front.url + "/acc/e")
        here.check(scope, "--evidence", here.evidence, status=rig.FOUND)
        front.states["/acc/e"].access = "blob"
        front.states["/acc/e"].names = ["k2"]
        target = only(here.check(scope, "--evidence", here.evidence, status=rig.INCOMPLETE))
        rights(target, list="closed", read="cannot-tell")


def levels_ask_what_they_may_and_no_more():
    with place() as here, front_azure.serve({"/acc/o": front_azure.container("k1")}) as front:
        url = front.url + "/acc/o"
        scope = scope_of(url, max_level="L4")
        here.check(scope, "--level", "L0", status=rig.INCOMPLETE)
        rig.equal(front.requests, [], "requests at L0")
        target = only(here.check(scope, "--level", "L1", status=rig.FOUND))
        rig.check(not any("comp=list" in path or "k1" in path for _, path, _ in front.requests), "L1 asked for names")
        rights(target, list="open", read="not-tested")
        here.check(scope, "--level", "L4", status=rig.FOUND)
        rig.check(any(headers.get("Range") == "bytes=0-0" for _, _, headers in front.requests), "L4 reads one byte")


# --- refused before any packet ---


def what_is_out_of_scope_is_refused_before_any_packet():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        inside = front.url + "/acc/open"
        for outside in (front.url + "/acc/open2", front.url + "/acc", front.url + "/acc/Open",
                front.url.replace("http:", "https:") + "/acc/open", "http://localhost:%d/acc/open" % front.port,
                "http://127.0.0.2:%d/acc/open" % front.port, "azure_blob" + inside[4:]):
            done = here.check(scope_of(inside), outside, status=rig.WRONG, format="text")
            rig.equal(done.stdout, b"", "output for " + outside)
        for refused in (inside + "?restype=container", inside + "#x", front.url + "/acc/open/../priv",
                front.url + "/acc/open/%2e%2E/priv", inside.replace("//", "//user:pw@"), inside + "?sig=AAAA",
                "ftp://127.0.0.1/x", "127.0.0.1", "http://2130706433/acc", "http://0x7f.1/acc"):
            here.check(scope_of(inside), refused, status=rig.WRONG, format="text")
        rig.equal((front.connections, front.requests), (0, []), "connections for targets out of scope")
        here.check(scope_of(inside), inside, status=rig.FOUND)
        rig.check(front.connections > 0, "the recording front sees connections at all")


def a_scope_that_is_not_in_force_or_not_sound_is_refused():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        url = front.url + "/acc/open"
        for changes, why in (({"not_after": "2021-01-01"}, "expired"), ({"not_before": "2089-01-01"}, "not in force"),
                ({"basis": "finder", "max_level": "L3"}, "finder"), ({"basis": "mandate"}, "reference"),
                ({"basis": "curiosity"}, "basis"), ({"contact": None}, "contact"), ({"owner": "FILL IN"}, "FILL IN"),
                ({"max_levle": "L1"}, "no field"), ({"schema": "staunch.scope/2"}, "schema"), ({"targets": []}, "targets"),
                ({"targets": [url + "?sig=x"]}, "sig="), ({"not_after": "2021-02-30"}, "UTC"),
                ({"budget": {"requests_per_second": 0}}, "requests_per_second")):
            done = here.check(scope_of(url, **changes) if "targets" not in changes else
                {**scope_of(url), **changes}, status=rig.WRONG, format="text")
            rig.check(why in done.stderr.decode(), "%r said: %s" % (changes, done.stderr))
        done = here.check(scope_of(url, basis="finder"), "--level", "L3", status=rig.WRONG, format="text")
        rig.check(b"finder" in done.stderr, done.stderr)
        here.check(scope_of(url), "--level", "L3", status=rig.WRONG, format="text")
        rig.equal(front.connections, 0, "connections")


def a_draft_names_its_targets_and_is_refused_until_it_is_filled_in():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        url = front.url + "/acc/open"
        draft = rig.expect(rig.OK, rig.staunch("scope", "init", url)).stdout.decode()
        rig.equal(json.loads(draft)["targets"], [url], "targets of the draft")
        done = here.check(draft, status=rig.WRONG, format="text")
        rig.check(b"FILL IN" in done.stderr, done.stderr)
        here.check(draft.replace("FILL IN", "filled"), status=rig.FOUND)


def a_name_that_leads_to_a_private_address_is_refused():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        target = only(here.check(scope_of("http://localhost:%d/acc/open" % front.port), status=rig.INCOMPLETE))
        rig.check("private" in target["reason"], target["reason"])
        rig.equal(front.connections, 0, "connections")


def a_dry_run_prints_the_requests_and_sends_none():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        url = front.url + "/acc/open"
        text = here.check(scope_of("azure_blob" + url[4:]), "--dry-run", status=rig.OK, format="text").stdout.decode()
        rig.check("GET %s?restype=container&comp=list" % url in text, text)
        rig.check("{object}" in text and "Range" not in text, text)
        machine = here.check(scope_of(url), "--dry-run", "--level", "L1", status=rig.OK)
        listed = machine["targets"][0]["requests"]
        rig.check(listed and all(r["level"] in ("L0", "L1") for r in listed), "levels in %r" % listed)
        rig.equal(front.connections, 0, "connections")
        others = [r["request"] for r in listed if r["request"].split(" ")[0] not in ("GET", "HEAD")]
        rig.check(all(r.startswith("POST ") and r.endswith("/kv/range") for r in others), "methods of %r" % others)


# --- what leaves, and what does not ---


def nothing_of_the_environment_leaves():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front, \
            front_azure.serve({}) as proxy:
        write(os.path.join(here.path, ".netrc"), "machine 127.0.0.1 login anna password SECRETPW\n")
        write(os.path.join(here.path, ".curlrc"), "header = \"X-Leak: 1\"\n")
        env = {"HOME": here.path, "http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url,
            "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "SECRETKEY", "AZURE_STORAGE_KEY": "SECRETKEY",
            "NETRC": os.path.join(here.path, ".netrc")}
        here.check(scope_of(front.url + "/acc/open"), status=rig.FOUND, env=env)
        rig.equal(proxy.connections, 0, "connections to the proxy of the environment")
        for method, path, headers in front.requests:
            rig.check(method in ("GET", "HEAD"), "%s %s" % (method, path))
            rig.equal(set(headers) - {"x-ms-version", "Range"}, {"Host", "User-Agent", "Accept", "Accept-Encoding",
                "From"}, "headers of %s %s" % (method, path))
            rig.check("run=" in headers["User-Agent"] and "security@contoso.example" in headers["User-Agent"], headers)
            rig.equal(headers["Accept-Encoding"], "identity", "encoding asked for")


def a_redirect_is_not_followed():
    with place() as here, front_azure.serve({"/acc/r": front_azure.State("redirect")}) as front, \
            front_azure.serve({"/acc/r": front_azure.container("k1")}) as other:
        front.location = other.url + "/acc/r"
        target = only(here.check(scope_of(front.url + "/acc/r"), status=rig.INCOMPLETE))
        rig.check("redirect" in target["reason"], target["reason"])
        rig.equal(other.connections, 0, "connections where it redirects to")


def a_server_that_asks_for_patience_gets_it_within_bounds():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        front.busy = 1
        began = time.monotonic()
        here.check(scope_of(front.url + "/acc/open"), status=rig.FOUND)
        rig.check(time.monotonic() - began >= 1, "Retry-After: 1 was not kept")
        front.busy, front.retry_after, front.requests[:] = 1000, "86400", []
        target = only(here.check(scope_of("azure_blob" + front.url[4:] + "/acc/open"), status=rig.INCOMPLETE))
        rig.equal(len(front.requests), 1, "requests to a server that asks for a day")
        rig.equal(target["verdict"], "cannot-tell", "verdict")


def the_budget_of_bytes_and_requests_is_kept():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k" * 800)}) as front:
        scope = scope_of(front.url + "/acc/open", budget={"requests_per_second": 100, "bytes": 100})
        here.check(scope, status=rig.FOUND)
        rig.check(not any("include=versions" in path for _, path, _ in front.requests), "a request beyond the budget")
        scope = scope_of(front.url + "/acc/open", budget={"requests_per_second": 4, "bytes": 100000})
        front.requests[:] = []
        began = time.monotonic()
        here.check(scope, status=rig.FOUND)
        rig.check(time.monotonic() - began >= (len(front.requests) - 1) / 4, "%d requests came too fast" %
            len(front.requests))


# --- servers that lie ---

TRAPS = {
    "headers without end": lambda c, s: [c.recv(4096), c.sendall(b"HTTP/1.1 200 OK\r\n")] and
        [c.sendall(b"X-Filler: " + b"y" * 8000 + b"\r\n") for _ in range(100000)],
    "no HTTP": lambda c, s: [c.recv(4096), c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")],
    "closed at once": lambda c, s: None,
    "broken off in the headers": lambda c, s: [c.recv(4096), c.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")],
    "negative length": lambda c, s: [c.recv(4096), c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nxx")],
    "200 to everything": lambda c, s: [c.recv(4096),
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>")],
    "a status of its own": lambda c, s: [c.recv(4096), c.sendall(b"HTTP/1.1 999999 OK\r\n\r\n")],
}


def servers_that_lie_end_as_cannot_tell_and_quickly():
    for name, behave in TRAPS.items():
        with place() as here, raw_server(behave) as server:
            began = time.monotonic()
            target = only(here.check(scope_of("azure_blob://127.0.0.1:%d/acc/c" % server.port), status=rig.INCOMPLETE,
                timeout=90))
            rig.equal(target["verdict"], "cannot-tell", "verdict of a server with " + name)
            rig.check(time.monotonic() - began < 40, "%s took %.0f s" % (name, time.monotonic() - began))


def listing(body, headers=b"", status=b"200 OK"):
    """A server whose every answer is this one."""
    def behave(connection, state):
        while b"\r\n\r\n" in (data := connection.recv(65536)):
            head = b"HTTP/1.1 " + status + b"\r\nx-ms-request-id: 1\r\nContent-Length: %d\r\n" % len(body) + headers
            connection.sendall(head + b"\r\n" + (b"" if data.startswith(b"HEAD") else body))
    return behave


def bodies_that_are_bombs_broken_or_something_else_are_bounded():
    big = b"<EnumerationResults><Blobs>" + b"<Blob><Name>x</Name></Blob>" * 400000
    deep = b"<EnumerationResults>" + b"<a>" * 100000
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><EnumerationResults>&b;</EnumerationResults>'
    bomb = gzip.compress(b"x" * (50 << 20))
    for name, body, headers in (("a listing of 10 MB", big, b""), ("100,000 levels", deep, b""), ("entities", entities, b""),
            ("a gzip bomb", bomb, b"Content-Encoding: gzip\r\n"), ("zeros", bytes(300000), b""), ("nothing", b"", b"")):
        with place() as here, raw_server(listing(body, headers)) as server:
            result = here.check(scope_of("azure_blob://127.0.0.1:%d/acc/c" % server.port),
                status=(rig.FOUND, rig.INCOMPLETE))
            rig.check(result["bytes"] <= 4 << 20, "%s: %d bytes were read" % (name, result["bytes"]))


def a_server_that_drips_is_left():
    def drip(connection, state):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x")
            time.sleep(1)
    with place() as here, raw_server(drip) as server:
        began = time.monotonic()
        here.check(scope_of("azure_blob://127.0.0.1:%d/acc/c" % server.port, max_level="L2"), status=rig.INCOMPLETE,
            timeout=200)
        rig.check(time.monotonic() - began < 90, "took %.0f s" % (time.monotonic() - began))


def names_in_a_listing_cannot_lead_out_of_the_target():
    for name in ("../priv/x", "a/../../../etc", "a/./b", ".."):
        with place() as here, front_azure.serve({"/acc/open": front_azure.container(name)}) as front:
            target = only(here.check(scope_of(front.url + "/acc/open"), status=rig.FOUND))
            rig.check(all(path.startswith("/acc/open") and ".." not in path for _, path, _ in front.requests),
                "requests for %r: %r" % (name, front.requests))
            rights(target, list="open", read="cannot-tell")
            rig.check("lead out of the target" in target["reason"] or "listed" in target["reason"], target["reason"])


def https_is_held_to_its_certificate():
    if shutil.which("openssl") is None:
        raise rig.Failed("no openssl: apt-get install openssl")
    import ssl
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        key, cert = os.path.join(here.path, "key.pem"), os.path.join(here.path, "cert.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days",
            "2", "-subj", "/CN=front.example", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)

        def relay(connection, state):
            with context.wrap_socket(connection, server_side=True) as tls, \
                    socket.create_connection(("127.0.0.1", front.port)) as inner:
                while ready := tls.pending() or select.select((tls, inner), (), (), 20)[0]:
                    one, other = (inner, tls) if ready == [inner] else (tls, inner)
                    if not (data := one.recv(65536)):
                        return
                    other.sendall(data)

        with raw_server(relay) as server:
            scope = scope_of("https://127.0.0.1:%d/acc/open" % server.port)
            target = only(here.check(scope, status=rig.INCOMPLETE))
            rig.check("certificate" in target["reason"], target["reason"])
            rig.equal(front.requests, [], "requests behind a certificate that nobody trusts")
            here.check(scope, "--ca", cert, status=rig.FOUND)


# --- evidence ---


def stopping_signs_what_was_asked_and_makes_no_verdict_of_it():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        scope = write(os.path.join(here.path, "scope.json"), scope_of(front.url + "/acc/open",
            budget={"requests_per_second": 0.1, "bytes": 10000000}))
        process = subprocess.Popen([rig.STAUNCH, "check", "--scope", scope, "--evidence", here.evidence],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while not front.requests and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=20)
        rig.equal((process.returncode, out), (rig.STOPPED, b""), "the end; it said %r" % said)
        rig.equal(here.verify()["evidence"], "intact", "evidence")
        kinds = [json.loads(line)["kind"] for line in rig.lines(here.evidence)]
        rig.equal((kinds[0], kinds[-2:], "verdict" in kinds), ("run", ["stopped", "signature"], False), "lines %r" % kinds)


def killing_leaves_whole_lines_and_the_next_run_goes_on():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        scope = scope_of(front.url + "/acc/open")
        file = write(os.path.join(here.path, "scope.json"), {**scope, "budget": {"requests_per_second": 2, "bytes": 10**6}})
        process = subprocess.Popen([rig.STAUNCH, "check", "--scope", file, "--evidence", here.evidence],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while len(front.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait()
        rig.equal(here.verify(status=rig.INCOMPLETE)["evidence"], "cut", "evidence of a run that was killed")
        here.check(scope, "--evidence", here.evidence, status=rig.FOUND)
        rig.equal(here.verify()["evidence"], "intact", "evidence after the next run")


def a_case_takes_what_was_found_and_one_that_is_not_there_is_said_before_any_packet():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        scope = scope_of(front.url + "/acc/open")
        here.check(scope, "--case", os.path.join(here.path, "none.case"), status=rig.WRONG, format="text")
        rig.equal(front.connections, 0, "connections without the case")
        case = os.path.join(here.path, "x.case")
        rig.scan(case, write(os.path.join(here.path, "note.txt"), "mail anna@contoso.example\n"))
        here.check(scope, "--case", case, status=rig.FOUND)
        rig.equal(rig.report(case)["coverage"]["objects"]["read"], 1, "the case afterwards")


def where_a_redirect_leads_is_kept_without_its_query():
    with place() as here, front_azure.serve({"/acc/r": front_azure.State("redirect")}) as front:
        front.location = "https://other.example/x?sig=SECRETSIG"
        here.check(scope_of(front.url + "/acc/r"), "--evidence", here.evidence, status=rig.INCOMPLETE)
        with open(here.evidence) as file:
            text = file.read()
        rig.check("https://other.example/x" in text and "SECRETSIG" not in text, "evidence holds a signature: " + text)


def evidence_shows_every_change():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        scope = scope_of(front.url + "/acc/open")
        first = here.check(scope, "--evidence", here.evidence, status=rig.FOUND)["evidence_head"]
        rig.equal(here.verify("--head", first)["evidence"], "intact", "evidence")
        second = here.check(scope, "--evidence", here.evidence, status=rig.FOUND)["evidence_head"]
        rig.equal(here.verify("--head", second[:8])["evidence"], "intact", "after a second run")
        rig.equal(here.verify("--head", first)["evidence"], "intact", "the first head is still in the chain")
        rig.equal(here.verify("--head", "0" * 64, status=rig.FOUND)["evidence"], "other-head", "another head")
        with open(here.evidence, "rb") as file:
            whole = file.read()
        lines = whole.splitlines(keepends=True)
        other = os.path.join(here.path, "copy.jsonl")
        shutil.copy(here.evidence + ".key", other + ".key")

        def verified(data, status):
            with open(other, "wb") as file:
                file.write(data)
            return here.verify(status=status, evidence=other)

        rig.equal(verified(whole, rig.OK)["evidence"], "intact", "a copy")
        for i in range(len(lines) - 1):
            changed = lines[i].replace(b'"time":"2', b'"time":"3', 1)
            rig.check(changed != lines[i], "line %d has no time: %r" % (i, lines[i]))
            got = verified(b"".join(lines[:i] + [changed] + lines[i + 1:]), rig.FOUND)
            rig.equal((got["evidence"], got["bad_line"]), ("tampered", i + 1), "line %d changed" % (i + 1))
            got = verified(b"".join(lines[:i] + lines[i + 1:]), rig.FOUND)
            rig.equal(got["evidence"], "tampered", "line %d left out" % (i + 1))
        # Without the key a line that fits the chain can be made, but not one that is taken, by --verify or by the next run.
        forged = '{"n":%d,"prev":"%s","time":"2026-01-01T00:00:00Z","kind":"acknowledged","target":"%s","window":1}\n' % (
            len(lines) + 1, hashlib.sha256(lines[-1].rstrip(b"\n")).hexdigest(), front.url + "/acc/open")
        got = verified(whole + forged.encode(), rig.FOUND)
        rig.equal((got["evidence"], got["bad_line"]), ("tampered", len(lines) + 1), "a line of somebody without the key")
        said = here.check(scope, "--evidence", other, status=rig.WRONG).stderr.decode()
        rig.check("line %d does not fit" % (len(lines) + 1) in said, "the next run takes the forged line: %r" % said)
        rig.equal(verified(whole[:-20], rig.INCOMPLETE)["evidence"], "cut", "a torn last line")
        rig.equal(verified(b"".join(lines[:-1]), rig.INCOMPLETE)["evidence"], "cut", "the signature left out")
        rig.equal(verified(whole + lines[-1], rig.FOUND)["evidence"], "tampered", "a line twice")
        os.unlink(other + ".key")
        rig.expect(rig.WRONG, rig.staunch("check", "--verify", other))


def a_torn_line_does_not_stop_the_next_run_and_tampering_does():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1")}) as front:
        scope = scope_of(front.url + "/acc/open")
        here.check(scope, "--evidence", here.evidence, status=rig.FOUND)
        with open(here.evidence, "r+b") as file:
            file.truncate(os.path.getsize(here.evidence) - 30)
        here.check(scope, "--evidence", here.evidence, status=rig.FOUND)
        rig.equal(here.verify()["evidence"], "intact", "evidence behind a torn line")
        rig.check(any('"kind":"cut"' in line for line in rig.lines(here.evidence)), "the cut stands in the evidence")
        with open(here.evidence, "rb") as file:
            data = file.read()
        with open(here.evidence, "wb") as file:
            file.write(data.replace(b"own-asset", b"mandate__", 1))
        connections = front.connections
        done = here.check(scope, "--evidence", here.evidence, status=rig.WRONG, format="text")
        rig.check(b"line 1 does not fit" in done.stderr, done.stderr)
        rig.equal(front.connections, connections, "connections with tampered evidence")


def the_text_says_the_verdict_first_and_escapes_what_a_server_says():
    with place() as here, front_azure.serve({"/acc/open": front_azure.container("k1"),
            "/acc/np": front_azure.not_permitted()}) as front:
        text = here.check(scope_of(front.url + "/acc/open", front.url + "/acc/np"), status=rig.FOUND,
            format="text").stdout.decode()
        starts = [line.split(" ")[0] for line in text.splitlines() if line and line[0] != " "]
        rig.equal(starts, ["from", "open", "closed", "1"], "first words of\n" + text)
        rig.check("1 open, 1 closed, 0 cannot tell" in text and "next: set public access to none" in text, text)
        rig.check("k1" not in text, "a name of an object is printed:\n" + text)
    with place() as here, raw_server(listing(b"", b"x-ms-error-code: \x1b[31mRED\x9b\r\n", b"404 No")) as server:
        out = here.check(scope_of("azure_blob://127.0.0.1:%d/acc/c" % server.port), status=rig.INCOMPLETE,
            format="text").stdout
        rig.check(b"\x1b" not in out and b"\x9b" not in out, out)


if __name__ == "__main__":
    rig.run_tests(*[f for n, f in list(globals().items()) if callable(f) and getattr(f, "__module__", "") == "__main__"
        and n not in ("scope_of", "write", "place", "raw_server", "only", "rights", "listing") and n.islower()])
