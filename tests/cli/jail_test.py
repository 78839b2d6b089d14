#!/usr/bin/env python3
"""The worker in its jail, driven by hand over its socket: what it says of a plain object, what it is refused, how each
planted fault ends. The faults need a build with -Dfault_hooks=true (STAUNCH_FAULT_BUILD)."""
import array
import glob
import hashlib
import json
import os
import platform
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLAIN = os.path.join(os.environ.get("STAUNCH_BUILD", os.path.join(ROOT, "build/gcc")), "staunch-worker")
FAULT = os.path.join(os.environ.get("STAUNCH_FAULT_BUILD", os.path.join(ROOT, "build/fault")), "staunch-worker")



def frame_numbers():
    """Those of enum worker_message, by their names."""
    with open(os.path.join(ROOT, "src/worker/protocol.h")) as file:
        body = re.search(r"enum worker_message \{(.*?)\n\};", file.read(), re.S).group(1)
    numbers, number = {}, 0
    for name, value in re.findall(r"^\tWORKER_(\w+)(?: = (\d+))?,", body, re.M):
        number = int(value) if value else number + 1
        numbers[name] = number
    return numbers


FRAMES = frame_numbers()
START, JOB, GO, HELPED, HELPED_ERRORS = (FRAMES[name] for name in ("START", "JOB", "GO", "HELPED", "HELPED_ERRORS"))
READY, HASH, PART, RECORDS, MENTIONS, PART_END, CONTENT, PROGRESS, DONE, FORBIDDEN, ERROR, HELP_INPUT, HELP = (
    FRAMES[name] for name in ("READY", "HASH", "PART", "RECORDS", "MENTIONS", "PART_END", "CONTENT", "PROGRESS", "DONE",
    "FORBIDDEN", "ERROR", "HELP_INPUT", "HELP"))
EXIT_MEMORY, EXIT_FORBIDDEN = 77, 78
READ, PARTIAL, UNREAD = 1, 2, 3

# Numbers of the refused calls: x86-64 and aarch64 (asm/unistd.h of each).
CALLS = {
    "x86_64": {"openat": 257, "write": 1, "socket": 41, "connect": 42, "execve": 59, "clone": 56, "ptrace": 101,
               "prctl": 157, "mprotect": 10, "mmap": 9, "rt_sigaction": 13, "kill": 62},
    "aarch64": {"openat": 56, "write": 64, "socket": 198, "connect": 203, "execve": 221, "clone": 220, "ptrace": 117,
                "prctl": 167, "mprotect": 226, "mmap": 222, "rt_sigaction": 134, "kill": 129},
}.get(platform.machine())


class Worker:
    """A staunch-worker with our end of its socket; the launcher's part is played by subprocess."""

    def __init__(self, program, memory_bytes=1 << 30, start=True, stderr=subprocess.DEVNULL, user=None, role=None):
        ours, theirs = socket.socketpair()
        self.socket, self.buffer = ours, b""

        def prepare():
            if theirs.fileno() != 3:
                os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)

        self.process = subprocess.Popen([program, "worker"] + ([role] if role else []), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=stderr, env={"TZ": "UTC0", "LC_ALL": "C"}, preexec_fn=prepare, pass_fds=[3], user=user)
        theirs.close()
        if role == "audit":
            self.send(FRAMES["AUDIT_START"], struct.pack("<BQBIIB", 0, memory_bytes, 0, 1, 0, 0))
        elif start:
            lists = struct.pack("<IIIIIII", 0, 0, 0, 0, 0, 0, 0)
            self.send(START, struct.pack("<BQ", 0, memory_bytes) + lists)

    def send(self, kind, body, fd=None):
        rights = [] if fd is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        self.socket.sendmsg([struct.pack("<II", kind, len(body)) + body], rights)

    def job(self, number, data, ask=False):
        """Sends bytes as a seekable object, or a file descriptor as a pipe."""
        if isinstance(data, int):
            self.send(JOB, struct.pack("<IBBQI", number, 1, ask, 0, 0), data)
            return
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            self.send(JOB, struct.pack("<IBBQI", number, 0, ask, len(data), 0), file.fileno())

    def next(self, seconds=20):
        """The next frame as (kind, body); None when the worker has ended or says nothing for so long."""
        deadline = time.monotonic() + seconds
        while True:
            if len(self.buffer) >= 8:
                kind, size = struct.unpack_from("<II", self.buffer)
                if len(self.buffer) >= 8 + size:
                    body, self.buffer = self.buffer[8:8 + size], self.buffer[8 + size:]
                    if kind == HELP:  # no helper is installed here
                        self.send(HELPED, struct.pack("<4sBBQ", body[:4], 1, 0, 0))
                        self.send(HELPED_ERRORS, body[:4])
                    if kind not in (HELP, HELP_INPUT):
                        return kind, body
                    continue
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                return None
            more = self.socket.recv(65536)
            if not more:
                return None
            self.buffer += more

    def until(self, kind, seconds=20):
        """Frames up to the first of a kind; the last is None when it did not come."""
        frames = []
        while True:
            frame = self.next(seconds)
            frames.append(frame)
            if frame is None or frame[0] == kind:
                return frames

    def end(self):
        self.socket.close()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "still there"


failed = False


def check(name, condition, detail=""):
    global failed
    print(("ok - " if condition else "not ok - ") + name + ("" if condition else ": %s" % (detail,)), flush=True)
    failed = failed or not condition


def proc(pid, name):
    with open("/proc/%d/%s" % (pid, name)) as file:
        return file.read()


def test_plain(program):
    text = b"id;mail\n1;anna.rossi@contoso.com\n2;luca@fabrikam.example\n"
    worker = Worker(program)
    check("the worker says that it is confined", (worker.next() or (0, b""))[1][1:2] == b"\x01")
    worker.job(1, text)
    frames = worker.until(DONE)
    check("an object ends with DONE", frames[-1] is not None, frames)
    if frames[-1]:
        number, status, reason, digest = struct.unpack_from("<IBB32s", frames[-1][1])
        check("it was read, and hashed while it was", (number, status, reason) == (1, READ, 0) and
            digest == hashlib.sha256(text).digest(), frames[-1])
    mentions = b"".join(body for kind, body in frames[:-1] if kind == MENTIONS)
    check("its addresses are told", b"anna.rossi@contoso.com" in mentions and b"luca@fabrikam.example" in mentions, frames)

    worker.job(2, text, ask=True)
    frame = worker.next()
    check("asked, it says the hash first", frame == (HASH, struct.pack("<I", 2) + hashlib.sha256(text).digest()), frame)
    worker.send(GO, struct.pack("<IB", 2, 0))
    worker.job(3, b"x" * 300000, ask=True)
    frame = worker.next()
    check("told to drop a job it says nothing more of it", frame and frame[0] == HASH and frame[1][:1] == b"\x03", frame)
    worker.send(GO, struct.pack("<IB", 3, 1))
    frames = worker.until(DONE)
    check("told to read, it reads", frames[-1] is not None and
        frames[-1][1][6:38] == hashlib.sha256(b"x" * 300000).digest(), frames[-1])

    read_end, write_end = os.pipe()
    worker.job(4, read_end)
    os.close(read_end)
    for at in range(0, len(text), 5):
        os.write(write_end, text[at:at + 5])
    os.close(write_end)
    frames = worker.until(DONE)
    check("a pipe is read and hashed too", frames[-1] is not None and
        frames[-1][1][6:38] == hashlib.sha256(text).digest(), frames[-1])

    with tempfile.TemporaryFile() as file:
        file.write(b"short")
        file.flush()
        worker.send(JOB, struct.pack("<IBBQI", 5, 0, 0, 5000, 0), file.fileno())
    frames = worker.until(DONE)
    check("a file that shrank is not taken for whole", frames[-1] is not None and frames[-1][1][4] in (PARTIAL, UNREAD)
        and frames[-1][1][6:38] == bytes(32), frames[-1])

    worker.send(JOB, struct.pack("<IBBQI", 6, 0, 0, 10, 0))
    frames = worker.until(DONE)
    check("a job without its descriptor is unread", frames[-1] is not None and frames[-1][1][4] == UNREAD and
        [f[0] for f in frames] == [PART, PART_END, DONE], frames)
    check("the worker ends with its socket", worker.end() == 0)

    worker = Worker(program)
    worker.next()
    worker.socket.send(struct.pack("<II", 77, 0xffffffff))
    check("a broken frame from the case process ends the worker", worker.process.wait(10) == 1)
    worker.end()


def test_state(program):
    """What the kernel says of the process from outside."""
    if not os.path.isdir("/proc/self"):
        print("skip - the state of the process: /proc is not mounted")
        return
    worker = Worker(program)
    worker.next()
    status = dict(line.split(":\t", 1) for line in proc(worker.process.pid, "status").splitlines() if ":\t" in line)
    check("a filter is in force and no_new_privs is set", status.get("Seccomp") == "2" and status.get("NoNewPrivs") == "1",
        status)
    check("it has no capabilities, root or not", all(int(status[name], 16) == 0 for name in ("CapEff", "CapPrm", "CapInh")),
        status)
    limits = proc(worker.process.pid, "limits")
    rows = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    check("no core file, no file growth, little room for descriptors and memory",
        rows["Max core file size"] == ["0", "0"] and rows["Max file size"] == ["0", "0"] and
        rows["Max open files"] == ["64", "64"] and rows["Max address space"] == [str(1 << 30)] * 2 and
        rows["Max processes"] == ["0", "0"], rows)
    check("the title names no object", proc(worker.process.pid, "cmdline").split("\0")[1:] == ["worker", ""])
    worker.end()
    # Files below /proc/PID of a process that is not dumpable belong to root (proc(5)).
    user = 65534 if os.getuid() == 0 else None
    try:
        worker = Worker(program, user=user)
    except PermissionError:
        print("skip - not dumpable: the program is out of reach for another user")
        return
    confined = worker.next()
    owner = os.stat("/proc/%d/environ" % worker.process.pid).st_uid
    check("it works for a user who is not root", confined and confined[0] == READY and confined[1][1] == 1, confined)
    check("it is not dumpable", owner == 0, owner)
    worker.end()


def fault(name, memory_bytes=1 << 30):
    worker = Worker(FAULT, memory_bytes)
    worker.next()
    worker.job(1, b"STAUNCH-FAULT " + name.encode() + b"\n")
    return worker


def test_refused():
    refused = {"open": "openat", "create": "openat", "write": "write", "socket": "socket", "connect": "connect",
               "exec": "execve", "fork": "clone", "ptrace": "ptrace", "prctl": "prctl", "mprotect": "mprotect",
               "mmap": "mmap", "sigaction": "rt_sigaction", "kill": "kill"}
    for name, call in refused.items():
        worker = fault(name)
        frames = worker.until(FORBIDDEN)
        status = worker.process.wait(10)
        number = struct.unpack("<I", frames[-1][1])[0] if frames[-1] else None
        expected = CALLS[call] if CALLS else number
        check("%s is refused and reported" % name, number is not None and number == expected and status == EXIT_FORBIDDEN,
            (number, status))
        worker.end()


def test_faults():
    for name, want in (("masked", -signal.SIGSYS), ("crash", -signal.SIGSEGV), ("abort", -signal.SIGABRT), ("exit", 0)):
        worker = fault(name)
        frames = worker.until(DONE)
        status = worker.process.wait(10)
        check("%s ends with its own wait status" % name, frames[-1] is None and status == want, (frames, status))
        worker.end()
    worker = fault("memory", 300 << 20)
    begin = time.monotonic()
    frames = worker.until(DONE)
    status = worker.process.wait(20)
    check("a memory bomb ends at its limit", frames[-1] is None and status == EXIT_MEMORY, (status,
        time.monotonic() - begin))
    worker.end()
    for name in ("hang", "spin-alloc"):
        worker = fault(name)
        frames = worker.until(DONE, seconds=2)
        check("%s says nothing and stays" % name, frames[-1] is None and worker.process.poll() is None, frames)
        worker.process.kill()
        check("%s can be killed" % name, worker.process.wait(5) == -signal.SIGKILL)
        worker.socket.close()
    worker = fault("garbage")
    frames = worker.until(99)
    check("garbage reaches the case process as it is", frames[-1] == (99, b"\x01\x02"), frames)
    worker.process.kill()
    worker.end()


def judge(frames, number):
    """What the case process would object to in the frames of one object; None when it would believe them."""
    parts, ended, records, highest = {}, set(), 0, 0
    for frame in frames:
        if frame is None:
            return "no DONE"
        kind, body = frame
        if struct.unpack_from("<I", body)[0] != number and kind != FORBIDDEN:
            return "another job"
        if kind == PART:
            part, parent = struct.unpack_from("<II", body, 4)
            if part != len(parts) or (part > 0 and parent >= part) or parent in ended:
                return "part %d in %d" % (part, parent)
            parts[part] = 0
        elif kind == RECORDS:
            part, count = struct.unpack_from("<II", body, 4)
            if part not in parts or part in ended or len(body) != 12 + 32 * count:
                return "records"
            parts[part], records = parts[part] + count, records + count
        elif kind == MENTIONS:
            at, (count,) = 8, struct.unpack_from("<I", body, 4)
            for _ in range(count):
                own_kind, at, values = body[at] >= 128, at + 3, []  # a mark of a record covers no bytes
                for _ in range(5):
                    value = shift = 0
                    while True:
                        byte, at = body[at], at + 1
                        value, shift = value | (byte & 127) << shift, shift + 7
                        if byte < 128:
                            break
                    values.append(value)
                at += values[4]
                if values[0] not in parts or values[0] in ended or (values[3] == 0 and not own_kind) or not 0 < values[4] <= 512:
                    return "mention %r" % values
                highest = max(highest, values[1])
            if at != len(body):
                return "mentions"
        elif kind == PART_END:
            part, status, reason = struct.unpack_from("<IBB", body, 4)
            at = 10
            for _ in range(2):  # format, charset
                at += 4 + struct.unpack_from("<I", body, at)[0]
            if part not in parts or part in ended or (status == READ) != (reason == 0) or \
                    struct.unpack_from("<Q", body, at + 8)[0] != parts[part]:
                return "end of part %d" % part
            ended.add(part)
        elif kind == DONE:
            status, reason = struct.unpack_from("<BB", body, 4)
            _, _, said, members, _ = struct.unpack_from("<QQQQQ", body, 38)
            if (status == READ) != (reason == 0) or said != records or highest > records or \
                    members + 1 != len(parts) or len(ended) != len(parts):
                return "done"
        elif kind == FORBIDDEN:
            return "call %d" % struct.unpack("<I", body)
        elif kind not in (PROGRESS, CONTENT):
            return "frame %d" % kind
    return None


def test_samples(program):
    """Every seed of the fuzz targets, one after the other through one jail: nothing in it needs a refused call, and the
    frames agree with each other."""
    paths = sorted(path for path in glob.glob(os.path.join(ROOT, "tests/fuzz/corpus/*/*")) if os.path.isfile(path))
    worker = Worker(program)
    worker.next()
    bad = []
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            data = file.read()
        worker.job(number, data)
        frames = worker.until(DONE)
        why = judge(frames, number)
        if why is None and frames[-1][1][6:38] != hashlib.sha256(data).digest():
            why = "hash"
        if why:
            bad.append((os.path.relpath(path, ROOT), why))
            if frames[-1] is None:
                worker.end()
                worker = Worker(program)
                worker.next()
    check("every hostile sample is read in the jail (%d)" % len(paths), paths and not bad, bad[:10])
    worker.end()


def audit_frames(program, *sends):
    """What the role for configurations says to these (kind, body, bytes of a file): kinds of frames, and how it ended."""
    worker = Worker(program, role="audit")
    ready = worker.next()
    kinds, confined = [], ready and ready[0] == READY and ready[1][1]
    for kind, body, data in sends:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.seek(0)
            try:
                worker.send(FRAMES[kind], body, file.fileno())
                frame = worker.next(seconds=20)
                while frame and frame[0] == FRAMES["AUDIT_ANSWER"]:
                    frame = worker.next(seconds=20)
            except (BrokenPipeError, ConnectionResetError):  # it ended over the frame before
                break
        kinds.append(frame and [name for name, number in FRAMES.items() if number == frame[0]][0])
    status = dict(line.split(":\t", 1) for line in proc(worker.process.pid, "status").splitlines() if ":\t" in line) \
        if worker.process.poll() is None and os.path.isdir("/proc/self") else {}
    return confined, kinds, status, worker.end()


def test_audit(program):
    """The role that reads configurations: its jail, its frames, and the seeds of its fuzz targets."""
    file, aside = lambda number, snapshot=0: struct.pack("<III", number, snapshot, 0), struct.pack("<BQ", 0, 0)
    nsg = b'[{"name": "es", "type": "Microsoft.Network/networkSecurityGroups", "securityRules": []}]'
    confined, kinds, status, _ = audit_frames(program, ("AUDIT_FILE", file(0), nsg))
    check("the role for configurations is confined", confined == 1 and kinds == ["AUDIT_TOOK"] and
        status.get("Seccomp", "2") == "2" and int(status.get("CapEff", "0"), 16) == 0, (confined, kinds, status))
    _, kinds, _, ended = audit_frames(program, ("AUDIT_FILE", file(0), nsg), ("AUDIT_TELL", b"", b""))
    check("it tells and ends", kinds == ["AUDIT_TOOK", "AUDIT_DONE"] and ended == 0, (kinds, ended))
    _, kinds, _, ended = audit_frames(program, ("AUDIT_ASIDE", aside, b'{"exceptions": [{"until": "2026-11-22"}]}'))
    check("a file beside it that is wrong is told, and needs no call that is refused", kinds == ["AUDIT_WRONG"] and ended == 1,
        (kinds, ended))
    log = b'[{"eventTimestamp": "2019-12-05T08:00:00Z", "operationName": "Microsoft.Network/networkSecurityGroups/write", "resourceId": "/x"}]'
    _, kinds, _, ended = audit_frames(program, ("AUDIT_ASIDE", struct.pack("<BQ", 2, 0), log), ("AUDIT_FILE", file(0), nsg))
    check("an activity log is read in the jail", kinds == ["AUDIT_TOOK", "AUDIT_TOOK"], (kinds, ended))
    for what, sends in (("a snapshot that is none", [("AUDIT_FILE", file(0, 7), nsg)]),
            ("a file beside it after the first file", [("AUDIT_FILE", file(0), nsg), ("AUDIT_ASIDE", aside, b"{}")]),
            ("an answer before a file", [("AUDIT_TELL", b"", b"")]), ("a cut frame", [("AUDIT_FILE", b"\0", nsg)])):
        _, kinds, _, ended = audit_frames(program, *sends)
        check("%s ends it" % what, kinds[-1] is None and ended == 1, (kinds, ended))
    paths = sorted(glob.glob(os.path.join(ROOT, "tests/fuzz/corpus/audit_*/*")))
    bad = []
    for path in paths:
        with open(path, "rb") as seed:
            data = seed.read()
        _, kinds, _, ended = audit_frames(program, ("AUDIT_FILE", file(0), data), ("AUDIT_TELL", b"", b""))
        if ended not in (0, 1) or "FORBIDDEN" in kinds:
            bad.append((os.path.relpath(path, ROOT), kinds, ended))
    check("every hostile configuration is read in the jail (%d)" % len(paths), paths and not bad, bad[:10])


def doctor(*arguments):
    try:
        return subprocess.run([os.path.join(os.path.dirname(PLAIN), "staunch"), "doctor", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError:
        return subprocess.CompletedProcess([], -1, b"", b"staunch is not built")


def test_doctor():
    """The whole way: staunch, launcher, worker."""
    result = doctor("--format", "json")
    try:
        told = json.loads(result.stdout)
    except ValueError:
        told = {}
    check("doctor starts a worker in its jail and says so", result.returncode == 0 and
        told.get("worker") == {"found": True, "confined": True, "error": None}, (result, told.get("worker")))
    check("doctor starts the role for configurations, and git, in their jails", told.get("audit", {}).get("confined") is True and
        told["audit"]["git"], told.get("audit"))
    check("doctor starts the program that answers HTTP in its jail", told.get("portal") == {"found": True, "confined": True,
        "keyholder_confined": True, "courier_confined": True} and
        [l["name"] for l in told["libraries"]["staunch-portal"]] == ["libevent"], told.get("portal"))
    check("doctor starts the program that asks name servers in its jail", told.get("resolver") == {"found": True, "confined": True} and
        [l["name"] for l in told["libraries"]["staunch-resolver"]] == ["libunbound"], told.get("resolver"))
    check("doctor names the libraries of both programs", all(told.get("libraries", {}).get(name)
        for name in ("staunch", "staunch-worker")), told)
    check("doctor starts each helper program in its jail", [(h["name"], h["found"], h["confined"], bool(h["version"]))
        for h in told.get("helpers", [])] == [(name, True, True, True) for name in ("pdftotext", "pdfinfo", "pdfdetach",
        "qpdf")], told.get("helpers"))
    text = doctor()
    check("doctor says the same to a person", text.returncode == 0 and b"starts confined" in text.stdout, text)


def main():
    if not os.access(PLAIN, os.X_OK):
        print("not ok - the worker program is not built: %s" % os.path.basename(PLAIN))
        return 1
    result = subprocess.run([PLAIN], stdin=subprocess.DEVNULL, capture_output=True)
    check("started by hand it says so and ends", result.returncode == 2 and b"by hand" in result.stderr, result)
    test_plain(PLAIN)
    test_samples(PLAIN)
    test_audit(PLAIN)
    test_state(PLAIN)
    test_doctor()
    with open(PLAIN, "rb") as file:
        check("the shipped program holds no planted fault", b"STAUNCH-FAULT" not in file.read())
    if not os.access(FAULT, os.X_OK):
        print("skip - planted faults: no build with -Dfault_hooks=true")
    else:
        test_refused()
        test_faults()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
