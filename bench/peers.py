"""The programs that ours is held against: which are here, and in which version. Those of Debian are installed by `./dev setup bench`;
those of registries into a virtual environment each below build/bench/peers, by bench/peers.txt, with pip as it is set up. What cannot be
had is named with its reason; it fails nothing."""
import json
import os
import re
import shutil
import subprocess
import sys

import measure

FOLDER = os.path.join(measure.ROOT, "build/bench/peers")
PINS = os.path.join(measure.ROOT, "bench/peers.txt")
INSTALL_S = 900
# program: (command that says its version, package of Debian)
COMMANDS = {"ripgrep": (["rg", "--version"], "ripgrep"), "grep": (["grep", "--version"], "grep"), "sort -u": (["sort", "--version"], "coreutils"),
    "rclone": (["rclone", "--version"], "rclone"), "jq": (["jq", "--version"], "jq"), "pdftotext": (["pdftotext", "-v"], "poppler-utils"),
    "sed": (["sed", "--version"], "sed"), "perl": (["perl", "-e", "print $^V"], "perl-base"),
    "Python json": ([sys.executable, "--version"], "python3")}


def pins():
    """{name: (packages with versions, why it cannot be run or "")} of bench/peers.txt."""
    found = {}
    with open(PINS, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, packages, _, why = (line.rstrip("\n").split("\t") + ["", "", ""])[:4]
                found[name] = packages.split(), why
    return found


class Peers:
    def __init__(self):
        self.versions, self.absent = {}, {}
        for name, (command, package) in COMMANDS.items():
            if shutil.which(command[0]):
                self.versions[name] = re.sub(r"^\D*", "", measure.first_line(*command)) or "?"
            else:
                self.absent[name] = "not installed; Debian's package is %s" % package
        self.vectorscan()
        for name, (packages, why) in pins().items():
            version = self.installed(name, packages) if packages else None
            if version:
                self.versions[name] = version
            else:
                self.absent[name] = why or "not installed; `./dev bench peers` fetches %s with pip" % " ".join(packages)

    def vectorscan(self):
        version = measure.first_line("pkgconf", "--modversion", "libhs") if shutil.which("pkgconf") else ""
        if re.match(r"^\d", version):
            self.versions["Vectorscan"] = version
        else:
            self.absent["Vectorscan"] = "not installed; Debian's package is libvectorscan-dev (or libhyperscan-dev)"

    @staticmethod
    def python(name):
        return os.path.join(FOLDER, name, "bin/python")

    def installed(self, name, packages):
        """Its version if its environment holds exactly what is pinned."""
        if not os.path.exists(self.python(name)):
            return None
        code = "import importlib.metadata as m, json, sys; print(json.dumps({p: m.version(p) for p in sys.argv[1:]}))"
        done = subprocess.run([self.python(name), "-c", code, *(p.split("==")[0] for p in packages)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None
        got = json.loads(done.stdout)
        return got[packages[0].split("==")[0]] if all(got[p.split("==")[0]] == p.split("==")[1] for p in packages) else None

    def has(self, *names):
        return [name for name in names if name in self.versions]


def fetch():
    """Installs what is pinned and missing; says what could not be had. True: all is there."""
    peers, complete = Peers(), True
    for name, (packages, _) in pins().items():
        if not packages or name in peers.versions:
            continue
        measure.say("fetching %s with pip" % " ".join(packages))
        folder = os.path.join(FOLDER, name)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True, timeout=INSTALL_S)
            subprocess.run([peers.python(name), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True,
                capture_output=True, timeout=INSTALL_S)
        except (OSError, subprocess.SubprocessError) as why:
            shutil.rmtree(folder, ignore_errors=True)
            said = getattr(why, "stderr", None) or str(why).encode()
            measure.say("%s could not be had: %s" % (name, said[-300:].decode("utf-8", "replace").strip()))
            complete = False
    return complete


if __name__ == "__main__":
    sys.exit(0 if fetch() else 1)
