#!/usr/bin/env python3
"""formats_bench.py STAUNCH [--objects N]: how fast each format is read, and where the time goes; with --objects, whether memory
stays flat over so many small objects. Documents are originals by LibreOffice, many in one tar, scanned by one worker: the
figures are for one core. Needs what `./dev test` needs. Nothing here fails; it prints."""
import argparse
import glob
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tools"))
import make_example as example  # noqa: E402
import make_exposure  # noqa: E402
import make_objects  # noqa: E402
from exposure import flat, office  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")
# format: how many of the document go into one tar
COPIES = {"docx": 60, "odt": 60, "rtf": 60, "doc": 60, "xlsx": 20, "ods": 20, "xls": 20, "pptx": 60, "odp": 60, "ppt": 60, "pdf": 60}


# --- documents of an ordinary size ---

def paragraphs(count):
    talk = [t.replace("{leak}", "anna@fabrikam.com") for turns in example.TALK.values() for t in turns]
    return ["%s %s %s" % (talk[n % len(talk)], talk[n * 7 % len(talk)], talk[n * 3 % len(talk)]) for n in range(count)]


def long_text():
    body = "".join("<text:p>%s</text:p>" % p for p in paragraphs(250))
    return flat.document("text", "", "", flat.PAGE, '<style:master-page style:name="Standard" style:page-layout-name="page"/>', body)


def long_table():
    rows = [flat.row(flat.cell("Anna Rossi %d" % n), flat.cell("user%d@fabrikam.com" % n), flat.price(n), flat.cell(p))
        for n, p in enumerate(paragraphs(2000))]
    return flat.document("spreadsheet", "", "", '<style:style style:name="ta1" style:family="table"/><style:style style:name="wide" '
        'style:family="table-column"/>', "", flat.sheet("Customers", rows))


def many_slides():
    pages = "".join(flat.page(n, flat.box("".join("<text:p>%s</text:p>" % p for p in paragraphs(4)), "", 2)) for n in range(1, 31))
    return flat.document("presentation", "", "", '<style:page-layout style:name="slide"/>',
        '<style:master-page style:name="Default" style:page-layout-name="slide"/>', pages)


def documents(work):
    """{format: path} of one long document each."""
    wanted, formats = {}, {}
    for program, make in (("writer", long_text), ("calc", long_table), ("impress", many_slides)):
        path = os.path.join(work, "long-%s.%s" % (program, office.FLAT[program]))
        with open(path, "w", encoding="utf-8") as out:
            out.write(make())
        for format in [f for f, p in office.PROGRAM.items() if p == program] + (["pdf"] if program == "writer" else []):
            wanted.setdefault(format, []).append(path)
            formats[format] = (path, format)
    made = office.Office(work).convert(wanted)
    return {format: made[key] for format, key in formats.items()}


# --- a scan, watched ---

class Watch:
    """Processor seconds and memory of the processes of a scan by their role, sampled."""

    def __init__(self, pid):
        self.pid, self.cpu, self.memory, self.end = pid, {}, [], threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        begin = time.monotonic()
        while not self.end.wait(0.02):
            now = {}
            for pid, parent, name, ticks, pages in self.family():
                role = "case" if pid == self.pid else "worker" if name.startswith("staunch-worker") else "launcher" if name.startswith("staunch-launch") else name
                self.cpu[pid] = role, ticks / TICKS
                now[role] = max(now.get(role, 0), pages * PAGE)
            self.memory.append((time.monotonic() - begin, now))

    def family(self):
        rows, below = {}, {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    head, _, tail = file.read().rpartition(")")
            except OSError:
                continue
            fields = tail.split()
            rows[int(pid)] = (int(pid), int(fields[1]), head.partition("(")[2], int(fields[11]) + int(fields[12]), int(fields[21]))
            below.setdefault(int(fields[1]), []).append(int(pid))
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            if pid in rows:
                yield rows[pid]
                waiting += below.get(pid, [])

    def stop(self):
        self.end.set()
        self.thread.join()
        by_role = {}
        for role, seconds in self.cpu.values():
            by_role[role] = by_role.get(role, 0) + seconds
        return by_role


def scan(program, source, folder, jobs=1):
    """(wall seconds, processor seconds of all, of each role, memory samples)"""
    case = os.path.join(folder, "bench.case")
    for old in glob.glob(case + "*"):
        os.unlink(old)
    begin, before = time.monotonic(), os.times()
    process = subprocess.Popen([program, "scan", source, "--case", case, "--jobs", str(jobs), "--progress", "never"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = Watch(process.pid)
    error = process.communicate()[1]
    roles, wall, after = watch.stop(), time.monotonic() - begin, os.times()
    if process.returncode not in (0, 3):
        sys.exit("scan ended with %d: %s" % (process.returncode, error.decode()))
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, roles, watch.memory


def tar_of(path, name, data, copies):
    with tarfile.open(path, "w") as archive:
        for n in range(copies):
            info = tarfile.TarInfo("%05d-%s" % (n, name))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


def pages_of(path):
    if path.endswith(".pdf"):
        said = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        return int(re.search(r"Pages:\s+(\d+)", said).group(1))
    return 0


def one_format(program, folder, format, data, copies, pages, unit="files"):
    source = os.path.join(folder, format.replace("/", "-") + ".tar")
    tar_of(source, "document." + format, data, copies)
    runs = sorted((scan(program, source, folder) for _ in range(3)), key=lambda run: run[1])
    wall, cpu, roles, _ = runs[1]
    size = len(data) * copies / 1e6
    shares = ", ".join("%s %.0f %%" % (role, 100 * seconds / max(sum(roles.values()), 0.01)) for role, seconds in
        sorted(roles.items(), key=lambda r: -r[1]) if seconds > 0.01)
    print("%-22s %7d B %9.0f %-9s %8s %9.1f MB/s   %s" % (format, len(data), copies / cpu, unit + "/s",
        "%.0f p/s" % (pages * copies / cpu) if pages else "", size / cpu, shares), flush=True)
    os.unlink(source)


def formats(program, folder):
    print("one core, processor time of all processes, median of 3 (%d processors, load %.1f)" % (os.cpu_count(), os.getloadavg()[0]))
    print("%-22s %9s %19s %9s %14s   %s" % ("format", "stored", "", "pages", "stored", "where the time goes"))
    made = documents(folder)
    for format, copies in COPIES.items():
        with open(made[format], "rb") as file:
            one_format(program, folder, format, file.read(), copies, pages_of(made[format]))
    mails = [("mail, plain text", make_objects.mail(1), 20000), ("mail with a table", make_objects.mail(2, ("a.csv", make_objects.csv(2))), 20000),
        ("mail with docx", make_objects.mail(3, ("a.docx", make_objects.docx(3))), 8000)]
    for name, data, copies in mails:
        one_format(program, folder, name, data, copies, 0, "mails")
    for name, make in (("html", make_objects.html), ("csv", make_objects.csv), ("jsonl", make_objects.json_lines), ("text", make_objects.text)):
        one_format(program, folder, name, make(1), 20000, 0)
    exposed = os.path.join(make_exposure.cached(os.path.join(ROOT, "build/exposure")), make_exposure.STORE)
    size = sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(exposed) for f in fs) / 1e6
    wall, cpu, roles, _ = sorted(scan(program, exposed, folder) for _ in range(3))[1]
    print("%-22s %7.1f MB in %.2f s of one core: %.1f MB/s   %s" % ("the exposure, one job", size, cpu, size / cpu,
        ", ".join("%s %.2f s" % r for r in sorted(roles.items(), key=lambda r: -r[1]))))


def many_objects(program, folder, count):
    source = os.path.join(folder, "objects")
    make_objects.make(source, count)
    size = sum(os.path.getsize(os.path.join(r, f)) for r, _, fs in os.walk(source) for f in fs) / 1e6
    wall, cpu, roles, memory = scan(program, source, folder, 2)
    print("%d small objects, %.0f MB: %.1f s, %.0f objects/s, %.0f objects/s of one core; %s" % (count, size, wall, count / wall, count / cpu,
        ", ".join("%s %.1f s" % r for r in sorted(roles.items(), key=lambda r: -r[1]))))
    print("most memory of a process of each role, MB, by tenths of the time:")
    for role in ("case", "worker", "launcher"):
        tenths = []
        for tenth in range(10):
            part = [now.get(role, 0) for at, now in memory if tenth <= 10 * at / memory[-1][0] < tenth + 1]
            tenths.append("%5.1f" % (max(part, default=0) / 1e6))
        print("  %-9s %s" % (role, " ".join(tenths)), flush=True)
    shutil.rmtree(source)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("program", metavar="STAUNCH")
    options.add_argument("--objects", type=int, metavar="N", help="only: so many small objects in one scan")
    args = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        if args.objects:
            many_objects(os.path.abspath(args.program), folder, args.objects)
        else:
            formats(os.path.abspath(args.program), folder)


if __name__ == "__main__":
    main()
