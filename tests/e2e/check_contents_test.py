"""`check --level L3`: how many objects, bytes, from when to when; names only in the file that was asked for, escaped. L4: one
byte of one object, and no more."""
import csv
import http.server
import json
import os
import stat
import threading
import urllib.parse
from xml.sax.saxutils import escape

import auth_files
import lab
import rig
from lab.recorder import Recorder


def check(folder, target, *arguments, status, level="L3", **changes):
    changes.setdefault("max_level", "L4")
    file = auth_files.scope(folder, target, **changes)
    done = rig.expect(status, rig.staunch("check", "--scope", file, "--level", level, "--format", "json", *arguments))
    return json.loads(done.stdout)["targets"][0] if done.stdout else done


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Front(http.server.BaseHTTPRequestHandler):
    """One open container, in Azure's words, in pages of ten."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        path, _, query = self.path.partition("?")
        query = urllib.parse.parse_qs(query)
        server.requests.append((self.command, self.path, dict(self.headers)))
        body = b"x"
        if "comp" in query:
            names = sorted(server.objects)
            start = query.get("marker", [""])[0]
            rest = [name for name in names if name >= start]
            blobs = "".join("<Blob><Name>%s</Name><Properties><Last-Modified>%s</Last-Modified><Content-Length>%d</Content-Length>"
                "</Properties></Blob>" % (escape(name), server.objects[name][1], server.objects[name][0]) for name in rest[:10])
            body = ("<EnumerationResults><Blobs>%s</Blobs><NextMarker>%s</NextMarker></EnumerationResults>" % (blobs,
                escape(rest[10]) if len(rest) > 10 else "")).encode()
            if server.lie and start:
                body = server.lie(body)
        self.send_response(200)
        self.send_header("x-ms-request-id", "1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    def __init__(self, objects, lie=None):
        super().__init__(("127.0.0.1", 0), Front)
        self.objects, self.lie, self.requests = objects, lie, []
        self.url = "azure_blob://127.0.0.1:%d/acc/box" % self.server_port

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def days(count, first=1):
    return {"%03d anna.rossi.txt" % n: (100 + n, "Wed, %02d Dec 2019 09:00:00 GMT" % (first + n % 28)) for n in range(count)}


ODD = {"=cmd|' /C calc'!A0": (1, "Wed, 04 Dec 2019 09:00:00 GMT"), 'a,"b"\n.txt': (2, "Wed, 04 Dec 2019 09:00:00 GMT"),
    "\u202egpj.exe": (3, "no date"), "dir/è 100%.csv": (4, "Mon, 01 Jan 1601 00:00:00 GMT")}


# --- the tests ---

def all_pages_are_counted_and_names_stand_in_the_file_alone():
    with rig.folder() as out, Server({**days(95), **ODD}) as server:
        names, evidence, case = (os.path.join(out, name) for name in ("names.csv", "e.jsonl", "c.case"))
        rig.scan(case, write_text(out))
        got = check(out, server.url, "--names", names, "--evidence", evidence, "--case", case, status=rig.FOUND)
        rig.equal(got["contents"], {"as": "anybody", "complete": True, "reason": None, "pages": 10, "objects": 99,
            "bytes": sum(size for size, _ in server.objects.values()), "oldest": "2019-12-01T09:00:00Z",
            "newest": "2019-12-28T09:00:00Z", "undated": 2}, "the count")
        rows = rows_of(names)
        rig.equal([int(row["bytes"]) for row in rows], [size for _, (size, _) in sorted(server.objects.items())], "sizes in the file")
        odd = {row["name"] for row in rows if "anna" not in row["name"]}
        rig.equal(odd, {"'=cmd|' /C calc'%21A0", 'a,"b"%0A.txt', "%E2%80%AEgpj.exe", "dir/è 100%25.csv"}, "names as they are written")
        rig.equal(stat.S_IMODE(os.stat(names).st_mode), 0o600, "mode of the file")
        auth_files.nowhere(["anna.rossi.txt", "calc"], json.dumps(got).encode(), folder=out, but=(names,))
        rig.expect(rig.OK, rig.staunch("check", "--verify", evidence))
        with open(evidence, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        rig.equal(len([line for line in lines if line.get("row", "").startswith("azure_blob.shelf")]), 10, "pages in the evidence")
        rig.equal([line["objects"] for line in lines if line["kind"] == "contents"], [99], "the count in the evidence")
        rig.equal(len([row for row in got["evidence"] if "maxresults=2000" in row["request"]]), 1, "pages that are told")
        rig.check(not any("Range" in headers for _, _, headers in server.requests), "content was asked for at L3")
        again = check(out, server.url, "--names", names, status=rig.WRONG)
        rig.check(b"must not be there yet" in again.stderr, again.stderr)


def write_text(folder):
    path = os.path.join(folder, "a.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("maria.bianchi@contoso.example\n")
    return path


def a_count_needs_its_level_and_a_basis_that_reaches_it():
    with rig.folder() as out, Server(days(20)) as server:
        names = os.path.join(out, "names.csv")
        rig.equal(check(out, server.url, status=rig.FOUND, level="L2")["contents"], None, "at L2")
        rig.check(not any("maxresults=2000" in path for _, path, _ in server.requests), "the whole listing was asked for at L2")
        before = len(server.requests)
        check(out, server.url, "--names", names, status=rig.WRONG, level="L2")
        check(out, server.url, "--names", names, status=rig.WRONG, max_level="L2")
        check(out, server.url, "--names", names, status=rig.WRONG, max_level="L2", basis="finder")
        rig.equal((len(server.requests), os.path.exists(names)), (before, False), "requests, and the file")
        check(out, server.url, "--names", names, status=rig.FOUND, basis="mandate", reference="ticket 4711")


def what_a_server_does_instead_leaves_a_count_that_says_it_is_not_whole():
    lies = {"another page": lambda body: b"<html></html>", "a page cut off": lambda body: body[:-40],
        "older versions": lambda body: body.replace(b"</Name>", b"</Name><Snapshot>2019</Snapshot>"),
        "itself": lambda body: body.replace(b"</NextMarker>", b"</NextMarker>").split(b"<NextMarker>")[0] +
            b"<NextMarker>010 anna.rossi.txt</NextMarker></EnumerationResults>"}
    for name, lie in lies.items():
        with rig.folder() as out, Server(days(30), lie) as server:
            got = check(out, server.url, status=rig.FOUND)
            rig.equal((got["verdict"], got["contents"]["complete"]), ("open", False), "verdict, and whether it is whole: " + name)
            rig.check("listing" in got["contents"]["reason"] and "anna" not in got["contents"]["reason"], got["contents"])
    with rig.folder() as out, Server(days(30)) as server:
        got = check(out, server.url, status=rig.FOUND, budget={"requests_per_second": 1000, "bytes": 4000})
        rig.equal(got["contents"]["complete"], False, "with a budget that is spent")
        rig.check("budget" in got["contents"]["reason"], got["contents"])


def a_private_store_is_counted_as_its_owner_and_stays_what_it_is():
    for name, scheme, make in (("rgw", "s3", auth_files.aws), ("azurite", "azure_blob", auth_files.azure)):
        with rig.folder() as out, lab.start(name, out, "closed") as server, Recorder(server.port) as recorder:
            target = "%s://127.0.0.1:%d%s/priv" % (scheme, recorder.port, "/devstoreaccount1" if name == "azurite" else "")
            names = os.path.join(out, "names.csv")
            without = check(out, target, status=rig.INCOMPLETE)
            rig.equal((without["verdict"], without["contents"]), ("cannot-tell", None), "without a credential")
            got = check(out, target, "--auth", auth_files.write(out, make(target, server)), "--names", names, status=rig.INCOMPLETE)
            wanted = server.seed["blobs"]["priv"] if name == "azurite" else {key: b"%s of priv" % key.encode()
                for key, _ in server.seed["buckets"]["priv"][1]}
            rig.equal((got["verdict"], got["rights"]["list"], got["rights"]["any_authenticated"]),
                (without["verdict"], without["rights"]["list"], "not-tested"), "what anybody may do")
            contents = got["contents"]
            rig.equal((contents["as"], contents["complete"], contents["objects"], contents["bytes"]),
                ("owner", True, len(wanted), sum(map(len, wanted.values()))), "the count of " + name)
            rig.equal(sorted(row["name"].replace("%25", "%").replace("%21", "!") for row in rows_of(names)), sorted(wanted), "names")
            rig.equal(recorder.writes(), [], "writes")


def one_byte_of_one_object_is_read_at_l4():
    with rig.folder() as out, lab.start("rgw", out) as server, Recorder(server.port) as recorder:
        target = "s3://127.0.0.1:%d/pubrw" % recorder.port
        got = check(out, target, status=rig.FOUND, level="L4")
        rows = [row for row in got["evidence"] if row["request"] == "GET /pubrw/{object}"]
        rig.equal([(row["status"], row["body_bytes"]) for row in rows], [(206, 1)], "the request for content")
        rig.equal([r.header("Range") for r in recorder.requests() if r.header("Range")], ["bytes=0-0"], "ranges")
        rig.equal(got["rights"]["read"], "open", "read")


rig.run_tests(all_pages_are_counted_and_names_stand_in_the_file_alone, a_count_needs_its_level_and_a_basis_that_reaches_it,
    what_a_server_does_instead_leaves_a_count_that_says_it_is_not_whole, a_private_store_is_counted_as_its_owner_and_stays_what_it_is,
    one_byte_of_one_object_is_read_at_l4)
