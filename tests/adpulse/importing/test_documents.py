"""Objects are read wherever they lie in a file, and however its bytes come; nothing of a file is passed over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing import documents
from adpulse.importing.documents import DocumentReader, by_line
from adpulse.importing.errors import ImportFailed


@dataclass
class Pieces:
    """A file whose bytes come in pieces of this size, but for the first, which holds how it begins."""

    data: bytes
    size: int = 1 << 20
    name: str = "a.json"

    def blocks(self) -> Iterator[bytes]:
        first = min(len(self.data), 40)
        yield self.data[:first]
        for at in range(first, len(self.data), self.size):
            yield self.data[at : at + self.size]


def objects(data: bytes, size: int = 1 << 20) -> list[tuple[int, str]]:
    """Return the line and the text of every object, read as one JSON text."""
    reader = DocumentReader(Pieces(data, size), lines=False)  # type: ignore[arg-type]  # what it needs of a source
    found = reader.read(1_000)
    return list(zip(found.lines, found.texts, strict=True))


values = st.dictionaries(
    st.text(max_size=3),
    st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.lists(st.booleans()),
    max_size=3,
)


@given(
    found=st.lists(values, min_size=1, max_size=5),
    frame=st.sampled_from(
        ['{{"events": [{}]}}', '{{"events":[\n{}\n], "more": {{"events": 1}}}}\n', "[{}]", "[{}\n]\n", "{}"]
    ),
    indent=st.sampled_from([None, 1]),
    between=st.sampled_from([",", ",\n\n", " , "]),
    size=st.integers(1, 9),
)
def test_objects_do_not_depend_on_how_bytes_come(
    found: list[Any], frame: str, indent: int | None, between: str, size: int
) -> None:
    """In pieces of any size, also through the middle of a letter: the same objects with the same lines and texts."""
    texts = [json.dumps(each, indent=indent, ensure_ascii=False) for each in found]
    text = frame.format(between.join(texts))
    read = objects(text.encode(), size)
    assert [each for _, each in read] == texts
    head = frame.partition("{}")[0].replace("{{", "{")
    starts = [len(head) + len(between.join(texts[:place]) + (between if place else "")) for place in range(len(texts))]
    assert [line for line, _ in read] == [1 + text.count("\n", 0, start) for start in starts]


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a":1}', "ends in the middle"),
        ('[{"a":1}, {"b"', "ends in the middle"),
        ('{"events": [{"a":1}]', "goes on after the end|ends in the middle"),
        ('[{"a":1}] [{"b":2}]', "goes on after the end of its list in line 1"),
        ('[\n{"a":1}\n]\n{"b":2}', "goes on after the end of its list in line 3"),
        ('{"events": [{"a":1}], "events": [{"b":2}]}', "goes on after the end of its list"),
        ('{"events": [{"a":1}]} {"b":2}', "goes on after the end of its list"),
        ('{"a":1} nonsense', "no JSON after line 1"),
    ],
)
def test_a_file_that_is_not_one_list_is_refused(text: str, message: str, size: int) -> None:
    """Events after the end, a second list, or an end in the middle: none of it is passed over in silence."""
    with pytest.raises(ImportFailed, match=message):
        objects(text.encode(), size)


def test_a_file_that_is_no_json_is_refused_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that never becomes JSON is refused before the whole file is in memory."""
    monkeypatch.setattr(documents, "LONGEST", 10)
    pieces = Pieces(b'[{"a":1}, ' + b"x" * 10_000, 50)
    taken: list[bytes] = []

    def blocks() -> Iterator[bytes]:
        for block in Pieces.blocks(pieces):
            taken.append(block)
            yield block

    pieces.blocks = blocks  # type: ignore[method-assign]  # for this one test
    with pytest.raises(ImportFailed, match="no JSON after line 1"):
        DocumentReader(pieces, lines=False).read(10)  # type: ignore[arg-type]  # as above
    assert sum(map(len, taken)) < 500


@pytest.mark.parametrize(
    ("start", "lines"),
    [
        ('{"a":1}\n{"b":2}\n', True),
        ('\ufeff{"a":1}', True),
        ('{"a":1', True),
        ('{"a":1}}\n{"b":2}', True),
        ('{\n"a":1}\n', False),
        ('{"events":[{"a":1}]}\n', False),
        ('[{"a":1}]', False),
    ],
)
def test_lines_or_one_text(start: str, lines: bool) -> None:
    """A file whose first line is an object is NDJSON, also if that line is bad; an envelope is not."""
    assert by_line(start.encode()) is lines


@given(size=st.integers(1, 9), last=st.sampled_from(["", "\n", "\n\n"]))
def test_lines_are_numbered_as_in_the_file(size: int, last: str) -> None:
    """Empty ones count, and so does a last one without an end."""
    data = '\ufeff{"a":1}\n\n  \n{"b":"ä"}\n{"c":3}'.encode() + last.encode()
    chunk = DocumentReader(Pieces(data, size), lines=True).read(10)  # type: ignore[arg-type]  # as above
    assert list(zip(chunk.lines, chunk.texts, strict=True)) == [(1, '{"a":1}'), (4, '{"b":"ä"}'), (5, '{"c":3}')]
