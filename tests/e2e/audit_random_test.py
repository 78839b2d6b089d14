"""Reachability against brute force evaluators that share no code with it: random groups of Azure, alone and two in a row; interfaces of
AWS behind security groups, network ACL and route table; IPv4 and IPv6, every protocol, source ports. A slice in `./dev test`; 10,000 configurations and 1,000 packets each in full."""
import ipaddress
import json
import os
import random

import audit_oracle as oracle
import audit_oracle_aws as aws
import rig

SEED = int(os.environ.get("STAUNCH_AUDIT_SEED", "2019"))
INSIDE = ["10.1.0.4/32", "10.1.0.0/24", "10.0.0.0/8", "fd00:1::4/128", "VirtualNetwork", "192.168.7.0/24"]
DESTINATIONS = {4: [int(ipaddress.ip_address(a)) for a in ("10.1.0.4", "10.1.0.9", "10.9.9.9", "192.168.7.7", "172.16.1.1")],
    6: [int(ipaddress.ip_address(a)) for a in ("fd00:1::4", "fd00:1::5", "2001:db8:9::9")]}
NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/"


def audit(*paths):
    """Answers by store."""
    done = rig.expect((rig.OK, rig.FOUND, rig.INCOMPLETE), rig.staunch("audit", "--format", "json", *paths))
    answer = json.loads(done.stdout)
    by_store = {}
    for row in answer["exposures"]:
        rig.check(row["verdict"] == "open", "nothing here is in doubt: %r" % row)
        by_store.setdefault(row["store"], []).append(row)
    return {store: oracle.Answer(rows) for store, rows in by_store.items()}, answer


def truth(chain, packet, ports):
    """Is there a source port from which every group lets the packet in?"""
    for source_port in {p for p in ports} if any(r.source_ports != [(0, 65535)] for g in chain for r in g) else (0,):
        if all(oracle.lets_in(rules, {**packet, "source_port": source_port}) for rules in chain):
            return True
    return False


def check_some(chance, batch, chain, ports, want, answer, got, destination_matters):
    """The sets of packets against one packet at a time."""
    for number in chance.sample(range(len(batch.packets)), 3):
        packet = batch.packets[number]
        rig.check(truth(chain, packet, ports) == bool(want >> number & 1), "the two readings of the rules differ: %r" % packet)
        rig.check(answer.lets_in(packet, destination_matters) == bool(got >> number & 1),
            "the two readings of the answer differ: %r" % packet)


def compare(chance, groups, names, answer, packets, destinations, destination_matters):
    """groups: all; names: of those in front of the store."""
    chain = [oracle.compiled(groups[name]) for name in names]
    made, ports = oracle.packets(chance, chain, destinations, packets)
    batch = oracle.Batch(made)
    want, got = batch.let_in(chain, ports), batch.answered(answer, destination_matters)
    check_some(chance, batch, chain, ports, want, answer, got, destination_matters)
    if want == got:
        return
    number = ((want ^ got) & -(want ^ got)).bit_length() - 1
    packet = made[number]
    shown = {**packet, "source": str(ipaddress.ip_address(packet["source"])),
        "destination": str(ipaddress.ip_address(packet["destination"]))}
    rig.check(False, "packet %r is let in: %s, staunch says %s; groups: %s" % (shown, bool(want >> number & 1),
        bool(got >> number & 1), json.dumps([groups[name] for name in names])))


def single_groups(chance, configurations, packets):
    with rig.folder() as out:
        groups = {"g%d" % i: oracle.group(chance, "g%d" % i, INSIDE) for i in range(configurations)}
        path = os.path.join(out, "groups.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(list(groups.values()), file)
        answers, _ = audit(path)
        for name in groups:
            compare(chance, groups, [name], answers.get(name, oracle.Answer([])), packets, DESTINATIONS, True)


def interface(number, subnet_group, own_group, address):
    """A network interface with a Standard public address in a subnet, with what they refer to."""
    one = lambda kind, name: {"id": NETWORK + kind + "/" + name}
    return [
        {"id": NETWORK + "publicIPAddresses/p%d" % number, "name": "p%d" % number, "sku": {"name": "Standard"},
            "type": "Microsoft.Network/publicIPAddresses"},
        {"id": NETWORK + "virtualNetworks/n%d" % number, "name": "n%d" % number, "type": "Microsoft.Network/virtualNetworks",
            "subnets": [{"id": NETWORK + "virtualNetworks/n%d/subnets/s" % number, "name": "s",
                "networkSecurityGroup": one("networkSecurityGroups", subnet_group)}]},
        {"id": NETWORK + "networkInterfaces/i%d" % number, "name": "i%d" % number,
            "type": "Microsoft.Network/networkInterfaces", "networkSecurityGroup": one("networkSecurityGroups", own_group),
            "ipConfigurations": [{"privateIPAddress": address, "subnet": {"id": NETWORK + "virtualNetworks/n%d/subnets/s" %
                number}, "publicIPAddress": one("publicIPAddresses", "p%d" % number)}]}]


def double_groups(chance, configurations, packets):
    resources, groups, stores = [], {}, {}
    for i in range(configurations):
        names = "outer%d" % i, "inner%d" % i
        for name in names:
            groups[name] = oracle.group(chance, name, INSIDE, 8)
            resources.append(groups[name])
        address = chance.choice(("10.1.0.4", "10.9.9.9", "fd00:1::4"))
        resources += interface(i, *names, address)
        version = ipaddress.ip_address(address).version
        stores["i%d" % i] = (names, {version: [int(ipaddress.ip_address(address))], 10 - version: []})
    with rig.folder() as out:
        path = os.path.join(out, "all.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"value": resources}, file)
        answers, _ = audit(path)
        for store, (names, own) in stores.items():
            compare(chance, groups, names, answers.get(store, oracle.Answer([])), packets, own, False)


EVERY_ENTRY = {"Entries": [{"Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100 + i, key: value}
    for egress in (False, True) for i, (key, value) in enumerate((("CidrBlock", "0.0.0.0/0"), ("Ipv6CidrBlock", "::/0")))]}
EVERY_ROUTE = {"Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"},
    {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}]}


def of_aws(chance, number):
    """An interface with addresses of both families, its groups, and what its subnet has; without a table everything passes."""
    subnet = "subnet-%d" % number
    groups = [aws.group(chance, number, name) for name in "abc"[:chance.choice((1, 1, 2, 3))]]
    interface = {"NetworkInterfaceId": "eni-%d" % number, "SubnetId": subnet, "VpcId": "vpc-%d" % number,
        "Groups": [{"GroupId": g["GroupId"], "GroupName": g["GroupName"]} for g in groups],
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.4", "Association": {"PublicIp": "203.0.113.9"}}],
        "Ipv6Addresses": [{"Ipv6Address": "2001:db8:9::9"}]}
    return groups, interface, aws.acl(chance, number, subnet) if chance.random() < 0.8 else None, \
        aws.route_table(chance, number, subnet) if chance.random() < 0.6 else None


NUMBERS = {4: (2, 47, 58), 6: (2, 47, 1)}


def truth_of_aws(groups, acl, table, packet, ports):
    """Of a protocol without a name a row says only that some of them gets in."""
    numbers = NUMBERS[packet["version"]] if packet["protocol"] == "other" else (None,)
    return any(aws.lets_in(groups, acl, table, {**packet, "number": n}, ports) for n in numbers)


def compare_aws(chance, groups, acl, table, answer, count):
    drawn = list(aws.packets(chance, groups, acl, table, count))
    made, ports = [packet for packet, _ in drawn], drawn[0][1]
    batch = aws.Batch(made, NUMBERS)
    want, got = batch.reached(groups, acl, table, ports), batch.answered(answer, False)
    for number in chance.sample(range(count), 5):
        packet = made[number]
        rig.check(truth_of_aws(groups, acl, table, packet, ports) == bool(want >> number & 1),
            "the two readings of the configuration differ: %r" % packet)
        rig.check(answer.lets_in(packet, False) == bool(got >> number & 1), "the two readings of the answer differ: %r" % packet)
    if want != got:
        number = ((want ^ got) & -(want ^ got)).bit_length() - 1
        rig.check(False, "packet %r from %s is let in: %s, staunch says %s; %s" % (made[number],
            ipaddress.ip_address(made[number]["source"]), bool(want >> number & 1), bool(got >> number & 1),
            json.dumps([groups, acl, table])))


def interfaces_of_aws(chance, configurations, packets):
    made = [of_aws(chance, i) for i in range(configurations)]
    lists = {"SecurityGroups": [g for groups, *_ in made for g in groups], "NetworkInterfaces": [m[1] for m in made],
        "NetworkAcls": [m[2] for m in made if m[2]], "RouteTables": [m[3] for m in made if m[3]]}
    with rig.folder() as out:
        paths = []
        for key, items in sorted(lists.items(), key=lambda _: chance.random()):
            paths.append(os.path.join(out, key + ".json"))
            with open(paths[-1], "w", encoding="utf-8") as file:
                json.dump({key: items}, file)
        answers, _ = audit(*paths)
        for number, (groups, _, acl, table) in enumerate(made):
            answer = answers.get("eni-%d" % number, oracle.Answer([]))
            compare_aws(chance, groups, acl or EVERY_ENTRY, table or EVERY_ROUTE, answer, packets)


def random_groups_let_in_what_a_plain_reading_of_their_rules_does():
    for turn in range(100 if rig.FULL else 1):
        single_groups(random.Random(SEED + turn), 75 if rig.FULL else 100, 1000 if rig.FULL else 200)


def two_groups_in_a_row_let_in_what_both_do():
    for turn in range(100 if rig.FULL else 1):
        double_groups(random.Random(SEED + turn), 25 if rig.FULL else 50, 1000 if rig.FULL else 200)


def interfaces_of_aws_are_reached_by_what_groups_acl_and_routes_let_through():
    for turn in range(100 if rig.FULL else 1):
        interfaces_of_aws(random.Random(SEED + turn), 25 if rig.FULL else 60, 1000 if rig.FULL else 200)


rig.run_tests(random_groups_let_in_what_a_plain_reading_of_their_rules_does, two_groups_in_a_row_let_in_what_both_do,
    interfaces_of_aws_are_reached_by_what_groups_acl_and_routes_let_through)
