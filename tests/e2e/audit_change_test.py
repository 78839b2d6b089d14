"""Which change opened it, and since when: a baseline, dated snapshots, and the exposure of December 2019 as we rebuilt it (the
rules of that group were never published; only its dates were)."""
import json
import os

import rig
from audit_test import NETWORK, rule


def group(*rules, name="es"):
    return {"id": NETWORK + "networkSecurityGroups/" + name, "name": name, "type": "Microsoft.Network/networkSecurityGroups",
        "securityRules": [rule(r) if isinstance(r, str) else r for r in rules]}


def named(text, name):
    return {**rule(text), "name": name}


def write(out, name, *groups):
    path = os.path.join(out, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(list(groups), file, indent=1)
    return path


def audit(*arguments, status):
    return json.loads(rig.expect(status, rig.staunch("audit", "--format", "json", *arguments)).stdout)


def compare(before, after, status):
    with rig.folder() as out:
        return audit(write(out, "after.json", *after), "--baseline", write(out, "before.json", *before), status=status)


def edits(row):
    return [(e["change"], e["rule"]) for e in row["opened_by"]["edits"]]


def fails(answer):
    return [row for row in answer["exposures"] if row["fails"]]


def only_what_is_newly_reachable_fails():
    old = "100 allow tcp Internet > * 22"
    answer = compare([group(old)], [group(old)], rig.OK)
    rig.equal([row["new"] for row in answer["exposures"]], [False], "what was there before")
    answer = compare([group(old)], [group(old, "110 allow tcp Internet > * 9200")], rig.FOUND)
    row, = fails(answer)
    rig.equal((row["ports"], row["opened_by"]["how"], edits(row)), ([[9200, 9200]], "one", [("rule added", "r110")]), "new")


def an_edit_that_opens_nothing_is_silent():
    before = [group("100 allow tcp Internet > * 9200")]
    for after in (["100 allow tcp 0.0.0.0/1,128.0.0.0/1,::/0 > * 9200"], ["200 allow tcp Internet > * 9200"],
            ["100 allow tcp Internet > * 9200", "110 allow tcp 10.0.0.0/8 > * 22"], ["100 allow tcp 64.0.0.0/2 > * 9200"]):
        rig.equal(fails(compare(before, [group(*after)], rig.OK)), [], "what %r opens" % after)


def tags_are_told_apart_by_their_names():
    """A tag has another number in every state: one in the place of another is new, one beside others makes them no newer."""
    on = lambda tag, port="9200": "100 allow tcp %s > * %s" % (tag, port)
    for before, after, status in ((on("AzureCloud.westeurope"), on("AzureDevOps"), rig.FOUND),
            (on("AzureCloud.westeurope"), on("AzureCloud"), rig.FOUND), (on("AzureCloud"), on("AzureCloud.westeurope"), rig.OK),
            (on("AzureCloud"), on("azurecloud"), rig.OK), (on("Internet"), on("AzureCloud"), rig.OK),
            (on("0.0.0.0/0,::/0"), on("AzureCloud"), rig.OK), (on("0.0.0.0/0"), on("AzureCloud"), rig.FOUND)):
        answer = compare([group(before)], [group(after)], (rig.OK, rig.FOUND))
        rig.equal(bool(fails(answer)), status == rig.FOUND, "whether %r after %r is new" % (after, before))
    answer = compare([group(on("Internet", "22"))], [group(on("Internet", "22"), "110 allow tcp AzureCloud > * 9200")], rig.FOUND)
    row, = fails(answer)
    rig.equal(row["ports"], [[9200, 9200]], "what is new")


def a_deny_that_is_gone_is_named():
    answer = compare([group("100 deny tcp Internet > * 9200", "200 allow tcp Internet > * *")],
        [group("200 allow tcp Internet > * *")], rig.FOUND)
    row, = fails(answer)
    rig.equal(edits(row), [("rule removed", "r100")], "what opened it")
    rig.check(row["opened_by"]["edits"][0]["file"].endswith("before.json"), "a removed rule stands in the state before")


def a_deny_that_moved_behind_is_named():
    before = group(named("100 deny tcp Internet > * 9200", "deny"), named("200 allow tcp Internet > * 9200", "allow"))
    after = group(named("300 deny tcp Internet > * 9200", "deny"), named("200 allow tcp Internet > * 9200", "allow"))
    row, = fails(compare([before], [after], rig.FOUND))
    rig.equal(edits(row), [("rule changed", "deny")], "what opened it")


def two_edits_that_open_it_only_together_are_both_named():
    before = group(named("100 deny tcp Internet > * 9200", "deny"), named("200 allow tcp 10.0.0.0/8 > * 9200", "allow"))
    after = group(named("200 allow tcp Internet > * 9200", "allow"))
    row, = fails(compare([before], [after], rig.FOUND))
    rig.equal((row["opened_by"]["how"], sorted(edits(row))), ("together", [("rule changed", "allow"),
        ("rule removed", "deny")]), "what opened it")


def two_edits_of_which_each_opens_it_are_both_named():
    row, = fails(compare([group()], [group("100 allow tcp Internet > * 9200", "110 allow tcp * > * 9200")], rig.FOUND))
    rig.equal((row["opened_by"]["how"], edits(row)), ("each", [("rule added", "r100"), ("rule added", "r110")]),
        "either would do")
    row, = fails(compare([group()], [group("100 allow tcp 0.0.0.0/1 > * 9200", "110 allow tcp 128.0.0.0/1 > * 9200")],
        rig.FOUND))
    rig.equal(row["opened_by"]["how"], "together", "two halves")


def templates_are_compared_too():
    template = lambda *rules: {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "es",
            "apiVersion": "2023-04-01", "properties": {"securityRules": [{"name": r["name"], "properties": r} for r in
                map(rule, rules)]}}]}
    with rig.folder() as out:
        paths = [os.path.join(out, n) for n in ("before.json", "after.json")]
        for path, rules in zip(paths, (["100 allow tcp Internet > * 22"], ["100 allow tcp Internet > * 22",
                "110 allow tcp * > * 9200"])):
            with open(path, "w", encoding="utf-8") as file:
                json.dump(template(*rules), file)
        row, = fails(audit(paths[1], "--baseline", paths[0], status=rig.FOUND))
        rig.equal((row["ports"], edits(row)), ([[9200, 9200]], [("rule added", "r110")]), "what is new")
        audit(paths[0], "--baseline", paths[1], status=rig.OK)


def a_store_that_is_new_is_named_as_such():
    row, = fails(compare([group()], [group(), group("100 allow tcp Internet > * 9200", name="es2")], rig.FOUND))
    rig.equal((row["store"], edits(row)), ("es2", [("store added", None)]), "what opened it")


def december(out):
    """Daily snapshots of the group as it may have been: opened on the 5th, a harmless edit on the 20th, closed on the 31st."""
    for day in range(1, 32):
        rules = [named("100 allow tcp Internet > * 443", "AllowWeb"),
            named("110 allow tcp %s > * 9200-9300" % ("*" if 5 <= day < 31 else "10.20.0.0/16"), "AllowSearch"),
            named("300 deny tcp * > * 9200-9300", "DenySearch")]
        if day >= 20:
            rules.append(named("120 allow tcp 10.30.0.0/16 > * 9100", "AllowMonitor"))
        write(out, "nsg-2019-12-%02d.json" % day, group(*rules))


def december_2019_is_told_with_its_windows():
    with rig.folder() as out:
        december(out)
        answer = audit("--history", out, status=rig.OK)
        row, = [r for r in answer["exposures"] if r["ports"] == [[9200, 9300]]]
        rig.equal((row["verdict"], row["class"]), ("closed", "any"), "verdict and class")
        rig.equal(row["window"], {"opened": ["2019-12-04", "2019-12-05"], "closed": ["2019-12-30", "2019-12-31"]}, "window")
        rig.equal((edits(row), row["opened_by"]["how"]), ([("rule changed", "AllowSearch")], "one"), "what opened it")
        rig.check(row["opened_by"]["edits"][0]["file"].endswith("nsg-2019-12-05.json"), "the file of the change")
        rig.equal((row["witness"]["source"], row["witness"]["destination_port"]), ("203.0.113.7", 9200), "witness")
        web, = [r for r in answer["exposures"] if r["ports"] == [[443, 443]]]
        rig.equal(web["window"], {"opened": [None, "2019-12-01"], "closed": None}, "window of the web")
        os.remove(os.path.join(out, "nsg-2019-12-31.json"))
        row, = fails(audit("--history", out, status=rig.FOUND))
        rig.equal(row["window"], {"opened": ["2019-12-04", "2019-12-05"], "closed": None}, "window while it is open")


def the_change_of_each_day_is_gated_by_the_day_before():
    with rig.folder() as out:
        december(out)
        day = lambda n: os.path.join(out, "nsg-2019-12-%02d.json" % n)
        for after, status in ((5, rig.FOUND), (6, rig.OK), (20, rig.OK), (31, rig.OK)):
            audit(day(after), "--baseline", day(after - 1), status=status)


def snapshots_that_are_not_alike_are_refused():
    with rig.folder() as out:
        for name in ("nsg-2019-12-01.json", "other-2019-12-01.json", "nsg-2019-12-02.json"):
            write(out, name, group())
        rig.expect(rig.WRONG, rig.staunch("audit", "--history", out))
        rig.expect(rig.WRONG, rig.staunch("audit", os.path.join(out, "nsg-2019-12-02.json"),
            os.path.join(out, "other-2019-12-01.json")))


if __name__ == "__main__":
    rig.run_tests(only_what_is_newly_reachable_fails, an_edit_that_opens_nothing_is_silent,
        tags_are_told_apart_by_their_names, a_deny_that_is_gone_is_named,
        a_deny_that_moved_behind_is_named, two_edits_that_open_it_only_together_are_both_named,
        two_edits_of_which_each_opens_it_are_both_named, templates_are_compared_too, a_store_that_is_new_is_named_as_such,
        december_2019_is_told_with_its_windows, the_change_of_each_day_is_gated_by_the_day_before,
        snapshots_that_are_not_alike_are_refused)
