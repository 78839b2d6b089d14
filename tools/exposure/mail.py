"""Mails with something planted in every place a mail has, in the encodings that mail programs use."""
import base64
import email.policy
import email.utils
import time
from email.headerregistry import Address
from email.message import EmailMessage

from .leads import sas_link
from .plan import OWN_DOMAIN

LF = email.policy.default.clone(linesep="\n", max_line_length=200)
CRLF = email.policy.default.clone(linesep="\r\n", max_line_length=200)
FIRST_SECOND = 1662000000  # 1 September 2022
ENCODINGS = [("utf-8", "quoted-printable"), ("utf-8", "base64"), ("utf-8", "8bit"), ("iso-8859-1", "quoted-printable"),
    ("utf-16", "base64"), ("us-ascii", "7bit")]


class Mail:
    """One message in the making."""

    def __init__(self, original, crlf=False):
        self.o, self.policy = original, CRLF if crlf else LF
        self.message = EmailMessage(policy=self.policy)
        original.plan.serial += 1
        number = original.plan.serial
        m = self.message
        m["Message-ID"] = "<2022.%d@mail.%s>" % (number, OWN_DOMAIN)
        m["Date"] = email.utils.formatdate(FIRST_SECOND + 3600 * number)

    def field(self, name, place):
        """An address field with a display name."""
        person, address = self.o.named(place)
        self.message[name] = Address(person, *address.split("@"))

    def heads(self, subject="Offer"):
        self.field("From", "From")
        self.field("To", "To")
        self.message["Subject"] = subject
        return self

    def body(self, text, charset="utf-8", encoding="quoted-printable"):
        if charset == "utf-16":  # the email package folds lines byte by byte and would break it
            self.message["Content-Type"] = "text/plain; charset=utf-16"
            self.message["Content-Transfer-Encoding"] = "base64"
            self.message.set_payload(base64.encodebytes(text.encode("utf-16")).decode())
        else:
            self.message.set_content(text, charset=charset, cte=encoding)
        return self

    def attach(self, original, name):
        with open(original.file, "rb") as file:
            self.attach_bytes(file.read(), name)

    def attach_bytes(self, data, name, main="application", sub="octet-stream"):
        self.message.add_attachment(data, maintype=main, subtype=sub, filename=name)

    def bytes(self):
        return self.message.as_bytes(policy=self.policy)


def every_place(plan, number, crlf):
    """Headers, text, an HTML alternative that says more than the text, quotes and forwarded headers."""
    o = plan.original("eml", "places-%d" % number)
    mail = Mail(o, crlf)
    m = mail.message
    for place in ("From", "To", "Cc", "Bcc", "Reply-To", "Sender"):
        mail.field(place, place)
    m["Subject"] = "Größe des Angebots, Rückfragen an %s" % o.address("Subject, encoded word")
    m["X-Originating-User"] = o.address("other header field")
    m["List-Unsubscribe"] = "<mailto:%s>" % o.address("List-Unsubscribe")
    m["Received"] = "from mx.fabrikam.com by mx.%s for <%s>; Mon, 05 Sep 2022 10:00:00 +0200" % (OWN_DOMAIN, o.address("Received"))
    quoted = "\n".join("> " + line for line in ("Guten Tag,", "bitte an %s senden." % o.address("quoted reply"), "",
        "> > war: %s" % o.address("quoted reply in a quoted reply")))
    text = "\n".join([o.prose(), "Write to %s" % o.address("body"), "Phone %s" % o.number("body", "phone_number"), "",
        "On Mon, 5 Sep 2022 at 09:12, %s <%s> wrote:" % o.named("attribution line"), quoted, "",
        "-----Original Message-----", "From: %s <%s>" % o.named("forwarded header"), "Sent: Monday, 5 September 2022 10:00",
        "To: %s [mailto:%s]" % o.named("forwarded header"), "Subject: AW: Angebot", "", o.prose(1), "",
        "Von: %s <%s>" % o.named("forwarded header"), "Gesendet: Montag, 5. September 2022 10:00",
        "An: %s" % o.address("forwarded header"), "Betreff: Angebot", "", o.prose(1), "-- ", o.name(),
        o.address("signature"), ""])
    mail.body(text)
    m.add_alternative('<html><head><title>%s</title></head><body><!-- made by %s --><p>%s</p><p><a href="mailto:%s">write</a> or '
        '%s&#64;%s</p><div style="display:none">%s</div><blockquote>Von: %s</blockquote></body></html>\n' % (
            o.address("HTML title"), o.address("HTML comment"), o.address("HTML text"), o.address("HTML link"),
            *o.address("HTML text").split("@"), o.address("HTML hidden text"), o.address("HTML quote")), subtype="html")
    return o, mail


def each_encoding(plan, crlf):
    """A message for each way to encode a body."""
    for charset, encoding in ENCODINGS:
        o = plan.original("eml", "encoding-%s-%s-%s" % (charset, encoding, "crlf" if crlf else "lf"))
        mail = Mail(o, crlf).heads()
        place = "body, %s %s" % (charset, encoding)
        text = "Gruesse\n" if charset == "us-ascii" else "Grüße aus Köln\n"
        text += o.prose(1).encode("ascii", "replace").decode() + "\n"
        for spelling in ("plain", "[at] [dot]", "at dot", "capitals"):
            text += "%s\n" % o.address(place, spelling)
        # A long line, so that an address is cut by a soft line break or a base64 line.
        text += "x" * 60 + " " + o.address(place) + " " + "y" * 70 + "\n"
        mail.body(text, charset, encoding)
        yield o, mail


def thread(plan, length):
    """Replies that quote all that was said before: each message says one new thing."""
    said, previous = [], None
    for number in range(length):
        o = plan.original("eml", "thread-%d" % number)
        mail = Mail(o, number % 2 == 1)
        mail.heads(("Re: " if number else "") + "Proof of concept")
        if previous is not None:
            mail.message["In-Reply-To"] = mail.message["References"] = previous
        previous = mail.message["Message-ID"]
        new = ["Hello,", "please add %s." % o.address("body")]
        mail.body("\n".join(new + [""] + ["> " + line for line in said]) + "\n", encoding="base64" if number % 3 == 2 else "quoted-printable")
        said = new + [""] + ["> " + line for line in said]
        yield o, mail


def two_customers(plan, companies):
    """One mail about two customers: neither may see the other's part."""
    o = plan.original("eml", "two-customers")
    mail = Mail(o)
    mail.field("From", "From")
    m = mail.message
    there = []
    for company in companies:
        local, _, domain = o.address("To", company=company).partition("@")
        there.append(Address(company[0], local, domain))
    m["To"] = there
    m["Subject"] = "Prices for both"
    lines = ["%s: %s pays 100 per seat" % (c[0], o.address("body, two customers", company=c)) for c in companies]
    mail.body("\n".join(lines + ["The list: " + o.lead("body", sas_link("contosoprices", "lists", "prices.xlsx")), ""]))
    return o, mail
