"""Changes that a gate has to catch, planted in a copy of a revision."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from adbench.gate.measure.trees import Tree, TreeError

# Appended to the application. What is burnt is a share of the CPU time that the process has used since the last
# answer, so that everything a request costs the service grows by that share, and the database's part does not.
# Burn it before the answer is sent: later work would not delay a client that waits for the answer.
_BURNING = """

import time as _time


class _Burning:
    def __init__(self, app):
        self.app, self.mark = app, 0.0

    async def __call__(self, scope, receive, send):
        async def burning(message):
            if message["type"] == "http.response.start" and scope["path"] in {paths!r}:
                now = _time.process_time()
                until = now + {share} * (now - self.mark)
                while _time.process_time() < until:
                    pass
            await send(message)

        await self.app(scope, receive, burning if scope["type"] == "http" else send)
        self.mark = _time.process_time()


_honest_create_app = create_app


def create_app(settings=None):
    app = _honest_create_app(settings)
    app.add_middleware(_Burning)
    return app
"""

Edit = Callable[[Path], None]


@dataclass(frozen=True)
class Plant:
    """A planted change. `promises`: by name, the beginnings of metrics of which one must regress, and no other may."""

    name: str
    edit: Edit
    promises: dict[str, tuple[str, ...]]
    signals_only: bool = False  # no rounds are needed: counts tell


def burning(share: float, *paths: str) -> Edit:
    """Let requests to those paths take the service that share of CPU time more."""

    def edit(tree: Path) -> None:
        module, worker = (tree / "service" / "adpulse" / "web" / name for name in ("app.py", "worker.py"))
        for path, text in ((module, "\ndef create_app("), (worker, "from adpulse.web.app import create_app\n")):
            if not path.exists() or text not in path.read_text():
                raise TreeError(f"{path} has no {text.strip()!r}: the plant is out of date")
        module.write_text(module.read_text() + _BURNING.format(paths=paths, share=share))

    return edit


def without(file: str, pattern: str) -> Edit:
    """Take what matches the pattern out of a file of 07_rollup, everywhere."""

    def edit(tree: Path) -> None:
        (path,) = (tree / "sql" / "variants").glob(f"*_rollup/{file}")
        text = path.read_text()
        planted = re.sub(pattern, "", text, flags=re.DOTALL)
        if planted == text:
            raise TreeError(f"nothing in {path.name} matches {pattern!r}: the plant is out of date")
        path.write_text(planted)

    return edit


SQL = (
    Plant(
        "index",
        without("up/totals.sql", r"CREATE INDEX rollup_hour_hour_idx[^;]*;"),
        {"index": ("index rollup_hour",)},
        True,
    ),
    Plant(
        "order",
        without("maintain.sql", r"ORDER BY (1, 2|campaign_id, (minute|hour))\n"),
        {"order": ("plan maintain",)},
        True,
    ),
    Plant("index-only", without("up/totals.sql", r"\n +INCLUDE \([^)]*\)"), {"index-only": ("plan report",)}, True),
)
PLANTS = (
    Plant("nothing", lambda tree: None, {"nothing": ()}),
    # Change both paths of one copy: they are timed separately, so one run tests the gate on both.
    *(
        Plant(
            f"burning-{percent}",
            burning(percent / 100, "/events", "/report"),
            {
                f"ingest-{percent}": ("post.service.cpu",),
                f"report-{percent}": ("totals.service.cpu", "breakdowns.service.cpu"),
            },
        )
        for percent in (10, 25)
    ),
    *SQL,
)


@contextmanager
def planted(tree: Tree, plant: Plant, folder: Path) -> Iterator[Tree]:
    """Yield a copy of the tree with the change in it, while the block runs."""
    copy = folder / f"planted-{plant.name}"
    shutil.rmtree(copy, ignore_errors=True)
    for part in ("service", "sql", "requirements"):
        shutil.copytree(tree.path / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    try:
        plant.edit(copy)
        yield replace(tree, revision=f"{tree.revision[:12]}+{plant.name}", path=copy)
    finally:
        shutil.rmtree(copy)
