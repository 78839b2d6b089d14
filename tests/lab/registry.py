"""docker-registry from Debian with two repositories. `closed` wants a name and a password (htpasswd), `token` sends to a
token server that is not there, as Docker's own registry does."""
import gzip
import hashlib
import io
import json
import tarfile

from lab import Server, nginx, records, wire
from lab.place import HOST

MODES = ("open", "closed", "token")
NEEDS = (("docker-registry", "docker-registry"), ("openssl", "openssl"))
USER, PASSWORD = "owner", "rode-stoel-31"
# bcrypt of that password, the one kind the registry takes.
HTPASSWD = "owner:$2y$05$abcdefghijklmnopqrstuulUGmlfypXLo6lyduGikZmfkmiVbJT.y\n"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
REPOSITORIES = ("contoso/helpdesk", "contoso/reports")
CONFIGURATION = """version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}/data}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
TOKEN = """auth:
  token:
    {{realm: "http://127.0.0.1:9/token", service: registry.contoso.example, issuer: contoso, rootcertbundle: {folder}/cert.pem}}
"""


def layer():
    """A layer: a tar.gz with one file of records in it."""
    plain, data = io.BytesIO(), records.json_lines()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        row = tarfile.TarInfo("srv/cases.jsonl")
        row.size = len(data)
        archive.addfile(row, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def ask(place, port, method, path, status, body=b"", kind="application/octet-stream"):
    login = {"Authorization": nginx.basic(USER, PASSWORD)}
    answer = wire.http_request(port, method, path, body, {"Content-Type": kind, **login})
    if answer.status != status:
        raise place.failure("%s %s: %r" % (method, path, answer))
    return answer


def push(place, port, repository):
    """A manifest with its two blobs, as the registry's interface (OCI distribution) wants them."""
    config, content = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}}).encode(), layer()
    for blob in (config, content):
        place_of = ask(place, port, "POST", "/v2/%s/blobs/uploads/" % repository, 202).headers["Location"]
        path = "/v2/" + place_of.partition("/v2/")[2]
        ask(place, port, "PUT", path + "&digest=" + digest(blob), 201, blob)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": {"digest": digest(config), "size": len(config),
        "mediaType": "application/vnd.docker.container.image.v1+json"}, "layers": [{"digest": digest(content),
        "size": len(content), "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip"}]}
    ask(place, port, "PUT", "/v2/%s/manifests/latest" % repository, 201, json.dumps(manifest).encode(), MANIFEST)


def run(place):
    port = place.port()
    configuration = CONFIGURATION.format(folder=place.folder, port=port)
    if place.mode == "closed":
        configuration += "auth: {htpasswd: {realm: lab, path: %s}}\n" % place.write("htpasswd", HTPASSWD)
    if place.mode == "token":
        place.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=contoso", "-keyout", place.path("key.pem"), "-out", place.path("cert.pem"))
        configuration += TOKEN.format(folder=place.folder)
    place.subfolder("data")
    place.spawn("docker-registry", "serve", place.write("config.yml", configuration))
    place.wait(lambda: wire.get(port, "/v2/").status in (200, 401), "/v2/ is answered")
    if place.mode != "token":
        for repository in REPOSITORIES:
            push(place, port, repository)
    seed = {"repositories": () if place.mode == "token" else REPOSITORIES, "user": USER,
        "password": PASSWORD if place.mode == "closed" else None}
    return Server(place, port, "docker-registry://%s:%d" % (HOST, port), seed)
