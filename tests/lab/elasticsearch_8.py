"""Elasticsearch 8 from Maven Central, with its own security, which is on by default; `open` has it switched off.
Not the newest: the zip of 8.17 has no answer to GET /, and 8.19 attaches to itself through a socket in /tmp, where servers of
the lab may not write."""
from lab import elastic

NAME = "elasticsearch-8.6.2"
MODES = ("open", "closed", "visitor")
NEEDS = elastic.NEEDS
FILES = ("java/%s/bin/elasticsearch" % NAME,)


def run(place):
    return elastic.run_guarded(place, NAME, {"xpack.security.autoconfiguration.enabled": False})
