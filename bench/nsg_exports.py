"""Exports of invented network security groups, as the REST interface gives them: bench/audit_bench.py measures with them. The same
seed gives the same bytes."""
import random

SUBSCRIPTION = "/subscriptions/0f1e2d3c-1111-4222-8333-444455556666"
PRIVATE = ["10.%d.0.0/16" % i for i in range(64)] + ["10.12.%d.0/24" % i for i in range(64)] + ["192.168.%d.0/24" % i for i in range(32)]
TAGS = ["VirtualNetwork", "AzureLoadBalancer", "VirtualNetwork"]
SERVICES = ["AzureMonitor", "Storage.WestEurope", "GatewayManager", "AzureDevOps", "AzureFrontDoor.Backend", "ApiManagement"]
OFFICES = ["203.0.113.%d/32" % i for i in range(1, 30)] + ["198.51.100.%d/29" % (8 * i) for i in range(12)] + ["192.0.2.64/26"]
INSIDE = ["22", "80", "443", "1433", "3389", "5432", "6379", "8080", "8443", "9200", "9300", "27017", "5985-5986", "30000-32767", "*"]
ADMIN = ["22", "443", "3389", "8443"]
SYSTEM = [("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
    ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*")]
RULE = '{"name":"%s","id":"%s/%s/%s","etag":"W/\\"%s\\"","type":"Microsoft.Network/networkSecurityGroups/%s","properties":{' \
    '"provisioningState":"Succeeded","description":"%s","protocol":"%s","sourcePortRange":"%s","destinationPortRange":"%s",' \
    '"sourceAddressPrefix":"%s","destinationAddressPrefix":"%s","access":"%s","priority":%d,"direction":"%s","sourcePortRanges":[],' \
    '"destinationPortRanges":[%s],"sourceAddressPrefixes":[%s],"destinationAddressPrefixes":[]}}'


def quoted(values):
    return ",".join('"%s"' % value for value in values)


def public_prefix(chance):
    length = chance.choice((8, 12, 16, 20, 24, 28, 32))
    return "%d.%d.%d.%d/%d" % (*(((chance.getrandbits(32) >> 32 - length) << 32 - length) >> s & 255 for s in (24, 16, 8, 0)), length)


def realistic_rule(chance):
    """(what it is for, sources, ports, access, protocol, destination): most sources are private, some are offices and services."""
    kind = chance.random()
    if kind < 0.70:
        return "app", [chance.choice(PRIVATE) for _ in range(chance.choice((1, 1, 1, 2, 4)))], [chance.choice(INSIDE)], "Allow", "Tcp", \
            "*" if chance.random() < 0.5 else chance.choice(PRIVATE)
    if kind < 0.84:
        return "net", [chance.choice(TAGS)], [chance.choice(INSIDE)], "Allow", "*", "VirtualNetwork"
    if kind < 0.91:
        return "block", [chance.choice(PRIVATE)], ["*"], "Deny", "*", "*"
    if kind < 0.95:
        return "office", [chance.choice(OFFICES)], chance.sample(ADMIN, chance.choice((1, 1, 2))), "Allow", "Tcp", "*"
    if kind < 0.97:
        return "service", [chance.choice(SERVICES)], ["443"], "Allow", "Tcp", "VirtualNetwork"
    if kind < 0.98:
        return "web", ["Internet"], ["443"], "Allow", "Tcp", "*"
    if kind < 0.9805:
        return "open", ["*"], [chance.choice(INSIDE)], "Allow", "Tcp", "*"
    return "scanner", [public_prefix(chance)], ["*"], "Deny", "*", "*"


WIDE = ["*", "Internet", "0.0.0.0/1", "128.0.0.0/1", "203.0.113.0/24", "198.51.100.0/25", "8.0.0.0/7", "10.0.0.0/8", "64.0.0.0/2", "20.0.0.0/6",
    "2001:db8::/32", "2000::/4", "VirtualNetwork"]
RANGES = ["*", "22", "3389", "9200", "9200-9300", "0-1023", "443", "1-65535", "20-30", "1000-40000"]


def tangled_rule(chance):
    """No export looks like this: wide sources and ranges of ports that all overlap, half of them denied."""
    sources = [chance.choice(WIDE) if chance.random() < 0.8 else public_prefix(chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    return "random", sources, [chance.choice(RANGES) for _ in range(chance.choice((1, 1, 2)))], chance.choice(("Allow", "Deny")), \
        chance.choice(("Tcp", "Udp", "Icmp", "*")), "*" if chance.random() < 0.75 else chance.choice(("10.1.0.0/24", "192.168.7.0/24"))


def rule_text(group, kind, name, made, priority, direction, etag):
    what, sources, ports, access, protocol, destination = made
    one = lambda values: values[0] if len(values) == 1 else ""
    more = lambda values: quoted(values) if len(values) > 1 else ""
    return RULE % (name, group, kind, name, etag, kind, what, protocol, "*", one(ports), one(sources), destination, access, priority,
        direction, more(ports), more(sources))


def group_text(chance, number, rules, make):
    name = "nsg-%s-%05d" % (chance.choice(("web", "app", "data", "mgmt")), number)
    group = "%s/resourceGroups/rg-contoso-%04d/providers/Microsoft.Network/networkSecurityGroups/%s" % (SUBSCRIPTION, number // 10, name)
    etag = "%08x-3c47-4b8f-9d10-%012x" % (chance.getrandbits(32), chance.getrandbits(48))
    own, step = [], 3996 // rules if rules > 1 else 1
    for i in range(rules):
        made = make(chance)
        out = chance.random() < 0.15 and make is realistic_rule
        own.append(rule_text(group, "securityRules", "%s-%s-%03d" % ("out" if out else "in", made[0], i), made, 100 + i * step,
            "Outbound" if out else "Inbound", etag))
    system = [rule_text(group, "defaultSecurityRules", name, ("system", [source], ["*"], access, "*", to), priority, way, etag)
        for name, priority, access, way, source, to in SYSTEM]
    return '{"name":"%s","id":"%s","etag":"W/\\"%s\\"","type":"Microsoft.Network/networkSecurityGroups","location":"westeurope",' \
        '"tags":{"owner":"fabrikam"},"properties":{"provisioningState":"Succeeded","resourceGuid":"%s","securityRules":[%s],' \
        '"defaultSecurityRules":[%s]}}' % (name, group, etag, etag[:36], ",".join(own), ",".join(system))


def write(path, seed, groups, rules, make):
    """One file {"value": [...]}, a group a line."""
    chance = random.Random(seed)
    with open(path, "w", encoding="ascii") as out:
        out.write('{"value":[')
        for number in range(groups):
            out.write((",\n" if number else "\n") + group_text(chance, number, rules, make))
        out.write("\n]}\n")
