"""memcached from Debian. It has no protection but SASL, which Debian's build holds; with -S it speaks the binary protocol
only, and has no answer to a text command: that is `closed`."""
import signal

from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("memcached", "memcached"),)


def run(place):
    port = place.port()
    place.write("memcached.conf", "mech_list: plain\nsasldb_path: %s\n" % place.path("users.sasldb"))
    place.spawn("memcached", "-l", HOST, "-p", port, "-U", "0", "-m", "16", "-v", *(("-S",) if place.mode == "closed" else ()),
        environment={"SASL_CONF_PATH": place.folder}, stop=signal.SIGKILL)
    place.wait_port(port)
    seed = {"keys": 0}
    if place.mode == "open":
        rows = ["case:%s" % row["case"] for row in records.cases()]
        for key, row in zip(rows, records.cases()):
            value = ("%s;%s;%s" % (row["name"], row["email"], row["ip"])).encode()
            answer = wire.talk(port, b"set %s 0 0 %d\r\n%s\r\n" % (key.encode(), len(value), value))
            if answer != b"STORED\r\n":
                raise place.failure("the seed was refused: %r" % answer)
        seed = {"keys": len(rows), "names": rows}
    return Server(place, port, "memcached://%s:%d" % (HOST, port), seed,
        "closed: binary protocol with SASL only" if place.mode == "closed" else "")
