"""The format of a file, and its compression, are found out from its bytes."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing.source import zstd
from tests.adpulse.importing.conftest import EVENT, read, text_of


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize(
    "text",
    [
        text_of(),
        text_of(delimiter="\t"),
        json.dumps(EVENT) + "\n" + json.dumps(EVENT) + "\n",
        "\ufeff" + json.dumps(EVENT),
        json.dumps([EVENT, EVENT], indent=2),
        json.dumps({"events": [EVENT] * 5}),
        json.dumps(EVENT, indent=1) + "\n" + json.dumps(EVENT, indent=1),
    ],
    ids=["csv", "tsv", "ndjson", "one line", "array", "envelope", "one after another"],
)
def test_the_format_is_found_out(tmp_path: Path, text: str, compress: Any) -> None:
    """A file needs no name or option to tell what it is."""
    path = tmp_path / "events"
    path.write_bytes(compress(text.encode()))
    _, events, bad = read(path)
    assert bad == []
    assert len(events) == max(text.count("2025-09-24"), 1)
    assert {(event.campaign_id, event.cost_micros) for event in events} == {("C1", 250_000)}
