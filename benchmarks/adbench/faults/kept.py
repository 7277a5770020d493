"""The findings of a run so far, in a file that grows a line at a time: a run that was broken off goes on from there."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from adbench.checkout import ROOT
from adbench.faults.cycle import Outcome
from adbench.faults.trees import digest
from adbench.records.model import Postgres


class Cycle(BaseModel):
    """A cycle that is over, and the server that was harmed."""

    outcome: Outcome
    postgres: Postgres


class Tried(BaseModel):
    """The cycles on one planted bug, up to the first that found something."""

    plant: str
    outcomes: list[Outcome]


Line = TypeVar("Line", bound=BaseModel)


def file(data_dir: Path, command: str, tree: Path, *drawn: object) -> Path:
    """Return the file of runs of this code and harness whose draws are equal: same seed, rate and choice."""
    harness = digest(ROOT / "benchmarks" / "adbench" / "faults")
    return data_dir / "faults" / "-".join([command, digest(tree), harness, *map(str, drawn)]) / "lines.jsonl"


def read(path: Path, line: type[Line]) -> list[Line]:
    """Return its lines; none where it is not there. A last line that was cut off by a kill is left out."""
    if not path.exists():
        return []
    return [line.model_validate_json(text) for text in path.read_text().split("\n")[:-1]]


def append(path: Path, line: BaseModel) -> None:
    """Write one more line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as out:
        out.write(line.model_dump_json() + "\n")
