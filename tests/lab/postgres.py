"""PostgreSQL 15 from Debian. `open` trusts everybody, `closed` wants a SCRAM-SHA-256 password, `no-entry` has no line in
pg_hba.conf for the client. The owner comes in by the socket in the work folder."""
import signal

from lab import Server, records
from lab.place import HOST

MODES = ("open", "closed", "no-entry")
BIN = "/usr/lib/postgresql/15/bin/"
NEEDS = ((BIN + "postgres", "postgresql-15"), (BIN + "initdb", "postgresql-15"), (BIN + "psql", "postgresql-client-15"))
PASSWORD = "gele-kraan-07"
RULES = {"open": "host all all 127.0.0.1/32 trust\n", "closed": "host all all 127.0.0.1/32 scram-sha-256\n", "no-entry": ""}
SETTINGS = {"listen_addresses": HOST, "shared_memory_type": "mmap", "dynamic_shared_memory_type": "mmap", "fsync": "off",
    "full_page_writes": "off", "synchronous_commit": "off", "password_encryption": "scram-sha-256",
    "max_connections": "20", "shared_buffers": "16MB", "autovacuum": "off", "logging_collector": "off"}


def seed_sql():
    yield "ALTER USER postgres PASSWORD '%s';" % PASSWORD
    yield "CREATE TABLE cases (id text PRIMARY KEY, name text, email text, ip inet, opened timestamptz);"
    for row in records.cases():
        yield "INSERT INTO cases VALUES ('%(case)s', '%(name)s', '%(email)s', '%(ip)s', '%(opened)s');" % row


def run(place):
    port, data = place.port(), place.path("data")
    place.run(BIN + "initdb", "--no-sync", "--no-instructions", "--auth=trust", "--username=postgres", "--encoding=UTF8",
        "--locale=C", "--pgdata", data)
    place.write("data/pg_hba.conf", "local all all trust\n" + RULES[place.mode])
    options = [word for name, value in SETTINGS.items() for word in ("-c", "%s=%s" % (name, value))]
    place.spawn(BIN + "postgres", "-D", data, "-p", port, "-k", place.folder, *options, stop=signal.SIGINT)
    ask = (BIN + "psql", "-X", "-q", "-h", place.folder, "-p", port, "-U", "postgres", "-v", "ON_ERROR_STOP=1")
    place.wait(lambda: "database system is ready" in place.log(), "the log says that it is ready")
    place.run(*ask, "-d", "postgres", "-c", "CREATE DATABASE support")
    place.run(*ask, "-d", "support", stdin="\n".join(seed_sql()).encode())
    return Server(place, port, "postgresql://%s:%d" % (HOST, port), {"database": "support", "table": "cases",
        "rows": len(list(records.cases())), "user": "postgres", "password": PASSWORD})
