"""The mapping of a file: which column becomes which field of an event, and how the file is written.

It comes from a preset, a TOML file and options, in this order: the later one wins.
"""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from adpulse.event.contract import FIELDS
from adpulse.importing.errors import ImportFailed

Kind = Literal["csv", "ndjson", "json", "parquet"]
Unit = Literal["units", "cents", "micros", "cpm", "cpm_cents", "cpm_micros"]

_PRESETS = resources.files("adpulse.importing") / "presets"
_SHORT = ("format", "timezone", "origin")  # options of ts that may stand beside it
_SOURCES = {"column", "template", "value"}


class Field(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The source of a field's value: the first of column, template and value that gives one."""

    column: str | list[str] | None = None  # a name or a dotted path; of several, the first that is not empty
    template: str | None = None  # "{bid_id}/{log_type}"
    value: str | int | float | None = None  # the same for all, or where the column is empty
    # ts
    format: str | None = None  # rfc3339, seconds, millis, micros, or a pattern of strptime
    timezone: str | None = None  # IANA name; applies to times without an offset
    origin: str | None = None  # RFC 3339; seconds, millis and micros are counted from it; default: 1970
    # cost and revenue
    unit: Unit = "units"
    round: bool = False  # to the nearest micro
    # event_type
    words: dict[str, str] | None = None  # word of the file -> impression, click or conversion
    others: Literal["reject", "skip"] = "reject"  # events with another word

    def columns(self) -> list[str]:
        """Return the columns that are read."""
        named = [] if self.column is None else [self.column] if isinstance(self.column, str) else list(self.column)
        return named + placeholders(self.template or "")


class File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The dialect of a file. None: detected from its first bytes."""

    kind: Kind | None = None
    delimiter: str | None = None
    quote: str = '"'  # "": quotes mean nothing
    escape: str | None = None
    decimal: Literal[".", ","] = "."
    encoding: str | None = None
    header: list[str] | None = None  # the names of columns, for a file without a header


class Variation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One event of a row. `when`: values of columns without which the row has no such event."""

    when: dict[str, str] = {}
    fields: dict[str, Field] = {}


class Mapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The way from rows to events: the fields of all events, and, where a row is several events, of each."""

    fields: dict[str, Field]
    events: list[Variation]
    # "rest": all columns that no field reads; none; or metadata keys with their columns.
    metadata: Literal["rest", "none"] | dict[str, str]
    file: File
    plain: bool  # nothing was said: the contract of POST /events


def placeholders(template: str) -> list[str]:
    """Return the names in braces."""
    return [part.partition("}")[0] for part in template.split("{")[1:] if "}" in part]


def presets() -> dict[str, str]:
    """Return the presets, each with a sentence about it."""
    files = sorted(
        (preset for preset in _PRESETS.iterdir() if preset.name.endswith(".toml")), key=lambda preset: preset.name
    )
    return {preset.name.removesuffix(".toml"): tomllib.loads(preset.read_text())["about"] for preset in files}


def build(preset: str | None, file: Path | None, options: dict[str, Any]) -> Mapping:
    """Return the mapping. `options` is one as a TOML file has it. Raises ImportFailed."""
    document: dict[str, Any] = {}
    if preset is not None:
        try:
            document = tomllib.loads((_PRESETS / f"{preset}.toml").read_text())
        except FileNotFoundError:
            known = ", ".join(presets())
            raise ImportFailed(f"there is no preset {preset!r}; there are: {known}", usage=True) from None
    if file is not None:
        try:
            document = _merged(document, tomllib.loads(file.read_text()))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ImportFailed(f"the mapping {file} cannot be read: {error}", usage=True) from None
    document = _merged(document, options)
    try:
        return _mapping(document)
    except (msgspec.ValidationError, ValueError) as error:
        raise ImportFailed(f"the mapping is wrong: {error}", usage=True) from None


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two mappings. A field of both keeps the parts that the upper one does not set."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(value, dict) and name == "file":
            value = {**(old or {}), **value}
        elif name in FIELDS and name != "metadata" and old is not None:
            value = _over(_field(old), _field(value))
        merged[name] = value
    return merged


def _mapping(document: dict[str, Any]) -> Mapping:
    document = dict(document)
    document.pop("about", None)
    plain = not (document.keys() - {"file"})
    file = msgspec.convert(document.pop("file", {}), File)
    metadata = document.pop("metadata", "rest")
    if isinstance(metadata, list):
        metadata = {name: name for name in metadata}
    events = document.pop("event", [])
    short = {name: document.pop(name) for name in _SHORT if name in document}
    fields = {name: name for name in FIELDS if name != "metadata"} | document
    if unknown := sorted(fields.keys() - set(FIELDS)):
        raise ValueError(f"there is no {unknown[0]!r}; there are: {', '.join((*FIELDS, *_SHORT, 'event', 'file'))}")
    given = {name: _over({"column": name}, _field(value)) for name, value in fields.items()}
    given["ts"] = {**short, **given["ts"]}
    return Mapping(
        {name: msgspec.convert(value, Field) for name, value in given.items()},
        [_variation(each, given) for each in events],
        msgspec.convert(metadata, Literal["rest", "none"] | dict[str, str]),
        file,
        plain,
    )


def _variation(document: dict[str, Any], given: dict[str, dict[str, Any]]) -> Variation:
    fields = dict(document)
    when = fields.pop("when", {})
    if unknown := sorted(fields.keys() - given.keys()):
        raise ValueError(f"an event has no {unknown[0]!r}")
    fields = {name: _over(given[name], _field(each)) for name, each in fields.items()}
    return msgspec.convert({"when": when, "fields": fields}, Variation)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge two fields: keep the parts that the upper one does not set. The source of the value is one part."""
    if above.keys() & _SOURCES:
        below = {name: value for name, value in below.items() if name not in _SOURCES}
    return {**below, **above}


def _field(value: Any) -> dict[str, Any]:
    """Return a field as a table: a text alone, or a list, is the column."""
    return value if isinstance(value, dict) else {"column": value}
