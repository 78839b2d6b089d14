"""What no reader knows is carved: all that was planted is found, nothing else, at the stored bytes; never called read."""
import csv
import gzip
import io
import os
import random
import re
import sqlite3
import struct
import subprocess
import zipfile
import zlib

import rig

SEED = 20191229
BORDER = 64 << 10


def entities(case):
    done = rig.expect(rig.INCOMPLETE, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities",
        "--reveal", "t"))
    return {row["canonical"].lstrip("'") for row in csv.DictReader(io.StringIO(done.stdout.decode()))}


def places(case, canonical):
    """[(part, first, end, form)] of a value."""
    done = rig.expect(rig.INCOMPLETE, rig.staunch("report", "--case", case, "--reveal", "t", "--explain", canonical))
    return [(part, int(a), int(b), form) for part, a, b, form in
        re.findall(r"object #\d+ (\S+) (?:record \d+ )?bytes (\d+)-(\d+) (\w+)", done.stdout.decode())]


def scanned(out, name, content, *options, **kwargs):
    path, case = os.path.join(out, name), os.path.join(out, name + ".case")
    with open(path, "wb") as file:
        file.write(content)
    rig.scan(case, path, status=rig.INCOMPLETE, options=options, **kwargs)
    return case


def status(case):
    got = rig.report(case, "--reveal", "t")
    return {os.path.basename(p.split(":/")[-1].split("!/")[-1]): row for p, row in rig.unread(got).items()}


def zipped(content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("letter.txt", content)
    return out.getvalue()


# how an address can stand in a page: (name, bytes, is it seen in place)
WAYS = [
    ("padded", lambda a: a.encode().ljust(64, b"\x00"), True),
    ("pascal", lambda a: bytes([1, 0, len(a) & 31]) + a.encode() + b"\x03", True),
    ("line", lambda a: b"\xff\x01name=" + a.encode() + b"; since 2017\r\n\xff", True),
    ("utf16le", lambda a: b"\xff\x03\x01" + a.encode("utf-16-le") + b"\x00\x00\xff", True),
    ("utf16be", lambda a: b"\xff\x03\x01" + a.encode("utf-16-be") + b"\xff\x00\x00", True),
    ("zlib", lambda a: zlib.compress(b"mail %s about it\n" % a.encode() * 3), False),
    ("fast", lambda a: zlib.compress(b"mail %s about it\n" % a.encode() * 900, 1), False),
    ("gzip", lambda a: gzip.compress(b"mail %s about it\n" % a.encode() * 3, mtime=0), False),
    ("zip", lambda a: zipped(b"mail %s about it\n" % a.encode() * 3), False),
    ("twice", lambda a: zlib.compress(b"\x7fELF\x00\xff" + gzip.compress(b"mail %s about it\n" % a.encode(), mtime=0)), False),
]


def backup(pages=48):
    """(bytes of a made-up backup, {address: way}): each way in the middle, at odd offsets, across each border."""
    pick, out, planted = random.Random(SEED), bytearray(b"\x00\x01BACKUP\x00"), {}
    noise = bytes(pick.choice((pick.randrange(128, 192), pick.randrange(2, 8))) for _ in range(4096))  # no text, no signature
    number = 0
    for page in range(1, pages):
        name, make, _ = WAYS[page % len(WAYS)]
        for offset in (pick.randrange(3000, 9000), pick.randrange(12000, 40000) | 1, BORDER - pick.randrange(1, 30)):
            address = "person%d.%s@contoso.com" % (number, name)
            start = (page - 1) * BORDER + offset
            out += (noise * (BORDER * 2 // len(noise)))[:max(0, start - len(out))]
            out += make(address)
            planted[address] = name
            number += 1
    return bytes(out) + noise, planted


def all_that_was_planted_is_found_in_place_and_nothing_else():
    content, planted = backup()
    with rig.folder() as out:
        case = scanned(out, "backup.bak", content)
        rig.equal(sorted(entities(case)), sorted(planted), "entities")
        rig.equal(status(case)["backup.bak"], ("partial", "unsupported"), "status")
        seen_in_place = {name for name, _, seen in WAYS if seen}
        for address, name in planted.items():
            if name not in seen_in_place:
                continue
            for _, first, end, form in places(case, address):
                stored = content[first:end]
                read = stored if name not in ("utf16le", "utf16be") else stored.decode("utf-16-" + name[-2:]).encode()
                rig.equal((read, form), (address.encode(), "encoded" if "utf16" in name else "plain"), address)
        members = {part for address, name in planted.items() if name not in seen_in_place
            for part, _, _, _ in places(case, address)}
        rig.check(all("!/deflate-at-" in part for part in members), "members %r" % sorted(members)[:5])


def a_pipe_and_a_member_of_an_archive_are_carved_alike():
    content, planted = backup(pages=14)
    with rig.folder() as out:
        case = os.path.join(out, "pipe.case")
        rig.scan(case, "-", status=rig.INCOMPLETE, stdin=content)
        rig.equal(sorted(entities(case)), sorted(planted), "entities of the pipe")
        for name, packed in (("backup.zip", zipped(content)), ("backup.gz", gzip.compress(content))):
            rig.equal(sorted(entities(scanned(out, name, packed))), sorted(planted), "entities of " + name)


def a_database_gives_what_stands_in_its_rows():
    with rig.folder() as out:
        path = os.path.join(out, "customers.db")
        database = sqlite3.connect(path)
        database.execute("PRAGMA page_size = 4096")
        database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT, since INTEGER)")
        want = ["customer.%05d@contoso.com" % i for i in range(3000)]
        database.executemany("INSERT INTO customer (mail, since) VALUES (?, ?)", [(m, -1 - i % 100) for i, m in enumerate(want)])
        database.commit()
        database.close()
        with open(path, "rb") as file:
            case = scanned(out, "copy.db", file.read())
        rig.equal(sorted(entities(case)), want, "entities")
        rig.equal(status(case), {"copy.db": ("partial", "unsupported")}, "status")


def a_database_in_utf_16_too():
    for encoding in ("UTF-16le", "UTF-16be"):
        with rig.folder() as out:
            path = os.path.join(out, "customers.db")
            database = sqlite3.connect(path)
            database.execute("PRAGMA encoding = '%s'" % encoding)
            database.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT, since INTEGER)")
            want = ["customer.%05d@contoso.com" % i for i in range(2000)]
            database.executemany("INSERT INTO customer (mail, since) VALUES (?, ?)", [(m, -1 - i % 100) for i, m in enumerate(want)])
            database.commit()
            database.close()
            with open(path, "rb") as file:
                case = scanned(out, "copy.db", file.read())
            rig.equal(sorted(entities(case)), want, "entities in " + encoding)


def random_bytes_hold_nobody():
    size = (400 if rig.FULL else 16) << 20
    with rig.folder() as out:
        case = scanned(out, "noise", random.Random(SEED).randbytes(size))
        rig.equal(entities(case), set(), "entities in %d MiB of noise" % (size >> 20))
        rig.equal(status(case), {"noise": ("partial", "unsupported")}, "status")


def programs_of_this_machine_hold_no_payment_cards():
    """Real binaries: what looks like an address in them may be one; what passes a checksum by chance must not."""
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        for name in ("libcrypto.so.3", "libc.so.6", "libsqlite3.so.0"):
            for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib/x86_64-linux-gnu"):
                path = os.path.join(folder, name)
                if os.path.exists(path):
                    with open(path, "rb") as source, open(os.path.join(store, name), "wb") as file:
                        file.write(source.read())
        rig.check(len(os.listdir(store)) > 0, "no library of this machine was found")
        case = os.path.join(out, "c.case")
        rig.scan(case, store, status=rig.INCOMPLETE)
        kinds = {e["kind"]: e["distinct"] for e in rig.report(case)["entities"]}
        rig.equal((kinds.get("payment_card", 0), kinds.get("iban", 0)), (0, 0), "cards and IBANs")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def what_is_written_beside_a_picture_is_found_and_its_pixels_are_no_text():
    pixels = random.Random(SEED).randbytes(64 * 64 * 3)
    rows = b"".join(b"\x00" + pixels[i:i + 192] for i in range(0, len(pixels), 192))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)) \
        + chunk(b"tEXt", b"Author\x00anna@contoso.com") \
        + chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"scanned by bob@contoso.com\n")) \
        + chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(b"<x:xmpmeta>carl@contoso.com</x:xmpmeta>")) \
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    jpg = b"\xff\xd8\xff\xe1\x00\x40Exif\x00\x00II*\x00\x08\x00\x00\x00" + b"dora@contoso.com\x00" + bytes(20) \
        + b"\xff\xe1\x00\x60http://ns.adobe.com/xap/1.0/\x00<dc:creator>eve@contoso.com</dc:creator>\xff\xda" \
        + bytes(b | 128 for b in pixels) + b"\xff\xd9"
    for name, content, want in (("a.png", png, ["anna@contoso.com", "bob@contoso.com", "carl@contoso.com"]),
            ("a.jpg", jpg, ["dora@contoso.com", "eve@contoso.com"])):
        with rig.folder() as out:
            case = scanned(out, name, content)
            rig.equal(sorted(e for e in entities(case) if "@" in e), want, "addresses of " + name)
            rig.equal(status(case), {name: ("partial", "no-text")}, "status")


def carving_takes_the_same_memory_for_eight_times_the_data():
    content, _ = backup(pages=30)
    with rig.folder() as out:
        peaks = []
        for times in (8, 64):
            path = os.path.join(out, "b%d" % times)
            with open(path, "wb") as file:
                for _ in range(times):
                    file.write(content)
            process = subprocess.Popen([rig.STAUNCH, "scan", path, "--case", path + ".case", "--progress", "never"],
                stderr=subprocess.DEVNULL)
            peak = 0
            while process.poll() is None:
                peak = max(peak, sum(map(rig.resident, rig.family(process.pid))))
            rig.equal(process.returncode, rig.INCOMPLETE, "exit status")
            peaks.append(peak >> 20)
        print("%d and %d MB of a backup: %d and %d MB" % (8 * len(content) >> 20, 64 * len(content) >> 20, *peaks))
        rig.check(peaks[1] <= peaks[0] * 1.25 + 40, "memory grew from %d MB to %d MB" % tuple(peaks))


rig.run_tests(all_that_was_planted_is_found_in_place_and_nothing_else, a_pipe_and_a_member_of_an_archive_are_carved_alike,
    a_database_gives_what_stands_in_its_rows, a_database_in_utf_16_too, random_bytes_hold_nobody,
    programs_of_this_machine_hold_no_payment_cards,
    what_is_written_beside_a_picture_is_found_and_its_pixels_are_no_text,
    carving_takes_the_same_memory_for_eight_times_the_data)
