"""The two sides of a comparison and the control: each a database, a service and a probe of its own."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adbench.errors import LabError
from adbench.gate.measure import signals
from adbench.gate.measure.clocks import Family
from adbench.gate.measure.signals import Signals
from adbench.gate.measure.trees import Tree
from adbench.harness.process import postmaster
from adbench.harness.service import started
from adbench.workload import copy_loader
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection, connect
from adpulse.database.embedded import Cluster
from adpulse.maintenance.loop import run_rounds
from adpulse.settings import PREFIX, Settings
from adpulse.variants.catalogue import Variant, read_header

PROBE = Path(__file__).with_name("probe.py")
# The program `adpulse` of a tree in which it is not installed.
ADPULSE = """
try:
    from adpulse.cli.main import app
except ModuleNotFoundError:  # a revision before the packages
    from adpulse.cli import app
app()
"""


class SideError(LabError):
    """A side cannot be set up; the text says which, and ends with what the command said."""


@dataclass
class Side:
    """A revision that runs. `connection` is ours, with the settings of a reader of the service."""

    name: str  # base, head or control
    tree: Tree
    variant: Variant
    connection: Connection
    signals: Signals
    probe: "Probe"
    address: str
    service: int  # process id
    postgres: Family


class Probe(subprocess.Popen[str]):
    """The program probe.py in the environment of a tree. Use as a context manager: it ends with its input."""

    def __init__(self, tree: Tree) -> None:
        command = [str(tree.python), str(PROBE)]
        super().__init__(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables(tree), text=True)

    def ask(self, **question: Any) -> dict[str, Any]:
        """Return its answer. Raise SideError when it cannot do that in this revision."""
        assert self.stdin is not None
        assert self.stdout is not None
        print(json.dumps(question), file=self.stdin, flush=True)
        line = self.stdout.readline()
        if not line:
            raise SideError("the probe has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SideError(answer["error"])
        return answer


@contextmanager
def opened(
    trees: Mapping[str, Tree], folder: Path, data: Dataset, settings: Settings, runner: asyncio.Runner
) -> Iterator[list[Side]]:
    """Yield a side for each name, in that order, with database and logs below `folder`; `runner` runs our coroutines.

    Raise SideError, EmbeddedError or ServiceError; all that was started is stopped.
    """

    async def start(name: str, tree: Tree) -> Side:
        url = await asyncio.to_thread(_database, name, tree, folder, settings.postgres_bin, stack)
        # The settings of a reader of the service.
        connection = await connect(url, "adbench gate", plan_cache_mode="force_custom_plan", jit="off")
        stack.callback(lambda: runner.run(connection.close(timeout=5)))
        active = await connection.fetchval("SELECT name FROM active_variant")
        (design,) = (tree.path / "sql" / "variants").glob(f"[0-9]*_{active}")
        variant = Variant(design, read_header((design / "up.sql").read_text()))
        await prepare(connection, url, variant, data)
        found = await signals.of_database(connection, variant, data, settings)
        service = await asyncio.to_thread(_service, name, tree, url, folder, stack)
        return Side(name, tree, variant, connection, found, stack.enter_context(Probe(tree)), *service)

    async def together() -> list[Side | BaseException]:
        # Most of it is waiting and starting interpreters. When one fails, the others end before the error is raised.
        return await asyncio.gather(*(start(*each) for each in trees.items()), return_exceptions=True)

    with ExitStack() as stack:
        try:
            made = runner.run(together())
        except BaseException:  # Ctrl-C: what a thread still starts has to be in the stack when that stops everything
            runner.run(runner.get_loop().shutdown_default_executor())
            raise
        for each in made:
            if isinstance(each, BaseException):
                raise each
        yield [each for each in made if isinstance(each, Side)]


async def prepare(connection: Connection, url: str, variant: Variant, data: Dataset) -> None:
    """Load the data in one order, roll it up, and leave it vacuumed and analysed: the same pages every time."""
    await connection.execute("SELECT prepare_days($1, $1)", signals.LIVE.date())
    await copy_loader.load(url, data, lambda events: None, connections=1)
    await run_rounds(connection, variant)
    await connection.execute("VACUUM (FREEZE, ANALYZE)")


def variables(tree: Tree) -> dict[str, str]:
    """Return the environment of a tree's programs."""
    # The caller's own settings must not reach them: empty means unset.
    return {**os.environ, **{name: "" for name in os.environ if name.startswith(PREFIX)}, **tree.environment}


def _database(name: str, tree: Tree, folder: Path, binaries: Path | None, stack: ExitStack) -> str:
    """Start a new cluster in which the tree's schema is in force; yield its URL."""
    url = stack.enter_context(Cluster(folder / name, binaries, **signals.STILL).in_use())
    command = [str(tree.python), "-c", ADPULSE, "migrate"]
    env = variables(tree) | {"ADPULSE_DATABASE_URL": url}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SideError(f"adpulse migrate of {name} ({tree.revision[:12]}) failed:\n{done.stderr.strip()}")
    return url


def _service(name: str, tree: Tree, url: str, folder: Path, stack: ExitStack) -> tuple[str, int, Family]:
    """Start a service; yield its address and process, and the processes of its database."""
    env = variables(tree) | {
        "ADPULSE_DATABASE_URL": url,
        "ADPULSE_HOST": "127.0.0.1",
        "ADPULSE_LOG_LEVEL": "warning",
        "ADPULSE_MAINTENANCE_S": "86400",  # when we say so, and not in the middle of a measurement
    }
    # One process: with more, requests would go to the one that is free.
    command = [str(tree.python), "-c", ADPULSE, "serve", "--workers", "1"]
    address, process = stack.enter_context(started(command, env, folder / f"{name}.log"))
    return address, process, Family(postmaster(folder / name / "data"))
