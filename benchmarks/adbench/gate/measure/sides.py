"""The two sides of a comparison and the control: each a database, a service and a probe of its own."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from adbench.errors import LabError
from adbench.gate.measure import signals
from adbench.gate.measure.clocks import Family
from adbench.gate.measure.signals import Signals
from adbench.gate.measure.trees import Tree
from adbench.harness.service import started
from adbench.workload import copy_loader
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection, connect
from adpulse.database.embedded import Cluster
from adpulse.maintenance.loop import run_rounds
from adpulse.settings import PREFIX, Settings
from adpulse.variants.catalogue import Variant, read_header

T = TypeVar("T")
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


class Probe:
    """The program probe.py in the environment of a tree."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **question: Any) -> dict[str, Any]:
        """Return its answer. Raise SideError when it cannot do that in this revision."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SideError("the probe has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise SideError(answer["error"])
        return answer


@contextmanager
def probing(tree: Tree) -> Iterator[Probe]:
    """Start a probe that lives as long as the block: it ends with its input."""
    command = [str(tree.python), str(PROBE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables(tree), text=True
    ) as process:
        yield Probe(process)


@contextmanager
def opened(
    trees: Mapping[str, Tree], folder: Path, data: Dataset, settings: Settings, runner: asyncio.Runner
) -> Iterator[list[Side]]:
    """Yield a side for each name, in that order, with database and logs below `folder`; `runner` runs our coroutines.

    Raise SideError, EmbeddedError or ServiceError; all that was started is stopped.
    """
    with ExitStack() as stack:
        # In parallel, because most of it is waiting and starting interpreters.
        binaries = settings.postgres_bin
        urls = _together(lambda name, tree: _database(name, tree, folder, binaries, stack), trees.items())
        connections = runner.run(_connected(urls))
        stack.callback(lambda: runner.run(_closed(connections)))
        filled = runner.run(_filled(list(trees.values()), urls, connections, data, settings))
        services = _together(
            lambda name, tree, url: _service(name, tree, url, folder, stack),
            zip(trees, trees.values(), urls, strict=True),
        )
        yield [
            Side(name, tree, variant, connection, found, stack.enter_context(probing(tree)), *service)
            for (name, tree), connection, (variant, found), service in zip(
                trees.items(), connections, filled, services, strict=True
            )
        ]


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
    postmaster = int((folder / name / "data" / "postmaster.pid").read_text().split()[0])
    return address, process, Family(postmaster)


async def _connected(urls: Iterable[str]) -> list[Connection]:
    # The settings of a reader of the service.
    return [await connect(url, "adbench gate", plan_cache_mode="force_custom_plan", jit="off") for url in urls]


async def _closed(connections: Iterable[Connection]) -> None:
    for connection in connections:
        await connection.close(timeout=5)


async def _filled(
    trees: list[Tree], urls: list[str], connections: list[Connection], data: Dataset, settings: Settings
) -> list[tuple[Variant, Signals]]:
    async def fill(tree: Tree, url: str, connection: Connection) -> tuple[Variant, Signals]:
        name = await connection.fetchval("SELECT name FROM active_variant")
        (folder,) = (tree.path / "sql" / "variants").glob(f"[0-9]*_{name}")
        variant = Variant(folder, read_header((folder / "up.sql").read_text()))
        await prepare(connection, url, variant, data)
        return variant, await signals.of_database(connection, variant, data, settings)

    return await asyncio.gather(*(fill(*each) for each in zip(trees, urls, connections, strict=True)))


def _together(work: Callable[..., T], items: Iterable[tuple[Any, ...]]) -> list[T]:
    """Do the work on each item, all at once, in threads. When one fails, the others end before the error is raised."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, *zip(*items, strict=True)))
