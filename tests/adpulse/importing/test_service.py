"""Through a service a file counts once, also over a bad network and with small limits."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.importing import service
from adpulse.importing.errors import ImportFailed
from adpulse.importing.service import ServiceTarget
from tests.adpulse.importing.conftest import EVENT, HEADER, counted, import_into, rows
from tests.services import Client

pytestmark = pytest.mark.anyio


class _Service(ServiceTarget):
    """The same, to a service in this process. `lost`: answers that are lost on the way."""

    def __init__(self, client: Client, lost: int = 0) -> None:
        super().__init__("http://localhost", None)
        self._client, self._loop, self._lost = client, asyncio.get_running_loop(), lost

    def _post(self, body: bytes, key: str) -> tuple[int, dict[str, str], bytes]:
        headers = {**self._headers, "Idempotency-Key": key}
        sent = self._client.post(self._path, content=body, headers=headers)
        reply = asyncio.run_coroutine_threadsafe(sent, self._loop).result()
        if self._lost:
            self._lost -= 1
            raise ConnectionResetError
        return reply.status_code, dict(reply.headers), reply.content


async def test_through_a_service_a_file_counts_once(
    serve: Any, url: str, connection: Connection, tmp_path: Path, small_groups: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost answers, limits of the service and a second import change nothing; what it rejects is named."""
    client = await serve(url, max_events=3)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 30) + "2025-09-24T06:00:00Z,C,,click,1\n" + "2999-01-01T00:00:00Z,C,U,click,1\n")
    first = await import_into(_Service(client, lost=2), path)
    assert (first.accepted + first.duplicates, first.rejected) == (30, 2)
    assert [json.loads(line)["code"] for line in path.with_suffix(".rejected").read_text().splitlines()] == [
        "missing",
        "range",
    ]
    assert (await import_into(_Service(client), path)).duplicates == 30
    assert await counted(connection) == (30, 30)
    monkeypatch.setattr(service, "TRIES", 1)
    with pytest.raises(ImportFailed, match="goes on from here"):
        await import_into(_Service(client, lost=1), path, name="other")
    with pytest.raises(ImportFailed, match="another mapping"):
        await import_into(_Service(client), path, campaign_id={"value": "C9"})


# ── Requests ───────────────────────────────────────────────────────────────────────────────────────────────────


class _Scripted(ServiceTarget):
    """A service of which nothing is here but its answers, one after another; it keeps what it was sent."""

    def __init__(self, *answers: tuple[int, dict[str, Any]]) -> None:
        super().__init__("http://localhost/events/", "ak_secret")
        self._answers = list(answers)
        self.sent: list[tuple[str, list[bytes]]] = []

    def _post(self, body: bytes, key: str) -> tuple[int, dict[str, str], bytes]:
        status, reply = self._answers.pop(0)
        self.sent.append((key, body.removeprefix(b'{"events":[').removesuffix(b"]}").split(b",\n")))
        return status, {"retry-after": "0"}, json.dumps(reply).encode()


TAKEN = {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0}


async def test_halves_are_the_events_as_they_were(tmp_path: Path) -> None:
    """Digits that a double would lose are sent as they were, also in requests that were too large at first."""
    path = tmp_path / "a.ndjson"
    exact = ['{"n":0.1000000000000000055511151231257827}', '{"n":1234567890123456789012345}', '{"n":1e-400}']
    lines = [json.dumps(EVENT)[:-1] + f',"metadata":{each}}}' for each in exact]
    path.write_text("\n".join(lines))
    target = _Scripted((413, {}), (200, TAKEN), (413, {}), (200, TAKEN), (200, TAKEN))
    assert (await import_into(target, path)).accepted == 3
    whole, first, rest, *quarters = [b",".join(body).decode() for _, body in target.sent]
    assert whole == ",".join(lines)
    assert [first, rest, *quarters] == [lines[0], ",".join(lines[1:]), *lines[1:]]
    assert len({key for key, _ in target.sent}) == len(target.sent)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([(401, {"detail": "No such key."})], "refuses the events: 401 No such key."),
        ([(413, {"detail": "Too large."})], "refuses the events: 413 Too large."),
        ([(200, {})], "refuses the events: 200"),
        ([(503, {"detail": "The queue is full."})] * 3, r"does not take the events \(503 The queue is full\.\)"),
    ],
)
async def test_a_refusal_ends_the_import(
    answers: list[tuple[int, dict[str, Any]]], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the reply of the service; events that it did not take do not count as taken."""
    monkeypatch.setattr(service, "TRIES", 3)
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(EVENT))
    target = _Scripted(*answers)
    with pytest.raises(ImportFailed, match=message):
        await import_into(target, path)
    assert len(target.sent) == len(answers)
    assert len({key for key, _ in target.sent}) == 1


@pytest.mark.parametrize(
    "url", ["ftp://host/x", "http://", "http://host:port", "http://host:99999", "http://[::1", "http:///events"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Before anything is read, in one line that says what an address looks like."""
    with pytest.raises(ImportFailed, match="is no address such as"):
        ServiceTarget(url, None)


@pytest.mark.parametrize("key", ["ak\n", "schlüssel", "\x00"])
def test_a_key_that_no_header_can_carry_is_refused(key: str) -> None:
    """It is not shown."""
    with pytest.raises(ImportFailed, match="the key is none") as caught:
        ServiceTarget("localhost:8080", key)
    assert key not in str(caught.value)


@given(sizes=st.lists(st.integers(1, 40), max_size=30))
def test_pieces_are_the_events_in_their_order(sizes: list[int]) -> None:
    """Each request has the events after the last one's, within the limits, always cut in the same way."""
    events = [str(number) * size for number, size in enumerate(sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "EVENTS", 4)
        patch.setattr(service, "BYTES", 60)
        pieces = service._pieces(events)
    assert [event for piece in pieces for event in piece.events] == events
    assert [piece.first for piece in pieces] == [0, *(piece.last for piece in pieces)][: len(pieces)]
    assert all(1 <= len(piece.events) <= 4 for piece in pieces)
    assert all(sum(map(len, piece.events[:-1])) <= 60 for piece in pieces)


class _Handler(BaseHTTPRequestHandler):
    """Keeps the head of each request, and closes the connection without saying so."""

    seen: list[tuple[str, str, str]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append((self.path, self.headers["authorization"], self.headers["idempotency-key"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(TAKEN).encode())

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    """Yield the port of an HTTP server, and the heads of the requests that come."""
    seen: list[tuple[str, str, str]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"seen": seen}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_requests_have_path_and_key_on_any_connection(tmp_path: Path, small_groups: None) -> None:
    """The address may have a path; a connection that the service has closed is made anew."""
    path = tmp_path / "a.csv"
    path.write_text(HEADER + rows(0, 10))
    with listening() as (port, seen):
        await import_into(ServiceTarget(f"127.0.0.1:{port}/behind/", "ak_x"), path)
    assert {(where, key) for where, key, _ in seen} == {("/behind/events", "Bearer ak_x")}
    assert len(seen) == len({key for *_, key in seen}) == 2
