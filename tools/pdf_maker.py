"""PDF files by hand, so that every field can lie: objects as bytes, with a cross-reference table that fits them."""
import zlib


def stream(data, extra=b"", deflate=False):
    if deflate:
        data, extra = zlib.compress(data), extra + b"/Filter/FlateDecode"
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


def show(*lines, y=700):
    """A content stream that shows lines of text, one below the other."""
    out = [b"BT /F 12 Tf 15 TL 72 %d Td" % y]
    for line in lines:
        out.append(b"(%s) Tj T*" % line.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)"))
    return b"\n".join(out + [b"ET"])


FONT = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>>>"


class Pdf:
    """Objects are numbered from 1; 1 is the catalog, 2 the page tree."""

    def __init__(self):
        self.objects = [b"", b""]
        self.pages, self.catalog, self.trailer = [], b"", b""

    def add(self, body):
        self.objects.append(body)
        return len(self.objects)

    def page(self, content, extra=b"", resources=FONT, deflate=False):
        contents = self.add(stream(content, deflate=deflate))
        self.pages.append(self.add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources%s/Contents %d 0 R%s>>" %
            (resources, contents, extra)))
        return self.pages[-1]

    def picture_page(self):
        """A page that shows a picture and no text, as a scanned paper does."""
        picture = self.add(stream(bytes(300), b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8"
            b"/ColorSpace/DeviceRGB"))
        return self.page(b"q 500 0 0 700 0 0 cm /I Do Q", resources=b"<</XObject<</I %d 0 R>>>>" % picture)

    def info(self, **properties):
        body = b"".join(b"/%s(%s)" % (k.encode(), v.encode()) for k, v in properties.items())
        self.trailer += b"/Info %d 0 R" % self.add(b"<<" + body + b">>")

    def attach(self, name, data):
        file = self.add(stream(data, b"/Type/EmbeddedFile", deflate=True))
        spec = self.add(b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>" % (name.encode(), name.encode(), file))
        self.catalog += b"/Names<</EmbeddedFiles<</Names[(%s) %d 0 R]>>>>" % (name.encode(), spec)

    def bytes(self):
        if not self.objects[0]:
            self.objects[0] = b"<</Type/Catalog/Pages 2 0 R%s>>" % self.catalog
        if not self.objects[1]:
            kids = b" ".join(b"%d 0 R" % page for page in self.pages)
            self.objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(self.pages))
        out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        table = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, self.trailer, table)
        return bytes(out)


def simple(*lines):
    pdf = Pdf()
    pdf.page(show(*lines))
    return pdf.bytes()


def form_bomb(levels, address, width=10):
    """Forms that draw forms: width to the power of levels texts out of some kilobytes."""
    pdf = Pdf()
    inner = pdf.add(stream(show(address), b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources" + FONT))
    for _ in range(levels):
        inner = pdf.add(stream(b"/X Do " * width, b"/Type/XObject/Subtype/Form/BBox[0 0 600 900]/Resources"
            b"<</XObject<</X %d 0 R>>>>" % inner))
    pdf.page(b"/X Do", resources=b"<</XObject<</X %d 0 R>>>>" % inner)
    return pdf.bytes()
