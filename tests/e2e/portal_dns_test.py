"""Who says to own a domain proves it by DNS: the real resolver over a root of the test's own, with knot (DNSSEC), nsd and servers
that lie, stall and babble; and the whole path from the pages of the portal to what one organization reads."""
import contextlib
import os
import pathlib
import signal
import struct
import subprocess
import time

import dns_rig
import portal_rig
import rig
from dns_rig import Asker, record, reply, txt
from portal_client import (BEGIN_DOMAIN, CHECK_DOMAIN, COUNTS, EXPORT, OPEN, Courier, Index, Keyholder, Portal, opened)

TOKEN = "v=1; token=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG; expiry=2030-01-01T00:00:00Z"
NAME = "_exposure-challenge"
NET = None


def quoted(*texts):
    return " ".join('"%s"' % text for text in texts)


def at_nsd(zone, *records, first=None):
    """At both nsd, or another set at the first."""
    for server, lines in zip(NET.nsd, (records if first is None else first, records)):
        if zone in server.zones:
            server.set(zone, *lines)


def has_token(name=NAME):
    return "%s TXT %s" % (name, quoted(TOKEN))


@contextlib.contextmanager
def asker(*options, **more):
    with rig.folder() as folder, Asker(folder, *(options or NET.options()), **more) as one:
        yield one


@contextlib.contextmanager
def put(zone, name, kind, value):
    NET.knot.put(zone, name, kind, value)
    try:
        yield
    finally:
        NET.knot.drop(zone, name, kind)


# --- what DNS says ---

def a_signed_domain_is_proven_along_the_chain_and_an_unsigned_one_without_it():
    with asker() as a, put("contoso.com.", NAME, "TXT", quoted(TOKEN)):
        rig.equal(a.verdict("contoso.com", TOKEN), "done", "contoso.com, signed")
        at_nsd("fabrikam.com", has_token())
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "fabrikam.com, provably not signed")
        for domain in ("cont0so.com", "xn--cntoso-1ve.com", "adatum.com"):
            rig.equal(a.verdict(domain, TOKEN), "not-found", domain + " with the record of another domain")
        rig.equal(a.verdict("nothere.com", TOKEN), "not-found", "a domain that nobody has")


def what_dnssec_calls_forged_is_refused_whatever_it_holds():
    with asker() as a, put("wingtip.com.", NAME, "TXT", quoted(TOKEN)):
        rig.equal(a.verdict("wingtip.com", TOKEN), "bogus", "a zone signed with another key than the one above it names")


def trust_begins_at_the_anchors_that_were_given_and_without_any_nothing_runs():
    with rig.folder() as folder, put("contoso.com.", NAME, "TXT", quoted(TOKEN)), put("wingtip.com.", NAME, "TXT", quoted(TOKEN)):
        anchor = os.path.join(folder, "anchor")
        def with_anchor(text):
            with open(anchor, "w", encoding="utf-8") as file:
                file.write(text)
            return NET.options(anchor=anchor)
        digest = "4711 13 2 " + "ab" * 32
        with asker(*with_anchor("contoso.com. IN DS %s\n" % NET.knot.ds("contoso.com")[0])) as a:
            rig.equal(a.verdict("contoso.com", TOKEN), "done", "an anchor of the zone itself")
            rig.equal(a.verdict("wingtip.com", TOKEN), "done", "a zone that no anchor speaks of is not signed")
        with asker(*with_anchor("contoso.com. 3600 IN DS %s\n" % digest)) as a:
            rig.equal(a.verdict("contoso.com", TOKEN), "bogus", "the anchor of another key")
        with asker(*with_anchor(". IN DS %s\n" % digest)) as a:
            rig.equal(a.verdict("contoso.com", TOKEN), "bogus", "another root")
        for text in ("", "; nothing\n", "contoso.com. IN A 192.0.2.1\n", ". IN DS 1 13 2\n", ". IN DS 1 13 2 (\nab )\n", ". IN DS x y z ab\n",
                ". IN DS 1 13 2 zz\n", "\0", ". IN DS %s\n" % digest * 65):
            done = subprocess.run([dns_rig.RESOLVER, "--errands", folder + "/none", *with_anchor(text)], capture_output=True, timeout=20)
            rig.equal((done.returncode, done.stdout), (2, b""), "the exit with the anchors %r" % text[:40])
        for wrong in (["--trust-anchor", folder + "/none"], ["--zone", "x"], ["--zone", "a..b=127.0.0.1"], ["--resolver", "localhost"],
                ["--resolver", "127.0.0.1@0"], ["--resolver", "127.0.0.1@65536"], ["--registered", anchor], ["--nothing", "x"], ["--zone"]):
            done = subprocess.run([dns_rig.RESOLVER, "--errands", folder + "/none", *wrong], capture_output=True, timeout=20)
            rig.equal(done.returncode, 2, "the exit with %r" % wrong)


def one_record_is_the_token_exactly_and_its_strings_are_joined():
    others = ["%s TXT %s" % (NAME, quoted(text)) for text in ("v=spf1 -all", TOKEN + " ", TOKEN.upper(), TOKEN[:-1], "")]
    with asker() as a:
        at_nsd("fabrikam.com", *others)
        rig.equal(a.verdict("fabrikam.com", TOKEN), "not-found", "texts that are nearly the token")
        at_nsd("fabrikam.com", *others, has_token())
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "the token beside others")
        at_nsd("fabrikam.com", "%s TXT %s" % (NAME, quoted(TOKEN[:10], TOKEN[10:11], "", TOKEN[11:])))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "the token in four strings")
        at_nsd("fabrikam.com", "%s TXT %s" % (NAME, quoted(TOKEN[:10])), "%s TXT %s" % (NAME, quoted(TOKEN[10:])))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "not-found", "the token in two records")
        at_nsd("fabrikam.com", "@ TXT " + quoted(TOKEN), "www TXT " + quoted(TOKEN))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "not-found", "the token at other names")
        at_nsd("fabrikam.com", has_token())
        rig.equal(a.verdict("fabrikam.com", TOKEN + "x"), "not-found", "another token")
        rig.equal(a.verdict("fabrikam.com", ""), "not-found", "no token at all")


def every_server_has_to_say_the_same():
    with asker() as a:
        at_nsd("fabrikam.com", has_token(), first=())
        rig.equal(a.verdict("fabrikam.com", TOKEN), "disagree", "one server has the record")
        at_nsd("fabrikam.com", has_token(), "%s TXT other" % NAME, first=(has_token(),))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "disagree", "one server has another record besides")
        at_nsd("fabrikam.com", "%s CNAME proof.proofs.net." % NAME, first=(has_token(),))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "disagree", "one server has an alias")
        at_nsd("fabrikam.com", has_token())
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "both have it")


def a_server_that_leaves_the_others_out_does_not_prove_alone():
    alone = dns_rig.zone_text("fabrikam.com", dns_rig.servers_of("fabrikam.com")[:1], "ns2 A %s" % dns_rig.NSD[1])
    whole = NET.nsd[0].zones["fabrikam.com"]
    rig.check(alone != whole and "NS ns2" not in alone, "both servers stand in " + alone)
    try:
        NET.nsd[0].zones["fabrikam.com"] = alone
        with asker() as a:
            at_nsd("fabrikam.com", first=(has_token(),))
            got = {a.verdict("fabrikam.com", TOKEN) for _ in range(8)}
            rig.equal(got, {"disagree"}, "the token at one server of two, which says that it is the only one")
            at_nsd("fabrikam.com", has_token())
            rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "both have the token, one leaves the other out")
    finally:
        NET.nsd[0].zones["fabrikam.com"] = whole


def an_answer_that_does_not_fit_comes_by_tcp():
    many = ["%s TXT %s" % (NAME, quoted("%d " % i + "x" * 200, "y" * 250)) for i in range(100)]
    with asker() as a:
        at_nsd("fabrikam.com", *many, has_token())
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "the token among 100 records, 48 KB")
        at_nsd("fabrikam.com", *many)
        rig.equal(a.verdict("fabrikam.com", TOKEN), "not-found", "100 records without it")


def an_alias_may_hand_the_proof_over_unless_it_is_a_wildcard():
    with asker() as a:
        at_nsd("proofs.net", has_token("fabrikam"), "chain CNAME fabrikam", "loop CNAME loop2", "loop2 CNAME loop")
        for target, verdict in (("fabrikam.proofs.net.", "done"), ("chain.proofs.net.", "done"), ("nothing.proofs.net.", "not-found"),
                ("loop.proofs.net.", "unreachable"), ("x.nothere.com.", "not-found"), (NAME + ".fabrikam.com.", "unreachable")):
            at_nsd("fabrikam.com", "%s CNAME %s" % (NAME, target))
            rig.equal(a.verdict("fabrikam.com", TOKEN), verdict, "the verdict with an alias to " + target)
        at_nsd("fabrikam.com", "* CNAME fabrikam.proofs.net.")
        rig.equal(a.verdict("fabrikam.com", TOKEN), "not-found", "an alias of every name")
        at_nsd("fabrikam.com", "%s CNAME fabrikam.proofs.net." % NAME, "* CNAME www.proofs.net.")
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "an alias of its own beside that of every other name")
        at_nsd("fabrikam.com", *["c%d CNAME c%d" % (i, i + 1) for i in range(12)], "%s CNAME c0" % NAME, has_token("c12"))
        rig.equal(a.verdict("fabrikam.com", TOKEN), "unreachable", "thirteen aliases one behind the other")
        at_nsd("proofs.net", has_token("fabrikam"), first=())
        at_nsd("fabrikam.com", "%s CNAME fabrikam.proofs.net." % NAME)
        rig.equal(a.verdict("fabrikam.com", TOKEN), "disagree", "servers at the end of the alias that disagree")


def a_zone_below_the_domain_is_asked_at_its_own_servers():
    with asker() as a:
        child = NAME + ".adatum.com"
        at_nsd("adatum.com", "%s NS ns1.proofs.net." % NAME)
        rig.equal(a.verdict("adatum.com", TOKEN), "unreachable", "a delegation to a server that does not know of it")
        with asker(*NET.options("--zone", "%s=%s" % (child, dns_rig.NSD[1]))) as b:
            rig.equal(b.verdict("adatum.com", TOKEN), "unreachable", "the same server, named by the operator")
        at_nsd("adatum.com", has_token())
        rig.equal(a.verdict("adatum.com", TOKEN), "done", "no delegation any more")


# --- servers that do not behave ---

def good(packet, tcp=False, answers=None):
    """What an honest second server says of a zone that the first one has at nsd."""
    name, kind, _ = dns_rig.question_of(packet)
    zone = ".".join(name.split(".")[-2:])
    if name == NAME + "." + zone and kind == 16:
        return reply(packet, answers or [record(16, txt(TOKEN.encode()))])
    if name == zone and kind == 2:
        return reply(packet, [record(2, dns_rig.encode(server)) for server, _ in dns_rig.servers_of(zone)])
    if kind == 1 and name.startswith("ns"):
        address = dict(dns_rig.servers_of(zone)).get(name)
        return reply(packet, [record(1, bytes(map(int, address.split("."))))] if address else [])
    return reply(packet)


def proof_asked(packet):
    return dns_rig.question_of(packet)[0].startswith(NAME) and dns_rig.question_of(packet)[1] == 16


def only_the_proof(answer):
    """Honest but for the record of the proof."""
    return lambda packet, tcp: answer(packet, tcp) if proof_asked(packet) else good(packet)


def odd(zone, answer):
    NET.server(zone, answer)
    at_nsd(zone, has_token())


def an_honest_second_server_is_the_control_of_these_tests():
    with asker() as a:
        odd("litware.com", good)
        rig.equal(a.verdict("litware.com", TOKEN), "done", "two servers that agree")


def a_server_that_stalls_is_unreachable_in_time_and_holds_up_nobody_else():
    with asker() as a:
        odd("tailspin.com", only_the_proof(lambda packet, tcp: None))
        odd("lucerne.com", lambda packet, tcp: None)
        at_nsd("fabrikam.com", has_token())
        began = time.monotonic()
        slow = [a.begin(zone, TOKEN) for zone in ("tailspin.com", "lucerne.com", "tailspin.com")]
        quick = a.begin("fabrikam.com", TOKEN)
        rig.equal(a.result()[:2], (quick, "done"), "what is answered first")
        quick_s = time.monotonic() - began
        late = sorted(a.result()[:2] for _ in slow)
        slow_s = time.monotonic() - began
        rig.equal(late, [(number, "unreachable") for number in slow], "the proofs with servers that stall")
        rig.check(quick_s < 4 and 3 < slow_s < 16.5, "the quick one took %.1f s, the slow ones %.1f s" % (quick_s, slow_s))
        NET.server("tailspin.com", only_the_proof(lambda packet, tcp: [] if tcp else reply(packet, flags=0x8600)))
        rig.equal(a.verdict("tailspin.com", TOKEN), "unreachable", "a server that stalls over TCP alone")


def twenty_proofs_that_stall_wait_for_one_another_and_end():
    with asker() as a:
        odd("tailspin.com", only_the_proof(lambda packet, tcp: None))
        began = time.monotonic()
        numbers = {a.begin("tailspin.com", TOKEN) for _ in range(20)}
        got = [a.result(40)[:2] for _ in numbers]
        rig.equal({number for number, _ in got}, numbers, "the proofs that end")
        rig.equal({verdict for _, verdict in got}, {"unreachable"}, "how they end")
        rig.check(time.monotonic() - began < 34, "they took %.0f s" % (time.monotonic() - began))


def a_server_without_authority_or_with_damaged_answers_is_no_server():
    honest = lambda packet: good(packet)
    cases = {
        "refused": lambda packet, tcp: reply(packet, code=5),
        "failed": lambda packet, tcp: reply(packet, code=2),
        "without authority": lambda packet, tcp: reply(packet, [record(16, txt(TOKEN.encode()))], flags=0x8000),
        "cut in the middle": lambda packet, tcp: honest(packet)[:-20],
        "a string longer than its record": lambda packet, tcp: reply(packet, [record(16, b"\xff" + TOKEN.encode())]),
        "a name that leads to itself": lambda packet, tcp: reply(packet, [record(16, txt(TOKEN.encode()), name=struct.pack(">H",
            0xc000 | dns_rig.question_of(packet)[2]))]),
        "more records promised": lambda packet, tcp: reply(packet, [record(16, txt(TOKEN.encode()))])[:6] + b"\xff\xff"
            + reply(packet, [record(16, txt(TOKEN.encode()))])[8:],
        "an empty record": lambda packet, tcp: reply(packet, [record(16, b"")]),
        "text and alias at once": lambda packet, tcp: reply(packet, [record(16, txt(TOKEN.encode())), record(5, dns_rig.encode("x.net"))]),
        "nothing at all": lambda packet, tcp: b"\0",
        "a question back": lambda packet, tcp: packet,
        "another answer's number": lambda packet, tcp: reply(packet, [record(16, txt(TOKEN.encode()))], id_change=1),
        "cut for ever": lambda packet, tcp: reply(packet, flags=0x8600),
        "a length and no more": lambda packet, tcp: [b""] if tcp else reply(packet, flags=0x8600),
    }
    assert len(cases) <= len(dns_rig.CASES)
    zones = dict(zip(dns_rig.CASES, cases))
    def choose(packet, tcp):
        zone = dns_rig.question_of(packet)[0].split(".", 1)[1]
        return cases[zones[zone]](packet, tcp) if zone in zones else good(packet)
    with asker() as a:
        NET.server(dns_rig.CASES[0], only_the_proof(choose))
        rig.equal(a.verdict(dns_rig.CASES[-1], TOKEN), "done", "a zone of the same server that behaves")
        numbers = {a.begin(zone, TOKEN): what for zone, what in zones.items()}
        for _ in zones:
            number, verdict, _ = a.result()
            rig.equal(verdict, "unreachable", "the verdict for a server that says " + numbers.pop(number))


def guesses_from_elsewhere_are_passed_over():
    lies = lambda packet: [reply(packet, id_change=i) for i in range(1, 60)]
    with asker() as a:
        odd("litware.com", only_the_proof(lambda packet, tcp: lies(packet) + [good(packet)]))
        rig.equal(a.verdict("litware.com", TOKEN), "done", "59 answers with wrong numbers before the right one")
        foreign = lambda packet: packet[:12] + dns_rig.encode("other.example") + packet[-4:]
        odd("litware.com", only_the_proof(lambda packet, tcp: [reply(foreign(packet), [record(16, txt(b"x"))]), good(packet)]))
        rig.equal(a.verdict("litware.com", TOKEN), "done", "an answer to another question before the right one")


def a_server_of_the_zone_may_have_another_answer_in_upper_case():
    def shout(packet, tcp):
        end = dns_rig.question_of(packet)[2]
        return packet[:2] + good(packet)[2:12] + packet[12:end].upper().replace(b"\0\x10\0\x01", b"\0\x10\0\x01") + good(packet)[end:]
    with asker() as a:
        odd("litware.com", only_the_proof(shout))
        rig.equal(a.verdict("litware.com", TOKEN), "done", "a server that writes names in capitals")


# --- the process ---

def status_of(pid):
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def each_proof_is_a_process_in_a_jail_and_its_end_is_its_own():
    with asker() as a:
        odd("tailspin.com", only_the_proof(lambda packet, tcp: None))
        at_nsd("fabrikam.com", has_token())
        number = a.begin("tailspin.com", TOKEN)
        portal_rig.until(lambda: children_of(a.process.pid) and status_of(children_of(a.process.pid)[0]).get("Seccomp") == "2"
            and status_of(children_of(a.process.pid)[0])["Seccomp_filters"] == "2", "the process of the proof in its jail")
        child = children_of(a.process.pid)[0]
        for pid in (a.process.pid, child):
            said = status_of(pid)
            rig.equal((said["NoNewPrivs"], said["Seccomp"], int(said["CapEff"], 16)), ("1", "2", 0), "the jail of %d" % pid)
        kept = {os.readlink("/proc/%d/fd/%s" % (child, fd)).split(":")[0] for fd in os.listdir("/proc/%d/fd" % child) if int(fd) > 2}
        rig.check(kept <= {"pipe", "socket", "anon_inode"}, "the process has %s" % kept)
        os.kill(child, signal.SIGKILL)
        rig.equal(a.result()[:2], (number, "unreachable"), "the proof whose process was killed")
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "the next proof")
        a.begin("tailspin.com", TOKEN)
        time.sleep(0.3)
        child = children_of(a.process.pid)[0]
    portal_rig.until(lambda: not os.path.exists("/proc/%d" % child), "the end of the process of a proof when its keeper ends")


def it_waits_for_a_keyholder_that_comes_late_goes_or_talks_nonsense():
    with asker() as a:
        at_nsd("fabrikam.com", has_token())
        for junk in (b"\xff" * 8, struct.pack("<II", 3, 0), struct.pack("<II", 9, 0), struct.pack("<IIQI", 3, 12, 1, 4000)):
            a.sock.sendall(junk)
            a.accept()
        a.sock.close()
        a.accept()
        rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "the proof after that")
        for name in ("", ".", "a..b", "x" * 64 + ".com", "fabrikam.com\n", "\u00e9.com", "_exposure-challenge.fabrikam.com; x"):
            rig.equal(a.verdict("fabrikam.com", TOKEN, name=name), "not-found", "the name %r" % name)


def the_operator_says_when_domains_were_registered():
    with rig.folder() as folder:
        path = os.path.join(folder, "ages")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# from the registry\nfabrikam.com 2021-03-04\nContoso.COM. 1999-12-31 ; old\nfabrikam.com 2020-01-01\n")
        at_nsd("fabrikam.com", has_token())
        with asker(*NET.options("--registered", path)) as a:
            for domain, date in (("fabrikam.com", 1614816000), ("adatum.com", 0), ("contoso.com", 946598400)):
                a.begin(domain, TOKEN)
                rig.equal(a.result()[2], date, "the date of " + domain)
        for wrong in ("fabrikam.com", "fabrikam.com 2021-02-30", "fabrikam.com 2021-03-04 x", "a b", "fabrikam.com 21-03-04"):
            with open(path, "w", encoding="utf-8") as file:
                file.write(wrong + "\n")
            done = subprocess.run([dns_rig.RESOLVER, "--errands", folder + "/none", *NET.options("--registered", path)],
                capture_output=True, timeout=20)
            rig.equal((done.returncode, b"line 1" in done.stderr), (2, True), "the exit with %r" % wrong)


def a_forwarder_is_asked_instead_of_the_root_and_a_zone_at_its_own_place():
    with put("contoso.com.", NAME, "TXT", quoted(TOKEN)):
        options = ["--resolver", dns_rig.KNOT[1], "--trust-anchor", NET.anchor]
        with asker(*options) as a:
            rig.equal(a.verdict("contoso.com", TOKEN), "unreachable", "a domain whose name servers stand at private addresses")
        with asker(*options, "--zone", "inside.example=" + dns_rig.NSD[0]) as a:
            rig.equal(a.verdict("contoso.com", TOKEN), "done", "the same in a network that has zones of its own")
        at_nsd("fabrikam.com", has_token())
        with rig.folder() as folder:
            anchor = os.path.join(folder, "island")
            with open(anchor, "w", encoding="utf-8") as file:
                file.write("contoso.com. IN DS %s\n" % NET.knot.ds("contoso.com")[0])
            zones = [part for address in dns_rig.NSD for part in ("--zone", "fabrikam.com=%s@53" % address)]
            with asker(*zones, "--zone", "fabrikam.test=%s" % dns_rig.NSD[0], "--trust-anchor", anchor) as a:
                rig.equal(a.verdict("fabrikam.com", TOKEN), "done", "a zone whose servers the operator names")
                rig.equal(a.verdict("fabrikam.test", TOKEN), "unreachable", "a zone whose server does not know it (.test is nobody's own)")
                NET.nsd[0].set("fabrikam.com")
                rig.equal(a.verdict("fabrikam.com", TOKEN), "disagree", "one of the servers that the operator names has lost it")


# --- the whole path ---

FILES = {
    "fabrikam-contract.txt": "Contract for anna.rossi@fabrikam.com\nIBAN IT60X0542811101000000123456\n",
    "fabrikam-offer.txt": "write to dan@mail.fabrikam.com\n",
    "contoso-note.txt": "ask bob@contoso.com\n",
    "lookalike.txt": "ask eve@cont0so.com\n",
    "homograph.txt": "ask mallory@xn--cntoso-1ve.com\n",
}


class Whole:
    """Case, index, keyholder, resolver, and, with pages, portal and nginx."""

    def __init__(self, folder, *seal, options=()):
        self.folder, self.stack = folder, contextlib.ExitStack()
        for name, words in FILES.items():
            path = pathlib.Path(folder, "src", name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(words)
        rig.expect(rig.OK, rig.staunch("scan", folder + "/src", "--case", folder + "/case", "--progress", "never"))
        rig.expect(rig.OK, rig.staunch("keyholder", "--new-key", folder + "/seal.key"))
        rig.expect(rig.OK, rig.staunch("seal", "--case", folder + "/case", "--key", folder + "/seal.key", "-o", folder + "/index",
            "--name", "Northwind support cases", *seal))
        self.index, self.keyholder = Index(folder + "/index"), Keyholder(folder, *options)
        self.portal = Portal(self.keyholder.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.portal.close()
        self.stack.close()
        self.keyholder.stop()

    def resolver(self, *options):
        """Started, and known to the keyholder."""
        process = self.stack.enter_context(portal_rig.started(rig.STAUNCH, "resolver", "--errands", self.keyholder.errands,
            *NET.options(*options), stdout=subprocess.PIPE))
        rig.equal(process.stdout.readline(), b"ready\n", "the resolver's first words")
        time.sleep(0.1)
        return process

    def begin(self, domain):
        begun = self.portal.ask(BEGIN_DOMAIN, domain)
        rig.equal(begun.verdict, "done", "the answer to " + domain)
        return begun

    def check(self, begun):
        return self.portal.ask(CHECK_DOMAIN, secret=begun.secret)

    def records(self, session):
        return opened(self.portal, session.secret, self.index)


def line_of(begun, zone):
    rig.equal(begun.txt_name, "%s.%s" % (NAME, zone), "the name of the record")
    return "%s TXT %s" % (NAME, quoted(begun.txt_value))


def from_the_page_that_names_the_record_to_the_documents_of_the_organization():
    with rig.folder() as folder, Whole(folder) as whole, portal_rig.portal(folder, indices=[folder + "/index"],
            keyholder=whole.keyholder.path), portal_rig.nginx(folder) as port:
        at_nsd("fabrikam.com")
        whole.resolver()
        visitor = portal_rig.Visitor(port)
        page = visitor.submit("/en/domain", "/en/domain", {"domain": "fabrikam.com"})
        rig.check(NAME + ".fabrikam.com" in page.text, page.text)
        value = page.text.split("v=1; token=")[1].split("<")[0]
        rig.check("was not found" in visitor.submit("/en/proof", "/en/proof", {}).text or "not" in
            visitor.get("/en/proof").text, "the page before the record is there")
        rig.check("fabrikam-contract.txt" not in visitor.get("/en/part").text, "the part opens without a record")
        at_nsd("fabrikam.com", "%s TXT %s" % (NAME, quoted("v=1; token=" + value)))
        page = visitor.submit("/en/proof", "/en/proof", {})
        rig.check("fabrikam-contract.txt" in page.text, "the part of the organization: " + page.text)
        for text in ("contoso", "cont0so", "xn--", "bob@", "eve@", "mallory", "anna.rossi", "dan@"):
            rig.check(text not in page.text, "%r is on the page of fabrikam.com" % text)
        token = visitor.get("/en/part").token()
        answer = visitor.post("/en/export", {"case": "1", "as": "json"}, token)
        rig.equal((answer.status, answer.headers["Content-Type"]), (200, "application/zip"), "the export with the record")
        at_nsd("fabrikam.com")
        answer = visitor.follow(visitor.post("/en/export", {"case": "1", "as": "json"}, token))
        rig.check(answer.headers["Content-Type"] != "application/zip" and b"fabrikam-contract" not in answer.body,
            "the export without the record: %d" % answer.status)
        rig.check("fabrikam-contract.txt" not in visitor.get("/en/part").text, "the session goes on without the record")


def each_domain_proves_itself_and_sees_nothing_of_another():
    with rig.folder() as folder, Whole(folder) as whole:
        whole.resolver()
        domains = {"fabrikam.com": 1, "cont0so.com": 1, "xn--cntoso-1ve.com": 1}
        begun = {domain: whole.begin(domain) for domain in domains}
        for domain in domains:
            rival = "cont0so.com" if domain != "cont0so.com" else "fabrikam.com"
            at_nsd(domain, line_of(begun[rival], rival))
        for domain in domains:
            rig.equal(whole.check(begun[domain]).verdict, "not-found", domain + " with the token of a rival")
            at_nsd(domain, line_of(begun[domain], domain))
        sessions = {domain: whole.check(begun[domain]) for domain in domains}
        for domain, session in sessions.items():
            rig.equal(session.verdict, "done", "the check of " + domain)
            part = whole.records(session)
            addresses = [value[1] for row in part.rows for value in row["values"] if value[0] == "email_address"]
            rig.check(addresses and all(address.endswith(("@" + domain, "." + domain)) for address in addresses),
                "%s sees %s" % (domain, addresses))
        contoso = whole.begin("contoso.com")
        rig.equal(whole.check(contoso).verdict, "not-found", "contoso.com while only domains that look like it have records")
        with put("contoso.com.", NAME, "TXT", quoted(contoso.txt_value)):
            part = whole.records(whole.check(contoso))
        rig.equal([value[1] for row in part.rows for value in row["values"]], ["b***@contoso.com"], "what contoso.com sees")
        for name, verdict in (("mail.fabrikam.com", "part"), ("gmail.com", "public"), ("co.uk", "public"), ("com", "no-identity")):
            rig.equal(whole.portal.ask(BEGIN_DOMAIN, name).verdict, verdict, "the answer to " + name)


def the_record_is_looked_up_for_each_session_and_each_export():
    with rig.folder() as folder, Whole(folder) as whole:
        case = [whole.index.case()]
        begun = whole.begin("fabrikam.com")
        at_nsd("fabrikam.com", line_of(begun, "fabrikam.com"))
        rig.equal(whole.check(begun).verdict, "unreachable", "the check without a resolver")
        resolver = whole.resolver()
        session = whole.check(begun)
        rig.equal(session.verdict, "done", "the check with one")
        rig.equal(whole.portal.ask(EXPORT, secret=session.secret, cases=case).verdict, "done", "the export")
        resolver.terminate()
        resolver.wait(10)
        rig.equal(whole.portal.ask(EXPORT, secret=session.secret, cases=case).verdict, "unreachable", "the export without a resolver")
        rig.equal(whole.portal.ask(OPEN, secret=session.secret, cases=case).verdict, "done", "the session after that")
        whole.resolver()
        at_nsd("fabrikam.com", line_of(begun, "fabrikam.com"), first=())
        rig.equal(whole.portal.ask(EXPORT, secret=session.secret, cases=case).verdict, "not-verified", "the export when servers disagree")
        rig.equal(whole.portal.ask(OPEN, secret=session.secret, cases=case).verdict, "expired", "the session after that")
        again = whole.begin("fabrikam.com")
        rig.equal(whole.check(again).verdict, "not-found", "a new session with the token of the old one")
        at_nsd("fabrikam.com", line_of(again, "fabrikam.com"))
        rig.equal(whole.check(again).verdict, "done", "a new session with its own")


def keyholder_resolve_starts_one_and_starts_it_again():
    with rig.folder() as folder, Whole(folder, options=("--resolve", *NET.options())) as whole:
        begun = whole.begin("fabrikam.com")
        at_nsd("fabrikam.com", line_of(begun, "fabrikam.com"))
        programs = lambda: {open("/proc/%d/comm" % pid, encoding="utf-8").read().strip(): pid
            for pid in children_of(whole.keyholder.process.pid)}
        portal_rig.until(lambda: "staunch-resolve" in programs(), "the resolver beside the keyholder")
        portal_rig.until(lambda: whole.check(begun).verdict == "done", "the proof")
        os.kill(programs()["staunch-resolve"], signal.SIGKILL)
        again = whole.begin("cont0so.com")
        at_nsd("cont0so.com", line_of(again, "cont0so.com"))
        portal_rig.until(lambda: whole.check(again).verdict == "done", "the proof by a resolver that was started again")


def a_role_mailbox_reads_counts_and_a_domain_registered_since_waits():
    with rig.folder() as folder, Whole(folder, "--exposed-since", "2019-12-05") as whole:
        ages = folder + "/ages"
        with open(ages, "w", encoding="utf-8") as file:
            file.write("fabrikam.com 2020-05-01\ncont0so.com 2019-12-04\n")
        courier = Courier(whole.keyholder.errands, lookups=False)
        role = opened(whole.portal, whole.portal.mailbox(courier, "postmaster@fabrikam.com"), whole.index)
        rig.equal((role.audience, role.rows), (COUNTS, []), "what the postmaster reads")
        whole.resolver("--registered", ages)
        for domain, held in (("fabrikam.com", True), ("cont0so.com", False), ("xn--cntoso-1ve.com", False)):
            begun = whole.begin(domain)
            at_nsd(domain, line_of(begun, domain))
            got = whole.records(whole.check(begun))
            rig.equal(got == "held", held, "%s waits for a person" % domain)
        courier.close()


def with_hold_undated_only_a_domain_known_to_be_older_opens_by_itself():
    with rig.folder() as folder:
        ages = folder + "/ages"
        with open(ages, "w", encoding="utf-8") as file:
            file.write("cont0so.com 2019-12-04\n")
        with Whole(folder, "--exposed-since", "2019-12-05", options=("--hold-undated", "--registered", ages, *NET.options())) as whole:
            courier = Courier(whole.keyholder.errands, lookups=False)
            rig.check(opened(whole.portal, whole.portal.mailbox(courier, "anna.rossi@fabrikam.com"), whole.index) != "held",
                "a mailbox waits for a person")
            for domain, held in (("fabrikam.com", True), ("cont0so.com", False)):
                begun = whole.begin(domain)
                at_nsd(domain, line_of(begun, domain))
                sessions = []
                portal_rig.until(lambda begun=begun, sessions=sessions: sessions.append(whole.check(begun)) or
                    sessions[-1].verdict == "done", "the proof of " + domain)
                rig.equal(whole.records(sessions[-1]) == "held", held, "%s waits for a person" % domain)
            rig.expect(rig.OK, rig.staunch("keyholder", "--key", folder + "/seal.key", "--state", whole.keyholder.state, "--allow",
                "fabrikam.com"))
            begun = whole.begin("fabrikam.com")
            at_nsd("fabrikam.com", line_of(begun, "fabrikam.com"))
            rig.check(whole.records(whole.check(begun)) != "held", "fabrikam.com waits although it was allowed")
            courier.close()


if __name__ == "__main__":
    dns_rig.own_network()
    with rig.folder() as place, dns_rig.Internet(place, {zone: has_token() for zone in dns_rig.CASES}) as NET:
        rig.run_tests(a_signed_domain_is_proven_along_the_chain_and_an_unsigned_one_without_it,
            what_dnssec_calls_forged_is_refused_whatever_it_holds,
            trust_begins_at_the_anchors_that_were_given_and_without_any_nothing_runs,
            one_record_is_the_token_exactly_and_its_strings_are_joined,
            every_server_has_to_say_the_same,
            a_server_that_leaves_the_others_out_does_not_prove_alone,
            an_answer_that_does_not_fit_comes_by_tcp,
            an_alias_may_hand_the_proof_over_unless_it_is_a_wildcard,
            a_zone_below_the_domain_is_asked_at_its_own_servers,
            an_honest_second_server_is_the_control_of_these_tests,
            a_server_that_stalls_is_unreachable_in_time_and_holds_up_nobody_else,
            twenty_proofs_that_stall_wait_for_one_another_and_end,
            a_server_without_authority_or_with_damaged_answers_is_no_server,
            guesses_from_elsewhere_are_passed_over,
            a_server_of_the_zone_may_have_another_answer_in_upper_case,
            each_proof_is_a_process_in_a_jail_and_its_end_is_its_own,
            it_waits_for_a_keyholder_that_comes_late_goes_or_talks_nonsense,
            the_operator_says_when_domains_were_registered,
            a_forwarder_is_asked_instead_of_the_root_and_a_zone_at_its_own_place,
            from_the_page_that_names_the_record_to_the_documents_of_the_organization,
            each_domain_proves_itself_and_sees_nothing_of_another,
            the_record_is_looked_up_for_each_session_and_each_export,
            keyholder_resolve_starts_one_and_starts_it_again,
            a_role_mailbox_reads_counts_and_a_domain_registered_since_waits,
            with_hold_undated_only_a_domain_known_to_be_older_opens_by_itself)
