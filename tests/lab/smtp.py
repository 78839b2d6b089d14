"""smtp-server (npm), a mail server that keeps what it gets: mails(server). `open` speaks in the clear, `starttls` and `tls` with
a certificate of server.seed["authority"]; `login` is `starttls` for one user alone, server.seed["login"]. say(server, ...) tells it
what to do with mails, refuse(server) to answer 451."""
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

MODES = ("open", "starttls", "tls", "login")
LOGIN = ("portal", "hemmelig 9")
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
        environment={"NODE_PATH": os.path.join(FETCHED, "npm/node_modules"), "LOGIN_USER": LOGIN[0], "LOGIN_PASSWORD": LOGIN[1]})
    greeting = over_tls if place.mode == "tls" else wire.listen
    place.wait(lambda: greeting(port).startswith(b"220 "), "it greets")
    return Server(place, port, "smtp%s://%s:%d" % ("s" if place.mode == "tls" else "", HOST, port),
        {"file": file, "authority": authority, "login": LOGIN}, "no queue, no delivery")


def mails(server):
    """[{"from", "to", "helo", "secure", "message": EmailMessage}] in the order in which they came."""
    with contextlib.suppress(FileNotFoundError):
        with open(server.seed["file"], encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.endswith("\n")]
        return [{**row, "message": email.message_from_bytes(base64.b64decode(row["data"]), policy=email.policy.default)}
            for row in rows]
    return []


def say(server, **what):
    """at="rcpt" or "data"; code=550, wait_ms=N, close=True, only=ADDRESS; nothing: as ever."""
    path = server.seed["file"] + ".say"
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(what, file)
    os.rename(path + ".new", path)


def said(server):
    """How often it did as it was told."""
    with contextlib.suppress(FileNotFoundError), open(server.seed["file"] + ".said", encoding="utf-8") as file:
        return len(file.readlines())
    return 0


def refuse(server, wanted=True):
    say(server, **({"at": "data", "code": 451} if wanted else {}))
