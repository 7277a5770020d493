"""Records become events: one, several, or none of each, at the place of the record."""

from pathlib import Path

from tests.adpulse.importing.conftest import HEADER, read

WIDE = "when,campaign,user,views,buys\n"
KINDS = [
    {"when": {"views": "1"}, "event_type": {"value": "impression"}},
    {"when": {"buys": "1"}, "event_type": {"value": "conversion"}},
]
COLUMNS = {"ts": "when", "campaign_id": "campaign", "user_id": "user"}


def test_a_record_is_an_event_of_every_kind_that_it_shows(tmp_path: Path) -> None:
    """A row with a view and a purchase is two events, a row with neither is none; metadata go with each."""
    path = tmp_path / "a.csv"
    path.write_text(
        WIDE.replace("\n", ",geo\n")
        + "".join(
            f"2025-09-24T06:00:0{n}Z,C,U{n},{kinds},G{n}\n" for n, kinds in enumerate(["1,1", "0,1", "0,0", "1,0"])
        )
    )
    _, events, bad = read(path, **COLUMNS, event=KINDS)
    assert bad == []
    assert sorted((each.user_id, each.event_type, each.metadata) for each in events) == [
        ("U0", "conversion", b'{"geo":"G0"}'),
        ("U0", "impression", b'{"geo":"G0"}'),
        ("U1", "conversion", b'{"geo":"G1"}'),
        ("U3", "impression", b'{"geo":"G3"}'),
    ]


def test_a_time_that_the_clocks_skip_costs_its_record_alone(tmp_path: Path) -> None:
    """It is named by its line, also in a file of several kinds; what is not asked for is no rejection."""
    path = tmp_path / "a.csv"
    times = ["2025-03-09T01:59:59", "2025-03-09T02:30:00", "2025-03-09T03:00:00"]
    path.write_text(WIDE + "".join(f"{time},C,U{n},1,0\n" for n, time in enumerate(times)))
    new_york = {"column": "when", "timezone": "America/New_York"}
    _, events, bad = read(path, **{**COLUMNS, "ts": new_york}, event=KINDS)
    assert [each.user_id for each in events] == ["U0", "U2"]
    assert bad == [(3, "ts", "timezone")]
    rows = zip(times, ["click", "click", "installed"], strict=True)
    path.write_text(HEADER + "".join(f"{time},C,U{n},{kind},\n" for n, (time, kind) in enumerate(rows)))
    _, events, bad = read(path, ts={"timezone": "America/New_York"}, event_type={"others": "skip"})
    assert [each.user_id for each in events] == ["U0"]
    assert bad == [(3, "ts", "timezone")]


def test_metadata_are_the_columns_that_nothing_else_uses(tmp_path: Path) -> None:
    """All of them, those that are named under their new names, or none."""
    path = tmp_path / "a.csv"
    path.write_text("ts,campaign_id,user_id,event_type,geo,device\n2025-09-24T06:00:00Z,C,U,click,IN,tv\n")
    for wanted, found in (
        ("rest", b'{"geo":"IN","device":"tv"}'),
        ({"country": "geo"}, b'{"country":"IN"}'),
        ({}, b"{}"),
        ("none", b"{}"),
    ):
        _, (event,), bad = read(path, metadata=wanted)
        assert bad == []
        assert event.metadata == found
