"""A front that answers as Google Cloud Storage does to a caller without credentials: front_gcs.py PORT STATE. No package of
Debian, npm or Maven Central is a server of it. It is written from Google's public pages, below cloud.google.com/storage/docs,
and from answers of the service quoted in public issues:
- XML (xml-api/reference-status): no right is 403 AccessDenied with Details, no bucket 404 NoSuchBucket, a missing object 404
  NoSuchKey only for who may list, else 403;
- listing (xml-api/get-bucket-list): at most 1000, NextContinuationToken an encoded name and generation; `versions`;
- objects (xml-api/get-object-download): Range, If-Match (412), `generation` asks for one version, gone with the object where
  older ones are not kept; x-goog-generation says which version came (xml-api/reference-headers);
- gzip (transcoding): with Content-Encoding gzip an object is unpacked on its way, without Content-Length, Range ignored, unless
  the request accepts gzip;
- JSON (json_api/v1/status-codes): no right is 401 with `required`, no bucket 404 `notFound`, media of a missing object a text;
- testPermissions (json_api/v1/buckets/testIamPermissions) needs no permission and tells which of those asked for the caller has;
- requester pays (requester-pays): 400 UserProjectMissing; uniform (uniform-bucket-level-access): access lists are 400 for who may
  read them; perimeter: 403 SecurityPolicyViolated; filtered (ip-filtering-overview): refused although the policy grants it.
What it cannot show: quotas, signed URLs, and whether testPermissions really answers everybody alike.
STATE is read anew for every request, so a test can close a bucket: {"buckets": {NAME: {"grants": [PERMISSION...], "objects":
{KEY: {"text" or "base64", "generation", "encoding", "old", "acl", "now"}}, "policy", "requester_pays", "perimeter", "filtered",
"uniform", "versioned", "page"}}}; now: what took the object's place after it was listed (its generation is kept where the
bucket is `versioned`: object-versioning); page: names on a page of XML; old: text of a noncurrent generation, one less; acl: anybody may read it; encoding: its Content-Encoding."""
import base64
import gzip
import hashlib
import http.server
import json
import sys
import urllib.parse
import xml.sax.saxutils

LIST, GET = "storage.objects.list", "storage.objects.get"
POLICY, BUCKET = "storage.buckets.getIamPolicy", "storage.buckets.get"
MODIFIED, MODIFIED_HTTP = "2019-12-31T08:15:30.123Z", "Tue, 31 Dec 2019 08:15:30 GMT"
PAGE = 1000


class Refused(Exception):
    """status, XML code, JSON reason, message, details."""


def data_of(row):
    return base64.b64decode(row["base64"]) if "base64" in row else row["text"].encode()


def denied(permission, thing):
    return "Anonymous caller does not have %s access to the Google Cloud Storage %s. Permission '%s' denied on resource " \
        "(or it may not exist)." % (permission, thing, permission)


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version, server_version, sys_version = "HTTP/1.1", "UploadServer", ""

    def log_message(self, *words):
        print(*words, flush=True)

    # --- state ---

    def bucket(self, name):
        with open(sys.argv[2], encoding="utf-8") as file:
            buckets = json.load(file)["buckets"]
        if name not in buckets:
            raise Refused(404, "NoSuchBucket", "notFound", "The specified bucket does not exist.", "")
        bucket = buckets[name]
        if bucket.get("requester_pays"):
            raise Refused(400, "UserProjectMissing", "required",
                "Bucket is a requester pays bucket but no user project provided.", "")
        if bucket.get("perimeter"):
            raise Refused(403, "SecurityPolicyViolated", "securityPolicyViolated", "Request violates VPC Service Controls.", "")
        return bucket

    @staticmethod
    def want(bucket, permission, thing="bucket"):
        if permission not in bucket["grants"] or bucket.get("filtered"):
            raise Refused(403, "AccessDenied", "required", "Access denied.", denied(permission, thing))

    def object(self, bucket, key, generation=None):
        row = bucket["objects"].get(key)
        if row is not None and "now" in row and (generation is None or not bucket.get("versioned")):
            row = row["now"]
        if row is not None and generation not in (None, str(row["generation"])):
            old = row.get("old") is not None and generation == str(row["generation"] - 1)
            row = {"text": row["old"], "generation": row["generation"] - 1} if old else None
        if bucket.get("filtered"):
            raise Refused(403, "AccessDenied", "required", "Access denied.", denied(GET, "object"))
        if not (row or {}).get("acl"):
            if GET not in bucket["grants"] or row is None and LIST not in bucket["grants"]:
                raise Refused(403, "AccessDenied", "required", "Access denied.", denied(GET, "object"))
        if row is None:
            raise Refused(404, "NoSuchKey", "notFound", "The specified key does not exist.", "")
        return row

    # --- answers ---

    def answer(self, status, body, kind, headers=()):
        self.send_response(status)
        self.send_header("x-guploader-uploadid", "lab-%d" % id(self))
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def xml(self, status, text):
        self.answer(status, ("<?xml version='1.0' encoding='UTF-8'?>" + text).encode(), "application/xml; charset=UTF-8")

    def json(self, status, value, headers=()):
        self.answer(status, json.dumps(value).encode(), "application/json; charset=UTF-8", headers)

    def media(self, row):
        data = data_of(row)
        etag = '"%s"' % hashlib.md5(data).hexdigest()
        if self.headers.get("If-Match", etag) != etag:
            raise Refused(412, "PreconditionFailed", "conditionNotMet",
                "At least one of the pre-conditions you specified did not hold.", "")
        headers = [("ETag", etag), ("x-goog-generation", str(row["generation"])), ("Last-Modified", MODIFIED_HTTP),
            ("Accept-Ranges", "bytes"), ("x-goog-stored-content-length", str(len(data))),
            ("x-goog-stored-content-encoding", row.get("encoding", "identity"))]
        if row.get("encoding") == "gzip" and "gzip" not in self.headers.get("Accept-Encoding", ""):
            self.unpacked(gzip.decompress(data), headers)
            return
        if row.get("encoding"):
            headers.append(("Content-Encoding", row["encoding"]))
        status, (first, last) = 200, (0, len(data) - 1)
        if self.headers.get("Range", "").startswith("bytes="):
            begin, _, end = self.headers["Range"][6:].partition("-")
            first, last = int(begin), min(int(end or last), last)
            if first > last:
                raise Refused(416, "InvalidRange", "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.",
                    "")
            status, more = 206, ("Content-Range", "bytes %d-%d/%d" % (first, last, len(data)))
            headers.append(more)
        self.answer(status, data[first:last + 1], "text/plain", headers)

    def unpacked(self, data, headers):
        """Decompressive transcoding: all of it, in chunks, whatever range was asked for."""
        self.send_response(200)
        for name, value in headers + [("x-guploader-uploadid", "lab"), ("Transfer-Encoding", "chunked"),
                ("Warning", '214 UploadServer gunzipped'), ("Content-Type", "text/plain")]:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write((b"%x\r\n%s\r\n" % (len(data), data) if data else b"") + b"0\r\n\r\n")

    # --- XML API ---

    def xml_list(self, name, bucket, query):
        self.want(bucket, LIST)
        encode = urllib.parse.quote if query.get("encoding-type") == "url" else xml.sax.saxutils.escape
        second = query.get("list-type") == "2"
        after = query.get("continuation-token" if second else "marker", "")
        after = base64.b64decode(after).decode() if second and after else after
        keys = sorted(key for key in bucket["objects"] if key > after and key.startswith(query.get("prefix", "")))
        page = keys[:min(int(query.get("max-keys", PAGE)), bucket.get("page", PAGE))]
        text = "<ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'><Name>%s</Name><Prefix>%s</Prefix>" % (
            name, encode(query.get("prefix", "")))
        if len(page) < len(keys):
            text += "<NextContinuationToken>%s</NextContinuationToken>" % base64.b64encode(page[-1].encode()).decode() \
                if second else "<NextMarker>%s</NextMarker>" % encode(page[-1])
        text += "<IsTruncated>%s</IsTruncated>" % ("true" if len(page) < len(keys) else "false")
        rows = [(key, bucket["objects"][key]) for key in page]
        if query.get("versions") == "true":
            rows = [pair for key, row in rows for pair in ([(key, {"text": row["old"], "generation": row["generation"] - 1})]
                if row.get("old") else []) + [(key, row)]]
        for key, row in rows:
            data = data_of(row)
            text += "<Contents><Key>%s</Key><Generation>%d</Generation><MetaGeneration>1</MetaGeneration><LastModified>%s" \
                "</LastModified><ETag>\"%s\"</ETag><Size>%d</Size></Contents>" % (encode(key), row["generation"], MODIFIED,
                    hashlib.md5(data).hexdigest(), len(data))
        self.xml(200, text + "</ListBucketResult>")

    def xml_api(self, path, query):
        name, _, key = path.partition("/")
        if not name:
            raise Refused(400, "MissingSecurityHeader", "required", "Your request was missing a required header.",
                "Authorization")
        bucket = self.bucket(name)
        if key:
            self.media(self.object(bucket, key, query.get("generation")))
        elif "acl" in query or "cors" in query or "policy" in query:
            self.want(bucket, POLICY)
            if bucket.get("uniform"):
                raise Refused(400, "InvalidArgument", "invalid", "Cannot get legacy ACL for a bucket that has uniform "
                    "bucket-level access. Read more at https://cloud.google.com/storage/docs/uniform-bucket-level-access", "")
            self.xml(200, "<AccessControlList></AccessControlList>")
        else:
            self.xml_list(name, bucket, query)

    # --- JSON API ---

    @staticmethod
    def item(name, key, row, data):
        return {"kind": "storage#object", "id": "%s/%s/%d" % (name, key, row["generation"]), "name": key, "bucket": name,
            "generation": str(row["generation"]), "metageneration": "1", "contentType": "text/plain", "size": str(len(data)),
            "md5Hash": base64.b64encode(hashlib.md5(data).digest()).decode(), "timeCreated": MODIFIED, "updated": MODIFIED}

    def json_list(self, name, bucket, query):
        self.want(bucket, LIST)
        after = base64.b64decode(query.get("pageToken", "")).decode()
        keys = sorted(key for key in bucket["objects"] if key > after and key.startswith(query.get("prefix", "")))
        page, items = keys[:min(int(query.get("maxResults", PAGE)), PAGE)], []
        for key in page:
            row = bucket["objects"][key]
            if query.get("versions") == "true" and row.get("old"):
                old = self.item(name, key, {"generation": row["generation"] - 1}, row["old"].encode())
                items.append({**old, "timeDeleted": MODIFIED})
            items.append(self.item(name, key, row, data_of(row)))
        more = {"nextPageToken": base64.b64encode(page[-1].encode()).decode()} if len(page) < len(keys) else {}
        self.json(200, {"kind": "storage#objects", **more, **({"items": items} if items else {})})

    def json_api(self, path, query, pairs):
        name, _, rest = path.partition("/")
        bucket = self.bucket(urllib.parse.unquote(name))
        if rest == "":
            self.want(bucket, BUCKET)
            self.json(200, {"kind": "storage#bucket", "id": name, "name": name, "timeCreated": MODIFIED, "updated": MODIFIED,
                "iamConfiguration": {"uniformBucketLevelAccess": {"enabled": bool(bucket.get("uniform"))},
                    "publicAccessPrevention": "inherited"}})
        elif rest == "iam":
            self.want(bucket, POLICY)
            self.json(200, {"kind": "storage#policy", "resourceId": "projects/_/buckets/" + name, "version": 1,
                "bindings": bucket.get("policy", [])})
        elif rest == "iam/testPermissions":
            held = [value for key, value in pairs if key == "permissions" and value in bucket["grants"]]
            self.json(200, {"kind": "storage#testIamPermissionsResponse", **({"permissions": held} if held else {})})
        elif rest == "o":
            self.json_list(name, bucket, query)
        elif rest.startswith("o/"):
            key = urllib.parse.unquote(rest[2:])
            row = self.object(bucket, key)
            if query.get("alt") == "media":
                self.media(row)
            else:
                self.json(200, self.item(name, key, row, data_of(row)))
        else:
            raise Refused(404, "NoSuchKey", "notFound", "Not Found", "")

    def refuse_json(self, status, reason, message, details):
        status = 401 if status == 403 else status
        if status == 404 and "/o/" in self.path and "alt=media" in self.path:
            self.answer(404, b"No such object: " + self.path.encode(), "text/html; charset=UTF-8")
            return
        row = {"message": details or message, "domain": "global", "reason": reason}
        if status == 401:
            row.update(locationType="header", location="Authorization")
        self.json(status, {"error": {"code": status, "message": details or message, "errors": [row]}},
            [("WWW-Authenticate", 'Bearer realm="https://accounts.google.com/"')] if status == 401 else [])

    def serve(self):
        path, _, words = self.path.partition("?")
        pairs = urllib.parse.parse_qsl(words, keep_blank_values=True)
        is_json = path.startswith("/storage/v1/b/")
        try:
            if is_json:
                self.json_api(path[len("/storage/v1/b/"):], dict(pairs), pairs)
                return
            path = urllib.parse.unquote(path[1:])
            host = self.headers.get("Host", "").partition(":")[0]
            self.xml_api("%s/%s" % (host.partition(".storage.")[0], path) if ".storage." in host else path, dict(pairs))
        except Refused as why:
            status, code, reason, message, details = why.args
            if is_json:
                self.refuse_json(status, reason, message, details)
            else:
                self.xml(status, "<Error><Code>%s</Code><Message>%s</Message>%s</Error>" % (code, message,
                    "<Details>%s</Details>" % xml.sax.saxutils.escape(details) if details else ""))

    do_GET = do_HEAD = serve


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Front).serve_forever()
