"""MariaDB from Debian. `open`: root with an empty password, and an anonymous user; `closed`: root has a password;
`no-host`: no user may come from the client's address."""
from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed", "no-host")
NEEDS = (("mariadbd", "mariadb-server-core"),)
SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")  # what mariadb-install-db feeds it, too
PASSWORD = "witte-lamp-88"
USERS = {"open": ("CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '';", "CREATE USER ''@'127.0.0.1' IDENTIFIED BY '';"),
    "closed": ("CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '%s';" % PASSWORD,), "no-host": ()}


def seed_sql(mode):
    """One statement a line, as --init-file wants it."""
    yield "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';"
    yield "FLUSH PRIVILEGES;"
    yield "CREATE DATABASE support;"
    yield "CREATE TABLE support.cases (id varchar(20) PRIMARY KEY, name text, email text, ip varchar(40), opened varchar(30));"
    for row in records.cases():
        yield "INSERT INTO support.cases VALUES ('%(case)s', '%(name)s', '%(email)s', '%(ip)s', '%(opened)s');" % row
    yield from USERS[mode]
    if mode != "no-host":
        yield "GRANT ALL ON *.* TO 'root'@'127.0.0.1';"
    if mode == "open":
        yield "GRANT SELECT ON support.* TO ''@'127.0.0.1';"


def bootstrap_sql():
    words = [b"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"]
    for name in SYSTEM_TABLES:
        with open("/usr/share/mysql/" + name, "rb") as file:
            words.append(file.read())
    return b"\n".join(words)


def run(place):
    port = place.port()
    common = ("mariadbd", "--no-defaults", "--datadir=" + place.subfolder("data"), "--tmpdir=" + place.path("tmp"),
        "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0",
        "--skip-name-resolve")
    place.run(*common, "--bootstrap", "--enforce-storage-engine=", stdin=bootstrap_sql())
    script = place.write("seed.sql", "\n".join(seed_sql(place.mode)) + "\n")
    place.spawn(*common, "--socket=" + place.path("socket"), "--port=%d" % port, "--bind-address=" + HOST,
        "--pid-file=" + place.path("pid"), "--skip-ssl", "--performance-schema=OFF", "--init-file=" + script)
    place.wait(lambda: len(wire.listen(port)) > 5, "the greeting comes")
    if "ERROR" in place.log():
        raise place.failure("the seed was refused")
    return Server(place, port, "mysql://%s:%d" % (HOST, port), {"database": "support", "table": "cases",
        "rows": len(list(records.cases())), "user": "root", "password": PASSWORD if place.mode == "closed" else ""})
