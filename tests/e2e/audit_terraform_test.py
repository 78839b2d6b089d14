"""Plans of Terraform and OpenTofu (`terraform show -json`): the 18 cases and ours as a plan; what a plan changes is a change by itself;
what is known only after apply never passes; references through modules, count and for_each."""
import json
import os
import re

import rig
import audit_test
from audit_test import rule

NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"
FIELDS = {"sourceAddressPrefix": "source_address_prefix", "sourceAddressPrefixes": "source_address_prefixes",
    "destinationPortRange": "destination_port_range", "destinationPortRanges": "destination_port_ranges",
    "sourcePortRange": "source_port_range", "destinationAddressPrefix": "destination_address_prefix"}


def values_of(text):
    """A rule as azurerm has it: "" and [] for what is not given."""
    made = {FIELDS.get(k, k): v for k, v in rule(text).items()} if isinstance(text, str) else dict(text)
    return {"description": "", **{k: "" if v is None else v for k, v in made.items()},
        "destination_address_prefixes": made.get("destination_address_prefixes", []), "source_port_ranges": []}


def change(address, before, after, unknown=None, actions=None, **fields):
    plain = re.sub(r"\[[^]]*\]", "", address)
    kind, name = plain.split(".")[-2:]
    actions = actions or (["no-op"] if before == after and not unknown else ["create"] if before is None else ["delete"]
        if after is None else ["update"])
    return {"address": address, "mode": "managed", "type": kind, "name": name,
        "provider_name": "registry.terraform.io/hashicorp/azurerm", "change": {"actions": actions, "before": before, "after": after,
            "after_unknown": unknown or {}, "before_sensitive": {}, "after_sensitive": {}}, **fields}


def plan(*changes, configuration=None, version="1.2", **more):
    return {"format_version": version, "terraform_version": "1.9.8", "planned_values": {"root_module": {}},
        "resource_changes": list(changes), "configuration": configuration or {"root_module": {}}, **more}


def nsg(rules, name="es", **more):
    return {"id": NETWORK + "networkSecurityGroups/" + name, "name": name, "resource_group_name": "g", "location": "westeurope",
        "security_rule": [values_of(r) for r in rules], "tags": {}, **more}


def lone(text, group="es", **more):
    return {**values_of(text), "id": NETWORK + "networkSecurityGroups/%s/securityRules/%s" % (group, values_of(text)["name"]),
        "network_security_group_name": group, "resource_group_name": "g", **more}


def audit(content, status, *options, others=()):
    with rig.folder() as out:
        path = os.path.join(out, "plan.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        done = rig.expect(status, rig.staunch("audit", "--format", "json", *options, path, *others))
        return json.loads(done.stdout) if done.stdout else done.stderr.decode("utf-8", "replace")


def fails(answer):
    return [(r["store"], r["protocol"], r["ports"]) for r in answer["exposures"] if r["fails"]]


ANY = (rig.OK, rig.FOUND, rig.INCOMPLETE)
GROUP = "azurerm_network_security_group.es"


def every_case_is_told_right_as_a_plan():
    """Inside of the group, and as rules by themselves that the group knows only after apply."""
    inside = lambda case: plan(change(GROUP, None, nsg(case["rules"])))
    def beside(case):
        group = nsg([])
        del group["id"], group["security_rule"]
        rules = [change("azurerm_network_security_rule.r%d" % i, None, {k: v for k, v in lone(r).items() if k != "id"},
            {"id": True}) for i, r in enumerate(case["rules"])]
        return plan(change(GROUP, None, group, {"id": True, "security_rule": True}), *rules)
    for case in audit_test.CASES:
        audit_test.check_case(case, "plan", inside(case))
        if case["rules"]:
            audit_test.check_case(case, "plan, rules beside the group", beside(case))


def only_what_the_plan_opens_fails_and_its_address_is_named():
    old, new = "100 allow tcp Internet > * 22", "110 allow tcp Internet > * 9200"
    answer = audit(plan(change(GROUP, nsg([old]), nsg([old]))), rig.OK)
    rig.equal([r["new"] for r in answer["exposures"]], [False], "a plan that changes nothing")
    answer = audit(plan(change(GROUP, nsg([old]), nsg([old, new]))), rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    edit, = row["opened_by"]["edits"]
    rig.equal((row["ports"], edit["change"], edit["rule"], edit["address"]), ([[9200, 9200]], "rule added", "r110", GROUP), "it")
    answer = audit(plan(change("module.es.azurerm_network_security_rule.open[\"a.b\"]", None, lone(new), module_address="module.es",
        index="a.b"), change(GROUP, nsg([old]), nsg([old]))), rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal(row["admitted_by"][0]["address"], 'module.es.azurerm_network_security_rule.open["a.b"]', "address of the rule")
    audit(plan(change(GROUP, nsg([old, new]), nsg([old]))), rig.OK)
    audit(plan(change(GROUP, nsg([old]), None)), rig.OK)


def a_deny_that_goes_away_opens():
    deny, allow = "100 deny tcp Internet > * 9200", "110 allow tcp Internet > * *"
    group = nsg([deny, allow])
    answer = audit(plan(change(GROUP, group, group), change("azurerm_network_security_rule.deny", lone(deny), None),
        change("azurerm_network_security_rule.allow", lone(allow), lone(allow))), rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal([(e["change"], e["rule"]) for e in row["opened_by"]["edits"]], [("rule removed", "r100")], "what opened it")
    answer = audit(plan(change(GROUP, group, group), change("azurerm_network_security_rule.deny", lone(deny), None,
        actions=["forget"]), change("azurerm_network_security_rule.allow", lone(allow), lone(allow))), rig.OK)
    rig.equal(fails(answer), [], "one that is only forgotten still stands")


def rules_that_are_read_back_count_once():
    rules = ["100 allow tcp Internet > * 9200"]
    changed = {**lone(rules[0]), "source_address_prefix": "10.0.0.0/8"}
    audit(plan(change(GROUP, nsg(rules), nsg(rules)), change("azurerm_network_security_rule.a", lone(rules[0]), changed)), rig.OK)
    both = plan(change(GROUP, nsg([]), nsg(rules)), change("azurerm_network_security_rule.a", lone(rules[0]), changed),
        configuration={"root_module": {"resources": [{"address": GROUP, "mode": "managed", "type": GROUP.split(".")[0],
            "name": "es", "expressions": {"security_rule": [{}]}}]}})
    rig.check(audit(both, ANY)["exposures"], "where the configuration writes it inside, too, both are looked at")
    closed = lone(rules[0].replace("Internet", "10.0.0.0/8"))
    decoy = plan(change(GROUP, nsg(["100 allow tcp 10.0.0.0/8 > * 9200"]), nsg(rules)),
        change("azurerm_network_security_rule.a", closed, closed))
    rig.equal(fails(audit(decoy, rig.FOUND)), [("es", "tcp", [[9200, 9200]])], "a rule inside that changes beside one of its name")
    tagged = change(GROUP, nsg(rules), {**nsg(rules), "tags": {"a": "b"}})
    audit(plan(tagged, change("azurerm_network_security_rule.a", lone(rules[0]), changed)), rig.OK)


def what_is_known_after_apply_never_passes():
    base = "100 allow tcp 10.0.0.0/8 > * 9200"
    for field in ("source_address_prefix", "destination_port_range", "protocol", "access", "priority", "direction"):
        text = base if field == "source_address_prefix" else base.replace("10.0.0.0/8", "Internet")
        if field == "destination_port_range":
            text = text.replace("9200", "443")
        if field == "access":
            text = text.replace("allow", "deny")
        values = {k: v for k, v in values_of(text).items() if k != field}
        answer = audit(plan(change(GROUP, nsg([base]), {**nsg([]), "security_rule": [values]}, {"security_rule": [{field: True}]})),
            (rig.FOUND, rig.INCOMPLETE) if field in ("priority", "protocol", "destination_port_range") else rig.INCOMPLETE)
        rig.check(answer["exposures"], "%s: %r" % (field, answer))
    values = {k: v for k, v in values_of(base).items() if k != "source_address_prefix"}
    audit(plan(change(GROUP, nsg([]), {**nsg([]), "security_rule": [{**values, "source_address_prefixes": [None, "10.0.0.0/8"]}]},
        {"security_rule": [{"source_address_prefixes": [True, False]}]})), rig.INCOMPLETE)
    audit(plan(change(GROUP, None, {k: v for k, v in nsg([]).items() if k != "security_rule"}, {"security_rule": True})),
        rig.INCOMPLETE)
    audit(plan(change(GROUP, nsg([]), nsg([])), deferred_changes=[{"reason": "x"}]), rig.INCOMPLETE)
    audit(plan(change(GROUP, nsg([]), nsg([])), errored=True), rig.INCOMPLETE)


def reference(*names):
    return {"references": list(names)}


def configured(*resources, modules=None, outputs=None):
    return {"resources": [{"address": "%s.%s" % (kind, name), "mode": "managed", "type": kind, "name": name,
        "expressions": expressions} for kind, name, expressions in resources], "module_calls": modules or {},
        "outputs": outputs or {}}


def vm(prefix="", module="", sku="Standard", rules=("100 allow tcp Internet > * 9200",), associated=True, index=None):
    """A machine that is all new: nothing has an id yet."""
    at = lambda kind, name: prefix + kind + "." + name + ("" if index is None else "[%s]" % json.dumps(index))
    extra = {**({"module_address": module} if module else {}), **({} if index is None else {"index": index})}
    new = lambda kind, name, after, unknown: change(at(kind, name), None, after, {"id": True, **unknown}, **extra)
    tag = str(index or "")
    made = [new("azurerm_network_security_group", "es", {"name": "es" + tag, "resource_group_name": "g", "security_rule":
            [values_of(r) for r in rules]}, {}),
        new("azurerm_subnet", "s", {"name": "s" + tag, "virtual_network_name": "v"}, {}),
        new("azurerm_public_ip", "p", {"name": "p" + tag, "sku": sku}, {}),
        new("azurerm_network_interface", "n", {"name": "n" + tag, "ip_configuration": [{"name": "i"}]}, {"ip_configuration": [
            {"subnet_id": True, "public_ip_address_id": True, "private_ip_address": True}]})]
    if associated:
        made.append(new("azurerm_subnet_network_security_group_association", "a", {}, {"subnet_id": True,
            "network_security_group_id": True}))
    return made


def vm_config(each=None):
    also = [each] if each else []
    one = lambda kind, name: reference(*(["%s.%s" % (kind, name)] + also if each else ["%s.%s.id" % (kind, name), "%s.%s" %
        (kind, name)]))
    return [("azurerm_network_security_group", "es", {"security_rule": [{}]}), ("azurerm_subnet", "s", {}),
        ("azurerm_public_ip", "p", {}), ("azurerm_network_interface", "n", {"ip_configuration": [{"subnet_id":
            one("azurerm_subnet", "s"), "public_ip_address_id": one("azurerm_public_ip", "p")}]}),
        ("azurerm_subnet_network_security_group_association", "a", {"subnet_id": one("azurerm_subnet", "s"),
            "network_security_group_id": one("azurerm_network_security_group", "es")})]


def what_has_no_id_yet_is_found_by_reference():
    answer = audit(plan(*vm(), configuration={"root_module": configured(*vm_config())}), rig.FOUND)
    rig.equal(fails(answer), [("n", "tcp", [[9200, 9200]])], "by the interface")
    answer = audit(plan(*vm(rules=("100 allow tcp 10.0.0.0/8 > * 9200",)), configuration={"root_module":
        configured(*vm_config())}), rig.OK)
    rig.equal([s["verdict"] for s in answer["stores"]], ["closed"], "the same, closed")
    answer = audit(plan(*vm(associated=False, sku="Basic"), configuration={"root_module": configured(*vm_config())}), rig.FOUND)
    rig.check(("n", "any", [[0, 65535]]) in fails(answer), "a Basic address without a group: %r" % fails(answer))
    answer = audit(plan(*vm()), ANY)
    rig.check(answer["cannot_tell"] and answer["exposures"], "without a configuration: %r" % answer["stores"])


def for_each_and_count_keep_to_their_index():
    for index, other, each in (("a", "b", "each.key"), (0, 1, "count.index")):
        answer = audit(plan(*vm(index=index), *vm(index=other, rules=("100 allow tcp 10.0.0.0/8 > * 9200",)),
            configuration={"root_module": configured(*vm_config(each))}), rig.FOUND)
        rig.equal(fails(answer), [("n" + str(index or ""), "tcp", [[9200, 9200]])], "one of two, by %s" % each)
        rig.equal(answer["cannot_tell"], [], "what cannot be told")
    several = audit(plan(*vm(index="a"), *vm(index="b"), configuration={"root_module": configured(*vm_config())}), ANY)
    rig.check(several["cannot_tell"], "a reference without an index to one of two: %r" % several["stores"])


def modules_pass_ids_by_variables_and_outputs():
    """The group stands in one module, the subnet in another, both in two instances."""
    first, rest = vm()[:1], vm()[1:]
    move = lambda items, module: [{**c, "address": module + "." + c["address"], "module_address": module} for c in items]
    net = [c for c in vm_config() if c[0] != "azurerm_network_security_group"]
    net[-1][2]["network_security_group_id"] = reference("var.group")
    inner = configured(*net)
    outer = lambda source: {"root_module": configured(modules={"group": {"module": configured(vm_config()[0], outputs={"id":
        {"expression": reference("azurerm_network_security_group.es.id", "azurerm_network_security_group.es")}})},
        "net": {"module": inner, "expressions": {"group": source}}})}
    changes = move(first, "module.group") + move(rest, "module.net")
    source = reference("module.group.id", "module.group")
    answer = audit(plan(*changes, configuration=outer(source)), rig.FOUND)
    rig.equal(fails(answer), [("n", "tcp", [[9200, 9200]])], "through both modules")
    rig.equal(answer["cannot_tell"], [], "what cannot be told")
    changes = move(first, 'module.group["x.y"]') + move(vm(rules=())[:1], 'module.group["z"]') + move(rest, "module.net")
    answer = audit(plan(*changes, configuration=outer(reference('module.group["x.y"].id', 'module.group["x.y"]'))), rig.FOUND)
    rig.equal([f for f in fails(answer) if f[0] == "n"], [("n", "tcp", [[9200, 9200]])], "one instance of a module")
    answer = audit(plan(*changes, configuration=outer(reference("local.group"))), ANY)
    rig.check(answer["cannot_tell"], "a local is not in a plan: %r" % answer["stores"])


def states_and_plans_without_changes_are_read_too():
    state = {"format_version": "1.0", "terraform_version": "1.9.8", "values": {"root_module": {"child_modules": [{"address":
        "module.a", "child_modules": [{"address": "module.a.module.b", "resources": [{"address":
        "module.a.module.b." + GROUP, "mode": "managed", "type": "azurerm_network_security_group", "name": "es", "values":
        nsg(["100 allow tcp Internet > * 9200"])}]}]}]}}}
    row, = [r for r in audit(state, rig.FOUND)["exposures"] if r["fails"]]
    rig.equal(row["admitted_by"][0]["address"], "module.a.module.b." + GROUP, "address in a state")


def what_is_not_read_is_said_when_it_changes():
    other = lambda before: change("google_compute_firewall.a", before, {"source_ranges": ["0.0.0.0/0"]})
    answer = audit(plan(other(None)), rig.INCOMPLETE)
    rig.equal([c["store"] for c in answer["cannot_tell"]], ["google_compute_firewall.a"], "what cannot be told")
    audit(plan(other({"source_ranges": ["0.0.0.0/0"]})), rig.OK)
    said = audit(plan(version="2.0"), rig.WRONG)
    rig.check("format_version" in said, "to another major version it says %r" % said)


def a_plan_comes_from_a_pipe_and_beside_other_files():
    content = json.dumps(plan(change(GROUP, nsg([]), nsg(["100 allow tcp Internet > * 9200"])))).encode()
    rig.expect(rig.FOUND, rig.staunch("audit", "-", stdin=content))
    content = json.dumps(plan(change(GROUP, nsg(["100 allow tcp Internet > * 9200"]), nsg(["100 allow tcp Internet > * 9200"]))))
    rig.expect(rig.OK, rig.staunch("audit", "-", stdin=content.encode()))
    with rig.folder() as out:
        path = os.path.join(out, "other.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(audit_test.flat({"rules": ["100 allow tcp Internet > * 5432"]}), file)
        answer = audit(plan(change("azurerm_network_security_group.x", None, nsg(["100 allow tcp Internet > * 22"], "x"))), rig.FOUND,
            others=[path])
        rig.equal(fails(answer), [("x", "tcp", [[22, 22]])], "what stands beside the plan was there before")


if __name__ == "__main__":
    rig.run_tests(every_case_is_told_right_as_a_plan, only_what_the_plan_opens_fails_and_its_address_is_named,
        a_deny_that_goes_away_opens, rules_that_are_read_back_count_once, what_is_known_after_apply_never_passes,
        what_has_no_id_yet_is_found_by_reference, for_each_and_count_keep_to_their_index,
        modules_pass_ids_by_variables_and_outputs, states_and_plans_without_changes_are_read_too,
        what_is_not_read_is_said_when_it_changes, a_plan_comes_from_a_pipe_and_beside_other_files)
