"""docs/benchmarks.md and its charts, from results alone: `./dev bench --write` keeps what it measured in docs/benchmarks/results.json and
writes the page anew. No figure in it is written by hand. As a command: page.py writes the page again from the results that are kept."""
import glob
import json
import os

import chart
import instructions
import measure
from needed import NEEDED

FOLDER, PAGE = os.path.join(measure.ROOT, "docs/benchmarks"), os.path.join(measure.ROOT, "docs/benchmarks.md")
RESULTS = os.path.join(FOLDER, "results.json")
REACHED = {"aim": "yes, and what we want", "land": "yes", "missed": "**no**"}
HEAD = """# Benchmarks

Written by `./dev bench --write` on {date} ({program}); change the programs of `bench/`, not this page. Every figure comes from
`docs/benchmarks/results.json`, and `./dev bench` measures them on any Debian 12 machine: {rows} rows, {seconds} s here.

## In short

{sentence}

{table}

*At least* is what must hold, *wanted* what we aim for. Where a target speaks of times a peer, both were measured in the same run, in turns.
"""
HOW = """## How it is measured

- Contenders take turns: in each round ours runs, then every peer, {rounds} rounds or as many as there is time for; a first round that does not count brings files into
  memory. Figures are medians, with the least and the most in brackets; *times* is the median of the ratios of each round, so that other
  work on the machine falls on both.
- *One core*: bytes a second of processor time, of all processes of a command together. *All cores*: of the clock.
- Memory: the most of each process (`VmHWM`), and of all at one time, in a run of its own.
- Growth: the exponent is the slope of seconds over sizes, both logarithmic. 1 is linear; below 1 is the share of what is always the same.
- Texts are invented and made from seeds ({seeds}). Corpus A (`bench/log_corpus.c`) is checked by its SHA-256; the patterns that scanners
  get are in `bench/patterns.txt`, versions that are fetched with pip in `bench/peers.txt`.
"""
COUNTS = """## Instructions

A figure of the clock moves with the machine, a count of instructions does not: `./dev bench --check`, which `./dev test` runs, counts those of
the hot loops with valgrind and fails when one has risen by more than its tolerance over `bench/instructions.tsv`; `./dev bench --accept` takes
over new counts. Instructions are not time, but what changes them changes time.

{table}
"""


def figure(value):
    return chart.short(value) if value >= 1000 else "%.3g" % value


def spread(one):
    return figure(one["median"]) if one["runs"] < 2 else "%s (%s to %s)" % tuple(figure(one[name]) for name in ("median", "low", "high"))


def table(head, rows, right=()):
    line = lambda cells: "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
    return "\n".join([line(head), "|" + "|".join("---:" if n in right else "---" for n in range(len(head))) + "|"] + [line(row) for row in rows])


def first_upper(text):
    return text[0].upper() + text[1:]


def with_unit(value, unit):
    return "%s %s" % (figure(value), unit) if unit else figure(value)


def targets(results):
    for row in results["rows"]:
        for case in row["cases"]:
            for target in case["targets"]:
                yield row, case, target


def in_short(results):
    rows = []
    for row, case, target in targets(results):
        name = case["what"] if target["what"] == case["what"] else "%s: %s" % (case["what"], target["what"])
        rows.append((name, with_unit(target["value"], target["unit"]), ("<= " if target["at_most"] else ">= ") + figure(target["land"]),
            figure(target["aim"]) if target["aim"] is not None else "", REACHED[target["reached"]]))
    return table(("what", "figure", "target", "wanted", "reached"), rows, (1, 2, 3))


def sentence(results):
    reached = [target["reached"] for _, _, target in targets(results)]
    missed = [target["what"] if target["what"] != case["what"] else case["what"] for _, case, target in targets(results) if target["reached"] == "missed"]
    said = "%d of %d targets hold" % (len(reached) - len(missed), len(reached))
    wanted = sum(one == "aim" for one in reached)
    return said + (", %d of them with what is wanted beyond them." % wanted if wanted else ".") + (
        " Missed, and why, is told [below](#missed-and-why)." if missed else "")


def machine(results):
    one, load = results["machine"], results["load"]
    lines = ["%s, %d cores, %.0f GB of memory, %s; %s" % (one["processor"], one["cores"], one["memory_gb"], one["kernel"], one["compiler"]),
        "Vector instructions: %s" % (", ".join(one["vector"]) or "none of those used"),
        "Other work took %.0f %% of the processors while this ran (load %.1f at the start, %.1f at the end)" % (100 * load["others_share"],
            load["load_at_start"], load["load_at_end"])]
    if load["others_share"] > 0.1:
        lines.append("So busy a machine makes absolute figures low; ratios stand")
    if results["quick"]:
        lines.append("The quick form: small inputs and few rounds, in which what is always the same weighs more")
    return "## The machine\n\n" + "".join("- %s.\n" % line for line in lines)


def case_text(case):
    rows = [("staunch", spread(case["ours"]), "")]
    rows += [((p["name"] + " " + p["version"]).strip(), spread(p["spread"]), spread(p["ratio"])) for p in case["peers"]]
    out = "**%s** (%s%s)\n\n" % (case["what"], case["unit"], ", of processor time" if case["basis"] == "processor" else "")
    out += table(("program", case["unit"], "ours is, times"), rows, (1, 2)) + "\n"
    said = [case["note"]] if case["note"] else []
    if case["memory_mb"]:
        said.append("memory: " + ", ".join("%s %.0f MB" % one for one in case["memory_mb"].items()))
    if case["growth"]:
        said.append("growth: exponent %.2f over %s %s" % (case["growth"]["exponent"], ", ".join(figure(size) for size, _ in
            case["growth"]["points"]), case["growth"]["unit"]))
    return out + "".join("\n%s.\n" % first_upper(one) for one in said)


def row_text(row):
    if not row["cases"]:
        return "### %s\n\nNot measured: %s.\n" % (first_upper(row["asks"]), row["why"])
    out = "### %s\n\n![%s](benchmarks/%s.svg)\n\n" % (first_upper(row["asks"]), "%s: the figures of the tables below" % row["name"], row["name"])
    out += "\n".join(case_text(case) for case in row["cases"])
    return out + "\nOther work took %.0f %% of the processors meanwhile.\n" % (100 * row["others_share"])


def missed(results):
    out = []
    for row, case, target in targets(results):
        if target["reached"] != "missed":
            continue
        factor = target["value"] / target["land"] if target["at_most"] else target["land"] / max(target["value"], 1e-9)
        out.append("- **%s**: %s, not %s: %.1f times away." % (case["what"] if target["what"] == case["what"] else "%s, %s" % (case["what"],
            target["what"]), with_unit(target["value"], target["unit"]), figure(target["land"]), factor))
    if not out:
        return ""
    text = "## Missed, and why\n\n" + "\n".join(out) + "\n"
    missing = {row["name"]: row["asks"] for row, _, target in targets(results) if target["reached"] == "missed"}
    said = ["- *%s* %s" % (first_upper(asks), NEEDED[name]) for name, asks in missing.items() if name in NEEDED]
    if said:
        text += "\nWhat would be needed:\n\n" + "\n".join(said) + "\n"
    for row in results["rows"]:
        for case in row["cases"]:
            if case["profile"]:
                text += profile_text(row, case)
    return text


def profile_text(row, case):
    """Where the time goes, and what is left if the most expensive function were free."""
    listed = case["profile"]
    first, all_listed = listed[0], sum(share for share, _ in listed)
    out = "\nWhere the time of *%s* goes:\n\n" % case["what"]
    out += table(("share", "function"), [("%.1f %%" % share, "`%s`" % name) for share, name in listed], (0,)) + "\n"
    wanted = [target for target in case["targets"] if target["what"] == case["what"] and target["reached"] == "missed"]
    if wanted:
        target = wanted[0]
        factor = target["value"] / target["land"] if target["at_most"] else target["land"] / max(target["value"], 1e-9)
        gone = 100 * (1 - 1 / factor)
        fewest, total = 0, 0.0
        for share, _ in listed:
            if total >= gone:
                break
            fewest, total = fewest + 1, total + share
        out += "\nThe target asks for %.0f %% of this time to go. " % gone
        if total >= gone:
            out += "The first %d of these functions take that much: they would have to cost nothing, or be asked for far fewer bytes.\n" % fewest if fewest > 1 \
                else "`%s` alone takes more: making it cheaper would be enough.\n" % first[1]
        else:
            out += "All listed functions together take %.0f %%: no one function is the reason, the work itself has to be less for each byte.\n" % all_listed
    return out


def counts():
    if not os.path.exists(instructions.BASELINE):
        return ""
    rows, made_with = instructions.baseline()
    return COUNTS.format(table=table(("loop", "input", "instructions a byte", "tolerance"), [(*pair, "%.2f" % value, "%g %%" % tolerance)
        for pair, (value, tolerance) in rows.items()], (2, 3)) + "\n\nCounted with gcc %s." % made_with)


def peers_text(results):
    out = "## Beside what\n\n" + table(("program", "version"), results["versions"].items()) + "\n"
    if results["absent"]:
        out += "\nNot measured here: " + "; ".join("%s (%s)" % one for one in results["absent"].items()) + ".\n"
    return out


def page(results):
    seeds = ", ".join("%s: %s" % one for one in results["seeds"].items())
    parts = [HEAD.format(date=results["at"][:10], program=results["program"], rows=len(results["rows"]), seconds=results["seconds"],
        sentence=sentence(results), table=in_short(results)), machine(results), "## Row by row\n", *(row_text(row) for row in results["rows"]),
        missed(results), counts(), peers_text(results), HOW.format(rounds=results["rounds"], seeds=seeds)]
    return "\n".join(part.strip("\n") + "\n" for part in parts if part)


def keep(results, merge=False):
    """Writes the results, the page and the charts. merge: rows that were not measured now stay as they were."""
    os.makedirs(FOLDER, exist_ok=True)
    if merge and os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as file:
            before = json.load(file)
        new = {row["name"]: row for row in results["rows"]}
        results = {**results, "rows": [new.pop(row["name"], row) for row in before["rows"]] + list(new.values())}
    with open(RESULTS, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1)
        file.write("\n")
    draw(results)


def draw(results):
    for old in glob.glob(os.path.join(FOLDER, "*.svg")):
        os.unlink(old)
    for row in results["rows"]:
        if row["cases"]:
            with open(os.path.join(FOLDER, row["name"] + ".svg"), "w", encoding="utf-8") as file:
                file.write(chart.svg(row))
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page(results))


if __name__ == "__main__":
    with open(RESULTS, encoding="utf-8") as kept:
        draw(json.load(kept))
