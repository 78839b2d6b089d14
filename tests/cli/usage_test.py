"""How every command behaves: help, wrong use, exit status, one line on standard error (contract 1)."""
import os
import re
import subprocess

import rig

COMMANDS = ("scan", "report", "detect", "redact", "audit", "doctor")


def one_line(done, what):
    text = done.stderr.decode("utf-8", "replace")
    rig.check(text.startswith("staunch: ") and text.count("\n") == 1, "%s says %r" % (what, text))


def help_and_version_end_with_0_on_standard_output():
    for arguments in (["help"], ["--help"], ["--version"], *([c, "--help"] for c in COMMANDS)):
        done = rig.expect(rig.OK, rig.staunch(*arguments))
        rig.check(done.stdout and not done.stderr, "%r prints %r and %r" % (arguments, done.stdout[:80], done.stderr[:80]))


def wrong_use_is_one_line_and_2():
    wrong = [["frobnicate"], [], ["scan", "--frobnicate"], ["scan"], ["scan", "x"], ["scan", "--case"],
        ["report"], ["report", "--case", "nowhere.case"], ["report", "--case", "x", "--format", "frob"],
        ["audit"], ["audit", "nowhere.json"], ["audit", "--history", "nowhere"], ["detect", "--format", "frob"], ["detect", "nowhere.txt"], ["scan", "--jobs", "many", "--case", "x", "."],
        ["scan", "--jobs=0x", "--case", "x", "."]]
    with rig.folder() as out:
        for arguments in wrong:
            done = rig.staunch(*arguments, cwd=out)
            rig.equal(done.returncode, rig.WRONG, "exit status of %r (%r)" % (arguments, done.stderr[-200:]))
            one_line(done, repr(arguments))
        rig.equal(os.listdir(out), [], "files left behind by wrong use")


def a_signature_in_an_argument_is_refused_and_not_repeated():
    done = rig.staunch("scan", "https://store.example/c?sv=2019&sig=s3cr3tvalue", "--case", "x")
    rig.equal(done.returncode, rig.WRONG, "exit status")
    rig.check(b"s3cr3tvalue" not in done.stderr, "it repeats the secret: %r" % done.stderr)


def what_was_typed_is_printed_escaped():
    done = rig.staunch("report", "--case", "\x1b[31mred\n.case")
    rig.equal(done.returncode, rig.WRONG, "exit status")
    rig.check(b"\x1b" not in done.stderr and done.stderr.count(b"\n") == 1, "it says %r" % done.stderr)


def output_to_a_reader_that_left_is_no_crash():
    data = b"mail anna@fabrikam.com and joe@fabrikam.com\n" * 20000
    process = subprocess.Popen([rig.STAUNCH, "detect"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    try:
        process.stdin.write(data)
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.stderr.read()
    process.stderr.close()
    rig.check(process.wait(rig.TIMEOUT_S) >= 0, "ended by signal %d" % -process.returncode)


def output_to_a_full_device_is_4():
    if not os.path.exists("/dev/full"):
        rig.skip("no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([rig.STAUNCH, "detect"], input=b"mail anna@fabrikam.com\n", stdout=full, stderr=subprocess.PIPE)
    rig.equal(done.returncode, rig.ENVIRONMENT, "exit status")


def doctor_says_what_this_machine_has():
    done = rig.expect((rig.OK, rig.INCOMPLETE, rig.ENVIRONMENT), rig.staunch("doctor"))
    text = done.stdout.decode().lower()
    for word in ("seccomp", "landlock"):
        rig.check(word in text, "doctor does not mention %s:\n%s" % (word, text))


def colour_is_off_where_there_is_no_terminal():
    for arguments in (["help"], ["doctor"]):
        rig.check(b"\x1b" not in rig.staunch(*arguments).stdout, "%r prints colour to a pipe" % arguments)


def regions_and_own_domains_are_taken_as_lists():
    text = b"call 06 9999 1234 or tel. 020 7946 0123\n"
    none = rig.expect((rig.OK, rig.FOUND), rig.staunch("detect", stdin=text)).stdout
    some = rig.expect(rig.FOUND, rig.staunch("detect", "--region", "FR,GB", stdin=text)).stdout
    rig.check(not re.search(rb'"\+4420', none), "a national number counts without a region: %r" % none)
    rig.check(re.search(rb'"\+442079460123"', some), "the number of a given region is not found: %r" % some)


rig.run_tests(help_and_version_end_with_0_on_standard_output, wrong_use_is_one_line_and_2,
    a_signature_in_an_argument_is_refused_and_not_repeated, what_was_typed_is_printed_escaped,
    output_to_a_reader_that_left_is_no_crash, output_to_a_full_device_is_4, doctor_says_what_this_machine_has,
    colour_is_off_where_there_is_no_terminal, regions_and_own_domains_are_taken_as_lists)
