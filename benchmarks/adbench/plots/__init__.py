"""Plots of the notebooks: results in, matplotlib figures out. A title states what the figures say."""
