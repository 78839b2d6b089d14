"""The transcripts in README.md are what the program prints: each block that begins with `$ staunch` is run again in the
example stores and compared. Only what differs from run to run may differ: times, dates, the case's digest of detectors,
memory and speed."""
import os
import re
import subprocess

import rig

README = os.path.join(rig.ROOT, "README.md")
# What may differ, and what it is read as.
VARYING = [
    (r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC", "DATE"),
    (r"\b\d\d:\d\d:\d\d\b", "TIME"),
    (r"detectors [0-9a-f]{8}", "detectors DIGEST"),
    (r"staunch \d+\.\d+\.\d+", "staunch VERSION"),
    (r"\d+ MB at most", "MEMORY at most"),
    (r"[\d.,]+ [kMG]?B/s", "SPEED"),
]


def transcripts():
    """[(command lines and what they print)] of the README, in order."""
    with open(README, encoding="utf-8") as file:
        blocks = re.findall(r"^```(?:console|text)?\n(\$ .*?)^```", file.read(), re.M | re.S)
    return [block for block in blocks if block.startswith("$ staunch")]


def steps(block):
    """(command, what it prints) of one block; a command goes on after a backslash."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        lines = part.split("\n")
        command = lines.pop(0)
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0).strip()
        yield command, "\n".join(lines).rstrip()


def same_words(text):
    """Without the lines of progress, which come and go with the clock."""
    text = re.sub(r"^\d\d:\d\d:\d\d  .* objects .*\n", "", text, flags=re.M)
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return "\n".join(re.sub(r"\s+", " ", line).strip() for line in text.strip().split("\n"))


def the_transcripts_of_the_readme_are_real():
    blocks = transcripts()
    rig.check(blocks, "README.md has no transcript")
    with rig.folder() as out:
        stores = os.path.join(out, "stores")
        rig.make_example(stores, 5000)
        env = {**os.environ, "PATH": rig.BUILD + ":" + os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        for block in blocks:
            for command, printed in steps(block):
                done = subprocess.run(["bash", "-c", command], cwd=stores, env=env, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, timeout=rig.TIMEOUT_S)
                got = same_words(done.stdout.decode("utf-8", "replace"))
                rig.check(got == same_words(printed), "$ %s prints\n%s\nnot\n%s" % (command, got, same_words(printed)))


rig.run_tests(the_transcripts_of_the_readme_are_real)
