"""What a thief of a part of the portal can read: the rows of the threat model, over a case in which everybody is known."""
import base64
import collections
import hashlib
import json
import math
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import time

import portal_rig
import rig
from portal_client import (BEGIN_MAILBOX, CLASSES, CODE, GENUINE, HEAD_BYTES, OPEN, PERSON, RECORDS, REQUEST, Courier, Index,
    Keyholder, Payload, Portal, derive, opened)

PERSONS = 1000000 if rig.FULL else 3000
ALL_FORMS = 3000  # of so many texts every form is looked for, of the others the plain one and the digests
GUESSES = 100000 if rig.FULL else 5000
FIND_ANY = os.path.join(rig.BUILD, "tests/unit/portal/find_any")
SLOW_S = 3000
FOLDER = rig.folder()
OUT = pathlib.Path(FOLDER.__enter__())


def address(i):
    return "person%05d@%s" % (i, "fabrikam%02d.com" % (i % 40))


def texts():
    """Everything that names somebody in the case."""
    return ["fabrikam%02d" % i for i in range(40)] + ["IT60X0542811101000000123456", "secret-name"] + [address(i) for i in range(PERSONS)]


def write_patterns():
    """All of them in the forms that somebody might look for, for find_any."""
    with open(OUT / "patterns", "wb") as file:
        for number, text in enumerate(texts()):
            data = text.encode()
            forms = [data, hashlib.sha256(data).digest(), hashlib.md5(data).digest()]
            if number < ALL_FORMS:
                forms += [text.encode("utf-16-le"), data.hex().encode()]
            file.write(b"".join(bytes([len(form)]) + form for form in forms))


def made():
    (OUT / "src").mkdir()
    with open(OUT / "src/secret-name.jsonl", "w", encoding="ascii") as file:
        for i in range(PERSONS):
            file.write(json.dumps({"id": i, "mail": address(i), "iban": "IBAN IT60X0542811101000000123456"}) + "\n")
            if i % 3 == 0:
                file.write(json.dumps({"id": -i, "mail": address(i), "other": address((i + 1) % PERSONS)}) + "\n")
    rig.scan(OUT / "case", OUT / "src", timeout=SLOW_S)
    rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", OUT / "seal.key"))
    return sealed()


def sealed():
    rig.expect(rig.OK, rig.staunch("seal", "--case", OUT / "case", "--key", OUT / "seal.key", "-o", OUT / "index", "--name", "Northwind",
        timeout=SLOW_S))
    return Index(OUT / "index")


write_patterns()
INDEX = made()
KEY = re.search(r"key (\S+)", (OUT / "seal.key").read_text().split("\n")[3]).group(1)


def seal_key():
    return base64.b64decode(KEY)


def holds_nobody(*paths):
    """No text of the case stands in these files in any form: every one of them is looked for at every byte."""
    done = subprocess.run([FIND_ANY, OUT / "patterns", *paths], capture_output=True, text=True, timeout=SLOW_S)
    rig.check(done.returncode == 0, "a text of the case stands in a file: " + done.stdout + done.stderr)
    rig.check("%d patterns" % (3 * len(texts()) + 2 * min(ALL_FORMS, len(texts()))) in done.stdout, done.stdout)


def bits(data):
    """Shannon's entropy of its bytes."""
    return -sum(n / len(data) * math.log2(n / len(data)) for n in collections.Counter(data).values())


def copied(name, *sources):
    """A copy as a backup program makes one."""
    (OUT / name).mkdir()
    for source in sources:
        shutil.copy(source, OUT / name)
    return sorted((OUT / name).iterdir())


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
    backup = copied("backup", OUT / "index", *OUT.glob("state*"))  # while the keyholder runs
    portal.close()
    courier.close()
    keyholder.kill()
    return b"".join(path.read_bytes() for path in OUT.glob("state*")), backup, sessions, pending


STATE, BACKUP, SESSIONS, PENDING = after_visits()


def an_index_holds_no_identity_and_no_digest_that_can_be_tried():
    holds_nobody(OUT / "index")
    at = HEAD_BYTES
    for entries, size in zip(INDEX.entries, CLASSES):
        payloads = INDEX.data[at + 16 * entries:at + entries * (16 + size)]
        at += entries * (16 + size)
        # of n bytes of noise, log2(256) less about 255 / (2 n ln 2) bits
        least = 8 - 3 * 255 / (2 * len(payloads) * math.log(2))
        rig.check(bits(payloads) > least, "payloads of %d bytes are not noise: %f bits, not %f" % (size, bits(payloads), least))
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
    step = 16 * max(1, len(INDEX.data) // (1 << 26))
    blocks = {INDEX.data[i:i + 16] for i in range(HEAD_BYTES, len(INDEX.data), step)}
    rig.check(not any(again.data[i:i + 16] in blocks for i in range(HEAD_BYTES, len(again.data), 16)), "they share 16 bytes")
    (OUT / "index").write_bytes(INDEX.data)


def a_state_holds_no_identity_no_code_and_no_cookie():
    holds_nobody(*OUT.glob("state*"))
    for secret in SESSIONS + [PENDING.secret]:
        rig.check(secret not in STATE and secret.hex().encode() not in STATE, "the state holds a cookie")


def state_and_key_do_not_say_who_has_a_session():
    """Every key that can be derived without the cookies opens no row of proofs or sessions."""
    state_key = derive(seal_key(), "staunch portal state 1")
    db = sqlite3.connect(OUT / "state")
    rows = [row for table in ("pending", "sessions") for row in db.execute("SELECT id, sealed FROM " + table)]
    db.close()
    rig.equal(len(rows), 4, "rows of proofs and sessions")
    (OUT / "rows").write_bytes(b"".join(i + s for i, s in rows))
    holds_nobody(OUT / "rows")
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


def a_backup_made_while_the_keyholder_runs_holds_nobody_and_can_be_used():
    rig.check({"index", "state", "state-wal"} <= {path.name for path in BACKUP}, "the backup has %s" % BACKUP)
    copied("restored", *BACKUP)
    shutil.copy(OUT / "seal.key", OUT / "restored")
    keyholder = Keyholder(OUT / "restored")
    portal = Portal(keyholder.path)
    rig.equal(opened(portal, SESSIONS[1], Index(OUT / "restored/index")).records, 1 + (2 % 3 == 0) + (2 % 3 == 1), "a part from the backup")
    portal.close()
    keyholder.kill()
    holds_nobody(*BACKUP)
    data = b"".join(path.read_bytes() for path in BACKUP)
    for secret in SESSIONS + [PENDING.secret]:
        rig.check(secret not in data and secret.hex().encode() not in data, "the backup holds a cookie")


def guess(kind, number):
    return hashlib.sha256(b"%s %d" % (kind, number)).digest()


def flipped(secret, bit):
    return (int.from_bytes(secret, "big") ^ 1 << bit).to_bytes(len(secret), "big")


def seconds_of(asks, times):
    """[seconds of each of so many calls] of each of two functions, in turns and each as often first: what else the machine does meets both."""
    taken = ([], [])
    for number in range(times):
        for which in (0, 1) if number % 2 else (1, 0):
            begin = time.perf_counter()
            asks[which](number)
            taken[which].append(time.perf_counter() - begin)
    return taken


def welch_t(a, b):
    """Of the middle nine tenths: what else the machine does makes the rest."""
    a, b = (sorted(x)[len(x) // 20:len(x) - len(x) // 20] for x in (a, b))
    return (statistics.mean(a) - statistics.mean(b)) / math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))


def guesses_at_the_keyholders_socket_learn_nothing():
    """Cookies, codes, proofs and notices: one answer for all, whatever is near; limits hold; the last takes no longer than the first."""
    keyholder = Keyholder(OUT, state="state2")
    portal, courier = Portal(keyholder.path), Courier(keyholder.errands)
    try:
        guess_at(portal, courier)
    finally:
        portal.close()
        courier.close()
        keyholder.kill()


def guess_at(portal, courier):
    pending = portal.ask(BEGIN_MAILBOX, address(11))
    courier.code_for(address(11))
    session = portal.mailbox(courier, address(12))
    near = [flipped(secret, bit) for secret in (session, pending.secret) for bit in range(0, 256, 5)]
    said, taken = set(), []
    for number in range(GUESSES // 4):
        begin = time.perf_counter()
        said.add(portal.ask(OPEN, secret=guess(b"session", number), cases=[INDEX.case()]).body)
        taken.append(time.perf_counter() - begin)
        said.add(portal.ask(CODE, secret=guess(b"proof", number), code="00000000").body)
    for secret in near:
        said.add(portal.ask(OPEN, secret=secret, cases=[INDEX.case()]).body)
        said.add(portal.ask(CODE, secret=secret, code="00000000").body)
    rig.equal(len(said), 1, "how many answers there were")
    rig.check(statistics.median(taken[-1000:]) < 3 * statistics.median(taken[:1000]), "the last guesses take longer: %f s, then %f s" % (
        statistics.median(taken[:1000]), statistics.median(taken[-1000:])))
    far = [guess(b"far", number) for number in range(len(near))]
    asks = [lambda n, of=secrets: portal.ask(OPEN, secret=of[n % len(of)], cases=[INDEX.case()]) for secrets in (near, far)]
    t = min(abs(welch_t(*seconds_of(asks, 1000))) for _ in range(3))
    rig.check(t < 4.5, "a cookie that is nearly one takes another time: t = %.1f" % t)
    rig.equal([portal.ask(CODE, secret=pending.secret, code="0000000%d" % i).verdict for i in range(6)],
        ["wrong"] * 4 + ["too-many"] * 2, "guesses of one code")
    notices = [portal.ask(GENUINE, notice="7K3Q-92MD-%04d" % (number % 10000), cases=[INDEX.case()]) for number in range(GUESSES // 50)]
    rig.check(sum(answer.verdict == "done" for answer in notices) <= 60 * 3 and not any(answer.notice_at for answer in notices),
        "a notice was guessed, or more than 60 a minute were answered")
    rig.equal(opened(portal, session, INDEX).records > 0, True, "the session that all this was about")


def guesses_of_digests_find_no_entry_of_the_index():
    for number in range(GUESSES // 4):
        rig.equal(INDEX.find(guess(b"digest", number)[:16]), None, "the entry of a guess")
        rig.equal(INDEX.read(guess(b"party", number)), None, "the part of a guess")


def guesses_of_cookies_at_the_portal_learn_nothing():
    """Over HTTP: the same bytes for each, and a code of a mail works afterwards."""
    keyholder = Keyholder(OUT, state="state3")
    courier = Courier(keyholder.errands)
    with portal_rig.portal(str(OUT), keyholder=keyholder.path):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(OUT / "http.sock"))
            said = {ask_page(connection, base64.urlsafe_b64encode(guess(b"cookie", n)).decode().rstrip("=")) for n in range(GUESSES // 4)}
            rig.equal(len(said), 1, "how many answers there were: %s" % [text[:300] for text in list(said)[:2]])
            rig.check(b" 403 " in next(iter(said)), "the answer is %r" % next(iter(said))[:300])
            portal = Portal(keyholder.path)
            session = portal.mailbox(courier, address(13))
            portal.close()
            page = ask_page(connection, base64.urlsafe_b64encode(session).decode().rstrip("="))
            rig.check(b" 200 " in page and b"p***@fabrikam13.com" in page, "the page of who is verified: %r" % page[:300])
    courier.close()
    keyholder.kill()


def ask_page(connection, session):
    """/en/part for a cookie, without the date of the answer."""
    connection.sendall(("GET /en/part HTTP/1.1\r\nHost: portal.example.com\r\nCookie: __Host-visit=%s; __Host-session=%s\r\n\r\n" % (
        "0123456789abcdef" * 2, session)).encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
    while len(body) < size:
        body += connection.recv(65536)
    return re.sub(rb"(?i)date: [^\r]*", b"", head) + body


def no_party_sees_a_value_of_another():
    """Every party of the case, opened with the key: nothing in it is anybody else's, not even masked."""
    def part(audience, who):
        per_case = derive(seal_key(), "staunch portal parties 1", INDEX.case_id + INDEX.salt + bytes([audience]))
        return INDEX.read(derive(per_case, "party", who.encode()))
    for i in range(PERSONS):
        data, domain = part(PERSON, address(i)), address(i).split("@")[1]
        payload = Payload(data)
        rig.equal(payload.records, 1 + (i % 3 == 0) + ((i - 1) % PERSONS % 3 == 0), "records of " + address(i))
        for row in payload.rows:
            rig.equal({v[1] for v in row["values"] if v[3]}, {"p***@" + domain}, "own values of " + address(i))
            rig.check(row["alone"] or (not row["name"] and not row["date"] and len(row["values"]) == 1), "a shared row: %s" % row)
        rig.equal(set(re.findall(rb"fabrikam\d\d|secret-name|person\d+", data)), {domain[:10].encode()}, "names in the part of " + address(i))
    for i in range(40):
        data = part(RECORDS, "fabrikam%02d.com" % i)
        rig.check(b"IT60" not in data and b"person" not in data, "fabrikam%02d.com sees values" % i)
        found = set(re.findall(rb"fabrikam\d\d", data))
        rig.equal(found, {b"fabrikam%02d" % i}, "domains in the part of fabrikam%02d.com" % i)


# Those that need a session that is not 15 minutes old come first.
rig.run_tests(a_stolen_web_host_opens_only_what_its_visitors_proved,
    a_backup_made_while_the_keyholder_runs_holds_nobody_and_can_be_used,
    an_index_holds_no_identity_and_no_digest_that_can_be_tried,
    entries_do_not_say_how_many_parties_there_are_or_which_is_one,
    two_sealings_of_one_case_have_nothing_in_common_but_the_head,
    a_state_holds_no_identity_no_code_and_no_cookie,
    state_and_key_do_not_say_who_has_a_session,
    index_and_key_open_what_is_guessed_and_nothing_else,
    guesses_at_the_keyholders_socket_learn_nothing,
    guesses_of_digests_find_no_entry_of_the_index,
    guesses_of_cookies_at_the_portal_learn_nothing,
    no_party_sees_a_value_of_another)
