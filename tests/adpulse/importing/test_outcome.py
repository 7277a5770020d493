"""Counts of an import add up those of its groups."""

from adpulse.event.contract import Rejection
from adpulse.importing.events import Events
from adpulse.importing.outcome import Outcome
from adpulse.ingest.batch import Answer


def rejection(field: str | None, code: str) -> Rejection:
    return Rejection(index=0, field=field, code=code, message="")


def test_groups_add_up() -> None:
    """Events that the contract rejects count as those that could not be made; reasons are those of both."""
    judged = [rejection("ts", "future"), rejection(None, "unstorable")]
    unread = [rejection("ts", "future")]
    outcome = Outcome(records=9)
    outcome.add(Answer(3, 1, judged, 2), Events(rejected=unread, skipped=2), judged + unread)
    outcome.add(Answer(1, 0, [], 0), Events(), [])
    described = outcome.described()
    assert {name: described[name] for name in ("records", "accepted", "duplicates", "rejected", "skipped")} == {
        "records": 9,
        "accepted": 4,
        "duplicates": 1,
        "rejected": 3,
        "skipped": 2,
    }
    assert described["reasons"] == [
        {"field": "ts", "code": "future", "count": 2},
        {"field": None, "code": "unstorable", "count": 1},
    ]
