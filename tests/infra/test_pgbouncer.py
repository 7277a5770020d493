"""The service through a real PgBouncer in transaction mode, with the configuration that compose.yaml mounts."""

import asyncio
import configparser
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from adpulse import telemetry
from adpulse.database import connections
from adpulse.database.connections import INGEST, MAINTAIN, REPORT
from adpulse.database.errors import UnfitError
from tests.adpulse.database.defaults import HOSTILE, STATED, literal
from tests.adpulse.reports.test_outages import becomes
from tests.patience import PATIENCE_S
from tests.services import Serve

CONFIGURATION = Path(__file__).parents[2] / "infra" / "pgbouncer"
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

needs_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (Debian: pgbouncer)")


def _version() -> tuple[int, int]:
    assert PGBOUNCER is not None
    text = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = re.search(r"PgBouncer (\d+)\.(\d+)", text).groups()
    return int(major), int(minor)


class Pooler(str):
    """The addresses of a running PgBouncer."""

    process: asyncio.subprocess.Process
    # The same, and the database itself after it.
    or_direct: str

    async def lose(self) -> None:
        """Let it end, now."""
        self.process.kill()
        await self.process.wait()


@pytest.fixture
async def pooler(url: str) -> AsyncIterator[Pooler]:
    """Start a PgBouncer before the database of `url`, with two server connections, so that clients share them."""
    assert PGBOUNCER is not None
    socket = parse_qs(urlsplit(url).query)["host"][0]
    name = urlsplit(url).path.lstrip("/")
    # It will not run as root; and a socket's path must be short.
    user = pwd.getpwuid(Path(socket).stat().st_uid).pw_name
    folder = Path(tempfile.mkdtemp(prefix="adpulse-pgbouncer-"))
    here = folder / "test.ini"
    # Not by %include and a second section of the same name: that would put the first one's settings back.
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read(CONFIGURATION / "pgbouncer.ini")
    # By a login that owns nothing, as in compose.yaml.
    owner = await asyncpg.connect(url)
    login = f"pooled_{uuid.uuid4().hex}"
    await owner.execute(f"CREATE ROLE {login} LOGIN IN ROLE {INGEST}, {REPORT}, {MAINTAIN}")
    configuration["databases"]["adpulse"] = f"host={socket} port=5432 dbname={name} user={login} pool_size=2"
    configuration["databases"][name] = configuration["databases"]["adpulse"]  # as who goes straight to it calls it
    configuration["pgbouncer"].update(
        {
            "listen_addr": "",
            "unix_socket_dir": str(folder),
            "auth_file": str(folder / "userlist.txt"),
        }
    )
    with here.open("w") as file:
        configuration.write(file)
    logins = (CONFIGURATION / "userlist.txt").read_text()
    (folder / "userlist.txt").write_text(f'{logins}"{login}" "adpulse"\n')
    command = [PGBOUNCER, str(here)]
    if os.geteuid() == 0:
        shutil.chown(folder, user)
        command[1:1] = ["-u", user]
    log = folder / "log"
    with log.open("w") as output:
        process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (folder / ".s.PGSQL.6432").exists():
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.05)
        address = Pooler(f"postgresql://adpulse:adpulse@/adpulse?host={folder}&port=6432")
        address.process = process
        address.or_direct = f"postgresql://{login}:adpulse@/{name}?host={folder},{socket}&port=6432,5432"
        yield address
    finally:
        if process.returncode is None:
            process.kill()  # newer ones answer SIGTERM by waiting for their clients
        await process.wait()
        shutil.rmtree(folder)
        await owner.execute(f"DROP ROLE {login}")
        await owner.close()


def body(number: int, **more: object) -> dict[str, object]:
    """Return one event in 2025, of one of three campaigns, at cost 0.25."""
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": f"C{number % 3}", "user_id": f"U{number}"}
    return {"events": [event | {"event_type": "click", "cost": 0.25} | more]}


DAY = "start=2025-09-24&end=2025-09-25"


@needs_pgbouncer
@pytest.mark.parametrize("statements", [0, 50])
async def test_events_and_reports_through_transaction_pooling(
    serve: Serve, url: str, pooler: str, statements: int
) -> None:
    """More clients than server connections write, repeat and ask at once; nothing fails, nothing is lost or doubled."""
    if statements and _version() < (1, 21):
        pytest.skip(f"PgBouncer {_version()} has no max_prepared_statements")
    failures = telemetry.MAINTENANCE_FAILURES._value.get()
    client = await serve(url, pooler_url=pooler, pooler_statements=statements, writers=3, readers=4, maintenance_s=0.05)
    ids = [str(uuid.uuid4()) for _ in range(30)]

    async def write(number: int) -> None:
        for _ in range(2):  # the second one of each has no effect
            reply = await client.post("/events", json=body(number, event_id=ids[number]))
            assert reply.status_code == 200, reply.text
            reply = await client.post("/events", json=body(number), headers={"Idempotency-Key": f"key-{number}"})
            assert reply.status_code == 200, reply.text

    async def ask(number: int) -> None:
        for more in ("", "&granularity=hour", "&group_by=campaign_id&compare=previous", "&metrics=unique_users,clicks"):
            reply = await client.get(f"/report?{DAY}&campaign_id=C{number % 3}{more}")
            assert reply.status_code == 200, reply.text

    await asyncio.gather(*(write(number) for number in range(30)), *(ask(number) for number in range(12)))
    totals = (await client.get(f"/report?{DAY}")).json()["totals"]
    assert (totals["clicks"], totals["cost"]) == (60, 15.0)
    assert (await client.get("/readyz")).status_code == 200
    # Of the whole process, and so of the tests before this one too.
    assert telemetry.MAINTENANCE_FAILURES._value.get() == failures


@needs_pgbouncer
async def test_a_lost_pooler_is_passed_by(serve: Serve, url: str, pooler: Pooler) -> None:
    """Writers and readers connect to the database, the second host, directly; a retried batch counts once."""
    client = await serve(url, pooler_url=pooler.or_direct)

    async def write(number: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            key = {"Idempotency-Key": f"key-{number}"}
            while (reply := await client.post("/events", json=body(number), headers=key)).status_code != 200:
                assert reply.status_code == 503, reply.text
                assert "retry-after" in reply.headers
                await asyncio.sleep(0.05)

    for number in range(3):
        await write(number)
    assert (await client.get(f"/report?{DAY}")).json()["totals"]["clicks"] == 3
    await pooler.lose()
    await asyncio.gather(*(write(number) for number in range(12)))
    async with asyncio.timeout(PATIENCE_S):
        while (reply := await client.get(f"/report?{DAY}")).status_code != 200:
            assert reply.status_code == 503, reply.text
            await asyncio.sleep(0.05)
    assert reply.json()["totals"]["clicks"] == 12
    assert (await client.get("/readyz")).status_code == 200


@needs_pgbouncer
async def test_a_report_brings_its_settings_along(serve: Serve, url: str, pooler: str) -> None:
    """PgBouncer refuses plan_cache_mode and statement_timeout at the start: each transaction sets them for itself."""
    with pytest.raises(asyncpg.PostgresError, match="unsupported startup parameter"):
        await asyncpg.connect(pooler, server_settings={"plan_cache_mode": "force_custom_plan"})
    client = await serve(url, pooler_url=pooler, report_timeout_ms=200)
    blocker = await asyncpg.connect(url)
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE events, rollup_hour IN ACCESS EXCLUSIVE MODE")
        await becomes(client, f"/report?{DAY}", 504)
    await blocker.close()
    await becomes(client, f"/report?{DAY}", 200)


@needs_pgbouncer
async def test_nothing_of_a_report_stays_in_a_shared_session(serve: Serve, url: str, pooler: str) -> None:
    """The settings end with the transaction: who gets the server connection next can write."""
    client = await serve(url, pooler_url=pooler)
    for _ in range(8):
        assert (await client.get(f"/report?{DAY}")).status_code == 200
    connection = await asyncpg.connect(pooler, statement_cache_size=0)
    for name, expected in {"statement_timeout": "0", "plan_cache_mode": "auto", "transaction_read_only": "off"}.items():
        async with connection.transaction():
            assert await connection.fetchval(f"SHOW {name}") == expected
    await connection.close()


@needs_pgbouncer
async def test_hostile_defaults_change_nothing_behind_a_pooler(serve: Serve, url: str, pooler: str) -> None:
    """Each transaction states what it needs, a COPY by itself too: tests/adpulse/database/test_session.py, pooled."""
    owner = await connections.connect(url)
    name = urlsplit(url).path.lstrip("/")
    await owner.execute("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.events (LIKE public.events)")
    await owner.execute("CREATE TABLE elsewhere.api_keys (LIKE public.api_keys)")
    await owner.execute(
        "GRANT ALL ON SCHEMA elsewhere TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA elsewhere TO PUBLIC"
    )
    hostile = {each: HOSTILE[each] for each in HOSTILE.keys() - {"session_replication_role", "transaction_timeout"}}
    hostile |= {"search_path": "elsewhere, public"}
    for setting, value in hostile.items():
        await owner.execute(f"ALTER DATABASE {name} SET {setting} = {literal(setting, value)}")
    client = await serve(url, pooler_url=pooler)
    for number in range(6):
        assert (await client.post("/events", json=body(number))).status_code == 200
        keyed = await client.post("/events", json=body(number), headers={"Idempotency-Key": f"key-{number}"})
        assert keyed.json()["accepted"] == 1
    for more in ("", "&granularity=hour", "&group_by=campaign_id&compare=previous"):
        assert (await client.get(f"/report?{DAY}{more}")).json()["totals"]["clicks"] == 12
    assert await owner.fetchval("SELECT count(*) FROM elsewhere.events") == 0

    pooled = await connections.connect_pooled(pooler, "test", statements=0)
    async with pooled.transaction():
        for setting, expected in STATED.items():
            # Deferrable means something to serializable transactions only.
            if setting in hostile and setting != "default_transaction_deferrable":
                shown = setting.removeprefix("default_") if setting.startswith("default_transaction") else setting
                assert await pooled.fetchval(f"SHOW {shown}") == expected, setting
    async with pooled.transaction(isolation="repeatable_read", readonly=True):
        assert await pooled.fetchval("SHOW transaction_isolation") == "repeatable read"
        assert await pooled.fetchval("SHOW transaction_read_only") == "on"
        async with pooled.transaction():  # a savepoint
            assert await pooled.fetchval("SHOW search_path") == "public"
    await pooled.close()
    await owner.close()


@needs_pgbouncer
async def test_a_pooled_login_without_triggers_writes_nothing(url: str, pooler: str) -> None:
    """A pooled login without triggers is refused with the reason, as over a connection of its own."""
    owner = await connections.connect(url)
    await owner.execute(f"ALTER DATABASE {urlsplit(url).path.lstrip('/')} SET session_replication_role = 'replica'")
    pooled = await connections.connect_pooled(pooler, "test", statements=0)
    with pytest.raises(UnfitError, match="session_replication_role"):
        async with pooled.transaction():
            pass
    assert pooled.is_closed()
    await owner.close()
