"""Memory of a scan does not grow with what is scanned."""
import os
import subprocess
import sys
import threading
import time

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import make_objects  # noqa: E402

SMALL, LARGE = (10000, 80000) if not rig.FULL else (20000, 250000)
FEW, MANY = (50000, 100000) if not rig.FULL else (50000, 250000)
MAILS = 200000 if rig.FULL else 60000
CHANCE_BYTES = 12 << 20
OBJECT_BYTES = 64  # what the case process may keep of each object: 20 while reading, 40 while merging, and room to grow


def peak_of_scan(records):
    """(most bytes resident in all processes of a scan together, bytes scanned, seconds)"""
    with rig.folder() as out:
        stores, _ = rig.make_example(os.path.join(out, "stores"), records)
        return peak_of(out, stores)


def peak_of_objects(count):
    with rig.folder() as out:
        make_objects.make(os.path.join(out, "objects"), count)
        return peak_of(out, [os.path.join(out, "objects")])


def peak_of(out, stores):
    size = sum(os.path.getsize(os.path.join(r, f)) for s in stores for r, _, files in os.walk(s) for f in files)
    begin = time.monotonic()
    process = subprocess.Popen([rig.STAUNCH, "scan", *stores, "--case", os.path.join(out, "c.case"), "--jobs", "2",
        "--progress", "never"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(rig.resident, rig.family(process.pid))))
        time.sleep(0.01)
    error = process.stderr.read().decode()
    rig.check(process.returncode == 0, "scan ended with %d: %s" % (process.returncode, error[-400:]))
    return peak, size, time.monotonic() - begin


def eight_times_the_data_take_about_the_same_memory():
    small, large = peak_of_scan(SMALL), peak_of_scan(LARGE)
    for records, (peak, size, seconds) in ((SMALL, small), (LARGE, large)):
        print("5 x %d records, %d MB as stored: %d MB at most, %.1f s" % (records, size >> 20, peak >> 20, seconds))
    # Two runs in memory (64 MiB each: one fills while the other leaves) may be fuller in the larger scan; nothing else may grow.
    rig.check(large[0] <= small[0] * 1.25 + (2 * 64 << 20), "%d MB, then %d MB" % (small[0] >> 20, large[0] >> 20))
    rig.check(large[0] <= 512 << 20, "%d MB is over 512 MB" % (large[0] >> 20))


def many_small_objects_take_the_memory_of_few():
    few, many = peak_of_objects(FEW), peak_of_objects(MANY)
    for count, (peak, size, seconds) in ((FEW, few), (MANY, many)):
        print("%d objects, %d MB: %.1f MB at most, %.1f s" % (count, size >> 20, peak / (1 << 20), seconds))
    # Both are far beyond what fills every buffer that is emptied by size; those emptied by time differ by chance.
    rig.check(many[0] <= few[0] + OBJECT_BYTES * (MANY - FEW) + CHANCE_BYTES, "%d, then %d bytes" % (few[0], many[0]))


def one_mailbox_of_many_mails_takes_the_memory_of_many_objects():
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "export.mbox"), "w") as file:
            for n in range(MAILS):
                file.write("From x@contoso.com Mon Sep  5 10:00:00 2022\nFrom: A <user%d@fabrikam.example>\nSubject: offer %d\n"
                    "Date: Mon, 5 Sep 2022 10:00:00 +0200\nMessage-ID: <%d@mail.contoso.com>\n\nhello %d\n\n" % (n, n, n, n))
        peak, size, seconds = peak_of(out, [store])
        print("%d mails in one object, %d MB: %.1f MB at most, %.1f s" % (MAILS, size >> 20, peak / (1 << 20), seconds))
        members = rig.report(os.path.join(out, "c.case"))["coverage"]["objects"]["members"]
        rig.check(members == 2 * MAILS, "%d members, not %d mails with a text each" % (members, MAILS))
        rig.check(peak <= 96 << 20, "%d bytes is over 96 MiB" % peak)


rig.run_tests(eight_times_the_data_take_about_the_same_memory, many_small_objects_take_the_memory_of_few,
    one_mailbox_of_many_mails_takes_the_memory_of_many_objects)
