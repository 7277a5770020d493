"""The proof counts what it says, and its plants do what they say."""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adbench.gate.measure.tasks import QUICK
from adbench.gate.measure.trees import Tree, TreeError
from adbench.gate.proof import plants, run
from adbench.gate.proof.plants import PLANTS, Plant
from adbench.gate.verdict.decision import Call, Verdict
from adbench.gate.verdict.findings import Finding
from adbench.gate.verdict.result_file import GatePlan
from adbench.records.model import Result
from tests.adbench.gate.test_summary import compared

ROOT = Path(__file__).parents[3]
BY_NAME = {plant.name: plant for plant in PLANTS}


def result(**verdicts: Verdict) -> Result:
    calls = [Call(name.replace("_", ".") + ".cpu", verdict, "") for name, verdict in verdicts.items()]
    findings = [Finding("buffers hour", Verdict.SAME, "", 9, 9, "pages")]
    return compared(calls, findings)


def test_a_plant_is_caught_by_its_own_metrics() -> None:
    """The planted metric regressed; another that did, or an improvement, is a false call; each is open alone."""
    caught = result(post_service=Verdict.REGRESSED, codec=Verdict.SAME)
    elsewhere = result(post_service=Verdict.SAME, codec=Verdict.REGRESSED)
    better = result(post_service=Verdict.IMPROVED, codec=Verdict.SAME)
    unsure = result(post_service=Verdict.CANNOT_TELL, codec=Verdict.SAME)
    assert run.tally(BY_NAME["burning-25"], [caught, elsewhere, better, unsure]) == [
        run.Tally("ingest-25", runs=4, caught=1, otherwise=2, cannot_tell=1),
        run.Tally("report-25", runs=4, caught=0, otherwise=2, cannot_tell=0),
    ]
    assert run.tally(BY_NAME["nothing"], [caught, unsure]) == [run.Tally("nothing", 2, 0, 1, 1)]


def test_promises_are_checked() -> None:
    """Nine of ten for a quarter, seven for a tenth, three of three for what is counted, and no false call."""
    regressed, unsure = result(post_service=Verdict.REGRESSED), result(post_service=Verdict.CANNOT_TELL)
    runs = {name: [unsure] * 10 for name in BY_NAME}
    runs["burning-25"] = [regressed] * 9 + [unsure]
    runs["burning-10"] = [regressed] * 6 + [unsure] * 4
    runs["index"] = []
    plan = GatePlan("main", "main", QUICK, 1.05, 180, 7)
    summed = run.to_result(plan, runs, datetime(2026, 1, 1, tzinfo=UTC))
    passed = {check.name: check.passed for check in summed.checks}
    assert passed["nothing"]
    assert passed["ingest-25"]
    assert not passed["ingest-10"]
    assert not passed["report-25"]
    assert not passed["index"]  # not run is not passed
    assert summed.value("caught", plant="ingest-25") == 0.9
    assert run.table(summed).row_count == len(PLANTS) + 2


@pytest.mark.parametrize("plant", [plant for plant in PLANTS if plant.signals_only], ids=lambda plant: plant.name)
def test_a_plant_that_finds_nothing_to_change_says_so(tmp_path: Path, plant: Plant) -> None:
    """When the SQL has moved on, the proof must not pass on an unchanged copy."""
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    plant.edit(tmp_path)
    with pytest.raises(TreeError, match="out of date"):
        plant.edit(tmp_path)


def test_a_copy_is_planted_and_taken_away(tmp_path: Path) -> None:
    """The tree it is copied from stays as it is."""
    tree = Tree("0" * 40, ROOT, Path("python"))
    with plants.planted(tree, BY_NAME["burning-25"], tmp_path) as copy:
        changed = (copy.path / "service" / "adpulse" / "web" / "app.py").read_text()
        assert "_Burning" in changed
        assert copy.revision == f"{'0' * 12}+burning-25"
    assert not copy.path.exists()
    assert "_Burning" not in (ROOT / "service" / "adpulse" / "web" / "app.py").read_text()


def test_a_burning_path_takes_its_share_more() -> None:
    """A burning path takes its share of CPU time more since the last answer, and other paths take none."""
    source = plants._BURNING.format(paths=("/events",), share=1.0)
    scope: dict[str, Any] = {"create_app": None}
    exec(source, scope)
    worked = 0.05

    async def app(scope: dict[str, Any], receive: object, send: Any) -> None:
        until = time.process_time() + worked
        while time.process_time() < until:
            pass
        await send({"type": "http.response.start"})

    async def send(message: object) -> None:
        pass

    burning = scope["_Burning"](app)

    def cost(path: str) -> float:
        burning.mark = began = time.process_time()
        asyncio.run(burning({"type": "http", "path": path}, None, send))
        return time.process_time() - began

    assert cost("/events") > 1.9 * worked
    assert cost("/report") < 1.8 * worked
