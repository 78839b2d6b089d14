"""A second opinion on security groups, written apart from src/audit: packets against rules in plain order, and an answer of
`staunch audit --format json` read back as what it lets in. Shares nothing with the program but the documented meaning."""
import bisect
import functools
import ipaddress

# Sources of packets from the internet: not private, shared, loopback, link-local, multicast, reserved, nor the probe.
HOLES = [ipaddress.ip_network(n) for n in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
    "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "168.63.129.16/32")]
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah")


@functools.lru_cache(maxsize=1 << 16)
def bounds(text):
    """(version, first, last) of a prefix."""
    net = ipaddress.ip_network(text)
    return net.version, int(net.network_address), int(net.broadcast_address)


HOLE_BOUNDS = [(int(n.network_address), int(n.broadcast_address)) for n in HOLES]


def is_public(version, number):
    if version == 6:
        return number >> 125 == 1
    return not any(low <= number <= high for low, high in HOLE_BOUNDS)


class Side:
    """A parsed list of prefixes: two lists of integer ranges."""

    def __init__(self, values, public):
        self.ranges = {4: [], 6: []}
        for value in values:
            if value == "*":
                self.ranges[4].append((0, 2**32 - 1))
                self.ranges[6].append((0, 2**128 - 1))
            elif value == "Internet":
                self.ranges[4].append("public")
                self.ranges[6].append("public")
            elif value == "VirtualNetwork":
                if not public:
                    self.ranges[4].append((0, 2**32 - 1))
                    self.ranges[6].append((0, 2**128 - 1))
            else:
                version, low, high = bounds(value)
                self.ranges[version].append((low, high))

    def has(self, version, number, public):
        return any(public if r == "public" else r[0] <= number <= r[1] for r in self.ranges[version])


def parse_ports(values):
    out = []
    for value in values:
        low, _, high = ("0-65535" if value == "*" else value).partition("-")
        out.append((int(low), int(high or low)))
    return out


class Rule:
    def __init__(self, rule):
        both = lambda one, many: [v for v in [rule.get(one)] + (rule.get(many) or []) if v]
        self.priority, self.allow, self.protocol = rule["priority"], rule["access"] == "Allow", rule["protocol"].lower()
        self.source = Side(both("sourceAddressPrefix", "sourceAddressPrefixes"), True)
        self.destination = Side(both("destinationAddressPrefix", "destinationAddressPrefixes"), False)
        self.ports = parse_ports(both("destinationPortRange", "destinationPortRanges"))
        self.source_ports = parse_ports(both("sourcePortRange", "sourcePortRanges"))
        covered = 0  # ports from 0 on without a gap
        for low, high in sorted(self.ports):
            covered = max(covered, high + 1) if low <= covered else covered
        self.every_port = covered == 65536
        self.inbound = rule["direction"] == "Inbound"

    def matches(self, packet):
        if self.protocol not in ("*", packet["protocol"]):
            return False
        version, number = packet["version"], packet["source"]
        if not self.source.has(version, number, packet["public"]):
            return False
        if not self.destination.has(version, packet["destination"], False):
            return False
        if not any(a <= packet["source_port"] <= b for a, b in self.source_ports):
            return False
        if packet["protocol"] in ("tcp", "udp"):
            return any(a <= packet["port"] <= b for a, b in self.ports)
        return self.protocol != "*" or self.every_port


def compiled(group):
    """Rules in the order of their priority."""
    return sorted((r for r in map(Rule, group["securityRules"]) if r.inbound), key=lambda r: r.priority)


def lets_in(rules, packet):
    for rule in rules:
        if rule.matches(packet):
            return rule.allow
    return False


class Answer:
    """The exposures of one store, as sets again."""

    def __init__(self, exposures):
        self.rows = []
        for row in exposures:
            if row["verdict"] != "open":
                continue
            sources = {4: [], 6: []}
            for text in row["sources"]:
                version, low, high = bounds(text)
                sources[version].append((low, high))
            to = {4: [], 6: []}
            for text in row["destinations"]:
                version, low, high = bounds(text)
                to[version].append((low, high))
            self.rows.append((row["protocol"], row["ports"], sources, to, bool(row["destinations"])))

    def lets_in(self, packet, destination_matters):
        for protocol, ports, sources, to, somewhere in self.rows:
            if protocol not in ("any", packet["protocol"]):
                continue
            if packet["protocol"] in ("tcp", "udp") and not any(a <= packet["port"] <= b for a, b in ports):
                continue
            if not any(a <= packet["source"] <= b for a, b in sources[packet["version"]]):
                continue
            if destination_matters and somewhere and not any(
                    a <= packet["destination"] <= b for a, b in to[packet["version"]]):
                continue
            return True
        return False


# --- random configurations ---

V4 = ["*", "Internet", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24", "203.0.113.7/32", "198.51.100.0/25",
    "8.0.0.0/7", "8.8.0.0/16", "10.0.0.0/8", "VirtualNetwork", "192.168.0.0/16", "64.0.0.0/2", "20.0.0.0/6", "172.0.0.0/8"]
V6 = ["::/0", "2001:db8::/32", "2001:db8:1::/48", "2000::/4", "fd00::/8"]
PORTS = ["*", "22", "3389", "9200", "9200-9300", "0-1023", "443", "80", "1-65535", "20-30", "5432", "1000-40000"]


def prefix(random):
    kind = random.random()
    if kind < 0.6:
        return random.choice(V4)
    if kind < 0.8:
        return random.choice(V6)
    length = random.choice((0, 1, 2, 3, 5, 7, 8, 9, 12, 16, 24, 31, 32))
    return str(ipaddress.ip_network((random.getrandbits(32), length), strict=False))


def side(rule, random, one, many, make):
    values = [make(random) for _ in range(random.choice((1, 1, 1, 2, 3)))]
    if len(values) == 1 and random.random() < 0.7:
        rule[one] = values[0]
    else:
        rule[one] = random.choice((None, ""))
        rule[many] = values


def some_rule(random, priority, inside):
    rule = {"name": "r%d" % priority, "priority": priority, "direction": "Inbound" if random.random() < 0.95 else "Outbound",
        "access": random.choice(("Allow", "Deny")), "protocol": random.choice(("*", "Tcp", "TCP", "Udp", "Icmp", "Esp"))}
    side(rule, random, "sourceAddressPrefix", "sourceAddressPrefixes", prefix)
    side(rule, random, "destinationPortRange", "destinationPortRanges", lambda r: r.choice(PORTS))
    rule["sourcePortRange"] = "*" if random.random() < 0.9 else random.choice(PORTS)
    rule["destinationAddressPrefix"] = "*" if random.random() < 0.75 else random.choice(inside)
    return rule


def group(random, name, inside, most=12):
    priorities = random.sample(range(100, 4097), random.randint(0, most))
    return {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/" + name, "name": name,
        "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [some_rule(random, p, inside) for p in priorities]}


def edges(groups):
    """Addresses and ports at which a decision can change, with their neighbours."""
    addresses, ports = {4: set(), 6: set()}, set()
    for rules in groups:
        for rule in rules:
            for version in (4, 6):
                for r in rule.source.ranges[version]:
                    if r != "public":
                        addresses[version] |= {r[0] - 1, r[0], r[1], r[1] + 1}
            for low, high in rule.ports + rule.source_ports:
                ports |= {low - 1, low, high, high + 1}
    return addresses, sorted(p for p in ports | {0, 65535, 9200} if 0 <= p <= 65535)


def some_address(random, version):
    while True:
        number = random.getrandbits(32) if version == 4 else (1 << 125) | random.getrandbits(125)
        if is_public(version, number):
            return number


def packets(random, groups, destinations, count):
    """(packets, source ports that could matter): from the internet, half of them at edges."""
    addresses, ports = edges(groups)
    pools = {v: sorted(a for a in addresses[v] if 0 <= a < 2**(32 if v == 4 else 128) and is_public(v, a)) for v in (4, 6)}
    several = lambda pool, of=count: random.choices(pool, k=of)
    protocols, chances = several(PROTOCOLS[:3] * 3 + PROTOCOLS), [random.random() for _ in range(count)]
    asked = [edge if random.random() < 0.8 else random.getrandbits(16) for edge in several(ports)]
    versions = [4 if destinations[4] and (not destinations[6] or chance < 0.75) else 6 for chance in chances]
    edge = {v: iter(several(pools[v]) if pools[v] else ()) for v in (4, 6)}
    to = {v: iter(several(destinations[v]) if destinations[v] else ()) for v in (4, 6)}
    return [{"version": v, "source": next(edge[v]) if pools[v] and random.random() < 0.6 else some_address(random, v), "public": True,
        "protocol": protocol, "port": port, "destination": next(to[v])} for v, protocol, port in zip(versions, protocols, asked)], ports


# --- many packets at once ---
# The same meaning, rule by rule in plain order, with a number as a set of packets: bit i is packet i. That these sets and the
# plain reading above agree is part of every comparison (check_some).

def where(packets, field):
    """{value: the packets that have it}"""
    found, bit = {}, 1
    for packet in packets:
        found[packet[field]] = found.get(packet[field], 0) | bit
        bit <<= 1
    return found


class Column:
    """One field of all packets: which of them have it between two values."""

    def __init__(self, values, wanted=None):
        order = sorted((i for i in range(len(values)) if wanted is None or wanted >> i & 1), key=values.__getitem__)
        self.values, self.fronts, front = [values[i] for i in order], [0], 0
        for i in order:
            front |= 1 << i
            self.fronts.append(front)

    def between(self, ranges, public=False):
        """ranges: (first, last); "public" is all where `public` says so, as of sources, and else none."""
        found = 0
        for one in ranges:
            if one == "public":
                found |= self.fronts[-1] if public else 0
                continue
            found |= self.fronts[bisect.bisect_right(self.values, one[1])] & ~self.fronts[bisect.bisect_left(self.values, one[0])]
        return found


class Batch:
    def __init__(self, packets):
        self.packets, self.all = packets, (1 << len(packets)) - 1
        self.protocols = where(packets, "protocol")
        self.with_ports = self.protocols.get("tcp", 0) | self.protocols.get("udp", 0)
        self.versions = {4: 0, 6: 0, **where(packets, "version")}
        column = lambda name, wanted=None: Column([p.get(name) for p in packets], wanted)
        self.ports = column("port")
        self.sources = {v: column("source", self.versions[v]) for v in (4, 6)}
        self.destinations = {v: column("destination", self.versions[v]) for v in (4, 6)} if "destination" in packets[0] else None

    def matched(self, rule):
        """By the rule, from a source port that it has."""
        protocol = self.all if rule.protocol == "*" else self.protocols.get(rule.protocol, 0)
        ports = self.ports.between(rule.ports) & self.with_ports
        if rule.protocol != "*" or rule.every_port:
            ports |= self.all & ~self.with_ports
        found = 0
        for v in (4, 6):
            found |= self.sources[v].between(rule.source.ranges[v], True) & self.destinations[v].between(rule.destination.ranges[v])
        return found & protocol & ports

    def let_in(self, chain, source_ports):
        """By every group of the chain, from some source port."""
        chain = [[(rule, self.matched(rule)) for rule in rules] for rules in chain]
        found = 0
        if all(rule.source_ports == [(0, 65535)] for rules in chain for rule, _ in rules):
            source_ports = (0,)
        for port in source_ports:
            here = self.all
            for rules in chain:
                let, undecided = 0, here
                for rule, matched in rules:
                    if any(a <= port <= b for a, b in rule.source_ports):
                        let |= undecided & matched if rule.allow else 0
                        undecided &= ~matched
                here = let
            found |= here
        return found

    def answered(self, answer, destination_matters):
        found = 0
        for protocol, ports, sources, to, somewhere in answer.rows:
            row = self.all if protocol == "any" else self.protocols.get(protocol, 0)
            row &= self.ports.between(ports) | ~self.with_ports
            from_there = self.sources[4].between(sources[4]) | self.sources[6].between(sources[6])
            if destination_matters and somewhere:
                from_there &= self.destinations[4].between(to[4]) | self.destinations[6].between(to[6])
            found |= row & from_there
        return found
