"""Numbers of events as people write them."""

import typer

SUFFIXES = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


def count(text: str) -> int:
    """`50M` as a number. Raises typer.BadParameter."""
    digits, factor = (text[:-1], SUFFIXES[text[-1]]) if text[-1:] in SUFFIXES else (text, 1)
    if not digits.isdigit() or not int(digits):
        raise typer.BadParameter(f"{text!r} is not a number of events such as 500000, 500k or 50M")
    return int(digits) * factor
