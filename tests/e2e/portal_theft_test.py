"""What a thief of a part of the portal can read: the rows of the threat model, over a case in which everybody is known."""
import hashlib
import json
import math
import os
import pathlib
import re
import sqlite3
import struct

import rig
from portal_client import (BEGIN_MAILBOX, CLASSES, CODE, HEAD_BYTES, OPEN, PERSON, RECORDS, REQUEST, Courier, Index,
    Keyholder, Payload, Portal, derive, opened)

PERSONS = 20000 if rig.FULL else 3000
FOLDER = rig.folder()
OUT = pathlib.Path(FOLDER.__enter__())


def address(i):
    return "person%05d@%s" % (i, "fabrikam%02d.com" % (i % 40))


def texts():
    """Everything that names somebody in the case."""
    return [address(i) for i in range(PERSONS)] + ["fabrikam%02d" % i for i in range(40)] + ["IT60X0542811101000000123456", "secret-name"]


def made():
    (OUT / "src").mkdir()
    with open(OUT / "src/secret-name.jsonl", "w", encoding="ascii") as file:
        for i in range(PERSONS):
            file.write(json.dumps({"id": i, "mail": address(i), "iban": "IBAN IT60X0542811101000000123456"}) + "\n")
            if i % 3 == 0:
                file.write(json.dumps({"id": -i, "mail": address(i), "other": address((i + 1) % PERSONS)}) + "\n")
    rig.scan(OUT / "case", OUT / "src")
    rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", OUT / "seal.key"))
    return sealed()


def sealed():
    rig.expect(rig.OK, rig.staunch("seal", "--case", OUT / "case", "--key", OUT / "seal.key", "-o", OUT / "index", "--name", "Northwind"))
    return Index(OUT / "index")


INDEX = made()
KEY = re.search(r"key (\S+)", (OUT / "seal.key").read_text().split("\n")[3]).group(1)


def seal_key():
    import base64
    return base64.b64decode(KEY)


def holds(data, where):
    low = data.lower()
    for text in texts():
        for form in (text.encode(), text.encode("utf-16-le"), text.encode().hex().encode(), hashlib.sha256(text.encode()).digest(),
                hashlib.md5(text.encode()).digest()):
            rig.check(form.lower() not in low, "%s holds %r as %r" % (where, text, form[:40]))


def bits(data):
    """Shannon's entropy of its bytes."""
    counts = [0] * 256
    for byte in data:
        counts[byte] += 1
    return -sum(n / len(data) * math.log2(n / len(data)) for n in counts if n)


def after_visits():
    """The state of a keyholder at which people asked, read, and wished for something; with what they held."""
    keyholder = Keyholder(OUT)
    portal, courier = Portal(keyholder.path), Courier(keyholder.errands)
    sessions = [portal.mailbox(courier, address(i)) for i in (1, 2, 3)]
    for session in sessions:
        opened(portal, session, INDEX)
    portal.ask(REQUEST, secret=sessions[0], cases=[INDEX.case()], wish=1, words="secret-name is mine")
    pending = portal.ask(BEGIN_MAILBOX, address(4))
    courier.code_for(address(4))
    portal.close()
    courier.close()
    keyholder.kill()
    return b"".join(path.read_bytes() for path in OUT.glob("state*")), sessions, pending


STATE, SESSIONS, PENDING = after_visits()


def an_index_holds_no_identity_and_no_digest_that_can_be_tried():
    holds(INDEX.data, "the index")
    rig.check(bits(INDEX.data[HEAD_BYTES:]) > 7.999, "the entries are not noise: %f bits" % bits(INDEX.data[HEAD_BYTES:]))
    head = INDEX.data[:HEAD_BYTES].rstrip(b"\0")
    rig.check(len(head) < 600, "the head has %d bytes" % len(head))


def entries_do_not_say_how_many_parties_there_are_or_which_is_one():
    parties = PERSONS + 2 * 40
    rig.check(sum(INDEX.entries) > parties, "there are no dummies: %s for %d" % (INDEX.entries, parties))
    at = HEAD_BYTES
    for entries, size in zip(INDEX.entries, CLASSES):
        table = [INDEX.data[at + 16 * i:at + 16 * i + 16] for i in range(entries)]
        rig.check(table == sorted(table), "the entries of %d bytes are not in order" % size)
        rig.check(len(set(table)) == entries, "two entries are alike")
        rig.equal(entries % 256, 0, "entries of %d bytes, rounded" % size)
        at += entries * (16 + size)
    rig.equal(at, len(INDEX.data), "the size of the file")


def two_sealings_of_one_case_have_nothing_in_common_but_the_head():
    again = sealed()
    rig.equal(again.case_id, INDEX.case_id, "the case")
    blocks = {INDEX.data[i:i + 16] for i in range(HEAD_BYTES, len(INDEX.data), 16)}
    rig.check(not any(again.data[i:i + 16] in blocks for i in range(HEAD_BYTES, len(again.data), 16)), "they share 16 bytes")
    (OUT / "index").write_bytes(INDEX.data)


def a_state_holds_no_identity_no_code_and_no_cookie():
    holds(STATE, "the state")
    for secret in SESSIONS + [PENDING.secret]:
        rig.check(secret not in STATE and secret.hex().encode() not in STATE, "the state holds a cookie")


def state_and_key_do_not_say_who_has_a_session():
    """Every key that can be derived without the cookies opens no row of proofs or sessions."""
    state_key = derive(seal_key(), "staunch portal state 1")
    db = sqlite3.connect(OUT / "state")
    rows = [row for table in ("pending", "sessions") for row in db.execute("SELECT id, sealed FROM " + table)]
    db.close()
    rig.equal(len(rows), 4, "rows of proofs and sessions")
    holds(b"".join(i + s for i, s in rows), "the rows")
    for i, hidden in rows:
        rig.check(bits(hidden) > 7.4, "a row is not noise: %f bits" % bits(hidden))
        rig.check(i != derive(state_key, "session", address(1).encode()), "a session is named by its identity")


def index_and_key_open_what_is_guessed_and_nothing_else():
    """The row that says so is true: a guess is proven, and needs the key."""
    def secret(key, who):
        per_case = derive(key, "staunch portal parties 1", INDEX.case_id + INDEX.salt + bytes([PERSON]))
        return derive(per_case, "party", who.encode())
    rig.equal(Payload(INDEX.read(secret(seal_key(), address(7)))).rows[0]["values"][0][0], "email_address", "a guess with the key")
    rig.equal(INDEX.read(secret(seal_key(), "nobody@fabrikam07.com")), None, "a wrong guess")
    rig.equal(INDEX.read(secret(bytes(32), address(7))), None, "a guess without the key")


def a_stolen_web_host_opens_only_what_its_visitors_proved():
    keyholder = Keyholder(OUT)
    portal = Portal(keyholder.path)
    for secret in (bytes(32), b"\xff" * 32, PENDING.secret, hashlib.sha256(SESSIONS[0]).digest()):
        rig.equal(portal.ask(OPEN, secret=secret, cases=[INDEX.case()]).verdict, "expired", "opening without a session")
    answer = portal.ask(OPEN, secret=SESSIONS[1], cases=[INDEX.case()], identity=address(9))
    rig.equal((answer.verdict, answer.identity), ("done", address(2)), "a session, asked for somebody else")
    for case in ((INDEX.case_id, bytes(16), 0), (bytes(16), INDEX.salt, 0)):
        secret = portal.ask(OPEN, secret=SESSIONS[1], cases=[case]).openings[0][2]
        rig.equal(INDEX.read(secret), None, "the secret of another case or sealing")
    portal.close()
    keyholder.kill()


def guesses_of_codes_and_cookies_learn_nothing():
    keyholder = Keyholder(OUT, state="state2")
    portal, courier = Portal(keyholder.path), Courier(keyholder.errands)
    pending = portal.ask(BEGIN_MAILBOX, address(11))
    courier.code_for(address(11))
    said = set()
    for i in range(20000 if rig.FULL else 2000):
        said.add(portal.ask(OPEN, secret=hashlib.sha256(b"%d" % i).digest(), cases=[INDEX.case()]).body)
        said.add(portal.ask(CODE, secret=hashlib.sha256(b"c%d" % i).digest(), code="00000000").body)
    rig.equal(len(said), 1, "how many answers there were")
    rig.equal([portal.ask(CODE, secret=pending.secret, code="0000000%d" % i).verdict for i in range(6)],
        ["wrong"] * 4 + ["too-many"] * 2, "guesses of one code")
    portal.close()
    courier.close()
    keyholder.kill()


def no_pair_of_parties_sees_a_value_of_the_other():
    """Every party of a slice of the case, opened with the key: nothing in it is anybody else's, not even masked."""
    def part(audience, who):
        per_case = derive(seal_key(), "staunch portal parties 1", INDEX.case_id + INDEX.salt + bytes([audience]))
        return INDEX.read(derive(per_case, "party", who.encode()))
    for i in range(0, PERSONS, 97):
        data = part(PERSON, address(i))
        payload = Payload(data)
        rig.equal(payload.records, 1 + (i % 3 == 0) + (i % 3 == 1), "records of " + address(i))
        for row in payload.rows:
            own = {v[1] for v in row["values"] if v[3]}
            rig.equal(own, {"p***@" + address(i).split("@")[1]}, "own values of " + address(i))
            rig.check(row["alone"] or (not row["name"] and not row["date"] and len(row["values"]) == 1), "a shared row: %s" % row)
        for text in ("secret-name", address((i + 1) % PERSONS).split("@")[1]):
            rig.check(text.encode() not in data, "%r is in the part of %s" % (text, address(i)))
    for i in range(40):
        data = part(RECORDS, "fabrikam%02d.com" % i)
        rig.check(b"IT60" not in data and b"person" not in data, "fabrikam%02d.com sees values" % i)
        found = set(re.findall(rb"fabrikam\d\d", data))
        rig.equal(found, {b"fabrikam%02d" % i}, "domains in the part of fabrikam%02d.com" % i)


rig.run_tests(an_index_holds_no_identity_and_no_digest_that_can_be_tried,
    entries_do_not_say_how_many_parties_there_are_or_which_is_one,
    two_sealings_of_one_case_have_nothing_in_common_but_the_head,
    a_state_holds_no_identity_no_code_and_no_cookie,
    state_and_key_do_not_say_who_has_a_session,
    index_and_key_open_what_is_guessed_and_nothing_else,
    a_stolen_web_host_opens_only_what_its_visitors_proved,
    guesses_of_codes_and_cookies_learn_nothing,
    no_pair_of_parties_sees_a_value_of_the_other)
