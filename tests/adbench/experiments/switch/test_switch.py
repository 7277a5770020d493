"""The waits of clients, computed from single requests, and the changes that are made meanwhile."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adbench.experiments.switch import changes, pauses, tables
from adbench.experiments.switch.changes import Made
from adbench.experiments.switch.pauses import Request, Span
from adbench.experiments.switch.run import ROUTE
from adbench.records import model, store
from adpulse.database import connections, migrations
from adpulse.maintenance.loop import run_rounds
from adpulse.variants import catalogue, verify

# Lines of a run of k6 1.1, as `load.run(…, samples)` has it write them.
HEAD = (
    "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,"
    "status,subproto,tls_version,url,extra_tags,metadata\n"
)
SAMPLES = (
    f"{HEAD}"
    "http_reqs,1795574842007116,1.000000,,,,true,,POST,keyed,HTTP/1.1,keyed,,200,,,keyed,phase=warmup,\n"
    "http_req_duration,1795574842007116,61.250000,,,,true,,POST,keyed,HTTP/1.1,keyed,,200,,,keyed,phase=warmup,\n"
    "http_req_duration,1795574842001000,10.500000,,,,true,,GET,report,HTTP/1.1,report,,200,,,report,phase=load&shape=day,\n"
    "http_req_waiting,1795574842001000,10.000000,,,,true,,GET,report,HTTP/1.1,report,,200,,,report,phase=load&shape=day,\n"
    "checks,1795574842001001,1.000000,a report has whole totals,,,,,,,,report,,,,,,phase=load&shape=day,\n"
)


def test_samples_are_read_as_requests(tmp_path: Path) -> None:
    """The stamp of a duration is when the answer was there; other metrics are left out."""
    path = tmp_path / "samples.csv"
    path.write_text(SAMPLES)
    report, keyed = pauses.read(path)
    assert (report.name, keyed.name) == ("report", "keyed")
    assert keyed.answered == 1795574842.007116
    assert keyed.ms == pytest.approx(61.25, abs=1e-3)
    assert report.sent == pytest.approx(1795574841.9905, abs=1e-6)


def every(step: float, start: float, stop: float, name: str = "ingest", took: float = 0.01) -> list[Request]:
    count = round((stop - start) / step)
    return [Request(name, start + n * step, start + n * step + took) for n in range(count)]


def test_a_pause_is_a_long_answer_or_a_time_without_any() -> None:
    """Only requests sent in the span count; a silence counts from the start of the span, and to its end."""
    calm = every(0.1, 0, 10)
    found = pauses.waiting(calm, Span(0, 10))
    assert found is not None
    assert found.requests == 100
    assert (found.p50, found.answer) == (pytest.approx(10), pytest.approx(10))
    assert found.gap == pytest.approx(100)
    # Everybody who sends from 4.0 to 4.5 has the answer at 4.5.
    held = [Request(each.name, each.sent, 4.5) if 4 <= each.sent < 4.5 else each for each in calm]
    found = pauses.waiting(held, Span(0, 10))
    assert found is not None
    assert found.answer == pytest.approx(500)
    assert found.gap == pytest.approx(4.5e3 - 3.91e3)
    outside = pauses.waiting(held, Span(5, 10))
    assert outside is not None
    assert outside.answer == pytest.approx(10)
    # From 6.0 on there is no answer within the span; a request that is answered long after it was still sent in it.
    dead = [each for each in calm if each.sent < 6] + [Request("ingest", 6.0, 60.0)]
    found = pauses.waiting(dead, Span(0, 10))
    assert found is not None
    assert found.answer == pytest.approx(54_000)
    assert found.gap == pytest.approx(10_000 - 5_910)
    assert pauses.waiting(calm, Span(20, 30)) is None


def test_waits_during_a_change_are_those_of_the_change() -> None:
    """Requests that were sent before a change or answered after it count too, and no others."""
    requests = [
        Request("report", 0, 1),
        Request("report", 2, 4),
        Request("report", 4.9, 9.9),
        Request("report", 20, 60),
    ]
    assert pauses.longest(requests, [Span(3, 3.5)]) == pytest.approx(2_000)
    assert pauses.longest(requests, [Span(3, 3.5), Span(5, 6)]) == pytest.approx(5_000)
    assert pauses.longest(requests, [Span(10, 19)]) is None


def result(requests: list[Request], made: list[Made]) -> model.Result:
    measurements = list(tables.measure(requests, made, Span(0, 10), Span(10, 20)))
    return store.of_run(
        what="switch",
        started_at=datetime(2026, 11, 25, tzinfo=UTC),
        postgres=None,
        data=None,
        variant="rollup_dims,rollup",
        parameters={},
        measurements=measurements,
        checks=list(tables.aims(measurements)),
    )


def test_a_change_is_compared_with_the_quiet_time() -> None:
    """A report that waits 300 ms while a design is moved misses its aim; batches keep theirs."""
    requests = [*every(0.1, 0, 20), *every(0.1, 0, 20, "report"), Request("report", 14.9, 15.2)]
    made = [
        Made(changes.MIGRATIONS, Span(10, 11), None, None),
        Made("rollup to rollup_dims", Span(12, 15), 40, None),
        Made("rollup to rollup_dims", Span(16, 17), 60, None),
    ]
    found = result(requests, made)
    assert found.value("pause.answer", stretch="quiet", of="report") == pytest.approx(10)
    assert found.value("pause.answer", stretch="changes", of="report") == pytest.approx(300)
    assert found.value("change.answer", change="rollup to rollup_dims", of="report") == pytest.approx(300)
    assert found.value("change.answer", change="migrations", of="report") == pytest.approx(10)
    assert found.value("change.switch", change="rollup to rollup_dims") == 60
    assert found.value("change", change="rollup to rollup_dims") == 2
    assert [(check.name.split()[0], check.passed) for check in found.checks] == [("batches", True), ("reports", False)]
    assert all(check.aim for check in found.checks)
    head, rows = tables.by_stretch(found)
    assert all(len(row) == len(head) for row in rows)
    assert list(rows[-1][:2]) == ["reports", "changes"]
    head, rows = tables.by_change(found)
    assert [row[:4] for row in rows] == [
        ("migrations", "1", "1.0 s", ""),
        ("rollup to rollup_dims", "2", "2.0 s", "60 ms"),
    ]
    assert len(rows[0]) == len(head)
    assert tables.table(found).row_count == 6


@pytest.mark.parametrize(
    ("count", "failure", "last", "says"),
    [(5, None, 20, ""), (4, None, 20, "1 of the route"), (5, "status 1", 20, "status 1"), (5, None, 21, "not over")],
)
def test_a_run_without_all_its_changes_does_not_pass(count: int, failure: str | None, last: float, says: str) -> None:
    """One that failed, that was not begun, or that was made when nobody looked any more."""
    made = [Made("some", Span(10, 11), None, None)] * (count - 1) + [Made("last", Span(12, last), None, failure)]
    check = tables.changed(ROUTE, made, Span(10, 20))
    assert check.passed is not bool(says)
    assert says in check.detail


class Clock:
    """Time that goes by only when somebody waits; also the event that ends the changes."""

    now = 0.0

    def time(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += max(seconds, 0)

    def is_set(self) -> bool:
        return False


def test_changes_follow_one_another_while_there_is_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """First the migrations, then round the route; nothing is begun that would not end in time; a failure is the end."""
    clock = Clock()
    monkeypatch.setattr(changes, "time", clock)

    def change(url: str, here: str, name: str | None, log: Path) -> Made:
        began = clock.now
        clock.now += 10
        failure = "failed" if name == "btree" else None
        return Made(f"{here} to {name}" if name else "migrations", Span(began, clock.now), None, failure)

    monkeypatch.setattr(changes, "_change", change)
    made = changes.make("", ("covering", "rollup"), Span(5, 63), tmp_path / "log", clock)
    there, back = "rollup to covering", "covering to rollup"
    assert [each.name for each in made] == ["migrations", there, back, there]
    assert [each.span.start for each in made] == [5, 16, 27, 38]
    made = changes.make("", ("btree", "rollup"), Span(clock.now, 1_000), tmp_path / "log", clock)
    assert [each.failure for each in made] == [None, "failed"]


async def test_a_database_begins_earlier_and_is_changed_by_the_command(new_database, tmp_path: Path) -> None:
    """The migrations that were missing are applied; a move says how long its switch took; a failure says why."""
    url = await new_database(None)
    connection = await connections.connect(url)
    later = await changes.build(connection, catalogue.find("rollup"))
    assert await migrations.version(connection) == changes.EARLIER < migrations.latest_version()
    assert later == [name for number, name, _ in migrations.migrations() if number > changes.EARLIER]
    await connection.execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id) "
        "SELECT now(), 'click', 'C', 'U' FROM generate_series(1, 9)"
    )
    await run_rounds(connection, catalogue.find("rollup"))  # the service of today tidies up what it has not migrated
    log = tmp_path / "log"
    migrated = changes._change(url, "rollup", None, log)
    assert (migrated.name, migrated.switch_ms, migrated.failure) == ("migrations", None, None)
    assert await migrations.version(connection) == migrations.latest_version()
    moved = changes._change(url, "rollup", "rollup_dims", log)
    assert (moved.name, moved.failure) == ("rollup to rollup_dims", None)
    assert moved.switch_ms is not None
    assert moved.span.seconds * 1_000 > moved.switch_ms
    assert await connection.fetchval("SELECT count(*) FROM events") == 9
    assert (await verify.verify(connection, await catalogue.active(connection))).exact
    failed = changes._change(url, "rollup_dims", "nonsense", log)
    assert failed.failure is not None
    assert "there is no variant 'nonsense'" in failed.failure
    await connection.close()
