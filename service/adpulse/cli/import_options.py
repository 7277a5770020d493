"""The options of `adpulse import`, and what they say as a mapping has it in TOML."""

from pathlib import Path
from typing import Annotated, Any

import typer

from adpulse.cli.console import fail
from adpulse.importing import mapping

# The files.
Files = Annotated[list[str], typer.Argument(help="files to import; - reads standard input", metavar="FILE…")]
Kind = Annotated[str | None, typer.Option(help="csv, ndjson, json or parquet", show_default="detected")]
Delimiter = Annotated[str | None, typer.Option(help=r"of CSV, such as ; or \t", show_default="detected")]
Quote = Annotated[str | None, typer.Option(help='of CSV; "": quotes mean nothing', show_default='"')]
DecimalSign = Annotated[str | None, typer.Option(help="the decimal sign of amounts: . or ,", show_default=".")]
Encoding = Annotated[str | None, typer.Option(help="of CSV", show_default="UTF-8, or by its byte order mark")]
Header = Annotated[str | None, typer.Option(help="names of columns, with commas, of CSV without a line of them")]

# The mapping of their columns to fields of events.
Preset = Annotated[str | None, typer.Option(help="a known format: " + ", ".join(mapping.presets()))]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="a TOML file with the mapping")]
Columns = Annotated[
    list[str] | None, typer.Option("--map", help="FIELD=COLUMN, such as ts=event_time; repeat for several")
]
Constants = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE, the same for all events")]
Words = Annotated[list[str] | None, typer.Option(help='WORD=TYPE, such as "Ad Viewed=impression"; repeat for several')]
Units = Annotated[list[str] | None, typer.Option(help="FIELD=UNIT: units, cents, micros, cpm, cpm_cents or cpm_micros")]
TimeFormat = Annotated[
    str | None,
    typer.Option("--format", help="of ts: rfc3339, seconds, millis, micros, or a pattern: %Y%m%d %H%M%S"),
]
TimeZone = Annotated[str | None, typer.Option(help="IANA time zone of times without an offset")]
MetadataColumns = Annotated[
    str | None, typer.Option(help="columns for metadata: rest, none, or a list with commas", show_default="rest")
]

# The target of the events.
ServiceUrl = Annotated[
    str | None, typer.Option(help="send to the service at this address", show_default="write to the database")
]
KeyFile = Annotated[Path | None, typer.Option(help="file with the key for --url")]
RejectedFile = Annotated[
    Path | None,
    typer.Option("--rejected", help="file for rejected lines", show_default="FILE.rejected.ndjson, in this folder"),
]
Name = Annotated[str, typer.Option(help="counts as another file under another name, although the content is the same")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="show how the first rows are understood; store nothing")]


def fields(
    columns: list[str] | None,
    constants: list[str] | None,
    words: list[str] | None,
    units: list[str] | None,
    time_format: str | None,
    time_zone: str | None,
) -> dict[str, Any]:
    """Return what the options say of each field. A pair without `=` ends the command with status 2."""
    described: dict[str, dict[str, Any]] = {}
    pairs = (("--map", "column", columns), ("--set", "value", constants), ("--unit", "unit", units))
    for option, member, given in pairs:
        for text in given or []:
            field, value = _pair(option, text)
            described.setdefault(field, {})[member] = value
    if words:
        described.setdefault("event_type", {})["words"] = dict(_pair("--word", text) for text in words)
    if time_format is not None:
        described.setdefault("ts", {})["format"] = time_format
    if time_zone is not None:
        described.setdefault("ts", {})["timezone"] = time_zone
    return dict(described)


def metadata(columns: str | None) -> dict[str, Any]:
    """Return which columns become metadata."""
    if columns is None:
        return {}
    return {"metadata": columns if columns in ("rest", "none") else columns.split(",")}


def file_format(
    kind: str | None,
    delimiter: str | None,
    quote: str | None,
    decimal: str | None,
    encoding: str | None,
    header: str | None,
) -> dict[str, Any]:
    """Return what the options say of the format of the files."""
    given = {
        "kind": kind,
        "delimiter": delimiter and delimiter.replace("\\t", "\t"),
        "quote": quote,
        "decimal": decimal,
        "encoding": encoding,
        "header": header and [each.strip() for each in header.split(",")],
    }
    return {option: value for option, value in given.items() if value is not None}


def _pair(option: str, text: str) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if option == "--word" else text.partition("=")
    if not sign or not left:
        fail(f"{option} {text}: it needs a = between two names", 2)
    return left, right
