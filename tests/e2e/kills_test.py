"""kill -9 of the whole scan at random times, at least a hundred: the totals are those of an undisturbed run, and no
planted value lies in the clear in the case, its work folder or the temporary folders after any of them."""
import contextlib
import os
import random
import re
import signal
import subprocess
import tempfile
import time

import rig

KILLS = 300 if rig.FULL else 100
SECONDS_AT_MOST = 700
PRINTABLE = re.compile(rb"[\x20-\x7e]{8,}")


class Exposure:
    def __init__(self, out):
        self.out = out
        self.temp = os.path.join(out, "tmp")
        os.mkdir(self.temp)
        self.records = 1000
        while True:
            folder = os.path.join(out, "stores-%d" % self.records)
            self.stores, self.truth = rig.make_example(folder, self.records)
            self.case = os.path.join(out, "whole-%d.case" % self.records)
            begin = time.monotonic()
            rig.expect(rig.OK, rig.staunch(*self.command(self.case), env=self.env()))
            self.seconds = time.monotonic() - begin
            if self.seconds > 0.8 or self.records >= 32000:
                break
            self.records *= 2
        self.want = rig.figures(rig.report(self.case))
        values = rig.lines(os.path.join(folder, "truth/values.txt")) + rig.lines(os.path.join(folder, "truth/addresses.txt"))
        self.needles = sorted({v.encode() for v in values if v.isascii() and len(v) >= 8 and re.search("[A-Za-z@]", v)})

    def env(self):
        return {"TMPDIR": self.temp}

    def command(self, case):
        return ["scan", *self.stores, "--case", case, "--own-domain", "contoso.com", "--progress", "never"]

    def leaks(self, case, before):
        """(file, value) of the first planted value in the clear in anything the scan may have written."""
        paths = [p for p in (case, case + "-wal", case + "-shm", case + "-journal") if os.path.isfile(p)]
        for folder in (case + ".work", os.path.splitext(case)[0] + ".work", self.temp):
            for root, _, files in os.walk(folder):
                paths += [os.path.join(root, f) for f in files]
        paths += [p for p in new_files(before) if not p.startswith(self.out)]
        for path in paths:
            with contextlib.suppress(OSError), open(path, "rb") as file:
                text = b"\n".join(PRINTABLE.findall(file.read()))
                for needle in self.needles if text else ():
                    if needle in text:
                        return path, needle.decode()
        return None


def new_files(before):
    """Files directly in the machine's temporary folders that were not there before and are no other test's."""
    found = set()
    for folder in {tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"}:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if entry.is_file(follow_symlinks=False) and re.search("staunch|sqlite|etilqs", entry.name):
                    found.add(entry.path)
    return found if before is None else found - before


def outlived(family):
    """Those of the processes that still run two seconds later."""
    for _ in range(400):
        left = [pid for pid in family if rig.process(pid)]
        if not left:
            break
        time.sleep(0.005)
    return left


def scan_and_kill(exposure, case, after_s):
    """True when it was killed, False when it ended by itself before."""
    process = subprocess.Popen([rig.STAUNCH, *exposure.command(case)], start_new_session=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env={**os.environ, **exposure.env()})
    try:
        process.wait(after_s)
        rig.check(process.returncode == 0, "a resumed scan ended with %d: %s" % (process.returncode,
            process.stderr.read().decode()[-400:]))
        return False
    except subprocess.TimeoutExpired:
        family = rig.family(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        rig.check(not outlived(family), "processes of the scan outlived kill -9 of their group")
        return True
    finally:
        process.stderr.close()


def prove_the_search(exposure, before):
    """A search that can find nothing would pass every time."""
    case = os.path.join(exposure.out, "planted.case")
    for path in (case, case + "-wal", os.path.join(exposure.temp, "spill")):
        with open(path, "wb") as file:
            file.write(os.urandom(5000) + exposure.needles[len(path) % len(exposure.needles)] + os.urandom(5000))
        rig.check(exposure.leaks(case, before) is not None, "a value planted in %s is not found" % path)
        os.unlink(path)


def a_hundred_kills_change_no_figure_and_leave_no_value_in_the_clear():
    rng = random.Random(2019)
    with rig.folder() as out:
        exposure = Exposure(out)
        print("a scan of %d records lasts %.2f s" % (5 * exposure.records, exposure.seconds))
        before = new_files(None)
        prove_the_search(exposure, before)
        kills = cases = 0
        deadline = time.monotonic() + SECONDS_AT_MOST
        while kills < KILLS:
            case = os.path.join(out, "killed-%d.case" % cases)
            times, begin = [], time.monotonic()
            while scan_and_kill(exposure, case, times.append(rng.uniform(0.0, 1.1 * exposure.seconds)) or times[-1]):
                kills += 1
                leak = exposure.leaks(case, before)
                rig.check(leak is None, "after a kill at %.3f s %s holds %r" % (times[-1], *(leak or ("", ""))))
                rig.check(time.monotonic() < deadline, "only %d kills in %d s" % (kills, SECONDS_AT_MOST))
                if kills >= KILLS and len(times) > 3:
                    rig.scan(case, *exposure.stores, options=["--own-domain", "contoso.com"])
                    break
            if len(times) == 1:
                exposure.seconds = time.monotonic() - begin
            cases += 1
            rig.equal(rig.figures(rig.report(case)), exposure.want, "figures after kills at %s s" %
                ", ".join("%.3f" % t for t in times))
            rig.check(exposure.leaks(case, before) is None, "a finished case holds a value in the clear")
            rig.check(not os.path.exists(case + ".work"), "the work folder is still there after the scan")
            os.unlink(case)
        print("%d kills over %d cases" % (kills, cases))


def interrupts_in_the_middle_of_objects_change_no_figure():
    """A checkpoint holds rows of objects that are not finished: they must not count when these are read again."""
    rng = random.Random(2020)
    with rig.folder() as out:
        exposure = Exposure(out)
        interrupts = 0
        for case_number in range(6):
            case = os.path.join(out, "interrupted-%d.case" % case_number)
            for _ in range(8):
                process = subprocess.Popen([rig.STAUNCH, *exposure.command(case)], start_new_session=True,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                time.sleep(rng.uniform(0.1, 0.7) * exposure.seconds)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGINT)
                error = process.communicate(timeout=60)[1].decode()
                rig.check(process.returncode in (rig.OK, rig.STOPPED), "ended with %d: %s" % (process.returncode, error))
                interrupts += process.returncode == rig.STOPPED
                if process.returncode == rig.OK:
                    break
            rig.scan(case, *exposure.stores, options=["--own-domain", "contoso.com"])
            rig.equal(rig.figures(rig.report(case)), exposure.want, "figures after %d interrupts" % interrupts)
        print("%d interrupts" % interrupts)
        rig.check(interrupts >= 3, "only %d scans were interrupted" % interrupts)


def rows_of_an_unfinished_object_never_count_for_another():
    """Stopped in the middle of one object, which is gone when the scan goes on; another one stands in its place."""
    with rig.folder() as out:
        store, case = os.path.join(out, "store"), os.path.join(out, "c.case")
        os.mkdir(store)
        old, new = os.path.join(store, "old.jsonl"), os.path.join(store, "new.jsonl")
        with open(old, "w") as file:
            for i in range(1000000):
                file.write('{"n":%d,"to":"old%d@fabrikam.com","pad":"%s"}\n' % (i, i, "x" * 120))
        process = subprocess.Popen([rig.STAUNCH, "scan", store, "--case", case, "--progress", "never"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(0.6)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=60)[1].decode()
        if process.returncode == rig.OK:
            rig.skip("the scan was over before it could be interrupted")
        rig.check(process.returncode == rig.STOPPED, "ended with %d: %s" % (process.returncode, error))
        os.unlink(old)
        with open(new, "w") as file:
            for i in range(2000):
                file.write('{"n":%d,"to":"new%d@fabrikam.com"}\n' % (i, i))
        rig.scan(case, store)
        got = rig.report(case)
        rig.equal(got["coverage"]["records"], {"raw": 2000, "distinct": 2000}, "records")
        mail = [e for e in got["entities"] if e["kind"] == "email_address"][0]
        rig.equal((mail["distinct"], mail["mentions"]), (2000, 2000), "addresses and mentions")


rig.run_tests(a_hundred_kills_change_no_figure_and_leave_no_value_in_the_clear,
    interrupts_in_the_middle_of_objects_change_no_figure, rows_of_an_unfinished_object_never_count_for_another)
