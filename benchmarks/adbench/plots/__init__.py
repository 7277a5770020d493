"""What the notebooks draw: results in, matplotlib figures out. A title states what the figures say."""
