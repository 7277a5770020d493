"""A few seconds of `make fuzz`, against a service in a process of its own, and that its judge finds fault."""

import asyncio
import gzip
import json
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from schemathesis.core.failures import AcceptedNegativeData

from adbench.fuzz import draws, filters, packings, rules
from adbench.fuzz.contract import Contract
from adbench.fuzz.fuzzer import Fuzzer, mutate
from adbench.fuzz.run import SERVICE
from adbench.fuzz.values import CANARY
from adbench.fuzz.wire import ORIGIN, Reply, Request
from adbench.harness.service import serving
from adpulse.database import connections
from adpulse.ingest.formats.encodings import ENCODINGS
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.servers import NewDatabase

CONTRACT = Contract(create_app(Settings(database_url="postgresql://nowhere.invalid/none")).openapi())
ASK = Request("GET", "/report", b"start=-1h", (), b"")
TELL = Request("POST", "/events", b"", (("Content-Type", b"application/json"),), b'{"events":[{"cost":1}]}')
LONG = replace(ASK, headers=(("X-Long", b"x" * 66_000),))
TWICE = replace(TELL, body=b'{"events":[{"cost":1,"cost":2}]}')
TWO_TYPES = replace(ASK, headers=(("Content-Type", b"text/plain"), ("Content-Type", b"text/html")))
PROBLEM = {"type": "urn:adpulse:x", "title": "x", "status": 422, "detail": "x", "parameter": "start"}
ANSWER = {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0}
HEADERS = {"x-content-type-options": "nosniff", "allow": "GET", "accept": "application/json", "retry-after": "1"}
GZIP = (("Content-Encoding", b"gzip"),)
LINES = (("Content-Type", b"application/x-ndjson"),)
CLOUD = (("Content-Type", b"application/cloudevents-batch+json"),)
AGAIN = replace(TELL, headers=(*LINES, ("Idempotency-Key", b"key")))


def test_a_bomb_that_is_taken_is_found_in_every_encoding() -> None:
    """The judge unpacks each body again, so that it can count the events in it."""
    for data in (b"", b"x", b'{"events":[{}]}' * 99):
        assert [packings.plain(*each) for each in packings.packed(data)] == [data] * len(packings.packed(data))
    found = set()
    for name, body in packings.bombs():
        reply = Reply(200, HEADERS | {"content-type": "application/json"}, json.dumps(ANSWER).encode())
        fault = CONTRACT.judge(replace(TELL, headers=(("Content-Encoding", name),), body=body), reply)[1]
        if fault is not None:
            assert "larger than the limit" in fault
            found.add(name)
    assert found == set(ENCODINGS)


async def test_replies_keep_the_contract_and_events_are_counted(new_database: NewDatabase, tmp_path: Path) -> None:
    """Every request gets a documented reply and no 5xx, and as many events are stored as were said to be accepted."""
    # Requests get past the first checks: events are taken and refused, reports given and refused.
    taken = ("POST /events", "POST /events/firehose", "GET /pixel.gif", "GET /report")
    wanted = {(name, status) for name in taken for status in (200, 422)}
    url = await new_database("rollup_dims")
    with serving(url, 1, tmp_path / "log", SERVICE) as address:
        fuzzer = Fuzzer(address, seed=7)
        # Few of these requests are whole, and a busy service may be full for just those.
        for _ in range(4):
            await asyncio.to_thread(fuzzer.round, 6, 1_600)
            found = {(operation, status) for _, operation, status in fuzzer.tally.replies}
            if wanted <= found:
                break
        rows = await asyncio.to_thread(filters.ask, address)
        counted = await asyncio.to_thread(fuzzer.counted)
    tally = fuzzer.tally
    assert not tally.faults, tally.faults[0]
    assert (rows.wrong, rows.rows > 0) == ([], True)
    assert tally.cases >= 1_600
    assert wanted <= found
    connection = await connections.connect(url)
    stored = await connection.fetchval("SELECT count(*) FROM events")
    assert stored == counted > 0
    assert tally.explains(stored)
    await connection.close()


@pytest.mark.parametrize(
    ("request_", "status", "content_type", "content"),
    [
        (ASK, 500, "application/problem+json", PROBLEM | {"status": 500}),
        (ASK, 503, "application/problem+json", PROBLEM | {"status": 503}),
        (ASK, 418, "application/problem+json", PROBLEM | {"status": 418}),
        (ASK, 422, "text/html", PROBLEM),
        (ASK, 422, "application/problem+json", PROBLEM | {"status": 400}),
        (ASK, 422, "application/problem+json", PROBLEM | {"parameter": 3}),
        (ASK, 422, "application/problem+json", {"detail": "not found"}),
        (ASK, 200, "application/json", {"totals": {}}),
        (TELL, 200, "application/json", ANSWER | {"accepted": -1}),
        (TELL, 200, "application/json", {"accepted": 1}),
        (TELL, 200, "application/json", ANSWER | {"accepted": float("nan")}),
        (replace(TELL, method="PUT"), 200, "application/json", ANSWER),
        (replace(TELL, path="/events/"), 307, "application/problem+json", PROBLEM | {"status": 307}),
        (ASK, 421, "application/problem+json", PROBLEM | {"status": 421}),
        (ASK, 431, "application/problem+json", PROBLEM | {"status": 431}),
        (LONG, 422, "application/problem+json", PROBLEM),
        (replace(ASK, method="HEAD"), 200, "application/json", {}),
        (TELL, 200, "application/json", ANSWER | {"accepted": 2}),
        (TWICE, 200, "application/json", ANSWER),
        (replace(TELL, body=b'{"events":[{}],"events":[{}]}'), 200, "application/json", ANSWER),
        (replace(TELL, headers=LINES, body=b'{}\r\n\n{"a":\n'), 200, "application/json", ANSWER),
        (replace(TELL, headers=LINES, body=b'{"cost":1,"cost":2}'), 200, "application/json", ANSWER),
        (replace(TELL, headers=GZIP, body=gzip.compress(b"[{},{}]")), 200, "application/json", ANSWER),
        (AGAIN, 200, "application/json", ANSWER | {"rejected_count": 2}),
        (TELL, 422, "application/problem+json", PROBLEM | {"detail": f"{CANARY} is no key"}),
        (replace(TELL, headers=CLOUD, body=b"[{},{}]"), 200, "application/json", ANSWER),
        (replace(ASK, path="/pixel.gif", query=b"campaign_id=C"), 200, "image/gif", {}),
        (replace(TELL, path="/events/firehose"), 200, "application/json", ANSWER),
    ],
)
def test_a_reply_that_breaks_the_contract_is_found(
    request_: Request, status: int, content_type: str, content: dict[str, Any]
) -> None:
    """A 5xx, an undocumented status or type, another shape, a number that JSON does not have; a redirect, a body for
    HEAD, a head that is too long and taken, events that are not counted, a member that came twice.
    """
    reply = Reply(status, {"content-type": content_type}, json.dumps(content).encode())
    assert CONTRACT.judge(request_, reply)[1] is not None


def test_a_reply_that_keeps_it_is_not() -> None:
    """The same ones, as they should be."""
    for request, status, kind, content in (
        (ASK, 422, "application/problem+json", PROBLEM),
        (TELL, 200, "application/json", ANSWER),
        (replace(TELL, method="PUT"), 405, "application/problem+json", PROBLEM | {"status": 405}),
        (replace(TELL, path="/events/"), 404, "application/problem+json", PROBLEM | {"status": 404}),
        (replace(ASK, host=b"evil.example"), 421, "application/problem+json", PROBLEM | {"status": 421}),
        (LONG, 431, "application/problem+json", PROBLEM | {"status": 431}),
        (TWO_TYPES, 400, "application/problem+json", PROBLEM | {"status": 400}),
        (TWICE, 200, "application/json", ANSWER | {"accepted": 0, "rejected_count": 1}),
        (
            replace(TELL, headers=LINES, body=b'{}\r\n \n{"a":\n'),
            200,
            "application/json",
            ANSWER | {"rejected_count": 1},
        ),
        (replace(TELL, headers=GZIP, body=gzip.compress(b"[{}]")), 200, "application/json", ANSWER),
        (AGAIN, 200, "application/json", ANSWER | {"accepted": 0, "duplicates": 2, "rejected_count": 1}),
        (replace(TELL, method="OPTIONS"), 400, "application/problem+json", PROBLEM | {"status": 400}),
    ):
        reply = Reply(status, HEADERS | {"content-type": kind}, json.dumps(content).encode())
        assert CONTRACT.judge(request, reply)[1] is None


@pytest.mark.parametrize(
    ("status", "missing"), [(422, "x-content-type-options"), (429, "retry-after"), (405, "allow"), (415, "accept")]
)
def test_a_refusal_has_the_headers_that_say_what_to_do(status: int, missing: str) -> None:
    """A refusal without one of its headers is a fault, and with all of them none."""
    reply = Reply(status, HEADERS, b"{}")
    assert rules.of_headers(ASK, reply) is None
    left = {name: value for name, value in HEADERS.items() if name != missing}
    assert rules.of_headers(ASK, replace(reply, headers=left)) is not None


def _row(group: str | None, clicks: int, cost: str, **more: Any) -> dict[str, Any]:
    return {"bucket": None, "group": group, "clicks": clicks, "cost": cost, **more}


def _report(rows: list[dict[str, Any]], **more: Any) -> Reply:
    content = {"query": {"granularity": None}, "totals": {"clicks": 3, "cost": "0.3"}, "rows": rows, **more}
    # Money as numbers, such as a double does not have: 0.1 and 0.2 are 0.3.
    return Reply(200, {}, re.sub(r'"([\d.]+)"', r"\1", json.dumps(content)).encode())


def test_the_rows_of_a_report_sum_to_its_totals() -> None:
    """Rows sum to totals on both sides of a comparison; no group comes twice, but the rest may share a group's name."""
    before = {"previous": {"totals": {"clicks": 1}}}
    for rows, more, right in (
        ([_row("a", 1, "0.1"), _row("b", 2, "0.2")], {}, True),
        ([_row("(other)", 1, "0.1"), _row("(other)", 2, "0.2")], {}, True),
        ([_row("a", 1, "0.1"), _row("b", 2, "0.1")], {}, False),
        ([_row("a", 1, "0.1"), _row("a", 2, "0.2")], {}, False),
        ([_row("a", 3, "0.3", previous={"clicks": 1}), _row("b", 0, "0", previous=None)], before, True),
        ([_row("a", 3, "0.3", previous={"clicks": 2})], before, False),
    ):
        assert (rules.of_report(_report(rows, **more)) is None) is right, rows


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("bucket,group\r\n,a\r\n", True),
        ('bucket,group\r\n,"a\r\nb"\r\n', True),
        ("bucket,cost\r\n,-1.5\r\n", True),
        ("bucket,group\r\n,'=1+1\r\n", True),
        ("bucket,group\r\n,=1+1\r\n", False),
        ("bucket,group\r\n,@x\r\n", False),
        ("bucket,group\r\n,a,b\r\n", False),
    ],
)
def test_a_table_has_equal_columns_and_no_formulas(text: str, right: bool) -> None:
    """Numbers may begin with a sign."""
    assert (rules.of_table(text) is None) is right


def test_a_request_is_the_same_in_every_frame() -> None:
    """A request means the same in chunks, in packets and with an absolute address; HTTP/1.0 has no chunks."""
    chunked = replace(TELL, body=b"abcde", chunk=2).encode()
    assert chunked.endswith(b"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n")
    assert b"Content-Length" not in chunked
    assert replace(TELL, chunk=7, version="1.0").encode().startswith(b"POST /events HTTP/1.0\r\n")
    assert b"Content-Length" in replace(TELL, chunk=7, version="1.0").encode()
    assert replace(ASK, origin=ORIGIN).encode().startswith(b"GET http://127.0.0.1/report?start=-1h HTTP/1.1\r\n")
    for packets in range(1, 6):
        assert b"".join(replace(TELL, packets=packets).pieces()) == TELL.encode()
    assert replace(TELL, packets=2).pieces()[1] == TELL.body


def test_requests_are_made_again_from_their_seed_and_can_be_sent() -> None:
    """A seed repeats its requests, so that a fault can be looked for; and each is one request, with any bytes in it."""
    made = [mutate(random.Random(number), [ASK, TELL]) for number in range(500)]
    assert made == [mutate(random.Random(number), [ASK, TELL]) for number in range(500)]
    assert len(set(made)) > 400
    for request in made:
        head = request.encode()[: request.head_bytes]
        assert head.endswith(b"\r\n\r\n")
        assert head.count(b"\r\n\r\n") == 1
        assert b" " not in head.split(b"\r\n")[0].split(b" ", 1)[1].rsplit(b" ", 1)[0]


class Sent:
    """A reply as `requests` has it, of which the status and the content matter here."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        self.status_code, self._content = status, content
        self.headers = {"Content-Type": ["application/json"]}

    def json(self) -> dict[str, Any]:
        return self._content


@pytest.mark.parametrize(
    ("status", "content", "explained"),
    [
        (413, PROBLEM, True),
        (200, ANSWER | {"rejected_count": 1}, True),
        (200, ANSWER, False),
        (200, {"rows": []}, False),
    ],
)
def test_an_invalid_request_may_only_be_answered_with_its_rejections(
    status: int, content: dict[str, Any], explained: bool
) -> None:
    """200 without a rejected event would mean that it was taken as it was."""
    failure = AcceptedNegativeData(operation="", message="", status_code=status, expected_statuses=[])
    assert draws._explained(failure, Sent(status, content)) is explained
