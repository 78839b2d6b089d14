"""The row of the portal: verified pages over HTTP, from a keyholder and a portal as they run, and the sealed index."""
import base64
import json
import os
import re
import subprocess
import sys
import time

import measure
from figures import Case, Growth, Target

PERSONS = 2000
SESSIONS = 200
PROCESSES = 2
CONNECTIONS = 16
PAGES_A_SECOND = 4000
P99_MS = 50
LOAD_SHARE = 0.7


def client(program):
    """tests/portal_client.py: a portal's and a courier's side, which the tests have too."""
    os.environ["STAUNCH_BUILD"] = os.path.dirname(program)
    sys.path.append(os.path.join(measure.ROOT, "tests"))
    import portal_client
    return portal_client


def write_records(path):
    """Support records: each person has one of its own, a third share one with a neighbour."""
    with open(path, "w", encoding="ascii") as file:
        for i in range(PERSONS):
            mail = "person%05d@%s" % (i, "fabrikam%02d.com" % (i % 40))
            file.write(json.dumps({"id": i, "mail": mail, "phone": "+39 06 %07d" % (4000000 + i), "iban": "IBAN IT60X0542811101000000123456",
                "text": "The customer asks whether case %d can be closed before the end of the month." % i}) + "\n")
            if i % 3 == 0:
                other = "person%05d@%s" % (i + 1, "fabrikam%02d.com" % ((i + 1) % 40))
                file.write(json.dumps({"id": -i, "mail": mail, "other": other, "note": "both called about %d" % i}) + "\n")


class Running:
    """A sealed case with keyholder and portal at work, and a file of cookies of verified persons."""

    def __init__(self, bench):
        self.program, self.folder = bench.program, os.path.join(bench.folder, "portal")
        self.socket, self.cookies = os.path.join(self.folder, "http.sock"), os.path.join(self.folder, "cookies")
        self.keyholder = self.portal = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        os.mkdir(self.folder)
        write_records(self.path("records.jsonl"))
        measure.run([self.program, "scan", self.path("records.jsonl"), "--case", self.path("case"), "--progress", "never"])
        measure.run([self.program, "keyholder", "--new-key", self.path("seal.key")])
        measure.run([self.program, "seal", "--case", self.path("case"), "--key", self.path("seal.key"), "-o", self.path("index"), "--name", "Bench"])
        try:
            self.keyholder = client(self.program).Keyholder(self.folder, "--openings", 1000000, "--mails", 1000000)
            self.verify()
            self.start_portal()
        except BaseException:
            self.__exit__()
            raise
        return self

    def verify(self):
        hands = client(self.program)
        courier = hands.Courier(self.keyholder.errands)
        with open(self.cookies, "w", encoding="ascii") as file:
            for i in range(SESSIONS):
                portal = hands.Portal(self.keyholder.path, b"client %9d" % (i // 10))
                secret = portal.mailbox(courier, "person%05d@%s" % (7 * i, "fabrikam%02d.com" % (7 * i % 40)))
                portal.close()
                file.write("__Host-visit=%s; __Host-session=%s\n" % ("0123456789abcdef" * 2,
                    base64.urlsafe_b64encode(secret).decode().rstrip("=")))
        courier.close()

    def start_portal(self):
        with open(self.path("portal.log"), "wb") as log:
            self.portal = subprocess.Popen([self.program, "portal", "--index", self.path("index"), "--keyholder", self.keyholder.path,
                "--listen", "unix:" + self.socket, "--processes", str(PROCESSES)], stderr=log)
        end = time.monotonic() + 20
        while not os.path.exists(self.socket) or b"listening" not in open(self.path("portal.log"), "rb").read():
            if self.portal.poll() is not None or time.monotonic() > end:
                raise measure.Failed("the portal did not start: %s" % open(self.path("portal.log"), "rb").read()[-300:])
            time.sleep(0.05)

    def __exit__(self, *_):
        if self.portal:
            self.portal.terminate()
            self.portal.wait()
        if self.keyholder:
            self.keyholder.kill()

    def processor_s(self):
        """(of the portal's processes, of the keyholder)"""
        return tuple(sum(seconds_of(pid) for pid in measure.family(one.pid)) for one in (self.portal, self.keyholder.process))

    def load(self, generator, seconds, rate):
        before = self.processor_s()
        done = measure.run([generator, self.socket, self.cookies, str(CONNECTIONS), str(seconds), str(rate)], keep=True)
        after = self.processor_s()
        said = dict(zip(*[iter(done.out.decode().split())] * 2))
        return Loaded(int(said["pages"]), float(said["seconds"]), float(said["p99_ms"]), after[0] - before[0], after[1] - before[1])


def seconds_of(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / measure.TICKS


class Loaded:
    def __init__(self, pages, seconds, p99_ms, portal_s, keyholder_s):
        self.rate, self.p99_ms = pages / seconds, p99_ms
        self.portal_us, self.keyholder_us = portal_s / pages * 1e6, keyholder_s / pages * 1e6
        self.a_core = pages / (portal_s + keyholder_s)


def pages(bench):
    """Pages a second of processor time, and how long one takes at 70 % of what the machine gives at most."""
    generator = measure.built("portal_load.c", bench.folder, "-lm")
    seconds = 2 if bench.quick else 5
    with Running(bench) as running:
        running.load(generator, 1, 0)
        most, calm = [], []
        for _ in range(bench.rounds):  # in turns: a share of what the machine gives now
            most.append(running.load(generator, seconds, 0))
            calm.append(running.load(generator, seconds, LOAD_SHARE * most[-1].rate))
    portal, keyholder = (measure.Spread.of([getattr(one, name) for one in most]).median for name in ("portal_us", "keyholder_us"))
    case = Case("verified pages of persons, HTTP to sealed index", "pages/s/core", measure.Spread.of([one.a_core for one in most]), basis="processor",
        note="a page costs the portal %.0f us and the keyholder %.0f us of processor time; by the clock %.0f pages/s on %d cores, beside the generator" % (
        portal, keyholder, measure.Spread.of([one.rate for one in most]).median, os.cpu_count())).wants(PAGES_A_SECOND)
    rate = measure.Spread.of([one.rate for one in calm]).median
    slow = Case("p99 of a page at %.0f pages/s, 70 %% of the most" % rate, "ms", measure.Spread.of([one.p99_ms for one in calm]), True)
    return [case, slow.wants(P99_MS)]


# --- the sealed index alone ---

LINE = re.compile(r"^(?P<name>[a-z :]+?)\s{2,}(?P<value>[\d.]+)(?P<rest>.*)$")


def sealed(bench, parties):
    """What bench/sealed_index_bench.c says: {name: (first number, the rest of the line)}."""
    said = measure.run([bench.bench("sealed_index_bench"), str(parties), bench.folder], keep=True).out.decode()
    return {found["name"]: (float(found["value"]), found["rest"]) for found in map(LINE.match, said.splitlines()) if found}


def index(bench):
    largest = 200000 if bench.quick else 10000000
    points, memories, last = [], [], None
    for parties in (largest // 8, largest // 4, largest // 2, largest):
        last = sealed(bench, parties)
        points.append((parties, round(parties / last["index: a party is sealed"][0], 3)))
        memories.append(float(re.search(r"(\d+) MB of memory", last["index: size"][1])[1]))
    a_party = float(re.search(r"(\d+) bytes a party", last["index: size"][1])[1])
    one = lambda value: measure.Spread(value, value, value, 1)  # noqa: E731
    case = Case("index of %s identities: sealed" % f"{largest:,}", "parties/s", one(last["index: a party is sealed"][0]), basis="processor",
        note="%.0f MB, %.0f bytes an identity; opened and checked in %.0f ms" % (last["index: size"][0], a_party, last["index: opened and checked"][0]))
    case.growth = Growth("identities", points, measure.exponent(points))
    case.memory_mb = {"together": memories[-1]}
    case.targets.append(Target("growth, exponent over four sizes", case.growth.exponent, 1.15, None, "", True))
    if not bench.quick:  # few identities do not fill the memory that sorting is given
        case.targets.append(Target("memory, against half of the identities", memories[-1] / memories[-2], 1.15, None, "times", True))
    found = Case("index of %s identities: a party is opened" % f"{largest:,}", "parties/s", one(last["index: a party is opened"][0]), basis="processor",
        note="of who is not there: %.0f/s" % last["index: nobody is found"][0])
    return [case, found]


def portal(bench):
    return pages(bench) + index(bench)
