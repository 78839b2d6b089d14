"""Pages and mails come out redacted and whole: everything a scan finds is gone in every encoding, the structure that
Python's parsers, GMime and a browser see is the one they saw before, and a second run changes nothing."""
import base64
import csv
import email
import email.header
import email.policy
import glob
import html.parser
import io
import mailbox
import os
import random
import re
import subprocess
from email.message import EmailMessage

import browser
import rig

GMIME = os.path.join(rig.BUILD, "tests/unit/extract/gmime_parts")
FOLDER = rig.folder()
OUT = FOLDER.__enter__()
KEY = os.path.join(OUT, "key")
MODES = (("--mode", "label"), ("--mode", "mask"), ("--key", KEY))


def redacted(data, *options, status=rig.OK):
    return rig.expect(status, rig.staunch("redact", *options, stdin=data)).stdout


def again(data, options, passing=()):
    """The redacted bytes; redacting them once more changes nothing."""
    once = redacted(data, *options, *passing)
    twice = redacted(once, *options, *passing)
    rig.equal(twice, once, "redacted twice with %s" % " ".join(options))
    return once


def found(name, data):
    """What a scan finds."""
    path, case = os.path.join(OUT, name), os.path.join(OUT, name + ".case")
    with open(path, "wb") as file:
        file.write(data)
    rig.scan(case, path, status=(rig.OK, rig.INCOMPLETE))
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities",
        "--reveal", "test"))
    return [(row["kind"], row["canonical"]) for row in csv.DictReader(io.StringIO(done.stdout.decode()))]


# --- pages ---

PAGE = """<!doctype html><html lang="it"><head><meta charset="%s"><title>Caffè di anna.rossi@contoso.com</title>
<style>p::after { content: "styl@contoso.com" }</style></head><body>
<p id="one">Scrivi a anna<b class=x>@<i>contoso</i></b>.com, x&#64;fabrikam.com o y&commat;fabrikam.com<br>
però <a href="mailto:bob@contoso.com?subject=ciao" title='Tel. +39 333 1234512' data-user=eve@contoso.com>qui</a>
<!-- carl@contoso.com --> <!-- niente --><span hidden>ida@contoso.com</span> joe at contoso dot com
<table><tr><td>Tel</td><td>+39 333 1234513</td></tr><tr><td>IBAN</td><td>DE89 3704 0044 0532 0130 00</td></tr></table>
<img src="x.png" alt="foto di dora@contoso.com"><input name="m" value="may%%40contoso.com">
<textarea>tina@contoso.com</textarea><script>var user = "zoe@contoso.com", n = 1 < 2; document.title = "x";</script>
<p>Referente: Sig.ra Anna&nbsp;Rossi, <em>anna.rossi@contoso.com</em></p></body></html>
"""
SECRETS = ["anna.rossi", "fabrikam", "bob@", "333 12345", "eve@", "carl", "ida@", "joe at", "DE89", "dora", "may%40", "tina", "zoe",
    "styl@"]


class Tags(html.parser.HTMLParser):
    """Tags with the names of their attributes, comments and declarations, in order; and the text."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))

    def handle_endtag(self, tag):
        self.seen.append("/" + tag)

    def handle_comment(self, data):
        self.seen.append("<!--")

    def handle_decl(self, decl):
        self.seen.append("<!" + decl)

    def handle_data(self, data):
        self.text += data


def what_stands_in_a_page_is_gone_and_its_tags_stay():
    before = Tags(PAGE % "utf-8")
    for options in MODES:
        out = again((PAGE % "utf-8").encode(), options).decode()
        after = Tags(out)
        rig.equal(after.seen, before.seen, "tags and attributes with %s" % " ".join(options))
        rig.equal([s for s in SECRETS if s in out or s in after.text], [], "values left with %s" % " ".join(options))
        rig.equal(found("page-" + options[1].split("/")[-1], out.encode()), [], "what a scan finds, %s" % " ".join(options))
        rig.check("Caffè" in out and "però" in out and "niente" in out and "1 < 2" in out, "the rest stays: " + out)


def a_page_stays_in_its_encoding():
    want = redacted((PAGE % "utf-8").encode()).decode().replace('charset="utf-8"', "")
    for label, encoding, mark in (("iso-8859-1", "latin-1", b""), ("windows-1252", "cp1252", b""), ("utf-8", "utf-8", b"\xef\xbb\xbf"),
            ("utf-16", "utf-16-le", b"\xff\xfe"), ("utf-16", "utf-16-be", b"\xfe\xff")):
        out = redacted(mark + (PAGE % label).encode(encoding), "--format", "html")
        rig.check(out.startswith(mark), "the mark stays: " + encoding)
        rig.equal(out[len(mark):].decode(encoding).replace('charset="%s"' % label, ""), want, "the page in " + encoding)


def a_browser_shows_the_redacted_page():
    path = os.path.join(OUT, "shown.html")
    with open(path, "wb") as file:
        file.write(redacted((PAGE % "utf-8").encode()))
    with browser.browser() as page:
        page.open(path)
        rig.equal(page.run("return document.title"), "x", "the title that the script sets")
        rig.equal(page.run("return [user, n]"), ["[email_address]", True], "what the script holds")
        rig.equal(page.run("return document.querySelector('a').getAttribute('href')"), "mailto:[email_address]?subject=ciao", "link")
        rig.equal(page.run("return document.querySelectorAll('td').length"), 4, "cells")
        text = page.run("return document.body.innerText")
        rig.check("Scrivi a [email_address]" in text and "[phone_number]" in text, "text shown: " + text)
        rig.equal([c for c in page.complaints() if "x.png" not in c], [], "complaints")


# --- mails ---

PEOPLE = ["anna.rossi", "bruno", "carla.b", "dora", "emil", "f.bianchi", "gianni", "helene", "ivan", "joerg"]


class Mail:
    """An invented message in which every place of a message holds an address: what was planted stands in `planted`."""

    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        self.planted = []
        m = self.message = EmailMessage(policy=email.policy.default)
        m["Received"] = "from mail.example.org ([203.0.113.%d]) by mx.example.org for <%s>; Mon, 1 Jan 2024 00:00:00 +0000" % (
            rng.randrange(250), self.plant())
        m["From"] = email.headerregistry.Address(rng.choice(["Größe GmbH", "Rossi, A.", ""]), addr_spec=self.plant())
        m["To"] = ", ".join(self.plant() for _ in range(1 + rng.randrange(6)))
        m["Subject"] = " ".join(rng.choice(["Größe", "fattura", "日本", "preventivo", self.plant()]) for _ in range(1 + rng.randrange(12)))
        m["Message-ID"] = "<%s.%d@mail.contoso.com>" % (rng.choice(PEOPLE), seed)
        m["References"] = "<%d@mail.contoso.com> <other.%d@mail.contoso.com>" % (seed - 1, seed)
        m["X-Note"] = "see %s or %s" % (self.plant(), self.plant())
        charset = rng.choice(["utf-8", "iso-8859-1", "windows-1252"])
        m.set_content(self.text(), charset=charset, cte=rng.choice(["quoted-printable", "base64", "8bit"]))
        if rng.random() < 0.6:
            local, domain = self.plant().split("@")
            m.add_alternative("<p>Größe: %s<b>@</b>%s, <a href=\"mailto:%s\">x</a></p>\n" % (local, domain, self.plant()), subtype="html",
                charset=charset, cte=rng.choice(["quoted-printable", "base64"]))
        for sub in ("csv", "plain", "calendar"):
            if rng.random() < 0.4:
                name = rng.choice(["liste.txt", "für %s.txt" % self.plant(), "%s.txt" % self.plant(), "x" * 70 + self.plant()])
                m.add_attachment(self.table() if sub == "csv" else self.text().encode(), maintype="text", subtype=sub, filename=name)
        if rng.random() < 0.3:
            m.add_attachment(('{"mail": "%s", "n": [1, 2.50], "t": "%s"}\n' % (self.plant(), self.plant())).encode(), maintype="application",
                subtype="json", filename="data.json")
        if seed % 5 == 0:
            inner = Mail(seed + 1001)
            self.planted += inner.planted
            m.add_attachment(inner.message)

    def plant(self):
        rng = self.rng
        self.planted.append("%s%d@%s" % (rng.choice(PEOPLE), rng.randrange(10000), rng.choice(["contoso.com", "fabrikam.com", "adatum.it"])))
        return self.planted[-1]

    def text(self):
        rng = self.rng
        lines = ["".join(rng.choice(["Größe ", "=gleich ", "wort ", self.plant() + " ", "(" + self.plant() + ") "]) for _ in range(rng.randrange(14)))
            for _ in range(1 + rng.randrange(9))]
        return "\n".join(lines + [rng.choice(["From here on", ".", "-- ", "ende "])]) + "\n"

    def table(self):
        return ("name,mail\r\n" + "".join("n%d,%s\r\n" % (i, self.plant()) for i in range(4))).encode()


def decoded(data):
    """All that Python's email package reads in a mail: every header, every part decoded."""
    text = ""
    for part in email.message_from_bytes(data).walk():
        for name, value in part.items():
            pieces = email.header.decode_header(str(value))
            text += name + ": " + "".join(p.decode(c or "latin-1", "replace") if isinstance(p, bytes) else p for p, c in pieces) + "\n"
        text += str(part.get_filename()) + "\n"
        if not part.is_multipart():
            text += (part.get_payload(decode=True) or b"").decode("latin-1") + "\n"
    return text


def structure(data):
    """Parts with type, encoding, charset and names of their fields, in order."""
    return [(part.get_content_type(), part.get("content-transfer-encoding"), part.get_content_charset(), part.get_boundary(),
        [name for name in part.keys()], part.preamble, part.epilogue) for part in email.message_from_bytes(data).walk()]


def check_lines(data, what):
    rig.equal([len(line) for line in data.split(b"\n") if len(line.rstrip(b"\r")) > 998], [], "lines of more than 998 bytes, " + what)


def check_transfer(data, what):
    for part in email.message_from_bytes(data).walk():
        encoding, body = str(part.get("content-transfer-encoding")).lower(), part.get_payload()
        if part.is_multipart() or encoding not in ("base64", "quoted-printable"):
            continue
        rig.check(all(len(line.rstrip("\r")) <= 76 for line in body.split("\n")), "columns of %s, %s" % (encoding, what))
        if encoding == "base64":
            base64.b64decode("".join(body.split()), validate=True)


def check_mail(data, planted, options, what):
    out = again(data, options)
    text = decoded(out)
    rig.equal([p for p in planted if p in text or p.split("@")[0] in text], [], "planted values left, " + what)
    rig.equal(structure(out), structure(data), "structure, " + what)
    if not any(len(line) > 998 for line in data.split(b"\n")):
        check_lines(out, what)
    check_transfer(out, what)
    return out


def every_value_in_every_encoding_is_gone_and_the_mail_is_whole():
    for seed in range(15):
        mail, options = Mail(seed), MODES[seed % 3]
        for sep in ("\n", "\r\n"):
            data = mail.message.as_bytes(policy=email.policy.default.clone(linesep=sep))
            what = "mail %d with %s, %r" % (seed, " ".join(options), sep)
            out = check_mail(data, mail.planted, options, what)
            rig.check((b"\r\n" in out) == (sep == "\r\n") or seed, "line ends, " + what)
        if seed < 8:
            rig.equal(found("mail-%d" % seed, out), [], "what a scan finds, " + what)


def parts_without_a_find_stay_byte_for_byte():
    m = EmailMessage(policy=email.policy.default)
    m["From"], m["To"] = "anna@contoso.com", "joe@contoso.com"
    m.set_content("nothing here =20 \n", cte="quoted-printable")
    m.add_attachment(b"a,b\r\n1,2\r\n", maintype="text", subtype="csv", filename="x.csv")
    data = b"\n\n".join(m.as_bytes().split(b"\n\n"))
    out = redacted(data)
    rig.equal(out.split(b"MIME-Version", 1)[1], data.split(b"MIME-Version", 1)[1], "all behind the addresses")


def headers_stay_headers():
    data = (b"From: =?iso-8859-1?Q?J=F6rg?= <joerg@contoso.com>, Carla\r\n\t<carla@contoso.com>\r\n"
        b"To: undisclosed: anna@contoso.com, bob@contoso.com;\r\n"
        b"Subject: =?utf-8?B?YW5uYUBj?=\r\n =?utf-8?B?b250b3NvLmNvbQ==?= hier\r\n"
        b"Content-Type: text/plain; name=anna@contoso.com.txt\r\n"
        b"Content-Disposition: attachment; filename*0=\"an\";\r\n filename*1=\"na@contoso\";\r\n filename*2=\".com.txt\"\r\n"
        b"Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\nContent-Length: 18\r\n\r\nmail x@contoso.com")
    out = redacted(data)
    m = email.message_from_bytes(out, policy=email.policy.default)
    rig.equal([a.addr_spec for a in m["To"].addresses if "@" in a.addr_spec], [], "addresses in To: " + str(m["To"]))
    rig.equal(str(m["Subject"]), "[email_address] hier", "an address over two encoded words")
    rig.equal(m.get_filename(), "[email_address].txt", "a name in pieces")
    rig.equal(m["Content-Type"].params["name"], "[email_address].txt", "a name without quotes")
    rig.equal(m["Content-Length"], str(len("mail [email_address]")), "the length is corrected")
    rig.equal(m["Content-MD5"], None, "the digest is gone")
    rig.check(b"=?iso-8859-1?Q?J=F6rg?=" in out or b"[person_name]" in decoded(out).encode(), "another word stays or is a name: %r" % out)


def threads_hold_together():
    first = b"Message-ID: <anna.1@mail.contoso.com>\nFrom: a@contoso.com\nTo: b@contoso.com\n\nx\n"
    reply = (b"Message-ID: <bob.2@mail.contoso.com>\nIn-Reply-To: <anna.1@mail.contoso.com>\n"
        b"References: <anna.1@mail.contoso.com>\n\t<other@mail.contoso.com>\nFrom: b@contoso.com\nTo: a@contoso.com\n\nx\n")
    one, two = (email.message_from_bytes(redacted(m, "--key", KEY)) for m in (first, reply))
    rig.check(re.fullmatch("<[BCDFGHJKLMNPQRSTVWXZ]{16}@redacted>", one["message-id"]), "an id: " + one["message-id"])
    rig.equal((two["in-reply-to"], two["references"].split()[0]), (one["message-id"], one["message-id"]), "the same id in two runs")
    rig.check(two["message-id"] != one["message-id"] != two["references"].split()[1], "other ids are others")
    box = b"From a@contoso.com Mon Jan  1 00:00:00 2024\n" + first + b"\nFrom b@contoso.com Mon Jan  1 00:00:00 2024\n" + reply
    ids = re.findall(rb"<([^<>]*)>", redacted(box, "--mode", "label"))
    rig.equal([i for i in ids if b"@" in i], [b"1@redacted", b"2@redacted", b"1@redacted", b"1@redacted", b"3@redacted"], "ids without a key")


def a_mailbox_is_redacted_message_by_message():
    box, planted = b"", []
    for seed in range(40, 52):
        mail = Mail(seed)
        planted += mail.planted
        box += b"From %s Mon Jan  1 00:00:00 2024\n" % mail.plant().encode()
        planted += mail.planted[-1:]
        box += mail.message.as_bytes().replace(b"\nFrom ", b"\n>From ") + b"\n"
    out = again(box, ("--key", KEY))
    rig.equal([p for p in planted if p.encode() in out], [], "planted values as bytes")
    def read(data, name):
        path = os.path.join(OUT, name)
        with open(path, "wb") as file:
            file.write(data)
        return [m.as_bytes() for m in mailbox.mbox(path)]
    before, after = read(box, "before.mbox"), read(out, "after.mbox")
    rig.equal(len(after), 12, "messages")
    rig.equal([structure(m) for m in after], [structure(m) for m in before], "structure of each")
    rig.equal([p for p in planted if any(p in decoded(m) for m in after)], [], "planted values decoded")
    rig.equal(found("box", out), [], "what a scan finds")


def what_cannot_be_searched_is_refused_or_passes_as_it_is():
    m = EmailMessage(policy=email.policy.default)
    m["From"], m["To"] = "anna@contoso.com", "joe@contoso.com"
    m.set_content("mail anna@contoso.com\n")
    logo = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
    m.add_attachment(logo, maintype="image", subtype="png", filename="logo.png")
    data = m.as_bytes()
    rig.equal(redacted(data, status=rig.INCOMPLETE), b"", "nothing of it leaves")
    log = os.path.join(OUT, "log")
    out = again(data, ("--mode", "label"), ("--pass-unsearched",))
    redacted(data, "--pass-unsearched", "--log", log)
    rig.equal([p.get_payload(decode=True) for p in email.message_from_bytes(out).walk() if p.get_content_type() == "image/png"], [logo],
        "the picture")
    rig.check("anna" not in decoded(out), "the text is redacted")
    with open(log) as file:
        rig.check("unsearched" in file.read(), "the log says so")


def gmime(data, name):
    path = os.path.join(OUT, name)
    with open(path, "wb") as file:
        file.write(data)
    lines = subprocess.run([GMIME, path], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return [line.split()[0] for line in lines]


def gmime_sees_the_same_parts():
    for seed in range(60, 72):
        data = Mail(seed).message.as_bytes()
        rig.equal(gmime(redacted(data), "out.eml"), gmime(data, "in.eml"), "types of parts in mail %d" % seed)


def real_mail_keeps_its_structure_and_a_second_run_changes_nothing():
    paths = sorted(glob.glob(os.path.join(rig.ROOT, "../../shared/data/mail/**/*.eml"), recursive=True) or
        glob.glob(os.path.join(rig.ROOT, "../shared/data/mail/**/*.eml"), recursive=True))
    if not paths:
        rig.skip("no ../shared/data/mail")
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        out = again(data, ("--format", "mail"), ("--pass-unsearched",))
        want = [row[:1] + row[3:4] for row in structure(data)]
        rig.equal([row[:1] + row[3:4] for row in structure(out)], want, "parts of " + os.path.basename(path))


try:
    rig.expect(rig.OK, rig.staunch("redact", "--new-key", KEY))
    rig.run_tests(what_stands_in_a_page_is_gone_and_its_tags_stay, a_page_stays_in_its_encoding, a_browser_shows_the_redacted_page,
        every_value_in_every_encoding_is_gone_and_the_mail_is_whole, parts_without_a_find_stay_byte_for_byte, headers_stay_headers,
        threads_hold_together, a_mailbox_is_redacted_message_by_message, what_cannot_be_searched_is_refused_or_passes_as_it_is,
        gmime_sees_the_same_parts, real_mail_keeps_its_structure_and_a_second_run_changes_nothing)
finally:
    FOLDER.__exit__(None, None, None)
