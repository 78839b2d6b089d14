"""Bad input: never a crash, a hang or a silent gap."""
import contextlib
import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import rig


@contextlib.contextmanager
def store():
    """(folder of the test, an empty store in it, path of a case)"""
    with rig.folder() as out:
        path = os.path.join(out, "store")
        os.mkdir(path)
        yield out, path, os.path.join(out, "c.case")


def write(folder, name, content):
    path = os.path.join(os.fsencode(folder), os.fsencode(name))
    with open(path, "wb") as file:
        file.write(content)
    return path


def scanned(case, *sources, status=(rig.OK, rig.INCOMPLETE), options=()):
    rig.scan(case, *sources, status=status, options=options)
    return rig.report(case, "--reveal", "test")


def addresses(got):
    return sum(e["distinct"] for e in got["entities"] if e["kind"] == "email_address")


def balance(got):
    objects = got["coverage"]["objects"]
    rig.equal(objects["read"] + objects["partial"] + objects["unread"] + objects["duplicate"], objects["listed"],
        "read + partial + unread + duplicate")


def listed(case, name):
    done = rig.staunch("report", "--case", case, "--format", "csv", "--list", name, "--reveal", "test")
    return list(csv.DictReader(io.StringIO(rig.expect((rig.OK, rig.INCOMPLETE), done).stdout.decode())))


def every_hostile_file_has_its_reason_and_loses_nothing_that_can_be_read():
    with store() as (out, hostile, case):
        subprocess.run([sys.executable, os.path.join(rig.ROOT, "tools/make_hostile.py"), *(["--large"] if rig.FULL else []),
            "--helped", hostile], check=True, timeout=1200, stdout=subprocess.DEVNULL)
        with open(os.path.join(hostile, "expected.json"), encoding="utf-8") as file:
            expected = json.load(file)
        begin = time.monotonic()
        rig.scan(case, hostile, status=rig.INCOMPLETE, timeout=1200)
        got = rig.report(case, "--reveal", "test")
        balance(got)
        rig.equal(got["coverage"]["objects"]["listed"], len(expected), "objects listed")
        rows = {row["path"].split(":/", 1)[1]: row for row in got["coverage"]["unread"]["objects"] if "!" not in row["path"]}
        wrong = []
        for name, want in expected.items():
            row = rows.get(name, {"status": "read", "reason": ""})
            if (row["status"], row["reason"]) != (want["status"], want["reason"]):
                wrong.append("%s is %s, not %s, %s" % (name, row, want["status"], want["reason"]))
        found = {row["canonical"] for row in listed(case, "entities")}
        wrong += ["%s: %s is lost" % (n, a) for n, want in expected.items() for a in want["found"] if a not in found]
        rig.check(not wrong, "\n    ".join(wrong))
        print("%d hostile files in %.1f s" % (len(expected), time.monotonic() - begin))


def what_is_no_file_is_listed_and_unread():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n")
        os.mkfifo(os.path.join(path, "pipe"))
        os.symlink("good.txt", os.path.join(path, "link"))
        elsewhere = os.path.join(out, "elsewhere")
        os.mkdir(elsewhere)
        write(elsewhere, "other.txt", b"mail bruno@fabrikam.com\n")
        os.symlink(elsewhere, os.path.join(path, "folder-link"))
        os.symlink("nowhere", os.path.join(path, "dangling"))
        want = {"pipe", "link", "folder-link", "dangling"}
        if os.geteuid() == 0:
            with contextlib.suppress(OSError):
                os.mknod(os.path.join(path, "device"), 0o020600, os.makedev(1, 5))
                want.add("device")
        got = scanned(case, path, status=rig.INCOMPLETE)
        balance(got)
        rows = {p.rsplit("/", 1)[1]: row for p, row in rig.unread(got).items()}
        rig.equal(rows, {name: ("unread", "not-a-file") for name in want}, "rows of what is no file")
        rig.equal(addresses(got), 1, "addresses")


def a_file_without_permission_is_unread():
    with store() as (out, path, case):
        write(path, "open.txt", b"mail joe@fabrikam.com\n")
        os.chmod(write(path, "closed.txt", b"mail anna@fabrikam.com\n"), 0)
        command = [rig.STAUNCH, "scan", path, "--case", case, "--progress", "never"]
        somebody = {}
        if os.geteuid() == 0:
            # Root may read everything: somebody else scans.
            for name in (out, path):
                os.chmod(name, 0o777)
            somebody = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            done = subprocess.run(command, capture_output=True, timeout=rig.TIMEOUT_S, **somebody)
        except PermissionError:
            rig.skip("another user may not run the program where it was built")
        rig.expect(rig.INCOMPLETE, done)
        rows = rig.unread(rig.report(case, "--reveal", "test"))
        rig.equal(list(rows.values()), [("unread", "permission")], "rows")


def names_with_line_feeds_terminal_codes_and_broken_utf8_are_escaped():
    names = [b"line\nfeed.txt", b"\x1b[31mred\x07.txt", b"broken\xff\xc3.txt", b"percent%41!.txt", b"\xe2\x80\xaetxt.exe", b"-rf", b"a'b\"c.txt", b" "]
    with store() as (out, path, case):
        for i, name in enumerate(names):
            write(path, name, b"\x1f\x8b\x08\x00 torn %d" % i)
        done = rig.staunch("scan", path, "--case", case, "--progress", "plain")
        rig.expect(rig.INCOMPLETE, done)
        got = rig.report(case, "--reveal", "test")
        paths = [row["path"] for row in got["coverage"]["unread"]["objects"] if "!/" not in row["path"]]
        rig.equal(len(paths), len(names), "unread objects")
        rig.equal(len(set(paths)), len(names), "different paths")
        for form in (["--format", "text"], ["--format", "csv", "--list", "unread"]):
            text = rig.staunch("report", "--case", case, "--reveal", "test", *form)
            for printed in (text.stdout, done.stderr, done.stdout):
                bad = [c for c in printed if c < 0x20 and c not in b"\n\r"] + ([0x202e] if b"\xe2\x80\xae" in printed else [])
                rig.check(not bad, "%s prints control bytes: %r" % (form, printed[-400:]))
        rig.check(any("line%0Afeed.txt" in p for p in paths), "the line feed is not %%0A in %r" % paths)


def empty_files_and_folders_are_read():
    with store() as (out, path, case):
        write(path, "empty.txt", b"")
        write(path, "empty.json", b"")
        os.mkdir(os.path.join(path, "empty folder"))
        got = scanned(case, path)
        balance(got)
        rig.equal(got["coverage"]["objects"]["listed"], 2, "objects listed")
        rig.equal(got["coverage"]["records"]["raw"], 0, "records")


def nuls_hide_nothing_beside_them():
    with store() as (out, path, case):
        write(path, "nul.txt", b"mail anna@fabrikam.com\n" + b"\x00" * 3000 + b"\nmail joe@fabrikam.com\n")
        got = scanned(case, path)
        rig.equal(addresses(got), 2, "addresses")


def one_line_of_64_mb_is_read_to_its_end():
    with store() as (out, path, case):
        with open(os.path.join(path, "line.txt"), "wb") as file:
            file.write(b"mail anna@fabrikam.com ")
            for _ in range(64):
                file.write(b"word and word; " * ((1 << 20) // 15))
            file.write(b" mail joe@fabrikam.com")
        got = scanned(case, path, status=rig.OK)
        rig.equal(addresses(got), 2, "addresses")


def ten_thousand_levels_of_json_are_refused_cleanly():
    with store() as (out, path, case):
        write(path, "deep.json", b"[" * 10000 + b'"anna@fabrikam.com"' + b"]" * 10000)
        write(path, "good.json", b'{"to":"joe@fabrikam.com"}')
        got = scanned(case, path, status=rig.INCOMPLETE)
        row = [v for k, v in rig.unread(got).items() if k.endswith("deep.json")]
        rig.check(row and row[0][1] == "limit-depth", "row of deep.json: %r" % row)
        rig.check(addresses(got) >= 1, "the good object was lost")


def a_file_that_changes_while_it_is_read_is_never_counted_as_read():
    with store() as (out, path, case):
        grown = os.path.join(path, "grows.jsonl")
        line = b'{"to":"anna@fabrikam.com","text":"%s"}\n' % (b"x" * 900)
        with open(grown, "wb") as file:
            for _ in range(60000):
                file.write(line)
        stop = threading.Event()

        def change():
            with open(grown, "r+b", buffering=0) as file:
                while not stop.is_set():
                    file.seek(0, 2)
                    file.write(line)
                    time.sleep(0.005)
        thread = threading.Thread(target=change)
        thread.start()
        try:
            rig.scan(case, path, status=(rig.OK, rig.INCOMPLETE))
        finally:
            stop.set()
            thread.join()
        rig.equal(list(rig.unread(rig.report(case, "--reveal", "test")).values()), [("unread", "source-changed")], "rows")
        again = scanned(case, path, status=rig.OK)
        rig.equal(again["coverage"]["objects"]["read"], 1, "objects read the next time")
        rig.equal(again["coverage"]["records"]["raw"], os.path.getsize(grown) // len(line), "records")


def a_file_that_shrinks_while_it_is_read_is_no_crash():
    with store() as (out, path, case):
        shrunk = os.path.join(path, "shrinks.jsonl")
        with open(shrunk, "wb") as file:
            for i in range(100000):
                file.write(b'{"to":"user%d@fabrikam.com","text":"%s"}\n' % (i, b"x" * 900))
        write(path, "good.txt", b"mail good@fabrikam.com\n")
        process = subprocess.Popen([rig.STAUNCH, "scan", path, "--case", case, "--progress", "never"], stderr=subprocess.PIPE)
        time.sleep(0.1)
        os.truncate(shrunk, 5000)
        error = process.communicate(timeout=rig.TIMEOUT_S)[1].decode()
        rig.check(process.returncode in (rig.OK, rig.INCOMPLETE), "ended with %d: %s" % (process.returncode, error))
        rows = rig.unread(rig.report(case, "--reveal", "test"))
        rig.check(all(r[1] in ("source-changed", "truncated") for r in rows.values()), "rows %r" % rows)


def small_disk(out):
    """A mounted file system of 24 MB, or None where this user may not mount one."""
    disk = os.path.join(out, "disk")
    os.mkdir(disk)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], capture_output=True)
    return disk if done.returncode == 0 else None


def a_full_disk_stops_the_scan_and_room_lets_it_go_on():
    with store() as (out, _, _):
        disk = small_disk(out)
        if disk is None:
            rig.skip("no right to mount a small file system")
        try:
            stores, truth = rig.make_example(os.path.join(out, "stores"), 2000)
            case = os.path.join(disk, "c.case")
            filler = os.path.join(disk, "filler")
            with open(filler, "wb") as file:
                file.write(b"\x00" * (int(23.6 * (1 << 20))))
            done = rig.staunch("scan", *stores, "--case", case, "--progress", "never")
            rig.expect(rig.ENVIRONMENT, done)
            rig.check(done.stderr.count(b"\n") <= 2 and len(done.stderr) > 10, "it said: %r" % done.stderr)
            os.unlink(filler)
            rig.scan(case, *stores)
            rig.equal(rig.report(case)["coverage"]["records"], truth["records"], "records after room was made")
        finally:
            subprocess.run(["umount", disk], check=False)


def a_case_of_another_program_is_refused_and_untouched():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n")
        connection = sqlite3.connect(case)
        connection.execute("CREATE TABLE other (a)")
        connection.commit()
        connection.close()
        with open(case, "rb") as file:
            before = file.read()
        rig.expect(rig.WRONG, rig.staunch("scan", path, "--case", case, "--progress", "never"))
        rig.expect(rig.WRONG, rig.staunch("report", "--case", case))
        with open(case, "rb") as file:
            rig.check(file.read() == before, "the other program's file was changed")


def a_file_that_is_no_case_at_all_is_refused_and_untouched():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n")
        write(out, "c.case", b"my only copy of something else\n" * 100)
        rig.expect(rig.WRONG, rig.staunch("scan", path, "--case", case, "--progress", "never"))
        with open(case, "rb") as file:
            rig.check(file.read() == b"my only copy of something else\n" * 100, "the file was changed")


def a_case_of_a_newer_version_is_refused():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n")
        rig.scan(case, path)
        connection = sqlite3.connect(case)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("PRAGMA user_version = %d" % (version + 1))
        connection.commit()
        connection.close()
        done = rig.expect(rig.WRONG, rig.staunch("report", "--case", case))
        rig.check(b"newer" in done.stderr or b"version" in done.stderr, "it said: %r" % done.stderr)
        rig.expect(rig.WRONG, rig.staunch("scan", path, "--case", case, "--progress", "never"))


def a_case_without_its_key_or_with_another_key_is_refused():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n")
        rig.scan(case, path)
        rig.scan(os.path.join(out, "other.case"), path)
        key = case + ".key" if os.path.exists(case + ".key") else os.path.join(out, "c.key")
        rig.check(os.path.exists(key), "no key beside the case: %r" % os.listdir(out))
        rig.equal(os.stat(key).st_mode & 0o777, 0o600, "mode of the key")
        other = [p for p in os.listdir(out) if p.startswith("other") and p.endswith("key")][0]
        rig.expect(rig.WRONG, rig.staunch("report", "--case", case, "--case-key", os.path.join(out, other)))
        os.rename(key, key + ".away")
        rig.expect(rig.WRONG, rig.staunch("report", "--case", case))
        os.rename(key + ".away", key)
        rig.report(case)


def a_damaged_case_is_an_error_and_no_crash():
    with store() as (out, path, case):
        write(path, "good.txt", b"mail anna@fabrikam.com\n" * 2000)
        rig.scan(case, path)
        size = os.path.getsize(case)
        for at in range(100, size, max(1, size // 40)):
            broken = os.path.join(out, "broken.case")
            shutil.copy(case, broken)
            with open(broken, "r+b") as file:
                file.seek(at)
                file.write(b"\xa5" * 64)
            done = rig.staunch("report", "--case", broken, "--case-key", case + ".key" if os.path.exists(case + ".key") else os.path.join(out, "c.key"), "--format", "json")
            rig.check(done.returncode in (0, 2, 3, 4), "damage at byte %d ends it with %d: %s" % (at, done.returncode, done.stderr[-300:]))


def of_two_scans_on_one_case_the_second_is_refused():
    with store() as (out, path, case):
        stores, truth = rig.make_example(os.path.join(out, "stores"), 8000)
        first = subprocess.Popen([rig.STAUNCH, "scan", *stores, "--case", case, "--progress", "never"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not os.path.exists(case) and first.poll() is None:
            time.sleep(0.005)
        time.sleep(0.1)
        second = rig.staunch("scan", *stores, "--case", case, "--progress", "never")
        running = first.poll() is None
        error = first.communicate(timeout=rig.TIMEOUT_S)[1].decode()
        rig.check(first.returncode == 0, "the first scan ended with %d: %s" % (first.returncode, error))
        if not running:
            rig.skip("the first scan was over before the second began")
        rig.expect(rig.ENVIRONMENT, second)
        rig.equal(rig.report(case)["coverage"]["records"], truth["records"], "records")


def interrupt_stops_at_a_checkpoint_and_the_same_command_goes_on():
    with store() as (out, path, case):
        stores, truth = rig.make_example(os.path.join(out, "stores"), 8000)
        whole = os.path.join(out, "whole.case")
        rig.scan(whole, *stores)
        command = ["scan", *stores, "--case", case, "--progress", "plain"]
        process = subprocess.Popen([rig.STAUNCH, *command], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not os.path.exists(case) and process.poll() is None:
            time.sleep(0.005)
        time.sleep(0.4)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        error = process.communicate(timeout=60)[1].decode()
        if process.returncode == 0:
            rig.skip("the scan was over before it could be interrupted")
        rig.equal(process.returncode, rig.STOPPED, "exit status (it said %r)" % error[-300:])
        rig.check("stopped at a checkpoint; run the same command to resume" in error, "it said: %r" % error[-300:])
        rig.scan(case, *stores)
        rig.equal(rig.figures(rig.report(case)), rig.figures(rig.report(whole)), "figures after resuming")


def equal_objects_are_read_once_and_listed_everywhere():
    with store() as (out, path, case):
        for name in ("a.txt", "b.txt", "c.txt"):
            write(path, name, b"mail anna@fabrikam.com and joe@fabrikam.com\n" * 5)
        write(path, "d.txt", b"mail other@fabrikam.com\n")
        got = scanned(case, path, status=rig.OK)
        balance(got)
        rig.equal(got["coverage"]["objects"]["duplicate"], 2, "copies")
        mail = [e for e in got["entities"] if e["kind"] == "email_address"][0]
        rig.equal((mail["distinct"], mail["mentions"]), (3, 31), "addresses and mentions")


def a_source_that_is_not_there_is_wrong_use():
    with store() as (out, path, case):
        rig.expect(rig.WRONG, rig.staunch("scan", os.path.join(out, "nowhere"), "--case", case))


def a_source_may_not_be_the_case_itself_and_standard_input_works():
    with store() as (out, path, case):
        rig.expect((rig.OK,), rig.staunch("scan", "-", "--case", case, "--progress", "never", stdin=b"mail anna@fabrikam.com\n"))
        rig.equal(addresses(rig.report(case)), 1, "addresses")


rig.run_tests(every_hostile_file_has_its_reason_and_loses_nothing_that_can_be_read, what_is_no_file_is_listed_and_unread, a_file_without_permission_is_unread,
    names_with_line_feeds_terminal_codes_and_broken_utf8_are_escaped, empty_files_and_folders_are_read,
    nuls_hide_nothing_beside_them, one_line_of_64_mb_is_read_to_its_end, ten_thousand_levels_of_json_are_refused_cleanly,
    a_file_that_changes_while_it_is_read_is_never_counted_as_read, a_file_that_shrinks_while_it_is_read_is_no_crash,
    a_full_disk_stops_the_scan_and_room_lets_it_go_on, a_case_of_another_program_is_refused_and_untouched,
    a_file_that_is_no_case_at_all_is_refused_and_untouched, a_case_of_a_newer_version_is_refused,
    a_case_without_its_key_or_with_another_key_is_refused, a_damaged_case_is_an_error_and_no_crash,
    of_two_scans_on_one_case_the_second_is_refused, interrupt_stops_at_a_checkpoint_and_the_same_command_goes_on,
    equal_objects_are_read_once_and_listed_everywhere, a_source_that_is_not_there_is_wrong_use,
    a_source_may_not_be_the_case_itself_and_standard_input_works)
