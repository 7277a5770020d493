"""A run that the disk has no room for is refused before it stores anything."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adbench import cli
from adbench.records import store
from adbench.records.model import Measurement, Result
from adbench.workload import disk_space
from adpulse.database import connections
from tests.adbench.records.test_records import result
from tests.servers import Server

Usage = namedtuple("Usage", "total used free")
GB = 10**9


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let every disk have 2 GB free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(100 * GB, 98 * GB, 2 * GB))
    return 2 * GB


@pytest.mark.parametrize("events", [1_000, 1_000_000, 2_000_000, 50_000_000, 10**9])
def test_the_bytes_of_a_design_are_measured_ones(events: int) -> None:
    """An estimate lies between what committed results measured; a design that nobody measured counts as the control."""
    measured: dict[str, list[float]] = {}
    for matrix in store.load(store.COMMITTED.glob("*/*-matrix.json")).values():
        for each in matrix.measurements:
            if each.name == "size.total":
                measured.setdefault(each.labels["variant"], []).append(each.value)
    assert {"heap", "rollup", "rollup_dims"} <= set(measured)
    for name, sizes in measured.items():
        assert min(sizes) <= disk_space.stored_bytes(name, events) / events <= max(sizes), name
    assert disk_space.stored_bytes("of_tomorrow", events) == disk_space.stored_bytes("heap", events)


def ends(soak: Result) -> tuple[str, str]:
    """Return the times of a soak's first and last sample of the tables."""
    times = sorted({each.labels["at_s"] for each in soak.select("table.size")}, key=int)
    return times[0], times[-1]


def test_posted_events_need_what_soaks_took() -> None:
    """The estimate of a soak is at least the growth that a committed one recorded, and at most a third above it.

    Events that come as they happen add little to roll-ups: by the bytes of a data set a soak seemed to need more than
    twice what it took.
    """
    soaks = store.load(store.COMMITTED.glob("*/*-load-soak.json")).values()
    whole = [soak for soak in soaks if any(check.name == "acknowledged = stored = reported" for check in soak.checks)]
    assert {"rollup", "rollup_dims"} <= {soak.variant for soak in whole}
    for soak in whole:
        said = next(check.detail for check in soak.checks if check.name == "acknowledged = stored = reported")
        events = int(said.removesuffix(" events").replace(",", ""))
        sizes = {at_s: sum(each.value for each in soak.select("table.size", at_s=at_s)) for at_s in ends(soak)}
        first, last = sizes.values()
        assert last - first <= disk_space.posted_bytes(soak.variant, events) <= 4 / 3 * (last - first)
    assert disk_space.posted_bytes("btree", 10**6) == disk_space.stored_bytes("btree", 10**6)


def test_a_soak_of_a_service_elsewhere_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its record has no sizes of tables; kept, it neither stops a load nor changes an estimate."""
    rate = Measurement.of("ingest.rate", 1_000.0, "events/s")
    store.write(result(what="load-soak", measurements=[rate]), tmp_path / "machine")
    monkeypatch.setattr(store, "COMMITTED", tmp_path)
    assert disk_space._grown.__wrapped__() == {}


async def test_needed_and_free_space_are_named(connection: connections.Connection, free: int) -> None:
    """The text has both and what needs less; the log counts up to its limit; what will be given back counts as free."""
    log = await connection.fetchval("SELECT pg_size_bytes(current_setting('max_wal_size'))")
    wanted = 2 * GB - log + 1  # a byte too much
    with pytest.raises(disk_space.SpaceError) as refused:
        await disk_space.ensure(connection, wanted, "load fewer events")
    said = str(refused.value)
    assert "needs about 2.0 GB" in said
    assert "2.0 GB are free under /" in said
    assert "load fewer events" in said
    await disk_space.ensure(connection, wanted, "load fewer events", held=1)
    await disk_space.ensure(connection, wanted - 1, "load fewer events")
    await disk_space.ensure(connection, log / 2, "load fewer events")


async def test_a_disk_that_is_not_seen_is_not_judged(
    connection: connections.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of a server in a container is not here; then nothing is refused."""

    def missing(folder: str) -> Usage:
        raise FileNotFoundError(folder)

    monkeypatch.setattr(shutil, "disk_usage", missing)
    await disk_space.ensure(connection, 10**15, "load fewer events")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("matrix --scale 20M --variants heap,partitioned,rollup", "--variants"),
        ("seed --events 50000000", "--events"),
        ("load soak --events 1000 --batches 150 --duration 1200", "--duration"),
        ("run report --events 50000000", "--events"),
        ("demo --events 50000000", "--events"),
    ],
)
@pytest.mark.usefixtures("free")
def test_each_command_that_fills_a_disk_is_refused(
    command: str, option: str, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with exit status 2 names an option that needs less, and no result is written."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", server.url())
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path))
    done = CliRunner().invoke(cli.app, command.split())
    said = [line for line in done.stderr.splitlines() if line.startswith("adbench: ")]
    assert done.exit_code == 2, done.output
    assert len(said) == 1
    assert "GB are free" in said[0]
    assert option in said[0]
    assert not (tmp_path / "results").exists()
