"""A route for which FastAPI publishes models, while the endpoint reads the request by itself.

FastAPI would validate the parameters and write the answer by the models. The endpoint has done both already, and its
errors have other words.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, cast

from fastapi import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response


class PublishedRoute(APIRoute):
    """A route that hands the request to the endpoint as it is."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the endpoint."""
        return cast(Callable[[Request], Coroutine[Any, Any, Response]], self.endpoint)


def with_parameters(
    endpoint: Callable[[Request], Awaitable[Response]], model: type[BaseModel]
) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint with a signature that publishes the model as its query parameters."""
    parameters = inspect.Parameter("parameters", inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[model, Query()])
    endpoint.__signature__ = inspect.Signature([parameters])  # type: ignore[attr-defined]  # inspect's, no type has it
    return endpoint
