"""PDF files that LibreOffice does not write: a form with every kind of string, an image of a page, and what qpdf makes of
others (attachments, passwords, object streams)."""
import subprocess
import zlib


def text_string(text):
    """A PDF text string: UTF-16 with its mark, in hexadecimal."""
    return "<FEFF%s>" % text.encode("utf-16-be").hex().upper()


def literal(text):
    return "(%s)" % text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def stream(dictionary, data):
    packed = zlib.compress(data)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (dictionary.encode(), len(packed), packed)


def assemble(objects, info=None):
    """objects: bodies of objects 1, 2, ...; the first is the catalog, info the number of the document information."""
    out, offsets = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body if isinstance(body, bytes) else body.encode("latin-1"))
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1,
        b" /Info %d 0 R" % info if info else b"", start)
    return bytes(out)


def form(o):
    """One page with text, a form field, two annotations, a bookmark, document information and XMP metadata."""
    text = "BT /F1 10 Tf 40 760 Td (Order form) Tj 0 -20 Td %s Tj ET\n" % literal("Contact " + o.address("body"))
    xmp = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/' \
        '1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq>' \
        "<rdf:li>%s</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>" % o.address("property: XMP")
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] /DA (/F1 10 Tf) /DR << /Font << /F1 5 0 R >> >> >> "
        "/Outlines 9 0 R /Metadata 11 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> "
        "/Annots [6 0 R 7 0 R 8 0 R] >>",
        stream("", text.encode("latin-1")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Annot /Subtype /Widget /FT /Tx /T (mail) /V %s /DA (/F1 10 Tf) /Rect [40 600 300 620] /P 3 0 R >>"
            % text_string(o.address("form field")),
        "<< /Type /Annot /Subtype /Text /Contents %s /T %s /Rect [40 560 60 580] >>" % (
            literal("ask " + o.address("annotation")), text_string(o.address("annotation author"))),
        "<< /Type /Annot /Subtype /Link /A << /S /URI /URI %s >> /Rect [40 520 90 540] >>" % literal(
            "mailto:" + o.address("link target")),
        "<< /Type /Outlines /First 10 0 R /Last 10 0 R /Count 1 >>",
        "<< /Title %s /Parent 9 0 R /Dest [3 0 R /Fit] >>" % text_string("from " + o.address("bookmark")),
        stream("/Type /Metadata /Subtype /XML", xmp.encode()),
        "<< /Title %s /Author %s /Client %s >>" % (text_string(o.address("property: title")), literal(o.address("property: author")),
            text_string(o.address("property: custom"))),
    ]
    return assemble(objects, 12)


def image_of(page):
    """The first page of a PDF as a picture in a PDF: what a scanner makes."""
    pgm = subprocess.run(["pdftoppm", "-r", "60", "-gray", "-f", "1", "-l", "1", page], check=True, capture_output=True, timeout=60).stdout
    magic, size, _, pixels = pgm.split(b"\n", 3)
    assert magic == b"P5"
    width, height = map(int, size.split())
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im 5 0 R >> >> >>",
        stream("", b"q 595 0 0 842 0 0 cm /Im Do Q\n"),
        stream("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8" % (width, height), pixels)]
    return assemble(objects)


def qpdf(*arguments):
    subprocess.run(["qpdf", *arguments], check=True, capture_output=True, timeout=60)


def attach(source, target, attachment, name):
    qpdf(source, target, "--add-attachment", attachment, "--filename=" + name, "--")


def lock(source, target, password):
    """With a password to open it, or (password empty) only one against changes."""
    qpdf("--encrypt", password, "owner-of-the-file", "256", "--", source, target)


def pack(source, target):
    """Objects in compressed streams, as most writers make them."""
    qpdf("--object-streams=generate", "--compress-streams=y", source, target)
