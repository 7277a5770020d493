"""GET /docs: Swagger UI over our own OpenAPI document, without a request to anybody else.

FastAPI's own page loads its script, style and icon from other hosts. Here they come from the package
`fastapi-swagger`, chosen because it holds the three files and nothing else and follows every release of Swagger UI;
its code is not used. The page has no inline script, so that a Content-Security-Policy of 'self' lets it work.
"""

from fastapi import FastAPI
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

# Addresses are relative, so that the page also works behind a proxy that adds a prefix.
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AdPulse++ API</title>
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
<link rel="icon" href="docs/assets/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# validatorUrl: no badge from a validator on the internet.
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
"""
# Allow only files below /docs and the service itself; pictures in the style are data. Swagger UI sets the styles of
# single elements by script, which a policy for style sheets does not concern.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def add_docs(app: FastAPI) -> None:
    """Serve the page at /docs and its files."""

    async def page() -> Response:
        return Response(_PAGE, 200, _HEADERS, "text/html")

    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    app.add_api_route("/docs", page, include_in_schema=False)
    app.add_api_route("/docs/start.js", start, include_in_schema=False)
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_swagger", "resources")]), name="docs-assets")
