"""What `staunch audit` says of security groups: tests/cases/audit/nsg.json, each case with the packet that decides it, in every
shape that a group is written in; and what it does with files that are hostile, cut off or none of its business."""
import json
import os

import rig

CASES = json.loads(open(os.path.join(rig.ROOT, "tests/cases/audit/nsg.json"), encoding="utf-8").read())
NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"


def rule(text):
    """"100 allow tcp Internet:53 > 10.0.0.4 22,80" as the API writes it."""
    priority, access, protocol, source, _, destination, ports = text.split(" ")
    direction, _, access = access.rpartition("-")
    source, port = source.rsplit(":", 1) if source.startswith("Internet:") else (source, "*")
    made = {"name": "r" + priority, "priority": int(priority), "direction": "Outbound" if direction else "Inbound",
        "access": access.capitalize(), "protocol": protocol, "sourcePortRange": port, "destinationAddressPrefix": destination}
    for one, many, value in (("sourceAddressPrefix", "sourceAddressPrefixes", source),
            ("destinationPortRange", "destinationPortRanges", ports)):
        made[one], made[many] = (None, value.split(",")) if "," in value else (value, [])
    return made


def flat(case):
    return [{"id": NETWORK + "networkSecurityGroups/es", "name": "es", "type": "Microsoft.Network/networkSecurityGroups",
        "securityRules": [rule(r) for r in case["rules"]]}]


def nested(case):
    """As REST and Resource Graph have it, the type in lower case, the singular left out beside a plural."""
    rules = []
    for made in map(rule, case["rules"]):
        name = made.pop("name")
        rules.append({"name": name, "properties": {k: v for k, v in made.items() if v not in (None, [])}})
    group = {"id": NETWORK + "networkSecurityGroups/es", "name": "es", "type": "microsoft.network/networksecuritygroups",
        "properties": {"securityRules": rules, "defaultSecurityRules": []}}
    return {"count": 1, "data": [group]}


def template(case):
    body = nested(case)["data"][0]
    return {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "es",
            "apiVersion": "2023-04-01", "properties": body["properties"]}]}


SHAPES = {"az": flat, "rest": nested, "arm": template}


def told(row):
    ports = ",".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in row["ports"]) or "-"
    to = " to " + ",".join(row["destinations"]) if row["destinations"] else ""
    return "%s %s %s %s%s" % (row["protocol"], ports, row["class"], row["verdict"], to)


def audit(content, *options, status=None, raw=False, name="input.json"):
    """(exit status, the JSON answer or None, standard error) of an audit of this content."""
    with rig.folder() as out:
        path = os.path.join(out, name)
        with open(path, "wb") as file:
            file.write(content if raw else json.dumps(content, indent=1).encode())
        done = rig.staunch("audit", "--format", "json", *options, path)
        answer = json.loads(done.stdout) if done.stdout else None
        if status is not None:
            rig.expect(status, done)
        return done.returncode, answer, done.stderr.decode("utf-8", "replace")


def check_case(case, shape, content):
    what = "%r as %s (deciding packet: %s): " % (case["case"], shape, case["packet"])
    status, answer, errors = audit(content)
    rig.check(answer is not None, what + errors)
    rig.equal(sorted(told(row) for row in answer["exposures"]), sorted(case["is"]), what + "what it opens")
    rig.equal(status, case["exit"], what + "exit status")
    names = lambda rows: [r["rule"][1:] for r in rows]
    rig.equal(names(answer["dead_denies"]), case.get("dead_denies", []), what + "dead denies")
    if "shadowed" in case:
        rig.equal(names(answer["shadowed"]), case["shadowed"], what + "shadowed rules")
    if "fails_by" in case:
        rig.equal([n for row in answer["exposures"] if row["fails"] for n in names(row["admitted_by"])], case["fails_by"],
            what + "rules named")


def every_case_is_told_right():
    rig.check(len(CASES) >= 18, "the table is gone")
    for case in CASES:
        for shape, make in SHAPES.items():
            check_case(case, shape, make(case))


def every_fix_closes_what_it_says():
    tried = 0
    for case in CASES:
        groups = flat(case)
        for row in audit(groups)[1]["exposures"]:
            if row["verdict"] != "open" or row["class"] == "listed":
                rig.equal(row["fix"], None, "fix of a row that is not open in %r" % case["case"])
                continue
            rig.check(row["fix"] and row["fix"]["edits"], "no fix for %r of %r" % (told(row), case["case"]))
            names = {edit["rule"] for edit in row["fix"]["edits"]}
            mended = [{**groups[0], "securityRules": [{**r, "sourceAddressPrefix": "VirtualNetwork",
                "sourceAddressPrefixes": []} if r["name"] in names else r for r in groups[0]["securityRules"]]}]
            left = [told(r) for r in audit(mended)[1]["exposures"] if r["verdict"] == "open" and r["class"] != "listed" and
                r["protocol"] == row["protocol"] and r["ports"] == row["ports"]]
            rig.equal(left, [], "what is left of %r in %r after %r" % (told(row), case["case"], sorted(names)))
            tried += 1
    rig.check(tried > 30, "only %d fixes" % tried)


def the_fix_of_one_rule_leaves_the_office_alone():
    case, = [c for c in CASES if c["case"] == "with the internet beside it"]
    row, = [r for r in audit(flat(case))[1]["exposures"] if r["fails"]]
    rig.equal([e["rule"] for e in row["fix"]["edits"]], ["r130"], "rules of the fix")


def a_fix_counts_the_rules_that_stand_behind():
    rows = audit(flat({"rules": ["100 allow tcp Internet > * 9200", "110 allow tcp * > * 9200"]}))[1]["exposures"]
    rig.equal([(e["rule"], e["group"]) for e in rows[0]["fix"]["edits"]], [("r100", "es"), ("r110", "es")], "rules of the fix")


def the_line_is_the_line_of_the_rule():
    case = {"rules": ["100 allow tcp Internet > * 443", "110 allow tcp Internet > * 9200"]}
    text = json.dumps(flat(case), indent=1)
    want = [n for n, line in enumerate(text.split("\n"), 1) if line.strip() == "{"][2]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        _, answer, errors = audit(text.encode(encoding), raw=True)
        rig.check(answer is not None, "%s: %s" % (encoding, errors))
        row = [r for r in answer["exposures"] if r["fails"]][0]
        rig.equal(row["admitted_by"][0]["line"], want, "line in " + encoding)
        rig.equal(row["witness"]["destination_port"], 9200, "port of the witness")


def several_documents_in_one_file_are_all_read():
    case = {"rules": ["110 allow tcp Internet > * 9200"]}
    group = flat(case)[0]
    other = {**group, "name": "es2", "id": NETWORK + "networkSecurityGroups/es2"}
    _, answer, _ = audit((json.dumps(group) + "\n" + json.dumps(other) + "\n").encode(), raw=True, status=rig.FOUND)
    rig.equal([s["store"] for s in answer["stores"]], ["es", "es2"], "stores")


def what_is_no_configuration_is_refused_with_its_line():
    good = json.dumps(flat({"rules": []}), indent=1)
    refused = [(b"", "line 1"), (b"nonsense", "line 1"), (good[:-20].encode(), "not JSON"), (b'{"a": 1}', "line 1"),
        (good.replace('"name": "es",', '"name": "es",\n"name": "other",').encode(), "twice"),
        (good.replace('"name": "es",', '"name": "es",\n"NAME": "other",').encode(), "twice"),
        (b"[" * 500 + b"]" * 500, "deeper"), (b'["a", "b"]', "line 1"), (b"\xff\xfe\x00", "line 1")]
    for content, why in refused:
        status, answer, errors = audit(content, raw=True)
        rig.equal((status, answer), (rig.WRONG, None), "answer to %r (%s)" % (content[:60], errors))
        rig.check(errors.startswith("staunch: ") and errors.count("\n") == 1 and why in errors, "it says %r to %r" % (errors,
            content[:60]))


def a_list_that_goes_on_elsewhere_cannot_be_told():
    content = {"value": flat({"rules": []}), "nextLink": "https://management.azure.example/next"}
    status, answer, _ = audit(content)
    rig.equal((status, len(answer["cannot_tell"])), (rig.INCOMPLETE, 1), "status and what cannot be told")
    rig.equal(audit(content, "--allow-unknown")[0], rig.OK, "status when that is allowed")


def names_are_printed_escaped():
    group = flat({"rules": ["110 allow tcp Internet > * 9200"]})
    group[0]["name"] = "es\x1b[31m\u202e"
    group[0]["securityRules"][0]["name"] = "r\n110"
    with rig.folder() as out:
        path = os.path.join(out, "a.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(group, file)
        done = rig.expect(rig.FOUND, rig.staunch("audit", path))
    rig.check(b"\x1b" not in done.stdout and "\u202e".encode() not in done.stdout and b"\n110" not in done.stdout,
        "it prints %r" % done.stdout)


def classes_can_be_chosen():
    shared = flat({"rules": ["100 allow tcp AzureCloud > * 22"]})
    rig.equal(audit(shared, "--fail-on", "any,broad")[0], rig.OK, "shared when only any and broad fail")
    rig.equal(audit(shared, "--fail-on", "shared")[0], rig.FOUND, "shared when it fails")
    rig.equal(audit(shared, "--fail-on", "listed")[0], rig.WRONG, "a class that cannot fail")


if __name__ == "__main__":
    rig.run_tests(every_case_is_told_right, every_fix_closes_what_it_says, the_fix_of_one_rule_leaves_the_office_alone,
        a_fix_counts_the_rules_that_stand_behind,
        the_line_is_the_line_of_the_rule, several_documents_in_one_file_are_all_read,
        what_is_no_configuration_is_refused_with_its_line, a_list_that_goes_on_elsewhere_cannot_be_told,
        names_are_printed_escaped, classes_can_be_chosen)
