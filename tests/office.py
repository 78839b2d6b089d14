"""Office Open XML files made by hand, in the shapes that Word, Excel, PowerPoint and LibreOffice write."""
import io
import struct
import zipfile

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W_STRICT = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
MC = ('xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
      'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" '
      'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"')
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
    "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    "xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
    "potx": "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml",
    "ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
}


def package(kind, main, parts, links=(), strict=False):
    """The bytes of a package. parts: {name: text or bytes}; links: [(part or None, id, type, target, external)]."""
    files = {"[Content_Types].xml": HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/%s" ContentType="%s"/></Types>' % (main, MAIN[kind])}
    base = "http://purl.oclc.org/ooxml/officeDocument/relationships/" if strict else RELATIONS
    by_part = {}
    for part, link, what, target, external in [(None, "rId1", "officeDocument", main, False), *links]:
        by_part.setdefault(part, []).append('<Relationship Id="%s" Type="%s" Target="%s"%s/>' % (
            link, base + what, target, ' TargetMode="External"' if external else ""))
    for part, rows in by_part.items():
        folder, _, name = (part or "").rpartition("/")
        files["%s_rels/%s.rels" % (folder + "/" if folder else "", name)] = (
            HEAD + '<Relationships xmlns="%s">%s</Relationships>' % (PACKAGE_RELATIONS, "".join(rows)))
    files.update(parts)
    return zipped(files)


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def run(text, properties=""):
    return '<w:r w:rsidRPr="00A77B3E">%s<w:t xml:space="preserve">%s</w:t></w:r>' % (
        "<w:rPr>%s</w:rPr>" % properties if properties else "", text)


def paragraph(*content):
    return '<w:p w:rsidR="00A77B3E" w:rsidRDefault="00A77B3E">%s</w:p>' % "".join(content)


def word_body(body, namespace=W):
    return HEAD + '<w:document %s %s %s %s><w:body>%s<w:sectPr/></w:body></w:document>' % (namespace, R, A, MC, body)


def simple_docx(text, kind="docx", **more):
    """One paragraph."""
    return package(kind, "word/document.xml", {"word/document.xml": word_body(paragraph(run(text))), **more})


def simple_xlsx(rows, strings=(), kind="xlsx", sheet_more="", styles="", extra=None):
    """One sheet; rows: its <row> elements."""
    parts = {
        "xl/workbook.xml": HEAD + '<workbook %s %s><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>' % (S, R),
        "xl/worksheets/sheet1.xml": HEAD + '<worksheet %s><sheetData>%s</sheetData>%s</worksheet>' % (S, rows, sheet_more),
        "xl/sharedStrings.xml": HEAD + '<sst %s count="%d" uniqueCount="%d">%s</sst>' % (S, len(strings), len(strings),
            "".join("<si><t>%s</t></si>" % text for text in strings)),
        "xl/styles.xml": HEAD + '<styleSheet %s>%s</styleSheet>' % (S, styles), **(extra or {})}
    return package(kind, "xl/workbook.xml", parts, [("xl/workbook.xml", "rId1", "worksheet", "worksheets/sheet1.xml", False),
        ("xl/workbook.xml", "rId2", "sharedStrings", "sharedStrings.xml", False),
        ("xl/workbook.xml", "rId3", "styles", "styles.xml", False)])


def full_docx(put, kind="docx", strict=False):
    """A document with something at every place; put(place) gives the planted value of that place, or its name."""
    text_box = ('<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:docPr id="4" name="Text Box 4" '
        'descr="shape %s"/><wps:wsp><wps:txbx><w:txbxContent>%s</w:txbxContent></wps:txbx></wps:wsp></wp:inline></w:drawing>'
        '</mc:Choice><mc:Fallback><w:pict><v:shape alt="shape"><v:textbox><w:txbxContent>%s</w:txbxContent></v:textbox>'
        '</v:shape></w:pict></mc:Fallback></mc:AlternateContent>')
    box = paragraph(run("in the box "), run(put("text box")))
    half, rest = put("split over runs")[:6], put("split over runs")[6:]
    middle, around = put("text box in a word")[:5], put("text box in a word")[5:]
    body = [
        paragraph(run("Write to " + put("body"))),
        paragraph(run(half), '<w:proofErr w:type="spellStart"/>', run(rest[:2], "<w:b/>"), run(rest[2:])),
        '<w:tbl><w:tr><w:tc>%s</w:tc><w:tc>%s</w:tc></w:tr></w:tbl>' % (paragraph(run("Contact")), paragraph(run(put("table")))),
        paragraph(run(middle), "<w:r>%s</w:r>" % text_box % (put("alt text"), box, box), run(around)),
        paragraph(run("old "), '<w:ins w:id="1" w:author="%s" w:date="2020-01-01T00:00:00Z">%s</w:ins>' % (put("author of a change"),
            run(put("inserted"))), '<w:del w:id="2" w:author="x"><w:r><w:delText xml:space="preserve"> %s </w:delText></w:r></w:del>'
            % put("deleted")),
        paragraph(run("mail " + put("changed: as it is")[:4]), '<w:del w:id="3" w:author="x"><w:r><w:delText>%s</w:delText></w:r></w:del>'
            % put("changed: as it was")[4:], '<w:ins w:id="4" w:author="x">%s</w:ins>' % run(put("changed: as it is")[4:])),
        paragraph('<w:moveFrom w:id="5" w:author="x">%s</w:moveFrom>' % run("went " + put("moved from"))),
        paragraph('<w:moveTo w:id="6" w:author="x">%s</w:moveTo>' % run("came " + put("moved to"))),
        paragraph(run("hidden " + put("hidden text"), "<w:vanish/>")),
        paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> HYPERLINK "mailto:%s'
            '</w:instrText></w:r><w:r><w:instrText>%s" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>%s'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>' % (put("field")[:7], put("field")[7:], run("click"))),
        paragraph('<w:fldSimple w:instr=" MERGEFIELD %s ">%s</w:fldSimple>' % (put("simple field"), run("field"))),
        paragraph('<w:hyperlink r:id="rId20">%s</w:hyperlink>' % run("our page")),
        '<w:sdt><w:sdtPr><w:alias w:val="%s"/><w:dropDownList><w:listItem w:displayText="%s" w:value="1"/></w:dropDownList></w:sdtPr>'
        '<w:sdtContent>%s</w:sdtContent></w:sdt>' % (put("content control name"), put("list item"), paragraph(run(put("content control")))),
        paragraph(run("line one"), "<w:r><w:br/></w:r>", run(put("after a break")), "<w:r><w:tab/></w:r>", run(put("after a tab"))),
        paragraph(run(put("symbol").split("@")[0]), '<w:r><w:sym w:font="Symbol" w:char="F040"/></w:r>', run(put("symbol").split("@")[-1])),
        paragraph(run(put("hyphen").split("-")[0]), "<w:r><w:noBreakHyphen/></w:r>", run(put("hyphen").split("-")[-1])),
    ]
    note = '<w:%s w:id="2">%s</w:%s>'
    namespace = W_STRICT if strict else W
    wrap = lambda root, inner: HEAD + "<w:%s %s>%s</w:%s>" % (root, namespace, inner, root)
    parts = {
        "word/document.xml": word_body("".join(body), namespace),
        "word/comments.xml": wrap("comments", '<w:comment w:id="0" w:author="%s" w:initials="AR">%s</w:comment>' % (
            put("comment author"), paragraph(run(put("comment"))))),
        "word/header1.xml": wrap("hdr", paragraph(run(put("header")))),
        "word/footer1.xml": wrap("ftr", paragraph(run(put("footer")))),
        "word/footnotes.xml": wrap("footnotes", note % ("footnote", paragraph(run(put("footnote"))), "footnote")),
        "word/endnotes.xml": wrap("endnotes", note % ("endnote", paragraph(run(put("endnote"))), "endnote")),
        "word/glossary/document.xml": wrap("glossaryDocument", "<w:docParts><w:docPart><w:docPartBody>%s</w:docPartBody></w:docPart>"
            "</w:docParts>" % paragraph(run(put("glossary")))),
        "word/settings.xml": wrap("settings", '<w:docVars><w:docVar w:name="owner" w:val="%s"/></w:docVars>' % put("document variable")),
        "word/styles.xml": wrap("styles", '<w:style w:styleId="a"><w:name w:val="heading 1"/></w:style>'),
        "customXml/item1.xml": '<case><client mail="%s">x</client><note>%s</note></case>' % (put("custom XML attribute"), put("custom XML")),
        "docProps/core.xml": HEAD + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>%s</dc:creator><cp:lastModifiedBy>%s</cp:lastModifiedBy>'
            '</cp:coreProperties>' % (put("creator"), put("last modified by")),
        "docProps/app.xml": HEAD + "<Properties><Manager>%s</Manager><Company>%s</Company></Properties>" % (put("manager"), put("company")),
        "docProps/custom.xml": HEAD + '<Properties xmlns:vt="v"><property name="Client"><vt:lpwstr>%s</vt:lpwstr></property></Properties>'
            % put("custom property"),
        "word/unknown.xml": '<x:any xmlns:x="urn:x"><x:deep far="%s"><x:er>%s</x:er></x:deep><!-- %s --></x:any>' % (
            put("unknown part attribute"), put("unknown part"), put("XML comment")),
        "word/embeddings/Microsoft_Excel_Sheet1.xlsx": simple_xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', [put("embedded sheet")]),
        "word/afchunk.html": "<html><body><p>%s</p></body></html>" % put("embedded HTML"),
    }
    main = "word/document.xml"
    return package(kind, main, parts, [(main, "rId20", "hyperlink", "mailto:%s?subject=x" % put("hyperlink"), True),
        (main, "rId2", "comments", "comments.xml", False), (main, "rId3", "header", "header1.xml", False)], strict)


def full_xlsx(put, kind="xlsx"):
    sheet = lambda inner, more="": HEAD + "<worksheet %s %s><sheetData>%s</sheetData>%s</worksheet>" % (S, R, inner, more)
    text = lambda ref, value: '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (ref, value)
    number = lambda ref, value, style=0: '<c r="%s" s="%d"><v>%s</v></c>' % (ref, style, value)
    at = lambda value: value.replace("@", "_x0040_")
    rows = "".join('<row r="%d" spans="1:3" x14ac:dyDescent="0.25">%s</row>' % (i + 1, cells) for i, cells in enumerate([
        '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>' + text("C1", put("inline string")),
        '<c r="A2" t="str"><f>CONCATENATE("write to ","%s")</f><v>%s</v></c>' % (put("formula constant"), put("formula value")),
        '<c r="A3" t="s"><v>2</v></c>' + number("B3", put("number: card")),
        '<c r="A4" t="s"><v>3</v></c>' + number("B4", put("number: phone"), 3),
        '<c r="A5" t="s"><v>4</v></c>' + number("B5", "43895", 1) + number("C5", "43895.6045", 2),
        '<c r="A6" t="inlineStr"><is><r><t>%s</t></r><r><rPr><b/></rPr><t>%s</t></r></is></c>' % (put("rich inline")[:6], put("rich inline")[6:]),
        text("A7", at(put("escaped"))),
    ]))
    more = ('<dataValidations count="1"><dataValidation type="list" promptTitle="p" prompt="%s" sqref="A1"><formula1>"yes,%s"</formula1>'
        '</dataValidation></dataValidations><hyperlinks><hyperlink ref="A1" r:id="rId1" tooltip="%s"/></hyperlinks>'
        '<headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12%s&amp;RPage &amp;P</oddHeader><oddFooter>&amp;C%s</oddFooter></headerFooter>'
        % (put("validation prompt"), put("validation list"), put("hyperlink tooltip"), put("page header"), put("page footer")))
    parts = {
        "xl/workbook.xml": HEAD + '<workbook %s %s><workbookPr/><sheets><sheet name="Clients" sheetId="1" r:id="rId1"/><sheet name="%s" '
            'sheetId="2" state="hidden" r:id="rId2"/><sheet name="Deep" sheetId="3" state="veryHidden" r:id="rId3"/></sheets><definedNames>'
            '<definedName name="owner" comment="%s">"%s"</definedName></definedNames></workbook>' % (S, R, put("sheet name"),
            put("name comment"), put("defined name")),
        "xl/worksheets/sheet1.xml": sheet(rows, more),
        "xl/worksheets/sheet2.xml": sheet('<row r="1">%s</row>' % text("A1", put("hidden sheet"))),
        "xl/worksheets/sheet3.xml": sheet('<row r="1">%s</row>' % text("A1", put("very hidden sheet"))),
        "xl/sharedStrings.xml": HEAD + '<sst %s><si><t>%s</t></si><si><r><rPr><b/></rPr><t>%s</t></r><r><t>%s</t></r><rPh sb="0" eb="1"><t>%s</t>'
            '</rPh></si><si><t>card number</t></si><si><t>phone</t></si><si><t>date</t></si><si><t>%s</t></si></sst>' % (S,
            put("shared string"), put("rich string")[:4], put("rich string")[4:], put("phonetic"), put("string of no cell")),
        "xl/styles.xml": HEAD + '<styleSheet %s><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\\ hh:mm"/><numFmt numFmtId="165" '
            'formatCode="&quot;+&quot;00\\ 000\\ 0000000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
            '<xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>' % S,
        "xl/comments1.xml": HEAD + '<comments %s><authors><author>%s</author></authors><commentList><comment ref="A1" authorId="0"><text>'
            '<r><t>%s</t></r></text></comment></commentList></comments>' % (S, put("comment author"), put("comment")),
        "xl/threadedComments/threadedComment1.xml": HEAD + '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
            'threadedcomments"><threadedComment ref="A1" personId="{1}"><text>%s</text></threadedComment></ThreadedComments>' % put("threaded comment"),
        "xl/persons/person.xml": HEAD + '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person '
            'displayName="Anna" id="{1}" userId="S::%s::1" providerId="AD"/></personList>' % put("person"),
        "xl/pivotCache/pivotCacheDefinition1.xml": HEAD + '<pivotCacheDefinition %s refreshedBy="%s"><cacheFields><cacheField name="m"><sharedItems>'
            '<s v="%s"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>' % (S, put("pivot author"), put("pivot cache")),
        "xl/pivotCache/pivotCacheRecords1.xml": HEAD + '<pivotCacheRecords %s><r><s v="%s"/></r></pivotCacheRecords>' % (S, put("pivot record")),
        "xl/externalLinks/externalLink1.xml": HEAD + '<externalLink %s><externalBook><sheetDataSet><sheetData><row r="1"><cell r="A1" t="str"><v>%s</v>'
            '</cell></row></sheetData></sheetDataSet></externalBook></externalLink>' % (S, put("external link value")),
        "xl/tables/table1.xml": HEAD + '<table %s displayName="t"><tableColumns><tableColumn name="%s"/></tableColumns></table>' % (S, put("table column")),
        "xl/connections.xml": HEAD + '<connections %s><connection><dbPr connection="Provider=x;User ID=%s" command="select 1"/></connection></connections>'
            % (S, put("connection")),
        "xl/drawings/vmlDrawing1.vml": '<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape><v:textbox><div>note<br>%s</div></v:textbox></v:shape></xml>'
            % put("VML with an open tag"),
        "xl/drawings/drawing1.xml": HEAD + '<xdr:wsDr xmlns:xdr="x" %s><xdr:sp><xdr:cNvPr id="1" name="n" descr="%s"/><xdr:txBody><a:p><a:r><a:t>%s</a:t>'
            '</a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>' % (A, put("drawing alt text"), put("drawing")),
        "xl/charts/chart1.xml": HEAD + '<c:chartSpace xmlns:c="c"><c:ser><c:cat><c:strRef><c:f>Data!$A$1</c:f><c:strCache><c:pt idx="0"><c:v>%s</c:v>'
            '</c:pt></c:strCache></c:strRef></c:cat></c:ser></c:chartSpace>' % put("chart value"),
        "docProps/core.xml": HEAD + '<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>%s</dc:creator></cp:coreProperties>' % put("creator"),
    }
    book, first = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
    return package(kind, book, parts, [(book, "rId%d" % i, "worksheet", "worksheets/sheet%d.xml" % i, False) for i in (1, 2, 3)] + [
        (book, "rId4", "sharedStrings", "/xl/sharedStrings.xml", False), (book, "rId5", "styles", "styles.xml", False),
        (first, "rId1", "hyperlink", "mailto:" + put("hyperlink"), True), (first, "rId2", "comments", "../comments1.xml", False),
        ("xl/externalLinks/externalLink1.xml", "rId1", "externalLinkPath", "file:///\\\\srv\\%s\\b.xlsx" % put("external path"), True)])


def full_pptx(put, kind="pptx"):
    shape = lambda text, more="": ('<p:sp><p:nvSpPr><p:cNvPr id="2" name="Title 1"%s/></p:nvSpPr><p:txBody><a:bodyPr/><a:p><a:r><a:rPr lang="en-US"/>'
        '<a:t>%s</a:t></a:r><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>' % (more, text[:5], text[5:]))
    page = lambda root, inner, more="": HEAD + '<p:%s %s %s %s%s><p:cSld><p:spTree>%s</p:spTree></p:cSld></p:%s>' % (root, P, A, R, more, inner, root)
    table = ('<p:graphicFrame><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl><a:tr><a:tc><a:txBody>'
        '<a:p><a:r><a:t>mail</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>'
        '</a:graphicData></a:graphic></p:graphicFrame>')
    parts = {
        "ppt/presentation.xml": HEAD + '<p:presentation %s %s><p:sldIdLst><p:sldId id="256" r:id="rId3"/><p:sldId id="257" r:id="rId2"/></p:sldIdLst>'
            '</p:presentation>' % (P, R),
        "ppt/slides/slide1.xml": page("sld", shape(put("hidden slide")), ' show="0"'),
        "ppt/slides/slide2.xml": page("sld", shape(put("slide"), ' descr="%s"' % put("alt text")) + table % put("table")),
        "ppt/notesSlides/notesSlide1.xml": page("notes", shape(put("notes"))),
        "ppt/comments/comment1.xml": HEAD + '<p:cmLst %s><p:cm authorId="0"><p:text>%s</p:text></p:cm></p:cmLst>' % (P, put("comment")),
        "ppt/comments/modernComment_1.xml": HEAD + '<p188:cmLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main" %s><p188:cm><p188:txBody>'
            '<a:p><a:r><a:t>%s</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>' % (A, put("modern comment")),
        "ppt/commentAuthors.xml": HEAD + '<p:cmAuthorLst %s><p:cmAuthor id="0" name="%s" initials="A"/></p:cmAuthorLst>' % (P, put("comment author")),
        "ppt/slideMasters/slideMaster1.xml": page("sldMaster", shape(put("master"))),
        "ppt/slideLayouts/slideLayout1.xml": page("sldLayout", shape(put("layout"))),
        "ppt/diagrams/data1.xml": HEAD + '<dgm:dataModel xmlns:dgm="d" %s><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r><a:t>%s</a:t></a:r></a:p></dgm:t></dgm:pt>'
            '</dgm:ptLst></dgm:dataModel>' % (A, put("diagram")),
        "ppt/charts/chart1.xml": HEAD + '<c:chartSpace xmlns:c="c"><c:cat><c:pt idx="0"><c:v>%s</c:v></c:pt></c:cat></c:chartSpace>' % put("chart value"),
        "ppt/tags/tag1.xml": HEAD + '<p:tagLst %s><p:tag name="OWNER" val="%s"/></p:tagLst>' % (P, put("tag")),
        "docProps/app.xml": HEAD + "<Properties><Company>%s</Company></Properties>" % put("company"),
    }
    main = "ppt/presentation.xml"
    return package(kind, main, parts, [(main, "rId2", "slide", "slides/slide1.xml", False), (main, "rId3", "slide", "slides/slide2.xml", False),
        ("ppt/slides/slide2.xml", "rId1", "notesSlide", "../notesSlides/notesSlide1.xml", False),
        ("ppt/slides/slide2.xml", "rId2", "hyperlink", "mailto:" + put("hyperlink"), True),
        ("ppt/slides/slide2.xml", "rId3", "comments", "../comments/comment1.xml", False)])


def encrypted():
    """The head of a compound file that holds an encrypted package ([MS-OFFCRYPTO] 2.3): its directory names the stream."""
    name = "EncryptedPackage".encode("utf-16-le")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3e, 3, 0xfffe, 9, 6) + bytes(10)
    return header.ljust(512, b"\xff") + bytes(512) + name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2) + bytes(62)
