"""LibreOffice as an oracle: what it makes of a file, in a profile of its own."""
import os
import shutil
import subprocess

import rig

PROGRAM = shutil.which("soffice")


def convert(out, to, *paths, options=()):
    """Converts files into the folder out; gives the new paths."""
    rig.check(PROGRAM is not None, "soffice is missing: ./dev setup")
    done = subprocess.run([PROGRAM, "-env:UserInstallation=file://" + os.path.join(os.path.abspath(out), "profile"), "--headless",
        *options, "--convert-to", to, "--outdir", out, *paths], capture_output=True, timeout=rig.TIMEOUT_S,
        env={**os.environ, "HOME": os.path.abspath(out)})
    new = [os.path.join(out, os.path.splitext(os.path.basename(path))[0] + "." + to.split(":")[0]) for path in paths]
    for path in new:
        rig.check(os.path.exists(path), "soffice made no %s: %s" % (os.path.basename(path), done.stderr.decode()[-300:]))
    return new
