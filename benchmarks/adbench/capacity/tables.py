"""What `adbench simulate` found, as tables of text: for the terminal, the documentation and the notebook."""

from collections.abc import Sequence

from adbench.records.model import Result

Table = tuple[tuple[str, ...], Sequence[tuple[str, ...]]]

QUANTILES = ("0.5", "0.95", "0.99")


def demands(result: Result) -> Table:
    """Return the table of what one event, or report, costs: measured."""
    rows = [
        ("processor, service", f"{result.value('demand', of='service'):.2f} µs an event"),
        ("processor, PostgreSQL, compaction included", f"{result.value('demand', of='postgres'):.2f} µs an event"),
        ("of that, compaction: one process at a time", f"{result.value('demand', of='compaction'):.2f} µs an event"),
        ("processor, a report of the mix", f"{result.value('demand', of='report') / 1_000:.2f} ms"),
        ("write-ahead log", f"{result.value('demand', of='log'):.0f} bytes an event"),
        ("disk, while the event is kept", f"{result.value('demand', of='disk'):.0f} bytes an event"),
        ("disk, roll-ups", f"{result.value('demand', of='roll-up'):.0f} bytes a campaign and minute"),
    ]
    return ("what", "costs"), rows


def fleets(result: Result) -> Table:
    """Return the table of what each rate needs, by arithmetic."""
    rates = _rates(result)
    lines = {
        "one machine would need more of": [_short_of(result, rate) for rate in rates],
        "machines with the service": [f"{result.value('need.services', rate=rate):.0f}" for rate in rates],
        "machines with PostgreSQL, and as many replicas": [
            f"{result.value('need.shards', rate=rate):.0f}" for rate in rates
        ],
        "… if cores alone counted": [_shards_by(result, rate, "cores") for rate in rates],
        "… if bytes written a second alone counted": [_shards_by(result, rate, "log") for rate in rates],
        "… if bytes kept alone counted": [_shards_by(result, rate, "volume") for rate in rates],
        "connections of services to poolers": [f"{result.value('need.connections', rate=rate):,.0f}" for rate in rates],
        "connections of poolers to PostgreSQL": [f"{result.value('need.pooled', rate=rate):,.0f}" for rate in rates],
        "write-ahead log, MB/s": [f"{result.value('need.log', rate=rate) / 1e6:,.0f}" for rate in rates],
        "a day's partitions, TB": [f"{result.value('need.day', rate=rate) / 1e12:,.1f}" for rate in rates],
        "kept, TB, one copy": [f"{result.value('need.stored', rate=rate) / 1e12:,.1f}" for rate in rates],
        "dollars a month, assumed prices": [f"{result.value('need.cost', rate=rate):,.0f}" for rate in rates],
    }
    head = ("", *(f"{int(rate):,} events/s" for rate in rates))
    return head, [(name, *cells) for name, cells in lines.items()]


def plays(result: Result) -> Table:
    """Return the table of every play: a row for each fleet and what happened to it."""
    head = ("events/s", "what happens", "machines", "busy", "p50, ms", "p95", "p99", "503", "lost", "felt for")
    rows = []
    for labels in [each.labels for each in result.measurements if each.name == "simulated.rate"]:
        rate = labels["rate"]
        machines = " + ".join(f"{result.value(f'need.{kind}', rate=rate):.0f}" for kind in ("services", "shards"))
        busy = [f"{result.value('simulated.busy', **labels, machine=kind):.0%}" for kind in ("service", "shard")]
        latencies = [
            _optional(result, "simulated.latency", ",.1f", **labels, kind="ingest", quantile=q) for q in QUANTILES
        ]
        rows.append(
            (
                f"{int(rate):,}", labels["scenario"], machines, " + ".join(busy), *latencies,
                f"{result.value('simulated.refused', **labels):.1%}", f"{result.value('simulated.lost', **labels):.1%}",
                _optional(result, "simulated.recovery", "g", **labels, unit=" s"),
            )
        )  # fmt: skip
    return head, rows


def validation(result: Result) -> Table:
    """Return the table of the closed loop's throughput, measured and simulated."""
    head = ("events in a request", "measured, events/s", "simulated", "off by", "p95, ms", "simulated", "off by")
    rows = []
    for each in result.measurements:
        if each.name != "validation.rate.error":
            continue
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


def _rates(result: Result) -> list[str]:
    return sorted({each.labels["rate"] for each in result.measurements if each.name == "need.shards"}, key=float)


def _short_of(result: Result, rate: str) -> str:
    loads = [each for each in result.measurements if each.name == "need.load" and each.labels["rate"] == rate]
    loads.sort(key=lambda each: -each.value)
    return ", ".join(f"{each.labels['resource']} {each.value:.2g}x" for each in loads if each.value > 1) or "nothing"


def _shards_by(result: Result, rate: str, resource: str) -> str:
    return f"{result.value('need.shards_by', rate=rate, resource=resource):.0f}"


def _optional(result: Result, name: str, form: str, *, unit: str = "", **labels: str) -> str:
    """Format a figure that a play may not have: nothing was answered, nothing failed, or it was not over."""
    try:
        return f"{result.value(name, **labels):{form}}{unit}"
    except KeyError:
        return "–"
