"""redact --policy: what becomes of kinds and values, rules of one's own, and that --verify takes the same policy."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import rig
from rig import check, equal, expect, folder, staunch

TEXT = b"""support@contoso.com asked anna.rossi@contoso.com, luca@example.org
card 4111 1111 1111 1111 from 203.0.113.9, TCK-123456, +39 06 6982 1234
"""


def write(path, text):
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path


def redact(*options, text=TEXT, status=rig.OK):
    return expect(status, staunch("redact", *options, stdin=text))


def kinds_and_allowed_values_are_as_the_policy_says():
    with folder() as tmp:
        policy = write(tmp + "/p.yaml", """
kinds: {email_address: label, ip_address: keep, payment_card: drop}
allow: [Support@Contoso.com, "*@example.org", "+390669821234"]
""")
        equal(redact("--policy", policy, "--mode", "mask").stdout.decode(),
            "support@contoso.com asked [email_address], luca@example.org\n"
            "card  from 203.0.113.9, TCK-123456, +39 06 6982 1234\n", "the output")


def rules_of_the_policy_find_what_no_detector_knows():
    with folder() as tmp:
        policy = write(tmp + "/p.yaml", "rules:\n  - {name: ticket, kind: case_number, pattern: 'TCK-[0-9]{6}', confidence: 0.9}\n")
        check(b"[case_number]" in redact("--policy", policy).stdout, "no ticket")
        check(b"TCK-123456" not in redact("--policy", policy).stdout, "the ticket stands there")


def fields_are_replaced_as_a_whole_kept_or_dropped_in_every_structure():
    with folder() as tmp:
        policy = write(tmp + "/p.yaml", "fields: {mail: keep, \"*.comment\": mask, \"rows[].note\": drop, \"n\": label, comment: mask}\n")
        rows = (("json", b'{"mail":"a@contoso.com","n":12,"x":{"comment":"c \\u0041"},"rows":[{"note":"y"},{"note":null,"to":"b@contoso.com"}]}',
                 b'{"mail":"a@contoso.com","n":"[field]","x":{"comment":"[****]"},"rows":[{"note":""},{"note":null,"to":"[email_address]"}]}'),
            ("csv", b'mail,comment,n\na@contoso.com,"x, ""y""",7\nb@contoso.com,c@contoso.com,\n',
                 b'mail,comment,n\na@contoso.com,"[****]",[field]\nb@contoso.com,[****],\n'))
        for kind, text, want in rows:
            out = redact("--policy", policy, "--format", kind, text=text).stdout
            equal(out, want, "the output in " + kind)
            equal(redact("--policy", policy, "--format", kind, text=out).stdout, out, "the second output in " + kind)
            expect(rig.OK, staunch("redact", "--format", kind, "--policy", policy, "--verify", write(tmp + "/out", out)))


def verify_accepts_what_the_policy_keeps_and_nothing_else():
    with folder() as tmp:
        policy = write(tmp + "/p.yaml", "kinds: {ip_address: keep, payment_card: drop}\nallow: [support@contoso.com, \"*@example.org\"]\n")
        for mode in ("label", "mask"):
            out = tmp + "/out"
            redact("--policy", policy, "--mode", mode, "-o", out)
            expect(rig.OK, staunch("redact", "--verify", out, "--policy", policy))
            without = expect(rig.FOUND, staunch("redact", "--verify", out)).stdout.decode()
            check("email_address 2 at 0" in without and "ip_address 1 at" in without, without)
        expect(rig.FOUND, staunch("redact", "--verify", write(tmp + "/in", TEXT), "--policy", policy))


def redacting_twice_changes_nothing():
    with folder() as tmp:
        key = tmp + "/k.key"
        expect(rig.OK, staunch("redact", "--new-key", key))
        policy = write(tmp + "/p.yaml", "kinds: {email_address: token, phone_number: mask, payment_card: label, ip_address: drop}\n")
        once = redact("--policy", policy, "--key", key).stdout
        check(b"[email_address:" in once and b"[payment_card]" in once, once)
        equal(redact("--policy", policy, "--key", key, text=once).stdout, once, "the second output")


def tokens_of_a_policy_need_a_key():
    with folder() as tmp:
        policy = write(tmp + "/p.yaml", "kinds: {iban: token}\n")
        check(b"--key" in redact("--policy", policy, status=rig.WRONG).stderr, "no word of the key")


def a_wrong_policy_is_refused_with_file_and_line_before_anything_is_written():
    with folder() as tmp:
        for text, said in (("kinds:\n  email: mask\n", "line 2: there is no such kind"), ("kinds: {url: keep}\nkind: {}\n", "line 2: "),
                ("allow: [*x]\n", "line 1: "), ("", "line 1: "), ("#" * 70000, "at most 64 KiB")):
            policy = write(tmp + "/p.yaml", text)
            done = redact("--policy", policy, "-o", tmp + "/out", status=rig.WRONG)
            check(done.stderr.decode().startswith("staunch: " + policy + ": ") and said in done.stderr.decode()
                and done.stderr.count(b"\n") == 1, done.stderr)
            check(not os.path.exists(tmp + "/out"), "an output for " + text[:40])
        check(b"cannot read" in redact("--policy", tmp + "/none", status=rig.WRONG).stderr, "a file that is not there")


if __name__ == "__main__":
    rig.run_tests(
        kinds_and_allowed_values_are_as_the_policy_says,
        rules_of_the_policy_find_what_no_detector_knows,
        fields_are_replaced_as_a_whole_kept_or_dropped_in_every_structure,
        verify_accepts_what_the_policy_keeps_and_nothing_else,
        redacting_twice_changes_nothing,
        tokens_of_a_policy_need_a_key,
        a_wrong_policy_is_refused_with_file_and_line_before_anything_is_written,
    )
