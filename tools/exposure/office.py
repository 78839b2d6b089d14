"""LibreOffice without a screen: many flat files in one call, each call with a profile of its own."""
import concurrent.futures
import os
import shutil
import signal
import subprocess

PDF_OPTIONS = 'pdf:%s_pdf_Export:{"ExportNotes":{"type":"boolean","value":"true"},"ExportNotesPages":{"type":"boolean","value":"true"}}'
PROGRAM = {"docx": "writer", "odt": "writer", "doc": "writer", "rtf": "writer", "xlsx": "calc", "ods": "calc", "xls": "calc",
    "pptx": "impress", "odp": "impress", "ppt": "impress"}
FLAT = {"writer": "fodt", "calc": "fods", "impress": "fodp"}
CALLS_AT_ONCE = 2
CALL_SECONDS = 120


def soffice(profile, target, out, files, options=()):
    """One call, with no process left behind: soffice starts soffice.bin, which outlives it. Returns what it complained of."""
    process = subprocess.Popen(["soffice", "--headless", "--norestore", "--nolockcheck",
        "-env:UserInstallation=file://" + os.path.abspath(profile), *options, "--convert-to", target, "--outdir", out, *files],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "HOME": os.path.abspath(out)})
    try:
        return process.communicate(timeout=CALL_SECONDS)[1].decode("utf-8", "replace")
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


class Office:
    """work: a folder for profiles and files between; removed by the caller."""

    def __init__(self, work):
        self.work = work
        self.free = [os.path.join(work, "profile-%d" % i) for i in range(CALLS_AT_ONCE)]

    def call(self, target, files, out):
        """Converts files to target (a LibreOffice filter) into the folder out; every file must come out."""
        profile = self.free.pop()
        try:
            said = soffice(profile, target, out, files)
        finally:
            self.free.append(profile)
        ending = target.split(":")[0]
        for file in files:
            made = os.path.join(out, os.path.splitext(os.path.basename(file))[0] + "." + ending)
            if not os.path.exists(made):
                raise RuntimeError("LibreOffice made no %s of %s: %s" % (ending, file, said[-500:]))

    def convert(self, wanted):
        """wanted: {target: [files]}; results in work/TARGET-ENDING. Returns {(file, target): path}."""
        rows, where = [], {}
        for number, (target, files) in enumerate(sorted(wanted.items())):
            out = os.path.join(self.work, "out-%d" % number)
            os.makedirs(out, exist_ok=True)
            rows.append((target, files, out))
            for file in files:
                where[file, target] = os.path.join(out, os.path.splitext(os.path.basename(file))[0] + "." + target.split(":")[0])
        with concurrent.futures.ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            for future in [pool.submit(self.call, *row) for row in rows]:
                future.result()
        return where


def version():
    """What the conversion depends on beside our own files."""
    if not shutil.which("soffice"):
        raise RuntimeError("soffice is missing: ./dev setup installs it")
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "libreoffice-core-nogui"], capture_output=True, text=True)
    return said.stdout or "unknown"
