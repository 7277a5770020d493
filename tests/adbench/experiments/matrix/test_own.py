"""A matrix of a user's own events: their reports, exact answers, and a result without a name or a value of theirs."""

import csv
import io
import json
import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
import pyarrow
import pyarrow.parquet
import pytest
from rich.console import Console
from typer.testing import CliRunner

from adbench.cli import app
from adbench.experiments.matrix import phases
from adbench.experiments.matrix.own import Own
from adbench.experiments.matrix.plan import PHASES, MatrixError, MatrixPlan, OwnPlan
from adbench.experiments.matrix.run import read, run
from adbench.experiments.matrix.turns import WrongAnswerError
from adbench.records import store
from adbench.workload.own_events import OwnEvents
from adpulse.settings import Settings
from tests.servers import Server

START = datetime(2025, 3, 1, 5, 17, 23, tzinfo=UTC)
EVENTS = 3_100
COUNTRIES = ("Zürich-Nord", "Quito", "", "a:b {c}", "Perth'; --")


def events() -> Iterator[dict[str, Any]]:
    """Yield events of nine days: skewed campaigns, some without the dimension, keys that no report can be by."""
    draw = random.Random(3)
    for place in range(EVENTS):
        more = {"Landstrich": draw.choice(COUNTRIES)} if place % 7 else {}
        yield {
            "ts": (START + timedelta(days=9) * place / EVENTS).isoformat(),
            "campaign_id": f"Frühling {min(draw.randrange(1, 40) ** 2 // 100, 9)}",
            "user_id": f"kunde-{draw.randrange(500)}",
            "event_type": draw.choice(("impression", "impression", "click", "conversion")),
            "cost": 48_731.913377,
            "revenue": 912_345.671913,
            "metadata": more
            | {"Nummer": place + 987_654_321_000_000, "Zettel": f"zettel {place}", "Festwert": "immer"},
        }


ALL = slice(None)  # of the events, that a file holds


def ndjson(path: Path, part: slice = ALL) -> None:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in list(events())[part]))


def flat(part: slice) -> Iterator[dict[str, Any]]:
    """Yield events as rows of a table, the keys of metadata as columns."""
    for each in list(events())[part]:
        metadata = each.pop("metadata")
        yield each | metadata


def table(path: Path, part: slice = ALL) -> None:
    rows = list(flat(part))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[1]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())


def parquet(path: Path, part: slice = ALL) -> None:
    rows = [{"Landstrich": None, **row} for row in flat(part)]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)


FORMATS = (ndjson, table, parquet)


@pytest.fixture
def settings(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ADPULSE_DATABASE_URL", server.url())
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path / "home"))
    return Settings()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Geheim.events"
    ndjson(path)
    return path


def plan(own: Own, files: OwnPlan, **changed: object) -> MatrixPlan:
    small = {"rounds": 1, "asking_s": 0, "written_copies": 2, "both_copies": 2, "variants": ("heap", "rollup_dims")}
    return MatrixPlan(**small | own.planned | {"sizes": own.sizes(None), "own": files} | changed)


def said(value: Any) -> Iterator[str]:
    """Yield every key and every value of a document, as it would stand in JSON."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from said(each)
    elif isinstance(value, list):
        for each in value:
            yield from said(each)
    elif not isinstance(value, bool) and value is not None:
        yield value if isinstance(value, str) else json.dumps(value)


def private(file: Path) -> set[str]:
    """Return every name and value of the events; of words of the contract, and of empty texts, there is no secret."""
    known = {"ts", "campaign_id", "user_id", "event_type", "cost", "revenue", "metadata"}
    known |= {"impression", "click", "conversion", ""}
    numbers = {"48731913377", "912345671913"}  # as micros
    return {text for each in events() for text in said(each)} - known | numbers | {file.name, file.stem}


def leaks(text: str, file: Path) -> set[str]:
    """Return what of it stands in a text, written as it is or as JSON does."""
    return {word for word in private(file) if word in text}


@pytest.mark.every_version
def test_designs_are_compared_on_own_events(settings: Settings, tmp_path: Path) -> None:
    """Every report is exact in every design, and no name and no value of the files is in the result or on the screen.

    The shape of the events is shown beside that of the generated ones. Advice takes it, with its own events a day.
    """
    files = [tmp_path / f"Geheim.{write.__name__}" for write in FORMATS]
    for place, (write, file) in enumerate(zip(FORMATS, files, strict=True)):
        write(file, slice(place, None, len(FORMATS)))
    done = CliRunner().invoke(
        app,
        ["matrix", *(f"--from={file}" for file in files), "--variants", "heap,rollup_dims", "--quick", "--rounds", "1"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    [path] = store.files(store.results(settings))
    result = store.read(path)
    assert result.what == "matrix-own"
    assert result.passed
    assert {(each.labels["variant"], each.labels["phase"]) for each in result.measurements} == {
        (name, phase) for name in ("heap", "rollup_dims") for phase in PHASES
    }
    shapes = {each.labels["shape"] for each in result.measurements if "shape" in each.labels}
    assert shapes == set(result.parameters["reports"])  # type: ignore[arg-type]  # an object
    assert {"hour", "day", "week", "whole", "whole-largest", "day-in-dimension", "week-by-campaign"} <= shapes
    for text, file in product((path.read_text(), done.output), files):
        assert leaks(text, file) == set()
        assert f"{START:%Y-%m}" not in text
    own, generated = result.parameters["profile"], result.parameters["profile_of_generated"]
    assert isinstance(own, dict)
    assert isinstance(generated, dict)
    assert (own["events"], own["campaigns"], own["late"]) == (EVENTS, 10, 0)
    assert own.keys() == generated.keys()
    _, _, beside = done.output.partition("your events beside the generated ones")
    for what, form in (
        ("events in the busiest hour", f"{own['busiest_hour']} {generated['busiest_hour']:,}"),
        ("share of the largest campaign", f"{own['largest'][0]:.1%} {generated['largest'][0]:.1%}"),
        ("values of each key of metadata", "3,100 · 3,100 · 5 · 1"),
    ):
        assert f"{what} {form}" in " ".join(beside.replace("│", " ").split())

    advised = CliRunner().invoke(app, ["advise", "--results", str(path), "--filters", "geo", "--json"])
    assert advised.exit_code in (0, 1), advised.output
    advice = json.loads(advised.stdout)
    assert advice["need"]["events_per_day"] == own["events_per_day"] == math.ceil(EVENTS / own["days"])
    assert {each["variant"] for each in advice["verdicts"]} == {"heap", "rollup_dims"}
    assert {each["name"] for each in advice["verdicts"][0]["shapes"]} == shapes


def test_an_error_says_nothing_of_the_content(settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong answer and what PostgreSQL quotes leave a gap with its reason, and no name or value in it."""
    files = OwnPlan(files=(file,))
    own = read(files, Console(quiet=True))
    errors = iter((WrongAnswerError("day"), asyncpg.UniqueViolationError("Key (campaign_id)=(Frühling 3) exists")))

    async def fails(*_: object) -> None:
        raise next(errors)

    monkeypatch.setattr(phases.Session, "explain", fails)
    result, path = run(plan(own, files, sizes=(2_900,)), settings, Console(quiet=True), own)
    assert [gap.reason for gap in result.gaps if gap.labels.get("phase") == "report"] == [
        "wrong answer to day",
        "UniqueViolationError (23505)",
    ]
    assert leaks(path.read_text(), file) == set()


@pytest.mark.parametrize("write", FORMATS)
def test_every_format_gives_the_same_events(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """CSV, NDJSON and Parquet, as `adpulse import` reads them, give the same numbers, reports and blocks."""
    path = tmp_path / "file"
    write(path)
    own = Own(OwnEvents((path,)))
    assert (own.survey.events, own.dimension) == (EVENTS, "Landstrich")
    assert own.names.campaigns[0] == "Frühling 9"
    blocks = list(own.blocks(1_000))
    assert [len(block) for block in blocks] == [1_000]
    assert blocks[0].cost.sum() == 48_731_913_377_000
    assert blocks[0].ts[-1] == int(own.survey.last_us)


def test_sizes_and_dimensions_that_cannot_be_are_refused(file: Path) -> None:
    """A size beyond the file, and a key that reports cannot be by, are refused in a line that says why."""
    files = OwnEvents((file,))
    assert Own(files, "Landstrich").dimension == "Landstrich"
    for key, reason in (
        ("none", "no event"),
        ("Nummer", "no texts"),
        ("Zettel", "3,100 values;"),
        ("Festwert", "1 value;"),
    ):
        with pytest.raises(MatrixError, match=reason):
            Own(files, key)
    with pytest.raises(MatrixError, match="3,100 events of these files"):
        Own(files).sizes((4_000,))


def test_a_file_that_has_changed_is_noticed(file: Path) -> None:
    """A file that is another one when it is read again ends the run: no answer is compared with another file's."""
    own = Own(OwnEvents((file,)))
    file.write_text(file.read_text().replace("hling 9", "hling 10"))
    with pytest.raises(MatrixError, match="changed"):
        list(own.blocks(EVENTS))


def test_few_events_have_reports_too(tmp_path: Path) -> None:
    """Ten minutes without metadata have fewer windows, no dimension, and each report once."""
    path = tmp_path / "few"
    path.write_text(
        "".join(
            json.dumps({**each, "ts": (START + timedelta(minutes=place)).isoformat(), "metadata": {}}) + "\n"
            for place, each in zip(range(10), events(), strict=False)
        )
    )
    own = Own(OwnEvents((path,)))
    assert own.dimension is None
    assert {shape.name for shape in own.shapes} == {
        "whole", "whole-largest", "whole-all", "whole-by-hour", "whole-by-day", "whole-by-campaign",
    }  # fmt: skip
