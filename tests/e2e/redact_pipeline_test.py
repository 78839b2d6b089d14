"""redact in pipelines: between programs of a shell, behind a real rsyslogd (omprog), and from Elasticsearch to _bulk lines."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import rig
from rig import ROOT, STAUNCH, check, equal, expect, folder, staunch

RSYSLOGD = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin:/bin")
WAIT_S = 60


def until(what, condition):
    """Waits for the condition; what was waited for says why the test fails."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise rig.Failed("never: " + what)


# --- the shell ---


def a_line_leaves_a_shell_pipe_before_the_next_one_comes():
    program = subprocess.Popen([STAUNCH, "redact", "--by-line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        for number in range(5):
            program.stdin.write(b"line %d of a%d@contoso.com\n" % (number, number))
            program.stdin.flush()
            equal(program.stdout.readline(), b"line %d of [email_address]\n" % number, "the line")
        program.stdin.close()
        equal((program.stdout.read(), program.wait(WAIT_S)), (b"", 0), "the end")
    finally:
        program.kill()
        program.wait()


def a_shell_pipe_hands_on_everything():
    done = subprocess.run("seq 1 50000 | sed 's/.*/& a&@contoso.com/' | '%s' redact --by-line | tee >(wc -l >&2) | grep -c '\\[email_address\\]$'"
        % STAUNCH, shell=True, executable="/bin/bash", capture_output=True, timeout=rig.TIMEOUT_S)
    equal(done.stdout.split(), [b"50000"], "lines redacted")


def a_reader_that_has_seen_enough_is_no_failure():
    done = subprocess.run("set -o pipefail; yes anna@contoso.com | '%s' redact --by-line | head -n 2; echo ${PIPESTATUS[1]}" % STAUNCH,
        shell=True, executable="/bin/bash", capture_output=True, timeout=rig.TIMEOUT_S)
    equal(done.stdout, b"[email_address]\n[email_address]\n0\n", "what head saw, and the status")


def sigterm_ends_a_feed_of_lines_with_every_line_that_had_come():
    program = subprocess.Popen([STAUNCH, "redact", "--by-line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        program.stdin.write(b"first\n")
        program.stdin.flush()
        equal(program.stdout.readline(), b"first\n", "the first line")  # it hears signals now
        program.stdin.write(b"".join(b"%d a%d@contoso.com\n" % (i, i) for i in range(2000)))  # less than a pipe holds
        program.stdin.flush()
        program.send_signal(signal.SIGTERM)
        out = program.stdout.read()
        equal((out.count(b"\n"), program.wait(WAIT_S)), (2000, 0), "lines and status")
        check(b"contoso" not in out, "an address")
    finally:
        program.kill()
        program.wait()


def sigint_stops_it_at_once():
    program = subprocess.Popen([STAUNCH, "redact", "--by-line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        program.stdin.write(b"one\n")
        program.stdin.flush()
        equal(program.stdout.readline(), b"one\n", "the line")
        program.send_signal(signal.SIGINT)
        equal(program.wait(WAIT_S), rig.STOPPED, "the status")
    finally:
        program.kill()
        program.wait()


# --- rsyslog ---


@contextlib.contextmanager
def rsyslog(tmp, *options):
    """A real rsyslogd with examples/rsyslog/redact.conf in a folder of its own: (its process, its socket, the redacted file)."""
    check(RSYSLOGD is not None, "no rsyslogd: apt-get install rsyslog")
    out, log = tmp + "/redacted.log", tmp + "/log.sock"
    with open(ROOT + "/examples/rsyslog/redact.conf", encoding="utf-8") as file:
        example = file.read()
    for old, new in (("/usr/bin/staunch", STAUNCH), ("/etc/staunch/redact.key", tmp + "/redact.key"), ("/var/log/redacted.log", out)):
        check(old in example, "the example lacks " + old)
        example = example.replace(old, new)
    with open(tmp + "/rsyslog.conf", "w", encoding="utf-8") as file:
        file.write('global(workDirectory="%s" maxMessageSize="64k")\nmodule(load="imuxsock" SysSock.Use="off")\n'
            'input(type="imuxsock" Socket="%s" RateLimit.Interval="0")\n%s' % (tmp, log, example))
        file.write('action(type="omfile" file="%s/plain.log")\n' % tmp)  # what rsyslog took, to compare with
    if not os.path.exists(tmp + "/redact.key"):
        expect(rig.OK, staunch("redact", "--new-key", tmp + "/redact.key"))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(log)
    process = subprocess.Popen([RSYSLOGD, "-n", "-f", tmp + "/rsyslog.conf", "-i", tmp + "/pid"], stdout=subprocess.DEVNULL,
        stderr=open(tmp + "/said", "wb"))
    try:
        until("the socket of rsyslogd", lambda: os.path.exists(log))
        yield process, log, out
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def send(log, *messages):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(log)
        for message in messages:
            sender.send(b"<13>Nov 22 10:00:00 app: " + message)


def lines_of(out):
    with contextlib.suppress(FileNotFoundError), open(out, "rb") as file:
        return file.read().splitlines()
    return []


def stop(process):
    process.send_signal(signal.SIGTERM)
    equal(process.wait(WAIT_S), 0, "rsyslogd's status")


def numbers(lines):
    return [int(found.group(1)) for found in (re.search(rb"number (\d+) ", line) for line in lines) if found]


def children_of(pid):
    """Of rsyslogd: the programs it started, the command first."""
    with open("/proc/%d/task/%d/children" % (pid, pid)) as file:
        found = [int(child) for child in file.read().split()]
    for thread in os.listdir("/proc/%d/task" % pid):
        with contextlib.suppress(OSError), open("/proc/%d/task/%s/children" % (pid, thread)) as file:
            found += [int(child) for child in file.read().split()]
    return sorted(set(found))


def messages_in_are_redacted_lines_out():
    with folder() as tmp, rsyslog(tmp) as (process, log, out):
        send(log, b"login of anna.rossi@contoso.com from 203.0.113.9", b"XYZ @contoso com", b"anna.rossi@contoso.com again")
        found = until("three lines", lambda: len(lines_of(out)) >= 3 and lines_of(out))
        equal(len(found), 3, "lines")
        tokens = re.findall(rb"\[email_address:[B-Z]{16}\]", b"\n".join(found))
        check(len(tokens) >= 2 and tokens[0] == tokens[-1] and b"contoso.com" not in b"".join(found), found)
        stop(process)


def no_line_is_lost_when_rsyslog_stops():
    with folder() as tmp:
        with rsyslog(tmp) as (process, log, out):
            send(log, *(b"number %d of a%d@contoso.com" % (i, i) for i in range(5000)))
            stop(process)
        taken = numbers(lines_of(tmp + "/plain.log"))
        check(len(taken) > 1000, "rsyslog took only %d messages" % len(taken))
        with rsyslog(tmp) as (process, log, out):  # what its queue had not handed on by then waits on disk
            until("the %d lines that rsyslog took" % len(taken), lambda: len(numbers(lines_of(out))) >= len(taken))
            stop(process)
        found = lines_of(out)
        missing = sorted(set(taken) - set(numbers(found)))
        equal(missing, [], "lines lost")
        equal(len(numbers(found)), len(taken), "lines (more: some came twice)")
        check(not any(b"contoso" in line for line in found), "an address")


def rsyslog_starts_it_again_when_it_was_ended():
    with folder() as tmp, rsyslog(tmp) as (process, log, out):
        sent = 0
        for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
            send(log, *(b"number %d of a%d@contoso.com" % (i, i) for i in range(sent, sent + 500)))
            sent += 500
            until("%d lines" % sent, lambda: len(set(numbers(lines_of(out)))) >= sent)
            ended = children_of(process.pid)
            check(ended, "rsyslogd has no program")
            for child in ended:
                os.kill(child, how)
            until("the end of the program", lambda: all(rig.process(child) is None for child in ended))
        send(log, *(b"number %d of a%d@contoso.com" % (i, i) for i in range(sent, sent + 500)))
        until("the lines after it was started again", lambda: len(set(numbers(lines_of(out)))) >= sent + 500)
        stop(process)
        found = lines_of(out)
        equal(sorted(set(numbers(found))), list(range(sent + 500)), "the lines")
        check(not any(b"contoso" in line for line in found), "an address")


if __name__ == "__main__":
    rig.run_tests(
        a_line_leaves_a_shell_pipe_before_the_next_one_comes,
        a_shell_pipe_hands_on_everything,
        a_reader_that_has_seen_enough_is_no_failure,
        sigterm_ends_a_feed_of_lines_with_every_line_that_had_come,
        sigint_stops_it_at_once,
        messages_in_are_redacted_lines_out,
        no_line_is_lost_when_rsyslog_stops,
        rsyslog_starts_it_again_when_it_was_ended,
    )
