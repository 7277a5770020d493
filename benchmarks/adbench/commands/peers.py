"""`adbench peers`."""

from typing import Annotated, Literal

import typer

from adbench.commands import options

Rival = Literal["databases", "orm"]


def peers(
    rival: Annotated[Rival, typer.Argument(help="databases in this process, or a service on an ORM")] = "databases",
    events: options.Events = 1_000_000,
    rounds: Annotated[
        int | None, typer.Option(min=2, help="times that everything is measured", show_default="30 and 5")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, help="seconds of load, each time; orm only")] = 3,
    days: options.Days = 30,
    campaigns: options.Campaigns = 1_000,
    seed: options.Seed = 7,
    end: options.End = None,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="take the database of an earlier run of peers as it is; databases only")
    ] = False,
    json: options.Json = False,
) -> None:
    """Compare the service with others, with the same events and equal answers.

    databases: GET /report against DuckDB and ClickHouse (chdb), which hold the events and roll-ups of their own. Exit
    status: 0 when answers are equal and every report is faster than from their events, 1 when not.

    orm: POST /events and GET /report against FastAPI with SQLAlchemy, an INSERT an event and an INSERT a request. Exit
    status: 0 when answers are equal and nothing was lost, 1 when not.

    2 when it could not be measured. Needs the extra `peers`.
    """
    data = options.dataset(events, days, campaigns, seed, end)
    # Half a gigabyte of databases, which no other command needs, is imported only here.
    if rival == "databases":
        with options.failing_clearly():
            from adbench.experiments.peers import compare
        options.measure(
            compare.run, compare.PeersPlan(data, rounds or 30, reuse=reuse), compare.table, json=json, width=140
        )
    with options.failing_clearly():
        from adbench.experiments.peers import duel
    options.measure(duel.run, duel.DuelPlan(data, rounds or 5, seconds), duel.table, json=json, width=120)
