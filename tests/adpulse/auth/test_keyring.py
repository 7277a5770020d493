"""The keys that a process knows: read, ended, and their uses noted."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from adpulse.auth import key_store, keys
from adpulse.auth.keyring import Keyring, is_loopback
from adpulse.database.connections import Connection, connect
from adpulse.database.primary import Primary
from adpulse.settings import Settings
from tests.adpulse.auth.conftest import BATCH, assert_refused, bearer
from tests.patience import PATIENCE_S, until
from tests.servers import NewDatabase
from tests.services import Serve


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")),
        *((host, False) for host in ("0.0.0.0", "::", "192.168.1.2", "example.com", "", "localhost.example.com")),
    ],
)
def test_only_loopback_is_loopback(host: str, loopback: bool) -> None:
    """A name that must be looked up is none: it may lead anywhere."""
    assert is_loopback(host) is loopback


async def test_two_services_of_one_process_are_apart(new_database: NewDatabase, serve: Serve) -> None:
    """A key of one database is nothing to another."""
    url, other = await new_database(), await new_database()
    text, key = keys.make("n", ["write"], None, None, None)
    for each, stored in ((url, key), (other, keys.make("n", ["write"], None, None, None)[1])):
        connection = await connect(each)
        await key_store.add(connection, stored)
        await connection.close()
    assert text is not None
    assert (await (await serve(url)).post("/events", json=BATCH, headers=bearer(text))).status_code == 200
    assert_refused(await (await serve(other)).post("/events", json=BATCH, headers=bearer(text)), 401, "key_invalid")


async def test_an_end_comes_while_keys_are_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end comes while keys are read, also when an error of the closed connection replaces the cancellation."""
    reading = asyncio.Event()

    async def in_use(connection: Connection) -> tuple[list[keys.Key], bool]:
        reading.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if connection.is_closed():
                raise asyncpg.InterfaceError("the connection is closed") from None
            raise
        return [], False

    monkeypatch.setattr(key_store, "in_use", in_use)
    settings = Settings(database_url=url, keys_reload_s=0.01)
    keyring = Keyring(settings, Primary(url, settings))
    await keyring.start()
    await reading.wait()
    async with asyncio.timeout(PATIENCE_S):
        await keyring.stop()


async def test_a_service_whose_keys_are_all_revoked_is_not_open(connection: Connection) -> None:
    """It had keys once: it is closed, and not open as one that never had any."""
    assert await key_store.in_use(connection) == ([], False)
    key = keys.make("n", ["write"], None, None, None)[1]
    await key_store.add(connection, key)
    await key_store.revoke(connection, key.key_id)
    assert await key_store.in_use(connection) == ([], True)


async def test_the_day_of_a_keys_last_use_is_noted(url: str, connection: Connection, serve: Serve) -> None:
    """A request that its key admits notes the day; a key that is refused, or that nobody sent, has no day."""
    texts = {}
    for name, scope in (("used", "write"), ("refused", "read"), ("unused", "write")):
        texts[name], key = keys.make(name, [scope], None, None, None)
        await key_store.add(connection, key)
    client = await serve(url, keys_reload_s=0.05)
    before = datetime.now(UTC).date()
    assert_refused(await client.post("/events", json=BATCH, headers=bearer(str(texts["refused"]))), 403, "scope")
    assert (await client.post("/events", json=BATCH, headers=bearer(str(texts["used"])))).status_code == 200
    await until(lambda: key_store.entries(connection), lambda found: any(entry.last_used_on for entry in found))
    days = {entry.key.name: entry.last_used_on for entry in await key_store.entries(connection)}
    assert days.pop("used") in (before, datetime.now(UTC).date())
    assert days == {"refused": None, "unused": None}


async def test_uses_are_written_once_a_day_and_never_hinder_reading(url: str, connection: Connection) -> None:
    """The second use of a day writes nothing; where uses cannot be written, keys are read, and the use is kept."""
    text, key = keys.make("n", ["write"], None, None, None)
    await key_store.add(connection, key)
    settings = Settings(database_url=url)
    keyring = Keyring(settings, Primary(url, settings))

    async def use() -> None:
        holder = keyring.find(str(text).encode())
        assert holder is not None
        keyring.note(holder)
        await keyring.run()

    await keyring.run()
    await connection.execute("ALTER TABLE api_key_uses RENAME TO elsewhere")
    await use()
    await connection.execute("ALTER TABLE elsewhere RENAME TO api_key_uses")
    await keyring.run()
    first = await connection.fetchrow("SELECT xmin, last_used_on FROM api_key_uses")
    assert first is not None
    await use()
    last = await connection.fetchrow("SELECT xmin, last_used_on FROM api_key_uses")
    assert last is not None
    assert last == first or last["last_used_on"] > first["last_used_on"]
    await keyring.stop()
