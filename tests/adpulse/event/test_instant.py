"""RFC 3339 times become instants: to the microsecond, leap seconds included."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.event.instant import parse_instant


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
