"""The Content-Types of a batch."""

import pytest

from adpulse.ingest.batch import BodyError
from adpulse.ingest.formats import media_types
from adpulse.ingest.formats.media_types import JSON, MEDIA_TYPES, NDJSON


@pytest.mark.parametrize("name", MEDIA_TYPES)
@pytest.mark.parametrize("parameter", ["", ";charset=UTF-8", "; charset=utf-8", ' ; profile=x ; Charset = "UTF8"'])
def test_content_types_that_are_taken(name: str, parameter: str) -> None:
    """Every type that is published, in any case, in UTF-8, by the look-up and by the parse alike."""
    for spelling in (name, name.upper()):
        assert media_types.find(f"{spelling}{parameter}".encode()) is MEDIA_TYPES[name]


def test_ndjson_has_many_names() -> None:
    """All of them read lines; a beacon's text is JSON."""
    lines = [name for name, form in MEDIA_TYPES.items() if form is NDJSON]
    assert lines == ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"]
    assert MEDIA_TYPES["text/plain"] is JSON


@pytest.mark.parametrize(
    "text", ["", "json", "text/json", "application/json2", "application/json; charset=latin1", ";", "\xff"]
)
def test_content_types_that_are_not(text: str) -> None:
    """Anything else is a 415, which says what is taken, or which charset."""
    with pytest.raises(BodyError) as caught:
        media_types.find(text.encode("latin-1"))
    assert caught.value.status == 415
    accepted = caught.value.headers.get("Accept", "").split(", ")
    assert accepted == ([""] if "charset" in text else list(MEDIA_TYPES))
