"""`adbench run …`: one thing, measured against something, in turn."""

import sys
from typing import Annotated

import typer

from adbench.commands import options
from adbench.experiments import ingest, report, rollups, stages, tuning
from adbench.experiments.citus import run as citus_run
from adbench.experiments.citus import tables as citus_tables
from adbench.experiments.switch import run as switch_run
from adbench.experiments.switch import tables
from adbench.experiments.tuning import CHANGES

run = typer.Typer(no_args_is_help=True, help="Measure one thing: hypothesis, method, result.")


@run.command("ingest")
def run_ingest(
    rounds: options.Rounds = 6,
    seconds: options.Seconds = 2,
    workers: options.Workers = 2,
    seed: options.Seed = 7,
    only: Annotated[
        str | None, typer.Option(help="cells such as plain:1000,ids:1000; targets: those that have a target")
    ] = None,
    json: options.Json = False,
) -> None:
    """Compare POST /events with psql's copy into bare partitions, in turn, for sizes of batch and kinds of request.

    Plain batches of 1,000 are also sent into the design without dimensions, in the same rounds. In databases
    adpulse_ingest… of its own, made anew each time. Exit status: 0 when every accepted event was stored once, 1 when
    not, 2 when it could not be measured. The targets are aims.
    """
    named = [cell for cell in ingest.CELLS if f"{cell.kind}:{cell.batch}" in options.listed(only)]
    cells = ingest.CELLS if only is None else ingest.TARGETS if only == "targets" else named
    if not cells:
        raise typer.BadParameter("names no cell", param_hint="--only")
    plan = ingest.IngestPlan(rounds, seconds, workers, seed, cells)
    options.measure(ingest.run, plan, ingest.table, json=json, width=140)


@run.command("report")
def run_report(
    events: Annotated[list[int] | None, typer.Option(min=1, help="sizes to load", show_default="1M and 20M")] = None,
    rounds: Annotated[int, typer.Option(min=100, help="times that every report is asked for, in each phase")] = 300,
    days: options.Days = 30,
    campaigns: options.Campaigns = 1_000,
    seed: options.Seed = 7,
    end: options.End = None,
    reuse: options.Reuse = False,
    json: options.Json = False,
) -> None:
    """Compare GET /report with /readyz, idle and while events are written, over growing data.

    In databases adpulse_reports_<events>, made anew unless --reuse is given. Exit status: 0 when every aim was
    reached, 1 when not, 2 when it could not be measured.
    """
    sizes = tuple(sorted(events or [1_000_000, 20_000_000]))
    plan = report.ReportPlan(options.dataset(sizes[-1], days, campaigns, seed, end), sizes, rounds, reuse=reuse)
    options.measure(report.run, plan, report.table, json=json, width=140)


@run.command("stages")
def run_stages(
    rounds: Annotated[int, typer.Option(min=10, help="requests of each size")] = 200,
    seed: options.Seed = 7,
    json: options.Json = False,
) -> None:
    """Measure the stages of one POST /events, from the first byte to the answer.

    In a database adpulse_stages of its own, made anew each time, as a role that may switch triggers off. Exit
    status: 0 when every event was stored once, 1 when not, 2 when it could not be measured.
    """
    options.measure(stages.run, stages.StagePlan(rounds, seed), stages.table, json=json)


@run.command("rollups")
def run_rollups(
    events: Annotated[int, typer.Option(min=1_000, help="events to load")] = 20_000_000,
    dims_events: Annotated[
        int, typer.Option(min=1_000, help="events to load into rollup_dims: thin data takes long to compact")
    ] = 2_000_000,
    writes: Annotated[int, typer.Option(min=5, help="rounds of writing")] = 15,
    reads: Annotated[int, typer.Option(min=5, help="rounds of reading")] = 7,
    seed: options.Seed = 7,
    end: options.End = None,
    reuse: options.Reuse = False,
    json: options.Json = False,
) -> None:
    """Measure what roll-ups cost writers and save readers, compared with the same design without them.

    In databases adpulse_rollups_…, made anew unless --reuse is given; with it, name the same --end. Exit status: 0 when
    all answers are equal, 1 when not, 2 when it could not be measured.
    """
    plan = rollups.RollupPlan(options.dataset(events, 30, 1_000, seed, end), dims_events, writes, reads, reuse=reuse)
    options.measure(rollups.run, plan, rollups.table, json=json, width=120)


@run.command("tuning")
def run_tuning(
    rounds: options.Rounds = 5,
    seconds: options.Seconds = 2,
    only: Annotated[
        str | None, typer.Option(help="changes whose name has one of these words, such as writer,process")
    ] = None,
    seed: options.Seed = 7,
    json: options.Json = False,
) -> None:
    """Compare settings of the service and of PostgreSQL with the default, one at a time, in turn.

    On an embedded PostgreSQL of its own, which is removed afterwards. Exit status: 0 when every accepted event was
    stored once, 1 when not, 2 when it could not be measured.
    """
    changes = tuple(each for each in CHANGES if any(word in each.name for word in options.listed(only) or [""]))
    if not changes:
        raise typer.BadParameter("names no change", param_hint="--only")
    plan = tuning.TuningPlan(rounds, seconds, seed, changes)
    options.measure(tuning.run, plan, tuning.table, json=json, width=140)


@run.command("switch")
def run_switch(
    events: options.Events = 100_000,
    days: options.Days = 30,
    seconds: Annotated[
        int, typer.Option(min=5, help="seconds of each stretch, the quiet one and the one with changes")
    ] = 75,
    batches: Annotated[int, typer.Option(min=1, help="POSTs a second without a key")] = 40,
    batch: options.Batch = 100,
    keyed: Annotated[int, typer.Option(min=1, help="POSTs a second with a key, each sent twice")] = 10,
    reports: options.Reports = 20,
    workers: options.Workers = 2,
    seed: options.Seed = 7,
    json: options.Json = False,
) -> None:
    """Measure how long requests wait while migrations are applied and the design changes.

    In a database adpulse_switch of its own, made anew each time. Exit status: 0 when nothing failed and everything is
    exact, 1 when not, 2 when it could not be measured. That nobody waits 200 ms is an aim.
    """
    data = options.dataset(events, days, 1_000, seed)
    plan = switch_run.SwitchPlan(data, seconds, batches, batch, keyed, reports, workers)
    options.measure(switch_run.run, plan, tables.table, json=json, width=140)


@run.command("citus")
def run_citus(
    cluster: Annotated[
        str | None,
        typer.Option(envvar="ADPULSE_CITUS_URL", help="any database of the coordinator that knows the nodes"),
    ] = None,
    events: options.Events = 500_000,
    shards: Annotated[
        list[int] | None,
        typer.Option(
            min=2, help="numbers of shards to measure; all but the first with COPY only", show_default="8, 4, 32"
        ),
    ] = None,
    rounds: Annotated[int, typer.Option(min=2, help="times that both sides write")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="seconds of load on the service, each time")] = 2,
    reports: Annotated[int, typer.Option(min=5, help="times that every report is asked for")] = 60,
    workers: options.Workers = 2,
    seed: options.Seed = 7,
    end: options.End = None,
    json: options.Json = False,
) -> None:
    """Compare the design citus on a cluster with rollup on its coordinator alone: COPY, the service, reports, skew.

    Needs a Citus cluster: docs/how-to/scale-out.md. In databases adbench_citus…, made anew and dropped. Exit status: 0
    when every accepted event was stored once and all answers are equal, 1 when not, 2 when it could not be measured.
    """
    if not cluster:
        print("adbench: there is no cluster: set ADPULSE_CITUS_URL (docs/how-to/scale-out.md)", file=sys.stderr)
        raise typer.Exit(2)
    data = options.dataset(events, 7, 1_000, seed, end)
    plan = citus_run.CitusPlan(cluster, data, tuple(shards or (8, 4, 32)), rounds, seconds, reports, workers)
    options.measure(citus_run.run, plan, citus_tables.shown, json=json, width=140)
