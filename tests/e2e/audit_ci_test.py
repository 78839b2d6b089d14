"""Ready files for pipelines (examples/ci): they are YAML, name what is there, and the commands in them stop a change that opens
something and let a harmless one through, run in a real repository with the variables that each pipeline sets."""
import os
import re
import subprocess

import rig
import yaml
from audit_change_test import group, write
from audit_gate_test import GIT, OPEN, WEB, commit, git, repository

CI = os.path.join(rig.ROOT, "examples/ci")


def read(name):
    with open(os.path.join(rig.ROOT, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


def run(where, script, variables, shell=("bash", "-e", "-c")):
    """The script with staunch in PATH; its status and what it printed."""
    programs = os.path.join(os.path.dirname(where), "programs")
    os.makedirs(programs, exist_ok=True)
    if not os.path.lexists(os.path.join(programs, "staunch")):
        os.symlink(rig.STAUNCH, os.path.join(programs, "staunch"))
    done = subprocess.run([*shell, script], cwd=where, capture_output=True, timeout=rig.TIMEOUT_S, env={**os.environ, **GIT,
        "HOME": programs, "GIT_CONFIG_GLOBAL": os.path.join(programs, "gitconfig"), "PATH": programs + ":" + os.environ["PATH"],
        **variables})
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def gate(script, variables, files):
    """Runs the script on a harmless change and on one that opens something."""
    for rules, status in (([WEB, "140 allow tcp 10.0.0.0/8 > * 22"], 0), ([WEB, OPEN], 1)):
        with rig.folder() as out:
            where = repository(out, WEB)
            commit(where, *rules)
            git(where, "update-ref", "refs/remotes/origin/main", "main")
            values = {k: git(where, "rev-parse", v) if v in ("main", "HEAD") else v.replace("WHERE", where)
                for k, v in variables.items()}
            ended, said = run(where, script, values)
            rig.equal(ended, status, "status after %r (%s)" % (rules, said))
            rig.check((status == 1) == ("r130" in said), "it says %r" % said)
            for name in files:
                rig.check(os.path.getsize(os.path.join(where, name)) > 0, name + " is empty")


def what_is_uploaded(steps, key):
    return [value for step in steps for value in re.findall(r"[\w-]+\.(?:sarif|xml)", str((step.get("with") or step.get("inputs") or
        {}).get(key, "")))]


def github_actions():
    file = read("examples/ci/github-actions.yml")
    job, = file["jobs"].values()
    rig.equal(file["permissions"], {"contents": "read", "security-events": "write"}, "permissions")
    script, = [s for s in job["steps"] if "run" in s]
    rig.check("${{" not in script["run"], "an expression in a script is text that a stranger wrote: %r" % script["run"])
    rig.equal({v for v in script["env"].values()}, {"${{ github.event.pull_request.base.sha }}",
        "${{ github.event.pull_request.head.sha }}"}, "what the variables are")
    rig.equal(what_is_uploaded(job["steps"], "sarif_file"), ["staunch.sarif"], "what is uploaded")
    gate(script["run"], {"BASE": "main", "HEAD": "HEAD", "GITHUB_WORKSPACE": "WHERE"}, ["staunch.sarif"])


def azure_pipelines():
    file = read("examples/ci/azure-pipelines.yml")
    script, = [s for s in file["steps"] if "bash" in s]
    rig.check("$(" not in script["bash"], "a macro in a script is text that a stranger wrote: %r" % script["bash"])
    rig.equal(what_is_uploaded(file["steps"], "testResultsFiles") + what_is_uploaded(file["steps"], "PathtoPublish"),
        ["staunch-junit.xml", "staunch.sarif"], "what is published")
    gate(script["bash"], {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, ["staunch-junit.xml", "staunch.sarif"])


def gitlab():
    job = read("examples/ci/gitlab-ci.yml")["exposure"]
    rig.equal(job["artifacts"]["reports"]["junit"], "staunch-junit.xml", "what is uploaded")
    gate("\n".join(job["script"]), {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "main", "CI_COMMIT_SHA": "HEAD"}, ["staunch-junit.xml"])


def a_plan_in_gitlab():
    from audit_terraform_test import GROUP, change, nsg, plan
    import json
    job = read("examples/ci/gitlab-ci-terraform.yml")["exposure-of-plan"]
    for rules, status in (([WEB], 0), ([WEB, OPEN], 1)):
        with rig.folder() as out:
            where = repository(out, WEB)
            with open(os.path.join(where, "plan.tfplan"), "w", encoding="utf-8") as file:
                json.dump(plan(change(GROUP, nsg([WEB]), nsg(rules))), file)
            os.makedirs(os.path.join(out, "programs"))
            with open(os.path.join(out, "programs/terraform"), "w", encoding="utf-8") as file:
                file.write('#!/bin/sh\n[ "$1 $2" = "show -json" ] && exec cat "$3"\n')
            os.chmod(os.path.join(out, "programs/terraform"), 0o755)
            ended, said = run(where, "\n".join(job["script"]), {})
            rig.equal(ended, status, "status of a plan with %r (%s)" % (rules, said))


def pre_commit():
    hook, = read(".pre-commit-hooks.yaml")
    local, = read("examples/ci/pre-commit-config.yaml")["repos"][0]["hooks"]
    for one in (hook, local):
        rig.equal((one["id"], one["language"], one["require_serial"]), ("staunch-audit", "system", True), "the hook")
        rig.check(re.search(one["files"], "infra/nsg.json") and not re.search(one["files"], "infra/nsg.tf"), "files it takes")
    for rules, status in (([WEB], 0), ([WEB, OPEN], 1)):
        with rig.folder() as out:
            where = repository(out, *rules)
            write(os.path.join(where, "infra"), "other.json", group(WEB, name="other"))
            ended, said = run(where, hook["entry"] + " infra/nsg.json infra/other.json", {})
            rig.equal(ended, status, "status of %r (%s)" % (rules, said))


if __name__ == "__main__":
    rig.run_tests(github_actions, azure_pipelines, gitlab, a_plan_in_gitlab, pre_commit)
