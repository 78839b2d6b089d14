"""The plainest clients that seed servers and that the lab's own test asks with: bytes over a socket, one HTTP request."""
import http.client
import json
import socket

from lab.place import HOST

TIMEOUT_S = 20


def talk(port, request=b"", until=b"\n", limit=1 << 20):
    """Sends request, returns what comes until the other side closes or the answer ends with `until`."""
    with socket.create_connection((HOST, port), TIMEOUT_S) as line:
        line.sendall(request)
        got = b""
        while len(got) < limit:
            block = line.recv(65536)
            got += block
            if not block or (until and got.endswith(until)):
                break
        return got


def listen(port, request=b""):
    """What comes first, after request."""
    with socket.create_connection((HOST, port), TIMEOUT_S) as line:
        line.sendall(request)
        return line.recv(65536)


class Answer:
    def __init__(self, reply):
        self.status, self.headers, self.body = reply.status, reply.headers, reply.read()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:400])


def http_request(port, method, path, body=None, headers=None):
    """One request on a connection of its own; path goes out as it is."""
    line = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
    try:
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **(headers or {})}
        line.request(method, path, body, headers or {})
        return Answer(line.getresponse())
    except http.client.HTTPException as why:
        raise ConnectionError("%s %s: %r" % (method, path, why)) from None
    finally:
        line.close()


def get(port, path, headers=None):
    return http_request(port, "GET", path, None, headers)
