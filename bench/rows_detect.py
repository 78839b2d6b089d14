"""Rows of text: the detectors, redaction, the start of a command."""
import os
import re

import inputs
import measure
from figures import case_of, memory_of

PATTERNS = os.path.join(measure.ROOT, "bench/patterns.txt")
ADDRESS = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}"
FOUND = (0, 1)  # detect and grep end by what they found
PLAIN_ENVIRONMENT = {"LC_ALL": "C"}
# Run inside the environment of Presidio: its recognizers of patterns, with an empty model of English, because models are not in the registry.
PRESIDIO = r"""
import sys, time, spacy, logging
logging.disable(logging.CRITICAL)
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__(models=[{"lang_code": "en", "model_name": "blank"}])
        self.nlp = {"en": spacy.blank("en")}
engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=["en"])
lines = open(sys.argv[1], encoding="ascii").read(%d).split("\n")
engine.analyze(lines[0], language="en")
begin, size = time.process_time(), 0
for line in lines:
    engine.analyze(line, language="en")
    size += len(line) + 1
print(size / 1e6 / (time.process_time() - begin))
"""


def patterns():
    with open(PATTERNS, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file if line.strip() and not line.startswith("#")]


def extended(pattern):
    """The same expression as grep -E understands it."""
    if pattern.startswith("(?i)"):
        pattern = re.sub(r"a-z", "a-zA-Z", pattern[4:])
        pattern = re.sub(r"a-f", "a-fA-F", pattern)
        pattern = pattern.replace(" ?at ?", " ?[aA][tT] ?").replace(" ?dot ?", " ?[dD][oO][tT] ?")
    return re.sub(r"\[\\\[\(\{\]", "[[({]", pattern.replace("(?:", "(").replace(r"\d", "[0-9]").replace(r"[^\s\"'<>]",
        "[^[:space:]\"'<>]").replace(r"[^\s", "[^[:space:]").replace(r"[\])}]", "[])}]"))


def by_command(command, path, accepted=FOUND, **more):
    """A function: MB of path a second of processor time of a command."""
    size = inputs.size_mb(path)
    return lambda: size / measure.run(command, accepted=accepted, env=PLAIN_ENVIRONMENT, **more).processor_s


def said_first(command, **more):
    """A function: the first number that a program prints."""
    return lambda: float(re.search(rb"[\d.]+", measure.run(command, keep=True, **more).out).group())


def presidio(bench, text):
    script = os.path.join(bench.folder, "presidio_run.py")
    with open(script, "w", encoding="utf-8") as out:
        out.write(PRESIDIO % (5000 if bench.quick else 100000))
    # It asks the network for a list of suffixes unless it is told otherwise; the list that it carries does.
    return said_first([bench.peers.python("Presidio"), script, text], env={"TLDEXTRACT_CACHE": bench.folder, "no_proxy": "*"})


def in_memory(bench, text):
    contenders = {"ours": said_first([bench.bench("detect_bench"), text, "1", "fast"])}
    if bench.peers.has("Vectorscan"):
        tool = measure.built("vectorscan_bench.c", bench.folder, "-lhs")
        contenders["Vectorscan"] = said_first([tool, PATTERNS, text, "1"])
    results = bench.turns(contenders)
    stages = measure.run([bench.bench("detect_bench"), text, "3", "stages"], keep=True).out.decode().split("\n", 1)[0]
    case = case_of("corpus A in memory, one core", "MB/s", *results, bench.peers.versions, basis="processor",
        note="all kinds, with checksums, canonical values and both ends; Vectorscan: 13 patterns, ends of matches, blocks of 1 MiB; our time: "
        + stages)
    case.busy = [bench.bench("detect_bench"), text, "1", "fast"]
    return case.wants(1000, 1500).wants_times("Vectorscan", 6, 10)


def as_command(bench, text):
    slow = inputs.corpus_a(bench.folder, 8)
    expressions = os.path.join(bench.folder, "patterns.ere")
    with open(expressions, "w", encoding="utf-8") as out:
        out.write("".join(extended(one) + "\n" for one in patterns()))
    plain = os.path.join(bench.folder, "patterns.plain")
    with open(plain, "w", encoding="utf-8") as out:
        out.write("".join(one + "\n" for one in patterns()))
    contenders = {"ours": by_command([bench.program, "detect", "--format", "text", text], text)}
    if bench.peers.has("ripgrep"):
        contenders["ripgrep"] = by_command(["rg", "-j1", "-a", "-o", "-N", "--no-unicode", "-f", plain, text], text)
    if bench.peers.has("grep"):
        # It stops at the first match when its output goes to /dev/null.
        contenders["grep"] = by_command(["grep", "-aoE", "-f", expressions, slow], slow, keep=True)
    if bench.peers.has("Presidio"):
        contenders["Presidio"] = presidio(bench, slow)
    case = case_of("corpus A as a command, one core", "MB/s", *bench.turns(contenders), bench.peers.versions,
        basis="processor", note="ours says each mention as JSON; rg -o --no-unicode and grep -oE: the 13 patterns; Presidio: its patterns "
        "line by line, without a model of language")
    return case.wants_times("ripgrep", 3)


def detect(bench):
    text = inputs.corpus_a(bench.folder, 16 if bench.quick else 256)
    return [in_memory(bench, text), as_command(bench, text)]


def redact(bench):
    text = inputs.corpus_a(bench.folder, 16 if bench.quick else 256)
    key = os.path.join(bench.folder, "redact.key")
    if not os.path.exists(key):
        measure.run([bench.program, "redact", "--new-key", key])
    part = inputs.corpus_a(bench.folder, 8)
    common = [bench.program, "redact", "--format", "text"]
    contenders = {"ours": by_command([*common, "--key", key], text, source=text),
        "staunch redact, labels": by_command(common, text, source=text),
        "staunch detect": by_command([bench.program, "detect", "--format", "text"], text, source=text)}
    if bench.peers.has("sed"):
        contenders["sed"] = by_command(["sed", "-E", "s/%s/[email_address]/g" % ADDRESS], part, source=part)
    if bench.peers.has("perl"):
        contenders["perl"] = by_command(["perl", "-pe", "s/%s/[email_address]/g" % ADDRESS.replace("@", "\\@")], part, source=part)
    case = case_of("corpus A, tokens, one core", "MB/s", *bench.turns(contenders), bench.peers.versions, basis="processor",
        note="all kinds; sed and perl replace the pattern of an address alone")
    case.memory_mb = memory_of(measure.run([*common, "--key", key], source=text, memory=True).memory)
    case.busy = [*common, "--key", key, text]
    return [case.wants(700, 1000).wants_memory(64)]


def start(bench):
    source = b"mail a@fabrikam.com " * 51

    def milliseconds(command):
        return lambda: 1e3 * measure.run(command, source=source, accepted=FOUND).wall_s

    contenders = {"ours": milliseconds([bench.program, "detect"])}
    if bench.peers.has("ripgrep"):
        contenders["ripgrep"] = milliseconds(["rg", "-o", ADDRESS])
    if bench.peers.has("grep"):
        contenders["grep"] = milliseconds(["grep", "-oE", ADDRESS])
    case = case_of("detect on 1 KB, start to end", "ms", *bench.turns(contenders, 15 if bench.quick else 60), bench.peers.versions, True,
        note="a jail is locked in it; the others search for one pattern")
    case.busy = [bench.program, "detect", os.path.join(bench.folder, "one-kilobyte")]
    with open(case.busy[-1], "wb") as out:
        out.write(source)
    return [case.wants(20, 5)]
