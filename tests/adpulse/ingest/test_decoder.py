"""The two ways to read a batch agree: what the fast pass accepts and makes of it is what the contract says."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.decoder import _lines
from tests.adpulse.ingest.decoders import BASE, NORMAL, NOW, accepted, agree, outcome, written
from tests.adpulse.ingest.nearly_right import NUMBERS, TIMES, whole


@settings(max_examples=700)
@given(st.lists(whole, min_size=1, max_size=3), st.booleans(), st.integers(0, 9).map(lambda n: n == 0))
def test_fast_and_careful_agree(sent: list[str], ndjson: bool, twice: bool) -> None:
    """Both accept, reject and convert exactly alike: rows to the byte, rejections to the word."""
    text = "\n".join(sent) if ndjson else f'{{"events":[{",".join(sent)}]}}'
    if twice and not ndjson:
        text = f'{text[:-1]},"events":[{",".join(sent[1:])}]}}'
    body = _encoded(text)
    agree(body, ndjson)
    if not (twice or ndjson):
        array = _encoded(f" [{','.join(sent)}]")
        agree(array)
        assert outcome(NORMAL, array, False) == outcome(NORMAL, body, False)


def _encoded(text: str) -> bytes:
    """Return the text in UTF-8, and lone surrogates as escapes."""
    return text.encode("utf-8", "surrogatepass").replace(b"\xed\xa0\x80", b"\\ud800")


@pytest.mark.parametrize(
    ("name", "values"),
    [("cost", NUMBERS), ("revenue", NUMBERS), ("ts", [json.dumps(time) for time in TIMES])],
)
def test_they_agree_on_every_shape(name: str, values: list[str]) -> None:
    """All ways agree on the shapes that are known to part readers of JSON: as an amount, in metadata, as a time."""
    for value in values:
        fields = BASE | {name: value}
        event = "{" + ",".join(f'"{key}":{text}' for key, text in fields.items()) + "}"
        agree(f'{{"events":[{event}]}}'.encode())
        agree(event.encode(), ndjson=True)
        fields = BASE | {"metadata": f'{{"a":{value},"b":[{value}],"a":{value}}}'}
        event = "{" + ",".join(f'"{key}":{text}' for key, text in fields.items()) + "}"
        agree(f'{{"events":[{event}]}}'.encode())


LINES = [
    "{event}",
    "{event}{event}",
    "{event},{event}",
    '{{"ts":',
    "{event} ",
    "\t{event}",
    "\f",
    "{head}",
    "{tail}",
    "[",
    "",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(LINES), max_size=5), st.sampled_from(["\n", "\r\n", "\r", "\n\n"]))
def test_they_agree_on_what_a_line_is(lines: list[str], newline: str) -> None:
    """Two events on a line, and one on two, are bad lines to both."""
    event = "{" + ",".join(f'"{key}":{text}' for key, text in BASE.items()) + "}"
    body = newline.join(line.format(event=event, head=event[:30], tail=event[30:]) for line in lines)
    agree(body.encode(), ndjson=True)


def test_good_batches_take_the_fast_pass() -> None:
    """Batches with defaults, ids, offsets, repeated keys and text from every plane would else be slow in silence."""
    changes: list[dict[str, str]] = [
        {},
        {"event_id": '"8f14e45f-ceea-467f-a0e6-d4ee1c0f1fd4"'},
        {"event_id": "null", "revenue": "12"},
        {"event_id": '"order-4711, twice"'},
        {"event_id": '"{8F14E45F-CEEA-467F-A0E6-D4EE1C0F1FD4}"'},
        {"ts": '"2025-09-24T08:59:31+02:00"'},
        {"user_id": '"😀\\u00fc\\n"', "campaign_id": '"ü"'},
        {"metadata": '{"a":{"b":[1,2.5,null,true,"x"]},"a":1}'},
    ]
    for change in changes:
        event = "{" + ",".join(f'"{key}":{text}' for key, text in (BASE | change).items()) + "}"
        assert agree(f'{{"events":[{event},{event}]}}'.encode())
        assert agree(f"[{event},{event}]".encode())
        assert agree(f"{event}\n{event}".encode(), ndjson=True)


def test_common_values_take_the_fast_pass() -> None:
    """Nanoseconds, commas, escapes, zeros, sums of prices, ids and numbers past 64 bits take the fast pass, too."""
    changes: list[dict[str, str]] = [
        {"ts": '"2025-09-24T06:59:31.123456789Z"'},
        {"ts": '"2025-09-24T06:59:31.123456789+05:30"'},
        {"user_id": '"Doe, John"', "campaign_id": '"a,b"'},
        {"metadata": '{"url":"https:\\/\\/a.example\\/?a=1\\u0026b=2,3","c":"\\u003c"}'},
        {"cost": "0.0", "revenue": "0"},
        {"revenue": "0", "event_id": '"3f14e45e-4123-467e-1006-d4ee1c0f1fd4"', "campaign_id": '"google-123"'},
        {"revenue": "0", "campaign_id": '"5e-400"', "metadata": '{"a":"5e-400"}'},
        {"cost": "0.30000000000000004"},
        {"metadata": '{"id":1850000000000000000001,"zero":0.0}'},
    ]
    for change in changes:
        events = [written(), written(**change)]
        assert agree(f'{{"events":[{",".join(events)}]}}'.encode())
        assert agree("\n".join(events).encode(), ndjson=True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("ndjson", [True, False])
@pytest.mark.parametrize("space", ["", " ", "\n"])
def test_only_utf_8(encoding: str, ndjson: bool, space: str) -> None:
    """Any other Unicode is 415, with a byte order mark or without."""
    text = f"{written()}\n{written()}" if ndjson else f'{{"events":[{written()}]}}'
    with pytest.raises(BodyError) as caught:
        NORMAL.decode((space + text).encode(encoding), ndjson=ndjson, now=NOW)
    assert (caught.value.status, caught.value.code) == (415, "charset")
    assert len(accepted("\ufeff" + text, ndjson)) == 1 + ndjson


@pytest.mark.parametrize("depth", [100, 501, 990, 1_100, 20_000])
def test_deep_nesting(depth: int) -> None:
    """An event too deep is rejected; one so deep that readers give up is no JSON, in every version of Python."""
    event = written(metadata='{"a":' * depth + "1" + "}" * depth)
    good = written()
    if depth <= 499:
        batch = NORMAL.decode(f'{{"events":[{good},{event}]}}'.encode(), now=NOW)
        assert (len(batch.rows), batch.rejected[0]["code"]) == (1, "depth")
    else:
        with pytest.raises(BodyError) as caught:
            NORMAL.decode(f'{{"events":[{good},{event}]}}'.encode(), now=NOW)
        assert (caught.value.status, caught.value.code) == (400, "malformed_json")
    batch = NORMAL.decode(f"{good}\n{event}".encode(), ndjson=True, now=NOW)
    assert (len(batch.rows), batch.rejected[0]["code"]) == (1, "depth")


@given(
    lines=st.lists(st.sampled_from([b"a", b"", b" ", b"\t", b"b c", b"\x0b", b"\x85", b"\x1c"]), max_size=8),
    end=st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\r"]),
    most=st.integers(1, 5),
)
def test_lines_are_the_same_in_bodies_of_any_length(lines: list[bytes], end: bytes, most: int) -> None:
    """Lines count alike, counted while they are split or before."""
    body = end.join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adpulse.ingest.decoder.SHORTEST_LINE", 0)
        assert _lines(body, most) == [line for line in body.splitlines() if line.strip()][: most + 1]


def test_a_batch_lists_some_and_counts_all() -> None:
    """Twenty rejections are listed."""
    batch = Batch(0)
    for index in range(30):
        batch.reject({"index": index, "field": None, "code": "type", "message": ""})
    assert (len(batch.rejected), batch.rejected_count) == (20, 30)
