"""Ten million addresses of a million domains, each in a record of its own, come in by standard input: the counts are exact, and the
HTML report is as small and as cheap as one of thousands."""
import os
import re
import subprocess
import sys
import time

import rig

ENTITIES = 10_000_000
DOMAINS = 1_000_000
MOST_PAGE_BYTES = 5_000_000
MOST_REPORT_BYTES = 256 << 20
MOST_SCAN_BYTES = 256 << 20
RECORDS_AT_A_TIME = 10_000


def write_records(file):
    """Neighbours share nothing: the numbers of a multiplicative walk over all of them."""
    for first in range(0, ENTITIES, RECORDS_AT_A_TIME):
        numbers = [i * 7368787 % ENTITIES for i in range(first, first + RECORDS_AT_A_TIME)]
        file.write("".join('{"id":%d,"mail":"person.%d@domain%d.example"}\n' % (n, n, n % DOMAINS) for n in numbers).encode())


def scan_of_records(case):
    """(most bytes resident in all processes of the scan together, seconds)"""
    begin, peak, at = time.monotonic(), 0, 0
    scan = subprocess.Popen([rig.STAUNCH, "scan", "-", "--case", case, "--jobs", "2", "--progress", "never"], stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with subprocess.Popen([sys.executable, __file__, "write"], stdout=scan.stdin):
        scan.stdin.close()
        while scan.poll() is None:
            peak = max(peak, sum(map(rig.resident, rig.family(scan.pid))))
            time.sleep(0.1)
    error = scan.stderr.read().decode()
    rig.check(scan.returncode == 0, "scan ended with %d: %s" % (scan.returncode, error[-400:]))
    return peak, time.monotonic() - begin


def report_of(case, path, *options):
    """(bytes of the page, most bytes resident, seconds)"""
    begin = time.monotonic()
    report = subprocess.Popen([rig.STAUNCH, "report", "--case", case, "--format", "html", "-o", path, *options])
    _, status, usage = os.wait4(report.pid, 0)
    report.returncode = os.waitstatus_to_exitcode(status)
    rig.equal(report.returncode, rig.OK, "the exit status of report")
    return os.path.getsize(path), usage.ru_maxrss << 10, time.monotonic() - begin


def the_page_of_ten_million_entities_is_below_5_mb():
    if not rig.FULL:
        rig.skip("ten million addresses; with ./dev test full")
    with rig.folder() as out:
        case, page = os.path.join(out, "many.case"), os.path.join(out, "many.html")
        peak, seconds = scan_of_records(case)
        print("scan of %d records: %.0f s, %d MB at most, case of %d MB" % (ENTITIES, seconds, peak >> 20,
            os.path.getsize(case) >> 20))
        rig.check(peak <= MOST_SCAN_BYTES, "the scan took %d MB" % (peak >> 20))
        for options in ((), ("--reveal", "test")):
            size, memory, seconds = report_of(case, page, *options)
            print("report --format html %s: %d bytes, %.0f s, %d MB at most" % (" ".join(options), size, seconds, memory >> 20))
            rig.check(size <= MOST_PAGE_BYTES, "the page has %d bytes" % size)
            rig.check(memory <= MOST_REPORT_BYTES, "the report took %d MB" % (memory >> 20))
            with open(page, encoding="utf-8") as file:
                text = file.read()
            for number in (ENTITIES, DOMAINS, ENTITIES - 25):
                rig.check("{:,}".format(number) in text, "%d is not on the page" % number)
            rig.equal(bool(re.search(r"person\.\d+@domain\d+\.example", text)), bool(options), "addresses are shown")
        got = rig.report(case)
        mails = [e for e in got["entities"] if e["kind"] == "email_address"][0]
        rig.equal((mails["distinct"], mails["mentions"]), (ENTITIES, ENTITIES), "addresses")
        rig.equal((got["persons"]["best"], got["organizations"]["best"]), (ENTITIES, DOMAINS), "persons and organizations")


if sys.argv[1:] == ["write"]:
    write_records(sys.stdout.buffer)
else:
    rig.run_tests(the_page_of_ten_million_entities_is_below_5_mb)
