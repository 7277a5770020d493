"""Values at which somebody's arithmetic, decoding, quoting or calendar has gone wrong before."""

# Put into requests; no refusal may repeat it.
CANARY = "c4n4ry"

# JSON, valid or not …
TOKENS = [
    b"null", b"true", b"[]", b"{}", b'""', b"01", b"1.", b"NaN", b"Infinity", b"[" * 300, b'{"a":' * 300,
    # numbers, and money among them
    b"0", b"-0", b"-0.0", b"-1", b"0.0000001", b"1e-400", b"4e-7", b"1e-6", b"1E-7", b"1E2", b"1e999", b"-1e999",
    b"0.30000000000000004", b"0.1234567", b"1000000", b"1000000.0000001", b"1.0", b"9007199254740993",
    b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"1850000000000000001", b"1" * 400,
    b"0." + b"3" * 400,
    # text
    b'"\\u0000"', b'"\\ud800"', b'"\\udfff\\ud800"', b'"\xff"', b'"\xed\xa0\x80"', b'"' + b"x" * 129 + b'"', b'"\\x"',
    b'"' + "\U0001f600".encode() * 128 + b'"', b'"\'; DROP TABLE events; --"', b'"$1"', b'"NaN"', b'"1"', b'"(other)"',
    b'"\\ufffd"', b'"\\u0085\\u2028"', b'"\xe2\x80\xa8"', b'"\xc2\x85"', b'"\\u001b[2J"', b'"\\u202e"', b'"\\ufeff"',
    b'"=1+1"', b'"\\t@x"', b'" "', b'"a,b\\"c\\r\\nd"', b'"click"', b'"CLICK"', b'"%b"' % CANARY.encode(),
    # times
    b'"1970-01-01T00:00:00Z"', b'"2199-12-31T23:59:59+23:59"', b'"0001-01-01T00:00:00+14:00"', b"1727164771",
    b'"9999-12-31T23:59:60Z"', b'"2024-02-30T00:00:00Z"', b'"2024-01-01T00:00:00"', b'"2024-01-01 00:00:00Z"',
    b'"2024-01-01T24:00:00Z"', b'"2025-12-31T23:59:59.9999999Z"', b'"1969-12-31T23:59:59.9999999Z"',
    b'"2016-12-31T23:59:60Z"', b'"2016-12-31T23:59:60.5+00:00"', b'"2024-01-01t00:00:00z"',
    b'"2024-01-01T00:00:00-00:00"', b'"2024-01-01T00:00:00,5Z"', b'"2024-01-01T00:00:00+0530"',
    b'"2025-04-05T14:45:00.' + b"1" * 40 + b'Z"',
    # ids of events
    b'"00000000-0000-0000-0000-000000000000"', b'"{00000000-0000-0000-0000-000000000000}"', b'"order-17"',
    b'"550E8400-E29B-41D4-A716-446655440000"', b'"550e8400e29b41d4a716446655440000"',
    b'"urn:uuid:550e8400-e29b-41d4-a716-446655440000"', b'"' + b"i" * 128 + b'"',
    # metadata
    b'{"a":1,"a":2}', b'{"a":1}', b'{"a":1.0}', b'{"a":"1"}', b'{"a":["IN","US"]}', b'{"a":{"b":null}}', b'{"a":null}',
    b'{"a":1850000000000000001}', b'{"geo":{"geo":{"geo":{"geo":{"geo":{"geo":1}}}}}}', b'{"geo":"(other)"}', b'{"":1}',
    b'{"utm:medium":"cpc"}', b'{"utm:medium":true}', b'{"$browser":"F\xc3\xa9 \\"x\\""}', b'{"$browser":2}',
    b'{"not":["a"]}', b'{"a b":0.10}', b'{"\xc3\xa9":1e2}', b'{"\\u00e9":"\\ufffd"}',
    # separators
    b"\xef\xbb\xbf", b"\0", b"\n", b"\r", b"\x0b", b"\x0c", b"\xc2\xa0", b",", b":", b'"', b"}", b"]", b"//", b"'",
]  # fmt: skip
# … the keys of metadata among them that reports are grouped and filtered by …
METADATA = ("geo", "a", "utm:medium", "$browser", "a b", "\u00e9", "not")
# … what may lie between two lines …
LINE_ENDS = (
    b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\n \n", b"\n\t\r\n", b" ", b",\n", b"\n\xef\xbb\xbf", b"\x0b\n",
    b"\x0c", b"\xe2\x80\xa8", b"\xc2\x85", b"\x1e", b"\0\n", b"\n#\n",
)  # fmt: skip
# … and parameters.
TEXTS = [
    "", "0", "-1", "1", "1e3", "01", "+1", " 1", "9" * 30, "-1h", "-0d", "-999999w", "-1y", "now", "null", "NaN",
    "2024-01-01", "2024-02-30", "0001-01-01", "9999-12-31", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00",
    "2024-01-01T00:00:00%2B00:00", "2025-03-30T02:30:00", "2025-12-31T23:59:59.9999999Z", "2016-12-31T23:59:60Z",
    "UTC", "Europe/Berlin", "utc", "CET", "../../etc/passwd", "Asia/Calcutta", "Asia/Kolkata\0", "posixrules",
    "geo", "geo:IN", "geo:", ":IN", "a:b:c", "geo:\ud7ff", "metadata.geo", "nested.in", "GEO", "x" * 65, "x" * 200,
    "campaign_id", "user_id", "event_type", "event_type:click", "campaign_id:x", "A,B",
    "metadata", "impressions", "impressions,impressions", "ctr", "unique_users", "group:desc", "cpa:asc",
    "minute", "hour", "day", "month", "century", "csv", "json", "previous", "%", "%00", "%FF", "%C0%80", "%ED%A0%80",
    "\U0001f600", "\ufffd", "'; DROP TABLE events; --", "$1", "{NULL}", "{", "{}", "[]", "\\", '"', "a=b", "&", ";",
    "100000", "10000", CANARY,
]  # fmt: skip
NAMES = [
    "campaign_id", "start", "end", "granularity", "timezone", "group_by", "filter", "metrics", "order_by", "limit",
    "compare", "format", "START", "start[]", "x", "",
]  # fmt: skip
# Zones that change by half an hour, over midnight, across the date line, every few weeks, or no longer.
ZONES = [
    "Asia/Kolkata", "Asia/Calcutta", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "America/Havana",
    "America/Santiago", "Africa/Casablanca", "Antarctica/Troll", "Pacific/Apia", "America/Edmonton", "Asia/Kathmandu",
]  # fmt: skip
# Days with such changes, from and to.
DAYS = [
    ("2025-04-05", "2025-04-07"), ("2025-03-30", "2025-03-31"), ("2025-10-26", "2025-10-27"),
    ("2025-11-01", "2025-11-03"), ("2011-12-29", "2012-01-01"), ("2025-09-06", "2025-09-08"),
    ("2025-02-01", "2025-03-01"), ("2024-02-28", "2024-03-02"),
]  # fmt: skip
PATHS = ["/events/", "/Events", "/report/", "//report", "/events/..", "/reports", "/healthz/", "/e"]
HOSTS = [
    b"localhost:1", b"[::1]", b"evil.example", b"127.0.0.1.evil.example", b"localhost.", b"", b"a b", b"127.0.0.1:x",
]  # fmt: skip
PROTOCOLS = [b"h2c", b"websocket", b"TLS/1.0", b"h2c, websocket", b""]
MEDIA_TYPES = [
    b"application/json", b"application/x-ndjson", b"application/json; charset=utf-8",
    b"application/json;charset=utf-16", b"APPLICATION/JSON", b'application/json; charset="UTF-8"',
    b"application/x-ndjson;charset=utf-8", b"application/ndjson", b"application/jsonl", b"application/x-jsonlines",
    b"text/plain", b"text/plain;charset=UTF-8", b"application/cloudevents-batch+json", b"application/cloudevents+json",
    b"text/html", b"", b"application/json; charset", b";", b"application/problem+json",
    b"multipart/form-data", b"application/x-www-form-urlencoded", b"\xff",
]  # fmt: skip
ENCODINGS = [
    b"gzip", b"x-gzip", b"identity", b"GZIP", b"deflate", b"zstd", b"ZSTD", b"gzip, gzip",
    b"gzip, identity", b"br", b"", b"\xff",
]  # fmt: skip
CHARSETS = ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7", "latin-1"]
KEYS = [b"key", b"k" * 128, b"k" * 129, b"", b"\xff", b"a\tb", b"'; DROP TABLE idempotency_keys; --", b" spaced "]
METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]
HEADERS = [
    ("Accept", b"text/csv"), ("Accept", b"*/*;q=0.1, text/csv;q=0.9"), ("Accept", b"application/xml"),
    ("Accept", b";q="),
    ("Accept-Encoding", b"gzip"), ("Accept-Encoding", b"gzip;q=0, *;q=1"), ("Accept-Encoding", b"identity;q=0"),
    ("Authorization", b"Bearer " + CANARY.encode()), ("Authorization", b"Basic eDp4"), ("X-API-Key", b"\xff"),
    ("Origin", b"https://evil.example"), ("Origin", b"null"), ("Access-Control-Request-Method", b"POST"),
    ("Range", b"bytes=0-1"), ("If-None-Match", b"*"), ("Expect", b"100-continue"), ("Expect", b"pay"),
    ("Connection", b"close"), ("Connection", b"keep-alive, Content-Type"), ("TE", b"trailers"), ("Cookie", b"=;=" * 9),
    ("X-Forwarded-For", b"127.0.0.1"), ("X-Forwarded-Host", b"evil.example"), ("X-HTTP-Method-Override", b"DELETE"),
]  # fmt: skip
