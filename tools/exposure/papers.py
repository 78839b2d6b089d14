"""Papers that say what they are: labels of sensitivity, types of document, subjects of special categories, and a
conversation by mail in which an agent quotes a customer. What is planted is noted for every paper."""
from email.headerregistry import Address

from .mail import Mail
from .plan import OWN_DOMAIN

# name of the file, labels, type, subjects, text with {mail}
PAPERS = [
    ("invoice 2022-17.txt", ["confidential"], "invoice", [],
        "CONFIDENTIAL\n\nInvoice 2022-17\n\nTo {mail}\nSubtotal 100.00 EUR\nAmount due: 122.00 EUR\nPayment terms: 30 days\n"),
    ("fattura.txt", ["confidential"], "invoice", [],
        "Fattura n. 17\nSpett.le {mail}\nImponibile 100,00\nScadenza 30 settembre 2022\n\nRiservato\n"),
    ("auftrag.txt", ["internal"], "order", [],
        "Nur für den internen Gebrauch\n\nAuftragsbestätigung 4711\n\nan {mail}\nMenge: 3\nLiefertermin: 1. Oktober\n"),
    ("bon.txt", [], "order", [], "Bon de commande n° 4500\n{mail}\nQuantité : 3\nLivraison le 1er octobre\n"),
    ("sow-fabrikam.txt", ["strictly confidential"], "statement of work", [],
        "Classification: Strictly confidential\n\nSTATEMENT OF WORK\n\nBetween {mail} and us.\nDeliverables and milestones are below.\n"),
    ("listino.txt", [], "price list", [], "Listino prezzi 2022\nper {mail}\nprezzo 100, sconto 10 %\n"),
    ("contrato.txt", ["confidential"], "contract", [],
        "Clasificación: confidencial\n\nContrato\n\nentre {mail} y otros.\nLey aplicable: la de España. Rescisión con aviso.\n"),
    ("ticket.txt", ["high risk"], "support case", [],
        "Support ticket 17\nRisk: high risk\nFrom {mail}\nSeverity: 2\nWorkaround: none\n"),
    # Words that are no labels and no titles; subjects beside a person, and one beside nobody.
    ("letter.txt", [], None, [],
        "Dear {mail},\nwe keep the invoice confidential and the contract secret, as always. The amount due is small.\n"),
    ("absence.txt", ["personal"], None, ["health"], "Personal and confidential\n\n{mail} is on sick leave until Friday.\n"),
    ("assenza.txt", [], None, ["health", "union membership"],
        "Oggi manca {mail}: certificato medico in arrivo.\nDelegato del sindacato: lo stesso.\n"),
    ("dictionary.txt", [], None, [], "{mail} asked.\n%s\nDiagnosis: a word of Greek origin.\n" % ("So it goes on and on. " * 10)),
]


def papers(x):
    """Writes them all into the store; x.papers gets what is planted in each."""
    for name, labels, type_, subjects, text in PAPERS:
        o = x.bytes_file("text", name, lambda o: text.format(mail=o.address("paper")).encode())
        x.put(o, "papers/" + name)
        x.papers.append({"labels": labels, "type": type_, "subjects": subjects})
    conversation(x)


def conversation(x):
    """A customer asks; an agent answers with the question below the answer: those words stay the customer's."""
    asks = x.plan.original("eml", "asks")
    mail = Mail(asks)
    mail.field("From", "From")
    mail.field("To", "To")
    mail.message["Subject"] = "Export"
    who = asks.values[0]["canonical"]
    said = ["Good morning,", "the export stops. Write to %s, please." % asks.address("body"), "Or call %s." % asks.number("body", "phone_number")]
    mail.body("\n".join(said) + "\n")
    x.put_mail(asks, mail, "papers/asks.eml")
    answers = x.plan.original("eml", "answers")
    mail = Mail(answers)
    agent = answers.address("From, agent", company=("Contoso", OWN_DOMAIN, "en"))
    mail.message["From"] = Address("Support", *agent.split("@"))
    mail.field("To", "To")
    mail.message["Subject"] = "Re: Export"
    mail.body("\n".join(["Thank you,", "our colleague %s looks into it." % answers.address("body"), "",
        "On Mon, 5 Sep 2022 at 09:12, <%s> wrote:" % who] + ["> " + line for line in said]) + "\n")
    x.put_mail(answers, mail, "papers/answers.eml")
    x.agent = {"turns": 1, "records": 1, "mentions": 1}
