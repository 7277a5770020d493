"""Pictures of writing: throughput by size of batch, and the life of one request."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adbench.experiments.stages import STAGES, WITHIN_WRITE
from adbench.plots import style
from adbench.records.model import Result


def sweeps(ingest: Result) -> bool:
    """Return True if the run measured requests of many sizes, and not with --only."""
    return len({each.labels["batch"] for each in ingest.select("ingest.rate")}) > 3


def throughput(ingest: Result) -> Figure:
    """Plot events a second by events in a request, under the ceiling of two psql sessions: of `adbench run ingest`."""
    (ceiling,) = ingest.select("ceiling.rate")
    into = ceiling.labels.get("into", "the same tables")  # older results have no such label, and copied into these
    share = ingest.find("of_ceiling", batch="1000", kind="plain")
    best = style.thousands(round(ingest.value("ingest.rate", batch="1000", kind="plain"), -3))
    title = (
        f"{best} events/s in batches of 1,000:\n{share.value:.0%} of what two psql sessions write, with HTTP in between"
    )
    with style.figure(title) as (drawn, axes):
        axes.axhspan(*ceiling.ends, color=style.QUIET, alpha=0.25, linewidth=0)
        axes.axhline(ceiling.value, color=style.QUIET)
        axes.text(1, ceiling.value * 1.12, f"two sessions of psql \\copy into {into}", color="#555555")
        for kind, colour in (("gzip", style.QUIET), ("plain", style.SERVICE)):
            _line(axes, ingest, kind, colour)
        style.key(axes, {"plain JSON": style.SERVICE, "gzip": "#777777"})
        rates = [each.value for each in ingest.select("ingest.rate")]
        axes.set(xscale="log", yscale="log", xlim=(0.6, 12_000), ylim=(min(rates) / 2.5, 2.5 * ceiling.value))
        axes.set(xlabel="events in a request", ylabel="events a second")
        style.log_ticks(axes.xaxis, style.thousands)
        style.log_ticks(axes.yaxis, style.thousands)
        style.source(drawn, ingest)
    return drawn


def _line(axes: Axes, ingest: Result, kind: str, colour: str) -> None:
    found = sorted(ingest.select("ingest.rate", kind=kind), key=lambda each: int(each.labels["batch"]))
    sizes = [int(each.labels["batch"]) for each in found]
    axes.errorbar(sizes, [each.value for each in found], yerr=style.errors(found), color=colour, fmt="o-", capsize=3)
    if kind != "plain":
        return
    for size, each in zip(sizes, found, strict=True):
        label = style.thousands(float(f"{each.value:.3g}"))
        axes.annotate(label, (size, each.value), xytext=(9, -16), textcoords="offset points")


def life(stages: Result, batch: int = 1_000) -> Figure:
    """Plot one request on its way, stage by stage and to scale: of `adbench run stages`."""
    spent = {name: stages.value("stage", stage=name, batch=str(batch)) for name in (*STAGES, *WITHIN_WRITE)}
    total = stages.value("stage", stage="request", batch=str(batch))
    share = spent["write"] / sum(spent[name] for name in STAGES)
    # PostgreSQL's work was timed beside the request: draw it in proportion, inside the time that the service waited.
    scale = spent["write"] / sum(spent[name] for name in WITHIN_WRITE)
    lanes = {
        "network, HTTP": [("receive", "body arrives", "#88CCEE"), ("answer", "answer", "#88CCEE")],
        "decoder": [("decode", "bytes to rows", "#332288")],
        "queue": [("queue", "", style.QUIET)],
        "PostgreSQL": [
            ("copy", "COPY", style.SERVICE),
            ("roll-up", "trigger", "#44AA99"),
            ("commit", "commit", "#DDCC77"),
        ],
    }
    starts, at = {}, 0.0
    for name in ("receive", "decode", "queue", *WITHIN_WRITE, "answer"):
        starts[name] = at
        spent[name] *= scale if name in WITHIN_WRITE else 1
        at += spent[name]
    title = (
        f"{batch:,} events, {total:.1f} ms from first byte to answer:\n{share:.0%} is PostgreSQL making them durable"
    )
    lanes_of_text = []
    with style.figure(title, height=4.4) as (drawn, axes):
        for row, parts in enumerate(lanes.values()):
            texts = []
            for name, words, colour in parts:
                axes.barh(row, spent[name], left=starts[name], height=0.5, color=colour)
                # The first and the last are short and at the edges: their words go inwards.
                side = {"receive": "left", "answer": "right"}.get(name, "center")
                text = axes.text(
                    starts[name] + spent[name] * {"left": 0, "right": 1}.get(side, 0.5),
                    row - 0.33,
                    f"{words} {spent[name]:.2f}".strip(),
                    ha=side,
                    va="bottom",
                    fontsize=12,
                )
                texts.append((text, row + 0.33))
            lanes_of_text.append(texts)
        axes.set_yticks(range(len(lanes)), list(lanes))
        axes.set(
            xlabel="ms since the client began to send", xlim=(-0.03 * at, at * 1.06), ylim=(len(lanes) - 0.5, -0.85)
        )
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        for texts in lanes_of_text:
            style.spread(axes, texts)
        style.source(drawn, stages, "Medians; parts of PostgreSQL timed beside it.")
    return drawn


def per_event(stages: Result) -> Figure:
    """Plot microseconds an event, by size of batch and where they are spent: of `adbench run stages`."""
    sizes = sorted({int(each.labels["batch"]) for each in stages.measurements})
    parts = {
        "HTTP, queue, answer": ("receive", "queue", "answer"),
        "decoding": ("decode",),
        "PostgreSQL": ("write",),
    }
    colours = ("#88CCEE", "#332288", style.SERVICE)
    costs = {
        words: [
            sum(stages.value("stage", stage=name, batch=str(size)) for name in names) * 1_000 / size for size in sizes
        ]
        for words, names in parts.items()
    }
    first, last = (sum(cost[place] for cost in costs.values()) for place in (0, -1))
    title = f"An event costs {first:,.0f} µs alone, {last:.1f} µs in company:\nwhat a batch shares is nearly everything"
    with style.figure(title) as (drawn, axes):
        for cost, colour in zip(costs.values(), colours, strict=True):
            axes.plot(sizes, cost, "o-", color=colour)
        axes.set(
            xscale="log",
            yscale="log",
            xlim=(0.7, 80_000),
            xlabel="events in a request",
            ylabel="µs an event, one request at a time",
        )
        style.log_ticks(axes.xaxis, style.thousands)
        style.log_ticks(axes.yaxis, style.thousands)
        style.source(drawn, stages, "Medians.")
        style.label(axes, {words: (sizes[-1], cost[-1]) for words, cost in costs.items()})
    return drawn
