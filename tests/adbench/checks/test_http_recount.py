"""A recount asks what the service can answer, and is none the worse for it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adbench.checks import http_recount
from adbench.checks.http_recount import Question, TooLongError
from adbench.workload.dataset import Dataset

START = datetime(2025, 9, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def question(minutes: int) -> Question:
    return Question(START, START + minutes * MINUTE)


@given(minutes=st.integers(2, 100_000))
def test_halves_are_the_whole(minutes: int) -> None:
    """Whole minutes, none of them empty, one beginning where the other ends."""
    first, second = question(minutes).halves()
    assert (first.start, first.end, second.end) == (START, second.start, START + minutes * MINUTE)
    assert first.start < first.end < second.end
    assert first.end.second == 0


def test_a_minute_has_no_halves() -> None:
    """The error names the report that takes too long."""
    with pytest.raises(TooLongError, match=re.escape(question(1).query)):
        question(1).halves()


@pytest.fixture
def service() -> Iterator[tuple[str, list[int]]]:
    """Serve reports over one event a minute, refusing more than 100 minutes; yield address and queries."""
    asked: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            start, end = (datetime.fromisoformat(query[name][0]) for name in ("start", "end"))
            minutes = (end - start) // MINUTE
            asked.append(minutes)
            totals = {"impressions": minutes, "clicks": 0, "conversions": 0, "cost": 0, "revenue": 0}
            self.send_response(200 if minutes <= 100 else 504)
            self.end_headers()
            # All in one group but one event, which is in none where somebody asks by device.
            rows = [{"group": "IN", **totals, "impressions": minutes - 1}]
            rows += [{"group": "US", **totals, "impressions": 1}] if query.get("group_by") == ["geo"] else []
            self.wfile.write(json.dumps({"totals": totals, "rows": rows}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_slow_question_is_asked_in_parts(service: tuple[str, list[int]]) -> None:
    """The totals of the parts are those of the whole; and a question is cut until it is answered."""
    address, asked = service
    assert http_recount.total(address, question(1_234))[0] == 1_234
    shorter, totals, _ = http_recount.ask_bounded(address, question(1_234))
    assert shorter.end == START + 1_234 * MINUTE
    assert totals[0] == (shorter.end - shorter.start) // MINUTE <= 100
    assert max(asked) == 1_234


def test_rows_have_to_add_up(service: tuple[str, list[int]]) -> None:
    """Reports over more events than a recount reads are asked to be consistent."""
    address, _ = service
    totals = (60, 0, 0, 0, 0)
    by_geo = http_recount.add_up(address, replace(question(60), group_by="geo"), totals)
    by_device = http_recount.add_up(address, replace(question(60), group_by="device"), totals)
    assert (by_geo.wrong, by_device.wrong) == (0, 1)
    assert "group_by=device" in ((by_geo + by_device).first_wrong or "")


@given(longest=st.integers(1, 100))
def test_windows_that_fit_are_recent(longest: int) -> None:
    """No window is longer, and half of them reach into the last minute."""
    data = Dataset(1_000, START)
    asked = list(http_recount.sample(data, START + 40 * MINUTE, 24, longest))
    assert all(each.end - each.start <= longest * MINUTE for each in asked)
    assert all(each.end >= START + (40 - http_recount.RECENT) * MINUTE for each in asked)
    assert sum(each.end > START + 40 * MINUTE for each in asked) >= 12
    assert "event_type" not in {each.group_by for each in asked}
