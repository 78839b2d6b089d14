"""Office documents as flat OpenDocument XML: text documents, spreadsheets, presentations with something planted in every
place such a file has. LibreOffice turns them into the formats that people mail each other.

Which places a target format can hold is said here (LACKS): LibreOffice drops the others, so nothing is planted there.
"""
import base64
import struct
import zlib
from xml.sax.saxutils import escape

from .leads import container_link, sas_link, storage_connection
from .plan import TEXT_SPELLINGS

NAMESPACES = " ".join('xmlns:%s="%s"' % pair for pair in (
    [(name, "urn:oasis:names:tc:opendocument:xmlns:%s:1.0" % what) for name, what in (
        ("office", "office"), ("style", "style"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"), ("meta", "meta"), ("svg", "svg-compatible"), ("number", "datastyle"),
        ("presentation", "presentation"))]
    + [("of", "urn:oasis:names:tc:opendocument:xmlns:of:1.2"), ("xlink", "http://www.w3.org/1999/xlink"), ("dc", "http://purl.org/dc/elements/1.1/"),
        ("loext", "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"),
        ("officeooo", "http://openoffice.org/2009/office")]))

# Places that a format has not, or that LibreOffice does not write into it.
LACKS = {
    "docx": ("alt title",), "odt": (), "doc": ("alt text", "alt title"), "rtf": (),
    "xlsx": ("alt title",), "ods": (), "xls": ("alt text", "alt title", "formula"),
    "pptx": ("alt title",), "odp": (), "ppt": ("alt text", "alt title", "property: custom"),
    "pdf": ("alt text", "alt title", "property: description", "property: custom", "hidden text", "tracked change author",
        "hidden sheet", "hidden row", "sheet name", "comment author", "hidden slide", "footer of slides", "number as value"),
}
# A PDF holds glyphs: invisible characters are gone, and full-width ones are where the font has none.
NO_GLYPH = ("full width", "invisible character")


# A name that a sheet can bear: at most 31 characters.
SHORT = ("Adatum Italia", "adatum.it", "it")


def picture(width=16, height=16):
    """A small PNG."""
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(width)) for y in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Flat:
    """One flat document in the making; put() plants in a place unless the target format lacks it."""

    def __init__(self, original, full):
        self.o, self.full = original, full

    def has(self, place, always=False):
        return place not in LACKS[self.o.format.split(",")[0]] and (self.full or always)

    def put(self, place, before="", after="", always=False):
        """An escaped sentence with an address in this place, or nothing."""
        if not self.has(place, always):
            return ""
        return escape(before + self.o.address(place) + after)

    def p(self, place, before="Contact: ", always=False, style=""):
        text = self.put(place, before, always=always)
        return "<text:p%s>%s</text:p>" % (style, text) if text else ""

    def meta(self):
        fields = [("dc:title", "title"), ("dc:subject", "subject"), ("dc:description", "description"),
            ("meta:keyword", "keywords"), ("meta:initial-creator", "author")]
        out = ""
        for tag, name in fields:
            place = "property: " + name
            if self.has(place, name == "author"):
                out += "<%s>%s</%s>" % (tag, self.put(place, "", always=True), tag)
        place = "property: custom"
        if self.has(place):
            out += '<meta:user-defined meta:name="Client" meta:value-type="string">%s</meta:user-defined>' % self.put(place)
        return "<office:meta>%s</office:meta>" % out

    def annotation(self, place, always=False, attributes=""):
        if not self.has(place, always):
            return ""
        author = self.put(place + " author") if self.has(place + " author") else escape(self.o.name())
        return "<office:annotation%s><dc:creator>%s</dc:creator><dc:date>2022-09-06T10:00:00</dc:date><text:p>%s</text:p>" \
            "</office:annotation>" % (attributes, author, self.put(place, "Please ask ", always=always))

    def spelled(self, place):
        skip = NO_GLYPH if self.o.format.startswith("pdf") else ()
        return [escape(self.o.address(place, name)) for name in TEXT_SPELLINGS if name not in skip]

    def lead(self, place, lead):
        """A link to a further store; a PDF would break its line."""
        return "" if self.o.format.startswith("pdf") else escape(self.o.lead(place, lead))

    def alt(self):
        return "<svg:title>%s</svg:title><svg:desc>%s</svg:desc>" % (self.put("alt title", "Picture by "),
            self.put("alt text", "Logo, from "))

    def image(self, attributes=""):
        return '<draw:frame draw:name="logo" svg:width="2cm" svg:height="2cm"%s><draw:image><office:binary-data>%s' \
            "</office:binary-data></draw:image>%s</draw:frame>" % (attributes, base64.b64encode(picture()).decode(),
                self.alt() if self.has("alt text") else "")


def document(kind, meta, styles, automatic, masters, body):
    return '<?xml version="1.0" encoding="UTF-8"?>\n<office:document %s office:version="1.3" office:mimetype="application/vnd.' \
        'oasis.opendocument.%s">%s<office:styles>%s</office:styles><office:automatic-styles>%s</office:automatic-styles>' \
        "<office:master-styles>%s</office:master-styles><office:body><office:%s>%s</office:%s></office:body>" \
        "</office:document>\n" % (NAMESPACES, kind, meta, styles, automatic, masters, kind, body, kind)


# --- text documents ---

PAGE = '<style:page-layout style:name="page"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" ' \
    'fo:margin="2cm"/><style:header-style><style:header-footer-properties fo:min-height="1cm"/></style:header-style>' \
    '<style:footer-style><style:header-footer-properties fo:min-height="1cm"/></style:footer-style></style:page-layout>'


def split_by_formatting(o, place):
    """An address with its middle in bold: several runs in the file, one word on the page."""
    written = o.address(place)
    a, b = len(written) // 3, 2 * len(written) // 3
    return '%s<text:span text:style-name="Bold">%s</text:span>%s' % tuple(map(escape, (written[:a], written[a:b], written[b:])))


def note(flat, number, kind):
    text = flat.put(kind, "See ")
    return text and '<text:note text:id="n%d" text:note-class="%s"><text:note-citation>%d</text:note-citation>' \
        "<text:note-body><text:p>%s</text:p></text:note-body></text:note>" % (number, kind, number, text)


def changes(flat):
    """(declaration, paragraph) of tracked changes: one deletion, one insertion."""
    if not flat.has("tracked deletion"):
        return "", ""
    info = "<office:change-info><dc:creator>%s</dc:creator><dc:date>2022-09-01T10:00:00</dc:date></office:change-info>"
    flat.o.plan.names.add("Anke Brandt")
    author = flat.put("tracked change author") or "Anke Brandt"
    declared = '<text:tracked-changes><text:changed-region xml:id="c1" text:id="c1"><text:deletion>%s<text:p>%s</text:p>' \
        '</text:deletion></text:changed-region><text:changed-region xml:id="c2" text:id="c2"><text:insertion>%s' \
        "</text:insertion></text:changed-region></text:tracked-changes>" % (info % author,
            flat.put("tracked deletion", "formerly ", " "), info % "Anke Brandt")
    used = '<text:p>Signed by <text:change text:change-id="c1"/> and <text:change-start text:change-id="c2"/>%s' \
        '<text:change-end text:change-id="c2"/>.</text:p>' % flat.put("tracked insertion", "now ", " ")
    return declared, used


def writer_body(flat):
    o = flat.o
    yield "<text:h>Offer for %s</text:h>" % escape(o.company[0])
    yield "<text:p>%s</text:p>" % escape(o.prose(3))
    yield flat.p("body", "Signed for the customer by ", True)
    if not flat.full:
        yield "<text:p>Reviewed.%s</text:p>" % flat.annotation("comment", flat.has("comment", True))
        return
    for written in flat.spelled("body, other spellings"):
        yield "<text:p>Write to: %s</text:p>" % written
    yield "<text:p>%s</text:p>" % flat.lead("body", sas_link("contosopoc" + o.format, "offers"))
    for kind in ("phone_number", "iban", "payment_card"):
        yield "<text:p>%s: %s</text:p>" % ({"phone_number": "Phone", "iban": "IBAN", "payment_card": "Card"}[kind],
            escape(o.number("body", kind)))
    yield "<text:p>Mail %s today.</text:p>" % split_by_formatting(o, "body, split by formatting")
    yield '<text:list><text:list-item><text:p>%s</text:p></text:list-item></text:list>' % flat.put("list", "first ")
    if flat.has("table"):
        yield '<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/>' + "".join(
            "<table:table-row><table:table-cell><text:p>%s</text:p></table:table-cell><table:table-cell><text:p>%s</text:p>"
            "</table:table-cell></table:table-row>" % (escape(o.name()), flat.put("table")) for _ in range(3)) + "</table:table>"
    yield "<text:p>Terms apply. %s Prices are net. %s Thank you.%s</text:p>" % (note(flat, 1, "footnote"), note(flat, 2, "endnote"),
        flat.annotation("comment"))
    if flat.has("hidden text"):
        yield '<text:p>Visible <text:span text:style-name="Hidden">%s</text:span></text:p>' % flat.put("hidden text", "internal ")
    if flat.has("link target"):
        yield '<text:p><text:a xlink:type="simple" xlink:href="mailto:%s">write to us</text:a></text:p>' % flat.put("link target")
    if flat.has("text box"):
        yield '<text:p><draw:frame draw:name="box" text:anchor-type="paragraph" svg:width="9cm" svg:height="2cm"><draw:text-box>' \
            "<text:p>%s</text:p></draw:text-box></draw:frame></text:p>" % flat.put("text box")
    yield '<text:p>%s</text:p>' % flat.image(' text:anchor-type="as-char"')


def writer(original, full=True):
    flat = Flat(original, full)
    declared, changed = changes(flat) if full else ("", "")
    master = '<style:master-page style:name="Standard" style:page-layout-name="page">%s%s</style:master-page>' % (
        "<style:header>%s</style:header>" % flat.p("header") if flat.has("header") else "",
        "<style:footer>%s</style:footer>" % flat.p("footer") if flat.has("footer") else "")
    automatic = PAGE + '<style:style style:name="Bold" style:family="text"><style:text-properties fo:font-weight="bold"/>' \
        '</style:style><style:style style:name="Hidden" style:family="text"><style:text-properties text:display="none"/></style:style>'
    body = "".join(writer_body(flat))
    return document("text", flat.meta(), '<style:style style:name="Standard" style:family="paragraph"/>', automatic, master,
        declared + body + changed)


# --- spreadsheets ---

def cell(text, inside=""):
    return '<table:table-cell office:value-type="string">%s<text:p>%s</text:p></table:table-cell>' % (inside, text)


def row(*cells, attributes=""):
    return "<table:table-row%s>%s</table:table-row>" % (attributes, "".join(cells))


def price(number):
    return '<table:table-cell office:value-type="float" office:value="%d"><text:p>%d</text:p></table:table-cell>' % (number, number)


def sheet(name, rows, style="ta1"):
    return '<table:table table:name="%s" table:style-name="%s"><table:table-column table:style-name="wide" ' \
        'table:number-columns-repeated="3"/>%s</table:table>' % (escape(name), style, "".join(rows))


def calc_rows(flat):
    o = flat.o
    yield row(cell("Name"), cell("Mail"), cell("Price"))
    for i in range(6 if flat.full else 2):
        yield row(cell(escape(o.name())), cell(flat.put("cell", always=True)), price(100 + i))
    if not flat.full:
        yield row(cell("reviewed", flat.annotation("comment", True)), cell(""), price(0))
        return
    for written in flat.spelled("cell, other spellings"):
        yield row(cell("other spelling"), cell(written), price(1))
    yield row(cell("storage"), cell(flat.lead("cell", storage_connection("contosocalc" + o.format))))
    for kind in ("phone_number", "iban", "payment_card"):
        yield row(cell({"phone_number": "Phone", "iban": "IBAN", "payment_card": "Card"}[kind]), cell(escape(o.number("cell", kind))))
    if flat.has("number as value"):
        number = o.amex("number as value")
        yield row(cell("payment card"), '<table:table-cell table:style-name="digits" office:value-type="float" '
            'office:value="%s"><text:p>%s</text:p></table:table-cell>' % (number, number))
    if flat.has("cell, split by formatting"):
        yield row(cell("formatted"), cell(split_by_formatting(o, "cell, split by formatting")))
    if flat.has("formula"):
        written = o.address("formula")
        local, domain = written.split("@")
        yield row(cell("formula"), '<table:table-cell table:formula="of:=CONCATENATE(&quot;%s&quot;;&quot;@%s&quot;)" '
            'office:value-type="string" office:string-value="%s"><text:p>%s</text:p></table:table-cell>' % (local, domain, written, written))
    yield row(cell("noted", flat.annotation("comment")), cell(""))
    if flat.has("link target"):
        yield row(cell("link"), '<table:table-cell office:value-type="string"><text:p><text:a xlink:type="simple" '
            'xlink:href="mailto:%s">write</text:a></text:p></table:table-cell>' % flat.put("link target"))
    if flat.has("hidden row"):
        yield row(cell("hidden"), cell(flat.put("hidden row")), attributes=' table:visibility="collapse"')


def calc(original, full=True):
    flat = Flat(original, full)
    sheets = sheet("Offer", calc_rows(flat))
    if full:
        if flat.has("shape"):
            sheets = sheets.replace("<table:table-row>", '<table:shapes><draw:frame draw:name="s" svg:width="8cm" svg:height="2cm" '
                'svg:x="1cm" svg:y="20cm"><draw:text-box><text:p>%s</text:p></draw:text-box></draw:frame>%s</table:shapes>'
                "<table:table-row>" % (flat.put("shape"), flat.image(' svg:x="1cm" svg:y="23cm"')), 1)
        if flat.has("hidden sheet"):
            sheets += sheet("Margin", [row(cell("internal"), cell(flat.put("hidden sheet"))) for _ in range(3)], "hidden")
        if flat.has("sheet name"):
            name = flat.o.address("sheet name", company=SHORT)
            sheets += sheet(name, [row(cell("empty"))])
        if flat.has("second sheet"):
            sheets += sheet("Contacts", [row(cell(escape(flat.o.name())), cell(flat.put("second sheet"))) for _ in range(3)])
    master = '<style:master-page style:name="Default" style:page-layout-name="page">%s%s</style:master-page>' % (
        "<style:header>%s</style:header>" % flat.p("header") if flat.has("header") else "",
        "<style:footer>%s</style:footer>" % flat.p("footer") if flat.has("footer") else "")
    automatic = PAGE + '<style:style style:name="wide" style:family="table-column"><style:table-column-properties ' \
        'style:column-width="16cm"/></style:style><style:style style:name="ta1" style:family="table" style:master-page-name="Default"><style:table-properties ' \
        'table:display="true"/></style:style><style:style style:name="hidden" style:family="table" style:master-page-name="Default">' \
        '<style:table-properties table:display="false"/></style:style><number:number-style style:name="N1"><number:number ' \
        'number:decimal-places="0" number:min-integer-digits="1"/></number:number-style><style:style style:name="digits" ' \
        'style:family="table-cell" style:data-style-name="N1"/><style:style style:name="Bold" style:family="text">' \
        '<style:text-properties fo:font-weight="bold"/></style:style>'
    return document("spreadsheet", flat.meta(), "", automatic, master, sheets)


# --- presentations ---

def box(text, kind="", y=2, name="box"):
    presentation = ' presentation:class="%s" presentation:user-transformed="true"' % kind if kind else ""
    return '<draw:frame draw:name="%s"%s draw:layer="layout" svg:x="2cm" svg:y="%dcm" svg:width="20cm" svg:height="2cm">' \
        "<draw:text-box>%s</draw:text-box></draw:frame>" % (name, presentation, y, text)


def page(number, content, attributes=""):
    return '<draw:page draw:name="page%d" draw:master-page-name="Default"%s>%s</draw:page>' % (number, attributes, content)


def impress_pages(flat):
    o = flat.o
    first = box("<text:p>Proof of concept for %s</text:p>" % escape(o.company[0]), "title", 1)
    if flat.has("notes", True):
        first += box(flat.p("slide", "Presented to ", True), "", 4)
        notes = '<presentation:notes><draw:page-thumbnail draw:page-number="1" svg:width="10cm" svg:height="8cm" svg:x="5cm" ' \
            'svg:y="2cm"/>%s</presentation:notes>' % box(flat.p("notes", "Do not mention ", True), "notes", 12)
    yield page(1, first + notes)
    if not flat.full:
        return
    second = box(flat.p("title", "Ask "), "title", 1)
    second += box("".join("<text:p>%s</text:p>" % w for w in flat.spelled("slide, other spellings")), "", 4)
    second += box("<text:p>Phone: %s</text:p>" % escape(o.number("slide", "phone_number")), "", 10)
    second += box("<text:p>IBAN: %s</text:p>" % escape(o.number("slide", "iban")), "", 12)
    second += box("<text:p>Mail %s today</text:p>" % split_by_formatting(o, "slide, split by formatting"), "", 14)
    second += box("<text:p>%s</text:p>" % flat.lead("slide", container_link("contososlides" + o.format, "poc")), "", 16)
    yield page(2, second)
    third = ""
    if flat.has("table"):
        third += '<draw:frame draw:layer="layout" svg:x="2cm" svg:y="2cm" svg:width="20cm" svg:height="4cm"><table:table>' \
            '<table:table-column/><table:table-column/>' + "".join("<table:table-row><table:table-cell><text:p>%s</text:p></table:table-cell>"
            "<table:table-cell><text:p>%s</text:p></table:table-cell></table:table-row>" % (escape(o.name()), flat.put("table"))
            for _ in range(2)) + "</table:table></draw:frame>"
    if flat.has("group"):
        third += "<draw:g>%s%s</draw:g>" % (box(flat.p("group"), "", 8), box("<text:p>of two</text:p>", "", 11))
    if flat.has("link target"):
        third += box('<text:p><text:a xlink:type="simple" xlink:href="mailto:%s">write</text:a></text:p>' % flat.put("link target"), "", 14)
    third += flat.image(' draw:layer="layout" svg:x="20cm" svg:y="12cm"')
    third += flat.annotation("comment", attributes=' svg:x="1cm" svg:y="1cm"')
    yield page(3, third)
    if flat.has("hidden slide"):
        yield page(4, box(flat.p("hidden slide"), "", 2), ' draw:style-name="hiddenpage"')


def impress(original, full=True):
    flat = Flat(original, full)
    pages = "".join(impress_pages(flat))
    if flat.has("footer of slides"):
        pages = '<presentation:footer-decl presentation:name="f1">%s</presentation:footer-decl>' % flat.put("footer of slides") \
            + pages.replace('draw:name="page2"', 'draw:name="page2" presentation:use-footer-name="f1"')
    inside = box(flat.p("master slide"), "", 16) if flat.has("master slide") else ""
    if full:
        inside += '<draw:frame presentation:class="footer" draw:layer="backgroundobjects" svg:x="8cm" svg:y="18cm" svg:width="8cm" ' \
            'svg:height="1cm"><draw:text-box><text:p><presentation:footer/></text:p></draw:text-box></draw:frame>'
    master = '<style:master-page style:name="Default" style:page-layout-name="slide">%s</style:master-page>' % inside
    automatic = '<style:page-layout style:name="slide"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/>' \
        '</style:page-layout><style:style style:name="hiddenpage" style:family="drawing-page"><style:drawing-page-properties ' \
        'presentation:visibility="hidden"/></style:style><style:style style:name="Small" style:family="paragraph">' \
        '<style:text-properties fo:font-size="8pt"/></style:style><style:style style:name="Bold" style:family="text"><style:text-properties ' \
        'fo:font-weight="bold"/></style:style>'
    small = lambda text: text.replace("<text:p>", '<text:p text:style-name="Small">')
    return document("presentation", flat.meta(), "", automatic, small(master), small(pages))
