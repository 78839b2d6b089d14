#!/usr/bin/env python3
"""Makes the exposure of September 2022 in small: the files of one open blob container, as a sales team leaves them, and the
truth about them. Mails with attachments, replies that quote replies, Office files, PDF, archives in archives, a database
backup; the same file under several names; links to further stores.

    make_exposure.py OUT [--seed N]

Everybody in it is invented. The documents are originals: LibreOffice, qpdf and the distribution's packers make them from
what tools/exposure writes. Their bytes differ from run to run (dates), what is planted does not.

  OUT/container/            the store
  OUT/originals/FORMAT/     one full file of each format, and the truth's file name of it
  OUT/truth.json            every planted value: kind, canonical, written, spelling, format, place, paths
  OUT/values.txt            everything that no log, error or title may show
"""
import argparse
import glob
import hashlib
import json
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_example as example  # noqa: E402
from exposure import flat, mail, office, papers, pdf, plan, store  # noqa: E402

STORE = "container"
SEED = 2022
OFFICE = tuple(office.PROGRAM)
# Where a small file of each format is packed: by which place of its line of the table.
IN_A_MAIL, IN_A_MAIL_IN_A_MAIL, IN_A_ZIP = "in a mail", "in a mail in a mail", "in a zip"
DEEP = "in a zip in a mail in a tar.gz in a 7z"
ARCHIVES = ("zip", "7z", "tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "cpio", "ar", "iso")
LOCKED = ("zip, encrypted", "7z, encrypted", "7z, names encrypted")
# Why a line of the table may stay below 100 %: (format, place or * for all): (reason of contract 2, why).
NOTHING = "no reader: strings and compressed runs in it are searched (partial, unsupported)"
REASONS = {
    ("pdf, image only", "*"): ("no-text", "the page is a picture; there is no OCR in this version"),
    ("pdf, password", "*"): ("encrypted", "no password is known"),
    ("zip, encrypted", "*"): ("encrypted", "no password is known"),
    ("7z, encrypted", "*"): ("encrypted", "no password is known"),
    ("7z, names encrypted", "*"): ("encrypted", "no password is known"),
    ("doc", "*"): ("unsupported", NOTHING),
    ("xls", "*"): ("unsupported", NOTHING),
    ("ppt", "*"): ("unsupported", NOTHING),
    ("tnef", "*"): ("unsupported", NOTHING),
    ("sqlite", "*"): ("unsupported", NOTHING + "; the columns of a row stand side by side"),
}


# What is said of a file of this format, wherever it stands; all others are read.
CARVED, SEALED = ("partial", "unsupported"), ("unread", "encrypted")
STATUS = {"doc": CARVED, "xls": CARVED, "ppt": CARVED, "tnef": CARVED, "bak": CARVED, "sqlite": CARVED, "unknown": CARVED,
    "pdf, password": SEALED, "zip, encrypted": SEALED, "7z, encrypted": SEALED, "7z, names encrypted": SEALED,
    "pdf, image only": ("unread", "no-text")}


class Exposure:
    def __init__(self, out, work, seed):
        self.out, self.work, self.plan = out, work, plan.Plan(seed)
        self.office = office.Office(work)
        self.flats = {}  # target: [(flat file, original)]
        self.messages = {"raw": 0, "distinct": 0}
        self.copies = {}  # path of a copy: path of what it copies
        self.listed = 0
        self.papers, self.agent = [], {}
        os.makedirs(os.path.join(work, "flat"))

    # --- originals ---

    def office_file(self, format, stem, place=None, full=False, program=None):
        """Writes the flat file now; convert() makes the original of it."""
        o = self.plan.original(format, stem, place)
        program = program or office.PROGRAM[format]
        path = os.path.join(self.work, "flat", "%s.%s" % (stem, office.FLAT[program]))
        with open(path, "w", encoding="utf-8") as out:
            out.write(getattr(flat, program)(o, full))
        target = office.PDF_OPTIONS % program if format.startswith("pdf") else format
        self.flats.setdefault(target, []).append((path, o))
        return o

    def convert(self):
        made = self.office.convert({target: [path for path, _ in rows] for target, rows in self.flats.items()})
        for target, rows in self.flats.items():
            for path, o in rows:
                o.file = made[path, target]

    def bytes_file(self, format, stem, write, place=None):
        """An original that a function of its own writes: write(original) gives the bytes."""
        o = self.plan.original(format, stem, place)
        self.keep(o, write(o))
        return o

    def keep(self, o, data):
        o.file = os.path.join(self.work, o.stem)
        with open(o.file, "wb") as out:
            out.write(data)

    # --- the store ---

    def put(self, o, path, count=True):
        """One object of the store."""
        target = os.path.join(self.out, STORE, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(o.file, target)
        o.paths.append([path])
        self.listed += count
        return path

    def put_pictured(self, o, path):
        """A document with a picture in it, which nobody reads."""
        self.put(o, path)
        o.pictured = o.format not in ("pdf", "rtf")

    def put_copy(self, path, of):
        target = os.path.join(self.out, STORE, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(self.out, STORE, of), target)
        self.copies[path] = of
        self.messages["raw"] += path.endswith(".eml")
        self.listed += 1

    def put_mail(self, o, message, path, attached=(), distinct=True):
        """A message as an object, with originals attached: [(original, name)]."""
        for other, name in attached:
            message.attach(other, name)
            other.paths.append([path, name])
        self.keep(o, message.bytes())
        self.messages["raw"] += 1
        self.messages["distinct"] += distinct
        return self.put(o, path)


def full_documents(x):
    """One file of each format with something in every place, and PDFs of several makers."""
    documents = [x.office_file(format, "full-" + format, full=True) for format in OFFICE]
    documents += [x.office_file("pdf", "full-pdf-" + program, full=True, program=program) for program in office.FLAT]
    return documents


def more_pdfs(x, sources, small):
    """PDFs that qpdf and hands make; sources: small PDFs by LibreOffice, one for each."""
    attached, locked, restricted, packed, scanned = sources
    o = x.bytes_file("pdf", "form.pdf", pdf.form)
    target = os.path.join(x.work, "with-attachment.pdf")
    pdf.attach(attached.file, target, small.file, "inside." + small.format)
    attached.file = target
    small.paths.append(["contracts/with-attachment.pdf", "inside." + small.format])
    for original, make in ((locked, lambda a, b: pdf.lock(a, b, "secret of theirs")), (restricted, lambda a, b: pdf.lock(a, b, "")), (packed, pdf.pack)):
        target = os.path.join(x.work, original.stem + "-made.pdf")
        make(original.file, target)
        original.file = target
    x.keep(scanned, pdf.image_of(scanned.file))
    for original, path in ((o, "form.pdf"), (attached, "with-attachment.pdf"), (locked, "password.pdf"), (restricted, "restricted.pdf"),
            (packed, "packed.pdf"), (scanned, "scanned.pdf")):
        x.put(original, "contracts/" + path)


def other_files(x):
    x.put(x.bytes_file("bak", "crm.bak", store.backup), "backup/crm.bak")
    o = x.plan.original("sqlite", "crm.sqlite")
    o.file = os.path.join(x.work, "crm.sqlite")
    store.database(o, o.file)
    x.put(o, "backup/crm.sqlite")
    x.put(x.bytes_file("unknown", "cache.dat", store.noise), "backup/cache.dat")
    for format, name, write in (("csv", "contacts.csv", store.table), ("jsonl", "events.jsonl", store.json_lines)):
        o = x.bytes_file(format, name, write)
        o.records = store.RECORDS
        x.put(o, "exports/" + name)
    x.put(x.bytes_file("text", "storage.ini", store.configuration), "exports/storage.ini")
    x.put(x.bytes_file("html", "portal.html", store.web_page), "exports/portal.html")
    for encoding in ("utf-8", "utf-16", "utf-16-be", "cp1252"):
        text = x.bytes_file("text", "note-%s.txt" % encoding, lambda o: ("\ufeff" if encoding == "utf-16-be" else "").encode(encoding)
            + store.plain(o, encoding), "text, " + encoding)
        x.put(text, "exports/note-%s.txt" % encoding)


def mails(x, in_mail, in_mail_in_mail, shared):
    """in_mail: originals for one mail each; in_mail_in_mail: for a mail attached to a mail; shared: for several mails."""
    for number in range(4):
        o, m = mail.every_place(x.plan, number, number % 2 == 1)
        x.put_mail(o, m, "mail/places-%d.eml" % number, [(shared, "price list.%s" % shared.format)] if number < 3 else ())
    for crlf in (False, True):
        for o, m in mail.each_encoding(x.plan, crlf):
            x.put_mail(o, m, "mail/%s.eml" % o.stem)
    for o, m in mail.thread(x.plan, 5):
        x.put_mail(o, m, "mail/%s.eml" % o.stem)
    for original in in_mail:
        o = x.plan.original("eml", "with-" + original.stem)
        m = mail.Mail(o, original.format < "p").heads()
        m.body("Please find it attached, %s.\n" % o.address("body"))
        x.put_mail(o, m, "mail/%s.eml" % o.stem, [(original, "attached." + original.format)])
    x.put_mail(*mail.two_customers(x.plan, plan.COMPANIES[:2]), "mail/two-customers.eml")
    # A mail that forwards a mail with attachments, as an attachment.
    inner_o, outer_o = x.plan.original("eml", "inner", IN_A_MAIL), x.plan.original("eml", "outer")
    inner, outer = mail.Mail(inner_o).heads("Documents"), mail.Mail(outer_o).heads("Fwd: Documents")
    inner.body("All of them, %s.\n" % inner_o.address("body"))
    for original in in_mail_in_mail:
        name = "inner.%s" % original.format
        inner.attach(original, name)
        original.paths.append(["mail/outer.eml", name])
    outer.body("See below.\n")
    outer.message.add_attachment(inner.message)
    inner_o.paths.append(["mail/outer.eml", ""])
    x.put_mail(outer_o, outer, "mail/outer.eml")
    x.messages["raw"] += 1
    x.messages["distinct"] += 1


def mailbox(x, count=12):
    """An mbox, in part with messages that stand in the store as files, too, otherwise encoded."""
    out = bytearray()
    for number in range(count):
        o = x.plan.original("mbox", "boxed-%d" % number)
        m = mail.Mail(o).heads("Weekly %d" % number)
        m.body("From here on: %s\n\nFrom time to time, %s\n" % (o.address("body"), o.address("body")), encoding="7bit")
        for copy in range(2 if number % 4 == 0 else 1):  # some are there twice
            body = m.bytes().replace(b"\nFrom ", b"\n>From ")
            out += b"From export Mon Sep  5 10:00:00 2022\n" + body + b"\n"
            x.messages["raw"] += 1
            x.messages["distinct"] += copy == 0
        o.paths.append(["mail/archive.mbox", ""])
    box = x.plan.original("mbox", "archive.mbox")
    x.keep(box, bytes(out))
    x.put(box, "mail/archive.mbox")


def archives(x, in_zip, locked):
    """Each kind of archive with a text, a zip with one file of every format, and what nobody can open."""
    for kind in ARCHIVES:
        folder = os.path.join(x.work, "pack-" + kind)
        os.makedirs(folder)
        o = x.bytes_file(kind, "text-in-%s" % kind, lambda o: store.plain(o, "utf-8") + (o.prose(20) + "\n").encode())
        shutil.copyfile(o.file, os.path.join(folder, "readme.txt"))
        path = "archive/%s.%s" % (kind.replace(".", "-"), kind)
        if kind == "zip":
            for original in in_zip:
                shutil.copyfile(original.file, os.path.join(folder, "file." + original.format))
                original.paths.append([path, "file." + original.format])
        pack(x, kind, folder, path)
        o.paths.append([path, "readme.txt"])
    for kind in LOCKED:
        folder = os.path.join(x.work, "pack-" + kind)
        os.makedirs(folder)
        o = x.bytes_file(kind, "text-in-%s" % kind, lambda o: store.plain(o, "utf-8"))
        shutil.copyfile(o.file, os.path.join(folder, "locked.txt"))
        path = "archive/%s.%s" % (kind.replace(", ", "-").replace(" ", "-"), kind.split(",")[0])
        pack(x, kind, folder, path)
        o.paths.append([path, "locked.txt"])
    for kind in ("gz", "bz2", "xz", "zst"):
        o = x.bytes_file(kind, "log.%s.txt" % kind, lambda o: store.plain(o, "utf-8") * 3)
        store.compress(kind, o.file)
        o.file += "." + kind
        x.put(o, "archive/log.txt." + kind)


def pack(x, kind, folder, path):
    target = os.path.join(x.out, STORE, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    store.archive(kind, folder, target)
    x.listed += 1


def deep(x, originals):
    """7z with a tar.gz with a mail with a zip with documents: attachment of attachment of attachment."""
    folders = [os.path.join(x.work, "deep-%d" % n) for n in range(3)]
    for folder in folders:
        os.makedirs(folder)
    path = "backup/laptop.7z"
    for original in originals:
        shutil.copyfile(original.file, os.path.join(folders[0], "deep." + original.format))
        original.paths.append([path, "deep." + original.format])
    store.archive("zip", folders[0], os.path.join(x.work, "deep.zip"))
    o = x.plan.original("eml", "deep", "in a tar.gz in a 7z")
    m = mail.Mail(o).heads("All files")
    m.body("In the archive, %s.\n" % o.address("body"))
    with open(os.path.join(x.work, "deep.zip"), "rb") as file:
        m.attach_bytes(file.read(), "deep.zip")
    x.keep(o, m.bytes())
    x.messages["raw"] += 1
    x.messages["distinct"] += 1
    shutil.copyfile(o.file, os.path.join(folders[1], "deep.eml"))
    o.paths.append([path, "deep.eml"])
    store.archive("tar.gz", folders[1], os.path.join(folders[2], "laptop.tar.gz"))
    pack(x, "7z", folders[2], path)


def make(out, seed=SEED):
    """Fills the empty folder out."""
    work = tempfile.mkdtemp(prefix="work-", dir=out)
    x = Exposure(out, work, seed)
    everything = OFFICE + ("pdf",)
    documents = full_documents(x)
    small = {place: [x.office_file(f, "%s-%s" % (place.replace(" ", "-"), f), place, program="writer" if f == "pdf" else None)
        for f in formats] for place, formats in ((IN_A_MAIL, everything), (IN_A_MAIL_IN_A_MAIL, everything), (IN_A_ZIP, everything),
            (DEEP, ("docx", "odt", "pdf", "xlsx")))}
    shared = x.office_file("docx", "shared-docx", "attached to three mails")
    in_pdf = x.office_file("docx", "in-pdf-docx", "in a pdf")
    kinds = [("pdf", "with-attachment"), ("pdf, password", "password"), ("pdf, open to read", "restricted"), ("pdf, object streams", "packed"),
        ("pdf, image only", "scanned")]
    pdfs = [x.office_file(format, "made-" + stem, program="writer") for format, stem in kinds]
    x.convert()
    for o in documents:
        x.put_pictured(o, "customers/%s.%s" % (o.stem, o.format))
    more_pdfs(x, pdfs, in_pdf)
    other_files(x)
    mails(x, small[IN_A_MAIL], small[IN_A_MAIL_IN_A_MAIL], shared)
    mailbox(x)
    o = x.bytes_file("tnef", "winmail.dat", store.tnef, IN_A_MAIL)
    carrier = x.plan.original("eml", "with-winmail")
    x.put_mail(carrier, mail.Mail(carrier).heads().body("Sent from Outlook.\n"), "mail/with-winmail.eml", [(o, "winmail.dat")])
    archives(x, small[IN_A_ZIP], None)
    deep(x, small[DEEP])
    papers.papers(x)
    x.put(shared, "customers/price list.docx")
    x.put_copy("customers/old/price list (1).docx", "customers/price list.docx")
    x.put_copy("customers/old/price list (2).docx", "customers/price list.docx")
    x.put_copy("customers/old/full.odt", "customers/full-odt.odt")
    x.put_copy("mail/sent/places-0.eml", "mail/places-0.eml")
    x.put_copy("backup/contacts-2.csv", "exports/contacts.csv")
    keep_originals(x)
    write_truth(x)
    shutil.rmtree(work)


def keep_originals(x):
    """One full file of each format in a folder of its own: what the readers are held against."""
    for o in x.plan.originals:
        if o.file and o.packed_as is None and o.paths and not o.paths[0][1:]:
            folder = os.path.join(x.out, "originals", o.format.split(",")[0])
            os.makedirs(folder, exist_ok=True)
            shutil.copyfile(o.file, os.path.join(folder, os.path.basename(o.paths[0][0])))


def statuses(x):
    """(what is not read of the objects, of the members): {path: status}, [(path, end of the member's path, status)]"""
    objects, members = {}, []
    for o in x.plan.originals:
        status = STATUS.get(o.format) or (("partial", "no-text") if o.pictured else None)
        for chain in o.paths if status else ():
            alone = len(chain) == 1 or o.format in LOCKED
            kind, reasons = objects.setdefault(chain[0], (status[0] if alone else "partial", set()))
            reasons.add(status[1])  # an object says the first that was met
            if len(chain) > 1 and o.format != "7z, names encrypted":
                members.append((chain[0], chain[-1], status))
    for copy, of in x.copies.items():
        if of in objects:
            objects[copy] = objects[of]
    return {path: (kind, sorted(reasons)) for path, (kind, reasons) in objects.items()}, members


def records(x):
    """{unit: raw and distinct} of rows and documents: a file that is read is one document but for tables and lines."""
    counts = {"row": {"raw": 0, "distinct": 0}, "document": {"raw": 0, "distinct": 0}}
    for o in x.plan.originals:
        if o.format in STATUS or o.format in ("eml", "mbox"):
            continue
        places = len(o.paths) + sum([of] == chain for of in x.copies.values() for chain in o.paths) \
            + sum(of == chain[0] and len(chain) > 1 for of in x.copies.values() for chain in o.paths)
        count = counts["row" if o.format == "csv" else "document"]
        count["raw"] += places * (o.records or 1)
        count["distinct"] += o.records or 1
    return counts


def countries_beside(x):
    """{address: country} of the table of contacts: a row is an address and a number, and nobody else's."""
    table = next(o for o in x.plan.originals if o.format == "csv").values
    return {mail["canonical"]: example.country_of_number(number["canonical"]) for mail, number in zip(table[::2], table[1::2])}


def counted(lists):
    counts = {}
    for name in [name for names in lists for name in names]:
        counts[name] = counts.get(name, 0) + 1
    return counts


def write_truth(x):
    objects, members = statuses(x)
    values = []
    for o in x.plan.originals:
        for value in o.values:
            values.append({**value, "paths": o.paths})
    addresses = {v["canonical"] for v in values if v["kind"] == "email_address"}
    assert len(addresses) == sum(v["kind"] == "email_address" for v in values), "an address is planted once"
    truth = {"store": STORE, "own_domain": plan.OWN_DOMAIN, "listed": x.listed, "copies": x.copies, "records": {"message": x.messages, **records(x)},
        "objects_not_read": objects, "members_not_read": members,
        "reasons": [{"format": f, "place": p, "reason": r, "why": why} for (f, p), (r, why) in REASONS.items()],
        "sensitivity": counted(p["labels"] for p in x.papers), "document_types": counted([p["type"]] for p in x.papers if p["type"]),
        "subjects": counted(p["subjects"] for p in x.papers), "special_records": sum(bool(p["subjects"]) for p in x.papers),
        "agent": x.agent, "customer": {"turns": x.messages["distinct"] - 1, "records": x.messages["distinct"] - 1},
        "country_of_number": countries_beside(x),
        "domains": sorted(x.plan.domains), "values": values, "names": sorted(x.plan.names),
        "pairs": [{"name": name, "address": address} for name, address in x.plan.pairs],
        "leads": [{k: v for k, v in lead.items() if k != "original"} | {"paths": lead["original"].paths} for lead in x.plan.leads]}
    with open(os.path.join(x.out, "truth.json"), "w", encoding="utf-8") as out:
        json.dump(truth, out, indent=1, ensure_ascii=False)
    secret = {v[k] for v in values for k in ("canonical", "written")} | x.plan.names
    with open(os.path.join(x.out, "values.txt"), "w", encoding="utf-8") as out:
        out.writelines(v + "\n" for v in sorted(secret))


def key(seed):
    """What the result depends on: these sources and the version of LibreOffice."""
    here = os.path.dirname(os.path.abspath(__file__))
    digest = hashlib.sha256(("%d %s" % (seed, office.version())).encode())
    for path in sorted(glob.glob(os.path.join(here, "exposure/*.py"))) + [os.path.join(here, n) for n in ("make_exposure.py", "make_example.py")]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:16]


def cached(folder, seed=SEED):
    """The exposure in folder/KEY: made when it is not there, else as it was made before. Older ones are removed."""
    os.makedirs(folder, exist_ok=True)
    want = os.path.join(folder, key(seed))
    if not os.path.exists(os.path.join(want, "truth.json")):
        with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as new:
            os.mkdir(os.path.join(new, "made"))
            make(os.path.join(new, "made"), seed)
            for old in glob.glob(os.path.join(folder, "[0-9a-f]" * 16)):
                shutil.rmtree(old)
            os.rename(os.path.join(new, "made"), want)
    return want


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("out", metavar="OUT", help="folder to make; must be new or empty")
    options.add_argument("--seed", type=int, default=SEED)
    args = options.parse_args()
    os.makedirs(args.out, exist_ok=True)
    if os.listdir(args.out):
        options.error("%s is not empty" % args.out)
    make(args.out, args.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
