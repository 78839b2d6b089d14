"""The hostile Office documents of make_hostile.py: XML that explodes or breaks off, packages that lie about their parts."""
import struct

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def relations(*rows):
    return HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>' % (
        "".join('<Relationship Id="rId%d" Type="%s%s" Target="%s"/>' % (i + 1, RELATIONS, kind, target)
            for i, (kind, target) in enumerate(rows)))


def types(part, kind):
    return HEAD + ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/%s" ContentType="%s"/></Types>' % (part, kind))


def paragraph(address):
    return "<w:p><w:r><w:t>please write to %s about it</w:t></w:r></w:p>" % address


def word(*paragraphs, front=HEAD):
    return front + "<w:document %s><w:body>%s</w:body></w:document>" % (W, "".join(paragraphs))


def head_parts(part, kind):
    return [("[Content_Types].xml", types(part, kind)), ("_rels/.rels", relations(("officeDocument", part)))]


class Makers:
    """What make_hostile.py lends: put, make_zip, Entry, encrypted."""

    def __init__(self, put, make_zip, entry, encrypted):
        self.put, self.zip, self.entry, self.encrypted = put, make_zip, entry, encrypted

    def entries(self, parts):
        return [part if isinstance(part, self.entry) else
                self.entry(part[0], part[1].encode() if isinstance(part[1], str) else part[1]) for part in parts]

    def package(self, parts):
        return self.zip(*self.entries(parts))

    def docx(self, document, *more):
        return self.package([*head_parts("word/document.xml", WORD), ("word/document.xml", document), *more])


def write(put, make_zip, entry, encrypted, address_text):
    make = Makers(put, make_zip, entry, encrypted)
    broken_xml(make)
    lying_packages(make, address_text)
    spreadsheets(make)


def broken_xml(make):
    put, docx = make.put, make.docx
    put("docx-plain.docx", docx(word(paragraph("doc1@contoso.com"))), "read", found=["doc1@contoso.com"])
    put("docx-named-as-text.txt", docx(word(paragraph("doc2@contoso.com"))), "read", found=["doc2@contoso.com"])
    entities = "".join('<!ENTITY e%d "%s">' % (i + 1, "&e%d;" % i * 10) for i in range(12))
    bomb = HEAD + '<!DOCTYPE d [<!ENTITY e0 "boom">%s]>' % entities
    put("docx-entity-bomb.docx", docx(word(paragraph("doc3@contoso.com &e12;"), front=bomb)), "partial", "corrupt",
        ["doc3@contoso.com"])
    blowup = HEAD + '<!DOCTYPE d [<!ENTITY e "%s">]>' % ("boom" * 20000)
    put("docx-quadratic-blowup.docx", docx(word(paragraph("doc4@contoso.com"), "&e;" * 20000, front=blowup)), "partial",
        "corrupt", ["doc4@contoso.com"])
    outside = HEAD + '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    put("docx-external-entity.docx", docx(word(paragraph("doc5@contoso.com &e;"), front=outside)), "partial", "corrupt",
        ["doc5@contoso.com"])
    outside = HEAD + '<!DOCTYPE w:document SYSTEM "http://contoso.example/x.dtd">'
    put("docx-external-subset.docx", docx(word(paragraph("doc6@contoso.com"), front=outside)), "partial", "corrupt",
        ["doc6@contoso.com"])
    deep = "<w:sdt>" * 5000 + paragraph("doc7@contoso.com") + "</w:sdt>" * 5000
    put("docx-deep.docx", docx(word(paragraph("doc8@contoso.com"), deep)), "partial", "limit-depth",
        ["doc7@contoso.com", "doc8@contoso.com"])
    whole = word(paragraph("doc9@contoso.com"), paragraph("doc10@contoso.com"))
    put("docx-cut-xml.docx", docx(whole[:whole.index("doc10") + 18]), "partial", "truncated",
        ["doc9@contoso.com", "doc10@contoso.com"])
    put("docx-bad-xml.docx", docx(word(paragraph("doc11@contoso.com"), "<w:p></w:q>", paragraph("doc12@contoso.com"))), "partial",
        "corrupt", ["doc11@contoso.com", "doc12@contoso.com"])
    put("docx-bad-utf16.docx", docx((word(paragraph("doc13@contoso.com"), "<w:p></w:q>", paragraph("doc14@contoso.com"),
        front='<?xml version="1.0" encoding="UTF-16"?>')).encode("utf-16")), "partial", "corrupt",
        ["doc13@contoso.com", "doc14@contoso.com"])
    put("docx-utf16.docx", docx((word(paragraph("doc15@contoso.com"), front='<?xml version="1.0" encoding="UTF-16"?>')).encode(
        "utf-16")), "read", found=["doc15@contoso.com"])
    put("docx-unknown-encoding.docx", docx(word(paragraph("doc16@contoso.com"),
        front='<?xml version="1.0" encoding="x-contoso"?>')), "partial", "corrupt", ["doc16@contoso.com"])
    long_tag = '<w:p w:rsidR="%s"/>' % ("x" * (20 << 20))
    put("docx-long-attribute.docx", docx(word(paragraph("doc17@contoso.com"), long_tag)), "partial", "limit-size",
        ["doc17@contoso.com"])
    put("docx-no-xml-at-all.docx", docx(b"\x00\x01\x02\x03" * 500, ("word/footnotes.xml", word(paragraph("doc18@contoso.com")))),
        "partial", "unsupported", ["doc18@contoso.com"])
    changes = "<w:p>%s</w:p>" % "".join('<w:del w:author="a"><w:r><w:delText>a%d </w:delText></w:r></w:del><w:r><w:t>b </w:t></w:r>' % i
        for i in range(2000))
    put("docx-many-changes.docx", docx(word(changes, paragraph("doc19@contoso.com"))), "read", found=["doc19@contoso.com"])
    boxes = "<w:p>" + "<w:r><w:txbxContent><w:p>" * 300 + "<w:r><w:t>doc20@contoso.com</w:t></w:r>" + "</w:p></w:txbxContent></w:r>" * 300 + "</w:p>"
    put("docx-boxes-in-boxes.docx", docx(word(boxes)), "read", found=["doc20@contoso.com"])


def lying_packages(make, address_text):
    put, docx, package, entry = make.put, make.docx, make.package, make.entry
    front = head_parts("word/document.xml", WORD)
    put("docx-missing-main.docx", package([*front, ("word/header1.xml", word(paragraph("doc30@contoso.com")))]), "read",
        found=["doc30@contoso.com"])
    put("docx-missing-types.docx", package([("[Content_Types].xml", ""), ("word/document.xml", word(paragraph("doc31@contoso.com")))]),
        "partial", "truncated", ["doc31@contoso.com"])
    put("docx-type-garbage.docx", package([("[Content_Types].xml", "<Types><Over"), *front[1:], ("word/document.xml", word(
        paragraph("doc32@contoso.com")))]), "partial", "truncated", ["doc32@contoso.com"])
    put("docx-links-in-circles.docx", docx(word(paragraph("doc33@contoso.com")),
        ("word/_rels/document.xml.rels", relations(("comments", "document.xml"), ("comments", "_rels/document.xml.rels"),
            ("notesSlide", "../word/../word/./document.xml"), ("comments", "../../../../word/comments.xml"))),
        ("word/comments.xml", word(paragraph("doc34@contoso.com"))),
        ("word/_rels/comments.xml.rels", relations(("comments", "comments.xml"), ("comments", "document.xml")))),
        "read", found=["doc33@contoso.com", "doc34@contoso.com"])
    names = ["../../../etc/passwd.xml", "/etc/passwd.xml", "..\\..\\boot.xml", "word/\x1b[2J.xml", "word//twice.xml", ".xml", "word/" + "x" * 5000 + ".xml"]
    put("docx-names.docx", docx(word(paragraph("doc35@contoso.com")), *[(name, "<a>name%d@fabrikam.com</a>" % i)
        for i, name in enumerate(names)]), "read", found=["doc35@contoso.com"] + ["name%d@fabrikam.com" % i for i in range(len(names))])
    put("docx-same-name-twice.docx", docx(word(paragraph("doc36@contoso.com")), ("word/document.xml", word(paragraph("doc37@contoso.com"))),
        ("WORD/DOCUMENT.XML", word(paragraph("doc38@contoso.com")))), "read",
        found=["doc36@contoso.com", "doc37@contoso.com", "doc38@contoso.com"])
    entries = make.entries([*front, ("word/document.xml", word(paragraph("doc39@contoso.com"))), ("word/copy.xml", word(paragraph("x")))])
    entries[3].offset = sum(len(e.local()) + len(e.stored) for e in entries[:2])
    put("docx-overlap.docx", make.zip(*entries), "partial", "corrupt", ["doc39@contoso.com"])
    document = entry("word/document.xml", word(paragraph("doc40@contoso.com")).encode(), crc=1)
    put("docx-crc.docx", make.zip(*make.entries(front), document), "partial", "corrupt", ["doc40@contoso.com"])
    secret = make.encrypted("word/document.xml", word(paragraph("x@contoso.com")).encode())
    put("docx-encrypted-part.docx", package([*front, secret, ("word/header1.xml", word(paragraph("doc41@contoso.com")))]), "partial",
        "encrypted", ["doc41@contoso.com"])
    data = docx(word(paragraph("doc42@contoso.com")))
    put("docx-no-directory.docx", data[:data.index(b"PK\x01\x02")], "partial", "truncated", ["doc42@contoso.com"])
    put("docx-trailing.docx", data + b"something behind the end\n", "partial", "corrupt", ["doc42@contoso.com"])
    put("zip-with-content-types.zip", package([("[Content_Types].xml", HEAD + "<Types/>"), ("readme.txt", address_text("doc43@contoso.com"))]),
        "read", found=["doc43@contoso.com"])
    inner = docx(word(paragraph("doc44@contoso.com")))
    for _ in range(20):
        inner = docx(word(paragraph("doc45@contoso.com")), ("word/embeddings/inner.docx", inner))
    put("docx-in-docx.docx", inner, "partial", "limit-depth", ["doc45@contoso.com"])
    name = "EncryptedPackage".encode("utf-16-le")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(10)
    put("docx-with-password.docx", header.ljust(512, b"\xff") + bytes(512) + name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2)
        + bytes(62), "unread", "encrypted")


def spreadsheets(make):
    def xlsx(rows, strings, more=()):
        return make.package([*head_parts("xl/workbook.xml", SHEETS),
            ("xl/workbook.xml", HEAD + '<workbook %s xmlns:r="x"><sheets><sheet name="a" sheetId="1" r:id="rId1"/><sheet name="b" sheetId="2" '
                'r:id="rId9"/></sheets></workbook>' % S),
            ("xl/_rels/workbook.xml.rels", relations(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"))),
            ("xl/worksheets/sheet1.xml", HEAD + "<worksheet %s><sheetData>%s</sheetData></worksheet>" % (S, rows)),
            ("xl/sharedStrings.xml", HEAD + "<sst %s>%s</sst>" % (S, strings)), *more])

    cell = '<c t="s"><v>0</v></c>'
    bomb = "<row>%s</row>" % (cell * 2000) * 100
    make.put("xlsx-string-bomb.xlsx", xlsx("<row>%s</row>" % cell + bomb, "<si><t>sheet1@contoso.com %s</t></si>" % ("z" * 30000)),
        "partial", "limit-ratio", ["sheet1@contoso.com"])
    lies = "".join('<c t="s" s="%s"><v>%s</v></c>' % (style, index) for style, index in [("0", "1"), ("4294967295", "99999999999999999999"),
        ("-1", "-1"), ("x", "sheet2@contoso.com"), ("0", "0"), ("0", "")])
    formats = '<styleSheet %s><numFmts><numFmt numFmtId="4294967295" formatCode="%s"/><numFmt numFmtId="165" formatCode="&quot;["/></numFmts>' % (
        S, "0" * 70000)
    make.put("xlsx-numbers-that-lie.xlsx", xlsx("<row>%s</row><row><c s=\"1\"><v>1E+999999999</v></c><c s=\"1\"><v>-1e-9</v></c><c s=\"2\"><v>%s</v></c></row>" % (
        lies, "9" * 5000), "<si><t>sheet3@contoso.com</t></si>", [("xl/styles.xml", formats + '<cellXfs><xf numFmtId="14"/><xf numFmtId="22"/><xf '
            'numFmtId="165"/></cellXfs></styleSheet>')]), "read", found=["sheet2@contoso.com", "sheet3@contoso.com"])
    make.put("xlsx-cut-strings.xlsx", xlsx("<row>%s</row>" % cell, "<si><t>sheet4@contoso.com</t></si><si><t>sheet5@contoso.com</si>"),
        "partial", "corrupt", ["sheet4@contoso.com", "sheet5@contoso.com"])
