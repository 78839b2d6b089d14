"""The invented data that every server of the lab holds: support cases of people who do not exist."""
import json

PEOPLE = (("Maria Bianchi", "maria.bianchi@fabrikam.example"), ("John Carter", "john.carter@northwind.example"),
    ("Chloe Martin", "chloe.martin@adatum.example"), ("Lukas Weber", "lukas.weber@tailspin.example"),
    ("Ana Gil", "ana.gil@litware.example"))


def cases(count=12):
    """Support cases as dictionaries, the same ones every time."""
    for number in range(1, count + 1):
        name, address = PEOPLE[number % len(PEOPLE)]
        yield {"case": "CASE-%06d" % (71000 + number), "name": name, "email": address, "ip": "192.0.2.%d" % (number % 250 + 1),
            "opened": "2019-12-%02dT09:30:00Z" % (number % 28 + 1),
            "turns": [{"from": "customer", "text": "The printer of %s is offline again." % name},
                {"from": "agent", "text": "We called you back, case %06d." % (71000 + number)}]}


def json_lines(count=12):
    return "".join(json.dumps(row, sort_keys=True) + "\n" for row in cases(count)).encode()


def csv(count=12):
    rows = ["case,name,email,ip,opened"]
    rows += [",".join((row["case"], row["name"], row["email"], row["ip"], row["opened"])) for row in cases(count)]
    return ("\r\n".join(rows) + "\r\n").encode()
