"""The servers of tests/lab: each starts on loopback, answers as the real one does, open and closed, and leaves nothing."""
import json
import os
import signal
import socket
import subprocess
import sys
import time

import lab
import lab_answers
import rig
from lab import records, wire
from lab.recorder import Recorder, parse_requests
from rig import check, equal


# --- what is left ---


def of_lab(folder):
    """Processes that were started for a server below folder, whatever they made of themselves."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as environ, open("/proc/%s/cmdline" % pid, "rb") as words:
                said = environ.read() + words.read()
            if folder.encode() in said or os.readlink("/proc/%s/cwd" % pid).startswith(folder):
                found.append(int(pid))
        except OSError:
            continue
    return [pid for pid in found if rig.process(pid)]


def listening(pids):
    """Addresses that these processes listen on, as the kernel writes them: TCP and UDP, IPv4 and IPv6."""
    inodes = set()
    for pid in pids:
        try:
            for name in os.listdir("/proc/%d/fd" % pid):
                target = os.readlink("/proc/%d/fd/%s" % (pid, name))
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        except OSError:
            continue
    found = set()
    for table, listens in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in rig.lines("/proc/net/" + table)[1:]:
            words = line.split()
            if words[3] == listens and words[9] in inodes:
                found.add((table, words[1].partition(":")[0], int(words[1].partition(":")[2], 16)))
    return found


def on_loopback(table, address):
    """address: as in /proc/net, each 32 bits with the bytes of this machine's order, here the least first."""
    mapped = address[:24] == "0000000000000000FFFF0000"
    return address[-2:] == "7F" and (table == "tcp" or mapped) or table == "tcp6" and address == "0" * 24 + "01000000"


def shared_memory():
    return set(line.split()[1] for line in rig.lines("/proc/sysvipc/shm")[1:])


def sentence(name, mode, asks):
    def test():
        memory = shared_memory()
        with rig.folder() as workdir:
            begin = time.monotonic()
            with lab.start(name, workdir, mode) as server:
                ready = time.monotonic() - begin
                pids = of_lab(workdir)
                check(pids, "no process is known as the lab's")
                sockets = listening(pids)
                check(sockets and all(on_loopback(table, address) for table, address, _ in sockets),
                    "it listens on %s, not only on loopback" % sockets)
                asks(server)
                begin = time.monotonic()
            print("# %s %s: ready after %.1f s, gone after %.1f s" % (name, mode, ready, time.monotonic() - begin))
            equal(of_lab(workdir), [], "processes left")
            for _, _, port in sockets:
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((lab.HOST, port))
        equal(shared_memory() - memory, set(), "shared memory left")
    test.__name__ = "%s, %s: answers as it should, on loopback only, and leaves nothing" % (name, mode)
    return test


# --- the rig itself ---


def a_test_that_is_killed_leaves_no_server():
    with rig.folder() as workdir:
        program = "import lab, sys, time\nwith lab.start('redis', sys.argv[1]) as s: print(s.port, flush=True); time.sleep(60)"
        test = subprocess.Popen([sys.executable, "-c", program, workdir], stdout=subprocess.PIPE, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.path.join(rig.ROOT, "tests")})
        port = int(test.stdout.readline())
        check(of_lab(workdir), "no process is known as the lab's")
        os.killpg(test.pid, signal.SIGKILL)
        test.wait()
        test.stdout.close()
        end = time.monotonic() + 15
        while of_lab(workdir) and time.monotonic() < end:
            time.sleep(0.05)
        equal(of_lab(workdir), [], "processes left")
        check(socket.socket().connect_ex((lab.HOST, port)) != 0, "port %d still answers" % port)


def what_a_server_started_ends_with_it_in_whatever_session():
    with rig.folder() as workdir:
        place = lab.Place("nobody", "open", workdir)
        place.spawn("sh", "-c", "setsid sh -c 'setsid sleep 77 & setsid sleep 78' & exec sleep 79")
        end = time.monotonic() + 10
        while len(of_lab(workdir)) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        check(len(of_lab(workdir)) >= 4, "only %s run" % of_lab(workdir))
        place.stop()
        equal(of_lab(workdir), [], "processes left")


def a_server_can_write_in_its_folder_only():
    with rig.folder() as workdir, rig.folder() as other:
        place, mine = lab.Place("sh", "open", workdir), lab.Place("other", "open", other)
        place.run("sh", "-c", "echo a > a && mv a home/a && echo b >> home/a && echo c > /dev/null")
        for command in ("echo x > %s/x" % mine.folder, "mkdir /tmp/staunch-lab-made", "rm -rf %s/home" % mine.folder,
                "echo x > /dev/shm/staunch-lab-made", "echo x > /var/tmp/staunch-lab-made", "ln -s /etc home/../../../x"):
            try:
                place.run("sh", "-c", command)
                why = "nothing"
            except rig.Failed as failure:
                why = str(failure)
            check("Permission denied" in why or "Operation not permitted" in why, "%s said %s" % (command, why))


def a_server_that_does_not_start_is_a_failure_with_the_end_of_its_log():
    with rig.folder() as workdir:
        place = lab.Place("sh", "open", workdir)
        place.spawn("sh", "-c", "echo the disk is full; exit 9")
        try:
            place.wait(lambda: False, "never", 10)
            why = "nothing"
        except rig.Failed as failure:
            why = str(failure)
        place.stop()
        check("ended with 9" in why and "the disk is full" in why, "it says: " + why)


def a_server_that_never_answers_is_a_failure_in_bounded_time():
    with rig.folder() as workdir:
        place, begin = lab.Place("sleep", "open", workdir), time.monotonic()
        place.spawn("sleep", "60")
        try:
            place.wait(lambda: False, "it answers", 1)
            why = "nothing"
        except rig.Failed as failure:
            why = str(failure)
        place.stop()
        check("not true after 1 s: it answers" in why and time.monotonic() - begin < 10, "it says: " + why)


def a_missing_package_is_named():
    for programs, files, word in (((("no-such-program", "some-package"),), (), "package some-package"),
            ((), ("npm/none.js",), "build/lab/npm/none.js")):
        try:
            lab.need(programs, files)
            why = "nothing"
        except rig.Failed as failure:
            why = str(failure)
        check(word in why and "./dev setup" in why, "it says: " + why)


def a_taken_port_is_tried_again_elsewhere():
    with socket.create_server((lab.HOST, 0)) as taken, rig.folder() as workdir:
        ports, choose = [taken.getsockname()[1]], lab.Place.port
        lab.Place.port = staticmethod(lambda: ports.pop() if ports else choose())
        try:
            with lab.start("redis", workdir) as server:
                check(server.port != taken.getsockname()[1] and not ports, "it is on the port that is taken")
        finally:
            lab.Place.port = staticmethod(choose)


def the_recorder_keeps_what_was_sent_and_changes_nothing():
    with rig.folder() as workdir, lab.start("azurite", workdir) as server, Recorder(server.port) as recorder:
        path = "/devstoreaccount1/pubc?restype=container&comp=list"
        names = [wire.get(port, path, {"X-Case": "a"}).body.partition(b"<Blobs>")[2] for port in (recorder.port, server.port)]
        check(names[0] and names[0] == names[1], "the list is another: %r" % names)
        wire.http_request(recorder.port, "PUT", "/devstoreaccount1/pubc/new.txt?sig=abc", b"x" * 9)
        wire.get(recorder.port, "/devstoreaccount1/priv", {"Authorization": "SharedKey a:b"})
        equal([repr(request) for request in recorder.requests()], ["GET " + path,
            "PUT /devstoreaccount1/pubc/new.txt?sig=abc", "GET /devstoreaccount1/priv"], "the requests")
        equal(recorder.requests()[0].header("x-case"), "a", "its header")
        equal(recorder.requests()[1].body, b"x" * 9, "its body")
        equal([request.method for request in recorder.writes()], ["PUT"], "the writes")
        equal(len(recorder.credentials()), 2, "the requests with a credential")
        equal(len(recorder.credentials(["SharedKey a:b"])), 3, "and those with this secret, as connections")
        equal([request.path for request in recorder.outside(["/devstoreaccount1/pubc"])], ["/devstoreaccount1/priv"],
            "the requests out of scope")


def the_recorder_reads_chunked_and_pipelined_requests():
    data = (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
        b"GET /b HTTP/1.1\r\nHost: h\r\n\r\nHEAD /c HTTP/1.1\r\nHost")
    equal([(r.method, r.path, r.body) for r in parse_requests(data)], [("POST", "/a", b"abcde"), ("GET", "/b", b""),
        ("HEAD", "/c", b"")], "the requests")


def the_records_of_the_lab_are_the_same_every_time():
    equal([json.loads(line) for line in records.json_lines().splitlines()], list(records.cases()), "the records")


def the_readme_has_every_server_and_mode():
    rows = [line.split("|")[1:3] for line in rig.lines(os.path.join(rig.ROOT, "tests/lab/README.md")) if line.startswith("| `")]
    equal({row[0].strip(" `"): tuple(row[1].split()) for row in rows}, {name: lab.modes(name) for name in lab.SERVERS},
        "the table")


SERVERS = [sentence(name, mode, getattr(lab_answers, ("%s_%s" % (name, mode)).replace("-", "_")))
    for name in sorted(lab.SERVERS) for mode in lab.modes(name)]

if __name__ == "__main__":
    words = sys.argv[1:]
    rig.run_tests(*(test for test in SERVERS + [
        a_test_that_is_killed_leaves_no_server,
        what_a_server_started_ends_with_it_in_whatever_session,
        a_server_can_write_in_its_folder_only,
        a_server_that_does_not_start_is_a_failure_with_the_end_of_its_log,
        a_server_that_never_answers_is_a_failure_in_bounded_time,
        a_missing_package_is_named,
        a_taken_port_is_tried_again_elsewhere,
        the_recorder_keeps_what_was_sent_and_changes_nothing,
        the_recorder_reads_chunked_and_pipelined_requests,
        the_records_of_the_lab_are_the_same_every_time,
        the_readme_has_every_server_and_mode,
    ] if not words or any(word in test.__name__ for word in words)))
