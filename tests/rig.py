"""What the Python tests share: where the programs are, folders outside the repository, lines that tests/run.py counts."""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("STAUNCH_BUILD", os.path.join(ROOT, "build/gcc")))
FAULT_BUILD = os.path.abspath(os.environ.get("STAUNCH_FAULT_BUILD", os.path.join(ROOT, "build/fault")))
FULL = os.environ.get("STAUNCH_TEST_MODE") == "full"
STAUNCH = os.path.join(BUILD, "staunch")
TIMEOUT_S = 300

OK, FOUND, WRONG, INCOMPLETE, ENVIRONMENT, STOPPED = 0, 1, 2, 3, 4, 130
_failed = False


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(condition, why):
    """Ends the test with why (the input that broke it) unless condition."""
    if not condition:
        raise Failed(why)


def equal(got, want, what):
    check(got == want, "%s is %s, not %s" % (what, shown(got), shown(want)))


def shown(value):
    text = repr(value)
    return text if len(text) < 600 else text[:600] + " ..."


def skip(why):
    raise Skipped(why)


def run_tests(*functions):
    """Each function is a sentence of the specification; its name is the sentence. Exits."""
    global _failed
    for function in functions:
        name = function.__name__
        try:
            function()
            print("ok - " + name)
        except Skipped as why:
            print("skip - %s: %s" % (name, why))
        except (Failed, subprocess.TimeoutExpired) as why:
            print("not ok - %s: %s" % (name, why))
            _failed = True
        except Exception:
            print("not ok - %s: %s" % (name, traceback.format_exc().strip().replace("\n", "\n    ")))
            _failed = True
        sys.stdout.flush()
    sys.exit(1 if _failed else 0)


def staunch(*arguments, program=STAUNCH, stdin=b"", env=None, timeout=TIMEOUT_S, cwd=None):
    """Runs to the end and returns the CompletedProcess (bytes)."""
    return subprocess.run([program, *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout, cwd=cwd,
        env={**os.environ, **(env or {})})


def expect(status, done):
    """The CompletedProcess must have ended with this status (or one of these)."""
    wanted = status if isinstance(status, tuple) else (status,)
    check(done.returncode in wanted, "%s ended with %s, not %s; it said: %s" % (" ".join(map(str, done.args))[:300],
        done.returncode, status, done.stderr.decode("utf-8", "replace")[-600:]))
    return done


@contextlib.contextmanager
def folder():
    """A new folder outside the repository, gone afterwards."""
    path = tempfile.mkdtemp(prefix="staunch-test-")
    try:
        yield path
    finally:
        for root, folders, _ in os.walk(path):
            for name in folders:
                inner = os.path.join(root, name)
                if not os.path.islink(inner):  # a link leads to a folder of somebody else
                    with contextlib.suppress(OSError):
                        os.chmod(inner, 0o700)
        shutil.rmtree(path, ignore_errors=True)


def make_example(out, records, seed=2019):
    """The five stores and their truth: (list of store folders, truth)."""
    subprocess.run([sys.executable, os.path.join(ROOT, "tools/make_example.py"), out, "--records", str(records),
        "--seed", str(seed)], check=True, timeout=TIMEOUT_S)
    with open(os.path.join(out, "truth/truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    return [os.path.join(out, store) for store in truth["stores"]], truth


def lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def scan(case, *sources, status=OK, program=STAUNCH, options=(), **kwargs):
    return expect(status, staunch("scan", *sources, "--case", case, "--progress", "never", *options, program=program,
        **kwargs))


def report(case, *options, status=(OK, INCOMPLETE), program=STAUNCH):
    """The JSON report of a case."""
    return json.loads(expect(status, staunch("report", "--case", case, "--format", "json", *options,
        program=program)).stdout)


def case_figures(case):
    """Of a report all but where, when and how long: equal for a folder and for the store that holds the same."""
    found = report(case, "--reveal", "test")
    del found["coverage"]["network"]
    return {key: found[key] for key in ("coverage", "units", "entities", "persons", "organizations", "countries", "categories")}


def process(pid):
    """(name, state, parent, group) of a process, None when it is gone or only waits to be reaped."""
    try:
        with open("/proc/%s/stat" % pid) as file:
            head, _, tail = file.read().rpartition(")")
    except OSError:
        return None
    state, parent, group = tail.split()[:3]
    return None if state in "ZX" else (head.partition("(")[2], state, int(parent), int(group))


def resident(pid):
    """Bytes of memory that a process has; 0 when it is gone."""
    try:
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
    except OSError:
        return 0


def family(pid):
    """The process and all that descend from it, the launcher and its workers included."""
    parents = {}
    for other in filter(str.isdigit, os.listdir("/proc")):
        found = process(other)
        if found:
            parents.setdefault(found[2], []).append(int(other))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found


def figures(got):
    """The part of a JSON report that a second run of the same data must repeat to the last digit."""
    return {"records": got["coverage"]["records"], "objects": got["coverage"]["objects"], "entities": got["entities"],
        "persons": {k: got["persons"][k] for k in ("min", "best", "max")},
        "organizations": {k: got["organizations"][k] for k in ("min", "best", "max")},
        "copies": [{k: v for k, v in row.items()} for row in got["copies"]], "units": got["units"]}


def unread(got):
    """{path: (status, reason)} of a JSON report made with --reveal."""
    return {row["path"]: (row["status"], row["reason"]) for row in got["coverage"]["unread"]["objects"]}
