"""What a plain client is told by each server of tests/lab, open and closed: one function for each, called by lab_test.py with
the server. They are the answers of the real services where the server is one, and its own where it only resembles it."""
import base64
import gzip
import hashlib
import io
import smtplib
import socket
import ssl
import struct
import tarfile
import urllib.parse

from lab import gcs, nginx, records, smtp, wire
from rig import check, equal


def redis_open(server):
    equal(wire.talk(server.port, b"PING\r\n"), b"+PONG\r\n", "the answer to PING")
    equal(wire.talk(server.port, b"DBSIZE\r\n"), b":%d\r\n" % server.seed["keys"], "the answer to DBSIZE")


def redis_closed(server):
    equal(wire.talk(server.port, b"PING\r\n"), b"-NOAUTH Authentication required.\r\n", "the answer to PING")
    equal(wire.talk(server.port, b"AUTH %s\r\n" % server.seed["password"].encode()), b"+OK\r\n", "the owner's AUTH")


def redis_protected(server):
    answer = wire.talk(server.port, b"PING\r\n")
    check(answer.startswith(b"-DENIED Redis is running in protected mode"), "PING is answered by %r" % answer[:80])


def smtp_takes_a_mail(server, client):
    with client:
        if server.mode == "starttls":
            client.starttls(context=ssl.create_default_context(cafile=server.seed["authority"]))
        client.sendmail("a@contoso.example", ["b@fabrikam.example"], b"Subject: x\r\n\r\nbody\r\n")
    equal([(row["from"], row["to"], row["message"]["Subject"]) for row in smtp.mails(server)],
        [("a@contoso.example", ["b@fabrikam.example"], "x")], "the mails")


def smtp_open(server):
    smtp_takes_a_mail(server, smtplib.SMTP(server.host, server.port, timeout=20))


def smtp_starttls(server):
    smtp_takes_a_mail(server, smtplib.SMTP(server.host, server.port, timeout=20))


def smtp_login(server):
    with smtplib.SMTP(server.host, server.port, timeout=20) as client:
        client.starttls(context=ssl.create_default_context(cafile=server.seed["authority"]))
        client.login(*server.seed["login"])
        client.sendmail("a@contoso.example", ["b@fabrikam.example"], b"Subject: x\r\n\r\nbody\r\n")
    equal([row["user"] for row in smtp.mails(server)], [server.seed["login"][0]], "who sent the mail")


def smtp_tls(server):
    smtp_takes_a_mail(server, smtplib.SMTP_SSL(server.host, server.port, timeout=20,
        context=ssl.create_default_context(cafile=server.seed["authority"])))


def memcached_open(server):
    check(wire.talk(server.port, b"version\r\n").startswith(b"VERSION 1."), "version is not answered")
    dump = wire.talk(server.port, b"lru_crawler metadump all\r\n", b"END\r\n")
    names = {urllib.parse.unquote(line.split()[0][4:].decode()) for line in dump.splitlines() if line.startswith(b"key=")}
    equal(names, set(server.seed["names"]), "the keys")


def memcached_closed(server):
    equal(wire.talk(server.port, b"stats\r\n" * 4), b"", "the answer to text commands")
    stat = b"\x80\x10" + bytes(22)  # the binary command STAT
    answer = wire.listen(server.port, stat)
    equal(answer[6:8], b"\x00\x20", "the status of a binary STAT (0x20 is authentication error)")


def etcd_range(server):
    return wire.http_request(server.port, "POST", "/v3/kv/range",
        {"key": "AA==", "range_end": "AA==", "limit": "1", "keys_only": True})


def etcd_open(server):
    equal(etcd_range(server).json()["count"], str(server.seed["keys"]), "the number of keys")
    equal(wire.get(server.port, "/v2/keys/").status, 404, "the status of the old interface")


def etcd_closed(server):
    check("etcdserver" in wire.get(server.port, "/version").json(), "/version is not answered")
    answer = etcd_range(server)
    check(answer.status in (400, 401) and b"user name is empty" in answer.body, "a range is answered by %r" % answer)


def blob_list(server, container, more=""):
    return wire.get(server.port, "/devstoreaccount1/%s?restype=container&comp=list%s" % (container, more))


def azurite_open(server):
    answer = blob_list(server, "pubc", "&maxresults=3")
    check(answer.status == 200 and b"<NextMarker>" in answer.body, "the first page of pubc is %r" % answer)
    for name, body in server.seed["blobs"]["pubb"].items():
        answer = wire.get(server.port, "/devstoreaccount1/pubb/" + urllib.parse.quote(name), {"Range": "bytes=0-3"})
        equal((answer.status, answer.body), (206, body[:4]), "the range of a blob of pubb, %s" % name)
    for container in ("pubb", "priv"):
        equal(blob_list(server, container).status, 403, "the status of a list of " + container)


def azurite_closed(server):
    for container in server.seed["levels"]:
        equal(blob_list(server, container).status, 403, "the status of a list of " + container)
        equal(wire.get(server.port, "/devstoreaccount1/%s/f01.txt" % container).status, 403, "the status of its blob")


def s3_code(answer):
    return answer.status, answer.body.partition(b"<Code>")[2].partition(b"<")[0].decode()


def rgw_open(server):
    answer = wire.get(server.port, "/pub?list-type=2&encoding-type=url&max-keys=2")
    check(answer.status == 200 and b"<NextContinuationToken>" in answer.body, "the first page of pub is %r" % answer)
    equal(wire.get(server.port, "/", {"Host": "pub.s3.localhost"}).status, 200, "the status of pub by its virtual host")
    wanted = {"/pub/k1.txt": (403, "AccessDenied"), "/pub/cases.jsonl": (200, ""), "/pub/none": (404, "NoSuchKey"),
        "/priv": (403, "AccessDenied"), "/anyuser": (403, "AccessDenied"), "/none": (404, "NoSuchBucket"),
        "/objpub": (403, "AccessDenied"), "/objpub/open.txt": (200, ""), "/objpub/none": (403, "AccessDenied"),
        "/polpub": (200, ""), "/polpub/cases.jsonl": (200, ""), "/blocked": (403, "AccessDenied"),
        "/pub?versions": (200, ""), "/pub?acl": (403, "AccessDenied"), "/versioned?versions": (200, "")}
    equal({path: s3_code(wire.get(server.port, path)) for path in wanted}, wanted, "the answers")
    equal(wire.get(server.port, "/versioned?versions").body.count(b"<VersionId>"), 2, "the number of versions of old.txt")


def rgw_closed(server):
    for bucket, (_, objects) in server.seed["buckets"].items():
        equal(s3_code(wire.get(server.port, "/" + bucket)), (403, "AccessDenied"), "a list of " + bucket)
        equal(s3_code(wire.get(server.port, "/%s/%s" % (bucket, objects[0][0]))), (403, "AccessDenied"), "its object")


def basic(server):
    """The owner's header for basic authentication."""
    return {"Authorization": nginx.basic(server.seed["user"], server.seed["password"])}


# --- PostgreSQL: a StartupMessage (its manual, "Message Formats") and what comes back ---


def startup(server):
    words = b"user\0postgres\0database\0support\0\0"
    return wire.listen(server.port, struct.pack("!II", 8 + len(words), 196608) + words)


def postgresql_open(server):
    equal(startup(server)[:9], b"R" + struct.pack("!II", 8, 0), "the answer (AuthenticationOk)")


def postgresql_closed(server):
    answer = startup(server)
    equal((answer[:1], answer[5:9]), (b"R", struct.pack("!I", 10)), "the answer (SASL)")
    check(b"SCRAM-SHA-256" in answer, "no SCRAM is offered: %r" % answer)


def postgresql_no_entry(server):
    answer = startup(server)
    check(answer[:1] == b"E" and b"C28000\0" in answer, "the answer is %r" % answer)


# --- MariaDB: HandshakeResponse41 for root with no password ---


def login(server, user):
    with socket.create_connection((wire.HOST, server.port), wire.TIMEOUT_S) as line:
        greeting = line.recv(65536)
        if greeting[4] == 0xFF:
            return greeting
        capabilities = 0x00000001 | 0x00000200 | 0x00008000 | 0x00080000  # long password, 4.1, secure connection, plugins
        body = struct.pack("<IIB23x", capabilities, 1 << 24, 45) + user + b"\0\0mysql_native_password\0"
        line.sendall(struct.pack("<I", len(body) | 1 << 24) + body)
        return line.recv(65536)


def mariadb_open(server):
    for user in (b"root", b"anybody"):
        equal(login(server, user)[4], 0, "the answer to %r without a password (0 is OK)" % user)


def mariadb_closed(server):
    answer = login(server, b"root")
    equal((answer[4], struct.unpack("<H", answer[5:7])[0]), (0xFF, 1045), "the answer to root without a password")


def mariadb_no_host(server):
    answer = login(server, b"root")
    equal((answer[4], struct.unpack("<H", answer[5:7])[0]), (0xFF, 1130), "the greeting")


# --- Docker registry ---


def docker_registry_open(server):
    answer = wire.get(server.port, "/v2/")
    equal((answer.status, answer.headers["Docker-Distribution-Api-Version"]), (200, "registry/2.0"), "the answer to /v2/")
    equal(wire.get(server.port, "/v2/_catalog?n=10").json(), {"repositories": list(server.seed["repositories"])}, "the catalog")
    repository = server.seed["repositories"][0]
    manifest = wire.get(server.port, "/v2/%s/manifests/latest" % repository,
        {"Accept": "application/vnd.docker.distribution.manifest.v2+json"}).json()
    layer = wire.get(server.port, "/v2/%s/blobs/%s" % (repository, manifest["layers"][0]["digest"])).body
    equal("sha256:" + hashlib.sha256(layer).hexdigest(), manifest["layers"][0]["digest"], "the digest of the layer")
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))) as archive:
        equal(archive.extractfile("srv/cases.jsonl").read(), records.json_lines(), "the file in the layer")


def refused(server, path, scheme):
    answer = wire.get(server.port, path)
    check(answer.status == 401 and answer.headers["WWW-Authenticate"].startswith(scheme + " realm="),
        "%s is answered by %r, %s" % (path, answer, answer.headers))


def docker_registry_closed(server):
    for path in ("/v2/", "/v2/_catalog?n=1"):
        refused(server, path, "Basic")
        equal(wire.get(server.port, path, basic(server)).status, 200, "the status of %s for the owner" % path)


def docker_registry_token(server):
    for path in ("/v2/", "/v2/_catalog?n=1"):
        refused(server, path, "Bearer")


# --- rsync ---


def rsync_list(server):
    greeting, _, rest = wire.talk(server.port, b"@RSYNCD: 31.0\n#list\n", b"@RSYNCD: EXIT\n").partition(b"\n")
    check(greeting.startswith(b"@RSYNCD: 3"), "the greeting is %r" % greeting)
    return {line.split(b"\t")[0].decode().strip() for line in rest.splitlines() if not line.startswith(b"@RSYNCD")}


def module_answer(server, name):
    with socket.create_connection((wire.HOST, server.port), wire.TIMEOUT_S) as line, line.makefile("rb") as lines:
        lines.readline()
        line.sendall(b"@RSYNCD: 31.0\n" + name + b"\n")
        return lines.readline()


def rsync_open(server):
    equal(rsync_list(server), {"backup", "secret"}, "the modules")
    equal(module_answer(server, b"backup"), b"@RSYNCD: OK\n", "the answer to backup")
    check(module_answer(server, b"secret").startswith(b"@RSYNCD: AUTHREQD "), "secret asks for no password")
    check(module_answer(server, b"none").startswith(b"@ERROR: Unknown module"), "none is not unknown")


def rsync_closed(server):
    equal(rsync_list(server), {"secret"}, "the modules")
    check(module_answer(server, b"secret").startswith(b"@RSYNCD: AUTHREQD "), "secret asks for no password")


# --- FTP ---


class Ftp:
    def __init__(self, port):
        self.line = socket.create_connection((wire.HOST, port), wire.TIMEOUT_S)
        self.lines = self.line.makefile("rb")
        equal(self.answer()[:3], "220", "the greeting")

    def answer(self):
        return self.lines.readline().decode().strip()

    def say(self, words):
        self.line.sendall(words.encode() + b"\r\n")
        return self.answer()

    def fetch(self, words):
        """The bytes of a data connection, passive."""
        numbers = self.say("PASV").partition("(")[2].partition(")")[0].split(",")
        with socket.create_connection((wire.HOST, int(numbers[4]) * 256 + int(numbers[5])), wire.TIMEOUT_S) as data:
            equal(self.say(words)[:3], "150", "the answer to " + words)
            got = b"".join(iter(lambda: data.recv(65536), b""))
        equal(self.answer()[:3], "226", "the end of " + words)
        return got

    def close(self):
        self.lines.close()
        self.line.close()


def vsftpd_open(server):
    ftp = Ftp(server.port)
    equal((ftp.say("USER anonymous")[:3], ftp.say("PASS security@contoso.example")[:3]), ("331", "230"), "the login")
    equal(set(ftp.fetch("NLST").decode().split()), {"cases.jsonl", "deep"}, "the list")
    equal(ftp.fetch("RETR cases.jsonl"), records.json_lines(), "the file")
    equal(ftp.say("STOR new.txt")[:3], "550", "the answer to a write")
    ftp.close()


def vsftpd_closed(server):
    ftp = Ftp(server.port)
    equal(ftp.say("USER anonymous")[:3], "331", "the answer to USER")
    equal(ftp.say("PASS security@contoso.example"), "530 Login incorrect.", "the answer to PASS")
    ftp.close()


# --- CouchDB ---


def couchdb_open(server):
    check("couchdb" in wire.get(server.port, "/").json() or b"PouchDB" in wire.get(server.port, "/").body, "no greeting")
    equal(sorted(wire.get(server.port, "/_all_dbs").json()), sorted(server.seed["databases"]), "the databases")
    equal(wire.get(server.port, "/cases").json()["doc_count"], server.seed["documents"], "the number of documents")
    rows = wire.get(server.port, "/cases/_all_docs?limit=1").json()
    equal((rows["total_rows"], len(rows["rows"])), (server.seed["documents"], 1), "the first page")
    equal(len(wire.get(server.port, "/cases/_changes?limit=5").json()["results"]), 5, "the first changes")


def couchdb_closed(server):
    for path in ("/_all_dbs", "/cases", "/cases/_all_docs?limit=1"):
        answer = wire.get(server.port, path)
        equal((answer.status, answer.json()["error"]), (401, "unauthorized"), "the answer to " + path)
        equal(wire.get(server.port, path, basic(server)).status, 200, "the status of %s for the owner" % path)


# --- Google Cloud Storage (the front) ---


def gcs_open(server):
    wanted = {"/pub?list-type=2": (200, ""), "/pub/k1.txt": (200, ""), "/pub/none": (404, "NoSuchKey"),
        "/priv?list-type=2": (403, "AccessDenied"), "/priv/k1.txt": (403, "AccessDenied"), "/none": (404, "NoSuchBucket"),
        "/list-only": (200, ""), "/list-only/k1.txt": (403, "AccessDenied"), "/list-only/none": (403, "AccessDenied"),
        "/read-only": (403, "AccessDenied"), "/read-only/k1.txt": (200, ""), "/read-only/none": (403, "AccessDenied"),
        "/users-only": (403, "AccessDenied"), "/one-object": (403, "AccessDenied"), "/one-object/k1.txt": (200, "")}
    equal({path: s3_code(wire.get(server.port, path)) for path in wanted}, wanted, "the answers of the XML interface")
    denied = wire.get(server.port, "/priv").body
    check(b"<Details>Anonymous caller does not have storage.objects.list access" in denied, "it is refused by %r" % denied)
    page = wire.get(server.port, "/pub?list-type=2&max-keys=1&encoding-type=url").body
    token = page.partition(b"<NextContinuationToken>")[2].partition(b"<")[0].decode()
    page = wire.get(server.port, "/pub?list-type=2&encoding-type=url&continuation-token=" + urllib.parse.quote(token)).body
    equal(page.count(b"<Contents>"), 2, "the objects of the second page")
    equal(wire.get(server.port, "/?list-type=2", {"Host": "pub.storage.localhost"}).status, 200, "the status by virtual host")
    answer = wire.get(server.port, "/pub/k1.txt", {"Range": "bytes=4-8"})
    equal((answer.status, answer.body), (206, b"first"), "a range")
    equal(wire.get(server.port, "/pub/k1.txt", {"If-Match": '"other"'}).status, 412, "the status when the object is another")
    gcs_json(server)
    gcs_traps(server)


def gcs_json(server):
    first = wire.get(server.port, "/storage/v1/b/pub/o?maxResults=1").json()
    equal((first["kind"], len(first["items"])), ("storage#objects", 1), "the first page of the JSON interface")
    check("nextPageToken" in first, "there is no next page")
    versions = wire.get(server.port, "/storage/v1/b/pub/o?versions=true").json()["items"]
    equal(sum("timeDeleted" in item for item in versions), 1, "the old versions")
    equal({path: wire.get(server.port, "/storage/v1/b/" + path).status for path in ("priv/o", "none/o", "priv", "priv/iam",
        "pub/iam", "pub/o/k1.txt?alt=media", "pub/o/none?alt=media", "list-only/o/k1.txt")}, {"priv/o": 401, "none/o": 404,
        "priv": 401, "priv/iam": 401, "pub/iam": 200, "pub/o/k1.txt?alt=media": 200, "pub/o/none?alt=media": 404,
        "list-only/o/k1.txt": 401}, "the answers of the JSON interface")
    asked = "".join("&permissions=storage.objects." + word for word in ("list", "get", "create", "delete"))[1:]
    held = {name: wire.get(server.port, "/storage/v1/b/%s/iam/testPermissions?%s" % (name, asked)).json().get("permissions", [])
        for name in server.seed["buckets"]}
    equal({name: [word.rpartition(".")[2] for word in words] for name, words in held.items()}, {"pub": ["list", "get"],
        "priv": [], "users-only": [], "list-only": ["list"], "read-only": ["get"], "one-object": [], "settings": [],
        "requester-pays": [], "perimeter": [], "filtered": ["list", "get"],
        "writable": ["list", "get", "create", "delete"]}, "the permissions of nobody in particular")


def gcs_traps(server):
    equal({name: s3_code(wire.get(server.port, "/" + name)) for name in ("requester-pays", "perimeter", "filtered", "settings")},
        {"requester-pays": (400, "UserProjectMissing"), "perimeter": (403, "SecurityPolicyViolated"),
        "filtered": (403, "AccessDenied"), "settings": (403, "AccessDenied")}, "lists that are refused to some")
    settings = wire.get(server.port, "/storage/v1/b/settings").json()
    equal(settings["iamConfiguration"]["uniformBucketLevelAccess"], {"enabled": True}, "the settings")
    packed = gzip.compress(b"the first key", mtime=0)
    gcs.set_buckets(server, {"pub": {"grants": [gcs.LIST, gcs.GET], "policy": [], "objects": {
        "a": {"base64": base64.b64encode(packed).decode(), "generation": 7, "encoding": "gzip"},
        "b": {"text": "new", "generation": 8, "old": "old"}}}})
    plain = wire.get(server.port, "/pub/a", {"Range": "bytes=0-0"})
    equal((plain.status, plain.body, plain.headers["x-goog-stored-content-encoding"], plain.headers["content-length"]),
        (200, b"the first key", "gzip", None), "unpacked, whatever range was asked for")
    stored = wire.get(server.port, "/pub/a", {"Range": "bytes=0-1", "Accept-Encoding": "gzip"})
    equal((stored.status, stored.body, stored.headers["content-encoding"]), (206, packed[:2], "gzip"), "as it is stored")
    equal({path: (answer.status, answer.headers["x-goog-generation"]) for path in ("8", "7", "6") for answer in
        [wire.get(server.port, "/pub/b?generation=" + path)]}, {"8": (200, "8"), "7": (200, "7"), "6": (404, None)}, "generations")


def gcs_closed(server):
    for name in server.seed["buckets"]:
        equal(s3_code(wire.get(server.port, "/" + name)), (403, "AccessDenied"), "a list of " + name)
        answer = wire.get(server.port, "/storage/v1/b/%s/o" % name)
        equal((answer.status, answer.json()["error"]["errors"][0]["reason"]), (401, "required"), "its list in JSON")
    opened = gcs.buckets("open")
    gcs.set_buckets(server, opened)
    equal(wire.get(server.port, "/pub").status, 200, "the status of pub after it was opened")


# --- Elasticsearch and OpenSearch ---


def same_cases(server, headers=None):
    """The five indices hold the same cases but for one field, as the seed says."""
    found = {}
    for index in server.seed["indices"]:
        answer = wire.http_request(server.port, "POST", "/%s/_search?size=1000" % index, {"query": {"match_all": {}}}, headers)
        hits = answer.json()["hits"]["hits"]
        equal(len(hits), server.seed["documents"], "the number of hits of " + index)
        found[index] = {hit["_source"]["case"]: (hit["_id"], hit["_source"]) for hit in hits}
    first, flipped, differ = found[server.seed["indices"][0]], server.seed["flipped"], []
    for index, cases in found.items():
        differ += [(index, cases[case][0], field) for case in cases for field in cases[case][1]
            if cases[case][1][field] != first[case][1][field]]
        check(index == server.seed["indices"][0] or not {row[0] for row in cases.values()} & {row[0] for row in first.values()},
            "%s has identifiers of another index" % index)
    equal(differ, [(flipped["index"], flipped["id"], flipped["field"])], "the fields that differ")


def elastic(server, version, product, total, hidden):
    """What every open one answers; returns GET /."""
    root = wire.get(server.port, "/")
    check(root.json()["version"]["number"].startswith(version), "the version is %s" % root.json()["version"])
    equal(root.headers["X-elastic-product"], product, "the product header")
    rows = wire.get(server.port, "/_cat/indices?format=json&bytes=b&h=health,index,docs.count,rep",
        {"Accept": "application/json"}).json()
    equal({row["index"]: (row["health"], row["docs.count"], row["rep"]) for row in rows if row["index"][0] != "."},
        {index: ("yellow", str(3 * server.seed["documents"]), "1") for index in server.seed["indices"]},
        "the indices (nested documents are counted, the replica is not there)")
    equal(wire.get(server.port, "/support-1/_count").json()["count"], server.seed["documents"], "the documents of support-1")
    equal(wire.get(server.port, "/support-1/_search?size=0").json()["hits"]["total"], total, "hits.total")
    aliases = wire.get(server.port, "/_cat/aliases?format=json&h=alias,index", {"Accept": "application/json"}).json()
    equal({row["index"] for row in aliases if row["alias"] == server.seed["alias"]}, {"support-1", "support-2"}, "the alias")
    if hidden:
        rows = wire.get(server.port, "/_cat/indices?format=json&expand_wildcards=all&h=index").json()
        check(server.seed["hidden"] in {row["index"] for row in rows}, "the hidden index is not among %s" % rows)
    same_cases(server)
    scroll = wire.http_request(server.port, "POST", "/support-2/_search?scroll=1m&size=150", {"sort": ["_doc"]}).json()
    following = wire.http_request(server.port, "POST", "/_search/scroll", {"scroll": "1m", "scroll_id": scroll["_scroll_id"]})
    equal(len(following.json()["hits"]["hits"]), server.seed["documents"] - 150, "the second page of a scroll")
    equal(wire.http_request(server.port, "DELETE", "/_search/scroll", {"scroll_id": [scroll["_scroll_id"]]}).status, 200,
        "the status of closing it")
    return root


def pit(server, path, field):
    """Whether a point in time can be opened there and closed again."""
    answer = wire.http_request(server.port, "POST", path + "?keep_alive=1m", b"")
    check(answer.status == 200 and field in answer.json(), "a point in time is answered by %r" % answer)
    body = {"id": answer.json()[field]} if field == "id" else {field: [answer.json()[field]]}
    closed = wire.http_request(server.port, "DELETE", "/_pit" if field == "id" else "/_search/point_in_time", body)
    equal(closed.status, 200, "the status of closing it")


def warnings(answer):
    return [value for name, value in answer.headers.items() if name.lower() == "warning"]


def elasticsearch_2_open(server):
    elastic(server, "2.4.", None, 200, False)
    check(wire.http_request(server.port, "POST", "/support-1/_pit?keep_alive=1m", b"").status >= 400, "it has points in time")


def elasticsearch_7_open(server):
    root = elastic(server, "7.17.", "Elasticsearch", {"value": 200, "relation": "eq"}, True)
    said = warnings(wire.get(server.port, "/support-1/_count")) + warnings(root)
    check(any("security features are not enabled" in line for line in said), "it does not warn of itself: %s" % said)
    pit(server, "/support-1/_pit", "id")


def elasticsearch_8_open(server):
    elastic(server, "8.", "Elasticsearch", {"value": 200, "relation": "eq"}, True)
    pit(server, "/support-1/_pit", "id")


def opensearch_2_open(server):
    root = elastic(server, "2.19.", None, {"value": 200, "relation": "eq"}, True)
    equal(root.json()["version"]["distribution"], "opensearch", "the distribution")
    pit(server, "/support-1/_search/point_in_time", "pit_id")


# The front is asked what the real ones are asked, and answers alike.


def elasticsearch_front_open(server):
    elastic(server, "8.", "Elasticsearch", {"value": 200, "relation": "eq"}, True)
    pit(server, "/support-1/_pit", "id")
    for path in ("/support-1/_count?unknown=1", "/_cat/indices?unknown=1", "/support-1/_search?unknown=1"):
        equal(wire.get(server.port, path).status, 400, "the status of " + path)


def elasticsearch_front_opensearch(server):
    root = elastic(server, "2.19.", None, {"value": 200, "relation": "eq"}, True)
    equal(root.json()["version"]["distribution"], "opensearch", "the distribution")
    pit(server, "/support-1/_search/point_in_time", "pit_id")


def elasticsearch_front_scroll(server):
    elastic(server, "2.4.", None, 200, False)
    check(wire.http_request(server.port, "POST", "/support-1/_pit?keep_alive=1m", b"").status >= 400, "it has points in time")


STEPS = ("/", "/_cat/indices?format=json", "/support-1/_count", "/support-1/_search?size=0")


def guarded_by_nginx(server):
    for path in STEPS:
        refused(server, path, "Basic")
        equal(wire.get(server.port, path, basic(server)).status, 200, "the status of %s for the owner" % path)


elasticsearch_2_closed = opensearch_2_closed = guarded_by_nginx


def elasticsearch_closed(server):
    for path in STEPS:
        refused(server, path, "Basic")
        equal(wire.get(server.port, path).json()["error"]["type"], "security_exception", "the error of " + path)
        equal(wire.get(server.port, path, basic(server)).status, 200, "the status of %s for the owner" % path)
    same_cases(server, basic(server))


def elasticsearch_visitor(server):
    equal([wire.get(server.port, path).status for path in STEPS], [200, 403, 403, 403], "the answers to nobody in particular")


elasticsearch_7_closed = elasticsearch_8_closed = elasticsearch_closed
elasticsearch_7_visitor = elasticsearch_8_visitor = elasticsearch_visitor
