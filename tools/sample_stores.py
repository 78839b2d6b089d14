#!/usr/bin/env python3
"""Stores on which `scan --sample` is held against the truth, each unlike the others: sample_stores.py NAME OUT makes one.
Everything in them is invented; the same name gives the same store, but for the originals in `exposures`."""
import json
import io
import os
import random
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))


def write(store, path, data):
    path = os.path.join(store, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def objects(store, count=4000, copies=800):
    """Small objects of many formats, each with an address of its own, and copies of some under other names."""
    subprocess.run([sys.executable, os.path.join(HERE, "make_objects.py"), store, str(count)], check=True)
    files = sorted(os.path.join(f, n) for f, _, names in os.walk(store) for n in names)
    os.mkdir(os.path.join(store, "copies"))
    for i, path in enumerate(random.Random(1).sample(files, copies)):
        shutil.copy(path, os.path.join(store, "copies", "%05d%s" % (i, os.path.splitext(path)[1])))


def mailbox(store, count=5000, seed=3):
    """Mails that share addresses as people do, some far more than others; lists from five rows to thousands; noise."""
    rng = random.Random(seed)

    def address():
        k = int(rng.paretovariate(0.8))
        return "user%d@firm%d.example" % (k, k % 997)

    for i in range(count):
        what = rng.random()
        if what < 0.75:
            lines = ["From: A <%s>" % address(), "To: %s" % address(), "Subject: s%d" % i, "Message-ID: <%d@mail.example>" % i,
                "Date: Mon, 5 Sep 2022 10:00:00 +0200", "", "hello %d" % i]
            lines += ["write to %s or +39 06 1234 %04d" % (address(), rng.randrange(3000)) for _ in range(int(rng.expovariate(0.5)))]
            name, data = "%05d.eml" % i, "\r\n".join(lines) + "\r\n"
        elif what < 0.9:
            rows = int(min(3000, rng.paretovariate(0.7) * 5))
            name = "%05d.csv" % i
            data = "id,mail\n" + "".join("%d,%s\n" % (rng.randrange(10**6), address()) for _ in range(rows))
        elif what < 0.97:
            name, data = "%05d.txt" % i, "note %d\n" % rng.randrange(count // 20) + "x" * int(rng.paretovariate(0.9) * 100)
        else:
            name, data = "%05d.bin" % i, bytes(rng.randrange(256) for _ in range(400))
        write(store, "%03d/%s" % (i // 200, name), data)


def exposures(store, seeds=range(2022, 2028)):
    """Six exposures of September 2022 side by side: originals of thirty types, few of each, many files twice."""
    for seed in seeds:
        made = store + ".made"
        subprocess.run([sys.executable, os.path.join(HERE, "make_exposure.py"), made, "--seed", str(seed)], check=True,
            stdout=subprocess.DEVNULL)
        os.makedirs(store, exist_ok=True)
        shutil.move(os.path.join(made, "container"), os.path.join(store, str(seed)))
        shutil.rmtree(made)


def card(rng):
    digits = [4] + [rng.randrange(10) for _ in range(14)]
    doubled = sum(sum(divmod(d * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(digits))
    return "".join(map(str, digits + [-doubled % 10]))


def iban(rng):
    account = "".join(str(rng.randrange(10)) for _ in range(18))
    return "DE%02d%s" % (98 - int(account + "131400") % 97, account)


def backups(store, seed=21):
    """A file share of forty departments, with backups: some folders stand there once, some up to six times, a few files of a
    backup changed since. Logs, lists whose lengths are log-normal, letters, records; financial values in few departments."""
    rng = random.Random(seed)
    for department in range(40):
        people = ["p%d.d%d@%s" % (k, department, rng.choice(["contoso.example", "fabrikam%d.example" % rng.randrange(60)]))
            for k in range(int(rng.lognormvariate(3, 1)) + 2)]
        money, files = rng.random() < 0.15, {}
        for n in range(int(rng.lognormvariate(3.2, 0.7)) + 3):
            what = rng.random()
            if what < 0.35:
                files["letter-%d.txt" % n] = "Dear %s,\nnumber %d of %d. Call +39 02 %07d.\n" % (rng.choice(people), n, department,
                    rng.randrange(10**7)) + "We write about it. " * rng.randrange(5, 200)
            elif what < 0.55:
                files["list-%d.csv" % n] = "number,mail\n" + "".join("%d,%s\n" % (rng.randrange(10**6), rng.choice(people))
                    for _ in range(int(rng.lognormvariate(3, 1.2)) + 1))
            elif what < 0.8:
                files["job-%d.log" % n] = "".join("2022-09-%02d 10:%02d:00 login from 198.51.%d.%d by %s\n" % (1 + n % 28, k % 60,
                    rng.randrange(100, 110), rng.randrange(256), rng.choice(people)) for k in range(int(rng.lognormvariate(2.5, 1)) + 1))
            elif money and what < 0.9:
                files["paid-%d.json" % n] = json.dumps({"number": n, "department": department, "iban": iban(rng), "card": card(rng)})
            else:
                files["state-%d.json" % n] = json.dumps({"number": n, "department": department, "owner": rng.choice(people)})
        for copy in range(rng.choice([1, 1, 1, 1, 2, 2, 3, 6])):
            for name, data in files.items():
                changed = copy > 0 and rng.random() < 0.05
                write(store, "backup-%d/department-%02d/%s" % (copy, department, name), data + "changed %d\n" % copy if changed else data)


def helpdesk(store, seed=22):
    """A help desk: an export for each day with more tickets on some, mails of customers who come back as Zipf says, archives
    of attachments, pages with one footer, torn and sealed files."""
    rng = random.Random(seed)
    weights = [1 / (k + 1) for k in range(3000)]

    def customers(count):
        return ["c%d@customer%d.example" % (k, k % 419) for k in rng.choices(range(3000), weights, k=count)]

    for day in range(365):
        rows = int(rng.lognormvariate(2.5, 0.8)) * (6 if day % 30 == 0 else 1) + 1
        write(store, "export/%03d.jsonl" % day, "".join(json.dumps({"ticket": "T-%d-%d" % (day, k), "from": who, "text": "It stops. " * rng.randrange(1, 30)})
            + "\n" for k, who in enumerate(customers(rows))))
    for n in range(1600):
        a, b = customers(2)
        phone = "Call +44 20 7946 %04d.\r\n" % rng.randrange(1000) if rng.random() < 0.1 else ""
        write(store, "mail/%02d/%04d.eml" % (n // 100, n), "From: <%s>\r\nTo: help@contoso.example\r\nCc: %s\r\nSubject: T-%d\r\nMessage-ID: "
            "<h%d@contoso.example>\r\n\r\nIt stops.\r\n%s" % (a, b, n, n, phone))
    for n in range(250):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for k in range(int(rng.lognormvariate(1, 0.8)) + 1):
                archive.writestr(zipfile.ZipInfo("%d.txt" % k), "trace %d %d\n%s\n" % (n, k, "\n".join(customers(1 + rng.randrange(4)))))
        write(store, "attached/%03d.zip" % n, packed.getvalue()[:rng.randrange(30, 60)] if rng.random() < 0.06 else packed.getvalue())
    for n in range(500):
        write(store, "pages/%03d.html" % n, "<html><body><p>Answer %d</p><p>%s</p><p>help@contoso.example, office@contoso.example</p></body></html>"
            % (n // 2, "Try again. " * rng.randrange(20)))


STORES = {"objects": objects, "mailbox": mailbox, "exposures": exposures, "backups": backups, "helpdesk": helpdesk}

if __name__ == "__main__":
    STORES[sys.argv[1]](sys.argv[2])
