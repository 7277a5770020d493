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
# What happens when there are fifty times as many events, or when they come in fifty times as fast? The first can be
# measured on one machine. The second cannot; but what one event costs can, and the rest is arithmetic, and a
# simulation where arithmetic ends. Both are first held against the machine that the numbers come from.

# %%
from adbench.capacity import tables
from adbench.figures.notebooks import load, save, show
from adbench.plots import capacity, designs

results = load()
results

# %% [markdown]
# ## Growth with data
#
# The same mix of reports over ever more events. Designs that read events grow with them, as soon as a window holds
# more; a roll-up of a minute or an hour is one row, however many events it stands for. Both axes are logarithmic:
# a line that climbs from corner to corner is proportional.

# %%
save(lambda: designs.growth(*results.some("matrix")), "growth")

# %% [markdown]
# The runs were hours apart, on a machine that had other work in some of them: read orders of magnitude there. Pages
# do not depend on that: this is how many 8 KiB pages the same reports touch.

# %%
save(lambda: designs.growth_in_pages(*results.some("matrix")), "growth_in_pages")

# %% [markdown]
# ## What one event costs
#
# Processor time is counted by the kernel, bytes by PostgreSQL: both hold on a busy machine as well. The utilisation
# law says what follows: busy cores = events a second x processor time an event, so the rate is at most cores ÷ demand.

# %%
show(lambda: tables.demands(results.latest("simulate")))

# %% [markdown]
# ## Does the model behave like the machine?
#
# The simulation has the queues of the real system: an event loop, a bounded queue, writers that commit for many, cores
# that everybody shares, one disk. Clients that wait for their answers drive it as hard as it goes, with 1 to 5,000
# events in a request. The service's processor time was counted in the same runs; all else comes from others.

# %%
show(lambda: tables.validation(results.latest("simulate")))

# %% [markdown]
# And with batches that arrive on schedule, slowly first, then faster. Near saturation a per cent of demand more or less
# decides between a short queue and a long one. Below it the machine has moments that the model does not have: its
# highest twentieth is slower than the simulated one. So the medians below can be believed, and a p95 is a lower bound.
# The dotted line is the Allen-Cunneen formula: for work that arrives evenly it sees no reason to wait.

# %%
save(lambda: capacity.modelled(results.latest("simulate")), "modelled_latency")

# %% [markdown]
# ## What breaks first?
#
# Everything that one machine would be asked for, as a multiple of what it can. Where the dot is right of the line, one
# machine is not enough. Demands are measured; the machine (two cores, as measured, with a disk of a certain size and
# speed) is assumed, and so is how long events are kept: the parameters of the result name all of it.

# %%
save(lambda: capacity.limits(results.latest("simulate")), "what_breaks_first")

# %% [markdown]
# What that means in machines, and in money at assumed prices (no quotes: multiply with yours):

# %%
show(lambda: tables.fleets(results.latest("simulate")))

# %% [markdown]
# ## And when something fails?
#
# The fleets of the table, played in peace, with one machine lost, with a slow disk, and with a campaign that has 30 %
# of the traffic. *Mixed batches* is the largest fleet without cells: every batch has events of every shard, and each
# shard gets so few of them that what a COPY costs before the first row fills its cores.

# %%
show(lambda: tables.plays(results.latest("simulate")))

# %%
save(lambda: capacity.failures(results.latest("simulate")), "failures")
