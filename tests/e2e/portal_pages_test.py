"""The portal's pages through a real nginx: who sees what, what a form needs, what every answer carries, that asking tells
nothing, and that a scanner which opens every link and sends every form first neither learns nor breaks anything."""
import hashlib
import io
import math
import os
import re
import statistics
import subprocess
import time
import zipfile

import portal_rig
import rig

ANNA, NOBODY = "anna.rossi@contoso.com", "luca.neri@adatum.com"
LANGUAGES = ("en", "it", "fr")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=63072000", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow, noarchive"}


def a_person_sees_their_own_part_and_the_values_are_masked():
    with portal_rig.whole() as (port, _, _):
        page = portal_rig.Visitor(port).verify(ANNA)
        rig.equal(page.title(), "Your data was in 14 records", "title")
        for text in ("a***@contoso.com", "IT60 **** **** 1234", "invoice-2017-0442 &lt;b&gt;&amp;amp;.pdf",
                "13 records also hold data of others", "9 May 2017", "21,338 records, shown to nobody", "this page"):
            rig.check(text in page.text, "%r is not on the page:\n%s" % (text, page.text))
        rig.check(ANNA not in page.text, "the whole address stands on the page")


def whoever_has_nothing_reads_the_sentence_of_the_contract():
    sentences = {
        "en": "No record was attributed to this mailbox among 346,684 records read; 21,338 are unattributed or in review; "
            "searched for e-mail addresses, phone numbers,",
        "it": "Nessun record è stato attribuito a questa casella fra 346.684 record letti; 21.338 non sono attribuiti",
        "fr": "Aucun enregistrement n’a été attribué à cette boîte parmi 346\u202f684 enregistrements lus"}
    with portal_rig.whole() as (port, _, _):
        for language, sentence in sentences.items():
            page = portal_rig.Visitor(port).verify(NOBODY, language=language)
            rig.check(sentence in page.text, "%s: %r is not on\n%s" % (language, sentence, page.text))
            rig.check('<html lang="%s">' % language in page.text, "no lang")


def an_organization_sees_figures_and_its_own_documents():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        proof = visitor.submit("/en/domain", "/en/domain", {"domain": "fabrikam.com"})
        rig.check("_exposure-challenge.fabrikam.com" in proof.text and "v=1; token=abc" in proof.text, proof.text)
        page = visitor.submit("/en/proof", "/en/proof", {})
        rig.equal(page.title(), "3,306 mailboxes of persons at fabrikam.com", "title")
        for text in ("statement-of-work-fabrikam-2018.docx", "carol.draper@fabrikam.com", "22,870", "access key, starts AKIA"):
            rig.check(text in page.text, "%r is not on the page" % text)
        counts = portal_rig.Visitor(port).verify("security@fabrikam.com")
        rig.equal(counts.title(), "3,306 mailboxes of persons at fabrikam.com", "title of a role mailbox")
        rig.check("statement-of-work" not in counts.text and "carol" not in counts.text, "a role mailbox sees records")


def a_domain_that_is_not_proven_opens_nothing():
    with portal_rig.whole() as (port, _, _):
        for domain, said in (("gmail.com", "belongs to no single organization"), ("mail.fabrikam.com", "part of a larger domain"),
                ("no domain", "That is not a domain"), ("", "That is not a domain"), ("x" * 5000, "That is not a domain")):
            page = portal_rig.Visitor(port).submit("/en/domain", "/en/domain", {"domain": domain})
            rig.check(said in page.text, "%r: %s" % (domain[:20], page.text))
        visitor = portal_rig.Visitor(port)
        visitor.submit("/en/domain", "/en/domain", {"domain": "adatum.com"})
        page = visitor.submit("/en/proof", "/en/proof", {})
        rig.check("The record is not there yet" in page.text, page.text)
        rig.equal(visitor.get("/en/part").status, 403, "status of the part before the proof")


def a_wrong_code_is_counted_and_a_used_one_is_over():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        for left in ("4 tries are left", "3 tries are left", "2 tries are left", "1 try is left", "The tries are used up"):
            page = visitor.verify(ANNA, code="0000-0000") if left.startswith("4") else visitor.submit(
                "/en/code", "/en/code", {"code": "A" * 1000})
            rig.check(left in page.text, "%r is not on\n%s" % (left, page.text))
        page = visitor.submit("/en/code", "/en/code", {"code": portal_rig.CODE})
        rig.check("This has ended" in page.text, page.text)
        # Small letters and blanks are the same code; a second use of what it proved is none.
        visitor.submit("/en/", "/en/ask", {"address": ANNA})
        pending = dict(visitor.cookies)
        page = visitor.submit("/en/code", "/en/code", {"code": "7k3q 92md"})
        rig.equal(page.title(), "Your data was in 14 records", "title")
        thief = portal_rig.Visitor(port)
        thief.cookies = pending
        page = thief.submit("/en/code", "/en/code", {"code": portal_rig.CODE})
        rig.check("This has ended" in page.text, "a code was used twice")


def a_form_needs_the_token_of_its_page_and_the_cookie_of_its_visit():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        token = visitor.get("/en/").token()
        other = portal_rig.Visitor(port).get("/en/").token()
        good = {"address": ANNA}
        for what, fields, headers in (("no token", good, {}), ("another visit's", {**good, "token": other}, {}),
                ("a cut one", {**good, "token": token[:63]}, {}), ("from elsewhere", {**good, "token": token},
                {"Sec_Fetch_Site": "cross-site"}), ("of another origin", {**good, "token": token}, {"Origin": "https://evil.example"})):
            rig.equal(visitor.post("/en/ask", fields, **headers).status, 403, "status with " + what)
        for body, kind in (("token=%s&address=a%%00b" % token, None), ("{}", "application/json"), ("x", "text/plain"),
                ("token=%s&token=%s" % (token, token), None)):
            answer = visitor.ask("POST", "/en/ask", body, **({"Content_Type": kind} if kind else {}))
            rig.equal(answer.status, 400, "status of %r" % body[:20])
        rig.equal(visitor.post("/en/ask", {**good, "token": token}, Origin="null", Sec_Fetch_Site="same-origin").status, 303,
            "status of a good form")
        bare = portal_rig.Visitor(port)
        rig.equal(bare.post("/en/ask", {**good, "token": token}).status, 403, "status without cookies")


def every_answer_carries_the_headers_and_nothing_is_kept():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        style = re.search(r'href="(/static/[^"]+)"', visitor.get("/en/").text).group(1)
        paths = ["/", "/en/", "/it/code", "/fr/domain", "/en/genuine", "/en/happened", "/en/handling", "/en/part", "/en/none",
            "/none", "/en/part/9", "/en/proof", "/en/export", style, "/robots.txt", "/en/code?problem=%zz", "/en/correct?case=1"]
        for path in paths:
            for method in ("GET", "HEAD"):
                answer = visitor.ask(method, path)
                for name, value in HEADERS.items():
                    rig.equal(answer.headers.get_all(name), [value], "%s of %s %s" % (name, method, path))
                kept = answer.headers["Cache-Control"]
                rig.equal(kept, "public, max-age=31536000, immutable" if path == style else "no-store", "caching of " + path)
                rig.check(method == "GET" or not answer.body, "HEAD %s has a body" % path)
                rig.check("script" not in answer.body.decode() and "style=" not in answer.body.decode(), path + " has script or style")
        rig.equal(visitor.get("/en/none").status, 404, "status of no page")
        for line in portal_rig.Visitor(port).get("/en/").headers.get_all("Set-Cookie"):
            rig.check(re.fullmatch(r"__Host-visit=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax; Secure", line), line)


def the_language_is_the_browsers_or_the_addresses():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        for header, want in (("it-IT,it;q=0.9,en;q=0.8", "/it/"), ("fr", "/fr/"), ("de", "/en/")):
            answer = visitor.get("/", Accept_Language=header)
            rig.equal((answer.status, answer.headers["Location"], answer.headers["Vary"]), (303, want, "Accept-Language"), header)
        for language, title in zip(LANGUAGES, ("Prove a domain", "Provare un dominio", "Prouver un domaine")):
            page = visitor.get("/%s/domain?problem=public" % language)
            rig.equal(page.title(), title, "title")
            for other in LANGUAGES:
                if other != language:
                    rig.check('href="/%s/domain?problem=public"' % other in page.text, "no switch to " + other)
        hostile = visitor.get('/en/domain?problem="><b>&x=%3Cscript%3E')
        rig.check("<b>&x" not in hostile.text and "script" not in hostile.text, hostile.text)


def copies_and_statements_are_signed():
    with portal_rig.whole() as (port, folder, _):
        visitor = portal_rig.Visitor(port)
        page = visitor.verify(ANNA)
        for kind in ("json", "csv"):
            answer = visitor.post("/en/export", {"case": "1", "as": kind}, page.token())
            rig.equal((answer.status, answer.headers["Content-Type"]), (200, "application/zip"), "export")
            document = checked(folder, answer.body, "my-part." + kind)
            rig.check("IT60 **** **** 1234" in document and ANNA in document or kind == "csv", document)
        nobody = portal_rig.Visitor(port)
        page = nobody.verify(NOBODY, language="fr")
        answer = nobody.post("/fr/statement", {"case": "1"}, page.token())
        document = checked(folder, answer.body, "statement-of-absence.txt")
        rig.check(NOBODY in document and "Aucun enregistrement n’a été attribué" in document, document)
        rig.equal(nobody.post("/en/export", {"case": "1", "as": "json"}, page.token()).status, 404, "export of nothing")
        rig.equal(visitor.post("/en/statement", {"case": "1"}, page.token()).status, 403, "another visit's token")
        token = visitor.get("/en/part").token()
        rig.equal(visitor.post("/en/statement", {"case": "1"}, token).status, 404, "statement of absence for who is there")


def checked(folder, data, name):
    """The document of a zip whose signature holds for openssl and whose statement has its SHA-256."""
    files = zipfile.ZipFile(io.BytesIO(data))
    rig.equal(files.testzip(), None, "damage in the zip")
    rig.equal(sorted(files.namelist()), sorted([name, "statement.txt", "statement.sig", "key.pem", "README.txt"]), "files")
    for part in ("statement.txt", "statement.sig", "key.pem"):
        with open(os.path.join(folder, part), "wb") as file:
            file.write(files.read(part))
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "statement.txt",
        "-sigfile", "statement.sig"], cwd=folder, capture_output=True, text=True)
    rig.check(done.returncode == 0, "openssl says: " + done.stdout + done.stderr)
    document = files.read(name)
    rig.check(hashlib.sha256(document).hexdigest() in files.read("statement.txt").decode(), "statement without the SHA-256")
    return document.decode("utf-8")


def wishes_take_effect_and_leaving_ends_the_session():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        visitor.verify(ANNA)
        page = visitor.submit("/en/correct?case=1", "/en/correct", {"case": "1", "text": "The phone number ends in 13."})
        rig.equal(page.title(), "Your wish was sent", "title")
        page = visitor.submit("/en/correct?case=1", "/en/correct", {"case": "1", "text": "x" * 2001})
        rig.check("Nothing was written, or too much" in page.text, page.text)
        rig.equal(visitor.submit("/en/erase?case=1", "/en/erase", {"case": "1"}).title(), "Your entry was erased", "title")
        rig.equal(visitor.get("/en/part").title(), "This entry was erased", "title")
        session = dict(visitor.cookies)
        answer = visitor.post("/en/leave", {}, visitor.get("/en/part").token())
        rig.check("cookies" in answer.headers["Clear-Site-Data"], "no Clear-Site-Data")
        rig.equal(visitor.follow(answer).title(), "You are signed out", "title")
        visitor.cookies = session
        rig.equal(visitor.get("/en/part").status, 403, "status with the old cookies")


def a_notice_is_ours_or_not():
    with portal_rig.whole() as (port, _, _):
        visitor = portal_rig.Visitor(port)
        page = visitor.submit("/en/genuine", "/en/genuine", {"notice": "7K3Q-92MD-4XHF"})
        rig.check("Yes, this notice is ours" in page.text and "13 January 2020" in page.text, page.text)
        page = visitor.submit("/en/genuine", "/en/genuine", {"notice": "\"><b>1"})
        rig.check("We did not send a notice" in page.text and "<b>1" not in page.text, page.text)


def a_scanner_that_opens_every_link_and_sends_every_form_first_changes_nothing():
    with portal_rig.whole() as (port, _, _):
        human = portal_rig.Visitor(port)
        human.submit("/en/", "/en/ask", {"address": ANNA})
        scanner, seen, waiting = portal_rig.Visitor(port), set(), ["/en/", "/en/code", "/en/part", "/en/proof"]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            scanner.ask("HEAD", path)
            page = scanner.follow(scanner.get(path))
            everything = portal_rig.Everything(page.text)
            waiting += everything.links
            for action, fields in everything.forms:
                answer = scanner.follow(scanner.post(action, fields))
                rig.check("contoso" not in answer.text.replace("name@", ""), "%s shows something to a scanner" % action)
        rig.check(len(seen) > 15, "the scanner opened only %r" % sorted(seen))
        rig.equal(scanner.get("/en/part").status, 403, "what the scanner owns")
        page = human.submit("/en/code", "/en/code", {"code": portal_rig.CODE})
        rig.equal(page.title(), "Your data was in 14 records", "what the human sees afterwards")


def without_what_changes(answer):
    """Status, headers and bytes, without the date and with secrets of one length put out of the way."""
    headers = [(name, re.sub(r"=[\w-]{20,}", "=SECRET", value)) for name, value in answer.headers.items() if name not in ("Date", "Connection")]
    return answer.status, headers, re.sub(r"[0-9a-f]{64}", "TOKEN", answer.text), len(answer.body)


def asking_with_a_known_and_an_unknown_mailbox_gives_the_same_bytes_in_the_same_time():
    count = 2000
    with portal_rig.whole() as (port, _, _):
        times, seen = {ANNA: [], NOBODY: []}, {ANNA: set(), NOBODY: set()}
        visitor = portal_rig.Visitor(port)
        token = visitor.get("/en/").token()
        for number in range(2 * count + 200):
            address = (ANNA, NOBODY)[(number + number // 7) % 2]
            visitor.cookies.pop("__Host-pend", None)
            begin = time.perf_counter()
            answer = visitor.post("/en/ask", {"address": address}, token)
            if number >= 200:
                times[address].append(time.perf_counter() - begin)
            seen[address].add(repr(without_what_changes(answer)))
        code = {address: repr(without_what_changes(visitor.get("/en/code"))) for address in times}
    rig.equal(seen[ANNA], seen[NOBODY], "answers to a known mailbox")
    rig.equal(len(seen[ANNA]), 1, "different answers: %s" % rig.shown(seen[ANNA]))
    rig.equal(code[ANNA], code[NOBODY], "the page that follows")
    a, b = (sorted(rows)[: int(len(rows) * 0.95)] for rows in times.values())
    t = (statistics.mean(a) - statistics.mean(b)) / math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
    rig.check(abs(t) < 4.5, "Welch's t is %.2f over %d and %d requests" % (t, len(a), len(b)))


def a_portal_without_its_keyholder_says_so_and_comes_back():
    with rig.folder() as folder:
        with portal_rig.started(portal_rig.STAND, folder) as stand:
            portal_rig.until(lambda: os.path.exists(folder + "/keyholder"), "the stand")
            with portal_rig.portal(folder, "--processes", "2"), portal_rig.nginx(folder) as port:
                visitor = portal_rig.Visitor(port)
                rig.equal(visitor.verify(ANNA).status, 200, "status before")
                stand.kill()
                stand.wait()
                portal_rig.until(lambda: tried(port) in (502, 503), "an answer without a keyholder")
                rig.equal(portal_rig.Visitor(port).get("/en/").status in (200, 502), True, "a page that needs no keyholder")
                os.unlink(folder + "/keyholder")
                with portal_rig.started(portal_rig.STAND, folder):
                    portal_rig.until(lambda: tried(port) == 303, "an answer with a keyholder again")


def tried(port):
    visitor = portal_rig.Visitor(port)
    page = visitor.get("/en/")
    return visitor.post("/en/ask", {"address": ANNA}, page.token()).status if page.status == 200 else page.status


rig.run_tests(a_person_sees_their_own_part_and_the_values_are_masked, whoever_has_nothing_reads_the_sentence_of_the_contract,
    an_organization_sees_figures_and_its_own_documents, a_domain_that_is_not_proven_opens_nothing,
    a_wrong_code_is_counted_and_a_used_one_is_over, a_form_needs_the_token_of_its_page_and_the_cookie_of_its_visit,
    every_answer_carries_the_headers_and_nothing_is_kept, the_language_is_the_browsers_or_the_addresses,
    copies_and_statements_are_signed, wishes_take_effect_and_leaving_ends_the_session, a_notice_is_ours_or_not,
    a_scanner_that_opens_every_link_and_sends_every_form_first_changes_nothing,
    asking_with_a_known_and_an_unknown_mailbox_gives_the_same_bytes_in_the_same_time,
    a_portal_without_its_keyholder_says_so_and_comes_back)
