"""The page at / as people see it: in Chromium, light, dark and on a phone, while events come in."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adbench.harness.browser import Browser, Tab, chromium, program
from adbench.harness.service import serving
from adpulse.auth import key_store, keys
from adpulse.database.connections import connect
from tests.patience import PATIENCE_S, until
from tests.servers import VERSIONS, running, scratch_databases
from tests.services import Client

pytestmark = pytest.mark.skipif(not (program() and VERSIONS), reason="there is no Chromium here, or no PostgreSQL")

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"width": 1280},
    "dark": {"width": 1280, "dark": True},
    "phone": {"width": 360, "height": 740},
}
KINDS = ("impression", "impression", "impression", "click", "conversion")
# Of every element that holds text: how its colour differs from what is behind it (WCAG 2, 1.4.3), and its size.
CONTRASTS = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => parts(colour).slice(0, 3)
    .map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if ((parts(colour)[3] ?? 1) === 1) return colour;
    }
  };
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((each) => each.checkVisibility() && !each.closest("svg") && each.tagName !== "OPTION")
    .map((each) => {
      const [one, other] = [light(getComputedStyle(each).color), light(behind(each))].sort((a, b) => b - a);
      return [(one + 0.05) / (other + 0.05), each.textContent.trim()];
    });
})()"""


@dataclass
class Service:
    """A service with two workers, a browser, and what has been sent so far."""

    client: Client
    browser: Browser
    outcomes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def send(self, count: int) -> None:
        """Send events of the last minutes, one of them twice, and one that is refused."""
        now = datetime.now(UTC)
        events = [self._event(now) for _ in range(count)]
        reply = await self.client.post(
            "/events", json={"events": [*events, events[0], {**events[0], "ts": "2025-09-24"}]}
        )
        assert reply.status_code == 200
        answer = reply.json()
        self.outcomes += Counter(
            accepted=answer["accepted"], duplicate=answer["duplicates"], rejected=answer["rejected_count"]
        )
        self.codes += Counter(each["code"] for each in answer["rejected"])

    def _event(self, now: datetime) -> dict[str, Any]:
        number = next(self._numbers)
        return {
            "ts": (now - timedelta(seconds=number * 7 % 1_200)).isoformat(),
            "campaign_id": f"CAMP-{number % 11}",
            "user_id": f"U{number % 100}",
            "event_type": KINDS[number % len(KINDS)],
            "cost": number % 7 / 100,
            "revenue": number % 3 / 10,
            "metadata": {"geo": ["IN", "US", "<b>DE</b>"][number % 3], "device": ["mobile", "tv"][number % 2]},
            "event_id": f"event {number}",
        }

    async def report(self, **parameters: Any) -> Any:
        metrics = "impressions,clicks,conversions,cost,revenue,ctr"
        reply = await self.client.get("/report", params={"start": "-1h", "metrics": metrics, **parameters})
        assert reply.status_code == 200
        return reply.json()


@asynccontextmanager
async def started(log: Path, workers: int) -> AsyncIterator[tuple[str, Service]]:
    """Yield the URL of a database and a service on it. One version of PostgreSQL will do: the page does not see it."""
    async with scratch_databases(running(VERSIONS[0])) as new:
        url = await new("rollup_dims")
        with serving(url, workers, log) as address:
            async with Client(base_url=address, timeout=PATIENCE_S) as client, chromium() as browser:
                yield url, Service(client, browser)


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with started(tmp_path_factory.mktemp("page") / "service.log", workers=2) as (_, service):
        yield service


async def opened(service: Service, **look: Any) -> Tab:
    tab = await service.browser.open(str(service.client.base_url), **look)
    await tab.until("document.getElementById('impressions').value !== ''")
    return tab


async def value(tab: Tab, name: str) -> float:
    return float(await tab.evaluate(f"document.getElementById('{name}').value"))


async def again(tab: Tab) -> None:
    """Make the page ask for its reports now."""
    await tab.evaluate("document.getElementById('window').dispatchEvent(new Event('change'))")


async def table(tab: Tab, name: str) -> list[list[Any]]:
    """Return the cells of a table: numbers as they are, not as they are rounded."""
    cells = "[...row.cells].map((cell) => cell.firstChild.value ?? cell.textContent)"
    rows = await tab.evaluate(f"[...document.getElementById('{name}').rows].map((row) => {cells})")
    return [[row[0], *(float(cell) if cell.replace(".", "").isdigit() else cell for cell in row[1:])] for row in rows]


async def until_table(tab: Tab, name: str, rows: list[list[Any]]) -> None:
    """Wait until a table shows these rows: a page draws its parts as their reports come, one after the other."""
    await until(lambda: table(tab, name), lambda found: found == rows)


@pytest.mark.parametrize("look", LOOKS)
async def test_the_page_says_what_reports_say(service: Service, look: str) -> None:
    """While events come in, each number is one that was true; then totals, groups, chart and counters are equal."""
    tab = await opened(service, **LOOKS[look])
    await tab.call("Page.bringToFront")  # a page that nobody sees asks nothing
    enough = asyncio.Event()
    sending = asyncio.create_task(_send_until(enough, service))
    for _ in range(3):
        before = await service.report()
        await again(tab)
        await tab.until(f"+document.getElementById('impressions').value > {before['totals']['impressions']}")
        shown = await value(tab, "impressions")
        assert shown <= (await service.report())["totals"]["impressions"]
    enough.set()
    await sending
    for metric in ("impressions", "clicks", "conversions"):
        await again(tab)
        report = await service.report(granularity="minute")
        await tab.until(f"+document.getElementById('{metric}').value === {report['totals'][metric]}")
    assert {name: await value(tab, name) for name in report["totals"]} == report["totals"]
    text = await tab.evaluate("document.getElementById('impressions').textContent")
    assert int(text.replace(",", "")) == report["totals"]["impressions"]

    campaigns = await service.report(group_by="campaign_id", limit=8)
    await until_table(tab, "campaigns", _rows(campaigns))
    assert campaigns["rows"][-1]["group"] == "(other)"
    await until_table(tab, "breakdown", _rows(await service.report(group_by="geo", limit=8)))
    await tab.evaluate(
        "{ const select = document.getElementById('dimension'); select.value = 'device';"
        "select.dispatchEvent(new Event('change')) }"
    )
    await tab.until("document.getElementById('breakdown-name').textContent === 'device'")
    await until_table(tab, "breakdown", _rows(await service.report(group_by="device", limit=8)))

    filled = [row["impressions"] + row["clicks"] + row["conversions"] for row in report["rows"]]
    charted = [sum(row[1:4]) for row in reversed(await table(tab, "chart-rows"))]
    assert [count for count in charted if count] == [count for count in filled if count]
    bars = await tab.evaluate("document.querySelectorAll('#chart .bar').length")
    assert bars == sum(count > 0 for count in filled)

    for outcome in ("accepted", "duplicate", "rejected"):
        await tab.until(f"+document.getElementById('{outcome}').value === {service.outcomes[outcome]}")
    reasons = {code: count for code, _, count, _ in await table(tab, "reasons")}
    assert reasons == service.codes
    assert 0 < await value(tab, "p95") < float("inf")

    assert await tab.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["width"]
    assert await tab.evaluate("getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'")
    assert [each for each in await tab.evaluate(CONTRASTS) if each[0] < 4.5] == []
    assert [each for each in tab.requests if not each.startswith(str(service.client.base_url))] == []
    assert tab.complaints == []


async def _send_until(enough: asyncio.Event, service: Service) -> None:
    while not enough.is_set():
        await service.send(20)
        await asyncio.sleep(0.05)


def _rows(report: Any) -> list[list[Any]]:
    return [[row["group"], row["impressions"], row["clicks"], row["ctr"], row["cost"]] for row in report["rows"]]


async def test_the_page_can_be_used_without_sight_or_mouse(service: Service) -> None:
    """Every control and the chart have names, there are landmarks, and Tab reaches all that can be used, in order."""
    await service.send(5)
    tab = await opened(service)
    tree = (await tab.call("Accessibility.getFullAXTree"))["nodes"]
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"]]
    landmarks = {role for role, _ in roles}
    assert {"banner", "navigation", "main", "contentinfo", "region", "status"} <= landmarks
    used = [(role, name) for role, name in roles if role in ("button", "combobox", "image", "link", "textbox", "table")]
    assert [role for role, name in used if not name and role != "table"] == []
    assert any(name.startswith("Events by minute") for role, name in used if role == "image")
    assert sum(role == "heading" for role, _ in roles) >= 5
    await tab.call("Page.bringToFront")
    reached = []
    for _ in range(14):
        for kind in ("keyDown", "keyUp"):
            await tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
        reached.append(await tab.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    order = [
        "Skip to the numbers",
        "pause",
        "API docs",
        "by reason",
        "metric",
        "window",
        "The chart as a table",
        "dimension",
    ]
    assert [each for each in reached if each in order][: len(order)] == order


async def test_the_documentation_works_under_its_policy(service: Service) -> None:
    """/docs shows the operations, and the browser has nothing to forbid."""
    tab = await service.browser.open(f"{service.client.base_url}/docs")
    await tab.until("document.querySelectorAll('.opblock').length >= 5")
    assert tab.complaints == []


async def test_a_page_that_is_paused_asks_nothing(service: Service) -> None:
    """After Pause no request goes out, and the button says so; the next press goes on."""
    tab = await opened(service)
    await tab.evaluate("document.getElementById('pause').click()")
    asked = -1
    async with asyncio.timeout(PATIENCE_S):
        while len(tab.requests) != asked:  # what was under way goes on, on a busy machine for longer
            asked = len(tab.requests)
            await asyncio.sleep(2.5)  # longer than the page waits between two questions
    assert await tab.evaluate("document.getElementById('pause').getAttribute('aria-pressed')") == "true"
    assert await tab.evaluate("document.getElementById('status').textContent") == "Paused"
    await tab.evaluate("document.getElementById('pause').click()")
    await tab.until("document.getElementById('status').textContent === 'Live'")
    await tab.until(f"performance.getEntriesByType('resource').length > {asked - 1}")


async def test_a_service_with_keys_is_asked_with_one(tmp_path: Path) -> None:
    """The page asks for a read key, says what is wrong with a wrong one, and sends the right one in a header alone."""
    async with started(tmp_path / "service.log", workers=1) as (url, service):
        text, key = keys.make("reader", ["read"], None, None, None)
        connection = await connect(url)
        await key_store.add(connection, key)
        await connection.close()
        assert text is not None
        address = f"{service.client.base_url}/"
        tab = await service.browser.open(address)
        await tab.until("document.activeElement.id === 'key-text'")
        for typed, arrived in (
            ("adp_r_wrong", "document.getElementById('key-error').textContent.includes('not a key')"),
            (text, "document.getElementById('impressions').value === '0'"),
        ):
            await tab.call("Input.insertText", text=typed)
            for kind in ("keyDown", "keyUp"):
                await tab.call(
                    "Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13
                )
            await tab.until(arrived)
        assert await tab.evaluate("document.getElementById('key').hidden")
        assert await tab.evaluate("location.href") == address
        assert await tab.evaluate("JSON.stringify({...sessionStorage})") == json.dumps(
            {"adpulse.read_key": text}, separators=(",", ":")
        )
        await tab.go(address)
        await tab.until("document.getElementById('impressions').value === '0'")
        await tab.evaluate("document.getElementById('forget').click()")
        await tab.until("sessionStorage.length === 0 && document.getElementById('key')?.hidden === false")
        secret = text.rsplit("_", 1)[1]
        assert [each for each in tab.requests if secret in each] == []
