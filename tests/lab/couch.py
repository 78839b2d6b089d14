"""The CouchDB interface by express-pouchdb (npm), for Debian 12 has no CouchDB. It has no users that count: `closed` is nginx
before it, which refuses in CouchDB's words."""
import os

from lab import Server, nginx, records, wire
from lab.place import FETCHED, HOST

MODES = ("open", "closed")
NEEDS = (("node", "nodejs"),) + nginx.NEEDS
FILES = ("npm/node_modules/express-pouchdb/package.json",)
AS_ROOT = True  # what ./dev setup fetched for root, nobody may not be able to read
DATABASES = ("cases", "drafts")
NOTE = "PouchDB's own server with CouchDB's interface: no design of CouchDB's security, another version in GET /"


def run(place):
    port = place.port()
    place.spawn("node", os.path.join(os.path.dirname(os.path.abspath(__file__)), "couch.js"), HOST, port,
        environment={"NODE_PATH": os.path.join(FETCHED, "npm/node_modules")})
    place.wait(lambda: wire.get(port, "/_all_dbs").status == 200, "/_all_dbs is answered")
    rows = [{"_id": row["case"], **row} for row in records.cases()]
    for name in DATABASES:
        for method, path, body in (("PUT", "/" + name, b""), ("POST", "/%s/_bulk_docs" % name, {"docs": rows})):
            answer = wire.http_request(port, method, path, body)
            if answer.status != 201:
                raise place.failure("%s %s: %r" % (method, path, answer))
    seed, note = {"databases": DATABASES, "documents": len(rows), "user": None, "password": None}, NOTE
    if place.mode == "closed":
        port = nginx.front(place, port, "administrator", "application/json",
            r'{"error":"unauthorized","reason":"You are not authorized to access this db."}')
        seed.update(user=nginx.USER, password=nginx.PASSWORD)
        note += "; closed by nginx before it, with CouchDB's words"
    return Server(place, port, "couchdb://%s:%d" % (HOST, port), seed, note)
