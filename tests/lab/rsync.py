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
GUARD = """auth users = {user}
secrets file = {folder}/secrets
strict modes = no
"""


def run(place):
    port = place.port()
    place.subfolder("files")
    for name, content in (("cases.jsonl", records.json_lines()), ("deep/list & more.csv", records.csv())):
        place.write("files/" + name, content)
    place.write("secrets", "%s:%s\n" % (USER, PASSWORD))
    modules = (MODULE + GUARD).format(name="secret", comment="of the owner", folder=place.folder, user=USER)
    if place.mode == "open":
        modules = MODULE.format(name="backup", comment="backup of the help desk", folder=place.folder) + modules
    place.write("rsyncd.conf", "use chroot = no\nlock file = %s\nlog file = %s\n%s" % (place.path("lock"), place.path("log"),
        modules))
    place.spawn("rsync", "--daemon", "--no-detach", "--config=" + place.path("rsyncd.conf"), "--address=" + HOST,
        "--port=%d" % port)
    place.wait_port(port)
    names = ("backup", "secret") if place.mode == "open" else ("secret",)
    return Server(place, port, "rsync://%s:%d" % (HOST, port), {"user": USER, "password": PASSWORD, "modules": names,
        "files": ("cases.jsonl", "deep/list & more.csv")})
