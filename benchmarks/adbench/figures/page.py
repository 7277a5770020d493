"""`adbench figures --page`: what the page at / shows in Chromium, of a service that made-up events come in to."""

import asyncio
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from adbench.harness import databases
from adbench.harness.browser import chromium
from adbench.harness.patience import PATIENCE_S
from adbench.harness.service import serving
from adbench.workload.dataset import Dataset

NAME = "08_page"
DATABASE = "adpulse_page"

DAY_EVENTS = 2_000_000  # events of a day; only its last hour is stored
BATCH = 2_000
TIDES = 9  # rises and falls of the rate of events in the hour
LIVE_S, LIVE_BATCH, PAUSE_S = 25.0, 12, 0.25
WIDTH, HEIGHT, SCALE = 1_200, 1_000, 1.5
SEED = 7


async def picture(server: str) -> bytes:
    """Return the PNG. Raise ScratchError, ServiceError, or BrowserError where there is no Chromium."""
    url = await databases.migrated(server, DATABASE, None)
    with (
        tempfile.TemporaryDirectory(prefix="adbench-page-") as folder,
        serving(url, 2, Path(folder) / "service.log") as address,
    ):
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client, chromium() as browser:
            drawn = _last_hour(datetime.now(UTC))
            rest = list(islice(drawn, BATCH))
            while batch := list(islice(drawn, BATCH)):
                await _send(client, batch)
            tab = await browser.open(address, width=WIDTH, height=HEIGHT, scale=SCALE)
            await _send_live(client, rest)
            await tab.until("document.getElementById('rate').value > 0")
            return await tab.screenshot(whole=True)


def _last_hour(end: datetime) -> Iterator[dict[str, Any]]:
    """Yield events of the hour before `end`, as POST /events takes them."""
    data = Dataset(DAY_EVENTS, end, days=1, seed=SEED)
    chance = random.Random(SEED)
    first = end.timestamp() - 3_720  # the minutes at both ends of a chart are cut
    for number in range(data.blocks - 3, data.blocks):
        for event in data.deliveries(data.block(number)):
            past = (datetime.fromisoformat(event["ts"]).timestamp() - first) / 3_600
            tide = abs((past * TIDES) % 2 - 1)
            if past >= 0 and chance.random() < 0.35 + 0.35 * tide + 0.3 * past:
                yield event


async def _send_live(client: httpx.AsyncClient, events: list[dict[str, Any]]) -> None:
    """Send events of this moment for LIVE_S seconds, and ask for a report after each batch.

    Every tenth batch has an event without an offset, a usual mistake.
    """
    until = asyncio.get_running_loop().time() + LIVE_S
    number = 0
    while asyncio.get_running_loop().time() < until:
        chosen = (events[(number * LIVE_BATCH + place) % len(events)] for place in range(LIVE_BATCH))
        batch = [{**event, "ts": datetime.now(UTC).isoformat()} for event in chosen]
        if number % 10 == 0:
            batch[0]["ts"] = batch[0]["ts"].removesuffix("+00:00")
        if number % 25 == 0:
            batch[1]["cost"] = -1
        await _send(client, batch)
        (await client.get("/report", params={"start": "-1h", "group_by": "device"})).raise_for_status()
        number += 1
        await asyncio.sleep(PAUSE_S)


async def _send(client: httpx.AsyncClient, batch: list[dict[str, Any]]) -> None:
    (await client.post("/events", json={"events": batch})).raise_for_status()
