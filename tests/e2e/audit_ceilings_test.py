"""Groups that no export has, in which everything meets everything: an answer comes in seconds, and says what was not looked at to
the end, in every format."""
import json
import os
import random

import rig
from audit_test import flat

HALVES = ("0.0.0.0/1", "128.0.0.0/1")
STRIPS = 240
TOLD = 12
SIZE_OF_FIXES = 120


def rule(number, access, sources, ports, source_ports="*"):
    return {"name": "r%d" % number, "priority": number, "direction": "Inbound", "access": access, "protocol": "Tcp",
        "sourcePortRange": source_ports, "destinationAddressPrefix": "*", "destinationAddressPrefixes": [],
        "sourceAddressPrefixes": sources, "destinationPortRanges": ports}


def audited(rules, *options):
    groups = flat({"rules": []})
    groups[0]["securityRules"] = rules
    with rig.folder() as out:
        path = os.path.join(out, "group.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(groups, file)
        return rig.staunch("audit", *options, path)


def strips(count):
    step = 65536 // count
    return ["%d-%d" % (i * step, 65535 if i + 1 == count else (i + 1) * step - 1) for i in range(count)]


def shadowed_piece_by_piece(cuts, told):
    """So many rules that only all others together decide: half of the addresses and a strip of source ports each, with ports cut
    by as many more."""
    rules = []
    for strip in strips(cuts):
        rules += [("Deny", [half], ["0-65535"], strip) for half in HALVES]
    rules += [("Deny", ["8.8.8.0/24"], [strip], "*") for strip in strips(cuts)]
    rules += [("Allow", list(HALVES), ["0-%d" % (65535 - i)], "*") for i in range(told)]
    return [rule(100 + i, *made) for i, made in enumerate(rules)]


def what_is_not_looked_for_to_the_end_says_so():
    rules = shadowed_piece_by_piece(STRIPS, TOLD)
    done = rig.expect(rig.OK, audited(rules, "--format", "json"))
    answer = json.loads(done.stdout)
    told = {note["rule"] for note in answer["shadowed"]} & {"r%d" % (100 + 3 * STRIPS + i) for i in range(TOLD)}
    rig.check(0 < len(told) < TOLD, "of %d rules that never apply %d are told: the ceiling was not met" % (TOLD, len(told)))
    note, = answer["unfinished"]
    rig.equal((note["group"], note["rule"], note["line"]), ("es", None, 1), "where it is said")
    rig.check("more rules may never apply" in note["reason"], note["reason"])
    text = rig.expect(rig.OK, audited(rules)).stdout
    rig.check(b"unfinished    1   es: more rules may never apply" in text, "the text says %r" % text[-400:])
    sarif = json.loads(rig.expect(rig.OK, audited(rules, "--format", "sarif")).stdout)
    said = [r for r in sarif["runs"][0]["results"] if "more rules may never apply" in r["message"]["text"]]
    rig.equal([r["ruleId"] for r in said], ["STAUNCH1020"], "results of SARIF")


def what_is_finished_says_nothing():
    rules = shadowed_piece_by_piece(60, 3)
    answer = json.loads(rig.expect(rig.OK, audited(rules, "--format", "json")).stdout)
    told = {note["rule"] for note in answer["shadowed"]} & {"r%d" % (280 + i) for i in range(3)}
    rig.equal((len(told), "unfinished" in answer), (3, False), "three such rules")


def meets(count, seed):
    """Ports and source ports that overlap at random, of prefixes all over the internet."""
    chance = random.Random(seed)
    def span():
        return "%d-%d" % tuple(sorted(chance.randrange(65536) for _ in range(2)))
    def prefix():
        length = chance.choice((8, 12, 16, 20))
        return "%d.%d.0.0/%d" % (chance.randrange(11, 99), chance.randrange(256) & (0xff << max(0, 16 - length)), length)
    return [rule(100 + i, chance.choice(("Allow", "Allow", "Deny")), [prefix() for _ in range(3)], [span()], span())
        for i in range(count)]


def fixes_that_take_too_long_are_not_told_as_none():
    """With a flow to keep every fix is looked at on all lines, not on those of its row alone."""
    with rig.folder() as out:
        keep = os.path.join(out, "keep.json")
        with open(keep, "w", encoding="utf-8") as file:
            json.dump({"keep": [{"store": "es", "sources": ["198.51.100.0/24"], "protocol": "tcp", "ports": ["22"]}]}, file)
        done = rig.expect(rig.FOUND, audited(meets(SIZE_OF_FIXES, 1), "--format", "json", "--keep", keep))
    answer = json.loads(done.stdout)
    rig.check(any("not every fix was looked for" in note["reason"] for note in answer.get("unfinished", [])),
        "%d exposures, and what is unfinished: %s" % (len(answer["exposures"]), answer.get("unfinished")))


def a_store_that_takes_too_long_cannot_be_told():
    if not rig.FULL:
        return
    done = audited(meets(1000, 2), "--format", "json")
    reasons = [note["reason"] for note in json.loads(done.stdout)["cannot_tell"]]
    rig.check("too many combinations of rules to be told" in reasons, "what cannot be told: %s" % reasons[:3])


if __name__ == "__main__":
    rig.run_tests(what_is_not_looked_for_to_the_end_says_so, what_is_finished_says_nothing,
        fixes_that_take_too_long_are_not_told_as_none, a_store_that_takes_too_long_cannot_be_told)
