"""Files of the store that are no documents: archives of many kinds, a database backup, a database, tables and logs."""
import json
import os
import random
import sqlite3
import struct
import subprocess
import zlib

from .leads import bucket, sql_connection, storage_connection, token

PAGE_BYTES = 8192
RECORDS = 30  # of a table, of a file of lines


def run(*command, cwd=None, stdin=b""):
    done = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError("%s ended with %d: %s" % (command[0], done.returncode, (done.stderr or done.stdout).decode("utf-8", "replace")[-400:]))
    return done.stdout


def backup(o):
    """A database backup as a server writes it: pages with a header, rows from the front, offsets at the back. Rows are
    ASCII or UTF-16; one page in four is compressed."""
    noise, out = random.Random(o.stem), bytearray(b"TAPE" + bytes(508))
    for number in range(24):
        rows, kind = bytearray(), ("ASCII row", "UTF-16 row", "ASCII row", "compressed page")[number % 4]
        offsets = []
        for _ in range(6):
            offsets.append(96 + len(rows))
            row = "%s|%s|%s" % (o.name(), o.address(kind), o.rng.choice(("open", "closed")))
            data = row.encode("utf-16-le") if kind == "UTF-16 row" else row.encode()
            rows += struct.pack("<BBHI", 0x30, 0, 8 + len(data), noise.randrange(1 << 31)) + data + bytes(noise.randrange(128, 256) for _ in range(6))
        if number == 2:
            rows += b"\0" + o.lead("ASCII row", sql_connection("contososql2022", "crm")).encode() + b"\0"
        if kind == "compressed page":
            rows = bytearray(zlib.compress(bytes(rows), 9))
        header = struct.pack("<BBHIIH", 1, 1, len(offsets), number, noise.randrange(1 << 31), len(rows)) + bytes(96 - 16)
        tail = b"".join(struct.pack("<H", at) for at in reversed(offsets))
        out += header[:96] + bytes(96 - len(header)) + rows + bytes(PAGE_BYTES - 96 - len(rows) - len(tail)) + tail
    return bytes(out)


def database(o, path):
    """A SQLite file: text in rows, in a row longer than a page, and in a row that was deleted."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size=4096")
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, mail TEXT, note TEXT)")
    for number in range(40):
        connection.execute("INSERT INTO customer VALUES (?, ?, ?, ?)", (number, o.name(), o.address("row"), "n" * (number % 7)))
    connection.execute("INSERT INTO customer VALUES (100, ?, ?, ?)", (o.name(), o.address("row over pages"), "long " * 3000))
    connection.commit()
    for number in range(5):
        connection.execute("INSERT INTO customer VALUES (?, ?, ?, '')", (200 + number, "was here", o.address("deleted row")))
    connection.commit()
    connection.execute("DELETE FROM customer WHERE id >= 200")
    connection.commit()
    connection.close()


def table(o, rows=RECORDS):
    lines = ["name,mail,phone"]
    for _ in range(rows):
        lines.append('"%s",%s,%s' % (o.name(), o.address("row"), o.number("row", "phone_number")))
    return "\r\n".join(lines + [""]).encode()


def json_lines(o, rows=RECORDS):
    return b"".join(json.dumps({"id": n, "contact": {"name": o.name(), "mail": o.address("value")}, "note": o.prose(1)},
        ensure_ascii=n % 2 == 0).encode() + b"\n" for n in range(rows))


def configuration(o):
    return ("[storage]\nconnection = %s\nbucket = %s\nadmin = %s\n" % (o.lead("line", storage_connection("contosoconfig")),
        o.lead("line", bucket("contoso-exports")), o.address("line"))).encode()


def web_page(o):
    return ('<!DOCTYPE html><html><head><title>Portal</title><meta name="author" content="%s"></head><body><p>Mail %s</p>'
        '<a href="mailto:%s">contact</a><!-- %s --><script>var to = "%s";</script></body></html>\n' % (o.address("attribute"),
        o.address("text"), o.address("attribute"), o.address("comment"), o.address("script"))).encode()


def plain(o, encoding):
    text = "Müller fragt: %s\nund %s oder %s.\n" % (o.address("text"), o.address("text", "[at] [dot]"), o.address("text", "at dot"))
    return text.encode(encoding)


def tnef(o):
    """The start of a winmail.dat and one attribute with text (MS-OXTNEF 2.1.3.1)."""
    body = o.address("body").encode() + b"\0"
    return struct.pack("<IHBII", 0x223E9F78, 1, 1, 0x0002800C, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)


def noise(o, size=20000):
    """Bytes nobody knows, with a few words between."""
    data = bytearray(token(o.stem, size))
    for number in range(5):
        at = 1000 + 3000 * number
        written = b"\0" + o.address("between random bytes").encode() + b"\0"
        data[at:at + len(written)] = written
    return bytes(data)


# --- archives: each packs the files of one folder, with the tools that people use ---

def in_order(folder):
    return sorted(os.path.relpath(os.path.join(root, f), folder) for root, _, files in os.walk(folder) for f in files)


def archive(kind, folder, target, password="of the archive"):
    """Packs everything in folder into the file target."""
    files = in_order(folder)
    target = os.path.abspath(target)
    if kind == "zip":
        run("zip", "-q", "-X", target, *files, cwd=folder)
    elif kind == "zip, encrypted":
        run("zip", "-q", "-X", "-P", password, target, *files, cwd=folder)
    elif kind == "7z":
        run("7zz", "a", "-bd", "-t7z", target, *files, cwd=folder)
    elif kind == "7z, encrypted":
        run("7zz", "a", "-bd", "-t7z", "-p" + password, target, *files, cwd=folder)
    elif kind == "7z, names encrypted":
        run("7zz", "a", "-bd", "-t7z", "-mhe=on", "-p" + password, target, *files, cwd=folder)
    elif kind in ("tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst"):
        tarball = target if kind == "tar" else target[:-len(kind) + 3]
        run("tar", "--format=gnu", "-cf", tarball, *files, cwd=folder)
        if kind != "tar":
            compress(kind[4:], tarball)
    elif kind == "cpio":
        with open(target, "wb") as out:
            out.write(run("cpio", "--quiet", "-o", "-H", "newc", cwd=folder, stdin="\n".join(files).encode() + b"\n"))
    elif kind == "ar":
        run("ar", "rcS", target, *files, cwd=folder)
    elif kind == "iso":
        run("genisoimage", "-quiet", "-J", "-R", "-o", target, folder)
    else:
        raise ValueError(kind)


def compress(kind, path):
    """path becomes path.KIND."""
    tool = {"gz": ["gzip", "-f"], "bz2": ["bzip2", "-f"], "xz": ["xz", "-f"], "zst": ["zstd", "-q", "-f", "--rm"]}[kind]
    run(*tool, path)
