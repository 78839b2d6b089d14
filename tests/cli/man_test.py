"""The manual is true: every command has a page, every option of --help stands in it and the other way round."""
import glob
import os
import re
import shutil
import subprocess

import rig

PAGES = os.path.join(rig.ROOT, "docs/man")


def commands():
    text = rig.expect(rig.OK, rig.staunch("help")).stdout.decode()
    names = re.findall(r"^\s{2,}([a-z]+)\s{2,}\S", text, re.M)
    rig.check(len(names) >= 4, "help lists only %r:\n%s" % (names, text))
    return [name for name in names if name != "help"]


def options_of(command):
    text = rig.expect(rig.OK, rig.staunch(command, "--help")).stdout.decode()
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", text))


def page(command):
    with open(os.path.join(PAGES, "staunch-%s.1" % command), encoding="utf-8") as file:
        return file.read()


def options_in(text):
    # mdoc: `.Fl -case` in lists and synopsis; `Fl \-case` is the same.
    return set(re.findall(r"Fl (?:\\?-)([a-z][a-z-]*)", text))


def every_command_has_a_page_and_every_page_a_command():
    have = {os.path.basename(p)[len("staunch-"):-2] for p in glob.glob(os.path.join(PAGES, "staunch-*.1"))}
    rig.equal(have, set(commands()), "pages")
    rig.check(os.path.exists(os.path.join(PAGES, "staunch.1")), "no staunch.1")


def every_option_stands_in_its_page():
    for command in commands():
        missing = options_of(command) - options_in(page(command)) - {"help", "version"}
        rig.check(not missing, "staunch-%s.1 lacks --%s" % (command, ", --".join(sorted(missing))))


def no_page_promises_an_option_that_is_not_there():
    for command in commands():
        extra = options_in(page(command)) - options_of(command) - {"help", "version"}
        rig.check(not extra, "staunch %s has no --%s" % (command, ", --".join(sorted(extra))))


def the_pages_are_clean_mdoc():
    if shutil.which("mandoc") is None:
        rig.skip("no mandoc")
    for path in sorted(glob.glob(os.path.join(PAGES, "*.[15]"))):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True, text=True)
        rig.check(done.returncode == 0, done.stdout[:600] + done.stderr[:300])


rig.run_tests(every_command_has_a_page_and_every_page_a_command, every_option_stands_in_its_page,
    no_page_promises_an_option_that_is_not_there, the_pages_are_clean_mdoc)
