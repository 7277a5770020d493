"""RFC 3339 times become instants: to the microsecond, leap seconds included."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adpulse.event.instant import parse_instant
from adpulse.ingest import pixel
from adpulse.ingest.batch import Batch
from adpulse.ingest.copy_format import unpack
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.formats import cloud_events
from adpulse.reports.window import WindowError
from adpulse.reports.window import parse_instant as parse_bound
from adpulse.settings import Settings


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.text("0123456789", max_size=12))
def test_digits_finer_than_a_microsecond_are_cut_off(instant: datetime, finer: str) -> None:
    """Further digits change nothing: a time is never rounded into the next microsecond."""
    text = f"{instant:%Y-%m-%dT%H:%M:%S.%f}{finer}Z"
    assert parse_instant(text) == instant.replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "2017-01-01T01:29:60.5+01:30", "2016-12-31T15:59:60-08:00"])
def test_a_leap_second_is_the_last_microsecond_of_its_minute(text: str) -> None:
    """It comes at the end of a day in UTC, in the clock of any zone."""
    assert parse_instant(text) == datetime(2017, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["2016-12-31T22:59:60Z", "2016-12-31T23:59:60", "2016-12-31T23:59:60+01:00"])
def test_a_leap_second_at_another_time_is_refused(text: str) -> None:
    """No clock has shown it."""
    with pytest.raises(ValueError, match="leap second"):
        parse_instant(text)


def test_a_time_without_an_offset_is_naive() -> None:
    """The caller decides about it."""
    assert parse_instant("2025-09-24T06:59:31").tzinfo is None


@pytest.mark.parametrize("text", ["", "2025-09-24", "24.09.2025 06:59", "2025-13-01T00:00:00Z", "2025-09-24T06:59:61Z"])
def test_a_text_that_is_no_time_is_refused(text: str) -> None:
    """A text that is no time is refused; nothing is guessed."""
    with pytest.raises(ValueError):  # noqa: PT011  # of msgspec, in its own words
        parse_instant(text)


# Times near to what RFC 3339 allows, on either side of it.
_two = st.integers(0, 99).map("{:02}".format) | st.sampled_from(["00", "12", "23", "24", "31", "59", "60", "61"])
_offsets = ["Z", "z", "", "-00:00", "+00:00", "+24:00", "-24:00", "+23:59", "+99:99", "+0530", "+05", "Z "]
nearly_times = st.tuples(
    st.sampled_from(["2016", "2024", "1970", "1969", "2199", "2200", "0000", "0001", "9999", "10000", "99", "-2024"]),
    st.sampled_from(["-02-29", "-02-28", "-12-31", "-06-30", "-01-01", "-13-01", "-00-10", "-1-1", "0101", "-366"]),
    st.sampled_from(["T", "t", " ", "", "_", "TT"]),
    st.tuples(_two, _two, _two).map(":".join) | st.sampled_from(["24:00:00", "23:59:60", "2359", "23:59", "1:2:3"]),
    st.sampled_from(["", ".", ",5", ".5", ".9999999", ".999999999999", ".1e2", ".\u0661"]),
    st.sampled_from(_offsets)
    | st.tuples(st.sampled_from("+-\u2212"), _two, _two).map(lambda found: "{}{}:{}".format(*found)),
).map("".join)


def ways(text: str) -> dict[str, Any]:
    """Return what each way into the service makes of a time: an instant, or the codes of the refusal."""
    decoder = Decoder(Settings(retention_days=None, future_hours=1_000_000))
    event = {"ts": text, "campaign_id": "C", "user_id": "U", "event_type": "click"}
    plain, bad = json.dumps(event), '{"a":NaN}'
    utf8, escaped = json.dumps(event, ensure_ascii=False), plain.replace('"C"', '"\\u0043\\u002c"')
    address = urlencode(event).encode()
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "time": text}
    cloud["data"] = {name: value for name, value in event.items() if name != "ts"}
    batches = {
        "one pass": decoder.decode(f"[{plain}]".encode()),
        "in UTF-8": decoder.decode(f"[{utf8}]".encode()),
        "with escapes": decoder.decode(f"[{escaped}]".encode()),
        "beside a bad event": decoder.decode(f"[{plain},{{}}]".encode()),
        "beside what is no JSON": decoder.decode(f"[{plain},{bad}]".encode()),
        "with a list before": decoder.decode(f'{{"events":[{plain},{bad}]}}'.encode()),
        "a line": decoder.decode(f"{utf8}\n".encode(), ndjson=True),
        "a line beside a bad one": decoder.decode(f"{plain}\n{{}}".encode(), ndjson=True),
        "in an address": decoder.decode(pixel.event_of(address, datetime.now(UTC)), ndjson=True),
        "of a CloudEvent": decoder.decode(json.dumps(cloud).encode(), unwrap=cloud_events.unwrap_one),
    }
    return {way: _outcome(batch) for way, batch in batches.items()}


def _outcome(batch: Batch) -> Any:
    if batch.rows:
        return unpack(batch.rows[0]).ts
    return next(each["code"] for each in batch.rejected if each["index"] == 0)


@given(nearly_times)
@example("2025-09-24T06:59:31+99:99")
@example("2025-09-24T06:59:31+24:00")
@example("2025-09-24T06:59:31-00:00")
@example("2025-09-24T24:00:00Z")
@example("0000-01-01T00:00:00Z")
@example("10000-01-01T00:00:00Z")
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:60-23:59")
@example("2016-02-29T23:59:60.9999999+00:01")
def test_every_way_in_has_the_same_answer(text: str) -> None:
    """One pass or event by event, in any form, an address or a report: a time means the same, or is refused alike."""
    [outcome] = set(ways(text).values())
    bound = _bound(text)
    assert outcome in (bound, "future" if isinstance(bound, datetime) else bound)


def _bound(text: str) -> datetime | str:
    """Return what the first instant of a report would be, or the code of the refusal as events have it."""
    try:
        return parse_bound("start", text, datetime.now(UTC), ZoneInfo("UTC"))
    except WindowError as error:
        words = {"time zone": "timezone", "outside": "range", "is not a time": "format"}
        return next(code for said, code in words.items() if said in str(error))
