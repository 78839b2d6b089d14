#!/usr/bin/env python3
"""Writes the hostile corpus: damaged, lying, exploding and self-containing files, and what must be said of each.

    make_hostile.py [--large] [--helped] DIR

DIR/expected.json maps every file of DIR (itself included) to {"status", "reason", "found"}: the status and reason of the
object in contract 2, and invented addresses that must be found in it. The output depends on nothing but the options.
--helped adds files that programs of others read for us (PDF): what is said of them needs these programs.
--large adds what takes minutes or hundreds of megabytes: two million entries, 2 GiB of text, a line of 64 MB.
"""
import argparse
import bz2
import gzip
import io
import json
import os
import random
import stat
import struct
import tarfile
import zipfile
import zlib

import hostile_odf
import make_hostile_archives
import make_hostile_office
import pdf_maker

EXPECTED = {}
ROOT = ""
SEED = 20191229


def put(name, data, status, reason="", found=()):
    with open(os.path.join(ROOT, name), "wb") as out:
        out.write(data)
    EXPECTED[name] = {"status": status, "reason": reason, "found": list(found)}


def text(address, lines=20):
    """A text with one address in its last line, different for every address."""
    pick = random.Random(address)
    words = ["order", "invoice", "support", "reply", "number", "customer", "closed", "today", "router", "letter"]
    body = "".join(" ".join(pick.choice(words) for _ in range(9)) + "\n" for _ in range(lines))
    return (body + "please write to " + address + " about it\n").encode()


# --- zip, by hand, so that every field can lie ---

def deflate(data, level=9):
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


class Entry:
    def __init__(self, name, data=b"", **lies):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.flags, self.method, self.extra, self.local_extra, self.attributes = 0, 8, b"", None, 0
        self.made_by = 20
        self.crc, self.bytes = zlib.crc32(data), len(data)
        self.stored = None
        self.offset = None
        self.listed = True
        vars(self).update(lies)
        if self.stored is None:
            self.stored = deflate(data) if self.method == 8 else data
        self.stored_bytes = lies.get("stored_bytes", len(self.stored))

    def local(self):
        extra = self.extra if self.local_extra is None else self.local_extra
        return struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, self.flags, self.method, 0, 0x4f9d, self.crc,
                           min(self.stored_bytes, 0xffffffff), min(self.bytes, 0xffffffff), len(self.name),
                           len(extra)) + self.name + extra

    def central(self):
        return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, self.made_by, 20, self.flags, self.method, 0, 0x4f9d,
                           self.crc, min(self.stored_bytes, 0xffffffff), min(self.bytes, 0xffffffff), len(self.name),
                           len(self.extra), 0, 0, 0, self.attributes,
                           min(self.offset, 0xffffffff)) + self.name + self.extra


def end_record(entries, size, offset, comment=b""):
    return struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, entries, entries, size, offset, len(comment)) + comment


def make_zip(*entries, count=None, comment=b""):
    body = b""
    for entry in entries:
        if entry.offset is None:
            entry.offset = len(body)
            body += entry.local() + entry.stored
    directory = b"".join(entry.central() for entry in entries if entry.listed)
    listed = sum(entry.listed for entry in entries)
    return body + directory + end_record(listed if count is None else count, len(directory), len(body), comment)


def zip_crypto(data, password, crc):
    """Traditional PKWARE encryption, APPNOTE 6.1."""
    table = []
    for i in range(256):
        value = i
        for _ in range(8):
            value = value >> 1 ^ (0xedb88320 if value & 1 else 0)
        table.append(value)
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte):
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xff]
        keys[1] = ((keys[1] + (keys[0] & 0xff)) * 134775813 + 1) & 0xffffffff
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xff]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in random.Random(SEED).randbytes(11) + bytes([crc >> 24]) + data:
        low = (keys[2] | 2) & 0xffff
        out.append(byte ^ (low * (low ^ 1) >> 8 & 0xff))
        update(byte)
    return bytes(out)


def encrypted(name, data):
    return Entry(name, data, flags=1, stored=zip_crypto(deflate(data), b"swordfish", zlib.crc32(data)))


def zips():
    inner = make_zip(*[Entry("%d" % i, text("inner%d@contoso.com" % i, 600), method=0) for i in range(9)])
    put("zip-inside-stored.zip", make_zip(Entry("inner.zip", inner, method=0)), "read",
        found=["inner%d@contoso.com" % i for i in range(9)])
    one, two = Entry("a.txt", text("anna@contoso.com")), Entry("folder/b.txt", text("bruno@fabrikam.com", 400))
    plain = make_zip(Entry("folder/", method=0), one, two)
    put("zip-plain.zip", plain, "read", found=["anna@contoso.com", "bruno@fabrikam.com"])
    put("zip-stored.zip", make_zip(Entry("a.txt", text("carla@contoso.com"), method=0)), "read",
        found=["carla@contoso.com"])
    put("zip-named-as-text.txt", make_zip(Entry("a", text("dario@contoso.com"))), "read", found=["dario@contoso.com"])
    put("zip-empty.zip", make_zip(), "read")
    shuffled = [Entry("%03d" % i, text("many%d@contoso.com" % (i % 3), 1)) for i in range(300)]
    whole = make_zip(*shuffled)
    random.Random(SEED).shuffle(shuffled)
    start = sum(len(entry.local()) + len(entry.stored) for entry in shuffled)
    directory = b"".join(entry.central() for entry in shuffled)
    put("zip-directory-shuffled.zip", whole[:start] + directory + end_record(300, len(directory), start), "read",
        found=["many0@contoso.com", "many1@contoso.com", "many2@contoso.com"])
    put("zip-comment.zip", make_zip(Entry("a", text("edda@contoso.com")), comment=b"made for contoso"), "read",
        found=["edda@contoso.com"])

    put("zip-truncated.zip", plain[:two.offset + 300], "partial", "truncated", ["anna@contoso.com"])
    put("zip-truncated-header.zip", plain[:20], "unread", "truncated")
    put("zip-no-directory.zip", plain[:two.offset + len(two.local()) + len(two.stored)], "partial", "truncated",
        ["anna@contoso.com", "bruno@fabrikam.com"])
    bad = bytearray(plain)
    bad[two.offset + len(two.local()) + len(two.stored)] ^= 0xff
    put("zip-bad-directory.zip", bytes(bad), "partial", "corrupt", ["anna@contoso.com", "bruno@fabrikam.com"])
    bad = bytearray(plain)
    middle = two.offset + len(two.local()) + len(two.stored) // 2
    bad[middle:middle + 8] = b"\xff" * 8
    put("zip-corrupt-data.zip", bytes(bad), "partial", "corrupt", ["anna@contoso.com"])
    put("zip-crc.zip", make_zip(Entry("a", text("fabio@contoso.com"), crc=1)), "partial", "corrupt",
        ["fabio@contoso.com"])
    put("zip-size.zip", make_zip(Entry("a", text("gina@contoso.com"), bytes=7)), "partial", "corrupt",
        ["gina@contoso.com"])
    put("zip-stored-size.zip", make_zip(Entry("a", text("hugo@contoso.com")),
                                        Entry("b", text("irma@contoso.com"), stored_bytes=1 << 30)),
        "partial", "corrupt", ["hugo@contoso.com"])
    put("zip-count.zip", make_zip(Entry("a", text("ivo@contoso.com")), count=7), "partial", "corrupt",
        ["ivo@contoso.com"])
    put("zip-trailing.zip", plain + b"something behind the end\n", "partial", "corrupt", ["anna@contoso.com"])
    put("zip-hidden-entry.zip", make_zip(Entry("a", text("katia@contoso.com")),
                                         Entry("b", text("hidden@contoso.com"), listed=False)),
        "read", found=["katia@contoso.com"])
    put("zip-method.zip", make_zip(Entry("a", text("lara@contoso.com")),
                                   Entry("b", b"x", method=12, stored=bz2.compress(b"x"))),
        "partial", "unsupported", ["lara@contoso.com"])
    put("zip-method-lie.zip", make_zip(Entry("a", b"no deflate at all " * 9, stored=b"no deflate at all " * 9)),
        "unread", "corrupt")
    put("zip-symlink.zip", make_zip(Entry("a", text("mario@contoso.com")),
                                    Entry("link", b"/etc/passwd", method=0, made_by=3 << 8 | 20,
                                          attributes=(stat.S_IFLNK | 0o777) << 16)),
        "partial", "not-a-file", ["mario@contoso.com"])

    names = [b"line\nfeed", b"\x1b[2J\x1b]0;owned\x07", b"broken\xff\xfe\xc3", b"/etc/passwd", b"../../../etc/passwd",
             b"..\\..\\boot.ini", "utf16.txt".encode("utf-16-le"), b"", b"a!b%0A", b"x" * 5000, "\u202egpj.exe".encode()]
    put("zip-names.zip", make_zip(*[Entry(name, text("name%d@contoso.com" % i)) for i, name in enumerate(names)]),
        "read", found=["name%d@contoso.com" % i for i in range(len(names))])
    put("zip-names-utf8-lie.zip", make_zip(Entry(b"\xff\xff.txt", text("nina@contoso.com"), flags=0x800)), "read",
        found=["nina@contoso.com"])

    stream = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return stream.write(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(zipfile.ZipInfo("streamed.txt"), text("olga@contoso.com"), zipfile.ZIP_DEFLATED)
    put("zip-descriptor.zip", stream.getvalue(), "read", found=["olga@contoso.com"])
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        with out.open(zipfile.ZipInfo("zip64.txt"), "w", force_zip64=True) as member:
            member.write(text("pia@contoso.com"))
    put("zip64.zip", stream.getvalue(), "read", found=["pia@contoso.com"])

    entry = Entry("a", text("quirino@contoso.com"))
    whole = make_zip(entry)
    start = len(entry.local()) + len(entry.stored)
    directory = entry.central()
    lie = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, 1, 1, len(directory), 1 << 62)
    locator = struct.pack("<IIQI", 0x07064b50, 0, start + len(directory), 1)
    put("zip64-offset-lie.zip", whole[:start] + directory + lie + locator + end_record(0xffff, 0xffffffff, 0xffffffff),
        "partial", "corrupt", ["quirino@contoso.com"])
    put("zip64-no-extra.zip", make_zip(Entry("a", text("rosa@contoso.com")),
                                       Entry("b", text("sara@contoso.com"), bytes=0xffffffff)),
        "partial", "corrupt", ["rosa@contoso.com"])


def zips_encrypted():
    put("zip-encrypted.zip", make_zip(encrypted("a.txt", text("teo@contoso.com"))), "unread", "encrypted")
    put("zip-encrypted-one.zip", make_zip(Entry("a", text("ugo@contoso.com")), encrypted("b", text("vera@contoso.com"))),
        "partial", "encrypted", ["ugo@contoso.com"])
    aes = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    put("zip-aes.zip", make_zip(Entry("a", b"", method=99, flags=1, crc=0, bytes=90, extra=aes,
                                      stored=random.Random(SEED).randbytes(120))), "unread", "encrypted")
    masked = Entry("a", b"", flags=0x2041, crc=0, bytes=90, stored=random.Random(SEED).randbytes(120))
    body = masked.local() + masked.stored
    put("zip-encrypted-directory.zip", body + random.Random(1).randbytes(60) + end_record(1, 60, len(body)),
        "unread", "encrypted")
    put("zip-encrypted-inside.zip", make_zip(Entry("inner.zip", make_zip(encrypted("a", text("wanda@contoso.com"))))),
        "unread", "encrypted")


# --- bombs ---

def repeat(count, packer_bits, byte=b"a"):
    """count MiB of one byte, compressed without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, packer_bits)
    block, crc, out = byte * (1 << 20), 0, []
    for _ in range(count):
        out.append(packer.compress(block))
        crc = zlib.crc32(block, crc)
    out.append(packer.flush())
    return b"".join(out), crc, count << 20


def bomb_entry(name, mebibytes):
    stored, crc, size = repeat(mebibytes, -15)
    return Entry(name, stored=stored, crc=crc, bytes=size)


def nest_zip(levels, address):
    data = text(address)
    for level in range(levels):
        data = make_zip(Entry("level%d" % level, data))
    return data


def quoted_overlap(files):
    """Every file's data quotes the headers after it in stored blocks, then all share one kernel (Fifield 2019)."""
    content = b"b" * (1 << 20)
    tail, crc_data = deflate(content), content
    entries = []
    for number in reversed(range(files)):
        entry = Entry("%03d" % number, crc_data, stored=tail)
        entries.insert(0, (entry, entry.local()))
        header = entries[0][1]
        tail = b"\x00" + struct.pack("<HH", len(header), len(header) ^ 0xffff) + header + tail
        crc_data = header + crc_data
    body = b"".join(header + (b"\x00" + struct.pack("<HH", len(entries[i + 1][1]), len(entries[i + 1][1]) ^ 0xffff)
                              if i + 1 < files else b"") for i, (_, header) in enumerate(entries))
    body += entries[-1][0].stored
    at, directory = 0, b""
    for i, (entry, header) in enumerate(entries):
        entry.offset = at
        at += len(header) + 5
        directory += entry.central()
    return body + directory + end_record(files, len(directory), len(body))


def bombs(large):
    put("bomb-ratio.zip", make_zip(Entry("before", text("ada@contoso.com")), bomb_entry("bomb", 200),
                                   Entry("behind", text("zoe@contoso.com"))),
        "partial", "limit-ratio", ["ada@contoso.com", "zoe@contoso.com"])
    put("bomb-ratio.gz", repeat(150, 31)[0], "partial", "limit-ratio")
    data = make_zip(Entry("before", text("berta@contoso.com")), bomb_entry("bomb", 4))
    for _ in range(4):
        data = make_zip(*[Entry("%02d.zip" % i, data) for i in range(16)])
    put("bomb-nested.zip", data, "partial", "limit-ratio", ["berta@contoso.com"])
    put("nested-16.zip", nest_zip(16, "carlo@contoso.com"), "read", found=["carlo@contoso.com"])
    put("nested-17.zip", nest_zip(17, "dora@contoso.com"), "unread", "limit-depth")
    data = text("emma@contoso.com")
    for _ in range(16):
        data = gzip.compress(data, mtime=0)
    put("nested-16.gz", data, "read", found=["emma@contoso.com"])
    put("nested-17.gz", gzip.compress(data, mtime=0), "unread", "limit-depth")
    data = make_zip(Entry("shallow", text("flora@contoso.com")), Entry("deep.zip", nest_zip(40, "gerd@contoso.com")))
    put("nested-41.zip", data, "partial", "limit-depth", ["flora@contoso.com"])
    put("overlap-quoted.zip", quoted_overlap(200), "unread", "corrupt")
    shared = Entry("000", text("hilda@contoso.com"))
    shared.offset = 0
    copies = []
    for i in range(50):
        copy = Entry("%03d" % i, text("hilda@contoso.com"))
        copy.offset = 0
        copies.append(copy)
    directory = b"".join(copy.central() for copy in copies)
    body = shared.local() + shared.stored
    put("overlap-same.zip", body + directory + end_record(50, len(directory), len(body)), "partial", "corrupt",
        ["hilda@contoso.com"])
    put("quine.gz", gzip_quine(), "unread", "self-nested")
    put("quine.zip", make_zip(Entry("before", text("ines@contoso.com")), Entry("q.gz", gzip_quine())), "partial",
        "self-nested", ["ines@contoso.com"])
    if large:
        bombs_large()


def bombs_large():
    entries = [Entry("e", b"", method=0) for _ in range(2000001)]
    entries[0] = Entry("first", text("lena@contoso.com"))
    body, directory, offset = [], [], 0
    for entry in entries:
        entry.offset = offset
        local = entry.local() + entry.stored
        offset += len(local)
        body.append(local)
        directory.append(entry.central())
    body, directory = b"".join(body), b"".join(directory)
    end64 = struct.pack("<IQHHIIQQQQ", 0x06064b50, 44, 45, 45, 0, 0, len(entries), len(entries), len(directory), len(body))
    locator = struct.pack("<IIQI", 0x07064b50, 0, len(body) + len(directory), 1)
    put("entries.zip", body + directory + end64 + locator + end_record(0xffff, 0xffffffff, 0xffffffff), "partial",
        "limit-entries", ["lena@contoso.com"])
    # some 600 to 1, so that the size ends it and not the ratio: 2.1 GiB out of 3.6 MB
    pick = random.Random(SEED)
    packer, crc, size, out = zlib.compressobj(9, zlib.DEFLATED, -15), 0, 0, []
    out.append(packer.compress(text("mona@contoso.com")))
    crc, size = zlib.crc32(text("mona@contoso.com")), len(text("mona@contoso.com"))
    for _ in range(2200):
        block = b"c" * ((1 << 20) - 512) + pick.randbytes(256).hex().encode()
        out.append(packer.compress(block))
        crc, size = zlib.crc32(block, crc), size + len(block)
    out.append(packer.flush())
    put("bomb-size.zip", make_zip(Entry("bomb", stored=b"".join(out), crc=crc, bytes=size)), "partial", "limit-size",
        ["mona@contoso.com"])
    put("line-64-mb.txt", b"z" * (64 << 20) + b" nora@contoso.com\n", "read", found=["nora@contoso.com"])


# --- a gzip file that decompresses to itself (after Cox, "Zip Files All The Way Down", 2010) ---

def bits(*fields):
    """Bytes from (value, width) fields, least significant bit first, as deflate packs them; zero bits at the end."""
    value = at = 0
    for field, width in fields:
        value |= field << at
        at += width
    return value.to_bytes((at + 7) // 8, "little")


def reverse(code, width):
    return int(format(code, "0%db" % width)[::-1], 2)


def gzip_quine():
    def literal(size):
        return b"\x00" + struct.pack("<HH", size, size ^ 0xffff)

    # fixed block: twice (length 10, distance 20), end of block: exactly 40 bits, repeats the last 20 bytes
    pair = ((reverse(264 - 256, 7), 7), (reverse(8, 5), 5), (20 - 17, 3))
    again = bits((0, 1), (1, 2), *pair, *pair, (0, 7))
    nothing, five, twenty = literal(0), literal(5), literal(20)
    # 15 bytes each, so that with one operation they are 20: a header with a name of four letters; two empty blocks, the
    # final empty one, CRC-32, size
    prefix = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x02\x03" + b"self\x00"
    end = bits((0, 1), (1, 2), (0, 7), (0, 1), (1, 2), (0, 7), (1, 1), (0, 2)) + b"\x00\x00\xff\xff"

    def build(crc):
        code = [prefix, twenty, prefix, twenty, again, five, again, five, five, twenty, again, five, five, twenty,
                again, twenty, again, twenty, again, twenty, again, twenty, again, nothing, nothing, twenty, again,
                nothing, nothing, twenty, again, None, again, None]
        size = sum(15 if part is None else len(part) for part in code)
        suffix = end + struct.pack("<II", crc, size)
        return b"".join(suffix if part is None else part for part in code)

    # CRC-32 is affine in the bits of the stored value: solve crc(build(x)) = x over GF(2)
    base = zlib.crc32(build(0))
    rows = []
    for row in range(32):
        line = base >> row & 1
        for column in range(32):
            image = zlib.crc32(build(1 << column)) ^ base ^ 1 << column
            line |= (image >> row & 1) << column + 1
        rows.append(line)
    solution, used = 0, []
    for column in range(1, 33):
        pivot = next((i for i in range(32) if i not in used and rows[i] >> column & 1), None)
        if pivot is None:
            continue
        used.append(pivot)
        for i in range(32):
            if i != pivot and rows[i] >> column & 1:
                rows[i] ^= rows[pivot]
    for i in used:
        column = next(c for c in range(1, 33) if rows[i] >> c & 1)
        solution |= (rows[i] & 1) << column - 1
    data = build(solution)
    assert gzip.decompress(data) == data
    return data


# --- gz ---

def gz(data, name=None):
    out = io.BytesIO()
    with gzip.GzipFile(name or "", "wb", 9, out, 0) as member:
        member.write(data)
    return out.getvalue()


def gzs():
    one, two = text("aldo@fabrikam.com", 300), text("bice@fabrikam.com", 300)
    put("gz-plain.gz", gz(one, "aldo.txt"), "read", found=["aldo@fabrikam.com"])
    put("gz-members.gz", gz(one) + gz(two), "read", found=["aldo@fabrikam.com", "bice@fabrikam.com"])
    put("gz-padded.gz", gz(one) + bytes(700), "read", found=["aldo@fabrikam.com"])
    put("gz-trailing.gz", gz(one) + b"cleo@fabrikam.com", "partial", "corrupt", ["aldo@fabrikam.com"])
    put("gz-truncated.gz", (gz(one) + gz(two))[:-400], "partial", "truncated", ["aldo@fabrikam.com"])
    put("gz-truncated-trailer.gz", gz(one)[:-3], "partial", "truncated", ["aldo@fabrikam.com"])
    put("gz-header-only.gz", gz(one)[:10], "unread", "truncated")
    put("gz-empty.gz", gz(b""), "read")
    bad = bytearray(gz(one))
    bad[-6] ^= 1
    put("gz-crc.gz", bytes(bad), "partial", "corrupt", ["aldo@fabrikam.com"])
    bad = bytearray(gz(one))
    bad[-2] ^= 1
    put("gz-size.gz", bytes(bad), "partial", "corrupt", ["aldo@fabrikam.com"])
    put("gz-reserved-flags.gz", b"\x1f\x8b\x08\xff" + bytes(60), "unread", "corrupt")
    named = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x02\x03" + b"../\x1b[31m\xff\n.txt\x00" + gz(one)[10:]
    put("gz-name.gz", named, "read", found=["aldo@fabrikam.com"])


# --- tar ---

def tar_entry(name, data=b"", kind=b"0", size=None, **fields):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108], block[108:116], block[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    block[124:136] = size if isinstance(size, bytes) else b"%011o\0" % (len(data) if size is None else size)
    block[136:148], block[156:157] = b"13543172400\0", kind
    block[257:265] = fields.get("magic", b"ustar\x0000")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data + bytes(-len(data) % 512)


END = bytes(1024)


def tars():
    one, two, three = (tar_entry(b"%d.txt" % i, text(a)) for i, a in
                       enumerate(["anselm@fabrikam.com", "bodo@fabrikam.com", "cora@fabrikam.com"]))
    whole, every = one + two + three + END, ["anselm@fabrikam.com", "bodo@fabrikam.com", "cora@fabrikam.com"]
    put("tar-plain.tar", whole, "read", found=every)
    put("tar-gz.tgz", gz(whole), "read", found=every)
    put("tar-v7.tar", tar_entry(b"a", text("dina@fabrikam.com"), magic=bytes(8)) + END, "read",
        found=["dina@fabrikam.com"])
    put("tar-concatenated.tar", one + END + two + END, "read", found=every[:2])
    put("tar-truncated.tar", one + two[:900], "partial", "truncated", every[:1])
    put("tar-no-end.tar", one + two, "partial", "truncated", every[:2])
    bad = bytearray(whole)
    bad[len(one) + 5] ^= 0x40
    put("tar-bad-header.tar", bytes(bad), "partial", "corrupt", [every[0], every[2]])
    put("tar-trailing.tar", whole + b"something behind", "partial", "corrupt", every)
    put("tar-size-lie.tar", tar_entry(b"a", size=1 << 32) + text("edgar@fabrikam.com"), "partial", "truncated",
        ["edgar@fabrikam.com"])
    put("tar-size-garbage.tar", one + tar_entry(b"a", b"", size=b"notanumber!!") + three + END, "partial", "corrupt",
        [every[0], every[2]])
    size = b"\x80" + len(text("frida@fabrikam.com")).to_bytes(11, "big")
    put("tar-base256.tar", tar_entry(b"a", text("frida@fabrikam.com"), size=size) + END, "read",
        found=["frida@fabrikam.com"])
    links = one + b"".join(tar_entry(b"x", kind=kind) for kind in [b"1", b"2", b"3", b"4", b"6"]) + \
        tar_entry(b"folder/", kind=b"5") + two + END
    put("tar-links.tar", links, "partial", "not-a-file", every[:2])
    put("tar-only-links.tar", tar_entry(b"x", kind=b"2") + END, "unread", "not-a-file")
    names = [b"line\nfeed", b"\x1b[2J", b"broken\xff\xc3", b"/etc/passwd", b"../../etc/passwd", b"%0A!"]
    put("tar-names.tar", b"".join(tar_entry(name, text("tar%d@fabrikam.com" % i)) for i, name in enumerate(names)) + END,
        "read", found=["tar%d@fabrikam.com" % i for i in range(len(names))])
    for kind, form in [("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)]:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w", format=form) as out:
            info = tarfile.TarInfo("long/" * 60 + "b\u00fccher\ud800".encode("utf-8", "surrogatepass").decode(
                "latin-1") + ".txt")
            data = text("greta@fabrikam.com")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
        put("tar-long-name-%s.tar" % kind, stream.getvalue(), "read", found=["greta@fabrikam.com"])
    put("tar-pax-lie.tar", tar_entry(b"h", b"99999 path=x\n", kind=b"x") + one + END, "partial", "corrupt", every[:1])
    put("tar-sparse.tar", tar_entry(b"s", text("hanno@fabrikam.com"), kind=b"S", magic=b"ustar  \0") + END, "read",
        found=["hanno@fabrikam.com"])
    put("tar-encrypted-inside.tar", one + tar_entry(b"z", make_zip(encrypted("a", text("irma@fabrikam.com")))) + END,
        "partial", "encrypted", every[:1])


# --- what is carved ---

def carved():
    """Unknown formats with text, with bombs and quines among their deflate streams, with lies about them."""
    noise = random.Random(SEED).randbytes(3000)
    put("carved.mdf", noise + b"\0anna.carved@contoso.com\0" + noise, "partial", "unsupported", ["anna.carved@contoso.com"])
    put("carved-wide.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise + "bob.carved@contoso.com".encode("utf-16-le")
        + noise, "partial", "unsupported", ["bob.carved@contoso.com"])
    put("carved-zlib.bak", noise + zlib.compress(text("carl.carved@contoso.com")) + noise, "partial", "unsupported",
        ["carl.carved@contoso.com"])
    put("carved-torn.bak", noise + zlib.compress(text("dora.carved@contoso.com", 400))[:-200] + noise + b"\0eve.carved@contoso.com\0",
        "partial", "corrupt", ["eve.carved@contoso.com"])
    put("carved-bomb.bak", b"\x7fELF\0" + noise + zlib.compress(bytes(200 << 20), 9) + noise + b"\0frank.carved@contoso.com\0",
        "partial", "limit-ratio", ["frank.carved@contoso.com"])
    put("carved-quine.bak", noise + gzip_quine() + noise + b"\0gina.carved@contoso.com\0", "partial", "self-nested",
        ["gina.carved@contoso.com"])
    put("carved-signatures.bak", noise + b"\x78\x9c\x1f\x8b\x08\0PK\3\4" * 50000 + b"\0hans.carved@contoso.com\0",
        "partial", "unsupported", ["hans.carved@contoso.com"])
    put("carved-levels.bak", nested_streams(40, "ida.carved@contoso.com"), "partial", "limit-depth")
    put("carved-lying-entry.bak", noise + lying_entry() + noise + b"\0jan.carved@contoso.com\0", "partial", "corrupt",
        ["jan.carved@contoso.com"])


def rtfs():
    """RTF that nests, lies about what to pass over, never ends, and holds what other readers refuse."""
    def rtf(body):
        return b"{\\rtf1\\ansi " + body

    def thing(data):
        return b"{\\object{\\*\\objdata " + data.hex().encode() + b"}}"

    put("deep.rtf", rtf(b"{" * 300000 + b"lena@contoso.com" + b"}" * 300000 + b"mia@contoso.com}"), "read",
        found=["lena@contoso.com", "mia@contoso.com"])
    put("torn.rtf", rtf(b"{nils@contoso.com"), "partial", "truncated", ["nils@contoso.com"])
    put("closed-early.rtf", rtf(b"a}}}}}}ole@contoso.com"), "read", found=["ole@contoso.com"])
    put("binary-lie.rtf", rtf(b"\\bin2147483647 paul@contoso.com}"), "read", found=["paul@contoso.com"])
    put("picture-without-end.rtf", rtf(b"rosa@contoso.com {\\pict\\bin2147483647 " + bytes(5000)), "partial", "truncated",
        ["rosa@contoso.com"])
    put("stand-ins-lie.rtf", rtf(b"\\uc2000000000\\u64 0123456789abcdef sara@contoso.com}"), "read",
        found=["sara@contoso.com"])
    put("quine-inside.rtf", rtf(b"tim@contoso.com" + thing(gzip_quine()) + b"}"), "partial", "self-nested",
        ["tim@contoso.com"])
    put("many-objects.rtf", rtf(thing(b"") * 3000 + b"uma@contoso.com}"), "read", found=["uma@contoso.com"])
    put("odd-digits.rtf", rtf(thing(b"mail vera@contoso.com")[:-3] + b"}}wim@contoso.com}"), "read",
        found=["wim@contoso.com"])


def nested_streams(levels, address):
    data = b"\x7fELF\0\xff\0" + address.encode() + b"\0"
    for _ in range(levels):
        data = b"\x7fELF\0\xff" + zlib.compress(data)
    return data


def lying_entry():
    """A local header with another checksum and another size than its data."""
    entry = Entry("lies.txt", text("karl.carved@contoso.com"), crc=1, bytes=7)
    return entry.local() + entry.stored


# --- everything else ---

def others():
    put("empty.txt", b"", "read")
    put("nul.bin", bytes(4096), "read")
    put("nul-between.txt", text("jost@fabrikam.com") + bytes(3000) + text("karl@fabrikam.com"), "read",
        found=["jost@fabrikam.com", "karl@fabrikam.com"])
    put("random.bin", random.Random(SEED).randbytes(5000), "partial", "unsupported")
    put("image.png", b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(500), "partial", "no-text")
    put("program.exe", b"MZ\x90\x00\x03" + random.Random(3).randbytes(500), "partial", "unsupported")
    put("image-inside.zip", make_zip(Entry("a.png", b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(500)),
                                     Entry("b.txt", text("jana@fabrikam.com"))),
        "partial", "no-text", ["jana@fabrikam.com"])
    carved()
    rtfs()
    put("deep.json", b"[" * 10000 + b"]" * 10000 + b"\n", "unread", "limit-depth")


# --- PDF: read by other programs, in a jail of their own ---

def pdf_trees():
    pdf = pdf_maker.Pdf()
    pdf.page(pdf_maker.show("page.loop@fabrikam.com"))
    pdf.objects[1] = b"<</Type/Pages/Kids[4 0 R 2 0 R 2 0 R]/Count 5>>"
    put("pdf-page-loop.pdf", pdf.bytes(), "partial", "corrupt", ["page.loop@fabrikam.com"])
    pdf = pdf_maker.Pdf()
    last = pdf.page(pdf_maker.show("deep.pages@fabrikam.com"))
    for _ in range(2000):
        last = pdf.add(b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % last)
    pdf.objects[1] = b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % last
    put("pdf-deep-pages.pdf", pdf.bytes(), "read", found=["deep.pages@fabrikam.com"])
    pdf = pdf_maker.Pdf()
    pdf.page(pdf_maker.show("xref.loop@fabrikam.com"))
    data = pdf.bytes()
    put("pdf-xref-loop.pdf", data.replace(b"/Root 1", b"/Prev %d/Root 1" % data.index(b"xref\n0")), "partial",
        "corrupt", ["xref.loop@fabrikam.com"])
    pdf = pdf_maker.Pdf()
    pdf.page(pdf_maker.show("deep.array@fabrikam.com"))
    pdf.catalog = b"/X " + b"[" * 5000 + b"]" * 5000
    put("pdf-deep-array.pdf", pdf.bytes(), "partial", "corrupt", ["deep.array@fabrikam.com"])


def pdf_bombs():
    pdf = pdf_maker.Pdf()
    bomb = zlib.compress(zlib.compress(pdf_maker.show("deflate.bomb@fabrikam.com") + bytes(50 << 20), 9), 9)
    content = pdf.add(b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(bomb), bomb))
    pdf.pages.append(pdf.add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources%s/Contents %d 0 R>>" %
        (pdf_maker.FONT, content)))
    put("pdf-deflate-bomb.pdf", pdf.bytes(), "read", found=["deflate.bomb@fabrikam.com"])
    pdf = pdf_maker.Pdf()
    form = pdf.add(b"")
    pdf.objects[form - 1] = pdf_maker.stream(pdf_maker.show("draws.itself@fabrikam.com") + b" /X Do", b"/Type/XObject"
        b"/Subtype/Form/BBox[0 0 600 900]/Resources<</XObject<</X %d 0 R>>%s>>" % (form, pdf_maker.FONT[2:-2]))
    pdf.page(b"/X Do", resources=b"<</XObject<</X %d 0 R>>>>" % form)
    put("pdf-draws-itself.pdf", pdf.bytes(), "read", found=["draws.itself@fabrikam.com"])


def pdf_damage():
    good = pdf_maker.simple("whole@fabrikam.com")
    put("pdf-cut.pdf", good[:len(good) // 2], "partial", "truncated", ["whole@fabrikam.com"])
    pdf = pdf_maker.Pdf()
    pdf.page(pdf_maker.show(*["line %d" % i for i in range(99)], "packed@fabrikam.com"), deflate=True)
    put("pdf-cut-packed.pdf", pdf.bytes()[:-300], "partial", "truncated", ["packed@fabrikam.com"])
    put("pdf-nothing.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "partial", "truncated")
    put("pdf-garbage.pdf", b"%PDF-1.7\n" + random.Random(SEED).randbytes(3000) + b"\n%%EOF\n", "partial", "corrupt")
    put("pdf-behind-http.pdf", b"HTTP/1.1 200 OK\r\nX-Cache: miss\r\n\r\n" + pdf_maker.simple("prefix@fabrikam.com"), "read",
        found=["prefix@fabrikam.com"])
    put("about-pdf.txt", b"A PDF begins with\n%PDF-1.4, says about.pdf@fabrikam.com\n", "read",
        found=["about.pdf@fabrikam.com"])
    lost = good.replace(b"startxref", b"startxxxx").replace(b"xref\n0", b"xxxx\n0")
    put("pdf-without-table.pdf", lost, "partial", "corrupt", ["whole@fabrikam.com"])


def pdf_pictures():
    pdf = pdf_maker.Pdf()
    pdf.picture_page()
    put("pdf-picture.pdf", pdf.bytes(), "unread", "no-text")
    pdf = pdf_maker.Pdf()
    pdf.picture_page()
    pdf.page(pdf_maker.show("half@fabrikam.com"))
    put("pdf-half-picture.pdf", pdf.bytes(), "partial", "no-text", ["half@fabrikam.com"])


def main():
    global ROOT
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--helped", action="store_true")
    parser.add_argument("directory")
    options = parser.parse_args()
    ROOT = options.directory
    os.makedirs(ROOT, exist_ok=True)
    zips()
    zips_encrypted()
    bombs(options.large)
    gzs()
    tars()
    make_hostile_archives.write_all(put, text, make_zip, Entry)
    others()
    make_hostile_office.write(put, make_zip, Entry, encrypted, text)
    hostile_odf.write(put, make_zip, Entry)
    if options.helped:
        for pdfs in pdf_trees, pdf_bombs, pdf_damage, pdf_pictures:
            pdfs()
    EXPECTED["expected.json"] = {"status": "read", "reason": "", "found": []}
    with open(os.path.join(ROOT, "expected.json"), "w", encoding="utf-8") as out:
        json.dump(EXPECTED, out, indent=1, sort_keys=True)
        out.write("\n")


if __name__ == "__main__":
    main()
