"""Where one server of the lab runs: its folder, its ports, its processes. A module of a server gets a Place and fills it."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time

import rig

HOST = "127.0.0.1"
KEEPER = (sys.executable, "-I", "-S", os.path.join(os.path.dirname(os.path.abspath(__file__)), "keeper.py"))
FETCHED = os.path.join(rig.ROOT, "build/lab")  # what ./dev setup fetches for the lab
SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin"
READY_S, COMMAND_S, STOP_S = 60.0, 60.0, 25.0
LOG_LINES = 25
IN_USE = ("address already in use", "eaddrinuse", "could not bind", "errno 98", "(98)")


class Clash(Exception):
    """Somebody else took the port between our choice and the server's bind."""


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def identity(as_root):
    """(uid, gid) that servers run as: this user, but nobody for root, unless the server must be root's."""
    if os.geteuid() != 0 or as_root:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def new_folder(prefix):
    """PREFIX-1, or the next number that nobody has."""
    for number in range(1, 10000):
        try:
            os.mkdir("%s-%d" % (prefix, number), 0o755)
            return "%s-%d" % (prefix, number)
        except FileExistsError:
            continue
    raise rig.Failed("%s-*: no number is left" % prefix)


class Place:
    def __init__(self, name, mode, workdir, as_root=False):
        self.name, self.mode = name, mode
        self.uid, self.gid = identity(as_root)
        self.folder = new_folder(os.path.join(os.path.abspath(workdir), name))
        if os.geteuid() == 0 and self.uid != 0:
            os.chmod(workdir, os.stat(workdir).st_mode | 0o011)
        self.give(self.folder)
        self.who = (str(self.uid), str(self.gid), self.folder)
        self.home = self.subfolder("home")
        self.log_path = self.write("log", "")
        self.environment = {"PATH": SEARCH_PATH, "HOME": self.home, "TMPDIR": self.subfolder("tmp"), "LANG": "C.UTF-8",
            "STAUNCH_LAB": self.folder}
        self.keepers, self.kept = [], []

    # --- ports and files ---

    @staticmethod
    def port():
        """A port of 127.0.0.1 that nobody has; whoever takes it before the server does makes a Clash, and a new try."""
        return free_port()

    def keep(self, closing):
        """Something with close() that ends with this place."""
        self.kept.append(closing)
        return closing

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def subfolder(self, *names):
        """Makes a folder that the server owns."""
        path = self.path(*names)
        os.makedirs(path, mode=0o755, exist_ok=True)
        self.give(path)
        return path

    def give(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)
        return path

    def write(self, name, content):
        """A file that the server owns; returns its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.give(path)

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def failure(self, why):
        tail = self.log().splitlines()[-LOG_LINES:]
        return rig.Failed("%s (%s): %s; the end of its log:\n    %s" % (self.name, self.mode, why,
            "\n    ".join(tail) or "(empty)"))

    # --- processes ---

    def spawn(self, *command, stop=signal.SIGTERM, environment=None, log=None):
        """Starts a program in the foreground that ends with this place; stop asks it to end."""
        keeper = subprocess.Popen([*KEEPER, "keep", str(int(stop)), log or self.log_path, *self.who, *map(str, command)],
            stdin=subprocess.PIPE, cwd=self.folder, env={**self.environment, **(environment or {})},
            start_new_session=True)
        self.keepers.append((keeper, command[0]))
        return keeper

    def run(self, *command, stdin=b"", environment=None, may_fail=False):
        """Runs a helper of the server to its end, as the server's user; returns its standard output."""
        try:
            done = subprocess.run([*KEEPER, "run", *self.who, *map(str, command)], input=stdin, capture_output=True,
                cwd=self.folder, env={**self.environment, **(environment or {})}, timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            raise self.failure("%s took longer than %d s" % (command[0], COMMAND_S)) from None
        if done.returncode != 0 and not may_fail:
            raise self.failure("%s ended with %d: %s" % (command[0], done.returncode,
                (done.stdout + done.stderr).decode("utf-8", "replace")[-1000:]))
        return done.stdout

    def check_alive(self):
        for keeper, program in self.keepers:
            if keeper.poll() is not None:
                if any(words in self.log().lower() for words in IN_USE):
                    raise Clash
                raise self.failure("%s ended with %d" % (program, keeper.returncode))

    def wait(self, ready, what="answers", seconds=READY_S):
        """Until ready() is true; it may raise OSError, which means not yet."""
        end, last, pause_s = time.monotonic() + seconds, "", 0.02
        while True:
            self.check_alive()
            try:
                if ready():
                    self.check_alive()  # it was not somebody else who answered on a port that ours did not get
                    return
            except (OSError, EOFError) as why:
                last = ", last: %s" % why
            if time.monotonic() > end:
                raise self.failure("not true after %d s: %s%s" % (seconds, what, last))
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.25)

    def wait_port(self, port, seconds=READY_S):
        self.wait(lambda: socket.create_connection((HOST, port), 1).close() or True, "port %d accepts" % port, seconds)

    def stop(self):
        """Ends every process, the last started first. Raises when one does not end."""
        left = []
        while self.kept:
            self.kept.pop().close()
        while self.keepers:
            keeper, program = self.keepers.pop()
            keeper.stdin.close()
            try:
                keeper.wait(STOP_S)
            except subprocess.TimeoutExpired:
                keeper.kill()
                keeper.wait()
                left.append(program)
        if left:
            raise self.failure("did not end in %d s: %s" % (STOP_S, ", ".join(left)))


def need(programs, files=()):
    """programs: (program, its package in Debian), files: below build/lab; a failure that names what is missing."""
    for program, package in programs:
        if not shutil.which(program, path=SEARCH_PATH):
            raise rig.Failed("%s is missing: package %s (./dev setup installs it)" % (program, package))
    for name in files:
        if not os.path.exists(os.path.join(FETCHED, name)):
            raise rig.Failed("build/lab/%s is missing (./dev setup fetches it)" % name)
