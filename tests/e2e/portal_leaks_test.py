"""Every party of a generated case walks the whole way, and nothing that it, its mail, its copies or the logs get is any other party's:
every pair of parties, by every name, number, file name and digest that the case holds. What each may see is worked out here, from what
was written into the files."""
import contextlib
import hashlib
import http.client
import io
import json
import os
import re
import socket
import time
import zipfile

import portal_rig
import rig
from portal_client import Courier, Index, Keyholder

PERSONS, DOMAINS = (900, 60) if rig.FULL else (24, 6)
STORED_AT = 1575280800
WINDOW = 9  # digits in a row that are somebody's number
HEX = re.compile(r"[0-9a-f]{64}")


def word(kind, number):
    """Letters that are no word of any list, and stand in no other word."""
    letters = "bcdfghjklmnpqrstvwxz"
    text = ""
    for byte in hashlib.sha256(b"%s %d" % (kind.encode(), number)).digest()[:9]:
        text += letters[byte % len(letters)]
    return kind + text


def iban(number):
    body = "%018d" % (370400440000000000 + 7919 * number * 1009 % 10 ** 12)
    return "DE%02d%s" % (98 - int(body + "131400") % 97, body)


def domain(i):
    return word("q", i % DOMAINS) + ".com"


def address(i):
    return "%s@%s" % (word("v", i), domain(i))


def person(i):
    return i % PERSONS


class Store:
    """The files, and whose the things are that stand in them: {thing: parties that may see it}."""

    def __init__(self):
        self.files, self.words, self.digests, self.numbers = {}, {}, {}, set()
        for i in range(PERSONS):
            self.words[word("v", i)] = {address(i)}
            self.words.setdefault(word("q", i % DOMAINS), {domain(i)}).add(address(i))
            self.alone(i, "papers/%s-contract.txt" % word("v", i), "Contract for %s\nIBAN %s\n" % (address(i), self.number(4 * i)))
            self.alone(i, "papers/letter-to-%s-%d.txt" % (word("v", person(i + 1)), i), "Dear %s\nIBAN %s\n" % (address(i), self.number(4 * i + 1)))
            self.nobodys("mails/%s.eml" % word("w", i), "From: %s\nTo: %s\nMessage-ID: <%d@mail.example>\nSubject: hello\n\nIBAN %s\n" % (
                address(i), address(person(i + 1)), i, self.number(4 * i + 2)))
        self.nobodys("exports/customers.jsonl", "".join(json.dumps({"mail": address(i), "iban": "IBAN " + self.number(4 * i + 3)}) + "\n"
            for i in range(PERSONS)))
        for i in range(PERSONS // 4):
            self.nobodys("scans/%s.txt" % word("z", i), "to be paid to IBAN %s, phone +49 30 %08d\n" % (self.number(4 * PERSONS + i), 23125000 + i))

    def number(self, n):
        text = iban(n)
        self.numbers |= {text[-WINDOW:], text[4:4 + WINDOW]} if n % 2 else {text[-WINDOW:]}
        return text

    def add(self, name, text, parties):
        self.files[name] = text
        self.digests[hashlib.sha256(text.encode()).hexdigest()] = parties

    def alone(self, i, name, text):
        self.add(name, text, {address(i), domain(i)})

    def nobodys(self, name, text):
        self.add(name, text, set())
        for token in re.findall(r"[wz][a-z]{9}", name):
            self.words[token] = set()

    def write(self, folder):
        for name, text in self.files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.utime(path, (STORED_AT, STORED_AT))

    def strange(self, text, party):
        """What stands in a text that the party may not see; party None: anything of anybody."""
        low = text.lower()
        found = {t for t in re.findall(r"[a-z]+", low) if t in self.words and party not in self.words[t]}
        found |= {t for t in HEX.findall(low) if t in self.digests and party not in self.digests[t]}
        runs = re.findall(r"\d+", re.sub(r"(?<=\d)[ .-](?=\d)", "", text))
        return found | {run[at:at + WINDOW] for run in runs for at in range(len(run) - WINDOW + 1) if run[at:at + WINDOW] in self.numbers}


class Visitor(portal_rig.Visitor):
    """At the portal's own socket, each from a network of its own, as a proxy would tell it."""

    def __init__(self, path, number):
        super().__init__(0)
        self.path, self.client = path, "10.%d.%d.7" % (number // 250, number % 250)

    def connect(self):
        self.connection = http.client.HTTPConnection(self.name)
        self.connection.sock = socket.socket(socket.AF_UNIX)
        self.connection.sock.connect(self.path)

    def ask(self, method, path, body=None, **headers):
        return super().ask(method, path, body, X_Real_IP=self.client, **headers)


class Case:
    def __init__(self, folder):
        self.folder, self.store = folder, Store()
        self.store.write(folder + "/src")
        rig.scan(folder + "/case", folder + "/src")
        rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", folder + "/seal.key"))
        rig.expect(rig.OK, rig.staunch("seal", "--case", folder + "/case", "--key", folder + "/seal.key", "-o", folder + "/index", "--name", "Northwind"))
        self.keyholder = Keyholder(folder, "--openings", 100000, "--mails", 100000)
        self.courier = Courier(self.keyholder.errands)

    def close(self):
        self.courier.close()
        self.keyholder.process.kill()
        self.keyholder.process.wait()

    def verify(self, visitor, party):
        """The pages and the mail of a proof."""
        if "@" not in party:
            asked = visitor.submit("/en/domain", "/en/domain", {"domain": party})
            self.courier.txt["_exposure-challenge." + party] = re.search(r"v=1; token=[\w-]{43}; expiry=[\w:-]+", asked.text).group(0)
            return [asked.text.replace(re.search(r"token=[\w-]{43}", asked.text).group(0), ""), visitor.submit("/en/proof", "/en/proof", {}).text]
        asked = visitor.submit("/en/", "/en/ask", {"address": party})
        code = self.courier.code_for(party)
        return [asked.text, visitor.submit("/en/code", "/en/code", {"code": code}).text]

    def walk(self, party, number):
        """All that the party gets: (text, names of documents and digests in its copy)."""
        visitor = Visitor(self.folder + "/http.sock", number)
        texts = self.verify(visitor, party)
        page = visitor.get("/en/part")
        rig.equal(page.status, 200, "status of the part of " + party)
        for path in ("/it/part", "/fr/part", "/en/correct?case=1", "/en/erase?case=1", "/en/happened", "/en/handling"):
            texts.append(visitor.get(path).text)
        for form in ("json", "csv"):
            answer = visitor.post("/en/export", {"case": "1", "as": form}, page.token())
            rig.equal(answer.status, 200, "status of the copy of " + party)
            files = zipfile.ZipFile(io.BytesIO(answer.body))
            texts += [files.read(name).decode("utf-8", "replace") for name in files.namelist()]
        copy = json.loads(next(text for text in texts if text.startswith("{")))
        visitor.connection.close()
        return "\n".join([*texts, page.text]), copy


def no_output_of_one_party_holds_a_name_number_file_name_or_digest_of_another():
    with rig.folder() as folder, contextlib.closing(Case(folder)) as case:
        begin = time.monotonic()
        parties = [address(i) for i in range(PERSONS)] + sorted({domain(i) for i in range(PERSONS)})
        seen = {}
        with portal_rig.portal(folder, keyholder=case.keyholder.path):
            for number, party in enumerate(parties):
                text, copy = case.walk(party, number)
                rig.equal(case.store.strange(text, party), set(), "what %s sees of others" % party)
                mine(case, party, copy)
                for digest in {row[key] for row in copy["rows"] for key in ("sha256", "record_sha256")} - {None}:
                    seen.setdefault(digest, set()).add(party)
        no_digest_joins_parties(seen)
        logs(case)
        print("# %d parties, %d pairs, %.0f s" % (len(parties), len(parties) * (len(parties) - 1), time.monotonic() - begin))


def mine(case, party, copy):
    """The test can fail: what is the party's is there, and exactly that."""
    members = [i for i in range(PERSONS) if party in (address(i), domain(i))]
    rig.equal((copy["records"], copy["records_alone"]), records_of(members), "records of " + party)
    rig.equal({row["sha256"] for row in copy["rows"]} - {None}, {d for d, who in case.store.digests.items() if party in who}, "documents of " + party)
    names = {row["document"] for row in copy["rows"]} - {None}
    own = {"%s-contract.txt" % word("v", i) for i in members} if "@" in party else set()
    rig.equal(names, own | {"customers.jsonl"}, "names that %s sees" % party)
    values = {(value["kind"], value["value"]) for row in copy["rows"] for value in row["values"]}
    allowed = {("email_address", "v***@" + domain(members[0]))}
    allowed |= {("iban", "%s **** **** %s" % (iban(4 * i + k)[:4], iban(4 * i + k)[-4:])) for i in members for k in (0, 1, 3)} \
        if "@" in party else {("iban", None)}
    rig.equal(values, allowed, "values of " + party)


def records_of(members):
    """(distinct records, those alone) of persons of one party: two papers and a row of their own, and the mails they sent and got."""
    mails = {i for i in members} | {(i - 1) % PERSONS for i in members}
    return 3 * len(members) + len(mails), 3 * len(members)


def no_digest_joins_parties(seen):
    for digest, parties in seen.items():
        rig.check(len({party.rpartition("@")[2] for party in parties}) == 1 and sum("@" in party for party in parties) <= 1,
            "the digest %s is seen by %s" % (digest, parties))


def logs(case):
    """What is written beside the pages: nobody at all."""
    case.courier.close()
    case.keyholder.process.terminate()
    said = b"".join(case.keyholder.process.communicate(timeout=30))
    with open(case.folder + "/portal.log", "rb") as file:
        said += file.read()
    rig.equal(case.store.strange(said.decode("utf-8", "replace"), None), set(), "what the logs hold")
    rig.equal([mail[0] for mail in case.courier.mails], [], "mails that nobody asked for")
    with open(case.folder + "/index", "rb") as file:
        rig.equal(case.store.strange(file.read(16384).decode("latin-1"), None), set(), "what the head of the index holds")


rig.run_tests(no_output_of_one_party_holds_a_name_number_file_name_or_digest_of_another)
