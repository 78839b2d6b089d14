"""LibreOffice as an oracle: what it makes of a file, in a profile of its own."""
import os
import shutil
import sys

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
from exposure import office  # noqa: E402


def convert(out, to, *paths, options=()):
    """Converts files into the folder out; gives the new paths."""
    rig.check(shutil.which("soffice") is not None, "soffice is missing: ./dev setup")
    said = office.soffice(os.path.join(out, "profile"), to, out, paths, options)
    new = [os.path.join(out, os.path.splitext(os.path.basename(path))[0] + "." + to.split(":")[0]) for path in paths]
    for path in new:
        rig.check(os.path.exists(path), "soffice made no %s: %s" % (os.path.basename(path), said[-300:]))
    return new
