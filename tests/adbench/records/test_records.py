"""A result file says where a number comes from, and is read as it was written."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adbench.records import environment, store
from adbench.records.model import Check, Data, Measurement, Postgres, Result
from adpulse.database.connections import Connection


def result(**changed: object) -> Result:
    fields = {
        "what": "demo",
        "started_at": datetime(2025, 9, 24, 6, 59, 31, tzinfo=UTC),
        "machine": environment.machine(),
        "postgres": Postgres(version="18.6", settings={"work_mem": "32MB"}),
        "source": environment.source(),
        "data": Data(events=1, days=1, campaigns=1, seed=7, end=datetime(2025, 9, 24, tzinfo=UTC)),
        "variant": "rollup",
        "parameters": {"seconds": 10},
        "measurements": [Measurement(name="report.latency", value=1.5, unit="ms", labels={"quantile": "0.95"})],
        "checks": [Check(name="accuracy", passed=True, detail="100 %")],
    }
    return Result(**fields | changed)


def test_a_result_survives_its_file(tmp_path: Path) -> None:
    """Whole, under a name with the date and the command."""
    written = result()
    path = store.write(written, tmp_path / "new")
    assert path.name == "20250924T065931Z-demo.json"
    assert store.read(path) == written


def test_a_result_is_never_overwritten(tmp_path: Path) -> None:
    """Results are a record: the second of a second gets a name of its own."""
    paths = {store.write(result(variant=name), tmp_path) for name in ("rollup", "btree_gin")}
    assert {store.read(path).variant for path in paths} == {"rollup", "btree_gin"}


def test_other_files_are_refused(tmp_path: Path) -> None:
    """A reader must not have to guess."""
    for text in ("{}", result().model_dump_json().replace('"variant"', '"variation"')):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(store.ResultError, match=r"x\.json is not a result"):
            store.read(tmp_path / "x.json")


def test_a_measurement_is_found_by_name_and_labels() -> None:
    """A measurement is found by all its labels: p95 of everything is not p95 of one shape."""
    assert result().value("report.latency", quantile="0.95") == 1.5
    with pytest.raises(KeyError):
        result().value("report.latency")


def test_one_failed_check_fails_the_result() -> None:
    """Numbers with wrong answers are void."""
    assert result().passed
    assert not result(checks=[*result().checks, Check(name="late", passed=False, detail="201 ms")]).passed


def test_the_machine_and_the_code_are_named() -> None:
    """Two results can be compared if these members agree."""
    here = environment.machine()
    assert here.cpu
    assert here.cores >= 1
    assert here.memory_bytes > 0
    assert environment.source().packages["adpulse"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git, which knows the files of a revision, is not installed")
def test_a_result_that_was_kept_changes_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run after `adbench keep` is of its revision; one with another file changed is not; also in a hook of git."""
    for folder in ("benchmarks/adbench", "benchmarks/results"):
        (tmp_path / folder).mkdir(parents=True)
    code = tmp_path / "benchmarks" / "adbench" / "code.py"
    code.write_text("")
    for command in ("init -q", "add -A", "-c user.name=N -c user.email=E commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    monkeypatch.setattr(environment, "__file__", str(code))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "of another repository"))
    assert re.fullmatch("[0-9a-f]{40}", environment.source().revision or "")
    (tmp_path / "benchmarks" / "results" / "kept.json").write_text("{}")
    assert not environment.source().changed
    code.write_text("pass")
    assert environment.source().changed


@pytest.mark.anyio
@pytest.mark.every_version
async def test_the_server_tells_its_settings(connection: Connection) -> None:
    """Those that somebody chose, and no paths of this machine."""
    server = await environment.postgres(connection)
    assert server.version[0].isdigit()
    assert server.settings["fsync"] == "off"
    assert not any("/" in setting for setting in server.settings.values())
    texts = await connection.fetch("SELECT name FROM pg_settings WHERE vartype = 'string'")
    assert set(server.settings) & {each["name"] for each in texts} <= {"shared_preload_libraries"}


def test_parameters_are_the_numbers_of_a_plan() -> None:
    """Names, data sets and lists are told elsewhere, or by `more`."""

    @dataclass
    class Plan:
        rounds: int = 3
        seconds: float = 0.5
        reuse: bool = False
        scenario: str = "smoke"
        sizes: tuple[int, ...] = (1, 2)

    assert store.parameters(Plan(), warmup=1) == {"rounds": 3, "seconds": 0.5, "reuse": False, "warmup": 1}


def test_measurements_are_selected_by_some_of_their_labels() -> None:
    """Others may stand beside them; `find` wants exactly the labels that it is given."""
    found = result(
        measurements=[Measurement(name="p", value=n, unit="ms", labels={"n": str(n), "k": "a"}) for n in (1, 2)]
    )
    assert [each.value for each in found.select("p", k="a")] == [1, 2]
    assert [each.value for each in found.select("p", n="2")] == [2]
    assert found.select("q") == []
