"""The smallest edit that closes it, as something to run or apply: each form is applied here and audited again; what a user names as
flows to keep still gets in."""
import copy
import json
import os
import shlex

import rig
import audit_test
from audit_change_test import NETWORK, group, write
from audit_terraform_test import GROUP, change, lone, nsg, plan

OFFICE = "198.51.100.0/24"


def audit(content, status, *options, keep=None):
    with rig.folder() as out:
        path, kept = os.path.join(out, "a.json"), os.path.join(out, "keep.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        with open(kept, "w", encoding="utf-8") as file:
            json.dump({"keep": keep or []}, file)
        options = [*options, *(["--keep", kept] if keep is not None else [])]
        return json.loads(rig.expect(status, rig.staunch("audit", "--format", "json", *options, path)).stdout)


def edits(answer):
    return [e for r in answer["exposures"] if r["fails"] and r["fix"] for e in r["fix"]["edits"]]


def at(document, pointer):
    steps = [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]
    for step in steps[:-1]:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document, steps[-1]


def apply(document, operations):
    """RFC 6902, as far as objects go."""
    document = copy.deepcopy(document)
    for operation in operations:
        where, name = at(document, operation["path"])
        if operation["op"] == "add":
            where[name] = operation["value"]
        else:
            rig.equal(operation["op"], "remove", "operation")
            del where[name]
    return document


def every_patch_closes_what_it_says():
    tried = 0
    shapes = {"az": audit_test.flat, "rest": audit_test.nested, "value": lambda case: {"value": audit_test.flat(case)},
        "one group": lambda case: audit_test.flat(case)[0]}
    for case in audit_test.CASES:
        for shape, make in shapes.items():
            content = make(case)
            for row in audit(content, (0, 1, 3))["exposures"]:
                if not row["fails"]:
                    continue
                operations = [o for e in row["fix"]["edits"] for o in e["patch"]["operations"]]
                left = [r for r in audit(apply(content, operations), (0, 1, 3))["exposures"] if r["fails"] and
                    (r["protocol"], r["ports"]) == (row["protocol"], row["ports"])]
                rig.equal(left, [], "what is left of %r as %s after %r" % (case["case"], shape, operations))
                tried += 1
    rig.check(tried > 100, "only %d patches" % tried)


def template(*resources, **more):
    made = audit_test.template({"rules": []})
    return {**made, "resources": list(resources), **more}


def arm_group(rules, **more):
    return {"type": "Microsoft.Network/networkSecurityGroups", "name": "es", "apiVersion": "2023-04-01",
        "properties": {"securityRules": rules}, **more}


def arm_rule(name="open", source="Internet", **more):
    return {"name": name, "properties": {"priority": 110, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
        "sourceAddressPrefix": source, "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "9200", **more}}


def a_patch_of_a_template_closes_what_it_says():
    """Wherever the text of the rule stands: in the group, beside it, nested, under a symbolic name, in an inner deployment."""
    rule = arm_rule()
    beside = {"type": "Microsoft.Network/networkSecurityGroups/securityRules", "apiVersion": "2023-04-01", "name": "es/open",
        "properties": rule["properties"]}
    inner = lambda *resources: {"type": "Microsoft.Resources/deployments", "name": "d", "apiVersion": "2023-04-01",
        "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"}, "template": template(*resources)}}
    computed = arm_rule("other", "[parameters('office')]", priority="[add(100, 1)]")
    symbolic = {**template(), "languageVersion": "2.0", "resources": {"web/es~": arm_group([rule])}}
    for content in (template(arm_group([rule])), template(arm_group([computed, rule]), parameters={"office": {"type": "string",
            "defaultValue": OFFICE}}), template(arm_group([]), beside), template(arm_group([], resources=[{**beside,
            "type": "securityRules", "name": "open"}])), template(inner(arm_group([rule]))), symbolic,
            template(arm_group([arm_rule(priority="[mul(11, 10)]")])),
            template(arm_group([{"name": "open", "properties": {**rule["properties"], "sourceAddressPrefix": "",
                "sourceAddressPrefixes": ["0.0.0.0/1", "128.0.0.0/1"]}}]))):
        edit, = edits(audit(content, rig.FOUND))
        rig.check(edit["patch"] is not None and edit["patch_reason"] is None, "no patch for %s" % json.dumps(content))
        left = audit(apply(content, edit["patch"]["operations"]), rig.OK)
        rig.equal([r for r in left["exposures"] if r["fails"]], [], "what is left after %r" % edit["patch"])
    case = [audit_test.template(c) for c in audit_test.CASES if c["exit"] == 1]
    for content in case:
        for row in audit(content, (rig.OK, rig.FOUND, rig.INCOMPLETE))["exposures"]:
            if not row["fails"]:
                continue
            operations = [o for e in row["fix"]["edits"] for o in e["patch"]["operations"]]
            left = [r for r in audit(apply(content, operations), (0, 1, 3))["exposures"] if r["fails"] and
                (r["protocol"], r["ports"]) == (row["protocol"], row["ports"])]
            rig.equal(left, [], "what is left after %r" % operations)


def a_rule_that_an_expression_makes_has_no_patch_and_the_reason():
    rule = arm_rule()
    loop = {"copy": [{"name": "securityRules", "count": 1, "input": rule}]}
    for content in (template(arm_group("[variables('rules')]"), variables={"rules": [rule]}),
            template(arm_group(["[variables('rule')]"]), variables={"rule": rule}),
            template(arm_group([{"name": "open", "properties": "[variables('p')]"}]), variables={"p": rule["properties"]}),
            template(arm_group([arm_rule(source="[parameters('from')]")]), parameters={"from": {"type": "string",
                "defaultValue": "Internet"}}),
            template(arm_group("[concat(variables('rules'), createArray())]"), variables={"rules": [rule]}),
            template({**arm_group([]), "properties": loop}),
            template(arm_group([rule], name="[concat('es', copyIndex())]", copy={"name": "c", "count": 1}))):
        edit, = edits(audit(content, rig.FOUND))
        rig.equal((edit["patch"], edit["patch_reason"]), (None,
            "the template makes the rule or its source by an expression or a loop"), "patch of %s" % json.dumps(content))


def the_command_names_what_is_deployed():
    edit, = edits(audit([group("110 allow tcp Internet > * 9200")], rig.FOUND))
    rig.equal(shlex.split(edit["az"]), ["az", "network", "nsg", "rule", "update", "--subscription", "s", "--resource-group", "g",
        "--nsg-name", "es", "--name", "r110", "--source-address-prefixes", "VirtualNetwork"], "the command")
    for bad in ("r;reboot", "r $(id)", "r'\"", "-r", "r\n"):
        content = [group("110 allow tcp Internet > * 9200")]
        content[0]["securityRules"][0]["name"] = bad
        rig.equal([e["az"] for e in edits(audit(content, rig.FOUND))], [None], "a command for %r" % bad)
    content = [{**group("110 allow tcp Internet > * 9200"), "id": NETWORK.replace("/s/", "/$(id)/") + "networkSecurityGroups/es"}]
    rig.equal([e["az"] for e in edits(audit(content, rig.FOUND))], [None], "a command for a hostile subscription")


def a_plan_gets_a_hint_for_its_resource():
    rule = "110 allow tcp Internet > * 9200"
    edit, = edits(audit(plan(change(GROUP, None, nsg([rule]))), rig.FOUND))
    rig.equal((edit["terraform"], edit["patch"]), (GROUP + ', security_rule r110: source_address_prefix = "VirtualNetwork"', None),
        "a rule inside")
    edit, = edits(audit(plan(change(GROUP, None, nsg([])), change("azurerm_network_security_rule.x", None, lone(rule))), rig.FOUND))
    rig.equal(edit["terraform"], 'azurerm_network_security_rule.x: source_address_prefix = "VirtualNetwork"', "a rule by itself")


def flows(*sources, ports=("9200",), store="es"):
    return [{"store": store, "sources": list(sources), "protocol": "tcp", "ports": list(ports)}]


def flows_to_keep_still_get_in():
    content = [group("110 allow tcp Internet > * 9200-9300")]
    for keep, want in ((flows(OFFICE), {"sourceAddressPrefix": OFFICE}),
            (flows(OFFICE, "203.0.113.9/32"), {"sourceAddressPrefixes": [OFFICE, "203.0.113.9/32"]}),
            (flows(OFFICE, ports=["22"]), {"sourceAddressPrefix": "VirtualNetwork"}),
            (flows(OFFICE, store="other"), {"sourceAddressPrefix": "VirtualNetwork"}),
            (flows(OFFICE, store="*"), {"sourceAddressPrefix": OFFICE})):
        answer = audit(content, rig.FOUND, keep=keep)
        edit, = edits(answer)
        rig.equal(edit["set"], want, "sources with %r" % keep)
        mended = apply(content, edit["patch"]["operations"])
        left = [(r["class"], r["sources"]) for r in audit(mended, rig.OK)["exposures"]]
        rig.equal([s for c, s in left if c != "listed"], [], "what stays open")
        for source in (want.get("sourceAddressPrefixes") or [want["sourceAddressPrefix"]]):
            rig.check(source == "VirtualNetwork" or any(source in s for _, s in left), "%s of %r" % (source, left))
    row, = [r for r in audit(content, rig.FOUND, keep=flows("0.0.0.0/0"))["exposures"] if r["fails"]]
    rig.equal(row["fix"], None, "a fix that keeps what is to be closed")
    rig.equal(audit(content, rig.FOUND, keep=flows(OFFICE))["exposures"][0]["fix"]["keeps"], 1, "flows kept")


def a_flow_that_a_fix_would_break_leaves_no_fix():
    """The office comes in by a list that also names a tag: no list of the API holds both."""
    content = [group("110 allow tcp Internet > * 9200")]
    row, = [r for r in audit(content, rig.FOUND, keep=flows(OFFICE) + flows("AzureDevOps"))["exposures"] if r["fails"]]
    rig.equal(row["fix"], None, "the fix")


def rules_that_let_in_parts_of_a_row_are_all_edited():
    """With the first rule edited the second lets in at two kinds of destinations, the one apart from the other by a deny."""
    rules = [("100", "Deny", "2001:db8::/32", "22", "192.168.7.0/24"), ("1432", "Allow", "0.0.0.0/1", "0-1023", "*"),
        ("2764", "Allow", "2000::/4", "22", "*")]
    made = [{"name": "r" + priority, "priority": int(priority), "direction": "Inbound", "access": access, "protocol": "*", "sourcePortRange": "*",
        "sourceAddressPrefixes": [source, "8.0.0.0/7"] if access == "Allow" else [source], "destinationPortRange": ports,
        "destinationAddressPrefix": to} for priority, access, source, ports, to in rules]
    content = [group(*made)]
    answer = audit(content, rig.FOUND)
    rows = [r for r in answer["exposures"] if r["fails"]]
    rig.check(rows and all(r["fix"] for r in rows), "a row without a fix: %r" % [r for r in rows if not r["fix"]])
    for row in rows:
        operations = [o for e in row["fix"]["edits"] for o in e["patch"]["operations"]]
        left = [r for r in audit(apply(content, operations), (0, 1, 3))["exposures"] if r["fails"] and (r["protocol"], r["ports"]) ==
            (row["protocol"], row["ports"])]
        rig.equal(left, [], "what is left after %r" % operations)


def people_are_told_the_command_and_that_sessions_stay():
    with rig.folder() as out:
        path = write(out, "a.json", group("110 allow tcp Internet > * 9200"))
        text = rig.expect(rig.FOUND, rig.staunch("audit", path)).stdout.decode()
    rig.check("run      az network nsg rule update" in text and "sessions that exist outlive it" in text, text)


if __name__ == "__main__":
    rig.run_tests(every_patch_closes_what_it_says, a_patch_of_a_template_closes_what_it_says,
        a_rule_that_an_expression_makes_has_no_patch_and_the_reason, the_command_names_what_is_deployed,
        a_plan_gets_a_hint_for_its_resource, flows_to_keep_still_get_in, a_flow_that_a_fix_would_break_leaves_no_fix,
        rules_that_let_in_parts_of_a_row_are_all_edited, people_are_told_the_command_and_that_sessions_stay)
