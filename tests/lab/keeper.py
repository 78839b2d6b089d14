"""Runs one program of a server, which can write in FOLDER only (Landlock), and makes sure of its end.

    keeper.py keep SIGNAL LOG UID GID FOLDER PROGRAM [ARGUMENT...]      a server
    keeper.py run UID GID FOLDER PROGRAM [ARGUMENT...]                  a helper that ends by itself, as it is

keep: standard input is a pipe whose other end the test holds. When it closes, because the test says so or because the test is
dead, the program gets SIGNAL, after GRACE_S seconds SIGKILL, and so does everything it ever started, in whatever session:
the keeper is the subreaper of them all. Should the keeper itself be killed, the program dies with it. Ends as the program."""
import ctypes
import os
import select
import signal
import struct
import sys
import time

GRACE_S, SWEEP_S = 8.0, 10.0
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
# linux/landlock.h and the system calls of every architecture since Linux 5.13: rights that change the file system, by the
# ABI that brought them. Reading stays free.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, CHANGE_TREE, REFER, TRUNCATE = 1 << 1, sum(1 << bit for bit in range(4, 13)), 1 << 13, 1 << 14
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/proc/self")  # the last: names of its own threads
libc = ctypes.CDLL(None, use_errno=True)


def become(uid, gid):
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def allow(ruleset, path, rights):
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", rights, place)
    if libc.syscall(LANDLOCK_ADD, ruleset, 1, rule, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_add_rule " + path)
    os.close(place)


def lock(folder):
    """From here on this process and its children can change nothing on disk but what is in folder."""
    abi = libc.syscall(LANDLOCK_CREATE, None, 0, 1)
    if abi < 1:
        raise OSError(ctypes.get_errno(), "this kernel has no Landlock")
    changes = WRITE_FILE | CHANGE_TREE | (REFER if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0)
    ruleset = libc.syscall(LANDLOCK_CREATE, struct.pack("=Q", changes), 8, 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    allow(ruleset, folder, changes)
    for device in DEVICES:
        allow(ruleset, device, changes & (WRITE_FILE | TRUNCATE))
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)


def execute(parent, uid, gid, folder, command):
    """Becomes the program; ends when parent does."""
    try:
        become(uid, gid)
        lock(folder)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # after the change of user, which clears it
        if os.getppid() == parent:
            os.execvp(command[0], command)
    except OSError as why:
        os.write(2, ("%s: %s\n" % (command[0], why)).encode())
    finally:
        os._exit(127)


def start(log, uid, gid, folder, command):
    keeper = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.closerange(3, 256)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    execute(keeper, uid, gid, folder, command)


def descendants():
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as file:
                parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(name))
        except OSError:
            continue
    found, waiting = [], [os.getpid()]
    while waiting:
        more = parents.get(waiting.pop(), [])
        found += more
        waiting += more
    return found


def reap(statuses):
    """Takes every child that has ended into statuses; false when there is no child at all."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        statuses[pid] = status


def sweep(statuses):
    end = time.monotonic() + SWEEP_S
    while reap(statuses) and time.monotonic() < end:
        for pid in descendants():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)


def keep(child, stop_signal, wakeup):
    """Returns when the child has ended, by itself or because it was time."""
    statuses, deadline = {}, None
    while reap(statuses) and child not in statuses:
        left = 60.0 if deadline is None else deadline - time.monotonic()
        if left <= 0:
            break
        ready = select.select([wakeup] + ([0] if deadline is None else []), [], [], left)[0]
        if wakeup in ready:
            os.read(wakeup, 512)
        if 0 in ready and not os.read(0, 512):
            os.kill(child, stop_signal)
            deadline = time.monotonic() + GRACE_S
    return statuses


def keep_one(stop_signal, log, uid, gid, folder, command):
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wakeup, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # only the pipe says when
        signal.signal(ignored, signal.SIG_IGN)
    child = start(log, uid, gid, folder, command)
    statuses = keep(child, stop_signal, wakeup)
    sweep(statuses)
    status = statuses.get(child, signal.SIGKILL)
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def main():
    words = sys.argv[2:] if sys.argv[1] == "run" else sys.argv[4:]
    uid, gid, folder, command = int(words[0]), int(words[1]), words[2], words[3:]
    if sys.argv[1] == "run":
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        execute(os.getppid(), uid, gid, folder, command)
    keep_one(int(sys.argv[2]), sys.argv[3], uid, gid, folder, command)


if __name__ == "__main__":
    main()
