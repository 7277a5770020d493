"""Errors of the database: those that mean that it is away, and those that need an operator."""

import asyncio

import asyncpg


class SchemaError(Exception):
    """The database is not in the state that a command needs; the text says what to do."""


class InUseError(SchemaError):
    """Others used the tables for so long that nothing was changed."""


class UnfitError(SchemaError):
    """The database or login is set up so that what we promise would not hold; the text says what to change."""


class EmbeddedError(RuntimeError):
    """The embedded server cannot be used; the text says why, and ends with what its log says."""


# Errors that mean that the database is away or short of resources, and not that the request is wrong. Classes 08
# (connection), 25006 (read-only: a standby), 53 (resources, such as disk full), 57P (shutdown, starting up), 58 (I/O);
# and a database or role that is not there, or has no rights yet, which a server that is being set up says for a while.
UNAVAILABLE = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server ended the session while asyncpg was between two states
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidSchemaNameError,  # the login has no right on the schema `public`
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InsufficientPrivilegeError,
    UnfitError,
)

# Errors of a server that was reached, and what a client may know of each: no name of a table, login or setting.
_REASONS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (
        (
            asyncpg.InsufficientPrivilegeError,
            asyncpg.InvalidSchemaNameError,
            asyncpg.InvalidAuthorizationSpecificationError,
        ),
        "The database refuses the service: its login lacks a right, or a row-level policy is in the way",
    ),
    (UnfitError, "The database or the login of the service is set up in a way that does not keep its promises"),
    (asyncpg.ReadOnlySQLTransactionError, "The database is read-only, as a standby is"),
    (asyncpg.InvalidCatalogNameError, "The database does not exist"),
    (asyncpg.InsufficientResourcesError, "The database is short of a resource, such as disk space or connections"),
)
AWAY = "The database cannot be reached"


def reason(error: BaseException) -> str:
    """Return why the database is of no use, for clients: a sentence without its period."""
    return next((text for kinds, text in _REASONS if isinstance(error, kinds)), AWAY)


def names_its_cause(error: BaseException) -> bool:
    """Return True if an operator needs the text of an error, which has names of the database and no values."""
    return isinstance(error, (SchemaError, asyncpg.InsufficientPrivilegeError))
