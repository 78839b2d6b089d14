"""smtp-server (npm), a mail server that keeps what it gets: mails(server). `open` speaks in the clear, `starttls` and `tls` with
a certificate of server.seed["authority"]. It knows no users, so no mode is closed; refuse(server) makes it answer 451."""
import base64
import contextlib
import email
import email.policy
import json
import os
import socket
import ssl

from lab import Server, certificates, wire
from lab.place import FETCHED, HOST

MODES = ("open", "starttls", "tls")
NEEDS = (("node", "nodejs"), ("openssl", "openssl"))
FILES = ("npm/node_modules/smtp-server/package.json",)
AS_ROOT = True  # what ./dev setup fetched for root, nobody may not be able to read


def over_tls(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((HOST, port), wire.TIMEOUT_S) as plain, context.wrap_socket(plain) as line:
        return line.recv(4096)


def run(place):
    port, file, authority, pair = place.port(), place.path("mails.jsonl"), None, ()
    if place.mode != "open":
        authority, *pair = certificates.make(place.folder)
    place.spawn("node", os.path.join(os.path.dirname(os.path.abspath(__file__)), "smtp.js"), HOST, port,
        "plain" if place.mode == "open" else place.mode, file, *pair,
        environment={"NODE_PATH": os.path.join(FETCHED, "npm/node_modules")})
    greeting = over_tls if place.mode == "tls" else wire.listen
    place.wait(lambda: greeting(port).startswith(b"220 "), "it greets")
    return Server(place, port, "smtp%s://%s:%d" % ("s" if place.mode == "tls" else "", HOST, port),
        {"file": file, "authority": authority}, "no queue, no users, no delivery")


def mails(server):
    """[{"from", "to", "helo", "secure", "message": EmailMessage}] in the order in which they came."""
    with contextlib.suppress(FileNotFoundError):
        with open(server.seed["file"], encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.endswith("\n")]
        return [{**row, "message": email.message_from_bytes(base64.b64decode(row["data"]), policy=email.policy.default)}
            for row in rows]
    return []


def refuse(server, wanted=True):
    path = server.seed["file"] + ".refuse"
    if wanted:
        open(path, "w").close()
    elif os.path.exists(path):
        os.unlink(path)
