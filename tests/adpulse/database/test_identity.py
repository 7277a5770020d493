"""A server is recognised as the primary or one of its replicas, by a login without rights, too."""

import pytest

from adpulse.database import identity
from adpulse.database.connections import INGEST, REPORT, connect
from adpulse.database.identity import Server

PRIMARY = Server("7", "00000002")


@pytest.mark.parametrize(
    ("server", "may"),
    [
        (Server("7", None), True),  # its standby
        (Server("8", None), False),  # the standby of a primary that is gone
        (PRIMARY, True),
        (Server("7", "00000001"), False),  # the primary before the fail-over
        (Server("7", "00000003"), False),  # a standby that was promoted
        (Server("8", "00000001"), True),  # the server of a logical subscriber
    ],
)
def test_only_a_copy_may_answer_for_a_primary(server: Server, may: bool) -> None:
    """A copy that follows it, itself, and a subscriber's server, whose heartbeat tells its age."""
    assert server.may_answer_for(PRIMARY) is may


@pytest.mark.parametrize("role", [INGEST, REPORT])
async def test_each_role_can_tell_its_server(url: str, role: str) -> None:
    """Two connections to one server are of the same one, which is no standby."""
    found = []
    for _ in range(2):
        connection = await connect(url, role=role)
        found.append(await identity.server(connection))
        await connection.close()
    assert found[0] is not None
    assert found[0] == found[1]
    assert found[0].timeline == "00000001"
