"""Codes by mail: keyholder, courier and portal as they are run, a real mail server (smtp-server), and the way of a person from the
page to the mailbox and back; what the server refuses, delays or breaks; and who is killed in between."""
import base64
import contextlib
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

import lab
import portal_rig
import rig
from lab import smtp
from portal_client import BEGIN_MAILBOX, CODE, Portal, receive, send, text

FROM = "portal@contoso.example"
ANNA, NOBODY = "anna.rossi@contoso.com", "lucia.bianc@contoso.com"  # one length
FILES = {"invoice.txt": "To: Anna Rossi <anna.rossi@contoso.com>\nIBAN: IT60 X054 2811 1010 0000 0123 456\n"}
CODE_FORM = re.compile(r"^    ([0-9A-Z]{4}-[0-9A-Z]{4})\r?$", re.M)
FOLDER = rig.folder()
OUT = pathlib.Path(FOLDER.__enter__())
TITLES = {"en": "Your data was in 1 record", "it": "I Suoi dati erano in 1 record", "fr": "Vos données étaient dans 1 enregistrement"}


def sealed():
    """One case, sealed once for all tests: (key, index)."""
    if not (OUT / "index").exists():
        for name, words in FILES.items():
            (OUT / "src").mkdir(exist_ok=True)
            (OUT / "src" / name).write_text(words)
        rig.scan(OUT / "case", OUT / "src")
        rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", OUT / "seal.key"))
        rig.expect(rig.OK, rig.staunch("seal", "--case", OUT / "case", "--key", OUT / "seal.key", "-o", OUT / "index", "--name", "x"))
    return OUT / "seal.key", OUT / "index"


class Running:
    """A command of ours with its stderr in a file, in which no address and no code may stand."""

    def __init__(self, folder, *arguments, ready=b"ready\n"):
        self.said_path = tempfile.mktemp(dir=folder, suffix=".err")
        self.command = [rig.STAUNCH, *map(str, arguments)]
        self.start(ready)

    def start(self, ready=b"ready\n"):
        with open(self.said_path, "ab") as err:
            self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=err)
        if ready:
            rig.check(select.select([self.process.stdout], [], [], 20)[0], "not ready: " + self.said())
            rig.equal(self.process.stdout.readline(), ready, "what it says first; " + self.said())

    def said(self):
        with open(self.said_path, encoding="utf-8") as file:
            return file.read()

    def child(self, word):
        """The pid of the role that was started as `staunch WORD`."""
        for pid in rig.family(self.process.pid)[1:]:
            with contextlib.suppress(OSError), open("/proc/%d/cmdline" % pid, "rb") as file:
                words = file.read().split(b"\0")
                if rig.process(pid)[2] == self.process.pid and words[1:2] == [word.encode()]:
                    return pid
        return None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        family = rig.family(self.process.pid)
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(30)
        self.process.stdout.close()
        said = self.said()
        if kind is None:
            rig.equal(status, 0, "the exit status; " + said)
            rig.equal([pid for pid in family if rig.process(pid)], [], "what still runs")
            found = re.findall(r"[\w.+-]+@[\w.]+|[0-9A-Z]{4}-[0-9A-Z]{4}", said)
            rig.equal(found, [], "addresses and codes in what is told the operator")


def keyholder(folder, post, *more, url=None):
    key, _ = sealed()
    return Running(folder, "keyholder", "--key", key, "--socket", folder + "/ask", "--state", folder + "/state", "--smtp",
        url or post.url, "--from", FROM, *more)


def code_of(mail):
    return CODE_FORM.search(mail["message"].get_content()).group(1)


def arrived(post, count, seconds=20):
    portal_rig.until(lambda: len(smtp.mails(post)) >= count, "mail %d" % count, seconds)
    return smtp.mails(post)


def asked(portal, address, language="en", client=None):
    if client is not None:
        portal.client = client
    answer = portal.ask(BEGIN_MAILBOX, address, language=language)
    rig.equal(answer.verdict, "done", "the answer to a mailbox")
    return answer.secret


@contextlib.contextmanager
def whole(folder, post, *more):
    """A visitor of a portal before that keyholder: (visitor, keyholder)."""
    port = portal_rig.free_port()
    with keyholder(folder, post, *more) as holder, portal_rig.portal(folder, "--processes", "1", indices=[str(sealed()[1])],
            keyholder=folder + "/ask", listen="127.0.0.1:%d" % port):
        yield lambda: portal_rig.Plain(port, "127.0.0.1:%d" % port), holder


# --- the whole way ---


def a_code_goes_to_the_mailbox_and_opens_its_record_in_three_languages():
    for language in ("en", "it", "fr"):
        with rig.folder() as folder, lab.start("smtp", folder) as post, whole(folder, post) as (visitor, _):
            human = visitor()
            page = human.submit("/%s/" % language, "/%s/ask" % language, {"address": "Anna.Rossi@Contoso.com"})
            rig.equal(page.status, 200, "status of the page that waits")
            mail, = arrived(post, 1)
            rig.equal((mail["from"], mail["to"], mail["helo"]), (FROM, [ANNA], "contoso.example"), "the envelope")
            message = mail["message"]
            rig.equal((message["From"], message["To"], message["Content-Language"], message["Auto-Submitted"],
                message.get_content_type(), message.get_content_charset()), (FROM, ANNA, language, "auto-generated",
                "text/plain", "utf-8"), "the head")
            rig.check(message["Date"] and message["Message-ID"].endswith("@contoso.example>"), message.as_string())
            rig.check("10 minut" in message.get_content(), message.get_content())
            part = human.submit("/%s/code" % language, "/%s/code" % language, {"code": code_of(mail)})
            rig.equal(part.title(), TITLES[language], "the title of their part")
            rig.check("invoice.txt" in part.text and "IT60 **** **** 3456" in part.text, part.text)


def a_wrong_a_replayed_and_a_sixth_code_open_nothing():
    with rig.folder() as folder, lab.start("smtp", folder) as post, whole(folder, post) as (visitor, _):
        human = visitor()
        human.submit("/en/", "/en/ask", {"address": ANNA})
        code = code_of(arrived(post, 1)[0])
        thief = visitor()
        rig.check("This has ended" in thief.submit("/en/code", "/en/code", {"code": code}).text, "another browser used the code")
        page = human.submit("/en/code", "/en/code", {"code": "0000-0000"})
        rig.check("4 tries are left" in page.text, page.text)
        rig.equal(human.submit("/en/code", "/en/code", {"code": code}).title(), TITLES["en"], "the right one")
        rig.check("This has ended" in human.submit("/en/code", "/en/code", {"code": code}).text, "the code worked twice")
        other = visitor()
        other.submit("/en/", "/en/ask", {"address": "b@contoso.com"})
        code = code_of(arrived(post, 2)[1])
        for _ in range(5):
            other.submit("/en/code", "/en/code", {"code": "0000-0000"})
        page = other.submit("/en/code", "/en/code", {"code": code})
        rig.check("The tries are used up" in page.text and other.get("/en/part").status == 403, "a sixth try: " + page.text)


def a_scanner_that_reads_the_mail_first_finds_nothing_to_open_and_the_human_succeeds():
    with rig.folder() as folder, lab.start("smtp", folder) as post, whole(folder, post) as (visitor, _):
        human, scanner = visitor(), visitor()
        human.submit("/en/", "/en/ask", {"address": ANNA})
        mail, = arrived(post, 1)
        whole_mail = base64.b64decode(mail["data"]).decode()
        for form in (r"https?:", r"www\.", r"<\s*(a|img|form)\b", r"\bhref\b", r"//"):
            rig.check(not re.search(form, whole_mail + mail["message"].get_content(), re.I), "%s in a mail:\n%s" % (form, whole_mail))
        # it knows the portal from elsewhere, opens every page, and sends every form with all that stands in the mail
        seen, waiting, words = set(), ["/en/", "/en/code", "/en/part"], mail["message"].get_content().split()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            page = scanner.follow(scanner.get(path))
            everything = portal_rig.Everything(page.text)
            waiting += everything.links
            for action, fields in everything.forms:
                filled = {name: code_of(mail) if value == "7K3Q-92MD" else value for name, value in fields.items()}
                answer = scanner.follow(scanner.post(action, filled))
                rig.check("invoice" not in answer.text, "%s shows something to a scanner" % action)
        rig.check(len(seen) > 10 and words, "the scanner opened only %r" % sorted(seen))
        rig.equal(scanner.get("/en/part").status, 403, "what the scanner owns")
        page = human.submit("/en/code", "/en/code", {"code": code_of(mail)})
        rig.equal(page.title(), TITLES["en"], "what the human sees afterwards")


def known_and_unknown_mailboxes_get_the_same_mail():
    def same(mail, address):
        data = base64.b64decode(mail["data"]).decode()
        for what, by in ((address, "ADDRESS"), (code_of(mail), "CODE"), (mail["message"]["Date"], "DATE"),
                (mail["message"]["Message-ID"], "ID")):
            rig.check(what in data, "%s does not stand in the mail" % by)
            data = data.replace(what, by)
        return data, len(mail["data"])

    rig.equal(len(ANNA), len(NOBODY) - 1, "lengths")
    nobody = NOBODY.replace("lucia", "luci")
    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post):
        portal = Portal(folder + "/ask")
        for language in ("en", "it", "fr"):
            for address in (ANNA, nobody):
                asked(portal, address.replace("@", language + "@"), language)
        mails = {mail["to"][0]: same(mail, mail["to"][0]) for mail in arrived(post, 6)}
        for language in ("en", "it", "fr"):
            rig.equal(mails[ANNA.replace("@", language + "@")], mails[nobody.replace("@", language + "@")], "mails in " + language)
        portal.close()


# --- the mail server ---


def a_certificate_is_checked_and_starttls_must_be_offered():
    with rig.folder() as folder, lab.start("smtp", folder, "starttls") as post, lab.start("smtp", folder) as bare, \
            lab.start("smtp", folder, "tls") as over:
        named = "smtp://localhost:%d"
        for what, url, ca, sink in (("no authority", named % post.port, None, post), ("no STARTTLS", named % bare.port,
                post.seed["authority"], bare), ("another's authority", over.url, post.seed["authority"], over)):
            with rig.folder() as inner, keyholder(inner, post, *(("--ca", ca) if ca else ()), url=url) as holder:
                portal = Portal(inner + "/ask")
                asked(portal, ANNA)
                portal_rig.until(lambda: "tried again: 1" in holder.said(), "%s: a word to the operator" % what)
                rig.equal(smtp.mails(sink), [], "%s: mails" % what)
                portal.close()
        for url, sink in ((named % post.port, post), (over.url, over)):
            with rig.folder() as inner, keyholder(inner, post, "--ca", sink.seed["authority"], url=url):
                portal = Portal(inner + "/ask")
                asked(portal, ANNA)
                rig.check(arrived(sink, 1)[0]["secure"], "a mail in the clear")
                portal.close()


def a_login_is_given_to_its_server_and_a_wrong_one_costs_no_mail():
    with rig.folder() as folder, lab.start("smtp", folder, "login") as post:
        key, _ = sealed()
        right, wrong = pathlib.Path(folder, "right"), pathlib.Path(folder, "wrong")
        right.write_text("%s\n%s\n" % post.seed["login"])
        wrong.write_text("portal\nanother\n")
        for path in (right, wrong):
            path.chmod(0o600)
        courier = ("courier", "--errands", folder + "/ask.errands", "--smtp", "smtp://localhost:%d" % post.port, "--from", FROM,
            "--ca", post.seed["authority"], "--smtp-credentials")
        with Running(folder, "keyholder", "--key", key, "--socket", folder + "/ask", "--state", folder + "/state"):
            portal = Portal(folder + "/ask")
            asked(portal, ANNA)
            with Running(folder, *courier, wrong, ready=None) as one:
                portal_rig.until(lambda: "answered 535" in one.said(), "a word to the operator")
            with Running(folder, *courier, right, ready=None):
                mail = arrived(post, 1)[0]
                rig.equal((mail["user"], mail["to"]), ("portal", [ANNA]), "the login")
            portal.close()
        for mode, content in ((0o644, "a\nb\n"), (0o600, "a"), (0o600, "a\nb\nc\n"), (0o600, ""), (0o600, "a\n\x01\n")):
            right.chmod(0o600)
            right.write_text(content)
            right.chmod(mode)
            done = rig.expect(rig.WRONG, rig.staunch(*courier, right))
            rig.check(b"hemmelig" not in done.stderr, done.stderr)


def what_the_server_cannot_take_now_goes_later_and_what_it_refuses_is_counted():
    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post) as holder:
        portal = Portal(folder + "/ask")
        smtp.say(post, at="rcpt", code=450, only=ANNA)
        secret = asked(portal, ANNA)
        portal_rig.until(lambda: smtp.said(post) >= 1, "a mail that cannot be taken")
        asked(portal, "b@contoso.com")
        rig.equal(arrived(post, 1, 3)[0]["to"], ["b@contoso.com"], "who does not wait for the other")
        smtp.say(post)
        rig.equal(portal.ask(CODE, secret=secret, code=code_of(arrived(post, 2)[1])).verdict, "done", "the code that came later")
        smtp.say(post, at="rcpt", code=550, only="c@contoso.com")
        asked(portal, "c@contoso.com")
        portal_rig.until(lambda: smtp.said(post) >= 2, "a mail that is refused")
        rig.check("tried again: 1" in holder.said() and "answered 450" in holder.said(), holder.said())
        time.sleep(6)
        rig.equal(smtp.said(post), 2, "tries of a mail that was refused for good")
        asked(portal, "d@contoso.com")
        arrived(post, 3)
        portal.close()


def a_server_that_is_slow_closes_or_is_gone_gets_the_mail_when_it_can():
    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post) as holder:
        portal = Portal(folder + "/ask")
        smtp.say(post, at="data", wait_ms=2500)
        begin = time.monotonic()
        slow = asked(portal, ANNA)
        rig.check(time.monotonic() - begin < 1, "the asker waits for the mail server")
        rig.equal(portal.ask(CODE, secret=slow, code=code_of(arrived(post, 1)[0])).verdict, "done", "a slow one")
        smtp.say(post, at="rcpt", close=True)
        closed = asked(portal, "b@contoso.com")
        portal_rig.until(lambda: smtp.said(post) >= 2, "a connection that is closed")
        smtp.say(post)
        rig.equal(portal.ask(CODE, secret=closed, code=code_of(arrived(post, 2)[1])).verdict, "done", "one that was closed")
        rig.check("tried again: 1" in holder.said(), holder.said())
        portal.close()
    with rig.folder() as folder, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = "smtp://127.0.0.1:%d" % nobody.getsockname()[1]
        with keyholder(folder, None, url=url) as holder:
            portal = Portal(folder + "/ask")
            asked(portal, ANNA)
            portal_rig.until(lambda: "tried again: 1" in holder.said(), "a word to the operator")
            portal.close()


# --- who is killed ---


def a_courier_that_is_killed_with_a_mail_in_hand_is_started_again_and_sends_it():
    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post) as holder:
        portal = Portal(folder + "/ask")
        smtp.say(post, at="rcpt", wait_ms=60000)
        secret = asked(portal, ANNA)
        portal_rig.until(lambda: smtp.said(post) >= 1, "the mail in hand")
        os.kill(holder.child("courier"), signal.SIGKILL)
        smtp.say(post)
        rig.equal(portal.ask(CODE, secret=secret, code=code_of(arrived(post, 1)[0])).verdict, "done", "the code")
        rig.check("the courier ended (signal 9), and is started again in 1 s" in holder.said(), holder.said())
        portal.close()


def a_keyholder_that_is_killed_loses_no_code_that_is_on_its_way():
    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post) as holder:
        portal = Portal(folder + "/ask")
        smtp.say(post, at="rcpt", wait_ms=3000)
        first = asked(portal, ANNA)
        second = asked(portal, "b@contoso.com")  # in the courier's hand too, behind the first
        portal_rig.until(lambda: smtp.said(post) >= 1, "the mail in hand")
        os.kill(holder.child("keyholder"), signal.SIGKILL)
        smtp.say(post)
        mails = arrived(post, 2)
        portal_rig.until(lambda: holder.child("keyholder"), "another keyholder")
        portal.close()
        portal_rig.until(lambda: os.path.exists(folder + "/ask") and answers_at(folder + "/ask"), "the keyholder")
        portal = Portal(folder + "/ask")
        for secret, mail in zip((first, second), mails):
            rig.equal(portal.ask(CODE, secret=secret, code=code_of(mail)).verdict, "done", "the code after the kill")
        third = asked(portal, "c@contoso.com")
        rig.equal(portal.ask(CODE, secret=third, code=code_of(arrived(post, 3)[2])).verdict, "done", "a new code")
        portal.close()


def answers_at(path):
    with contextlib.suppress(OSError):
        Portal(path).close()
        return True
    return False


def what_cannot_work_ends_everything_with_its_status():
    key, _ = sealed()
    with rig.folder() as folder, lab.start("smtp", folder) as post:
        for what, status, options in (("no from", rig.WRONG, ("--smtp", post.url, "--from", "nobody")),
                ("no server", rig.WRONG, ("--smtp", "http://127.0.0.1", "--from", FROM)),
                ("a password in an address", rig.WRONG, ("--smtp", "smtp://u:p@127.0.0.1", "--from", FROM)),
                ("another key", rig.WRONG, ("--smtp", post.url, "--from", FROM, "--key", folder + "/none")),
                ("no authority", rig.WRONG, ("--smtp", post.url, "--from", FROM, "--ca", folder + "/none"))):
            done = rig.staunch("keyholder", "--key", key, "--socket", folder + "/ask", "--state", folder + "/state", *options)
            rig.equal(done.returncode, status, "%s: %s" % (what, done.stderr))
        for missing in (("--smtp", post.url), ("--errands", folder + "/e")):
            rig.expect(rig.WRONG, rig.staunch("courier", *missing))


def the_keyholder_has_no_socket_of_the_internet_and_every_part_its_own_jail():
    def status(pid, field):
        with open("/proc/%d/status" % pid, encoding="ascii") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)[field]

    with rig.folder() as folder, lab.start("smtp", folder) as post, keyholder(folder, post) as holder:
        portal = Portal(folder + "/ask")
        asked(portal, ANNA)
        arrived(post, 1)
        held, courier = holder.child("keyholder"), holder.child("courier")
        rig.equal(rig.family(held), [held], "what the keyholder started")
        parts = [held, *rig.family(courier)]
        rig.equal(len(parts), 4, "keyholder, courier, its launcher, fetch")
        for pid in parts:
            rig.equal((status(pid, "Seccomp"), status(pid, "NoNewPrivs")), ("2", "1"), "the jail of %r" % (rig.process(pid),))
        with open("/proc/net/tcp", encoding="ascii") as tcp, open("/proc/net/udp", encoding="ascii") as udp:
            inodes = {line.split()[9] for table in (tcp, udp) for line in list(table)[1:]}
        def of_internet(pid):
            names = [os.readlink("/proc/%d/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%d/fd" % pid)]
            return [name for name in names if name.startswith("socket:[") and name[8:-1] in inodes]
        rig.equal([of_internet(pid) for pid in parts[:3]], [[], [], []], "sockets of keyholder, courier and launcher")
        with open("/proc/%d/maps" % held, encoding="ascii") as file:
            rig.check("libcurl" not in file.read(), "the keyholder has libcurl")
        portal.close()


def an_option_that_does_nothing_is_refused():
    key, index = sealed()
    with rig.folder() as folder:
        for words in (("keyholder", "--key", key, "--socket", folder + "/ask", "--from", FROM),
                ("portal", "--index", index, "--keyholder", folder + "/ask", "--listen", "127.0.0.1:1", "--errands", folder + "/e"),
                ("portal", "--demo", "--smtp", "smtp://127.0.0.1")):
            rig.expect(rig.WRONG, rig.staunch(*words))


def a_portal_may_have_a_courier_of_its_own_and_says_what_that_means():
    key, index = sealed()
    port = portal_rig.free_port()
    with rig.folder() as folder, lab.start("smtp", folder) as post, \
            Running(folder, "keyholder", "--key", key, "--socket", folder + "/ask", "--state", folder + "/state"), \
            Running(folder, "portal", "--index", index, "--keyholder", folder + "/ask", "--listen", "127.0.0.1:%d" % port,
                "--smtp", post.url, "--from", FROM, ready=None) as portal:
        portal_rig.until(lambda: portal_rig.answers(port), "the portal")
        human = portal_rig.Plain(port, "127.0.0.1:%d" % port)
        human.submit("/en/", "/en/ask", {"address": ANNA})
        page = human.submit("/en/code", "/en/code", {"code": code_of(arrived(post, 1)[0])})
        rig.equal(page.title(), TITLES["en"], "the title of their part")
        rig.check("who takes over the portal can read codes" in portal.said(), portal.said())


def name_servers_that_are_silent_for_longer_than_a_client_may_be_are_told_on_a_page():
    port = portal_rig.free_port()
    with rig.folder() as folder, lab.start("smtp", folder) as post, \
            keyholder(folder, post, "--resolver", "127.0.0.1@%d" % portal_rig.free_port()), portal_rig.portal(folder, "--processes", "2",
            indices=[str(sealed()[1])], keyholder=folder + "/ask", listen="127.0.0.1:%d" % port):
        owner = portal_rig.Plain(port, "127.0.0.1:%d" % port)
        owner.submit("/en/domain", "/en/domain", {"domain": "contoso.com"})
        for _ in range(50):
            begin = time.monotonic()
            page = owner.submit("/en/proof", "/en/proof", {})
            took = time.monotonic() - begin
            if took > 2:  # before: the resolver was not connected yet, which is told at once
                break
            time.sleep(0.2)
        rig.check(took > 11, "the lookup ended after %.1f s: this shows nothing" % took)
        rig.check(page.status == 200 and "The name servers of the domain did not answer" in page.text, page.text)


# --- as the units run them ---


def unit(name):
    """(options of ExecStart, names of the system calls that its filters let through)"""
    with open(os.path.join(rig.ROOT, "examples/portal", name), encoding="utf-8") as file:
        lines = file.read().split("\n")
    allowed = set()
    for line in lines:
        if line.startswith("SystemCallFilter="):
            words = line.partition("=")[2]
            named = {call for word in words.lstrip("~").split() for call in calls_of(word)}
            allowed = allowed - named if words.startswith("~") else allowed | named
    command, = [line.partition("=")[2].split() for line in lines if line.startswith("ExecStart=")]
    return command[1:], allowed | IMPLIED


# systemd.exec(5), SystemCallFilter=: let through whatever a filter says
IMPLIED = {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn", "clock_gettime", "clock_nanosleep", "time",
    "gettimeofday", "nanosleep"}


def calls_of(word):
    if not word.startswith("@"):
        return {word}
    done = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True, check=True)
    inner = [line.strip() for line in done.stdout.split("\n")[1:] if line.startswith("    ") and "#" not in line]
    return set().union(*(calls_of(name) for name in inner))


def called(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return set(re.findall(r"^\d+ +([a-z]\w+)\(", file.read(), re.M))


@contextlib.contextmanager
def traced(folder, *command, **options):
    """Ended by its own SIGTERM: strace keeps one for itself."""
    trace = tempfile.mktemp(dir=folder, suffix=".trace")
    process = subprocess.Popen(["strace", "-f", "-qq", "-o", trace, *map(str, command)], **options)
    try:
        yield trace
    finally:
        for pid in rig.family(process.pid)[1:2]:
            os.kill(pid, signal.SIGTERM)
        process.wait(30)


def no_system_call_of_keyholder_courier_resolver_and_portal_is_one_that_the_units_stop():
    key, index = sealed()
    rig.check(subprocess.run(["strace", "--version"], capture_output=True).returncode == 0, "strace is not installed")
    port = portal_rig.free_port()
    with rig.folder() as folder, lab.start("smtp", folder) as post:
        holder, holders_calls = unit("staunch-keyholder.service")
        pages, pages_calls = unit("staunch-portal.service")
        for words, changed in ((holder, {"--key": key, "--state": folder + "/state", "--socket": folder + "/ask",
                "--errands": folder + "/errands", "--smtp": post.url, "--smtp-credentials": None}),
                (pages, {"--index": index, "--keyholder": folder + "/ask", "--listen": "127.0.0.1:%d" % port, "--about": portal_rig.ABOUT})):
            for option, value in changed.items():
                at = words.index(option)
                words[at:at + 2] = [] if value is None else [option, str(value)]
        holder += ["--resolver", "127.0.0.1@%d" % portal_rig.free_port()]  # where nobody answers: the domain is not reached
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with traced(folder, rig.STAUNCH, *holder, **quiet) as mails:
            portal_rig.until(lambda: answers_at(folder + "/ask"), "the keyholder", 30)
            with traced(folder, rig.STAUNCH, *pages, **quiet) as pages_said:
                portal_rig.until(lambda: portal_rig.answers(port), "the portal", 30)
                human = portal_rig.Plain(port, "127.0.0.1:%d" % port)
                human.submit("/en/", "/en/ask", {"address": ANNA})
                page = human.submit("/en/code", "/en/code", {"code": code_of(arrived(post, 1, 30)[0])})
                rig.equal(page.title(), TITLES["en"], "the title of their part")
                human.submit("/en/domain", "/en/domain", {"domain": "contoso.com"})
                page = human.submit("/en/proof", "/en/proof", {})
                rig.equal((page.status, "The name servers of the domain did not answer" in page.text), (200, True), page.text)
        # SQLite gives files to their database's owner when it is root, as which no unit runs
        as_root = {"fchown"} if os.geteuid() == 0 else set()
        for what, path, allowed in (("keyholder", mails, holders_calls), ("portal", pages_said, pages_calls)):
            rig.check(len(called(path)) > 30 and "seccomp" in called(path), "strace saw only %r" % called(path))
            rig.equal(sorted(called(path) - allowed - as_root), [], "calls that the unit of the %s stops" % what)
        with open(mails, encoding="utf-8", errors="replace") as file:
            rig.check("staunch-resolver" in file.read(), "no resolver was started")


# --- a keyholder that was taken over ---


class Giver(threading.Thread):
    """In the keyholder's place: gives mails as they are written, keeps the answers by number."""

    def __init__(self, path, mails):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(8)
        self.mails, self.answers = mails, {}
        self.start()

    def run(self):
        with contextlib.suppress(OSError, EOFError):
            peer, _ = self.listener.accept()
            rig.equal(receive(peer), (1, b"\1"), "the first frame")
            for number, mail in enumerate(self.mails, 1):
                address, language, code, expires_at = mail
                send(peer, 2, struct.pack("<Q", number) + text(address) + text(language) + text(code) + struct.pack("<q", expires_at))
            while True:
                kind, body = receive(peer, 600)
                number, outcome = struct.unpack("<QB", body)
                self.answers[number] = (kind, outcome)


@contextlib.contextmanager
def given(folder, post, mails, *options):
    giver = Giver(folder + "/e", mails)
    with Running(folder, "courier", "--errands", folder + "/e", "--smtp", post.url, "--from", FROM, *options, ready=None) as courier:
        yield giver, courier


def a_mail_that_is_none_of_ours_is_not_written():
    later = int(time.time()) + 600
    bad = [("a@contoso.com\r\nBcc: b@contoso.com", "en", "7K3Q-92MD"), ("a@contoso.com>\r\nDATA", "en", "7K3Q-92MD"),
        ("a@contoso.com,b@contoso.com", "en", "7K3Q-92MD"), ("<a@contoso.com>", "en", "7K3Q-92MD"), ("", "en", "7K3Q-92MD"),
        ("a@contoso.com", "de", "7K3Q-92MD"), ("a@contoso.com", "en", "+39 06 1"), ("a@contoso.com", "en", ""),
        ("a@contoso.com", "en", "\r\n.\r\nX")]
    with rig.folder() as folder, lab.start("smtp", folder) as post:
        mails = [(*mail, later) for mail in bad] + [("late@contoso.com", "en", "7K3Q-92MD", 1000), (ANNA, "en", "7K3Q-92MD", later)]
        with given(folder, post, mails) as (giver, courier):
            portal_rig.until(lambda: len(giver.answers) == len(mails), "the answers")
            rig.equal([giver.answers[n] for n in range(1, len(mails) + 1)], [(4, 1)] * (len(bad) + 1) + [(4, 0)], "the answers")
            rig.equal([mail["to"] for mail in smtp.mails(post)], [[ANNA]], "what went out")
            portal_rig.until(lambda: "not written: " in courier.said(), "a word to the operator")


def so_many_mails_go_in_one_minute_and_others_wait():
    mails = [("p%d@contoso.com" % i, "en", "7K3Q-92MD", int(time.time()) + 600) for i in range(5)]
    while time.monotonic() % 60 > 50:
        time.sleep(0.5)  # the minute is the clock's: not across its end
    with rig.folder() as folder, lab.start("smtp", folder) as post, given(folder, post, mails, "--mails-a-minute", "2"):
        arrived(post, 2)
        time.sleep(2)
        rig.equal(len(smtp.mails(post)), 2, "mails in one minute")


try:
    rig.run_tests(a_code_goes_to_the_mailbox_and_opens_its_record_in_three_languages,
        a_wrong_a_replayed_and_a_sixth_code_open_nothing,
        a_scanner_that_reads_the_mail_first_finds_nothing_to_open_and_the_human_succeeds,
        known_and_unknown_mailboxes_get_the_same_mail, a_certificate_is_checked_and_starttls_must_be_offered,
        a_login_is_given_to_its_server_and_a_wrong_one_costs_no_mail,
        what_the_server_cannot_take_now_goes_later_and_what_it_refuses_is_counted,
        a_server_that_is_slow_closes_or_is_gone_gets_the_mail_when_it_can,
        a_courier_that_is_killed_with_a_mail_in_hand_is_started_again_and_sends_it,
        a_keyholder_that_is_killed_loses_no_code_that_is_on_its_way, what_cannot_work_ends_everything_with_its_status,
        the_keyholder_has_no_socket_of_the_internet_and_every_part_its_own_jail,
        an_option_that_does_nothing_is_refused,
        a_portal_may_have_a_courier_of_its_own_and_says_what_that_means,
        name_servers_that_are_silent_for_longer_than_a_client_may_be_are_told_on_a_page,
        no_system_call_of_keyholder_courier_resolver_and_portal_is_one_that_the_units_stop, a_mail_that_is_none_of_ours_is_not_written,
        so_many_mails_go_in_one_minute_and_others_wait)
finally:
    FOLDER.__exit__(None, None, None)
