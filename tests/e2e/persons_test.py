"""Persons and names from evidence (contract 5): the cases that are easy to get wrong, each in a store of its own."""
import csv
import io
import json
import os

import rig


def scanned(folder, files, own=(), order=1, jobs="2"):
    """(report revealed, case) of a store with these files: {name: bytes or text}."""
    store, case = os.path.join(folder, "store"), os.path.join(folder, "c.case")
    os.makedirs(store)
    for name, data in list(files.items())[::order]:
        with open(os.path.join(store, name), "wb") as out:
            out.write(data if isinstance(data, bytes) else data.encode())
    options = [o for domain in own for o in ("--own-domain", domain)] + ["--jobs", jobs]
    rig.scan(case, store, options=options)
    return rig.report(case, "--reveal", "test", status=rig.OK), case


def counts(files, own=()):
    with rig.folder() as folder:
        got, _ = scanned(folder, files, own)
        return {k: got["persons"][k] for k in ("min", "best", "max")}, got


def names(case):
    done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test"))
    return {row["canonical"]: int(row["mentions"]) for row in csv.DictReader(io.StringIO(done.stdout.decode())) if row["kind"] == "person_name"}


def mail(sender, to="b@fabrikam.com", body="Hello.\n", subject="Offer"):
    return ("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%d@contoso.com>\r\nDate: Mon, 5 Sep 2022 10:00:00 +0000\r\n\r\n%s" % (
        sender, to, subject, abs(hash((sender, to, body))), body)).encode()


def persons_of_nasty_cases():
    """(what, lines, own domains, min, best, max, role mailboxes, names)"""
    cases = [
        ("one address with two names", ["Anna Rossi <ar@contoso.com>", "Anna Bianchi <ar@contoso.com>"], (), 1, 1, 2, 0, 2),
        ("two addresses with one name in one domain", ["Anna Rossi <ar@contoso.com>", "Anna Rossi <anna@mail.contoso.com>"], (), 1, 2, 2, 0, 1),
        ("two addresses with one name in two domains", ["Anna Rossi <ar@contoso.com>", "Anna Rossi <ar@fabrikam.com>"], (), 2, 2, 2, 0, 1),
        ("a chain of names", ["Anna Rossi <a@contoso.com>", "Anna Rossi <b@contoso.com>", "Anna Bianchi <b@contoso.com>",
            "Anna Bianchi <c@contoso.com>"], (), 1, 3, 4, 0, 2),
        ("a role mailbox with the name of a person", ["Anna Rossi <info@contoso.com>"], (), 0, 0, 0, 1, 1),
        ("a list that somebody writes through", ["\"'Anna Rossi' via Sales\" <deals@contoso.com>"], (), 1, 1, 1, 0, 1),
        ("the same, and herself", ["\"'Anna Rossi' via Sales\" <deals@contoso.com>", "Anna Rossi <ar@contoso.com>"], (), 2, 2, 2, 0, 1),
        ("tags", ["ar@contoso.com ar+x@contoso.com ar+y@contoso.com"], (), 1, 3, 3, 0, 0),
        ("dots of a provider, and of others", ["ar@gmail.com a.r@gmail.com a.r@googlemail.com a.r@contoso.com ar@contoso.com"], (), 3, 5, 5, 0, 0),
        ("a tag and a name", ["Anna Rossi <ar+x@contoso.com>", "Anna Rossi <b@contoso.com>", "ar@contoso.com"], (), 1, 3, 3, 0, 1),
        ("departments, products, places", ["Sales Team <st@contoso.com>", "Microsoft Outlook <mo@contoso.com>", "New York <ny@contoso.com>"], (), 3, 3, 3, 0, 0),
        ("a name of 10 KB", ["\"%s\" <ar@contoso.com>" % ("Anna " * 2000), "%s <br@contoso.com>" % ("Anna" * 2500)], (), 2, 2, 2, 0, 0),
        ("marks and controls in a name", ["\"Anna \u202eRossi\" <ar@contoso.com>", "\"Anna\x1b[31m Rossi\" <br@contoso.com>"], (), 2, 2, 2, 0, 0),
    ]
    wrong = []
    for what, lines, own, least, best, most, roles, many in cases:
        got, report = counts({"a.txt": "\n".join(lines) + "\n"}, own)
        kinds = {row["kind"]: row["distinct"] for row in report["entities"]}
        found = (got["min"], got["best"], got["max"], report["role_mailboxes"], kinds.get("person_name", 0))
        if found != (least, best, most, roles, many):
            wrong.append("%s: min, best, max, roles, names are %r, not %r" % (what, found, (least, best, most, roles, many)))
    rig.check(not wrong, "\n    ".join(wrong))


def staff_is_a_part_and_is_joined_by_itself():
    with rig.folder() as folder:
        got, _ = scanned(folder, {"a.txt": "Anna Rossi <ar@contoso.com>\nAnna Rossi <anna@contoso.com>\nAnna Rossi <ar@fabrikam.com>\n"
            "Anna Bianchi <ar@contoso.com>\n"}, ["contoso.com"])
        staff = got["staff"]["persons"]
        rig.equal([staff[k] for k in ("min", "best", "max")], [1, 2, 3], "staff")
        rig.equal([got["persons"][k] for k in ("min", "best", "max")], [2, 3, 4], "persons")


def a_name_counts_where_the_book_of_the_whole_case_has_it_whatever_the_order():
    files = {"a.txt": "Yesterday Jordan Quolp called, and Austin Zwurt.\n", "b.eml": mail("Jordan Quolp <ar@contoso.com>"),
        "c.json": json.dumps([{"name": "Savannah Zwurt", "mail": "x@contoso.com"}, {"mail": "savannah.zwurt7@contoso.com"}]),
        "d.txt": "Dear Victoria Wexlo,\nKind regards,\nFlorence Brimfo\n", "e.txt": "Victoria Wexlo and Florence Brimfo\n"}
    want = {"jordan quolp": 2, "savannah zwurt": 1, "victoria wexlo": 2, "florence brimfo": 2}
    for order, jobs in ((1, "1"), (-1, "2")):
        with rig.folder() as folder:
            _, case = scanned(folder, files, (), order, jobs)
            rig.equal(names(case), want, "names with files in order %d, %s workers" % (order, jobs))


def evidence_that_comes_with_a_later_store_counts_for_an_earlier_one():
    with rig.folder() as folder:
        case = os.path.join(folder, "c.case")
        for name, text in (("one", "Jordan Quolp called.\n"), ("two", "From: Jordan Quolp <ar@contoso.com>\n"), ("three", "Austin Zwurt\n")):
            os.makedirs(os.path.join(folder, name))
            with open(os.path.join(folder, name, "a.txt"), "w", encoding="utf-8") as out:
                out.write(text)
            rig.scan(case, os.path.join(folder, name))
            rig.equal(names(case), {} if name == "one" else {"jordan quolp": 2}, "names after store %s" % name)


def mail_headers_encoded_words_quotes_and_html_give_pairs():
    html = ("From: b@fabrikam.com\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>&quot;Claire Dupont&quot; "
        "&lt;<a href=\"mailto:cd@contoso.com\">cd@contoso.com</a>&gt;</p>\r\n").encode()
    files = {"a.eml": mail("=?utf-8?q?J=C3=BCrgen_Gro=C3=9F?= <jg@contoso.com>", "\"Rossi, Anna\" <ar@contoso.com>,\r\n Ben Sisko <bs@contoso.com>",
        "> Von: Hans Keller [mailto:hk@contoso.com]\r\n> Gesendet: Montag\r\n"), "b.eml": html}
    with rig.folder() as folder:
        _, case = scanned(folder, files)
        done = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "csv", "--list", "persons", "--reveal", "test"))
        got = {(r["person"], r["name"]) for r in csv.DictReader(io.StringIO(done.stdout.decode())) if r["name"]}
        rig.equal(got, {("jg@contoso.com", "jürgen gross"), ("ar@contoso.com", "anna rossi"), ("bs@contoso.com", "ben sisko"),
            ("hk@contoso.com", "hans keller"), ("cd@contoso.com", "claire dupont")}, "names of persons")


def an_address_is_explained_and_masked_without_a_reason():
    text = "Anna Rossi <ar@contoso.com>\nAnna Bianchi <ar@contoso.com>\nAnna Rossi <b@contoso.com>\nb+x@contoso.com\nAnna Rossi <ar@fabrikam.com>\ninfo@contoso.com\n"
    with rig.folder() as folder:
        _, case = scanned(folder, {"a.txt": text})
        shown = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--explain", "ar@contoso.com", "--reveal", "test")).stdout.decode()
        for line in ("named anna rossi", "named anna bianchi", "one person with b@contoso.com: the same name at the same domain, anna rossi",
                "one person with b+x@contoso.com: they differ in a +tag"):
            rig.check(line in shown, "%r is not in %s" % (line, shown))
        for typed in ("Anna Rossi", "Rossi, Anna", "dr. ANNA ROSSI"):
            asked = rig.staunch("report", "--case", case, "--explain", typed, "--reveal", "test").stdout.decode()
            rig.check("person_name: 3 mentions" in asked, "asked for %r: %s" % (typed, asked))
        rig.check("fabrikam" not in shown, "a name joins two domains: %s" % shown)
        rig.check("no person" in rig.staunch("report", "--case", case, "--explain", "info@contoso.com").stdout.decode(), "a role mailbox is no person")
        for options in (["--explain", "ar@contoso.com"], ["--format", "csv", "--list", "persons"]):
            hidden = rig.expect(rig.OK, rig.staunch("report", "--case", case, *options)).stdout.decode().lower()
            rig.check("rossi" not in hidden and "bianchi" not in hidden and "ar@" not in hidden, "shown without a reason: %s" % hidden)


def names_that_nothing_confirms_are_nowhere():
    with rig.folder() as folder:
        got, case = scanned(folder, {"a.txt": "Jordan Quolp is a novel; Savannah Zwurt is nobody. x@contoso.com\n"})
        rig.equal([row["kind"] for row in got["entities"]], ["email_address"], "kinds")
        rig.equal(names(case), {}, "names")
        shown = rig.staunch("report", "--case", case, "--explain", "jordan quolp", "--reveal", "test").stdout.decode()
        rig.check("not found" in shown, "an unconfirmed name is explained: %s" % shown)


def fiscal_code(front):
    """An Italian fiscal code with its check letter (decree of 12 March 1974): invented front."""
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] + [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4,
        18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
    even = lambda c: int(c) if c.isdigit() else ord(c) - 65
    return front + chr(65 + sum(odd[c] if i % 2 == 0 else even(c) for i, c in enumerate(front)) % 26)


def a_national_id_and_an_address_are_one_person_where_they_are_alone_in_a_record():
    ids = [fiscal_code("RSSNNA80A%02dH501" % day) for day in range(41, 49)]
    rows = ["name,codice fiscale,mail", "x,%s,ar@contoso.com" % ids[0], "x,%s,br@contoso.com" % ids[1], "x,%s," % ids[2], "x,,cr@contoso.com",
        "x,%s,dr@contoso.com er@contoso.com" % ids[3], "x,%s,office@contoso.com" % ids[4], "x,%s,fr@contoso.com" % ids[5], "x,%s,fr@contoso.com" % ids[6],
        "x,%s,gr@contoso.com" % ids[7], "x,%s,gr@fabrikam.com" % ids[7]]
    rules = {"schema": "staunch.rules/1", "rules": [{"name": "code", "kind": "national_id", "confidence": 0.9, "pattern": "[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]"}]}
    with rig.folder() as folder:
        store, case = os.path.join(folder, "store"), os.path.join(folder, "c.case")
        os.makedirs(store)
        with open(os.path.join(store, "a.csv"), "w", encoding="utf-8") as out:
            out.write("\n".join(rows) + "\n")
        options = []
        if b"national_id" not in rig.staunch("detect", os.path.join(store, "a.csv")).stdout:
            options = ["--rules", os.path.join(folder, "rules.json")]
            with open(options[1], "w", encoding="utf-8") as out:
                json.dump(rules, out)
        rig.scan(case, store, options=options)
        got = rig.report(case, status=rig.OK)["persons"]
        # 8 ids and 8 addresses of persons; best joins ar, br, gr twice; fr has two ids: only min takes it and both for one.
        rig.equal([got[k] for k in ("min", "best", "max")], [10, 12, 16], "persons")


rig.run_tests(persons_of_nasty_cases, staff_is_a_part_and_is_joined_by_itself,
    a_name_counts_where_the_book_of_the_whole_case_has_it_whatever_the_order,
    evidence_that_comes_with_a_later_store_counts_for_an_earlier_one, mail_headers_encoded_words_quotes_and_html_give_pairs,
    a_national_id_and_an_address_are_one_person_where_they_are_alone_in_a_record, an_address_is_explained_and_masked_without_a_reason, names_that_nothing_confirms_are_nowhere)
