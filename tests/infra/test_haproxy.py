"""A real HAProxy with the configuration that compose.yaml mounts: what it sends where, and what it never repeats."""

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import httpx
import yaml

from adpulse import problems
from tests.infra.balancer import (
    CONFIGURATION,
    backends,
    balancer,
    exported,
    needs_haproxy,
    tell,
)
from tests.patience import PATIENCE_S, until


@needs_haproxy
async def test_requests_are_spread_over_those_that_are_ready(tmp_path: Path) -> None:
    """Each gets its share; one whose /readyz says 503 gets none, until it says 200 again."""
    async with backends("a", "b", "c") as three, balancer(tmp_path, *three) as client:

        async def spread() -> set[str]:
            return {(await client.get("/x")).text for _ in range(6)}

        await until(spread, lambda found: found == {"a", "b", "c"})
        three[1].ready = False
        await until(spread, lambda found: found == {"a", "c"})
        three[1].ready = True
        await until(spread, lambda found: found == {"a", "b", "c"})


@needs_haproxy
async def test_a_service_can_be_taken_out(tmp_path: Path) -> None:
    """It gets no more requests, though it is ready, until its names are given back: as infra/upgrade.sh does it."""
    async with backends("a", "b") as two, balancer(tmp_path, *two) as client:

        async def spread() -> set[str]:
            return {(await client.get("/x")).text for _ in range(6)}

        rows = [row.split() for row in (await tell(tmp_path, "show servers state services")).splitlines()]
        names = [
            f"{row[1]}/{row[3]}" for row in rows if len(row) > 4 and row[4] == "127.0.0.1" and row[3].endswith("a")
        ]
        assert names == ["services/a", "services/alive-a"]
        for name in names:
            assert not (await tell(tmp_path, f"set server {name} state drain")).strip()
        assert await spread() == {"b"}
        two[1].ready = False  # nor as the one that says why none is ready
        none = 'haproxy_backend_active_servers{proxy="services"} 0'
        await until(lambda: exported(client, tmp_path), lambda page: none in page)
        assert await spread() == {"b"}
        two[1].ready = True
        for name in names:
            await tell(tmp_path, f"set server {name} state ready")
        await until(spread, lambda found: found == {"a", "b"})


@needs_haproxy
async def test_a_refused_request_goes_to_another_service(tmp_path: Path) -> None:
    """A service that has just ended refuses connections before its check notices: nobody sees that."""
    async with backends("a", "b") as two, balancer(tmp_path, *two, dead=2) as client:
        for _ in range(12):
            assert (await client.post("/events", content=b"")).status_code == 200
        assert sum(each.requests for each in two) == 12


@needs_haproxy
async def test_a_request_that_may_have_arrived_is_never_repeated(tmp_path: Path) -> None:
    """A service breaks off after the request came: the client is told, and no other service gets it."""
    async with backends("a", "b") as two, balancer(tmp_path, *two) as client:
        for each in two:
            each.breaks_off = True
        for sent in range(1, 5):
            # On a connection that was used before, HAProxy breaks off as the service did.
            with suppress(httpx.RemoteProtocolError):
                assert (await client.post("/events", content=b"")).status_code == 502
            assert sum(each.requests for each in two) == sent


def of_the_balancer(reply: httpx.Response, status: int) -> None:
    """Assert that it is a problem document, with the members of those that a service sends."""
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json().keys() == problems.document(status, "", "").keys()
    assert reply.json()["status"] == status


def test_every_error_of_the_balancer_is_a_problem_document() -> None:
    """Those that HAProxy makes for a request that it could read; one that may pass says when to come again."""
    text = CONFIGURATION.read_text()
    form = r"http-error status (\d+) content-type application/problem\+json string '(.*)'( hdr Retry-After \d+)?$"
    found = {int(status): (json.loads(body), more) for status, body, more in re.findall(form, text, re.MULTILINE)}
    assert found.keys() == {403, 500, 502, 503, 504}
    for status, (body, more) in found.items():
        assert body == problems.document(status, body["type"].rpartition(":")[2], body["detail"])
        assert bool(more) == (status > 500)


@needs_haproxy
async def test_refusals_of_the_balancer_are_problem_documents_and_counted(tmp_path: Path) -> None:
    """No service is ready, or one breaks off: Prometheus sees it, apart from what services answer with 5xx."""
    async with backends("a") as (one,), balancer(tmp_path, one, patience_s=1) as client:

        async def refused() -> float:
            """Read what infra/prometheus/rules/recording.yml reads."""
            page = await exported(client, tmp_path)
            counts = re.findall(r'^haproxy_(frontend|server)_http_responses_total\{(.*code="5xx")\} (\d+)$', page, re.M)
            front = sum(int(count) for kind, labels, count in counts if kind == "frontend" and '"adpulse"' in labels)
            return front - sum(int(count) for kind, _, count in counts if kind == "server")

        async def becomes(number: float) -> None:
            """Wait until HAProxy has counted `number`: it counts when it has answered."""
            await until(refused, lambda found: found == number)

        one.status = b"500 Oh"
        assert (await client.get("/x")).status_code == 500
        await becomes(0)
        one.breaks_off = True
        # On a new connection: on one that was used before, HAProxy breaks off as the service did.
        of_the_balancer(await asyncio.to_thread(httpx.get, f"{client.base_url}/x", timeout=PATIENCE_S), 502)
        await becomes(1)
        one.refuse()
        before = await refused()
        for _ in range(3):
            reply = await asyncio.to_thread(httpx.post, f"{client.base_url}/events", timeout=PATIENCE_S)
            of_the_balancer(reply, 503)
            assert reply.headers["retry-after"] == "1"
        await becomes(before + 3)


@needs_haproxy
async def test_a_request_waits_for_a_service_that_is_replaced(tmp_path: Path) -> None:
    """None listens: requests are held, and the first service that comes gets each of them once."""
    async with backends("a") as (one,), balancer(tmp_path, one) as client:
        one.refuse()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            address = f"{client.base_url}/events"
            waiting = [
                group.create_task(asyncio.to_thread(httpx.post, address, content=b"x", timeout=PATIENCE_S))
                for _ in range(4)
            ]
            await asyncio.sleep(2.5)  # longer than the check takes to notice
            assert not any(each.done() for each in waiting)
            await one.listen()
        assert [each.result().status_code for each in waiting] == [200] * 4
        assert one.requests == 4


@needs_haproxy
async def test_a_report_of_a_frozen_service_is_given_up(tmp_path: Path) -> None:
    """It is asked of no other one; the client is told when to ask again."""
    async with backends("a", "b") as two, balancer(tmp_path, *two, report_s=1) as client:
        for each in two:
            each.frozen = True
        reply = await client.get("/report?start=-1h")
        of_the_balancer(reply, 504)
        assert reply.headers["retry-after"] == "1"
        assert sum(each.requests for each in two) == 1


@needs_haproxy
async def test_prometheus_is_answered_while_every_client_waits(tmp_path: Path) -> None:
    """As many wait as there may be, and more come: what goes on is seen, and all of them are answered in the end."""
    async with backends("a") as (one,), balancer(tmp_path, one, clients=4) as client:
        one.refuse()
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            address = f"{client.base_url}/events"
            waiting = [
                group.create_task(asyncio.to_thread(httpx.post, address, content=b"x", timeout=PATIENCE_S))
                for _ in range(5)
            ]
            four = 'haproxy_frontend_current_sessions{proxy="adpulse"} 4'
            await until(lambda: exported(client, tmp_path), lambda page: four in page)
            await one.listen()
        assert [each.result().status_code for each in waiting] == [200] * 5


@needs_haproxy
async def test_a_service_that_is_not_ready_says_why(tmp_path: Path) -> None:
    """The database is away: the client gets the service's own answer at once, and whom a replica answers gets that."""
    async with backends("a") as (one,), balancer(tmp_path, one) as client:
        one.ready, one.status = False, b"503 The database cannot be reached"
        for _ in range(3):
            reply = await client.post("/events", content=b"")
            assert (reply.status_code, reply.text) == (503, "a")
            await asyncio.sleep(1)  # the check notices meanwhile
        assert one.requests == 3


@needs_haproxy
async def test_metrics_of_the_balancer_are_there(tmp_path: Path) -> None:
    """Every series that a rule or a panel names, with these labels, under the scope that Prometheus asks for."""
    infra = CONFIGURATION.parents[1]
    files = [*(infra / "prometheus" / "rules").glob("*.yml"), *(infra / "grafana" / "dashboards").glob("*.json")]
    text = "".join(path.read_text().replace('\\"', '"') for path in files)
    named = set(re.findall(r"(haproxy_\w+)\{([^}]*)\}", text))
    assert named
    async with backends("a") as (one,), balancer(tmp_path, one) as client:
        jobs = yaml.safe_load((infra / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
        params = next(each["params"] for each in jobs if each["job_name"] == "balancer")
        page = await exported(client, tmp_path, **params)
        lines = [line for line in page.splitlines() if not line.startswith("#")]
        for name, labels in named:
            wanted = [f"{name}{{", *labels.split(",")]
            assert any(all(each in line for each in wanted) for line in lines), (name, labels)


@needs_haproxy
async def test_metrics_are_not_published(tmp_path: Path) -> None:
    """No spelling that a service would take for /metrics is forwarded."""
    async with backends("a") as (one,), balancer(tmp_path, one) as client:
        address = str(client.base_url).rstrip("/")
        for path in ("/metrics", "/metrics?x=1", "/%6detrics", "/metric%73"):
            of_the_balancer(await client.get(httpx.URL(address + path)), 403)
        assert one.requests == 0
        assert (await client.get("/metricsx")).status_code == 200
