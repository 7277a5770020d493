"""The harms. Each is a coroutine with the world and a seeded Random, which ends when the harm is over.

What may be expected is the same for all of them: what adbench.faults.traffic.journal states, and reports that are
exact; while a harm lasts, 503 with Retry-After or a broken connection instead of an answer. A harm that ends the server
is done inside `world.outage()`, which measures how long it takes until events are acknowledged again.

To add one: write it in one of these modules with the decorator; the schedule and the record know it then.
"""

from adbench.faults.harms import clients, commands, disks, network, processes, upkeep
from adbench.faults.harms.registry import HARMS

__all__ = ["HARMS", "clients", "commands", "disks", "network", "processes", "upkeep"]
