"""Money: currency units outside, whole micros inside (docs/decisions/0002)."""

from math import ulp

import orjson

MICROS = 1_000_000

# A double gives back any 15 significant digits (DBL_DIG), and so every micro up to a billion units.
_EXACT_MICROS = 10**15


# The distance of sums and products of a few prices from the nearest double of the true amount: 0.1 + 0.2 is one step
# away. In units at most a tenth of the seventh decimal, which large doubles would otherwise hide.
NOISE_STEPS = 4
NOISE = 1e-8


def to_micros(value: float, *, nearest: bool = False) -> int:
    """Return currency units as integer micros. Raises ValueError for more than six decimals, unless `nearest`.

    A JSON number is read as the nearest IEEE double, and `micros / 10**6` is correctly rounded, too. So the two are
    equal when the number was written with at most six decimals (up to 10**9 units, where a double still has six
    decimals to spare), and a few steps apart when a program has added such numbers up. `nearest` takes the nearest
    micro instead.
    """
    micros = round(value * MICROS)
    exact = micros / MICROS
    if value == exact or nearest or (micros and abs(value - exact) <= min(NOISE_STEPS * ulp(exact), NOISE)):
        return micros
    raise ValueError("more than 6 decimals")


def decimal(micros: int) -> str:
    """Return micros as currency units with six decimals."""
    units, rest = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{units}.{rest:06d}"


def number(micros: int) -> float | orjson.Fragment:
    """Return micros as a JSON number of currency units, exact to the micro: spelled out where a double is too short."""
    return micros / MICROS if abs(micros) < _EXACT_MICROS else orjson.Fragment(decimal(micros))
