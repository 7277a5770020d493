"""The phases of a comparison of the cluster with one of its nodes, in turn: COPY, service, reports, spread."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Any

from rich.console import Console

from adbench.experiments.closed_load import ClosedLoad
from adbench.experiments.experiment import Experiment
from adbench.harness import cpu, progress
from adbench.harness.databases import connected
from adbench.harness.service import serving
from adbench.records import statistics
from adbench.records.model import Check, Measurement
from adbench.workload.copy_loader import Encoder, copy
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import DAY, LARGEST, MIDDLE, Shape, statement
from adbench.workload.request_bodies import Cell, live
from adpulse.reports.readers import open_readers
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
BySide = dict[str, list[float]]  # a value a turn


async def copying(
    sides: Sides, data: Dataset, rounds: int, postmasters: Sequence[int], console: Console, shards: int
) -> tuple[list[Measurement], int]:
    """Let one connection to each side COPY, in turn. Return the figures, and the rows that each side has taken."""
    dense = live(data.end, data.seed, data.campaigns)
    block, encoder = dense.block(dense.blocks // 2), Encoder(dense)
    copies = {
        size: [encoder.encode(block.part(first, first + size)) for first in range(0, count * size, size)]
        for size, count in COPIES.items()
    }
    rates: dict[int, BySide] = {size: {side: [] for side in sides} for size in COPIES}
    spent = {(size, side): 0.0 for size in COPIES for side in sides}  # processor seconds, where known
    async with AsyncExitStack() as stack:
        opened = {side: await stack.enter_async_context(connected(url)) for side, url in sides.items()}
        # The first round makes files, caches and plans.
        for number in progress.rounds(console, f"COPY, {shards} shards", rounds):
            for size, texts in copies.items():
                for side in _order(sides, number):
                    before, began = _seconds(postmasters), time.perf_counter()
                    for text in texts:
                        await copy(opened[side], text)
                    took = time.perf_counter() - began
                    if number >= 0:
                        rates[size][side].append(len(texts) * size / took)
                        spent[size, side] += _seconds(postmasters) - before
    found: list[Measurement] = []
    for size, count in COPIES.items():
        labels = {"shards": str(shards), "rows": str(size)}
        found += compared("copy", rates[size], labels, data.seed)
        for side in sides:
            if seconds := spent[size, side]:
                an_event = seconds / (rounds * count * size) * 1e6
                found.append(Measurement.of("copy.processor", an_event, "us/event", labels, variant=side))
    return found, sum(count * size for size, count in COPIES.items()) * (rounds + 1)


def compared(name: str, rates: BySide, labels: dict[str, str], seed: int) -> Iterator[Measurement]:
    """Yield the events a second of both sides, and the ratio of citus to rollup."""
    for side, values in rates.items():
        mean = statistics.geometric_mean(values, seed)
        yield Measurement.of(f"{name}.rate", mean, "events/s", labels, variant=side)
    kept = statistics.ratio(zip(rates["rollup"], rates["citus"], strict=True), seed)
    yield Measurement.of(f"{name}.kept", kept, "ratio", labels)


def _order(sides: Sides, number: int) -> list[str]:
    return sorted(sides, reverse=bool(number % 2))


def _seconds(postmasters: Sequence[int]) -> float:
    return sum(cpu.seconds(pid) or 0.0 for pid in postmasters)


def posting(
    sides: Sides, loads: dict[Cell, ClosedLoad], rounds: int, workers: int, experiment: Experiment
) -> tuple[dict[Cell, BySide], dict[str, int]]:
    """Return events a second of POST /events by cell and side, and what each side accepted.

    The service of a side runs in its turn only, so that its compaction of what it has taken is in no other's.
    """
    found: dict[Cell, BySide] = {cell: {side: [] for side in sides} for cell in loads}
    accepted = dict.fromkeys(sides, 0)
    for number in progress.rounds(experiment.console, "k6 against the service, in turn", rounds, warmup=0):
        for side in _order(sides, number):
            with serving(sides[side], workers, experiment.scratch / f"service-{side}.log") as address:
                for cell, load in loads.items():
                    loaded = load.send(address, number)
                    found[cell][side].append(load.rate(loaded))
                    accepted[side] += round(loaded.value("events_accepted", "count"))
    return found, accepted


async def asking(sides: Sides, data: Dataset, rounds: int, experiment: Experiment) -> tuple[list[Measurement], Check]:
    """Time each report's statement, as the service runs it; check that both sides give one answer."""
    settings = experiment.settings
    readers = {side: await open_readers(url, 1, "adbench", settings) for side, url in sides.items()}
    times: dict[Shape, BySide] = {shape: {side: [] for side in sides} for shape in (*SINGLE, *ALL)}
    answers: dict[Shape, dict[str, Any]] = {shape: {} for shape in times}
    order, draw = [(shape, side) for shape in times for side in sides], random.Random(data.seed)
    try:
        for number in progress.rounds(experiment.console, "reports, in turn", rounds, warmup=5):
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
    detail = ", ".join(different) or "to every report"
    measured = [each for shape, found in times.items() for each in medians(shape, found, data.seed)]
    return measured, Check(name="both sides give one answer", passed=not different, detail=detail)


def medians(shape: Shape, times: BySide, seed: int) -> Iterator[Measurement]:
    """Yield the median ms of a report on both sides, and their ratio."""
    for side, values in times.items():
        yield Measurement.of("report.p50", statistics.median(values, seed), "ms", shape=shape.name, variant=side)
    ratio = statistics.ratio_of_medians(times["rollup"], times["citus"], seed)
    yield Measurement.of("report.ratio", ratio, "ratio", shape=shape.name)


async def spread(url: str, by_campaign: dict[str, int], shards: int) -> list[Measurement]:
    """Return shares of all events: of the largest shard, node and campaign; no shard can be below its largest campaign.

    The events of the campaigns are counted where the database at the URL would store them.
    """
    async with connected(url) as connection:
        rows = await connection.fetch(
            "SELECT shardid, nodename, nodeport, sum(events)::bigint AS events FROM ("
            " SELECT get_shard_id_for_distribution_column('events', campaign) AS shardid, events"
            " FROM unnest($1::text[], $2::bigint[]) AS given (campaign, events)"
            ") AS placed JOIN citus_shards USING (shardid) GROUP BY 1, 2, 3",
            list(by_campaign),
            list(by_campaign.values()),
        )
    nodes: dict[tuple[str, int], int] = {}
    for row in rows:
        node = row["nodename"], row["nodeport"]
        nodes[node] = nodes.get(node, 0) + row["events"]
    largest = {
        "shard": max(row["events"] for row in rows),
        "node": max(nodes.values()),
        "campaign": max(by_campaign.values()),
    }
    return spreads({of: events / sum(by_campaign.values()) for of, events in largest.items()}, shards)


def spreads(shares: dict[str, float], shards: int) -> list[Measurement]:
    """Return the shares as measurements."""
    return [Measurement.of("spread", share, "share", shards=str(shards), of=of) for of, share in shares.items()]
