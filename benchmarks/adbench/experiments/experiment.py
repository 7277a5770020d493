"""The frame of every experiment: a folder for its result and one for the rest, PostgreSQL, services, one result."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, Self, TypeVar

from rich.console import Console

from adbench.checks.after_load import Audited, audit
from adbench.errors import LabError
from adbench.harness import k6
from adbench.harness.databases import describe
from adbench.harness.progress import bar, step
from adbench.harness.service import READY, serving
from adbench.records import store
from adbench.records.model import Check, Measurement, Postgres, Result
from adbench.workload.dataset import Dataset
from adpulse.database.embedded import database
from adpulse.settings import Settings
from adpulse.terminal import counted

P = TypeVar("P")
T = TypeVar("T")
Outcome = tuple[Result, Path]


class BusyError(LabError):
    """Another run is at work in the same folder; the text says what to do."""


class Experiment:
    """One run, used as a context manager: all that it starts is stopped at the end, in reverse order.

    `scratch` takes logs, k6's summaries and the like: they are no results, and the next run writes over them. So only
    one run at a time works in a folder; `__enter__` raises BusyError when another one does. Parts that cannot run raise
    LoadError (k6), ServiceError, EmbeddedError (PostgreSQL) or ScratchError (a database of its own).
    """

    def __init__(self, what: str, settings: Settings, console: Console) -> None:
        self.what, self.settings, self.console = what, settings, console
        self.began = datetime.now(UTC)
        self.scratch = store.scratch(settings)
        self.variant = settings.variant
        self.postgres: Postgres | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self.scratch.mkdir(parents=True, exist_ok=True)
        lock = self._stack.enter_context((self.scratch / "lock").open("a+"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            self._stack.close()
            raise BusyError(
                f"another run of adbench (process {owner}) works in {self.scratch.parent}, and two at once would "
                "measure each other: wait until it has ended"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Enter a context that ends with the experiment, and return what it gives."""
        return self._stack.enter_context(context)

    def at_end(self, call: Callable[[], object]) -> None:
        """Call `call` when the experiment ends."""
        self._stack.callback(call)

    def folder(self) -> Path:
        """Return a new temporary folder, removed at the end."""
        return Path(self.enter(tempfile.TemporaryDirectory(prefix=f"adbench-{self.what}-")))

    def server(self) -> str:
        """Start PostgreSQL unless the settings name one, and return its URL."""
        with step(self.console, "starting PostgreSQL"):
            return self.enter(database(self.settings))

    def describe(self, url: str) -> None:
        """Note the server behind a database and the variant in force there. They become part of the result."""
        self.postgres, self.variant = asyncio.run(describe(url))

    def serving(self, url: str, workers: int, variables: Mapping[str, str] | None = None, ready: str = READY) -> str:
        """Start the service on a database, which is described, and return the service's address."""
        self.describe(url)
        with step(self.console, f"starting the service with {counted(workers, 'worker')}"):
            return self.enter(serving(url, workers, self.scratch / "service.log", variables, ready))

    def load(
        self,
        script: str,
        title: str,
        address: str,
        data: Dataset,
        seconds: float,
        warmup_s: float,
        tick: Callable[[float], None] | None = None,
        samples: Path | None = None,
        **variables: object,
    ) -> k6.Load:
        """Put the service at the address under the load of a script of k6, beside a bar. Raise LoadError.

        `variables` are others of k6/lib/config.js; `tick` is called with the seconds gone by.
        """
        planned_s = warmup_s + seconds
        env = {"BASE_URL": address, "SECONDS": seconds, "WARMUP": warmup_s, "CAMPAIGNS": data.campaigns}
        env |= {"DAYS": data.days} | variables
        with bar(self.console, title, planned_s, "s") as advance_to:

            def ticking(gone_s: float) -> None:
                advance_to(min(gone_s, planned_s))
                if tick is not None:
                    tick(gone_s)

            return k6.run(script, env, self.scratch / "k6.json", planned_s, ticking, samples)

    def audit(self, data: Dataset, url: str, address: str, loaded: k6.Load, cut_off: int = 0) -> Audited:
        """Recount what a load has left, over HTTP and in the database: see after_load.audit."""
        with step(self.console, "recounting"):
            return audit(data, url, address, loaded, cut_off)

    def write(
        self,
        *,
        data: Dataset | None,
        parameters: dict[str, Any],
        measurements: Iterable[Measurement],
        checks: Iterable[Check] | Callable[[Result], Iterable[Check]],
        variant: str | None = None,
    ) -> Outcome:
        """Write the result, and return it with its path. `checks` that judge measurements are a function of them."""
        result = store.of_run(
            what=self.what,
            started_at=self.began,
            postgres=self.postgres,
            data=data.described if data else None,
            variant=variant or self.variant,
            parameters=parameters,
            measurements=measurements,
            checks=() if callable(checks) else checks,
        )
        if callable(checks):
            result = result.model_copy(update={"checks": list(checks(result))})
        return result, store.write(result, store.results(self.settings))


def experiment(
    what: str, *, loads: bool = False, needs: Callable[[Any], object] = lambda plan: None
) -> Callable[[Callable[[P, Experiment], Outcome]], Callable[[P, Settings, Console], Outcome]]:
    """Make a function `(plan, experiment)` that measures the command `(plan, settings, console)`, which has its frame.

    A load needs k6: where there is none, LoadError is raised before anything else takes time. `needs` looks for what
    else the plan needs, and raises a LabError.
    """

    def framed(measure: Callable[[P, Experiment], Outcome]) -> Callable[[P, Settings, Console], Outcome]:
        @wraps(measure)
        def run(plan: P, settings: Settings, console: Console) -> Outcome:
            if loads:
                k6.find_k6()
            needs(plan)
            with Experiment(what, settings, console) as frame:
                return measure(plan, frame)

        return run

    return framed
