"""No planted value, and no name of an object, in any log, error text or process title."""
import os
import re
import subprocess
import time

import rig


def planted(out):
    values = rig.lines(os.path.join(out, "stores/truth/values.txt")) + rig.lines(os.path.join(out, "stores/truth/addresses.txt"))
    return {v.lower() for v in values if len(v) >= 8}


def shown_in(text, values):
    text = text.lower()
    return [v for v in values if v in text]


def titles(scan):
    """Command line, name and environment of every process of the scan, as the system shows them."""
    text = ""
    for pid in rig.family(scan):
        for name in ("stat", "cmdline", "comm", "environ"):
            try:
                with open("/proc/%s/%s" % (pid, name), "rb") as file:
                    text += file.read().decode("utf-8", "replace") + "\n"
            except OSError:
                pass
    return text


def run_watched(arguments):
    """(everything it printed, everything the system showed of its processes)"""
    process = subprocess.Popen([rig.STAUNCH, *arguments], start_new_session=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env={**os.environ, "TERM": "dumb"})
    seen = ""
    while process.poll() is None:
        seen += titles(process.pid)
        time.sleep(0.02)
    return process.communicate()[0].decode("utf-8", "replace"), seen


def a_scan_shows_nobody_in_its_output_or_process_titles():
    with rig.folder() as out:
        stores, _ = rig.make_example(os.path.join(out, "stores"), 2000)
        values = planted(out)
        for mode in ("plain", "json"):
            printed, seen = run_watched(["scan", *stores, "--case", os.path.join(out, mode + ".case"), "--progress", mode])
            rig.check(not shown_in(printed, values), "%s progress shows %s" % (mode, rig.shown(shown_in(printed, values))))
            rig.check("(staunch-worker)" in seen, "no worker was seen")
            rig.check(not shown_in(seen, values), "process titles show %s" % rig.shown(shown_in(seen, values)))


def objects_with_telling_names_that_cannot_be_read_are_numbers_in_errors():
    names = ["anna.rossi@fabrikam.com.zip", "Anna Rossi dismissal.gz", "joe@adatum.com.tar"]
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        for i, name in enumerate(names):
            with open(os.path.join(store, name), "wb") as file:
                file.write((b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x00" * 600)[i] + b"broken" * 20)
        os.mkfifo(os.path.join(store, "petra.pohl@fabrikam.com"))
        case = os.path.join(out, "c.case")
        done = rig.staunch("scan", store, "--case", case, "--progress", "plain")
        rig.expect((rig.OK, rig.INCOMPLETE), done)
        text = rig.staunch("report", "--case", case)
        for printed in (done.stdout + done.stderr, text.stdout + text.stderr):
            rig.check(not re.search(rb"(?i)anna|rossi|joe|petra|pohl", printed), "a name is shown: %r" % printed[-600:])


def a_reason_given_to_reveal_is_written_into_the_case_and_not_shown_elsewhere():
    with rig.folder() as out:
        store = os.path.join(out, "note.txt")
        with open(store, "w") as file:
            file.write("mail anna.rossi@fabrikam.com\n")
        case = os.path.join(out, "c.case")
        rig.scan(case, store)
        masked = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities"))
        rig.check(b"anna.rossi" not in masked.stdout, "shown without a reason: %r" % masked.stdout[-300:])
        shown = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test"))
        rig.check(b"anna.rossi@fabrikam.com" in shown.stdout, "not shown with a reason: %r" % shown.stdout[-300:])


rig.run_tests(a_scan_shows_nobody_in_its_output_or_process_titles,
    objects_with_telling_names_that_cannot_be_read_are_numbers_in_errors,
    a_reason_given_to_reveal_is_written_into_the_case_and_not_shown_elsewhere)
