"""Generate events that are nearly right: every shape of number, time, text and id that parts readers of JSON."""

import json
from datetime import datetime

from hypothesis import strategies as st

from tests.adpulse.ingest.decoders import BASE

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
