"""What the Elasticsearch and OpenSearch servers of the lab share: how they start, and five indices that are one set of cases.

Every index holds the same COUNT cases under identifiers of its own; one field of one case differs in support-4. The turns of
a case are nested documents, which docs.count of the server counts as well. One replica is asked for and, on a single node,
never there. An alias stands for two of them; hidden is an index that a wildcard does not show (from 7.7 on)."""
import glob
import json
import os
import shutil

from lab import Server, nginx, records, wire
from lab.place import FETCHED, HOST

NEEDS = (("java", "openjdk-17-jre-headless"),)
COUNT = 200
INDICES = tuple("support-%d" % number for number in range(1, 6))
FLIPPED_INDEX, FLIPPED_NUMBER, FLIPPED_VALUE = "support-4", 7, "203.0.113.99"
USER, PASSWORD = "owner", "grijze-muts-12"
BCRYPT = "$2a$04$abcdefghijklmnopqrstuuour1RFYfMhXbNZUyKN64tAP2TcbtJ.S"  # of that password
FRONT_NOTE = "the zip of Maven Central has no security: closed by nginx before it"
FIELDS = {"case": "keyword", "name": "text", "email": "keyword", "ip": "ip", "opened": "date"}
LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""
MEMORY = ("-Xms320m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto")



def java_home():
    homes = sorted(glob.glob("/usr/lib/jvm/java-17-openjdk-*"))
    return homes[0] if homes else "/usr/lib/jvm/java-17"


def distribution(place, name):
    """The unpacked server, where its user can read it: a copy in the work folder when the tree is closed to it."""
    path = os.path.join(FETCHED, "java", name)
    if place.run("sh", "-c", 'test -r "$1" && echo yes', "sh", os.path.join(path, "LICENSE.txt"), may_fail=True):
        return path
    copy = place.path(name)
    shutil.copytree(path, copy, symlinks=True)
    for root, folders, files in os.walk(copy):
        for inner in [root] + [os.path.join(root, file) for file in files]:
            place.give(inner)
    return copy


def settings(place, port, transport, more=None):
    """elasticsearch.yml or opensearch.yml, in JSON, which is YAML too."""
    words = {"http.port": port, "network.host": HOST, "path.data": place.subfolder("data"),
        "path.logs": place.subfolder("logs"), "cluster.name": "contoso-support", "node.name": "node-1", **transport, **(more or {})}
    return json.dumps(words, indent=1)


def start(place, program, upper, name, more=None, files=(), options=()):
    """Starts bin/PROGRAM of distribution `name` (7.x and later) and returns its port. upper: prefix of its variables."""
    home, port = distribution(place, name), place.port()
    place.subfolder("conf")
    place.write("conf/%s.yml" % program, settings(place, port, {"transport.port": place.port(), "discovery.type": "single-node",
        "cluster.routing.allocation.disk.threshold_enabled": False}, more))
    place.write("conf/log4j2.properties", LOGGING)
    place.write("conf/jvm.options", "\n".join([*MEMORY, "-Djava.io.tmpdir=" + place.path("tmp"), *options]) + "\n")
    for file, content in files:
        place.write("conf/" + file, content)
    place.spawn(os.path.join(home, "bin", program), environment={upper + "_PATH_CONF": place.path("conf"),
        upper + "_JAVA_HOME": java_home(), "JAVA_HOME": java_home(), upper + "_TMPDIR": place.path("tmp"),
        "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:-UsePerfData -Djava.io.tmpdir=" + place.path("tmp")})
    return port


def ask(place, port, method, path, body=None, headers=None, status=(200, 201)):
    answer = wire.http_request(port, method, path, body, headers)
    if answer.status not in status:
        raise place.failure("%s %s: %r" % (method, path, answer))
    return answer.json()


def rows(index):
    """(identifier, case) of an index, the flipped one included."""
    for number, row in enumerate(records.cases(COUNT), 1):
        if index == FLIPPED_INDEX and number == FLIPPED_NUMBER:
            row = {**row, "ip": FLIPPED_VALUE}
        yield "%s-%06d" % (index[-1], number * 7 + int(index[-1])), row


def bulk(place, port, index, type_name, headers, lines):
    head = {"_index": index, **({"_type": type_name} if type_name else {})}
    body = "".join("%s\n%s\n" % (json.dumps({"index": {**head, "_id": key}}), json.dumps(row)) for key, row in lines)
    answer = ask(place, port, "POST", "/_bulk?refresh=true", body.encode(), {"Content-Type": "application/x-ndjson", **headers})
    if answer["errors"]:
        raise place.failure("the seed was refused: %r" % answer)


def fill(place, port, type_name=None, headers=None, old=False, hidden=True):
    """Puts the indices in and returns the seed. type_name: the mapping type that versions before 7 want."""
    headers = headers or {}
    kinds = {"keyword": {"type": "string", "index": "not_analyzed"}, "text": {"type": "string"}, "ip": {"type": "ip"}}
    properties = {name: kinds.get(kind, {"type": kind}) if old else {"type": kind} for name, kind in FIELDS.items()}
    mapping = {"properties": {**properties, "turns": {"type": "nested"}}}
    body = {"settings": {"number_of_shards": 1, "number_of_replicas": 1},
        "mappings": {type_name: mapping} if type_name else mapping}
    for index in INDICES:
        ask(place, port, "PUT", "/" + index, body, headers)
        bulk(place, port, index, type_name, headers, rows(index))
    ask(place, port, "POST", "/_aliases", {"actions": [{"add": {"index": index, "alias": "support-all"}}
        for index in INDICES[:2]]}, headers)
    if hidden:
        ask(place, port, "PUT", "/notes-hidden", {"settings": {"number_of_replicas": 0, "hidden": True}}, headers)
        bulk(place, port, "notes-hidden", type_name, headers, [("1", {"text": "ask maria.bianchi@fabrikam.example"})])
    flipped = [key for (key, row) in rows(FLIPPED_INDEX) if row["ip"] == FLIPPED_VALUE]
    return {"indices": INDICES, "documents": COUNT, "alias": "support-all", "hidden": "notes-hidden" if hidden else None,
        "flipped": {"index": FLIPPED_INDEX, "id": flipped[0], "field": "ip"}, "user": None, "password": None}


def served(place, port, seed, note, front):
    """The Server; with front, nginx stands before it and refuses."""
    if front:
        port = nginx.front(place, port, "Elasticsearch")
        seed.update(user=nginx.USER, password=nginx.PASSWORD)
        note = FRONT_NOTE
    return Server(place, port, "http://%s:%d" % (HOST, port), seed, note)


def run_guarded(place, name, always=None, options=()):
    """Versions 7 and 8, which bring their own security: `closed` by it, `visitor` lets anybody ask for / and no more."""
    guarded = place.mode != "open"
    more = {"xpack.security.enabled": guarded, **(always or {})} if guarded or always is not None else {}
    files = [("users", "%s:%s\n" % (USER, BCRYPT)), ("users_roles", "superuser:%s\n" % USER), ("role_mapping.yml", ""),
        ("roles.yml", "visitor:\n  cluster: ['cluster:monitor/main']\n" if place.mode == "visitor" else "")]
    if place.mode == "visitor":
        more.update({"xpack.security.authc.anonymous.username": "visitor", "xpack.security.authc.anonymous.roles": "visitor"})
    port = start(place, "elasticsearch", "ES", name, more, files, options)
    headers = {"Authorization": nginx.basic(USER, PASSWORD)} if guarded else {}
    place.wait(lambda: wire.get(port, "/_cluster/health", headers).status == 200, "the cluster is there", 180)
    seed = fill(place, port, headers=headers)
    if guarded:
        seed.update(user=USER, password=PASSWORD)
    return served(place, port, seed, "", False)
