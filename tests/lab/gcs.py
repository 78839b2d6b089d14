"""Google Cloud Storage by the front of front_gcs.py, which says what it is written from and what it cannot show. `open` has
a bucket of every way to be open, `closed` only private ones. set_buckets() changes what the front says, while it runs."""
import copy
import json
import os
import sys

from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("python3", "python3"),)
AS_ROOT = True  # the front is a file of the tree, which nobody may not be able to read
LIST, GET, POLICY = "storage.objects.list", "storage.objects.get", "storage.buckets.getIamPolicy"
SETTINGS = "storage.buckets.get"
NOTE = "no server: a front written from the public pages of the service"
EVERYBODY = [{"role": "roles/storage.objectViewer", "members": ["allUsers"]}]
GOOGLE_USERS = [{"role": "roles/storage.objectViewer", "members": ["allAuthenticatedUsers"]}]


def objects():
    texts = {"cases/2019-12.jsonl": records.json_lines().decode(), "k1.txt": "the first key",
        "notes <è> & more.txt": "ask maria"}
    rows = {key: {"text": text, "generation": 1577780130123456 + number} for number, (key, text) in enumerate(texts.items())}
    rows["k1.txt"]["old"] = "what was there before"
    return rows


def buckets(mode):
    """{name: {"grants", "objects", "policy"}}, as front_gcs.py reads it."""
    private = {"priv": ([], []), "users-only": ([], GOOGLE_USERS)}
    if mode == "open":
        private.update({"pub": ([LIST, GET, POLICY], EVERYBODY), "list-only": ([LIST], []), "read-only": ([GET], []),
            "writable": ([LIST, GET, "storage.objects.create", "storage.objects.delete"], []), "one-object": ([], [])})
    found = {name: {"grants": grants, "policy": policy, "objects": objects()} for name, (grants, policy) in private.items()}
    if mode == "open":
        found["one-object"]["objects"]["k1.txt"]["acl"] = True
        found["settings"] = {"grants": [SETTINGS], "policy": [], "objects": objects(), "uniform": True}
        for name in ("requester_pays", "perimeter", "filtered"):
            found[name.replace("_", "-")] = {"grants": [LIST, GET], "policy": [], "objects": objects(), name: True}
    return found


def set_buckets(server, wanted):
    """From the next request on the front says this."""
    path = server.place.write("state.next", json.dumps({"buckets": wanted}))
    os.rename(path, server.place.path("state.json"))
    server.seed["buckets"] = copy.deepcopy(wanted)


def run(place):
    port, found = place.port(), buckets(place.mode)
    place.write("state.json", json.dumps({"buckets": found}))
    place.spawn(sys.executable, "-I", "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "front_gcs.py"), port,
        place.path("state.json"))
    place.wait(lambda: wire.get(port, "/priv").status in (403, 404), "the front answers")
    return Server(place, port, "http://%s:%d" % (HOST, port), {"buckets": found}, NOTE)
