"""What other programs find in the same texts, where they install easily: phonenumbers and detect-secrets from PyPI, in a
virtual environment of the build folder. Only a column beside ours; without the network the page says so."""
import json
import os
import re
import subprocess
import sys

PACKAGES = ("phonenumbers", "detect-secrets")

# Run inside the environment: reads {"task", "texts", "region"} a line, answers a line.
HELPER = r"""
import json, sys
def phones(texts, region):
    import phonenumbers
    for text in texts:
        yield [[m.start, m.end] for m in phonenumbers.PhoneNumberMatcher(text, region)]
def secrets(texts, region):
    # As its command does: files, with its filters; its call for single lines shows every string without them.
    import os, tempfile
    from detect_secrets.core import scan
    from detect_secrets.settings import default_settings
    with default_settings(), tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "text.txt")
        for text in texts:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            yield [s.secret_value for s in scan.scan_file(path) if s.secret_value]
for line in sys.stdin:
    task = json.loads(line)
    answer = {"phones": phones, "secrets": secrets}[task["task"]]
    print(json.dumps(list(answer(task["texts"], task["region"]))), flush=True)
"""


class Peers:
    def __init__(self, folder):
        self.folder, self.versions, self.process = folder, {}, None

    def start(self):
        """Installs what is missing; false when that is not possible."""
        python = os.path.join(self.folder, "bin/python")
        try:
            if not os.path.exists(python):
                subprocess.run([sys.executable, "-m", "venv", self.folder], check=True, capture_output=True)
            shown = self.show(python)
            if len(shown) < len(PACKAGES):
                subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True,
                    capture_output=True, timeout=300)
                shown = self.show(python)
        except (OSError, subprocess.SubprocessError):
            return False
        self.versions = shown
        self.process = subprocess.Popen([python, "-c", HELPER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return len(shown) == len(PACKAGES)

    @staticmethod
    def show(python):
        code = "import importlib.metadata as m\nfor p in %r:\n    print(p, m.version(p))" % (PACKAGES,)
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        return dict(line.split() for line in done.stdout.splitlines())

    def ask(self, task, texts, region=None):
        self.process.stdin.write(json.dumps({"task": task, "texts": texts, "region": region}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()


def without_extension(text, first, end):
    """An extension is not part of a number here (contract 4)."""
    return first, first + len(re.sub(r"[\s,;]*(x|ext)\.?\s*\d+$", "", text[first:end]))


def phones(peers, documents):
    """(labels that pass, of these found exactly, findings with no such label) by phonenumbers."""
    labels = found = extra = 0
    groups = {}
    for document in documents:
        groups.setdefault(document.regions, []).append(document)
    for regions, members in groups.items():
        answers = peers.ask("phones", [document.text for document in members], regions[0] if regions else None)
        for document, spans in zip(members, answers):
            mine = {without_extension(document.text, *span) for span in spans}
            good = {(one.start, one.end) for one in document.labels if one.kind == "phone_number" and one.passes}
            apart = [one for one in document.labels if one.kind == "phone_number" and not one.passes]
            labels, found = labels + len(good), found + len(good & mine)
            extra += sum(1 for span in mine - good if not any(one.start < span[1] and span[0] < one.end for one in apart))
    return labels, found, extra


def secrets(peers, documents):
    """(labels, of these found: the value or a part of it that is not shorter than half, values of no label) by
    detect-secrets."""
    labels = found = extra = 0
    same = lambda value, other: value in other or (other in value and 2 * len(other) >= len(value))
    for document, values in zip(documents, peers.ask("secrets", [document.text for document in documents])):
        wanted = [document.text[one.start:one.end] for one in document.labels if one.kind == "secret"]
        labels += len(wanted)
        found += sum(any(same(value, other) for other in values) for value in wanted)
        extra += sum(not any(same(value, other) for value in wanted) for other in set(values))
    return labels, found, extra
