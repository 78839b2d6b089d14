#!/usr/bin/env python3
"""What measures must be right itself: the instructions of the hot loops against their baseline, the figures and ratios that `./dev bench`
prints, the page and its charts."""
import copy
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "bench"))
import figures  # noqa: E402
import inputs  # noqa: E402
import instructions  # noqa: E402
import measure  # noqa: E402
import page  # noqa: E402
import profiles  # noqa: E402
import rows_detect  # noqa: E402
import table  # noqa: E402

CHECK = [sys.executable, os.path.join(rig.ROOT, "bench/instructions.py"), rig.BUILD]
BENCH = [sys.executable, os.path.join(rig.ROOT, "bench/bench.py"), rig.STAUNCH]
SVG = "{http://www.w3.org/2000/svg}"


def checked(*more):
    done = subprocess.run([*CHECK, "--check", *more], capture_output=True, text=True, timeout=rig.TIMEOUT_S)
    if done.returncode == instructions.OTHER_COMPILER:
        rig.skip("another compiler: " + done.stdout.strip())
    return done


def baseline_times(folder, factor):
    """The baseline with every count so many times as large."""
    path = os.path.join(folder, "instructions.tsv")
    rows, made_with = instructions.baseline()
    with open(path, "w", encoding="utf-8") as out:
        out.write("# Counted with gcc %s\n" % made_with)
        for pair, (value, tolerance) in rows.items():
            out.write("%s\t%s\t%f\t%g\n" % (*pair, value * factor, tolerance))
    return path


def the_hot_loops_take_no_more_instructions_than_the_baseline_allows():
    done = checked()
    rig.check(done.returncode == 0, "./dev bench --check says:\n" + done.stdout + done.stderr)
    rig.equal(len(re.findall(r" a byte ", done.stdout)), len(instructions.PAIRS), "how many loops were counted")


def a_rise_of_four_percent_fails_and_says_how_to_accept_it():
    with tempfile.TemporaryDirectory() as folder:
        now = instructions.counted(rig.BUILD, ["json"])
        rows = {pair: (value / 1.04, 3.0) for pair, value in now.items()}
        rig.equal([row[-1] for row in instructions.judged(now, rows)], ["more", "more"], "the verdicts")
        done = checked("--only", "json", "--baseline", baseline_times(folder, 1 / 1.1))
        rig.equal(done.returncode, 1, "the exit status with a baseline a tenth lower")
        rig.check("more" in done.stdout and "./dev bench --accept" in done.stdout, "it said: " + done.stdout)


def a_loop_without_a_count_of_its_own_fails_and_one_that_fell_does_not():
    with tempfile.TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty.tsv")
        with open(empty, "w", encoding="utf-8") as out:
            out.write("# Counted with gcc %s\n" % instructions.baseline()[1])
        rig.equal(checked("--only", "json", "--baseline", empty).returncode, 1, "the exit status with no baseline for it")
        done = checked("--only", "json", "--baseline", baseline_times(folder, 1.1))
        rig.check(done.returncode == 0 and "less" in done.stdout, "with a baseline a tenth higher it said: " + done.stdout)


def counts_are_the_same_whatever_the_environment():
    counts = []
    for more in ({}, {"LANG": "C.UTF-8", "TZ": "Asia/Tokyo", "MALLOC_ARENA_MAX": "1", "PADDING": "x" * 5000}):
        os.environ.update(more)
        counts.append(instructions.counted(rig.BUILD, ["json"]))
        for name in more:
            os.environ.pop(name)
    for pair in counts[0]:
        rig.check(abs(counts[0][pair] / counts[1][pair] - 1) < 0.0005, "%s: %r and %r" % (pair, counts[0][pair], counts[1][pair]))


def corpus_a_is_the_text_that_everybody_measures_on():
    with tempfile.TemporaryDirectory() as folder:
        path = inputs.corpus_a(folder, 64)  # fails by itself if the checksum is another
        with open(path, "rb") as file:
            data = file.read()
        rig.equal(len(data), 64 << 20, "its size")
        rig.equal(hashlib.sha256(data[:1 << 20]).hexdigest(), hashlib.sha256(open(inputs.corpus_a(folder, 1), "rb").read()).hexdigest(),
            "the shorter one")


def the_patterns_mean_the_same_to_grep():
    text = b"""Anna.Rossi@Contoso.EXAMPLE, +39 312 123 1234, (212) 555-0123, 10.20.30.40, FE80:0:0:0:1:2:3:4, 4111 1111 1111 1111,
IT60 X054 2811 1010 0000 0123 456 RSSMRA85T10A562S 185057800608436 078-05-1120 http://fabrikam.example/a joe [AT] contoso [DOT] com
AKIAABCDEFGHIJKLMNOP\n"""
    for one in rows_detect.patterns():
        perl = subprocess.run(["grep", "-aoP", one], input=text, capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        plain = subprocess.run(["grep", "-aoE", rows_detect.extended(one)], input=text, capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        rig.check(perl.stdout, "%s matches nothing of the text" % one)
        rig.equal(plain.stdout, perl.stdout, "%s as %s" % (one, rows_detect.extended(one)))


def medians_ratios_and_exponents_are_what_they_say():
    spread = measure.Spread.of([3.0, 1.0, 10.0])
    rig.equal((spread.median, spread.low, spread.high, spread.runs), (3.0, 1.0, 10.0, 3), "the spread of 3, 1, 10")
    rig.equal(measure.ratio([10, 20, 90], [5, 5, 10]).median, 4, "the median of the ratios 2, 4, 9")
    for power in (1, 2, 0.5):
        got = measure.exponent([(size, 7 * size ** power) for size in (1, 2, 4, 8)])
        rig.check(abs(got - power) < 1e-9, "the exponent of 7 x^%s is %r" % (power, got))


def contenders_take_turns_and_one_that_fails_is_left_out_with_its_reason():
    order = []

    def breaks():
        order.append("b")
        raise measure.Failed("no such thing")

    values, failed = measure.in_turns({"ours": lambda: order.append("a") or len(order), "other": breaks, "third": lambda: order.append("c") or 1}, 2)
    rig.equal("".join(order), "abcacac", "the turns")
    rig.equal((list(values), failed), (["ours", "third"], {"other": "no such thing"}), "who was measured")
    rig.equal(len(values["ours"]), 2, "rounds that count")


def no_round_begins_that_would_end_beyond_the_budget():
    values, _ = measure.in_turns({"ours": lambda: time.sleep(0.05) or 1}, 100, False, 0.3)
    rig.check(2 <= len(values["ours"]) <= 6, "%d rounds of 0.05 s in 0.3 s" % len(values["ours"]))
    values, _ = measure.in_turns({"ours": lambda: time.sleep(0.05) or 1}, 100, True, 0.01)
    rig.equal(len(values["ours"]), 1, "rounds that count where there is time for none")


def a_target_knows_whether_it_was_reached():
    for value, at_most, wanted in ((1600, False, "aim"), (1500, False, "aim"), (1000, False, "land"), (999, False, "missed"), (4, True, "missed"),
            (1000, True, "land")):
        land, aim = (1000, 1500) if not at_most else (1000, 3)
        target = figures.Target("x", value, land, aim, "MB/s", at_most)
        if value == 4:
            target = figures.Target("x", value, 3, None, "MB", True)
        rig.equal(target.reached, wanted, "%r" % target)


def a_time_half_as_long_is_twice_as_good():
    case = figures.case_of("start", "ms", {"ours": [5.0, 5.0], "other": [10.0, 10.0]}, {}, {"other": "1.0"}, True).wants(20, 5)
    rig.equal((case.peers[0].ratio.median, case.targets[0].reached), (2.0, "aim"), "the ratio and the target")


def a_peer_that_broke_is_told_with_its_reason():
    case = figures.case_of("x", "MB/s", {"ours": [5.0]}, {"other": "out of memory"}, {}, note="one file")
    rig.equal((case.note, case.peers), ("one file; other was not measured: out of memory", []), "note and peers")


def functions_are_told_from_what_perf_prints():
    said = "# Overhead\n    40.00%  staunch-worker  [.] st_json_next.part.0   -      -\n     9.50%  libc.so.6  [.] __memmove_avx\n" \
        "     3.00%  [kernel.kallsyms]  [k] clear_page\n     2.00%  [kernel.kallsyms]  [k] do_fault\n     0.50%  staunch  [.] small\n"
    rig.equal(profiles.ranked(said), [(40.0, "st_json_next"), (9.5, "__memmove_avx (libc)"), (5.0, profiles.KERNEL)], "the ranking")


def every_row_is_listed_and_unknown_ones_are_refused():
    done = subprocess.run([*BENCH, "--rows"], capture_output=True, text=True, check=False)
    rig.equal([line.split()[0] for line in done.stdout.splitlines()], [row.name for row in table.ROWS], "the rows")
    done = subprocess.run([*BENCH, "--only", "nothing"], capture_output=True, text=True, check=False)
    rig.check(done.returncode != 0 and "nothing" in done.stderr, "it said %r" % done.stderr)


def peers_that_are_not_here_are_named_and_fail_nothing():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("gcc", "perf"):
            os.symlink("/usr/bin/" + name, os.path.join(folder, name))
        done = subprocess.run([*BENCH, "--quick", "--only", "start"], capture_output=True, text=True, check=False, env={"PATH": folder})
        rig.check(done.returncode == 0 and "absent: ripgrep" in done.stdout and "absent: jq" in done.stdout, done.stdout + done.stderr)
        rig.check(re.search(r"start: detect on 1 KB, start to end +[\d.]+ ms", done.stdout), "the figure in: " + done.stdout)


def kept():
    with open(page.RESULTS, encoding="utf-8") as file:
        return json.load(file)


def the_page_says_what_the_results_say():
    with open(page.PAGE, encoding="utf-8") as file:
        rig.check(file.read() == page.page(kept()), "docs/benchmarks.md is not what bench/page.py makes of docs/benchmarks/results.json")


def a_missed_target_is_told_with_its_distance_and_where_the_time_goes():
    results = copy.deepcopy(kept())
    case = figures.case_of("pulling teeth", "MB/s", {"ours": [100.0]}, {}, {}).wants(1000)
    case.profile = [(80.0, "slow_one"), (15.0, "slow_two")]
    results["rows"] = [{"name": "teeth", "asks": "how fast?", "seconds": 1, "others_share": 0, "why": "", "cases": [figures.dataclasses.asdict(case)]},
        {"name": "none", "asks": "what?", "seconds": 1, "others_share": 0, "why": "the server is away", "cases": []}]
    text = page.page(results)
    for wanted in ("0 of 1 targets hold", "**pulling teeth**: 100 MB/s, not 1,000: 10.0 times away", "| 80.0 % | `slow_one` |",
            "asks for 90 % of this time to go. The first 2 of these", "Not measured: the server is away"):
        rig.check(wanted in text, "%r is not in:\n%s" % (wanted, text[:3000]))


def charts_are_valid_told_in_words_and_legible_in_the_dark():
    names = [row["name"] for row in kept()["rows"] if row["cases"]]
    rig.check(names, "docs/benchmarks/results.json has no rows")
    for row in kept()["rows"]:
        if not row["cases"]:
            continue
        with open(os.path.join(page.FOLDER, row["name"] + ".svg"), encoding="utf-8") as file:
            text = file.read()
        root = xml.etree.ElementTree.fromstring(text)
        rig.equal(root.get("role"), "img", row["name"] + ": its role")
        rig.check(root.find(SVG + "title").text and len(root.find(SVG + "desc").text) > 20, row["name"] + " has no title or description")
        rig.check("prefers-color-scheme:dark" in text, row["name"] + " knows no dark")
        rig.check(not re.search(r"(?:href|src|url\()", text), row["name"] + " asks for something outside")
        width = float(root.get("width"))
        for bar in root.iter(SVG + "rect"):
            rig.check(0 <= float(bar.get("x")) + float(bar.get("width")) <= width, "%s: a bar leaves the picture" % row["name"])


if __name__ == "__main__":
    rig.run_tests(the_hot_loops_take_no_more_instructions_than_the_baseline_allows, a_rise_of_four_percent_fails_and_says_how_to_accept_it,
        a_loop_without_a_count_of_its_own_fails_and_one_that_fell_does_not, counts_are_the_same_whatever_the_environment,
        corpus_a_is_the_text_that_everybody_measures_on, the_patterns_mean_the_same_to_grep, medians_ratios_and_exponents_are_what_they_say,
        contenders_take_turns_and_one_that_fails_is_left_out_with_its_reason, no_round_begins_that_would_end_beyond_the_budget,
        a_target_knows_whether_it_was_reached,
        a_time_half_as_long_is_twice_as_good, a_peer_that_broke_is_told_with_its_reason, functions_are_told_from_what_perf_prints, every_row_is_listed_and_unknown_ones_are_refused,
        peers_that_are_not_here_are_named_and_fail_nothing, the_page_says_what_the_results_say,
        a_missed_target_is_told_with_its_distance_and_where_the_time_goes, charts_are_valid_told_in_words_and_legible_in_the_dark)
