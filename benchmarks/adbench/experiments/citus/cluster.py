"""Databases of one's own on a Citus cluster: one of that name on every node, each of which must know the others."""

from urllib.parse import urlsplit

import asyncpg

from adbench.errors import LabError
from adbench.harness.databases import connected, sibling

Node = tuple[str, int]


class ClusterError(LabError):
    """The cluster cannot be used; the text says why."""


async def nodes(home: str) -> list[Node]:
    """Return host and port of every node, the coordinator first, by the URL of a database on it that knows them.

    Raise one of adpulse.database.errors.UNAVAILABLE, or ClusterError where there is no Citus.
    """
    async with connected(home) as connection:
        try:
            found = await connection.fetch(
                "SELECT nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid"
            )
        except asyncpg.UndefinedTableError as error:
            raise ClusterError(f"there is no Citus in the database that the URL names: {error}") from error
    return [(record[0], record[1]) for record in found]


async def create(home: str, name: str) -> str:
    """Make the database on every node, as a cluster without tables. Return its URL on the coordinator."""
    found = await nodes(home)
    await _everywhere(home, found, "postgres", f"CREATE DATABASE {name}")
    await _everywhere(home, found, name, "CREATE EXTENSION citus")
    url = sibling(home, name)
    async with connected(url) as connection:
        for place, node in enumerate(found):
            add = "citus_add_node" if place else "citus_set_coordinator_host"
            await connection.execute(f"SELECT {add}($1, $2)", *node)
    return url


async def drop(home: str, name: str) -> None:
    """Drop the database on every node, also while it is used."""
    await _everywhere(home, await nodes(home), "postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def on(home: str, node: Node, name: str) -> str:
    """Return the URL of the database of that name on one node, with the login of the URL."""
    base = urlsplit(sibling(home, name))
    login = base.netloc.rpartition("@")[0]
    host, port = node
    return base._replace(netloc=f"{login}@{host}:{port}" if login else f"{host}:{port}").geturl()


async def _everywhere(home: str, found: list[Node], name: str, statement: str) -> None:
    for node in found:
        async with connected(on(home, node, name)) as connection:
            await connection.execute(statement)
