"""Exact means exact: the counts are those of `sort -u` over the same millions of mentions."""
import csv
import os
import random
import subprocess

import rig

MENTIONS = 20_000_000 if rig.FULL else 2_000_000


def write_mentions(folder, count):
    """Records of ten addresses each, drawn with repeats, in several files; the bare addresses beside them."""
    rng = random.Random(7)
    distinct = count * 4 // 10
    plain = open(os.path.join(folder, "plain.txt"), "w")
    store = os.path.join(folder, "store")
    os.mkdir(store)
    per_file, file, written = count // 8, None, 0
    while written < count:
        if written % per_file < 10:
            if file:
                file.close()
            file = open(os.path.join(store, "part-%02d.jsonl" % (written // per_file)), "w")
        numbers = [min(rng.randrange(distinct), rng.randrange(distinct)) for _ in range(10)]
        some = ["user%d@unit%d.example" % (n, n % 977) for n in numbers]
        file.write('{"n":%d,"to":"%s"}\n' % (written, " ".join(some)))
        plain.write("\n".join(some) + "\n")
        written += 10
    file.close()
    plain.close()
    return store


def the_counts_are_those_of_sort_u():
    with rig.folder() as out:
        store = write_mentions(out, MENTIONS)
        sort = subprocess.run("sort -u plain.txt | tee sorted.txt | wc -l", shell=True, cwd=out, capture_output=True,
            check=True, env={**os.environ, "LC_ALL": "C", "TMPDIR": out})
        want = int(sort.stdout)
        case = os.path.join(out, "counts.case")
        rig.scan(case, store, timeout=3000)
        row = [e for e in rig.report(case, status=rig.OK)["entities"] if e["kind"] == "email_address"][0]
        print("%d mentions, %d distinct" % (row["mentions"], row["distinct"]))
        rig.equal(row["mentions"], MENTIONS, "mentions")
        rig.equal(row["distinct"], want, "distinct addresses")
        with open(os.path.join(out, "entities.csv"), "wb") as file:
            subprocess.run([rig.STAUNCH, "report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test"],
                stdout=file, check=True, timeout=1200)
        with open(os.path.join(out, "entities.csv"), newline="") as file, open(os.path.join(out, "found.txt"), "w") as found:
            found.writelines(r["canonical"] + "\n" for r in csv.DictReader(file) if r["kind"] == "email_address")
        same = subprocess.run("sort found.txt | cmp - sorted.txt", shell=True, cwd=out, capture_output=True,
            env={**os.environ, "LC_ALL": "C", "TMPDIR": out})
        rig.check(same.returncode == 0, "the list of addresses is not that of sort -u: %s" % same.stdout.decode())


rig.run_tests(the_counts_are_those_of_sort_u)
