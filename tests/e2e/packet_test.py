"""A packet for one party: all that is its own, and of anybody else nothing: no value in any spelling, no name of a file,
no count. Held over every party of both examples, and by changing everything that belongs to others: not a byte moves."""
import collections
import csv
import hashlib
import hmac
import html
import io
import json
import os
import pty
import re
import sqlite3
import stat
import struct
import subprocess
import sys
import unicodedata
import urllib.parse
import zipfile

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import make_exposure  # noqa: E402

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
FILES = ["README.txt", "report.html", "parts.csv", "parts.json"]
ENDS = (rig.OK, rig.INCOMPLETE)
_serial = iter(range(1 << 30))


# --- packets ---

def make(case, party, *options, status=ENDS, stdin=b""):
    """(path of the zip, passphrase)"""
    name = os.path.join(OUT, "packet%d" % next(_serial))
    rig.expect(status, rig.staunch("report", "--case", case, "--party", party, "--reveal", "hand-over 4711", "-o", name + ".zip",
        "--passphrase-file", name + ".pass", *options, stdin=stdin))
    with open(name + ".pass", encoding="ascii") as file:
        return name + ".zip", file.read().strip()


def unpacked(path, passphrase):
    """{name: bytes}, by 7-Zip: what nobody can open with a common program is no packet."""
    to = path + ".open"
    done = subprocess.run(["7zz", "x", "-y", "-p" + passphrase, "-o" + to, path], capture_output=True, timeout=60)
    rig.check(done.returncode == 0, "7zz: " + done.stdout.decode()[-300:] + done.stderr.decode()[-300:])
    found = {}
    for name in os.listdir(to):
        with open(os.path.join(to, name), "rb") as file:
            found[name] = file.read()
    return found


def packet(case, party, *options, **kwargs):
    return unpacked(*make(case, party, *options, **kwargs))


def parts(files):
    return json.loads(files["parts.json"])["parts"]


def words(files):
    """Everything a reader of the packet can read, also what a spreadsheet or a browser makes of it."""
    text = "\n".join(data.decode("utf-8") for data in files.values())
    return "\n".join((text, html.unescape(text), urllib.parse.unquote(text)))


def folded(text):
    return unicodedata.normalize("NFKC", text).casefold()


def spellings(value):
    """Written, in small letters, as a browser or a spreadsheet shows it, its domain in letters and in A-labels."""
    found = {value, html.unescape(value), urllib.parse.unquote(value), re.sub(r"[\u200b-\u200d\u2060\ufeff]", "", value)}
    for text in list(found):
        local, at, domain = text.rpartition("@")
        try:
            found |= {local + at + domain.encode("idna").decode(), local + at + domain.encode().decode("idna")}
        except UnicodeError:
            pass
    return {folded(text).strip("()<> ") for text in found}


# --- the two examples ---

class World:
    """A scanned case and its truth: canonical addresses, and every text that may not stand in a packet of another."""

    def __init__(self, case, addresses, texts, options=()):
        self.case, self.addresses = case, sorted(addresses)
        self.report = rig.report(case, "--reveal", "test")
        self.texts = {s for text in texts for s in spellings(text) if len(s) > 3}
        self.owners = collections.defaultdict(list)
        for address in self.addresses:
            domain = address.rpartition("@")[2]
            self.owners[domain.split(".", domain.count(".") - 1 - (domain.split(".")[-2] == "co"))[-1]].append(address)


def december():
    stores, truth = rig.make_example(os.path.join(OUT, "stores"), 300)
    case = os.path.join(OUT, "december.case")
    rig.scan(case, *stores, options=["--own-domain", truth["own_domain"]])
    folder = os.path.join(OUT, "stores/truth/")
    return World(case, rig.lines(folder + "addresses.txt"), rig.lines(folder + "values.txt"))


def september():
    cache = os.path.join(rig.ROOT, "build/exposure")
    folder = make_exposure.cached(cache if os.access(rig.ROOT, os.W_OK) else OUT)
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    case = os.path.join(OUT, "september.case")
    rig.scan(case, truth["store"], status=rig.INCOMPLETE, options=["--own-domain", truth["own_domain"]], cwd=folder)
    found = {row["canonical"].lstrip("'") for row in entities(case)}
    return World(case, [v["canonical"] for v in truth["values"] if v["kind"] == "email_address" and v["canonical"] in found],
        rig.lines(os.path.join(folder, "values.txt")))


def entities(case):
    done = rig.expect(ENDS, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test"))
    return [row for row in csv.DictReader(io.StringIO(done.stdout.decode())) if row["kind"] == "email_address"]


_worlds = {}


def world(make_world):
    if make_world not in _worlds:
        _worlds[make_world] = make_world()
    return _worlds[make_world]


def leaks(here, own, files):
    """Planted texts in a packet that are not its own."""
    text = folded(words(files))
    for value in sorted(own, key=len, reverse=True):
        for spelling in spellings(value):
            text = text.replace(spelling, "#")
    return sorted(t for t in here.texts if t in text)


def numbers_beside_the_places(files):
    """Every number of the packet but where something stands."""
    whole = json.loads(files["parts.json"])
    for part in whole.pop("parts"):
        rig.check(set(part) == {"value", "kind", "form", "confidence", "store", "object", "name", "member", "format", "record",
            "where", "unit", "start", "end", "stored_at", "sha256"}, "a part says more or less than it should: %s" % part)
    for key in ("schema", "reference", "made_at", "version", "detectors_sha256", "method"):
        whole.pop(key)
    page = re.sub(r"(?s)<style>.*?</style>|<meta [^>]*>|<title>.*?</title>|<h1>.*?</h1>|<tbody>.*?</tbody>|<p>Made .*?</p>|<[^>]*>|SHA-256", " ",
        files["report.html"].decode())
    readme = re.sub(r"(?s)^Packet .*?\n|Detectors .*|from\s+1|sha256", "", files["README.txt"].decode())
    return whole, {int(n) for text in (json.dumps(whole), html.unescape(page), readme) for n in re.findall(r"\d+", text)}


def coverage_numbers(here, whole):
    """The numbers that everybody may know, from the report; and of the one that only packets have, what it must be."""
    got = here.report["coverage"]
    allowed = {got["bytes"]["listed"], got["bytes"]["read"], sum(n["bytes"] for n in got["not_searched"]) if got["not_searched"] else 0}
    allowed |= set(got["objects"].values()) | set(got["records"].values()) | {0, 50, whole["coverage"]["bytes"]["not_searched"]}
    allowed |= {n for row in got["unread"]["by_reason"].values() for n in (row.values() if isinstance(row, dict) else [row])}
    rig.check(whole["coverage"]["records"]["unattributed"] <= got["records"]["distinct"], "more is unattributed than there is")
    return allowed | {whole["coverage"]["records"]["unattributed"], got["objects"]["unread"] + got["objects"].get("pending", 0)}


def no_packet_holds_anything_of_another(here, parties):
    seen_unattributed = set()
    mentions = {row["canonical"].lstrip("'"): int(row["mentions"]) for row in entities(here.case)}
    for party, own in parties.items():
        files = packet(here.case, party)
        rig.equal(sorted(files), sorted(FILES), "files of the packet of " + party)
        found = {part["value"] for part in parts(files)}
        rig.check(set(own) <= found, "the packet of %s lacks %s" % (party, rig.shown(set(own) - found)))
        strange = {v for v in found - set(own) if not v.endswith(("@" + party, "." + party))}
        rig.equal(strange, set(), "values of others in the packet of " + party)
        own = sorted(found)  # words that run into an address make another one of the same party
        rig.equal(leaks(here, own, files), [], "texts of others in the packet of " + party)
        whole, numbers = numbers_beside_the_places(files)
        figures = whole["figures"]
        rig.equal(figures["values"], len(own), "values of " + party)
        rig.equal(figures["mentions"], sum(mentions[address] for address in own), "mentions of " + party)
        rig.equal(len(parts(files)), figures["parts_listed"], "places listed of " + party)
        ours = {figures["values"], figures["mentions"], figures["parts_listed"], *figures["records"].values()}
        ours.add(max(0, len(own) - 200))  # of those the README names 200
        ours |= {int(n) for address in own for n in [mentions[address], *re.findall(r"\d+", address)]}
        strange = numbers - ours - coverage_numbers(here, whole)
        rig.equal(strange, set(), "numbers in the packet of %s that are neither its own nor coverage" % party)
        seen_unattributed.add(whole["coverage"]["records"]["unattributed"])
    rig.equal(len(seen_unattributed), 1, "numbers of unattributed records")


def organizations_of(here):
    free = {"gmail.com", "libero.it", "orange.fr", "gmx.de", "mailinator.com"}
    return {domain: own for domain, own in here.owners.items() if domain not in free}


def nothing_of_one_organization_is_in_the_packet_of_another_in_december():
    here = world(december)
    rig.check(len(organizations_of(here)) > 15, "there are too few organizations to prove anything: %s" % list(here.owners))
    no_packet_holds_anything_of_another(here, organizations_of(here))


def nothing_of_one_organization_is_in_the_packet_of_another_in_september():
    here = world(september)
    rig.check(len(organizations_of(here)) > 8, "there are too few organizations to prove anything: %s" % list(here.owners))
    no_packet_holds_anything_of_another(here, organizations_of(here))


def nothing_of_one_person_is_in_the_packet_of_another():
    for here in (world(december), world(september)):
        no_packet_holds_anything_of_another(here, {a: [a] for a in here.addresses[::1 if rig.FULL else 7]})


# --- changing all that belongs to others changes nothing ---

# What is said of fabrikam, and what stands there in the other world; of equal length, so that nothing else moves.
SWAPS = [("bruno.neri", "carla.long"), ("fabrikam", "wingtips"), ("Fabrikam", "Wingtips"), ("FABRIKAM", "WINGTIPS"),
    ("Bruno Neri", "Carla Long"), ("+39 06 6982 1234", "+39 02 7245 9876"), ("4111 1111 1111 1111", "4000 0566 5566 5556"),
    ("IT60X0542811101000000123456", "DE89370400440532013000xxxxx"[:27]), ("203.0.113.77", "198.51.100.5"), ("offer", "draft")]


def plant(folder, swap):
    """A store in which contoso and others stand side by side; swap(text) changes what belongs to others."""
    def write(name, text):
        path = os.path.join(folder, swap(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else swap(text).encode())
    rows = [{"id": 1, "mail": "anna.rossi@contoso.com"},
        {"id": 2, "mail": "Anna.Rossi@CONTOSO.com and bruno.neri@fabrikam.com, BRUNO.NERI@FABRIKAM.COM", "card": "card 4111 1111 1111 1111"},
        {"id": 3, "mail": "bruno.neri@fabrikam.com", "phone": "call +39 06 6982 1234", "iban": "IBAN IT60X0542811101000000123456"},
        {"id": 4, "mail": "bruno.neri at fabrikam dot com, anna.rossi at contoso dot com", "ip": "from 203.0.113.77"},
        {"id": 5, "mail": "bruno.neri&#64;fabrikam.com u=anna.rossi%40contoso.com", "name": "Bruno Neri"},
        {"id": 6, "mail": "luca@mail.contoso.com, bounce+bruno.neri=fabrikam.com@contoso.com", "x": "wei.li@contoso.com"},
        {"id": 8, "mail": "bounce-fabrikam.it@contoso.com bruno_fabrikam.it@contoso.com x.fabrikam.it@contoso.com", "y": "x@fabrikam.it, fabrikam.com@contoso.com"},
        {"id": 7, "note": "nobody is in it"}]
    write("data/cases-001.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    write("data/fabrikam-offer.csv", "who,mail\nA,anna.rossi@contoso.com\nB,bruno.neri@fabrikam.com\nC,bruno.neri@fabrikam.com\n")
    mail = ("From: Anna Rossi <anna.rossi@contoso.com>\r\nTo: Bruno Neri <bruno.neri@fabrikam.com>\r\nSubject: offer\r\n"
        "Message-ID: <1@contoso.com>\r\nDate: Mon, 3 Oct 2022 10:00:00 +0200\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee luca@contoso.com\r\n"
        "> Bruno Neri <bruno.neri@fabrikam.com> wrote\r\n--b\r\nContent-Type: text/csv; name=fabrikam.csv\r\n"
        "Content-Disposition: attachment; filename=fabrikam.csv\r\n\r\nwho,mail\r\nx,bruno.neri@fabrikam.com\r\ny,luca@contoso.com\r\n--b--\r\n")
    write("mail/inbox/1.eml", mail)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("export/list-1.txt", "export/fabrikam.txt"):
            archive.writestr(zipfile.ZipInfo(swap(name)), swap("bruno.neri@fabrikam.com, anna.rossi@contoso.com\n"))
    write("backup.zip", packed.getvalue())
    for root, _, names in os.walk(folder):
        for name in names:
            os.utime(os.path.join(root, name), (1570000000, 1570000000))


def other_world(text):
    for one, other in SWAPS:
        assert len(one) == len(other), (one, other)
        text = text.replace(one, other)
    return text


def scanned(name, swap=lambda text: text):
    case = os.path.join(OUT, name + ".case")
    if not os.path.exists(case):
        store = os.path.join(OUT, name)
        plant(store, swap)
        rig.scan(case, store, options=["--region", "IT"])
    return case


def without_its_number(files):
    """Made at, and the number of the packet, are of the moment."""
    known = json.loads(files["parts.json"])
    return {name: data.decode().replace(known["reference"], "R" * 16).replace(known["made_at"], "T" * 20)
        for name, data in files.items()}


def a_packet_does_not_change_by_a_byte_when_all_that_belongs_to_others_does():
    here, there = scanned("here"), scanned("there", other_world)
    mails = {row["canonical"] for row in entities(there)}
    rig.check("carla.long@wingtips.com" in mails and not any("fabrikam" in m for m in mails), "the other world is no other: %s" % mails)
    for party in ("contoso.com", "anna.rossi@contoso.com", "luca@contoso.com", "nobody@adatum.com"):
        one, other = without_its_number(packet(here, party)), without_its_number(packet(there, party))
        for name in FILES:
            rig.equal(one[name], other[name], "%s of %s in the other world" % (name, party))


def a_record_of_two_parties_shows_each_its_own_part():
    case = scanned("here")
    for party, own, other in (("contoso.com", {"anna.rossi@contoso.com", "luca@contoso.com"}, "fabrikam"),
            ("fabrikam.com", {"bruno.neri@fabrikam.com"}, "contoso")):
        files = packet(case, party)
        mail = [p for p in parts(files) if p["format"] == "message"]
        rig.equal({p["value"] for p in mail if p["where"] == "header"}, own - {"luca@contoso.com"}, "of the header, for " + party)
        rig.check(other not in words(files).lower(), "the packet of %s names %s" % (party, other))


def what_is_a_partys_is_all_there_in_every_spelling_and_its_places_are_right():
    case = scanned("here")
    got = collections.Counter((p["value"], p["form"]) for p in parts(packet(case, "contoso.com")))
    rig.equal(got[("anna.rossi@contoso.com", "obfuscated")], 1, "spelled out")
    rig.equal(got[("anna.rossi@contoso.com", "encoded")], 1, "encoded")
    rig.equal(got[("anna.rossi@contoso.com", "plain")], 6, "plain")
    rig.equal(got[("luca@mail.contoso.com", "plain")], 1, "below the domain")
    store = os.path.join(OUT, "here")
    row = next(p for p in parts(packet(case, "luca@mail.contoso.com")))
    with open(os.path.join(store, "data/cases-001.jsonl"), "rb") as file:
        data = file.read()
    rig.equal(data[row["start"]:row["end"]], b"luca@mail.contoso.com", "the bytes at the place")
    # others stand in that record: its place is told by numbers
    rig.equal((row["record"], row["where"], row["member"], row["name"], row["stored_at"], row["sha256"]), (6, None, None, None, None, None),
        "where it is")
    alone = next(p for p in parts(packet(case, "anna.rossi@contoso.com")) if p["record"] == 1 and p["name"])
    rig.equal((alone["name"], alone["stored_at"]), ("data/cases-001.jsonl", "2019-10-02T07:06:40Z"), "where a record of anna alone is")


def an_address_that_carries_another_one_is_released_to_no_organization():
    case = scanned("here")
    carrying = {"bounce+bruno.neri=fabrikam.com@contoso.com", "fabrikam.com@contoso.com", "bounce-fabrikam.it@contoso.com", "bruno_fabrikam.it@contoso.com", "x.fabrikam.it@contoso.com"}
    mails = {row["canonical"] for row in entities(case)}
    rig.check(carrying < mails, "they are not all found: %s" % mails)
    for party in ("contoso.com", "fabrikam.com", "fabrikam.it"):
        found = words(packet(case, party))
        for address in sorted(carrying):
            rig.check(address not in found, "%s is in the packet of %s" % (address, party))
    rig.equal(len(parts(packet(case, "fabrikam.com@contoso.com"))), 1, "places of such a mailbox itself")
    rig.check("wei.li@contoso.com" in words(packet(case, "contoso.com")), "a person whose name could be a domain is left out")


def a_name_of_a_file_is_given_only_if_nobody_can_be_in_it():
    case = scanned("here")
    names = {p["name"] for p in parts(packet(case, "contoso.com"))}
    # records that others share, and documents whose names could be somebody's, are objects and members by number
    rig.equal(names, {"data/cases-001.jsonl", None}, "names")
    names = {p["name"] for p in parts(packet(case, "fabrikam.com"))}
    rig.equal(names, {"data/cases-001.jsonl", None}, "names")


# --- nothing is there ---

def every_negative_answer_is_the_same_in_size_and_form():
    case = scanned("here")
    sizes, texts = set(), set()
    for party in ("x@y.example", "adatum.com", "a-name-that-is-long.and.longer.still@a-domain-that-is-long-too.example",
            "info@bücher.example", "nobody@gmail.com", "bücher.example", "bruno.neri+x@fabrikam.com"):
        path, passphrase = make(case, party)
        sizes.add(os.path.getsize(path))
        files = unpacked(path, passphrase)
        sizes.add(tuple(len(files[name]) for name in FILES))
        texts.add(json.dumps(without_its_number(files), sort_keys=True))
        rig.equal(parts(files), [], "places")
    rig.equal(len(sizes), 2, "sizes of negative answers (%s)" % sizes)
    rig.equal(len(texts), 1, "texts of negative answers")
    rig.check("No record was attributed to this mailbox or domain among 15 records read; 1 are unattributed or in review; "
        "searched for e-mail addresses" in json.loads(files["parts.json"])["answer"], "the sentence is another: " + texts.pop())


def coverage_stands_in_every_file_and_an_incomplete_case_ends_with_3():
    store = os.path.join(OUT, "partly")
    os.makedirs(store)
    with open(os.path.join(store, "a.txt"), "w", encoding="utf-8") as file:
        file.write("anna.rossi@contoso.com\n")
    os.mkfifo(os.path.join(store, "pipe"))
    case = os.path.join(OUT, "partly.case")
    rig.scan(case, store, status=rig.INCOMPLETE)
    for party in ("contoso.com", "adatum.com"):
        files = packet(case, party, status=rig.INCOMPLETE)
        for name in ("README.txt", "report.html", "parts.json"):
            rig.check("not-a-file" in files[name].decode(), "%s does not say what was not read" % name)
        rig.equal(json.loads(files["parts.json"])["coverage"]["complete"], False, "complete")


# --- who is asked for ---

def a_party_may_be_written_in_any_spelling():
    store = os.path.join(OUT, "idn")
    os.makedirs(store)
    with open(os.path.join(store, "a.txt"), "w", encoding="utf-8") as file:
        file.write("info@bücher.example, anna.rossi@contoso.com\n")
    case = os.path.join(OUT, "idn.case")
    rig.scan(case, store)
    for party, value in (("BÜCHER.example", "info@xn--bcher-kva.example"), ("xn--bcher-kva.example", "info@xn--bcher-kva.example"),
            ("INFO@Bücher.EXAMPLE", "info@xn--bcher-kva.example"), ("CONTOSO.com", "anna.rossi@contoso.com"),
            ("Anna.Rossi@Contoso.Com", "anna.rossi@contoso.com"), ("anna.rossi at contoso dot com", "anna.rossi@contoso.com")):
        rig.equal([p["value"] for p in parts(packet(case, party))], [value], party)
    rig.equal([p["value"] for p in parts(packet(case, "-", stdin=b"contoso.com\n"))], ["anna.rossi@contoso.com"], "from standard input")


def what_is_no_party_or_would_say_too_much_is_refused_and_nothing_is_written():
    case = scanned("here")
    out, phrase = os.path.join(OUT, "refused.zip"), os.path.join(OUT, "refused.pass")
    good = {"--party": "contoso.com", "--reveal": "why", "-o": out, "--passphrase-file": phrase}
    wrong = [{"--party": p} for p in ("gmail.com", "mailinator.com", "co.uk", "com", "mail.contoso.com", "contoso", "", "a@b@c",
        "contoso.com fabrikam.com", "anna.rossi@contoso.com, luca@contoso.com", "*")]
    wrong += [{"--reveal": None}, {"--reveal": ""}, {"-o": None}, {"-o": "-"}, {"-o": case}, {"-o": case + ".key"}, {"-o": "/dev/null"},
        {"--passphrase-file": None}, {"--passphrase-file": out}, {"--passphrase-file": case}, {"--party": None},
        {"--list": "entities"}, {"--explain": "x"}, {"--format": "json"}, {"--claims": case}]
    for change in wrong:
        arguments = [x for name, value in {**good, **change}.items() if value is not None for x in (name, value)]
        done = rig.staunch("report", "--case", case, *arguments)
        rig.expect(rig.WRONG, done)
        rig.check("@contoso" not in done.stderr.decode(), "the error repeats an address: %s" % done.stderr)
        rig.check(not os.path.exists(out) and not os.path.exists(out + ".part"), "%s left a packet behind" % change)
        rig.check(not os.path.exists(phrase), "%s left a passphrase behind" % change)
    rig.report(case)


# --- the zip ---

def the_packet_opens_with_its_passphrase_only():
    path, passphrase = make(scanned("here"), "contoso.com")
    rig.check(re.fullmatch("[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){6}", passphrase), "28 letters of 5 bits: " + passphrase)
    for program in (["7zz", "t", "-p" + passphrase, path], ["bsdtar", "--passphrase", passphrase, "-xOf", path]):
        rig.check(subprocess.run(program, capture_output=True, timeout=60).returncode == 0, "%s cannot open it" % program[0])
    other = ("0" if passphrase[0] != "0" else "1") + passphrase[1:]
    for program in (["7zz", "t", "-p" + other, path], ["bsdtar", "--passphrase", other, "-xOf", path], ["7zz", "t", "-pcontoso", path]):
        rig.check(subprocess.run(program, capture_output=True, timeout=60).returncode != 0, "%s opens it with another" % program[0])
    other_path, other_phrase = make(scanned("here"), "contoso.com")
    rig.check(other_phrase != passphrase and passphrase.encode() not in open(path, "rb").read(), "two packets have one passphrase")
    rig.equal(os.path.getsize(path), os.path.getsize(other_path), "size of the same packet")


def the_zip_says_nothing_but_neutral_names_and_its_seals_hold():
    """Held against the format's own description: AE-2, AES-256, no sum of the plaintext, and each authentication code."""
    path, passphrase = make(scanned("here"), "contoso.com")
    rig.equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode")
    with zipfile.ZipFile(path) as archive, open(path, "rb") as raw:
        rig.equal([(i.filename, i.date_time, i.CRC, i.compress_type) for i in archive.infolist()],
            [(name, (1980, 1, 1, 0, 0, 0), 0, 99) for name in FILES], "entries")
        for info in archive.infolist():
            rig.equal(info.extra, struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0), "the field of the encryption")
            raw.seek(info.header_offset + 30 + len(info.filename) + 11)
            salt, verifier = raw.read(16), raw.read(2)
            sealed, code = raw.read(info.file_size), raw.read(10)
            keys = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), salt, 1000, 66)
            rig.equal(verifier, keys[64:], "verifier of " + info.filename)
            rig.equal(code, hmac.new(keys[32:64], sealed, "sha1").digest()[:10], "code of " + info.filename)
    with open(path, "rb") as file:
        rig.check(b"contoso" not in file.read(), "the party can be read in the zip")


def on_a_terminal_the_passphrase_is_shown_once():
    case, out = scanned("here"), os.path.join(OUT, "tty.zip")
    master, slave = pty.openpty()
    done = subprocess.run([rig.STAUNCH, "report", "--case", case, "--party", "contoso.com", "--reveal", "why", "-o", out],
        stdout=slave, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60)
    os.close(slave)
    shown = os.read(master, 4096).decode()
    os.close(master)
    rig.equal(done.returncode, 0, "exit status (%s)" % done.stderr.decode())
    found = re.findall(r"passphrase +(\S+)", shown)
    rig.equal(len(found), 1, "passphrases on the terminal: " + shown)
    rig.equal(sorted(unpacked(out, found[0])), sorted(FILES), "files")


def the_hand_over_stands_in_the_case_and_the_party_is_sealed_there():
    case = os.path.join(OUT, "event.case")
    store = os.path.join(OUT, "event")
    os.makedirs(store)
    with open(os.path.join(store, "a.txt"), "w", encoding="utf-8") as file:
        file.write("anna.rossi@tailspintoys.com\n")
    rig.scan(case, store)
    packet(case, "tailspintoys.com")
    packet(case, "northwindtraders.com")
    with sqlite3.connect(case) as db:
        events = [row[0] for row in db.execute("SELECT what FROM events ORDER BY id")]
    db.close()
    rig.equal(events, ["packet", "packet"], "events: a negative answer is one, too")
    with open(case, "rb") as file:
        data = file.read()
    for word in (b"tailspin", b"northwind", b"4711"):
        rig.check(word not in data, "%s stands in the case in the clear" % word)


def the_page_is_self_contained_and_runs_nothing():
    page = packet(scanned("here"), "contoso.com")["report.html"].decode()
    rig.check(re.search(r"<script|<link|<img|<iframe|javascript:|\son\w+=|https?:|src=|href=", page) is None, "the page loads or runs something")
    style = re.search(r"(?s)<style>(.*?)</style>", page).group(1)
    import base64
    want = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rig.check("default-src 'none'; style-src 'sha256-%s'" % want in page, "the policy does not name the page's own style")


def all_files_say_the_same():
    files = packet(scanned("here"), "contoso.com")
    rows = list(csv.DictReader(io.StringIO(files["parts.csv"].decode(), newline="")))
    listed = parts(files)
    rig.equal(len(rows), len(listed), "rows of CSV and JSON")
    for row, part in zip(rows, listed):
        rig.equal({k: v for k, v in row.items()}, {k: "" if v is None else "%.2f" % v if k == "confidence" else str(v) for k, v in part.items()}, "a row")
    page = files["report.html"].decode()
    rig.equal(page.count("<tr>"), len(rows) + 1, "rows of the page")
    answer = json.loads(files["parts.json"])["answer"]
    rig.check(answer in html.unescape(page) and answer in " ".join(files["README.txt"].decode().split()), "the answer is not the same everywhere")


rig.run_tests(
    a_packet_does_not_change_by_a_byte_when_all_that_belongs_to_others_does,
    a_record_of_two_parties_shows_each_its_own_part,
    what_is_a_partys_is_all_there_in_every_spelling_and_its_places_are_right,
    an_address_that_carries_another_one_is_released_to_no_organization,
    a_name_of_a_file_is_given_only_if_nobody_can_be_in_it,
    every_negative_answer_is_the_same_in_size_and_form,
    coverage_stands_in_every_file_and_an_incomplete_case_ends_with_3,
    a_party_may_be_written_in_any_spelling,
    what_is_no_party_or_would_say_too_much_is_refused_and_nothing_is_written,
    the_packet_opens_with_its_passphrase_only,
    the_zip_says_nothing_but_neutral_names_and_its_seals_hold,
    on_a_terminal_the_passphrase_is_shown_once,
    the_hand_over_stands_in_the_case_and_the_party_is_sealed_there,
    the_page_is_self_contained_and_runs_nothing,
    all_files_say_the_same,
    nothing_of_one_organization_is_in_the_packet_of_another_in_december,
    nothing_of_one_organization_is_in_the_packet_of_another_in_september,
    nothing_of_one_person_is_in_the_packet_of_another,
)
