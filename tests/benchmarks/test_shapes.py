"""The questions of report benchmarks: one meaning in HTTP and in SQL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from adpulse import queries
from adpulse.settings import Settings
from benchmarks.dataset import Dataset
from benchmarks.service import ServiceError
from benchmarks.shapes import BREAKDOWNS, TOTALS, Shape
from benchmarks.wire import Wire

END = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHAPES = (*TOTALS, *BREAKDOWNS)

shapes = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


@shapes
def test_a_shape_is_a_report_over_its_window(shape: Shape) -> None:
    """The service takes it, and the window is that of the shape."""
    query = queries.parse(parse_qsl(urlsplit(shape.path(END)).query), END, Settings())
    assert query.span.window.stop == END
    assert query.span.window.stop - query.span.window.start == shape.length
    assert query.campaigns == ((shape.campaign,) if shape.campaign else ())


def test_names_tell_shapes_apart() -> None:
    """They are labels in results."""
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)


@shapes
def test_the_peers_are_asked_the_same(shape: Shape, tmp_path: Path) -> None:
    """DuckDB's rows are what a count over the generator's own events gives."""
    pytest.importorskip("duckdb", reason="the extra `peers` is not installed")
    from benchmarks.peers.duck import Duck, export

    data = Dataset(3_000, END, 30, 60, 7)
    export(data, tmp_path / "events.parquet")
    duck = Duck(tmp_path)
    duck.load(tmp_path / "events.parquet")
    rows = duck.ask(shape.sql(END, "events"))
    duck.close()
    expected = 0
    for number in range(data.blocks):
        block = data.block(number)
        inside = (block.ts >= (END - shape.length).timestamp() * 1e6) & (block.ts < END.timestamp() * 1e6)
        if shape.campaign is not None:
            inside &= block.campaign == int(shape.campaign.split("-")[1]) - 1
        expected += int(inside.sum())
    assert sum(int(str(value or 0)) for row in rows for value in row[-5:-2]) == expected


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.path.encode() * 20_000 if self.path == "/long" else b"short"
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


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
    """Over one connection, however many pieces a reply comes in; an error is no measurement."""
    with _server() as address, Wire(address) as wire:
        assert wire.get("/a")[1] == b"short"
        took, body = wire.get("/long")
        assert body == b"/long" * 20_000
        assert took > 0
        assert wire.get("/b")[1] == b"short"
        with pytest.raises(ServiceError, match="404"):
            wire.get("/missing")
