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
# # Can the gate be trusted?
#
# A gate that cries wolf is switched off, and one that sleeps is worse than none. So the gate is measured itself:
# changes are planted in a copy of a revision, and it has to compare the copy with the original, as it is, many times
# (`adbench gate --proof`). Its method is in `docs/explanation/regression-gate.md`.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import gate

results = load()
results

# %% [markdown]
# ## How often it is right
#
# The point is the share of runs in which a change was called, the bar the range that so few runs allow (exact, after
# Clopper and Pearson), the mark what was asked for. In the first row nothing was planted: what is called there is a
# false alarm. The last rows are changes of SQL that the gate finds by counting, where three runs are as good as thirty.

# %%
save(lambda: gate.caught(results.latest("gate-proof")), "07_regression_gate")

# %% [markdown]
# ## And when it is not
#
# *Cannot tell* is an answer: the interval was still too wide when the budget ended, or two sides with the same code
# differed. It fails no pull request and passes none off as proven.

# %%
save(lambda: gate.verdicts(results.latest("gate-proof")), "gate_verdicts")

# %% [markdown]
# ## What one verdict rests on
#
# One run that compared a revision with itself. Head and control run the same code here, so both should lie around
# zero; a metric is called the same when its interval lies within the grey band.

# %%
save(lambda: gate.intervals(results.latest("gate")), "gate_intervals")

# %% [markdown]
# ## Why it takes rounds
#
# An interval narrows with about the square root of the rounds, while each further look asks for more confidence and
# widens it. What is decided stays decided; only what is open is measured further, so easy metrics cost little.

# %%
save(lambda: gate.narrowing(results.latest("gate")), "gate_narrowing")
