"""pg_hba.conf against a reading of one packet at a time: random files, each asked from many addresses, as every database and user
that somebody could ask for. What the file does not say (members of a group, addresses behind a name) is drawn by lot: what surely
gets in gets in whatever the lot, and what gets in by some lot is never told to be kept out."""
import ipaddress
import random

import rig
from audit_services_test import audit

ADDRESSES = ["0.0.0.0/0", "0.0.0.0/1", "203.0.113.0/24", "203.0.113.7/32", "8.0.0.0/7", "10.0.0.0/8", "128.0.0.0/2", "::/0",
    "2001:db8::/32", "all", "samehost", "203.0.113.4 255.255.255.252", "samenet", "db.contoso.com"]
ASKED = ["203.0.113.7", "203.0.113.5", "203.0.113.99", "8.8.8.8", "9.1.2.3", "100.1.1.1", "129.1.1.1", "200.1.1.1", "2001:db8::7",
    "2600::1"]
DATABASES = ["all", "reports", "app", "sameuser", "replication", '"all"', "reports,app", "samerole"]
USERS = ["all", "web", "app", '"all"', "web,app", "+staff"]
METHODS = ["trust", "trust", "md5", "reject", "scram-sha-256", "trust clientcert=verify-ca", "ident"]
KINDS = ["host", "host", "host", "hostssl", "hostnossl", "local"]


def line(lot):
    kind = lot.choice(KINDS)
    address = [] if kind == "local" else [lot.choice(ADDRESSES)]
    return " ".join([kind, lot.choice(DATABASES), lot.choice(USERS), *address, lot.choice(METHODS)])


def one_of(tokens, name, test):
    return any(test(token, name) for token in tokens.split(","))


def fits(words, source, database, user, tls, lot):
    kind, databases, users, address = words[0], words[1], words[2], words[3]
    if kind == "local" or (kind == "hostssl" and not tls) or (kind == "hostnossl" and tls):
        return False
    if not any({"all": database != "replication!", "sameuser": database == user, "replication": database == "replication!",
            "samerole": lot[database] and database != "replication!", '"all"': database == "all"}.get(t, database == t)
            for t in databases.split(",")):
        return False
    if not any({"all": True, "+staff": lot[user], '"all"': user == "all"}.get(t, user == t) for t in users.split(",")):
        return False
    if address in ("all", "samehost"):
        return address == "all"
    if address in ("samenet", "db.contoso.com"):
        return lot[address]
    if len(words) > 5 and words[4].count(".") == 3:
        address = "%s/%s" % (address, words[4])
    network = ipaddress.ip_network(address, strict=False)
    return source.version == network.version and source in network


def gets_in(lines, source, tls_on, lot):
    """By some database and user, without proof. The machine of somebody who wants in says to ident what he likes."""
    for database in ("reports", "app", "all", "web", "other", "replication!"):
        for user in ("web", "app", "all", "reports", "somebody"):
            for tls in ((False, True) if tls_on else (False,)):
                for text in lines:
                    words = text.split(" ")
                    if not fits(words, source, database, user, tls, lot):
                        continue
                    if "clientcert" not in text and (words[-1] == "trust" or (words[-1] == "ident" and lot["ident"])):
                        return True
                    break
    return False


def verdict_of(rows, source):
    return [row["verdict"] for row in rows if any(source in ipaddress.ip_network(p) for p in row["sources"])]


def what_is_told_of_an_address_is_what_a_packet_from_it_meets():
    seen = {}
    for seed in range(200 if rig.FULL else 60):
        draw = random.Random(seed)
        lines = [line(draw) for _ in range(draw.randint(1, 7))]
        tls_on = draw.random() < 0.5
        conf = "listen_addresses = '*'\nssl = %s\n" % ("on" if tls_on else "off")
        rows = audit({"postgresql.conf": conf, "pg_hba.conf": "\n".join(lines) + "\n"})[1]["exposures"]
        lots = [{key: draw.random() < 0.5 for key in ("reports", "app", "all", "web", "other", "replication!", "somebody", "samenet",
            "db.contoso.com", "ident")} for _ in range(6)]
        for text in ASKED:
            source = ipaddress.ip_address(text)
            verdict, = verdict_of(rows, source)
            true = [gets_in(lines, source, tls_on, lot) for lot in lots]
            right = {"open": all(true), "closed": not any(true), "cannot-tell": True}[verdict]
            rig.check(right, "seed %d, from %s: told %s, but %r\n%s" % (seed, text, verdict, true, "\n".join(lines)))
            seen[verdict] = seen.get(verdict, 0) + 1
    rig.check(all(seen.get(v, 0) >= 20 for v in ("open", "closed", "cannot-tell")), "too few of a kind: %r" % seen)


if __name__ == "__main__":
    rig.run_tests(what_is_told_of_an_address_is_what_a_packet_from_it_meets)
