#!/usr/bin/env python3
"""Servers that mean harm (tests/hostile_server.py), before `check` of every service and before `scan`: each ends in time, within
bounds of memory and of bytes taken, and is told for what it is. One table is printed: the behaviour, what is told, the longest
time, the most memory that a process of each role had ("-": over before it was looked at), and the most bytes that a server could get rid of."""
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import threading
import time

import hostile_server as hostile
import rig

ROLES = {"staunch": "case", "staunch-worker": "worker", "staunch-fetch": "fetch", "staunch-launch": "launcher"}
# What a process of a role may ever have had in memory, and what a server may get rid of, buffers of the kernel included.
MEMORY = {"case": 96 << 20, "worker": 192 << 20, "fetch": 64 << 20, "launcher": 32 << 20}
TAKEN_BYTES = 160 << 20
CHECK_S, SCAN_S = 150, 330
AT_A_TIME = 24


def services():
    """{name: over TCP} of the table in the source, so that a new one is tried too."""
    with open(os.path.join(rig.ROOT, "src/probe/services.c"), encoding="utf-8") as file:
        names = re.findall(r"^\t&probe_(\w+),$", file.read(), re.M)
    found = {}
    for name in names:
        with open(os.path.join(rig.ROOT, "src/probe/%s.c" % name), encoding="utf-8") as file:
            found[name] = re.search(r"^\t\.tcp = true,", file.read(), re.M) is not None
    return found


PATHS = {"azure_blob": "/acc/box", "s3": "/box", "gcs": "/box"}


class Memory(threading.Thread):
    """The most memory that the processes below this one had, by the case process above them and their role."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.ending = {}, threading.Event()
        self.start()

    def run(self):
        while not self.ending.wait(0.03):
            parents, sizes = {}, {}
            for pid in filter(str.isdigit, os.listdir("/proc")):
                found = self.look(int(pid))
                if found:
                    parents[int(pid)], sizes[int(pid)] = found[0], found[1:]
            for pid, (role, size) in sizes.items():
                top = pid
                while parents.get(top) in sizes:
                    top = parents[top]
                most = self.most.setdefault(top, {})
                most[role] = max(most.get(role, 0), size)

    @staticmethod
    def look(pid):
        try:
            with open("/proc/%d/status" % pid, encoding="utf-8") as file:
                fields = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        except OSError:
            return None
        role = ROLES.get(fields["Name"][:15])
        return (int(fields["PPid"]), role, int(fields["VmHWM"].split()[0]) << 10) if role and "VmHWM" in fields else None


def run(words, limit_s):
    """(exit status, what it said, what it printed, seconds, pid)"""
    began = time.monotonic()
    process = subprocess.Popen([rig.STAUNCH, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, said = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise rig.Failed("%s did not end within %d s" % (" ".join(words)[:200], limit_s)) from None
    return process.returncode, said.decode("utf-8", "replace"), out, time.monotonic() - began, process.pid


def write_scope(folder, target, level, budget_bytes):
    path = os.path.join(folder, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset", "max_level": level,
            "not_before": "2020-01-01", "not_after": "2090-01-01", "contact": "security@contoso.example",
            "budget": {"requests_per_second": 5000, "bytes": budget_bytes}, "targets": [target]}, file)
    return path


class Case:
    """One run: `told` is what it said of the server, `wrong` what it should not have done."""

    def __init__(self, behaviour, who):
        self.behaviour, self.who, self.told, self.wrong, self.seconds, self.pid, self.taken = behaviour, who, "", "", 0, 0, 0


def tried(case, go):
    try:
        go(case)
    except rig.Failed as why:
        case.wrong = str(why)
    return case


def checked(name, service, behaviour, tls=False):
    def go(case):
        with rig.folder() as folder, hostile.serve(behaviour) as server:
            scheme = "https" if service is None and tls else "http" if service is None else service + ("+https" if tls else "")
            target = "%s://127.0.0.1:%d%s" % (scheme, server.port, PATHS.get(service, "" if service else "/acc/box"))
            scope = write_scope(folder, target, "L4", 10 ** 8)
            status, said, out, case.seconds, case.pid = run(["check", "--scope", scope, "--format", "json"], CHECK_S)
            case.taken = server.accepted
            rig.check(status == rig.INCOMPLETE, "ended with %d: %s %s" % (status, said[-300:], out[-300:]))
            answer = json.loads(out)
            told = answer["targets"][0]
            case.told = "%s: %s" % (told["verdict"], told["reason"])
            rig.check(told["verdict"] == "cannot-tell" and told["reason"], case.told)
            rig.check(answer["bytes"] <= 64 << 20, "%d bytes of bodies were read" % answer["bytes"])
            rig.check(not any(line in out for line in (b"\x1b", b"\x9b")), "controls in %r" % out[:300])
    return tried(Case(name, service or "a URL"), go)


def scanned(name, shelf, behaviour, status, budget_bytes=40 << 20, judge=None):
    def go(case):
        with rig.folder() as folder, hostile.serve(behaviour(shelf)) as server:
            url = "%s://127.0.0.1:%d%s" % (shelf.name, server.port, shelf.path)
            scope = write_scope(folder, url, "L5", budget_bytes)
            words = ["scan", url, "--scope", scope, "--purpose", "test", "--jobs", "1", "--progress", "never", "--case",
                os.path.join(folder, "x.case")]
            got, said, _, case.seconds, case.pid = run(words, SCAN_S)
            case.taken = server.accepted
            rig.check(got == status, "ended with %d: %s" % (got, said[-500:]))
            judge(case, folder, said)
    return tried(Case(name, "scan " + shelf.name), go)


def told_in_one_line(part):
    def judge(case, folder, said):
        lines = [line for line in said.splitlines() if line]
        case.told = lines[-1].partition("staunch: ")[2]
        rig.check(len(lines) == 1 and part in said, "it said: " + said)
    return judge


def told_as_a_row(reasons):
    def judge(case, folder, said):
        report = rig.report(os.path.join(folder, "x.case"), "--reveal", "test")
        rows = {row["path"].rpartition("/")[2]: row["reason"] for row in report["coverage"]["unread"]["objects"]}
        case.told = "row: " + " ".join(sorted(set(rows.values())))
        rig.check(list(rows) == ["bad.txt"] and rows["bad.txt"] in reasons, "rows are %r, wanted %s" % (rows, reasons))
        rig.equal(report["persons"]["best"], 1, "persons of the good object beside it")
    return judge


# --- the table ---

def together(title, jobs):
    """Runs the cases side by side (most of them wait), prints one line for each behaviour, fails with what was wrong."""
    memory = Memory()
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        cases = [future.result() for future in [pool.submit(*job) for job in jobs]]
    memory.ending.set()
    memory.join()
    print("# %-50s %3s %6s %s %9s  %s" % (title, "of", "s", " ".join("%8s" % role for role in MEMORY), "taken", "told"))
    wrong = []
    for behaviour in dict.fromkeys(case.behaviour for case in cases):
        rows = [case for case in cases if case.behaviour == behaviour]
        most = {role: max(memory.most.get(case.pid, {}).get(role, 0) for case in rows) for role in MEMORY}
        taken = max(case.taken for case in rows)
        told = list(dict.fromkeys(case.told for case in rows if case.told))
        print("# %-50s %3d %6.1f %s %6.1f MB  %s" % (behaviour, len(rows), max(case.seconds for case in rows),
            " ".join("%5.1f MB" % (most[role] / 1e6) if most[role] else "       -" for role in MEMORY), taken / 1e6, "; ".join(told)[:150]), flush=True)
        wrong += ["%s, %s: %s" % (behaviour, case.who, case.wrong) for case in rows if case.wrong]
        wrong += ["%s: a %s process had %d bytes" % (behaviour, role, size) for role, size in most.items() if size > MEMORY[role]]
        if taken > TAKEN_BYTES:
            wrong.append("%s: %d bytes were taken" % (behaviour, taken))
    rig.check(not wrong, "%d wrong:\n    %s" % (len(wrong), "\n    ".join(wrong)))


def check_of_every_service_over_http_is_bounded_and_tells_nothing_it_does_not_know():
    over_http = [None] + [name for name, tcp in services().items() if not tcp]
    together("check, over HTTP", [(checked, name, service, behaviour) for name, behaviour in hostile.HTTP.items()
        for service in over_http])


def check_of_every_service_over_tcp_is_bounded_and_tells_nothing_it_does_not_know():
    over_tcp = [name for name, tcp in services().items() if tcp]
    rig.equal(sorted(set(over_tcp) - set(hostile.FLOODS)), [], "services without a flood of their own")
    together("check, over TCP", [(checked, name, service, behaviour) for name, behaviour in hostile.TCP.items() for service in over_tcp] +
        [(checked, "its own answers without end", service, hostile.FLOODS[service]) for service in over_tcp])


def check_over_tls_is_bounded():
    together("check, over TLS", [(checked, name, service, behaviour, True) for name, behaviour in hostile.TLS.items()
        for service in (None, "azure_blob", "elasticsearch")])


def a_listing_that_lies_is_bounded_and_told_in_one_line():
    together("scan, the listing", [(scanned, name, shelf, behaviour, rig.WRONG, 40 << 20, told_in_one_line(part))
        for name, (behaviour, part) in hostile.LISTINGS.items() for shelf in hostile.SHELVES])


def an_object_that_lies_is_bounded_and_a_row_with_its_reason():
    jobs = [(scanned, name, shelf, behaviour, rig.INCOMPLETE, 1 << 30, told_as_a_row(reasons))
        for name, (behaviour, reasons) in hostile.OBJECTS.items() if reasons for shelf in hostile.SHELVES
        # Of Google Cloud Storage a generation is listed, and no tag.
        if (name, shelf) != ("another tag than listed", hostile.Gcs)]
    # Larger than any budget: nothing of it is asked for.
    jobs += [(scanned, name, shelf, behaviour, rig.WRONG, 1 << 30, told_in_one_line("budget"))
        for name, (behaviour, reasons) in hostile.OBJECTS.items() if not reasons for shelf in hostile.SHELVES]
    together("scan, the objects", jobs)


def names_with_controls_reach_no_terminal():
    names = ["red \x1b[31m.txt", "title \x1b]0;x\x07.txt", "\x9b2J.txt", "back\x08\x08.txt", "line\nfeed.txt", "right\u202eleft.txt", "=cmd().txt"]
    escaped = ["".join("%%%02X" % byte for byte in name.encode()) for name in names]

    def page(shelf, marker, number):
        made = shelf.page([(name, 30, "") for name in escaped])
        if shelf is hostile.Azure:
            return made.replace(b"<Name>", b'<Name Encoded="true">')
        return made.replace(b"<IsTruncated>", b"<EncodingType>url</EncodingType><IsTruncated>")

    for shelf in hostile.SHELVES:
        with rig.folder() as folder, hostile.serve(lambda line, s=shelf: names_talk(line, s, page)) as server:
            url = "%s://127.0.0.1:%d%s" % (shelf.name, server.port, shelf.path)
            scope, case = write_scope(folder, url, "L5", 10 ** 6), os.path.join(folder, "x.case")
            done = rig.expect(rig.INCOMPLETE, rig.staunch("scan", url, "--scope", scope, "--purpose", "test", "--progress", "plain", "--case", case))
            said = done.stdout + done.stderr
            for options in ((), ("--format", "json"), ("--format", "html"), ("--format", "csv", "--list", "unread")):
                said += rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--reveal", "test", *options)).stdout
            rig.check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae", said.replace(b"\r\n", b"\n")), "a control reached the output: %r" %
                [said[m.start() - 40:m.end() + 40] for m in re.finditer(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae", said)][:3])
            rows = rig.report(case, "--reveal", "test")["coverage"]["unread"]["objects"]
            rig.equal(len(rows), len(names), "rows of objects that are all refused")


def names_talk(line, shelf, page):
    while True:
        _, path, _ = line.ask()
        if shelf.is_page(path):
            line.answer(body=page(shelf, "", 1))
        else:
            line.answer("403 Forbidden")


def names_in_any_order_give_the_same_figures():
    names = ["%s%d.txt" % (letter, n) for n in range(30) for letter in "zab"]
    wanted = None
    for order in (sorted(names), sorted(names, reverse=True), names):
        for shelf in hostile.SHELVES:
            body = {name: ("mail %s@contoso.example\n" % name.partition(".")[0]).encode() for name in names}

            def talk(line, shelf=shelf, order=order):
                while True:
                    _, path, headers = line.ask()
                    if shelf.is_page(path):
                        line.answer(body=shelf.page([(name, len(body[name]), "") for name in order]))
                    else:
                        data = body[path.partition("?")[0].rpartition("/")[2]]
                        hostile.part(line, 0, len(data) - 1, len(data), None, data)

            with rig.folder() as folder, hostile.serve(talk) as server:
                url = "%s://127.0.0.1:%d%s" % (shelf.name, server.port, shelf.path)
                scope, case = write_scope(folder, url, "L5", 10 ** 6), os.path.join(folder, "x.case")
                rig.expect(rig.OK, rig.staunch("scan", url, "--scope", scope, "--purpose", "test", "--case", case))
                got = rig.figures(rig.report(case))
                wanted = wanted or got
                rig.equal(got, wanted, "figures of %s in the order %r" % (shelf.name, order[:3]))


if __name__ == "__main__":
    words = sys.argv[1:]
    rig.run_tests(*(test for test in (check_of_every_service_over_http_is_bounded_and_tells_nothing_it_does_not_know,
        check_of_every_service_over_tcp_is_bounded_and_tells_nothing_it_does_not_know, check_over_tls_is_bounded,
        a_listing_that_lies_is_bounded_and_told_in_one_line, an_object_that_lies_is_bounded_and_a_row_with_its_reason,
        names_with_controls_reach_no_terminal, names_in_any_order_give_the_same_figures)
        if not words or any(word in test.__name__ for word in words)))
