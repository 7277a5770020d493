"""Result files on disk: this module alone writes and reads them.

Local runs go to .adpulse/results/<date>-<what>.json. Those that are kept lie in benchmarks/results/<machine>-<date>/,
beside a manifest.json (adbench.records.manifest).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from adbench.checkout import beside
from adbench.records import environment
from adbench.records.model import Check, Data, Gap, Manifest, Measurement, Postgres, Result, Source
from adpulse.settings import Settings

MANIFEST = "manifest.json"
COMMITTED = beside("results")
PATTERN = "[0-9]*Z-*.json"  # <date>-<what>.json; other files in a folder are none of ours


class ResultError(ValueError):
    """A file is not a result; the text names it."""


def results(settings: Settings) -> Path:
    """Return the folder of local results."""
    return settings.data_dir.resolve() / "results"


def scratch(settings: Settings) -> Path:
    """Return the folder of the other files of runs: logs, and summaries of k6."""
    return settings.data_dir.resolve() / "scratch"


def files(source: Path) -> list[Path]:
    """Return the result files of a folder, by name and so by time; a file is its own only one."""
    return [source] if source.is_file() else sorted(source.glob(PATTERN))


def of_run(
    *,
    what: str,
    started_at: datetime,
    variant: str,
    parameters: dict[str, Any],
    postgres: Postgres | None = None,
    data: Data | None = None,
    measurements: Iterable[Measurement] = (),
    checks: Iterable[Check] = (),
    gaps: Iterable[Gap] = (),
    source: Source | None = None,
) -> Result:
    """Return the result of a run that is over; `source` is the code that ran, where it may have changed since."""
    return Result(
        what=what,
        started_at=started_at,
        machine=environment.machine(),
        postgres=postgres,
        source=source or environment.source(),
        data=data,
        variant=variant,
        parameters=parameters,
        measurements=list(measurements),
        checks=list(checks),
        gaps=list(gaps),
    )


def parameters(plan: object, **more: Any) -> dict[str, Any]:
    """Return what a result tells of a plan: its numbers by the names of its fields, and `more`."""
    return {name: value for name, value in vars(plan).items() if isinstance(value, int | float)} | more


def write(result: Result, folder: Path) -> Path:
    """Write <folder>/<date>-<what>.json, and never over a file that is there. Return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{result.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{result.what}"
    path, number = folder / f"{stem}.json", 1
    while True:
        try:
            with path.open("x") as file:
                file.write(result.model_dump_json(indent=2) + "\n")
            return path
        except FileExistsError:
            number += 1
            path = folder / f"{stem}-{number}.json"


def read(path: Path) -> Result:
    """Return the result in a file. Raise ResultError for a file that is not one."""
    try:
        return Result.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        wrong = (
            f"it has no member `{where}`" if first["type"] == "missing" else f"{where or 'the file'}: {first['msg']}"
        )
        raise ResultError(
            f"{path} is not a result of adbench ({wrong}); its commands write their results to .adpulse/results"
        ) from error


def load(sources: Iterable[Path]) -> dict[Path, Result]:
    """Return the results in some folders and files, oldest first. Raise ResultError."""
    found = {path: read(path) for source in sources for path in files(source)}
    return dict(sorted(found.items(), key=lambda item: item[1].started_at))


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder of kept results; None when it has none. Raise pydantic.ValidationError."""
    path = folder / MANIFEST
    return Manifest.model_validate_json(path.read_bytes()) if path.exists() else None


def latest(what: str, *homes: Path) -> Path | None:
    """Return the newest result file of such a command, in the homes or the folders in them; None when there is none.

    Of those that compare designs it is the newest of those with the most. A home comes before the next one, unless what
    it has was measured on fewer events. Raise ResultError.
    """
    best = [path for home in homes if (path := _newest(what, home)) is not None]
    return max(best, key=_events, default=None)


def _newest(what: str, home: Path) -> Path | None:
    paths = [path for folder in (home, *home.glob("*/")) for path in files(folder) if f"Z-{what}" in path.name]
    found = {path: result for path in paths if (result := read(path)).what == what}
    return max(found, key=lambda path: (len(found[path].variant.split(",")), path.name), default=None)


def _events(path: Path) -> int:
    data = read(path).data
    return data.events if data else 0
