"""What other programs read in the same file, ours reads too: every word that LibreOffice, pdftotext behind it, Python's email,
zipfile and tarfile get out of the documents of the exposure, and of documents full of oddities, is in the text of our readers."""
import collections
import email
import email.header
import email.policy
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import make_exposure  # noqa: E402
from exposure import flat, office  # noqa: E402

SHOW_TEXT = os.path.join(rig.BUILD, "tests/unit/extract/show_text")
TEXT, TABLES = "txt:Text (encoded):UTF8", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"

FOLDER = rig.folder()
OUT = FOLDER.__enter__()
_made = {}


def exposure():
    if "exposure" not in _made:
        writable = os.access(rig.ROOT, os.W_OK)
        _made["exposure"] = make_exposure.cached(os.path.join(rig.ROOT, "build/exposure") if writable else OUT)
    return _made["exposure"]


def parts_of(path):
    """The parts of a file as our readers see them: name, format, status, reason, text."""
    done = rig.expect(rig.OK, subprocess.run([SHOW_TEXT, path], capture_output=True, timeout=rig.TIMEOUT_S))
    texts, parts = collections.defaultdict(str), []
    for line in done.stdout.splitlines():
        row = json.loads(line)
        if "text" in row:
            texts[row["part"]] += row["text"]
        else:
            parts.append(row)
    return [{**part, "text": texts[part["part"]]} for part in parts]


def words(text):
    """The words of a text in its order: cut at any blank; hyphens that are not shown, joiners and marks are no letters."""
    text = unicodedata.normalize("NFC", text).replace("\u2011", "-")
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t\r\f" or c.isspace())
    return list(dict.fromkeys(text.split()))


def lacking(oracle, ours, whole=4):
    """Words of the oracle that we lack. What is printed twice need not be read twice; a word of so many letters may stand in
    another one: notes glue and, on paper, fonts cut."""
    text, have = " ".join(words(ours)), words(ours)
    return [w for w in words(oracle) if w not in have and (len(w) < whole or w not in text)]


def ours(path):
    return "\n".join(part["text"] for part in parts_of(path))


# --- documents full of oddities ---

def odd_text(_):
    spans = ["tab<text:tab/>stop", "line<text:line-break/>break", "three<text:s text:c=\"3\"/>blanks", "no\u00a0break", "soft\u00adhyphen",
        "non\u2011breaking", "zero\u200bwidth", "ﬁligature", "naïve ÅÄÖ", "Ελληνικά Русский", "שלום עולם", "مرحبا", "日本語 中文", "emoji 😀👩‍💻",
        "&lt;tag&gt; &amp;amp;", "e\u0301 combining", "10\u202f000\u00a0€", "x<text:span text:style-name=\"Bold\">y</text:span>z", "“quoted”", "a–b—c"]
    body = "".join("<text:p>%s</text:p>" % s for s in spans)
    body += "<text:h text:outline-level=\"2\">Heading</text:h><text:list><text:list-item><text:p>one</text:p><text:list><text:list-item>" \
        "<text:p>inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>"
    body += "<table:table table:name=\"T\"><table:table-column table:number-columns-repeated=\"3\"/><table:table-row><table:table-cell " \
        "table:number-columns-spanned=\"2\"><text:p>merged</text:p></table:table-cell><table:covered-table-cell/><table:table-cell><text:p>c" \
        "</text:p><text:p>d</text:p></table:table-cell></table:table-row></table:table><text:p/><text:p>end</text:p>"
    return flat.document("text", "", "", flat.PAGE + BOLD, '<style:master-page style:name="Standard" style:page-layout-name="page"/>', body)


BOLD = '<style:style style:name="Bold" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
STYLES = '<number:date-style style:name="N2"><number:year number:style="long"/><number:text>-</number:text><number:month ' \
    'number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style><number:number-style ' \
    'style:name="N3"><number:number number:decimal-places="0" number:min-integer-digits="1"/></number:number-style>' \
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="N2"/>' \
    '<style:style style:name="whole" style:family="table-cell" style:data-style-name="N3"/>'


def value(kind, number, shown, style=""):
    return '<table:table-cell%s office:value-type="%s" office:%s="%s"><text:p>%s</text:p></table:table-cell>' % (
        ' table:style-name="%s"' % style if style else "", kind, "date-value" if kind == "date" else "value", number, shown)


def odd_table(_):
    cell, row = flat.cell, flat.row
    rows = [row(cell("text"), value("float", "42", "42"), value("float", "3.5", "3.5")),
        row(value("date", "2022-09-05", "2022-09-05", "date"), value("float", "4000001234567", "4000001234567", "whole")),
        row(cell("line one"), cell("a &amp; b &lt;c&gt;"), cell("Ελληνικά 日本語 😀")),
        row(cell("\u00a0padded\u00a0"), cell("soft\u00adhyphen")), '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>',
        row('<table:table-cell table:number-columns-repeated="5"/>', cell("far")),
        '<table:table-row table:number-rows-repeated="2">%s</table:table-row>' % cell("twice"),
        row('<table:table-cell table:number-columns-repeated="3" office:value-type="string"><text:p>thrice</text:p></table:table-cell>'),
        row('<table:table-cell office:value-type="string"><text:p>two</text:p><text:p>lines</text:p></table:table-cell>'),
        row('<table:table-cell table:formula="of:=20+3" office:value-type="float" office:value="23"><text:p>23</text:p></table:table-cell>'),
        row('<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>merged</text:p></table:table-cell>',
            "<table:covered-table-cell/>", cell("after"))]
    return flat.document("spreadsheet", "", "", flat.PAGE + STYLES + '<style:style style:name="ta1" style:family="table"><style:table-properties '
        'table:display="true"/></style:style><style:style style:name="wide" style:family="table-column"/>', "", flat.sheet("One", rows)
        + flat.sheet("Two", [row(cell("second"))]))


def odd_slides(_):
    texts = ["tab<text:tab/>stop", "line<text:line-break/>break", "&lt;tag&gt;", "naïve", "Ελληνικά", "x<text:span text:style-name=\"Bold\">y</text:span>z"]
    pages = flat.page(1, flat.box("".join("<text:p>%s</text:p>" % t for t in texts), "", 2))
    pages += flat.page(2, flat.box("<text:list><text:list-item><text:p>point</text:p></text:list-item></text:list>", "", 2))
    return flat.document("presentation", "", "", '<style:page-layout style:name="slide"/>' + BOLD,
        '<style:master-page style:name="Default" style:page-layout-name="slide"/>', pages)


ODD = {"writer": odd_text, "calc": odd_table, "impress": odd_slides}
FORMATS = {"writer": ("docx", "odt", "rtf"), "calc": ("xlsx", "ods"), "impress": ("pptx", "odp")}


def documents():
    """{format: [files]}: those of the exposure with something in every place, and the odd ones."""
    if "documents" not in _made:
        work = os.path.join(OUT, "odd")
        os.makedirs(work)
        wanted = {}
        for program, make in ODD.items():
            path = os.path.join(work, "odd-%s.%s" % (program, office.FLAT[program]))
            with open(path, "w", encoding="utf-8") as out:
                out.write(make(None))
            for format in FORMATS[program]:
                wanted.setdefault(format, []).append(path)
        made = office.Office(work).convert(wanted)
        files = {format: sorted(glob.glob(os.path.join(exposure(), "originals", format, "*"))) for formats in FORMATS.values() for format in formats}
        for (_, format), path in made.items():
            files[format].append(path)
        _made["documents"] = files
    return _made["documents"]


def oracle(program, target):
    """{file: text} by LibreOffice for all files of a program. Files get names of their own first: the target's ending replaces theirs."""
    work = os.path.join(OUT, "oracle-" + program)
    os.makedirs(work)
    names = {}
    for format in FORMATS[program]:
        for path in documents()[format]:
            stem = "%s_%d" % (format, len(names))
            names[path] = stem
            shutil.copyfile(path, os.path.join(work, stem + "." + format))
    profile = tempfile.mkdtemp(prefix="profile-", dir=work)
    subprocess.run(["soffice", "--headless", "--norestore", "-env:UserInstallation=file://" + profile, "--convert-to", target, "--outdir",
        os.path.join(work, "out"), *[os.path.join(work, s + "." + s.split("_")[0]) for s in names.values()]], capture_output=True,
        stdin=subprocess.DEVNULL, timeout=rig.TIMEOUT_S)
    found = {}
    for path, stem in names.items():
        texts = glob.glob(os.path.join(work, "out", glob.escape(stem) + "[.-]*"))
        rig.check(texts, "LibreOffice made nothing of " + path)
        found[path] = "\n".join(text_of_file(text) for text in texts)
    return found


def text_of_file(path):
    if path.endswith(".pdf"):
        return subprocess.run(["pdftotext", "-enc", "UTF-8", path, "-"], capture_output=True, check=True, timeout=60).stdout.decode()
    with open(path, encoding="utf-8-sig") as file:
        return file.read().replace('"', " ").replace(",", " ") if path.endswith(".csv") else file.read()


def no_word(token):
    """Numbers and bullets of lists, which are counted, not written; marks of notes; numbers of pages."""
    return re.fullmatch(r"[•–◦▪●○\uf0b7\ue000-\uf8ff]+|\d{0,2}[ivx]{0,4}[.)]?", token) is not None


def is_marked(token, text):
    """A word with the marks of notes, which LibreOffice shows; RTF only says that there is one."""
    word = re.sub(r"(?<=\W)\d{0,2}[ivx]{0,4}$", "", token)
    return word != token and word in words(text)


def compare(program, target, read=lambda text: text, whole=4):
    wrong, count = [], 0
    for path, text in oracle(program, target).items():
        format = path.rsplit(".", 1)[1]
        missing = [t for t in lacking(text, read(ours(path)), whole) if not no_word(t) and not (format == "rtf" and is_marked(t, ours(path)))]
        count += len(words(text))
        if missing:
            wrong.append("%s: %s" % (os.path.basename(path), rig.shown(missing[:12])))
    print("%d words of LibreOffice in %s" % (count, ", ".join(FORMATS[program])))
    rig.check(not wrong, "; ".join(wrong))


def text_documents_have_every_word_that_libreoffice_reads():
    compare("writer", TEXT)


def spreadsheets_have_every_word_that_libreoffice_reads():
    compare("calc", TABLES, lambda text: text.replace('"', " ").replace(",", " "))


def presentations_have_every_word_that_libreoffice_prints():
    compare("impress", "pdf", whole=1)


# --- mail and archives ---

def decoded(value):
    pieces = email.header.decode_header(str(value))
    return "".join(p.decode(c or "latin-1", "replace") if isinstance(p, bytes) else p for p, c in pieces)


def mails_have_every_word_of_headers_and_text_parts_that_python_reads():
    paths, count, wrong = sorted(glob.glob(os.path.join(exposure(), make_exposure.STORE, "mail/*.eml"))), 0, []
    for path in paths:
        with open(path, "rb") as file:
            message = email.message_from_bytes(file.read(), policy=email.policy.compat32)
        text = "\n".join(part["text"] for part in parts_of(path))
        for part in message.walk():
            wanted = "\n".join(decoded(v) for k, v in part.items() if k.lower() not in ("message-id", "references", "in-reply-to"))
            if part.get_content_type() == "text/plain" and not part.is_multipart():
                wanted += "\n" + part.get_payload(decode=True).decode(part.get_content_charset("utf-8"), "replace")
            count += len(words(wanted))
            missing = lacking(wanted, text)
            if missing:
                wrong.append("%s: %s" % (os.path.basename(path), missing[:8]))
    print("%d words of Python's email in %d mails" % (count, len(paths)))
    rig.check(not wrong, "; ".join(wrong[:5]))


def archives_have_every_member_and_every_word_that_python_reads():
    folder, count, wrong = os.path.join(exposure(), make_exposure.STORE, "archive"), 0, []
    for path in sorted(glob.glob(folder + "/*")):
        kind = os.path.basename(path).split(".")[0]
        if kind == "zip":
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
        elif kind in ("tar", "tar-gz", "tar-bz2", "tar-xz"):
            with tarfile.open(path) as archive:
                members = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}
        else:
            continue
        parts = parts_of(path)
        names = {part["name"] for part in parts}
        wrong += ["%s: no member %s" % (kind, name) for name in members if name not in names]
        for name, data in members.items():
            if name.endswith(".txt"):
                count += 1
                missing = lacking(data.decode(), "\n".join(part["text"] for part in parts if part["name"] == name))
                wrong += ["%s, %s: %s" % (kind, name, missing[:8])] if missing else []
    rig.check(count >= 3, "%d texts in archives" % count)
    rig.check(not wrong, "; ".join(wrong))


try:
    rig.run_tests(text_documents_have_every_word_that_libreoffice_reads, spreadsheets_have_every_word_that_libreoffice_reads,
        presentations_have_every_word_that_libreoffice_prints, mails_have_every_word_of_headers_and_text_parts_that_python_reads,
        archives_have_every_member_and_every_word_that_python_reads)
finally:
    FOLDER.__exit__(None, None, None)
