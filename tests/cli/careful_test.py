"""Mistakes of a tired user, and what must not come of them: evidence that counts twice, a case or key that is written over,
a value that is denied although it is there, Ctrl-C that is not heard."""
import json
import os
import signal
import stat
import subprocess

import rig


def store(out, name="store", text="mail anna.rossi@fabrikam.com, +39 06 6982 1234, card 4111 1111 1111 1111\n"):
    path = os.path.join(out, name)
    os.makedirs(path)
    with open(os.path.join(path, "a.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def said(done):
    return done.stderr.decode()


def a_case_inside_its_source_is_refused_and_nothing_is_written():
    with rig.folder() as out:
        source = store(out)
        for case in (os.path.join(source, "x.case"), os.path.join(out, "store", "..", "store", "x.case")):
            done = rig.staunch("scan", source, "--case", case)
            rig.expect(rig.WRONG, done)
            rig.check("elsewhere" in said(done), "the message does not say what to do: " + said(done))
        done = rig.staunch("scan", source, "--case", os.path.join(out, "x.case"), "--case-key", source + "/k")
        rig.expect(rig.WRONG, done)
        rig.equal(sorted(os.listdir(source)), ["a.txt"], "files in the source")
        rig.equal(sorted(os.listdir(out)), ["store"], "files beside it")


def a_wrong_source_leaves_no_case_behind():
    with rig.folder() as out:
        rig.expect(rig.WRONG, rig.staunch("scan", store(out), out + "/nothing", "--case", out + "/x.case"))
        rig.equal(sorted(os.listdir(out)), ["store"], "files")


def one_place_under_two_names_counts_once():
    with rig.folder() as out:
        source, case = store(out), os.path.join(out, "x.case")
        os.symlink("store", os.path.join(out, "link"))
        for other in (os.path.join(out, ".", "store"), os.path.join(out, "link")):
            rig.expect(rig.WRONG, rig.staunch("scan", source, other, "--case", case))
        rig.scan(case, source)
        done = rig.staunch("scan", os.path.join(out, "link"), "--case", case)
        rig.expect(rig.WRONG, done)
        rig.check("use that name" in said(done), "the message does not say what to do: " + said(done))
        rig.scan(case, source + "/")
        rig.equal(rig.report(case)["coverage"]["records"]["raw"], 1, "records")


def a_name_that_means_another_place_today_replaces_nothing():
    with rig.folder() as out:
        case, first, second = os.path.join(out, "x.case"), os.path.join(out, "1"), os.path.join(out, "2")
        store(first), store(second, text="mail bruno@fabrikam.com\n")
        rig.scan(case, "store", cwd=first)
        done = rig.staunch("scan", "store", "--case", case, cwd=second)
        rig.expect(rig.WRONG, done)
        rig.check("--rescan" in said(done), "the message does not say what to do: " + said(done))
        rig.check(b"1 mentions" in rig.staunch("report", "--case", case, "--explain", "anna.rossi@fabrikam.com").stdout,
            "what was read first is gone")
        rig.scan(case, "store", cwd=second, options=["--rescan"])
        rig.scan(case, "store", cwd=second)


def a_report_never_takes_the_place_of_the_case_or_its_key():
    with rig.folder() as out:
        source, case = store(out), os.path.join(out, "x.case")
        rig.scan(case, source)
        os.symlink("x.case", os.path.join(out, "link"))
        for name in ("x.case", "x.case.key", "./x.case", "x.case-wal", "link"):
            rig.expect(rig.WRONG, rig.staunch("report", "--case", case, "-o", os.path.join(out, name)))
        rig.expect(rig.WRONG, rig.staunch("report", "--case", case, "-o", out))
        rig.report(case)


def a_report_to_a_pipe_goes_there_and_leaves_it_a_pipe():
    with rig.folder() as out:
        source, case, pipe = store(out), os.path.join(out, "x.case"), os.path.join(out, "pipe")
        rig.scan(case, source)
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
        rig.expect(rig.OK, rig.staunch("report", "--case", case, "--format", "json", "-o", pipe))
        rig.equal(json.loads(reader.communicate(timeout=20)[0])["schema"], "staunch.report/1", "what came")
        rig.check(stat.S_ISFIFO(os.stat(pipe).st_mode), "the pipe was replaced")


def a_value_is_found_in_any_spelling():
    with rig.folder() as out:
        case = os.path.join(out, "x.case")
        rig.scan(case, store(out))
        for value in ("+39 06 6982 1234", "+390669821234", "4111-1111-1111-1111", "4111111111111111",
                "Anna.Rossi@FABRIKAM.com", "anna.rossi [at] fabrikam [dot] com"):
            got = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--explain", value)).stdout
            rig.check(b"1 mentions" in got, "not found: " + value)
            got = rig.expect(rig.OK, rig.staunch("report", "--case", case, "--explain", "-",
                stdin=value.encode() + b"\n")).stdout
            rig.check(b"1 mentions" in got, "not found from standard input: " + value)
        got = rig.staunch("report", "--case", case, "--explain", "bruno@fabrikam.com").stdout
        rig.check(b"not found" in got, "somebody else was found")


def places_are_mentions_as_json_and_masked_until_revealed():
    with rig.folder() as out:
        case, source = os.path.join(out, "x.case"), store(out)
        rig.scan(case, source)
        ask = ("report", "--case", case, "--explain", "anna.rossi@fabrikam.com", "--format", "json")
        rows = [json.loads(line) for line in rig.expect(rig.OK, rig.staunch(*ask)).stdout.splitlines()]
        rig.equal(len(rows), 1, "places")
        masked = rows[0]
        rig.check(masked["canonical"] != "anna.rossi@fabrikam.com" and "path" not in masked, "shown without a reason")
        row = json.loads(rig.expect(rig.OK, rig.staunch(*ask, "--reveal", "test")).stdout)
        rig.equal([row["kind"], row["canonical"], row["form"], row["store"]],
            ["email_address", "anna.rossi@fabrikam.com", "plain", source], "the place")
        rig.equal(row["end"] - row["start"], len("anna.rossi@fabrikam.com"), "its bytes")
        rig.check(row["path"].startswith(source + ":/"), "its path: " + row["path"])
        rig.equal(rig.expect(rig.OK, rig.staunch(*ask[:4], "nobody@fabrikam.com", "--format", "json")).stdout, b"",
            "what is written of somebody who is not there")


def a_folder_that_is_too_deep_keeps_its_reason_in_a_rescan():
    with rig.folder() as out:
        case, source = os.path.join(out, "x.case"), store(out)
        at = os.open(source, os.O_RDONLY)
        for _ in range(514):
            os.mkdir("d", dir_fd=at)
            deeper = os.open("d", os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = deeper
        os.close(at)
        for options in ([], ["--rescan"]):
            rig.scan(case, source, status=rig.INCOMPLETE, options=options)
            rig.equal(rig.report(case)["coverage"]["unread"]["by_reason"], {"limit-depth": 1}, "reasons")
        subprocess.run(["rm", "-rf", source], check=True)


def ctrl_c_while_counting_stops_and_the_next_run_counts_the_same():
    with rig.folder() as out:
        lines = "".join("2026-05-13T10:00:00Z INFO user%d@fabrikam%d.com from store\n" % (i, i % 997)
            for i in range(400000))
        source, case = store(out, text=lines), os.path.join(out, "x.case")
        rig.scan(os.path.join(out, "whole.case"), source)
        scan = subprocess.Popen([rig.STAUNCH, "scan", source, "--case", case, "--progress", "json"],
            stderr=subprocess.PIPE)
        for line in scan.stderr:
            if b'"counting"' in line:
                scan.send_signal(signal.SIGINT)
                break
        rest, status = scan.stderr.read(), scan.wait(timeout=30)
        if status == rig.OK:
            rig.skip("it had counted before it could be stopped")
        rig.equal(status, rig.STOPPED, "status, after " + rest.decode()[-200:])
        rig.equal(rig.staunch("report", "--case", case).returncode, rig.INCOMPLETE, "report of a stopped scan")
        rig.scan(case, source)
        rig.equal(rig.figures(rig.report(case)), rig.figures(rig.report(os.path.join(out, "whole.case"))), "figures")
        rig.check(not os.path.exists(case + ".work"), "the work folder stayed")


if __name__ == "__main__":
    rig.run_tests(a_case_inside_its_source_is_refused_and_nothing_is_written, a_wrong_source_leaves_no_case_behind,
        one_place_under_two_names_counts_once,
        a_name_that_means_another_place_today_replaces_nothing, a_report_never_takes_the_place_of_the_case_or_its_key,
        a_report_to_a_pipe_goes_there_and_leaves_it_a_pipe, a_value_is_found_in_any_spelling,
        places_are_mentions_as_json_and_masked_until_revealed,
        a_folder_that_is_too_deep_keeps_its_reason_in_a_rescan,
        ctrl_c_while_counting_stops_and_the_next_run_counts_the_same)
