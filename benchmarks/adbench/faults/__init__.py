"""The fault harness: harm is done to a service and its database while a client keeps a journal; then both are compared.

`make faults CYCLES=20 SEED=1` runs it; README.md beside this file says how it is built and how to add to it.
"""
