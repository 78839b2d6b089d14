"""`staunch audit --activity-log`: the moment at which it was opened and closed, by which operation, and what only the log or only
the states of the configuration know. Events are invented in the shape of "Azure activity log event schema"."""
import json
import os

import rig
from audit_change_test import audit, december, group, named, write
from audit_test import NETWORK

ES = NETWORK + "networkSecurityGroups/es"


def event(time, rule="AllowSearch", action="write", status="Succeeded", correlation="c-1", group_id=ES, caller="anna.rossi@contoso.com",
        **more):
    resource = group_id + ("/securityRules/" + rule if rule else "")
    kind = "Microsoft.Network/networkSecurityGroups/" + ("securityRules/" if rule else "")
    return {"caller": caller, "correlationId": correlation, "operationId": correlation, "eventTimestamp": time,
        "operationName": {"value": kind + action, "localizedValue": "Create or Update Security Rule"}, "resourceId": resource,
        "status": {"value": status, "localizedValue": status}, "claims": {"ipaddr": "203.0.113.9", "name": "Anna Rossi"}, **more}


def other(time):
    return {"eventTimestamp": time, "operationName": {"value": "Microsoft.Compute/virtualMachines/start/action"}, "resourceId": "/x",
        "status": {"value": "Succeeded"}}


WHOLE = [other("2019-11-01T00:00:00Z"), other("2020-01-31T00:00:00Z")]


def log_of(out, *events, whole=True):
    path = os.path.join(out, "activity.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(list(events) + (WHOLE if whole else []), file, indent=1)
    return path


def december_row(out, *events, whole=True):
    days = os.path.join(out, "days")
    os.makedirs(days)
    december(days)
    answer = audit("--history", days, "--activity-log", log_of(out, *events, whole=whole), status=rig.OK)
    row, = [r for r in answer["exposures"] if r["ports"] == [[9200, 9300]]]
    return answer, row


def the_write_to_the_rule_is_the_moment():
    with rig.folder() as out:
        answer, row = december_row(out, event("2019-12-05T08:14:22.1234567Z"), event("2019-12-31T10:00:00+01:00", correlation="c-2"))
        rig.equal(row["window"], {"opened": ["2019-12-05T08:14:22Z"] * 2, "closed": ["2019-12-31T09:00:00Z"] * 2,
            "opened_source": "activity-log", "closed_source": "activity-log", "snapshots": {
                "opened": ["2019-12-04", "2019-12-05"], "closed": ["2019-12-30", "2019-12-31"]}}, "window")
        told = row["opened_by"]["edits"][0]["event"]
        rig.equal((told["operation"], told["correlation_id"], told["time"], told["line"], told["candidates"]), (
            "Microsoft.Network/networkSecurityGroups/securityRules/write", "c-1", ["2019-12-05T08:14:22Z"] * 2, 2, 1), "event")
        rig.equal((row["closed_by"]["how"], row["closed_by"]["edits"][0]["rule"], row["closed_by"]["edits"][0]["event"]["correlation_id"]),
            ("one", "AllowSearch", "c-2"), "what closed it")
        rig.equal(answer["activity_log"]["unseen"], [], "operations that no state shows")
        rig.equal([n["rule"] for n in answer["activity_log"]["unlogged"]], ["AllowMonitor"], "edits that the log does not name")


def the_caller_is_masked():
    for caller, masked in (("anna.rossi@contoso.com", "a***@contoso.com"), ("7d1f8a52-0000-4000-8000-00000000beef", "7d1f***"),
            ("anna", "a***"), ("@", "***@")):
        with rig.folder() as out:
            _, row = december_row(out, event("2019-12-05T08:14:22Z", caller=caller))
            rig.equal(row["opened_by"]["edits"][0]["event"]["caller"], masked, "caller %r" % caller)
    with rig.folder() as out:
        december(out)
        done = rig.staunch("audit", "--history", out, "--activity-log", log_of(out, event("2019-12-05T08:14:22Z")))
        text = (done.stdout + done.stderr).decode()
        rig.check("at 2019-12-05T08:14:22Z, by the activity log" in text and "a***@contoso.com, correlation c-1" in text, text)
        rig.check("anna" not in text.lower() and "203.0.113.9" not in text, "who it was stands in the answer: " + text)


def an_operation_lasts_from_its_start_to_its_end():
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T08:14:22Z", status="Started"), event("2019-12-05T08:14:29Z"))
        rig.equal(row["window"]["opened"], ["2019-12-05T08:14:22Z", "2019-12-05T08:14:29Z"], "started and succeeded")
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T08:14:22Z", status="Started"))
        rig.equal(row["window"]["opened"], ["2019-12-05T08:14:22Z", "2019-12-05"], "started, its end not in the log")


def several_writes_are_a_bracket_and_failed_ones_none():
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T08:00:00Z"), event("2019-12-05T09:00:00Z", correlation="c-2"),
            event("2019-12-05T10:00:00Z", correlation="c-3", status="Failed"), event("2019-12-05T11:00:00Z", "AllowWeb"),
            event("2019-12-09T11:00:00Z", correlation="c-4"))
        rig.equal(row["window"]["opened"], ["2019-12-05T08:00:00Z", "2019-12-05T09:00:00Z"], "window of two writes")
        rig.equal(row["opened_by"]["edits"][0]["event"]["candidates"], 2, "candidates")
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T10:00:00Z", status="Failed"))
        rig.equal((row["window"]["opened"], row["window"]["opened_source"], row["opened_by"]["edits"][0]["event"]),
            (["2019-12-04", "2019-12-05"], "snapshots", None), "a write that failed")


def a_write_of_the_group_may_be_the_edit():
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T08:00:00Z", rule="", group_id=ES.upper()))
        rig.equal(row["window"]["opened"], ["2019-12-05T08:00:00Z"] * 2, "the group as a whole, its id in upper case")


def what_the_log_does_not_cover_is_said():
    with rig.folder() as out:
        _, row = december_row(out, event("2019-12-05T08:00:00Z"), whole=False)
        rig.equal(row["window"]["opened_source"], "part of activity-log", "a log that begins inside of the window")
    with rig.folder() as out:
        _, row = december_row(out)
        rig.equal((row["window"]["opened"], row["window"]["opened_source"]), (["2019-12-04", "2019-12-05"], "snapshots"), "no event")


def what_no_snapshot_shows_is_said():
    """Opened at ten and closed at eleven between two snapshots of days: only the log knows."""
    with rig.folder() as out:
        answer, _ = december_row(out, event("2019-12-10T10:00:00Z", "AllowAll", correlation="c-7"), event("2019-12-10T11:00:00Z", "AllowAll",
            "delete", correlation="c-8"), event("2019-12-11T10:00:00Z", "x", group_id=NETWORK + "networkSecurityGroups/other"))
        unseen = answer["activity_log"]["unseen"]
        rig.equal([(n["group"], n["rule"]) for n in unseen], [("es", "AllowAll")] * 2, "operations that no state shows")
        rig.check("written at 2019-12-10T10:00:00Z, correlation c-7" in unseen[0]["reason"], unseen[0]["reason"])
        rig.equal(answer["activity_log"]["elsewhere"], 1, "operations on what is in no state")


def states_without_a_date_are_dated_by_the_log():
    """Two files without a date: the write between them is the moment. Two edits together: the later of both."""
    before = group(named("100 deny tcp Internet > * 9200", "deny"), named("200 allow tcp 10.0.0.0/8 > * 9200", "allow"))
    after = group(named("200 allow tcp Internet > * 9200", "allow"))
    with rig.folder() as out:
        log = log_of(out, event("2019-12-05T08:00:00Z", "deny", "delete"), event("2019-12-06T09:00:00Z", "allow", correlation="c-2"))
        row, = audit(write(out, "after.json", after), "--baseline", write(out, "before.json", before), "--activity-log", log,
            status=rig.FOUND)["exposures"]
        rig.equal(row["window"], {"opened": ["2019-12-06T09:00:00Z"] * 2, "closed": None, "opened_source": "activity-log",
            "closed_source": None}, "window of two edits")
        each = group("100 allow tcp Internet > * 9200", "110 allow tcp * > * 9200")
        log = log_of(out, event("2019-12-05T08:00:00Z", "r110"), event("2019-12-06T09:00:00Z", "r100", correlation="c-2"))
        row, = audit(write(out, "after.json", each), "--baseline", write(out, "before.json", group()), "--activity-log", log,
            status=rig.FOUND)["exposures"]
        rig.equal(row["window"]["opened"], ["2019-12-05T08:00:00Z"] * 2, "two edits of which each opens it: the first")


def diagnostic_settings_write_another_shape():
    line = lambda time, result: json.dumps({"time": time, "resourceId": ES.upper() + "/SECURITYRULES/ALLOWSEARCH", "correlationId": "c",
        "operationName": "MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/SECURITYRULES/WRITE", "resultType": result,
        "identity": {"claims": {"name": "Anna Rossi"}}})
    lines = [line("2019-12-05T08:00:00.5Z", "Start"), line("2019-12-05T08:00:03Z", "Success")]
    for content in ("\n".join(lines), '{"records": [%s]}' % ",".join(lines), '{"value": []}\n' + "\n".join(lines)):
        with rig.folder() as out:
            days, log = os.path.join(out, "days"), os.path.join(out, "log.json")
            os.makedirs(days)
            december(days)
            with open(log, "w", encoding="utf-8") as file:
                file.write(content)
            answer = audit("--history", days, "--activity-log", log, status=rig.OK)
            row, = [r for r in answer["exposures"] if r["ports"] == [[9200, 9300]]]
            rig.equal(row["window"]["opened"], ["2019-12-05T08:00:00Z", "2019-12-05T08:00:03Z"], "window by %r" % content)


def hostile_logs_are_refused_or_counted():
    for content in (b"", b"[", b"[1]", b'[{"a": 1}]', b"x", b'{"value": 1}', b'[{"eventTimestamp": "x", "eventTimestamp": "x"}]'):
        with rig.folder() as out:
            files = [write(out, "a.json", group()), write(out, "b.json", group())]
            log = os.path.join(out, "log.json")
            with open(log, "wb") as file:
                file.write(content)
            status = rig.staunch("audit", files[1], "--baseline", files[0], "--activity-log", log).returncode
            rig.equal(status, rig.WRONG, "exit status for the log %r" % content)
    with rig.folder() as out:
        odd = [event(time) for time in ("2019-02-31T08:00:00Z", "2019-12-05", "yesterday", None, 5, "2019-12-05T08:00:00", "9999-99-99T99:99:99Z",
            "2019-12-05T08:00:00.", "2019-12-05T08:00:00+99:00")]
        answer, row = december_row(out, *odd, {**event("2019-12-05T08:00:00Z"), "resourceId": None})
        rig.equal((answer["activity_log"]["unreadable"], answer["activity_log"]["whole"], row["window"]["opened_source"]),
            (len(odd) + 1, False, "snapshots"), "entries that cannot be read")
    with rig.folder() as out:
        december(out)
        log = os.path.join(out, "log.json")
        with open(log, "w", encoding="utf-8") as file:
            json.dump({"value": [event("2019-12-05T08:00:00Z", "\x1b[31m\"<b>")], "nextLink": "https://example.org/next"}, file)
        answer = audit("--history", out, "--activity-log", log, status=rig.OK)
        rig.equal(answer["activity_log"]["whole"], False, "a log that goes on elsewhere")
        text = rig.staunch("audit", "--history", out, "--activity-log", log).stdout
        rig.check(b"\x1b" not in text and b"it goes on in pages" in text, "text: %r" % text)


def a_log_needs_two_states():
    with rig.folder() as out:
        done = rig.staunch("audit", write(out, "a.json", group()), "--activity-log", log_of(out))
        rig.expect(rig.WRONG, done)
        rig.check(b"--baseline" in done.stderr, done.stderr)


if __name__ == "__main__":
    rig.run_tests(the_write_to_the_rule_is_the_moment, the_caller_is_masked, an_operation_lasts_from_its_start_to_its_end,
        several_writes_are_a_bracket_and_failed_ones_none, a_write_of_the_group_may_be_the_edit, what_the_log_does_not_cover_is_said,
        what_no_snapshot_shows_is_said, states_without_a_date_are_dated_by_the_log, diagnostic_settings_write_another_shape,
        hostile_logs_are_refused_or_counted, a_log_needs_two_states)
