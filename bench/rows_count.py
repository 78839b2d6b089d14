"""The row of exact counting: bench/count_bench beside `sort -u` and DuckDB over the same keys."""
import os
import re

import measure
from figures import Growth, Target, case_of

DUCKDB = """
import duckdb, sys, time
db = duckdb.connect(config={"threads": %d, "memory_limit": "512MB", "temp_directory": sys.argv[2]})
db.execute("SET enable_progress_bar = false")
begin = time.monotonic()
keys = "read_csv('%%s', header=false, columns={'key': 'VARCHAR'}, delim='\\t', quote='', escape='')" %% sys.argv[1]
distinct, mentions = db.execute("SELECT count(*), sum(n) FROM (SELECT key, count(*) AS n FROM " + keys + " GROUP BY key)").fetchone()
print(mentions / 1e6 / (time.monotonic() - begin), distinct)
"""


def values_for(mentions):
    """Of how many values mentions are drawn: of three mentions about two are new."""
    return mentions * 4 // 3


class Counted:
    """What count_bench prints."""

    def __init__(self, text):
        numbers = lambda pattern: [float(part) for part in re.search(pattern, text).groups()]
        self.distinct = int(re.search(r"distinct keys (\d+)", text).group(1))
        self.wall_rate = numbers(r"wall .*: ([\d.]+) M mentions/s")[0]
        self.processor_rate = numbers(r"processor .*: ([\d.]+) M mentions/s")[0]
        self.peak_mb = numbers(r"peak memory +([\d.]+) MiB")[0] * 1.048576


def count_once(bench, mentions, *more):
    command = [bench.bench("count_bench"), str(mentions), str(values_for(mentions)), *more]
    return Counted(measure.run(command, keep=True, env={"TMPDIR": bench.folder}).out.decode())


def count(bench):
    largest = bench.mentions or (2000000 if bench.quick else 60000000)
    points, counted = [], []
    for mentions in (largest // 8, largest // 4, largest // 2):
        points.append((mentions / 1e6, mentions / 1e6 / max(count_once(bench, mentions).wall_rate for _ in range(2 if bench.quick else 1))))
    keys = os.path.join(bench.folder, "keys.txt")
    distinct = count_once(bench, largest, keys).distinct

    def ours():
        counted.append(count_once(bench, largest))
        return counted[-1].wall_rate

    contenders = {"ours": ours}
    sorting = ["sort", "-u", "-S", "512M", "--parallel=%d" % os.cpu_count(), "-T", bench.folder, keys]
    if bench.peers.has("sort -u"):
        contenders["sort -u"] = lambda: largest / 1e6 / measure.run(sorting, env={"LC_ALL": "C"}).wall_s
    if bench.peers.has("DuckDB"):
        contenders["DuckDB"] = lambda: duckdb(bench, keys, distinct)
    values, failed = bench.turns(contenders, warm=False)
    os.unlink(keys)
    case = case_of("%.1f M mentions of %.1f M values, with keys and places" % (largest / 1e6, distinct / 1e6), "M mentions/s", values, failed,
        bench.peers.versions, note="ours on two cores while it collects, on one while it merges, peers on %d; %.2f M mentions/s of processor time; "
        "sort and DuckDB: keys and their number, at most 512 MB" % (os.cpu_count(), counted[-1].processor_rate))
    points.append((largest / 1e6, largest / 1e6 / case.ours.median))
    case.growth = Growth("M mentions", points, measure.exponent(points))
    case.memory_mb = {"count_bench": max(one.peak_mb for one in counted)}
    case.busy = [bench.bench("count_bench"), str(largest // 8), str(values_for(largest // 8))]
    case.targets.append(Target("growth, exponent", case.growth.exponent, 1.1, None, "", True))
    return [case.wants(3).wants_memory(512, "count_bench").wants_times("sort -u", 4).wants_times("DuckDB", 1)]


def duckdb(bench, keys, distinct):
    said = measure.run([bench.peers.python("DuckDB"), "-c", DUCKDB % os.cpu_count(), keys, bench.folder], keep=True).out.strip().split(b"\n")[-1].split()
    if int(said[1]) != distinct:
        raise measure.Failed("DuckDB counts %s distinct keys, ours %d" % (said[1].decode(), distinct))
    return float(said[0])
