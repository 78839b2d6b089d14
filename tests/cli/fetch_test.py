#!/usr/bin/env python3
"""The fetch role in its jail, driven by hand over its socket: what it resolves and what it refuses, bytes over TCP, and
what its process may not do."""
import array
import contextlib
import ctypes
import os
import re
import socket
import struct
import subprocess
import threading

import front_azure
import hostile_server
import rig

PROGRAM = os.path.join(rig.BUILD, "staunch-fetch")
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def numbers(path, enum, prefix):
    with open(os.path.join(rig.ROOT, path)) as file:
        body = re.search(r"enum %s \{(.*?)\n\};" % enum, file.read(), re.S).group(1)
    found, number = {}, -1
    for name, value in re.findall(r"^\t%s_(\w+)(?: = (\d+))?,?" % prefix, body, re.M):
        number = int(value) if value else number + 1
        found[name] = number
    return found


FRAMES = numbers("src/fetch/protocol.h", "fetch_message", "FETCH")
AUTH_KINDS = numbers("src/probe/auth.h", "probe_auth_kind", "PROBE_AUTH")
AUTH_VALUES = numbers("src/probe/auth.h", "probe_auth_value", "PROBE_AUTH")
OUTCOMES = numbers("src/probe/probe.h", "probe_outcome", "PROBE")


def span(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack("<I", len(data)) + data


class Fetch:
    def __init__(self, *ports, own_network=False):
        ours, theirs = socket.socketpair()
        self.socket, self.buffer, self.id, self.rights = ours, b"", 0, []

        def prepare():
            if theirs.fileno() != 3:
                os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)
            if own_network and libc.unshare(NEW_NETWORK) != 0 and libc.unshare(NEW_USER | NEW_NETWORK) != 0:
                os._exit(77)

        self.process = subprocess.Popen([PROGRAM, "fetch"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env={"TZ": "UTC0", "LC_ALL": "C"}, preexec_fn=prepare, pass_fds=[3])
        theirs.close()
        self.send("START", struct.pack("<BQ", 0, 1 << 29) + span("agent/1") + span("") + span("") +
            struct.pack("<I%dH" % len(ports), len(ports), *ports))
        kind, body, _ = self.next()
        self.landlock_abi = body[0]
        rig.equal((kind, body[1]), (FRAMES["READY"], 1), "the first frame of fetch, and whether it is confined")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.wait(10)

    def send(self, kind, body):
        self.socket.sendall(struct.pack("<II", FRAMES[kind], len(body)) + body)

    def next(self):
        self.socket.settimeout(60)
        while len(self.buffer) < 8 or len(self.buffer) < 8 + struct.unpack_from("<I", self.buffer, 4)[0]:
            data, ancillary, _, _ = self.socket.recvmsg(1 << 18, socket.CMSG_SPACE(4))
            for _, _, rights in ancillary:
                self.rights += array.array("i", rights).tolist()
            if not data and self.process.wait(10) == 77:
                rig.skip("the kernel gives no network of its own to this user")
            if not data:
                raise rig.Failed("fetch ended with %r" % self.process.wait(10))
            self.buffer += data
        kind, size = struct.unpack_from("<II", self.buffer)
        body, self.buffer = self.buffer[8:8 + size], self.buffer[8 + size:]
        fd = self.rights.pop(0) if self.rights else None
        return kind, body, fd

    def ask(self, kind, host, port, rest=b"", literal=True, tls=False):
        """(outcome, status, body bytes or None, why)"""
        self.id += 1
        self.send(kind, struct.pack("<IBB", self.id, tls, literal) + span(host) + struct.pack("<H", port) + rest)
        got, body, fd = self.next()
        rig.equal((got, struct.unpack_from("<I", body)[0]), (FRAMES["ANSWER"], self.id), "the answer's frame and number")
        _, outcome, status, size, whole, _ = struct.unpack_from("<IBIQBI", body)
        content = None
        if fd is not None:
            with os.fdopen(fd, "rb") as file:
                file.seek(0)
                content = file.read()
            rig.equal(len(content), size, "bytes of the body")
        name = next(n for n, v in OUTCOMES.items() if v == outcome)
        return name, status, content, whole

    def http(self, host, port, path="/", limit=1000, method="GET", **kwargs):
        return self.ask("HTTP", host, port, struct.pack("<I", limit) + span(method) + span(path) + span("") + span(""),
            **kwargs)

    def exchange(self, port, *steps, limit=10000):
        outcome, _, body, _ = self.ask("EXCHANGE", "127.0.0.1", port, struct.pack("<II", limit, len(steps)) +
            b"".join(span(step) for step in steps))
        answers = []
        while body:
            size, = struct.unpack_from("<I", body)
            answers.append(body[4:4 + size])
            body = body[4 + size:]
        return outcome, answers


@contextlib.contextmanager
def line_server(answer, greeting=b""):
    """Answers each line by answer(line); counts connections."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(5)
    state = type("State", (), {"port": listener.getsockname()[1], "connections": 0, "lines": []})

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                state.connections += 1
                with connection, contextlib.suppress(OSError):
                    connection.sendall(greeting)
                    file = connection.makefile("rb")
                    while line := file.readline():
                        state.lines.append(line)
                        reply = answer(line)
                        if reply is None:
                            break
                        connection.sendall(reply)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield state
    finally:
        listener.close()


def a_name_that_is_not_typed_as_an_address_must_lead_to_the_internet():
    with front_azure.serve({}) as front, Fetch(front.port, 80) as fetch:
        rig.equal(fetch.http("localhost", front.port, literal=False)[0], "PRIVATE", "localhost, by name")
        rig.equal(fetch.http("127.0.0.1", front.port, literal=False)[0], "PRIVATE", "an address that nobody typed")
        rig.equal(front.connections, 0, "connections")
    with front_azure.serve({}) as front, Fetch(front.port, 80) as fetch:
        rig.equal(fetch.http("127.0.0.1", front.port)[:2], ("ANSWERED", 404), "an address that was typed")
        rig.equal(fetch.http("nothing.invalid", 80, literal=False)[0] in ("NO_NAME", "NAME_UNCLEAR"), True, ".invalid")


def a_body_is_read_to_its_limit_and_not_beyond():
    with front_azure.serve({"/c": front_azure.container("k")}) as front, Fetch(front.port) as fetch:
        _, status, whole_body, whole = fetch.http("127.0.0.1", front.port, "/c/k")
        rig.equal((status, whole_body, whole), (200, b"xyz", 1), "a body of three bytes")
        _, status, body, whole = fetch.http("127.0.0.1", front.port, "/c/k", limit=2)
        rig.equal((status, body, whole), (200, b"xy", 0), "the same with a limit of two")
        _, status, body, _ = fetch.http("127.0.0.1", front.port, "/c/k", limit=0)
        rig.equal((status, body in (None, b"")), (200, True), "the same with a limit of none")


def bytes_over_tcp_are_sent_step_by_step_and_each_answer_stands_for_itself():
    with line_server(lambda line: {b"PING\r\n": b"+PONG\r\n"}.get(line, b"-ERR\r\n")) as server, Fetch(server.port) as fetch:
        rig.equal(fetch.exchange(server.port, b"PING\r\n", b"INFO\r\n"), ("ANSWERED", [b"+PONG\r\n", b"-ERR\r\n"]),
            "two steps")
    with line_server(lambda line: b"230 in\r\n", greeting=b"220 hello\r\n") as server, Fetch(server.port) as fetch:
        rig.equal(fetch.exchange(server.port, b"", b"USER anonymous\r\n"),
            ("ANSWERED", [b"220 hello\r\n", b"230 in\r\n"]), "a server that speaks first")
    with line_server(lambda line: None) as server, Fetch(server.port, 1) as fetch:
        outcome, answers = fetch.exchange(server.port, b"PING\r\n", b"INFO\r\n")
        rig.equal((outcome, answers[:1], server.lines), ("ANSWERED", [b""], [b"PING\r\n"]), "a server that hangs up")
        rig.equal(fetch.exchange(1, b"x")[0], "NO_CONNECTION", "a closed port")
    with line_server(lambda line: b"x" * 100000) as server, Fetch(server.port) as fetch:
        outcome, answers = fetch.exchange(server.port, b"a\n", b"b\n", limit=5000)
        rig.equal((outcome, sum(map(len, answers)) <= 5000), ("ANSWERED", True), "an answer beyond the limit")


def a_port_that_it_was_not_started_for_is_not_connected_to():
    with line_server(lambda line: b"") as server, line_server(lambda line: b"") as other, Fetch(server.port) as fetch:
        if fetch.landlock_abi < 4:
            rig.skip("the kernel's Landlock does not know ports")
        rig.equal(fetch.ask("RESOLVE", "127.0.0.1", server.port)[0], "ANSWERED", "its port")
        rig.equal(fetch.ask("RESOLVE", "127.0.0.1", other.port)[0], "NO_CONNECTION", "another port")
        rig.equal(other.connections, 0, "connections to the other port")


def a_connection_that_ends_just_when_it_is_used_again_costs_nothing():
    """A server keeps the connection, and ends it at the worst moment: behind the second request, or on its way."""
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    def ends(how):
        def behave(line):
            line.ask()
            line.say(whole)
            if how == "at once":
                return
            if how == "reset at once":
                line.reset()
            line.ask()
            if how == "reset behind the request":
                line.reset()
        return behave

    for how in ("at once", "reset at once", "behind the request", "reset behind the request"):
        with hostile_server.serve(ends(how)) as server, Fetch(server.port) as fetch:
            for method in ("GET", "HEAD", "GET", "POST", "GET", "POST"):
                body = span("x" * 200000) if method == "POST" else span("")
                got = fetch.ask("HTTP", "127.0.0.1", server.port, struct.pack("<I", 1000) + span(method) + span("/") + span("") + body)
                rig.equal(got[:2], ("ANSWERED", 200), "the answer to %s over a connection that ends %s" % (method, how))


def no_connection_is_tried_before_it_is_asked():
    """In a network of its own, the kernel's count of connections is that of this process alone."""
    with Fetch(80, own_network=True) as fetch:
        rows = [line.split()[1:] for line in proc(fetch.process.pid, "net/snmp").splitlines() if line.startswith("Tcp:")]
        rig.equal(dict(zip(*rows))["ActiveOpens"], "0", "connections tried by a fetch process that was asked nothing")
        rig.equal(fetch.ask("RESOLVE", "127.0.0.1", 80)[0], "NO_CONNECTION", "the first question")


def only_a_connection_is_made_to_see_whether_a_port_answers():
    with line_server(lambda line: b"") as server, Fetch(server.port, 1) as fetch:
        rig.equal(fetch.ask("RESOLVE", "127.0.0.1", server.port)[0], "ANSWERED", "an open port")
        rig.equal(server.lines, [], "bytes that were sent")
        rig.equal(fetch.ask("RESOLVE", "127.0.0.1", 1)[0], "NO_CONNECTION", "a closed port")


def proc(pid, name):
    with open("/proc/%d/%s" % (pid, name)) as file:
        return file.read()


def the_process_is_confined():
    with Fetch() as fetch:
        pid = fetch.process.pid
        status = dict(line.split(":\t", 1) for line in proc(pid, "status").splitlines() if ":\t" in line)
        rig.equal((status["NoNewPrivs"], status["Seccomp"], int(status["CapEff"], 16)), ("1", "2", 0), "layers")
        limits = proc(pid, "limits")
        rig.check(re.search(r"Max processes +0 ", limits) and re.search(r"Max core file size +0 ", limits), limits)
        rig.equal(sorted(os.listdir("/proc/%d/fd" % pid))[:4], ["0", "1", "2", "3"], "descriptors")
        # A question that is none ends it; it is not followed.
        fetch.send("HTTP", b"\1\2")
        rig.equal(fetch.process.wait(10), 1, "its end")


def credential(host, port, path, token, kind="BEARER"):
    """FETCH_CREDENTIAL of a bearer for http://HOST:PORT/PATH."""
    values = {"TOKEN": token}
    return (struct.pack("<BB", AUTH_KINDS[kind], 0) + span(host) + struct.pack("<H", port) + span(path) +
        b"".join(span(values.get(name, "")) for name in sorted(AUTH_VALUES, key=AUTH_VALUES.get) if name != "VALUES"))


def a_credential_is_added_inside_of_its_prefix_and_nowhere_else():
    with front_azure.serve({"/c": front_azure.container("k")}) as front, Fetch(front.port) as fetch:
        fetch.send("CREDENTIAL", credential("127.0.0.1", front.port, "/c", "tok-1"))
        for path in ("/c", "/c/k", "/c?restype=container&comp=list", "/", "/cc", "/?x=/c"):
            fetch.http("127.0.0.1", front.port, path)
        got = {path: headers.get("Authorization") for _, path, headers in front.requests}
        rig.equal(got, {"/c": "Bearer tok-1", "/c/k": "Bearer tok-1", "/c?restype=container&comp=list": "Bearer tok-1", "/": None,
            "/cc": None, "/?x=/c": None}, "Authorization by path")
        rig.equal(fetch.exchange(front.port, b"")[0], "ANSWERED", "bytes over TCP")
        fetch.send("CREDENTIAL", credential("127.0.0.1", front.port, "", "tok-2"))
        rig.equal(fetch.process.wait(10), 1, "its end at a second credential")
    for body in (b"", b"\0", credential("127.0.0.1", 1, "", "x")[:-3], credential("127.0.0.1", 1, "", "x") + b"y",
            b"\xff" + credential("127.0.0.1", 1, "", "x")[1:], credential("", 1, "", "x")):
        with Fetch() as fetch:
            fetch.send("CREDENTIAL", body)
            rig.equal(fetch.process.wait(10), 1, "its end at a frame that is none: %r" % body)


def it_is_not_started_by_hand():
    rig.equal(rig.expect(2, rig.staunch(program=PROGRAM)).stderr, b"staunch-fetch: started by staunch, not by hand\n", "text")


rig.run_tests(a_name_that_is_not_typed_as_an_address_must_lead_to_the_internet, a_body_is_read_to_its_limit_and_not_beyond,
    bytes_over_tcp_are_sent_step_by_step_and_each_answer_stands_for_itself,
    a_port_that_it_was_not_started_for_is_not_connected_to,
    a_connection_that_ends_just_when_it_is_used_again_costs_nothing, no_connection_is_tried_before_it_is_asked,
    only_a_connection_is_made_to_see_whether_a_port_answers, the_process_is_confined,
    a_credential_is_added_inside_of_its_prefix_and_nowhere_else, it_is_not_started_by_hand)
