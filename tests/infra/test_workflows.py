""".github/workflows against the repository, and the page that a run ends with. Syntax and safety: make lint."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CI: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
JOBS: dict[str, Any] = CI["jobs"]

workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


@workflows
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """A tag can be moved to other code; each pin says which tag it was, so that a reader can check it."""
    uses = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert uses
    for action, comment in uses:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+(\.\d+)*", comment), action


def test_an_action_has_one_pin() -> None:
    """The same action is the same commit in every workflow."""
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for action, commit in re.findall(r"uses: (\S+)@(\w+)", path.read_text()):
            pins.setdefault(action, set()).add(commit)
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@workflows
def test_a_job_gets_only_the_permissions_it_names(path: Path) -> None:
    """Nothing by default; and a checkout leaves no token behind for the steps after it."""
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "permissions" in job
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@workflows
def test_make_targets_exist(path: Path) -> None:
    """What a step makes is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"run: make ([a-z-]+)", path.read_text())) <= targets


def test_the_matrix_is_what_the_project_supports() -> None:
    """Every supported Python from the first one on, with every PostgreSQL from 15 to the embedded one."""
    matrix = JOBS["test"]["strategy"]["matrix"]
    first = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert first is not None
    assert matrix["python"] == [first[1], "3.12", "3.13"]
    assert matrix["postgres"] == ["15", "16", "17", "18"]


def test_the_order_of_the_jobs() -> None:
    """Tests and lint, then the build, then the push, and a summary in every case."""
    assert {"test", "lint"} <= set(JOBS["build"]["needs"])
    assert JOBS["push"]["needs"] == "build"
    assert set(JOBS["summary"]["needs"]) == set(JOBS) - {"summary"}
    assert JOBS["summary"]["if"] == "always()"


def test_only_main_is_pushed_and_only_with_secrets() -> None:
    """No pull request reaches the registry, and a fork without secrets stays green."""
    assert JOBS["push"]["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    first, *others = JOBS["push"]["steps"]
    assert first["id"] == "secrets"
    assert all(step["if"] == "steps.secrets.outputs.given == 'true'" for step in others)
    for name, job in JOBS.items():
        assert ("secrets." in str(job)) == (name == "push")


def _summary() -> Any:
    spec = importlib.util.spec_from_file_location("ci_summary", ROOT / ".ci" / "summary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_summary_counts_what_pytest_counted(tmp_path: Path, results: str) -> None:
    """A row for each file of results, with passed, failed and skipped apart."""
    (tmp_path / "python-3.13-postgres-18.xml").write_text(results)
    page, good = _summary().summary({"lint": "success", "build": "skipped"}, tmp_path)
    assert "| lint | success |" in page
    assert "| python-3.13-postgres-18 | 3 | 3 | 1 | 2 |" in page
    assert good


def test_the_summary_fails_with_a_job(tmp_path: Path) -> None:
    """One check stands for all: a job that failed or was cancelled fails it."""
    for result in ("failure", "cancelled"):
        assert not _summary().summary({"lint": "success", "test": result}, tmp_path)[1]


@pytest.fixture
def results() -> str:
    return (
        '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="1" tests="7" '
        'time="2.4"></testsuite></testsuites>'
    )
