"""Faults planted in the worker (a build of its own): each becomes one row with its own reason; all else is read."""
import contextlib
import os
import signal
import subprocess
import time

import rig

STAUNCH = os.path.join(rig.FAULT_BUILD, "staunch")
# Long enough for a busy machine to run through the memory that the planted bomb takes.
STALL_S = 6
# What the worker does when an object begins with STAUNCH-FAULT NAME, and how the report must say it.
FAULTS = {
    "crash": ("crash", "SEGV"),
    "abort": ("crash", "ABRT"),
    "exit": ("crash", "exit"),
    "garbage": ("crash", "protocol"),
    "ask": ("crash", "protocol"),
    "oversell": ("crash", "protocol"),
    "mentions": ("crash", "protocol"),
    "help-other": ("crash", "protocol"),
    "help-nothing": ("crash", "protocol"),
    "help-twice": ("crash", "protocol"),
    "help-deep": ("crash", "protocol"),
    "hang": ("timeout", ""),
    "spin-alloc": ("timeout", ""),
    "memory": ("memory", ""),
    "open": ("crash", "openat"),
    "create": ("crash", "openat"),
    "socket": ("crash", "socket"),
    "connect": ("crash", "connect"),
    "exec": ("crash", "execve"),
    "fork": ("crash", "clone"),
    "masked": ("crash", "SYS"),  # a refused call with all signals blocked, as fork() makes it in newer C libraries
    "write": ("crash", "write"),
    "kill": ("crash", "kill"),
    "ptrace": ("crash", "ptrace"),
    "prctl": ("crash", "prctl"),
    "mprotect": ("crash", "mprotect"),
    "mmap": ("crash", "mmap"),
    "sigaction": ("crash", "rt_sigaction"),
}
EACH_ALONE = ("crash", "hang", "memory", "open", "connect", "exec")


def store_with(out, faults):
    """A store of twelve good objects with one bad one for each fault among them."""
    store = os.path.join(out, "store")
    os.mkdir(store)
    for i in range(12):
        with open(os.path.join(store, "good-%02d.txt" % i), "w") as file:
            file.write("mail user%d@fabrikam.com\n" % i)
    for i, name in enumerate(faults):
        with open(os.path.join(store, "good-%02d_%s.txt" % (i, name)), "w") as file:
            file.write("STAUNCH-FAULT %s\nmail lost%d@fabrikam.com\n" % (name, i))
    return store


def addresses(got):
    return [e["distinct"] for e in got["entities"] if e["kind"] == "email_address"]


def scanned(faults, jobs):
    with rig.folder() as out:
        store, case = store_with(out, faults), os.path.join(out, "c.case")
        rig.scan(case, store, status=rig.INCOMPLETE, program=STAUNCH,
            options=["--stall-timeout", str(STALL_S), "--jobs", str(jobs)])
        return rig.report(case, "--reveal", "test", status=rig.INCOMPLETE, program=STAUNCH)


def check_rows(got, faults):
    rows = {row["path"].rsplit("_", 1)[1].split(".")[0]: row for row in got["coverage"]["unread"]["objects"]}
    for name in faults:
        rig.check(name in rows, "no row for the planted %s; rows: %r" % (name, sorted(rows)))
        reason, detail = FAULTS[name]
        rig.equal((rows[name]["status"], rows[name]["reason"]), ("unread", reason), "row of the planted " + name)
        rig.equal(rows[name].get("detail", detail), detail, "detail of the planted " + name)
    rig.equal(len(rows), len(faults), "number of unread objects")
    rig.equal(got["coverage"]["objects"]["read"], 12, "objects read")
    rig.equal(addresses(got), [12], "distinct addresses")


def need_the_build():
    if not os.path.exists(STAUNCH):
        rig.skip("no build with planted faults")


def each_fault_alone_is_one_row_with_its_own_reason():
    need_the_build()
    for name in EACH_ALONE:
        check_rows(scanned([name], 2), [name])


def all_faults_together_harm_nothing_else():
    need_the_build()
    check_rows(scanned(list(FAULTS), 2), list(FAULTS))


def with_one_worker_too():
    need_the_build()
    check_rows(scanned(list(FAULTS), 1), list(FAULTS))


def a_worker_killed_from_outside_is_read_again_and_nothing_is_lost():
    """kill -9 of single workers while they read, not of the scan."""
    with rig.folder() as out:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 16000)
        want = os.path.join(out, "want.case")
        rig.scan(want, *stores)
        case = os.path.join(out, "c.case")
        process = subprocess.Popen([rig.STAUNCH, "scan", *stores, "--case", case, "--progress", "never"],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        killed = 0
        while process.poll() is None and killed < 3:
            time.sleep(0.05)
            for pid in workers_of(process.pid)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        error = process.stderr.read().decode()
        process.wait(rig.TIMEOUT_S)
        if killed == 0:
            rig.skip("the scan was over before a worker could be killed")
        rig.check(process.returncode in (rig.OK, rig.INCOMPLETE), "scan ended with %d: %s" % (process.returncode, error))
        got, plain = rig.report(case), rig.report(want)
        objects = got["coverage"]["objects"]
        rig.equal(objects["read"] + objects["unread"] + objects["partial"] + objects["duplicate"], objects["listed"], "objects")
        if objects["unread"] == 0:
            rig.equal(rig.figures(got), rig.figures(plain), "figures after %d kills" % killed)


def a_worker_killed_while_it_starts_is_started_again():
    """kill -9 of the first workers as soon as they are seen, most of them before they are ready."""
    with rig.folder() as out:
        stores, truth = rig.make_example(os.path.join(out, "stores"), 300)
        case = os.path.join(out, "c.case")
        process = subprocess.Popen([rig.STAUNCH, "scan", *stores, "--case", case, "--progress", "never"],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        killed = set()
        while process.poll() is None and len(killed) < 4:
            for pid in set(workers_of(process.pid)) - killed:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
        error = process.stderr.read().decode()
        process.wait(rig.TIMEOUT_S)
        rig.check(process.returncode in (rig.OK, rig.INCOMPLETE), "%d killed; scan ended with %d: %s" % (
            len(killed), process.returncode, error))
        rig.check(len(killed) > 1, "only %d workers were seen" % len(killed))
        objects = rig.report(case)["coverage"]["objects"]
        rig.equal(objects["read"] + objects["unread"] + objects["partial"] + objects["duplicate"], objects["listed"], "objects")


def workers_of(pid):
    return [other for other in rig.family(pid) if (rig.process(other) or ("",))[0].startswith("staunch-worker")]


rig.run_tests(each_fault_alone_is_one_row_with_its_own_reason, all_faults_together_harm_nothing_else, with_one_worker_too,
    a_worker_killed_from_outside_is_read_again_and_nothing_is_lost, a_worker_killed_while_it_starts_is_started_again)
