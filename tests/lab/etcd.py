"""etcd from Debian, version 3 API over HTTP. `closed`: a root user, a role, and authentication enabled."""
import base64

from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("etcd", "etcd-server"),)
PASSWORD = "groene-trein-42"


def text(value):
    return base64.b64encode(value.encode()).decode()


def ask(place, port, path, body):
    answer = wire.http_request(port, "POST", path, body)
    if answer.status != 200:
        raise place.failure("POST %s: %r" % (path, answer))
    return answer.json()


def run(place):
    port, peer = place.port(), place.port()
    url = "http://%s:%d" % (HOST, port)
    place.spawn("etcd", "--data-dir", place.subfolder("data"), "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", "http://%s:%d" % (HOST, peer), "--initial-advertise-peer-urls", "http://%s:%d" % (HOST, peer),
        "--initial-cluster", "default=http://%s:%d" % (HOST, peer), "--unsafe-no-fsync",
        environment={"GOMAXPROCS": "2"})
    place.wait(lambda: wire.get(port, "/health").body.startswith(b'{"health":"true"'), "/health says true")
    rows = list(records.cases())
    for row in rows:
        ask(place, port, "/v3/kv/put", {"key": text("/cases/" + row["case"]), "value": text(row["email"])})
    if place.mode == "closed":
        ask(place, port, "/v3/auth/user/add", {"name": "root", "password": PASSWORD})
        ask(place, port, "/v3/auth/role/add", {"name": "root"})
        ask(place, port, "/v3/auth/user/grant", {"user": "root", "role": "root"})
        ask(place, port, "/v3/auth/enable", {})
    return Server(place, port, url, {"keys": len(rows), "prefix": "/cases/",
        "user": "root", "password": PASSWORD if place.mode == "closed" else None})
