"""docs/redaction-recall.md from the results. Counts only, of invented values."""
import collections

import values

WRITTEN_TARGET = 0.95


def share(whole, total):
    """Three digits, and never rounded up to 1."""
    return "-" if total == 0 else "1" if whole == total else "%.3f" % min(whole / total, 0.999)


def table(head, rows, right=1):
    lines = ["| %s |" % " | ".join(head), "|%s|" % "|".join("---" if i < right else "---:" for i in range(len(head)))]
    return "\n".join(lines + ["| %s |" % " | ".join(map(str, row)) for row in rows])


def cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def total(counts, wanted):
    found = collections.Counter()
    for key, counter in counts.items():
        if wanted(key):
            found.update(counter)
    return found


def form_rows(counts):
    for kind, name in dict.fromkeys((kind, name) for kind, name, _ in counts):
        all_of = total(counts, lambda key, k=kind, n=name: key[:2] == (k, n))
        by_language = [counts.get((kind, name, language)) for language in values.LANGUAGES]
        planted = sum(all_of.values())
        yield [kind, cell(name), planted, all_of["whole"], all_of["half"], all_of["missed"], share(all_of["whole"], planted)] + [
            share(one["whole"], sum(one.values())) if one else "-" for one in by_language]


def kind_rows(counts):
    for kind in dict.fromkeys(key[0] for key in counts):
        found = total(counts, lambda key, k=kind: key[0] == k)
        yield [kind, len({key[1] for key in counts if key[0] == kind}), sum(found.values()), found["whole"], found["half"], found["missed"],
            share(found["whole"], sum(found.values()))]


def noise_rows(noises):
    for name, counter in sorted(noises.items(), key=lambda row: (row[1]["whole"] / sum(row[1].values()), row[0])):
        yield [cell(name), sum(counter.values()), counter["whole"], share(counter["whole"], sum(counter.values()))]


def judge_rows(judged):
    for kind in dict.fromkeys(kind for kind, _ in judged):
        seen = sum(row[0] for key, row in judged.items() if key[0] == kind)
        of = sum(row[1] for key, row in judged.items() if key[0] == kind)
        yield [kind, "{:,}".format(of), "{:,}".format(seen), share(seen, of)]


def weak(counts):
    for kind, name in dict.fromkeys((kind, name) for kind, name, _ in counts):
        found = total(counts, lambda key, k=kind, n=name: key[:2] == (k, n))
        if found["whole"] < WRITTEN_TARGET * sum(found.values()):
            yield "%s, %s" % (kind, cell(name))


PAGE = """# Recall of redaction, by the way a value is written

Written by `./dev recall` on {date} ({program}, {machine}, {seconds} s); change the tool, not this page. Every value is invented
(`tools/recall`), put down in every form, in five languages, inside of noise, and counted as found only if **one finding covers all of
its bytes**: half of an address is a failure, and stands in a column of its own.

{forms} forms, {planted} values: {whole} found whole ({rate}), {half} in part, {missed} not at all. {weak}
False findings in {sentences} clean sentences ({clean_mb:.1f} MB): {false}.

{redacted}

## By kind

{kinds}

## By form

Share by language: of what is planted in text of that language; `-`: a form that another language has.

{form_table}

## By noise

What stands around the value. Most of it is right beside it; where words make the value (names, dates, numbers behind a label), it stands
apart.

{noise_table}

## The judge of `--estimate`

What `staunch redact --estimate` judges by shares no code with the detectors. It sees, of the same values (any touch counts, as a passage
counts that holds part of one):

{judge_table}

In the clean sentences it sees something in {alarms} ({alarm_rate} of 1,000): that much an estimate says too much.

## Clean text

{sentences} different sentences of five languages, as prose, list, log line, JSON, HTML, CSV: dates, times, prices, versions, packages,
paths, hashes, code, serial and random numbers, words with an @, products and greetings, without a person, machine or store.
{false_text}

## How to read it

- The generator's forms are those that people and programs were seen to use; a form that nobody thought of is in no row. What is left in
  data of your own is what `staunch redact --estimate` measures.
- Addresses in UTF-16 are inputs of their own with a byte order mark. National telephone numbers are searched with `--region`.
- `date_of_birth`, `case_number`, `national_id` and names stand where something says what they are: without that they are numbers and words.
- The same values go through every form, so that rows differ by form and not by luck; `--seed N` plants others.
"""


def write(results):
    whole, planted = results.sum["whole"], sum(results.sum.values())
    weak_forms = list(weak(results.counts))
    false = sum(results.false.values())
    return PAGE.format(date=results.date, program=results.program, machine=results.machine, seconds=int(results.seconds),
        forms="{:,}".format(len({key[:2] for key in results.counts})), planted="{:,}".format(planted), whole="{:,}".format(whole),
        rate=share(whole, planted), half="{:,}".format(results.sum["half"]), missed="{:,}".format(results.sum["missed"]),
        weak="Every form is at %.2f or more." % WRITTEN_TARGET if not weak_forms else "Under %.2f: %s." % (WRITTEN_TARGET, "; ".join(weak_forms)),
        sentences="{:,}".format(results.sentences), clean_mb=results.clean_bytes / 1e6, false="{:,}".format(false),
        redacted=results.redacted, judge_table=table(["kind", "values", "seen", "share"], judge_rows(results.judged)),
        alarms="{:,}".format(results.alarms), alarm_rate="%.2f" % (1000 * results.alarms / results.sentences),
        kinds=table(["kind", "forms", "values", "whole", "in part", "missed", "share"], kind_rows(results.counts)),
        form_table=table(["kind", "form", "values", "whole", "in part", "missed", "share", *values.LANGUAGES], form_rows(results.counts), 2),
        noise_table=table(["noise", "values", "whole", "share"], noise_rows(results.noises)),
        false_text="Found in them: nothing." if not false else "Found in them: " + ", ".join("%s %d" % row for row in results.false.most_common()) + ".")
