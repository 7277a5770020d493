# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Growth and capacity: more data, more events, more machines
#
# What happens with many times as many events, or with events that come many times as fast? The first can be
# measured on one machine, the second cannot. But the cost of one event can be measured. The rest is arithmetic, and a
# simulation where arithmetic is not enough. Both are first compared with the measured machine.

# %%
import pandas as pd

from adbench.capacity import tables
from adbench.capacity.arithmetic import Assumptions, Demands, need
from adbench.experiments.matrix import advice
from adbench.figures.notebooks import RUN, load, save, show
from adbench.figures.sliders import slide
from adbench.plots import capacity, designs
from adbench.records.frames import select

results = load()
show(lambda: results.runs("matrix", "simulate")[RUN])

# %% [markdown]
# ## Growth with data
#
# This is the same mix of reports over more and more events. Designs that read events become slower when a window
# holds more of them. A roll-up of a minute or an hour is one row for any number of events. Both axes are logarithmic:
# a line from corner to corner means proportional growth. The table has p50 in ms.


# %%
def p50() -> pd.DataFrame:
    """Return p50 of a report in ms, by design and events stored."""
    rows = select(results.comparable("matrix"), "report.latency", quantile=0.5, phase="report")
    return rows.pivot_table(index="variant", columns="events", values="value", observed=True)


show(p50)


# %%
def factors() -> str:
    """Return the sentence: how many times as long a report takes at the largest measured size of each design."""
    grown = p50().dropna(thresh=2)  # a design of one size has not grown
    if grown.empty:
        return "No design was measured at two sizes. `adbench matrix --scale 20M` measures another one."
    ratios = (grown.ffill(axis=1).iloc[:, -1] / grown.bfill(axis=1).iloc[:, 0]).sort_values()
    return "From the smallest to the largest size, p50 grows: " + ", ".join(
        f"{design} {factor:,.1f} times" for design, factor in ratios.items()
    )


show(factors)

# %%
save(lambda: designs.growth(results.comparable("matrix")), "growth")

# %% [markdown]
# The sizes were measured in separate runs, on a machine that others use too. So read only orders of magnitude. Pages
# do not depend on that: this is the number of 8 KiB pages that the same reports touch.


# %%
def pages() -> pd.DataFrame:
    """Return the median over the shapes of the pages that a report touches, by design and events stored."""
    rows = select(results.comparable("matrix"), "report.pages", "shape")
    return rows.pivot_table(index="variant", columns="events", values="value", aggfunc="median", observed=True)


show(pages)

# %%
save(lambda: designs.growth_in_pages(results.comparable("matrix")), "growth_in_pages")

# %% [markdown]
# ## What one event costs
#
# The kernel counts processor time, and PostgreSQL counts bytes; both counts hold on a busy machine too. The
# utilisation law connects them: busy cores = events a second x processor time an event. So the rate is at most cores
# ÷ demand.

# %%
show(lambda: tables.demands(results.latest("simulate")))

# %% [markdown]
# ## Does the model behave like the machine?
#
# The simulation has the queues of the real system: an event loop, a bounded queue, writers with group commit, shared
# cores, one disk. Clients that wait for their answers load it as much as possible, with 1 to 5,000 events in a
# request. The processor time of the service was counted in the same runs; all other inputs come from other runs.

# %%
show(lambda: tables.validation(results.latest("simulate")))

# %% [markdown]
# Here batches arrive on schedule, first slowly, then faster. Near saturation, one per cent of demand decides between
# a short queue and a long one. Below saturation the machine has slow moments that the model does not have, so its p95
# is higher than the simulated one. Trust the medians, and read a simulated p95 as a lower bound. The dotted line is
# the Allen-Cunneen formula, in which evenly arriving work hardly waits.

# %%
save(lambda: capacity.modelled(results.latest("simulate")), "modelled_latency")

# %% [markdown]
# ## What breaks first?
#
# This shows every demand on one machine, as a multiple of its capacity. A dot to the right of the line means that one
# machine is not enough. The demands are measured. The machine (two cores, as measured, with a disk of a certain size
# and speed) and the retention of events are assumptions; the parameters of the result name all of them.

# %%
save(lambda: capacity.limits(results.latest("simulate")), "what_breaks_first")

# %% [markdown]
# This is the number of machines, and the cost at assumed prices. They are not quotes; use your own prices:

# %%
show(lambda: tables.fleets(results.latest("simulate")))

# %% [markdown]
# ## And when something fails?
#
# The fleets of the table are simulated in peace (without a failure), with one lost machine, with a slow disk, and
# with a campaign that has 30 % of the traffic. *Mixed batches* is the largest fleet without cells: every batch has
# events of every shard. Each shard gets so few of them that the fixed cost of a COPY fills its cores.

# %%
show(lambda: tables.plays(results.latest("simulate")))

# %%
save(lambda: capacity.failures(results.latest("simulate")), "failures")

# %% [markdown]
# ## Your turn
#
# The arithmetic of the fleets answers at once, so its inputs have sliders in JupyterLab: events a second, and the days
# that raw events are kept. Everything else is an assumption of `Assumptions`, which a copy of the cell can change.


# %%
def fleet(events_per_s: int, raw_days: int) -> pd.DataFrame:
    """Return what so many events a second need, with the measured costs of an event."""
    simulated = results.latest("simulate").parameters
    given = Assumptions(raw_days=raw_days)
    found = need(events_per_s, Demands(**simulated["demands"]), given)
    rows = {
        "machines with the service": found.services,
        "machines with PostgreSQL, and as many replicas": found.shards,
        "kept, TB, one copy": found.stored_bytes / 1e12,
        "write-ahead log, MB/s": found.wal_bytes_per_s / 1e6,
        "dollars a month, assumed prices": found.dollars_month,
    }
    return pd.DataFrame({"needed": rows}).rename_axis("what")


slide(
    fleet,
    events_per_s=[10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000],
    raw_days=[1, 3, 7, 14, 30, 90, 365],
)

# %% [markdown]
# And which design meets a need at the least cost? This is `adbench advise`, on the widest matrix.


# %%
def design(events_per_day: int, retention_days: int, report_ms: int) -> pd.DataFrame:
    """Return the verdict on each design, the best first."""
    wanted = advice.Need(events_per_day, retention_days, report_ms, ("geo",))
    verdicts = advice.advise(wanted, results.widest("matrix")).verdicts
    return pd.DataFrame(
        {
            "design": each.variant,
            "meets it": "yes" if each.meets else "no",
            "slowest report": each.slowest.name,
            "p95, ms": each.slowest.p95_ms,
            "stored, GB": each.stored_bytes / 1e9,
            "extrapolated, times": each.beyond,
        }
        for each in verdicts
    )


slide(
    design,
    events_per_day=[10_000, 100_000, 1_000_000, 10_000_000, 100_000_000],
    retention_days=[1, 7, 30, 90, 365],
    report_ms=[10, 50, 200, 1_000, 5_000],
)
