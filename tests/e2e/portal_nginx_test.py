"""What reaches the portal through examples/portal/nginx.conf: malformed requests are refused there, large ones too, slow
clients are dropped while others are answered, limits of number hold, TLS is what it should be."""
import contextlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import portal_rig
import rig

HOST = b"Host: portal.example.com\r\n"


def connect(port, name=portal_rig.NAME, **options):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for key, value in options.items():
        setattr(context, key, value)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 20), server_hostname=name)


def raw(port, data):
    """Everything that comes back until the server closes; b"" if it closes without a word."""
    with connect(port) as connection:
        connection.settimeout(15)
        with contextlib.suppress(OSError):
            connection.sendall(data)
        answer = b""
        with contextlib.suppress(OSError):
            while True:
                more = connection.recv(65536)
                if not more:
                    break
                answer += more
    return answer


def status(answer):
    found = re.match(rb"HTTP/1\.1 (\d+)", answer)
    return int(found.group(1)) if found else 0


MALFORMED = {
    "Transfer-Encoding and Content-Length": b"POST /en/ask HTTP/1.1\r\n" + HOST +
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Content-Length twice": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a blank before the colon": b"GET /en/ HTTP/1.1\r\nHost : portal.example.com\r\n\r\n",
    "NUL in a header": b"GET /en/ HTTP/1.1\r\n" + HOST + b"X-A: a\0b\r\n\r\n",
    "Host twice": b"GET /en/ HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "a folded header": b"GET /en/ HTTP/1.1\r\n" + HOST + b" X: y\r\n\r\n",
    "no Host": b"GET /en/ HTTP/1.1\r\n\r\n",
    "Content-Length that is none": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 1x\r\n\r\na",
    "Content-Length below zero": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
    "an unknown version": b"GET /en/ HTTP/9.9\r\n" + HOST + b"\r\n",
    "an unknown coding": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
    "NUL in the path": b"GET /en/\0 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 9 KiB": b"GET /en/ HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 9216 + b"\r\n\r\n",
    "a path of 9 KiB": b"GET /" + b"a" * 9216 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a body of 17 KiB": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 17408\r\n\r\n" + b"a" * 17408,
    "chunks of 17 KiB": b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n4400\r\n" + b"a" * 17408 + b"\r\n0\r\n\r\n",
    "a method of its own": b"BREW /en/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "PUT": b"PUT /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\nConnection: close\r\n\r\na",
    "TRACE": b"TRACE /en/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "CONNECT": b"CONNECT portal.example.com:443 HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n",
    "another host": b"GET /en/ HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n",
}


def malformed_requests_end_at_nginx_and_the_next_one_is_answered():
    with portal_rig.whole() as (port, folder, process):
        children = rig.family(process.pid)
        for what, data in MALFORMED.items():
            got = status(raw(port, data))
            rig.check(got == 0 or 400 <= got < 500 or got in (501, 505), "%s is answered with %d" % (what, got))
        # A line end without CR is the one that nginx reads as a line end; alone it is harmless.
        rig.equal(status(raw(port, b"GET /en/ HTTP/1.1\n" + HOST.replace(b"\r", b"") + b"Connection: close\n\n")), 200, "bare LF")
        # One request in two writes, and two in one: each answered by itself.
        two = raw(port, b"GET /robots.txt HTTP/1.1\r\n" + HOST + b"\r\nGET /en/code HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        rig.equal(two.count(b"HTTP/1.1 200"), 2, "answers to two requests in one go")
        rig.equal(portal_rig.Visitor(port).get("/en/").status, 200, "status after all that")
        rig.equal(rig.family(process.pid), children, "processes of the portal after all that")
        with open(folder + "/staunch-portal.log", encoding="utf-8") as file:
            log = file.read()
        rig.check("127.0.0.1" not in log and "/en/" not in log, "the log has addresses or paths: " + log[:500])


def bodies_up_to_16_KiB_arrive_and_larger_ones_do_not():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        token = visitor.get("/en/").token()
        for size, want in ((16384, (303, 400)), (16385, (413,)), (1 << 20, (413,))):
            body = "token=%s&address=" % token
            with contextlib.suppress(OSError):
                answer = visitor.ask("POST", "/en/ask", body + "a" * (size - len(body)))
                rig.check(answer.status in want, "a body of %d bytes is answered with %d" % (size, answer.status))
            visitor.connection = None


def the_portal_itself_refuses_what_nginx_would_not_send():
    """Straight at the socket: limits and the doubled headers that an answer rests on."""
    with portal_rig.whole() as (_, folder, _):
        def straight(data):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(15)
                connection.connect(folder + "/http.sock")
                connection.sendall(data)
                return status(connection.recv(4096))
        close = b"Connection: close\r\n\r\n"
        rig.equal(straight(b"GET /en/ HTTP/1.1\r\n" + HOST + close), 200, "a good request")
        for what, data in (("Cookie twice", b"Cookie: a=b\r\nCookie: a=c\r\n"), ("Host twice", HOST), ("Origin twice",
                b"Origin: https://a\r\nOrigin: https://b\r\n")):
            rig.equal(straight(b"GET /en/ HTTP/1.1\r\n" + HOST + data + close), 400, what)
        rig.check(straight(b"GET /en/ HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 10000 + b"\r\n" + close) >= 400, "10 KB of headers")
        rig.check(straight(b"PUT /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n" + close) in (405, 501), "PUT")
        rig.equal(straight(b"GET http://other.example/en/ HTTP/1.1\r\n" + HOST + close), 400, "a whole URL as target")


def slow_clients_are_dropped_and_hold_nobody_up():
    with portal_rig.whole() as (port, _, _):
        slow = [connect(port) for _ in range(60)]
        for number, connection in enumerate(slow):
            if number % 2:
                connection.sendall(b"GET /en/ HTTP/1.1\r\nHost: por")
            else:
                connection.sendall(b"POST /en/ask HTTP/1.1\r\n" + HOST + b"Content-Length: 10000\r\n\r\ntoken")
        for _ in range(20):
            begin = time.monotonic()
            rig.equal(portal_rig.Visitor(port).get("/en/").status, 200, "status while others are slow")
            rig.check(time.monotonic() - begin < 5, "somebody waited %.1f s" % (time.monotonic() - begin))
        begin, ended = time.monotonic(), 0
        for connection in slow:
            connection.settimeout(max(0.1, begin + 25 - time.monotonic()))
            with contextlib.suppress(TimeoutError):
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    connection.recv(4096)
                ended += 1
            connection.close()
        rig.equal(ended, len(slow), "slow connections that were ended within 25 s")


def too_many_requests_are_told_so():
    with portal_rig.whole(requests_a_second=1) as (port, _, _):
        visitor = portal_rig.Visitor(port)
        seen = [visitor.get("/robots.txt").status for _ in range(120)]
        rig.check(seen[:60].count(200) >= 55 and seen[-40:].count(429) >= 30, "statuses: %r" % seen)


def only_modern_tls_is_spoken_and_only_for_our_name():
    with portal_rig.whole() as (port, _, _):
        for name in ("other.example", None):
            try:
                connect(port, name).close()
                rig.check(False, "a handshake for %s" % name)
            except (ssl.SSLError, OSError):
                pass
        program = shutil.which("sslscan")
        rig.check(program is not None, "sslscan is not installed")
        said = subprocess.run([program, "--no-colour", "--sni-name=" + portal_rig.NAME, "127.0.0.1:%d" % port],
            capture_output=True, text=True, timeout=120).stdout
        for version, state in (("SSLv2", "disabled"), ("SSLv3", "disabled"), ("TLSv1.0", "disabled"), ("TLSv1.1", "disabled"),
                ("TLSv1.2", "enabled"), ("TLSv1.3", "enabled")):
            rig.check(re.search(r"%s\s+%s" % (re.escape(version), state), said), "%s is not %s:\n%s" % (version, state, said))
        rig.check("not vulnerable to heartbleed" in said, said)
        weak = [line for line in said.splitlines() if re.match(r"(Preferred|Accepted)", line) and
            not re.search(r"(ECDHE|TLS_).*(GCM|CHACHA20)", line)]
        rig.equal(weak, [], "weak ciphers")


def the_units_are_what_systemd_understands():
    program = shutil.which("systemd-analyze")
    rig.check(program is not None, "systemd-analyze is not installed")
    with rig.folder() as folder:
        # the keyholder's has the network, for mail and DNS
        for name, exposed in (("staunch-portal.service", 1.5), ("staunch-keyholder.service", 2.0)):
            with open(os.path.join(rig.ROOT, "examples/portal", name), encoding="utf-8") as file:
                text = re.sub("Documentation=.*\n", "", file.read().replace("/usr/local/bin/staunch", "/bin/true"))
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text.replace("After=staunch-keyholder.service\nWants=staunch-keyholder.service\n", ""))
            done = subprocess.run([program, "verify", os.path.join(folder, name)], capture_output=True, text=True)
            said = [line for line in done.stderr.splitlines() if name in line]
            rig.equal(said, [], "what systemd says of " + name)
            security = subprocess.run([program, "security", "--offline=true", "--no-pager", os.path.join(folder, name)],
                capture_output=True, text=True)
            level = re.search(r"exposure level.*?: ([\d.]+)", security.stdout)
            rig.check(level and float(level.group(1)) < exposed, "exposure of %s: %s" % (name, security.stdout[-300:] + security.stderr))


rig.run_tests(malformed_requests_end_at_nginx_and_the_next_one_is_answered, bodies_up_to_16_KiB_arrive_and_larger_ones_do_not,
    the_portal_itself_refuses_what_nginx_would_not_send, slow_clients_are_dropped_and_hold_nobody_up,
    too_many_requests_are_told_so, only_modern_tls_is_spoken_and_only_for_our_name, the_units_are_what_systemd_understands)
