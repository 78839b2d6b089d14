"""OpenSearch 2 from Maven Central, without the security plugin: `closed` is nginx before it."""
from lab import elastic, nginx, wire

NAME = "opensearch-2.19.5"
MODES = ("open", "closed")
NEEDS = elastic.NEEDS + nginx.NEEDS
FILES = ("java/%s/bin/opensearch" % NAME,)
# Its threads may do nothing under its own security manager without this (its documentation, jvm.options).
OPTIONS = ("-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
    "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory",)


def run(place):
    port = elastic.start(place, "opensearch", "OPENSEARCH", NAME, options=OPTIONS)
    place.wait(lambda: wire.get(port, "/_cluster/health").status == 200, "the cluster is there", 180)
    return elastic.served(place, port, elastic.fill(place, port), "", place.mode == "closed")
