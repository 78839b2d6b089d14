#!/usr/bin/env python3
"""Makes docs/report.png: scans the example stores, writes the HTML report, and takes the top of the page as a headless
Chromium shows it. report_picture.py STAUNCH [PNG]"""
import os
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import browser  # noqa: E402

WIDTH, HEIGHT = 1120, 792


def run(arguments, cwd):
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("%s ended with %d: %s" % (arguments[0], done.returncode, done.stderr[-400:]))


def packed(png):
    """The same picture in fewer bytes: Chromium packs in haste."""
    kept, pixels, at = [], b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        data = png[at + 8:at + 8 + size]
        if kind == b"IDAT":
            pixels += data
        else:
            kept.append((kind, data))
        at += size + 12
    kept.insert(1, (b"IDAT", zlib.compress(zlib.decompress(pixels), 9)))
    return png[:8] + b"".join(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in kept)


def main():
    program = os.path.abspath(sys.argv[1])
    target = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, "docs/report.png"))
    with tempfile.TemporaryDirectory() as out:
        run([sys.executable, os.path.join(ROOT, "tools/make_example.py"), out], ROOT)
        stores = ["es-%d" % i for i in range(1, 6)]
        run([program, "scan", *stores, "--case", "exposure.case", "--own-domain", "contoso.com", "--progress", "never"], out)
        run([program, "report", "--case", "exposure.case", "--format", "html", "-o", "report.html"], out)
        with browser.browser() as page, open(target, "wb") as file:
            page.open(os.path.join(out, "report.html"), WIDTH)
            file.write(packed(page.picture(0, HEIGHT)))
    print("%s, %d bytes" % (os.path.relpath(target), os.path.getsize(target)))


if __name__ == "__main__":
    main()
