"""The parts of the system under test: a server with its disks and defaults, a proxy before it, services on it."""
