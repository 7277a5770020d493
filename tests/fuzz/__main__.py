"""The command behind `make fuzz`: python -m tests.fuzz --minutes 60."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import __version__ as hypothesis_version
from schemathesis import __version__ as schemathesis_version

from adbench.harness import databases
from adbench.harness.service import serving
from adbench.records import environment, model, store
from adbench.records.model import Check, Measurement
from adpulse.database import connections, embedded
from adpulse.settings import Settings
from adpulse.variants import catalogue, verify
from tests.fuzz.run import WIRES, Fuzzer, Tally

DATABASE = "adpulse_fuzz"
DRAWN, MADE = 25, 20_000  # a round: of each operation and mode, and others made of them
# A report may take as long as it likes: that the database grows all the while is no fault of a question. And a
# connection stays, however long a busy machine keeps us from sending: where there is no reply, that is a fault.
SERVICE = {"ADPULSE_REPORT_TIMEOUT_MS": "60000", "ADPULSE_KEEP_ALIVE_S": "600", "ADPULSE_LOG_LEVEL": "error"}


async def _new(server: str, variant: str) -> str:
    url = await databases.recreate(server, DATABASE)
    connection = await connections.connect(url)
    try:
        await catalogue.migrate(connection, variant)
    finally:
        await connection.close()
    return url


async def _recount(url: str) -> tuple[int, verify.Audit, model.Postgres]:
    connection = await connections.connect(url)
    try:
        stored: int = await connection.fetchval("SELECT count(*) FROM events")
        return (
            stored,
            await verify.verify(connection, await catalogue.active(connection)),
            await environment.postgres(connection),
        )
    finally:
        await connection.close()


def _measurements(tally: Tally, seconds: float) -> list[Measurement]:
    origins: Counter[str] = Counter()
    for (origin, _, _), count in tally.replies.items():
        origins[origin] += count
    rows = [
        Measurement(name="cases", value=count, unit="1", labels={"origin": name}) for name, count in origins.items()
    ]
    rows += [
        Measurement(
            name="replies", value=count, unit="1", labels={"origin": origin, "operation": name, "status": str(status)}
        )
        for (origin, name, status), count in sorted(tally.replies.items())
    ]
    rows.append(Measurement(name="events_accepted", value=tally.accepted, unit="1"))
    rows.append(Measurement(name="elapsed", value=seconds, unit="s"))
    return rows


def main() -> int:
    """Send until the time is over, print and write what came of it. Exit status 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--variant", default="rollup_dims")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    started_at, started = datetime.now(UTC), time.monotonic()
    give_up = started + options.minutes * 60

    def enough() -> bool:
        return time.monotonic() > give_up

    settings = Settings()
    with embedded.database(settings) as server, tempfile.TemporaryDirectory(prefix="adpulse-fuzz-") as folder:
        url = asyncio.run(_new(server, options.variant))
        with serving(url, options.workers, Path(folder) / "service.log", SERVICE) as address:
            fuzzer = Fuzzer(address, options.seed)
            while not enough():
                fuzzer.round(DRAWN, MADE, enough)
                tally = fuzzer.tally
                print(f"{time.monotonic() - started:7.0f} s {tally.cases:9,} cases {tally.faulty} faults", flush=True)
        stored, recount, postgres = asyncio.run(_recount(url))
    unexpected = f"{tally.faulty} of {tally.cases:,} replies" + "".join(f"\n{fault}" for fault in tally.faults)
    result = store.of_run(
        what="fuzz",
        started_at=started_at,
        postgres=postgres,
        data=None,
        variant=options.variant,
        parameters={
            "seed": options.seed,
            "minutes": options.minutes,
            "workers": options.workers,
            "connections": WIRES,
            "schemathesis": schemathesis_version,
            "hypothesis": hypothesis_version,
        },
        measurements=_measurements(tally, time.monotonic() - started),
        checks=[
            Check(name="every reply is a documented one, none a 5xx", passed=not tally.faulty, detail=unexpected),
            Check(
                name="stored events are those that were accepted",
                passed=stored == tally.accepted,
                detail=f"{stored:,} stored, {tally.accepted:,} accepted",
            ),
            Check(name="reports are exact", passed=recount.exact, detail=f"{recount.wrong} of {recount.cells:,} cells"),
            Check(name="a million cases", passed=tally.cases >= 1_000_000, detail=f"{tally.cases:,}", aim=True),
        ],
    )
    path = store.write(result, settings.data_dir / "results")
    for check in result.checks:
        print(f"{'ok  ' if check.passed else 'no  '} {check.name}: {check.detail}")
    print(f"results: {path}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
