"""Rules for what the data does not say whose it is: shown before they count, taken back, logged, and never stronger than an
address."""
import os
import pathlib
import sqlite3

import rig

FOLDER = rig.folder()
OUT = pathlib.Path(FOLDER.__enter__())
CASE = OUT / "case"
FILES = {"customers/0042/a.txt": "Name: Carla Bianchi, IBAN IT60X0542811101000000123456\n",
    "customers/0042/b.txt": "IBAN IT60X0542811101000000123456\n",
    "customers/0042/c.txt": "write to bob@fabrikam.com\n",
    "customers/00421/d.txt": "Name: Dario Verdi, phone +39 06 1234 5678\n",
    "board/e.txt": "Contract for anna@contoso.com\n"}


def made():
    for name, words in FILES.items():
        (OUT / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (OUT / "src" / name).write_text(words)
    rig.scan(CASE, OUT / "src")
    rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", OUT / "key"))


def review(*options, status=rig.OK):
    done = rig.expect(status, rig.staunch("case", "review", "--case", CASE, *options))
    return done.stdout.decode() + done.stderr.decode()


def sealed():
    return rig.expect(rig.OK, rig.staunch("seal", "--case", CASE, "--key", OUT / "key", "-o", OUT / "index")).stdout.decode()


def events():
    db = sqlite3.connect("file:%s?mode=ro" % CASE, uri=True)
    names = [row[0] for row in db.execute("SELECT what FROM events ORDER BY id")]
    db.close()
    return names


def without_rules_what_names_nobody_for_certain_is_in_review():
    rig.equal(review(), "unattributed or in review: 3 of 5 distinct records\nwhere they are: --reveal REASON\n", "the review")
    told = review("--reveal", "test")
    rig.check("         2  %s:/customers/0042\n" % (OUT / "src") in told and "1  %s:/customers/00421\n" % (OUT / "src") in told, told)
    rig.equal(events()[-1], "reveal", "the last event")


def a_rule_is_shown_first_and_a_dry_run_changes_nothing():
    before = events()
    told = review("--add", "prefix /customers/0042 -> contoso.com", "--dry-run")
    rig.check("new  prefix /customers/0042 -> contoso.com\n     3 records under it: 2 are the party's, 1 hold others and show it "
        "nothing\n" in told and "1 of 5 distinct records, 3 before" in told, told)
    rig.equal(events(), before, "events after a dry run")
    rig.check("3 unattributed" in sealed(), "the dry run counts")


def a_rule_counts_from_the_next_sealing_and_is_taken_back():
    review("--add", "prefix /customers/0042/ -> Contoso")
    rig.check("1 unattributed" in sealed(), "the rule does not count")
    rig.check(review().startswith("rule prefix /customers/0042 -> contoso.com\n"), review())
    review("--remove", "prefix /customers/0042 -> contoso.com")
    rig.check("3 unattributed" in sealed(), "the rule still counts")
    rig.equal([e for e in events() if e.startswith("rule")], ["rule added", "rule removed"], "events of rules")


def what_is_withheld_is_shown_to_nobody_whatever_a_wider_rule_says():
    review("--add", "withhold /board", "--add", "prefix / -> contoso.com")
    rig.check("2 unattributed" not in sealed(), "nothing is withheld")
    told = review()
    rig.check("rule withhold /board\n     1 records under it: shown to nobody\n" in told, told)
    review("--remove", "withhold /board", "--remove", "prefix / -> contoso.com")


def what_is_no_rule_is_refused_and_changes_nothing():
    before = events()
    for rule in ("prefix", "prefix /x", "prefix x -> contoso.com", "prefix /x -> gmail.com", "prefix /x -> mail.contoso.com",
            "prefix /x -> Wingtip", "employer anna@contoso.com", "employer gmail.com", "delete /x", "withhold x"):
        review("--add", rule, status=rig.WRONG)
    review("--remove", "withhold /board", status=rig.WRONG)
    rig.expect(rig.WRONG, rig.staunch("case", "close", "--case", CASE))
    rig.equal(events(), before, "events")


def a_case_that_is_being_scanned_is_not_cut():
    rig.check(not os.path.exists(str(CASE) + ".work"), "the work folder is left behind")
    with sqlite3.connect(CASE) as db:
        db.execute("INSERT INTO runs VALUES (1, 'm-000001.run', 109, 1, 1)")
    done = rig.expect(rig.WRONG, rig.staunch("seal", "--case", CASE, "--key", OUT / "key", "-o", OUT / "other"))
    rig.check(b"has not finished" in done.stderr, done.stderr)
    rig.check(not os.path.exists(OUT / "other"), "an index was written")


made()
rig.run_tests(without_rules_what_names_nobody_for_certain_is_in_review,
    a_rule_is_shown_first_and_a_dry_run_changes_nothing,
    a_rule_counts_from_the_next_sealing_and_is_taken_back,
    what_is_withheld_is_shown_to_nobody_whatever_a_wider_rule_says,
    what_is_no_rule_is_refused_and_changes_nothing,
    a_case_that_is_being_scanned_is_not_cut)
