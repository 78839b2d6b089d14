#!/usr/bin/env python3
"""Makes a store of many small objects of many formats, all different: make_objects.py OUT COUNT. Mostly mails, as an exposed
mailbox or container has them. One address of its own stands in each object; nothing else is needed to make them."""
import base64
import gzip
import io
import json
import os
import sys
import tarfile
import zipfile

TEXT = "The export stops after 20 minutes with error 0x80070005. Nothing else was changed, the trace is attached. " * 6
IN_A_FOLDER = 500


def address(number):
    return "user%d@fabrikam%d.example" % (number, number % 211)


def packed(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, d in zip(name, data):
            archive.writestr(zipfile.ZipInfo(n, (2022, 9, 5, 0, 0, 0)), d, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def text(n):
    return ("%sWrite to %s.\n%s\n" % (TEXT[:200 + n % 300], address(n), TEXT)).encode()


def mail(n, attachment=None):
    head = "From: Anna Rossi <%s>\r\nTo: sales@contoso.com\r\nSubject: offer %d\r\nDate: Mon, 5 Sep 2022 10:00:00 +0200\r\n" \
        "Message-ID: <%d@mail.contoso.com>\r\nMIME-Version: 1.0\r\n" % (address(n), n, n)
    if attachment is None:
        return (head + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + TEXT.replace(". ", ".\r\n")).encode()
    name, data = attachment
    return (head + 'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b%d\r\n'
        'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="%s"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s'
        "--b%d--\r\n" % (n, n, TEXT[:300], n, name, base64.encodebytes(data).decode().replace("\n", "\r\n"), n)).encode()


def csv(n):
    return ("id,mail,note\r\n" + "".join("%d,%s,%s\r\n" % (k, address(n), TEXT[k:k + 40].replace(",", "")) for k in range(20))).encode()


def json_lines(n):
    return b"".join(json.dumps({"id": n * 10 + k, "mail": address(n), "text": TEXT[:100]}).encode() + b"\n" for k in range(10))


def html(n):
    return ("<!DOCTYPE html><html><body><p>%s</p><a href=\"mailto:%s\">write</a></body></html>\n" % (TEXT, address(n))).encode()


def docx(n):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ' \
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ' \
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    links = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ' \
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    body = '<?xml version="1.0"?><w:document xmlns:w="%s"><w:body>%s</w:body></w:document>' % (word, "".join(
        "<w:p><w:r><w:t>%s %s</w:t></w:r></w:p>" % (t, address(n)) for t in (TEXT[:100], TEXT[100:200], TEXT[200:300])))
    return packed(["[Content_Types].xml", "_rels/.rels", "word/document.xml"], [types, links, body])


def tar(n):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for k in range(2):
            data, info = text(n) + b"%d" % k, tarfile.TarInfo("file%d.txt" % k)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


# Of a hundred objects: so many of each.
KINDS = [(40, "eml", mail), (15, "eml", lambda n: mail(n, attachment=("list.csv", csv(n)))), (5, "eml", lambda n: mail(n, attachment=("a.docx", docx(n)))),
    (14, "txt", text), (5, "csv", csv), (5, "jsonl", json_lines), (4, "html", html), (4, "docx", docx), (3, "gz", lambda n: gzip.compress(text(n), mtime=0)),
    (3, "zip", lambda n: packed(["a.txt", "b.csv"], [text(n), csv(n)])), (2, "tar", tar)]
ORDER = [kind for kind in KINDS for _ in range(kind[0])]


def make(out, count):
    for n in range(count):
        _, ending, write = ORDER[n * 37 % len(ORDER)]
        folder = os.path.join(out, "%05d" % (n // IN_A_FOLDER))
        if n % IN_A_FOLDER == 0:
            os.makedirs(folder)
        with open(os.path.join(folder, "%07d.%s" % (n, ending)), "wb") as file:
            file.write(write(n))


if __name__ == "__main__":
    assert len(ORDER) == 100
    make(sys.argv[1], int(sys.argv[2]))
