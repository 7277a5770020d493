"""The questions of report benchmarks: one meaning in HTTP and in SQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from adbench.experiments.peers import Peer
from adbench.harness.http_client import HttpClient
from adbench.harness.service import ServiceError
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS, Shape
from adpulse.reports.query_string import parse
from adpulse.settings import Settings

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATA = Dataset(60_000, END, 30, 60, 7)
SHAPES = (*TOTALS, *BREAKDOWNS)

shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


@shapes
def test_a_shape_is_a_report_over_its_window(shape: Shape) -> None:
    """The service takes it, and the window is that of the shape."""
    query = parse(parse_qsl(urlsplit(shape.path(END)).query), END, Settings())
    assert query.span.window.stop == END
    assert query.span.window.stop - query.span.window.start == shape.length
    assert query.campaigns == ((shape.campaign,) if shape.campaign else ())


def test_names_tell_shapes_apart() -> None:
    """They are labels in results."""
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)


@pytest.fixture(scope="module", params=["duck", "clickhouse"])
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Load DATA into another engine."""
    name = {"duck": "duckdb", "clickhouse": "chdb"}[request.param]
    for package in ("duckdb", name):  # DuckDB also writes the file that both load
        pytest.importorskip(package, reason="the extra `peers` is not installed")
    from adbench.experiments.peers.compare import ClickHouse, Duck, export

    folder = tmp_path_factory.mktemp(request.param)
    export(DATA, folder / "events.parquet")
    rival: Peer = {"duck": Duck, "clickhouse": ClickHouse}[request.param](folder)
    rival.load(folder / "events.parquet")
    yield rival
    rival.close()


@pytest.mark.parametrize("rolled", [False, True], ids=["events", "roll-ups"])
@shapes
def test_the_peers_are_asked_the_same(shape: Shape, rolled: bool, peer: Peer) -> None:
    """Their rows are what a count over the generator's own events gives, also from roll-ups of their own."""
    from adbench.experiments.peers.compare import System, _last_five

    system = System(peer, rolled)
    rows = _last_five(system.ask(shape, END)) or [(0, 0, 0, 0, 0)]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    expected = np.zeros(5, dtype=np.int64)
    for block in DATA:
        inside = (block.ts >= (END - shape.length).timestamp() * 1e6) & (block.ts < END.timestamp() * 1e6)
        if shape.campaign is not None:
            inside &= block.campaign == int(shape.campaign.split("-")[1]) - 1
        expected[:3] += np.bincount(block.kind[inside], minlength=3)
        expected[3:] += block.cost[inside].sum(), block.revenue[inside].sum()
    assert sums == expected.tolist()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.path.encode() * 20_000 if self.path == "/long" else b"short"
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def _server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_wire_reads_whole_replies_one_after_another() -> None:
    """Replies are read whole over one connection, in any pieces; an error is no measurement."""
    with _server() as address, HttpClient(address) as wire:
        assert wire.get("/a")[1] == b"short"
        took, body = wire.get("/long")
        assert body == b"/long" * 20_000
        assert took > 0
        assert wire.get("/b")[1] == b"short"
        with pytest.raises(ServiceError, match="404"):
            wire.get("/missing")
