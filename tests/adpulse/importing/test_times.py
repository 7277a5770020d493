"""Times of every kind become instants."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing import times
from adpulse.importing.mapping import Field


@given(
    instant=st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)),
    zone=st.sampled_from(["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_times(instant: datetime, zone: str) -> None:
    """Each way to write a time gives the instant that the zone's clock showed, to the microsecond."""
    aware = instant.replace(tzinfo=ZoneInfo(zone))
    micros = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    ways = [
        (instant.isoformat(" "), Field(timezone=zone)),
        (instant.isoformat().replace(".", ","), Field(timezone=zone)),
        (f"{instant:%Y%m%d %H%M%S.%f}", Field(format="%Y%m%d %H%M%S.%f", timezone=zone)),
        (f"{instant:%d %B %Y %I:%M:%S.%f %p}", Field(format="%d %B %Y %I:%M:%S.%f %p", timezone=zone)),
    ]
    gone = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != instant
    for text, field in ways:
        if gone:
            with pytest.raises(times.Skipped):
                times.compiled(field)(text)
        else:
            assert datetime.fromisoformat(json.loads(times.compiled(field)(text))) == aware
    numbers = [(micros, "micros"), (str(micros), "micros"), (str(Decimal(micros) / 1000), "millis")]
    for text, form in [*numbers, (str(Decimal(micros) / 10**6), "seconds")]:
        found = json.loads(times.compiled(Field(format=form))(text))
        assert datetime.fromisoformat(found) == aware


@pytest.mark.parametrize("form", ["seconds", "millis", "micros"])
@pytest.mark.parametrize("text", ["1e99999999", "-1e99999999", "1e400", "NaN", "-Infinity", "", "soon", "9" * 40])
def test_a_number_that_is_no_time_stays_as_it_is(text: str, form: str) -> None:
    """The contract names it then."""
    assert json.loads(times.compiled(Field(format=form))(text)) == text
