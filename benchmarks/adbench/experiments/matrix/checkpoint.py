"""Finished cells on disk, a folder a run and a file a cell, so that an interrupted run goes on."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, Field

from adbench.experiments.matrix.plan import MatrixError, MatrixPlan, Phase
from adbench.records.model import Frozen, Gap, Measurement


class Cell(Frozen):
    """One phase of one variant at one size: its numbers, or the gap where they would be."""

    events: int
    variant: str
    phase: Phase
    measurements: list[Measurement] = Field([])
    gap: Gap | None = None
    answers: int = 0  # answers that were compared with the recount

    @property
    def labels(self) -> dict[str, str]:
        """Return the labels that tell this cell's measurements from those of other cells."""
        return {"events": str(self.events), "variant": self.variant, "phase": self.phase}


class Run(Frozen):
    """The first file of the folder: what is measured, by which code. `skipped` variants cannot be built here.

    `warm_only` is the reason why there are no cold reports.
    """

    started_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    revision: str | None
    plan: MatrixPlan
    skipped: dict[str, str] = Field({})
    warm_only: str | None = None


class Journal:
    """The folder of one run."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run

    @classmethod
    def begin(cls, home: Path, run: Run) -> "Journal":
        """Return a new folder in `home`, named after the moment."""
        folder = home / f"{run.started_at:%Y%m%dT%H%M%S%fZ}"
        folder.mkdir(parents=True)
        _write(folder / "run.json", run)
        return cls(folder, run)

    @classmethod
    def resume(cls, home: Path, revision: str | None) -> "Journal":
        """Return the newest folder without a result. Raise MatrixError: there is none, or other code began it."""
        folders = sorted(path.parent for path in home.glob("*/run.json") if not (path.parent / "result").exists())
        if not folders:
            raise MatrixError(f"there is no interrupted run in {home}")
        run = Run.model_validate_json((folders[-1] / "run.json").read_bytes())
        if run.revision != revision:
            raise MatrixError(f"the interrupted run measured revision {run.revision}, this is {revision}: start anew")
        return cls(folders[-1], run)

    def add(self, cell: Cell) -> None:
        """Keep a finished cell."""
        _write(self._path(cell.events, cell.variant, cell.phase), cell)

    def find(self, events: int, variant: str, phase: Phase) -> Cell | None:
        """Return a cell that is finished."""
        path = self._path(events, variant, phase)
        return Cell.model_validate_json(path.read_bytes()) if path.exists() else None

    def cells(self) -> list[Cell]:
        """Return all that are finished, by size, in the plan's order of variants."""
        found = [Cell.model_validate_json(path.read_bytes()) for path in self.folder.glob("cell-*.json")]
        order = self.run.plan.variants
        return sorted(found, key=lambda cell: (cell.events, order.index(cell.variant)))

    def end(self, result: Path) -> None:
        """Note that the run is over, and that its result is that file."""
        (self.folder / "result").write_text(f"{result.name}\n")

    def _path(self, events: int, variant: str, phase: Phase) -> Path:
        return self.folder / f"cell-{events}-{variant}-{phase}.json"


def _write(path: Path, content: BaseModel) -> None:
    """Write a file whole or not at all: a run may be killed at any moment."""
    part = path.with_suffix(".part")
    part.write_text(content.model_dump_json(indent=2) + "\n")
    part.replace(path)
