"""The row of listings: names a second from recorded pages on loopback, beside rclone on the same server."""
import os

import measure
import network_bench
from figures import Growth, Target, case_of


def listing(bench):
    largest = bench.names or (64000 if bench.quick else 1000000)
    server = measure.built("static_server.c", bench.folder, "-lpthread")
    return [azure(bench, server, largest), s3(bench, server, largest)]


def once(bench, url):
    """(seconds of listing, percent of it spent waiting, most memory by process)"""
    # --sample: of all that is listed, (almost) nothing is read.
    _, said, memory = network_bench.staunch(bench.program, bench.folder, url, "--sample", "0.0001", "--jobs", "1")
    _, _, seconds, waiting = network_bench.listed_in(said)
    return seconds, waiting, memory


def azure(bench, server, names):
    pages, size = network_bench.write_pages(bench.folder, "azure_blob", names)
    with network_bench.Server(server, pages) as front:
        url = "azure_blob://127.0.0.1:%d%s" % (front.port, network_bench.PATHS["azure_blob"])
        values, failed = bench.turns({"ours": lambda: names / once(bench, url)[0]}, warm=False)
    os.unlink(pages)
    return case_of("Azure, %s names of %.0f MB of pages" % (f"{names:,}", size / 1e6), "names/s", values, failed, {}).wants(60000)


def s3(bench, server, largest):
    points, memories, case = [], [], None
    for names in (largest // 8, largest // 4, largest // 2, largest):
        pages, _ = network_bench.write_pages(bench.folder, "s3", names)
        with network_bench.Server(server, pages) as front:
            url = "s3://127.0.0.1:%d%s" % (front.port, network_bench.PATHS["s3"])
            seconds, waiting, memory = once(bench, url)
            points.append((names, seconds))
            memories.append(memory)
            if names == largest:
                contenders = {"ours": lambda: names / once(bench, url)[0]}
                if bench.peers.has("rclone"):
                    contenders["rclone"] = lambda: network_bench.rclone(bench.folder, front.port, names)
                values, failed = bench.turns(contenders, warm=False)
                case = case_of("S3, %s names" % f"{names:,}", "names/s", values, failed, bench.peers.versions,
                    note="rclone lsf -R --fast-list; %d %% of our time waits for pages" % waiting)
        os.unlink(pages)
    case.growth = Growth("names", points, measure.exponent(points))
    case.memory_mb = {name: round(size, 1) for name, size in memories[-1].items()}
    half = sum(memories[-2].values())
    case.targets.append(Target("memory, against half of the names", sum(memories[-1].values()) / half, 1.1, None, "times", True))
    return case.wants(60000).wants_times("rclone", 1)
