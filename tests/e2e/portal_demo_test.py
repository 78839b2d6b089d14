"""`staunch portal --demo`: scan, seal, the real keyholder and the portal on loopback, walked as a newcomer does: person,
organization, role mailbox, nobody; a scanner that comes first; and nothing is left behind."""
import glob
import os
import re
import signal
import subprocess
import time

import portal_rig
import rig


class Demo:
    def __init__(self, folder):
        self.port = portal_rig.free_port()
        while portal_rig.answers(self.port + 1):
            self.port = portal_rig.free_port()
        self.began = time.monotonic()
        self.process = subprocess.Popen([rig.STAUNCH, "portal", "--demo", "--listen", "127.0.0.1:%d" % self.port],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": folder, "TZ": "UTC0"})
        said = ""
        while "Ctrl-C" not in said:
            line = self.process.stdout.readline()
            rig.check(line, "the demo ended: %s%s" % (said, self.process.stderr.read() if self.process.poll() is not None else ""))
            said += line
        portal_rig.until(lambda: portal_rig.answers(self.port) and portal_rig.answers(self.port + 1), "the demo")
        self.took = time.monotonic() - self.began
        self.said = said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def visitor(self):
        return portal_rig.Plain(self.port, "127.0.0.1:%d" % self.port)

    def mails(self):
        return portal_rig.Plain(self.port + 1, "127.0.0.1").get("/").text

    def code(self, address):
        """The newest code that was mailed to it."""
        pattern = re.escape(address) + r"</b></p>\s*<p>Your code is ([0-9A-Z]{4}-[0-9A-Z]{4})"
        portal_rig.until(lambda: re.search(pattern, self.mails()), "the mail")
        return re.search(pattern, self.mails()).group(1)

    def verify(self, address, language="en", code=None):
        visitor = self.visitor()
        visitor.submit("/%s/" % language, "/%s/ask" % language, {"address": address})
        code = code or self.code(address)
        return visitor, visitor.submit("/%s/code" % language, "/%s/code" % language, {"code": code})


def a_newcomer_walks_the_whole_path_and_each_party_sees_its_own_part():
    with rig.folder() as folder, Demo(folder) as demo:
        rig.check(demo.took < 60, "the demo took %d s to start" % demo.took)
        visitor, anna = demo.verify("anna.rossi@contoso.com")
        rig.check(re.match(r"Your data was in 1[0-9] records", anna.title()), anna.title())
        for text in ("a***@contoso.com", "invoice-2017-0442.txt", "IT60 **** **** 3456", "1 record also holds data of others", "cases.jsonl", "12 records; the SHA-256",
                "14 September 2018", "from 5 December 2019 at the latest until 31 December 2019"):
            rig.check(text in anna.text, "%r is not on the page of the person:\n%s" % (text, anna.text))
        for text in ("carol", "brian", "fabrikam", "hand-over", "2018-09-03", "anna.rossi", "RSSMRA85T10A562S"):
            rig.check(text not in anna.text, "%r is on the page of the person" % text)
        answer = visitor.post("/en/export", {"case": "1", "as": "json"}, anna.token())
        rig.equal((answer.status, answer.headers["Content-Type"]), (200, "application/zip"), "the copy")
        for text in (b"carol", b"brian", b"fabrikam", b"hand-over", b"RSSMRA85T10A562S"):
            rig.check(text not in answer.body, "%r is in the copy" % text)
        seen = visitor.get("/en/part").text
        rig.check("this page</td>" in seen and "a copy to keep" in seen, "the log: " + seen)

        owner = demo.visitor()
        proof = owner.submit("/it/domain", "/it/domain", {"domain": "fabrikam.com"})
        rig.check("_exposure-challenge.fabrikam.com" in proof.text, proof.text)
        page = owner.submit("/it/proof", "/it/proof", {})
        rig.check("presso fabrikam.com" in page.title(), page.title())
        rig.check("statement-of-work" in page.text, "the organization's document is not named")
        for text in ("anna", "contoso", "rossi", "carol.draper@", "hand-over"):
            rig.check(text not in page.text.lower(), "%r is on the page of the organization" % text)
        rig.check("_exposure-challenge.fabrikam.com" in demo.mails(), "the check did not reach the page of mails")

        _, role = demo.verify("security@fabrikam.com")
        rig.check("at fabrikam.com" in role.title() and "statement-of-work" not in role.text, role.text)
        _, nobody = demo.verify("pat.lee@example.com", "fr")
        rig.equal(nobody.title(), "Aucun enregistrement n’a été attribué à cette boîte", "title for nobody")
        state = b"".join(open(path, "rb").read() for path in glob.glob(folder + "/*/state*") + glob.glob(folder + "/*/demo.index"))
        for text in (b"anna", b"contoso", b"fabrikam", b"example.com"):
            rig.check(text not in state.lower(), "%r stands in the index or in the keyholder's state" % text)


def a_code_works_once_in_its_browser_and_five_tries_end_it():
    with rig.folder() as folder, Demo(folder) as demo:
        human = demo.visitor()
        human.submit("/en/", "/en/ask", {"address": "luca.donati@contoso.com"})
        code = demo.code("luca.donati@contoso.com")
        thief = demo.visitor()
        rig.check("This has ended" in thief.submit("/en/code", "/en/code", {"code": code}).text, "another browser used the code")
        rig.equal(human.submit("/en/code", "/en/code", {"code": code}).status, 200, "status for the human")
        rig.check("This has ended" in human.submit("/en/code", "/en/code", {"code": code}).text, "the code worked twice")
        guesser = demo.visitor()
        guesser.submit("/en/", "/en/ask", {"address": "claire.moreau@adatum.com"})
        for left in ("4 tries are left", "3 tries are left", "2 tries are left", "1 try is left", "The tries are used up"):
            page = guesser.submit("/en/code", "/en/code", {"code": "00000000"})
            rig.check(left in page.text, "%r is not on\n%s" % (left, page.text))
        right = demo.code("claire.moreau@adatum.com")
        page = guesser.submit("/en/code", "/en/code", {"code": right})
        rig.check("record" not in page.title(), "the right code worked after five wrong ones")


def a_party_with_only_shared_or_ambiguous_records_learns_no_more_than_nobody():
    """The hand-over note names nobody: whoever asks gets the page of nobody, byte for byte but for the masked mailbox."""
    with rig.folder() as folder, Demo(folder) as demo:
        texts = []
        for address in ("pat.lee@example.com", "pat.lou@example.com"):
            _, page = demo.verify(address)
            texts.append(re.sub(r"\d\d:\d\d|[0-9a-f]{64}", "X", page.text))
        rig.equal(texts[0], texts[1], "page for nobody")
        rig.check("unattributed or in review" in texts[0], texts[0])


def ctrl_c_ends_everything_and_leaves_nothing_behind():
    with rig.folder() as folder:
        with Demo(folder) as demo:
            portal_rig.until(lambda: len(rig.family(demo.process.pid)) >= 8, "the processes of the demo")
            family = rig.family(demo.process.pid)
            names = os.listdir(folder)
            rig.equal(len(names), 1, "folders of the demo")
            demo.process.send_signal(signal.SIGINT)
            rig.equal(demo.process.wait(30), 0, "exit status")
        rig.equal(os.listdir(folder), [], "what is left in the folder")
        portal_rig.until(lambda: not any(rig.process(pid) for pid in family), "the end of all processes")
        with Demo(folder) as demo:
            family = rig.family(demo.process.pid)
            demo.process.kill()
            portal_rig.until(lambda: not any(rig.process(pid) for pid in family), "the end of all processes after SIGKILL")


rig.run_tests(a_newcomer_walks_the_whole_path_and_each_party_sees_its_own_part,
    a_code_works_once_in_its_browser_and_five_tries_end_it,
    a_party_with_only_shared_or_ambiguous_records_learns_no_more_than_nobody,
    ctrl_c_ends_everything_and_leaves_nothing_behind)
