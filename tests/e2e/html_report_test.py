"""The HTML report in a browser: it can be used by everybody (axe-core), asks for nothing, fits a telephone, light, dark
and paper, and stays harmless and small whatever the data holds. Screenshots: BUILD/screens."""
import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import re
import subprocess
import zipfile

import browser
import rig

AXE = os.path.join(rig.ROOT, "build/axe/axe.min.js")
SCREENS = os.path.join(rig.BUILD, "screens")
LIGHT, DARK = (0xFB, 0xFB, 0xF8), (0x13, 0x18, 0x1B)
MOST_BYTES = 5_000_000
MARKUP = "</script><img src=x onerror=alert(1)>"
FORMULA = "=cmd|' C calc'!A0"
BIDI = "invoice\u202egpj.exe"


class Elements(html.parser.HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.now = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.now.append(tag)

    def handle_endtag(self, tag):
        if tag in self.now:
            del self.now[len(self.now) - 1 - self.now[::-1].index(tag):]

    def handle_data(self, data):
        for tag in set(self.now):
            self.texts[tag] = self.texts.get(tag, "") + data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def html_report(case, path, *options):
    rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--format", "html", "-o", path, *options))
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data.encode() if isinstance(data, str) else data)


def deep_file(folder, depth):
    """A file whose path has depth times 250 bytes: longer than any call takes at once."""
    at = os.open(folder, os.O_DIRECTORY)
    for _ in range(depth):
        name = "long" + "x" * 246
        os.mkdir(name, dir_fd=at)
        inner = os.open(name, os.O_DIRECTORY, dir_fd=at)
        os.close(at)
        at = inner
    file = os.open("broken.gz", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=at)
    os.write(file, b"\x1f\x8b\x08\0not a gzip file")
    os.close(file)
    os.close(at)


def hostile_case(out):
    """A case of what people who do not like us would leave about: names, values, an encrypted archive, a torn one."""
    stores = [os.path.join(out, name.replace("/", "_")) for name in (MARKUP, FORMULA)]
    for number, store in enumerate(stores):
        rows = ["name,mail,link"] + ["r%d,u%d@contoso.com,https://files.example/%s?a=1&b='%d'" % (
            i, i, MARKUP.replace("/", "%2f") if i % 2 else "ok", i) for i in range(60)]
        rows.append("odd,only%d@fabrikam.example,+39 02 1234 5678" % number)
        write(os.path.join(store, MARKUP.replace("/", "_") + ".csv"), "\n".join(rows))
        write(os.path.join(store, BIDI), b"PK\x03\x04" + b"\xff" * 40)
        write(os.path.join(store, FORMULA + ".gz"), b"\x1f\x8b\x08\0broken")
        write(os.path.join(store, "control\x1b[31m\x07.bz2"), b"BZh9broken")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("x" * 4000 + MARKUP + ".gz", b"\x1f\x8b\x08\0broken")
            archive.writestr("\u202e" + FORMULA, "mail to hidden@fabrikam.example")
        write(os.path.join(store, "names.zip"), packed.getvalue())
    deep_file(stores[0], 40)
    case = os.path.join(out, "hostile.case")
    rig.scan(case, *stores, status=rig.INCOMPLETE)
    return case


def claims_file(out):
    path = os.path.join(out, "claims.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump([{"claim": "1,000 support records", "unit": "records", "value": 1000, "source": "finder, 29 Dec"},
            {"claim": MARKUP, "unit": MARKUP, "value": "7", "source": BIDI}], file)
    return path


_pages = {}


def pages(out):
    """{name: path} of reports that differ: a complete case, masked and shown, hostile ones, an empty one."""
    stores, _ = rig.make_example(os.path.join(out, "stores"), 200)
    case, empty = os.path.join(out, "example.case"), os.path.join(out, "empty.case")
    rig.scan(case, *stores, options=("--own-domain", "contoso.com"))
    os.mkdir(os.path.join(out, "nothing"))
    rig.scan(empty, os.path.join(out, "nothing"))
    sampled = os.path.join(out, "sample.case")
    for i in range(300):
        write(os.path.join(out, "many", "%d.csv" % i), "mail,n\n" + "".join("p%d@d%d.example,%d\n" % (10 * i + j, j, j)
            for j in range(20)))
    rig.scan(sampled, os.path.join(out, "many"), status=(rig.OK, rig.INCOMPLETE), options=("--sample", "20", "--seed", "3"))
    hostile = hostile_case(out)
    made = {"example": (case, "--claims", claims_file(out)), "shown": (case, "--reveal", "test"),
        "hostile": (hostile, "--claims", claims_file(out)), "hostile-shown": (hostile, "--reveal", "test"),
        "sample": (sampled,), "empty": (empty,)}
    return {name: (os.path.join(out, name + ".html"), html_report(row[0], os.path.join(out, name + ".html"), *row[1:]))
        for name, row in made.items()}, case, hostile


def the_page_of_a_sample_says_that_it_is_an_estimate():
    words = " ".join(Elements(_pages["sample"][1]).texts["body"].split())
    for text in ("An estimate.", "Estimate from a sample", "Estimates of everything listed.", "a sample, with estimates"):
        rig.check(text in words, "the page does not say: " + text)
    rig.check("An estimate." not in _pages["example"][1], "a full scan calls itself an estimate")


def every_page_is_one_file_with_a_strict_policy():
    for name, (_, text) in _pages.items():
        page = Elements(text)
        policy = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
        rig.equal(len(policy), 1, name + ": policies")
        digest = lambda tag: "'sha256-%s'" % base64.b64encode(hashlib.sha256(page.texts[tag].encode()).digest()).decode()
        rig.equal(policy[0], "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'" % (
            digest("style"), digest("script")), name + ": the policy")
        rig.equal((len(page.all("style")), len(page.all("script"))), (1, 1), name + ": styles and scripts")
        for tag, attributes in page.tags:
            rig.check(tag not in ("img", "link", "iframe", "object", "form", "base", "audio", "video"), name + " has " + tag)
            for key, value in attributes.items():
                rig.check(key not in ("src", "style", "srcdoc", "background") and not key.startswith("on"),
                    "%s: <%s %s=%s>" % (name, tag, key, value))
                rig.check(key != "href" or value.startswith("#"), "%s: a link to %s" % (name, value))
        ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
        rig.equal(len(ids), len(set(ids)), name + ": ids, each once")
        rig.equal(page.all("html")[0].get("lang"), "en", name + ": the language")


def a_browser_asks_for_nothing_and_complains_of_nothing():
    with browser.browser() as seen:
        for name, (path, _) in _pages.items():
            seen.open(path)
            rig.equal(seen.requests(), ["file://" + path], name + ": requests")
            rig.equal(seen.complaints(), [], name + ": complaints")
            rig.equal(seen.run("return document.title.includes('staunch report') && window.alerted === undefined"), True, name)


def axe_finds_nothing():
    rig.check(os.path.exists(AXE), "%s is missing: ./dev setup fetches it" % AXE)
    with open(AXE, encoding="utf-8") as file:
        source = file.read()
    with browser.browser() as seen:
        for name, (path, _) in _pages.items():
            for width in (browser.PHONE, browser.DESKTOP):
                for dark in (False, True):
                    seen.open(path, width, dark)
                    seen.run("document.querySelectorAll('details').forEach(function (d) { d.open = true })")
                    rig.equal(seen.axe(source), [], "%s, %d wide%s: violations" % (name, width, ", dark" if dark else ""))


def axe_would_find_something():
    with rig.folder() as out, open(AXE, encoding="utf-8") as file, browser.browser() as seen:
        write(os.path.join(out, "bad.html"), "<p style='color:#ccc'>grey <img src='data:,'><table><th></table>")
        seen.open(os.path.join(out, "bad.html"))
        rules = {row[0] for row in seen.axe(file.read())}
        rig.check({"image-alt", "html-has-lang", "color-contrast"} <= rules, "axe finds only %s" % sorted(rules))


def a_telephone_never_scrolls_sideways_and_pictures_are_made():
    os.makedirs(SCREENS, exist_ok=True)
    with browser.browser() as seen:
        for name, (path, _) in _pages.items():
            for device, width in (("phone", browser.PHONE), ("desktop", browser.DESKTOP)):
                for dark in (False, True):
                    seen.open(path, width, dark)
                    wide = seen.run("return document.documentElement.scrollWidth")
                    rig.check(wide <= width, "%s is %d wide on a screen of %d" % (name, wide, width))
                    png = seen.picture()
                    rig.equal(browser.png_size(png)[0], width, name + ": the picture's width")
                    rig.equal(browser.png_corner(png), DARK if dark else LIGHT, name + ": the page's colour")
                    write(os.path.join(SCREENS, "%s-%s-%s.png" % (name, device, "dark" if dark else "light")), png)


def tables_sort_by_their_heads():
    rows = "return Array.from(document.querySelectorAll('#kinds table.sort')[0].tBodies[0].rows)" \
        ".map(function (r) { return Number(r.cells[4].getAttribute('data-v')) })"
    with browser.browser() as seen:
        seen.open(_pages["example"][0])
        mentions = seen.run(rows)
        rig.check(len(mentions) > 3 and mentions != sorted(mentions), "nothing to sort: %s" % mentions)
        press = "var b = document.querySelectorAll('#kinds table.sort')[0].querySelectorAll('thead button');" \
            "b[b.length - 1].focus(); b[b.length - 1].click(); return b[b.length - 1].parentNode.getAttribute('aria-sort')"
        rig.equal(seen.run(press), "descending", "the head")
        rig.equal(seen.run(rows), sorted(mentions, reverse=True), "mentions, pressed once")
        rig.equal(seen.run(press), "ascending", "the head, pressed again")
        rig.equal(seen.run(rows), sorted(mentions), "mentions, pressed twice")


def it_prints_on_paper_with_the_figures():
    figures = rig.report(os.path.join(os.path.dirname(_pages["example"][0]), "example.case"))
    with browser.browser() as seen, rig.folder() as out:
        seen.open(_pages["example"][0], dark=True)
        path = os.path.join(out, "report.pdf")
        write(path, seen.pdf())
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
        info = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
        subprocess.run(["pdftoppm", "-r", "60", "-png", path, os.path.join(SCREENS, "print")], check=True)
        for number in (figures["coverage"]["records"]["raw"], figures["coverage"]["records"]["distinct"],
                figures["persons"]["best"], figures["organizations"]["best"]):
            rig.check("{:,}".format(number) in text, "%s is not on the paper" % number)
        rig.check(re.search(r"Page size: +59\d.* x 84\d.*A4", info), "the paper is " + info)
        rig.check("Skip to the figures" not in text and "Contents" not in text, "what is for the screen is on the paper")


def every_figure_of_the_page_is_that_of_the_json():
    case = os.path.join(os.path.dirname(_pages["example"][0]), "example.case")
    got, text = rig.report(case), Elements(_pages["example"][1]).texts["main"]
    words = " ".join(text.split())
    for what, number in [("raw", got["coverage"]["records"]["raw"]), ("distinct", got["coverage"]["records"]["distinct"]),
            ("persons", got["persons"]["best"])] + [(row["kind"], row["distinct"]) for row in got["entities"]]:
        rig.check("{:,}".format(number) in words, "%s: %s is not on the page" % (what, number))
    rig.check("%d of %d objects were read" % (got["coverage"]["objects"]["read"], got["coverage"]["objects"]["listed"])
        in words, "the coverage is not beside the figures")
    rig.check(report_methods(got) <= words.count(got["persons"]["method"][:40]) + 1, "the method is not beside the figure")
    rig.equal(len(got["shared"]), 10, "pairs of five stores")


def report_methods(got):
    return 1 if got["persons"]["method"] else 0


def values_are_masked_until_a_reason_is_given():
    case = os.path.join(os.path.dirname(_pages["example"][0]), "example.case")
    rows = list(csv.DictReader(io.StringIO(rig.staunch("report", "--case", case, "--list", "entities", "--reveal",
        "test").stdout.decode())))
    masked, shown = _pages["example"][1], _pages["shown"][1]
    values = [row["canonical"] for row in rows if row["kind"] in ("email_address", "phone_number", "iban", "payment_card")]
    rig.check(len(values) > 50, "only %d values" % len(values))
    for value in values:
        rig.check(value not in masked, "the masked page shows %s" % value)
    rig.check(sum(value in shown for value in values) > 20, "the page with --reveal shows no values")
    for domain in {value.partition("@")[2] for value in values if "@" in value} - {"contoso.com"}:
        rig.check("<code class=\"v\">%s</code>" % domain not in masked, "the masked page names %s" % domain)


def hostile_names_and_values_stay_text():
    for name in ("hostile", "hostile-shown"):
        text = _pages[name][1]
        for bad in ("<img", "\x1b", "\x07", "\u202e"):
            rig.check(bad not in text, "%s holds %r" % (name, bad))
    shown = Elements(_pages["hostile-shown"][1])
    rig.check("<img src=x onerror=alert(1)>" in shown.texts["main"], "the hostile name is not shown as text")
    rig.check("bytes more" in shown.texts["main"], "a name of ten thousand bytes is not cut")
    rig.check(len(_pages["hostile-shown"][1]) < 400_000, "%d bytes" % len(_pages["hostile-shown"][1]))


def hostile_names_and_values_stay_text_in_text_and_csv():
    hostile = os.path.join(os.path.dirname(_pages["hostile"][0]), "hostile.case")
    for options in (("--format", "text"), ("--format", "json"), ("--format", "csv"), ("--list", "entities"),
            ("--list", "persons"), ("--list", "organizations"), ("--list", "unread"), ("--list", "leads")):
        done = rig.expect(rig.INCOMPLETE, rig.staunch("report", "--case", hostile, "--reveal", "test", *options))
        text = done.stdout.decode()
        rig.check(not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]", text),
            "%s lets a control through" % (options,))
        if options[0] == "--list":
            rows = list(csv.reader(io.StringIO(text)))
            rig.check(len(rows) > 1 or options[1] in ("leads",), "%s is empty" % (options,))
            rig.equal({len(row) for row in rows}, {len(rows[0])}, "%s: cells in a row" % (options,))
            for row in rows:
                for cell in row:
                    rig.check(not cell.startswith(tuple("=+-@\t\r")), "%s has the formula %r" % (options, cell[:80]))
    phones = rig.staunch("report", "--case", hostile, "--reveal", "test", "--list", "entities").stdout.decode()
    rig.check("phone_number,\"'+390212345678\"," in phones, "the number is not marked as text")


def reasons_stand_in_the_case_and_nothing_is_written_for_wrong_use():
    case = os.path.join(os.path.dirname(_pages["example"][0]), "example.case")
    with rig.folder() as out:
        target = os.path.join(out, "r.html")
        for wrong in (["--format", "html", "--list", "entities"], ["--format", "html", "--explain", "x"],
                ["--format", "htm"], ["--format", "html", "--claims", os.path.join(out, "none")],
                ["--claims", os.path.join(out, "none"), "--list", "entities"], ["--format", "html", "--reveal", ""]):
            rig.expect(rig.WRONG, rig.staunch("report", "--case", case, "-o", target, *wrong))
        write(os.path.join(out, "bad"), "users\tmany\tsecret-source\tx")
        done = rig.expect(rig.WRONG, rig.staunch("report", "--case", case, "-o", target, "--claims", os.path.join(out, "bad")))
        rig.check(b"line 1" in done.stderr and b"secret-source" not in done.stderr, done.stderr.decode())
        rig.equal(sorted(os.listdir(out)), ["bad"], "files")


def the_size_of_the_page_does_not_follow_the_number_of_values():
    with rig.folder() as out:
        sizes = {}
        for count in (2000, 40000):
            store, case = os.path.join(out, "s%d" % count), os.path.join(out, "%d.case" % count)
            write(os.path.join(store, "all.csv"), "mail,seen\n" + "".join("person.%d@domain%d.example,%d\n" % (i, i, i)
                for i in range(count)))
            rig.scan(case, store)
            sizes[count] = len(html_report(case, os.path.join(out, "r.html"), "--reveal", "test"))
            rig.check("and {:,} more".format(count - 25) in html_report(case, os.path.join(out, "r.html"), "--reveal", "test"),
                "the page does not say how many more there are")
        rig.check(abs(sizes[40000] - sizes[2000]) < 2000 and sizes[40000] < MOST_BYTES, "bytes by values: %s" % sizes)


def main():
    with rig.folder() as out:
        made, _, _ = pages(out)
        _pages.update(made)
        rig.run_tests(the_page_of_a_sample_says_that_it_is_an_estimate, every_page_is_one_file_with_a_strict_policy, a_browser_asks_for_nothing_and_complains_of_nothing,
            axe_finds_nothing, axe_would_find_something, a_telephone_never_scrolls_sideways_and_pictures_are_made,
            tables_sort_by_their_heads, it_prints_on_paper_with_the_figures, every_figure_of_the_page_is_that_of_the_json,
            values_are_masked_until_a_reason_is_given, hostile_names_and_values_stay_text,
            hostile_names_and_values_stay_text_in_text_and_csv,
            reasons_stand_in_the_case_and_nothing_is_written_for_wrong_use,
            the_size_of_the_page_does_not_follow_the_number_of_values)


main()
