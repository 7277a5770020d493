"""The commands of adbench, a module each: options in, a run, its result out. benchmarks/cli.py puts them together."""
