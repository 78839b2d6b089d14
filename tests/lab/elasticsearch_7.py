"""Elasticsearch 7 from Maven Central: open by default, and it says so itself in a Warning header of every answer."""
from lab import elastic

NAME = "elasticsearch-7.17.29"
MODES = ("open", "closed", "visitor")
NEEDS = elastic.NEEDS
FILES = ("java/%s/bin/elasticsearch" % NAME,)


def run(place):
    return elastic.run_guarded(place, NAME)
