""".github/workflows against the repository, and the page that a run ends with. Syntax and safety: make lint."""

import importlib.util
import re
import tomllib
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
def test_a_step_fails_with_each_part_of_a_pipe(path: Path) -> None:
    """GitHub's own default is bash without pipefail: `build | tee size.json` would pass without a build."""
    workflow = yaml.safe_load(path.read_text())
    assert workflow["defaults"] == {"run": {"shell": "bash"}}
    assert [step for job in workflow["jobs"].values() for step in job["steps"] if "shell" in step] == []


@workflows
def test_make_targets_exist(path: Path) -> None:
    """Each target that a step makes is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"run: make ([a-z-]+)", path.read_text())) <= targets


def test_the_matrix_is_what_the_project_supports() -> None:
    """Every supported Python from the first one on, with every PostgreSQL from 15 to the embedded one."""
    matrix = JOBS["test"]["strategy"]["matrix"]
    first = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert first is not None
    assert matrix["python"] == [first[1], "3.12", "3.13"]
    assert matrix["postgres"] == ["15", "16", "17", "18"]
    tried = {*matrix["python"], *JOBS["bare"]["strategy"]["matrix"]["python"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = {found[1] for each in project["classifiers"] if (found := re.search(r":: (3\.\d+)$", each))}
    assert said == tried
    page = (ROOT / "docs" / "reference" / "support.md").read_text()
    assert f"| Python | {', '.join(sorted(tried, key=lambda each: int(each[2:])))} |" in page
    assert f"| PostgreSQL | {', '.join(matrix['postgres'])} |" in page


def test_the_order_of_the_jobs() -> None:
    """Tests and lint, then the build, then the push, and a summary in every case."""
    assert {"test", "lint"} <= set(JOBS["build"]["needs"])
    assert JOBS["push"]["needs"] == ["build", "stack"]
    assert set(JOBS["summary"]["needs"]) == set(JOBS) - {"summary"}
    assert JOBS["summary"]["if"] == "always()"


def test_only_main_is_pushed_and_only_with_secrets() -> None:
    """No pull request reaches the registry or the site; a fork that has neither stays green."""
    assert JOBS["push"]["if"] == "github.event_name == 'push' && github.ref == 'refs/heads/main'"
    first, *others = JOBS["push"]["steps"]
    assert first["id"] == "secrets"
    assert {step["if"] for step in others} == {"steps.secrets.outputs.given == 'true'"}
    for name, job in JOBS.items():
        assert ("secrets." in str(job)) == (name == "push")
    site = yaml.safe_load((ROOT / ".github" / "workflows" / "site.yml").read_text())["jobs"]["publish"]
    assert site["if"] == "github.ref == 'refs/heads/main'"
    assert [step.get("if") for step in site["steps"]] == [None, "steps.pages.outputs.given == 'true'"]


def _script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"ci_{name}", ROOT / ".ci" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_summary_counts_what_pytest_counted(tmp_path: Path, results: str) -> None:
    """A row for each file of results, with passed, failed and skipped apart."""
    (tmp_path / "python-3.13-postgres-18.xml").write_text(results)
    page, good = _script("summary").summary({"lint": "success", "build": "skipped"}, tmp_path)
    assert "| lint | success |" in page
    assert "| python-3.13-postgres-18 | 3 | 3 | 1 | 2 |" in page
    assert good


def test_the_summary_fails_with_a_job(tmp_path: Path) -> None:
    """One check stands for all: a job that failed or was cancelled fails it."""
    for result in ("failure", "cancelled"):
        assert not _script("summary").summary({"lint": "success", "test": result}, tmp_path)[1]


def test_a_release_publishes_what_was_tested() -> None:
    """Nothing is public before every test of the built packages and images has passed, and all of it is signed for."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]
    assert {"packages", "image", "test"} <= set(jobs["index"]["needs"])
    assert "index" in jobs["registry"]["needs"]
    built = [name for name, job in jobs.items() if "hatchling build" in str(job) or "buildx build" in str(job)]
    assert built == ["packages", "image"]
    for name in ("index", "registry"):
        assert jobs[name]["permissions"]["attestations"] == jobs[name]["permissions"]["id-token"] == "write"
        assert any(step.get("uses", "").startswith("actions/attest@") for step in jobs[name]["steps"])


def test_the_version_is_the_same_everywhere() -> None:
    """The packages', the images' tags in what starts them, and the newest one in the changelog, once there is one."""
    version = re.escape(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
    for path in (ROOT / "compose.yaml", *(ROOT / "infra" / "kubernetes").glob("*.yaml")):
        for tag in re.findall(r"image: (?:\S+/)?adpulse:(\S+)", path.read_text()):
            assert re.fullmatch(version, tag), path
    cut = re.findall(r"^## \[(\d\S*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert not cut or re.fullmatch(version, cut[0])


def test_one_file_says_where_the_project_lives() -> None:
    """The four addresses are of one repository; no other file that GitHub or a package index reads has one of it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    home = project["urls"]["Source"]
    assert {f"{url}/".startswith(f"{home}/") for url in project["urls"].values()} == {True}
    others = [path for path in (ROOT / ".github").rglob("*") if path.is_file()]
    others += [ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "compose.yaml")]
    assert [path for path in others if home in path.read_text()] == []


def test_a_release_has_the_words_of_its_section() -> None:
    """Up to the next heading; a version without a section, or with an empty one, is no release."""
    notes = _script("notes").notes
    changelog = "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-12-01\n\n### Added\n\n- a\n\n## [1.0.0]\n- b\n"
    assert notes(changelog, "1.1.0") == "### Added\n\n- a\n"
    assert notes(changelog, "1.0.0") == "- b\n"
    for version in ("2.0.0", "1.0", "Unreleased"):
        with pytest.raises(LookupError, match=re.escape(version)):
            notes(changelog, version)


@pytest.fixture
def results() -> str:
    return (
        '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="1" tests="7" '
        'time="2.4"></testsuite></testsuites>'
    )
