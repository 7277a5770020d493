"""The careful reader tells what other readers of JSON do not."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.event.metadata import Digits
from adpulse.ingest import json_reader
from adpulse.ingest.batch import BodyError
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.formats import cloud_events, firehose
from adpulse.ingest.json_reader import MOST_NESTED, RepeatedMember, UnreadableError, loads, read_event, read_events
from adpulse.settings import Settings

numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?\Z")


@given(numbers)
def test_a_number_is_a_double_or_keeps_its_text(text: str) -> None:
    """Integers past all doubles or past 64 bits, and numbers so small that they might be zero."""
    value = loads(text.encode())
    if isinstance(value, Digits):
        assert value.text == text
        assert (value == 0) == (Decimal(text) == 0)
    else:
        assert value == json.loads(text)
        assert not isinstance(value, float) or value != 0
        assert not isinstance(value, int) or -(2**63) <= value < 2**64


@pytest.mark.parametrize("depth", [1, 10, MOST_NESTED, MOST_NESTED + 1, 990, 5_000, 20_000, 200_000])
@pytest.mark.parametrize("parts", [("[", "]"), ('{"a":', "}"), ('[1,{"a[":', '},"]"]')])
def test_deep_nesting_is_refused_at_one_depth(depth: int, parts: tuple[str, str]) -> None:
    """The depth limit does not depend on Python's own, and is the same for a body and an event."""
    begin, end = parts
    text = (begin * depth + "1" + end * depth).encode()
    levels = depth * sum(begin.count(sign) for sign in ("[", '{"')) - depth * begin.count('[":')
    if levels <= MOST_NESTED:
        read_event(text)
        return
    with pytest.raises(UnreadableError) as event:
        read_event(text)
    assert event.value.code == "depth"
    with pytest.raises(BodyError) as body:
        read_events(text, check_count=lambda count: None)
    assert body.value.status == 400


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), max_size=5))
def test_a_member_that_is_there_twice_is_seen(members: list[tuple[str, int]]) -> None:
    """The object is marked; otherwise the last one counts, as with other readers."""
    text = "{" + ",".join(f'"{name}":{value}' for name, value in members) + "}"
    value = loads(text.encode())
    assert value == dict(members)
    assert isinstance(value, RepeatedMember) == (len(members) > len({name for name, _ in members}))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_only_utf_8_is_read(encoding: str) -> None:
    """Python's own reader would guess other encodings from their zeros."""
    with pytest.raises(ValueError, match=r"."):
        loads('{"a":1}'.encode(encoding))


@pytest.mark.parametrize("number", ["1e-400", "1e22", "99999999999999999999", "0.1"])
@pytest.mark.parametrize("body", ["{%s", "[%s", '{"a":[%s]}', '{"events":[%s],"a":NaN}', "[NaN,%s]", '{"events":%s}'])
@pytest.mark.parametrize("unwrap", [None, firehose.unwrap, cloud_events.unwrap])
def test_a_body_that_is_refused_is_not_read_with_care(
    monkeypatch: pytest.MonkeyPatch, number: str, body: str, unwrap: Any
) -> None:
    """Its numbers cost a call each, seconds in all while no other request is answered, and tell nothing."""
    read: list[str] = []
    monkeypatch.setattr(json_reader, "_read_float", read.append)
    monkeypatch.setattr(json_reader, "_read_int", read.append)
    with pytest.raises(BodyError):
        Decoder(Settings(max_events=99)).decode(body.replace("%s", ",".join([number] * 100)).encode(), unwrap=unwrap)
    assert not read


@given(st.recursive(st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_the_depth_of_a_text_is_that_of_its_values(value: object) -> None:
    """Brackets and quotes in texts do not count; no version of Python and no reader has a say."""
    depth = json_reader._depth(value)
    text = json.dumps(value).encode()
    for more in (MOST_NESTED - depth, MOST_NESTED - depth + 1):
        nested = b'{"[":[' * (more // 2) + b"[" * (more % 2) + text + b"]" * (more % 2) + b"]}" * (more // 2)
        assert json_reader.is_too_deep(nested) is (depth + more > MOST_NESTED)
