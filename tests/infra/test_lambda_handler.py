"""The function of infra/lambda, invocation by invocation. Through a real queue: test_lambda_queue.py."""

import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adpulse.database.connections import Connection
from adpulse.database.errors import UNAVAILABLE
from adpulse.settings import Settings
from tests.infra.lambda_function import FOLDER, Function, body, message, running
from tests.wire import Wire

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def function(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Function]:
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    async with running() as function:
        yield function


async def users(connection: Connection) -> list[str]:
    return [record[0] for record in await connection.fetch("SELECT user_id FROM events ORDER BY user_id")]


async def test_messages_are_written_in_one_transaction(function: Function, connection: Connection) -> None:
    """An invocation is a group commit, as in the service."""
    assert await function(*(message(body(f"U{n}")) for n in range(10))) == []
    assert await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == 1
    assert len(await users(connection)) == 10


async def test_a_message_delivered_again_is_stored_once(function: Function, connection: Connection) -> None:
    """SQS delivers at least once: by the message's id the second time adds nothing, and does not fail."""
    first, second = message(body("A")), message(body("A"))
    assert await function(first, second) == []
    assert await function(second, first) == []
    assert await users(connection) == ["A", "A"]  # two messages that look alike are two


async def test_a_request_sent_again_is_stored_once(function: Function, connection: Connection) -> None:
    """A client's retry is another message with the same key: also in the same invocation, and after the first."""
    assert await function(message(body("A"), "k"), message(body("A"), "k"), message(body("A"), "k")) == []
    assert await function(message(body("A"), "k")) == []
    assert await users(connection) == ["A"]


async def test_both_doors_share_their_keys(function: Function, connection: Connection, client) -> None:
    """A request that went to the service first, and then by the queue, took effect once."""
    reply = await client.post(
        "/events", content=body("A"), headers={"Content-Type": "application/json"} | {"Idempotency-Key": "k"}
    )
    assert reply.json()["accepted"] == 1
    assert await function(message(body("A"), "k")) == []
    assert await users(connection) == ["A"]


BAD = {
    "not JSON": message("{"),
    "no batch": message("[]"),
    "a bad event": message(json.dumps({"events": [{"campaign_id": "C"}]})),
    "a key that was another body's": message(body("other"), "taken"),
    "a key too long": message(body("other"), "k" * 129),
    "JSON as NDJSON": message(body("other"), Content_Type="application/x-ndjson"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_a_bad_message_fails_alone(function: Function, connection: Connection, bad: dict) -> None:
    """It is reported, each time it comes; its neighbours are stored and not reported."""
    await function(message(body("first"), "taken"))
    for neighbour in ("left", "right"):
        assert await function(message(body(neighbour)), bad, message(body(neighbour))) == [bad["messageId"]]
    assert await users(connection) == ["first", "left", "left", "right", "right"]


async def test_good_events_of_a_failed_message_are_stored_once(function: Function, connection: Connection) -> None:
    """A message with one bad event goes to the dead-letter queue by failing each time; its good events came in."""
    events = json.loads(body("A", "B"))["events"]
    mixed = message(json.dumps({"events": [events[0], events[1] | {"ts": "yesterday"}]}))
    assert await function(mixed) == [mixed["messageId"]]
    assert await function(mixed) == [mixed["messageId"]]
    assert await users(connection) == ["A"]


async def test_a_row_that_the_database_refuses_costs_its_message(function: Function, connection: Connection) -> None:
    """An event that passes the contract and not the database is found message by message."""
    await connection.execute("ALTER TABLE events ADD CONSTRAINT no_x CHECK (user_id <> 'X')")
    bad = message(body("B", "X", "C"))
    assert await function(message(body("A")), bad, message(body("D"))) == [bad["messageId"]]
    assert await users(connection) == ["A", "B", "C", "D"]


async def test_ndjson_is_read_by_its_content_type(function: Function, connection: Connection) -> None:
    """The attribute that API Gateway sets says how to read the body."""
    lines = "\n".join(json.dumps(event) for event in json.loads(body("A", "B"))["events"])
    assert await function(message(lines, Content_Type="application/x-ndjson")) == []
    assert await users(connection) == ["A", "B"]


async def test_without_a_database_all_come_again(
    function: Function, connection: Connection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The invocation fails, which returns the whole batch, the bad message too; nothing is stored by then."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", wire.url)
    batch = message(body("A")), message("{"), message(body("B"))
    await wire.cut()
    with pytest.raises(UNAVAILABLE):
        await function(*batch)
    assert await users(connection) == []
    await wire.mend()
    assert await function(*batch) == [batch[1]["messageId"]]
    assert await users(connection) == ["A", "B"]


async def test_a_connection_that_died_asleep_costs_nothing(
    function: Function, connection: Connection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between invocations the function sleeps, and a peer that drops its connection cannot tell it."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", wire.url)
    assert await function(message(body("A"))) == []
    await wire.cut()
    await wire.mend()
    assert await function(message(body("B"))) == []
    assert await users(connection) == ["A", "B"]


async def test_a_write_has_a_deadline(url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer fails the invocation in time, and the next one starts on a new connection."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    monkeypatch.setenv("ADPULSE_WRITE_TIMEOUT_S", "0.2")
    late = message(body("A"))
    async with running() as function:
        async with connection.transaction():
            await connection.execute("LOCK TABLE events")
            with pytest.raises(TimeoutError):
                await function(late)
        monkeypatch.delenv("ADPULSE_WRITE_TIMEOUT_S")
        function.module._consumer._settings = Settings()  # the second has all the time it needs
        assert await function(late) == []
    assert await users(connection) == ["A"]


async def test_counts_are_logged_as_metrics(function: Function, capfd: pytest.CaptureFixture[str]) -> None:
    """One line an invocation, in the embedded metric format: every metric that it declares has its number."""
    repeated = message(body("A", "B"))
    await function(repeated)
    capfd.readouterr()
    await function(repeated, message(body("C")), message("{"))
    line = json.loads(capfd.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert {each["Name"]: line[each["Name"]] for each in directive["Metrics"]} == {
        "accepted": 1,
        "duplicates": 2,
        "rejected": 0,
        "failed_messages": 1,
    }


def test_the_locked_packages_suffice() -> None:
    """All imports of the handler, direct or not, are in requirements/lambda.txt or in Python."""
    code = "import sys; sys.path[:0] = sys.argv[1:]; old = {*sys.modules}; import handler; print(*{*sys.modules} - old)"
    done = subprocess.run([sys.executable, "-c", code, str(FOLDER)], capture_output=True, text=True, check=True)
    owners = importlib.metadata.packages_distributions()
    imported = {owner for name in done.stdout.split() if "." not in name for owner in owners.get(name, ())}
    lock = (ROOT / "requirements" / "lambda.txt").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {name.lower().replace("_", "-") for name in imported} - {"adpulse"} <= locked
    assert "asyncpg" in imported


def test_the_function_has_the_versions_of_the_service() -> None:
    """The two locks are compiled at once, so service and function check and write alike."""
    pinned = [
        set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("lambda.txt", "runtime.txt")
    ]
    assert pinned[0] < pinned[1]
