"""Who sees what, on the whole way: folders, scan, seal, a real keyholder, portal and nginx, a courier of this test, pages and copies."""
import contextlib
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import zipfile

import portal_rig
import rig
from portal_client import OPEN, Courier, Index, Keyholder, Portal

STORED_AT = 1575280800  # 2 December 2019
FILES = {
    "fabrikam-contract.txt": "Contract for anna.rossi@fabrikam.com\nIBAN IT60X0542811101000000123456\n",
    "mails/one.eml": "From: Anna <anna.rossi@fabrikam.com>\nTo: Bob <bob.bruni@contoso.com>\nDate: Mon, 2 Dec 2019 10:00:00 +0000\n"
        "Message-ID: <1@x.example>\nSubject: hi\n\nphone +39 06 1234 5678, IBAN IT14J0300203280328987341153\n",
    "customers/0042/scan.txt": "Name: Carla Bianchi, IBAN IT28W8000000292100645211151, phone +39 02 8765 4321\n",
}
# Everything of the mail that is not Fabrikam's, and everything of the file that is nobody's for certain.
OF_OTHERS = ("bob", "bruni", "contoso", "IT14", "1153", "1234 5678", "12345678", "one.eml", "mails", "0042", "scan.txt", "customers",
    "Carla", "Bianchi", "IT28", "1151", "8765", "4321")


def write_store(folder, files):
    for name, words in files.items():
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
        os.utime(path, (STORED_AT, STORED_AT))


def seal_case(folder, number, files, name):
    """An index of a store with these files, under the one seal key of the folder."""
    folder = pathlib.Path(folder)
    store, case, index = (folder / ("%s%d" % (what, number)) for what in ("store", "case", "index"))
    write_store(store, files)
    rig.scan(case, store)
    if not (folder / "seal.key").exists():
        rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", folder / "seal.key"))
    rig.expect(rig.OK, rig.staunch("seal", "--case", case, "--key", folder / "seal.key", "-o", index, "--name", name))
    return str(index)


class World:
    def __init__(self, folder, port, keyholder, courier, indices):
        self.folder, self.port, self.keyholder, self.courier, self.indices = folder, port, keyholder, courier, indices

    def mailbox(self, address):
        """A visitor that typed the code of its mail, and the page it came to."""
        visitor = portal_rig.Visitor(self.port)
        visitor.submit("/en/", "/en/ask", {"address": address})
        return visitor, visitor.submit("/en/code", "/en/code", {"code": self.courier.code_for(address)})

    def domain(self, name):
        """The same for who set the TXT record that the page asks for."""
        visitor = portal_rig.Visitor(self.port)
        asked = visitor.submit("/en/domain", "/en/domain", {"domain": name})
        self.courier.txt["_exposure-challenge." + name] = re.search(r"v=1; token=[\w-]{43}; expiry=[\w:-]+", asked.text).group(0)
        return visitor, visitor.submit("/en/proof", "/en/proof", {})


@contextlib.contextmanager
def world(*cases, options=()):
    """Pages of these cases, each {path: text}."""
    with rig.folder() as folder:
        indices = [seal_case(folder, i, files, "Case %d" % (i + 1)) for i, files in enumerate(cases)]
        keyholder = Keyholder(folder, *options)
        courier = Courier(keyholder.errands)
        try:
            with portal_rig.portal(folder, indices=indices, keyholder=keyholder.path), portal_rig.nginx(folder) as port:
                yield World(folder, port, keyholder, courier, indices)
        finally:
            courier.close()
            keyholder.kill()


def copy_of(visitor, page, case=1, form="json"):
    """The document of a signed copy."""
    answer = visitor.post("/en/export", {"case": str(case), "as": form}, page.token())
    rig.equal(answer.status, 200, "status of the copy")
    return zipfile.ZipFile(io.BytesIO(answer.body)).read("my-part." + form).decode()


def sha256sum(path):
    return subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]


def nothing_of_others(text, where):
    for word in OF_OTHERS:
        rig.check(not re.search(r"(?<![0-9a-f])" + re.escape(word), text, re.I), "%r is %s:\n%s" % (word, where, text))


def fabrikam_sees_its_document_by_name_date_and_hash_its_own_values_of_the_shared_mail_and_nothing_of_the_ambiguous_file():
    with world(FILES) as w:
        digest = sha256sum(os.path.join(w.folder, "store0/fabrikam-contract.txt"))
        rig.equal(digest, hashlib.sha256(FILES["fabrikam-contract.txt"].encode()).hexdigest(), "what sha256sum says")
        for visitor, page in (w.domain("fabrikam.com"), w.mailbox("anna.rossi@fabrikam.com")):
            for text in ("fabrikam-contract.txt", "2 December 2019", digest, "1 record also holds data of others", "1 record, shown to nobody"):
                rig.check(text in page.text, "%r is not on the page:\n%s" % (text, page.text))
            nothing_of_others(page.text, "on the page")
            copy = json.loads(copy_of(visitor, page))
            rig.equal((copy["records"], copy["records_alone"], len(copy["rows"])), (2, 1, 2), "records of the copy")
            rows = {row["alone"]: row for row in copy["rows"]}
            contract, mail = rows[True], rows[False]
            rig.equal((contract["document"], contract["date"], contract["sha256"]),
                ("fabrikam-contract.txt", "2019-12-02T10:00:00Z", digest), "the document of the copy")
            rig.equal([mail[key] for key in ("document", "date", "sha256", "record_sha256")], [None] * 4, "what names the shared mail")
            rig.equal([(value["kind"], value["value"]) for value in mail["values"]], [("email_address", "a***@fabrikam.com")],
                "values of the shared mail")
            nothing_of_others(json.dumps(copy["rows"]), "in the copy")
            nothing_of_others(copy_of(visitor, page, form="csv"), "in the copy as CSV")


def without_what_changes(page, address):
    """A page without the token of its form, the end of its session and the address as it is shown."""
    text = re.sub(r'value="[0-9a-f]{64}"', "", page.text)
    text = re.sub(r"until [^<]*</span>", "", text)
    return text.replace(address[0] + "***@", "***@")


def who_stands_only_in_an_ambiguous_file_gets_the_bytes_of_who_stands_nowhere():
    files = {**FILES, "customers/0042/scan.txt": FILES["customers/0042/scan.txt"] + "Tailspin Toys GmbH\n"}
    with world(files) as w:
        pages = []
        for address in ("carla.bianchi@example.com", "dario.nowhere@example.com"):
            visitor, page = w.mailbox(address)
            rig.check("No record was attributed to this mailbox among 3 records read; 1 are unattributed or in review" in page.text, page.text)
            pages.append(without_what_changes(page, address))
        rig.equal(pages[0], pages[1], "the page of who is only ambiguous")
        domains = []
        for name in ("tailspintoys.de", "nowherefound.de"):
            visitor, page = w.domain(name)
            domains.append(without_what_changes(page, name).replace(name, ""))
        rig.equal(domains[0], domains[1], "the page of a firm that is only ambiguous")


# --- several cases under one verification ---

FIRST = {"both.txt": "write to both.here@fabrikam.com\n", "one.txt": "write to first.only@contoso.com\n"}
SECOND = {"both.txt": "again both.here@fabrikam.com\nand IBAN IT60X0542811101000000123456\n", "two.txt": "write to second.only@wingtip.com\n"}


def figures(page):
    """{case: what stands beside it} of the page that lists the cases."""
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td[^>]*>(.*?)</td>', page.text, re.S)
    return {re.sub(r"<[^>]*>", "", case).strip(): re.sub(r"<[^>]*>", "", value).strip() for case, value in rows}


def one_verification_opens_each_case_and_each_says_only_what_it_holds():
    with world(FIRST, SECOND) as w:
        wanted = {"both.here@fabrikam.com": ("1", "1"), "first.only@contoso.com": ("1", "none attributed"),
            "second.only@wingtip.com": ("none attributed", "1"), "in.none@adatum.com": ("none attributed", "none attributed")}
        for address, (first, second) in wanted.items():
            visitor, page = w.mailbox(address)
            rig.equal(figures(page), {"Case 1": first, "Case 2": second}, "the cases of " + address)
            for case, found in ((1, first), (2, second)):
                part = visitor.get("/en/part/%d" % case)
                rig.equal(part.status, 200, "status of case %d of %s" % (case, address))
                rig.equal("No record was attributed" in part.text, found == "none attributed", "case %d of %s is negative" % (case, address))
                rig.equal("IT60 **** **** 3456" in part.text, address.startswith("both") and case == 2, "the IBAN in case %d of %s" % (case, address))
            rig.equal(visitor.get("/en/part/3").status, 404, "status of a third case")
        visitor, page = w.mailbox("in.none@wingtip.com")
        statement = visitor.post("/en/statement", {"case": "2"}, visitor.get("/en/part/2").token())
        text = zipfile.ZipFile(io.BytesIO(statement.body)).read("statement-of-absence.txt").decode()
        rig.check("Case: Case 2 (" in text and "Case 1" not in text, text)


def each_case_has_its_own_line_in_the_log_and_erasing_in_one_leaves_the_other():
    with world(FIRST, SECOND) as w:
        ids = [Index(path).case_id for path in w.indices]
        visitor, _ = w.mailbox("both.here@fabrikam.com")
        portal = Portal(w.keyholder.path)
        cases = [Index(path).case() for path in w.indices]
        session = portal.mailbox(w.courier, "second.only@wingtip.com")
        rig.equal([opening[0] for opening in portal.ask(OPEN, secret=session, cases=cases).openings], ["opened"] * 2, "both cases")
        log = portal.ask(OPEN, secret=session, cases=cases[:1]).log
        rig.equal(sorted({entry[1] for entry in log}), sorted(ids), "cases in the log")
        portal.close()
        visitor.submit("/en/erase?case=2", "/en/erase", {"case": "2"})
        rig.equal(visitor.get("/en/part/2").title(), "This entry was erased", "the erased case")
        rig.check("IT60" not in visitor.get("/en/part/2").text, "the erased case shows values")
        rig.check("both.txt" in visitor.get("/en/part/1").text, "the other case is gone too")
        rig.check("who proved this mailbox by code" in visitor.get("/en/part/1").text, "the other case has no line of the log")


def the_budget_counts_a_session_once_however_many_cases_it_opens():
    with world(FIRST, SECOND, options=("--openings", 2)) as w:
        pages = [w.mailbox(address) for address in ("both.here@fabrikam.com", "first.only@contoso.com", "second.only@wingtip.com")]
        rig.equal([page.status for _, page in pages], [200, 200, 429], "three sessions with a budget of two")
        rig.equal([pages[0][0].get("/en/part/%d" % case).status for case in (1, 2)], [200, 200], "cases of a session that is in")
        rig.equal([pages[2][0].get("/en/part/%d" % case).status for case in (1, 2)], [429, 429], "cases of one that is not")


rig.run_tests(fabrikam_sees_its_document_by_name_date_and_hash_its_own_values_of_the_shared_mail_and_nothing_of_the_ambiguous_file,
    who_stands_only_in_an_ambiguous_file_gets_the_bytes_of_who_stands_nowhere,
    one_verification_opens_each_case_and_each_says_only_what_it_holds,
    each_case_has_its_own_line_in_the_log_and_erasing_in_one_leaves_the_other,
    the_budget_counts_a_session_once_however_many_cases_it_opens)
