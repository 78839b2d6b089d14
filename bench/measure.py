"""What everything that measures shares: one run of a command (clock, processor time, memory of all its processes), contenders in
turns, medians with their spread, ratios of pairs, growth over sizes, and the machine."""
import dataclasses
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE_BYTES, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
SAMPLE_S = 0.05


class Failed(Exception):
    """A measurement that cannot be made; its text says why."""


# --- processes ---

def processes():
    """{pid: (parent, name)} of the machine."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % pid, encoding="utf-8", errors="replace") as file:
                head, _, tail = file.read().rpartition(")")
        except OSError:
            continue
        found[int(pid)] = int(tail.split()[1]), head.partition("(")[2]
    return found


def family(pid):
    """{pid: name} of a process and all below it."""
    known, below = processes(), {}
    for one, (parent, _) in known.items():
        below.setdefault(parent, []).append(one)
    members, waiting = {}, [pid]
    while waiting:
        one = waiting.pop()
        if one in known:
            members[one] = known[one][1]
            waiting += below.get(one, [])
    return members


def memory_of(pid):
    """(resident MB now, most resident MB ever), None when it is gone."""
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8", errors="replace") as file:
            fields = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    except OSError:
        return None
    return tuple(int(fields.get(name, "0 kB").split()[0]) * 1024 / 1e6 for name in ("VmRSS", "VmHWM"))


class Memory(threading.Thread):
    """The most memory of the members of a process tree by name, and of all at one time, sampled."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.together, self.ending = pid, {}, 0.0, threading.Event()
        self.start()

    def run(self):
        while True:
            members = family(self.pid)
            sizes = {pid: memory_of(pid) for pid in members}
            for pid, size in sizes.items():
                if size:
                    self.most[members[pid]] = max(self.most.get(members[pid], 0), size[1])
            self.together = max(self.together, sum(size[0] for size in sizes.values() if size))
            if self.ending.wait(SAMPLE_S):
                return

    def stop(self):
        self.ending.set()
        self.join()
        return self


def children_s():
    """Processor seconds of all that was started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclasses.dataclass
class Run:
    wall_s: float
    processor_s: float
    status: int
    out: bytes
    err: bytes
    memory: Memory


def run(command, source=None, accepted=(0,), env=None, keep=False, memory=False, bare=False):
    """One run to its end; source: file or bytes for its standard input. keep: its output is kept, else it goes nowhere. bare: env is all of
    its environment."""
    stdin = subprocess.PIPE if isinstance(source, bytes) else open(source, "rb") if source else subprocess.DEVNULL
    before, begin = children_s(), time.monotonic()
    try:
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE if keep else subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=env if bare else {**os.environ, **(env or {})})
        watch = Memory(process.pid) if memory else None
        out, err = process.communicate(source if isinstance(source, bytes) else None)
        if watch:
            watch.stop()
    finally:
        if source and not isinstance(source, bytes):
            stdin.close()
    done = Run(time.monotonic() - begin, children_s() - before, process.returncode, out or b"", err, watch)
    if accepted and done.status not in accepted:
        raise Failed("%s ended with %d: %s" % (" ".join(map(str, command))[:200], done.status, err[-300:].decode("utf-8", "replace")))
    return done


def built(source, folder, *more):
    """The path of a C program of bench/, compiled into folder."""
    path = os.path.join(folder, os.path.basename(source)[:-2])
    if not os.path.exists(path):
        run(["gcc", "-O2", "-D_GNU_SOURCE", os.path.join(ROOT, "bench", source), "-o", path, *more])
    return path


# --- figures ---

@dataclasses.dataclass
class Spread:
    """The median of some values, the least and the most of them."""
    median: float
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values), len(values))


def in_turns(contenders, rounds, warm=True, budget_s=None):
    """{name: [value]} of contenders {name: function without arguments}, one after the other in every round; a first round that does not
    count brings files into memory. A contender that fails is left out, with its reason: ({name: values}, {name: why}). budget_s: no round
    begins that would end beyond it; one that counts there always is."""
    values, failed, begin = {name: [] for name in contenders}, {}, time.monotonic()
    first = -1 if warm else 0
    for turn in range(first, rounds):
        taken, done = time.monotonic() - begin, turn - first
        if budget_s and turn > 0 and taken + taken / done > budget_s:
            break
        for name, act in contenders.items():
            if name in failed:
                continue
            try:
                value = act()
            except (Failed, OSError) as why:
                failed[name] = str(why)
                continue
            if turn >= 0:
                values[name].append(value)
    return {name: got for name, got in values.items() if name not in failed}, failed


def ratio(ours, theirs):
    """How many times ours is theirs, of the pairs of each round."""
    return Spread.of([a / b for a, b in zip(ours, theirs)])


def exponent(points):
    """The slope of least squares through the logarithms of [(size, seconds)]: 1 is linear."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    x, y = statistics.mean(xs), statistics.mean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


# --- the machine ---

def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip().split("\n")[0].strip()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = file.read().split("\n")
    fields = dict(line.split("\t: ", 1) for line in reversed(lines) if "\t: " in line for line in [line.replace("\t\t", "\t")])
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) * 1024
    flags = fields.get("flags", "").split()
    return {"processor": fields.get("model name", platform.machine()).strip(), "cores": os.cpu_count(), "memory_gb": round(memory / 1e9, 1),
        "vector": [flag for flag in ("avx2", "avx512bw", "sha_ni") if flag in flags], "kernel": "%s %s" % (platform.system(), platform.release().split("-")[0]),
        "compiler": first_line("gcc", "--version"), "python": platform.python_version()}


class Load:
    """How busy the machine was with work that is not ours, from begin to end."""

    def __init__(self):
        self.begin, self.before, self.own = time.monotonic(), self.busy_s(), self.own_s()
        self.at_start = os.getloadavg()[0]

    @staticmethod
    def busy_s():
        with open("/proc/stat", encoding="utf-8") as file:
            user, nice, system, _, _, irq, soft, steal = [int(part) / TICKS for part in file.readline().split()[1:9]]
        return user + nice + system + irq + soft + steal

    @staticmethod
    def own_s():
        return children_s() + time.process_time()

    def report(self):
        taken = max(time.monotonic() - self.begin, 0.01) * os.cpu_count()
        others = max(self.busy_s() - self.before - (self.own_s() - self.own), 0)
        return {"load_at_start": round(self.at_start, 2), "load_at_end": round(os.getloadavg()[0], 2),
            "others_share": round(min(others / taken, 1), 3)}


# --- words ---

def say(text):
    print(text, file=sys.stderr, flush=True)


def row(what, value, note=""):
    """One line of a table for people."""
    print("%-52s %14s   %s" % (what, value, note), flush=True)
