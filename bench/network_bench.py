#!/usr/bin/env python3
"""network_bench.py STAUNCH [--names N]: how fast stores are listed and read over the network, with the share of time spent
waiting for the server. The pages are recorded beforehand and served from memory by a small program in C, so that the server is not
what is measured; rclone, where it is installed, lists the same pages in the same run. Nothing here fails; it prints."""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time

import inputs
import measure
from measure import row

RUNS = 3
NAMES_A_PAGE = {"azure_blob": 5000, "s3": 1000}
PATHS = {"azure_blob": "/acc/box", "s3": "/box"}


def name_of(number):
    return "exports/2019/12/%03d/support-case-%08d.json" % (number // 5000, number)


def azure_page(first, last, more):
    blobs = "".join("<Blob><Name>%s</Name><Properties><Creation-Time>Wed, 04 Dec 2019 09:00:00 GMT</Creation-Time><Last-Modified>"
        "Wed, 04 Dec 2019 09:00:00 GMT</Last-Modified><Etag>0x8D778A%09X</Etag><Content-Length>%d</Content-Length><Content-Type>"
        "application/json</Content-Type><Content-Encoding /><Content-Language /><Content-MD5>XrY7u+Ae7tCTyyK7j1rNww==</Content-MD5>"
        "<Cache-Control /><Content-Disposition /><BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true"
        "</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted>"
        "</Properties></Blob>" % (name_of(n), n, 2000 + n % 977) for n in range(first, last))
    return ('\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://acc.blob.core.windows.net/" '
        'ContainerName="box"><MaxResults>5000</MaxResults><Blobs>%s</Blobs><NextMarker>%s</NextMarker></EnumerationResults>' %
        (blobs, "page%d" % last if more else "")).encode()


def s3_page(first, last, more):
    rows = "".join('<Contents><Key>%s</Key><LastModified>2019-12-04T09:00:00.000Z</LastModified><ETag>&quot;%032x&quot;</ETag><Size>%d</Size>'
        "<StorageClass>STANDARD</StorageClass></Contents>" % (name_of(n).replace("/", "%2F"), n, 2000 + n % 977) for n in range(first, last))
    return ('<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>box</Name>'
        "<Prefix></Prefix>%s<KeyCount>%d</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated>"
        "%s</ListBucketResult>" % ("<NextContinuationToken>page%d</NextContinuationToken>" % last if more else "", last - first,
        "true" if more else "false", rows)).encode()


def write_pages(folder, service, names):
    """Files of pages and their index, as bench/static_server.c reads them: marker, offset, size."""
    make, size = (azure_page, s3_page)[service == "s3"], NAMES_A_PAGE[service]
    path, at = os.path.join(folder, service + ".pages"), 0
    with open(path, "wb") as out, open(path + ".index", "w", encoding="ascii") as index:
        for first in range(0, names, size):
            page = make(first, min(first + size, names), first + size < names)
            out.write(page)
            index.write("%s %d %d\n" % ("page%d" % first if first else "-", at, len(page)))
            at += len(page)
    return path, at


class Server:
    """bench/static_server.c: pages by their marker, one object of any size by ranges."""

    def __init__(self, program, pages):
        self.process = subprocess.Popen([program, pages], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def scope_of(folder, url):
    path = os.path.join(folder, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "bench", "basis": "own-asset", "max_level": "L5",
            "not_before": "2020-01-01", "not_after": "2090-01-01", "contact": "security@contoso.example",
            "budget": {"requests_per_second": 10000, "bytes": 10 ** 12}, "targets": [url]}, file)
    return path


def staunch(program, folder, url, *more):
    """(seconds, what it said, {process: most MB})"""
    case = os.path.join(folder, "bench.case")
    for name in os.listdir(folder):
        if name.startswith("bench.case"):
            os.unlink(os.path.join(folder, name))
    done = measure.run([program, "scan", url, "--scope", scope_of(folder, url), "--purpose", "bench", "--progress", "plain", "--case", case,
        *more], accepted=(0, 3), memory=True)
    return done.wall_s, done.err.decode("utf-8", "replace"), done.memory.most


def listed_in(said):
    """(pages, names, seconds, percent waiting) of the line that a scan prints."""
    found = re.search(r"network +([\d,]+) pages, ([\d,]+) names: ([\d.]+) s, (\d+) % waiting", said)
    return [float(part.replace(",", "")) for part in found.groups()]


def listing(program, server, folder, names):
    for service in ("azure_blob", "s3"):
        pages, size = write_pages(folder, service, names)
        ours, theirs = [], []
        with Server(server, pages) as front:
            url = "%s://127.0.0.1:%d%s" % (service, front.port, PATHS[service])
            for _ in range(RUNS):
                # --sample: of all that is listed, (almost) nothing is read.
                _, said, memory = staunch(program, folder, url, "--sample", "0.0001", "--jobs", "1")
                count, listed, seconds, waiting = listed_in(said)
                ours.append((listed / seconds, waiting, memory))
                if service == "s3" and shutil.which("rclone"):
                    theirs.append(rclone(folder, front.port, names))
        rate, waiting, memory = sorted(ours, key=lambda one: one[0])[RUNS // 2]
        note = "%d %% of it waiting for pages; %s" % (waiting, ", ".join("%s %.0f MB" % part for part in sorted(memory.items())))
        row("listing, %s, %s names of %d MB" % (service, f"{names:,}", size / 1e6), "%.0f names/s" % rate, note)
        if theirs:
            row("  the same pages by rclone (lsf -R --fast-list)", "%.0f names/s" % statistics.median(theirs),
                "%.1f times slower" % (rate / statistics.median(theirs)))
        os.unlink(pages)


def rclone(folder, port, names):
    out = os.path.join(folder, "rclone.txt")
    began = time.monotonic()
    with open(out, "wb") as file:
        subprocess.run(["rclone", "--config", "/dev/null", "--s3-list-version", "2", "--s3-provider", "Other", "--s3-endpoint", "http://127.0.0.1:%d" % port,
            "--s3-force-path-style", "lsf", "-R", "--fast-list", ":s3:box"], stdout=file, stderr=subprocess.DEVNULL, check=True,
            env={"PATH": os.environ["PATH"], "HOME": folder})
    seconds = time.monotonic() - began
    with open(out, "rb") as file:
        got = sum(1 for line in file if not line.endswith(b"/\n"))
    if got != names:
        raise measure.Failed("rclone lists %d names of %d" % (got, names))
    return names / seconds


def streaming(program, server, folder):
    """Objects of ordinary log text over loopback, beside the same bytes in a folder."""
    local = os.path.join(folder, "local")
    os.makedirs(local)
    os.rename(inputs.corpus_a(folder, 256), os.path.join(folder, "object"))
    size, pages = os.path.getsize(os.path.join(folder, "object")), os.path.join(folder, "objects.pages")
    page = s3_page(0, 0, False).replace(b"<KeyCount>", b"<Contents><Key>corpus.log</Key><Size>%d</Size></Contents><KeyCount>" % size)
    with open(pages, "wb") as out, open(pages + ".index", "w", encoding="ascii") as index:
        out.write(page)
        index.write("- 0 %d\n" % len(page))
    os.link(os.path.join(folder, "object"), pages + ".object")
    os.rename(os.path.join(folder, "object"), os.path.join(local, "corpus.log"))
    over, beside = [], []
    with Server(server, pages) as front:
        for _ in range(RUNS):
            url = "s3://127.0.0.1:%d/box" % front.port
            over.append(staunch(program, folder, url, "--jobs", "1"))
            began = time.monotonic()
            for name in os.listdir(folder):
                if name.startswith("bench.case"):
                    os.unlink(os.path.join(folder, name))
            subprocess.run([program, "scan", local, "--case", os.path.join(folder, "bench.case"), "--progress", "never", "--jobs", "1"], check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            beside.append(time.monotonic() - began)
    seconds, last, memory = sorted(over, key=lambda one: one[0])[RUNS // 2]
    waited = re.search(r"requests, .*: [\d.]+ s, (\d+) % waiting, (\d+) % for workers", last)
    row("reading one object of %d MB from loopback, one job" % (size / 1e6), "%.0f MB/s" % (size / 1e6 / seconds),
        "a request was out %s %% of the time, a range waited for its worker %s %%" % waited.groups())
    row("  most memory", "", ", ".join("%s %.0f MB" % part for part in sorted(memory.items())))
    row("  the same object in a folder", "%.0f MB/s" % (size / 1e6 / statistics.median(beside)), "%.2f times the time over the network" %
        (seconds / statistics.median(beside)))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("program", metavar="STAUNCH")
    options.add_argument("--names", type=int, default=1000000, metavar="N", help="names in the listing")
    args = options.parse_args()
    program = os.path.abspath(args.program)
    print("%d processors, load %.1f at the start; the median of %d runs" % (os.cpu_count(), os.getloadavg()[0], RUNS))
    with tempfile.TemporaryDirectory(prefix="staunch-bench-") as folder:
        server = measure.built("static_server.c", folder, "-lpthread")
        for names in (args.names // 10, args.names):
            listing(program, server, folder, names)
        streaming(program, server, folder)


if __name__ == "__main__":
    main()
