"""Events in Parquet files, written and read by the batch, so that memory is bounded. Needs pyarrow (extra `archive`).

Nothing imports pyarrow before a file is touched: the service runs without it.
"""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

# Number of rows that are read, held and written at once: a row group of the file.
BATCH = 32_768

# The columns in the file's order, as PostgreSQL is asked for them: metadata as JSON text, the type as a word.
SELECTED = "ts, campaign_id, user_id, event_type::text, cost_micros, revenue_micros, metadata::text, event_id"
NAMES = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata", "event_id")

Row: TypeAlias = Any  # a sequence of values, such as asyncpg's record


class MissingExtra(RuntimeError):
    """pyarrow is not installed; the text names the extra that brings it."""


def check() -> None:
    """Raise MissingExtra where pyarrow is not installed."""
    _schema()


@cache
def _schema() -> "pa.Schema":
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtra("this needs pyarrow; install it with: pip install 'adpulse[archive]'") from error
    types = {
        "ts": pa.timestamp("us", tz="UTC"),
        "cost_micros": pa.int64(),
        "revenue_micros": pa.int64(),
        "event_id": pa.uuid(),
    }
    return pa.schema([pa.field(name, types.get(name, pa.string()), nullable=name == "event_id") for name in NAMES])


def _batch(rows: Sequence[Row]) -> "pa.RecordBatch":
    import pyarrow as pa

    schema = _schema()
    *columns, ids = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=False)]
    packed = pa.array([None if each is None else each.bytes for each in ids], pa.binary(16))
    return pa.RecordBatch.from_arrays(
        [*arrays, pa.ExtensionArray.from_storage(schema.field(-1).type, packed)], schema=schema
    )


async def write(path: Path, batches: AsyncIterator[Sequence[Row]]) -> None:
    """Write rows of SELECTED to a file and have the disk confirm it. Raises OSError, with a part of a file left."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    compression = "zstd" if pa.Codec.is_available("zstd") else "snappy"
    with path.open("wb") as file:
        # Strings are dictionary-encoded, page by page, as long as that is smaller.
        with pq.ParquetWriter(file, _schema(), compression=compression) as writer:
            async for rows in batches:
                writer.write_batch(_batch(rows), row_group_size=BATCH)
        file.flush()
        os.fsync(file.fileno())


async def same(path: Path, batches: AsyncIterator[Sequence[Row]]) -> bool:
    """Return True if the file, read back, holds exactly these rows, in this order and cut into the same batches."""
    stored = _stored(path)
    async for rows in batches:
        if (found := next(stored, None)) is None or not found.equals(_batch(rows)):
            return False
    return next(stored, None) is None


def read(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows, a batch at a time, as PostgreSQL takes them: values in the order of NAMES."""
    for batch in _stored(path):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _stored(path: Path) -> "Iterator[pa.RecordBatch]":
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield from file.iter_batches(batch_size=BATCH, row_groups=[group])
