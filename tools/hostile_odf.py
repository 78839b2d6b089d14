"""The OpenDocument files of the hostile corpus; make_hostile.py writes them."""
import base64
import random

SPACES = " ".join('xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name)
                  for name in ("office", "text", "table", "meta", "style")) + \
    ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"' \
    ' xmlns:xlink="http://www.w3.org/1999/xlink"'
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'


def root(name, content):
    return '<office:document%s %s>%s</office:document%s>' % (name, SPACES, content, name)


def text(content):
    return PROLOG + root("-content", "<office:body><office:text>%s</office:text></office:body>" % content)


def sheet(content):
    return PROLOG + root("-content", "<office:body><office:spreadsheet>%s</office:spreadsheet></office:body>" % content)


def flat(content):
    return PROLOG + root("", "<office:body><office:text>%s</office:text></office:body>" % content)


def manifest(encrypted):
    rows = "".join('<manifest:file-entry manifest:full-path="%s"><manifest:encryption-data/></manifest:file-entry>' % name
                   for name in encrypted)
    return PROLOG + '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">%s</manifest:manifest>' % rows


def write(put, make_zip, Entry):
    def package(name, status, reason="", found=(), kind="text", encrypted=(), **entries):
        parts = [Entry("mimetype", ("application/vnd.oasis.opendocument." + kind).encode(), method=0)]
        for entry, data in {"content.xml": text("<text:p>nothing</text:p>"), "META-INF/manifest.xml": manifest(encrypted),
                            **entries}.items():
            if data is not None:
                parts.append(Entry(entry, data if isinstance(data, bytes) else data.encode()))
        put(name, make_zip(*parts), status, reason, found)

    def paragraph(address):
        return "<text:p>please write to %s</text:p>" % address

    def content(*args, **kwargs):
        return {"content.xml": text(*args, **kwargs)}

    meta = {"meta.xml": PROLOG + root("-meta", "<office:meta><dc:creator>meta@litware.com</dc:creator></office:meta>")}
    package("odf-plain.odt", "read", found=["plain@litware.com", "meta@litware.com"],
            **content(paragraph("plain@litware.com")), **meta)
    entities = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">%s]>' % "".join(
        '<!ENTITY %s "%s">' % (chr(ord("a") + i), "&%s;" % chr(ord("a") + i - 1) * 10) for i in range(1, 12))
    package("odf-entity-bomb.odt", "partial", "corrupt", ["meta@litware.com"],
            **{"content.xml": PROLOG + entities + root("-content", "&l;")}, **meta)
    package("odf-external-entity.odt", "partial", "corrupt", ["meta@litware.com"],
            **{"content.xml": PROLOG + '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + root("-content", "&a;")}, **meta)
    row = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384">' \
        "<text:p>%s</text:p></table:table-cell></table:table-row>"
    package("odf-repeated-cells.ods", "read", found=["repeat%d@litware.com" % i for i in range(3)], kind="spreadsheet",
            **{"content.xml": sheet("<table:table>%s</table:table>" % "".join(row % ("repeat%d@litware.com" % i) for i in range(3)))})
    blanks = '<text:s text:c="2147483648"/><text:s text:c="18446744073709551617"/><text:s text:c="-1"/>'
    package("odf-blanks.odt", "read", found=["blanks@litware.com"], **content("<text:p>%s</text:p>" % (
        ("a" + blanks) * 2000 + " blanks@litware.com")))
    package("odf-deep.odt", "partial", "limit-depth", ["shallow@litware.com", "meta@litware.com"], **meta, **content(
        paragraph("shallow@litware.com") + "<text:p>" + "<text:span>" * 100000 + "</text:span>" * 100000 + "</text:p>"))
    package("odf-deep-frames.odt", "partial", "limit-depth", ["frame@litware.com"], **content(paragraph("frame@litware.com")
        + "<text:p>a<draw:frame><draw:text-box>" * 5000 + "</draw:text-box></draw:frame></text:p>" * 5000))
    circle = '<text:p><draw:frame><draw:object xlink:href="%s"/></draw:frame>%s</text:p>'
    package("odf-cyclic.odt", "read", found=["circle%d@litware.com" % i for i in range(3)], **{
        "content.xml": text(circle % ("./Object 1", "circle0@litware.com")),
        "Object 1/content.xml": text(circle % ("../Object 1/Object 2", "circle1@litware.com")),
        "Object 1/Object 2/content.xml": text(circle % (".././..", "circle2@litware.com"))})
    package("odf-no-content.odt", "partial", "corrupt", ["meta@litware.com"], **{"content.xml": None}, **meta)
    package("odf-cut.odt", "partial", "truncated", ["cut@litware.com"], **{
        "content.xml": text(paragraph("cut@litware.com") + paragraph("x" * 90000))[:5000]})
    package("odf-not-utf8.odt", "partial", "corrupt", ["before@litware.com"], **{
        "content.xml": text(paragraph("before@litware.com") + "<text:p>\udcff\udcfe</text:p>").encode("utf-8", "surrogateescape")})
    package("odf-utf16.odt", "read", found=["wide@litware.com"], **{
        "content.xml": text(paragraph("wide@litware.com")).replace("UTF-8", "UTF-16").encode("utf-16")})
    noise = random.Random(1).randbytes(3000)
    package("odf-encrypted.odt", "unread", "encrypted", encrypted=("content.xml", "meta.xml"), **{"content.xml": noise, "meta.xml": noise})
    package("odf-encrypted-lie.odt", "read", found=["lie@litware.com"], encrypted=("content.xml",), **content(paragraph("lie@litware.com")))
    package("odf-comments.odt", "read", found=["remark0@litware.com", "remark99999@litware.com"], **content("<text:p>%s</text:p>" % "".join(
        "<office:annotation><text:p>remark%d@litware.com</text:p></office:annotation>" % i for i in (*range(9), 99999))
        + "<text:p>a<office:annotation><text:p>b</text:p></office:annotation></text:p>" * 100000))
    package("odf-notes-in-one-row.ods", "read", found=["first@litware.com"], kind="spreadsheet", **{
        "content.xml": sheet("<table:table><table:table-row>%s</table:table-row></table:table>" % (
            "<table:table-cell><office:annotation><text:p>%s</text:p></office:annotation><text:p>c</text:p></table:table-cell>"
            * 3 % ("first@litware.com", "x " * 2000000, "last@litware.com")))})
    package("odf-attribute.odt", "read", found=["value@litware.com"], **content(
        '<text:p><text:user-defined office:string-value="value@litware.com %s"/></text:p>' % ("x " * 5000000)))
    package("odf-styles.ods", "read", found=["styled@litware.com"], kind="spreadsheet", **{"content.xml": PROLOG + root("-content",
        "<office:automatic-styles>%s</office:automatic-styles><office:body><office:spreadsheet><table:table><text:p>styled@litware.com"
        "</text:p></table:table>%s</office:spreadsheet></office:body>" % ("".join('<style:style style:name="s%d"><style:table-properties'
        ' table:display="false"/></style:style>' % i for i in range(2000)), '<table:table table:style-name="s1999"/>' * 50000))})
    package("odf-mimetype-long.odt", "read", found=["behind@litware.com"], mimetype=None, **content(paragraph("behind@litware.com")))
    put("odf-flat.fodt", flat(paragraph("flat@litware.com")).encode(), "read", found=["flat@litware.com"])
    put("odf-flat-cut.fodt", flat(paragraph("flatcut@litware.com"))[:-40].encode(), "partial", "truncated", ["flatcut@litware.com"])
    binary = "<text:p>%s<draw:image><office:binary-data>%s</office:binary-data></draw:image></text:p>"
    put("odf-flat-base64.fodt", flat(binary % ("lost@litware.com", "!!!!" * 99)).encode(), "partial", "corrupt", ["lost@litware.com"])
    data = flat(paragraph("inner@litware.com")).encode()
    for level in range(20):
        data = flat(binary % ("level%d@litware.com" % level, base64.encodebytes(data).decode())).encode()
    put("odf-flat-nested.fodt", data, "partial", "limit-depth", ["level19@litware.com", "level5@litware.com"])
