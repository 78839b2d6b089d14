"""redact: modes and keys, encodings, lines, files that appear when they are complete, what cannot be searched, logs,
--verify, and how it ends."""
import json
import os
import resource
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import rig
from rig import STAUNCH, check, equal, expect, folder, staunch

TEXT = "Dear Anna Rossi, write to anna.rossi@contoso.com or +39 06 6982 1234.\nCard 4111 1111 1111 1111\n".encode()
LABELS = "Dear [person_name], write to [email_address] or [phone_number].\nCard [payment_card]\n".encode()
MASKS = "Dear [****], write to [****] or [****34].\nCard [****1111]\n".encode()


def redact(*options, text=TEXT, status=rig.OK, **more):
    return expect(status, staunch("redact", *options, stdin=text, **more)).stdout


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def new_key(path):
    expect(rig.OK, staunch("redact", "--new-key", path))
    return path


def without_a_key_values_become_labels_with_one_tokens():
    with folder() as tmp:
        key = new_key(tmp + "/k")
        equal(redact(), LABELS, "labels")
        equal(redact("--mode", "mask"), MASKS, "masks")
        equal(redact("--mode", "label", "--key", key), LABELS, "labels with a key")
        tokens = redact("--key", key).decode()
        for kind in ("person_name", "email_address", "phone_number", "payment_card"):
            check("[%s:" % kind in tokens, tokens)
        equal(os.stat(key).st_mode & 0o777, 0o600, "the key's mode")


def a_token_says_who_for_one_key_and_nothing_for_another():
    with folder() as tmp:
        first, second = new_key(tmp + "/1"), new_key(tmp + "/2")
        text = b"anna@contoso.com bob@contoso.com ANNA@Contoso.com anna at contoso dot com"
        a, b, c, d = redact("--key", first, text=text).decode().split(" ")
        check(a == c == d and a != b, (a, b, c, d))
        check(len(a) == len("[email_address:]") + 16 and set(a[15:31]) <= set("BCDFGHJKLMNPQRSTVWXZ"), a)
        check(redact("--key", second, text=text).decode().split(" ")[0] != a, "the same token for another key")


def keys_are_asked_for_and_of_one_purpose():
    with folder() as tmp:
        check(b"--key" in expect(rig.WRONG, staunch("redact", "--mode", "token", stdin=TEXT)).stderr, "no word of a key")
        expect(rig.WRONG, staunch("redact", "--key", tmp + "/none", stdin=TEXT))
        key = new_key(tmp + "/k")
        expect(rig.WRONG, staunch("redact", "--new-key", key))
        text = read(key)
        wrong = write(tmp + "/w", text.replace(b"purpose redact", b"purpose seal"))
        os.chmod(wrong, 0o600)
        expect(rig.WRONG, staunch("redact", "--key", wrong, stdin=TEXT))
        os.chmod(key, 0o644)
        expect(rig.WRONG, staunch("redact", "--key", key, stdin=TEXT))


def a_second_run_in_another_mode_changes_nothing():
    with folder() as tmp:
        key = new_key(tmp + "/k")
        for first in (["--key", key], ["--mode", "label"], ["--mode", "mask"]):
            once = redact(*first)
            for second in (["--key", key], ["--mode", "label"], ["--mode", "mask"]):
                equal(redact(*second, text=once), once, "%s after %s" % (second, first))


def every_encoding_keeps_its_bytes_and_its_mark():
    text = "caffè: anna@contoso.com €\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-32-le"):
        got = redact(text=(text * 20).encode(encoding))
        equal(got, (text.replace("anna@contoso.com", "[email_address]") * 20).encode(encoding), encoding)
    got = redact(text="Dear Mr. Müller, grüße an bob@contoso.com\n".encode("latin-1"))
    equal(got, "Dear Mr. [person_name], grüße an [email_address]\n".encode("latin-1"), "latin-1")


def addresses_beside_bytes_of_no_encoding_become_tokens_and_the_bytes_stay():
    count = 10000000 if rig.FULL else 200000
    with folder() as tmp:
        key = new_key(tmp + "/k")
        bad = [b"\xff", b"\x80", b"\xc3", b"\xe9", b"\xf5"]
        path = write(tmp + "/in", b"".join(b"%suser%07d@contoso.com%s\n" % (bad[i % 5], i, bad[i // 5 % 5])
            for i in range(count)))
        got = redact("--key", key, path, "--format", "text").split(b"\n")[:-1]
        equal(len(got), count, "lines")
        equal(len({line[1:-1] for line in got}), count, "distinct tokens")
        for i, line in enumerate(got):
            if line[:1] != bad[i % 5] or line[-1:] != bad[i // 5 % 5] or not line[1:].startswith(b"[email_address:") or \
                    line[-2:-1] != b"]":
                check(False, "line %d: %r" % (i, line))


def what_stands_in_ascii_inside_of_a_wide_text_is_found():
    text = ("plain words in wide letters, " * 40).encode("utf-16-le")
    got = redact(text=b"\xff\xfe" + text + b"anna.rossi@contoso.com  " + text)
    check(b"anna" not in got, "the address is left")


def what_cannot_be_searched_is_refused_or_passed_and_told():
    nuls = b"anna@contoso.com " * 10 + b"\0\0x" * 40 + b" bob@contoso.com\n" + b"a line of text\n" * 100
    with folder() as tmp:
        done = expect(rig.INCOMPLETE, staunch("redact", stdin=nuls, timeout=60))
        equal(done.stdout, b"[email_address] " * 10, "what left")
        check(b"byte 170" in done.stderr, done.stderr)
        log = tmp + "/log"
        got = redact("--pass-unsearched", "--log", log, text=nuls)
        equal(got, b"[email_address] " * 10 + b"\0\0x" * 40 + b" [email_address]\n" + b"a line of text\n" * 100,
            "what passed")
        told = [json.loads(line) for line in open(log)]
        check({"start": 170, "end": 289, "unsearched": True} in told, told)
        equal(told[-1]["counts"]["unsearched_bytes"], 119, "bytes")
        binary = bytes(range(256)) * 64
        expect(rig.INCOMPLETE, staunch("redact", "-o", tmp + "/out", stdin=binary))
        check(not os.path.exists(tmp + "/out"), "a file of what was refused")
        equal(redact("--pass-unsearched", text=binary), binary, "binary passed")


def a_file_appears_when_it_is_complete():
    with folder() as tmp:
        source, out = write(tmp + "/in", TEXT), tmp + "/out"
        redact(source, "-o", out)
        equal(read(out), LABELS, "the file")
        equal(os.stat(out).st_mode & 0o777, 0o600, "its mode")
        redact(source, "-o", out, "--mode", "mask")
        equal(read(out), MASKS, "in place of another")
        redact(source, "-o", source)
        equal(read(source), LABELS, "in place of its input")
        equal(sorted(os.listdir(tmp)), ["in", "out"], "files")
        expect(rig.WRONG, staunch("redact", source, "-o", tmp))
        expect(rig.WRONG, staunch("redact", source, "-o", tmp + "/none/out"))
        expect(rig.WRONG, staunch("redact", tmp))
        expect(rig.WRONG, staunch("redact", tmp + "/none"))


def nothing_stays_of_a_run_that_was_stopped():
    for number in (signal.SIGINT, signal.SIGTERM):
        with folder() as tmp:
            run = subprocess.Popen([STAUNCH, "redact", "-o", tmp + "/out"], stdin=subprocess.PIPE)
            run.stdin.write(TEXT * 10000)
            run.stdin.flush()
            time.sleep(0.3)
            run.send_signal(number)
            equal(run.wait(20), 130, "the status")
            equal(os.listdir(tmp), [], "files")
            run.stdin.close()


def a_full_disk_is_a_failure_and_a_reader_that_has_enough_is_none():
    with open("/dev/full", "wb") as full:
        run = subprocess.run([STAUNCH, "redact"], input=TEXT * 100, stdout=full, stderr=subprocess.PIPE, timeout=60)
    equal(run.returncode, rig.ENVIRONMENT, "the status")
    check(b"output" in run.stderr, run.stderr)
    with folder() as tmp:
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        source = write(tmp + "/in", TEXT * 10000)
        run = subprocess.run([STAUNCH, "redact", source, "-o", tmp + "/out"], preexec_fn=limit, stderr=subprocess.PIPE,
            timeout=60)
        equal(run.returncode, rig.ENVIRONMENT, "the status")
        equal(os.listdir(tmp), ["in"], "files")
        run = subprocess.Popen([STAUNCH, "redact", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        run.stdout.read(10)
        run.stdout.close()
        equal((run.wait(60), run.stderr.read()), (rig.OK, b""), "behind head")
        run.stderr.close()


def a_line_leaves_with_its_line_feed():
    run = subprocess.Popen([STAUNCH, "redact", "--by-line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        for name in ("anna", "bob", "carla"):
            begun = time.monotonic()
            run.stdin.write(b"login %s@contoso.com ok\nhalf a li" % name.encode())
            run.stdin.flush()
            equal(run.stdout.readline(), b"login [email_address] ok\n", "the line")
            check(time.monotonic() - begun < 5, "a line took %.1f s" % (time.monotonic() - begun))
            run.stdin.write(b"ne\n")
            run.stdin.flush()
            equal(run.stdout.readline(), b"half a line\n", "the rest")
    finally:
        run.stdin.close()
        run.wait(20)
        run.stdout.close()


def lines_stand_alone_and_a_long_one_flows():
    text = b'{"mail":"anna@contoso.com","n":1}\n{"mail":"bob@contoso.com","n":2}\n'
    equal(redact("--by-line", text=text), b'{"mail":"[email_address]","n":1}\n{"mail":"[email_address]","n":2}\n', "JSON")
    long = b"word " * 400000 + b"anna@contoso.com " + b"word " * 400000 + b"\nbob@contoso.com"
    equal(redact("--by-line", text=long),
        long.replace(b"anna@contoso.com", b"[email_address]").replace(b"bob@contoso.com", b"[email_address]"), "long")


def the_log_tells_where_and_what_kind_and_never_a_value():
    with folder() as tmp:
        key, log = new_key(tmp + "/k"), tmp + "/log"
        out = redact("--key", key, "--log", log).decode()
        equal(os.stat(log).st_mode & 0o777, 0o600, "its mode")
        rows = [json.loads(line) for line in open(log)]
        equal([(row["start"], row["end"], row["kind"]) for row in rows[:-1]],
            [(5, 15, "person_name"), (26, 48, "email_address"), (52, 68, "phone_number"), (75, 94, "payment_card")], "rows")
        equal(rows[-1]["counts"], {"bytes_in": len(TEXT), "bytes_out": len(out), "unsearched_bytes": 0, "replaced":
            {"email_address": 1, "phone_number": 1, "person_name": 1, "payment_card": 1}}, "the counts")
        text = open(log).read().lower()
        for value in ("anna", "rossi", "contoso", "4111", "6982"):
            check(value not in text, "%s stands in the log" % value)
        for token in [word for word in out.replace("]", ":").split(":") if len(word) == 16]:
            check(token.lower() not in text, "a token stands in the log")


def verify_tells_residue_by_kind_and_place_and_never_what():
    with folder() as tmp:
        path = write(tmp + "/in", TEXT)
        told = expect(rig.FOUND, staunch("redact", "--verify", path)).stdout.decode()
        equal(told, "email_address 1 at 26\nphone_number 1 at 52\nperson_name 1 at 5\npayment_card 1 at 75\n", "residue")
        key = new_key(tmp + "/k")
        for mode in (["--key", key], ["--mode", "label"], ["--mode", "mask"]):
            clean = write(tmp + "/out", redact(*mode))
            equal(expect(rig.OK, staunch("redact", "--verify", clean)).stdout, b"", "residue in %s" % mode)
        expect(rig.INCOMPLETE, staunch("redact", "--verify", write(tmp + "/b", b"text " * 99 + b"\0" * 40 + b" text" * 99)))
        half = write(tmp + "/h", LABELS * 3 + b"luca@fabrikam.it\n" + MASKS)
        equal(expect(rig.FOUND, staunch("redact", "--verify", half)).stdout,
            b"email_address 1 at %d\n" % (3 * len(LABELS)), "planted")


def peaks_of(block, *options, begin=b"", times=3):
    """The most memory of a process of the run, at points on the way; the block 20 times between two of them."""
    run = subprocess.Popen([STAUNCH, "redact", *options], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    run.stdin.write(begin)
    peaks = []
    for _ in range(times):
        for _ in range(20):
            run.stdin.write(block)
        peaks.append(max(rig.resident(pid) for pid in rig.family(run.pid)))
    run.stdin.close()
    equal(run.wait(120), 0, "the status of %s" % (options,))
    return peaks


def memory_stays_flat_whatever_comes():
    peaks = peaks_of(TEXT * 12000)
    check(peaks[-1] <= 64 << 20 and peaks[-1] - peaks[0] <= 4 << 20, peaks)
    for options, begin, block in (
            (("--format", "text"), b"", b"a line without an end " * 20000),
            (("--format", "text"), b"", b"[e" * 200000),
            (("--format", "json"), b'{"a":"', b"a string without an end " * 20000),
            (("--format", "json"), b"[1", b',"z"' * 100000),
            (("--format", "csv"), b'a,b\n1,"', b"a cell without an end " * 20000),
            (("--format", "csv"), b"phone,iban\n", b"z,z\n" * 100000),
            (("--format", "sql"), b"INSERT INTO t (phone,iban) VALUES ", b"('z','z')," * 40000)):
        peaks = peaks_of(block, *options, begin=begin)
        check(peaks[-1] <= 24 << 20 and peaks[-1] - peaks[0] <= 4 << 20, "%s, %r: %s" % (options, block[:24], peaks))


if __name__ == "__main__":
    rig.run_tests(
        without_a_key_values_become_labels_with_one_tokens,
        a_token_says_who_for_one_key_and_nothing_for_another,
        keys_are_asked_for_and_of_one_purpose,
        a_second_run_in_another_mode_changes_nothing,
        every_encoding_keeps_its_bytes_and_its_mark,
        addresses_beside_bytes_of_no_encoding_become_tokens_and_the_bytes_stay,
        what_stands_in_ascii_inside_of_a_wide_text_is_found,
        what_cannot_be_searched_is_refused_or_passed_and_told,
        a_file_appears_when_it_is_complete,
        nothing_stays_of_a_run_that_was_stopped,
        a_full_disk_is_a_failure_and_a_reader_that_has_enough_is_none,
        a_line_leaves_with_its_line_feed,
        lines_stand_alone_and_a_long_one_flows,
        the_log_tells_where_and_what_kind_and_never_a_value,
        verify_tells_residue_by_kind_and_place_and_never_what,
        memory_stays_flat_whatever_comes,
    )
