"""Amounts of every kind become decimals."""

import json
from typing import Any

import pytest

from adpulse.importing import amounts
from adpulse.importing.mapping import Field


@pytest.mark.parametrize(
    ("text", "field", "decimal", "written"),
    [
        ("0.0005", Field(), ".", "0.0005"),
        ("1,234.5", Field(), ".", "1234.5"),
        ("1.234,5", Field(), ",", "1234.5"),
        ("1234,5", Field(), ",", "1234.5"),
        ("12", Field(unit="cents"), ".", "0.12"),
        ("2.3456", Field(unit="cpm"), ".", "0.0023456"),
        ("2.3456", Field(unit="cpm", round=True), ".", "0.002346"),
        (500, Field(unit="micros"), ".", "0.000500"),
        ("1e-5", Field(), ".", "0.00001"),
        ("1,5", Field(), ".", '"1,5"'),
        ("1.5", Field(), ",", '"1.5"'),
        ("€ 5", Field(), ".", '"€ 5"'),
    ],
)
def test_amounts(text: Any, field: Field, decimal: str, written: str) -> None:
    """Amounts are converted exactly; what could be read in two ways stays, and is rejected."""
    found = amounts.compiled(field, decimal)(text)
    assert json.loads(found) == json.loads(written)
