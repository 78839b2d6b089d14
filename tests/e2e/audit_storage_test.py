"""Azure Storage: account times container times network, in every shape they are written in; the container of September 2022 as we
rebuilt it (its settings were never published), and the servers of December 2019 with what they answered."""
import json
import os

import rig
from audit_change_test import named, write as write_group
from audit_services_test import OPEN_YML, audit, deciding, group, told, write

ACCOUNT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contoso"
OPEN = {"allowBlobPublicAccess": True}
ALLOW = {"defaultAction": "Allow", "ipRules": []}


def deny(*addresses):
    return {"defaultAction": "Deny", "ipRules": [{"value": a, "action": "Allow"} for a in addresses]}


# account, container's level (... : none is given), what is said, exit status, what decides
PUBLIC, PRIVATE = "443 any open none list,read", "443 any closed required"
CASES = [
    ("a public container", OPEN, "Container", [PUBLIC], rig.FOUND, "publicAccess: Container"),
    ("its blobs alone", OPEN, "Blob", ["443 any open none read"], rig.FOUND, "publicAccess: Blob"),
    ("a private one", OPEN, "None", [PRIVATE], rig.OK, "publicAccess: None"),
    ("one that says nothing", OPEN, None, [PRIVATE], rig.OK, None),
    ("the account refuses", {"allowBlobPublicAccess": False}, "Container", [PRIVATE], rig.OK, "allowBlobPublicAccess: false"),
    ("a level nobody knows", OPEN, "Everything", ["443 any cannot-tell unknown"], rig.INCOMPLETE, "publicAccess: Everything"),
    ("no public endpoint", {**OPEN, "publicNetworkAccess": "Disabled"}, "Container", ["443 any closed required"], rig.OK,
        "publicNetworkAccess: Disabled"),
    ("a perimeter", {**OPEN, "publicNetworkAccess": "SecuredByPerimeter"}, "Container", ["443 any cannot-tell unknown"],
        rig.INCOMPLETE, "publicNetworkAccess: SecuredByPerimeter"),
    ("a perimeter around a private one", {**OPEN, "publicNetworkAccess": "SecuredByPerimeter"}, "None", [PRIVATE], rig.OK, None),
    ("the network is denied", {**OPEN, "networkAcls": deny()}, "Container", ["443 any closed required"], rig.OK,
        "networkAcls.defaultAction: Deny"),
    ("an office", {**OPEN, "networkAcls": deny("203.0.113.0/24")}, "Container", ["443 listed open none list,read from 203.0.113.0/24",
        PRIVATE], rig.OK, "networkAcls.ipRules: 203.0.113.0/24"),
    ("two halves are all", {**OPEN, "networkAcls": deny("0.0.0.0/1", "128.0.0.0/1")}, "Container", [PUBLIC + " from 0.0.0.0/0",
        "443 any closed required"], rig.FOUND, "publicAccess: Container"),
    ("a block wider than a /8", {**OPEN, "networkAcls": deny("8.0.0.0/7")}, "Blob", ["443 broad open none read from 8.0.0.0/7",
        PRIVATE], rig.FOUND, "publicAccess: Blob"),
    ("an address that cannot be read", {**OPEN, "networkAcls": deny("203.0.113.7", "office")}, "Container",
        ["443 listed open none list,read from 203.0.113.7/32", "443 any cannot-tell unknown"], rig.INCOMPLETE, None),
    ("also without TLS", {**OPEN, "supportsHttpsTrafficOnly": False}, "Container", ["80,443 any open none list,read"], rig.FOUND, None),
    ("public by intent", OPEN, "$web", ["443 any cannot-tell unknown"], rig.OK, None),
]
# of live exports alone: a template's silence says nothing of what is deployed
LIVE = [
    ("an old account that was never set", {"allowBlobPublicAccess": None, "creationTime": "2019-04-01T00:00:00Z"}, "Container",
        [PUBLIC], rig.FOUND, None),
    ("a new account that was never set", {"allowBlobPublicAccess": None, "creationTime": "2024-04-01T00:00:00Z"}, "Container",
        ["443 any cannot-tell unknown"], rig.INCOMPLETE, None),
]


def parts(account, level):
    name = "$web" if level == "$web" else "exports"
    return dict(account), ({} if level is None else {"publicAccess": "None" if level == "$web" else level}), name


def flat(account, level):
    """As the az command line prints them: network rules by other names."""
    account, container, name = parts(account, level)
    acls = account.pop("networkAcls", None)
    if acls:
        account["networkRuleSet"] = {**acls, "bypass": "AzureServices", "ipRules": [{"action": "Allow",
            "ipAddressOrRange": r["value"]} for r in acls["ipRules"]]}
    if "supportsHttpsTrafficOnly" in account:
        account["enableHttpsTrafficOnly"] = account.pop("supportsHttpsTrafficOnly")
    return {"accounts.json": [{"id": ACCOUNT, "name": "contoso", "type": "Microsoft.Storage/storageAccounts", **account}],
        "containers.json": [{"id": ACCOUNT + "/blobServices/default/containers/" + name, "name": name,
            "type": "Microsoft.Storage/storageAccounts/blobServices/containers", **container}]}


def nested(account, level):
    """REST and Resource Graph: below properties, types in lower case."""
    account, container, name = parts(account, level)
    return {"graph.json": {"count": 2, "data": [
        {"id": ACCOUNT.lower() + "/blobservices/default/containers/" + name, "name": name, "properties": container,
            "type": "microsoft.storage/storageaccounts/blobservices/containers"},
        {"id": ACCOUNT, "name": "contoso", "type": "microsoft.storage/storageaccounts", "properties": account}]}}


SCHEMA = {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0"}


def template(account, level):
    account, container, name = parts(account, level)
    return {"main.json": {**SCHEMA, "parameters": {"account": {"type": "string", "defaultValue": "contoso"}}, "resources": [
        {"type": "Microsoft.Storage/storageAccounts", "name": "[parameters('account')]", "apiVersion": "2023-01-01",
            "properties": account},
        {"type": "Microsoft.Storage/storageAccounts/blobServices/containers", "apiVersion": "2023-01-01",
            "name": "[concat(parameters('account'), '/default/%s')]" % name, "properties": container}]}}


def children(account, level):
    account, container, name = parts(account, level)
    return {"main.json": {**SCHEMA, "languageVersion": "2.0", "resources": {"store": {"type": "Microsoft.Storage/storageAccounts",
        "name": "contoso", "apiVersion": "2023-01-01", "properties": account, "resources": [{"type": "blobServices",
            "name": "default", "apiVersion": "2023-01-01", "resources": [{"type": "containers", "name": name,
                "apiVersion": "2023-01-01", "properties": container}]}]}}}}


SHAPES = {"az": flat, "graph": nested, "arm": template, "arm children": children}


def each_container_is_told_right_in_every_shape():
    for shape, make in SHAPES.items():
        for case, account, level, wanted, status, decides in CASES + (LIVE if shape in ("az", "graph") else []):
            what = "%r as %s: " % (case, shape)
            got, answer = audit(make(account, level))
            rig.equal([told(row) for row in answer["exposures"]], wanted, what + "what is said")
            rig.equal(got, status, what + "exit status")
            rig.equal({s["store"] for s in answer["stores"]}, {"contoso/$web" if level == "$web" else "contoso/exports"},
                what + "store")
            named_by = [r["rule"] for row in answer["exposures"] for r in row["admitted_by"]]
            rig.check(decides is None or decides in named_by, what + "%r decides, not %r" % (decides, named_by))


def the_line_is_the_line_of_the_setting():
    files = flat(OPEN, "Container")
    lines = json.dumps(files["containers.json"], indent=1).split("\n")
    want = [n for n, line in enumerate(lines, 1) if "publicAccess" in line]
    row, = audit(files)[1]["exposures"]
    rig.check("containers.json:%d publicAccess: Container" % want[0] in deciding(row), "lines: %r" % deciding(row))


def a_template_that_says_nothing_of_public_access_cannot_be_told():
    for version in ("2019-04-01", "2021-09-01", "2023-01-01"):
        files = template({}, "Container")
        files["main.json"]["resources"][0]["apiVersion"] = version
        _, answer = audit(files, status=rig.INCOMPLETE)
        rig.equal([told(r) for r in answer["exposures"]], ["443 any cannot-tell unknown"], "API " + version)
    rig.equal([told(r) for r in audit(template({}, "None"), status=rig.OK)[1]["exposures"]], [PRIVATE], "a private one")


def what_a_template_does_not_resolve_cannot_be_told():
    for account, level, wanted in (({"allowBlobPublicAccess": "[parameters('open')]"}, "Container", "443 any cannot-tell unknown"),
            (OPEN, "[parameters('level')]", "443 any cannot-tell unknown"), (OPEN, "[parameters('level')]", None),
            ({**OPEN, "networkAcls": deny("[parameters('office')]")}, "Container", "443 any cannot-tell unknown"),
            ({**OPEN, "networkAcls": {"defaultAction": "[parameters('action')]"}}, "Container", "443 any cannot-tell unknown"),
            ({"allowBlobPublicAccess": "[parameters('open')]"}, "None", PRIVATE),
            ({"allowBlobPublicAccess": False}, "[parameters('level')]", PRIVATE)):
        if wanted is None:
            continue
        files = template(account, level)
        files["main.json"]["parameters"].update({n: {"type": "string"} for n in ("open", "level", "office", "action")})
        rig.equal([told(r) for r in audit(files)[1]["exposures"]], [wanted], "%r and %r" % (account, level))


def a_container_that_may_not_exist_cannot_be_told():
    files = template(OPEN, "Container")
    files["main.json"]["parameters"]["share"] = {"type": "bool"}
    files["main.json"]["resources"][1]["condition"] = "[parameters('share')]"
    rig.equal([told(r) for r in audit(files, status=rig.INCOMPLETE)[1]["exposures"]], ["443 any cannot-tell unknown"], "conditional")


def containers_without_their_account_cannot_be_told_unless_they_are_private():
    containers = {"containers.json": flat(OPEN, "Container")["containers.json"]}
    rig.equal([told(r) for r in audit(containers, status=rig.INCOMPLETE)[1]["exposures"]], ["443 any cannot-tell unknown"], "public")
    private = {"containers.json": flat(OPEN, "None")["containers.json"]}
    rig.equal([told(r) for r in audit(private, status=rig.OK)[1]["exposures"]], [PRIVATE], "private")
    asked = [{"name": n, "properties": {"etag": "e", "publicAccess": level}} for n, level in (("a", "container"), ("b", None))]
    _, answer = audit({"list.json": asked}, status=rig.INCOMPLETE)
    rig.equal([(r["store"], told(r)) for r in answer["exposures"]], [("?/a", "443 any cannot-tell unknown"), ("?/b", PRIVATE)],
        "what the account's own list says")


def accounts_without_their_containers_cannot_be_told_unless_they_refuse():
    accounts = {"accounts.json": flat(OPEN, "None")["accounts.json"]}
    rig.equal([told(r) for r in audit(accounts, status=rig.INCOMPLETE)[1]["exposures"]], ["443 any cannot-tell unknown"], "open")
    accounts["accounts.json"][0]["allowBlobPublicAccess"] = False
    rig.equal([told(r) for r in audit(accounts, status=rig.OK)[1]["exposures"]], [PRIVATE], "refusing")


def every_fix_of_a_container_closes_it():
    for case, account, level, *_ in CASES:
        for row in audit(flat(account, level))[1]["exposures"]:
            if row["verdict"] != "open" or row["class"] == "listed":
                continue
            edit, = row["fix"]["edits"]
            rig.equal((edit["setting"], edit["set"]), ("publicAccess", "None"), "fix of %r" % case)
            rig.equal({r["verdict"] for r in audit(flat(account, edit["set"]))[1]["exposures"]}, {"closed"}, "after it, of %r" % case)


def only_more_rights_are_new():
    before = {"allowBlobPublicAccess": True}
    for old, new, fails, edit in (("None", "Blob", True, "setting changed"), ("Blob", "Container", True, "setting changed"),
            ("Container", "Blob", False, None), ("Container", "Container", False, None), (None, "Container", True, "setting added")):
        with rig.folder() as out:
            paths = [write(os.path.join(out, when), flat(before, level)) for when, level in (("before", old), ("after", new))]
            done = rig.staunch("audit", "--format", "json", *paths[1], *[a for p in paths[0] for a in ("--baseline", p)])
            rows = [r for r in json.loads(done.stdout)["exposures"] if r["fails"]]
            rig.equal((done.returncode, len(rows)), (rig.FOUND, 1) if fails else (rig.OK, 0), "%s to %s" % (old, new))
            if fails:
                rig.equal([(e["change"], e["rule"]) for e in rows[0]["opened_by"]["edits"]], [(edit, "publicAccess")], "edit")


def two_settings_that_open_it_only_together_are_both_named():
    with rig.folder() as out:
        before = write(os.path.join(out, "before"), flat({"allowBlobPublicAccess": False}, "None"))
        after = write(os.path.join(out, "after"), flat({"allowBlobPublicAccess": True}, "Container"))
        done = rig.staunch("audit", "--format", "json", *after, *[a for p in before for a in ("--baseline", p)])
        row, = json.loads(rig.expect(rig.FOUND, done).stdout)["exposures"]
        rig.equal((row["opened_by"]["how"], sorted(e["rule"] for e in row["opened_by"]["edits"])), ("together",
            ["allowBlobPublicAccess", "publicAccess"]), "edits")


def the_container_of_september_2022_is_found_with_its_window():
    """Daily exports: private until the 5th, blobs readable from the 6th, listable from the 8th, closed on the 24th. The account
    is switched to other keys on the 15th, which changes nothing about who gets in."""
    with rig.folder() as out:
        for day in range(1, 29):
            level = "None" if day < 6 or day >= 24 else "Blob" if day < 8 else "Container"
            account = {**OPEN, "creationTime": "2017-08-02T10:00:00Z", "allowSharedKeyAccess": day < 15}
            for name, content in flat(account, level).items():
                write(out, {name.replace(".json", "-2022-09-%02d.json" % day): content})
        answer = json.loads(rig.expect(rig.OK, rig.staunch("audit", "--format", "json", "--history", out)).stdout)
        rows = [r for r in answer["exposures"] if r["window"]]
        rig.equal([(r["rights"], r["window"]["opened"], r["window"]["closed"]) for r in rows], [(["read"], ["2022-09-05",
            "2022-09-06"], ["2022-09-23", "2022-09-24"]), (["list", "read"], ["2022-09-07", "2022-09-08"], ["2022-09-23",
            "2022-09-24"])], "windows")
        for row, day in zip(rows, ("06", "08")):
            edit, = row["opened_by"]["edits"]
            rig.equal((edit["change"], edit["rule"], os.path.basename(edit["file"])), ("setting changed", "publicAccess",
                "containers-2022-09-%s.json" % day), "edit")
        text = rig.staunch("audit", *[os.path.join(out, "%s-2022-09-%02d.json" % (n, d)) for n in ("accounts", "containers")
            for d in (7, 8)]).stdout.decode()
        rig.check("contoso/exports" in text and "rights   list, read" in text and "publicAccess: None" in text, text)


def december_2019_with_what_the_servers_answered():
    """The group as audit_change_test has it, five servers behind it, their version (security was off by default then) and files."""
    with rig.folder() as out:
        for day in range(1, 32):
            rules = [named("100 allow tcp Internet > * 443", "AllowWeb"),
                named("110 allow tcp %s > * 9200-9300" % ("*" if 5 <= day < 31 else "10.20.0.0/16"), "AllowSearch")]
            if day >= 20:
                rules.append(named("120 allow tcp 10.30.0.0/16 > * 9100", "AllowMonitor"))
            write_group(out, "nsg-2019-12-%02d.json" % day, {**group(), "securityRules": rules})
            for es in range(1, 6):
                write(out, {"es-%d-2019-12-%02d.yml" % (es, day): "cluster.name: support\nnode.name: es-%d\nnetwork.host: 0.0.0.0\n" % es})
        stores = [{"store": "es-%d" % es, "service": "elasticsearch", "version": "7.3.2", "behind": "nsg-es",
            "files": ["es-%d.yml" % es]} for es in range(1, 6)]
        inventory, = write(os.path.join(out, "more"), {"inventory.json": {"schema": "staunch.inventory/1", "entries": stores}})
        answer = json.loads(rig.expect(rig.OK, rig.staunch("audit", "--format", "json", "--history", out, "--inventory",
            inventory)).stdout)
        rows = [r for r in answer["exposures"] if r["auth"] == "none" and r["window"]]
        rig.equal([(r["store"], r["window"]) for r in rows], [("es-%d" % es, {"opened": ["2019-12-04", "2019-12-05"],
            "closed": ["2019-12-30", "2019-12-31"]}) for es in range(1, 6)], "windows")
        for row in rows:
            rig.equal((row["service"], row["rights"], row["ports"], row["witness"]["destination_port"]), ("elasticsearch",
                ["list", "read"], [[9200, 9300]], 9200), "witness")
            edit, = row["opened_by"]["edits"]
            rig.equal((edit["change"], edit["rule"], os.path.basename(edit["file"])), ("rule changed", "AllowSearch",
                "nsg-2019-12-05.json"), "edit")
        day = [os.path.join(out, n % d) for d in (4, 5) for n in ("nsg-2019-12-%02d.json", "es-4-2019-12-%02d.yml")]
        one, = write(os.path.join(out, "one"), {"inventory.json": {"schema": "staunch.inventory/1", "entries": stores[3:4]}})
        text = rig.expect(rig.FOUND, rig.staunch("audit", *day, "--inventory", one)).stdout.decode()
        for line in ("open     es-4", "auth none", "xpack.security.enabled: false, by default", "witness  203.0.113.7 tcp 9200",
                "in (2019-12-04, 2019-12-05]", "source -> VirtualNetwork"):
            rig.check(line in text, "%r is not in:\n%s" % (line, text))


if __name__ == "__main__":
    rig.run_tests(each_container_is_told_right_in_every_shape, the_line_is_the_line_of_the_setting,
        a_template_that_says_nothing_of_public_access_cannot_be_told, what_a_template_does_not_resolve_cannot_be_told,
        a_container_that_may_not_exist_cannot_be_told, containers_without_their_account_cannot_be_told_unless_they_are_private,
        accounts_without_their_containers_cannot_be_told_unless_they_refuse, every_fix_of_a_container_closes_it,
        only_more_rights_are_new, two_settings_that_open_it_only_together_are_both_named,
        the_container_of_september_2022_is_found_with_its_window, december_2019_with_what_the_servers_answered)
