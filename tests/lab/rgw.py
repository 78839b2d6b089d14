"""Ceph RGW from Debian, a real S3 server: one monitor, one OSD that keeps everything in memory, one gateway. `open` has a
bucket of every way to be open, `closed` only private ones. Bucket names must not begin with auth or swift: those paths are
other interfaces of the gateway."""
import base64
import email.utils
import hashlib
import hmac
import signal
import uuid

from lab import Server, records, wire
from lab.place import HOST

MODES = ("open", "closed")
NEEDS = (("ceph-mon", "ceph-mon"), ("ceph-osd", "ceph-osd"), ("radosgw", "radosgw"), ("ceph", "ceph-common"))
ACCESS, SECRET = "LABACCESS", "LABSECRET"
# An account that owns nothing here, for what any authenticated user may do.
STRANGER_ACCESS, STRANGER_SECRET = "OTHERACCESS", "OTHERSECRET"
SUBRESOURCES = ("acl", "policy", "versioning", "versions", "location", "website", "uploads", "publicAccessBlock")
# Bucket: (canned ACL, objects as (key, canned ACL)).
OPEN = {
    "pub": ("public-read", (("k1.txt", None), ("dir/a%20b%26%C3%A9%2B.csv", None), ("cases.jsonl", "public-read"))),
    "priv": (None, (("k1.txt", None),)),
    "anyuser": ("authenticated-read", (("k1.txt", None),)),
    "pubrw": ("public-read-write", (("k1.txt", "public-read"),)),
    "objpub": (None, (("open.txt", "public-read"), ("closed.txt", None))),
    "polpub": (None, (("cases.jsonl", None),)),
    "versioned": ("public-read", (("old.txt", "public-read"),)),
    "blocked": ("public-read", (("k1.txt", "public-read"),)),
}
CLOSED = {"priv": (None, (("k1.txt", None),)), "archive": (None, (("cases.jsonl", None),))}
POLICY = (b'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:ListBucket","s3:GetObject"],'
    b'"Resource":["arn:aws:s3:::polpub","arn:aws:s3:::polpub/*"]}]}')
VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
BLOCK = (b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
    b"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets>"
    b"</PublicAccessBlockConfiguration>")
CONFIGURATION = """[global]
fsid = {fsid}
mon_initial_members = a
mon_host = v1:127.0.0.1:{monitor}
ms_bind_msgr2 = false
ms_bind_ipv6 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
osd_pool_default_pg_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_objectstore = memstore
memstore_device_bytes = 268435456
mon_max_pg_per_osd = 1000
mon_data_avail_crit = 1
paxos_propose_interval = 0.05
paxos_min_wait = 0.01
mon_osd_min_down_reporters = 1
run_dir = {folder}/run
admin_socket = {folder}/run/$name.asok
log_file = {folder}/log-$name
crash_dir = {folder}/run
mon_data = {folder}/mon
osd_data = {folder}/osd
keyring = {folder}/keyring
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
pid_file =
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:{port}
rgw_data = {folder}/rgw
rgw_dns_name = s3.localhost
rgw_thread_pool_size = 32
rgw_enable_usage_log = false
rgw_run_sync_thread = false
rgw_bucket_default_quota_max_objects = -1
"""


def request(port, method, path, body=b"", headers=(), access=ACCESS, secret=SECRET):
    """One request of the owner, signed as AWS Signature Version 2 says; path as it goes out."""
    headers = {**dict(headers), "Date": email.utils.formatdate(usegmt=True)}
    bare, _, query = path.partition("?")
    signed = "&".join(sorted(word for word in query.split("&") if word.split("=")[0] in SUBRESOURCES))
    amz = "".join("%s:%s\n" % (k.lower(), headers[k]) for k in sorted(headers) if k.lower().startswith("x-amz-"))
    words = "%s\n\n%s\n%s\n%s%s" % (method, headers.get("Content-Type", ""), headers["Date"], amz, bare)
    digest = hmac.new(secret.encode(), (words + ("?" + signed if signed else "")).encode(), hashlib.sha1).digest()
    headers["Authorization"] = "AWS %s:%s" % (access, base64.b64encode(digest).decode())
    return wire.http_request(port, method, path, body, headers)


def ask(place, port, method, path, body=b"", headers=()):
    answer = request(port, method, path, body, headers)
    if answer.status not in (200, 204):
        raise place.failure("%s %s: %r" % (method, path, answer))


def fill(place, port, buckets):
    for bucket, (acl, objects) in buckets.items():
        ask(place, port, "PUT", "/" + bucket, headers={"x-amz-acl": acl} if acl else {})
        if bucket == "versioned":
            ask(place, port, "PUT", "/versioned?versioning", VERSIONING)
            ask(place, port, "PUT", "/versioned/old.txt", b"the first version", {"x-amz-acl": "public-read"})
        for key, level in objects:
            body = records.json_lines() if key.endswith(".jsonl") else ("%s of %s" % (key, bucket)).encode()
            ask(place, port, "PUT", "/%s/%s" % (bucket, key), body, {"x-amz-acl": level} if level else {})
    if "polpub" in buckets:
        ask(place, port, "PUT", "/polpub?policy", POLICY)
        ask(place, port, "PUT", "/blocked?publicAccessBlock", BLOCK)


def run(place):
    port, monitor, fsid, osd = place.port(), place.port(), uuid.uuid4(), uuid.uuid4()
    for name in ("mon", "osd", "rgw", "run"):
        place.subfolder(name)
    place.write("ceph.conf", CONFIGURATION.format(fsid=fsid, monitor=monitor, port=port, folder=place.folder))
    config = ("-c", place.path("ceph.conf"))
    own = ("--no-mon-config",)  # with the monitor's, a client may ask before it knows the cluster's id, and is refused
    place.run("monmaptool", "--create", "--addv", "a", "[v1:%s:%d]" % (HOST, monitor), "--fsid", fsid, place.path("monmap"))
    place.run("ceph-mon", *config, "--mkfs", "-i", "a", "--monmap", place.path("monmap"))
    place.spawn("ceph-mon", *config, "-i", "a", "-f", stop=signal.SIGKILL)
    place.wait_port(monitor)
    # A monitor that accepts connections may still refuse everybody, until it has found itself; asked again it gives the same id.
    place.wait(lambda: place.run("ceph", *config, *own, "--connect-timeout", "20", "osd", "new", osd, may_fail=True).strip() == b"0",
        "the monitor knows the store", 60)
    place.run("ceph-osd", *config, "-i", "0", "--mkfs", "--osd-uuid", osd)
    place.spawn("ceph-osd", *config, *own, "-i", "0", "-f", stop=signal.SIGKILL)
    place.spawn("radosgw", *config, *own, "-n", "client.rgw", "-f", stop=signal.SIGKILL)
    place.wait(lambda: wire.get(port, "/").status == 200, "the gateway answers", 120)
    place.run("radosgw-admin", *config, *own, "user", "create", "--uid=owner", "--display-name=Owner", "--access-key=" + ACCESS,
        "--secret-key=" + SECRET)
    place.run("radosgw-admin", *config, *own, "user", "create", "--uid=stranger", "--display-name=Stranger",
        "--access-key=" + STRANGER_ACCESS, "--secret-key=" + STRANGER_SECRET)
    buckets = OPEN if place.mode == "open" else CLOSED
    fill(place, port, buckets)
    return Server(place, port, "http://%s:%d" % (HOST, port), {"buckets": buckets, "access": ACCESS, "secret": SECRET,
        "stranger_access": STRANGER_ACCESS, "stranger_secret": STRANGER_SECRET})
