"""Spellings of one UUID are one id; other texts are different ids."""

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from adpulse.database.connections import Connection
from adpulse.event import ids

# Nearly a UUID, or one in an unusual spelling; texts that are none.
UUIDS = st.uuids().flatmap(
    lambda value: st.sampled_from([str(value), value.hex, f"{{{value}}}", f"{{{value.hex}}}", value.urn]).flatmap(
        lambda text: st.sampled_from([text, text.upper(), text.capitalize()])
    )
)
NEARLY = st.tuples(UUIDS, st.integers(0, 50), st.sampled_from(["", " ", "-", "g", "{", "}", "\n", "_", "٣", "ſ"])).map(
    lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] + 1 :]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=128)


@given(st.uuids())
def test_a_uuid_in_any_spelling_is_that_uuid(value: uuid.UUID) -> None:
    """Hyphens or none, braces, the URN, capitals; alone or together, where those of one form take a shortcut."""
    texts = [str(value), value.hex, f"{{{value}}}", f"{{{value.hex}}}", value.urn]
    for text in texts:
        assert ids.parse_all([text, text.upper()]) == [value.bytes] * 2
    assert ids.parse_all(texts) == [value.bytes] * len(texts)


@given(st.lists(UUIDS | NEARLY | TEXTS, max_size=8))
def test_texts_are_one_by_one_what_they_are_together(texts: list[str]) -> None:
    """A batch takes shortcuts. What is no UUID never becomes one that a generator makes: those have another version."""
    found = ids.parse_all(texts)
    assert found == [ids.parse(text) for text in texts]
    for text, data in zip(texts, found, strict=True):
        spelt = re.sub(r"[-{}]", "", text.lower()).removeprefix("urn:uuid:")
        if data.hex() != spelt:
            assert uuid.UUID(bytes=data).version == 8


def test_a_uuid_inside_another_text_is_that_text() -> None:
    """White space, a brace alone, a hyphen too many or in another place."""
    known = "8f14e45f-ceea-467f-a0e6-d4ee1c0f1fd4"
    others = [
        f" {known}", f"{known}\n", f"{{{known}", f"{known}}}", f"{known}-", known[:-1], known.replace("-", "_"),
        known.replace("-", " "), "8f14e45fceea-467f-a0e6-d4ee1c0f1fd4", f"-{known[:-1]}",
    ]  # fmt: skip
    found = ids.parse_all([known, *others])
    assert len(set(found)) == len(found)
    # A batch of texts that have the right length and the right length in all, one borrowing from the other.
    shifted = [known[:-1] + "-", "4" + known[1:]], [known + "8", known[1:]], [known.replace("8f14", "8f 1")] * 2
    for texts in shifted:
        assert ids.parse_all(texts) == [ids.parse(text) for text in texts]


async def test_the_database_computes_the_same(connection: Connection) -> None:
    """The database computes the same id, so that an event can be found by the text under which it was sent."""
    known = "8F14E45F-ceea-467f-a0e6-d4ee1c0f1fd4"
    texts = [
        known, f"{{{known}}}", f"urn:uuid:{known}", f"URN:UUID:{{{known}}}", known.replace("-", ""), f"{known}\n",
        f"{{{known}", f"{known}}}", known[:-1], "8f14e45fceea-467f-a0e6-d4ee1c0f1fd4", "order-4711", "\\x00", "\\",
        "😀" * 128, "ü", " ", "{}",
    ]  # fmt: skip
    found = await connection.fetchval(
        "SELECT array_agg(event_id_of(t) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n)", texts
    )
    assert [value.bytes for value in found] == ids.parse_all(texts)
