"""Files of credentials (staunch.auth/1) for tests, and the search for secrets in everything that a run leaves behind."""
import json
import os
import subprocess
import threading
import time

import rig


def write(folder, *entries, name="auth.json", mode=0o600):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "staunch.auth/1", "entries": list(entries)}, file)
    os.chmod(path, mode)
    return path


def azure(target, server, **more):
    return {"target": target, "kind": "azure-shared-key", "account": server.seed["account"], "key": server.seed["key"], **more}


def aws(target, server, **more):
    return {"target": target, "kind": "aws-sigv4", "key": server.seed["access"], "secret": server.seed["secret"],
        "region": "default", **more}


def aws_stranger(target, server, **more):
    return aws(target, server, **{"as": "stranger", "key": server.seed["stranger_access"],
        "secret": server.seed["stranger_secret"], **more})


def scope(folder, *targets, **changes):
    words = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset", "max_level": "L5",
        "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
        "budget": {"requests_per_second": 5000, "bytes": 10 ** 9}, "targets": list(targets)}
    words.update(changes)
    path = os.path.join(folder, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(words, file)
    return path


def watched(*arguments, secrets):
    """Runs staunch; the command lines and environments of it and all it started hold no secret while it runs."""
    process = subprocess.Popen([rig.STAUNCH, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    seen, looked = [], [0]

    def look():
        while process.poll() is None:
            for pid in rig.family(process.pid):
                for name in ("cmdline", "environ", "comm"):
                    try:
                        with open("/proc/%d/%s" % (pid, name), "rb") as file:
                            text = file.read()
                    except OSError:
                        continue
                    looked[0] += 1
                    seen.extend((pid, name) for secret in secrets if secret.encode() in text)
            time.sleep(0.01)

    thread = threading.Thread(target=look)
    thread.start()
    out, err = process.communicate(timeout=rig.TIMEOUT_S)
    thread.join()
    rig.check(looked[0] > 0, "no process was looked at")
    rig.equal(seen, [], "places of /proc that hold a secret")
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def nowhere(secrets, *texts, folder=None, but=()):
    """No secret in the texts, nor in any file below the folder but those named."""
    for secret in secrets:
        for text in texts:
            rig.check(secret.encode() not in text, "a secret was printed: %r" % text[:300])
    for root, _, files in os.walk(folder) if folder else ():
        for name in files:
            path = os.path.join(root, name)
            if path in but or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                body = file.read()
            for secret in secrets:
                rig.check(secret.encode() not in body, "a secret stands in " + name)
