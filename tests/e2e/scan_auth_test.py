"""`scan --auth`: what is private is read with the owner's credential, to the same figures as the local folder; the credential
goes to the target that it is written for and nowhere else, and stands in no output, process, case or error."""
import os
import urllib.parse

import auth_files
import lab
import rig
from lab.recorder import Recorder

PURPOSE = ("--purpose", "measure the exposure")
ODD_NAMES = ("dir/a b&c+d=e.txt", "notes <è>%41.txt", "a~b_c-d.e!(f)'*$,;:@.txt", "year=2019/part=1.csv")


def files_of(folder):
    for root, _, files in os.walk(folder):
        for file in files:
            path = os.path.join(root, file)
            with open(path, "rb") as body:
                yield os.path.relpath(path, folder), body.read()


def put(server, container, name, body):
    module = lab.module(server.name)
    if server.name == "azurite":
        module.put(server.place, server.port, container, name, body)
    else:
        module.ask(server.place, server.port, "PUT", "/%s/%s" % (container, urllib.parse.quote(name)), body)


def make_store(out):
    """A folder of the example and of names that need every kind of encoding; (folder, own domain)"""
    stores, truth = rig.make_example(os.path.join(out, "stores"), 200)
    for number, name in enumerate(ODD_NAMES):
        path = os.path.join(stores[0], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("write to odd%d@fabrikam.example\n" % number)
    return stores[0], truth["own_domain"]


def scan(out, url, auth, *more, status=rig.OK, case="c.case", secrets=None, **changes):
    words = ("scan", url, "--scope", auth_files.scope(out, url, **changes), *PURPOSE, "--auth", auth, "--case",
        os.path.join(out, case), *more)
    return rig.expect(status, auth_files.watched(*words, secrets=secrets) if secrets else rig.staunch(*words))


def private_stores_give_the_figures_of_the_local_folder():
    for name, scheme, make in (("azurite", "azure_blob", auth_files.azure), ("rgw", "s3", auth_files.aws)):
        with rig.folder() as out, lab.start(name, out, "closed") as server, Recorder(server.port) as recorder:
            store, own = make_store(out)
            local = os.path.join(out, "local.case")
            rig.scan(local, store, options=["--own-domain", own])
            owned = os.path.join(out, "owned")
            os.makedirs(owned)
            base = "%s://127.0.0.1:%d%s" % (scheme, recorder.port, "/" + server.seed["account"] if name == "azurite" else "")
            for path, body in files_of(store):
                put(server, "archive", path, body)
            delete_seed(server)
            url = base + "/archive"
            auth = auth_files.write(out, make(url, server))
            secrets = [server.seed.get("key") or server.seed["secret"]]
            refused = rig.staunch("scan", url, "--scope", auth_files.scope(owned, url), *PURPOSE, "--case", owned + "/no.case")
            rig.equal(rig.expect(rig.WRONG, refused).stdout, b"", "output without a credential")
            done = scan(owned, url, auth, "--own-domain", own, secrets=secrets)
            rig.equal(rig.case_figures(os.path.join(owned, "c.case")), rig.case_figures(local), "figures of " + name)
            rig.equal(recorder.writes(), [], "writes")
            rig.equal(recorder.outside([url.partition("%d" % recorder.port)[2]]), [], "requests outside of the target")
            auth_files.nowhere(secrets, done.stdout, done.stderr, recorder.sent(), folder=owned)
            events = rig.expect(rig.OK, rig.staunch("report", "--case", owned + "/c.case", "--format", "json")).stdout
            auth_files.nowhere(secrets, events)


def delete_seed(server):
    module = lab.module(server.name)
    names = server.seed["blobs"]["archive"] if server.name == "azurite" else [key for key, _ in server.seed["buckets"]["archive"][1]]
    for name in names:
        module.request(server.port, "DELETE", "/archive/" + urllib.parse.quote(name))


def a_stranger_is_refused_and_a_wrong_key_is_one_line_without_it():
    with rig.folder() as out, lab.start("azurite", out, "closed") as server:
        url = "azure_blob://127.0.0.1:%d/%s/priv" % (server.port, server.seed["account"])
        wrong = dict(auth_files.azure(url, server), key="bm90IHRoZSBrZXkgb2YgYW55Ym9keQ==")
        done = scan(out, url, auth_files.write(out, wrong), status=rig.WRONG)
        rig.check(done.stderr.count(b"\n") == 1 and b"403" in done.stderr, done.stderr)
        auth_files.nowhere([wrong["key"]], done.stderr, done.stdout)
        stranger = auth_files.write(out, dict(auth_files.azure(url, server), **{"as": "stranger"}))
        done = scan(out, url, stranger, status=rig.WRONG)
        rig.check(b"no credential of the owner" in done.stderr, done.stderr)


def two_private_stores_are_read_in_one_scan_each_with_its_own():
    with rig.folder() as out, lab.start("rgw", out, "closed") as ceph, lab.start("azurite", out, "closed") as azurite, \
            Recorder(ceph.port) as to_ceph, Recorder(azurite.port) as to_azurite:
        urls = ["s3://127.0.0.1:%d/priv" % to_ceph.port, "azure_blob://127.0.0.1:%d/%s/priv" % (to_azurite.port, azurite.seed["account"]),
            "s3://127.0.0.1:%d/archive" % to_ceph.port]
        auth = auth_files.write(out, auth_files.aws(urls[0], ceph), auth_files.aws(urls[2], ceph), auth_files.azure(urls[1], azurite))
        for jobs in (1, 2):
            case = os.path.join(out, "%d.case" % jobs)
            done = rig.staunch("scan", *urls, "--scope", auth_files.scope(out, *urls), *PURPOSE, "--auth", auth, "--jobs", jobs, "--case", case)
            rig.expect(rig.OK, done)
            objects = rig.report(case)["coverage"]["objects"]
            rig.equal(objects["listed"], objects["read"] + objects["duplicate"], "objects read, of %r" % objects)
        for recorder, scheme in ((to_ceph, "AWS4-HMAC-SHA256"), (to_azurite, "SharedKey")):
            rig.equal({(r.header("Authorization") or "none").split(" ")[0] for r in recorder.requests()}, {scheme}, "what it was asked with")
            auth_files.nowhere([ceph.seed["secret"], azurite.seed["key"]], recorder.sent())


rig.run_tests(private_stores_give_the_figures_of_the_local_folder, a_stranger_is_refused_and_a_wrong_key_is_one_line_without_it,
    two_private_stores_are_read_in_one_scan_each_with_its_own)
