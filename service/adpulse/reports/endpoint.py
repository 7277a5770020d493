"""GET /report: a request in, its answer out."""

from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qsl

import asyncpg
from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth.keyring import Holder
from adpulse.database.errors import AWAY, UNAVAILABLE, SchemaError, reason
from adpulse.negotiation import quality
from adpulse.problems import problem, unavailable
from adpulse.reports import query_string, render
from adpulse.reports.query import OutsideError, QueryError
from adpulse.reports.replica import Reports
from adpulse.settings import Settings

_MOST_PARAMETERS = 2_000
# Not cached: the next event changes the report, and a report is for its reader only.
_NOT_KEPT = {"Cache-Control": "no-store", "Vary": "Accept"}


class Answering(Protocol):
    """The part of the application's state that the endpoint needs."""

    settings: Settings
    reporter: Reports


async def get_report(request: Request) -> Response:
    """Answer a report's query string; errors never repeat the input."""
    state: Answering = request.app.state
    settings = state.settings
    try:
        asked = query_string.parse(_items(request), datetime.now(UTC), settings)
        holder: Holder | None = request.scope["holder"]
        if holder and holder.key.campaigns is not None:
            asked = asked.within(holder.key.campaigns)
        report = await state.reporter.report(asked)
    except QueryError as error:
        return problem(422, "invalid_parameter", f"{error.field} {error}.", parameter=error.field)
    except OutsideError:
        return problem(403, "campaign_scope", "This key is for other campaigns; without campaign_id, for all of its.")
    except asyncpg.QueryCanceledError:
        advice = "a shorter window, fewer campaigns, no unique_users, or a variant whose roll-ups hold the dimension"
        return problem(
            504, "report_timeout", f"The report took longer than {settings.report_timeout_ms} ms; take {advice}."
        )
    except SchemaError:
        return unavailable("The database is not set up yet.")
    except (*UNAVAILABLE, asyncpg.SerializationError) as error:
        # A replica that catches up cancels reports that read removed rows, with a serialization error.
        why = reason(error)
        return unavailable(f"{why}, or all its readers are busy." if why == AWAY else f"{why}.")
    if asked.format == "csv":
        window = asked.span.window
        name = f"adpulse_{window.start.astimezone(UTC):%Y%m%dT%H%MZ}_{window.stop.astimezone(UTC):%Y%m%dT%H%MZ}.csv"
        headers = _NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(render.to_csv(report), 200, headers, "text/csv; charset=utf-8")
    return Response(render.to_json(report), 200, _NOT_KEPT, "application/json")


def _items(request: Request) -> list[tuple[str, str]]:
    # Bytes that are not UTF-8 become lone surrogates, which no value may hold; U+FFFD is a valid character.
    text = request.scope["query_string"].decode("utf-8", "surrogateescape")
    try:
        items = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="surrogateescape")
    except ValueError:
        raise QueryError("query", f"has more than {_MOST_PARAMETERS} parameters") from None
    accept = dict(request.scope["headers"]).get(b"accept", b"")
    if _prefers_csv(accept) and not any(name == "format" for name, _ in items):
        items.append(("format", "csv"))
    return items


def _prefers_csv(accept: bytes) -> bool:
    """Return True if a client would rather have CSV than JSON."""
    if b"text/" not in accept.lower():  # most requests have none, and skip the parsing
        return False
    json = quality(accept, "application/json", "application/*", "*/*")
    return quality(accept, "text/csv", "text/*", "*/*") > json
