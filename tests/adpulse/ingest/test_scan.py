"""The decoder notices what a fast reader of JSON would lose in silence."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.ingest.batch import BodyError
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from tests.adpulse.ingest.decoders import BASE, NEAREST, NORMAL, NOW, accepted, written
from tests.adpulse.ingest.nearly_right import zones


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
    """The events of all lists but the last would be lost, and the counts of the reply wrong."""
    lists = ",".join(f'"events":[{",".join([written()] * size)}]' for size in sizes)
    with pytest.raises(BodyError) as caught:
        NORMAL.decode(f"{{{lists}}}".encode(), now=NOW)
    assert (caught.value.status, caught.value.code) == (422, "repeated_field")
