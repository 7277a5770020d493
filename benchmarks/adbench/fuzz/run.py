"""Fuzz a service of its own for some minutes, recount what it stored, and write the result."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from hypothesis import __version__ as hypothesis_version
from rich.table import Table
from schemathesis import __version__ as schemathesis_version

from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.fuzz import filters
from adbench.fuzz.filters import Asked
from adbench.fuzz.fuzzer import WIRES, Fuzzer, Tally
from adbench.harness import databases
from adbench.harness.databases import connected
from adbench.harness.service import serving
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adpulse.terminal import counted
from adpulse.variants import catalogue, verify

DATABASE = "adpulse_fuzz"
DRAWN, MADE = 25, 20_000  # a round: of each operation and mode, and others made of them
# A report may take as long as it likes: that the database grows all the while is no fault of a question. And a
# connection stays, however long a busy machine keeps us from sending: where there is no reply, that is a fault.
SERVICE = {"ADPULSE_REPORT_TIMEOUT_MS": "60000", "ADPULSE_KEEP_ALIVE_S": "600", "ADPULSE_LOG_LEVEL": "error"}


async def _recount(url: str) -> tuple[int, verify.Audit]:
    async with connected(url) as connection:
        stored: int = await connection.fetchval("SELECT count(*) FROM events")
        return stored, await verify.verify(connection, await catalogue.active(connection))


def _measurements(tally: Tally, seconds: float) -> list[Measurement]:
    origins: Counter[str] = Counter()
    for (origin, _, _), count in tally.replies.items():
        origins[origin] += count
    rows = [Measurement.of("cases", count, "1", origin=name) for name, count in origins.items()]
    rows += [
        Measurement.of("replies", count, "1", origin=origin, operation=name, status=str(status))
        for (origin, name, status), count in sorted(tally.replies.items())
    ]
    rows.append(Measurement.of("events_accepted", tally.accepted, "1"))
    rows.append(Measurement.of("elapsed", seconds, "s"))
    return rows


@dataclass(frozen=True)
class FuzzPlan:
    """The plan of a run: minutes, seed, variant, and the workers that serve it."""

    minutes: float
    seed: int
    variant: str
    workers: int


@experiment("fuzz")
def run(plan: FuzzPlan, experiment: Experiment) -> Outcome:
    """Send until the time is over or we are interrupted. Return the result and the file that it is written to.

    Raise EmbeddedError, ServiceError and what the database raises, when nothing can be sent at all.
    """
    started = time.monotonic()
    give_up = started + plan.minutes * 60
    broken: list[str] = []

    def enough() -> bool:
        return time.monotonic() > give_up

    url = asyncio.run(databases.migrated(experiment.server(), DATABASE, plan.variant))
    experiment.describe(url)
    with serving(url, plan.workers, experiment.scratch / "service.log", SERVICE) as address:
        fuzzer = Fuzzer(address, plan.seed)
        tally = fuzzer.tally
        try:
            while not enough():
                fuzzer.round(DRAWN, MADE, enough)
                took = time.monotonic() - started
                experiment.console.print(f"{took:7.0f} s {tally.cases:9,} cases {tally.faulty} faults", highlight=False)
        except (KeyboardInterrupt, SystemExit):
            broken.append(f"interrupted after {time.monotonic() - started:.0f} s")
        except Exception as error:  # write the findings until then all the same
            broken.append(f"{type(error).__name__}: {error}"[:2_000])
        rows = filters.ask(address) if not broken else Asked()
        told = fuzzer.counted()
    stored, recount = asyncio.run(_recount(url))
    versions = {"schemathesis": schemathesis_version, "hypothesis": hypothesis_version}
    return experiment.write(
        data=None,
        variant=plan.variant,
        parameters=store.parameters(plan, connections=WIRES, **versions),
        measurements=_measurements(tally, time.monotonic() - started),
        checks=_checks(tally, told, stored, recount, rows, broken),
    )


def _checks(tally: Tally, told: int, stored: int, recount: verify.Audit, rows: Asked, broken: list[str]) -> list[Check]:
    unexpected = f"{tally.faulty} of {tally.cases:,} replies" + "".join(f"\n{fault}" for fault in tally.faults)
    checks = [
        Check(name="every reply is a documented one, none a 5xx", passed=not tally.faulty, detail=unexpected),
        Check(
            name="stored events are those that were accepted",
            passed=stored == told and tally.explains(stored),
            detail=f"{stored:,} stored; by the metrics {told:,}, by the replies {tally.accepted:,}, and at most "
            f"{tally.untold:,} by those that do not say",
        ),
        Check(
            name="reports are exact",
            passed=recount.exact,
            detail=f"{recount.wrong} of {counted(recount.cells, 'cell')}",
        ),
        Check(
            name="the filter of a row finds that row",
            passed=not rows.wrong,
            detail="\n".join([f"{len(rows.wrong)} of {counted(rows.rows, 'row')}", *rows.wrong[:5]]),
        ),
        Check(name="a million cases", passed=tally.cases >= 1_000_000, detail=f"{tally.cases:,}", aim=True),
    ]
    if broken:
        checks.append(Check(name="the run reached its end", passed=False, detail=broken[0]))
    return checks


def table(result: Result) -> Table:
    """Return the numbers of requests for people."""
    rows = [(each.labels["origin"], f"{each.value:,.0f}") for each in result.select("cases")]
    return terminal.table("requests that were answered", ("origin", "requests"), rows)
