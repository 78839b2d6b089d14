"""The part of the hostile corpus (make_hostile.py) that libarchive and the compression libraries meet: xz, lzma, lzip,
bz2, zstd, 7z, rar, cpio, ar. Written by hand where a field lies."""
import bz2
import lzma
import random
import struct
import zlib

import rar_stored as rar


# --- compressed files ---

def xz(data, **options):
    return lzma.compress(data, lzma.FORMAT_XZ, **options)


def repeat(packer, mebibytes):
    """So many MiB of one letter, packed without holding them."""
    block = b"a" * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(mebibytes)) + packer.flush()


def xz_with_dictionary(data, code):
    """The LZMA2 property of the first block says another dictionary: 40 is 4 GiB - 1 (xz format, 5.3.1)."""
    out = bytearray(xz(data, check=lzma.CHECK_CRC32))
    size = (out[12] + 1) * 4
    assert out[14:16] == b"\x21\x01"
    out[16] = code
    out[12 + size - 4:12 + size] = struct.pack("<I", zlib.crc32(out[12:12 + size - 4]))
    return bytes(out)


def zstd_stored(data, window_log=None):
    """A frame of raw blocks (RFC 8878, 3.1.1); with a window descriptor instead of a content size if asked."""
    head = b"\x28\xb5\x2f\xfd"
    head += b"\xa0" + struct.pack("<I", len(data)) if window_log is None else bytes([0, window_log - 10 << 3])
    blocks = [data[i:i + 100000] for i in range(0, len(data), 100000)] or [b""]
    return head + b"".join(struct.pack("<I", len(b) << 3 | (i == len(blocks) - 1))[:3] + b for i, b in enumerate(blocks))


def lzip(data, crc=None):
    """Version 1 with a dictionary of 64 KiB, whose byte is the power of two."""
    raw = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])[13:]
    crc = zlib.crc32(data) if crc is None else crc
    return b"LZIP\x01\x10" + raw + struct.pack("<IQQ", crc, len(data), 6 + len(raw) + 20)


def compressed(put, text):
    one, two = text("otto@adatum.example", 300), text("paola@adatum.example", 300)
    both = ["otto@adatum.example", "paola@adatum.example"]
    formats = {"xz": xz, "bz2": bz2.compress, "zst": zstd_stored, "lz": lzip,
               "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE)}
    for kind, pack in formats.items():
        put("%s-plain.%s" % (kind, kind), pack(one), "read", found=both[:1])
        put("%s-trailing.%s" % (kind, kind), pack(one) + b"behind", "partial", "corrupt", both[:1])
        put("%s-padded.%s" % (kind, kind), pack(one) + bytes(64), "read", found=both[:1])
        put("%s-empty.%s" % (kind, kind), pack(b""), "read")
        put("%s-cut-to-head.%s" % (kind, kind), pack(one)[:15], "partial" if kind in ("lz", "zst") else "unread", "truncated")
        put("%s-truncated.%s" % (kind, kind), pack(one)[:-7], "partial", "truncated")
        if kind == "lzma":
            continue  # one stream a file
        put("%s-streams.%s" % (kind, kind), pack(one) + pack(two) + pack(b"") + pack(one), "read", found=both)
        put("%s-streams-truncated.%s" % (kind, kind), pack(one) + pack(two)[:-40], "partial", "truncated", both[:1])
    put("xz-check-none.xz", xz(one, check=lzma.CHECK_NONE), "read", found=both[:1])
    put("xz-check-sha256.xz", xz(one, check=lzma.CHECK_SHA256), "read", found=both[:1])
    unknown = bytearray(xz(one, check=lzma.CHECK_CRC32))
    unknown[7] = 2  # an id without a meaning, with the size of a CRC-32
    unknown[8:12] = struct.pack("<I", zlib.crc32(unknown[6:8]))
    unknown[-3] = 2
    unknown[-12:-8] = struct.pack("<I", zlib.crc32(unknown[-8:-2]))
    put("xz-check-unknown.xz", bytes(unknown), "partial", "unsupported", both[:1])
    for kind, data, at in [("xz", xz(one, check=lzma.CHECK_CRC32), -32), ("bz2", bz2.compress(one), -2)]:
        bad = bytearray(data)
        bad[at] ^= 1
        put("%s-crc.%s" % (kind, kind), bytes(bad), "partial", "corrupt", both[:1])
    put("lz-crc.lz", lzip(one, crc=1), "partial", "corrupt", both[:1])
    put("xz-dictionary-4g.xz", xz_with_dictionary(one, 40), "unread", "memory")
    put("lzma-dictionary-2g.lzma", b"\x5d\x00\x00\x00\x80" + lzma.compress(one, lzma.FORMAT_ALONE)[5:], "unread", "memory")
    put("zst-window-2g.zst", zstd_stored(one, 31), "unread", "memory")
    put("zst-window-128m.zst", zstd_stored(one, 27), "read", found=both[:1])
    put("zst-skippable.zst", struct.pack("<II", 0x184d2a51, 9) + b"otherwise" + zstd_stored(one), "read", found=both[:1])
    put("zst-size.zst", zstd_stored(one).replace(struct.pack("<I", len(one)), struct.pack("<I", 7), 1), "unread", "corrupt")
    put("zst-dictionary.zst", b"\x28\xb5\x2f\xfd\xa1\x77" + zstd_stored(one)[5:], "unread", "unsupported")
    put("bomb-ratio.xz", repeat(lzma.LZMACompressor(preset=0), 150), "partial", "limit-ratio")
    put("bomb-ratio.bz2", repeat(bz2.BZ2Compressor(1), 150), "partial", "limit-ratio")
    data = text("quinto@adatum.example")
    for level in range(16):
        data = (xz if level % 2 else bz2.compress)(data)
    put("nested-16.bz2.xz", data, "read", found=["quinto@adatum.example"])
    put("nested-17.bz2.xz", xz(data), "unread", "limit-depth")
    put("lz4-legacy.lz4", b"\x02\x21\x4c\x18" + struct.pack("<I", 9) + b"\x80\x01\x02\xff\x80\x01\xfe\x80\x01", "partial", "unsupported")
    put("lz4-dictionary.lz4", b"\x04\x22\x4d\x18\x61\x40" + bytes(20), "unread", "unsupported")
    put("xz-lie.xz", b"\xfd7zXZ\x00" + one, "unread", "corrupt")


# --- 7z (7zFormat.txt), with stored or LZMA content, every field in reach ---

COPY, LZMA1, AES = b"\x00", b"\x03\x01\x01", b"\x06\xf1\x07\x01"


def number(value):
    """A 7z number: the leading ones of the first byte say how many bytes follow."""
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            return bytes([(0xff << 8 - extra & 0xff) | value >> 8 * extra]) + value.to_bytes(8, "little")[:extra]
    return b"\xff" + value.to_bytes(8, "little")


def seven(files, codec=COPY, properties=b"", packed=None, crc=None, count=None, behind=b"", header=None):
    """[(name, bytes)] in one folder."""
    whole = b"".join(data for _, data in files)
    packed = whole if packed is None else packed
    coder = bytes([len(codec) | (0x20 if properties else 0)]) + codec + (
        number(len(properties)) + properties if properties else b"")
    sizes = b"".join(number(len(data)) for _, data in files[:-1])
    crcs = b"".join(struct.pack("<I", zlib.crc32(data) if crc is None else crc) for _, data in files)
    names = b"".join(name.encode("utf-16-le", "surrogatepass") + b"\0\0" for name, _ in files)
    listed = number(len(files) if count is None else count)
    body = b"\x01\x04\x06" + number(0) + number(1) + b"\x09" + number(len(packed)) + b"\x00"
    body += b"\x07\x0b" + number(1) + b"\x00" + number(1) + coder + b"\x0c" + number(len(whole)) + b"\x00"
    body += b"\x08\x0d" + number(len(files)) + (b"\x09" + sizes if len(files) > 1 else b"") + b"\x0a\x01" + crcs + b"\x00\x00"
    body += b"\x05" + listed + b"\x11" + number(len(names) + 1) + b"\x00" + names + b"\x00\x00"
    body = body if header is None else header
    start = struct.pack("<QQI", len(packed), len(body), zlib.crc32(body))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + packed + body + behind


def raw_lzma(data):
    """(properties, stream) as 7z has them: the head of .lzma without the size."""
    packed = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
    return packed[:5], packed[13:]


def sevens(put, text, make_zip, Entry):
    files = [("a.txt", text("rita@adatum.example")), ("b\u00fc\u20ac.txt", text("sante@adatum.example", 400))]
    both = ["rita@adatum.example", "sante@adatum.example"]
    plain = seven(files)
    put("7z-plain.7z", plain, "read", found=both)
    put("7z-trailing.7z", plain + b"behind", "partial", "corrupt", both)
    put("7z-padded.7z", plain + bytes(99), "read", found=both)
    put("7z-truncated.7z", plain[:-30], "unread", "truncated")
    put("7z-cut-to-head.7z", plain[:20], "unread", "truncated")
    put("7z-crc.7z", seven(files[:1], crc=3), "partial", "corrupt", both[:1])
    put("7z-header-crc.7z", plain[:-1] + b"\x07", "unread", "corrupt")
    bad = bytearray(plain)
    bad[9] ^= 1
    put("7z-start-crc.7z", bytes(bad), "partial", "corrupt", both)
    put("7z-never-finished.7z", plain[:8] + bytes(24) + plain[32:], "unread", "corrupt")
    properties, packed = raw_lzma(files[0][1])
    put("7z-lzma.7z", seven(files[:1], LZMA1, properties, packed), "read", found=both[:1])
    put("7z-lzma-broken.7z", seven(files[:1], LZMA1, properties, packed[:9] + b"\xff" * (len(packed) - 9)), "unread",
        "corrupt")
    put("7z-method.7z", seven(files, b"\x04\x01\x09"), "unread", "unsupported")
    put("7z-encrypted.7z", seven(files, AES, b"\x13\x00"), "unread", "encrypted")
    put("7z-header-bomb.7z", seven(files, count=1 << 40), "unread", "corrupt")
    put("7z-header-garbage.7z", seven(files, header=random.Random(1).randbytes(300)), "unread", "corrupt")
    names = ["line\nfeed", "\x1b[2J", "../../etc/passwd", "a!b%0A", "\ud800 lone", "x" * 5000, "/etc/passwd", ""]
    put("7z-names.7z", seven([(name, text("seven%d@adatum.example" % i)) for i, name in enumerate(names)]), "read",
        found=["seven%d@adatum.example" % i for i in range(len(names))])
    big = b"a" * (150 << 20)
    properties, packed = raw_lzma(big)
    put("bomb-ratio.7z", seven([("bomb", big)], LZMA1, properties, packed), "partial", "limit-ratio")
    inner = make_zip(Entry("a.txt", text("tosca@adatum.example")))
    put("7z-in-tar-xz.txz", xz(tar_of("x.7z", seven([("letter.docx", inner)]))), "read", found=["tosca@adatum.example"])
    data = text("ulla@adatum.example")
    for level in range(17):
        data = seven([("%d.7z" % level, data)])
    put("7z-nested-17.7z", data, "unread", "limit-depth")


def tar_of(name, data):
    block = bytearray(512)
    block[0:len(name)] = name.encode()
    block[100:108], block[124:136], block[156:157], block[257:265] = b"0000644\0", b"%011o\0" % len(data), b"0", b"ustar\x0000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block) + data + bytes(-len(data) % 512) + bytes(1024)


# --- rar ---

def rars(put, text):
    a, b, c = (text("%s@litware.example" % name) for name in ("anna", "bruno", "carla"))
    found = ["%s@litware.example" % name for name in ("anna", "bruno", "carla")]
    File = rar.File
    for kind, make in (("rar4", rar.rar4), ("rar5", rar.rar5)):
        good = make(File("a.txt", a), File("d", folder=True), File("d/b.txt", b))
        put(kind + "-plain.rar", good, "read", found=found[:2])
        put(kind + "-trailing.rar", good + c, "partial", "corrupt", found[:2])
        put(kind + "-truncated.rar", good[:-300], "partial", "truncated", found[:1])
        put(kind + "-cut-to-head.rar", good[:15], "unread", "truncated")
        put(kind + "-no-end.rar", make(File("a.txt", a), end=False), "read" if kind == "rar4" else "partial",
            "" if kind == "rar4" else "truncated", found[:1])
        put(kind + "-crc.rar", make(File("a.txt", a, crc=5), File("b.txt", b)), "partial", "corrupt", found[:2])
        put(kind + "-encrypted.rar", make(File("a.txt", a), File("b.txt", b, encrypted=True), File("c.txt", c)), "partial",
            "encrypted", [found[0], found[2]])
        put(kind + "-volume.rar", make(File("a.txt", a), File("b.txt", b, split=2), main_flags=1,
            end_flags=0x4001 if kind == "rar4" else 1), "partial", "unsupported", found[:1])
        put(kind + "-link.rar", make(File("a.txt", a), File("l", b"/etc/passwd", mode=0o120777)), "partial", "not-a-file",
            found[:1])
        put(kind + "-method.rar", make(File("a.txt", a), File("b.txt", b, method=3)), "partial", "corrupt", found[:1])
        put(kind + "-names.rar", make(*[File(name, text("%s-%d@litware.example" % (kind, i))) for i, name in
            enumerate([b"\xff\xfe", b"line\nfeed", b"../x", b"\x1b[2J", "gr\u00f6\u00dfe".encode(), b"x" * 2000])]), "read",
            found=["%s-%d@litware.example" % (kind, i) for i in range(6)])
        bad = bytearray(good)
        bad[good.index(b"d/b.txt")] ^= 1
        put(kind + "-header-crc.rar", bytes(bad), "partial", "corrupt", found[:1])
    put("rar4-solid.rar", rar.rar4(File("a.txt", a), File("b.txt", b, split=0x10), main_flags=8), "partial", "unsupported",
        found[:1])
    put("rar4-utf16.rar", rar.rar4(File("a_.txt", a, utf16="a\u20ac.txt")), "read", found=found[:1])
    put("rar4-encrypted-headers.rar", rar.MARKER4 + rar.block4(0x73, 0x80, bytes(6)) + random.Random(1).randbytes(200),
        "unread", "encrypted")
    put("rar5-encrypted-headers.rar", rar.rar5_encrypted_headers(400), "unread", "encrypted")
    data = rar.rar5(File("a.txt", a))
    for _ in range(16):
        data = rar.rar5(File("inner.rar", data))
    put("rar5-nested-17.rar", data, "unread", "limit-depth")


# --- cpio, ar ---

def newc(name, data=b"", mode=0o100644, links=1, inode=1, size=None, checksum=None):
    name = name.encode() if isinstance(name, str) else name
    fields = [inode, mode, 0, 0, links, 0, len(data) if size is None else size, 0, 0, 0, 0, len(name) + 1,
              0 if checksum is None else checksum]
    head = (b"070701" if checksum is None else b"070702") + b"".join(b"%08x" % f for f in fields) + name + b"\0"
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def odc(name, data=b"", mode=0o100644):
    return b"070707" + b"%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (1, 1, mode, 0, 0, 1, 0, 0, len(name) + 1,
        len(data)) + name.encode() + b"\0" + data


def cpios(put, text):
    a, b = text("dario@litware.example"), text("elena@litware.example", 300)
    found = ["dario@litware.example", "elena@litware.example"]
    end = newc("TRAILER!!!")
    good = newc(".", mode=0o040755) + newc("a.txt", a) + newc("b.txt", b, inode=2) + end
    put("cpio-plain.cpio", good + bytes(-len(good) % 512), "read", found=found)
    put("cpio-odc.cpio", odc("a.txt", a) + odc("TRAILER!!!"), "read", found=found[:1])
    put("cpio-concatenated.cpio", newc("a.txt", a) + end + bytes(300) + newc("b.txt", b) + end + bytes(8), "read",
        found=found)
    put("cpio-trailing.cpio", good + b"hidden@litware.example", "partial", "corrupt", found)
    put("cpio-truncated.cpio", good[:-900], "partial", "truncated", found[:1])
    put("cpio-no-trailer.cpio", newc("a.txt", a) + newc("b.txt", b, inode=2), "partial", "truncated", found)
    put("cpio-checksum.cpio", newc("a.txt", a, checksum=sum(a)) + newc("b.txt", b, checksum=7) + end, "partial", "corrupt",
        found)
    put("cpio-hard-links.cpio", newc("first", links=2) + newc("last", a, links=2) + end, "read", found=found[:1])
    put("cpio-folder-content.cpio", newc("folder", a, mode=0o040755) + end, "read", found=found[:1])
    put("cpio-device.cpio", newc("a.txt", a) + newc("tty", mode=0o020644) + newc("l", b"/etc/passwd", mode=0o120777) + end,
        "partial", "not-a-file", found[:1])
    put("cpio-size-lie.cpio", newc("a.txt", a) + newc("b.txt", b, size=0xfffffff0) + end, "partial", "truncated", found)
    put("cpio-names.cpio", b"".join(newc(name, text("cpio%d@litware.example" % i), inode=i) for i, name in enumerate(
        [b"\xff\xfe", b"line\nfeed", b"/etc/passwd", b"\x1b[2J"])) + end, "read",
        found=["cpio%d@litware.example" % i for i in range(4)])


def ar_entry(name, data, size=None):
    head = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o100644, len(data) if size is None else size)
    return head + data + b"\n" * (len(data) % 2)


def ars(put, text):
    a, b = text("fausto@litware.example"), text("giada@litware.example")
    found = ["fausto@litware.example", "giada@litware.example"]
    magic = b"!<arch>\n"
    put("ar-plain.a", magic + ar_entry(b"a.txt/", a) + ar_entry(b"b.txt/", b), "read", found=found)
    put("ar-long-names.a", magic + ar_entry(b"//", b"a-very-long-name-indeed.txt/\n") + ar_entry(b"/0", a) +
        ar_entry(b"#1/8", b"b.txt\0\0\0" + b), "read", found=found)
    put("ar-truncated.a", magic + ar_entry(b"a.txt/", a) + ar_entry(b"b.txt/", b)[:-300], "partial", "truncated", found[:1])
    put("ar-cut-header.a", magic + ar_entry(b"a.txt/", a) + b"b.txt/   ", "partial", "corrupt", found[:1])
    put("ar-garbage.a", magic + ar_entry(b"a.txt/", a) + b"x" * 200, "partial", "corrupt", found[:1])
    put("ar-size-lie.a", magic + ar_entry(b"a.txt/", a, size=1 << 30), "partial", "truncated", found[:1])
    put("ar-empty.a", magic, "read")
    put("package.deb", magic + ar_entry(b"debian-binary", b"2.0\n") + ar_entry(b"control.tar.xz", xz(tar_of("control", a))) +
        ar_entry(b"data.tar.zst", zstd_stored(tar_of("usr/readme", b))), "read", found=found)


def write_all(put, text, make_zip, Entry):
    compressed(put, text)
    sevens(put, text, make_zip, Entry)
    rars(put, text)
    cpios(put, text)
    ars(put, text)
