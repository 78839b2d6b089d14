"""Writes RAR archives whose files are stored, version 4 and 5, so that tests have some: no free program writes RAR.

Made from the public descriptions of the format (technote.txt of RAR 4; www.rarlab.com/technote.htm for RAR 5). Nothing
here compresses or encrypts; encrypted=True only says so and stores noise. Archives of the real program are not covered.
"""
import random
import struct
import zlib


class File:
    """One file or folder. What is given by name overrides what would be true: crc, packed, flags."""

    def __init__(self, name, data=b"", folder=False, encrypted=False, mode=None, **lies):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.data = random.Random(len(data)).randbytes(len(data) + 15 & ~15) if encrypted else data
        self.bytes, self.crc = len(data), zlib.crc32(data)
        self.folder, self.encrypted = folder, encrypted
        self.mode = mode or (0o040755 if folder else 0o100644)
        self.method, self.split, self.utf16 = 0, 0, None
        vars(self).update(lies)


# --- RAR 4 ---

MARKER4 = b"Rar!\x1a\x07\x00"


def block4(kind, flags, body=b"", data=b""):
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xffff) + head + data


def file4(file):
    flags = 0x8000 | file.split | (0x04 if file.encrypted else 0) | (0xe0 if file.folder else 0)
    name = file.name
    if file.utf16 is not None:  # name, NUL, high byte, then 16-bit units flagged as such, four to a flag byte
        units = file.utf16.encode("utf-16-le")
        coded = bytearray(b"\x00")
        for i in range(0, len(units), 8):
            coded += b"\xaa" + units[i:i + 8]
        name, flags = name + b"\x00" + bytes(coded), flags | 0x0200
    body = struct.pack("<IIBIIBBHI", len(file.data), file.bytes, 3, file.crc, 0x4f9d6000, 29, 0x30 + file.method,
                       len(name), file.mode)
    return block4(0x74, flags, body + name, file.data)


def rar4(*files, main_flags=0, end=True, end_flags=0x4000):
    return MARKER4 + block4(0x73, main_flags, bytes(6)) + b"".join(map(file4, files)) + (
        block4(0x7b, end_flags) if end else b"")


# --- RAR 5 ---

MARKER5 = b"Rar!\x1a\x07\x01\x00"


def vint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def block5(kind, flags, body=b"", extra=b"", data=None):
    flags |= (1 if extra else 0) | (2 if data is not None else 0)
    head = vint(kind) + vint(flags) + (vint(len(extra)) if extra else b"") + (
        vint(len(data)) if data is not None else b"") + body + extra
    head = vint(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + (data or b"")


def file5(file):
    extra = b""
    if file.encrypted:
        record = b"\x01\x00\x00\x0f" + bytes(range(32))
        extra = vint(len(record)) + record
    body = vint(0x02 | 0x04 | (0x01 if file.folder else 0)) + vint(file.bytes) + vint(file.mode)
    body += struct.pack("<II", 1577404800, file.crc) + vint(file.method << 7) + vint(1) + vint(len(file.name)) + file.name
    return block5(2, file.split << 3, body, extra, file.data)


def rar5(*files, main_flags=0, end=True, end_flags=0):
    return MARKER5 + block5(1, 0, vint(main_flags)) + b"".join(map(file5, files)) + (
        block5(5, 0, vint(end_flags)) if end else b"")


def rar5_encrypted_headers(size):
    """An archive encryption header, then noise."""
    noise = random.Random(size)
    return MARKER5 + block5(4, 0, vint(0) + vint(0) + b"\x0f" + noise.randbytes(16)) + noise.randbytes(size)
