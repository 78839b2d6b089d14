"""A portal, a courier and a resolver for tests, written from docs/contracts.md: they speak to a real keyholder over its
sockets and open sealed indices, with nothing of ours but the format."""
import ctypes
import ctypes.util
import hashlib
import os
import select
import socket
import struct
import subprocess
import threading
import time

import rig

ABOUT, BEGIN_MAILBOX, CODE, BEGIN_DOMAIN, CHECK_DOMAIN, OPEN, EXPORT, SIGN, GENUINE = range(1, 10)
REQUEST, END = 11, 12
VERDICTS = ("done", "wrong", "expired", "too-many", "no-identity", "public", "part", "not-found", "disagree", "bogus",
    "unreachable", "busy", "not-verified", "broken")
STATES = ("opened", "nothing", "held", "erased")
PERSON, COUNTS, RECORDS = 1, 2, 3
CLASSES = (256, 1024, 4096)
HEAD_BYTES = 16384
KINDS = ("email_address phone_number person_name organization_name postal_address ip_address payment_card iban national_id"
    " vat_number case_number url secret date_of_birth").split()

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
sodium.sodium_init()


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<I", len(data)) + data


class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        rig.check(self.at + size <= len(self.data), "a message is cut at %d of %d" % (self.at, len(self.data)))
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize(form)))[0]

    def text(self):
        return self.take(self.number("I")).decode()

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def short(self):
        return self.take(self.varint()).decode()


def send(sock, kind, body):
    sock.sendall(struct.pack("<II", kind, len(body)) + body)


def receive(sock, timeout=30):
    sock.settimeout(timeout)
    def exactly(size):
        data = b""
        while len(data) < size:
            some = sock.recv(size - len(data))
            if not some:
                raise EOFError("the peer is gone")
            data += some
        return data
    kind, size = struct.unpack("<II", exactly(8))
    return kind, exactly(size)


def connect(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(path)
    return sock


class Answer:
    def __init__(self, body):
        self.body = body
        c = Cursor(body)
        self.verdict = VERDICTS[c.number("B")]
        self.secret = c.take(32)
        self.tries_left, self.retry_after_s = c.number("I"), c.number("I")
        self.kind, self.identity, self.domain = c.number("B"), c.text(), c.text()
        self.scope, self.expires_at, self.idle_at = c.number("B"), c.number("q"), c.number("q")
        self.openings = [(STATES[c.number("B")], c.number("B"), c.take(32)) for _ in range(c.number("B"))]
        self.txt_name, self.txt_value, self.key_id = c.text(), c.text(), c.text()
        self.public_key, self.signature, self.statement = c.take(32), c.take(64), c.text()
        self.notice_case, self.notice_at = c.take(16), c.number("q")
        self.log = [(c.number("q"), c.take(16), c.number("B"), c.number("B")) for _ in range(c.number("B"))]
        rig.equal(c.at, len(body), "the end of an answer")


class Portal:
    """The web host's side. client: 16 bytes of its network."""

    def __init__(self, path, client=b"client of a test"):
        self.sock, self.client = connect(path), client

    def close(self):
        self.sock.close()

    def ask(self, kind, identity="", secret=bytes(32), code="", cases=(), document=0, sha256=bytes(32), wish=0, words="",
            notice="", language="en"):
        body = text(identity) + text(language) + self.client + secret + text(code) + bytes([len(cases)])
        for case_id, salt, exposed_at in cases:
            body += case_id + salt + struct.pack("<q", exposed_at)
        body += bytes([document]) + sha256 + bytes([wish]) + text(words) + text(notice)
        send(self.sock, kind, body)
        got, answer = receive(self.sock)
        rig.equal(got, 128 + kind, "the type of an answer")
        return Answer(answer)

    def mailbox(self, courier, address):
        """The whole way of one mailbox: the session's secret."""
        pending = self.ask(BEGIN_MAILBOX, address)
        rig.equal(pending.verdict, "done", "the answer to " + address)
        session = self.ask(CODE, secret=pending.secret, code=courier.code_for(address.lower()))
        rig.equal(session.verdict, "done", "the answer to the code of " + address)
        return session.secret


class Courier(threading.Thread):
    """Takes mails and lookups; txt: what DNS says by name, or a verdict. It is known to the keyholder when it is made."""

    def __init__(self, path, mails=True, lookups=True):
        super().__init__(daemon=True)
        self.sock, self.mails, self.txt, self.registered_at = connect(path), [], {}, 0
        self.here = threading.Condition()
        send(self.sock, 1, bytes([(1 if mails else 0) | (2 if lookups else 0)]))
        self.start()
        time.sleep(0.1)

    def run(self):
        try:
            while True:
                kind, body = receive(self.sock, 600)
                c = Cursor(body)
                number = c.number("Q")
                if kind == 2:
                    mail = (c.text(), c.text(), c.text())
                    with self.here:
                        self.mails.append(mail)
                        self.here.notify_all()
                    send(self.sock, 4, struct.pack("<QB", number, 0))
                elif kind == 3:
                    c.text()
                    said = self.txt.get(c.text())
                    wanted = c.text()
                    verdict = said if said in VERDICTS else "done" if said == wanted else "not-found"
                    send(self.sock, 5, struct.pack("<QBq", number, VERDICTS.index(verdict), self.registered_at))
        except (EOFError, OSError):
            pass

    def code_for(self, address, timeout=10):
        """Of the latest mail to this address, which is taken."""
        until = time.time() + timeout
        with self.here:
            while True:
                for i in range(len(self.mails) - 1, -1, -1):
                    if self.mails[i][0] == address:
                        return self.mails.pop(i)[2]
                if not self.here.wait(until - time.time()) and time.time() >= until:
                    raise rig.Failed("no mail to " + address)

    def close(self):
        self.sock.close()


class Keyholder:
    def __init__(self, folder, *options, key="seal.key", state="state"):
        self.folder = str(folder)
        self.path = os.path.join(self.folder, "ask")
        self.errands = self.path + ".errands"
        self.state = os.path.join(self.folder, state)
        self.command = [rig.STAUNCH, "keyholder", "--key", os.path.join(self.folder, key), "--socket", self.path,
            "--state", self.state, *map(str, options)]
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        rig.check(line == b"ready\n", "the keyholder says %r %r" % (line, b"" if line else self.process.stderr.read()))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self):
        self.process.terminate()
        rig.equal(self.process.wait(30), 0, "the keyholder's exit")
        self.process.stdout.close()
        self.process.stderr.close()


def derive(key, label, context=b""):
    return hashlib.blake2b(label.encode() + b"\0" + context, key=key, digest_size=32).digest()


class Index:
    """A sealed index, opened with the secrets that a keyholder gives."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        rig.equal(self.data[:8], b"STINDEX1", "the beginning of an index")
        size = struct.unpack_from("<I", self.data, 8)[0]
        c = Cursor(self.data[12:12 + size])
        self.version, self.case_id, self.salt = c.number("B"), c.take(16), c.take(16)
        self.key_id, self.name, self.coverage = c.text(), c.text(), c.text()
        self.exposed_at, self.closed_at, self.sealed_at = (c.number("q") for _ in range(3))
        (self.objects_listed, self.objects_read, self.objects_unread, self.objects_duplicate, self.records_read,
            self.records_distinct, self.unattributed, self.not_searched, self.kinds) = (c.number("Q") for _ in range(9))
        self.entries = [c.number("Q") for _ in range(3)]
        self.tables = c.take(32)
        rig.equal(c.at, size, "the size of the head")

    def case(self, exposed_at=None):
        return (self.case_id, self.salt, self.exposed_at if exposed_at is None else exposed_at)

    def find(self, digest):
        at = HEAD_BYTES
        for entries, size in zip(self.entries, CLASSES):
            table = self.data[at:at + 16 * entries]
            low, high = 0, entries
            while low < high:
                middle = (low + high) // 2
                if table[16 * middle:16 * middle + 16] < digest:
                    low = middle + 1
                else:
                    high = middle
            if low < entries and table[16 * low:16 * low + 16] == digest:
                start = at + 16 * entries + low * size
                return self.data[start:start + size]
            at += entries * (16 + size)
        return None

    def read(self, secret):
        """What was sealed under this secret; None: nothing."""
        whole, link = b"", 0
        while True:
            number = struct.pack("<I", link)
            digest = derive(secret, "digest", number)[:16]
            sealed = self.find(digest)
            if sealed is None:
                rig.equal(link, 0, "the link that is missing")
                return None
            plain = ctypes.create_string_buffer(len(sealed))
            bound = digest + self.case_id + self.salt + bytes([1])
            bad = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plain, None, None, sealed,
                ctypes.c_ulonglong(len(sealed)), bound, ctypes.c_ulonglong(len(bound)), bytes(24),
                derive(secret, "payload", number))
            rig.equal(bad, 0, "opening link %d" % link)
            used, follow = struct.unpack_from("<HI", plain.raw)
            whole += plain.raw[6:6 + used]
            if follow == 0:
                return whole
            link += 1


class Payload:
    def __init__(self, data):
        c = Cursor(data)
        rig.equal(c.number("B"), 1, "the version of a payload")
        self.audience, self.employer = c.number("B"), c.number("B")
        self.records, self.alone, self.persons = c.varint(), c.varint(), c.varint()
        self.kinds = {}
        for _ in range(c.varint()):
            kind = KINDS[c.number("B")]
            self.kinds[kind] = (c.varint(), c.varint(), c.varint(), c.varint())
        self.rows = [self.row(c) for _ in range(c.varint())]
        rig.equal(c.at, len(data), "the end of a payload")

    @staticmethod
    def row(c):
        flags = c.number("B")
        row = {"alone": bool(flags & 1), "withheld": bool(flags & 2), "name": c.short(), "date": c.varint(),
            "record_sha256": c.take(32).hex() if flags & 128 else "",
            "sha256": c.take(32).hex() if flags & 64 else "", "copies": c.varint(), "more": c.varint(), "values": []}
        for _ in range(c.varint()):
            kind, value_flags = KINDS[c.number("B")], c.number("B")
            row["values"].append((kind, c.short(), bool(value_flags & 1), bool(value_flags & 2)))
        return row


def opened(portal, session, index, exposed_at=None):
    """The payload of a session's party in an index; None: nothing was found; a word: why it is not opened."""
    answer = portal.ask(OPEN, secret=session, cases=[index.case(exposed_at)])
    if answer.verdict != "done":
        return answer.verdict
    state, _, secret = answer.openings[0]
    if state != "opened":
        return state
    data = index.read(secret)
    return None if data is None else Payload(data)
