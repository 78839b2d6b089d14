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


def lb_rules(case, kind_of_rule):
    """"tcp 80>9200" in parts: name, protocol, port of the frontend, port of the backend."""
    made = []
    for i, text in enumerate(case["lb"].get(kind_of_rule, [])):
        protocol, ports = text.split()
        front, back = map(int, ports.split(">"))
        made.append(("%s%d" % (kind_of_rule, i), protocol.capitalize(), front, back))
    return made


def balancer(case):
    lb = NETWORK + "loadBalancers/lb"
    public = case["lb"].get("frontend", "public") == "public"
    frontend = {"name": "f", "id": lb + "/frontendIPConfigurations/f", **({"publicIPAddress": {"id": NETWORK + "publicIPAddresses/lbp"}}
        if public else {"subnet": {"id": SUBNET}})}
    fields = lambda name, protocol, front, back: {"name": name, "protocol": protocol, "frontendPort": front, "backendPort": back,
        "frontendIPConfiguration": {"id": lb + "/frontendIPConfigurations/f"}}
    return kind("loadBalancers/lb", sku={"name": case["lb"].get("sku", "Standard")}, frontendIPConfigurations=[frontend],
        backendAddressPools=[{"name": "p", "id": lb + "/backendAddressPools/p",
            "backendIPConfigurations": [{"id": NIC + "/ipConfigurations/c"}]}],
        loadBalancingRules=[{**fields(*r), "backendAddressPool": {"id": lb + "/backendAddressPools/p"}} for r in lb_rules(case, "rules")],
        inboundNatRules=[{**fields(*r), "id": lb + "/inboundNatRules/" + r[0]} for r in lb_rules(case, "nat")])


def resources(case):
    """As az prints them: a subnet with its group, an interface behind a public address, and what else the case has."""
    subnet = kind("virtualNetworks/v/subnets/data", networkSecurityGroup={"id": NETWORK + "networkSecurityGroups/es"},
        ipConfigurations=[{"id": NIC + "/ipConfigurations/c"}])
    endpoint = {"name": "c", "id": NIC + "/ipConfigurations/c", "privateIPAddress": "10.0.0.4", "subnet": {"id": SUBNET}}
    made = []
    if case["rules"] is None:
        del subnet["networkSecurityGroup"]
    else:
        made.append(kind("networkSecurityGroups/es", securityRules=[rule(r) for r in case["rules"]], subnets=[{"id": SUBNET}]))
    made += [kind("virtualNetworks/v", subnets=[subnet]), kind("networkInterfaces/n", ipConfigurations=[endpoint])]
    if "routes" in case:
        subnet["routeTable"] = {"id": NETWORK + "routeTables/t"}
        made.append(kind("routeTables/t", routes=routes(case), subnets=[{"id": SUBNET}]))
    public = case.get("public", "Standard")
    if public != "none":
        endpoint["publicIPAddress"] = {"id": NETWORK + "publicIPAddresses/p"}
        made.append(kind("publicIPAddresses/p", sku={"name": public}))
    if "lb" in case:
        endpoint["loadBalancerBackendAddressPools"] = [{"id": NETWORK + "loadBalancers/lb/backendAddressPools/p"}]
        endpoint["loadBalancerInboundNatRules"] = [{"id": NETWORK + "loadBalancers/lb/inboundNatRules/" + r[0]}
            for r in lb_rules(case, "nat")]
        made.append(balancer(case))
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
            security_rule=[values_of(r) for r in case["rules"] or []]),
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
    if case["rules"] is None:
        del made[0], made[1]
    if "lb" in case:
        lb = NETWORK + "loadBalancers/lb"
        public = case["lb"].get("frontend", "public") == "public"
        fields = lambda name, protocol, front, back: {"id": lb + "/x/" + name, "name": name, "loadbalancer_id": lb, "protocol": protocol,
            "frontend_port": front, "backend_port": back, "frontend_ip_configuration_name": "f"}
        made += [of("azurerm_lb.lb", id=lb, name="lb", sku=case["lb"].get("sku", "Standard"), frontend_ip_configuration=[{"name": "f",
                "public_ip_address_id": NETWORK + "publicIPAddresses/lbp" if public else "", "subnet_id": "" if public else SUBNET}]),
            of("azurerm_lb_backend_address_pool.p", id=lb + "/backendAddressPools/p", name="p", loadbalancer_id=lb),
            of("azurerm_network_interface_backend_address_pool_association.a", id="x", network_interface_id=NIC,
                ip_configuration_name="c", backend_address_pool_id=lb + "/backendAddressPools/p")]
        made += [of("azurerm_lb_rule." + r[0], **fields(*r), backend_address_pool_ids=[lb + "/backendAddressPools/p"])
            for r in lb_rules(case, "rules")]
        for r in lb_rules(case, "nat"):
            made += [of("azurerm_lb_nat_rule." + r[0], **fields(*r)), of("azurerm_network_interface_nat_rule_association." + r[0], id="y",
                network_interface_id=NIC, ip_configuration_name="c", nat_rule_id=lb + "/x/" + r[0])]
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


# --- load balancers ---

BALANCED = {"rules": ["100 allow tcp Internet > * *"], "public": "none", "lb": {"rules": ["tcp 80>9200"], "nat": ["tcp 50001>22"]}}


def the_rule_of_the_load_balancer_is_told_with_the_port_of_its_frontend():
    _, answer, _ = audit(resources(BALANCED), status=rig.FOUND)
    rows = sorted(answer["exposures"], key=lambda r: r["ports"])
    for row, name in zip(rows, ("nat0 (port 50001 of the frontend)", "rules0 (port 80 of the frontend)")):
        rig.equal([(r["group"], r["rule"], r["priority"]) for r in row["admitted_by"]], [("lb", name, None), ("es", "r100", 100)],
            "who admits")
        rig.equal([e["rule"] for e in row["fix"]["edits"]], ["r100"], "what the fix edits")
    rig.equal([r["ports"] for r in rows], [[[22, 22]], [[9200, 9200]]], "ports")


def members_by_address_and_pools_of_nat_rules_are_followed():
    content = resources(BALANCED)
    nic, = [r for r in content if r["id"] == NIC]
    lb, = [r for r in content if r["id"].endswith("/lb")]
    nic["ipConfigurations"][0]["loadBalancerBackendAddressPools"] = nic["ipConfigurations"][0]["loadBalancerInboundNatRules"] = None
    lb["backendAddressPools"][0]["backendIPConfigurations"] = None
    audit(content, status=rig.OK)
    lb["backendAddressPools"][0]["loadBalancerBackendAddresses"] = [{"name": "a", "ipAddress": "10.0.0.4"}]
    _, answer, _ = audit(content, status=rig.FOUND)
    rig.equal(answer["exposures"][0]["ports"], [[9200, 9200]], "by its address")
    lb["inboundNatRules"][0].update(backendAddressPool={"id": lb["id"] + "/backendAddressPools/p"}, frontendPort=0,
        frontendPortRangeStart=500, frontendPortRangeEnd=600)
    _, answer, _ = audit(content, status=rig.FOUND)
    rig.equal(sorted(r["ports"] for r in answer["exposures"]), [[[22, 22]], [[9200, 9200]]], "by a NAT rule of the pool")
    rig.check("port 500-600 of the frontend" in json.dumps(answer), "ports of the frontend")


def a_load_balancer_that_is_not_told_leads_to_all_ports():
    content = resources(BALANCED)
    without = [r for r in content if not r["id"].endswith("/lb")]
    _, answer, _ = audit(without, status=rig.FOUND)
    rig.equal(answer["exposures"][0]["ports"], [[0, 65535]], "a load balancer that is not in the input")
    content = template(BALANCED)
    lb, = [r for r in content["resources"] if r["type"].endswith("loadBalancers")]
    lb["properties"]["loadBalancingRules"][0]["properties"]["backendPort"] = "[parameters('port')]"
    lb["properties"]["inboundNatRules"] = []
    nic, = [r for r in content["resources"] if r["type"].endswith("networkInterfaces")]
    nic["properties"]["ipConfigurations"][0]["properties"]["loadBalancerInboundNatRules"] = []
    _, answer, _ = audit(content, status=rig.INCOMPLETE)
    rig.equal([told(r).split(" to ")[0] for r in answer["exposures"]], ["tcp 0-65535 any cannot-tell"], "a port that cannot be resolved")
    lb["properties"]["loadBalancingRules"] = "[variables('rules')]"
    audit(content, status=rig.FOUND)


def a_load_balancing_rule_that_is_added_is_a_change():
    before = {**BALANCED, "lb": {"rules": ["tcp 80>443"]}}
    after = {**BALANCED, "lb": {"rules": ["tcp 80>443", "tcp 81>9200"]}}
    with rig.folder() as out:
        paths = [os.path.join(out, n) for n in ("before.json", "after.json")]
        for path, case in zip(paths, (before, after)):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(resources(case), file)
        done = rig.expect(rig.FOUND, rig.staunch("audit", "--format", "json", paths[1], "--baseline", paths[0]))
        row, = [r for r in json.loads(done.stdout)["exposures"] if r["fails"]]
        rig.equal([(e["change"], e["rule"]) for e in row["opened_by"]["edits"]], [("rule added", "rules1 (port 81 of the frontend)")], "it")


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
        the_fix_does_not_name_a_tag_that_may_be_anybody, the_rule_of_the_load_balancer_is_told_with_the_port_of_its_frontend,
        members_by_address_and_pools_of_nat_rules_are_followed, a_load_balancer_that_is_not_told_leads_to_all_ports,
        a_load_balancing_rule_that_is_added_is_a_change, effective_rules_resolve_tags, the_map_of_tags_is_read,
        effective_rules_stand_in_place_of_the_groups_own, admin_rules_cannot_be_told)
