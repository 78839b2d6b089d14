"""Exceptions of `staunch audit`: sets that somebody answers for until a day. What such a set does not hold stays a finding, what it
holds is no finding until it expires, and whatever is wrong with the file is said with its line."""
import datetime
import ipaddress
import json
import os
import random

import rig
from audit_change_test import group, write

FAR, PAST = "2099-12-31", "2001-01-01"


def entry(**fields):
    return {"store": "es", "sources": ["Internet"], "protocol": "tcp", "ports": ["9200"], "reason": "a shop window",
        "owner": "anna@contoso.com", "until": FAR, **fields}


def audit(groups, entries, status, *options, raw=None):
    with rig.folder() as out:
        path = os.path.join(out, "exceptions.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(raw if raw is not None else json.dumps({"exceptions": entries}, indent=1))
        done = rig.expect(status, rig.staunch("audit", "--format", "json", "--exceptions", path, *options,
            write(out, "nsg.json", *groups)))
        return json.loads(done.stdout) if done.stdout else done.stderr.decode("utf-8", "replace")


def fails(answer):
    return [(r["protocol"], r["ports"], r["class"]) for r in answer["exposures"] if r["fails"]]


def what_is_covered_is_no_finding():
    answer = audit([group("100 allow tcp Internet > * 9200")], [entry()], rig.OK)
    row, = answer["exposures"]
    rig.equal((row["fails"], row["verdict"], row["exception"]["owner"], row["exception"]["expired"]), (False, "open",
        "anna@contoso.com", False), "the row")
    rig.equal([(e["rows"], e["expired"]) for e in answer["exceptions"]], [(1, False)], "what came of it")


def what_is_not_covered_stays_a_finding():
    for rules, fields, left in (
            ("100 allow tcp Internet > * 9200-9300", {}, [("tcp", [[9201, 9300]], "any")]),
            ("100 allow * Internet > * 9200", {}, [("udp", [[9200, 9200]], "any")]),
            ("100 allow tcp Internet > * 9200", {"sources": ["0.0.0.0/1"]}, [("tcp", [[9200, 9200]], "any")]),
            ("100 allow tcp 0.0.0.0/0 > * 9200", {"sources": ["0.0.0.0/1"]}, [("tcp", [[9200, 9200]], "broad")]),
            ("100 allow tcp Internet > * 9200", {"sources": ["0.0.0.0/0"]}, [("tcp", [[9200, 9200]], "any")]),
            ("100 allow tcp AzureCloud > * 9200", {"sources": ["AzureCloud.westeurope"]}, [("tcp", [[9200, 9200]], "shared")]),
            ("100 allow tcp AzureCloud > * 9200", {"sources": ["AzureCloud"]}, []),
            ("100 allow tcp Internet > * 9200", {"store": "es2"}, [("tcp", [[9200, 9200]], "any")]),
            ("100 allow tcp Internet > * 9200", {"ports": ["9200-9300", 22]}, []),
            ("100 allow tcp Internet > * 9200", {"ports": ["9201"]}, [("tcp", [[9200, 9200]], "any")])):
        answer = audit([group(rules), group(name="es2")], [entry(**fields)], rig.FOUND if left else rig.OK)
        rig.equal(fails(answer), left, "what is left of %r without %r" % (rules, fields))


def nothing_is_lost_and_nothing_is_widened():
    """Random exceptions on random rules: each address and port that was open is in exactly one row afterwards, and in an excepted
    one only where an exception names it."""
    chance = random.Random(2019)
    prefixes = ["0.0.0.0/0", "8.0.0.0/5", "20.0.0.0/8", "128.0.0.0/1", "203.0.113.0/24", "198.51.100.7/32", "Internet"]
    network = lambda text: ipaddress.ip_network("0.0.0.0/0" if text == "Internet" else text)
    ports = lambda: "%d-%d" % tuple(sorted(chance.sample(range(1000, 1012), 2)))
    for turn in range(25):
        rules = ["%d allow tcp %s > * %s" % (100 + i, chance.choice(prefixes), ports()) for i in range(3)]
        entries = [entry(sources=chance.sample(prefixes, 2), ports=[ports()]) for _ in range(3)]
        plain = audit([group(*rules)], [], (rig.OK, rig.FOUND))["exposures"]
        cut = audit([group(*rules)], entries, (rig.OK, rig.FOUND))["exposures"]
        holds = lambda row, a, p: any(low <= p <= high for low, high in row["ports"]) and any(":" not in s and
            a in ipaddress.ip_network(s) for s in row["sources"])
        for _ in range(200):
            address, port = ipaddress.ip_address(chance.choice((chance.randrange(1 << 24, 223 << 24), 0xcb007107, 0xc6336407,
                0x14000001))), chance.randrange(999, 1013)
            if not address.is_global and address not in (ipaddress.ip_address("203.0.113.7"), ipaddress.ip_address("198.51.100.7")):
                continue
            open_before = any(holds(r, address, port) for r in plain)
            free = any(holds(r, address, port) for r in cut if r["exception"] is None)
            held = any(holds(r, address, port) for r in cut if r["exception"] is not None)
            named = any(any(address in network(s) for s in e["sources"]) and int(e["ports"][0].split("-")[0]) <= port <=
                int(e["ports"][0].split("-")[1]) for e in entries)
            rig.equal((free, held), (open_before and not named, open_before and named), "%s:%d, turn %d, rules %r, exceptions %r" %
                (address, port, turn, rules, [(e["sources"], e["ports"]) for e in entries]))


def the_rest_names_only_the_rules_that_admit_it():
    answer = audit([group("100 allow tcp 0.0.0.0/1 > * 9200", "110 allow tcp 128.0.0.0/1 > * 9200")],
        [entry(sources=["0.0.0.0/1"])], rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal([r["rule"] for r in row["admitted_by"]], ["r110"], "rules of what is left")
    rig.equal(int(row["witness"]["source"].split(".")[0]) >= 128, True, "a witness of what is left")


def an_expired_one_is_a_finding_again():
    rules = group("100 allow tcp Internet > * 9200")
    answer = audit([rules], [entry(until=PAST)], rig.FOUND)
    row, = answer["exposures"]
    rig.equal((row["fails"], row["exception"]["expired"], row["exception"]["until"]), (True, True, PAST), "the row")
    with rig.folder() as out:
        answer = audit([rules], [entry(until=PAST)], rig.FOUND, "--baseline", write(out, "before.json", rules))
        rig.equal([r["fails"] for r in answer["exposures"]], [True], "although it was open before")
        path = os.path.join(out, "e.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"exceptions": [entry(until=PAST)]}, file)
        text = rig.expect(rig.FOUND, rig.staunch("audit", "--exceptions", path, write(out, "n.json", rules))).stdout.decode()
        rig.check("expired  " + PAST in text, "a person reads %r" % text)
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    audit([rules], [entry(until=today)], rig.OK)
    both = audit([rules], [entry(until=PAST), entry()], rig.OK)
    rig.equal([e["rows"] for e in both["exceptions"]], [0, 1], "one in force goes before one that is expired")


def what_cannot_be_told_stays_so_beyond_the_exception():
    rules = group("100 allow tcp NoSuchTag > * 9200")
    audit([rules], [entry(sources=["20.0.0.0/8"])], rig.INCOMPLETE)
    audit([rules], [entry()], rig.OK)


def other_formats_say_it():
    with rig.folder() as out:
        path, nsg = os.path.join(out, "e.json"), write(out, "n.json", group("100 allow tcp Internet > * 9200-9201"))
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"exceptions": [entry(reason="<&\"'>")]}, file)
        run = lambda form: rig.expect(rig.FOUND, rig.staunch("audit", "--format", form, "--exceptions", path, nsg)).stdout.decode()
        found = json.loads(run("sarif"))["runs"][0]["results"]
        rig.equal([[s["status"] for s in r["suppressions"]] for r in found if r["ruleId"] == "STAUNCH1001"], [["accepted"], []],
            "suppressions")
        rig.check('<skipped message="' in run("junit") and 'skipped="1"' in run("junit"), "JUnit")
        rig.check("excepted es" in run("text"), "a person reads %r" % run("text"))


def a_file_that_is_not_exact_is_refused():
    nsg = [group("100 allow tcp Internet > * 9200", name="es"), group("100 allow tcp Internet > * 9200", name="x")]
    for fields, why in (({"until": "soon"}, "line"), ({"until": "2026-02-30"}, "line"), ({"owner": ""}, "owner"), ({"reason": " "},
            "reason"), ({"store": "*"}, "one store"), ({"sources": []}, "sources"), ({"sources": ["NoSuchTag"]}, "sources"),
            ({"sources": ["VirtualNetwork"]}, "sources"), ({"sources": ["1.2.3.4,0.0.0.0/0"]}, "sources"), ({"ports": ["70000"]},
            "ports"), ({"ports": []}, "ports"), ({"ports": ["9300-9200"]}, "ports"), ({"protocol": "sctp"}, "protocol"),
            ({"more": 1}, "fields are")):
        said = audit(nsg, [entry(**fields)], rig.WRONG)
        rig.check(why in said and "exceptions.json: " in said and "line " in said, "to %r it says %r" % (fields, said))
    for name in entry():
        said = audit(nsg, [{k: v for k, v in entry().items() if k != name}], rig.WRONG)
        rig.check("needs" in said, "without %s it says %r" % (name, said))
    for raw in ("", "[]", '{"exceptions": [}', '{"exceptions": []} x', '{"exceptions": [], "exceptions": []}', '{"keep": []}',
            '{"exceptions": [{"store": "a", "store": "b"}]}'):
        audit(nsg, [], rig.WRONG, raw=raw)
    twice = [group("100 allow tcp Internet > * 9200"), {**group("100 allow tcp Internet > * 9200"), "id":
        "/subscriptions/s/resourceGroups/other/providers/Microsoft.Network/networkSecurityGroups/es"}]
    rig.check("2 stores" in audit(twice, [entry()], rig.WRONG), "a name of two stores covers both")
    answer = audit(twice, [entry(store=twice[1]["id"].upper())], rig.FOUND)
    rig.equal([r["fails"] for r in answer["exposures"]], [True, False], "by id")


if __name__ == "__main__":
    rig.run_tests(what_is_covered_is_no_finding, what_is_not_covered_stays_a_finding, nothing_is_lost_and_nothing_is_widened,
        the_rest_names_only_the_rules_that_admit_it, an_expired_one_is_a_finding_again,
        what_cannot_be_told_stays_so_beyond_the_exception, other_formats_say_it, a_file_that_is_not_exact_is_refused)
