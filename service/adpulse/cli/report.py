"""`adpulse report`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import asyncpg
import typer

from adpulse.cli import console, report_table
from adpulse.cli.console import DataDir, Json, fail, opened, out, run
from adpulse.database.primary import Primary
from adpulse.reports import render
from adpulse.reports.query import Query, QueryError
from adpulse.reports.query_string import parse
from adpulse.reports.replica import open_reports
from adpulse.reports.report import Report
from adpulse.settings import Settings
from adpulse.terminal import write


class Format(StrEnum):
    """The formats of a printed report."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


Campaigns = Annotated[
    list[str] | None,
    typer.Option("--campaign-id", "--campaign", help="a campaign; repeat for several", show_default="all"),
]
Start = Annotated[str, typer.Option(help="start of the window: -15m, -1h, -7d or -2w before now, a date, or RFC 3339")]
End = Annotated[str | None, typer.Option(help="end of the window, exclusive; as --start", show_default="now")]
Granularity = Annotated[str | None, typer.Option(help="minute, hour, day, week or month", show_default="totals only")]
TimeZone = Annotated[str | None, typer.Option(help="IANA time zone of dates and buckets", show_default="UTC")]
GroupBy = Annotated[str | None, typer.Option(help="campaign_id, event_type or a metadata key", show_default="none")]
Filters = Annotated[
    list[str] | None, typer.Option("--filter", help="key:value; repeat for several", show_default="none")
]
Metrics = Annotated[
    str | None,
    typer.Option(help="columns, such as impressions,ctr,unique_users", show_default="all but unique_users"),
]
OrderBy = Annotated[
    str | None,
    typer.Option(help="order of groups: a metric or group, then :asc or :desc", show_default="impressions:desc"),
]
Limit = Annotated[
    str | None,
    typer.Option(help="most groups; the others are one row", show_default="ADPULSE_MAX_GROUPS, else 10000"),
]
Compare = Annotated[str | None, typer.Option(help="previous: with the window before", show_default="none")]
ReportFormat = Annotated[Format, typer.Option("--format", help="table, or json or csv as GET /report gives them")]


def report(
    campaign: Campaigns = None,
    start: Start = "-1h",
    end: End = None,
    granularity: Granularity = None,
    timezone: TimeZone = None,
    group_by: GroupBy = None,
    filter_: Filters = None,
    metrics: Metrics = None,
    order_by: OrderBy = None,
    limit: Limit = None,
    compare: Compare = None,
    format_: ReportFormat = Format.TABLE,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Print a report as a table: the same question and the same answer as GET /report.

    With --granularity it shows every metric over time; with --group-by, too, every group over time.
    """
    given = {"start": start, "end": end, "granularity": granularity, "timezone": timezone, "group_by": group_by}
    given |= {"metrics": metrics, "order_by": order_by, "limit": limit, "compare": compare}
    items = [(name, value) for name, value in given.items() if value is not None]
    items += [("campaign_id", value) for value in campaign or []] + [("filter", value) for value in filter_ or []]
    settings = console.settings()
    try:
        query = parse(items, datetime.now(UTC), settings)
        with opened(settings) as url:
            answer = run(_report(url, query, settings))
    except QueryError as error:
        fail(f"{error.field.replace('_', '-')} {error}", 2)
    if as_json or format_ is Format.JSON:
        write(render.to_json(answer).decode())
    elif format_ is Format.CSV:
        write(render.to_csv(answer).decode().removesuffix("\r\n"))
    else:
        report_table.show(answer, out)


async def _report(url: str, query: Query, settings: Settings) -> Report:
    primary = Primary(url, settings)
    if settings.read_database_url:
        await primary.identify()  # needed to tell a replica from another database
    primary.close()
    reports = await open_reports(primary, settings, 1, "adpulse report")
    try:
        return await reports.report(query)
    except asyncpg.QueryCanceledError:
        fail(f"the report took longer than {settings.report_timeout_ms} ms; take a shorter window")
    finally:
        await reports.close()
