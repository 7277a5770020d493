"""The findings of `adbench simulate` as tables of text: for the terminal, the documentation and the notebook."""

from collections.abc import Sequence

from adbench.records.model import Result

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]

QUANTILES = ("0.5", "0.95", "0.99")


def demands(result: Result) -> Table:
    """Return the table of the measured costs of one event and one report."""

    def cost(of: str) -> float:
        return result.value("demand", of=of)

    rows = [
        ("processor, service", f"{cost('service'):.2f} µs an event"),
        ("processor, PostgreSQL, compaction included", f"{cost('postgres'):.2f} µs an event"),
        ("of that, compaction: one process at a time", f"{cost('compaction'):.2f} µs an event"),
        ("processor, a report of the mix", f"{cost('report') / 1_000:.2f} ms"),
        ("write-ahead log", f"{cost('log'):.0f} bytes an event"),
        ("disk, while the event is kept", f"{cost('disk'):.0f} bytes an event"),
        ("disk, roll-ups", f"{cost('roll-up'):.0f} bytes a campaign and minute"),
    ]
    return ("what", "costs"), rows


def fleets(result: Result) -> Table:
    """Return the table of the fleet that each rate needs, by arithmetic."""
    rates = sorted({each.labels["rate"] for each in result.select("need.shards")}, key=float)

    def row(title: str, name: str, form: str = ",.0f", unit: float = 1, **labels: str) -> tuple[str, ...]:
        return title, *(f"{result.value(f'need.{name}', rate=rate, **labels) / unit:{form}}" for rate in rates)

    rows = [
        ("one machine would need more of", *(_short_of(result, rate) for rate in rates)),
        row("machines with the service", "services", ".0f"),
        row("machines with PostgreSQL, and as many replicas", "shards", ".0f"),
        row("… if cores alone counted", "shards_by", ".0f", resource="cores"),
        row("… if bytes written a second alone counted", "shards_by", ".0f", resource="log"),
        row("… if bytes kept alone counted", "shards_by", ".0f", resource="volume"),
        row("connections of services to poolers", "connections"),
        row("connections of poolers to PostgreSQL", "pooled"),
        row("write-ahead log, MB/s", "log", unit=1e6),
        row("a day's partitions, TB", "day", ",.1f", 1e12),
        row("kept, TB, one copy", "stored", ",.1f", 1e12),
        row("dollars a month, assumed prices", "cost"),
    ]
    return ("", *(f"{int(rate):,} events/s" for rate in rates)), rows


def plays(result: Result) -> Table:
    """Return the table of every play: a row for each fleet and what happened to it."""
    head = ("events/s", "what happens", "machines", "busy", "p50, ms", "p95", "p99", "503", "lost", "felt for")
    rows = []
    for labels in [each.labels for each in result.select("simulated.rate")]:
        rate = labels["rate"]
        machines = " + ".join(f"{result.value(f'need.{kind}', rate=rate):.0f}" for kind in ("services", "shards"))
        busy = [f"{result.value('simulated.busy', **labels, machine=kind):.0%}" for kind in ("service", "shard")]
        latencies = [
            result.text("simulated.latency", "{:,.1f}", **labels, kind="ingest", quantile=q) for q in QUANTILES
        ]
        rows.append(
            (
                f"{int(rate):,}", labels["scenario"], machines, " + ".join(busy), *latencies,
                f"{result.value('simulated.refused', **labels):.1%}", f"{result.value('simulated.lost', **labels):.1%}",
                result.text("simulated.recovery", "{:g} s", **labels),
            )
        )  # fmt: skip
    return head, rows


def validation(result: Result) -> Table:
    """Return the table of the closed loop's throughput, measured and simulated."""
    head = ("events in a request", "measured, events/s", "simulated", "off by", "p95, ms", "simulated", "off by")
    rows = []
    for each in result.select("validation.rate.error"):
        batch = each.labels["batch"]
        cells = [f"{int(batch):,}"]
        for name in ("validation.rate", "validation.closed_p95"):
            form = ",.0f" if name == "validation.rate" else ".1f"
            cells += [
                f"{result.value(name, batch=batch, **{'from': kind}):{form}}" for kind in ("measured", "simulation")
            ]
            cells.append(f"{result.value(f'{name}.error', batch=batch):+.0%}")
        rows.append(tuple(cells))
    return head, rows


def _short_of(result: Result, rate: str) -> str:
    loads = sorted(result.select("need.load", rate=rate), key=lambda each: -each.value)
    return ", ".join(f"{each.labels['resource']} {each.value:.2g}x" for each in loads if each.value > 1) or "nothing"
