"""The commands of adbench, a module each: options in, a run, its result out. adbench.cli puts them together."""
