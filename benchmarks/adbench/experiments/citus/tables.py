"""The findings of `adbench run citus` as tables of text: for the terminal and the documentation."""

from rich.console import Group

from adbench.records import terminal
from adbench.records.model import Measurement, Result

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def writing(result: Result) -> Table:
    """Return events a second of the cluster and of one node, by what is written and how."""
    head = ("what", "shards", "one node", "cluster", "cluster ÷ one node (95 %)", "processor, µs an event")
    rows = []
    for each in [*result.select("copy.kept"), *result.select("ingest.kept")]:
        name, labels = each.name.removesuffix(".kept"), each.labels
        rates = [f"{result.value(f'{name}.rate', **labels, variant=side):,.0f}" for side in ("rollup", "citus")]
        if name == "copy":
            what = f"`COPY` of {int(labels['rows']):,} rows"
        else:
            keyed = ", keyed" if labels["kind"] == "keyed" else ""
            what = f"`POST /events`, {int(labels['batch']):,} a request{keyed}"
        rows.append((what, labels["shards"], *rates, _interval(each), _processor(result, name, labels)))
    return head, rows


def reports(result: Result) -> Table:
    """Return the median time of each report's statement on both sides."""
    head = ("report", "one node", "cluster", "cluster ÷ one node (95 %)")
    rows = []
    for each in result.select("report.ratio"):
        medians = [f"{result.value('report.p50', **each.labels, variant=side):.2f} ms" for side in ("rollup", "citus")]
        rows.append((each.labels["shape"], *medians, _interval(each)))
    return head, rows


def spreads(result: Result) -> Table:
    """Return how unevenly the data set lies in shards and on nodes."""
    head = ("shards", "an even share", "largest shard", "of that, largest campaign", "largest of two workers")
    rows: list[tuple[str, ...]] = []
    for shards in dict.fromkeys(each.labels["shards"] for each in result.select("spread")):
        found = [f"{result.value('spread', shards=shards, of=of):.1%}" for of in ("shard", "campaign", "node")]
        rows.append((shards, f"{1 / int(shards):.1%}", *found))
    return head, rows


def aims(result: Result) -> Table:
    """Return the aims, and whether each was reached."""
    return ("aim", "found", "reached"), [
        (check.name, check.detail, "yes" if check.passed else "**no**") for check in result.checks if check.aim
    ]


def shown(result: Result) -> Group:
    """Return all of it for people."""
    found = (writing(result), reports(result), spreads(result))
    plain = ((head, [[cell.replace("`", "") for cell in row] for row in rows]) for head, rows in found)
    return Group(*(terminal.table("", head, rows) for head, rows in plain))


def _interval(each: Measurement) -> str:
    return f"{each.value:.2f} ({each.low or 0:.2f} – {each.high or 0:.2f})"


def _processor(result: Result, name: str, labels: dict[str, str]) -> str:
    found = {each.labels["variant"]: each.value for each in result.select(f"{name}.processor", **labels)}
    return f"{found['rollup']:.1f} and {found['citus']:.1f}" if len(found) == 2 else ""
