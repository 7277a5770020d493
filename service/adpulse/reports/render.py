"""A report as bytes: JSON, or CSV with the same columns."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adpulse.money import decimal, number
from adpulse.reports import filters
from adpulse.reports.metrics import METRICS, Sums, Value, change
from adpulse.reports.query import Query
from adpulse.reports.report import Report
from adpulse.reports.rows import Group, Rest, Row

# A formula of a spreadsheet begins with one of these. A number may begin with one too, and is not changed.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def to_json(report: Report) -> bytes:
    """Return the report as JSON. Money is a number with at most six decimals; a ratio with a zero divisor is null."""
    query = report.query
    zone = query.zone
    reply: dict[str, Any] = {
        "query": {
            "campaign_id": query.campaigns,
            "start": _instant(query.span.window.start, zone),
            "end": _instant(query.span.window.stop, zone),
            "granularity": query.granularity,
            "timezone": zone.key,
            "group_by": query.group_by,
            "filter": query.filters,
            "metrics": query.metrics,
        },
        "totals": _figures(report.totals, query.metrics),
    }
    if query.before is not None and report.before is not None:
        reply["previous"] = {
            "start": _instant(query.before.window.start, zone),
            "end": _instant(query.before.window.stop, zone),
            "totals": _figures(report.before, query.metrics),
        }
        reply["change"] = _changes(report.totals, report.before, query.metrics)
    if report.rows is not None:
        reply["rows"] = _rows(report, report.rows)
    reply["meta"] = {"variant": report.variant, "took_ms": round(report.took_ms, 3)}
    if report.lag_ms is not None:
        reply["meta"]["lag_ms"] = round(report.lag_ms)
    if query.group_by is not None:
        reply["meta"]["groups"] = report.groups
    if report.raw:
        reply["meta"]["source"] = "raw events"
    if report.hints:
        reply["meta"]["hints"] = report.hints
    return orjson.dumps(reply)


def _rows(report: Report, rows: Sequence[Row]) -> list[dict[str, Any]]:
    query, key = report.query, report.query.group_by
    found: dict[Group, filters.Filters | None] = {}
    if key is not None:
        named = [group for group in dict.fromkeys(row.group for row in rows) if not isinstance(group, Rest)]
        found = {group: {key: group} for group in named}
        if rows and rows[-1].group is Rest.OTHER:
            found[Rest.OTHER] = filters.of_rest(key, named) if report.groups > len(named) else {key: filters.OTHER}
    return [_row(row, query, found) for row in rows]


def _row(row: Row, query: Query, found: Mapping[Group, filters.Filters | None]) -> dict[str, Any]:
    content: dict[str, Any] = {"bucket": _instant(row.bucket, query.zone), "group": _name(row.group)}
    if found:
        content["filter"] = found[row.group]
    content |= _figures(row.sums, query.metrics)
    if query.before is not None:
        content["previous"] = content["change"] = None
        if row.before is not None:
            bucket, sums = row.before
            content["previous"] = {"bucket": _instant(bucket, query.zone), **_figures(sums, query.metrics)}
            if _comparable(row, query):
                content["change"] = _changes(row.sums, sums, query.metrics)
    return content


def _comparable(row: Row, query: Query) -> bool:
    """Return False for a bucket of the window before that has no counterpart in this window."""
    return row.bucket is not None or query.granularity is None


def _figures(sums: Sums, names: Iterable[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in names:
        metric = METRICS[name]
        value = metric.value(sums)
        figures[name] = number(value) if metric.kind == "money" else value  # type: ignore[arg-type]  # money is micros
    return figures


def _changes(now: Sums, before: Sums, names: Iterable[str]) -> dict[str, float | None]:
    return {name: change(METRICS[name].value(now), METRICS[name].value(before)) for name in names}


def _name(group: Group) -> str | None:
    return group.value if isinstance(group, Rest) else group


def _instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    if at is None:
        return None
    if zone.key == "UTC":
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return at.astimezone(zone).isoformat()


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────


def to_csv(report: Report) -> bytes:
    """Return the rows, or the totals as one row, as CSV (RFC 4180). Null is an empty field, an empty text is "".

    With a window to compare with, its columns are named previous_…, and the changes change_…. A group that a
    spreadsheet would take for a formula has an apostrophe before it; JSON has the text as it is.
    """
    query = report.query
    names = list(query.metrics)
    columns = ["bucket", "group", *names]
    if query.before is not None:
        columns += ["previous_bucket", *(f"previous_{name}" for name in names), *(f"change_{name}" for name in names)]
    lines = [",".join(columns)]
    rows = report.rows
    if rows is None:
        rows = [Row(None, None, report.totals, (None, report.before) if report.before is not None else None)]
    for row in rows:
        fields = [_instant(row.bucket, query.zone) or "", _text(_name(row.group)), *_numbers(row.sums, names)]
        if row.before is not None:
            bucket, sums = row.before
            fields += [_instant(bucket, query.zone) or "", *_numbers(sums, names)]
            if _comparable(row, query):
                fields += [_number(each) for each in _changes(row.sums, sums, names).values()]
        fields += [""] * (len(columns) - len(fields))
        lines.append(",".join(fields))
    return "\r\n".join([*lines, ""]).encode()


def _numbers(sums: Sums, names: Iterable[str]) -> Iterable[str]:
    for name in names:
        metric = METRICS[name]
        value = metric.value(sums)
        yield decimal(value) if metric.kind == "money" else _number(value)  # type: ignore[arg-type]  # money is micros


def _number(value: Value) -> str:
    return "" if value is None else str(value)


def _text(value: str | None) -> str:
    # Write the text here, because csv.writer does not distinguish None and "".
    if value is None:
        return ""
    if _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        value = "'" + value
    return '"' + value.replace('"', '""') + '"' if not value or set(value) & set(',"\r\n') else value
