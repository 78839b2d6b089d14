"""A second opinion on AWS, written apart from src/audit: packets against the security groups of an interface (any rule of any of
them lets in), the network ACL of its subnet (entries in the order of their numbers, in and, for the answers of TCP, out) and its
route table (the longest prefix). Shares nothing with the program but the documented meaning."""
import ipaddress

import audit_oracle as plain

NUMBERS = {"tcp": 6, "udp": 17, "icmp": None, "esp": 50, "ah": 51}


def protocol_number(packet):
    if packet["protocol"] == "other":
        return packet["number"]
    return (1 if packet["version"] == 4 else 58) if packet["protocol"] == "icmp" else NUMBERS[packet["protocol"]]


def named(text):
    """The number of a protocol as the API writes it; -1: all."""
    return {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58}.get(str(text)) or int(text)


def in_network(text, version, number):
    of, low, high = plain.bounds(text)
    return of == version and low <= number <= high


def group_lets_in(group, packet):
    """Groups and prefix lists as sources are left to the caller: none here is from the internet."""
    for permission in group["IpPermissions"]:
        protocol = named(permission["IpProtocol"])
        if protocol not in (-1, protocol_number(packet)):
            continue
        if protocol in (6, 17) and not permission["FromPort"] <= packet["port"] <= permission["ToPort"]:
            continue
        sources = [r["CidrIp"] for r in permission["IpRanges"]] + [r["CidrIpv6"] for r in permission["Ipv6Ranges"]]
        if any(in_network(s, packet["version"], packet["source"]) for s in sources):
            return True
    return False


def acl_passes(acl, packet, egress):
    """Of egress: the answer, from the port asked to the port that asked."""
    port = packet["source_port"] if egress else packet["port"]
    for entry in sorted((e for e in acl["Entries"] if e["Egress"] == egress), key=lambda e: e["RuleNumber"]):
        protocol = int(entry["Protocol"])
        if protocol not in (-1, protocol_number(packet)):
            continue
        if protocol in (6, 17) and not entry["PortRange"]["From"] <= port <= entry["PortRange"]["To"]:
            continue
        if in_network(entry.get("CidrBlock") or entry["Ipv6CidrBlock"], packet["version"], packet["source"]):
            return entry["RuleAction"] == "allow"
    return False


def route_leads_out(table, packet):
    best = None
    for route in table["Routes"]:
        to = route.get("DestinationCidrBlock") or route["DestinationIpv6CidrBlock"]
        if in_network(to, packet["version"], packet["source"]) and (best is None or int(to.rpartition("/")[2]) > best[0]):
            best = (int(to.rpartition("/")[2]), route)
    return best is not None and best[1].get("GatewayId", "").startswith("igw-") and best[1].get("State") != "blackhole"


def lets_in(groups, acl, table, packet, source_ports):
    """Is there a port to ask from with which the packet gets in and, for TCP, its answer out?"""
    if not any(group_lets_in(g, packet) for g in groups) or not acl_passes(acl, packet, False) or not route_leads_out(table, packet):
        return False
    if packet["protocol"] != "tcp":
        return True
    return any(acl_passes(acl, {**packet, "source_port": port}, True) for port in source_ports)


# --- many packets at once ---
# The same meaning with sets of packets, as in audit_oracle.py; that both agree is part of every comparison.

class Batch(plain.Batch):
    """numbers: of each packet of a protocol without a name, by its version, so many as are tried."""

    def __init__(self, packets, numbers):
        super().__init__(packets)
        self.tries = [self.by_number(dict(zip((4, 6), pair))) for pair in zip(numbers[4], numbers[6])]

    def by_number(self, other):
        found = {}
        for name, some in self.protocols.items():
            for v in (4, 6):
                number = other[v] if name == "other" else protocol_number({"protocol": name, "version": v})
                found[number] = found.get(number, 0) | some & self.versions[v]
        return found

    def in_prefix(self, text):
        version, low, high = plain.bounds(text)
        return self.sources[version].between([(low, high)])

    def of_protocol(self, numbers, number):
        return self.all if number == -1 else numbers.get(number, 0)

    def by_groups(self, groups, numbers):
        found = 0
        for permission in (p for g in groups for p in g["IpPermissions"]):
            number = named(permission["IpProtocol"])
            here = self.of_protocol(numbers, number)
            if number in (6, 17):
                here &= self.ports.between([(permission["FromPort"], permission["ToPort"])])
            sources = 0
            for text in [r["CidrIp"] for r in permission["IpRanges"]] + [r["CidrIpv6"] for r in permission["Ipv6Ranges"]]:
                sources |= self.in_prefix(text)
            found |= here & sources
        return found

    def by_acl(self, acl, numbers):
        let, undecided = 0, self.all
        for entry in sorted((e for e in acl["Entries"] if not e["Egress"]), key=lambda e: e["RuleNumber"]):
            number = int(entry["Protocol"])
            here = self.of_protocol(numbers, number) & self.in_prefix(entry.get("CidrBlock") or entry["Ipv6CidrBlock"])
            if number in (6, 17):
                here &= self.ports.between([(entry["PortRange"]["From"], entry["PortRange"]["To"])])
            let |= undecided & here if entry["RuleAction"] == "allow" else 0
            undecided &= ~here
        return let

    def answered_through(self, acl, source_ports):
        """Packets of TCP whose answer gets out to some port that asked."""
        entries = [(e, self.in_prefix(e.get("CidrBlock") or e["Ipv6CidrBlock"])) for e in sorted((e for e in acl["Entries"]
            if e["Egress"] and int(e["Protocol"]) in (-1, 6)), key=lambda e: e["RuleNumber"])]
        found = 0
        for port in source_ports:
            undecided = self.all
            for entry, here in entries:
                if int(entry["Protocol"]) == 6 and not entry["PortRange"]["From"] <= port <= entry["PortRange"]["To"]:
                    continue
                found |= undecided & here if entry["RuleAction"] == "allow" else 0
                undecided &= ~here
        return found

    def led_out(self, table):
        prefix_of = lambda route: route.get("DestinationCidrBlock") or route["DestinationIpv6CidrBlock"]
        let, undecided = 0, self.all
        for route in sorted(table["Routes"], key=lambda r: -int(prefix_of(r).rpartition("/")[2])):
            here = undecided & self.in_prefix(prefix_of(route))
            let |= here if route.get("GatewayId", "").startswith("igw-") and route.get("State") != "blackhole" else 0
            undecided &= ~here
        return let

    def reached(self, groups, acl, table, source_ports):
        """Those that get in, of a protocol without a name with some of the numbers tried."""
        tcp = self.protocols.get("tcp", 0)
        there = self.led_out(table) & (self.all & ~tcp | self.answered_through(acl, source_ports))
        found = 0
        for numbers in self.tries:
            found |= there & self.by_groups(groups, numbers) & self.by_acl(acl, numbers)
        return found


# --- random configurations ---

V4 = [v for v in plain.V4 if "/" in v]
PORTS = [(22, 22), (9200, 9200), (9200, 9300), (0, 1023), (443, 443), (0, 65535), (1024, 65535), (5432, 5432), (20, 30),
    (32768, 60999)]


def prefix(random):
    kind = random.random()
    if kind < 0.6:
        return random.choice(V4)
    if kind < 0.8:
        return random.choice(plain.V6)
    length = random.choice((0, 1, 2, 3, 5, 7, 8, 9, 12, 16, 24, 31, 32))
    return str(ipaddress.ip_network((random.getrandbits(32), length), strict=False))


def permission(random):
    protocol = random.choice(("-1", "tcp", "tcp", "tcp", "udp", "icmp", "icmpv6", "47", "50"))
    made = {"IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    if protocol in ("tcp", "udp"):
        made["FromPort"], made["ToPort"] = random.choice(PORTS)
    elif protocol.startswith("icmp"):
        made["FromPort"] = made["ToPort"] = -1
    for _ in range(random.choice((1, 1, 2, 3))):
        text = prefix(random)
        if ":" in text:
            made["Ipv6Ranges"].append({"CidrIpv6": text})
        else:
            made["IpRanges"].append({"CidrIp": text})
    if random.random() < 0.2:
        made["UserIdGroupPairs"].append({"GroupId": "sg-other", "UserId": "111122223333"})
    return made


def entry(random, number, egress):
    protocol = random.choice(("-1", "-1", "6", "6", "17", "1", "58", "47"))
    made = {"Egress": egress, "Protocol": protocol, "RuleAction": random.choice(("allow", "allow", "deny")), "RuleNumber": number}
    text = prefix(random)
    made["Ipv6CidrBlock" if ":" in text else "CidrBlock"] = text
    if protocol in ("6", "17"):
        made["PortRange"] = dict(zip(("From", "To"), random.choice(PORTS)))
    elif protocol in ("1", "58"):
        made["IcmpTypeCode"] = {"Code": -1, "Type": -1}
    return made


def group(random, number, name):
    return {"GroupId": "sg-%d%s" % (number, name), "GroupName": "%s%d" % (name, number), "VpcId": "vpc-%d" % number,
        "IpPermissions": [permission(random) for _ in range(random.randint(0, 4))], "IpPermissionsEgress": []}


def acl(random, number, subnet):
    """Half of the time what AWS makes by itself, with some entries before it."""
    entries = []
    for egress in (False, True):
        entries += [entry(random, n, egress) for n in random.sample(range(1, 100), random.randint(0, 4))]
        if random.random() < 0.6:
            entries += [{"Egress": egress, "Protocol": "-1", "RuleAction": "allow", "RuleNumber": 100 + i, key: value}
                for i, (key, value) in enumerate((("CidrBlock", "0.0.0.0/0"), ("Ipv6CidrBlock", "::/0")))]
        entries += [{"Egress": egress, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767 + i, key: value}
            for i, (key, value) in enumerate((("CidrBlock", "0.0.0.0/0"), ("Ipv6CidrBlock", "::/0")))]
    random.shuffle(entries)
    return {"NetworkAclId": "acl-%d" % number, "VpcId": "vpc-%d" % number, "Entries": entries,
        "Associations": [{"SubnetId": subnet, "NetworkAclId": "acl-%d" % number}]}


def route_table(random, number, subnet):
    routes = [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}]
    for key, value in (("DestinationCidrBlock", "0.0.0.0/0"), ("DestinationIpv6CidrBlock", "::/0")):
        if random.random() < 0.85:
            routes.append({key: value, "GatewayId": "igw-1", "State": "active"})
    targets = ({"GatewayId": "igw-1"}, {"NatGatewayId": "nat-1"}, {"GatewayId": "igw-1", "State": "blackhole"})
    seen = set()
    for _ in range(random.choice((0, 0, 1, 2))):
        text = prefix(random)
        if text not in seen and ipaddress.ip_network(text).prefixlen > 0:
            routes.append({"DestinationIpv6CidrBlock" if ":" in text else "DestinationCidrBlock": text, "State": "active",
                **random.choice(targets)})
        seen.add(text)
    random.shuffle(routes)
    main = random.random() < 0.5
    return {"RouteTableId": "rtb-%d" % number, "VpcId": "vpc-%d" % number, "Routes": routes,
        "Associations": [{"Main": True} if main else {"SubnetId": subnet, "Main": False}]}


def edges(groups, acl, table):
    """Addresses and ports at which a decision can change, with their neighbours."""
    texts = [r.get("CidrIp") or r["CidrIpv6"] for g in groups for p in g["IpPermissions"] for r in p["IpRanges"] + p["Ipv6Ranges"]]
    texts += [e.get("CidrBlock") or e["Ipv6CidrBlock"] for e in acl["Entries"]]
    texts += [r.get("DestinationCidrBlock") or r["DestinationIpv6CidrBlock"] for r in table["Routes"]]
    addresses, ports, answers = {4: set(), 6: set()}, {0, 9200, 65535}, {0, 65535}
    for network in map(ipaddress.ip_network, texts):
        low, high = int(network.network_address), int(network.broadcast_address)
        addresses[network.version] |= {low - 1, low, high, high + 1}
    for p in (p for g in groups for p in g["IpPermissions"] if "FromPort" in p):
        ports |= {p["FromPort"] - 1, p["FromPort"], p["ToPort"], p["ToPort"] + 1}
    for e in (e for e in acl["Entries"] if "PortRange" in e):
        (answers if e["Egress"] else ports).update(
            {e["PortRange"]["From"] - 1, e["PortRange"]["From"], e["PortRange"]["To"], e["PortRange"]["To"] + 1})
    fit = lambda some, most: sorted(x for x in some if 0 <= x <= most)
    return {4: fit(addresses[4], 2**32 - 1), 6: fit(addresses[6], 2**128 - 1)}, fit(ports, 65535), fit(answers, 65535)


def packets(random, groups, acl, table, count):
    """(packet, ports it could be sent from): from the internet, half of them at edges."""
    addresses, ports, answers = edges(groups, acl, table)
    made = 0
    while made < count:
        version = 4 if random.random() < 0.7 else 6
        at_edge = addresses[version] and random.random() < 0.6
        number = random.choice(addresses[version]) if at_edge else random.getrandbits(32) if version == 4 else \
            (1 << 125) | random.getrandbits(125)
        if not plain.is_public(version, number):
            continue
        made += 1
        yield {"version": version, "source": number, "protocol": random.choice(("tcp", "tcp", "tcp", "udp", "icmp", "esp", "ah", "other")),
            "port": random.choice(ports) if random.random() < 0.7 else random.randrange(65536)}, answers
