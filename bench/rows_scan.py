"""Rows of a scan: records at two densities, small files, documents, the size of the case and of the report."""
import glob
import json
import os
import shutil

import inputs
import measure
import pdf_maker  # of tools/, whose path inputs adds
from figures import Growth, case_of, memory_of

READ = (0, 3)


def scan(bench, source, *more, memory=False):
    """One scan into a new case: (its run, the path of the case)."""
    case = os.path.join(bench.folder, "bench.case")
    for old in glob.glob(case + "*"):
        shutil.rmtree(old) if os.path.isdir(old) else os.unlink(old)
    return measure.run([bench.program, "scan", source, "--case", case, "--progress", "never", *more], accepted=READ, memory=memory), case


def profiled(bench, source):
    """The same as a command by itself."""
    return [bench.program, "scan", source, "--case", os.path.join(bench.folder, "profiled-%s.case" % os.path.basename(source)), "--progress", "never"]


def mentions_in(bench, case):
    said = json.loads(measure.run([bench.program, "report", "--case", case, "--format", "json"], accepted=READ, keep=True).out)
    return sum(one["mentions"] for one in said["entities"])


def records(bench, what, sources, land, aim):
    """The largest of some stores in turns, all for growth."""
    points, memory = [], None
    for source in sources[:-1]:
        points.append((inputs.size_mb(source), min(scan(bench, source)[0].wall_s for _ in range(2))))
    largest, size = sources[-1], inputs.size_mb(sources[-1])
    memory = memory_of(scan(bench, largest, memory=True)[0].memory)
    values, failed = bench.turns({"ours": lambda: size / scan(bench, largest)[0].wall_s}, warm=False)
    case = case_of("%s, %.0f MB, all cores" % (what, size), "MB/s", values, failed, {})
    done, path = scan(bench, largest)
    mentions, stored = mentions_in(bench, path), os.path.getsize(path) / 1e6
    points.append((size, size / case.ours.median))
    case.growth = Growth("MB", points, measure.exponent(points))
    case.memory_mb = memory
    case.note = "%.2f mentions a KiB; %.2f s of processor time" % (mentions / (size * 1e6 / 1024), done.processor_s)
    case.busy = profiled(bench, largest)
    case.wants(land, aim).wants_memory(512)
    share = case_of("case file, %s" % what, "%", {"ours": [100 * stored / size]}, {}, {}, True, note="of %.0f MB of text read" % size)
    return [case, share.wants(10)]


def sparse(bench):
    sizes = (2, 4, 8, 16) if bench.quick else (32, 64, 128, 256)
    return records(bench, "JSON Lines, sparse", [inputs.sparse_records(bench.folder, size) for size in sizes], 400, 800)


def dense(bench):
    sizes = (1000, 2000, 4000, 8000) if bench.quick else (7500, 15000, 30000, 60000)
    return records(bench, "JSON Lines, support records", [inputs.support_records(bench.folder, size) for size in sizes], 200, 400)


def files(bench):
    count = bench.files or (5000 if bench.quick else 100000)
    source = inputs.small_files(bench.folder, count)
    values, failed = bench.turns({"ours": lambda: count / scan(bench, source)[0].wall_s}, warm=False)
    case = case_of("%s files of 4 KB, all cores" % f"{count:,}", "files/s", values, failed, {}, note="of corpus A")
    case.busy = profiled(bench, source)
    return [case.wants(20000)]


def pdf(bench):
    """A tar of one kind of PDF beside pdftotext alone on the same documents, processor time of all."""
    count, pages = (10, 20) if bench.quick else (100, 20)
    source = os.path.join(bench.folder, "pdf")
    os.makedirs(source, exist_ok=True)
    for number in range(count):
        made = pdf_maker.Pdf()
        for page in range(pages):
            made.page(pdf_maker.show(*["line %d of page %d, for user%d@fabrikam.com" % (n, page, n * number) for n in range(40)]), deflate=True)
        with open(os.path.join(source, "%04d.pdf" % number), "wb") as out:
            out.write(made.bytes())
    paths = sorted(glob.glob(source + "/*.pdf"))

    def alone():
        return count * pages / sum(measure.run(["pdftotext", path, "-"]).processor_s for path in paths)

    contenders = {"ours": lambda: count * pages / scan(bench, source)[0].processor_s}
    if bench.peers.has("pdftotext"):
        contenders["pdftotext"] = alone
    values, failed = bench.turns(contenders, warm=False)
    return [case_of("PDF, pages of 40 lines, one core", "pages/s", values, failed, bench.peers.versions, basis="processor",
        note="pdftotext is what reads them, in a jail, with qpdf; beside it alone")]


def report(bench):
    """The HTML report of a case with very many entities."""
    count = bench.entities or (100000 if bench.quick else 10000000)
    source = inputs.addresses(bench.folder, count)
    done, case = scan(bench, source)
    page = os.path.join(bench.folder, "report.html")
    taken = measure.run([bench.program, "report", "--case", case, "--format", "html", "-o", page], accepted=READ)
    shutil.rmtree(source)
    size = case_of("HTML report of %s entities" % f"{count:,}", "MB", {"ours": [os.path.getsize(page) / 1e6]}, {}, {}, True,
        note="written in %.2f s; the scan took %.1f s, the case has %.0f MB" % (taken.wall_s, done.wall_s, os.path.getsize(case) / 1e6))
    return [size.wants(5)]
