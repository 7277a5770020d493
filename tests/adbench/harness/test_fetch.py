"""A question over HTTP has an answer for every status, and leaves nothing open."""

import gc
import threading
import warnings
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from adbench.harness.fetch import fetch
from adbench.harness.process import free_port


class Echo(BaseHTTPRequestHandler):
    """Answers with the status that is asked for, and with what it was sent."""

    def do_GET(self) -> None:
        body = f"{self.path} {self.headers['X-Said']}".encode()
        self.send_response(int(self.path.strip("/")))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "said"), [(200, "200 OK"), (401, "401 Unauthorized"), (503, "503 Service Unavailable"), (599, "599")]
)
def test_every_status_is_an_answer(address: str, status: int, said: str) -> None:
    """A refusal comes with its body. One that stays open is a warning of Python 3.14 in the test that runs next."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = fetch(f"{address}/{status}", {"X-Said": "x"})
        gc.collect()
    assert (answer.status, answer.body, answer.said) == (status, f"/{status} x".encode(), said)
    assert [each for each in caught if issubclass(each.category, ResourceWarning)] == []


def test_no_answer_is_an_error() -> None:
    """A server that does not answer raises an OSError, which every command reports in one line."""
    with pytest.raises(OSError, match="refused"):
        fetch(f"http://127.0.0.1:{free_port()}")
