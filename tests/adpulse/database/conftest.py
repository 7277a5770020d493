"""Shared by the tests of roles: a login that owns nothing."""

import uuid
from collections.abc import AsyncIterator

import pytest

from tests.adpulse.database.roles import ROLES
from tests.servers import NewDatabase, Server


@pytest.fixture
async def login(server: Server, new_database: NewDatabase) -> AsyncIterator[str]:
    """Create a login that is a member of the three roles and owns nothing; yield its name."""
    await new_database()  # makes the roles
    name = f"service_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {name} LOGIN IN ROLE {', '.join(ROLES)}")
    yield name
    await server.execute(f"DROP ROLE {name}")
