#!/usr/bin/env python3
"""staunch check --watch, end to end: a real Redis that is opened, closed and opened again; alerts by mail, webhook and
command; reminders and acknowledgement; kills at each moment; what a watch may and may not do."""
import contextlib
import http.server
import json
import os
import shutil
import signal
import socketserver
import ssl
import subprocess
import threading
import time

import front_azure
import lab
import rig
from lab import certificates, redis, smtp, wire

socketserver.BaseServer.handle_error = lambda *_: None  # clients that are killed hang up: no word of it
WAIT_S = 60  # for what happens within a second or two on a machine that has nothing else to do


def until(what, condition, wait_s=WAIT_S):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        got = condition()
        if got:
            return got
        time.sleep(0.03)
    raise rig.Failed("in %d s not: %s" % (wait_s, what))


class Hook(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; answers with server.status, or redirects."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.status
        if status // 100 == 2:
            self.server.heard.append(json.loads(body))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(status)
        if status // 100 == 3:
            self.send_header("Location", "https://127.0.0.1:%d/elsewhere" % self.server.server_address[1])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def webhook(folder):
    authority, key, certificate = certificates.make(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.heard, server.requests, server.status = [], [], 200
    server.authority, server.url = authority, "https://127.0.0.1:%d/hook/?token=SECRET" % server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Place:
    """A folder with a scope, evidence and at most one watch."""

    def __init__(self, path, targets, alerts=None, **changes):
        self.path, self.scope = path, os.path.join(path, "scope.json")
        self.evidence, self.process = os.path.join(path, "evidence.jsonl"), None
        self.heard_file = os.path.join(path, "heard")
        scope = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset",
            "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
            "budget": {"requests_per_second": 200, "bytes": 10**7}, "targets": list(targets), **changes}
        if alerts:
            scope["alerts"] = alerts
        with open(self.scope, "w", encoding="utf-8") as file:
            json.dump(scope, file)

    def command(self, body='cat >>"$1"'):
        """A program that keeps its standard input."""
        path = os.path.join(self.path, "page me.sh")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\n" + body + "\n")
        os.chmod(path, 0o755)
        return [path, self.heard_file]

    def start(self, *options, interval="1s"):
        """Returns at once: a signal may meet it before it listens to any."""
        with open(os.path.join(self.path, "out"), "ab") as out, open(os.path.join(self.path, "err"), "ab") as err:
            self.process = subprocess.Popen([rig.STAUNCH, "check", "--scope", self.scope, "--evidence", self.evidence,
                "--watch", interval, *options], stdout=out, stderr=err)

    def stop(self, by=signal.SIGTERM, status=rig.STOPPED):
        self.process.send_signal(by)
        rig.equal(self.process.wait(timeout=WAIT_S), status, "exit status of a watch ended by %s; it said %s" %
            (by, self.said("err")))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def said(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as file:
            return file.read()

    def rows(self, kind=None):
        """Lines of the evidence; a torn last one is left out."""
        try:
            with open(self.evidence, encoding="utf-8") as file:
                found = [json.loads(line) for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []
        return [row for row in found if kind in (None, row["kind"])]

    def verdicts(self):
        return [row["verdict"] for row in self.rows("verdict")]

    def rounds(self, more, verdict):
        """Waits for so many more rounds with this verdict."""
        begun = len(self.rows("verdict"))
        until("%d rounds of %s; so far %r; it said %s" % (more, verdict, self.verdicts()[-9:], self.said("err")),
            lambda: self.verdicts()[begun:].count(verdict) >= more)

    def heard(self):
        try:
            with open(self.heard_file, encoding="utf-8") as file:
                return [json.loads(line) for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def sent(self, channel):
        return [row["id"] for row in self.rows("alert") if row["channel"] == channel and row["state"] == "sent"]

    def check(self, *options, status):
        return json.loads(rig.expect(status, rig.staunch("check", "--scope", self.scope, "--evidence", self.evidence,
            "--format", "json", *options)).stdout)

    def verify(self, wanted="intact"):
        done = rig.staunch("check", "--verify", self.evidence, "--format", "json")
        rig.equal(json.loads(done.stdout)["evidence"], wanted, "the evidence")
        return json.loads(done.stdout)

    def acknowledge(self, target, status=rig.OK):
        return rig.expect(status, rig.staunch("check", "--acknowledge", target, "--evidence", self.evidence))


@contextlib.contextmanager
def place(*targets, **more):
    with rig.folder() as path:
        here = Place(path, targets, **more)
        try:
            yield here
        finally:
            if here.process is not None and here.process.poll() is None:
                here.kill()


def rewrite(here, **changes):
    with open(here.scope, encoding="utf-8") as file:
        scope = {**json.load(file), **changes}
    with open(here.scope, "w", encoding="utf-8") as file:
        json.dump(scope, file)


def set_password(server, password, login=None):
    words = ([redis.command("AUTH", login)] if login else []) + [redis.command("CONFIG", "SET", "requirepass", password)]
    answer = wire.talk(server.port, b"".join(words) + redis.command("PING"), b"\n")
    rig.check(b"+OK" in answer, "the owner's CONFIG SET: %r" % answer)


EVENTS = ["opened", "closed", "reopened"]


# --- the story of a real server ---


def a_redis_that_is_opened_closed_and_opened_again_is_one_incident_with_two_windows_told_once_by_each_channel():
    with rig.folder() as lab_folder, lab.start("redis", lab_folder) as server, \
            lab.start("smtp", lab_folder) as post, webhook(lab_folder) as hook, place(server.url) as here:
        rewrite(here, alerts={"mail": {"from": "staunch@contoso.example", "to": ["soc@contoso.example",
            "duty@fabrikam.example"], "server": post.url}, "webhook": hook.url, "command": here.command()})
        here.start("--ca", hook.authority)
        here.rounds(2, "open")
        set_password(server, "hemmelig-9")
        here.rounds(2, "closed")
        set_password(server, "", login="hemmelig-9")
        here.rounds(2, "open")
        here.stop()
        rig.equal([alert["event"] for alert in here.heard()], EVENTS, "what the command heard")
        rig.equal([alert["event"] for alert in hook.heard], EVENTS, "what the webhook heard")
        mails = smtp.mails(post)
        ids = [alert["id"] for alert in hook.heard]
        rig.equal([mail["message"]["Message-ID"].split("@")[0][1:] for mail in mails], ids, "the mails")
        rig.equal((mails[0]["from"], mails[0]["to"], mails[0]["helo"]), ("staunch@contoso.example",
            ["soc@contoso.example", "duty@fabrikam.example"], "contoso.example"), "the envelope")
        rig.check("open again" in mails[2]["message"]["Subject"] and mails[0]["message"]["Auto-Submitted"] ==
            "auto-generated" and server.url in mails[2]["message"].get_content(), mails[2]["message"].as_string())
        final = here.check(status=rig.FOUND)["targets"][0]
        first, second = final["windows"]
        verdicts = here.rows("verdict")
        at = {n: row["time"] for n, row in enumerate(verdicts)}
        closed = here.verdicts().index("closed")
        again = here.verdicts().index("open", closed)
        rig.equal((first["opened"], first["closed"]), ([None, at[0]], [at[closed - 1], at[closed]]), "the first window")
        rig.equal((second["opened"], second["closed"]), ([at[again - 1], at[again]], None), "the second window")
        rig.equal(hook.heard[2]["window"]["opened"], second["opened"], "the window in the alert")
        rig.equal(hook.heard[2]["windows"], 2, "windows in the alert")
        here.verify()


def an_alert_names_the_target_and_nothing_of_what_is_in_it_and_nothing_of_the_scope():
    with rig.folder() as tls, webhook(tls) as hook, \
            front_azure.serve({"/acc/e": front_azure.container("anna.rossi@contoso.example.pdf")}) as front, \
            place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"webhook": hook.url, "command": here.command('{ cat; env; pwd; } >>"$1"')})
        here.start("--ca", hook.authority)
        until("the alert", lambda: hook.heard and here.sent("command"))
        here.stop()
        path, headers, body = hook.requests[0]
        rig.equal(path, "/hook/?token=SECRET", "where it is posted")
        rig.equal(set(headers), {"Host", "User-Agent", "Accept", "Accept-Encoding", "Content-Type", "Content-Length"},
            "its headers")
        with open(here.heard_file, encoding="utf-8") as file:
            command = file.read()
        for secret in ("anna.rossi", "A. Rossi", "security@contoso", "SECRET"):
            rig.check(secret not in body.decode() + command + headers["User-Agent"], "%s in %r %s" % (secret, body, command))
            rig.check(secret == "A. Rossi" or secret not in here.said("evidence.jsonl") + here.said("out") +
                here.said("err"), secret + " in evidence or output")
        rig.equal(set(json.loads(body)), {"schema", "id", "event", "target", "verdict", "at", "windows", "window",
            "cannot_tell_since", "reminder", "attempt", "missed_before", "evidence_line"}, "its fields")
        rig.equal(command.splitlines()[-1], "/", "the command's folder")
        rig.equal(sorted(line.split("=")[0] for line in command.splitlines()[1:-1] if not line.startswith(("PWD=", "OLDPWD=",
            "SHLVL=", "_="))), ["LC_ALL", "PATH", "TZ"], "the command's environment")


def a_relapse_with_only_the_notes_of_a_wiper_left_is_a_second_window_and_the_count_before_stays():
    class Couch(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            names = self.server.names
            path = self.path.split("?")[0]
            bodies = {"/": {"couchdb": "Welcome", "version": "3.3.3"}, "/_all_dbs": names,
                "/_session": {"ok": True, "userCtx": {"name": None, "roles": []}}}
            status, body = (401, {"error": "unauthorized"}) if names is None else \
                (200, bodies.get(path, {"db_name": path[1:], "doc_count": 1}))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Server", "CouchDB/3.3.3 (Erlang OTP/24)")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Couch)
    server.names = ["cases", "drafts", "invoices"]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with place("couchdb://127.0.0.1:%d" % server.server_address[1]) as here:
            rewrite(here, alerts={"command": here.command()})
            here.start()
            here.rounds(1, "open")
            server.names = None
            here.rounds(1, "closed")
            server.names = ["read_me_to_recover_your_data"]
            here.rounds(2, "open")
            until("the last alert", lambda: len(here.heard()) == 3)
            here.stop()
            rig.equal([alert["event"] for alert in here.heard()], EVENTS, "what the command heard")
            first, second = here.check(status=rig.FOUND)["targets"][0]["windows"]
            rig.equal((first["objects_seen"]["count"], first["wiped"]), (3, None), "the first window")
            rig.check(second["wiped"] is not None and second["objects_seen"] is None, "the second window %r" % second)
            rig.equal(second["wiped"][0], first["objects_seen"]["at"], "since when it may be wiped")
    finally:
        server.shutdown()
        server.server_close()


# --- what cannot be told ---


def a_server_that_is_gone_is_never_closed_and_is_told_once_after_three_rounds():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"command": here.command()})
        here.start()
        here.rounds(1, "open")
        front.states["/acc/e"].access = "throttled"
        front.busy, front.retry_after = 10**6, "86400"
        here.rounds(5, "cannot-tell")
        front.busy = 0
        front.states["/acc/e"].access = "container"
        here.rounds(1, "open")
        until("three alerts", lambda: len(here.heard()) == 3)
        here.stop()
        rig.equal([(alert["event"], alert["verdict"]) for alert in here.heard()], [("opened", "open"),
            ("cannot-tell", "cannot-tell"), ("is-open", "open")], "what the command heard")
        windows = here.check(status=rig.FOUND)["targets"][0]["windows"]
        rig.equal([window["closed"] for window in windows], [None], "windows of a store that was never closed")


# --- failures of a channel ---


def what_a_channel_refuses_is_tried_again_and_each_failure_is_stated():
    with rig.folder() as tls, lab.start("smtp", tls) as post, webhook(tls) as hook, \
            front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"webhook": hook.url, "command": here.command('test -e "$1" || { : >"$1"; exit 7; }'),
            "mail": {"from": "s@contoso.example", "to": ["soc@contoso.example"], "server": post.url}})
        hook.status = 302
        smtp.refuse(post)
        here.start("--ca", hook.authority, interval="1h")
        until("failures", lambda: len(hook.requests) >= 2)
        hook.status = 204
        smtp.refuse(post, False)
        until("all of them", lambda: all(here.sent(channel) for channel in ("webhook", "command", "mail")))
        here.stop()
        rig.check(all(path == "/hook/?token=SECRET" for path, _, _ in hook.requests), "a redirect was followed")
        rows = [row for row in here.rows("alert") if row["state"] == "failed"]
        why = {(row["channel"], row["why"]) for row in rows}
        rig.check({("webhook", "answered 302"), ("command", "exit status 7")} <= why, "failures in evidence %r" % why)
        rig.check(any(channel == "mail" for channel, _ in why), "failures in evidence %r" % why)
        said = here.said("err")
        rig.check("alert by webhook failed (answered 302), again in 2 s" in said, said)
        for channel in ("webhook", "command", "mail"):
            rig.equal(len(here.sent(channel)), 1, "alerts by " + channel)
            tries = [row for row in here.rows("alert") if row["channel"] == channel and row["state"] == "trying"]
            rig.equal([row["attempt"] for row in tries], list(range(1, len(tries) + 1)), "attempts by " + channel)
        rig.check(hook.heard[0]["attempt"] > 1 and len(smtp.mails(post)) == 1, "%r" % hook.heard)


def a_webhook_that_cannot_prove_who_it_is_hears_nothing():
    with rig.folder() as tls, webhook(tls) as hook, \
            front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"webhook": hook.url})
        here.start(interval="1h")
        until("a failure", lambda: [row for row in here.rows("alert") if row["state"] == "failed"])
        here.stop()
        rig.equal(hook.requests, [], "requests to a webhook with a certificate that nobody trusts")


def mail_goes_over_tls_or_not_at_all_but_to_this_machine():
    for mode in ("starttls", "tls"):
        with rig.folder() as folder, lab.start("smtp", folder, mode) as post, \
                front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
            # A name, not an address of this machine: what goes there is encrypted.
            url = post.url.replace("127.0.0.1", "localhost")
            rewrite(here, alerts={"mail": {"from": "s@contoso.example", "to": ["soc@contoso.example"], "server": url}})
            here.start("--ca", post.seed["authority"], interval="1h")
            until("the mail by " + mode, lambda: smtp.mails(post) or "failed" in here.said("err"))
            here.stop()
            rig.equal([mail["secure"] for mail in smtp.mails(post)], [True], mode + "; it said " + here.said("err"))
    with rig.folder() as folder, lab.start("smtp", folder) as post, \
            front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"mail": {"from": "s@contoso.example", "to": ["soc@contoso.example"],
            "server": post.url.replace("127.0.0.1", "localhost")}})
        here.start(interval="1h")
        until("a failure", lambda: [row for row in here.rows("alert") if row["state"] == "failed"])
        here.stop()
        rig.equal(smtp.mails(post), [], "mails in the clear to a server that offers no TLS")


def a_command_that_does_not_end_is_ended_with_us_and_with_all_it_started():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        marker = "%d.5" % (40000 + os.getpid())
        rewrite(here, alerts={"command": here.command("sleep %s & : >\"$1\"; wait" % marker)})
        here.start(interval="1h")

        def left():
            found = []
            for pid in filter(str.isdigit, os.listdir("/proc")):
                with contextlib.suppress(OSError), open("/proc/%s/cmdline" % pid, "rb") as file:
                    if file.read() == b"sleep\0%s\0" % marker.encode() and rig.process(pid):
                        found.append(pid)
            return found
        until("the command and what it started", lambda: os.path.exists(here.heard_file) and left())
        here.stop()
        until("its processes gone", lambda: not left(), 10)
        rig.equal([row["state"] for row in here.rows("alert")], ["trying"], "what evidence says of it")


# --- restarts ---


def killed_at_any_moment_it_goes_on_and_no_alert_is_lost():
    with rig.folder() as tls, webhook(tls) as hook, \
            front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"webhook": hook.url, "command": here.command()})
        state, kills = front.states["/acc/e"], 0
        for change in range(6):
            state.access = "private" if change % 2 else "container"
            told = len({alert["id"] for alert in hook.heard})
            for lines in range(1, 14, 2):  # kill behind this many more lines
                begun = len(here.rows())
                here.start("--ca", hook.authority)
                with contextlib.suppress(rig.Failed):
                    until("lines", lambda: len(here.rows()) >= begun + lines, 3)
                here.kill()
                kills += 1
                if len({alert["id"] for alert in hook.heard}) > told and lines > 8:
                    break
            watches = len(here.rows("watch"))
            here.start("--ca", hook.authority)
            until("the watch", lambda: len(here.rows("watch")) > watches)
            until("the change told", lambda: len({alert["id"] for alert in hook.heard}) > told)
            until("by the command too, and kept", lambda: all(hook.heard[-1]["id"] in here.sent(channel) for channel in
                ("webhook", "command")))
            here.stop()
            here.verify()
        print("# %d kills" % kills)
        wanted = ["opened"] + ["closed", "reopened"] * 2 + ["closed"]
        for channel, heard in (("webhook", hook.heard), ("command", here.heard())):
            ids = list(dict.fromkeys(alert["id"] for alert in heard))
            events = [next(alert["event"] for alert in heard if alert["id"] == one) for one in ids]
            rig.equal(events, wanted, "what %s heard, each once" % channel)
            rows = [row for row in here.rows("alert") if row["channel"] == channel]
            for one in ids:
                left = sum(alert["id"] == one for alert in heard)
                tries = [row["state"] for row in rows if row["id"] == one]
                unsure = tries.count("trying") - tries.count("sent") - tries.count("failed")
                rig.equal(tries.count("sent"), 1, "lines that say it was sent")
                rig.check(left <= 1 + unsure, "%s heard %s %d times, and %d tries had no end" % (channel, one, left, unsure))


def a_torn_last_line_is_cut_and_the_watch_goes_on():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"command": here.command()})
        here.start()
        until("an alert", lambda: here.sent("command"))
        here.kill()
        with open(here.evidence, "ab") as file:
            file.write(b'{"n":99,"prev":"00')
        here.verify("cut")
        here.start()
        here.rounds(1, "open")
        here.stop()
        rig.equal(len(here.rows("cut")), 1, "lines `cut`")
        rig.equal(len(here.heard()), 1, "alerts after the restart")
        here.verify()


def a_restart_keeps_to_the_interval():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        here.start(interval="1h")
        here.rounds(1, "open")
        here.stop()
        asked = len(front.requests)
        here.start(interval="1h")
        until("the watch", lambda: len(here.rows("watch")) == 2)
        time.sleep(1)
        here.stop()
        rig.equal(len(front.requests), asked, "requests within the hour")
        rig.equal([row["kind"] for row in here.rows()][-3:], ["signature", "stopped", "signature"], "the end")


# --- acknowledgement ---


def reminders_come_until_somebody_acknowledges_and_a_relapse_alerts_anew():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        url = front.url + "/acc/e"
        rewrite(here, alerts={"command": here.command(), "remind_every": "1s"})
        here.start()
        until("two reminders", lambda: [alert["event"] for alert in here.heard()].count("reminder") >= 2)
        done = here.acknowledge(url)
        rig.check(done.stdout.startswith(b"acknowledged   window 1   evidence head "), done.stdout)
        here.rounds(1, "open")
        count = len(here.heard())
        here.rounds(3, "open")
        rig.equal(len(here.heard()), count, "alerts after the acknowledgement")
        front.states["/acc/e"].access = "private"
        here.rounds(2, "closed")
        front.states["/acc/e"].access = "container"
        until("a reminder of the second window", lambda: here.heard()[-1]["event"] == "reminder" and
            here.heard()[-1]["windows"] == 2)
        here.stop()
        events = [alert["event"] for alert in here.heard() if alert["event"] != "reminder"]
        rig.equal(events, EVENTS, "alerts besides reminders")
        rig.equal(here.check(status=rig.FOUND)["targets"][0]["windows"][0]["acknowledged"], True, "window 1")
        here.verify()


def only_what_was_open_can_be_acknowledged():
    with front_azure.serve({"/acc/np": front_azure.not_permitted()}) as front, place(front.url + "/acc/np") as here:
        here.check(status=rig.OK)
        for target in (front.url + "/acc/np", front.url + "/acc/other", "nonsense"):
            here.acknowledge(target, status=rig.WRONG)
        rig.expect(rig.WRONG, rig.staunch("check", "--acknowledge", front.url + "/acc/np"))
        rig.expect(rig.WRONG, rig.staunch("check", "--acknowledge", "https://h.example/", "--evidence",
            os.path.join(here.path, "none")))
        rig.check(not os.path.exists(os.path.join(here.path, "none")), "evidence was made")


def a_check_beside_a_watch_is_one_more_look_that_the_watch_knows_of():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"command": here.command()})
        here.start(interval="1h")
        until("the first alert", lambda: here.sent("command"))
        front.states["/acc/e"].access = "private"
        until("a check between the rounds", lambda: rig.staunch("check", "--scope", here.scope, "--evidence",
            here.evidence).returncode == rig.OK)
        here.stop()
        here.start(interval="1h")
        until("the second alert", lambda: len(here.sent("command")) == 2)
        here.stop()
        rig.equal([alert["event"] for alert in here.heard()], ["opened", "closed"], "what was heard")
        here.verify()


def in_a_long_round_what_changed_is_told_at_once_and_an_acknowledgement_is_let_in():
    names = ["/acc/e%d" % number for number in range(30)]
    with front_azure.serve({name: front_azure.container("k1") for name in names}) as front, \
            place(*(front.url + name for name in names), budget={"requests_per_second": 8, "bytes": 10**7}) as here:
        rewrite(here, alerts={"command": here.command()})
        here.start(interval="1h")
        first = until("the first alert", here.heard)[0]
        rig.equal((first["target"], len(here.rows("verdict"))), (front.url + names[0], 1), "the alert, and verdicts by then")
        here.acknowledge(front.url + names[0])
        rig.check(len(here.rows("verdict")) < 30, "the acknowledgement came when the round was over")
        here.stop()
        rig.equal(len(here.rows("stopped")), 1, "lines `stopped`")
        here.verify()


def one_watch_for_one_file():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        here.start(interval="1h")
        here.rounds(1, "open")
        done = rig.expect(rig.ENVIRONMENT, rig.staunch("check", "--scope", here.scope, "--evidence", here.evidence,
            "--watch", "1h"))
        rig.check(b"another watch" in done.stderr, done.stderr)
        here.stop()


def evidence_that_is_altered_replaced_or_shortened_ends_the_watch():
    def alter(path):
        with open(path, "r+b") as file:
            file.seek(0, 2)
            file.write(b'{"n":1,"prev":"00","time":"2026-01-01T00:00:00Z","kind":"verdict"}\n')

    def replace(path):
        shutil.copy(path, path + ".new")
        os.replace(path + ".new", path)

    def shorten(path):
        os.truncate(path, 10)
    for change in (alter, replace, shorten):
        with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
            here.start(interval="2s")
            here.rounds(1, "open")
            until("the end of the round", lambda: here.rows()[-1]["kind"] == "signature")
            change(here.evidence)
            rig.equal(here.process.wait(timeout=WAIT_S), rig.WRONG, "exit status after %s; it said %s" % (
                change.__name__, here.said("err")))


# --- ends ---


def a_signal_ends_it_cleanly_with_the_head_printed():
    for by in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
            here.start(interval="1h")
            here.rounds(1, "open")
            here.stop(by)
            head = here.verify()["head"]
            rig.check("stopped; evidence head %s, signed" % head in here.said("err"), here.said("err"))


def an_alert_that_is_on_its_way_when_the_signal_comes_is_waited_for():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"command": here.command('cat >>"$1"; sleep 1.5')})
        here.start(interval="1h")
        until("the alert", here.heard)
        here.stop()
        rig.equal([row["state"] for row in here.rows("alert")], ["trying", "sent"], "what evidence says of it")
        here.verify()


def a_scope_that_expires_ends_the_watch_and_sends_nothing_more():
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e",
            not_after=end) as here:
        here.start()
        rig.equal(here.process.wait(timeout=WAIT_S), rig.WRONG, "exit status")
        rig.check("expired" in here.said("err") and "evidence head" in here.said("err"), here.said("err"))
        here.verify()


def each_round_is_a_line_for_people_and_a_document_for_programs():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        here.start()
        here.rounds(2, "open")
        here.stop()
        rig.check("round 1   1 open, 0 closed, 0 cannot tell   evidence head " in here.said("out"), here.said("out"))
        os.unlink(os.path.join(here.path, "out"))
        here.start("--format", "json")
        here.rounds(2, "open")
        here.stop()
        documents = [json.loads(line) for line in here.said("out").splitlines()]
        rig.check([(row["schema"], row["round"]) for row in documents][:2] == [("staunch.check/1", 1),
            ("staunch.check/1", 2)], here.said("out")[:400])


# --- refused before any packet ---


def what_a_watch_may_not_be_is_refused_before_any_packet():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        plain = ("check", "--scope", here.scope)
        kept = plain + ("--evidence", here.evidence)
        for options in (plain + ("--watch", "1h"), kept + ("--watch", "0s"), kept + ("--watch", "8d"), kept +
                ("--watch", "15"), kept + ("--watch", "1h", "--case", os.path.join(here.path, "x.case"))):
            rig.expect(rig.WRONG, rig.staunch(*options))
        rewrite(here, basis="finder")
        rig.expect(rig.WRONG, rig.staunch(*kept, "--watch", "10m"))
        rewrite(here, basis="own-asset", alerts={"command": ["/nonexistent/program"]})
        done = rig.expect(rig.WRONG, rig.staunch(*kept, "--watch", "1h"))
        rig.check(b"cannot be executed" in done.stderr, done.stderr)
        rewrite(here, alerts={"webhook": "http://127.0.0.1/x"})
        rig.expect(rig.WRONG, rig.staunch(*kept, "--watch", "1h"))
        rig.equal((front.connections, os.path.exists(here.evidence)), (0, False), "connections, evidence")


def a_dry_run_says_who_would_be_told_without_the_secret():
    with front_azure.serve({"/acc/e": front_azure.container("k1")}) as front, place(front.url + "/acc/e") as here:
        rewrite(here, alerts={"webhook": "https://hooks.contoso.example/SECRET", "command": here.command(),
            "mail": {"from": "s@contoso.example", "to": ["soc@contoso.example"]}})
        text = rig.expect(rig.OK, rig.staunch("check", "--scope", here.scope, "--dry-run", "--watch", "15m")).stdout.decode()
        rig.check("every 900 s" in text and "https://hooks.contoso.example:443" in text and "127.0.0.1:25" in text, text)
        rig.check("SECRET" not in text and front.connections == 0, text)
        got = json.loads(rig.staunch("check", "--scope", here.scope, "--dry-run", "--watch", "15m", "--format",
            "json").stdout)
        rig.equal((got["every_s"], got["alerts"]["webhook"]), (900, "hooks.contoso.example:443"), "the JSON")


def the_example_unit_is_one_that_systemd_takes():
    if not shutil.which("systemd-analyze"):
        rig.skip("no systemd-analyze")
    with rig.folder() as folder:
        source = os.path.join(rig.ROOT, "examples/staunch-watch.service")
        with open(source, encoding="utf-8") as file:
            text = file.read().replace("/usr/local/bin/staunch", rig.STAUNCH)
        unit = os.path.join(folder, "staunch-watch.service")
        with open(unit, "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, timeout=60)
        complaints = [line for line in done.stderr.splitlines() if "staunch-watch" in line]
        rig.equal((complaints, rig.STAUNCH in text), ([], True), "systemd-analyze verify")


def the_example_scope_is_sound():
    path = os.path.join(rig.ROOT, "examples/scope-watch.json")
    text = rig.expect(rig.OK, rig.staunch("check", "--scope", path, "--dry-run", "--watch", "15m")).stdout.decode()
    rig.check("alerts: mail over" in text and "alerts: POST https://" in text, text)


if __name__ == "__main__":
    rig.run_tests(
        a_redis_that_is_opened_closed_and_opened_again_is_one_incident_with_two_windows_told_once_by_each_channel,
        an_alert_names_the_target_and_nothing_of_what_is_in_it_and_nothing_of_the_scope,
        a_relapse_with_only_the_notes_of_a_wiper_left_is_a_second_window_and_the_count_before_stays,
        a_server_that_is_gone_is_never_closed_and_is_told_once_after_three_rounds,
        what_a_channel_refuses_is_tried_again_and_each_failure_is_stated,
        a_webhook_that_cannot_prove_who_it_is_hears_nothing,
        mail_goes_over_tls_or_not_at_all_but_to_this_machine,
        a_command_that_does_not_end_is_ended_with_us_and_with_all_it_started,
        killed_at_any_moment_it_goes_on_and_no_alert_is_lost,
        a_torn_last_line_is_cut_and_the_watch_goes_on,
        a_restart_keeps_to_the_interval,
        reminders_come_until_somebody_acknowledges_and_a_relapse_alerts_anew,
        only_what_was_open_can_be_acknowledged,
        a_check_beside_a_watch_is_one_more_look_that_the_watch_knows_of,
        in_a_long_round_what_changed_is_told_at_once_and_an_acknowledgement_is_let_in,
        one_watch_for_one_file,
        evidence_that_is_altered_replaced_or_shortened_ends_the_watch,
        a_signal_ends_it_cleanly_with_the_head_printed,
        an_alert_that_is_on_its_way_when_the_signal_comes_is_waited_for,
        a_scope_that_expires_ends_the_watch_and_sends_nothing_more,
        each_round_is_a_line_for_people_and_a_document_for_programs,
        what_a_watch_may_not_be_is_refused_before_any_packet,
        a_dry_run_says_who_would_be_told_without_the_secret,
        the_example_unit_is_one_that_systemd_takes,
        the_example_scope_is_sound,
    )
