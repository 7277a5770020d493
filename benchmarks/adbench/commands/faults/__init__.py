"""`adbench faults`: harm a service and its database, and compare what they say with a journal."""

import typer

from adbench.commands.faults import failover, overload, planted, run

faults = typer.Typer(
    help="Do harm to a service and its database while events flow, and compare what they say with a journal.",
    no_args_is_help=True,
)
faults.command("run")(run.run_cycles)
faults.command("overload")(overload.overload)
faults.command("planted")(planted.planted)
faults.command("failover")(failover.failover)
