"""A name proven once is redacted everywhere: --known CASE over other files, --two-pass over one."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import rig
from rig import check, equal, expect, folder, staunch

MAIL = b"""From: Anna Rossi <anna.rossi@contoso.example>
To: desk@fabrikam.example
Subject: hello

Body.
"""
LOG = b"""10:01 login ROSSI, Anna ok
10:02 user=anna_rossi quota
10:03 rossi and anna apart
10:04 write to XYZ @contoso example
"""


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)
    return path


def a_name_proven_by_a_header_in_a_case_is_gone_from_log_lines_of_another_file():
    with folder() as tmp:
        write(tmp + "/mail.eml", MAIL)
        log, case = write(tmp + "/app.log", LOG), tmp + "/c.case"
        rig.scan(case, tmp + "/mail.eml")
        equal(expect(rig.OK, staunch("redact", log)).stdout, LOG, "the log without a case")
        got = expect(rig.OK, staunch("redact", log, "--known", case)).stdout.decode()
        equal(got, "10:01 login [person_name] ok\n10:02 user=[person_name] quota\n10:03 rossi and anna apart\n"
            "10:04 write to [email_address]\n", "the log")
        moved = tmp + "/elsewhere.key"
        os.rename(case + ".key", moved)
        equal(expect(rig.OK, staunch("redact", log, "--known", case, "--case-key", moved)).stdout.decode(), got,
            "with its key elsewhere")
        expect(rig.WRONG, staunch("redact", log, "--known", case))


def a_known_name_has_the_token_of_the_name_in_the_header():
    with folder() as tmp:
        key, case = tmp + "/k.key", tmp + "/c.case"
        rig.scan(case, write(tmp + "/mail.eml", MAIL))
        expect(rig.OK, staunch("redact", "--new-key", key))
        header = expect(rig.OK, staunch("redact", "--key", key, "--format", "text", stdin=MAIL)).stdout.decode()
        log = expect(rig.OK, staunch("redact", "--key", key, "--known", case, stdin=LOG)).stdout.decode()
        token = header.split("From: ")[1].split(" <")[0]
        check(token.startswith("[person_name:"), header)
        equal(log.count(token), 2, "the tokens of the header in " + log)


def two_passes_redact_what_stands_before_its_proof():
    with folder() as tmp:
        text = b"first: rossi, anna and Xyz @contoso example\n" + MAIL
        path = write(tmp + "/all.txt", text)
        once = expect(rig.OK, staunch("redact", "--format", "text", path)).stdout
        check(once.startswith(b"first: rossi, anna and Xyz @contoso example\n"), once)
        log = tmp + "/log"
        twice = expect(rig.OK, staunch("redact", "--format", "text", "--two-pass", "--log", log, path)).stdout
        check(twice.startswith(b"first: [person_name] and [email_address]\n"), twice)
        equal(len(rig.lines(log)), twice.count(b"[person_name]") + twice.count(b"[email_address]") + 1, "lines of the log")
        with open(path, "rb") as file:
            equal(staunch_of(file, "--format", "text", "--two-pass"), twice, "a file as standard input")


def staunch_of(file, *options):
    import subprocess
    return subprocess.run([rig.STAUNCH, "redact", *options], stdin=file, capture_output=True, check=True).stdout


def two_passes_over_a_pipe_are_refused():
    done = expect(rig.WRONG, staunch("redact", "--two-pass", stdin=LOG))
    check(b"a file, no pipe" in done.stderr and done.stdout == b"", done.stderr)


def what_is_no_complete_case_is_refused():
    with folder() as tmp:
        path = write(tmp + "/x.case", b"no case")
        done = expect((rig.WRONG, rig.ENVIRONMENT), staunch("redact", "--known", path, stdin=LOG))
        equal(done.stdout, b"", "the output")
        expect(rig.WRONG, staunch("redact", "--case-key", path, stdin=LOG))


def the_second_pass_redacts_twice_to_the_same():
    with folder() as tmp:
        path = write(tmp + "/all.txt", b"rossi, anna\n" + MAIL)
        once = expect(rig.OK, staunch("redact", "--format", "text", "--two-pass", path)).stdout
        equal(expect(rig.OK, staunch("redact", "--format", "text", "--two-pass", write(tmp + "/once", once))).stdout, once, "again")


if __name__ == "__main__":
    rig.run_tests(
        a_name_proven_by_a_header_in_a_case_is_gone_from_log_lines_of_another_file,
        a_known_name_has_the_token_of_the_name_in_the_header,
        two_passes_redact_what_stands_before_its_proof,
        two_passes_over_a_pipe_are_refused,
        what_is_no_complete_case_is_refused,
        the_second_pass_redacts_twice_to_the_same,
    )
