"""A file is read as it lies on disk: decompressed, and from its first byte to its last."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing.errors import ImportFailed
from adpulse.importing.source import opened, zstd


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
def test_all_bytes_come_also_those_that_were_looked_at(tmp_path: Path, compress: Any) -> None:
    """The first bytes tell the format; they are part of the file."""
    path = tmp_path / "events"
    path.write_bytes(compress(b"0123456789" * 50_000))
    with opened(str(path)) as source:
        assert source.peek().startswith(b"0123456789")
        assert b"".join(source.blocks()) == b"0123456789" * 50_000
        assert source.position == source.size


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, compress: Any) -> None:
    """Half of a download is not half of the events."""
    path = tmp_path / "events"
    path.write_bytes(compress(bytes(range(256)) * 5_000)[:-7])
    with opened(str(path)) as source, pytest.raises(ImportFailed):
        for _ in source.blocks():
            pass
