"""A small HTTP front that gives the answers which Microsoft documents for anonymous requests to Azure Blob Storage.

It is NOT the real service and not an emulator: no data, no credentials, only the states that matter to a check. Sources:
Microsoft Learn ("Configure anonymous read access for containers and blobs", "Blob service error codes", "List Blobs",
"Get Container Properties") and public issues where the service's own answers are quoted (azure-storage-cpp 397: private,
missing and blob-level containers answer alike). It records every request, and every connection.

    with front_azure.serve({"/acc/open": front_azure.container("k1", "k2")}) as front:
        front.url, front.requests
"""
import contextlib
import http.server
import threading
import urllib.parse
from xml.sax.saxutils import escape

VERSION = "2009-09-19"
MODERN = "2019-12-12"


class State:
    """One container as anonymous callers meet it; `access` may be changed while the front runs."""

    def __init__(self, access, names=()):
        self.access = access  # container, blob, private, not-permitted, firewall, redirect, throttled
        self.names = list(names)
        self.signature = None  # of the SAS that is accepted; any other is AuthenticationFailed


def container(*names):
    return State("container", names)


def blob(*names):
    return State("blob", names)


def private(*names):
    return State("private", names)


def not_permitted():
    return State("not-permitted")


def firewall():
    return State("firewall")


ERRORS = {
    "ResourceNotFound": (404, "The specified resource does not exist."),
    "BlobNotFound": (404, "The specified blob does not exist."),
    "PublicAccessNotPermitted": (409, "Public access is not permitted on this storage account."),
    "AuthorizationFailure": (403, "This request is not authorized to perform this operation."),
    "AuthenticationFailed": (403, "Server failed to authenticate the request. Make sure the value of Authorization header is "
        "formed correctly including the signature."),
    "AuthorizationPermissionMismatch": (403, "This request is not authorized to perform this operation using this permission."),
    "NoAuthenticationInformation": (401, "Server failed to authenticate the request. Please refer to the information in "
        "the www-authenticate header."),
    "ServerBusy": (503, "The server is busy."),
}


class Front:
    def __init__(self, states):
        self.states = states
        self.requests = []     # (method, path with query, headers)
        self.connections = 0
        self.retry_after = "1"
        self.busy = 0          # so many requests are throttled first
        self.location = None

    def container_of(self, path):
        for name, state in self.states.items():
            if path == name or path.startswith(name + "/"):
                return name, state
        return None, State("private")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    front = None

    def log_message(self, *_):
        pass

    def setup(self):
        self.front.connections += 1
        super().setup()

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        self.send_header("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
        self.send_header("x-ms-request-id", "00000000-0000-0000-0000-%012d" % len(self.front.requests))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, code, headers=()):
        status, message = ERRORS[code]
        body = ('\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>%s</Code><Message>%s</Message></Error>' %
            (code, message)).encode()
        self.answer(status, body, [("x-ms-error-code", code), ("Content-Type", "application/xml"), *headers])

    def refuse(self):
        """What a private container says, and one that is not there: by the version that the caller speaks."""
        if self.headers.get("x-ms-version", VERSION) >= MODERN:
            self.error("NoAuthenticationInformation",
                [("WWW-Authenticate", "Bearer authorization_uri=https://login.example/ resource_id=https://storage.example")])
        else:
            self.error("ResourceNotFound")

    def list(self, state, query):
        blobs = "".join("<Blob><Name>%s</Name><Properties><Last-Modified>Mon, 30 Dec 2019 10:00:00 GMT</Last-Modified>"
            "<Content-Length>3</Content-Length></Properties></Blob>" % escape(name)
            for name in state.names[:int(query.get("maxresults", ["5000"])[0])])
        self.answer(200, ('\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="c"><Blobs>%s'
            '</Blobs><NextMarker /></EnumerationResults>' % blobs).encode(), [("Content-Type", "application/xml")])

    def with_signature(self, state, query, path, name):
        """As "Shared access signature error codes" has it: the signature first, then what it permits."""
        wanted = "l" if query.get("comp") == ["list"] else "r"
        if query["sig"] != [state.signature]:
            self.error("AuthenticationFailed")
        elif wanted not in query["sp"][0]:
            self.error("AuthorizationPermissionMismatch")
        elif wanted == "l":
            self.list(state, query)
        else:
            self.of_blob(State("blob", state.names), path[len(name) + 1:])

    def of_container(self, state, query):
        if state.access != "container":
            self.refuse()
        elif query.get("comp") == ["list"]:
            self.list(state, query)
        elif query.get("comp") == ["acl"]:
            self.refuse()
        else:
            self.answer(200, b"", [("x-ms-blob-public-access", "container"), ("ETag", '"0x8D7"')])

    def of_blob(self, state, name):
        if state.access not in ("container", "blob"):
            self.refuse()
        elif name not in state.names:
            self.error("BlobNotFound")
        elif "Range" in self.headers:
            self.answer(206, b"x", [("Content-Range", "bytes 0-0/3"), ("x-ms-blob-type", "BlockBlob")])
        else:
            self.answer(200, b"xyz", [("x-ms-blob-type", "BlockBlob"), ("ETag", '"0x8D8"')])

    def any(self):
        front = self.front
        front.requests.append((self.command, self.path, dict(self.headers)))
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        path = urllib.parse.unquote(url.path)
        name, state = front.container_of(path)
        if front.busy > 0:
            front.busy -= 1
            self.error("ServerBusy", [("Retry-After", front.retry_after)])
        elif "sig" in query and name is not None:
            self.with_signature(state, query, path, name)
        elif state.access == "redirect":
            self.answer(302, b"", [("Location", front.location)])
        elif state.access == "not-permitted":
            self.error("PublicAccessNotPermitted")
        elif state.access == "firewall":
            self.error("AuthorizationFailure")
        elif name is not None and path == name and query.get("restype") == ["container"]:
            self.of_container(state, query)
        elif name is not None and path != name:
            self.of_blob(state, path[len(name) + 1:])
        else:
            self.refuse()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = any


@contextlib.contextmanager
def serve(states, host="127.0.0.1"):
    front = Front(states)
    handler = type("Handler", (Handler,), {"front": front})
    server = http.server.ThreadingHTTPServer((host, 0), handler)
    server.daemon_threads = True
    front.port = server.server_address[1]
    front.url = "http://%s:%d" % (host, front.port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
