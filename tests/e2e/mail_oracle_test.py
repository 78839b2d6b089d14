"""What other readers see in a mail, ours sees: the same parts with the same names and the same decoded bytes. Held against
Python's email package and GMime, over mails made here and, where present, real ones; a difference is a bug, or stands here
with its reason."""
import base64
import email
import email.header
import email.policy
import glob
import hashlib
import json
import os
import random
import re
import subprocess
from email.message import EmailMessage

import rig

OURS = os.path.join(rig.BUILD, "tests/unit/extract/mail_parts")
GMIME = os.path.join(rig.BUILD, "tests/unit/extract/gmime_parts")
MADE = 300
WORDS = ["Größe", "fattura", "naïve", "日本", "order", "Ωμέγα", "x" * 90, "a=b", "q?=", "tab\there", "semi;colon", 'qu"ote', "back\\slash"]

FOLDER = rig.folder()
OUT = FOLDER.__enter__()


# --- mails made here ---


def words(rng, count):
    return " ".join(rng.choice(WORDS) for _ in range(count))


def text(rng):
    lines = [words(rng, rng.randrange(6)) + rng.choice(["", " ", "  \t"]) for _ in range(rng.randrange(12))]
    return "".join(line + "\n" for line in lines) + rng.choice(["", "\n\n", "-- \nend\n", "From here on\n", ".\n", "--x\n"])


def file_name(rng):
    return rng.choice(["a.bin", "röw s.csv", "x" * 120 + ".txt", "日本語のとても長い名前" * 5 + ".pdf", 'q"uo\\te.txt', "semi;colon=1.txt", "(c) a.b"])


def content(rng):
    return rng.choice([b"", b"\0" * 9, bytes(rng.randrange(256) for _ in range(rng.randrange(4000))), b"line\r\nline\r\n" * 30, b"no end"])


def make(rng, depth=0):
    message = EmailMessage(policy=email.policy.default)
    message["From"] = email.headerregistry.Address(rng.choice(["Anna Müller", "A. B.", ""]), addr_spec="anna@contoso.com")
    message["To"] = ", ".join("to%d@fabrikam.example" % rng.randrange(99) for _ in range(1 + rng.randrange(5)))
    message["Subject"] = re.sub(r"\s+", " ", words(rng, 1 + rng.randrange(9)))
    body = text(rng)
    message.set_content(body, cte=rng.choice(["quoted-printable", "base64", "8bit" if max(map(len, body.split("\n"))) < 900 else "base64"]))
    if rng.random() < 0.4:
        message.add_alternative("<p>%s</p>\n" % text(rng), subtype="html", cte=rng.choice(["quoted-printable", "base64"]))
    for _ in range(rng.randrange(3)):
        message.add_attachment(content(rng), maintype="application", subtype="octet-stream", filename=file_name(rng))
    if rng.random() < 0.3:
        message.add_attachment(text(rng), subtype=rng.choice(["plain", "csv"]), filename=file_name(rng), cte="base64")
    if depth < 3 and rng.random() < 0.3:
        message.add_attachment(make(rng, depth + 1))
    return message


def corpus():
    for seed in range(MADE):
        rng = random.Random(seed)
        policy = email.policy.default.clone(linesep=rng.choice(["\n", "\r\n"]))
        path = "%s/made-%03d.eml" % (OUT, seed)
        with open(path, "wb") as file:
            file.write(make(rng).as_bytes(policy=policy))
        yield path


def real():
    places = [os.path.join(rig.ROOT, up, "shared/data/mail/flanker/*.eml") for up in ("..", "../..")] + \
        [os.path.join(rig.ROOT, up, "shared/data/mail/talon/standard_replies/*.eml") for up in ("..", "../..")]
    return sorted(path for place in places for path in glob.glob(place))


# --- what readers see: [kind, name, bytes or subject] for every part that is no multipart, in order ---


def python_sees(path):
    with open(path, "rb") as file:
        message = email.message_from_bytes(file.read())
    out = []

    def subject_of(message):
        pieces = email.header.decode_header(re.sub(r"\r?\n", "", str(message["Subject"] or "")))
        return "".join(p.decode(c or "latin-1", "replace") if isinstance(p, bytes) else p for p, c in pieces)

    def walk(part, top):
        if top:
            out.append(["message", None, subject_of(part)])
        if part.get_content_type() in ("message/rfc822", "message/global", "message/news") and part.is_multipart():
            walk(part.get_payload(0), True)
        elif part.is_multipart() and part.get_content_maintype() == "multipart":
            for inner in part.get_payload():
                walk(inner, False)
        else:
            data = None if part.is_multipart() else part.get_payload(decode=True) or b""  # of a delivery status it keeps no bytes
            name = part.get_filename()
            if part.get_content_type() == "text/rfc822-headers":
                out.append(["message", None, ""])
                return
            out.append([part.get_content_type(), str(email.header.make_header(email.header.decode_header(name))) if name else None, data])
    walk(message, True)
    return out


def gmime_sees(path):
    rig.check(os.path.exists(GMIME), "%s is missing: install libgmime-3.0-dev and build again" % GMIME)
    trimmed = OUT + "/trimmed"  # it wants the header in the first line
    with open(path, "rb") as source, open(trimmed, "wb") as file:
        file.write(source.read().lstrip())
    done = rig.expect(0, subprocess.run([GMIME, trimmed], capture_output=True, timeout=60))
    out = []
    decode = lambda word: base64.b64decode(word) if word != "-" else b""
    for line in done.stdout.decode().splitlines():
        kind, *rest = line.split(" ")
        if kind == "message":  # it loses words of which a character is cut between two encoded words, so: each of its words
            out.append(["message", None, decode(rest[1]).decode("utf-8", "replace").split()])
        else:
            out.append([rest[0], decode(rest[1]).decode("utf-8", "replace") or None, decode(rest[2])])
        if rest[0] == "text/rfc822-headers":
            out[-1:] = [["message", None, ""]]
    return out


def we_see(path):
    """The same, with our own row beside it; only what a message carries."""
    done = rig.expect(0, subprocess.run([OURS, path], capture_output=True, timeout=60))
    parts = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]
    around = ("message", "mbox")
    return [part for i, part in enumerate(parts) if part["format"] != "mbox" and (i == 0 or parts[part["parent"]]["format"] in around)]


def canonical(data):
    lines = [line.rstrip(b" \t") for line in re.split(rb"\r\n|\n|\r", data)]
    while lines and not lines[-1]:
        lines.pop()
    return b"\n".join(lines)


def folded(value):
    return re.sub(r"\s+", "", value)


def difference(theirs, ours):
    """None, or what differs between their part and ours."""
    kind, name, data = theirs
    if kind == "message":
        if ours["format"] != "message":
            return "a message is %s" % ours["format"]
        pieces = [data] if isinstance(data, str) else data
        text = folded(ours["text"])
        same = all("\ufffd" in piece or folded(piece) in text for piece in set(pieces))
        return None if same else "subject %r is not in %r" % (data, ours["text"][:400])
    if name is not None and name != ours["name"] and "\ufffd" not in name:
        return "name %r is %r" % (name, ours["name"])
    if name is None and not re.fullmatch(r"part-\d+", ours["name"]):
        return "no name is %r" % ours["name"]
    if data is None:
        return None
    if ours["joined"]:
        same = ours["bytes"] == len(data)
        if same and kind == "text/plain" and ours["format"] == "text" and ours["status"] == "read" and is_utf8(data):
            same = canonical(ours["text"].encode()) == canonical(data)
        return None if same else "text of %d bytes is %r (%s, %s), not %r" % (len(data), ours["text"][:300], ours["bytes"],
            ours["status"], data[:300])
    digests = [hashlib.sha256(form).hexdigest() for form in (data, canonical(data))]
    return None if ours.get("content") in digests else "content %r of %d bytes differs" % (data[:60], len(data))


def is_utf8(data):
    try:
        data.decode()
        return b"\0" not in data
    except UnicodeDecodeError:
        return False


def differences(path, see):
    theirs, ours = see(path), we_see(path)
    if len(theirs) != len(ours):
        return ["%d parts are %d: %s, %s" % (len(theirs), len(ours), [t[:2] for t in theirs], [o["name"] for o in ours])]
    found = [difference(t, o) for t, o in zip(theirs, ours)]
    return ["part %d: %s" % (i, what) for i, what in enumerate(found) if what]


def hold_against(see, paths, expected):
    got = {os.path.basename(path): differences(path, see) for path in paths}
    got = {name: what for name, what in got.items() if what}
    surprising = {name: what for name, what in got.items() if name not in expected}
    rig.equal(surprising, {}, "mails read in another way")
    rig.equal(sorted(set(expected) - set(got)), [], "differences that are none any more")


def mails_made_here_are_read_as_by_pythons_email_package():
    hold_against(python_sees, corpus(), {})


def mails_made_here_are_read_as_by_gmime():
    hold_against(gmime_sees, corpus(), {})


def real_mail_is_read_as_by_pythons_email_package():
    if not real():
        rig.skip("no ../shared/data/mail")
    hold_against(python_sees, real(), PYTHON_DIFFERS)


def real_mail_is_read_as_by_gmime():
    if not real():
        rig.skip("no ../shared/data/mail")
    hold_against(gmime_sees, real(), GMIME_DIFFERS)


BLANKS = "blanks at the end of a quoted-printable line are no text (RFC 2045, 6.7, rule 3); the others keep them"
RAW = "bytes beyond ASCII in a header stay as they are; GMime guesses a character set"
NO_PARTS = "a multipart without a part: searched as it stands, and partial; Python makes a part of its bytes"
PYTHON_DIFFERS = {
    "bilingual-simple.eml": BLANKS,
    "torture.eml": BLANKS,
    "sparrow.eml": BLANKS,
    "false-multipart.eml": NO_PARTS,
    "mailformed-headers.eml": NO_PARTS,
    "enclosed-broken-body.eml": "base64 with foreign signs: what can be decoded is, and partial; Python gives up and keeps the signs",
    "missing-final-boundary.eml": "the last line end belongs to the text when no boundary follows; Python drops it",
}
GMIME_DIFFERS = {
    "bilingual-simple.eml": BLANKS,
    "torture.eml": BLANKS + "; and a name behind a type without its subtype is a name",
    "sparrow.eml": BLANKS,
    "mailformed-headers.eml": RAW,
    "russian-attachment-yahoo.eml": RAW,
}

try:
    rig.run_tests(mails_made_here_are_read_as_by_pythons_email_package, mails_made_here_are_read_as_by_gmime,
        real_mail_is_read_as_by_pythons_email_package, real_mail_is_read_as_by_gmime)
finally:
    FOLDER.__exit__(None, None, None)
