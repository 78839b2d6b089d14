"""OpenDocument files in the shapes that LibreOffice writes, with an invented address planted in every place.

Each of text(), sheet(), slides(), drawing() gives a Document and its plants: {address: place it must be told to stand in}.
"""
import base64
import zipfile

NAMES = {"office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style", "form": "form",
    "meta": "meta", "number": "datastyle", "presentation": "presentation", "script": "script", "config": "config",
    "chart": "chart"}
SPACES = " ".join('xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % pair for pair in NAMES.items()) + (
    ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:'
    'xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"')
TYPES = {"odt": "text", "ott": "text-template", "ods": "spreadsheet", "ots": "spreadsheet-template",
    "odp": "presentation", "otp": "presentation-template", "odg": "graphics", "otg": "graphics-template"}
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


class Document:
    """kind: odt, ods, odp, odg. entries: further entries of the package."""

    def __init__(self, kind, body, automatic="", styles="", master="", meta="", settings="", scripts="", entries=()):
        self.kind, self.body, self.automatic, self.styles, self.master = kind, body, automatic, styles, master
        self.meta, self.settings, self.scripts, self.entries = meta, settings, scripts, dict(entries)

    def root(self, name, content):
        return '<?xml version="1.0" encoding="UTF-8"?>\n<office:document%s %s office:version="1.3">%s</office:document%s>' % (
            name, SPACES, content, name)

    def element(self, name, content):
        return "<office:%s>%s</office:%s>" % (name, content, name)

    def package(self, path, kind=None, encrypted=(), without=(), replaced=None):
        mimetype = "application/vnd.oasis.opendocument." + TYPES[kind or self.kind]
        entries = {
            "content.xml": self.root("-content", self.element("scripts", self.scripts)
                + self.element("automatic-styles", self.automatic) + self.element("body", self.body)),
            "styles.xml": self.root("-styles", self.element("styles", self.styles)
                + self.element("master-styles", self.master)),
            "meta.xml": self.root("-meta", self.element("meta", self.meta)),
            "settings.xml": self.root("-settings", self.element("settings", self.settings)),
            **self.entries, **(replaced or {})}
        entries = {name: data for name, data in entries.items() if name not in without}
        lock = ('<manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="AAAA">'
            '<manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc"'
            ' manifest:initialisation-vector="AAAA"/></manifest:encryption-data>')
        rows = "".join('<manifest:file-entry manifest:full-path="%s" manifest:media-type="">%s</manifest:file-entry>' % (
            name, lock if name in encrypted else "") for name in entries)
        entries["META-INF/manifest.xml"] = ('<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest='
            '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/"'
            ' manifest:media-type="%s"/>%s</manifest:manifest>' % (mimetype, rows))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(zipfile.ZipInfo("mimetype"), mimetype)
            for name, data in entries.items():
                out.writestr(name, data)
        return path

    def flat(self, path):
        parts = (("meta", self.meta), ("settings", self.settings), ("scripts", self.scripts), ("styles", self.styles),
            ("automatic-styles", self.automatic), ("master-styles", self.master), ("body", self.body))
        content = "".join(self.element(name, part) for name, part in parts)
        content = content.replace("</text:p><", "</text:p>\n  <")
        text = self.root("", content).replace(" office:version", ' office:mimetype="application/vnd.oasis.opendocument.%s"'
            " office:version" % TYPES[self.kind], 1)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path


class Plants(dict):
    def at(self, place, name, domain="contoso.com"):
        """A new address that stands in this place."""
        address = "%s@%s" % (name, domain)
        self[address] = place
        return address


def common(plants):
    """meta, settings, scripts: the same in every kind."""
    meta = ("<meta:generator>LibreOffice/7.4.7.2$Linux_X86_64</meta:generator>"
        "<meta:initial-creator>%s</meta:initial-creator><dc:creator>%s</dc:creator><dc:title>%s</dc:title>"
        "<dc:subject>%s</dc:subject><dc:description>%s</dc:description><meta:keyword>%s</meta:keyword>"
        "<meta:printed-by>%s</meta:printed-by><meta:creation-date>2024-05-01T10:00:00.123456789</meta:creation-date>"
        "<meta:editing-cycles>7</meta:editing-cycles><meta:editing-duration>PT1H2M3S</meta:editing-duration>"
        '<meta:user-defined meta:name="Reply to">%s</meta:user-defined>'
        '<meta:template xlink:href="file:///home/%s/x.ott" xlink:title="t"/>'
        '<meta:document-statistic meta:word-count="12"/>') % tuple(plants.at("properties", name) for name in (
            "initial", "creator", "title", "subject", "description", "keyword", "printed", "defined", "template"))
    settings = ('<config:config-item-set config:name="ooo:configuration-settings"><config:config-item config:name='
        '"PrinterName" config:type="string">%s</config:config-item><config:config-item config:name="Rsid" config:type="int">'
        '12345678</config:config-item></config:config-item-set>') % plants.at("settings", "printer")
    scripts = '<office:script script:language="x"><!-- %s -->%s</office:script>' % (
        plants.at("markup comment", "remark"), plants.at("script", "script"))
    return {"meta": meta, "settings": settings, "scripts": scripts}


def entries(plants):
    """Entries of a package that are no content of their own."""
    return {
        "Pictures/1.png": PNG,
        "Thumbnails/thumbnail.png": PNG,
        "Pictures/note.txt": "a member: %s\n" % plants.at("", "member"),
        "Basic/Standard/Module1.xml": '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE script:module PUBLIC'
            ' "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n<script:module xmlns:script="http://openoffice.org/'
            '2000/script" script:name="Module1">\nSub Main\n  s = &quot;%s&quot;\nEnd Sub</script:module>' % plants.at(
            "entry Basic/Standard/Module1.xml", "basic"),
        "Basic/Standard/Dialog1.xml": '<?xml version="1.0"?><dlg:window xmlns:dlg="http://openoffice.org/2000/dialog">'
            '<dlg:textfield dlg:id="a" dlg:value="%s"/></dlg:window>' % plants.at(
            "entry Basic/Standard/Dialog1.xml", "dialog"),
        "manifest.rdf": '<?xml version="1.0"?><rdf:RDF xmlns:rdf="x"><rdf:Description rdf:about="mailto:%s"/></rdf:RDF>' % (
            plants.at("entry manifest.rdf", "about")),
        "META-INF/documentsignatures.xml": '<?xml version="1.0"?><document-signatures><X509IssuerName>E=%s</X509IssuerName>'
            "</document-signatures>" % plants.at("entry META-INF/documentsignatures.xml", "signer"),
        "Object 1/content.xml": '<?xml version="1.0"?><office:document-content %s><office:body><office:chart><chart:chart>'
            '<chart:title><text:p>%s</text:p></chart:title><table:table table:name="local-table"><table:table-row>'
            '<table:table-cell office:value-type="string"><text:p>%s</text:p></table:table-cell></table:table-row></table:table>'
            '</chart:chart></office:chart></office:body></office:document-content>' % (SPACES,
            plants.at("object Object 1", "charttitle"), plants.at("object Object 1", "chartcell")),
        "Object 1/meta.xml": '<?xml version="1.0"?><office:document-meta %s><office:meta><dc:creator>%s</dc:creator></office:meta>'
            "</office:document-meta>" % (SPACES, plants.at("object Object 1", "objectmeta")),
        "Configurations2/accelerator/current.xml": "",
        "layout-cache": b"\x01\x02\x00\x03",
    }


def comment(plants, name):
    return ('<office:annotation office:name="__Annotation__1_2"><dc:creator>%s</dc:creator><dc:date>2024-05-01T10:00:00</dc:date>'
        "<text:p>see <text:span>%s</text:span></text:p></office:annotation>") % (
        plants.at("comment", name + "author"), plants.at("comment", name))


def split(address, between='<text:bookmark text:name="__x"/><text:soft-page-break/>'):
    """The address in the pieces that editing makes of it."""
    at = address.index("@")
    return ('<text:span text:style-name="T1">%s</text:span><text:span text:style-name="T2">%s</text:span>%s%s') % (
        address[:at - 1], address[at - 1:at + 3], between, address[at + 3:])


def forms(plants):
    return ('<office:forms form:automatic-focus="false"><form:form form:name="Form"><form:properties><form:property'
        ' form:property-name="x" office:value-type="string" office:string-value="%s"/></form:properties>'
        '<form:text form:name="mail" form:value="%s" form:current-value="%s"/>'
        '<form:textarea form:name="t"><text:p>%s</text:p></form:textarea>'
        '<form:listbox form:name="l"><form:option form:label="%s" form:value="1"/></form:listbox>'
        '<form:combobox form:name="c"><form:item form:label="%s"/></form:combobox>'
        '<form:hidden form:name="h" form:value="%s"/><form:password form:name="p" form:title="%s"/></form:form></office:forms>') % tuple(
        plants.at("form", name) for name in ("property", "formvalue", "formcurrent", "formarea", "formoption", "formitem",
            "formhidden", "formtitle"))


def master(plants):
    return ('<style:master-page style:name="Standard" draw:style-name="dp1"><style:header><text:p>%s</text:p></style:header>'
        '<style:header-left><text:p>%s</text:p></style:header-left><style:footer><text:p>p. <text:page-number>1</text:page-number>'
        " %s</text:p></style:footer><style:footer-first><text:p>%s</text:p></style:footer-first></style:master-page>") % (
        plants.at("header", "header"), plants.at("header", "headerleft"), plants.at("footer", "footer"),
        plants.at("footer", "footerfirst"))


def text():
    p = Plants()
    at = p.at
    body = at("body", "span")
    cut = at("body", "cutbynote")
    link = at("link", "mailto")
    content = [
        '<text:tracked-changes><text:changed-region text:id="ct1"><text:deletion><office:change-info><dc:creator>%s</dc:creator>'
        "<dc:date>2024-01-01T00:00:00</dc:date></office:change-info><text:p>%s</text:p></text:deletion></text:changed-region>"
        "<text:changed-region><text:insertion><office:change-info><dc:creator>%s</dc:creator></office:change-info></text:insertion>"
        "</text:changed-region></text:tracked-changes>" % (at("deleted text", "deleter"), at("deleted text", "deleted"), at("change", "inserter")),
        '<text:user-field-decls><text:user-field-decl office:value-type="string" office:string-value="%s" text:name="f"/>'
        "</text:user-field-decls>" % at("field", "userfield"),
        forms(p),
        '<text:h text:outline-level="1">%s</text:h>' % at("body", "heading"),
        "<text:p>write to %s or</text:p>" % split(body),
        "<text:p>%s<text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation><text:note-body><text:p>%s</text:p>"
        "</text:note-body></text:note>%s%s%s</text:p>" % (cut[:5], at("footnote", "footnote"), cut[5:8], comment(p, "comment"), cut[8:]),
        '<text:p>x<text:note text:note-class="endnote"><text:note-body><text:p>%s</text:p></text:note-body></text:note></text:p>' % (
            at("endnote", "endnote")),
        '<text:p><text:a xlink:type="simple" xlink:href="mailto:%s?subject=x">write</text:a><text:a xlink:href="http://%s/">y</text:a></text:p>' % (
            link, at("link", "user", "fabrikam.com")),
        '<text:p>in<draw:frame draw:name="Frame1" text:anchor-type="char"><draw:text-box><text:p>%s</text:p><table:table><table:table-row>'
        "<table:table-cell><text:p>%s</text:p></table:table-cell></table:table-row></table:table></draw:text-box><svg:title>%s</svg:title>"
        "<svg:desc>%s</svg:desc></draw:frame>side</text:p>" % (at("text box", "textbox"), at("text box", "boxtable"),
            at("alt text", "alttitle"), at("alt text", "altdesc")),
        '<text:p><draw:custom-shape draw:name="s"><text:p>%s</text:p><draw:enhanced-geometry svg:viewBox="0 0 21600 21600"/></draw:custom-shape></text:p>' % (
            at("text box", "shape")),
        '<text:p><draw:frame draw:name="Image1"><draw:image xlink:href="Pictures/1.png"/></draw:frame></text:p>',
        '<text:section text:name="%s" text:display="none"><text:p>%s</text:p></text:section>' % (
            at("hidden section", "sectionname"), at("hidden section", "hiddensection")),
        '<text:section text:name="S2"><text:section-source xlink:href="file:///srv/%s/y.odt"/><text:p>%s</text:p></text:section>' % (
            at("section S2", "source"), at("section S2", "section")),
        '<text:p><text:hidden-text text:condition="x" text:string-value="%s"/><text:conditional-text text:condition="y"'
        ' text:string-value-if-true="%s" text:string-value-if-false="%s">no</text:conditional-text><text:hidden-paragraph text:condition="%s"/></text:p>' % (
            at("hidden text", "hiddentext"), at("hidden text", "iftrue"), at("hidden text", "iffalse"), at("hidden text", "condition")),
        '<text:p><text:span text:style-name="Thidden">%s</text:span></text:p>' % at("body", "hiddenspan"),
        '<text:p><text:bookmark-start text:name="%s"/>b<text:bookmark-end text:name="x"/></text:p>' % at("bookmark", "bookmark"),
        '<text:p><text:variable-set text:name="v" office:value-type="string" office:string-value="%s" text:display="none"/>'
        "<text:author-name>%s</text:author-name> <text:title>%s</text:title> <text:placeholder text:placeholder-type=\"text\" text:description=\"%s\">"
        "&lt;p&gt;</text:placeholder> <text:sender-email>%s</text:sender-email></text:p>" % (at("attribute", "variable"),
            at("body", "authorname"), at("body", "titlefield"), at("attribute", "placeholder"), at("body", "sender")),
        '<text:p><text:alphabetical-index-mark text:string-value="i" text:key1="%s"/><text:bibliography-mark text:identifier="b" text:url="%s"/></text:p>' % (
            at("attribute", "indexkey"), at("attribute", "bibliography")),
        "<text:p><text:ruby><text:ruby-base>base</text:ruby-base><text:ruby-text>%s</text:ruby-text></text:ruby></text:p>" % at("ruby", "ruby"),
        '<text:list><text:list-header><text:p>%s</text:p></text:list-header><text:list-item><text:p>%s</text:p><text:list><text:list-item><text:p>%s</text:p>'
        "</text:list-item></text:list></text:list-item></text:list>" % (at("body", "listheader"), at("body", "listitem"), at("body", "listdeep")),
        '<table:table table:name="T1"><table:table-header-rows><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell>'
        "<table:table-cell><text:p>Mail</text:p></table:table-cell></table:table-row></table:table-header-rows><table:table-row>"
        "<table:table-cell><text:p>Anna</text:p></table:table-cell><table:table-cell><text:p>%s</text:p><text:p>%s</text:p></table:table-cell>"
        "</table:table-row></table:table>" % (at("body", "celltext"), at("body", "cellnext")),
        "<text:p>%s<text:line-break/>%s<text:tab/>%s</text:p>" % (at("body", "breaka"), at("body", "breakb"), at("body", "tabbed")),
        '<text:table-of-content text:name="TOC"><text:index-body><text:index-title><text:p>%s</text:p></text:index-title></text:index-body>'
        "</text:table-of-content>" % at("body", "toc"),
        '<text:unknown-element unknown="%s">%s</text:unknown-element>' % (at("body", "unknownattribute"), at("body", "unknown")),
    ]
    body = "<office:text>%s</office:text>" % "".join(content)
    document = Document("odt", body, master=master(p), styles='<number:number-style style:name="N1"><number:text>%s</number:text>'
        '<number:text> -</number:text></number:number-style>' % at("style", "numberformat"), **common(p))
    return document, p


def cell(shown, **attributes):
    names = {"value": "office:value", "type": "office:value-type", "string": "office:string-value", "date": "office:date-value",
        "formula": "table:formula", "columns": "table:number-columns-repeated", "rows": "table:number-rows-repeated"}
    said = "".join(' %s="%s"' % (names[name], value.replace('"', "&quot;")) for name, value in attributes.items())
    return "<table:table-cell%s>%s</table:table-cell>" % (said, "".join("<text:p>%s</text:p>" % line for line in shown))


def row(*cells, repeated=None):
    return "<table:table-row%s>%s</table:table-row>" % (
        ' table:number-rows-repeated="%d"' % repeated if repeated else "", "".join(cells))


def sheet():
    p = Plants()
    at = p.at
    prices, secret = "sheet Prices", "hidden sheet Secret"
    rows = [
        row(cell(["Name"], type="string"), cell(["Mail"], type="string")),
        row(cell(["Anna"], type="string"), cell([at(prices, "shown")], type="string")),
        row(cell([], type="string", string=at(prices, "stringvalue"))),
        row(cell(["x"], type="string", formula='of:=HYPERLINK("mailto:%s";"x")' % at("formula", "formula"))),
        row(cell(["joined"], type="string", formula='of:=CONCATENATE("x";"@tailspintoys.com")')),
        row(cell(["%s" % split(at(prices, "span"))], type="string")),
        row(cell([at(prices, "repeated")], type="string", columns="16384"), repeated=1048576),
        row("<table:table-cell>%s<text:p>n</text:p></table:table-cell>" % comment(p, "note"),
            '<table:covered-table-cell><text:p>%s</text:p></table:covered-table-cell>' % at(prices, "covered")),
        row('<table:table-cell><text:p><text:a xlink:href="mailto:%s">m</text:a></text:p></table:table-cell>' % at("link", "celllink")),
        '<table:table-row-group table:display="false"><table:table-row table:visibility="collapse"><table:table-cell><text:p>%s</text:p>'
        "</table:table-cell></table:table-row></table:table-row-group>" % at(prices, "hiddenrow"),
        row(cell(["%s" % at(prices, "linea"), at(prices, "lineb")], type="string"), cell([at(prices, "behind")], type="string")),
    ]
    body = ("<office:spreadsheet><table:tracked-changes><table:cell-content-change><office:change-info><dc:creator>%s</dc:creator>"
        '</office:change-info><table:previous><table:change-track-table-cell office:value-type="string"><text:p>%s</text:p>'
        "</table:change-track-table-cell></table:previous></table:cell-content-change></table:tracked-changes>"
        '<table:content-validations><table:content-validation table:name="v" table:condition="of:cell-content-is-in-list(&quot;%s&quot;)">'
        '<table:help-message table:title="%s"><text:p>%s</text:p></table:help-message><table:error-message table:title="e"><text:p>%s</text:p>'
        "</table:error-message></table:content-validation></table:content-validations>"
        '<table:table table:name="Prices" table:style-name="ta1"><table:shapes><draw:frame draw:name="s"><draw:text-box><text:p>%s</text:p></draw:text-box>'
        "</draw:frame></table:shapes>%s%s</table:table>"
        '<table:table table:name="Secret" table:style-name="ta2"><table:table-row><table:table-cell><text:p>%s</text:p></table:table-cell>'
        '</table:table-row></table:table><table:table table:name="%s"/>'
        '<table:named-expressions><table:named-range table:name="%s" table:cell-range-address="$Prices.$A$1"/>'
        '<table:named-expression table:name="n" table:expression="of:=&quot;%s&quot;"/></table:named-expressions>'
        '<table:database-ranges><table:database-range table:name="d"><table:filter><table:filter-condition table:value="%s" table:operator="="/>'
        '</table:filter><table:database-source-sql table:sql-statement="select 1 -- %s"/></table:database-range></table:database-ranges>'
        "</office:spreadsheet>") % (at("change", "changer"), at("deleted text", "previous"), at("validation", "listed"),
            at("validation", "helptitle"), at("validation", "help"), at("validation", "error"), at(prices, "sheetshape"), forms(p),
            "".join(rows), at(secret, "hiddensheet"), at("sheet sheetname@contoso.com", "sheetname"), at("defined name", "rangename"),
            at("defined name", "expression"), at("document", "filter"), at("document", "sql"))
    automatic = ('<style:style style:name="ta1" style:family="table"><style:table-properties table:display="true"/></style:style>'
        '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>')
    region = '<style:master-page style:name="Default"><style:header><style:region-left><text:p>%s</text:p></style:region-left></style:header></style:master-page>'
    return Document("ods", body, automatic=automatic, master=region % at("header", "region"), **common(p)), p


def page(p, kind, number, name, style, content, notes=""):
    return '<draw:page draw:name="%s" draw:style-name="%s" draw:master-page-name="Default">%s%s</draw:page>' % (name, style, content, notes)


def box(content):
    return ('<draw:frame presentation:class="title" draw:layer="layout"><draw:text-box>%s</draw:text-box></draw:frame>'
        % "".join("<text:p>%s</text:p>" % line for line in content))


def slides(kind="odp"):
    p = Plants()
    at = p.at
    noun = "slide" if kind == "odp" else "page"
    notes = '<presentation:notes draw:style-name="dp2"><draw:page-thumbnail draw:page-number="1"/>%s</presentation:notes>'
    one, two, three = noun + " 1 Intro", "hidden %s 2 Costs" % noun, noun + " 3 last@contoso.com"
    pages = (
        page(p, kind, 1, "Intro", "dp1", box([split(at(one, "title1"), ""), at(one, "body1")])
            + "<draw:g><draw:custom-shape><text:p>%s</text:p></draw:custom-shape><svg:desc>%s</svg:desc></draw:g>" % (at(one, "grouped"), at("alt text", "groupalt"))
            + '<draw:a xlink:href="mailto:%s"><draw:frame><draw:image xlink:href="Pictures/1.png"><text:p/></draw:image></draw:frame></draw:a>' % at(one, "shapelink")
            + '<draw:frame><table:table><table:table-row><table:table-cell><text:p>%s</text:p></table:table-cell></table:table-row></table:table></draw:frame>' % at(one, "slidetable")
            + '<office:annotation svg:x="1cm"><dc:creator>%s</dc:creator><text:p>%s</text:p></office:annotation>' % (at("comment", "reviewer"), at("comment", "review"))
            + forms(p), notes % box([at("notes 1", "notes")]))
        + page(p, kind, 2, "Costs", "dp3", box([at(two, "hidden")]))
        + page(p, kind, 3, at(three, "last"), "dp1", ""))
    declared = ('<presentation:header-decl presentation:name="h">%s</presentation:header-decl><presentation:footer-decl presentation:name="f">%s'
        "</presentation:footer-decl>") % (at("header", "headerdecl"), at("footer", "footerdecl")) if kind == "odp" else ""
    shows = '<presentation:settings><presentation:show presentation:name="%s" presentation:pages="Intro"/></presentation:settings>' % (
        at("document", "show")) if kind == "odp" else ""
    element = "presentation" if kind == "odp" else "drawing"
    body = "<office:%s>%s%s%s</office:%s>" % (element, declared, pages, shows, element)
    automatic = ('<style:style style:name="dp1" style:family="drawing-page"><style:drawing-page-properties presentation:display-header="true"/></style:style>'
        '<style:style style:name="dp3" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>')
    mastered = '<style:master-page style:name="Default">%s<presentation:notes>%s</presentation:notes></style:master-page>' % (
        box([at("master Default", "master")]), box([at("notes", "masternotes")]))
    return Document(kind, body, automatic=automatic, master=mastered, **common(p)), p


def drawing():
    return slides("odg")


ALL = (text, sheet, slides, drawing)
