"""Log text in which nothing is personal and no address of a machine stands: every finding in it is false. It is full of what
detectors trip over: long numbers, dates, versions, identifiers, dotted and grouped digits, words with an @."""
import random

SERVICES = "auth billing catalog search export mailer scheduler gateway ledger metrics session upload worker index".split()
WORDS = "alder birch cedar dune ember fjord grove heath islet juniper kelp larch marsh nook oak pine quarry reed".split()


class Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.at = 1_700_000_000_000

    def digits(self, count):
        return "%0*d" % (count, self.rng.randrange(10 ** count))

    def hexa(self, count):
        return "%0*x" % (count, self.rng.getrandbits(4 * count))

    def uuid(self):
        return "-".join(self.hexa(n) for n in (8, 4, 4, 4, 12))

    def stamp(self):
        self.at += self.rng.randrange(1, 4000)
        seconds = self.at // 1000
        day, rest = divmod(seconds - 1_699_920_000, 86400)
        return "2023-%02d-%02d" % (11 + day // 30 % 2, 1 + day % 30), "%02d:%02d:%02d" % (rest // 3600, rest // 60 % 60, rest % 60)

    def version(self):
        n = self.rng.randrange
        return self.rng.choice(["%d.%d.%d" % (n(20), n(40), n(900)), "%d.%d.%d-%d" % (n(9), n(30), n(30), n(99)),
            "v%d.%d.%d.%d" % (n(20), n(10), n(300), n(20)), "%d:%d.%d.%d+dfsg-%d" % (n(3), n(9), n(30), n(30), n(9))])

    def path(self):
        return "/".join([""] + [self.rng.choice(WORDS) for _ in range(self.rng.randrange(1, 4))]) + self.rng.choice(
            ["", "/%s" % self.digits(8), "?page=%s" % self.digits(2), "?order=%s&v=%s" % (self.digits(12), self.version()),
                "/icon@2x.png", "/%s" % self.uuid()])

    def web(self):
        day, time = self.stamp()
        return '- - [%s:%s +0000] "%s %s HTTP/1.1" %d %s "-" "check/%s" %s' % (day, time,
            self.rng.choice(["GET", "POST", "PUT"]), self.path(), self.rng.choice([200, 204, 304, 404, 500]), self.digits(5),
            self.version(), self.digits(3))

    def application(self):
        day, time = self.stamp()
        n = self.rng.randrange
        text = self.rng.choice([
            "request %s took %d ms, %d rows, offset %s" % (self.uuid(), n(9000), n(500), self.digits(13)),
            "order %s-%s-%s accepted, lot %s" % (self.digits(3), self.digits(7), self.digits(7), self.digits(16)),
            "batch %s: %s of %s done, checksum %s" % (self.digits(16), self.digits(6), self.digits(6), self.hexa(64)),
            "meeting at noon. com ports %d and %d are open" % (n(9), n(9)),
            "installed %s@%s (%s@%s)" % (self.rng.choice(WORDS), self.version(), self.rng.choice(WORDS), self.version()),
            "balance %s.%s, delta -%s.%s, rate 0.%s" % (self.digits(6), self.digits(2), self.digits(3), self.digits(2), self.digits(9)),
            "retry at %s.%s (attempt %d) +%s us" % (self.digits(10), self.digits(6), n(9), self.digits(8)),
            "range %d-%d, window %s/%s, step +%d" % (n(9999), n(99999), self.digits(5), self.digits(5), n(99)),
            "coordinates %d.%s, -%d.%s" % (n(90), self.digits(6), n(180), self.digits(6)),
            "password changed for account #%s" % self.digits(6), "token expired, session %s" % self.hexa(8),
            "key %s evicted, secret rotation in %d days" % (self.hexa(8), n(90)),
            "part number %s-%s-%s rev %s" % (self.digits(3), self.digits(2), self.digits(4), self.rng.choice("ABC")),
            "%s/%s/%s %s:%s file moved" % (self.digits(2), self.digits(2), self.digits(4), self.digits(2), self.digits(2)),
            "GB%s lot, DE%s shelf, IT%s pallet" % (self.digits(6), self.digits(9), self.digits(5))])
        return "%sT%s.%sZ %-5s [%s.%s] %s" % (day, time, self.digits(3), self.rng.choice(["INFO", "WARN", "DEBUG"]),
            self.rng.choice(SERVICES), self.rng.choice(WORDS), text)

    def system(self):
        _, time = self.stamp()
        n = self.rng.randrange
        return "Nov %2d %s node-%02d %s" % (1 + n(28), time, n(40), self.rng.choice([
            "kernel: [%12.6f] usb %d-%d.%d: new high-speed device, idVendor=%s" % (n(10 ** 12) / 1e6, n(4), n(4), n(8), self.hexa(4)),
            "kernel: [%12.6f] nvme0: completed %s blocks at 0x%s" % (n(10 ** 11) / 1e6, self.digits(9), self.hexa(16)),
            "systemd[1]: Started user@%d.service - User Manager for UID %d." % (1000 + n(90), 1000 + n(90)),
            "systemd[1]: getty@tty%d.service: Deactivated successfully." % n(9),
            "dpkg: status installed lib%s%d:amd64 %s" % (self.rng.choice(WORDS), n(9), self.version()),
            "CRON[%s]: (root) CMD (test -x /usr/sbin/%s || run-parts --report)" % (self.digits(5), self.rng.choice(WORDS)),
            "sensor: temp %d.%d C, fan %s rpm, mac %s" % (n(90), n(10), self.digits(4), ":".join(self.hexa(2) for _ in range(6)))]))

    def structured(self):
        day, time = self.stamp()
        return ('{"ts":"%sT%sZ","level":"info","trace":"%s","span":"%s","svc":"%s","n":%s,"big":%s,"ratio":0.%s,"tag":"%s@%s",'
            '"phase":"%s","number":"%s"}' % (day, time, self.hexa(32), self.hexa(16), self.rng.choice(SERVICES), self.digits(4).lstrip("0") or "0",
                "1" + self.digits(15), self.digits(12), self.rng.choice(WORDS), self.version(), self.rng.choice(WORDS), self.digits(9)))

    def trace(self):
        cls = "example.%s.%s" % (self.rng.choice(SERVICES), self.rng.choice(WORDS).title())
        return "\tat %s.run(%s.java:%s) ~[%s-%s.jar:%s]\n\t@Override %s@%s waiting on <0x%s>" % (cls, cls.rsplit(".", 1)[-1],
            self.digits(3), self.rng.choice(WORDS), self.version(), self.version(), cls, self.hexa(8), self.hexa(16))


def make(size_bytes, seed=2019):
    """(name, bytes) of four kinds of log."""
    maker = Maker(seed)
    for name, line in (("web server", maker.web), ("application", lambda: maker.trace() if maker.rng.random() < 0.05 else
            maker.application()), ("system", maker.system), ("structured", maker.structured)):
        lines, size = [], 0
        while size < size_bytes // 4:
            lines.append(line())
            size += len(lines[-1]) + 1
        yield name, ("\n".join(lines) + "\n").encode()


# Numbers that only look: how often do random digits pass? What passes every public rule cannot be told from a real value.
RANDOM = [("payment_card", "16 digits in groups of four", lambda m: " ".join(m.digits(4) for _ in range(4))),
    ("payment_card", "16 digits in one piece", lambda m: m.digits(16)),
    ("phone_number", "+ and 11 digits", lambda m: "+" + m.digits(11)),
    ("phone_number", "11 digits", lambda m: m.digits(11)),
    ("phone_number", "00 and 11 digits", lambda m: "00" + m.digits(11)),
    ("iban", "two letters and 20 digits", lambda m: m.rng.choice(["DE", "ES", "GB", "PL", "SE"]) + m.digits(20)),
    ("national_id", "9 digits in groups 3-2-4", lambda m: "-".join((m.digits(3), m.digits(2), m.digits(4)))),
    ("national_id", "11 digits", lambda m: m.digits(11)),
    ("vat_number", "two letters and 9 digits", lambda m: m.rng.choice(["DE", "BE", "PL", "GB", "AT", "SI"]) + m.digits(9)),
    ("ip_address", "four numbers below 30 with dots", lambda m: ".".join(str(m.rng.randrange(30)) for _ in range(4)))]


def random_numbers(count, seed=2019):
    """(kind, what, bytes with one number a line, how many)."""
    for kind, what, write in RANDOM:
        maker = Maker(seed)
        yield kind, what, "\n".join("row %d value %s done" % (i, write(maker)) for i in range(count)).encode(), count
