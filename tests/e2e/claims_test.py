"""What others said in 2022, next to what is counted: a generated set in the proportions of those claims, with repeats
whose number is known. The report gives raw, distinct, and the sentence that says the difference."""
import json
import os

import rig

# Thousands as claimed, and what of them is distinct here.
SCALE = 1000 if rig.FULL else 10
MAILS, MAILS_DISTINCT = 335 * SCALE, 133211 * SCALE // 1000
PROJECTS, PROJECTS_DISTINCT = 133 * SCALE, 41250 * SCALE // 1000
USERS, USERS_DISTINCT = 548 * SCALE, 71500 * SCALE // 1000


def number(value):
    return "{:,}".format(value)


def make_set(out):
    """Mails in a mailbox, projects as rows, users as documents; repeats are later copies of the first ones."""
    for name in ("mail", "projects", "users"):
        os.makedirs(os.path.join(out, name))
    with open(os.path.join(out, "mail", "all.mbox"), "w") as file:
        for i in range(MAILS):
            of = i % MAILS_DISTINCT
            file.write("From MAILER Mon Sep 19 08:00:00 2022\nMessage-ID: <m%d>\nDate: Mon, 19 Sep 2022 08:00:00 +0000\n"
                "Subject: statement of work %d\n\nNumber %d, as agreed.\n\n" % (of, of, of))
    with open(os.path.join(out, "projects", "all.csv"), "w") as file:
        file.write("project_id,title\n")
        for i in range(PROJECTS):
            file.write("P-%d,rollout %d\n" % (i % PROJECTS_DISTINCT, i % PROJECTS_DISTINCT))
    with open(os.path.join(out, "users", "all.jsonl"), "w") as file:
        for i in range(USERS):
            of = i % USERS_DISTINCT
            file.write('{"user":"person.%d@firm%d.example"}\n' % (of, of % 150))


def write_claims(path):
    with open(path, "w") as file:
        file.write("# as printed in October 2022, in small\n")
        for unit, value, claim in (("e-mails", MAILS, "e-mails"), ("projects", PROJECTS, "projects"), ("users", USERS, "users")):
            file.write('%s\t%s\tfinder, 19 Oct 2022\t"%s+ %s"\n' % (unit, number(value), number(value), claim))


def the_claims_of_2022_count_copies_and_the_report_says_so():
    with rig.folder() as out:
        store, case, claims = (os.path.join(out, name) for name in ("set", "x.case", "claims.tsv"))
        make_set(store)
        write_claims(claims)
        rig.scan(case, *(os.path.join(store, name) for name in ("mail", "projects", "users")),
            options=("--id-field", "project=project_id"))
        got = rig.report(case, "--claims", claims)
        mails, rows, users = got["claims"]
        rig.equal(mails["ours"], {"unit": "message", "raw": MAILS, "distinct": MAILS_DISTINCT}, "e-mails")
        rig.equal(rows["ours"], {"unit": "project", "raw": PROJECTS, "distinct": PROJECTS_DISTINCT}, "projects")
        rig.equal(users["ours"]["max"], USERS_DISTINCT, "users, at most")
        rig.equal(mails["difference"], "Claimed %s e-mails; we count %s messages as stored, %s distinct: the claim counts copies, "
            "%s of them repeats." % tuple(map(number, (MAILS, MAILS, MAILS_DISTINCT, MAILS - MAILS_DISTINCT))), "e-mails")
        rig.check("as stored, %s distinct: the claim counts copies" % number(PROJECTS_DISTINCT) in rows["difference"],
            rows["difference"])
        rig.check("persons" in users["difference"] and "every copy counted; records are no persons" in users["difference"],
            users["difference"])
        rig.equal([claim["claim"] for claim in got["claims"]][0], '"%s+ e-mails"' % number(MAILS), "the claim as it was given")
        for form in ("text", "html"):
            page = rig.staunch("report", "--case", case, "--claims", claims, "--format", form).stdout.decode()
            words = " ".join(page.split())
            rig.check("messages as stored, %s distinct" % number(MAILS_DISTINCT) in words, form + " has no claims")
        rig.equal(rig.report(case)["claims"], [], "without --claims")


def a_claim_about_what_was_not_read_is_not_denied():
    with rig.folder() as out:
        os.mkdir(os.path.join(out, "s"))
        with open(os.path.join(out, "s", "a.zip"), "wb") as file:
            file.write(b"PK\x03\x04torn")
        with open(os.path.join(out, "s", "a.csv"), "w") as file:
            file.write("mail,n\na@contoso.com,1\n")
        with open(os.path.join(out, "c.json"), "w") as file:
            json.dump([{"claim": "50 records", "unit": "records", "value": 50, "source": "x"}], file)
        rig.scan(os.path.join(out, "x.case"), os.path.join(out, "s"), status=rig.INCOMPLETE)
        row = rig.report(os.path.join(out, "x.case"), "--claims", os.path.join(out, "c.json"))["claims"][0]
        rig.check("we cannot tell what they hold" in row["difference"], row["difference"])


rig.run_tests(the_claims_of_2022_count_copies_and_the_report_says_so, a_claim_about_what_was_not_read_is_not_denied)
