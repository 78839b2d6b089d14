"""A front that answers as Elasticsearch and OpenSearch do: front_elasticsearch.py PORT KIND STATE. It is no search engine and no
server of anybody's; the real ones need Java and are started by `./dev test full` only. KIND: `8` (Elasticsearch 8.6: point in
time, order _shard_doc), `opensearch` (2.19: point in time under its own path, no _shard_doc), `2` (Elasticsearch 2.4: scroll
alone, no uuid in _cat, unknown parameters let by). Written from the public references ("cat indices", "Count API", "Paginate
search results", "Point in time API", "Bulk API", "Data streams") and held to the real servers' answers by tests/e2e/lab_test.py and
scan_elasticsearch_test.py, which ask both the same.
What it refuses as they do: unknown parameters and body keys, methods an endpoint does not have, an index beside a point in
time, search_after without an order, contexts that are gone, closed indices, size beyond 10,000. What it cannot show: scores,
queries, refresh, shards on other machines. Its answers may be made wrong, as STATE says, which is read anew for each request:
{"faults": [{"path": part of the request line, "after": N, "times": N, "status", "retry_after", "cut", "stall", "body", "drop"}]}."""
import base64
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse
import zlib

PORT, KIND, STATE = int(sys.argv[1]), sys.argv[2], sys.argv[3]
OLD, OPEN_SEARCH = KIND == "2", KIND == "opensearch"
WORDS = {"pretty", "human", "error_trace", "filter_path", "format"}
CAT = WORDS | {"h", "bytes", "v", "s", "expand_wildcards", "health", "time", "pri", "include_unloaded_segments", "local",
    "master_timeout", "help"}
COLUMNS = {"health": 1, "status": 1, "index": 1, "uuid": 1, "pri": 1, "rep": 1, "docs.count": 1, "docs.deleted": 1, "store.size": 1,
    "pri.store.size": 1, "creation.date": 1, "creation.date.string": 1, "pri.indexing.index_total": 1, "pri.indexing.delete_total": 1}
SEARCH_KEYS = {"size", "from", "sort", "query", "_source", "pit", "search_after", "track_total_hits", "slice"}
lock = threading.RLock()
indices, aliases, contexts, hits_of_fault = {}, {}, {}, {}


class Refused(Exception):
    """status, type, reason."""


class Index:
    def __init__(self, name, shards, hidden):
        self.name, self.shards, self.hidden, self.closed = name, shards, hidden, False
        self.uuid = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        self.created, self.documents, self.sequence = int(time.time() * 1000), {}, [0] * shards
        self.written = self.deleted = 0

    def put(self, key, source):
        shard = zlib.crc32(key.encode()) % self.shards
        self.documents[key] = (shard, self.sequence[shard], source)
        self.sequence[shard] += 1
        self.written += 1

    def remove(self, key):
        shard = self.documents.pop(key)[0]
        self.sequence[shard] += 1
        self.deleted += 1

    def lucene(self):
        """Documents as Lucene has them: every nested one is one."""
        return sum(1 + sum(len(value) for value in source.values() if isinstance(value, list) and value and
            isinstance(value[0], dict)) for _, _, source in self.documents.values())

    def bytes(self):
        return 4000 + sum(len(json.dumps(source)) // 2 for _, _, source in self.documents.values())


def named(path, all_of_them=False):
    """The indices that a name in a path stands for."""
    if path in ("", "_all", "*"):
        return [one for name, one in sorted(indices.items()) if all_of_them or not one.hidden]
    found = []
    for name in path.split(","):
        found += [indices[one] for one in aliases.get(name, [name]) if one in indices]
        if name not in aliases and name not in indices:
            raise Refused(404, "index_not_found_exception", "no such index [%s]" % name)
    return found


def rows(chosen):
    """Hits of a snapshot in the order of shards: (index, id, position, number of its sequence, source)."""
    found, shard_number = [], 0
    for index in chosen:
        if index.closed:
            raise Refused(400, "index_closed_exception", "closed")
        for shard in range(index.shards):
            of_shard = sorted(((number, key, source) for key, (place, number, source) in index.documents.items() if place == shard))
            found += [(index.name, key, (shard_number << 32) + place, number, source)
                for place, (number, key, source) in enumerate(of_shard)]
            shard_number += 1
    return found


def keep(kind, found):
    """A context, by a name that says nothing."""
    name = base64.urlsafe_b64encode(("%s;%d;" % (kind, len(contexts))).encode() + os.urandom(40)).decode()
    contexts[name] = {"kind": kind, "rows": found, "at": 0}
    return name


def context(kind, name):
    if contexts.get(name, {}).get("kind") != kind:
        raise Refused(404, "search_context_missing_exception", "No search context found for id [1]")
    return contexts[name]


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version, server_version, sys_version = "HTTP/1.1", "", ""

    def log_message(self, *words):
        print(*words, flush=True)

    # --- what came ---

    def parameters(self, known):
        words = dict(urllib.parse.parse_qsl(self.query, keep_blank_values=True))
        extra = sorted(set(words) - known - WORDS)
        if extra and not OLD:
            raise Refused(400, "illegal_argument_exception", "request [%s] contains unrecognized parameter: [%s]" % (self.place,
                extra[0]))
        return words

    def body(self, known):
        if not self.text:
            return {}
        kind = self.headers.get("Content-Type", "")
        if not OLD and not kind.startswith(("application/json", "application/x-ndjson")):
            raise Refused(406, "media_type_header_exception", "Content-Type header [%s] is not supported" % kind)
        body = json.loads(self.text)
        extra = sorted(set(body) - known)
        if extra:
            raise Refused(400, "parsing_exception", "unknown key [%s] in the body" % extra[0])
        return body

    # --- what goes back ---

    def reply(self, status, value, headers=()):
        data = json.dumps(value).encode()
        self.send_response(status)
        if not OLD and not OPEN_SEARCH:
            self.send_header("X-elastic-product", "Elasticsearch")
        for name, text in headers:
            self.send_header(name, text)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def fault(self):
        """True: this request has met one."""
        with open(STATE, encoding="utf-8") as file:
            faults = json.load(file).get("faults", [])
        line = "%s %s " % (self.command, self.path)
        for number, fault in enumerate(faults):
            if fault["path"] not in line:
                continue
            key = json.dumps([number, fault], sort_keys=True)
            hits_of_fault[key] = hits_of_fault.get(key, 0) + 1
            before = fault.get("after", 0)
            if not before < hits_of_fault[key] <= before + fault.get("times", 1):
                continue
            return self.go_wrong(fault)
        return False

    def go_wrong(self, fault):
        if "stall" in fault:
            time.sleep(fault["stall"])
            return False
        if "forget" in fault:
            contexts.clear()
            return False
        self.close_connection = True
        if "drop" in fault:
            self.connection.shutdown(2)
        elif "status" in fault:
            self.reply(fault["status"], {"error": {"type": "es_rejected_execution_exception", "reason": "busy"}, "status":
                fault["status"]}, [("Retry-After", str(fault["retry_after"]))] if "retry_after" in fault else [])
        else:
            data = fault.get("body", "{").encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(fault.get("length", len(data))))
            self.end_headers()
            self.wfile.write(data)
        return True

    # --- documents ---

    @staticmethod
    def hit(row, sort, source):
        index, key, _, _, content = row
        return {"_index": index, **({"_type": "case"} if OLD else {}), "_id": key, "_score": None,
            **({"_source": content} if source else {}), "sort": [sort]}

    def answer(self, found, page, sorts, source, more=None, count=True):
        total = len(found) if OLD else {"value": len(found), "relation": "eq"}
        return {**(more or {}), "took": 1, "timed_out": False, "_shards": {"total": 1, "successful": 1, **({} if OLD else
            {"skipped": 0}), "failed": 0}, "hits": {**({"total": total} if count else {}), "max_score": None,
            "hits": [self.hit(row, sorts(row), source) for row in page]}}

    @staticmethod
    def size_of(body, words):
        size = int(words.get("size", body.get("size", 10)))
        if size > 10000:
            raise Refused(400, "illegal_argument_exception", "Result window is too large")
        return size

    def search(self, name):
        words = self.parameters({"scroll", "size", "sort", "track_total_hits", "rest_total_hits_as_int"})
        body = self.body(SEARCH_KEYS)
        size = self.size_of(body, words)
        if "pit" in body:
            return self.search_point(name, body, size)
        found = rows(named(name))
        if "scroll" in words:
            if size == 0:
                raise Refused(400, "action_request_validation_exception", "[size] cannot be [0] in a scroll context")
            key = keep("scroll", found)
            contexts[key]["size"] = size
            return self.scroll_page(key, words["scroll"])
        if "search_after" in body and "sort" not in body:
            raise Refused(400, "illegal_argument_exception", "Sort must contain at least one field.")
        count = OLD or body.get("track_total_hits") is not False
        return self.answer(found, found[:size], lambda row: row[2], body.get("_source", True), count=count)

    def search_point(self, name, body, size):
        if name:
            raise Refused(400, "action_request_validation_exception", "[indices] cannot be used with point in time")
        order = [next(iter(one)) if isinstance(one, dict) else one for one in body.get("sort", [])]
        column = {"_shard_doc": 2, "_seq_no": 3}.get(order[0] if len(order) == 1 else "")
        if column is None or (OPEN_SEARCH and column == 2):
            raise Refused(400, "search_phase_execution_exception", "No mapping found for %s in order to sort on" % order)
        found = context("point", body["pit"]["id"])["rows"]
        page = sorted(found, key=lambda row: (row[column], row[2]))
        if "search_after" in body:
            page = [row for row in page if row[column] > body["search_after"][0]]
        return self.answer(found, page[:size], lambda row: row[column], body.get("_source", True), {"pit_id": body["pit"]["id"]},
            body.get("track_total_hits", True))

    def scroll_page(self, key, _):
        one = context("scroll", key)
        page = one["rows"][one["at"]:one["at"] + one["size"]]
        one["at"] += len(page)
        return self.answer(one["rows"], page, lambda row: row[2] & 0xffffffff, True, {"_scroll_id": key})

    # --- endpoints ---

    def root(self):
        version = {"2": {"number": "2.4.6"}, "8": {"number": "8.6.2", "build_flavor": "default"},
            "opensearch": {"distribution": "opensearch", "number": "2.19.5"}}[KIND]
        return {"name": "front", "cluster_name": "contoso-support", "cluster_uuid": "contosocontosocontoso1", "version": {**version,
            "lucene_version": "9.4.2"}, "tagline": "The OpenSearch Project: https://opensearch.org/" if OPEN_SEARCH else
            "You Know, for Search"}

    def cat(self, name):
        words = self.parameters(CAT)
        columns = [column for column in words.get("h", "health,status,index,uuid,pri,rep,docs.count,store.size").split(",")
            if column in COLUMNS and not (OLD and column == "uuid")]
        found = []
        for one in named(name, words.get("expand_wildcards") == "all" or OLD):
            row = {"health": "yellow", "status": "close" if one.closed else "open", "index": one.name, "uuid": one.uuid,
                "pri": str(one.shards), "rep": "1", "docs.count": str(one.lucene()), "docs.deleted": "0",
                "store.size": str(one.bytes()), "pri.store.size": str(one.bytes()), "creation.date": str(one.created),
                "creation.date.string": "2019-12-05T00:00:00.000Z", "pri.indexing.index_total": str(one.written),
                "pri.indexing.delete_total": str(one.deleted)}
            if one.closed:
                row.update({key: None for key in row if key.startswith(("docs", "store", "pri."))})
            found.append({column: row[column] for column in columns})
        return found[::-1] # in no order that means anything

    def cat_aliases(self):
        self.parameters(CAT)
        return [{"alias": alias, "index": name} for alias, of in sorted(aliases.items()) for name in of]

    def count(self, name):
        self.parameters({"expand_wildcards", "ignore_unavailable", "allow_no_indices"})
        return {"count": len(rows(named(name))), "_shards": {"total": 1, "successful": 1, "failed": 0}}

    def point(self, name):
        if "keep_alive" not in self.parameters({"keep_alive", "preference", "routing", "expand_wildcards", "ignore_unavailable"}):
            raise Refused(400, "action_request_validation_exception", "[keep_alive] is not specified")
        key = keep("point", rows(named(name)))
        shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
        return {"pit_id": key, "_shards": shards, "creation_time": 1} if OPEN_SEARCH else {"id": key}

    def close(self, kind, key):
        found = self.body({"id", "pit_id", "scroll_id"})[key]
        gone = [contexts.pop(name) for name in ([found] if isinstance(found, str) else found) if name in contexts]
        if not gone and kind == "scroll":
            raise Refused(404, "search_context_missing_exception", "none of them")
        if OPEN_SEARCH and kind == "point":
            return {"pits": [{"successful": True, "pit_id": name} for name in found]}
        return {"succeeded": True, "num_freed": len(gone)}

    def stats(self):
        """Contexts that are open, as _nodes/stats tells them."""
        kinds = [one["kind"] for one in contexts.values()]
        return {"nodes": {"front": {"indices": {"search": {"open_contexts": len(kinds), "scroll_current": kinds.count("scroll"),
            "point_in_time_current": kinds.count("point")}}}}}

    # --- the owner's hand ---

    def make(self, name):
        settings = self.body({"settings", "mappings"}).get("settings", {})
        if name in indices:
            raise Refused(400, "resource_already_exists_exception", name)
        indices[name] = Index(name, int(settings.get("number_of_shards", 1)), bool(settings.get("hidden")))
        return {"acknowledged": True, "index": name}

    def bulk(self):
        lines = self.text.decode().splitlines()
        at = 0
        while at < len(lines):
            (action, head), = json.loads(lines[at]).items()
            name = aliases.get(head["_index"], [head["_index"]])[-1]
            if name not in indices:
                indices[name] = Index(name, 1, False)
            if action == "delete":
                indices[name].remove(head["_id"])
                at += 1
            else:
                indices[name].put(head.get("_id") or "auto-%d" % indices[name].written, json.loads(lines[at + 1]))
                at += 2
        return {"errors": False, "items": []}

    def alias(self):
        for action in self.body({"actions"})["actions"]:
            aliases.setdefault(action["add"]["alias"], []).append(action["add"]["index"])
        return {"acknowledged": True}

    def stream(self, name):
        backing = ".ds-%s-000001" % name
        indices[backing] = Index(backing, 1, True)
        aliases[name] = [backing]
        return {"acknowledged": True}

    def shut(self, name):
        indices[name].closed = True
        return {"acknowledged": True}

    def route(self):
        parts = [urllib.parse.unquote(part) for part in self.place.split("/")[1:]]
        name = "" if parts[0].startswith("_") else parts[0]
        rest = "/".join(parts[1:] if name else parts)
        times = not OLD
        table = {("GET", ""): self.root if not name else None, ("HEAD", ""): self.root if not name else None,
            ("GET", "_count"): lambda: self.count(name), ("GET", "_search"): lambda: self.search(name),
            ("POST", "_search"): lambda: self.search(name),
            ("POST", "_search/scroll"): lambda: self.scroll_page(self.body({"scroll", "scroll_id"})["scroll_id"], ""),
            ("DELETE", "_search/scroll"): lambda: self.close("scroll", "scroll_id"),
            ("GET", "_cat/aliases"): self.cat_aliases, ("GET", "_nodes/stats/indices/search"): self.stats,
            ("POST", "_bulk"): self.bulk, ("POST", "_aliases"): self.alias, ("PUT", ""): (lambda: self.make(name)) if name else None,
            ("POST", "_close"): (lambda: self.shut(name)) if name else None}
        if parts[:2] == ["_cat", "indices"] and self.command == "GET":
            return self.cat(parts[2] if len(parts) > 2 else "")
        if parts[0] == "_index_template" and self.command == "PUT" and times:
            return {"acknowledged": True}
        if parts[0] == "_data_stream" and self.command == "PUT" and times:
            return self.stream(parts[1])
        if times and OPEN_SEARCH:
            table[("POST", "_search/point_in_time")] = (lambda: self.point(name)) if name else None
            table[("DELETE", "_search/point_in_time")] = lambda: self.close("point", "pit_id")
        elif times:
            table[("POST", "_pit")] = (lambda: self.point(name)) if name else None
            table[("DELETE", "_pit")] = lambda: self.close("point", "id")
        if table.get((self.command, rest)) is None:
            raise Refused(405 if any(path == rest for _, path in table) else 400, "illegal_argument_exception",
                "no handler found for uri [%s] and method [%s]" % (self.path, self.command))
        return table[(self.command, rest)]()

    def serve(self):
        self.place, _, self.query = self.path.partition("?")
        self.text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            if self.fault():
                return
            with lock:
                value = self.route()
            self.reply(200, value)
        except Refused as why:
            status, kind, reason = why.args
            cause = {"type": kind, "reason": reason}
            self.reply(status, {"error": {"root_cause": [cause], **cause}, "status": status})

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that is killed breaks off."""


if __name__ == "__main__":
    Server(("127.0.0.1", PORT), Front).serve_forever()
