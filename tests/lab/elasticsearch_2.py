"""Elasticsearch 2 from Maven Central, the oldest that is there as a whole server. Its scripts ask for a garbage collector that
Java 17 does not have, so Java is started without them. It has no security: `closed` is nginx before it."""
from lab import elastic, nginx, wire

NAME = "elasticsearch-2.4.6"
MODES = ("open", "closed")
NEEDS = elastic.NEEDS + nginx.NEEDS
FILES = ("java/%s/bin/elasticsearch" % NAME,)
LOGGING = """rootLogger: WARN, console
appender:
  console: {type: console, layout: {type: consolePattern, conversionPattern: "[%d{ISO8601}][%-5p][%c] %m%n"}}
"""


def run(place):
    home, port = elastic.distribution(place, NAME), place.port()
    for folder in ("conf/scripts", "plugins"):
        place.subfolder(*folder.split("/"))
    place.write("conf/elasticsearch.yml", elastic.settings(place, port, {"transport.tcp.port": place.port(),
        "path.plugins": place.path("plugins"), "discovery.zen.ping.multicast.enabled": False,
        "cluster.routing.allocation.disk.threshold_enabled": False, "discovery.zen.ping.unicast.hosts": []}))
    place.write("conf/logging.yml", LOGGING)
    place.spawn(elastic.java_home() + "/bin/java", *elastic.MEMORY, "-Djava.io.tmpdir=" + place.path("tmp"),
        "-Djava.awt.headless=true", "-Des.path.home=" + home, "-cp", home + "/lib/*",
        "org.elasticsearch.bootstrap.Elasticsearch", "start", "--path.conf=" + place.path("conf"))
    place.wait(lambda: wire.get(port, "/_cluster/health").status == 200, "the cluster is there", 180)
    seed = elastic.fill(place, port, "case", old=True, hidden=False)
    return elastic.served(place, port, seed, "", place.mode == "closed")
