"""A load that looks for capacity: clients that post bodies made beforehand, each as soon as it has its answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from adbench.harness import k6
from adbench.workload.dataset import Dataset
from adbench.workload.request_bodies import Cell, write_bodies

USERS = {1: 64, 10: 32, 100: 16, 1_000: 8, 5_000: 4}  # clients, by the events of a request
WARMUP_S = 0.5


@dataclass(frozen=True)
class ClosedLoad:
    """`users` clients that post the bodies in `files` for `seconds`. k6's summary goes to the folder `logs`."""

    cell: Cell
    files: list[Path]
    users: int
    seconds: float
    logs: Path
    warmup_s: float = WARMUP_S

    def send(self, address: str, number: int) -> k6.Load:
        """Send it once; keys and ids come again only when `number`, below 4,096, does. Raise LoadError."""
        env = {
            "BASE_URL": address,
            "SECONDS": self.seconds,
            "WARMUP": self.warmup_s,
            "USERS": self.users,
            "BATCH": self.cell.batch,
            "BODIES": "\n".join(map(str, self.files)),
            "GZIP": int(self.cell.kind == "gzip"),
            "KEYED": int(self.cell.kind == "keyed"),
            "ROUND": number,
        }
        loaded = k6.run("closed", env, self.logs / "k6.json", self.seconds + self.warmup_s)
        if broken := [check.name for check in loaded.checks if check.fails]:
            raise k6.LoadError(f"not every event was taken at {address}: {broken} in {self.cell}")
        return loaded

    def rate(self, loaded: k6.Load) -> float:
        """Return events taken a second after the warm-up, repeats included. Raise LoadError when there were none."""
        taken = sum(loaded.value(f"{name}{{phase:load}}", "count") for name in ("events_accepted", "events_duplicate"))
        if not taken:
            raise k6.LoadError(f"not one request was answered in time, in {self.cell}; more seconds may help")
        return taken / (loaded.value("ingest_elapsed{phase:load}", "max") / 1_000)


def by_batch(users: Mapping[int, int]) -> dict[str, int]:
    """Return clients by the events of a request, as results have them."""
    return {str(batch): count for batch, count in users.items()}


def of_cells(data: Dataset, cells: Iterable[Cell], seconds: float, folder: Path, logs: Path) -> dict[Cell, ClosedLoad]:
    """Return a load for each cell, with its bodies, from the end of the data, written into `folder`."""
    return {
        cell: ClosedLoad(cell, write_bodies(data, cell, folder), USERS[cell.batch], seconds, logs) for cell in cells
    }
