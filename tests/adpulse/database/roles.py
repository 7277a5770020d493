"""The roles of a database, who may do what in it, and events for a login that takes them."""

import pytest

from adpulse.database.connections import INGEST, MAINTAIN, REPORT, Connection
from adpulse.variants import catalogue
from tests.servers import CLUSTERS

HERE = CLUSTERS or [variant.name for variant in catalogue.load_all() if variant.requires == "(nothing)"]
each_variant = pytest.mark.parametrize("variant", HERE)
ROLES = (INGEST, REPORT, MAINTAIN)
EVENTS = {INGEST: {"INSERT"}, REPORT: {"SELECT"}}

_GRANTED = """
SELECT relname, role, array_agg(privilege) AS privileges
FROM
  pg_class,
  unnest($1::text[]) AS role,
  unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
WHERE
  relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')  -- an extension's own
  AND has_table_privilege(role, pg_class.oid, privilege)
GROUP BY 1, 2
"""


def as_login(url: str, login: str) -> str:
    """Return the URL of the same database for another login; the tests' servers trust every local login."""
    return url.replace("postgres@", f"{login}@")


async def granted(connection: Connection) -> dict[str, dict[str, set[str]]]:
    """Return what each role may do, by table and role."""
    rights: dict[str, dict[str, set[str]]] = {}
    for name, role, privileges in await connection.fetch(_GRANTED, list(ROLES)):
        rights.setdefault(name, {})[role] = set(privileges)
    return rights


def batch(number: int, **more: object) -> dict[str, object]:
    event = {"ts": f"2025-09-{number % 28 + 1:02}T06:59:31Z", "campaign_id": f"C{number % 3}", "user_id": f"U{number}"}
    event |= {"event_type": "click", "cost": 0.25, "metadata": {"geo": "IN"}}
    return {"events": [event | more]}
