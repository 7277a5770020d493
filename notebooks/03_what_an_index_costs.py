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
# # What an index costs
#
# The writer pays for an index, and the reader uses it. This notebook shows the cost for both. The designs differ in
# one thing only: each step in the table of `sql/README.md` adds one index, partitions, or a roll-up. Every answer
# behind these figures was compared with a recount.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import designs

results = load()
results

# %% [markdown]
# ## Read time against write rate
#
# Designs on the right are cheap to write; designs at the bottom are fast to read. A design above and to the left of
# another is worse in both. B-trees in the order of campaigns are expensive because each event goes to another page. A
# roll-up is cheap because a batch becomes a few appended rows, which are compacted later, many at a time.

# %%
save(lambda: designs.trade(results.widest("matrix")), "what_an_index_costs")

# %% [markdown]
# ## Bytes
#
# The events take the same space in every design. Every vacuum, backup and replica reads the additional bytes again.
# Roll-ups are small where events are dense: a campaign with a thousand events a minute has one row for them. This
# data set is thin (a million events in a month), so roll-ups are at their largest here.

# %%
save(lambda: designs.storage(results.widest("matrix")), "storage")
