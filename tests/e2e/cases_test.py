"""Case numbers without a label (contract 4): prefix, sign and digits count where five different ones of a template stand in one
store. What stands in one object decides about another, so order, workers, scans and kills must leave no trace."""
import csv
import io
import json
import os
import random
import signal
import subprocess
import time
import zipfile

import rig

NOUNS = "printer tunnel invoice mailbox server licence kitchen window harbour garden".split()


def number(i, form="PRJ-2024-%04d"):
    return form % i


def line(value, i=0):
    return "the %s was mended, see %s again\n" % (NOUNS[i % len(NOUNS)], value)


def write(folder, files):
    for name, text in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())


def found(case):
    """{canonical: mentions} of the case numbers that count."""
    done = rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities",
        "--reveal", "test"))
    rows = csv.DictReader(io.StringIO(done.stdout.decode()))
    return {row["canonical"]: int(row["mentions"]) for row in rows if row["kind"] == "case_number"}


def scanned(folder, stores, options=("--jobs", "2")):
    """{store: {file: text}} read in one scan: what counts."""
    for name, files in stores.items():
        write(os.path.join(folder, name), files)
    case = os.path.join(folder, "c.case")
    rig.scan(case, *[os.path.join(folder, name) for name in stores], options=options)
    return found(case)


def detected(text):
    done = rig.expect((rig.OK, rig.FOUND), rig.staunch("detect", stdin=text.encode()))
    return [json.loads(one)["canonical"] for one in done.stdout.splitlines() if json.loads(one)["kind"] == "case_number"]


def four_different_ones_of_a_template_are_nothing_and_five_are_all():
    for many, want in ((4, 0), (5, 5), (6, 6)):
        text = "".join(line(number(i), i) for i in range(many))
        with rig.folder() as folder:
            rig.equal(len(scanned(folder, {"a": {"x.txt": text * 3}})), want, "of %d different numbers, scanned" % many)
        rig.equal(len(set(detected(text * 3))), want, "of %d different numbers, detected" % many)


def two_stores_with_three_each_are_nothing_and_one_with_five_counts_everywhere():
    three = {"x.txt": "".join(line(number(i)) for i in range(3))}
    other = {"x.txt": "".join(line(number(i)) for i in range(3, 6))}
    with rig.folder() as folder:
        rig.equal(scanned(folder, {"a": three, "b": other}), {}, "three in each of two stores")
    more = {"x.txt": "".join(line(number(i)) for i in range(3, 8))}
    with rig.folder() as folder:
        rig.equal(scanned(folder, {"a": three, "b": more}), {number(i): 1 for i in range(8)}, "three in one store, five in the other")


def the_five_may_stand_in_objects_members_and_copies_of_a_store():
    apart = {"%d/%d.txt" % (i, i): line(number(i), i) for i in range(5)}
    with rig.folder() as folder:
        rig.equal(len(scanned(folder, {"a": apart})), 5, "one in each of five files")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(3):
            archive.writestr("%d.txt" % i, line(number(i), i))
    mixed = {"a.zip": packed.getvalue(), "b.csv": "id,ref\n" + "".join("%d,%s\n" % (i, number(i)) for i in (3, 4))}
    with rig.folder() as folder:
        rig.equal(len(scanned(folder, {"a": mixed})), 5, "three in an archive, two in a table")
    # `one.txt` is read in the first store only; it stands in the second as a copy.
    one = "".join(line(number(i)) for i in range(3))
    with rig.folder() as folder:
        got = scanned(folder, {"a": {"one.txt": one}, "b": {"one.txt": one, "two.txt": line(number(3)) + line(number(4), 1)}})
        rig.equal(got, {**{number(i): 2 for i in range(3)}, number(3): 1, number(4): 1}, "with a copied file")


def those_behind_a_label_speak_for_their_template_and_for_their_value():
    text = "".join("Ticket no. %s\n" % number(i) for i in range(3)) + line(number(3)) + line(number(4))
    with rig.folder() as folder:
        rig.equal(len(scanned(folder, {"a": {"x.txt": text}})), 5, "three with a label, two without")
    rig.equal(len(detected(text)), 5, "the same, detected")
    with rig.folder() as folder:
        got = scanned(folder, {"a": {"x.txt": "Ticket no. %s\n" % number(1)}, "b": {"y.txt": line(number(1)) + line(number(2))}})
        rig.equal(got, {number(1): 2}, "a value with a label in one store and without in another")


def a_year_is_no_evidence_and_counts_with_its_template():
    years = "".join(line("EXPO-20%02d" % i, i) for i in range(10, 20))
    with rig.folder() as folder:
        rig.equal(scanned(folder, {"a": {"x.txt": years}}), {}, "ten years behind a word")
    text = line("TCK-2019") + "".join(line("TCK-%d" % (4711 + i), i) for i in range(5))
    with rig.folder() as folder:
        rig.equal(len(scanned(folder, {"a": {"x.txt": text}})), 6, "a number that looks like a year, and five others")


def later_scans_decide_for_earlier_ones_and_a_changed_object_takes_back():
    with rig.folder() as folder:
        a, b = os.path.join(folder, "a"), os.path.join(folder, "b")
        case = os.path.join(folder, "c.case")
        write(a, {"x.txt": "".join(line(number(i)) for i in range(4))})
        write(b, {"x.txt": line(number(0))})
        rig.scan(case, a)
        rig.equal(found(case), {}, "after the first scan")
        rig.scan(case, b)
        rig.equal(found(case), {}, "after the second scan")
        write(a, {"y.txt": line(number(4))})
        rig.scan(case, a)
        rig.equal(found(case), {**{number(i): 1 for i in range(1, 5)}, number(0): 2}, "after the fifth came")
        write(a, {"y.txt": "nothing is left of it here\n"})
        rig.scan(case, a)
        rig.equal(found(case), {}, "after the fifth went")


def many(seed):
    """Stores with templates of 1 to 8 values each, scattered over files: ({store: {file: text}}, what counts)."""
    chance = random.Random(seed)
    texts = {}
    values = {}
    for t in range(40):
        form = "%s%s-%%0%dd" % (chance.choice("GHJKL") + chance.choice("OPQRS"), chr(ord("T") + t % 6) * (1 + t % 3), 4 + t % 4)
        for i in chance.sample(range(3000, 9000), chance.randint(1, 8)):
            store = "s%d" % chance.randint(1, 3)
            for _ in range(chance.randint(1, 3)):
                texts.setdefault(store, {}).setdefault("%d/%d.txt" % (chance.randint(1, 3), chance.randint(1, 9)), []).append(
                    line(form % i, i))
            values.setdefault(form, {}).setdefault(store, set()).add(form % i)
    known = {form for form, stores in values.items() if any(len(one) >= 5 for one in stores.values())}
    want = {value for form in known for one in values[form].values() for value in one}
    return {store: {name: "".join(lines) for name, lines in files.items()} for store, files in texts.items()}, want


def order_workers_and_scans_leave_no_trace():
    stores, want = many(7)
    rig.check(20 < len(want) < sum(map(len, stores.values())) * 20, "the test is about %d values" % len(want))
    results = []
    with rig.folder() as folder:
        for name, files in stores.items():
            write(os.path.join(folder, name), files)
        names = sorted(stores)
        for n, (order, jobs, together) in enumerate(((names, "1", True), (names[::-1], "3", True), (names, "2", False))):
            case = os.path.join(folder, "%d.case" % n)
            for part in ([order] if together else [[one] for one in order]):
                rig.scan(case, *[os.path.join(folder, one) for one in part], options=("--jobs", jobs))
            results.append(found(case))
    rig.equal(set(results[0]), want, "what counts")
    for n, got in enumerate(results[1:], 1):
        rig.equal(got, results[0], "the case made in another way (%d)" % n)


def a_scan_that_is_killed_goes_on_to_the_same():
    stores, want = many(11)
    padding = "".join("nothing to see in row %d of this file, only words and more words\n" % i for i in range(4000))
    with rig.folder() as folder:
        for name, files in stores.items():
            write(os.path.join(folder, name), {path: text + padding for path, text in files.items()})
        names = [os.path.join(folder, name) for name in sorted(stores)]
        whole, killed = os.path.join(folder, "whole.case"), os.path.join(folder, "killed.case")
        rig.scan(whole, *names)
        for delay in (0.05, 0.1, 0.15, 0.2, 0.3):
            process = subprocess.Popen([rig.STAUNCH, "scan", *names, "--case", killed, "--progress", "never", "--jobs", "1"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            time.sleep(delay)
            family = rig.family(process.pid)
            for pid in family:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.wait()
            time.sleep(0.1)
        rig.scan(killed, *names)
        rig.equal(set(found(whole)), want, "what counts undisturbed")
        rig.equal(found(killed), found(whole), "what counts after five kills")


def explain_says_why_it_counts():
    with rig.folder() as folder:
        text = "".join(line(number(i)) for i in range(5)) + "Ticket no. ABC-4711\n" + line("ABC-4711")
        scanned(folder, {"a": {"x.txt": text}})
        case = os.path.join(folder, "c.case")
        ask = lambda value, *more: rig.expect(rig.OK, rig.staunch("report", "--case", case, "--explain", value, *more)).stdout.decode()
        got = ask("prj-2024-0003")
        rig.check("counts without a label: 5 or more of the template PRJ-0000-0000 stand in one store" in got and
            " 0.60 without a label\n" in got, "--explain of a mined number says %r" % got)
        got = ask("ABC-4711")
        rig.check("counts without" not in got and got.count(" without a label\n") == 1 and "0.90\n" in got,
            "--explain of a number with a label says %r" % got)
        rows = [json.loads(one) for one in ask("PRJ-2024-0003", "--format", "json").splitlines()]
        rig.equal([(row["confidence"], row["labelled"]) for row in rows], [(0.6, False)], "the mention as JSON")
        rig.check("not found" in ask("PRJ-2024-9999"), "a number that is not there is found")


def what_only_looks_like_one_is_never_mined():
    forms = ("CVE-2024-12%02d", "RFC-28%02d", "ISO-88%02d", "ISO/IEC-27%03d", "SHA-51%02d", "UTF-16%02d", "KB-40123%02d", "v2024-01%02d",
        "release-2024.01%02d", "2024-01-%02d", "LOG-2024-01-%02d", "BACKUP-202401%02d", "+39 02-1234-56%02d", "CH-80%02d", "TEL-0123456%02d",
        "3f2504e0-4f89-41d3-9a0c-0305e82c33%02d", "DEADBEEF-1234-4567-89AB-1234567890%02d", "AB-CD-EF-12-34-%02d", "IMG_20240101_%04d.JPG",
        "style-10%02d", "color: #FA10%02d", "HTTP/10%02d", "ERROR-10%02d", "PORT-80%02d", "/data/PRJ-2024-01%02d/x", "PRJ-2024-01%02d.pdf",
        "MAX_10%02d", "d41d8cd98f00b204e9800998ecf842%02d", "Bar No. NY-4477%02d", "X-Mailer: A-10%02d")
    text = "".join(line(form % i, i) for form in forms for i in range(10, 17))
    with rig.folder() as folder:
        rig.equal(scanned(folder, {"a": {"x.txt": text}}), {}, "what was found in a store of them")
    rig.equal(detected(text), [], "what was detected in them")


def templates_beyond_the_ceiling_are_told():
    letters = "GHJKLMNOPQRSTUVW"
    prefixes = [a + b + c + d + "Q" for a in letters for b in letters for c in letters for d in letters] + ["ZZZQ" + a for a in letters]
    text = "".join("%s\n" % " ".join("%s-%04d" % (prefix, 4711 + i) for i in range(5)) for prefix in prefixes)
    with rig.folder() as folder:
        got = scanned(folder, {"a": {"x.txt": text}})
        report = rig.report(os.path.join(folder, "c.case"))
        row = next(one for one in report["entities"] if one["kind"] == "case_number")
        rig.equal((row["distinct"], row["templates"], row["templates_not_counted"]), (5 * 65536, 65536, 16), "the figures")
        rig.check("ZZZQG-4711" not in got and "GGGGQ-4711" in got, "other templates are counted than the first")
        shown = rig.staunch("report", "--case", os.path.join(folder, "c.case")).stdout.decode()
        rig.check("not counted: case numbers of 16 more templates" in shown, "the report does not say so: %s" % shown)


rig.run_tests(
    four_different_ones_of_a_template_are_nothing_and_five_are_all,
    two_stores_with_three_each_are_nothing_and_one_with_five_counts_everywhere,
    the_five_may_stand_in_objects_members_and_copies_of_a_store,
    those_behind_a_label_speak_for_their_template_and_for_their_value,
    a_year_is_no_evidence_and_counts_with_its_template,
    later_scans_decide_for_earlier_ones_and_a_changed_object_takes_back,
    order_workers_and_scans_leave_no_trace,
    a_scan_that_is_killed_goes_on_to_the_same,
    explain_says_why_it_counts,
    what_only_looks_like_one_is_never_mined,
    templates_beyond_the_ceiling_are_told,
)
