"""The page at /, without a browser: its files and their headers."""

import re

from adpulse.web import page
from tests.services import Client

FILES = sorted("/" if path.name == "index.html" else f"/static/{path.name}" for path in page.FOLDER.iterdir())


async def test_every_file_is_kept_and_asked_for_anew(client: Client) -> None:
    """Each has a tag, by which a browser asks again and gets no body; HEAD is as GET; none is published."""
    published = (await client.get("/openapi.json")).json()["paths"]
    assert len(FILES) > 4
    for path in FILES:
        reply = await client.get(path)
        assert reply.status_code == 200
        assert reply.headers["cache-control"] == "no-cache"
        assert reply.content
        head = await client.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", reply.headers["etag"])
        again = await client.get(path, headers={"If-None-Match": f'"other", {reply.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", reply.headers["etag"])
        assert (await client.get(path, headers={"If-None-Match": 'W/"other"'})).status_code == 200
        assert path not in published
    assert "/page.json" not in published


async def test_nothing_but_its_own_files_may_run(client: Client) -> None:
    """The policy forbids all that is not named; the page has no script or style in its text, and no foreign address."""
    for path in FILES:
        policy = dict(
            part.split(" ", 1) for part in (await client.get(path)).headers["content-security-policy"].split("; ")
        )
        assert policy["default-src"] == "'none'"
        assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
        assert {policy[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    text = (await client.get("/")).text
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", text) == []
    everything = "".join(path.read_text() for path in page.FOLDER.iterdir())
    assert set(re.findall(r"https?://[\w./-]+", everything)) == {"http://www.w3.org/2000/svg"}
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', text))
    imported = {f"static/{name}" for name in re.findall(r'from "\./([^"]+)"', everything)}
    for address in named | imported:
        assert not address.startswith("/"), "a proxy may add a prefix"
        assert (await client.get(f"/{address}")).status_code == 200, address


async def test_a_name_of_somebody_elses_gets_no_page(client: Client) -> None:
    """The check of `Host` holds for the page and its data as for everything else."""
    for path in (*FILES, "/page.json"):
        assert (await client.get(path, headers={"Host": "evil.example"})).status_code == 421
