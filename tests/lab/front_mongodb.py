"""A scripted server that answers as MongoDB documents it. It is NOT MongoDB, which neither Debian 12 nor npm has, and holds no
data: it knows hello, listDatabases and count, and what each mode says to them. Sources: MongoDB's driver specifications (OP_MSG,
OP_QUERY and OP_REPLY; 6.0 takes OP_QUERY for hello alone), its manual's pages of the commands, its list of error codes.

    with front_mongodb.serve("closed") as front:
        front.port

Modes: `open` (no access control), `closed` (access control: hello is answered, the rest is Unauthorized), `old` (2.4: OP_QUERY
alone, open), `old-closed` (2.4 with access control), `tls` (wants TLS: ends the connection), `lies` (ok to everything)."""
import contextlib
import socketserver
import struct
import threading

MODES = ("open", "closed", "old", "old-closed", "tls", "lies")
DATABASES = ("admin", "config", "local", "support")
QUERY, REPLY, MESSAGE = 2004, 1, 2013


def bson(fields):
    """A document of texts, whole numbers, floating numbers, booleans, documents and lists."""
    out = b""
    for name, value in fields.items():
        key = name.encode() + b"\0"
        if isinstance(value, bool):
            out += b"\x08" + key + bytes([value])
        elif isinstance(value, int):
            out += b"\x10" + key + struct.pack("<i", value)
        elif isinstance(value, float):
            out += b"\x01" + key + struct.pack("<d", value)
        elif isinstance(value, str):
            out += b"\x02" + key + struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"
        elif isinstance(value, dict):
            out += b"\x03" + key + bson(value)
        else:
            out += b"\x04" + key + bson({str(i): item for i, item in enumerate(value)})
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def command_of(data, code):
    """(name of the command, database) of a message; the first element of its document is the command."""
    if code == QUERY:
        at = data.index(b"\0", 20) + 1
        database = data[20:at - 1].split(b".")[0]
        document = data[at + 8:]
    else:
        document = data[21:]
        at = document.find(b"\x02$db\0")
        database = document[at + 9:].split(b"\0")[0] if at >= 0 else b""
    return document[5:].split(b"\0")[0].decode(), database.decode()


def hello(mode):
    return {"ismaster": True, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000,
        **({"maxWireVersion": 21, "minWireVersion": 0} if not mode.startswith("old") else {}), "readOnly": False, "ok": 1.0}


def refused(mode, name, database):
    if mode == "old-closed":
        return {"ok": 0.0, "errmsg": "unauthorized"}
    return {"ok": 0.0, "errmsg": "Command %s requires authentication" % name, "code": 13, "codeName": "Unauthorized"}


def answer(mode, name, database):
    if mode == "lies":
        return {"ok": 1.0}
    if name.lower() in ("ismaster", "hello"):
        return hello(mode)
    if mode.endswith("closed"):
        return refused(mode, name, database)
    if name == "listDatabases":
        return {"databases": [{"name": word} for word in DATABASES], "ok": 1.0}
    if name == "count":
        return {"n": 3, "ok": 1.0}
    return {"ok": 0.0, "errmsg": "no such command: '%s'" % name, "code": 59, "codeName": "CommandNotFound"}


class Handler(socketserver.BaseRequestHandler):
    def exactly(self, size):
        got = b""
        while len(got) < size:
            block = self.request.recv(size - len(got))
            if not block:
                raise EOFError
            got += block
        return got

    def message(self):
        head = self.exactly(4)
        return head + self.exactly(struct.unpack("<i", head)[0] - 4)

    def one(self):
        mode, data = self.server.mode, self.message()
        number, code = struct.unpack_from("<i", data, 4)[0], struct.unpack_from("<i", data, 12)[0]
        name, database = command_of(data, code)
        self.server.commands.append((code, name, database))
        if mode == "tls" or (mode.startswith("old") and code != QUERY):
            raise EOFError
        document = bson(answer(mode, name, database))
        if code == QUERY:
            body = struct.pack("<iiii", 36 + len(document), 7, number, REPLY) + struct.pack("<iqii", 8, 0, 0, 1) + document
        else:
            body = struct.pack("<iiii", 21 + len(document), 7, number, MESSAGE) + bytes(5) + document
        self.request.sendall(body)

    def handle(self):
        with contextlib.suppress(EOFError, OSError):
            while True:
                self.one()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads = True, True


@contextlib.contextmanager
def serve(mode):
    server = Server(("127.0.0.1", 0), Handler)
    server.mode, server.commands, server.port = mode, [], server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
