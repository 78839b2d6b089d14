"""Elasticsearch and OpenSearch as sources: every document of every index is read once, and nothing is left open behind. The same
test asks the front of every day and, in `./dev test full`, the real servers; what goes wrong on the way is made by the front."""
import contextlib
import json
import os
import re
import signal
import subprocess
import threading
import time

import lab
import rig
from lab import elastic, wire
from lab.elasticsearch_front import set_faults
from lab.recorder import Recorder

PURPOSE = ("--purpose", "measure the exposure")
SERVERS = [("elasticsearch-front", "open"), ("elasticsearch-front", "opensearch"), ("elasticsearch-front", "scroll"),
    ("elasticsearch-2", "open"), ("elasticsearch-7", "open"), ("elasticsearch-8", "open"), ("opensearch-2", "open")]
POINTS = ("open", "opensearch")  # of the front: those with points in time


def write_scope(folder, *targets, **changes):
    scope = {"schema": "staunch.scope/1", "owner": "Contoso", "authoriser": "A. Rossi", "basis": "own-asset", "max_level": "L5",
        "not_before": "2020-01-01", "not_after": "2090-01-01T00:00:00Z", "contact": "security@contoso.example",
        "budget": {"requests_per_second": 5000, "bytes": 10 ** 9}, "targets": list(targets)}
    scope.update(changes)
    path = os.path.join(folder, "scope.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(scope, file)
    return path


def words(folder, urls, case, *more, **changes):
    return ("scan", *urls, "--scope", write_scope(folder, *urls, **changes), *PURPOSE, "--case", os.path.join(folder, case), *more)


def scan(folder, urls, *more, status=rig.OK, case="c.case", **changes):
    urls = [urls] if isinstance(urls, str) else urls
    rig.expect(status, rig.staunch(*words(folder, urls, case, *more, **changes)))
    return rig.report(os.path.join(folder, case), "--reveal", "test") if status in (rig.OK, rig.INCOMPLETE) else None


def url(server, index="", port=None):
    return "elasticsearch+http://127.0.0.1:%d%s" % (port or server.port, "/" + index if index else "")


def figures(report):
    """Of a report all but where and when."""
    found = {key: report[key] for key in ("units", "entities", "persons", "organizations", "countries", "categories")}
    return {**found, "documents": report["coverage"]["documents"], "records": report["coverage"]["records"]}


def documents(report):
    found = report["coverage"]["documents"]
    rig.equal(found["listed"] + found["appeared"], found["read"] + found["unread"], "listed + appeared, as read + unread")
    return found["listed"], found["appeared"], found["read"], found["unread"]


def unread(report):
    """{object's name: reason} of the objects that were not read, or in part."""
    rows = report["coverage"]["unread"]["objects"]
    return {row["path"].rpartition(":/")[2]: (row["status"], row["reason"]) for row in rows}


def left_open(server):
    nodes = wire.get(server.port, "/_nodes/stats/indices/search").json()["nodes"].values()
    return sum(node["indices"]["search"].get(key, 0) for node in nodes for key in ("open_contexts", "scroll_current",
        "point_in_time_current"))


def put(server, index, key, row):
    old = server.name == "elasticsearch-2" or server.mode == "scroll"
    elastic.bulk(server.place, server.port, index, "case" if old else None, {}, [(key, row)])


def front(folder, mode="open"):
    return lab.start("elasticsearch-front", folder, mode)


# --- what both kinds of server show ---


def five_indices_are_one_set(server, out):
    flipped = server.seed["flipped"]
    urls = [url(server, index) for index in server.seed["indices"]]
    report = scan(out, urls, case="flipped.case")
    rig.equal(documents(report), (1000, 0, 1000, 0), "documents listed, appeared, read, unread")
    rig.equal(report["coverage"]["records"]["raw"], 1000, "records")
    rig.equal(report["coverage"]["records"]["distinct"], 201, "distinct records")
    (copies,) = report["copies"]
    rig.equal((copies["stores"], copies["records"], copies["identical"]), (urls, 199, False), "the row of copies")
    odd = copies["differing"][0]
    rig.equal((odd["store"], odd["document"], odd["in_stores"]), (url(server, flipped["index"]), flipped["id"], 1),
        "the record that differs")
    rig.check(odd["path"].startswith("%s:/%s!/" % (odd["store"], flipped["index"])), "its place is %s" % odd["path"])
    text = rig.expect(rig.OK, rig.staunch("report", "--case", os.path.join(out, "flipped.case"), "--reveal", "x")).stdout.decode()
    rig.check("document " + flipped["id"] in text, "the text does not name it: %s" % text)
    same = dict(elastic.rows(server.seed["indices"][0]))
    number = elastic.FLIPPED_NUMBER - 1
    put(server, flipped["index"], flipped["id"], list(same.values())[number])
    report = scan(out, urls, case="same.case")
    (copies,) = report["copies"]
    rig.equal((copies["stores"], copies["records"], copies["identical"]), (urls, 200, True), "five copies of one set")
    rig.equal(report["coverage"]["records"], {"raw": 1000, "distinct": 200}, "records")
    report = scan(out, urls, case="flipped.case")
    rig.equal(report["copies"][0]["identical"], True, "the same case, after the one index that changed was read again")
    rig.equal(documents(report), (1000, 0, 1000, 0), "documents after reading again")


def its_figures_are_those_of_its_sources(server, out):
    lines = "".join(json.dumps(row) + "\n" for _, row in elastic.rows("support-4"))
    path = os.path.join(out, "support-4.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write(lines)
    rig.scan(os.path.join(out, "local.case"), path)
    there, here = figures(scan(out, url(server, "support-4"), case="one.case")), figures(rig.report(os.path.join(out, "local.case"),
        "--reveal", "x"))
    for one in (there, here):
        del one["documents"]
    rig.equal(there["persons"], here["persons"], "persons")
    rig.equal(there["records"], here["records"], "records")
    for kind in ("email_address", "ip_address", "case_number"):
        rig.equal([row for row in there["entities"] if row["kind"] == kind], [row for row in here["entities"] if row["kind"] == kind],
            "entities")


def a_whole_server_is_one_store_of_every_index_once(server, out):
    hidden = server.seed["hidden"]
    report = scan(out, url(server), case="all.case")
    extra = report["coverage"]["objects"]["listed"] - 5 - bool(hidden)  # what the server keeps for itself
    rig.equal(documents(report)[:3:2], (1000 + bool(hidden) + extra, 1000 + bool(hidden) + extra), "documents listed and read")
    if hidden:
        rig.equal([row["mentions"] for row in report["entities"] if row["kind"] == "email_address"], [1001],
            "addresses, with the one in the hidden index")
    alias = scan(out, url(server, server.seed["alias"]), case="alias.case")
    rig.equal(documents(alias), (400, 0, 400, 0), "documents behind the alias")
    rig.equal(alias["coverage"]["records"], {"raw": 400, "distinct": 200}, "records behind the alias")


def only_rows_of_the_table_are_asked_and_all_is_closed(server, out):
    with Recorder(server.port) as recorder:
        targets = [url(server, index, recorder.port) for index in ("support-1", "support-all")]
        scan(out, targets, case="recorded.case")
        asked = recorder.requests()
        rig.equal(recorder.credentials(), [], "credentials")
    shapes = (r"GET /$", r"GET /_cat/indices/support-(1|all)\?", r"GET /support-(1|all)/_count$", r"POST /support-(1|all)/_pit\?keep_",
        r"POST /support-(1|all)/_search/point_in_time\?keep_alive=5m$", r"POST /support-(1|all)/_search\?scroll=5m$",
        r"POST /_search$", r"POST /_search/scroll$", r"DELETE /_pit$", r"DELETE /_search/scroll$", r"DELETE /_search/point_in_time$")
    for request in asked:
        rig.check(any(re.match(shape, repr(request)) for shape in shapes), "it asks %r" % request)
        agent = request.header("User-Agent")
        rig.check(agent.startswith("staunch/") and request.header("From") == "security@contoso.example", "by %s" % agent)
    opened = [request for request in asked if "keep_alive=" in request.path or "scroll=" in request.path]
    closed = [request for request in asked if request.method == "DELETE"]
    rig.equal((len(opened), len(closed)), (2, 2), "contexts opened and closed")
    rig.equal(left_open(server), 0, "contexts left")


def on_all(*tests):
    """Each server starts once: they take long to."""
    def of(name, mode):
        def run():
            with rig.folder() as out, lab.start(name, out, mode) as server:
                for test in tests:
                    test(server, out)
        run.__name__ = "%s %s: %s" % (name, mode, ", ".join(test.__name__ for test in tests))
        return run
    return [of(name, mode) for name, mode in SERVERS]


# --- what the front makes go wrong ---


def data_streams_count_once():
    for name, mode in (("elasticsearch-front", "open"), ("elasticsearch-front", "opensearch")) + ((("opensearch-2", "open"),)
            if rig.FULL else ()):
        with rig.folder() as out, lab.start(name, out, mode) as server:
            elastic.ask(server.place, server.port, "PUT", "/_index_template/logs", {"index_patterns": ["logs-*"], "data_stream": {}})
            elastic.ask(server.place, server.port, "PUT", "/_data_stream/logs-app")
            lines = "".join('{"create":{"_index":"logs-app"}}\n{"@timestamp":"2019-12-0%dT00:00:00Z","m":"u%d@contoso.example"}\n' %
                (n, n) for n in range(1, 8))
            elastic.ask(server.place, server.port, "POST", "/_bulk?refresh=true", lines.encode(), {"Content-Type":
                "application/x-ndjson"})
            report = scan(out, url(server, "logs-app"), case="stream.case")
            rig.equal(documents(report), (7, 0, 7, 0), "documents of the stream of " + name)
            report = scan(out, url(server), case="all.case")
            rig.equal(documents(report)[0], 1000 + 1 + 7, "documents of the server " + name)
            rig.equal(left_open(server), 0, "contexts left")


def put_many(server, index, count, shards=1, text="x"):
    elastic.ask(server.place, server.port, "PUT", "/" + index, {"settings": {"number_of_shards": shards}})
    elastic.bulk(server.place, server.port, index, None, {}, [("id-%d" % n, {"n": n, "mail": "p%d@contoso.example" % n, "t": text})
        for n in range(count)])


def many_pages_of_many_shards_are_each_read_once():
    for mode in ("open", "opensearch", "scroll"):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 4321, shards=7)
            report = scan(out, url(server, "many"))
            rig.equal(documents(report), (4321, 0, 4321, 0), "documents with " + mode)
            rig.equal(report["coverage"]["records"]["distinct"], 4321, "distinct with " + mode)
            rig.equal(report["persons"]["best"], 4321, "persons with " + mode)
            found = explain(out, "p4000@contoso.example")
            rig.check("id-4000" in found, "its document is not told: %s" % found)


def explain(out, value):
    done = rig.staunch("report", "--case", os.path.join(out, "c.case"), "--reveal", "x", "--explain", value)
    return done.stdout.decode()


def a_busy_server_is_waited_for_and_a_lost_answer_asked_for_again():
    for mode in POINTS:
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 3000)
            wanted = figures(scan(out, url(server, "many"), case="calm.case"))
            set_faults(server, {"path": "POST /_search ", "after": 1, "times": 2, "status": 429, "retry_after": 1},
                {"path": "_count", "times": 1, "status": 503}, {"path": "POST /_search ", "after": 4, "times": 1, "drop": 1},
                {"path": "POST /_search ", "after": 6, "times": 1, "body": '{"hits":', "length": 500})
            begin = time.monotonic()
            rig.equal(figures(scan(out, url(server, "many"))), wanted, "figures with " + mode)
            rig.check(time.monotonic() - begin > 2, "Retry-After was not kept")
            rig.equal(left_open(server), 0, "contexts left")


def a_scroll_that_lost_an_answer_says_how_many_documents_that_were():
    with rig.folder() as out, front(out, "scroll") as server:
        put_many(server, "many", 5000)
        set_faults(server, {"path": "POST /_search/scroll", "after": 2, "times": 1, "drop": 1})
        report = scan(out, url(server, "many"))
        rig.equal(documents(report), (5000, 0, 5000, 0), "documents, read anew after the answer was lost")
        set_faults(server, {"path": "POST /_search/scroll", "after": 2, "times": 10 ** 6, "drop": 1})
        report = scan(out, url(server, "many"), "--rescan", status=rig.INCOMPLETE)
        listed, _, read, missing = documents(report)
        rig.check(0 < read < listed and missing == listed - read, "read %d of %d" % (read, listed))
        rig.equal(unread(report), {"many": ("partial", "source-error")}, "what is told of it")
        rig.equal(left_open(server), 0, "contexts left")


def a_document_that_is_too_large_is_stepped_over():
    for mode in ("open", "opensearch"):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "large", 300)
            put_document(server, "large", "giant", {"t": "y" * (17 << 20)})
            put_document(server, "large", "behind", {"mail": "behind@contoso.example"})
            report = scan(out, url(server, "large"), status=rig.INCOMPLETE)
            rig.equal(documents(report), (302, 0, 301, 1), "documents with " + mode)
            rig.equal(unread(report), {"large": ("partial", "limit-size")}, "what is told of it")
            rig.equal(report["persons"]["best"], 301, "persons with " + mode)


def put_document(server, index, key, row):
    elastic.bulk(server.place, server.port, index, None, {}, [(key, row)])


def documents_that_come_and_go_while_it_reads_are_told():
    changes = {"appeared": (b'{"index":{"_index":"support-1","_id":"new"}}\n{"m":"new@contoso.example"}\n', (200, 1, 201, 0), rig.OK),
        "gone": (b'{"delete":{"_index":"support-1","_id":"1-000008"}}\n', (200, 0, 199, 1), rig.INCOMPLETE)}
    for mode, opening in (("open", "_pit"), ("opensearch", "point_in_time"), ("scroll", "_search?scroll")):
        for name, (lines, wanted, status) in changes.items():
            with rig.folder() as out, front(out, mode) as server:
                set_faults(server, {"path": opening, "times": 1, "stall": 2})
                hand = threading.Thread(target=when_opening, args=(server, lines))
                hand.start()
                report = scan(out, url(server, "support-1"), status=status)
                hand.join()
                rig.equal(documents(report), wanted, "documents, one %s, with %s" % (name, mode))
                if name == "gone":
                    rig.equal(unread(report), {"support-1": ("partial", "source-changed")}, "what is told of it")


def when_opening(server, lines):
    """Changes the index between its listing and its snapshot: behind the request that the front holds back."""
    end = time.monotonic() + 20
    while time.monotonic() < end and not re.search(r"_count HTTP", server.log()):
        time.sleep(0.05)
    time.sleep(0.5)
    wire.http_request(server.port, "POST", "/_bulk?refresh=true", lines, {"Content-Type": "application/x-ndjson"})


def servers_that_lie_cost_a_row_or_one_line():
    def page(hits, total=10, more=""):
        return json.dumps({"took": 1, "timed_out": False, "_shards": {"failed": 0}, "hits": {"total": {"value": total},
            "hits": hits}})[:-1] + more + "}"

    hit = {"_index": "support-1", "_id": "a", "_source": {"m": "a@contoso.example"}, "sort": [5]}
    lies = {"no JSON": "<html>sign in</html>", "cut off": page([hit])[:-5], "the same again": page([hit]), "no order":
        page([{"_id": "a", "_source": {}}]), "more than there are": page([{**hit, "sort": [n]} for n in range(50)], total=3), "shards": page([hit])
        .replace('"failed": 0', '"failed": 1'), "no total": page([hit]).replace("total", "tot"), "deep": page([hit]).replace(
        '"a@contoso.example"', "[" * 2000 + "]" * 2000), "sort of text": page([{**hit, "sort": ["x"]}]), "thousands": page([{"sort":
        [n]} for n in range(9000)], total=9000), "a name that breaks out": page([hit], more=', "pit_id": "x\\"}, {\\"size\\": 1}"')}
    for name, lie in lies.items():
        with rig.folder() as out, front(out) as server:
            set_faults(server, {"path": "POST /_search ", "times": 10 ** 6, "body": lie})
            report = scan(out, url(server, "support-1"), status=rig.INCOMPLETE)
            rig.equal(list(unread(report)), ["support-1"], "what is told of %s" % name)
            rig.check(documents(report)[2] <= 50, "%s: %s" % (name, documents(report)))
            rig.equal(left_open(server), 0, "contexts left by %s" % name)
    for name, lie in {"no list": "{}", "no names": '[{"docs.count":"1"}]', "numbers of text": '[{"index":"a","pri.store.size":"x"}]',
            "one index twice": '[{"index":"a"},{"index":"a"}]', "cut off": '[{"index":"a"}'}.items():
        with rig.folder() as out, front(out) as server:
            set_faults(server, {"path": "_cat/indices", "times": 10, "body": lie})
            urls = [url(server)]
            done = rig.expect(rig.WRONG, rig.staunch(*words(out, urls, "c.case")))
            rig.check(done.stderr.count(b"\n") == 1 and b"listing" in done.stderr, "%s: %r" % (name, done.stderr))


def names_that_are_other_requests_are_not_asked():
    bad = ["_all", "*", "a,b", "../x", "-a", "_template", "a b", "<logs-{now/d}>", ".."]
    with rig.folder() as out, front(out) as server, Recorder(server.port) as recorder:
        rows = [{"index": name, "status": "open", "docs.count": "3", "pri.store.size": "10"} for name in bad]
        set_faults(server, {"path": "_cat/indices", "times": 10, "body": json.dumps(rows)})
        report = scan(out, url(server, port=recorder.port), status=rig.INCOMPLETE)
        rig.equal(sorted(unread(report).values()), [("unread", "out-of-scope")] * len(bad), "rows")
        rig.equal({repr(request).partition("?")[0] for request in recorder.requests()}, {"GET /", "GET /_cat/indices"}, "requests")
        for path in ("_all", "support-*", "support-1,support-2", "support-1/_doc"):
            rig.expect(rig.WRONG, rig.staunch(*words(out, [url(server, path)], "d.case")))


def closed_and_refused_indices_are_rows():
    with rig.folder() as out, front(out) as server:
        elastic.ask(server.place, server.port, "POST", "/support-2/_close")
        set_faults(server, {"path": "/support-3/_count", "times": 9, "status": 403}, {"path": "/support-5/_pit", "times": 9, "status": 403},
            {"path": "/support-5/_search", "times": 9, "status": 403})
        report = scan(out, url(server), status=rig.INCOMPLETE)
        rig.equal(unread(report), {"support-2": ("unread", "unsupported"), "support-3": ("unread", "permission"),
            "support-5": ("unread", "permission")}, "rows")
        rig.equal(documents(report), (601, 0, 401, 200), "documents")


def a_point_in_time_that_is_refused_makes_room_for_a_scroll():
    with rig.folder() as out, front(out) as server:
        set_faults(server, {"path": "_pit", "times": 99, "status": 405})
        rig.equal(documents(scan(out, url(server, "support-1"))), (200, 0, 200, 0), "documents")
        rig.equal(left_open(server), 0, "contexts left")


def a_context_that_is_gone_is_opened_again():
    for mode in ("open", "opensearch", "scroll"):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 4000)
            set_faults(server, {"path": "POST /_search/scroll" if mode == "scroll" else "POST /_search ", "after": 2, "times": 1,
                "forget": 1})
            rig.equal(documents(scan(out, url(server, "many"))), (4000, 0, 4000, 0), "documents with " + mode)


def a_server_that_allows_fewer_documents_at_a_time_is_asked_for_fewer():
    for mode, path in (("open", "POST /_search "), ("scroll", "/many/_search?scroll")):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 2000)
            set_faults(server, {"path": path, "times": 2, "status": 400})
            rig.equal(documents(scan(out, url(server, "many"))), (2000, 0, 2000, 0), "documents with " + mode)
            rig.equal(left_open(server), 0, "contexts left")


def what_was_refused_is_not_told_as_left_open():
    with rig.folder() as out, front(out) as server:
        set_faults(server, {"path": "_pit", "times": 99, "status": 403}, {"path": "_search", "times": 99, "status": 403})
        done = rig.expect(rig.INCOMPLETE, rig.staunch(*words(out, [url(server, "support-1")], "c.case")))
        rig.check(b"could not be closed" not in done.stderr, "it says %r" % done.stderr)
    with rig.folder() as out, front(out) as server:
        set_faults(server, {"path": "DELETE", "times": 99, "status": 500})
        done = rig.expect(rig.OK, rig.staunch(*words(out, [url(server, "support-1")], "c.case")))
        rig.check(b"1 search contexts of this scan could not be closed" in done.stderr, "it says %r" % done.stderr)


def the_budget_is_held_and_said():
    with rig.folder() as out, front(out) as server:
        put_many(server, "many", 3000, text="z" * 2000)
        budget = {"requests_per_second": 5000, "bytes": 5 * 10 ** 6}
        report = scan(out, url(server, "many"), status=rig.INCOMPLETE, budget=budget)
        rig.equal(unread(report), {"many": ("partial", "out-of-scope")}, "what is told of it")
        rig.check(0 < documents(report)[2] < 3000, "documents: %s" % (documents(report),))
        rig.equal(left_open(server), 0, "contexts left")
        rig.expect(rig.WRONG, rig.staunch(*words(out, [url(server, "many")], "d.case", budget={"requests_per_second": 5,
            "bytes": 10 ** 5})))


@contextlib.contextmanager
def running(out, server, case, *more):
    process = subprocess.Popen([rig.STAUNCH, *words(out, [url(server)], case, *more)], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ctrl_c_closes_what_is_open():
    for mode in ("open", "opensearch", "scroll"):
        for wait in ("_count HTTP", "_pit\\?|point_in_time\\?|search\\?scroll", "POST /_search(/scroll)? HTTP"):
            with rig.folder() as out, front(out, mode) as server:
                put_many(server, "many", 9000)
                set_faults(server, {"path": "POST /_search", "after": 5, "times": 10 ** 6, "stall": 0.3})
                with running(out, server, "c.case", "--jobs", "2") as process:
                    end = time.monotonic() + 30
                    while not re.search(wait, server.log()) and time.monotonic() < end:
                        time.sleep(0.01)
                    process.send_signal(signal.SIGINT)
                    rig.equal(process.wait(30), rig.STOPPED, "the end, stopped at %s with %s" % (wait, mode))
                rig.equal(left_open(server), 0, "contexts left, stopped at %s with %s" % (wait, mode))


def what_a_kill_left_open_the_next_scan_closes():
    for mode in ("open", "opensearch", "scroll"):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 9000)
            set_faults(server, {"path": "POST /_search", "after": 3, "times": 10 ** 6, "stall": 0.3})
            with running(out, server, "c.case", "--jobs", "2") as process:
                end = time.monotonic() + 30
                while not re.search("POST /_search(/scroll)? HTTP", server.log()) and time.monotonic() < end:
                    time.sleep(0.01)
                time.sleep(0.3)
                process.kill()
            time.sleep(0.5)
            rig.check(left_open(server) > 0, "nothing was open when it was killed (%s)" % mode)
            set_faults(server)
            scan(out, url(server))
            rig.equal(left_open(server), 0, "contexts left with " + mode)


def killed_again_and_again_it_ends_with_the_same_figures():
    kills = 100 if rig.FULL else 9
    for mode in ("open", "opensearch", "scroll"):
        with rig.folder() as out, front(out, mode) as server:
            put_many(server, "many", 6000, shards=3)
            put_many(server, "more", 3000, shards=2)
            wanted, done, attempt = figures(scan(out, url(server), case="whole.case")), 0, 0
            while done < kills // 3 and attempt < 4 * kills:
                attempt += 1
                with running(out, server, "killed.case", "--jobs", "2") as process:
                    time.sleep(0.1 + 0.05 * (attempt % 14))
                    done += process.poll() is None
                    process.kill()
                if attempt % 5 == 4:
                    os.remove(os.path.join(out, "killed.case"))
                    os.remove(os.path.join(out, "killed.case.key"))
            rig.check(done >= kills // 3, "%d kills met a running scan" % done)
            rig.equal(figures(scan(out, url(server), case="killed.case")), wanted, "figures after %d kills with %s" % (done, mode))


rig.run_tests(*on_all(five_indices_are_one_set, its_figures_are_those_of_its_sources, a_whole_server_is_one_store_of_every_index_once,
    only_rows_of_the_table_are_asked_and_all_is_closed), data_streams_count_once, many_pages_of_many_shards_are_each_read_once,
    a_busy_server_is_waited_for_and_a_lost_answer_asked_for_again, a_scroll_that_lost_an_answer_says_how_many_documents_that_were,
    a_document_that_is_too_large_is_stepped_over, documents_that_come_and_go_while_it_reads_are_told,
    servers_that_lie_cost_a_row_or_one_line, names_that_are_other_requests_are_not_asked, closed_and_refused_indices_are_rows,
    a_point_in_time_that_is_refused_makes_room_for_a_scroll, a_context_that_is_gone_is_opened_again,
    a_server_that_allows_fewer_documents_at_a_time_is_asked_for_fewer, what_was_refused_is_not_told_as_left_open,
    the_budget_is_held_and_said, ctrl_c_closes_what_is_open, what_a_kill_left_open_the_next_scan_closes,
    killed_again_and_again_it_ends_with_the_same_figures)
