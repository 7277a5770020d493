"""Keys are made of random bits; impossible ones are refused before the database is asked."""

from typing import Any

import pytest

from adpulse.auth import keys


def test_a_key_is_256_random_bits_with_a_readable_front() -> None:
    """It says what it is for and which it is; the table gets its hash and nothing of its secret."""
    made = [keys.make("n", ["read", "write"], None, None, None) for _ in range(100)]
    for text, key in made:
        assert text is not None
        front, secret = text.rsplit("_", 1)
        assert front == f"adp_wr_{key.key_id}"
        assert len(bytes.fromhex(secret)) == 32
        assert key.sha256 == keys.digest(text.encode())
        assert text[keys.ID_AT] == key.key_id
        assert secret not in repr(key)
    assert len({text for text, _ in made}) == 100


@pytest.mark.parametrize(
    "bounds",
    [
        {"name": ""},
        {"name": "n" * 129},
        {"name": "a\0"},
        {"scopes": []},
        {"scopes": ["write", "admin"]},
        {"campaigns": [""]},
        {"campaigns": ["c" * 129]},
        {"campaigns": [str(number) for number in range(1_001)]},
        {"campaigns": ["C"], "scopes": ["read", "metrics"]},
        {"stored": "0:0"},
        {"stored": f"{'0' * 12}:{'0' * 63}"},
    ],
    ids=repr,
)
def test_a_key_that_the_table_would_not_take_is_refused(bounds: dict[str, Any]) -> None:
    """A key that the table would not take is refused with a sentence, before the database is asked."""
    given = {"name": "n", "scopes": ["read"], "campaigns": None, "events_per_s": None, "requests_per_s": None} | bounds
    with pytest.raises(ValueError, match=r"^(a|metrics|--stored) "):
        keys.make(**given)
