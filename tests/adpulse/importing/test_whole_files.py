"""A file is read as a whole, or refused with the reason: no part of it is lost in silence."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing.errors import ImportFailed
from adpulse.importing.source import zstd
from tests.adpulse.importing.conftest import EVENT, read

LINE = "2025-09-24T06:59:31Z,C,U,click,"
HEAD = "ts,campaign_id,user_id,event_type,note\n"
DOCUMENT = json.dumps(EVENT)


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("rows", [2, 500], ids=["small", "large"])
@pytest.mark.parametrize("harm", [lambda data: data[:-5], lambda data: data + b"more"], ids=["cut", "with more"])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, compress: Any, rows: int, harm: Any) -> None:
    """A compressed file that is cut, or goes on as something else, fails with its name, wherever that is noticed."""
    path = tmp_path / "a.gz"
    path.write_bytes(harm(compress((HEAD + (LINE + "x" * 3_000 + "\n") * rows).encode())))
    with pytest.raises(ImportFailed, match=r"a\.gz cannot be read to its end"):
        read(path)


LOST = {
    "a quote that never closes": HEAD + LINE + '"a\n' + (LINE + "b\n") * 3,
    "one in the last line": HEAD + LINE + '"a',
    "one that another quote closes": HEAD + LINE + '"a\n' + LINE + "b\n" + LINE + '"c"\n',
    "half of a character at the end": (HEAD + LINE + "é").encode("utf-16")[:-1],
    "UTF-16 without a mark": (HEAD + LINE).encode("utf-16-le"),
    "carriage returns": (HEAD + LINE + "a\n").replace("\n", "\r"),
    "a second list": f"[{DOCUMENT}]\n[{DOCUMENT}]",
    "an object after the list": f"[{DOCUMENT}] {DOCUMENT}",
    "a second envelope": f'{{"events": [{DOCUMENT}]}}\n{{"events": [{DOCUMENT}]}}',
    "a second list of events": f'{{"events": [{DOCUMENT}], "events": [{DOCUMENT}]}}',
    "an envelope that is cut": f'{{"events": [{DOCUMENT}]',
}


@pytest.mark.parametrize("content", LOST.values(), ids=LOST)
def test_no_part_of_a_file_is_passed_over(tmp_path: Path, content: str | bytes) -> None:
    """A file of which a part would be read as nothing, or as part of something else, is refused."""
    path = tmp_path / "a"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ImportFailed):
        read(path)


def test_other_members_of_an_envelope_are_passed_over(tmp_path: Path) -> None:
    """An envelope may hold more than its events, as answers of many services do."""
    path = tmp_path / "a.json"
    path.write_text(f'{{"events": [{DOCUMENT}], "next": [1]}}\n')
    assert len(read(path)[1]) == 1


@pytest.mark.parametrize(
    "shape",
    [{"delimiter": ";;"}, {"delimiter": ""}, {"quote": "ab"}, {"escape": "ab"}]
    + [{"encoding": name} for name in ("idna", "base64", "utf-16", "ascii", "no such", "undefined")],
    ids=str,
)
def test_a_file_cannot_be_written_like_that(tmp_path: Path, shape: dict[str, str]) -> None:
    """An option that no file, or not this one, can fit is an error of the command."""
    path = tmp_path / "a.csv"
    path.write_text(HEAD + LINE + "é\n")
    with pytest.raises(ImportFailed):
        read(path, file=shape)
