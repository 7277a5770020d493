"""Under hostile defaults every path prints and stores the same as without them."""

import json
from pathlib import Path

import asyncpg
import pytest

from adpulse.database import connections
from tests.adpulse.database.defaults import command
from tests.infra.lambda_function import body, message, running
from tests.servers import Server, scratch_databases
from tests.services import Serve, services

DAY = "start=2025-09-24&end=2025-09-25"


async def everything(url: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, files: Path) -> dict[str, object]:
    """Return what all paths print and store: commands, the service, a day in `files` and back, a move, the function."""
    said: dict[str, object] = {"migrate": await command(url, "migrate", "--variant", "rollup_dims")}
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    connection = await connections.connect(url)
    await connection.execute("SELECT prepare_days('2025-09-24', '2025-09-24')")
    await connection.close()
    client = await serve(url, maintenance_s=0.05)
    events = [
        {"ts": "2025-09-24T06:59:31Z", "campaign_id": f"C{number % 3}", "user_id": "U", "event_type": "click"}
        | {"cost": 0.1, "metadata": {"geo": "\\.IN"}}
        for number in range(9)
    ]
    said["post"] = (await client.post("/events", json={"events": events})).json()
    keyed = {"events": [events[0] | {"event_id": "6f0c7f0e-7f38-4b0c-8c39-0f8c6c1f6c11"}]}
    said["once"] = [
        (await client.post("/events", json=keyed, headers={"Idempotency-Key": "k"})).json() for _ in range(2)
    ]
    async with running() as function:
        said["function"] = await function(message(body("A")), message(body("B")))
    asked = [
        "",
        "&granularity=hour",
        "&group_by=campaign_id&compare=previous",
        "&filter=geo:%5C.IN",
        "&timezone=Asia/Tokyo",
    ]
    for number, more in enumerate(asked):
        reply = (await client.get(f"/report?{DAY}{more}")).json()
        said[f"report {number}"] = [reply["totals"], reply.get("rows")]
    said["command"] = json.loads(
        await command(url, "report", "--start", "2025-09-24", "--end", "2025-09-25", "--json")
    )["totals"]
    archived = json.loads(await command(url, "archive", "--to", str(files), "--before", "2025-09-25", "--json"))
    said["archive"] = [(each["day"], each["events"], each["cost_micros"]) for each in archived["archived"]]
    said["verify archived"] = json.loads(await command(url, "verify", "--json"))
    said["restore"] = json.loads(await command(url, "restore", "--from", str(files), "--json"))
    said["rebuild"] = await command(url, "rebuild")
    said["move"] = await command(url, "migrate", "--variant", "covering")
    said["after the move"] = (await client.post("/events", json={"events": events[:1]})).json()
    said["verify"] = json.loads(await command(url, "verify", "--json"))
    said["new key"] = bool(await command(url, "keys", "new", "mine", "--scope", "write"))
    said["keys"] = [entry["name"] for entry in json.loads(await command(url, "keys", "list", "--json"))]
    connection = await asyncpg.connect(url)
    said["tables"] = await connection.fetchval(
        "SELECT array_agg(DISTINCT nspname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    )
    await connection.close()
    return said


@pytest.fixture(scope="module")
async def plain(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Return what all paths say on a database and login without defaults."""
    with pytest.MonkeyPatch.context() as patch:
        async with scratch_databases(server) as new, services() as start:
            return await everything(await new(None), start, patch, tmp_path_factory.mktemp("plain"))


async def test_every_path_is_taken(plain: dict[str, object]) -> None:
    """The run without defaults, with which the others are compared, stores and archives every event."""
    assert plain["tables"] == ["public"]
    assert plain["archive"] == [("2025-09-24", 12, 1_500_000)]


async def test_every_path_says_the_same_as_without(
    plain: dict[str, object], hostile: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Post, report, archive, restore, move, verify, keys, Lambda: as on a database and login without defaults."""
    assert await everything(hostile, serve, monkeypatch, tmp_path) == plain


async def test_defaults_that_no_connection_states_make_no_difference(
    plain: dict[str, object], indifferent: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same paths."""
    assert await everything(indifferent, serve, monkeypatch, tmp_path) == plain
