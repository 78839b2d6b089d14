"""Rules of the user through detect and scan: what is refused, what is found, what it costs, and what is said when a
pattern takes too long."""
import csv
import io
import json
import os
import resource
import time

import rig

TICKET = {"name": "ticket", "kind": "case_number", "pattern": r"\bTCK-[0-9]{6,8}\b", "confidence": 0.95, "canonical": "upper"}
KEY = {"name": "vpn-key", "kind": "secret", "pattern": "[0-9A-F]{8}-[0-9A-F]{8}", "confidence": 0.8, "context": ["vpn"]}
SLOW = {"name": "slow", "kind": "case_number", "pattern": "(?:a{1,3}){1,30}(?:a{1,3}){1,30}b", "confidence": 0.8}


def rules_file(out, *rules, name="rules.json"):
    path = os.path.join(out, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "staunch.rules/1", "rules": list(rules)}, file, indent=1)
    return path


def found(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def detect_shows_the_rule_beside_its_kind():
    with rig.folder() as out:
        path = rules_file(out, TICKET, KEY)
        done = rig.expect(rig.FOUND, rig.staunch("detect", "--rules", path, stdin=b"TCK-123456, VPN token: 0011AAFF-99EE77CC, anna@contoso.com"))
        got = [(m["kind"], m["start"], m["end"], m["canonical"], m["confidence"], m.get("rule")) for m in found(done)]
        rig.equal(got, [("case_number", 0, 10, "TCK-123456", 0.95, "ticket"), ("secret", 23, 40, "vpn-key:0011", 0.8, "vpn-key"),
            ("email_address", 42, 58, "anna@contoso.com", 0.99, None)], "mentions")


def a_rules_file_that_is_wrong_is_refused_in_one_line_before_anything_is_read():
    with rig.folder() as out:
        bad = {"unbounded": ("ab*", "byte 2: a repetition without an upper bound"), "wide": ("x{600}", "up to 600 bytes"),
            "back": (r"(a)\1", "a back reference"), "recursion": ("(?R)", "a reference to a group"), "callout": ("(?C1)x", "a callout"),
            "behind": ("(?<=a{200})b", "before its match"), "broken": ("[z-a]", "range out of order")}
        for name, (pattern, why) in bad.items():
            path = rules_file(out, TICKET, {**TICKET, "name": name, "pattern": pattern})
            for command in (["detect"], ["scan", out, "--case", os.path.join(out, "x.case")]):
                done = rig.expect(rig.WRONG, rig.staunch(*command, "--rules", path, stdin=b"x"))
                said = done.stderr.decode()
                rig.check(said.count("\n") == 1 and "rule 2 (%s)" % name in said and why in said and path in said, said)
                rig.check(pattern not in said and done.stdout == b"", said)
        rig.check(not os.path.exists(os.path.join(out, "x.case")), "a case was made")
        rig.expect(rig.WRONG, rig.staunch("detect", "--rules", os.path.join(out, "missing.json"), stdin=b"x"))


def a_scan_keeps_rules_with_the_case_and_refuses_others():
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "a.jsonl"), "w") as file:
            file.write('{"a":"TCK-123456"}\n{"b":"vpn: 0011AAFF-99EE77CC"}\n{"a":"TCK-123456"}\n')
        case, path = os.path.join(out, "x.case"), rules_file(out, TICKET, KEY)
        rig.scan(case, store, options=("--rules", path))
        got = rig.report(case)
        rig.equal([(e["kind"], e["mentions"], e["distinct"]) for e in got["entities"]], [("case_number", 2, 1), ("secret", 1, 1)],
            "entities")
        rig.equal(got["provenance"]["options"]["rules"], ["ticket", "vpn-key"], "rules in provenance")
        listed = rig.staunch("report", "--case", case, "--list", "entities").stdout.decode()
        rig.check("rule ticket" in listed and "vpn-key, starts 0011" in listed and "TCK" not in listed, listed)
        explained = rig.staunch("report", "--case", case, "--explain", "TCK-123456").stdout.decode()
        rig.check("plain 0.95 rule ticket" in explained, explained)
        for options in ((), ("--rules", rules_file(out, TICKET, name="other.json"))):
            done = rig.scan(case, store, options=options, status=rig.WRONG)
            rig.check(b"--rescan" in done.stderr, done.stderr)
        rig.scan(case, store, options=("--rules", path))  # the same go on
        rig.scan(case, store, options=("--rescan",))
        rig.equal(rig.report(case)["entities"], [], "entities without rules")


def mentions_of_rules_are_the_same_in_every_reader():
    """In UTF-16, in mail, in an archive: the offsets are of the stored bytes."""
    with rig.folder() as out:
        path = rules_file(out, TICKET)
        text = "x TCK-123456 y".encode("utf-16")
        got = found(rig.staunch("detect", "--rules", path, stdin=text))
        rig.equal([(m["start"], m["end"], m["form"]) for m in got], [(6, 26, "encoded")], "in UTF-16")


def a_pattern_that_takes_too_long_is_stopped_and_the_object_is_partial():
    with rig.folder() as out:
        store = os.path.join(out, "store")
        os.mkdir(store)
        with open(os.path.join(store, "evil.txt"), "w") as file:
            file.write(("a" * 2000 + "b TCK-123456\n") * 200)
        with open(os.path.join(store, "good.txt"), "w") as file:
            file.write("TCK-654321\n")
        case, path = os.path.join(out, "x.case"), rules_file(out, TICKET, SLOW)
        begin = time.monotonic()
        rig.scan(case, store, options=("--rules", path), status=rig.INCOMPLETE)
        rig.check(time.monotonic() - begin < 20, "it took %.1f s" % (time.monotonic() - begin))
        rows = list(csv.DictReader(io.StringIO(rig.staunch("report", "--case", case, "--list", "unread").stdout.decode())))
        rig.equal([(r["status"], r["reason"], r["detail"]) for r in rows], [("partial", "timeout", "rule slow")], "unread rows")
        kinds = {e["kind"]: e for e in rig.report(case)["entities"]}
        rig.check(kinds["case_number"]["mentions"] >= 201, "the other rule lost mentions: %s" % kinds)
        with open(os.path.join(store, "evil.txt"), "rb") as file:
            done = rig.staunch("detect", "--rules", path, stdin=file.read())
        rig.check(b"rule slow takes too many steps" in done.stderr and done.stderr.count(b"\n") == 1, done.stderr)
        rig.equal(done.returncode, rig.FOUND, "status with mentions")
        done = rig.staunch("detect", "--rules", rules_file(out, SLOW), stdin=(b"a" * 2000 + b" c b\n") * 20)
        rig.equal(done.returncode, rig.INCOMPLETE, "status without mentions")


def the_cost_of_rules_is_measured():
    """MB per second of processor time with 0, 1 and 20 rules, alternating, best of three: shown, and far from a stop."""
    many = [{**TICKET, "name": "r%d" % i, "pattern": pattern} for i, pattern in enumerate(
        [r"\b%s-[0-9]{4,8}\b" % p for p in ("TCK", "INC", "CHG", "PRB", "REQ", "SRV", "ORD", "CUS", "REF", "DOC")] +
        [r"(?i)\bcase (?:no\.?|number) ?[0-9]{3,9}", r"[A-Z]{2}[0-9]{6}[A-Z]", r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b",
            r"\bKD[0-9]{8}\b", r"(?<=id=)[0-9a-f]{16}", r"\bV[0-9]{2}/[0-9]{5}\b", r"#[0-9]{5,7}\b", r"\bP-[A-Z]{3}-[0-9]{4}\b",
            r"\b[A-Z][0-9]{2}\.[0-9]{1,2}\b", r"(?i)pratica n[.°]? ?\d{2,6}"])]
    line = b'{"time":"2022-09-24T10:00:00Z","level":"info","text":"order of anna@contoso.com was sent, TCK-123456, 203.0.113.7"}\n'
    with rig.folder() as out:
        text = os.path.join(out, "text")
        with open(text, "wb") as file:
            file.write(line * 80000)
        size_mb = os.path.getsize(text) / 1e6
        runs = {0: [], 1: ["--rules", rules_file(out, TICKET, name="1.json")], 20: ["--rules", rules_file(out, *many, name="20.json")]}
        best = {}
        for _ in range(3):
            for count, options in runs.items():
                begin = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
                rig.expect(rig.FOUND, rig.staunch("detect", *options, text))
                seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begin
                best[count] = min(best.get(count, seconds), seconds)
        print("# " + ", ".join("%d rules %.0f MB/s (%.2f of none)" % (n, size_mb / s, best[0] / s) for n, s in sorted(best.items())))
        rig.check(best[1] < 2.5 * best[0], "one rule costs %.2f times the run without" % (best[1] / best[0]))
        rig.check(best[20] < 12 * best[0], "twenty rules cost %.2f times the run without" % (best[20] / best[0]))


rig.run_tests(detect_shows_the_rule_beside_its_kind, a_rules_file_that_is_wrong_is_refused_in_one_line_before_anything_is_read,
    a_scan_keeps_rules_with_the_case_and_refuses_others, mentions_of_rules_are_the_same_in_every_reader,
    a_pattern_that_takes_too_long_is_stopped_and_the_object_is_partial, the_cost_of_rules_is_measured)
