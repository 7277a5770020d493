"""ADPULSE_UNKNOWN_FIELDS: what becomes of fields that are not in the contract."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.event.contract import FIELDS
from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

GOOD = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
DECODERS = {mode: Decoder(Settings(unknown_fields=mode)) for mode in ("reject", "ignore", "metadata")}

names = st.sampled_from(["geo", "TS", "Campaign_id", "metadata.geo", ""]) | st.text("abc", min_size=1, max_size=3)
values = st.none() | st.booleans() | st.integers(-5, 5) | st.text("xyz,", max_size=3) | st.just({"a": [1]})


def decode(mode: str, *events: dict[str, Any], **envelope: Any) -> Batch:
    return DECODERS[mode].decode(json.dumps({"events": events} | envelope).encode())


def metadata(batch: Batch) -> list[dict[str, Any]]:
    return [orjson.loads(unpack(row).metadata) for row in batch.rows]


def codes(batch: Batch) -> list[str]:
    return [rejection["code"] for rejection in batch.rejected]


@given(unknown=st.dictionaries(names, values, max_size=3), known=st.none() | st.dictionaries(names, values, max_size=2))
def test_no_value_is_lost_but_by_ignore(unknown: dict[str, Any], known: dict[str, Any] | None) -> None:
    """Reject refuses the event, ignore stores it without them, metadata with them, unless a name is in both."""
    event = GOOD | unknown | ({} if known is None else {"metadata": known})
    good = GOOD | {"user_id": "other"}
    rejected, ignored, folded = (decode(mode, good, event) for mode in DECODERS)
    assert codes(rejected) == (["unknown_field"] if unknown else [])
    assert metadata(ignored) == [{}, known or {}]
    if unknown.keys() & (known or {}).keys():
        assert codes(folded) == ["unknown_field"]
    else:
        assert metadata(folded) == [{}, (known or {}) | unknown]


@pytest.mark.parametrize("mode", ["ignore", "metadata"])
def test_the_contract_holds_for_its_own_fields(mode: str) -> None:
    """Fields that are missing, bad or there twice are refused as ever, and metadata that the rest makes too large."""
    for name in ("ts", "campaign_id", "user_id", "event_type"):
        event = {key: value for key, value in GOOD.items() if key != name} | {name.upper(): "x"}
        (rejection,) = decode(mode, GOOD, event).rejected
        assert (rejection["field"], rejection["code"]) == (name, "missing")
    assert codes(decode(mode, GOOD | {"other": 1, "cost": -1})) == ["range"]
    assert codes(decode(mode, GOOD | {"other": 1, "metadata": 5})) == ["type"]
    twice = json.dumps(GOOD)[:-1] + ',"other":1,"ts":"2025-09-24T06:59:31Z"}'
    assert codes(DECODERS[mode].decode(f"[{twice}]".encode())) == ["repeated_field"]
    large = decode(mode, GOOD | {"other": "x" * 5_000})
    assert codes(large) == (["size"] if mode == "metadata" else [])


def test_the_envelope_may_say_more_too() -> None:
    """Members beside `events` are refused or passed over; they belong to no event."""
    for mode in DECODERS:
        if mode == "reject":
            with pytest.raises(BodyError, match='must hold "events" and nothing else'):
                decode(mode, GOOD, sent_at="now")
        else:
            assert metadata(decode(mode, GOOD, GOOD, sent_at="now", batch={"id": 1})) == [{}, {}]


def test_every_field_of_the_contract_is_known() -> None:
    """None of them counts as unknown."""
    whole = GOOD | {"cost": 1, "revenue": 2, "metadata": {"a": 1}, "event_id": "e"}
    assert set(whole) == set(FIELDS)
    for mode in DECODERS:
        assert metadata(decode(mode, whole)) == [{"a": 1}]
