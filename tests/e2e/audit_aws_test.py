"""Networks of AWS: tests/cases/audit/aws.json, each case with the packet that decides it, as `aws ec2 describe-*` prints it (interfaces by
themselves and in instances, rules in their groups and by themselves); fixes applied and audited again; windows of a story told day by
day; what is no configuration is refused."""
import json
import os
import random
import re
import shlex

import rig
from audit_test import told

CASES = json.loads(open(os.path.join(rig.ROOT, "tests/cases/audit/aws.json"), encoding="utf-8").read())
ANY = (rig.OK, rig.FOUND, rig.INCOMPLETE)


def sources(texts, permission):
    for text in texts.split(","):
        if text.startswith("sg-"):
            permission["UserIdGroupPairs"].append({"GroupId": text, "UserId": "111122223333"})
        elif text.startswith("pl-"):
            permission["PrefixListIds"].append({"PrefixListId": text})
        elif ":" in text:
            permission["Ipv6Ranges"].append({"CidrIpv6": text})
        else:
            permission["IpRanges"].append({"CidrIp": text, "Description": "as it is"})
    return permission


def ends(text):
    low, _, high = text.lstrip("-").partition("-")
    return (-1, -1) if text == "-1" else (int(low), int(high or low))


def permission(text):
    """"tcp 9200-9300 0.0.0.0/0,sg-app" as IpPermission."""
    protocol, ports, where = text.split(" ")
    made = {"IpProtocol": protocol, "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    if ports != "-":
        made["FromPort"], made["ToPort"] = ends(ports)
    return sources(where, made)


def group(name, permissions, **more):
    return {"Description": "of a case", "GroupName": name, "GroupId": "sg-" + name, "OwnerId": "111122223333", "VpcId": "vpc-1",
        "IpPermissions": [permission(p) for p in permissions], "IpPermissionsEgress": [{"IpProtocol": "-1",
            "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}], **more}


def addresses(text):
    """"10.0.0.4=203.0.113.9,2001:db8::9": private ones, with the public one before which it stands."""
    pairs = [a.partition("=") for a in text.split(",")]
    private = [{"PrivateIpAddress": a, "Primary": not i, **({"Association": {"PublicIp": p, "IpOwnerId": "amazon"}} if p else {})}
        for i, (a, _, p) in enumerate(pairs) if ":" not in a]
    return {"PrivateIpAddresses": private, "Ipv6Addresses": [{"Ipv6Address": a} for a, _, _ in pairs if ":" in a]}


def interface(text, **more):
    where, names = text.split(" ")
    return {"NetworkInterfaceId": "eni-1", "SubnetId": "subnet-1", "VpcId": "vpc-1", "InterfaceType": "interface", "Status": "in-use",
        "Groups": [{"GroupId": "sg-" + n, "GroupName": n} for n in names.split(",")], **addresses(where), **more}


def entry(text):
    """"in 100 allow 6 1024-65535 0.0.0.0/0" as NetworkAclEntry."""
    side, number, action, protocol, ports, where = text.split(" ")
    made = {"Egress": side == "out", "Protocol": protocol, "RuleAction": action, "RuleNumber": int(number),
        "Ipv6CidrBlock" if ":" in where else "CidrBlock": where}
    if protocol in ("6", "17"):
        made["PortRange"] = dict(zip(("From", "To"), ends(ports)))
    elif protocol in ("1", "58"):
        made["IcmpTypeCode"] = {"Code": -1, "Type": int(ports)}
    return made


def acl(texts, subnet="subnet-1"):
    last = [{"CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767}
        for egress in (True, False)]
    return {"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": False, "Entries": [entry(t) for t in texts] + last,
        "Associations": [{"NetworkAclAssociationId": "aclassoc-1", "NetworkAclId": "acl-1", "SubnetId": subnet}]}


def route(text):
    to, target = text.split(" ")
    made = {"DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock": to, "State": "active", "Origin": "CreateRoute"}
    keys = {"nat": "NatGatewayId", "eigw": "EgressOnlyInternetGatewayId", "eni": "NetworkInterfaceId", "tgw": "TransitGatewayId"}
    if target == "blackhole":
        return {**made, "GatewayId": "igw-1", "State": "blackhole"}
    return {**made, keys.get(target.split("-")[0], "GatewayId"): target}


def routes(texts, main=False):
    return {"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [route(t) for t in texts],
        "Associations": [{"Main": True, "RouteTableId": "rtb-1"} if main else {"Main": False, "SubnetId": "subnet-1"}]}


def files(case):
    """Name of the file -> what the command line printed."""
    made = {}
    if "groups" in case:
        made["groups.json"] = {"SecurityGroups": [group(n, p) for n, p in case["groups"].items()]}
    if "interface" in case:
        made["interfaces.json"] = {"NetworkInterfaces": [interface(case["interface"])]}
    if "elastic" in case:
        made["addresses.json"] = {"Addresses": [{"PublicIp": case["elastic"], "AllocationId": "eipalloc-1", "Domain": "vpc",
            "NetworkInterfaceId": "eni-1", "PrivateIpAddress": "10.0.0.4"}]}
    if "acl" in case:
        made["acls.json"] = {"NetworkAcls": [acl(case["acl"], case.get("acl_of", "subnet-1"))]}
    if "routes" in case:
        made["routes.json"] = {"RouteTables": [routes(case["routes"], case.get("main", False))]}
    for name, entries in case.get("lists", {}).items():
        made[name + ".json"] = {"Entries": [{"Cidr": e, "Description": ""} for e in entries]}
    return made


def as_instances(case):
    """The interface inside of an instance, whose name it gets."""
    made = files(case)
    if "interface" in case:
        inside = made.pop("interfaces.json")["NetworkInterfaces"][0]
        made["instances.json"] = {"Reservations": [{"ReservationId": "r-1", "Groups": [], "Instances": [{"InstanceId": "i-1",
            "InstanceType": "m5.large", "State": {"Name": "running"}, "Tags": [{"Key": "Name", "Value": "eni-1"}],
            "SecurityGroups": inside["Groups"], "NetworkInterfaces": [inside]}]}]}
    return made


def as_queries(case):
    """What --query leaves of it: the elements of the lists."""
    return {name: next(iter(content.values())) if not name.startswith("pl-") else content for name, content in files(case).items()}


def as_lone_rules(case):
    """describe-security-group-rules beside groups that tell no rules."""
    made, rules = files(case), []
    for g in made.get("groups.json", {}).get("SecurityGroups", []):
        for p in g["IpPermissions"]:
            for key, items in (("CidrIpv4", [r["CidrIp"] for r in p["IpRanges"]]), ("CidrIpv6", [r["CidrIpv6"] for r in p["Ipv6Ranges"]]),
                    ("PrefixListId", [r["PrefixListId"] for r in p["PrefixListIds"]])):
                rules += [{"SecurityGroupRuleId": "sgr-%d" % len(rules), "GroupId": g["GroupId"], "IsEgress": False, key: i,
                    **{k: p[k] for k in ("IpProtocol", "FromPort", "ToPort") if k in p}} for i in items]
            rules += [{"SecurityGroupRuleId": "sgr-m%d" % len(rules), "GroupId": g["GroupId"], "IsEgress": False, "IpProtocol": "tcp",
                "FromPort": 1, "ToPort": 2, "ReferencedGroupInfo": r} for r in p["UserIdGroupPairs"]]
        g["IpPermissions"] = []
    return {**made, "rules.json": {"SecurityGroupRules": rules}}


SHAPES = {"interfaces": files, "instances": as_instances, "queries": as_queries, "rules by themselves": as_lone_rules}


def audit(contents, status, *options, form="json"):
    with rig.folder() as out:
        paths = []
        for name, content in contents.items():
            paths.append(os.path.join(out, name))
            with open(paths[-1], "w", encoding="utf-8") as file:
                file.write(content if isinstance(content, str) else json.dumps(content, indent=4))
        done = rig.expect(status, rig.staunch("audit", "--format", form, *options, *paths))
        if form != "json":
            return done.stdout.decode()
        return json.loads(done.stdout) if done.stdout else done.stderr.decode("utf-8", "replace")


def shuffled(chance, made):
    return dict(sorted(made.items(), key=lambda _: chance.random()))


def every_case_is_told_right():
    rig.check(len(CASES) >= 40, "the table is gone")
    chance = random.Random(2019)
    for case in CASES:
        for shape, make in SHAPES.items():
            what = "%r as %s (deciding packet: %s): " % (case["case"], shape, case["packet"])
            answer = audit(shuffled(chance, make(case)), ANY)
            rig.equal(sorted(row["store"] + " " + told(row) for row in answer["exposures"]), sorted(case["is"]), what + "what it opens")
            rig.equal(audit(make(case), case["exit"])["schema"], "staunch.audit/1", what + "exit status")
            names = lambda rows: [r["rule"] for r in rows]
            rig.equal(names(answer["shadowed"]), case.get("shadowed", []), what + "shadowed rules")
            if "fails_by" in case:
                rig.equal([names(row["admitted_by"])[0] for row in answer["exposures"] if row["fails"]], case["fails_by"],
                    what + "rules named")


# --- fixes ---

def applied(made, command):
    """The files after the command, as AWS would have it."""
    made = json.loads(json.dumps(made))
    for words in (shlex.split(c) for c in command.split(" && ")):
        rig.equal(words[:2], ["aws", "ec2"], "the command of %r" % command)
        options = {}
        for word in words[3:]:
            if word.startswith("--"):
                key = word
                options[key] = []
            else:
                options[key].append(word)
        if words[2] == "replace-network-acl-entry":
            replace_entry(made["acls.json"]["NetworkAcls"], options)
            continue
        permissions, = [g["IpPermissions"] for g in made["groups.json"]["SecurityGroups"] if g["GroupId"] == options["--group-id"][0]]
        for text in options["--ip-permissions"]:
            wanted = short_form(text)
            if words[2] == "revoke-security-group-ingress":
                revoke(permissions, wanted)
            else:
                rig.equal(words[2], "authorize-security-group-ingress", "the verb")
                permissions.append({"IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [], **wanted})
    return made


def short_form(text):
    """'IpProtocol=tcp,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]' (AWS CLI user guide, "shorthand syntax")."""
    made = {}
    for key, listed, plain in re.findall(r"(\w+)=(?:\[\{(.*?)\}\]|([^,]*))(?:,|$)", text):
        made[key] = [dict([listed.split("=", 1)])] if listed else int(plain) if key.endswith("Port") else plain
    return made


def revoke(permissions, wanted):
    """AWS refuses what is not there: so does this."""
    for p in permissions:
        if {"6": "tcp"}.get(p["IpProtocol"], p["IpProtocol"]) != wanted["IpProtocol"] or \
                any(p.get(k) != wanted.get(k) for k in ("FromPort", "ToPort")):
            continue
        for key in ("IpRanges", "Ipv6Ranges", "PrefixListIds"):
            for item in wanted.get(key, []):
                name, value = next(iter(item.items()))
                left = [i for i in p[key] if i[name] != value]
                if len(left) < len(p[key]):
                    p[key] = left
                    return
    rig.check(False, "there is no %r to revoke" % wanted)


def replace_entry(acls, options):
    one = lambda key: options[key][0]
    entries, = [a["Entries"] for a in acls if a["NetworkAclId"] == one("--network-acl-id")]
    at, = [i for i, e in enumerate(entries) if e["RuleNumber"] == int(one("--rule-number")) and e["Egress"] == ("--egress" in options)]
    v6 = "--ipv6-cidr-block" in options
    entries[at] = {"Egress": "--egress" in options, "RuleNumber": int(one("--rule-number")), "Protocol": one("--protocol"),
        "RuleAction": one("--rule-action"), "Ipv6CidrBlock" if v6 else "CidrBlock": one("--ipv6-cidr-block" if v6 else "--cidr-block")}
    if "--port-range" in options:
        low, high = one("--port-range").split(",")
        entries[at]["PortRange"] = {"From": int(low.split("=")[1]), "To": int(high.split("=")[1])}


def every_fix_closes_what_it_says():
    tried = 0
    for case in CASES:
        for row in audit(files(case), ANY)["exposures"]:
            if row["verdict"] != "open" or row["class"] == "listed" or row["protocol"] == "icmp":
                continue
            rig.check(row["fix"] and row["fix"]["edits"], "no fix for %r of %r" % (told(row), case["case"]))
            made = files(case)
            for edit in row["fix"]["edits"]:
                rig.check(edit["aws"], "no command for %r" % edit)
                made = applied(made, edit["aws"])
            left = [told(r) for r in audit(made, ANY)["exposures"] if r["verdict"] == "open" and r["class"] != "listed" and
                (r["protocol"], r["ports"]) == (row["protocol"], row["ports"])]
            rig.equal(left, [], "what is left of %r in %r after %r" % (told(row), case["case"], row["fix"]["edits"]))
            tried += 1
    rig.check(tried > 20, "only %d fixes" % tried)


def the_fix_takes_out_one_permission_and_leaves_the_acl_alone():
    case, = [c for c in CASES if c["case"] == "a deny behind the allow comes too late"]
    row, = [r for r in audit(files(case), rig.FOUND)["exposures"] if r["fails"]]
    edit, = row["fix"]["edits"]
    rig.equal((edit["rule"], edit["group"], edit["set"], edit["patch"]), ("tcp 9200 from 0.0.0.0/0", "es", {"sources": []}, None), "edit")
    rig.equal(shlex.split(edit["aws"]), ["aws", "ec2", "revoke-security-group-ingress", "--group-id", "sg-es", "--ip-permissions",
        "IpProtocol=tcp,FromPort=9200,ToPort=9200,IpRanges=[{CidrIp=0.0.0.0/0}]"], "the command")
    rig.equal([r["rule"] for r in row["admitted_by"]], ["tcp 9200 from 0.0.0.0/0", "ingress 100", "egress 100"], "the path")


def flows_to_keep_are_let_in_before():
    with rig.folder() as out:
        keep = os.path.join(out, "keep.json")
        with open(keep, "w", encoding="utf-8") as file:
            json.dump({"keep": [{"store": "es", "sources": ["198.51.100.0/24"], "protocol": "tcp", "ports": ["9200"]}]}, file)
        made = files({"groups": {"es": ["tcp 9200 0.0.0.0/0"]}})
        row, = audit(made, rig.FOUND, "--keep", keep)["exposures"]
        edit, = row["fix"]["edits"]
        rig.check(edit["aws"].startswith("aws ec2 authorize-security-group-ingress"), "first the office, in %r" % edit["aws"])
        after = audit(applied(made, edit["aws"]), rig.OK, "--keep", keep)["exposures"]
        rig.equal([(r["class"], r["sources"]) for r in after], [("listed", ["198.51.100.0/24"])], "what stays")


def hostile_names_have_no_command():
    for bad in ("sg-1;reboot", "sg-$(id)", "sg-' x", "sg-1\n"):
        made = files({"groups": {"es": ["tcp 9200 0.0.0.0/0"]}})
        made["groups.json"]["SecurityGroups"][0]["GroupId"] = bad
        row, = audit(made, rig.FOUND)["exposures"]
        rig.equal([e["aws"] for e in row["fix"]["edits"]], [None], "a command for %r" % bad)
    made = files({"groups": {"es": ["tcp 9200 0.0.0.0/0"]}})
    made["groups.json"]["SecurityGroups"][0]["GroupName"] = "es\x1b[31m\u202e\n"
    text = audit(made, rig.FOUND, form="text")
    rig.check("\x1b" not in text and "\u202e" not in text, "it prints %r" % text)


# --- a story ---

def day_by_day():
    """Two weeks of snapshots: a description changes on the 4th, the port is opened on the 5th and closed on the 12th."""
    days = {}
    for day in range(1, 15):
        rules = ["tcp 443 0.0.0.0/0", "tcp 9200 198.51.100.7/32"] + (["tcp 9200 0.0.0.0/0"] if 5 <= day < 12 else [])
        made = files({"groups": {"es": rules}, "interface": "10.0.0.4=203.0.113.9 es", "routes": ["0.0.0.0/0 igw-1"],
            "acl": ["in 100 allow -1 - 0.0.0.0/0", "out 100 allow -1 - 0.0.0.0/0"]})
        if day >= 4:
            made["groups.json"]["SecurityGroups"][0]["IpPermissions"][0]["IpRanges"][0]["Description"] = "the web"
        if day >= 8: # the same in another order
            made["groups.json"]["SecurityGroups"][0]["IpPermissions"].reverse()
        days["2019-12-%02d" % day] = made
    return days


def the_window_of_an_added_permission_is_told():
    with rig.folder() as out:
        for date, made in day_by_day().items():
            for name, content in made.items():
                path = os.path.join(out, name.replace(".json", "-%s.json" % date))
                with open(path, "w", encoding="utf-8") as file:
                    json.dump(content, file, indent=4)
        done = rig.expect(rig.OK, rig.staunch("audit", "--format", "json", "--history", out))
        rows = [r for r in json.loads(done.stdout)["exposures"] if r["class"] == "any" and r["ports"] == [[9200, 9200]]]
        row, = rows
        rig.equal(row["window"], {"opened": ["2019-12-04", "2019-12-05"], "closed": ["2019-12-11", "2019-12-12"]}, "the window")
        edit, = row["opened_by"]["edits"]
        rig.equal((row["opened_by"]["how"], edit["change"], edit["rule"], edit["group"]),
            ("one", "rule added", "tcp 9200 from 0.0.0.0/0", "es"), "what opened it")
        rig.check(edit["file"].endswith("groups-2019-12-05.json") and edit["line"] > 1, "where: %r" % edit)
        rig.equal(row["witness"]["destination_port"], 9200, "port of the witness")


def gate(before, after, status):
    with rig.folder() as out:
        folders = []
        for name, made in (("before", before), ("after", after)):
            folders.append(os.path.join(out, name + ".json"))
            with open(folders[-1], "w", encoding="utf-8") as file:
                for content in made.values():
                    file.write(json.dumps(content) + "\n")
        done = rig.expect(status, rig.staunch("audit", "--format", "json", "--baseline", *folders))
        return json.loads(done.stdout)


def only_what_is_new_fails_whichever_gate_it_came_by():
    days = day_by_day()
    gate(days["2019-12-03"], days["2019-12-04"], rig.OK)
    gate(days["2019-12-05"], days["2019-12-08"], rig.OK)
    answer = gate(days["2019-12-04"], days["2019-12-05"], rig.FOUND)
    rig.equal([r["ports"] for r in answer["exposures"] if r["fails"]], [[[9200, 9200]]], "what fails")
    case = {"groups": {"es": ["tcp 9200 0.0.0.0/0"]}, "interface": "10.0.0.4=203.0.113.9 es"}
    everything = "in 100 allow -1 - 0.0.0.0/0"
    steps = [({"acl": [everything]}, {"acl": [everything, "out 100 allow 6 1024-65535 0.0.0.0/0"]}, ("rule added", "egress 100")),
        ({"acl": ["in 90 deny 6 9200 0.0.0.0/0", everything, "out 1 allow -1 - 0.0.0.0/0"]},
            {"acl": [everything, "out 1 allow -1 - 0.0.0.0/0"]}, ("rule removed", "ingress 90")),
        ({"routes": ["10.0.0.0/16 local"]}, {"routes": ["0.0.0.0/0 igw-1"]}, None)]
    for before, after, want in steps:
        row, = gate(files({**case, **before}), files({**case, **after}), rig.FOUND)["exposures"]
        edit = row["opened_by"]["edits"][0]
        rig.equal((edit["change"], edit["rule"]), want or ("attachment changed", None), "what opened it from %r" % before)


# --- what is not whole, and what is none ---

def what_is_no_configuration_is_refused_with_its_line():
    for content, why in (('{"SecurityGroups": [{"GroupId": 7}]}', "line 1"), ('{"SecurityGroups": [\n{"a": 1}]}', "line 2"),
            ('{"NetworkAcls": [{"NetworkAclId": "acl-1"}]}', "line 1"), ('{"SecurityGroups": 7}', "line 1"),
            ('{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [', "not JSON")):
        text = audit({"a.json": content}, rig.WRONG)
        rig.check(text.startswith("staunch: ") and text.count("\n") == 1 and why in text, "it says %r to %r" % (text, content))


def what_is_not_told_widens():
    lone = lambda value: {"groups.json": {"SecurityGroups": [group("es", [], IpPermissions=value)]}}
    odd = [{"IpProtocol": "tcp", "FromPort": 9200, "ToPort": 9200, "IpRanges": "0.0.0.0/0"}]
    for value in ("everything", odd, [odd], [{**odd[0], "IpRanges": [{"CidrIp": "300.1.2.3/8"}]}], [{**odd[0], "IpRanges": [{}]}],
            [{"IpProtocol": "nothing", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            [{"IpProtocol": "tcp", "FromPort": 70000, "ToPort": 3, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]):
        answer = audit(lone(value), rig.INCOMPLETE)
        rig.check(any(r["verdict"] == "cannot-tell" and r["class"] == "any" for r in answer["exposures"]), "%r: %r" % (value, answer))


def a_list_that_goes_on_cannot_be_told():
    made = files({"groups": {"es": []}})
    made["groups.json"]["NextToken"] = "abcd"
    rig.equal(len(audit(made, rig.INCOMPLETE)["cannot_tell"]), 1, "what cannot be told")
    entries = {"entries.json": {"Entries": [{"Cidr": "10.0.0.0/8"}]}, **files({"groups": {"es": []}})}
    answer = audit(entries, rig.INCOMPLETE)
    rig.check("name of a prefix list" in json.dumps(answer["cannot_tell"]), "it says %r" % answer["cannot_tell"])


def lists_that_are_empty_are_read():
    for key in ("SecurityGroups", "NetworkAcls", "Reservations", "NetworkInterfaces", "Subnets", "RouteTables", "Addresses"):
        rig.equal(audit({"a.json": {key: []}}, rig.OK)["exposures"], [], key)


def an_instance_that_is_gone_is_no_store():
    gone = {"Reservations": [{"ReservationId": "r-1", "Instances": [{"InstanceId": "i-1", "State": {"Name": "terminated"},
        "InstanceType": "m5.large", "NetworkInterfaces": [], "SecurityGroups": []}]}]}
    rig.equal(audit({"a.json": gone}, rig.OK)["stores"], [], "stores")


def an_interface_that_two_answers_tell_is_one_store():
    case = {"groups": {"es": ["tcp 9200 0.0.0.0/0"]}, "interface": "10.0.0.4=203.0.113.9 es"}
    made = {**files(case), **as_instances(case)}
    made["instances.json"]["Reservations"][0]["Instances"][0]["Tags"][0]["Value"] = "search"
    rig.equal([s["store"] for s in audit(made, rig.FOUND)["stores"]], ["search"], "stores")


def what_stands_behind_a_network_load_balancer_cannot_be_told():
    """Its targets are not read, and it keeps the addresses of clients; what its rules do not let in stays out."""
    case = {"groups": {"es": ["tcp 9200 0.0.0.0/0"], "inside": ["tcp 9200 10.0.0.0/8"]}, "interface": "10.0.0.4 es"}
    balancer = interface("10.0.0.9=203.0.113.9 inside", NetworkInterfaceId="eni-2", InterfaceType="network_load_balancer")
    made = files(case)
    rig.equal(audit(made, rig.OK)["stores"][0]["verdict"], "closed", "without it")
    made["interfaces.json"]["NetworkInterfaces"].append(balancer)
    answer = audit(made, rig.INCOMPLETE)
    rig.equal([(r["store"], told(r)) for r in answer["exposures"]], [("eni-1", "tcp 9200 any cannot-tell to 10.0.0.4/32")], "with it")
    made["interfaces.json"]["NetworkInterfaces"][0]["Groups"] = [{"GroupId": "sg-inside"}]
    rig.equal(audit(made, rig.FOUND)["stores"][0]["verdict"], "closed", "with rules for inside")
    made["interfaces.json"]["NetworkInterfaces"][1]["VpcId"] = "vpc-2"
    rig.equal(audit({**made, **{"interfaces.json": {"NetworkInterfaces": [files(case)["interfaces.json"]["NetworkInterfaces"][0],
        made["interfaces.json"]["NetworkInterfaces"][1]]}}}, rig.OK)["stores"][0]["verdict"], "closed", "of another network")


def answers_of_every_format_are_made():
    case, = [c for c in CASES if c["case"] == "a deny behind the allow comes too late"]
    text = audit(files(case), rig.FOUND, form="text")
    rig.check("rule tcp 9200 from 0.0.0.0/0 taken out" in text and "run      aws ec2 revoke-security-group-ingress" in text, text)
    sarif = json.loads(audit(files(case), rig.FOUND, form="sarif"))
    where = sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    rig.check(where["artifactLocation"]["uri"].endswith("groups.json"), "the place: %r" % where)
    rig.check("tcp 9200" in audit(files(case), rig.FOUND, form="junit"), "JUnit")


if __name__ == "__main__":
    rig.run_tests(every_case_is_told_right, every_fix_closes_what_it_says, the_fix_takes_out_one_permission_and_leaves_the_acl_alone,
        flows_to_keep_are_let_in_before, hostile_names_have_no_command, the_window_of_an_added_permission_is_told,
        only_what_is_new_fails_whichever_gate_it_came_by, what_is_no_configuration_is_refused_with_its_line, what_is_not_told_widens,
        a_list_that_goes_on_cannot_be_told, lists_that_are_empty_are_read, an_instance_that_is_gone_is_no_store,
        an_interface_that_two_answers_tell_is_one_store, what_stands_behind_a_network_load_balancer_cannot_be_told,
        answers_of_every_format_are_made)
