"""Tables as they come: dialects, encodings, empty lines."""

import csv
import io
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.adpulse.importing.conftest import read, text_of

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
