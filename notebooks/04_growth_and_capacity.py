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
# What happens with fifty times as many events, or with events that come fifty times as fast? The first can be
# measured on one machine, the second cannot. But the cost of one event can be measured. The rest is arithmetic, and a
# simulation where arithmetic is not enough. Both are first compared with the measured machine.

# %%
from adbench.capacity import tables
from adbench.figures.notebooks import load, save, show
from adbench.plots import capacity, designs

results = load()
results

# %% [markdown]
# ## Growth with data
#
# This is the same mix of reports over more and more events. Designs that read events become slower when a window
# holds more of them. A roll-up of a minute or an hour is one row for any number of events. Both axes are logarithmic:
# a line from corner to corner means proportional growth.

# %%
save(lambda: designs.growth(*results.some("matrix")), "growth")

# %% [markdown]
# The runs were hours apart, and in some of them the machine had other work. So read only orders of magnitude. Pages
# do not depend on that: this is the number of 8 KiB pages that the same reports touch.

# %%
save(lambda: designs.growth_in_pages(*results.some("matrix")), "growth_in_pages")

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
