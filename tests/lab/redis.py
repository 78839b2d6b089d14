"""Redis from Debian. `closed` wants a password. `protected` is a server without one whose protected mode, the default, is
on: it answers -DENIED to all but its own machine. Redis counts 127.0.0.1 as its own and 127.0.0.2 not, so that mode stands
behind a forwarder that comes from 127.0.0.2; the refusal is Redis' own."""
from lab import Server, records, wire
from lab.place import HOST
from lab.recorder import Recorder

MODES = ("open", "closed", "protected")
NEEDS = (("redis-server", "redis-server"),)
PASSWORD = "blauwe-fiets-19"


def command(*words):
    """A command as Redis' protocol writes it."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words))


def run(place):
    port = place.port()
    protected = place.mode == "protected"
    place.spawn("redis-server", "--port", port, "--bind", HOST, *(("127.0.0.2",) if protected else ()), "--save", "",
        "--appendonly", "no", "--dir", place.folder, "--protected-mode", "yes" if protected else "no",
        *(("--requirepass", PASSWORD) if place.mode == "closed" else ()))
    place.wait(lambda: wire.talk(port, b"PING\r\n").startswith((b"+PONG", b"-NOAUTH")), "PING is answered")
    rows = [command("HSET", row["case"], "name", row["name"], "email", row["email"], "ip", row["ip"])
        for row in records.cases()] + [command("SET", "session:1", "maria.bianchi@fabrikam.example")]
    login = [command("AUTH", PASSWORD)] if place.mode == "closed" else []
    answer = wire.talk(port, b"".join(login + rows) + command("ECHO", "end"), b"end\r\n")
    if b"-" in answer:
        raise place.failure("the seed was refused: %r" % answer[:200])
    seed = {"keys": len(rows), "password": PASSWORD if place.mode == "closed" else None}
    note = ""
    if protected:
        port = place.keep(Recorder(port, "127.0.0.2", "127.0.0.2")).port
        note = "seen from 127.0.0.2 through a forwarder"
    return Server(place, port, "redis://%s:%d" % (HOST, port), seed, note)
