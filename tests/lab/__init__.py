"""Real servers for tests, each started on 127.0.0.1 and surely stopped:

    with lab.start("azurite", workdir) as server:
        server.url, server.host, server.port, server.mode, server.seed

A mode is `open` (anybody reads), `closed` (nobody without a credential) or one more that the server's module names. The
seed says what is in it. Everything a server writes is below workdir; a server that does not start fails the test with the
end of its log, and so does one that ended before its time. `python3 -m lab` (PYTHONPATH=tests) lists them, and starts
one for a look by hand. A new server: one file with MODES, NEEDS and run(place), one line in SERVERS."""
import contextlib
import importlib

import rig
from lab.place import HOST, Clash, Place, need

# Name: module. Those of JAVA are started only by `./dev test full`.
SERVERS = {
    "azurite": "azurite",
    "couchdb": "couch",
    "docker-registry": "registry",
    "elasticsearch-2": "elasticsearch_2",
    "elasticsearch-7": "elasticsearch_7",
    "elasticsearch-8": "elasticsearch_8",
    "elasticsearch-front": "elasticsearch_front",
    "etcd": "etcd",
    "gcs": "gcs",
    "mariadb": "mariadb",
    "memcached": "memcached",
    "opensearch-2": "opensearch_2",
    "postgresql": "postgres",
    "redis": "redis",
    "rgw": "rgw",
    "rsync": "rsync",
    "smtp": "smtp",
    "vsftpd": "vsftpd",
}
JAVA = ("elasticsearch-2", "elasticsearch-7", "elasticsearch-8", "opensearch-2")
TRIES = 4


class Server:
    """What a test needs to know of a server that runs."""

    def __init__(self, place, port, url, seed, note=""):
        self.name, self.mode, self.host, self.port, self.url = place.name, place.mode, HOST, port, url
        self.seed, self.note = seed, note  # note: in what it is not like the service that people use
        self.folder, self.log = place.folder, place.log
        self.place = place


def module(name):
    rig.check(name in SERVERS, "the lab has no server %s, only %s" % (name, ", ".join(sorted(SERVERS))))
    return importlib.import_module("lab." + SERVERS[name])


def modes(name):
    return module(name).MODES


def _bring_up(name, workdir, mode):
    server = module(name)
    rig.check(mode in server.MODES, "%s has no mode %s, only %s" % (name, mode, ", ".join(server.MODES)))
    if name in JAVA and not rig.FULL:
        rig.skip("%s needs Java, started only by ./dev test full" % name)
    need(server.NEEDS, getattr(server, "FILES", ()))
    for _ in range(TRIES):
        place = Place(name, mode, workdir, getattr(server, "AS_ROOT", False))
        try:
            return server.run(place)
        except Clash:
            place.stop()
        except BaseException:
            place.stop()
            raise
    raise place.failure("every port it tried was taken, %d times" % TRIES)


@contextlib.contextmanager
def start(name, workdir, mode="open"):
    """A Server that answers and holds its seed; stopped, with all it started, when the block ends."""
    server = _bring_up(name, workdir, mode)
    try:
        yield server
        server.place.check_alive()
    finally:
        server.place.stop()
