"""Tables as they come: dialects, encodings, empty lines."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing.chunk import LONGEST
from adpulse.importing.errors import ImportFailed
from tests.adpulse.importing.conftest import EVENT, read, text_of

fields = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=5)


@given(
    notes=st.lists(fields, min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_table_is_read_as_it_was_written(
    tmp_path: Path, notes: list[str], delimiter: str, end: str, encoding: str
) -> None:
    """Every dialect is read, with anything in quotes; each row keeps its text, and all texts make the file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(["ts", "campaign_id", "user_id", "event_type", "note"])
    writer.writerows(["2025-09-24T06:59:31Z", "C", "U", "click", note] for note in notes)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    chunk, events, bad = read(path)
    assert bad == []
    assert [json.loads(event.metadata)["note"] for event in events] == notes
    head = out.getvalue().partition(end)[0] + end
    assert head + "".join(chunk.texts) == out.getvalue()
    assert chunk.lines == [1 + (head + "".join(chunk.texts[:place])).count("\n") for place in range(len(notes))]


def test_empty_lines_are_no_end(tmp_path: Path) -> None:
    """Records are read after any number of empty lines."""
    path = tmp_path / "a.csv"
    head, row = text_of(delimiter="\t").splitlines(keepends=True)
    path.write_text(head + "\n" * 300_000 + row + "\n" * 5 + row)
    chunk, events, _ = read(path)
    assert (chunk.lines, len(events)) == ([300_002, 300_008], 2)


@given(extra=st.integers(1, 3), cells=st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_separators_at_the_end_of_a_header_name_no_column(tmp_path: Path, extra: int, cells: list[int]) -> None:
    """Rows may have as many empty cells there, or fewer. A value there has no name: its row is rejected, not cut."""
    head, row = text_of().splitlines()
    path = tmp_path / "a.csv"
    path.write_text("\n".join([head + "," * extra, *(row + "," * count for count in cells), row + "," * extra + "x"]))
    _, events, bad = read(path)
    assert [place for place, _, code in bad if code == "columns"] == [
        *(2 + place for place, count in enumerate(cells) if count > extra),
        2 + len(cells),
    ]
    assert len(events) + len(bad) == len(cells) + 1
    assert {json.loads(event.metadata)["note"] for event in events} <= {"a,b;c"}


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_a_line_without_an_end_is_named(tmp_path: Path, name: str) -> None:
    """By its number, wherever it is in the file."""
    path = tmp_path / name
    lines = text_of().splitlines() if name == "a.csv" else [json.dumps(EVENT)]
    lines += lines[-1:] * 5_000
    path.write_text("\n".join([*lines, "x" * LONGEST * 8, *lines[-1:]]))
    with pytest.raises(ImportFailed, match=f"a.{name[2:]}, line {len(lines) + 1:,}: has more than"):
        read(path)
