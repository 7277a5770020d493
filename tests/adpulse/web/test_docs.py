"""The page at /docs and the contract are served without a request to anybody else."""

from httpx import AsyncClient


async def test_the_documentation_is_served(client: AsyncClient) -> None:
    """/docs is a page, and the OpenAPI document describes both routes."""
    assert "text/html" in (await client.get("/docs")).headers["content-type"]
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert "post" in paths["/events"]
    assert "get" in paths["/report"]
