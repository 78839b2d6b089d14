"""vsftpd from Debian. `open` lets anonymous read, `closed` knows users with a password only."""
from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("vsftpd", "vsftpd"),)
CONFIGURATION = """listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
run_as_launching_user=YES
anonymous_enable={anonymous}
local_enable={local}
anon_root={folder}/files
secure_chroot_dir={folder}/empty
pasv_address=127.0.0.1
port_enable=NO
seccomp_sandbox=NO
xferlog_enable=NO
vsftpd_log_file={folder}/vsftpd.log
dual_log_enable=NO
one_process_model={anonymous}
"""


def run(place):
    port = place.port()
    for folder in ("files", "empty"):
        place.subfolder(folder)
    for name, content in (("cases.jsonl", records.json_lines()), ("deep/list & more.csv", records.csv())):
        place.write("files/" + name, content)
    is_open = place.mode == "open"
    path = place.write("vsftpd.conf", CONFIGURATION.format(port=port, folder=place.folder,
        anonymous="YES" if is_open else "NO", local="NO" if is_open else "YES"))
    place.spawn("vsftpd", path)
    place.wait(lambda: wire.listen(port).startswith(b"220"), "the greeting comes")
    return Server(place, port, "ftp://%s:%d" % (HOST, port), {"files": ("cases.jsonl", "deep/list & more.csv")})
