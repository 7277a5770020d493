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
# An index is paid for by the writer and used by the reader. Here are both bills, for designs that differ in one thing
# only: each step in the table of `sql/README.md` adds one index, partitions, or a roll-up. Every answer behind these
# figures was compared with a recount.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import designs

results = load()
results

# %% [markdown]
# ## Read time against write rate
#
# Right is cheap to write, down is fast to read. A design above and to the left of another loses on both. B-trees in
# the order of campaigns are dear because each event lands on another page; a roll-up is cheap because a batch becomes
# a few rows that are appended, and it is moved into order later, many at a time.

# %%
save(lambda: designs.trade(results.widest("matrix")), "what_an_index_costs")

# %% [markdown]
# ## Bytes
#
# The events themselves take the same space everywhere. What is added is read again by every vacuum, backup and
# replica. Roll-ups are small where events are dense: a campaign with a thousand events a minute has one row for them.
# This data set is thin (a million events in a month), so here they are at their largest.

# %%
save(lambda: designs.storage(results.widest("matrix")), "storage")
