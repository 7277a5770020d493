"""k6 is found or asked for clearly; its scripts parse, and its summary is read."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adbench.harness.k6 import SCRIPTS, Load, LoadError, find_k6, run

SOURCES = sorted(SCRIPTS.glob("*.js"))


@pytest.fixture
def k6() -> str:
    try:
        return find_k6()
    except LoadError:
        pytest.skip("no k6 here")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up a Python with no program beside it, and an empty PATH."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "path").mkdir()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def program(path: Path, text: str = "exit 0") -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_k6_beside_python_comes_first(bare: Path) -> None:
    """The wheel's version is the one that the lock file names."""
    beside, other = program(bare / "bin" / "k6"), program(bare / "path" / "k6")
    assert find_k6() == str(beside)
    beside.unlink()
    assert find_k6() == str(other)


def test_a_missing_k6_is_explained(bare: Path) -> None:
    """A missing k6 is explained with the container command for platforms that have no wheel."""
    with pytest.raises(LoadError, match=r"docker run --rm -i --network host .*grafana/k6 run"):
        find_k6()


@pytest.mark.parametrize("script", SOURCES, ids=lambda path: path.stem)
def test_scripts_parse(k6: str, script: Path, tmp_path: Path) -> None:
    """Scripts parse with nothing given but the bodies that one of them sends."""
    body = tmp_path / "body"
    body.write_text("{}")
    command = [k6, "inspect", "-e", f"BODIES={body}", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    options = json.loads(done.stdout)
    assert options["scenarios"]
    assert options["thresholds"]["checks"] == ["rate==1"]


def test_scripts_parse_in_a_folder_of_any_name(k6: str, tmp_path: Path) -> None:
    """k6 speaks of files as URLs: a folder's name may hold what a URL escapes."""
    folder = shutil.copytree(SCRIPTS, tmp_path / "a folder, 100 % größer" / "k6")
    body = folder / "body"
    body.write_text("{}")
    scripts = sorted(folder.glob("*.js"))
    assert scripts
    for script in scripts:
        command = [k6, "inspect", "-e", f"BODIES={body}", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_wrong_parameter_is_named(k6: str) -> None:
    """A wrong parameter is named, instead of a run with a default."""
    command = [k6, "inspect", "-e", "SECONDS=soon", str(SCRIPTS / "demo.js")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "SECONDS must be a positive number" in done.stderr + done.stdout


def test_a_k6_that_breaks_off_is_an_error_with_its_log(bare: Path) -> None:
    """A k6 that breaks off is an error with its log, and not a result."""
    program(bare / "bin" / "k6", "echo could not do it >&2; exit 107")
    with pytest.raises(LoadError, match=r"status 107:\n +could not do it"):
        run("demo", {}, bare / "k6.json", 1, lambda gone: None)


def test_options_of_the_shell_are_for_other_loads(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who works with k6 may have K6_VUS set. Only what a script needs reaches it."""
    monkeypatch.setenv("K6_VUS", "3")
    program(bare / "bin" / "k6", 'echo "users:$K6_VUS:$K6_CSV_TIME_FORMAT" >&2; exit 107')
    with pytest.raises(LoadError, match="users::unix_micro"):
        run("demo", {}, bare / "k6.json", 1, lambda gone: None)


def test_crossed_thresholds_are_a_result(bare: Path) -> None:
    """k6 ends with status 99 then; the reader of the result decides what it means."""
    summary = {
        "config": {},
        "checks": [{"name": "it is right", "passes": 3, "fails": 1, "id": "x", "path": "::it"}],
        "metrics": {
            "checks": {
                "type": "rate",
                "contains": "default",
                "values": {"rate": 0.75, "passes": 3, "fails": 1},
                "thresholds": {"rate==1": {"ok": False}},
            },
            "http_req_duration": {
                "type": "trend",
                "contains": "time",
                "values": {"p(95)": 12.34, "count": 1},
                "thresholds": {"p(95)<10": {"ok": False}},
            },
        },
        "state": {"testRunDurationMs": 1.5},
    }
    (bare / "summary").write_text(json.dumps(summary))
    program(bare / "bin" / "k6", f"/bin/cp {bare}/summary {bare}/k6.json; exit 99")
    result = run("demo", {}, bare / "k6.json", 1, lambda gone: None)
    assert isinstance(result, Load)
    (missed,) = result.thresholds()
    assert (missed.name, missed.passed, missed.detail) == ("http_req_duration p(95)<10", False, "12.3 ms")
    assert result.value("checks", "fails") == 1
    assert result.value("never_added_to", "count") == 0


def test_a_run_by_hand_is_summed_up_for_people_too(k6: str, tmp_path: Path) -> None:
    """Without OUT: JSON on standard output, and beside it which promises were kept, and each metric in a line."""
    script = tmp_path / "script.js"
    script.write_text(
        f"import {{ summary, TREND_STATS }} from '{SCRIPTS}/lib/summary.js';\n"
        "import { Trend, Rate } from 'k6/metrics';\n"
        "const took = new Trend('took', true), good = new Rate('good');\n"
        "const aims = { took: ['max<1'] };\n"
        "export const options = { iterations: 1, summaryTrendStats: TREND_STATS,"
        " thresholds: { ...aims, good: ['rate==1'] } };\n"
        "export const handleSummary = summary(aims);\n"
        "export default () => { took.add(20); good.add(true); };\n"
    )
    done = subprocess.run([k6, "run", "--quiet", "--no-usage-report", str(script)], capture_output=True, text=True)
    assert json.loads(done.stdout)["metrics"]["took"]["values"]["max"] == 20
    lines = done.stderr.splitlines()
    assert "kept    good: rate==1" in lines
    assert "missed  took: max<1 (an aim)" in lines
    assert any(line.startswith("took ") and "p(95) 20.0 ms" in line for line in lines)
    assert any(line.startswith("good ") and line.endswith("100.00 %") for line in lines)
