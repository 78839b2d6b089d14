"""`check --auth`: what any account may do is tested with a stranger's credential, what the owner's shows opens nothing; files of
credentials that others can read are refused; credentials leave for their own target alone and are found nowhere else."""
import http.server
import json
import os
import stat
import subprocess
import threading

import auth_files
import lab
import rig
from lab.recorder import CREDENTIAL_HEADERS, Recorder

TOKEN = "tok-3f9c1d5b77aa4e20"


def check(folder, targets, *arguments, status, **changes):
    changes.setdefault("max_level", "L4")
    file = auth_files.scope(folder, *targets, **changes)
    done = rig.expect(status, rig.staunch("check", "--scope", file, "--format", "json", *arguments))
    return json.loads(done.stdout) if done.stdout else done


def by_target(result):
    return {target["target"].rsplit("/", 1)[1]: target for target in result["targets"]}


# --- real servers ---

def any_account_gets_into_a_bucket_that_grants_it_and_into_no_other():
    with rig.folder() as out, lab.start("rgw", out) as server, Recorder(server.port) as recorder:
        base = "http://127.0.0.1:%d" % recorder.port
        targets = [base + "/" + bucket for bucket in ("anyuser", "priv", "pub", "blocked", "objpub")]
        auth = auth_files.write(out, auth_files.aws_stranger(base, server))
        evidence = os.path.join(out, "e.jsonl")
        result = check(out, targets, "--auth", auth, "--evidence", evidence, status=rig.FOUND)
        got = {name: (t["verdict"], t["rights"]["list"], t["rights"]["any_authenticated"]) for name, t in by_target(result).items()}
        rig.equal(got, {"anyuser": ("open", "closed", "open"), "priv": ("cannot-tell", "closed", "cannot-tell"),
            "pub": ("open", "open", "open"), "blocked": ("cannot-tell", "closed", "cannot-tell"),
            "objpub": ("cannot-tell", "closed", "cannot-tell")}, "verdict, list and any_authenticated")
        rig.check("unrelated account" in by_target(result)["anyuser"]["reason"], by_target(result)["anyuser"]["reason"])
        asked = {row["as"] for target in result["targets"] for row in target["evidence"]}
        rig.equal(asked, {"anybody", "stranger"}, "as whom was asked")
        rig.equal((recorder.writes(), recorder.outside([t[len(base):] for t in targets])), ([], []), "writes, and out of scope")
        alone = check(out, targets[:1], status=rig.INCOMPLETE)
        rig.equal(by_target(alone)["anyuser"]["rights"]["any_authenticated"], "not-tested", "without a credential")
        with open(evidence, "rb") as file:
            lines = file.read()
        auth_files.nowhere([server.seed["stranger_secret"], server.seed["stranger_access"]], lines, json.dumps(result).encode())
        rig.equal(json.loads(rig.expect(rig.OK, rig.staunch("check", "--verify", evidence, "--format", "json")).stdout)["evidence"],
            "intact", "the evidence")


def the_owners_view_is_told_and_opens_nothing():
    with rig.folder() as out, lab.start("rgw", out) as server:
        base = "http://127.0.0.1:%d" % server.port
        targets = [base + "/" + bucket for bucket in ("anyuser", "priv", "pub", "blocked", "polpub")]
        auth = auth_files.write(out, auth_files.aws(base, server))
        got = by_target(check(out, targets, "--auth", auth, status=rig.FOUND))
        views = {name: tuple(target["owner_view"].get(key) for key in ("acl_all_users", "acl_authenticated_users",
            "public_access_block", "policy_status")) for name, target in got.items()}
        rig.equal(views, {"anyuser": ("none", "read", "none", "public"), "priv": ("none", "none", "none", "not public"),
            "pub": ("read", "none", "none", "public"), "blocked": ("read", "none", "all", "public"),
            "polpub": ("none", "none", "none", "public")}, "what the owner sees")
        verdicts = {name: (target["verdict"], target["rights"]["any_authenticated"]) for name, target in got.items()}
        rig.equal(verdicts, {"anyuser": ("cannot-tell", "not-tested"), "priv": ("cannot-tell", "not-tested"),
            "pub": ("open", "not-tested"), "blocked": ("cannot-tell", "not-tested"), "polpub": ("open", "not-tested")},
            "verdicts, which are those of anybody")


def azures_owner_sees_the_access_level_and_another_account_is_refused():
    with rig.folder() as out, lab.start("azurite", out) as server:
        base = "azure_blob://127.0.0.1:%d/%s" % (server.port, server.seed["account"])
        stranger = {"target": base, "as": "stranger", "kind": "azure-shared-key", "account": "strangeraccount", "key": "b3RoZXI="}
        auth = auth_files.write(out, auth_files.azure(base, server), stranger)
        got = by_target(check(out, [base + "/pubc", base + "/pubb", base + "/priv"], "--auth", auth, status=rig.FOUND))
        rig.equal({name: target["owner_view"].get("anonymous_access") for name, target in got.items()},
            {"pubc": "container", "pubb": "blob", "priv": "none"}, "access levels")
        rig.equal({name: target["verdict"] for name, target in got.items()},
            {"pubc": "open", "pubb": "cannot-tell", "priv": "cannot-tell"}, "verdicts")
        rig.check(all(target["rights"]["any_authenticated"] in ("open", "cannot-tell") for target in got.values()) and
            got["priv"]["rights"]["any_authenticated"] == "cannot-tell", "any_authenticated of %r" % got["priv"])


def basic_tokens_and_keys_are_taken_by_servers_that_want_them():
    """By what a stranger's credential opens: these servers have one kind of account."""
    for name in ("docker-registry", "couchdb"):
        with rig.folder() as out, lab.start(name, out, "closed") as server:
            target = "%s://127.0.0.1:%d" % (name.replace("-", "_"), server.port)
            entry = {"target": target, "as": "stranger", "kind": "basic", "user": server.seed["user"], "password": server.seed["password"]}
            opened = check(out, [target], "--auth", auth_files.write(out, entry), status=rig.FOUND)["targets"][0]
            rig.equal((opened["rights"]["list"], opened["rights"]["any_authenticated"]), ("closed", "open"), "rights of " + target)
            wrong = auth_files.write(out, dict(entry, password="wrong-" + TOKEN))
            refused = check(out, [target], "--auth", wrong, status=rig.OK)["targets"][0]
            rig.equal(refused["rights"]["any_authenticated"], "cannot-tell", "with a wrong password")
            auth_files.nowhere([server.seed["password"]], json.dumps(opened).encode())


def elasticsearch_takes_a_password_and_what_is_written_for_an_index_is_not_sent_to_its_server():
    with rig.folder() as out, lab.start("elasticsearch-8", out, "closed") as server, Recorder(server.port) as recorder:
        target = "elasticsearch://127.0.0.1:%d" % recorder.port
        entry = {"as": "stranger", "kind": "basic", "user": server.seed["user"], "password": server.seed["password"]}
        auth = auth_files.write(out, dict(entry, target=target))
        got = check(out, [target, target + "/support-1"], "--auth", auth, status=rig.FOUND)["targets"]
        rig.equal([(t["rights"]["list"], t["rights"]["any_authenticated"]) for t in got], [("closed", "open")] * 2, "rights")
        before = len(recorder.credentials())
        narrow = auth_files.write(out, dict(entry, target=target + "/support-1"))
        got = check(out, [target + "/support-1"], "--auth", narrow, status=rig.FOUND)["targets"][0]
        rig.equal(got["rights"]["any_authenticated"], "open", "a search in the index")
        rig.equal([r.path for r in recorder.credentials()[before:] if not r.path.startswith("/support-1")], [], "paths with it")


# --- a server of ours: what leaves, and what comes back ---

class Echo(http.server.BaseHTTPRequestHandler):
    """Says back what it was told, everywhere that it can; some paths redirect."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        if "Authorization" in self.headers and self.server.hold:
            self.server.held.set()
            self.server.hold.wait(30)
        said = self.headers.get("Authorization", "nothing").split(" ")[-1]
        body = json.dumps({"error": {"type": said, "root_cause": [{"type": said, "reason": said}]}, "status": 403,
            "version": {"number": said[:20]}, "tagline": said}).encode()
        moved = self.path.startswith("/moved")
        self.send_response(302 if moved else 403)
        self.send_header("Server", said)
        self.send_header("WWW-Authenticate", "Bearer realm=\"%s\"" % said)
        self.send_header("x-ms-error-code", said)
        if moved:
            self.send_header("Location", self.server.elsewhere + "/?t=" + said)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

    do_HEAD = do_POST = do_GET


class Server(http.server.ThreadingHTTPServer):
    def __enter__(self):
        self.requests, self.elsewhere, self.hold, self.held = [], "", None, threading.Event()
        self.url = "http://127.0.0.1:%d" % self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def with_credentials(self):
        return {path.split("?")[0] for path, headers in self.requests if any(name.lower() in CREDENTIAL_HEADERS for name in headers)}


def a_credential_goes_to_its_target_and_nowhere_else():
    with rig.folder() as out, Server(("127.0.0.1", 0), Echo) as mine, Server(("127.0.0.1", 0), Echo) as other:
        mine.elsewhere = other.url
        recorder = Recorder(other.server_port)
        targets = ["s3" + mine.url[4:] + "/a", "s3" + mine.url[4:] + "/ab", "s3" + mine.url[4:] + "/moved",
            "s3://127.0.0.1:%d/a" % recorder.port]
        entries = [{"target": targets[0], "as": as_, "kind": "bearer", "token": as_ + TOKEN} for as_ in ("owner", "stranger")]
        entries.append({"target": targets[2], "as": "stranger", "kind": "bearer", "token": TOKEN})
        done = auth_files.watched("check", "--scope", auth_files.scope(out, *targets, max_level="L4"), "--level", "L4", "--auth",
            auth_files.write(out, *entries), "--evidence", out + "/e.jsonl", "--format", "json", secrets=[TOKEN])
        rig.check(mine.requests and other.requests, "requests")
        rig.equal(mine.with_credentials(), {"/a", "/moved"}, "paths that were asked for with a credential")
        rig.equal(other.with_credentials(), set(), "the same of the other server, to which the first redirects")
        rig.equal((recorder.credentials([TOKEN]), recorder.writes()), ([], []), "what the recorder before it saw")
        rig.check(recorder.requests(), "the recorder saw nothing")
        recorder.close()
        rig.check(not any(TOKEN in path for path, _ in mine.requests + other.requests), "a token in a path")
        auth_files.nowhere([TOKEN], done.stdout, done.stderr, folder=out, but=(os.path.join(out, "auth.json"),))


def what_a_server_says_back_of_a_credential_is_kept_nowhere():
    for scheme in ("s3", "azure_blob", "elasticsearch", "couchdb"):
        with rig.folder() as out, Server(("127.0.0.1", 0), Echo) as server:
            target = scheme + server.url[4:] + "/a"
            for form in ("json", "text"):
                case = os.path.join(out, form + ".case")
                rig.scan(case, write_text(out), options=["--progress", "never"])
                done = rig.staunch("check", "--scope", auth_files.scope(out, target, max_level="L4"), "--auth",
                    auth_files.write(out, {"target": scheme + server.url[4:], "as": "stranger", "kind": "api-key", "key": TOKEN}),
                    "--format", form, "--evidence", out + "/e.jsonl", "--case", case)
                rig.check(server.with_credentials(), "no request carried the credential")
                auth_files.nowhere([TOKEN, TOKEN[:20]], done.stdout, done.stderr, folder=out, but=(os.path.join(out, "auth.json"),))


def memory_holds(pid, secret):
    """Does the memory of the process hold it? None: it cannot be looked at."""
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as memory:
            for line in maps:
                begin, end = (int(part, 16) for part in line.split()[0].split("-"))
                if line.split()[1].startswith("rw"):
                    try:
                        memory.seek(begin)
                        if secret in memory.read(end - begin):
                            return True
                    except (OSError, ValueError, OverflowError):
                        continue
    except PermissionError:
        return None
    return False


def while_a_credential_is_used_it_is_in_the_fetch_process_alone():
    with rig.folder() as out, Server(("127.0.0.1", 0), Echo) as server:
        server.hold = threading.Event()
        target = "s3" + server.url[4:] + "/a"
        escaped = "q\"" + TOKEN  # its escape is undone in a buffer of its own
        auth = auth_files.write(out, {"target": target, "as": "stranger", "kind": "basic", "user": "u", "password": escaped})
        process = subprocess.Popen([rig.STAUNCH, "check", "--scope", auth_files.scope(out, target), "--auth", auth],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            rig.check(server.held.wait(30), "no request with the credential came")
            holds = {}
            for pid in rig.family(process.pid):
                found = rig.process(pid)
                if found:
                    holds.setdefault(found[0], []).append(memory_holds(pid, TOKEN.encode()))
        finally:
            server.hold.set()
            process.communicate(timeout=60)
        if any(None in found for found in holds.values()):
            rig.skip("the memory of other processes cannot be read here")
        rig.check(True in holds.get("staunch-fetch", []), "the fetch process was to have it, so that this test can see: %r" % holds)
        rig.equal([name for name, found in holds.items() if name != "staunch-fetch" and True in found], [], "others that hold it")


def write_text(folder):
    path = os.path.join(folder, "a.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("anna.rossi@contoso.example\n")
    return path


# --- refused before any packet ---

def files_that_others_can_read_or_that_are_none_are_refused():
    with rig.folder() as out, Server(("127.0.0.1", 0), Echo) as server:
        target = "s3" + server.url[4:] + "/a"
        entry = {"target": target, "kind": "bearer", "token": TOKEN}
        pipe = os.path.join(out, "pipe")
        os.mkfifo(pipe, 0o600)
        cases = [(auth_files.write(out, entry, name="m%o" % mode, mode=mode), b"chmod 600") for mode in (0o640, 0o604, 0o666, 0o601, 0o620)]
        cases += [(pipe, b"regular file"), (out, b"regular file"), (os.path.join(out, "absent"), b"cannot read")]
        cases += [(auth_files.write(out, dict(entry, kind="basic", user="u", password=TOKEN, token=None), name="bad"), b"line 1"),
            (auth_files.write(out, dict(entry, target=target + "b"), name="other"), b"nothing was sent")]
        if os.geteuid() == 0:
            foreign = auth_files.write(out, entry, name="foreign")
            os.chown(foreign, 65534, 65534)
            cases.append((foreign, b"another user"))
        for path, word in cases:
            for command in (("check",), ("scan", target, "--purpose", "test", "--case", out + "/c.case")):
                done = rig.expect(rig.WRONG, rig.staunch(*command, "--scope", auth_files.scope(out, target), "--auth", path))
                rig.check(word in done.stderr and done.stderr.count(b"\n") == 1, "%s: %r" % (path, done.stderr))
                auth_files.nowhere([TOKEN], done.stdout, done.stderr)
        strict = auth_files.write(out, entry, name="strict", mode=stat.S_IRUSR)
        finder = rig.staunch("check", "--auth", strict, "--scope", auth_files.scope(out, target, basis="finder", max_level="L2"))
        rig.check(b"finder" in rig.expect(rig.WRONG, finder).stderr, finder.stderr)
        rig.equal(server.requests, [], "requests of all these")
        rig.expect(rig.INCOMPLETE, rig.staunch("check", "--auth", strict, "--scope", auth_files.scope(out, target)))


def a_dry_run_shows_what_would_be_asked_as_whom():
    with rig.folder() as out, Server(("127.0.0.1", 0), Echo) as server:
        target = "s3" + server.url[4:] + "/a"
        auth = auth_files.write(out, {"target": target, "kind": "bearer", "token": TOKEN},
            {"target": target, "as": "stranger", "kind": "bearer", "token": "x" + TOKEN})
        rows = check(out, [target], "--auth", auth, "--dry-run", status=rig.OK)["targets"][0]["requests"]
        rig.equal({row["as"] for row in rows}, {"anybody", "owner", "stranger"}, "as whom")
        rig.equal(sorted(row["row"] for row in rows if row["as"] == "owner"), ["s3.owner_acl", "s3.owner_block", "s3.owner_policy"],
            "rows of the owner")
        rig.check(not any(row["row"].startswith("s3.owner") for row in rows if row["as"] != "owner"), "rows of others")
        rig.equal(server.requests, [], "requests")


rig.run_tests(any_account_gets_into_a_bucket_that_grants_it_and_into_no_other, the_owners_view_is_told_and_opens_nothing,
    azures_owner_sees_the_access_level_and_another_account_is_refused, basic_tokens_and_keys_are_taken_by_servers_that_want_them,
    elasticsearch_takes_a_password_and_what_is_written_for_an_index_is_not_sent_to_its_server, while_a_credential_is_used_it_is_in_the_fetch_process_alone, a_credential_goes_to_its_target_and_nowhere_else,
    what_a_server_says_back_of_a_credential_is_kept_nowhere, files_that_others_can_read_or_that_are_none_are_refused,
    a_dry_run_shows_what_would_be_asked_as_whom)
