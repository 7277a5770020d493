"""A report as bytes: JSON as design §4 has it, or CSV with the same columns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adpulse.money import MICROS
from adpulse.reports.metrics import METRICS, Sums, Value, change, decimal
from adpulse.reports.reporter import Report
from adpulse.reports.rows import Group, Rest, Row

# A double gives back any 15 significant digits (DBL_DIG), and so every micro up to a billion units.
_EXACT_MICROS = 10**15


def money(micros: int) -> float | orjson.Fragment:
    """Micros as a JSON number, to the micro: past what a double can hold it is spelled out."""
    return micros / MICROS if abs(micros) < _EXACT_MICROS else orjson.Fragment(decimal(micros))


def to_json(report: Report) -> bytes:
    """The JSON reply. Money is a number with at most six decimals; a ratio with a zero divisor is null."""
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
        reply["rows"] = [_row(row, report) for row in report.rows]
    reply["meta"] = {"variant": report.variant, "took_ms": round(report.took_ms, 3)}
    if report.lag_ms is not None:
        reply["meta"]["lag_ms"] = round(report.lag_ms)
    if query.group_by is not None:
        reply["meta"]["groups"] = report.groups
    return orjson.dumps(reply)


def _row(row: Row, report: Report) -> dict[str, Any]:
    query = report.query
    content = {
        "bucket": _instant(row.bucket, query.zone),
        "group": _name(row.group),
        **_figures(row.sums, query.metrics),
    }
    if query.before is not None:
        content["previous"] = content["change"] = None
        if row.before is not None:
            bucket, sums = row.before
            content["previous"] = {"bucket": _instant(bucket, query.zone), **_figures(sums, query.metrics)}
            content["change"] = _changes(row.sums, sums, query.metrics)
    return content


def _figures(sums: Sums, names: Iterable[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in names:
        metric = METRICS[name]
        value = metric.value(sums)
        figures[name] = money(value) if metric.kind == "money" else value  # type: ignore[arg-type]  # money is micros
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
    """The rows, or the totals as one row, as CSV (RFC 4180). Null is an empty field, an empty text is "".

    With a window to compare with, its columns are named previous_…, and the changes change_….
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
    # Written out here because csv.writer makes no difference between None and "".
    if value is None:
        return ""
    return '"' + value.replace('"', '""') + '"' if not value or set(value) & set(',"\r\n') else value
