"""A service as the target of an import: groups become POST /events, with Idempotency-Keys made of their content."""

import asyncio
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from adpulse.event.contract import Rejection
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.ledger import Group, Known
from adpulse.importing.target import Judged
from adpulse.ingest.batch import Answer

# A service takes at least this much. If its operator has set less, it answers 413, and requests are halved.
EVENTS = 10_000
BYTES = 4_000_000

TRIES = 8
TIMEOUT_S = 60.0
_AGAIN = {429, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class _Piece:
    """Events of a group, as JSON, for one request, and the place of the first."""

    first: int
    events: list[str]

    @property
    def last(self) -> int:
        """Return the place after the last event."""
        return self.first + len(self.events)

    def body(self) -> bytes:
        """Return the body of the request."""
        return f'{{"events":[{",".join(self.events)}]}}'.encode("utf-8", "surrogatepass")

    def halves(self) -> "list[_Piece]":
        """Cut it in two."""
        middle = len(self.events) // 2
        return [_Piece(self.first, self.events[:middle]), _Piece(self.first + middle, self.events[middle:])]


class ServiceTarget:
    """A service as a target. A file counts once within ADPULSE_IDEMPOTENCY_HOURS."""

    def __init__(self, url: str, key: str | None) -> None:
        """Raise ImportFailed for an invalid address or key."""
        try:
            parts = urlsplit(url if "//" in url else f"//{url}", scheme="http")
            self._port = parts.port
        except ValueError:  # bad brackets, or a bad port
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ImportFailed(f"--url {url} is no address such as http://localhost:8080", usage=True)
        if key and not (key.isascii() and key.isprintable()):
            raise ImportFailed("the key is none of adpulse: it has characters that no header can carry", usage=True)
        self._url = f"{parts.scheme}://{parts.netloc}"
        self._parts = parts
        self._path = parts.path.removesuffix("/").removesuffix("/events") + "/events"
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._connection: http.client.HTTPConnection | None = None

    async def begin(self, start: bytes) -> None:
        """Do nothing: two imports of a file at once send the same keys."""

    async def find(self, before: bytes, chunk: Chunk) -> Known | None:
        """Return None: only storing a group shows that the service has it."""
        return None

    async def write(self, judged: Judged, group: Group) -> Answer:
        """Send a group in one or more requests. Raises ImportFailed."""
        batch = judged.batch
        places = batch.positions if batch.positions is not None else list(range(len(batch.rows)))
        answer = Answer(0, 0, list(batch.rejected), batch.rejected_count)
        for piece in _pieces([judged.events.body[place] for place in places]):
            answer = await self._send_piece(piece, places, group, answer)
        return answer

    async def _send_piece(self, piece: _Piece, places: list[int], group: Group, answer: Answer) -> Answer:
        key = f"import-{group.after.hex()}-{piece.first}-{piece.last}"
        status, reply = await self._send(piece.body(), key)
        if status == 413 and len(piece.events) > 1:
            for half in piece.halves():
                answer = await self._send_piece(half, places, group, answer)
            return answer
        if status == 409:
            raise ImportFailed(
                f"records {group.first_record:,} to {group.first_record + group.records - 1:,} were sent before with "
                "another mapping; the service keeps what it took then"
            )
        if "accepted" not in reply:
            raise ImportFailed(f"{self._url} refuses the events: {status} {reply.get('detail', '')}")
        rejected: list[Rejection] = [
            Rejection(
                index=places[piece.first + rejection["index"]],
                field=rejection["field"],
                code=rejection["code"],
                message=rejection["message"],
            )
            for rejection in reply["rejected"]
        ]
        return Answer(
            answer.accepted + reply["accepted"],
            answer.duplicates + reply["duplicates"],
            answer.rejected + rejected,
            answer.rejected_count + reply["rejected_count"],
        )

    async def _send(self, body: bytes, key: str) -> tuple[int, dict[str, Any]]:
        problem = ""
        for number in range(TRIES):
            try:
                status, headers, text = await asyncio.to_thread(self._post, body, key)
            except (OSError, http.client.HTTPException, ssl.SSLError) as error:
                self._connection = None
                problem, wait_s = f"{type(error).__name__}: {error}", min(0.2 * 2**number, 10.0)
            else:
                if status not in _AGAIN:
                    return status, _object(text)
                problem = f"{status} {_object(text).get('detail', '')}"
                after = headers.get("retry-after", "")
                wait_s = min(float(after), 60.0) if after.isdecimal() else min(0.2 * 2**number, 10.0)
            if number < TRIES - 1:
                await asyncio.sleep(wait_s)
        raise ImportFailed(f"{self._url} does not take the events ({problem}); the same command goes on from here")

    def _post(self, body: bytes, key: str) -> tuple[int, dict[str, str], bytes]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(self._parts.hostname or "", self._port, timeout=TIMEOUT_S)
        self._connection.request("POST", self._path, body, {**self._headers, "Idempotency-Key": key})
        response = self._connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _pieces(events: list[str]) -> list[_Piece]:
    """Cut events into requests, always in the same way."""
    pieces, first, size = [], 0, 0
    for place, event in enumerate(events):
        size += len(event) + 1
        if place + 1 - first == EVENTS or size > BYTES or place + 1 == len(events):
            pieces.append(_Piece(first, events[first : place + 1]))
            first, size = place + 1, 0
    return pieces
