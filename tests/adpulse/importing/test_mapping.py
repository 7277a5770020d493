"""Mappings that cannot be meant are refused before anything is read."""

import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing import mapping
from adpulse.importing.errors import ImportFailed
from tests.adpulse.importing.conftest import EVENT, read


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n", {}, "no column ts for ts; it has: a, b"),
        ("ts,ts\n", {}, "two columns"),
        ("", {}, "is empty"),
        ('ts,campaign_id,user_id,event_type\n"' + "x\n" * 600_000, {}, "field limit"),
        ("[" + json.dumps(EVENT), {}, "ends in the middle"),
        ("ts\n1\n", {"ts": {"timezone": "Mars/One"}}, "no time zone|no column"),
        ("ts\n1\n", {"file": {"encoding": "utf-99"}}, "no encoding"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, options: dict[str, Any], message: str) -> None:
    """A file that cannot be imported is refused, with the reason and what to do."""
    path = tmp_path / "a"
    path.write_text(text)
    with pytest.raises(ImportFailed, match=message):
        read(path, **options)


@pytest.mark.parametrize(
    "document",
    [
        "tss = 'x'",
        "cost = {column='a', unit='dollars'}",
        "cost = {colum='a'}",
        "[[event]]\nx = 1",
        "metadata = 'some'",
        "x =",
    ],
)
def test_mappings_that_are_refused(tmp_path: Path, document: str) -> None:
    """A mapping with a mistake is refused before anything is read."""
    path = tmp_path / "m.toml"
    path.write_text(document)
    with pytest.raises(ImportFailed, match="mapping") as caught:
        mapping.build(None, path, {})
    assert caught.value.usage
