"""redact --bulk: answers of Elasticsearch in, lines for _bulk out. The owner loads them; here the test does, into real servers."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import lab
import rig
from lab import wire
from rig import check, equal, expect, folder, staunch

SERVERS = ("elasticsearch-7", "elasticsearch-8", "opensearch-2")
INDEX = "support-1"
PAGE = {"took": 3, "hits": {"total": {"value": 2}, "hits": [
    {"_index": "cases", "_id": "1", "_score": 1.0, "_source": {"mail": "anna.rossi@contoso.com", "n": [1, 2.50], "t": "a \" b"}},
    {"_index": "cases", "_id": "luca@contoso.com", "_routing": "r", "_source": {"luca@contoso.com": None, "card": 4111111111111111}},
    {"_index": "cases", "_id": "mara@contoso.com", "_source": {}}]}}


def key_in(tmp):
    expect(rig.OK, staunch("redact", "--new-key", tmp + "/k.key"))
    return "--key", tmp + "/k.key"


def redact(tmp, text, *options, status=rig.OK):
    return expect(status, staunch("redact", "--bulk", *key_in(tmp), *options, stdin=text))


def pairs(text):
    rows = [json.loads(line) for line in text.splitlines()]
    equal(len(rows) % 2, 0, "lines, which are pairs")
    return list(zip(rows[::2], rows[1::2]))


def an_answer_becomes_pairs_of_lines_without_what_is_personal():
    with folder() as tmp:
        out = redact(tmp, json.dumps(PAGE, indent=2).encode()).stdout.decode()
        check("contoso" not in out and "4111" not in out, out)
        found = pairs(out)
        equal([action["index"]["_index"] for action, _ in found], ["cases"] * 3, "indices")
        equal(found[0][0], {"index": {"_index": "cases", "_id": "1"}}, "the first action")
        equal((found[0][1]["n"], found[0][1]["t"]), ([1, 2.5], "a \" b"), "what is not personal")
        equal(found[1][0]["index"]["routing"], "r", "the routing")
        identifiers = [action["index"]["_id"] for action, _ in found]
        equal(len(set(identifiers)), 3, "identifiers that stay different")
        check(identifiers[1].startswith("[email_address:") and identifiers[1] in found[1][1], found[1])


def pages_one_after_the_other_and_hits_alone_are_taken_as_one():
    with folder() as tmp:
        hits = PAGE["hits"]["hits"]
        pages = "\n".join([json.dumps({"_scroll_id": "x", **PAGE}), json.dumps({"hits": {"hits": []}}), *map(json.dumps, hits)])
        equal(len(pairs(redact(tmp, pages.encode()).stdout.decode())), 6, "pairs")


def a_policy_names_fields_of_the_source_and_of_the_action():
    with folder() as tmp:
        with open(tmp + "/p.yaml", "w") as file:
            file.write("fields: {mail: drop, index._id: keep}\n")
        out = redact(tmp, json.dumps(PAGE).encode(), "--policy", tmp + "/p.yaml").stdout.decode()
        found = pairs(out)
        equal(found[0][1]["mail"], "", "the field that is dropped")
        equal(found[1][0]["index"]["_id"], "luca@contoso.com", "the identifier that is kept")


def what_is_no_answer_or_has_no_source_is_said():
    with folder() as tmp:
        check(b"no answer with hits" in redact(tmp, b'{"error":{}}', status=rig.WRONG).stderr, "an error of a server")
    with folder() as tmp:
        done = redact(tmp, b'{"hits":{"hits":[{"_index":"a","_id":"1"},{"_index":"a","_id":"2","_source":{}}]}}', status=rig.INCOMPLETE)
        check(b"left out: 1" in done.stderr and len(pairs(done.stdout.decode())) == 1, done.stderr)
    with folder() as tmp:
        redact(tmp, json.dumps(PAGE).encode()[:-9], "-o", tmp + "/out", status=rig.INCOMPLETE)
        check(not os.path.exists(tmp + "/out"), "an output of an answer that breaks off")


def it_wants_a_key_because_labels_would_make_identifiers_equal():
    done = expect(rig.WRONG, staunch("redact", "--bulk", stdin=json.dumps(PAGE).encode()))
    check(b"--key" in done.stderr and done.stdout == b"", done.stderr)


def pages_of(port, index):
    """Every hit of an index, by scroll, as the server's own bytes."""
    answer = wire.http_request(port, "POST", "/%s/_search?scroll=1m&size=37" % index, {"query": {"match_all": {}}})
    pages = []
    while answer.json()["hits"]["hits"]:
        pages.append(answer.body)
        answer = wire.http_request(port, "POST", "/_search/scroll", {"scroll": "1m", "scroll_id": answer.json()["_scroll_id"]})
    return b"\n".join(pages)


def a_server_takes_the_lines_and_counts_as_many_documents(name):
    with folder() as tmp, lab.start(name, tmp) as server:
        port = server.port
        count = wire.http_request(port, "GET", "/%s/_count" % INDEX).json()["count"]
        with open(tmp + "/p.yaml", "w") as file:
            file.write("fields: {ip: keep, opened: keep}\n")  # fields with a mapping of their own type
        lines = redact(tmp, pages_of(port, INDEX), "--policy", tmp + "/p.yaml").stdout
        equal(len(pairs(lines.decode())), count, "pairs")
        lines = lines.replace(b'{"index":{"_index":"%s"' % INDEX.encode(), b'{"index":{"_index":"redacted"')
        answer = wire.http_request(port, "POST", "/_bulk?refresh=true", lines, {"Content-Type": "application/x-ndjson"})
        check(answer.status == 200 and not answer.json()["errors"], repr(answer)[:600])
        equal(wire.http_request(port, "GET", "/redacted/_count").json()["count"], count, "documents in the store")
        before = wire.http_request(port, "GET", "/%s/_search?size=1" % INDEX).json()["hits"]["hits"][0]["_source"]["email"]
        check("@" in before, "the seed has no address: %r" % before)
        after = pages_of(port, "redacted")
        check(b"[email_address:" in after and before.encode() not in after, "an address stands in the store")


def real_servers_take_the_lines_and_count_as_many_documents():
    for name in SERVERS:
        a_server_takes_the_lines_and_counts_as_many_documents(name)


if __name__ == "__main__":
    rig.run_tests(
        an_answer_becomes_pairs_of_lines_without_what_is_personal,
        pages_one_after_the_other_and_hits_alone_are_taken_as_one,
        a_policy_names_fields_of_the_source_and_of_the_action,
        what_is_no_answer_or_has_no_source_is_said,
        it_wants_a_key_because_labels_would_make_identifiers_equal,
        real_servers_take_the_lines_and_count_as_many_documents,
    )
