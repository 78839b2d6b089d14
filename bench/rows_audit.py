"""Rows of configurations: the JSON reader, and `staunch audit` over invented exports."""
import json
import os
import sys

import inputs
import measure
import nsg_exports
from figures import Growth, Target, case_of, memory_of

ANSWERED = (0, 1, 3)


def audit_command(bench, path):
    return [bench.program, "audit", "--format", "json", path]


def audit(bench, path, memory=False):
    return measure.run(audit_command(bench, path), accepted=ANSWERED, memory=memory)


def reader(bench, what, path, land):
    size = inputs.size_mb(path)
    contenders = {"ours": lambda: float(measure.run([bench.bench("json_bench"), path, "1", "tokens"], keep=True).out)}
    if bench.peers.has("jq"):
        contenders["jq"] = lambda: size / measure.run(["jq", "empty", path]).processor_s
    python = "import json, sys\nfor line in open(sys.argv[1]): json.loads(line)" if path.endswith("l") else \
        "import json, sys; json.load(open(sys.argv[1]))"
    contenders["Python json"] = lambda: size / measure.run([sys.executable, "-c", python, path]).processor_s
    case = case_of("JSON reader, %s, one core" % what, "MB/s", *bench.turns(contenders), bench.peers.versions,
        basis="processor", note="%.0f MB; tokens with offsets; the others make values" % size)
    case.busy = [bench.bench("json_bench"), path, "3", "tokens"]
    return case.wants(land, 1000)


def json_reader(bench):
    return [reader(bench, "exports of groups", inputs.exports(bench.folder, 300 if bench.quick else 1000), 600),
        reader(bench, "short records", inputs.short_records(bench.folder, 16 if bench.quick else 64), 450)]


def arm_template(bench, groups):
    """The same rules as a template, for who reads templates."""
    source = inputs.exports(bench.folder, groups)
    with open(source, encoding="ascii") as file:
        made = json.load(file)["value"]
    folder = os.path.join(bench.folder, "template")
    os.makedirs(folder, exist_ok=True)
    resources = [{"type": one["type"], "apiVersion": "2023-09-01", "name": one["name"], "location": one["location"], "properties":
        {"securityRules": [{"name": rule["name"], "properties": rule["properties"]} for rule in one["properties"]["securityRules"]]}} for one in made]
    with open(os.path.join(folder, "azuredeploy.json"), "w", encoding="ascii") as out:
        json.dump({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
            "resources": resources}, out)
    return folder


def one_group(bench):
    cases = []
    for make, what in ((nsg_exports.realistic_rule, "realistic"), (nsg_exports.tangled_rule, "overlapping")):
        path = inputs.exports(bench.folder, 1, 1000, make, 1)
        values, failed = bench.turns({"ours": lambda: 1e3 * audit(bench, path).wall_s}, 7)
        case = case_of("one group of 1,000 %s rules" % what, "ms", values, failed, {}, True)
        case.busy = audit_command(bench, path)
        cases.append(case.wants(50))
    return cases


def many_groups(bench):
    largest, full = (1000 if bench.quick else 10000), 10000
    points = []
    for groups in (largest // 8, largest // 4, largest // 2):
        path = inputs.exports(bench.folder, groups)
        points.append((groups, min(audit(bench, path).wall_s for _ in range(2))))
        os.unlink(path)
    path = inputs.exports(bench.folder, largest)
    memory = memory_of(audit(bench, path, memory=True).memory)
    values, failed = bench.turns({"ours": lambda: audit(bench, path).wall_s}, warm=False)
    case = case_of("%s groups of 100 rules, %.0f MB" % (f"{largest:,}", inputs.size_mb(path)), "s", values, failed, {}, True)
    points.append((largest, case.ours.median))
    case.busy = audit_command(bench, path)
    case.growth, case.memory_mb = Growth("groups", points, measure.exponent(points)), memory
    if largest == full:
        case.wants(5)
    else:
        case.targets.append(Target("for 10,000 at this rate", case.ours.median * full / largest, 5, None, "s", True))
    return case.wants_memory(256)


def beside_checkov(bench):
    groups = 10 if bench.quick else 50
    template = arm_template(bench, groups)
    checkov = [bench.peers.python("Checkov"), "-m", "checkov.main", "-d", template, "--framework", "arm", "--compact", "--quiet",
        "--skip-download", "-o", "json"]
    contenders = {"ours": lambda: groups / audit(bench, os.path.join(template, "azuredeploy.json")).wall_s,
        "Checkov": lambda: groups / measure.run(checkov, accepted=ANSWERED).wall_s}
    values, failed = bench.turns(contenders, warm=False)
    return case_of("a template of %d groups of 100 rules" % groups, "groups/s", values, failed, bench.peers.versions,
        note="Checkov looks for named ports rule by rule, start to end")


def audits(bench):
    cases = [*one_group(bench), many_groups(bench)]
    if bench.peers.has("Checkov"):
        cases.append(beside_checkov(bench))
    return cases
