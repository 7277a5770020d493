"""Results that are kept say where they come from, are whole, and stay as they were."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adbench.cli import app
from adbench.records import environment, manifest, plausible, store
from adbench.records.manifest import ManifestError
from adbench.records.model import Disk, Postgres, Result
from adbench.records.store import COMMITTED, MANIFEST
from tests.adbench.records.test_records import result

# Of the reference, and of others who added their machine.
FOLDERS = sorted({path.parent for path in COMMITTED.rglob("*.json")})
DISK = Disk(fsyncs_per_s=1_000, measured_at=datetime(2025, 9, 24, tzinfo=UTC))
folders = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)


def local(folder: Path, **changed: object) -> Path:
    return store.write(result(**changed), folder)


@folders
def test_committed_results_are_whole(folder: Path) -> None:
    """Every file is a result, from the folder's machine and date; the manifest has each of them as it is, and no
    other.
    """
    kept_there = store.read_manifest(folder)
    assert kept_there is not None
    assert set(kept_there.files) == {path.name for path in store.files(folder)}
    assert list(plausible.private_of(kept_there.model_dump(mode="json", exclude={"packages"}))) == []
    for name, kept in kept_there.files.items():
        found = store.read(folder / name)
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == kept.sha256
        assert found.machine == kept_there.machine
        # Its names are known where it was measured, and not where a pull request is tested.
        here = found.machine == environment.machine()
        assert plausible.problems(found, plausible.of_this_machine() if here else ()) == []
        assert re.search(rf"-{found.started_at:%Y-%m-%d}(-\d+)?$", folder.name)


def test_each_kind_is_shown_of_the_machine_that_has_its_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All days of it, oldest first. What needs many kinds gets those of the newest machine that has them all."""
    monkeypatch.setattr(manifest, "COMMITTED", tmp_path / "home")
    kept_on = (
        ("1", "old", "matrix"),
        ("1", "old", "faults"),
        ("1", "this", "demo"),
        ("2", "this", "matrix"),
        ("3", "this", "demo"),
        ("4", "other", "gate"),
        ("5", "other", "faults"),
    )
    for hour, (day, cpu, what) in enumerate(kept_on):
        machine = result().machine.model_copy(update={"cpu": cpu, "cores": len(cpu)})
        began = datetime(2026, 1, int(day), hour, tzinfo=UTC)
        path = local(tmp_path / "local", machine=machine, started_at=began, what=what)
        manifest.keep([path], tmp_path / "home", DISK)
    shown = store.load(manifest.reference())
    assert list(shown) == manifest.reference()
    assert [(each.machine.cpu, each.what) for each in shown.values()] == [
        ("this", "demo"),
        ("this", "matrix"),
        ("this", "demo"),
        ("other", "gate"),
        ("other", "faults"),
    ]
    for needed, cpu in (
        (("matrix", "demo"), "this"),
        (("matrix", "faults"), "old"),
        (("faults",), "other"),
        (("matrix", "gate"), "other"),  # no machine has both
    ):
        alone = list(store.load(manifest.of_one_machine(needed)).values())
        assert {each.machine.cpu for each in alone} == {cpu}
        assert len(alone) == sum(its == cpu for _, its, _ in kept_on)
    demo = manifest.last("demo")
    assert demo is not None
    assert store.read(demo).started_at.day == 3
    assert manifest.last("load-soak") is None


def test_there_are_committed_results() -> None:
    """The test above has something to look at."""
    assert FOLDERS


def test_results_are_kept_by_machine_and_date(tmp_path: Path) -> None:
    """Results of a machine and day share a folder and a manifest, whose disk stays when a second one joins."""
    home, began = tmp_path / "home", result().started_at
    [first] = manifest.keep([local(tmp_path / "local")], home, DISK)
    assert first.parent.name.endswith(f"-{environment.machine().cores}-cores-2025-09-24")
    [second] = manifest.keep([local(tmp_path / "local", started_at=began + timedelta(hours=1))], home, None)
    [other_day] = manifest.keep([local(tmp_path / "local", started_at=began + timedelta(days=1))], home, None)
    assert second.parent == first.parent != other_day.parent
    kept_there = store.read_manifest(first.parent)
    assert kept_there is not None
    assert set(kept_there.files) == {first.name, second.name}
    assert kept_there.disk == DISK
    assert kept_there.seeds == [7]
    assert [server.version for server in kept_there.postgres] == ["18.6"]
    assert store.read(first) == result()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A name that is there is refused, before anything is copied."""
    home, began = tmp_path / "home", result().started_at
    path = local(tmp_path / "local")
    [kept] = manifest.keep([path], home, DISK)
    before = {each: each.read_bytes() for each in home.rglob("*.json")}
    later = local(tmp_path / "local", started_at=began + timedelta(hours=2))
    for paths in ([path], [later, path], [later, later]):
        with pytest.raises(ManifestError, match="never overwritten"):
            manifest.keep(paths, home, DISK)
    assert {each: each.read_bytes() for each in home.rglob("*.json")} == before
    assert kept in before


def test_impossible_and_private_results_are_refused(tmp_path: Path) -> None:
    """Nothing is copied, and the first reasons are said."""
    path = local(tmp_path / "local", parameters={"log": "see /home/somebody/run.log"})
    with pytest.raises(ManifestError, match=r"cannot be kept: a path at parameters\.log"):
        manifest.keep([path], tmp_path / "home", DISK)
    assert not (tmp_path / "home").exists()


def test_machines_are_not_mixed(tmp_path: Path) -> None:
    """A folder is one machine: results of others of that kind and date have folders of their own, at once or later."""
    home, paths = tmp_path / "home", []
    for number, name in enumerate(["one", "another", "one", "a third"]):
        machine = environment.machine().model_copy(update={"cpu": name})
        at = result().started_at + timedelta(minutes=number)
        paths.append(local(tmp_path / "local", machine=machine, started_at=at))
    kept = manifest.keep(paths[:2], home, DISK) + manifest.keep(paths[2:], home, DISK)
    endings = [path.parent.name.removeprefix(kept[0].parent.name) for path in kept]
    assert endings == ["", "-2", "", "-3"]
    for folder in home.iterdir():
        assert (known := store.read_manifest(folder)) is not None
        machines = [each.machine for each in store.load([folder]).values()]
        assert machines == [known.machine] * len(known.files)


def test_a_changed_result_is_noticed(tmp_path: Path) -> None:
    """Nothing is added to a folder whose files are not what they were."""
    [kept] = manifest.keep([local(tmp_path / "local")], tmp_path / "home", DISK)
    kept.write_text(Result(**{**dict(result()), "variant": "heap"}).model_dump_json())
    with pytest.raises(ManifestError, match="never changed"):
        manifest.write_manifest(kept.parent, DISK)


def test_the_disk_of_a_server_elsewhere_is_not_known(tmp_path: Path) -> None:
    """Results of this machine say nothing about it."""
    server = Postgres(version="18.6", settings={}, local=False)
    [kept] = manifest.keep([local(tmp_path / "local", postgres=server)], tmp_path / "home", DISK)
    kept_there = store.read_manifest(kept.parent)
    assert kept_there is not None
    assert kept_there.disk is None


def test_the_disk_is_measured(tmp_path: Path) -> None:
    """Some writes a second, and no file left behind."""
    assert manifest.measure_disk(tmp_path, 0.01).fsyncs_per_s > 0
    assert list(tmp_path.iterdir()) == []


def test_the_command_keeps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`adbench keep` says where the copy is, and fails with 2 the second time."""
    monkeypatch.setattr(manifest, "FSYNC_S", 0.01)
    arguments = ["keep", str(local(tmp_path / "local")), "--into", str(tmp_path / "home")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert Path(done.output.splitlines()[0]).parent.joinpath(MANIFEST).exists()
    assert CliRunner().invoke(app, arguments).exit_code == 2
