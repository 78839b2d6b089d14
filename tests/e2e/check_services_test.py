#!/usr/bin/env python3
"""staunch check against real servers that speak their own protocols (tests/lab), open and closed: a table of what is told of each,
printed by check_matrix_test.py; and that nothing went out but the bytes of the closed list, which --dry-run prints. MongoDB is scripted
(tests/lab/front_mongodb.py): Debian 12 and npm have no server."""
import contextlib
import json
import os
import re
import socket
import sys
import threading

import lab
import matrix
import rig
from lab import front_mongodb
from lab.recorder import Recorder
from rig import check, equal

RIGHTS = ("list", "read", "acl", "versions", "any_authenticated", "write")
SCHEMES = {"mariadb": "mysql", "vsftpd": "ftp"}
REFUSED = "closed closed - - - cannot-tell = closed"
# (server, mode, basis): list read acl versions any_authenticated write = verdict ("-" is not-tested), a part of the reason.
TABLE = {
    ("redis", "open", "finder"): ("open open - - - cannot-tell = open", "13 keys"),
    ("redis", "closed", "finder"): (REFUSED, "NOAUTH"),
    ("redis", "protected", "finder"): (REFUSED, "protected mode"),
    ("memcached", "open", "finder"): ("- open - - - implied = open", "12 items"),
    ("memcached", "closed", "finder"): (REFUSED, "SASL"),
    ("postgresql", "open", "finder"): ("open open - - - implied = open", "superuser"),
    ("postgresql", "closed", "finder"): (REFUSED, "SCRAM"),
    ("postgresql", "no-entry", "finder"): ("- cannot-tell - - - cannot-tell = cannot-tell", "pg_hba.conf"),
    ("mariadb", "open", "own-asset"): ("open open - - - implied = open", "empty password"),
    ("mariadb", "open", "finder"): ("- cannot-tell - - - cannot-tell = cannot-tell", "a finder may not"),
    ("mariadb", "closed", "own-asset"): (REFUSED, "wants a password"),
    ("mariadb", "no-host", "own-asset"): ("- cannot-tell - - - cannot-tell = cannot-tell", "1130"),
    ("rsync", "open", "finder"): ("open open - - - cannot-tell = open", "everybody"),
    ("rsync", "closed", "finder"): (REFUSED, "names are given to everybody"),
    ("vsftpd", "open", "own-asset"): ("open - - - - cannot-tell = open", "anonymous is let in"),
    ("vsftpd", "open", "finder"): ("cannot-tell - - - - cannot-tell = cannot-tell", "a finder may not"),
    ("vsftpd", "closed", "own-asset"): (REFUSED, "530"),
    ("etcd", "open", "finder"): ("open open - - - implied = open", "12 keys"),
    ("etcd", "closed", "finder"): (REFUSED, "user name is empty"),
    ("docker-registry", "open", "finder"): ("open open - - - cannot-tell = open", "pulled"),
    ("docker-registry", "closed", "finder"): (REFUSED, "login"),
    ("docker-registry", "token", "finder"): ("- cannot-tell - - - cannot-tell = cannot-tell", "token"),
    ("couchdb", "open", "finder"): ("open open cannot-tell - - implied = open", "admin party"),
    ("couchdb", "closed", "finder"): (REFUSED, "every request"),
    ("mongodb", "open", "finder"): ("open open - - - implied = open", "access control is off"),
    ("mongodb", "closed", "finder"): (REFUSED, "Unauthorized"),
    ("mongodb", "old", "finder"): ("open open - - - implied = open", "access control is off"),
    ("mongodb", "old-closed", "finder"): (REFUSED, "Unauthorized"),
    ("mongodb", "tls", "finder"): ("- cannot-tell - - - cannot-tell = cannot-tell", "says nothing"),
    ("mongodb", "lies", "finder"): ("- cannot-tell - - - cannot-tell = cannot-tell", "hello"),
}
EXITS = {"open": rig.FOUND, "closed": rig.OK, "cannot-tell": rig.INCOMPLETE}
# No byte of these goes to a server, whatever it is.
NEVER = re.compile(rb"\b(SET|DEL|CONFIG|KEYS|FLUSH\w*|EVAL|SAVE|SLAVEOF|AUTH|INTO|DROP|UPDATE|DELETE|CREATE|ALTER|COPY|STOR|DELE|MKD|"
    rb"RETR|PUT|insert|update|drop|createUser)\b")


def scope(workdir, target, basis, level="L2"):
    path = os.path.join(workdir, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": basis,
            "not_before": "2020-01-01", "not_after": "2090-01-01", "contact": "security@contoso.example", "max_level": level,
            "vantage": "inside", "budget": {"requests_per_second": 100, "bytes": 10000000}, "targets": [target]}, file)
    return path


def ask(workdir, target, basis, status, *arguments, level="L2"):
    done = rig.expect(status, rig.staunch("check", "--scope", scope(workdir, target, basis, level), "--format", "json",
        *arguments, timeout=100))
    return json.loads(done.stdout)


def told(result):
    words = ["-" if result["rights"][right] == "not-tested" else result["rights"][right] for right in RIGHTS]
    return "%s = %s" % (" ".join(words), result["verdict"])


def target_of(name, port):
    return "%s://127.0.0.1:%d" % (SCHEMES.get(name, name), port)


@contextlib.contextmanager
def server(name, workdir, mode):
    with (front_mongodb.serve(mode) if name == "mongodb" else lab.start(name, workdir, mode)) as started:
        yield started


def step_pattern(step):
    """A step of the closed list as a pattern; {object} is one line's worth of a name."""
    return b"[^\\x00-\\x1f]{1,512}".join(re.escape(part) for part in bytes.fromhex(step).split(b"{object}"))


def only_the_closed_list_went_out(workdir, target, basis, level, recorder):
    rows = ask(workdir, target, basis, rig.OK, "--dry-run", "--level", level, level=level)["targets"][0]["requests"]
    over_tcp = [[step_pattern(step) for step in row["steps"]] for row in rows if "steps" in row]
    if not over_tcp:
        equal(recorder.credentials(), [], "requests with a credential")
        equal(recorder.writes(also=(("POST", "/v3/kv/range"),)), [], "requests that write")
    for connection in recorder.connections if over_tcp else ():
        # Some of the last steps may not have been sent, when the server had ended the connection.
        pieces = [b"".join(steps[:count]) for steps in over_tcp for count in range(len(steps) + 1)]
        check(any(re.fullmatch(piece, connection.sent, re.S) for piece in pieces), "this was sent: %r" % connection.sent)
        check(not NEVER.search(connection.sent.replace(b"\0", b" ")), "this was sent: %r" % connection.sent)


def sentence(name, mode, basis):
    wanted, reason = TABLE[name, mode, basis]

    def test():
        with rig.folder() as workdir, server(name, workdir, mode) as started, Recorder(started.port) as recorder:
            target = target_of(name, recorder.port)
            answer = ask(workdir, target, basis, EXITS[wanted.split()[-1]])["targets"][0]
            equal(told(answer), wanted, "what is told")
            check(reason in answer["reason"], "the reason is %s" % answer["reason"])
            only_the_closed_list_went_out(workdir, target, basis, "L2", recorder)
            matrix.add(name, mode, "/", basis, answer, len(recorder.connections))  # and so none of what is counted behind it
            secrets = [getattr(started, "seed", {}).get("password") or "-none-", "maria.bianchi"]
            check(not any(word in json.dumps(answer) for word in secrets), "it tells a secret or a value")
    test.__name__ = "%s %s, basis %s: %s" % (name, mode, basis, wanted)
    return test


def at_l1_no_name_is_asked_for_and_at_l3_memcached_is_dumped():
    for name in ("redis", "memcached", "postgresql", "rsync", "etcd"):
        with rig.folder() as workdir, server(name, workdir, "open") as started, Recorder(started.port) as recorder:
            status = rig.INCOMPLETE if name == "rsync" else rig.FOUND
            answer = ask(workdir, target_of(name, recorder.port), "finder", status, "--level", "L1")["targets"][0]
            equal(answer["objects_seen"], 0, "names that %s showed at L1" % name)
            check(answer["rights"]["list"] in ("not-tested", "cannot-tell"), "%s lists at L1" % name)
    with rig.folder() as workdir, server("memcached", workdir, "open") as started, Recorder(started.port) as recorder:
        target = target_of("memcached", recorder.port)
        answer = ask(workdir, target, "own-asset", rig.FOUND, "--level", "L3", level="L3")["targets"][0]
        equal((answer["rights"]["list"], answer["objects_seen"]), ("open", started.seed["keys"]), "the list and its size")
        only_the_closed_list_went_out(workdir, target, "own-asset", "L3", recorder)


def names_stand_hashed_in_the_evidence():
    with rig.folder() as workdir, server("redis", workdir, "open") as started:
        path = os.path.join(workdir, "evidence.jsonl")
        ask(workdir, target_of("redis", started.port), "finder", rig.FOUND, "--evidence", path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        check("redis.scan" in text, "the listing is not in the evidence")
        check("CASE-0710" not in text and "session:1" not in text, "a name stands in it")
        rig.expect(rig.OK, rig.staunch("check", "--verify", path))


def a_module_of_rsync_that_is_locked_later_is_closed():
    with rig.folder() as workdir, server("rsync", workdir, "open") as started:
        for path, status, verdict in (("/backup", rig.FOUND, "open"), ("/secret", rig.OK, "closed"),
                ("/none", rig.INCOMPLETE, "cannot-tell")):
            answer = ask(workdir, target_of("rsync", started.port) + path, "finder", status)["targets"][0]
            equal(answer["verdict"], verdict, "the verdict of " + path)


@contextlib.contextmanager
def talker(behave):
    """A server that does behave(connection) to whoever comes."""
    listener = socket.create_server(("127.0.0.1", 0))
    def loop():
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), line:
                line.settimeout(40)
                behave(line)
    threading.Thread(target=loop, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def endless(block):
    def behave(line):
        while True:
            line.sendall(block)
    return behave


def servers_that_lie_flood_or_stall_are_bounded_and_told():
    floods = {"redis": b"*1000000000\r\n" + b"$3\r\nabc\r\n" * 400, "memcached": b"STAT a 1\r\n" * 400,
        "rsync": b"@RSYNCD: 31.0\n" + b"name\tx\n" * 400, "ftp": b"220-hello\r\n" * 400, "postgresql": b"S\0\0\0\x0aab\0cd\0" * 400,
        "mysql": b"\x01\0\0\0\x01" * 400, "mongodb": b"\xff" * 4000}
    for name, block in floods.items():
        with rig.folder() as workdir, talker(endless(block)) as port:
            answer = ask(workdir, "%s://127.0.0.1:%d" % (name, port), "own-asset", rig.INCOMPLETE)
            equal(answer["targets"][0]["verdict"], "cannot-tell", "the verdict of an endless " + name)
            check(answer["bytes"] < 2 << 20, "%d bytes were taken of an endless %s" % (answer["bytes"], name))
    for what, behave in (("http", lambda line: line.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
            ("closes at once", lambda line: None), ("ssh", lambda line: line.sendall(b"SSH-2.0-x\r\n"))):
        for name in ("redis", "mysql", "postgresql"):
            with rig.folder() as workdir, talker(behave) as port:
                answer = ask(workdir, "%s://127.0.0.1:%d" % (name, port), "own-asset", rig.INCOMPLETE)["targets"][0]
                equal(answer["verdict"], "cannot-tell", "%s of %s" % (what, name))
                check(answer["reason"], "%s of %s has no reason" % (what, name))


if __name__ == "__main__":
    words = sys.argv[1:]
    rig.run_tests(*(test for test in [
        at_l1_no_name_is_asked_for_and_at_l3_memcached_is_dumped,
        names_stand_hashed_in_the_evidence,
        a_module_of_rsync_that_is_locked_later_is_closed,
        servers_that_lie_flood_or_stall_are_bounded_and_told,
    ] if not words or any(word in test.__name__ for word in words)))
