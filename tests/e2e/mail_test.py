"""Two exports of the same mails are one set of messages; headers, bodies and attachments give exactly what was put in."""
import csv
import email
import email.header
import email.policy
import glob
import io
import json
import os
import random
import re
import time
from email.message import EmailMessage

import rig

MAILS = 1000
REPLIES = 300
PEOPLE = ["anna", "bruno", "carla", "dörte", "emil", "françoise", "gianni", "hélène", "ivan", "jörg"]
IDENTIFIERS = {"message-id", "references", "in-reply-to", "content-id", "resent-message-id", "original-message-id"}
ADDRESS = re.compile(r"[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.I)

FOLDER = rig.folder()
OUT = FOLDER.__enter__()


class Mail:
    """One invented message: what it says, and the addresses in it."""

    def __init__(self, number, reply_to=None):
        rng = random.Random(number)
        self.number = number
        self.name = PEOPLE[number % len(PEOPLE)].capitalize() + " Müller"
        self.sender = "user%d@contoso.com" % (number % 97)
        self.to = ["to%d@fabrikam.example" % rng.randrange(400) for _ in range(1 + number % 3)]
        self.subject = "Größe %d: fattura e preventivo, ein recht langer Betreff" % number
        self.date = 1_700_000_000 + number * 61
        self.id = "<m%d.x@mail.contoso.com>" % number
        self.body = "Guten Tag,\n\nbitte an body%d@example.org antworten.   \n\n=Zeile mit Gleichheitszeichen é %d\n" % (
            number, number)
        self.addresses = {self.sender, "body%d@example.org" % number, *self.to}
        self.reply_to = reply_to
        if reply_to:
            self.body += "\n> " + reply_to.body.replace("\n", "\n> ")
            self.addresses.add("body%d@example.org" % reply_to.number)
        self.attachments = []
        if number % 4 == 0:  # the same file goes with many mails
            key = number // 4 % 25
            self.attachments.append(("Kunden %d é.csv" % key, "text", "csv",
                ("name,mail\r\n" + "".join("n%d,shared%d.%d@example.net\r\n" % (i, key, i) for i in range(5))).encode()))
            self.addresses.update("shared%d.%d@example.net" % (key, i) for i in range(5))
        if number % 10 == 0:
            self.attachments.append(("logo-%d.png" % (number % 30), "image", "png",
                b"\x89PNG\r\n\x1a\n" + bytes(rng.randrange(256) for _ in range(300))))

    def message(self, encoding, sender, received):
        m = EmailMessage(policy=email.policy.default)
        for line in received:
            m["Received"] = line
        m["From"] = email.headerregistry.Address(self.name, addr_spec=sender)
        m["To"] = ", ".join(self.to)
        m["Subject"] = self.subject
        m["Date"] = email.utils.formatdate(self.date, localtime=False) if encoding == "base64" else \
            time.strftime("%d %b %Y %H:%M:%S +0200", time.gmtime(self.date + 7200))
        m["Message-ID"] = self.id
        if self.reply_to:
            m["In-Reply-To"] = m["References"] = self.reply_to.id
        m.set_content(self.body, cte=encoding)
        if self.number % 3 == 0:
            m.add_alternative("<p>Guten Tag, body%d@example.org</p>\n" % self.number, subtype="html", cte=encoding)
        for name, main, sub, data in self.attachments:
            m.add_attachment(data, maintype=main, subtype=sub, filename=name)
        return m


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


MADE = [Mail(i) for i in range(MAILS)]
ANSWERS = [Mail(MAILS + i, MADE[i * 3]) for i in range(REPLIES)]
ALL = set().union(*(mail.addresses for mail in MADE + ANSWERS))


def make_stores():
    """one: LF, quoted-printable, a file each, with the replies; two: CRLF, base64, other trace fields, one mbox."""
    box = io.BytesIO()
    for mail in MADE:
        lf = mail.message("quoted-printable", mail.sender, ["from a.example by b.example; Mon, 1 Jan 2024 00:00:00 +0000"])
        write("%s/one/%04d.eml" % (OUT, mail.number), lf.as_bytes(policy=email.policy.default.clone(linesep="\n")))
        crlf = mail.message("base64", mail.sender.capitalize(), ["from c.example by d.example", "by e.example; now"])
        data = crlf.as_bytes(policy=email.policy.default.clone(linesep="\r\n", max_line_length=200))
        if mail.number % 2:
            write("%s/two/%04d" % (OUT, mail.number), data)
        else:
            box.write(b"From export Mon Jan  1 00:00:00 2024\r\n" + data + b"\r\n")
    write(OUT + "/two/rest", box.getvalue())
    for mail in ANSWERS:
        data = mail.message("quoted-printable", mail.sender, []).as_bytes(policy=email.policy.default.clone(linesep="\n"))
        write("%s/one/%04d.eml" % (OUT, mail.number), data)


def case(name):
    return os.path.join(OUT, name + ".case")


def listed(name, what):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case(name), "--format", "csv", "--list", what,
        "--reveal", "test"))
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def addresses_found(name):
    return {row["canonical"] for row in listed(name, "entities") if row["kind"] == "email_address"}


def two_exports_and_the_replies_are_as_many_messages_as_were_written():
    make_stores()
    rig.scan(case("mails"), OUT + "/one", OUT + "/two", status=rig.INCOMPLETE)
    got = rig.report(case("mails"))
    units = {row["unit"]: (row["raw"], row["distinct"]) for row in got["units"]}
    rig.equal(units["message"], (2 * MAILS + REPLIES, MAILS + REPLIES), "messages, raw and distinct")
    rows = 5 * sum(1 for m in MADE + ANSWERS if m.number % 4 == 0) + 5 * sum(1 for m in MADE if m.number % 4 == 0)
    rig.equal(units["row"], (rows, 125), "rows of attached tables")
    rig.equal([(row["records"], row["identical"]) for row in got["copies"]], [(MAILS + 125, False)], "copies")


def the_addresses_are_those_that_were_written_and_no_identifier_is_one():
    found = addresses_found("mails")
    rig.equal((sorted(ALL - found)[:5], sorted(found - ALL)[:5]), ([], []), "addresses missing and too many")


def attachments(name, *options):
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case(name), "--list", "attachments", "--format",
        "json", *options))
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def places_of(mail):
    """Every place of this mail in the two stores, as path chains."""
    yield "%s/one:/%04d.eml" % (OUT, mail.number)
    if mail.number < MAILS:
        yield OUT + ("/two:/%04d" % mail.number if mail.number % 2 else "/two:/rest!/message-%d" % (mail.number // 2 + 1))


def every_attachment_is_listed_under_every_mail_that_carries_it():
    truth = {}
    for mail in MADE + ANSWERS:
        for name, _, _, data in mail.attachments:
            mails, places = truth.setdefault(data, (set(), []))
            mails.add(mail.number)
            places += ["%s!/%s" % (place, name) for place in places_of(mail)]
    want = sorted((len(data), len(places), len(mails), sorted(places)) for data, (mails, places) in truth.items())
    rows = attachments("mails", "--reveal", "test")
    got = sorted((row["bytes"], row["mails"], row["distinct_mails"], sorted(at["path"] for at in row["carried_by"])) for row in rows)
    for expected, found in zip(want, got):
        rig.equal(found, expected, "attachment with bytes, mails, distinct mails, places")
    rig.equal(len(got), len(want), "distinct attachments")
    rig.equal({row["format"]: row["status"] for row in rows}, {"csv": "read", "png": "partial"}, "formats and status")
    rig.equal([row["mails"] for row in rows], sorted((row["mails"] for row in rows), reverse=True), "the most carried first")
    for row in rows:
        rig.equal(len({at["mail"] for at in row["carried_by"]}), row["distinct_mails"], "names of distinct mails")


def the_list_of_attachments_is_written_as_text_and_csv_and_shows_no_name_unasked():
    csv_rows = listed("mails", "attachments")
    rig.equal(len(csv_rows), sum(row["mails"] for row in attachments("mails")), "a row for each mail that carries one")
    rig.equal({row["name"] for row in csv_rows} >= {"Kunden 3 é.csv", "logo-0.png"}, True, "names when revealed")
    for form in ("text", "csv", "json"):
        done = rig.staunch("report", "--case", case("mails"), "--list", "attachments", "--format", form)
        rig.equal([w for w in (b"Kunden", b"logo", b".eml") if w in done.stdout], [], "names in masked " + form)
    rig.equal(done.returncode, rig.INCOMPLETE, "status of a list of an incomplete case")
    text = rig.staunch("report", "--case", case("mails"), "--list", "attachments").stdout.decode().splitlines()
    rig.equal(sum(line.startswith("  mail ") for line in text), len(csv_rows), "lines for mails")
    rig.equal(text[0].split("  ")[1].startswith("csv, "), True, "first line: " + text[0])


def what_an_attachment_is():
    """Twice in one mail counts once; a copy of the file counts as a mail; a mail in a mail is one; its own text is none."""
    def mail(number, *parts):
        m = EmailMessage(policy=email.policy.default)
        m["From"], m["To"], m["Subject"] = "a@contoso.com", "b@contoso.com", "n%d" % number
        m.set_content("text of %d\n" % number)
        for name, data in parts:
            m.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
        return m
    one, two = (b"one of the two\n", b"the other\n")
    inner = mail(1, ("a.txt", one))
    outer = mail(2, ("b.txt", one), ("c.txt", one), ("d.txt", two))
    outer.add_attachment(inner)
    write(OUT + "/few/1", outer.as_bytes())
    write(OUT + "/few/2", outer.as_bytes())
    write(OUT + "/few/3", mail(3, ("d.txt", two), ("e.txt", b"")).as_bytes())
    rig.scan(case("few"), OUT + "/few", status=rig.OK)
    got = [(row["format"], row["bytes"], row["mails"], row["distinct_mails"], [at["name"] for at in row["carried_by"]])
        for row in attachments("few", "--reveal", "test")]
    rig.equal(sorted(got)[0], ("empty", 0, 1, 1, ["e.txt"]), "an empty one")
    by_names = {"".join(sorted(set(row[4]))): row for row in got}
    rig.equal(by_names["d.txt"][2:4], (3, 2), "mails with the other")
    rig.equal(by_names["a.txtb.txtc.txt"][2:4], (4, 2), "mails with the one")
    rig.equal(by_names["part-5"][0], "message", "a mail in a mail")


def mentions_are_told_from_those_that_repeat_an_earlier_mail():
    for mail in ANSWERS[:3]:
        quoted = "body%d@example.org" % mail.reply_to.number
        for address, where in ((quoted, "quoted reply"), ("body%d@example.org" % mail.number, "body"), (mail.sender, "header")):
            done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case("mails"), "--explain", address, "--format",
                "json", "--reveal", "test"))
            places = [json.loads(line) for line in done.stdout.decode().splitlines()]
            mine = {at["where"] for at in places if at["path"].split("!")[0].endswith("/%04d.eml" % mail.number)}
            rig.equal(mine, {where}, "places of %s in mail %d" % (address, mail.number))


def every_mention_in_a_message_is_in_its_record():
    store = OUT + "/single"
    write(store + "/a", MADE[0].message("base64", "x@contoso.com", []).as_bytes())
    write(store + "/b", MADE[0].message("quoted-printable", "X@contoso.com", []).as_bytes())
    rig.scan(case("single"), store, status=rig.INCOMPLETE)
    for row in listed("single", "entities"):
        rig.equal((row["mentions_distinct_records"], int(row["mentions"]) % 2),
            (str(int(row["mentions"]) // 2), 0), "mentions of " + row["canonical"])


def addresses_of_python(data):
    """(those in the decoded headers and text parts as Python's email package reads them, leaf parts)"""
    message, found, leaves = email.message_from_bytes(data), set(), 0
    for part in message.walk():
        for name, value in part.items():
            if name.lower() not in IDENTIFIERS:
                pieces = email.header.decode_header(str(value))
                text = "".join(p.decode(c or "latin-1", "replace") if isinstance(p, bytes) else p for p, c in pieces)
                found.update(a.lower() for a in ADDRESS.findall(text))
        if part.is_multipart():
            continue
        leaves += 1
        if part.get_content_maintype() in ("text", "message"):
            found.update(a.lower() for a in ADDRESS.findall((part.get_payload(decode=True) or b"").decode("latin-1")))
    return found, leaves


def headers_bodies_and_attachments_are_those_of_pythons_email_package():
    paths = sorted(glob.glob(OUT + "/one/*.eml"))[::50]
    for path in paths:
        with open(path, "rb") as file:
            want, leaves = addresses_of_python(file.read())
        name = "python-" + os.path.basename(path)
        rig.scan(case(name), path, status=(rig.OK, rig.INCOMPLETE))
        rig.equal(addresses_found(name), want, "addresses in " + path)
        rig.equal(rig.report(case(name))["coverage"]["objects"]["members"], leaves, "parts of " + path)


def what_python_finds_in_real_mail_is_found():
    paths = sorted(glob.glob(os.path.join(rig.ROOT, "../../shared/data/mail/**/*.eml"), recursive=True) or
        glob.glob(os.path.join(rig.ROOT, "../shared/data/mail/**/*.eml"), recursive=True))
    if not paths:
        rig.skip("no ../shared/data/mail")
    # top-level domains that do not exist, an identifier in a body, and a local part over 64 bytes
    never = ("@moondog.pvi", "@example.comm", "@example.dom", "@cac.washing", "4e326a95.3010907@example.com", "@ninomail.com")
    missing = set()
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            want, _ = addresses_of_python(file.read())
        rig.scan(case("real-%d" % number), path, status=(rig.OK, rig.INCOMPLETE))
        found = addresses_found("real-%d" % number)
        whole = {a for a in want - found if any(f.endswith("=" + a) for f in found)}  # a bounce or forwarder, found with its `=`
        missing |= {(os.path.basename(path), a) for a in want - found - whole if not a.endswith(never)}
    rig.equal(missing, set(), "addresses that only Python finds")


try:
    rig.run_tests(two_exports_and_the_replies_are_as_many_messages_as_were_written,
        the_addresses_are_those_that_were_written_and_no_identifier_is_one,
        every_attachment_is_listed_under_every_mail_that_carries_it,
        the_list_of_attachments_is_written_as_text_and_csv_and_shows_no_name_unasked, what_an_attachment_is,
        mentions_are_told_from_those_that_repeat_an_earlier_mail, every_mention_in_a_message_is_in_its_record,
        headers_bodies_and_attachments_are_those_of_pythons_email_package, what_python_finds_in_real_mail_is_found)
finally:
    FOLDER.__exit__(None, None, None)
