"""A record that cannot be read costs itself alone, and is named with its reason."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.event import metadata
from adpulse.event.limits import Limits
from adpulse.importing.chunk import Chunk
from adpulse.importing.records import readable
from adpulse.settings import Settings
from tests.adpulse.importing.conftest import EVENT, read


def test_lines_that_are_no_events(tmp_path: Path) -> None:
    """A bad line costs itself alone: no JSON, no object, no UTF-8, a field twice, too few columns."""
    good = json.dumps(EVENT).encode()
    twice = b'{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","campaign_id":"D","user_id":"U","event_type":"click"}'
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join([good, b"{]", b"\xff\xfe{}", b"7", twice, b"", good]))
    for options in ({}, {"metadata": ["x"]}):
        _, events, bad = read(path, **options, file={"kind": "ndjson"})
        assert len(events) == 2
        codes = [(2, "malformed_json"), (3, "malformed_json"), (4, "type"), (5, "repeated_field")]
        assert [(line, code) for line, _, code in bad] == codes
    path.write_bytes(
        b"ts,campaign_id,user_id,event_type\n2025-09-24T06:59:31Z,C,U\n2025-09-24T06:59:31Z,\xff,U,click\n"
    )
    _, _, bad = read(path)
    assert bad == [(2, None, "columns"), (3, "campaign_id", "characters")]


def of(records: list[Any]) -> Chunk:
    return Chunk(records, [str(each) for each in records], list(range(len(records))))


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=3)


@settings(max_examples=30)
@given(st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False) | st.integers() | texts))
def test_an_object_is_read_with_all_its_digits(value: dict[str, Any]) -> None:
    """A number that a double would change stays the number that was written."""
    text = json.dumps(value, ensure_ascii=False)
    _, (found,), bad = readable(of([text]), None, plain=False)
    assert bad == []
    kept = metadata.canonical(found, Limits.at(datetime.now(UTC), Settings(max_metadata_bytes=1_000_000)))
    assert json.loads(kept, parse_int=Decimal, parse_float=Decimal) == json.loads(
        text, parse_int=Decimal, parse_float=Decimal
    )


@pytest.mark.parametrize("plain", [True, False])
def test_the_places_are_those_of_good_records(plain: bool) -> None:
    """Bad records are left out, and the others keep their places, rows of a table too."""
    texts = ['{"a":1}', '{"a":"\udcff"}', '{"a":2}']
    places, records, bad = readable(of(texts), None, plain=plain)
    assert places == [0, 2]
    assert [each if plain else orjson.dumps(each).decode() for each in records] == [texts[0], texts[2]]
    assert [(each["index"], each["code"]) for each in bad] == [(1, "malformed_json")]
    places, records, bad = readable(of([["1"], ["1", "2"], ["1", "2", "3"]]), ["a", "b"], plain=False)
    assert (places, records) == ([1], [["1", "2"]])
    assert [(each["index"], each["message"]) for each in bad] == [
        (0, "has 1 column, and the header 2"),
        (2, "has 3 columns, and the header 2"),
    ]
    assert readable(of([]), None, plain=plain) == ([], [], [])
