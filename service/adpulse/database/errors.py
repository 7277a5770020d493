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
