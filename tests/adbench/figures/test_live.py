"""The notebook that starts a service: it runs from top to bottom on a few events, and its answers are those of SQL."""

from pathlib import Path

import pandas as pd
import pytest

from adbench.figures import live, notebooks
from adbench.figures.live import Live
from tests.servers import Server


@pytest.fixture
def small(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Set what a start reads: a server that is there, and few events."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", server.url())
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(live.EVENTS, "3000")


def test_the_live_notebook_runs(small: None, tmp_path: Path) -> None:
    """Every cell, in a kernel whose loop is running; each design gives the same answer, and the table says so."""
    (path,) = notebooks.notebooks(live=True)
    notebook = notebooks.execute(path, [], tmp_path)
    shown = "\n".join(
        output.data.get("text/markdown", "") for cell in notebook.cells for output in cell.get("outputs", ())
    )
    assert "| heap |" in shown
    assert "The same answer, from" in shown
    assert "SELECT" in shown
    assert "Scan" in shown


def test_a_refusal_and_the_end(small: None) -> None:
    """A question that the service refuses says why; a service that was closed is gone, and closing twice is fine."""
    asked = Live.start(events=10**9)
    try:
        assert sum(row["impressions"] for row in asked.ask("/report?start=-40d&group_by=geo")["rows"]) > 0
        with pytest.raises(ValueError, match=r"422.*granularity"):
            asked.ask("/report?start=-1h&granularity=fortnight")
        again = Live.attach(f"{asked.address}/", asked.url)
        assert again.ask("/report?start=-1h")["meta"]["variant"] == "rollup_dims"
        again.close()  # stops nothing that it has not started
        assert asked.ask("/report?start=-1h")
    finally:
        asked.close()
    asked.close()
    with pytest.raises(OSError, match="refused"):
        asked.ask("/report?start=-1h")


def test_a_plan_reads_from_the_top() -> None:
    """Steps that feed another stand below it, further in; loops are multiplied, and what did not run is left out."""
    scan = {
        "Node Type": "Index Only Scan", "Index Name": "i", "Actual Loops": 3, "Actual Rows": 2.5,
        "Actual Total Time": 0.5, "Shared Hit Blocks": 7, "Shared Read Blocks": 2,
    }  # fmt: skip
    idle = {**scan, "Actual Loops": 0}
    top = {**scan, "Node Type": "Aggregate", "Actual Loops": 1, "Index Name": None, "Plans": [scan, idle]}
    shown = live.outline(top)
    assert shown["step"].tolist() == ["Aggregate", "· Index Only Scan"]
    pd.testing.assert_frame_equal(
        shown.loc[[1], ["on", "rows", "ms", "pages", "of them read"]].reset_index(drop=True),
        pd.DataFrame({"on": ["i"], "rows": [8], "ms": [1.5], "pages": [9], "of them read": [2]}),
    )
