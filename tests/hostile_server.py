"""Servers that mean harm, on loopback: a table of behaviours over HTTP, one over TCP, one of listings and one of objects.

    with hostile_server.serve(hostile_server.HTTP["headers without end"]) as server:
        server.port, server.accepted      # bytes that the other side, with the buffers between, took before it hung up
        server.connections, server.asked  # and the requests that it sent, over HTTP

A behaviour is a function of a Line: it may ask for a request, say bytes, and wait; it ends when the other side hangs up.
Everything is offered as fast as the other side takes it, unless the behaviour is to be slow."""
import contextlib
import socket
import struct
import threading
import time
import zlib

OFFERED_BYTES = 10 << 30      # of everything that is told to be "without end": so much is there to be taken
STALL_S = 400                 # longer than any patience
BLOCK = 1 << 18


class Gone(Exception):
    """The other side hung up."""


class Line:
    def __init__(self, connection, server):
        self.connection, self.server, self.buffer = connection, server, b""

    def say(self, data):
        try:
            while data:
                sent = self.connection.send(data)
                self.server.accepted += sent
                data = data[sent:]
        except OSError:
            raise Gone from None

    def flood(self, block, limit=OFFERED_BYTES):
        block = block * max(1, BLOCK // len(block))
        for _ in range(limit // len(block)):
            self.say(block)

    def drip(self, data, pause_s=1.0):
        for byte in data:
            self.say(bytes((byte,)))
            self.wait(pause_s)

    def wait(self, seconds):
        """Does nothing, but sees when the other side hangs up."""
        self.connection.settimeout(seconds)
        try:
            data = self.connection.recv(65536)
        except TimeoutError:
            return
        except OSError:
            raise Gone from None
        finally:
            self.connection.settimeout(None)
        if not data:
            raise Gone
        self.buffer += data

    def stall(self):
        end = time.monotonic() + STALL_S
        while time.monotonic() < end:
            self.wait(5)

    def ask(self):
        """(method, path, headers in small letters) of the next request."""
        while b"\r\n\r\n" not in self.buffer:
            self.take()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        words = (lines[0].split(" ") + ["", ""])[:2]
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        while len(self.buffer) < int(headers.get("content-length", 0)):
            self.take()
        self.buffer = self.buffer[int(headers.get("content-length", 0)):]
        self.server.asked.append((words[0], words[1], headers))
        return words[0], words[1], headers

    def take(self):
        try:
            data = self.connection.recv(65536)
        except OSError:
            raise Gone from None
        if not data:
            raise Gone
        self.buffer += data

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        raise Gone

    def answer(self, status="200 OK", headers=(), body=b"", length=None):
        lines = ["HTTP/1.1 " + status, "Content-Length: %d" % (len(body) if length is None else length), *headers]
        self.say("\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body)


class Server:
    def __init__(self, behaviour):
        self.behaviour, self.accepted, self.connections, self.asked, self.ending = behaviour, 0, 0, [], False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.lines = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.lines.append(connection)
            threading.Thread(target=self.speak, args=(connection,), daemon=True).start()

    def speak(self, connection):
        with connection, contextlib.suppress(Gone, OSError, ValueError):
            self.behaviour(Line(connection, self))

    def close(self):
        self.listener.close()
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serve(behaviour):
    server = Server(behaviour)
    try:
        yield server
    finally:
        server.close()


# --- what stands in them ---

def gzip_bomb():
    """10 GB of zeros in 10 MB, made in a moment: one packed MiB, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = packer.compress(b"") + packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again * (OFFERED_BYTES >> 20)


def always(*words, **named):
    def behave(line):
        while True:
            line.ask()
            line.answer(*words, **named)
    return behave


def after_request(act):
    def behave(line):
        line.ask()
        act(line)
        line.connection.shutdown(socket.SHUT_WR)
        line.stall()
    return behave


HEAD = b"HTTP/1.1 200 OK\r\n"
# Marks that each service is told by: who lies, lies well.
MARKS = ("x-ms-request-id: 1", "x-amz-request-id: 1", "X-elastic-product: Elasticsearch", "Server: CouchDB/3.3 (Erlang OTP/24)",
    "Docker-Distribution-Api-Version: registry/2.0", "x-guploader-uploadid: 1", "x-goog-generation: 1")
OPEN = HEAD + "\r\n".join(MARKS).encode() + b"\r\n"

# behaviour: what it does. Over HTTP, to every request alike.
HTTP = {
    "closes at once": lambda line: None,
    "resets at once": lambda line: line.reset(),
    "resets behind the request": after_request(lambda line: line.reset()),
    "never answers": after_request(lambda line: line.stall()),
    "a status line of one byte a second": after_request(lambda line: line.drip(HEAD * 100)),
    "a status line without end": after_request(lambda line: (line.say(b"HTTP/1.1 200 "), line.flood(b"O"))),
    "headers without end": after_request(lambda line: (line.say(OPEN), line.flood(b"X-Filler: " + b"y" * 1000 + b"\r\n"))),
    "small headers without end": after_request(lambda line: (line.say(OPEN), line.flood(b"a:\r\n"))),
    "one header line without end": after_request(lambda line: (line.say(OPEN + b"X-Filler: "), line.flood(b"y"))),
    "headers of one byte a second": after_request(lambda line: (line.say(OPEN + b"X-Filler: "), line.drip(b"y" * STALL_S))),
    "informational answers without end": after_request(lambda line: line.flood(b"HTTP/1.1 100 Continue\r\n\r\n")),
    "early hints without end": after_request(lambda line: line.flood(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")),
    "another protocol by 101, without end": after_request(lambda line: (
        line.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), line.flood(b"x"))),
    "breaks off in the headers": after_request(lambda line: line.say(OPEN + b"Content-Le")),
    "no HTTP": after_request(lambda line: line.say(b"SSH-2.0-OpenSSH_9.2\r\n")),
    "HTTP/0.9 without end": after_request(lambda line: line.flood(b"<EnumerationResults>" * 100)),
    "a status of its own": after_request(lambda line: line.say(b"HTTP/1.1 999999 OK\r\n\r\n")),
    "HTTP/9.9": after_request(lambda line: line.say(b"HTTP/9.9 200 OK\r\n\r\n")),
    "HTML to everything": always(body=b"<html><body>welcome</body></html>"),
    "nothing to everything": always(),
    "redirects to 169.254.169.254": always("302 Found", ["Location: http://169.254.169.254/latest/meta-data/"]),
    "redirects to itself": lambda line: redirect_loop(line),
    "a year of Retry-After": always("503 Service Unavailable", ["Retry-After: 31536000"]),
    "a body without end": after_request(lambda line: (line.say(OPEN + b"Connection: close\r\n\r\n<html>"),
        line.flood(b"<a></a>"))),
    "a body of one byte a second": after_request(lambda line: (line.say(OPEN + b"Content-Length: 100000\r\n\r\n"),
        line.drip(b"<" + b"a" * STALL_S))),
    "a body that breaks off": after_request(lambda line: line.answer(headers=MARKS, body=b"<html><body>", length=9999)),
    "a length of 10 GB and one byte": after_request(lambda line: line.answer(headers=MARKS, body=b"<", length=OFFERED_BYTES)),
    "a length that is too small": always(headers=MARKS, body=b"<html></html>" * 100, length=5),
    "a negative length": after_request(lambda line: line.say(OPEN + b"Content-Length: -5\r\n\r\nxx")),
    "a length beyond 64 bits": after_request(lambda line: line.say(OPEN + b"Content-Length: 99999999999999999999999\r\n\r\nxx")),
    "two lengths": after_request(lambda line: line.say(OPEN + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\nxx")),
    "chunks without end": after_request(lambda line: (line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\n"),
        line.flood(b"4\r\n<a/>\r\n"))),
    "an extension of a chunk without end": after_request(lambda line: (
        line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\n1;x="), line.flood(b"y"))),
    "a chunk of 2^63 bytes": after_request(lambda line: (line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\n"),
        line.flood(b"<a/>"))),
    "a chunk size that is none": after_request(lambda line: line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n")),
    "a chunk size without end": after_request(lambda line: (line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\n"), line.flood(b"0"))),
    "chunks that break off": after_request(lambda line: line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\nff\r\n<a>")),
    "trailers without end": after_request(lambda line: (line.say(OPEN + b"Transfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n"),
        line.flood(b"X-Trailer: y\r\n"))),
    "chunks and a length": after_request(lambda line: line.say(
        OPEN + b"Content-Length: 100\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n")),
    "a gzip bomb of 10 GB": lambda line: bomb(line, b"Content-Encoding: gzip\r\n"),
    "the bomb as Transfer-Encoding": lambda line: bomb(line, b"Transfer-Encoding: gzip\r\nConnection: close\r\n"),
    "the bomb in chunks": lambda line: bomb_in_chunks(line),
    "100,000 levels of XML": always(headers=MARKS, body=b"<a>" * 100000),
    "100,000 levels of JSON": always(headers=MARKS, body=b'{"a":' * 100000),
    "entities in entities": always(headers=MARKS, body=b"<!DOCTYPE x [" + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10)
        for n in range(1, 20)) + b"]><EnumerationResults>&e19;</EnumerationResults>"),
    "16 MB of brackets": always(headers=MARKS, body=b"[" * (16 << 20)),
}


def redirect_loop(line):
    while True:
        _, path, _ = line.ask()
        line.answer("302 Found", ["Location: http://127.0.0.1:%d%s" % (line.server.port, path)])


def bomb(line, headers):
    body = gzip_bomb()
    line.ask()
    length = b"" if b"Transfer" in headers else b"Content-Length: %d\r\n" % len(body)
    line.say(OPEN + headers + length + b"\r\n" + body)


def bomb_in_chunks(line):
    body = gzip_bomb()
    line.ask()
    line.say(OPEN + b"Transfer-Encoding: gzip, chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n")


def greets(greeting, act):
    def behave(line):
        line.say(greeting)
        act(line)
    return behave


# Over TCP: the same for every service, and then what each one's protocol makes possible.
TCP = {
    "closes at once": lambda line: None,
    "resets at once": lambda line: line.reset(),
    "never answers": lambda line: line.stall(),
    "one byte a second": lambda line: line.drip(b"*" * STALL_S),
    "four bytes a second": lambda line: line.drip(b"+" * STALL_S * 4, 0.25),
    "bytes without end": lambda line: line.flood(b"\xff"),
    "one line without end": lambda line: line.flood(b"a"),
    "HTTP": lambda line: line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a TLS alert": lambda line: line.say(b"\x15\x03\x01\x00\x02\x02\x0a"),
    "SSH": lambda line: line.say(b"SSH-2.0-x\r\n"),
    "closes behind the first bytes": lambda line: (line.take(), line.say(b"+")),
}
FLOODS = {
    "redis": lambda line: (line.take(), line.say(b"*1000000000\r\n"), line.flood(b"$3\r\nabc\r\n")),
    "memcached": lambda line: (line.take(), line.flood(b"STAT a 1\r\n")),
    "rsync": greets(b"@RSYNCD: 31.0\n", lambda line: line.flood(b"name\tx\n")),
    "ftp": lambda line: line.flood(b"220-hello\r\n"),
    "postgresql": lambda line: line.flood(b"S\0\0\0\x0aab\0cd\0"),
    "mysql": lambda line: line.flood(b"\x01\0\0\0\x01"),
    "mongodb": lambda line: (line.take(), line.flood(b"\xff\xff\xff\x7f" + b"\0" * 8 + b"\xdd\x07\0\0")),
}


# --- TLS ---

TLS = {
    "never says hello": lambda line: line.stall(),
    "a hello of one byte a second": lambda line: line.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * STALL_S),
    "records without end": lambda line: line.flood(b"\x16\x03\x03\x40\x00" + b"\x02" * 16384),
    "speaks HTTP": lambda line: line.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
}


# --- stores that are listed and read: pages and objects of two services ---

class Azure:
    name, path = "azure_blob", "/acc/box"

    @staticmethod
    def is_page(path):
        return "comp=list" in path

    @staticmethod
    def marker(path):
        return path.partition("marker=")[2].partition("&")[0] if "marker=" in path else ""

    @staticmethod
    def page(objects, marker=""):
        blobs = "".join("<Blob><Name>%s</Name><Properties><Last-Modified>Wed, 04 Dec 2019 09:00:00 GMT</Last-Modified>%s"
            "<Content-Length>%d</Content-Length></Properties></Blob>" % (name, "<Etag>%s</Etag>" % tag if tag else "", size)
            for name, size, tag in objects)
        return ('<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>%s</Blobs><NextMarker>%s</NextMarker>'
            "</EnumerationResults>" % (blobs, marker)).encode()


class S3:
    name, path = "s3", "/box"

    @staticmethod
    def is_page(path):
        return "list-type=2" in path

    @staticmethod
    def marker(path):
        return path.partition("continuation-token=")[2].partition("&")[0] if "continuation-token=" in path else ""

    @staticmethod
    def page(objects, marker=""):
        contents = "".join("<Contents><Key>%s</Key><LastModified>2019-12-04T09:00:00.000Z</LastModified>%s<Size>%d</Size></Contents>" %
            (name, "<ETag>&quot;%s&quot;</ETag>" % tag if tag else "", size) for name, size, tag in objects)
        return ('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            "<IsTruncated>%s</IsTruncated>%s<NextContinuationToken>%s</NextContinuationToken></ListBucketResult>" %
            ("true" if marker else "false", contents, marker)).encode()


class Gcs(S3):
    name = "gcs"

    @staticmethod
    def page(objects, marker=""):
        return S3.page(objects, marker).replace(b"<Contents>", b"<Contents><Generation>1</Generation>")


SHELVES = (Azure, S3, Gcs)
ONE = [("a.txt", 30, "")]


def lists(make):
    """A store whose pages are make(shelf, marker, number of the page)."""
    def behave(shelf):
        def talk(line):
            while True:
                _, path, _ = line.ask()
                line.server.pages = getattr(line.server, "pages", 0) + 1
                line.answer(body=make(shelf, shelf.marker(path), line.server.pages))
        return talk
    return behave


def first_page_then(behaviour):
    """The first page is sound; the second is the behaviour's."""
    def behave(shelf):
        def talk(line):
            if getattr(line.server, "pages", 0) == 0:
                line.ask()
                line.server.pages = 1
                line.answer(body=shelf.page(ONE, "more"))
            behaviour(line)
        return talk
    return behave


def loop_of(length):
    return lists(lambda shelf, marker, page: shelf.page([], "m%d" % (page % length)))


# What goes wrong in a listing: name, behaviour(shelf), a part of the one line that is told.
LISTINGS = {
    "a marker that leads to itself": (lists(lambda shelf, marker, page: shelf.page([], "m")), "circle"),
    "markers in a circle of two": (loop_of(2), "circle"),
    "markers in a circle of three": (loop_of(3), "circle"),
    "markers in a circle of fifty, each with an object": (lists(lambda shelf, marker, page:
        shelf.page([("o%d" % page, 1, "")], "m%d" % (page % 50))), "circle"),
    "empty pages without end": (lists(lambda shelf, marker, page: shelf.page([], "m%d" % page)), "names nothing"),
    "pages of new names without end": (lists(lambda shelf, marker, page:
        shelf.page([("p%d-%d" % (page, n), 1, "") for n in range(1000)], "m%d" % page)), "budget"),
    "one object twice on a page": (lists(lambda shelf, marker, page: shelf.page(ONE + ONE)), "twice"),
    "one object twice on two pages": (lists(lambda shelf, marker, page: shelf.page(ONE, "m1" if page == 1 else "")), "twice"),
    "a size beyond 64 bits": (lists(lambda shelf, marker, page: shelf.page([("a", 10 ** 30, "")])), "no whole listing"),
    "a name of 100 KB": (lists(lambda shelf, marker, page: shelf.page([("n" * 100000, 1, "")])), "no whole listing"),
    "a marker of 100 KB": (lists(lambda shelf, marker, page: shelf.page([], "m" * 100000)), "no whole listing"),
    "a page of another service": (lists(lambda shelf, marker, page: (S3 if shelf is Azure else Azure).page(ONE)), "no whole listing"),
    "a second page that breaks off": (first_page_then(HTTP["a body that breaks off"]), "page 2"),
    "a second page that never comes": (first_page_then(HTTP["never answers"]), "page 2"),
    "a second page of one byte a second": (first_page_then(HTTP["a body of one byte a second"]), "page 2"),
    "a second page with headers without end": (first_page_then(HTTP["headers without end"]), "page 2"),
    "a second page that is a gzip bomb": (first_page_then(HTTP["a gzip bomb of 10 GB"]), "page 2"),
    "a second page without end": (first_page_then(HTTP["a body without end"]), "page 2"),
    "a second page that redirects": (first_page_then(HTTP["redirects to 169.254.169.254"]), "page 2"),
    "a year of Retry-After on the second page": (first_page_then(HTTP["a year of Retry-After"]), "page 2"),
}

GOOD = b"write to good@contoso.example today"
BIG = 9 << 20  # three ranges


def objects(bad_size, bad, tag="t1"):
    """A store of a good object and a bad one; bad(line, begin, end, headers) answers for the bad one."""
    def behave(shelf):
        def talk(line):
            while True:
                _, path, headers = line.ask()
                if shelf.is_page(path):
                    line.answer(body=shelf.page([("bad.txt", bad_size, tag), ("good.txt", len(GOOD), "")]))
                    continue
                begin, end = (int(n) for n in headers["range"].partition("=")[2].split("-"))
                if path.partition("?")[0].endswith("good.txt"):
                    part(line, begin, end, len(GOOD), None, GOOD[begin:end + 1])
                else:
                    bad(line, begin, end, headers)
        return talk
    return behave


def instead(behaviour):
    """The behaviour of a whole connection, when the bad object is asked for; the request was read already."""
    def bad(line, begin, end, headers):
        line.buffer = b"GET / HTTP/1.1\r\n\r\n" + line.buffer
        behaviour(line)
        raise Gone
    return bad


def part(line, begin, end, size, tag="t1", body=None, place=None, status="206 Partial Content", length=None):
    headers = ["x-goog-generation: 1", "Content-Range: " + (place or "bytes %d-%d/%d" % (begin, end, size))] + (['ETag: "%s"' % tag] if tag else [])
    line.answer(status, headers, b"x" * (end - begin + 1) if body is None else body, length)


def changing(line, begin, end, headers):
    """Another tag with each range, If-Match or not."""
    part(line, begin, end, BIG, "t%d" % begin)


def losing_its_tag(line, begin, end, headers):
    part(line, begin, end, BIG, "t1" if begin == 0 else None)


# What goes wrong with an object: behaviour(shelf), the reason of its row (one of these).
OBJECTS = {
    "another range than asked for": (objects(BIG, lambda line, begin, end, headers: part(line, begin, end, BIG, place="bytes 7-9/99")),
        ("source-changed",)),
    "no Content-Range": (objects(BIG, lambda line, begin, end, headers: line.answer("206 Partial Content", ['ETag: "t1"'],
        b"x" * (end - begin + 1))), ("source-changed",)),
    "more bytes than the range": (objects(BIG, lambda line, begin, end, headers: part(line, begin, end, BIG, body=b"x" * (end - begin + 9))),
        ("source-changed", "source-error")),
    "fewer bytes than the range": (objects(BIG, lambda line, begin, end, headers: part(line, begin, end, BIG, body=b"x")), ("source-error",)),
    "a body that breaks off each time": (objects(BIG, lambda line, begin, end, headers: (
        part(line, begin, end, BIG, body=b"x" * 1000, length=end - begin + 1), line.reset())), ("source-error",)),
    "all of it, whatever the range": (objects(BIG, lambda line, begin, end, headers: line.answer(headers=['ETag: "t1"'],
        body=b"x" * BIG)), ("source-error", "source-changed")),
    "another tag than listed": (objects(BIG, lambda line, begin, end, headers: part(line, begin, end, BIG, "other")), ("source-changed",)),
    "another tag with each range, none listed": (objects(BIG, changing, tag=""), ("source-changed",)),
    "a tag that is gone in the second range": (objects(BIG, losing_its_tag), ("source-changed",)),
    "a size of 2^60": (objects(1 << 60, lambda line, begin, end, headers: part(line, begin, end, 1 << 60)), None),
    "never answers": (objects(40, instead(HTTP["never answers"])), ("timeout",)),
    "one byte a second": (objects(40000, instead(HTTP["a body of one byte a second"])), ("timeout", "source-error")),
    "headers without end": (objects(40, instead(HTTP["headers without end"])), ("source-error",)),
    "headers of one byte a second": (objects(40, instead(HTTP["headers of one byte a second"])), ("timeout",)),
    "an extension of a chunk without end": (objects(40, instead(HTTP["an extension of a chunk without end"])), ("source-error",)),
    "a body without end": (objects(40, instead(HTTP["a body without end"])), ("source-changed", "source-error")),
    "a gzip bomb of 10 GB": (objects(40, instead(HTTP["a gzip bomb of 10 GB"])), ("source-changed", "source-error")),
    "the bomb as Transfer-Encoding": (objects(40, instead(HTTP["the bomb as Transfer-Encoding"])), ("source-error",)),
    "redirects to 169.254.169.254": (objects(40, instead(HTTP["redirects to 169.254.169.254"])), ("source-error",)),
    "redirects to itself": (objects(40, instead(HTTP["redirects to itself"])), ("source-error",)),
    "resets each time": (objects(40, instead(HTTP["resets behind the request"])), ("source-error",)),
    "a year of Retry-After": (objects(40, instead(HTTP["a year of Retry-After"])), ("source-error",)),
}
