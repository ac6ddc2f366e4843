#!/usr/bin/env python3
"""An object store for tests: as strict as S3 where real servers are, and failing when told to.

    s3_stub.py [--port N]

Prints "s3 stub listens on http://127.0.0.1:PORT" when it does. Holds everything in memory. Keys:
"stub-key" with the secret "stub-secret" in region "stub-1"; a session token, if one is sent, must be
"stub-token" ("expired" is one that has expired). Buckets are named by the path or by the host.

Tests speak to it by JSON below /_stub/, unsigned:
    PUT /_stub/BUCKET            makes a bucket, or changes it: {"quota": bytes, "page": keys in a
                                 listing, "uploads_age": seconds that uploads look older,
                                 "forbidden": [methods], "region": where it says it lies,
                                 "gone": true, as if it were removed; "keys_last": GETs of objects
                                 until our keys have expired; "clock": seconds that it is ahead,
                                 "faults": [{"kind": "500" | "503" | "cut" | "reset", "count": n,
                                 "rate": 0..1, "method": ..., "query": a name in the query,
                                 "after": whether the request is carried out first}]}
    GET /_stub/BUCKET            {"objects": {key: bytes}, "uploads": [keys], "requests": n,
                                 "received": bytes, "sent": bytes, "faults_met": n}
"""
import argparse
import base64
import calendar
import hashlib
import hmac
import json
import random
import re
import threading
import time
import urllib.parse
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape, unescape

ACCESS_KEY, SECRET_KEY, TOKEN, REGION = "stub-key", "stub-secret", "stub-token", "stub-1"
LEAST_PART_BYTES = 5 << 20
LONGEST_SKEW_SECONDS = 15 * 60


class Refusal(Exception):
    def __init__(self, status, code, message, more=""):
        super().__init__(message)
        self.status, self.code, self.message, self.more = status, code, message, more


class Object:
    def __init__(self, data, etag, meta):
        self.data, self.etag, self.meta, self.modified = data, etag, meta, time.time()


class Upload:
    def __init__(self, key, meta):
        self.key, self.meta, self.begun, self.parts = key, meta, time.time(), {}


class Bucket:
    def __init__(self, name):
        self.name, self.objects, self.uploads = name, {}, {}
        self.settings = {"quota": None, "page": 1000, "uploads_age": 0, "forbidden": [],
                         "region": REGION, "faults": [], "gone": False, "keys_last": None, "clock": 0}
        self.requests = self.faults_met = self.last_upload = 0
        self.received = self.sent = 0  # bytes of bodies
        self.chance = random.Random(7)

    def stored(self):
        return (sum(len(one.data) for one in self.objects.values()) +
                sum(len(data) for upload in self.uploads.values() for data, _ in upload.parts.values()))

    def fault(self, method, query):
        for fault in self.settings["faults"]:
            if fault.get("count") == 0 or fault.get("method", method) != method:
                continue
            if "query" in fault and fault["query"] not in query:
                continue
            if self.chance.random() >= fault.get("rate", 1):
                continue
            if "count" in fault:
                fault["count"] -= 1
            self.faults_met += 1
            return fault
        return None


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % (seconds % 1 * 1000)


def quoted_md5(data):
    return '"' + hashlib.md5(data).hexdigest() + '"'


def encoded(text):
    return urllib.parse.quote(text, safe="-._~")


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def check_signature(method, raw_path, query, headers, body, settings):
    authorization = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/,]+)/(\d{8})/([^/]+)/s3/aws4_request, ?"
        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", headers.get("authorization", ""))
    if not authorization:
        raise Refusal(403, "AccessDenied", "no usable Authorization header")
    key_id, day, region, names, signature = authorization.groups()
    if key_id != ACCESS_KEY:
        raise Refusal(403, "InvalidAccessKeyId", "the access key does not exist")
    token = headers.get("x-amz-security-token", TOKEN)
    if token == "expired" or settings.get("keys_last") == 0:
        raise Refusal(400, "ExpiredToken", "the provided token has expired")
    if token != TOKEN:
        raise Refusal(400, "InvalidToken", "the provided token is malformed")
    stamp = headers.get("x-amz-date", "")
    if not stamp.startswith(day):
        raise Refusal(403, "SignatureDoesNotMatch", "the date is not that of the credential")
    asked = time.strptime(stamp + " UTC", "%Y%m%dT%H%M%SZ %Z")
    now = time.time() + settings.get("clock", 0)
    if abs(calendar.timegm(asked) - now) > LONGEST_SKEW_SECONDS:
        raise Refusal(403, "RequestTimeTooSkewed", "the difference of the clocks is too large",
                      f"<RequestTime>{stamp}</RequestTime><ServerTime>{iso(now)}</ServerTime>")
    if region != REGION:
        raise Refusal(400, "AuthorizationHeaderMalformed", f"the region {region} is wrong",
                      f"<Region>{REGION}</Region>")
    signed = names.split(";")
    must = {"host"} | {name for name in headers if name.startswith("x-amz-")
                       or name in ("range", "if-match", "if-none-match", "content-md5", "content-type")}
    if sorted(signed) != signed or not must <= set(signed):
        raise Refusal(403, "SignatureDoesNotMatch", f"not signed: {must - set(signed)}")
    digest = hashlib.sha256(body).hexdigest()
    if headers.get("x-amz-content-sha256") != digest:
        raise Refusal(400, "XAmzContentSHA256Mismatch", "the body is not the one that was signed")
    if "content-md5" in headers and base64.b64encode(hashlib.md5(body).digest()).decode() != headers["content-md5"]:
        raise Refusal(400, "BadDigest", "the body does not have this Content-MD5")
    pairs = sorted(encoded(name) + "=" + encoded(value) for name, value in query.items())
    canonical = "\n".join([
        method, raw_path, "&".join(pairs),
        *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in signed), "", names, digest])
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + SECRET_KEY).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = sign(key, part)
    if sign(key, to_sign).hex() != signature:
        raise Refusal(403, "SignatureDoesNotMatch", "the signature is not the one that we compute")


class Store:
    """Carries out requests that were let in. All below one lock: tests ask for little at once."""

    def __init__(self):
        self.lock = threading.Lock()
        self.buckets = {}

    def find(self, name):
        if name not in self.buckets or self.buckets[name].settings["gone"]:
            raise Refusal(404, "NoSuchBucket", "the bucket does not exist")
        return self.buckets[name]

    def room(self, bucket, data):
        quota = bucket.settings["quota"]
        if quota is not None and bucket.stored() + len(data) > quota:
            raise Refusal(403, "QuotaExceeded", "the quota of the bucket is used up")

    # Each answers (status, headers, body).

    def bucket_request(self, bucket, method, query, body):
        if method == "GET" and query.get("list-type") == "2":
            return self.list(bucket, query)
        if method == "GET" and "uploads" in query:
            return self.list_uploads(bucket, query)
        if method == "POST" and "delete" in query:
            for key in re.findall(r"<Key>(.*?)</Key>", body.decode()):
                bucket.objects.pop(unescape(key), None)
            return 200, {}, b"<DeleteResult></DeleteResult>"
        raise Refusal(501, "NotImplemented", "the stub does not know this request")

    def list(self, bucket, query):
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        after = query.get("continuation-token", "")
        rows, seen, last, more = [], set(), after, False
        for key in sorted(bucket.objects):
            if not key.startswith(prefix) or key <= after:
                continue
            cut = key.find(delimiter, len(prefix)) if delimiter else -1
            folder = key[:cut + 1] if cut >= 0 else None
            if folder and (folder in seen or folder <= after < folder + "\xff"):
                seen.add(folder)
                last = key
                continue
            if len(rows) >= int(query.get("max-keys", bucket.settings["page"])):
                more = True
                break
            last = key
            if folder:
                seen.add(folder)
                rows.append(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>")
            else:
                one = bucket.objects[key]
                rows.append(f"<Contents><Key>{escape(key)}</Key><LastModified>{iso(one.modified)}"
                            f"</LastModified><ETag>{escape(one.etag)}</ETag><Size>{len(one.data)}"
                            "</Size></Contents>")
        token = f"<NextContinuationToken>{escape(last)}</NextContinuationToken>" if more else ""
        return 200, {}, (f"<ListBucketResult><Name>{bucket.name}</Name><Prefix>{escape(prefix)}</Prefix>"
                         f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(rows)}"
                         "</ListBucketResult>").encode()

    def list_uploads(self, bucket, query):
        prefix = query.get("prefix", "")
        marker = (query.get("key-marker", ""), query.get("upload-id-marker", ""))
        found = sorted((upload.key, name, upload) for name, upload in bucket.uploads.items()
                       if upload.key.startswith(prefix))
        found = [entry for entry in found if entry[:2] > marker]
        page = found[:bucket.settings["page"]]
        more = len(page) < len(found)
        rows = "".join(
            f"<Upload><Key>{escape(key)}</Key><UploadId>{name}</UploadId>"
            f"<Initiated>{iso(upload.begun - bucket.settings['uploads_age'])}</Initiated></Upload>"
            for key, name, upload in page)
        next_ones = (f"<NextKeyMarker>{escape(page[-1][0])}</NextKeyMarker><NextUploadIdMarker>"
                     f"{page[-1][1]}</NextUploadIdMarker>") if more else ""
        return 200, {}, (f"<ListMultipartUploadsResult><IsTruncated>{str(more).lower()}</IsTruncated>"
                         f"{next_ones}{rows}</ListMultipartUploadsResult>").encode()

    def object_request(self, bucket, key, method, query, headers, body):
        meta = {name: value for name, value in headers.items() if name.startswith("x-amz-meta-")}
        if method in ("GET", "HEAD"):
            return self.get(bucket, key, method, headers)
        if method == "DELETE" and "uploadId" in query:
            self.upload(bucket, key, query)
            del bucket.uploads[query["uploadId"]]
            return 204, {}, b""
        if method == "DELETE":
            bucket.objects.pop(key, None)
            return 204, {}, b""
        if method == "POST" and "uploads" in query:
            bucket.last_upload += 1
            name = f"upload-{bucket.last_upload}"
            bucket.uploads[name] = Upload(key, meta)
            return 200, {}, f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode()
        if method == "POST" and "uploadId" in query:
            return self.complete(bucket, key, query, body)
        if method == "PUT" and "uploadId" in query:
            number = int(query["partNumber"])
            if not 1 <= number <= 10_000:
                raise Refusal(400, "InvalidArgument", "part numbers are 1 to 10000")
            upload = self.upload(bucket, key, query)
            self.room(bucket, body)
            upload.parts[number] = (body, quoted_md5(body))
            return 200, {"ETag": quoted_md5(body)}, b""
        if method == "PUT":
            if headers.get("if-none-match") == "*" and key in bucket.objects:
                raise Refusal(412, "PreconditionFailed", "the object exists")
            self.room(bucket, body)
            bucket.objects[key] = Object(body, quoted_md5(body), meta)
            return 200, {"ETag": quoted_md5(body)}, b""
        raise Refusal(405, "MethodNotAllowed", "the stub does not know this method")

    def upload(self, bucket, key, query):
        upload = bucket.uploads.get(query["uploadId"])
        if upload is None or upload.key != key:
            raise Refusal(404, "NoSuchUpload", "the upload does not exist")
        return upload

    def complete(self, bucket, key, query, body):
        upload = self.upload(bucket, key, query)
        named = re.findall(r"<Part><PartNumber>(\d+)</PartNumber><ETag>(.*?)</ETag></Part>", body.decode())
        if not named:
            raise Refusal(400, "MalformedXML", "no parts are named")
        pieces = []
        for index, (number, etag) in enumerate(named):
            data, known = upload.parts.get(int(number), (None, None))
            if int(number) != index + 1 or known is None:
                raise Refusal(400, "InvalidPart", f"there is no part {number}")
            if unescape(etag, {"&quot;": '"'}) != known:
                raise Refusal(400, "InvalidPart", f"part {number} is another one")
            pieces.append(data)
        for data in pieces[:-1]:
            if len(data) < LEAST_PART_BYTES or len(data) != len(pieces[0]):
                raise Refusal(400, "EntityTooSmall", "all parts but the last need 5 MiB and one size")
        data = b"".join(pieces)
        etag = '"' + hashlib.md5(b"".join(hashlib.md5(piece).digest() for piece in pieces)).hexdigest()
        bucket.objects[key] = Object(data, f'{etag}-{len(pieces)}"', upload.meta)
        del bucket.uploads[query["uploadId"]]
        return 200, {}, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"

    def get(self, bucket, key, method, headers):
        one = bucket.objects.get(key)
        if one is None:
            raise Refusal(404, "NoSuchKey", "the key does not exist")
        if headers.get("if-match", one.etag) != one.etag:
            raise Refusal(412, "PreconditionFailed", "the object has another ETag")
        answer = {"ETag": one.etag, "Last-Modified": formatdate(one.modified, usegmt=True), **one.meta}
        if headers.get("if-none-match") in ("*", one.etag):
            return 304, answer, b""
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        if not asked or method == "HEAD":
            return 200, answer, one.data
        begin, end = int(asked[1]), int(asked[2] or len(one.data) - 1)
        if begin >= len(one.data):
            raise Refusal(416, "InvalidRange", "the range is beyond the end")
        data = one.data[begin:end + 1]
        answer["Content-Range"] = f"bytes {begin}-{begin + len(data) - 1}/{len(one.data)}"
        return 206, answer, data


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    store = Store()

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body, cut=False):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Date", formatdate(usegmt=True))
        self._headers_buffer.append(b"\r\n")
        head = b"".join(self._headers_buffer)
        self._headers_buffer = []
        if self.command == "HEAD" or status == 304:
            body = b""
        if cut:
            self.wfile.write(head + body[:len(body) // 2])
            self.close_connection = True
        else:
            self.wfile.write(head + body)

    def refuse(self, refusal):
        body = (f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{refusal.code}</Code>'
                f"<Message>{escape(refusal.message)}</Message>{refusal.more}</Error>").encode()
        self.answer(refusal.status, {"Content-Type": "application/xml"}, body)

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        raw_path, _, raw_query = self.path.partition("?")
        if raw_path.startswith("/_stub/"):
            return self.control(raw_path.removeprefix("/_stub/"), body)
        query = dict(urllib.parse.parse_qsl(raw_query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = urllib.parse.unquote(raw_path)
        host = headers["host"].rsplit(":", 1)[0]
        if host.endswith(".localhost"):
            bucket_name, key = host.removesuffix(".localhost"), path[1:]
        else:
            bucket_name, _, key = path[1:].partition("/")
        try:
            with self.store.lock:
                known = self.store.buckets.get(bucket_name)
                settings = dict(known.settings) if known else {}
                if self.command == "GET" and key and settings.get("keys_last"):
                    known.settings["keys_last"] -= 1
            check_signature(self.command, raw_path, query, headers, body, settings)
            with self.store.lock:
                bucket = self.store.find(bucket_name)
                bucket.requests += 1
                bucket.received += len(body)
                if self.command in bucket.settings["forbidden"]:
                    raise Refusal(403, "AccessDenied", "access denied")
                fault = bucket.fault(self.command, query)
                if fault and not fault.get("after") and fault["kind"] != "cut":
                    return self.fail(fault["kind"])
                if key:
                    answer = self.store.object_request(bucket, key, self.command, query, headers, body)
                else:
                    answer = self.store.bucket_request(bucket, self.command, query, body)
                bucket.sent += len(answer[2])
        except Refusal as refusal:
            return self.refuse(refusal)
        if not fault:
            self.answer(*answer)
        elif fault["kind"] == "cut" and answer[2] and self.command != "HEAD":
            self.answer(*answer, cut=True)
        else:
            self.fail("reset" if fault["kind"] == "cut" else fault["kind"])

    def fail(self, kind):
        if kind == "reset":
            self.close_connection = True
        elif kind == "500":
            self.refuse(Refusal(500, "InternalError", "we met an internal error"))
        else:
            self.refuse(Refusal(503, "SlowDown", "reduce your request rate"))

    def control(self, name, body):
        with self.store.lock:
            if self.command == "PUT":
                bucket = self.store.buckets.setdefault(name, Bucket(name))
                bucket.settings.update(json.loads(body or b"{}"))
                found = {}
            else:
                bucket = self.store.buckets[name]
                found = {"objects": {key: len(one.data) for key, one in bucket.objects.items()},
                         "uploads": sorted(upload.key for upload in bucket.uploads.values()),
                         "requests": bucket.requests, "received": bucket.received,
                         "sent": bucket.sent, "faults_met": bucket.faults_met}
        self.answer(200, {"Content-Type": "application/json"}, json.dumps(found).encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that hung up


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    server = Server(("127.0.0.1", parser.parse_args().port), Handler)
    print(f"s3 stub listens on http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
