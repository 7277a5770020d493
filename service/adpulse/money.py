"""Money: currency units outside, whole micros inside (docs/decisions/0002)."""

import orjson

MICROS = 1_000_000

# A double gives back any 15 significant digits (DBL_DIG), and so every micro up to a billion units.
_EXACT_MICROS = 10**15


def to_micros(value: float) -> int:
    """Return currency units as integer micros, exactly. Raises ValueError for more than six decimals.

    A JSON number is read as the nearest IEEE double. `micros / 10**6` is correctly rounded too, so the two are
    equal exactly when the number was written with at most six decimals (up to 10**9 units, where a double still
    has six decimals to spare).
    """
    micros = round(value * MICROS)
    if micros / MICROS != value:
        raise ValueError("more than 6 decimals")
    return micros


def decimal(micros: int) -> str:
    """Return micros as currency units with six decimals."""
    units, rest = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{units}.{rest:06d}"


def number(micros: int) -> float | orjson.Fragment:
    """Return micros as a JSON number of currency units, exact to the micro: spelled out where a double is too short."""
    return micros / MICROS if abs(micros) < _EXACT_MICROS else orjson.Fragment(decimal(micros))
