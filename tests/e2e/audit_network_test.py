"""What lies between the internet and a group: default routes, effective rules, load balancers. tests/cases/audit/network.json, each case
with the packet that decides it, as exports of az, as a template and as a plan of Terraform."""
import json
import os

import rig
from audit_terraform_test import change, plan, values_of
from audit_test import NETWORK, audit, rule, told

CASES = json.loads(open(os.path.join(rig.ROOT, "tests/cases/audit/network.json"), encoding="utf-8").read())
VNET = NETWORK + "virtualNetworks/v"
SUBNET = VNET + "/subnets/data"
NIC = NETWORK + "networkInterfaces/n"


def routes(case):
    return [{"name": "r%d" % i, "addressPrefix": r.split()[0], "nextHopType": r.split()[1]} for i, r in enumerate(case["routes"])]


def kind(name, **fields):
    return {"id": NETWORK + name, "name": name.split("/")[-1], "type": "Microsoft.Network/" + "/".join(name.split("/")[0::2]), **fields}


def resources(case):
    """As az prints them: a subnet with its group, an interface behind a public address, and what else the case has."""
    subnet = kind("virtualNetworks/v/subnets/data", networkSecurityGroup={"id": NETWORK + "networkSecurityGroups/es"},
        ipConfigurations=[{"id": NIC + "/ipConfigurations/c"}])
    endpoint = {"name": "c", "id": NIC + "/ipConfigurations/c", "privateIPAddress": "10.0.0.4", "subnet": {"id": SUBNET}}
    made = [kind("networkSecurityGroups/es", securityRules=[rule(r) for r in case["rules"]], subnets=[{"id": SUBNET}]),
        kind("virtualNetworks/v", subnets=[subnet]), kind("networkInterfaces/n", ipConfigurations=[endpoint])]
    if "routes" in case:
        subnet["routeTable"] = {"id": NETWORK + "routeTables/t"}
        made.append(kind("routeTables/t", routes=routes(case), subnets=[{"id": SUBNET}]))
    public = case.get("public", "Standard")
    if public != "none":
        endpoint["publicIPAddress"] = {"id": NETWORK + "publicIPAddresses/p"}
        made.append(kind("publicIPAddresses/p", sku={"name": public}))
    return made


def template(case):
    """The same as a template: ids as expressions."""
    def without(node):
        if isinstance(node, list):
            return [without(n) for n in node]
        if not isinstance(node, dict):
            return node
        if set(node) == {"id"}:
            types, names = node["id"][len(NETWORK):].split("/")[0::2], node["id"][len(NETWORK):].split("/")[1::2]
            return {"id": "[resourceId('Microsoft.Network/%s', %s)]" % ("/".join(types), ", ".join("'%s'" % n for n in names))}
        plain = {k: without(v) for k, v in node.items() if k not in ("id", "type", "name", "sku")}
        return {**({"name": node["name"]} if "name" in node else {}), "properties": plain}
    made = []
    for resource in resources(case):
        top = without({k: v for k, v in resource.items() if k not in ("subnets",) or resource["type"].endswith("virtualNetworks")})
        made.append({"type": resource["type"], "apiVersion": "2023-04-01", **top, **({"sku": resource["sku"]} if "sku" in resource else {})})
    return {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "resources": made}


def terraform(case):
    """The same as a plan that makes all of it, known and with associations."""
    of = lambda address, **values: change(address, None, {"resource_group_name": "g", **values})
    endpoint = {"name": "c", "subnet_id": SUBNET, "private_ip_address": "10.0.0.4", "public_ip_address_id": ""}
    made = [of("azurerm_network_security_group.es", id=NETWORK + "networkSecurityGroups/es", name="es",
            security_rule=[values_of(r) for r in case["rules"]]),
        of("azurerm_subnet.data", id=SUBNET, name="data"),
        of("azurerm_subnet_network_security_group_association.a", id="a", subnet_id=SUBNET,
            network_security_group_id=NETWORK + "networkSecurityGroups/es"),
        of("azurerm_network_interface.n", id=NIC, name="n", ip_configuration=[endpoint])]
    if "routes" in case:
        made += [of("azurerm_route_table.t", id=NETWORK + "routeTables/t", name="t", route=[{"name": r["name"],
                "address_prefix": r["addressPrefix"], "next_hop_type": r["nextHopType"]} for r in routes(case)[:1]]),
            of("azurerm_subnet_route_table_association.b", id="b", subnet_id=SUBNET, route_table_id=NETWORK + "routeTables/t")]
        made += [of("azurerm_route." + r["name"], id=NETWORK + "routeTables/t/routes/" + r["name"], name=r["name"], route_table_name="t",
            address_prefix=r["addressPrefix"], next_hop_type=r["nextHopType"]) for r in routes(case)[1:]]
    public = case.get("public", "Standard")
    if public != "none":
        endpoint["public_ip_address_id"] = NETWORK + "publicIPAddresses/p"
        made.append(of("azurerm_public_ip.p", id=NETWORK + "publicIPAddresses/p", name="p", sku=public))
    return plan(*made)


SHAPES = {"az": resources, "template": template, "plan": terraform}


def check_case(case, shape, content):
    what = "%r as %s (deciding packet: %s): " % (case["case"], shape, case["packet"])
    status, answer, errors = audit(content)
    rig.check(answer is not None, what + errors)
    got = sorted(t.split(" to ")[0] for t in map(told, answer["exposures"]))
    if case.get("more"):
        rig.check(set(case["is"]) <= set(got), what + "%r lacks %r" % (got, case["is"]))
    else:
        rig.equal(got, sorted(case["is"]), what + "what it opens")
    rig.equal(status, case["exit"], what + "exit status")
    if "wide" in case:
        rig.equal(len(answer["default_routes"]), case["wide"], what + "default routes that are told")


def every_case_is_told_right():
    for case in CASES:
        for shape, content in SHAPES.items():
            check_case(case, shape, content(case))


def a_default_route_is_a_finding_with_its_place():
    case = {"rules": ["4096 deny * * > * *"], "routes": ["0.0.0.0/0 VirtualAppliance"]}
    _, answer, _ = audit(resources(case), status=rig.OK)
    note, = answer["default_routes"]
    rig.equal((note["subnet"], note["reason"]), ("data",
        "VirtualNetwork may mean any address here: a route sends 0.0.0.0/0 to VirtualAppliance"), "the finding")
    rig.check(note["line"] > 1, "line %r" % note["line"])
    with rig.folder() as out:
        path = os.path.join(out, "a.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(resources(case), file)
        for options, wanted in (((), b"routes        1   data: VirtualNetwork may mean"), (("--format", "sarif"), b"STAUNCH1022")):
            done = rig.expect(rig.OK, rig.staunch("audit", *options, path))
            rig.check(wanted in done.stdout, "%r in %r" % (wanted, done.stdout))


def a_route_that_is_not_known_may_be_one():
    case = {"rules": [], "routes": ["0.0.0.0/0 VirtualAppliance"]}
    content = template(case)
    table, = [r for r in content["resources"] if r["type"].endswith("routeTables")]
    for value, status in (("[parameters('p')]", rig.INCOMPLETE), ("10.0.0.0/8", rig.OK)):
        table["properties"]["routes"][0]["properties"]["addressPrefix"] = value
        audit(content, status=status)
    table["properties"]["routes"] = "[variables('routes')]"
    audit(content, status=rig.INCOMPLETE)


def the_fix_does_not_name_a_tag_that_may_be_anybody():
    case = {"rules": ["100 allow tcp Internet > * 9200", "4096 deny * * > * *"], "routes": ["0.0.0.0/0 VirtualAppliance"]}
    _, answer, _ = audit(resources(case), status=rig.FOUND)
    row, = answer["exposures"]
    edit, = row["fix"]["edits"]
    rig.equal(edit["set"], {"sourceAddressPrefixes": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}, "what closes it")


# --- effective rules ---

def effective(*rules, group="es", association=None, **more):
    return {"association": association or {"networkInterface": {"id": NIC}, "subnet": None}, "effectiveSecurityRules": list(rules),
        "networkSecurityGroup": {"id": NETWORK + "networkSecurityGroups/" + group}, **more}


def seen(text, expanded=None, name=None):
    made = rule(text)
    made["name"] = name or "securityRules/" + made["name"]
    return {**made, "protocol": made["protocol"].replace("*", "All"), "expandedSourceAddressPrefix": expanded,
        "expandedDestinationAddressPrefix": None}


DEFAULT = "defaultSecurityRules/AllowVnetInBound"


def effective_rules_resolve_tags():
    vnet = lambda *prefixes: seen("65000 allow * VirtualNetwork > VirtualNetwork 0-65535", ["10.0.0.0/16", "168.63.129.16/32", *prefixes], DEFAULT)
    for rules, status, wanted in (
            ([seen("100 allow tcp FromTheFuture > * 9200", ["203.0.113.0/24"])], rig.OK, ["tcp 9200 listed open"]),
            ([seen("100 allow tcp FromTheFuture > * 9200")], rig.INCOMPLETE, ["tcp 9200 any cannot-tell"]),
            ([seen("100 allow tcp Internet > * 9200", ["1.0.0.0/8"])], rig.FOUND, ["tcp 9200 any open"]),
            ([vnet()], rig.OK, []),
            ([vnet("0.0.0.0/0")], rig.FOUND, ["any 0-65535 any open"]),
            ([vnet("0.0.0.0/0"), seen("4096 deny * * > * 0-65535")], rig.OK, []),
            ([seen("65500 deny * 0.0.0.0/0 > 0.0.0.0/0 0-65535", None, "defaultSecurityRules/DenyAllInBound"), vnet()], rig.OK, [])):
        _, answer, _ = audit({"value": [effective(*rules)]}, status=status)
        rig.equal([told(r) for r in answer["exposures"]], wanted, "what %r lets in" % (rules,))
        rig.equal(answer["shadowed"], [], "shadowed by default rules")


def the_map_of_tags_is_read():
    rules = [seen("100 allow tcp AzureCloud > * 9200")]
    _, answer, _ = audit([effective(*rules, tagMap={"AzureCloud": ["20.0.0.0/16", "40.64.0.0/10"]})], status=rig.OK)
    rig.equal(answer["exposures"][0]["sources"], ["20.0.0.0/16", "40.64.0.0/10"], "sources")


def effective_rules_stand_in_place_of_the_groups_own():
    own = kind("networkSecurityGroups/es", securityRules=[rule("100 allow tcp FromTheFuture > * 9200")])
    listed = effective(seen("100 allow tcp FromTheFuture > * 9200", ["203.0.113.0/24"]))
    for content in ([own, listed], [listed, own]):
        _, answer, _ = audit(content, status=rig.OK)
        rig.equal([told(r) for r in answer["exposures"]], ["tcp 9200 listed open"], "order of the two")
    other = effective(seen("100 allow tcp FromTheFuture > * 9200", ["0.0.0.0/0"]))
    audit([listed, listed], status=rig.OK)
    audit([listed, other], status=rig.INCOMPLETE)


def admin_rules_cannot_be_told():
    _, answer, _ = audit([effective(seen("4096 deny * * > * *"), association={"networkManager": {"id": "/m"}, "subnet": None})],
        status=rig.INCOMPLETE)
    rig.equal(answer["cannot_tell"][0]["store"], "network manager", "what cannot be told")


if __name__ == "__main__":
    rig.run_tests(every_case_is_told_right, a_default_route_is_a_finding_with_its_place, a_route_that_is_not_known_may_be_one,
        the_fix_does_not_name_a_tag_that_may_be_anybody, effective_rules_resolve_tags, the_map_of_tags_is_read,
        effective_rules_stand_in_place_of_the_groups_own, admin_rules_cannot_be_told)
