"""Shared by the tests of the database: a login that owns nothing, and databases with defaults that others set."""

import json
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.adpulse.database.defaults import EXTREMES, HOSTILE, INDIFFERENT, NO_DEFAULT, known, literal
from tests.adpulse.database.roles import ROLES, as_login
from tests.servers import NewDatabase, Server


@pytest.fixture
async def login(server: Server, new_database: NewDatabase) -> AsyncIterator[str]:
    """Create a login that is a member of the three roles and owns nothing; yield its name."""
    await new_database()  # makes the roles
    name = f"service_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {name} LOGIN IN ROLE {', '.join(ROLES)}")
    yield name
    await server.execute(f"DROP ROLE {name}")


@pytest.fixture(params=["low", "high", "next"])
async def indifferent(server: Server, new_database: NewDatabase, request: pytest.FixtureRequest) -> str:
    """Create an empty database with defaults that make no difference, for all settings at once; return its URL."""
    url = await new_database(None)
    name = url.split("?")[0].rsplit("/", 1)[1]
    owner = await asyncpg.connect(server.url())
    extremes = dict(await owner.fetch(EXTREMES, request.param, [*HOSTILE, *NO_DEFAULT], json.dumps(INDIFFERENT)))
    refused = []
    for setting, value in extremes.items():
        try:
            await owner.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")
        except asyncpg.InvalidParameterValueError:  # a bound that the server does not take, such as of a stack
            refused.append(setting)
    await owner.close()
    assert len(extremes) > 120
    assert len(refused) < 3, refused
    return url


@pytest.fixture(params=["database", "login", "login in database"])
async def hostile(server: Server, new_database: NewDatabase, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Yield the URL of an empty database, for a login with its own schema; login or database has these defaults."""
    url = await new_database(None)
    login = f"owner_{uuid.uuid4().hex}"
    name = url.split("?")[0].rsplit("/", 1)[1]
    await server.execute(f"CREATE ROLE {login} LOGIN SUPERUSER")
    owner = await asyncpg.connect(url)
    await owner.execute(f"CREATE SCHEMA {login} AUTHORIZATION {login}; CREATE SCHEMA elsewhere")
    where = {
        "database": f"DATABASE {name}",
        "login": f"ROLE {login}",
        "login in database": f"ROLE {login} IN DATABASE {name}",
    }
    for setting, value in known(server, HOSTILE).items():
        await owner.execute(f"ALTER {where[request.param]} SET {setting} = {literal(setting, value)}")
    await owner.close()
    yield as_login(url, login)
    await server.drop(name)
    await server.execute(f"DROP ROLE {login}")
