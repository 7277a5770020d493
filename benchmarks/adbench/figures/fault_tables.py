"""The tables of docs/reference/fault-runs.md, from the newest kept runs of `adbench faults` and `adbench fuzz`."""

from collections.abc import Callable, Iterable, Iterator

from adbench.checkout import ROOT
from adbench.records import manifest, store
from adbench.records.model import Check, Result


def newest(what: str, say: Callable[[Result, str], str], command: str) -> str:
    """Return what `say` makes of the newest kept result of that kind and a link to it, or that there is none."""
    if (path := manifest.last(what)) is None:
        return f"No run of `{command}` is kept yet; until one is, this page has no figures of it.\n"
    return say(store.read(path), f"[file](../../{path.relative_to(ROOT)})")


def cycles(run: Result, link: str) -> str:
    """Return a table of cycles of harm: what was wrong, the bounds that the counts give, the recovery times."""
    values = _values(run)
    count, minutes = values["cycles"], values["seconds"] / 60
    wrong, lost = run.find("violations", of="cycle"), run.find("violations", of="event")
    harms = sum(each.value for each in run.select("harms"))
    acknowledged = values["events.acknowledged"]
    late = run.checks[-1]
    ended = {each.labels["variant"]: each.value for each in run.select("cycles") if "variant" in each.labels}
    designs = ", ".join(f"{name} {ended[name]:.0f}" for name in sorted(ended, key=ended.__getitem__, reverse=True))
    recovery = {each.labels["quantile"]: each.value for each in run.select("recovery")}
    rows = (
        (
            "a cycle in which something was lost, doubled, stored in part, wrong, refused wrongly or did not recover",
            f"{wrong.value * count:.0f} of {count:.0f}",
            f"{wrong.high or 0:.2%} of cycles",
        ),
        (
            "an acknowledged event that is lost",
            f"{lost.value * acknowledged:.0f} of {acknowledged:,.0f}",
            f"{lost.high or 0:.1e} of events",
        ),
    )
    broken = [each for each in run.checks if not each.passed and not each.aim]
    return (
        f"Of {run.started_at:%-d %B %Y}, {minutes:.0f} minutes, seed {run.parameters['seed']}, "
        f"{run.machine.cores} cores ({link}), which ended with the designs {designs}: "
        f"**{count:.0f} cycles, {harms:.0f} harms, {values['events.sent']:,.0f} events** in "
        f"{values['deliveries']:,.0f} deliveries, of which {acknowledged:,.0f} events were acknowledged. "
        f"{values['cells']:,.0f} sums of reports were recounted.\n\n"
        "| violation | found | upper bound of the rate, 95 % |\n| --- | ---: | --- |\n"
        + "".join(f"| {' | '.join(row)} |\n" for row in rows)
        + f"\nAfter {values['recoveries']:.0f} outages of the server, the first acknowledgement came after "
        f"{recovery['0.5']:.2f} s (median), {recovery['0.95']:.2f} s (95 %) and {recovery['1.0']:.2f} s (longest), "
        f"counted from when it accepted connections (aim: 1 s; {late.detail}). A service used at most "
        f"{values['memory.peak'] / 2**20:.0f} MB of memory.\n" + ("\n" + _promises(broken) if broken else "")
    )


def overload(run: Result, link: str) -> str:
    """Return a table of an overload: the share of the capacity that was stored, the latency, and the processor time."""
    values = _values(run)
    answers = ", ".join(
        f"{each.value:,.0f} batches got {each.labels['status']}" for each in run.select("replies") if each.value
    )
    capacity = [run.value("capacity", when=when) for when in ("before", "after")]
    waits = ", ".join(f"{run.value('admitted', quantile=each):.2f} s ({each})" for each in ("0.5", "0.95", "0.99"))
    shares = "".join(f"| {when} | {' | '.join(_spent(run, when))} |\n" for when in ("before", "during", "after"))
    return (
        f"Of {run.started_at:%-d %B %Y}, {run.parameters['seconds']:g} s, {run.machine.cores} cores ({link}). "
        f"The services stored {capacity[0]:,.0f} events/s before and {capacity[1]:,.0f} after; "
        f"{values['offered']:,.0f} events/s arrived, "
        f"{values['unsent']:,.0f} batches found no connection; {answers}. "
        f"From its arrival to its acknowledgement, an admitted batch waited {waits}.\n\n"
        f"{_promises(run.checks)}\n"
        "Number of busy processors, and processor time of services and PostgreSQL for each stored event:\n\n"
        "| | the sender | the two services | PostgreSQL | for each event |\n| --- | ---: | ---: | ---: | ---: |\n"
        + shares
    )


def _spent(run: Result, when: str) -> Iterator[str]:
    """Yield the cells of a row; runs of before 27 November 2026 have no PostgreSQL."""
    for name, labels in (
        *(("processors", {"of": of}) for of in ("client", "services", "postgres")),
        ("cost", {}),
    ):
        found = [each for each in run.measurements if each.name == name and each.labels == {**labels, "when": when}]
        yield f"{found[0].value:.2f}{' µs' if name == 'cost' else ''}" if found else "–"


def planted(run: Result, link: str) -> str:
    """Return a sentence on how many of the planted bugs were found."""
    many = {each.labels["plant"]: int(each.value) for each in run.select("cycles")}
    found = [many[each.name] for each in run.checks if each.passed]
    missed = [f"`{each.name}` in {many[each.name]} cycles" for each in run.checks if not each.passed]
    without = f" It did not find {', '.join(missed)}." if missed else ""
    return (
        f"The run of {run.started_at:%-d %B %Y}, seed {run.parameters['seed']}, found "
        f"{len(found)} of {len(run.checks)}: {found.count(1)} in the first cycle, "
        f"the last after {max(found)} ({link}).{without}\n"
    )


def fuzz(run: Result, link: str) -> str:
    """Return a table of how many requests were sent, and what was wrong."""
    drawn, made = (run.value("cases", origin=each) for each in ("drawn", "made"))
    return (
        f"Of {run.started_at:%-d %B %Y}, {run.parameters['minutes']:g} minutes, seed {run.parameters['seed']} "
        f"({link}): "
        f"{drawn:,.0f} requests were generated, and {made:,.0f} mutations made from them.\n\n"
        f"{_promises(run.checks)}"
    )


def _promises(checks: Iterable[Check]) -> str:
    return "".join(f"- {'kept' if each.passed else '**missed**'}: {each.name} ({each.detail})\n" for each in checks)


def _values(run: Result) -> dict[str, float]:
    return {each.name: each.value for each in run.measurements if not each.labels}
