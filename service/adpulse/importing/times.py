"""Times of files: RFC 3339 and its relatives, patterns of strptime, and numbers since 1970, with or without a zone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adpulse.importing import fragments
from adpulse.importing.mapping import Field

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS = {"seconds": 1_000_000, "millis": 1_000, "micros": 1}
# Patterns of fixed width: their parts are cut out of the text, at a tenth of the cost of strptime.
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "f": None}
_TIME = re.compile(
    r"\s*(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:[.,]\d+)?)\s*(?:([Zz]|UTC|GMT)|([+-]\d\d)(?::?(\d\d))?)?\s*", re.ASCII
)


class Skipped(ValueError):
    """A wall clock that this zone never showed."""


def compiled(field: Field) -> Callable[[Any], str]:
    """Return a function from a value to the JSON of an RFC 3339 time. Raises ValueError for a wrong format or zone.

    What is no such time stays as it is, for the contract to name. The function raises Skipped.
    """
    form = field.format or "rfc3339"
    if form in _MICROS:
        return _number(_MICROS[form], _instant(field.origin) if field.origin else _EPOCH)
    zone = _offsets(field.timezone)
    if form == "rfc3339":
        return lambda value: fragments.text(_normal(value, zone))
    if "%" not in form:
        raise ValueError(f"the format of ts is rfc3339, {', '.join(_MICROS)}, or a pattern with %; not {form!r}")
    read = _pattern(form)
    return lambda value: fragments.text(_normal(read(value), zone))


def _normal(value: Any, zone: Callable[[str], str]) -> Any:
    """Return a time as RFC 3339, with the zone's offset where it has none."""
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str) or not (match := _TIME.fullmatch(value)):
        return value
    day, clock, utc, hours, minutes = match.groups()
    moment = f"{day}T{clock.replace(',', '.')}"
    if utc:
        return f"{moment}Z"
    if hours:
        return f"{moment}{hours}:{minutes or '00'}"
    return moment + zone(moment[:16])


def _offsets(name: str | None) -> Callable[[str], str]:
    """Return a function from a wall clock, YYYY-MM-DDTHH:MM, to its offset: of one that comes twice, the first."""
    if name is None:
        return lambda clock: ""
    if name == "UTC":
        return lambda clock: "Z"
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; name one as in Europe/Berlin") from None
    return _OffsetsOf(zone)


class _OffsetsOf:
    """The offsets of a zone, by wall clock; those that were asked for last are remembered."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[str, str] = {}

    def __call__(self, clock: str) -> str:
        """Return the offset, or nothing where there is no such day: the contract says so. Raises Skipped."""
        if (known := self._known.get(clock)) is None:
            try:
                local = datetime.fromisoformat(clock).replace(tzinfo=self._zone)
            except ValueError:
                return ""
            if local.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != local.replace(tzinfo=None):
                raise Skipped(f"clocks in {self._zone.key} skip this time")
            if len(self._known) >= fragments.REMEMBERED:
                self._known.clear()
            known = self._known[clock] = local.isoformat()[16 + 3 :]
        return known


def _number(scale: int, origin: datetime) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        try:
            number = int(value) if str(value).isdecimal() else Decimal(str(value))
            instant = origin + timedelta(microseconds=int(number * scale))
        except (ArithmeticError, ValueError):  # not a number, or outside the calendar
            return fragments.text(str(value))
        return f'"{instant.replace(tzinfo=None).isoformat()}Z"'

    return read


def _pattern(form: str) -> Callable[[Any], Any]:
    parts = re.split(r"%(.)", form)
    letters = parts[1::2]
    if set(letters) <= _WIDTHS.keys() and len(set(letters)) == len(letters) and {"m", "d"} <= set(letters):
        return _cut(parts)

    def read(value: Any) -> Any:
        try:
            return datetime.strptime(value, form).isoformat()
        except (TypeError, ValueError):
            return value

    return read


def _cut(parts: list[str]) -> Callable[[Any], Any]:
    """Return what reads a pattern of digits, in which everything has its place."""
    digits = [re.escape(part) if place % 2 == 0 else _group(part) for place, part in enumerate(parts)]
    expression = re.compile("".join(digits), re.ASCII)

    def read(value: Any) -> Any:
        if isinstance(value, int):
            value = str(value)
        if not isinstance(value, str) or not (match := expression.fullmatch(value.strip())):
            return value
        known = match.groupdict()
        # As in strptime: 69 to 99 are years of the last century.
        year = known.get("Y") or (f"20{known['y']}" if known["y"] < "69" else f"19{known['y']}")
        clock = f"{known.get('H') or '00'}:{known.get('M') or '00'}:{known.get('S') or '00'}"
        rest = f".{known['f']}" if known.get("f") else ""
        return f"{year}-{known['m']}-{known['d']}T{clock}{rest}"

    return read


def _group(letter: str) -> str:
    width = _WIDTHS[letter]
    return rf"(?P<{letter}>\d{{{width}}})" if width else rf"(?P<{letter}>\d{{1,9}})"


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"the origin {text} has no offset; end it with Z")
    return instant
