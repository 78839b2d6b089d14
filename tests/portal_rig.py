"""A portal behind a real nginx on loopback, with TLS, as examples/portal/nginx.conf sets it up; `stand` in the keyholder's
place (tests/unit/portal/stand.c) unless a test brings a real one. A client that keeps cookies as a browser does."""
import contextlib
import html
import html.parser
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
import urllib.parse

import rig

STAND = os.path.join(rig.BUILD, "tests/unit/portal/stand")
CODE = "7K3Q-92MD"
NAME = "portal.example.com"
ABOUT = os.path.join(rig.ROOT, "examples/portal/about.json")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def until(condition, what, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        rig.check(time.monotonic() < end, "%s did not come within %d s" % (what, seconds))
        time.sleep(0.02)


@contextlib.contextmanager
def started(*command, **options):
    process = subprocess.Popen([str(part) for part in command], **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def nginx_config(folder, port, requests_a_second=10000):
    """The example with the paths and the name of this test, and with limits that a test does not run into."""
    with open(os.path.join(rig.ROOT, "examples/portal/nginx.conf"), encoding="utf-8") as file:
        text = file.read()
    for old, new in (("/run/staunch-portal/http.sock", folder + "/http.sock"), ("listen 443 ", "listen 127.0.0.1:%d " % port),
            ("  listen 80;", "  listen 127.0.0.1:%d;" % free_port()), ("/etc/ssl/portal/", folder + "/"),
            ("/var/log/nginx/", folder + "/"), ("rate=20r/s", "rate=%dr/s" % requests_a_second),
            ("rate=60r/m", "rate=%dr/s" % requests_a_second), ("limit_conn portal_conn 20", "limit_conn portal_conn 200")):
        rig.check(old in text, "examples/portal/nginx.conf has no %r any more" % old)
        text = text.replace(old, new)
    temporary = "".join("%s_temp_path %s/%s;\n" % (name, folder, name)
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""  # the folder of a test is its owner's
    return user + "daemon off; worker_processes 1; pid %s/nginx.pid;\nerror_log %s/nginx-error.log;\nevents {}\nhttp {\n%s%s}\n" % (
        folder, folder, temporary, text)


@contextlib.contextmanager
def nginx(folder, **options):
    """Port of an nginx that ends TLS for folder/http.sock."""
    port = free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
        "2", "-subj", "/CN=" + NAME, "-addext", "subjectAltName=DNS:" + NAME, "-keyout", folder + "/privkey.pem", "-out",
        folder + "/fullchain.pem"], check=True, capture_output=True)
    with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
        file.write(nginx_config(folder, port, **options))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    done = subprocess.run([program, "-t", "-c", folder + "/nginx.conf"], capture_output=True, text=True)
    rig.check(done.returncode == 0, "nginx refuses the example: " + done.stderr)
    with started(program, "-c", folder + "/nginx.conf", stderr=subprocess.DEVNULL):
        until(lambda: answers(port), "nginx")
        yield port


def answers(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


@contextlib.contextmanager
def portal(folder, *more, indices=None, keyholder=None, listen=None):
    listen = listen or "unix:" + folder + "/http.sock"
    indices = indices or [folder + "/index"]
    with open(folder + "/portal.log", "ab") as log, started(rig.STAUNCH, "portal",
            *[part for index in indices for part in ("--index", index)], "--keyholder", keyholder or folder + "/keyholder",
            "--listen", listen, "--about", ABOUT, *more, stderr=log, env={**os.environ, "TZ": "UTC0"}) as process:
        def ready():
            rig.check(process.poll() is None, "the portal ended: " + open(folder + "/portal.log").read())
            return b"listening" in open(folder + "/portal.log", "rb").read()
        until(ready, "the portal")
        yield process


@contextlib.contextmanager
def whole(*more, **options):
    """(port of nginx, folder, process of the portal), with the stand as keyholder."""
    with rig.folder() as folder, started(STAND, folder):
        until(lambda: os.path.exists(folder + "/keyholder"), "the stand")
        with portal(folder, *more) as process, nginx(folder, **options) as port:
            yield port, folder, process


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def text(self):
        return self.body.decode("utf-8")

    def title(self):
        return html.unescape(re.search(r"<h1>(.*?)</h1>", self.text, re.S).group(1))

    def token(self):
        return re.search(r'name="token" value="([0-9a-f]{64})"', self.text).group(1)


class Visitor:
    """Follows nothing by itself; keeps cookies until they are taken away."""

    def __init__(self, port, name=NAME):
        self.port, self.name, self.cookies, self.connection = port, name, {}, None

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = http.client.HTTPConnection(self.name)
        self.connection.sock = context.wrap_socket(raw, server_hostname=self.name)

    def ask(self, method, path, body=None, **headers):
        if self.connection is None:
            self.connect()
        sent = {"Host": self.name, **{key.replace("_", "-"): value for key, value in headers.items()}}
        if self.cookies:
            sent["Cookie"] = "; ".join("%s=%s" % pair for pair in self.cookies.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        try:
            self.connection.request(method, path, body, sent)
            response = self.connection.getresponse()
            answer = Answer(response)
        except (OSError, http.client.HTTPException):
            self.connection = None
            raise
        if response.will_close:
            self.connection = None
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, fields, token=None, **headers):
        """With the token of the page at hand, as the browser would send it."""
        fields = {**({"token": token} if token else {}), **fields}
        return self.ask("POST", path, urllib.parse.urlencode(fields), **headers)

    def submit(self, page, path, fields):
        """GETs a page, sends its form to path, follows the 303 that a good form ends with."""
        answer = self.post(path, fields, self.get(page).token())
        return self.follow(answer)

    def follow(self, answer):
        while answer.status == 303:
            answer = self.get(answer.headers["Location"])
        return answer

    def verify(self, address, code=CODE, language="en"):
        """Asks with a mailbox and types the code: the page that comes."""
        asked = self.submit("/%s/" % language, "/%s/ask" % language, {"address": address})
        rig.equal(asked.status, 200, "page of the code")
        return self.submit("/%s/code" % language, "/%s/code" % language, {"code": code})


class Plain(Visitor):
    """The same visitor without TLS, for a portal that listens on loopback."""

    def connect(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)


class Everything(html.parser.HTMLParser):
    """The links and the forms of a page, as a scanner of mails sees them."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a" and attributes.get("href", "").startswith("/"):
            self.links.append(attributes["href"])
        if tag == "form":
            self.forms.append((attributes["action"], {}))
        if tag in ("input", "textarea", "button") and attributes.get("name") and self.forms:
            self.forms[-1][1][attributes["name"]] = attributes.get("value") or "7K3Q-92MD"
