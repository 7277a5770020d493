"""Requests as schemathesis draws them from the OpenAPI document, valid ones and such that break it in one place."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import AcceptedNegativeData, FailureGroup
from schemathesis.core.result import Err
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import APIOperation, BaseSchema

from adbench.fuzz.wire import Request

# The document can say that a text is an instant, but not that it lies in the past and in no dark age: of the instants
# that schemathesis draws by itself nearly all are refused for that, and what comes after the refusal stays untested.
_instants = st.datetimes(datetime(1970, 1, 2), datetime.now() - timedelta(days=1)).map(
    lambda at: at.replace(tzinfo=UTC)
)
schemathesis.openapi.format("date-time", _instants.map(datetime.isoformat))
schemathesis.openapi.format("date", _instants.map(lambda at: f"{at:%Y-%m-%d}"))
schemathesis.openapi.format("iana-time-zone", st.sampled_from(sorted(available_timezones())))


def load(address: str) -> BaseSchema:
    """Load the OpenAPI document of a running service."""
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def operations(schema: BaseSchema) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """Yield its operations. Raise what is wrong with one."""
    for found in schema.get_all_operations():
        if isinstance(found, Err):
            raise found.err()
        yield found.ok()


def draw(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    count: int,
    number: int,
    use: Callable[[Case[Any]], None],
) -> None:
    """Draw up to `count` cases and use each; the same number gives the same cases."""
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.headers or operation.body):
        return  # there is nothing in it to break

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Case[Any]) -> None:
        use(case)

    run()


def check(case: Case[Any], response: Any) -> list[str]:
    """Return the failures of schemathesis' own checks, but for two things that JSON Schema cannot express.

    A valid case may be refused: whether start is before end, an order has its group, an instant is not in the future,
    a number has no more than six decimals, is not in the schema. An invalid batch may be answered with 200: events are
    judged one by one, and those that are bad come back in `rejected`.
    """
    try:
        case.validate_response(response)
    except FailureGroup as group:
        return [str(failure) for failure in group.exceptions if not _explained(failure, response)]
    return []


def _explained(failure: BaseException, response: Any) -> bool:
    if isinstance(failure, RejectedPositiveData):
        return True
    if isinstance(failure, AcceptedNegativeData):
        if response.headers.get("Content-Type") == ["image/gif"]:
            return True  # every parameter more is metadata; contract.py judges those that are not
        # Too many events get 413, which schemathesis does not list as a refusal.
        return response.status_code == 413 or bool(response.json().get("rejected_count"))
    return False


def sent(response: Any) -> Request:
    """Return the request that led to a reply, as a seed of the corpus."""
    request = response.request
    url = urlsplit(request.url)
    body = request.body or b""
    headers = tuple(
        (name, value if isinstance(value, bytes) else value.encode("latin-1", "replace"))
        for name, value in request.headers.items()
        if name in ("Content-Type", "Content-Encoding", "Idempotency-Key")
    )
    return Request(
        request.method, url.path, url.query.encode(), headers, body.encode() if isinstance(body, str) else bytes(body)
    )
