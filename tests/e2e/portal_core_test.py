"""From a case to what one party reads: scan, seal, a real keyholder, a portal and a courier of this test."""
import os
import pathlib
import subprocess
import time

import rig
from portal_client import (BEGIN_DOMAIN, BEGIN_MAILBOX, CHECK_DOMAIN, CODE, COUNTS, END, EXPORT, OPEN, REQUEST,
    SIGN, Courier, Index, Keyholder, Portal, opened, sodium)

FILES = {
    "fabrikam-contract.txt": "Contract for anna.rossi@fabrikam.com\nIBAN IT60X0542811101000000123456\n",
    "mails/one.eml": "From: Anna <anna.rossi@fabrikam.com>\nTo: bob@contoso.com\nDate: Mon, 2 Dec 2019 10:00:00 +0000\n"
        "Message-ID: <1@x.example>\nSubject: hi\n\nphone +39 06 1234 5678\n",
    "customers/0042/scan.txt": "Name: Carla Bianchi, IBAN IT60X0542811101000000123456\n",
    "wingtip-offer.txt": "write to info@tailspin.com or dan@wingtip.com\n",
}


def make_case(folder, files=FILES, seal=()):
    folder = pathlib.Path(folder)
    for name, words in files.items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
        os.utime(path, (1575280800, 1575280800))
    rig.expect(rig.OK, rig.staunch("scan", folder / "src", "--case", folder / "case", "--progress", "never"))
    rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", folder / "seal.key"))
    return seal_again(folder, *seal)


def seal_again(folder, *options):
    rig.expect(rig.OK, rig.staunch("seal", "--case", folder / "case", "--key", folder / "seal.key", "-o",
        folder / "index", "--name", "Northwind support cases", *options))
    return Index(folder / "index")


class Rig:
    """A case, its index and a keyholder with portal and courier."""

    def __init__(self, folder, *options, files=FILES, seal=()):
        self.folder = folder = pathlib.Path(folder)
        self.index = make_case(folder, files, seal)
        self.keyholder = Keyholder(folder, *options)
        self.connect()

    def connect(self):
        self.portal, self.courier = Portal(self.keyholder.path), Courier(self.keyholder.errands)

    def domain(self, name):
        begun = self.portal.ask(BEGIN_DOMAIN, name)
        rig.equal(begun.verdict, "done", "the answer to " + name)
        self.courier.txt[begun.txt_name] = begun.txt_value
        session = self.portal.ask(CHECK_DOMAIN, secret=begun.secret)
        rig.equal(session.verdict, "done", "the check of " + name)
        return session.secret

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.portal.close()
        self.courier.close()
        self.keyholder.kill()


def a_verified_mailbox_reads_its_own_part_and_nothing_of_others():
    with rig.folder() as path, Rig(path) as r:
        part = opened(r.portal, r.portal.mailbox(r.courier, "Anna.Rossi@Fabrikam.com"), r.index)
        rig.equal((part.records, part.alone, len(part.rows)), (2, 1, 2), "the records of anna")
        rows = {row["name"]: row for row in part.rows}
        contract = rows["fabrikam-contract.txt"]
        rig.equal(contract["date"], 1575280800, "the date of the contract")
        said = subprocess.run(["sha256sum", r.folder / "src/fabrikam-contract.txt"], capture_output=True, text=True, check=True).stdout
        rig.equal(contract["sha256"], said.split()[0], "the digest of the contract")
        rig.check(len(contract["record_sha256"]) == 64 and contract["record_sha256"] != contract["sha256"], "the digest of the record")
        rig.equal(sorted(contract["values"]), [("email_address", "a***@fabrikam.com", True, True),
            ("iban", "IT60 **** **** 3456", True, False)], "the values of the contract")
        shared = rows[""]
        rig.equal((shared["alone"], shared["date"], shared["sha256"], shared["record_sha256"]), (False, 0, "", ""), "the mail with contoso")
        rig.equal(shared["values"], [("email_address", "a***@fabrikam.com", True, True)], "what anna sees of the mail")


def an_organization_proven_by_dns_reads_counts_and_masks_and_no_values_beside_its_addresses():
    with rig.folder() as path, Rig(path) as r:
        part = opened(r.portal, r.domain("fabrikam.com"), r.index)
        rig.equal((part.records, part.alone, part.persons, part.employer), (2, 1, 1, 0), "the records of fabrikam")
        values = sorted(value for row in part.rows for value in row["values"])
        rig.equal(values, [("email_address", "a***@fabrikam.com", True, True)] * 2 + [("iban", "", True, False)],
            "the values of fabrikam")


def a_confirmed_employer_reads_full_addresses():
    with rig.folder() as path, Rig(path) as r:
        rig.expect(rig.OK, rig.staunch("case", "review", "--case", r.folder / "case", "--add", "employer fabrikam.com"))
        index = seal_again(r.folder)
        part = opened(r.portal, r.domain("fabrikam.com"), index)
        rig.check(part.employer and ("email_address", "anna.rossi@fabrikam.com", False, True) in part.rows[0]["values"],
            "the values are %s" % part.rows)


def a_role_mailbox_reads_the_counts_of_its_domain():
    with rig.folder() as path, Rig(path) as r:
        session = r.portal.mailbox(r.courier, "postmaster@fabrikam.com")
        part = opened(r.portal, session, r.index)
        rig.equal((part.audience, part.records, part.rows), (COUNTS, 2, []), "what the postmaster reads")


def who_is_in_no_record_and_who_is_only_ambiguous_get_the_same():
    with rig.folder() as path, Rig(path) as r:
        nobody = opened(r.portal, r.portal.mailbox(r.courier, "nobody@example.com"), r.index)
        carla = opened(r.portal, r.portal.mailbox(r.courier, "carla.bianchi@example.com"), r.index)
        rig.equal((nobody, carla), (None, None), "what nobody and carla get")
        rig.equal(r.index.unattributed, 1, "the records that are unattributed or in review")


def a_rule_of_review_gives_an_ambiguous_file_to_its_organization_until_it_is_taken_back():
    with rig.folder() as path, Rig(path) as r:
        case = r.folder / "case"
        rig.expect(rig.OK, rig.staunch("case", "review", "--case", case, "--add", "prefix /customers/0042 -> contoso.com"))
        session = r.domain("contoso.com")
        part = opened(r.portal, session, seal_again(r.folder))
        rig.equal((part.records, part.alone), (2, 1), "the records of contoso with the rule")
        rig.equal([row["values"] for row in part.rows if row["alone"]],
            [[("person_name", "", True, False), ("iban", "", True, False)]], "what contoso sees of the file")
        rig.expect(rig.OK, rig.staunch("case", "review", "--case", case, "--remove", "prefix /customers/0042 -> contoso.com"))
        rig.equal(opened(r.portal, session, seal_again(r.folder)).records, 1, "the records of contoso without the rule")


def a_code_is_wrong_five_times_and_then_gone_and_works_once():
    with rig.folder() as path, Rig(path) as r:
        pending = r.portal.ask(BEGIN_MAILBOX, "anna.rossi@fabrikam.com")
        code = r.courier.code_for("anna.rossi@fabrikam.com")
        wrong = ("0" if code[0] != "0" else "1") + code[1:]
        said = [r.portal.ask(CODE, secret=pending.secret, code=wrong) for _ in range(5)]
        rig.equal([(a.verdict, a.tries_left) for a in said], [("wrong", 4), ("wrong", 3), ("wrong", 2), ("wrong", 1),
            ("too-many", 0)], "five wrong codes")
        rig.equal(r.portal.ask(CODE, secret=pending.secret, code=code).verdict, "too-many", "the right one after them")
        pending = r.portal.ask(BEGIN_MAILBOX, "bob@contoso.com")
        code = r.courier.code_for("bob@contoso.com")
        rig.equal(r.portal.ask(CODE, secret=bytes(32), code=code).verdict, "expired", "the code from another browser")
        typed = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
        first = r.portal.ask(CODE, secret=pending.secret, code=typed)
        rig.equal(first.verdict, "done", "the code as people type it (%s)" % typed)
        rig.check(first.secret != pending.secret, "the session has the secret of the proof")
        rig.equal(r.portal.ask(CODE, secret=pending.secret, code=code).verdict, "expired", "the same code again")


def asking_says_the_same_for_everybody_and_mails_one_code_in_ten_minutes():
    with rig.folder() as path, Rig(path) as r:
        sizes = {len(r.portal.ask(BEGIN_MAILBOX, who).body) for who in ("anna.rossi@fabrikam.com", "nobody@example.com",
            "info@contoso.com", "anna.rossi@fabrikam.com", "postmaster@gmail.com")}
        rig.equal(len(sizes), 1, "how many sizes the answers have")
        r.courier.code_for("postmaster@gmail.com")
        rig.equal([m[0] for m in r.courier.mails], ["anna.rossi@fabrikam.com", "nobody@example.com", "info@contoso.com"],
            "who gets a mail")
        for bad in ("", "anna", "anna at fabrikam dot com", "a@b@c.com", "fabrikam.com", "\"x\"@fabrikam.com", "x" * 300):
            rig.equal(r.portal.ask(BEGIN_MAILBOX, bad).verdict, "no-identity", "the answer to %r" % bad)


def domains_that_are_nobodys_or_only_a_part_are_refused():
    with rig.folder() as path, Rig(path) as r:
        for name, verdict in (("gmail.com", "public"), ("co.uk", "public"), ("github.io", "public"),
                ("mail.fabrikam.com", "part"), ("not a domain", "no-identity"), ("anna@fabrikam.com", "no-identity")):
            rig.equal(r.portal.ask(BEGIN_DOMAIN, name).verdict, verdict, "the answer to " + name)


def a_domain_is_looked_up_at_each_check_and_export_and_refused_as_the_resolver_says():
    with rig.folder() as path, Rig(path) as r:
        begun = r.portal.ask(BEGIN_DOMAIN, "fabrikam.com")
        rig.equal(begun.txt_name, "_exposure-challenge.fabrikam.com", "the name of the record")
        for said in ("bogus", "disagree", "not-found", "unreachable", "v=1; token=x; expiry=never"):
            r.courier.txt[begun.txt_name] = said
            want = said if said in ("bogus", "disagree", "unreachable") else "not-found"
            rig.equal(r.portal.ask(CHECK_DOMAIN, secret=begun.secret).verdict, want, "the check with " + said)
        r.courier.txt[begun.txt_name] = begun.txt_value
        session = r.portal.ask(CHECK_DOMAIN, secret=begun.secret)
        rig.equal(session.verdict, "done", "the check with the token")
        case = [r.index.case()]
        rig.equal(r.portal.ask(EXPORT, secret=session.secret, cases=case).verdict, "done", "the export")
        r.courier.txt.clear()
        rig.equal(r.portal.ask(EXPORT, secret=session.secret, cases=case).verdict, "not-verified", "the export without it")
        rig.equal(r.portal.ask(OPEN, secret=session.secret, cases=case).verdict, "expired", "the session after that")


def without_a_resolver_a_check_is_unreachable_at_once():
    with rig.folder() as path, Rig(path) as r:
        r.courier.close()
        time.sleep(0.2)
        begun = r.portal.ask(BEGIN_DOMAIN, "fabrikam.com")
        rig.equal(r.portal.ask(CHECK_DOMAIN, secret=begun.secret).verdict, "unreachable", "the check")


def a_domain_registered_after_the_exposure_waits_for_a_person():
    with rig.folder() as path, Rig(path, seal=("--exposed-since", "2019-12-05")) as r:
        r.courier.registered_at = 1600000000
        session = r.domain("fabrikam.com")
        rig.equal(opened(r.portal, session, r.index), "held", "what it reads")
        rig.expect(rig.OK, rig.staunch("keyholder", "--key", r.folder / "seal.key", "--state", r.keyholder.state, "--allow",
            "fabrikam.com"))
        rig.equal(opened(r.portal, session, r.index).records, 2, "its records, once it is allowed")


def the_owner_sees_who_opened_its_record_and_can_have_it_erased():
    with rig.folder() as path, Rig(path) as r:
        session, domain = r.portal.mailbox(r.courier, "anna.rossi@fabrikam.com"), r.domain("fabrikam.com")
        opened(r.portal, session, r.index)
        opened(r.portal, session, r.index)
        opened(r.portal, domain, r.index)
        log = r.portal.ask(OPEN, secret=session, cases=[r.index.case()]).log
        rig.equal([(what, who) for _, _, what, who in log], [(OPEN, 4), (OPEN, 1)], "who opened anna's record")
        wish = r.portal.ask(REQUEST, secret=session, cases=[r.index.case()], wish=1, words="my name is Ana\x3cb\x3e")
        rig.equal(wish.verdict, "done", "the wish for correction")
        rig.equal(r.portal.ask(REQUEST, secret=session, cases=[r.index.case()], wish=2).verdict, "done", "the erasure")
        rig.equal(opened(r.portal, session, r.index), "erased", "the record after it")
        told = rig.expect(rig.OK, rig.staunch("keyholder", "--key", r.folder / "seal.key", "--state", r.keyholder.state,
            "--wishes")).stdout.decode()
        rig.check("correct  anna.rossi@fabrikam.com" in told and "my name is Ana" in told and "erase" in told, told)
        rig.equal(r.portal.ask(END, secret=session).verdict, "done", "the end")
        rig.equal(opened(r.portal, session, r.index), "expired", "the session after its end")


def the_budget_of_an_hour_holds_over_restarts():
    with rig.folder() as path, Rig(path, "--openings", 2) as r:
        sessions = [r.portal.mailbox(r.courier, who) for who in ("a@contoso.com", "b@contoso.com", "c@contoso.com")]
        got = [opened(r.portal, s, r.index) for s in sessions]
        if int(time.time()) % 3600 > 3500 and got != [None, None, "busy"]:
            rig.skip("the hour changed")
        rig.equal(got, [None, None, "busy"], "three sessions with a budget of two")
        r.keyholder.kill()
        r.keyholder.start()
        r.connect()
        rig.equal([opened(r.portal, s, r.index) for s in sessions], [None, None, "busy"], "the same after kill -9")


def a_kill_between_any_two_steps_loses_no_session_no_used_code_and_no_try():
    with rig.folder() as path, Rig(path) as r:
        def again():
            r.keyholder.kill()
            r.keyholder.start()
            r.connect()
        pending = r.portal.ask(BEGIN_MAILBOX, "bob@contoso.com")
        code = r.courier.code_for("bob@contoso.com")
        again()
        wrong = ("0" if code[0] != "0" else "1") + code[1:]
        rig.equal(r.portal.ask(CODE, secret=pending.secret, code=wrong).tries_left, 4, "tries after one")
        again()
        rig.equal(r.portal.ask(CODE, secret=pending.secret, code=wrong).tries_left, 3, "tries after two and a kill")
        session = r.portal.ask(CODE, secret=pending.secret, code=code)
        rig.equal(session.verdict, "done", "the code after two kills")
        again()
        rig.equal(r.portal.ask(CODE, secret=pending.secret, code=code).verdict, "expired", "the used code after a kill")
        rig.equal(opened(r.portal, session.secret, r.index).records, 1, "the session after a kill")
        again()
        rig.equal(len(r.portal.ask(OPEN, secret=session.secret, cases=[r.index.case()]).log), 1, "the log after a kill")


def a_signed_statement_names_document_case_subject_and_digest():
    with rig.folder() as path, Rig(path) as r:
        session = r.portal.mailbox(r.courier, "anna.rossi@fabrikam.com")
        answer = r.portal.ask(SIGN, secret=session, cases=[r.index.case()], document=1, sha256=bytes(range(32)))
        rig.equal(answer.verdict, "done", "signing")
        for line in ("document: absence", "subject: anna.rossi@fabrikam.com", "proof: mail", "case: " + r.index.case_id.hex(),
                "sha256: " + bytes(range(32)).hex()):
            rig.check(line + "\n" in answer.statement, "%r has no line %r" % (answer.statement, line))
        said = answer.statement.encode()
        rig.equal(sodium.crypto_sign_verify_detached(answer.signature, said, len(said), answer.public_key), 0, "the signature")
        rig.check(sodium.crypto_sign_verify_detached(answer.signature, said + b" ", len(said) + 1, answer.public_key) != 0,
            "a longer text verifies too")


def an_index_of_another_key_or_a_wrong_purpose_is_refused():
    with rig.folder() as path:
        folder = pathlib.Path(path)
        make_case(folder)
        rig.expect(rig.OK, rig.staunch("redact", "--new-key", folder / "redact.key"))
        for command in (("seal", "--case", folder / "case", "-o", folder / "x"), ("keyholder", "--socket", folder / "s")):
            done = rig.expect(rig.WRONG, rig.staunch(*command, "--key", folder / "redact.key"))
            rig.check(b"purpose" in done.stderr, done.stderr)
        os.chmod(folder / "seal.key", 0o644)
        rig.expect(rig.WRONG, rig.staunch("keyholder", "--key", folder / "seal.key", "--socket", folder / "s"))
        rig.check(not os.path.exists(folder / "x"), "an index was written")


def nonsense_on_either_socket_ends_the_connection_and_nothing_else():
    with rig.folder() as path, Rig(path) as r:
        for path in (r.keyholder.path, r.keyholder.errands):
            for junk in (b"\xff" * 64, b"GET / HTTP/1.1\r\n\r\n", bytes(8), b"\x02\0\0\0\xff\xff\xff\x7f", b"\x02\0\0\0\x04\0\0\0abcd"):
                peer = Portal(path)
                peer.sock.sendall(junk)
                peer.sock.settimeout(5)
                try:
                    got = peer.sock.recv(100)
                except OSError:
                    got = b""
                rig.equal(got, b"", "the answer to %r" % junk)
                peer.close()
        rig.equal(r.portal.ask(BEGIN_MAILBOX, "anna.rossi@fabrikam.com").verdict, "done", "a question after that")


rig.run_tests(a_verified_mailbox_reads_its_own_part_and_nothing_of_others,
    an_organization_proven_by_dns_reads_counts_and_masks_and_no_values_beside_its_addresses,
    a_confirmed_employer_reads_full_addresses,
    a_role_mailbox_reads_the_counts_of_its_domain,
    who_is_in_no_record_and_who_is_only_ambiguous_get_the_same,
    a_rule_of_review_gives_an_ambiguous_file_to_its_organization_until_it_is_taken_back,
    a_code_is_wrong_five_times_and_then_gone_and_works_once,
    asking_says_the_same_for_everybody_and_mails_one_code_in_ten_minutes,
    domains_that_are_nobodys_or_only_a_part_are_refused,
    a_domain_is_looked_up_at_each_check_and_export_and_refused_as_the_resolver_says,
    without_a_resolver_a_check_is_unreachable_at_once,
    a_domain_registered_after_the_exposure_waits_for_a_person,
    the_owner_sees_who_opened_its_record_and_can_have_it_erased,
    the_budget_of_an_hour_holds_over_restarts,
    a_kill_between_any_two_steps_loses_no_session_no_used_code_and_no_try,
    a_signed_statement_names_document_case_subject_and_digest,
    an_index_of_another_key_or_a_wrong_purpose_is_refused,
    nonsense_on_either_socket_ends_the_connection_and_nothing_else)
