"""Marks of when a request passes from one stage of the service to the next, inside the process that serves it.

The clock is time.perf_counter(), which all processes of a machine share. Notes lie in a small file that both sides map
into memory: one costs well under a microsecond.
"""

import mmap
import struct
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adpulse.database.connections import Connection
from adpulse.ingest import group_commit
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.job import Job
from adpulse.ingest.partitions import Partitions

MARKS = ("received", "decoded", "taken", "written")  # where one stage ends and the next begins
_INSTANTS = struct.Struct(f"{len(MARKS)}d")


def create(path: Path) -> None:
    """Make the file, before the service starts."""
    path.write_bytes(bytes(_INSTANTS.size))


class Marks:
    """The marks of the last request, in seconds."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _INSTANTS.size)

    def note(self, name: str) -> None:
        """Note the present moment."""
        struct.pack_into("d", self._map, 8 * MARKS.index(name), time.perf_counter())

    def read(self) -> tuple[float, ...]:
        """Return the instants in the order of MARKS."""
        return _INSTANTS.unpack(self._map[:])


def install(path: str) -> None:
    """Let this process note its marks. Raise AttributeError when what is to be marked has moved."""
    marks, decode, write = Marks(Path(path)), Decoder.decode, group_commit.write

    def marked_decode(self: Decoder, body: bytes, **options: Any) -> Any:
        marks.note("received")
        batch = decode(self, body, **options)
        marks.note("decoded")
        return batch

    async def marked_write(connection: Connection, group: Sequence[Job], days: Partitions, ids: EventIds) -> None:
        marks.note("taken")
        await write(connection, group, days, ids)
        marks.note("written")

    Decoder.decode = marked_decode  # type: ignore[method-assign]  # a patch is meant
    group_commit.write = marked_write
