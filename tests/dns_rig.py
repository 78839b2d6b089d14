"""An internet of names on loopback for tests: a root and a top-level domain that knot signs, domains below them at knot (signed)
and at two nsd (not signed), and servers of this file that stall, lie or babble. Port 53 of 127.53.0.0/16: as root, or in a
network of the test's own (unshare). What the resolver is asked by: a keyholder's socket."""
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import portal_client
import rig
from portal_rig import started, until

RESOLVER = os.path.join(rig.BUILD, "staunch-resolver")
ROOT = "127.53.0.1"
KNOT = (ROOT, "127.53.0.11", "127.53.0.12")
NSD = ("127.53.0.21", "127.53.0.22")
PORT = 53
VERDICTS = portal_client.VERDICTS


def own_network():
    """Runs the test again in a network of its own where it may not listen at port 53."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ROOT, PORT))
            return
        except PermissionError:
            pass
    rig.check("STAUNCH_OWN_NETWORK" not in os.environ, "port 53 of 127.53.0.1 is not to be had, even in a network of its own")
    os.execvpe("unshare", ["unshare", "--user", "--map-root-user", "--net", sys.executable, *sys.argv],
        {**os.environ, "STAUNCH_OWN_NETWORK": "1"})


def bring_up_loopback():
    """A new network has its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, 0x8913, struct.pack("16sH14x", b"lo", 0)))[1]
        if not flags & 1:
            fcntl.ioctl(probe, 0x8914, struct.pack("16sH14x", b"lo", flags | 1))


def program(name):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    rig.check(path, name + " is missing: ./dev setup")
    return path


# --- messages, as little of them as servers of this file need ---

def encode(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.strip(".").split(".") if label) + b"\0"


def question_of(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack_from(">H", packet, at + 1)[0], at + 5


def txt(*strings):
    return b"".join(bytes([len(part)]) + part for part in strings)


def record(kind, data, name=b"\xc0\x0c"):
    return name + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def reply(packet, answers=(), code=0, flags=0x8400, id_change=0):
    """To the question of packet; flags: answer and authority."""
    end = question_of(packet)[2]
    head = struct.pack(">HHHHHH", struct.unpack_from(">H", packet)[0] ^ id_change, flags | code, 1, len(answers), 0, 0)
    return head + packet[12:end] + b"".join(answers)


class Server(threading.Thread):
    """A name server of this file: answer(packet, tcp) gives the bytes to send, a list of such, or None for silence."""

    def __init__(self, address, answer):
        super().__init__(daemon=True)
        self.answer = answer
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind((address, PORT))
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind((address, PORT))
        self.tcp.listen(16)
        threading.Thread(target=self.serve_tcp, daemon=True).start()
        self.start()

    def replies(self, packet, tcp):
        answer = self.answer(packet, tcp)
        return answer if isinstance(answer, list) else [answer] if answer else []

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                packet, peer = self.udp.recvfrom(4096)
                if len(packet) < 17:
                    break  # closed
                for answer in self.replies(packet, False):
                    self.udp.sendto(answer, peer)

    def serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve_one, args=(self.tcp.accept()[0],), daemon=True).start()

    def serve_one(self, connection):
        with contextlib.suppress(OSError, struct.error, IndexError), connection:
            connection.settimeout(30)
            while True:
                size = struct.unpack(">H", connection.recv(2))[0]
                list_of = self.replies(connection.recv(size), True)
                if not list_of:
                    time.sleep(30)
                for one in list_of:
                    connection.sendall(struct.pack(">H", len(one)) + one)

    def close(self):
        for sock in (self.udp, self.tcp):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


# --- zones ---

def zone_text(name, servers, more=""):
    """servers: [(name, address)]; glue for those inside."""
    origin = name.strip(".") + "." if name != "." else "."
    lines = ["$ORIGIN %s" % origin, "$TTL 60", "@ SOA ns.%s hostmaster.%s 1 3600 600 86400 60" % ((origin.lstrip("."),) * 2)]
    for server, address in servers:
        lines.append("@ NS %s." % server)
        if server.endswith(name.strip(".")):
            lines.append("%s. A %s" % (server, address))
    return "\n".join(lines + [more, ""])


def delegation(zone, servers):
    return "\n".join(["%s. NS %s." % (zone, server) for server, _ in servers] + ["%s. A %s" % pair for pair in servers])


class Nsd:
    """One nsd, zones as text that may be changed while it runs."""

    def __init__(self, folder, address, zones):
        self.folder, self.address, self.zones, self.process, self.writes = folder, address, dict(zones), None, 0
        os.makedirs(folder)
        text = ("server:\n  ip-address: %s@%d\n  zonesdir: \"%s\"\n  database: \"\"\n  username: \"\"\n  pidfile: \"\"\n"
            "  xfrdfile: \"\"\n  xfrdir: \"%s\"\n  zonelistfile: \"%s/list\"\n  logfile: \"%s/log\"\n  server-count: 1\n  ip-freebind: no\n"
            "  rrl-ratelimit: 0\nremote-control:\n  control-enable: no\n") % (address, PORT, folder, folder, folder, folder)
        for zone in self.zones:
            text += "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n" % (zone, self.write(zone))
        with open(folder + "/nsd.conf", "w", encoding="utf-8") as file:
            file.write(text)

    def write(self, zone, more=""):
        path = "%s/%s.zone" % (self.folder, zone)
        self.writes += 1
        with open(path, "w", encoding="utf-8") as file:
            file.write("%s\n_write TXT \"write %d of a test\"\n%s\n" % (self.zones[zone], self.writes, more))
        stamp = time.time() - 10000 + 2 * self.writes  # nsd reads what has another time
        os.utime(path, (stamp, stamp))
        return path

    def set(self, zone, *records):
        """The zone with these lines besides; returns when it is served."""
        self.write(zone, "\n".join(records))
        self.process.send_signal(signal.SIGHUP)
        until(lambda: b"write %d of" % self.writes in (said(self.address, "_write." + zone) or b""), "the zone %s at nsd" % zone)


def said(address, name, kind=16):
    """What a server answers over UDP, None for nothing."""
    packet = struct.pack(">HHHHHH", 4711, 0, 1, 0, 0, 0) + encode(name) + struct.pack(">HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        with contextlib.suppress(OSError):
            sock.sendto(packet, (address, PORT))
            return sock.recv(4096)
    return None


def answers(address, name, kind):
    """How many records it has."""
    packet = said(address, name, kind)
    return struct.unpack_from(">H", packet, 6)[0] if packet else 0


class Knot:
    """One knot that signs all its zones with one key each."""

    def __init__(self, folder, zones):
        self.folder, self.zones = folder, zones
        os.makedirs(folder + "/db")
        text = "server:\n  rundir: %s\n  listen: [%s]\nlog:\n  - target: %s/log\n    any: info\n" % (folder,
            ", ".join("%s@%d" % (address, PORT) for address in KNOT), folder)
        text += "database:\n  storage: %s/db\ncontrol:\n  listen: %s/control\n" % (folder, folder)
        text += "policy:\n  - id: one\n    algorithm: ecdsap256sha256\n    single-type-signing: on\n"
        text += "template:\n  - id: default\n    storage: %s\n    dnssec-signing: on\n    dnssec-policy: one\n    zonefile-sync: -1\nzone:\n" % folder
        for name, content in zones.items():
            path = "%s/%s.zone" % (folder, name.strip(".") or "root")
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)
            text += "  - domain: %s\n    file: %s\n" % (name, path)
        with open(folder + "/knot.conf", "w", encoding="utf-8") as file:
            file.write(text)

    def control(self, *words):
        done = subprocess.run([program("knotc"), "-b", "-s", self.folder + "/control", *words], capture_output=True, text=True, timeout=30)
        rig.check(done.returncode == 0, "knotc %s: %s" % (" ".join(words), done.stdout + done.stderr))

    def change(self, zone, *changes):
        self.control("zone-begin", zone)
        for change in changes:
            self.control(change[0], zone, *change[1:])
        self.control("zone-commit", zone)

    def put(self, zone, name, kind, value):
        self.change(zone, ("zone-set", name, "60", kind, value))

    def drop(self, zone, name, kind):
        self.change(zone, ("zone-unset", name, kind))

    def ds(self, zone):
        """The DS records, each as the words behind its name."""
        done = subprocess.run([program("keymgr"), "-c", self.folder + "/knot.conf", zone, "ds"], capture_output=True, text=True, timeout=30)
        lines = [line.split(None, 2)[2] for line in done.stdout.splitlines() if " DS " in line]
        rig.check(lines, "keymgr: " + done.stdout + done.stderr)
        return lines


SIGNED = ("contoso.com", "wingtip.com")          # at knot; the second with the digest of another key above it
PLAIN = ("fabrikam.com", "cont0so.com", "xn--cntoso-1ve.com", "proofs.net", "adatum.com")  # at both nsd
CASES = tuple("case%d.com" % i for i in range(16))  # one odd server for all
ODD = {"tailspin.com": "127.53.0.31", "litware.com": "127.53.0.32", "lucerne.com": "127.53.0.33",
    **{zone: "127.53.0.34" for zone in CASES}}  # beside the first nsd


def servers_of(zone):
    if zone in SIGNED:
        return [("ns1." + zone, KNOT[1]), ("ns2." + zone, KNOT[2])]
    return [("ns1." + zone, NSD[0]), ("ns2." + zone, ODD.get(zone, NSD[1]))]


class Internet:
    """knot, two nsd, and servers of this file where `odd` says so; anchor: a file with the root's key."""

    def __init__(self, folder, always):
        """always: lines that zones at nsd have from the start."""
        self.folder, self.stack, self.odd = folder, contextlib.ExitStack(), {}
        top = [("a.root.net", ROOT)]
        everybody = [*SIGNED, *PLAIN, *ODD]
        below = lambda tld: "\n".join(delegation(zone, servers_of(zone)) for zone in everybody if zone.endswith("." + tld))
        zones = {".": zone_text(".", top, delegation("com", top) + "\n" + delegation("net", top)),
            "com.": zone_text("com", top, below("com")), "net.": zone_text("net", top, below("net") + "\na.root A " + ROOT)}
        for zone in SIGNED:
            zones[zone + "."] = zone_text(zone, servers_of(zone))
        self.knot = Knot(folder + "/knot", zones)
        plain = {zone: zone_text(zone, servers_of(zone), always.get(zone, "")) for zone in (*PLAIN, *ODD)}
        self.nsd = [Nsd(folder + "/nsd1", NSD[0], plain),
            Nsd(folder + "/nsd2", NSD[1], {zone: plain[zone] for zone in PLAIN})]
        self.anchor = folder + "/root.ds"

    def __enter__(self):
        bring_up_loopback()
        start = lambda *command: self.stack.enter_context(started(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        start(program("knotd"), "-c", self.knot.folder + "/knot.conf")
        for nsd in self.nsd:
            nsd.process = start(program("nsd"), "-d", "-c", nsd.folder + "/nsd.conf")
        for zone in SIGNED:
            until(lambda zone=zone: answers(KNOT[1], zone, 48), "the keys of " + zone)
        until(lambda: all(answers(ROOT, zone, 48) for zone in (".", "com", "net")), "the keys of the root")
        for nsd in self.nsd:
            until(lambda nsd=nsd: answers(nsd.address, "fabrikam.com", 2), "nsd at " + nsd.address)
        self.tie()
        return self

    def tie(self):
        """The chain of trust: digests of the keys below, in the zones above."""
        for zone in SIGNED:
            for ds in self.knot.ds(zone):
                words = ds.split()
                if zone == "wingtip.com":
                    words[-1] = "00" * (len(words[-1]) // 2)
                self.knot.put("com.", zone + ".", "DS", " ".join(words))
        for zone in ("com.", "net."):
            for ds in self.knot.ds(zone):
                self.knot.put(".", zone, "DS", ds)
        with open(self.anchor, "w", encoding="utf-8") as file:
            file.write("; the root of a test\n" + "".join(". IN DS %s\n" % ds for ds in self.knot.ds(".")))

    def __exit__(self, *_):
        for server in self.odd.values():
            server.close()
        self.stack.close()

    def server(self, zone, answer):
        """The second name server of one of ODD from now on."""
        if ODD[zone] not in self.odd:
            self.odd[ODD[zone]] = Server(ODD[zone], answer)
        self.odd[ODD[zone]].answer = answer

    def options(self, *more, anchor=None):
        return ["--zone", ".=" + ROOT, "--trust-anchor", anchor or self.anchor, *more]


# --- a keyholder that asks ---

class Asker:
    """The keyholder's side of the errands socket, with one resolver that was started for it."""

    def __init__(self, folder, *options, wait=True):
        self.path, self.number = folder + "/errands-of-a-test", 0
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        self.listener.listen(4)
        self.listener.settimeout(20)
        self.process = subprocess.Popen([RESOLVER, "--errands", self.path, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.sock = None
        if wait:
            self.accept()

    def accept(self):
        try:
            self.sock = self.listener.accept()[0]
        except TimeoutError:
            self.process.kill()
            raise rig.Failed("the resolver does not come: " + self.process.stderr.read().decode()) from None
        rig.equal(portal_client.receive(self.sock), (1, b"\x02"), "the resolver's first words")

    def begin(self, domain, value, name=None):
        self.number += 1
        name = "_exposure-challenge." + domain if name is None else name
        body = struct.pack("<Q", self.number) + b"".join(portal_client.text(part) for part in (domain, name, value))
        portal_client.send(self.sock, 3, body)
        return self.number

    def result(self, timeout=30):
        """(number, verdict, when the domain was registered) of the next that is done."""
        kind, body = portal_client.receive(self.sock, timeout)
        rig.equal(kind, 5, "the type of an errand's answer")
        number, verdict, registered_at = struct.unpack("<QBq", body)
        return number, VERDICTS[verdict], registered_at

    def verdict(self, domain, value, **more):
        number = self.begin(domain, value, **more)
        got, verdict, _ = self.result()
        rig.equal(got, number, "the number of an answer")
        return verdict

    def close(self):
        self.process.terminate()
        rig.equal(self.process.wait(10), 0, "the resolver's exit")
        said = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        self.sock.close()
        self.listener.close()
        return said

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        said = self.close() if kind is None else (self.process.kill(), self.process.wait())
        rig.check(kind is not None or not said, "the resolver said: %s" % (said,))
