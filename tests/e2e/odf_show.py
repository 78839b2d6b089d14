"""What the readers make of a file, by the program show_text."""
import json
import os
import subprocess

import rig

SHOW = os.path.join(rig.BUILD, "tests/unit/extract/show_text")


def shown(path):
    """(rows of text with part and place, rows of parts by name)"""
    done = subprocess.run([SHOW, path], capture_output=True, timeout=rig.TIMEOUT_S)
    rig.check(done.returncode == 0, "show_text ended with %d on %s" % (done.returncode, os.path.basename(path)))
    rows = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    return [row for row in rows if "text" in row], {row["name"]: row for row in rows if "format" in row}
