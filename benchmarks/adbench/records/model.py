"""The model of a result file: a run with its measurements and checks, the machine, the server and the code measured.

A file is JSON, one run a file, never changed afterwards (adbench.records.store).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Frozen(BaseModel):
    """A model that stays as it was made, and that takes no other fields than its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Machine(Frozen):
    """The machine of the lab, and of the service if it was our own. Results are comparable only when these agree."""

    cpu: str
    cores: int = Field(description="that this process may use")
    memory_bytes: int
    kernel: str = Field(description="name, release and processor")
    python: str = Field(description="its version")


class Postgres(Frozen):
    """The database server."""

    version: str
    settings: dict[str, str] = Field(description="those that differ from PostgreSQL's defaults")
    local: bool | None = Field(
        None,
        description="true: reached through a Unix socket, and so on the same machine; false: through an address, "
        "and nothing is known of its machine; none: an older result",
    )


class Source(Frozen):
    """The measured code."""

    revision: str | None = Field(description="git revision; none outside a repository")
    changed: bool = Field(description="whether the files differed from that revision")
    packages: dict[str, str] = Field(description="versions, by name")


class Data(Frozen):
    """The data set: with benchmarks/adbench/workload/dataset.py of the same revision these give the same events."""

    events: int
    days: int
    campaigns: int
    seed: int
    end: datetime = Field(description="the events lie in the `days` before it")


class Measurement(Frozen):
    """One number. `labels` tell numbers of one name apart: {"quantile": "0.95", "shape": "hour"}."""

    name: str
    value: float
    unit: str
    labels: dict[str, str] = {}
    low: float | None = Field(None, description="lower end of the 95 % interval, where it was taken")
    high: float | None = Field(None, description="its upper end")
    detail: str | None = Field(None, description="what the number comes from, where that tells more, such as a plan")

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the 95 % interval; where none was taken, the value twice."""
        return (self.value if self.low is None else self.low, self.value if self.high is None else self.high)

    @classmethod
    def of(
        cls,
        name: str,
        value: float | tuple[float, float, float],
        unit: str,
        labels: Mapping[str, str] | None = None,
        /,
        **more: str,
    ) -> Self:
        """Return a number with these labels; `value` may have the lower and the upper end of its interval with it."""
        value, low, high = value if isinstance(value, tuple) else (value, None, None)
        return cls(name=name, value=value, low=low, high=high, unit=unit, labels={**(labels or {}), **more})


class Gap(Frozen):
    """A measurement that is missing. Labels are those that it would have had."""

    labels: dict[str, str]
    reason: str
    void: bool = Field(description="measured, and thrown away because an answer was wrong; otherwise not measured")


class Check(Frozen):
    """One thing that had to be right for the numbers to mean anything."""

    name: str
    passed: bool
    detail: str
    aim: bool = Field(False, description="a run may miss it and still keep its promises")

    @property
    def mark(self) -> str:
        """Return the mark that tables show, in the markup of rich."""
        return "[green]✓[/]" if self.passed else "[yellow]·[/]" if self.aim else "[red]✗[/]"


class NotMeasured(KeyError):
    """A result has no such number."""

    def __str__(self) -> str:
        """Return the words alone: KeyError puts them in quotation marks."""
        return str(self.args[0])


class Result(Frozen):
    """One run."""

    schema_version: Literal[1] = 1
    what: str = Field(pattern=r"^[a-z0-9-]+$", description="the command that made it, such as demo")
    started_at: datetime
    machine: Machine
    postgres: Postgres | None = Field(description="none: only the address of the service was known")
    source: Source
    data: Data | None = Field(description="none: what the database held before is not known")
    variant: str = Field(description="the design in force; where labels tell several apart, all, separated by commas")
    parameters: dict[str, JsonValue] = Field(description="what else the numbers depend on")
    measurements: list[Measurement]
    checks: list[Check]
    gaps: list[Gap] = Field([], description="what has no numbers, and why")

    @property
    def passed(self) -> bool:
        """Return True if every check passed, aims excepted."""
        return all(check.passed for check in self.checks if not check.aim)

    def find(self, name: str, **labels: str) -> Measurement:
        """Return the measurement of that name with exactly these labels. Raise NotMeasured."""
        for each in self.measurements:
            if each.name == name and each.labels == labels:
                return each
        raise NotMeasured(f"{self.what} has no {name} {labels}")

    def select(self, name: str, **labels: str) -> list[Measurement]:
        """Return the measurements of that name that have at least these labels."""
        return [each for each in self.measurements if each.name == name and each.labels.items() >= labels.items()]

    def value(self, name: str, **labels: str) -> float:
        """Return the value of that measurement. Raise NotMeasured."""
        return self.find(name, **labels).value

    def text(self, name: str, form: str, **labels: str) -> str:
        """Return that value as `form` writes it, such as "{:,.1f} ms"; a dash where it was not measured."""
        try:
            return form.format(self.value(name, **labels))
        except NotMeasured:
            return "–"


class Disk(Frozen):
    """The speed of durable writes, which a commit waits for."""

    fsyncs_per_s: float = Field(description="8 KiB written and fdatasync()ed, one after another")
    measured_at: datetime


class Kept(Frozen):
    """A result file as it was when it was kept."""

    what: str
    variant: str
    started_at: datetime
    revision: str | None
    changed: bool
    sha256: str = Field(description="of its bytes: a result is not edited afterwards")


class Manifest(Frozen):
    """The common facts of the results of one machine and date. Sets hold each value that one of the files has."""

    schema_version: Literal[1] = 1
    machine: Machine
    disk: Disk | None = Field(description="of the machine; none: not measured, or no server is known to be on it")
    postgres: list[Postgres]
    packages: dict[str, list[str]]
    revisions: list[str]
    seeds: list[int]
    files: dict[str, Kept] = Field(description="by file name")
