"""A recorder between a client and a server of the lab: bytes pass as they are, and everything that was sent is kept.

    with Recorder(server.port) as recorder:
        ... the client talks to 127.0.0.1:recorder.port ...
        recorder.connections            what was sent and received on each connection, in order of arrival
        recorder.requests()             the same, read as HTTP requests
        recorder.writes(), .credentials(), .outside(["/devstoreaccount1/pubc"])     what must be empty lists

It listens on 127.0.0.1 only, in threads of the test, and is gone with the block."""
import contextlib
import re
import select
import socket
import threading
import time

from lab.place import HOST

READING = ("GET", "HEAD", "OPTIONS")
CREDENTIAL_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-amz-security-token", "x-api-key", "x-auth-token")
# Signatures and keys that travel in a query.
CREDENTIAL_QUERY = re.compile(r"[?&](sig|signature|x-amz-(signature|credential|security-token)|x-goog-(signature|credential)|"
    r"googleaccessid|awsaccesskeyid|key|access_token|apikey)=", re.I)
BLOCK, CONNECT_S, END_S = 1 << 16, 10, 5


class Connection:
    """sent: all bytes of the client; received: their number the other way (kept only when asked for)."""

    def __init__(self, source):
        self.opened, self.source = time.time(), source
        self.sent, self.received_bytes, self.received = b"", 0, b""
        self.refused = False


class Request:
    def __init__(self, method, path, headers, body, connection):
        self.method, self.path, self.headers, self.body, self.connection = method, path, headers, body, connection

    def header(self, name):
        """The value, several joined by a comma; None when absent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None

    def __repr__(self):
        return "%s %s" % (self.method, self.path)


class NotHttp(Exception):
    pass


def _chunked(data, at):
    """(body, offset after it) of a chunked body that starts at `at`."""
    body = b""
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return body, len(data)
        try:
            size = int(data[at:end].split(b";")[0], 16)
        except ValueError:
            raise NotHttp("a chunk size is %r" % data[at:end][:40]) from None
        if size == 0:
            trailer = data.find(b"\r\n\r\n", end)
            return body, len(data) if trailer < 0 else trailer + 4
        body += data[end + 2:end + 2 + size]
        at = end + 2 + size + 2


def parse_requests(data, connection=None):
    """HTTP/1.x requests one after the other; what was not sent to its end is there as far as it came."""
    found, at = [], 0
    while at < len(data):
        end = data.find(b"\r\n\r\n", at)
        head = data[at:end if end >= 0 else len(data)].decode("latin-1").split("\r\n")
        line = head[0].split(" ")
        if len(line) != 3 or not line[2].startswith("HTTP/1."):
            raise NotHttp("not a request line: %r" % head[0][:100])
        headers = [tuple(part.strip() for part in row.split(":", 1)) for row in head[1:] if ":" in row]
        request = Request(line[0], line[1], headers, b"", connection)
        found.append(request)
        if end < 0:
            break
        at = end + 4
        if (request.header("Transfer-Encoding") or "").lower() == "chunked":
            request.body, at = _chunked(data, at)
        else:
            length = int(request.header("Content-Length") or 0)
            request.body, at = data[at:at + length], at + length
    return found


class Recorder:
    def __init__(self, port, host=HOST, source=None, keep_answers=False):
        """source: an address of 127.0.0.0/8 that the server sees as the client's."""
        self.target, self.source, self.keep_answers = (host, port), source, keep_answers
        self.connections, self.pairs, self.ending = [], [], False
        self.listener = socket.create_server((HOST, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while not self.ending:
            if not select.select([self.listener], [], [], 0.1)[0]:
                continue
            try:
                client, address = self.listener.accept()
            except OSError:
                return
            connection = Connection(address)
            self.connections.append(connection)
            try:
                server = socket.create_connection(self.target, CONNECT_S, (self.source, 0) if self.source else None)
            except OSError:
                connection.refused = True
                client.close()
                continue
            server.settimeout(None)
            self.pairs.append((client, server))
            thread = threading.Thread(target=self._pass, args=(client, server, connection), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _pass(self, client, server, connection):
        """Both ways until both have ended, or until the recorder does."""
        open_ends = {client: server, server: client}
        try:
            while open_ends and not self.ending:
                for end in select.select(list(open_ends), [], [], 0.1)[0]:
                    block = end.recv(BLOCK)
                    other = open_ends[end]
                    if end is client:
                        connection.sent += block
                    else:
                        connection.received_bytes += len(block)
                        connection.received += block if self.keep_answers else b""
                    if block:
                        other.sendall(block)
                    else:
                        del open_ends[end]
                        other.shutdown(socket.SHUT_WR)
        except OSError:  # one side reset the connection: the other learns of it by the close below
            pass
        finally:
            client.close()
            server.close()

    def close(self):
        self.ending = True
        self.listener.close()
        for line in [line for pair in self.pairs for line in pair]:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits to send
        for thread in self.threads:
            thread.join(END_S)

    # --- what was recorded ---

    def sent(self):
        return b"".join(connection.sent for connection in self.connections)

    def requests(self):
        return [request for connection in self.connections for request in parse_requests(connection.sent, connection)]

    def writes(self, reading=READING, also=()):
        """Requests that are not reads; also: (method, path without query) that the protocol reads with, in spite of it."""
        return [request for request in self.requests()
            if request.method not in reading and (request.method, request.path.split("?")[0]) not in also]

    def credentials(self, secrets=()):
        """Requests that carry a credential, by header, by query, or as one of these secrets anywhere in them."""
        secrets = [secret.encode() if isinstance(secret, str) else secret for secret in secrets]
        found = [request for request in self.requests()
            if any(request.header(name) is not None for name in CREDENTIAL_HEADERS) or CREDENTIAL_QUERY.search(request.path)]
        return found + [connection for connection in self.connections if any(s in connection.sent for s in secrets)]

    def outside(self, prefixes):
        """Requests whose path is none of these and not below one of them."""
        def inside(path):
            path = path.split("?")[0]
            return any(path == prefix or path.startswith(prefix.rstrip("/") + "/") for prefix in prefixes)
        return [request for request in self.requests() if not inside(request.path)]
