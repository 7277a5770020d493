"""The contract: money is exact, and what is wrong is named."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adpulse.event.contract import EVENT, FIELDS, check, explain
from adpulse.event.limits import TEXT_LENGTH, Limits
from adpulse.event.values import COLUMNS, Values
from adpulse.ingest.copy_format import micros_of, pack, unpack
from adpulse.settings import Settings

NOW = datetime(2025, 9, 24, 12, tzinfo=UTC)
LIMITS = Limits.at(NOW, Settings())
GOOD = {"ts": "2025-09-24T06:59:31.849Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=TEXT_LENGTH)


@given(
    st.builds(
        Values,
        ts=st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)),
        cost_micros=st.integers(0, 10**15),
        revenue_micros=st.integers(0, 10**15),
        user_id=TEXT,
        campaign_id=TEXT,
        event_type=st.sampled_from(["impression", "click", "conversion"]),
        metadata=TEXT.map(lambda text: orjson.dumps({"key": text})),
        event_id=st.none() | st.uuids(),
    )
)
def test_a_row_can_be_read_again(values: Values) -> None:
    """The bytes that go to the database hold what they were made of, every value of it."""
    assert unpack(pack(values)) == values


@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31)), st.integers(-14 * 60, 14 * 60))
def test_instants_are_exact(local: datetime, minutes: int) -> None:
    """Instants are exact to the microsecond in any zone: PostgreSQL's count is what integers give."""
    utc = local.replace(tzinfo=UTC)
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    expected = (utc - epoch) // timedelta(microseconds=1) - minutes * 60_000_000
    assert micros_of(local.replace(tzinfo=timezone(timedelta(minutes=minutes)))) == expected


def test_an_event_has_defaults() -> None:
    """Nothing costs nothing, earns nothing, and has no metadata and no id."""
    values = check(GOOD, Limits.at(NOW, Settings()))
    instant = datetime(2025, 9, 24, 6, 59, 31, 849_000, UTC)
    assert values == Values(instant, 0, 0, "U", "C", "click", b"{}", None)


def test_the_edges_of_time_are_inside() -> None:
    """The oldest and the latest instant are taken; a microsecond beyond is not."""
    limits = Limits.at(NOW, Settings(retention_days=10, future_hours=2))
    for edge, step in ((NOW - timedelta(days=10), -1), (NOW + timedelta(hours=2), 1)):
        assert check(GOOD | {"ts": edge.isoformat()}, limits).ts == edge
        with pytest.raises(ValidationError):
            check(GOOD | {"ts": (edge + step * timedelta(microseconds=1)).isoformat()}, limits)


def test_an_explanation_repeats_nothing() -> None:
    """An explanation repeats neither a value nor the name of an unknown field."""
    limits = Limits.at(NOW, Settings())
    texts = [{name: "secret"} for name in ("ts", "event_type", "cost", "metadata")]
    for bad in [
        *texts,
        {"secret": 1},
        {"user_id": "secret" * 30},
        {"event_id": "secret" * 30},
        {"event_id": ["secret"]},
        {"user_id": "secret\ud800"},
        {"\ud800secret": 1},
    ]:
        with pytest.raises(ValidationError) as caught:
            check(GOOD | bad, limits)
        assert "secret" not in str(explain(caught.value, 0))


def test_the_first_field_that_is_wrong_is_named() -> None:
    """The first of several wrong fields, in the order of the contract, is named."""
    with pytest.raises(ValidationError) as caught:
        check(GOOD | {"cost": -1, "user_id": ""}, Limits.at(NOW, Settings()))
    rejection = explain(caught.value, 7)
    assert (rejection["index"], rejection["field"], rejection["code"]) == (7, "user_id", "length")


@given(st.dictionaries(st.text("abc"), st.integers(), min_size=1), st.sets(st.sampled_from(FIELDS)), st.booleans())
def test_one_unknown_field_stands_for_all(unknown: dict[str, int], wrong: set[str], first: bool) -> None:
    """An event of any number of fields is explained as pydantic would, without an error for each of them."""
    known = GOOD | dict.fromkeys(wrong)
    event = unknown | known if first else known | unknown
    with pytest.raises(ValidationError) as every:
        EVENT.validate_python(event, context=LIMITS)
    with pytest.raises(ValidationError) as caught:
        check(event, LIMITS)
    assert explain(caught.value, 0) == explain(every.value, 0)
    assert caught.value.error_count() <= len(FIELDS) + 1


def test_the_schema_has_every_field() -> None:
    """The published contract is the one that is checked; each field is a column or becomes one."""
    schema = EVENT.json_schema()
    assert tuple(schema["properties"]) == FIELDS
    assert {name if name in FIELDS else name.removesuffix("_micros") for name in COLUMNS} == set(FIELDS)
    assert all("description" in field for field in schema["properties"].values())
