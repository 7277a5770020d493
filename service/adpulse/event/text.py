"""Text that PostgreSQL can hold."""

from typing import Any

from pydantic_core import PydanticCustomError


def storable(value: Any) -> Any:
    """Return a value as it is. Raises PydanticCustomError for text with NUL or a lone surrogate."""
    # Check this before the length: pydantic cannot count a lone surrogate.
    if isinstance(value, str) and not _is_storable(value):
        raise PydanticCustomError("characters", "holds a character that cannot be stored (NUL or a lone surrogate)")
    return value


def _is_storable(text: str) -> bool:
    """Return True if PostgreSQL can hold the text: no NUL, and no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
