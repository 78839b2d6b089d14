"""Plans of the aws provider (`terraform show -json`): security groups with rules inside and beside them, what a plan opens, by its
address; network ACLs, route tables and addresses as far as a plan says who is behind what; what is known only after apply never
passes."""
import json

import rig
from audit_aws_test import CASES, ends
from audit_terraform_test import audit, change, fails, plan
from audit_test import told

GROUP = "aws_security_group.es"
ANY = (rig.OK, rig.FOUND, rig.INCOMPLETE)


def block(text):
    """"tcp 9200 0.0.0.0/0,sg-app" as a block `ingress`."""
    protocol, ports, where = text.split(" ")
    low, high = (0, 0) if ports == "-" else ends(ports)
    texts = where.split(",")
    return {"protocol": protocol, "from_port": low, "to_port": high, "description": "", "self": "sg-es" in texts,
        "cidr_blocks": [t for t in texts if t[0] not in "sp" and ":" not in t], "ipv6_cidr_blocks": [t for t in texts if ":" in t],
        "prefix_list_ids": [t for t in texts if t.startswith("pl-")], "security_groups": [t for t in texts if t.startswith("sg-")]}


def group(rules, **more):
    return {"id": "sg-0aa1", "name": "es", "vpc_id": "vpc-1", "ingress": [block(r) for r in rules], "egress": [], "tags": {}, **more}


def ingress_rule(text, **more):
    protocol, ports, where = text.split(" ")
    low, high = (None, None) if ports == "-" else ends(ports)
    return {"id": "sgr-1", "security_group_id": "sg-0aa1", "ip_protocol": protocol, "from_port": low, "to_port": high,
        "cidr_ipv4": None if ":" in where else where, "cidr_ipv6": where if ":" in where else None, "prefix_list_id": None,
        "referenced_security_group_id": None, **more}


def group_rule(text, **more):
    made = block(text)
    return {"id": "sgrule-1", "type": "ingress", "security_group_id": "sg-0aa1", "protocol": made["protocol"],
        "from_port": made["from_port"], "to_port": made["to_port"], "cidr_blocks": made["cidr_blocks"] or None,
        "ipv6_cidr_blocks": made["ipv6_cidr_blocks"] or None, "prefix_list_ids": made["prefix_list_ids"] or None,
        "source_security_group_id": None, "self": False, **more}


def configuration(**resources):
    """type__name=expressions, each "key" or "key=reference" """
    def expressions(text):
        return {k: {"references": [r, r.rsplit(".", 1)[0]]} if r else {} for k, _, r in (e.partition("=") for e in text.split())}
    return {"root_module": {"resources": [{"address": name.replace("__", "."), "mode": "managed", "type": name.split("__")[0],
        "name": name.split("__")[1], "expressions": expressions(text)} for name, text in resources.items()]}}


def without(values, *keys):
    return {k: v for k, v in values.items() if k not in keys}


def groups_are_told_as_the_command_line_tells_them():
    """Inside, and as rules by themselves of a group that is made with them."""
    tried = 0
    for case in CASES:
        if set(case) - {"case", "packet", "groups", "exit", "is", "fails_by"} or list(case["groups"]) != ["es"]:
            continue
        rules = case["groups"]["es"]
        lone = [change("aws_security_group_rule.r%d" % i, None, without(group_rule(r, source_security_group_id="sg-app"
            if "sg-" in r else None), "id", "security_group_id"), {"id": True, "security_group_id": True}) for i, r in enumerate(rules)]
        refer = {"aws_security_group__es": "name"}
        refer.update({"aws_security_group_rule__r%d" % i: "security_group_id=aws_security_group.es.id" for i in range(len(rules))})
        beside = plan(change(GROUP, None, without(group([]), "id", "ingress"), {"id": True, "ingress": True}), *lone,
            configuration=configuration(**refer))
        for what, content in (("inside", plan(change(GROUP, None, group(rules)))), ("beside", beside)):
            answer = audit(content, case["exit"])
            rig.equal(sorted(r["store"] + " " + told(r) for r in answer["exposures"]), sorted(case["is"]),
                "%r %s the group" % (case["case"], what))
        tried += 1
    rig.check(tried >= 15, "only %d cases" % tried)


def only_what_the_plan_opens_fails_and_its_address_is_named():
    old, new = "tcp 22 0.0.0.0/0", "tcp 9200 0.0.0.0/0"
    rig.equal(fails(audit(plan(change(GROUP, group([old]), group([old]))), rig.OK)), [], "a plan that changes nothing")
    answer = audit(plan(change(GROUP, group([old]), group([old, new]))), rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    edit, = row["opened_by"]["edits"]
    rig.equal((row["ports"], edit["change"], edit["rule"], edit["address"]),
        ([[9200, 9200]], "rule added", "tcp 9200 from 0.0.0.0/0", GROUP), "it")
    answer = audit(plan(change(GROUP, group([old]), group([old])),
        change("aws_vpc_security_group_ingress_rule.open[\"a\"]", None, without(ingress_rule(new), "id"), {"id": True}, index="a")),
        rig.FOUND)
    row, = [r for r in answer["exposures"] if r["fails"]]
    rig.equal(row["admitted_by"][0]["address"], 'aws_vpc_security_group_ingress_rule.open["a"]', "address of the rule")
    rig.equal(row["fix"]["edits"][0]["terraform"],
        'aws_vpc_security_group_ingress_rule.open["a"], tcp 9200 from 0.0.0.0/0: taken out', "the hint")
    audit(plan(change(GROUP, group([old, new]), group([old]))), rig.OK)
    audit(plan(change(GROUP, group([old]), group([old])), change("aws_vpc_security_group_egress_rule.x", None, ingress_rule(new))), rig.OK)
    audit(plan(change(GROUP, group([old]), group([old])), change("aws_security_group_rule.x", None, group_rule(new, type="egress"))), rig.OK)


def rules_that_are_read_back_count_once():
    rule, inside = "tcp 9200 0.0.0.0/0", "tcp 9200 10.0.0.0/8"
    both = group([rule])
    for address, made in (("aws_security_group_rule.a", group_rule), ("aws_vpc_security_group_ingress_rule.a", ingress_rule)):
        for configured in ({"root_module": {}}, configuration(aws_security_group__es="name")):
            answer = audit(plan(change(GROUP, both, both), change(address, made(rule), made(inside)), configuration=configured), rig.OK)
            rig.equal(answer["exposures"], [], "a rule that the plan narrows")
            audit(plan(change(GROUP, both, both), change(address, made(rule), None), configuration=configured), rig.OK)
        written = plan(change(GROUP, both, both), change(address, made(rule), made(inside)),
            configuration=configuration(aws_security_group__es="name ingress"))
        rig.equal(len(audit(written, rig.OK)["exposures"]), 1, "a rule that the configuration writes inside, too, stays")
        decoy = plan(change(GROUP, group([]), group(["tcp 9300 0.0.0.0/0"])), change(address, made(rule), made(inside)))
        rig.equal(fails(audit(decoy, rig.FOUND)), [("es", "tcp", [[9300, 9300]])], "another rule inside is none that was read back")


def what_is_known_after_apply_never_passes():
    source = {**block("tcp 9200 0.0.0.0/0"), "cidr_blocks": None}
    for values, unknown in ((group([], ingress=[source]), {"ingress": [{"cidr_blocks": True}]}),
            (group([], ingress=[{**source, "cidr_blocks": [None]}]), {"ingress": [{"cidr_blocks": [True]}]}),
            (without(group([]), "ingress"), {"ingress": True}),
            (group([], ingress=[{**block("tcp 9200 0.0.0.0/0"), "from_port": None}]), {"ingress": [{"from_port": True}]})):
        answer = audit(plan(change(GROUP, group([]), values, unknown)), rig.INCOMPLETE)
        rig.check(any(r["verdict"] == "cannot-tell" and r["class"] == "any" for r in answer["exposures"]), "%r: %r" % (unknown, answer))
    lone = without(ingress_rule("tcp 9200 0.0.0.0/0"), "cidr_ipv4")
    audit(plan(change("aws_vpc_security_group_ingress_rule.x", None, lone, {"cidr_ipv4": True})), rig.INCOMPLETE)
    audit(plan(change(GROUP, None, without(group([]), "id", "ingress"), {"id": True, "ingress": True})), rig.INCOMPLETE)


# --- who is behind it ---

INSTANCE = {"id": "i-1", "private_ip": "10.0.0.4", "public_ip": "203.0.113.9", "subnet_id": "subnet-1", "ipv6_addresses": [],
    "vpc_security_group_ids": ["sg-0aa1"], "tags": {"Name": "search"}, "associate_public_ip_address": True, "network_interface": []}
OPEN = group(["tcp 9200 0.0.0.0/0"])
NEW = without(INSTANCE, "id", "private_ip", "public_ip", "ipv6_addresses")
LATER = {"id": True, "private_ip": True, "public_ip": True, "ipv6_addresses": True}


def instance(values=None, unknown=None, before=None):
    return change("aws_instance.search", before, values or INSTANCE, unknown)


def stores(answer):
    return [(s["store"], s["verdict"]) for s in answer["stores"]]


def an_instance_is_as_public_as_the_plan_says():
    held = configuration(aws_instance__search="subnet_id associate_public_ip_address vpc_security_group_ids")
    rig.equal(stores(audit(plan(change(GROUP, OPEN, OPEN), instance(before=INSTANCE)), rig.OK)), [("search", "open")], "as it is")
    without_address = {**INSTANCE, "public_ip": "", "associate_public_ip_address": False}
    rig.equal(stores(audit(plan(change(GROUP, OPEN, OPEN), instance(without_address)), rig.OK)), [("search", "closed")], "inside")
    for own, maps, want in ((True, False, "open"), (False, True, "closed"), (None, True, "open"), (None, False, "closed"), (None, None, "open")):
        values = {**NEW, "associate_public_ip_address": own}
        subnet = [] if maps is None else [change("aws_subnet.a", None, {"id": "subnet-1", "vpc_id": "vpc-1",
            "map_public_ip_on_launch": maps})]
        answer = audit(plan(change(GROUP, OPEN, OPEN), instance(values, LATER), *subnet, configuration=held), ANY)
        rig.equal(stores(answer), [("search", want)], "an address by itself %r, by its subnet %r" % (own, maps))
        rig.check(want == "closed" or answer["exposures"][0]["fails"], "it is new")


def an_elastic_address_opens():
    inside = {**INSTANCE, "public_ip": "", "associate_public_ip_address": False}
    eip = {"id": "eipalloc-1", "public_ip": None, "instance": None}
    content = plan(change(GROUP, OPEN, OPEN), instance(inside, before=inside), change("aws_eip.a", None, without(eip, "id", "public_ip",
        "instance"), {"id": True, "public_ip": True, "instance": True}), configuration=configuration(
            aws_eip__a="instance=aws_instance.search.id"))
    row, = audit(content, rig.FOUND)["exposures"]
    rig.equal((row["store"], row["opened_by"]["edits"][0]["change"]), ("search", "attachment changed"), "what opened it")
    association = {"id": "eipassoc-1", "allocation_id": "eipalloc-1", "instance_id": "i-1", "public_ip": "203.0.113.9"}
    content = plan(change(GROUP, OPEN, OPEN), instance(inside, before=inside), change("aws_eip_association.a", None, association))
    rig.equal(fails(audit(content, rig.FOUND)), [("search", "tcp", [[9200, 9200]])], "an association by itself")


def groups_of_an_instance_are_found_by_reference():
    values = without(NEW, "vpc_security_group_ids")
    made = [change(GROUP, None, without(OPEN, "id"), {"id": True}), change("aws_security_group.web", None,
        without(group(["tcp 443 0.0.0.0/0"], name="web"), "id"), {"id": True})]
    refer = {"references": ["aws_security_group.es.id", "aws_security_group.es", "aws_security_group.web.id", "aws_security_group.web"]}
    config = configuration(aws_instance__search="subnet_id associate_public_ip_address", aws_security_group__es="ingress",
        aws_security_group__web="ingress")
    config["root_module"]["resources"][0]["expressions"]["vpc_security_group_ids"] = refer
    answer = audit(plan(*made, instance(values, {**LATER, "vpc_security_group_ids": True}), configuration=config), rig.FOUND)
    rig.equal(sorted(told(r) for r in answer["exposures"]), ["tcp 443 any open", "tcp 9200 any open"], "both groups")
    refer["references"].append("data.aws_security_group.other.id")
    answer = audit(plan(*made, instance(values, {**LATER, "vpc_security_group_ids": True}), configuration=config), rig.FOUND)
    rig.check(any(r["verdict"] == "cannot-tell" for r in answer["exposures"]), "a group that leads nowhere cannot be told")


def an_acl_and_its_rules_by_themselves_are_read():
    entry = lambda number, action, low=0, high=0, protocol="-1": {"rule_no": number, "action": action, "protocol": protocol,
        "from_port": low, "to_port": high, "cidr_block": "0.0.0.0/0", "ipv6_cidr_block": "", "icmp_type": 0, "icmp_code": 0}
    acl = lambda ingress, egress: {"id": "acl-1", "vpc_id": "vpc-1", "subnet_ids": ["subnet-1"], "ingress": ingress, "egress": egress}
    base = [change(GROUP, OPEN, OPEN), instance(before=INSTANCE)]
    shut, wide = acl([entry(90, "deny", 9200, 9200, "tcp"), entry(100, "allow")], [entry(100, "allow")]), acl([entry(100, "allow")],
        [entry(100, "allow")])
    rig.equal(stores(audit(plan(*base, change("aws_network_acl.a", shut, shut)), rig.OK)), [("search", "closed")], "denied")
    answer = audit(plan(*base, change("aws_network_acl.a", shut, wide)), rig.FOUND)
    edit, = answer["exposures"][0]["opened_by"]["edits"]
    rig.equal((edit["change"], edit["rule"], edit["address"]), ("rule removed", "ingress 90", "aws_network_acl.a"), "what opened it")
    rig.equal(answer["exposures"][0]["fix"]["edits"][0]["rule"], "tcp 9200 from 0.0.0.0/0", "the fix is in the group")
    rule = {"id": "nacl-1", "network_acl_id": "acl-1", "rule_number": 90, "egress": False, "protocol": "tcp", "rule_action": "deny",
        "cidr_block": "0.0.0.0/0", "ipv6_cidr_block": None, "from_port": 9200, "to_port": 9200, "icmp_type": None, "icmp_code": None}
    alone = change("aws_network_acl_rule.r", rule, {**rule, "rule_action": "allow"})
    rig.equal(fails(audit(plan(*base, change("aws_network_acl.a", shut, shut), alone), rig.FOUND)), [("search", "tcp", [[9200, 9200]])],
        "a rule by itself that turns, though the list inside still has it as it was")


def a_route_to_a_new_gateway_opens():
    base = [change(GROUP, OPEN, OPEN), instance(before=INSTANCE)]
    table = {"id": "rtb-1", "vpc_id": "vpc-1", "route": []}
    ties = change("aws_route_table_association.a", {"id": "x", "subnet_id": "subnet-1", "route_table_id": "rtb-1"},
        {"id": "x", "subnet_id": "subnet-1", "route_table_id": "rtb-1"})
    rig.equal(stores(audit(plan(*base, change("aws_route_table.a", table, table), ties), rig.OK)), [("search", "closed")], "no route")
    route = {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "destination_ipv6_cidr_block": None}
    gateway = change("aws_internet_gateway.g", None, {"vpc_id": "vpc-1"}, {"id": True})
    content = plan(*base, change("aws_route_table.a", table, table), ties, gateway, change("aws_route.r", None, route, {"id": True,
        "gateway_id": True, "instance_id": True, "network_interface_id": True, "state": True}), configuration=configuration(
            aws_route__r="route_table_id destination_cidr_block gateway_id=aws_internet_gateway.g.id"))
    rig.equal(fails(audit(content, rig.FOUND)), [("search", "tcp", [[9200, 9200]])], "a route to a gateway that is to come")
    inside = {**table, "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": ""}]}
    rig.equal(fails(audit(plan(*base, change("aws_route_table.a", table, inside), ties), rig.FOUND)),
        [("search", "tcp", [[9200, 9200]])], "a route inside")
    nat = {**table, "route": [{"cidr_block": "0.0.0.0/0", "gateway_id": "", "nat_gateway_id": "nat-1"}]}
    rig.equal(fails(audit(plan(*base, change("aws_route_table.a", table, nat), ties), rig.OK)), [], "a route to NAT")


def a_group_of_something_that_is_not_read_still_counts():
    """An instance inside has the group; so has a load balancer, of which nothing is read."""
    inside = {**INSTANCE, "public_ip": "", "associate_public_ip_address": False}
    content = [change(GROUP, group([]), OPEN), instance(inside, before=inside)]
    rig.equal(fails(audit(plan(*content), rig.OK)), [], "without it")
    balancer = {"id": "lb", "security_groups": ["sg-0aa1"], "internal": False}
    rig.equal(fails(audit(plan(*content, change("aws_lb.a", balancer, balancer)), rig.FOUND)), [("es", "tcp", [[9200, 9200]])], "with it")


def a_prefix_list_of_the_plan_is_read():
    uses = group(["tcp 9200 pl-0aa1"])
    entries = lambda *c: {"id": "pl-0aa1", "name": "offices", "entry": [{"cidr": x, "description": ""} for x in c]}
    rig.equal(fails(audit(plan(change(GROUP, uses, uses), change("aws_ec2_managed_prefix_list.o", entries("198.51.100.0/24"),
        entries("198.51.100.0/24", "0.0.0.0/0"))), rig.FOUND)), [("es", "tcp", [[9200, 9200]])], "a list that gets everybody")


if __name__ == "__main__":
    rig.run_tests(groups_are_told_as_the_command_line_tells_them, only_what_the_plan_opens_fails_and_its_address_is_named,
        rules_that_are_read_back_count_once, what_is_known_after_apply_never_passes, an_instance_is_as_public_as_the_plan_says,
        an_elastic_address_opens, groups_of_an_instance_are_found_by_reference, an_acl_and_its_rules_by_themselves_are_read,
        a_route_to_a_new_gateway_opens, a_group_of_something_that_is_not_read_still_counts, a_prefix_list_of_the_plan_is_read)
