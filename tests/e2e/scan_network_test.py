"""Sources over the network: what is read there is what lies there, as by the folder of the same files; nothing is asked that
the scope does not allow; servers that lie, change, stall or break off cost a row with its reason, or one clear line."""
import contextlib
import hashlib
import http.server
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

import lab
import rig
from lab.recorder import Recorder

PURPOSE = ("--purpose", "measure the exposure")


def write_scope(folder, *targets, **changes):
    scope = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset", "max_level": "L5",
        "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
        "budget": {"requests_per_second": 5000, "bytes": 10 ** 9}, "targets": list(targets)}
    scope.update(changes)
    path = os.path.join(folder, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(scope, file)
    return path


def scan(folder, url, *more, status=rig.OK, case="c.case", **changes):
    scope = write_scope(folder, url, **changes)
    return rig.expect(status, rig.staunch("scan", url, "--scope", scope, *PURPOSE, "--case", os.path.join(folder, case), *more))


# --- a front: one container, as Azure Blob Storage answers for it, with what goes wrong on the way ---

class Blob:
    def __init__(self, body, **wrong):
        self.body, self.wrong, self.asked = body, wrong, 0

    @property
    def etag(self):
        return '"%s"' % hashlib.md5(self.body).hexdigest()


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def give(self, status, body=b"", headers=(), size=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = size is not None

    def page(self, query):
        front = self.server
        if front.wrong_page:
            return self.give(200, front.wrong_page(query))
        names, start = sorted(front.blobs), query.get("marker", [""])[0]
        rest = [name for name in names if name >= start]
        here, after = rest[:front.page_size], rest[front.page_size:front.page_size + 1]
        blobs = "".join("<Blob><Name>%s</Name><Properties><Last-Modified>Wed, 04 Dec 2019 09:00:00 GMT</Last-Modified>"
            "<Etag>%s</Etag><Content-Length>%d</Content-Length></Properties></Blob>" % (escape(name),
            front.blobs[name].etag.strip('"'), front.blobs[name].wrong.get("listed", len(front.blobs[name].body))) for name in here)
        self.give(200, ('<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>%s</Blobs><NextMarker>%s</NextMarker>'
            "</EnumerationResults>" % (blobs, escape(after[0]) if after else "")).encode())

    def blob(self, name):
        blob = self.server.blobs.get(name)
        if blob is None:
            return self.give(404)
        blob.asked += 1
        begin, end = (int(n) for n in self.headers["Range"].split("=")[1].split("-"))
        if blob.asked <= blob.wrong.get("fails", 0):
            return self.give(blob.wrong["with"], headers=[("Retry-After", "1")])
        if "always" in blob.wrong:
            return self.give(blob.wrong["always"], headers=[("Location", "http://127.0.0.1:9/elsewhere")])
        if blob.wrong.get("changes") and blob.asked > 1:
            blob.body = b"x" * len(blob.body)
        if self.headers["If-Match"] not in (None, blob.etag):
            return self.give(412)
        part = blob.body[begin:end + 1]
        headers = [("ETag", blob.etag), ("Content-Range", "bytes %d-%d/%d" % (begin, begin + len(part) - 1, len(blob.body)))]
        if blob.asked <= blob.wrong.get("breaks", 0):
            return self.give(206, part[:len(part) // 2], headers, size=len(part))
        self.give(206, part, headers)

    def do_GET(self):
        self.server.requests.append((self.command, self.path, dict(self.headers)))
        if self.server.mood is not None and self.server.mood(self):
            return
        path, _, query = self.path.partition("?")
        query = urllib.parse.parse_qs(query)
        if path == "/acc/box":
            self.page(query)
        else:
            self.blob(urllib.parse.unquote(path[len("/acc/box/"):]))

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that is killed breaks off."""


@contextlib.contextmanager
def front(blobs, page_size=1000, wrong_page=None):
    server = Server(("127.0.0.1", 0), Front)
    server.blobs, server.page_size, server.wrong_page, server.requests, server.mood = blobs, page_size, wrong_page, [], None
    server.url = "azure_blob://127.0.0.1:%d/acc/box" % server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


# --- a server that comes and goes ---

class Moods:
    """What happens to a request instead of its answer, drawn from a seed; None: it is answered."""
    SHARES = (("reset", 8), ("closed", 7), ("half a body", 6), ("half the headers, then silence one way", 4), ("503", 3), ("500", 4))

    def __init__(self, seed):
        self.random, self.lock, self.seen = random.Random(seed), threading.Lock(), {}

    def __call__(self, handler):
        with self.lock:
            number = self.random.randrange(100)
        for mood, share in self.SHARES:
            if number < share:
                break
            number -= share
        else:
            return False
        self.seen[mood] = self.seen.get(mood, 0) + 1
        handler.close_connection = True
        if mood == "reset":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif mood == "half a body":
            handler.give(200, b"<EnumerationResults><Blobs>", size=100)
        elif mood.startswith("half the headers"):
            handler.wfile.write(b"HTTP/1.1 206 Partial Content\r\nContent-Le")
            handler.connection.shutdown(socket.SHUT_WR)
            handler.connection.settimeout(30)
            with contextlib.suppress(OSError):
                handler.connection.recv(1)  # the other side hangs up
        elif mood != "closed":
            handler.give(int(mood), headers=[("Retry-After", "1")] if mood == "503" else ())
        return True


class Flapping:
    """A port before a server, which is there for a while and then is not: connections are reset, new ones refused."""

    def __init__(self, port, here_s=4.0, away_s=0.7):
        self.target, self.here_s, self.away_s, self.lines, self.ending, self.times_away = port, here_s, away_s, [], False, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.flap, daemon=True).start()

    def flap(self):
        while not self.ending:
            until = time.monotonic() + self.here_s
            while time.monotonic() < until:
                if not select.select([self.listener], [], [], 0.05)[0]:
                    continue
                line, _ = self.listener.accept()
                inner = socket.create_connection(("127.0.0.1", self.target))
                self.lines += [line, inner]
                for ends in ((line, inner), (inner, line)):
                    threading.Thread(target=self.carry, args=ends, daemon=True).start()
            self.listener.close()
            self.times_away += 1
            for line in self.lines:
                with contextlib.suppress(OSError):
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    line.shutdown(socket.SHUT_RDWR)
                    line.close()
            self.lines = []
            time.sleep(self.away_s)
            self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.listener.close()

    @staticmethod
    def carry(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def mails(*names):
    return "".join("write to %s@contoso.example\n" % name for name in names).encode()


# --- the tests ---

def what_azurite_and_ceph_hold_gives_the_figures_of_the_same_folder():
    with rig.folder() as out:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 400)
        own = ["--own-domain", truth["own_domain"]]
        local = os.path.join(out, "local.case")
        rig.scan(local, stores[0], options=own)
        wanted = rig.case_figures(local)
        for name, container in (("azurite", "pubc"), ("rgw", "pub")):
            with lab.start(name, out) as server, Recorder(server.port) as recorder:
                fill(server, container, stores[0])
                url = url_of(server, container, recorder.port)
                done = scan(out, url, *own, case=name + ".case")
                rig.equal(rig.case_figures(os.path.join(out, name + ".case")), wanted, "figures of " + name)
                nothing_left_that_should_not(recorder, server, url)
                said = re.search(rb"network   [1-9]\d* pages?, [1-9][\d,]* names: .* [1-9][\d,]* requests, ", done.stderr)
                rig.check(said, "no line of what the network took: %r" % done.stderr)
                print("# %-8s %d requests through a recorder: no write, no credential, nothing out of scope; %s" % (name,
                    len(recorder.requests()), done.stderr[said.start():].split(b"\n")[0].decode()))


def nothing_left_that_should_not(recorder, server, url):
    """By what a recorder between scan and server saw: reads of the container, under our name, and nothing else."""
    path = "/" + url.split("/", 3)[3]
    secrets = [str(v) for k, v in server.seed.items() if k in ("key", "password", "secret") and v]
    rig.equal((recorder.writes(("GET",)), recorder.credentials(secrets), recorder.outside([path])), ([], [], []), "what left")
    rig.check(len(recorder.requests()) > 2, "the recorder saw nothing of %s" % url)
    for request in recorder.requests():
        names = {name.lower() for name, _ in request.headers}
        rig.equal(names - {"range", "if-match", "x-ms-version"}, {"host", "user-agent", "accept", "accept-encoding", "from"}, "headers of %r" % request)


def copies_in_two_network_stores_and_a_folder_are_found_as_in_three_folders():
    """Small objects, one of 5 MiB, which is compared only when it was read, and one record flipped in one store."""
    with rig.folder() as out:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 400)
        trees = []
        for n in range(3):
            trees.append(os.path.join(out, "tree%d" % n))
            shutil.copytree(stores[0], trees[n])
            with open(os.path.join(trees[n], "large.log"), "wb") as file:
                file.write(b"".join(mails("large%d" % i) for i in range(150000)))
            with open(os.path.join(trees[n], "rows.jsonl"), "wb") as file:
                file.write(b"".join(b'{"id": %d, "mail": "r%d@contoso.example"}\n' % (i, i if (n, i) != (2, 77) else 9999) for i in range(500)))
        with lab.start("azurite", out) as azurite, lab.start("rgw", out) as rgw:
            fill(azurite, "pubc", trees[1])
            fill(rgw, "pub", trees[2])
            urls = [url_of(azurite, "pubc", azurite.port), url_of(rgw, "pub", rgw.port)]
            own = ["--own-domain", truth["own_domain"]]
            rig.scan(os.path.join(out, "local.case"), *trees, options=own)
            scope = write_scope(out, *urls)
            rig.expect(rig.OK, rig.staunch("scan", trees[0], *urls, "--scope", scope, *PURPOSE, "--case", os.path.join(out, "both.case"), *own))
            local, both = (rig.report(os.path.join(out, case)) for case in ("local.case", "both.case"))
            rig.equal(rig.case_figures(os.path.join(out, "both.case")), rig.case_figures(os.path.join(out, "local.case")), "figures of a folder and two network stores")
            told = []
            for report in (local, both):
                number = {row["store"]: n for n, row in enumerate(report["provenance"]["sources"])}
                told.append({"copies": [([number[name] for name in row["stores"]], row["records"], row["identical"],
                    [(number[at["store"]], at["record"], at["in_stores"]) for at in row["differing"]]) for row in report["copies"]],
                    "shared by two": [([number[name] for name in row["stores"]], row["records"]) for row in report["shared"]],
                    "copies as a whole": report["coverage"]["objects"]["duplicate"]})
            print("# a folder, an Azure container and an S3 bucket: %s" % told[1])
            rig.equal(told[1], told[0], "the overlap of a folder and two network stores")
            rig.equal(told[0]["copies as a whole"], 2 * 5 + 1, "objects that are copies as a whole, the large one among them")
            rig.equal([len(row[3]) for row in told[0]["copies"]], [2], "differing records")


def url_of(server, container, port):
    scheme = "azure_blob" if server.name == "azurite" else "s3"
    url = server.url.replace("http", scheme, 1).rstrip("/") + "/" + container
    return url.replace(":%d" % server.port, ":%d" % port)


def fill(server, container, tree):
    empty(server, container)
    for folder, _, files in os.walk(tree):
        for file in files:
            path = os.path.join(folder, file)
            with open(path, "rb") as body:
                put(server, container, os.path.relpath(path, tree), body.read())


def empty(server, container):
    module = lab.module(server.name)
    for name in list(server.seed["blobs"][container] if server.name == "azurite" else listed(server, container)):
        module.request(server.port, "DELETE", "/%s/%s" % (container, urllib.parse.quote(name)))


def listed(server, container):
    import xml.etree.ElementTree as tree
    body = lab.module(server.name).request(server.port, "GET", "/%s" % container).body
    return [e.text for e in tree.fromstring(body).iter() if e.tag.endswith("}Key")]


def put(server, container, name, body):
    module = lab.module(server.name)
    if server.name == "azurite":
        module.put(server.place, server.port, container, name, body)
    else:
        module.ask(server.place, server.port, "PUT", "/%s/%s" % (container, urllib.parse.quote(name)), body,
            {"x-amz-acl": "public-read"})


def names_of_every_kind_and_many_pages_are_read_once_each():
    blobs = {"%04d %s.txt" % (n, "è&<>#?%+ü"): Blob(mails("p%d" % n)) for n in range(95)}
    with rig.folder() as out, front(blobs, page_size=10) as server:
        scan(out, server.url)
        report = rig.report(os.path.join(out, "c.case"))
        rig.equal(report["persons"]["best"], 95, "persons")
        took = report["coverage"]["network"]
        rig.equal([took[key] for key in ("pages", "names", "requests", "bytes")], [10, 95, 95, sum(len(blob.body) for blob in blobs.values())],
            "what the network took")
        rig.check(took["listing_waiting_ms"] <= took["listing_ms"] and took["reading_waiting_ms"] <= took["reading_ms"], "times: %r" % took)
        rig.equal([blob.asked for blob in blobs.values()], [1] * 95, "times each was asked for")
        rig.equal({method for method, _, _ in server.requests}, {"GET"}, "methods")
        for _, path, headers in server.requests:
            rig.check(headers["User-Agent"].startswith("staunch/") and headers["From"] == "security@contoso.example" and
                "Authorization" not in headers and "Cookie" not in headers, "%s with %r" % (path, headers))


def a_large_object_is_read_in_ranges_of_one_version_and_members_of_archives_by_their_place():
    import io
    import zipfile
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("filler.bin", b"\xff" * (9 << 20))
        archive.writestr("list.txt", mails(*("zip%d" % n for n in range(10))))
    blobs = {"a.zip": Blob(packed.getvalue()), "b.log": Blob(b"".join(mails("log%d" % n) for n in range(400000)))}
    with rig.folder() as out, front(blobs) as server:
        scan(out, server.url)
        report = rig.report(os.path.join(out, "c.case"))
        rig.equal(report["persons"]["best"], 400010, "persons")
        ranges = [headers for _, path, headers in server.requests if path.endswith("b.log")]
        rig.check(len(ranges) > 2 and all("If-Match" in headers for headers in ranges[1:]), "ranges: %r" % ranges[:3])


def what_goes_wrong_on_the_way_is_a_row_with_its_reason_or_mended():
    big = mails(*("big%d" % n for n in range(200000)))
    blobs = {"changes.log": Blob(big, changes=True), "gone.txt": Blob(mails("g"), always=404), "no.txt": Blob(mails("n"), always=403),
        "moved.txt": Blob(mails("m"), always=302), "grown.txt": Blob(mails("h"), listed=5), "good.txt": Blob(mails("good")),
        "busy.txt": Blob(mails("busy"), fails=1, **{"with": 503}), "breaks.txt": Blob(mails("breaks"), breaks=1),
        "a/../../up.txt": Blob(mails("up"))}
    with rig.folder() as out, front(blobs) as server:
        scan(out, server.url, status=rig.INCOMPLETE)
        report = rig.report(os.path.join(out, "c.case"), "--reveal", "test")
        rows = {row["path"].split("/box:/")[-1]: row["reason"] for row in report["coverage"]["unread"]["objects"]}
        rig.equal({name.split("/")[-1]: reason for name, reason in rows.items()}, {"changes.log": "source-changed",
            "gone.txt": "source-changed", "no.txt": "permission", "moved.txt": "source-error", "grown.txt": "source-changed",
            "up.txt": "out-of-scope"}, "rows")
        rig.equal(report["persons"]["best"], 3, "persons of good, busy and breaks")
        rig.check(not any("up.txt" in path for _, path, _ in server.requests), "a name was asked for that leads elsewhere")


def listings_that_lie_are_one_line():
    def forever(query):
        n = int(query.get("marker", ["0"])[0])
        return ("<EnumerationResults><Blobs/><NextMarker>%s</NextMarker></EnumerationResults>" % (n if n > 3 else n + 1)).encode()

    page = b"<EnumerationResults><Blobs><Blob><Name>%s</Name><Properties><Content-Length>%s</Content-Length></Properties></Blob>"
    lies = {"a page of HTML": lambda _: b"<html><body>sign in</body></html>", "nothing": lambda _: b"", "a page cut off": lambda _: page % (b"a", b"1"),
        "a marker that leads to itself": forever, "no size": lambda _: page % (b"a", b"") + b"</Blobs></EnumerationResults>",
        "no name": lambda _: page % (b"", b"1") + b"</Blobs></EnumerationResults>",
        "entities": lambda _: b'<!DOCTYPE a [<!ENTITY x "y">]><EnumerationResults><Blobs/></EnumerationResults>',
        "one object twice": lambda _: (page % (b"a", b"1") + page[27:] % (b"a", b"1") + b"</Blobs></EnumerationResults>"),
        "older versions": lambda _: (page % (b"a", b"1")).replace(b"</Name>", b"</Name><Snapshot>2019</Snapshot>") +
            b"</Blobs></EnumerationResults>",
        "17 MB": lambda _: b"<EnumerationResults>" + b" " * (17 << 20) + b"</EnumerationResults>"}
    for name, lie in lies.items():
        with rig.folder() as out, front({}, wrong_page=lie) as server:
            done = scan(out, server.url, status=rig.WRONG)
            rig.check(done.stderr.count(b"\n") == 1 and b"listing" in done.stderr, "%s: %r" % (name, done.stderr))


def nothing_is_asked_without_scope_purpose_budget_or_beyond_them():
    with rig.folder() as out, front({"a.txt": Blob(mails("a"))}) as server:
        case = ("--case", os.path.join(out, "c.case"))
        scope = write_scope(out, server.url)
        for words in (("scan", server.url, *case), ("scan", server.url, "--scope", scope, *case),
                ("scan", server.url, *PURPOSE, *case), ("scan", server.url + "2", "--scope", scope, *PURPOSE, *case),
                ("scan", server.url + "?sig=x", "--scope", scope, *PURPOSE, *case),
                ("scan", server.url.replace("azure_blob", "redis"), "--scope", scope, *PURPOSE, *case)):
            rig.expect(rig.WRONG, rig.staunch(*words))
        for changes in ({"basis": "finder", "max_level": "L2"}, {"max_level": "L4"}, {"not_after": "2020-01-02"}):
            scan(out, server.url, status=rig.WRONG, **changes)
        rig.equal(server.requests, [], "requests")
        scan(out, server.url, status=rig.WRONG, budget={"requests_per_second": 100, "bytes": 10})
        rig.equal([path for _, path, _ in server.requests if "comp=list" not in path], [], "requests for objects, over budget")


def a_second_scan_asks_only_for_what_changed():
    blobs = {"a.txt": Blob(mails("a")), "b.txt": Blob(mails("b"))}
    with rig.folder() as out, front(blobs) as server:
        scan(out, server.url)
        blobs["b.txt"].body = mails("c", "d")
        blobs["e.txt"] = Blob(mails("e"))
        scan(out, server.url)
        rig.equal({name: blob.asked for name, blob in blobs.items()}, {"a.txt": 1, "b.txt": 2, "e.txt": 1}, "times asked for")
        rig.equal(rig.report(os.path.join(out, "c.case"))["persons"]["best"], 4, "persons")


def killed_again_and_again_it_ends_with_the_same_figures():
    blobs = {"%02d.txt" % n: Blob(mails(*("p%d-%d" % (n, i) for i in range(3000)))) for n in range(40)}
    kills = 100 if rig.FULL else 12
    with rig.folder() as out, front(blobs) as server:
        scan(out, server.url, case="whole.case")
        wanted = rig.case_figures(os.path.join(out, "whole.case"))
        done = 0
        for attempt in range(kills * 3):
            words = [rig.STAUNCH, "scan", server.url, "--scope", write_scope(out, server.url), *PURPOSE, "--jobs", "2",
                "--case", os.path.join(out, "killed%d.case" % (done // 10))]
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(0.05 + 0.03 * (attempt % 12))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                done += 1
            process.wait()
            if done == kills:
                break
        rig.equal(done, kills, "kills that met a running scan")
        for number in range((kills + 9) // 10):
            scan(out, server.url, case="killed%d.case" % number)
            rig.equal(rig.case_figures(os.path.join(out, "killed%d.case" % number)), wanted, "figures after kills")


def a_server_that_comes_and_goes_gives_the_figures_of_one_that_stays():
    count = 600 if rig.FULL else 90
    blobs = {"%03d.txt" % n: Blob(mails(*("p%d-%d" % (n, i) for i in range(300)))) for n in range(count)}
    blobs["large.log"] = Blob(mails(*("large%d" % n for n in range(130000))))
    with rig.folder() as out, front(blobs, page_size=count // 9) as server:
        scan(out, server.url, case="whole.case")
        wanted = rig.case_figures(os.path.join(out, "whole.case"))
        server.requests.clear()
        for blob in blobs.values():
            blob.asked = 0
        server.mood, flapping = Moods(5), Flapping(server.server_port)
        url = server.url.replace(str(server.server_port), str(flapping.port))
        runs, done = 0, None
        while done is None or done.returncode != rig.OK:
            runs += 1
            rig.check(runs <= 6, "six runs of the same command, and still: %s" % (done and done.stderr))
            done = scan(out, url, case="flapping.case", status=(rig.OK, rig.INCOMPLETE, rig.WRONG))
            rig.check(done.returncode != rig.WRONG or b"page" in done.stderr, "it said: %r" % done.stderr)
        flapping.ending = True
        got = rig.case_figures(os.path.join(out, "flapping.case"))
        asked = {}
        for _, path, headers in server.requests:
            key = (path, headers.get("Range"))
            asked[key] = asked.get(key, 0) + 1
        print("# away %d times; %s; %d requests for %d ranges and pages, at most %d for one, in %d runs" % (flapping.times_away,
            ", ".join("%s %d" % mood for mood in server.mood.seen.items()), len(server.requests), len(asked), max(asked.values()), runs))
        rig.equal(got, wanted, "figures of a server that comes and goes")
        rig.equal(sorted(server.mood.seen), sorted(mood for mood, _ in Moods.SHARES), "moods that were met")
        rig.check(max(asked.values()) <= 10 * runs, "asked too often: %r" % [key for key, times in asked.items() if times > 10 * runs])
        rig.check(flapping.times_away > 0, "it was never away")


def a_store_of_which_nothing_comes_is_left_alone_and_asked_again_by_the_next_scan():
    blobs = {"%03d.txt" % n: Blob(mails("p%d" % n), always=500) for n in range(60)}
    with rig.folder() as out, front(blobs) as server:
        done = scan(out, server.url, status=rig.INCOMPLETE)
        rig.check(done.stderr.count(b"left alone") == 1, "it said: %r" % done.stderr)
        rig.check(sum(blob.asked for blob in blobs.values()) <= 5 * 20, "requests to a server that fails them all: %d" %
            sum(blob.asked for blob in blobs.values()))
        rig.equal(len(rig.report(os.path.join(out, "c.case"))["coverage"]["unread"]["objects"]), 60, "rows")
        for blob in blobs.values():
            blob.wrong.clear()
        scan(out, server.url)
        rig.equal(rig.report(os.path.join(out, "c.case"))["persons"]["best"], 60, "persons, when it answers again")


words = sys.argv[1:]
rig.run_tests(*(test for test in (what_azurite_and_ceph_hold_gives_the_figures_of_the_same_folder,
    copies_in_two_network_stores_and_a_folder_are_found_as_in_three_folders, names_of_every_kind_and_many_pages_are_read_once_each,
    a_large_object_is_read_in_ranges_of_one_version_and_members_of_archives_by_their_place,
    what_goes_wrong_on_the_way_is_a_row_with_its_reason_or_mended, listings_that_lie_are_one_line,
    nothing_is_asked_without_scope_purpose_budget_or_beyond_them, a_second_scan_asks_only_for_what_changed,
    a_server_that_comes_and_goes_gives_the_figures_of_one_that_stays,
    a_store_of_which_nothing_comes_is_left_alone_and_asked_again_by_the_next_scan,
    killed_again_and_again_it_ends_with_the_same_figures)
    if not words or any(word in test.__name__ for word in words)))
