"""Errors say why the database is of no use."""

import asyncpg
import pytest

from adpulse.database import errors
from adpulse.database.errors import AWAY, UNAVAILABLE, UnfitError, reason

REACHED = (
    asyncpg.InsufficientPrivilegeError("permission denied for table secret"),
    asyncpg.InvalidPasswordError("secret"),
    asyncpg.InvalidSchemaNameError("secret"),
    asyncpg.ReadOnlySQLTransactionError("secret"),
    asyncpg.InvalidCatalogNameError("secret"),
    asyncpg.DiskFullError("secret"),
    asyncpg.TooManyConnectionsError("secret"),
    UnfitError("secret"),
)


@pytest.mark.parametrize("error", REACHED, ids=lambda error: type(error).__name__)
def test_a_server_that_was_reached_is_not_called_away(error: Exception) -> None:
    """Each has a reason of its own, without the text of the error: clients learn no names."""
    assert isinstance(error, UNAVAILABLE)
    assert reason(error) != AWAY
    assert "secret" not in reason(error)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), asyncpg.CannotConnectNowError("secret")])
def test_a_server_that_is_away_is_called_so(error: Exception) -> None:
    """Nothing else is known of it."""
    assert reason(error) == AWAY


def test_the_log_has_the_text_of_what_an_operator_mends() -> None:
    """Not of errors whose text may hold a value."""
    assert errors.names_its_cause(asyncpg.InsufficientPrivilegeError("permission denied for table events"))
    assert not errors.names_its_cause(asyncpg.UniqueViolationError("Key (event_id)=(x) already exists"))
