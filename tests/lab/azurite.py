"""Azurite, Microsoft's emulator of Azure Storage (npm): only its blob service. `open` has a container of every access level,
`closed` only private ones. Where it answers otherwise than the real service, NOTE says so; the front for Azure stands before
it and mends that."""
import base64
import email.utils
import hashlib
import hmac
import os
import urllib.parse

from lab import Server, records, wire
from lab.place import FETCHED, HOST

MODES = ("open", "closed")
NEEDS = (("node", "nodejs"),)
FILES = ("npm/node_modules/azurite/dist/src/blob/main.js",)
AS_ROOT = True  # what ./dev setup fetched for root, nobody may not be able to read
# The account and the key that every Azurite has; its documentation publishes them. No account of a cloud has this key.
ACCOUNT = "devstoreaccount1"
KEY = base64.b64decode("Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==")
VERSION = "2021-12-02"
NOTE = ("private, blob-level and missing containers all answer 403 AuthorizationFailure (the real service: one 404, or 401 to "
    "a new x-ms-version, or 409 PublicAccessNotPermitted); ?comp=acl is readable by anybody; blobs of $root are not")
CONTAINERS = {"open": (("pubc", "container"), ("pubb", "blob"), ("priv", None), ("$root", "container")),
    "closed": (("priv", None), ("archive", None))}


def sign(method, path, query, headers, body):
    """The Authorization value of Shared Key (Microsoft, "Authorize with Shared Key", version 2015-02-21 and later)."""
    lines = [method, "", "", str(len(body)) if body else "", "", headers.get("Content-Type", ""), "", "", "", "", "", ""]
    lines += ["%s:%s" % (name, headers[name]) for name in sorted(headers) if name.startswith("x-ms-")]
    lines += ["/%s/%s%s" % (ACCOUNT, ACCOUNT, path)] + ["%s:%s" % (name, query[name]) for name in sorted(query)]
    digest = hmac.new(KEY, "\n".join(lines).encode(), hashlib.sha256).digest()
    return "SharedKey %s:%s" % (ACCOUNT, base64.b64encode(digest).decode())


def request(port, method, path, query=(), headers=(), body=b""):
    """One request of the owner; path below the account, as it goes out."""
    query = dict(query)
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": VERSION, **dict(headers)}
    headers["Authorization"] = sign(method, path, query, headers, body)
    words = "?" + urllib.parse.urlencode(query) if query else ""
    return wire.http_request(port, method, "/%s%s%s" % (ACCOUNT, path, words), body, headers)


def sas(path, permissions, until, since="", addresses="", protocols="", resource="c", key=KEY):
    """The query of a service SAS (Microsoft, "Create a service SAS", version 2020-12-06 and later) of "container" or "container/blob"."""
    words = [permissions, since, until, "/blob/%s/%s" % (ACCOUNT, path), "", addresses, protocols, VERSION, resource, "", "", "",
        "", "", "", ""]
    pairs = [("sp", permissions), ("st", since), ("se", until), ("sip", addresses), ("spr", protocols), ("sv", VERSION),
        ("sr", resource), ("sig", _signature(key, words))]
    return urllib.parse.urlencode([pair for pair in pairs if pair[1]])


def account_sas(permissions, until, services="b", types="sco", key=KEY):
    """Of an account ("Create an account SAS")."""
    words = [ACCOUNT, permissions, services, types, "", until, "", "", VERSION, "", ""]
    return urllib.parse.urlencode([("sv", VERSION), ("ss", services), ("srt", types), ("sp", permissions), ("se", until),
        ("sig", _signature(key, words))])


def _signature(key, words):
    return base64.b64encode(hmac.new(key, "\n".join(words).encode(), hashlib.sha256).digest()).decode()


def put(place, port, container, name, body, content_type="text/plain"):
    answer = request(port, "PUT", "/%s/%s" % (container, urllib.parse.quote(name)),
        headers={"x-ms-blob-type": "BlockBlob", "Content-Type": content_type}, body=body)
    if answer.status != 201:
        raise place.failure("PUT %s/%s: %r" % (container, name, answer))


def run(place):
    port = place.port()
    place.spawn("node", os.path.join(FETCHED, FILES[0]), "--blobHost", HOST, "--blobPort", port, "-l", place.subfolder("data"),
        "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--disableProductStyleUrl")
    place.wait(lambda: wire.get(port, "/").status >= 200, "HTTP is answered")
    blobs = {"cases/2019-12.jsonl": records.json_lines(), "cases/list & more.csv": records.csv(),
        "notes <è>.txt": b"ask maria"}
    blobs.update(("f%02d.txt" % n, b"hello %d" % n) for n in range(7))
    seed = {"account": ACCOUNT, "key": base64.b64encode(KEY).decode(), "levels": {}, "blobs": {}}
    for container, level in CONTAINERS[place.mode]:
        answer = request(port, "PUT", "/" + container, {"restype": "container"},
            {"x-ms-blob-public-access": level} if level else {})
        if answer.status != 201:
            raise place.failure("PUT %s: %r" % (container, answer))
        seed["levels"][container] = level
        seed["blobs"][container] = blobs if container != "$root" else {"rootfile.txt": b"root-data"}
        for name, body in seed["blobs"][container].items():
            put(place, port, container, name, body)
    return Server(place, port, "http://%s:%d/%s" % (HOST, port, ACCOUNT), seed, NOTE)
