"""Elasticsearch and OpenSearch by the front of front_elasticsearch.py, which says what it is written from and what it cannot
show: for every day, where the real ones (elasticsearch-2, -7, -8, opensearch-2) are for `./dev test full`. Holds what they hold.
`open` is like Elasticsearch 8, `opensearch` like OpenSearch 2, `scroll` like Elasticsearch 2.4."""
import json
import os
import sys

from lab import elastic, wire

MODES = ("open", "opensearch", "scroll")
NEEDS = (("python3", "python3"),)
AS_ROOT = True  # the front is a file of the tree, which nobody may not be able to read
KINDS = {"open": "8", "opensearch": "opensearch", "scroll": "2"}
NOTE = "no server: a front written from the public references"


def set_faults(server, *faults):
    """From the next request on these go wrong; see front_elasticsearch.py."""
    path = server.place.write("state.next", json.dumps({"faults": faults}))
    os.rename(path, server.place.path("state.json"))


def run(place):
    port = place.port()
    place.write("state.json", json.dumps({"faults": []}))
    place.spawn(sys.executable, "-I", "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "front_elasticsearch.py"),
        port, KINDS[place.mode], place.path("state.json"))
    place.wait(lambda: wire.get(port, "/").status == 200, "the front answers")
    old = place.mode == "scroll"
    seed = elastic.fill(place, port, type_name="case" if old else None, old=old, hidden=not old)
    return elastic.served(place, port, seed, NOTE, False)
