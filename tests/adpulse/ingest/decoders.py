"""Decoders that take one way only, what they make of a body in comparable form, and events as JSON text."""

from datetime import UTC, datetime
from typing import Any

from adpulse.event.values import Values
from adpulse.ingest.batch import BodyError
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.fast_pass import FastPass
from adpulse.ingest.fast_reader import NeedsCareError
from adpulse.settings import Settings

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
SETTINGS = Settings(retention_days=3_650)
BASE = {
    "ts": '"2025-09-24T06:59:31.849095Z"',
    "campaign_id": '"CAMP-123"',
    "user_id": '"U1"',
    "event_type": '"click"',
    "cost": "0.0105",
    "metadata": '{"geo":"IN"}',
}


class NotFast(Exception):
    pass


class Fast(Decoder):
    """Takes the fast pass only."""

    def _pack_one_by_one(self, *_: object, **__: object) -> None:
        raise NotFast


class _Never(FastPass):
    def pack(self, *_: object) -> None:
        raise NeedsCareError


class Careful(Decoder):
    """Asks the contract about every event."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._fast = _Never(settings)


def outcome(decoder: Decoder, body: bytes, ndjson: bool) -> Any:
    """Return what a decoder makes of a body, in comparable form."""
    try:
        batch = decoder.decode(body, ndjson=ndjson, now=NOW)
    except BodyError as error:
        return error.status, error.code
    positions = list(range(len(batch.rows))) if batch.positions is None else batch.positions
    return batch.rows, batch.ids, positions, batch.rejected, batch.rejected_count


# Kept over all examples: what a decoder remembers must not change what it says.
NEAREST = Decoder(Settings(retention_days=3_650, money="nearest"))
NORMAL, FAST, CAREFUL = Decoder(SETTINGS), Fast(SETTINGS), Careful(SETTINGS)


def agree(body: bytes, ndjson: bool = False) -> bool:
    """Assert that all ways give the same; return True if the fast pass alone took the body."""
    expected = outcome(CAREFUL, body, ndjson)
    assert outcome(NORMAL, body, ndjson) == expected
    assert outcome(Decoder(SETTINGS), body, ndjson) == expected
    try:
        assert outcome(FAST, body, ndjson) == expected
    except NotFast:
        return False
    return True


def accepted(text: str, ndjson: bool = False, decoder: Decoder = NORMAL) -> list[Values]:
    """Return the accepted events of a body."""
    return [unpack(row) for row in decoder.decode(text.encode(), ndjson=ndjson, now=NOW).rows]


def written(**fields: str) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in (BASE | fields).items()) + "}"
