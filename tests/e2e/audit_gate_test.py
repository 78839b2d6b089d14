"""`staunch audit --git` as a gate before a branch of a real repository: what two commits make newly reachable, the commit that did
it, and what a hostile repository would have git start."""
import json
import os
import subprocess

import rig
from audit_change_test import fails, group, write

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Anna", "GIT_AUTHOR_EMAIL": "anna@contoso.com",
    "GIT_COMMITTER_NAME": "Anna", "GIT_COMMITTER_EMAIL": "anna@contoso.com", "LC_ALL": "C"}
WEB, OFFICE, TAG, OPEN = ("100 allow tcp Internet > * 443", "110 allow tcp 198.51.100.7/32 > * 9200",
    "120 allow tcp NoSuchTag > * 9200", "130 allow tcp Internet > * 9200")


def git(where, *arguments, status=0):
    done = subprocess.run(["git", *arguments], cwd=where, capture_output=True, env={**os.environ, **GIT}, timeout=60)
    rig.check(done.returncode == status, "git %s ended with %d: %s" % (arguments, done.returncode, done.stderr.decode()))
    return done.stdout.decode().strip()


def repository(out, *rules, name="repo"):
    """A repository with one commit, and its folder of configurations."""
    where = os.path.join(out, name)
    os.makedirs(os.path.join(where, "infra"))
    git(where, "init", "-q", "-b", "main")
    commit(where, *rules)
    git(where, "checkout", "-q", "-b", "change")
    return where


def commit(where, *rules, file="nsg.json", **kwargs):
    write(os.path.join(where, "infra"), file, group(*rules, **kwargs))
    git(where, "add", "-A")
    git(where, "commit", "-q", "--allow-empty", "-m", "a change")
    return git(where, "rev-parse", "HEAD")


def gate(where, status, *paths, span="main...HEAD", options=()):
    done = rig.expect(status, rig.staunch("audit", "--git", span, "--format", "json", *options, *(paths or ["infra"]), cwd=where))
    return json.loads(done.stdout) if done.stdout else done.stderr.decode("utf-8", "replace")


def a_harmless_change_passes_and_an_opening_one_is_named():
    with rig.folder() as out:
        where = repository(out, WEB, OFFICE)
        commit(where, WEB, OFFICE, "140 allow tcp 10.0.0.0/8 > * 22")
        rig.equal(fails(gate(where, rig.OK)), [], "what a harmless change opens")
        bad = commit(where, WEB, OFFICE, "140 allow tcp 10.0.0.0/8 > * 22", OPEN)
        good = git(where, "rev-parse", "HEAD~1")
        last = commit(where, WEB, OFFICE, "140 allow tcp 10.0.0.0/8 > * 23", OPEN)
        row, = fails(gate(where, rig.FOUND))
        rig.equal([r["rule"] for r in row["admitted_by"]], ["r130"], "rules named")
        rig.equal(row["opened_by"]["commits"], [good, bad], "the commit")
        edit, = row["opened_by"]["edits"]
        rig.equal((edit["change"], edit["rule"], edit["file"], edit["commit"]), ("rule added", "r130", "infra/nsg.json", last),
            "the edit")
        rig.check("r130" in rig.lines(os.path.join(where, "infra/nsg.json"))[edit["line"]], "its line %d" % edit["line"])
        text = rig.expect(rig.FOUND, rig.staunch("audit", "--git", "main...HEAD", "infra", cwd=where)).stdout.decode()
        rig.check("commit   " + bad in text, "a person reads %r" % text)


def the_office_passes_a_tag_that_nobody_knows_stops_and_the_internet_is_named():
    with rig.folder() as out:
        where = repository(out)
        commit(where, WEB, OFFICE)
        gate(where, rig.OK)
        commit(where, WEB, OFFICE, TAG)
        gate(where, rig.INCOMPLETE)
        gate(where, rig.OK, options=["--allow-unknown"])
        commit(where, WEB, OFFICE, TAG, OPEN)
        row, = fails(gate(where, rig.FOUND))
        rig.equal([r["rule"] for r in row["admitted_by"]], ["r130"], "rules named")
        path = os.path.join(where, "infra/nsg.json")
        for rules, status in (([WEB, OFFICE, TAG], rig.INCOMPLETE), ([WEB, OFFICE], rig.OK), ([WEB, OFFICE, TAG, OPEN], rig.FOUND)):
            write(os.path.join(where, "infra"), "nsg.json", group(*rules))
            rig.expect(status, rig.staunch("audit", path))


def a_push_that_opens_it_is_refused():
    """A pre-receive hook (githooks(5)) with the gate in it: git's own answer to the push, objects still in quarantine."""
    with rig.folder() as out:
        where, server = repository(out, WEB), os.path.join(out, "server.git")
        git(out, "init", "-q", "--bare", "-b", "main", server)
        git(where, "push", "-q", server, "main")
        hook = os.path.join(server, "hooks/pre-receive")
        with open(os.path.join(rig.ROOT, "examples/ci/pre-receive"), encoding="utf-8") as file:
            script = file.read()
        with open(hook, "w", encoding="utf-8") as file:
            file.write(script.replace("staunch audit", rig.STAUNCH + " audit"))
        os.chmod(hook, 0o755)
        commit(where, WEB, "110 allow tcp 10.0.0.0/8 > * 9200")
        git(where, "push", "-q", server, "change:main")
        held = git(server, "rev-parse", "main")
        commit(where, WEB, OPEN)
        git(where, "push", "-q", server, "change:main", status=1)
        git(where, "push", "-q", server, "change:refs/heads/new", status=1)
        rig.equal(git(server, "rev-parse", "main"), held, "main of the server")


def ranges_and_places_are_what_git_takes_them_for():
    with rig.folder() as out:
        where = repository(out, WEB)
        commit(where, WEB, OPEN)
        first, last = git(where, "rev-parse", "main"), git(where, "rev-parse", "HEAD")
        for span in ("main..change", "main", "%s..%s" % (first, last), "main..", "HEAD~1...", "0" * 40 + "..change"):
            gate(where, rig.FOUND, span=span)
        gate(where, rig.OK, span="change..change")
        gate(where, rig.OK, span="change..main")
        git(where, "checkout", "-q", "main")
        commit(where, WEB, OFFICE)
        git(where, "checkout", "-q", "change")
        gate(where, rig.FOUND, span="main...change")
        infra = os.path.join(where, "infra")
        for place, path in ((infra, "nsg.json"), (infra, "."), (infra, "../infra/nsg.json"), (where, infra), (where, "infra/")):
            gate(place, rig.FOUND, path, span="main...change")
        for span in ("main...nowhere", "--help", "", "-1", "..change", "...change", "main\n..HEAD"):
            rig.check(gate(where, rig.WRONG, span=span).startswith("staunch: "), "what it says to %r" % span)
        rig.check("neither commit" in gate(where, rig.WRONG, "nowhere.json"), "what it says of a file that is not there")
        rig.expect(rig.WRONG, rig.staunch("audit", "--git", "main...HEAD", "infra", cwd=out))


def files_that_come_and_go_are_seen():
    with rig.folder() as out:
        where = repository(out, WEB)
        commit(where, OPEN, file="other.json", name="other")
        row, = fails(gate(where, rig.FOUND))
        rig.equal((row["store"], row["opened_by"]["edits"][0]["change"]), ("other", "store added"), "what is new")
        os.remove(os.path.join(where, "infra/other.json"))
        git(where, "commit", "-qam", "gone")
        gate(where, rig.OK)
        os.symlink("/etc/hostname", os.path.join(where, "infra/nsg2.json"))
        git(where, "add", "-A")
        git(where, "commit", "-qm", "a link")
        rig.check("link" in gate(where, rig.WRONG), "a link is no file of the repository")


def a_step_that_cannot_be_read_is_passed_over():
    with rig.folder() as out:
        where = repository(out, WEB)
        good = git(where, "rev-parse", "HEAD")
        with open(os.path.join(where, "infra/nsg.json"), "w", encoding="utf-8") as file:
            file.write("<<<<<<< HEAD")
        git(where, "commit", "-qam", "broken")
        gate(where, rig.WRONG)
        bad = commit(where, WEB, OPEN)
        row, = fails(gate(where, rig.FOUND))
        rig.equal(row["opened_by"]["commits"], [good, bad], "after the last that could be read")


def nothing_that_a_repository_names_is_started():
    """Each of these makes git itself start the trap; the same repository, audited, starts none."""
    with rig.folder() as out:
        where, marker, trap = repository(out, WEB), os.path.join(out, "started"), os.path.join(out, "trap")
        commit(where, WEB, OPEN)
        with open(trap, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho \"$0 $*\" >>%s\nexec cat \"$@\" 2>/dev/null\n" % marker)
        os.chmod(trap, 0o755)
        for setting in ("core.fsmonitor", "core.pager", "pager.ls-tree", "pager.rev-list", "diff.external", "diff.x.textconv",
                "filter.x.smudge", "filter.x.clean", "filter.x.process", "gpg.program", "core.sshCommand", "credential.helper",
                "core.alternateRefsCommand", "alias.rev-parse", "alias.ls-tree", "remote.origin.uploadpack"):
            git(where, "config", setting, "!" + trap if setting.startswith("alias") else trap)
        for setting, value in (("log.showSignature", "true"), ("core.hooksPath", out), ("remote.origin.url", out),
                ("remote.origin.promisor", "true"), ("extensions.partialClone", "origin"), ("safe.directory", "*")):
            git(where, "config", setting, value)
        with open(os.path.join(where, ".git/info/attributes"), "w", encoding="utf-8") as file:
            file.write("* diff=x filter=x\n")
        blob = git(where, "rev-parse", "HEAD:infra/nsg.json")
        gate(where, rig.FOUND)
        rig.check(not os.path.exists(marker), "it started %s" % (os.path.exists(marker) and rig.lines(marker)))
        os.remove(os.path.join(where, ".git/objects", blob[:2], blob[2:]))
        rig.check("git: " in gate(where, rig.WRONG), "what it says of an object that is not there")
        rig.check(not os.path.exists(marker), "a missing object started %s" % (os.path.exists(marker) and rig.lines(marker)))
        subprocess.run(["git", "cat-file", "-p", blob], cwd=where, capture_output=True, env={**os.environ, **GIT}, timeout=60)
        rig.check(os.path.exists(marker), "the trap is none: git does not start it either")


def what_stands_in_for_an_object_is_not_believed():
    """git-replace(1): who reads by way of it sees another file than the one that is deployed."""
    with rig.folder() as out:
        where = repository(out, WEB)
        commit(where, WEB, OPEN)
        git(where, "replace", git(where, "rev-parse", "HEAD:infra/nsg.json"), git(where, "rev-parse", "main:infra/nsg.json"))
        rig.check("r130" not in git(where, "cat-file", "-p", "HEAD:infra/nsg.json"), "the trap is none")
        gate(where, rig.FOUND)


if __name__ == "__main__":
    rig.run_tests(a_harmless_change_passes_and_an_opening_one_is_named,
        the_office_passes_a_tag_that_nobody_knows_stops_and_the_internet_is_named, a_push_that_opens_it_is_refused,
        ranges_and_places_are_what_git_takes_them_for, files_that_come_and_go_are_seen,
        a_step_that_cannot_be_read_is_passed_over, nothing_that_a_repository_names_is_started,
        what_stands_in_for_an_object_is_not_believed)
