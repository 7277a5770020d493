"""Pictures of `adbench simulate`: the capacity of a machine and of a fleet."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from adbench.plots import style
from adbench.records.model import Measurement, Result

MEDIAN, TAIL = "#117733", "#332288"
QUANTILES = {"0.5": ("p50", MEDIAN), "0.95": ("p95", TAIL)}
RATES = ("#88CCEE", "#44AA99", "#332288")
RESOURCES = {
    "volume": "size of the disk",
    "cores": "cores",
    "log": "bytes a second to the disk",
    "compaction": "compaction, one process",
    "connections": "connections, unpooled",
    "network": "network",
}
WORDS = {"shard lost": "a lost shard", "service lost": "a lost service", "slow disk": "a slow disk"}
FAILURES = {"shard lost": "#882255", "service lost": "#999933", "slow disk": "#332288"}


def modelled(simulated: Result, below: float = 0.7) -> Figure:
    """Plot latency by rate of arrival on one machine: measured, simulated, and by arithmetic.

    The title counts errors up to the share `below` of the highest rate.
    """
    pairs = simulated.select("validation.latency")
    rates = sorted({float(each.labels["rate"]) for each in pairs})
    errors = {
        quantile: [
            each.value
            for each in simulated.select("validation.latency.error", quantile=quantile)
            if float(each.labels["rate"]) <= below * rates[-1]
        ]
        for quantile in QUANTILES
    }
    middle, tail = (max(errors[quantile], key=abs) for quantile in QUANTILES)
    top = style.thousands(below * rates[-1])
    title = (
        f"Up to {top} events/s the simulated median is off by {abs(middle):.0%} at most,\n"
        f"its p95 by {abs(tail):.0%}: some stalls are not in the model"
    )
    with style.figure(title, height=5.6) as (drawn, axes):
        for quantile, (_, colour) in QUANTILES.items():
            for source, kind in (("measured", "o"), ("simulation", "-"), ("arithmetic", ":")):
                found = simulated.select("validation.latency", **{"quantile": quantile, "from": source})
                found.sort(key=lambda each: float(each.labels["rate"]))
                x = [float(each.labels["rate"]) for each in found]
                axes.plot(x, [each.value for each in found], kind, color=colour)
                if source == "simulation":
                    low, high = zip(*(each.ends for each in found), strict=True)
                    axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
        kinds = "● measured   — simulated   ··· arithmetic"
        style.key(axes, {**dict(QUANTILES.values()), kinds: "#555555"})
        axes.set(yscale="log", xlabel="events a second, in batches of 1,000", ylabel="ms a batch", ylim=(2, None))
        axes.set_xlim(0, rates[-1] * 1.05)
        axes.xaxis.set_major_formatter(style.thousands)
        style.log_ticks(axes.yaxis, style.milliseconds, (1, 2, 5))
        style.source(drawn, simulated, "Bands: 95 % intervals over seeds.")
    return drawn


def limits(simulated: Result) -> Figure:
    """Plot the demand on one machine at each rate, as a multiple of its capacity."""
    loads = simulated.select("need.load")
    rates = sorted({each.labels["rate"] for each in loads}, key=float)
    at = {
        rate: {each.labels["resource"]: each.value for each in loads if each.labels["rate"] == rate} for rate in rates
    }
    rows = sorted(RESOURCES, key=lambda name: -at[rates[-1]][name])
    over = [rate for rate in rates if max(at[rate].values()) > 1]
    first = max(at[over[0]], key=lambda name: at[over[0]][name]) if over else rows[0]
    words = f"From {style.thousands(float(over[0]))} events/s" if over else f"Up to {style.thousands(float(rates[-1]))}"
    title = (
        f"{words} one machine is not enough,\nand what it runs out of first is the {RESOURCES[first]}"
        if over
        else f"{words} events/s one machine is enough;\nwhat it would run out of first is the {RESOURCES[first]}"
    )
    with style.figure(title, height=4.8) as (drawn, axes):
        colours = dict(zip(rates, RATES, strict=False))
        for row, name in enumerate(rows):
            values = [at[rate][name] for rate in rates]
            axes.plot(values, [row] * len(values), color="#cccccc", zorder=1)
            for rate, value in zip(rates, values, strict=True):
                axes.plot(value, row, "o", color=colours.get(rate, style.INK), ms=10, zorder=2)
                # Write beside the line, and not across it.
                aside, shift = ("center", 0) if not 0.6 < value < 1.7 else ("right", 5) if value < 1 else ("left", -4)
                axes.annotate(
                    f"{value:.2g}",
                    (value, row),
                    xytext=(shift, 9),
                    textcoords="offset points",
                    ha=aside,
                    fontsize=11,
                    path_effects=style.HALO,
                )
        axes.axvline(1, color=style.LIMIT, linestyle="--")
        axes.text(1.06, len(rows) - 0.42, "all that one machine can", color=style.LIMIT, fontsize=11, va="center")
        style.key(axes, {f"{style.thousands(float(rate))} events/s": colours.get(rate, style.INK) for rate in rates})
        axes.set_yticks(range(len(rows)), [RESOURCES[name] for name in rows])
        axes.set(xscale="log", xlabel="asked of one machine ÷ what it can", ylim=(len(rows) - 0.1, -0.75))
        style.log_ticks(axes.xaxis, style.thousands)
        axes.grid(visible=False, axis="y")
        style.source(drawn, simulated, "Machines assumed.")
    return drawn


def failures(simulated: Result, rate: str = "1000000") -> Figure:
    """Plot, second by second after a failure, the share of batches that were not stored at once."""
    names = [name for name in FAILURES if simulated.select("timeline.unanswered", rate=rate, scenario=name)]
    lines = {name: _seconds(simulated.select("timeline.unanswered", rate=rate, scenario=name)) for name in names}
    recoveries = {each.labels["scenario"]: each.value for each in simulated.select("simulated.recovery", rate=rate)}
    worst = max(names, key=lambda name: sum(share for _, share in lines[name]))
    ends = (
        f"after {max(recoveries.values()):.0f} s all is as before" if len(recoveries) == len(names) else "not all end"
    )
    title = (
        f"{style.thousands(float(rate))} events/s and a failure: worst is {WORDS[worst]},\n"
        f"{max(share for _, share in lines[worst]):.0%} of the batches are refused; {ends}"
    )
    with style.figure(title) as (drawn, axes):
        words = {}
        for name in names:
            x, y = zip(*lines[name], strict=True)
            axes.step(x, [share * 100 for share in y], where="post", color=FAILURES[name])
            p95 = simulated.value("simulated.latency", rate=rate, scenario=name, kind="ingest", quantile="0.95")
            words[f"{WORDS[name]}, p95 {style.milliseconds(p95)} ms"] = FAILURES[name]
        style.key(axes, words)
        axes.axvline(0, color=style.QUIET, linewidth=1)
        axes.xaxis.set_major_locator(MultipleLocator(5))
        axes.set(xlabel="seconds since the failure", ylabel="% of batches not stored", ylim=(-2, 105))
        style.source(drawn, simulated, "Simulated. p95 of the batches that were stored, from the failure on.")
    return drawn


def _seconds(found: Sequence[Measurement]) -> list[tuple[float, float]]:
    return sorted((float(each.labels["at_s"]), each.value) for each in found)
