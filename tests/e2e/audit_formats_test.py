"""What `staunch audit` writes for other programs: SARIF 2.1.0, held against Microsoft's validator, and JUnit, held against what
GitLab and Azure Pipelines document; names in both are hostile."""
import copy
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as xml

import rig
from audit_change_test import group, write
from audit_test import flat

MULTITOOL = os.path.join(rig.ROOT, "build/lab/npm/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
HOSTILE = "a\"'<b>&amp;]]>\u202e\x1b[31m\x00\ufffe${{ x }}##vso[a]\n::error::\ud800"


def objections(sarif):
    """What Microsoft's validator has against a SARIF document: its lines with an error, or what it says when it ends badly."""
    with rig.folder() as out:
        path, program = os.path.join(out, "a.sarif"), os.path.join(out, "multitool")
        rig.check(os.path.exists(MULTITOOL), "no validator in build/lab/npm: ./dev setup")
        shutil.copyfile(MULTITOOL, program)
        os.chmod(program, 0o700)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(sarif, file)
        done = subprocess.run([program, "validate", path], capture_output=True, timeout=rig.TIMEOUT_S, cwd=out,
            env={**os.environ, "HOME": out, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "DOTNET_BUNDLE_EXTRACT_BASE_DIR": out})
        said = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        ended = done.returncode == 0 and "Analysis completed successfully" in said
        return [line for line in said.splitlines() if not ended or ": error " in line]


def audit(paths, *options, status, form="sarif", **kwargs):
    return rig.expect(status, rig.staunch("audit", "--format", form, *options, *paths, **kwargs)).stdout


def everything(out):
    """One configuration with a result of every kind, compared with one before it: paths and options."""
    before = write(out, "before.json", group("100 allow tcp Internet > * 22"))
    after = write(out, "after, with a blank.json", group("100 allow tcp Internet > * 22", "110 allow tcp Internet > * 9200",
        "120 allow tcp AzureCloud > * 5432", "130 allow tcp 128.0.0.0/1 > * 6379", "140 allow tcp 203.0.113.9/32 > * 3306",
        "150 allow tcp NoSuchTag > * 27017", "160 allow tcp Internet > * 9200", "170 deny tcp Internet > 20.1.2.3 80"))
    return [after], ["--baseline", before]


def results(sarif):
    return sarif["runs"][0]["results"]


def rule_of(sarif, result):
    return sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]


def sarif_of_every_kind_of_result_is_valid():
    with rig.folder() as out:
        paths, options = everything(out)
        sarif = json.loads(audit(paths, *options, status=rig.FOUND))
    names = {rule_of(sarif, r)["name"] for r in results(sarif)}
    rig.equal(names, {"OpenToAnySource", "OpenToSharedSources", "OpenToBroadSources", "OpenToListedSources", "CannotTell",
        "ShadowedRule", "DeadDeny"}, "kinds of results")
    for result in results(sarif):
        rig.equal(rule_of(sarif, result)["id"], result["ruleId"], "rule at the index")
    rig.equal(objections(sarif), [], "what the validator says")
    broken = copy.deepcopy(sarif)
    del results(broken)[0]["message"]
    rig.check(objections(broken), "the validator takes a result without a message")


def sarif_says_where_and_what_changed():
    with rig.folder() as out:
        paths, options = everything(out)
        sarif = json.loads(audit(paths, *options, status=rig.FOUND))
        lines = rig.lines(paths[0])
    bad = [r for r in results(sarif) if r["level"] == "error"]
    rig.equal(sorted(r["message"]["text"].split(" is open")[0] for r in bad), ["es: tcp 5432", "es: tcp 6379", "es: tcp 9200"],
        "what fails")
    row = [r for r in bad if "9200" in r["message"]["text"]][0]
    place = row["locations"][0]["physicalLocation"]
    rig.check(place["artifactLocation"]["uri"].endswith("after%2C%20with%20a%20blank.json"), "the URI is %r" % place)
    rig.check("r110" in lines[place["region"]["startLine"]], "line %r of %r" % (place["region"], lines[:40]))
    rig.check("rule added" in row["relatedLocations"][0]["message"]["text"], "what opened it: %r" % row["relatedLocations"])
    rig.equal({r.get("baselineState") for r in results(sarif) if "partialFingerprints" in r}, {"new", "unchanged"}, "states")
    old = [r for r in results(sarif) if r.get("baselineState") == "unchanged"]
    rig.equal([r["level"] for r in old], ["note"], "what was there before")


def a_fix_is_an_edit_of_the_text_and_closes_it():
    with rig.folder() as out:
        path = write(out, "a.json", group("100 allow tcp Internet > * 9200", "110 allow tcp * > * 9200",
            "120 allow tcp 203.0.113.9/32 > * 22"))
        sarif = json.loads(audit([path], status=rig.FOUND))
        row, = [r for r in results(sarif) if r["level"] == "error"]
        lines = rig.lines(path)
        for change in row["fixes"][0]["artifactChanges"]:
            for edit in change["replacements"]:
                region = edit["deletedRegion"]
                rig.equal(region["startLine"], region["endLine"], "lines of the edit")
                line = lines[region["startLine"] - 1]
                rig.check(line[region["startColumn"] - 1:region["endColumn"] - 1] in ('"Internet"', '"*"'), "it deletes %r of %r"
                    % (region, line))
                lines[region["startLine"] - 1] = (line[:region["startColumn"] - 1] + edit["insertedContent"]["text"] +
                    line[region["endColumn"] - 1:])
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        audit([path], status=rig.OK)


def where_the_text_cannot_be_edited_no_edit_is_told():
    content = group("100 allow tcp 0.0.0.0/1,128.0.0.0/1,::/0 > * 9200")
    with rig.folder() as out:
        row, = results(json.loads(audit([write(out, "a.json", content)], status=rig.FOUND)))
        rig.check("fixes" not in row, "a list of prefixes is replaced by %r" % row.get("fixes"))
        content = group("100 allow tcp Internet > * 9200")
        content["tags"] = {"\u00e9": "\u00e9"}
        path = os.path.join(out, "b.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump([{"tags": content.pop("tags"), **content}], file, ensure_ascii=False)
        row, = results(json.loads(audit([path], status=rig.FOUND)))
        rig.check("fixes" not in row, "columns behind letters that are not ASCII: %r" % row.get("fixes"))


def fingerprints_are_the_same_when_rules_move():
    prints = []
    for rules in (["100 allow tcp Internet > * 9200"], ["4000 deny tcp 10.0.0.0/8 > * 9200", "300 allow tcp * > * 9200"]):
        with rig.folder() as out:
            sarif = json.loads(audit([write(out, "x.json", group(*rules))], status=rig.FOUND))
            prints.append([r["partialFingerprints"] for r in results(sarif) if r["level"] == "error"])
    rig.equal(prints[0], prints[1], "fingerprints of the same opening")
    with rig.folder() as out:
        sarif = json.loads(audit([write(out, "x.json", group("100 allow tcp Internet > * 9201"))], status=rig.FOUND))
        rig.check(results(sarif)[0]["partialFingerprints"] != prints[0][0], "another port has the same fingerprint")
        twice = json.loads(audit([write(out, "a.json", group("100 allow tcp Internet > * 22")), write(out, "b.json",
            {**group("100 allow tcp Internet > * 22"), "id": "/other"})], status=rig.FOUND))
        rig.equal(len({r["partialFingerprints"]["staunchExposure/v1"] for r in results(twice)}), 2, "two stores of one name")


def hostile(out):
    groups = flat({"rules": ["100 allow tcp Internet > * 9200", "110 allow tcp NoSuchTag > * 22"]})
    groups[0]["name"] = groups[0]["securityRules"][0]["name"] = HOSTILE
    groups[0]["securityRules"][1]["sourceAddressPrefix"] = HOSTILE
    path = os.path.join(out, "a ' \" <>&%.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(groups, file)
    return [path]


def hostile_names_stay_text():
    with rig.folder() as out:
        paths = hostile(out)
        sarif = audit(paths, status=rig.FOUND).decode("utf-8")
        rig.equal(objections(json.loads(sarif)), [], "what the validator says")
        junit = audit(paths, status=rig.FOUND, form="junit").decode("utf-8")
        root = xml.fromstring(junit)
        for text in (sarif, junit, "".join(root.itertext())):
            for bad in ("\x1b", "\u202e", "\n::error", "\n##vso"):
                rig.check(bad not in text, "%r stands in %r" % (bad, text))
        rig.check("<b>" in root.find("testsuite/testcase").get("classname"), "the name is lost")


def junit_has_the_structure_that_pipelines_read():
    """Elements and attributes of GitLab's and Microsoft's pages; counts that say what is there."""
    known = {"testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
        "testcase": {"classname", "name", "file", "time"}, "failure": {"message", "type"}, "error": {"message", "type"},
        "skipped": {"message", "type"}, "system-out": set()}
    with rig.folder() as out:
        paths, options = everything(out)
        closed = write(out, "closed.json", group("100 allow tcp 10.0.0.0/8 > * 22", name="closed"))
        root = xml.fromstring(audit(paths + [closed], *options, status=rig.FOUND, form="junit"))
    for element in root.iter():
        rig.check(element.tag in known and set(element.keys()) <= known[element.tag], "%s %s" % (element.tag, element.keys()))
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    for counted in (root, suite):
        rig.equal([int(counted.get(k)) for k in ("tests", "failures", "errors", "skipped")], [len(cases),
            len(suite.findall("testcase/failure")), len(suite.findall("testcase/error")), 0], "counts")
    rig.equal(len(suite.findall("testcase/failure")), 3, "failures")
    rig.equal(len(suite.findall("testcase/error")), 1, "errors: what cannot be told")
    rig.check(all(len(c) <= 1 for c in cases), "a case has one outcome")
    rig.equal([c.get("name") for c in cases if c.get("classname") == "closed"], ["closed"], "a store without a finding passes")


def formats_that_are_none_are_refused():
    with rig.folder() as out:
        rig.expect(rig.WRONG, rig.staunch("audit", "--format", "xml", write(out, "a.json", group())))


if __name__ == "__main__":
    rig.run_tests(sarif_of_every_kind_of_result_is_valid, sarif_says_where_and_what_changed,
        a_fix_is_an_edit_of_the_text_and_closes_it, where_the_text_cannot_be_edited_no_edit_is_told,
        fingerprints_are_the_same_when_rules_move, hostile_names_stay_text, junit_has_the_structure_that_pipelines_read,
        formats_that_are_none_are_refused)
