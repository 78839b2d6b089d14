#!/usr/bin/env python3
"""PDF files, read by programs of others in their jail: every planted address is found at its place or its loss has a
reason; what explodes, hangs, is killed or is not installed costs its document and nothing else."""
import contextlib
import csv
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from email.message import EmailMessage

import rig

sys.path.insert(0, os.path.join(rig.ROOT, "tools"))
import pdf_maker  # noqa: E402


@contextlib.contextmanager
def store(**files):
    """(case, folder, root) with the given files; names as keywords, `_` for the dot."""
    with rig.folder() as root:
        path = os.path.join(root, "papers")
        os.mkdir(path)
        for name, data in files.items():
            put(path, name.replace("_", "."), data)
        yield os.path.join(root, "case"), path, root


def put(path, name, data):
    with open(os.path.join(path, name), "wb") as file:
        file.write(data)


def tool(*command, stdin=None):
    """Runs one of the programs that make PDFs; its being missing is a failure of the test."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=rig.TIMEOUT_S)
    except FileNotFoundError:
        raise rig.Failed("%s is not installed: see ./dev setup" % command[0])
    rig.check(done.returncode in (0, 3), "%s: %s" % (command[0], done.stderr.decode("utf-8", "replace")[-300:]))
    return done.stdout


def qpdf(data, *options):
    """The document as qpdf writes it with these options."""
    with rig.folder() as path:
        put(path, "in.pdf", data)
        tool("qpdf", *options, os.path.join(path, "in.pdf"), os.path.join(path, "out.pdf"))
        with open(os.path.join(path, "out.pdf"), "rb") as file:
            return file.read()


def addresses(case):
    done = rig.staunch("report", "--case", case, "--format", "csv", "--list", "entities", "--reveal", "test")
    return {row["canonical"] for row in csv.DictReader(io.StringIO(rig.expect((rig.OK, rig.INCOMPLETE), done)
        .stdout.decode())) if row["kind"] == "email_address"}


def statuses(case):
    """{name of the object or path of the member: (status, reason)} of what was not read whole."""
    return {path.split(":/", 1)[1]: why for path, why in rig.unread(rig.report(case, "--reveal", "test")).items()}


def place(case, address):
    return rig.expect((rig.OK, rig.INCOMPLETE), rig.staunch("report", "--case", case, "--explain", address,
        "--reveal", "test")).stdout.decode()


XMP = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>
<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''
 xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:xmp='http://ns.adobe.com/xap/1.0/' dc:rights='xmp.rights@contoso.com'>
<dc:creator><rdf:Seq><rdf:li>Xmp Author &lt;xmp.author@contoso.com&gt;</rdf:li></rdf:Seq></dc:creator>
<xmp:CreatorTool>a tool</xmp:CreatorTool></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"""

# address -> what --explain says of its place
PLANTED = {
    "first.page@contoso.com": "page 1", "second.page@contoso.com": "page 2", "hyphen.ated@contoso.com": "page 2",
    "property.title@contoso.com": "property Title", "property.author@contoso.com": "property Author",
    "property.subject@contoso.com": "property Subject", "property.keywords@contoso.com": "property Keywords",
    "property.creator@contoso.com": "property Producer", "property.custom@contoso.com": "object",
    "xmp.author@contoso.com": "XMP", "xmp.rights@contoso.com": "XMP", "link@contoso.com": "link",
    "note@contoso.com": "annotation", "field.value@contoso.com": "form field", "hidden.field@contoso.com": "form field",
    "script@contoso.com": "script", "bookmark@contoso.com": "bookmark", "utf16.note@contoso.com": "annotation",
}


def full_document():
    pdf = pdf_maker.Pdf()
    link = pdf.add(b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(mailto:link@contoso.com)>>>>")
    note = pdf.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(ask note@contoso.com)>>")
    wide = pdf.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents<%s>>>" %
        ("\ufeffutf16.note@contoso.com".encode("utf-16-be").hex().encode()))
    shown = pdf.add(b"<</Type/Annot/Subtype/Widget/FT/Tx/DA(/F 12 Tf)/T(mail)/V(field.value@contoso.com)/Rect[72 90 300 110]>>")
    hidden = pdf.add(b"<</Type/Annot/Subtype/Widget/FT/Tx/DA(/F 12 Tf)/T(other)/V(hidden.field@contoso.com)/Rect[0 0 0 0]/F 2>>")
    pdf.page(pdf_maker.show("mail first.page@contoso.com"), b"/Annots[%d 0 R %d 0 R %d 0 R %d 0 R %d 0 R]" %
        (link, note, wide, shown, hidden), deflate=True)
    pdf.page(pdf_maker.show("mail second.page@contoso.com or", "hyphen.ated@con-", "toso.com today"))
    bookmark = pdf.add(b"")
    outlines = pdf.add(b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count 1>>" % (bookmark, bookmark))
    pdf.objects[bookmark - 1] = b"<</Title(bookmark@contoso.com)/Parent %d 0 R>>" % outlines
    metadata = pdf.add(pdf_maker.stream(XMP, b"/Type/Metadata/Subtype/XML"))
    pdf.catalog = b"/AcroForm<</DR" + pdf_maker.FONT + b"/Fields[%d 0 R %d 0 R]>>/Outlines %d 0 R/Metadata %d 0 R/OpenAction<</S/JavaScript" \
        b"/JS(app.mailMsg\\('script@contoso.com'\\))>>" % (shown, hidden, outlines, metadata)
    pdf.info(Title="property.title@contoso.com", Author="property.author@contoso.com",
        Subject="property.subject@contoso.com", Keywords="one, property.keywords@contoso.com",
        Creator="property.creator@contoso.com", Ticket="property.custom@contoso.com")
    return pdf.bytes()


def every_place_of_a_document_is_read_and_named():
    plain = full_document()
    forms = {"plain.pdf": plain, "streams.pdf": qpdf(plain, "--object-streams=generate"),
        "linear.pdf": qpdf(plain, "--linearize")}
    for name, data in forms.items():
        with store() as (case, path, _):
            put(path, name, data)
            rig.scan(case, path)
            rig.equal(sorted(addresses(case)), sorted(PLANTED), "addresses found in " + name)
            for address, where in PLANTED.items():
                said = place(case, address)
                rig.check(" in %s text " % where in said, "%s in %s: %s" % (address, name, said))


def documents_of_other_programs_are_read():
    page = b".Dd $Mdocdate$\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd mail man.page@contoso.com or +39 055 123 4567\n"
    script = "import sys\nfrom reportlab.pdfgen import canvas\nc = canvas.Canvas(sys.argv[1])\n" \
        "c.setAuthor('made.author@contoso.com')\nc.drawString(72, 700, 'made.page@contoso.com')\n" \
        "c.linkURL('mailto:made.link@contoso.com', (0, 0, 9, 9))\n" \
        "c.acroForm.textfield(name='f', value='made.field@contoso.com', x=72, y=600, width=300)\nc.save()\n"
    with store() as (case, path, _):
        put(path, "man.pdf", tool("mandoc", "-Tpdf", stdin=page))
        tool("/usr/bin/python3", "-c", script, os.path.join(path, "made.pdf"))
        rig.scan(case, path)
        rig.equal(sorted(addresses(case)), ["made.author@contoso.com", "made.field@contoso.com", "made.link@contoso.com",
            "made.page@contoso.com", "man.page@contoso.com"], "addresses")
        rig.check("in page 1 text" in place(case, "+39 055 123 4567"), "the number of the manual page is lost")


def attachments_are_members_and_nest():
    inner = pdf_maker.Pdf()
    inner.page(pdf_maker.show("inner.page@contoso.com"))
    inner.attach("letter.txt", b"write to innermost@contoso.com\n")
    outer = pdf_maker.Pdf()
    outer.page(pdf_maker.show("outer.page@contoso.com"))
    outer.attach("inner.pdf", inner.bytes())
    with store(outer_pdf=outer.bytes()) as (case, path, root):
        put(root, "list.csv", b"id,mail\n1,listed@contoso.com\n")
        put(root, "more.pdf", outer.bytes())
        tool("pdfattach", os.path.join(root, "more.pdf"), os.path.join(root, "list.csv"), os.path.join(path, "two.pdf"))
        rig.scan(case, path)
        rig.equal(sorted(addresses(case)), ["inner.page@contoso.com", "innermost@contoso.com", "listed@contoso.com",
            "outer.page@contoso.com"], "addresses")
        rig.check("outer.pdf!/inner.pdf!/letter.txt" in place(case, "innermost@contoso.com"), "path of the innermost")
        rig.check("two.pdf!/list.csv" in place(case, "listed@contoso.com"), "path of the list")


def a_document_in_a_zip_in_a_mail_is_read():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.pdf", full_document())
        archive.writestr("two.pdf", pdf_maker.simple("two@contoso.com"))
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "from@contoso.com", "to@contoso.com", "papers"
    message.set_content("see body@contoso.com\n")
    message.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="papers.zip")
    with store(mail_eml=bytes(message)) as (case, path, _):
        rig.scan(case, path)
        rig.equal(sorted(addresses(case)), sorted([*PLANTED, "two@contoso.com", "from@contoso.com", "to@contoso.com",
            "body@contoso.com"]), "addresses")
        rig.check("papers.zip!/two.pdf" in place(case, "two@contoso.com"), "path of the second")
    with store() as (case, path, _):
        rig.expect(rig.OK, rig.staunch("scan", "-", "--case", case, "--progress", "never", stdin=full_document()))
        rig.equal(sorted(addresses(case)), sorted(PLANTED), "addresses from standard input")


def encrypted_documents_are_unread_unless_they_open_without_a_password():
    plain = full_document()
    for bits in "128", "256":
        weak = ["--allow-weak-crypto"] if bits == "128" else []
        with store(user_pdf=qpdf(plain, *weak, "--encrypt", "user", "owner", bits, "--"),
                owner_pdf=qpdf(plain, *weak, "--encrypt", "", "owner", bits, "--extract=n", "--")) as (case, path, _):
            rig.scan(case, path, status=rig.INCOMPLETE)
            rig.equal(statuses(case), {"user.pdf": ("unread", "encrypted")}, "statuses with %s bits" % bits)
            rig.equal(sorted(addresses(case)), sorted(PLANTED), "addresses with %s bits" % bits)


def two_thousand_pages_are_read_and_numbered():
    pdf = pdf_maker.Pdf()
    for number in range(1, 2001):
        pdf.page(pdf_maker.show("customer %d" % number, "c%04d@contoso.com" % number), deflate=True)
    with store(long_pdf=pdf.bytes()) as (case, path, _):
        rig.scan(case, path)
        rig.equal(len(addresses(case)), 2000, "addresses")
        for number in 1, 777, 2000:
            rig.check(" in page %d text " % number in place(case, "c%04d@contoso.com" % number), "page %d" % number)


# --- what goes wrong ---

def slow():
    """Minutes of work in a few kilobytes: ten to the power of seven texts on one page."""
    return pdf_maker.form_bomb(7, "many@contoso.com")


def a_document_that_takes_for_ever_or_all_memory_costs_itself_alone():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("slow.pdf", slow())
        archive.writestr("beside.txt", "beside@contoso.com\n")
    with store(slow_pdf=slow(), good_pdf=pdf_maker.simple("good@contoso.com"), both_zip=packed.getvalue()) as (case, path, _):
        begin = time.monotonic()
        rig.scan(case, path, status=rig.INCOMPLETE, options=["--stall-timeout", "1"])
        spent, told = time.monotonic() - begin, statuses(case)
        rig.check(told.get("slow.pdf", ("", ""))[1] in ("timeout", "memory"), "the slow document is %s" % (told,))
        rig.check(told.get("both.zip", ("", ""))[1] in ("timeout", "memory"), "the archive is %s" % (told,))
        # what is stored unpacked in the slow ones is found all the same
        rig.equal(sorted(addresses(case)), ["beside@contoso.com", "good@contoso.com", "many@contoso.com"], "addresses")
        rig.check(spent < 60, "the scan took %.0f s" % spent)


def helper_of(pid, deadline_s=20):
    """The first helper that runs for this process."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        for other in rig.family(pid):
            found = rig.process(other)
            if found and found[0] == "pdftotext":
                return other
        time.sleep(0.02)
    raise rig.Failed("no helper was started within %d s" % deadline_s)


def begin_slow(case, path):
    return subprocess.Popen([rig.STAUNCH, "scan", path, "--case", case, "--progress", "never", "--jobs", "1"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def a_helper_that_is_killed_is_a_row_and_nothing_else():
    with store(a_pdf=slow(), b_pdf=pdf_maker.simple("next@contoso.com")) as (case, path, _):
        scan = begin_slow(case, path)
        helper = helper_of(scan.pid)
        with open("/proc/%d/cmdline" % helper, "rb") as file:
            rig.equal(file.read().split(b"\0"), [b"pdftotext", b"-enc", b"UTF-8", b"-", b"-", b""], "its arguments")
        with open("/proc/%d/status" % helper) as file:
            state = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
        rig.equal((state["Seccomp"], state["NoNewPrivs"], int(state["CapEff"], 16)), ("2", "1", 0), "its jail")
        os.kill(helper, signal.SIGKILL)
        rig.equal(scan.wait(rig.TIMEOUT_S), rig.INCOMPLETE, "the exit of the scan")
        rig.equal(statuses(case)["a.pdf"], ("partial", "crash"), "the status")
        rig.equal(sorted(addresses(case)), ["many@contoso.com", "next@contoso.com"], "addresses")


def a_scan_that_is_killed_leaves_no_helper_behind():
    for number in signal.SIGKILL, signal.SIGINT:
        with store(a_pdf=slow()) as (case, path, _):
            scan = begin_slow(case, path)
            helper = helper_of(scan.pid)
            family = rig.family(scan.pid)
            scan.send_signal(number)
            scan.wait(rig.TIMEOUT_S)
            end = time.monotonic() + 5
            while any(map(rig.process, family)) and time.monotonic() < end:
                time.sleep(0.02)
            left = [rig.process(pid) for pid in family if rig.process(pid)]
            rig.check(helper in family and not left, "left after signal %d: %s" % (number, left))


def hidden(program, *command):
    """Runs a command where a program does not run: in a mount name space of its own, something empty in its place."""
    line = 'mount %s "$0" && exec "$@"' % ("-t tmpfs none" if os.path.isdir(program) else "--bind /dev/null")
    return subprocess.run(["unshare", "-m" if os.getuid() == 0 else "-rm", "sh", "-c", line, program, *command],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=rig.TIMEOUT_S)


def without_the_programs_it_is_said_what_was_not_read():
    expected = {
        "": ("unread", "no-helper", set()),
        "pdftotext": ("unread", "no-helper", set()),
        "qpdf": ("partial", "no-helper", {"first.page@contoso.com", "second.page@contoso.com", "hyphen.ated@contoso.com",
            "field.value@contoso.com", "xmp.author@contoso.com", "xmp.rights@contoso.com", "in.file@contoso.com"}),
        "pdfdetach": ("partial", "no-helper", {*PLANTED}),
        "pdfinfo": ("partial", "no-helper", {*PLANTED, "in.file@contoso.com"} - {"xmp.author@contoso.com",
            "xmp.rights@contoso.com"}),
    }
    for program, (status, reason, found) in expected.items():
        with store() as (case, path, root):
            put(root, "file.txt", b"in.file@contoso.com\n")
            put(root, "full.pdf", full_document())
            tool("pdfattach", os.path.join(root, "full.pdf"), os.path.join(root, "file.txt"), os.path.join(path, "a.pdf"))
            done = hidden("/usr/bin/" + program, rig.STAUNCH, "scan", path, "--case", case, "--progress", "never")
            if b"unshare:" in done.stderr or b"mount:" in done.stderr:
                rig.skip("no mount name spaces here: " + done.stderr.decode()[:100])
            rig.expect(rig.INCOMPLETE, done)
            rig.equal(statuses(case).get("a.pdf"), (status, reason), "a.pdf without " + program)
            rig.equal(sorted(addresses(case)), sorted(found), "addresses without " + program)
            told = hidden("/usr/bin/" + program, rig.STAUNCH, "doctor").stdout.decode()
            rig.check("does not run" in told or "not found:" in told, "doctor without %s: %s" % (program, told))


def memory_of_the_worker_is_flat_over_many_documents():
    count = 2000 if rig.FULL else 200
    with store() as (case, path, _):
        data = full_document()
        for number in range(count):
            put(path, "%05d.pdf" % number, data.replace(b"second.page", b"s%05d.page" % number))
        scan = subprocess.Popen([rig.STAUNCH, "scan", path, "--case", case, "--progress", "never", "--jobs", "1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sizes = []
        while scan.poll() is None:
            for pid in rig.family(scan.pid):
                with contextlib.suppress(OSError, KeyError, ValueError):
                    with open("/proc/%d/status" % pid) as file:
                        state = dict(line.split(":", 1) for line in file if ":" in line)
                    if state["Name"].strip() == "staunch-worker":
                        sizes.append(int(state["VmRSS"].split()[0]))
            time.sleep(0.1)
        rig.equal(scan.returncode, rig.OK, "the scan")
        rig.equal(rig.report(case)["coverage"]["objects"]["read"], count, "documents read, none a copy of another")
        early, late = sizes[len(sizes) // 4], max(sizes[-5:])
        print("worker: %d KB after a quarter of %d documents, %d KB at the end" % (early, count, late))
        rig.check(late < early + 2048, "the worker grew from %d to %d KB" % (early, late))


rig.run_tests(every_place_of_a_document_is_read_and_named, documents_of_other_programs_are_read,
    attachments_are_members_and_nest, a_document_in_a_zip_in_a_mail_is_read,
    encrypted_documents_are_unread_unless_they_open_without_a_password, two_thousand_pages_are_read_and_numbered,
    a_document_that_takes_for_ever_or_all_memory_costs_itself_alone, a_helper_that_is_killed_is_a_row_and_nothing_else,
    a_scan_that_is_killed_leaves_no_helper_behind, without_the_programs_it_is_said_what_was_not_read,
    memory_of_the_worker_is_flat_over_many_documents)
