"""The phases of a comparison of the cluster with one of its nodes, in turn: COPY, service, reports, spread."""

import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console

from adbench.experiments.closed_load import ClosedLoad
from adbench.harness import cpu, progress
from adbench.harness.databases import connected
from adbench.harness.service import serving
from adbench.workload.copy_loader import Encoder, copy
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import DAY, LARGEST, MIDDLE, Shape, statement
from adbench.workload.request_bodies import Cell, live
from adpulse.database.connections import Connection
from adpulse.reports.readers import open_readers
from adpulse.settings import Settings
from adpulse.variants import catalogue

# Rows in a COPY, and COPYs in a turn of it.
COPIES = {1_000: 20, 10_000: 6, 65_536: 1}
CELLS = [Cell(1_000), Cell(1_000, "keyed"), Cell(100)]
WEEK = 7 * DAY
SINGLE = (
    Shape("day", DAY, MIDDLE),
    Shape("week", WEEK, MIDDLE),
    Shape("week-largest", WEEK, LARGEST),
    Shape("week-largest-by-hour", WEEK, LARGEST, "hour"),
)
ALL = (Shape("week-all", WEEK), Shape("week-by-campaign", WEEK, None, None, "campaign_id"))

Sides = dict[str, str]  # the URL of each side's database, by the variant: rollup and citus


# ── COPY ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Copied:
    """Of one size of COPY: events a second of each turn, by side; and processor seconds of all turns, where known."""

    rates: dict[str, list[float]]
    seconds: dict[str, float]
    rows: int = 0  # by each side


async def copying(
    sides: Sides, data: Dataset, rounds: int, postmasters: Sequence[int], console: Console, what: str
) -> dict[int, Copied]:
    """Measure COPYs by one connection to each side; the sides take turns."""
    dense = live(data.end, data.seed, data.campaigns)
    block, encoder = dense.block(dense.blocks // 2), Encoder(dense)
    copies = {
        size: [encoder.encode(block.part(first, first + size)) for first in range(0, count * size, size)]
        for size, count in COPIES.items()
    }
    found = {size: Copied({side: [] for side in sides}, dict.fromkeys(sides, 0.0)) for size in COPIES}
    async with AsyncExitStack() as stack:
        opened = {side: await stack.enter_async_context(connected(url)) for side, url in sides.items()}
        for number in progress.rounds(console, what, rounds):  # the first round makes files, caches and plans
            for size, texts in copies.items():
                for side in _order(sides, number):
                    spent = _seconds(postmasters)
                    began = time.perf_counter()
                    for text in texts:
                        await copy(opened[side], text)
                    took = time.perf_counter() - began
                    if number >= 0:
                        found[size].rates[side].append(len(texts) * size / took)
                        found[size].seconds[side] += _seconds(postmasters) - spent
                found[size].rows += len(texts) * size
    return found


def _order(sides: Sides, number: int) -> list[str]:
    return sorted(sides, reverse=bool(number % 2))


def _seconds(postmasters: Sequence[int]) -> float:
    return sum(cpu.seconds(pid) or 0.0 for pid in postmasters)


# ── The service ──────────────────────────────────────────────────────────────────────────────────────────────


def posting(
    sides: Sides, loads: dict[Cell, ClosedLoad], rounds: int, workers: int, logs: Path, console: Console
) -> tuple[dict[Cell, dict[str, list[float]]], dict[str, int]]:
    """Return events a second of POST /events, a value a turn, by cell and side; and what each side accepted.

    The service of a side runs in its turn only, so that its compaction of what it has taken is in no other's.
    """
    found: dict[Cell, dict[str, list[float]]] = {cell: {side: [] for side in sides} for cell in loads}
    accepted = dict.fromkeys(sides, 0)
    for number in progress.rounds(console, "k6 against the service, in turn", rounds, warmup=0):
        for side in _order(sides, number):
            with serving(sides[side], workers, logs / f"service-{side}.log") as address:
                for cell, load in loads.items():
                    loaded = load.send(address, number)
                    found[cell][side].append(load.rate(loaded))
                    accepted[side] += round(loaded.value("events_accepted", "count"))
    return found, accepted


# ── Reports ──────────────────────────────────────────────────────────────────────────────────────────────────


async def asking(
    sides: Sides, data: Dataset, rounds: int, console: Console
) -> tuple[dict[Shape, dict[str, list[float]]], list[str]]:
    """Return ms of each report's statement, as the service runs it, by shape and side; and shapes that differ."""
    settings = Settings()
    readers = {side: await open_readers(url, 1, "adbench", settings) for side, url in sides.items()}
    times: dict[Shape, dict[str, list[float]]] = {shape: {side: [] for side in sides} for shape in (*SINGLE, *ALL)}
    answers: dict[Shape, dict[str, Any]] = {shape: {} for shape in times}
    order, draw = [(shape, side) for shape in times for side in sides], random.Random(data.seed)
    try:
        for number in progress.rounds(console, "reports, in turn", rounds, warmup=5):
            draw.shuffle(order)
            for shape, side in order:
                asked, arguments = statement(catalogue.find(side), shape.query(data.end, settings))
                pool = readers[side].quick if asked.planned_once else readers[side].thorough
                async with pool.acquire() as connection:
                    began = time.perf_counter()
                    rows = await connection.fetch(asked.text, *arguments)
                    took = (time.perf_counter() - began) * 1_000
                if number >= 0:
                    times[shape][side].append(took)
                answers[shape][side] = sorted(map(tuple, rows), key=repr)
    finally:
        for each in readers.values():
            await each.close()
    different = [shape.name for shape, found in answers.items() if any(a != b for a, b in pairwise(found.values()))]
    return times, different


# ── How events spread ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Spread:
    """Shares of all events: of the largest shard and node; and of the largest campaign, which no shard can be below."""

    shard: float
    node: float
    campaign: float
    nodes: int


async def spread(connection: Connection, by_campaign: dict[str, int]) -> Spread:
    """Return how the events of these campaigns lie in the shards of the connection's database."""
    rows = await connection.fetch(
        "SELECT shardid, nodename, nodeport, sum(events)::bigint AS events FROM ("
        " SELECT get_shard_id_for_distribution_column('events', campaign) AS shardid, events"
        " FROM unnest($1::text[], $2::bigint[]) AS given (campaign, events)"
        ") AS placed JOIN citus_shards USING (shardid) GROUP BY 1, 2, 3",
        list(by_campaign),
        list(by_campaign.values()),
    )
    total = sum(by_campaign.values())
    nodes: dict[tuple[str, int], int] = {}
    for row in rows:
        node = row["nodename"], row["nodeport"]
        nodes[node] = nodes.get(node, 0) + row["events"]
    return Spread(
        shard=max(row["events"] for row in rows) / total,
        node=max(nodes.values()) / total,
        campaign=max(by_campaign.values()) / total,
        nodes=len(nodes),
    )
