"""The rsync daemon from Debian. `open` has a module for everybody beside one with a password, `closed` only the second;
both list their names to everybody."""
from lab import Server, records
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("rsync", "rsync"),)
USER, PASSWORD = "owner", "paarse-tas-55"
MODULE = """[{name}]
path = {folder}/files
comment = {comment}
read only = yes
list = yes
"""


def run(place):
    port = place.port()
    place.subfolder("files")
    for name, content in (("cases.jsonl", records.json_lines()), ("deep/list & more.csv", records.csv())):
        place.write("files/" + name, content)
    place.write("secrets", "%s:%s\n" % (USER, PASSWORD))
    modules = MODULE.format(name="secret", comment="of the owner", folder=place.folder) + "auth users = %s\nsecrets file = %s\n" % (
        USER, place.path("secrets")) + "strict modes = no\n"
    if place.mode == "open":
        modules = MODULE.format(name="backup", comment="backup of the help desk", folder=place.folder) + modules
    place.write("rsyncd.conf", "use chroot = no\nlock file = %s\nlog file = %s\n%s" % (place.path("lock"), place.path("log"), modules))
    place.spawn("rsync", "--daemon", "--no-detach", "--config=" + place.path("rsyncd.conf"), "--address=" + HOST,
        "--port=%d" % port)
    place.wait_port(port)
    return Server(place, port, "rsync://%s:%d" % (HOST, port), {"user": USER, "password": PASSWORD,
        "modules": ("backup", "secret") if place.mode == "open" else ("secret",), "files": ("cases.jsonl", "deep/list & more.csv")})
