"""The two ways to read a batch agree: what the fast pass accepts and makes of it is what the contract says."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.event.values import Values
from adpulse.ingest.batch import Batch, BodyError
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder, _lines
from adpulse.ingest.fast_pass import FastPass, NeedsCareError
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


# ── What comes in an event ───────────────────────────────────────────────────────────────────────────────────

NUMBERS = [
    "0", "-0", "0.0", "-0.0", "1e2", "1E+2", "1e-2", "1e-6", "1e-7", "0.000001", "0.0000005", "0.0000010", "1.10",
    "0.30000000000000004", "0.1234567", "0.123456", "999999.999999", "1000000", "1000000.0", "1000000.000001", "1e6",
    "1e308", "1e309", "1e999", "5e-324", "-1", "-1e-6", "123456789012345678901234567890", "9007199254740993",
    "18446744073709551615", "18446744073709551616", "-9223372036854775809", "0.000000000000000000000000000000001",
    "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x1", "1_0", "1e", "--1", "true", '"1"', "null", "[]",
    "12345.678901000000000000000000000000000000000", "4" * 400, "4" * 5_000, "0." + "0" * 400 + "1",
    "1e-400", "-1e-400", "1E-0400", "0e-400", "0." + "0" * 250 + "1e-99", "4e-7", "0.7999999999999999",
    "0.1000000000000001", "1850000000000000000001", "18446744073709551616.5", "1e300",
]  # fmt: skip
numbers = st.sampled_from(NUMBERS) | st.from_regex(
    r"-?(0|[1-9][0-9]{0,22})(\.[0-9]{1,24})?([eE][-+]?[0-9]{1,3})?", fullmatch=True
)
micros = st.integers(0, 10**12).map(lambda micros: f"{micros // 10**6}.{micros % 10**6:06d}")

TIMES = [
    "2025-09-24T06:59:31Z", "2025-09-24t06:59:31z", "2025-09-24 06:59:31Z", "2025-09-24T06:59:31.1234567Z",
    "2025-09-24T06:59:31.9999999Z", "2025-09-24T06:59:31.Z", "2025-09-24T06:59:31,5Z", "2025-09-24T06:59:60Z",
    "2025-09-24T24:00:00Z", "2025-09-24T06:59Z", "2025-09-24T06:59:31+05:30", "2025-09-24T06:59:31-00:00",
    "2025-09-24T06:59:31+0530", "2025-09-24T06:59:31+05", "2025-09-24T06:59:31+23:59", "2025-09-24T06:59:31+24:00",
    "2025-09-24T06:59:31", "2025-09-24", "2025-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "1969-12-31T23:59:59.9999999Z",
    "2015-09-27T12:00:00Z", "2015-09-27T11:59:59.999999Z", "2025-09-25T12:00:00Z", "2025-09-25T12:00:00.000001Z",
    "2025-09-25T17:30:00.000000+05:30", "2025-W39-3T06:59:31Z", "1758697171", "", "Z", "2025-09-24T06:59:31Z\0",
    "２025-09-24T06:59:31Z",
    "2025-09-24T06:59:31.123456999999999Z", "2025-09-24T06:59:31.1234569+02:00", "2025-09-24T06:59:31.9999995",
    "2025-09-24T11:59:59.9999999+00:00", "2025-09-25T12:00:00.0000009Z", "1970-01-01T00:00:00.0000009Z",
    "2024-12-31T23:59:60Z", "2024-12-31T23:59:60.25Z", "2024-12-31T23:59:60", "2025-01-01T05:29:60+05:30",
    "2024-12-31T23:58:60Z", "2024-12-31T23:59:61Z", "9999-12-31T23:59:60-14:00", "2024-12-31T23:59:60.1234567Z",
]  # fmt: skip
zones = st.sampled_from(["Z", "z", "+00:00", "-07:00", "+14:00", "+05:45", "", " Z", "+1:00"])
times = st.sampled_from(TIMES) | st.builds(
    lambda at, zone: at.isoformat() + zone, st.datetimes(datetime(2014, 1, 1), datetime(2026, 1, 1)), zones
)

anything = st.text(st.characters(), max_size=6) | st.sampled_from(
    [
        "", "x" * 128, "x" * 129, "😀" * 128, "😀" * 129, "\0", "\\u0000", "\ud800", "\udc00\ud83d", "\ud83d\ude00",
        "\ufeff", "\x7f", "\u2028", "Doe, John", ",", ",,\\", ":00.0000000",
    ]
)  # fmt: skip


@st.composite
def strings(draw: st.DrawFn) -> str:
    """Draw a JSON string, with or without escapes, as different writers make it."""
    text = draw(anything)
    written = draw(st.sampled_from([json.dumps(text), json.dumps(text, ensure_ascii=False)]))
    if draw(st.integers(0, 9)) == 0:
        written = "".join(f"\\u{ord(c):04X}" if c.isascii() and c.isprintable() else c for c in text[:3]).join('""')
    return draw(st.sampled_from([written] * 9 + [written[:-1] + '\\x"', written[:-1] + '\x01"', "5", "null"]))


uuids = st.uuids().flatmap(
    lambda value: st.sampled_from(
        [
            str(value), value.hex, str(value).upper(), f"{{{value}}}", value.urn, str(value)[:-1], f"{value} ",
            str(value)[:13] + value.hex[12:],
        ]
    )
)  # fmt: skip
documents = st.recursive(
    numbers | strings() | st.sampled_from(["true", "false", "null", "{}", "[]"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(strings(), inner), max_size=3).map(
            lambda items: "{" + ", ".join(f"{key}:{value}" for key, value in items) + "}"
        )
    ),
    max_leaves=6,
)
objects = st.lists(st.tuples(strings(), documents), max_size=3).map(
    lambda items: "{" + ",".join(f"{key}:{value}" for key, value in items) + "}"
)


@st.composite
def escaped(draw: st.DrawFn, text: str) -> str:
    """Draw a JSON string in which one character is written as an escape."""
    place = draw(st.integers(0, max(len(text) - 1, 0)))
    character = "".join(f"\\u{ord(c):04x}" for c in text[place : place + 1])
    return f"{json.dumps(text[:place])[:-1]}{character}{json.dumps(text[place + 1 :])[1:]}"


quoted = {"ts": times, "event_id": uuids | anything}
FIELDS: dict[str, st.SearchStrategy[str]] = {
    **{name: values.map(json.dumps) | values.flatmap(escaped) | strings() | numbers for name, values in quoted.items()},
    "campaign_id": strings(),
    "user_id": strings(),
    "event_type": st.sampled_from(
        ['"impression"', '"conversion"', '"\\u0063lick"', '"Click"', '""', "null", "[]", "1"]
    ),
    "cost": micros | numbers,
    "revenue": micros | numbers,
    "metadata": objects | documents,
    "other": strings(),
}
SPACE = st.sampled_from(["", "", "", " ", "\t", "\r", "  "])


@st.composite
def events(draw: st.DrawFn) -> str:
    """Draw an event that is nearly right: some fields changed, some left out, some there twice."""
    fields = list(BASE.items())
    for name in draw(st.lists(st.sampled_from([*BASE, "revenue", "event_id", "event_id", "other"]), max_size=3)):
        value = draw(FIELDS[name])
        if draw(st.integers(0, 4)):
            fields = [(key, kept) for key, kept in fields if key != name]
        fields.insert(draw(st.integers(0, len(fields))), (name, value))
    if draw(st.integers(0, 19)) == 0:
        fields.pop(draw(st.integers(0, len(fields) - 1)))
    space = draw(SPACE)
    return "{" + f",{space}".join(f'"{name}"{space}:{value}' for name, value in fields) + "}"


whole = events() | st.sampled_from(["1", "null", "[]", "{}", '"x"', "[" * 600 + "]" * 600])


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
    """With the defaults, an id, offsets, repeated keys and text from every plane: or all would be slow in silence."""
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


def test_what_is_common_does_not_slow_a_batch_down() -> None:
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


# ── What a reader of JSON loses without a word ──────────────────────────────────────────────────────────────


def accepted(text: str, ndjson: bool = False, decoder: Decoder = NORMAL) -> list[Values]:
    """Return the accepted events of a body."""
    return [unpack(row) for row in decoder.decode(text.encode(), ndjson=ndjson, now=NOW).rows]


def written(**fields: str) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in (BASE | fields).items()) + "}"


@given(st.datetimes(datetime(2016, 1, 1), datetime(2025, 9, 1)), st.text("0123456789", max_size=12), zones)
def test_time_is_cut_off_and_never_rounded(at: datetime, finer: str, zone: str) -> None:
    """An event with any number of digits is in the microsecond in which it happened."""
    text = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}"
    exact = accepted(written(ts=f'"{text}{zone}"'), ndjson=True)
    hidden = "".join(f"\\u00{ord(c):02x}" for c in text[-8:])
    for event in (written(ts=f'"{text}{finer}{zone}"'), written(ts=f'"{text[:-8]}{hidden}{finer}{zone}"')):
        assert accepted(event, ndjson=True) == exact
        assert accepted(f'{{"events":[{event}]}}') == exact


@pytest.mark.parametrize("ndjson", [True, False])
@pytest.mark.parametrize(
    ("ts", "stored"),
    [
        ("2024-12-31T23:59:59.9999999Z", "2024-12-31T23:59:59.999999+00:00"),
        ("2025-01-01T05:29:59.99999999999999+05:30", "2024-12-31T23:59:59.999999+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999+00:00"),
        ("2016-12-31T15:59:60.5-08:00", "2016-12-31T23:59:59.999999+00:00"),
        ("1969-12-31T23:59:59.9999999Z", None),
        ("2016-12-31T12:59:60Z", None),
    ],
)
def test_the_end_of_a_minute_is_not_the_next_one(ts: str, stored: str | None, ndjson: bool) -> None:
    """The end of a minute stays in it, also before 1970 and with a leap second."""
    event = written(ts=f'"{ts}"')
    decoder = Decoder(Settings(retention_days=None))
    found = accepted(event if ndjson else f'{{"events":[{event}]}}', ndjson, decoder)
    assert [values.ts.isoformat() for values in found] == ([stored] if stored else [])


@given(st.integers(2**63, 10**400) | st.integers(-(10**40), -(2**63)), st.booleans())
def test_integers_in_metadata_are_stored_as_they_came(number: int, nested: bool) -> None:
    """Numbers keep their digits at any size: two ids past 64 bits do not become one."""
    text = f'{{"id":[{number}]}}' if nested else f'{{"id":{number}}}'
    (values,) = accepted(written(metadata=text), ndjson=True)
    assert values.metadata == text.encode()


@pytest.mark.parametrize(
    "number",
    ["1e-400", "1E-0400 ", "1e-400\t", "1E-324", "0." + "0" * 400 + "1", "0." + "0" * 250 + "7e-99", "4e-7", "5e-324"],
)
@pytest.mark.parametrize("name", ["cost", "revenue"])
def test_finer_than_a_micro_is_refused_alike(name: str, number: str) -> None:
    """Amounts finer than a micro are refused alike, also where a double is zero; `nearest` takes them as nothing."""
    for ndjson in (True, False):
        event = written(**{name: number})
        body = (event if ndjson else f'{{"events":[{event}]}}').encode()
        (rejection,) = NORMAL.decode(body, ndjson=ndjson, now=NOW).rejected
        assert (rejection["field"], rejection["code"]) == (name, "precision")
        assert "ADPULSE_MONEY=nearest" in rejection["message"]
        (row,) = NEAREST.decode(body, ndjson=ndjson, now=NOW).rows
        assert (unpack(row).revenue_micros if name == "revenue" else unpack(row).cost_micros) == 0


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=3), st.floats(0, 1_000))
def test_sums_of_prices_are_accepted(prices: list[int], odd: float) -> None:
    """The noise of binary floating point is no seventh decimal; with `nearest` a real one is rounded."""
    noisy = sum(price / 10**6 for price in prices)
    (values,) = accepted(written(cost=repr(noisy)), ndjson=True)
    assert values.cost_micros == sum(prices)
    (values,) = accepted(written(cost=repr(odd)), ndjson=True, decoder=NEAREST)
    assert abs(values.cost_micros - odd * 10**6) <= 0.5 + 1e-6


@settings(max_examples=300)
@given(st.data(), st.booleans())
def test_a_field_that_is_there_twice_is_refused(data: st.DataObject, ndjson: bool) -> None:
    """A bad field is named at any place, with any value, beside any events; the other events are stored."""
    changes: list[dict[str, str]] = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "revenue": st.sampled_from(["0", "1.5"]),
                    "event_id": st.sampled_from(["null", '"8f14e45f-ceea-467f-a0e6-d4ee1c0f1fd4"']),
                    "user_id": st.sampled_from(['"a,b"', '"\\u002c"', '","']),
                    "metadata": st.sampled_from(["{}", '{"a":1,"b":[1,2],"a":"x,y"}']),
                },
            ),
            min_size=1,
            max_size=4,
        )
    )
    sent = [written(**change) for change in changes]
    spoilt = data.draw(st.integers(0, len(sent) - 1))
    name, value = data.draw(st.sampled_from(sorted((BASE | changes[spoilt]).items())))
    key = data.draw(st.sampled_from([name, f"\\u{ord(name[0]):04x}{name[1:]}"]))
    sent[spoilt] = data.draw(
        st.sampled_from([f'{{"{key}":{value},{sent[spoilt][1:]}', f'{sent[spoilt][:-1]} , "{key}" : {value}}}'])
    )
    body = "\n".join(sent) if ndjson else f'{{"events":[{",".join(sent)}]}}'
    batch = NORMAL.decode(body.encode(), ndjson=ndjson, now=NOW)
    assert [(each["index"], each["code"]) for each in batch.rejected] == [(spoilt, "repeated_field")]
    assert len(batch.rows) == len(sent) - 1


@given(st.lists(st.integers(0, 2), min_size=2, max_size=3))
def test_two_lists_of_events_are_refused(sizes: list[int]) -> None:
    """Or the events of all but the last would be gone, and the counts of the reply wrong."""
    lists = ",".join(f'"events":[{",".join([written()] * size)}]' for size in sizes)
    with pytest.raises(BodyError) as caught:
        NORMAL.decode(f"{{{lists}}}".encode(), now=NOW)
    assert (caught.value.status, caught.value.code) == (422, "repeated_field")


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


def test_what_is_remembered_is_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory of campaigns, amounts and metadata is bounded, and what is too long is not kept at all."""
    decoder = Decoder(SETTINGS)
    monkeypatch.setattr("adpulse.ingest.remembered.REMEMBERED", 50)
    for n in range(200):
        fields = BASE | {"campaign_id": f'"c{n}"', "cost": f"{n}", "metadata": f'{{"n":{n},"x":"{"x" * n * 2}"}}'}
        event = "{" + ",".join(f'"{key}":{text}' for key, text in fields.items()) + "}"
        decoder.decode(event.encode(), ndjson=True, now=NOW)
        for memory in (decoder._fast.campaigns, decoder._fast.amounts, decoder._fast.documents):
            assert len(memory) <= 50
    assert max(map(len, decoder._fast.documents), default=0) <= 256


# ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────


def many(text: Callable[[int], str]) -> bytes:
    return ('{"events":[' + ",".join(text(n) for n in range(5_000)) + "]}").encode()


def full(n: int, **fields: Any) -> str:
    return json.dumps({
        "ts": "2025-09-24T06:59:31.849095Z", "campaign_id": f"CAMP-{n}", "user_id": f"U{n:08d}", "event_type": "click",
        "cost": n / 1e6, "metadata": {"geo": "IN", "n": n}, **fields,
    })  # fmt: skip


@pytest.mark.parametrize("line", [b"1\n", b"{}\r\n", b"\n", b"\r", b" \n", b"{}\n \n"])
def test_lines_without_end_need_little_memory(line: bytes) -> None:
    """Lines are split until there is one too many; empty ones are none."""
    body = line * (5_000_000 // len(line))
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        refused = outcome(decoder, body, ndjson=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert refused == ((413, "too_many_events") if line.strip() else (422, "empty"))
    assert peak <= 10 * len(body)


@given(
    lines=st.lists(st.sampled_from([b"a", b"", b" ", b"\t", b"b c", b"\x0b", b"\x85", b"\x1c"]), max_size=8),
    end=st.sampled_from([b"\n", b"\r\n", b"\r", b"\n\r"]),
    most=st.integers(1, 5),
)
def test_lines_are_the_same_however_long_a_body_is(lines: list[bytes], end: bytes, most: int) -> None:
    """Lines count alike, counted while they are split or before."""
    body = end.join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adpulse.ingest.decoder.SHORTEST_LINE", 0)
        assert _lines(body, most) == [line for line in body.splitlines() if line.strip()][: most + 1]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(many(full), id="good"),
        pytest.param(many(lambda n: full(n, extra=1)), id="all bad"),
        pytest.param(many(lambda n: full(n, cost=float("nan"))), id="not even JSON"),
        pytest.param(many(lambda n: full(n, metadata={"n": list(range(200))})), id="large metadata"),
        pytest.param(b'{"events":[' + b"{}," * 600_000 + b"{}]}", id="nothing, often"),
        pytest.param(b'{"events":[{"metadata":[' + b"[]," * 600_000 + b"[]]}]}", id="nothing, in one event"),
    ],
)
def test_memory_is_at_most_ten_times_the_body(body: bytes) -> None:
    """Decoding any body, rows included, never needs more than ten times its bytes at a time."""
    decoder = Decoder(SETTINGS)
    tracemalloc.start()
    try:
        result = outcome(decoder, body, ndjson=False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(result) == 5 or result == (413, "too_many_values")
    assert peak <= 10 * len(body)


def test_a_batch_lists_some_and_counts_all() -> None:
    """Twenty rejections are listed."""
    batch = Batch(0)
    for index in range(30):
        batch.reject({"index": index, "field": None, "code": "type", "message": ""})
    assert (len(batch.rejected), batch.rejected_count) == (20, 30)
