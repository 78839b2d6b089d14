"""What `staunch audit` says of services by their configuration files: tests/cases/audit/services.json, each case with the line that
decides it; and of a host joined by an inventory: network times path times authentication."""
import json
import os

import rig
from audit_test import NETWORK, rule

CASES = json.loads(open(os.path.join(rig.ROOT, "tests/cases/audit/services.json"), encoding="utf-8").read())


def told(row):
    ports = ",".join(str(a) if a == b else "%d-%d" % (a, b) for a, b in row["ports"]) or "-"
    rights = " " + ",".join(row["rights"]) if row["rights"] else ""
    whole = row["sources"] == ["0.0.0.0/0", "::/0"] or row["verdict"] != "open"
    sources = "" if whole or any("/" not in s for s in row["sources"]) else " from " + ",".join(row["sources"])
    return "%s %s %s %s%s%s" % (ports, row["class"], row["verdict"], row["auth"], rights, sources)


def deciding(row):
    return ["%s:%d %s" % (os.path.basename(r["file"]), r["line"], r["rule"]) for r in row["admitted_by"] if r["setting"]]


def write(out, files):
    paths = []
    for name, text in files.items():
        path = os.path.join(out, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text if isinstance(text, str) else json.dumps(text, indent=1))
        paths.append(path)
    return paths


def audit(files, *entries, status=None):
    """(exit status, answer) of these files, with an inventory of these entries if there are any."""
    with rig.folder() as out:
        arguments = write(out, files)
        if entries:
            arguments += ["--inventory", *write(out, {"inventory.json": {"schema": "staunch.inventory/1", "entries": list(entries)}})]
        done = rig.staunch("audit", "--format", "json", *arguments)
        if status is not None:
            rig.expect(status, done)
        rig.check(done.stdout, "no answer to %s: %s" % (rig.shown(files), done.stderr.decode("utf-8", "replace")))
        return done.returncode, json.loads(done.stdout)


def entry_of(case):
    """The line of the inventory of a case that needs one."""
    more = {k: case[k] for k in ("version", "license", "settings", "account_files") if k in case}
    if not more and not case.get("inventory"):
        return []
    files = [name for name in case["files"] if name not in case.get("account_files", [])]
    return [{"store": "store", "service": case["service"], "files": files, **more}]


def text_of(lines):
    return lines if isinstance(lines, str) else "\n".join(lines) + "\n"


def files_of(case):
    """Lines joined; the policy of a bucket is a text in its answer."""
    made = {}
    for name, content in case["files"].items():
        if isinstance(content, dict):
            content = {k: json.dumps(v) if k == "Policy" else v for k, v in content.items()}
        made[name] = text_of(content) if isinstance(content, list) else content
    return made


def every_case_is_told_right():
    rig.check(len(CASES) >= 110, "the table is gone")
    for case in CASES:
        what = "%r of %s: " % (case["case"], case["service"])
        status, answer = audit(files_of(case), *entry_of(case))
        rows = answer["exposures"]
        rig.equal([told(row) for row in rows], case["is"], what + "what is said")
        rig.equal({row["service"] for row in rows} - {case["service"]}, set(), what + "services")
        rig.equal(status, case["exit"], what + "exit status")
        named = [line for row in rows for line in deciding(row)]
        for line in case["by"]:
            rig.check(line in named, what + "%r decides, not %r" % (line, named))
        rig.check(all(row["reason"] for row in rows), what + "a row gives no reason")


def every_service_has_a_case_of_each_verdict():
    seen = {}
    for case in CASES:
        seen.setdefault(case["service"], set()).add(case["exit"])
    for service, exits in sorted(seen.items()):
        rig.equal(exits, {rig.OK, rig.FOUND, rig.INCOMPLETE}, "verdicts tried of " + service)


def every_fix_closes_what_it_says():
    """The setting is put where the inventory says what the command line sets; one that is taken out, out of the file."""
    tried = 0
    for case in CASES:
        for row in audit(files_of(case), *entry_of(case))[1]["exposures"]:
            if row["verdict"] != "open" or row["class"] == "listed":
                continue
            rig.check(row["fix"], "no fix of %r in %r" % (told(row), case["case"]))
            edit, = row["fix"]["edits"]
            files = files_of(case)
            mended = {**case, "files": files}
            if edit["set"] is None or edit["setting"] == "hba":
                name = os.path.basename(edit["file"])
                lines = files[name].split("\n")
                lines[edit["line"] - 1:edit["line"]] = [edit["set"]] if edit["set"] else []
                mended["files"] = {**files, name: "\n".join(lines)}
                mended["settings"] = {**case.get("settings", {}), "none": "none"}
            else:
                mended["settings"] = {**case.get("settings", {}), edit["setting"]: edit["set"]}
            left = [told(r) for r in audit(mended["files"], *entry_of(mended))[1]["exposures"] if r["verdict"] != "closed" and
                r["ports"] == row["ports"]]
            rig.equal(left, [], "what is left of %r in %r after %r" % (told(row), case["case"], edit))
            tried += 1
    rig.check(tried >= 40, "only %d fixes" % tried)


def group(*rules, name="nsg-es"):
    return {"id": NETWORK + "networkSecurityGroups/" + name, "name": name, "type": "Microsoft.Network/networkSecurityGroups",
        "securityRules": [rule(r) for r in rules]}


OPEN_YML = "cluster.name: support\nnetwork.host: 0.0.0.0\nxpack.security.enabled: false\n"
ES = {"store": "es4", "service": "elasticsearch", "version": "7.4.2", "behind": "nsg-es", "files": ["es4.yml"]}


def a_host_is_as_open_as_its_network_and_its_service_together():
    for rules, yml, wanted, status in (
            (["110 allow tcp Internet > * 9200"], OPEN_YML, ["9200 any open none list,read"], rig.FOUND),
            (["110 allow tcp Internet > * 9200"], OPEN_YML.replace("false", "true"), ["9200 any closed required"], rig.OK),
            (["110 allow tcp Internet > * 9200"], OPEN_YML.replace("0.0.0.0", "_local_"), ["9200 any closed none list,read"], rig.OK),
            (["110 allow tcp Internet > * 9200"], OPEN_YML.replace("false", "${SECURITY}"), ["9200 any cannot-tell unknown"],
                rig.INCOMPLETE),
            (["110 allow tcp 10.0.0.0/8 > * 9200"], OPEN_YML, [], rig.OK),
            (["110 allow tcp Internet > * 22"], OPEN_YML, ["22 any open unknown"], rig.FOUND),
            (["110 allow tcp Internet > * 22,9200"], OPEN_YML, ["9200 any open none list,read", "22 any open unknown"], rig.FOUND),
            (["110 allow tcp Internet > * 22,9200"], OPEN_YML.replace("false", "true"), ["9200 any closed required",
                "22 any open unknown"], rig.FOUND),
            (["110 allow tcp 203.0.113.0/28 > * 9200"], OPEN_YML, ["9200 listed open none list,read from 203.0.113.0/28"], rig.OK)):
        got, answer = audit({"nsg.json": [group(*rules)], "es4.yml": yml}, ES)
        rig.equal([told(row) for row in answer["exposures"]], wanted, "what %r and %r open" % (rules, yml))
        rig.equal((got, [s["store"] for s in answer["stores"]]), (status, ["es4"]), "exit status and stores")


def the_witness_is_a_packet_and_the_rule_and_the_setting_are_named():
    _, answer = audit({"nsg.json": [group("110 allow tcp Internet > * 9200-9300")], "es4.yml": OPEN_YML}, ES, status=rig.FOUND)
    row, = answer["exposures"]
    rig.equal((row["witness"]["source"], row["witness"]["destination_port"]), ("203.0.113.7", 9200), "witness")
    rig.equal([r["rule"] for r in row["admitted_by"]], ["r110", "xpack.security.enabled: false", "network.host: 0.0.0.0"], "by")
    rig.equal(row["fix"]["edits"][0]["set"], {"sourceAddressPrefix": "VirtualNetwork"}, "fix of the network")
    rig.equal((row["fix"]["or"]["setting"], row["fix"]["or"]["set"]), ("xpack.security.enabled", "true"), "fix of the service")


def two_hosts_behind_one_group_are_told_apart():
    files = {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4.yml": OPEN_YML, "es5.yml": OPEN_YML.replace("false", "true")}
    _, answer = audit(files, ES, {**ES, "store": "es5", "files": ["es5.yml"]}, status=rig.FOUND)
    rig.equal([(r["store"], r["verdict"]) for r in answer["exposures"]], [("es4", "open"), ("es5", "closed")], "hosts")


def an_interface_is_joined_by_its_name():
    interface = {"id": NETWORK + "networkInterfaces/nic4", "name": "nic4", "type": "Microsoft.Network/networkInterfaces",
        "networkSecurityGroup": {"id": NETWORK + "networkSecurityGroups/nsg-es"}, "ipConfigurations": [{"name": "c",
            "privateIPAddress": "10.20.0.14", "subnet": {"id": NETWORK + "virtualNetworks/v/subnets/s"},
            "publicIPAddress": {"id": NETWORK + "publicIPAddresses/p"}}]}
    others = [{"id": NETWORK + "publicIPAddresses/p", "name": "p", "type": "Microsoft.Network/publicIPAddresses",
        "sku": {"name": "Standard"}}, {"id": NETWORK + "virtualNetworks/v", "name": "v", "type": "Microsoft.Network/virtualNetworks",
        "subnets": [{"id": NETWORK + "virtualNetworks/v/subnets/s", "name": "s"}]}]
    files = {"net.json": [group("110 allow tcp Internet > * 9200"), interface, *others], "es4.yml": OPEN_YML}
    for behind in ("nic4", interface["id"].upper(), ["other", "nic4"]):
        _, answer = audit(files, {**ES, "behind": behind}, status=rig.FOUND)
        rig.equal([(r["store"], told(r)) for r in answer["exposures"]], [("es4", "9200 any open none list,read from 0.0.0.0/0")], "joined by %r" % behind)


def what_an_inventory_names_and_is_not_there_cannot_be_told():
    nsg = {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4.yml": OPEN_YML}
    for entry, why in (({**ES, "files": ["other.yml"]}, "a file that its inventory names"), ({**ES, "behind": "nsg-other"},
            "what its inventory puts it behind"), ({**ES, "service": "gopher"}, "which service")):
        status, answer = audit(nsg, entry)
        rig.check(status in (rig.INCOMPLETE, rig.FOUND) and any(why in c["reason"] for c in answer["cannot_tell"]),
            "%r: exit %d, %r" % (entry, status, answer["cannot_tell"]))


def what_the_command_line_sets_stands_before_the_file():
    files = {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4.yml": OPEN_YML}
    _, answer = audit(files, {**ES, "settings": {"xpack.security": {"enabled": True}}}, status=rig.OK)
    row, = answer["exposures"]
    rig.equal(deciding(row)[0], "inventory.json:%d xpack.security.enabled: true" % row["admitted_by"][1]["line"], "what decides")


def a_file_in_a_folder_of_its_own_is_joined_by_the_end_of_its_path():
    files = {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4/elasticsearch.yml": OPEN_YML,
        "es5/elasticsearch.yml": OPEN_YML.replace("false", "true")}
    _, answer = audit(files, {**ES, "files": ["es4/elasticsearch.yml"]}, {**ES, "store": "es5", "files": ["es5/elasticsearch.yml"]},
        status=rig.FOUND)
    rig.equal([(r["store"], r["verdict"]) for r in answer["exposures"]], [("es4", "open"), ("es5", "closed")], "hosts")


def hostile_yaml_is_refused_with_its_line():
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join("a%d: &a%d [%s]\n" % (i, i, ",".join(["*a%d" % (i - 1)] * 10))
        for i in range(1, 9))
    for text, why in ((laughs, "larger than any"), ("a: 1\na: 2\n", "line 2: a key stands twice"), ("a: [1\n", "not YAML"),
            ("a: &a [*a]\n", "alias of nothing"), ("a: 1\n---\nb: 2\n", "line 2: a second document"), ("? [a]\n: 1\n", ""),
            ("a: " + "[" * 400, "deeper"), ("network.host: \x00\n", "no configuration"), ("a:\n\t- b\n", "not YAML"),
            ("a: &a {b: 1}\nc:\n  <<: *a\n", "line 3: a merge key")):
        with rig.folder() as out:
            path, = write(out, {"elasticsearch.yml": text})
            done = rig.expect(rig.WRONG, rig.staunch("audit", path))
            rig.check(why in done.stderr.decode(), "%r: %s" % (text[:60], done.stderr.decode()))


def compare(before, after, *entries):
    """Rows that fail, of the files after with those before as their baseline."""
    with rig.folder() as out:
        inventory = write(out, {"inventory.json": {"schema": "staunch.inventory/1", "entries": list(entries)}})
        old, new = (write(os.path.join(out, name), files) for name, files in (("before", before), ("after", after)))
        done = rig.staunch("audit", "--format", "json", *new, *[a for path in old for a in ("--baseline", path)], "--inventory", *inventory)
        return [row for row in json.loads(done.stdout)["exposures"] if row["fails"]]


def the_setting_that_opened_it_is_named():
    nsg = {"nsg.json": [group("110 allow tcp Internet > * 9200")]}
    shut = OPEN_YML.replace("false", "true")
    for before, after, change, line in ((shut, OPEN_YML, "setting changed", 3), (OPEN_YML.replace("0.0.0.0", "_local_"), OPEN_YML,
            "setting changed", 2), (shut, shut.replace("xpack.security.enabled: true\n", ""), "setting removed", 3)):
        row, = compare({**nsg, "es4.yml": before}, {**nsg, "es4.yml": after}, ES)
        edit, = row["opened_by"]["edits"]
        rig.equal((row["opened_by"]["how"], edit["change"], edit["line"]), ("one", change, line), "edit from %r to %r" % (before, after))
    rig.equal(compare({**nsg, "es4.yml": OPEN_YML}, {**nsg, "es4.yml": OPEN_YML + "node.name: es4\n"}, ES), [], "a harmless edit")


def a_rule_and_a_setting_that_open_it_only_together_are_both_named():
    shut = {"nsg.json": [group("110 allow tcp 10.0.0.0/8 > * 9200")], "es4.yml": OPEN_YML.replace("false", "true")}
    row, = compare(shut, {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4.yml": OPEN_YML}, ES)
    rig.equal((row["opened_by"]["how"], sorted((e["change"], e["rule"]) for e in row["opened_by"]["edits"])), ("together",
        [("rule changed", "r110"), ("setting changed", "xpack.security.enabled")]), "edits")


def a_new_version_may_be_what_opened_it():
    nsg = {"nsg.json": [group("110 allow tcp Internet > * 9200")], "es4.yml": "cluster.name: a\nnetwork.host: 0.0.0.0\n"}
    with rig.folder() as out:
        arguments = []
        for name, version in (("before", "8.1.0"), ("after", "7.17.0")):
            entry = {**ES, "version": version}
            paths = write(os.path.join(out, name), {**nsg, "inventory.json": {"schema": "staunch.inventory/1", "entries": [entry]}})
            arguments += [a for p in paths for a in (("--baseline", p) if name == "before" else (p,))]
        row, = json.loads(rig.expect(rig.FOUND, rig.staunch("audit", "--format", "json", *arguments)).stdout)["exposures"]
        rig.equal([(e["change"], e["rule"]) for e in row["opened_by"]["edits"]], [("setting changed", "(version)")], "edits")


def two_services_of_one_host_are_told_apart():
    files = {"nsg.json": [group("110 allow tcp Internet > * 5601,9200")], "es4.yml": OPEN_YML.replace("false", "true"),
        "kibana.yml": "server.host: 0.0.0.0\nxpack.security.authc.providers.anonymous.a.order: 0\n"}
    _, answer = audit(files, ES, {"store": "es4", "service": "kibana", "files": ["kibana.yml"]}, status=rig.FOUND)
    rig.equal([(r["service"], told(r)) for r in answer["exposures"]], [("elasticsearch", "9200 any closed required"),
        ("kibana", "5601 any open none list,read")], "services")


def what_a_file_says_is_printed_escaped():
    text = 'network.host: "0.0.0.0\\e[31m"\nxpack.security.enabled: "\\u202efalse"\n'
    for form in ("text", "json"):
        with rig.folder() as out:
            done = rig.staunch("audit", "--format", form, *write(out, {"elasticsearch.yml": text}))
            rig.check(done.stdout and b"\x1b" not in done.stdout, "%s: %r" % (form, done.stdout))
            rig.check(form == "json" or "\u202e" not in done.stdout.decode(), done.stdout)


def secrets_are_never_told():
    secret = "correct-horse-battery"
    for name, text in (("redis.conf", "bind 0.0.0.0\nprotected-mode no\nrequirepass %s\n" % secret),
            ("kibana.yml", "server.host: 0.0.0.0\nelasticsearch.username: kibana\nelasticsearch.password: %s\n" % secret),
            ("local.ini", "[admins]\nroot = %s\n[chttpd]\nbind_address = 0.0.0.0\n" % secret)):
        for form in ("text", "json"):
            with rig.folder() as out:
                done = rig.staunch("audit", "--format", form, *write(out, {name: text}))
                rig.check(secret.encode() not in done.stdout + done.stderr, "the secret of %s in %s" % (name, form))


if __name__ == "__main__":
    rig.run_tests(every_case_is_told_right, every_service_has_a_case_of_each_verdict, every_fix_closes_what_it_says,
        a_host_is_as_open_as_its_network_and_its_service_together,
        the_witness_is_a_packet_and_the_rule_and_the_setting_are_named, two_hosts_behind_one_group_are_told_apart,
        an_interface_is_joined_by_its_name, what_an_inventory_names_and_is_not_there_cannot_be_told,
        what_the_command_line_sets_stands_before_the_file, a_file_in_a_folder_of_its_own_is_joined_by_the_end_of_its_path,
        hostile_yaml_is_refused_with_its_line, the_setting_that_opened_it_is_named,
        a_rule_and_a_setting_that_open_it_only_together_are_both_named, a_new_version_may_be_what_opened_it,
        two_services_of_one_host_are_told_apart, what_a_file_says_is_printed_escaped, secrets_are_never_told)
