"""Rows for COPY: what is packed is what comes out, and PostgreSQL reads the stream."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.event.limits import EARLIEST, LATEST, TEXT_LENGTH
from adpulse.event.values import COLUMNS, Values
from adpulse.ingest.copy_format import pack, stream, stream_ids, unpack

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=TEXT_LENGTH)
micros = st.integers(0, 2**63 - 1)
rows = st.builds(
    Values,
    ts=st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)),
    cost_micros=micros,
    revenue_micros=micros,
    user_id=texts,
    campaign_id=texts,
    event_type=st.sampled_from(["impression", "click", "conversion"]),
    metadata=st.sampled_from([b"{}", '{"geo":"IN","n":[1,"ü"]}'.encode()]),
    event_id=st.none() | st.uuids(),
)


@given(rows)
def test_a_row_can_be_read_back(values: Values) -> None:
    """Every field survives, to the microsecond and the micro."""
    assert unpack(pack(values)) == values


async def test_postgresql_reads_the_stream(connection: Connection) -> None:
    """A stream of rows arrives in the columns of the contract; a stream of ids in a column of UUIDs."""
    at = datetime(2025, 9, 24, 6, 59, 31, 849_095, tzinfo=UTC)
    row = Values(at, 10_500, 2**62, "Ü" * TEXT_LENGTH, "C", "click", b'{"geo": "IN"}', UUID(int=7))
    source = stream([[pack(row)], [pack(row._replace(event_id=None))]])

    async def chunks(data: bytes):  # type: ignore[no-untyped-def]  # an async generator of bytes
        yield data

    await connection.copy_to_table("events", source=chunks(source), columns=COLUMNS, format="binary")
    await connection.execute("CREATE TEMP TABLE ids (id uuid)")
    await connection.copy_to_table("ids", source=chunks(stream_ids([UUID(int=7).bytes])), format="binary")
    stored = await connection.fetch(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY event_id NULLS LAST")
    assert [record["event_id"] for record in stored] == [UUID(int=7), None]
    for record in stored:
        assert {**record, "event_id": row.event_id, "metadata": row.metadata} == row._asdict()
        assert record["metadata"] == '{"geo": "IN"}'
    assert await connection.fetchval("SELECT array_agg(id) FROM ids") == [UUID(int=7)]
