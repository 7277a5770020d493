"""The suites: one function a benchmark, timed by pytest-benchmark; each docstring is a hypothesis and a command."""
